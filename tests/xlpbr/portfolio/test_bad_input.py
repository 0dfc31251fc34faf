"""Cells and calls that a program may hand to ``settle_many`` and that no sheet holds."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from xlpbr.contract.library import load_contract, terms_table
from xlpbr.portfolio.settle import PortfolioProblem, settle_many

TERMS = {"Plymouth": terms_table(load_contract("plymouth-l04-2526"))}
PRICE, MOVED, ENDED = "Residential weekly cost", "Moved on", "Ended on"
WHOLE = 42_812_408
"""Pence that the two children save by the end."""


def frame(**changed):
    columns = {
        "Contract": ["Plymouth", "Plymouth"],
        "Child": ["C1", "C2"],
        PRICE: [7057.53, 6200.0],
        "Family weekly cost": [1421.10, 1500.0],
        MOVED: pd.to_datetime(["2025-11-01", "2025-11-15"]),
        ENDED: pd.to_datetime([None, "2026-01-10"]),
    }
    named = {"price": PRICE, "moved": MOVED, "ended": ENDED}
    return pd.DataFrame(columns).assign(**{named[name]: new for name, new in changed.items()})


def saved(placements, **more):
    return int(settle_many(TERMS, placements, **more)["saving_to_date"].iloc[-1])


def refusal(placements, **more):
    with pytest.raises(PortfolioProblem) as caught:
        settle_many(TERMS, placements, **more)
    return str(caught.value)


def cells(first, second):
    column = np.empty(2, dtype=object)
    column[:] = [first, second]
    return pd.Series(column, dtype=object)


def test_the_figure_that_the_others_are_compared_with():
    assert saved(frame()) == WHOLE


@pytest.mark.parametrize(
    "price",
    [
        np.array([7057.53, 6200], np.float32),
        pd.array([7057.53, 6200], dtype="Float32"),
        pd.array([7057.53, 6200], dtype=pd.ArrowDtype(pa.float32())),
        cells(np.float32(7057.53), np.int16(6200)),
    ],
)
def test_a_number_of_32_bits_is_the_decimal_number_that_it_prints_as(price):
    assert saved(frame(price=price)) == WHOLE


@pytest.mark.parametrize(
    ("price", "found"),
    [
        (np.array([200_000.25, 6200], np.float32), "200000.25, of which 32 bits do not hold"),
        (np.array([7057.53, 6200], np.float16), "7056.0, of which 16 bits do not hold"),
        (np.array([np.inf, 6200], np.float32), "inf, of which 32 bits"),
        (cells(np.bool_(True), 6200), "TRUE"),
        (cells(pd.NaT, 6200), "nothing"),
        (cells(np.float32("nan"), 6200), "nothing"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_price_that_is_none_is_refused_in_its_row(price, found):
    text = refusal(frame(price=price))
    assert text.startswith(f"Plymouth: Placements, row 1, {PRICE}: found ")
    assert found in text


FAR = np.array(["12000-01-01", "2025-11-15"], "datetime64[s]")


@pytest.mark.parametrize(
    "days",
    [
        FAR,
        cells(pd.Timestamp(FAR[0]), datetime(2025, 11, 15)),
        cells(FAR[0], FAR[1]),
        pd.Series(FAR).dt.tz_localize("UTC"),
    ],
)
def test_a_day_beyond_the_calendar_is_refused_in_its_row(days):
    text = refusal(frame(moved=days))
    assert text.startswith(f'Plymouth: Placements, row 1, {MOVED}: found "12000-01-01')
    assert "expected a date" in text


def test_a_day_beyond_the_calendar_leaves_blank_days_blank():
    text = refusal(frame(ended=np.array(["NaT", "10000-01-01"], "datetime64[s]")))
    assert text.startswith(f'Plymouth: Placements, row 2, {ENDED}: found "10000-01-01"')
    assert "row 1" not in text
    text = refusal(frame(ended=np.array(["2206-12-31", "2026-01-10"], "datetime64[s]")))
    assert text.startswith(f"Plymouth: Placements, row 1, {ENDED}: found the date 31/12/2206")
    assert saved(frame(ended=np.array(["2100-12-31", "2026-01-10"], "datetime64[s]"))) == WHOLE


def test_days_of_numpy_and_missing_ones_among_other_cells():
    assert saved(frame(moved=cells(np.datetime64("2025-11-01T23:00", "ns"), "15/11/2025"))) == WHOLE
    assert saved(frame(ended=cells(pd.NaT, "10/01/2026"))) == WHOLE
    assert saved(frame(ended=cells(np.datetime64("NaT"), "10/01/2026"))) == WHOLE


@pytest.mark.parametrize(
    ("given", "what"), [([["Contract"]], "a list"), (None, "nothing"), (frame()[MOVED], "a Series")]
)
def test_a_table_that_is_no_data_frame(given, what):
    assert f"Placements: found {what}; expected a data frame" in refusal(given)
    if given is not None:
        assert f"Carers: found {what}; expected a data frame" in refusal(frame(), carers=given)


@pytest.mark.parametrize(
    ("given", "what"),
    [(None, "nothing"), (7, "a int"), ("terms.xlsx", "a str"), (pd.DataFrame(), "a DataFrame")],
)
def test_terms_that_are_none(given, what):
    with pytest.raises(PortfolioProblem) as caught:
        settle_many(given, frame())
    assert f"Terms: found {what}; expected the terms of each contract" in str(caught.value)


@pytest.mark.parametrize(
    ("as_at", "found"),
    [
        ("soon", '"soon"'),
        (pd.NaT, "no date"),
        (float("nan"), "nan"),
        (True, "TRUE"),
        (1e9, "1000000000"),
        (pd.Series([date(2026, 3, 31)]), '"a Series"'),
        ({"plymouth": "soon"}, '"soon"'),
        ({"plymouth": pd.NaT}, "no date"),
    ],
)
def test_a_last_day_that_is_none(as_at, found):
    text = refusal(frame(), as_at=as_at)
    assert f"as_at: found {found}; expected a date" in text
    assert text.startswith("Plymouth: ") == isinstance(as_at, dict)


@pytest.mark.parametrize(
    "as_at", [np.datetime64("2026-03-31"), pd.Timestamp("2026-03-31 23:59"), 46112, "31/03/2026"]
)
def test_a_last_day_of_every_kind(as_at):
    assert saved(frame(), as_at=as_at) == saved(frame(), as_at=date(2026, 3, 31)) == 15_918_585
