"""The committee's pages: what they say of how things stand, and that they can be read."""

from __future__ import annotations

import dataclasses
import re
import warnings
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from tests.support.golden import AS_AT, sample_source
from tests.support.opened import opened
from tests.support.report_book import (
    MAIN,
    lines_of,
    parts_of,
    report_of,
    said_on,
    table_of,
    tables_of,
    years_of,
)
from xlpbr.contract.library import CONTRACT_NAMES
from xlpbr.settlement.statement import Statement, settle
from xlpbr.workbook.read.contract_tables import read_records, read_tables, records_of
from xlpbr.workbook.report import facts as report_facts
from xlpbr.workbook.report.facts import ReportSource, gather
from xlpbr.workbook.report.state import state_of
from xlpbr.workbook.report.write import write_reports

READY = Path(__file__).resolve().parents[3] / "workbook" / "ready"
GIVEN: dict[str, Any] = {
    "as_at": AS_AT, "prepared_by": "-", "prepared_on": date(2026, 11, 21), "made_with": "-",
    "public": False, "cut_off": 5,
}  # fmt: skip


def agreeing() -> ReportSource:
    """The sample without a row that is open, up to the last claim."""
    source = sample_source(claims=None)
    source.rows["Placements"] = [
        row for row in source.rows["Placements"] or [] if "disputed" not in row
    ]
    return source


# How things stand.


@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_the_state_is_in_the_words_of_the_workbook_s_own_sheets(tmp_path: Path, name: str) -> None:
    """As Checks says it at the same day: the values are those that the workbook was made with."""
    book = READY / f"{name}_excel-lite_sample-rows.xlsx"
    values = openpyxl.load_workbook(book, data_only=True)
    found = read_tables(book, {})
    target = tmp_path / "r.xlsx"
    write_reports(
        found, read_records(found), target, as_at=values["Statement"]["D4"].value.date(),
        prepared_by="-", public_cut_off=None, pdf=False,
    )  # fmt: skip
    said = " ".join(lines_of(target, "Summary"))
    assert values["Checks"]["B6"].value in said
    assert any(begin in said for begin in ("NOT CLEAR: the figures agree, but", "All checks agree"))


def test_a_report_in_which_nothing_is_open_says_so() -> None:
    source = agreeing()
    state = state_of(gather(records_of(source.rows), source, **GIVEN))
    assert (state.level, state.words) == ("clear", "All checks agree")


def test_a_wrong_figure_is_red_and_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*args: Any) -> Statement:
        right = settle(*args)
        *before, last = right.months
        last = dataclasses.replace(last, payable_to_date=last.payable_to_date + 1)
        return dataclasses.replace(right, months=(*before, last))

    monkeypatch.setattr(report_facts, "settle", wrong)
    target = report_of(tmp_path / "r.xlsx", agreeing())
    banner = opened(target)["Summary"]["A3"]
    assert banner.value.startswith("NOT ALL AGREE: an error in the figures. Look on the sheet")
    assert banner.fill.fgColor.rgb == "FFFBE3E0"


def test_what_is_open_is_amber_and_counted(tmp_path: Path) -> None:
    source = sample_source()
    target = report_of(tmp_path / "r.xlsx", source, date(2026, 3, 31))
    sheet = opened(target)["Summary"]
    assert sheet["A3"].value == (
        "NOT CLEAR: the figures agree, but 1 finding, 1 disputed, invoiced £2,729.00 above payable:"
        " see the sheet Checks"
    )
    assert sheet["A3"].fill.fgColor.rgb == sheet["D3"].fill.fgColor.rgb == "FFFFE3A3"


def test_what_is_at_stake_is_what_the_disputed_rows_would_change(tmp_path: Path) -> None:
    source = sample_source()
    rows = source.rows["Placements"] or []
    agreed = [["yes" if cell == "disputed" else cell for cell in row] for row in rows]
    both = []
    for placements in (rows, agreed):
        records = records_of({**source.rows, "Placements": placements})
        both.append(settle(records.terms.record, records.evidence.record, AS_AT).months[-1])
    saved = both[1].saving_to_date - both[0].saving_to_date
    assert saved > 0
    target = report_of(tmp_path / "r.xlsx", source)
    (row,) = [row for row in table_of(target, "Summary") if row[0] == "Disputed, at stake"]
    payable = both[1].payable_to_date - both[0].payable_to_date
    assert round(row[1] * 100) == payable
    assert f"£{payable / 100:,.2f} more payable and £{saved / 100:,.2f} more saved" in row[2]


def test_a_disputed_row_that_cannot_be_settled_stops_nothing(tmp_path: Path) -> None:
    source = sample_source()
    rows = source.rows["Placements"] or []
    price = rows[0].index("Family weekly cost")
    for row in rows[1:]:
        if "disputed" in row:
            row[price] = None
    target = report_of(tmp_path / "r.xlsx", source)
    assert "as they stand, the rows cannot be settled" in said_on(target, "Summary")


def test_the_year_is_held_against_its_budget_in_outlook(tmp_path: Path) -> None:
    target = report_of(tmp_path / "r.xlsx", sample_source(with_life=True))
    rows = {row[0]: row for row in table_of(target, "Summary")}
    year = next(year for year in years_of(target) if year["Financial year"] == "2026/27")
    assert rows["2026/27, saving to 31 Oct 2026"][1] == year["Saving"]
    words = rows["2026/27, payable to 31 Oct 2026"][2]
    assert re.search(
        r"Outlook for all of 2026/27, .*: £[\d,.]+, £[\d,.]+ (above|below) the budget's cost of"
        rf" £{year['Budget cost']:,.2f}\. Accrual on 31 Oct 2026: £{year['Accrual']:,.2f}\.",
        words,
    )


def test_many_children_are_counted_and_not_all_named(tmp_path: Path) -> None:
    source = sample_source(with_life=True, cohort=None)
    first, price = (source.rows["Placements"] or [])[1], (source.rows["Prices"] or [])[1]
    names = [f"D{number:02}" for number in range(60)]
    source.rows["Placements"] = [
        *(source.rows["Placements"] or []), *([name, *first[1:]] for name in names),
    ]  # fmt: skip
    source.rows["Prices"] = [
        *(source.rows["Prices"] or []), *([name, *price[1:]] for name in names),
    ]  # fmt: skip
    words = said_on(report_of(tmp_path / "r.xlsx", source), "Summary")
    assert "The prices of 64 children changed on 1 Apr 2026: C01, C02, C03, C04, D00" in words
    assert "and 56 more." in words


# How they look.


@pytest.fixture(scope="module", params=[False, True], ids=["full", "public"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("looks") / "report.xlsx"
    return report_of(target, sample_source(with_life=True), public=request.param)


def light(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((light(one), light(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_every_text_stands_out_from_its_ground(report: Path) -> None:
    seen = set()
    for sheet in opened(report):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    ground = cell.fill.fgColor.rgb if cell.fill.fill_type else "FFFFFFFF"
                    seen.add((cell.font.color.rgb[-6:], ground[-6:]))
    assert len(seen) > 3
    assert not {pair for pair in seen if contrast(*pair) < 4.5}


def test_every_line_of_a_chart_and_its_letters_stand_out(report: Path) -> None:
    letters, lines = set(), set()
    for part, content in parts_of(report).items():
        if part.startswith("xl/charts/chart"):
            chart = content.decode()
            for text in re.findall(r"<a:(?:defRPr|rPr)\b.*?</a:(?:defRPr|rPr)>", chart, re.DOTALL):
                letters.update(re.findall(r'srgbClr val="(\w{6})"', text))
            for line in re.findall(r"<c:ser>.*?<a:ln\b.*?</a:ln>", chart, re.DOTALL):
                lines.update(re.findall(r'srgbClr val="(\w{6})"', line))
    assert letters
    assert lines
    assert not {ink for ink in letters if contrast(ink, "FFFFFF") < 4.5}
    assert not {ink for ink in lines if contrast(ink, "FFFFFF") < 3}


def test_a_short_summary_is_printed_larger(tmp_path: Path) -> None:
    """Its sentences are narrower, so that the page is filled; a long one stays on its one page."""
    long = report_of(tmp_path / "long.xlsx", sample_source(with_life=True))
    short = report_of(tmp_path / "short.xlsx", sample_source("cheshire-east-2026"))
    widths = []
    for target in (long, short):
        sheet = opened(target)["Summary"]
        width = sum(sheet.column_dimensions[column].width for column in "ABCD")
        heights = [sheet.row_dimensions[row].height or 15 for row in range(1, sheet.max_row + 1)]
        # Seven pixels a character, 96 an inch; between its margins A4 is 7.27 by 10.19 inches.
        points = 10.19 / 7.27 * width * 7 * 72 / 96
        assert 0.6 < sum(heights) / points < 1.02
        widths.append(sheet.column_dimensions["C"].width)
    assert widths[0] > widths[1]


def test_a_last_page_with_a_row_or_two_is_saved(tmp_path: Path) -> None:
    """Few columns do not fill a page's width: nothing is made larger, so that rows count."""
    source = sample_source("cheshire-east-2026")
    head, first, *_ = source.rows["Placements"] or []
    source.rows["Placements"] = [head, *([f"K{n:02}", *first[1:]] for n in range(1, 22))]
    target = report_of(tmp_path / "r.xlsx", source, date(2026, 9, 30))
    assert opened(target)["Children"].page_setup.fitToHeight in (None, 1)
    source.rows["Placements"] = [head, *([f"K{n:02}", *first[1:]] for n in range(1, 32))]
    target = report_of(tmp_path / "r.xlsx", source, date(2026, 9, 30))
    assert opened(target)["Children"].page_setup.fitToHeight == 0


def test_openpyxl_opens_it_without_a_warning(report: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        openpyxl.load_workbook(report)


def test_the_looks_of_cells_have_names(report: Path) -> None:
    styles = ET.fromstring(parts_of(report)["xl/styles.xml"])
    names = {style.get("name") for style in styles.iter(f"{MAIN}cellStyle")}
    assert {"PBR Title", "PBR Heading", "PBR Link"} <= names
    sheet = opened(report)["Summary"]
    assert sheet["A1"].style == "PBR Title"


def test_numbers_stand_right_and_so_do_their_headings(report: Path) -> None:
    looked = set()
    for sheet in opened(report):
        for table in tables_of(sheet):
            heading, *rows = list(sheet[table.ref])
            for column, cell in enumerate(heading):
                kinds = {type(row[column].value) for row in rows}
                if kinds <= {int, float}:
                    looked.add((sheet.title, cell.value))
                    assert cell.alignment.horizontal == "right", (sheet.title, cell.value)
    assert len(looked) > 5


def test_the_readings_that_matter_are_drawn_where_the_page_has_room(tmp_path: Path) -> None:
    few, day = sample_source("cheshire-east-2026"), date(2026, 7, 31)
    target = report_of(tmp_path / "r.xlsx", few, day)
    rows = table_of(target, "Readings")[1:]
    bars = [
        content.decode()
        for part, content in parts_of(target).items()
        if part.startswith("xl/charts/chart") and b"<c:barChart>" in content
    ]
    assert len(bars) == 1
    assert bars[0].count("<c:ser>") == 2
    drawn = re.findall(r"<c:val>.*?<c:numCache>(.*?)</c:numCache>", bars[0], re.DOTALL)
    assert len(drawn) == 2
    for number, values in enumerate(drawn):
        points = [float(value) for value in re.findall(r"<c:v>(.*?)</c:v>", values)]
        assert points == [row[4 + number] for row in rows]
    public = report_of(tmp_path / "p.xlsx", few, day, public=True)
    full = report_of(tmp_path / "f.xlsx")
    assert len(table_of(full, "Readings")) > 8
    for other in (public, full):
        assert not [part for part, content in parts_of(other).items() if b"barChart" in content]


def test_seven_readings_are_drawn_too(tmp_path: Path) -> None:
    """Their bars are low, and the page is not left half empty."""
    source = sample_source(with_life=True, cohort=None)
    head, *rows = source.rows["Placements"] or []
    more = [[f"D{n:02}", *rows[n % len(rows)][1:]] for n in range(28)]
    source.rows["Placements"] = [head, *rows, *more]
    target = report_of(tmp_path / "r.xlsx", source)
    assert len(table_of(target, "Readings")) == 8
    assert [part for part, content in parts_of(target).items() if b"barChart" in content]
