"""An error in what a function is given comes out as it is, and a message quotes what was found.

Of every function with every argument: what a good call is, is taken from the cases of the hosts,
which lack none (``tests/udfs/test_host_matrix.py``).
"""

from __future__ import annotations

from typing import Any

import pytest

from xlpbr.cells import is_blank
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.errors import EXCEL_ERRORS, CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.workbook.acceptance.good_calls import CALLS

LISTING = {"PBR_CHECK"}
"""Functions that list what is wrong in their tables instead of showing it."""

BY_WIDTH = {("PBR_RECONCILE", "ours"), ("PBR_RECONCILE", "theirs")}
"""Tables without headings of their own: one of a single cell is told by how wide it is."""

NO_FIGURE = {"Remark", "Unit"} | {
    column.heading for columns in ALL_COLUMNS.values() for column in columns if column.is_remark
}
"""Columns that no figure comes from."""

ERRORS = [(code, error) for code in EXCEL_ERRORS for error in (CellError(code, "as it was"), code)]
"""Each error as a host hands it over: as an error value, or as the text of one."""

PLACES = [
    (name, argument.name) for name, function in FUNCTIONS.items() for argument in function.arguments
]
SHOWN = [place for place in PLACES if place[0] not in LISTING]
LISTED = [place for place in PLACES if place[0] in LISTING]

TABLES = {
    argument.name: name
    for name, function in reversed(FUNCTIONS.items())
    if name not in LISTING
    for argument in function.arguments
    if argument.declared.shape == "table"
}
"""Each table that a function can be given, with the first function that takes it."""


def called(name: str, **changed: Any) -> Any:
    """What a good call of a function gives, with some of its arguments changed."""
    return FUNCTIONS[name].call(**{**CALLS[name], **changed})


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_good_call_of_each_function_has_no_error(name: str) -> None:
    given = called(name)
    for row in given if isinstance(given, list) else [[given]]:
        for cell in row:
            assert not isinstance(cell, CellError)
            assert not str(cell).startswith("#")


@pytest.mark.parametrize(("name", "argument"), SHOWN, ids=str)
def test_an_error_in_any_argument_comes_out_as_it_is(name: str, argument: str) -> None:
    for code, error in ERRORS:
        with pytest.raises(CellError) as raised:
            called(name, **{argument: error})
        assert raised.value.code == code
        assert raised.value.message


@pytest.mark.parametrize(("name", "argument"), LISTED, ids=str)
def test_an_error_in_any_argument_is_listed_with_its_table(name: str, argument: str) -> None:
    for code, error in ERRORS:
        _, *problems = called(name, **{argument: error})
        quoted = [row[0] for row in problems if code in row[3]]
        assert set(quoted) == {argument.capitalize()}


@pytest.mark.parametrize("table", TABLES)
def test_an_error_in_any_cell_of_a_table_comes_out_as_it_is(table: str) -> None:
    """But for remarks, which change nothing; one among the headings comes out whosever it is."""
    name = TABLES[table]
    sound = CALLS[name][table]
    as_before = called(name)
    for row, cells in enumerate(sound):
        if all(map(is_blank, cells)):
            continue
        for column, heading in enumerate(sound[0]):
            for code in ("#N/A", "#DIV/0!", "#REF!"):
                spoilt = [list(one) for one in sound]
                spoilt[row][column] = CellError(code, "as it was")
                if row and heading in NO_FIGURE:
                    assert called(name, **{table: spoilt}) == as_before
                    continue
                with pytest.raises(CellError) as raised:
                    called(name, **{table: spoilt})
                assert raised.value.code == code, (row, heading)


@pytest.mark.parametrize(
    ("name", "argument"), [place for place in SHOWN if place not in BY_WIDTH], ids=str
)
def test_an_error_quotes_what_was_found(name: str, argument: str) -> None:
    with pytest.raises(CellError) as raised:
        called(name, **{argument: "about twelve"})
    # A contract that is not known is not found.
    assert raised.value.code == ("#N/A" if argument == "contract" else "#VALUE!")
    assert "about twelve" in raised.value.message


@pytest.mark.parametrize(("name", "argument"), LISTED, ids=str)
def test_a_list_of_errors_quotes_what_was_found(name: str, argument: str) -> None:
    _, *problems = called(name, **{argument: "about twelve"})
    quoted = [row[0] for row in problems if "about twelve" in row[3]]
    assert set(quoted) == {argument.capitalize()}
