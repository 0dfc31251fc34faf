"""What a report is made from: the source's tables, the settled contract and what may be shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from xlpbr import cells
from xlpbr.cells import Rows
from xlpbr.contract.assumptions import ASSUMPTION_HEADINGS
from xlpbr.contract.evidence import COLUMNS, Evidence
from xlpbr.contract.library import CONTRACT_NAMES, Contract, load_contract
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import CellError, FileProblem, Problem
from xlpbr.forecast.run import Forecast, forecast
from xlpbr.settlement.readings import ReadingValue, value_readings
from xlpbr.settlement.statement import Statement, settle
from xlpbr.tables.headings import RowCount
from xlpbr.workbook.agreed.since import Since
from xlpbr.workbook.disclosure.rules import (
    LEAST_CUT_OFF,
    Shown,
    show_everything,
    show_last_month,
    show_publicly,
)
from xlpbr.workbook.read.contract_tables import ContractRecords
from xlpbr.workbook.report.page import SUPPRESSED

_TELLING = re.compile(r"[^\W\d_]|\d{4}")
"""A pseudonym that can be told from a clause's number has a letter or four digits in a row."""


def table_and_row(problem: Problem) -> str:
    """Where a problem is, as far as it is known without the workbook."""
    row = "" if problem.row is None else f", row {problem.row}"
    return f"{problem.table}{row}, {problem.column}" if problem.column else f"{problem.table}{row}"


@dataclass(frozen=True)
class ReportSource:
    """The tables of a contract as a workbook holds them, and which file that was.

    Attributes:
        rows: the cells of each table, heading row first; None where there is none.
        file_name: the name of the file, without its folder.
        sha256: the file's SHA-256 as 64 hexadecimal digits.
        places: where each table stands in the file, in words, by the table's name.
        where: says where a problem is.
    """

    rows: Mapping[str, Rows | None]
    file_name: str
    sha256: str
    places: Mapping[str, str] = field(default_factory=dict)
    where: Callable[[Problem], str] = table_and_row


@dataclass(frozen=True)
class Report:
    """Everything that the sheets of a report say.

    Attributes:
        source: the tables.
        shown: what is shown of every month.
        last_shown: the same up to the last month for which figures may be shown.
        contract: the built-in contract, where it is one.
        problems: what a person should look at.
        row_counts: what became of the rows of each table.
        reading_notes: why terms are read as they are, by the term's key.
        as_at: the last day that is known, as given.
        prepared_by: who made the report.
        prepared_on: the day on which it was made.
        made_with: the versions that made it.
        hidden_names: matches the names that the public version takes out.
        is_illustration: whether a row that is used is an illustration.
        forecast: what may come, in the full report and where something is assumed.
        no_forecast: why there is none where there should be one.
        since: what changed since an earlier state of the tables, in the full report.
    """

    source: ReportSource
    shown: Shown
    last_shown: Shown
    contract: Contract | None
    problems: tuple[Problem, ...]
    row_counts: tuple[RowCount, ...]
    reading_notes: Mapping[str, str]
    as_at: date | None
    prepared_by: str
    prepared_on: date
    made_with: str
    hidden_names: re.Pattern[str] | None
    is_illustration: bool
    forecast: Forecast | None = None
    no_forecast: str = ""
    since: Since | None = None

    @property
    def statement(self) -> Statement:
        """The settled contract."""
        return self.shown.statement

    @property
    def terms(self) -> ContractTerms:
        """The contract's terms."""
        return self.shown.statement.terms

    @property
    def evidence(self) -> Evidence:
        """What happened."""
        return self.shown.statement.evidence

    @property
    def day(self) -> date:
        """The day to which the report is drawn up."""
        return self.as_at or self.terms.last_day

    @cached_property
    def position(self) -> Report:
        """The report up to the last month for which figures may be shown."""
        return replace(self, shown=self.last_shown) if self.is_cut else self

    @cached_property
    def readings(self) -> list[ReadingValue]:
        """What each option of the open wording would pay up to the day of the statement."""
        return value_readings(self.terms, self.evidence, self.statement.as_at)

    @cached_property
    def readings_to_the_end(self) -> list[ReadingValue]:
        """The same in outlook to the end; empty in a public version, and with nothing to come."""
        statement = self.statement
        if self.is_public or not statement.months or statement.as_at >= self.terms.last_day:
            return []
        return value_readings(self.terms, self.evidence)

    @property
    def is_cut(self) -> bool:
        """Whether months at the end are suppressed."""
        return self.last_shown is not self.shown

    @property
    def looks_ahead(self) -> bool:
        """Whether figures are of days after that on which the report was made."""
        return bool(self.statement.months) and self.statement.as_at > self.prepared_on

    @property
    def is_public(self) -> bool:
        """Whether this is the public version."""
        return self.shown.is_public

    @property
    def cohort_size(self) -> int | None:
        """How many children were agreed; None where that is not given or is suppressed."""
        size, cut_off = self.terms.cohort_size, self.shown.cut_off
        return None if size and cut_off and size <= cut_off else size

    @property
    def title(self) -> str:
        """The contract as a person would name it."""
        if self.contract is not None:
            return self.contract.title
        terms = self.terms
        parties = [self.text(name) for name in (terms.commissioner, terms.provider) if name]
        return f"Payment by results: {', '.join(parties)}" if parties else "Payment by results"

    def text(self, found: str) -> str:
        """A text of the source; the public version takes the names of children and carers out."""
        return self.hidden_names.sub(SUPPRESSED, found) if self.hidden_names else found


def gather(
    records: ContractRecords,
    source: ReportSource,
    *,
    as_at: date | None,
    prepared_by: str,
    prepared_on: date,
    made_with: str,
    public: bool,
    cut_off: int,
) -> Report:
    """Settle the contract and decide what is shown.

    Raises:
        CellError: the first problem that stops the figures.
        FileProblem: the cut-off is too low to protect anyone.
    """
    if public and cut_off < LEAST_CUT_OFF:
        raise FileProblem(
            f"The cut-off is {cut_off}; give {LEAST_CUT_OFF} or more: at 1 every suppressed count"
            " would be known to be 1."
        )
    for problem in (*records.terms.blocking, *records.evidence.blocking):
        raise problem.as_error()
    terms, evidence = records.terms.record, records.evidence.record
    statement = settle(terms, evidence, as_at)
    shown = show_publicly(statement, cut_off) if public else show_everything(statement)
    contract = None
    if cells.key(terms.contract) in {cells.key(name) for name in CONTRACT_NAMES}:
        contract = load_contract(terms.contract)
    outlook, no_forecast = (None, "") if public else _outlook(records, as_at)
    return Report(
        source=source,
        shown=shown,
        last_shown=show_last_month(shown),
        contract=contract,
        problems=records.problems if public else records.all_problems,
        row_counts=records.row_counts if public else records.all_counts,
        reading_notes=_notes_on_terms(source.rows["Terms"] or [[]]),
        as_at=as_at,
        prepared_by=prepared_by,
        prepared_on=prepared_on,
        made_with=made_with,
        hidden_names=_names_of(evidence) if public else None,
        is_illustration=_is_illustration(source.rows, with_assumptions=outlook is not None),
        forecast=outlook,
        no_forecast=no_forecast,
    )


def _outlook(records: ContractRecords, as_at: date | None) -> tuple[Forecast | None, str]:
    """The forecast from the day of the report, where something is assumed, or why there is none.

    What is wrong with the assumptions stops the forecast and not the report: no other figure
    comes from them.
    """
    found = records.assumptions
    if found is None or found.blocking:
        return None, ""
    assumed = found.record
    chances = (assumed.break_down_early, assumed.break_down_middle, assumed.break_down_late)
    if not (assumed.children or any(chances)):
        return None, ""
    try:
        return forecast(records.terms.record, records.evidence.record, assumed, as_at=as_at), ""
    except CellError as error:
        return None, error.message


def _is_illustration(tables: Mapping[str, Rows | None], *, with_assumptions: bool) -> bool:
    """Whether a row that is used says in a column of its own that it is an illustration."""
    headings_of = {
        table: [column.heading for column in columns] for table, columns in COLUMNS.items()
    }
    if with_assumptions:
        # Every row has a name and a unit: only one with a value is used.
        headings_of["Assumptions"] = [ASSUMPTION_HEADINGS[1]]
    for table, names in headings_of.items():
        rows, declared = tables[table], {cells.key(heading) for heading in names}
        headings = _headings(rows)
        for row in rows[1:] if rows else ():
            pairs = list(zip(headings, row, strict=True))
            is_used = any(name in declared and not cells.is_blank(cell) for name, cell in pairs)
            notes = [cell for name, cell in pairs if name not in declared and isinstance(cell, str)]
            if is_used and any(cells.key(note).startswith("illustration") for note in notes):
                return True
    return False


def _names_of(evidence: Evidence) -> re.Pattern[str] | None:
    """Matches the name of any child or household of the evidence, as a whole word."""
    names = {placement.child for placement in evidence.placements}
    names.update(household.household for household in evidence.households)
    names.update(household.child for household in evidence.households)
    names.update(child.child for child in evidence.cohort)
    names.update(change.child for change in evidence.prices)
    names.update(cost.child for cost in evidence.costs)
    telling = sorted((name for name in names if _TELLING.search(name)), key=len, reverse=True)
    if not telling:
        return None
    alternatives = "|".join(re.escape(name) for name in telling)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.IGNORECASE)


def _headings(rows: Rows | None) -> list[str]:
    """The keys of a table's headings."""
    return [cells.key(cell) if isinstance(cell, str) else "" for cell in rows[0]] if rows else []


def _notes_on_terms(rows: Rows) -> dict[str, str]:
    """Why each term is read as it is, from the Terms table's column Reading if it has one."""
    headings, wanted = _headings(rows), (cells.key("Term"), cells.key("Reading"))
    if not set(wanted) <= set(headings):
        return {}
    label, reading = map(headings.index, wanted)
    return {
        cells.key(row[label]): cells.text(row[reading])
        for row in rows[1:]
        if isinstance(row[label], str) and cells.error_in(row[reading]) is None
    }
