"""``xlpbr.make_forecast`` and ``xlpbr.settle_many``: the figures of the folders beneath."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

import xlpbr
from xlpbr.contract.library import assumptions_table, load_contract
from xlpbr.errors import CellError, FileProblem
from xlpbr.functions import FUNCTIONS
from xlpbr.portfolio import settle_many

NAMES = xlpbr.contracts.CONTRACT_NAMES


def assumptions(name="plymouth-l04-2526"):
    return assumptions_table(load_contract(name))


def frame(rows):
    return pd.DataFrame(rows[1:], columns=rows[0])


@pytest.fixture
def with_assumptions(sample):
    return sample | {"Assumptions": assumptions()}


def forecast_of(tables, **more):
    return xlpbr.make_forecast(
        frame(tables["Terms"]), frame(tables["Placements"]), frame(tables["Assumptions"]),
        carers=frame(tables["Carers"]), scenarios=300, **more,
    )  # fmt: skip


def test_a_forecast_is_that_of_the_function(with_assumptions):
    tables = with_assumptions
    made = forecast_of(tables, seed=7)
    rows = FUNCTIONS["PBR_FORECAST"].call(
        tables["Terms"], tables["Placements"], tables["Assumptions"], None, 300, 7, tables["Carers"]
    )
    months = made.to_frame()
    assert list(months.columns) == rows[0]
    for found, expected in zip(months.itertuples(index=False), rows[1:], strict=False):
        assert found[0].date() == expected[0]
        assert [float(value) for value in found[1:]] == expected[1:]
        assert all(type(value) is Decimal for value in found[1:])
    assert (made.to_frame(pence=True).dtypes[1:] == "int64").all()
    after = rows[len(months) + 2 :]
    assert [
        [label, "no bonus in the terms" if chance is None else float(chance)]
        for label, chance in made.chances.items()
    ] == [row[:2] for row in after[:3]]
    moved = made.sensitivities
    assert list(moved.columns) == after[3][:6]
    assert [[row[0], *map(float, row[1:])] for row in moved.itertuples(index=False)] == [
        row[:6] for row in after[4:]
    ]


def test_a_forecast_of_a_file_is_that_of_its_tables(make_workbook, with_assumptions):
    path = make_workbook(with_assumptions)
    wanted = forecast_of(with_assumptions).to_frame()
    for whole in (path, xlpbr.read(path)):
        made = xlpbr.make_forecast(whole, scenarios=300)
        pd.testing.assert_frame_equal(made.to_frame(), wanted)
        assert repr(made).startswith("<MadeForecast plymouth-l04-2526: 300 scenarios from seed 1")
        assert not made.problems["Stops the figures"].any()


def test_what_is_wrong_with_the_assumptions_is_said(make_workbook, sample):
    tables = sample | {"Assumptions": assumptions()}
    with pytest.raises(CellError, match="assumptions: nothing found"):
        xlpbr.make_forecast(sample["Terms"], sample["Placements"])
    tables["Assumptions"][1][1] = "four"
    with pytest.raises(CellError, match=r"Assumptions, row 1 \(index 0\), Children still to move"):
        forecast_of(tables)
    path = make_workbook(tables)
    with pytest.raises(CellError, match="Assumptions!B2, Children still to move"):
        xlpbr.make_forecast(path)
    assert xlpbr.settle(path).payable > 0
    with pytest.raises(FileProblem, match="no table or name called PbrAssumptions"):
        xlpbr.make_forecast(make_workbook(sample, "without.xlsx"))
    with pytest.raises(CellError, match="scenarios: found 0; expected a whole number"):
        xlpbr.make_forecast(make_workbook(sample | {"Assumptions": assumptions()}), scenarios=0)


@pytest.fixture
def two(sample):
    """The same children in both contracts, as tables with a column Contract."""
    terms = {name: xlpbr.terms(name) for name in NAMES}
    tables = {
        table: pd.concat([frame(sample[table]).assign(Contract=name) for name in NAMES])
        for table in ("Placements", "Carers", "Claims")
    }
    return terms, tables


def one_by_one(terms, sample, as_at):
    return pd.concat(
        [
            xlpbr.settle(
                terms[name], sample["Placements"], carers=sample["Carers"],
                claims=sample["Claims"], as_at=as_at,
            ).to_frame(pence=True).assign(Contract=name)
            for name in terms
        ],
        ignore_index=True,
    )  # fmt: skip


def test_many_contracts_are_settled_as_one_by_one(two, sample):
    terms, tables = two
    day = date(2026, 10, 31)
    settled = xlpbr.settle_many(terms, *tables.values(), as_at=day)
    found = settled.to_frame(pence=True)
    wanted = one_by_one(terms, sample, day)[found.columns]
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)
    pounds = settled.to_frame()
    assert [value * 100 for value in pounds["Payable"]] == found["Payable"].tolist()
    assert settled.contracts == NAMES
    for name in NAMES:
        one = xlpbr.settle(
            terms[name], sample["Placements"], carers=sample["Carers"], claims=sample["Claims"],
            as_at=day,
        )  # fmt: skip
        assert settled.payable[name] == one.payable
    # The function beneath stays, with its field names and pence.
    beneath = settle_many(
        {name: one.values.tolist() and one for name, one in terms.items()},
        *tables.values(),
        as_at=day,
    )
    assert beneath["payable"].tolist() == found["Payable"].tolist()


def test_the_tables_may_be_rows(two):
    terms, tables = two
    wanted = xlpbr.settle_many(terms, *tables.values())
    rows = [table.astype(object).where(table.notna(), None).to_dict("records")
            for table in tables.values()]  # fmt: skip
    listed = [
        dict(zip(table["Term"], table["Value"], strict=True)) | {"Contract": name}
        for name, table in terms.items()
    ]
    found = xlpbr.settle_many(listed, *rows)
    pd.testing.assert_frame_equal(found.to_frame(), wanted.to_frame())


def test_workbooks_are_settled_together(make_workbook, sample, two):
    terms, _ = two
    paths = {
        name: make_workbook(
            sample | {"Terms": [list(table.columns), *table.values.tolist()]}, f"{name}.xlsx"
        )
        for name, table in terms.items()
    }
    wanted = one_by_one(terms, sample, None)
    for given in (list(paths.values()), paths, map(xlpbr.read, paths.values())):
        found = xlpbr.settle_many(given).to_frame(pence=True)
        pd.testing.assert_frame_equal(found, wanted[found.columns], check_dtype=False)
    early = xlpbr.settle_many(paths, as_at={NAMES[0]: "01/01/2020"})
    assert early.payable[NAMES[0]] == Decimal("0.00")
    assert early.payable[NAMES[1]] > 0
    with pytest.raises(CellError, match=r"is given already\. Leave one of them out"):
        xlpbr.settle_many([paths[NAMES[0]], paths[NAMES[0]]])
    column = sample["Placements"][0].index("Moved on")
    sample["Placements"][1][column] = "soon"
    wrong = make_workbook(sample, "wrong.xlsx")
    with pytest.raises(CellError, match=r"wrong\.xlsx: Placements!\w2, Moved on: found"):
        xlpbr.settle_many([paths[NAMES[0]], wrong])


@pytest.mark.parametrize("given", ["book.xlsx", 3, [3], [["Term", "Value"]]])
def test_what_is_no_contract_is_refused(given):
    with pytest.raises(CellError, match="contracts: "):
        xlpbr.settle_many(given)


def without(rows, *headings):
    return frame(rows).drop(columns=list(headings))


def test_optional_columns_that_are_missing_are_named_as_for_one_contract(make_workbook, sample):
    placements = without(sample["Placements"], "Type", "Agreed")
    one = xlpbr.settle(sample["Terms"], placements).problems
    wanted = one[one["Column"].isin(["Type", "Agreed"])]["What to do"].tolist()
    assert len(wanted) == 2
    name = sample["Terms"][1][1]
    tables = {name: sample["Terms"]}, placements.assign(Contract=name)
    settled = xlpbr.settle_many(*tables).problems
    assert list(settled.columns) == ["Contract", *one.columns]
    assert settled["What to do"].tolist() == wanted
    assert settled["Column"].tolist() == ["Type", "Agreed"]
    assert not settled["Stops the figures"].any()
    notes = settle_many(*tables).attrs["notes"]
    assert [note.startswith("Placements, Type: found no such column;") for note in notes] == [
        True, False,
    ]  # fmt: skip
    assert [remedy in note for note, remedy in zip(notes, wanted, strict=True)] == [True, True]

    rows = [list(placements.columns), *placements.astype(object).values.tolist()]
    path = make_workbook(sample | {"Placements": rows})
    of_book = xlpbr.settle_many([path]).problems
    alone = xlpbr.settle(path).problems
    assert of_book["Contract"].unique().tolist() == [name]
    pd.testing.assert_frame_equal(of_book.drop(columns="Contract"), alone)
    assert set(wanted) <= set(of_book["What to do"])


def test_nothing_is_named_where_every_column_is_there(two):
    terms, tables = two
    settled = xlpbr.settle_many(terms, *tables.values())
    assert settled.problems.empty
    assert settle_many(terms, *tables.values()).attrs["notes"] == []
