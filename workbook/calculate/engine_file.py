"""A workbook as the engine is given it: sheets, names, values and the formulas to be calculated.

It is written from what our own reader sees, so that the two cannot see different books: no strict
form, no ZIP64, no sheet left aside. All that is not to be calculated stands in it as a value.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping

from xlpbr.errors import CellError
from xlpbr.workbook.calculate.formula_reads import Place
from xlpbr.workbook.ooxml.addresses import Position, column_letter
from xlpbr.workbook.ooxml.book import Book, CellValue
from xlpbr.workbook.ooxml.xml.escaping import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_OF_THE_ENGINE = "Sheet1"
"""A sheet that the engine always has; one that differs from it by capitals only would hide it."""

_OLD_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_|[\x00-\x1f]")


def name_in_engine(sheet: str) -> str:
    """What a sheet is called in the engine: as in the workbook, but for the capitals of one."""
    return _OF_THE_ENGINE if sheet.casefold() == _OF_THE_ENGINE.casefold() else sheet


def goes_in_later(value: CellValue) -> bool:
    """Whether the engine would not read a value from a file as it stands there.

    Of the errors it knows the old ones only, and ``_x0041_`` in a text it takes for A.
    """
    if isinstance(value, CellError):
        return value.code not in _OLD_ERRORS
    return isinstance(value, str) and _ESCAPE.search(value) is not None


def engine_file(
    book: Book,
    values: Mapping[str, Mapping[Position, CellValue]],
    formulas: Mapping[Place, str],
) -> bytes:
    """The package of a workbook for the engine.

    Args:
        book: the workbook; its sheets and names are taken over.
        values: by sheet and cell, what stands there where no formula does.
        formulas: formulas as the engine takes them, without their equals sign.
    """
    by_sheet: dict[str, dict[Position, str]] = defaultdict(dict)
    for (sheet, position), formula in formulas.items():
        by_sheet[sheet][position] = formula
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        for name, text in _frame(book).items():
            package.writestr(name, text)
        for number, info in enumerate(book.sheets, start=1):
            rows = _sheet_rows(values.get(info.name, {}), by_sheet[info.name])
            package.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>',
            )
    return packed.getvalue()


def _frame(book: Book) -> dict[str, str]:
    """The parts that say what sheets and names there are."""
    names = [name_in_engine(sheet.name) for sheet in book.sheets]
    parts = [f"worksheets/sheet{number}.xml" for number in range(1, len(names) + 1)]
    kinds = "".join(
        f'<Override PartName="/xl/{part}" ContentType="{_CONTENT}.{kind}+xml"/>'
        for part, kind in [("workbook.xml", "sheet.main"), *((part, "worksheet") for part in parts)]
    )
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="r{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
        f'.relationships+xml"/>{kinds}</Types>',
        "_rels/.rels": _relationships({"r1": ("officeDocument", "xl/workbook.xml")}),
        "xl/_rels/workbook.xml.rels": _relationships(
            {f"r{number}": ("worksheet", part) for number, part in enumerate(parts, start=1)}
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}'
        f"</sheets>{_names(book)}</workbook>",
    }


def _relationships(targets: Mapping[str, tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _names(book: Book) -> str:
    numbers = {sheet.name: number for number, sheet in enumerate(book.sheets)}
    listed = []
    for name in book.names:
        if name.sheet is not None and name.sheet not in numbers:
            continue
        of_sheet = "" if name.sheet is None else f' localSheetId="{numbers[name.sheet]}"'
        listed.append(
            f"<definedName name={quoteattr(name.name)}{of_sheet}>{escape(name.text)}</definedName>"
        )
    return f"<definedNames>{''.join(listed)}</definedNames>" if listed else ""


def _sheet_rows(values: Mapping[Position, CellValue], formulas: Mapping[Position, str]) -> str:
    by_row: dict[int, list[int]] = defaultdict(list)
    for row, column in values.keys() | formulas.keys():
        by_row[row].append(column)
    rows = []
    for row in sorted(by_row):
        cells = []
        for column in sorted(by_row[row]):
            formula = formulas.get((row, column))
            address = f"{column_letter(column)}{row}"
            cells.append(
                _value(address, values[row, column])
                if formula is None
                else f'<c r="{address}"><f>{escape(formula)}</f></c>'
            )
        rows.append(f'<row r="{row}">{"".join(cells)}</row>')
    return "".join(rows)


def _value(address: str, value: CellValue) -> str:
    if value is None or goes_in_later(value):
        return ""
    if isinstance(value, bool):
        return f'<c r="{address}" t="b"><v>{value:d}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{address}"><v>{value!r}</v></c>'
    if isinstance(value, CellError):
        return f'<c r="{address}" t="e"><v>{value.code}</v></c>'
    text = escape(str(value), {"\r": "&#13;"})
    return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
