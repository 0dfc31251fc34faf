"""An Excel table over cells of a sheet: its part, and its place in the sheet's XML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.addresses import area_address
from xlpbr.workbook.ooxml.parts.name_rules import refuse_defined_name
from xlpbr.workbook.ooxml.xml.splice import Splice, appended, elements

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'


@dataclass(frozen=True, slots=True)
class NewTable:
    """A table to be laid over cells that are there.

    Attributes:
        name: its name, as formulas call it.
        sheet: the sheet it stands on.
        area: first row, first column, last row, last column, the heading row included.
    """

    name: str
    sheet: str
    area: tuple[int, int, int, int]


def table_part(table: NewTable, number: int, headings: Sequence[object], namespace: str) -> bytes:
    """The part of a table.

    Args:
        table: the table.
        number: its id, free in the workbook.
        headings: what its heading cells hold.
        namespace: the namespace of the workbook's parts.

    Raises:
        FileProblem: its name is none that Excel takes, a heading is no text, is blank or stands
            there twice, or the table has no row under its headings.
    """
    refuse_defined_name(table.name)
    where = area_address(table.sheet, table.area)
    if table.area[2] <= table.area[0]:
        raise FileProblem(
            f"{where} has no row under its headings; give the whole table.", "table-heading"
        )
    texts = [heading for heading in headings if isinstance(heading, str) and heading]
    if len(texts) < len(headings) or len({text.casefold() for text in texts}) < len(texts):
        raise FileProblem(
            f"{where} cannot become a table: each heading in its first row must be a text of its"
            " own; correct the headings.",
            "table-heading",
        )
    reference = quoteattr(where.rpartition("!")[2])
    columns = "".join(
        f'<tableColumn id="{place}" name={quoteattr(text)}/>'
        for place, text in enumerate(texts, start=1)
    )
    name = quoteattr(table.name)
    return (
        f'{_DECLARATION}<table xmlns="{namespace}" id="{number}" name={name} displayName={name}'
        f' ref={reference} totalsRowShown="0"><autoFilter ref={reference}/>'
        f'<tableColumns count="{len(texts)}">{columns}</tableColumns>'
        '<tableStyleInfo name="TableStyleMedium2" showFirstColumn="0" showLastColumn="0"'
        ' showRowStripes="1" showColumnStripes="0"/></table>'
    ).encode()


def table_splices(sheet: bytes, relationship_ids: Sequence[str], namespace: str) -> list[Splice]:
    """The splices that make a sheet's XML lead to tables.

    Args:
        sheet: the sheet's part in UTF-8.
        relationship_ids: the relationships that lead to the tables' parts.
        namespace: the namespace of relationship ids.
    """
    found = elements(
        sheet,
        "worksheet",
        "worksheet/tableParts",
        "worksheet/tableParts/tablePart",
        "worksheet/extLst",
    )
    root = found["worksheet"][0]
    prefix = root.prefix
    entries = b"".join(
        b'<%btablePart xmlns:r="%b" r:id="%b"/>' % (prefix, namespace.encode(), known_as.encode())
        for known_as in relationship_ids
    )
    present = found["worksheet/tableParts"]
    if present:
        count = len(found["worksheet/tableParts/tablePart"]) + len(relationship_ids)
        return appended(sheet, present[0], entries, {"count": str(count)})
    # The list of tables is the last but one of what a sheet may hold.
    place = found["worksheet/extLst"][0].start if found["worksheet/extLst"] else root.close
    tag = prefix + b"tableParts"
    whole = b'<%b count="%d">%b</%b>' % (tag, len(relationship_ids), entries, tag)
    return [(place, place, whole)]
