"""The functions through the real xlwings, as Excel on Windows calls them; see ``fake_com``."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.support import classic_calls, host_matrix
from tests.support.fake_com import ERRORS, MISSING, FakeRange, in_excel
from xlpbr import __version__, functions
from xlpbr.errors import EXCEL_ERRORS, CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.classic.cells import ERROR_NUMBERS, from_excel, to_excel, values_of


@pytest.fixture(scope="module")
def registered():
    return in_excel(classic_calls.registered)


@pytest.mark.slow
def test_every_case_of_the_matrix_gives_what_the_core_gives():
    found = in_excel(classic_calls.matrix)
    left_out = sum(host_matrix.differs("classic", case) is not None for case in host_matrix.cases())
    assert set(found["seen"]) == set(classic_calls.WAYS)
    assert set(found["seen"].values()) == {len(host_matrix.cases()) - left_out}
    assert min(found["seen"].values()) >= 1000
    assert found["wrong"] == {way: [] for way in classic_calls.WAYS}


def test_every_function_is_registered_under_its_name(registered):
    assert set(registered) == set(FUNCTIONS)
    for name, found in registered.items():
        assert found["info"] == {"name": name, "sub": False, "category": "Payment by results"}
        assert found["help"] == FUNCTIONS[name].help


def test_every_argument_is_registered_with_its_help(registered):
    seen = 0
    for name, found in registered.items():
        *given, counts_from_1904 = found["arguments"]
        declared = FUNCTIONS[name].arguments
        assert [one["name"] for one in given] == [one.name for one in declared]
        assert counts_from_1904["vba"] == "ThisWorkbook.Date1904"
        for one, wanted in zip(given, declared, strict=True):
            assert one["doc"] == wanted.help
            assert one["optional"] == (not wanted.required)
            assert one["vba"] is None
            seen += 1
    assert seen == sum(len(function.arguments) for function in FUNCTIONS.values()) >= 50


@pytest.mark.slow
def test_calls_give_figures_and_errors_with_their_reason():
    column = [[1.0], [2.0]]
    found = in_excel(
        classic_calls.calls,
        [
            ["PBR_FEE_CAP", [45000.0, 349883.33, 310000.0]],
            ["PBR_FEE_CAP", [column, [[1.0], [5.0]], MISSING]],
            ["PBR_FEE_CAP", [[column[0]], [[9.0]], MISSING]],
            ["PBR_VERSION", []],
            ["PBR_FEE_CAP", [ERRORS["#DIV/0!"], 1.0, MISSING]],
            ["PBR_FEE_CAP", [ERRORS["#SPILL!"], 1.0, MISSING]],
            ["PBR_CONTRACT_CAP", [1.0, -5.0, MISSING]],
            ["PBR_PRO_RATA", [[[100.0], ["tbc"]], "1 Sep 2025", 12.0, "31 Aug 2026", MISSING]],
            ["PBR_FEE_CAP", [MISSING, 1.0, MISSING]],
            ["PBR_FEE_CAP", [1.0, MISSING, MISSING]],
        ],
    )
    mark = "\u00a0"
    assert found == [
        39883.33,
        [[1.0], [2.0]],
        1.0,
        __version__,
        f"#DIV/0!{mark}the cell shows #DIV/0!",
        f"#SPILL!{mark}the cell shows #SPILL!",
        f"#NUM!{mark}maximum: found -5; expected 0 or more",
        [[100.0], [f'#VALUE!{mark}amount: found "tbc"; expected a number']],
        0.0,
        f"#VALUE!{mark}fee_to_date: a number is missing",
    ]


@pytest.mark.slow
def test_a_table_comes_back_as_rows_and_one_row_flat_as_excel_takes_it():
    terms, row = in_excel(
        classic_calls.calls,
        [
            ["PBR_TERMS", ["plymouth-l04-2526"]],
            ["PBR_SAVING", [[[7000.0, 7000.0]], 1400.0, "1 Mar 2026", MISSING, 46082.0, 46112.0]],
        ],
    )
    assert terms[8][:2] == ["Fee", 599800.0]
    assert terms[0][:2] == ["Term", "Value"]
    # Dates go back as serial numbers, which the cells show in their own format.
    assert ["Starts on", 45901.0] in [found[:2] for found in terms]
    assert row == [24800.0, 24800.0]


@pytest.mark.slow
def test_currency_in_an_array_that_no_range_gave_is_read():
    assert in_excel(classic_calls.literal_decimals) == [[0.1], [1234.57]]


def test_currency_cells_keep_all_their_digits():
    area = FakeRange([[1234.56789], [None], ["text"]], currency=True)
    assert area.Value[0] == (Decimal("1234.5679"),)
    assert from_excel(values_of(area)) == [[1234.56789], [None], ["text"]]
    assert values_of(FakeRange([[0.00004]], currency=True)) == 0.00004


@pytest.mark.slow
def test_a_workbook_that_counts_from_1904():
    one, other, start = in_excel(classic_calls.days_from_1904)
    with_dates = functions.pbr_statement(
        host_matrix.TERMS, host_matrix.PLACEMENTS, host_matrix.CARERS, host_matrix.CLAIMS
    )
    expected = host_matrix.sheet_form(with_dates)
    assert start == 46023 - 1462
    for found in (one, other):
        assert [row[1:] for row in found] == [row[1:] for row in expected]
        assert [row[0] + 1462 for row in found[1:]] == [row[0] for row in expected[1:]]


@pytest.mark.slow
def test_a_mistake_of_the_program_is_an_error_with_a_reason_and_no_traceback():
    found = in_excel(classic_calls.broken, "PBR_SAVING")
    assert found.startswith("#VALUE!\u00a0PBR_SAVING failed within xlpbr (ZeroDivisionError:")
    assert "please report it" in found
    assert "Traceback" not in found


def test_every_error_value_goes_in_and_out():
    assert set(ERROR_NUMBERS) == EXCEL_ERRORS
    for code, number in ERROR_NUMBERS.items():
        from_com = 0x800A0000 + number - (1 << 32)
        assert ERRORS.get(code, from_com) == from_com
        assert from_excel(from_com) == CellError(code, f"the cell shows {code}")
        assert from_excel(((1.0, from_com),))[0][1].code == code
        assert to_excel(CellError(code, "why")) == [[f"{code}\u00a0why"]]


def test_values_that_only_look_like_errors_stay_what_they_are():
    assert from_excel(-2146826273.0) == -2146826273.0
    assert from_excel(7) == 7
    assert from_excel(True) is True
    assert from_excel("#VALUE!") == "#VALUE!"


def test_values_come_in_as_cells():
    moment = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    assert from_excel(moment) == dt.datetime(2026, 3, 1, 12)
    assert from_excel((1.0, None, "a")) == [[1.0, None, "a"]]
    assert from_excel(((1.0,), (moment,))) == [[1.0], [dt.datetime(2026, 3, 1, 12)]]


def test_results_go_out_as_excel_takes_them():
    rows = [["Month", None, True], [dt.date(2026, 3, 1), 3, 0.5]]
    assert to_excel(rows) == [["Month", "", True], [46082.0, 3.0, 0.5]]
    assert [type(cell) for cell in to_excel(rows)[1]] == [float, float, float]
    assert to_excel(2) == [[2.0]]


def test_no_text_of_a_result_can_be_taken_for_an_error():
    spaced = "#VALUE!\u00a0why"
    found = functions.pbr_reconcile([[spaced, 1.0]], [[spaced, 2.0]])
    assert "\u00a0" not in str(found)
    problems = functions.pbr_check([["Term", "Value"], ["Fee", spaced]], [["Child"], [spaced]])
    assert "\u00a0" not in str(problems)


@pytest.mark.slow
def test_the_workbook_asks_excel_for_nothing_during_a_call():
    asked = in_excel(classic_calls.questions)
    # The two forms of three ranges, which VBA reads within Excel; xlwings' wrapper comes back
    # from another process each time.
    assert asked["the workbook"] == 6
    assert asked["xlwings' wrapper"] > 12


@pytest.mark.slow
def test_a_column_of_10000_rows_is_what_the_function_itself_gives():
    assert in_excel(classic_calls.same_column, 10_000)


@pytest.mark.slow
def test_no_pandas_and_no_numpy_on_the_path_of_a_call():
    entered = in_excel(classic_calls.touched)
    assert {"xlwings", "xlpbr"} <= set(entered)
    assert not {"pandas", "numpy"} & set(entered)
