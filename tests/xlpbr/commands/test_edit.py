"""attach, detach, insert and recalc as they are typed: what they say, write and refuse."""

from __future__ import annotations

import zipfile

import pytest
import xlsxwriter

from tests.support.bad_books import edit_part
from tests.support.corpus.refused import compound_file
from tests.support.edits import edit
from tests.xlpbr.commands.test_main import refused
from xlpbr.commands import edit as edit_commands
from xlpbr.workbook.calculate.comparison import Comparison
from xlpbr.workbook.calculate.keeping import Kept
from xlpbr.workbook.libreoffice import compare as in_calc
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange


@pytest.fixture
def budget(tmp_path):
    """A council's book whose placements stand under a title, with headings of its own."""
    path = tmp_path / "budget.xlsx"
    book = xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet("Placements 25-26")
    sheet.write("A1", "Placements budget")
    headings = ["Child", "Weekly rate", "Family weekly cost", "Moved on", "Ended on", "Agreed"]
    sheet.write_row("A4", headings)
    sheet.write_row("A5", ["00123", 7000, 1400, 45901, None, "yes"])
    sheet.write_row("A6", ["00124", 6500, 1300, 45931, None, "yes"])
    notes = book.add_worksheet("Notes")
    notes.write("A1", 45000)
    book.close()
    return path


PLACE = "'Placements 25-26'!A4:F6"
MAP = "Weekly rate=Residential weekly cost"


def test_attach_reads_the_books_own_table_and_detach_gives_the_book_back(xlpbr, budget, tmp_path):
    attached, back = tmp_path / "attached.xlsx", tmp_path / "back.xlsx"
    status, out, err = xlpbr(
        "attach", budget, "-o", attached, "--contract", "plymouth-l04-2526",
        "--sheets", "Statement", "--placements", PLACE, "--map", MAP,
    )  # fmt: skip
    assert (status, out) == (0, "")
    lines = err.splitlines()
    assert lines[0] == (
        f"Added 6 sheets to {attached}: PBR About, PBR Terms, PBR Placements, PBR Carers, "
        "PBR Claims, PBR Statement."
    )
    assert lines[1] == "Added because the others need them: PBR Terms, PBR Carers, PBR Claims."
    assert lines[-1] == "To take them out again: xlpbr detach attached.xlsx -o OUT.xlsx"
    book = open_book(attached)
    shown = cells_of(book, "PBR Placements")
    children = [cell.value for cell in shown.values() if cell.value in ("00123", "00124")]
    assert children == ["00123", "00124"]
    heading = next(row for (row, column), cell in cells_of(book, "PBR Statement").items()
                   if cell.value == "Month" and column == 1)  # fmt: skip
    # Two children for whole weeks of September: 7,000 - 1,400 a week for the one who had moved.
    assert cells_of(book, "PBR Statement")[heading + 1, 3].value == 24000.0
    status, out, err = xlpbr("detach", attached, "-o", back)
    assert (status, out) == (0, "")
    assert err.splitlines()[0].startswith(f"Took 6 sheets out of {attached}; wrote {back}: PBR ")
    assert "It is now the same file, byte for byte, as before they were attached." in err
    assert "was typed into" not in err
    assert back.read_bytes() == budget.read_bytes()


def test_a_package_that_has_no_type_for_all_relationships(xlpbr, budget, tmp_path):
    """LibreOffice up to 6.0 lists each such part by its name."""
    default = (
        b'<Default Extension="rels"'
        b' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    )
    with zipfile.ZipFile(budget) as package:
        named = [name for name in package.namelist() if name.endswith(".rels")]
    overrides = b"".join(
        b'<Override PartName="/%b" ContentType="application/vnd.openxmlformats-package'
        b'.relationships+xml"/>' % name.encode()
        for name in named
    )
    edit_part(budget, "[Content_Types].xml", default, b"")
    edit_part(budget, "[Content_Types].xml", b"</Types>", overrides + b"</Types>")
    attached, back = tmp_path / "attached.xlsx", tmp_path / "back.xlsx"
    assert xlpbr("attach", budget, "-o", attached, "--contract", "plymouth-l04-2526")[0] == 0
    assert xlpbr("detach", attached, "-o", back)[0] == 0
    assert back.read_bytes() == budget.read_bytes()


def test_a_relationship_that_led_nowhere_before_is_no_fault_of_an_attachment(
    xlpbr, budget, tmp_path
):
    edit_part(
        budget,
        "xl/_rels/workbook.xml.rels",
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/customXml" Target="../customXml/item9.xml"/></Relationships>',
    )
    attached, back = tmp_path / "attached.xlsx", tmp_path / "back.xlsx"
    assert xlpbr("attach", budget, "-o", attached, "--contract", "plymouth-l04-2526")[0] == 0
    assert xlpbr("detach", attached, "-o", back)[0] == 0
    assert back.read_bytes() == budget.read_bytes()


def test_in_place_and_back_in_place(xlpbr, budget):
    before = budget.read_bytes()
    contract = ("--contract", "cheshire-east-2026")
    status, _, err = xlpbr("attach", budget, "--in-place", *contract, "--sheets", "Terms")
    assert status == 0
    assert "The workbook as it was is kept as budget (before xlpbr " in err
    status, _, err = xlpbr("detach", budget, "--in-place")
    assert status == 0
    assert budget.read_bytes() == before
    assert len(list(budget.parent.glob("budget (before xlpbr *.xlsx"))) == 2


def test_headings_that_do_not_fit_are_proposed(xlpbr, budget, tmp_path):
    said = refused(
        xlpbr(
            "attach", budget, "-o", tmp_path / "out.xlsx", "--contract", "plymouth-l04-2526",
            "--placements", PLACE,
        ),
        "Residential weekly cost",
        "--map",
        "[headings]",
    )  # fmt: skip
    assert not (tmp_path / "out.xlsx").exists()
    assert "'Placements 25-26'" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("attach", "BOOK", "-o", "OUT"), "Say whose terms apply: --contract"),
        (("attach", "BOOK", "--contract", "plymouth-l04-2526"), "Give -o with the file to write,"),
        (
            ("attach", "BOOK", "-o", "OUT", "--in-place", "--contract", "plymouth-l04-2526"),
            "Give -o with the file to write, or --in-place, not both.",
        ),
        (
            ("attach", "BOOK", "-o", "OUT", "--contract", "plymouth-l04-2526", "--map", "Rate"),
            "--map 'Rate' needs the book's heading, =, and ours",
        ),
        (
            ("attach", "BOOK", "-o", "OUT", "--contract", "plymouth-l04-2526", "--sheets", "Sums"),
            "Sums",
        ),
        (("attach", "BOOK", "-o", "OUT.xlsm", "--contract", "plymouth-l04-2526"), "must end in"),
        (("detach", "BOOK", "-o", "OUT"), "has no sheets that xlpbr attached"),
        (("insert", "BOOK", "-o", "OUT"), "Give a cell and a formula, or --from with a CSV file."),
        (("insert", "BOOK", "Notes!B1", "-o", "OUT"), "Give a cell and a formula, or --from"),
        (("insert", "BOOK", "Notes!A1", "=PBR_VERSION()", "-o", "OUT"), "[occupied]"),
        (("insert", "BOOK", "Notes!B1", "--from", "OUT", "-o", "OUT"), "Give a cell and a formula"),
        (("recalc", "OLD.xls", "-o", "OUT"), "[old-xls]"),
    ],
)
def test_calls_that_cannot_be_carried_out(xlpbr, budget, tmp_path, words, said):
    places = {"BOOK": budget, "OUT": tmp_path / "out.xlsx", "OUT.xlsm": tmp_path / "out.xlsm"}
    places["OLD.xls"] = tmp_path / "old.xls"
    places["OLD.xls"].write_bytes(compound_file("Workbook"))
    refused(xlpbr(*(places.get(word, word) for word in words)), said)
    assert not (tmp_path / "out.xlsx").exists()


def test_insert_says_what_the_cells_show(xlpbr, budget, tmp_path):
    out = tmp_path / "out.xlsx"
    status, printed, err = xlpbr(
        "insert", budget, "Notes!B1", "=PBR_FEE_CAP(A1,349883.33,310000)", "-o", out
    )
    assert (status, printed) == (0, "")
    assert err.splitlines() == ["Notes!B1 shows 39883.33.", f"Wrote {out}."]
    listed = tmp_path / "formulas.csv"
    listed.write_text(
        'Cell,Formula\nNotes!B2,"=PBR_FEE_CAP(B1,1)"\nNotes!B3,=PBR_VERSION()\n', encoding="utf-8"
    )
    status, _, err = xlpbr("insert", out, "--from", listed, "-o", tmp_path / "more.xlsx")
    assert status == 0
    assert err.splitlines()[0] == "Notes!B2 shows 1."


def test_recalc_in_place_keeps_a_copy(xlpbr, budget, tmp_path):
    out = tmp_path / "out.xlsx"
    xlpbr("insert", budget, "Notes!B1", "=PBR_FEE_CAP(A1,349883.33,310000)", "-o", out)
    status, _, err = xlpbr("recalc", out, "--in-place")
    assert status == 0
    assert f"Calculated 1 PBR_ formula; no cell of {out} shows another value." in err
    assert "The workbook as it was is kept as out (before xlpbr " in err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sheet", "column", "value"), [("Carers", 0, "A. Carer"), ("Assumptions", 1, 5.0)]
)
def test_detach_says_what_was_typed_into_the_sheets(xlpbr, budget, tmp_path, sheet, column, value):
    attached, typed, back = (tmp_path / f"{name}.xlsx" for name in ("attached", "typed", "back"))
    xlpbr("attach", budget, "-o", attached, "--contract", "plymouth-l04-2526")
    book = open_book(attached)
    table = book.tables[f"pbr{sheet.lower()}"]
    place = (table.first_row + 1, table.first_column + column)
    edit(book, Changes(cells={f"PBR {sheet}": {place: CellChange(value)}}), typed)
    status, _, err = xlpbr("detach", typed, "-o", back)
    assert status == 0
    said = [line for line in err.splitlines() if line.startswith("What was typed")]
    assert said == [f"What was typed into PBR {sheet} went with it; it is in typed.xlsx still."]


def test_one_line_for_each_reason(capsys):
    kept = [Kept(f"S!A{row}", "it uses NOW") for row in range(1, 8)] + [Kept("S!B1", "it spills")]
    edit_commands.say_last_values(kept)
    assert capsys.readouterr().err.splitlines() == [
        "7 formulas keep their last value (S!A1, S!A2, S!A3, S!A4, S!A5 and 2 more): it uses NOW.",
        "1 formula keeps its last value (S!B1): it spills.",
    ]


def test_one_cell_that_depends(xlpbr, tmp_path):
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("S").write_formula("A2", "=A1*2", None, 0)
    book.close()
    out = tmp_path / "out.xlsx"
    _, _, err = xlpbr("insert", path, "S!A1", "=PBR_FEE_CAP(1,2)", "-o", out)
    assert "1 other cell that depends on it shows its new value." in err


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ({}, "LibreOffice Calc shows the same in S!A2."),
        (
            {"not_compared": "it is not installed"},
            "1 formula is not proved (S!A2): it uses functions beside the PBR_ ones that no other"
            " formula of the workbook shows to be right here, and it is not installed. Look at it"
            " in Excel.",
        ),
    ],
)
def test_insert_says_what_is_proved_by_a_second_calculator(
    xlpbr, tmp_path, monkeypatch, said, line
):
    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("S").write("A1", 3.25)
    book.close()

    def compare(_, places):
        return Comparison(**{kind: dict.fromkeys(places, of) for kind, of in said.items()})

    monkeypatch.setattr(in_calc, "compare_with_calc", compare)
    out = tmp_path / "out.xlsx"
    status, _, err = xlpbr("insert", path, "S!A2", "=ROUND(PBR_FEE_CAP(A1,9),1)", "-o", out)
    assert status == 0
    assert err.splitlines() == ["S!A2 shows 3.3.", line, f"Wrote {out}."]
    values = {"S": {(1, 1): CellChange(4.25)}}
    edit(open_book(out), Changes(cells=values), tmp_path / "changed.xlsx")
    status, _, err = xlpbr("recalc", tmp_path / "changed.xlsx", "-o", tmp_path / "new.xlsx")
    assert (status, "1 formula is not proved (S!A2): it uses functions" in err) == (0, True)
    assert "to be right here. Look at it in Excel." in err


def test_insert_says_that_a_book_has_the_forms_of_two_hosts(xlpbr, tmp_path):
    path = tmp_path / "two.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    sheet.write_dynamic_array_formula("A1:A1", "=_xldudf_PBR_FEE_CAP(1,2)", None, 1)
    sheet.write_dynamic_array_formula("A2:A2", "=PBR_FEE_CAP(1,2)", None, 1)
    book.close()
    _, _, err = xlpbr("insert", path, "S!B1", "=PBR_FEE_CAP(1,2)", "-o", tmp_path / "out.xlsx")
    assert "run xlpbr port two.xlsx with --to and one of classic, lite, server, calc." in err
