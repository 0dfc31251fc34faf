"""The rules of Excel's file format that a workbook must keep, or Excel offers to repair it.

Each rule is a function with one sentence, which gives a sentence for each place that breaks it.
``broken_rules`` holds them against a file. The parts are read with a parser of its own, so that a
mistake of the editor is not made twice.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column."""

_AREA = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?")
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_ERRORS = {
    "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA",
    "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!",
}  # fmt: skip
_KEPT_SHEETS: dict[bytes, Sheet] = {}
_MOST_KEPT = 400


def area_of(text: str) -> Area:
    """An area such as ``$B$2:C9``.

    Raises:
        ValueError: it is none.
    """
    found = _AREA.fullmatch(text)
    if found is None:
        raise ValueError(text)
    first_column, first_row, last_column, last_row = found.groups()
    row, column = int(first_row), _column(first_column)
    return row, column, int(last_row or row), _column(last_column) if last_column else column


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _overlap(one: Area, other: Area) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as its sheet stores it."""

    place: str
    kind: str
    style: int
    mark: int
    value: str | None
    formula: str | None
    form: str
    area: str


@dataclass(frozen=True, slots=True)
class Validation:
    """A rule for what may be typed into some cells."""

    areas: str
    kind: str
    formulas: tuple[str, ...]
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the rules ask of a sheet."""

    cells: dict[str, Cell]
    merges: tuple[str, ...]
    validations: tuple[Validation, ...]

    @property
    def formulas(self) -> Iterator[Cell]:
        """The cells that have a formula."""
        return (cell for cell in self.cells.values() if cell.formula is not None)

    @property
    def arrays(self) -> Iterator[Cell]:
        """The cells whose formula fills a range."""
        return (cell for cell in self.formulas if cell.form == "array")


@dataclass(frozen=True, slots=True)
class Relationship:
    """What a part leads to."""

    id: str
    kind: str
    target: str
    external: bool


@dataclass
class Package:
    """A workbook as its parts."""

    path: Path
    parts: dict[str, bytes]
    _trees: dict[str, ET.Element] = field(default_factory=dict)

    def tree(self, part: str) -> ET.Element:
        """A part as XML."""
        if part not in self._trees:
            self._trees[part] = ET.fromstring(self.parts[part])
        return self._trees[part]

    def find(self, part: str, name: str) -> Iterator[ET.Element]:
        """The elements of a part by their local name."""
        return (one for one in self.tree(part).iter() if _local(one) == name)

    def leads(self, part: str) -> list[Relationship]:
        """What a part leads to."""
        folder, name = posixpath.split(part)
        listing = self.name(posixpath.join(folder, "_rels", f"{name}.rels"))
        if listing is None:
            return []
        return [
            Relationship(
                entry.get("Id", ""),
                entry.get("Type", "").rpartition("/")[2],
                posixpath.normpath(
                    posixpath.join("/", folder, entry.get("Target", "").partition("#")[0])
                ).lstrip("/"),
                entry.get("TargetMode") == "External",
            )
            for entry in self.tree(listing)
        ]

    def name(self, part: str) -> str | None:
        """How a part is written in the package, whose names know no capitals."""
        return self._names.get(part.casefold())

    @cached_property
    def _names(self) -> dict[str, str]:
        return {name.casefold(): name for name in self.parts}

    def led_to(self, part: str, kind: str) -> str | None:
        """The first part of a kind to which a part leads."""
        for lead in self.leads(part):
            if lead.kind == kind and not lead.external:
                return self.name(lead.target)
        return None

    @cached_property
    def book(self) -> str:
        """The main part."""
        found = self.led_to("", "officeDocument")
        assert found is not None
        return found

    @cached_property
    def listed(self) -> list[tuple[str, str, str]]:
        """Name, part and number of each sheet."""
        leads = {lead.id: lead.target for lead in self.leads(self.book)}
        return [
            (
                one.get("name", ""),
                self.name(leads.get(one.get(_ID, one.get(_STRICT_ID, "")), "")) or "",
                one.get("sheetId", ""),
            )
            for one in self.find(self.book, "sheet")
        ]

    @cached_property
    def sheets(self) -> dict[str, Sheet]:
        """By name, the sheets with cells."""
        return {
            name: _sheet(self.parts[part])
            for name, part, _ in self.listed
            if part and b"<" in self.parts[part] and _is_worksheet(self, part)
        }

    def tables(self, sheet: str) -> list[ET.Element]:
        """The tables of a sheet."""
        part = next(part for name, part, _ in self.listed if name == sheet)
        names = [self.name(one.target) for one in self.leads(part) if one.kind == "table"]
        return [self.tree(name) for name in names if name is not None]

    @cached_property
    def texts(self) -> list[str]:
        """The shared texts."""
        part = self.led_to(self.book, "sharedStrings")
        if part is None:
            return []
        return [
            "".join(text.text or "" for text in entry.iter() if _local(text) == "t")
            for entry in self.tree(part)
            if _local(entry) == "si"
        ]


def _is_worksheet(package: Package, part: str) -> bool:
    return any(
        lead.target.casefold() == part.casefold() and lead.kind == "worksheet"
        for lead in package.leads(package.book)
    )


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _sheet(content: bytes) -> Sheet:
    """A sheet, read once for the same content."""
    known = hashlib.sha256(content).digest()
    if known not in _KEPT_SHEETS:
        if len(_KEPT_SHEETS) >= _MOST_KEPT:
            _KEPT_SHEETS.clear()
        _KEPT_SHEETS[known] = _read_sheet(ET.fromstring(content))
    return _KEPT_SHEETS[known]


def _read_sheet(tree: ET.Element) -> Sheet:
    cells, merges, validations = {}, [], []
    for part in tree:
        name = _local(part)
        if name == "sheetData":
            cells = {cell.place: cell for row in part for cell in map(_cell, row)}
        elif name == "mergeCells":
            merges = [one.get("ref", "") for one in part]
        elif name == "dataValidations":
            validations = [
                Validation(
                    one.get("sqref", ""),
                    one.get("type", ""),
                    tuple(
                        formula.text or ""
                        for formula in one
                        if _local(formula).startswith("formula")
                    ),
                    {key: one.get(key, "") for key in _VALIDATION_TEXTS},
                )
                for one in part
            ]
    return Sheet(cells, tuple(merges), tuple(validations))


_VALIDATION_TEXTS = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 255}


def _cell(element: ET.Element) -> Cell:
    value = formula = None
    form = area = ""
    for child in element:
        name = _local(child)
        if name == "f":
            formula, form, area = child.text or "", child.get("t", ""), child.get("ref", "")
        elif name == "v":
            value = child.text or ""
        elif name == "is":
            value = "".join(text.text or "" for text in child.iter() if _local(text) == "t")
    return Cell(
        element.get("r", ""),
        element.get("t", "n"),
        int(element.get("s", "0")),
        int(element.get("cm", "0")),
        value,
        formula,
        form,
        area,
    )


# -- the rules -----------------------------------------------------------------------------------


def headings_of_tables(package: Package) -> Iterator[str]:
    """The heading cells of a table hold, as texts, the very names of its columns."""
    for name, sheet in package.sheets.items():
        for table in package.tables(name):
            if table.get("headerRowCount") == "0":
                continue
            row, column, _, last = area_of(table.get("ref", ""))
            columns = [one.get("name", "") for one in table.iter() if _local(one) == "tableColumn"]
            if len(columns) != last - column + 1:
                yield f"{name}: table {table.get('name')} has {len(columns)} columns"
            for number, heading in enumerate(columns):
                place = f"{_letters(column + number)}{row}"
                shown = _text_of(package, sheet.cells.get(place))
                if shown != re.sub(
                    "_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), heading
                ):
                    yield f"{name}!{place} holds {shown!r} and its column is named {heading!r}"


def _text_of(package: Package, cell: Cell | None) -> str | None:
    if cell is None or cell.value is None or cell.kind not in ("s", "str", "inlineStr"):
        return None
    return package.texts[int(cell.value)] if cell.kind == "s" else cell.value


def _letters(column: int) -> str:
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def unique_ids(package: Package) -> Iterator[str]:
    """Sheets, tables, relationships and the shapes of a drawing each have an id of their own."""
    yield from _twice("sheetId", (number for _, _, number in package.listed))
    yield from _twice("sheet", (name.casefold() for name, _, _ in package.listed))
    tables = [table for name in package.sheets for table in package.tables(name)]
    yield from _twice("table id", (table.get("id", "") for table in tables))
    yield from _twice("table", (table.get("displayName", "").casefold() for table in tables))
    for part in package.parts:
        if part.endswith(".rels"):
            ids = [entry.get("Id", "") for entry in package.tree(part)]
            yield from _twice(f"{part}: relationship", ids)
        elif re.search(r"/drawings/drawing[0-9]+\.xml$", part):
            shapes = [one.get("id", "") for one in package.find(part, "cNvPr")]
            yield from _twice(f"{part}: shape", shapes)


def _twice(what: str, found: Iterable[str]) -> Iterator[str]:
    return (f"{what} {one} stands twice" for one, count in Counter(found).items() if count > 1)


def arrays_keep_clear(package: Package) -> Iterator[str]:
    """The range of an array formula meets no merged cells, no table and no other such range."""
    for name, sheet in package.sheets.items():
        arrays = [cell for cell in sheet.arrays if cell.area]
        merges = [(f"the merged cells {one}", area_of(one)) for one in sheet.merges]
        tables = [
            (f"the table {one.get('name')}", area_of(one.get("ref", "")))
            for one in package.tables(name)
        ]
        for cell in arrays:
            area = area_of(cell.area)
            for what, other in merges:
                if _overlap(area, other) and area[:2] != area[2:]:
                    yield f"{name}!{cell.place} fills {cell.area} and meets {what}"
            for what, other in tables:
                # A cell of a table may hold an array formula of its own.
                if _overlap(area, other) and area[:2] != area[2:]:
                    yield f"{name}!{cell.place} fills {cell.area} and meets {what}"
        for one, other in combinations(arrays, 2):
            if _overlap(area_of(one.area), area_of(other.area)):
                yield f"{name}!{one.place} and {other.place} fill the same cells"


def arrays_hold_their_cell(package: Package) -> Iterator[str]:
    """The range of an array formula starts at its own cell."""
    for name, sheet in package.sheets.items():
        for cell in sheet.arrays:
            if not cell.area or area_of(cell.area)[:2] != area_of(cell.place)[:2]:
                yield f"{name}!{cell.place} has an array formula for {cell.area or 'no range'}"


def marks_are_declared(package: Package) -> Iterator[str]:
    """A cell has the mark of a dynamic array only where the metadata hold that mark."""
    part = package.led_to(package.book, "sheetMetadata")
    marks = 0
    if part is not None:
        for block in package.find(part, "cellMetadata"):
            marks = sum(1 for one in block if _local(one) == "bk")
    for name, sheet in package.sheets.items():
        for cell in sheet.cells.values():
            if cell.mark > marks:
                yield f"{name}!{cell.place} has the mark {cell.mark} of {marks}"


def lengths(package: Package) -> Iterator[str]:
    """A text has at most 32,767 characters, a formula 8,192 and a name 255."""
    for name, sheet in package.sheets.items():
        for cell in sheet.cells.values():
            if cell.kind in ("str", "inlineStr") and len(cell.value or "") > 32_767:
                yield f"{name}!{cell.place} holds {len(cell.value or '')} characters"
            if len(cell.formula or "") > 8_192:
                yield f"{name}!{cell.place} has a formula of {len(cell.formula or '')} characters"
        for table in package.tables(name):
            for one in table.iter():
                if _local(one) == "tableColumn" and len(one.get("name", "")) > 255:
                    yield f"{name}: a column's name has {len(one.get('name', ''))} characters"
    for text in package.texts:
        if len(text) > 32_767:
            yield f"a shared text has {len(text)} characters"
    for one in package.find(package.book, "definedName"):
        if len(one.get("name", "")) > 255 or len(one.text or "") > 8_192:
            yield f"the name {one.get('name', '')[:40]} is too long"


def texts_of_validations(package: Package) -> Iterator[str]:
    """A drop-down's list, a message and a title have at most 255, 255 and 32 characters."""
    for name, sheet in package.sheets.items():
        for one in sheet.validations:
            for formula in one.formulas:
                if len(formula) > 255 + 2 * formula.startswith('"'):
                    yield f"{name}!{one.areas} has a list of {len(formula)} characters"
            for key, most in _VALIDATION_TEXTS.items():
                if len(one.texts[key]) > most:
                    yield f"{name}!{one.areas} has {len(one.texts[key])} characters in its {key}"


def validations_keep_clear(package: Package) -> Iterator[str]:
    """No cell has two rules for what may be typed into it."""
    for name, sheet in package.sheets.items():
        areas = [
            (one.areas, area_of(area)) for one in sheet.validations for area in one.areas.split()
        ]
        for (one, first), (other, second) in combinations(areas, 2):
            if _overlap(first, second):
                yield f"{name}: the rules for {one} and {other} meet"


_NAME = re.compile(r"(?:_xlnm\.)?[A-Za-z_\\\u00c0-\uffff][\w.?\\]*")
_SHEET_IN_NAME = re.compile(r"'((?:[^']|'')+)'!|(?<![\w.'\]])([A-Za-z_][\w.]*)!")


def defined_names(package: Package) -> Iterator[str]:
    """A defined name is a name, stands once where it holds, and speaks of sheets that are there."""
    sheets = {name.casefold() for name, _, _ in package.listed}
    found = []
    for one in package.find(package.book, "definedName"):
        name, text, scope = one.get("name", ""), one.text or "", one.get("localSheetId")
        found.append(f"{name.casefold()} of {scope}")
        if not _NAME.fullmatch(name):
            yield f"{name!r} is no name"
        if scope is not None and not int(scope) < len(package.listed):
            yield f"{name} belongs to sheet {scope}, which is not there"
        without_texts = re.sub('"[^"]*"', "", text)
        for quoted, plain in _SHEET_IN_NAME.findall(without_texts):
            sheet = (quoted or plain).replace("''", "'").casefold()
            if "[" not in sheet and not set(sheet.split(":")) <= sheets:
                yield f"{name} speaks of the sheet {quoted or plain}, which is not there"
    yield from _twice("the name", found)


def names_of_sheets(package: Package) -> Iterator[str]:
    """A sheet's name has 1 to 31 characters, none of []:*?/\\, and no apostrophe at an end."""
    for name, _, _ in package.listed:
        if not 1 <= len(name) <= 31 or set(name) & set("[]:*?/\\") or name.strip("'") != name:
            yield f"{name!r} is no name of a sheet"


def shared_texts_are_there(package: Package) -> Iterator[str]:
    """A cell with a shared text names one that is there."""
    for name, sheet in package.sheets.items():
        for cell in sheet.cells.values():
            if cell.kind == "s" and not 0 <= int(cell.value or -1) < len(package.texts):
                yield f"{name}!{cell.place} has the text {cell.value} of {len(package.texts)}"


def formats_are_there(package: Package) -> Iterator[str]:
    """A cell names a format that is there."""
    part = package.led_to(package.book, "styles")
    formats = 1
    if part is not None:
        for block in package.find(part, "cellXfs"):
            formats = len(block)
    for name, sheet in package.sheets.items():
        for cell in sheet.cells.values():
            if cell.style >= formats:
                yield f"{name}!{cell.place} has the format {cell.style} of {formats}"


def chain_of_calculation(package: Package) -> Iterator[str]:
    """The order of calculation lists cells with a formula alone, array formulas with a="1"."""
    part = package.led_to(package.book, "calcChain")
    if part is None:
        return
    names = {number: name for name, _, number in package.listed}
    number = ""
    for one in package.find(part, "c"):
        number = one.get("i", number)
        name = names.get(number, "")
        sheet, place = package.sheets.get(name), one.get("r", "")
        cell = sheet.cells.get(place) if sheet else None
        if sheet is None or (
            not (cell and cell.formula is not None) and not _is_filled(sheet, place)
        ):
            yield f"the order of calculation lists {name}!{place}, which has no formula"
        elif cell and cell.form == "array" and one.get("a") != "1":
            yield f'the order of calculation lists the array {name}!{place} without a="1"'


def _is_filled(sheet: Sheet, place: str) -> bool:
    return any(_overlap(area_of(cell.area), area_of(place)) for cell in sheet.arrays if cell.area)


def content_types(package: Package) -> Iterator[str]:
    """Every part has a content type, and every type that is listed by name a part."""
    types = package.tree("[Content_Types].xml")
    endings = {one.get("Extension", "").casefold() for one in types if _local(one) == "Default"}
    named = [one.get("PartName", "").lstrip("/") for one in types if _local(one) == "Override"]
    yield from _twice("the type of", (name.casefold() for name in named))
    for part in package.parts:
        ending = posixpath.basename(part).rpartition(".")[2].casefold()
        if part.endswith("/") or part == "[Content_Types].xml":
            continue
        if part.casefold() not in {name.casefold() for name in named} and ending not in endings:
            yield f"{part} has no type"
    for name in named:
        if package.name(name) is None:
            yield f"{name} has a type and is not there"


def relationships_lead_somewhere(package: Package) -> Iterator[str]:
    """Every relationship leads to a part that is there."""
    for part in package.parts:
        folder, _, name = part.rpartition("_rels/")
        if part.endswith(".rels"):
            for lead in package.leads(folder + name.removesuffix(".rels")):
                if not lead.external and package.name(lead.target) is None:
                    yield f"{part} leads to {lead.target}, which is not there"


def texts_of_formulas(package: Package) -> Iterator[str]:
    """What a formula shows is stored as its kind: a text, also an empty one, with t="str"."""
    for name, sheet in package.sheets.items():
        for cell in sheet.formulas:
            value = cell.value
            right = {
                "str": value is not None,
                "e": value in _ERRORS,
                "b": value in ("0", "1"),
                "d": True,
                "n": value is None or _is_number(value),
            }.get(cell.kind, False)
            if not right:
                yield f"{name}!{cell.place} has a formula and stores {value!r} as t={cell.kind!r}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def merged_cells_keep_clear(package: Package) -> Iterator[str]:
    """Merged cells meet no other merged cells and no table."""
    for name, sheet in package.sheets.items():
        areas = [(one, area_of(one)) for one in sheet.merges]
        tables = [
            (one.get("name", ""), area_of(one.get("ref", ""))) for one in package.tables(name)
        ]
        for (one, first), (other, second) in [
            *combinations(areas, 2),
            *((merge, table) for merge in areas for table in tables),
        ]:
            if _overlap(first, second):
                yield f"{name}: the merged cells {one} meet {other}"


_PRINTED = re.compile(
    r"\$[A-Z]{1,3}\$[0-9]+(:\$[A-Z]{1,3}\$[0-9]+)?|\$[A-Z]+:\$[A-Z]+|\$[0-9]+:\$[0-9]+"
)


def print_areas(package: Package) -> Iterator[str]:
    """What is printed of a sheet are cells, rows or columns of that very sheet."""
    for one in package.find(package.book, "definedName"):
        if one.get("name") not in ("_xlnm.Print_Area", "_xlnm.Print_Titles"):
            continue
        scope = one.get("localSheetId")
        if scope is None:
            yield f"{one.get('name')} belongs to no sheet"
            continue
        sheet = package.listed[int(scope)][0]
        quoted = "'" + sheet.replace("'", "''") + "'!"
        for area in re.split(r",(?=(?:[^']*'[^']*')*[^']*$)", one.text or ""):
            place = area.removeprefix(quoted).removeprefix(f"{sheet}!")
            if not _PRINTED.fullmatch(place):
                yield f"{one.get('name')} of {sheet} is {area}"


Rule = Callable[[Package], Iterator[str]]

RULES: tuple[Rule, ...] = (
    content_types, relationships_lead_somewhere, names_of_sheets, unique_ids, headings_of_tables,
    arrays_keep_clear, arrays_hold_their_cell, marks_are_declared, lengths, texts_of_validations,
    validations_keep_clear, defined_names, shared_texts_are_there, formats_are_there,
    chain_of_calculation, texts_of_formulas, merged_cells_keep_clear, print_areas,
)  # fmt: skip


def broken_rules(path: Path) -> list[str]:
    """What breaks a rule in a workbook, each with the name of the rule."""
    with zipfile.ZipFile(path) as opened:
        names = opened.namelist()
        package = Package(path, {name: opened.read(name) for name in names})
    found = [f"parts: {one}" for one in _twice("the part", map(str.casefold, names))]
    for rule in RULES:
        found += [f"{rule.__name__}: {what}" for what in rule(package)]
    return found
