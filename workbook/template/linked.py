"""An input sheet that is read from a table of the book: the same Excel table, in plain formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.format import Format

from xlpbr import cells
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.terms import TERMS
from xlpbr.workbook.look.styles import MUTED, RULE, WORKING_FILL
from xlpbr.workbook.look.text_width import LINE_HEIGHT
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.read.own_sheets import NOT_READ
from xlpbr.workbook.template.inputs import add_input_table, kinds_of_columns, widths_of_columns
from xlpbr.workbook.template.links import Link, cell_formula, heading_formula, rows_not_read
from xlpbr.workbook.template.page import NOT_ZERO, TemplatePage
from xlpbr.workbook.template.plan import (
    FIRST_TABLE_ROW,
    SAY_NOT_READ,
    TABLE_HEADING_ROW,
    TemplatePlan,
    fixed,
    input_headings,
)

_BOOKS_HEADINGS_ROW = TABLE_HEADING_ROW - 1
_NOT_IN_THE_BOOK = "not in the book"
_READS = '"reads: "General;"reads: "-General;"reads: "General;"reads: "@'

_ALL_READ = "Every row of the book's table is read."
_MOVED = (
    "A heading of the book is not where it was: put it back, or run xlpbr detach and attach again."
)
_ATTACH_AGAIN = "Rows of the book are not read: run xlpbr detach, then attach again"


def write_linked(page: TemplatePage, plan: TemplatePlan, link: Link) -> None:
    """Write the sheet of a table that is read from the book."""
    headings = input_headings(link.table)
    widths = widths_of_columns(plan, link.table)
    page.introduce(link.table, _what_is_read(link))
    page.set_widths(widths)
    _write_not_read(page, plan, link, len(headings))
    last_row = TABLE_HEADING_ROW + link.prepared_rows
    add_input_table(page, plan, link.table, headings, link.prepared_rows)
    if link.table != "Terms":
        page.sheet.set_row(TABLE_HEADING_ROW - 1, 2 * LINE_HEIGHT + 3)
    _write_books_headings(page, link, headings, widths)
    _write_cells(page, link, headings, widths)
    first, last = f"$A{FIRST_TABLE_ROW}", f"${column_letter(len(headings))}{FIRST_TABLE_ROW}"
    look = {"bg_color": WORKING_FILL, "border": 1, "border_color": RULE}
    page.mark(
        (FIRST_TABLE_ROW, 1), (last_row, len(headings)),
        f"COUNTBLANK({first}:{last})<{len(headings)}", page.workbook.add_format(look),
    )  # fmt: skip
    page.protect()
    whole_table = f"A{FIRST_TABLE_ROW}:{column_letter(len(headings))}{last_row}"
    page.sheet.ignore_errors(
        {"number_stored_as_text": whole_table, "calculated_column": whole_table}
    )


def _what_is_read(link: Link) -> str:
    below = ""
    if link.left_below:
        cells_below = "1 cell" if link.left_below == 1 else f"{link.left_below:,} cells"
        below = f" Under it, {cells_below} held something when it was linked: not read."
    return (
        f"Working (linked, do not type here): reads {link.place} of this workbook, row by row, in"
        f" plain Excel formulas. Change the figures there.{below}"
    )


def _write_not_read(page: TemplatePage, plan: TemplatePlan, link: Link, width: int) -> None:
    """Write how many rows of the book are not read, which must be 0, and what to do."""
    styles = page.styles
    first = fixed(_BOOKS_HEADINGS_ROW, 1)
    linked = plan.column_of(
        link.table, 1, FIRST_TABLE_ROW, TABLE_HEADING_ROW + link.prepared_rows
    ).rpartition("!")[2]
    page.put(NOT_READ[0], 1, "Rows of the book not read (must be 0)", styles.strong)
    formula = rows_not_read(link, linked).removeprefix("=")
    page.read_from_book(
        *NOT_READ, f"=IF(ISERROR({first}),{first},{formula})", 0.0,
        styles.cell("count", "output", bold=True, align="left"),
    )  # fmt: skip
    headings = f"{first}:{fixed(_BOOKS_HEADINGS_ROW, width)}"
    not_read = fixed(*NOT_READ)
    remedy = f"{_ATTACH_AGAIN}."
    if link.last_row is not None and link.excel_table is None:
        remedy = f"{_ATTACH_AGAIN} with a larger range."
    page.put_formula(
        *SAY_NOT_READ,
        f'=IF(COUNTA({headings})>_xlfn.AGGREGATE(3,6,{headings}),"{_MOVED}",'
        f'IF({not_read}=0,"{_ALL_READ}","{remedy}"))',
        styles.remark,
    )  # fmt: skip
    page.mark(NOT_READ, NOT_READ, NOT_ZERO, styles.wrong)


def _write_books_headings(
    page: TemplatePage, link: Link, headings: Sequence[str], widths: Sequence[float]
) -> None:
    """Write over each heading what the book calls it."""
    styles = page.styles
    look = {"text_wrap": True, "valign": "bottom", "indent": 1, "align": "left"}
    found_style = styles.bare("text", num_format=_READS, italic=True, **look)
    absent_style = styles.bare("text", italic=True, font_color=MUTED, **look)
    texts = []
    for column, heading in enumerate(headings, start=1):
        found = link.columns.get(heading)
        if found is None:
            absent = _not_in_the_book(link.table, heading)
            page.put(_BOOKS_HEADINGS_ROW, column, absent, absent_style)
            texts.append(absent)
            continue
        formula = heading_formula(link, heading)
        page.read_from_book(_BOOKS_HEADINGS_ROW, column, formula, found.heading, found_style)
        texts.append(f"reads: {cells.text(found.heading)}")
    page.fit_row(_BOOKS_HEADINGS_ROW, *zip(texts, widths, strict=True))


def _not_in_the_book(table: str, heading: str) -> str:
    """That a heading is not in the book, and what that decides."""
    for column in ALL_COLUMNS.get(table, ()):
        if column.heading == heading and column.if_missing:
            return f"{_NOT_IN_THE_BOOK}: {column.if_missing}"
    return _NOT_IN_THE_BOOK


def _write_cells(
    page: TemplatePage, link: Link, headings: Sequence[str], widths: Sequence[float]
) -> None:
    nothing: dict[str, Any] = {}
    stands_for = _stands_for(link.table)
    kinds = kinds_of_columns(link.table)
    looks: dict[str, Format] = {}
    for number in range(1, link.prepared_rows + 1):
        row = TABLE_HEADING_ROW + number
        values = link.rows[number - 1] if number <= len(link.rows) else nothing
        if link.table == "Terms":
            value = _kind_of_term(values.get("Term"))
            kinds = ["text", value, "date", "wrapped", "wrapped", "wrapped"]
        if "wrapped" in kinds and values:
            shown = (str(values.get(heading) or "") for heading in headings)
            page.fit_row(row, *zip(shown, widths, strict=True))
        for column, (heading, kind) in enumerate(zip(headings, kinds, strict=True), start=1):
            if kind not in looks:
                looks[kind] = _look(page, link.table, kind)
            if heading in link.columns:
                formula = cell_formula(link, heading, number, fixed(_BOOKS_HEADINGS_ROW, column))
                page.read_from_book(row, column, formula, values.get(heading), looks[kind])
            elif heading in stands_for:
                page.read_from_book(
                    row,
                    column,
                    _where_filled(row, stands_for[heading]),
                    stands_for[heading] if any(_is_filled(one) for one in values.values()) else "",
                    looks[kind],
                )
            else:
                page.put(row, column, None, looks[kind])


def _stands_for(table: str) -> dict[str, str]:
    """What each row is where the book lacks an optional column, as a cell says it."""
    return {
        column.heading: column.options[0]
        for column in ALL_COLUMNS.get(table, ())
        if column.kind == "yes_no"
    }


def _where_filled(row: int, answer: str) -> str:
    """The answer in a row that reads something; the first column stands in every row."""
    return f'=IF({fixed(row, 1)}="","","{answer}")'


def _is_filled(value: Any) -> bool:
    return value not in (None, "")


def _kind_of_term(label: Any) -> str:
    """How the value of a term is shown, by what the book calls it now."""
    if isinstance(label, str):
        for term in TERMS:
            if cells.key(term.label) == cells.key(label):
                return "wrapped" if term.kind in ("text", "option") else term.kind
    return "text"


def _look(page: TemplatePage, table: str, kind: str) -> Format:
    if table == "Terms":
        return page.styles.bare(kind, align="left", valign="vcenter", indent=1)
    return page.styles.bare(kind) if kind == "money" else page.styles.bare(kind, indent=1)
