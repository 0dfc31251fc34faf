"""A workbook calculated by the embedded engine, its values written to a copy, and checked."""

from __future__ import annotations

from datetime import date

import pytest
import xlsxwriter

from tests.support.edits import edit
from xlpbr import functions
from xlpbr.errors import CellError, FileProblem
from xlpbr.settlement.statement import FIGURES
from xlpbr.workbook.calculate.engine_formulas import calls_a_function, with_blanks_for_omitted
from xlpbr.workbook.calculate.recalculate import calculate, recalculate
from xlpbr.workbook.calculate.verification import verify
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange

STATEMENT = "=PBR_STATEMENT(PbrTerms[#All],PbrPlacements[#All],PbrCarers[#All],PbrClaims[#All])"
STALE = 999.25


@pytest.fixture
def recalculated(make_workbook, sample, tmp_path):
    """A function that writes a workbook with formulas, calculates it and gives back the copy."""

    def run(formulas, tables=None, **options):
        path = make_workbook(sample if tables is None else tables, formulas=formulas, **options)
        done = recalculate(path, tmp_path / "out.xlsx")
        return done, open_book(tmp_path / "out.xlsx")

    return run


def shown(book, sheet="S"):
    return {position: cell.value for position, cell in cells_of(book, sheet).items()}


def as_serials(table, epoch=date(1899, 12, 30)):
    return {
        (row, column): float((value - epoch).days) if isinstance(value, date) else value
        for row, values in enumerate(table, start=1)
        for column, value in enumerate(values, start=1)
        if value != ""
    }


@pytest.mark.parametrize("date_1904", [False, True])
def test_a_statement_spills_over_stale_values(recalculated, sample, date_1904):
    done, book = recalculated({"S!A1:B2": (STATEMENT, STALE)}, date_1904=date_1904)
    epoch = date(1904, 1, 1) if date_1904 else date(1899, 12, 30)
    assert book.date_1904 is date_1904
    expected = as_serials(functions.pbr_statement(*sample.values()), epoch)
    assert shown(book) == expected
    # One of the four cells that it filled was 0, and still is.
    assert len(expected) == 19 * len(FIGURES)
    assert (done.functions, done.written, done.kept) == (1, len(expected) - 1, ())
    assert cells_of(book, "S")[1, 1].array_range == "A1:S19"


def test_dates_of_1904_mean_the_same_in_the_functions_of_excel(recalculated):
    _, book = recalculated(
        {
            "S!A1:B2": (STATEMENT, STALE),
            "S!V1": ("=YEAR(A2)", 1904),
            "S!V2": ('=TEXT(A2,"mmm yyyy")', "Jan 1904"),
            "S!V3": ("=A2=DATE(2025,9,1)", False),
            "S!V4": "=PBR_OUTCOME_FEE(10,A2,DATE(2025,9,1),DATE(2025,9,30))",
            "S!V5": "=PBR_OUTCOME_FEE(10,Placements!E2,DATE(2026,2,1),DATE(2026,2,28))",
        },
        date_1904=True,
    )
    values = shown(book)
    assert [values[row, 22] for row in range(1, 6)] == [2025.0, "Sep 2025", True, 10.0, 10.0]


@pytest.mark.parametrize("stored", ["A1", "A1:A2", "A1:B3", "A1:F9", "A1:B9", "A1:F2"])
def test_a_spill_grows_and_shrinks(recalculated, stored):
    amounts = [[500.0, 400.0], [300.0, -200.0], [100.0, 250.0]]
    place = stored if ":" in stored else "A1:A1"
    done, book = recalculated(
        {f"S!{place}": ("=PBR_CONTRACT_CAP(Amounts!A1:B3,1000)", STALE)}, {"Amounts": amounts},
        tables_named=False,
    )  # fmt: skip
    values = {place: value for place, value in shown(book).items() if value is not None}
    assert values == as_serials([[500.0, 400.0], [100.0, -200.0], [100.0, 100.0]])
    assert cells_of(book, "S")[1, 1].array_range == "A1:B3"
    assert done.functions == 1


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=PBR_FEE_CAP(45000,349883.33,)", 45000.0),
        ("=PBR_CONTRACT_CAP(126990,,900000)", 126990.0),
        ("=PBR_SAVING(7000,1400,,,DATE(2026,3,1),DATE(2026,3,31))", 0.0),
        ("=PBR_SAVING(7000,1400,DATE(2026,3,1),,DATE(2026,3,1),DATE(2026,3,7))", 5600.0),
        ("=PBR_THRESHOLD_BONUS(4000000,3000000,10%,,)", 100000.0),
        ('=PBR_THRESHOLD_BONUS(4000000,3000000,0.1,,"whole")', 400000.0),
        ("=PBR_PRO_RATA(599800,DATE(2025,9,1),12,DATE(2026,3,31),Z9)", 349883.33),
        ('=_xldudf_PBR_PRO_RATA(599800,"1 Sep 2025",12,"31/03/2026","days")', 348376.99),
        ("=SUM(PBR_FEE_CAP(1,2),PBR_FEE_CAP(3,4))*2", 8.0),
        ("=IF(PBR_FEE_CAP(1,2)=1,PBR_FEE_CAP(5,6),PBR_FEE_CAP(7,8))", 5.0),
        ('=PBR_FEE_CAP("tbc",2)', "#VALUE!"),
        ("=PBR_OUTCOME_FEE(-1,A9,DATE(2026,1,1),DATE(2026,2,1))", "#NUM!"),
        ('=PBR_TERMS("nowhere")', "#N/A"),
        # The error is not the function's own, so it is not put over the figure.
        ("=PBR_FEE_CAP(1/0,2)", STALE),
        ("=PBR_FEE_CAP(1)", "#VALUE!"),
        ('=SUM(PBR_FEE_CAP("tbc",2),5)', "#VALUE!"),
    ],
)
def test_one_cell(recalculated, sample, formula, expected):
    _, book = recalculated({"S!A1": (formula, STALE)}, {"Terms": sample["Terms"]})
    found = shown(book)[1, 1]
    assert (found.code if isinstance(found, CellError) else found) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("PBR_FEE_CAP(A1,,B1)", 'PBR_FEE_CAP(A1,"",B1)'),
        ("PBR_FEE_CAP(,,)", 'PBR_FEE_CAP("","","")'),
        ("pbr_fee_cap( A1 , , )", 'pbr_fee_cap( A1 , "", "")'),
        ("_xldudf_PBR_FEE_CAP(A1,)", '_xldudf_PBR_FEE_CAP(A1,"")'),
        ("IF(A1,,PBR_VERSION())", "IF(A1,,PBR_VERSION())"),
        ("PBR_FEE_CAP(IF(A1,,2),,3)", 'PBR_FEE_CAP(IF(A1,,2),"",3)'),
        ("PBR_FEE_CAP(\"a,,(\",,'S,,'!A1)", 'PBR_FEE_CAP("a,,(","",\'S,,\'!A1)'),
        ('PBR_FEE_CAP("say ""x"",,",)', 'PBR_FEE_CAP("say ""x"",,","")'),
        ("SUM(PbrTerms[[#All],[Term]:[Value]],,1)", "SUM(PbrTerms[[#All],[Term]:[Value]],,1)"),
        ("(A1,,B1)", "(A1,,B1)"),
        ("PBR_FEE_CAP(T[Child'#s, all],,3)", 'PBR_FEE_CAP(T[Child\'#s, all],"",3)'),
    ],
)
def test_an_argument_left_out_is_a_blank_only_in_our_calls(formula, expected):
    assert with_blanks_for_omitted(formula) == expected


def test_what_calls_a_function():
    assert calls_a_function("1+pbr_fee_cap (A1,2)")
    assert calls_a_function("_xldudf_PBR_VERSION()")
    assert not calls_a_function("SUM(PBR_TOTAL)")


def test_dependents_on_every_sheet_are_refreshed_and_nothing_else_changes(recalculated):
    done, book = recalculated(
        {
            "S!A1:B2": (STATEMENT, STALE),
            "Other sheet!A1": ("=S!M19", 0),
            "Other sheet!A2": ("=SUM(S!M2:M19)", 0),
            "Other sheet!A3": ("=A1-A2", 0),
            "Other sheet!A4": ('=IF(A3=0,"agrees","differs")', "agrees"),
            "Other sheet!A5": ("=1+1", STALE),
            "Other sheet!A6": ("=MAX(Placements!C2:C16)", STALE),
            "Other sheet!A7": ("=COUNTA(S!A1:A60)", 2),
        }
    )
    values = shown(book, "Other sheet")
    statement = shown(book)
    headings = {statement[1, column]: column for column in range(1, 20)}
    assert headings["Payable"] == 13
    total = sum(round(statement[row, 13] * 100) for row in range(2, 20)) / 100
    assert values[1, 1] == statement[19, 13]
    assert values[2, 1] == pytest.approx(total, abs=0.001)
    assert values[3, 1] == values[1, 1] - values[2, 1]
    assert values[4, 1] == "differs"
    assert values[7, 1] == 19.0
    # These depend on no PBR_ function and keep what the file says.
    assert (values[5, 1], values[6, 1]) == (STALE, STALE)
    assert done.kept == ()


def test_what_the_engine_does_not_know_keeps_its_last_value_and_is_named(recalculated):
    done, book = recalculated(
        {
            "S!A1": ("=PBR_FEE_CAP(45000,349883.33)", STALE),
            "S!A2": ("=COUNCIL_RATE(A1)", 7.5),
            "S!A3": ("=A2+1", 8.5),
            "S!A4": ("=PBR_FEE_CAP(A2,10)", 7.25),
            "S!A5": ("=A1+1", STALE + 1),
        }
    )
    values = shown(book)
    assert [values[row, 1] for row in range(1, 6)] == [45000.0, 7.5, 8.5, 7.25, 45001.0]
    assert [kept.address for kept in done.kept] == ["S!A2", "S!A3", "S!A4"]


def test_a_formula_that_hides_what_the_engine_does_not_know_keeps_its_last_value(recalculated):
    done, book = recalculated(
        {
            "S!A1": ("=PBR_FEE_CAP(45000,349883.33)", STALE),
            "S!A2": ("=IFERROR(COUNCIL_RATE(A1),0)", 7.5),
            "S!A3": ("=IF(ISERROR(A2),0,A2)+A1", 45007.5),
            "S!A4": ("=IFERROR(A1,0)", STALE),
            "S!A5": ("=IFERROR(_xlfn.NEWER(A1),0)", 6.5),
        }
    )
    values = shown(book)
    assert [values[row, 1] for row in range(1, 6)] == [45000.0, 7.5, 45007.5, 45000.0, 6.5]
    assert [kept.address for kept in done.kept] == ["S!A2", "S!A3", "S!A5"]


def test_the_rest_of_the_workbook_is_as_it_was(make_workbook, sample, tmp_path):
    path = make_workbook(sample, formulas={"S!A1:B2": (STATEMENT, STALE)})
    before = path.read_bytes()
    recalculate(path, tmp_path / "out.xlsx")
    assert path.read_bytes() == before
    for sheet in sample:
        assert shown(open_book(tmp_path / "out.xlsx"), sheet) == shown(open_book(path), sheet)
    again = recalculate(tmp_path / "out.xlsx", tmp_path / "again.xlsx")
    assert again.written == 0
    assert shown(open_book(tmp_path / "again.xlsx")) == shown(open_book(tmp_path / "out.xlsx"))


def test_never_over_the_input(make_workbook, sample, tmp_path):
    path = make_workbook(sample, formulas={"S!A1": "=PBR_VERSION()"})
    before = path.read_bytes()
    (tmp_path / "sub").mkdir()
    for target in (path, tmp_path / "sub" / ".." / path.name):
        with pytest.raises(FileProblem, match="is the file that is being read"):
            recalculate(path, target)
    assert path.read_bytes() == before


def test_a_changed_input_changes_the_copy(make_workbook, sample, tmp_path):
    path = make_workbook(sample, formulas={"S!A1:B2": (STATEMENT, STALE)})
    changed = tmp_path / "changed.xlsx"
    price = {(2, 3): CellChange(9000.0, None)}
    edit(open_book(path), Changes(cells={"Placements": price}), changed)
    sample["Placements"][1][2] = 9000
    found = calculate(changed)["S"]
    expected = as_serials(functions.pbr_statement(*sample.values()))
    assert {place: found[place] for place in expected} == expected


# The check of the calculated cells against the functions called directly.


FORMULAS = {
    "S!A1:B2": (STATEMENT, STALE),
    "T!A1:B2": ("=PBR_READINGS(PbrTerms[#All],PbrPlacements[#All],PbrCarers[#All],)", STALE),
    "T!G1": ("=PBR_PRO_RATA(Terms!$B$9,Terms!$B$7,12,S!A8)", STALE),
    "T!G2": ("=PBR_FEE_CAP(1,DATE(2026,1,1))", STALE),
    "T!G3": ("=1+PBR_FEE_CAP(1,2)", STALE),
    "T!G4": ('=PBR_FEE_CAP("tbc",2)', STALE),
    "T!G5": ("=PBR_CONTRACT_CAP(-5,-5)", STALE),
}


@pytest.mark.parametrize("date_1904", [False, True])
def test_every_plain_call_is_compared(recalculated, sample, tmp_path, date_1904):
    _, book = recalculated(FORMULAS, date_1904=date_1904)
    found = verify(book, calculate(tmp_path / "out.xlsx"))
    readings = functions.pbr_readings(sample["Terms"], sample["Placements"], sample["Carers"])
    assert (found.formulas, found.different) == (4, ())
    assert found.compared == 19 * len(FIGURES) + 5 * len(readings) + 2


@pytest.mark.parametrize(
    ("sheet", "place", "wrong"),
    [("S", (5, 6), 0.01), ("S", (2, 1), 45900.0), ("S", (1, 1), "Months"), ("T", (2, 3), "no"),
     ("T", (1, 7), 0.0), ("T", (4, 7), 2.0), ("T", (4, 7), CellError("#NUM!", "")),
     ("S", (19, 15), None)],
)  # fmt: skip
def test_a_wrong_cell_is_found(recalculated, tmp_path, sheet, place, wrong):
    _, book = recalculated(FORMULAS)
    values = calculate(tmp_path / "out.xlsx")
    assert values[sheet][place] != wrong
    values[sheet][place] = wrong
    row, column = place
    assert verify(book, values).different == (f"{sheet}!{chr(64 + column)}{row}",)


@pytest.mark.parametrize("days", [58, 59, 60, 61])
def test_a_count_of_days_that_the_engine_takes_for_a_date(recalculated, days):
    """As a date, 60 was the day of 59: 29 February 1900, which never was, is 60 in Excel."""
    _, book = recalculated({"S!A1": (f"=IF(PBR_FEE_CAP(1,2)=1,DATE(1900,1,1)+{days - 1})", 0)})
    assert shown(book)[1, 1] == float(days)


@pytest.mark.parametrize("formula", ["=Due", "=Due*2", "=Twice+1"])
def test_a_function_behind_a_name_is_calculated_or_named(tmp_path, formula):
    book = xlsxwriter.Workbook(tmp_path / "book.xlsx")
    sheet = book.add_worksheet("S")
    sheet.write("A1", 100)
    sheet.write_formula("B1", formula, None, STALE)
    sheet.write_formula("B2", "=Rate*1", None, 0.25)
    book.define_name("Due", "=PBR_FEE_CAP(S!$A$1,500)")
    book.define_name("Twice", "=Due*2")
    book.define_name("Rate", "=0.25")
    book.close()
    done = recalculate(tmp_path / "book.xlsx", tmp_path / "out.xlsx")
    value = shown(open_book(tmp_path / "out.xlsx"))[1, 2]
    right = {"=Due": 100.0, "=Due*2": 200.0, "=Twice+1": 201.0}[formula]
    assert (value, [kept.address for kept in done.kept]) in ((right, []), (STALE, ["S!B1"]))
