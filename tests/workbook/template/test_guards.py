"""Guards: an error, a text for a number, or too long a programme never gives a wrong total."""

from datetime import date

import pytest

from tests.support.template_book import ERROR_ROWS, RESULT, figures, plain, with_terms
from xlpbr import cells
from xlpbr.contract.library import load_contract
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.template.write import new_workbook


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "address", "value", "code"),
    [
        ("Placements", "C7", "#N/A", "#N/A"),
        ("Placements", "D9", "about a thousand", "#VALUE!"),
        ("Placements", "C6", -1, "#NUM!"),
        ("Carers", "B6", "#REF!", "#REF!"),
        ("Claims", "B7", "twelve", "#VALUE!"),
        ("Terms", "B13", "much", "#VALUE!"),
    ],
)
def test_an_error_in_an_input_is_never_summed_away(tmp_path, table, address, value, code):
    values = figures(
        load_contract("plymouth-l04-2526"), tmp_path / "book.xlsx", (table, address, value)
    )
    for row in range(7, 19):
        assert plain(values["Statement"][row, 4]) == code
    if table != "Claims":
        assert plain(values["Readings"][5, 2]) == code
    assert plain(values["Reconcile"][7, 1]) == code
    assert all(plain(values["Reconcile"][row, 9]) == code for row in range(8, 15))
    assert plain(values["Explain"][7, 1]) == code
    checks = values["Checks"]
    assert checks[RESULT].startswith("NOT ALL AGREE")
    assert checks[18, 5] == "No figure: the function gives an error"
    assert sum(checks[row, 2] for row in ERROR_ROWS) > 0
    problems = [
        found for (_, column), found in sorted(checks.items()) if column == 1 and found == table
    ]
    assert table in problems


@pytest.mark.slow
def test_a_price_typed_as_text_is_read_by_the_functions_and_by_the_checks(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    values = figures(contract, tmp_path / "book.xlsx", ("Placements", "C6", "£7,076.92"))
    assert values["Statement"][8, 5] == 2872710.66
    assert values["Checks"][18, 5] == "Agrees"
    assert values["Checks"][RESULT].startswith("NOT CLEAR: the figures agree")


@pytest.mark.slow
def test_a_programme_longer_than_the_prepared_rows_shows_no_wrong_total(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    last = cells.serial_of(date(2029, 2, 28))
    edits = (("Terms", "B12", last), ("Month", "B4", last))
    values = figures(contract, tmp_path / "book.xlsx", *edits)
    assert plain(values["Statement"][14, 4]) == "#N/A"
    assert plain(values["Statement"][14, 5]) == "#N/A"
    assert values["Checks"][RESULT].startswith("NOT ALL AGREE")
    assert values["Statement"][22, 3] == "The charts show 18 months; the programme is longer now."


@pytest.mark.slow
def test_a_contract_without_dates_makes_a_book_that_says_what_is_missing(tmp_path):
    contract = with_terms(load_contract("cheshire-east-2026"), Starts_on="", Ends_on="")
    path = tmp_path / "book.xlsx"
    new_workbook(contract, path, sample=False)
    values = calculate(path)
    assert plain(values["Statement"][23, 1]) == "#VALUE!"
    assert plain(values["Statement"][7, 4]) == "#VALUE!"
    assert "Enter Starts on" in str(values["Checks"].values())
