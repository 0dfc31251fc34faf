"""PBR formulas put into cells of a budget: checked, calculated, and with what depends on them."""

from __future__ import annotations

import zipfile

import pytest
import xlsxwriter

from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.attach.insert import insert, read_formulas
from xlpbr.workbook.calculate.comparison import Comparison
from xlpbr.workbook.calculate.keeping import Kept
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.port.rewrite import port

CAP = "=PBR_FEE_CAP(C12,E12,F12)"


@pytest.fixture
def budget(tmp_path):
    path = tmp_path / "budget.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Forecast 26")
    for row, (price, fee, paid) in enumerate(
        [(45000, 349883.33, 310000), (45000, 349883.33, 349883)], start=11
    ):
        sheet.write(row, 2, price)
        sheet.write(row, 4, fee)
        sheet.write(row, 5, paid)
    sheet.write_formula("D20", "=SUM(D12:D19)", None, 0)
    sheet.write_formula("A1", "=1+1", None, 2)
    sheet.write("A2", "typed")
    sheet.write_column("H1", [500.0, 300.0])
    other = book.add_worksheet("Other")
    other.write_formula("B2", "='Forecast 26'!D20*2", None, 0)
    book.close()
    return path


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.xlsx"


def refused(budget, out, cell, formula, **options):
    with pytest.raises(FileProblem) as caught:
        insert(budget, [(cell, formula)], out, **options)
    assert not out.exists()
    return caught.value.code, str(caught.value)


def test_a_formula_and_what_hangs_on_it(budget, out):
    done = insert(budget, [("'Forecast 26'!D12", CAP)], out)
    assert done.cells == (("'Forecast 26'!D12", 39883.33),)
    assert (done.refreshed, done.kept, done.copy) == (2, (), None)
    book = open_book(out)
    cell = cells_of(book, "Forecast 26")[12, 4]
    assert (cell.formula, cell.value) == ("PBR_FEE_CAP(C12,E12,F12)", 39883.33)
    # As Excel stores a function that may fill cells; without the mark it would show an @ before it.
    assert (cell.array_range, cell.dynamic) == ("D12", True)
    assert cells_of(book, "Forecast 26")[20, 4].value == 39883.33
    assert cells_of(book, "Other")[2, 2].value == 79766.66
    before = cells_of(open_book(budget), "Forecast 26")
    after = cells_of(book, "Forecast 26")
    assert {place for place in after if after[place] != before.get(place)} == {(12, 4), (20, 4)}


def test_many_at_once_from_a_csv_file(budget, out, tmp_path):
    listed = tmp_path / "formulas.csv"
    listed.write_text(
        "﻿Note,cell,Formula\n"
        'first,Forecast 26!D12,"=PBR_FEE_CAP(C12,E12,F12)"\n'
        ",,\n"
        'second,Forecast 26!$D$13,"PBR_FEE_CAP(C13,E13,F13)"\n',
        encoding="utf-8",
    )
    formulas = read_formulas(listed)
    assert formulas[1] == ("Forecast 26!$D$13", "PBR_FEE_CAP(C13,E13,F13)")
    assert [value for _, value in insert(budget, formulas, out).cells] == [39883.33, 0.33]
    assert cells_of(open_book(out), "Forecast 26")[20, 4].value == 39883.66


def test_a_formula_that_fills_a_table(budget, out):
    done = insert(budget, [("Forecast 26!J3", "=PBR_CONTRACT_CAP(H1:H2,600)")], out)
    assert done.cells == (("'Forecast 26'!J3", 500.0),)
    stored = cells_of(open_book(out), "Forecast 26")
    assert (stored[3, 10].array_range, stored[4, 10].value) == ("J3:J4", 100.0)
    again = out.with_name("again.xlsx")
    insert(out, [("Forecast 26!J3", "=PBR_FEE_CAP(1,2)")], again, over=True)
    stored = cells_of(open_book(again), "Forecast 26")
    assert (stored[3, 10].value, stored[3, 10].array_range) == (1.0, "J3")
    assert (4, 10) not in stored


def test_a_newer_function_of_excel_is_stored_with_its_prefix(budget, out):
    insert(budget, [("Other!C1", "=XLOOKUP(1,A1:A2,A1:A2,PBR_FEE_CAP(1,2))")], out)
    formula = cells_of(open_book(out), "Other")[1, 3].formula
    assert formula == "_xlfn.XLOOKUP(1,A1:A2,A1:A2,PBR_FEE_CAP(1,2))"


def test_an_error_is_inserted_only_when_told(budget, out):
    formula = '=PBR_FEE_CAP("tbc",E12)'
    assert refused(budget, out, "Other!C1", formula) == (
        "shows-error",
        'Other!C1: =PBR_FEE_CAP("tbc",E12) shows #VALUE!: savings: found "tbc"; expected a number.'
        " Correct it, or add --errors to insert it all the same.",
    )
    done = insert(budget, [("Other!C1", formula)], out, errors=True)
    value = done.cells[0][1]
    assert isinstance(value, CellError)
    assert value.code == "#VALUE!"


def test_in_place_a_copy_is_kept(budget):
    before = budget.read_bytes()
    done = insert(budget, [("'Forecast 26'!D12", CAP)], budget, in_place=True)
    assert done.copy is not None
    assert done.copy.read_bytes() == before


@pytest.mark.parametrize(
    ("cell", "formula", "code", "said"),
    [
        ("D12", CAP, "cell", "D12 does not say on which sheet; write it as 'Forecast 26'!D12."),
        ("Forcast 26!D12", CAP, "cell", "has no sheet 'Forcast 26' (did you mean Forecast 26?)"),
        ("Nowhere!D12", CAP, "cell", "its sheets are Forecast 26, Other."),
        ("Other!D12:D13", CAP, "cell", "Other!D12:D13 is not the address of one cell"),
        ("Other!C1", "=SUM(1)", "formula", "calls no PBR_ function; type other formulas in Excel."),
        ("Other!C1", "=PBR_FEECAP(1)", "formula", "no function PBR_FEECAP (did you mean PBR_FEE_"),
        ("Other!C1", "=PBR_ZZZZZZ(1)", "formula", "there is no function PBR_ZZZZZZ. See the list"),
        ("Other!C1", "=PBR_FEE_CAP(1", "formula", "cannot be read: a bracket is not closed."),
        ("Other!C1", "=PBR_FEE_CAP(1,2))", "formula", "a bracket is closed that was not opened."),
        ("Other!C1", "=PBR_FEE_CAP(1;2)", "formula", "separate the arguments with commas."),
        ("Other!C1", '=1&"PBR_FEE_CAP(1)"', "formula", "calls no PBR_ function"),
        (
            "Other!C1",
            "=PBR_FEE_CAP(Sheet9!A1,1)",
            "formula",
            "Other!C1: there is no sheet Sheet9; the sheets are Forecast 26, Other.",
        ),
        (
            "Other!C1",
            "=PBR_FEE_CAP(Costs[@Sav],1)",
            "formula",
            "Other!C1: there is no table Costs.",
        ),
        ("Other!C1", "=PBR_FEE_CAP([@[Sav 1]],1)", "formula", "[@[Sav 1]] stands for a row of a "),
        ("Other!C1", "=PBR_FEE_CAP(1,2)+NOSUCH()", "formula", "it uses NOSUCH, a function that is"),
        ("Other!C1", "=PBR_FEE_CAP(1)", "shows-error", "shows #VALUE!: expected PBR_FEE_CAP("),
        ("Forecast 26!A1", CAP, "occupied", "'Forecast 26'!A1 holds a formula already;"),
        ("Forecast 26!A2", CAP, "occupied", "'Forecast 26'!A2 holds a value already;"),
        (
            "Forecast 26!D19",
            "=PBR_CONTRACT_CAP(H1:H2,600)",
            "occupied",
            "in its way; choose a cell",
        ),
    ],
)
def test_what_is_refused(budget, out, cell, formula, code, said):
    found, sentence = refused(budget, out, cell, formula)
    assert found == code
    assert said in sentence


def test_the_same_cell_twice_is_refused(budget, out):
    with pytest.raises(FileProblem, match="'Forecast 26'!D12 is given twice"):
        insert(budget, [("Forecast 26!D12", CAP), ("'Forecast 26'!$D$12", CAP)], out)


def test_one_spill_in_the_way_of_another_is_refused(budget, out):
    formulas = [
        ("Other!J3", "=PBR_CONTRACT_CAP('Forecast 26'!H1:H2,600)"),
        ("Other!J4", "=PBR_FEE_CAP(1,2)"),
    ]
    with pytest.raises(FileProblem, match="in its way"):
        insert(budget, formulas, out)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "needs the headings Cell and Formula in its first line."),
        ("Cell,Formel\nA,B\n", "needs the headings Cell and Formula in its first line."),
        ("Cell,Formula\n", "has no line under its headings; there is nothing to insert."),
        ("Cell,Formula\nA1,\n", "line 2: Formula is missing; give it."),
        ("Cell,Formula\n,=A1\n", "line 2: Cell is missing; give it."),
        ("Cell,Formula\nA1\n", "line 2: Formula is missing; give it."),
        ("Cell,Formula,,\nA1,=PBR_X(1,2)\n", "line 2: there are more cells than headings; put the"),
        (
            'Cell,Formula\nA1,"=1+\n2"\nA2,\n,=1\n',
            "line 4: Formula is missing; give it. Line 5: Cell is missing; give it.",
        ),
    ],
)
def test_csv_files_that_cannot_be_used(tmp_path, text, said):
    listed = tmp_path / "formulas.csv"
    listed.write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem) as caught:
        read_formulas(listed)
    assert said in str(caught.value)


def test_csv_files_that_cannot_be_read(tmp_path):
    with pytest.raises(FileProblem, match="does not exist"):
        read_formulas(tmp_path / "none.csv")
    listed = tmp_path / "formulas.csv"
    listed.write_bytes("Cell,Formula\nA1,=1\n".encode("utf-16"))
    with pytest.raises(FileProblem, match="save it in Excel as CSV UTF-8"):
        read_formulas(listed)


def test_a_line_break_in_a_formula_stays(tmp_path):
    listed = tmp_path / "formulas.csv"
    listed.write_bytes(b'Cell,Formula\r\nA1,"=PBR_FEE_CAP(1,\r\n2)"\r\nA2,=PBR_VERSION(),,\r\n')
    assert read_formulas(listed) == [("A1", "=PBR_FEE_CAP(1,\r\n2)"), ("A2", "=PBR_VERSION()")]


def test_a_text_is_no_call_and_a_long_formula_is_cut(budget, out):
    insert(budget, [("Other!C1", '=IF(PBR_FEE_CAP(1,2)=1,"PBR_X(;[@A]",0)')], out)
    assert cells_of(open_book(out), "Other")[1, 3].value == "PBR_X(;[@A]"
    long = "=" + "1+" * 500 + "1"
    with pytest.raises(FileProblem) as caught:
        insert(budget, [("Other!C1", long)], out.with_name("long.xlsx"))
    assert f"={long[1:121]}... calls no PBR_ function" in str(caught.value)


@pytest.fixture
def prices(tmp_path):
    """A book with prices to sum up, a spill, names and merged cells."""
    path = tmp_path / "prices.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    sheet.write_column("A2", [7001, 7002, 7003])
    sheet.write_column("B2", [1400, 1400, 1400])
    sheet.write_column("C2", ["n1", "n2", "n3"])
    sheet.write_dynamic_array_formula("G1:G3", "=SEQUENCE(3)", None, 1)
    sheet.write_column("G2", [2, 3])
    sheet.write_formula("H1", "=SUM(A2:A4)", None, 21006)
    book.define_name("prices", "=S!$A$2:$A$4")
    sheet.merge_range("K1:L2", "")
    book.close()
    return path


SAVED = "PBR_SAVING(A2:A4,B2:B4,46082,,46082,46112)"


@pytest.mark.parametrize(
    ("formula", "stored", "value"),
    [
        (f"SUM({SAVED}*2)", f"SUM({SAVED}*2)", 148853.16),
        (f"SUM(--({SAVED}>24800))", f"SUM(--({SAVED}>24800))", 3.0),
        (f"MAX(-{SAVED})", f"MAX(-{SAVED})", -24804.43),
        (f"SUM(IFERROR({SAVED},0))", f"SUM(IFERROR({SAVED},0))", 74426.58),
        ("SUM(prices*2)*PBR_FEE_CAP(1,2)", "SUM(prices*2)*PBR_FEE_CAP(1,2)", 42012.0),
        ("LET(x,1,x+PBR_FEE_CAP(1,2))", "_xlfn.LET(_xlpm.x,1,_xlpm.x+PBR_FEE_CAP(1,2))", 2.0),
        ("@PBR_FEE_CAP(A2,8000)", "_xlfn.SINGLE(PBR_FEE_CAP(A2,8000))", 7001.0),
        ("PBR_FEE_CAP(@A2:A4,8000)", "PBR_FEE_CAP(_xlfn.SINGLE(A2:A4),8000)", 7003.0),
        ("SUM(G1#)*PBR_FEE_CAP(1,2)", "SUM(_xlfn.ANCHORARRAY(G1))*PBR_FEE_CAP(1,2)", 6.0),
        ("pbr_fee_cap(1,2)", "PBR_FEE_CAP(1,2)", 1.0),
        ("_xldudf_PBR_FEE_CAP(1,2)", "PBR_FEE_CAP(1,2)", 1.0),
        ('IF(PBR_FEE_CAP(1,2)=1,"",2)', 'IF(PBR_FEE_CAP(1,2)=1,"",2)', ""),
    ],
)
def test_a_formula_is_stored_as_excel_stores_it(prices, out, formula, stored, value):
    done = insert(prices, [("S!E4", f"={formula}")], out)
    assert done.cells == (("S!E4", value),)
    cell = cells_of(open_book(out), "S")[4, 5]
    assert (cell.formula, cell.value, cell.array_range, cell.dynamic) == (stored, value, "E4", True)


def test_an_empty_text_is_stored_as_the_text_that_it_is(prices, out):
    insert(prices, [("S!E4", '=IF(PBR_FEE_CAP(1,2)=1,"",2)')], out)
    sheet = zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml").decode()
    assert '"",2)</f><v></v></c>' in sheet
    assert '<c r="E4" t="str" cm="1"><f t="array" ref="E4">' in sheet


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        ('=SUM(SUMIF(C2:C4,{"n1","n2"},A2:A4))+PBR_FEE_CAP(1,2)', "SUMIF"),
        ("=SUM(VALUE(A2:A4))+PBR_FEE_CAP(1,2)", "VALUE"),
        ("=MAX(LEN(C2:C4))*PBR_FEE_CAP(1,2)", "LEN"),
        (f"=SUM(ROUND({SAVED},-3))", "ROUND"),
        ("=SUM(LARGE(A2:A4,{1,2}))+PBR_FEE_CAP(1,2)", "LARGE"),
    ],
)
def test_what_the_engine_takes_one_of_many_for_is_left_to_excel(prices, out, formula, name):
    code, said = refused(prices, out, "S!E4", formula)
    assert code == "formula"
    assert said == (
        f"S!E4 cannot be calculated here: it uses {name} on many values at once, which the engine"
        " does not; type the formula in Excel."
    )


@pytest.mark.parametrize(
    "formula", ["=MAP(A2:A4,LAMBDA(x,PBR_FEE_CAP(x,9)))", "=LAMBDA(x,PBR_FEE_CAP(x,9))(5)"]
)
def test_a_lambda_is_left_to_excel(prices, out, formula):
    code, said = refused(prices, out, "S!E4", formula)
    assert (code, "a function that is not known here; type the formula in Excel" in said) == (
        "formula",
        True,
    )


def test_merged_cells_hold_no_array_formula(prices, out):
    insert(prices, [("S!K1", "=PBR_FEE_CAP(1,2)")], out)
    cell = cells_of(open_book(out), "S")[1, 11]
    assert (cell.formula, cell.array_range) == ("PBR_FEE_CAP(1,2)", None)
    out.unlink()
    code, said = refused(prices, out, "S!K1", f"=SUM(@A2:A4,{SAVED}*2)")
    assert code == "merged-cell"
    assert "S!K1 is merged with others, and =SUM(@A2:A4,PBR_SAVING(" in said


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("=PBR_FEE_CAP(1,2)+SUM(A1:A2)#", "# stands behind something that is no cell"),
        ("=PBR_FEE_CAP(1,2)+LAMBDA([x],x)(1)", "[x] is a parameter of LAMBDA that may be left out"),
    ],
)
def test_what_cannot_be_stored_here_is_said(prices, out, formula, said):
    code, sentence = refused(prices, out, "S!E4", formula)
    assert (code, said in sentence) == ("formula", True)


def test_the_book_keeps_the_form_of_its_host(prices, out, tmp_path):
    plain, lite = tmp_path / "plain.xlsx", tmp_path / "lite.xlsx"
    insert(prices, [("S!E4", "=PBR_FEE_CAP(1,2)")], plain)
    port(plain, "lite", lite)
    done = insert(lite, [("S!E5", "=PBR_FEE_CAP(E4,2)*PBR_FEE_CAP(2,3)")], out)
    stored = cells_of(open_book(out), "S")
    assert stored[5, 5].formula == "_xldudf_PBR_FEE_CAP(E4,2)*_xldudf_PBR_FEE_CAP(2,3)"
    assert (stored[5, 5].value, stored[4, 5].formula) == (2.0, "_xldudf_PBR_FEE_CAP(1,2)")
    assert done.notices == ()


def test_a_book_in_the_forms_of_two_hosts_is_said(out, tmp_path):
    path = tmp_path / "two.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    sheet.write_dynamic_array_formula("A1:A1", "=_xldudf_PBR_FEE_CAP(1,2)", None, 1)
    sheet.write_dynamic_array_formula("A2:A2", "=PBR_FEE_CAP(1,2)", None, 1)
    sheet.write_dynamic_array_formula("A3:A3", "=PBR_FEE_CAP(1,2)", None, 1)
    book.close()
    done = insert(path, [("S!B1", "=PBR_FEE_CAP(1,2)")], out)
    assert cells_of(open_book(out), "S")[1, 2].formula == "PBR_FEE_CAP(1,2)"
    assert done.notices == (
        "two.xlsx stores some PBR_ functions for one host and some for another, so that some show"
        " #NAME?; run xlpbr port two.xlsx with --to and one of classic, lite, server, calc.",
    )


class Second:
    """A second calculator that says what it is told, and what it was asked."""

    def __init__(self, **said):
        self.said = said
        self.asked = []

    def __call__(self, book, places):
        self.asked += [(place, cells_of(book, place[0])[place[1]].value) for place in places]
        return Comparison(**{kind: dict.fromkeys(places, of) for kind, of in self.said.items()})


BESIDE = ("S!E4", "=ROUND(PBR_FEE_CAP(A2,8000)/3,2)")


def test_functions_that_nothing_proves_are_held_against_a_second_calculator(prices, out):
    second = Second()
    done = insert(prices, [BESIDE, ("S!E5", "=PBR_FEE_CAP(1,2)")], out, compare=second)
    assert second.asked == [(("S", (4, 5)), 2333.67)]
    assert (done.compared, done.unproved) == (("S!E4",), ())


def test_what_the_second_calculator_makes_otherwise_is_left_to_excel(prices, out):
    code, said = refused(prices, out, *BESIDE, compare=Second(different=2333.66))
    assert code == "formula"
    assert said == (
        "S!E4 cannot be calculated here: of =ROUND(PBR_FEE_CAP(A2,8000)/3,2) the engine makes"
        " 2333.67 and LibreOffice Calc 2333.66; type the formula in Excel."
    )


def test_without_a_second_calculator_it_is_said_what_is_not_proved(prices, out):
    done = insert(prices, [BESIDE], out, compare=Second(not_compared="it is not there"))
    assert (done.compared, done.unproved) == ((), (Kept("S!E4", "it is not there"),))
    assert cells_of(open_book(out), "S")[4, 5].value == 2333.67


@pytest.mark.parametrize(
    "formula", ["=PBR_FEE_CAP(A2,8000)", f"=SUM({SAVED})", "=@PBR_FEE_CAP(1,2)"]
)
def test_what_the_workbook_proves_is_not_asked_about(prices, out, formula):
    second = Second()
    done = insert(prices, [("S!E4", formula)], out, compare=second)
    assert (second.asked, done.compared, done.unproved) == ([], (), ())


@pytest.mark.parametrize(
    ("cell", "typed", "stored"),
    [
        ("C3", "[@Saving]", "Costs[[#This Row],[Saving]]"),
        ("C3", "[@[Fee earned]]", "Costs[[#This Row],[Fee earned]]"),
        ("E3", "costs[@Saving]", "costs[[#This Row],[Saving]]"),
        (
            "C3",
            "SUM(Costs[@[Saving]:[Fee earned]])",
            "SUM(Costs[[#This Row],[Saving]:[Fee earned]])",
        ),
        ("E3", "SUM(Costs[@])", "SUM(Costs[#This Row])"),
        ("C3", '[@Saving]+LEN("[@Saving]")', 'Costs[[#This Row],[Saving]]+LEN("[@Saving]")'),
    ],
)
def test_the_row_of_a_table_may_be_typed_as_excel_shows_it(out, tmp_path, cell, typed, stored):
    path = tmp_path / "table.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    headings = [{"header": heading} for heading in ("Saving", "Fee earned", "Due")]
    sheet.add_table("A1:C3", {"name": "Costs", "columns": headings})
    sheet.write_row("A3", [40, 50])
    book.close()
    done = insert(path, [(f"S!{cell}", f"=PBR_FEE_CAP({typed},1000)")], out)
    formula = f"PBR_FEE_CAP({stored},1000)"
    place = (3, "ABCDE".index(cell[0]) + 1)
    assert cells_of(open_book(out), "S")[place].formula == formula
    assert done.cells[0][1] in (40.0, 50.0, 49.0, 90.0)


def test_a_table_that_is_none_is_named(out, tmp_path):
    path = tmp_path / "table.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("S").add_table("A1:A3", {"name": "Costs"})
    book.close()
    code, said = refused(path, out, "S!C3", "=PBR_FEE_CAP(Cost[@Saving],1000)")
    assert code == "formula"
    assert "there is no table Cost (did you mean Costs?); the tables are Costs." in said
