"""A workbook for the tests of the task pane, as its stand-in for Excel has it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from openpyxl.utils import get_column_letter

from tests.support.browser import Pane
from tests.support.samples import sample_table
from xlpbr import cells
from xlpbr.contract.library import CONTRACT_NAMES, load_contract, terms_table

CONTRACT = CONTRACT_NAMES[0]
TABLES = ("Terms", "Placements", "Carers", "Claims")
SHEET = "Inputs 2026"
"""A name that must stand in quotation marks in an address."""

TOP = 3
FIRST_COLUMNS = {"Terms": 1, "Placements": 8, "Carers": 17, "Claims": 22}
"""Where each table starts, rows and columns counted from 1."""


def place(name: str, rows: list[list[Any]]) -> str:
    """The cells of a table."""
    first = FIRST_COLUMNS[name]
    last = get_column_letter(first + len(rows[0]) - 1)
    return f"{get_column_letter(first)}{TOP}:{last}{TOP + len(rows) - 1}"


def cell(name: str, column: int, row: int) -> str:
    """A cell of a table: columns counted from 1, rows from the first under the headings."""
    return f"{get_column_letter(FIRST_COLUMNS[name] + column - 1)}{TOP + row}"


def sent(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows as Excel holds them: a date is its serial, a blank cell an empty text."""

    def one(value: Any) -> Any:
        if value is None:
            return ""
        return float(cells.serial_of(value)) if isinstance(value, dt.date) else value

    return [[one(value) for value in row] for row in rows]


def tables() -> dict[str, list[list[Any]]]:
    """The four tables of the first built-in contract with its sample rows."""
    contract = load_contract(CONTRACT)
    found = {name: sample_table(contract, name) for name in TABLES[1:]}
    return {name: sent(rows) for name, rows in {"Terms": terms_table(contract), **found}.items()}


def fill_book(pane: Pane, rows: dict[str, list[list[Any]]], prefix: str = "Pbr") -> None:
    """Two sheets: an empty one, and one with the four tables side by side."""
    pane.excel(
        f"""
        excel.addSheet("Statement");
        excel.addSheet("{SHEET}");
        for (const [name, rows] of Object.entries(given.rows)) {{
          const place = given.places[name];
          excel.fill(`'{SHEET}'!${{place}}`, rows);
          excel.addTable(given.prefix + name, `'{SHEET}'!${{place}}`);
        }}
        excel.select("Statement!B2");
        """,
        {
            "rows": rows,
            "places": {name: place(name, found) for name, found in rows.items()},
            "prefix": prefix,
        },
    )
