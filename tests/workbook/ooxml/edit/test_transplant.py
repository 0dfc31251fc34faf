"""Sheets that XlsxWriter wrote, put into workbooks of others: they look and count as made."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree as ET

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from tests.support.golden import write_golden
from tests.support.host_books import (
    assemble,
    converted,
    hand_written_book,
    in_the_usual_form,
    libreoffice_book,
    openpyxl_book,
    xlsxwriter_book,
)
from tests.support.templates import template
from xlpbr.contract.library import CONTRACT_NAMES
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.transplant import transplanted
from xlpbr.workbook.ooxml.parts.theme import Theme, read_theme

pytestmark = pytest.mark.filterwarnings(
    "ignore:Unable to read chart", "ignore:Data Validation",
    "ignore:Conditional Formatting extension", "ignore:Unknown extension",
)  # fmt: skip

UNSAID = (None, False, 0, "", (), frozenset(), "general", "bottom")
"""What an attribute says that means the same as none."""

MADE = (*CONTRACT_NAMES, "report", "public")
HOSTS: dict[str, Callable[[Path], Path]] = {
    "xlsxwriter": xlsxwriter_book,
    "openpyxl": openpyxl_book,
    "libreoffice": libreoffice_book,
    "prefixed": hand_written_book,
    "strict": lambda path: hand_written_book(path, strict=True),
    "utf-16": lambda path: hand_written_book(path, wide=True),
    "without-styles": lambda path: hand_written_book(path, styles=None),
}
EVERY_HOST = [
    pytest.param(name, marks=[pytest.mark.program] if name == "libreoffice" else [])
    for name in HOSTS
]


class Hosts(dict[str, Path]):
    """The workbooks by name, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __missing__(self, name: str) -> Path:
        self[name] = HOSTS[name](self.folder / f"{name}.xlsx")
        return self[name]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The project's own workbooks, and one with everything that can be carried."""
    folder = tmp_path_factory.mktemp("made")
    for name in CONTRACT_NAMES:
        shutil.copyfile(template(tmp_path_factory, name), folder / f"{name}.xlsx")
    write_golden(folder / "report.xlsx", public=False)
    write_golden(folder / "public.xlsx", public=True)
    everything(folder / "everything.xlsx")
    return {path.stem: path for path in folder.glob("*.xlsx")}


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    return Hosts(tmp_path_factory.mktemp("hosts"))


def put(made: Path, host: Path, target: Path, names: list[str] | None = None) -> Path:
    source, book = open_book(made), open_book(host)
    wanted = names or [sheet.name for sheet in source.sheets]
    return assemble(book, transplanted(source, wanted, book), target)


def picture() -> bytes:
    """A red dot as PNG."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154"
        "789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
    )


def everything(path: Path) -> Path:
    """Every feature of XlsxWriter that is carried, most of them not in the project's own sheets."""
    image = path.with_suffix(".png")
    image.write_bytes(picture())
    book = xlsxwriter.Workbook(path)
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": '"£"#,##0.00'})
    odd = book.add_format(
        {"font_name": "Georgia", "font_size": 13.5, "italic": True, "underline": 2,
         "font_strikeout": True, "font_script": 1, "rotation": 45, "indent": 2, "locked": False,
         "hidden": True, "diag_type": 3, "diag_border": 1, "diag_color": "red", "pattern": 4,
         "bg_color": "#FFEEAA", "fg_color": "#00AA33", "border": 5, "shrink": True,
         "text_h_align": 1, "quote_prefix": True, "reading_order": 2}
    )  # fmt: skip
    sheet = book.add_worksheet("All & <more> 'of' it")
    sheet.write("A1", 'plain < & > "text" ')
    sheet.write("A2", "_x0041_ stays, £ and 文字\n next line", odd)
    sheet.write_rich_string("A3", "one ", bold, "two", " three ", odd, "four", odd)
    sheet.write("A4", 0.1 + 0.2, money)
    sheet.write_boolean("A5", True)
    sheet.write_formula(
        "A6", '=IF(A4>0,"a<b","c")&"<c r=""A1"" s=""1""/>"', None, 'a<b<c r="A1" s="1"/>'
    )
    sheet.write_blank("A7", None, odd)
    sheet.write_formula("A8", "=1/0", None, "#DIV/0!")
    sheet.write_array_formula("B1:B3", "{=A4*{1;2;3}}", money, 0.3)
    sheet.write_dynamic_array_formula("C1:C3", "=SORT(B1:B3)", money, 0.3)
    sheet.write_url("D1", "https://example.org/?a=1&b=2", string="out")
    sheet.write_url("D2", "internal:'Second'!A1", string="in")
    sheet.set_column("F:G", 20, money)
    sheet.set_column("I:I", None, None, {"hidden": True})
    sheet.set_row(20, 30, odd)
    sheet.set_row(21, None, book.add_format())
    sheet.merge_range("K1:L2", "merged", bold)
    sheet.write_comment("A1", "look here", {"author": "A"})
    sheet.insert_image("N1", str(image), {"url": "https://example.org/"})
    sheet.insert_image("N9", str(image), {"url": "internal:Second!A1"})
    sheet.insert_textbox("N20", "a box")
    sheet.set_background(str(image))
    sheet.set_header("&C&G", {"image_center": str(image)})
    sheet.conditional_format("A1:A9", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("B1:B9", {"type": "3_color_scale"})
    sheet.conditional_format(
        "C1:C9", {"type": "formula", "criteria": "=$A$4>1", "format": book.add_format(
            {"bold": False, "num_format": "0.0%", "bg_color": "#FFC7CE", "border": 1})}
    )  # fmt: skip
    sheet.add_sparkline("P1", {"range": "B1:B3"})
    sheet.data_validation("E1", {"validate": "list", "source": "=Second!$A$2:$A$3"})
    sheet.protect("", {"format_cells": True})
    sheet.set_tab_color(xlsxwriter.color.Color("#FF8800"))
    sheet.freeze_panes(1, 1)
    sheet.activate()
    _more_sheets(book, money)
    book.define_name("Costs", "=Things[Cost]")
    book.define_name("Second!Own", "=Second!$A$1")
    book.close()
    return path


def _more_sheets(book: Any, money: Any) -> None:
    second = book.add_worksheet("Second")
    second.add_table(
        "A1:B4",
        {"name": "Things", "total_row": True, "columns": [
            {"header": "Name", "total_string": "Total"},
            {"header": "Cost", "format": money, "total_function": "sum", "formula": "=1+1"}]},
    )  # fmt: skip
    second.add_table("D1:D3", {"name": "More", "columns": [{"header": "Only"}]})
    second.autofilter("F1:G5")
    second.repeat_rows(0)
    second.print_area("A1:G9")
    second.hide()
    third = book.add_worksheet("Third")
    third.very_hidden()
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Second!$B$2:$B$3", "gap": 80, "overlap": 20})
    third.insert_chart("B2", chart)
    ring = book.add_chart({"type": "doughnut"})
    ring.add_series({"values": "=Second!$B$2:$B$3"})
    third.insert_chart("B20", ring)


# What openpyxl reads of a sheet.


class Reader:
    """What a person sees of a workbook's sheets, colours of the theme as colours."""

    def __init__(self, path: Path) -> None:
        # In place of the cells that a merged area covers openpyxl would put some of the book's
        # usual font; so it reads them as they are stored.
        with patch.object(Worksheet, "_clean_merge_range", lambda *_: None):
            self.book = openpyxl.load_workbook(path, rich_text=True)
        theme = self.book.loaded_theme
        self.names = self.book.sheetnames
        self.normal = self.book.create_sheet().cell(1, 1)
        self.theme = read_theme(ET.fromstring(theme)) if theme else Theme({}, {})

    def plain(self, value: Any) -> Any:
        """A style object as nested tuples, without what looks the same either way."""
        if isinstance(value, openpyxl.styles.colors.Color):
            kind, said = value.type, value.value
            if kind == "theme":
                kind, said = "rgb", self.theme.colours[said]
            return (kind, said[-6:] if kind == "rgb" else said, value.tint)
        if isinstance(value, list | tuple):
            return tuple(map(self.plain, value))
        if isinstance(value, openpyxl.worksheet.cell_range.MultiCellRange):
            return str(value)
        if not hasattr(value, "__elements__"):
            return value
        names = {*value.__elements__, *value.__attrs__} - {
            "scheme",
            "family",
            "charset",
            "numFmtId",
        }
        said = {name: self.plain(getattr(value, name)) for name in names}
        return frozenset((name, one) for name, one in said.items() if one not in UNSAID)

    def cell(self, cell: Any) -> tuple[Any, ...]:
        value = cell.value
        if hasattr(value, "text"):
            value = (value.ref, value.text)
        styles = ("font", "fill", "border", "alignment", "protection")
        return (
            str(value) if isinstance(value, list) else value, cell.data_type, cell.number_format,
            cell.quotePrefix, getattr(cell.hyperlink, "target", None),
            getattr(cell.hyperlink, "location", None), getattr(cell.comment, "text", None),
            *(self.plain(getattr(cell, name)) for name in styles),
        )  # fmt: skip

    def sheet(self, name: str) -> dict[str, Any]:
        sheet = self.book[name]
        found: dict[str, Any] = {"size": sheet.dimensions}
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None or cell.has_style:
                    found[cell.coordinate] = self.cell(cell)
        styles = ("font", "fill", "border", "alignment", "protection")
        for number, row in sheet.row_dimensions.items():
            found[f"row {number}"] = (row.height, row.hidden, row.outlineLevel)
            if row.customFormat:
                found[f"style of row {number}"] = tuple(self.plain(getattr(row, n)) for n in styles)
        for column in sheet.column_dimensions.values():
            said = (
                column.width, column.hidden, column.number_format,
                *(self.plain(getattr(column, n)) for n in styles),
            )  # fmt: skip
            for number in range(column.min, min(column.max, 60) + 1):
                found[f"column {number}"] = said
        usual = (9.140625, False, "General", *(self.plain(getattr(self.normal, n)) for n in styles))
        for number in range(1, 61):
            found.setdefault(f"column {number}", usual)
        found["rules"] = [
            (str(place.sqref), rule.type, rule.operator, tuple(rule.formula), rule.priority,
             self.plain(rule.dxf), self.plain(rule.colorScale), self.plain(rule.dataBar))
            for place, rules in sheet.conditional_formatting._cf_rules.items() for rule in rules
        ]  # fmt: skip
        found["validations"] = [self.plain(one) for one in sheet.data_validations.dataValidation]
        found["tables"] = [
            (table.name, table.displayName, table.ref, self.plain(table.tableStyleInfo),
             [(column.name, column.totalsRowFunction, self.differential(column.dataDxfId))
              for column in table.tableColumns])
            for table in sheet.tables.values()
        ]  # fmt: skip
        found["rest"] = (
            sorted(map(str, sheet.merged_cells or ())), sheet.freeze_panes, sheet.print_area,
            sheet.print_title_rows, self.plain(sheet.page_setup), self.plain(sheet.page_margins),
            self.plain(sheet.protection), sheet.sheet_view.showGridLines, sheet.sheet_state,
            self.plain(sheet.sheet_properties.tabColor), len(sheet._charts), len(sheet._images),
            sheet.auto_filter.ref, self.plain(sheet.sheet_properties.pageSetUpPr),
            sheet.oddHeader.center.text, sheet.oddFooter.left.text,
            sorted((n, d.attr_text, d.hidden) for n, d in sheet.defined_names.items()),
        )  # fmt: skip
        return found

    def differential(self, number: int | None) -> Any:
        if number is None:
            return None
        return self.plain(self.book._differential_styles.styles[number])


@cache
def sheets_of(path: Path) -> dict[str, dict[str, Any]]:
    """What a person sees of the sheets as they were made."""
    reader = Reader(path)
    return {sheet: reader.sheet(sheet) for sheet in reader.names}


@pytest.fixture(scope="module")
def carried(
    made: dict[str, Path], hosts: Hosts, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str, str], Path]:
    """The workbook of a host with the sheets of one of ours in it, made once and not changed."""
    folder = tmp_path_factory.mktemp("carried")

    def of(name: str, host: str) -> Path:
        path = folder / f"{name}-{host}.xlsx"
        return path if path.exists() else put(made[name], hosts[host], path)

    return of


@pytest.mark.slow
@pytest.mark.parametrize("host", EVERY_HOST)
@pytest.mark.parametrize("name", [*MADE, "everything"])
def test_sheets_look_and_count_in_any_workbook_as_they_were_made(made, carried, name, host):
    target = carried(name, host)
    after = Reader(in_the_usual_form(target))
    for sheet, expected in sheets_of(made[name]).items():
        got = after.sheet(sheet)
        assert {k: v for k, v in expected.items() if got.get(k) != v} == {}
        # A row that named the usual format names it by its number now.
        assert {k for k in got.keys() - expected.keys() if "style of row" not in k} == set()


@pytest.mark.parametrize("host", EVERY_HOST)
@pytest.mark.parametrize("name", [*MADE, "everything"])
def test_cells_are_read_from_the_package_as_they_were_made(made, hosts, carried, name, host):
    book = open_book(carried(name, host))
    source = open_book(made[name])
    for sheet in source.sheets:
        assert cells_of(book, sheet.name) == cells_of(source, sheet.name)
    assert {n.lower() for n in source.tables} <= set(book.tables)
    own = open_book(hosts[host])
    for sheet in own.sheets:
        assert cells_of(book, sheet.name) == cells_of(own, sheet.name)


# What is added and what is not touched.


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize("host", EVERY_HOST)
def test_only_the_workbook_its_lists_and_its_styles_change(made, hosts, tmp_path, host):
    own = hosts[host]
    before = parts_of(own)
    after = parts_of(put(made["everything"], own, tmp_path / "out.xlsx"))
    changed = {name for name in before if after[name] != before[name]}
    allowed = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
    assert changed - {"xl/styles.xml"} == allowed
    assert ("xl/styles.xml" in changed) == ("xl/styles.xml" in before)
    for name, data in after.items():
        if name.endswith((".xml", ".rels", ".vml")):
            ET.fromstring(data)


def test_numbers_and_names_of_parts_are_free_in_the_book(made, hosts, tmp_path):
    source, book = open_book(made["everything"]), open_book(hosts["xlsxwriter"])
    found = transplanted(source, [sheet.name for sheet in source.sheets], book)
    assert {part.casefold() for part in found.parts}.isdisjoint(book.archive.members)
    assert [(one.name, one.part, one.state) for one in found.sheets] == [
        ("All & <more> 'of' it", "xl/worksheets/sheet2.xml", "visible"),
        ("Second", "xl/worksheets/sheet3.xml", "hidden"),
        ("Third", "xl/worksheets/sheet4.xml", "veryHidden"),
    ]
    tables = {part: data for part, data in found.parts.items() if "/tables/" in part}
    assert [re.search(rb' id="(\d+)"', data)[1] for data in tables.values()] == [b"2", b"3"]
    assert list(tables) == ["xl/tables/table2.xml", "xl/tables/table3.xml"]
    # The book has marked spilling formulas already, so its metadata stays as it is.
    assert set(found.replaced) == {"xl/styles.xml"}
    assert found.workbook_relationships == ()
    assert list(found.parts)[:2] == [
        "xl/worksheets/sheet2.xml", "xl/worksheets/_rels/sheet2.xml.rels",
    ]  # fmt: skip
    assert {(name.name, name.sheet) for name in found.defined_names} == {
        ("Costs", None), ("Own", "Second"), ("_xlnm.Print_Area", "Second"),
        ("_xlnm.Print_Titles", "Second"), ("_xlnm._FilterDatabase", "Second"),
    }  # fmt: skip


def test_no_added_sheet_is_selected_and_no_text_is_shared(made, hosts, tmp_path):
    source, book = open_book(made["everything"]), open_book(hosts["openpyxl"])
    found = transplanted(source, [sheet.name for sheet in source.sheets], book)
    sheets = [found.parts[one.part] for one in found.sheets]
    assert not any(b"tabSelected" in sheet or b't="s"' in sheet for sheet in sheets)
    # A text that looks like a cell stays a text.
    assert b'&lt;c r="A1" s="1"/&gt;' in sheets[0].replace(b"&quot;", b'"').replace(b'""', b'"')
    runs = re.findall(rb"<is>(<r>.*?)</is>", sheets[0])
    assert len(runs) == 1
    assert runs[0].count(b"<r>") == 4


def test_a_strict_book_gets_strict_parts(made, hosts, tmp_path):
    target = put(made["everything"], hosts["strict"], tmp_path / "out.xlsx")
    usual = [MAIN.encode() for MAIN in (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://schemas.openxmlformats.org/drawingml/2006/main",
        "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    )]  # fmt: skip
    for name, data in parts_of(target).items():
        if not name.endswith(".vml"):
            assert not any(word in data for word in usual), name
    charts = b"".join(data for name, data in parts_of(target).items() if "/charts/" in name)
    assert b'<c:overlap val="20%"/>' in charts
    assert b'<c:gapWidth val="80%"/>' in charts
    assert b'<c:holeSize val="50%"/>' in charts


def test_sheets_go_in_twice_under_other_names_without_new_styles(hosts, tmp_path):
    def book_of(name: str, word: str) -> Path:
        path = tmp_path / name
        book = xlsxwriter.Workbook(path)
        sheet = book.add_worksheet(word)
        sheet.write("A1", word, book.add_format({"bold": True, "num_format": "0.0000"}))
        sheet.conditional_format(
            "A1", {"type": "no_blanks", "format": book.add_format({"italic": True})}
        )
        sheet.write_dynamic_array_formula("B1", "=SORT(A1:A1)", None, word)
        book.close()
        return path

    once = put(book_of("one.xlsx", "One"), hosts["prefixed"], tmp_path / "once.xlsx")
    twice = put(book_of("two.xlsx", "Two"), once, tmp_path / "twice.xlsx")
    first, second = parts_of(once), parts_of(twice)
    assert second["xl/styles.xml"] == first["xl/styles.xml"]
    assert second["xl/metadata.xml"] == first["xl/metadata.xml"]
    assert b'cm="1"' in second["xl/worksheets/sheet3.xml"]


# What is refused.


def small(path: Path, *, sheets: tuple[str, ...] = ("New",), **more: Any) -> Path:
    book = xlsxwriter.Workbook(path, more.pop("options", {}))
    made = {name: book.add_worksheet(name) for name in sheets}
    for name, (place, formula) in more.pop("formulas", {}).items():
        made[name].write_formula(place, formula)
    for name, table in more.pop("tables", {}).items():
        made[name].add_table("J1:K3", {"name": table})
    for name, text in more.pop("names", {}).items():
        book.define_name(name, text)
    assert not more
    book.close()
    return path


def refusal(made: Path, host: Path, names: list[str], **more: Any) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        transplanted(open_book(made), names, open_book(host), **more)
    return caught.value


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sheets": ("budget 25-26",)}, "a sheet called Budget 25-26"),
        ({"tables": {"New": "LINES"}}, "a table called Lines on the sheet Budget 25-26"),
        ({"tables": {"New": "total"}}, "a name Total for 'Budget 25-26'!$A$1"),
        ({"names": {"lines": "=New!$A$1"}}, "a table called Lines"),
        ({"names": {"TOTAL": "=42"}}, "a name Total"),
    ],
)
def test_what_the_book_has_already_is_refused(hosts, tmp_path, given, said):
    made = small(tmp_path / "new.xlsx", **given)
    names = list(given.get("sheets", ["New"]))
    found = refusal(made, hosts["xlsxwriter"], names)
    assert found.code == "name-taken"
    assert said in str(found)
    assert str(hosts["xlsxwriter"]) in str(found)
    # It is free when the sheet goes in the same step.
    leaving = ["Budget 25-26"]
    open_hosts = open_book(hosts["xlsxwriter"])
    assert transplanted(open_book(made), names, open_hosts, leaving=leaving).sheets


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"formulas": {"New": ("A1", "='Old one'!B2")}}, "old one"),
        ({"formulas": {"New": ("A1", "=SUM(Things[Column1])")}}, "things"),
        ({"formulas": {"New": ("A1", "=Rate*2")}}, "rate"),
    ],
)
def test_a_sheet_that_needs_what_stays_behind_is_refused(hosts, tmp_path, given, missing):
    made = small(
        tmp_path / "new.xlsx", sheets=("New", "Old one"), tables={"Old one": "Things"},
        names={"Rate": "='Old one'!$A$1"}, **given,
    )  # fmt: skip
    found = refusal(made, hosts["openpyxl"], ["New"])
    assert found.code == "left-behind"
    assert repr(missing) in str(found)
    book = open_book(hosts["openpyxl"])
    assert len(transplanted(open_book(made), ["New", "Old one"], book).sheets) == 2


def test_a_formula_may_name_what_the_book_has(hosts, tmp_path):
    made = small(
        tmp_path / "new.xlsx", formulas={"New": ("A1", "=SUM(Lines[One])+Total+'Budget 25-26'!B2")}
    )
    assert transplanted(open_book(made), ["New"], open_book(hosts["xlsxwriter"])).sheets


def test_a_text_in_a_formula_is_no_reference(hosts, tmp_path):
    made = small(
        tmp_path / "new.xlsx", sheets=("New", "Old"), formulas={"New": ("A1", '="see Old!A1"')}
    )
    assert transplanted(open_book(made), ["New"], open_book(hosts["openpyxl"])).sheets


def test_sheets_of_another_date_system_are_refused(hosts, tmp_path):
    made = small(tmp_path / "new.xlsx", options={"date_1904": True})
    found = refusal(made, hosts["openpyxl"], ["New"])
    assert found.code == "date-system"
    assert "from 1904" in str(found)


def test_a_sheet_that_is_not_there_is_refused(hosts, tmp_path):
    found = refusal(small(tmp_path / "new.xlsx"), hosts["openpyxl"], ["Newer"])
    assert "has no worksheet 'Newer'" in str(found)


def test_what_is_not_understood_is_refused_and_not_dropped(hosts, tmp_path):
    image = tmp_path / "dot.png"
    image.write_bytes(picture())
    path = tmp_path / "new.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("New").embed_image("A1", str(image))
    book.close()
    found = refusal(path, hosts["openpyxl"], ["New"])
    assert found.code == "cannot-carry"
    assert "rdRichValue" in str(found)


@pytest.mark.parametrize("kind", ["control", "pivotTable", "slicer", "printerSettings"])
def test_a_sheet_that_leads_to_something_unknown_is_refused(hosts, tmp_path, kind):
    path = tmp_path / "new.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("New").write_comment("A1", "x")
    book.close()
    parts = parts_of(path)
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(
                name, data.replace(b"relationships/comments", b"relationships/" + kind.encode())
            )
    found = refusal(path, hosts["openpyxl"], ["New"])
    assert found.code == "cannot-carry"
    assert f"something of the kind {kind}" in str(found)


@pytest.mark.program
@pytest.mark.parametrize("host", ["strict", "utf-16"])
def test_libreoffice_reads_the_same_values(made, hosts, tmp_path, host):
    def values(path: Path, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
        book = openpyxl.load_workbook(converted(path, folder, "xlsx"), data_only=True)
        return {
            name: [tuple(cell for cell in row if cell is not None) for row in book[name].values]
            for name in book.sheetnames
        }

    target = put(made["report"], hosts[host], tmp_path / "out.xlsx")
    alone, own = (values(path, tmp_path / "in") for path in (made["report"], hosts[host]))
    assert values(target, tmp_path / "out") == own | alone


@pytest.mark.program
def test_libreoffice_prints_the_same_pages(made, hosts, tmp_path):
    def printed(path: Path) -> tuple[int, Counter[str]]:
        pages = converted(path, tmp_path, "pdf")
        # Without -raw a minus at the end of a line would be taken for a hyphen and dropped.
        done = subprocess.run(
            ["pdftotext", "-raw", str(pages), "-"], capture_output=True, check=True
        )
        # Where a line ends goes by the row's height too; a minus stays with its amount.
        text = done.stdout.decode().replace("-\n£", "-£")
        # LibreOffice puts lines in the order in which they stand on a page.
        return text.count("\f"), Counter(re.sub(r"Page \d+ of \d+", "", text).split())

    target = put(made["report"], hosts["xlsxwriter"], tmp_path / "out.xlsx")
    (own_pages, own), (alone_pages, alone), (pages, both) = map(
        printed, (hosts["xlsxwriter"], made["report"], target)
    )
    assert own + alone <= both
    # LibreOffice 25.2 measures rows by the default font of the book, so that a sheet may take a
    # page more in another book; what such a page repeats at its top and foot is all that comes on.
    assert 0 <= pages - own_pages - alone_pages <= 1
    more = both - (own + alone)
    assert all(count <= 2 for count in more.values())
    assert len(more) <= 30 * (pages - own_pages - alone_pages)
