"""The tables of the report are those that the functions give for the same rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tests.support.golden import AS_AT, sample_source
from tests.support.report_book import given_tables, lines_of, report_of, table_of, without, years_of
from xlpbr import functions
from xlpbr.contract.life import LIFE_COLUMNS


def test_the_statement_is_that_of_the_function(full: Path) -> None:
    terms, placements, carers, claims = given_tables()
    expected = functions.pbr_statement(terms, placements, carers, claims, AS_AT)
    assert table_of(full, "Statement") == without(expected)
    assert all(row[number] in (0, row[12]) for row in expected[1:] for number in (8, 10, 14, 15))
    assert len(expected) == 15
    assert (
        "Left out, as the contract has no such clause or table: Outcome fees, Reimbursed,"
        " Adjustment and To invoice. They are £0 in every month, and To invoice is what is"
        " payable." in " ".join(lines_of(full, "Statement"))
    )


def test_the_readings_are_those_of_the_function(full: Path) -> None:
    terms, placements, carers, _ = given_tables()
    expected = functions.pbr_readings(terms, placements, carers, AS_AT)
    got = [row[:2] + row[3:6] for row in table_of(full, "Readings in full")]
    assert got == expected


def joined_again(rows: list[list[Any]]) -> list[list[Any]]:
    """The lines of a month, a figure's steps put together: clause, figure, working, amount."""
    figures: dict[str, list[Any]] = {}
    for _, figure, item, clause, text, amount in rows:
        is_named = item != "in all" and not item.startswith("step ")
        step = f"{item}: {text}" if is_named else text
        found = figures.setdefault(figure, [clause, figure, "", None])
        found[2] = f"{found[2]}; {step}" if found[2] else step
        if item == "in all":
            found[3] = amount
    return list(figures.values())


def test_the_workings_are_those_of_the_function_for_every_month(full: Path) -> None:
    terms, placements, carers, claims = given_tables()
    rows = table_of(full, "Workings")[1:]
    months = sorted({row[0] for row in rows})
    assert len(months) == 14
    for month in months:
        expected = functions.pbr_explain(terms, placements, month, carers, claims, AS_AT)[1:]
        if month < date(2026, 1, 1):
            entitlement = next(row for row in expected if row[1] == "Fee entitlement to date")
            assert all(row[3] == 0 for row in expected if row is not entitlement)
            amount = f"£{entitlement[3]:,.2f}"
            nothing = f"nothing saved, payable or invoiced; fee entitlement to date {amount}"
            expected = [["7 para 2, 3", "Whole month", nothing, "[z]"]]
        assert joined_again([row for row in rows if row[0] == month]) == expected


def test_each_line_of_the_workings_has_its_item_and_its_own_amount(alive: Path) -> None:
    rows = [row for row in table_of(alive, "Workings") if row[0] == date(2026, 4, 1)]
    saving = [row[2:] for row in rows if row[1] == "Saving"]
    assert saving[0] == ["C01", "7 para 3", "£5,821.48 / 7 x 30 days = £24,949.20", 24_949.20]
    assert saving[6][0] == "C05, Notice of the old home"
    assert saving[7] == [
        "C06, Setting up the room, once on 27 Apr 2026",
        "7 para 3",
        "-£1,500.00",
        -1500,
    ]
    assert saving[-1] == ["in all", "7 para 3", "together £104,344.31", 104_344.31]
    items = [row[3] for row in saving[:-1]]
    assert round(sum(items) * 100) == round(saving[-1][3] * 100)
    # One line each: no sum goes over more than two lines of its column.
    assert max(len(row[4]) for row in rows) < 160


def shown_as(table: list[list[Any]]) -> list[list[Any]]:
    """A function's table as the report shows it: not applicable where a cell is blank."""
    return [["[z]" if cell == "" else cell for cell in row] for row in table]


def test_the_life_s_sheets_are_those_of_the_functions(alive: Path) -> None:
    terms, placements, carers, claims = given_tables()
    life = sample_source(with_life=True).rows
    cohort, prices, costs, rates, agreed, budget = (life[table] for table in LIFE_COLUMNS)
    may, counted = date(2026, 5, 1), (cohort, prices, costs)
    statement = functions.pbr_statement(
        terms, placements, carers, claims, AS_AT, *counted, rates, agreed
    )
    assert table_of(alive, "Statement") == without(statement, ("Outcome fees", "Reimbursed"))
    invoice = functions.pbr_invoice(
        terms, placements, may, carers, claims, AS_AT, *counted, rates, agreed
    )
    # Working is last in the report.
    invoice = [[*row[:2], *row[3:], row[2]] for row in invoice]
    assert table_of(alive, "Invoice") == shown_as(invoice)
    lines = functions.pbr_lines(terms, placements, may, AS_AT, *counted)
    assert table_of(alive, "Lines") == shown_as(lines)
    children = functions.pbr_children(terms, placements, AS_AT, *counted)
    got = table_of(alive, "Children")
    assert got[0][2:] == [f"{month:%b %Y}" for month in children[0][2:]]
    assert got[1:] == children[1:]
    years = functions.pbr_years(
        terms, placements, carers, claims, AS_AT, *counted, rates, agreed, budget
    )
    heading, *rows = shown_as(years)
    assert years_of(alive) == [dict(zip(heading, row, strict=True)) for row in rows]


def test_many_children_s_workings_have_a_line_each(tmp_path: Path) -> None:
    source = sample_source()
    first = source.rows["Placements"][1]
    source.rows["Placements"].extend([f"D{n:02}", *first[1:]] for n in range(60))
    rows = table_of(report_of(tmp_path / "r.xlsx", source), "Workings")
    savings = [row for row in rows if row[0] == date(2026, 10, 1) and row[1] == "Saving"]
    assert [row[2] for row in savings[-61:-1]] == [f"D{n:02}" for n in range(60)]
    terms, placements, carers, claims = (
        source.rows["Terms"],
        source.rows["Placements"],
        source.rows["Carers"],
        source.rows["Claims"],
    )
    expected = functions.pbr_explain(terms, placements, AS_AT, carers, claims, AS_AT)[2]
    assert joined_again(savings) == [expected]
