"""Ranges to records: terms, placements, carers and claims, with every problem collected.

A bad row never stops the rest: each reader returns what it could read and the problems that it
found, each with its table, row and heading. Imports ``errors``, ``periods``, ``cells``, ``terms``
and ``evidence``.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from xlpbr import cells, readers
from xlpbr.cells import Cell, Rows
from xlpbr.errors import NUM, VALUE, CellError, Problem
from xlpbr.evidence import COLUMNS, Claim, Column, Evidence, Household, Placement
from xlpbr.periods import last_day_of_term
from xlpbr.terms import TERMS, ContractTerms, Term

Record = TypeVar("Record")

_NEAR_HEADING = 0.75
_NEAR_TERM = 0.8
_MOST_YEARS = 50
"""A longer programme is a slip of the year; it would give thousands of months."""


@dataclass(frozen=True, slots=True)
class Found(Generic[Record]):
    """What was read and what was wrong with it."""

    record: Record
    problems: tuple[Problem, ...]

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """The problems that stop the figures."""
        return tuple(problem for problem in self.problems if problem.code is not None)


@dataclass(frozen=True, slots=True)
class RowCount:
    """What became of a table's rows: found = used + refused + blank."""

    table: str
    found: int
    used: int
    refused: int
    blank: int


def nearest(word: str, words: Iterable[str], likeness: float = 0.6) -> str | None:
    """The word most like a misspelt one, or None where none is near."""
    by_key = {cells.key(candidate): candidate for candidate in words}
    close = difflib.get_close_matches(cells.key(word), list(by_key), n=1, cutoff=likeness)
    return by_key[close[0]] if close else None


def read_terms(table: Cell) -> Found[ContractTerms]:
    """The terms of a contract from a range with the headings ``Term`` and ``Value``."""
    rows = cells.rows(table)
    problems: list[Problem] = []
    columns = _find_columns("Terms", rows, _TERM_COLUMNS, problems)
    values: dict[str, Any] = {}
    clauses: dict[str, str] = {}
    if "Term" in columns and "Value" in columns:
        for row_number, term, row in _known_terms(rows, columns, problems):
            if "Clause" in columns and cells.error_in(row[columns["Clause"]]) is None:
                clauses[term.label] = cells.text(row[columns["Clause"]])
            value = row[columns["Value"]]
            if cells.is_blank(value):
                continue
            try:
                values[term.field_name] = readers.read_term(term, value)
            except CellError as error:
                problems.append(_term_problem(row_number, term, value, error))
        problems.extend(_missing_terms(values, problems))
    terms = ContractTerms(**values, clauses=clauses)
    if {"starts_on", "ends_on"} <= set(values):
        problems.extend(_dates_that_do_not_fit(terms))
    problems.extend(_bonus_that_does_not_fit(terms, problems))
    return Found(terms, tuple(problems))


def _known_terms(
    rows: Rows, columns: Mapping[str, int], problems: list[Problem]
) -> Iterator[tuple[int, Term, list[Cell]]]:
    """The rows that name a term, each term once; any other row is a problem or blank."""
    by_key = {cells.key(term.label): term for term in TERMS}
    seen: set[str] = set()
    for row_number, row in enumerate(rows[1:], start=1):
        label_cell, value = row[columns["Term"]], row[columns["Value"]]
        if cells.is_blank(label_cell):
            if not cells.is_blank(value):
                problems.append(
                    Problem(
                        "Terms",
                        row_number,
                        "Term",
                        f"a value ({cells.shown(value)}) without a name",
                        "the name of a term",
                        "Write the term's name, or clear the row.",
                        VALUE,
                    )
                )
            continue
        try:
            label = cells.text(label_cell)
        except CellError as error:
            problems.append(_input_error("Terms", row_number, "Term", error))
            continue
        term = by_key.get(cells.key(label))
        if term is None:
            problems.append(_unknown_term(row_number, label))
        elif term.label in seen:
            problems.append(
                Problem(
                    "Terms",
                    row_number,
                    term.label,
                    "the term a second time",
                    "each term once",
                    "Delete the row that is not agreed.",
                    VALUE,
                )
            )
        else:
            seen.add(term.label)
            yield row_number, term, row


def _missing_terms(values: Mapping[str, Any], problems: Iterable[Problem]) -> list[Problem]:
    """Each term that must be given and is not; one that is given wrongly is a problem already."""
    broken = {problem.column for problem in problems if problem.code is not None}
    return [
        Problem(
            "Terms",
            None,
            term.label,
            "nothing",
            f"a {term.kind}",
            f"Give {term.label}: {term.meaning}",
            VALUE,
        )
        for term in TERMS
        if term.required and term.field_name not in values and term.label not in broken
    ]


@dataclass(frozen=True, slots=True)
class _TermColumn:
    heading: str
    heading_required: bool = True


@dataclass(frozen=True, slots=True)
class _NotedColumn(_TermColumn):
    """A column that no figure depends on: quoted where it is there, never missed."""


_TERM_COLUMNS = (_TermColumn("Term"), _TermColumn("Value"), _NotedColumn("Clause", False))


def _term_problem(row: int, term: Term, value: Cell, error: CellError) -> Problem:
    if cells.error_in(value) is not None:
        return _input_error("Terms", row, term.label, error)
    remedy = "Correct the value."
    if term.kind == "rate" and error.code == NUM:
        exact = cells.number(value)
        if 1 < exact <= 100:
            remedy = f"Write it as a fraction or a percentage: {cells.plain_number(exact):g}%."
    return Problem(
        "Terms",
        row,
        term.label,
        cells.shown(value),
        readers.expected_of_term(term),
        remedy,
        error.code,
    )


def _unknown_term(row: int, label: str) -> Problem:
    near = nearest(label, (term.label for term in TERMS), _NEAR_TERM)
    if near is None:
        return Problem(
            "Terms",
            row,
            "Term",
            cells.shown(label),
            "a term of the contract",
            "It is not a term that is read. Nothing to do if it is a note.",
        )
    return Problem(
        "Terms",
        row,
        "Term",
        cells.shown(label),
        f'"{near}"',
        f"Correct the spelling to {near}.",
        VALUE,
    )


def _dates_that_do_not_fit(terms: ContractTerms) -> list[Problem]:
    """A programme that ends before it starts or after centuries, a fee that never ends."""
    problems = []
    if terms.ends_on < terms.starts_on:
        problems.append(
            Problem(
                "Terms",
                None,
                "Ends on",
                f"{terms.ends_on:%d/%m/%Y}",
                f"a day on or after Starts on, {terms.starts_on:%d/%m/%Y}",
                "Correct one of the two dates.",
                NUM,
            )
        )
    elif terms.ends_on.year - terms.starts_on.year > _MOST_YEARS:
        problems.append(
            Problem(
                "Terms",
                None,
                "Ends on",
                f"{terms.ends_on:%d/%m/%Y}",
                f"a day within {_MOST_YEARS} years of Starts on, {terms.starts_on:%d/%m/%Y}",
                "Check the year of both dates.",
                NUM,
            )
        )
    if terms.fee_months is not None:
        try:
            last_day_of_term(terms.starts_on, terms.fee_months)
        except OverflowError:
            problems.append(
                Problem(
                    "Terms",
                    None,
                    "Fee months",
                    str(terms.fee_months),
                    "months that end by the year 9999",
                    "Correct Fee months.",
                    NUM,
                )
            )
    return problems


def _bonus_that_does_not_fit(terms: ContractTerms, problems: Iterable[Problem]) -> list[Problem]:
    """A threshold without a rate, or a rate without a threshold."""
    broken = {problem.column for problem in problems if problem.code is not None}
    pair = {"Bonus threshold": terms.bonus_threshold, "Bonus rate": terms.bonus_rate}
    missing = [label for label, value in pair.items() if value is None]
    if len(missing) != 1 or set(pair) & broken:
        return []
    return [
        Problem(
            "Terms",
            None,
            missing[0],
            "nothing",
            "a bonus threshold and a bonus rate, or neither",
            f"Give {missing[0]}, or clear the other.",
            VALUE,
        )
    ]


def read_evidence(
    placements: Cell, carers: Cell = None, claims: Cell = None
) -> tuple[Found[Evidence], tuple[RowCount, ...]]:
    """Placements, carers and claims from ranges with a heading row; the last two may be blank."""
    problems: list[Problem] = []
    counts: list[RowCount] = []
    read: dict[str, list[Any]] = {}
    tables: tuple[tuple[str, type[Any], Cell], ...] = (
        ("Placements", Placement, placements),
        ("Carers", Household, carers),
        ("Claims", Claim, claims),
    )
    for table, record_type, given in tables:
        read[table] = []
        if table != "Placements" and _is_left_out(given):
            continue
        read[table], count = _read_rows(table, record_type, cells.rows(given), problems)
        counts.append(count)
    evidence = Evidence(tuple(read["Placements"]), tuple(read["Carers"]), tuple(read["Claims"]))
    problems.extend(_placements_that_do_not_fit(evidence))
    return Found(evidence, tuple(problems)), tuple(counts)


def _is_left_out(given: Cell) -> bool:
    return all(cells.is_blank(cell) for cell in cells.flat(given))


def _read_rows(
    table: str, record_type: type[Any], rows: Rows, problems: list[Problem]
) -> tuple[list[Any], RowCount]:
    declared = COLUMNS[table]
    columns = _find_columns(table, rows, declared, problems)
    used: list[Any] = []
    blank = refused = 0
    complete = all(column.heading in columns for column in declared if column.heading_required)
    body = rows[1:]
    for row_number, row in enumerate(body, start=1):
        values = {
            column.heading: row[columns[column.heading]]
            for column in declared
            if column.heading in columns
        }
        if all(cells.is_blank(value) for value in values.values()):
            blank += 1
            continue
        if not complete:
            refused += 1
            continue
        record = _read_row(table, record_type, row_number, values, problems)
        if record is None:
            refused += 1
        else:
            used.append(record)
    return used, RowCount(table, len(body), len(used), refused, blank)


def _read_row(
    table: str,
    record_type: type[Any],
    row_number: int,
    values: Mapping[str, Cell],
    problems: list[Problem],
) -> Any:
    """The record of a row; None where a cell is wrong, each wrong cell a problem."""
    fields: dict[str, Any] = {}
    wrong = False
    for column in COLUMNS[table]:
        value = values.get(column.heading)
        try:
            fields[column.field_name] = readers.read_cell(column, value)
        except CellError as error:
            wrong = True
            if cells.error_in(value) is not None:
                problems.append(_input_error(table, row_number, column.heading, error))
            else:
                problems.append(
                    Problem(
                        table,
                        row_number,
                        column.heading,
                        "nothing" if cells.is_blank(value) else cells.shown(value),
                        readers.expected_of_cell(column),
                        _remedy(column, value),
                        error.code,
                    )
                )
    return None if wrong else record_type(**fields, row=row_number)


def _remedy(column: Column, value: Cell) -> str:
    if cells.is_blank(value):
        return f"Give it, or clear the row. {column.meaning}"
    return f"Correct {column.heading}."


def _input_error(table: str, row: int, heading: str, error: CellError) -> Problem:
    return Problem(
        table,
        row,
        heading,
        error.code,
        "a value, not an error",
        "Correct the formula in the cell.",
        error.code,
    )


def _find_columns(
    table: str,
    rows: Rows,
    declared: Sequence[Column] | Sequence[_TermColumn],
    problems: list[Problem],
) -> dict[str, int]:
    """Where each heading stands; a missing, doubled or misspelt one is a problem."""
    by_key = {cells.key(column.heading): column.heading for column in declared}
    columns: dict[str, int] = {}
    strangers: list[str] = []
    for index, heading_cell in enumerate(rows[0]):
        error = cells.error_in(heading_cell)
        if error is not None:
            problems.append(
                Problem(
                    table,
                    None,
                    "",
                    error.code,
                    "headings in the first row",
                    "Correct the formula in the cell.",
                    error.code,
                )
            )
            continue
        heading = cells.text(heading_cell)
        known = by_key.get(cells.key(heading))
        if known is None:
            strangers.append(heading)
        elif known in columns:
            problems.append(
                Problem(
                    table,
                    None,
                    known,
                    "the heading twice",
                    "each heading once",
                    "Rename the column that is not meant.",
                    VALUE,
                )
            )
        else:
            columns[known] = index
    for column in declared:
        if column.heading in columns or isinstance(column, _NotedColumn):
            continue
        near = nearest(column.heading, (word for word in strangers if word), _NEAR_HEADING)
        if near is not None:
            problems.append(
                Problem(
                    table,
                    None,
                    column.heading,
                    f'the heading "{near}"',
                    f'"{column.heading}"',
                    f'Rename the heading "{near}" to "{column.heading}".',
                    VALUE,
                )
            )
        elif column.heading_required:
            headings = ", ".join(f'"{word}"' for word in strangers if word)
            problems.append(
                Problem(
                    table,
                    None,
                    column.heading,
                    f"other headings: {headings}" if headings else "no such heading",
                    f'the heading "{column.heading}" in the first row',
                    "Add the column, or choose the range with its heading row.",
                    VALUE,
                )
            )
    return columns


def _placements_that_do_not_fit(evidence: Evidence) -> list[Problem]:
    """Dates and prices that cannot be together, and rows of one child that overlap.

    They stop the figures where the row is agreed; a row that is not agreed counts for nothing.
    """
    problems: list[Problem] = []
    moves: dict[str, list[Placement]] = {}
    for placement in evidence.placements:
        if placement.moved_on is None:
            continue
        for heading, price in (
            ("Residential weekly cost", placement.residential_weekly),
            ("Family weekly cost", placement.family_weekly),
        ):
            if price is None:
                problems.append(
                    Problem(
                        "Placements",
                        placement.row,
                        heading,
                        "nothing",
                        "a price in pounds a week, 0 or more",
                        "The child has moved: give the price.",
                        VALUE if placement.agreed else None,
                    )
                )
        if placement.ended_on is not None and placement.ended_on < placement.moved_on:
            problems.append(
                Problem(
                    "Placements",
                    placement.row,
                    "Ended on",
                    f"{placement.ended_on:%d/%m/%Y}",
                    f"a day on or after Moved on, {placement.moved_on:%d/%m/%Y}",
                    "Correct one of the two dates.",
                    NUM if placement.agreed else None,
                )
            )
        elif placement.agreed and placement.ended_on != placement.moved_on:
            # A placement that ended on the day of the move has no day that could overlap.
            moves.setdefault(cells.key(placement.child), []).append(placement)
    for rows_of_child in moves.values():
        problems.extend(_overlaps(rows_of_child))
    return sorted(problems, key=lambda problem: problem.row or 0)


def _overlaps(rows_of_child: list[Placement]) -> list[Problem]:
    problems = []
    in_order = sorted(rows_of_child, key=lambda row: (row.moved_on, row.row))
    # The row that lasts longest so far is the one that a later move may run into.
    longest = in_order[0]
    for placement in in_order[1:]:
        if longest.ended_on is None or placement.moved_on < longest.ended_on:  # type: ignore[operator]
            if replace(placement, row=longest.row) == longest:
                problems.append(
                    Problem(
                        "Placements",
                        placement.row,
                        "Child",
                        f"the same as in row {longest.row}",
                        "each placement once",
                        "Delete the row that was entered twice, or mark one as not agreed.",
                        NUM,
                    )
                )
                continue
            until = (
                "still in place"
                if longest.ended_on is None
                else f"ended on {longest.ended_on:%d/%m/%Y}"
            )
            problems.append(
                Problem(
                    "Placements",
                    placement.row,
                    "Moved on",
                    f"{placement.moved_on:%d/%m/%Y}",
                    f"a day after the child's placement in row {longest.row} ({until})",
                    "The two rows overlap: correct the dates, or mark one as not agreed.",
                    NUM,
                )
            )
        if longest.ended_on is not None and (
            placement.ended_on is None or placement.ended_on > longest.ended_on
        ):
            longest = placement
    return problems


def read_contract(
    terms: Cell, placements: Cell, carers: Cell = None, claims: Cell = None
) -> tuple[ContractTerms, Evidence]:
    """The records of a contract's tables.

    Raises:
        CellError: the first problem that stops the figures.
    """
    found_terms = read_terms(terms)
    found_evidence, _ = read_evidence(placements, carers, claims)
    for problem in (*found_terms.blocking, *found_evidence.blocking):
        raise problem.as_error()
    return found_terms.record, found_evidence.record
