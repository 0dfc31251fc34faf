"""A contract's records from any form of input, with what is wrong and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from xlpbr.api.frames import columns_frame
from xlpbr.contract.assumptions import Assumptions
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import VALUE, CellError, FileProblem, Problem
from xlpbr.tables.headings import ReadRecord
from xlpbr.workbook.read.contract_tables import ContractRecords

PROBLEM_HEADINGS = (
    "Where", "Table", "Row", "Column", "Found", "Expected", "What to do", "Stops the figures",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlacedProblem:
    """A problem, and where the person finds it: a cell, or a row of a frame."""

    problem: Problem
    where: str

    @property
    def sentence(self) -> str:
        """Where it is, what is wrong there and what to do."""
        column = f", {self.problem.column}" if self.problem.column else ""
        return f"{self.where}{column}: {self.problem.sentence}"


@dataclass(frozen=True, slots=True)
class GivenContract:
    """What the tables of one contract say, read once.

    Attributes:
        source: what they were read from, in words.
        terms: the terms, read.
        evidence: what happened, read.
        problems: all that is wrong in those, in the order of the tables and rows.
        assumptions: the assumptions, read; None where none were given.
        assumption_problems: all that is wrong in them.
    """

    source: str
    terms: ReadRecord[ContractTerms]
    evidence: ReadRecord[Evidence]
    problems: tuple[PlacedProblem, ...]
    assumptions: ReadRecord[Assumptions] | None = None
    assumption_problems: tuple[PlacedProblem, ...] = ()


def given_contract(
    source: str,
    records: ContractRecords,
    place: Callable[[Problem], str],
    notes: Iterable[PlacedProblem] = (),
) -> GivenContract:
    """The records of a contract's tables, each problem with its place; the notes come first."""
    placed, of_assumptions = (
        tuple(PlacedProblem(problem, place(problem)) for problem in problems)
        for problems in (records.problems, records.assumption_problems)
    )
    return GivenContract(
        source, records.terms, records.evidence, (*notes, *placed), records.assumptions,
        of_assumptions,
    )  # fmt: skip


def settled_records(given: GivenContract) -> tuple[ContractTerms, Evidence]:
    """The terms and the evidence.

    Raises:
        CellError: the first problem that stops the figures, and how many more there are.
    """
    refuse_blocking(given.problems)
    return given.terms.record, given.evidence.record


def assumptions_of(given: GivenContract) -> Assumptions:
    """The assumptions.

    Raises:
        CellError: the first problem in them that stops a forecast.
        FileProblem: the workbook has no Assumptions.
    """
    refuse_blocking(given.assumption_problems)
    if given.assumptions is None:
        for placed in given.assumption_problems:
            raise CellError(VALUE, placed.sentence)
        raise FileProblem(
            f"{given.source} has no table or name called PbrAssumptions. Say where the assumptions"
            ' are: xlpbr.read(..., assumptions="Sheet!A4:B18").'
        )
    return given.assumptions.record


def refuse_blocking(problems: Iterable[PlacedProblem]) -> None:
    """Raise the first problem that stops the figures, and say how many more there are."""
    blocking = [placed for placed in problems if placed.problem.code is not None]
    if not blocking:
        return
    more = len(blocking) - 1
    others = f" ({more} more: xlpbr.check lists {'it' if more == 1 else 'them'}.)" if more else ""
    first = blocking[0]
    raise CellError(first.problem.code or VALUE, f"{first.sentence}{others}")


def problems_frame(problems: Iterable[PlacedProblem]) -> pd.DataFrame:
    """Problems as a data frame; without a row where there are none."""
    listed = list(problems)
    return columns_frame(
        PROBLEM_HEADINGS,
        [
            [placed.where for placed in listed],
            [placed.problem.table for placed in listed],
            pd.Series([placed.problem.row for placed in listed], dtype="Int64"),
            [placed.problem.column for placed in listed],
            [placed.problem.found for placed in listed],
            [placed.problem.expected for placed in listed],
            [placed.problem.remedy for placed in listed],
            pd.Series([placed.problem.code is not None for placed in listed], dtype=bool),
        ],
    )
