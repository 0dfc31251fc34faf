"""Plain formulas that read a cell as the functions do: a number, a day, a month or a name.

A book may hold ``£1,000,000`` or ``01/04/2026`` as a text. The functions read those, and so must
the formulas that are held against them, whatever country Excel is set to.
"""

from __future__ import annotations

_NO_BREAK_SPACE = 160
_INVISIBLE = (173, 8203, 8204, 8205, 8206, 8207, 8288, 65279)
"""Soft hyphen, zero-width characters, marks of direction, word joiner, byte order mark."""

_HYPHENS = (8208, 8209, 8210, 8211, 8212, 8722)
_APART = 'REPT(" ",20)'
_FIRST_YEAR_AND_MONTH = 195001


def number_in(cell: str) -> str:
    """The number in a cell, also where it is a text with a pound sign, commas or per cent."""
    plain = f"SUBSTITUTE({cell},{_character(_NO_BREAK_SPACE)},"
    plain = f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({plain}"")," ",""),"£",""),",","")'
    return f"IF(ISNUMBER({cell}),{cell},VALUE({plain}))"


def to_15_digits(number: str) -> str:
    """A number to the 15 significant digits that Excel shows."""
    return f"IF({number}=0,0,ROUND({number},14-INT(LOG10(ABS({number})))))"


def day_in(cell: str) -> str:
    """The day in a cell, also where it is a text in British order or with the year first."""
    return day_from(_apart(cell), cell, number=cell)


def in_parts(cell: str) -> str:
    """What ``day_from`` and ``month_from`` read, for a cell of its own; empty where it is blank.

    A number is left as it is; of a text the parts stand 20 characters apart.
    """
    return f'IF({cell}="","",IF(ISNUMBER({cell}),{cell},{_apart(cell)}))'


def day_from(parts: str, cell: str, *, number: str = "") -> str:
    """The day in a cell whose parts stand in another cell.

    Args:
        parts: what ``in_parts`` gave.
        cell: the cell itself, which may be a day in words.
        number: where the day stands if it is a number; in the parts if left out.
    """
    number = number or parts
    return f"IF(ISNUMBER({number}),INT({number}),{_day_in_text(parts, cell)})"


def month_from(parts: str, cell: str) -> str:
    """A day of the month in a cell, also where it is 202604 or a text such as April 2026.

    Its arguments are those of ``day_from``.
    """
    written = f"DATE(INT({parts}/100),MOD({parts},100),1)"
    number = f"IF({parts}>={_FIRST_YEAR_AND_MONTH},{written},INT({parts}))"
    trimmed = f"TRIM({cell})"
    together = f"DATE(VALUE(LEFT({trimmed},4)),VALUE(RIGHT({trimmed},2)),1)"
    named = f'DATEVALUE("1 "&{trimmed})'
    text = f"IFERROR({_day_in_text(parts, cell)},IFERROR({named},{together}))"
    return f"IF(ISNUMBER({parts}),{number},{text})"


def _apart(cell: str) -> str:
    slashes = f'SUBSTITUTE(SUBSTITUTE(LEFT(TRIM({cell}),10),".","/"),"-","/")'
    return f'SUBSTITUTE({slashes},"/",{_APART})'


def _day_in_text(parts: str, cell: str) -> str:
    first, second, third = (
        f"VALUE(TRIM({part}))"
        for part in (f"LEFT({parts},20)", f"MID({parts},21,20)", f"RIGHT({parts},20)")
    )
    # A year of four digits is more than any day, wherever it stands.
    in_numbers = f"DATE(MAX({first},{third}),{second},MIN({first},{third}))"
    return f"IFERROR({in_numbers},DATEVALUE(TRIM({cell})))"


def name_in(cell: str) -> str:
    """A name without spaces around it and characters that do not show, with one kind of hyphen."""
    found = f'SUBSTITUTE({cell}&"",{_character(_NO_BREAK_SPACE)}," ")'
    for code in _INVISIBLE:
        found = f'SUBSTITUTE({found},{_character(code)},"")'
    for code in _HYPHENS:
        found = f'SUBSTITUTE({found},{_character(code)},"-")'
    return f"TRIM({found})"


def _character(code: int) -> str:
    return f"_xlfn.UNICHAR({code})"
