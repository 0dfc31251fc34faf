"""The Assumptions table: every row read, and what is said of what cannot be used."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from xlpbr import functions
from xlpbr.contract.assumptions import ASSUMPTIONS, Assumptions
from xlpbr.contract.library import CONTRACT_NAMES, assumptions_table, load_contract, terms_table
from xlpbr.errors import CellError
from xlpbr.tables import checks
from xlpbr.tables import terms as term_rows
from xlpbr.tables.assumptions import ASSUMPTIONS_TABLE, outside_the_programme, read_assumptions

GOOD = {
    "Children still to move": 12,
    "First month of moves": "Oct 2026",
    "Moves a month": 1.5,
    "Residential weekly cost, low": 6000,
    "Residential weekly cost, likely": "£7,000.50",
    "Residential weekly cost, high": 8000,
    "Family weekly cost, likely": 1400,
    "Break-down chance a month, months 1 to 3": "5%",
    "Break-down chance a month, months 4 to 12": 0.02,
    "Share reunified": 0.125,
    "Carer households a move": 0.6,
}


def table(**changed: object) -> list[list[object]]:
    rows = {**GOOD, **{LABELS[name]: value for name, value in changed.items()}}
    return [["Assumption", "Value"], *([label, value] for label, value in rows.items())]


LABELS = {assumption.field_name: assumption.label for assumption in ASSUMPTIONS}


def said(rows: list[list[object]]) -> list[tuple[int | None, str, str, str, str, str | None]]:
    found = read_assumptions(rows).problems
    return [(p.row, p.column, p.found, p.expected, p.remedy, p.code) for p in found]


def test_every_row_is_read_exactly():
    found = read_assumptions(table())
    assert found.problems == ()
    assumed = found.record
    assert assumed == Assumptions(
        children=12,
        first_month=date(2026, 10, 1),
        moves_a_month=Fraction(3, 2),
        residential_low=Fraction(6000),
        residential_likely=Fraction("7000.5"),
        residential_high=Fraction(8000),
        family_likely=Fraction(1400),
        break_down_early=Fraction(1, 20),
        break_down_middle=Fraction(1, 50),
        share_reunified=Fraction(1, 8),
        households=Fraction(3, 5),
    )
    assert assumed.residential == (6000, Fraction("7000.5"), 8000)
    assert assumed.family == (1400, 1400, 1400)
    chances = [assumed.break_down_chance(month) for month in (1, 3, 4, 12, 13, 500)]
    assert chances == [Fraction(1, 20)] * 2 + [Fraction(1, 50)] * 2 + [0, 0]


def test_the_labels_are_those_of_the_table_in_their_order():
    assert [assumption.label for assumption in ASSUMPTIONS] == [
        "Children still to move",
        "First month of moves",
        "Moves a month",
        "Residential weekly cost, low",
        "Residential weekly cost, likely",
        "Residential weekly cost, high",
        "Family weekly cost, low",
        "Family weekly cost, likely",
        "Family weekly cost, high",
        "Break-down chance a month, months 1 to 3",
        "Break-down chance a month, months 4 to 12",
        "Break-down chance a month, after month 12",
        "Share reunified",
        "Carer households a move",
    ]


def test_a_table_without_a_value_assumes_nothing():
    blank = [["Assumption", "Value"], *([label, None] for label in LABELS.values())]
    assert read_assumptions(blank).record == Assumptions()
    assert read_assumptions(blank).problems == ()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"break_down_early": 5},
            (8, "Break-down chance a month, months 1 to 3", "5",
             "a share from 0 to 1, such as 0.05 or 5%",
             "Write it as a fraction or a percentage: 5%.", "#NUM!"),
        ),
        (
            {"share_reunified": "150%"},
            (10, "Share reunified", '"150%"', "a share from 0 to 1, such as 0.05 or 5%",
             "Correct the value.", "#NUM!"),
        ),
        (
            {"break_down_middle": -0.1},
            (9, "Break-down chance a month, months 4 to 12", "-0.1",
             "a share from 0 to 1, such as 0.05 or 5%", "Correct the value.", "#NUM!"),
        ),
        (
            {"residential_low": 7500},
            (4, "Residential weekly cost, low", "£7,500.00",
             "at most the likely cost, £7,000.50", "Correct one of the two prices.", "#NUM!"),
        ),
        (
            {"family_high": 1399.99},
            (12, "Family weekly cost, high", "£1,399.99", "at least the likely cost, £1,400.00",
             "Correct one of the two prices.", "#NUM!"),
        ),
        (
            {"family_likely": -1},
            (7, "Family weekly cost, likely", "-1", "a number from 0 to 1,000,000",
             "Correct the value.", "#NUM!"),
        ),
        (
            {"children": 2.5},
            (1, "Children still to move", "2.5", "a whole number from 0 to 1,000",
             "Correct the value.", "#NUM!"),
        ),
        (
            {"moves_a_month": "a few"},
            (3, "Moves a month", '"a few"', "a number from 0 to 1,000", "Correct the value.",
             "#VALUE!"),
        ),
        (
            {"first_month": "soon"},
            (2, "First month of moves", '"soon"', "a month such as 01/09/2025",
             "Correct the value.", "#VALUE!"),
        ),
        (
            {"households": 11},
            (11, "Carer households a move", "11", "a number from 0 to 10", "Correct the value.",
             "#NUM!"),
        ),
        (
            {"moves_a_month": CellError("#DIV/0!", "the cell shows #DIV/0!")},
            (3, "Moves a month", "#DIV/0!", "a value, not an error",
             "Correct the formula in the cell.", "#DIV/0!"),
        ),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_named(changed, expected):
    assert said(table(**changed)) == [expected]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("first_month", "a month"),
        ("moves_a_month", "a number"),
        ("residential_likely", "a number"),
        ("family_likely", "a number"),
    ],
)
def test_what_the_moves_to_come_need(field, expected):
    rows = table(**{field: None}, residential_low=None, residential_high=None)
    ((row, column, found, wanted, remedy, code),) = said(rows)
    assert (row, column, found, wanted, code) == (None, LABELS[field], "nothing", expected,
                                                  "#VALUE!")  # fmt: skip
    assert remedy.startswith(f"Enter {LABELS[field]}: ")
    assert said(table(**{field: None}, children=0)) == []


def test_a_misspelt_name_is_asked_about_and_a_note_is_not():
    rows = [*table(), ["Carer houshold a move", 1], ["Agreed with finance", "yes"], ["", 3]]
    assert [one[:5] for one in said(rows)] == [
        (12, "Assumption", '"Carer houshold a move"', '"Carer households a move"',
         "Correct the spelling to Carer households a move."),
        (13, "Assumption", '"Agreed with finance"', "an assumption of the forecast",
         "It is not read. If it is a note, there is nothing to do."),
        (14, "Assumption", "a value (3) without a name", "the name of an assumption",
         "Write the assumption's name, or clear the row."),
    ]  # fmt: skip
    assert [one[5] for one in said(rows)] == ["#VALUE!", None, "#VALUE!"]
    twice = [*table(), ["Share reunified", 0.2]]
    assert said(twice)[0][2:4] == ("the assumption a second time", "each assumption once")


def test_a_table_without_headings_reads_nothing():
    problems = read_assumptions([["Children still to move", 12], ["Moves a month", 2]]).problems
    assert [(p.table, p.column, p.code) for p in problems] == [
        ("Assumptions", "Assumption", "#VALUE!"),
        ("Assumptions", "Value", "#VALUE!"),
    ]


def test_the_rows_are_accounted_for():
    rows = [*table(), [None, None], ["Shared reunified", 1]]
    found = read_assumptions(rows)
    count = term_rows.count_terms(rows, found, ASSUMPTIONS_TABLE)
    assert (count.table, count.found, count.used, count.refused, count.blank) == (
        "Assumptions", 13, 11, 1, 1,
    )  # fmt: skip


@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_the_sample_assumptions_fit_their_contract(name):
    contract = load_contract(name)
    rows = assumptions_table(contract)
    assert all(len(row) == 4 and row[1] is not None for row in rows)
    found = read_assumptions(rows)
    terms = term_rows.read_terms(terms_table(contract))
    assert checks.problems_of_assumptions(terms, found) == []
    assert found.record.children > 0


@pytest.mark.parametrize("month", [date(2025, 8, 1), date(2027, 3, 1)])
def test_a_first_month_outside_the_programme(month):
    terms = term_rows.read_terms(terms_table(load_contract("plymouth-l04-2526"))).record
    found = read_assumptions(table(first_month=month)).record
    (problem,) = outside_the_programme(found, terms)
    assert problem.code == "#NUM!"
    assert problem.sentence == (
        f"found {month:%B %Y}; expected a month of the programme, September 2025 to February 2027."
        " Correct the month, or Starts on and Ends on in Terms."
    )
    none = read_assumptions(table(first_month=month, children=0)).record
    assert outside_the_programme(none, terms) == []


def test_a_yearly_price_is_asked_about():
    terms = term_rows.read_terms(terms_table(load_contract("plymouth-l04-2526")))
    found = read_assumptions(table(residential_high=368_000))
    (problem,) = checks.problems_of_assumptions(terms, found)
    assert problem.code is None
    assert problem.remedy == "Check that it is not a yearly price."


def test_the_help_of_the_function_names_the_table():
    argument = functions.FUNCTIONS["PBR_FORECAST"].arguments[2]
    assert argument.name == "assumptions"
    assert "Assumption, Value" in argument.help
