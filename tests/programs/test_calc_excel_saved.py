"""The same workbooks, calculated by LibreOffice Calc."""

from __future__ import annotations

import pytest

from tests.support.excel_saved import changed, saved_books, write_saved
from xlpbr.workbook.libreoffice.recalculate import recalculate_with_calc


@pytest.mark.parametrize("saved", saved_books(), ids=lambda saved: saved.name)
def test_calc_changes_no_value_that_excel_shows(saved, tmp_path):
    source, target = write_saved(saved, tmp_path / "book.xlsx"), tmp_path / "new.xlsx"
    different, kept = changed(source, target, recalculate_with_calc(source, target))
    assert different == {}
    assert not saved.taken & kept
