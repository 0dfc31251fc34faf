"""The worked examples of ``tests/examples/*.toml``: reading them, running them, comparing.

An example in a file::

    [[example]]
    id = "saving-seven-days"
    title = "A child who moves on the 1st and whose placement ends on the 8th has 7 days"
    function = "PBR_SAVING"
    args = [7000, 0, 2026-03-01, 2026-03-08, 2026-03-01, 2026-03-31]
    expected = 7000.00
    source = "specification of the functions, PBR_SAVING"

Arguments are TOML numbers, texts, booleans and dates; an array of arrays is a range. What TOML
has no word for is a small table:

    {blank = true}          a blank cell
    {omitted = true}        an argument that is not given
    {table = "name"}        the rows of [tables.name] of the same file
    {column = [..]}         a range of one column, written in one line
    {error = "#N/A"}        an error value
    {decimal = "12.3450"}   a currency cell, which Excel hands over as a Decimal

Within a range or a table an empty text "" is a blank cell; an empty text that is meant as such
is {empty_text = true}. An omitted argument between others is, through cells, a blank cell:
the two mean the same, and the embedded engine hands an empty argument over as 0.

What is expected is one or more of:

    expected = 1.00                     a figure, a text, a date, or a list of rows
    expected = {error = "#NUM!"}        an error; also within a list of rows
    expected = {version = true}         the version of the installed package
    figures = [{month = 2026-03-01, heading = "Fee", value = 1.00}]
        single cells of a table with headings: every key but heading, value and contains names
        a column (an underscore for a space) whose cell must be equal; exactly one row must be
        found; contains = "text" asks for a part of a text
    rows = 12                           the number of rows under the headings
    headings = ["Month", ..]            the heading row
    mentions = ["126,990.00"]           texts that some cell must contain

Money is compared exactly: no tolerance anywhere.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import formualizer as fz

from xlpbr import functions
from xlpbr.errors import CellError
from xlpbr.udfs.embedded import register

FOLDER = Path(__file__).resolve().parents[1] / "examples"

EXPECTATIONS = ("expected", "figures", "rows", "headings", "mentions")
KEYS = {"id", "title", "function", "args", "source", "remark", "published_id", *EXPECTATIONS}

ERROR_KINDS = {
    "#NULL!": "Null",
    "#DIV/0!": "Div",
    "#VALUE!": "Value",
    "#REF!": "Ref",
    "#NAME?": "Name",
    "#NUM!": "Num",
    "#N/A": "Na",
}


@dataclass(frozen=True)
class ErrorCode:
    """An error value, whoever gave it: only its code is compared."""

    code: str


class Omitted:
    """An argument that is not given."""


@dataclass(frozen=True)
class Example:
    id: str
    title: str
    function: str
    args: list[Any]
    expectations: dict[str, Any]
    source: str
    file: str
    published_id: str | None = None


def load_examples() -> list[Example]:
    """Every example of every file, in the order of the files' names."""
    return [example for path in sorted(FOLDER.glob("*.toml")) for example in _load(path)]


def _load(path: Path) -> list[Example]:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    tables = {name: table["rows"] for name, table in document.get("tables", {}).items()}
    examples = []
    for entry in document["example"]:
        unknown = set(entry) - KEYS
        if unknown:
            raise ValueError(f"{path.name}: {entry.get('id')}: unknown keys {sorted(unknown)}")
        expectations = {key: entry[key] for key in EXPECTATIONS if key in entry}
        if not expectations:
            raise ValueError(f"{path.name}: {entry['id']}: nothing is expected")
        examples.append(
            Example(
                id=entry["id"],
                title=entry["title"],
                function=entry["function"],
                args=[_argument(value, tables) for value in entry["args"]],
                expectations=expectations,
                source=entry["source"],
                file=path.name,
                published_id=entry.get("published_id"),
            )
        )
    return examples


def _argument(value: Any, tables: dict[str, list]) -> Any:
    if isinstance(value, list):
        return [[_cell(cell) for cell in row] for row in value]
    if isinstance(value, dict) and "table" in value:
        return _argument(tables[value["table"]], tables)
    if isinstance(value, dict) and "column" in value:
        return [[_cell(cell)] for cell in value["column"]]
    if isinstance(value, dict) and "omitted" in value:
        return Omitted
    return value if value == "" else _cell(value)


def _cell(value: Any) -> Any:
    match value:
        case "" | {"blank": True}:
            return None
        case {"empty_text": True}:
            return ""
        case {"error": code}:
            return CellError(code, "an error that was in the cell before")
        case {"decimal": text}:
            return Decimal(text)
        case dict() | list():
            raise ValueError(f"not a cell: {value!r}")
    return value


# -- running ---------------------------------------------------------------------------------


def directly(function: str, args: list[Any]) -> Any:
    """Calls ``xlpbr.functions.pbr_...``; an error comes back as the CellError it raised."""
    while args and args[-1] is Omitted:
        args = args[:-1]
    given = [None if value is Omitted else value for value in args]
    try:
        return getattr(functions, function.lower())(*given)
    except CellError as error:
        return error


def through_cells(function: str, args: list[Any]) -> Any:
    """Calculates a workbook whose Result!A1 calls the function on cells of the sheet Inputs.

    Each argument has its own columns of Inputs, side by side with one column between; the
    result is read from A1 and the cells into which it spills: a value, or a list of rows.
    """
    workbook = fz.Workbook()
    workbook.add_sheet("Inputs")
    workbook.add_sheet("Result")
    register(workbook)
    while args and args[-1] is Omitted:
        args = args[:-1]
    references = []
    column = 1
    for value in args:
        rows = value if isinstance(value, list) else [[None if value is Omitted else value]]
        width = max(len(row) for row in rows)
        for r, row in enumerate(rows, start=1):
            for c, cell in enumerate(row, start=column):
                _write(workbook, r, c, cell)
        reference = f"Inputs!{_letters(column)}1"
        if isinstance(value, list):
            reference += f":{_letters(column + width - 1)}{len(rows)}"
        references.append(reference)
        column += width + 1
    workbook.set_formula("Result", 1, 1, f"={function}({','.join(references)})")
    workbook.evaluate_all()
    return _read_result(workbook)


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _write(workbook: fz.Workbook, row: int, column: int, cell: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, CellError):
        cell = fz.LiteralValue.error(ERROR_KINDS[cell.code], cell.message)
    elif isinstance(cell, Decimal):
        cell = float(cell)
    workbook.set_value("Inputs", row, column, cell)


def _read_result(workbook: fz.Workbook) -> Any:
    spill = workbook.inspect_cell("Result!A1").cell.to_dict()["spill"]
    if not spill or not spill["extent"]:
        return workbook.get_value("Result", 1, 1)
    last = spill["extent"].split(":")[1]
    letters = "".join(sign for sign in last if sign.isalpha())
    width = 0
    for letter in letters:
        width = width * 26 + ord(letter) - ord("A") + 1
    height = int(last.removeprefix(letters))
    return [
        [workbook.get_value("Result", row, column) for column in range(1, width + 1)]
        for row in range(1, height + 1)
    ]


# -- comparing -------------------------------------------------------------------------------


def serial(day: dt.date) -> float:
    """A date as a cell holds it."""
    return float((day - dt.date(1899, 12, 30)).days)


def plain(value: Any, *, dates_as_serials: bool) -> Any:
    """A result in the form in which it is compared; one cell, in a list or not, is the same."""
    if isinstance(value, list):
        rows = [[plain(cell, dates_as_serials=dates_as_serials) for cell in row] for row in value]
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows
    match value:
        case CellError():
            return ErrorCode(value.code)
        case {"type": "Error", "kind": kind}:
            codes = {name: code for code, name in ERROR_KINDS.items()}
            return ErrorCode(codes.get(kind, kind))
        case {"error": code}:
            return ErrorCode(code)
        case {"version": True}:
            return version("xlpbr")
        case dt.datetime():
            return value
        case dt.date() if dates_as_serials:
            return serial(value)
    return value


def wrong(example: Example, got: Any, *, dates_as_serials: bool) -> list[str]:
    """What differs from what the example expects: nothing when it holds."""

    def prepared(value: Any) -> Any:
        return plain(value, dates_as_serials=dates_as_serials)

    got = prepared(got)
    found: list[str] = []
    wanted = example.expectations
    if "expected" in wanted:
        expected = prepared(wanted["expected"])
        if got != expected or isinstance(got, bool):
            found.append(f"got {got!r}, expected {expected!r}")
    if set(wanted) == {"expected"}:
        return found
    if not isinstance(got, list):
        return [f"got {got!r}, expected a table"]
    if "headings" in wanted and got[0] != wanted["headings"]:
        found.append(f"headings {got[0]}, expected {wanted['headings']}")
    if "rows" in wanted and len(got) - 1 != wanted["rows"]:
        found.append(f"{len(got) - 1} rows, expected {wanted['rows']}")
    for text in wanted.get("mentions", []):
        if not any(isinstance(cell, str) and text in cell for row in got[1:] for cell in row):
            found.append(f"no cell mentions {text!r}")
    for figure in wanted.get("figures", []):
        found += _wrong_figure(got, {key: prepared(value) for key, value in figure.items()})
    return found


def _wrong_figure(got: list[list[Any]], figure: dict[str, Any]) -> list[str]:
    columns = {str(heading).casefold(): n for n, heading in enumerate(got[0])}
    if figure["heading"].casefold() not in columns:
        return [f"no column {figure['heading']!r} among {got[0]}"]
    where = {
        columns[key.replace("_", " ").casefold()]: value
        for key, value in figure.items()
        if key not in ("heading", "value", "contains")
    }
    rows = [row for row in got[1:] if all(row[n] == value for n, value in where.items())]
    if len(rows) != 1:
        return [f"{len(rows)} rows for {figure}, expected one"]
    cell = rows[0][columns[figure["heading"].casefold()]]
    if "contains" in figure:
        return [] if figure["contains"] in str(cell) else [f"{figure}: got {cell!r}"]
    return [] if cell == figure["value"] else [f"{figure}: got {cell!r}"]
