"""Workbooks that openpyxl and LibreOffice make, and the one that xlwings ships."""

from __future__ import annotations

import csv
import io
import subprocess
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import xlwings
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from tests.support.corpus.entry import Entry
from tests.support.corpus.parts import base_parts, read_parts, write_zip
from xlpbr.workbook.libreoffice.pdf import find_libreoffice

_WHEN = datetime(2026, 4, 1, 9)


def _of_openpyxl(name: str, fill: Callable[[openpyxl.Workbook], None], *features: str) -> Entry:
    def make(path: Path) -> None:
        book = openpyxl.Workbook()
        book.properties.created = book.properties.modified = _WHEN
        fill(book)
        stream = io.BytesIO()
        book.save(stream)
        parts = read_parts(stream)
        # The library stamps the moment of saving; without it the bytes are the same each time.
        core = parts["docProps/core.xml"].decode()
        start = core.index(">", core.index("<dcterms:modified")) + 1
        core = core[:start] + "2026-04-01T09:00:00Z" + core[core.index("</dcterms:modified") :]
        parts["docProps/core.xml"] = core.encode()
        write_zip(path, parts)

    features = ("by openpyxl", *features)
    return Entry(name, make, features, not_valid="openpyxl's order of elements in a font")


def _features(book: openpyxl.Workbook) -> None:
    sheet = book.active
    assert sheet is not None
    sheet.title = "Costs"
    sheet.append(["Child", "Provider", "Cost"])
    for number in range(1, 9):
        sheet.append([f"C{number:02}", ["North", "NA"][number % 2], 4000.25 + number])
    sheet["C10"] = "=SUM(C2:C9)"
    sheet["C10"].font = Font(bold=True)
    sheet["C2"].comment = Comment("Agreed", "Finance")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=9), titles_from_data=True)
    sheet.add_chart(chart, "E2")
    sheet.add_table(Table(displayName="Costs", ref="A1:C9"))
    red = PatternFill(bgColor="FFC7CE")
    sheet.conditional_formatting.add("C2:C9", CellIsRule("greaterThan", ["4005"], fill=red))
    sheet.conditional_formatting.add(
        "C2:C9",
        ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="1F6F78"),
    )
    choice = DataValidation(type="list", formula1='"North,NA"')
    choice.add("B2:B9")
    sheet.add_data_validation(choice)
    sheet.freeze_panes = "A2"
    other = book.create_sheet("Other")
    other["A1"] = "=Costs!C10"
    other["B1"] = True
    other.merge_cells("A3:B4")


def _nothing(_: openpyxl.Workbook) -> None:
    """A new workbook with one empty sheet."""


def _standalone(path: Path) -> None:
    """The workbook with macros that xlwings installs (its open part, BSD licence)."""
    source = Path(xlwings.__file__).parent / "quickstart_standalone.xlsm"
    path.write_bytes(source.read_bytes())


def _of_libreoffice(
    name: str, make_source: Callable[[Path], Path], target: str, *features: str, refused: str = ""
) -> Entry:
    def make(path: Path) -> None:
        office = find_libreoffice()
        assert office is not None
        with tempfile.TemporaryDirectory(prefix="corpus-") as made_in:
            folder = Path(made_in)
            source = make_source(folder)
            made = folder / "made"
            command = [
                str(office),
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                "--headless",
                "--convert-to",
                target,
                "--outdir",
                str(made),
                str(source),
            ]
            subprocess.run(command, check=True, capture_output=True, timeout=180)
            path.write_bytes(next(made.iterdir()).read_bytes())

    return Entry(name, make, features, refused or None, needs_libreoffice=True)


def _budget_source(folder: Path) -> Path:
    return write_zip(folder / "budget.xlsx", base_parts())


def _empty_source(folder: Path) -> Path:
    path = folder / "empty.csv"
    path.write_text("", encoding="utf-8")
    return path


def _csv_source(folder: Path) -> Path:
    path = folder / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["Child", "Cost"], ["C01", 5250.5], ["00123", "=B2*2"]])
    return path


_XLSX = "xlsx:Calc MS Excel 2007 XML"

ENTRIES = [
    _of_openpyxl(
        "openpyxl.xlsx", _features, "formulas without last values", "chart", "table", "comment"
    ),
    _of_openpyxl("openpyxl-empty.xlsx", _nothing, "empty"),
    Entry(
        "xlwings-standalone.xlsm",
        _standalone,
        ("macros by Excel", "ribbon"),
        not_valid="Excel's own defaultImageDpi",
    ),
    _of_libreoffice("libreoffice.xlsx", _budget_source, _XLSX, "by LibreOffice"),
    _of_libreoffice("libreoffice-empty.xlsx", _empty_source, _XLSX, "by LibreOffice", "empty"),
    _of_libreoffice(
        "libreoffice-list.xlsx", _csv_source, _XLSX, "by LibreOffice", "text identifiers"
    ),
    _of_libreoffice(
        "old-by-libreoffice.xls", _budget_source, "xls:MS Excel 97", "old Excel workbook",
        refused="old-xls",
    ),
    _of_libreoffice(
        "spreadsheet.ods", _budget_source, "ods", "OpenDocument", refused="other-format"
    ),
]  # fmt: skip
