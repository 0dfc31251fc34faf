"""Formulas that proved right with the figures of before and stand at others now."""

from __future__ import annotations

import pytest
import xlsxwriter

from tests.support.doubtful_figures import AT_A_POINT, TAKEN, WITH_TEXTS, written
from xlpbr.errors import FileProblem
from xlpbr.workbook.attach.insert import insert
from xlpbr.workbook.calculate.doubtful_values import read_by_excel
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.ooxml.book import cells_of, open_book


@pytest.fixture
def after(tmp_path):
    """What C1 shows once B1, a figure of a PBR_ function, has changed, and why it was kept."""

    def run(formula, before, shown, now):
        path = written(tmp_path / "budget.xlsx", [(formula, before, shown, now)])
        done = recalculate(path, tmp_path / "out.xlsx")
        of_sheet = cells_of(open_book(tmp_path / "out.xlsx"), "Case0")
        assert of_sheet[1, 3].value == of_sheet[1, 4].value
        value = of_sheet[1, 3].value
        return "" if value is None else value, {one.address: one.reason for one in done.kept}

    return run


@pytest.mark.parametrize(
    ("formula", "before", "shown", "now", "reason"),
    AT_A_POINT,
)
def test_a_figure_that_excel_may_show_otherwise_is_kept_and_named(
    after, formula, before, shown, now, reason
):
    value, kept = after(formula, before, shown, now)
    assert value == shown
    assert kept["Case0!C1"] == reason


@pytest.mark.parametrize(
    ("formula", "shown", "reason"),
    WITH_TEXTS,
)
def test_a_proof_with_nothing_but_zeros_proves_no_date_that_is_a_text(
    after, formula, shown, reason
):
    value, kept = after(formula, 0, shown, 100)
    assert value == shown
    assert kept["Case0!C1"] == reason


@pytest.mark.parametrize(
    ("formula", "before", "shown", "now", "expected"),
    TAKEN,
)
def test_any_other_figure_is_taken(after, formula, before, shown, now, expected):
    value, kept = after(formula, before, shown, now)
    assert (value, kept) == (pytest.approx(expected, abs=1e-12), {})


def test_an_inserted_formula_that_excel_may_show_otherwise_is_refused(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "budget.xlsx")
    book.add_worksheet("S").write("A1", 4.35)
    book.close()
    with pytest.raises(FileProblem, match="stands at a step where Excel may round the other way"):
        insert(
            tmp_path / "budget.xlsx",
            [("S!B1", '=INT(PBR_CONTRACT_CAP(A1,"")*100)')],
            tmp_path / "out.xlsx",
        )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01/04/2026", True), ("1 Apr 2026", True), (">=1-Apr-26", True), ("1.4.2026", True),
        ("£5", True), ("1,234.50", True), ("(5)", True), ("£1,000 ", True), ("5-", True),
        ("5", False), ("-5.25", False), ("5%", False), ("C01", False), ("n/a", False),
        ("", False), (5.0, False), (None, False), ("2 nights", False), ("Apr 2026", False),
    ],
)  # fmt: skip
def test_texts_that_excel_reads_as_numbers(text, expected):
    assert read_by_excel(text) is expected
