"""Safe writing: a file is written beside its place and moved in only when it is whole.

Imports ``xlpbr.errors`` only.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from xlpbr.errors import FileProblem

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_safely(
    target: Path, write: Callable[[Path], None], *, inputs: Sequence[Path] = ()
) -> None:
    """Write a file so that the old one stays whole until the new one is.

    Args:
        target: where the file shall stand; a link is followed.
        write: writes the whole file to the path that it is given, in the target's folder.
        inputs: files that must not be written over, under whatever name or link.

    Raises:
        FileProblem: the target is an input, a folder, or open in another program; its folder
            is missing or read-only; the disk is full. The target is then as it was before.
    """
    place = target.resolve()
    _refuse_target(target, place, inputs)
    temporary = place.with_name(f".~xlpbr-{secrets.token_hex(4)}.tmp{place.suffix}")
    try:
        temporary.open("xb").close()
        write(temporary)
        if place.exists():
            shutil.copymode(place, temporary)
        _flush(temporary)
        temporary.replace(place)
        _flush_folder(place.parent)
    except FileProblem:
        raise
    except Exception as error:
        # XlsxWriter reports a full disk as an error of its own, raised while handling this one.
        cause = error if isinstance(error, OSError) else error.__context__
        if isinstance(cause, OSError):
            raise _cannot_write(target, cause) from error
        raise
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _refuse_target(target: Path, place: Path, inputs: Sequence[Path]) -> None:
    for source in inputs:
        if source.resolve() == place or _same_file(source, place):
            raise FileProblem(
                f"{target} is the file that is being read; choose another name for the output."
            )
    if place.is_dir():
        raise FileProblem(f"{target} is a folder; give the name of a file in it.")
    if not place.parent.is_dir():
        raise FileProblem(
            f"The folder {target.parent} does not exist; make it first, or choose another folder."
        )
    owner = place.with_name(f"~${place.name}")
    if place.exists() and owner.exists():
        raise FileProblem(
            f"{target} is open in Excel; close it there and try again "
            f"(if nobody has it open, delete {owner.name} beside it)."
        )
    if place.exists() and not os.access(place, os.W_OK):
        raise FileProblem(f"{target} is read-only; choose another name for the output.")


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _cannot_write(target: Path, error: OSError) -> FileProblem:
    if isinstance(error, PermissionError):
        return FileProblem(
            f"{target} cannot be written: it is open in another program or its folder is "
            "read-only; close it there, or choose another folder."
        )
    if error.errno in _FULL:
        return FileProblem(
            f"{target} cannot be written: the disk is full; make room and try again "
            "(nothing was changed)."
        )
    return FileProblem(f"{target} cannot be written: {error.strerror or error}.")


def _flush(path: Path) -> None:
    with path.open("r+b") as stream:
        os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    # Only a flushed folder remembers the move after a power cut; Windows has no such call.
    if os.name == "posix":
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
