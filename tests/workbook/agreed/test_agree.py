"""A month agreed and its snapshot, as the modules give them."""

from __future__ import annotations

import dataclasses
import zipfile
from datetime import date

import pytest

from tests.support.corpus import CORPUS
from tests.support.edits import edit
from xlpbr.contract.snapshot import take_snapshot
from xlpbr.errors import CellError, FileProblem
from xlpbr.money import to_pence
from xlpbr.settlement.statement import settle
from xlpbr.workbook.agreed.agree import agree
from xlpbr.workbook.agreed.snapshots import as_item, snapshot_of, snapshots_in
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.read.contract_tables import read_records, read_tables

MAY = date(2026, 5, 1)


def tables(path):
    found = read_tables(path, {})
    return found, read_records(found)


@pytest.fixture
def book(make_workbook, life):
    life["Agreed"] += [[None] * len(life["Agreed"][0]) for _ in range(2)]
    return make_workbook(life)


def test_the_row_is_the_month_of_the_statement(book, tmp_path):
    target = tmp_path / "agreed.xlsx"
    found, records = tables(book)
    settled = settle(records.terms.record, records.evidence.record)
    month = next(one for one in settled.months if one.month == MAY)
    done = agree(found, records, MAY, target, agreed_on=date(2026, 6, 12))
    assert (done.payable, done.adjustment) == (month.payable, month.adjustment)
    assert done.notices == ()
    _, after = tables(target)
    row = after.evidence.record.signed[-1]
    assert (row.month, row.agreed_on) == (MAY, date(2026, 6, 12))
    assert to_pence(row.payable) == month.payable
    kept = snapshot_of(open_book(target))
    assert (kept.month, kept.agreed_on, kept.sha256) == (MAY, date(2026, 6, 12), done.sha256)
    # Settled again, the tables of the snapshot give the same statement.
    again = settle(*kept.tables())
    assert [one.to_invoice for one in again.months] == [one.to_invoice for one in settled.months]


@pytest.mark.parametrize(
    ("on", "is_over"),
    [(date(2026, 5, 31), False), (date(2026, 6, 1), True), (date(2026, 5, 1), False)],
)
def test_a_month_that_is_not_over_is_said(book, tmp_path, on, is_over):
    found, records = tables(book)
    done = agree(found, records, MAY, tmp_path / "agreed.xlsx", agreed_on=on)
    assert ("May 2026 is not over on " in " ".join(done.notices)) != is_over


def test_nothing_is_agreed_where_a_problem_stops_the_figures(make_workbook, life, tmp_path):
    life["Placements"][1][2] = "lots"
    found, records = tables(make_workbook(life))
    with pytest.raises(CellError, match="lots"):
        agree(found, records, MAY, tmp_path / "agreed.xlsx", agreed_on=MAY)


def test_a_snapshot_stands_beside_other_custom_parts(book, tmp_path):
    _, records = tables(book)
    snapshot = take_snapshot(records.terms.record, records.evidence.record, MAY, MAY)
    other, target = tmp_path / "custom-xml.xlsx", tmp_path / "both.xlsx"
    next(entry for entry in CORPUS if entry.name == other.name).make(other)
    edit(open_book(other), Changes(items=(as_item(snapshot),)), target)
    assert snapshot_of(open_book(target)) == snapshot
    with zipfile.ZipFile(other) as before, zipfile.ZipFile(target) as after:
        kept = set(before.namelist()) - {"[Content_Types].xml", "xl/_rels/workbook.xml.rels"}
        assert {name for name in kept if before.read(name) != after.read(name)} == set()
        assert "customXml/item2.xml" in after.namelist()


def test_a_text_that_is_awkward_comes_back(book, tmp_path):
    _, records = tables(book)
    evidence = records.evidence.record
    name = dataclasses.replace(evidence.households[0], household="<&]]>\x0b\r\n\ud800 é")
    odd = dataclasses.replace(evidence, households=(name,))
    snapshot = take_snapshot(records.terms.record, odd, MAY, MAY)
    target = tmp_path / "odd.xlsx"
    edit(open_book(book), Changes(items=(as_item(snapshot),)), target)
    assert snapshot_of(open_book(target)).tables()[1].households[0].household == name.household


@pytest.mark.parametrize("old", [b"Month: 2026-05", b"Agreed on: ", b'sha256="', b'"599800.00"'])
def test_a_snapshot_that_was_changed_is_refused(book, tmp_path, old):
    _, records = tables(book)
    snapshot = take_snapshot(records.terms.record, records.evidence.record, MAY, MAY)
    item = as_item(snapshot)
    assert old in item.content
    other = dataclasses.replace(item, content=item.content.replace(old, old[:-1] + b"9" + old[-1:]))
    target = tmp_path / "changed.xlsx"
    if old == b'sha256="':
        other = dataclasses.replace(item, content=item.content.replace(b'sha256="', b'sha256="0'))
    edit(open_book(book), Changes(items=(other,)), target)
    with pytest.raises(FileProblem, match="was changed since it was written"):
        snapshots_in(open_book(target))
