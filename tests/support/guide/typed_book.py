"""A workbook that is open in Calc, typed into as a person types, and what its sheets show then.

Calc reads what is typed as it does at the keyboard: ``1 Apr 2026`` is a day, ``£5,200`` an amount.
Where Excel would let a table of results grow by itself, Calc is told to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from xlpbr.workbook.libreoffice import engine
from xlpbr.workbook.ooxml.addresses import Area, area_address
from xlpbr.workbook.ooxml.book import Position, cells_of, open_book
from xlpbr.workbook.port.host_names import calls

REQUESTS = Path(__file__).with_name("typing_requests.py")
_TAUGHT = "\nimport typing_requests\n_REQUESTS.update(typing_requests.REQUESTS)\n"

Entry = tuple[str, Position, str]
"""A sheet, a cell, and what is typed there."""


@dataclass(frozen=True, slots=True)
class TypedBook:
    """A workbook in Calc.

    Attributes:
        calc: the private Calc.
        number: what the workbook is called there.
        locked: the sheets that have a lock.
        tables: the first cells of the tables that PBR_ functions give, with their sheets.
    """

    calc: engine.Calc
    number: int
    locked: Sequence[str]
    tables: Sequence[tuple[str, Position]]


@contextmanager
def running() -> Iterator[engine.Calc]:
    """A private Calc that can be typed into."""
    files = engine.private_files()
    files["worker.py"] += _TAUGHT.encode()
    files["pythonpath/typing_requests.py"] = REQUESTS.read_bytes()
    with mock.patch.object(engine, "private_files", return_value=files), engine.running() as calc:
        yield calc


def open_typed(calc: engine.Calc, path: Path, *, made_as: Path | None = None) -> TypedBook:
    """Open a workbook.

    Args:
        calc: a Calc that can be typed into.
        path: the workbook.
        made_as: the workbook as xlpbr made it, where another program has saved it since and left
            out which tables may grow.
    """
    made = open_book(made_as or path)
    tables = [
        (sheet.name, position)
        for sheet in made.sheets
        for position, cell in cells_of(made, sheet.name).items()
        if cell.array_range is not None and calls(cell.formula or "")
    ]
    number = engine.open_in(calc, path)
    return TypedBook(calc, number, _ask(calc, "unlock", book=number), tables)


def close(book: TypedBook) -> None:
    """Close it without saving."""
    engine.close(book.calc, book.number)


def type_all(book: TypedBook, entries: Iterable[Entry]) -> None:
    """Type into cells, one after the other, and let the workbook calculate.

    Raises:
        AssertionError: a cell is locked, or its rule does not take what is typed.
    """
    cells = [[sheet, *position, text] for sheet, position, text in entries]
    refused = _ask(book.calc, "type", book=book.number, cells=cells, locked=book.locked)
    assert refused == []
    let_grow(book)


def let_grow(book: TypedBook) -> None:
    """Let the tables of results fill as many cells as they need, as Excel does by itself."""
    found = engine.spills(book.calc, book.number, book.tables)
    areas = []
    for (sheet, (row, column)), rows in zip(book.tables, found, strict=True):
        area = (row, column, row + len(rows) - 1, column + len(rows[0]) - 1)
        areas.append((sheet, area_address(sheet, area).rpartition("!")[2]))
    engine.refill(book.calc, book.number, areas)
    engine.calculate_cells(book.calc, book.number)


def shown(book: TypedBook, sheet: str) -> list[list[str]]:
    """What a sheet shows, row by row, each cell as a person reads it."""
    rows: list[list[str]] = _ask(book.calc, "see", book=book.number, sheet=sheet)
    return rows


def save(book: TypedBook, target: Path) -> None:
    """Save a copy as an Excel workbook."""
    _ask(book.calc, "save", book=book.number, address=target.as_uri())


def printed_area(book: TypedBook, sheet: str) -> Area:
    """What is printed of a sheet."""
    area: list[int] = _ask(book.calc, "printed", book=book.number, sheet=sheet)
    return area[0], area[1], area[2], area[3]


def draw(book: TypedBook, sheet: str, area: Area, target: Path) -> None:
    """Write an area of a sheet as a PDF of one page; the workbook is no good for more then."""
    _ask(book.calc, "draw", book=book.number, sheet=sheet, area=list(area), address=target.as_uri())


def _ask(calc: engine.Calc, request: str, **given: Any) -> Any:
    return engine._ask(calc.process, request, **given)
