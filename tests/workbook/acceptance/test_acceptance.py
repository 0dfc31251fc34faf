"""The acceptance workbook: every case is in it, in each host's form, with its values at once."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest

from xlpbr import __version__
from xlpbr.errors import CellError, FileProblem
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS, Host
from xlpbr.workbook.acceptance import first_sheet, plan, write
from xlpbr.workbook.acceptance.differences import differs
from xlpbr.workbook.acceptance.first_sheet import FIRST_SHEET, HEADLINE, LINE
from xlpbr.workbook.acceptance.host_cases import (
    ERROR_IN_A_RANGE,
    LEFT_OUT,
    TRUTH_VALUE,
    Case,
    cases,
    draws_many,
    result,
)
from xlpbr.workbook.acceptance.plan import FIRST_ROW, INPUTS, RESULTS, comparison, equal, plan_for
from xlpbr.workbook.acceptance.sheets import CASES, EQUAL, NOT_EQUAL, NOT_HERE
from xlpbr.workbook.acceptance.write import new_acceptance_workbook
from xlpbr.workbook.calculate.engine import load, values_of
from xlpbr.workbook.ooxml.addresses import split_area, split_cell
from xlpbr.workbook.ooxml.book import cells_of, open_book


def few() -> list[Case]:
    """Some cases of each kind, those with declared differences among them."""
    wanted = ("PBR_FEE_CAP", "PBR_CONTRACT_CAP", "PBR_VERSION", "PBR_TERMS")
    return [case for case in cases() if case.function in wanted]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("acceptance")
    found = {}
    for host in OF_WORKBOOKS:
        found[host] = folder / f"{host}{HOSTS[host].suffix}"
        assert new_acceptance_workbook(host, found[host], few()) == len(few())
    return found


def shown(path: Path, sheet: str) -> dict[tuple[int, int], object]:
    return {place: cell.value for place, cell in cells_of(open_book(path), sheet).items()}


# -- the plan --------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_case_is_in_the_workbook_or_said_to_be_left_out():
    found = plan_for("lite")
    assert {block.case for block in found.blocks} | set(found.left_out) == set(cases())
    assert len(found.blocks) + len(found.left_out) == len(cases()) > 1600
    assert 0 < len(found.left_out) < 10
    assert all(draws_many(case) for case in found.left_out)
    assert all(len(comparison(block)) < 8000 for block in found.blocks)
    assert {block.case.function for block in found.blocks} == FUNCTIONS.keys()


def test_no_block_stands_in_another_and_each_call_reads_its_own_arguments():
    found = plan_for("calc", few())
    for one, other in pairwise(found.blocks):
        assert other.row > one.row + one.height
    for one, other in pairwise(found.given):
        assert other.area[0] > one.area[2] + 1
    rows = {given.area: given.rows for given in found.given}
    for block in found.blocks:
        read = re.findall(rf"{INPUTS}!([A-Z]+\d+(?::[A-Z]+\d+)?)", block.call)
        given = [one for one in block.case.arguments if one is not LEFT_OUT]
        assert len(read) == len(given)
        for reference, argument in zip(read, given, strict=True):
            assert isinstance(argument, list) == (":" in reference)
            area = split_area(reference) if ":" in reference else split_cell(reference) * 2
            there = rows[tuple(area)]
            assert repr(there) == repr(argument if isinstance(argument, list) else [[argument]])


def test_what_is_equal_is_equal_in_kind_and_to_the_letter():
    error, other = CellError("#N/A", "one"), CellError("#NUM!", "another")
    assert equal([[1.0, "a"]], [[1.0, "a"]])
    assert equal([[error]], [[CellError("#N/A", "of another reason")]])
    for got in ([["1"]], [[1.01]], [[other]], [[1.0], [1.0]], [[1.0, ""]], [[""]]):
        assert not equal(got, [[1.0]])
    assert not equal([["A"]], [["a"]])
    assert not equal([[other]], [[error]])


# -- the workbook of each host ---------------------------------------------------------------


@pytest.mark.slow
def test_each_host_has_its_own_form(made):
    for host, path in made.items():
        book = open_book(path)
        formulas = [cell.formula or "" for cell in cells_of(book, RESULTS).values()]
        calls = [formula for formula in formulas if "(" in formula]
        assert len(calls) == len(few())
        assert all(call.startswith(f"{HOSTS[host].prefix}PBR_") for call in calls), host
        members = {name.casefold() for name in zipfile.ZipFile(path).namelist()}
        brought = {one.name for one in HOSTS.values() if one.part
                   and any(name.startswith(one.part) for name in members)}  # fmt: skip
        assert brought == ({host} & {"classic", "lite"}), host
        # Whatever values stand there, the program calculates all of it when it opens the book.
        calculation = zipfile.ZipFile(path).read("xl/workbook.xml")
        assert b'fullCalcOnLoad="1"' in calculation
    assert "xlwings.conf" in [sheet.name for sheet in open_book(made["classic"]).sheets]


@pytest.mark.slow
def test_the_values_are_there_at_once_and_say_who_calculated_them(made):
    for host, path in made.items():
        first = shown(path, FIRST_SHEET)
        headline, line = first[HEADLINE], first[LINE]
        assert str(headline).startswith(f"All {len(few())} cases are equal"), host
        assert "not opened in a spreadsheet yet" in str(line)
        assert "not opened in a spreadsheet yet" in str(headline)
        assert f"xlpbr {__version__}; workbook of {__version__}; host {host};" in str(line)
        assert "not equal 0; checks 9 of 9" in str(line)
        assert (first[18, 1], first[18, 2]) == ("none", "")
        listed = shown(path, CASES)
        # No spreadsheet may take these for its own: it counts the bare words alone.
        results = [listed[FIRST_ROW + at, 6] for at in range(len(few()))]
        assert all(str(one).endswith(NOT_HERE) for one in results)
        assert f"{NOT_EQUAL}{NOT_HERE}" not in results
        assert results.count(f"{EQUAL}{NOT_HERE}") > len(few()) / 2
        if host == "classic":
            assert set(results) == {f"{EQUAL}{NOT_HERE}"}


@pytest.mark.slow
def test_a_program_that_calculates_the_first_sheet_alone_takes_no_value_for_its_own(made):
    book = open_book(made["calc"])
    places = {(FIRST_SHEET, place) for place, cell in cells_of(book, FIRST_SHEET).items()
              if cell.formula}  # fmt: skip
    calculation = load(book, calculated=places)
    seen = values_of(calculation, places)[FIRST_SHEET]
    assert str(seen[HEADLINE]).startswith(f"{len(few())} cases were not calculated here yet")
    assert "; equal 0; declared 0; not equal 0;" in str(seen[LINE])


@pytest.mark.slow
def test_what_must_come_stands_beside_as_the_function_gives_it(made):
    found = shown(made["classic"], RESULTS)
    for block in plan_for("classic", few()).blocks:
        top, left, bottom, right = block.beside
        rows = [
            [found.get((row, column)) or found.get((row, column), "")
             for column in range(left, right + 1)]
            for row in range(top, bottom + 1)
        ]  # fmt: skip
        rows = [["" if cell is None else cell for cell in row] for row in rows]
        assert equal(rows, result(block.case)), block.case.name


@pytest.mark.slow
@pytest.mark.parametrize("name", ["savings: half a penny", "savings: a date cell"])
def test_a_function_that_is_wrong_here_is_counted_and_named(tmp_path, monkeypatch, name):
    wrong = next(case for case in few() if case.name == f"PBR_FEE_CAP, {name}")
    # The second case is one in which the server is declared to differ: not by any figure.
    assert bool(differs("server", wrong)) == name.endswith("a date cell")
    calculated = write._calculated
    monkeypatch.setattr(write, "_calculated", lambda *given: calculated(*given) | {wrong: [[1.0]]})
    path = tmp_path / "wrong.xlsx"
    new_acceptance_workbook("server", path, few())
    first = shown(path, FIRST_SHEET)
    assert str(first[HEADLINE]).startswith(f"1 of {len(few())} cases are NOT EQUAL")
    assert wrong.name in first.values()
    assert (first[18, 1], first[18, 2], first[19, 1]) == (1, wrong.name, "")
    assert "; not equal 1;" in str(first[LINE])


@pytest.mark.slow
def test_a_program_that_shows_something_otherwise_is_said_and_marked(tmp_path, monkeypatch, made):
    """A check that is not right is no case: the headline says it, and is no longer green."""
    right = first_sheet._checks

    def with_a_fault(host: Host) -> list[first_sheet._Check]:
        first, *others = right(host)
        return [replace(first, must="0.0.0"), *others]

    monkeypatch.setattr(first_sheet, "_checks", with_a_fault)
    path = tmp_path / "calc.xlsx"
    new_acceptance_workbook("calc", path, few())
    first = shown(path, FIRST_SHEET)
    said = "8 of 9 checks of the program are right: the others are marked below. Release "
    assert said in str(first[HEADLINE])
    assert "; checks 8 of 9" in str(first[LINE])
    assert colours_of_the_headline(path, tmp_path)[0] is True
    assert colours_of_the_headline(made["calc"], tmp_path)[0] is False


def colours_of_the_headline(path: Path, folder: Path) -> list[object]:
    """Whether the headline is red, amber and green, each rule calculated as a cell of its sheet."""
    book = openpyxl.load_workbook(path)
    sheet = book[FIRST_SHEET]
    (headline,) = [one for one in sheet.conditional_formatting if str(one.sqref) == "B4:E4"]
    rules = sorted(headline.rules, key=lambda rule: rule.priority)
    places = [(FIRST_SHEET, (row, 30)) for row in range(1, len(rules) + 1)]
    for (_, (row, column)), rule in zip(places, rules, strict=True):
        sheet.cell(row, column, f"={rule.formula[0]}")
    book.save(folder / "rules.xlsx")
    seen = values_of(load(open_book(folder / "rules.xlsx")), places)[FIRST_SHEET]
    return [seen[place] for _, place in places]


def test_differences_are_those_of_the_host():
    for host in OF_WORKBOOKS:
        for block in plan_for(host, few()).blocks:
            known = differs(host, block.case)
            assert not block.difference or (known and block.difference == known.cases)
            # What a host makes of a date's number is known to the penny, and must come.
            assert block.is_known == (known is None or known.as_serials)
            assert (
                bool(block.difference) == (block.must != result(block.case)) or not block.is_known
            )
    assert not any(block.difference for block in plan_for("classic", few()).blocks)
    assert any(block.difference for block in plan_for("lite", few()).blocks)


@pytest.mark.parametrize("mark", [ERROR_IN_A_RANGE, TRUTH_VALUE])
def test_what_calc_hands_over_otherwise_is_declared_of_every_case_that_holds_it(mark):
    # The keys of every call of PBR_RECONCILE fall under another difference as well.
    found = [differs("calc", case) for case in cases() if mark in case.marks]
    assert len(found) > 100
    assert {known.cases if known else None for known in found} == {mark}


def test_a_host_or_an_ending_that_is_none_is_refused(tmp_path):
    with pytest.raises(FileProblem, match=r"must end in \.xlsm"):
        new_acceptance_workbook("classic", tmp_path / "book.xlsx", few())
    with pytest.raises(FileProblem, match="is not a host"):
        new_acceptance_workbook("embedded", tmp_path / "book.xlsx", few())
    assert list(tmp_path.iterdir()) == []


# -- the command -----------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_makes_it_and_says_what_to_do(xlpbr, tmp_path, monkeypatch):
    monkeypatch.setattr(plan, "cases", lambda: tuple(few()))
    path = tmp_path / "lite.xlsx"
    status, _, said = xlpbr("acceptance", "--host", "lite", "-o", path)
    assert status == 0
    assert f"with {len(few())} cases" in said
    assert "read its first sheet" in said
    status, _, said = xlpbr("acceptance", "--host", "lite", "-o", path)
    assert (status, "--replace" in said) == (2, True)
    status, _, said = xlpbr("acceptance", "--host", "classic", "-o", path)
    assert (status, ".xlsm" in said) == (2, True)
