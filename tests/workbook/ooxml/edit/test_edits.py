"""Edits inside a package: sheets, cells, names and tables, what is refused, and what comes back."""

from __future__ import annotations

import re
import zipfile
from datetime import date

import openpyxl
import pytest
import xlsxwriter

from tests.hard.made_sheets import NAMES, make_sheets
from tests.support import corpus
from tests.support.edits import detach, edit, write_values
from tests.support.host_books import hand_written_book, openpyxl_book, xlsxwriter_book
from xlpbr.contract.library import load_contract
from xlpbr.errors import FileProblem
from xlpbr.workbook.attach.attach import attach
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit import sheets as package_sheets
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.edit.sheets import SheetsToAdd
from xlpbr.workbook.ooxml.edit.transplant_parts import used_table_ids
from xlpbr.workbook.ooxml.parts.workbook_part import DefinedName
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange

CHAIN = (
    '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<c r="B2" i="1"/><c r="B3"/><c r="B4"/></calcChain>'
)


@pytest.fixture
def budget(tmp_path):
    """A book with formulas, calcChain, a protected sheet, a merge and a table."""
    path = tmp_path / "plain.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Budget")
    sheet.write_row("A1", ["Line", "Pounds"])
    for row, (label, formula, value) in enumerate(
        [("One", "=1+1", 2), ("Two", "=B2*2", 4), ("Three", "=SUM(B2:B3)", 6)], start=2
    ):
        sheet.write(f"A{row}", label)
        sheet.write_formula(f"B{row}", formula, None, value)
    sheet.merge_range("D2:E3", "merged")
    sheet.write_row("A10", ["Child", "Cost"])
    sheet.write_row("A11", ["C01", 7000])
    locked = book.add_worksheet("Locked")
    locked.protect()
    locked.write("A1", 5)
    locked.write("A2", 5, book.add_format({"locked": False}))
    locked.write_formula("A3", "=A1", None, 5)
    book.close()
    return with_parts(
        path,
        tmp_path / "budget.xlsx",
        {
            "xl/calcChain.xml": CHAIN,
            "xl/_rels/workbook.xml.rels": lambda text: text.replace(
                "</Relationships>",
                '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/'
                '2006/relationships/calcChain" Target="calcChain.xml"/></Relationships>',
            ),
            "[Content_Types].xml": lambda text: text.replace(
                "</Types>",
                '<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxml'
                'formats-officedocument.spreadsheetml.calcChain+xml"/></Types>',
            ),
        },
    )


def with_parts(path, target, parts):
    """A copy with parts added, or changed by a function of their text."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            text = old.read(info)
            change = parts.get(info.filename)
            if callable(change):
                text = change(text.decode()).encode()
            new.writestr(info, text)
        for name, text in parts.items():
            if not callable(text):
                new.writestr(name, text)
    return target


def part(path, name):
    with zipfile.ZipFile(path) as packed:
        return packed.read(name).decode()


def members(path):
    with zipfile.ZipFile(path) as packed:
        return {info.filename: (info.CRC, info.compress_size) for info in packed.infolist()}


def refused(book, changes, target, **options):
    with pytest.raises(FileProblem) as caught:
        edit(open_book(book), changes, target, **options)
    assert not target.exists()
    sentence = str(caught.value)
    assert sentence.endswith((".", "same."))
    assert "\n" not in sentence
    return caught.value.code, sentence


def set_one(sheet, row, column, value, formula=None):
    return Changes(cells={sheet: {(row, column): CellChange(value, formula)}})


@pytest.fixture
def made(tmp_path):
    return make_sheets(tmp_path / "made.xlsx")


def test_sheets_are_added_and_nothing_else_changes(budget, made, tmp_path):
    out = tmp_path / "out.xlsx"
    done = edit(open_book(budget), Changes(add_sheets=SheetsToAdd(made, NAMES)), out)
    before, after = members(budget), members(out)
    assert set(done.changed) == {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
    }  # fmt: skip
    assert {name for name in before if before[name] != after[name]} == set(done.changed)
    assert set(after) - set(before) == set(done.added)
    assert "xl/worksheets/sheet3.xml" in done.added
    book = open_book(out)
    assert [sheet.name for sheet in book.sheets] == ["Budget", "Locked", *NAMES]
    for name in NAMES:
        assert cells_of(book, name) == cells_of(open_book(made), name)
    loaded = openpyxl.load_workbook(out)
    assert loaded[NAMES[0]]["A1"].font.b
    assert loaded[NAMES[0]]["B11"].number_format == '"£"#,##0.00'
    assert list(loaded[NAMES[0]].tables) == ["PbrTrial"]


def test_added_sheets_are_taken_out_and_replaced(budget, made, tmp_path):
    added, out = tmp_path / "added.xlsx", tmp_path / "out.xlsx"
    edit(open_book(budget), Changes(add_sheets=SheetsToAdd(made, NAMES)), added)
    done = edit(open_book(added), Changes(remove_sheets=NAMES), out)
    assert "xl/worksheets/sheet3.xml" in done.removed
    assert set(members(out)) == {*members(budget), "xl/metadata.xml"}
    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/calcChain.xml"):
        assert part(out, name) == part(budget, name)
    more = make_sheets(tmp_path / "more.xlsx", 2)
    edit(
        open_book(added),
        Changes(remove_sheets=NAMES, add_sheets=SheetsToAdd(more, NAMES)),
        tmp_path / "replaced.xlsx",
    )
    replaced = open_book(tmp_path / "replaced.xlsx")
    assert [sheet.name for sheet in replaced.sheets] == ["Budget", "Locked", *NAMES]
    assert cells_of(replaced, NAMES[0])[4, 2].value == 2000.5


def test_only_sheets_that_xlpbr_added_are_taken_out(budget, made, tmp_path):
    out = tmp_path / "out.xlsx"
    code, sentence = refused(budget, Changes(remove_sheets=("Budget",)), out)
    assert code == "not-ours"
    assert "the sheet Budget was not added by xlpbr" in sentence
    added = tmp_path / "added.xlsx"
    edit(open_book(budget), Changes(add_sheets=SheetsToAdd(made, NAMES)), added)
    # Copied in Excel, a sheet has the mark of the other and a number of its own.
    copied = with_parts(
        added,
        tmp_path / "copied.xlsx",
        {"xl/workbook.xml": lambda text: text.replace('sheetId="3"', 'sheetId="13"')},
    )
    code, _ = refused(copied, Changes(remove_sheets=(NAMES[0],)), out)
    assert code == "not-ours"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"Budget": {(20, 1): CellChange(1.0, "'PBR trial'!B11")}}, "Budget!A20"),
        ({"Budget": {(20, 1): CellChange(1.0, "SUM(PbrTrial[Payable])")}}, "Budget!A20"),
    ],
)
def test_sheets_that_others_read_are_not_taken_out(budget, made, tmp_path, changes, named):
    added, used, out = (tmp_path / f"{name}.xlsx" for name in ("added", "used", "out"))
    edit(open_book(budget), Changes(add_sheets=SheetsToAdd(made, NAMES)), added)
    edit(open_book(added), Changes(cells=changes), used)
    code, sentence = refused(used, Changes(remove_sheets=NAMES), out)
    assert code == "in-use"
    assert f"{named} would show #REF!" in sentence


def test_names_charts_and_rules_that_read_a_sheet_are_found(budget, made, tmp_path):
    added, named, out = (tmp_path / f"{name}.xlsx" for name in ("added", "named", "out"))
    edit(open_book(budget), Changes(add_sheets=SheetsToAdd(made, NAMES)), added)
    name = DefinedName("Total", "'PBR trial'!$B$11")
    edit(open_book(added), Changes(names=(name,)), named)
    code, sentence = refused(named, Changes(remove_sheets=NAMES), out)
    assert (code, "the name Total would show" in sentence) == ("in-use", True)
    ruled = with_parts(
        added,
        tmp_path / "ruled.xlsx",
        {
            "xl/worksheets/sheet1.xml": lambda text: text.replace(
                "<pageMargins",
                '<dataValidations count="1"><dataValidation type="list" sqref="H1"><formula1>'
                "'PBR trial'!$A$4:$A$9</formula1></dataValidation></dataValidations><pageMargins",
            )
        },
    )
    code, sentence = refused(ruled, Changes(remove_sheets=NAMES), out)
    assert "a rule or drop-down list on the sheet Budget would show" in sentence


def test_the_order_of_calculation_goes_where_formulas_change(budget, tmp_path):
    out, typed = tmp_path / "out.xlsx", tmp_path / "typed.xlsx"
    changes = {
        "Budget": {
            (2, 2): CellChange(3.0, None),
            (3, 2): CellChange(5.0, "B2+2"),
            (20, 2): CellChange(9.0, "3*3"),
            (21, 2): CellChange("x", None),
        }
    }
    edit(open_book(budget), Changes(cells=changes), out)
    assert "xl/calcChain.xml" not in members(out)
    assert "calcChain" not in part(out, "[Content_Types].xml")
    assert "calcChain" not in part(out, "xl/_rels/workbook.xml.rels")
    values = {
        (row, column): cell.value
        for (row, column), cell in cells_of(open_book(out), "Budget").items()
        if column == 2
    }
    assert values == {
        (1, 2): "Pounds", (2, 2): 3.0, (3, 2): 5.0, (4, 2): 6.0, (11, 2): 7000.0, (10, 2): "Cost",
        (20, 2): 9.0, (21, 2): "x",
    }  # fmt: skip
    values_alone = {(2, 2): CellChange(4.0), (30, 2): CellChange(1.0, None)}
    edit(open_book(budget), Changes(cells={"budget": values_alone}), typed)
    assert part(typed, "xl/calcChain.xml") == CHAIN


def test_cells_of_a_protected_sheet(budget, tmp_path):
    out = tmp_path / "out.xlsx"
    code, sentence = refused(budget, set_one("Locked", 1, 1, 9.0), out)
    assert code == "protected-cell"
    assert sentence.startswith("Locked!A1 is locked and its sheet is protected;")
    edit(open_book(budget), set_one("Locked", 2, 1, 9.0), out)
    assert cells_of(open_book(out), "Locked")[2, 1].value == 9.0
    allowed = tmp_path / "allowed.xlsx"
    edit(open_book(budget), set_one("Locked", 1, 1, 9.0), allowed, allow={"protected-sheet"})
    assert "<sheetProtection" in part(allowed, "xl/worksheets/sheet2.xml")
    # A new last value of a locked formula is what Excel itself would store.
    value = Changes(cells={"Locked": {(3, 1): CellChange(6.0)}})
    edit(open_book(budget), value, tmp_path / "value.xlsx")


def test_a_locked_structure_is_passed_over_only_when_told(budget, made, tmp_path):
    locked = with_parts(
        budget,
        tmp_path / "locked.xlsx",
        {
            "xl/workbook.xml": lambda text: text.replace(
                "<bookViews>", '<workbookProtection lockStructure="1"/><bookViews>'
            )
        },
    )
    out = tmp_path / "out.xlsx"
    coming = Changes(add_sheets=SheetsToAdd(made, NAMES))
    code, sentence = refused(locked, coming, out)
    assert code == "locked-structure"
    assert "is locked (Review, Protect Workbook)" in sentence
    edit(open_book(locked), set_one("Budget", 30, 1, 1.0), tmp_path / "cell.xlsx")
    edit(open_book(locked), coming, out, allow={"locked-structure"})
    assert '<workbookProtection lockStructure="1"/>' in part(out, "xl/workbook.xml")


def test_a_signature_is_voided_only_when_told(budget, tmp_path):
    signed = with_parts(budget, tmp_path / "signed.xlsx", {"_xmlsignatures/origin.sigs": ""})
    out = tmp_path / "out.xlsx"
    code, sentence = refused(signed, set_one("Budget", 30, 1, 1.0), out)
    assert code == "signed"
    assert "any change would void the signature" in sentence
    edit(open_book(signed), set_one("Budget", 30, 1, 1.0), out, allow={"signed"})
    assert "_xmlsignatures/origin.sigs" in members(out)


def test_a_book_that_somebody_changed_since_it_was_read_is_not_written(budget, tmp_path):
    book = open_book(budget)
    other = tmp_path / "other.xlsx"
    edit(open_book(budget), set_one("Budget", 40, 1, 1.0), other)
    other.replace(budget)
    with pytest.raises(FileProblem) as caught:
        edit(book, set_one("Budget", 30, 1, 1.0), tmp_path / "out.xlsx")
    assert caught.value.code == "changed-since-read"
    with pytest.raises(FileProblem) as caught:
        edit(book, set_one("Budget", 30, 1, 1.0), budget, in_place=True)
    assert caught.value.code == "changed-since-read"
    assert cells_of(open_book(budget), "Budget")[40, 1].value == 1.0
    assert (30, 1) not in cells_of(open_book(budget), "Budget")


def test_a_book_that_is_open_in_excel_is_not_edited(budget, tmp_path):
    owner = b"\x05Alice" + b" " * 49 + b"\x05\0" + "Alice".encode("utf-16-le").ljust(108, b" ")
    (tmp_path / "~$budget.xlsx").write_bytes(owner)
    code, sentence = refused(budget, set_one("Budget", 30, 1, 1.0), tmp_path / "out.xlsx")
    assert code == "open-in-excel"
    assert "Alice" in sentence


def test_in_place_a_dated_copy_is_kept(budget, tmp_path):
    before = budget.read_bytes()
    done = edit(open_book(budget), set_one("Budget", 30, 1, 1.0), budget, in_place=True)
    assert done.kept is not None
    assert done.kept.read_bytes() == before
    assert re.fullmatch(
        rf"budget \(before xlpbr {date.today():%Y}-\d\d-\d\d \d\d\.\d\d\)\.xlsx", done.kept.name
    )
    assert cells_of(open_book(budget), "Budget")[30, 1].value == 1.0


def test_the_input_and_another_ending_are_refused(budget, tmp_path):
    with pytest.raises(FileProblem, match="is the file that is being read"):
        edit(open_book(budget), set_one("Budget", 30, 1, 1.0), budget)
    code, _ = refused(budget, set_one("Budget", 30, 1, 1.0), tmp_path / "out.xlsm")
    assert code == "other-ending"


@pytest.mark.parametrize(
    ("row", "column", "code", "said"),
    [
        (3, 5, "merged-cell", "Budget!E3 lies inside the merged cells Budget!D2:E3"),
        (1_048_577, 1, None, None),
    ],
)
def test_cells_that_may_not_be_set(budget, tmp_path, row, column, code, said):
    if code is None:
        with pytest.raises(ValueError, match="there is no cell in row"):
            edit(open_book(budget), set_one("Budget", row, column, 1.0), tmp_path / "out.xlsx")
        return
    assert said in refused(budget, set_one("Budget", row, column, 1.0), tmp_path / "out.xlsx")[1]


def test_names_are_added(budget, tmp_path):
    out = tmp_path / "out.xlsx"
    edit(open_book(budget), Changes(names=(DefinedName("Rate", "Budget!$B$2"),)), out)
    assert [known.name for known in open_book(out).names] == ["Rate"]
    assert openpyxl.load_workbook(out).defined_names["Rate"].value == "Budget!$B$2"


def test_an_edit_that_changes_nothing_leaves_the_same_file(budget, tmp_path):
    out = tmp_path / "out.xlsx"
    done = edit(open_book(budget), Changes(cells={"Budget": {(90, 9): CellChange(None)}}), out)
    assert done.changed == ()
    assert out.read_bytes() == budget.read_bytes()


def make_tables(path, *names):
    with xlsxwriter.Workbook(path) as book:
        for name in names:
            book.add_worksheet(f"Sheet of {name}").add_table("A1:B3", {"name": name})
    return path


def with_tables(book, tmp_path, *names):
    made = make_tables(tmp_path / f"{names[0]}.xlsx", *names)
    out = tmp_path / f"with {names[0]}.xlsx"
    sheets = SheetsToAdd(made, tuple(f"Sheet of {name}" for name in names))
    edit(open_book(book), Changes(add_sheets=sheets), out)
    return out


def test_each_table_has_a_number_of_its_own(budget, tmp_path):
    again = with_tables(with_tables(budget, tmp_path, "Placements", "More"), tmp_path, "Last")
    assert used_table_ids(open_book(again).archive) == {1, 2, 3}
    assert set(open_book(again).tables) == {"placements", "more", "last"}


def test_mapped_cells_are_numbered_with_the_tables(tmp_path):
    path = tmp_path / "xml-map.xlsx"
    next(entry for entry in corpus.CORPUS if entry.name == path.name).make(path)
    before = used_table_ids(open_book(path).archive)
    assert 1 in before
    out = with_tables(path, tmp_path, "Added")
    assert used_table_ids(open_book(out).archive) == {*before, max(before) + 1}


def test_a_spilling_formula_gets_its_mark(budget, tmp_path):
    out = tmp_path / "out.xlsx"
    changes = {
        (20, 1): CellChange(2.0, "B2:B3*1", "A20:A21"),
        (21, 1): CellChange(4.0),
    }
    edit(open_book(budget), Changes(cells={"Budget": changes}), out)
    assert cells_of(open_book(out), "Budget")[20, 1].array_range == "A20:A21"
    assert 'cm="1"' in part(out, "xl/worksheets/sheet1.xml")
    assert "XLDAPR" in part(out, "xl/metadata.xml")
    again = tmp_path / "again.xlsx"
    later = {(30, 1): CellChange(2.0, "B2:B3*1", "A30:A31"), (31, 1): CellChange(4.0)}
    done = edit(open_book(out), Changes(cells={"Budget": later}), again)
    assert done.changed == ("xl/worksheets/sheet1.xml",)


def test_a_copy_that_is_not_as_meant_is_not_kept(budget, made, tmp_path, monkeypatch):
    real = package_sheets.transplanted

    def spoiling(*arguments, **options):
        found = real(*arguments, **options)
        name = found.sheets[0].part
        spoilt = {**found.parts, name: found.parts[name].replace(b"<v>1000.25</v>", b"<v>1</v>")}
        return type(found)(
            parts=spoilt, replaced=found.replaced, sheets=found.sheets,
            content_types=found.content_types,
            workbook_relationships=found.workbook_relationships,
            defined_names=found.defined_names,
        )  # fmt: skip

    monkeypatch.setattr(package_sheets, "transplanted", spoiling)
    code, sentence = refused(
        budget, Changes(add_sheets=SheetsToAdd(made, NAMES)), tmp_path / "out.xlsx"
    )
    assert code == "check-failed"
    assert "in the sheet PBR trial" in sentence
    assert not list(tmp_path.glob(".~xlpbr*"))


BOOKS = {
    "xlsxwriter": xlsxwriter_book,
    "openpyxl": openpyxl_book,
    "prefixed": hand_written_book,
    "strict": lambda path: hand_written_book(path, strict=True),
    "utf-16": lambda path: hand_written_book(path, wide=True),
}


@pytest.mark.parametrize("kind", BOOKS)
def test_detach_gives_back_the_same_bytes(tmp_path, kind):
    source = BOOKS[kind](tmp_path / "book.xlsx")
    attached, back = tmp_path / "attached.xlsx", tmp_path / "back.xlsx"
    done = attach(
        source,
        attached,
        contract=load_contract("plymouth-l04-2526"),
        sheets=["Statement"],
        places={},
        headings={},
    )
    assert done.sheets[0] == "PBR About"
    assert "PBR Statement" in done.sheets
    gone = detach(open_book(attached), back)
    assert gone.exact
    assert gone.sheets == done.sheets
    assert back.read_bytes() == source.read_bytes()


@pytest.fixture
def attached(budget, tmp_path):
    attach(
        budget,
        tmp_path / "attached.xlsx",
        contract=load_contract("plymouth-l04-2526"),
        sheets=["Terms"],
        places={},
        headings={},
    )
    return tmp_path / "attached.xlsx"


def test_what_was_changed_since_stays_when_the_sheets_go(budget, attached, tmp_path):
    changed, back = tmp_path / "changed.xlsx", tmp_path / "back.xlsx"
    edit(open_book(attached), set_one("Budget", 30, 1, 1.0, "1*1"), changed)
    gone = detach(open_book(changed), back)
    assert not gone.exact
    other = {name for name in members(back) if members(back)[name] != members(budget).get(name)}
    lists = {"[Content_Types].xml", "xl/_rels/workbook.xml.rels"}
    assert other == {"xl/worksheets/sheet1.xml", *lists}
    assert cells_of(open_book(back), "Budget")[30, 1].value == 1.0


def test_a_name_given_since_stays_when_the_sheets_go(budget, attached, tmp_path):
    named, back = tmp_path / "named.xlsx", tmp_path / "back.xlsx"
    edit(open_book(attached), Changes(names=(DefinedName("Rate", "Budget!$B$2"),)), named)
    assert not detach(open_book(named), back).exact
    book = open_book(back)
    assert [known.name for known in book.names] == ["Rate"]
    assert [sheet.name for sheet in book.sheets] == ["Budget", "Locked"]
    assert "xlpbr" not in "".join(part(back, name) for name in members(back) if "xml" in name)


def test_a_formula_that_spills_keeps_what_it_needs_when_the_sheets_go(budget, tmp_path):
    full, spilt, back = (tmp_path / f"{name}.xlsx" for name in ("full", "spilt", "back"))
    contract = load_contract("plymouth-l04-2526")
    attach(budget, full, contract=contract, sheets=["Statement"], places={}, headings={})
    changes = {(20, 1): CellChange(2.0, "B2:B3*1", "A20:A21"), (21, 1): CellChange(4.0)}
    edit(open_book(full), Changes(cells={"Budget": changes}), spilt)
    assert not detach(open_book(spilt), back).exact
    assert "XLDAPR" in part(back, "xl/metadata.xml")
    assert "metadata.xml" in part(back, "[Content_Types].xml")
    assert "metadata.xml" in part(back, "xl/_rels/workbook.xml.rels")


def test_nothing_to_detach(budget, tmp_path):
    with pytest.raises(FileProblem) as caught:
        detach(open_book(budget), tmp_path / "out.xlsx")
    assert caught.value.code == "not-ours"


def test_marks_of_a_formula_that_spills_are_kept_in_metadata_that_were_there(budget, tmp_path):
    plain = re.sub(r"XLDAPR", "XLRICH", METADATA)
    source = with_parts(
        budget,
        tmp_path / "source.xlsx",
        {
            "xl/metadata.xml": plain,
            "xl/_rels/workbook.xml.rels": lambda text: text.replace(
                "</Relationships>",
                '<Relationship Id="rId98" Type="http://schemas.openxmlformats.org/officeDocument/'
                '2006/relationships/sheetMetadata" Target="metadata.xml"/></Relationships>',
            ),
            "[Content_Types].xml": lambda text: text.replace(
                "</Types>",
                '<Override PartName="/xl/metadata.xml" ContentType="application/vnd.openxml'
                'formats-officedocument.spreadsheetml.sheetMetadata+xml"/></Types>',
            ),
        },
    )
    full, spilt, back = (tmp_path / f"{name}.xlsx" for name in ("full", "spilt", "back"))
    contract = load_contract("plymouth-l04-2526")
    attach(source, full, contract=contract, sheets=["Statement"], places={}, headings={})
    detach(open_book(full), back)
    assert back.read_bytes() == source.read_bytes()
    changes = {(20, 1): CellChange(2.0, "B2:B3*1", "A20:A21"), (21, 1): CellChange(4.0)}
    edit(open_book(full), Changes(cells={"Budget": changes}), spilt)
    assert 'cm="2"' in part(spilt, "xl/worksheets/sheet1.xml")
    assert not detach(open_book(spilt), tmp_path / "kept.xlsx").exact
    assert part(tmp_path / "kept.xlsx", "xl/metadata.xml").count("<bk><rc") == 2
    assert part(tmp_path / "kept.xlsx", "xl/workbook.xml") == part(source, "xl/workbook.xml")


METADATA = (
    '<metadata xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000"/>'
    '</metadataTypes><cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
)


def more_sheets(path):
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("PBR more")
    sheet.write("A1", "More", book.add_format({"italic": True}))
    sheet.write_dynamic_array_formula("C2:C3", "=A5:A6*2", None, 0)
    book.close()
    return path


@pytest.mark.parametrize("changed", [False, True])
def test_two_attachments_are_taken_out_together(budget, made, tmp_path, changed):
    one, two, back = (tmp_path / f"{name}.xlsx" for name in ("one", "two", "back"))
    first = SheetsToAdd(made, NAMES)
    edit(open_book(budget), Changes(add_sheets=first, keep_record=True), one)
    if changed:
        named = tmp_path / "named.xlsx"
        edit(open_book(one), Changes(names=(DefinedName("Rate", "Budget!$B$2"),)), named)
        one = named
    more = SheetsToAdd(more_sheets(tmp_path / "more.xlsx"), ("PBR more",))
    edit(open_book(one), Changes(add_sheets=more, keep_record=True), two)
    gone = detach(open_book(two), back)
    assert gone.sheets == (*NAMES, "PBR more")
    assert gone.exact is not changed
    assert (back.read_bytes() == budget.read_bytes()) is not changed
    assert not [name for name in members(back) if "customXml" in name]
    assert [sheet.name for sheet in open_book(back).sheets] == ["Budget", "Locked"]
    assert [name.name for name in open_book(back).names] == ["Rate"] * changed
    with pytest.raises(FileProblem, match="has no sheets that xlpbr attached"):
        detach(open_book(back), tmp_path / "again.xlsx")


LINK = '<hyperlinks><hyperlink ref="H2" location="\'PBR trial\'!A1" display="x"/></hyperlinks>'
RULE = (
    '<dataValidations count="1"><dataValidation type="list" sqref="H1"><formula1>'
    "'PBR trial'!$A$4:$A$9</formula1></dataValidation></dataValidations>"
)
CONTROL = (
    '<formControlPr xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'objectType="CheckBox" fmlaLink="\'PBR trial\'!$D$4"/>'
)


@pytest.mark.parametrize(
    ("xml", "wide", "said"),
    [
        (LINK, False, "a link on the sheet Budget"),
        (RULE, True, "a rule or drop-down list on the sheet Budget"),
        (LINK, True, "a link on the sheet Budget"),
        (CONTROL, False, "a form control (xl/ctrlprops/ctrlprop1.xml)"),
    ],
)
def test_links_controls_and_wide_sheets_that_read_a_sheet_are_found(
    budget, made, tmp_path, xml, wide, said
):
    added, ruled = tmp_path / "added.xlsx", tmp_path / "ruled.xlsx"
    edit(open_book(budget), Changes(add_sheets=SheetsToAdd(made, NAMES)), added)
    if xml is CONTROL:
        with_parts(
            added,
            ruled,
            {
                "xl/ctrlProps/ctrlProp1.xml": CONTROL,
                "[Content_Types].xml": lambda text: text.replace(
                    "</Types>",
                    '<Override PartName="/xl/ctrlProps/ctrlProp1.xml" '
                    'ContentType="application/vnd.ms-excel.controlproperties+xml"/></Types>',
                ),
            },
        )
    else:
        sheet = part(added, "xl/worksheets/sheet1.xml").replace(
            "<pageMargins", f"{xml}<pageMargins"
        )
        if wide:
            sheet = sheet.replace('encoding="UTF-8"', 'encoding="UTF-16"')
        stored = sheet.encode("utf-16" if wide else "utf-8")
        with zipfile.ZipFile(added) as old, zipfile.ZipFile(ruled, "w") as new:
            for info in old.infolist():
                own = info.filename == "xl/worksheets/sheet1.xml"
                new.writestr(info, stored if own else old.read(info))
    code, sentence = refused(ruled, Changes(remove_sheets=NAMES), tmp_path / "out.xlsx")
    assert code == "in-use"
    assert f"{said} would show" in sentence


@pytest.mark.parametrize(
    "formula", ["INDIRECT(\"'PBR trial'!B5\")", 'SUM(INDIRECT("PbrTrial[Payable]"))']
)
def test_a_sheet_named_in_a_text_is_read(budget, made, tmp_path, formula):
    added, used = tmp_path / "added.xlsx", tmp_path / "used.xlsx"
    edit(open_book(budget), Changes(add_sheets=SheetsToAdd(made, NAMES)), added)
    edit(open_book(added), set_one("Budget", 20, 1, 1.0, formula), used)
    code, sentence = refused(used, Changes(remove_sheets=NAMES), tmp_path / "out.xlsx")
    assert (code, "Budget!A20 would show" in sentence) == ("in-use", True)


def test_a_name_of_a_persons_own_is_never_taken_away(attached, tmp_path):
    named = tmp_path / "named.xlsx"
    name = DefinedName("PbrRate", "'PBR Terms'!$B$5")
    edit(open_book(attached), Changes(names=(name,)), named)
    with pytest.raises(FileProblem, match="the name PbrRate would show") as caught:
        detach(open_book(named), tmp_path / "out.xlsx")
    assert caught.value.code == "in-use"


def test_sheets_without_a_record_are_detached_all_the_same(budget, made, tmp_path):
    added, back = tmp_path / "added.xlsx", tmp_path / "back.xlsx"
    edit(open_book(budget), Changes(add_sheets=SheetsToAdd(made, NAMES)), added)
    gone = detach(open_book(added), back)
    assert (gone.sheets, gone.exact) == (NAMES, False)
    assert [sheet.name for sheet in open_book(back).sheets] == ["Budget", "Locked"]


def test_an_array_that_fills_no_range_is_refused(budget, tmp_path):
    with pytest.raises(FileProblem, match="An array formula on Budget fills no proper range"):
        write_values(
            open_book(budget), tmp_path / "out.xlsx", {"Budget": {(2, 2): 1.0}},
            {"Budget": {(2, 2): "nowhere"}},
        )  # fmt: skip


def test_nothing_is_put_into_a_pivot_table(tmp_path):
    path = tmp_path / "pivot.xlsx"
    next(entry for entry in corpus.CORPUS if entry.name == path.name).make(path)
    sheet = open_book(path).sheets[1].name

    def change(position):
        edit(
            open_book(path),
            Changes(cells={sheet: {position: CellChange(1.0)}}),
            tmp_path / "o.xlsx",
        )

    with pytest.raises(FileProblem) as caught:
        change((22, 2))
    assert (caught.value.code, str(caught.value)) == (
        "pivot-table",
        f"{sheet}!B22 lies in the pivot table {sheet}!A20:B23, which Excel writes anew when it is"
        " refreshed; choose a cell beside it.",
    )
    change((22, 3))


def test_a_totals_row_may_show_a_new_result_and_hold_no_other_formula(tmp_path):
    path = tmp_path / "fees.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Fees")
        columns = [{"header": "Month"}, {"header": "Fee"}]
        sheet.add_table("A1:B3", {"total_row": True, "columns": columns})
        sheet.write_row("A2", ["Apr", 100])
        sheet.write_formula("B3", "=SUM(B2:B2)", None, 90)
    target = tmp_path / "out.xlsx"
    write_values(open_book(path), target, {"Fees": {(3, 2): 100.0}}, {})
    assert cells_of(open_book(target), "Fees")[3, 2].value == 100.0
    with pytest.raises(FileProblem, match="is in the totals row of the table"):
        edit(
            open_book(path), Changes(cells={"Fees": {(3, 2): CellChange(1.0, "1")}}), tmp_path / "x"
        )
