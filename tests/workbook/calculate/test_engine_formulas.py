"""A formula in the words of the engine: tables and spills as cells."""

from __future__ import annotations

import pytest
import xlsxwriter

from xlpbr.workbook.calculate.engine_formulas import for_engine, hidden_errors, is_one_call
from xlpbr.workbook.calculate.formula_reads import reads
from xlpbr.workbook.calculate.table_references import table_cells
from xlpbr.workbook.ooxml.book import open_book

PLACE = ("Sums", (3, 2))


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("tables") / "book.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sums, fees, long = (made.add_worksheet(name) for name in ("Sums", "The fees", "Long"))
        sums.write("A1", 1)
        columns = [{"header": name} for name in ("Month", "Fee", "It's [net] #1")]
        fees.add_table("B2:D6", {"name": "Fees", "total_row": True, "columns": columns})
        two = [{"header": "Child"}, {"header": "Type"}]
        long.add_table("A1:B1048576", {"name": "Long", "columns": two})
        long.write("A2", "C01")
    return open_book(path)


@pytest.mark.parametrize(
    ("written", "cells"),
    [
        ("Fees[Fee]", "C3:C5"),
        ("Fees[]", "B3:D5"),
        ("Fees[#All]", "B2:D6"),
        ("Fees[#Data]", "B3:D5"),
        ("Fees[#Headers]", "B2:D2"),
        ("Fees[#Totals]", "B6:D6"),
        ("Fees[[#Totals],[Fee]]", "C6"),
        ("Fees[[#All],[Fee]]", "C2:C6"),
        ("Fees[[Month]:[Fee]]", "B3:C5"),
        ("Fees[[#Headers],[#Data],[Fee]]", "C2:C5"),
        ("Fees[[#Data],[#Totals],[Month]:[Fee]]", "B3:C6"),
        ("fees[fee]", "C3:C5"),
        ("Fees[It''s '[net'] '#1]", "D3:D5"),
    ],
)
def test_a_part_of_a_table_is_the_cells_that_it_names(book, written, cells):
    address = f"'The fees'!{cells}"
    assert for_engine(book, PLACE, f'SUM({written})&"{written}"', None) == (
        f'SUM({address})&"{written}"'
    )
    assert reads(book, PLACE, f"SUM({written})").areas == (
        (table_cells(book, PLACE, written)[0].casefold(), table_cells(book, PLACE, written)[1]),
    )


@pytest.mark.parametrize(
    "written",
    [
        "Fees[Nothing]",
        "Other[Fee]",
        "Fees[[#Headers],[#Totals],[Fee]]",
        "[1]Book!A1",
        "Long[#Totals]",
    ],
)
def test_what_names_no_cells_stays_as_it_is(book, written):
    assert for_engine(book, PLACE, f"SUM({written})", None) == f"SUM({written})"


def test_this_row_is_one_cell_and_only_within_the_table(book):
    row = ("The fees", (4, 9))
    written = "Fees[[#This Row],[Fee]]*2"
    assert for_engine(book, row, written, None) == "'The fees'!C4*2"
    assert for_engine(book, PLACE, written, None) == written
    assert for_engine(book, ("The fees", (6, 9)), written, None) == written


def test_a_table_down_to_the_last_row_is_handed_over_as_far_as_it_is_used(book):
    assert for_engine(book, PLACE, "PBR_STATEMENT(Fees[#All],Long[#All])", None) == (
        "PBR_STATEMENT('The fees'!B2:D6,Long!A1:B2)"
    )
    # What is no argument of ours keeps its size.
    assert for_engine(book, PLACE, "ROWS(Long[#All])+PBR_VERSION()", None) == (
        "ROWS(Long!A1:B1048576)+PBR_VERSION()"
    )


def test_a_spill_is_the_cells_that_it_fills_now(book):
    def spill(place):
        assert place == ("Long", (1, 3))
        return [(1, 3), (2, 3), (3, 3)]

    formula = "SUM(_xlfn.ANCHORARRAY(Long!C1))"
    assert for_engine(book, PLACE, formula, spill) == "SUM(Long!C1:C3)"


def test_names_of_parameters_lose_what_a_file_puts_before_them(book):
    formula = '_xlfn.LET(_xlpm.x,1,_xlpm.x&"_xlpm.x")'
    assert for_engine(book, PLACE, formula, None) == '_xlfn.LET(x,1,x&"_xlpm.x")'


def test_what_hides_errors_is_found_within_others_too():
    assert hidden_errors("IF(ISERROR(A1),0,IFERROR(IFERROR(B1/2,0),1))") == [
        f"IFERROR(SUM(IF(IFERROR(({hidden})=({hidden}),-1)=-1,1,0)),1)"
        for hidden in ("A1", "IFERROR(B1/2,0)", "B1/2")
    ]
    assert hidden_errors('AGGREGATE(9,6,C1:C9)&"IFERROR(A1,0)"') == [
        "IFERROR(SUM(IF(IFERROR((C1:C9)=(C1:C9),-1)=-1,1,0)),1)"
    ]


@pytest.mark.parametrize(
    ("formula", "alone"),
    [
        ("PBR_FEE_CAP(A1,B1*2)", True),
        (" _xldudf_PBR_FEE_CAP(A1,B1) ", True),
        ("PBR_FEE_CAP(SUM(A1:A3),1)", False),
        ("PBR_FEE_CAP(A1,1)+1", False),
        ("IFERROR(PBR_FEE_CAP(A1,1),0)", False),
    ],
)
def test_a_call_with_nothing_beside_it(formula, alone):
    assert is_one_call(formula) is alone
