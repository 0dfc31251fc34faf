"""Whichever call of the system fails, or is the last of a process: the old file or the new one."""

import io
import os
import time
from contextlib import contextmanager, suppress

import pytest

from tests.support.saved_budget import COPY, ERRORS, NEW, OLD, names_in, save
from tests.support.systems import on_posix
from xlpbr.errors import FileProblem


class Counted:
    """A file whose writes, flushes and closing are counted, each of which may fail."""

    def __init__(self, stream, step):
        self._stream, self._step = stream, step

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def write(self, data):
        # Half of it is on the disk when it fails.
        self._stream.write(data[: len(data) // 2])
        self._stream.flush()
        self._step("write")
        return self._stream.write(data[len(data) // 2 :])

    def flush(self):
        self._step("flush")
        self._stream.flush()

    def close(self):
        self._stream.close()
        self._step("close")


OF_THE_SYSTEM = (
    "replace", "rename", "unlink", "link", "fsync", "open", "close", "chmod", "utime", "stat",
    "listdir", "kill",
)  # fmt: skip


@contextmanager
def failing_at(monkeypatch, number, fail):
    """Let the call of a given number fail, counting every call that touches the disk."""
    calls = []

    def step(name):
        calls.append(name)
        if len(calls) == number:
            fail()

    def counted(name, real):
        def call(*arguments, **options):
            step(name)
            return real(*arguments, **options)

        return call

    real_open = io.open

    def counted_open(*arguments, **options):
        step("open file")
        return Counted(real_open(*arguments, **options), step)

    with monkeypatch.context() as patched:
        for name in OF_THE_SYSTEM:
            patched.setattr(os, name, counted(name, getattr(os, name)))
        patched.setattr(io, "open", counted_open)
        yield calls


def outcome_of(path):
    """What a save says when it fails; nothing when it does not."""
    try:
        save(path)
    except FileProblem as problem:
        return str(problem)
    except KeyboardInterrupt:
        return f"{path} cannot be written: stopped"
    return ""


def check_folder(folder, *, old=OLD):
    """The file is old or new, and every copy of it is whole."""
    assert (folder / "budget.xlsx").read_bytes() in (old, NEW)
    for name in names_in(folder):
        if COPY.fullmatch(name):
            assert (folder / name).read_bytes() == OLD


@on_posix
@pytest.mark.parametrize("kind", ERRORS)
def test_a_failure_at_every_call_leaves_the_old_or_the_new_file(tmp_path, monkeypatch, kind):
    def fail():
        raise ERRORS[kind]

    refused, number, seen = 0, 0, []
    while number <= len(seen):
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "budget.xlsx"
        path.write_bytes(OLD)
        before = time.time()
        # An old temporary file, so that sweeping is among the calls.
        (folder / ".~xlpbr-00000000.tmp.xlsx").write_bytes(b"left")
        os.utime(folder / ".~xlpbr-00000000.tmp.xlsx", (before - 9999, before - 9999))
        with failing_at(monkeypatch, number, fail) as seen:
            outcome = outcome_of(path)
        check_folder(folder)
        said = (f"{path} cannot be written: ", f"The folder of {path} cannot be looked at: ")
        assert outcome == "" or outcome.startswith(said)
        refused += outcome != ""
        failed = seen[number - 1] if number <= len(seen) else ""
        left = [name for name in names_in(folder) if name.startswith(".~xlpbr-")]
        copies = [name for name in names_in(folder) if COPY.fullmatch(name)]
        if failed in ("unlink", "close", "open file", "listdir"):
            # What could not be removed stays; the next writer in another process removes it.
            assert len(left) <= 2
        else:
            assert left in ([], [".~xlpbr-00000000.tmp.xlsx"])
        if kind != "stopped" and path.read_bytes() == OLD and failed not in ("unlink", "stat"):
            assert copies == []
        if path.read_bytes() == NEW:
            assert len(copies) == 1
    assert number > 40
    assert refused > 20
    assert {"write", "flush", "fsync", "replace", "link", "open file"} <= set(seen)


@pytest.mark.slow
@on_posix
def test_a_process_killed_at_every_call_leaves_the_old_or_the_new_file(tmp_path, monkeypatch):
    killed, number = 0, 0
    while number == killed:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "budget.xlsx"
        path.write_bytes(OLD)
        child = os.fork()
        if child == 0:
            with suppress(BaseException), failing_at(monkeypatch, number, lambda: os._exit(9)):
                save(path)
            os._exit(0)
        killed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        check_folder(folder)
        # The next writer takes over at once and sweeps what was left.
        path.write_bytes(OLD)
        kept = save(path)
        assert path.read_bytes() == NEW
        assert kept.read_bytes() == OLD
        assert all(name == path.name or COPY.fullmatch(name) for name in names_in(folder))
    assert killed > 40
