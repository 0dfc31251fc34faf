"""What several tests need: a contract's tables, a small workbook with them, commands, Calc.

Here too are the kinds of tests: ``program`` where another program is needed, ``slow`` where a test
takes more than a second of processor time by itself; the rest is quick (tests/README.md).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, settings

from tests.support import kinds
from tests.support.made_files import hold_rules_against_every_file
from tests.support.needed import CALC_REMEDY, need
from tests.support.samples import sample_table
from tests.support.written import write_rows
from xlpbr import cli
from xlpbr.contract.evidence import COLUMNS
from xlpbr.contract.library import load_contract, terms_table
from xlpbr.contract.life import LIFE_COLUMNS
from xlpbr.errors import FileProblem
from xlpbr.workbook.libreoffice import engine as calc_engine
from xlpbr.workbook.libreoffice.pdf import find_libreoffice

# How long an example takes is not tested anywhere: a busy machine fails no test.
settings.register_profile(
    "no clock", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("no clock")

Tables = dict[str, list[list[Any]]]

CONTRACT = "plymouth-l04-2526"


@pytest.fixture
def sample() -> Tables:
    """The four tables of the Plymouth sample, heading rows first, to be changed at will.

    There is nothing to look at in them: the row that is disputed is one that is not agreed.
    """
    contract = load_contract(CONTRACT)
    tables = {"Terms": terms_table(contract)} | {n: sample_table(contract, n) for n in COLUMNS}
    agreed = tables["Placements"][0].index("Agreed")
    for row in tables["Placements"]:
        row[agreed] = row[agreed].replace("disputed", "no")
    return tables


@pytest.fixture
def life(sample: Tables) -> Tables:
    """The same with the optional tables; Rates has two outcomes."""
    contract = load_contract(CONTRACT)
    tables = sample | {name: sample_table(contract, name) for name in LIFE_COLUMNS}
    for row in tables["Costs"]:
        row[-1] = row[-1].replace("disputed", "no")
    tables["Rates"] += [["13 weeks", 13, 6000, None, None], ["26 weeks", 26, 6000, None, None]]
    return tables


@pytest.fixture
def make_workbook(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes tables as Excel tables ``Pbr...``, each on a sheet of its name."""

    def make(
        tables: Tables,
        name: str = "budget.xlsx",
        *,
        date_1904: bool = False,
        formulas: dict[str, str | tuple[str, Any]] | None = None,
        tables_named: bool = True,
        first_row: int = 0,
        first_column: int = 0,
    ) -> Path:
        path = tmp_path / name
        book = xlsxwriter.Workbook(
            path, {"default_date_format": "dd/mm/yyyy", "date_1904": date_1904}
        )
        for table, rows in tables.items():
            sheet = book.add_worksheet(table)
            write_rows(sheet, rows, (first_row, first_column))
            if tables_named:
                sheet.add_table(
                    first_row,
                    first_column,
                    first_row + len(rows) - 1,
                    first_column + len(rows[0]) - 1,
                    {"name": f"Pbr{table}", "columns": [{"header": h} for h in rows[0]]},
                )
        for place, formula in (formulas or {}).items():
            sheet_name, _, cell = place.rpartition("!")
            sheet = book.get_worksheet_by_name(sheet_name) or book.add_worksheet(sheet_name)
            text, last_value = formula if isinstance(formula, tuple) else (formula, 0)
            if ":" in cell:
                sheet.write_dynamic_array_formula(cell, text, None, last_value)
            else:
                sheet.write_formula(cell, text, None, last_value)
        book.close()
        return path

    return make


@pytest.fixture
def xlpbr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """A function that runs a command: exit status, output, what is said beside it."""

    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["xlpbr", *map(str, words)])
        try:
            cli.main()
            status = 0
        except SystemExit as leaving:
            status = int(leaving.code or 0)
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return status, printed.out, printed.err

    return run


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A function that makes the output so many columns wide."""

    def make(width: int) -> None:
        monkeypatch.setenv("COLUMNS", str(width))

    return make


def pytest_configure() -> None:
    """Where LibreOffice is required, as in CI, the tests that need it must not be passed over.

    And every workbook that is made must keep the rules of Excel's file format.
    """
    if os.environ.get("XLPBR_REQUIRE_LIBREOFFICE") and find_libreoffice() is None:
        raise pytest.UsageError("XLPBR_REQUIRE_LIBREOFFICE is set, and LibreOffice is missing.")
    hold_rules_against_every_file()


@pytest.hookimpl(tryfirst=True)  # before pytest chooses by marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        kinds.mark(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with kinds.running(item):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    before = kinds.processor_seconds()
    yield
    if kinds.complaint(item, kinds.processor_seconds() - before):
        # It may only have been the first to load a package: once more, with that in place. What
        # the first run left behind may stop the second; its result counts, not this one's.
        before = kinds.processor_seconds()
        with suppress(Exception, pytest.fail.Exception, pytest.skip.Exception):
            item.runtest()
        if complaint := kinds.complaint(item, kinds.processor_seconds() - before):
            pytest.fail(complaint, pytrace=False)


@pytest.fixture(scope="session")
def calc() -> Iterator[calc_engine.Calc]:
    """One private Calc for the run."""
    try:
        with calc_engine.running() as started:
            need("LibreOffice 25.2", present=started.line >= (25, 2), remedy=CALC_REMEDY)
            yield started
    except FileProblem as problem:
        if str(problem) != calc_engine.NOT_INSTALLED and "does not run xlpbr" not in str(problem):
            raise
        need("LibreOffice 25.2 with python3-uno", present=False, remedy=CALC_REMEDY)
