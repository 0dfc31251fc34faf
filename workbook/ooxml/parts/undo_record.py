"""What a workbook was before sheets were attached, kept inside it so that it can be given back.

The record is a custom XML part, a kind of part that Excel keeps when it saves: the hash of the
whole file, and each part that was changed with the compressed bytes that it had.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from xlpbr.workbook.ooxml.zip.copy import RawMember

ITEM_TYPE = "customXml"
PROPERTIES_TYPE = "customXmlProps"
PROPERTIES_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
_ITEM_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A part that the attachment changed or made.

    Attributes:
        name: its name in the package.
        after: the SHA-256 of its content once the sheets were attached.
        before: its bytes in the file before; None for a part that was not there.
    """

    name: str
    after: str
    before: RawMember | None


@dataclass(frozen=True, slots=True)
class UndoRecord:
    """What is needed to give a workbook back as it was.

    Attributes:
        file_before: the SHA-256 of the whole file before.
        parts: the parts that were changed or made beside the sheets.
    """

    file_before: str
    parts: tuple[KeptPart, ...]


def content_hash(content: bytes) -> str:
    """The SHA-256 of a part's content as hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def record_of(
    file_before: str, before: Mapping[str, RawMember | None], after: Mapping[str, bytes]
) -> UndoRecord:
    """The record of an attachment.

    Args:
        file_before: the SHA-256 of the whole file before.
        before: by name, the raw member of each part that changes; None for a new one.
        after: the content of the same parts afterwards.
    """
    return UndoRecord(
        file_before,
        tuple(KeptPart(name, content_hash(after[name]), raw) for name, raw in before.items()),
    )


def record_part(record: UndoRecord, namespace: str, program: str, version: str) -> bytes:
    """The record as the content of a custom XML part, with the program that keeps it."""
    root = ET.Element(
        "attachment", {"xmlns": namespace, program: version, "before": record.file_before}
    )
    for part in record.parts:
        element = ET.SubElement(root, "part", {"name": part.name, "after": part.after})
        if part.before is not None:
            element.set("local", base64.b64encode(part.before.local).decode())
            element.set("directory", base64.b64encode(part.before.directory).decode())
    content: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


def item_properties(namespace: str, sha256: str) -> bytes:
    """The part that Excel writes beside a custom XML part.

    Args:
        namespace: of the custom XML part.
        sha256: a hash, as hexadecimal digits, from which its identity is made.
    """
    digits = sha256.upper()
    identity = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        f'<ds:datastoreItem ds:itemID="{{{identity}}}" xmlns:ds="{_ITEM_PROPERTIES}">'
        f'<ds:schemaRefs><ds:schemaRef ds:uri="{namespace}"/></ds:schemaRefs>'
        "</ds:datastoreItem>"
    ).encode()


def read_record(tree: ET.Element, namespace: str) -> UndoRecord | None:
    """The record in a custom XML part; None where it holds something else."""
    if tree.tag != f"{{{namespace}}}attachment":
        return None
    return UndoRecord(tree.get("before", ""), tuple(_kept_part(element) for element in tree))


def _kept_part(element: ET.Element) -> KeptPart:
    local, directory = element.get("local"), element.get("directory")
    before = None
    if local is not None and directory is not None:
        before = RawMember(base64.b64decode(local), base64.b64decode(directory))
    return KeptPart(element.get("name", ""), element.get("after", ""), before)
