"""How many lines a text takes in a cell: spreadsheet programs do not all find out by themselves.

Widths are in digits of Calibri, the unit of a column's width.
"""

from __future__ import annotations

LINE_HEIGHT = 15
"""Points that a line of text takes."""

TALLEST_ROW = 409
"""Points: Excel takes no taller row."""

_WIDTHS = (
    ("il'|!,.:;jI", 0.48),
    ('frt()[]-/`" ', 0.64),
    ("mM%@W", 1.66),
    ("wOQGNDHU&—", 1.3),
)
_BY_CHARACTER = {character: width for group, width in _WIDTHS for character in group}
_SPACE = 0.45
_CAPITAL = 1.12
_OTHER = 0.98
_BOLD = 1.04


def text_width(text: str, *, bold: bool = False) -> float:
    """The width of a text on one line."""
    width = 0.0
    for character in text:
        if character == " ":
            width += _SPACE
        elif character in _BY_CHARACTER:
            width += _BY_CHARACTER[character]
        else:
            width += _CAPITAL if character.isupper() else _OTHER
    return width * _BOLD if bold else width


def lines_needed(text: str, room: float, *, bold: bool = False) -> int:
    """How many lines a text takes when it is wrapped at spaces.

    Args:
        text: the text; a line break in it begins a new line.
        room: the width of a line, in digits.
        bold: whether it is in bold.
    """
    room = max(1.0, room)
    lines = 0
    for paragraph in text.split("\n"):
        lines += 1
        used = 0.0
        for word in paragraph.split(" "):
            width = text_width(word, bold=bold)
            if used and used + _SPACE + width > room:
                lines += 1
                used = 0.0
            elif used:
                used += _SPACE
            # A word that is wider than the cell is broken inside.
            broken = int((used + width) / room) if used + width > room else 0
            lines += broken
            used = used + width - broken * room
    return lines
