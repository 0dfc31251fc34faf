"""Where arrays arise in formulas, and what the engine makes of one asked for and many given."""

from __future__ import annotations

import formualizer
import pytest
import xlsxwriter

from xlpbr.udfs.embedded import from_engine
from xlpbr.workbook.calculate.arrays_arising import arrays_in
from xlpbr.workbook.calculate.engine_formulas import hidden_errors
from xlpbr.workbook.ooxml.book import open_book

SAVING = "PBR_SAVING(B2:B5,C2:C5,D2:D5,,E1,E2)"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("arrays") / "names.xlsx"
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet("S")
    for number in range(1, 6):
        sheet.write_row(number - 1, 0, [number, number * 10.0, f"{number}"])
    sheet.add_table("G1:H4", {"name": "Fees", "columns": [{"header": "Fee"}, {"header": "Due"}]})
    made.define_name("vals", "=S!$A$1:$A$5")
    made.define_name("single", "=S!$A$1")
    made.define_name("twice", "=vals*2")
    made.define_name("of_names", "=single")
    made.close()
    return open_book(path)


def found(book, formula):
    arrays = arrays_in(book, ("S", (2, 9)), formula)
    return arrays.lifted, arrays.may_arise, arrays.one_of_many


@pytest.mark.parametrize(
    "formula",
    [
        "1+A1", "SUM(A1:A5)", "MAX(A:A)", "SUM(vals)", "single*2", "of_names+1", "nowhere+1",
        'COUNTIF(A1:A5,">2")', "SUMIF(A1:A5,A1,B1:B5)", "SUMIFS(A1:A5,B1:B5,C1,C1:C5,D1)",
        "INDEX(A1:A5,MATCH(3,A1:A5,0))", "VLOOKUP(A1,A1:C5,2,FALSE)", "INDEX(A1:C5,2,3)",
        "_xlfn.XLOOKUP(A1,A1:A5,B1:B5)", "SUM(Fees[Fee])", "Fees[[#This Row],[Fee]]*2",
        'IF(A1>1,SUM(A1:A5),"")', "PBR_FEE_CAP(A1,B1,C1)", "ROUND(PBR_FEE_CAP(A1,B1),2)",
        "PBR_RUN_RATE(A1:A5,B1:B5,C1:C5,D1:D5)*2", "_xlfn.LET(_xlpm.x,A1,_xlpm.x*2)",
        "_xlfn.SINGLE(A1:A5)*2", "ROW(A1)", "OFFSET(A1,1,1)", "SUM(OFFSET(A1,1,1,2,2))",
        "NETWORKDAYS(A1,A2,B1:B5)", 'TEXTJOIN(",",TRUE,A1:A5)', "(", "SUM(IF(A1>2,A1:A5,B1:B5))",
        'INDIRECT("A1")*2', "ROWS(A1:B5)*2",
    ],
)  # fmt: skip
def test_a_formula_in_which_no_array_arises(book, formula):
    assert found(book, formula) == (set(), False, False)


@pytest.mark.parametrize(
    ("formula", "lifted"),
    [
        ("A1:A5", set()),
        ("SUM(A1:A5*2)", {"operators"}),
        ("SUM(-vals)", {"operators"}),
        ("SUM(VALUE(A1:A5))", {"VALUE"}),
        ("MAX(LEN(vals))", {"LEN"}),
        ("SUM(IF(A1:A5>2,A1:A5))", {"operators", "IF"}),
        ("SUM(IFERROR(1/A1:A5,0))", {"operators", "IFERROR"}),
        ("SUM(SUMIF(A1:A5,A1:A2,B1:B5))", {"SUMIF"}),
        ("SUM(SUMIFS(A1:A5,B1:B5,C1:C2))", {"SUMIFS"}),
        ("SUM(COUNTIF(A1:A5,Fees[Fee]))", {"COUNTIF"}),
        ("MATCH(1,(A1:A5=1)*(B1:B5=2),0)", {"operators"}),
        ("VLOOKUP(A1:A5,A1:C5,2,FALSE)", {"VLOOKUP"}),
        ("SUM(_xlfn.ANCHORARRAY(A1)*2)", {"operators"}),
        ("SUM(SUM(Jan:Mar!A1)+Jan:Mar!A1)", {"operators"}),
        (f"SUM({SAVING}*2)", {"operators"}),
        (f"SUM(--({SAVING}>5))", {"operators"}),
        (f"SUM(IFERROR({SAVING},0))", {"IFERROR"}),
        (f"MAX(-{SAVING})", {"operators"}),
        (f"_xlfn.LET(_xlpm.x,{SAVING}*2,SUM(_xlpm.x))", {"operators"}),
        ("SUMPRODUCT(IF(A1:A5>2,1,0))", {"operators", "IF"}),
        ("INDEX(A1:C5,2)", set()),
        ("INDEX(A1:C5,0,2)*1", {"operators"}),
    ],
)
def test_many_of_which_excel_takes_one_without_an_array_formula(book, formula, lifted):
    arrays = arrays_in(book, ("S", (2, 9)), formula)
    assert (arrays.lifted, arrays.may_arise, arrays.one_of_many) == (lifted, True, True)


@pytest.mark.parametrize(
    ("formula", "lifted"),
    [
        ('SUM(SUMIF(A1:A5,{"1","2"},B1:B5))', {"SUMIF"}),
        ("LARGE(A1:A5,{1,2})", {"LARGE"}),
        ("{1,2}", set()),
        ("SUM({1,2}*A1)", {"operators"}),
        ("SUMPRODUCT((A1:A5>2)*B1:B5)", {"operators"}),
        ("SUMPRODUCT(LEN(A1:A5))", {"LEN"}),
        ("LOOKUP(2,1/(A1:A5<>0),A1:A5)", {"operators"}),
        ("SUM(INDEX(A1:A5*2,0))", {"operators"}),
        ("SUM(twice)", {"operators"}),
        (SAVING, set()),
        (f"SUM({SAVING})", set()),
        (f"{SAVING}*2", {"operators"}),
        ("PBR_TERMS(A1)", set()),
        ("INDEX(PBR_STATEMENT(A1:B5,A1:C5),2,3)", set()),
        ("PBR_CONTRACT_CAP(A1:A5,6)", set()),
        ("PBR_CONTRACT_CAP({1,2},6)", set()),
        ("_xlfn._xlws.FILTER(A1:A5,B1:B5)", set()),
        ("ROW(A1:A5)", {"ROW"}),
        ("_xlfn.MAP(A1,_xlfn.LAMBDA(_xlpm.x,_xlpm.x))", {"LAMBDA", "MAP"}),
    ],
)
def test_arrays_of_which_excel_takes_all(book, formula, lifted):
    assert found(book, formula) == (lifted, True, False)


CELLS = {"A": [1.0, 2.0, 4.0], "B": [0.0, -5.0, 7.25], "C": ["x", "yy", ""]}


def engine():
    made = formualizer.Workbook()
    made.add_sheet("S")
    for number, column in enumerate(CELLS.values(), start=1):
        for row, value in enumerate(column, start=1):
            made.set_value("S", row, number, value)
    return made


def shown(made, formula, row=9):
    made.set_formula("S", row, 9, f"={formula}")
    return from_engine(made.evaluate_cell("S", row, 9))


@pytest.mark.parametrize(
    "formula",
    [
        "A{0}*B{0}", "A{0}/B{0}", "A{0}&C{0}", "-A{0}", "B{0}%", "A{0}>B{0}", "A{0}<>C{0}",
        "A{0}^2", 'IF(A{0}>1,B{0},"no")', "IF(A{0}>1,B{0})", "IF(B{0},A{0},1/0)",
        "IFERROR(A{0}/B{0},9)", "IFERROR(A{0}/B{0},C{0})", "IFNA(A{0},1)", "IF(A{0}=2,C{0},A{0})",
    ],
)  # fmt: skip
def test_what_the_engine_works_out_value_by_value_it_does_as_for_single_cells(formula):
    made = engine()
    for row in range(1, 4):
        one_by_one = shown(made, formula.format(row))
        whole = re_ranged(formula)
        together = shown(made, f"INDEX({whole},{row})")
        assert getattr(together, "code", together) == getattr(one_by_one, "code", one_by_one)


def re_ranged(formula):
    text = formula
    for column in CELLS:
        text = text.replace(f"{column}{{0}}", f"{column}1:{column}3")
    return text


@pytest.mark.parametrize(
    ("argument", "count"),
    [("A1/B1", 1), ("A1:A3/B1:B3", 1), ("C1:C3*1", 3), ("A1:A3", 0), ("C1", 0), ("C1:C3", 0)],
)
def test_errors_that_something_hides_are_counted_in_arrays_too(argument, count):
    (counts,) = hidden_errors(f"IFERROR({argument},0)")
    assert shown(engine(), counts) == count
