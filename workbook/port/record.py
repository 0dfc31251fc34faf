"""What a port cannot tell from a workbook alone, kept inside it so that it can be undone.

Formulas that cells share are written out for an Office add-in, because a formula that spills cannot
be shared; and a metadata part without the mark of such formulas gets one. The record, a custom XML
part of a kind that Excel keeps, holds both as they were.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

import xlpbr
from xlpbr.workbook.ooxml.addresses import Position, cell_name, split_cell
from xlpbr.workbook.ooxml.parts.undo_record import content_hash, item_properties

NAMESPACE = "urn:xlpbr:port:1"


@dataclass(frozen=True, slots=True)
class PortRecord:
    """What the workbook was in places before a port.

    Attributes:
        shared: by a sheet's part and cell, the tag of the formula that it wrote out for others,
            or the element by which it shared one, as it was written.
        metadata: the content of the metadata part; None where it was not changed so.
        metadata_after: the SHA-256 of what the port made of it.
    """

    shared: Mapping[str, Mapping[Position, bytes]] = field(default_factory=dict)
    metadata: bytes | None = None
    metadata_after: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep."""
        return not any(self.shared.values()) and self.metadata is None


def record_content(record: PortRecord) -> bytes:
    """The record as the content of a custom XML part."""
    root = ET.Element("port", {"xmlns": NAMESPACE, "xlpbr": xlpbr.__version__})
    if record.metadata is not None:
        content = ET.SubElement(root, "metadata", {"after": record.metadata_after})
        content.text = base64.b64encode(record.metadata).decode()
    for part, cells in record.shared.items():
        sheet = ET.SubElement(root, "sheet", {"part": part})
        by_raw: dict[bytes, list[Position]] = defaultdict(list)
        for position, raw in cells.items():
            by_raw[raw].append(position)
        for raw, positions in by_raw.items():
            group = ET.SubElement(sheet, "shared", {"as": raw.decode()})
            group.text = " ".join(map(cell_name, positions))
    data: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return data


def properties_content(record: PortRecord) -> bytes:
    """The part that names the record's namespace, as Excel writes it beside such a part."""
    return item_properties(NAMESPACE, content_hash(record_content(record)))


def read_port_record(tree: ET.Element) -> PortRecord | None:
    """The record in a custom XML part; None where it is another part."""
    if tree.tag != f"{{{NAMESPACE}}}port":
        return None
    metadata, after = None, ""
    shared: dict[str, dict[Position, bytes]] = {}
    for element in tree:
        if element.tag == f"{{{NAMESPACE}}}metadata":
            metadata, after = base64.b64decode(element.text or ""), element.get("after", "")
            continue
        cells = shared.setdefault(element.get("part", ""), {})
        for group in element:
            raw = group.get("as", "").encode()
            cells.update((split_cell(cell), raw) for cell in (group.text or "").split())
    return PortRecord(shared, metadata, after)
