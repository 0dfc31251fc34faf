"""A failure at every write, flush, rename and other call that a save makes on the disk.

Each call is counted in a save that succeeds; then the save is made again with a failure at the
first call, the second, and so on, by each kind of failure.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from tests.hard import packages
from tests.hard.kill_part import budget, save
from tests.hard.results import Run
from xlpbr.errors import FileProblem

SYSTEM_CALLS = (
    "fsync", "replace", "rename", "link", "unlink", "remove", "open", "chmod", "stat", "utime",
    "listdir", "scandir", "access",
)  # fmt: skip
STREAM_CALLS = ("write", "flush", "close", "truncate")

FAILURES: dict[str, Callable[[], BaseException]] = {
    "disk full": lambda: OSError(errno.ENOSPC, "No space left on device"),
    "input/output error": lambda: OSError(errno.EIO, "Input/output error"),
    "permission": lambda: PermissionError(errno.EACCES, "Permission denied"),
    "stopped by the person": KeyboardInterrupt,
}


@dataclass(slots=True)
class Disk:
    """Counts the calls on the disk and fails one of them.

    Attributes:
        fail_at: which call fails, from 1; 0 for none.
        failure: makes what is raised.
        stays: whether all later writes fail too, as on a full disk.
        calls: the names of the calls so far.
    """

    fail_at: int
    failure: Callable[[], BaseException]
    stays: bool
    calls: list[str]

    def call(self, name: str) -> None:
        """Count a call; raise where it is the one."""
        self.calls.append(name)
        number = len(self.calls)
        if self.fail_at and number == self.fail_at:
            raise self.failure()
        if self.fail_at and self.stays and number > self.fail_at and name in {"write", "flush"}:
            raise self.failure()


class _Stream:
    """A file opened for writing whose calls are counted."""

    def __init__(self, stream: Any, disk: Disk) -> None:
        self._stream = stream
        self._disk = disk

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._stream, name)
        if name not in STREAM_CALLS:
            return found

        def counted(*arguments: Any) -> Any:
            if name == "close":
                # A close that fails has closed the file all the same.
                found()
                self._disk.call("close")
                return None
            self._disk.call(name)
            return found(*arguments)

        return counted

    def __enter__(self) -> _Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._stream)


@contextmanager
def watched(disk: Disk, folder: Path) -> Iterator[None]:
    """Count the calls that touch a folder, and fail one."""
    inside = str(folder)
    real_open = io.open

    def opened(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        stream = real_open(file, mode, *arguments, **named)
        writes = any(letter in mode for letter in "wxa+")
        return _Stream(stream, disk) if writes and str(file).startswith(inside) else stream

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*arguments: Any, **named: Any) -> Any:
            told = str(arguments[0]) if arguments else ""
            if name == "fsync" or told.startswith(inside):
                disk.call(name)
            return real(*arguments, **named)

        return call

    patches = [mock.patch.object(os, name, counted(name)) for name in SYSTEM_CALLS]
    patches += [mock.patch.object(io, "open", opened), mock.patch.object(builtins, "open", opened)]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in reversed(patches):
            patch.stop()


def run_faults(run: Run, folder: Path) -> None:
    """Fail every call of a save once by each kind of failure."""
    folder.mkdir(parents=True)
    source = budget(folder / "source.xlsx", 30)
    save(source, folder / "new.xlsx", 1.0)
    live = folder / "live"
    live.mkdir()
    target = live / "budget.xlsx"
    for in_place in (False, True):
        _reset(live, target, source)
        counting = Disk(0, KeyboardInterrupt, stays=False, calls=[])
        with watched(counting, live):
            _save(source, target, in_place=in_place)
        run.figures[f"calls of a save {'in place' if in_place else 'of a copy'}"] = len(
            counting.calls
        )
        for name, failure in FAILURES.items():
            for number, call in enumerate(counting.calls, 1):
                _reset(live, target, source)
                disk = Disk(number, failure, stays=name == "disk full", calls=[])
                where = f"{name} at call {number} ({call}), in place: {in_place}"
                _one_failure(run, where, disk, (source, target, folder / "new.xlsx"), in_place)
                run.count_in("failures injected at", call)


def _one_failure(
    run: Run, where: str, disk: Disk, files: tuple[Path, Path, Path], in_place: bool
) -> None:
    source, target, new = files
    told = _in_child(lambda: _save_and_tell(disk, source, target, in_place=in_place))
    if told.startswith("crashed"):
        run.fail(f"{where}: {told}")
        told = "crashed"
    run.count_in("what the person saw", told)
    digests = {packages.sha256(path): name for path, name in ((source, "old"), (new, "new"))}
    found = digests.get(packages.sha256(target)) if target.exists() else "no file"
    run.count_in("the file afterwards", str(found))
    if found not in {"old", "new"}:
        run.fail(f"{where}: the file afterwards is neither old nor new")
    if told == "saved all the same" and found != "new":
        run.fail(f"{where}: said that it saved and did not")
    for copy in target.parent.iterdir():
        if (
            copy != target
            and not copy.name.startswith(".~")
            and digests.get(packages.sha256(copy)) != "old"
        ):
            run.fail(f"{where}: a dated copy is not the old file")
    try:
        save(source, target, 1.0)
    except FileProblem as problem:
        run.fail(f"{where}: the next save is refused: {problem}")
    left = [path.name for path in target.parent.glob(".~xlpbr-*")]
    if left:
        run.fail(f"{where}: after the next save there is still {', '.join(left)}")


def _save_and_tell(disk: Disk, source: Path, target: Path, *, in_place: bool) -> str:
    with watched(disk, target.parent):
        try:
            _save(source, target, in_place=in_place)
        except FileProblem:
            return "refused with a sentence"
        except KeyboardInterrupt:
            return "stopped"
        except BaseException as error:  # anything else is what is looked for
            return f"crashed: {type(error).__name__}: {error}"
    return "saved all the same"


def _in_child(act: Callable[[], str]) -> str:
    """What something says that runs in a process of its own, as a command does."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, act().encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        said = stream.read().decode()
    os.waitpid(child, 0)
    return said


def _save(source: Path, target: Path, *, in_place: bool) -> None:
    if in_place:
        save(target, target, 1.0, in_place=True)
    else:
        save(source, target, 1.0)


def _reset(live: Path, target: Path, source: Path) -> None:
    for path in live.iterdir():
        path.unlink()
    target.write_bytes(source.read_bytes())
