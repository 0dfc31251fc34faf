"""Which figures of a statement may be published, so that none of a few children can be worked back.

The rules, for a cut-off of 5; "enough" means 0 or more than 5:

1. Savings are shown for runs of months, called blocks. In a block enough children saved, and for
   enough children the saving a day changed or the placement began or ended. So neither a figure
   nor the difference between two figures belongs to a few children.
2. The fee is shown for blocks of those, in which it does not give a single month's saving away:
   a fee that is limited in one month and equal to the saving in another would.
3. What is payable is shown for blocks of those, in which enough carer households were approved:
   their price is known, so the fees of a block tell how many there were.
4. What was invoiced is shown where the claims so far cover whole blocks or none of them.
5. Figures to date stand at the ends of blocks, figures of a month in blocks of one month.
6. The bonus and the run rate behind it are shown where enough children are counted and enough
   are left out of the count; the other readings only where nothing is suppressed.

The rules protect one report. Two reports with different days can be subtracted from each other.

Imports ``money``, ``periods``, ``rules``, ``evidence`` and ``statement`` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from xlpbr import rules
from xlpbr.evidence import Placement
from xlpbr.money import Pence, to_pence
from xlpbr.periods import ONE_DAY, Period, month_of
from xlpbr.statement import (
    FIGURES,
    Statement,
    counted_from,
    name_key,
)
from xlpbr.terms import BonusMeasure

LEAST_CUT_OFF = 2
"""With a cut-off of 1 every suppressed count would be known to be 1."""

Names = frozenset[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a statement is shown.

    Attributes:
        statement: the statement itself.
        cut_off: counts from 1 to this are suppressed; None where everything is shown.
        figures: for each month the figures by field name, in pence or children; None where
            suppressed.
        blocks: the runs of months for which the amounts payable are shown, as indexes.
        run_rate: the yearly saving of the counted placements in place at the statement's day, in
            pence; None where suppressed.
        other_readings: whether the totals under other readings are shown.
    """

    statement: Statement
    cut_off: int | None
    figures: tuple[Mapping[str, int | None], ...]
    blocks: tuple[range, ...]
    run_rate: Pence | None
    other_readings: bool

    @property
    def is_public(self) -> bool:
        """Whether anything may be suppressed."""
        return self.cut_off is not None

    def latest(self, field_name: str) -> int | None:
        """A figure of the last month; 0 before the first; None where it is suppressed."""
        return self.figures[-1][field_name] if self.figures else 0

    def total(self, field_name: str) -> Pence | None:
        """The sum of a monthly figure over all months; None where it is suppressed."""
        reached = self.blocks[-1].stop if self.blocks else 0
        each_is_shown = all(month[field_name] is not None for month in self.figures)
        if reached < len(self.figures) and not each_is_shown:
            return None
        total: Pence = sum(getattr(month, field_name) for month in self.statement.months)
        return total

    def is_complete(self, index: int) -> bool:
        """Whether the figures of a month and those that they start from are shown."""
        return any(block == range(index, index + 1) for block in self.blocks)


def show_everything(statement: Statement) -> Shown:
    """All figures, for those who may see the data of single children."""
    months = statement.months
    return Shown(
        statement=statement,
        cut_off=None,
        figures=tuple(
            {figure.field_name: getattr(month, figure.field_name) for figure in FIGURES[1:]}
            for month in months
        ),
        blocks=tuple(range(index, index + 1) for index in range(len(months))),
        run_rate=_run_rate(statement),
        other_readings=True,
    )


def show_publicly(statement: Statement, cut_off: int) -> Shown:
    """The figures that may be published.

    Args:
        statement: a settled contract.
        cut_off: counts from 1 to this are suppressed, and what would give them away.
    """
    if cut_off < LEAST_CUT_OFF:
        raise ValueError(f"cut_off is {cut_off}; it must be {LEAST_CUT_OFF} or more")
    months, terms = statement.months, statement.terms

    def enough(count: int) -> bool:
        return count == 0 or count > cut_off

    def all_enough(groups: Iterable[Names]) -> bool:
        return all(enough(len(group)) for group in groups)

    savers, changes, moves = _children_by_month(statement)
    single_months = [range(index, index + 1) for index in range(len(months))]
    saving_blocks = _blocks(
        single_months,
        lambda block: all_enough(
            _together(by_month, block) for by_month in (savers, changes, moves)
        ),
    )
    reaches_the_end = bool(saving_blocks) and saving_blocks[-1].stop == len(months)
    bonus_known = reaches_the_end and all_enough(_bonus_groups(statement, terms.bonus_measure))
    run_rate_known = reaches_the_end and all_enough(_bonus_groups(statement, "run_rate"))
    types_known = terms.bonus_rate is None or all_enough(_groups_by_type(statement))
    fee_blocks = _blocks(saving_blocks, lambda block: _fee_keeps_savings(statement, savers, block))

    def payable_may_close(block: range) -> bool:
        households = sum(months[index].households for index in block)
        bonus = months[block[-1]].bonus
        return (not terms.carer_fee or enough(households)) and (not bonus or bonus_known)

    payable_blocks = _blocks(fee_blocks, payable_may_close)
    invoiced_ends = _invoiced_ends(statement, payable_blocks)
    savings, fees, payables = map(_Places.of, (saving_blocks, fee_blocks, payable_blocks))
    freely_paid = _freely_paid(statement, payables)

    def may_show(index: int) -> dict[str, bool]:
        month = months[index]
        outside = max(0, (terms.cohort_size or 0) - month.children)
        alone = index in payables.singles
        parts = {
            # A fee that is the saving tells no more than the saving beside it.
            "fee": index in fees.singles
            or (index in savings.singles and month.fee == month.saving),
            "carer_fees": alone or not terms.carer_fee,
            "bonus": not month.bonus or bonus_known,
            "held_back": alone or index < freely_paid,
        }
        allowed = {
            **parts,
            "children": index in savings.ends and enough(month.children) and enough(outside),
            "saving": index in savings.singles,
            "saving_to_date": index in savings.ends,
            "entitlement_to_date": True,
            "fee_to_date": index in fees.ends,
            "payable": alone or all(parts.values()),
            "payable_to_date": index in payables.ends,
            "invoiced_to_date": index in invoiced_ends,
            "balance": index in invoiced_ends,
            "net_saving_to_date": index in payables.ends,
        }
        return {figure.field_name: allowed[figure.field_name] for figure in FIGURES[1:]}

    figures = tuple(
        {
            name: getattr(month, name) if allowed else None
            for name, allowed in may_show(index).items()
        }
        for index, month in enumerate(months)
    )
    nothing_suppressed = all(value is not None for month in figures for value in month.values())
    return Shown(
        statement=statement,
        cut_off=cut_off,
        figures=figures,
        blocks=tuple(payable_blocks),
        run_rate=_run_rate(statement) if run_rate_known else None,
        other_readings=nothing_suppressed and types_known,
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """The last months of blocks and the blocks of one month."""

    ends: frozenset[int]
    singles: frozenset[int]

    @classmethod
    def of(cls, blocks: Iterable[range]) -> _Places:
        """The places of some blocks."""
        found = list(blocks)
        return cls(
            frozenset(block[-1] for block in found),
            frozenset(block[0] for block in found if len(block) == 1),
        )


def _blocks(units: Sequence[range], may_close: Callable[[range], bool]) -> list[range]:
    """Neighbouring units put together into blocks that may close.

    The blocks reach as far as they can from the first unit, and among those that reach so far
    there are as many as can be.

    Args:
        units: runs of months that follow each other.
        may_close: whether a block of months may be shown.
    """
    most: list[int | None] = [0] + [None] * len(units)
    begins = [0] * (len(units) + 1)
    for stop in range(1, len(units) + 1):
        for start in range(stop - 1, -1, -1):
            so_far, reached = most[start], most[stop]
            if so_far is None or (reached is not None and reached > so_far):
                continue
            if may_close(range(units[start].start, units[stop - 1].stop)):
                most[stop], begins[stop] = so_far + 1, start
    stop = max(place for place, count in enumerate(most) if count is not None)
    blocks: list[range] = []
    while stop:
        start = begins[stop]
        blocks.append(range(units[start].start, units[stop - 1].stop))
        stop = start
    return blocks[::-1]


def _together(by_month: Sequence[Names], block: range) -> Names:
    return frozenset(chain.from_iterable(by_month[index] for index in block))


def _children_by_month(
    statement: Statement,
) -> tuple[list[Names], list[Names], list[Names]]:
    """For each month who saved, whose saving a day changed, and who came into or left a family."""
    of_child: dict[str, list[Placement]] = {}
    for placement in statement.evidence.agreed:
        if placement.moved_on is not None:
            of_child.setdefault(name_key(placement.child), []).append(placement)
    savers: list[Names] = []
    changes: list[Names] = []
    moves: list[Names] = []
    for month in statement.months:
        states = {
            child: _states(statement, placements, month.period)
            for child, placements in of_child.items()
        }
        savers.append(frozenset(c for c, found in states.items() if any(s for _, s in found[1:])))
        changes.append(frozenset(c for c, found in states.items() if _varies(s for _, s in found)))
        moves.append(frozenset(c for c, found in states.items() if _varies(p for p, _ in found)))
    return savers, changes, moves


def _states(
    statement: Statement, placements: Sequence[Placement], period: Period
) -> list[tuple[int, object]]:
    """Placements in place and weekly saving on the day before a period and after each change."""
    days = {period.first}
    for placement in placements:
        turns = (counted_from(statement.terms, placement), placement.ended_on)
        days.update(day for day in turns if day is not None and day in period)
    states = [_state(placements, day) for day in sorted(days)]
    if period.first == statement.terms.starts_on:
        return [(0, 0), *states]
    return [_state(placements, period.first - ONE_DAY), *states]


def _state(placements: Sequence[Placement], day: date) -> tuple[int, object]:
    here = [p for p in placements if rules.in_place(p.moved_on, p.ended_on, day)]
    return len(here), sum(placement.weekly_saving for placement in here)


def _varies(values: Iterable[object]) -> bool:
    found = list(values)
    return any(value != found[0] for value in found[1:])


def _fee_keeps_savings(statement: Statement, savers: Sequence[Names], block: range) -> bool:
    """Whether the fee of a block tells no more about its months than their savings together.

    A fee that is limited is known from the contract; one that equals the saving is not. Where a
    block has both, the known ones can be taken off, unless the last is limited and takes what
    the others leave.
    """
    if len(block) == 1:
        return True
    months, terms = statement.months, statement.terms
    last = months[block[-1]]
    if terms.savings_reading == "cumulative":
        return last.fee_to_date in (last.saving_to_date, last.entitlement_to_date)
    with_savings = [months[index] for index in block if savers[index]]
    free = [month for month in with_savings if month.fee == month.saving < month.ceiling]
    if not free or len(free) == len(with_savings):
        return True
    return last.fee_to_date == last.entitlement_to_date


def _invoiced_ends(statement: Statement, blocks: Iterable[range]) -> frozenset[int]:
    """The ends of blocks up to which each block is invoiced as a whole or not at all."""
    months = statement.months
    first = months[0].month if months else date.min
    claimed = {
        max(first, month_of(claim.month)) for claim in statement.evidence.claims if claim.invoiced
    }
    ends = []
    for block in blocks:
        owed = {months[index].month for index in block if months[index].payable}
        invoiced = claimed & {months[index].month for index in block}
        if invoiced and not owed <= invoiced:
            break
        ends.append(block[-1])
    return frozenset(ends)


def _freely_paid(statement: Statement, payables: _Places) -> int:
    """For how many months it is known that the contract maximum held nothing back."""
    terms, months = statement.terms, statement.months
    if terms.contract_maximum is None or terms.maximum_reading == "warn":
        return len(months)
    maximum = to_pence(terms.contract_maximum)
    below = [end for end in payables.ends if months[end].payable_to_date < maximum]
    return max(below, default=-1) + 1


def _bonus_groups(statement: Statement, measure: BonusMeasure) -> list[Names]:
    """Whose savings a measure of the bonus counts, and whose it leaves out."""
    counted = ("foster",) if statement.terms.bonus_counts == "foster" else ("foster", "reunified")
    left_out = ("reunified",) if statement.terms.bonus_counts == "foster" else ()
    in_place = [_in_place(statement, types) for types in (counted, left_out)]
    have_saved = [_have_saved(statement, types) for types in (counted, left_out)]
    return {
        "run_rate": in_place,
        "accumulated": have_saved,
        "lower": [*in_place, *have_saved],
    }[measure]


def _groups_by_type(statement: Statement) -> list[Names]:
    """The children whom the readings of the bonus tell apart."""
    types = (("foster",), ("reunified",))
    return [group(statement, of) for group in (_in_place, _have_saved) for of in types]


def _in_place(statement: Statement, types: tuple[str, ...]) -> Names:
    day = statement.as_at
    return frozenset(
        name_key(placement.child)
        for placement in statement.evidence.agreed
        if placement.type in types
        and placement.weekly_saving
        and rules.in_place(placement.moved_on, placement.ended_on, day)
    )


def _have_saved(statement: Statement, types: tuple[str, ...]) -> Names:
    day = statement.as_at
    return frozenset(
        name_key(placement.child)
        for placement in statement.evidence.agreed
        if placement.type in types
        and placement.weekly_saving
        and placement.moved_on is not None
        and rules.days_in_placement(
            counted_from(statement.terms, placement), placement.ended_on, day
        )
    )


def _run_rate(statement: Statement) -> Pence:
    """The yearly saving of the placements that count for the bonus, on the statement's day."""
    terms, day = statement.terms, statement.as_at
    return rules.run_rate(
        placement.weekly_saving
        for placement in statement.evidence.agreed
        if (terms.bonus_counts == "family" or placement.type == "foster")
        and rules.in_place(placement.moved_on, placement.ended_on, day)
    )
