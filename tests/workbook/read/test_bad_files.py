"""Each kind of bad input in the file itself: its one message, and what stays unharmed."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.support.bad_books import (
    PLACEMENTS,
    child,
    edit_part,
    make,
    message,
    read,
    refusal,
    saved,
)
from tests.support.corpus.parts import read_parts
from tests.support.edits import edit
from xlpbr.contract.library import load_contract
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.files.safe_writing import write_safely
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.template.write import new_workbook

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet2.xml"
PLACES = ("--terms", "Terms!A:B", "--placements", "Placements!A:G")


def good(folder, **more):
    return make(folder, [PLACEMENTS, child()], **more)


def refused(path, number):
    assert refusal(lambda: open_book(path), path) == message(number)


def add_part(path, name, content):
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)


def calculated(folder, path):
    """The parts before and after PBR_ formulas were calculated, and the sheets that changed."""
    before, out = read_parts(path), folder / f"out{path.suffix}"
    done = recalculate(path, out)
    assert done.written
    after = read_parts(out)
    assert list(before) == list(after)
    return before, after, {name for name in before if before[name] != after[name]}


def with_formula(_book, sheets):
    sheets["Terms"].write_formula("D1", '=PBR_PRO_RATA(1200,DATE(2025,9,1),12,"28/02/2026")')


def test_25_digits_of_untouched_cells_stay(tmp_path):
    path = good(tmp_path, adjust=with_formula)
    long = b"<v>0.30000000000000004</v>"
    edit_part(path, SHEET, b"<v>1400</v>", long)
    before, after, changed = calculated(tmp_path, path)
    assert changed == {"xl/worksheets/sheet1.xml"}
    assert long in after[SHEET]
    assert before[SHEET] == after[SHEET]


def test_31_values_hidden_under_merged_cells_stay(tmp_path):
    path = good(tmp_path, adjust=with_formula)
    for part in ("xl/worksheets/sheet1.xml", SHEET):
        edit_part(
            path, part, b"</sheetData>",
            b'</sheetData><mergeCells count="1"><mergeCell ref="A2:B2"/></mergeCells>',
        )  # fmt: skip
    _, _, changed = calculated(tmp_path, path)
    assert changed == {"xl/worksheets/sheet1.xml"}
    out = cells_of(open_book(tmp_path / "out.xlsx"), "Terms")
    assert out[(2, 2)].value == cells_of(open_book(path), "Terms")[(2, 2)].value == 45901
    assert out[(1, 4)].value == 600


def test_36_manual_calculation(tmp_path):
    path = good(tmp_path, adjust=lambda book, sheets: (
        book.set_calc_mode("manual"), with_formula(book, sheets),
    ))  # fmt: skip
    _, after, _ = calculated(tmp_path, path)
    assert b'calcMode="manual"' in after["xl/workbook.xml"]
    assert cells_of(open_book(tmp_path / "out.xlsx"), "Terms")[(1, 4)].value == 600


@pytest.mark.slow
def test_37_new_functions_work_the_first_time(tmp_path):
    path = tmp_path / "new.xlsx"
    new_workbook(load_contract("plymouth-l04-2526"), path, sample=True)
    book = open_book(path)
    formulas = [
        cell.formula for sheet in book.sheets for cell in cells_of(book, sheet.name).values()
        if cell.formula
    ]  # fmt: skip
    newer = r"(AGGREGATE|XLOOKUP|FILTER|SORT|UNIQUE|SEQUENCE|TEXTJOIN|LET|IFS|MAXIFS|MINIFS)\("
    assert any(re.search(r"_xlfn\." + newer, formula) for formula in formulas)
    assert [formula for formula in formulas if re.search(r"(?<![.\w])" + newer, formula)] == []


def ole(*streams):
    entries = b"".join((name.encode("utf-16-le") + b"\0\0").ljust(128, b"\0") for name in streams)
    return bytes.fromhex("D0CF11E0A1B11AE1").ljust(512, b"\0") + entries


@pytest.mark.parametrize(
    ("number", "content"),
    [
        (38, ole("EncryptionInfo", "EncryptedPackage")),
        (39, ole("Workbook")),
        (57, b"PK\3\4 and then nothing"),
    ],
)
def test_38_files_that_are_no_open_workbook(tmp_path, number, content):
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    refused(path, number)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"Child,Moved on\r\nC01,01/04/2024\r\n", "is a text or CSV file, not a workbook;"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "is a web page (HTML), not a"),
        (ole("Workbook"), "is an old Excel workbook (.xls);"),
    ],
)
def test_39_files_with_the_wrong_name(tmp_path, content, what):
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    assert what in refusal(lambda: open_book(path), path)


def test_40_strict_and_unknown_versions(tmp_path):
    path = good(tmp_path)
    for part in ("xl/workbook.xml", SHEET, "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
        edit_part(path, part, MAIN, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
    assert saved(read(path)[0]) == 184 * 80000
    unknown = good(tmp_path)
    edit_part(unknown, "xl/workbook.xml", MAIN, b"http://schemas.microsoft.com/office/excel/2006/2")
    refused(unknown, 40)


def test_41_locks_are_never_stripped(tmp_path):
    path = good(tmp_path, adjust=lambda _book, sheets: sheets["Placements"].protect("secret"))
    book, out = open_book(path), tmp_path / "out.xlsx"
    changes = Changes(cells={"Placements": {(2, 3): CellChange(7100.0)}})
    assert refusal(lambda: edit(book, changes, out), path) == message(41)
    assert not out.exists()
    edit(book, changes, out, allow={"protected-sheet"})
    assert b"<sheetProtection " in read_parts(out)[SHEET]
    assert saved(read(path)[0]) == 184 * 80000


def test_42_a_signature_is_not_voided_unasked(tmp_path):
    path = good(tmp_path)
    add_part(path, "_xmlsignatures/sig1.xml", b"<Signature/>")
    changes = Changes(cells={"Placements": {(2, 3): CellChange(7100.0)}})
    out = tmp_path / "out.xlsx"
    assert refusal(lambda: edit(open_book(path), changes, out), path) == message(42)
    assert not out.exists()
    assert saved(read(path)[0]) == 184 * 80000


def test_43_the_owner_file_of_excel(tmp_path):
    path = tmp_path / "~$book.xlsx"
    path.write_bytes(b"\5alice")
    refused(path, 43)


def test_44_a_workbook_that_is_open_in_excel(tmp_path):
    path = good(tmp_path)
    name = "Alice Brown"
    owner = bytes([len(name)]) + name.encode().ljust(54) + name.encode("utf-16-le").ljust(110)
    (tmp_path / "~$book.xlsx").write_bytes(owner)
    before = path.read_bytes()
    assert refusal(lambda: write_safely(path, lambda _: None), path) == message(44)
    assert path.read_bytes() == before


def test_45_the_second_of_two_users_is_refused(tmp_path):
    path = good(tmp_path)
    book = open_book(path)
    changes = Changes(cells={"Placements": {(2, 3): CellChange(7100.0)}})
    edit(open_book(path), changes, path, in_place=True)
    first = path.read_bytes()
    assert refusal(lambda: edit(book, changes, path, in_place=True), path) == message(45)
    assert path.read_bytes() == first


@pytest.mark.parametrize("kind", [errno.ENOSPC, errno.EDQUOT])
def test_46_a_full_disk_leaves_the_old_file(tmp_path, kind):
    path = good(tmp_path)
    before = path.read_bytes()

    def fill(place):
        place.write_bytes(b"half")
        raise OSError(kind, os.strerror(kind))

    assert refusal(lambda: write_safely(path, fill), path) == message(46)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is a signal of POSIX systems")
def test_47_a_kill_while_saving_leaves_the_old_file(tmp_path):
    path = good(tmp_path)
    before = path.read_bytes()
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from xlpbr.workbook.files.safe_writing import write_safely\n"
        "def half(place):\n"
        "    place.write_bytes(b'half')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_safely(Path(sys.argv[1]), half)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    # The next save works, whatever the killed one left behind.
    write_safely(path, lambda place: place.write_bytes(b"new"))
    assert path.read_bytes() == b"new"


def test_48_zip_bombs(tmp_path):
    path = good(tmp_path)
    add_part(path, "xl/media/image1.png", b"\0" * (60 << 20))
    refused(path, 48)


def test_49_entities_that_grow(tmp_path):
    path = good(tmp_path)
    doctype = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    edit_part(path, "xl/workbook.xml", b"<workbook ", doctype + b"<workbook ")
    refused(path, 49)


def test_50_entities_from_outside(tmp_path):
    path = good(tmp_path)
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    doctype = f'<!DOCTYPE x [<!ENTITY x SYSTEM "file://{secret}">]>'.encode()
    edit_part(path, SHEET, b"<worksheet ", doctype + b"<worksheet ")
    assert refusal(lambda: read(path), path) == message(50)


def test_51_parts_with_a_path_out_of_the_package(tmp_path):
    path = good(tmp_path)
    add_part(path, "../../evil.xml", b"<x/>")
    refused(path, 51)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_52_a_part_twice(tmp_path):
    path = good(tmp_path)
    add_part(path, SHEET, b"<worksheet/>")
    refused(path, 52)


@pytest.mark.parametrize("text", ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)"])
def test_53_texts_that_look_like_formulas_stay_texts(tmp_path, xlpbr, text):
    path = make(tmp_path, [PLACEMENTS, child(text)], terms=[["Contract", text]])
    _, out, _ = xlpbr("explain", path, *PLACES, "--month", "Mar 2026", "--csv")
    rows = list(csv.reader(io.StringIO(out)))
    assert any(row[2].startswith(f"'{text}: ") for row in rows)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row[:3])
    report = tmp_path / "report.xlsx"
    xlpbr("report", path, "-o", report, *PLACES)
    shown = [cell for sheet in openpyxl.load_workbook(report) for row in sheet for cell in row]
    assert text in [cell.value for cell in shown]
    assert not any(cell.data_type == "f" for cell in shown)


def test_54_control_characters_and_very_long_texts(tmp_path):
    path = good(tmp_path)
    edit_part(path, SHEET, b'<c r="C2"><v>7000</v></c>',
              b'<c r="C2" t="str"><v>_x001B_[31m7000_x0007_</v></c>')  # fmt: skip
    _, lines = read(path)
    assert lines == [message(54)]
    assert lines[0].isprintable()
    path = make(tmp_path, [PLACEMENTS, child(before="x" * 32767)])
    assert len(read(path)[1][0]) < 250


@pytest.mark.parametrize(
    ("name", "number"), [("xl/vbaProject.bin", 55), ("xl/externalLinks/externalLink1.xml", 56)]
)
def test_55_macros_and_links_are_kept_and_not_run(tmp_path, name, number):
    path = good(tmp_path, adjust=with_formula)
    content = b"<externalLink/>" if number == 56 else bytes(range(256))
    add_part(path, name, content)
    _, after, changed = calculated(tmp_path, path)
    assert after[name] == content
    assert changed == {"xl/worksheets/sheet1.xml"}


def test_57_a_file_cut_short(tmp_path):
    path = good(tmp_path)
    content = path.read_bytes()
    for length in (30, 600, len(content) - 10):
        path.write_bytes(content[:length])
        refused(path, 57)
    path.write_bytes(b"")
    assert "is empty (0 bytes)" in refusal(lambda: open_book(path), path)


# What was read is said in every form.


@pytest.fixture
def odd(tmp_path) -> Path:
    """Titles above the headings, a hidden row, a blank row and a row of totals."""

    def hide(_book, sheets):
        sheets["Placements"].set_row(3, None, None, {"hidden": True})

    rows = [["Placements 2025/26"], PLACEMENTS, child(), child("C02"), [], ["Total", None, 14000]]
    return make(tmp_path, rows, adjust=hide)


ROWS = {"table": "Placements", "found": 4, "used": 2, "refused": 1, "blank": 1}
NOTES = ("found the headings in row 2", "1 row of data hidden", "a row of totals")


@pytest.mark.parametrize(
    "command", [["statement"], ["readings"], ["explain", "--month", "Mar 2026"]]
)
def test_rows_and_notes_for_machines(odd, xlpbr, command):
    _, out, err = xlpbr(command[0], odd, *command[1:], *PLACES, "--json")
    found = json.loads(out)
    assert ROWS in found["rows_read"]
    assert [row["table"] for row in found["rows_read"]] == ["Terms", "Placements"]
    assert found["problems"] == len(found["notes"]) == 3
    for note, line in zip(NOTES, found["notes"], strict=True):
        assert note in line
        assert line in err


def test_rows_and_notes_of_check(odd, xlpbr):
    found = json.loads(xlpbr("check", odd, *PLACES, "--json")[1])
    assert ROWS in found["rows_read"]
    assert [row["Where"] for row in found["rows"]] == [
        "Placements, Placements!A1:G6", "Placements, Placements!A1:G6", "Placements!A6",
    ]  # fmt: skip


def test_rows_and_notes_on_the_report(odd, xlpbr, tmp_path):
    target = tmp_path / "report.xlsx"
    xlpbr("report", odd, "-o", target, *PLACES)
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(target)["Checks"]]
    said = ["; ".join(map(str, row)) for row in rows]
    assert any("4 rows: 2 used, 1 refused, 1 blank" in line for line in said)
    for note in NOTES:
        assert any(note.removeprefix("found ") in line for line in said), note
