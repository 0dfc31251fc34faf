"""A file is written whole or not at all, and a target that cannot be written is refused."""

import os

import pytest
import xlsxwriter

from tests.support.saved_budget import ERRORS, NEW, OLD, names_in, problem_of, write_new
from tests.support.systems import on_posix
from xlpbr.errors import FileProblem
from xlpbr.workbook.files.safe_writing import write_safely


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    target = tmp_path / "report.xlsx"
    target.write_bytes(b"old")

    def half(path):
        assert path.parent == tmp_path
        assert path.name.startswith(".~xlpbr-")
        assert path.name.endswith(".tmp.xlsx")
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_safely(target, half)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (PermissionError(13, "no"), "it is open in another program or its folder is read-only; "),
        (OSError(28, "No space left on device"), "the disk is full; make room and try again"),
        (OSError(5, "Input/output error"), "Input/output error."),
    ],
)
@pytest.mark.parametrize("wrapped", [False, True])
def test_errors_of_the_system_are_plain(tmp_path, error, what, wrapped):
    def failing(_):
        try:
            raise error
        except OSError:
            if wrapped:
                raise xlsxwriter.exceptions.FileCreateError(error)  # noqa: B904
            raise

    target = tmp_path / "report.xlsx"
    with pytest.raises(FileProblem) as caught:
        write_safely(target, failing)
    assert str(caught.value).startswith(f"{target} cannot be written: {what}")
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_in_the_program_is_not_hidden(tmp_path):
    def failing(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_safely(tmp_path / "report.xlsx", failing)
    assert list(tmp_path.iterdir()) == []


def test_inputs_are_never_written_over(tmp_path):
    source = tmp_path / "budget.xlsx"
    source.write_bytes(b"precious")
    (tmp_path / "sub").mkdir()
    for name in (source, tmp_path / "sub" / ".." / "budget.xlsx"):
        with pytest.raises(FileProblem, match="is the file that is being read; choose another"):
            write_safely(name, lambda path: path.write_bytes(b"new"), inputs=[source])
    assert source.read_bytes() == b"precious"


@on_posix
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_inputs_are_never_written_over_by_another_name(tmp_path, link):
    source, other = tmp_path / "budget.xlsx", tmp_path / "other.xlsx"
    source.write_bytes(b"precious")
    link(source, other)
    with pytest.raises(FileProblem, match="is the file that is being read; choose another"):
        write_safely(other, lambda path: path.write_bytes(b"new"), inputs=[source])
    assert source.read_bytes() == b"precious"


def test_targets_that_cannot_be_written(tmp_path):
    def refused(target):
        with pytest.raises(FileProblem) as caught:
            write_safely(target, lambda path: path.write_bytes(b"new"))
        return str(caught.value)

    assert refused(tmp_path / "none" / "r.xlsx") == (
        f"The folder {tmp_path / 'none'} does not exist; make it first, or choose another folder."
    )
    assert refused(tmp_path) == f"{tmp_path} is a folder; give the name of a file in it."
    opened = tmp_path / "r.xlsx"
    opened.write_bytes(b"old")
    (tmp_path / "~$r.xlsx").write_bytes(b"")
    assert refused(opened) == (
        f"{opened} is open in Excel; close it there and try again (if nobody has it open, "
        "delete ~$r.xlsx beside it)."
    )
    assert opened.read_bytes() == b"old"


@on_posix
def test_a_whole_write_takes_the_place_of_the_old(tmp_path):
    target = tmp_path / "r.xlsx"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link.xlsx"
    link.symlink_to(target)
    write_safely(link, lambda path: path.write_bytes(b"new"), inputs=[tmp_path / "other.xlsx"])
    assert target.read_bytes() == b"new"
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.xlsx", "r.xlsx"]


def test_an_input_is_replaced_only_when_that_is_said(budget):
    problem = problem_of(budget, write_new, inputs=[budget], keep_copy=True)
    assert problem.code == "target-is-input"
    assert names_in(budget.parent) == ["budget.xlsx"]
    assert write_safely(budget, write_new, inputs=[budget], in_place=True) is None
    assert budget.read_bytes() == NEW
    assert names_in(budget.parent) == ["budget.xlsx"]


@on_posix
def test_links_and_other_names(budget):
    link, hard = budget.with_name("link.xlsx"), budget.with_name("hard.xlsx")
    link.symlink_to(budget)
    hard.hardlink_to(budget)
    kept = write_safely(link, write_new, inputs=[link], in_place=True, keep_copy=True)
    assert link.is_symlink()
    assert budget.read_bytes() == NEW
    assert hard.read_bytes() == OLD
    assert kept.name.startswith("budget (before xlpbr ")
    budget.unlink()
    link.unlink()
    link.symlink_to(link)
    assert str(problem_of(link, write_new)).startswith(f"{link} cannot be written: ")


def test_the_last_word_before_the_move(budget, monkeypatch):
    seen = []
    real = os.fsync

    def watched(handle):
        seen.append("flush")
        real(handle)

    def last_word():
        assert budget.read_bytes() == OLD
        (temporary,) = budget.parent.glob(".~xlpbr-*.tmp.xlsx")
        assert temporary.read_bytes() == NEW
        seen.append("last word")

    monkeypatch.setattr(os, "fsync", watched)
    write_safely(budget, write_new, before_move=last_word)
    assert seen == ["flush", "last word"] + ["flush"] * (os.name == "posix")

    def refuse():
        raise FileProblem("changed", "changed-since-read")

    budget.write_bytes(OLD)
    options = {"inputs": [budget], "in_place": True, "keep_copy": True, "before_move": refuse}
    assert problem_of(budget, write_new, **options).code == "changed-since-read"
    assert budget.read_bytes() == OLD
    assert names_in(budget.parent) == ["budget.xlsx"]


def test_every_refusal_of_a_target_has_its_code(tmp_path, monkeypatch):
    def code(target):
        return problem_of(target, write_new).code

    assert code(tmp_path) == "target-exists"
    assert code(tmp_path / "none" / "r.xlsx") == "missing"
    (tmp_path / "r.xlsx").write_bytes(OLD)
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda *_: False)
        assert code(tmp_path / "r.xlsx") == "no-access"
    for error, expected in (
        (ERRORS["full"], "disk-full"),
        (ERRORS["locked"], "no-access"),
        (ERRORS["broken"], "no-access"),
    ):

        def fail(_, error=error):
            raise error

        assert problem_of(tmp_path / "r.xlsx", fail).code == expected


@on_posix
@pytest.mark.parametrize(
    ("of_input", "umask", "expected"),
    [(None, 0o022, 0o644), (0o600, 0o022, 0o600), (0o664, 0o027, 0o640), (0o444, 0o022, 0o644)],
)
def test_a_new_file_is_no_more_open_than_its_input(tmp_path, of_input, umask, expected):
    source, seen = tmp_path / "source.xlsx", []
    inputs = []
    if of_input is not None:
        source.write_bytes(OLD)
        source.chmod(of_input)
        inputs = [source]

    def write(temporary):
        seen.append(temporary.stat().st_mode & 0o777)
        write_new(temporary)

    before = os.umask(umask)
    try:
        write_safely(tmp_path / "new.xlsx", write, inputs=inputs)
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert seen == [0o600]
    assert (tmp_path / "new.xlsx").stat().st_mode & 0o777 == expected
