"""A package that was written, read again: only what was meant to differ may differ."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import zip_longest
from xml.parsers import expat

from xlpbr.workbook.ooxml.parts.content_types import content_type_of
from xlpbr.workbook.ooxml.parts.listing_parts import content_types_of, inner_parts
from xlpbr.workbook.ooxml.zip.archive import Archive, has_part, run_parser
from xlpbr.workbook.ooxml.zip.copy import copy_differs, raw_chunks

_XML = (".xml", ".rels")


@dataclass(frozen=True, slots=True)
class Intended:
    """The parts that are meant to differ between two states of a package, by name.

    Attributes:
        changed: parts with another content.
        added: new parts.
        removed: parts that went.
        read_elsewhere: those of them whose check reads them as XML anyway.
    """

    changed: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    read_elsewhere: frozenset[str] = frozenset()


def check_package(before: Archive, after: Archive, intended: Intended) -> None:
    """Compare two states of a package.

    Every member that was not to change must be there with the very same compressed bytes; every
    changed or new XML part must be well formed; every relationship of theirs must lead to a part,
    and every new part must have a content type.

    Raises:
        FileProblem: something differs that was not meant to, with the part.
    """
    changed, added, removed = (
        {name.casefold() for name in names}
        for names in (intended.changed, intended.added, intended.removed)
    )
    kept = [name for name in before.members if name not in removed]
    there = [name for name in after.members if name not in added]
    if kept != there or not added <= set(after.members):
        raise copy_differs(before, "in the list of its parts")
    for name in kept:
        if name in changed:
            continue
        chunks = zip_longest(raw_chunks(before, name), raw_chunks(after, name))
        if any(old != new for old, new in chunks):
            raise copy_differs(before, f"in the part {name}, which was not to change")
    written = changed | added
    for name in sorted(written - {part.casefold() for part in intended.read_elsewhere}):
        if name.endswith(_XML):
            run_parser(after, name, expat.ParserCreate())
    _check_relationships(before, after, written, removed)
    _check_content_types(before, after, added)


def _check_relationships(
    before: Archive, after: Archive, written: Collection[str], removed: Collection[str]
) -> None:
    """No relationship may lead nowhere that led somewhere before, or that is new."""
    for name in after.members:
        if not name.endswith(".rels") or not (name in written or removed):
            continue
        source = _source_of(name)
        # What led nowhere before is no fault of this edit.
        led_nowhere = {
            target
            for _, target in (inner_parts(before, source) if has_part(before, name) else ())
            if not has_part(before, target)
        }
        for relationship, target in inner_parts(after, source):
            if not has_part(after, target) and target not in led_nowhere:
                raise copy_differs(before, f"in {name}: {relationship.target} is missing")


def _source_of(name: str) -> str:
    folder, _, file = name.rpartition("_rels/")
    return folder + file.removesuffix(".rels")


def _check_content_types(before: Archive, after: Archive, added: Collection[str]) -> None:
    types = content_types_of(after)
    for name in added:
        if not content_type_of(types, name):
            raise copy_differs(before, f"in its content types: none for {name}")
