"""Many statements at once: the rules of ``statement`` on columns of whole pence and days.

``statement.settle`` is the specification; here the same figures are worked out for many groups
of placements (a group is a contract, or one scenario of a contract) without a loop of Python
for each. Amounts are int64 pence, days are ``date.toordinal()``; what could pass int64 is
refused with the limit. The loops are those of ``numba_loops`` where numba is
installed, else those of ``numpy_loops``; the figures are the same.

A running total of a placement is ``(n + 3) // 7`` with n = weekly pence × days: seven is odd,
so no half occurs. It is ``(n + 3 - residue) / 7``, and the residue, ``(n + 3) mod 7``, depends
only on the weekly pence, the start and the day, each mod 7. So the sum over the placements in
place follows from three sums that change where a placement starts or ends, and the matrix of
placements and months is never made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from types import ModuleType
from typing import Any, assert_never

import numpy as np
import numpy.typing as npt

from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import NUM, CellError
from xlpbr.money import Pence, in_words
from xlpbr.portfolio import numpy_loops
from xlpbr.portfolio.chains import ChainRows
from xlpbr.portfolio.numpy_loops import I64, Flags, offsets
from xlpbr.settlement.bonus import BonusMeasures, bonus_on_measures, threshold_and_rate
from xlpbr.settlement.rules import DAYS_IN_YEAR

LIMIT = 2**62
"""No sum may reach this; int64 ends at twice as much."""

NO_MAXIMUM: Pence = LIMIT
"""A contract maximum above every amount."""

EPOCH = date(1970, 1, 1).toordinal()

APRIL = 3
"""The month of a year in which a financial year begins, counted from 0."""


@dataclass(frozen=True, slots=True, eq=False)
class PlacementColumns:
    """The agreed placements of all groups, those of a group one after the other.

    Attributes:
        first_row: G + 1 offsets; the rows of group g are ``first_row[g]:first_row[g + 1]``.
        weekly_saving: pence a week; below 0 where the family costs more.
        start: the first day counted, not before the programme; FAR where the child has not moved.
        ended: the day it ended on, itself not counted; FAR while in place.
        foster: whether it is a foster placement.
    """

    first_row: I64
    weekly_saving: I64
    start: I64
    ended: I64
    foster: Flags


@dataclass(frozen=True, slots=True, eq=False)
class MonthColumns:
    """The periods of all groups: T in all, one a calendar month, in order.

    Attributes:
        first_month: G + 1 offsets; the periods of group g are
            ``first_month[g]:first_month[g + 1]``.
        period_end: the last day of each period.
    """

    first_month: I64
    period_end: I64


@dataclass(frozen=True, slots=True, eq=False)
class SavingColumns:
    """What the placements of each group save, in pence.

    Attributes:
        saving_to_date: at the end of each of the T periods.
        children: placements in place at the end of each of the T periods.
        run_rate: by group, on its last day, of the placements that count for the bonus.
        accumulated: by group, up to its last day, of the same placements.
        in_place: by group, what a week saves on its last day, of the same placements.
    """

    saving_to_date: I64
    children: I64
    run_rate: I64
    accumulated: I64
    in_place: I64


@dataclass(frozen=True, slots=True, eq=False)
class RuleColumns:
    """What the terms say, in pence; what is None has nothing to say in any group.

    Attributes:
        entitlement: fee entitlement to date at the end of each of the T periods.
        carer_fees: of each of the T periods.
        bonus: by group, owed in its last period or in that of ``bonus_month``.
        no_catch_up: by group, whether the fee reading is ``no_catch_up``.
        cumulative: by group, whether the savings reading is ``cumulative``.
        maximum: by group, the contract maximum to the penny; NO_MAXIMUM where nothing is held
            back.
        bonus_month: by group, in which of its periods the bonus is owed, counted from 0; one that
            it does not have owes none.
        maximum_by_period: the maximum in force at the end of each of the T periods.
        outcome_fees: of each of the T periods.
        paid_back: what the break-downs of each of the T periods are worth.
        earned_before: what was earned by the 31 March before each of the T periods.
        lapses: by group, whether what was not drawn by then is lost.
        share: by group, the share of the savings that the fee may take, in parts.
        share_parts: by group, so many parts make the whole.
    """

    entitlement: I64
    carer_fees: I64
    bonus: I64
    no_catch_up: Flags
    cumulative: Flags
    maximum: I64
    bonus_month: I64 | None = None
    maximum_by_period: I64 | None = None
    outcome_fees: I64 | None = None
    paid_back: I64 | None = None
    earned_before: I64 | None = None
    lapses: Flags | None = None
    share: I64 | None = None
    share_parts: I64 | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SettledColumns:
    """The figures of each of the T periods that depend on the months before, in pence."""

    saving: I64
    fee: I64
    fee_to_date: I64
    reimbursed: I64
    held_back: I64
    payable: I64
    payable_to_date: I64


def month_columns(last_days: Sequence[tuple[date, date]]) -> MonthColumns:
    """The periods of each group.

    Args:
        last_days: for each group the first day of the programme and the last day that is
            settled; no period where that comes before.
    """
    days = np.array([(a.toordinal(), b.toordinal()) for a, b in last_days], dtype=np.int64)
    starts, lasts = days.reshape(-1, 2).T
    first = month_number(starts)
    count = np.where(lasts < starts, 0, month_number(lasts) - first + 1)
    first_month = offsets(count)
    place = np.arange(first_month[-1]) - np.repeat(first_month[:-1], count)
    month_end = _first_day(np.repeat(first, count) + place + 1) - 1
    return MonthColumns(first_month, np.minimum(month_end, np.repeat(lasts, count)))


def saving_columns(
    placements: PlacementColumns,
    months: MonthColumns,
    foster_only: Flags,
    *,
    compiled: bool | None = None,
) -> SavingColumns:
    """The savings to date and the children of each period, and the measures of the bonus.

    Args:
        placements: the placements of G groups.
        months: the periods of the same groups.
        foster_only: by group, whether only foster placements count for the bonus.
        compiled: True for the compiled loops, False for numpy; None for what is installed.

    Raises:
        CellError: a weekly saving is so large that a sum could pass int64.
        ValueError: a placement starts before the first month of its group.
    """
    calendar = _calendar(months)
    loops = _loops(compiled)
    periods, groups = len(months.period_end), len(months.first_month) - 1
    found = SavingColumns(
        np.zeros(periods, np.int64),
        np.zeros(periods, np.int64),
        np.zeros(groups, np.int64),
        np.zeros(groups, np.int64),
        np.zeros(groups, np.int64),
    )
    most = _most_a_week(placements, calendar)
    answer = loops.add_savings(
        *_contiguous(
            placements.first_row, placements.weekly_saving, placements.start,
            placements.ended, placements.foster, months.first_month, months.period_end,
            foster_only,
        ),
        calendar.first_day, calendar.place, calendar.opens, calendar.last, calendar.beyond,
        CLASSES, 1 << (most.bit_length() - 1),
        found.saving_to_date, found.children, found.in_place, found.accumulated,
    )  # fmt: skip
    if answer == numpy_loops.STARTS_EARLY:
        raise ValueError("a placement starts before the first month of its group")
    if answer == numpy_loops.MAY_BE_LARGE:
        _refuse_large_savings(placements, calendar, most)
    return replace(found, run_rate=(found.in_place * DAYS_IN_YEAR + 3) // 7)


def add_chains(
    first_row: I64,
    chains: ChainRows,
    months: MonthColumns,
    saving_to_date: I64,
    *,
    compiled: bool | None = None,
) -> None:
    """Add prices that change, and costs, to the savings to date of each period.

    Args:
        first_row: G + 1 offsets; the rows of group g are ``first_row[g]:first_row[g + 1]``.
        chains: the rows; no sum of theirs may pass int64.
        months: the periods of the same groups.
        saving_to_date: pence at the end of each of the T periods; the rows are added to it.
        compiled: True for the compiled loops, False for numpy; None for what is installed.
    """
    calendar = _calendar(months)
    _loops(compiled).add_chains(
        *_contiguous(
            first_row, chains.weekly, chains.start, chains.ended, chains.base, chains.stays,
            months.first_month, months.period_end,
        ),
        calendar.first_day, calendar.place, calendar.opens, calendar.last, calendar.beyond,
        CHAIN_CLASSES, saving_to_date,
    )  # fmt: skip


def measured_savings(terms: ContractTerms, run_rate: I64, accumulated: I64) -> I64:
    """The savings that are held against the threshold, in pence."""
    match terms.bonus_measure:
        case "run_rate":
            return run_rate
        case "accumulated":
            return accumulated
        case "lower":
            lower: I64 = np.minimum(run_rate, accumulated)
            return lower
        case other:
            assert_never(other)


def threshold_bonuses(terms: ContractTerms, measured: I64) -> I64:
    """The threshold bonus on each measured saving, in pence.

    Raises:
        CellError: a bonus would pass int64; no rate up to 1 does that.
    """
    threshold, rate = threshold_and_rate(terms)
    if threshold is None or rate is None or not len(measured):
        return np.zeros(len(measured), np.int64)
    threshold *= 100
    # The bonus in pence is earning * share / parts for these whole numbers.
    if terms.bonus_shape == "whole":
        share, parts, scale, base = rate.numerator, rate.denominator, 1, 0
    else:
        share, parts = rate.numerator, rate.denominator * threshold.denominator
        scale, base = threshold.denominator, threshold.numerator
    most = _largest(measured)
    earning_most = most * scale + abs(base)
    bounds = (
        earning_most, 2 * abs(share), 2 * abs(share) * earning_most + parts, 2 * parts,
        most * threshold.denominator,
    )  # fmt: skip
    if max(bounds) >= LIMIT:
        return _bonuses_one_by_one(terms, measured)
    if terms.bonus_shape == "whole":
        reached = (measured * threshold.denominator >= threshold.numerator) & (measured > 0)
        earning = np.where(reached, measured, 0)
    else:
        earning = np.maximum(measured * scale - base, 0)
    bonuses: I64 = np.maximum((earning * (2 * share) + parts) // (2 * parts), 0)
    return bonuses


def settle_columns(
    months: MonthColumns,
    saving_to_date: I64,
    rules: RuleColumns,
    *,
    compiled: bool | None = None,
) -> SettledColumns:
    """The fee of each period, and what is payable of all that is owed.

    What is paid back is the only amount below 0, and comes first; so what is payable of the others
    is their sum, up to what is left below the maximum.

    Args:
        months: the periods of G groups.
        saving_to_date: pence at the end of each of the T periods.
        rules: what the terms say.
        compiled: True for the compiled loops, False for numpy; None for what is installed.

    Raises:
        CellError: the amounts are so large that a sum could pass int64.
    """
    _refuse_large_amounts(months, saving_to_date, rules)
    periods, groups = len(months.period_end), len(months.first_month) - 1
    found = SettledColumns(*(np.empty(periods, np.int64) for _ in SettledColumns.__slots__))
    nothing, one = np.zeros(periods, np.int64), np.ones(groups, np.int64)
    maximum = rules.maximum_by_period
    if maximum is None:
        maximum = np.repeat(rules.maximum, np.diff(months.first_month))
    _loops(compiled).settle_months(
        *_contiguous(
            months.first_month, saving_to_date, rules.entitlement,
            _given(rules.earned_before, nothing), _year_begins(months, rules),
            _further(months, rules), _given(rules.paid_back, nothing), maximum,
            rules.no_catch_up, rules.cumulative,
            _given(rules.lapses, np.zeros(groups, np.bool_)),
            _given(rules.share, one), _given(rules.share_parts, one),
        ),
        found.saving, found.fee, found.fee_to_date, found.reimbursed,
        found.held_back, found.payable, found.payable_to_date,
    )  # fmt: skip
    return found


def bonus_periods(months: MonthColumns, rules: RuleColumns) -> tuple[I64, I64]:
    """The groups that have the period in which their bonus is owed, and that period of all T."""
    lengths = np.diff(months.first_month)
    month = lengths - 1 if rules.bonus_month is None else rules.bonus_month
    groups = np.flatnonzero((month >= 0) & (month < lengths))
    return groups, months.first_month[groups] + month[groups]


def _further(months: MonthColumns, rules: RuleColumns) -> I64:
    """What is owed in each period beside the fee."""
    owed = rules.carer_fees.copy()
    if rules.outcome_fees is not None:
        owed += rules.outcome_fees
    groups, periods = bonus_periods(months, rules)
    owed[periods] += rules.bonus[groups]
    return owed


def _given(column: Any, otherwise: Any) -> Any:
    return otherwise if column is None else column


def _year_begins(months: MonthColumns, rules: RuleColumns) -> Flags:
    """Whether a financial year begins with a period; asked only where a fee lapses."""
    if rules.lapses is None or not rules.lapses.any():
        return np.zeros(len(months.period_end), np.bool_)
    april: Flags = month_number(months.period_end) % 12 == APRIL
    return april


def _bonuses_one_by_one(terms: ContractTerms, measured: I64) -> I64:
    amounts, place = np.unique(measured, return_inverse=True)
    # Both measures are the same amount, so whichever is asked for is this one.
    bonuses = [bonus_on_measures(terms, BonusMeasures(one, one)) for one in amounts.tolist()]
    if max(bonuses) >= LIMIT:
        raise CellError(
            NUM,
            f"The threshold bonus is too large: found {in_words(max(bonuses))}; expected less "
            f"than {in_words(LIMIT)}.",
        )
    found: I64 = np.array(bonuses, np.int64)[place.reshape(-1)]
    return found


# -- the loops --------------------------------------------------------------------------------


@cache
def _compiled_loops() -> ModuleType | None:
    try:
        from xlpbr.portfolio import numba_loops  # noqa: PLC0415 - numba is an extra
    except ImportError:
        return None
    return numba_loops


def _loops(compiled: bool | None) -> ModuleType:
    if compiled is False:
        return numpy_loops
    loops = _compiled_loops()
    if compiled and loops is None:
        raise ImportError('the compiled loops need numba: pip install "xlpbr[fast]"')
    return loops or numpy_loops


def _contiguous(*columns: I64 | Flags) -> list[npt.NDArray[np.generic]]:
    return [np.ascontiguousarray(column) for column in columns]


def _classes() -> I64:
    """Sixteen numbers for each class: by weekly pence mod 7 and start mod 7, eight each.

    The first eight are by the day after the last one counted, mod 7: three less the residue of
    the running total. The next two hold the residues of all seven days, 16 bits each, so that
    sums of the numbers are the sums of what they hold: days 0 to 3, then days 4 to 6 and a one
    to count placements.
    """
    weekly, start, day = np.ogrid[:8, :8, :8]
    residue = ((weekly * (day - start) + 3) % 7).astype(np.int64)
    return _packed(residue)


def _packed(residue: I64) -> I64:
    found = np.zeros((8, 8, 16), np.int64)
    found[..., :8] = 3 - residue
    shifts = 16 * np.arange(4, dtype=np.int64)
    found[..., 8] = (residue[..., :4] << shifts).sum(axis=2)
    found[..., 9] = (residue[..., 4:7] << shifts[:3]).sum(axis=2) + (1 << shifts[3])
    return found.reshape(1024)


CLASSES = _classes()


def _chain_classes() -> I64:
    """The same for rows whose total starts from something: by weekly pence and total of day 0."""
    weekly, total, day = np.ogrid[:8, :8, :8]
    residue = ((weekly * day + total + 3) % 7).astype(np.int64)
    return _packed(residue)


CHAIN_CLASSES = _chain_classes()


# -- days and months --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Calendar:
    """Where a day stands; days are counted from ``first_day``, the first of a month.

    Attributes:
        first_day: the day number of day 0.
        place: by day, eight times the number of its month, counted from 0, plus the day mod 7;
            up to the first day of the month after the last.
        opens: by group, the first day of its first month.
        last: by group, its last day; -1 where it has no months.
        beyond: by group, the first day of the month after its last.
    """

    first_day: int
    place: npt.NDArray[np.uint32]
    opens: I64
    last: I64
    beyond: I64


def _calendar(months: MonthColumns) -> _Calendar:
    firsts, stops = months.first_month[:-1], months.first_month[1:]
    used = firsts < stops
    opens, beyond = np.zeros(len(used), np.int64), np.zeros(len(used), np.int64)
    last = np.full(len(used), -1, np.int64)
    if not used.any():
        return _Calendar(0, np.zeros(1, np.uint32), opens, last, beyond)
    first_ends, lasts = months.period_end[firsts[used]], months.period_end[stops[used] - 1]
    outer = month_number(np.array([first_ends.min(), lasts.max()]))
    month_starts = _first_day(np.arange(outer[0], outer[1] + 2))
    first_day = int(month_starts[0])
    month_starts -= first_day
    lengths = np.append(np.diff(month_starts), 1)
    month = np.repeat(np.arange(len(lengths)), lengths)
    months_apart = month[lasts - first_day] - month[first_ends - first_day]
    if (months_apart + 1 != (stops - firsts)[used]).any():
        raise ValueError("the periods of a group are not its calendar months")
    place = (month * 8 + np.arange(len(month)) % 7).astype(np.uint32)
    opens[used] = month_starts[month[first_ends - first_day]]
    last[used] = lasts - first_day
    beyond[used] = month_starts[month[last[used]] + 1]
    return _Calendar(first_day, place, opens, last, beyond)


def month_number(days: I64) -> I64:
    """Calendar months since January 1970."""
    found: I64 = (days - EPOCH).astype("M8[D]").astype("M8[M]").astype(np.int64)
    return found


def _first_day(month_numbers: I64) -> I64:
    found: I64 = month_numbers.astype("M8[M]").astype("M8[D]").astype(np.int64) + EPOCH
    return found


# -- refusals ---------------------------------------------------------------------------------


def _largest(amounts: I64) -> int:
    return max(int(amounts.max()), -int(amounts.min())) if len(amounts) else 0


def _longest_days(calendar: _Calendar) -> int:
    """The days of the longest group, or of the year of a run rate."""
    return max(int((calendar.last - calendar.opens).max(initial=0)) + 1, DAYS_IN_YEAR)


def _most_a_week(placements: PlacementColumns, calendar: _Calendar) -> Pence:
    rows = int(np.diff(placements.first_row).max(initial=1))
    return (LIMIT - 1) // (rows * (_longest_days(calendar) + 1))


def _refuse_large_savings(placements: PlacementColumns, calendar: _Calendar, most: Pence) -> None:
    if (found := _largest(placements.weekly_saving)) > most:
        rows = int(np.diff(placements.first_row).max())
        raise CellError(
            NUM,
            f"The weekly savings are too large to add up exactly: found {in_words(found)}; "
            f"expected at most {in_words(most)} a week for {rows:,} placements over "
            f"{_longest_days(calendar):,} days.",
        )


def _refuse_large_amounts(months: MonthColumns, saving_to_date: I64, rules: RuleColumns) -> None:
    periods = int(np.diff(months.first_month).max(initial=0))
    most = LIMIT // (4 * periods + 2)
    for name, amounts in (
        ("saving to date is", saving_to_date),
        ("fee entitlement is", rules.entitlement),
        ("carer fees of a month are", rules.carer_fees),
        ("threshold bonus is", rules.bonus),
        ("outcome fees of a month are", rules.outcome_fees),
        ("reimbursement of a month is", rules.paid_back),
        ("lapsed fee is", rules.earned_before),
    ):
        if amounts is None:
            continue
        if (found := _largest(amounts)) > most:
            raise CellError(
                NUM,
                f"The {name} too large to add up exactly: found {in_words(found)}; expected "
                f"at most {in_words(most)} over {periods:,} months.",
            )
