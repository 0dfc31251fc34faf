"""The optional tables in Python: frames in, and what lies behind the statement out."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest

import xlpbr
from tests.support import xlwings_books
from xlpbr import functions
from xlpbr.cells import text
from xlpbr.contract.library import assumptions_table, load_contract
from xlpbr.errors import CellError, FileProblem
from xlpbr.tables.declared import OPTIONAL

AS_AT = date(2026, 11, 30)


def frame(rows):
    return pd.DataFrame(rows[1:], columns=rows[0])


def dicts(rows):
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.fixture(params=[list, frame, dicts])
def given(request, life):
    """The tables as arguments, in each form."""
    return {table.lower(): request.param(rows) for table, rows in life.items()}


def arguments(life, *but):
    return {table.lower(): rows for table, rows in life.items() if table not in but}


def cell(value):
    """A value of a frame as the function has it."""
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, Decimal | int):
        return float(value)
    return value.date() if isinstance(value, datetime) else value


def rows_of(found):
    headings = [cell(heading) for heading in found.columns]
    return [headings, *([cell(value) for value in row] for row in found.itertuples(index=False))]


def test_the_statement_and_what_lies_behind_it_are_those_of_the_functions(given, life):
    settled = xlpbr.settle(**given, as_at=AS_AT)
    every, of_month = arguments(life, "Budget"), arguments(life, "Budget")
    assert rows_of(settled.to_frame()) == functions.pbr_statement(**every, as_at=AS_AT)
    assert rows_of(settled.years()) == functions.pbr_years(**arguments(life), as_at=AS_AT)
    for month in ("Apr 2026", "May 2026"):
        invoice = functions.pbr_invoice(**of_month, month=month, as_at=AS_AT)
        assert rows_of(settled.invoice(month)) == invoice
        lines = functions.pbr_lines(
            **arguments(life, "Carers", "Claims", "Rates", "Agreed", "Budget"), month=month,
            as_at=AS_AT,
        )  # fmt: skip
        assert rows_of(settled.lines(month)) == lines[:-1]
        assert cell(settled.lines(month)["Amount"].sum()) == lines[-1][-1]
    children = functions.pbr_children(
        **arguments(life, "Carers", "Claims", "Rates", "Agreed", "Budget"), as_at=AS_AT
    )
    found = settled.children()
    assert ["Child", "Total", *map(cell, found.columns)] == children[0]
    by_child = zip(found.index, found.to_numpy(), strict=True)
    assert [[child, *map(cell, row)] for child, row in by_child] == [
        [row[0], *row[2:]] for row in children[1:-1]
    ]
    assert [cell(found[month].sum()) for month in found] == children[-1][2:]


def test_readings_problems_and_a_forecast_take_the_tables(given, life):
    few = {name: given[name] for name in ("terms", "placements", "carers")}
    changing = {name: given[name] for name in ("cohort", "prices", "costs", "rates")}
    found = xlpbr.readings(**few, **changing, as_at=AS_AT)
    wanted = functions.pbr_readings(**arguments(life, "Claims", "Agreed", "Budget"), as_at=AS_AT)[
        1:
    ]
    assert [float(one) for one in found["Total payable"]] == [row[3] for row in wanted]
    problems = xlpbr.check(**given)
    listed = functions.pbr_check(**arguments(life))[1:]
    assert problems[["Table", "Column", "Found"]].values.tolist() == [
        [row[0], *row[2:4]] for row in listed
    ]
    assumed = assumptions_table(load_contract("plymouth-l04-2526"))
    made = xlpbr.make_forecast(**few, assumptions=assumed, **changing, scenarios=2)
    spilled = functions.pbr_forecast(
        life["Terms"], life["Placements"], assumed, None, 2, 1, life["Carers"],
        *(life[table] for table in OPTIONAL[:4]),
    )  # fmt: skip
    assert [cell(one) for one in made.to_frame().iloc[0]] == spilled[1]


def test_pence_and_what_is_missing(life):
    life["Budget"] = life["Budget"][:2]
    settled = xlpbr.settle(**arguments(life))
    years = settled.years(pence=True)
    assert years["Saving"].dtype == "int64"
    assert years["Budget saving"].dtype == "Int64"
    assert years["Budget saving"].tolist() == [8000000, pd.NA]
    assert settled.years()["Cost against budget"].tolist()[1] is None
    assert settled.children(pence=True).dtypes.unique().tolist() == ["int64"]
    assert settled.invoice("May 2026", pence=True)["Net"].dtype == "int64"
    with pytest.raises(CellError, match="expected a month of the statement"):
        settled.lines("May 2031")


def test_a_problem_in_a_frame_is_said_with_its_row(life):
    tables = arguments(life)
    tables["costs"] = frame(life["Costs"]).astype(object)
    tables["costs"].loc[1, "Once"] = "15OO"
    with pytest.raises(CellError) as caught:
        xlpbr.settle(**tables)
    assert caught.value.message.startswith('Costs, row 2 (index 1), Once: found "15OO"')


def test_tables_beside_a_workbook_are_refused(make_workbook, life):
    path = make_workbook(life)
    with pytest.raises(CellError, match="prices: found a table beside a workbook"):
        xlpbr.settle(path, prices=life["Prices"])


def in_openpyxl(path):
    return openpyxl.load_workbook(path)


def in_excel(path):
    return xlwings_books.Book(openpyxl.load_workbook(path, data_only=True))


@pytest.mark.parametrize("way", [str, in_openpyxl, in_excel])
def test_a_workbook_is_read_with_every_table(make_workbook, life, way):
    life["Terms"] = [[*row[:2], None, *row[2:]] for row in life["Terms"]]
    life["Terms"][0][2] = "From"
    life["Terms"].append(["Fee", 700000, date(2026, 6, 1), None, None, None])
    found = xlpbr.read(way(make_workbook(life)))
    assert found.terms["From"].tolist()[-1] == date(2026, 6, 1)
    assert found.prices["From"].dtype == "datetime64[s]"
    assert found.prices.loc[1, "Residential weekly cost"] == Decimal("7289.23")
    assert found.rates.loc[1, ["Weeks", "Price"]].tolist() == [13, Decimal("6000.00")]
    assert found.budget["Year"].tolist() == ["2025/26", "2026/27"]
    assert found.row_counts["Table"].tolist() == ["Terms", "Placements", "Carers", "Claims",
                                                 *OPTIONAL]  # fmt: skip
    frames = {name.lower(): getattr(found, name.lower()) for name in life}
    assert not any(
        isinstance(value, float)
        for table in frames.values()
        for value in table.to_numpy(dtype=object).ravel()
        if not pd.isna(value)
    )
    again, whole = xlpbr.settle(**frames), xlpbr.settle(found)
    pd.testing.assert_frame_equal(again.to_frame(), whole.to_frame())
    pd.testing.assert_frame_equal(again.years(), whole.years())
    assert text(whole.statement.terms.variations[0].field_name) == "fee"


def test_tables_are_read_from_where_they_are(make_workbook, life):
    path = make_workbook(life, tables_named=False)
    places = {table.lower(): f"{table}!A:{chr(64 + len(rows[0]))}" for table, rows in life.items()}
    found = xlpbr.read(path, **places)
    wanted = xlpbr.settle(**arguments(life)).to_frame()
    pd.testing.assert_frame_equal(xlpbr.settle(found).to_frame(), wanted)
    with pytest.raises(FileProblem, match="costs='Costs!"):
        xlpbr.read(path, **places | {"costs": "Costs"})
