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
    per_cent = f'VALUE(SUBSTITUTE({plain},"%",""))/100'
    as_text = f'IF(ISNUMBER(FIND("%",{cell})),{per_cent},VALUE({plain}))'
    return f"IF(ISNUMBER({cell}),{cell},{as_text})"


def to_15_digits(number: str) -> str:
    """A number to the 15 significant digits that Excel shows."""
    return f"IF({number}=0,0,ROUND({number},14-INT(LOG10(ABS({number})))))"


def day_in(cell: str) -> str:
    """The day in a cell, also where it is a text in British order or with the year first."""
    return f"IF(ISNUMBER({cell}),INT({cell}),{_day_in_text(cell)})"


def month_in(cell: str) -> str:
    """A day of the month in a cell, also where it is 202604 or a text such as April 2026."""
    written = f"DATE(INT({cell}/100),MOD({cell},100),1)"
    number = f"IF({cell}>={_FIRST_YEAR_AND_MONTH},{written},INT({cell}))"
    trimmed = f"TRIM({cell})"
    together = f"DATE(VALUE(LEFT({trimmed},4)),VALUE(RIGHT({trimmed},2)),1)"
    named = f'DATEVALUE("1 "&{trimmed})'
    text = f"IFERROR({_day_in_text(cell)},IFERROR({named},{together}))"
    return f"IF(ISNUMBER({cell}),{number},{text})"


def _day_in_text(cell: str) -> str:
    slashes = f'SUBSTITUTE(SUBSTITUTE(LEFT(TRIM({cell}),10),".","/"),"-","/")'
    apart = f'SUBSTITUTE({slashes},"/",{_APART})'
    first, second, third = (
        f"VALUE(TRIM({part}))"
        for part in (f"LEFT({apart},20)", f"MID({apart},21,20)", f"RIGHT({apart},20)")
    )
    in_numbers = f"IF({first}>31,DATE({first},{second},{third}),DATE({third},{second},{first}))"
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
