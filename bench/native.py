"""A workbook with the monthly schedule of contracts in native Excel formulas.

The inputs stand on the sheets Terms, Placements, Carers and Claims, a block of rows a contract; the
schedule stands on the sheet Schedule: the running total of each placement at each month's end,
rounded, and under them a row a month with the fifteen figures of the statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from bench.drawn import CHILDREN, CLAIMS, HOUSEHOLDS, STARTS_ON, Cells, Drawn
from xlpbr.settlement.statement import FIGURES

MONTHS = 24
FIRST_TOTAL = 3
"""The column of the first month's running totals; before it the week's saving and its days."""
BLOCK = 1 + CHILDREN + MONTHS
"""Rows of a contract on Schedule: the months' ends, the placements, the months."""

TERMS = ("Starts on", "Ends on", "Fee", "Fee months", "Carer fee", "Bonus threshold",
         "Bonus rate", "Contract maximum")  # fmt: skip
WORKINGS = ("First day", "Last day")
HEADINGS = (*WORKINGS, *(figure.heading for figure in FIGURES[1:]))


def figures_area(index: int) -> str:
    """The figures of a contract on Schedule, Month left out, a row a month."""
    first = index * BLOCK + 1 + CHILDREN
    left, right = len(WORKINGS), len(HEADINGS) - 1
    return f"{xl_rowcol_to_cell(first, left)}:{xl_rowcol_to_cell(first + MONTHS - 1, right)}"


def write(path: Path, contracts: Sequence[Drawn]) -> None:
    """Write the workbook; its formulas have no values yet."""
    assert STARTS_ON.day == 1, "the fee is counted in whole months"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        terms = book.add_worksheet("Terms")
        for column, label in enumerate(("Contract", *TERMS)):
            terms.write(0, column, label)
        for row, contract in enumerate(contracts, start=1):
            value = dict(contract.terms[1:])
            for column, label in enumerate(("Contract", *TERMS)):
                terms.write(row, column, value[label])
        for name in ("placements", "carers", "claims"):
            _inputs(book.add_worksheet(name.title()), [getattr(one, name) for one in contracts])
        schedule = book.add_worksheet("Schedule")
        for index in range(len(contracts)):
            _block(schedule, index)


def _inputs(sheet: xlsxwriter.worksheet.Worksheet, tables: Sequence[Cells]) -> None:
    """The rows of all contracts under one heading row."""
    rows = [tables[0][0], *(row for table in tables for row in table[1:])]
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value)


def _column(sheet: str, letter: str, index: int, rows: int) -> str:
    first = 2 + index * rows
    return f"{sheet}!${letter}${first}:${letter}${first + rows - 1}"


def _block(sheet: xlsxwriter.worksheet.Worksheet, index: int) -> None:
    top = index * BLOCK
    term = {
        label: f"Terms!${xl_col_to_name(column)}${index + 2}"
        for column, label in enumerate(TERMS, start=1)
    }
    for month in range(MONTHS):
        sheet.write_formula(
            top, FIRST_TOTAL + month, f"=EOMONTH({term['Starts on']},{month})", None, ""
        )
    for child in range(CHILDREN):
        row, source = top + 1 + child, 2 + index * CHILDREN + child
        moved, ended = f"Placements!E{source}", f"Placements!F{source}"
        line = row + 1
        sheet.write_formula(row, 0, f"=Placements!C{source}-Placements!D{source}", None, "")
        sheet.write_formula(row, 1, f"=MAX({moved},{term['Starts on']})", None, "")
        sheet.write_formula(row, 2, f'=IF({ended}="",2958465,{ended}-1)', None, "")
        for month in range(MONTHS):
            end = f"{xl_col_to_name(FIRST_TOTAL + month)}${top + 1}"
            days = f"MAX(0,MIN({end},$C{line})-$B{line}+1)"
            sheet.write_formula(row, FIRST_TOTAL + month, f"=ROUND($A{line}*{days}/7,2)", None, "")
    for month in range(MONTHS):
        row = top + 1 + CHILDREN + month
        formulas = _month(index, top, row, month, term)
        for column, heading in enumerate(HEADINGS):
            sheet.write_formula(row, column, f"={formulas[heading]}", None, "")


def _month(index: int, top: int, row: int, month: int, term: dict[str, str]) -> dict[str, str]:
    """The formulas of a month's row, by heading."""
    names = {heading: xl_col_to_name(column) for column, heading in enumerate(HEADINGS)}

    def here(heading: str) -> str:
        return f"{names[heading]}{row + 1}"

    def before(heading: str) -> str:
        return f"{names[heading]}{row}" if month else "0"

    first, last = top + 2, top + 1 + CHILDREN
    totals = xl_col_to_name(FIRST_TOTAL + month)
    weekly, start, until = (f"${letter}${first}:${letter}${last}" for letter in "ABC")
    approved = _column("Carers", "B", index, HOUSEHOLDS)
    months, invoiced = (_column("Claims", letter, index, CLAIMS) for letter in "AB")
    end, fee = term["Ends on"], term["Fee"]
    run_rate = (
        f"ROUND(SUMPRODUCT(({start}<={end})*({until}>={end})*{weekly})*365/7,2)"
        if month == MONTHS - 1
        else ""
    )
    owed = f"({here('Fee')}+{here('Carer fees')}+{here('Bonus')})"
    return {
        "First day": f"{xl_col_to_name(FIRST_TOTAL + month - 1)}{top + 1}+1"
        if month
        else term["Starts on"],
        "Last day": f"{totals}{top + 1}",
        "Children in family placements":
            f"SUMPRODUCT(({start}<={here('Last day')})*({until}>={here('Last day')}))",
        "Saving": f"ROUND({here('Saving to date')}-{before('Saving to date')},2)",
        "Saving to date": f"ROUND(SUM({totals}{first}:{totals}{last}),2)",
        # The programme starts on the first of a month, so each month is one of the fee's.
        "Fee entitlement to date":
            f"ROUND({fee}*MIN(1,{month + 1}/{term['Fee months']}),2)",
        "Fee": f"MAX(0,MIN({here('Saving')},"
        f"ROUND({here('Fee entitlement to date')}-{before('Fee to date')},2)))",
        "Fee to date": f"ROUND({before('Fee to date')}+{here('Fee')},2)",
        "Carer fees": f"ROUND({term['Carer fee']}*COUNTIFS({approved},\">=\"&{here('First day')},"
        f"{approved},\"<=\"&{here('Last day')}),2)",
        "Bonus": f"ROUND({term['Bonus rate']}*MAX(0,{run_rate}-{term['Bonus threshold']}),2)"
        if run_rate
        else "0",
        # The contracts of the bench have no such clause.
        "Outcome fees": "0",
        "Reimbursed": "0",
        "Adjustment": "0",
        "To invoice": here("Payable"),
        "Held back": f"ROUND({owed}-{here('Payable')},2)",
        "Payable": f"ROUND(MIN({owed},"
        f"MAX(0,{term['Contract maximum']}-{before('Payable to date')})),2)",
        "Payable to date": f"ROUND({before('Payable to date')}+{here('Payable')},2)",
        "Invoiced to date": f"ROUND(SUMIFS({invoiced},{months},\"<=\"&{here('First day')}),2)",
        "Balance": f"ROUND({here('Payable to date')}-{here('Invoiced to date')},2)",
        "Net saving to date": f"ROUND({here('Saving to date')}-{here('Payable to date')},2)",
    }  # fmt: skip
