"""Names in a formula: functions called by another name, and the sheets that it reads.

Works on the text of one formula, as stored, without ``=``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlpbr.errors import EXCEL_ERRORS


@dataclass(frozen=True, slots=True)
class NewNames:
    """The new names of functions, ready to be looked up: see ``new_names``."""

    by_old: Mapping[str, str]
    any_old: re.Pattern[str]


Renaming = tuple[int, int, str]
"""A function's name in a formula by its start and end, and the name that takes its place."""

# What has no end reaches to the end of the formula.
_TEXT = r'"[^"]*+(?:""[^"]*+)*+(?:"|\Z)'
_QUOTED = r"'[^']*+(?:''[^']*+)*+(?:'|\Z)"
# A bracket holds a column of a table, or the number or name of another workbook. In it an
# apostrophe stands before a character that is meant as itself.
_BRACKET = r"\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*+\])*+(?:\]|'?\Z)"
_ERROR = "|".join(re.escape(code) for code in sorted(EXCEL_ERRORS))
_WORD = r"[\w.\\?]"

WORDS = re.compile(
    rf"""
      {_TEXT} | {_ERROR}
    | (?:{_QUOTED} | {_BRACKET}) (?:{_WORD}*!{_WORD}+)?
    | {_WORD}+ (?:!{_WORD}+)?
    """,
    re.VERBOSE | re.DOTALL,
)
"""The words of a formula, each text, quoted name and bracket as a whole."""
_AFTER = rf"!(?:{_WORD}|\$)*"
_SHEET = re.compile(
    rf"""
      {_TEXT} | {_ERROR}
    | (?P<quoted>{_QUOTED}) {_AFTER}
    | {_QUOTED}
    | (?P<book>{_BRACKET}) (?P<there>{_WORD}+(?::{_WORD}+)?) {_AFTER}
    | {_BRACKET}
    | (?P<plain>{_WORD}+(?::{_WORD}+)?) {_AFTER}
    | {_WORD}+
    """,
    re.VERBOSE | re.DOTALL,
)


def new_names(mapping: Mapping[str, str]) -> NewNames:
    """New names of functions by their old ones, both as stored; ready to be looked up.

    The old ones may be in capital or small letters. What stands before a name belongs to it:
    ``[0]!COST``, ``_xll.COST`` and ``COST`` are three names.
    """
    by_old = {old.casefold(): new for old, new in mapping.items()}
    # A pattern of no names must find none.
    return NewNames(by_old, re.compile("|".join(map(re.escape, by_old)) or r"(?!)"))


def renamings(formula: str, names: NewNames) -> Sequence[Renaming]:
    """Where a formula calls functions that have another name now, and that name.

    A name counts only as a whole, where ``(`` follows, outside of text, names of sheets and
    columns of tables.
    """
    if not names.any_old.search(formula.casefold()):
        return ()
    return [
        (match.start(), match.end(), names.by_old[match[0].casefold()])
        for match in WORDS.finditer(formula)
        if formula.startswith("(", match.end())
        and match[0].casefold() in names.by_old
        # What stands right behind a bracket is no word of its own.
        and not formula.endswith("]", 0, match.start())
    ]


def renamed_functions(formula: str, names: NewNames) -> str:
    """A formula with its functions called by their new names; see ``renamings``."""
    pieces = []
    place = 0
    for start, end, name in renamings(formula, names):
        pieces += [formula[place:start], name]
        place = end
    return "".join([*pieces, formula[place:]])


def sheet_references(formula: str) -> set[str]:
    """The names of this workbook's sheets that a formula refers to, as it writes them.

    ``Jan:Mar!A1`` gives both ends; the sheets between them are for the caller to find. A sheet
    of another workbook is none. A sheet that is named only within a text, as for INDIRECT, is
    not seen.
    """
    found: set[str] = set()
    for match in _SHEET.finditer(formula):
        name = match["plain"] or ""
        if match["quoted"]:
            name = match["quoted"][1:-1].replace("''", "'").removeprefix("[0]")
        elif match["book"] == "[0]":
            name = match["there"]
        if name and "[" not in name:
            found.update(name.split(":"))
    return found - {""}
