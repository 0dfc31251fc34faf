"""The acceptance workbook opened in LibreOffice: green but for what is declared, red if wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from xlpbr import __version__
from xlpbr.workbook.acceptance.first_sheet import FIRST_SHEET, HEADLINE, LINE
from xlpbr.workbook.acceptance.host_cases import cases, draws_many
from xlpbr.workbook.acceptance.plan import FIRST_ROW
from xlpbr.workbook.acceptance.sheets import CASES, DECLARED, EQUAL, NOT_EQUAL
from xlpbr.workbook.acceptance.write import new_acceptance_workbook
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.ooxml.addresses import cell_name


def seen(calc: calc_engine.Calc, path: Path, count: int) -> tuple[str, str, Counter[str]]:
    """The headline, the line for a report, and how many cases have each result."""
    book = calc_engine.open_in(calc, path)
    areas = [(FIRST_SHEET, f"{cell_name(place)}:{cell_name(place)}") for place in (HEADLINE, LINE)]
    results = (CASES, f"F{FIRST_ROW}:F{FIRST_ROW + count - 1}")
    headline, line, listed = calc_engine.read(calc, book, [*areas, results])
    calc_engine.close(calc, book)
    return str(headline[0][0]), str(line[0][0]), Counter(str(row[0]) for row in listed)


@pytest.mark.slow
def test_in_calc_every_case_is_equal_but_those_that_are_declared(
    calc: calc_engine.Calc, tmp_path: Path
):
    path = tmp_path / "calc.xlsx"
    count = new_acceptance_workbook("calc", path)
    assert count == len([case for case in cases() if not draws_many(case)])
    headline, line, results = seen(calc, path, count)
    assert headline.startswith(f"All {count:,} cases are equal but for")
    assert "9 of 9 checks of the program are right. Release " in headline
    assert "not opened" not in headline + line
    assert results[EQUAL] + results[DECLARED] == count
    assert results[EQUAL] > 0.7 * count
    assert f"xlpbr {__version__}; workbook of {__version__}; host calc; release " in line
    assert "at work yes;" in line
    assert f"equal {results[EQUAL]}; declared {results[DECLARED]}; not equal 0;" in line


@pytest.mark.slow
def test_a_function_that_is_wrong_in_calc_turns_it_red(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calc: calc_engine.Calc
):
    """The private Calc gets a rule that lets the fee pass the saving by a penny."""
    right, wrong = (
        b"return max(0, to_pence(min(savings, ",
        b"return 1 + max(0, to_pence(min(savings, ",
    )
    place = "pythonpath/xlpbr/settlement/rules.py"
    files = calc_engine.private_files()
    assert files[place].count(right) == 1
    files[place] = files[place].replace(right, wrong)
    chosen = [case for case in cases() if case.function in ("PBR_FEE_CAP", "PBR_VERSION")]
    path = tmp_path / "calc.xlsx"
    new_acceptance_workbook("calc", path, chosen)
    assert seen(calc, path, len(chosen))[2][NOT_EQUAL] == 0
    monkeypatch.setattr(calc_engine, "private_files", lambda: files)
    with calc_engine.running() as other:
        headline, line, results = seen(other, path, len(chosen))
    assert results[NOT_EQUAL] > 10
    assert headline.startswith(f"{results[NOT_EQUAL]} of {len(chosen)} cases are NOT EQUAL")
    assert f"at work yes; equal {results[EQUAL]};" in line
