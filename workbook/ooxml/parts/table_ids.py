"""The numbers by which a package tells its tables apart.

Cells that are mapped to an XML schema are numbered with the tables.
"""

from __future__ import annotations

from xlpbr.workbook.ooxml.parts.content_types import content_type_of
from xlpbr.workbook.ooxml.parts.listing_parts import content_types_of
from xlpbr.workbook.ooxml.xml.splice import as_utf8, elements
from xlpbr.workbook.ooxml.zip.archive import Archive, read_xml, understood

_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml."
TABLE_TYPE = f"{_KIND}table+xml"
"""The content type of a table's part."""

_NUMBERED = {
    TABLE_TYPE: ("table", "table"),
    f"{_KIND}tableSingleCells+xml": ("singleXmlCells", "singleXmlCells/singleXmlCell"),
}
"""By content type, the first element of a part and the path to what is numbered in it."""


def used_table_ids(archive: Archive) -> set[int]:
    """The numbers that are in use.

    Raises:
        FileProblem: a part with a table is damaged.
    """
    types = content_types_of(archive)
    found: set[int] = set()
    for name in archive.members:
        root, path = _NUMBERED.get(content_type_of(types, name) or "", ("", ""))
        if root:
            data = read_xml(archive, name, root)
            with understood(archive, name):
                found |= ids_in(data, path)
    return found


def ids_in(part: bytes, path: str = "table") -> set[int]:
    """The numbers that stand in one part, in elements at a path.

    Raises:
        ValueError: a number is none.
        expat.ExpatError: the part is not well-formed.
    """
    data, _ = as_utf8(part)
    return {int(element.attributes.get("id", "0")) for element in elements(data, path)[path]}
