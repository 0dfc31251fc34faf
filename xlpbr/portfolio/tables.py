"""The tables of a portfolio to the rows that count, with every problem collected.

A row that cannot be read, or that may be a row of totals, is given to the reader of tables, which
says why; so are the rows of a child that overlap.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from xlpbr import cells
from xlpbr.cells import Cell
from xlpbr.contract.columns import EvidenceColumn
from xlpbr.contract.evidence import ALL_COLUMNS, COLUMNS, Evidence
from xlpbr.contract.life import LIFE_COLUMNS
from xlpbr.errors import NA, VALUE, Problem
from xlpbr.periods import FAR
from xlpbr.portfolio.columns import ColumnValues, column_left_out, plain_cells, read_column
from xlpbr.portfolio.numpy_loops import I64, Flags
from xlpbr.tables.evidence import NOTED_KEYS, read_evidence
from xlpbr.tables.headings import ReadRecord, find_columns, nearest

CONTRACT = EvidenceColumn(
    "Contract", "text", "name", "The short name of the contract, as its terms have it.",
    required=True, field_name="contract",
)  # fmt: skip
"""The column that each table of a portfolio has besides its own."""

_NEAR_NAME = 0.75
_MOST_COMPARED = 20
"""For so many unknown contracts the nearest name is looked for: among thousands it takes long."""

_ROW_OF_PLACEMENTS = re.compile(r"in row (\d+) of Placements")

_TOTALS = ("total", "sum")
"""A row of totals is called something with one of these; the reader of tables looks closer."""


@dataclass(frozen=True, slots=True)
class ContractProblem:
    """One thing that is wrong in a portfolio, and the contract that it is wrong in."""

    contract: str
    problem: Problem

    @property
    def sentence(self) -> str:
        """Contract, table, row and heading, what is wrong there and what to do."""
        where = f"{self.contract}: " if self.contract else ""
        return f"{where}{self.problem.as_error().message}"


@dataclass(frozen=True, slots=True)
class Names:
    """The contracts of a portfolio: how each is written, and its place by what it is matched by."""

    written: tuple[str, ...]
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class TableColumns:
    """The rows of one table that count.

    Attributes:
        table: the table's name.
        frame: the whole table as it was given.
        rows: where each row that counts stands in it, counted from 0.
        contract: the place of its contract.
        columns: by field name, the values of the rows that count.
        names: by field name, what texts are matched by.
        blank: by field name, whether the cell is blank.
        finer: whether a row has an amount finer than a penny.
    """

    table: str
    frame: pd.DataFrame
    rows: I64
    contract: I64
    columns: Mapping[str, I64]
    names: Mapping[str, tuple[str, ...]]
    blank: Mapping[str, Flags]
    finer: Flags


def read_table(
    table: str,
    frame: pd.DataFrame | None,
    contracts: Names,
    problems: list[ContractProblem],
    notes: list[ContractProblem],
) -> TableColumns | None:
    """The rows of a table with a column ``Contract``; None where its headings are not right.

    Args:
        table: the table's name.
        frame: the table; its headings are those of the table and ``Contract``.
        contracts: the contracts that are known.
        problems: what stops the figures is added to it.
        notes: the optional columns that the table lacks are added to it; they stop no figure.
    """
    declared = (CONTRACT, *ALL_COLUMNS[table])
    of_headings: list[Problem] = []
    if not isinstance(frame, pd.DataFrame):
        problem = Problem(
            table=table, found="nothing" if frame is None else f"a {type(frame).__name__}",
            expected="a data frame with the headings of the table and Contract",
            remedy="Make one of it.", code=VALUE,
        )  # fmt: skip
        problems.append(ContractProblem("", problem))
        return None
    headings = [[str(name) for name in frame.columns]]
    places = find_columns(
        table, headings, declared, of_headings, NOTED_KEYS.get(table, frozenset())
    )
    for problem in of_headings:
        (notes if problem.code is None else problems).append(ContractProblem("", problem))
    if any(problem.code is not None for problem in of_headings):
        return None
    frame = _with_plain_cells(frame, places.values())
    read = {
        column.field_name: read_column(column, frame.iloc[:, places[column.heading]])
        for column in declared
        if column.heading in places
    }
    contract_column = frame.iloc[:, places[CONTRACT.heading]]
    contract = read.pop(CONTRACT.field_name)
    known = np.array([contracts.places.get(name, -1) for name in (*contract.names, "")], np.int64)
    contract_of = np.where(contract.blank | contract.refused, -1, known[contract.values])

    filled = ~np.logical_and.reduce([column.blank for column in read.values()])
    slow = np.logical_or.reduce([column.refused for column in read.values()])
    slow |= _called_totals(contract) & (contract_of < 0)
    first = ALL_COLUMNS[table][0]
    if first.kind == "text":
        slow |= _called_totals(read[first.field_name])
    slow |= np.logical_or.reduce(
        [
            read[c.field_name].blank
            for c in ALL_COLUMNS[table]
            if c.required and c.field_name in read
        ]
    )
    if table == "Placements":
        slow |= _does_not_fit(read)
    if table == "Costs" and "last_day" in read:
        slow |= read["last_day"].values < read["starts_on"].values
    slow &= filled

    def name_of(row: int) -> str:
        place = int(contract_of[row])
        if place >= 0:
            return contracts.written[place]
        return "" if contract.blank[row] else _plain(cells.shown(contract_column.iloc[row]))

    counts = filled & ~_left_out(table, frame, np.flatnonzero(slow), name_of, problems)
    strange = np.flatnonzero(counts & (contract_of < 0))
    problems.extend(_unknown(table, contract_column, strange, contract, contracts))
    refused = np.logical_or.reduce([column.refused for column in read.values()])
    counts &= contract_of >= 0
    if table == "Placements":
        overlapping = _may_overlap(read, contract_of, counts & ~refused)
        problems.extend(_overlaps(frame, overlapping, contract_of, contracts))
    rows = np.flatnonzero(counts)
    every = _all(table, read, len(frame))
    return TableColumns(
        table,
        frame,
        rows,
        contract_of[rows],
        {name: column.values[rows] for name, column in every.items()},
        {name: column.names for name, column in read.items()},
        {name: column.blank[rows] for name, column in every.items()},
        np.logical_or.reduce([column.finer[rows] for column in read.values()]),
    )


def _with_plain_cells(frame: pd.DataFrame, places: Iterable[int]) -> pd.DataFrame:
    """The columns that are read in plain cells: the reader of tables is to see the same ones."""
    changed = {}
    for place in places:
        given = frame.iloc[:, place]
        plain = plain_cells(given)
        if plain is not given:
            changed[place] = plain.set_axis(frame.index)
    if not changed:
        return frame
    return pd.concat(
        [changed.get(place, frame.iloc[:, place]) for place in range(frame.shape[1])], axis=1
    ).set_axis(frame.columns, axis=1)


def _all(table: str, read: dict[str, ColumnValues], count: int) -> dict[str, ColumnValues]:
    """The columns of a table, with those that may be left out."""
    return {
        column.field_name: read.get(column.field_name) or column_left_out(column, count)
        for column in ALL_COLUMNS[table]
    }


def core_evidence(given: Mapping[str, pd.DataFrame]) -> ReadRecord[Evidence]:
    """Rows of some tables as the reader of tables has them, with its problems."""
    rows: dict[str, Cell] = {table: cells.rows(frame) for table, frame in given.items()}
    no_placements = [[column.heading for column in COLUMNS["Placements"]]]
    placements = rows.get("Placements", no_placements)
    life = {table.lower(): rows.get(table) for table in LIFE_COLUMNS}
    return read_evidence(placements, rows.get("Carers"), rows.get("Claims"), **life)[0]


def _called_totals(column: ColumnValues) -> Flags:
    """Rows whose text may be that of a row of totals."""
    together = "\n".join(column.names)
    if not any(word in together for word in _TOTALS):
        return np.zeros(len(column.values), np.bool_)
    called = [any(word in name for word in _TOTALS) for name in column.names]
    return np.array([*called, False])[column.values]


def _does_not_fit(read: Mapping[str, ColumnValues]) -> Flags:
    """Agreed moves without a price, or with an end before the move."""
    moved, ended = read["moved_on"], read["ended_on"]
    wrong = read["residential_weekly"].blank | read["family_weekly"].blank
    wrong |= ended.values < moved.values
    wrong &= ~moved.blank
    return wrong & (read["agreed"].values == 1) if "agreed" in read else wrong


def _left_out(
    table: str,
    frame: pd.DataFrame,
    rows: I64,
    name_of: Callable[[int], str],
    problems: list[ContractProblem],
) -> Flags:
    """The rows that are no data, such as totals; of the rows given, each problem is added."""
    out = np.zeros(len(frame), np.bool_)
    if not len(rows):
        return out
    found = core_evidence({table: frame.iloc[rows]})
    wrong = set()
    for problem in found.blocking:
        if problem.row is None or problem.other_row is not None:
            continue  # rows of several contracts stand together here: they cannot overlap
        row = int(rows[problem.row - 1])
        wrong.add(row)
        problems.append(ContractProblem(name_of(row), _at(problem, rows)))
    evidence = found.record
    records = (
        *evidence.placements, *evidence.households, *evidence.claims, *evidence.cohort,
        *evidence.prices, *evidence.costs, *evidence.rates, *evidence.signed,
    )  # fmt: skip
    out[rows] = True
    out[list(wrong)] = False
    out[rows[[record.row - 1 for record in records]]] = False  # type: ignore[attr-defined]
    return out


def _at(problem: Problem, rows: I64) -> Problem:
    """A problem of some rows of a table, with the rows' numbers in the whole table."""
    row = None if problem.row is None else _number(rows, problem.row)
    if problem.other_row is None:
        return replace(problem, row=row)
    other = _number(rows, problem.other_row)
    said, meant = f"in row {problem.other_row}", f"in row {other}"
    return replace(
        problem,
        row=row,
        other_row=other,
        found=problem.found.replace(said, meant),
        expected=problem.expected.replace(said, meant),
    )


def _number(rows: I64, row: int) -> int:
    return int(rows[row - 1]) + 1


def _unknown(
    table: str, series: pd.Series, rows: I64, column: ColumnValues, contracts: Names
) -> Iterable[ContractProblem]:
    """The rows of no contract that is known: one problem for each name, at its first row."""
    # Cells with an error value have no name: they count together, as do blank ones.
    name_of = np.where(column.blank, -1, np.where(column.refused, -2, column.values))[rows]
    _, first, counts = np.unique(name_of, return_index=True, return_counts=True)
    known = [contracts.written[place] for place in contracts.places.values()]
    in_order = sorted(zip(rows[first].tolist(), counts.tolist(), strict=True))
    for number, (place, count) in enumerate(in_order):
        cell = None if column.blank[place] else series.iloc[place]
        name = "" if cell is None else cells.shown(cell)
        near = nearest(_plain(name), known, _NEAR_NAME) if number < _MOST_COMPARED else None
        found = f"{name or 'nothing'}{f' in {count:,} rows' if count > 1 else ''}"
        code, remedy = NA, "Add the terms of the contract, or leave its rows out."
        error = cells.error_in(cell)
        if cell is None:
            code, remedy = VALUE, "Enter it, or clear the row."
        elif error is not None:
            code, remedy = error.code, "Correct the formula in the cell."
        elif near is not None:
            remedy = f"Correct the spelling to {near}, or add the terms of the contract."
        problem = Problem(
            table=table, row=place + 1, column=CONTRACT.heading, code=code,
            found=found, expected="a contract whose terms are given", remedy=remedy,
        )  # fmt: skip
        yield ContractProblem(_plain(name), problem)


def _plain(name: str) -> str:
    return name.removeprefix('"').removesuffix('"')


def _may_overlap(read: Mapping[str, ColumnValues], contract: I64, rows: Flags) -> I64:
    """The rows of the children who have rows that overlap, in the order of the table."""
    moved, ended = read["moved_on"].values, read["ended_on"].values
    rows = rows & (moved < FAR) & (moved < ended)
    if "agreed" in read:
        rows &= read["agreed"].values == 1
    several = np.flatnonzero(rows)
    child = _pairs(contract, read["child"].values)
    several = several[pd.Series(child[several]).duplicated(keep=False).to_numpy()]
    # In the order of the moves, rows overlap only where two that follow each other do.
    order = several[np.lexsort((moved[several], child[several]))]
    before, after = order[:-1], order[1:]
    overlap = (child[before] == child[after]) & (moved[after] < ended[before])
    return several[np.isin(child[several], child[after[overlap]])]


def _pairs(contract: I64, name: I64) -> I64:
    """One number for a contract and a name of it."""
    return contract * (int(name.max(initial=0)) + 1) + name


def _overlaps(
    frame: pd.DataFrame, rows: I64, contract: I64, contracts: Names
) -> Iterable[ContractProblem]:
    rows = rows[np.argsort(contract[rows], kind="stable")]
    places, first = np.unique(contract[rows], return_index=True)
    for place, of_contract in zip(places.tolist(), np.split(rows, first[1:]), strict=False):
        for problem in core_evidence({"Placements": frame.iloc[of_contract]}).blocking:
            if problem.other_row is not None:
                yield ContractProblem(contracts.written[place], _at(problem, of_contract))


def life_that_does_not_fit(
    tables: Mapping[str, TableColumns], contracts: Names
) -> Iterable[ContractProblem]:
    """What does not fit between rows of the optional tables, as the reader of tables says it.

    It is asked about the contracts with rates, which have few rows, and those in which something
    may be wrong.
    """
    if "Rates" in tables:
        places = set(tables["Rates"].contract.tolist())
        yield from _said_by_the_core(tables, contracts, places, ("Rates",))
    if "Cohort" in tables:
        cohort = tables["Cohort"]
        child = pd.Series(_pairs(cohort.contract, cohort.columns["child"]))
        places = set(cohort.contract[child.duplicated(keep=False).to_numpy()].tolist())
        places |= set(_leaving_before_a_move(cohort, tables["Placements"]))
        yield from _said_by_the_core(tables, contracts, places, ("Cohort", "Placements"))
    if "Prices" in tables:
        prices = tables["Prices"]
        of_day = pd.DataFrame(
            {
                "child": _pairs(prices.contract, prices.columns["child"]),
                "day": prices.columns["starts_on"],
            }
        )
        places = set(prices.contract[of_day.duplicated(keep=False).to_numpy()].tolist())
        yield from _said_by_the_core(tables, contracts, places, ("Prices",))


def _said_by_the_core(
    tables: Mapping[str, TableColumns], contracts: Names, places: set[int], named: tuple[str, ...]
) -> Iterable[ContractProblem]:
    for place in sorted(places):
        rows = {name: tables[name].rows[tables[name].contract == place] for name in named}
        found = core_evidence({name: tables[name].frame.iloc[rows[name]] for name in named})
        for problem in found.blocking:
            if problem.table == named[0] and problem.row is not None:
                placed = _at(problem, rows[problem.table])
                if "Placements" in rows:
                    placed = replace(placed, expected=_meant(placed.expected, rows["Placements"]))
                yield ContractProblem(contracts.written[place], placed)


def _meant(said: str, rows: I64) -> str:
    """A text that names a row of Placements, with the row's number in the whole table."""
    return _ROW_OF_PLACEMENTS.sub(
        lambda found: f"in row {_number(rows, int(found[1]))} of Placements", said
    )


def _leaving_before_a_move(cohort: TableColumns, placements: TableColumns) -> list[int]:
    """The contracts in which a child may leave care before it moves."""
    leaving = cohort.columns["leaves_on"]
    first = {
        (place, cohort.names["child"][name]): day
        for place, name, day in zip(
            cohort.contract.tolist(), cohort.columns["child"].tolist(), leaving.tolist(),
            strict=True,
        )
        if day < FAR
    }  # fmt: skip
    if not first:
        return []
    of_name = {name: place for place, name in enumerate(placements.names["child"])}
    found = set()
    by_pair = {
        (place, of_name[name]): day for (place, name), day in first.items() if name in of_name
    }
    pairs = np.array([*by_pair], np.int64).reshape(-1, 2)
    if not len(pairs):
        return []
    names = len(of_name) + 1
    keys = pairs[:, 0] * names + pairs[:, 1]
    days = np.array([*by_pair.values()], np.int64)
    order = np.argsort(keys)
    keys, days = keys[order], days[order]
    own = placements.contract * names + placements.columns["child"]
    at = np.minimum(np.searchsorted(keys, own), len(keys) - 1)
    moved = placements.columns["moved_on"]
    early = (keys[at] == own) & (moved < FAR) & (days[at] < moved)
    found |= set(placements.contract[early].tolist())
    return sorted(found)
