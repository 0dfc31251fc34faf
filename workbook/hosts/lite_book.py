"""The template workbook for xlwings Lite: it carries the code of the functions.

The formulas are stored as Office.js functions store them, which ``port`` sees to. The code stands
in a web-extension part, where the add-in keeps the code of every workbook.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import quoteattr

from xlpbr.contract.library import Contract
from xlpbr.workbook.files.safe_writing import write_safely
from xlpbr.workbook.hosts.lite_code import (
    main_from_wheel,
    main_with_code,
    requirements,
    text_of,
)
from xlpbr.workbook.ooxml.book import Book, open_book
from xlpbr.workbook.ooxml.edit.check import Intended, check_package
from xlpbr.workbook.ooxml.parts.content_types import with_content_types
from xlpbr.workbook.ooxml.parts.listing_parts import CONTENT_TYPES
from xlpbr.workbook.ooxml.parts.relationships import (
    NewRelationship,
    relationships_part,
    relative_target,
    with_relationships,
)
from xlpbr.workbook.ooxml.zip.archive import close_archive, read_part
from xlpbr.workbook.ooxml.zip.copy import copy_archive
from xlpbr.workbook.port.rewrite import port
from xlpbr.workbook.template.write import new_workbook

EXTENSION_PART = "xl/webextensions/webextension1.xml"
"""What an add-in keeps in a workbook."""

PANES_PART = "xl/webextensions/taskpanes.xml"
"""Which add-ins show a pane when the workbook is opened."""

_TYPES = {
    EXTENSION_PART: "application/vnd.ms-office.webextension+xml",
    PANES_PART: "application/vnd.ms-office.webextensiontaskpanes+xml",
}
_LEADS = "http://schemas.microsoft.com/office/2011/relationships"


def new_lite_workbook(
    contract: Contract, path: Path, *, sample: bool = False, embed: bool = True
) -> None:
    """Write the template workbook of a contract for xlwings Lite, calculated.

    Args:
        contract: the contract.
        path: the .xlsx file to write; an older one is replaced when the new one is whole.
        sample: whether illustrative rows are written, each marked as such.
        embed: whether the workbook holds the source of the functions; if not, it asks the add-in
            for the released package of this version.

    Raises:
        FileProblem: the file cannot be written.
    """
    with TemporaryDirectory() as folder:
        plain, stored = Path(folder) / "plain.xlsx", Path(folder) / "stored.xlsx"
        new_workbook(contract, plain, sample=sample)
        port(plain, "lite", stored)
        book = open_book(stored)
        write_safely(path, lambda temporary: _write_with_code(book, temporary, embed=embed))
        close_archive(book.archive)


def _write_with_code(book: Book, target: Path, *, embed: bool) -> None:
    """Write a copy of a workbook that holds the code, and read it again."""
    main = main_with_code() if embed else main_from_wheel()
    to_code = NewRelationship(f"{_LEADS}/webextension", relative_target(PANES_PART, EXTENSION_PART))
    added = {
        EXTENSION_PART: extension_part(
            {
                "main.py": main,
                "requirements.txt": requirements(embed=embed),
                "Office.AutoShowTaskpaneWithDocument": True,
                "xlwingsSettingsWorkbook": {"startupBehavior": "taskpane"},
            }
        ),
        PANES_PART: text_of("taskpanes.xml").encode(),
        relationships_part(PANES_PART): with_relationships(None, [to_code]).data or b"",
    }
    archive = book.archive
    listing = relationships_part("")
    lead = NewRelationship(f"{_LEADS}/webextensiontaskpanes", relative_target("", PANES_PART))
    changed = with_relationships(read_part(archive, listing), [lead]).data
    replaced = {
        CONTENT_TYPES: with_content_types(read_part(archive, CONTENT_TYPES), _TYPES, ()),
        listing: changed or b"",
    }
    copy_archive(archive, replaced, target, added=added)
    after = open_book(target)
    check_package(
        archive, after.archive, Intended(changed=frozenset(replaced), added=frozenset(added))
    )
    close_archive(after.archive)


def extension_part(properties: Mapping[str, object]) -> bytes:
    """The part in which xlwings Lite finds its files and settings, each value as JSON.

    The number of the part is worked out from what it holds, so that the same workbook is the same
    file byte for byte.
    """
    entries = "".join(
        f"<we:property name={quoteattr(name)} value={quoteattr(json.dumps(value))}/>"
        for name, value in properties.items()
    )
    known_as = str(uuid5(NAMESPACE_URL, entries)).upper()
    part = Template(text_of("webextension.xml")).substitute(id=known_as, properties=entries)
    return part.encode()
