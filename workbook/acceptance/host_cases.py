"""The cases of the hosts: every function with every kind of input for each of its arguments.

They are derived from the catalogue: each argument of each function, by its unit and shape, times
each of ``KINDS``. The tests run them through every host, and ``xlpbr acceptance`` puts them into a
workbook, so that anybody can run them in a host that is not at hand here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from xlpbr import cells
from xlpbr.errors import CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.functions.catalogue import Argument, WorksheetFunction
from xlpbr.workbook.acceptance.good_calls import BESIDE, CALLS, COLUMNS

KINDS = ("number", "text number", "blank", "error", "date", "1x1", "row", "column", "table")
"""The kinds of input. A table's kind is what stands inside it, or the form of its range."""


class LeftOut:
    """An argument that is not given, at the end or between two commas."""

    def __repr__(self) -> str:
        return "LEFT_OUT"


LEFT_OUT = LeftOut()

DATE_FOR_A_NUMBER = "a date cell where a number is wanted"
NUMBER_TEXT_OF_DATE = "a date cell where a text is wanted"
TRUTH_VALUE = "TRUE or FALSE in a cell"
ERROR_IN_A_RANGE = "an error value inside a range"
BLANK_CELL = "a blank cell as an argument"
LEFT_OUT_BETWEEN = "an argument left out between two others"
EMPTY_TEXT = "a formula that gives an empty text"

MARKS = (
    DATE_FOR_A_NUMBER,
    NUMBER_TEXT_OF_DATE,
    TRUTH_VALUE,
    ERROR_IN_A_RANGE,
    BLANK_CELL,
    LEFT_OUT_BETWEEN,
    EMPTY_TEXT,
)
"""What a host may be unable to hand over; a case that holds it is marked with it."""


@dataclass(frozen=True, eq=False)
class Case:
    """One call with its cells; a case is equal to itself alone, so that its result can be kept.

    Attributes:
        function: the name in a cell.
        kind: one of ``KINDS``.
        name: unique and readable.
        arguments: cell values as a sheet holds them: float, str, bool, None for a blank cell, a
            date for a date cell, CellError for an error cell, ``LEFT_OUT``, or rows of these.
        marks: what of ``MARKS`` the arguments hold.
        argument: the argument that the case is about.
    """

    function: str
    kind: str
    name: str
    arguments: tuple[Any, ...]
    marks: frozenset[str] = frozenset()
    argument: str = ""


DRAWS_MANY = "PBR_FORECAST"
"""The function that draws a thousand scenarios where it is not told how many."""


def draws_many(case: Case) -> bool:
    """Whether a case leaves the number of scenarios out, and so takes a second or more."""
    if case.function != DRAWS_MANY:
        return False
    names = [argument.name for argument in FUNCTIONS[DRAWS_MANY].arguments]
    scenarios = case.arguments[names.index("scenarios")]
    return scenarios in (None, "", LEFT_OUT, [[None]])


_NUMERIC = {"£", "£ a week", "whole months", "whole weeks", "fraction", "whole number"}
_DATED = {"date", "dates"}
_NO_VALUE = CellError("#N/A", "the cell shows #N/A")
_DIVIDED = CellError("#DIV/0!", "the cell shows #DIV/0!")

_Variant = tuple[str, str, Any, tuple[str, ...]]
"""A kind, what it is in words, the argument and its marks."""


@cache
def cases() -> tuple[Case, ...]:
    """Every function with every kind of input for each of its arguments."""
    return tuple(case for function in FUNCTIONS.values() for case in _cases_of(function))


def _cases_of(function: WorksheetFunction) -> Iterator[Case]:
    call = CALLS[function.name]
    if not function.arguments:
        yield Case(function.name, "blank", f"{function.name}: nothing given", ())
        return
    yield from _shortest_calls(function, call)
    for argument in function.arguments:
        if argument.declared.shape == "table":
            variants = _variants_of_table(argument, call[argument.name])
        elif isinstance(call[argument.name], list):
            variants = _variants_of_lines(call[argument.name])
        else:
            variants = _variants_of_cell(argument, call[argument.name])
        for variant in variants:
            yield _case(function, argument.name, variant, call)
    yield from _cases_of_columns(function, call)


def _case(function: WorksheetFunction, about: str, variant: _Variant, call: dict[str, Any]) -> Case:
    kind, words, value, marks = variant
    given = {**call, about: value}
    if value is LEFT_OUT and about != function.arguments[-1].name:
        marks = (*marks, LEFT_OUT_BETWEEN)
    return Case(
        function.name,
        kind,
        f"{function.name}, {about}: {words}",
        tuple(given[argument.name] for argument in function.arguments),
        frozenset(marks),
        about,
    )


def _shortest_calls(function: WorksheetFunction, call: dict[str, Any]) -> Iterator[Case]:
    """The calls with ever fewer of the optional arguments, left out at the end."""
    for count in range(function.required_count, len(function.arguments) + 1):
        given = [call[argument.name] for argument in function.arguments[:count]]
        rest = [LEFT_OUT] * (len(function.arguments) - count)
        is_table = any(argument.declared.shape == "table" for argument in function.arguments)
        yield Case(
            function.name,
            "table" if is_table else "number",
            f"{function.name}: the first {count} arguments",
            (*given, *rest),
        )


def _variants_of_cell(argument: Argument, good: Any) -> Iterator[_Variant]:
    yield from _numbers(argument, good)
    yield "blank", "a blank cell", None, (BLANK_CELL,)
    yield "blank", "an empty text", "", (EMPTY_TEXT,)
    if not argument.required:
        yield "blank", "left out", LEFT_OUT, ()
    yield "error", "#N/A", _NO_VALUE, ()
    yield "error", "#DIV/0!", _DIVIDED, ()
    yield from _dates(argument, good)
    yield "1x1", "a range of one cell", [[good]], ()
    yield "1x1", "a range of one blank cell", [[None]], ()
    yield "1x1", "a range of one error", [[_DIVIDED]], (ERROR_IN_A_RANGE,)
    yield "row", "a row of three alone", [[good] * 3], ()
    yield "column", "a column of three alone", [[good]] * 3, ()
    yield "table", "two rows and two columns", [[good] * 2] * 2, ()


def _numbers(argument: Argument, good: Any) -> Iterator[_Variant]:
    unit = argument.declared.unit
    yield "number", "TRUE", True, (TRUTH_VALUE,)
    if unit in _DATED:
        serial = float(cells.serial_of(good))
        yield "number", "a serial", serial, ()
        yield "number", "a serial with a time of day", serial + 0.75, ()
        yield "number", "a serial below 0", -1.0, ()
        yield "text number", "a serial as text", f"{serial:.0f}", ()
    elif unit in _NUMERIC:
        yield "number", "0", 0.0, ()
        yield "number", "below 0", -good, ()
        yield from _numbers_of(unit, good)
        yield "text number", "words", "about 7,000", ()
    else:
        yield "number", "a number", 2526.0, ()
        yield "text number", "in capitals among spaces", f"  {good.upper()} ", ()
        yield "text number", "a text of digits", "00123", ()


def _numbers_of(unit: str, good: float) -> Iterator[_Variant]:
    if unit == "fraction":
        yield "number", "an eighth", 0.125, ()
        yield "number", "above 1", 1.5, ()
        yield "text number", "per cent", "12.5%", ()
    elif unit in ("whole months", "whole weeks", "whole number"):
        yield "number", "one more", good + 1, ()
        yield "number", "a half", 1.5, ()
        yield "text number", "a text of digits", f" {good:.0f} ", ()
    else:
        yield "number", "with pennies", good + 0.13, ()
        yield "number", "half a penny", 1234.565, ()
        yield "number", "a sum of tenths", 0.1 + 0.2, ()
        yield "text number", "with pound sign and comma", f"£{good:,.2f}", ()
        yield "text number", "below 0, among spaces", " -1,234.5 ", ()


def _dates(argument: Argument, good: Any) -> Iterator[_Variant]:
    unit = argument.declared.unit
    if unit in _DATED:
        yield "date", "a date cell", good + dt.timedelta(days=1), ()
        yield "date", "a text with a month's name", f"{good.day} {good:%B} {good.year}", ()
        yield "date", "a text with strokes", f"{good:%d/%m/%Y}", ()
        yield "date", "a text from year to day", good.isoformat(), ()
        yield "date", "a day that does not exist", "31 Feb 2026", ()
        yield "date", "before 1900", "31/12/1899", ()
    else:
        mark = DATE_FOR_A_NUMBER if unit in _NUMERIC else NUMBER_TEXT_OF_DATE
        yield "date", "a date cell", dt.date(2026, 3, 31), (mark,)
        yield "date", "a date as text", "31 Mar 2026", ()


def _cases_of_columns(function: WorksheetFunction, call: dict[str, Any]) -> Iterator[Case]:
    """The arguments that go together, as columns, as rows, and with one cell of them changed."""
    columns = COLUMNS.get(function.name)
    if columns is None:
        return

    def case(kind: str, words: str, given: dict[str, Any], *marks: str, about: str = "") -> Case:
        arguments = tuple(
            given.get(argument.name, call[argument.name]) for argument in function.arguments
        )
        name = f"{function.name}, {about or 'columns'}: {words}"
        return Case(function.name, kind, name, arguments, frozenset(marks), about)

    as_columns = {name: [[value] for value in column] for name, column in columns.items()}
    yield case("column", "together as columns", as_columns)
    yield case("row", "together as rows", {name: [column] for name, column in columns.items()})
    lone = {name: [[column[0]]] for name, column in columns.items()}
    yield case("1x1", "together as ranges of one cell", lone)
    short = {name: column[:-1] for name, column in list(as_columns.items())[-1:]}
    yield case("column", "the last a row shorter", {**as_columns, **short})
    for argument in function.arguments:
        if argument.name not in columns:
            continue
        good = next(value for value in columns[argument.name] if value is not None)
        for variant in _variants_inside(argument, good):
            kind, words, value, marks = variant
            changed = [list(row) for row in as_columns[argument.name]]
            changed[1] = [value]
            given = {**as_columns, argument.name: changed}
            yield case(kind, f"among columns, {words}", given, *marks, about=argument.name)
    first, *others = columns
    if function.elementwise:
        across = {first: as_columns[first], others[-1]: [columns[others[-1]]]}
        yield case("table", "a column against a row", across)
    if function.name in BESIDE:
        name = BESIDE[function.name]
        base = call[name]
        square = [[base, base / 3, None], [-base / 2, 0.005, base * 2]]
        if name == "savings":
            square = [[value or 0.0 for value in row] for row in square]
        yield case("table", "rows and columns", {name: square}, about=name)


def _variants_inside(argument: Argument, good: Any) -> Iterator[_Variant]:
    """One cell of a range."""
    dated = argument.declared.unit in _DATED
    yield "error", "an error", _NO_VALUE, (ERROR_IN_A_RANGE,)
    yield "blank", "a blank cell", None, ()
    yield "blank", "an empty text", "", (EMPTY_TEXT,)
    yield "number", "TRUE", True, (TRUTH_VALUE,)
    if dated:
        serial = float(cells.serial_of(good))
        yield "number", "a serial with a time of day", serial + 0.25, ()
        yield "date", "a text with a month's name", f"{good.day} {good:%b} {good.year}", ()
        yield "text number", "a text that is no date", "to be agreed", ()
    elif argument.declared.unit == "fraction":
        yield "text number", "per cent", "7.75%", ()
    else:
        yield "number", "half a penny", 1234.565, ()
        yield "text number", "with pound sign and comma", "£401,234.50", ()
        yield "text number", "words", "to be agreed", ()
    if not dated:
        yield "date", "a date cell", dt.date(2026, 3, 31), (DATE_FOR_A_NUMBER,)


def _variants_of_table(argument: Argument, table: list[list[Any]]) -> Iterator[_Variant]:
    yield "table", "in another order", [table[0], *reversed(table[1:])], ()
    yield "table", "columns in another order", _columns_reversed(argument, table), ()
    yield "table", "among blank rows", [*table, *[[None] * len(table[0])] * 2], ()
    yield "number", "a number alone", 12.0, ()
    yield "number", "TRUE inside", _changed(table, True), (TRUTH_VALUE,)
    yield "number", "pennies inside", _changed(table, 1234.565), ()
    yield "number", "serials for its dates", _each(table, _as_serial), ()
    yield "number", "serials with a time of day", _each(table, _as_late_serial), ()
    yield "text number", "its figures as text", _each(table, _as_text_number), ()
    yield "text number", "a text that is no figure", _changed(table, "to be agreed"), ()
    yield "text number", "a text alone", "Terms", ()
    yield "blank", "a blank cell", None, (BLANK_CELL,)
    yield "blank", "a blank inside", _changed(table, None), ()
    yield "blank", "an empty text inside", _changed(table, ""), (EMPTY_TEXT,)
    yield "blank", "blank cells alone", [[None] * 2] * 3, ()
    if not argument.required:
        yield "blank", "left out", LEFT_OUT, ()
    yield "error", "an error alone", _NO_VALUE, ()
    yield "error", "an error inside", _changed(table, _DIVIDED), (ERROR_IN_A_RANGE,)
    yield "error", "an error in a heading", _heading_lost(table), (ERROR_IN_A_RANGE,)
    beside = [[*row, "" if at else "Notes"] for at, row in enumerate(table)]
    beside[1][-1] = _NO_VALUE
    yield "error", "an error in a column that is not read", beside, (ERROR_IN_A_RANGE,)
    yield "date", "its dates as text", _each(table, _as_text_date), ()
    yield "date", "a date where a figure belongs", _changed(table, dt.date(2026, 3, 31)), (
        DATE_FOR_A_NUMBER,
        NUMBER_TEXT_OF_DATE,
    )  # fmt: skip
    yield "1x1", "its first cell alone", [[table[0][0]]], ()
    yield "row", "its headings alone", table[:1], ()
    yield "column", "its first column alone", [row[:1] for row in table], ()


def _variants_of_lines(lines: list[list[Any]]) -> Iterator[_Variant]:
    """A column of text of which no line may be another."""

    def with_line(value: Any) -> list[list[Any]]:
        return [*lines[:-1], [value]]

    yield "table", "two columns", [[*line, ""] for line in lines], ()
    yield "column", "before blank cells", [*lines, [None], [None]], ()
    yield "column", "without its last line", lines[:-1], ()
    yield "row", "as a row", [[line for (line,) in lines]], ()
    yield "1x1", "its first cell alone", lines[:1], ()
    yield "blank", "a blank cell", None, (BLANK_CELL,)
    yield "blank", "an empty text", "", (EMPTY_TEXT,)
    yield "blank", "blank cells alone", [[None]] * 3, ()
    yield "blank", "its last line blank", with_line(None), ()
    yield "number", "a number alone", 12.0, ()
    yield "number", "a number for its last line", with_line(1234.565), ()
    yield "number", "TRUE for its last line", with_line(True), (TRUTH_VALUE,)
    yield "date", "a date for its last line", with_line(dt.date(2026, 3, 31)), (
        NUMBER_TEXT_OF_DATE,
    )  # fmt: skip
    yield "text number", "a text alone", "Terms", ()
    yield "text number", "another last line", with_line('["2026-04-01", "1", "2"]'), ()
    yield "error", "an error alone", _NO_VALUE, ()
    yield "error", "an error for its last line", with_line(_DIVIDED), (ERROR_IN_A_RANGE,)


def _columns_reversed(argument: Argument, table: list[list[Any]]) -> list[list[Any]]:
    # The two columns of PBR_RECONCILE are found by their place, not by a heading.
    if argument.name in ("ours", "theirs"):
        return table
    return [list(reversed(row)) for row in table]


def _changed(table: list[list[Any]], value: Any) -> list[list[Any]]:
    """The table with the last figure of its rows replaced; where there is none, the last date."""
    for wanted in (float, dt.date):
        places = [
            (row, column)
            for row, cells_of_row in enumerate(table)
            for column, cell in enumerate(cells_of_row)
            if row and type(cell) is wanted
        ]
        if places:
            at_row, at_column = places[-1]
            return [
                [
                    value if (row, column) == (at_row, at_column) else cell
                    for column, cell in enumerate(cells_of_row)
                ]
                for row, cells_of_row in enumerate(table)
            ]
    raise ValueError("no figure in the table")


def _heading_lost(table: list[list[Any]]) -> list[list[Any]]:
    return [[*table[0][:-1], _NO_VALUE], *table[1:]]


def _each(table: list[list[Any]], change: Callable[[Any], Any]) -> list[list[Any]]:
    return [table[0], *([change(cell) for cell in row] for row in table[1:])]


def _as_serial(cell: Any) -> Any:
    return float(cells.serial_of(cell)) if isinstance(cell, dt.date) else cell


def _as_late_serial(cell: Any) -> Any:
    return cells.serial_of(cell) + 0.999 if isinstance(cell, dt.date) else cell


def _as_text_number(cell: Any) -> Any:
    return f" £{cell:,} " if isinstance(cell, float) else cell


def _as_text_date(cell: Any) -> Any:
    return f"{cell.day} {cell:%B} {cell.year}" if isinstance(cell, dt.date) else cell


@cache
def result(case: Case) -> list[list[Any]]:
    """What the function itself gives for a case: rows of float, text, truth value or error."""
    arguments = list(case.arguments)
    while arguments and arguments[-1] is LEFT_OUT:
        arguments.pop()
    given = [None if argument is LEFT_OUT else argument for argument in arguments]
    try:
        return in_rows(FUNCTIONS[case.function].call(*given))
    except CellError as error:
        return [[error]]


def with_serials(case: Case) -> Case:
    """A case as a host hands it over that knows no dates, only the numbers of days."""
    return replace(
        case,
        arguments=tuple(
            [[_as_serial(cell) for cell in row] for row in argument]
            if isinstance(argument, list)
            else _as_serial(argument)
            for argument in case.arguments
        ),
    )


@cache
def expected(case: Case) -> list[list[Any]]:
    """The same in the form of ``sheet_form``."""
    return sheet_form(result(case))


def sheet_form(result: Any) -> list[list[Any]]:
    """A result as a sheet shows it: rows of float, text, truth value; error codes as text."""
    return [
        [cell.code if isinstance(cell, CellError) else cell for cell in row]
        for row in in_rows(result)
    ]


def in_rows(result: Any) -> list[list[Any]]:
    """A result as rows of cells: float, text, truth value or error; a blank is an empty text."""
    if isinstance(result, list | tuple):
        rows = [list(row) if isinstance(row, list | tuple) else [row] for row in result]
    else:
        rows = [[result]]
    return [[_shown(cell) for cell in row] for row in rows]


def _shown(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool | str | CellError):
        return value
    if isinstance(value, dt.date):
        return float(cells.serial_of(value))
    return float(value)
