"""``xlpbr.write``: tables and formulas into openpyxl and XlsxWriter, read back and calculated."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

import xlpbr
from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.ooxml.book import cells_of, open_book

PLACEMENTS = [
    ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
    ["C01", Decimal("7000.10"), 1400, date(2025, 11, 1), None],
    ["C02", 6412.35, Decimal("1399.90"), date(2026, 1, 12), date(2026, 6, 30)],
]
AS_AT = "31/10/2026"


@contextmanager
def openpyxl_book(path):
    book = openpyxl.Workbook()
    yield book
    book.save(path)


@contextmanager
def xlsxwriter_book(path):
    book = xlsxwriter.Workbook(path)
    yield book
    book.close()


@contextmanager
def pandas_openpyxl(path):
    with pd.ExcelWriter(path, engine="openpyxl") as writer:
        yield writer


@contextmanager
def pandas_xlsxwriter(path):
    with pd.ExcelWriter(path, engine="xlsxwriter") as writer:
        yield writer


MADE = [openpyxl_book, xlsxwriter_book, pandas_openpyxl, pandas_xlsxwriter]
OPENPYXL, XLSXWRITER = MADE[::2], MADE[1::2]


def settled():
    return xlpbr.settle(xlpbr.terms("plymouth-l04-2526"), PLACEMENTS, as_at=AS_AT)


def shown(path, sheet):
    """The last values of a sheet, as openpyxl reads them."""
    return [list(row) for row in openpyxl.load_workbook(path, data_only=True)[sheet].values]


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("host", ["classic", "lite"])
def test_a_statement_is_calculated_from_the_tables_that_were_written(tmp_path, made, host):
    path = tmp_path / "out.xlsx"
    statement = settled()
    with made(path) as book:
        terms = xlpbr.write(book, xlpbr.terms("plymouth-l04-2526"), "Terms")
        placements = xlpbr.write(book, PLACEMENTS, "Where they live", "B3")
        assert placements.address == "'Where they live'!$B$3:$F$5"
        formula = f'=PBR_STATEMENT({terms.address},{placements.address},,,"{AS_AT}")'
        done = xlpbr.write(book, formula, "Statement", host=host, value=statement)
    assert done.formula.startswith("=_xldudf_PBR_" if host == "lite" else "=PBR_")
    assert done.has_value == (made in XLSXWRITER)
    assert ("openpyxl stores no value" in done.note) == (made in OPENPYXL)
    rows = statement.to_frame()
    if made in XLSXWRITER:
        assert shown(path, "Statement")[0] == list(rows.columns)
        assert shown(path, "Statement")[-1][-1] == float(rows.iloc[-1, -1])
        cell = cells_of(open_book(path), "Statement")[1, 1]
        assert cell.array_range == "A1:S15"
    result = recalculate(path, tmp_path / "calculated.xlsx")
    assert (result.functions, result.kept) == (1, ())
    found = xlpbr.settle(
        xlpbr.read(tmp_path / "calculated.xlsx", terms="Terms!A:E",
                   placements="'Where they live'!B3:F5"), as_at=AS_AT,
    )  # fmt: skip
    pd.testing.assert_frame_equal(found.to_frame(), rows)
    calculated = shown(tmp_path / "calculated.xlsx", "Statement")
    assert calculated[0] == list(rows.columns)
    for heading, column in rows.items():
        place = calculated[0].index(heading)
        values = [row[place] for row in calculated[1:]]
        if heading == "Month":
            continue  # a serial number in one library's format, a date in the other's
        assert values == [float(value) for value in column]


@pytest.mark.parametrize("made", MADE)
def test_a_figure_is_calculated_and_shows_its_last_value_where_there_is_room(tmp_path, made):
    path = tmp_path / "out.xlsx"
    with made(path) as book:
        xlpbr.write(book, [["Saving", "Earned", "Before"], [45000, 349883.33, 310000]], "Fee")
        known = xlpbr.write(book, "=PBR_FEE_CAP(A2,B2,C2)", "Fee", "D2", value=Decimal("39883.33"))
        unknown = xlpbr.write(book, "=2*PBR_FEE_CAP(A2,B2,C2)", "Fee", "E2")
    assert (known.address, known.has_value) == ("Fee!$D$2", made in XLSXWRITER)
    assert not unknown.has_value
    assert unknown.note.endswith("or after xlpbr recalc.")
    stored = cells_of(open_book(path), "Fee")
    assert stored[2, 4].never_calculated == (made in OPENPYXL)
    assert stored[2, 5].value in (None, "")
    recalculate(path, tmp_path / "calculated.xlsx")
    assert shown(tmp_path / "calculated.xlsx", "Fee")[1][3:] == [39883.33, 79766.66]


@pytest.mark.parametrize("made", MADE)
def test_texts_stay_texts_and_blanks_blank(tmp_path, made):
    path = tmp_path / "out.xlsx"
    texts = ["=1+1", "+44", "-5", "@SUM(A1)", "#N/A", "plain", "'quoted"]
    table = pd.DataFrame({"Text": texts, "Number": [1.5, None, 2, 3, 4, 5, 6]})
    with made(path) as book:
        xlpbr.write(book, table, "Texts")
    stored = cells_of(open_book(path), "Texts")
    assert [stored[row, 1].value for row in range(2, 9)] == texts
    assert all(cell.formula is None for cell in stored.values())
    assert (3, 2) not in stored
    edited = openpyxl.load_workbook(path)["Texts"]
    assert [edited.cell(row, 1).quotePrefix for row in range(2, 8)] == [
        True, True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("made", MADE)
def test_values_have_the_look_of_what_they_are(tmp_path, made):
    path = tmp_path / "out.xlsx"
    error = CellError("#N/A", "the cell shows #N/A")
    amounts = (Decimal("5.50"), Decimal("0.125"))
    rows = [
        ["Month", "Day", "Amount", "Share", "Yes", "Wrong"],
        [date(2026, 3, 1), date(2026, 3, 5), *amounts, True, error],
    ]
    with made(path) as book:
        xlpbr.write(book, rows, "Looks")
    sheet = openpyxl.load_workbook(path)["Looks"]
    assert [cell.number_format for cell in sheet[2]][:4] == [
        "mmm yyyy", "dd/mm/yyyy", "#,##0.00", "General",
    ]  # fmt: skip
    assert sheet["A1"].font.bold
    stored = cells_of(open_book(path), "Looks")
    assert [stored[2, column].value for column in (3, 4, 5)] == [5.5, 0.125, True]
    assert stored[2, 6].value.code == "#N/A"


@pytest.mark.parametrize("made", MADE)
def test_cells_that_hold_something_are_kept(tmp_path, made):
    with made(tmp_path / "out.xlsx") as book:
        xlpbr.write(book, [["A", "B"], [1, 2]], "Sheet one", "B2")
        for what in ([["C"], [3]], "=PBR_VERSION()"):
            with pytest.raises(FileProblem, match="'Sheet one'!B3 holds something already"):
                xlpbr.write(book, what, "sheet ONE", "B3")
        xlpbr.write(book, [["C"], [3]], "sheet ONE", "B3", replace=True)
        xlpbr.write(book, "=PBR_VERSION()", "Sheet one", "D9", value=xlpbr.__version__)
    assert shown(tmp_path / "out.xlsx", "Sheet one")[2][1:3] == ["C", 2]
    assert openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames[-1] == "Sheet one"


def test_what_openpyxl_made_before_stays(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "kept"
    xlpbr.write(book, settled(), "Statement")
    assert book.sheetnames == ["Sheet", "Statement"]
    assert book["Sheet"]["A1"].value == "kept"
    assert book["Statement"]["D15"].value == settled().to_frame().iloc[-1, 3]


@pytest.mark.parametrize("made", MADE)
def test_a_formula_that_fills_cells_says_or_is_told_which(tmp_path, made):
    with made(tmp_path / "out.xlsx") as book:
        formula = '=PBR_TERMS("plymouth-l04-2526")'
        if made in OPENPYXL:
            with pytest.raises(FileProblem, match="must be told how many cells PBR_TERMS fills"):
                xlpbr.write(book, formula, "Terms")
        else:
            assert xlpbr.write(book, formula, "Alone").address == "Alone!$A$1"
        done = xlpbr.write(book, formula, "Terms", "A1:D24")
    assert done.address == "Terms!$A$1:$D$24"
    recalculate(tmp_path / "out.xlsx", tmp_path / "calculated.xlsx")
    assert shown(tmp_path / "calculated.xlsx", "Terms")[9][:2] == ["Fee months", 12]


@pytest.mark.parametrize("made", MADE)
def test_a_formula_that_gives_one_value_of_many_needs_one_cell(tmp_path, made):
    rows = [["Saving", "Earned"], [100, 50], [100, 90]]
    with made(tmp_path / "out.xlsx") as book:
        xlpbr.write(book, rows, "Fee")
        for place, formula in {
            "D1": '=INDEX(PBR_TERMS("plymouth-l04-2526"),10,2)',
            "D2": "=SUM(PBR_FEE_CAP(A2:A3,B2:B3))",
            "D3": "=PBR_CLAWBACK(A2:A3,A2:A3,B2:B3)",
        }.items():
            assert xlpbr.write(book, formula, "Fee", place).address == f"Fee!$D${place[1]}"
        if made in OPENPYXL:
            with pytest.raises(FileProblem, match="must be told how many cells PBR_FEE_CAP fills"):
                xlpbr.write(book, "=PBR_FEE_CAP(A2:A3,B2:B3)", "Fee", "F2")
        xlpbr.write(book, "=PBR_FEE_CAP(A2:A3,B2:B3)", "Fee", "F2:F3")
    recalculate(tmp_path / "out.xlsx", tmp_path / "calculated.xlsx")
    found = shown(tmp_path / "calculated.xlsx", "Fee")
    assert [row[3] for row in found] == [12, 90, 110]
    assert [row[5] for row in found[1:]] == [50, 40]


def test_a_book_that_counts_from_1904_shows_the_right_last_value(tmp_path):
    path = tmp_path / "out.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as book:
        xlpbr.write(book, "=PBR_STATEMENT(A1:B2,C1:D2)", "S", "F1", value=settled())
        xlpbr.write(book, "=INDEX(PBR_STATEMENT(A1:B2,C1:D2),2,1)", "S", "Z1:Z2",
                    value=[[date(2026, 3, 1)], [1]])  # fmt: skip
    stored = cells_of(open_book(path), "S")
    assert stored[2, 6].value == stored[1, 26].value - (date(2026, 3, 1) - date(2025, 9, 1)).days


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"what": "=PBR_FEECAP(1,2,3)"}, "no function PBR_FEECAP. Did you mean PBR_FEE_CAP?"),
        ({"what": "=SUM(A1:A3)"}, 'the formula "=SUM(A1:A3)" calls no PBR_ function.'),
        ({"what": "PBR_VERSION()"}, "expected a table, or a formula that starts with =."),
        ({"what": "=PBR_VERSION()", "host": "excel"}, "host: found 'excel'; expected one of:"),
        ({"at": "R1C1"}, "at: found 'R1C1'; expected a cell such as B4."),
        ({"at": "A1048576"}, "Sheet: the table has 2 rows and 1 columns; from A1048576 on"),
        ({"sheet": "a/b"}, "sheet: found 'a/b'; expected a name of 1 to 31 characters"),
        ({"sheet": ""}, "sheet: found ''; expected a name"),
        ({"into": "out.xlsx"}, "into: found a str; expected an openpyxl workbook"),
        ({"into": openpyxl.Workbook(write_only=True)}, "read-only or write-only"),
        ({"what": []}, "what: nothing found; expected a table or a formula."),
    ],
)
def test_what_cannot_be_written_is_said(changes, sentence):
    given = {"into": openpyxl.Workbook(), "what": [["A"], [1]], "sheet": "Sheet"} | changes
    with pytest.raises(FileProblem) as refused:
        xlpbr.write(**given)
    assert sentence in str(refused.value)


def test_a_number_that_is_none_is_refused():
    with pytest.raises(CellError, match="not finite"):
        xlpbr.write(openpyxl.Workbook(), [["A"], [float("inf")]], "Sheet")


ARRAYS = {
    "D1": "=SUM(PBR_FEE_CAP(A2:A3,B2:B3)*2)",
    "D2": "=LET(x,PBR_FEE_CAP(A2,B2),x*2)",
    "D3": "=@PBR_FEE_CAP(A2,B2)",
    "D4": "=PBR_FEE_CAP(A2,B2)>5",
}


@pytest.mark.parametrize("made", MADE)
def test_a_formula_is_stored_as_excel_stores_it(tmp_path, made):
    with made(tmp_path / "out.xlsx") as book:
        xlpbr.write(book, [["Saving", "Earned"], [100, 50], [100, 90]], "Fee")
        for place, formula in ARRAYS.items():
            xlpbr.write(book, formula, "Fee", place, value=True if place == "D4" else None)
    stored = cells_of(open_book(tmp_path / "out.xlsx"), "Fee")
    assert [stored[row, 4].formula for row in range(1, 5)] == [
        "SUM(PBR_FEE_CAP(A2:A3,B2:B3)*2)",
        "_xlfn.LET(_xlpm.x,PBR_FEE_CAP(A2,B2),_xlpm.x*2)",
        "_xlfn.SINGLE(PBR_FEE_CAP(A2,B2))",
        "PBR_FEE_CAP(A2,B2)>5",
    ]
    alone = [stored[row, 4].array_range for row in range(1, 5)]
    if made in XLSXWRITER:
        assert alone == ["D1", "D2", "D3", "D4"]
        assert all(stored[row, 4].dynamic for row in range(1, 5))
        assert stored[4, 4].value == "TRUE"
    else:
        # openpyxl knows array formulas of the old kind only; without arrays none is needed.
        assert alone == ["D1", None, None, None]
    recalculate(tmp_path / "out.xlsx", tmp_path / "calculated.xlsx")
    found = shown(tmp_path / "calculated.xlsx", "Fee")
    assert [row[3] for row in found] == [180, 100, 50, True]


def test_openpyxl_cannot_mark_what_an_office_add_in_needs():
    book = openpyxl.Workbook()
    assert "--to lite" in xlpbr.write(book, "=PBR_FEE_CAP(1,2)", "S", host="lite").note
    assert "--to" not in xlpbr.write(book, "=PBR_FEE_CAP(1,2)", "S", "A2").note


def test_a_formula_that_cannot_be_stored_here_is_said():
    with pytest.raises(FileProblem, match="cannot be written here: # stands behind something"):
        xlpbr.write(openpyxl.Workbook(), "=PBR_VERSION()&SUM(A1)#", "S")
