"""The optional tables of a book that a council keeps: linked where they are, added where wanted."""

from datetime import date

import pytest
from xlsxwriter import Workbook

from tests.support.written import write_rows
from tests.workbook.attach.test_attach import assert_stored, plain
from xlpbr import functions
from xlpbr.contract.library import load_contract, terms_table
from xlpbr.errors import FileProblem
from xlpbr.workbook.attach.attach import attach as attach_sheets
from xlpbr.workbook.attach.attach import detach, typed_into
from xlpbr.workbook.attach.plan import plan_attachment
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.ooxml.book import open_book

CONTRACT = load_contract("plymouth-l04-2526")
PLACEMENTS = [
    ["Ref", "Start", "Home", "Family", "Ended on", "Agreed"],
    ["C01", date(2025, 11, 1), 7000, 1400, None, "yes"],
    ["C02", date(2026, 1, 12), 6412.35, 1399.9, date(2026, 6, 30), "yes"],
]
PRICES = [["Ref", "Start", "Home", "Family"], ["C01", date(2026, 4, 1), 7210.5, None]]
COSTS = [
    ["Ref", "Start", "Until", "A week", "Purpose"],
    ["C01", date(2025, 11, 1), date(2025, 11, 14), 7000, "Notice"],
]
BUDGET = [["Financial year", "Saving", "Cost"], ["2025/26", 120000, 100000]]
MAP = {
    "Ref": "Child", "Start": ("Moved on", "From"), "Home": "Residential weekly cost",
    "Family": "Family weekly cost", "Until": "To", "A week": "Weekly", "Purpose": "What",
    "Financial year": "Year",
}  # fmt: skip
PLACES = {
    "Placements": "Children!A1:F3", "Prices": "Uplift!A3:D20", "Costs": "Extra!A:E",
    "Budget": "Budget!A1:C3",
}  # fmt: skip


def budget_book(path):
    """A book with tables of its own, among them a sheet Budget and one of price rises."""
    with Workbook(str(path)) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        write_rows(book.add_worksheet("Children"), PLACEMENTS, (0, 0), day)
        write_rows(book.add_worksheet("Uplift"), [["Price rises"], []], (0, 0), day)
        write_rows(book.get_worksheet_by_name("Uplift"), PRICES, (2, 0), day)
        write_rows(book.add_worksheet("Extra"), COSTS, (0, 0), day)
        write_rows(book.add_worksheet("Budget"), BUDGET, (0, 0), day)
    return open_book(path)


def in_words_of_ours(rows):
    return [[MAP.get(one, one) for one in rows[0]], *rows[1:]]


@pytest.mark.slow
def test_linked_tables_reach_the_figures_and_detach_gives_the_book_back(tmp_path):
    source = tmp_path / "book.xlsx"
    book = budget_book(source)
    target = tmp_path / "with.xlsx"
    done = attach_sheets(
        source, target, contract=CONTRACT, sheets=["Statement", "Years"], places=PLACES,
        headings=MAP,
    )  # fmt: skip
    assert [sheet.removeprefix("PBR ") for sheet in done.sheets] == [
        "About", "Terms", "Placements", "Carers", "Claims", "Prices", "Costs", "Budget",
        "Statement", "Years",
    ]  # fmt: skip
    assert done.notices[1].startswith("Prices: 1 row read from Uplift!A3:D20")
    attached = open_book(target)
    values = calculate(target)
    assert assert_stored(attached, values) > 100
    placements, prices, costs = map(in_words_of_ours, (PLACEMENTS, PRICES, COSTS))
    placements[0][1], prices[0][1], costs[0][1] = "Moved on", "From", "From"
    expected = functions.pbr_statement(
        terms_table(CONTRACT), placements, prices=prices, costs=costs
    )
    corner = next(
        place for place, value in values["PBR Statement"].items() if plain(value) == "Month"
    )
    row, column = corner
    assert [
        [plain(values["PBR Statement"].get((row + down, column + across))) for across in range(19)]
        for down in range(len(expected))
    ] == [[plain(cell) for cell in line] for line in expected]
    assert typed_into(attached) == ()
    assert detach(attached, tmp_path / "again.xlsx").exact
    assert (tmp_path / "again.xlsx").read_bytes() == source.read_bytes()
    assert book.sha256 == open_book(tmp_path / "again.xlsx").sha256


def test_a_heading_means_in_each_table_what_is_said_for_it(tmp_path):
    book = budget_book(tmp_path / "book.xlsx")
    planned = plan_attachment(
        book, contract=CONTRACT, sheets=["Costs"], places=PLACES, headings=MAP
    ).plan
    assert list(planned.links["Placements"].columns)[3] == "Moved on"
    assert list(planned.links["Costs"].columns) == ["Child", "From", "To", "Weekly", "What"]


def test_headings_that_are_missing_are_proposed(tmp_path):
    book = budget_book(tmp_path / "book.xlsx")
    with pytest.raises(FileProblem) as caught:
        plan_attachment(
            book, contract=CONTRACT, sheets=["Costs"], places={"Costs": "Extra!A1:E2"},
            headings={},
        )  # fmt: skip
    assert '--map "Ref=Child" --map "Start=From"' in str(caught.value)


def test_an_optional_table_comes_only_where_it_is_wanted(tmp_path):
    book = budget_book(tmp_path / "book.xlsx")
    for sheets, wanted in ((["Statement"], False), (["Statement", "Costs"], True), (None, False)):
        planned = plan_attachment(book, contract=CONTRACT, sheets=sheets, places={}, headings={})
        assert ("PBR Costs" in planned.sheets) == wanted


def test_varied_terms_of_the_book_are_read_with_their_day(tmp_path):
    path = tmp_path / "book.xlsx"
    terms = [
        ["Term", "Amount", "Valid from"],
        ["Fee", 700000, date(2026, 6, 1)],
        ["Fee", 599800, None],
        ["Starts on", date(2025, 9, 1), None],
        ["Ends on", date(2026, 8, 31), None],
    ]
    with Workbook(str(path)) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        write_rows(book.add_worksheet("Deal"), terms, (0, 0), day)
    planned = plan_attachment(
        open_book(path), contract=None, sheets=["Terms"], places={"Terms": "Deal!A1:C5"},
        headings={"Amount": "Value", "Valid from": "From"},
    )  # fmt: skip
    assert {entry.term.label: entry.value for entry in planned.plan.contract.terms}["Fee"] == 599800
    # Nothing in them stops the figures.
    assert len(planned.notices) == 1
