"""Large workbooks: many sheets, wide, long, and with very many styles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.support.corpus.entry import Entry, made_of_parts
from tests.support.corpus.parts import MADE_AT, Parts


def _written(fill: Callable[[Any], None], *, streamed: bool = False) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        book = xlsxwriter.Workbook(path, {"constant_memory": streamed})
        book.set_properties({"created": MADE_AT})
        fill(book)
        book.close()

    return make


def _many_sheets(book: Any) -> None:
    for number in range(1, 201):
        sheet = book.add_worksheet(f"Ward {number}")
        sheet.write("A1", f"Ward {number}")
        sheet.write("B1", number * 1.25)
        if number > 1:
            sheet.write_formula("C1", f"='Ward {number - 1}'!B1", None, (number - 1) * 1.25)


def _wide(book: Any) -> None:
    sheet = book.add_worksheet("Wide")
    for column in range(16_384):
        sheet.write(0, column, f"Day {column + 1}")
        sheet.write(1, column, column / 8)


def _long(book: Any) -> None:
    sheet = book.add_worksheet("Long")
    sheet.write_row(0, 0, ["Child", "Week", "Cost"])
    for row in range(1, 200_001):
        sheet.write_row(row, 0, [f"C{row % 977:03}", row % 52 + 1, row * 0.37])
    book.add_worksheet("Front").write("A1", "Front")


def _many_styles(parts: Parts, count: int) -> None:
    """A style table with so many cell formats; Excel takes 65,490."""
    text = parts["xl/styles.xml"].decode()
    start, end = text.index("<cellXfs"), text.index("</cellXfs>")
    inner = text[text.index(">", start) + 1 : end]
    known = inner.count("<xf ")
    extra = "".join(
        f'<xf numFmtId="{(1, 2, 3, 4, 9, 10)[n % 6]}" fontId="0" fillId="0" borderId="0" xfId="0" '
        f'applyNumberFormat="1" applyAlignment="1"><alignment indent="{n % 250}" '
        f'textRotation="{n // 250 % 180}"/></xf>'
        for n in range(count - known)
    )
    whole = f'<cellXfs count="{count}">{inner}{extra}'
    parts["xl/styles.xml"] = (text[:start] + whole + text[end:]).encode()


ENTRIES = [
    Entry("many-sheets.xlsx", _written(_many_sheets), ("200 sheets",), slow=True),
    Entry("wide.xlsx", _written(_wide), ("16,384 columns",), slow=True),
    Entry("long.xlsx", _written(_long, streamed=True), ("200,000 rows",), slow=True),
    made_of_parts("styles-4000.xlsx", lambda parts: _many_styles(parts, 4_000), "4,000 styles"),
    made_of_parts(
        "styles-full.xlsx", lambda parts: _many_styles(parts, 65_430), "65,430 styles, no room"
    ),
]
