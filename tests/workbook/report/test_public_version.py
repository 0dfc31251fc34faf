"""The public version: which months, readings, years and charts it shows, and what it says of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.support.golden import sample_assumptions, sample_source
from tests.support.opened import opened
from tests.support.report_book import (
    CHART,
    MAIN,
    PUBLIC_SHEETS,
    SHARED,
    lines_of,
    parts_of,
    report_of,
    said_on,
    table_of,
    with_terms,
    years_of,
)


def test_the_public_version_gives_the_position_of_the_last_month_that_it_shows(
    tmp_path: Path,
) -> None:
    target = report_of(tmp_path / "r.xlsx", public=True)
    lines = lines_of(target, "Summary")
    assert lines[1] == (
        "The figures agree with their checks. What is open between the parties is not part of the"
        " public version."
    )
    assert any(
        line.startswith("The last month for which figures may be shown is July 2026:")
        for line in lines
    )
    words = said_on(target, "Summary")
    assert "By 31 July 2026, 10 children were living in families" in words
    assert "The council saved £847,087.27. £619,816.67 is payable in all;" in words
    figures = {row[0]: row[1] for row in table_of(target, "Summary")[1:]}
    assert figures["Saving to 31 Jul 2026"] == 847_087.27
    assert figures["Carer fees to 31 Jul 2026"] == 70_000
    statement = {row[0]: row for row in table_of(target, "Statement")[1:]}
    for month in (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)):
        shown = [value for value in statement[month][1:] if value != "[c]"]
        # What the contract itself tells: the entitlement, no bonus and nothing held back.
        assert set(shown) == {599_800, 0}
    assert table_of(target, "Reconciliation")[-1][:2] == ["Total to July 2026", 619_816.67]


def test_the_public_readings_list_only_what_they_can_show(tmp_path: Path) -> None:
    target = report_of(tmp_path / "r.xlsx", public=True)
    rows = table_of(target, "Readings in full")[1:]
    assert len(rows) == 15
    assert {(row[3], row[4], row[5]) for row in rows} == {("yes", 619_816.67, 0)}
    assert lines_of(target, "Readings in full")[1].startswith("Only the options in use are listed.")
    page = table_of(target, "Readings")
    assert page[0] == ["Reading", "As it is read now", "Code", "Clause"]
    assert len(page) == 16
    assert "suppressed figures could be worked back" in " ".join(lines_of(target, "Readings"))
    source = sample_source()
    source.rows["Placements"][1:] = [
        ["C01", "foster", 7_000, 1_400, date(2025, 9, 2), None, "yes", None]
    ]
    nothing = report_of(tmp_path / "r.xlsx", source, date(2025, 9, 30), public=True)
    assert [row[3:6] for row in table_of(nothing, "Readings in full")[1:]] == [
        ["yes", "[c]", "[z]"]
    ]
    assert "There is no month yet for which figures" in " ".join(lines_of(nothing, "Summary"))


def test_the_public_version_has_the_years_that_follow_from_what_it_shows(tmp_path: Path) -> None:
    budget = [["Year", "Saving", "Cost"], ["2025/26", 5_000_000, 700_000]]
    source = sample_source(carers=None, claims=None, budget=budget)
    source.rows["Placements"][1:] = [
        [f"C{n}", "foster", 7_000, 1_400, date(2025, 9, 2 + n % 12), None, "yes", None]
        for n in range(24)
    ]
    target = report_of(tmp_path / "r.xlsx", source, date(2026, 6, 15), public=True)
    lines = lines_of(target, "Years")
    assert "Figures go to 31 May 2026; a budget is for the whole year." in " ".join(lines)
    first, last = years_of(target)
    columns, *months = table_of(target, "Statement")
    statement = {row[0]: dict(zip(columns, row, strict=True)) for row in months}
    march, may = statement[date(2026, 3, 1)], statement[date(2026, 5, 1)]
    assert first["Financial year"] == "2025/26"
    assert first["Saving"] == march["Saving to date"] > 3_000_000
    assert first["Saving against budget"] == march["Saving to date"] - 5_000_000
    assert round(last["Saving"], 2) == round(may["Saving to date"] - march["Saving to date"], 2)
    assert round(last["Payable"], 2) == round(may["Payable to date"] - march["Payable to date"], 2)
    assert first["Full-year effect"] == last["Full-year effect"] == 24 * 292_000
    assert last["Budget saving"] == "[z]"
    assert "the financial years, and" not in " ".join(texts_of_notes(target))
    # Of the sample's children no year can be told apart.
    other = report_of(tmp_path / "other.xlsx", public=True)
    assert not {"Years", SHARED} & set(opened(other).sheetnames)
    assert "the invoice, the financial years, and the problems" in " ".join(texts_of_notes(other))


def texts_of_notes(target: Path) -> list[str]:
    return [str(row[1]) for row in table_of(target, "Notes")]


def test_public_workings_need_two_months_that_can_be_shown(tmp_path: Path) -> None:
    source = sample_source(carers=None, claims=None)
    source.rows["Placements"][1:] = [
        [f"C{n}", "foster", 7_000, 1_400, date(2025, 9, 2 + n % 12), None, "yes", None]
        for n in range(24)
    ]
    # All come in September; October is level, and there are enough for a second sum.
    for day, there in ((date(2025, 9, 30), False), (date(2025, 10, 31), True)):
        target = report_of(tmp_path / "r.xlsx", source, day, public=True)
        book = opened(target)
        assert ("Workings" in book.sheetnames) == there
        links = {cell.value for (cell, *_) in book["Annex"].iter_rows(max_col=1) if cell.hyperlink}
        assert ("Workings" in links) == there


def test_the_public_version_says_so_in_words(tmp_path: Path) -> None:
    target = report_of(tmp_path / "r.xlsx", public=True, cut_off=7)
    assert lines_of(target, "Summary")[2] == (
        "PUBLIC VERSION: counts from 1 to 7, and what would give them away, are shown as [c]."
    )
    assert "[c]" in [row[0] for row in table_of(target, "Notes")]
    assert b"PUBLIC VERSION" in parts_of(target)["docProps/core.xml"]
    for sheet in PUBLIC_SHEETS:
        if sheet in ("Annex", "Notes"):
            continue
        # Under this cut-off a year can be shown; it stands first on the sheet of the short tables.
        top = "Years" if sheet == "Reconciliation" else sheet
        assert any(line.startswith("[c] means") for line in lines_of(target, top)), sheet


def test_the_public_version_has_no_forecast(tmp_path: Path) -> None:
    source = sample_source(assumptions=sample_assumptions())
    one = report_of(tmp_path / "one.xlsx", source, public=True)
    other = report_of(tmp_path / "other.xlsx", public=True)
    assert one.read_bytes() == other.read_bytes()


def test_a_public_chart_is_broken_over_suppressed_months(tmp_path: Path) -> None:
    """Each month has its place, a suppressed one an empty cell; no line joins what is around it."""
    target = report_of(tmp_path / "r.xlsx", public=True)
    heading, *rows = table_of(target, "Chart data")
    statement = table_of(target, "Statement")
    assert [row[0] for row in rows] == [row[0] for row in statement[1:]]
    for name in ("Saving to date", "Fee to date", "Payable to date"):
        drawn = [row[heading.index(name)] for row in rows]
        said = [row[statement[0].index(name)] for row in statement[1:]]
        assert drawn == [None if value == "[c]" else value for value in said]
        assert None in drawn[:-3], "no month within the line is suppressed"
    parts = parts_of(target)
    last = f"xl/worksheets/sheet{len(PUBLIC_SHEETS)}.xml"
    for cell in ET.fromstring(parts[last]).iter(f"{MAIN}c"):
        assert (cell.find(f"{MAIN}v") is None) == (len(cell) == 0)
    charts = sorted(part for part in parts if part.startswith("xl/charts/chart"))
    assert len(charts) >= 2
    for part in charts:
        chart = ET.fromstring(parts[part])
        (blanks,) = chart.iter(f"{CHART}dispBlanksAs")
        assert blanks.get("val") == "gap"
        series = next(chart.iter(f"{CHART}ser")).find(f"{CHART}val/{CHART}numRef/{CHART}numCache")
        assert series is not None
        count = series.find(f"{CHART}ptCount")
        assert count is not None
        assert int(count.get("val") or 0) == len(rows)
        assert 0 < len(series.findall(f"{CHART}pt")) < len(rows)


def test_a_public_measure_of_the_bonus_is_broken_too(tmp_path: Path) -> None:
    terms = with_terms(Bonus_measure="accumulated", Bonus_counts="family")
    target = report_of(tmp_path / "r.xlsx", sample_source(terms=terms), public=True)
    heading, *rows = table_of(target, "Chart data")
    measured, saved = (
        [row[heading.index(name)] for row in rows]
        for name in ("Saving counted for the bonus", "Saving to date")
    )
    assert measured == saved
    assert None in saved
