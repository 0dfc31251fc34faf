"""Formulas of a person's own that read a PBR_FORECAST on another sheet."""

from __future__ import annotations

import pytest

from tests.support.edits import edit
from tests.support.forecast_book import FORECAST, ForecastBook, forecast_book
from tests.support.host_matrix import sheet_form
from xlpbr.workbook.calculate.keeping import same_value
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.ooxml.addresses import area_cells, split_area, split_cell
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange

DEPENDS = "it depends on a formula that keeps its last value"


def shown(path, address):
    sheet, _, cell = address.partition("!")
    return cells_of(open_book(path), sheet)[split_cell(cell)].value


def assert_refreshed(made: ForecastBook, target, shows):
    """The forecast and what is proved show what they give now, to the 15 digits of Excel."""
    stored = cells_of(open_book(target), FORECAST)
    given = [cell for row in made.forecast for cell in row]
    for position, expected in zip(area_cells(split_area(made.area)), given, strict=True):
        value = stored[position].value if position in stored else None
        assert same_value(sheet_form(value)[0][0], expected), position
    for address, expected in shows.items():
        assert same_value(shown(target, address), expected), address


def test_what_is_proved_is_refreshed_and_the_rest_keeps_its_value_and_is_named(tmp_path):
    source, target = tmp_path / "book.xlsx", tmp_path / "new.xlsx"
    made = forecast_book(source)
    done = recalculate(source, target)
    hidden, last = made.hidden
    assert_refreshed(made, target, made.shows | {hidden: last})
    assert {one.address: one.reason for one in done.kept} == {
        made.unprovable: "from what the workbook shows, the engine makes another value of it than"
        " the workbook shows",
        hidden: "it uses OFFSET, and it cannot be seen what that reads",
        **dict.fromkeys(made.behind, DEPENDS),
    }
    for address in (made.unprovable, *made.behind):
        assert shown(target, address) == shown(source, address)
    assert done.unproved == ()


@pytest.mark.slow
def test_a_second_recalculation_changes_nothing(tmp_path):
    source, once, twice = (tmp_path / f"{name}.xlsx" for name in ("book", "once", "twice"))
    forecast_book(source)
    recalculate(source, once)
    assert recalculate(once, twice).written == 0


def test_a_forecast_that_is_refused_leaves_no_figure_of_before(tmp_path):
    """Cells that a spill fills no longer are empty, and count as 0 for what reads them."""
    source, wrong, target = (tmp_path / f"{name}.xlsx" for name in ("book", "wrong", "new"))
    made = forecast_book(source)
    seed = {split_cell("A3"): CellChange("seven", None)}
    edit(open_book(source), Changes(cells={FORECAST: seed}), wrong)
    done = recalculate(wrong, target)
    stored = cells_of(open_book(target), FORECAST)
    first, *rest = area_cells(split_area(made.area))
    assert stored[first].value.code == "#VALUE!"
    assert {stored[cell].value for cell in rest if cell in stored} <= {None}
    assert (shown(target, "Budget!B2"), shown(target, "Board!B2")) == (0, 0)
    # A row that is looked up and is not there: an error of the engine's own is not put over a
    # figure, which stays and is named.
    reasons = {one.address: one.reason for one in done.kept}
    assert reasons["Budget!B6"] == "the engine gives an error for it where a figure stands"
    assert shown(target, "Budget!B6") == shown(source, "Budget!B6")
