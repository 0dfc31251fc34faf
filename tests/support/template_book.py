"""The template in tests: places of its cells, cells changed, and what the functions give for it."""

from __future__ import annotations

import dataclasses
import re
import zipfile
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree as ET

import openpyxl
from openpyxl.worksheet.formula import ArrayFormula

from tests.support.opened import opened as read_by_openpyxl
from tests.support.samples import sample_table
from xlpbr import cells, functions
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import terms_table
from xlpbr.errors import CellError
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.read.own_sheets import SHEETS
from xlpbr.workbook.template.plan import template_plan_of
from xlpbr.workbook.template.write import write_template

INPUT_SHEETS = ("Terms", *ALL_COLUMNS)
LIFE = ("Cohort", "Prices", "Costs", "Rates", "Agreed", "Budget")


AUDIT_HEADINGS = {
    "Placements": ["Agreed by and on", "Evidence"],
    "Carers": ["Panel reference"],
    "Claims": ["Date of invoice", "Paid on"],
    **{table: [] for table in LIFE},
}


SPILLS = {
    "Statement": "A23", "Readings": "H8", "Reconcile": "A7", "Explain": "F6", "Forecast": "A46",
    "Invoice": "A6", "Lines": "A6", "Children": "A5", "Years": "A5",
    "Changes": "A7",
}  # fmt: skip
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHECK_ROWS = range(16, 28)
ERROR_ROWS = range(31, 53)
FIRST_MONTH_CHECK = 57
RESULT = (6, 2)


def with_terms(contract, **values):
    """A contract with other values, by label with spaces written as underscores."""
    by_label = {label.replace("_", " "): value for label, value in values.items()}
    terms = tuple(
        dataclasses.replace(term, value=by_label.pop(term.term.label, term.value))
        for term in contract.terms
    )
    assert not by_label
    return dataclasses.replace(contract, terms=terms)


def with_sample(contract, **tables):
    return dataclasses.replace(
        contract,
        sample=MappingProxyType({**contract.sample, **{k: tuple(v) for k, v in tables.items()}}),
    )


def figures(contract, path: Path, *edits):
    """The values of a contract's workbook after cells were changed: (sheet, address, value)."""
    write_template(contract, path, sample=True)
    for sheet, address, value in edits:
        set_cell(path, sheet, address, value)
    return calculate(path)


def set_cell(path: Path, sheet: str, address: str, value):
    part = f"xl/worksheets/sheet{SHEETS.index(sheet) + 1}.xml"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if isinstance(value, float | int):
        cell = f'<c r="{address}"><v>{value}</v></c>'
    elif value.startswith("#"):
        cell = f'<c r="{address}" t="e"><v>{value}</v></c>'
    else:
        cell = f'<c r="{address}" t="inlineStr"><is><t>{value}</t></is></c>'
    pattern = rf'<c r="{address}"[^>]*?(/>|>.*?</c>)'
    text, found = re.subn(pattern, cell, members[part].decode(), count=1)
    assert found == 1
    members[part] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def plain(value):
    """A value as a cell stores it, so that a date and its serial are the same."""
    if isinstance(value, date):
        return float(cells.serial_of(value.date() if isinstance(value, datetime) else value))
    if isinstance(value, CellError):
        return value.code
    return None if value == "" else value


def xml_of(path, part):
    with zipfile.ZipFile(path) as archive:
        return ET.fromstring(archive.read(part))


def rows_of(path, table):
    """A table of a workbook as the functions are given it: heading row first."""
    sheet = read_by_openpyxl(path, values=True)[table]
    area = sheet.tables[f"Pbr{table}"].ref
    return [[cell.value for cell in row] for row in sheet[area]]


def tables_of(path):
    return {table: rows_of(path, table) for table in INPUT_SHEETS}


def sample_tables(contract):
    return {
        "Terms": terms_table(contract),
        **{table: sample_table(contract, table) for table in ALL_COLUMNS},
    }


def life(tables, *names):
    return {name.lower(): tables[name] for name in names}


def statement_of(tables, as_at=None):
    return functions.pbr_statement(
        *(tables[table] for table in INPUT_SHEETS[:4]), as_at, **life(tables, *LIFE[:5])
    )


def problems_of(tables):
    return functions.pbr_check(*(tables[table] for table in INPUT_SHEETS))


def explained(tables, month, as_at=None):
    terms, placements, carers, claims = (tables[table] for table in INPUT_SHEETS[:4])
    return functions.pbr_explain(
        terms, placements, month, carers, claims, as_at, **life(tables, *LIFE[:5])
    )


def spilled(values, sheet, corner, rows, columns):
    row, column = cells_at(corner)
    return [
        [plain(values[sheet].get((row + down, column + across))) for across in range(columns)]
        for down in range(rows)
    ]


def cells_at(address):
    found = openpyxl.utils.cell.coordinate_from_string(address)
    return found[1], openpyxl.utils.cell.column_index_from_string(found[0])


def problems_corner(contract, *, sample):
    return f"A{FIRST_MONTH_CHECK - 1 + template_plan_of(contract, sample=sample).month_rows + 3}"


def rows_in(sheet):
    return sheet[sheet.tables[f"Pbr{sheet.title}"].ref][1:]


def formulas_of(sheet):
    found = {}
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, ArrayFormula):
                found[cell.coordinate] = cell.value.text
            elif cell.data_type == "f":
                found[cell.coordinate] = cell.value
    return found


def width_of(sheet, column):
    return next(
        found.width
        for found in sheet.column_dimensions.values()
        if found.min <= column <= found.max
    )


def room_of(sheet, row, column):
    """How many lines a cell has room for."""
    return int((sheet.row_dimensions[row].height or 15) / 15)


def values_of(path):
    return read_by_openpyxl(path, values=True)


def forecast_of(path, as_at=None, scenarios=1000, seed=1):
    tables = tables_of(path)
    assumed = rows_of(path, "Assumptions")
    return functions.pbr_forecast(
        tables["Terms"], tables["Placements"], assumed, as_at, scenarios, seed, tables["Carers"],
        **life(tables, *LIFE[:4]),
    )  # fmt: skip
