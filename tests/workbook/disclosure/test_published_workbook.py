"""The workbook that is published: nobody named and no suppressed amount in any part of it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.support.public_cases import built_in
from tests.support.samples import sample_table
from tests.support.working_back import MONEY
from xlpbr.contract.evidence import COLUMNS
from xlpbr.contract.library import load_contract, terms_table
from xlpbr.workbook.disclosure.rules import Shown, show_publicly
from xlpbr.workbook.read.contract_tables import records_of
from xlpbr.workbook.report.facts import ReportSource
from xlpbr.workbook.report.write import write_report

WITH_THE_RULES = ("Notes", "Terms")
"""Sheets that say in words which counts are not shown, and what a term means."""


def written_report(target: Path, *, public: bool) -> Path:
    """A report of the sample, whose texts name children and households."""
    contract = load_contract("plymouth-l04-2526")
    terms = terms_table(contract)
    for row in terms[1:]:
        if row[0] in ("Provider", "Fee"):
            row[3] = "7 para 2 (agreed for C03 and h02)"
            row[4] = "As the carers H01 of c01 said."
    rows = {
        "Terms": terms,
        "Assumptions": None,
        **{one: sample_table(contract, one) for one in COLUMNS},
    }
    source = ReportSource(
        rows, file_name="Budget C07.xlsx", sha256="0" * 64, places={"Placements": "sheet of C01"}
    )
    write_report(
        records_of(rows), source, target, as_at=date(2026, 10, 31), prepared_by="Carer of C02",
        prepared_on=date(2026, 11, 21), public=public,
    )  # fmt: skip
    return target


@pytest.fixture(scope="module")
def published_report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shown]:
    """The public report, and what is shown in it."""
    target = written_report(tmp_path_factory.mktemp("public") / "report.xlsx", public=True)
    return target, show_publicly(built_in("plymouth-l04-2526", date(2026, 10, 31)), 5)


@pytest.fixture(scope="module")
def report_in_full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of all figures: what is looked for in the public one is found in it."""
    return written_report(tmp_path_factory.mktemp("full") / "report.xlsx", public=False)


def parts_of(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def test_no_child_and_no_household_is_named_anywhere(published_report, report_in_full) -> None:
    path, shown = published_report
    evidence = shown.statement.evidence
    names = {p.child for p in evidence.placements} | {h.household for h in evidence.households}
    assert len(names) == 21
    # All but one child who has not moved yet.
    assert len(set().union(*named_in(report_in_full, names).values())) == 20
    assert named_in(path, names) == {}
    # The name of a file may hold a person's: only its SHA-256 is published.
    texts = parts_of(path)["xl/sharedStrings.xml"]
    assert "Budget C07" not in texts
    assert "Source file" not in texts
    assert "0" * 64 in texts


def named_in(path: Path, names: Iterable[str]) -> dict[str, set[str]]:
    """Which of some names stand in each part of a workbook, addresses of cells left aside."""
    addresses = re.compile(r'\b(?:r|ref|sqref|spans)="[^"]*"|<c:f>[^<]*</c:f>|>[^<]*!\$[^<]*<')
    texts = {part: addresses.sub("", content) for part, content in parts_of(path).items()}
    found = {
        part: {name for name in names if re.search(rf"\b{name}\b", text, re.IGNORECASE)}
        for part, text in texts.items()
    }
    return {part: some for part, some in found.items() if some}


def test_no_suppressed_amount_stands_anywhere(published_report, report_in_full) -> None:
    path, shown = published_report
    public, secret = set(), set()
    for month, figures in zip(shown.statement.months, shown.figures, strict=True):
        for name in MONEY:
            value = figures[name]
            (public if value is not None else secret).add(getattr(month, name))
    for placement in shown.statement.evidence.placements:
        for price in (placement.residential_weekly, placement.family_weekly):
            secret.add(int((price or 0) * 100))
        secret.add(int(placement.weekly_saving * 100))
    secret = {abs(value) for value in secret - public if abs(value) > 5}
    assert len(secret) > 60
    assert len(set().union(*amounts_in(report_in_full, secret).values())) > 60
    assert amounts_in(path, secret) == {}


def amounts_in(path: Path, amounts: Collection[int]) -> dict[str, set[int]]:
    """Which of some amounts in pence stand in each part of a workbook, as numbers or in words."""
    found = {}
    for part, content in parts_of(path).items():
        numbers = {round(float(one) * 100) for one in re.findall(r"<v>([\d.]+)</v>", content)}
        written = {
            int(one.replace(",", "").replace(".", ""))
            for one in re.findall(r"£([\d,]+\.\d\d)", content)
        }
        # Numbers of cells with text are places in the list of texts, whole pounds at most.
        found[part] = {one for one in amounts if one in written or (one in numbers and one % 100)}
    return {part: some for part, some in found.items() if some}


def test_no_cell_shows_a_count_up_to_the_cut_off(published_report, report_in_full) -> None:
    path, shown = published_report
    assert shown.cut_off == 5
    looked, few = counts_in(path)
    assert few == []
    assert looked > 150
    looked_in_full, found = counts_in(report_in_full)
    assert looked_in_full > looked
    assert {"Statement!B14 = 1", "Statement!B15 = 4"} <= set(found)
    assert [one for one in found if one.endswith("= 1 household")]


def counts_in(path: Path) -> tuple[int, list[str]]:
    """How many numbers a report shows, and the counts from 1 to 5 with their places."""
    looked, few = 0, []
    counted = re.compile(r"\b[1-5] (?:child|placement|household|famil)\w*")
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows(min_row=2):
            for cell in row:
                value = cell.value
                if isinstance(value, str) and sheet.title not in WITH_THE_RULES:
                    found = counted.findall(value)
                elif (
                    isinstance(value, int | float)
                    and not isinstance(value, bool)
                    and "%" not in cell.number_format
                ):
                    looked += 1
                    found = [value] if 1 <= value <= 5 else []
                else:
                    continue
                few += [f"{sheet.title}!{cell.coordinate} = {one}" for one in found]
    return looked, few


def workings_of_all_on_one_day(
    folder: Path, terms: dict[str, object], price: int, invoiced: int
) -> list[list[str]]:
    """The public workings of 60 children who come on one day, 20 of whom break down on another.

    Every month is shown, and all that may be paid is for enough of them. That nobody is named in
    any part of the workbook is held here.
    """
    first, last = date(2026, 4, 1), date(2027, 3, 31)
    headings = ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"]
    rows: dict[str, list[list[object]] | None] = {
        "Terms": [
            ["Term", "Value"], ["Starts on", first], ["Ends on", last],
            *([term, value] for term, value in terms.items()),
        ],
        "Placements": [
            headings,
            *(
                [f"C{n:02}", 7_000, 1_400, first, date(2026, 9, 1) if n < 20 else None]
                for n in range(60)
            ),
        ],
        "Carers": [
            ["Household", "Approved on", "Child"],
            *([f"H{n:02}", date(2026, 5, 4), f"C{n:02}"] for n in range(20)),
        ],
        "Claims": [["Month", "Invoiced", "Invoice number"], [first, invoiced, "INV-77"]],
        "Rates": [["Outcome", "Weeks", "Price"], ["13 weeks", 13, price]],
        "Assumptions": None,
    }  # fmt: skip
    target = folder / "public.xlsx"
    source = ReportSource(rows, file_name="book.xlsx", sha256="0" * 64)
    write_report(
        records_of(rows), source, target, as_at=date(2026, 10, 31), prepared_by="-",
        prepared_on=date(2026, 11, 21), public=True,
    )  # fmt: skip
    for part, content in parts_of(target).items():
        # The address of a cell such as C26 is no child.
        told = re.sub(r'\b(?:r|ref|sqref|topLeftCell|activeCell)="[A-Z\d: ]*"', "", content)
        assert not re.search(r"\b[CH]\d\d\b(?!:)|INV-77", told), part
    book = openpyxl.load_workbook(target)
    return [[str(cell.value) for cell in row] for row in book["Workings"].iter_rows()]


BREAK_DOWNS = {"Break-down reimbursement": "whole", "Break-down amount": 500}


def test_the_public_workings_name_nobody(tmp_path: Path) -> None:
    terms = {"Fee": 6_000_000, "Carer fee": 1_000, **BREAK_DOWNS}
    workings = workings_of_all_on_one_day(tmp_path, terms, price=100, invoiced=1_000)
    for figure in ("Carer fees", "Outcome fees", "Reimbursed"):
        assert any(row[1] == figure and "in the public version" in row[4] for row in workings)


def test_the_public_workings_name_nobody_for_whom_nothing_is_paid(tmp_path: Path) -> None:
    """Households, outcomes and claims of £0 stand in a full working by their names."""
    terms = {"Fee": 6_000_000, "Carer fee": 0, **BREAK_DOWNS, "Break-down amount": 0}
    workings = workings_of_all_on_one_day(tmp_path, terms, price=0, invoiced=0)
    carer_fees = {row[4] for row in workings if row[1] == "Carer fees"}
    assert carer_fees == {"the contract pays no carer fee"}
    for figure in ("Outcome fees", "Reimbursed", "Invoiced to date"):
        assert any(row[1] == figure and "in the public version" in row[4] for row in workings)
