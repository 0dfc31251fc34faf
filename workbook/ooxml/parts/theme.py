"""The theme of a workbook: its colours and fonts by number and by name, and doing without them.

Text in a theme's colour changes with the theme. What moves to a workbook with another theme takes
the colour itself along.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from xlpbr.workbook.ooxml.xml.splice import local_name

_ORDER = (
    "lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6",
    "hlink", "folHlink",
)  # fmt: skip
"""The colours of a theme as cells number them; the part itself lists the dark ones first."""

_THEMED = re.compile(rb'(<[^<>]*?) theme="(\d+)"')
_SCHEME = re.compile(rb'<scheme val="(\w+)"/>')


@dataclass(frozen=True, slots=True)
class Theme:
    """What a theme stands for.

    Attributes:
        colours: its colours by the number that cells use, as six hexadecimal digits.
        fonts: the fonts for Latin text by scheme, ``major`` and ``minor``.
    """

    colours: Mapping[int, str]
    fonts: Mapping[str, str]


NO_THEME = Theme({}, {})
"""The theme of a workbook without one: nothing is known of its colours and fonts."""


def read_theme(tree: ET.Element) -> Theme:
    """The colours and fonts of a theme.

    Args:
        tree: the theme part, ``a:theme``.
    """
    colours: dict[int, str] = {}
    fonts: dict[str, str] = {}
    for element in tree.iter():
        name = local_name(element)
        if name == "clrScheme":
            for entry in element:
                if local_name(entry) in _ORDER and len(entry):
                    # A colour of the system says in lastClr what it was when it was saved.
                    colour = entry[0].get("lastClr", entry[0].get("val", ""))
                    colours[_ORDER.index(local_name(entry))] = colour.upper()
        elif name in {"majorFont", "minorFont"}:
            latin = next((font for font in element if local_name(font) == "latin"), None)
            if latin is not None:
                fonts[name.removesuffix("Font")] = latin.get("typeface", "")
    return Theme(colours, fonts)


def independent(xml: bytes, own: Theme, other: Theme) -> bytes:
    """XML that looks under another theme as it does under its own.

    Colours and fonts that both themes share stay a matter of the theme; others are named.

    Args:
        xml: a part or a piece of one, as XlsxWriter writes it.
        own: the theme that it was written for.
        other: the theme that it will stand under.

    Raises:
        ValueError: its own theme has no such colour.
    """

    def named(match: re.Match[bytes]) -> bytes:
        number = int(match[2])
        colour = own.colours.get(number)
        if colour is None:
            raise ValueError(f"a theme without the colour {number}")
        if other.colours.get(number) == colour:
            return match[0]
        return b'%b rgb="FF%b"' % (match[1], colour.encode())

    def kept(match: re.Match[bytes]) -> bytes:
        scheme = match[1].decode()
        font = own.fonts.get(scheme)
        return match[0] if font is not None and font == other.fonts.get(scheme) else b""

    return _SCHEME.sub(kept, _THEMED.sub(named, xml))
