"""The parts of a workbook in which xlwings Lite keeps its code: made, and found again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Template
from uuid import NAMESPACE_URL, uuid5

from xlpbr.workbook.lite.code import main_from_wheel, main_with_code, requirements, text_of
from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.ooxml.edit.beside import PartsBeside
from xlpbr.workbook.ooxml.parts.listing_parts import relationships_of
from xlpbr.workbook.ooxml.parts.relationships import (
    NewRelationship,
    relationships_part,
    relative_target,
    resolved_target,
    with_relationships,
)
from xlpbr.workbook.ooxml.xml.escaping import quoteattr
from xlpbr.workbook.ooxml.zip.archive import has_part, read_tree, understood

_FOLDER = "xl/webextensions"
_PANES = f"{_FOLDER}/taskpanes.xml"
_EXTENSION = f"{_FOLDER}/webextension{{number}}.xml"

_LEADS = "http://schemas.microsoft.com/office/2011/relationships"
_PANES_KIND = "webextensiontaskpanes"
_EXTENSION_TYPE = "application/vnd.ms-office.webextension+xml"
_PANES_TYPE = "application/vnd.ms-office.webextensiontaskpanes+xml"

_MAIN = "main.py"


@dataclass(frozen=True, slots=True)
class FoundCode:
    """What a workbook holds of add-ins that show a pane.

    Attributes:
        parts: all parts that belong to it.
        main: the ``main.py`` of xlwings Lite; None where no add-in has one.
    """

    parts: tuple[str, ...]
    main: str | None

    @property
    def is_ours(self) -> bool:
        """Whether it is what this version writes, and nothing else."""
        return self.main in (main_with_code(), main_from_wheel())


def parts_with_code(book: Book, *, embed: bool = True) -> PartsBeside:
    """The parts that give a workbook the code of the functions.

    Args:
        book: the workbook, which has no such parts yet.
        embed: whether they hold the source of the functions; if not, the workbook asks the add-in
            for the released package of this version.
    """
    extension = _free_extension(book)
    listing = relationships_part(_PANES)
    lead = NewRelationship(f"{_LEADS}/webextension", relative_target(_PANES, extension))
    return PartsBeside(
        contents={
            extension: extension_part(
                {
                    _MAIN: main_with_code() if embed else main_from_wheel(),
                    "requirements.txt": requirements(embed=embed),
                    "Office.AutoShowTaskpaneWithDocument": True,
                    "xlwingsSettingsWorkbook": {"startupBehavior": "taskpane"},
                }
            ),
            _PANES: text_of("taskpanes.xml").encode(),
            listing: with_relationships(None, [lead]).data or b"",
        },
        types={extension: _EXTENSION_TYPE, _PANES: _PANES_TYPE},
        lead=NewRelationship(f"{_LEADS}/{_PANES_KIND}", relative_target("", _PANES)),
    )


def _free_extension(book: Book) -> str:
    number = 1
    while has_part(book.archive, _EXTENSION.format(number=number)):
        number += 1
    return _EXTENSION.format(number=number)


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
    return (
        Template(text_of("webextension.xml")).substitute(id=known_as, properties=entries).encode()
    )


def code_in(book: Book) -> FoundCode | None:
    """What a workbook holds of add-ins that show a pane; None where it holds nothing.

    Raises:
        FileProblem: a part cannot be read.
    """
    for entry in relationships_of(book.archive, ""):
        panes = resolved_target("", entry.target)
        if entry.kind == _PANES_KIND and not entry.external and has_part(book.archive, panes):
            extensions = [
                part
                for part in (
                    resolved_target(panes, lead.target)
                    for lead in relationships_of(book.archive, panes)
                    if not lead.external
                )
                if has_part(book.archive, part)
            ]
            listings = map(relationships_part, (panes, *extensions))
            there = [part for part in listings if has_part(book.archive, part)]
            mains = [main for part in extensions for main in _mains(book, part)]
            return FoundCode((panes, *extensions, *there), mains[0] if mains else None)
    return None


def _mains(book: Book, part: str) -> Iterator[str]:
    with understood(book.archive, part):
        for element in read_tree(book.archive, part).iter():
            if element.tag.endswith("}property") and element.get("name") == _MAIN:
                yield str(json.loads(element.get("value", "")))
