"""The sheets Assumptions and Forecast: their inputs, figures and fan charts."""

from datetime import date

import pytest

from tests.support.template_book import (
    RESULT,
    cells_at,
    figures,
    forecast_of,
    plain,
    spilled,
    statement_of,
    tables_of,
    xml_of,
)
from xlpbr import cells
from xlpbr.contract.assumptions import ASSUMPTIONS
from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.contract.terms import TERMS

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
FORECAST_ROW = 46


def test_the_assumptions_are_a_table_of_their_own_with_values_by_kind(opened):
    for (name, sample), book in opened.items():
        sheet = book["Assumptions"]
        table = sheet.tables["PbrAssumptions"]
        headings, *rows = ([cell.value for cell in row] for row in sheet[table.ref])
        assert headings == ["Assumption", "Value", "Unit", "What it means", "Note"]
        assert [row[0] for row in rows] == [assumption.label for assumption in ASSUMPTIONS]
        values = {
            row["Assumption"]: row["Value"] for row in load_contract(name).sample["Assumptions"]
        }
        assert [plain(row[1]) for row in rows] == [
            plain(values.get(row[0])) if sample else None for row in rows
        ]
        assert {row[4] for row in rows} == ({"Illustration, not a forecast"} if sample else {None})
        rules = {
            str(rule.sqref): rule for rule in sheet.data_validations.dataValidation
        }  # fmt: skip
        assert len(rules) == len(ASSUMPTIONS)
        kinds = {"count": "whole", "month": "date"}
        for row, assumption in enumerate(ASSUMPTIONS, start=6):
            rule = rules[f"B{row}"]
            assert rule.type == kinds.get(assumption.kind, "decimal")
            assert rule.prompt.startswith(assumption.meaning)
            assert rule.showErrorMessage
            assert not sheet[f"B{row}"].protection.locked
        shares = [rules[f"B{row}"] for row, one in enumerate(ASSUMPTIONS, 6) if one.kind == "share"]
        assert {(rule.formula1, rule.formula2) for rule in shares} == {("0", "1")}


@pytest.mark.slow
def test_the_key_figures_of_the_forecast_are_those_of_its_total(books, calculated):
    for key, path in books.items():
        values = calculated[key]["Forecast"]
        rows = {row[0]: row for row in forecast_of(path)}
        for number, column in enumerate((1, 5, 9), start=10):
            found = [values[number, across] for across in (2, 3, 4, 5)]
            assert found == rows["Total"][column : column + 4]
        chances = [row[1] for label, row in rows.items() if str(label).startswith("Chance that")]
        assert [values[row, 2] for row in (15, 16, 17)] == chances
        assert len(chances) == 3
        uncertain = key[1]
        assert values[7, 1].startswith("Nothing is uncertain") != uncertain
        assert ("Nothing is uncertain" in rows) != uncertain
    assert calculated["cheshire-east-2026", True]["Forecast"][16, 2] == "no bonus in the terms"


@pytest.mark.slow
def test_without_assumptions_the_forecast_is_the_statement(books, calculated):
    for name in CONTRACT_NAMES:
        path, values = books[name, False], calculated[name, False]["Forecast"]
        _, *months = statement_of(tables_of(path))
        for row, month in enumerate(months, start=FORECAST_ROW + 1):
            assert plain(values[row, 1]) == plain(month[0])
            # Saving, Payable and Saving to date, each as three percentiles and a mean.
            for column, figure in ((2, 2), (6, 12), (14, 3)):
                assert [values[row, column + n] for n in range(4)] == [month[figure]] * 4


@pytest.mark.slow
def test_the_inputs_of_the_forecast_reach_it(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    path, day = tmp_path / "book.xlsx", date(2026, 8, 31)
    edits = (
        ("Forecast", "B4", cells.serial_of(day)), ("Forecast", "B5", 50), ("Forecast", "B6", 7),
    )  # fmt: skip
    found = figures(contract, path, *edits)["Forecast"]
    expected = forecast_of(path, day, 50, 7)
    assert expected != forecast_of(path, None, 50, 7)
    assert expected != forecast_of(path, day, 50, 8)
    got = spilled({"Forecast": found}, "Forecast", "A46", len(expected), 25)
    assert got == [[plain(value) for value in row] for row in expected]


@pytest.mark.slow
def test_the_fan_charts_are_drawn_from_cells_with_the_percentiles(books, calculated):
    for (name, sample), path in books.items():
        values = calculated[name, sample]["Forecast"]
        months = [row for row in forecast_of(path)[1:] if isinstance(row[0], date)]
        maximum = load_contract(name).terms[[t.label for t in TERMS].index("Contract maximum")]
        for part, column, level in (("chart3", 13, None), ("chart4", 17, maximum.value or None)):
            chart = xml_of(path, f"xl/charts/{part}.xml")
            drawn = [[points(values, found, which) for which in ("cat", "val")]
                     for found in chart.iter(f"{CHART}ser")]  # fmt: skip
            assert [shown for shown, _ in drawn] == [[plain(row[0]) for row in months]] * len(drawn)
            low, middle, high = ([row[column + n] for row in months] for n in range(3))
            spread = [round(top - bottom, 2) for top, bottom in zip(high, low, strict=True)]
            lines = [low, spread, middle, *([[level] * len(months)] if level else [])]
            assert [line for _, line in drawn] == lines
            names = [found.find(f"{CHART}tx/{CHART}v").text for found in chart.iter(f"{CHART}ser")]
            band = ["10th to 90th percentile", "50th percentile"]
            assert names[1:] == [*band, *(["Contract maximum"] if level else [])]
            # What carries the band is neither seen nor named.
            (hidden,) = chart.iter(f"{CHART}legendEntry")
            assert hidden.find(f"{CHART}idx").get("val") == "0"
        if sample:
            assert any(spread)


def points(values, series, which):
    """The values of the cells that a series of a chart refers to."""
    sheet, _, area = series.find(f"{CHART}{which}//{CHART}f").text.rpartition("!")
    assert sheet == "Forecast"
    first, last = (cells_at(address) for address in area.replace("$", "").split(":"))
    assert first[1] == last[1]
    return [plain(values[row, first[1]]) for row in range(first[0], last[0] + 1)]


def test_a_wrong_assumption_stops_the_forecast_and_no_other_sheet(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    row = 6 + [assumption.label for assumption in ASSUMPTIONS].index("Share reunified")
    values = figures(contract, tmp_path / "book.xlsx", ("Assumptions", f"B{row}", 5))
    forecast = values["Forecast"]
    for place in ((FORECAST_ROW, 1), (10, 2), (12, 5), (15, 2), (17, 2)):
        assert plain(forecast[place]) == "#NUM!"
    assert values["Statement"][14, 5] == 703810.3
    assert values["Checks"][RESULT].startswith("NOT ALL AGREE")


@pytest.mark.slow
def test_a_forecast_longer_than_the_prepared_rows_is_still_read_to_its_end(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    path = tmp_path / "book.xlsx"
    values = figures(contract, path, ("Terms", "B12", cells.serial_of(date(2029, 2, 28))))
    total = next(row for row in forecast_of(path) if row[0] == "Total")
    assert [values["Forecast"][12, column] for column in (2, 3, 4, 5)] == total[9:13]
