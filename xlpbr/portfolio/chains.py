"""Rows that follow one another as one running total: prices that change, and costs of a move.

A running total is rounded once, whatever its prices were. So each price of a placement is a row
whose total starts from what the rows before it have saved: ``base`` + pence a week x days, in
sevenths of a penny. At its end a row gives way to the next, or it is the last and its total stays.
A cost is a row by itself, of amounts below 0; one that is paid once is a ``base`` without a week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlpbr.periods import FAR
from xlpbr.portfolio.numpy_loops import I64, Flags, offsets

_LARGE = 2 * 10**15
"""A contract with an amount so large is not settled on columns; seven times it is an int64."""


@dataclass(frozen=True, slots=True, eq=False)
class ChainRows:
    """Rows of many contracts, in any order.

    Attributes:
        contract: the place of the contract.
        weekly: pence a week; below 0 for a cost.
        start: the first day counted, not before the programme.
        ended: the day after the last one counted; FAR where it goes on.
        base: what its total starts from, in sevenths of a penny.
        stays: whether its total stays after its end; if not, the next row has it.
        in_place: pence a week that count for the run rate while it lasts.
        foster: whether it counts where only foster placements do.
    """

    contract: I64
    weekly: I64
    start: I64
    ended: I64
    base: I64
    stays: Flags
    in_place: I64
    foster: Flags

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.contract)

    def of(self, rows: I64) -> ChainRows:
        """Some of the rows, in their order."""
        return ChainRows(
            self.contract[rows], self.weekly[rows], self.start[rows], self.ended[rows],
            self.base[rows], self.stays[rows], self.in_place[rows], self.foster[rows],
        )  # fmt: skip

    def saved_before(self, day: I64) -> I64:
        """What each row has saved before a day, in pence; seven is odd, so there is no half."""
        until = np.minimum(day, self.ended)
        saved = (self.base + self.weekly * (until - self.start) + 3) // 7
        counts = (day > self.start) & ((day <= self.ended) | (self.stays & (until >= self.start)))
        return np.where(counts, saved, 0)


def no_chains() -> ChainRows:
    """No rows."""
    none, flags = np.zeros(0, np.int64), np.zeros(0, np.bool_)
    return ChainRows(none, none, none, none, none, flags, none, flags)


def in_order(parts: Sequence[ChainRows], rows: I64) -> ChainRows:
    """Some rows of several parts, counted through all of them, in an order."""
    if len(parts) == 1:
        return parts[0].of(rows)
    return ChainRows(
        *(
            np.concatenate([getattr(part, name) for part in parts])[rows]
            for name in ChainRows.__slots__
        )
    )


def price_chains(
    contract: I64,
    first_day: I64,
    moved: I64,
    ended: I64,
    foster: Flags,
    weekly: I64,
    changes: tuple[I64, I64, I64],
) -> tuple[ChainRows, Flags]:
    """The rows of placements whose prices change.

    Args:
        contract: of each placement the place of the contract.
        first_day: of each the first day of the programme.
        moved: of each the day of the move.
        ended: of each the day on which it ended; FAR while in place.
        foster: whether each is a foster placement.
        weekly: what a week of each saves at the prices of its own row, in pence.
        changes: of each change of price the placement, the day after its move, and what a week
            saves from then; those of one placement in the order of time.

    Returns:
        The rows, and for each placement whether they stand for it.
    """
    of, day, changed_to = changes
    changed = np.zeros(len(contract), np.bool_)
    changed[of] = True
    own = np.flatnonzero(changed)
    place = np.concatenate([own, of])
    starts = np.concatenate([moved[own], day])
    rate = np.concatenate([weekly[own], changed_to])
    order = np.argsort(place, kind="stable")  # what comes first, stays first
    place, starts, rate = place[order], starts[order], rate[order]
    follows = np.append(place[1:] == place[:-1], np.zeros(min(1, len(place)), np.bool_))
    until = ended[place]
    until = np.where(follows, np.minimum(np.append(starts[1:], FAR)[: len(place)], until), until)
    starts = np.maximum(np.maximum(starts, moved[place]), first_day[place])
    kept = np.flatnonzero(until > starts)
    place, starts, until, rate = place[kept], starts[kept], until[kept], rate[kept]
    last = np.append(place[1:] != place[:-1], np.ones(min(1, len(place)), np.bool_))
    first = np.flatnonzero(
        np.append(np.ones(min(1, len(place)), np.bool_), place[1:] != place[:-1])
    )
    # What a row saves is carried to the next; the last one's end may be far away.
    saved = offsets(np.where(last, 0, rate * (until - starts)))[:-1]
    base = saved - np.repeat(saved[first], np.diff(np.append(first, len(place))))
    return ChainRows(contract[place], rate, starts, until, base, last, rate, foster[place]), changed


def cost_chains(
    contract: I64, first_day: I64, starts: I64, last: I64, weekly: I64, once: I64, foster: Flags
) -> ChainRows:
    """The rows of costs that count.

    Args:
        contract: of each cost the place of the contract.
        first_day: of each the first day of the programme.
        starts: of each the first day.
        last: of each the last day; FAR where it goes on.
        weekly: pence a week.
        once: pence on the first day.
        foster: whether the child of each has a foster placement that counts.
    """
    goes_on = last >= FAR
    once = once.clip(-_LARGE, _LARGE)
    return ChainRows(
        contract,
        -weekly,
        np.maximum(starts, first_day),
        np.where(goes_on, FAR, last + 1),
        np.where(starts >= first_day, -7 * once, 0),
        np.ones(len(contract), np.bool_),
        np.where(goes_on, -weekly, 0),
        foster,
    )
