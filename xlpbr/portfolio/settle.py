"""Many contracts settled at once: tables with a column ``Contract`` in, a row a month out.

The figures are those of ``statement.settle``, penny for penny. A contract with an amount finer than
a penny, or so large that the sums of whole numbers could overflow, goes through ``settle`` itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from xlpbr import cells
from xlpbr.cells import Cell
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import NA, VALUE, CellError, Problem
from xlpbr.periods import FAR
from xlpbr.portfolio.columns import plain_cells
from xlpbr.portfolio.numpy_loops import I64
from xlpbr.portfolio.rows import KNOWN, PortfolioColumns, PortfolioProblem, settle_portfolio
from xlpbr.portfolio.settlement import LIMIT
from xlpbr.portfolio.tables import (
    ContractProblem,
    Names,
    TableColumns,
    core_evidence,
    first_approvals,
    read_table,
)
from xlpbr.settlement.carers import due_households
from xlpbr.tables.terms import read_terms

__all__ = ["PortfolioProblem", "settle_contracts", "settle_many"]

AsAt = date | Mapping[str, date] | None


def settle_many(
    terms: Mapping[str, ContractTerms | Cell] | Iterable[ContractTerms | Cell],
    placements: pd.DataFrame,
    carers: pd.DataFrame | None = None,
    claims: pd.DataFrame | None = None,
    *,
    as_at: AsAt = None,
) -> pd.DataFrame:
    """The month statements of many contracts.

    Args:
        terms: of each contract its terms, or its Terms table; by the name that the column
            ``Contract`` has, or one after the other, each with its term Contract.
        placements: the headings of Placements and ``Contract``.
        carers: the headings of Carers and ``Contract``; None where there are none.
        claims: the headings of Claims and ``Contract``; None where there are none.
        as_at: the last day that is known, for all contracts or by contract; None, or a contract
            that is not named, for the whole programme.

    Returns:
        A row for each contract and month, in the order of the terms: ``contract``, then the
        figures of the statement by field name: ``month`` as a date, ``children`` as a number,
        money as int64 pence. Its ``attrs["notes"]`` lists the optional columns that a table lacks
        and what that means, a sentence each.

    Raises:
        PortfolioProblem: all that is wrong in the tables; rows are counted from 1 under the
            headings.
    """
    settled, notes = settle_tables(terms, placements, carers, claims, as_at)
    settled.attrs["notes"] = [note.sentence for note in notes]
    return settled


def settle_tables(
    terms: Mapping[str, ContractTerms | Cell] | Iterable[ContractTerms | Cell],
    placements: pd.DataFrame | None,
    carers: pd.DataFrame | None,
    claims: pd.DataFrame | None,
    as_at: AsAt,
) -> tuple[pd.DataFrame, tuple[ContractProblem, ...]]:
    """The same, and what to know of the tables, which stops no figure."""
    problems: list[ContractProblem] = []
    notes: list[ContractProblem] = []
    names, records = _contracts(terms, problems)
    last_days = _last_days(names, records, as_at, problems)
    tables = {
        table: read_table(table, frame, names, problems, notes)
        for table, frame in (("Placements", placements), ("Carers", carers), ("Claims", claims))
        if table == "Placements" or (frame is not None and getattr(frame, "size", True))
    }
    read = {table: columns for table, columns in tables.items() if columns is not None}
    if "Placements" in read:
        problems.extend(_without_placements(names, read["Placements"]))
    if problems:
        raise PortfolioProblem(problems)
    columns = _portfolio_of_tables(names.written, records, last_days, read)
    return settle_portfolio(columns), tuple(notes)


def settle_contracts(
    contracts: Sequence[tuple[ContractTerms, Evidence]], as_at: AsAt = None
) -> pd.DataFrame:
    """The same for records: terms and evidence that are read and checked already.

    Args:
        contracts: terms and evidence of each contract; a contract may be without placements.
        as_at: as ``settle_many`` has it.

    Raises:
        PortfolioProblem: figures that int64 cannot hold, or a day for an unknown contract.
    """
    problems: list[ContractProblem] = []
    records = [terms for terms, _ in contracts]
    written = tuple(terms.contract for terms in records)
    names = Names(written, {cells.key(name): place for place, name in enumerate(written)})
    last_days = _last_days(names, records, as_at, problems)
    if problems:
        raise PortfolioProblem(problems)
    return settle_portfolio(_portfolio_of_records(written, contracts, last_days))


# Contracts and days ---------------------------------------------------------------------------


def _contracts(
    terms: Mapping[str, Any] | Iterable[Any], problems: list[ContractProblem]
) -> tuple[Names, list[ContractTerms]]:
    if not isinstance(terms, Iterable) or isinstance(terms, str | pd.DataFrame):
        problem = Problem(
            table="Terms", found="nothing" if terms is None else f"a {type(terms).__name__}",
            expected="the terms of each contract, by name or in a list", remedy="Make one of them.",
            code=VALUE,
        )  # fmt: skip
        raise PortfolioProblem([ContractProblem("", problem)])
    named = terms.items() if isinstance(terms, Mapping) else ((None, one) for one in terms)
    written: list[str] = []
    records: list[ContractTerms] = []
    places: dict[str, int] = {}
    about_name = partial(Problem, table="Terms", column="Contract", code=VALUE)
    for place, (key, given) in enumerate(named):
        wrong: tuple[Problem, ...] = ()
        record = given
        if not isinstance(given, ContractTerms):
            found = read_terms(given)
            record, wrong = found.record, found.blocking
        name = cells.text(key) if key is not None else cells.tidy(record.contract)
        if not name:
            needed = "Give the term Contract, by which the rows of the other tables are found."
            wrong += (about_name(found="nothing", expected="a short name", remedy=needed),)
        elif places.setdefault(cells.key(name), place) != place:
            twice = f"{cells.shown(name)} twice"
            remedy = "Leave one of them out, or give it another name."
            wrong += (about_name(found=twice, expected="each contract once", remedy=remedy),)
        name = name or f"Contract {place + 1} of the terms"
        problems.extend(ContractProblem(name, problem) for problem in wrong)
        written.append(name)
        records.append(record)
    return Names(tuple(written), places), records


def _last_days(
    names: Names, terms: Sequence[ContractTerms], as_at: AsAt, problems: list[ContractProblem]
) -> list[date]:
    """The last day that is settled of each contract."""
    known: dict[int, date] = {}
    if isinstance(as_at, Mapping):
        for name, day in as_at.items():
            place = names.places.get(cells.key(name))
            if place is None:
                problem = Problem(
                    table="Terms", column="Contract", found=f"a day for {cells.shown(name)}",
                    expected="a contract whose terms are given",
                    remedy="Correct the name, or leave it out.", code=NA,
                )  # fmt: skip
                problems.append(ContractProblem(name, problem))
            elif not cells.is_blank(day):
                found = _day_known(day, names.written[place], problems)
                known[place] = terms[place].last_day if found is None else found
    elif as_at is not None:
        found = _day_known(as_at, "", problems)
        known = {} if found is None else dict.fromkeys(range(len(terms)), found)
    return [min(known.get(place, one.last_day), one.last_day) for place, one in enumerate(terms)]


def _day_known(day: Any, contract: str, problems: list[ContractProblem]) -> date | None:
    plain: Any = f"a {type(day).__name__}"
    if pd.api.types.is_scalar(day) or isinstance(day, date):
        plain = plain_cells(pd.Series([day], dtype=object)).iloc[0]
    try:
        if plain is not None:
            return cells.day(plain)
    except CellError:
        pass
    problem = Problem(
        table="Terms", column="as_at", found="no date" if plain is None else cells.shown(plain),
        expected="a date such as 01/09/2025",
        remedy="Correct it, or leave it out for the whole programme.", code=VALUE,
    )  # fmt: skip
    problems.append(ContractProblem(contract, problem))
    return None


def _without_placements(names: Names, placements: TableColumns) -> Iterable[ContractProblem]:
    there = set(placements.contract.tolist())
    # Only the first of the same name, and none without a name, could have rows.
    for place in sorted(names.places.values()):
        if place not in there:
            problem = Problem(
                table="Placements", column="Contract", found="no row of the contract",
                expected="a row or more of each contract",
                remedy="Add its placements, or leave its terms out.", code=VALUE,
            )  # fmt: skip
            yield ContractProblem(names.written[place], problem)


# Columns --------------------------------------------------------------------------------------


def _portfolio_of_tables(
    names: tuple[str, ...],
    terms: Sequence[ContractTerms],
    last_days: Sequence[date],
    tables: Mapping[str, TableColumns],
) -> PortfolioColumns:
    finer = np.zeros(len(names), np.bool_)
    for table in tables.values():
        finer[table.contract[table.finer]] = True
    placements = tables["Placements"]
    columns = placements.columns
    counts = (columns["agreed"] == 1) & (columns["moved_on"] < FAR)
    weekly = columns["residential_weekly"] - columns["family_weekly"]
    approvals, claims = _none(2), _none(3)
    if "Carers" in tables:
        approvals = first_approvals(placements, tables["Carers"])
    if "Claims" in tables:
        of_claims = tables["Claims"].columns
        claims = (tables["Claims"].contract, of_claims["month"], of_claims["invoiced"])
    return PortfolioColumns(
        names,
        terms,
        last_days,
        _evidence_reader(tables, len(names)),
        finer,
        (
            placements.contract[counts],
            weekly[counts],
            columns["moved_on"][counts],
            columns["ended_on"][counts],
            columns["type"][counts] == 0,
        ),
        (approvals[0], approvals[1]),
        (claims[0], claims[1], claims[2]),
    )


def _none(count: int) -> tuple[I64, ...]:
    return tuple(np.zeros(0, np.int64) for _ in range(count))


def _evidence_reader(
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


def _portfolio_of_records(
    names: tuple[str, ...],
    contracts: Sequence[tuple[ContractTerms, Evidence]],
    last_days: Sequence[date],
) -> PortfolioColumns:
    finer = np.zeros(len(contracts), np.bool_)
    placements: list[tuple[int, int, int, int, bool]] = []
    approvals: list[tuple[int, int]] = []
    claims: list[tuple[int, int, int]] = []
    for place, (terms, evidence) in enumerate(contracts):
        for placement in evidence.agreed:
            if placement.moved_on is None:
                continue
            weekly = placement.weekly_saving * 100
            finer[place] |= weekly.denominator != 1 or abs(weekly) >= LIMIT
            placements.append(
                (
                    place,
                    0 if finer[place] else weekly.numerator,
                    placement.moved_on.toordinal(),
                    FAR if placement.ended_on is None else placement.ended_on.toordinal(),
                    placement.type == "foster",
                )
            )
        approvals.extend((place, one.due_on.toordinal()) for one in due_households(terms, evidence))
        finer[place] |= not KNOWN.cover(terms, evidence)
        for claim in evidence.claims:
            pence = claim.invoiced * 100
            finer[place] |= pence.denominator != 1 or abs(pence) >= LIMIT
            amount = 0 if finer[place] else pence.numerator
            claims.append((place, claim.month.toordinal(), amount))
    contract, weekly_saving, moved, ended, foster = _columns(placements, 5)
    approved_in, approved = _columns(approvals, 2)
    claimed_in, month, invoiced = _columns(claims, 3)
    return PortfolioColumns(
        names,
        [terms for terms, _ in contracts],
        last_days,
        lambda place: contracts[place][1],
        finer,
        (contract, weekly_saving, moved, ended, foster.astype(np.bool_)),
        (approved_in, approved),
        (claimed_in, month, invoiced),
    )


def _columns(rows: Sequence[tuple[int, ...]], count: int) -> list[I64]:
    return list(np.array(rows, np.int64).reshape(-1, count).T)
