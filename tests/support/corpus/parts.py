"""A workbook's package as a dictionary of parts, and how it is written as a zip file.

The corpus makes most of its workbooks from one small workbook of XlsxWriter's, to which parts are
added by hand as Excel writes them.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import xlsxwriter

Parts = dict[str, bytes]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MICROSOFT = "http://schemas.microsoft.com/office"
SHEET_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
EXCEL_KIND = "application/vnd.ms-excel"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MADE_AT = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)

BUDGET = "xl/worksheets/sheet1.xml"
LISTS = "xl/worksheets/sheet2.xml"
NOTES = "xl/worksheets/sheet3.xml"

_AFTER_CELLS = [
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
]
_OF_WORKBOOK = [
    "fileVersion",
    "fileSharing",
    "workbookPr",
    "workbookProtection",
    "bookViews",
    "sheets",
    "functionGroups",
    "externalReferences",
    "definedNames",
    "calcPr",
    "oleSize",
    "customWorkbookViews",
    "pivotCaches",
    "extLst",
]
_FIRST = ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml")

PROVIDERS = ("North Homes", "Harbour Care", "NA", "Oak & Ash Ltd")
COSTS = (5250.0, 4875.25, 6100.5, 5250.0, 3999.99, 7057.53, 4420.1, 5012.0)


def base_parts() -> Parts:
    """The parts of a small budget: three sheets with figures, formulas, dates and texts."""
    return dict(_base())


@cache
def _base() -> tuple[tuple[str, bytes], ...]:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"title": "Placements budget", "created": MADE_AT})
    bold = book.add_format({"bold": True})
    pounds = book.add_format({"num_format": '"£"#,##0.00'})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    budget, lists = book.add_worksheet("Budget"), book.add_worksheet("Lists")
    notes = book.add_worksheet("Notes & checks")
    budget.write("A1", "Children's placements", bold)
    budget.write_row("A3", ["Child", "Provider", "Moved on", "Weekly cost", "Yearly cost"], bold)
    for number, cost in enumerate(COSTS):
        row = 3 + number
        budget.write(row, 0, f"C{number + 1:02}")
        budget.write(row, 1, PROVIDERS[number % len(PROVIDERS)])
        budget.write_datetime(row, 2, datetime(2025, 1 + number, 15), day)
        budget.write(row, 3, cost, pounds)
        budget.write_formula(row, 4, f"=D{row + 1}*52", pounds, round(cost * 52, 2))
    budget.write("A13", "Total", bold)
    budget.write_formula("D13", "=SUM(D4:D11)", pounds, round(sum(COSTS), 2))
    budget.write_formula("E13", "=SUM(E4:E11)", pounds, round(sum(COSTS) * 52, 2))
    budget.write("A15", True)
    budget.write_formula("B15", "=1/0", None, "#DIV/0!")
    budget.write_formula("C15", '=IF(A15,"yes","no")', None, "yes")
    budget.set_column("A:E", 16)
    lists.write_column("A1", ["Provider", *PROVIDERS], None)
    lists.write_column("C1", ["Area", "North", "South", "East"])
    notes.write("A1", "Checked by finance")
    notes.write("B2", 0.1)
    notes.write_formula("B3", "=Budget!E13/12", pounds, round(sum(COSTS) * 52 / 12, 2))
    book.define_name("Providers", "=Lists!$A$2:$A$5")
    book.close()
    return tuple(read_parts(stream).items())


def read_parts(source: Path | io.BytesIO) -> Parts:
    """The parts of a package in their order."""
    with zipfile.ZipFile(source) as package:
        return {info.filename: package.read(info) for info in package.infolist()}


def add_part(
    parts: Parts,
    name: str,
    content: str | bytes,
    content_type: str,
    *,
    source: str | None = None,
    kind: str = "",
    absolute: bool = False,
) -> str:
    """Put a part in, tell its content type, and relate it to a part that refers to it.

    Returns:
        The id of the relationship; empty where no source was given.
    """
    parts[name] = content if isinstance(content, bytes) else content.encode()
    types = parts["[Content_Types].xml"].decode()
    override = f'<Override PartName="/{name}" ContentType="{content_type}"/>'
    parts["[Content_Types].xml"] = types.replace("</Types>", f"{override}</Types>").encode()
    if source is None:
        return ""
    folder = posixpath.dirname(source)
    target = f"/{name}" if absolute else posixpath.relpath(name, folder or ".")
    return relate(parts, source, kind, target)


def default_type(parts: Parts, ending: str, content_type: str) -> None:
    """Tell the content type of all parts with an ending, where it is not told yet."""
    types = parts["[Content_Types].xml"].decode()
    if f'Extension="{ending}"' not in types:
        default = f'<Default Extension="{ending}" ContentType="{content_type}"/>'
        place = types.index("<Default")
        parts["[Content_Types].xml"] = (types[:place] + default + types[place:]).encode()


def relate(parts: Parts, source: str, kind: str, target: str, *, external: bool = False) -> str:
    """Relate a part ("" is the package) to a target; the kind may be short or a whole address."""
    folder, name = posixpath.split(source)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    empty = f'{HEAD}<Relationships xmlns="{package}"></Relationships>'
    text = parts.get(listing, empty.encode()).decode()
    number = 1 + max((int(known) for known in re.findall(r'Id="rId(\d+)"', text)), default=0)
    whole = kind if ":" in kind else f"{OFFICE}/{kind}"
    mode = ' TargetMode="External"' if external else ""
    entry = f'<Relationship Id="rId{number}" Type="{whole}" Target={quoteattr(target)}{mode}/>'
    parts[listing] = text.replace("</Relationships>", f"{entry}</Relationships>").encode()
    return f"rId{number}"


def put_in_sheet(parts: Parts, sheet: str, fragment: str) -> None:
    """Put an element after the cells of a sheet, where the order of a worksheet wants it."""
    text = parts[sheet].decode()
    after = re.search(r"</sheetData>|<sheetData\s*/>", text)
    assert after is not None
    parts[sheet] = _put(text, after.end(), fragment, _AFTER_CELLS, "</worksheet>").encode()


def put_in_workbook(parts: Parts, fragment: str) -> None:
    """Put an element into the workbook part, where its order wants it."""
    text = parts["xl/workbook.xml"].decode()
    start = text.index(">", text.index("<workbook")) + 1
    parts["xl/workbook.xml"] = _put(text, start, fragment, _OF_WORKBOOK, "</workbook>").encode()


def _put(text: str, start: int, fragment: str, order: list[str], close: str) -> str:
    tag = re.match(r"<(?:mc:AlternateContent[^>]*><mc:Choice[^>]*><)?([\w]+)", fragment)
    assert tag is not None
    later = order[order.index(tag[1]) + 1 :]
    after = re.compile(r"<(?:" + "|".join([*later, "mc:AlternateContent"]) + r")[\s/>]")
    found = after.search(text, start) if later else None
    place = found.start() if found else text.index(close)
    return text[:place] + fragment + text[place:]


def replace_once(parts: Parts, part: str, old: str, new: str) -> None:
    """Replace a text that stands exactly once in a part."""
    text = parts[part].decode()
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {part}"
    parts[part] = text.replace(old, new).encode()


def set_rows(parts: Parts, sheet: str, rows: str) -> None:
    """Put rows after the last row of a sheet."""
    text = parts[sheet].decode()
    parts[sheet] = text.replace("</sheetData>", f"{rows}</sheetData>").encode()


def write_zip(
    path: Path,
    parts: Parts,
    *,
    stored: bool = False,
    piped: bool = False,
    zip64: bool = False,
    folders: bool = False,
    comment: bytes = b"",
) -> Path:
    """Write parts as a package, the same bytes each time.

    Args:
        path: the file to write.
        parts: the parts; those that Excel writes first come first.
        stored: without compression.
        piped: as a writer that cannot go back: sizes follow the data.
        zip64: with sizes of 64 bits in each local header and in the end of the directory.
        folders: with an entry for each folder.
        comment: of the whole file.
    """
    stream = io.BytesIO()
    names = [*(name for name in _FIRST if name in parts), *(n for n in parts if n not in _FIRST)]
    told: set[str] = set()
    with zipfile.ZipFile(_Pipe(stream) if piped else stream, "w") as package:
        for name in names:
            parents = name.split("/")[:-1]
            for depth in range(len(parents) if folders else 0):
                folder = "/".join(parents[: depth + 1]) + "/"
                if folder not in told:
                    told.add(folder)
                    package.writestr(_info(folder, stored=True), b"")
            with package.open(_info(name, stored=stored), "w", force_zip64=zip64) as member:
                member.write(parts[name])
        package.comment = comment
    content = stream.getvalue()
    path.write_bytes(_with_zip64_end(content) if zip64 else content)
    return path


def _info(name: str, *, stored: bool) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (2026, 4, 1, 9, 0, 0))
    info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    info.create_system = 0
    return info


def _with_zip64_end(content: bytes) -> bytes:
    place = content.rindex(b"PK\5\6")
    count, size, start = struct.unpack("<H2L", content[place + 10 : place + 20])
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, place, 1)
    last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return content[:place] + end + locator + last


class _Pipe(io.RawIOBase):
    """A stream that cannot go back, as a pipe or a web server's answer."""

    def __init__(self, stream: io.BytesIO) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._stream.write(data)


def serial(day: date) -> int:
    """The day as Excel counts it in the 1900 system."""
    return (day - date(1899, 12, 30)).days
