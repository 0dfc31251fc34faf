"""What must hold of the clauses alone, whatever the figures: parts add up, limits are kept."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.properties import DAYS, FEW, MANY, month_ends, pence, placements
from tests.support.strategies import OPTIONS, pounds, start_days
from xlpbr import functions


@MANY
@given(placements(), DAYS, st.integers(0, 700))
def test_the_savings_of_the_months_add_up(placement: tuple, first: date, length: int) -> None:
    last = first + timedelta(days=length)
    whole = functions.pbr_saving(*placement, first, last)
    ends = month_ends(first, last)
    starts = [first, *(end + timedelta(days=1) for end in ends[:-1])]
    parts = functions.pbr_saving(*placement, [starts], [ends])
    got = parts[0] if isinstance(parts, list) else [parts]
    assert sum(pence(part) for part in got) == pence(whole)


@MANY
@given(
    pounds(1_000_000), start_days(), st.integers(1, 36), st.sampled_from(OPTIONS["Pro rata basis"])
)
def test_pro_rata_rises_from_nothing_to_the_amount(
    amount: float, starts_on: date, months: int, basis: str
) -> None:
    day_before = starts_on - timedelta(days=1)
    long_after = starts_on + timedelta(days=31 * months + 1)
    ends = [day_before, *month_ends(starts_on, long_after)]
    column = functions.pbr_pro_rata(amount, starts_on, months, [[end] for end in ends], basis)
    earned = [pence(row[0]) for row in column]
    assert earned == sorted(earned)
    assert earned[0] == 0
    assert sum(b - a for a, b in pairwise(earned)) == pence(amount)


@MANY
@given(pounds(100_000), start_days(), st.integers(1, 24))
def test_whole_months_are_those_of_the_months_basis_from_a_first_of_month(
    amount: float, starts_on: date, months: int
) -> None:
    """From the 1st the two bases agree at every month's end."""
    first = starts_on.replace(day=1)
    ends = [[end] for end in month_ends(first, first + timedelta(days=28 * months))][:-1]
    assume(len(ends) > 1)
    by_months = functions.pbr_pro_rata(amount, first, months, ends, "months")
    assert functions.pbr_pro_rata(amount, first, months, ends, "whole_months") == by_months


@FEW
@given(st.lists(st.tuples(pounds(10_000), pounds(4_000)), min_size=2, max_size=8), st.data())
def test_raising_a_saving_never_lowers_a_fee_cap_column(
    months: list[tuple[float, float]], data: st.DataObject
) -> None:
    savings = [pence(saving) for saving, _ in months]
    due = [[sum(pence(step) for _, step in months[: n + 1]) / 100] for n in range(len(months))]
    n = data.draw(st.integers(0, len(months) - 1))
    raised = [*savings]
    raised[n] += data.draw(st.integers(1, 500_000))

    def total(column: list[int]) -> int:
        got = functions.pbr_fee_cap([[saving / 100] for saving in column], due)
        return sum(pence(row[0]) for row in got)

    assert total(savings) <= total(raised)


@FEW
@given(
    st.lists(
        st.tuples(st.integers(-500_000, 2_000_000), st.integers(0, 400_000)), min_size=1, max_size=8
    ),
    st.data(),
)
def test_clawback_is_nothing_when_nothing_broke_down(
    months: list[tuple[int, int]], data: st.DataObject
) -> None:
    savings = [[saving / 100] for saving, _ in months]
    due = [[sum(step for _, step in months[: n + 1]) / 100] for n in range(len(months))]
    invoiced = functions.pbr_fee_cap(savings, due)
    invoiced = invoiced if isinstance(invoiced, list) else [[invoiced]]
    assert functions.pbr_clawback(invoiced, savings, due) == 0.0

    # after a break-down what comes back is exactly what was invoiced and is no longer due
    broken = [[saving / 100 if data.draw(st.booleans()) else 0.0] for saving, _ in months]
    still_due = functions.pbr_fee_cap(broken, due)
    still_due = still_due if isinstance(still_due, list) else [[still_due]]
    gone = sum(pence(r[0]) for r in invoiced) - sum(pence(r[0]) for r in still_due)
    assert pence(functions.pbr_clawback(invoiced, broken, due)) == max(0, gone)


@MANY
@given(
    st.lists(pounds(500_000), min_size=1, max_size=10),
    pounds(1_000_000),
    st.none() | pounds(400_000),
)
def test_the_contract_cap_never_passes_the_maximum(
    amounts: list[float], maximum: float, paid_before: float | None
) -> None:
    got = functions.pbr_contract_cap([[a] for a in amounts], maximum, paid_before)
    let_through = [pence(row[0]) for row in got]
    total = pence(paid_before or 0.0)
    for amount, passed in zip(amounts, let_through, strict=True):
        assert 0 <= passed <= pence(amount)
        total += passed
        # what is held back is held back because the maximum is reached
        assert passed == pence(amount) or total >= pence(maximum)
    if pence(paid_before or 0.0) <= pence(maximum):
        assert total <= pence(maximum)


@FEW
@given(st.lists(pounds(500_000), min_size=1, max_size=10))
def test_no_maximum_is_no_limit(amounts: list[float]) -> None:
    column = [[a] for a in amounts]
    assert functions.pbr_contract_cap(column, None) == column


@MANY
@given(
    pounds(9_000_000),
    pounds(5_000_000),
    st.sampled_from([0.0, 0.1, 0.125, 1.0]),
    st.none() | pounds(500_000),
    st.sampled_from(OPTIONS["Bonus shape"]),
    st.integers(1, 4_000_000),
)
def test_bands_of_one_rate_are_a_single_threshold(
    savings: float, threshold: float, rate: float, maximum: float | None, shape: str, step: int
) -> None:
    single = functions.pbr_threshold_bonus(savings, threshold, rate, maximum, shape)
    assert functions.pbr_threshold_bonus(savings, [[threshold]], [[rate]], maximum, shape) == single
    thresholds = [[threshold], [threshold + step], [threshold + 2 * step]]
    rates = [[rate], [rate], [rate]]
    got = functions.pbr_threshold_bonus(savings, thresholds, rates, maximum, shape)
    assert got == single


@FEW
@given(
    st.lists(DAYS, min_size=1, max_size=12),
    DAYS,
    st.integers(0, 600),
    st.none() | st.integers(0, 5),
)
def test_outcome_fees_are_counted(
    achieved: list[date], first: date, length: int, limit: int | None
) -> None:
    last = first + timedelta(days=length)
    got = functions.pbr_outcome_fee(9_999.99, [[day] for day in achieved], first, last, limit)
    number = sum(1 for day in achieved if first <= day <= last)
    assert pence(got) == 999_999 * (number if limit is None else min(number, limit))


SIDES = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C", "D", "E"]), st.integers(-5_000, 100_000)), max_size=8
)


@MANY
@given(SIDES, SIDES, st.integers(0, 2_000))
def test_a_reconciliation_adds_up(
    ours: list[tuple[str, int]], theirs: list[tuple[str, int]], tolerance: int
) -> None:
    def as_table(side: list[tuple[str, int]]) -> list[list]:
        return [["Key", "Amount"], *([key, amount / 100] for key, amount in side)]

    def totals(side: list[tuple[str, int]]) -> dict[str, int]:
        added: dict[str, int] = {}
        for key, amount in side:
            added[key] = added.get(key, 0) + amount
        return added

    a, b = totals(ours), totals(theirs)
    table = functions.pbr_reconcile(as_table(ours), as_table(theirs), tolerance / 100)
    assert table[0] == ["Key", "Ours", "Theirs", "Difference", "Status"]
    *rows, last = table[1:]
    assert [row[0] for row in rows] == [*a, *(key for key in b if key not in a)]
    for key, mine, other, difference, status in rows:
        assert (pence(mine), pence(other)) == (a.get(key, 0), b.get(key, 0))
        assert pence(difference) == pence(other) - pence(mine)
        if key not in b:
            assert status == "not claimed"
        elif key not in a:
            assert status == "not expected"
        elif abs(pence(difference)) <= tolerance:
            assert status == "agreed"
        else:
            assert status == ("over-claimed" if pence(difference) > 0 else "under-claimed")
    assert last[0] == "Total"
    for n in (1, 2, 3):
        assert pence(last[n]) == sum(pence(row[n]) for row in rows)
    assert last[4] in ("agreed", "over-claimed", "under-claimed")
    assert (last[4] == "agreed") == (abs(pence(last[3])) <= tolerance)
