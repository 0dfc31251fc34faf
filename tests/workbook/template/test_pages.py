"""The sheets on the screen and on paper: pages, letters, heights of rows, charts, formats."""

import re
import zipfile
from xml.etree import ElementTree as ET

import pytest
import xlsxwriter

from tests.support.template_book import (
    CHECK_ROWS,
    LIFE,
    MAIN,
    explained,
    room_of,
    rows_in,
    sample_tables,
    statement_of,
    values_of,
    width_of,
    xml_of,
)
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.workbook.look.styles import Styles
from xlpbr.workbook.look.text_width import lines_needed, text_width
from xlpbr.workbook.template.checks import AGREES
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import template_plan_of


def test_every_sheet_prints_on_a4_one_page_wide(opened):
    for (name, _), book in opened.items():
        for sheet in book:
            upright = sheet.title in ("About", "Month", "Terms")
            assert sheet.page_setup.orientation == ("portrait" if upright else "landscape")
            assert int(sheet.page_setup.paperSize) == 9
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            one_page = sheet.title in ("About", "Month", "Terms", "Assumptions") or (
                sheet.title in ALL_COLUMNS and len(rows_in(sheet)) <= 45
            )
            assert sheet.page_setup.fitToHeight == (None if one_page else 0)
            assert sheet.oddHeader.left.text == load_contract(name).title
            assert sheet.oddHeader.right.text == "&A"
            assert sheet.oddFooter.left.text == "xlpbr"
            assert sheet.oddFooter.right.text == "Page &P of &N"
            # A page of these may begin in the middle of a table with other headings.
            of_one_table = sheet.title not in ("About", "Month", "Checks", "Functions")
            assert bool(sheet.print_title_rows) == of_one_table
            if of_one_table:
                repeated = int(sheet.print_title_rows.strip("$").split(":")[0])
                assert sheet.cell(repeated, 1).value
        assert book["Terms"].print_title_rows == "$5:$5"
        assert book["Statement"].print_title_rows == "$23:$23"


@pytest.mark.parametrize("before", [0, 118, 119, 120, 198, 199, 200])
def test_a_title_that_is_cut_keeps_the_sheet_s_name_at_the_head(tmp_path, before):
    """An ampersand is doubled there, and half of one would make a text of the code after it."""
    title = "x" * before + "&" * 300
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        page = TemplatePage(workbook.add_worksheet("Years"), Styles(workbook), None)
        page.print_on_a4(title, heading_row=None)
    text = xml_of(path, "xl/worksheets/sheet1.xml").find(f".//{MAIN}oddHeader").text
    assert len(text) <= 255
    left, code, right = text.replace("&&", "+").partition("&R")
    assert (left[:2], code, right) == ("&L", "&R", "&A")
    assert len(left) > 100
    assert title.startswith(left[2:].replace("+", "&"))


def test_a_page_of_a4_is_read_without_a_glass(opened):
    # A4 landscape between its margins has 784 points; a column of w digits takes 7w + 5 pixels.
    for book in opened.values():
        months = len(template_plan_of(contract_of(book), sample=False).months)
        printed = {
            "Reconcile": 10, "Explain": 4, "Forecast": 13, "Checks": 6, "Readings": 6,
            "Children": 2 + months, "Changes": 9, "As agreed": 1,
        }  # fmt: skip
        whole = ("Placements", "Claims", *LIFE, "Assumptions", "Functions", "Invoice", "Lines")
        for name in (*whole, "Years", *printed):
            sheet = book[name]
            last = printed.get(name, sheet.max_column)
            pixels = sum(int(7 * width_of(sheet, column)) for column in range(1, last + 1))
            assert 784 / (pixels * 0.75) * 11 >= 8


def contract_of(book):
    return load_contract(book["Terms"]["B6"].value)


def test_every_amount_has_room_in_its_column(books):
    """Also in the workings to the right of a page: what has none is shown as #####."""
    for name in CONTRACT_NAMES:
        for sheet in values_of(books[name, True]):
            widths = {
                column: found.width
                for found in sheet.column_dimensions.values()
                for column in range(found.min, found.max + 1)
            }
            for row in sheet.iter_rows():
                for cell in row:
                    if not isinstance(cell.value, int | float) or "£" not in cell.number_format:
                        continue
                    pence = 2 if "0.00" in cell.number_format else 0
                    shown = f"{'-' * (cell.value < 0)}£{abs(cell.value):,.{pence}f}"
                    width = widths.get(cell.column, 8.43)
                    needed = text_width(shown, bold=bool(cell.font.b))
                    assert needed < width - 0.4, f"{sheet.title}!{cell.coordinate}: {shown}"


def test_the_rows_of_explain_have_room_for_what_they_show(opened):
    shown = 0
    for name in CONTRACT_NAMES:
        contract = load_contract(name)
        sheet = opened[name, True]["Explain"]
        tables = sample_tables(contract)
        for month, *_ in statement_of(tables)[1:]:
            lines = explained(tables, month)[1:]
            for row, (clause, _, working, _) in enumerate(lines, start=7):
                room = room_of(sheet, row, 3)
                assert lines_needed(clause, 20.5) <= room
                most = int(re.search(r"<=(\d+)", sheet.cell(row, 3).value)[1])
                if len(working) <= most:
                    assert lines_needed(working, 105.5) <= room, (name, month, row)
                    shown += 1
    # All are shown as they are, but for the saving of several children.
    assert (18 + 17) * 17 <= shown < (18 + 17) * 18


def test_the_rows_of_checks_are_as_high_as_what_they_hold(opened):
    statuses: set[str] = set()
    for book in opened.values():
        sheet = book["Checks"]
        for row in CHECK_ROWS:
            room = room_of(sheet, row, 6)
            assert room == lines_needed(sheet.cell(row, 6).value, width_of(sheet, 6) - 2.2)
            statuses.update(re.findall(r'"([A-Z][^"]+)"', sheet.cell(row, 5).value))
    # Every status takes one line, whichever comes to stand there.
    assert AGREES in statuses
    assert len(statuses) == 8
    for status in statuses:
        assert lines_needed(status, 36.5, bold=True) == 1


def test_the_charts_have_words_lines_that_differ_and_axis_titles(books):
    for (name, _), path in books.items():
        has_levels = name == "plymouth-l04-2526"
        with zipfile.ZipFile(path) as archive:
            drawing = archive.read("xl/drawings/drawing1.xml").decode()
            charts = [
                ET.fromstring(archive.read(part))
                for part in sorted(archive.namelist())
                if part.startswith("xl/charts/chart")
            ]
        assert len(charts) == 4
        descriptions = re.findall(r'<xdr:cNvPr [^>]*descr="([^"]+)"', drawing)
        assert len(descriptions) == 2
        assert all("month by month" in text for text in descriptions)
        c = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
        a = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
        for chart, (lines, level) in zip(
            charts[:2],
            (
                (["Saving to date", "Fee to date"], ["Measured for the bonus", "Bonus threshold"]),
                (["Payable to date", "Invoiced to date"], ["Contract maximum"]),
            ),
            strict=True,
        ):
            series = list(chart.iter(f"{c}ser"))
            names = [found.find(f"{c}tx/{c}v").text for found in series]
            assert names == ([*lines, *level] if has_levels else lines)
            looks = {
                (
                    found.find(f"{c}marker/{c}symbol").get("val"),
                    found.find(f"{c}spPr/{a}ln/{a}prstDash").get("val"),
                )
                for found in series
            }
            assert len(looks) == len(series)
            titles = ["".join(found.itertext()) for found in chart.iter(f"{c}title")]
            assert any("Month" in title for title in titles)
            assert any("£" in title for title in titles)
            assert len(titles) == 3


def test_no_number_format_is_a_currency_format(plymouth):
    styles = xml_of(plymouth, "xl/styles.xml")
    written = [found.get("formatCode") for found in styles.iter(f"{MAIN}numFmt")]
    assert any('"£"' in code for code in written)
    assert not [code for code in written if "[$" in code or "_-" in code]
    used = {int(found.get("numFmtId")) for found in styles.iter(f"{MAIN}xf")}
    assert not used & {5, 6, 7, 8, 37, 38, 39, 40, 41, 42, 43, 44}
