"""Formulas that a sheet stores once for many cells: the text that each cell would show."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlpbr.workbook.ooxml.addresses import LAST_COLUMN, LAST_ROW, column_letter, column_number

_TOKEN = re.compile(
    r"""
      (?P<text>   "(?:[^"]|"")*" | '(?:[^']|'')*' )
    | (?P<bracket> \[ (?: [^\[\]'] | '. | \[ (?: [^\[\]'] | '. )* \] )* \] )
    | (?P<error>  \#[A-Z0-9/_]+[!?]? )
    | (?P<columns> \$?[A-Z]{1,3} : \$?[A-Z]{1,3} ) (?![\w.(!$\[])
    | (?P<rows>   \$?[0-9]{1,7} : \$?[0-9]{1,7} ) (?![\w.(!$\[])
    | (?P<cell>   \$?[A-Z]{1,3} \$?[1-9][0-9]{0,6} ) (?![\w.(!\[])
    | (?P<word>   [\w.\\?]+ )
    | (?P<other>  . )
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_PART = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)")


@dataclass(frozen=True, slots=True)
class SharedFormula:
    """A formula stored once, cut into plain text and references that move.

    Attributes:
        row: the row of the cell in which it is written out.
        column: the column of that cell.
        parts: plain text, or a moving part as (fixed column text, column, fixed row text, row)
            with a column or row of 0 where that half does not move.
    """

    row: int
    column: int
    parts: tuple[str | tuple[str, int, str, int], ...]


def shared_formula(formula: str, row: int, column: int) -> SharedFormula:
    """Prepare the formula of the first cell, given with its place, for the others."""
    parts: list[str | tuple[str, int, str, int]] = []
    for match in _TOKEN.finditer(formula):
        token = match[0]
        if match.lastgroup == "cell":
            parts.append(_moving(token))
        elif match.lastgroup in {"columns", "rows"}:
            first, _, last = token.partition(":")
            parts += [_moving(first), ":", _moving(last)]
        elif parts and isinstance(parts[-1], str):
            parts[-1] += token
        else:
            parts.append(token)
    return SharedFormula(row, column, tuple(parts))


def formula_at(shared: SharedFormula, row: int, column: int) -> str:
    """The formula as it reads in another cell; references wrap round the sheet as in Excel."""
    down = row - shared.row
    right = column - shared.column
    text = []
    for part in shared.parts:
        if isinstance(part, str):
            text.append(part)
            continue
        fixed_column, moving_column, fixed_row, moving_row = part
        text.append(fixed_column)
        if moving_column:
            text.append(column_letter((moving_column + right - 1) % LAST_COLUMN + 1))
        text.append(fixed_row)
        if moving_row:
            text.append(str((moving_row + down - 1) % LAST_ROW + 1))
    return "".join(text)


def _moving(reference: str) -> str | tuple[str, int, str, int]:
    match = _PART.fullmatch(reference)
    if match is None:
        return reference
    column_mark, letters, row_mark, digits = match.groups()
    if not letters:  # a whole row: its only mark is the first
        column_mark, row_mark = "", column_mark
    try:
        column = column_number(letters) if letters else 0
    except ValueError:
        return reference
    row = int(digits) if digits else 0
    if row > LAST_ROW:
        return reference
    return (
        f"${letters}" if column_mark else "",
        0 if column_mark else column,
        f"${digits}" if row_mark else "",
        0 if row_mark else row,
    )
