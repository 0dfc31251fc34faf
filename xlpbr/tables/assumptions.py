"""The rows of an Assumptions table to ``Assumptions``, with every problem collected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlpbr.cells import Cell
from xlpbr.contract.assumptions import ASSUMPTIONS, NEEDED, Assumptions
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import NUM, Problem
from xlpbr.money import in_words, to_pence
from xlpbr.periods import month_in_words, month_of
from xlpbr.tables.headings import ReadRecord
from xlpbr.tables.terms import ReadValues, ValueTable, missing_value, read_values

ASSUMPTIONS_TABLE = ValueTable(
    "Assumptions", "Assumption", "assumption", "the forecast", ASSUMPTIONS
)


def read_assumptions(table: Cell) -> ReadRecord[Assumptions]:
    """The assumptions of a forecast from a range with the headings ``Assumption``, ``Value``."""
    read = read_values(table, ASSUMPTIONS_TABLE)
    assumptions = Assumptions(**read.values)
    problems = list(read.problems)
    problems.extend(_missing(assumptions, problems))
    problems.extend(_costs_out_of_order(assumptions, read))
    return ReadRecord(assumptions, tuple(problems))


def _missing(assumptions: Assumptions, problems: Iterable[Problem]) -> list[Problem]:
    """What must be given where children are still to move."""
    broken = {problem.column for problem in problems if problem.code is not None}
    if not assumptions.children:
        return []
    return [
        missing_value(ASSUMPTIONS_TABLE, assumption)
        for assumption in ASSUMPTIONS
        if assumption.label in NEEDED
        and assumption.label not in broken
        and getattr(assumptions, assumption.field_name) is None
    ]


def _costs_out_of_order(assumptions: Assumptions, read: ReadValues) -> Iterator[Problem]:
    """A low price above the likely one, or a high one below it."""
    for cost in ("residential", "family"):
        likely = getattr(assumptions, f"{cost}_likely")
        for which, above in (("low", True), ("high", False)):
            found = getattr(assumptions, f"{cost}_{which}")
            if found is None or likely is None or found == likely or (found > likely) != above:
                continue
            yield Problem(
                "Assumptions",
                read.rows[f"{cost}_{which}"],
                f"{cost.capitalize()} weekly cost, {which}",
                in_words(to_pence(found)),
                f"at {'most' if above else 'least'} the likely cost, {in_words(to_pence(likely))}",
                "Correct one of the two prices.",
                NUM,
            )


def outside_the_programme(assumptions: Assumptions, terms: ContractTerms) -> list[Problem]:
    """A first month of moves that is no month of the programme."""
    first = assumptions.first_month
    if not assumptions.children or first is None:
        return []
    starts, ends = month_of(terms.starts_on), month_of(terms.ends_on)
    if starts <= first <= ends:
        return []
    return [
        Problem(
            "Assumptions",
            None,
            "First month of moves",
            month_in_words(first),
            f"a month of the programme, {month_in_words(starts)} to {month_in_words(ends)}",
            "Correct the month, or Starts on and Ends on in Terms.",
            NUM,
        )
    ]
