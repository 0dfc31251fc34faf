"""Other programs open what was ported and show the same values."""

from __future__ import annotations

import itertools

import openpyxl
import pytest

from tests.support.corpus.parts import BUDGET, write_zip
from tests.support.host_books import converted
from tests.support.port_books import EVERY, hand_parts
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.port.rewrite import port


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
