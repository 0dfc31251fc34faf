"""Every kind of cell value, read exactly or refused with its code and what was found."""

from __future__ import annotations

import datetime as dt
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy
import pytest

from xlpbr import cells
from xlpbr.errors import EXCEL_ERRORS, CellError

NBSP = "\u00a0"
ERRORS = sorted(EXCEL_ERRORS)


def refusal(read, value):
    with pytest.raises(CellError) as caught:
        read(value)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7000, Fraction(7000)),
        (-3, Fraction(-3)),
        (0.1, Fraction(1, 10)),
        (1.005, Fraction(201, 200)),
        (1e-7, Fraction(1, 10**7)),
        (2999999.9999999995, Fraction(3_000_000)),
        (4561.80 * 1.025, Fraction("4675.845")),
        (0.1 + 0.2, Fraction(3, 10)),
        (1e22, Fraction(10**22)),
        (-0.0, Fraction(0)),
        (numpy.float64(7000.1), Fraction(70001, 10)),
        (numpy.int64(12), Fraction(12)),
        (Decimal("1234.5678"), Fraction(12345678, 10000)),
        ("£1,234.50", Fraction(246900, 200)),
        ("10%", Fraction(1, 10)),
        ("12.5 %", Fraction(1, 8)),
        ("-£5", Fraction(-5)),
        ("£-5", Fraction(-5)),
        ("+7", Fraction(7)),
        ("£ 1,000,000", Fraction(10**6)),
        (" 1234 ", Fraction(1234)),
        (f"{NBSP}£1,234{NBSP}", Fraction(1234)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("0.10000000000000001", Fraction(10000000000000001, 10**17)),
    ],
)
def test_numbers_are_read_exactly(value, expected):
    assert cells.number(value) == expected


@pytest.mark.parametrize(
    ("value", "code", "quoted"),
    [
        (None, "#VALUE!", "a number is missing"),
        ("", "#VALUE!", "a number is missing"),
        (f" {NBSP} ", "#VALUE!", "a number is missing"),
        ("tbc", "#VALUE!", '"tbc"'),
        (" 1 234", "#VALUE!", '"1 234"'),
        ("12,34", "#VALUE!", '"12,34"'),
        ("1234,567", "#VALUE!", '"1234,567"'),
        ("-£-5", "#VALUE!", '"-£-5"'),
        ("(5.00)", "#VALUE!", '"(5.00)"'),
        ("$5", "#VALUE!", '"$5"'),
        ("5%%", "#VALUE!", '"5%%"'),
        ("1e5", "#VALUE!", '"1e5"'),
        ("£", "#VALUE!", '"£"'),
        ("x" * 70, "#VALUE!", '"' + "x" * 57 + '…"'),
        (True, "#VALUE!", "TRUE"),
        (False, "#VALUE!", "FALSE"),
        (dt.date(2026, 3, 1), "#VALUE!", "the date 01/03/2026"),
        (dt.datetime(2026, 3, 1, 9), "#VALUE!", "the date 01/03/2026"),
        (float("nan"), "#NUM!", "not finite"),
        (float("inf"), "#NUM!", "not finite"),
        (Decimal("-Infinity"), "#NUM!", "not finite"),
        (object, "#VALUE!", "expected a number"),
    ],
)
def test_what_is_no_number_is_refused_and_quoted(value, code, quoted):
    found, message = refusal(cells.number, value)
    assert (found, quoted in message) == (code, True), message


@pytest.mark.parametrize("read", [cells.number, cells.day, cells.month, cells.text, cells.yes_no])
@pytest.mark.parametrize("code", ERRORS)
def test_an_error_value_gives_that_same_error(read, code):
    assert refusal(read, code)[0] == code
    assert refusal(read, f" {code.lower()} ")[0] == code
    given = CellError(code, "from the cell")
    assert refusal(read, given) == (code, "from the cell")


@pytest.mark.parametrize(
    ("value", "expected"), [(12, 12), (12.0, 12), ("12", 12), (Decimal("3.00"), 3), ("1,000", 1000)]
)
def test_whole_numbers(value, expected):
    assert cells.whole_number(value) == expected


@pytest.mark.parametrize("value", [1.5, "1.5", Decimal("0.1"), "50%"])
def test_a_fraction_is_no_whole_number(value):
    code, message = refusal(cells.whole_number, value)
    assert code == "#NUM!"
    assert cells.shown(value) in message


@pytest.mark.parametrize("written", [202604, 202604.0, "202604", "2026-04"])
def test_a_year_and_month_as_other_systems_write_them_is_that_month(written):
    assert cells.month(written) == dt.date(2026, 4, 1)


@pytest.mark.parametrize(
    "written",
    ["C\u201002", "C\u201102", "C\u221202", "c-02\u200b", "\ufeffC-02", "C\u00ad-02", "\uff23-02",
     "\u200eC-02\u200f", " C-02\u00a0"],
)  # fmt: skip
def test_names_are_the_same_by_what_is_seen(written):
    assert cells.key(written) == cells.key("C-02") == "c-02"


DAY = dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (DAY, DAY),
        (dt.datetime(2026, 3, 1, 23, 59, 59), DAY),
        (46082, DAY),
        (46082.9999, DAY),
        (Decimal(46082), DAY),
        ("01/03/2026", DAY),
        ("1/3/2026", DAY),
        ("1.3.2026", DAY),
        ("1-3-2026", DAY),
        ("2026-03-01", DAY),
        ("2026-03-01 09:30", DAY),
        ("2026-03-01T09:30:00.5", DAY),
        ("1 Mar 2026", DAY),
        ("1-Mar-2026", DAY),
        (f" 1{NBSP}march  2026 ", DAY),
        ("13/04/2026", dt.date(2026, 4, 13)),
        ("04/01/2026", dt.date(2026, 1, 4)),
        ("5 sept 2025", dt.date(2025, 9, 5)),
        ("29/02/2024", dt.date(2024, 2, 29)),
        (1, dt.date(1900, 1, 1)),
        (59, dt.date(1900, 2, 28)),
        (61, dt.date(1900, 3, 1)),
        (2958465, dt.date(9999, 12, 31)),
    ],
)
def test_days(value, expected):
    found = cells.day(value)
    assert found == expected
    assert type(found) is dt.date


@pytest.mark.parametrize(
    ("value", "code", "quoted"),
    [
        (None, "#VALUE!", "a date is missing"),
        ("", "#VALUE!", "a date is missing"),
        ("soon", "#VALUE!", '"soon"'),
        ("03/13/2026", "#VALUE!", '"03/13/2026"'),
        ("31/02/2026", "#VALUE!", '"31/02/2026"'),
        ("29/02/2025", "#VALUE!", "the calendar does not have"),
        ("1/3/26", "#VALUE!", '"1/3/26"'),
        ("1/3-2026", "#VALUE!", '"1/3-2026"'),
        ("Mar 2026", "#VALUE!", '"Mar 2026"'),
        ("1 Mai 2026", "#VALUE!", '"1 Mai 2026"'),
        ("46082", "#VALUE!", '"46082"'),
        (True, "#VALUE!", "TRUE"),
        (0, "#NUM!", "found 0"),
        (60, "#NUM!", "29 Feb 1900"),
        (-1, "#NUM!", "found -1"),
        (0.5, "#NUM!", "found 0.5"),
        (2958466, "#NUM!", "found 2958466"),
        (1e300, "#NUM!", "found 1e+300"),
        (float("nan"), "#NUM!", "not finite"),
        ("31/12/1899", "#NUM!", '"31/12/1899"'),
        (dt.date(26, 3, 1), "#NUM!", "from 01/01/1900"),
        (dt.datetime(1850, 1, 1), "#NUM!", "the date 01/01/1850"),
    ],
)
def test_what_is_no_day_is_refused_and_quoted(value, code, quoted):
    found, message = refusal(cells.day, value)
    assert (found, quoted in message) == (code, True), message


@pytest.mark.parametrize(
    ("serial", "expected"),
    [(0, dt.date(1904, 1, 1)), (60, dt.date(1904, 3, 1)), (44620, dt.date(2026, 3, 1))],
)
def test_serials_from_1904(serial, expected):
    with cells.dates_from_1904():
        assert cells.day(serial) == expected
        assert cells.serial_of(expected) == serial
        assert refusal(cells.day, -1)[0] == "#NUM!"
        assert refusal(cells.day, 2957004)[0] == "#NUM!"
    assert cells.day(46082) == dt.date(2026, 3, 1)


def test_the_1904_system_is_left_again_after_an_error():
    with pytest.raises(CellError), cells.dates_from_1904():
        cells.day("soon")
    with cells.dates_from_1904(on=False):
        assert cells.serial_of(dt.date(2026, 3, 1)) == 46082


@pytest.mark.parametrize("serial", [1, 2, 58, 59, 61, 62, 46082, 2958465])
def test_a_serial_comes_back_as_it_is(serial):
    assert cells.serial_of(cells.day(serial)) == serial


@pytest.mark.parametrize(
    "value",
    ["September 2025", " sep 2025", "Sept-2025", "17/09/2025", "2025-09-30", 45901, 45930.5],
)
def test_months(value):
    assert cells.month(value) == dt.date(2025, 9, 1)


@pytest.mark.parametrize(
    ("value", "code"),
    [("Septembr 2025", "#VALUE!"), ("09/2025", "#VALUE!"), ("2025", "#VALUE!"), (None, "#VALUE!"),
     ("Jan 1899", "#NUM!"), (0, "#NUM!")],
)  # fmt: skip
def test_what_is_no_month(value, code):
    assert refusal(cells.month, value)[0] == code


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1001.0, "1001"), (1001, "1001"), ("00123", "00123"), (f" AB1{NBSP}", "AB1"), (None, ""),
     (True, "TRUE"), (dt.date(2026, 3, 1), "01/03/2026"), ("NA", "NA"), ("None", "None"),
     (1.5, "1.5"), ("a  b", "a b")],
)  # fmt: skip
def test_texts(value, expected):
    assert cells.text(value) == expected


@pytest.mark.parametrize("value", ["whole_months", "Whole Months", " WHOLE-MONTHS "])
def test_options_without_regard_to_case_and_spaces(value):
    assert cells.option(value, ["months", "whole_months"]) == "whole_months"


def test_an_unknown_option_names_the_options():
    code, message = refusal(lambda value: cells.option(value, ["months", "days"]), "weeks")
    assert (code, message) == ("#VALUE!", 'found "weeks"; expected one of: months, days')


@pytest.mark.parametrize(
    ("value", "expected"),
    [("yes", True), ("Y", True), (True, True), ("TRUE", True), ("No ", False), ("n", False),
     (False, False), ("false", False)],
)  # fmt: skip
def test_yes_and_no(value, expected):
    assert cells.yes_no(value) is expected


@pytest.mark.parametrize("value", ["maybe", 1, 0, None])
def test_neither_yes_nor_no(value):
    assert refusal(cells.yes_no, value)[0] == "#VALUE!"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, [[5]]),
        ([], [[None]]),
        ([1, 2], [[1, 2]]),
        ([[1], [2, 3]], [[1, None], [2, 3]]),
        (((1, 2), (3, 4)), [[1, 2], [3, 4]]),
        ([[1], 2], [[1], [2]]),
    ],
)
def test_ranges_as_rows(value, expected):
    assert cells.rows(value) == expected


def test_one_cell_of_a_range():
    assert cells.single([[5]]) == 5
    code, message = refusal(cells.single, [[1, 2], [3, 4]])
    assert (code, "2 x 2 cells" in message) == ("#VALUE!", True)
    assert cells.optional([[None]], cells.number, 7) == 7
    assert cells.optional([[" "]], cells.number, 7) == 7
    assert cells.optional([["£3"]], cells.number, 7) == 3


def test_an_amount_too_large_for_a_cell_is_an_error():
    assert cells.pounds(12345) == 123.45
    assert refusal(cells.pounds, 10**400)[0] == "#NUM!"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("AB1", '"AB1"'),
        ("AB1 ", '"AB1" with spaces that do not show'),
        (f"A{NBSP}B", '"A B" with a non-breaking space'),
        ("a\x1b[31m\x07", '"a\N{REPLACEMENT CHARACTER}[31m\N{REPLACEMENT CHARACTER}"'),
    ],
)
def test_spellings_are_quoted_with_what_does_not_show(text, quoted):
    assert cells.spelling(text) == quoted


@pytest.mark.parametrize(
    ("value", "lost"),
    [(999999999999999.0, False), (1e15, True), (-1e15, True), (0.30000000000000004, False),
     (10**20, False), ("1234567890123456", False), (float("inf"), False), (None, False)],
)  # fmt: skip
def test_numbers_whose_last_digits_excel_has_lost(value, lost):
    assert cells.has_lost_digits(value) is lost


def test_an_error_comes_back_whole_from_another_process():
    given = CellError("#NUM!", "row 3: found -1; expected 0 or more")
    back = pickle.loads(pickle.dumps(given))
    assert (back, str(back)) == (given, str(given))


@pytest.mark.parametrize("given", [numpy.bool_(True), numpy.bool_(False)])
def test_a_truth_value_of_numpy_is_no_number(given):
    with pytest.raises(CellError, match="expected a number"):
        cells.number(given)
