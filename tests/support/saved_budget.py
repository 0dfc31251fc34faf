"""A budget file that is saved anew: its old and its new content, and what is in its folder then."""

from __future__ import annotations

import errno
import re

import pytest

from xlpbr.errors import FileProblem
from xlpbr.workbook.files.safe_writing import write_safely

OLD, NEW = b"old " * 7_000, b"new " * 7_000
COPY = re.compile(
    r"budget \(before xlpbr [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}\.[0-9]{2}\)( [0-9]+)?\.xlsx"
)


def write_new(path):
    with path.open("wb") as stream:
        for start in range(0, len(NEW), 10_000):
            stream.write(NEW[start : start + 10_000])


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def problem_of(*arguments, **options):
    with pytest.raises(FileProblem) as caught:
        write_safely(*arguments, **options)
    return caught.value


def save(path):
    return write_safely(path, write_new, inputs=[path], in_place=True, keep_copy=True)


ERRORS = {
    "full": OSError(errno.ENOSPC, "No space left on device"),
    "broken": OSError(errno.EIO, "Input/output error"),
    "locked": PermissionError(errno.EACCES, "Permission denied"),
    "stopped": KeyboardInterrupt(),
}
