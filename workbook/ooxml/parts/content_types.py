"""The types of a package's parts, as ``[Content_Types].xml`` lists them.

Works on the bytes of that part.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from xlpbr.workbook.ooxml.xml.escaping import quoteattr
from xlpbr.workbook.ooxml.xml.splice import (
    Element,
    as_utf8,
    elements,
    refilled,
    spliced,
    with_attributes,
)


@dataclass(frozen=True, slots=True)
class ContentTypes:
    """The types that a package lists; names are the same in capital and small letters.

    Attributes:
        defaults: types by the ending of a part's name, without the dot, in small letters.
        overrides: types by a part's name, in small letters.
    """

    defaults: Mapping[str, str]
    overrides: Mapping[str, str]


def read_content_types(data: bytes) -> ContentTypes:
    """Read the list.

    Raises:
        ValueError: the part is in an encoding that is not read.
        expat.ExpatError: it is not well-formed.
    """
    found = elements(as_utf8(data)[0], "Types/Default", "Types/Override")
    return _listed(found["Types/Default"], found["Types/Override"])


def content_type_of(types: ContentTypes, part: str) -> str:
    """The type of a part; empty when the list gives it none."""
    name = part.casefold()
    ending = name.rpartition("/")[2].rpartition(".")[2]
    return types.overrides.get(name, types.defaults.get(ending, ""))


def with_content_types(data: bytes, added: Mapping[str, str], removed: Collection[str]) -> bytes:
    """List the types of parts that are added and strike out parts that are removed.

    A part is listed by its name, and only where it would otherwise have another type; endings
    are left alone, because other parts go by them. So striking out what was listed gives back
    the very bytes.

    Args:
        data: the part.
        added: types by part; a part that stays and gets another type may be among them.
        removed: the parts that go.

    Raises:
        ValueError: the part is in an encoding that is not read.
        expat.ExpatError: it is not well-formed.
    """
    text, back = as_utf8(data)
    found = elements(text, "Types", "Types/Default", "Types/Override")
    root = found["Types"][0]
    overrides = found["Types/Override"]
    types = _listed(found["Types/Default"], overrides)
    wanted = {part.casefold(): kind for part, kind in added.items()}
    gone = {part.casefold() for part in removed} - set(wanted)
    struck = [entry for entry in overrides if _part(entry) in gone]
    changed = [
        with_attributes(text, entry, {"ContentType": wanted[_part(entry)]})
        for entry in overrides
        if wanted.get(_part(entry), entry.attributes.get("ContentType"))
        != entry.attributes.get("ContentType")
    ]
    new = b"".join(
        b"<%bOverride PartName=%b ContentType=%b/>"
        % (root.prefix, quoteattr(f"/{part}").encode(), quoteattr(kind).encode())
        for part, kind in added.items()
        if part.casefold() not in types.overrides and content_type_of(types, part) != kind
    )
    return back(spliced(text, [*refilled(text, root, new, struck), *changed]))


def _listed(defaults: list[Element], overrides: list[Element]) -> ContentTypes:
    return ContentTypes(
        {
            entry.attributes.get("Extension", "").casefold(): entry.attributes.get(
                "ContentType", ""
            )
            for entry in defaults
        },
        {_part(entry): entry.attributes.get("ContentType", "") for entry in overrides},
    )


def _part(entry: Element) -> str:
    return entry.attributes.get("PartName", "").casefold().lstrip("/")
