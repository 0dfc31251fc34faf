"""What is printed: harmless whatever a workbook holds, readable whatever the terminal is set to."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import pytest

from xlpbr.commands import terminal
from xlpbr.commands.terminal import harmless

CHILD = "C\x1b[2J\x1b]0;gone\x0701\u202e\x9b31m"
NOT_SEEN = [*range(9), *range(11, 32), *range(0x7F, 0xA0), 0x202E, 0x2066]


def test_every_character_that_steers_a_terminal_is_written_out():
    steering = "".join(map(chr, NOT_SEEN))
    assert harmless(f"a{steering}b\tc\nd") == (
        "a" + "".join(f"\\u{number:04x}" for number in NOT_SEEN) + "b\tc\nd"
    )
    assert harmless("£1,000 – Zoë ‑ 家") == "£1,000 – Zoë ‑ 家"


class Screen(io.StringIO):
    """A terminal that remembers what is written to it."""

    def isatty(self):
        return True


def screen_beside_the_output(monkeypatch):
    """A terminal of 40 columns; put there within a test, as pytest has its own between."""
    monkeypatch.setenv("COLUMNS", "40")
    found = Screen()
    monkeypatch.setattr(sys, "stderr", found)
    return found


def test_what_is_going_on_stands_there_while_it_goes_on_and_is_gone_afterwards(monkeypatch):
    screen = screen_beside_the_output(monkeypatch)
    with terminal.progress("Writing a workbook with a very long name"):
        assert screen.getvalue() == "Writing a workbook with a very long ..."
    assert screen.getvalue().split("\r")[1:] == [" " * 39, ""]


def test_what_is_going_on_is_gone_where_it_fails(monkeypatch):
    screen = screen_beside_the_output(monkeypatch)
    with pytest.raises(ValueError, match="no"), terminal.progress("Reading\x1b"):
        raise ValueError("no")
    assert screen.getvalue() == "Reading\\u001b ..." + "\r" + " " * 39 + "\r"


def test_a_line_wraps_between_words_and_a_path_stays_whole(monkeypatch):
    screen = screen_beside_the_output(monkeypatch)
    terminal.say("Wrote /a/folder/with-a-name/that-is/longer-than-the-screen.xlsx, which is all.")
    assert screen.getvalue().splitlines() == [
        "Wrote",
        "  /a/folder/with-a-name/that-is/longer-than-the-screen.xlsx,",
        "  which is all.",
    ]


@pytest.fixture
def book(make_workbook, sample):
    """A workbook with a child whose name steers a terminal, and who ends before it moved."""
    row = sample["Placements"][1]
    row[0], row[4], row[5] = CHILD, row[5] or row[4], row[4].replace(year=2020)
    return make_workbook(sample)


@pytest.mark.parametrize("form", [[], ["--csv"], ["--json"]])
def test_a_name_that_steers_a_terminal_is_harmless_in_every_form(xlpbr, book, form):
    _, out, err = xlpbr("check", book, *form)
    said = out + err
    assert not {chr(number) for number in NOT_SEEN} & set(said)
    if form == ["--json"]:
        # To who reads the JSON it is the character that stands in the workbook.
        assert "\u202e" in json.loads(out)["rows"][0]["What to do"]
    else:
        assert r"01\u202e" in out.replace("\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("form", [[], ["--csv"], ["--json"]])
def test_a_code_page_of_windows_stops_no_output(make_workbook, sample, form):
    sample["Placements"][1][0] = "AB\u20111 Zo\u00eb \u5bb6"
    path = make_workbook(sample)
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-c", "from xlpbr import cli; cli.main()", "statement", str(path), *form],
        capture_output=True, env=environment, check=False,
    )  # fmt: skip
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    if form == ["--json"]:
        assert json.loads(done.stdout.decode("utf-8"))["rows"]
    elif form == ["--csv"]:
        assert next(csv.reader(done.stdout.decode("utf-8").splitlines()))[0] == "Month"
    else:
        assert "£".encode("cp1252") in done.stdout
