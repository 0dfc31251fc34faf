"""Many contracts settled at once: ``xlpbr.settle_many``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from xlpbr import cells
from xlpbr.api.frames import figures_frame, pounds, table_frame
from xlpbr.api.inputs import Table, contract_of, is_workbook, rows_of, value_rows
from xlpbr.api.records import PlacedProblem, problems_frame, settled_records
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.life import LIFE_RECORDS
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import VALUE, CellError
from xlpbr.portfolio.settle import settle_contracts, settle_tables
from xlpbr.tables.terms import TERMS_TABLE


@dataclass(frozen=True, slots=True, eq=False)
class SettledPortfolio:
    """The monthly statements of many contracts, penny for penny those of ``xlpbr.settle``.

    Attributes:
        contracts: the contracts, in the order in which they were given.

    Example:
        See ``xlpbr.settle_many``.
    """

    contracts: tuple[str, ...]
    _months: pd.DataFrame = field(repr=False)
    _problems: tuple[tuple[str, PlacedProblem], ...] = field(default=(), repr=False)

    def to_frame(self, *, pence: bool = False) -> pd.DataFrame:
        """A row for each contract and month, under Contract and the headings of the statement.

        Args:
            pence: False for money as exact Decimal pounds, True for whole int64 pence, which adds
                up and groups fast.
        """
        frame = figures_frame(lambda name: self._months[name].tolist(), pence)
        frame.insert(0, "Contract", self._months["contract"])
        return frame

    @property
    def problems(self) -> pd.DataFrame:
        """What to look at in the tables; nothing in it stops the figures. See ``xlpbr.check``.

        The first column is the Contract; blank for what holds for all of a table. Of tables only
        the optional columns that they lack are listed, such as Agreed.
        """
        frame = problems_frame(placed for _, placed in self._problems)
        frame.insert(0, "Contract", pd.Series([name for name, _ in self._problems], dtype=object))
        return frame

    @property
    def payable(self) -> pd.Series[Any]:
        """What is payable in all for each contract, in exact Decimal pounds."""
        last = self._months.groupby("contract", sort=False)["payable_to_date"].last()
        known = {str(name): int(pence) for name, pence in last.items()}
        values = [pounds(known.get(name, 0)) for name in self.contracts]
        return pd.Series(values, index=pd.Index(self.contracts, name="Contract"), dtype=object,
                         name="Payable")  # fmt: skip


def settle_many(
    contracts: Any,
    placements: Table = None,
    carers: Table = None,
    claims: Table = None,
    *,
    as_at: Any = None,
    **life: Table,
) -> SettledPortfolio:
    """Settle many contracts: workbooks, or tables with a column ``Contract``.

    ``xlpbr.portfolio.settle_many`` is the same for tables, with the records' field names and pence.

    Args:
        contracts: of each contract a workbook (a path, what ``xlpbr.read`` gives, or an open one);
            or, where placements are given, its Terms table. Either by name in a dict, or one after
            the other, each with its term Contract.
        placements: the headings of Placements and ``Contract``; None where workbooks are given.
        carers: the headings of Carers and ``Contract``; None for none.
        claims: the headings of Claims and ``Contract``; None for none.
        as_at: the last day that is known, for all or by contract in a dict; None, or a contract
            that is not named, for the whole programme.
        life: the optional tables ``cohort``, ``prices``, ``costs``, ``rates`` and ``agreed``, each
            with the headings of its table and ``Contract``.

    Raises:
        CellError: the first wrong input of a workbook, and which workbook it is in.
        FileProblem: a workbook that cannot be read; for tables all that is wrong in them.

    Example:
        >>> import xlpbr
        >>> terms = {name: xlpbr.terms(name) for name in xlpbr.contracts.CONTRACT_NAMES}
        >>> placements = [
        ...     {"Contract": name, "Child": "C01", "Residential weekly cost": 7000,
        ...      "Family weekly cost": 1400, "Moved on": "01/06/2026", "Ended on": None}
        ...     for name in terms
        ... ]
        >>> settled = xlpbr.settle_many(terms, placements, as_at="31/08/2026")
        >>> settled.payable["cheshire-east-2026"]
        Decimal('73600.00')
        >>> settled.to_frame(pence=True).groupby("Contract")["Fee"].sum().to_dict()
        {'cheshire-east-2026': 7360000, 'plymouth-l04-2526': 7360000}
    """
    if placements is not None:
        terms = contracts
        if isinstance(contracts, Mapping):
            terms = {name: _terms_rows(one) for name, one in contracts.items()}
        elif isinstance(contracts, list | tuple):
            terms = [_terms_rows(one) for one in contracts]
        tables = {"placements": placements, "carers": carers, "claims": claims, **life}
        given = {name.capitalize(): _as_frame(name, table) for name, table in tables.items()}
        unknown = sorted(set(life) - {table.lower() for table in LIFE_RECORDS if table != "Budget"})
        if unknown:
            raise TypeError(f"settle_many has no table {unknown[0]}")
        months, notes = settle_tables(terms, given, as_at)
        names = contracts if isinstance(contracts, Mapping) else months["contract"].unique()
        placed = [
            (note.contract, PlacedProblem(note.problem, note.problem.table)) for note in notes
        ]
        return SettledPortfolio(tuple(map(str, names)), months, tuple(placed))
    problems: list[tuple[str, PlacedProblem]] = []
    records = list(_records(contracts, problems))
    months = settle_contracts(records, as_at)
    return SettledPortfolio(tuple(terms.contract for terms, _ in records), months, tuple(problems))


def _terms_rows(given: Any) -> Any:
    return given if isinstance(given, ContractTerms) else value_rows("terms", given, TERMS_TABLE)


def _as_frame(name: str, table: Table) -> pd.DataFrame | None:
    if table is None or isinstance(table, pd.DataFrame):
        return table
    rows = rows_of(name, table)
    return None if rows is None else table_frame(rows)


def _records(
    contracts: Any, problems: list[tuple[str, PlacedProblem]]
) -> Iterable[tuple[ContractTerms, Evidence]]:
    """The records of workbooks, each under a name of its own; what to look at is added."""
    named: Iterable[tuple[Any, Any]]
    if isinstance(contracts, Mapping):
        named = contracts.items()
    elif isinstance(contracts, Iterable) and not is_workbook(contracts):
        named = ((None, one) for one in contracts)
    else:
        raise CellError(VALUE, "contracts: expected workbooks, in a list or by name in a dict")
    seen: set[str] = set()
    for name, book in named:
        if not is_workbook(book):
            raise CellError(
                VALUE,
                f"contracts: found a {type(book).__name__}; expected a workbook of each contract,"
                " or placements beside the terms",
            )
        given = contract_of(book)
        try:
            terms, evidence = settled_records(given)
        except CellError as error:
            raise CellError(error.code, f"{given.source}: {error.message}") from None
        stem = Path(book).stem if isinstance(book, str | os.PathLike) else given.source
        called = str(name or terms.contract or stem)
        if cells.key(called) in seen:
            raise CellError(
                VALUE,
                f"{given.source}: a contract called {cells.shown(called)} is given already. Leave"
                " one of them out, or give each a name in a dict.",
            )
        seen.add(cells.key(called))
        problems.extend((called, placed) for placed in given.problems)
        yield replace(terms, contract=called), evidence
