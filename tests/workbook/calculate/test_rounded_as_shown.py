"""Books in which Excel rounds each figure to what its format shows: precision as displayed."""

from __future__ import annotations

import pytest

from tests.support.rounded_book import LAST_VALUES, REASON, rounded_book
from xlpbr.errors import FileProblem
from xlpbr.workbook.attach.insert import insert
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.ooxml.book import cells_of, open_book


def values(path):
    return {place: cell.value for place, cell in cells_of(open_book(path), "S").items()}


def test_every_value_is_kept_and_the_reason_is_said(tmp_path):
    source, target = rounded_book(tmp_path / "book.xlsx"), tmp_path / "new.xlsx"
    done = recalculate(source, target)
    assert {one.address: one.reason for one in done.kept} == REASON
    assert values(target) == values(source) == LAST_VALUES
    assert done.written == 0


@pytest.mark.parametrize("written", ["1", "true"])
def test_a_book_that_says_that_it_does_not_round_is_calculated(tmp_path, written):
    source, target = rounded_book(tmp_path / "book.xlsx", written), tmp_path / "new.xlsx"
    assert recalculate(source, target).kept == ()
    assert values(target)[2, 1] == 1233.25


@pytest.mark.parametrize("written", ["0", "false"])
def test_both_ways_of_writing_it_are_known(tmp_path, written):
    source = rounded_book(tmp_path / "book.xlsx", written)
    assert open_book(source).workbook.rounded_as_shown


def test_no_formula_is_put_into_it_with_a_value_that_excel_would_not_show(tmp_path):
    source = rounded_book(tmp_path / "book.xlsx")
    with pytest.raises(FileProblem, match=r"S!B2 cannot be calculated here: .* as displayed\)"):
        insert(source, [("S!B2", "=PBR_FEE_CAP(A1,5000)")], tmp_path / "new.xlsx")
    assert not (tmp_path / "new.xlsx").exists()
