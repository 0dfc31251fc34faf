"""The rows of an Assumptions table to ``Assumptions``, with every problem collected."""

from __future__ import annotations

from collections.abc import Iterator

from xlpbr.cells import Cell
from xlpbr.contract.assumptions import ASSUMPTIONS, NEEDED, Assumptions
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import NUM, Problem
from xlpbr.money import in_words, to_pence
from xlpbr.periods import month_in_words, month_of
from xlpbr.tables.headings import ReadRecord
from xlpbr.tables.terms import ReadValues, ValueTable, missing_values, read_values

ASSUMPTIONS_TABLE = ValueTable(
    "Assumptions", "Assumption", "assumption", "the forecast", ASSUMPTIONS
)


def read_assumptions(table: Cell) -> ReadRecord[Assumptions]:
    """The assumptions of a forecast from a range with the headings ``Assumption``, ``Value``."""
    read = read_values(table, ASSUMPTIONS_TABLE)
    assumptions = Assumptions(**read.values)
    problems = list(read.problems)
    if assumptions.children:
        needed = (one for one in ASSUMPTIONS if one.label in NEEDED)
        problems.extend(missing_values(ASSUMPTIONS_TABLE, needed, read.values, read.problems))
    problems.extend(_costs_out_of_order(assumptions, read))
    return ReadRecord(assumptions, tuple(problems))


def _costs_out_of_order(assumptions: Assumptions, read: ReadValues) -> Iterator[Problem]:
    """A low price above the likely one, or a high one below it."""
    for cost in ("residential", "family"):
        likely = getattr(assumptions, f"{cost}_likely")
        for which, above in (("low", True), ("high", False)):
            found = getattr(assumptions, f"{cost}_{which}")
            if found is None or likely is None or found == likely or (found > likely) != above:
                continue
            yield Problem(
                table="Assumptions",
                row=read.rows[f"{cost}_{which}"],
                column=f"{cost.capitalize()} weekly cost, {which}",
                found=in_words(to_pence(found)),
                expected=f"at {'most' if above else 'least'} the likely cost,"
                f" {in_words(to_pence(likely))}",
                remedy="Correct one of the two prices.",
                code=NUM,
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
            table="Assumptions",
            column="First month of moves",
            found=month_in_words(first),
            expected=f"a month of the programme, {month_in_words(starts)} to"
            f" {month_in_words(ends)}",
            remedy="Correct the month, or Starts on and Ends on in Terms.",
            code=NUM,
        )
    ]
