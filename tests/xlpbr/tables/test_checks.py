"""What a person should look at, though it stops no figure."""

from __future__ import annotations

from datetime import date

import pytest

from xlpbr import functions

TERMS = [
    ["Term", "Value"],
    ["Starts on", date(2025, 9, 1)],
    ["Ends on", date(2026, 8, 31)],
    ["Carer fee", 10000],
]
PLACEMENTS = [
    "Child", "Type", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on",
    "Agreed",
]  # fmt: skip
CARERS = ["Household", "Approved on", "Child"]
CLAIMS = ["Month", "Invoiced"]
MARCH = date(2026, 3, 1)


def row(child, moved=MARCH, before=7000, after=1400, ended=None, agreed="yes"):
    return [child, "foster", before, after, moved, ended, agreed]


def check(placements, carers=(), claims=(), terms=()):
    rows = functions.pbr_check(
        [*TERMS, *map(list, terms)],
        [PLACEMENTS, *placements],
        [CARERS, *carers],
        [CLAIMS, *claims],
    )
    assert rows[0] == ["Table", "Row", "Column", "Found", "Expected", "What to do"]
    return rows[1:]


def test_one_row_says_that_there_are_no_problems():
    rows = check([row("C01")], [["F1", MARCH, "C01"]], [["Mar 2026", 5]])
    assert rows == [["All tables", "", "", "no problems", "no problems", "Nothing to do."]]


NOTICES = {
    "a person's name": (
        {"placements": [row("Jane Smith")]},
        ["Placements", 1.0, "Child", '"Jane Smith"', "a pseudonym such as C01"],
    ),
    "a household's name": (
        {"carers": [["Zoë O'Brien", MARCH, "C01"]]},
        ["Carers", 1.0, "Household", '"Zoë O\'Brien"', "a pseudonym such as C01"],
    ),
    "the same row twice": (
        {"placements": [row("C01", moved=None), row("C01", moved=None)]},
        ["Placements", 2.0, "Child", '"C01"', "each row once; row 1 says the same"],
    ),
    "the same claim twice": (
        {"claims": [["Mar 2026", 5], [date(2026, 3, 9), "£5.00"]], "terms": [("Fee", 5000)]},
        ["Claims", 2.0, "Month", "March 2026 a second time, with the same amount",
         "one claim for the month; row 1 has it"],
    ),
    "another claim for the month": (
        {"claims": [["Mar 2026", 5], [date(2026, 3, 9), 6]], "terms": [("Fee", 5000)]},
        ["Claims", 2.0, "Month", "March 2026 a second time, with another amount",
         "one claim for the month; row 1 has it"],
    ),
    "the price of a year": (
        {"placements": [row("C01", before=368000)]},
        ["Placements", 1.0, "Residential weekly cost", "£368,000.00",
         "a weekly price, rarely above £20,000.00"],
    ),
    "a spelling that differs in capitals": (
        {"placements": [row("C01", ended=date(2026, 4, 1)), row("c01", moved=date(2026, 4, 1))]},
        ["Placements", 2.0, "Child", '"c01"', '"C01" as in row 1'],
    ),
    "a move without its day": (
        {"placements": [row("C01", moved=None, ended=MARCH)]},
        ["Placements", 1.0, "Moved on", "nothing, though Ended on is given",
         "the day of the move"],
    ),
    "a dearer placement": (
        {"placements": [row("C01", before=1400, after=1400.01)]},
        ["Placements", 1.0, "Family weekly cost", "£1,400.01", "a price below the residential one"],
    ),
    "a move after the programme": (
        {"placements": [row("C01", moved=date(2026, 9, 1))]},
        ["Placements", 1.0, "Moved on", "01/09/2026", "a day on or before Ends on, 31/08/2026"],
    ),
    "a move before the programme": (
        {"placements": [row("C01", moved=date(2025, 8, 31))]},
        ["Placements", 1.0, "Moved on", "31/08/2025", "a day on or after Starts on, 01/09/2025"],
    ),
    "more children than the cohort": (
        {"placements": [row("C01"), row("C02")], "terms": [("Cohort size", 1)]},
        ["Placements", "", "Child", "2 children", "at most the 1 of Cohort size"],
    ),
    "a household twice": (
        {"carers": [["F1", MARCH, "C01"], ["F1", date(2026, 4, 1), "C01"]]},
        ["Carers", 2.0, "Household", '"F1"', "each household once; it is also in row 1"],
    ),
    "a carer linked to no child": (
        {"carers": [["F1", MARCH, None]]},
        ["Carers", 1.0, "Child", "nothing", "a child with a row in Placements"],
    ),
    "a carer linked to a child who is not there": (
        {"carers": [["F1", MARCH, "C09"]]},
        ["Carers", 1.0, "Child", '"C09"', "a child with a row in Placements"],
    ),
    "a carer linked to a row that is not agreed": (
        {"placements": [row("C01", agreed="no")], "carers": [["F1", MARCH, "C01"]]},
        ["Carers", 1.0, "Child", '"C01", who has not moved in an agreed row',
         "a child who has moved"],
    ),
    "a day between two rows": (
        {"placements": [row("C01", ended=date(2026, 3, 31)), row("C01", moved=date(2026, 4, 1))]},
        ["Placements", 2.0, "Moved on", "01/04/2026", "31/03/2026, the day on which row 1 ended"],
    ),
    "a price with parts of a penny": (
        {"placements": [row("C01", before=7000.125)]},
        ["Placements", 1.0, "Residential weekly cost", "£7,000.125", "a price in whole pence"],
    ),
    "an end long after the programme": (
        {"placements": [row("C01", ended=date(2062, 3, 1))]},
        ["Placements", 1.0, "Ended on", "01/03/2062",
         "a day within 10 years of Ends on, 31/08/2026"],
    ),
    "more invoiced than payable": (
        {"claims": [["Mar 2026", 500]]},
        ["Claims", 1.0, "Invoiced", "£500.00 invoiced to the end of March 2026",
         "at most £0.00, what is payable to then"],
    ),
    "an approval outside the programme": (
        {"carers": [["F1", date(2025, 8, 31), "C01"]]},
        ["Carers", 1.0, "Approved on", "31/08/2025",
         "a day of the programme, 01/09/2025 to 31/08/2026"],
    ),
    "a claim outside the programme": (
        {"claims": [["Sep 2026", 5]], "terms": [("Fee", 5000)]},
        ["Claims", 1.0, "Month", "September 2026",
         "a month of the programme, September 2025 to August 2026"],
    ),
    "the maximum passed under warn": (
        # 28 days at £800 a day are £22,400.00 of fee, £12,400.00 above £10,000.
        {"placements": [row("C01", ended=date(2026, 3, 29))],
         "terms": [("Fee", 30000), ("Fee reading", "up_to_cap"), ("Contract maximum", 10000),
                   ("Maximum reading", "warn")]},
        ["Terms", "", "Contract maximum", "£12,400.00 more payable", "at most £10,000.00"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), NOTICES.values(), ids=NOTICES)
def test_notice(given, expected):
    data = {"placements": [row("C01")]} | given
    (found,) = check(**data)
    assert found[:5] == expected
    assert found[5].endswith(".")
    # A notice stops no figure.
    terms = [*TERMS, *map(list, data.get("terms", ()))]
    statement = functions.pbr_statement(terms, [PLACEMENTS, *data["placements"]])
    assert len(statement) == 13


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("Jane Smith", True), ("Mary-Jane McDonald", True), ("Åse Ødegård", True),
     ("Ann B. van Dyke", True), ("J Smith", True), ("Child 7", False), ("AB1", False),
     ("Jane", True), ("AB CD", True), ("jane smith", True), ("C 01", False), ("Smith, J 2", True),
     ("JS 12/03/2012", True), ("", False)],
)  # fmt: skip
def test_what_looks_like_a_persons_name(name, is_one):
    found = [line for line in check([row(name)]) if "pseudonym such as" in str(line[4])]
    assert len(found) == is_one


FEE = (("Fee", 26800), ("Fee reading", "up_to_cap"))


def test_a_claim_that_looks_gross_is_named_beside_what_it_passes():
    wages = check([row("C01", moved=date(2025, 10, 1))], claims=[["Oct 2025", 29760]],
                  terms=[("Fee", 24800), ("Fee reading", "up_to_cap")])  # fmt: skip
    assert [line[3] for line in wages] == [
        "£29,760.00, which is £24,800.00 plus VAT",
        "£29,760.00 invoiced to the end of October 2025",
    ]


def test_two_invoices_of_a_month_with_numbers_of_their_own_are_no_problem():
    def said(*rows):
        headings = [*CLAIMS, "Invoice number"]
        terms = [*TERMS, *map(list, FEE)]
        return functions.pbr_check(terms, [PLACEMENTS, row("C01")], None, [headings, *rows])[1:]

    march = [["Mar 2026", 20000, "INV1"], ["Mar 2026", -100, "CN1"]]
    assert said(*march)[0][0] == "All tables"
    assert said(["Mar 2026", 20000, None], ["Mar 2026", -100, "CN1"])[0][0] == "All tables"
    (twice,) = said(
        ["Mar 2026", 20000, "INV1"], ["Apr 2026", 100, "inv\u20101".replace("\u2010", "")]
    )
    assert twice[2:5] == [
        "Invoice number", '"inv1" a second time', "each invoice once; row 1 has that number",
    ]  # fmt: skip


def test_nothing_is_said_where_nothing_is_wrong_at_the_edges():
    assert check(
        [row("C01", moved=date(2025, 9, 1)), row("C02", moved=date(2026, 8, 31))],
        [["F1", date(2025, 9, 1), "C01"], ["F2", date(2026, 8, 31), "c02"], ["F3", None, "C01"]],
        [["1 Sep 2025", 1], ["31 Aug 2026", 1]],
        [("Cohort size", 2)],
    )[0][3] == "no problems"  # fmt: skip


def test_problems_come_in_the_order_of_tables_and_rows():
    found = check(
        [row("C01", before="x"), row("Jane Smith"), row("C03", before=1000, after=2000),
         row("C02", moved="?")],
        [["F1", date(2024, 1, 1), "C77"]],
        [["Jan 2020", 1]],
        [("Fee", -1), ("VAT rate", 10)],
    )  # fmt: skip
    assert [(line[0], line[1]) for line in found] == [
        ("Terms", 4.0), ("Terms", 5.0), ("Placements", 1.0), ("Placements", 2.0),
        ("Placements", 3.0), ("Placements", 4.0),
    ]  # fmt: skip
    # With dates that cannot be trusted, nothing is said about days outside the programme; with
    # placements that could not be read, nothing about households without a child.


def test_a_missing_price_is_said_once():
    found = check([row("C01", before=None)])
    assert [line[2] for line in found] == ["Residential weekly cost"]
