"""Safe writing: a file is written beside its place and moved in only when it is whole."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from xlpbr.errors import FileProblem, too_long_for_windows
from xlpbr.workbook.files.locks import only_writer, refuse_open, sweep, temporary_beside
from xlpbr.workbook.files.names import refuse_name

__all__ = ["refuse_open", "write_safely"]

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CHUNK = 1 << 20
_PRIVATE = 0o600
_LINKS = os.name == "posix"


def write_safely(
    target: Path,
    write: Callable[[Path], object],
    *,
    inputs: Sequence[Path] = (),
    in_place: bool = False,
    keep_copy: bool = False,
    before_move: Callable[[], None] | None = None,
) -> Path | None:
    """Write a file so that the old one stays whole until the new one is.

    Whatever fails, and whenever, the target is then the old file or the new one. What an earlier
    writer left behind in the folder when it was cut off is swept. The permissions of an old file
    are kept; a new one gets the usual ones, but none that an input lacks. If the old file has
    several names (hard links), only the one given shows the new file; the others keep the old one.

    Args:
        target: where the file shall stand; a link is followed.
        write: writes the whole file to the path that it is given, in the target's folder.
        inputs: files that must not be written over, under whatever name or link.
        in_place: the target may be one of the inputs.
        keep_copy: first copy the old file beside it, under a name with the date and the time.
        before_move: called when all is written, just before the new file takes its place; what
            it raises stops that. Here a file that is read must be closed if it is the target,
            because Windows replaces no open file.

    Returns:
        The copy of the old file; None when none was asked for or there was no old file.

    Raises:
        FileProblem: the target is an input, a folder, or open in another program; another xlpbr
            is writing it; its folder is missing or read-only; the disk is full. The target is
            then as it was before.
    """
    try:
        place = target.resolve()
        _refuse_target(target, place, () if in_place else inputs)
        with only_writer(place, target) as check_lock:
            sweep(place.parent)

            def ready() -> None:
                if place.exists():
                    refuse_open(target)
                check_lock()
                if before_move is not None:
                    before_move()

            return _replace(place, write, ready, inputs, keep_copy=keep_copy)
    except FileProblem:
        raise
    except Exception as error:
        # XlsxWriter reports a full disk as an error of its own, raised while handling this one.
        cause = error if isinstance(error, OSError) else error.__context__
        if isinstance(cause, OSError):
            raise _cannot_write(target, cause) from error
        raise


def _replace(
    place: Path,
    write: Callable[[Path], object],
    ready: Callable[[], None],
    inputs: Sequence[Path],
    *,
    keep_copy: bool,
) -> Path | None:
    """Write the new file, keep a copy of the old one if asked, and move the new one in."""
    temporary = temporary_beside(place)
    kept = None
    try:
        _create_private(temporary)
        write(temporary)
        old = place.stat() if place.exists() else None
        if old is not None:
            shutil.copymode(place, temporary)
        else:
            temporary.chmod(_new_mode(inputs))
        with temporary.open("r+b") as stream:
            os.fsync(stream.fileno())
        if old is not None and keep_copy:
            kept = _dated_copy(place)
        try:
            ready()
            temporary.replace(place)
        except BaseException:
            if kept is not None and old is not None:
                _take_back(kept, place, old)
            raise
        _flush_folder(place.parent)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return kept


def _create_private(path: Path) -> None:
    """Create a file that nobody else can read while it is written.

    Raises:
        FileExistsError: it is there.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE))


def _new_mode(inputs: Sequence[Path]) -> int:
    """The permissions of a new file: the usual ones, and no others than its inputs have."""
    # The usual ones can only be asked for by setting them; for that moment none are given.
    hidden = os.umask(0o077)
    os.umask(hidden)
    mode = 0o666 & ~hidden
    for source in inputs:
        with suppress(FileNotFoundError):
            mode &= source.stat().st_mode
    return mode | _PRIVATE


def _take_back(kept: Path, place: Path, old: os.stat_result) -> None:
    """Remove a copy that is not needed, because the old file is still in its place."""
    with suppress(OSError):
        now = place.stat()
        if os.path.samestat(now, old) and now.st_mtime_ns == old.st_mtime_ns:
            kept.unlink()


def _dated_copy(place: Path) -> Path:
    """A copy of a file beside it, under a new name with the date and the time."""
    temporary = temporary_beside(place)
    try:
        _create_private(temporary)
        with place.open("rb") as source, temporary.open("wb") as copy:
            while chunk := source.read(_CHUNK):
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        shutil.copystat(place, temporary)
        dated = _dated_names(place)
        while True:
            name = next(dated)
            with suppress(FileExistsError):
                _rename_to_new(temporary, name)
                _flush_folder(place.parent)
                return name
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _dated_names(place: Path) -> Iterator[Path]:
    dated = f"{place.stem} (before xlpbr {datetime.now():%Y-%m-%d %H.%M})"
    yield place.with_name(f"{dated}{place.suffix}")
    for number in count(2):
        yield place.with_name(f"{dated} {number}{place.suffix}")


def _rename_to_new(old: Path, new: Path) -> None:
    """Rename a file, never over another.

    Raises:
        FileExistsError: there is a file of that name.
    """
    if not _LINKS:
        old.rename(new)  # Windows refuses by itself
        return
    try:
        new.hardlink_to(old)
    except FileExistsError:
        raise
    except OSError:
        # The disk knows no second names: look first, and then rename.
        if new.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(new)) from None
        old.rename(new)


def _refuse_target(target: Path, place: Path, inputs: Sequence[Path]) -> None:
    refuse_name(target)
    for source in inputs:
        same = source.resolve() == place
        with suppress(OSError):
            same = same or source.samefile(place)
        if same:
            raise FileProblem(
                f"{target} is the file that is being read; choose another name for the output.",
                "target-is-input",
            )
    if place.is_dir():
        raise FileProblem(f"{target} is a folder; give the name of a file in it.", "target-exists")
    if not place.parent.is_dir():
        too_long = too_long_for_windows(str(place))
        if too_long:
            raise FileProblem(f"{target} cannot be written: {too_long}.", "name")
        raise FileProblem(
            f"The folder {target.parent} does not exist; make it first, or choose another folder.",
            "missing",
        )
    if place.exists():
        refuse_open(target)
        if not os.access(place, os.W_OK):
            raise FileProblem(
                f"{target} is read-only; choose another name for the output.", "no-access"
            )


def _cannot_write(target: Path, error: OSError) -> FileProblem:
    # While it is written the file has a longer name.
    too_long = too_long_for_windows(str(temporary_beside(target.absolute())))
    if too_long and isinstance(error, FileNotFoundError):
        return FileProblem(f"{target} cannot be written: {too_long}.", "name")
    if isinstance(error, PermissionError):
        return FileProblem(
            f"{target} cannot be written: it is open in another program or its folder is "
            "read-only; close it there and try again, or choose another folder.",
            "no-access",
        )
    if error.errno in _FULL:
        return FileProblem(
            f"{target} cannot be written: the disk is full; make room and try again "
            "(nothing was changed).",
            "disk-full",
        )
    return FileProblem(f"{target} cannot be written: {error.strerror or error}.", "no-access")


def _flush_folder(folder: Path) -> None:
    # Only a flushed folder remembers the move after a power cut; Windows has no such call.
    if os.name == "posix":
        with suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
