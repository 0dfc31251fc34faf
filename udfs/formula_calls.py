"""The calls of functions in the text of a formula, and their arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from xlpbr.functions import FUNCTIONS


def call_pattern(prefixes: Iterable[str]) -> re.Pattern[str]:
    """What matches the name of a PBR_ function with its opening bracket.

    Args:
        prefixes: what a host writes before the name of a function.
    """
    before, names = "|".join(map(re.escape, prefixes)), "|".join(FUNCTIONS)
    return re.compile(rf"(?<![\w.])(?:{before})(?:{names})\s*\(", re.IGNORECASE)


def outer_calls(formula: str, called: re.Pattern[str]) -> list[str]:
    """The calls of some functions in a formula as they are written, inner ones left out.

    Args:
        formula: the formula, as stored or as shown.
        called: matches the name of such a function with its opening bracket.
    """
    return [formula[start:end] for start, _, _, end in calls_in(formula, called)]


def calls_in(formula: str, called: re.Pattern[str]) -> Iterator[tuple[int, int, list[str], int]]:
    """The same, each with its start, its opening bracket, its arguments and the place after it."""
    bare = {place for place, _ in _bare(formula)}
    end = 0
    for match in called.finditer(formula):
        opening = match.end() - 1
        if match.start() >= end and opening in bare:
            inner, end = arguments(formula, opening)
            yield match.start(), opening, inner, end


def arguments(formula: str, opening: int) -> tuple[list[str], int]:
    """The arguments of a call and the place after it, from the place of its opening bracket."""
    found: list[str] = []
    start, depth = opening + 1, 1
    for place, character in _bare(formula, start):
        if character in "({":
            depth += 1
        elif character in ")}":
            depth -= 1
            if depth == 0:
                return [*found, formula[start:place]], place + 1
        elif character == "," and depth == 1:
            found.append(formula[start:place])
            start = place + 1
    return [*found, formula[start:]], len(formula)


def _bare(formula: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """The characters outside texts, quoted names and square brackets, each with its place."""
    quote, square, escaped = "", 0, False
    for place in range(start, len(formula)):
        character = formula[place]
        if quote:
            quote = "" if character == quote else quote
        elif square:
            # Within them an apostrophe takes its meaning from the character that follows.
            if character == "'" or escaped:
                escaped = not escaped
            else:
                square += {"[": 1, "]": -1}.get(character, 0)
        elif character in "\"'":
            quote = character
        elif character == "[":
            square = 1
        else:
            yield place, character
