"""Reports of the sample, made for a test, and what their sheets say."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.support.golden import AS_AT, sample_source
from tests.support.opened import opened
from xlpbr.workbook.read.contract_tables import records_of
from xlpbr.workbook.report.facts import ReportSource
from xlpbr.workbook.report.write import write_report

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FRONT = ["Summary", "Charts", "Readings"]
"""The pages for the committee, which come before the annex."""
SHEETS = [
    *FRONT, "Annex", "Statement", "Invoices and years", "Lines", "Children",
    "Readings in full", "Workings", "Terms", "Checks", "Notes", "Chart data",
]  # fmt: skip
SHARED = "Invoices and years"
ON_SHARED = ["Invoice", "Years", "Reconciliation"]
"""The short tables that share a sheet, from top to bottom."""
TITLES = {"Invoice": "Invoice: what is to be invoiced for a month"}
"""The first table's title, under that of the sheet."""
WITH_FORECAST = [*SHEETS[:8], "Forecast", "Assumptions", *SHEETS[8:]]
NEVER_PUBLIC = ("Invoice", "Lines", "Children")
PUBLIC_SHEETS = [
    "Reconciliation" if name == SHARED else name
    for name in SHEETS
    if name not in ("Workings", *NEVER_PUBLIC)
]
"""Of the sample's months too few can be shown to show how they came about, and no year."""


def report_of(
    target: Path, source: ReportSource | None = None, as_at: date | None = AS_AT, **more: Any
) -> Path:
    given = {"prepared_by": "A. Accountant", "prepared_on": date(2026, 11, 21), **more}
    source = source or sample_source()
    write_report(records_of(source.rows), source, target, as_at=as_at, **given)
    return target


def sheets_of(path: Path) -> list[str]:
    return {"public": PUBLIC_SHEETS, "forecast": WITH_FORECAST}.get(path.stem, SHEETS)


def tables_of(sheet: Any) -> list[Any]:
    """The marked tables of a sheet, from top to bottom: one, but where short ones share it."""
    found = sorted(sheet.tables.values(), key=lambda table: sheet[table.ref][0][0].row)
    assert len(found) == (1 if sheet.title != SHARED else len(found))
    return found


def place_of(path: Path, name: str) -> tuple[Any, Any]:
    """The sheet and the marked table of a name: a sheet's own one, or one that shares a sheet."""
    book = opened(path)
    if name in book.sheetnames:
        (table,) = tables_of(book[name])
        return book[name], table
    (table,) = (one for one in tables_of(book[SHARED]) if one.displayName == f"{name}Table")
    return book[SHARED], table


def table_of(path: Path, name: str) -> list[list[Any]]:
    """The cells of a marked table, heading row first, dates as dates."""
    worksheet, table = place_of(path, name)
    return [
        [cell.value.date() if isinstance(cell.value, datetime) else cell.value for cell in row]
        for row in worksheet[table.ref]
    ]


def lines_of(path: Path, name: str) -> list[str]:
    """The running text above a table, without the link to the contents and what is above others."""
    worksheet, table = place_of(path, name)
    heading_row = worksheet[table.ref][0][0].row
    ends = [worksheet[other.ref][-1][0].row for other in tables_of(worksheet)]
    after = max((end for end in ends if end < heading_row), default=0)
    above = list(worksheet.iter_rows(min_row=after + 1, max_row=heading_row - 1, max_col=2))
    lines = [
        str(first.value or second.value)
        for first, second in above
        if not first.hyperlink and (first.value or second.value)
    ]
    return lines[lines.index(title) :] if (title := TITLES.get(name)) in lines else lines


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def given_tables() -> tuple[list, list, list, list]:
    rows = sample_source().rows
    terms, placements, carers, claims = (
        rows[table] or [] for table in ("Terms", "Placements", "Carers", "Claims")
    )
    return terms, placements, carers, claims


LEFT_OUT = ("Outcome fees", "Reimbursed", "Adjustment", "To invoice")


def without(table: list, headings: tuple[str, ...] = LEFT_OUT) -> list:
    """A table without the columns of some headings."""
    kept = [number for number, heading in enumerate(table[0]) if heading not in headings]
    return [[row[number] for number in kept] for row in table]


BUDGET_OF = {
    "Saving": ("Budget saving", "Saving against budget"),
    "Payable": ("Budget cost", "Cost against budget"),
}


def years_of(path: Path) -> list[dict[str, Any]]:
    """The financial years of the report, each with its figures under the headings of PBR_YEARS."""
    heading, *rows = table_of(path, "Years")
    assert heading == ["Financial year", "Figure", "Amount", "Budget", "Against budget"]
    years: dict[str, dict[str, Any]] = {}
    for name, figure, amount, *beside in rows:
        year = years.setdefault(name, {"Financial year": name})
        year[figure] = amount
        if figure in BUDGET_OF:
            year |= dict(zip(BUDGET_OF[figure], beside, strict=True))
        else:
            assert beside == ["[z]", "[z]"]
    return list(years.values())


def sentences_at(tmp_path: Path, day: date | None, **changes: Any) -> str:
    report = {key: changes.pop(key) for key in ("public", "prepared_on") if key in changes}
    source = sample_source(**changes)
    return said_on(report_of(tmp_path / "r.xlsx", source, day, **report), "Summary")


def said_on(path: Path, sheet: str) -> str:
    """What a sheet says above its table, and in the column In words."""
    heading, *rows = table_of(path, sheet)
    words = heading.index("In words")
    return " ".join([*lines_of(path, sheet)[1:], *(str(row[words]) for row in rows)])


AFTERWARDS = date(2027, 3, 1)
"""A day after the programme, when nothing lies ahead."""


def with_terms(**values: Any) -> list[list[Any]]:
    terms = sample_source().rows["Terms"]
    return [[row[0], values.get(row[0].replace(" ", "_"), row[1]), *row[2:]] for row in terms]


def as_at_line(target: Path) -> str:
    (line,) = [line for line in lines_of(target, "Annex") if line.startswith("As at: ")]
    return line


def table_row(sheet: Any, table: Any) -> int:
    """The heading row of a marked table."""
    return sheet[table.ref][0][0].row


CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
