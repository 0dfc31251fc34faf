"""PBR_STATEMENT against the first edition's worked out day by day, to the penny, in every cell.

Without a table, column or term of the second edition no figure changes; that edition is held in
``tests/test_life_against_brute_force.py``.
"""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings

from tests.support import brute_force
from tests.support.brute_force import CarerRow, ClaimRow, Contract, Evidence, PlacementRow
from tests.support.examples import through_cells
from tests.support.strategies import OPTIONS, cases, field_name, serial, tables
from xlpbr import functions

CONTRACT = Contract(
    starts_on=date(2024, 1, 31),
    ends_on=date(2025, 4, 29),
    fee=599_800.0,
    carer_fee=10_000.0,
    bonus_threshold=300_000.0,
    bonus_rate=0.1,
    contract_maximum=500_000.0,
)
EVIDENCE = Evidence(
    placements=[
        PlacementRow("C1", 7057.53, 1421.1, date(2024, 2, 29), date(2024, 7, 1)),
        PlacementRow("C1", 7057.53, 1300.005, date(2024, 7, 1), None, True, "reunified"),
        PlacementRow("C2", 6200.123, 1500.0, date(2024, 1, 1), None),
        PlacementRow("C3", 5000.0, 1000.0, date(2024, 3, 1), date(2024, 3, 1)),
        PlacementRow("C4", 5000.0, 1000.0, date(2024, 3, 1), None, False),
        PlacementRow("C5", None, None, None),
    ],
    carers=[
        CarerRow("h1 ", date(2024, 3, 31), "c1"),
        CarerRow("H1", date(2024, 5, 1), "C1"),
        CarerRow("H2", date(2024, 6, 30), "C9"),
    ],
    claims=[ClaimRow(date(2024, 3, 17), 40_000.0), ClaimRow(date(2024, 5, 1), 1234.56)],
)


def assert_same_table(table: list[list], expected: list[list]) -> None:
    """Every cell equal, with no tolerance; a failure names the month and the heading."""
    got = brute_force.first_edition(table)
    assert got[0] == expected[0]
    assert [row[0] for row in got[1:]] == [row[0] for row in expected[1:]]
    wrong = [
        f"{expected_row[0]:%b %Y} {heading}: {got_cell!r}, expected {expected_cell!r}"
        for got_row, expected_row in zip(got[1:], expected[1:], strict=True)
        for heading, got_cell, expected_cell in zip(got[0], got_row, expected_row, strict=True)
        if got_cell != expected_cell
    ]
    assert wrong == []


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(cases())
@example((CONTRACT, EVIDENCE, None))
@example((CONTRACT, EVIDENCE, date(2024, 2, 29)))
def test_every_cell_of_the_statement(case: tuple[Contract, Evidence, date | None]) -> None:
    contract, evidence, as_at = case
    expected = brute_force.as_cells(brute_force.statement(contract, evidence, as_at))
    got = functions.pbr_statement(*tables(contract, evidence), as_at)
    assert_same_table(got, expected)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(cases())
@example((CONTRACT, EVIDENCE, None))
def test_every_cell_of_the_statement_through_cells(
    case: tuple[Contract, Evidence, date | None],
) -> None:
    """The same with the tables in the cells of a calculated workbook."""
    contract, evidence, as_at = case
    expected = brute_force.as_cells(brute_force.statement(contract, evidence, as_at))
    got = through_cells("PBR_STATEMENT", [*tables(contract, evidence), as_at])
    for row in expected[1:]:
        row[0] = serial(row[0])
    assert brute_force.first_edition(got) == expected


@pytest.mark.parametrize("fee_months", [None, 1, 7, 12, 15, 30])
@pytest.mark.parametrize("savings_reading", OPTIONS["Savings reading"])
@pytest.mark.parametrize("fee_period", OPTIONS["Fee period"])
@pytest.mark.parametrize("basis", OPTIONS["Pro rata basis"])
@pytest.mark.parametrize("fee_reading", OPTIONS["Fee reading"])
def test_every_reading_of_the_fee(
    fee_reading: str, basis: str, fee_period: str, savings_reading: str, fee_months: int | None
) -> None:
    contract = dataclasses.replace(
        CONTRACT,
        fee_reading=fee_reading,
        pro_rata_basis=basis,
        fee_period=fee_period,
        savings_reading=savings_reading,
        fee_months=fee_months,
    )
    expected = brute_force.as_cells(brute_force.statement(contract, EVIDENCE))
    assert_same_table(functions.pbr_statement(*tables(contract, EVIDENCE)), expected)


@pytest.mark.parametrize("vat", OPTIONS["VAT reading"])
@pytest.mark.parametrize("maximum", OPTIONS["Maximum reading"])
@pytest.mark.parametrize("counts", OPTIONS["Bonus counts"])
@pytest.mark.parametrize("shape", OPTIONS["Bonus shape"])
@pytest.mark.parametrize("measure", OPTIONS["Bonus measure"])
def test_every_reading_of_bonus_maximum_and_vat(
    measure: str, shape: str, counts: str, maximum: str, vat: str
) -> None:
    contract = dataclasses.replace(
        CONTRACT,
        bonus_measure=measure,
        bonus_shape=shape,
        bonus_counts=counts,
        maximum_reading=maximum,
        vat_reading=vat,
    )
    expected = brute_force.as_cells(brute_force.statement(contract, EVIDENCE))
    assert_same_table(functions.pbr_statement(*tables(contract, EVIDENCE)), expected)


@pytest.mark.parametrize(
    "as_at",
    [
        CONTRACT.starts_on - timedelta(days=1),
        CONTRACT.starts_on,
        CONTRACT.starts_on + timedelta(days=1),
        date(2024, 12, 31),
        CONTRACT.ends_on - timedelta(days=1),
        CONTRACT.ends_on,
        CONTRACT.ends_on + timedelta(days=400),
    ],
)
def test_as_at_on_the_days_that_matter(as_at: date) -> None:
    expected = brute_force.as_cells(brute_force.statement(CONTRACT, EVIDENCE, as_at))
    assert_same_table(functions.pbr_statement(*tables(CONTRACT, EVIDENCE), as_at), expected)


@pytest.mark.parametrize("offset", [-2, -1, 0, 1])
@pytest.mark.parametrize("months", [1, 6, 13])
@pytest.mark.parametrize("start_day", [1, 15, 29, 30, 31])
def test_whole_months_of_a_programme_that_ends_about_an_anniversary(
    start_day: int, months: int, offset: int
) -> None:
    """The smallest number of months that reaches Ends on, a day more or less at a time."""
    starts_on = date(2024, 1, start_day)
    contract = dataclasses.replace(
        CONTRACT,
        starts_on=starts_on,
        ends_on=brute_force.edate(starts_on, months) + timedelta(days=offset),
        pro_rata_basis="whole_months",
    )
    expected = brute_force.as_cells(brute_force.statement(contract, EVIDENCE))
    assert_same_table(functions.pbr_statement(*tables(contract, EVIDENCE)), expected)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(cases(most_children=3))
@example((CONTRACT, EVIDENCE, None))
def test_readings_are_statements_with_one_term_changed(
    case: tuple[Contract, Evidence, date | None],
) -> None:
    contract, evidence, as_at = case
    terms, placements, carers, _ = tables(contract, evidence)

    def total(tried: Contract) -> int:
        rows = brute_force.statement(tried, evidence, as_at)
        return int(rows[-1][11] * 100) if rows else 0

    in_use = total(contract)
    expected = {}
    for term, options in OPTIONS.items():
        for option in options:
            tried = total(dataclasses.replace(contract, **{field_name(term): option}))
            chosen = "yes" if getattr(contract, field_name(term)) == option else "no"
            expected[term, option] = [chosen, tried / 100, (tried - in_use) / 100]
    got = functions.pbr_readings(terms, placements, carers, as_at)
    assert got[0] == ["Term", "Option", "In use", "Total payable", "Difference"]
    found = {(row[0], row[1]): row[2:] for row in got[1:] if row[0] in OPTIONS}
    assert found == {key: row for key, row in expected.items() if key in found}
    # What the contract cannot reach is left out, and would change nothing.
    left_out = [row for key, row in expected.items() if key not in found]
    assert all(difference == 0 for _, _, difference in left_out)


def test_the_day_by_day_statement_gives_the_figures_that_can_be_worked_by_hand() -> None:
    """Ten children moving in month 7 of 12: the fee at stake, by each reading of the fee."""
    contract = Contract(date(2025, 9, 1), date(2026, 8, 31), fee=599_800.0)
    evidence = Evidence(
        [
            PlacementRow(f"C{n}", 368_000 * 7 / 365, 74_100 * 7 / 365, date(2026, 3, 1))
            for n in range(10)
        ]
    )
    by_reading = {}
    for reading in OPTIONS["Fee reading"]:
        rows = brute_force.statement(dataclasses.replace(contract, fee_reading=reading), evidence)
        by_reading[reading] = [float(rows[8][6]), float(rows[11][6])]
    assert by_reading == {
        "catch_up": [449_850.0, 599_800.0],
        "no_catch_up": [149_950.0, 299_900.0],
        "up_to_cap": [599_800.0, 599_800.0],
    }
