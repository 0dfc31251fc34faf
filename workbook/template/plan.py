"""Where everything stands in the template: sheets, rows and columns, each decided once.

Rows and columns count from 1, as on the sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from xlpbr import cells
from xlpbr.contract.assumptions import ASSUMPTIONS
from xlpbr.contract.evidence import COLUMNS, NOTED, EvidenceColumn
from xlpbr.contract.library import SAMPLE_NOTE_HEADING, Contract, terms_table
from xlpbr.contract.terms import TERMS, ContractTerms
from xlpbr.errors import CellError
from xlpbr.periods import Period, month_of, months_of
from xlpbr.settlement.statement import FIGURES
from xlpbr.tables import terms as term_rows
from xlpbr.workbook.ooxml.addresses import column_letter, quoted_sheet
from xlpbr.workbook.read import own_sheets
from xlpbr.workbook.read.own_sheets import SHEETS
from xlpbr.workbook.template.links import Link

CONTRACT_TABLES = ("Terms", *COLUMNS)
"""The input tables of what was agreed and what happened."""

TABLE_NAMES = {table: f"Pbr{table}" for table in (*CONTRACT_TABLES, "Assumptions")}
"""The name of each input table in Excel."""

ALL_TABLES = "PbrTerms[#All],PbrPlacements[#All],PbrCarers[#All],PbrClaims[#All]"

TABLE_HEADING_ROW = 5
FIRST_TABLE_ROW = TABLE_HEADING_ROW + 1
SPARE_TERM_ROWS = 10
SPARE_TABLE_ROWS = 40
"""Rows under an input table that the workings read as well, for a table that grows."""

AUDIT_COLUMNS: Mapping[str, tuple[EvidenceColumn, ...]] = NOTED
"""Columns that an auditor asks for. The functions pass them over."""

STATEMENT_HEADING_ROW = 23
FIRST_MONTH_ROW = STATEMENT_HEADING_ROW + 1
FORECAST_HEADING_ROW = 46
FAR_BELOW = 400
"""A row below anything that a statement or a forecast fills: a longer one is noticed, not cut."""

SAY_NOT_READ = (3, 5)
"""Where a sheet that is read from the book says what to do about rows that it does not read."""

AS_AT = own_sheets.AS_AT["Statement"]
FORECAST_AS_AT = own_sheets.AS_AT["Forecast"]
FORECAST_SCENARIOS = (5, 2)
FORECAST_SEED = (6, 2)
EXPLAIN_MONTH = (4, 2)
TOLERANCE = (4, 2)
CHECK_MONTH = (12, 2)

SPARE_MONTHS = 12
UNKNOWN_MONTHS = 24
"""Months prepared for a contract that does not say when it starts and ends."""


@dataclass(frozen=True, slots=True)
class TemplatePlan:
    """The sizes that a contract gives its workbook.

    Attributes:
        contract: the contract.
        sample: whether the illustrative rows are written.
        terms: its terms as far as they can be read.
        months: the first day of each month of the programme.
        month_rows: rows prepared for months: those of the programme and some to spare.
        table_rows: rows of each input table, filled or blank.
        shown_month: the month that is explained and worked out again when the book is opened.
        sheets: the sheets that are written.
        prefix: what stands before each sheet's name, in a book that has other sheets.
        book: the file name of the book that the sheets are added to; empty for a workbook of
            their own.
        links: the input tables that are read from cells of that book.
        date_1904: whether serial numbers count days from 1 January 1904.
    """

    contract: Contract
    sample: bool
    terms: ContractTerms
    months: tuple[date, ...]
    month_rows: int
    table_rows: Mapping[str, int]
    shown_month: date | None
    sheets: tuple[str, ...] = SHEETS
    prefix: str = ""
    book: str = ""
    links: Mapping[str, Link] = field(default_factory=dict)
    date_1904: bool = False

    def name_of(self, sheet: str) -> str:
        """What a sheet is called in the workbook."""
        return f"{self.prefix}{sheet}"

    @property
    def as_at_name(self) -> str:
        """The defined name of the cell As at."""
        return "PbrAsAt" if self.book else "AsAt"

    @property
    def title(self) -> str:
        """What the contract is called; one without a title is called by its name."""
        return self.contract.title.strip() or self.contract.name

    @property
    def last_month_row(self) -> int:
        """The last row of Statement that is prepared for a month."""
        return STATEMENT_HEADING_ROW + self.month_rows


def template_plan_of(contract: Contract, *, sample: bool) -> TemplatePlan:
    """The sizes of a contract's workbook."""
    found = term_rows.read_terms(terms_table(contract))
    known = not found.blocking
    months: tuple[date, ...] = ()
    if known:
        programme = Period(found.record.starts_on, found.record.ends_on)
        months = tuple(month_of(period.first) for period in months_of(programme))
    rows = {table: len(contract.sample.get(table, ())) if sample else 0 for table in COLUMNS}
    cohort = (found.record.cohort_size or 0) if known else 0
    return TemplatePlan(
        contract=contract,
        sample=sample,
        terms=found.record,
        months=months,
        month_rows=(len(months) or UNKNOWN_MONTHS) + SPARE_MONTHS,
        table_rows={
            "Terms": len(TERMS),
            "Assumptions": len(ASSUMPTIONS),
            "Placements": max(cohort + 10, 40, rows["Placements"] + 20),
            "Carers": max(cohort + 5, 20, rows["Carers"] + 10),
            "Claims": max(len(months) + 6, 24, rows["Claims"] + 10),
        },
        shown_month=_shown_month(contract, months, sample=sample),
    )


def _shown_month(contract: Contract, months: tuple[date, ...], *, sample: bool) -> date | None:
    """The month of the last claim, which is the one being agreed; otherwise the first month."""
    claimed = set()
    for claim in contract.sample.get("Claims", ()) if sample else ():
        try:
            claimed.add(cells.month(claim.get("Month")))
        except CellError:
            continue
    in_programme = sorted(claimed.intersection(months))
    if in_programme:
        return in_programme[-1]
    return months[0] if months else None


def input_headings(table: str) -> list[str]:
    """The headings of an input sheet: those that are read, those for the audit, and Note."""
    columns = (*COLUMNS[table], *AUDIT_COLUMNS[table])
    return [*(column.heading for column in columns), SAMPLE_NOTE_HEADING]


def fixed(row: int, column: int) -> str:
    """A cell's address that does not move when a formula is filled: ``$D$4``."""
    return f"${column_letter(column)}${row}"


def on_sheet(plan: TemplatePlan, sheet: str, row: int, column: int) -> str:
    """The same with its sheet: ``Statement!$D$4``."""
    return f"{quoted_sheet(plan.name_of(sheet))}!{fixed(row, column)}"


def column_of(plan: TemplatePlan, sheet: str, column: int, first_row: int, last_row: int) -> str:
    """Part of a column with its sheet: ``Terms!$A$6:$A$39``."""
    return f"{on_sheet(plan, sheet, first_row, column)}:{fixed(last_row, column)}"


STATEMENT_COLUMNS: Mapping[str, int] = {
    figure.heading: number for number, figure in enumerate(FIGURES, start=1)
}
"""The column of Statement in which each figure stands."""


def as_at_cell(plan: TemplatePlan) -> str:
    """The last day that is known, on Statement."""
    return on_sheet(plan, "Statement", *AS_AT)


def statement_corner(plan: TemplatePlan) -> str:
    """The heading "Month" of the statement; the error where the statement is one."""
    return on_sheet(plan, "Statement", STATEMENT_HEADING_ROW, 1)


def statement_column(plan: TemplatePlan, heading: str) -> str:
    """The cells of Statement that a figure may fill."""
    column = STATEMENT_COLUMNS[heading]
    return column_of(plan, "Statement", column, FIRST_MONTH_ROW, plan.last_month_row)


def all_statement_months(plan: TemplatePlan) -> str:
    """The months of Statement and the rows far below, in which none is expected."""
    return column_of(plan, "Statement", 1, FIRST_MONTH_ROW, FAR_BELOW)


def term_cell(plan: TemplatePlan, label: str) -> str:
    """The value of a term, found by its name as the functions do."""
    values = column_of(plan, "Terms", 2, FIRST_TABLE_ROW, last_term_row(plan))
    return f'INDEX({values},MATCH("{label}",{term_names(plan)},0))'


def term_if_there(plan: TemplatePlan, label: str) -> str:
    """The same; a text of no characters where the table lacks the term."""
    return f'IFERROR({term_cell(plan, label)},"")'


def term_names(plan: TemplatePlan) -> str:
    """The cells in which the names of the terms stand, and some below them."""
    return column_of(plan, "Terms", 1, FIRST_TABLE_ROW, last_term_row(plan))


def last_term_row(plan: TemplatePlan) -> int:
    """The last row of Terms that is looked at."""
    return TABLE_HEADING_ROW + plan.table_rows["Terms"] + SPARE_TERM_ROWS
