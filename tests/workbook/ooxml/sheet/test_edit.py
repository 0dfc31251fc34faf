"""Cells set inside a sheet's XML: only what was asked changes."""

import zipfile

import pytest

from tests.support.sheet_book import (
    PART,
    ROWS,
    SPILL,
    edit,
    edited,
    part_text,
    sheet_xml,
    write_book,
)
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange
from xlpbr.workbook.ooxml.sheet.edit import with_new_values
from xlpbr.workbook.ooxml.zip.archive import open_archive


def test_every_form_of_a_change(tmp_path):
    def one(position, change):
        return edited(tmp_path, {position: change})

    a1 = '<c r="A1" s="1"><v>1</v></c>'
    for change, now in [
        (CellChange(12.5), '<c r="A1" s="1"><v>12.5</v></c>'),
        (CellChange(None), '<c r="A1" s="1"></c>'),
        (
            CellChange("a & b"),
            '<c r="A1" s="1" t="inlineStr"><is><t>a &amp; b</t></is></c>',
        ),
        (
            CellChange(" b\n"),
            '<c r="A1" s="1" t="inlineStr"><is><t xml:space="preserve"> b\n</t></is></c>',
        ),
        (
            CellChange("up", 'IF(B1<2,"up",3)'),
            '<c r="A1" s="1" t="str"><f>IF(B1&lt;2,"up",3)</f><v>up</v></c>',
        ),
        (CellChange(KEEP, "B1"), '<c r="A1" s="1"><f>B1</f><v>1</v></c>'),
        (CellChange(True, "B1"), '<c r="A1" s="1" t="b"><f>B1</f><v>1</v></c>'),
        (
            CellChange(4.0, "_xlfn.SORT(C1)", "A1:A1", 1),
            '<c r="A1" s="1" cm="1"><f t="array" ref="A1:A1">_xlfn.SORT(C1)</f><v>4</v></c>',
        ),
    ]:
        assert one((1, 1), change) == ROWS.replace(a1, now), change
    # a rich value goes with what it showed
    b1 = '<c r="B1" s="2" t="e" vm="3"><v>#N/A</v></c>'
    assert one((1, 2), CellChange(5.0)) == ROWS.replace(b1, '<c r="B1" s="2"><v>5</v></c>')
    assert one((1, 2), CellChange(KEEP)) == ROWS
    # a formula is taken away, and its text becomes one that was typed in
    a3 = '<c r="A3"><f>A1*2</f><v>2</v></c>'
    assert one((3, 1), CellChange("x", None)) == ROWS.replace(
        a3, '<c r="A3" t="inlineStr"><is><t>x</t></is></c>'
    )
    assert one((3, 1), CellChange("x")) == ROWS.replace(
        a3, '<c r="A3" t="str"><f>A1*2</f><v>x</v></c>'
    )
    # new cells: after the last, in a row with a style, in new rows before, between and after
    assert one((1, 3), CellChange(7.0)) == ROWS.replace(' spans="1:2"', "").replace(
        b1, f'{b1}<c r="C1"><v>7</v></c>'
    )
    assert one((3, 2), CellChange(7.0)) == ROWS.replace(a3, f'{a3}<c r="B3" s="2"><v>7</v></c>')
    assert one((2, 2), CellChange(7.0, "A1")) == ROWS.replace(
        '<row r="3"', '<row r="2"><c r="B2"><f>A1</f><v>7</v></c></row><row r="3"'
    )
    assert one((4, 1), CellChange(False)) == ROWS + '<row r="4"><c r="A4" t="b"><v>0</v></c></row>'
    assert one((4, 1), CellChange(None)) == ROWS


def test_columns_rows_and_dimension(tmp_path):
    before = '<dimension ref="A1:B3"/><cols><col min="3" max="4" style="1"/></cols>'
    path = write_book(tmp_path / "b.xlsx", sheet_xml(ROWS, before))
    edit(path, {(5, 4): CellChange(1.0), (9, 2): CellChange(None)}, tmp_path / "out.xlsx")
    assert part_text(tmp_path / "out.xlsx") == sheet_xml(
        ROWS + '<row r="5"><c r="D5" s="1"><v>1</v></c></row>',
        before.replace("A1:B3", "A1:D5"),
    )
    path = write_book(tmp_path / "c.xlsx", sheet_xml("", '<dimension ref="A1"/>'))
    edit(path, {(1, 1): CellChange(1.0)}, tmp_path / "out.xlsx")
    assert '<dimension ref="A1"/>' in part_text(tmp_path / "out.xlsx")


def test_cells_that_a_new_formula_no_longer_fills_are_emptied(tmp_path):
    nothing = {(2, 2): CellChange(None), (3, 2): CellChange(None)}
    assert edited(tmp_path, {(1, 2): CellChange(9.0, "1+8"), **nothing}, SPILL) == (
        '<row r="1"><c r="B1"><f>1+8</f><v>9</v></c></row>'
        '<row r="2"><c r="B2" s="1"></c></row><row r="3"><c r="B3"></c></row>'
    )
    wider = {
        (1, 2): CellChange(7.0, "_xlfn.SORT(A1:B2)", "B1:C2", 1),
        (1, 3): CellChange("t"),
        (2, 2): CellChange(8.0),
        (2, 3): CellChange(9.0),
        (3, 2): CellChange(None),
    }
    assert edited(tmp_path, wider, SPILL) == (
        '<row r="1"><c r="B1" cm="1"><f t="array" ref="B1:C2">_xlfn.SORT(A1:B2)</f><v>7</v></c>'
        '<c r="C1" t="str"><v>t</v></c></row>'
        '<row r="2"><c r="B2" s="1"><v>8</v></c><c r="C2"><v>9</v></c></row>'
        '<row r="3"><c r="B3"></c></row>'
    )


def test_formulas_that_no_cell_can_hold(tmp_path):
    path = write_book(tmp_path / "b.xlsx", sheet_xml(ROWS))
    for formula, why in [
        ("A" * 8_193, "it has 8,193 characters; Excel takes 8,192"),
        ("A1\x01", "it is empty or holds a sign that no formula can hold"),
        ("", "it is empty or holds a sign that no formula can hold"),
    ]:
        with pytest.raises(FileProblem) as caught:
            edit(path, {(1, 1): CellChange(1.0, formula)}, tmp_path / "out.xlsx")
        assert str(caught.value) == f"The formula for A1 cannot stand in a cell: {why}."


def test_utf16_is_written_back_as_it_was(tmp_path):
    start = '<?xml version="1.0" encoding="UTF-16" standalone="yes"?>\n'
    text = start + sheet_xml(ROWS + "<!-- é😀 -->")
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        path = write_book(tmp_path / "b.xlsx", mark + text.encode(encoding))
        edit(path, {(1, 1): CellChange(12.5)}, tmp_path / "out.xlsx")
        with zipfile.ZipFile(tmp_path / "out.xlsx") as packed:
            new = packed.read(PART)
        expected = text.replace('s="1"><v>1</v>', 's="1"><v>12.5</v>')
        assert new == mark + expected.encode(encoding)
        assert with_new_values(open_archive(path), PART, {(1, 1): 12.5}, {}) == new
