"""The terminal at 80 and 100 columns: no line is longer, no figure is cut, and rows add up."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal

import click
import pytest

from tests.support.all_commands import BRIEF, COMMANDS, RUN, books_for
from xlpbr import functions
from xlpbr.commands.columns import Column, needed, that_fit, widths_of
from xlpbr.commands.main import commands as all_commands
from xlpbr.settlement.statement import FIGURES

WIDTHS = (80, 100)
TO_THE_END = ("--as-at", "28/2/2027")


@pytest.fixture
def commands(make_workbook, life, sample, tmp_path):
    """Every command, in a folder with the workbooks that it is given."""
    return books_for(make_workbook, life, sample, tmp_path)


def on_a_terminal(width, commands, folder):
    """What each command shows on a real terminal of a width."""
    pty = pytest.importorskip("pty", reason="there are no such terminals on Windows")
    termios = pytest.importorskip("termios")
    listed = folder / "commands.json"
    listed.write_text(json.dumps(commands), encoding="utf-8")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (50, width))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(listed)],
        cwd=folder, env=environment | {"TERM": "xterm"}, stdin=theirs, stdout=theirs, stderr=theirs,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        shown += more
    assert process.wait() == 0
    os.close(ours)
    text = shown.decode("utf-8").replace("\r\n", "\n")
    assert "Traceback" not in text
    # What stood there while the command worked has been taken away again, as has every colour.
    text = re.sub(r"[^\n\r]*\r +\r|[^\n]*\r\x1b\[2K", "", text)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", text)
    found = text.split("\x00")[1:]
    assert len(found) == len(commands)
    return dict(zip([tuple(words) for words in commands], found, strict=True))


def test_every_command_is_tried_or_is_brief():
    tried = {words[0] for words in COMMANDS if not words[0].startswith("-")}
    assert sorted(tried | BRIEF) == all_commands.list_commands(click.Context(all_commands))
    assert not tried & BRIEF


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_of_any_command_is_wider_than_the_terminal(commands, tmp_path, width):
    for words, shown in on_a_terminal(width, commands, tmp_path).items():
        lines = shown.splitlines()[1:]
        assert any(line.strip() for line in lines), words
        too_long = [line for line in lines if len(line) > width and len(line.split()) > 1]
        assert too_long == [], words
        # A figure that is broken leaves pounds without their pence at the end of a cell's line.
        cells = [cell.strip() for line in lines for cell in line.split("│")]
        assert [cell for cell in cells if re.search(r"£[\d,]+\.\d$", cell)] == [], words


@pytest.mark.parametrize("width", WIDTHS)
def test_where_the_output_is_no_terminal_columns_says_how_wide_it_is(
    xlpbr, commands, tmp_path, monkeypatch, narrow, width
):
    monkeypatch.chdir(tmp_path)
    everything = xlpbr(*commands[0])[1]
    assert max(map(len, everything.splitlines())) > 100
    narrow(width)
    for words in commands[:11]:
        status, out, _ = xlpbr(*words)
        assert status in (0, 1), words
        assert 0 < max(map(len, out.splitlines())) <= width, words


def pence(cell):
    return round(Decimal(re.sub("[£,]", "", cell)) * 100)


def printed(out):
    """The tables that are printed: for each row its cells under their headings."""
    headings: list[list[str]] = []
    rows = []
    for line in out.splitlines():
        cells = [cell.strip() for cell in re.split("[│┃]", line)[1:-1]]
        if line.startswith("┃"):
            headings.append(cells)
        elif line.startswith("│"):
            names = [" ".join(filter(None, parts)) for parts in zip(*headings, strict=True)]
            rows.append(dict(zip(names, cells, strict=True)))
        elif rows:
            headings = []
    return rows


@pytest.mark.parametrize("width", [80, 90, 100, 120, 140, 160, 200])
def test_the_figures_of_a_statement_that_are_left_add_up(xlpbr, make_workbook, life, narrow, width):
    narrow(width)
    _, out, err = xlpbr("statement", make_workbook(life), *TO_THE_END)
    assert err == "" or "to look at" in err
    months = printed(out)
    assert len(months) == 18
    shown = set(months[0])
    for month in months:
        amounts = {name: pence(cell) for name, cell in month.items() if "£" in cell}
        if "Fee" in shown:
            parts = ("Fee", "Carer fees", "Outcome fees", "Bonus")
            assert sum(amounts.get(part, 0) for part in parts) == amounts["Payable"]
        if "Net saving to date" in shown:
            assert (
                amounts["Saving to date"] - amounts["Payable to date"]
                == amounts["Net saving to date"]
            )
        if "Balance" in shown:
            assert amounts["Payable to date"] - amounts["Invoiced to date"] == amounts["Balance"]
        if "To invoice" in shown and month["Month"] not in out.partition("Agreed with")[2]:
            assert amounts["Payable"] + amounts["Adjustment"] == amounts["To invoice"]
    # Each heading is shown, or said to be left out, or to hold nothing.
    said = " ".join(out.split())
    left = said.partition("Left out for want of width: ")[2].partition(" --csv or --json has all.")
    named = left[0].removesuffix(";").split(", ")
    zero = said.partition("0.00 in every month: ")[2].partition(".")[0].split(", ")
    count = len(named) + (int(named[-1].split()[-2]) if named[-1].endswith(" more") else 0)
    assert len(shown) + len(zero) + (count if left[1] else 0) == len(FIGURES)


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_months_of_a_child_add_up_to_its_total(xlpbr, make_workbook, life, narrow, width):
    narrow(width)
    _, out, _ = xlpbr("children", make_workbook(life), *TO_THE_END)
    rows = printed(out)
    assert max(map(len, out.splitlines())) <= width
    assert len(rows) > 10
    for row in rows:
        _, total, *months = row.values()
        assert months
        assert sum(map(pence, months)) == pence(total)
    expected = functions.pbr_children(
        life["Terms"], life["Placements"],
        **{table.lower(): life[table] for table in ("Cohort", "Prices", "Costs")},
    )  # fmt: skip
    assert [[row["Child"], f"£{pence(row['Total']) / 100:.2f}"] for row in rows] == [
        [row[0], f"£{row[1]:.2f}"] for row in expected[1:]
    ]
    assert ("Months are added up" in out) == any(name.startswith("To ") for name in rows[0])


def test_readings_for_a_person_are_in_words_the_dearest_first(xlpbr, make_workbook, life, narrow):
    narrow(100)
    _, out, _ = xlpbr("readings", make_workbook(life), *TO_THE_END)
    rows = [row for row in printed(out) if row["Difference"]]
    worth = [abs(pence(row["Difference"])) for row in rows]
    assert worth == sorted(worth, reverse=True)
    assert 0 not in worth
    expected = functions.pbr_readings(
        life["Terms"], life["Placements"], life["Carers"],
        **{table.lower(): life[table] for table in ("Cohort", "Prices", "Costs", "Rates")},
    )  # fmt: skip
    assert sorted(pence(row["Payable"]) for row in rows) == sorted(
        round(row[3] * 100) for row in expected[1:] if row[4]
    )
    assert "What is earned in the" in out
    in_use = {row[3] for row in expected[1:] if row[2] == "yes"}
    assert [f"Payable as it is read now: £{payable:,.2f}." for payable in in_use] == re.findall(
        r"Payable as it is read now: \S+", out
    )
    idle = {row[0] for row in expected[1:]} - {row[0] for row in expected[1:] if row[4]}
    said = " ".join(out.split())
    named = said.partition("Without effect to this day: ")[2].partition(".")[0].split(", ")
    assert set(named) == idle


def column(heading, *cells, kind="money"):
    return Column(heading, cells, kind)


def test_whole_groups_are_kept_or_left_out():
    columns = [column(name, "1234567") for name in ("A", "B", "C", "D", "E")]
    assert needed(columns) == 51
    groups = [("A", "E"), ("B", "C"), ("D",)]
    names = [[one.heading for one in that_fit(columns, groups, width)] for width in range(20, 53)]
    assert names[0] == ["A", "E"]
    assert names[11] == ["A", "D", "E"]  # 31: one more, and not a part of two
    assert names[21] == ["A", "B", "C", "E"]
    assert names[31] == ["A", "B", "C", "D", "E"]
    assert that_fit(columns, [], 10) == columns


def test_texts_have_the_room_that_makes_the_table_short():
    short, long = column("Term", "aa bb", kind="text"), column("Why", "word " * 30, kind="text")
    first, second = widths_of([short, long], 60)
    assert 1 + first + second + 6 == 60
    assert first <= 5 < second
    assert widths_of([short, long], 400) == [5, 150]
    # A figure, and a word of a usual length, are never broken.
    day = column("From", f"{date(2026, 5, 1):%d %b %Y}", kind="date")
    assert widths_of([day, column("What", "Residential", kind="text")], 10) == [11, 11]
