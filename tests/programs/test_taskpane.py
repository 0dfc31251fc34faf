"""The task pane in Chromium: every flow of a person, against the running server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from tests.support.browser import Pane, new_pane
from tests.support.server_process import CALLS, RunningServer
from tests.support.taskpane_book import CONTRACT, SHEET, cell, fill_book, place, sent, tables
from xlpbr import __version__
from xlpbr.contract.library import CONTRACT_NAMES, load_contract, terms_table
from xlpbr.contract.terms import TERMS, Basis
from xlpbr.functions import FUNCTIONS

INSERT = "Insert into the selected cell"


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Pane]:
    with new_pane(browser) as found:
        yield found


def opened(page: Pane, server: RunningServer, rows: dict[str, list[list[Any]]]) -> Pane:
    page.open(f"{server.address}/taskpane.html")
    page.page.wait_for_selector("button.card")
    fill_book(page, rows)
    return page


@pytest.fixture
def pane(page: Pane, server: RunningServer) -> Iterator[Pane]:
    """The pane with the sample workbook; nothing may go wrong on the page or leave loopback."""
    yield opened(page, server, tables())
    assert page.complaints == []
    assert page.left == []


def open_function(pane: Pane, name: str) -> None:
    pane.page.click("#tab-functions")
    back = pane.page.locator("#functions button.back")
    if back.count():
        back.click()
    pane.page.click(f'button.card[data-name="{name}"]')


def fill(pane: Pane, **fields: str) -> None:
    for name, text in fields.items():
        pane.page.fill(f"#argument-{name}", text)


def insert(pane: Pane) -> str:
    """Press the button and return what the pane says."""
    pane.page.get_by_role("button", name=INSERT).click()
    notice = pane.page.locator("#functions .notice")
    notice.wait_for()
    found: str = notice.inner_text()
    return found


def cell_of_sheet(pane: Pane, address: str) -> dict[str, Any]:
    found: dict[str, Any] = pane.excel("return excel.cell(given)", address)
    return found


def faults(pane: Pane) -> list[str]:
    return list(pane.page.locator("#functions .fault:visible").all_inner_texts())


# -- Functions -------------------------------------------------------------------------------


def test_every_function_is_listed_with_its_help(pane):
    names = pane.page.locator("#functions .card .name").all_inner_texts()
    helps = pane.page.locator("#functions .card .help").all_inner_texts()
    assert names == list(FUNCTIONS)
    assert helps == [function.help for function in FUNCTIONS.values()]
    assert pane.page.inner_text("#functions .count") == f"{len(FUNCTIONS)} functions"


def test_the_search_looks_in_names_help_and_arguments(pane):
    def found(words: str) -> list[str]:
        pane.page.fill("#search", words)
        return list(pane.page.locator("#functions .card .name").all_inner_texts())

    assert found("bonus")[0] == "PBR_THRESHOLD_BONUS"
    assert "PBR_STATEMENT" in found("bonus")
    assert found("saving EVENLY") == []
    assert "Try a word of the contract" in pane.page.inner_text("#functions .choices")
    assert found("evenly month") == ["PBR_PRO_RATA"]
    assert set(found("tolerance")) == {"PBR_RECONCILE"}
    assert pane.page.inner_text("#functions .count") == "1 function for “tolerance”"
    assert found("") == list(FUNCTIONS)


def test_each_function_explains_each_argument(pane):
    for name, function in FUNCTIONS.items():
        open_function(pane, name)
        view = pane.page.locator("#functions")
        assert view.locator("h2").inner_text() == name
        assert function.help in view.inner_text()
        pane.page.click("summary")
        more = view.locator("details").inner_text()
        assert function.returns in more
        assert function.clause in more
        for example in function.examples:
            assert f"{example.formula} shows {example.shows}" in more
        fields = view.locator(".field")
        assert fields.count() == len(function.arguments)
        for index, argument in enumerate(function.arguments):
            field = fields.nth(index)
            assert field.locator("label").inner_text() == argument.name
            words = field.inner_text()
            assert argument.declared.help in words
            assert argument.declared.unit in words
            optional = bool(argument.declared.default) or not argument.required
            assert ("optional" in words.split("\n")) is optional
            if argument.declared.default:
                assert f"Left blank: {argument.declared.default}." in words
            button = field.get_by_role("button", name=f"Use selection for {argument.name}")
            assert button.inner_text() == "Use selection"


def test_the_options_of_an_argument_are_offered(pane):
    open_function(pane, "PBR_PRO_RATA")
    offers = pane.page.locator(".offers button")
    assert offers.all_inner_texts() == list(get_args(Basis))
    offers.nth(2).click()
    assert pane.page.input_value("#argument-basis") == "whole_months"
    assert offers.nth(2).get_attribute("aria-pressed") == "true"
    open_function(pane, "PBR_TERMS")
    assert pane.page.locator(".offers button").all_inner_texts() == list(CONTRACT_NAMES)


def test_the_selection_is_taken_as_what_it_is_part_of(pane):
    rows = tables()

    def taken(function: str, argument: str, address: str) -> str:
        open_function(pane, function)
        pane.excel("excel.select(given)", address)
        pane.page.fill(f"#argument-{argument}", "")
        pane.page.click(f'[aria-label="Use selection for {argument}"]')
        pane.page.wait_for_function(f"document.getElementById('argument-{argument}').value")
        found: str = pane.page.input_value(f"#argument-{argument}")
        return found

    sheet = f"'{SHEET}'!"
    whole = sheet + place("Placements", rows["Placements"])
    last = len(rows["Placements"]) - 1
    column = f"{sheet}{cell('Placements', 3, 1)}:{cell('Placements', 3, last)}"
    part = f"{sheet}{cell('Placements', 3, 1)}:{cell('Placements', 3, 2)}"
    assert taken("PBR_STATEMENT", "placements", whole) == "PbrPlacements[#All]"
    assert taken("PBR_STATEMENT", "placements", part) == "PbrPlacements[#All]"
    assert (
        taken("PBR_RUN_RATE", "before_weekly", column) == "PbrPlacements[Residential weekly cost]"
    )
    assert pane.page.inner_text(".field .taken") == f"{last} rows × 1 column"
    assert taken("PBR_RUN_RATE", "before_weekly", part) == part
    assert taken("PBR_FEE_CAP", "savings", "Statement!D4") == "Statement!D4"
    pane.excel("excel.fill('Statement!F5', [['Key', 'Amount'], ['Sep 2025', 1], ['Oct 2025', 2]])")
    assert taken("PBR_RECONCILE", "ours", "Statement!G6") == "Statement!F5:G7"


def test_a_selection_of_several_blocks_is_refused_in_plain_words(pane):
    open_function(pane, "PBR_FEE_CAP")
    pane.excel("excel.book.selected.several = true")
    pane.page.click('[aria-label="Use selection for savings"]')
    assert faults(pane) == ["Select cells in one block first, on a sheet with cells."]


@pytest.mark.parametrize(
    ("function", "fields", "formula"),
    [
        (
            "PBR_FEE_CAP",
            {"savings": "£45,000", "fee_to_date": "349,883.33", "invoiced_before": "310000"},
            "=PBR_FEE_CAP(45000,349883.33,310000)",
        ),
        (
            "PBR_THRESHOLD_BONUS",
            {"savings": "4000000", "threshold": "3000000", "rate": "10%", "shape": "Excess"},
            '=PBR_THRESHOLD_BONUS(4000000,3000000,10%,,"excess")',
        ),
        (
            "PBR_PRO_RATA",
            {"amount": "599800", "starts_on": "1/9/2025", "months": "12", "as_at": "31 Mar 2026"},
            "=PBR_PRO_RATA(599800,DATE(2025,9,1),12,DATE(2026,3,31))",
        ),
        (
            "PBR_RUN_RATE",
            {
                "before_weekly": "7000",
                "after_weekly": "= 7000 / 5",
                "moved_on": "2026-03-01",
                "as_at": "28th February 2027",
            },
            '=PBR_RUN_RATE(7000,7000 / 5,DATE(2026,3,1),"",DATE(2027,2,28))',
        ),
        ("PBR_TERMS", {"contract": CONTRACT}, f'=PBR_TERMS("{CONTRACT}")'),
        ("PBR_CONTRACT_CAP", {"amounts": "Statement!A1:A9"}, '=PBR_CONTRACT_CAP(A1:A9,"")'),
        ("PBR_VERSION", {}, "=PBR_VERSION()"),
    ],
)
def test_the_formula_is_shown_while_it_is_made_and_put_into_the_cell(
    pane, function, fields, formula
):
    open_function(pane, function)
    fill(pane, **fields)
    table = FUNCTIONS[function].returns.startswith("A table")
    beyond = " and the cells below and to the right" if table else ""
    assert pane.page.inner_text(".target") == f"Goes into Statement!B2{beyond}."
    shown = pane.page.inner_text(".formula")
    assert shown.replace(", ", ",").replace("\u200b", "") == formula
    said = insert(pane)
    assert cell_of_sheet(pane, "Statement!B2")["formula"] == formula
    assert said.startswith(f"{function} is in Statement!B2")
    assert "and shows" in said


def test_the_examples_of_the_catalogue_show_what_they_say_in_the_sheet(pane):
    tried = 0
    for name, function in FUNCTIONS.items():
        for example in function.examples:
            if not example.formula.startswith(f"={name}("):
                continue
            tried += 1
            pane.excel("excel.select(given)", f"Statement!B{10 + tried}")
            given = example.formula[len(name) + 2 : -1]
            values = [text.strip('"') for text in given.split(",")]
            open_function(pane, name)
            for argument, value in zip(function.arguments, values, strict=False):
                fill(pane, **{argument.name: value})
            assert insert(pane).endswith(f"and shows {example.shows}.")
    assert tried >= 8


def test_a_statement_of_the_workbooks_tables_spills_what_the_core_gives(pane):
    open_function(pane, "PBR_STATEMENT")
    pane.page.wait_for_function("document.getElementById('argument-claims').value")
    for argument, table in {"terms": "PbrTerms", "carers": "PbrCarers"}.items():
        assert pane.page.input_value(f"#argument-{argument}") == f"{table}[#All]"
    insert(pane)
    rows = tables()
    expected = FUNCTIONS["PBR_STATEMENT"].call(*rows.values())
    got = pane.excel(f"return excel.values('Statement!B2:T{1 + len(expected)}')")
    assert len(expected) == 19
    assert got == sent(expected)
    formula = cell_of_sheet(pane, "Statement!B2")["formula"]
    assert formula == (
        "=PBR_STATEMENT(PbrTerms[#All],PbrPlacements[#All],PbrCarers[#All],PbrClaims[#All])"
    )


def test_what_is_missing_or_wrong_is_said_at_its_field(pane):
    open_function(pane, "PBR_PRO_RATA")
    pane.page.get_by_role("button", name=INSERT).click()
    assert faults(pane) == [
        f"Enter {name}: a cell, a range or a value."
        for name in ("amount", "starts_on", "months", "as_at")
    ]
    assert pane.page.evaluate("document.activeElement.id") == "argument-amount"
    assert pane.page.get_attribute("#argument-amount", "aria-invalid") == "true"
    pane.excel("excel.select('Statement!C3')")
    pane.page.get_by_text("Goes into Statement!C3.").wait_for()
    assert len(faults(pane)) == 4  # they stay while cells are looked for
    pane.excel("excel.select('Statement!B2')")
    fill(pane, amount="about ten", starts_on="31/2/2026", months="12 months", as_at="3/13/26")
    fill(pane, basis="weekly rate")
    pane.page.get_by_role("button", name=INSERT).click()
    neither = (
        "is neither a cell, a range, a name nor a value. "
        "Start with = to write a formula of your own."
    )
    assert faults(pane) == [
        f"“about ten” {neither}",
        "“31/2/2026” is not a day of the calendar.",
        f"“12 months” {neither}",
        "Write the year of “3/13/26” with four figures.",
        f"“weekly rate” is not one of: {', '.join(get_args(Basis))}.",
    ]
    fill(pane, amount="=SUM(A1:A3", starts_on="=A1,A2", as_at="13/13/2026")
    pane.page.get_by_role("button", name=INSERT).click()
    assert [faults(pane)[index] for index in (0, 1, 3)] == [
        "This formula is not complete: a bracket or a quotation mark is missing.",
        "A comma would begin the next argument. Give one value here.",
        "“13/13/2026” is not a day of the calendar. Write the day first, then the month.",
    ]
    assert cell_of_sheet(pane, "Statement!B2")["formula"] == ""


def test_a_cell_that_is_not_empty_is_written_over_only_when_asked(pane):
    pane.excel("excel.fill('Statement!B2', [['budget']])")
    open_function(pane, "PBR_VERSION")
    pane.excel("excel.select('Statement!B2')")
    pane.page.wait_for_function(
        "document.querySelector('.target').textContent.includes('now holds budget')"
    )
    assert "Statement!B2 is not empty: it shows budget. Replace it?" in insert(pane)
    assert pane.page.evaluate("document.activeElement.textContent") == "Keep it"
    pane.page.keyboard.press("Enter")
    assert cell_of_sheet(pane, "Statement!B2")["value"] == "budget"
    assert pane.page.evaluate("document.activeElement.textContent") == INSERT
    pane.page.get_by_role("button", name=INSERT).click()
    pane.page.get_by_role("button", name="Replace it").click()
    pane.page.wait_for_selector(".notice.good")
    assert cell_of_sheet(pane, "Statement!B2")["value"] == __version__


def test_a_result_is_not_put_into_a_cell_that_it_is_made_of(pane):
    open_function(pane, "PBR_FEE_CAP")
    fill(pane, savings="Statement!B1:B5", fee_to_date="5")
    assert "is among those of savings" in insert(pane)
    assert cell_of_sheet(pane, "Statement!B2")["formula"] == ""


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("excel.book.protectedSheets.add('Statement')", "The sheet is protected."),
        ("excel.fill('Statement!C3', [['x']])", "shows #SPILL!: the result needs empty cells"),
        ("excel.functions.clear()", "shows #NAME?: Excel does not know PBR_TERMS yet."),
    ],
)
def test_what_excel_refuses_is_said_in_plain_words(pane, before, said):
    open_function(pane, "PBR_TERMS")
    fill(pane, contract=CONTRACT)
    pane.excel(before)
    assert said in insert(pane)


def test_an_entry_in_the_middle_is_said_in_plain_words(pane):
    open_function(pane, "PBR_VERSION")
    pane.excel("excel.book.editing = true")
    assert insert(pane) == (
        "Excel is in the middle of an entry. Press Enter or Esc in the sheet, then try again."
    )
    pane.excel("excel.book.editing = false")
    assert "and shows" in insert(pane)


@pytest.mark.parametrize(
    ("function", "fields", "said"),
    [
        ("PBR_TERMS", {"contract": "somewhere"}, "shows #N/A. Point at the sign beside the cell"),
        ("PBR_SAVING", {"before_weekly": "C4"}, "shows #VALUE!. Point at the sign beside the cell"),
        ("PBR_CONTRACT_CAP", {"maximum": "-5"}, "shows #NUM!. A number or a date is outside what"),
        ("PBR_CONTRACT_CAP", {"maximum": "C3"}, "shows #REF!. One of its inputs shows that error"),
    ],
)
def test_an_error_in_the_cell_is_named_and_where_its_reason_is(pane, function, fields, said):
    pane.excel("excel.fill('Statement!C3', [['#REF!'], ['tbc']])")
    open_function(pane, function)
    required = [argument.name for argument in FUNCTIONS[function].arguments if argument.required]
    fill(pane, **(dict.fromkeys(required, "1") | fields))
    responses: list[Any] = []

    def keep(response: Any) -> None:
        responses.append(response)

    pane.page.on("response", keep)
    found = insert(pane)
    pane.page.remove_listener("response", keep)
    assert found.startswith(f"{function} is in Statement!B2 and {said}")
    assert "the tab Check lists everything that is wrong in the tables" in found
    # The call goes once. Where it is refused, the browser's console notes why, and the sign beside
    # the cell says the same without the error's name; the error of an input is a result.
    shown = cell_of_sheet(pane, "Statement!B2")
    assert pane.asked.count(f"POST {CALLS}") == 1
    (response,) = responses
    ((status, answer),) = response.json()["answers"]
    if shown["value"] == "#REF!":
        assert (status, pane.complaints, shown.get("message")) == (200, [], None)
    else:
        assert (status, pane.complaints) == (400, [f"error: Attempt 1: {answer['detail']}"])
        assert shown["message"] == answer["detail"].removeprefix(f"{shown['value']} ")
    pane.complaints.clear()


# -- Contracts -------------------------------------------------------------------------------


def open_contract(pane: Pane, name: str = CONTRACT) -> None:
    pane.page.click("#tab-contracts")
    pane.page.click(f'#contracts button.card[data-name="{name}"]')


def put_terms(pane: Pane) -> str:
    pane.page.get_by_role("button", name="Put the terms at the selected cell").click()
    notice = pane.page.locator("#contracts .notice")
    notice.wait_for()
    found: str = notice.inner_text()
    return found


@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_a_contract_shows_every_term_with_its_clause(pane, name):
    contract = load_contract(name)
    open_contract(pane, name)
    terms = pane.page.locator("#contracts dl.terms > div")
    assert terms.locator("dt").all_inner_texts() == [term.label for term in TERMS]
    for index, entry in enumerate(contract.terms):
        words = terms.nth(index).inner_text()
        assert (f"Clause: {entry.clause}" in words) is bool(entry.clause)
        assert entry.reading in words
    pane.page.click("#contracts summary")
    for note in contract.notes:
        assert note in pane.page.inner_text("#contracts details")


def test_terms_are_written_as_a_person_writes_them(pane):
    open_contract(pane)
    found = dict(
        zip(
            pane.page.locator("#contracts dt").all_inner_texts(),
            pane.page.locator("#contracts dt + dd").all_inner_texts(),
            strict=True,
        )
    )
    assert found["Commissioner"] == "Plymouth City Council"
    assert found["Cohort size"] == "21 children"
    assert found["Starts on"] == "1 September 2025"
    assert found["Fee"] == "£599,800"
    assert found["Fee months"] == "12 months"
    assert found["Fee reading"] == "catch_up"
    assert found["Carer fee"] == "£10,000 a household"
    assert found["Bonus rate"] == "10%"
    pane.page.click("#contracts button.back")
    open_contract(pane, "cheshire-east-2026")
    assert "none" in pane.page.locator("#contracts dd.none").all_inner_texts()


def test_the_terms_are_put_as_a_formula(pane):
    open_contract(pane)
    assert put_terms(pane) == (
        "The terms are in Statement!B2 and below. In a formula, B2# means all of them."
    )
    expected = FUNCTIONS["PBR_TERMS"].call(CONTRACT)
    assert cell_of_sheet(pane, "Statement!B2")["formula"] == f'=PBR_TERMS("{CONTRACT}")'
    assert pane.excel(f"return excel.values('Statement!B2:E{1 + len(expected)}')") == sent(expected)


def test_the_terms_are_put_as_a_table_with_formats(pane):
    expected = terms_table(load_contract(CONTRACT))
    pane.excel("excel.book.tables.delete('PbrTerms')")
    open_contract(pane)
    pane.page.get_by_label("As a table").check()
    assert put_terms(pane) == "The terms are the table PbrTerms, from Statement!B2 on."
    assert pane.excel(f"return excel.values('Statement!B2:F{1 + len(expected)}')") == sent(expected)
    labels = [row[0] for row in expected]
    for label, value, number_format in [
        ("Fee", 599800, '"£"#,##0.00'),
        ("Starts on", 45901, "dd mmm yyyy"),
        ("Bonus rate", 0.1, "0.00%"),
        ("Cohort size", 21, "General"),
    ]:
        found = cell_of_sheet(pane, f"Statement!C{2 + labels.index(label)}")
        assert (found["value"], found["format"]) == (value, number_format)
    clause = cell_of_sheet(pane, f"Statement!E{2 + labels.index('Provider')}")
    assert clause["value"] == "4.1"  # a text, not the number that it looks like
    # They are terms that the functions can read.
    open_function(pane, "PBR_READINGS")
    pane.excel("excel.select('Statement!B60')")
    pane.page.wait_for_function("document.getElementById('argument-placements').value")
    assert insert(pane) == "PBR_READINGS is in Statement!B60 and shows Term."


def test_a_second_table_of_terms_does_not_take_the_name_of_the_first(pane):
    open_contract(pane)
    pane.page.get_by_label("As a table").check()
    assert put_terms(pane) == "The terms are the table Table5, from Statement!B2 on."


@pytest.mark.parametrize("way", ["As a formula", "As a table"])
def test_terms_are_never_put_over_what_is_there(pane, way):
    pane.excel("excel.fill('Statement!D9', [['mine']])")
    open_contract(pane)
    pane.page.get_by_label(way).check()
    assert "from Statement!B2 on, and D9 is not empty." in put_terms(pane)
    assert cell_of_sheet(pane, "Statement!B2")["formula"] == ""
    assert cell_of_sheet(pane, "Statement!D9")["value"] == "mine"


# -- Check -----------------------------------------------------------------------------------


def spoilt() -> dict[str, list[list[Any]]]:
    """The tables with an error in each."""
    rows = tables()
    rows["Placements"][2][3] = "about £900"
    rows["Placements"][4][5] = rows["Placements"][4][4] - 9
    rows["Carers"][1][1] = "#REF!"
    rows["Claims"][2][1] = ""
    fee = next(row for row in rows["Terms"] if row[0] == "Fee reading")
    fee[1] = "catchup soon"
    return rows


def run_check(pane: Pane) -> str:
    pane.page.click("#tab-check")
    pane.page.wait_for_function("document.getElementById('table-Terms').value")
    pane.page.get_by_role("button", name="Check the tables").click()
    summary = pane.page.locator("#check .notice")
    summary.wait_for()
    found: str = summary.inner_text()
    return found


@pytest.fixture
def spoilt_pane(page: Pane, server: RunningServer) -> Iterator[Pane]:
    yield opened(page, server, spoilt())
    assert page.complaints == []
    assert page.left == []


def test_tables_without_a_problem_are_said_to_be_so(pane):
    rows = tables()
    said = run_check(pane)
    expected = FUNCTIONS["PBR_CHECK"].call(*rows.values())
    found = pane.page.locator("#check .problem").count()
    if expected[1][0] == "All tables":
        assert said.startswith("No problems")
        assert found == 0
    else:
        assert found == len(expected) - 1
    counts = ", ".join(f"{name} {len(body) - 1} rows" for name, body in rows.items())
    assert counts in said


def test_every_problem_is_shown_as_pbr_check_has_it(spoilt_pane):
    expected = FUNCTIONS["PBR_CHECK"].call(*spoilt().values())[1:]
    said = run_check(spoilt_pane)
    assert said.startswith(
        f"{len(expected)} problems in {len({row[0] for row in expected})} tables"
    )
    cards = spoilt_pane.page.locator("#check .problem")
    assert cards.count() == len(expected) >= 5
    in_order = sorted(expected, key=lambda row: list(tables()).index(row[0]))
    for index, (_, row, column, found, wanted, remedy) in enumerate(in_order):
        words = cards.nth(index).inner_text()
        if row:
            assert words.startswith(f"Row {row:g}, {column}")
        for text in (found, wanted, remedy):
            assert text in words


def test_the_address_of_a_problem_selects_its_cell(spoilt_pane):
    run_check(spoilt_pane)
    rows = spoilt()
    labels = [row[0] for row in rows["Terms"]]
    for address in (
        cell("Placements", 4, 2),
        cell("Placements", 6, 4),
        cell("Carers", 2, 1),
        cell("Terms", 2, labels.index("Fee reading")),
    ):
        link = spoilt_pane.page.get_by_role("button", name=f"Go to '{SHEET}'!{address}")
        assert link.inner_text() == f"'{SHEET}'!{address}"
        spoilt_pane.excel("excel.select('Statement!A1')")
        link.click()
        spoilt_pane.page.wait_for_function(
            "wanted => fakeExcel.selection() === wanted", arg=f"'{SHEET}'!{address}"
        )


def test_only_the_chosen_cells_are_read_and_they_go_to_this_server_only(spoilt_pane):
    sent_bodies: list[Any] = []
    spoilt_pane.page.on(
        "request",
        lambda request: (
            request.method == "POST" and sent_bodies.append((request.url, request.post_data))
        ),
    )
    spoilt_pane.page.click("#tab-check")
    spoilt_pane.page.wait_for_function("document.getElementById('table-Claims').value")
    spoilt_pane.page.fill("#table-Claims", "")
    spoilt_pane.excel("excel.book.asked.length = 0")
    run_check(spoilt_pane)
    rows = spoilt()
    chosen = {name: rows[name] for name in ("Terms", "Placements", "Carers")}
    assert spoilt_pane.excel("return excel.book.asked") == [
        f"'{SHEET}'!{place(name, body)}" for name, body in chosen.items()
    ]
    assert len(sent_bodies) == 1
    address, body = sent_bodies[0]
    assert address.endswith("/xlpbr/check")
    assert address.startswith("http://127.0.0.1")
    assert json.loads(body) == {"tables": chosen}


def test_tables_are_chosen_by_selection_or_by_address(pane):
    pane.page.click("#tab-check")
    pane.page.wait_for_function("document.getElementById('table-Claims').value")
    pane.excel("excel.select(given)", f"'{SHEET}'!{cell('Placements', 2, 3)}")
    pane.page.click('[aria-label="Use selection for Placements"]')
    pane.page.wait_for_function(
        "document.getElementById('table-Placements').value === 'PbrPlacements[#All]'"
    )
    pane.page.fill("#table-Terms", f"'{SHEET}'!A:E")
    pane.page.fill("#table-Carers", "PbrCarers")
    assert "Terms 38 rows" in run_check(pane)


def test_a_table_that_is_not_there_is_said_at_its_field(pane):
    pane.page.click("#tab-check")
    pane.page.wait_for_function("document.getElementById('table-Claims').value")
    pane.page.fill("#table-Terms", "")
    pane.page.fill("#table-Placements", "Childern")
    pane.page.get_by_role("button", name="Check the tables").click()
    shown = pane.page.locator("#check .fault:visible")
    assert shown.all_inner_texts() == ["Choose the table Terms."]
    pane.page.fill("#table-Terms", "Gone!A1:B9")
    pane.page.fill("#table-Carers", "Statement!A1:C9")
    pane.page.get_by_role("button", name="Check the tables").click()
    shown.nth(1).wait_for()
    assert shown.all_inner_texts() == [
        "There is no such sheet, table or name in this workbook.",
        "“Childern” is neither a table, a name nor an address such as Sheet1!A1:H20 in this "
        "workbook.",
    ]
    assert pane.page.evaluate("document.activeElement.id") == "table-Terms"


# -- About, and the pane itself --------------------------------------------------------------


def test_about_says_version_server_sign_in_and_what_is_logged(pane):
    pane.page.click("#tab-about")
    words = pane.page.inner_text("#about")
    assert f"xlpbr {__version__}, {len(FUNCTIONS)} functions" in words
    assert pane.page.evaluate("location.host") in words
    assert "None: the server runs on this computer" in words
    link = pane.page.locator("#about a")
    pane.page.goto(link.get_attribute("href"))
    page = pane.page.inner_text("main")
    assert page.startswith("What the server logs")
    assert "what stands in a cell" in page.partition("What it never holds")[2]


def test_further_tables_are_found_by_our_names_alone(pane):
    """A council's own table Budget is not taken for ours; PbrCosts is, and the fold opens."""
    pane.excel(
        """
        excel.addSheet("Own");
        excel.fill("Own!A1:B2", [["Year", "Total"], ["2025/26", 5]]);
        excel.addTable("Budget", "Own!A1:B2");
        excel.fill("Own!D1:F2", [["Child", "From", "Weekly"], ["C01", 46100, "dear"]]);
        excel.addTable("PbrCosts", "Own!D1:F2");
        """
    )
    pane.page.click("#tab-check")
    pane.page.wait_for_function("document.getElementById('table-Costs').value")
    assert pane.page.input_value("#table-Budget") == ""
    assert pane.page.locator("#table-Costs").is_visible()
    found = run_check(pane)
    assert "Costs 1 row" in found
    assert "Correct Weekly." in pane.page.inner_text("#check")
    pane.page.get_by_role("button", name="Go to Own!F2").click()
    assert pane.excel("return excel.selection()") == "Own!F2"
