"""The cells of a sheet as the package stores them, with their last calculated values.

The known libraries drop error cells, formulas or digits, or turn money formatted as a date into a
date; this reads what stands in the file.
"""

from __future__ import annotations

import datetime
from xml.parsers import expat

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import LAST_ROW, Area, cell_address, column_number, split_area
from xlpbr.workbook.ooxml.sheet.read_plain import LARGEST, plain_sheet, plain_strings
from xlpbr.workbook.ooxml.sheet.shared_formulas import SharedFormula, formula_at, shared_formula
from xlpbr.workbook.ooxml.sheet.stored_cells import (
    Kind,
    SheetContents,
    SheetRows,
    StoredCell,
    StoredValue,
    stored_value,
    unescaped,
)
from xlpbr.workbook.ooxml.xml.splice import TRUE
from xlpbr.workbook.ooxml.xml.strict_form import MAIN, STRICT_MAIN
from xlpbr.workbook.ooxml.zip.archive import Archive, damaged_part, part_size, read_part, run_parser

__all__ = [
    "SheetContents",
    "SheetRows",
    "StoredCell",
    "StoredValue",
    "check_namespace",
    "read_shared_strings",
    "read_sheet",
    "serial_number",
]

_DIGITS = "0123456789"
_KINDS = {"n", "s", "str", "inlineStr", "b", "e"}
"""The types of cells, but for dates."""


def read_shared_strings(archive: Archive, part: str) -> tuple[str, ...]:
    """The texts that cells point to by number: rich text joined, phonetic guides left out."""
    if part_size(archive, part) <= LARGEST:
        plain = plain_strings(read_part(archive, part))
        if plain is not None:
            return plain
    reader = _StringsReader()
    _run(archive, part, reader, "sst")
    return tuple(reader.strings)


def read_sheet(
    archive: Archive, part: str, sheet: str, strings: tuple[str, ...], *, date_1904: bool
) -> SheetContents:
    """What a sheet holds: its cells with a value or a formula, merged areas and hidden rows.

    Args:
        archive: the package.
        part: the sheet's part.
        sheet: its name, for messages.
        strings: the shared texts.
        date_1904: whether serial numbers count from 1904, for ISO dates with a time.

    Raises:
        FileProblem: the part is damaged.
    """
    if part_size(archive, part) <= LARGEST:
        plain = plain_sheet(read_part(archive, part), sheet, strings)
        if plain is not None:
            return plain
    reader = _SheetReader(archive, part, sheet, strings, date_1904=date_1904)
    _run(archive, part, reader, "worksheet")
    for position, index in reader.waiting:
        shared = reader.shared.get(index)
        if shared is None:
            raise damaged_part(
                archive, part, f"the formula of {cell_address(sheet, *position)} is missing"
            )
        cell = reader.cells[position]
        reader.cells[position] = StoredCell(
            cell.value, formula_at(shared, *position), None, cell.kind, cell.never_calculated
        )
    rows = SheetRows(tuple(reader.merged), frozenset(reader.hidden))
    return SheetContents(reader.cells, rows)


def serial_number(moment: datetime.date, *, date_1904: bool) -> float:
    """The number that stands for a date, or a date with a time, in a workbook.

    Raises:
        ValueError: a workbook cannot hold a date so early.
    """
    epoch = datetime.datetime(1904, 1, 1) if date_1904 else datetime.datetime(1899, 12, 30)
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime.combine(moment, datetime.time())
    serial = (moment.replace(tzinfo=None) - epoch) / datetime.timedelta(days=1)
    if not date_1904 and serial < 61:
        serial -= 1  # Excel counts 29 February 1900, a day that never was
    if serial < (0 if date_1904 else 1):
        raise ValueError(f"{moment:%d %B %Y} is before the first date of a workbook")
    return serial


class _StringsReader:
    """Collects the shared strings while the parser runs."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self.pieces: list[str] = []
        self.listening = False
        self.phonetic = 0

    def name_tags(self, namespace: str) -> None:
        self.item, self.text, self.guide = (f"{namespace} {tag}" for tag in ("si", "t", "rPh"))

    def start(self, tag: str, _: dict[str, str]) -> None:
        if tag == self.text:
            self.listening = self.phonetic == 0
        elif tag == self.guide:
            self.phonetic += 1

    def end(self, tag: str) -> None:
        if tag == self.text:
            self.listening = False
        elif tag == self.guide:
            self.phonetic -= 1
        elif tag == self.item:
            self.strings.append(unescaped("".join(self.pieces)))
            self.pieces.clear()

    def characters(self, text: str) -> None:
        if self.listening:
            self.pieces.append(text)


class _SheetReader:
    """Collects the cells of a sheet while the parser runs."""

    def __init__(
        self, archive: Archive, part: str, sheet: str, strings: tuple[str, ...], *, date_1904: bool
    ) -> None:
        self.archive = archive
        self.part = part
        self.sheet = sheet
        self.strings = strings
        self.date_1904 = date_1904
        self.cells: dict[tuple[int, int], StoredCell] = {}
        self.shared: dict[str, SharedFormula] = {}
        self.waiting: list[tuple[tuple[int, int], str]] = []
        self.merged: list[Area] = []
        self.hidden: set[int] = set()
        self.listed_row = 0
        self.row = 0
        self.row_text = "0"
        self.column = 0
        self.type = "n"
        self.dynamic = False
        self.value: str | None = None
        self.inline: str | None = None
        self.formula: str | None = None
        self.formula_attributes: dict[str, str] = {}
        self.pieces: list[str] | None = None
        self.phonetic = 0

    def name_tags(self, namespace: str) -> None:
        self.row_tag, self.cell_tag, self.value_tag, self.formula_tag = (
            f"{namespace} {tag}" for tag in ("row", "c", "v", "f")
        )
        self.inline_tag, self.text_tag, self.guide_tag, self.merge_tag = (
            f"{namespace} {tag}" for tag in ("is", "t", "rPh", "mergeCell")
        )

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == self.cell_tag:
            self.start_cell(attributes)
        elif tag == self.value_tag:
            self.pieces = []
        elif tag == self.formula_tag:
            self.pieces = []
            self.formula_attributes = attributes
        elif tag == self.row_tag:
            self.start_row(attributes)
        elif tag == self.inline_tag:
            self.inline = ""
        elif tag == self.text_tag:
            self.pieces = []
        elif tag == self.guide_tag:
            self.phonetic += 1
        elif tag == self.merge_tag:
            reference = attributes.get("ref", "")
            try:
                self.merged.append(split_area(reference))
            except ValueError as error:
                raise damaged_part(self.archive, self.part, f"{reference!r} is no area") from error

    def end(self, tag: str) -> None:
        if tag == self.value_tag:
            self.value = self.taken()
        elif tag == self.cell_tag:
            self.end_cell()
        elif tag == self.formula_tag:
            self.formula = self.taken()
        elif tag == self.text_tag:
            text = self.taken()
            if self.inline is not None and not self.phonetic:
                self.inline += text
        elif tag == self.guide_tag:
            self.phonetic -= 1

    def characters(self, text: str) -> None:
        if self.pieces is not None:
            self.pieces.append(text)

    def taken(self) -> str:
        text = "".join(self.pieces or ())
        self.pieces = None
        return text

    def start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        self.row = self.whole(number) if number else self.row + 1
        self.row_text = str(self.row)
        self.column = 0
        # What the row says of itself holds for the row as it is listed, wherever its cells are.
        self.listed_row = self.row if number else self.listed_row + 1
        if attributes.get("hidden") in TRUE:
            self.hidden.add(self.listed_row)

    def start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            self.column += 1
        else:
            letters = reference.rstrip(_DIGITS)
            try:
                self.column = column_number(letters)
            except ValueError as error:
                raise damaged_part(self.archive, self.part, f"{reference!r} is no cell") from error
            digits = reference[len(letters) :]
            if digits != self.row_text:
                self.row = self.whole(digits)
                self.row_text = digits
        self.type = attributes.get("t", "n")
        self.dynamic = attributes.get("cm", "0") != "0"
        self.value = self.inline = self.formula = None

    def whole(self, text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() else 0
        if not 1 <= number <= LAST_ROW:
            raise damaged_part(self.archive, self.part, f"{text!r} is no row")
        return number

    def end_cell(self) -> None:
        position = (self.row, self.column)
        text = self.value
        formula, array_range, shared_index = None, None, None
        if self.formula is not None:
            formula, array_range, shared_index = self.read_formula(self.formula)
        never_calculated = self.formula is not None and (
            text is None or (not text and self.type != "str")
        )
        if self.type == "inlineStr":
            text = self.inline if self.inline is not None else text
            never_calculated = self.formula is not None and text is None
        value: StoredValue = None
        kind: Kind = "blank"
        if text is not None and (text or self.type in {"str", "inlineStr"}):
            value, kind = self.read_value(text)
        if value is None and self.formula is None:
            return
        if position in self.cells:
            raise damaged_part(self.archive, self.part, f"{self.address()} stands in it twice")
        self.cells[position] = StoredCell(
            value, formula, array_range, kind, never_calculated, self.dynamic
        )
        if shared_index is not None:
            self.waiting.append((position, shared_index))

    def read_formula(self, text: str) -> tuple[str, str | None, str | None]:
        """The formula, its array range, and the number of a shared formula not met before."""
        attributes = self.formula_attributes
        kind = attributes.get("t", "normal")
        if kind == "array":
            return text, attributes.get("ref"), None
        if kind == "dataTable":
            inputs = [attributes[name] for name in ("r1", "r2") if name in attributes]
            return f"TABLE({','.join(inputs)})", None, None
        if kind != "shared":
            return text, None, None
        index = attributes.get("si", "")
        if text:
            if "ref" in attributes:
                self.shared[index] = shared_formula(text, self.row, self.column)
            return text, None, None
        shared = self.shared.get(index)
        if shared is None:
            return "", None, index
        return formula_at(shared, self.row, self.column), None, None

    def read_value(self, text: str) -> tuple[StoredValue, Kind]:
        kind = self.type
        try:
            if kind == "d":
                return _moment(text, date_1904=self.date_1904)
            if kind in _KINDS:
                return stored_value(kind, text, self.strings, self.sheet, (self.row, self.column))
        except (ValueError, LookupError) as error:
            raise damaged_part(
                self.archive, self.part, f"{self.address()} holds {text[:40]!r}, which is no value"
            ) from error
        raise damaged_part(self.archive, self.part, f"{self.address()} is of no known kind")

    def address(self) -> str:
        return cell_address(self.sheet, self.row, self.column)


def _run(archive: Archive, part: str, reader: _StringsReader | _SheetReader, root: str) -> None:
    """Run the parser over a part after its root element has named the namespace."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start_root(tag: str, _attributes: dict[str, str]) -> None:
        namespace, _, name = tag.rpartition(" ")
        check_namespace(archive, namespace)
        if name != root:
            raise damaged_part(archive, part, f"it starts with {name!r}")
        reader.name_tags(namespace)
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.characters

    parser.StartElementHandler = start_root
    run_parser(archive, part, parser)


def check_namespace(archive: Archive, namespace: str) -> None:
    """Refuse a workbook of a version that cannot be read right.

    Raises:
        FileProblem: the namespace is neither the usual nor the strict one.
    """
    if namespace not in (MAIN, STRICT_MAIN):
        raise FileProblem(
            f"{archive.path} was saved in a version of the format that is not read here "
            f"({namespace or 'no namespace'}); open it in Excel and save it as an Excel "
            "workbook (.xlsx).",
            "namespace",
        )


def _moment(text: str, *, date_1904: bool) -> tuple[StoredValue, Kind]:
    """An ISO date as a date; with a time of day as the serial number, as other cells hold it."""
    if "-" not in text:
        time = datetime.time.fromisoformat(text.removeprefix("T"))
        midnight = datetime.datetime.combine(datetime.date.min, datetime.time())
        moment = datetime.datetime.combine(datetime.date.min, time.replace(tzinfo=None))
        return (moment - midnight) / datetime.timedelta(days=1), "number"
    moment = datetime.datetime.fromisoformat(text)
    if moment.time() == datetime.time():
        return moment.date(), "date"
    return serial_number(moment, date_1904=date_1904), "number"
