"""The rows of a Terms table to ``ContractTerms``, with every problem collected.

A table of names and values is read the same way whatever its names are: ``read_values``.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from xlpbr import cells
from xlpbr.cells import Cell, Rows
from xlpbr.contract import cell_readers as readers
from xlpbr.contract.terms import (
    DEFAULTS,
    MOST_YEARS,
    TERMS,
    VARYING,
    ContractTerms,
    Term,
    Variation,
)
from xlpbr.errors import NUM, VALUE, CellError, Problem, all_of
from xlpbr.periods import last_day_of_term
from xlpbr.settlement.readings import options_that_need_a_term
from xlpbr.tables.headings import (
    HEADING_BETWEEN,
    ReadRecord,
    RowCount,
    find_columns,
    nearest,
    refused_cell,
)
from xlpbr.tables.terms_together import terms_that_need_others

_NEAR_TERM = 0.8


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    heading_required: bool = True
    if_missing: str = ""
    is_remark: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ValueTable:
    """A table of two columns: what a row is called, and its value.

    Attributes:
        name: the table.
        heading: the heading of the names; the other column is ``Value``.
        noun: what a row is, such as ``term``.
        of: what it is part of.
        declared: what there may be.
        varying: what may change from a day on, by field.
    """

    name: str
    heading: str
    noun: str
    of: str
    declared: Sequence[Term]
    varying: Mapping[str, Term] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[_Column, _Column]:
        """The headings that the table is found by."""
        return _Column(self.heading), _Column("Value")

    @property
    def read_columns(self) -> tuple[_Column, ...]:
        """Those and the headings that are read where the table has them."""
        return (*self.columns, _FROM) if self.varying else self.columns

    @property
    def a_noun(self) -> str:
        """What a row is, with its article."""
        return f"{'an' if self.noun[0] in 'aeiou' else 'a'} {self.noun}"


_FROM = _Column("From", heading_required=False)
"""From when a row's value holds; blank: from the start."""

TERMS_TABLE = ValueTable("Terms", "Term", "term", "the contract", TERMS, VARYING)


@dataclass(frozen=True, slots=True)
class ReadValues:
    """What the rows of a table of names and values say.

    Attributes:
        values: by field.
        rows: by field, the row that it stands in, counted from 1 under the headings.
        clauses: by label, the clause that the table names.
        variations: what changes from a day on, in the order of time.
        listed: by label, the row of each name that the table has, with a value or without.
        problems: what is wrong, missing names included.
    """

    values: Mapping[str, Any]
    rows: Mapping[str, int]
    clauses: Mapping[str, str]
    variations: tuple[Variation, ...]
    listed: Mapping[str, int]
    problems: tuple[Problem, ...]


def read_terms(table: Cell) -> ReadRecord[ContractTerms]:
    """The terms of a contract from a range with the headings ``Term`` and ``Value``."""
    read = read_values(table, TERMS_TABLE)
    problems = list(read.problems)
    terms = ContractTerms(**read.values, clauses=read.clauses, variations=read.variations)
    if {"starts_on", "ends_on"} <= set(read.values):
        problems.extend(_dates_that_do_not_fit(terms))
    problems.extend(_bonus_that_does_not_fit(terms, tuple(problems)))
    problems.extend(terms_that_need_others(terms, _broken(problems)))
    if not _broken(problems):
        problems.extend(_options_that_need_a_term(terms, read.listed))
    return ReadRecord(terms, tuple(problems))


def read_values(table: Cell, of: ValueTable) -> ReadValues:
    """The values of a range of names and values under its two headings."""
    rows = cells.rows(table)
    problems: list[Problem] = []
    columns = find_columns(of.name, rows, of.read_columns, problems)
    values: dict[str, Any] = {}
    places: dict[str, int] = {}
    clauses: dict[str, str] = {}
    variations: dict[tuple[str, date], Any] = {}
    listed: dict[str, int] = {}
    clause = _clause_column(rows[0])
    if all(column.heading in columns for column in of.columns):
        for row_number, term, row, starts_on in _known_rows(of, rows, columns, problems):
            listed[term.label] = row_number
            if clause is not None and cells.error_in(row[clause]) is None:
                clauses.setdefault(term.label, cells.text(row[clause]))
            value = row[columns["Value"]]
            if cells.is_blank(value):
                if starts_on is not None:
                    variations[term.field_name, starts_on] = DEFAULTS[term.label]
                continue
            places[term.field_name] = row_number
            try:
                found = readers.read_term(term, value)
                if starts_on is None:
                    values[term.field_name] = found
                else:
                    variations[term.field_name, starts_on] = found
            except CellError as error:
                here = partial(Problem, table=of.name, row=row_number, column=term.label)
                problems.append(
                    refused_cell(
                        here,
                        value,
                        error,
                        own="value",
                        found=cells.shown(value),
                        expected=readers.expected_of_term(term, error.code),
                        remedy=_remedy(term, value, error),
                    )
                )
        required = (term for term in of.declared if term.required)
        problems.extend(missing_values(of, required, values, problems))
    in_order = sorted(variations.items(), key=lambda one: one[0][1])
    return ReadValues(
        values,
        places,
        clauses,
        tuple(Variation(name, day, value) for (name, day), value in in_order),
        listed,
        tuple(problems),
    )


def count_terms(table: Cell, found: ReadRecord[Any], of: ValueTable = TERMS_TABLE) -> RowCount:
    """What became of the rows of a table of names and values; a row of neither is refused.

    Args:
        table: the range that was read.
        found: what was read from it.
        of: which table it is.
    """
    rows = cells.rows(table)
    columns = find_columns(of.name, rows, of.columns, [])
    body = rows[1:]
    blank = sum(all(cells.is_blank(row[index]) for index in columns.values()) for row in body)
    refused = len({problem.row for problem in found.problems if problem.row is not None})
    if len(columns) < len(of.columns):
        # Without its two headings no row can be read, and the missing heading is the problem.
        refused = len(body) - blank
    return RowCount(of.name, len(body), len(body) - blank - refused, refused, blank)


def _known_rows(
    of: ValueTable, rows: Rows, columns: Mapping[str, int], problems: list[Problem]
) -> Iterator[tuple[int, Term, list[Cell], date | None]]:
    """The rows of a declared name with the day from which they hold; None from the start.

    Each name once for each day; any other row is a problem or blank.
    """
    by_key = {cells.key(term.label): term for term in of.declared}
    seen: set[tuple[str, date | None]] = set()
    for row_number, row in enumerate(rows[1:], start=1):
        label_cell, value = row[columns[of.heading]], row[columns["Value"]]
        wrong = partial(Problem, table=of.name, row=row_number, column=of.heading, code=VALUE)
        if cells.is_blank(label_cell):
            if not cells.is_blank(value):
                problems.append(
                    wrong(
                        found=f"a value ({cells.shown(value)}) without a name",
                        expected=f"the name of {of.a_noun}",
                        remedy=f"Write the {of.noun}'s name, or clear the row.",
                    )
                )
            continue
        if isinstance(label_cell, cells.SharedCell):
            problems.append(_merged_label(of, row_number, label_cell))
            continue
        try:
            label = cells.text(label_cell)
        except CellError as error:
            problems.append(refused_cell(wrong, label_cell, error, own=of.noun))
            continue
        term = by_key.get(cells.key(label))
        if term is None:
            problems.append(_unknown_name(of, row_number, label))
            continue
        starts_on: date | None = None
        if "From" in columns and not cells.is_blank(row[columns["From"]]):
            try:
                starts_on = _holds_from(of, term, row[columns["From"]])
            except CellError as error:
                problems.append(_wrong_from(of, row_number, row[columns["From"]], error))
                continue
        if (term.label, starts_on) in seen:
            since = "" if starts_on is None else f" from {starts_on:%d/%m/%Y}"
            problems.append(
                wrong(
                    column=term.label,
                    found=f"the {of.noun} a second time{since}",
                    expected=f"each {of.noun} once"
                    if starts_on is None
                    else f"each {of.noun} once from a day",
                    remedy="Delete the row that is not agreed.",
                )
            )
        else:
            seen.add((term.label, starts_on))
            yield row_number, term, row, starts_on


def _holds_from(of: ValueTable, term: Term, value: Cell) -> date:
    """The day from which a row holds, of a term that may vary."""
    if term.field_name not in of.varying:
        which = all_of([one.label for one in of.varying.values()])
        raise CellError(
            VALUE, f"{term.label} cannot change from a day on; the terms that can are: {which}"
        )
    return readers.read_day(value)


def _wrong_from(of: ValueTable, row: int, value: Cell, error: CellError) -> Problem:
    here = partial(Problem, table=of.name, row=row, column="From")
    cannot_vary = not error.message.startswith("found")
    return refused_cell(
        here,
        value,
        error,
        own="day",
        found=cells.shown(value),
        expected=f"no day: {error.message}" if cannot_vary else "a date such as 01/06/2026",
        remedy="Clear From. To change the term for the whole contract, change its row."
        if cannot_vary
        else "Correct From, or clear it.",
    )


def missing_values(
    of: ValueTable, needed: Iterable[Term], given: Container[str], problems: Iterable[Problem]
) -> list[Problem]:
    """Each value that must be given and is not; one that is given wrongly is a problem already."""
    broken = _broken(problems)
    return [
        Problem(
            table=of.name,
            column=term.label,
            found="nothing",
            expected=f"a {'number' if term.kind == 'money' else term.kind}",
            remedy=f"Enter {term.label}: {term.meaning}",
            code=VALUE,
        )
        for term in needed
        if term.field_name not in given and term.label not in broken
    ]


def _broken(problems: Iterable[Problem]) -> set[str]:
    return {problem.column for problem in problems if problem.code is not None}


def _clause_column(headings: list[Cell]) -> int | None:
    """Where the clauses stand, if they do: quoted in workings, and never missed."""
    for index, heading in enumerate(headings):
        if isinstance(heading, str) and cells.key(heading) == "clause":
            return index
    return None


def _merged_label(of: ValueTable, row: int, label: cells.SharedCell) -> Problem:
    return Problem(
        table=of.name,
        row=row,
        column=of.heading,
        found=cells.shown(label),
        expected=f"{of.a_noun} of {of.of}",
        remedy=HEADING_BETWEEN
        if label.is_across
        else f"Unmerge the cells and give each row its own {of.noun}.",
        code=None if label.is_across else VALUE,
    )


def _remedy(term: Term, value: Cell, error: CellError) -> str:
    if term.kind in ("rate", "share") and error.code == NUM:
        with suppress(CellError):  # what is no number at all is refused for that
            exact = cells.number(value)
            if 1 < exact <= 100 and "%" not in str(value):
                return f"Write it as a fraction or a percentage: {cells.plain_number(exact):g}%."
    return "Correct the value."


def _unknown_name(of: ValueTable, row: int, label: str) -> Problem:
    here = partial(Problem, table=of.name, row=row, column=of.heading, found=cells.shown(label))
    near = nearest(label, (term.label for term in of.declared), _NEAR_TERM)
    if near is not None:
        return here(expected=f'"{near}"', remedy=f"Correct the spelling to {near}.", code=VALUE)
    return here(
        expected=f"{of.a_noun} of {of.of}",
        remedy="It is not read. If it is a note, there is nothing to do.",
    )


def _dates_that_do_not_fit(terms: ContractTerms) -> Iterator[Problem]:
    """A programme that ends before it starts or after centuries, a fee that never ends."""
    wrong = partial(Problem, table="Terms", code=NUM)
    ends = partial(wrong, column="Ends on", found=f"{terms.ends_on:%d/%m/%Y}")
    starts_on = f"Starts on, {terms.starts_on:%d/%m/%Y}"
    if terms.ends_on < terms.starts_on:
        yield ends(
            expected=f"a day on or after {starts_on}", remedy="Correct one of the two dates."
        )
    elif terms.ends_on.year - terms.starts_on.year > MOST_YEARS:
        yield ends(
            expected=f"a day within {MOST_YEARS} years of {starts_on}",
            remedy="Check the year of both dates.",
        )
    if terms.fee_months is not None:
        try:
            last_day_of_term(terms.starts_on, terms.fee_months)
        except OverflowError:
            yield wrong(
                column="Fee months",
                found=str(terms.fee_months),
                expected="months that end by the year 9999",
                remedy="Correct Fee months.",
            )


def _options_that_need_a_term(terms: ContractTerms, listed: Mapping[str, int]) -> Iterator[Problem]:
    """Options of the readings in the table that cannot be priced, because a term is not given."""
    for reading, options, needed in options_that_need_a_term(terms):
        if reading.label in listed:
            yield Problem(
                table="Terms",
                row=listed[reading.label],
                column=reading.label,
                found=f"no {needed}",
                expected=f"{needed}, to say what the option {' or '.join(options)} is worth",
                remedy=f"PBR_READINGS leaves the option out. Enter {needed} if the wording may mean"
                " it; otherwise there is nothing to do.",
            )


def _bonus_that_does_not_fit(
    terms: ContractTerms, problems: Iterable[Problem]
) -> Iterator[Problem]:
    """A threshold without a rate, or a rate without a threshold.

    Where one of them changes from a day on, the contract may have no bonus for a time: then it is
    said, and stops nothing.
    """
    pair = {"bonus_threshold": "Bonus threshold", "bonus_rate": "Bonus rate"}
    day, varies = terms.bonus_day, any(terms.varied(name) for name in pair)
    missing = [label for name, label in pair.items() if terms.in_force(name, day) is None]
    if len(missing) == 1 and not set(pair.values()) & _broken(problems):
        yield Problem(
            table="Terms",
            column=missing[0],
            found=f"nothing on {day:%d/%m/%Y}, when the bonus is measured" if varies else "nothing",
            expected="a bonus threshold and a bonus rate, or neither",
            remedy=f"Enter {missing[0]}, or clear the other."
            + (" There is no bonus now." if varies else ""),
            code=None if varies else VALUE,
        )
