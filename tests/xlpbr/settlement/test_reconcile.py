"""Our figures against theirs."""

from __future__ import annotations

from datetime import date

import pytest

from xlpbr import functions
from xlpbr.errors import CellError

SEP, OCT = date(2025, 9, 1), date(2025, 10, 1)
HEADINGS = ["Key", "Ours", "Theirs", "Difference", "Status"]


def reconcile(ours, theirs, tolerance=None):
    headings, *rows, total = functions.pbr_reconcile(ours, theirs, tolerance)
    assert headings == HEADINGS
    assert total[0] == "Total"
    return rows, total[1:]


@pytest.mark.parametrize("ours_heading", [[], [["Month", "Payable"]], [[None, "Payable"]]])
@pytest.mark.parametrize("theirs_heading", [[], [["Key", "Amount £"]]])
def test_with_or_without_headings(ours_heading, theirs_heading):
    rows, total = reconcile(
        [*ours_heading, [SEP, 100], [None, None], [OCT, "£200.10"]],
        [*theirs_heading, ["October 2025", 200.1], ["Nov 2025", 5], ["17/09/2025", 90.5]],
    )
    assert rows == [
        [SEP, 100.0, 90.5, -9.5, "under-claimed"],
        [OCT, 200.1, 200.1, 0.0, "agreed"],
        [date(2025, 11, 1), 0.0, 5.0, 5.0, "not expected"],
    ]
    assert total == [300.1, 295.6, -4.5, "under-claimed"]


def test_keys_are_months_where_all_of_them_are_and_equal_ones_are_added_up():
    rows, total = reconcile(
        [[45901, 10], [45930.75, 5], [date(2025, 10, 9), 3]],
        [["Sept 2025", 15], ["Oct 2025", 2], [202511, 4]],
    )
    assert rows == [
        [SEP, 15.0, 15.0, 0.0, "agreed"],
        [OCT, 3.0, 2.0, -1.0, "under-claimed"],
        [date(2025, 11, 1), 0.0, 4.0, 4.0, "not expected"],
    ]
    assert total == [18.0, 21.0, 3.0, "over-claimed"]


def test_keys_are_texts_where_one_of_them_is_no_month_and_equal_ones_are_added_up():
    rows, total = reconcile(
        [[45123, 10], [45124, 5], ["C\u201101", 1], [" c01 ", 2], [4711, 3]],
        [["45124", 5], ["C-01\u00a0", 1], ["C01\u200b", 2], ["4711", 4]],
    )
    assert rows == [
        ["45123", 10.0, 0.0, -10.0, "not claimed"],
        ["45124", 5.0, 5.0, 0.0, "agreed"],
        ["C\u201101", 1.0, 1.0, 0.0, "agreed"],
        ["c01", 2.0, 2.0, 0.0, "agreed"],
        ["4711", 3.0, 4.0, 1.0, "over-claimed"],
    ]
    assert total == [21.0, 12.0, -9.0, "under-claimed"]


def test_what_only_one_side_has():
    rows, total = reconcile([["a", 5], ["b", 0]], [["c", 0], ["d", 7]])
    assert [(row[0], row[4]) for row in rows] == [
        ("a", "not claimed"), ("b", "not claimed"), ("c", "not expected"), ("d", "not expected"),
    ]  # fmt: skip
    assert total == [5.0, 7.0, 2.0, "over-claimed"]


@pytest.mark.parametrize(
    ("tolerance", "theirs", "status"),
    [
        (None, 100.01, "over-claimed"),
        (0, 99.99, "under-claimed"),
        (0.01, 100.01, "agreed"),
        (0.01, 99.99, "agreed"),
        (0.01, 100.02, "over-claimed"),
        ("£1", 101, "agreed"),
        (1, 101.01, "over-claimed"),
        (None, 100.004, "agreed"),
        (None, 100.00000000000001, "agreed"),
    ],
)
def test_the_edges_of_the_tolerance(tolerance, theirs, status):
    rows, _ = reconcile([["a", 100]], [["a", theirs]], tolerance)
    assert rows[0][4] == status


def test_parts_of_a_penny_that_excel_leaves_make_no_difference():
    rows, total = reconcile([["a", 0.3]], [["a", 0.1 + 0.2]])
    assert rows[0][1:] == total == [0.3, 0.3, 0.0, "agreed"]


def test_the_differences_add_up():
    rows, total = reconcile(
        [["a", 1.1], ["b", 2.2], ["c", 3.3]], [["b", 4.4], ["a", 1.1], ["d", 9]]
    )
    assert round(sum(row[3] for row in rows), 2) == total[2] == 7.9


@pytest.mark.parametrize(
    ("ours", "code", "where"),
    [
        ([["a", 1, 2]], "#VALUE!", "ours: found 3 columns"),
        ([["a"]], "#VALUE!", "ours: found 1 columns"),
        ([["a", 1], ["b", "tbc"]], "#VALUE!", 'ours, row 2: found "tbc"'),
        ([["Key", "Amount"], ["b", "tbc"]], "#VALUE!", 'ours, row 1: found "tbc"'),
        ([["Sep 2025", "tbc"], ["Oct 2025", 1]], "#VALUE!", 'ours, row 1: found "tbc"'),
        ([["a", 1], [None, 5]], "#VALUE!", "ours, row 2: an amount (5) without a key"),
        ([["a", 1], ["b", None]], "#VALUE!", "ours, row 2: a number is missing"),
        ([["a", 1], ["b", "#DIV/0!"]], "#DIV/0!", "ours, line 2"),
        ([["a", "#N/A"]], "#N/A", "ours, line 1"),
        ([["#REF!", 1]], "#REF!", "ours, line 1"),
    ],
)
def test_a_wrong_table_is_refused_with_its_row(ours, code, where):
    with pytest.raises(CellError) as caught:
        functions.pbr_reconcile(ours, [["a", 1]])
    assert (caught.value.code, where in caught.value.message) == (code, True), caught.value.message


@pytest.mark.parametrize(
    ("tolerance", "code", "quoted"),
    [(-0.01, "#NUM!", "found -0.01"), ([[-5.0]], "#NUM!", "found -5;"), ("x", "#VALUE!", '"x"'),
     ([[1, 2]], "#VALUE!", "1 x 2 cells")],
)  # fmt: skip
def test_a_wrong_tolerance_is_refused(tolerance, code, quoted):
    with pytest.raises(CellError) as caught:
        functions.pbr_reconcile([["a", 1]], [["a", 1]], tolerance)
    assert caught.value.code == code
    assert caught.value.message.startswith("tolerance: ")
    assert quoted in caught.value.message
