"""A small part of the long proof (``make hard``): each part of it on a few workbooks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hard.books import Workbook
from tests.hard.corpus_part import run_corpus
from tests.hard.dirty_part import run_dirty
from tests.hard.edits_part import run_edits
from tests.hard.kill_part import run_kills
from tests.hard.proof import Proved, main, prove_book
from tests.hard.results import Run
from tests.support import corpus
from tests.support.edits import edit
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.edit.program import ALLOWANCES
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange

ROOT = Path(__file__).resolve().parents[2]

SMALL = (
    "plain.xlsx", "calc-chain.xlsx", "shared-formulas.xlsx", "piped.xlsx", "utf-16-le.xlsx",
    "prefixed.xlsx", "slicer.xlsx", "council-return.xlsx", "signed.xlsx", "macros.xlsm",
)  # fmt: skip

forked = pytest.mark.skipif(not hasattr(os, "fork"), reason="it forks its children")


def books(folder, names=SMALL):
    found = []
    for entry in corpus.CORPUS:
        if entry.name in names:
            entry.make(folder / entry.name)
            found.append(Workbook(folder / entry.name, entry))
    assert len(found) == len(names)
    return found


def test_no_value_changes_where_no_input_moved(tmp_path):
    found = [prove_book(book.path) for book in books(tmp_path, SMALL[:8])]
    assert [one.changed for one in found] == [()] * 8
    assert sum(one.refreshed for one in found) > 0


def test_a_value_that_would_change_fails_the_proof(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tests.hard.proof.prove_book", lambda _: Proved(2, 1, ("S!A1",)))
    (tmp_path / "book.xlsx").write_bytes(b"")
    assert main([str(tmp_path)]) == 1
    assert "In all: 2 refreshed, 1 kept, 1 changed." in capsys.readouterr().out


@pytest.mark.slow
def test_every_accepted_workbook_takes_a_cell(tmp_path):
    """Cells mapped to XML were once read as tables, and their workbook refused as damaged."""
    names = [entry.name for entry in corpus.entries(slow=False)
             if not entry.refused_code and not entry.needs_libreoffice]  # fmt: skip
    for book in books(tmp_path, names):
        before = open_book(book.path)
        wanted = {before.sheets[-1].name: {(4_000, 300): CellChange(12.5)}}
        target = tmp_path / f"new{book.path.suffix}"
        edit(before, Changes(cells=wanted), target, allow=ALLOWANCES)
        now = cells_of(open_book(target), before.sheets[-1].name)
        assert now[4_000, 300].value == 12.5, book.name
        target.unlink()


def test_the_corpus_is_the_same_bytes_each_time(tmp_path):
    chosen = [entry for entry in corpus.entries(slow=False) if not entry.needs_libreoffice]
    assert len(chosen) > 90
    assert len({entry.name for entry in corpus.CORPUS}) == len(corpus.CORPUS)
    for entry in chosen[::4]:
        made = []
        for number in (1, 2):
            place = tmp_path / f"{number}{entry.name}"
            entry.make(place)
            made.append(place.read_bytes())
        assert made[0] == made[1], entry.name


@pytest.mark.slow
def test_what_must_be_refused_is_refused_with_its_code(tmp_path):
    names = [entry.name for entry in corpus.entries(slow=False)
             if entry.refused_code and not entry.needs_libreoffice]  # fmt: skip
    run = Run("corpus", "")
    (tmp_path / "made").mkdir()
    run_corpus(run, books(tmp_path / "made", names), tmp_path / "out", judged=False)
    assert run.failures == []


@pytest.mark.slow
def test_a_few_workbooks_are_edited_without_harm(tmp_path):
    run = Run("corpus", "")
    run_corpus(run, books(tmp_path, SMALL[:4]), tmp_path / "out", judged=False)
    assert run.failures == []
    assert run.figures["detached to the same bytes"] == 4


@pytest.mark.slow
def test_random_edits_change_one_cell(tmp_path):
    run = Run("edits", "")
    run_edits(run, books(tmp_path), tmp_path / "edits", 60, seed=1)
    assert run.failures == []
    assert run.figures["edits"] == 60
    assert run.figures["made"] > 30


@pytest.mark.slow
@forked
def test_a_few_saves_are_killed(tmp_path):
    run = Run("kill", "")
    run_kills(run, tmp_path, 12, seed=1)
    assert run.failures == []
    assert run.figures["kills"] == 12


FUZZ = """
import json, pathlib, sys
from tests.hard.fuzz_part import run_fuzz
from tests.hard.results import Run
from tests.hard.test_small import books
folder, run = pathlib.Path(sys.argv[1]), Run("fuzz", "")
run_fuzz(run, books(folder), folder / "fuzz", 4, seed=1, judged=False)
print(json.dumps([run.failures, run.figures["cases"]]))
"""


@pytest.mark.slow
@forked
def test_a_few_spoilt_workbooks(tmp_path):
    # In a process of its own: children with little memory must not start from one that has much.
    done = subprocess.run(
        [sys.executable, "-c", FUZZ, str(tmp_path)],
        check=True, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    failures, cases = json.loads(done.stdout)
    assert failures == []
    assert cases > 5


@pytest.mark.slow
def test_a_few_dirty_tables(tmp_path):
    run = Run("dirty", "")
    run_dirty(run, tmp_path / "dirty", 40, 1)
    assert run.failures == []
    assert run.figures["tables"] == 40
