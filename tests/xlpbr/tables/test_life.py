"""The optional tables and the terms of the second edition: read, refused, and looked at."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from xlpbr import functions
from xlpbr.errors import CellError

STARTS, ENDS = date(2026, 1, 1), date(2026, 12, 31)
TERMS: list[list[Any]] = [
    ["Term", "Value", "From"],
    ["Starts on", STARTS, None],
    ["Ends on", ENDS, None],
    ["Fee", 120000, None],
    ["Cohort size", 2, None],
]
PLACEMENTS: list[list[Any]] = [
    ["Child", "Type", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on",
     "Ended because", "Agreed"],
    ["C01", "foster", 7000, 1400, date(2026, 2, 2), None, None, "yes"],
    ["C02", "kinship", 7000, 1400, date(2026, 3, 2), date(2026, 6, 1), "planned move", "yes"],
]  # fmt: skip
TABLES: dict[str, list[list[Any]]] = {
    "carers": [["Household", "Approved on", "Child"], ["H01", date(2026, 1, 20), "C01"]],
    "claims": [["Month", "Invoiced", "Invoice number", "VAT"], ["May 2026", 100, "A1", 20]],
    "cohort": [["Child", "Leaves care on"], ["C01", date(2026, 11, 1)], ["C02", None]],
    "prices": [
        ["Child", "From", "Residential weekly cost", "Family weekly cost"],
        ["C01", date(2026, 4, 1), 7200, None],
    ],
    "costs": [
        ["Child", "From", "To", "Weekly", "Once", "What", "Agreed"],
        ["C01", date(2026, 2, 2), date(2026, 3, 1), 7000, None, "notice", "yes"],
    ],
    "rates": [["Outcome", "Weeks", "Price", "From", "To"], ["13 weeks", 13, 5000, None, None]],
    "agreed": [["Month", "Payable", "Adjustment"], ["Jan 2026", 0, None]],
    "budget": [["Year", "Saving", "Cost"], ["2025/26", 40000, 20000]],
}


def with_rows(table: str, *rows: list[Any]) -> dict[str, list[list[Any]]]:
    """All tables, with further rows in one of them."""
    return TABLES | {table: [*TABLES[table], *rows]}


def with_terms(*rows: list[Any]) -> list[list[Any]]:
    """The terms with further rows."""
    return [*TERMS, *([*row, None][:3] for row in rows)]


def refusal(**changed: Any) -> CellError:
    """Why there is no statement."""
    given = {"terms": TERMS, "placements": PLACEMENTS} | TABLES | changed
    del given["budget"]
    with pytest.raises(CellError) as caught:
        functions.pbr_statement(**given)
    return caught.value


def found(**changed: Any) -> list[list[Any]]:
    """What PBR_CHECK says, without its headings."""
    given = {"terms": TERMS, "placements": PLACEMENTS} | TABLES | changed
    return functions.pbr_check(**given)[1:]


def test_a_clean_life_has_no_problem():
    assert [row[3] for row in found()] == ["no problems"]


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_table_with_headings_only_is_a_blank_argument(table):
    empty = dict.fromkeys(TABLES) | {table: TABLES[table][:1]}
    assert [row[3] for row in found(**empty)] == ["no problems"]


@pytest.mark.parametrize(
    ("table", "row", "code", "said"),
    [
        ("prices", ["C01", date(2026, 4, 1), 7300, None], "#VALUE!",
         "Prices, row 2, From: found 01/04/2026 a second time"),
        ("prices", ["C01", None, 7300, None], "#VALUE!", "Prices, row 2, From: "),
        ("prices", ["C01", date(2026, 5, 1), -1, None], "#NUM!",
         "Prices, row 2, Residential weekly cost: found -1"),
        ("costs", ["C01", date(2026, 5, 1), date(2026, 4, 30), 10, None, "", "yes"], "#NUM!",
         "Costs, row 2, To: found 30/04/2026; expected a day on or after From, 01/05/2026"),
        ("costs", ["C01", None, None, 10, None, "", "yes"], "#VALUE!", "Costs, row 2, From: "),
        ("costs", ["C01", date(2026, 5, 1), None, "ten", None, "", "yes"], "#VALUE!",
         'Costs, row 2, Weekly: found "ten"'),
        ("rates", ["26 weeks", 0, 5000, None, None], "#NUM!", "Rates, row 2, Weeks: found 0"),
        ("rates", ["26 weeks", 1.5, 5000, None, None], "#NUM!", "Rates, row 2, Weeks: found 1.5"),
        ("rates", ["13 weeks", 14, 5000, None, None], "#VALUE!",
         "Rates, row 2, Weeks: found 14; expected 13, as in row 1"),
        ("rates", ["13 Weeks", 13, 6000, date(2026, 6, 1), None], "#VALUE!",
         "Rates, row 2, From: found a price from 01/06/2026"),
        ("rates", ["26 weeks", 26, -1, None, None], "#NUM!", "Rates, row 2, Price: found -1"),
        ("rates", ["26 weeks", 26, 1, date(2026, 6, 2), date(2026, 6, 1)], "#NUM!",
         "Rates, row 2, To: found 01/06/2026"),
        ("cohort", ["C01", date(2026, 12, 1)], "#VALUE!", "Cohort, row 3, Child: "),
        ("agreed", ["Feb 2026", None, None], "#VALUE!", "Agreed, row 2, Payable: "),
        ("agreed", ["nonsense", 1, None], "#VALUE!", 'Agreed, row 2, Month: found "nonsense"'),
    ],
)  # fmt: skip
def test_what_does_not_fit_stops_the_figures(table, row, code, said):
    error = refusal(**with_rows(table, row))
    assert error.code == code
    assert error.message.startswith(said), error.message


@pytest.mark.parametrize(
    ("cohort", "said"),
    [
        ([["Child", "Leaves care on"], ["C01", date(2026, 2, 1)], ["C02", None]],
         "Cohort, row 1, Leaves care on: found 01/02/2026; expected a day on or after Moved on in"
         " Placements, 02/02/2026"),
    ],
)  # fmt: skip
def test_a_child_cannot_leave_before_it_moves(cohort, said):
    error = refusal(cohort=cohort)
    assert (error.code, error.message.startswith(said)) == ("#NUM!", True), error.message


@pytest.mark.parametrize("year", ["2025/27", "next year", "25/26"])
def test_a_year_that_is_none_is_refused(year):
    rows = found(**with_rows("budget", [year, 1, 1]))
    assert [row[:3] for row in rows] == [["Budget", 2.0, "Year"]]
    with pytest.raises(CellError, match="#VALUE! Budget, row 2, Year"):
        functions.pbr_years(TERMS, PLACEMENTS, budget=[*TABLES["budget"], [year, 1, 1]])


@pytest.mark.parametrize("year", ["2025/26", "2025-26", "2025\u201326", date(2026, 3, 31), 46082])
def test_a_year_is_read_as_it_is_written(year):
    table = functions.pbr_years(
        TERMS, PLACEMENTS, budget=[["Year", "Saving", "Cost"], [year, 40000, 20000]]
    )
    assert table[1][0] == "2025/26"
    assert table[1][6:8] == [40000.0, 20000.0]


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        ([["Fee reading", "up_to_cap", date(2026, 6, 1)]], "#VALUE!",
         "Terms, row 5, From: found the date 01/06/2026; expected no day: Fee reading cannot change"
         " from a day on; the terms that can are: Fee, Carer fee, Bonus threshold, Bonus rate,"
         " Contract maximum and Break-down amount"),
        ([["Fee", 1, date(2026, 6, 1)], ["Fee", 2, date(2026, 6, 1)]], "#VALUE!",
         "Terms, row 6, Fee: found the term a second time from 01/06/2026"),
        ([["Fee", 1, "June"]], "#VALUE!", 'Terms, row 5, From: found "June"'),
        ([["Fee", -1, date(2026, 6, 1)]], "#NUM!", "Terms, row 5, Fee: found -1"),
        ([["Break-down window", "phase"]], "#VALUE!",
         "Terms, Phase starts on: found nothing; expected a date, because Break-down window is"),
        ([["Bonus savings", "phase"]], "#VALUE!", "Terms, Phase starts on: found nothing"),
        ([["Phase starts on", date(2027, 1, 1)]], "#NUM!", "Terms, Phase starts on: found 01/01/"),
        ([["Bonus measured on", date(2025, 12, 31)]], "#NUM!", "Terms, Bonus measured on: found"),
        ([["Terminated on", date(2027, 1, 1)]], "#NUM!", "Terms, Terminated on: found 01/01/2027"),
        ([["Phase starts on", date(2026, 7, 1)], ["Bonus savings", "phase"],
          ["Bonus measured on", date(2026, 6, 30)]], "#NUM!",
         "Terms, Phase starts on: found 01/07/2026; expected a day on or before the day that the"),
        ([["Fee share", 1.5]], "#NUM!", "Terms, row 5, Fee share: found 1.5"),
        ([["Break-down months", 0]], "#NUM!", "Terms, row 5, Break-down months: found 0"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_stop_the_figures(rows, code, said):
    error = refusal(terms=with_terms(*rows))
    assert error.code == code
    assert error.message.startswith(said), error.message


def test_a_reimbursement_needs_an_amount():
    terms = [row for row in with_terms(["Break-down reimbursement", "whole"])
             if row[0] != "Cohort size"]  # fmt: skip
    error = refusal(terms=terms)
    assert error.code == "#VALUE!"
    assert error.message.startswith("Terms, Break-down amount: found nothing; expected an amount")


@pytest.mark.parametrize(
    ("table", "row", "place", "what"),
    [
        ("prices", ["C09", date(2026, 4, 1), 7300, None], ("Prices", 2.0, "Child"), '"C09"'),
        ("prices", ["C01", date(2026, 2, 2), 7300, None], ("Prices", 2.0, "From"), "02/02/2026"),
        ("prices", ["C02", date(2026, 7, 1), 7300, None], ("Prices", 2.0, "From"), "01/07/2026"),
        ("prices", ["C01", date(2040, 1, 1), 7300, None], ("Prices", 2.0, "From"), "01/01/2040"),
        ("prices", ["C01", date(2026, 8, 1), None, None],
         ("Prices", 2.0, "Residential weekly cost"), "nothing, and no Family weekly cost"),
        ("costs", ["C09", date(2026, 4, 1), None, 10, None, "", "yes"],
         ("Costs", 2.0, "Child"), '"C09"'),
        ("costs", ["C02", date(2026, 4, 1), None, 10, None, "", "yes"],
         ("Costs", 2.0, "To"), "nothing"),
        ("costs", ["C01", date(2026, 1, 5), date(2026, 3, 1), 10, None, "", "yes"],
         ("Costs", 2.0, "From"), "05/01/2026"),
        ("costs", ["C01", date(2026, 3, 5), date(2046, 3, 1), 10, None, "", "yes"],
         ("Costs", 2.0, "To"), "01/03/2046"),
        ("costs", ["C01", date(2026, 3, 5), date(2026, 3, 6), None, None, "x", "yes"],
         ("Costs", 2.0, "Weekly"), "nothing, and nothing under Once"),
        ("costs", ["C01", date(2026, 3, 5), date(2026, 3, 6), 10, None, "x", "disputed"],
         ("Costs", 2.0, "Agreed"), '"disputed"'),
        ("costs", ["C01", date(2026, 3, 5), date(2026, 3, 6), 10, None, "x", ""],
         ("Costs", 2.0, "Agreed"), "nothing"),
        ("cohort", ["C\u200b01", date(2026, 11, 1)], ("Cohort", 3.0, "Child"), "a second time"),
        ("agreed", ["Feb 2026", 1, None], ("Agreed", 2.0, "Payable"), "£1.00 agreed for February"),
        ("agreed", ["Jan 2027", 1, None], ("Agreed", 2.0, "Month"), "January 2027"),
        ("agreed", ["Dec 2025", 1, None], ("Agreed", 2.0, "Month"), "December 2025"),
        ("agreed", ["Dec 2026", 1, None], ("Agreed", "", "Payable"), "carried out of December"),
        ("budget", ["2031/32", 1, 1], ("Budget", 2.0, "Year"), "2031/32"),
        ("claims", ["Jun 2026", 100, "A1", 20], ("Claims", 2.0, "Invoice number"), '"A1"'),
        ("claims", ["Jun 2026", 100, "A2", "n/a"], ("Claims", 2.0, "VAT"), '"n/a"'),
        ("carers", ["H02", date(2026, 2, 1), "C09"], ("Carers", 2.0, "Child"), '"C09"'),
    ],
)  # fmt: skip
def test_what_a_person_should_look_at(table, row, place, what):
    said = [tuple(one) for one in found(**with_rows(table, row))]
    assert [one for one in said if one[:3] == place and what in one[3]], said
    functions.pbr_statement(
        TERMS, PLACEMENTS, **{k: v for k, v in with_rows(table, row).items() if k != "budget"}
    )


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([["Programme months", 11]], ("Terms", "", "Programme months")),
        ([["Bonus threshold", 1], ["Bonus rate", 0.1], ["Bonus savings", "programme"]],
         ("Terms", 7.0, "Bonus savings")),
        ([["Bonus threshold", 1, date(2026, 6, 1)]], ("Terms", "", "Bonus rate")),
    ],
)  # fmt: skip
def test_terms_to_look_at(rows, place):
    said = [tuple(one[:3]) for one in found(terms=with_terms(*rows))]
    assert place in said


def test_the_months_that_the_contract_states_are_right():
    assert [row[3] for row in found(terms=with_terms(["Programme months", 12]))] == ["no problems"]


def test_a_child_that_is_not_in_the_cohort_is_named():
    cohort = [["Child"], ["C01"]]
    rows = [row for row in found(cohort=cohort) if row[0] == "Placements"]
    assert [row[:4] for row in rows] == [["Placements", 2.0, "Child", '"C02"']]


def test_why_it_ended_without_a_day_is_named():
    placements = [
        *PLACEMENTS,
        ["C03", "foster", 1000, 100, date(2026, 5, 1), None, "left care", "yes"],
    ]
    rows = found(placements=placements, cohort=None)
    assert ["Placements", 3.0, "Ended because"] in [row[:3] for row in rows]


def test_other_kinds_of_hyphen_are_one_child_in_every_table():
    placements = [PLACEMENTS[0], ["C-01", *PLACEMENTS[1][1:]]]
    prices = [TABLES["prices"][0], ["C\u201101", *TABLES["prices"][1][1:]]]
    given = {"placements": placements, "prices": prices, "cohort": None, "costs": None,
             "carers": None}  # fmt: skip
    rows = found(**given)
    assert ["Prices", 1.0, "Child"] in [row[:3] for row in rows]
    lines = functions.pbr_lines(TERMS, placements, "Apr 2026", prices=prices)
    assert lines[1][5] == 7200.0


def test_a_variation_holds_from_its_day_and_a_blank_one_is_the_default():
    terms = with_terms(["Fee", 240000, date(2026, 7, 1)], ["Fee", None, date(2026, 10, 1)])
    rows = functions.pbr_statement(terms, PLACEMENTS)
    place = rows[0].index("Fee entitlement to date")
    assert [row[place] for row in rows[1:]] == [
        10000.0, 20000.0, 30000.0, 40000.0, 50000.0, 60000.0, 80000.0, 100000.0, 120000.0,
        120000.0, 120000.0, 120000.0,
    ]  # fmt: skip


def test_a_row_of_a_child_outside_the_cohort_stops_nothing():
    overlapping = [
        ["C03", "foster", 1000, 100, date(2026, 5, 1), None, None, "yes"],
        ["C03", "foster", None, 100, date(2026, 6, 1), None, None, "yes"],
    ]
    placements = [*PLACEMENTS, *overlapping]
    with_cohort = functions.pbr_statement(TERMS, placements, cohort=TABLES["cohort"])
    assert with_cohort == functions.pbr_statement(TERMS, PLACEMENTS, cohort=TABLES["cohort"])
    assert refusal(placements=placements, cohort=None).code == "#VALUE!"
