"""A workbook ported there and back is the same file; what changed in between goes back with it."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.support import corpus
from tests.support.corpus.parts import BUDGET, base_parts, read_parts, write_zip
from tests.support.edits import detach, edit
from tests.support.port_books import (
    EVERY,
    FEE,
    HAND_ROWS,
    OFFICE,
    OWN_MARK,
    PLAIN,
    RICH,
    differing,
    formulas_in,
    hand_parts,
    part,
    there_and_back,
)
from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.errors import FileProblem
from xlpbr.udfs.hosts import OF_WORKBOOKS
from xlpbr.workbook.attach.attach import attach
from xlpbr.workbook.calculate.recalculate import calculate, recalculate
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.parts.workbook_part import DefinedName
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.port.array_marks import ported_mark, without_ported_mark
from xlpbr.workbook.port.host_names import plain
from xlpbr.workbook.port.rewrite import port


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


def test_there_are_books_of_the_corpus_with_either_way_to_count_days():
    from_1904 = ["dates from 1904" in book.values[0].features for book in BOOKS]
    assert from_1904.count(True) >= 1
    assert from_1904.count(False) > 80


@pytest.mark.parametrize("entry", BOOKS)
def test_books_of_the_corpus_go_there_and_back(tmp_path, entry):
    made = tmp_path / entry.name
    entry.make(made)
    source = tmp_path / f"with-{entry.name}"
    with_calls(made, source, EVERY)
    lite = tmp_path / f"lite-{entry.name}"
    if "dates from 1904" in entry.features:
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
