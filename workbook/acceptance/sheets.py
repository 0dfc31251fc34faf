"""The sheets behind the first one: the list of the cases, their results, and their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from xlsxwriter.format import Format

from xlpbr.errors import CellError
from xlpbr.workbook.acceptance.host_cases import Case
from xlpbr.workbook.acceptance.plan import (
    FIRST_ROW,
    GOT_COLUMN,
    INPUTS,
    RESULTS,
    Block,
    Plan,
    comparison,
    equal,
)
from xlpbr.workbook.ooxml.addresses import cell_name
from xlpbr.workbook.template.page import NoCharacters, TemplatePage

CASES = "Cases"
EQUAL, DECLARED, NOT_EQUAL = "equal", "differs as declared", "NOT EQUAL"
NOT_HERE = ": xlpbr's own engine"
"""What follows a result that no spreadsheet has worked out yet, so that it is not counted there."""

Got = Mapping[Case, list[list[Any]]]
"""What came of each case when the workbook was calculated."""

_HEADINGS = (
    "No", "Case", "Kind of input", "What comes", "What must come", "Result", "Where",
    "Declared for this host", "Not equal so far",
)  # fmt: skip
_WIDTHS = (7, 62, 14, 24, 24, 20, 12, 46, 12)
_NAME, _FIRST, _MUST, _RESULT, _SO_FAR = "B", "D", "E", "F", "I"

_FILTER_TOO = {
    "autofilter": True, "sort": True, "format_columns": True, "format_rows": True,
    "select_locked_cells": True, "select_unlocked_cells": True,
}  # fmt: skip
_ERRORS = {"#N/A": "=NA()", "#DIV/0!": "=1/0"}


def last_row(plan: Plan) -> int:
    """The last row of the list of cases."""
    return FIRST_ROW + len(plan.blocks) - 1


def column_of_cases(plan: Plan, letter: str) -> str:
    """A column of the list of cases, as another sheet calls it."""
    return f"{CASES}!${letter}${FIRST_ROW}:${letter}${last_row(plan)}"


def results_in(plan: Plan) -> str:
    """The column that says of each case whether it is equal."""
    return column_of_cases(plan, _RESULT)


def named_not_equal(plan: Plan, number: int) -> str:
    """The formula that names a case that is not equal, counted from 1; else empty."""
    found = f"MATCH({number},{column_of_cases(plan, _SO_FAR)},0)"
    return f'=IFERROR(INDEX({column_of_cases(plan, _NAME)},{found}),"")'


def write_inputs(page: TemplatePage, plan: Plan) -> None:
    """Write the arguments, each once, as a person or a formula leaves them in a sheet."""
    page.introduce(
        INPUTS,
        "What the functions are given. Several cases share a range. The cells are what they look"
        " like: texts, dates, blanks, errors.",
    )
    plain, day = page.styles.bare("text"), page.styles.make(num_format="dd/mm/yyyy")
    for given in plan.given:
        top, left, _, _ = given.area
        for down, row in enumerate(given.rows):
            for across, cell in enumerate(row):
                _put_input(page, (top + down, left + across), cell, plain, day)


def _put_input(
    page: TemplatePage, place: tuple[int, int], value: Any, plain: Format, day: Format
) -> None:
    row, column = place[0] - 1, place[1] - 1
    if isinstance(value, CellError):
        page.sheet.write_formula(row, column, _ERRORS[value.code], plain, value.code)
    elif isinstance(value, date):
        page.sheet.write_datetime(row, column, datetime.combine(value, time()), day)
    elif value == "":
        # A formula that gives an empty text, which is not a blank cell.
        page.sheet.write_formula(row, column, '=""', plain, NoCharacters())
    elif isinstance(value, str):
        page.sheet.write_string(row, column, value, plain)
    elif value is not None:
        page.sheet.write(row, column, value, plain)


def write_results(page: TemplatePage, plan: Plan, got: Got | None, *, live: bool = True) -> None:
    """Write each call, and beside it what must come.

    Args:
        page: the sheet.
        plan: what stands where.
        got: what came of each case; None where it is not known.
        live: whether the calls are formulas; if not, what came stands there as values.
    """
    page.introduce(
        RESULTS,
        "Green: the function, at work. Grey: what must come. Calculated, do not type here.",
    )
    page.put_row(FIRST_ROW - 1, 1, ("No", "Case", "What comes; then what must come"),
                 page.styles.strong)  # fmt: skip
    page.set_widths((7, 62))
    output = page.styles.bare("text", bg_color="#E6F2EA")
    working = page.styles.bare("text", bg_color="#EEF1F4")
    for number, block in enumerate(plan.blocks, start=1):
        page.put(block.row, 1, float(number), page.styles.plain)
        page.put(block.row, 2, block.case.name, page.styles.plain)
        shown = None if got is None else _fitted(got[block.case], block)
        if live:
            _put_call(page, block, shown, output)
        elif shown is not None:
            _put_rows(page, block.got[:2], shown, output)
        _put_rows(page, block.beside[:2], block.must, working)
    page.sheet.freeze_panes(FIRST_ROW - 1, GOT_COLUMN - 1)


def _fitted(rows: list[list[Any]], block: Block) -> list[list[Any]]:
    """Cells for exactly the area of a block; where fewer came, #N/A as in Excel."""
    if len(rows) == len(rows[0]) == 1:
        return [[rows[0][0]] * block.width] * block.height
    missing = CellError("#N/A", "nothing came here")
    return [
        [
            rows[down][across] if down < len(rows) and across < len(rows[0]) else missing
            for across in range(block.width)
        ]
        for down in range(block.height)
    ]


def _put_call(
    page: TemplatePage, block: Block, shown: list[list[Any]] | None, style: Format
) -> None:
    top, left, bottom, right = (at - 1 for at in block.got)
    first = "" if shown is None else _last_value(shown[0][0])
    page.sheet.write_dynamic_array_formula(top, left, bottom, right, f"={block.call}", style, first)
    for down, row in enumerate(shown or ()):
        for across, value in enumerate(row):
            if (down, across) != (0, 0):
                page.put(block.row + down, GOT_COLUMN + across, value, style)


def _last_value(value: Any) -> Any:
    """The last value of a call as XlsxWriter takes it."""
    if isinstance(value, CellError):
        return value.code
    return NoCharacters() if value == "" else value


def _put_rows(
    page: TemplatePage, first: tuple[int, int], rows: list[list[Any]], style: Format
) -> None:
    for down, row in enumerate(rows):
        page_row = first[0] + down
        for across, value in enumerate(row):
            page.put(page_row, first[1] + across, value, style)


def write_cases(page: TemplatePage, plan: Plan, got: Got) -> None:
    """Write the list of the cases with a filter, each with whether it is equal."""
    styles = page.styles
    page.introduce(
        CASES,
        "Every case. Use the filter of the column Result. The first cell of what comes and of what"
        " must come stands here; the rest is where Where leads.",
    )
    page.put_row(FIRST_ROW - 1, 1, _HEADINGS, styles.heading)
    page.set_widths(_WIDTHS)
    plain, link = styles.bare("text"), styles.bare("text", font_color="#1A4C8B", underline=1)
    left = styles.bare("text", align="left")
    by = "" if page.values is None else NOT_HERE
    for number, block in enumerate(plan.blocks, start=1):
        row = FIRST_ROW + number - 1
        where = cell_name(block.got[:2])
        page.put(row, 1, float(number), left)
        page.put(row, 2, block.case.name, plain)
        page.put(row, 3, block.case.kind, plain)
        _put_first_cells(page, row, block, got, left)
        right, otherwise = _words(block)
        page.read_from_book(
            row, 6, f'=IF({comparison(block)}=0,"{right}","{otherwise}")',
            (right if equal(got[block.case], block.must) else otherwise) + by, plain,
        )  # fmt: skip
        page.sheet.write_url(row - 1, 6, f"internal:{RESULTS}!{where}", link, where)
        page.put(row, 8, block.difference, plain)
        before = f"{_SO_FAR}{row - 1}" if number > 1 else "0"
        page.put_formula(row, 9, f'={before}+IF({_RESULT}{row}="{NOT_EQUAL}",1,0)', styles.muted)
    page.sheet.autofilter(FIRST_ROW - 2, 0, last_row(plan) - 1, len(_HEADINGS) - 1)
    page.sheet.freeze_panes(FIRST_ROW - 1, 2)
    page.mark((FIRST_ROW, 6), (last_row(plan), 6), f'$F{FIRST_ROW}="{NOT_EQUAL}"', styles.wrong)
    page.sheet.protect("", _FILTER_TOO)
    page.print_on_a4(CASES, heading_row=FIRST_ROW - 1, last_column=len(_HEADINGS))


def _words(block: Block) -> tuple[str, str]:
    """What is said of a case where what must come does come, and where it does not."""
    if not block.difference:
        return EQUAL, NOT_EQUAL
    return (DECLARED, NOT_EQUAL) if block.is_known else (EQUAL, DECLARED)


def _put_first_cells(page: TemplatePage, row: int, block: Block, got: Got, style: Format) -> None:
    """The first cell of what comes and of what must come."""
    for column, area, value in (
        (4, block.got, got[block.case][0][0]),
        (5, block.beside, block.must[0][0]),
    ):
        page.read_from_book(row, column, f"={RESULTS}!{cell_name(area[:2])}", value, style)
