"""Worked examples of the second edition, by the functions and by the statement day by day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.life.as_cells import by_heading, invoice_rows, kind_of_line, years_table
from tests.support.life.as_ranges import for_invoice, for_statement, for_years
from tests.support.life.statement import as_cells, statement
from tests.support.life.worked import Example, examples
from xlpbr import functions

EXAMPLES = examples()


def day_by_day(example: Example, kind: str) -> list[dict[str, Any]]:
    life = example.life
    if kind == "years":
        return by_heading(years_table(life))
    if kind == "invoice":
        months = {figure["month"] for figure in example.figures["invoice"]}
        return [{"month": month} | row for month in months for row in invoice_rows(life, month)]
    return by_heading(as_cells(statement(life)))


def by_function(example: Example, kind: str) -> list[dict[str, Any]]:
    life = example.life
    if kind == "years":
        return by_heading(functions.pbr_years(*for_years(life)))
    if kind == "invoice":
        months: set[date] = {figure["month"] for figure in example.figures["invoice"]}
        return [
            {"month": month} | row | {"Line": kind_of_line(row["Line"])}
            for month in months
            for row in by_heading(functions.pbr_invoice(*for_invoice(life, month)))
        ]
    return by_heading(functions.pbr_statement(*for_statement(life)))


KEYS = ("Month", "Financial year", "month", "Line", "For month")


def hold(figures: dict[str, Any], table: Any) -> None:
    """Each figure against the one row that it names, exactly."""
    for kind, wanted in figures.items():
        rows = table(kind)
        if kind == "sums":
            pence = {name: sum(round(row[name] * 100) for row in rows) for name in wanted}
            assert {name: n / 100 for name, n in pence.items()} == wanted
            continue
        for figure in wanted:
            keys = {name: figure[name] for name in KEYS if name in figure}
            found = [row for row in rows if keys.items() <= row.items()]
            assert len(found) == 1, f"{keys}: {len(found)} rows"
            assert {name: found[0][name] for name in figure} == figure


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_day_by_day(example: Example) -> None:
    hold(example.figures, lambda kind: day_by_day(example, kind))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_by_the_functions(example: Example) -> None:
    hold(example.figures, lambda kind: by_function(example, kind))
