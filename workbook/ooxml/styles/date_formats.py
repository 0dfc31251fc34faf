"""Which cell formats of a workbook show a number as a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from xlpbr.workbook.ooxml.xml.splice import as_utf8, elements

_BUILT_IN = frozenset((*range(14, 23), *range(27, 37), *range(50, 59)))
"""The number formats that show dates without being written into a workbook."""

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_OF_A_DATE = re.compile(r"[dy]|mmm", re.IGNORECASE)


def date_formats(styles: bytes) -> frozenset[int]:
    """The numbers of the cell formats that show a date.

    Args:
        styles: the part with the style table.

    Raises:
        ValueError: the part is in an encoding that is not read, or a number is none.
        expat.ExpatError: it is not well-formed.
    """
    formats, codes = "styleSheet/cellXfs/xf", "styleSheet/numFmts/numFmt"
    found = elements(as_utf8(styles)[0], formats, codes)
    own = {
        int(entry.attributes.get("numFmtId", "0")): entry.attributes.get("formatCode", "")
        for entry in found[codes]
    }
    return frozenset(_that_show_dates((entry.attributes for entry in found[formats]), own))


def _that_show_dates(formats: Iterable[Mapping[str, str]], own: Mapping[int, str]) -> Iterable[int]:
    for number, attributes in enumerate(formats):
        known = int(attributes.get("numFmtId", "0"))
        code = own.get(known)
        is_date = known in _BUILT_IN if code is None else is_date_code(code)
        if is_date:
            yield number


def is_date_code(code: str) -> bool:
    """Whether a number format such as ``dd mmm yyyy`` shows a date."""
    return _OF_A_DATE.search(_LITERAL.sub("", code)) is not None
