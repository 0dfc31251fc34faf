"""The loops of ``settlement`` without loops: the same two functions as ``numba_loops``.

What the columns mean stands in ``settlement``. Placements are worked on a block at a time, so
that the arrays in between stay small.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]

# numba_loops holds these numbers compiled, and is compiled anew when its own file changes.
STARTS_EARLY, MAY_BE_LARGE = 1, 2

BLOCK = 10_000
"""Rows, or groups, worked on at a time; the packed residues have room for 10,922 rows."""


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
    for groups, rows in blocks(first_row):
        firsts = first_row[groups.start : groups.stop + 1].clip(rows.start, rows.stop)
        group = np.repeat(np.arange(len(firsts) - 1), np.diff(firsts))
        last, opened, after_last = (by[groups][group] for by in (last_day, opens, beyond))
        weekly, start = weekly_saving[rows], start_day[rows] - first_day
        if ((start < opened) & (last >= 0)).any():
            return STARTS_EARLY
        start = np.maximum(start, 0)
        ended = np.maximum(ended_day[rows] - first_day, start)

        months = first_month[groups.start : groups.stop + 1]
        lengths = np.diff(months)
        # A group has a place for each period and one for what changes after its last; the rows
        # of a group without periods all change its one place.
        first_place = np.arange(len(lengths)) + months[:-1] - months[0]
        shift = first_place - (places[opens[groups]] >> 3)
        comes = places[np.where(start > last, after_last, start)].astype(np.int64)
        goes = places[np.where(ended > last, after_last, ended)].astype(np.int64)
        begins, ends = (
            np.where(last < 0, first_place[group], (place >> 3) + shift[group])
            for place in (comes, goes)
        )
        of_class = ((weekly % 7) * 8 + (comes & 7)) * 16
        low, high = classes[of_class + 8], classes[of_class + 9]
        at_end = weekly * ended + classes[of_class + (goes & 7)]
        week, owing, packed_low, packed_high = (
            running(begins, ends, added, taken, first_place, lengths)
            for added, taken in (
                (weekly, weekly), (weekly * start, at_end), (low, low), (high, high),
            )
        )  # fmt: skip
        periods = slice(int(months[0]), int(months[-1]))
        after = period_end[periods] - first_day + 1
        weekday, count = after % 7, (packed_high >> 48) & 0xFFFF
        packed = np.where(weekday < 4, packed_low, packed_high)
        residue = (packed >> (16 * (weekday & 3))) & 0xFFFF
        to_date = (week * after - owing + 3 * count - residue) // 7
        saving_to_date[periods] += to_date
        children[periods] += count

        whole = ~foster_only[groups] & (lengths > 0)
        at_last = months[1:][whole] - 1 - months[0]
        weekly_in_place[groups][whole] += week[at_last]
        accumulated[groups][whole] += to_date[at_last]
        if foster_only[groups].any():
            counts = foster[rows] & foster_only[groups][group] & (last >= 0)
            days = np.maximum(np.minimum(ended, last + 1) - start, 0)
            saved = np.where(counts, (weekly * days + 3) // 7, 0)
            placed = np.where(counts & (start <= last) & (ended > last), weekly, 0)
            weekly_in_place[groups] += np.diff(offsets(placed)[firsts - rows.start])
            accumulated[groups] += np.diff(offsets(saved)[firsts - rows.start])
    large = len(weekly_saving) and not -sure <= weekly_saving.min() <= weekly_saving.max() < sure
    return MAY_BE_LARGE if large else 0


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
    beyond: I64,
    classes: I64,
    saving_to_date: I64,
) -> int:
    """Add the rows of ``chains`` of every group to the savings to date.

    As in ``add_savings``, with what a total starts from in the residue.

    Returns:
        0.
    """
    for groups, rows in blocks(first_row):
        firsts = first_row[groups.start : groups.stop + 1].clip(rows.start, rows.stop)
        group = np.repeat(np.arange(len(firsts) - 1), np.diff(firsts))
        last, after_last = last_day[groups][group], beyond[groups][group]
        pence, from_total = weekly[rows], base[rows]
        begins_on = start[rows] - first_day
        ends_on = np.maximum(ended[rows] - first_day, begins_on)
        months = first_month[groups.start : groups.stop + 1]
        lengths = np.diff(months)
        first_place = np.arange(len(lengths)) + months[:-1] - months[0]
        shift = first_place - (places[opens[groups]] >> 3)
        comes = places[np.where(begins_on > last, after_last, begins_on)].astype(np.int64)
        goes = places[np.where(ends_on > last, after_last, ends_on)].astype(np.int64)
        begins, ends = (
            np.where(last < 0, first_place[group], (place >> 3) + shift[group])
            for place in (comes, goes)
        )
        owed = pence * begins_on - from_total
        of_class = ((pence % 7) * 8 + (from_total - pence * begins_on) % 7) * 16
        low, high = classes[of_class + 8], classes[of_class + 9]
        at_end = np.where(stays[rows], pence * ends_on + classes[of_class + (goes & 7)], owed)
        week, owing, packed_low, packed_high = (
            running(begins, ends, added, taken, first_place, lengths)
            for added, taken in ((pence, pence), (owed, at_end), (low, low), (high, high))
        )
        periods = slice(int(months[0]), int(months[-1]))
        after = period_end[periods] - first_day + 1
        weekday, count = after % 7, (packed_high >> 48) & 0xFFFF
        packed = np.where(weekday < 4, packed_low, packed_high)
        residue = (packed >> (16 * (weekday & 3))) & 0xFFFF
        saving_to_date[periods] += (week * after - owing + 3 * count - residue) // 7
    return 0


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
    """Fill the seven results: the first month of all groups, then the second, and so on."""
    firsts, lengths = first_month[:-1], np.diff(first_month)
    groups = np.flatnonzero(lengths)
    saved = entitled = fees = paid = fees_before = reimbursed = np.zeros(len(groups), np.int64)
    whole = bool((share == share_parts).all())
    nothing_lapses = not lapses.any()
    for month in range(int(lengths.max(initial=0))):
        still = lengths[groups] > month
        if not still.all():
            groups = groups[still]
            saved, entitled, fees = saved[still], entitled[still], fees[still]
            paid, fees_before, reimbursed = paid[still], fees_before[still], reimbursed[still]
        at = firsts[groups] + month
        saved_before, saved = saved, saving_to_date[at]
        entitled_before, entitled = entitled, entitlement[at]
        ceiling = entitled - np.where(no_catch_up[groups], entitled_before, fees)
        if not nothing_lapses:
            fees_before = np.where(year_begins[at], fees, fees_before)
            ceiling -= np.where(lapses[groups], earned_before[at] - fees_before, 0)
        from_all = cumulative[groups]
        drawn_from = np.where(from_all, saved, saved - saved_before)
        if not whole:
            drawn_from = rounded(drawn_from * share[groups], share_parts[groups])
        drawn_from = np.where(from_all, drawn_from - fees, drawn_from)
        fee = np.maximum(np.minimum(drawn_from, ceiling), 0)
        fees = fees + fee
        back = np.minimum(paid_back[at], fees - reimbursed)
        reimbursed = reimbursed + back
        due = fee + further[at]
        # What is paid back makes room below the maximum, before anything is held to it.
        let_through = np.minimum(due, np.maximum(maximum[at] - paid + back, 0)) - back
        paid = paid + let_through
        saving_found[at] = saved - saved_before
        fee_found[at] = fee
        fee_to_date[at] = fees
        reimbursed_found[at] = back
        held_back[at] = due - back - let_through
        payable[at] = let_through
        payable_to_date[at] = paid
    return 0


def rounded(parts: I64, of: I64 | int) -> I64:
    """Whole numbers of parts as whole ones, half away from zero; so many parts make one."""
    away = (2 * np.abs(parts) + of) // (2 * of)
    return np.where(parts < 0, -away, away)


def running(begins: I64, ends: I64, added: I64, taken: I64, first_place: I64, lengths: I64) -> I64:
    """The sum of what was added and taken so far, at the end of each period of each group."""
    periods = int(lengths.sum())
    change = np.zeros(periods + len(lengths), np.int64)
    np.add.at(change, begins, added)
    np.subtract.at(change, ends, taken)
    # A group's sum starts anew; what wraps around int64 comes back in the difference.
    total = offsets(change)
    place = np.arange(periods) + np.repeat(np.arange(len(lengths)), lengths)
    return total[place + 1] - total[np.repeat(first_place, lengths)]


def offsets(counts: I64) -> I64:
    """The sums of all before each place, and of all."""
    found = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def blocks(first_row: I64) -> Iterator[tuple[slice, slice]]:
    """Groups and rows to be worked on together, so that the memory in use is bounded.

    Whole groups, at most BLOCK rows; a group with more rows comes in several blocks.
    """
    group, groups = 0, len(first_row) - 1
    while group < groups:
        first = int(first_row[group])
        stop = int(np.searchsorted(first_row, first + BLOCK, side="right")) - 1
        stop = min(stop, group + BLOCK)
        if stop > group:
            yield slice(group, stop), slice(first, int(first_row[stop]))
            group = stop
            continue
        end = int(first_row[group + 1])
        for row in range(first, end, BLOCK):
            yield slice(group, group + 1), slice(row, min(row + BLOCK, end))
        group += 1
