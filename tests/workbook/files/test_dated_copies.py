"""The dated copy of a file that is replaced: its name, who may read it, and when there is none."""

import errno
import os
from datetime import datetime
from pathlib import Path

from tests.support.saved_budget import COPY, NEW, OLD, names_in, problem_of, save, write_new
from tests.support.systems import on_posix
from xlpbr.errors import FileProblem
from xlpbr.workbook.files import safe_writing as files
from xlpbr.workbook.files.safe_writing import write_safely


class Noon(datetime):
    @classmethod
    def now(cls):
        return cls(2026, 11, 22, 14, 5, 59)


def test_dated_copies_never_take_a_name(budget, monkeypatch):
    monkeypatch.setattr(files, "datetime", Noon)
    os.utime(budget, (1_000_000_000, 1_000_000_000))
    kept = [
        write_safely(
            budget,
            lambda path, n=number: path.write_bytes(b"%d" % n),
            in_place=True,
            keep_copy=True,
        )
        for number in range(3)
    ]
    assert [path.name for path in kept] == [
        "budget (before xlpbr 2026-11-22 14.05).xlsx",
        "budget (before xlpbr 2026-11-22 14.05) 2.xlsx",
        "budget (before xlpbr 2026-11-22 14.05) 3.xlsx",
    ]
    assert [path.read_bytes() for path in kept] == [OLD, b"0", b"1"]
    assert budget.read_bytes() == b"2"
    assert kept[0].stat().st_mtime == 1_000_000_000
    assert len(names_in(budget.parent)) == 4


@on_posix
def test_dated_copies_may_be_read_by_those_who_might_before(budget, monkeypatch):
    monkeypatch.setattr(files, "datetime", Noon)
    budget.chmod(0o640)
    kept = [save(budget), save(budget)]
    assert {path.stat().st_mode & 0o777 for path in [budget, *kept]} == {0o640}


@on_posix
def test_dated_copies_on_a_disk_without_second_names(budget, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(files, "datetime", Noon)
    monkeypatch.setattr(os, "link", refuse)
    kept = [save(budget), save(budget)]
    assert [path.read_bytes() for path in kept] == [OLD, NEW]
    assert kept[1].name == "budget (before xlpbr 2026-11-22 14.05) 2.xlsx"


def test_dated_copies_where_a_rename_refuses_by_itself(budget, monkeypatch):
    real = os.rename

    def careful(old, new):
        if Path(new).exists():
            raise FileExistsError
        real(old, new)

    monkeypatch.setattr(files, "datetime", Noon)
    monkeypatch.setattr(files, "_LINKS", False)
    monkeypatch.setattr(os, "rename", careful)
    assert [save(budget).name, save(budget).name] == [
        "budget (before xlpbr 2026-11-22 14.05).xlsx",
        "budget (before xlpbr 2026-11-22 14.05) 2.xlsx",
    ]


def test_no_copy_of_what_was_not_there(tmp_path):
    assert write_safely(tmp_path / "new.xlsx", write_new, keep_copy=True) is None
    assert names_in(tmp_path) == ["new.xlsx"]


def test_a_copy_stays_when_the_old_file_is_gone(budget):
    def lose():
        budget.unlink()
        raise FileProblem("gone", "changed-since-read")

    problem_of(budget, write_new, in_place=True, keep_copy=True, before_move=lose)
    (kept,) = budget.parent.iterdir()
    assert COPY.fullmatch(kept.name)
    assert kept.read_bytes() == OLD


@on_posix
def test_a_dated_copy_is_private_while_it_is_written(budget, monkeypatch):
    seen = []
    real = os.fsync

    def watched(handle):
        seen.append(os.fstat(handle).st_mode & 0o777)
        real(handle)

    budget.chmod(0o640)
    monkeypatch.setattr(os, "fsync", watched)
    kept = save(budget)
    assert 0o600 in seen
    assert kept.stat().st_mode & 0o777 == 0o640
