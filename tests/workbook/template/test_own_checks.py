"""The template's own checks in plain formulas: they agree, or say what they do not know."""

import itertools
import random
from collections import Counter
from datetime import date

import pytest
from xlsxwriter.worksheet import Worksheet

from tests.support.opened import opened as read_by_openpyxl
from tests.support.second_program import calculated_by_libreoffice
from tests.support.template_book import (
    CHECK_ROWS,
    ERROR_ROWS,
    FIRST_MONTH_CHECK,
    RESULT,
    cells_at,
    figures,
    formulas_of,
    plain,
    problems_of,
    sample_tables,
    set_cell,
    statement_of,
    values_of,
    with_sample,
    with_terms,
)
from xlpbr import cells
from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.contract.terms import READINGS, TERMS
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.template.workings import KNOWN
from xlpbr.workbook.template.write import write_template


def test_the_books_own_checks_agree(calculated):
    for key, values in calculated.items():
        checks = values["Checks"]
        # Two rows of Plymouth's sample are disputed, and a claim is above what is payable.
        assert checks[RESULT].startswith(
            "NOT CLEAR: the figures agree"
            if key == ("plymouth-l04-2526", True)
            else "All checks agree"
        )
        for row in CHECK_ROWS:
            assert checks[row, 4] == 0.0
            assert checks[row, 5] == "Agrees" or checks[row, 5].startswith("Does not apply")
        assert [checks[row, 2] for row in ERROR_ROWS] == [0.0] * len(ERROR_ROWS)
    cheshire = calculated["cheshire-east-2026", True]["Checks"]
    assert cheshire[21, 5] == "Does not apply: none in the terms"


@pytest.mark.slow
def test_what_plain_formulas_do_not_know_is_said_and_is_no_alarm(tmp_path):
    contract = load_contract("cheshire-east-2026")
    path = tmp_path / "book.xlsx"
    rates = ({"Outcome": "Settled", "Weeks": 4, "Price": 6000},)
    write_template(with_sample(contract, Rates=rates), path, sample=True)
    set_cell(path, "Month", "B4", cells.serial_of(date(2026, 10, 1)))
    values = calculate(path)
    checks, statement = values["Checks"], values["Statement"]
    paid = sum(statement[row, 9] for row in range(24, 31))
    assert paid > 0
    # All but the outcome fees are worked out again, with these taken over.
    assert checks[RESULT].startswith("All checks agree, but 1 figure not checked in plain Excel")
    statuses = [checks[row, 5] for row in CHECK_ROWS]
    assert statuses.pop() == "Not checked here: the table Rates"
    assert all(one == "Agrees" or one.startswith("Does not apply") for one in statuses)
    payable = round(sum(statement[row, 13] for row in range(24, 31)), 2)
    assert checks[22, 2] == checks[22, 3] == payable
    assert checks[27, 3] == paid
    # A term that changes: what comes from the evidence alone is still worked out twice.
    first = 6 + len(TERMS)
    set_cell(path, "Terms", f"A{first}", "Carer fee")
    set_cell(path, "Terms", f"B{first}", 11000)
    set_cell(path, "Terms", f"C{first}", cells.serial_of(date(2026, 7, 1)))
    checks = calculate(path)["Checks"]
    assert checks[RESULT].startswith("All checks agree, but 7 figures not checked in plain Excel")
    by_status = Counter(checks[row, 5] for row in CHECK_ROWS)
    assert by_status == {
        "Agrees": 5, "Not checked here: terms from a day on": 6,
        "Not checked here: the table Rates": 1,
    }  # fmt: skip
    # A figure that is wrong is an alarm all the same.
    set_cell(path, "Placements", "C6", "a lot")
    assert calculate(path)["Checks"][RESULT].startswith("NOT ALL AGREE")


OPTIONS = [
    (
        term.label.replace(" ", "_"),
        [one for one in term.options if one in KNOWN.allowed[term.field_name]],
    )
    for term in READINGS
]
OF_THE_FEE = {"Fee_reading", "Savings_reading", "Fee_period"}
"""The readings whose options are all taken together, in both contracts."""
COMBINATIONS = list(
    itertools.product(CONTRACT_NAMES, *(own for label, own in OPTIONS if label in OF_THE_FEE))
)


def combination(number: int) -> tuple[str, dict[str, str]]:
    """A contract, and an option of every reading."""
    name, *of_the_fee = COMBINATIONS[number]
    drawn, fee = random.Random(number), iter(of_the_fee)
    return name, {
        label: next(fee) if label in OF_THE_FEE else drawn.choice(list(own))
        for label, own in OPTIONS
    }


def of_child(number: int, **row):
    return {"Child": f"{'CK'[number]}0{row.pop('child')}", "Agreed": "yes", **row}


def a_life(contract: int):
    """Rows for every optional table of the samples' children but Rates."""

    def prices(child, day, *both):
        return {
            **of_child(contract, child=child), "From": day,
            **dict(zip(("Residential weekly cost", "Family weekly cost"), both, strict=True)),
        }  # fmt: skip

    def without_agreed(rows):
        return [{key: value for key, value in row.items() if key != "Agreed"} for row in rows]

    return {
        "Prices": without_agreed([
            prices(1, date(2026, 2, 1), 9999, 1), prices(1, date(2026, 7, 1), 7289.2345, None),
            prices(1, date(2026, 4, 1), None, 1467.75), prices(1, date(2027, 1, 1), 7300, 1500),
            prices(4, date(2026, 7, 21), 7289.23, 1401.5), prices(4, date(2026, 10, 1), 7011, None),
            prices(3, date(2026, 10, 17), None, 333.333),
        ]),
        "Costs": [
            of_child(contract, child=1, From=date(2026, 6, 1), To=date(2026, 6, 28), Weekly=6550),
            of_child(contract, child=2, From=date(2026, 8, 1), Weekly=123.45, Once=1500.5),
            of_child(contract, child=3, From=date(2025, 9, 1), Weekly=-70.01, Once=300),
            of_child(contract, child=3, From=date(2026, 9, 1), Weekly=999, Agreed="disputed"),
            of_child(contract, child=9 if contract else 0, From=date(2026, 9, 1), Weekly=5000),
        ],
        "Cohort": without_agreed([
            *(of_child(contract, child=child) for child in (1, 2, 4, 5, 6, 7, 8, 9)),
            {**of_child(contract, child=3), "Leaves care on": date(2026, 12, 24)},
        ]),
        "Agreed": [
            {"Month": date(2026, 5, 1), "Payable": 140_000},
            {"Month": date(2026, 6, 9), "Payable": 90_000.01, "Adjustment": -5_000},
            {"Month": date(2026, 6, 1), "Payable": 9_000},
            {"Month": date(2026, 8, 1), "Payable": 0},
        ],
    }  # fmt: skip


def varied(number: int):
    """A contract under a combination of readings, most of them with a life."""
    name, options = combination(number)
    contract = with_terms(
        load_contract(name), **options,
        Starts_on=date(2025, 10, 17), Ends_on=date(2027, 2, 11),
        Fee_months=(12, 17, "")[number % 3], Fee=(599800, 123456.78)[number % 2],
        Bonus_threshold=1_000_000, Bonus_rate=0.075, Contract_maximum=640_000.5,
        Phase_starts_on=date(2026, 3, 1), Fee_share=(1, 0.85)[number % 2],
        **{"Break-down months": (12, 7)[number % 2]}, Cohort_size=21,
        **{"Break-down amount": ("", 31_234.56, "")[number % 3]},
        Bonus_measured_on=("", date(2026, 12, 15))[number // 3 % 2],
        Terminated_on=("", "", "", date(2027, 1, 20))[number % 4],
    )  # fmt: skip
    return with_sample(contract, **a_life(CONTRACT_NAMES.index(name))) if number % 5 else contract


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(COMBINATIONS)))
def test_the_native_formulas_agree_under_every_reading(number, tmp_path):
    contract = varied(number)
    last = statement_of(sample_tables(contract))[-1][0]
    edits = ("Month", "B4", cells.serial_of(last))
    values = figures(contract, tmp_path / "book.xlsx", edits)
    checks = values["Checks"]
    assert {checks[row, 4] for row in CHECK_ROWS} == {0.0}
    tables = sample_tables(contract)
    statement = statement_of(tables)
    months = len(statement) - 1
    assert months == (16 if number % 4 == 3 else 17)
    fees = [checks[FIRST_MONTH_CHECK + month, 4] for month in range(months)]
    assert fees == [0.0] * months
    assert checks[19, 3] > 0
    assert checks[22, 3] == statement[-1][13]
    clear = problems_of(tables)[1][0] == "All tables"
    assert checks[RESULT].startswith(
        "All checks agree" if clear else "NOT CLEAR: the figures agree"
    )


def test_the_combinations_take_every_option_of_every_reading():
    taken = [combination(number)[1].items() for number in range(len(COMBINATIONS))]
    assert set().union(*taken) == {(label, one) for label, own in OPTIONS for one in own}


@pytest.mark.slow
def test_the_chosen_month_is_performed_again_for_every_month(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    path = tmp_path / "book.xlsx"
    write_template(contract, path, sample=True)
    for month, saving in ((date(2026, 3, 17), 79270.25), (date(2026, 11, 1), 305914.62)):
        set_cell(path, "Month", "B4", cells.serial_of(month))
        checks = calculate(path)["Checks"]
        assert [checks[17, column] for column in (2, 3, 4, 5)] == [saving, saving, 0.0, "Agrees"]


@pytest.mark.program
@pytest.mark.parametrize("number", [None, 1, 8, 16])
def test_a_second_spreadsheet_program_works_the_native_formulas_out_the_same(
    number, tmp_path, monkeypatch
):
    contract = load_contract("plymouth-l04-2526") if number is None else varied(number)
    path = tmp_path / "native.xlsx"
    write_template(contract, path, sample=True)
    expected = calculate(path)

    def as_constants(sheet, row, column, last_row, last_column, formula, style, value):
        sheet.write(row, column, value, style)

    # The PBR_ formulas stand as their last values; all others are calculated from scratch.
    monkeypatch.setattr(Worksheet, "write_dynamic_array_formula", as_constants)
    write_template(contract, path, sample=True, values=expected)
    found = values_of(calculated_by_libreoffice(path, tmp_path))
    compared = 0
    for sheet in read_by_openpyxl(path):
        for address in formulas_of(sheet):
            if sheet[address].value == "=PBR_VERSION()":
                continue
            row, column = cells_at(address)
            value = plain(expected[sheet.title][row, column])
            other = plain(found[sheet.title][address].value)
            if isinstance(value, float):
                value = float(f"{value:.15g}")  # LibreOffice stores fifteen digits.
            assert other == value, (sheet.title, address)
            compared += 1
    assert compared > 6_000
