"""Named cell styles for a workbook that XlsxWriter wrote, which gives cells a look but no name.

With names, a person finds in Excel's list of cell styles what a cell is for, and gives a cell of
their own the same look. No cell looks other than before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

from xlsxwriter import Workbook
from xlsxwriter.packager import Packager

from xlpbr.workbook.look.styles import FILLS, HEADING_FILL, LINK_INK

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TITLE_SIZE, _SECTION_SIZE = "16", "12"


class _Look(NamedTuple):
    """What a cell's style is told by: the fill's colour, the letters' size and colour."""

    fill: str
    size: str
    ink: str


_NAMED: Mapping[str, Callable[[_Look], bool]] = {
    "PBR Input": lambda look: look.fill == FILLS["input"],
    "PBR Working": lambda look: look.fill == FILLS["working"],
    "PBR Output": lambda look: look.fill == FILLS["output"],
    "PBR Heading": lambda look: look.fill == HEADING_FILL,
    "PBR Title": lambda look: not look.fill and look.size == _TITLE_SIZE,
    "PBR Section": lambda look: not look.fill and look.size == _SECTION_SIZE,
    "PBR Link": lambda look: not look.fill and look.ink == LINK_INK,
}


class NamedLooks(Workbook):  # type: ignore[misc]
    """A workbook, written in memory, in which the looks of the house have names."""

    def _get_packager(self) -> Packager:
        return _Packager()


class _Packager(Packager):  # type: ignore[misc]
    """XlsxWriter's own, which names the looks once their part is written."""

    def _write_styles_file(self) -> None:
        super()._write_styles_file()
        part = self.filenames[-1][0]
        named = _with_names(part.getvalue().encode())
        part.seek(0)
        part.truncate()
        part.write(named.decode())


def _tag(name: str) -> str:
    return f"{{{_MAIN}}}{name}"


def _with_names(styles: bytes) -> bytes:
    """The style part of a workbook that XlsxWriter wrote, with the names."""
    root = ET.fromstring(styles)
    fonts, fills, looks, formats, names = (
        root.find(_tag(name))
        for name in ("fonts", "fills", "cellStyleXfs", "cellXfs", "cellStyles")
    )
    if fonts is None or fills is None or looks is None or formats is None or names is None:
        return styles
    for name, is_of in _NAMED.items():
        found = [
            entry
            for entry in formats
            if is_of(
                _Look(
                    _fill_of(fills[int(entry.get("fillId", "0"))]),
                    *_font_of(fonts[int(entry.get("fontId", "0"))]),
                )
            )
        ]
        if not found:
            continue
        number = str(len(looks))
        # Of the first one the fill and the letters only: number and border are the cell's own.
        first = found[0]
        ET.SubElement(looks, _tag("xf"), {
            "numFmtId": "0", "fontId": first.get("fontId", "0"),
            "fillId": first.get("fillId", "0"), "borderId": "0",
        })  # fmt: skip
        ET.SubElement(names, _tag("cellStyle"), {"name": name, "xfId": number})
        for entry in found:
            entry.set("xfId", number)
    for entries in (looks, names):
        entries.set("count", str(len(entries)))
    ET.register_namespace("", _MAIN)
    written: bytes = ET.tostring(root, encoding="utf-8")
    return _DECLARATION + written


def _fill_of(fill: ET.Element) -> str:
    """The colour of a solid fill; empty without one."""
    colour = fill.find(f"{_tag('patternFill')}/{_tag('fgColor')}")
    return "" if colour is None else _colour(colour)


def _font_of(font: ET.Element) -> tuple[str, str]:
    """The size of letters and their colour."""
    size, colour = font.find(_tag("sz")), font.find(_tag("color"))
    return (
        "" if size is None else size.get("val", ""),
        "" if colour is None else _colour(colour),
    )


def _colour(element: ET.Element) -> str:
    return f"#{element.get('rgb', '')[2:]}"
