"""A folder of small contract workbooks: written quickly, with known contents."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.support.written import write_rows

Tables = dict[str, list[list[Any]]]

STARTS, ENDS = date(2025, 11, 1), date(2027, 4, 30)
MAXIMUM = 60_000
PROVIDERS = ("Anchor Foster Care", "Bridge & Sons", "anchor  foster care")


def contract(number: int) -> Tables:
    """A contract of 18 months in three financial years; its figures depend on its number."""
    moved = STARTS + timedelta(days=13 * (number % 25) + 5)
    terms = [
        ["Term", "Value"],
        ["Contract", f"L{number:02d}"],
        ["Commissioner", "Plymouth City Council"],
        ["Provider", PROVIDERS[number % len(PROVIDERS)]],
        ["Starts on", STARTS],
        ["Ends on", ENDS],
        ["Fee", 100_000 + 1_000 * number + 0.5],
        ["Carer fee", 2500.25],
        ["Bonus threshold", 50_000],
        ["Bonus rate", 0.125],
    ]
    if number % 2:
        terms.append(["Contract maximum", MAXIMUM])
    return {
        "Terms": terms,
        "Placements": [
            ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
            [f"C{number}-1", 5123.45 + number, 1400, moved, None],
            [f"C{number}-2", 4000.01, 999.99, moved + timedelta(days=40), date(2026, 12, 9)],
        ],
        "Carers": [
            ["Household", "Approved on", "Child"],
            [f"H{number}", moved + timedelta(days=3), f"C{number}-1"],
        ],
        "Claims": [
            ["Month", "Invoiced"],
            [date(2025, 12, 1), 1234.56],
            [date(2026, 5, 1), 2000 + number],
        ],
    }


def write(path: Path, tables: Tables) -> Path:
    """A workbook with each table on a sheet of its name, and a name Pbr... for its cells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        for table, rows in tables.items():
            sheet = book.add_worksheet(table)
            write_rows(sheet, rows)
            last = f"{chr(ord('A') + len(rows[0]) - 1)}${len(rows)}"
            book.define_name(f"Pbr{table}", f"={table}!$A$1:${last}")
    return path


def folder_of(place: Path, contracts: int) -> Path:
    """A folder with so many contracts; every third is in a folder in it."""
    for number in range(contracts):
        inner = place / "South West" if number % 3 == 2 else place
        write(inner / f"Budget {number:02d}.xlsx", contract(number))
    return place
