"""The functions of a contract against random lives worked out day by day, to the penny."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.life.amounts import exact, same, total
from tests.support.life.as_cells import (
    INVOICE_HEADINGS,
    LINE_HEADINGS,
    by_heading,
    children_table,
    invoice_rows,
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
from tests.support.life.invoice import vat_of_lines
from tests.support.life.lines import Span
from tests.support.life.random_lives import lives
from tests.support.life.smallest import smallest
from tests.support.life.statement import as_cells, statement
from tests.support.life.tables import Life
from tests.support.life.terms import OPTIONS
from xlpbr import functions
from xlpbr.contract.terms import READINGS
from xlpbr.errors import CellError

pytestmark = pytest.mark.slow

Check = Callable[[Life], None]


def many(examples: int) -> Any:
    """So many lives; a life is made small by ``hold``, not by hypothesis."""
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
    )


def complaint(check: Check, life: Life) -> str:
    """What a check says of a life; empty where all is well."""
    try:
        check(life)
    except (AssertionError, CellError) as wrong:
        return str(wrong) or "it does not hold"
    return ""


def hold(check: Check, life: Life) -> None:
    """Run a check; where it fails, show the smallest life in which it does."""
    if complaint(check, life):
        small = smallest(life, lambda one: complaint(check, one))
        pytest.fail(f"{complaint(check, small)}\n\n{small}", pytrace=False)


def hold_equal(got: list[list[Any]], expected: list[list[Any]]) -> None:
    """Every cell equal, with no tolerance; a failure names the row and the heading."""
    assert got[0] == expected[0]
    assert [row[0] for row in got[1:]] == [row[0] for row in expected[1:]]
    wrong = [
        f"{expected_row[0]} {heading}: {is_!r}, expected {should!r}"
        for got_row, expected_row in zip(got[1:], expected[1:], strict=True)
        for heading, is_, should in zip(got[0], got_row, expected_row, strict=True)
        if (None if is_ == "" else is_) != should
    ]
    assert wrong == []


def months_of(life: Life, most: int) -> list[date]:
    """Some months of the statement, the last among them."""
    months = [row.month for row in statement(life)]
    some = random.Random(len(months)).sample(months, min(most, len(months)))
    return sorted({*months[-1:], *some})


def check_statement(life: Life) -> None:
    hold_equal(functions.pbr_statement(*for_statement(life)), as_cells(statement(life)))


def check_statement_with_headings_only(life: Life) -> None:
    got = functions.pbr_statement(*for_statement(life, headings_only=True))
    hold_equal(got, as_cells(statement(life)))


def check_invoices(life: Life) -> None:
    for month in months_of(life, 5):
        table = functions.pbr_invoice(*for_invoice(life, month))
        assert table[0] == INVOICE_HEADINGS
        rows = [row | {"Line": kind_of_line(row["Line"])} for row in by_heading(table)]
        expected = invoice_rows(life, month)
        assert [row["Line"] for row in rows].index("Total") == len(rows) - 1

        def amounts_of(table: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
            """What each line is for and its amount; the month where it says which."""
            named = [(r, r["For month"] if r["Line"] == "Adjustment" else None) for r in table]
            return sorted(((r["Line"], month, r["Net"]) for r, month in named), key=str)

        assert amounts_of(rows) == amounts_of(expected), month
        assert rows[-1] == rows[-1] | {name: expected[-1][name] for name in ("VAT", "Gross")}

        # the order of lines of one kind is the function's own; their VAT follows from it
        nets = [exact(row["Net"]) for row in rows[:-1]]
        vats = vat_of_lines(life, nets)
        assert [row["VAT"] for row in rows[:-1]] == [float(vat) for vat in vats], month
        grosses = [float(net + vat) for net, vat in zip(nets, vats, strict=True)]
        assert [row["Gross"] for row in rows[:-1]] == grosses, month


def span_of(row: dict[str, Any]) -> Span:
    """A line of a placement; its amounts are read as the decimals that they show."""
    return Span(
        same(str(row["Child"])),
        row["From"],
        row["To"],
        int(row["Days"]),
        exact(row["Residential weekly cost"]),
        exact(row["Family weekly cost"]),
        exact(row["Weekly"]),
        exact(row["Amount"]),
    )


def check_lines(life: Life) -> None:
    saving = {row.month: row.saving for row in statement(life)}
    for month in months_of(life, 3):
        table = functions.pbr_lines(*for_lines(life, month))
        assert table[0] == LINE_HEADINGS
        *rows, last = by_heading(table)
        assert "Total" in last.values()
        assert last["Amount"] == float(saving[month])
        assert total([exact(row["Amount"]) for row in rows]) == saving[month]
        placed = [row for row in rows if row["Residential weekly cost"] is not None]
        costs = [row for row in rows if row["Residential weekly cost"] is None]
        got: list[tuple[Any, ...]] = [
            (
                *(one.child, one.first, one.last, float(one.days)),
                *(float(one.residential or 0), float(one.family or 0)),
                *(float(one.weekly) or None, float(one.amount)),
            )
            for one in joined([span_of(row) for row in placed])
        ]
        got += [
            (
                *(same(str(row["Child"])), row["From"], row["To"], float(row["Days"])),
                *(None, None, row["Weekly"], row["Amount"]),
            )
            for row in costs
            if row["Weekly"]
        ]
        assert sorted(got, key=str) == line_cells(life, month), month
        once = [(same(str(r["Child"])), r["From"], r["Amount"]) for r in costs if not r["Weekly"]]
        assert sorted(once) == once_cells(life, month), month


def check_children(life: Life) -> None:
    if not statement(life):
        return
    got = functions.pbr_children(*for_children(life))
    compared = [got[0], *([same(str(row[0])), *row[1:]] for row in got[1:])]
    expected = children_table(life)
    assert compared[-1][0] == "total"
    in_order = [compared[0], *sorted(compared[1:-1], key=str), compared[-1]]
    hold_equal(in_order, [expected[0], *sorted(expected[1:-1], key=str), expected[-1]])


def check_years(life: Life) -> None:
    hold_equal(functions.pbr_years(*for_years(life)), years_table(life))


def test_every_option_is_worked_out_day_by_day() -> None:
    """Who adds an option writes its rule into tests/support/life, anew from the clause."""
    declared = {term.label: tuple(term.options) for term in READINGS}
    assert {label: set(options) for label, options in declared.items()} == {
        label: set(options) for label, options in OPTIONS.items()
    }
    assert all(options[0] == OPTIONS[label][0] for label, options in declared.items())


@many(400)
@given(lives(), st.booleans())
def test_every_cell_of_the_statement(life: Life, headings_only: bool) -> None:
    hold(check_statement_with_headings_only if headings_only else check_statement, life)


@many(100)
@given(lives())
def test_the_invoices(life: Life) -> None:
    hold(check_invoices, life)


@many(100)
@given(lives())
def test_the_lines_of_a_month(life: Life) -> None:
    hold(check_lines, life)


@many(100)
@given(lives())
def test_the_children(life: Life) -> None:
    hold(check_children, life)


@many(100)
@given(lives())
def test_the_years(life: Life) -> None:
    hold(check_years, life)


@pytest.mark.parametrize("name", ["invoice", "lines"])
@many(10)
@given(lives())
def test_a_month_that_the_statement_does_not_show_is_not_available(name: str, life: Life) -> None:
    arguments = {"invoice": for_invoice, "lines": for_lines}[name](life, date(2019, 1, 1))
    with pytest.raises(CellError) as refused:
        getattr(functions, f"pbr_{name}")(*arguments)
    assert refused.value.code == "#N/A"
