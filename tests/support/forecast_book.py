"""A book whose own sheets read a forecast that spills on another sheet, with what it must show.

The forecast was last calculated from another seed, and the officer's formulas show what Excel made
of that: they are proved by it, and take what the forecast gives now.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.support.host_matrix import sheet_form
from tests.support.samples import sample_table
from tests.support.written import write_rows
from xlpbr import functions
from xlpbr.cells import number as exact
from xlpbr.contract.library import assumptions_table, load_contract, terms_table
from xlpbr.money import to_pence
from xlpbr.workbook.ooxml.addresses import column_letter

SEED_BEFORE, SEED, SCENARIOS = 3, 7, 40
FORECAST = "Forecast 26-27"
_FIRST_ROW, _FIRST_COLUMN = 3, 2
"""Where the forecast stands, counted from 1: under a title, beside a margin."""

_TYPED = 1234.5
"""What a person typed over a figure in another program, without its formula."""


@dataclass(frozen=True)
class ForecastBook:
    """What is expected of the book.

    Attributes:
        forecast: the cells of the spill as the function gives them now, as a sheet shows them.
        area: where they stand.
        shows: by address, what the officer's formulas show after they were calculated.
        unprovable: the formula that shows what no engine makes of it.
        behind: the formulas that depend on that one, on its sheet and on another.
        hidden: the formula that reads what cannot be told beforehand, and its last value.
    """

    forecast: list[list[Any]]
    area: str
    shows: dict[str, Any]
    unprovable: str
    behind: tuple[str, ...]
    hidden: tuple[str, float]


def forecast_book(path: Path) -> ForecastBook:
    """Write the book."""
    contract = load_contract("plymouth-l04-2526")
    tables = {
        "Terms": terms_table(contract),
        "Placements": sample_table(contract, "Placements"),
        "Assumptions": assumptions_table(contract),
    }
    before, now = (
        functions.pbr_forecast(*tables.values(), None, SCENARIOS, seed)
        for seed in (SEED_BEFORE, SEED)
    )
    mean, saving = (before[0].index(name) for name in ("Net saving, mean", "Saving, mean"))
    (total,) = (row for row, cells in enumerate(before) if cells[0] == "Total")
    own_before, own_now = (_own(rows, total, mean, saving) for rows in (before, now))
    assert own_before["Budget!B2"] != own_now["Budget!B2"]
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        ranges = []
        for name, rows in tables.items():
            write_rows(book.add_worksheet(name), rows)
            ranges.append(f"{name}!A1:{column_letter(len(rows[0]))}{len(rows)}")
        sheet = book.add_worksheet(FORECAST)
        sheet.write_string("B1", "What it may come to")
        sheet.write_number("A3", SEED)
        last_row = _FIRST_ROW + max(len(before), len(now)) - 1
        assert len(before) == len(now)
        area = f"B{_FIRST_ROW}:{column_letter(_FIRST_COLUMN + len(now[0]) - 1)}{last_row}"
        sheet.write_dynamic_array_formula(
            area, f"=PBR_FORECAST({','.join(ranges)},,{SCENARIOS},A3)", None, before[0][0]
        )
        for down, row in enumerate(sheet_form(before)):
            for across, value in enumerate(row):
                if (down, across) != (0, 0):
                    place = (_FIRST_ROW - 1 + down, _FIRST_COLUMN - 1 + across)
                    sheet.write(*place, value) if value != "" else sheet.write_string(*place, "")
        sheets = {name: book.add_worksheet(name) for name in ("Budget", "Board")}
        for address, formula in _formulas(total, mean, saving).items():
            name, _, cell = address.partition("!")
            sheets[name].write_formula(cell, formula, None, own_before[address])
    kept = {"Budget!B8", "Budget!B9", "Board!B3"}
    return ForecastBook(
        sheet_form(now), area, {at: own_now[at] for at in own_now if at not in kept},
        "Budget!B8", ("Board!B3", "Budget!B9"), ("Budget!B10", own_before["Budget!B10"]),
    )  # fmt: skip


def _place(row: int, column: int) -> str:
    """A cell of the spill, counted from 0, as a formula of another sheet names it."""
    return f"'{FORECAST}'!{column_letter(_FIRST_COLUMN + column)}{_FIRST_ROW + row}"


def _formulas(total: int, mean: int, saving: int) -> dict[str, str]:
    """The officer's formulas by their cells."""
    letters = [column_letter(_FIRST_COLUMN + column) for column in (0, mean, saving)]
    months = f"{_FIRST_ROW + 1}:${letters[1]}{_FIRST_ROW + total - 1}"
    return {
        "Budget!B2": f"={_place(total, mean)}",
        "Budget!B3": f"=SUM('{FORECAST}'!${letters[1]}{months})",
        "Budget!B4": "=ROUND(B2*0.02,2)",
        "Budget!B5": f'=IF({_place(total, saving)}>B2,"more is saved than is kept","all is kept")',
        "Budget!B6": f"=VLOOKUP(\"Total\",'{FORECAST}'!B:{letters[1]},{mean + 1},FALSE)",
        "Budget!B7": f"=COUNT('{FORECAST}'!{letters[1]}:{letters[1]})",
        "Budget!B8": f"={_place(total, saving)}*1.02",
        "Budget!B9": "=B8+B2",
        "Budget!B10": f"=OFFSET({_place(0, 0)},{total},{mean})",
        "Board!B2": "=Budget!B2-Budget!B4",
        "Board!B3": "=Budget!B9*2",
    }


def _own(rows: list[list[Any]], total: int, mean: int, saving: int) -> dict[str, Any]:
    """What the officer's formulas show of a forecast, worked out in the simplest way."""
    net = rows[total][mean]
    share = to_pence(exact(net) * Fraction(2, 100)) / 100
    return {
        "Budget!B2": net,
        "Budget!B3": float(sum(exact(row[mean]) for row in rows[1:total])),
        "Budget!B4": share,
        "Budget!B5": "more is saved than is kept" if rows[total][saving] > net else "all is kept",
        "Budget!B6": net,
        "Budget!B7": float(sum(isinstance(row[mean], float) for row in rows)),
        "Budget!B8": _TYPED,
        "Budget!B9": float(exact(_TYPED) + exact(net)),
        "Budget!B10": net,
        "Board!B2": float(exact(net) - exact(share)),
        "Board!B3": float(2 * (exact(_TYPED) + exact(net))),
    }
