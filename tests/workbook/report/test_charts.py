"""The charts: what they show in words and in figures, told apart without colour."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.support.golden import sample_source
from tests.support.report_book import CHART, parts_of, report_of, table_of, with_terms


def test_the_charts_say_what_they_show_and_differ_without_colour(either: Path) -> None:
    parts = parts_of(either)
    drawing = parts["xl/drawings/drawing1.xml"].decode()
    words = re.findall(r'descr="([^"]*)"', drawing)
    public = either.stem == "public"
    assert len(words) == (2 if public else 3)
    month, saving = ("July", "£847,087.27") if public else ("October", "£1,712,887.46")
    assert f"At the end of {month} 2026 the saving to date is {saving}, the fee" in words[0]
    assert "bonus threshold" not in words[0]
    payable = "£619,816.67" if public else "£669,800.00"
    assert f"At the end of {month} 2026 {payable} is payable to date" in words[1]
    assert "contract maximum of £1,000,000.00" in words[1]
    if not public:
        assert (
            "the yearly saving of the placements in place is £3,693,379.21. A level line stands at"
            " the bonus threshold of £3,000,000.00; the bonus is measured on 28 February 2027."
        ) in words[2]
    for number in range(1, len(words) + 1):
        part = f"xl/charts/chart{number}.xml"
        chart = ET.fromstring(parts[part])
        drawn = "{http://schemas.openxmlformats.org/drawingml/2006/"
        looks = [
            (
                found.find(f".//{drawn}main}}prstDash").get("val"),
                found.find(f".//{drawn}chart}}marker/{drawn}chart}}symbol").get("val"),
            )
            for found in chart.iter(f"{drawn}chart}}ser")
        ]
        assert len(looks) == len(set(looks)) >= 2


@pytest.mark.parametrize(
    ("measure", "heading"),
    [
        ("run_rate", "Yearly saving"),
        ("accumulated", "Saving counted for the bonus"),
        ("lower", "Lower of yearly saving and saving counted"),
    ],
)
def test_the_bonus_is_what_its_chart_says(tmp_path: Path, measure: str, heading: str) -> None:
    """The threshold stands beside what it is held against, and nothing else."""
    terms = with_terms(Bonus_measure=measure, Bonus_threshold=2_500_000)
    target = report_of(tmp_path / "r.xlsx", sample_source(terms=terms), None)
    headings, *rows = table_of(target, "Chart data")
    assert headings[-2:] == [heading, "Bonus threshold"]
    measured, threshold = rows[-1][-2:]
    statement = table_of(target, "Statement")
    bonus = statement[-1][statement[0].index("Bonus")]
    assert threshold == 2_500_000
    assert round((measured - threshold) * 10) == round(bonus * 100) > 0


def test_the_charts_have_titles_the_same_months_and_their_last_figures(full: Path) -> None:
    parts = parts_of(full)
    found = [ET.fromstring(parts[f"xl/charts/chart{number}.xml"]) for number in (1, 2, 3)]
    titles = [
        "".join(text.text or "" for text in chart.find(f".//{CHART}title").iter())
        for chart in found
    ]
    assert titles == [
        "Savings and fee to 31 Oct 2026",
        "Payable to 31 Oct 2026 against the contract maximum",
        "Bonus: what it is measured by",
    ]
    for chart in found:
        months = {found.text for found in chart.findall(f".//{CHART}cat//{CHART}f")}
        assert len(months) == 1
        axes = [axis for axis in chart.find(f".//{CHART}plotArea") if axis.tag.endswith("Ax")]
        assert [axis.find(f"{CHART}numFmt").get("formatCode") for axis in axes] == [
            "mmm yy", '"£"#,##0;-"£"#,##0',
        ]  # fmt: skip
        shown = [
            len(series.findall(f".//{CHART}dLbl")) - len(series.findall(f".//{CHART}delete"))
            for series in chart.iter(f"{CHART}ser")
            if series.find(f"{CHART}dLbls") is not None
        ]
        assert set(shown) == {1}
        layout = chart.find(f".//{CHART}plotArea/{CHART}layout//{CHART}w")
        assert layout is not None
        assert float(layout.get("val") or 0) == 0.84
    tops = [chart.find(f".//{CHART}valAx//{CHART}max").get("val") for chart in found[:2]]
    assert tops[0] == tops[1]


def figures_of_lines(path: Path, number: int) -> dict[str, str]:
    """Which lines of a chart say a figure, and on which side of the point."""
    chart = ET.fromstring(parts_of(path)[f"xl/charts/chart{number}.xml"])
    found = {}
    for series in chart.iter(f"{CHART}ser"):
        labels = series.find(f"{CHART}dLbls")
        if labels is None:
            continue
        points = int(series.find(f"{CHART}val//{CHART}ptCount").get("val"))
        if len(labels.findall(f".//{CHART}delete")) < points:
            name = series.find(f"{CHART}tx//{CHART}v").text
            found[name] = labels.find(f"{CHART}dLblPos").get("val")
    return found


def test_two_lines_that_end_in_one_point_say_one_figure_and_none_stands_on_the_axis(
    tmp_path: Path,
) -> None:
    # Catching up, the fee is what was saved; of what is payable little was invoiced so far.
    source = sample_source("cheshire-east-2026")
    source.rows["Claims"] = (source.rows["Claims"] or [])[:2]
    target = report_of(tmp_path / "r.xlsx", source, date(2026, 9, 30))
    heading, *rows = table_of(target, "Chart data")
    last = dict(zip(heading, rows[-1], strict=True))
    assert last["Saving to date"] == last["Fee to date"] > 0
    assert figures_of_lines(target, 1) == {"Saving to date": "t"}
    assert 0 < last["Invoiced to date"] < last["Payable to date"] / 10
    assert figures_of_lines(target, 2) == {"Payable to date": "t", "Invoiced to date": "t"}
    apart = report_of(tmp_path / "apart.xlsx")
    assert figures_of_lines(apart, 1) == {"Saving to date": "t", "Fee to date": "b"}
