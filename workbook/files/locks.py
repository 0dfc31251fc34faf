"""One writer at a time, none where a person has the file open, and whose temporary files are.

A lock is a small file that only one program can create; it works on Windows and on network shares
too, where the system's own locks may not. Without it, two who save at the same moment lose the
changes of one without a word; with it, in each of 200 races one saved and the other was told to
wait (``docs/house/reliability.md``).
"""

from __future__ import annotations

import os
import platform
import re
import secrets
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from xlpbr.errors import FileProblem

_HOUR = 3600
_MOMENT = 10
_TEMPORARY = re.compile(r"\.~xlpbr-(?:([0-9a-f]{8})-([0-9]+)-)?[0-9a-f]{8}\.tmp.*", re.DOTALL)


@contextmanager
def only_writer(place: Path, target: Path) -> Iterator[Callable[[], None]]:
    """Be the only xlpbr that writes a file, on any machine that sees its folder.

    The lock of a program that is gone is taken over: on this machine when its process is no
    more, else after an hour.

    Args:
        place: the file.
        target: the same, as the person named it.

    Yields:
        A check to make just before the file is replaced; it refuses when the lock was lost.

    Raises:
        FileProblem: another xlpbr is writing the file.
        OSError: the lock cannot be created.
    """
    lock = place.with_name(f".~xlpbr-{place.name}.lock")
    mine = f"{_machine()}\n{os.getpid()}\n{secrets.token_hex(8)}\n".encode()

    def check() -> None:
        with suppress(FileNotFoundError):
            if _content(lock) == mine:
                return
        raise _busy(lock, target)

    try:
        _take(lock, mine, target)
        yield check
    finally:
        with suppress(OSError):
            if _content(lock) == mine:
                lock.unlink()


def temporary_beside(place: Path) -> Path:
    """A new name for a temporary file in a file's folder; the name says whose it is."""
    name = f".~xlpbr-{_machine_mark()}-{os.getpid()}-{secrets.token_hex(4)}.tmp{place.suffix}"
    return place.with_name(name)


def sweep(folder: Path) -> None:
    """Remove the temporary files of writers that are gone; never those of a living one.

    A file of another machine counts as left behind after an hour.
    """
    with suppress(OSError):
        for path in list(folder.iterdir()):
            name = _TEMPORARY.fullmatch(path.name)
            if name is None:
                continue
            with suppress(OSError):
                left = (
                    not _is_alive(int(name[2]))
                    if name[1] == _machine_mark()
                    else _age(path) > _HOUR
                )
                if left:
                    path.unlink()


def _take(lock: Path, mine: bytes, target: Path) -> None:
    with suppress(FileExistsError):
        return _create(lock, mine)
    with suppress(FileNotFoundError):
        found = _content(lock)
        if not _is_stale(lock, found):
            raise _busy(lock, target)
        _put_aside(lock, found, target)
    try:
        return _create(lock, mine)
    except FileExistsError as error:
        raise _busy(lock, target) from error


def _create(lock: Path, mine: bytes) -> None:
    """Create the lock with what it says in it, at one stroke, unless it is there.

    Raises:
        FileExistsError: it is there.
    """
    ready = temporary_beside(lock)
    try:
        with ready.open("xb") as stream:
            stream.write(mine)
        if os.name == "posix":
            lock.hardlink_to(ready)
        else:
            ready.rename(lock)  # Windows refuses by itself where there is one
    except FileExistsError:
        raise
    except OSError:
        # The disk knows no second names. A writer that is cut off between the two steps leaves
        # an empty lock, which counts as left behind after a moment.
        _create_by_steps(lock, mine)
    finally:
        with suppress(OSError):
            ready.unlink()


def _create_by_steps(lock: Path, mine: bytes) -> None:
    stream = lock.open("xb")
    try:
        with stream:
            stream.write(mine)
    except BaseException:
        with suppress(OSError):
            lock.unlink()
        raise


def _put_aside(lock: Path, found: bytes, target: Path) -> None:
    """Take a stale lock away, unless another program has just done so and locked anew."""
    aside = temporary_beside(lock)
    lock.rename(aside)
    try:
        content = _content(aside)
        if content != found:
            with suppress(FileExistsError):
                _create(lock, content)
            raise _busy(lock, target)
    finally:
        with suppress(OSError):
            aside.unlink()


def _is_stale(lock: Path, found: bytes) -> bool:
    machine, process, *rest = [*found.decode("utf-8", "replace").split("\n"), "", ""]
    if not (process.isdecimal() and any(rest)):
        # Its writer has created it and not yet filled it, or never will.
        return _age(lock) > _MOMENT
    if machine == _machine():
        # The number of a process that is gone may be another's by now, but no save takes so long.
        return not _is_alive(int(process)) or _age(lock) > _HOUR
    return _age(lock) > _HOUR


def _content(lock: Path) -> bytes:
    with lock.open("rb") as stream:
        return stream.read(4096)


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _busy(lock: Path, target: Path) -> FileProblem:
    return FileProblem(
        f"{target} is being saved by another xlpbr; wait until it is done and try again "
        f"(if no other is running, delete {lock.name} beside it).",
        "busy",
    )


def _machine() -> str:
    # A Linux inside Windows has the machine's name, but its processes are others.
    return f"{platform.node()} {sys.platform}"


def _machine_mark() -> str:
    return f"{zlib.crc32(_machine().encode('utf-8', 'replace')):08x}"


def _is_alive(process: int) -> bool:
    """Whether a process of this machine is there."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only Windows has what is asked of it

        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x1000, False, process)  # may be asked, no more
        if not handle:
            return bool(kernel.GetLastError() == 5)  # it is there, but another user's
        code = ctypes.c_ulong()
        known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return not known or code.value == 259  # still active
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


_ANSI_PLACES = 55
_LONGEST_NAME = 54


def refuse_open(path: Path) -> None:
    """Refuse a workbook that someone has open, whose changes and ours would undo each other.

    Args:
        path: the workbook; a link is followed, because the owner's file is beside the file itself.

    Raises:
        FileProblem: it is open in Excel or LibreOffice (the sentence says by whom, if it is
            known), or its folder cannot be looked at.
    """
    try:
        place = path.resolve()
        known = (
            ("Excel", place.with_name(f"~${place.name}"), _excel_user),
            ("LibreOffice", place.with_name(f".~lock.{place.name}#"), _libreoffice_user),
        )
        there = [one for one in known if one[1].exists()]
    except OSError as error:
        raise FileProblem(
            f"The folder of {path} cannot be looked at: {error.strerror or error}; try again.",
            "no-access",
        ) from error
    for program, owner, name_in in there:
        try:
            name = name_in(owner.read_bytes()[:4096])
        except OSError:
            name = ""
        by_whom = f" (by {name})" if name else ""
        raise FileProblem(
            f"{path} is open in {program}{by_whom}; close it there and try again "
            f"(if nobody has it open, delete {owner.name} beside it).",
            "open-in-excel",
        )


def _excel_user(content: bytes) -> str:
    """The user's name: once in the system's old code page, once in UTF-16, each after its length.

    The first fills 55 bytes with its length in one byte, padded with spaces; the second has its
    length in two bytes.
    """
    length = int.from_bytes(content[_ANSI_PLACES : _ANSI_PLACES + 2], "little")
    start = _ANSI_PLACES + 2
    if 0 < length <= _LONGEST_NAME and len(content) >= start + 2 * length:
        return _printable(content[start : start + 2 * length].decode("utf-16-le", "replace"))
    if not content:
        return ""
    return _printable(content[1 : 1 + min(content[0], _LONGEST_NAME)].decode("cp1252", "replace"))


def _libreoffice_user(content: bytes) -> str:
    """The user's name: what is set in LibreOffice or else in the system, with commas escaped."""
    fields = [""]
    escaped = False
    for character in content.decode("utf-8", "replace"):
        if escaped or character not in ",;\\":
            fields[-1] += character
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            fields.append("")
    return next((name for name in map(_printable, fields[:2]) if name), "")


def _printable(name: str) -> str:
    return "".join(character for character in name if character.isprintable()).strip()
