"""What entries of a style table look like, so that two that look alike can be told.

Programs write the same font or border in different words: ``<b/>`` or ``<b val="true"/>``, a colour
of the theme or the colour itself. A look leaves such differences out.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from xlpbr.workbook.ooxml.parts.theme import NO_THEME, Theme
from xlpbr.workbook.ooxml.xml.splice import local_name

_BOOLEANS = {"true": "1", "on": "1", "false": "0", "off": "0"}
_DEFAULTS = {
    "alignment": {
        "horizontal": "general", "vertical": "bottom", "textRotation": "0", "wrapText": "0",
        "indent": "0", "relativeIndent": "0", "justifyLastLine": "0", "shrinkToFit": "0",
        "readingOrder": "0",
    },
    "protection": {"locked": "1", "hidden": "0"},
    "border": {"diagonalUp": "0", "diagonalDown": "0", "outline": "1"},
    "patternFill": {"patternType": "none"},
    "color": {"tint": "0"}, "fgColor": {"tint": "0"}, "bgColor": {"tint": "0"},
    "gradientFill": {
        "type": "linear", "degree": "0", "left": "0", "right": "0", "top": "0", "bottom": "0",
    },
}  # fmt: skip
"""What an attribute means when it is left out."""

_SIDES = {"left", "right", "top", "bottom", "start", "end", "diagonal", "vertical", "horizontal"}
_SWITCHES = {"b", "i", "strike", "outline", "shadow", "condense", "extend"}
_ONLY_A_FALLBACK = {"family", "charset"}
_UNSEEN = {"u": "none", "vertAlign": "baseline"}


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks in one style table, by their places in its lists.

    Attributes:
        fonts, fills, borders: the look of each entry.
        codes: the number formats that the table declares, by id.
        cells: the look of each cell format; None for one that must not be shared, because it
            follows a named style or holds an extension.
        differential: the exact content of each differential format.
    """

    fonts: Sequence[Hashable]
    fills: Sequence[Hashable]
    borders: Sequence[Hashable]
    codes: Mapping[int, str]
    cells: Sequence[Hashable]
    differential: Sequence[Hashable]


def read_looks(tree: ET.Element, theme: Theme, *, own_styles: bool) -> Looks:
    """The looks in a style table.

    Args:
        tree: the styles part.
        theme: the theme that it stands under.
        own_styles: whether named styles of the table count; XlsxWriter's are left behind.
    """
    lists = {local_name(child): list(child) for child in tree}
    codes = {
        int(entry.get("numFmtId", "-1")): entry.get("formatCode", "")
        for entry in lists.get("numFmts", ())
    }
    fonts = [_font(entry, theme) for entry in lists.get("fonts", ())]
    fills = [_look(entry, theme) for entry in lists.get("fills", ())]
    borders = [_look(entry, theme) for entry in lists.get("borders", ())]
    cells = [
        _cell(entry, fonts, fills, borders, codes)
        if not own_styles or entry.get("xfId", "0") == "0"
        else None
        for entry in lists.get("cellXfs", ())
    ]
    differential = [_exact(entry, theme) for entry in lists.get("dxfs", ())]
    return Looks(fonts, fills, borders, codes, cells, differential)


def _exact(element: ET.Element, theme: Theme) -> Hashable:
    """An element as its canonical form says it, with colours of the theme as colours.

    In a differential format even a default says something: it takes away what the cell has.
    """
    attributes = _attributes(element, theme)
    if "formatCode" in attributes:
        del attributes["numFmtId"]
    return (
        local_name(element),
        frozenset(attributes.items()),
        tuple(_exact(child, theme) for child in element),
    )


def _cell(
    entry: ET.Element,
    fonts: Sequence[Hashable],
    fills: Sequence[Hashable],
    borders: Sequence[Hashable],
    codes: Mapping[int, str],
) -> Hashable:
    """The look of a cell format; None when it points nowhere or holds an extension."""
    inside = {local_name(child): _look(child, NO_THEME) for child in entry}
    number, font, fill, border = (
        int(entry.get(name, "0")) for name in ("numFmtId", "fontId", "fillId", "borderId")
    )
    if "extLst" in inside or not (
        font < len(fonts) and fill < len(fills) and border < len(borders)
    ):
        return None
    switches = tuple(_plain(entry.get(name, "0")) for name in ("quotePrefix", "pivotButton"))
    return (
        codes.get(number) or ("General" if number == 0 else number),
        fonts[font],
        fills[fill],
        borders[border],
        inside.get("alignment", _look(ET.Element("alignment"), NO_THEME)),
        inside.get("protection", _look(ET.Element("protection"), NO_THEME)),
        switches,
    )


def _font(entry: ET.Element, theme: Theme) -> Hashable:
    """The look of a font; its children may stand in any order."""
    name = next((child.get("val", "") for child in entry if local_name(child) == "name"), "")
    said: set[Hashable] = set()
    for child in entry:
        tag, value = local_name(child), _plain(child.get("val", ""))
        if tag in _ONLY_A_FALLBACK or _UNSEEN.get(tag) == value:
            continue
        if tag in _SWITCHES:
            if value != "0":
                said.add((tag, "1"))
        elif tag == "scheme":
            if theme.fonts.get(value, "") != name and value != "none":
                said.add((tag, value))
        elif tag == "u":
            said.add((tag, value or "single"))
        else:
            said.add((tag, frozenset(_attributes(child, theme).items())))
    return frozenset(said)


def _look(element: ET.Element, theme: Theme) -> Hashable:
    tag = local_name(element)
    defaults = _DEFAULTS.get(tag, {})
    attributes = _attributes(element, theme)
    said = frozenset((k, v) for k, v in attributes.items() if defaults.get(k) != v)
    if tag in _SIDES and dict(said).get("style", "none") == "none":
        return None
    children = tuple(look for child in element if (look := _look(child, theme)) is not None)
    return (tag, said, children)


def _attributes(element: ET.Element, theme: Theme) -> dict[str, str]:
    """The attributes in one way of writing: switches as 0 and 1, a colour by itself."""
    said = {name: _plain(value) for name, value in element.attrib.items()}
    colour = theme.colours.get(int(said["theme"])) if said.get("theme", "").isdigit() else None
    if colour is not None:
        del said["theme"]
        said["rgb"] = colour
    elif "rgb" in said:
        # The first two digits are for transparency, which cells do not have.
        said["rgb"] = said["rgb"][-6:].upper()
    return said


def _plain(value: str) -> str:
    value = _BOOLEANS.get(value, value)
    whole, point, rest = value.partition(".")
    return whole if point and whole.isdigit() and not rest.strip("0") else value
