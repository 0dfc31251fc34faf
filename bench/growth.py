"""Twice as much takes about twice as long, and what is empty takes nothing.

    python -m bench --only growth

Each is run with so much and with twice as much in turn, or with an area of the whole sheet against
the cells that are filled; that the results are right is asserted.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import xlsxwriter

from bench.rows import Row, at_most, medians_in_turn
from xlpbr.cells import serial_of
from xlpbr.contract.library import load_contract, terms_table
from xlpbr.workbook.ooxml.parts.calc_chain import with_calc_chain
from xlpbr.workbook.ooxml.zip.archive import open_archive
from xlpbr.workbook.ooxml.zip.copy import copy_archive
from xlpbr.workbook.read.contract_tables import read_records, read_tables

CONTRACT = "plymouth-l04-2526"
MEMBERS, ENTRIES = 9_500, 350_000
BOUND = 3.0
HEADINGS = ("Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on")


def copy_of(folder: Path, count: int) -> Callable[[], object]:
    """Copy an archive of so many members."""
    source, target = folder / f"{count}.xlsx", folder / f"{count}-out.xlsx"
    with zipfile.ZipFile(source, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        for number in range(count):
            package.writestr(f"xl/{number}.xml", "<part>with some text in it</part>")

    def work() -> None:
        copy_archive(open_archive(source), {}, target, added={"xl/n.xml": b""})
        assert len(zipfile.ZipFile(target).namelist()) == count + 2

    return work


def chain_of(count: int) -> Callable[[], object]:
    """Take cells out of a chain of so many."""
    entries = "".join(f'<c r="B{row}"/>' for row in range(2, count + 1))
    data = f'<calcChain xmlns="m"><c r="B1" i="1"/>{entries}</calcChain>'.encode()

    def work() -> None:
        changed = with_calc_chain(data, [(1, 1, 2), (1, count // 2, 2)])
        assert changed is not None
        assert changed.count(b"<c ") == count - 2

    return work


def reading_of(folder: Path, area: str) -> Callable[[], object]:
    """Read placements from an area of a sheet in which a few rows are filled."""
    path = folder / "sheet.xlsx"
    with xlsxwriter.Workbook(path) as book:
        terms = book.add_worksheet("Terms")
        for row, (term, value, *_) in enumerate(terms_table(load_contract(CONTRACT))):
            terms.write(row, 0, term)
            terms.write(row, 1, serial_of(value) if isinstance(value, date) else value)
        sheet = book.add_worksheet("Placements")
        sheet.write_row(0, 0, HEADINGS)
        for row in range(1, 200):
            sheet.write_row(row, 0, [f"C{row:03}", 7000, 1400, 45917])
        sheet.write_blank(1_048_575, 2, None, book.add_format({"bold": True}))

    def work() -> None:
        records = read_records(
            read_tables(path, {"Terms": "Terms!A:B", "Placements": f"Placements!{area}"})
        )
        assert len(records.evidence.record.placements) == 199

    return work


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pairs = {
            f"copying {2 * MEMBERS:,} members": (
                copy_of(folder, MEMBERS), copy_of(folder, 2 * MEMBERS),
            ),
            f"a chain of {2 * ENTRIES:,} cells": (chain_of(ENTRIES), chain_of(2 * ENTRIES)),
            "reading whole columns": (reading_of(folder, "A1:E200"), reading_of(folder, "A:E")),
        }  # fmt: skip
        rows = []
        for work, both in pairs.items():
            less, more = medians_in_turn(both, 3)
            against = "the filled rows" if "columns" in work else "half as many"
            rows.append(at_most(work, f"against {against}", more / less, BOUND, "x"))
        return rows
