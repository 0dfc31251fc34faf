"""What is paid back when a placement breaks down."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import cast

from tests.support.life.amounts import NOTHING, penny, same
from tests.support.life.days import DAY, each_day, edate
from tests.support.life.savings import counted, leaves_on
from tests.support.life.tables import Life, Placement
from tests.support.life.terms import (
    amount_on,
    days_shown,
    ends_on,
    fee_on,
    option,
    phase_starts_on,
    value,
)


def reimbursement(
    amount: Fraction, first: date, last: date, ended_on: date | None, shape: str = "straight_line"
) -> Fraction:
    """PBR_REIMBURSEMENT: what of the amount is paid back for a break-down inside the window."""
    if ended_on is None or not first <= ended_on <= last:
        return NOTHING
    if shape == "whole":
        return penny(amount)
    return penny(amount * len(each_day(ended_on, last)) / len(each_day(first, last)))


@dataclass(frozen=True)
class BreakDown:
    """A break-down and what is due for it, after the limit for one child."""

    day: date
    child: str
    amount: Fraction


def broke_down(life: Life, row: Placement) -> bool:
    leaving = leaves_on(life, row.child)
    return (
        row.moved_on is not None
        and row.ended_on is not None
        and row.because in ("", "broke down")
        and (leaving is None or leaving > row.ended_on)
    )


def window(life: Life, row: Placement) -> tuple[date, date]:
    if option(life, "Break-down window") == "phase":
        return phase_starts_on(life), ends_on(life)
    months = cast(int, value(life, "Break-down months"))
    moved_on = cast(date, row.moved_on)
    return moved_on, edate(moved_on, months) - DAY


def amount_a_child(life: Life, day: date) -> Fraction:
    """The break-down amount in force on the day, not rounded."""
    stated = amount_on(life, "Break-down amount", day)
    if stated is not None:
        return stated
    return fee_on(life, day) / cast(int, value(life, "Cohort size"))


def break_downs(life: Life) -> list[BreakDown]:
    """All break-downs of the statement in time, each cut to what is left for its child."""
    shape = option(life, "Break-down reimbursement")
    if shape == "none":
        return []
    shown = set(days_shown(life))
    rows = [row for row in counted(life) if broke_down(life, row) and row.ended_on in shown]
    used: dict[str, Fraction] = defaultdict(Fraction)
    found = []
    for row in sorted(rows, key=lambda row: (row.ended_on, same(row.child))):
        day, child = cast(date, row.ended_on), same(row.child)
        amount = amount_a_child(life, day)
        due = reimbursement(amount, *window(life, row), day, shape)
        due = min(due, max(NOTHING, penny(amount) - used[child]))
        used[child] += due
        found.append(BreakDown(day, child, due))
    return found
