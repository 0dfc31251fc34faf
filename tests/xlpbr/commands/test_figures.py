"""The commands of a contract's later life: what they print for machines and for a person."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date

import pytest

from xlpbr import functions
from xlpbr.tables.declared import OPTIONAL

KEYWORDS = {table.lower() for table in OPTIONAL}


def told(table):
    """A table as JSON has it: headings, and rows under them."""
    headings, *rows = [[cell.isoformat() if isinstance(cell, date) else cell for cell in row]
                       for row in table]  # fmt: skip
    return headings, [dict(zip(headings, row, strict=True)) for row in rows]


def arguments(life, *tables):
    return {table.lower(): life[table] for table in tables}


CALLS = {
    "statement": ([], functions.pbr_statement, ("Carers", "Claims", *OPTIONAL[:5])),
    "readings": ([], functions.pbr_readings, ("Carers", *OPTIONAL[:4])),
    "explain": (["Mar 2026"], functions.pbr_explain, ("Carers", "Claims", *OPTIONAL[:5])),
    "invoice": (["May 2026"], functions.pbr_invoice, ("Carers", "Claims", *OPTIONAL[:5])),
    "lines": (["Apr 2026"], functions.pbr_lines, OPTIONAL[:3]),
    "children": ([], functions.pbr_children, OPTIONAL[:3]),
    "years": ([], functions.pbr_years, ("Carers", "Claims", *OPTIONAL)),
}


@pytest.mark.parametrize("command", CALLS)
def test_a_command_prints_what_its_function_gives(xlpbr, make_workbook, life, command):
    month, function, tables = CALLS[command]
    expected = function(
        life["Terms"], life["Placements"], *month, **arguments(life, *tables), as_at="30/11/2026"
    )
    words = [command, make_workbook(life), *(word for one in month for word in ("--month", one))]
    status, out, _ = xlpbr(*words, "--as-at", "30/11/2026", "--json")
    found = json.loads(out)
    assert (status, (found["headings"], found["rows"])) == (0, told(expected))
    assert [one["table"] for one in found["rows_read"]] == [
        "Terms", "Placements", "Carers", "Claims", *OPTIONAL
    ]  # fmt: skip
    _, out, _ = xlpbr(*words, "--as-at", "30/11/2026", "--csv")
    assert next(csv.reader(io.StringIO(out))) == told(expected)[0]


def test_check_reads_every_table(xlpbr, make_workbook, life):
    life["Costs"][1][3] = "dear"
    life["Budget"][1][0] = "next year"
    status, out, err = xlpbr("check", make_workbook(life), "--json")
    wheres = [row["Where"] for row in json.loads(out)["rows"]]
    assert (status, err) == (1, "")
    assert [where for where in wheres if where[0] in "CB" and "laims" not in where] == [
        "Costs!D2", "Budget!A2",
    ]  # fmt: skip
    _, _, err = xlpbr("check", make_workbook(life))
    assert "Budget: 2 rows = 1 used + 1 refused + 0 blank." in err


def test_optional_tables_are_where_the_person_says(xlpbr, make_workbook, life, sample):
    named = xlpbr("statement", make_workbook(life), "--csv")[1]
    book = make_workbook(life, "plain.xlsx", tables_named=False)
    places = [
        word
        for table in life
        for word in (f"--{table.lower()}", f"{table}!A:{chr(64 + len(life[table][0]))}")
    ]
    assert xlpbr("statement", book, "--csv", *places)[1] == named
    # Not said and not named, the six are not looked for.
    assert (
        xlpbr("statement", book, "--csv", *places[:8])[1]
        == (xlpbr("statement", make_workbook(sample, "four.xlsx"), "--csv")[1])
    )


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("command", CALLS)
def test_no_figure_is_cut_on_a_narrow_terminal(xlpbr, make_workbook, life, narrow, command, width):
    month, _, _ = CALLS[command]
    narrow(width)
    words = [command, make_workbook(life), *(word for one in month for word in ("--month", one))]
    status, out, _ = xlpbr(*words)
    lines = [line for line in out.splitlines() if line[:1] in "│┃┏└"]
    assert status == 0
    assert len(lines) > 2
    assert max(map(len, lines)) <= width
    # A figure that is broken leaves pounds without their pence at the end of a cell's line.
    cells = [cell.strip() for line in lines for cell in line.split("│")]
    assert [cell for cell in cells if re.search(r"£[\d,]+(\.\d?)?$", cell)] == []


def test_columns_without_a_figure_are_left_out_and_it_is_said(xlpbr, make_workbook, sample, life):
    end = ("--as-at", "28/02/2027")
    _, out, _ = xlpbr("statement", make_workbook(sample), *end)
    said = " ".join(out.split())
    assert "Outcome fees ┃" not in said
    assert said.endswith(
        "Not shown, because 0.00 in every month: Outcome fees, Reimbursed, Held back, Adjustment."
        " To invoice is Payable in every month."
    )
    _, out, _ = xlpbr("statement", make_workbook(life, "life.xlsx"), *end)
    said = " ".join(out.split())
    assert "Adjustment" in said.partition("Sep 2025")[0]
    assert said.endswith(
        "Not shown, because 0.00 in every month: Reimbursed, Held back. Agreed with other figures"
        " than those of now: Apr 2026. To invoice stays as it was agreed; the difference comes into"
        " a later Adjustment."
    )


def test_prices_are_shown_with_the_parts_of_a_penny_that_they_carry(xlpbr, make_workbook, life):
    life["Prices"][1][2] = 7289.2276
    _, out, _ = xlpbr("lines", make_workbook(life), "--month", "Apr 2026")
    assert "£7,289.2276" in out
    assert "01 Apr 2026" in out


@pytest.mark.parametrize("command", ["invoice", "lines"])
def test_a_month_outside_the_statement_is_a_wrong_call(xlpbr, make_workbook, sample, command):
    status, out, err = xlpbr(command, make_workbook(sample), "--month", "Mar 2031")
    assert (status, out) == (2, "")
    assert "expected a month of the statement, September 2025 to February 2027" in err
