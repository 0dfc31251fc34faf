"""An attack on published sums: how far they narrow the children's prices down.

The attacker knows every date, every term and perhaps one child's price. Each published sum is an
inequality in the weekly savings, as wide as its rounding. The least and the most that a wanted sum
of prices may be are found by linear programming, with prices between nought and a plausible top.
The programme is solved here, by the simplex method from the true prices: whatever it finds are
prices that give the very figures that were published, so a range is never found too wide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TOP = 20_000.0
"""Pounds a week that no placement can save."""

_NOUGHT = 1e-9


@dataclass(frozen=True)
class Knowledge:
    """What an attacker holds: ``low <= rows @ prices <= high``.

    Attributes:
        rows: how often each price stands in each published sum.
        low, high: between what the sum is.
        prices: the true prices, in pounds a week.
    """

    rows: Floats
    low: Floats
    high: Floats
    prices: Floats

    def range_of(self, wanted: Floats, known: Sequence[int] = ()) -> tuple[float, float]:
        """The least and the most of a sum of prices, where some prices are known."""
        return -self._most(-wanted, known), self._most(wanted, known)

    def _most(self, wanted: Floats, known: Sequence[int]) -> float:
        count = len(self.prices)
        scale = np.maximum(np.abs(self.rows).max(axis=1, initial=0.0), _NOUGHT)
        table = self.rows / scale[:, None]
        goal = wanted.copy()
        value = np.concatenate([self.prices, table @ self.prices])
        low = np.concatenate([np.zeros(count), self.low / scale])
        high = np.concatenate([np.full(count, TOP), self.high / scale])
        for one in known:
            low[one] = high[one] = self.prices[one]
        assert (low <= value + 1e-6).all()
        assert (value <= high + 1e-6).all()
        outside, inside = np.arange(count), np.arange(count, len(value))
        for step in range(2_000):
            now = value[outside]
            may = ((goal > _NOUGHT) & (now < high[outside] - _NOUGHT)) | (
                (goal < -_NOUGHT) & (now > low[outside] + _NOUGHT)
            )
            if not may.any():
                break
            # Dantzig's choice first; Bland's, which cannot go round in circles, in the end.
            column = int(np.argmax(np.where(may, np.abs(goal), -1.0) if step < 500 else may))
            entering = outside[column]
            sign = 1.0 if goal[column] > 0 else -1.0
            rate = sign * table[:, column]
            room = np.full(len(inside), np.inf)
            up, down = rate > _NOUGHT, rate < -_NOUGHT
            room[up] = (high[inside][up] - value[inside][up]) / rate[up]
            room[down] = (low[inside][down] - value[inside][down]) / rate[down]
            room = np.maximum(room, 0.0)
            end = high[entering] if sign > 0 else low[entering]
            own = abs(end - value[entering])
            step_by = min(own, room.min(initial=np.inf))
            value[entering] += sign * step_by
            value[inside] += rate * step_by
            if own <= step_by:
                value[entering] = end
                continue
            row = int(np.argmin(room))
            pivot = table[row, column]
            leaving = inside[row]
            value[leaving] = high[leaving] if rate[row] > 0 else low[leaving]
            solved = -table[row] / pivot
            solved[column] = 1.0 / pivot
            factors, of_goal = table[:, column].copy(), goal[column]
            table = table + np.outer(factors, solved)
            table[:, column] = factors * solved[column]
            table[row] = solved
            goal = goal + of_goal * solved
            goal[column] = of_goal * solved[column]
            inside[row], outside[column] = entering, leaving
        else:
            raise AssertionError("the simplex method did not end")
        found = value[:count]
        self._give_what_was_published(found)
        return float(wanted @ found)

    def _give_what_was_published(self, prices: Floats) -> None:
        """Whether prices are plausible and give the published figures: a proof of the range."""
        near = 1e-6 * np.maximum(1.0, np.abs(self.rows).sum(axis=1) * TOP * 1e-3)
        assert (prices >= -1e-6).all()
        assert (prices <= TOP + 1e-6).all()
        assert (self.rows @ prices >= self.low - near).all()
        assert (self.rows @ prices <= self.high + near).all()

    def openness(self, groups: Iterable[Floats], known: Sequence[int] = ()) -> Floats:
        """A quick estimate of how open sums of prices are, as the spread left by least squares."""
        spread = self.prices**2
        spread[list(known)] = 0.0
        tight = self.high - self.low < 1.0
        rows = self.rows[tight]
        weighed = rows * spread
        inner = np.linalg.pinv(weighed @ rows.T, rcond=1e-13, hermitian=True)
        left = np.diag(spread) - weighed.T @ inner @ weighed
        wanted = np.array(list(groups))
        return np.sqrt(np.maximum(np.einsum("gi,ij,gj->g", wanted, left, wanted), 0.0))
