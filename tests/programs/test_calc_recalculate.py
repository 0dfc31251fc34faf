"""``xlpbr recalc --engine calc``: values by LibreOffice Calc, and what keeps its value."""

from __future__ import annotations

import os
import signal
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from tests.support.budget_books import BUDGETS, Budget, core
from tests.support.doubtful_figures import AT_A_POINT, TAKEN, TINY, WITH_TEXTS
from tests.support.doubtful_figures import written as written_figures
from tests.support.forecast_book import FORECAST, forecast_book
from tests.support.host_matrix import sheet_form
from tests.support.needed import CALC_REMEDY, need
from tests.support.rounded_book import LAST_VALUES, REASON, rounded_book
from tests.support.templates import template
from xlpbr.errors import FileProblem
from xlpbr.workbook.calculate.changed_copy import Recalculation
from xlpbr.workbook.calculate.keeping import same_value
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice.recalculate import recalculate_with_calc
from xlpbr.workbook.ooxml.addresses import split_area
from xlpbr.workbook.ooxml.book import Book, cells_of, open_book


@pytest.fixture(scope="module", autouse=True)
def _calc() -> None:
    program = calc_engine.find_calc()
    present = program is not None and any(program.parent.glob("*pythonloader*"))
    need("LibreOffice with python3-uno", present=present, remedy=CALC_REMEDY)


def values(path: Path, sheet: str, area: str) -> list[list[Any]]:
    """What a book shows in an area, in the form of a sheet."""
    first_row, first_column, last_row, last_column = split_area(area)
    stored = cells_of(open_book(path), sheet)
    return sheet_form(
        [
            [
                stored[row, column].value if (row, column) in stored else None
                for column in range(first_column, last_column + 1)
            ]
            for row in range(first_row, last_row + 1)
        ]
    )


def written(path: Path, formulas: dict[str, Any], *, sheet: str = "S") -> Path:
    """A book with formulas and the values that they last showed: ``{cell: (formula, value)}``."""
    book = xlsxwriter.Workbook(path)
    of_sheet = book.add_worksheet(sheet)
    for cell, content in formulas.items():
        if isinstance(content, tuple) and ":" in cell:
            of_sheet.write_dynamic_array_formula(cell, content[0], None, content[1])
        elif isinstance(content, tuple):
            of_sheet.write_formula(cell, content[0], None, content[1])
        else:
            of_sheet.write(cell, content)
    book.close()
    return path


def recalculated(tmp_path: Path, formulas: dict[str, Any]) -> tuple[Path, Recalculation]:
    source, target = written(tmp_path / "book.xlsx", formulas), tmp_path / "new.xlsx"
    return target, recalculate_with_calc(source, target)


# -- values ----------------------------------------------------------------------------------


@pytest.mark.parametrize("budget", BUDGETS, ids=lambda budget: budget.name)
def test_every_cell_of_a_budget_book_shows_what_the_core_gives(budget: Budget, tmp_path: Path):
    source, target = tmp_path / "budget.xlsx", tmp_path / "new.xlsx"
    checks = budget.build(source, budget.figures)
    before = source.read_bytes()
    done = recalculate_with_calc(source, target)
    assert done.kept == ()
    shown = [(one.area, values(target, one.sheet, one.area)) for one in checks]
    assert shown == [(one.area, one.rows) for one in checks]
    assert source.read_bytes() == before


def test_two_engines_that_share_nothing_give_the_template_the_same_values(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
):
    source = template(tmp_path_factory, "plymouth-l04-2526")
    books: list[Book] = []
    for name, engine in (("calc", recalculate_with_calc), ("embedded", recalculate)):
        done = engine(source, tmp_path / f"{name}.xlsx")
        assert done.kept == ()
        books.append(open_book(tmp_path / f"{name}.xlsx"))
    compared = 0
    for sheet in books[0].sheets:
        shown = [
            {place: cell.value or "" for place, cell in cells_of(book, sheet.name).items()}
            for book in books
        ]
        for place in {*shown[0], *shown[1]}:
            compared += 1
            assert shown[0].get(place, "") == shown[1].get(place, ""), (sheet.name, place)
    assert compared > 2500


def test_a_spill_that_grows_and_one_that_shrinks_and_what_adds_them_up(tmp_path: Path):
    four = core("PBR_THRESHOLD_BONUS", [[2.0]] * 4, 1, 0.5)
    target, done = recalculated(
        tmp_path,
        {
            **{f"A{row}": 2.0 for row in range(1, 5)},
            "C1:C2": ("=PBR_THRESHOLD_BONUS(A1:A4,1,0.5)", 9),
            "E1:E9": ("=PBR_THRESHOLD_BONUS(A1:A2,1,0.5)", 9),
            "G1": ("=SUM(C:C)", 9),
            "G2": ("=SUM(E1:E9)", 9),
        },
    )
    assert done.kept == ()
    assert values(target, "S", "C1:C5") == [*four, [""]]
    assert values(target, "S", "E1:E4") == [[0.5], [0.5], [""], [""]]
    assert values(target, "S", "G1:G2") == [[2.0], [1.0]]
    stored = cells_of(open_book(target), "S")
    assert (stored[1, 3].array_range, stored[1, 5].array_range) == ("C1:C4", "E1:E2")


def test_texts_of_a_spill_are_compared_as_texts(tmp_path: Path):
    table = core("PBR_TERMS", "plymouth-l04-2526")
    rows = len(table)
    target, done = recalculated(
        tmp_path,
        {
            f"A1:D{rows}": ('=PBR_TERMS("plymouth-l04-2526")', "x"),
            "F1": ('=IF(A2="Contract","first","other")', "other"),
            "F2": ("=A2=A3", True),
            "F3": ('=IFERROR(VLOOKUP("Fee months",A:B,2,FALSE),0)', 0),
            "F4": ('=COUNTIF(A:A,"Fee*")', 0),
            "F5": ('=SUMPRODUCT((PBR_TERMS("plymouth-l04-2526")="Fee")*1)', 7),
            "F6": ("=F5+1", 8),
        },
    )
    assert values(target, "S", f"A1:D{rows}") == table
    fees = sum(str(row[0]).startswith("Fee") for row in table)
    assert values(target, "S", "F1:F4") == [["first"], [False], [12.0], [float(fees)]]
    assert [(one.address, one.reason) for one in done.kept] == [
        ("S!F5", "it compares texts within a table of a PBR_ function"),
        ("S!F6", "it depends on a formula that keeps its last value"),
    ]
    assert values(target, "S", "F5:F6") == [[7.0], [8.0]]


# -- what keeps its value --------------------------------------------------------------------


def test_what_calc_works_out_otherwise_is_held_to_what_the_workbook_shows(tmp_path: Path):
    target, done = recalculated(
        tmp_path,
        {
            "A1": ("=NOW()", 46082.5),
            "A2": ("=SUM(1,2)", 4.0),
            "A3": ("=INT(A1)", 46082.0),
            "B1": ("=PBR_OUTCOME_FEE(10.05,A3,A3,A3)", 0),
            "B2": ("=B1+A2", 4.0),
            "B3": ("=SUM(PBR_OUTCOME_FEE(10.05,A3,A3,A3),1)", 3.0),
            "B4": ("=ROUND(B1,0)", 0),
        },
    )
    assert values(target, "S", "A1:A3") == [[46082.5], [4.0], [46082.0]]
    assert values(target, "S", "B1:B2") == [[10.05], [14.05]]
    assert [(one.address, one.reason) for one in done.kept] == [
        (
            "S!B3",
            "it uses SUM, for which Calc gives another value than the workbook shows in S!A2",
        )
    ]
    assert values(target, "S", "B3:B4") == [[3.0], [10.0]]


def test_an_error_of_calcs_own_never_takes_the_place_of_a_figure(tmp_path: Path):
    target, done = recalculated(
        tmp_path,
        {
            "A1": 10.05,
            "A2": ("=1/0", "#DIV/0!"),
            "B1": ("=PBR_OUTCOME_FEE(A1,1,1,1)", 1.0),
            "B2": ("=_xlfn.NEWFUNCTION(B1)", 5.0),
            "B3": ("=B2*2", 10.0),
            "B4": ("=PBR_OUTCOME_FEE(A2,1,1,1)", 7.0),
            "B5": ('=PBR_OUTCOME_FEE("ten",1,1,1)', 7.0),
            "B6": ("=B5+1", 8.0),
            "B8": ("=B1+1", 1.5),
            "B9": ("=B8+1", 2.5),
            "B7": ("=[1]Other!A1+B1", 6.0),
        },
    )
    assert values(target, "S", "B1:B7") == [
        [10.05], [5.0], [10.0], ["#DIV/0!"], ["#VALUE!"], ["#VALUE!"], [6.0],
    ]  # fmt: skip
    kept = {one.address: one.reason for one in done.kept}
    not_proved = (
        "from what the workbook shows, Calc makes another value of it than the workbook shows"
    )
    assert kept == {
        "S!B2": not_proved,
        "S!B3": "it depends on a formula that keeps its last value",
        "S!B8": not_proved,
        "S!B9": "it depends on a formula that keeps its last value",
        "S!B7": "it reads another workbook",
    }


def test_a_spill_without_room_keeps_its_values(tmp_path: Path):
    target, done = recalculated(
        tmp_path,
        {
            **{f"A{row}": 2.0 for row in range(1, 5)},
            "C1:C2": ("=PBR_THRESHOLD_BONUS(A1:A4,1,0.5)", 9),
            "C4": "a note of mine",
        },
    )
    assert [one.reason for one in done.kept] == ["there is no room for what it gives now"]
    assert values(target, "S", "C1:C4") == [[9.0], [0.0], [""], ["a note of mine"]]


def test_truth_values_and_names_as_other_hosts_store_them(tmp_path: Path):
    target, done = recalculated(
        tmp_path,
        {
            "A1": True,
            "A2": ("=1=1", True),
            "B1": ("=_xldudf_PBR_OUTCOME_FEE(A1,1,1,1)", 3.0),
            "B2": ("=[0]!PBR_OUTCOME_FEE(A2,1,1,1)", 3.0),
            "B3": ("=_xll.PBR_OUTCOME_FEE(2.5,1,1,1)", 3.0),
        },
    )
    assert done.kept == ()
    assert done.functions == 3
    assert values(target, "S", "B1:B3") == [["#VALUE!"], ["#VALUE!"], [2.5]]


def test_locked_sheets_of_a_template_are_calculated_and_stay_locked(tmp_path: Path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Locked"
    sheet["A1"] = openpyxl.worksheet.formula.ArrayFormula(
        "A1:A2", "=PBR_THRESHOLD_BONUS(B1:B3,1,1)"
    )
    for row in (1, 2, 3):
        sheet[f"B{row}"] = 3
    sheet.protection.sheet = True
    sheet.protection.password = "not to be known"
    source, target = tmp_path / "locked.xlsx", tmp_path / "new.xlsx"
    book.save(source)
    assert recalculate_with_calc(source, target, allow=["protected-sheet"]).kept == ()
    assert values(target, "Locked", "A1:A3") == [[2.0], [2.0], [""]]
    with zipfile.ZipFile(target) as package:
        assert b'sheet="1"' in package.read("xl/worksheets/sheet1.xml")


def test_own_formulas_over_a_forecast_on_another_sheet(tmp_path: Path):
    source, target = tmp_path / "book.xlsx", tmp_path / "new.xlsx"
    made = forecast_book(source)
    done = recalculate_with_calc(source, target)
    assert values(target, FORECAST, made.area) == made.forecast
    # Calc itself says what OFFSET reads.
    hidden = {made.hidden[0]: made.shows["Budget!B2"]}
    for address, expected in (made.shows | hidden).items():
        sheet, _, cell = address.partition("!")
        ((shown,),) = values(target, sheet, cell)
        assert same_value(shown, expected), address
    assert {one.address: one.reason for one in done.kept} == {
        made.unprovable: "from what the workbook shows, Calc makes another value of it than the"
        " workbook shows",
        **dict.fromkeys(made.behind, "it depends on a formula that keeps its last value"),
    }
    for address in (made.unprovable, *made.behind):
        sheet, _, cell = address.partition("!")
        assert values(target, sheet, cell) == values(source, sheet, cell)


def test_a_book_with_precision_as_displayed_keeps_every_value(tmp_path: Path):
    source, target = rounded_book(tmp_path / "book.xlsx"), tmp_path / "new.xlsx"
    done = recalculate_with_calc(source, target)
    assert {one.address: one.reason for one in done.kept} == REASON
    assert done.written == 0
    assert values(target, "S", "A1:A4") == [[value] for value in LAST_VALUES.values()]


# -- the private Calc ------------------------------------------------------------------------


def test_nothing_is_left_behind_even_by_a_calc_that_takes_too_long(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    with calc_engine.running() as calc:
        folder, process = calc.folder, calc.process
        assert calc.version.count(".") >= 2
        assert calc.python >= (3, 11)
    assert process.poll() is not None
    assert not folder.exists()
    pipes = _pipes()
    with calc_engine.running() as calc:
        assert _pipes() - pipes
        own = _pipes() - pipes
        monkeypatch.setattr(calc_engine, "TIME_LIMIT", 1.0)
        os.kill(calc.process.pid, signal.SIGSTOP)
        with pytest.raises(FileProblem, match="took more than 1 seconds and was ended"):
            calc_engine.open_new(calc)
        folder, process = calc.folder, calc.process
    assert process.poll() is not None
    assert not folder.exists()
    # Others may have started theirs meanwhile, under names of their own.
    assert len(own & _pipes()) < len(own)


def _pipes() -> set[str]:
    return {one.name for one in Path("/tmp").glob("OSL_PIPE_*")}


def test_a_workbook_that_cannot_be_read_is_refused_before_calc_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(calc_engine, "running", pytest.fail)
    with pytest.raises(FileProblem):
        recalculate_with_calc(tmp_path / "none.xlsx", tmp_path / "new.xlsx")


def test_a_function_behind_a_name_is_calculated(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "book.xlsx")
    sheet = book.add_worksheet("S")
    sheet.write("A1", 100)
    sheet.write_formula("B1", "=Due*2", None, 999.25)
    book.define_name("Due", "=PBR_FEE_CAP(S!$A$1,500)")
    book.close()
    done = recalculate_with_calc(tmp_path / "book.xlsx", tmp_path / "out.xlsx")
    assert values(tmp_path / "out.xlsx", "S", "B1:B1") == [[200.0]]
    assert (done.functions, done.kept) == (1, ())


def test_figures_that_excel_may_show_otherwise_are_kept_and_all_others_taken(tmp_path: Path):
    kept = [case[:4] for case in AT_A_POINT if case[4] != TINY]
    kept += [(formula, 0, shown, 100) for formula, shown, _ in WITH_TEXTS]
    # Where the engine shows a tiny difference Calc shows 0, as Excel does.
    right = {case[:4]: case[4] for case in TAKEN}
    right |= {case[:4]: 0.0 for case in AT_A_POINT if case[4] == TINY}
    path = written_figures(tmp_path / "budget.xlsx", [*kept, *right])
    done = recalculate_with_calc(path, tmp_path / "out.xlsx")
    book = open_book(tmp_path / "out.xlsx")
    now = {
        case: [cells_of(book, f"Case{number}")[1, column].value for column in (3, 4)]
        for number, case in enumerate([*kept, *right])
    }
    for case in kept:
        assert now[case] == [case[2] or now[case][0]] * 2, case
    for case, value in right.items():
        assert all(same_value(shown, value) for shown in now[case]), case
    named = {f"Case{number}!{cell}1" for number in range(len(kept)) for cell in "CD"}
    assert {one.address for one in done.kept} == named
