"""The rows of a portfolio's tables to what is settled: what counts, and how long.

Children, households and contracts are matched by number here; days are ``date.toordinal()``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from xlpbr.contract.evidence import Evidence
from xlpbr.contract.life import AgreedMonth, OutcomeRate
from xlpbr.contract.terms import ContractTerms
from xlpbr.periods import FAR
from xlpbr.portfolio.chains import ChainRows, cost_chains, no_chains, price_chains
from xlpbr.portfolio.clauses import PlacementRows
from xlpbr.portfolio.numpy_loops import I64, Flags
from xlpbr.portfolio.rows import PortfolioColumns
from xlpbr.portfolio.tables import TableColumns, core_evidence

_FOSTER = 0
"""The place of foster among the options of Type, and of broke down among those of its end."""
_BROKE_DOWN = 0


def portfolio_of(
    names: tuple[str, ...],
    terms: Sequence[ContractTerms],
    last_days: Sequence[date],
    evidence_of: Callable[[int], Evidence],
    finer: Flags,
    placements: PlacementRows,
    changes: tuple[I64, I64, I64],
    costs: ChainRows,
    due: tuple[I64, I64],
    claims: tuple[I64, I64, I64],
    rates: Mapping[int, tuple[OutcomeRate, ...]],
    signed: Mapping[int, tuple[AgreedMonth, ...]],
) -> PortfolioColumns:
    """What is settled, with the prices that change as rows of their own.

    Args:
        names: the contracts.
        terms: of each contract.
        last_days: the last day that is settled of each.
        evidence_of: the records of one contract.
        finer: by contract, whether an amount is finer than a penny.
        placements: what counts and has moved, at the prices of its own row.
        changes: of each later price the placement, the day, and what a week saves from then.
        costs: the costs that count.
        due: contract and day of each household whose fee falls due.
        claims: contract, month and pence of each claim.
        rates: by the place of a contract, its rates.
        signed: by the place of a contract, the months that were agreed.
    """
    chains = [costs]
    if len(changes[0]):
        starts = np.array([one.starts_on.toordinal() for one in terms], np.int64)
        prices, changed = price_chains(
            placements.contract,
            starts[placements.contract],
            placements.moved,
            placements.ended,
            placements.foster,
            placements.weekly,
            changes,
        )
        chains.append(prices)
        placements = PlacementRows(
            placements.contract,
            placements.child,
            np.where(changed, 0, placements.weekly),
            placements.moved,
            placements.ended,
            placements.foster,
            placements.broke_down,
        )
    return PortfolioColumns(
        names, terms, last_days, evidence_of, finer, placements, chains, due, claims, rates, signed
    )


def portfolio_of_tables(
    names: tuple[str, ...],
    terms: Sequence[ContractTerms],
    last_days: Sequence[date],
    tables: Mapping[str, TableColumns],
) -> PortfolioColumns:
    """What is settled of tables that are read and checked."""
    finer = np.zeros(len(names), np.bool_)
    for table in tables.values():
        finer[table.contract[table.finer]] = True
    read = evidence_reader(tables, len(names))
    child = _Children(tables)
    of_placements = tables["Placements"]
    columns = of_placements.columns
    number = child.of(of_placements)
    counts = (columns["agreed"] == 1) & (columns["moved_on"] < FAR)
    ended, broke_down = columns["ended_on"], columns["ended_because"] == _BROKE_DOWN
    if "Cohort" in tables:
        in_cohort, leaves = _cohort(
            tables["Cohort"], child, number, of_placements.contract, len(names)
        )
        counts &= in_cohort
        broke_down = broke_down & (ended < leaves)
        ended = np.minimum(ended, leaves)
    rows = np.flatnonzero(counts)
    weekly = columns["residential_weekly"] - columns["family_weekly"]
    placements = PlacementRows(
        of_placements.contract[rows],
        number[rows],
        weekly[rows],
        columns["moved_on"][rows],
        ended[rows],
        columns["type"][rows] == _FOSTER,
        broke_down[rows],
    )
    none = np.zeros(0, np.int64)
    changes = (none, none, none)
    if "Prices" in tables:
        own = columns["residential_weekly"][rows], columns["family_weekly"][rows]
        changes = _price_changes(tables["Prices"], child, placements, own)
    costs = no_chains()
    if "Costs" in tables:
        costs = _costs(tables["Costs"], child, placements, terms)
    due = (none, none)
    if "Carers" in tables:
        due = _due_households(tables, terms, child, placements)
    claims = (none, none, none)
    if "Claims" in tables:
        of_claims = tables["Claims"].columns
        claims = (tables["Claims"].contract, of_claims["month"], of_claims["invoiced"])
    rates = _places(tables, "Rates")
    signed = _places(tables, "Agreed")
    few = {table: tables[table] for table in ("Rates", "Agreed") if table in tables}
    read_few = evidence_reader(few, len(names))
    evidence = {place: read_few(place) for place in rates | signed}
    return portfolio_of(
        names, terms, last_days, read, finer, placements, changes, costs, due, claims,
        {place: evidence[place].rates for place in rates},
        {place: evidence[place].signed for place in signed},
    )  # fmt: skip


def _places(tables: Mapping[str, TableColumns], table: str) -> set[int]:
    """The contracts that have rows in a table."""
    return set(tables[table].contract.tolist()) if table in tables else set()


class _Children:
    """One number from 0 for each child of a contract, the same in every table."""

    def __init__(self, tables: Mapping[str, TableColumns]) -> None:
        with_child = [table for table in tables.values() if "child" in table.columns]
        self._first = tables["Placements"].names["child"]
        self._places: dict[str, int] = {}
        pairs = [self._pairs(table) for table in with_child]
        numbers, found = pd.factorize(np.concatenate(pairs))
        ends = np.cumsum([len(one) for one in pairs])[:-1]
        parts = np.split(numbers.astype(np.int64), ends)
        self._found = {table.table: part for table, part in zip(with_child, parts, strict=True)}
        self.count = len(found)

    def of(self, table: TableColumns) -> I64:
        """The number of the child of each row; one without a name has a number too."""
        return self._found[table.table]

    def flagged(self, children: I64) -> Flags:
        """For each number whether it is one of some."""
        flags = np.zeros(self.count, np.bool_)
        flags[children] = True
        return flags

    def earliest(self, children: I64, days: I64) -> I64:
        """For each number the earliest of some days; FAR where there is none."""
        found = np.full(self.count, FAR)
        np.minimum.at(found, children, days)
        return found

    def _pairs(self, table: TableColumns) -> I64:
        names, child = table.names["child"], table.columns["child"]
        if names != self._first or self._places:
            if not self._places:
                self._places = {name: place for place, name in enumerate(self._first)}
            places = [self._places.setdefault(name, len(self._places)) for name in names]
            child = np.array([*places, -1], np.int64)[child]
        return (child << 24) + table.contract


def _cohort(
    table: TableColumns, child: _Children, number: I64, contract: I64, contracts: int
) -> tuple[Flags, I64]:
    """Whether each placement's child is in the cohort, and the day on which it leaves care."""
    with_cohort = np.zeros(contracts, np.bool_)
    with_cohort[table.contract] = True
    has_one = with_cohort[contract]
    leaves = child.earliest(child.of(table), table.columns["leaves_on"])
    counts = child.flagged(child.of(table))[number] | ~has_one
    return counts, np.where(has_one, leaves[number], FAR)


def _price_changes(
    table: TableColumns, child: _Children, placements: PlacementRows, own: tuple[I64, I64]
) -> tuple[I64, I64, I64]:
    """Of each price after a move the placement, the day, and what a week saves from then.

    They are in the order of the placements, and those of one in the order of time.
    """
    columns, number = table.columns, child.of(table)
    per_child = np.bincount(number, minlength=child.count)
    if per_child.max(initial=0) <= 1:  # most often: then nothing need be sorted
        order = np.arange(len(number))
        first_of = np.zeros(child.count, np.int64)
        first_of[number] = order
    else:
        order = np.lexsort((columns["starts_on"], number))
        first_of = np.cumsum(per_child) - per_child
    count = per_child[placements.child]
    of = np.repeat(np.arange(len(count)), count)
    change = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    change = order[change + np.repeat(first_of[placements.child], count)]
    day = columns["starts_on"][change]
    # What is dated on or before the move was overtaken by the prices of the placement itself.
    later = day > placements.moved[of]
    of, change, day = of[later], change[later], day[later]
    prices = [
        _filled(columns[name][change], table.blank[name][change], of, price)
        for name, price in zip(("residential_weekly", "family_weekly"), own, strict=True)
    ]
    return of, day, prices[0] - prices[1]


def _filled(prices: I64, blank: Flags, of: I64, own: I64) -> I64:
    """Prices in the order of time, a blank one as before; the first as in the placement's row."""
    if not blank.any():
        return prices
    place = np.where(blank, -1, np.arange(len(prices)))
    known = np.maximum.accumulate(place)
    first_of = np.searchsorted(of, of)
    return np.where(known >= first_of, prices[np.maximum(known, 0)], own[of])


def _costs(
    table: TableColumns,
    child: _Children,
    placements: PlacementRows,
    terms: Sequence[ContractTerms],
) -> ChainRows:
    """The costs that count: agreed, and of a child that has moved in a placement that counts."""
    columns, number = table.columns, child.of(table)
    moved = child.flagged(placements.child)
    fostered = child.flagged(placements.child[placements.foster])
    rows = np.flatnonzero((columns["agreed"] == 1) & moved[number])
    starts = np.array([one.starts_on.toordinal() for one in terms], np.int64)
    contract = table.contract[rows]
    return cost_chains(
        contract,
        starts[contract],
        columns["starts_on"][rows],
        columns["last_day"][rows],
        columns["weekly"][rows],
        columns["once"][rows],
        fostered[number[rows]],
    )


def _due_households(
    tables: Mapping[str, TableColumns],
    terms: Sequence[ContractTerms],
    child: _Children,
    placements: PlacementRows,
) -> tuple[I64, I64]:
    """Contract and day of each household whose fee falls due, each once."""
    carers = tables["Carers"]
    number, contract, approved = child.of(carers), carers.contract, carers.columns["approved_on"]
    named = carers.columns["child"] >= 0
    linked = child.flagged(child.of(tables["Placements"]))[number]
    if "Cohort" in tables:
        with_cohort = np.zeros(len(terms), np.bool_)
        with_cohort[tables["Cohort"].contract] = True
        in_cohort = child.flagged(child.of(tables["Cohort"]))[number]
        linked = np.where(with_cohort[contract], in_cohort, linked)
    anyone = np.array([one.carer_fee_counts == "any" for one in terms], np.bool_)
    by_move = np.array([one.carer_fee_due == "moved" for one in terms], np.bool_)
    moved = np.where(named, child.earliest(placements.child, placements.moved)[number], FAR)
    due = np.where(by_move[contract], np.maximum(approved, moved), approved)
    counts = (approved < FAR) & ((linked & named) | anyone[contract])
    approved, due, contract = approved[counts], due[counts], contract[counts]
    names = carers.columns["household"][counts]
    household = contract * (int(names.max(initial=0)) + 1) + names
    order = np.argsort(household, kind="stable")
    _, first = np.unique(household[order], return_index=True)
    if not len(first):
        return contract, due
    earliest = np.minimum.reduceat(approved[order], first)
    due_on = np.minimum.reduceat(due[order], first)
    contract = contract[order][first]
    starts = np.array([one.starts_on.toordinal() for one in terms], np.int64)
    paid = (earliest >= starts[contract]) & (due_on < FAR)
    return contract[paid], due_on[paid]


def evidence_reader(
    tables: Mapping[str, TableColumns], contracts: int
) -> Callable[[int], Evidence]:
    """A function that reads the rows of one contract as the core does."""
    in_order = {}
    for table, columns in tables.items():
        order = np.argsort(columns.contract, kind="stable")
        ends = np.searchsorted(columns.contract[order], np.arange(contracts + 1))
        in_order[table] = (columns.frame, columns.rows[order], ends)

    def read(place: int) -> Evidence:
        found = core_evidence(
            {
                table: frame.iloc[rows[ends[place] : ends[place + 1]]]
                for table, (frame, rows, ends) in in_order.items()
            }
        )
        for problem in found.blocking:
            raise problem.as_error()
        return found.record

    return read
