"""A council's budget book as an officer keeps it, for trying what is done inside such a book.

It is an invention: own rows, own headings and own formulas, months across and months down, and
nothing of xlpbr in it. Its placements are the sample rows of a contract under other headings.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlpbr.cells import plain_number
from xlpbr.contract.library import Contract, terms_table
from xlpbr.contract.terms import ContractTerms
from xlpbr.periods import Period, edate, month_of, months_of
from xlpbr.tables.terms import read_terms
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.ooxml.book import CellValue, Position

_MADE = datetime(2026, 1, 1)
"""The same contract gives the same file, byte for byte, so no clock is read."""

_HEADING_ROW = 4
_FIRST = _HEADING_ROW + 1
_LAST_PLACEMENT = 60
"""Rows of the sheets, counted from 1 as on the sheet."""

_INVOICED = 7
"""How many months of the programme have their invoice; the next one is to be worked out."""

_NUMBER_FORMATS = {
    "pounds": "#,##0", "pence": "#,##0.00", "count": "0", "share": "0.0%",
    "day": "dd/mm/yyyy", "month": "mmm-yy",
}  # fmt: skip

_ALL = "Children's placements"

_GROUPS: Mapping[str, tuple[tuple[str, str, int, str | None], ...]] = {
    "Residential care": (
        ("E2101", "Own children's homes", 2_412_000, None),
        ("E2102", "Homes of other owners", 9_180_000, None),
        ("E2190", "Less: children in families", -2_900_000, "C"),
    ),
    "Families": (
        ("E2201", "Own foster carers", 3_264_000, None),
        ("E2202", "Foster agencies", 2_748_000, None),
        ("E2203", "Special guardians", 1_176_000, None),
        ("E2290", "Payment by results", 620_000, "D"),
    ),
    "Support": (
        ("E2301", "Supported living from 16", 1_908_000, None),
        ("E2302", "Placement team", 684_000, None),
    ),
}
"""The lines of the budget: code, name, pounds a year, and the column of Forecast that it shows."""

_FORECAST = (
    "Month", "Children in families", "Saving", "To invoice", "Fee earned to date",
    "Invoiced before", "Saving less invoiced",
)  # fmt: skip
"""The columns of the sheet Forecast."""

_PLACEMENTS = (
    ("Child", "Child", 9, "text"),
    ("Type", "Type", 12, "text"),
    ("Weekly rate", "Residential weekly cost", 13, "pence"),
    ("Family weekly cost", "Family weekly cost", 13, "pence"),
    ("Moved on", "Moved on", 13, "day"),
    ("Ended on", "Ended on", 13, "day"),
    ("Agreed", "Agreed", 11, "text"),
    ("Remark", None, 26, "text"),
    ("Less a week", None, 13, "pence"),
)
"""The columns of the placements: the book's heading, the contract's, the width and the kind."""


@dataclass(frozen=True)
class _Book:
    """The book while it is written."""

    workbook: Workbook
    contract: Contract
    terms: ContractTerms
    values: Mapping[str, Mapping[Position, CellValue]]

    @property
    def months(self) -> list[date]:
        """The months of the programme."""
        programme = Period(self.terms.starts_on, self.terms.ends_on)
        return [month_of(period.first) for period in months_of(programme)]

    @property
    def year(self) -> date:
        """The first month of the financial year that the book is for."""
        kept_in = self.months[min(_INVOICED, len(self.months) - 1)]
        return date(kept_in.year - (kept_in.month < 4), 4, 1)

    @property
    def year_in_a_name(self) -> str:
        """The financial year as a sheet's name has it, such as 26-27."""
        return f"{self.year:%y}-{edate(self.year, 12):%y}"

    @property
    def year_in_words(self) -> str:
        """The financial year as people say it, such as 2026/27."""
        return f"{self.year:%Y}/{edate(self.year, 12):%y}"

    @property
    def placements(self) -> str:
        """The name of the sheet with the placements."""
        return f"Placements {self.year_in_a_name}"

    @property
    def budget(self) -> str:
        """The name of the sheet with the budget."""
        return f"Budget {self.year_in_a_name}"

    def look(self, kind: str = "text", **more: Any) -> Format:
        """A cell's look, plain as an officer makes it."""
        shown = {"num_format": _NUMBER_FORMATS[kind]} if kind in _NUMBER_FORMATS else {}
        made: Format = self.workbook.add_format(
            {"font_name": "Arial", "font_size": 10, **shown, **more}
        )
        return made

    def heading(self, kind: str = "text", **more: Any) -> Format:
        """The look of a heading."""
        return self.look(
            kind, bold=True, bg_color="#D9E1F2", bottom=1, text_wrap=True, valign="vcenter", **more
        )

    def sheet(self, name: str, title: str) -> Worksheet:
        """A new sheet with its title."""
        sheet = self.workbook.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.write("A1", title, self.look(bold=True, font_size=14))
        return sheet

    def formula(self, sheet: Worksheet, place: Position, text: str, look: Format) -> None:
        """A formula with the value that it had when the book was saved."""
        row, column = place
        value = self.values.get(sheet.name, {}).get(place, 0)
        sheet.write_formula(row - 1, column - 1, text, look, value)


def write_sample_budget(contract: Contract, target: Path) -> None:
    """Write the budget book of the council of a contract, with the values of its formulas.

    Args:
        contract: the contract; its sample placements and claims stand in the book.
        target: the file, written in place.
    """
    with TemporaryDirectory() as folder:
        uncalculated = Path(folder) / "budget.xlsx"
        uncalculated.write_bytes(_written(contract, {}))
        values = calculate(uncalculated)
    target.write_bytes(_written(contract, values))


def _written(contract: Contract, values: Mapping[str, Mapping[Position, CellValue]]) -> bytes:
    written = io.BytesIO()
    workbook = Workbook(written)
    terms = read_terms(terms_table(contract)).record
    workbook.set_properties(
        {
            "title": "Budget of children's placements (an invention)",
            "author": "Finance",
            "created": _MADE,
        }
    )
    book = _Book(workbook, contract, terms, values)
    summary = book.sheet("Summary", f"Children's placements {book.year_in_words}: position")
    totals = _write_budget(book)
    _write_summary(book, summary, totals)
    _write_forecast(book)
    _write_placements(book)
    workbook.close()
    return written.getvalue()


def _write_placements(book: _Book) -> None:
    """A row for each child in a family, under the headings of the officer."""
    sheet = book.sheet(book.placements, "Children in families")
    sheet.write("A2", "Invented, no real children. A row for each move.", book.look(italic=True))
    sheet.set_row(_HEADING_ROW - 1, 30)
    rows = book.contract.sample.get("Placements", ())
    for column, (heading, known, width, kind) in enumerate(_PLACEMENTS):
        right = {"align": "right"} if kind in _NUMBER_FORMATS else {}
        sheet.set_column(column, column, width)
        sheet.write(_HEADING_ROW - 1, column, heading, book.heading(**right))
        look = book.look(kind)
        for row, values in enumerate(rows, start=_FIRST):
            value = values.get(known) if known else None
            if isinstance(value, date):
                sheet.write_datetime(row - 1, column, datetime(*value.timetuple()[:3]), look)
            elif value is not None:
                sheet.write(row - 1, column, value, look)
    for row, values in enumerate(rows, start=_FIRST):
        if values.get("Ended on"):
            sheet.write(row - 1, 7, "moved back", book.look())
        book.formula(sheet, (row, 9), f"=C{row}-D{row}", book.look("pence"))
    kinds_of_family = {"validate": "list", "source": ["foster", "reunified"]}
    sheet.data_validation(_FIRST - 1, 1, _LAST_PLACEMENT - 1, 1, kinds_of_family)
    sheet.freeze_panes(_HEADING_ROW, 1)


def _write_forecast(book: _Book) -> None:
    """The programme month by month: what was invoiced, and from then on what is to be."""
    sheet = book.sheet("Forecast", "Payment by results, month by month")
    for column, value, look in (
        (0, "Fee", book.look()),
        (1, plain_number(book.terms.fee), book.look("pounds", bold=True)),
        (2, "over months", book.look(align="right")),
        (3, book.terms.fee_months or len(book.months), book.look("count", bold=True)),
    ):
        sheet.write(1, column, value, look)
    sheet.set_row(_HEADING_ROW - 1, 30)
    sheet.set_column(0, 6, 14)
    for column, heading in enumerate(_FORECAST):
        look = book.heading(align="right" if column else "left")
        sheet.write(_HEADING_ROW - 1, column, heading, look)
    claims = {claim["Month"]: claim["Invoiced"] for claim in book.contract.sample.get("Claims", ())}
    pence, to_do = book.look("pence"), book.look("pence", bg_color="#FFF2CC")
    for row, month in enumerate(book.months, start=_FIRST):
        first_day = datetime(*month.timetuple()[:3])
        sheet.write_datetime(row - 1, 0, first_day, book.look("month", align="left"))
        if row < _FIRST + _INVOICED:
            sheet.write(row - 1, 3, claims.get(month, 0), pence)
        else:
            sheet.write_blank(row - 1, 3, None, to_do)
        for column, text in _formulas_of_a_month(book.placements, row).items():
            book.formula(sheet, (row, column), text, book.look("count") if column == 2 else pence)
    last = _FIRST + len(book.months) - 1
    look = book.look("pence", bold=True, top=1)
    for column, heading in enumerate(_FORECAST, start=1):
        if heading in ("Saving", "To invoice", "Saving less invoiced"):
            letter = column_letter(column)
            text = f"=SUM({letter}{_FIRST}:{letter}{last})"
            book.formula(sheet, (last + 1, column), text, look)
        else:
            sheet.write(last, column - 1, "" if column > 1 else "Total", look)
    sheet.freeze_panes(_HEADING_ROW, 1)


def _formulas_of_a_month(placements: str, row: int) -> dict[int, str]:
    """The officer's own formulas in a row of Forecast, by their column."""
    moved, ended, less = (
        f"'{placements}'!${letter}${_FIRST}:${letter}${_LAST_PLACEMENT}" for letter in "EFI"
    )
    there, gone = (f'{days},"<="&EOMONTH($A{row},0)' for days in (moved, ended))
    return {
        2: f"=COUNTIFS({there})-COUNTIFS({gone})",
        3: f"=ROUND((SUMIFS({less},{there})-SUMIFS({less},{gone}))*52/12,2)",
        5: f"=ROUND($B$2*MIN(ROW()-{_HEADING_ROW},$D$2)/$D$2,2)",
        6: f"=SUM(D${_HEADING_ROW}:D{row - 1})",
        7: f"=C{row}-D{row}",
    }


def _write_budget(book: _Book) -> dict[str, int]:
    """The lines of the budget with the months of the year across; the row of each sum."""
    council = book.terms.commissioner or "The council"
    sheet = book.sheet(book.budget, f"{council}: children's placements {book.year_in_words}")
    sheet.write("A2", "Pounds; invented figures.", book.look(italic=True))
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 16, 11)
    sheet.set_row(_HEADING_ROW - 1, 30)
    for column, heading in ((0, "Code"), (1, "Line")):
        sheet.write(_HEADING_ROW - 1, column, heading, book.heading())
    for column, heading in ((2, "Budget"), (15, "Outturn"), (16, "Over or under")):
        sheet.write(_HEADING_ROW - 1, column, heading, book.heading(align="right"))
    for number in range(12):
        first_day = datetime(*edate(book.year, number).timetuple()[:3])
        sheet.write_datetime(
            _HEADING_ROW - 1, 3 + number, first_day, book.heading("month", align="right")
        )
    row, totals = _FIRST, {}
    for group, lines in _GROUPS.items():
        sheet.write(row - 1, 0, group, book.look(bold=True))
        first = row + 1
        for line in lines:
            row += 1
            _write_line(book, sheet, row, line)
        row += 1
        _write_sums(book, sheet, row, f"{group} in all", f"{{0}}{first}:{{0}}{row - 1}")
        totals[group] = row
        row += 2
    of = ",".join(f"{{0}}{total}" for total in totals.values())
    _write_sums(book, sheet, row, _ALL, of)
    sheet.freeze_panes(_HEADING_ROW, 3)
    return {**totals, _ALL: row}


def _write_line(
    book: _Book, sheet: Worksheet, row: int, line: tuple[str, str, int, str | None]
) -> None:
    """A line of the budget; its months are typed, or are a column of the sheet Forecast."""
    code, name, budget, of_forecast = line
    sheet.write(row - 1, 0, code, book.look())
    sheet.write(row - 1, 1, name, book.look())
    sheet.write(row - 1, 2, budget, book.look("pounds"))
    for number in range(12):
        place, look = (row, 4 + number), book.look("pounds")
        if of_forecast is None:
            # A month costs a little more or less than a twelfth.
            spent = budget // 12 + (number % 4 - 1) * (budget // 240)
            sheet.write(row - 1, 3 + number, spent, look)
            continue
        sign = "-" if budget < 0 else ""
        month = f"{column_letter(4 + number)}${_HEADING_ROW}"
        found = f"SUMIFS(Forecast!${of_forecast}:${of_forecast},Forecast!$A:$A,{month})"
        book.formula(sheet, place, f"={sign}{found}", look)
    book.formula(sheet, (row, 16), f"=SUM(D{row}:O{row})", book.look("pounds"))
    book.formula(sheet, (row, 17), f"=P{row}-C{row}", book.look("pounds"))


def _write_sums(book: _Book, sheet: Worksheet, row: int, name: str, of: str) -> None:
    look: dict[str, Any] = {"bold": True, "top": 1, "bg_color": "#F2F2F2"}
    sheet.write(row - 1, 0, "", book.look(**look))
    sheet.write(row - 1, 1, name, book.look(**look))
    for column in range(3, 18):
        summed = f"=SUM({of.format(column_letter(column))})"
        book.formula(sheet, (row, column), summed, book.look("pounds", **look))


def _write_summary(book: _Book, sheet: Worksheet, totals: Mapping[str, int]) -> None:
    """The position on one page, with a chart of the months."""
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 4, 15)
    for column, heading in enumerate(("Pounds", "Budget", "Outturn", "Over or under", "Share")):
        sheet.write(2, column, heading, book.heading(align="right" if column else "left"))
    for row, (name, of) in enumerate(totals.items(), start=4):
        bold: dict[str, Any] = {"bold": True, "top": 1} if name == _ALL else {}
        sheet.write(row - 1, 0, name, book.look(**bold))
        for column, letter in ((2, "C"), (3, "P"), (4, "Q")):
            text = f"='{book.budget}'!{letter}{of}"
            book.formula(sheet, (row, column), text, book.look("pounds", **bold))
        book.formula(sheet, (row, 5), f"=IF(B{row}=0,0,D{row}/B{row})", book.look("share", **bold))
    over = book.workbook.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
    sheet.conditional_format(
        f"D4:D{3 + len(totals)}", {"type": "cell", "criteria": ">", "value": 0, "format": over}
    )
    chart = book.workbook.add_chart({"type": "column"})
    row = totals[_ALL]
    chart.add_series(
        {
            "name": "Cost of the month",
            "categories": f"='{book.budget}'!$D${_HEADING_ROW}:$O${_HEADING_ROW}",
            "values": f"='{book.budget}'!$D${row}:$O${row}",
            "fill": {"color": "#4472C4"},
        }
    )
    chart.set_title({"name": "Cost of the placements, month by month"})
    chart.set_legend({"none": True})
    chart.set_x_axis({"date_axis": True, "num_format": "mmm yy"})
    chart.set_y_axis({"num_format": "#,##0", "name": "Pounds"})
    sheet.insert_chart(5 + len(totals), 0, chart, {"x_scale": 1.3})
