"""Bad input in the tables of a contract's life: its one message, and whether the figures stop."""

from __future__ import annotations

from datetime import date

import pytest

from tests.support.bad_books import INPUTS, PLACEMENTS, TERMS, child, make, message, read
from xlpbr.contract.life import LIFE_COLUMNS

THIS_PAGE = "tests/workbook/read/test_bad_life.py"
"""Where the kinds of bad input that are about the life of a contract are tried."""

CASES = [
    (63, "Prices", [["C09", date(2026, 4, 1), 7300, None]], False),
    (
        64,
        "Prices",
        [["C01", date(2026, 4, 1), 7300, None], ["C01", date(2026, 4, 1), 7400, None]],
        True,
    ),
    (65, "Costs", [["C01", date(2026, 4, 10), date(2026, 4, 1), 700, None, "notice", "yes"]], True),
    (66, "Rates", [["13 weeks", 1.5, 6000, None, None]], True),
    (67, "Cohort", [["C01", date(2026, 2, 1)]], True),
    (68, "Cohort", [["C02", None]], False),
    (69, "Agreed", [["Mar 2031", 100]], False),
    (70, "Agreed", [["Mar 2026", 100]], False),
    (71, "Budget", [["2025/27", 1, 1]], True),
    (72, "Prices", [["C01", date(2026, 2, 1), 7300, None]], False),
    (
        73,
        "Costs",
        [["C01", date(2026, 4, 10), date(2046, 4, 1), 700, None, "notice", "yes"]],
        False,
    ),
    (74, "Terms", [["Fee reading", "up_to_cap", date(2026, 6, 1)]], True),
    (75, "Terms", [["Break-down window", "phase"]], True),
    (76, "Terms", [["Break-down reimbursement", "whole"]], True),
    (77, "Terms", [["Programme months", 11]], False),
]


def test_every_kind_has_its_case() -> None:
    assert [number for number, *_ in CASES] == [
        entry["number"] for entry in INPUTS if entry["test"].startswith(THIS_PAGE)
    ]


@pytest.mark.parametrize(("number", "table", "rows", "stops"), CASES)
def test_what_is_said_of_the_life_of_a_contract(tmp_path, number, table, rows, stops):
    headings = [column.heading for column in LIFE_COLUMNS.get(table, ())]
    if table != "Terms":
        width = "ABCDEFGHI"[len(headings) - 1]
        book = make(tmp_path, [PLACEMENTS, child()], others={table: [headings, *rows]})
        records, lines = read(book, **{table: f"{table}!A1:{width}{len(rows) + 1}"})
    elif len(rows[0]) == 2:
        records, lines = read(make(tmp_path, [PLACEMENTS, child()], terms=rows))
    else:
        varied = [["Term", "Value", "From"], *([*row, None] for row in TERMS[1:]), *rows]
        book = make(tmp_path, [PLACEMENTS, child()], others={"Terms": varied})
        records, lines = read(book, Terms=f"Terms!A1:C{len(varied)}")
    assert lines == [message(number)]
    assert bool(records.blocking) is stops


def test_a_month_that_is_agreed_in_two_rows_is_said_with_their_sum(tmp_path):
    rows = [["Month", "Payable"], ["Mar 2026", 100], ["Mar 2026", 50]]
    book = make(tmp_path, [PLACEMENTS, child()], others={"Agreed": rows})
    _, lines = read(book, Agreed="Agreed!A1:B3")
    assert lines[0].startswith(
        "Agreed!B2 (Payable): found £150.00 agreed for March 2026, in 2 rows together; expected "
    )
