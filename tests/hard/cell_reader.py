"""The cells of a workbook by a small reader of its own, to judge what an edit changed.

Written from the standard (ECMA-376, part 1, section 18.3) and nothing else.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from openpyxl.formula.translate import Translator


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is stored.

    Attributes:
        value: a float, a text, a boolean, an error as ``("error", code)``, or None.
        formula: its text; for a cell that shares one, as it reads in this cell.
        kind: of the formula: ``array``, ``dataTable``... or nothing.
        area: the cells that an array formula or a data table fills.
        style: its number in the style table.
    """

    value: object
    formula: str | None
    kind: str
    area: str | None
    style: str


Cells = dict[str, Cell]


def read_cells(path: Path) -> dict[str, Cells]:
    """The cells of each worksheet by their addresses, such as ``B2``."""
    with zipfile.ZipFile(path) as package:
        names = {name.casefold(): name for name in package.namelist()}
        main = next(
            t for kind, t in _related(package, names, "").values() if kind == "officeDocument"
        )
        targets = _related(package, names, main)
        strings = next((t for kind, t in targets.values() if kind == "sharedStrings"), None)
        texts = _texts(package, _stored(names, strings)) if strings else []
        found = {}
        for sheet in _tree(package, _stored(names, main)).iter():
            if _name(sheet) != "sheet" or sheet.get("name") is None:
                continue
            rid = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
            kind, target = targets.get(rid, ("", ""))
            if kind == "worksheet":
                part = _stored(names, target)
                found[sheet.get("name", "")] = _cells(package, part, texts)
        return found


def sheet_parts(path: Path) -> dict[str, str]:
    """The part of each worksheet, as it is named in the zip file."""
    with zipfile.ZipFile(path) as package:
        names = {name.casefold(): name for name in package.namelist()}
        main = next(
            t for kind, t in _related(package, names, "").values() if kind == "officeDocument"
        )
        targets = _related(package, names, main)
        found = {}
        for sheet in _tree(package, _stored(names, main)).iter():
            if _name(sheet) == "sheet" and sheet.get("name") is not None:
                rid = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
                if targets.get(rid, ("", ""))[0] == "worksheet":
                    found[sheet.get("name", "")] = _stored(names, targets[rid][1])
        return found


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _tree(package: zipfile.ZipFile, part: str) -> ET.Element:
    return ET.fromstring(package.read(part))


def _stored(names: dict[str, str], target: str) -> str:
    return names.get(target.casefold()) or names[unquote(target).casefold()]


def _related(
    package: zipfile.ZipFile, names: dict[str, str], part: str
) -> dict[str, tuple[str, str]]:
    folder, name = posixpath.split(part)
    listing = names.get(posixpath.join(folder, "_rels", f"{name}.rels").casefold())
    if listing is None:
        return {}
    return {
        entry.get("Id", ""): (
            entry.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, entry.get("Target", ""))).lstrip("/"),
        )
        for entry in _tree(package, listing)
        if entry.get("TargetMode") != "External"
    }


def _texts(package: zipfile.ZipFile, part: str) -> list[str]:
    return [_text(item) for item in _tree(package, part) if _name(item) == "si"]


def _text(item: ET.Element) -> str:
    text = ""
    for child in item:
        if _name(child) == "t":
            text += child.text or ""
        elif _name(child) == "r":
            text += "".join(part.text or "" for part in child if _name(part) == "t")
    return _decoded(text)


def _decoded(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def _cells(package: zipfile.ZipFile, part: str, texts: list[str]) -> Cells:
    found: Cells = {}
    shared: dict[str, tuple[str, str]] = {}
    row_number = 0
    with package.open(part) as stream:
        for _, row in ET.iterparse(stream, ["end"]):
            if _name(row) != "row":
                continue
            row_number = int(row.get("r", row_number + 1))
            column = 0
            for cell in row:
                if _name(cell) != "c":
                    continue
                reference = cell.get("r") or f"{_letters(column + 1)}{row_number}"
                column = _number(reference)
                read = _cell(cell, reference, texts, shared)
                if read != Cell(None, None, "", None, read.style) or read.style != "0":
                    found[reference] = read
            row.clear()
    return found


def _cell(
    cell: ET.Element, reference: str, texts: list[str], shared: dict[str, tuple[str, str]]
) -> Cell:
    parts = {_name(child): child for child in cell}
    kind, raw = cell.get("t", "n"), parts["v"].text if "v" in parts else None
    value: object = None
    if kind == "inlineStr":
        value = _text(parts["is"]) if "is" in parts else None
    elif kind == "s" and raw is not None:
        value = texts[int(raw)]
    elif kind in {"str", "d"}:
        value = _decoded(raw or "") if "v" in parts else None
    elif kind == "b" and raw is not None:
        value = raw.strip() in {"1", "true"}
    elif kind == "e":
        value = ("error", raw)
    elif raw is not None and raw.strip():
        value = float(raw)
    formula = parts.get("f")
    if formula is None:
        return Cell(value, None, "", None, cell.get("s", "0"))
    sort, text = formula.get("t", "normal"), formula.text or ""
    if sort == "shared":
        group = formula.get("si", "")
        if text:
            shared[group] = (text, reference)
        else:
            master, origin = shared[group]
            text = Translator(f"={master}", origin).translate_formula(reference)[1:]
        return Cell(value, text, "", None, cell.get("s", "0"))
    kind = "" if sort == "normal" else sort
    return Cell(value, text, kind, formula.get("ref"), cell.get("s", "0"))


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _number(reference: str) -> int:
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return number
