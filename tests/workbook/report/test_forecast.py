"""The forecast in the report: the figures of the function, how they were made, where none is."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.support.golden import AS_AT, sample_assumptions, sample_source
from tests.support.opened import opened
from tests.support.report_book import (
    SHEETS,
    WITH_FORECAST,
    given_tables,
    lines_of,
    parts_of,
    report_of,
    table_of,
)
from xlpbr.contract.assumptions import ASSUMPTIONS
from xlpbr.forecast.run import Forecast, forecast
from xlpbr.tables.assumptions import read_assumptions
from xlpbr.tables.evidence import read_contract


def expected_forecast(**changes: object) -> Forecast:
    terms, placements, carers, claims = given_tables()
    assumptions = read_assumptions(sample_assumptions(**changes)).record
    return forecast(*read_contract(terms, placements, carers, claims), assumptions, as_at=AS_AT)


def pounds(pence: int) -> float:
    return pence / 100


def test_the_forecast_is_that_of_the_function(ahead: Path) -> None:
    assert opened(ahead).sheetnames == WITH_FORECAST
    heading, *rows = table_of(ahead, "Forecast")
    found = expected_forecast()
    assert [row[0] for row in rows] == [month.month for month in found.months]
    assert len(rows) == 18
    for row, month in zip(rows, found.months, strict=True):
        by_heading = dict(zip(heading, row, strict=True))
        for figure in ("saving", "payable", "net_saving"):
            spread = getattr(month, f"{figure}_to_date")
            name = f"{figure.capitalize().replace('_', ' ')} to date"
            got = [by_heading[f"{name}, {rank} percentile"] for rank in ("10th", "50th", "90th")]
            assert got == [pounds(spread.p10), pounds(spread.p50), pounds(spread.p90)]
            if figure != "net_saving":
                assert by_heading[f"{name}, 90th less 10th"] == pounds(spread.p90 - spread.p10)
        assert by_heading["Contract maximum"] == 1_000_000
    assert rows[-1][4] > 100_000


def test_the_forecast_says_how_it_was_made_and_how_it_is_read(ahead: Path) -> None:
    words = " ".join(lines_of(ahead, "Forecast"))
    found = expected_forecast()
    assert (
        "1,000 scenarios of what may come after 31 October 2026, each settled by the contract's own"
        " rules." in words
    )
    assert "Seed: 1; the same seed gives the same figures." in words
    assert "in 1 scenario of 10 a figure was its 10th percentile or less" in words
    last = found.months[-1]
    assert f"the council saves £{last.saving_to_date.p50 / 100:,.2f}" in words
    assert f"between £{last.net_saving_to_date.p10 / 100:,.2f} and" in words
    chances = (found.fee_earned, found.threshold_passed, found.maximum_binds)
    assert all(chance is not None for chance in chances)
    fee, bonus, maximum = (f"{float(chance or 0):.1%}" for chance in chances)
    assert (
        f"Chances: the fee is fully earned in {fee} of the scenarios, the bonus threshold is passed"
        f" in {bonus}, more is owed than the contract maximum in {maximum}, so that it binds."
        in words
    )
    most = found.sensitivities[0]
    assert f"What moves the net saving most, one at a time: {most.label}, " in words
    assert f"(£{abs(most.difference) / 100:,.2f} apart)" in words


def test_a_contract_without_bonus_or_maximum_says_so(tmp_path: Path) -> None:
    name = "cheshire-east-2026"
    source = sample_source(name, assumptions=sample_assumptions(name))
    target = report_of(tmp_path / "r.xlsx", source)
    words = " ".join(lines_of(target, "Forecast"))
    assert "there is no bonus, there is no contract maximum." in words
    assert "Contract maximum" not in table_of(target, "Forecast")[0]


def test_every_assumption_stands_with_what_it_moves(ahead: Path) -> None:
    rows = {row[0]: row[1:] for row in table_of(ahead, "Assumptions")[1:]}
    assert list(rows) == [assumption.label for assumption in ASSUMPTIONS]
    given = {row[0]: row[1] for row in sample_assumptions()[1:]}
    assert {label: row[0] for label, row in rows.items()} == given
    found = expected_forecast()
    assert len(found.sensitivities) > 4
    tried = {one.label: one for one in found.sensitivities}
    for label, row in rows.items():
        one = tried.pop(label.removesuffix(", likely"), None)
        trial = ["[z]"] * 5
        if one is not None:
            trial = [
                float(one.low), float(one.high),
                *map(pounds, (one.net_at_low, one.net_at_high, one.difference)),
            ]  # fmt: skip
        assert row[3:] == trial
    assert tried == {}


def test_the_fan_charts_of_the_report_say_what_they_show(ahead: Path) -> None:
    parts = parts_of(ahead)
    words = re.findall(r'descr="([^"]*)"', parts["xl/drawings/drawing2.xml"].decode())
    last = expected_forecast().months[-1]
    assert len(words) == 2
    assert f"a saving to date of £{last.saving_to_date.p50 / 100:,.2f}; the band goes" in words[0]
    assert f"to £{last.payable_to_date.p90 / 100:,.2f}. A level line" in words[1]
    sheet = opened(ahead)["Forecast"]
    (table,) = sheet.tables.values()
    first, end = sheet[table.ref][1][0].row, sheet[table.ref][-1][0].row
    for part in ("xl/charts/chart4.xml", "xl/charts/chart5.xml"):
        places = re.findall(r"<c:f>Forecast!([^<]+)</c:f>", parts[part].decode())
        assert len(places) >= 6
        for place in places:
            values = [cell.value for (cell,) in sheet[place.replace("$", "")]]
            assert [sheet[place][0][0].row, sheet[place][-1][0].row] == [first, end]
            assert all(isinstance(value, int | float | datetime) for value in values)


def test_with_nothing_to_forecast_there_is_no_forecast(tmp_path: Path) -> None:
    whens = ("months_1_to_3", "months_4_to_12", "after_month_12")
    changes: dict[str, object] = {f"Break-down_chance_a_month,_{when}": None for when in whens}
    changes["Children_still_to_move"] = None
    source = sample_source(assumptions=sample_assumptions(**changes))
    target = report_of(tmp_path / "r.xlsx", source)
    assert opened(target).sheetnames == SHEETS
    counted = [row for row in table_of(target, "Checks") if row[1] == "Assumptions"]
    assert [row[0] for row in counted] == ["Rows accounted for"]


@pytest.mark.slow
def test_a_chance_of_a_break_down_alone_is_a_forecast(tmp_path: Path) -> None:
    source = sample_source(assumptions=sample_assumptions(Children_still_to_move=0))
    target = report_of(tmp_path / "r.xlsx", source)
    assert opened(target).sheetnames == WITH_FORECAST


def test_what_is_wrong_with_the_assumptions_stops_the_forecast_alone(tmp_path: Path) -> None:
    source = sample_source(assumptions=sample_assumptions(Share_reunified=5))
    target = report_of(tmp_path / "r.xlsx", source)
    assert opened(target).sheetnames == SHEETS
    problem = table_of(target, "Checks")[-1]
    assert problem[0] == "Problem in the data"
    assert problem[1] == "Assumptions, row 13, Share reunified"
    assert problem[2] == "5"
    early = sample_assumptions(First_month_of_moves=date(2026, 10, 1))
    report_of(target, sample_source(assumptions=early))
    assert opened(target).sheetnames == SHEETS
    (refused,) = (row for row in table_of(target, "Checks") if row[0] == "No forecast")
    assert "found October 2026; expected a month that ends after As at" in refused[2]
