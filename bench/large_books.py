"""Edits of large books, against the same package plainly unpacked and packed again.

    python -m bench --only large_books

The books are made: 80,000 formulas of a council's own in columns that read each other, 600,000
typed values without a formula, and a style table with tens of thousands of formats. Each edit and
the plain work on the same bytes are done in turn; what the edit wrote is asserted to be right, and
what it should leave alone to be the same bytes.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import xlsxwriter

from bench.rows import Row, at_most, medians_in_turn
from xlpbr import functions
from xlpbr.contract.library import load_contract
from xlpbr.workbook.attach.attach import attach
from xlpbr.workbook.attach.insert import insert
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import detach
from xlpbr.workbook.ours import XLPBR
from xlpbr.workbook.port.rewrite import port

CONTRACT = "plymouth-l04-2526"
FORMULA_ROWS, TYPED_ROWS, STYLES = 20_000, 60_000, 30_000
ENTITLEMENT = 349883.33
NOTHING_SECONDS, INSERT_SECONDS, PLAIN = 2.0, 8.0, 3.0
"""What is to be reached: to say that nothing is to be calculated, to insert, against packing."""

CHANGED_BY_INSERT = (
    "[Content_Types].xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet2.xml",
)  # fmt: skip
"""The sheet of the cell, and what lists the part that says that a formula may spill."""


@dataclass(frozen=True)
class Books:
    """The made books, and where results go."""

    folder: Path
    formulas: Path
    typed: Path
    styled: Path


def books_in(folder: Path) -> Books:
    books = Books(folder, *(folder / f"{name}.xlsx" for name in ("formulas", "typed", "styled")))
    with xlsxwriter.Workbook(books.formulas, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Costs")
        for row in range(FORMULA_ROWS):
            number, weekly = row + 1, 1000 + row % 977
            sheet.write_number(row, 0, weekly)
            sheet.write_formula(row, 1, f"=A{number}*52", None, weekly * 52)
            sheet.write_formula(row, 2, f"=ROUND(B{number}/12,2)", None, round(weekly * 52 / 12, 2))
            large = "high" if weekly > 1500 else "low"
            sheet.write_formula(row, 3, f'=IF(A{number}>1500,"high","low")', None, large)
            sheet.write_formula(row, 4, f"=SUM(A{number}:B{number})", None, weekly * 53)
        book.add_worksheet("Fees").write_formula("A1", "=B1*2", None, 0)
    with xlsxwriter.Workbook(books.typed, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Payments")
        for row in range(TYPED_ROWS):
            sheet.write_row(row, 0, [row * 8 + column + 0.25 for column in range(8)])
            sheet.write_row(row, 8, [f"Supplier {row % 500}", f"Cost centre {row % 90}"])
    with xlsxwriter.Workbook(books.styled) as book:
        sheet = book.add_worksheet("Budget")
        for number in range(STYLES):
            form = {
                "num_format": f'0.00" {number % 150}"',
                "indent": number % 15,
                "font_color": f"#{number % 4096:06X}",
                "bg_color": f"#{number:06X}",
            }
            sheet.write_number(number, 0, number, book.add_format(form))
    return books


def pack_again(source: Path, target: Path) -> None:
    """Every part unpacked and packed again, and nothing else done."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info, old.read(info))


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {info.filename: package.read(info) for info in package.infolist()}


def in_turn(edit: Callable[[], object], source: Path, folder: Path) -> tuple[float, float]:
    """Seconds of an edit and of packing the same book again."""
    edited, packed = medians_in_turn([edit, partial(pack_again, source, folder / "packed.xlsx")])
    assert parts(folder / "packed.xlsx") == parts(source)
    return edited, packed


def lines(
    work: str,
    took: tuple[float, float],
    *,
    seconds: float | None = None,
    plain: float | None = None,
) -> list[Row]:
    """The time of an edit, and how many times as long as packing it is, each with its bound."""
    edited, packed = took
    ratio = "time against unpacking and packing"
    return [
        Row(work, "time", f"{edited:.2f} s") if seconds is None
        else at_most(work, "time", edited, seconds, "s"),
        Row(work, ratio, f"{edited / packed:.1f} x") if plain is None
        else at_most(work, ratio, edited / packed, plain, "x"),
    ]  # fmt: skip


def nothing_to_calculate(books: Books) -> list[Row]:
    target = books.folder / "calculated.xlsx"
    took = in_turn(partial(recalculate, books.formulas, target), books.formulas, books.folder)
    assert target.read_bytes() == books.formulas.read_bytes()
    work = f"recalc of {FORMULA_ROWS * 4:,} formulas, none of ours"
    return lines(work, took, seconds=NOTHING_SECONDS)


def formula_put_in(books: Books) -> list[Row]:
    target = books.folder / "inserted.xlsx"
    formula = ("Fees!B1", f"=PBR_FEE_CAP(Costs!E7,{ENTITLEMENT})")
    took = in_turn(lambda: insert(books.formulas, [formula], target), books.formulas, books.folder)
    shown = cells_of(open_book(target), "Fees")
    fee = functions.pbr_fee_cap(53 * 1006, ENTITLEMENT)
    assert (shown[1, 2].value, shown[1, 1].value) == (fee, 2 * fee)
    before, after = parts(books.formulas), parts(target)
    left = [name for name in before if name not in CHANGED_BY_INSERT]
    assert [before[name] for name in left] == [after[name] for name in left]
    of_all = f"{FORMULA_ROWS * 4:,} formulas"
    found = lines(f"a formula put into a book of {of_all}", took, seconds=INSERT_SECONDS)
    again = books.folder / "calculated.xlsx"
    took = in_turn(partial(recalculate, target, again), target, books.folder)
    assert parts(again) == after
    return found + lines(f"recalc of {of_all} and one of ours", took, seconds=INSERT_SECONDS)


def ported(books: Books) -> list[Row]:
    target = books.folder / "ported.xlsx"
    took = in_turn(lambda: port(books.typed, "lite", target), books.typed, books.folder)
    assert parts(target) == parts(books.typed)
    return lines(f"port of {TYPED_ROWS * 10:,} cells without a formula", took, plain=PLAIN)


def there_and_back(books: Books, source: Path, work: str) -> list[Row]:
    """Sheets attached to a book and taken out again, which gives the same bytes."""
    target, back = books.folder / "attached.xlsx", books.folder / "back.xlsx"
    contract = load_contract(CONTRACT)
    attached = in_turn(
        lambda: attach(source, target, contract=contract, places={}, headings={}),
        source, books.folder,
    )  # fmt: skip
    taken_out = in_turn(
        lambda: detach(open_book(target), back, program=XLPBR), target, books.folder
    )
    assert back.read_bytes() == source.read_bytes()
    return [
        *lines(f"attach to {work}", attached),
        *lines(f"detach from {work}", taken_out, plain=PLAIN),
    ]


def measure() -> list[Row]:
    folder = Path(tempfile.mkdtemp())
    try:
        books = books_in(folder)
        return [
            *nothing_to_calculate(books),
            *formula_put_in(books),
            *ported(books),
            *there_and_back(books, books.formulas, f"{FORMULA_ROWS * 4:,} formulas"),
            *there_and_back(books, books.styled, f"{STYLES:,} formats"),
        ]
    finally:
        shutil.rmtree(folder)
