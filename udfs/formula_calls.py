"""The calls of PBR_ functions in the text of a formula, as each host writes them.

What stands in quotes, a text or the name of a sheet, calls nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from xlpbr.functions import FUNCTIONS

_QUOTED = re.compile(r""""[^"]*(?:"|$)|'[^']*(?:'|$)""")


def call_pattern(prefixes: Iterable[str]) -> re.Pattern[str]:
    """What matches the name of a PBR_ function with its opening bracket.

    Args:
        prefixes: what a host writes before the name of a function.
    """
    before, names = "|".join(map(re.escape, prefixes)), "|".join(FUNCTIONS)
    return re.compile(rf"(?<![\w.])(?:{before})(?:{names})\s*\(", re.IGNORECASE)


def without_quoted(formula: str) -> str:
    """A formula of the same length with a quotation mark for each quoted character."""
    return _QUOTED.sub(lambda quoted: '"' * len(quoted[0]), formula)


def outer_calls(formula: str, called: re.Pattern[str]) -> list[str]:
    """The calls of some functions in a formula as they are written, inner ones left out.

    Args:
        formula: the formula, as stored or as shown.
        called: matches the name of such a function with its opening bracket.
    """
    bare = without_quoted(formula)
    found = []
    end = 0
    for match in called.finditer(bare):
        if match.start() >= end:
            end = _closing(bare, match.end())
            found.append(formula[match.start() : end])
    return found


def _closing(bare: str, place: int) -> int:
    """Where the bracket that was opened before a place is closed."""
    depth = 1
    for bracket in re.finditer(r"[()]", bare[place:]):
        depth += 1 if bracket[0] == "(" else -1
        if depth == 0:
            return place + bracket.end()
    return len(bare)
