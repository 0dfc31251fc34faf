"""A contract's tables row by row: the records as rows with names, and rows as records again.

Two states of the tables are compared, and a state is kept as text, by these rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from xlpbr import cells
from xlpbr.contract.columns import EvidenceColumn
from xlpbr.contract.evidence import ALL_COLUMNS, Claim, Evidence, Household, Placement
from xlpbr.contract.life import LIFE_RECORDS
from xlpbr.contract.terms import TERMS, VARYING, ContractTerms, Term, Variation
from xlpbr.money import price_in_words, to_pence, to_pounds
from xlpbr.periods import day_in_words

TERMS_TABLE = "Terms"

Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class TermRow:
    """A row of the Terms table: a term's value, from the start or from a day on.

    Attributes:
        term: which.
        starts_on: the day from which the value holds; None: from the start.
        value: the value as ``ContractTerms`` holds it.
        clause: the clause that the table names, of a row from the start.
    """

    term: Term
    starts_on: date | None
    value: Any
    clause: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table.

    Attributes:
        table: its table.
        record: what it says: a ``TermRow`` or a record of the evidence.
        key: by what it is known again in another state of the table.
        near: by what it is known again where the rest of the key was corrected.
        name: what a person calls it.
        values: by heading, what each of its cells says.
    """

    table: str
    record: Any
    key: Key
    near: Key
    name: str
    values: Mapping[str, Any]


_FIELDS: Mapping[str, tuple[str, type[Any]]] = MappingProxyType(
    {
        "Placements": ("placements", Placement),
        "Carers": ("households", Household),
        "Claims": ("claims", Claim),
        **{
            table: ("signed" if table == "Agreed" else table.casefold(), record)
            for table, record in LIFE_RECORDS.items()
        },
    }
)
"""By table, the field of ``Evidence`` and the record of a row."""

_TERM_BY_FIELD = {term.field_name: term for term in TERMS}


def rows_of(terms: ContractTerms, evidence: Evidence) -> dict[str, list[TableRow]]:
    """The rows of every table, in the order of the tables; a term at its default has a row too."""
    found = {TERMS_TABLE: [_row_of_term(one) for one in _term_rows(terms)]}
    for table, (name, _) in _FIELDS.items():
        found[table] = [_row_of_record(table, record) for record in getattr(evidence, name)]
    return found


def records_of_rows(
    rows: Mapping[str, Iterable[TableRow]],
) -> tuple[ContractTerms, Evidence]:
    """The records that rows of the tables say."""
    evidence = {
        name: tuple(row.record for row in rows[table]) for table, (name, _) in _FIELDS.items()
    }
    return terms_of(row.record for row in rows[TERMS_TABLE]), Evidence(**evidence)


def terms_of(rows: Iterable[TermRow]) -> ContractTerms:
    """The terms that rows of the Terms table say."""
    values: dict[str, Any] = {}
    clauses: dict[str, str] = {}
    variations: list[Variation] = []
    for row in rows:
        if row.starts_on is not None:
            variations.append(Variation(row.term.field_name, row.starts_on, row.value))
            continue
        values[row.term.field_name] = row.value
        if row.clause:
            clauses[row.term.label] = row.clause
    in_time = sorted(variations, key=lambda one: one.starts_on)
    return ContractTerms(**values, clauses=clauses, variations=tuple(in_time))


def record_of(table: str, values: Mapping[str, Any]) -> Any:
    """The record of an evidence table's row from its values by heading.

    A blank one is the default where the record has one.
    """
    record = _FIELDS[table][1]
    has_default = {one.name for one in fields(record) if one.default is not MISSING}
    names = {one.heading: one.field_name for one in ALL_COLUMNS[table]}
    return record(
        **{
            names[heading]: value
            for heading, value in values.items()
            if value not in (None, "") or names[heading] not in has_default
        }
    )


def evidence_of(records: Mapping[str, Iterable[Any]]) -> Evidence:
    """The evidence from the records of each table; a table that is left out is empty."""
    return Evidence(**{name: tuple(records.get(table, ())) for table, (name, _) in _FIELDS.items()})


def headings_of(table: str) -> tuple[str, ...]:
    """The headings of a table as its rows have them."""
    if table == TERMS_TABLE:
        return ("Term", "From", "Value", "Clause")
    return tuple(one.heading for one in ALL_COLUMNS[table])


def in_words(row: TableRow, heading: str) -> str:
    """What a cell says, as a person writes it; empty for a blank one."""
    return value_in_words(_declared(row, heading), row.values[heading])


def value_in_words(declared: Term | EvidenceColumn | None, value: Any) -> str:
    """A value as a person writes it: pounds with their pence, a date, a share in per cent."""
    if value is None:
        return ""
    kind = "text" if declared is None else declared.kind
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return _date_in_words(kind, value)
    if isinstance(value, Fraction):
        if kind == "rate":
            return f"{cells.shown(cells.plain_number(value * 100))}%"
        return price_in_words(value)
    return str(value)


def _date_in_words(kind: str, value: date) -> str:
    if kind == "year":
        return f"{value.year}/{(value.year + 1) % 100:02d}"
    return f"{value:%b %Y}" if kind == "month" else day_in_words(value)


def cell_of(row: TableRow, heading: str) -> Any:
    """What a cell says, as a program takes it: pounds and counts as numbers; None for a blank."""
    value = row.values[heading]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction):
        is_pence = to_pounds(to_pence(value)) == value
        return cells.pounds(to_pence(value)) if is_pence else cells.plain_number(value)
    if isinstance(value, date) and _declared(row, heading) is not None:
        declared = _declared(row, heading)
        if declared is not None and declared.kind == "year":
            return _date_in_words("year", value)
    return None if value == "" else value


def _declared(row: TableRow, heading: str) -> Term | EvidenceColumn | None:
    if row.table != TERMS_TABLE:
        return next(one for one in ALL_COLUMNS[row.table] if one.heading == heading)
    return row.record.term if heading == "Value" else None


def _term_rows(terms: ContractTerms) -> Iterator[TermRow]:
    for term in TERMS:
        clause = terms.clauses.get(term.label, "")
        yield TermRow(term, None, getattr(terms, term.field_name), clause)
        for variation in terms.varied(term.field_name):
            yield TermRow(term, variation.starts_on, variation.value)


def _row_of_term(row: TermRow) -> TableRow:
    starts = row.starts_on
    name = row.term.label if starts is None else f"{row.term.label} from {day_in_words(starts)}"
    values = {"Term": row.term.label, "From": starts, "Value": row.value, "Clause": row.clause}
    return TableRow(
        TERMS_TABLE, row, (row.term.label, starts), (row.term.label, starts is None), name, values
    )


def _row_of_record(table: str, record: Any) -> TableRow:
    values = {one.heading: getattr(record, one.field_name) for one in ALL_COLUMNS[table]}
    if values.get("Ended on", ...) is None:
        values["Ended because"] = ""  # it is read only where the placement ended
    key, near, name = _KNOWN_BY[table](values)
    return TableRow(table, replace(record, row=0), key, near, name, values)


def term_row(label: str, starts_on: date | None, value: Any, clause: str = "") -> TermRow:
    """The row of the Terms table of a label.

    Raises:
        KeyError: there is no such term, or it may not change from a day on.
    """
    term = _TERM_BY_LABEL[label]
    if starts_on is not None and term.field_name not in VARYING:
        raise KeyError(label)
    return TermRow(term, starts_on, value, clause)


_TERM_BY_LABEL = {term.label: term for term in TERMS}

_KnownBy = Callable[[Mapping[str, Any]], tuple[Key, Key, str]]


def _placement(values: Mapping[str, Any]) -> tuple[Key, Key, str]:
    child, moved_on = values["Child"], values["Moved on"]
    moved = "not moved yet" if moved_on is None else f"moved {day_in_words(moved_on)}"
    return (cells.key(child), moved_on), (cells.key(child),), f"{child}, {moved}"


def _household(values: Mapping[str, Any]) -> tuple[Key, Key, str]:
    name = values["Household"]
    return (cells.key(name), cells.key(values["Child"])), (cells.key(name),), str(name)


def _claim(values: Mapping[str, Any]) -> tuple[Key, Key, str]:
    month, number = values["Month"], values["Invoice number"]
    name = f"{month:%b %Y}" + (f", invoice {number}" if number else "")
    return (month, cells.key(number)), (month,), name


def _cohort_child(values: Mapping[str, Any]) -> tuple[Key, Key, str]:
    return (cells.key(values["Child"]),), (cells.key(values["Child"]),), str(values["Child"])


def _from_a_day(heading: str, more: str = "") -> _KnownBy:
    """Rows that are known by a name and the day from which they hold."""

    def known_by(values: Mapping[str, Any]) -> tuple[Key, Key, str]:
        called, starts_on = values[heading], values["From"]
        name = called if starts_on is None else f"{called} from {day_in_words(starts_on)}"
        what = values.get(more, "")
        key = (cells.key(called), starts_on, cells.key(what))
        return key, key[:1], f"{name}, {what}" if what else str(name)

    return known_by


def _month(values: Mapping[str, Any]) -> tuple[Key, Key, str]:
    return (values["Month"],), (values["Month"],), f"{values['Month']:%b %Y}"


def _year(values: Mapping[str, Any]) -> tuple[Key, Key, str]:
    return (values["Year"],), (values["Year"],), _date_in_words("year", values["Year"])


_KNOWN_BY: Mapping[str, _KnownBy] = MappingProxyType(
    {
        "Placements": _placement,
        "Carers": _household,
        "Claims": _claim,
        "Cohort": _cohort_child,
        "Prices": _from_a_day("Child"),
        "Costs": _from_a_day("Child", "What"),
        "Rates": _from_a_day("Outcome"),
        "Agreed": _month,
        "Budget": _year,
    }
)
