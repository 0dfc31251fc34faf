"""A workbook as openpyxl reads it, read once for all that look at it; never to be changed."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

import openpyxl


def opened(path: Path, *, values: bool = False) -> openpyxl.Workbook:
    """A workbook with its formulas, or with their last values: the same one for the same bytes."""
    return _read(path.read_bytes(), values)


@lru_cache(maxsize=12)
def _read(content: bytes, values: bool) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)
