"""The loops of ``settlement`` for numba, which compiles them once and keeps the result.

Each does what the function of the same name in ``numpy_loops`` does. Nothing runs in parallel: the
other requests of a server need the other cores. Indexes are unsigned, because numba asks of every
signed one whether it counts from the end.
"""
# A loop that numba compiles takes plain arrays and numbers, and is fastest in one piece.
# ruff: noqa: PLR0915

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import numba
import numpy as np
import numpy.typing as npt

from xlpbr.portfolio.numpy_loops import BLOCK, MAY_BE_LARGE, STARTS_EARLY

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]
Loop = TypeVar("Loop", bound=Callable[..., Any])

U = np.uint64
CHUNK = U(BLOCK)
SIZE = U(8)  # numbers of a month in the table of changes: a line of the cache

# (w * INVERSE + MARGIN) >> 61, unsigned, is w mod 7 for any |w| below 2**55: the product mod
# 2**64 is the seventh's fraction of w with a small error, which the margin keeps above 0.
INVERSE, MARGIN = (2**64 + 5) // 7, 2**58
# What seven divides without a rest is divided by it by multiplying with this, mod 2**64.
EXACT = pow(7, -1, 2**64)


def _read(of: Any, dimensions: int = 1) -> Any:
    """An argument that is only read, so that columns of pandas, which refuse writing, fit."""
    return numba.types.Array(of, dimensions, "C", readonly=True)


_NUMBERS, _FLAGS = _read(numba.int64), _read(numba.boolean)
_RESULT = numba.int64[::1]


def _compiled(*arguments: Any) -> Callable[[Loop], Loop]:
    def compiled(loop: Loop) -> Loop:
        compiler: Any = partial(
            numba.njit, numba.int64(*arguments), nogil=True, error_model="numpy"
        )
        try:
            result: Loop = compiler(cache=True)(loop)
        except RuntimeError:
            # No folder may be written to: it is compiled each time the program starts.
            result = compiler()(loop)
        return result

    return compiled


@_compiled(
    _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS, _FLAGS, _NUMBERS, _NUMBERS, _FLAGS,
    numba.int64, _read(numba.uint32), _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS, numba.int64,
    _RESULT, _RESULT, _RESULT, _RESULT,
)  # fmt: skip
def add_savings(
    first_row: I64,
    weekly_saving: I64,
    start_day: I64,
    ended_day: I64,
    foster: Flags,
    first_month: I64,
    period_end: I64,
    foster_only: Flags,
    first_day: int,
    places: U32,
    opens: I64,
    last_day: I64,
    beyond: I64,
    classes: I64,
    sure: int,
    saving_to_date: I64,
    children: I64,
    weekly_in_place: I64,
    accumulated: I64,
) -> int:
    """Add the savings of every group to the four results.

    Returns:
        0; STARTS_EARLY where a row starts before its group's first month; MAY_BE_LARGE where a
        weekly saving is not below the power of two ``sure``.
    """
    # By month: the weekly pence, pence times day, and the two packed residues that come in it.
    change = np.zeros((U(places[U(len(places) - 1)]) >> U(3)) * SIZE + SIZE, np.int64)
    early, large = 0, U(0)
    for group in range(U(len(first_row) - 1)):
        month = U(first_month[group])
        length = U(first_month[group + U(1)]) - month
        if length == U(0):
            continue
        base, zero = first_day + opens[group], U(opens[group])
        after_last = U(beyond[group] - opens[group])
        span = U(last_day[group] - opens[group])
        group_places = places[zero:]
        top = U(first_row[group + U(1)])
        for first in range(U(first_row[group]), top, CHUNK):
            stop = min(first + CHUNK, top)
            for row in range(first, stop):
                weekly = weekly_saving[row]
                start = start_day[row] - base
                ended = max(ended_day[row] - base, start)
                early |= start
                large |= U(weekly + sure)
                # A start before the first month is far away as an unsigned number.
                comes = U(group_places[U(start) if U(start) <= span else after_last])
                goes = U(group_places[U(ended) if U(ended) <= span else after_last])
                weekly_mod = U(weekly * INVERSE + MARGIN) >> U(61)
                of_class = (weekly_mod * U(8) + (comes & U(7))) * U(16)
                low, high = classes[of_class + U(8)], classes[of_class + U(9)]
                at_start = weekly * start
                at_end = weekly * ended + classes[of_class + (goes & U(7))]
                comes &= U(0xFFFFFFF8)
                goes &= U(0xFFFFFFF8)
                # First all that is read, then all that is written: two numbers at a time.
                week = change[comes] + weekly
                owing = change[comes + U(1)] + at_start
                packed_low = change[comes + U(2)] + low
                packed_high = change[comes + U(3)] + high
                change[comes] = week
                change[comes + U(1)] = owing
                change[comes + U(2)] = packed_low
                change[comes + U(3)] = packed_high
                week = change[goes] - weekly
                owing = change[goes + U(1)] - at_end
                packed_low = change[goes + U(2)] - low
                packed_high = change[goes + U(3)] - high
                change[goes] = week
                change[goes + U(1)] = owing
                change[goes + U(2)] = packed_low
                change[goes + U(3)] = packed_high

            week = owing = packed_low = packed_high = to_date = 0
            place = U(group_places[0]) & U(0xFFFFFFF8)
            for period in range(month, month + length):
                week += change[place]
                owing += change[place + U(1)]
                packed_low += change[place + U(2)]
                packed_high += change[place + U(3)]
                change[place] = 0
                change[place + U(1)] = 0
                change[place + U(2)] = 0
                change[place + U(3)] = 0
                place += SIZE
                after = period_end[period] - base + 1
                weekday = U(after + opens[group]) % U(7)
                packed = packed_low if weekday < U(4) else packed_high
                residue = (packed >> np.int64(U(16) * (weekday & U(3)))) & 0xFFFF
                count = (packed_high >> 48) & 0xFFFF
                to_date = (week * after - owing + 3 * count - residue) * EXACT
                saving_to_date[period] += to_date
                children[period] += count
            change[place] = 0
            change[place + U(1)] = 0
            change[place + U(2)] = 0
            change[place + U(3)] = 0
            if not foster_only[group]:
                weekly_in_place[group] += week
                accumulated[group] += to_date
                continue
            for row in range(first, stop):
                weekly = weekly_saving[row] if foster[row] else 0
                start, ended = start_day[row] - base, ended_day[row] - base
                days = max(0, min(np.int64(span) + 1, ended) - start)
                accumulated[group] += (weekly * days + 3) // 7
                in_place = start <= np.int64(span) and ended > np.int64(span)
                weekly_in_place[group] += weekly if in_place else 0
    if early < 0:
        return STARTS_EARLY
    return MAY_BE_LARGE if large >= U(2) * U(sure) else 0


@_compiled(
    _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS, _FLAGS, _NUMBERS, _NUMBERS,
    numba.int64, _read(numba.uint32), _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS, _RESULT,
)  # fmt: skip
def add_chains(
    first_row: I64,
    weekly: I64,
    start: I64,
    ended: I64,
    base: I64,
    stays: Flags,
    first_month: I64,
    period_end: I64,
    first_day: int,
    places: U32,
    opens: I64,
    last_day: I64,
    beyond: I64,  # noqa: ARG001 - the loop of numpy takes it
    classes: I64,  # noqa: ARG001
    saving_to_date: I64,
) -> int:
    """Add the rows of ``chains`` of every group to the savings to date."""
    for group in range(U(len(first_row) - 1)):
        month = U(first_month[group])
        length = U(first_month[group + U(1)]) - month
        if length == U(0):
            continue
        begins = U(places[U(opens[group])]) >> U(3)
        last = last_day[group] + first_day
        for row in range(U(first_row[group]), U(first_row[group + U(1)])):
            pence, first = weekly[row], start[row]
            if first > last:
                continue
            until = max(ended[row], first)
            constant = base[row] - pence * first + 3
            period = month + (U(places[U(first - first_day)]) >> U(3)) - begins
            while period < month + length:
                after = period_end[period] + 1
                if after > until:
                    break
                saving_to_date[period] += (constant + pence * after) // 7
                period += U(1)
            if stays[row]:
                total = (constant + pence * until) // 7
                while period < month + length:
                    saving_to_date[period] += total
                    period += U(1)
    return 0


@_compiled(
    _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS, _FLAGS, _NUMBERS, _NUMBERS, _NUMBERS,
    _FLAGS, _FLAGS, _FLAGS, _NUMBERS, _NUMBERS,
    _RESULT, _RESULT, _RESULT, _RESULT, _RESULT, _RESULT, _RESULT,
)  # fmt: skip
def settle_months(
    first_month: I64,
    saving_to_date: I64,
    entitlement: I64,
    earned_before: I64,
    year_begins: Flags,
    further: I64,
    paid_back: I64,
    maximum: I64,
    no_catch_up: Flags,
    cumulative: Flags,
    lapses: Flags,
    share: I64,
    share_parts: I64,
    saving_found: I64,
    fee_found: I64,
    fee_to_date: I64,
    reimbursed_found: I64,
    held_back: I64,
    payable: I64,
    payable_to_date: I64,
) -> int:
    """Fill the seven results, month after month of each group."""
    for group in range(U(len(first_month) - 1)):
        saved = entitled = fees = paid = fees_before = reimbursed = 0
        first, stop = U(first_month[group]), U(first_month[group + U(1)])
        only_earned_now, from_all, lost_each_year = (
            no_catch_up[group], cumulative[group], lapses[group],
        )  # fmt: skip
        of, parts = share[group], share_parts[group]
        whole = of == parts
        for month in range(first, stop):
            saving = saving_to_date[month] - saved
            saved += saving
            ceiling = entitlement[month] - (entitled if only_earned_now else fees)
            if lost_each_year:
                if year_begins[month]:
                    fees_before = fees
                ceiling -= earned_before[month] - fees_before
            entitled = entitlement[month]
            drawn_from = saved if from_all else saving
            if not whole:
                drawn_from *= of
                drawn_from = (
                    (2 * drawn_from + parts) // (2 * parts)
                    if drawn_from >= 0
                    else -((parts - 2 * drawn_from) // (2 * parts))
                )
            if from_all:
                drawn_from -= fees
            fee = max(0, min(drawn_from, ceiling))
            fees += fee
            back = min(paid_back[month], fees - reimbursed)
            reimbursed += back
            due = fee + further[month]
            # What is paid back makes room below the maximum, before anything is held to it.
            let_through = min(due, max(0, maximum[month] - paid + back)) - back
            paid += let_through
            saving_found[month] = saving
            fee_found[month] = fee
            fee_to_date[month] = fees
            reimbursed_found[month] = back
            held_back[month] = due - back - let_through
            payable[month] = let_through
            payable_to_date[month] = paid
    return 0
