"""What a break-down is worth must be known on every day of the programme."""

from __future__ import annotations

from datetime import date

import pytest

from xlpbr.tables.terms import read_terms

ROWS = [
    ["Term", "Value", "From"],
    ["Starts on", date(2026, 1, 1), None],
    ["Ends on", date(2026, 12, 31), None],
    ["Fee", 100_000, None],
    ["Break-down reimbursement", "whole", None],
]


def blocked(*rows):
    return [problem.column for problem in read_terms([*ROWS, *rows]).blocking]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["Break-down amount", 5_000, None]], []),
        (
            [["Break-down amount", 5_000, None], ["Break-down amount", None, date(2026, 6, 1)]],
            ["Break-down amount"],
        ),
        (
            [
                ["Break-down amount", 5_000, None],
                ["Break-down amount", None, date(2026, 6, 1)],
                ["Cohort size", 21, None],
            ],
            [],
        ),
        (
            [["Break-down amount", 5_000, None], ["Break-down amount", None, date(2027, 6, 1)]],
            [],
        ),
        ([["Break-down amount", 5_000, date(2026, 6, 1)]], ["Break-down amount"]),
    ],
)
def test_an_amount_that_is_taken_away_needs_a_cohort_size(rows, expected):
    assert blocked(*rows) == expected
