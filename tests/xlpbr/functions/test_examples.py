"""Every worked example, called directly and through the cells of a calculated workbook."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.support.examples import Example, directly, load_examples, through_cells, wrong
from xlpbr.errors import CellError
from xlpbr.functions import FUNCTIONS

EXAMPLES = load_examples()
PUBLISHED = Path(__file__).resolve().parents[2] / "data" / "published_examples.csv"

NOT_EXPRESSIBLE: dict[str, str] = {}
"""Published examples that no function can express, each with the reason why."""


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_example_directly(example: Example) -> None:
    got = directly(example.function, example.args)
    assert wrong(example, got, dates_as_serials=False) == [], message_of(got)
    assert not_cell_values(got) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_example_through_cells(example: Example) -> None:
    got = through_cells(example.function, example.args)
    assert wrong(example, got, dates_as_serials=True) == []


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_a_file_of_examples(function: str) -> None:
    file = f"{function.removeprefix('PBR_').lower()}.toml"
    assert function in {example.function for example in EXAMPLES if example.file == file}


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if FUNCTIONS[name].arguments])
def test_a_function_has_an_example_of_what_it_refuses(function: str) -> None:
    refused = [
        example
        for example in EXAMPLES
        if example.function == function
        and isinstance(example.expectations.get("expected"), dict)
        and "error" in example.expectations["expected"]
    ]
    # PBR_CHECK lists what is wrong instead of refusing it.
    assert bool(refused) is (function != "PBR_CHECK")


def test_examples_are_of_functions_and_say_where_they_are_from() -> None:
    assert len(EXAMPLES) >= 120
    assert {example.function for example in EXAMPLES} == set(FUNCTIONS)
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES)
    assert all(example.title and example.source for example in EXAMPLES)


def test_every_published_example_is_here_or_said_why_not() -> None:
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        published = [row["id"] for row in csv.DictReader(file)]
    expressed = {example.published_id for example in EXAMPLES if example.published_id}
    assert len(published) == 11
    assert expressed.isdisjoint(NOT_EXPRESSIBLE)
    assert expressed | set(NOT_EXPRESSIBLE) == set(published)
    assert all(NOT_EXPRESSIBLE.values())


def message_of(got: Any) -> str:
    return got.message if isinstance(got, CellError) else ""


def not_cell_values(got: Any) -> list[str]:
    """What a cell could not hold: figures are floats, dates whole days, texts texts."""
    cells = [cell for row in got for cell in row] if isinstance(got, list) else [got]
    return [
        repr(cell)
        for cell in cells
        if not (isinstance(cell, float | str | CellError) or type(cell) is dt.date)
    ]
