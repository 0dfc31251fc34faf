"""Small workbooks with something wrong in them, and what is said of them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.support.corpus.parts import read_parts, write_zip
from tests.support.written import write_rows
from xlpbr.errors import FileProblem
from xlpbr.settlement.statement import Statement, settle
from xlpbr.workbook.read.contract_tables import ContractRecords, read_records, read_tables, where

ROOT = Path(__file__).resolve().parents[2]
INPUTS: list[dict[str, Any]] = tomllib.loads(
    (ROOT / "tests" / "data" / "bad_inputs.toml").read_text(encoding="utf-8")
)["input"]
BY_NUMBER = {entry["number"]: entry for entry in INPUTS}

PLACEMENTS = [
    "Child", "Type", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on",
    "Agreed",
]  # fmt: skip
TERMS = [
    ["Term", "Value"],
    ["Starts on", date(2025, 9, 1)],
    ["Ends on", date(2026, 8, 31)],
    ["Fee", 100000],
]
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def message(number: int) -> str:
    """The fixed message of a kind of bad input, as the list has it."""
    return BY_NUMBER[number]["message"]


def child(name="C01", moved=MARCH, ended=None, *, before=7000, after=1400, type="", agreed="yes"):
    """A row of Placements; £800.00 a day is saved."""
    return [name, type, before, after, moved, ended, agreed]


def make(
    folder: Path,
    placements: list[list[Any]],
    *,
    terms: list[list[Any]] = (),
    others: dict[str, list[list[Any]]] | None = None,
    adjust: Callable[[Any, dict[str, Any]], None] | None = None,
    options: dict[str, Any] | None = None,
) -> Path:
    """A workbook ``book.xlsx`` with the tables from A1 of sheets of their names.

    Args:
        folder: where to write it.
        placements: the rows of the sheet Placements, headings included.
        terms: further rows of the terms.
        others: the rows of Carers and Claims.
        adjust: what else to do with the book and its sheets.
        options: XlsxWriter's.
    """
    path = folder / "book.xlsx"
    dated = {"default_date_format": "dd/mm/yyyy"}
    with xlsxwriter.Workbook(path, dated | (options or {})) as book:
        sheets = {}
        tables = {"Terms": [*TERMS, *terms], "Placements": placements} | (others or {})
        for name, rows in tables.items():
            sheets[name] = book.add_worksheet(name)
            write_rows(sheets[name], rows)
        if adjust is not None:
            adjust(book, sheets)
    return path


def edit_part(path: Path, part: str, old: bytes, new: bytes) -> None:
    """Put into a part what XlsxWriter does not write; ``old`` stands in it once."""
    parts = read_parts(path)
    assert parts[part].count(old) == 1, parts[part]
    write_zip(path, parts | {part: parts[part].replace(old, new)})


def read(path: Path, **places: str) -> tuple[ContractRecords, list[str]]:
    """What is read from whole columns of a workbook, and what is said of it, line by line."""
    given = {"Terms": "Terms!A:B", "Placements": "Placements!A:G"} | places
    found = read_tables(path, given)
    records = read_records(found)
    for count in records.row_counts:
        assert count.found == count.used + count.refused + count.blank, count
    lines = []
    for problem in records.problems:
        heading = f" ({problem.column})" if problem.column else ""
        lines.append(f"{where(found, problem)}{heading}: {problem.sentence}")
    return records, lines


def settled(records: ContractRecords) -> Statement:
    """The statement of the whole programme; nothing may stop it."""
    assert records.blocking == ()
    return settle(records.terms.record, records.evidence.record, None)


def saved(records: ContractRecords) -> int:
    """The saving of the whole programme in pence."""
    return settled(records).months[-1].saving_to_date


def children(records: ContractRecords) -> list[str]:
    """The children that were read, in their order."""
    return [placement.child for placement in records.evidence.record.placements]


def refusal(call: Callable[[], Any], path: Path) -> str:
    """The sentence of the refusal, with the file's bare name."""
    with pytest.raises(FileProblem) as refused:
        call()
    sentence = str(refused.value)
    assert "\n" not in sentence
    return sentence.replace(str(path), path.name).replace(f"{path.parent}/", "")
