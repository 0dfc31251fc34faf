"""A workbook for every host and back: names and marks change, and the same file returns."""

from __future__ import annotations

import itertools
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import corpus
from tests.support.corpus.parts import (
    BUDGET,
    add_part,
    base_parts,
    put_in_sheet,
    read_parts,
    set_rows,
    write_zip,
)
from tests.support.edits import detach, edit
from tests.support.host_books import converted
from tests.support.templates import template
from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.errors import CellError, FileProblem
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS, PORT_TARGETS
from xlpbr.workbook.attach.attach import attach
from xlpbr.workbook.calculate.keeping import formulas_of
from xlpbr.workbook.calculate.recalculate import calculate, recalculate
from xlpbr.workbook.hosts.new import new_book
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.parts.workbook_part import DefinedName
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ooxml.sheet.formula_cells import formula_cells
from xlpbr.workbook.ooxml.xml.splice import spliced
from xlpbr.workbook.port import rewrite as port_module
from xlpbr.workbook.port.array_marks import (
    ported_mark,
    with_ported_mark,
    without_ported_mark,
)
from xlpbr.workbook.port.host_names import READ_PREFIXES, calls, in_host_form, plain, rewritten
from xlpbr.workbook.port.rewrite import port

PLAIN = tuple(name for name in OF_WORKBOOKS if not HOSTS[name].prefix)
OFFICE = tuple(name for name in OF_WORKBOOKS if HOSTS[name].prefix)
FEE = "PBR_FEE_CAP(45000,349883.33,310000)"
EVERY = frozenset({"signed", "locked-structure", "protected-sheet"})


def part(path: Path, name: str) -> str:
    return read_parts(path)[name].decode()


def differing(one: Path, other: Path) -> set[str]:
    before, after = read_parts(one), read_parts(other)
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def formulas_in(path: Path) -> dict[tuple[str, tuple[int, int]], str]:
    return formulas_of(open_book(path))


def there_and_back(source: Path, folder: Path, there: str, back: str, **options: object) -> Path:
    """The file that comes back, after the one between was compared with the source."""
    between = folder / f"{source.stem}-{there}{source.suffix}"
    returned = folder / f"{source.stem}-{there}-{back}{source.suffix}"
    for path in (between, returned):
        path.unlink(missing_ok=True)
    port(source, there, between, **options)
    port(between, back, returned, **options)
    return returned


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    return [template(tmp_path_factory, name) for name in CONTRACT_NAMES]


# -- books with all that can call a function ----------------------------------------------------

HAND_ROWS = """<row r="20"><c r="A20"><f>PBR_FEE_CAP(D4,D5,100)</f><v>4775.25</v></c>\
<c r="B20" s="1" t="str" ><f ca="1" >_xll.PBR_VERSION()&amp;"PBR_FEE_CAP("</f><v>0.1.0</v></c>\
<c r="C20"><f>[0]!pbr_fee_cap(D4,D5)</f><v>4875.25</v></c></row>\
<row r="21"><c r="A21"><f t="shared" ref="A21:A24" si="7">pbr_fee_cap(D4,$D$5,100)*2</f>\
<v>1</v></c>\
<c r="C21" cm="1"><f t="array" ref="C21:C23">PBR_CONTRACT_CAP(D4:D6,9000)</f><v>5250</v></c></row>\
<row r="22"><c r="A22"><f t="shared" si="7" /><v>2</v></c><c r="C22"><v>3750</v></c></row>\
<row r="23"><c r="A23"><f t="shared" si="7"></f><v>3</v></c><c r="C23"><v>0</v></c></row>\
<row r="24"><c r="A24" s="2"><f t="shared" si="7"/><v>4</v></c>\
<c r="C24"><f t="array" ref="C24">SUM(PBR_CONTRACT_CAP(D4:D6,9000)*2)</f><v>18000</v></c></row>\
<row r="25"><c r="A25"><f>PBR_CONTRACT_CAP(D4:D6,9000)</f><v>5250</v></c></row>\
<row r="26"><c r="A26"><f>SUM(PBR_CONTRACT_CAP(D4:D6,9000))</f><v>9000</v></c></row>\
<row r="27"><c r="A27"><f>PBR_FEE_CAP(1,2)</f><v>1</v></c><c r="B27"/></row>"""


AFTER_ROWS = (
    '<mergeCells count="1"><mergeCell ref="A27:B27"/></mergeCells>',
    '<conditionalFormatting sqref="D4"><cfRule type="expression" priority="9">'
    "<formula>PBR_FEE_CAP(D4,9000)&gt;1</formula></cfRule></conditionalFormatting>",
    '<dataValidations count="1"><dataValidation type="custom" sqref="D5">'
    "<formula1>PBR_FEE_CAP(D5,9000)&gt;0</formula1></dataValidation></dataValidations>",
)
NAMES = '<definedName name="Fee">PBR_FEE_CAP(Budget!$D$4,Budget!$D$5)</definedName>'
SHEET_METADATA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
OWN_MARK = without_ported_mark(with_ported_mark(None)[0])
RICH = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<metadata xmlns="http://schemas.openxmlformats.org/'
    b'spreadsheetml/2006/main"><metadataTypes count="1"><metadataType name="XLRICHVALUE" '
    b'minSupportedVersion="120000" copy="1" pasteAll="1" pasteValues="1" merge="1" splitFirst="1" '
    b'rowColShift="1" clearFormats="1" clearComments="1" assign="1" coerce="1"/></metadataTypes>'
    b'<futureMetadata name="XLRICHVALUE" count="1"><bk><extLst/></bk></futureMetadata>'
    b"<valueMetadata count='1'><bk><rc t='1' v='0'/></bk></valueMetadata></metadata>"
)
TABLE = """<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1" \
name="Fees" displayName="Fees" ref="H3:I5"><tableColumns count="2"><tableColumn id="1" name="One"/>\
<tableColumn id="2" name="Two"><calculatedColumnFormula>PBR_FEE_CAP(Fees[[#This Row],[One]],9)\
</calculatedColumnFormula></tableColumn></tableColumns></table>"""


def hand_parts(metadata: bytes | None = OWN_MARK) -> dict[str, bytes]:
    """Every form of a stored call: plain, of macros, of an XLL; own, shared, array, merged."""
    parts = base_parts()
    rows = HAND_ROWS if metadata == OWN_MARK else HAND_ROWS.replace(' cm="1"', "")
    set_rows(parts, BUDGET, rows)
    for fragment in AFTER_ROWS:
        put_in_sheet(parts, BUDGET, fragment)
    put_in_workbook_names(parts)
    add_part(
        parts,
        "xl/tables/table1.xml",
        TABLE,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml",
        source=BUDGET,
        kind="table",
    )
    put_in_sheet(parts, BUDGET, '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>')
    if metadata is not None:
        add_part(
            parts,
            "xl/metadata.xml",
            metadata,
            SHEET_METADATA,
            source="xl/workbook.xml",
            kind="sheetMetadata",
        )
    return parts


def put_in_workbook_names(parts: dict[str, bytes]) -> None:
    text = parts["xl/workbook.xml"].decode()
    parts["xl/workbook.xml"] = text.replace("<definedNames>", f"<definedNames>{NAMES}").encode()


@pytest.fixture
def hand(tmp_path):
    return write_zip(tmp_path / "hand.xlsx", hand_parts())


def test_every_form_of_a_call_is_rewritten_and_marked(hand, tmp_path):
    target = tmp_path / "lite.xlsx"
    done = port(hand, "lite", target)
    assert differing(hand, target) == {
        "xl/worksheets/sheet1.xml",
        "xl/workbook.xml",
        "xl/tables/table1.xml",
        "xl/metadata.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "customXml/item1.xml",
        "customXml/itemProps1.xml",
        "customXml/_rels/item1.xml.rels",
    }
    text = part(target, "xl/worksheets/sheet1.xml")
    cell = {match[1]: match[0] for match in re.finditer(r'<c r="([A-Z]+\d+)".*?(?=</c>|/>)', text)}
    office = "_xldudf_PBR_"
    assert cell["A20"] == (
        f'<c r="A20" cm="2"><f t="array" ref="A20">{office}FEE_CAP(D4,D5,100)</f><v>4775.25</v>'
    )
    assert cell["B20"] == (
        '<c r="B20" s="1" t="str" cm="2" ><f ca="1" t="array" ref="B20" >'
        f'{office}VERSION()&amp;"PBR_FEE_CAP("</f><v>0.1.0</v>'
    )
    assert cell["C20"].startswith(
        '<c r="C20" cm="2"><f t="array" ref="C20">_xldudf_pbr_fee_cap(D4,D5)</f>'
    )
    for row in range(21, 25):
        formula = f"_xldudf_pbr_fee_cap(D{row - 17},$D$5,100)*2"
        assert f'<f t="array" ref="A{row}">{formula}</f>' in cell[f"A{row}"]
        assert 'cm="2"' in cell[f"A{row}"]
    # What spilled, and what was an array formula of the old kind, keeps its form.
    own = f'<c r="C21" cm="1"><f t="array" ref="C21:C23">{office}CONTRACT_CAP('
    assert cell["C21"].startswith(own)
    assert cell["C24"].startswith(f'<c r="C24"><f t="array" ref="C24">SUM({office}CONTRACT_CAP')
    # One value of several stays one value, and a merged cell cannot spill.
    assert cell["A25"].startswith(f'<c r="A25"><f>{office}CONTRACT_CAP(D4:D6,9000)</f>')
    assert cell["A26"].startswith(f'<c r="A26" cm="2"><f t="array" ref="A26">SUM({office}')
    assert cell["A27"].startswith(f'<c r="A27"><f>{office}FEE_CAP(1,2)</f>')
    assert text.count("<formula>_xldudf_PBR_FEE_CAP(D4,9000)&gt;1</formula>") == 1
    assert text.count("<formula1>_xldudf_PBR_FEE_CAP(D5,9000)&gt;0</formula1>") == 1
    assert 'Fee">_xldudf_PBR_FEE_CAP(Budget!$D$4' in part(target, "xl/workbook.xml")
    assert "Formula>_xldudf_PBR_FEE_CAP(Fees[" in part(target, "xl/tables/table1.xml")
    assert (done.calls, done.renamed, done.marked, done.unmarked) == (13, 13, 8, 0)
    assert done.sheets == ("Budget",)
    assert [note for note in done.notes if "Budget!A25" in note]
    assert [note for note in done.notes if "Budget!A27" in note]
    assert not [note for note in done.notes if "Budget!A26" in note]


def test_and_back_gives_what_was_there_with_plain_names(hand, tmp_path):
    """Names of macros and of an XLL come back plain; all else as it was, shared formulas too."""
    back = there_and_back(hand, tmp_path, "server", "classic")
    assert differing(hand, back) == {"xl/worksheets/sheet1.xml"}
    expected = HAND_ROWS.replace("[0]!", "").replace("_xll.", "")
    assert expected in part(back, "xl/worksheets/sheet1.xml")
    again = there_and_back(back, tmp_path, "lite", "calc")
    assert again.read_bytes() == back.read_bytes()


@pytest.mark.parametrize("metadata", [None, OWN_MARK, RICH], ids=["none", "own", "rich"])
@pytest.mark.parametrize(("there", "back"), list(itertools.product(OFFICE, PLAIN)))
def test_there_and_back_is_the_same_file(tmp_path, metadata, there, back):
    source = tmp_path / "book.xlsx"
    parts = hand_parts(metadata)
    text = parts[BUDGET].decode().replace("[0]!", "").replace("_xll.", "")
    parts[BUDGET] = text.encode()
    write_zip(source, parts)
    returned = there_and_back(source, tmp_path, there, back)
    assert differing(source, returned) == set()
    assert returned.read_bytes() == source.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(("there", "back"), list(itertools.product(OF_WORKBOOKS, repeat=2)))
def test_templates_go_to_every_host_and_back(templates, tmp_path, there, back):
    for path in templates:
        source = path
        if back in OFFICE:
            source = tmp_path / f"from-{path.name}"
            port(path, back, source)
        returned = there_and_back(source, tmp_path, there, back)
        assert returned.read_bytes() == source.read_bytes()


@pytest.mark.slow
def test_a_template_changes_in_names_and_marks_only(templates, tmp_path):
    for path in templates:
        target = tmp_path / path.name
        done = port(path, "lite", target)
        assert done.calls == done.renamed == 18
        assert done.marked == 1  # the others spill, and have the mark
        changed = differing(path, target)
        assert "xl/metadata.xml" in changed
        assert all(name.startswith("xl/worksheets/") for name in changed - {"xl/metadata.xml"})
        before, after = formulas_in(path), formulas_in(target)
        assert before.keys() == after.keys()
        for place, formula in after.items():
            assert plain(formula) == before[place]
            assert ("_xldudf_" in formula) == bool(calls(formula))
        for host, form in itertools.product(("calc", "server"), (path, target)):
            copy = tmp_path / f"{host}-{path.name}"
            copy.unlink(missing_ok=True)
            port(form, host, copy)
            assert copy.read_bytes() == (target if host in OFFICE else path).read_bytes()


@pytest.mark.slow
def test_the_engine_gives_the_same_values_after_porting(templates, hand, tmp_path):
    for number, path in enumerate((templates[0], hand)):
        lite, back = (tmp_path / f"{name}{number}.xlsx" for name in ("lite", "back"))
        port(path, "lite", lite)
        port(lite, "calc", back)
        before, after = calculate(back), calculate(lite)
        assert before == after
        assert sum(map(len, before.values())) > 10


@pytest.mark.slow
def test_values_recalculated_in_the_other_form_go_back_with_it(templates, tmp_path):
    """A recalculation between the two changes values, and the form still goes back."""
    source = templates[0]
    lite, calculated, back = (tmp_path / f"{name}.xlsx" for name in ("lite", "new", "back"))
    port(source, "lite", lite)
    recalculate(lite, calculated)
    done = port(calculated, "classic", back)
    assert done.unmarked == 1
    # Those of Month that try the disputed rows as if agreed work on whole columns in one cell.
    (kept,) = (note for note in done.notes if "keep the mark" in note)
    assert kept.startswith("4 formulas keep the mark of a spilling formula")
    assert formulas_in(back) == formulas_in(source)
    assert part(back, "xl/metadata.xml") == part(source, "xl/metadata.xml")


def with_calls(path: Path, target: Path, allow: frozenset[str]) -> None:
    """A workbook of the corpus with calls in new cells and in a defined name."""
    book = open_book(path)
    sheet = book.sheets[0].name
    taken = max((row for row, _ in cells_of(book, sheet)), default=0)
    row = min(taken + 4, 1_048_570)
    changes = {
        (row, 40): CellChange(39883.33, FEE),
        (row + 1, 40): CellChange(1.0, f"{FEE}/{FEE}"),
        (row, 42): CellChange(5.0, "PBR_CONTRACT_CAP({5;6},9)", f"AP{row}:AP{row + 1}"),
        (row + 1, 42): CellChange(4.0),
    }
    names = (DefinedName("PBR_port_test", FEE, None, hidden=False),)
    edit(book, Changes(cells={sheet: changes}, names=names), target, allow=allow)


MARKS = {"styles-full.xlsx": pytest.mark.slow} | {
    entry.name: pytest.mark.program for entry in corpus.CORPUS if entry.needs_libreoffice
}
BOOKS = [
    pytest.param(entry, id=entry.name, marks=MARKS.get(entry.name, ()))
    for entry in corpus.entries(slow=False)
    if entry.refused_code is None
]


@pytest.mark.parametrize(
    ("formula", "refused"),
    [
        ("=PBR_FEE_CAP(45000,349883.33)", False),
        ("=PBR_THRESHOLD_BONUS(4000000,3000000,0.1)+PBR_CONTRACT_CAP(1,2)", False),
        ("=PBR_FEE_CAP(1,2)+PBR_SAVING(7,0,A2,,A2,A2)", True),
        ("=SUM(PBR_STATEMENT(A1:B2,A1:B2))", True),
    ],
)
def test_days_from_1904_matter_only_where_there_are_days(tmp_path, formula, refused):
    source, target = tmp_path / "old.xlsx", tmp_path / "lite.xlsx"
    with xlsxwriter.Workbook(source, {"date_1904": True}) as book:
        book.add_worksheet("S").write_formula("A1", formula, None, 1)
    if refused:
        with pytest.raises(FileProblem, match="counts its days from 1904"):
            port(source, "lite", target)
    else:
        port(source, "lite", target)
        assert next(iter(formulas_in(target).values())).startswith("_xldudf_PBR_")


@pytest.mark.parametrize("entry", BOOKS)
def test_books_of_the_corpus_go_there_and_back(tmp_path, entry):
    made = tmp_path / entry.name
    entry.make(made)
    source = tmp_path / f"with-{entry.name}"
    try:
        with_calls(made, source, EVERY)
    except FileProblem as problem:
        pytest.skip(f"no cell can be set in it: {problem.code}")
    lite = tmp_path / f"lite-{entry.name}"
    if open_book(source).date_1904:
        with pytest.raises(FileProblem, match="counts its days from 1904") as caught:
            port(source, "lite", lite, allow=EVERY)
        assert (caught.value.code, lite.exists()) == ("date-system", False)
        port(source, "classic", lite, allow=EVERY)
        assert lite.read_bytes() == source.read_bytes()
        return
    done = port(source, "lite", lite, allow=EVERY)
    assert (done.calls, done.renamed, done.marked) == (5, 5, 2)
    assert {name.replace("_xldudf_", "") for name in formulas_in(lite).values()} == set(
        formulas_in(source).values()
    )
    changed = {name.rpartition("/")[2] for name in differing(source, lite)}
    assert len(changed) == 3  # the sheet, the names, and the metadata that tell the marks
    back = tmp_path / f"back-{entry.name}"
    port(lite, "calc", back, allow=EVERY)
    assert back.read_bytes() == source.read_bytes()


@pytest.mark.slow
def test_an_attached_book_goes_there_and_back_and_is_detached(tmp_path):
    budget, attached = tmp_path / "budget.xlsx", tmp_path / "attached.xlsx"
    write_zip(budget, base_parts())
    attach(budget, attached, contract=load_contract(CONTRACT_NAMES[0]), places={}, headings={})
    back = there_and_back(attached, tmp_path, "lite", "classic")
    assert back.read_bytes() == attached.read_bytes()
    done = detach(open_book(back), tmp_path / "detached.xlsx")
    assert done.exact
    assert (tmp_path / "detached.xlsx").read_bytes() == budget.read_bytes()
    # Detached in the other form, the book's own parts are as they were all the same.
    lite = tmp_path / "attached-lite.xlsx"
    detach(open_book(lite), tmp_path / "detached-lite.xlsx")
    assert formulas_in(tmp_path / "detached-lite.xlsx") == formulas_in(budget)


def test_when_excel_has_saved_in_between_what_can_be_told_goes_back(hand, tmp_path):
    """Excel makes one mark of two that say the same; then a mark cannot be told from another."""
    lite, saved, back = (tmp_path / f"{name}.xlsx" for name in ("lite", "saved", "back"))
    port(hand, "lite", lite)
    parts = read_parts(lite)
    parts[BUDGET] = parts[BUDGET].replace(b'cm="2"', b'cm="1"')
    parts["xl/metadata.xml"] = without_ported_mark(parts["xl/metadata.xml"])
    write_zip(saved, parts)
    done = port(saved, "classic", back)
    assert (done.renamed, done.unmarked) == (16, 0)
    assert [note for note in done.notes if note.startswith("8 formulas keep the mark")]
    expected = {place: plain(formula) for place, formula in formulas_in(hand).items()}
    found = {place: plain(formula) for place, formula in formulas_in(back).items()}
    assert found == expected
    assert "customXml/item1.xml" not in read_parts(back)
    assert calculate(back) == calculate(lite)


def test_a_formula_changed_in_between_is_not_shared_again(hand, tmp_path):
    lite, edited, back = (tmp_path / f"{name}.xlsx" for name in ("lite", "edited", "back"))
    port(hand, "lite", lite)
    parts = read_parts(lite)
    old = b"_xldudf_pbr_fee_cap(D6,$D$5,100)*2"
    assert parts[BUDGET].count(old) == 1
    parts[BUDGET] = parts[BUDGET].replace(old, old + b"+1")
    write_zip(edited, parts)
    port(edited, "classic", back)
    text = part(back, "xl/worksheets/sheet1.xml")
    assert '<c r="A23"><f>pbr_fee_cap(D6,$D$5,100)*2+1</f><v>3</v></c>' in text
    assert '<c r="A22"><f t="shared" si="7" /><v>2</v></c>' in text
    assert formulas_in(back)["Budget", (24, 1)] == "pbr_fee_cap(D7,$D$5,100)*2"


def test_a_ported_cell_that_fills_more_by_now_keeps_a_mark(hand, tmp_path):
    lite, wider, back = (tmp_path / f"{name}.xlsx" for name in ("lite", "wider", "back"))
    port(hand, "lite", lite)
    parts = read_parts(lite)
    parts[BUDGET] = parts[BUDGET].replace(b'ref="A20"', b'ref="A20:B20"')
    write_zip(wider, parts)
    port(wider, "calc", back)
    assert '<c r="A20" cm="1"><f t="array" ref="A20:B20">PBR_' in part(back, BUDGET)
    assert ported_mark(part(back, "xl/metadata.xml").encode()) == 0


# -- values -----------------------------------------------------------------------------------


@pytest.mark.slow
def test_values_take_the_place_of_formulas(templates, tmp_path):
    for path in templates:
        target = tmp_path / path.name
        before = {
            sheet.name: cells_of(open_book(path), sheet.name) for sheet in open_book(path).sheets
        }
        done = port(path, "values", target, allow=EVERY)
        assert done.calls == 18
        after = open_book(target)
        for sheet in after.sheets:
            now = cells_of(after, sheet.name)
            assert now.keys() == before[sheet.name].keys()
            for position, cell in now.items():
                was = before[sheet.name][position]
                assert (cell.value, cell.kind) == (was.value, was.kind)
                if was.formula is not None and calls(was.formula):
                    assert cell.formula is None
                else:
                    assert cell.formula == was.formula
        assert not any(calls(formula) for formula in formulas_in(target).values())
        # Dates keep their format, and every cell its style.
        one, other = (openpyxl.load_workbook(file)["Statement"] for file in (path, target))
        dated = [cell.coordinate for row in other.iter_rows() for cell in row if cell.is_date]
        assert len(dated) >= 12
        for row in other.iter_rows():
            for cell in row:
                assert cell.number_format == one[cell.coordinate].number_format
        assert calculate(target)  # the other formulas are calculated as before


def test_values_of_spills_shared_formulas_and_errors(hand, tmp_path):
    target = tmp_path / "values.xlsx"
    done = port(hand, "values", target)
    assert done.calls == 12
    text = part(target, BUDGET)
    assert "PBR_" not in text[text.index("<sheetData") : text.index("</sheetData>")]
    now = cells_of(open_book(target), "Budget")
    assert [now[row, 1].value for row in range(20, 28)] == [4775.25, 1, 2, 3, 4, 5250, 9000, 1]
    assert [now[row, 3].value for row in range(21, 25)] == [5250, 3750, 0, 18000]
    assert now[20, 2].value == "0.1.0"
    assert 'cm="' not in text
    notes = " ".join(done.notes)
    assert "Fee" in notes
    assert "the sheet Budget" in notes
    assert "xl/tables/table1.xml" in notes


def test_values_keep_errors_and_dates(tmp_path):
    source, target = tmp_path / "source.xlsx", tmp_path / "values.xlsx"
    book = xlsxwriter.Workbook(source)
    sheet = book.add_worksheet("One")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_formula("A1", "=PBR_FEE_CAP(B1,C1)", None, "#VALUE!")
    sheet.write_formula("A2", "=INDEX(PBR_STATEMENT(D1:E9,F1:G9),2,1)", day, 45901)
    sheet.write_formula("A3", "=PBR_FEE_CAP(1,2)=1", None, True)
    book.close()
    port(source, "values", target)
    now = cells_of(open_book(target), "One")
    assert isinstance(now[1, 1].value, CellError)
    assert now[1, 1].value.code == "#VALUE!"
    assert (now[2, 1].value, now[3, 1].value) == (45901, True)
    assert openpyxl.load_workbook(target)["One"]["A2"].number_format == "dd/mm/yyyy"


def test_a_formula_without_a_value_is_refused_by_name(tmp_path):
    source, target = tmp_path / "never.xlsx", tmp_path / "values.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Our budget"
    for row in range(1, 9):
        book.active.cell(row, 4, f"={FEE}")
    book.save(source)
    with pytest.raises(
        FileProblem, match=r"'Our budget'!D1, .*'Our budget'!D5 and 3 more"
    ) as found:
        port(source, "values", target)
    assert found.value.code == "never-calculated"
    assert not target.exists()


# -- refusals ---------------------------------------------------------------------------------


def test_what_is_no_host_is_refused_with_those_that_there_are(hand, tmp_path):
    for host in ("excel", "embedded", ""):
        with pytest.raises(
            FileProblem, match=r"is not a host.*Choose classic, lite, server, calc, values\."
        ):
            port(hand, host, tmp_path / "target.xlsx")
    with pytest.raises(FileProblem, match="excel is not a host of the functions"):
        new_book(load_contract(CONTRACT_NAMES[0]), tmp_path / "target.xlsx", "excel")
    assert not (tmp_path / "target.xlsx").exists()


@pytest.mark.parametrize("host", PORT_TARGETS)
def test_a_signed_workbook_is_refused_unless_allowed(hand, tmp_path, host):
    signed, target = tmp_path / "signed.xlsx", tmp_path / "target.xlsx"
    shutil.copy(hand, signed)
    with zipfile.ZipFile(signed, "a") as package:
        package.writestr("_xmlsignatures/origin.sigs", b"")
    with pytest.raises(FileProblem) as found:
        port(signed, host, target)
    assert found.value.code == "signed"
    assert not target.exists()
    port(signed, host, target, allow={"signed"})
    assert target.exists()


def test_a_protected_sheet_keeps_its_locked_cells_from_becoming_values(tmp_path):
    """Its formulas are the same formulas in another host; a value is another content."""
    parts = hand_parts()
    put_in_sheet(parts, BUDGET, '<sheetProtection sheet="1" objects="1" scenarios="1"/>')
    source, target = write_zip(tmp_path / "locked.xlsx", parts), tmp_path / "target.xlsx"
    with pytest.raises(FileProblem, match="protect"):
        port(source, "values", target)
    assert not target.exists()
    port(source, "values", target, allow={"protected-sheet"})
    port(source, "lite", tmp_path / "lite.xlsx")


def test_the_input_and_another_ending_are_refused(hand, tmp_path):
    for target in (hand, tmp_path / "macros.xlsm"):
        before = hand.read_bytes()
        with pytest.raises(FileProblem):
            port(hand, "lite", target)
        assert hand.read_bytes() == before


def test_in_place_keeps_a_dated_copy(hand):
    before = hand.read_bytes()
    done = port(hand, "lite", hand, in_place=True)
    assert done.copy is not None
    assert done.copy.read_bytes() == before
    assert "_xldudf_" in part(hand, BUDGET)
    assert any("marked" in sentence for sentence in done.sentences)


def test_a_workbook_without_calls_is_copied_and_said_so(tmp_path):
    source = write_zip(tmp_path / "plain.xlsx", base_parts())
    for host in PORT_TARGETS:
        target = tmp_path / f"{host}.xlsx"
        done = port(source, host, target)
        assert target.read_bytes() == source.read_bytes()
        assert done.calls == 0
        assert any("no" in note and "PBR_ function" in note for note in done.notes)


def test_what_only_calc_has_is_named(tmp_path):
    source = tmp_path / "cells.xlsx"
    book = xlsxwriter.Workbook(source)
    book.add_worksheet("One").write_formula("B2", "=PBR_FEE_CAP(PBR_CELLS(A1),A2)", None, 5)
    book.close()
    for host in OF_WORKBOOKS:
        done = port(source, host, tmp_path / f"{host}.xlsx")
        assert any("PBR_CELLS" in note and "One!B2" in note for note in done.notes) == (
            host != "calc"
        )


def wrong_function(data: bytes, splices: list) -> list:
    place, end, new = splices[-1]
    return [*splices[:-1], (place, end, new.replace(b"FEE_CAP", b"CLAWBACK"))]


def lost_mark(data: bytes, splices: list) -> list:
    place = data.index(b' cm="1"')
    return sorted([*splices, (place, place + 7, b"")])


def lost_value(data: bytes, splices: list) -> list:
    place = data.index(b"<v>4775.25</v>")
    return sorted([*splices, (place, place + 14, b"")])


def forgotten_name(data: bytes, splices: list) -> list:
    return [splice for splice in splices if splice[2] != b"_xldudf_PBR_VERSION"]


@pytest.mark.parametrize("spoil", [wrong_function, lost_mark, lost_value, forgotten_name])
def test_a_copy_that_is_not_as_meant_is_not_kept(hand, tmp_path, monkeypatch, spoil):
    original = port_module.without_covered
    data = part(hand, BUDGET).encode()

    def spoiling(names, marks):
        splices = original(names, marks)
        return spoil(data, splices) if marks else splices

    monkeypatch.setattr(port_module, "without_covered", spoiling)
    target = tmp_path / "lite.xlsx"
    with pytest.raises(FileProblem) as found:
        port(hand, "lite", target)
    assert found.value.code == "check-failed"
    assert not target.exists()


# -- other programs ---------------------------------------------------------------------------


@pytest.mark.slow
def test_openpyxl_opens_what_was_ported(templates, hand, tmp_path):
    for path, host in itertools.product((templates[0], hand), ("lite", "calc", "values")):
        target = tmp_path / f"{host}-{path.name}"
        port(path, host, target, allow=EVERY)
        assert openpyxl.load_workbook(target).sheetnames == [
            sheet.name for sheet in open_book(path).sheets
        ]


@pytest.mark.program
def test_libreoffice_opens_what_was_ported_and_shows_the_last_values(templates, tmp_path):
    source = templates[0]
    port(source, "lite", tmp_path / "lite.xlsx")
    folder = tmp_path / "opened"
    folder.mkdir()
    opened = converted(tmp_path / "lite.xlsx", folder, "xlsx")
    before, after = (openpyxl.load_workbook(file, data_only=True) for file in (source, opened))
    assert after.sheetnames == before.sheetnames
    shown = [cell.value for cell in after["Placements"][5]]
    assert shown == [cell.value for cell in before["Placements"][5]]


@pytest.mark.slow
def test_calc_calculates_what_was_ported_and_shows_the_same(calc, templates, tmp_path):
    """In LibreOffice 25.2, which knows the functions by both names and reads the marks."""
    parts = hand_parts()
    parts[BUDGET] = parts[BUDGET].replace(b"[0]!", b"").replace(b"_xll.", b"")
    hand = write_zip(tmp_path / "hand.xlsx", parts)
    areas = {hand: ("Budget", "A20:C27"), templates[0]: ("Statement", "A1:O40")}
    for path, area in areas.items():
        lite = tmp_path / f"lite-{path.name}"
        port(path, "lite", lite)
        shown = [
            calc_engine.read(calc, calc_engine.open_in(calc, book), [area])[0]
            for book in (path, lite)
        ]
        assert as_text(shown[0]) == as_text(shown[1])
        assert sum(isinstance(cell, float) for row in shown[0] for cell in row) > 10


def as_text(rows: list[list]) -> list[list[str]]:
    """Rows in which errors compare by their code."""
    return [[getattr(cell, "code", repr(cell)) for cell in row] for row in rows]


# -- the pieces -------------------------------------------------------------------------------


def test_every_prefix_is_read_and_letters_are_kept():
    for prefix, other in itertools.product(READ_PREFIXES, ("", "_xldudf_")):
        assert in_host_form(f"{prefix}PBR_Fee_cap(A1)*2", other) == f"{other}PBR_Fee_cap(A1)*2"
        assert calls(f"1+{prefix}pbr_FEE_CAP(A1)") == ["PBR_FEE_CAP"]
    for formula in (
        "PBR_FEE_CAP",
        '"PBR_FEE_CAP("',
        "XPBR_FEE_CAP(1)",
        "[1]!PBR_FEE_CAP(1)",
        "_xldudf_OTHER_PBR_FEE_CAP(1)",
        "Table[PBR_FEE_CAP(]",
        "PBR_NEW(1)",
    ):
        assert not calls(formula)
        assert in_host_form(formula, "_xldudf_") == formula


FORMULA = st.lists(
    st.sampled_from(
        ["PBR_FEE_CAP(", "_xldudf_PBR_FEE_CAP(", "pbr_Saving(", "[0]!PBR_TERMS(", ")", "A1", ",",
         '"PBR_SAVING("', "'PBR_SAVING('!A1", "&amp;", "&lt;", "£", "Table1[", "_xll.PBR_X("]
    ),
    max_size=8,
).map("+".join)  # fmt: skip


@settings(deadline=None)
@given(st.lists(FORMULA, max_size=4), st.integers(1, 50))
def test_names_go_there_and_back_in_any_text(formulas, size):
    data = "".join(f"<f>{text}</f><v>PBR_SAVING(</v>" for text in formulas).encode()
    data = b"<a>%b</a>" % data

    def rewrite(text: bytes, prefix: str) -> bytes:
        pieces = [text[place : place + size] for place in range(0, len(text), size)]
        return spliced(text, rewritten(pieces, prefix).splices)

    office = rewrite(data, "_xldudf_")
    back = rewrite(office, "")
    assert rewrite(back, "_xldudf_") == office
    assert rewrite(rewrite(data, ""), "_xldudf_") == office
    assert rewrite(back, "") == back


@pytest.mark.parametrize("size", [1, 13, 64, 100_000])
def test_formula_cells_are_found_with_their_places_in_pieces_of_any_size(hand, size):
    data = part(hand, BUDGET).encode()
    merged = []
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    found = list(formula_cells(pieces, merged))
    assert merged == [(27, 1, 27, 2)]
    for cell in found:
        assert data[cell.start :].startswith(cell.tag)
        assert data[cell.formula_start : cell.formula_end] == cell.raw
        assert cell.raw.startswith(cell.formula_tag)
        assert f'r="{cell.address}"'.encode() in cell.tag
    assert [cell.address for cell in found if cell.row == 20] == ["A20", "B20", "C20"]
    everything = formulas_in(hand)
    budget = {place for sheet, place in everything if sheet == "Budget"}
    assert {(cell.row, cell.column) for cell in found} == budget


def test_the_mark_of_a_port_is_told_from_the_books_own():
    fresh, number = with_ported_mark(None)
    assert number == ported_mark(fresh) == 2
    assert ported_mark(OWN_MARK) == 0
    assert without_ported_mark(fresh) == OWN_MARK
    assert with_ported_mark(fresh) == (fresh, 2)
    for counted in (b"<cellMetadata count='1'>", b"<cellMetadata>", b'<cellMetadata count = "1" >'):
        own = OWN_MARK.replace(b'<cellMetadata count="1">', counted)
        assert own != OWN_MARK or counted == b'<cellMetadata count="1">'
        marked, number = with_ported_mark(own)
        assert (number, ported_mark(marked)) == (2, 2)
        assert without_ported_mark(marked) == own
    assert len(re.findall(rb"<rc ", fresh)) == 2
