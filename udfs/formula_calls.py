"""The calls of functions in the text of a formula."""

from __future__ import annotations

import re


def outer_calls(formula: str, called: re.Pattern[str]) -> list[str]:
    """The calls of some functions in a formula as they are written, inner ones left out.

    Args:
        formula: the formula, as stored or as shown.
        called: matches the name of such a function with its opening bracket.
    """
    found = []
    end = 0
    for match in called.finditer(formula):
        if match.start() < end or _inside_quotes(formula, match.start()):
            continue
        end = _closing(formula, match.end())
        found.append(formula[match.start() : end])
    return found


def _inside_quotes(formula: str, place: int) -> bool:
    quote = ""
    for character in formula[:place]:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
    return bool(quote)


def _closing(formula: str, place: int) -> int:
    """Where the bracket that was opened before a place is closed."""
    depth, quote = 1, ""
    for index in range(place, len(formula)):
        character = formula[index]
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "()":
            depth += 1 if character == "(" else -1
            if depth == 0:
                return index + 1
    return len(formula)
