"""Budget workbooks as councils lay them out by hand, with PBR_ formulas in odd places.

Each book is written with openpyxl or XlsxWriter from its figures, and says what the core gives for
every PBR_ cell and for what depends on it. Calling the same builder with one figure changed says
what must be shown after that figure is changed in the sheet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.worksheet.formula import ArrayFormula

from tests.support.host_matrix import sheet_form
from tests.support.samples import sample_table
from xlpbr.contract.library import load_contract, terms_table
from xlpbr.errors import CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.workbook.ooxml.addresses import column_letter

CONTRACT = "plymouth-l04-2526"


@dataclass(frozen=True)
class Check:
    """What an area must show.

    Attributes:
        sheet: the sheet.
        area: a cell or a rectangle.
        rows: what the core gives, in the form of a sheet.
        as_opened: whether Calc shows it when it opens the book as it is; else only ``recalc``
            does, and a sentence of docs/guide/calc.md says why.
    """

    sheet: str
    area: str
    rows: list[list[Any]]
    as_opened: bool = True


@dataclass(frozen=True)
class Budget:
    """A budget book: how it is written, its figures, and one of them changed in its cell.

    ``as_opened`` is whether Calc opens it as it is in good time.
    """

    name: str
    build: Callable[[Path, Any], list[Check]]
    figures: Any
    changed: Any
    change: tuple[str, str, Any]
    as_opened: bool = True


def core(function: str, *arguments: Any) -> list[list[Any]]:
    """What the core gives, in the form of a sheet."""
    try:
        return sheet_form(FUNCTIONS[function].call(*arguments))
    except CellError as error:
        return sheet_form(error)


def figure(function: str, *arguments: Any) -> Any:
    """The one cell that the core gives."""
    rows = core(function, *arguments)
    assert len(rows) == len(rows[0]) == 1
    return rows[0][0]


def area_of(first: str, rows: list[list[Any]]) -> str:
    """The cells that a spill from a cell of column A to Z fills."""
    letter, row = first[0], int(first[1:])
    last = column_letter(ord(letter) - 64 + len(rows[0]) - 1)
    return f"{first}:{last}{row + len(rows) - 1}"


# -- tables elsewhere, whole columns ---------------------------------------------------------


@dataclass(frozen=True)
class Tables:
    """The tables of a contract, with the family cost of the first child."""

    family_weekly: float
    as_at: dt.date

    @property
    def rows(self) -> dict[str, list[list[Any]]]:
        contract = load_contract(CONTRACT)
        tables = {name: sample_table(contract, name) for name in ("Placements", "Carers", "Claims")}
        tables["Placements"] = [list(row) for row in tables["Placements"]]
        column = tables["Placements"][0].index("Family weekly cost")
        tables["Placements"][1][column] = self.family_weekly
        return {"Terms": terms_table(contract), **tables}


def elsewhere(path: Path, figures: Tables) -> list[Check]:
    """Tables under titles, on sheets with spaces and apostrophes in their names, side by side."""
    rows = figures.rows
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "Cover"
    cover["B2"] = "Children's placements: budget monitoring"
    cover["B4"], cover["C4"] = "Position at", figures.as_at
    data = book.create_sheet("Director's data")
    data["A1"] = "Keep this sheet up to date"
    placements = _write_at(data, 6, 3, rows["Placements"])
    carers = _write_at(data, 6, 3 + len(rows["Placements"][0]) + 2, rows["Carers"])
    terms_sheet = book.create_sheet("Contract 25-26")
    terms = _write_at(terms_sheet, 9, 2, rows["Terms"])
    claims = _write_at(terms_sheet, 9, 9, rows["Claims"])
    terms, claims = f"'Contract 25-26'!{terms}", f"'Contract 25-26'!{claims}"
    placements, carers = (f"'Director''s data'!{one}" for one in (placements, carers))
    arguments = (rows["Terms"], rows["Placements"], rows["Carers"], rows["Claims"], figures.as_at)
    statement, check = core("PBR_STATEMENT", *arguments), core("PBR_CHECK", *arguments[:4])
    out = book.create_sheet("Out")
    place = area_of("B3", statement)
    listed = f"{terms},{placements},{carers},{claims}"
    out["B3"] = ArrayFormula(place, f"=PBR_STATEMENT({listed},Cover!C4)")
    below = f"B{len(statement) + 6}"
    check_place = area_of(below, check)
    out[below] = ArrayFormula(check_place, f"=PBR_CHECK({listed})")
    payable = statement[0].index("Payable")
    letter = column_letter(2 + payable)
    last = len(statement) + 2
    cover["B6"], cover["C6"] = "Payable to date", f"=SUM(Out!{letter}4:{letter}{last})"
    cover["C7"] = '=IF(C6>0,"pay "&TEXT(C6,"0.00"),"nothing to pay")'
    cover["C8"] = f"=INDEX(Out!{place},{last - 2},{payable + 1})"
    book.save(path)
    paid = sum(row[payable] for row in statement[1:])
    return [
        Check("Out", place, statement),
        Check("Out", check_place, check),
        Check("Cover", "C8", [[statement[-1][payable]]]),
        Check("Cover", "C7", [[f"pay {paid:.2f}" if paid > 0 else "nothing to pay"]]),
    ]


def whole_columns(path: Path, figures: Tables) -> list[Check]:
    """Tables named by whole columns, with nothing else in them; a date as text, serials."""
    rows = figures.rows
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "dd mmm yyyy"})
    for name, table in rows.items():
        sheet = book.add_worksheet(name)
        for down, row in enumerate(table):
            for across, value in enumerate(row):
                if isinstance(value, dt.date):
                    if down % 3 == 0:
                        sheet.write_string(down, across, f"{value.day} {value:%B} {value.year}")
                    elif down % 3 == 1:
                        sheet.write_number(down, across, (value - dt.date(1899, 12, 30)).days)
                    else:
                        moment = dt.datetime.combine(value, dt.time())
                        sheet.write_datetime(down, across, moment, day)
                elif value not in (None, ""):
                    sheet.write(down, across, value)
    columns = {
        name: f"{name}!A:{column_letter(len(table[0]))}"
        if name != "Carers"
        else f"{name}!$A:${column_letter(len(table[0]))}"
        for name, table in rows.items()
    }
    listed = ",".join(columns[name] for name in ("Terms", "Placements", "Carers"))
    out = book.add_worksheet("Out")
    as_at = f"{figures.as_at:%d/%m/%Y}"
    out.write_string("A1", as_at)
    tables = [rows[name] for name in ("Terms", "Placements", "Carers")]
    readings = core("PBR_READINGS", *tables, as_at)
    explain = core("PBR_EXPLAIN", *tables[:2], "February 2026", tables[2], None, as_at)
    out.write_dynamic_array_formula(area_of("A3", readings), f"=PBR_READINGS({listed},A1)")
    terms, placements, carers = listed.split(",")
    formula = f'=PBR_EXPLAIN({terms},{placements},"February 2026",{carers},,A1)'
    out.write_dynamic_array_formula(area_of("H3", explain), formula)
    total = readings[0].index("Total payable")
    out.write_formula("F1", f"=MAX({column_letter(total + 1)}4:{column_letter(total + 1)}99)")
    book.close()
    return [
        Check("Out", area_of("A3", readings), readings),
        Check("Out", area_of("H3", explain), explain),
        Check("Out", "F1", [[max(row[total] for row in readings[1:])]]),
    ]


# -- a row for each child, nested formulas, names --------------------------------------------


@dataclass(frozen=True)
class Children:
    """A row for each child: residential cost, family cost, moved, ended."""

    rows: tuple[tuple[Any, Any, Any, Any], ...]
    maximum: Any
    rate: float


CHILDREN = Children(
    (
        (7000.49, 1400.12, dt.date(2026, 1, 29), None),
        (6512.7, 800.0, "10 Feb 2026", 46084.0),
        (5900.0, 6000.5, dt.date(2026, 3, 1), "20/03/2026"),
        (5100.01, "£1,399.99", 46082.75, None),
        (4999.99, 1234.565, None, None),
    ),
    None,
    0.1,
)
FROM, TO = dt.date(2026, 1, 1), dt.date(2026, 3, 31)


def row_by_row(path: Path, figures: Children) -> list[Check]:
    """A formula in each row, nested in IF and ROUND, summed on another sheet, with blank cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Children"
    sheet["A1"], sheet["B1"] = "Quarter", FROM
    sheet["C1"] = TO
    checks = []
    savings = []
    for at, row in enumerate(figures.rows, 5):
        sheet.cell(at, 1, f"Child {at - 4}")
        for across, value in enumerate(row, 2):
            sheet.cell(at, across, value)
        saving = figure("PBR_SAVING", *row, FROM, TO)
        savings.append(saving)
        call = f"PBR_SAVING(B{at},C{at},D{at},E{at},$B$1,$C$1)"
        sheet.cell(at, 6, f"={call}")
        sheet.cell(at, 7, f'=IF({call}>0,ROUND({call}/2,2),"no saving")')
        checks += [
            Check("Children", f"F{at}", [[saving]]),
            Check("Children", f"G{at}", [[round(saving / 2, 2) if saving > 0 else "no saving"]]),
        ]
    last = 4 + len(figures.rows)
    summary = book.create_sheet("Summary")
    columns = [[[value] for value in column] for column in zip(*figures.rows, strict=True)]
    area = [f"Children!{letter}5:{letter}{last}" for letter in "BCDE"]
    listed = ",".join(area)
    summary["B2"] = f"=SUMPRODUCT(PBR_SAVING({listed},Children!B1,Children!C1))"
    summary["B3"] = f"=PBR_RUN_RATE({listed},Children!C1)"
    summary["B4"] = figures.rate
    summary["B6"] = "=PBR_THRESHOLD_BONUS(B2,B8:B8,B4,B5:B5)"
    summary["B7"] = "=PBR_THRESHOLD_BONUS(B2,B8,B4,B5)"
    summary["B5"], summary["B8"] = figures.maximum, 1000.25
    summary["B9"] = "=PBR_CONTRACT_CAP(Summary!B6,50000,IF(B6>0,45000.05,0))+0"
    book.save(path)
    total = sum(round(one * 100) for one in savings) / 100
    bonus = figure("PBR_THRESHOLD_BONUS", total, 1000.25, figures.rate, figures.maximum)
    run_rate = figure("PBR_RUN_RATE", *columns, TO)
    cap = figure("PBR_CONTRACT_CAP", bonus, 50000, 45000.05 if bonus > 0 else 0)
    return [
        *checks,
        Check("Summary", "B2", [[total]]),
        Check("Summary", "B3", [[run_rate]]),
        Check("Summary", "B6", [[bonus]]),
        # A blank maximum alone in its cell: Calc hands over 0, and the function refuses it.
        Check("Summary", "B7", [[bonus]], as_opened=figures.maximum is not None),
        Check("Summary", "B9", [[cap]]),
    ]


def tables_and_names(path: Path, figures: Children) -> list[Check]:
    """A table of Excel with a calculated column, names for cells, ranges, and names of names."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Plan")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_datetime("H1", dt.datetime.combine(FROM, dt.time()), day)
    sheet.write_datetime("H2", dt.datetime.combine(TO, dt.time()), day)
    headings = ["Before", "After", "Moved", "Ended", "Saving"]
    first, last = 4, 3 + len(figures.rows)
    for at, row in enumerate(figures.rows, first):
        for across, value in enumerate(row):
            if isinstance(value, dt.date):
                sheet.write_datetime(at, across, dt.datetime.combine(value, dt.time()), day)
            elif value is not None:
                sheet.write(at, across, value)
    call = (
        "=PBR_SAVING(Plan[[#This Row],[Before]],Plan[[#This Row],[After]],"
        "Plan[[#This Row],[Moved]],Plan[[#This Row],[Ended]],Quarter_start,Quarter_end)"
    )
    sheet.add_table(
        first - 1,
        0,
        last,
        4,
        {
            "name": "Plan",
            "columns": [{"header": name} for name in headings[:4]]
            + [{"header": "Saving", "formula": call}],
        },
    )
    for name, meaning in {
        "Quarter_start": "=Plan!$H$1",
        "Quarter_end": "=Plan!$H$2",
        "Befores": f"=Plan!$A$5:$A${last + 1}",
        "What_it_cost": "=Befores",
        "Bonus_rate": f"={figures.rate}",
        "Most": "=Plan!$H$3",
    }.items():
        book.define_name(name, meaning)
    if figures.maximum is not None:
        sheet.write("H3", figures.maximum)
    savings = [figure("PBR_SAVING", *row, FROM, TO) for row in figures.rows]
    columns = [[[value] for value in column] for column in zip(*figures.rows, strict=True)]
    out = book.add_worksheet("Out")
    columns_named = "Plan[After],Plan[Moved],Plan[Ended]"
    out.write_formula("A1", f"=PBR_RUN_RATE(What_it_cost,{columns_named},Quarter_end)")
    out.write_formula("A2", "=SUM(Plan[Saving])")
    out.write_formula("A3", "=PBR_THRESHOLD_BONUS(A2,1000,Bonus_rate,Most)")
    spill = core("PBR_SAVING", *columns, FROM, TO)
    out.write_dynamic_array_formula(
        area_of("C1", spill),
        f"=PBR_SAVING(Befores,{columns_named},Quarter_start,Quarter_end)",
    )
    book.close()
    total = sum(round(one * 100) for one in savings) / 100
    bonus = figure("PBR_THRESHOLD_BONUS", total, 1000, figures.rate, figures.maximum)
    return [
        *(Check("Plan", f"E{5 + at}", [[saving]]) for at, saving in enumerate(savings)),
        Check("Out", "A1", [[figure("PBR_RUN_RATE", *columns, TO)]]),
        Check("Out", "A3", [[bonus]], as_opened=figures.maximum is not None),
        Check("Out", area_of("C1", spill), spill),
    ]


# -- errors ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wrong:
    """Figures that give errors, and one that may be put right."""

    months: Any


def errors(path: Path, figures: Wrong) -> list[Check]:
    """Errors of functions caught by Excel's own, and error cells among the inputs."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Errors"
    sheet["A1"], sheet["A2"] = 599800, "1 Sep 2025"
    sheet["A3"], sheet["A4"] = figures.months, "31 Mar 2026"
    earned = figure("PBR_PRO_RATA", 599800, "1 Sep 2025", figures.months, "31 Mar 2026")
    wrong = isinstance(earned, str)
    number = {"#VALUE!": 3.0, "#NUM!": 6.0}.get(earned)
    sheet["C1"] = "=PBR_PRO_RATA(A1,A2,A3,A4)"
    sheet["C2"] = '=IFERROR(C1,"look at A3")'
    sheet["C3"] = "=ISERROR(C1)"
    sheet["C4"] = '=IF(ISERROR(C1),ERROR.TYPE(C1),"")'
    sheet["C5"] = '=IFERROR(PBR_PRO_RATA(A1,A2,A3,A4),"look at A3")'
    sheet["C6"] = '=_xlfn.IFNA(PBR_TERMS("no such contract"),"not a contract")'
    sheet["C7"] = "=ISNUMBER(C1)"
    sheet["D8"] = '=PBR_SAVING("seven",1,"1/1/2026","","1/1/2026","31/1/2026")'
    sheet["D9"] = "=PBR_CONTRACT_CAP(1,-2)"
    sheet["C8"], sheet["C9"] = "=ERROR.TYPE(D8)", "=ERROR.TYPE(D9)"
    sheet["C10"] = '=ERROR.TYPE(PBR_CLAWBACK("x",1,1))'
    sheet["E1"], sheet["E2"], sheet["E3"] = 100, "=1/0", 300
    sheet["F1"], sheet["F2"], sheet["F3"] = 50, 60, 70
    sheet["G1"] = "=PBR_FEE_CAP(E2,F2)"
    sheet["G2"] = "=PBR_CLAWBACK(E1:E3,E1:E3,F1:F3)"
    sheet["G3"] = '=IFERROR(PBR_CLAWBACK(E1:E3,E1:E3,F1:F3),"an error in a column")'
    sheet["G4"] = ArrayFormula("G4:G6", "=PBR_THRESHOLD_BONUS(E1:E3,10,0.1)")
    book.save(path)
    divided = CellError("#DIV/0!", "")
    bonus = core("PBR_THRESHOLD_BONUS", [[100], [divided], [300]], 10, 0.1)
    return [
        Check("Errors", "C1", [[earned]]),
        Check("Errors", "C2", [["look at A3" if wrong else earned]]),
        Check("Errors", "C3", [[wrong]]),
        Check("Errors", "C4", [[number if wrong else ""]]),
        Check("Errors", "C5", [["look at A3" if wrong else earned]]),
        Check("Errors", "C6", [["not a contract"]]),
        Check("Errors", "C7", [[not wrong]]),
        Check("Errors", "C8", [[3.0]]),
        Check("Errors", "C9", [[6.0]]),
        Check("Errors", "C10", [[3.0]]),
        Check("Errors", "G1", [["#DIV/0!"]]),
        # Calc refuses a range with an error in it before the function is asked.
        Check("Errors", "G2", [["#DIV/0!"]], as_opened=False),
        Check("Errors", "G3", [["an error in a column"]]),
        Check("Errors", "G4:G6", bonus, as_opened=False),
    ]


def _write_at(sheet: Any, row: int, column: int, rows: list[list[Any]]) -> str:
    """Write a table; its area."""
    for down, of_row in enumerate(rows):
        for across, value in enumerate(of_row):
            if value not in (None, ""):
                sheet.cell(row + down, column + across, value)
    last = f"{column_letter(column + len(rows[0]) - 1)}{row + len(rows) - 1}"
    return f"{column_letter(column)}{row}:{last}"


_TABLES = Tables(1500.0, dt.date(2026, 6, 30))
_FAMILY = _TABLES.rows["Placements"][0].index("Family weekly cost")
BUDGETS = (
    Budget(
        "tables elsewhere",
        elsewhere,
        _TABLES,
        replace(_TABLES, family_weekly=1650.35),
        ("Director's data", f"{column_letter(3 + _FAMILY)}7", 1650.35),
    ),
    Budget(
        "whole columns",
        whole_columns,
        _TABLES,
        replace(_TABLES, as_at=dt.date(2026, 2, 28)),
        ("Out", "A1", "28/02/2026"),
        # As it is, Calc hands over the million blank cells beneath: it takes minutes.
        as_opened=False,
    ),
    Budget(
        "row by row",
        row_by_row,
        CHILDREN,
        replace(CHILDREN, rows=((7100.5, *CHILDREN.rows[0][1:]), *CHILDREN.rows[1:])),
        ("Children", "B5", 7100.5),
    ),
    Budget(
        "tables and names",
        tables_and_names,
        CHILDREN,
        replace(CHILDREN, maximum=1234.56),
        ("Plan", "H3", 1234.56),
    ),
    Budget("errors", errors, Wrong("twelve"), Wrong(12), ("Errors", "A3", 12.0)),
)
"""Every book, with one change to a cell of it."""
