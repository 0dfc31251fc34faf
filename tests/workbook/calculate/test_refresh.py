"""Which values are taken from the engine, and which formulas keep what the workbook shows."""

from __future__ import annotations

import pytest
import xlsxwriter

from xlpbr.errors import CellError
from xlpbr.workbook.calculate.engine import load
from xlpbr.workbook.calculate.engine_formulas import own_calls
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.calculate.refresh import refreshed
from xlpbr.workbook.ooxml.book import cells_of, open_book

STALE = 999.25
DEPENDS = "it depends on a formula that keeps its last value"
NOT_PROVED = (
    "from what the workbook shows, the engine makes another value of it than the workbook shows"
)
OTHERWISE = "it uses {}, which may give another value in Excel"
CALL = ("=PBR_FEE_CAP(45000,349883.33)", STALE)


@pytest.fixture
def after(make_workbook, tmp_path):
    """What a sheet S shows after its formulas were calculated, and the formulas that were kept."""

    def run(formulas):
        path = make_workbook({}, formulas={f"S!{cell}": text for cell, text in formulas.items()})
        done = recalculate(path, tmp_path / "out.xlsx")
        values = {}
        for (row, column), cell in cells_of(open_book(tmp_path / "out.xlsx"), "S").items():
            value = cell.value
            values[f"{'ABCDEFGH'[column - 1]}{row}"] = (
                value.code if isinstance(value, CellError) else value
            )
        return values, {kept.address: kept.reason for kept in done.kept}

    return run


def test_what_hangs_on_no_pbr_function_counts_as_the_workbook_shows_it(after):
    values, kept = after({"A1": CALL, "B1": ("=1+1", 40.0), "A2": ("=A1+B1", 1039.25)})
    assert values == {"A1": 45000.0, "B1": 40.0, "A2": 45040.0}
    assert kept == {}


def test_a_formula_is_not_taken_over_where_the_engine_does_not_make_its_last_value(after):
    values, kept = after(
        {"A1": CALL, "A2": ("=A1+1", 1000.5), "A3": ("=A2+1", 1001.5), "A4": ("=A1+2", 1001.25)}
    )
    assert values == {"A1": 45000.0, "A2": 1000.5, "A3": 1001.5, "A4": 45002.0}
    assert kept == {"S!A2": NOT_PROVED, "S!A3": DEPENDS}


@pytest.mark.parametrize("last", [1000.25, 1000.2500000000001, 1000.2500000000005])
def test_fifteen_digits_are_enough(after, last):
    values, kept = after({"A1": CALL, "A2": ("=A1+1", last)})
    assert (values["A2"], kept) == (45001.0, {})


def test_a_function_that_the_engine_works_out_otherwise_is_not_trusted(after):
    values, kept = after(
        {
            "B1": ("=ROUND(2.5,0)", 2.0),
            "A2": ("=ROUND(PBR_FEE_CAP(45000,349883.33),-4)", STALE),
            "A3": ("=A2+1", 1000.25),
            "A4": ("=PBR_FEE_CAP(45000,349883.33)+1", STALE),
        }
    )
    assert values == {"B1": 2.0, "A2": STALE, "A3": 1000.25, "A4": 45001.0}
    assert kept == {
        "S!A2": "it uses ROUND, for which the engine gives another value than the workbook shows"
        " in S!B1",
        "S!A3": "it depends on a formula that keeps its last value",
    }


def test_one_wrong_formula_does_not_condemn_a_function_that_is_right_on_its_own(after):
    values, kept = after(
        {
            "A1": CALL,
            "B1": ("=SUM(1,2)", 3.0),
            "B2": ("=ROUND(SUM(2,0.5),0)", 2.0),
            "A2": ("=SUM(PBR_FEE_CAP(45000,349883.33),1)", STALE),
            "A3": ("=ROUND(PBR_FEE_CAP(45000,349883.33),-4)", STALE),
        }
    )
    assert (values["A2"], values["A3"]) == (45001.0, STALE)
    assert list(kept) == ["S!A3"]


def test_today_and_chance_condemn_nothing(after):
    values, kept = after({"A1": CALL, "B1": ("=TODAY()*0+SUM(1)", 77.0), "A2": ("=SUM(A1)", STALE)})
    assert (values["A2"], values["B1"], kept) == (45000.0, 77.0, {})


@pytest.mark.parametrize("name", ["INDIRECT", "OFFSET"])
def test_what_is_decided_while_calculating_is_kept(after, name):
    formula = '=A1+INDIRECT("B1")' if name == "INDIRECT" else "=A1+OFFSET(B1,0,0)"
    values, kept = after({"A1": CALL, "B1": ("=1+1", 2.0), "A2": (formula, STALE)})
    assert values["A2"] == STALE
    assert kept == {"S!A2": f"it uses {name}, and it cannot be seen what that reads"}


def test_an_error_of_a_pbr_function_is_shown_and_handed_on(after):
    values, kept = after(
        {
            "A1": ('=PBR_FEE_CAP("tbc",1)', STALE),
            "A2": ("=A1+1", 1000.25),
            "A3": ("=SUM(1,PBR_OUTCOME_FEE(-1,B9,DATE(2026,1,1),DATE(2026,2,1)))", STALE),
            "A4": ("=IFERROR(A1,5)", STALE),
        }
    )
    assert values == {"A1": "#VALUE!", "A2": "#VALUE!", "A3": "#NUM!", "A4": 5.0}
    assert kept == {}


def test_an_error_that_no_pbr_function_gave_is_not_put_over_a_figure(after):
    values, kept = after(
        {
            "A1": CALL,
            "A2": ("=A1/(A1-45000)", STALE / (STALE - 45000)),
            "A3": ("=PBR_FEE_CAP(45000,349883.33)/0", 13.5),
            "A4": ("=A2+1", STALE / (STALE - 45000) + 1),
        }
    )
    before = STALE / (STALE - 45000)
    assert values == {"A1": 45000.0, "A2": before, "A3": 13.5, "A4": before + 1}
    said = "the engine gives an error for it where a figure stands"
    assert kept == {
        "S!A2": said,
        "S!A3": said,
        "S!A4": "it depends on a formula that keeps its last value",
    }


def test_a_circle_is_named_and_the_rest_goes_on(after):
    circle = "it is circular: it depends on itself"
    values, kept = after(
        {
            "A1": ("=PBR_FEE_CAP(B1,10)", 1),
            "B1": ("=A1", 1),
            "C1": ("=A1+1", 2),
            "A3": CALL,
            "B3": ("=A3+1", 1000.25),
            "C3": ("=C3+A3", 5),
        }
    )
    assert kept == {"S!A1": circle, "S!B1": circle, "S!C1": DEPENDS, "S!C3": circle}
    assert values == {"A1": 1.0, "B1": 1.0, "C1": 2.0, "A3": 45000.0, "B3": 45001.0, "C3": 5.0}


@pytest.mark.parametrize("length", [3, 9])
def test_a_chain_of_spills_is_whole_or_named(tmp_path, length):
    path, target = tmp_path / "chain.xlsx", tmp_path / "out.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("S")
        sheet.write_column("A1", [100.0, 200.0, 300.0, 400.0])
        for number in range(1, length + 1):
            before = "A1:A4" if number == 1 else f"_xlfn.ANCHORARRAY({chr(64 + number)}1)"
            sheet.write_dynamic_array_formula(
                0, number, 1, number, f"=PBR_CONTRACT_CAP({before},5000)", None, 1
            )
    done = recalculate(path, target)
    kept = {one.address: one.reason for one in done.kept}
    shown = cells_of(open_book(target), "S")
    for column in range(2, length + 2):
        if f"S!{chr(64 + column)}1" in kept:
            assert shown[1, column].value == 1.0
        else:
            found = [shown[row, column].value for row in range(1, 5)]
            assert found == [100.0, 200.0, 300.0, 400.0]
    assert set(kept.values()) <= {
        "how far it spills depends on other spills, and that did not settle here",
        "it depends on a formula that keeps its last value",
    }
    assert bool(kept) == (length == 9)


@pytest.mark.parametrize(
    ("formula", "calls"),
    [
        ("PBR_FEE_CAP(1,2)", ["PBR_FEE_CAP(1,2)"]),
        ("1+_xldudf_pbr_fee_cap (A1,(2))*PBR_VERSION()", ["_xldudf_pbr_fee_cap (A1,(2))",
                                                           "PBR_VERSION()"]),
        ("PBR_FEE_CAP(PBR_FEE_CAP(1,2),3)", ["PBR_FEE_CAP(PBR_FEE_CAP(1,2),3)"]),
        ('IF(A1=")",PBR_FEE_CAP(1,")"),"PBR_FEE_CAP(")', ['PBR_FEE_CAP(1,")")']),
        ("MY_PBR_FEE_CAP(1)+'PBR_FEE_CAP('!A1", []),
        ("PBR_FEE_CAP(1", ["PBR_FEE_CAP(1"]),
    ],
)  # fmt: skip
def test_the_calls_in_a_formula(formula, calls):
    assert own_calls(formula) == calls


def test_a_formula_that_cannot_be_read_is_refused(make_workbook):
    book = open_book(make_workbook({}, formulas={"S!A1": "=1"}))
    loaded = load(book, {("S", (2, 1)): "SUM("})
    assert loaded.impossible == {("S", (2, 1)): "the engine cannot calculate it"}


def test_a_formula_put_in_spills(make_workbook):
    book = open_book(make_workbook({"Amounts": [[500.0], [300.0]]}, tables_named=False))
    put_in = {("Amounts", (1, 3)): "PBR_CONTRACT_CAP(A1:A2,600)"}
    new, _ = refreshed(book, put_in, put_in)
    assert new.values == {"Amounts": {(1, 3): 500.0, (2, 3): 100.0}}


@pytest.fixture
def after_book(tmp_path):
    """What a book made by a function shows after it was calculated."""

    def run(make):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path) as book:
            make(book)
        done = recalculate(path, tmp_path / "out.xlsx")
        out = open_book(tmp_path / "out.xlsx")
        shown = {
            f"{sheet.name}!{'ABCDEFGH'[column - 1]}{row}": getattr(cell.value, "code", cell.value)
            for sheet in out.sheets
            for (row, column), cell in cells_of(out, sheet.name).items()
        }
        return shown, {kept.address: kept.reason for kept in done.kept}

    return run


def test_dependents_are_found_through_names_tables_and_sheets(after_book):
    def make(book):
        first, second, third = (book.add_worksheet(name) for name in ("S", "T", "U"))
        first.write_formula("A1", CALL[0], None, STALE)
        book.define_name("Fee", "=S!$A$1")
        book.define_name("Chain", "=Fee")
        book.define_name("T!Own", "=S!$A$1")
        book.define_name("Call", "=PBR_FEE_CAP(1,2)+S!$A$1")
        for row, (formula, last) in enumerate(
            [("=Fee+1", STALE + 1), ("=SUM(Chain)", STALE), ("=SUM(S:T!A1)", STALE),
             ("=SUM(Lines[Fee])", 2 * STALE), ("=SUM(S!A:A)", STALE), ("=SUM(S!1:1)", STALE),
             ("=Call+1", STALE + 2), ("=S!E4*0.5", STALE / 2)], start=1,
        ):  # fmt: skip
            third.write_formula(row, 0, formula, None, last)
        second.write_formula("B1", "=Own+1", None, STALE + 1)
        first.add_table("D3:E5", {"name": "Lines", "columns": [{"header": "Sav"},
                                                               {"header": "Fee"}]})  # fmt: skip
        first.write_column("D4", [10, 20])
        for row in (4, 5):
            formula = "=PBR_FEE_CAP(Lines[[#This Row],[Sav]],100)"
            first.write_formula(f"E{row}", formula, None, STALE)

    values, kept = after_book(make)
    # Several sheets at once, and a name that stands for a call, the engine does not work out.
    assert (kept["U!A4"], set(kept)) == (NOT_PROVED, {"U!A4", "U!A8"})
    assert [values[f"U!A{row}"] for row in range(2, 10)] == [
        45001.0, 45000.0, STALE, 30.0, 45000.0, 45000.0, STALE + 2, 5.0,
    ]  # fmt: skip
    assert values["T!B1"] == 45001.0
    assert (values["S!E4"], values["S!E5"]) == (10.0, 20.0)


def test_a_source_that_is_decided_while_calculating_holds_back_what_hangs_on_it(after):
    values, kept = after(
        {
            "A1": CALL,
            "B1": ('=INDIRECT("A1")', STALE),
            "B2": ("=PBR_FEE_CAP(B1+1,99999)", STALE),
            "B3": ('=INDIRECT("C1")', 7.0),
            "C1": ("=3+4", 7.0),
            "B4": ("=PBR_FEE_CAP(B3,99999)", STALE),
        }
    )
    assert (values["B1"], values["B2"], values["B3"], values["B4"]) == (STALE, STALE, 7.0, 7.0)
    assert kept == {
        "S!B1": "it uses INDIRECT, and it cannot be seen what that reads",
        "S!B2": "it depends on a formula that keeps its last value",
    }


@pytest.mark.parametrize(
    ("formula", "last", "said"),
    [
        ('=A1+DATEVALUE("04/04/2025")', STALE + 45751, OTHERWISE.format("DATEVALUE")),
        ("=SUBTOTAL(109,A1:A1)", STALE, OTHERWISE.format("SUBTOTAL")),
        ("=SUM(A1:A3*2)", 2 * STALE, "it works on many cells at once and is no array formula"),
        ("=A:A*2", STALE, "it works on many cells at once and is no array formula"),
        ("=A1+[1]Other!B2", STALE, "it reads another workbook"),
        ("=A1+NOW()*0", STALE, "it uses NOW, which changes by itself"),
    ],
)
def test_what_excel_may_work_out_otherwise_is_kept(after, formula, last, said):
    values, kept = after({"A1": CALL, "B5": (formula, last)})
    assert values["B5"] == last
    assert kept == {"S!B5": said}


@pytest.mark.parametrize(
    "argument", ['VALUE("45,000x")', "UndefinedName", "1/0", "B9/B9", "INDEX(A2:A3,9)"]
)
def test_an_error_that_a_function_was_handed_is_not_put_over_a_figure(after, argument):
    values, kept = after({"A1": (f"=PBR_FEE_CAP({argument},5)", 45000.0)})
    assert values["A1"] == 45000.0
    assert list(kept) == ["S!A1"]


def test_a_formula_that_reads_another_workbook_stops_nothing(after):
    values, kept = after({"A1": CALL, "B1": ("=[1]Rates!A1", 3.0), "B2": ("=A1*B1", 2997.75)})
    assert (values["A1"], values["B1"], values["B2"]) == (45000.0, 3.0, 135000.0)
    assert kept == {}


@pytest.mark.parametrize(
    "formula",
    [
        "=SUM(Fees[x,y])", "=SUM(Fees[x,y],0)*1", "=SUM(Fees)", "=SUM(INDEX(Fees,0,1))",
        "=ROWS(Fees)+Total+Fees[x,y]", "=SUM(S!A2:A3,Other[x,y])",
    ],
)  # fmt: skip
def test_a_formula_that_is_not_understood_is_named_when_what_it_reads_changes(tmp_path, formula):
    book = xlsxwriter.Workbook(tmp_path / "book.xlsx")
    sheet = book.add_worksheet("S")
    sheet.add_table("A1:A3", {"name": "Fees", "columns": [{"header": "x,y"}]})
    sheet.write_formula("A2", CALL[0], None, STALE)
    sheet.write_formula("A3", "=A2", None, STALE)
    sheet.write_formula("C1", formula, None, 1998.5)
    sheet.write_formula("C2", "=LEN(B9,B8", None, 7)
    book.define_name("Total", "=S!$A$3")
    book.close()
    done = recalculate(tmp_path / "book.xlsx", tmp_path / "out.xlsx")
    assert [kept.address for kept in done.kept] == ["S!C1"]
    cells = cells_of(open_book(tmp_path / "out.xlsx"), "S")
    assert [cells[row, 1].value for row in (2, 3)] == [45000.0, 45000.0]
    assert cells[1, 3].value == 1998.5
