"""Ranges to records: placements, carers, claims and the optional tables, all problems collected.

A bad row never stops the rest: each reader returns what it could read and the problems that it
found, each with its table, row and heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from xlpbr import cells
from xlpbr.cells import Cell, Rows
from xlpbr.contract import cell_readers as readers
from xlpbr.contract.columns import EvidenceColumn
from xlpbr.contract.evidence import (
    ALL_COLUMNS,
    NOTED,
    PRICES,
    Claim,
    Evidence,
    Household,
    Placement,
)
from xlpbr.contract.life import LIFE_RECORDS
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import NUM, VALUE, CellError, Problem
from xlpbr.tables.headings import HEADING_BETWEEN, ReadRecord, RowCount, find_columns, refused_cell
from xlpbr.tables.life import life_that_does_not_fit
from xlpbr.tables.near_names import near_names
from xlpbr.tables.terms import read_terms

NOTED_KEYS: Mapping[str, frozenset[str]] = {
    table: frozenset(cells.key(column.heading) for column in columns)
    for table, columns in NOTED.items()
}
"""The headings of each table that are known and not read, as they are matched."""

_TOTALS = re.compile(r"((grand|overall|sub)[ -]?)?totals?|sum", re.IGNORECASE)
_TOTALS_OF = re.compile(r"((grand|overall|sub)[ -]?)?totals?\b.*", re.IGNORECASE)


RECORDS: Mapping[str, type[Any]] = {
    "Placements": Placement,
    "Carers": Household,
    "Claims": Claim,
    **LIFE_RECORDS,
}
"""What a row of each table becomes, by the table's name."""


def read_evidence(
    placements: Cell,
    carers: Cell = None,
    claims: Cell = None,
    *,
    cohort: Cell = None,
    prices: Cell = None,
    costs: Cell = None,
    rates: Cell = None,
    agreed: Cell = None,
    budget: Cell = None,
) -> tuple[ReadRecord[Evidence], tuple[RowCount, ...]]:
    """What happened, from ranges with a heading row; all but the placements may be blank."""
    problems: list[Problem] = []
    counts: list[RowCount] = []
    given = (placements, carers, claims, cohort, prices, costs, rates, agreed, budget)
    read: list[tuple[Any, ...]] = []
    for (table, record_type), cell in zip(RECORDS.items(), given, strict=True):
        if table != "Placements" and _is_left_out(cell):
            read.append(())
            continue
        records, count = _read_rows(table, record_type, cells.rows(cell), problems)
        read.append(tuple(records))
        counts.append(count)
    evidence = Evidence(*read)
    problems.extend(placements_that_do_not_fit(evidence))
    problems.extend(life_that_does_not_fit(evidence))
    return ReadRecord(evidence, tuple(problems)), tuple(counts)


def _is_left_out(given: Cell) -> bool:
    return all(cells.is_blank(cell) for cell in cells.flat(given))


def _read_rows(
    table: str, record_type: type[Any], rows: Rows, problems: list[Problem]
) -> tuple[list[Any], RowCount]:
    declared = ALL_COLUMNS[table]
    columns = find_columns(table, rows, declared, problems, NOTED_KEYS.get(table, ()))
    used: list[Any] = []
    names: list[tuple[int, Cell]] = []
    blank = refused = 0
    complete = all(column.heading in columns for column in declared if column.heading_required)
    # In the order of the declared columns, whatever order the table has.
    places = {
        column.heading: columns[column.heading] for column in declared if column.heading in columns
    }.items()
    # A row of nothing but a number of an invoice to come says nothing yet.
    telling = {column.heading for column in declared if not column.is_remark}
    body = rows[1:]
    for row_number, row in enumerate(body, start=1):
        values = {heading: row[place] for heading, place in places}
        if all(cells.is_blank(value) for heading, value in values.items() if heading in telling):
            blank += 1
            continue
        if not complete:
            refused += 1
            continue
        not_data = _not_data(table, row_number, row, values)
        if not_data is not None:
            problems.append(not_data)
            refused += 1
            continue
        record = _read_row(table, record_type, row_number, values, problems)
        if record is None:
            refused += 1
        else:
            used.append(record)
            names.append((row_number, values[declared[0].heading]))
    if declared[0].kind == "text":
        problems.extend(near_names(table, declared[0].heading, names))
    return used, RowCount(table, len(body), len(used), refused, blank)


def _not_data(
    table: str, row_number: int, row: list[Cell], values: Mapping[str, Cell]
) -> Problem | None:
    """Why a row is none of the table's: a row of totals, or a heading between the rows."""
    first = ALL_COLUMNS[table][0].heading
    no_data = partial(Problem, table=table, row=row_number, column=first, expected="a row of data")
    for cell in values.values():
        if isinstance(cell, cells.SharedCell) and cell.is_across:
            return no_data(found=cells.shown(cell), remedy=HEADING_BETWEEN)
    label = values[first]
    if cells.is_blank(label):
        label = next(cell for cell in row if not cells.is_blank(cell))
    if not isinstance(label, str) or not _is_totals(table, cells.tidy(label).rstrip(" :"), values):
        return None
    return no_data(
        found=f"{cells.shown(label)}, a row of totals",
        remedy="It is left out of the figures. If it is a row of totals, there is nothing to do.",
    )


def is_called_totals(label: object) -> bool:
    """Whether a row with this label is called one of totals, such as Total or Total 2025/26."""
    return isinstance(label, str) and bool(_TOTALS_OF.match(cells.tidy(label)))


def _is_totals(table: str, label: str, values: Mapping[str, Cell]) -> bool:
    """Whether a row is of totals: called so, or called the total of something and undated."""
    if _TOTALS.fullmatch(label):
        return True
    if not _TOTALS_OF.fullmatch(label):
        return False
    dates = [column.heading for column in ALL_COLUMNS[table] if column.kind == "date"]
    return all(cells.is_blank(values.get(heading)) for heading in dates)


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
    for column in ALL_COLUMNS[table]:
        if column.heading not in values:
            fields[column.field_name] = readers.without_column(column)
            continue
        value = values[column.heading]
        try:
            fields[column.field_name] = readers.read_cell(column, value)
        except CellError as error:
            is_noted = column.is_remark and column.kind != "text"
            if is_noted:  # no figure comes from it
                fields[column.field_name] = readers.without_column(column)
            wrong |= not is_noted
            if isinstance(value, cells.SharedCell) and not value.is_first:
                continue  # said once, where the value stands
            here = partial(Problem, table=table, row=row_number, column=column.heading)
            refused = refused_cell(
                here,
                value,
                error,
                own=column.heading,
                found=_found(column, value),
                expected=readers.expected_of_cell(column),
                remedy=f"Enter it, or clear the row. {column.meaning}"
                if cells.is_blank(value)
                else f"Correct {column.heading}.",
            )
            problems.append(replace(refused, code=None) if is_noted else refused)
    if wrong:
        return None
    lonely = _nothing_else(table, row_number, values)
    problems.extend([lonely] if lonely else _not_agreed_yet(table, row_number, values))
    return record_type(**fields, row=row_number)


def _nothing_else(table: str, row_number: int, values: Mapping[str, Cell]) -> Problem | None:
    """A row of a name and nothing else: a footnote under the table, or a child to come."""
    first = ALL_COLUMNS[table][0]
    name = cells.shown(values[first.heading])
    # A child to come may stand there by its pseudonym alone.
    is_pseudonym = " " not in name and any(letter.isdigit() for letter in name)
    if (
        first.kind != "text"
        or is_pseudonym
        or any(
            not cells.is_blank(value)
            for heading, value in values.items()
            if heading != first.heading
        )
    ):
        return None
    return Problem(
        table=table,
        row=row_number,
        column=first.heading,
        found=f"{name} and nothing else",
        expected="a row of data",
        remedy="It is read as one that no figure comes from yet. If it is a note, move it out of"
        " the columns of the table.",
    )


def _not_agreed_yet(table: str, row_number: int, values: Mapping[str, Cell]) -> Iterator[Problem]:
    """An agreement that is blank or disputed: the row counts for nothing, and is asked about."""
    for column in ALL_COLUMNS[table]:
        if column.kind != "yes_no" or column.heading not in values:
            continue
        value = values[column.heading]
        if cells.is_blank(value) or readers.is_disputed(value):
            yield Problem(
                table=table,
                row=row_number,
                column=column.heading,
                found=_found(column, value),
                expected="yes, once both parties agree the row",
                remedy="The row does not count until then.",
            )


def _found(column: EvidenceColumn, value: Cell) -> str:
    """What stands in a cell; a number in a column of dates also as the day that Excel shows."""
    if cells.is_blank(value):
        return "nothing"
    if column.kind in ("date", "month") and isinstance(value, int | float):
        with suppress(CellError):
            return f"{cells.shown(value)}, {cells.shown(cells.day(value))}"
    return cells.shown(value)


def placements_that_do_not_fit(evidence: Evidence) -> list[Problem]:
    """Dates and prices that cannot be together, and rows of one child that overlap.

    They stop the figures where the row counts: it is agreed, and its child is in the cohort where
    there is one.
    """
    problems: list[Problem] = []
    counting = {placement.row for placement in evidence.agreed}
    moves: dict[str, list[Placement]] = {}
    for placement in evidence.placements:
        if placement.moved_on is None:
            continue
        here = partial(Problem, table="Placements", row=placement.row)
        problems.extend(
            here(
                column=column.heading,
                found="nothing",
                expected=readers.expected_of_cell(column),
                remedy="The child has moved: enter the price.",
                code=VALUE if placement.row in counting else None,
            )
            for column in PRICES
            if getattr(placement, column.field_name) is None
        )
        if placement.ended_on is not None and placement.ended_on < placement.moved_on:
            problems.append(
                here(
                    column="Ended on",
                    found=f"{placement.ended_on:%d/%m/%Y}",
                    expected=f"a day on or after Moved on, {placement.moved_on:%d/%m/%Y}",
                    remedy=f"Correct one of the two dates of {cells.shown(placement.child)}.",
                    code=NUM if placement.row in counting else None,
                )
            )
        elif placement.row in counting and placement.ended_on != placement.moved_on:
            # A placement that ended on the day of the move has no day that could overlap.
            moves.setdefault(cells.key(placement.child), []).append(placement)
    for rows_of_child in moves.values():
        problems.extend(_overlaps(rows_of_child))
    return sorted(problems, key=lambda problem: problem.row or 0)


def _overlaps(rows_of_child: list[Placement]) -> Iterator[Problem]:
    in_order = sorted(rows_of_child, key=lambda row: (row.moved_on, row.row))
    # The row that lasts longest so far is the one that a later move may run into.
    longest = in_order[0]
    for placement in in_order[1:]:
        ended, row = longest.ended_on, longest.row
        if ended is None or placement.moved_on < ended:  # type: ignore[operator]
            overlap = partial(
                Problem, table="Placements", row=placement.row, code=NUM, other_row=row
            )
            if replace(placement, row=row) == longest:
                yield overlap(
                    column="Child",
                    found=f"the same as in row {row}",
                    expected="each placement once",
                    remedy="Delete the row that was entered twice, or mark one as not agreed.",
                )
                continue
            until = "still in place" if ended is None else f"ended on {ended:%d/%m/%Y}"
            yield overlap(
                column="Moved on",
                found=f"{placement.moved_on:%d/%m/%Y}",
                expected=f"a day after the child's placement in row {row} ({until})",
                remedy="The two rows overlap: correct the dates, or mark one as not agreed.",
            )
        if ended is not None and (placement.ended_on is None or placement.ended_on > ended):
            longest = placement


def read_contract(
    terms: Cell, placements: Cell, carers: Cell = None, claims: Cell = None, **life: Cell
) -> tuple[ContractTerms, Evidence]:
    """The records of a contract's tables.

    Args:
        terms: the Terms table.
        placements: the Placements table.
        carers: the Carers table.
        claims: the Claims table.
        life: the optional tables, as ``read_evidence`` takes them.

    Raises:
        CellError: the first problem that stops the figures.
    """
    found_terms = read_terms(terms)
    found_evidence, _ = read_evidence(placements, carers, claims, **life)
    for problem in (*found_terms.blocking, *found_evidence.blocking):
        raise problem.as_error()
    return found_terms.record, found_evidence.record
