"""A month agreed in a workbook of xlpbr new, and what Month and Changes then say of a change."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import zipfile
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import xlsxwriter

from tests.support.edits import edit
from tests.support.templates import template
from xlpbr.contract.library import load_contract
from xlpbr.contract.snapshot import take_snapshot
from xlpbr.errors import CellError
from xlpbr.workbook.agreed.agree import Agreement, agree
from xlpbr.workbook.agreed.as_agreed import lines_to_keep
from xlpbr.workbook.agreed.snapshots import snapshot_of, snapshots_in
from xlpbr.workbook.calculate.recalculate import recalculate
from xlpbr.workbook.ooxml.addresses import split_cell
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.read.contract_tables import read_records, read_tables
from xlpbr.workbook.read.own_sheets import as_agreed_of
from xlpbr.workbook.template.plan import template_plan_of
from xlpbr.workbook.template.result_places import AS_AGREED_ROW, CHANGES_ROW, kept_lines
from xlpbr.workbook.template.write import new_workbook

pytestmark = pytest.mark.slow

CONTRACT = "plymouth-l04-2526"
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
SINCE = "since May 2026 was agreed on 12 Jun 2026"


def agreed_in(source: Path, target: Path, month: date = MAY) -> Agreement:
    found = read_tables(source, {})
    return agree(found, read_records(found), month, target, agreed_on=date(2026, 6, 12))


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook with sample rows, May 2026 agreed in it."""
    target = tmp_path_factory.mktemp("agreed") / "agreed.xlsx"
    agreed_in(template(tmp_path_factory, CONTRACT), target)
    return target


def typed(book: Path, folder: Path, **cells: Any) -> Path:
    """A copy in which cells such as ``Placements_F6`` hold something else, calculated."""
    changes: dict[str, dict[tuple[int, int], CellChange]] = {}
    for place, value in cells.items():
        sheet, _, cell = place.rpartition("_")
        sheet = sheet.replace("_", " ")
        changes.setdefault(sheet, {})[split_cell(cell)] = CellChange(value, None)
    edit(open_book(book), Changes(cells=changes), folder / "typed.xlsx", allow={"protected-sheet"})
    done = recalculate(folder / "typed.xlsx", folder / "calculated.xlsx")
    assert done.kept == ()
    return folder / "calculated.xlsx"


def shown(book: Path, sheet: str) -> dict[tuple[int, int], Any]:
    return {place: cell.value for place, cell in cells_of(open_book(book), sheet).items()}


def what_changed(book: Path) -> tuple[Any, list[tuple[Any, Any, Any]]]:
    """What Month says of all changes, and its lines: what they are about, in words, pounds."""
    page = shown(book, "Month")
    (title,) = (
        row for (row, column), value in page.items()
        if column == 1 and value == "What is disputed, and what changed since it was agreed"
    )  # fmt: skip
    lines = [
        (page.get((row, 1)), page.get((row, 2)), page.get((row, 5)))
        for row in range(title + 2, title + 9)
    ]
    return page[title + 1, 1], [line for line in lines if line[0]]


def lines_kept(book: Path) -> list[Any]:
    of_sheet = shown(book, "As agreed")
    last = max((row for row, column in of_sheet if column == 1), default=0)
    return [of_sheet.get((row, 1)) or "" for row in range(AS_AGREED_ROW, last + 1)]


def test_a_new_workbook_has_room_for_a_full_contract() -> None:
    for name in ("plymouth-l04-2526", "cheshire-east-2026"):
        plan = template_plan_of(load_contract(name), sample=True)
        rows = sum(plan.table_rows[table] for table in ("Terms", *plan.evidence_tables))
        assert kept_lines(plan) > 1.5 * (rows + 3 * 10 + 5)


def test_the_sheet_keeps_what_the_file_keeps(agreed: Path) -> None:
    snapshot = snapshot_of(open_book(agreed))
    assert "\n".join(lines_kept(agreed)).rstrip() == "\n".join(snapshot.lines)
    assert shown(agreed, "As agreed")[3, 1] == "Kept is the month 2026-05, agreed on 2026-06-12."
    assert what_changed(agreed)[0] == f"Nothing changed {SINCE}."


def test_a_change_is_told_with_its_cause(agreed: Path, tmp_path: Path) -> None:
    book = typed(agreed, tmp_path, Placements_F6=date(2026, 4, 20))
    said, lines = what_changed(book)
    assert said == (
        f"1 change {SINCE}: to 31 May 2026 payable -£34,928.88, to invoice £0.00; -£34,928.88 comes"
        " into the next month that is not agreed."
    )
    assert [line[0] for line in lines[:2]] == ["Disputed", "Disputed"]
    assert lines[2:] == [
        (
            "Placements",
            "C01, moved 16 Feb 2026 (Ended on: blank, now 20 Apr 2026; Ended because: blank, now"
            " broke down)",
            -34928.88,
        )
    ]


@pytest.mark.parametrize("disputed", [True, False])
def test_changes_without_pounds_come_last_and_what_has_no_room_is_counted(
    agreed: Path, tmp_path: Path, xlpbr: Any, disputed: bool
) -> None:
    settled = {} if disputed else {"Placements_G18": "yes", "Costs_G9": "no"}
    book = typed(
        agreed, tmp_path, Terms_B19=12000.0, Placements_F6=date(2026, 4, 20), Placements_C7=7000.0,
        Carers_A20="H20", Claims_A10=date(2026, 5, 1), Claims_B10=166269.98,
        Cohort_B7=date(2026, 5, 20), Prices_A10="C05", Prices_B10=date(2026, 5, 1),
        Prices_C10=6746.5, Prices_D10=1328.7, **settled,
    )  # fmt: skip
    said, lines = what_changed(book)
    status, out, _ = xlpbr("changes", book, "--csv")
    assert status == 0
    told = list(csv.DictReader(io.StringIO(out)))
    causes = [row for row in told[:-1] if row["Payable"]]
    none_disputed = "" if disputed else "No row is disputed. "
    assert said.startswith(f"{none_disputed}{len(causes)} changes {SINCE}: to 31 May 2026 payable ")
    assert [line[0] for line in lines].count("Disputed") == 2 * disputed
    lines = [line for line in lines if line[0] != "Disputed"]
    room = 4 if disputed else 6
    with_pounds = [
        row for row in causes if any(float(row[one]) for one in ("Saving", "Payable", "To invoice"))
    ]
    in_order = [*with_pounds, *(row for row in causes if row not in with_pounds)][:room]
    # Some without pounds stand before others with pounds.
    assert in_order != causes[:room]
    assert [line[0] for line in lines[:-1]] == [row["Table"] for row in in_order]
    assert [line[2] for line in lines[:-1]] == [float(row["Payable"]) for row in in_order]
    about, words, pounds = lines[-1]
    assert (about, words) == ("More", f"and {len(causes) - room} more on the sheet Changes")
    shown_so_far = sum(round(float(line[2]) * 100) for line in lines[:-1])
    assert shown_so_far + round(pounds * 100) == round(float(told[-1]["Payable"]) * 100)
    # The sheet Changes shows the rows that the command gives.
    sheet = shown(book, "Changes")
    for number, row in enumerate(told, start=CHANGES_ROW + 1):
        assert [sheet.get((number, column)) or "" for column in range(1, 5)] == [
            row[heading] for heading in ("Table", "Row", "What", "Column")
        ]
        for column, heading in enumerate(("Saving", "Payable", "To invoice"), start=7):
            amount = float(row[heading]) if row[heading] else ""
            assert (sheet.get((number, column)) if amount != "" else "") == amount
            assert amount != "" or not sheet.get((number, column))


@pytest.mark.parametrize("more_rows", [0, 26])
def test_changes_says_what_all_come_to_or_that_it_has_no_room(
    agreed: Path, tmp_path: Path, more_rows: int
) -> None:
    """Every child has another name: more cells than have a look, or than the sheet follows."""
    renamed: dict[str, Any] = {f"Placements_A{row}": f"K{row}" for row in range(6, 20 + more_rows)}
    renamed |= {f"Cohort_A{row}": f"K{row}" for row in range(6, 20)}
    renamed |= {f"Carers_A{row}": f"H{row}" for row in range(6, 13)}
    for row in range(20, 20 + more_rows):
        renamed |= {
            f"Placements_B{row}": "foster",
            f"Placements_C{row}": 7000,
            f"Placements_D{row}": 1400,
            f"Placements_E{row}": date(2026, 5, 4),
            f"Placements_F{row}": date(2026, 5, 18),
            f"Placements_G{row}": "yes",
            f"Placements_H{row}": "planned move",
        }
    book = typed(agreed, tmp_path, **renamed)
    sheet = shown(book, "Changes")
    rows = [row for (row, column), value in sheet.items() if column == 1 and value == "Total"]
    told = sheet[rows[0], 10]
    # Every cell of a row that went, or came; the lower rows have no look prepared.
    assert rows[0] > CHANGES_ROW + 100
    assert f" changes {SINCE}: to 31 May 2026 payable " in told
    headline, (said, _) = sheet[CHANGES_ROW - 1, 1], what_changed(book)
    if more_rows:
        assert (
            headline == "More changed than has room here. All of it, with the total: xlpbr changes."
        )
        assert said == "More changed than has room here: see the sheet Changes."
    else:
        assert headline == said == told


def test_a_line_that_somebody_changed_is_an_error_that_the_workbook_shows(
    agreed: Path, tmp_path: Path
) -> None:
    lines = lines_kept(agreed)
    row = next(
        number for number, line in enumerate(lines, start=AS_AGREED_ROW) if '"6890.00"' in line
    )
    line = lines[row - AS_AGREED_ROW].replace("6890.00", "6980.00")
    book = typed(agreed, tmp_path, **{f"As_agreed_A{row}": line})
    assert isinstance(shown(book, "Changes")[CHANGES_ROW, 1], CellError)
    said, _ = what_changed(book)
    assert isinstance(said, CellError)
    assert said.code == "#VALUE!"
    assert shown(book, "Checks")[6, 2].startswith("NOT ALL AGREE")


def test_the_next_month_takes_the_place_of_the_one_before(agreed: Path, tmp_path: Path) -> None:
    fewer = typed(agreed, tmp_path, **dict.fromkeys(
        [f"Prices_{letter}{row}" for letter in "ABCD" for row in range(6, 10)]
    ))  # fmt: skip
    target = tmp_path / "june.xlsx"
    agreed_in(fewer, target, JUNE)
    book = open_book(target)
    assert "\n".join(lines_kept(target)).rstrip() == "\n".join(snapshot_of(book).lines)
    assert len("\n".join(lines_kept(target)).rstrip()) < len("\n".join(lines_kept(agreed)))
    assert what_changed(target)[0] == "Nothing changed since June 2026 was agreed on 12 Jun 2026."


def test_where_it_has_no_room_it_is_emptied_and_said(agreed: Path) -> None:
    book = open_book(agreed)
    found = read_records(read_tables(agreed, {}))
    terms, evidence = found.terms.record, found.evidence.record
    place = as_agreed_of(book)
    assert place is not None
    sheet, area = place
    long_name = dataclasses.replace(evidence.households[0], household="H" * 32_767)
    for households in (evidence.households * 200, (long_name,)):
        too_much = dataclasses.replace(evidence, households=households)
        kept = lines_to_keep(book, take_snapshot(terms, too_much, MAY, MAY))
        assert {change.value for change in kept.cells[sheet].values()} == {None}
        assert len(kept.cells[sheet]) == len([line for line in lines_kept(agreed) if line])
        assert f"has room for {area[2] - area[0] + 1} lines of 32,767: it was left" in kept.notice
    assert lines_to_keep(book, take_snapshot(terms, evidence, MAY, MAY)).notice == ""


def test_a_month_that_was_typed_has_its_adjustments(tmp_path: Path) -> None:
    contract = load_contract(CONTRACT)
    # April agreed by hand at another amount than it comes to now, and nothing disputed.
    rows = {
        **contract.sample,
        **{
            table: tuple(row for row in contract.sample[table] if row.get("Agreed") != "disputed")
            for table in ("Placements", "Costs")
        },
    }
    path = tmp_path / "typed.xlsx"
    new_workbook(dataclasses.replace(contract, sample=MappingProxyType(rows)), path, sample=True)
    said, lines = what_changed(path)
    assert said == (
        "No row is disputed. 1 adjustment on the sheet Invoice. The cause, cell by cell: xlpbr"
        " changes."
    )
    ((_, words, pounds),) = lines
    assert words == "Adjustment: April 2026: payable is now £114,344.31; £131,187.17 was agreed"
    assert pounds == -16842.86


def test_a_name_that_is_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("As agreed")
        book.define_name("AsAgreed", "='As agreed'!$A$1:$A$20")
    assert as_agreed_of(open_book(path)) is None


def test_a_workbook_without_the_sheet_is_agreed_as_before(
    tmp_path: Path, make_workbook: Any, life: Any
) -> None:
    life["Agreed"] += [[None] * len(life["Agreed"][0])]
    target = tmp_path / "agreed.xlsx"
    done = agreed_in(make_workbook(life), target)
    assert done.notices == ()
    assert snapshot_of(open_book(target)).sha256 == done.sha256


def test_the_command_takes_the_month_that_was_agreed_last_as_the_sheet_does(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, xlpbr: Any
) -> None:
    june, book = tmp_path / "june.xlsx", tmp_path / "may.xlsx"
    agreed_in(template(tmp_path_factory, CONTRACT), june, JUNE)
    agreed_in(june, book, MAY)
    said = f"Nothing changed {SINCE}."
    assert what_changed(book)[0] == said
    assert said in xlpbr("changes", book)[2]
    of_june = xlpbr("changes", book, "--snapshot", "Jun 2026")[1]
    assert "since June 2026 was agreed on 12 Jun 2026" in of_june


def test_a_program_that_forgets_snapshots_of_the_file_changes_nothing(
    agreed: Path, tmp_path: Path, xlpbr: Any
) -> None:
    june, saved = tmp_path / "june.xlsx", tmp_path / "saved.xlsx"
    agreed_in(agreed, june, JUNE)
    # As LibreOffice saves it: the parts are there, and it leads to the first of them alone.
    leading = re.compile(rb"<Relationship [^>]*customXml/item2\.xml[^>]*/>")
    with zipfile.ZipFile(june) as old, zipfile.ZipFile(saved, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/_rels/workbook.xml.rels":
                content, count = leading.subn(b"", content)
                assert count == 1
            new.writestr(name, content)
    assert [one.month for one in snapshots_in(open_book(saved))] == [MAY]
    said = "Nothing changed since June 2026 was agreed on 12 Jun 2026."
    for snapshot in ((), ("--snapshot", "Jun 2026")):
        status, _, err = xlpbr("changes", saved, *snapshot)
        assert (status, said in err) == (0, True), err


def test_the_command_says_where_a_line_was_changed(
    agreed: Path, tmp_path: Path, xlpbr: Any
) -> None:
    book = typed(agreed, tmp_path, **{f"As_agreed_A{AS_AGREED_ROW + 9}": "something else"})
    status, _, err = xlpbr("changes", book)
    assert status == 2
    assert f"As agreed'!A{AS_AGREED_ROW} to A" in err
    assert "is not what xlpbr agree wrote" in err
    status, _, err = xlpbr("changes", book, "--snapshot", "May 2026")
    assert (status, f"Nothing changed {SINCE}." in err) == (0, True)
