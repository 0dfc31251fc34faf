"""Which figures of the financial years may be published: those that follow from what is shown.

A year's saving, and what was payable and invoiced in it, are differences of two figures to date; so
a year is shown where both of them are. Nothing more is told by it. The budget is the council's own
plan, but where a year's figures are suppressed, a plan for few children would stand in their place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlpbr.periods import financial_year_end
from xlpbr.settlement.years import YearStatement, financial_years
from xlpbr.workbook.disclosure.rules import Shown


@dataclass(frozen=True, slots=True)
class ShownYear:
    """A financial year, and the names of those of its figures that are suppressed."""

    year: YearStatement
    suppressed: frozenset[str]

    def figure(self, name: str) -> int | None:
        """A figure in pence; None where it is suppressed, or where there is no budget."""
        if name in self.suppressed:
            return None
        found: int | None = getattr(self.year, name)
        return found


_FOLLOW_FROM = {
    "saving": "saving_to_date",
    "payable": "payable_to_date",
    "invoiced": "invoiced_to_date",
}
"""The figures of a year that are differences of a figure to date."""


def shown_years(shown: Shown) -> list[ShownYear]:
    """The financial years of a statement, each with what of it is suppressed."""
    last_of_year = {
        financial_year_end(month.month): index for index, month in enumerate(shown.statement.months)
    }
    found = []
    before: int | None = None
    for year, last in zip(financial_years(shown.statement), last_of_year.values(), strict=True):
        found.append(ShownYear(year, frozenset(_suppressed(shown, before, last))))
        before = last
    return found


def has_a_shown_year(shown: Shown) -> bool:
    """Whether the saving of any year, or what was payable in it, is shown."""
    return any(not {"saving", "payable"} <= one.suppressed for one in shown_years(shown))


def _suppressed(shown: Shown, before: int | None, last: int) -> Iterable[str]:
    ends = [last] if before is None else [before, last]
    for name, to_date in _FOLLOW_FROM.items():
        if any(shown.figures[index][to_date] is None for index in ends):
            yield name
            yield from {"saving": ["budget_saving"], "payable": ["budget_cost"]}.get(name, [])
    if shown.figures[last]["balance"] is None:
        yield "accrual"
    if last not in shown.yearly:
        yield "full_year_effect"
