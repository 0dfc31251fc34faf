"""``xlpbr.read``: the same tables from a file, from openpyxl and from Excel."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

import xlpbr
from tests.support import xlwings_books
from xlpbr.contract.library import assumptions_table, load_contract
from xlpbr.errors import CellError, FileProblem

TABLES = ("terms", "placements", "carers", "claims", "assumptions")


@pytest.fixture
def book(make_workbook, sample):
    sample["Assumptions"] = assumptions_table(load_contract("plymouth-l04-2526"))
    return make_workbook(sample)


def in_openpyxl(path, **options):
    return openpyxl.load_workbook(path, **options)


def in_excel(path):
    return xlwings_books.Book(openpyxl.load_workbook(path, data_only=True))


WAYS = [str, in_openpyxl, in_excel]


@pytest.mark.parametrize("way", WAYS)
def test_each_way_in_gives_the_same_tables(book, way):
    before = hashlib.sha256(book.read_bytes()).hexdigest()
    wanted, found = xlpbr.read(book), xlpbr.read(way(book))
    for table in (*TABLES, "row_counts", "problems"):
        pd.testing.assert_frame_equal(getattr(found, table), getattr(wanted, table))
    pd.testing.assert_frame_equal(
        xlpbr.settle(found).to_frame(), xlpbr.settle(str(book)).to_frame()
    )
    assert hashlib.sha256(book.read_bytes()).hexdigest() == before


def test_the_frames_hold_exact_values(book):
    found = xlpbr.read(book)
    placements = found.placements
    assert placements.index.name == "Row"
    assert placements.index[0] == 1
    assert all(
        value is None or type(value) is Decimal
        for heading in ("Residential weekly cost", "Family weekly cost")
        for value in placements[heading]
    )
    assert placements["Moved on"].dtype == "datetime64[s]"
    assert set(placements["Agreed"]) <= {True, False}
    terms = found.terms.set_index("Term")["Value"]
    assert (terms["Fee"], terms["Starts on"], terms["Fee months"], terms["Bonus rate"]) == (
        Decimal("599800.00"), date(2025, 9, 1), 12, Decimal("0.1"),
    )  # fmt: skip
    assert found.claims["Month"].dtype == "datetime64[s]"
    assert found.row_counts["Table"].tolist() == [table.capitalize() for table in TABLES]
    assert not any(
        isinstance(value, float)
        for table in TABLES
        for value in getattr(found, table).to_numpy(dtype=object).ravel()
        if not pd.isna(value)
    )


def test_the_frames_settle_to_the_same_pennies(book):
    found = xlpbr.read(book)
    again = xlpbr.settle(found.terms, found.placements, carers=found.carers, claims=found.claims)
    pd.testing.assert_frame_equal(again.to_frame(), xlpbr.settle(found).to_frame())


def test_a_frame_that_is_changed_leaves_the_workbook_as_it_was_read(book):
    found = xlpbr.read(book)
    payable = xlpbr.settle(found).payable
    changed = found.placements
    changed["Agreed"] = False
    assert found.placements["Agreed"].any()
    assert xlpbr.settle(found).payable == payable
    assert xlpbr.settle(found.terms, changed).to_frame()["Saving"].sum() == 0


@pytest.mark.parametrize("way", WAYS)
def test_dates_are_the_same_in_a_workbook_that_counts_from_1904(make_workbook, sample, way):
    wanted = xlpbr.settle(make_workbook(sample, "1900.xlsx")).to_frame()
    path = make_workbook(sample, "1904.xlsx", date_1904=True)
    pd.testing.assert_frame_equal(xlpbr.settle(way(path)).to_frame(), wanted)


def test_what_is_no_data_is_left_out_and_counted(make_workbook, sample):
    width = len(sample["Claims"][0])
    sample["Claims"].append(["Total", 9_999_999.99, *[None] * (width - 2)])
    sample["Claims"].insert(1, [None] * width)
    found = xlpbr.read(make_workbook(sample))
    counts = found.row_counts.set_index("Table").loc["Claims"]
    assert (counts["Refused"], counts["Blank"]) == (1, 1)
    assert len(found.claims) == counts["Used"]
    assert 1 not in found.claims.index
    assert "row of totals" in found.problems.set_index("Column").loc["Month", "Found"]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_wrong_is_said_with_its_cell_and_stops_the_figures(make_workbook, sample, way):
    column = sample["Placements"][0].index("Moved on")
    sample["Placements"][2][column] = "soon"
    path = make_workbook(sample)
    found = xlpbr.read(way(path))
    row = found.problems.iloc[0]
    letter = "ABCDEFGHIJ"[column]
    assert row[["Where", "Table", "Row", "Column", "Found"]].tolist() == [
        f"Placements!{letter}3", "Placements", 2, "Moved on", '"soon"',
    ]  # fmt: skip
    assert bool(row["Stops the figures"])
    assert found.placements.loc[2, "Moved on"] == "soon"
    for whole in (found, way(path)):
        with pytest.raises(CellError, match=f'Placements!{letter}3, Moved on: found "soon"'):
            xlpbr.settle(whole)
    # The frames by themselves are refused as well.
    with pytest.raises(CellError, match=r'Placements, row 2 \(index 2\), Moved on: found "soon"'):
        xlpbr.settle(found.terms, found.placements)


@pytest.mark.parametrize("way", WAYS)
def test_an_error_value_is_no_blank(make_workbook, sample, way):
    path = make_workbook(sample, formulas={"Placements!F2": ("=1/0", "#DIV/0!")})
    read = way(path) if way is not in_openpyxl else in_openpyxl(path, data_only=True)
    assert "#DIV/0!" in xlpbr.read(read).problems["Found"].tolist()


@pytest.mark.parametrize("way", WAYS)
def test_a_price_merged_over_rows_is_refused(make_workbook, sample, way):
    path = make_workbook(sample, tables_named=False)
    edited = openpyxl.load_workbook(path)
    edited["Placements"].merge_cells("C2:C4")
    edited.save(path)
    places = {
        name.lower(): f"{name}!A:{'E' if name == 'Terms' else 'H'}"
        for name in sample
        if name != "Assumptions"
    }
    found = xlpbr.read(way(path), **places)
    assert "once over the merged cells" in found.problems["Found"].iloc[0]
    with pytest.raises(CellError, match="once over the merged cells"):
        xlpbr.settle(found.terms, found.placements)


def test_merged_cells_that_xlwings_does_not_tell_are_mentioned(book, monkeypatch):
    def merge_cells(_):
        raise NotImplementedError

    monkeypatch.setattr(xlwings_books.Range, "merge_cells", property(merge_cells))
    problems = xlpbr.read(in_excel(book)).problems
    assert problems["Found"].tolist()[0].startswith("a workbook whose merged cells")
    assert problems["Where"].tolist()[0] == "Budget 2026.xlsx"
    assert not problems["Stops the figures"].any()


def test_a_formula_that_was_never_calculated_is_said(make_workbook, sample):
    path = make_workbook(sample, formulas={"Placements!C2": ("=3500*2", "")})
    with pytest.raises(FileProblem, match=r"has never been calculated.*run: xlpbr recalc"):
        xlpbr.read(path)
    with pytest.raises(FileProblem) as refused:
        xlpbr.read(in_openpyxl(path))
    assert str(refused.value) == (
        "The openpyxl workbook: the formula in Placements!C2 (Residential weekly cost) has never"
        " been calculated. openpyxl holds a formula or its value, not both: give xlpbr.read the"
        " path of the file as Excel saved it, or open it with data_only=True."
    )


def test_an_array_formula_of_openpyxl_is_never_calculated(book):
    opened = in_openpyxl(book)
    opened["Placements"]["C2"] = ArrayFormula("C2:C3", "=D2:D3*5")
    with pytest.raises(FileProblem, match=r"Placements!C2 .* has never been calculated"):
        xlpbr.read(opened)


def test_a_workbook_of_last_values_is_read_with_a_word_of_what_does_not_show(make_workbook, sample):
    path = make_workbook(sample, formulas={"Placements!C2": ("=3500*2", 7000)})
    found = xlpbr.read(in_openpyxl(path, data_only=True))
    assert found.placements.loc[1, "Residential weekly cost"] == Decimal("7000.00")
    note = found.problems.iloc[0]
    assert "data_only=True" in note["Found"]
    assert "never calculated looks blank" in note["What to do"]
    assert not note["Stops the figures"]


@pytest.mark.parametrize("way", WAYS[1:])
def test_names_are_found_as_in_the_file(make_workbook, sample, way):
    path = make_workbook(sample, tables_named=False)
    edited = openpyxl.load_workbook(path)
    for name in ("Terms", "Placements"):
        sheet = edited[name]
        defined = DefinedName(f"Pbr{name}", attr_text=f"{name}!$A$1:$H${sheet.max_row}")
        (sheet if name == "Terms" else edited).defined_names[f"Pbr{name}"] = defined
    edited.save(path)
    wanted, found = xlpbr.read(path), xlpbr.read(way(path))
    pd.testing.assert_frame_equal(found.placements, wanted.placements)
    assert found.carers.empty
    assert list(found.carers.columns) == ["Household", "Approved on", "Child"]


def test_cells_that_are_not_saved_yet_count(book):
    opened = in_openpyxl(book)
    opened["Placements"]["A2"] = "=a text"
    opened["Placements"]["A2"].data_type = "s"
    opened["Placements"]["E2"] = datetime(2025, 12, 24, 10, 30)
    found = xlpbr.read(opened).placements
    assert (found.loc[1, "Child"], found.loc[1, "Moved on"]) == (
        "=a text", pd.Timestamp("2025-12-24"),
    )  # fmt: skip


def test_a_price_in_a_cell_of_dates_is_no_price(book):
    opened = in_openpyxl(book)
    opened["Placements"]["C2"] = datetime(1919, 3, 1)
    problem = xlpbr.read(opened).problems.iloc[0]
    assert problem["Found"] == "the date 01/03/1919"
    assert problem["Stops the figures"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (lambda path: in_openpyxl(path, read_only=True), "read-only or write-only"),
        (lambda _: openpyxl.Workbook(write_only=True), "read-only or write-only"),
        (lambda _: {"terms": 1}, "Found a dict; give the path of a workbook, or one that is open"),
        (lambda _: openpyxl.Workbook(), "The openpyxl workbook has no table or name called"),
    ],
)
def test_what_cannot_be_read_is_said(book, given, sentence):
    with pytest.raises(FileProblem, match=sentence):
        xlpbr.read(given(book))


@pytest.mark.parametrize("way", WAYS)
def test_where_the_tables_are_is_asked_for_as_an_argument(make_workbook, sample, way):
    path = make_workbook(sample, tables_named=False)
    with pytest.raises(FileProblem) as refused:
        xlpbr.read(way(path))
    assert "Say where the terms are: terms='Sheet!A4:H40'." in str(refused.value)
    assert "--" not in str(refused.value)
    assert "xlpbr-" not in str(refused.value)
