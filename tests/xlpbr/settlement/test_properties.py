"""What must hold whatever the contract and the evidence: found out on random ones."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.brute_force import Contract, Evidence, PlacementRow
from tests.support.strategies import (
    OPTIONS,
    cases,
    days,
    field_name,
    pounds,
    serial,
    start_days,
    tables,
    terms_table,
    weekly_prices,
)
from xlpbr import functions
from xlpbr.errors import CellError

FEW = settings(max_examples=40, deadline=None)
MANY = settings(max_examples=100, deadline=None)

Case = tuple[Contract, Evidence, date | None]

DAYS = days(date(2024, 1, 1), date(2027, 12, 31))


def pence(cell: float) -> int:
    """A figure of the result as whole pence; it must be whole pence exactly."""
    whole = Decimal(repr(cell)) * 100
    assert whole == whole.to_integral_value(), cell
    return int(whole)


def outcome(function: Callable[..., Any], *args: Any) -> Any:
    """The result, or the code of the error, alone or in a cell, as filling down would show."""
    try:
        result = function(*args)
    except CellError as error:
        return error.code
    if isinstance(result, list):
        return [[c.code if isinstance(c, CellError) else c for c in row] for row in result]
    return result


def column_of(table: list[list], heading: str) -> list[Any]:
    n = table[0].index(heading)
    return [row[n] for row in table[1:]]


def column_pence(table: list[list], heading: str) -> list[int]:
    return [pence(cell) for cell in column_of(table, heading)]


@st.composite
def placements(draw: st.DrawFn) -> tuple[float, float, date | None, date | None]:
    """before, after, moved on, ended on of one placement."""
    moved_on = draw(st.none() | DAYS)
    ended_on = None
    if moved_on is not None and draw(st.booleans()):
        ended_on = moved_on + timedelta(days=draw(st.integers(0, 500)))
    return draw(weekly_prices()), draw(weekly_prices()), moved_on, ended_on


def month_ends(first: date, last: date) -> list[date]:
    """The last day of each month of a period, and the period's own last day."""
    ends = []
    day = first
    while day <= last:
        following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        ends.append(min(following - timedelta(days=1), last))
        day = following
    return ends


# -- the parts add up to the whole -----------------------------------------------------------


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


# -- one call over a column is filling down --------------------------------------------------

CELLS = {
    "price": st.one_of(
        weekly_prices(),
        weekly_prices(),
        st.none(),
        st.sampled_from(["£1,234.50", "tbc", -1, True, CellError("#N/A", "as it was")]),
    ),
    "day": st.one_of(
        DAYS,
        DAYS,
        st.none(),
        DAYS.map(serial),
        st.sampled_from(["soon", -3, CellError("#REF!", "as it was")]),
    ),
}


def columns(kind: str, length: int) -> st.SearchStrategy[list[list]]:
    return st.lists(CELLS[kind], min_size=length, max_size=length).map(
        lambda cells: [[cell] for cell in cells]
    )


@pytest.mark.slow
@MANY
@given(st.data(), st.integers(2, 5))
def test_savings_over_columns_are_filled_down(data: st.DataObject, length: int) -> None:
    kinds = ["price", "price", "day", "day", "day", "day"]
    args = [
        data.draw(st.one_of(columns(kind, length), CELLS[kind]), label=f"argument {n}")
        for n, kind in enumerate(kinds, start=1)
    ]
    assume(any(isinstance(arg, list) for arg in args))
    got = outcome(functions.pbr_saving, *args)
    for n in range(length):
        one = [arg[n][0] if isinstance(arg, list) else arg for arg in args]
        assert got[n] == [outcome(functions.pbr_saving, *one)]


@pytest.mark.slow
@MANY
@given(st.data(), st.integers(2, 4), st.integers(2, 4))
def test_pro_rata_over_a_column_and_a_row_is_filled_down_and_right(
    data: st.DataObject, height: int, width: int
) -> None:
    amounts = data.draw(columns("price", height))
    months = data.draw(
        st.lists(st.sampled_from([1, 7, 12, "24", 0, "x", None]), min_size=height, max_size=height)
    )
    as_at = data.draw(st.lists(CELLS["day"], min_size=width, max_size=width))
    starts_on = data.draw(start_days())
    basis = data.draw(st.sampled_from([*OPTIONS["Pro rata basis"], None]))
    got = outcome(functions.pbr_pro_rata, amounts, starts_on, [[m] for m in months], [as_at], basis)
    assert [len(row) for row in got] == [width] * height
    for i in range(height):
        for j in range(width):
            one = outcome(
                functions.pbr_pro_rata, amounts[i][0], starts_on, months[i], as_at[j], basis
            )
            assert got[i][j] == one


@FEW
@given(placements(), placements(), DAYS)
def test_placements_by_months_is_a_table(one: tuple, two: tuple, first: date) -> None:
    ends = month_ends(first, first + timedelta(days=100))
    starts = [first, *(end + timedelta(days=1) for end in ends[:-1])]
    cols = [[[a], [b]] for a, b in zip(one, two, strict=True)]
    got = functions.pbr_saving(*cols, [starts], [ends])
    assert got == [
        [functions.pbr_saving(*p, s, e) for s, e in zip(starts, ends, strict=True)]
        for p in (one, two)
    ]


@FEW
@given(st.lists(st.tuples(pounds(10_000), pounds(50_000)), min_size=2, max_size=8), pounds(9_000))
def test_a_fee_cap_column_is_filled_down_with_a_running_total(
    months: list[tuple[float, float]], invoiced_before: float
) -> None:
    got = functions.pbr_fee_cap(
        [[saving] for saving, _ in months], [[due] for _, due in months], invoiced_before
    )
    invoiced = pence(invoiced_before)
    for (saving, due), row in zip(months, got, strict=True):
        one = functions.pbr_fee_cap(saving, due, invoiced / 100)
        assert row == [one]
        invoiced += pence(one)


# -- how a value is written changes nothing --------------------------------------------------


@MANY
@given(placements(), DAYS, st.integers(0, 400))
def test_prices_and_dates_written_in_other_ways(placement: tuple, first: date, length: int) -> None:
    before, after, moved_on, ended_on = placement
    last = first + timedelta(days=length)
    plain = functions.pbr_saving(before, after, moved_on, ended_on, first, last)

    def on(day: date | None, write: Callable[[date], Any]) -> Any:
        return None if day is None else write(day)

    as_text = [f"£{Decimal(repr(price)):,f}" for price in (before, after)]
    as_decimals = [Decimal(repr(price)) for price in (before, after)]
    for prices in (as_text, as_decimals, [f"  {text} " for text in as_text]):
        assert functions.pbr_saving(*prices, moved_on, ended_on, first, last) == plain
    for write in (
        serial,
        lambda day: float(serial(day)),
        lambda day: serial(day) + 0.75,
        lambda day: datetime.combine(day, time(17, 30)),
    ):
        dates = [on(day, write) for day in (moved_on, ended_on, first, last)]
        assert functions.pbr_saving(before, after, *dates) == plain


def test_a_price_as_text_is_the_number() -> None:
    day = date(2026, 3, 1)
    assert functions.pbr_saving("£1,234.50", 0, day, None, day, date(2026, 3, 7)) == 1234.50


@pytest.mark.slow
@FEW
@given(cases())
def test_a_statement_of_texts_and_serials(case: Case) -> None:
    contract, evidence, as_at = case
    given_tables = tables(contract, evidence)

    def rewritten(cell: Any) -> Any:
        if isinstance(cell, date):
            return serial(cell)
        if isinstance(cell, float):
            return f"£{Decimal(repr(cell)):,f}"
        return f"\u00a0{cell.upper()} " if isinstance(cell, str) else cell

    other = [[[rewritten(cell) for cell in row] for row in table] for table in given_tables]
    last = None if as_at is None else serial(as_at)
    assert functions.pbr_statement(*other, last) == functions.pbr_statement(*given_tables, as_at)


# -- the order of rows and blank rows --------------------------------------------------------


def stirred(table: list[list], order: random.Random) -> list[list]:
    """The rows in another order, with blank rows among them and the columns shuffled."""
    heading, *rows = table
    order.shuffle(rows)
    for _ in range(order.randint(0, 3)):
        blank = order.choice([None, ""])
        rows.insert(order.randint(0, len(rows)), [blank] * len(heading))
    columns_in_order = list(range(len(heading)))
    order.shuffle(columns_in_order)
    return [[row[n] for n in columns_in_order] for row in [heading, *rows]]


@pytest.mark.slow
@MANY
@given(cases(), st.integers(0, 10_000))
def test_order_of_rows_and_blank_rows_change_nothing_in_the_statement(
    case: Case, seed: int
) -> None:
    contract, evidence, as_at = case
    given_tables = tables(contract, evidence)
    order = random.Random(seed)
    other = [stirred(table, order) for table in given_tables]
    assert functions.pbr_statement(*other, as_at) == functions.pbr_statement(*given_tables, as_at)


@pytest.mark.slow
@FEW
@given(cases(most_children=3), st.integers(0, 10_000))
def test_order_of_rows_and_blank_rows_change_nothing_in_the_readings(case: Case, seed: int) -> None:
    contract, evidence, as_at = case
    terms, rows, carers, _ = tables(contract, evidence)
    order = random.Random(seed)
    other = [stirred(table, order) for table in (terms, rows, carers)]
    got = functions.pbr_readings(*other, as_at)
    assert got == functions.pbr_readings(terms, rows, carers, as_at)


@pytest.mark.slow
@FEW
@given(st.lists(placements(), min_size=2, max_size=6), DAYS, st.integers(0, 10_000))
def test_order_of_rows_and_blank_rows_change_nothing_in_the_run_rate(
    rows: list[tuple], as_at: date, seed: int
) -> None:
    def run_rate(table: list[Any]) -> float:
        return functions.pbr_run_rate(*([[row[n]] for row in table] for n in range(4)), as_at)

    other: list[Any] = [*rows, (None, None, None, None)]
    random.Random(seed).shuffle(other)
    assert run_rate(other) == run_rate(rows)


# -- the fee ---------------------------------------------------------------------------------


@pytest.mark.slow
@MANY
@given(cases())
def test_the_fee_is_never_above_savings_or_entitlement(case: Case) -> None:
    contract, evidence, as_at = case
    table = functions.pbr_statement(*tables(contract, evidence), as_at)
    fees = column_pence(table, "Fee")
    savings = column_pence(table, "Saving")
    entitlements = column_pence(table, "Fee entitlement to date")
    saved = earned_before = charged = most_saved = 0
    for fee, saving, earned in zip(fees, savings, entitlements, strict=True):
        charged += fee
        saved += saving
        most_saved = max(most_saved, saved)
        assert fee >= 0
        assert charged <= earned
        if contract.savings_reading == "month":
            assert fee <= max(saving, 0)
        else:
            assert charged <= most_saved
        if contract.fee_reading == "no_catch_up":
            assert fee <= earned - earned_before
        assert earned >= earned_before
        earned_before = earned
    assert column_pence(table, "Fee to date")[-1:] in ([], [charged])


@pytest.mark.slow
@MANY
@given(cases(), st.integers(0, 20), st.integers(1, 50_000))
def test_raising_a_saving_never_lowers_the_fee(case: Case, which: int, steps: int) -> None:
    """A weekly price raised by 7 pence is a whole penny a day more, so no rounding interferes."""
    contract, evidence, as_at = case
    movable = [n for n, row in enumerate(evidence.placements) if row.moved_on is not None]
    assume(movable)
    n = movable[which % len(movable)]
    row = evidence.placements[n]
    dearer = float(Decimal(repr(row.before_weekly)) + Decimal("0.07") * steps)
    raised = [
        dataclasses.replace(row, before_weekly=dearer) if k == n else other
        for k, other in enumerate(evidence.placements)
    ]
    lower = functions.pbr_statement(*tables(contract, evidence), as_at)
    higher = functions.pbr_statement(
        *tables(contract, dataclasses.replace(evidence, placements=raised)), as_at
    )
    for heading in ("Saving", "Fee to date"):
        pairs = zip(column_pence(lower, heading), column_pence(higher, heading), strict=True)
        assert all(less <= more for less, more in pairs), heading


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


# -- maximum, bonus, outcome fee -------------------------------------------------------------


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


@MANY
@given(
    st.lists(st.integers(-20_000, 50_000), min_size=2, max_size=8),
    st.integers(0, 100_000),
    st.integers(0, 120_000),
)
def test_the_contract_cap_with_credits_is_filled_down(
    amounts: list[int], maximum: int, paid_before: int
) -> None:
    got = functions.pbr_contract_cap([[a / 100] for a in amounts], maximum / 100, paid_before / 100)
    total = paid_before
    for amount, row in zip(amounts, got, strict=True):
        assert row == [functions.pbr_contract_cap(amount / 100, maximum / 100, total / 100)]
        assert amount > 0 or row == [amount / 100]
        total += pence(row[0])


@FEW
@given(st.lists(pounds(500_000), min_size=1, max_size=10))
def test_no_maximum_is_no_limit(amounts: list[float]) -> None:
    column = [[a] for a in amounts]
    got = functions.pbr_contract_cap(column, None)
    assert got == column or got == column[0][0]


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
@given(st.lists(pounds(9_000_000), min_size=2, max_size=9), pounds(5_000_000))
def test_bonuses_of_a_range_are_those_of_its_cells(savings: list[float], threshold: float) -> None:
    rates, thresholds = [[0.1, 0.2]], [[threshold, threshold + 1_000_000]]
    for shape in OPTIONS["Bonus shape"]:
        one_by_one = [
            functions.pbr_threshold_bonus(s, thresholds, rates, None, shape) for s in savings
        ]
        column = [[s] for s in savings]
        got = functions.pbr_threshold_bonus(column, thresholds, rates, None, shape)
        assert got == [[bonus] for bonus in one_by_one]
        got = functions.pbr_threshold_bonus([savings], thresholds, rates, None, shape)
        assert got == [one_by_one]


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


# -- the statement ---------------------------------------------------------------------------


@pytest.mark.slow
@MANY
@given(cases(), st.data())
def test_a_statement_to_a_day_is_a_cut_of_the_whole(case: Case, data: st.DataObject) -> None:
    """Every month that is over by as_at, except the last of the programme, is as in the whole."""
    contract, evidence, _ = case
    given_tables = tables(contract, evidence)
    whole = functions.pbr_statement(*given_tables)
    as_at = data.draw(days(contract.starts_on, contract.ends_on + timedelta(days=31)))
    cut = functions.pbr_statement(*given_tables, as_at)
    tomorrow = as_at + timedelta(days=1)
    over = sum(1 for row in cut[1:] if row[0] < tomorrow.replace(day=1))
    assert cut[: over + 1] == whole[: over + 1] or as_at < contract.ends_on
    complete = over if as_at >= contract.ends_on else min(over, len(whole) - 2)
    assert cut[: complete + 1] == whole[: complete + 1]
    assert column_of(cut, "Month") == column_of(whole, "Month")[: len(cut) - 1]


@pytest.mark.slow
@MANY
@given(cases())
def test_the_columns_of_the_statement_hang_together(case: Case) -> None:
    contract, evidence, as_at = case
    table = functions.pbr_statement(*tables(contract, evidence), as_at)
    p = {heading: column_pence(table, heading) for heading in table[0][1:]}
    for n in range(len(table) - 1):
        for heading in ("Saving", "Fee", "Payable"):
            assert p[f"{heading} to date"][n] == sum(p[heading][: n + 1])
        due = p["Fee"][n] + p["Carer fees"][n] + p["Bonus"][n]
        assert p["Payable"][n] + p["Held back"][n] == due
        assert p["Balance"][n] == p["Payable to date"][n] - p["Invoiced to date"][n]
        assert p["Net saving to date"][n] == p["Saving to date"][n] - p["Payable to date"][n]
        if contract.contract_maximum is not None and contract.maximum_reading == "hard_stop":
            assert p["Payable to date"][n] <= pence(contract.contract_maximum)
        if contract.maximum_reading == "warn":
            assert p["Held back"][n] == 0
    assert all(cell == 0 for cell in p["Bonus"][:-1])


@pytest.mark.slow
@FEW
@given(cases())
def test_a_statement_is_its_clauses(case: Case) -> None:
    """Saving and entitlement of each month by PBR_SAVING and PBR_PRO_RATA themselves."""
    contract, evidence, _ = case
    contract = dataclasses.replace(
        contract,
        fee_period="programme",
        vat_reading="net",
        fee_months=contract.fee_months or 12,
        fee_reading="catch_up",
    )
    rows = [
        dataclasses.replace(row, moved_on=row.moved_on and max(row.moved_on, contract.starts_on))
        for row in evidence.placements
        if row.agreed and (row.ended_on is None or row.ended_on > contract.starts_on)
    ]
    table = functions.pbr_statement(*tables(contract, evidence))
    starts = contract.starts_on
    ends = month_ends(contract.starts_on, contract.ends_on)
    assert len(ends) == len(table) - 1
    for end, saving, earned in zip(
        ends, column_of(table, "Saving"), column_of(table, "Fee entitlement to date"), strict=True
    ):
        parts = [
            functions.pbr_saving(
                row.before_weekly, row.after_weekly, row.moved_on, row.ended_on, starts, end
            )
            for row in rows
        ]
        assert sum(pence(part) for part in parts) == pence(saving)
        assert earned == functions.pbr_pro_rata(
            contract.fee, contract.starts_on, contract.fee_months, end, contract.pro_rata_basis
        )
        starts = end + timedelta(days=1)


@pytest.mark.slow
@FEW
@given(cases(most_children=3))
def test_the_reading_in_use_makes_no_difference(case: Case) -> None:
    contract, evidence, as_at = case
    terms, rows, carers, claims = tables(contract, evidence)
    table = functions.pbr_readings(terms, rows, carers, as_at)
    statement = functions.pbr_statement(terms, rows, carers, claims, as_at)
    place = statement[0].index("Payable to date")
    total = statement[-1][place] if len(statement) > 1 else 0.0
    in_use = [row for row in table[1:] if row[2] == "yes"]
    assert all(
        row[1] == getattr(contract, field_name(row[0])) for row in in_use if row[0] in OPTIONS
    )
    assert all(row[3] == total and row[4] == 0.0 for row in in_use)
    assert all(pence(row[3]) - pence(total) == pence(row[4]) for row in table[1:])
    assert {row[2] for row in table[1:]} == {"yes", "no"}


@pytest.mark.slow
@FEW
@given(cases(most_children=3), st.data())
def test_the_amounts_of_an_explanation_are_those_of_the_statement(
    case: Case, data: st.DataObject
) -> None:
    contract, evidence, as_at = case
    terms, rows, carers, claims = tables(contract, evidence)
    statement = functions.pbr_statement(terms, rows, carers, claims, as_at)
    assume(len(statement) > 1)
    row = data.draw(st.sampled_from(statement[1:]))
    figures = dict(zip(statement[0], row, strict=True))
    explained = functions.pbr_explain(terms, rows, row[0], carers, claims, as_at)
    by_heading = {line[1]: line[3] for line in explained[1:] if line[1] in figures}
    assert by_heading == {heading: figures[heading] for heading in by_heading}
    assert set(statement[0]) - {"Month"} <= set(by_heading)
    assert all(line[2] for line in explained[1:] if line[1] in figures)


@pytest.mark.slow
@FEW
@given(cases(most_children=3))
def test_sound_data_have_no_problem_that_stops_a_figure(case: Case) -> None:
    contract, evidence, as_at = case
    given_tables = tables(contract, evidence)
    functions.pbr_statement(*given_tables, as_at)
    checked = functions.pbr_check(*given_tables)
    assert checked[0] == ["Table", "Row", "Column", "Found", "Expected", "What to do"]
    assert len(checked) > 1


# -- reconcile -------------------------------------------------------------------------------

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


# -- errors ----------------------------------------------------------------------------------

DAY = date(2026, 3, 1)
LAST = date(2026, 3, 31)
TERMS = terms_table(Contract(DAY, LAST, fee=9_000.0))
ROWS = tables(Contract(DAY, LAST), Evidence([PlacementRow("C1", 700.0, 70.0, DAY)]))[1]

CALLS: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "PBR_SAVING": (functions.pbr_saving, [700, 70, DAY, LAST, DAY, LAST]),
    "PBR_PRO_RATA": (functions.pbr_pro_rata, [900, DAY, 12, LAST, "days"]),
    "PBR_FEE_CAP": (functions.pbr_fee_cap, [900, 800, 100]),
    "PBR_THRESHOLD_BONUS": (functions.pbr_threshold_bonus, [900, 800, 0.1, 50, "whole"]),
    "PBR_CLAWBACK": (functions.pbr_clawback, [900, 800, 850]),
    "PBR_RUN_RATE": (functions.pbr_run_rate, [700, 70, DAY, LAST, DAY]),
    "PBR_OUTCOME_FEE": (functions.pbr_outcome_fee, [10_000, DAY, DAY, LAST, 2]),
    "PBR_CONTRACT_CAP": (functions.pbr_contract_cap, [900, 1_000, 200]),
    "PBR_STATEMENT": (functions.pbr_statement, [TERMS, ROWS, None, None, LAST]),
    "PBR_READINGS": (functions.pbr_readings, [TERMS, ROWS, None, LAST]),
    "PBR_RECONCILE": (functions.pbr_reconcile, [[["A", 1]], [["A", 2]], 0.5]),
    "PBR_EXPLAIN": (functions.pbr_explain, [TERMS, ROWS, DAY, None, None, LAST]),
    "PBR_TERMS": (functions.pbr_terms, ["cheshire-east-2026"]),
}

PLACES = [(name, n) for name, (_, args) in CALLS.items() for n in range(len(args))]


@pytest.mark.parametrize(
    "code", ["#N/A", "#DIV/0!", "#REF!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!"]
)
@pytest.mark.parametrize(("name", "place"), PLACES, ids=str)
def test_an_error_in_any_argument_comes_out_as_it_is(name: str, place: int, code: str) -> None:
    function, args = CALLS[name]
    assert not isinstance(function(*args), CellError)  # it works without the error
    for error in (CellError(code, "as it was"), code):
        spoilt = list(args)
        spoilt[place] = error
        with pytest.raises(CellError) as raised:
            function(*spoilt)
        assert raised.value.code == code
        assert raised.value.message


@pytest.mark.parametrize("code", ["#N/A", "#DIV/0!", "#REF!"])
@pytest.mark.parametrize("table", ["terms", "placements", "carers", "claims"])
def test_an_error_in_any_cell_of_a_table_comes_out_as_it_is(table: str, code: str) -> None:
    sound: dict[str, list[list]] = {
        "terms": TERMS,
        "placements": ROWS,
        "carers": [["Household", "Approved on", "Child"], ["H1", DAY, "C1"]],
        "claims": [["Month", "Invoiced"], [DAY, 10.0]],
    }
    functions.pbr_statement(*sound.values())
    rows = sound[table]
    last = len(rows) - 1
    spoilt_cells = (
        [(r, 1) for r in range(1, len(rows))]
        if table == "terms"
        else [(last, c) for c in range(len(rows[0]))]
    )
    for r, c in spoilt_cells:
        other = [list(row) for row in rows]
        other[r][c] = CellError(code, "as it was")
        with pytest.raises(CellError) as raised:
            functions.pbr_statement(*{**sound, table: other}.values())
        assert raised.value.code == code, (r, c)


@pytest.mark.parametrize(
    ("name", "place", "code"),
    [
        ("PBR_SAVING", 0, "#VALUE!"),
        ("PBR_SAVING", 2, "#VALUE!"),
        ("PBR_PRO_RATA", 2, "#VALUE!"),
        ("PBR_PRO_RATA", 4, "#VALUE!"),
        ("PBR_FEE_CAP", 1, "#VALUE!"),
        ("PBR_THRESHOLD_BONUS", 2, "#VALUE!"),
        ("PBR_THRESHOLD_BONUS", 4, "#VALUE!"),
        ("PBR_CLAWBACK", 2, "#VALUE!"),
        ("PBR_RUN_RATE", 4, "#VALUE!"),
        ("PBR_OUTCOME_FEE", 1, "#VALUE!"),
        ("PBR_CONTRACT_CAP", 1, "#VALUE!"),
        ("PBR_STATEMENT", 4, "#VALUE!"),
        ("PBR_READINGS", 3, "#VALUE!"),
        ("PBR_RECONCILE", 2, "#VALUE!"),
        ("PBR_EXPLAIN", 2, "#VALUE!"),
        ("PBR_TERMS", 0, "#N/A"),
    ],
)
def test_an_error_quotes_what_was_found(name: str, place: int, code: str) -> None:
    function, args = CALLS[name]
    spoilt = list(args)
    spoilt[place] = "about twelve"
    with pytest.raises(CellError) as raised:
        function(*spoilt)
    assert raised.value.code == code
    assert "about twelve" in raised.value.message


def test_an_error_in_an_extra_column_changes_nothing() -> None:
    notes = [[*row, CellError("#N/A", "a note's own trouble")] for row in ROWS]
    notes[0][-1] = "Notes"
    assert functions.pbr_statement(TERMS, notes) == functions.pbr_statement(TERMS, ROWS)


# -- the built-in contracts ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contract", "fee"), [("plymouth-l04-2526", 599_800.0), ("cheshire-east-2026", 970_000.0)]
)
def test_the_built_in_terms_make_a_statement(contract: str, fee: float) -> None:
    """With its dates filled in, a built-in contract is a Terms table as it stands."""
    terms = functions.pbr_terms(contract)
    starts_on, ends_on = date(2025, 9, 1), date(2027, 2, 28)
    filled = [
        [row[0], {"Starts on": starts_on, "Ends on": ends_on}.get(row[0], row[1]), *row[2:]]
        for row in terms
    ]
    rows = [
        PlacementRow(f"C{n}", 7057.534246575343, 1421.0958904109589, date(2025, 9, 1))
        for n in range(21)
    ]
    table = functions.pbr_statement(filled, tables(Contract(starts_on, ends_on), Evidence(rows))[1])
    assert len(table) == 19
    assert table[-1][table[0].index("Fee to date")] == fee
