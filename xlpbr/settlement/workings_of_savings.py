"""How the children in families and the saving of a month came about, in words."""

from __future__ import annotations

from xlpbr.money import in_words, price_in_words, to_pence, to_pounds
from xlpbr.periods import Period, day_in_words
from xlpbr.settlement import rules
from xlpbr.settlement.counted import CountedPlacement, counted_costs, counted_placements
from xlpbr.settlement.lines import SavingLine, lines_of_cost, lines_of_placement
from xlpbr.settlement.month_explained import MonthExplained


def children_in_words(month: MonthExplained) -> str:
    """The children in a family at the month's end, by name."""
    last = month.now.period.last
    names = sorted(
        placement.child
        for placement in month.statement.evidence.agreed
        if rules.in_place(placement.moved_on, placement.ended_on, last)
    )
    if not names:
        return f"no agreed placement in place at the end of {day_in_words(last)}"
    return f"in place at the end of {day_in_words(last)}: {', '.join(names)}"


def saving_in_words(month: MonthExplained) -> str:
    """The saving of the month, placement by placement and cost by cost."""
    terms, evidence = month.terms, month.statement.evidence
    parts: list[str] = []
    for placement in counted_placements(terms, evidence):
        parts.extend(_saving_of(placement, month.now.period))
    for cost in counted_costs(terms, evidence):
        parts.extend(map(_cost_in_words, lines_of_cost(cost, month.now.period)))
    if not parts:
        return "no agreed placement had days in the month"
    if len(parts) == 1:
        return parts[0]
    return f"{'; '.join(parts)}; together {in_words(month.now.saving)}"


def _saving_of(placement: CountedPlacement, period: Period) -> list[str]:
    """One placement's saving: the days of the month, or running totals where the penny needs it."""
    lines = list(lines_of_placement(placement, period))
    child = placement.placement.child
    exact = all(rules.saving_to_date(line.weekly, line.day_count) == line.amount for line in lines)
    if exact or len(placement.spans) > 1:
        return [f"{child}: {_days_in_words(line, len(lines) > 1)}" for line in lines]
    (line,) = lines
    ended_on = placement.placement.ended_on
    so_far = rules.days_in_placement(placement.counts_from, ended_on, line.days.last)
    before = so_far - line.day_count
    total, less = (rules.saving_to_date(line.weekly, days) for days in (so_far, before))
    return [
        f"{child}: {price_in_words(line.weekly)} / 7 x {so_far} days so far = {in_words(total)},"
        f" less {in_words(less)} for the {before} before = {in_words(line.amount)}"
    ]


def _days_in_words(line: SavingLine, with_its_day: bool) -> str:
    """A weekly saving times its days; where prices change, from when it holds."""
    days = "day" if line.day_count == 1 else "days"
    since = f" from {day_in_words(line.days.first)}" if with_its_day else ""
    rounded = rules.saving_to_date(line.weekly, line.day_count) == line.amount
    penny = "" if rounded else ", with the penny of the row's running total"
    return (
        f"{price_in_words(line.weekly)} / 7 x {line.day_count} {days}{since}"
        f" = {in_words(line.amount)}{penny}"
    )


def _cost_in_words(line: SavingLine) -> str:
    """A further cost of a move, as what it takes off the saving."""
    if not line.day_count:
        return (
            f"{line.child}, {line.what}, once on {day_in_words(line.days.first)}:"
            f" {in_words(line.amount)}"
        )
    once = -to_pounds(line.amount) + line.weekly * line.day_count / rules.DAYS_IN_WEEK
    added = f" and {in_words(-to_pence(once))} once" if abs(once) >= 1 else ""
    days = "day" if line.day_count == 1 else "days"
    return (
        f"{line.child}, {line.what}: {price_in_words(line.weekly)} / 7 x {line.day_count} {days}"
        f"{added} = {in_words(line.amount)}"
    )
