"""Where everything stands in the template: sheets, rows and columns, each decided once.

Rows and columns count from 1, as on the sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from xlpbr import cells
from xlpbr.contract.assumptions import ASSUMPTIONS
from xlpbr.contract.columns import EvidenceColumn
from xlpbr.contract.evidence import ALL_COLUMNS, COLUMNS, NOTED
from xlpbr.contract.library import SAMPLE_NOTE_HEADING, Contract, terms_table
from xlpbr.contract.life import LIFE_COLUMNS
from xlpbr.contract.terms import TERMS, ContractTerms
from xlpbr.errors import CellError, FileProblem
from xlpbr.periods import Period, month_of, months_of
from xlpbr.settlement.statement import FIGURES
from xlpbr.tables import terms as term_rows
from xlpbr.workbook.ooxml.addresses import column_letter, quoted_sheet
from xlpbr.workbook.read import own_sheets
from xlpbr.workbook.read.own_sheets import SHEETS
from xlpbr.workbook.template.links import Link

CONTRACT_TABLES = ("Terms", *COLUMNS)
"""The input tables of what was agreed and what happened."""

LIFE_TABLES = tuple(LIFE_COLUMNS)
"""The optional input tables: a workbook without one of them is read as if it were blank."""

TABLE_NAMES = {table: f"Pbr{table}" for table in (*CONTRACT_TABLES, *LIFE_TABLES, "Assumptions")}
"""The name of each input table in Excel."""

TERMS_HEADINGS = ("Term", "Value", "From", "Unit", "Clause", "Reading")
"""The columns of the sheet Terms; From stands beside the value that it is for."""

VARIATION_ROWS = 6
"""Rows under the terms in which a term may stand again with another value from a day on."""

TABLE_HEADING_ROW = 5
FIRST_TABLE_ROW = TABLE_HEADING_ROW + 1
SPARE_TERM_ROWS = 10
SPARE_TABLE_ROWS = 40
SPARE_LIFE_ROWS = 20
"""Rows under an input table, or an optional one, that the workings read too as it grows."""

AUDIT_COLUMNS: Mapping[str, tuple[EvidenceColumn, ...]] = {
    table: NOTED.get(table, ()) for table in ALL_COLUMNS
}
"""Columns that an auditor asks for. The functions pass them over."""

STATEMENT_HEADING_ROW = 23
FIRST_MONTH_ROW = STATEMENT_HEADING_ROW + 1
STATEMENT_COLUMNS: Mapping[str, int] = {
    figure.heading: number for number, figure in enumerate(FIGURES, start=1)
}
"""The column of Statement in which each figure stands."""
FORECAST_HEADING_ROW = 46
FAR_BELOW = 400
"""A row below anything that a statement or a forecast fills: a longer one is noticed, not cut."""

SAY_NOT_READ = (3, 5)
"""Where a sheet that is read from the book says what to do about rows that it does not read."""

AS_AT = own_sheets.AS_AT["Statement"]
FORECAST_AS_AT = own_sheets.AS_AT["Forecast"]
FORECAST_SCENARIOS = (5, 2)
FORECAST_SEED = (6, 2)
MONTH = (4, 2)
"""The month of the sheet Month, which the other sheets follow."""
MONTH_COLUMNS = 10
MONTH_AREA = "$A$2:$J$70"
"""The cells of the sheet Month that may show a figure."""
EXPLAIN_MONTH = (4, 2)
INVOICE_MONTH = (4, 2)
LINES_MONTH = (4, 2)
TOLERANCE = (4, 2)
CHECK_MONTH = (12, 2)

SPARE_MONTHS = 12
SPARE_PLACEMENTS = 20
"""Rows of Placements beside those that are known when the workbook is made."""
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
    def chosen_month(self) -> str:
        """The month that is chosen on the sheet Month; empty where there is no such sheet."""
        return self.on_sheet("Month", *MONTH) if "Month" in self.sheets else ""

    @property
    def evidence_tables(self) -> tuple[str, ...]:
        """The input tables of what happened that the workbook has, in their order."""
        return tuple(table for table in ALL_COLUMNS if table in self.sheets)

    @property
    def hidden_sheets(self) -> tuple[str, ...]:
        """The sheets that are hidden at first: optional tables that the contract does not use.

        In a book that the sheets are added to, none is: only those that were asked for come.
        """
        if self.book:
            return ()
        return tuple(table for table in LIFE_TABLES if not self.uses(table))

    def uses(self, table: str) -> bool:
        """Whether the contract uses an optional table, as far as is known when it is made."""
        return table in self.links or bool(self.contract.sample.get(table))

    @property
    def idle_figures(self) -> tuple[str, ...]:
        """The figures of the statement that stay 0.00 under the terms: their columns are hidden."""
        terms = self.terms
        has = {
            "Carer fees": terms.carer_fee > 0 or bool(terms.varied("carer_fee")),
            "Outcome fees": self.uses("Rates"),
            "Bonus": terms.bonus_rate is not None or bool(terms.varied("bonus_rate")),
            "Reimbursed": terms.break_down_reimbursement != "none",
            "Held back": self._has_maximum and terms.maximum_reading == "hard_stop",
            "Adjustment": self.uses("Agreed"),
        }
        return tuple(heading for heading, is_there in has.items() if not is_there)

    @property
    def _has_maximum(self) -> bool:
        terms = self.terms
        return terms.contract_maximum is not None or bool(terms.varied("contract_maximum"))

    def call(self, function: str, *arguments: str) -> str:
        """A formula that calls a function; an input table is given by its name.

        An optional table that the workbook does not have is a blank argument.
        """
        given = [
            f"{TABLE_NAMES[one]}[#All]" * (one in self.sheets or one not in LIFE_TABLES)
            if one in TABLE_NAMES
            else one
            for one in arguments
        ]
        while given and not given[-1]:
            given.pop()
        return f"={function}({','.join(given)})"

    @property
    def title(self) -> str:
        """What the contract is called; one without a title is called by its name."""
        return self.contract.title.strip() or self.contract.name

    @property
    def last_month_row(self) -> int:
        """The last row of Statement that is prepared for a month."""
        return STATEMENT_HEADING_ROW + self.month_rows

    def on_sheet(self, sheet: str, row: int, column: int) -> str:
        """A cell's address with its sheet: ``Statement!$D$4``."""
        return f"{quoted_sheet(self.name_of(sheet))}!{fixed(row, column)}"

    def column_of(self, sheet: str, column: int, first_row: int, last_row: int) -> str:
        """Part of a column with its sheet: ``Terms!$A$6:$A$39``."""
        return f"{self.on_sheet(sheet, first_row, column)}:{fixed(last_row, column)}"

    @property
    def as_at_cell(self) -> str:
        """The last day that is known, on Statement."""
        return self.on_sheet("Statement", *AS_AT)

    @property
    def statement_corner(self) -> str:
        """The heading "Month" of the statement; the error where the statement is one."""
        return self.on_sheet("Statement", STATEMENT_HEADING_ROW, 1)

    def statement_column(self, heading: str) -> str:
        """The cells of Statement that a figure may fill."""
        column = STATEMENT_COLUMNS[heading]
        return self.column_of("Statement", column, FIRST_MONTH_ROW, self.last_month_row)

    @property
    def all_statement_months(self) -> str:
        """The months of Statement and the rows far below, in which none is expected."""
        return self.column_of("Statement", 1, FIRST_MONTH_ROW, FAR_BELOW)

    def evidence_column(self, table: str, heading: str) -> str:
        """A column of an input table with the spare rows under it, without its heading."""
        headings = [column.heading for column in ALL_COLUMNS[table]]
        last = TABLE_HEADING_ROW + self.prepared_rows(table)
        return self.column_of(table, headings.index(heading) + 1, FIRST_TABLE_ROW, last)

    def prepared_rows(self, table: str) -> int:
        """How many rows of an input table are read: it may grow by some."""
        if table not in self.sheets and table in LIFE_TABLES:
            return 1
        spare = SPARE_LIFE_ROWS if table in LIFE_TABLES else SPARE_TABLE_ROWS
        return self.table_rows[table] + spare

    def term_cell(self, label: str) -> str:
        """The value of a term, found by its name as the functions do."""
        return f'INDEX({self._column_of_terms(2)},MATCH("{label}",{self.term_names},0))'

    def term_if_there(self, label: str) -> str:
        """The same; a text of no characters where the table lacks the term."""
        return f'IFERROR({self.term_cell(label)},"")'

    @property
    def term_names(self) -> str:
        """The cells in which the names of the terms stand, and some below them."""
        return self._column_of_terms(1)

    @property
    def terms_from(self) -> str:
        """The days from which the rows of the terms hold."""
        return self._column_of_terms(TERMS_HEADINGS.index("From") + 1)

    def _column_of_terms(self, column: int) -> str:
        last = TABLE_HEADING_ROW + self.table_rows["Terms"] + SPARE_TERM_ROWS
        return self.column_of("Terms", column, FIRST_TABLE_ROW, last)


def template_plan_of(contract: Contract, *, sample: bool) -> TemplatePlan:
    """The sizes of a contract's workbook.

    Raises:
        FileProblem: the contract has values that change or rates, for which the sheets have no
            place: they would be lost without a word, and the figures be wrong.
    """
    if contract.variations or contract.rates:
        raise FileProblem(
            f"{contract.name}: its values that change or its rates have no place in a workbook's"
            " sheets. See them with xlpbr terms, take [[variations]] and [[rates]] out of a copy"
            " of its file, and make the workbook from that."
        )
    found = term_rows.read_terms(terms_table(contract))
    known = not found.blocking
    months: tuple[date, ...] = ()
    if known:
        programme = Period(found.record.starts_on, found.record.ends_on)
        months = tuple(month_of(period.first) for period in months_of(programme))
    rows = {table: len(contract.sample.get(table, ())) if sample else 0 for table in ALL_COLUMNS}
    cohort = (found.record.cohort_size or 0) if known else 0
    return TemplatePlan(
        contract=contract,
        sample=sample,
        terms=found.record,
        months=months,
        month_rows=(len(months) or UNKNOWN_MONTHS) + SPARE_MONTHS,
        table_rows={
            "Terms": len(TERMS) + VARIATION_ROWS,
            "Assumptions": len(ASSUMPTIONS),
            "Placements": max(cohort + 10, 40, rows["Placements"] + SPARE_PLACEMENTS),
            "Carers": max(cohort + 5, 20, rows["Carers"] + 10),
            "Claims": max(len(months) + 6, 24, rows["Claims"] + 10),
            "Cohort": max(cohort + 5, 25, rows["Cohort"] + 10),
            "Prices": max(cohort + 10, 30, rows["Prices"] + 15),
            "Costs": max(cohort + 10, 30, rows["Costs"] + 15),
            "Rates": max(12, rows["Rates"] + 6),
            "Agreed": max(len(months) + 2, 24, rows["Agreed"] + 10),
            "Budget": max(8, rows["Budget"] + 4),
        },
        shown_month=_shown_month(contract, months, sample=sample),
    )


def _shown_month(contract: Contract, months: tuple[date, ...], *, sample: bool) -> date | None:
    """The month that is to be agreed next: the one after the last that was claimed or agreed.

    Before anything is claimed it is the first month in which a child moves or a household is
    approved; without either, the first month.
    """
    if not months:
        return None
    rows = contract.sample if sample else {}
    done = _months_in(rows, ("Claims", "Month"), ("Agreed", "Month")).intersection(months)
    if done:
        after = months.index(max(done)) + 1
        return months[min(after, len(months) - 1)]
    begun = _months_in(rows, ("Placements", "Moved on"), ("Carers", "Approved on"))
    return min((month for month in months if month in begun), default=months[0])


def _months_in(
    rows: Mapping[str, Sequence[Mapping[str, Any]]], *columns: tuple[str, str]
) -> set[date]:
    """The months that stand in columns of the input tables, as far as they can be read."""
    found = set()
    for table, heading in columns:
        for row in rows.get(table, ()):
            with suppress(CellError):
                found.add(cells.month(row.get(heading)))
    return found


def input_headings(table: str) -> list[str]:
    """The headings of an input sheet: those that are read, those for the audit, and Note."""
    if table == "Terms":
        return list(TERMS_HEADINGS)
    columns = (*ALL_COLUMNS[table], *AUDIT_COLUMNS[table])
    return [*(column.heading for column in columns), SAMPLE_NOTE_HEADING]


def fixed(row: int, column: int) -> str:
    """A cell's address that does not move when a formula is filled: ``$D$4``."""
    return f"${column_letter(column)}${row}"
