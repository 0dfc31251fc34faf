"""The functions of a contract against random lives worked out day by day, to the penny."""

from __future__ import annotations

import random
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.life.amounts import exact, same
from tests.support.life.as_cells import (
    INVOICE_HEADINGS,
    LINE_HEADINGS,
    by_heading,
    children_table,
    joined,
    kind_of_line,
    line_cells,
    once_cells,
    years_table,
)
from tests.support.life.as_ranges import (
    for_children,
    for_invoice,
    for_lines,
    for_statement,
    for_years,
)
from tests.support.life.invoice import invoice, vat_of_lines
from tests.support.life.lines import Span
from tests.support.life.random_lives import lives
from tests.support.life.statement import as_cells, statement
from tests.support.life.tables import Life
from tests.support.life.terms import OPTIONS
from xlpbr import functions
from xlpbr.contract.terms import READINGS
from xlpbr.errors import CellError

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not hasattr(functions, "pbr_invoice"), reason="the functions are of the first edition"
    ),
]


def many(examples: int) -> Any:
    """So many lives; making one is slow beside what hypothesis expects."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=None, suppress_health_check=slow)


def differences(got: list[list[Any]], expected: list[list[Any]]) -> list[str]:
    """Every cell that is not equal, by its row and heading."""
    assert got[0] == expected[0]
    assert [row[0] for row in got[1:]] == [row[0] for row in expected[1:]]
    return [
        f"{expected_row[0]} {heading}: {is_!r}, expected {should!r}"
        for got_row, expected_row in zip(got[1:], expected[1:], strict=True)
        for heading, is_, should in zip(got[0], got_row, expected_row, strict=True)
        if (None if is_ == "" else is_) != should
    ]


def months_of(life: Life, most: int, seed: int) -> list[date]:
    """Some months of the statement, the last among them."""
    months = [row.month for row in statement(life)]
    return sorted({*months[-1:], *random.Random(seed).sample(months, min(most, len(months)))})


def child_of(row: dict[str, Any]) -> str:
    return same(str(row["Child"]))


def test_every_option_is_worked_out_day_by_day() -> None:
    """Who adds an option writes its rule into tests/support/life, anew from the clause."""
    declared = {term.label: tuple(term.options) for term in READINGS}
    assert {label: set(options) for label, options in declared.items()} == {
        label: set(options) for label, options in OPTIONS.items()
    }
    assert all(options[0] == OPTIONS[label][0] for label, options in declared.items())


@many(250)
@given(lives(), st.booleans())
def test_every_cell_of_the_statement(life: Life, headings_only: bool) -> None:
    got = functions.pbr_statement(*for_statement(life, headings_only=headings_only))
    assert differences(got, as_cells(statement(life))) == []


@many(80)
@given(lives())
def test_the_invoice_of_every_month(life: Life) -> None:
    for row in statement(life):
        table = functions.pbr_invoice(*for_invoice(life, row.month))
        assert table[0] == INVOICE_HEADINGS
        rows = by_heading(table)
        assert [one["Line"] for one in rows].index("Total") == len(rows) - 1
        expected = invoice(life, row.month)
        assert sorted(
            (kind_of_line(one["Line"]), one["Net"])
            for one in rows
            if kind_of_line(one["Line"]) != "Adjustment"
        ) == sorted((x.kind, float(x.net)) for x in expected if x.kind != "Adjustment")
        assert [
            (one["For month"], one["Net"])
            for one in rows
            if kind_of_line(one["Line"]) == "Adjustment"
        ] == [(x.for_month, float(x.net)) for x in expected if x.kind == "Adjustment"]

        # the order of equal lines is the function's own; their VAT follows from it
        nets = [exact(one["Net"]) for one in rows[:-1]]
        vats = vat_of_lines(life, nets)
        vats.append(sum(vats, Fraction(0)))
        assert [one["VAT"] for one in rows] == [float(vat) for vat in vats]
        for one, vat in zip(rows, vats, strict=True):
            assert one["Gross"] == float(exact(one["Net"]) + vat)
        assert rows[-1]["Net"] == float(row.to_invoice)


@many(80)
@given(lives(), st.integers(0, 1_000))
def test_the_lines_of_a_month(life: Life, seed: int) -> None:
    saving = {row.month: row.saving for row in statement(life)}
    for month in months_of(life, 3, seed):
        table = functions.pbr_lines(*for_lines(life, month))
        assert table[0] == LINE_HEADINGS
        *rows, last = by_heading(table)
        assert "Total" in last.values()
        assert last["Amount"] == float(saving[month])
        assert sum((exact(row["Amount"]) for row in rows), Fraction(0)) == saving[month]
        placed = [
            Span(
                child_of(row),
                row["From"],
                row["To"],
                int(row["Days"]),
                exact(row["Residential weekly cost"]),
                exact(row["Family weekly cost"]),
                exact(row["Weekly"]),
                exact(row["Amount"]),
            )
            for row in rows
            if row["Residential weekly cost"] is not None
        ]
        got = [
            (
                same(one.child),
                one.first,
                one.last,
                float(one.days),
                float(one.residential),
                float(one.family),
                float(one.weekly) or None,
                float(one.amount),
            )
            for one in joined(placed)
        ]
        costs = [row for row in rows if row["Residential weekly cost"] is None]
        got += [
            (
                child_of(row),
                *(row["From"], row["To"], float(row["Days"])),
                *(None, None, row["Weekly"], row["Amount"]),
            )
            for row in costs
            if row["Weekly"]
        ]
        assert sorted(got, key=str) == line_cells(life, month)
        once = [(child_of(r), r["From"], r["Amount"]) for r in costs if not r["Weekly"]]
        assert sorted(once) == once_cells(life, month)


@many(80)
@given(lives())
def test_the_children(life: Life) -> None:
    if not statement(life):
        return
    got = functions.pbr_children(*for_children(life))
    compared = [[same(str(row[0])), *row[1:]] for row in got[1:]]
    assert compared[-1][0] == "total"
    expected = children_table(life)
    by_child = sorted(expected[1:-1], key=str)
    assert got[0] == expected[0]
    assert [*sorted(compared[:-1], key=str), compared[-1]] == [*by_child, expected[-1]]


@many(80)
@given(lives())
def test_the_years(life: Life) -> None:
    got = functions.pbr_years(*for_years(life))
    assert differences(got, years_table(life)) == []


@many(10)
@given(lives())
def test_a_month_that_the_statement_does_not_show_is_not_available(life: Life) -> None:
    months = [row.month for row in statement(life)]
    outside = date(2019, 1, 1)
    assert outside not in months
    for call, arguments in (("invoice", for_invoice), ("lines", for_lines)):
        with pytest.raises(CellError) as refused:
            getattr(functions, f"pbr_{call}")(*arguments(life, outside))
        assert refused.value.code == "#N/A"
