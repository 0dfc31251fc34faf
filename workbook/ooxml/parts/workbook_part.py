"""What ``workbook.xml`` says: its sheets, its names, its dates, and whether it is locked.

Works on the bytes of that part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlpbr.workbook.ooxml.xml.splice import TRUE, Element, as_utf8, elements, namespaces, text_in
from xlpbr.workbook.ooxml.xml.strict_form import (
    RELATIONSHIPS,
    STRICT_MAIN,
    STRICT_RELATIONSHIPS,
)

PATHS = (
    "workbook",
    "workbook/workbookPr",
    "workbook/workbookProtection",
    "workbook/bookViews/workbookView",
    "workbook/sheets",
    "workbook/sheets/sheet",
    "workbook/functionGroups",
    "workbook/calcPr",
    "workbook/externalReferences",
    "workbook/definedNames",
    "workbook/definedNames/definedName",
    "workbook/customWorkbookViews/customWorkbookView",
)
"""The elements of the part that are read or changed."""

Places = Mapping[str, Sequence[Element]]
"""The elements found, by their path."""


_FALSE = frozenset({"0", "false", "off"})
_RELATIONSHIPS = (RELATIONSHIPS, STRICT_RELATIONSHIPS)


@dataclass(frozen=True, slots=True)
class ListedSheet:
    """A sheet of any kind as the workbook lists it.

    Attributes:
        name: its name.
        sheet_id: its number, which stays the same when sheets are moved.
        relationship_id: the relationship that leads to its part.
        state: ``visible``, ``hidden`` or ``veryHidden``.
        index: its place among the sheets, from 0; -1 for one that is to be listed.
    """

    name: str
    sheet_id: int
    relationship_id: str
    state: str = "visible"
    index: int = -1


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A defined name: what it stands for, and the sheet that alone knows it (None: all)."""

    name: str
    text: str
    sheet: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ListedName:
    """A defined name as the workbook lists it.

    Attributes:
        name: the name.
        text: what it stands for, a formula without ``=``.
        sheet: the place (from 0) of the sheet that alone knows it; None when all do.
        hidden: whether Excel hides it from the person.
    """

    name: str
    text: str
    sheet: int | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class WorkbookPart:
    """What the part says.

    Attributes:
        namespace: of its first element; empty where it names none.
        strict: whether it is written in the strict form of the format.
        date_1904: whether dates count from 1904.
        structure_locked: whether no sheet may be added or taken out.
        sheets: its sheets in their order, chart sheets too.
        names: its defined names in their order.
        rounded_as_shown: whether every figure is rounded to what its format shows.
    """

    namespace: str
    strict: bool
    date_1904: bool
    structure_locked: bool
    sheets: tuple[ListedSheet, ...]
    names: tuple[ListedName, ...]
    rounded_as_shown: bool


def read_workbook(data: bytes) -> WorkbookPart:
    """Read the part.

    Raises:
        ValueError: it is in an encoding that is not read, or a number in it is none.
        expat.ExpatError: it is not well-formed.
    """
    text, _ = as_utf8(data)
    places = elements(text, *PATHS)
    (root,) = places["workbook"]
    return WorkbookPart(
        namespace=namespaces(root).get(root.prefix.decode().removesuffix(":"), ""),
        strict=is_strict(places),
        date_1904=_says(places, "workbook/workbookPr", "date1904"),
        structure_locked=_says(places, "workbook/workbookProtection", "lockStructure"),
        sheets=listed_sheets(places),
        names=listed_names(text, places),
        rounded_as_shown=any(
            entry.attributes.get("fullPrecision", "1") in _FALSE
            for entry in places["workbook/calcPr"]
        ),
    )


def is_strict(places: Places) -> bool:
    """Whether the part is written in the strict form of the format."""
    return STRICT_MAIN in namespaces(*places["workbook"]).values()


def listed_sheets(places: Places) -> tuple[ListedSheet, ...]:
    """The sheets that the part lists.

    Raises:
        ValueError: a sheet has no number.
    """
    around = (*places["workbook"], *places["workbook/sheets"])
    return tuple(
        ListedSheet(
            entry.attributes.get("name", ""),
            int(entry.attributes.get("sheetId", "")),
            _relationship_id(entry, *around),
            entry.attributes.get("state", "visible"),
            index,
        )
        for index, entry in enumerate(places["workbook/sheets/sheet"])
    )


def listed_names(text: bytes, places: Places) -> tuple[ListedName, ...]:
    """The names that the part, given in UTF-8, defines.

    Raises:
        ValueError: a name belongs to a sheet by something else than a number.
    """
    return tuple(
        ListedName(
            entry.attributes.get("name", ""),
            text_in(text, entry),
            int(entry.attributes["localSheetId"]) if "localSheetId" in entry.attributes else None,
            entry.attributes.get("hidden") in TRUE,
        )
        for entry in places["workbook/definedNames/definedName"]
    )


def relationship_prefixes(*around: Element) -> tuple[str, ...]:
    """The prefixes for ids of relationships that some elements declare, outermost first."""
    bound = namespaces(*around)
    return tuple(prefix for prefix, name in bound.items() if prefix and name in _RELATIONSHIPS)


def _relationship_id(entry: Element, *around: Element) -> str:
    named = (f"{prefix}:id" for prefix in relationship_prefixes(*around, entry))
    return next((entry.attributes[name] for name in named if name in entry.attributes), "")


def _says(places: Places, path: str, attribute: str) -> bool:
    return any(entry.attributes.get(attribute) in TRUE for entry in places[path])
