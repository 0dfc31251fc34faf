"""Formulas of the officer's own keep the value that Excel shows, or are named."""

from __future__ import annotations

import pytest

from tests.support.excel_saved import changed, saved_books, write_saved
from xlpbr.workbook.calculate.recalculate import recalculate


@pytest.mark.parametrize("saved", saved_books(), ids=lambda saved: saved.name)
def test_the_engine_changes_no_value_that_excel_shows(saved, tmp_path):
    source, target = write_saved(saved, tmp_path / "book.xlsx"), tmp_path / "new.xlsx"
    different, kept = changed(source, target, recalculate(source, target))
    assert different == {}
    assert not saved.taken & kept
