"""Many contracts with all that their lives add, penny for penny as each of them alone."""

from __future__ import annotations

import dataclasses
import random
from contextlib import nullcontext
from datetime import date, timedelta
from fractions import Fraction
from functools import partial
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from tests.support.life.as_ranges import given as given_tables
from tests.support.life.as_ranges import optional
from tests.support.life.random_lives import lives
from tests.xlpbr.portfolio.test_settle import (
    expected_rows,
    frame_of,
    in_form,
    rows_of,
    statements_settled_alone,
)
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import ContractTerms, Variation
from xlpbr.errors import CellError
from xlpbr.portfolio import rows as settlement
from xlpbr.portfolio.chains import cost_chains, in_order, price_chains
from xlpbr.portfolio.rows import KNOWN
from xlpbr.portfolio.settle import PortfolioProblem, settle_contracts, settle_many
from xlpbr.portfolio.settlement import (
    add_chains,
    month_columns,
    saving_columns,
    settle_columns,
)
from xlpbr.tables.evidence import read_contract

SLOWLY = settings(
    deadline=None, max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
TABLES = ("carers", "claims", "cohort", "prices", "costs", "rates", "agreed")


def without_compiled_loops():
    loops = {"saving_columns": saving_columns, "settle_columns": settle_columns,
             "add_chains": add_chains}  # fmt: skip
    found = {name: partial(loop, compiled=False) for name, loop in loops.items()}
    return mock.patch.multiple(settlement, **found)


def to_the_penny(table):
    """The same range with every amount a whole number of pence."""
    return [[round(cell, 2) if isinstance(cell, float) else cell for cell in row] for row in table]


@st.composite
def portfolios(draw):
    """Contracts with their tables as ranges, and as the core reads them."""
    found = {}
    for number in range(draw(st.integers(1, 3))):
        life = draw(lives(most_children=4))
        terms, placements = given_tables(life)
        tables = {"placements": to_the_penny(placements)}
        if len(placements) == 1:
            tables["placements"].append(["C9", *[None] * (len(placements[0]) - 1)])
        for name, table in optional(life).items():
            if name != "budget":
                tables[name] = table and to_the_penny(table)
        try:
            record, evidence = read_contract(terms, **tables)
        except CellError:
            reject()
        found[f"Contract {number}"] = (record, evidence, tables, life.as_at)
    return found


@pytest.mark.slow
@SLOWLY
@given(portfolios(), st.integers(0, 999), st.sampled_from(["as given", "texts"]))
def test_every_figure_of_a_random_life_is_that_of_settle(portfolio, seed, form):
    terms = {name: one[0] for name, one in portfolio.items()}
    evidence = {name: one[1] for name, one in portfolio.items()}
    days = {name: one[3] for name, one in portfolio.items() if one[3] is not None}
    expected = expected_rows(terms, evidence, days)
    order = random.Random(seed)
    frames = {}
    for table in ("placements", *TABLES):
        of_contracts = {
            name: one[2][table] for name, one in portfolio.items() if one[2][table] is not None
        }
        if of_contracts:
            whole = in_form(frame_of(of_contracts), form)
            frames[table] = whole.iloc[order.sample(range(len(whole)), len(whole))]
    placements = frames.pop("placements")
    with without_compiled_loops() if seed % 2 else nullcontext():
        assert rows_of(settle_many(terms, placements, **frames, as_at=days)) == expected
        records = [
            (dataclasses.replace(one, contract=name), evidence[name]) for name, one in terms.items()
        ]
        assert rows_of(settle_contracts(records, days)) == expected


@pytest.mark.slow
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(portfolios())
def test_no_random_life_is_settled_by_itself(portfolio):
    with pytest.MonkeyPatch.context() as monkeypatch:
        alone = statements_settled_alone(monkeypatch)
        records = [
            (dataclasses.replace(one[0], contract=name), one[1]) for name, one in portfolio.items()
        ]
        settle_contracts(records)
    assert alone == []


def test_everything_of_the_second_edition_is_known():
    assert KNOWN.unknown == []
    assert KNOWN.varies
    assert KNOWN.tables == {"cohort", "prices", "costs", "rates", "signed"}


# -- prices and costs as running totals -------------------------------------------------------


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_a_running_total_is_rounded_once_however_often_its_price_changes(seed, compiled):
    """Against the sums of days, one by one; with more rows than a block holds in one group."""
    numbers = np.random.default_rng(seed)
    first = date(2025, 1, 15).toordinal()
    count = 12_000 if seed == 0 else 60
    contract = np.sort(numbers.integers(0, 3, count))
    opens = np.full(count, first)
    moved = first + numbers.integers(-40, 500, count)
    ended = np.where(
        numbers.random(count) < 0.5, 4_000_000, moved + numbers.integers(0, 300, count)
    )
    weekly = numbers.integers(-900, 900_000, count)
    foster = numbers.random(count) < 0.5
    of = np.repeat(np.arange(count), numbers.integers(0, 3, count))
    day = moved[of] + numbers.integers(1, 400, len(of))
    day = day[np.lexsort((day, of))]
    keep = ~pd.DataFrame({"of": of, "day": day}).duplicated().to_numpy()
    changes = of[keep], day[keep], numbers.integers(-900, 900_000, int(keep.sum()))
    chains, changed = price_chains(contract, opens, moved, ended, foster, weekly, changes)
    costs = cost_chains(
        contract, opens, moved, np.where(foster, 4_000_000, moved + 20), weekly, weekly // 3, foster
    )
    months = month_columns([(date(2025, 1, 15), date(2026, 3, 9))] * 3)
    found = np.zeros(len(months.period_end), np.int64)
    both = np.concatenate([chains.contract, costs.contract])
    every = in_order([chains, costs], np.argsort(both, kind="stable"))
    first_row = np.searchsorted(every.contract, np.arange(4))
    add_chains(first_row, every, months, found, compiled=compiled)
    expected = np.zeros_like(found)
    for period, end in enumerate(months.period_end.tolist()):
        group = period // (len(found) // 3)
        before = every.saved_before(np.full(len(every), end + 1))
        assert before[every.contract == group].sum() == found[period]
        if count > 60:
            continue
        for row in np.flatnonzero(contract == group).tolist():
            if changed[row]:
                own = [(int(d), int(w)) for o, d, w in zip(*changes, strict=True) if o == row]
                prices = [(int(moved[row]), int(weekly[row])), *sorted(own)]
                parts = 0
                for one in range(max(first, int(moved[row])), min(end, int(ended[row]) - 1) + 1):
                    parts += [price for since, price in prices if since <= one][-1]
                expected[period] += (parts + 3) // 7
            last = end if foster[row] else min(end, int(moved[row]) + 20)
            parts = int(weekly[row]) * max(0, last - max(first, int(moved[row])) + 1)
            if first <= moved[row] <= end:
                parts += 7 * int(weekly[row] // 3)
            expected[period] -= (parts + 3) // 7
    if count == 60:
        assert found.tolist() == expected.tolist()


# -- what is refused --------------------------------------------------------------------------

TERMS = ContractTerms(
    contract="Plymouth", starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31),
    fee=Fraction(599_800),
)  # fmt: skip


def frame(headings, *rows):
    names = ["Contract", *headings.split(", ")]
    return pd.DataFrame([["Plymouth", *row] for row in rows], columns=names, dtype=object)


PLACEMENTS = frame(
    "Child, Residential weekly cost, Family weekly cost, Moved on, Ended on",
    ("C1", 7000.0, 1400.0, date(2025, 10, 1), None),
    ("C2", 7000.0, 1400.0, date(2025, 11, 1), None),
)


def problems_of(**tables):
    with pytest.raises(PortfolioProblem) as raised:
        settle_many([TERMS], PLACEMENTS, **tables)
    return [one.sentence for one in raised.value.problems]


def test_what_does_not_fit_in_the_optional_tables_is_said_with_the_row():
    cohort = frame(
        "Child, Leaves care on", ("C2", date(2025, 10, 1)), ("C1", None), ("C1", date(2026, 1, 1))
    )
    prices = frame("Child, From, Family weekly cost",
                   ("C1", date(2026, 4, 1), 1500), ("C1", date(2026, 4, 1), 1600),
                   ("C2", None, 1600), ("C2", date(2026, 4, 1), -1))  # fmt: skip
    costs = frame("Child, From, To, Weekly", ("C1", date(2026, 4, 1), date(2026, 3, 1), 100))
    rates = frame("Outcome, Weeks, Price", ("Stays", 13, 100), ("stays", 26, 100), ("Long", 0, 5))
    agreed = frame("Month, Payable", ("Sep 2025", None), ("Total", 5))
    found = problems_of(cohort=cohort, prices=prices, costs=costs, rates=rates, agreed=agreed)
    places = [sentence.partition(": found")[0] for sentence in found]
    assert places == [
        "Plymouth: Cohort, row 1, Leaves care on",
        "Plymouth: Cohort, row 3, Child",
        "Plymouth: Prices, row 2, From",
        "Plymouth: Prices, row 3, From",
        "Plymouth: Prices, row 4, Family weekly cost",
        "Plymouth: Costs, row 1, To",
        "Plymouth: Rates, row 2, Weeks",
        "Plymouth: Rates, row 2, From",
        "Plymouth: Rates, row 3, Weeks",
        "Plymouth: Agreed, row 1, Payable",
    ]
    assert "Moved on in Placements, 01/11/2025" in found[0]


def test_a_table_of_the_wrong_contract_and_one_without_its_headings():
    prices = frame("Child, From, Family weekly cost", ("C1", date(2026, 4, 1), 1500))
    prices["Contract"] = "Plymuoth"
    (found,) = problems_of(prices=prices)
    assert found.startswith('Plymuoth: Prices, row 1, Contract: found "Plymuoth"')
    (found,) = problems_of(costs=frame("Child, Weekly", ("C1", 5.0)))
    assert found.startswith("Costs, From: found")


def test_a_table_of_headings_alone_changes_nothing():
    empty = frame("Child, Leaves care on")
    assert rows_of(settle_many([TERMS], PLACEMENTS, cohort=empty)) == rows_of(
        settle_many([TERMS], PLACEMENTS)
    )


def test_a_cohort_of_one_contract_binds_no_other():
    terms = {name: dataclasses.replace(TERMS, contract=name) for name in ("Plymouth", "Torbay")}
    placements = pd.concat([PLACEMENTS, PLACEMENTS.assign(Contract="Torbay")])
    cohort = frame("Child, Leaves care on", ("c1 ", date(2026, 1, 1)))
    settled = settle_many(terms, placements, cohort=cohort)
    last = settled.groupby("contract").last()["children"]
    assert last.to_dict() == {"Plymouth": 0, "Torbay": 2}


def test_a_fee_that_varies_is_worked_out_for_its_own_contract():
    later = Variation("fee", date(2026, 3, 1), Fraction(700_000))
    terms = [TERMS, dataclasses.replace(TERMS, contract="Torbay", variations=(later,))]
    records = [(one, Evidence()) for one in terms]
    names = {one.contract: one for one in terms}
    assert rows_of(settle_contracts(records)) == expected_rows(
        names, {name: Evidence() for name in names}, None
    )


def test_days_of_a_life_in_the_columns_are_those_of_the_calendar():
    """A cost that has ended and one that goes on, by hand."""
    costs = frame(
        "Child, From, To, Weekly, Once",
        ("C1", date(2025, 10, 1), date(2025, 10, 7), 70.0, 5.0),
        ("C1", date(2025, 12, 1), None, 7.0, None),
    )
    plain = settle_many([TERMS], PLACEMENTS)["saving"]
    less = plain - settle_many([TERMS], PLACEMENTS, costs=costs)["saving"]
    days = [(date(2026, 1, 1) - date(2025, 12, 1)).days, 31, 28, 31, 30, 31, 30, 31, 31]
    assert less.tolist() == [0, 7_500, 0, *(100 * number for number in days)]
    assert timedelta(days=sum(days)) == date(2026, 9, 1) - date(2025, 12, 1)
