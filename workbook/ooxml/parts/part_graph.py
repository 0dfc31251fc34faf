"""Which parts of a package lead to which others."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from xlpbr.workbook.ooxml.parts.listing_parts import relationships_of
from xlpbr.workbook.ooxml.parts.relationships import resolved_target
from xlpbr.workbook.ooxml.zip.archive import Archive, has_part


def reachable(archive: Archive, roots: Sequence[str], without: Collection[str] = ()) -> set[str]:
    """The parts to which some parts lead, directly or not, themselves included.

    Args:
        archive: the package.
        roots: names of parts; ``""`` is the package itself.
        without: parts through which no way leads.

    Returns:
        Names in small letters.
    """
    left_out = {part.casefold() for part in without}
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        part = waiting.pop()
        name = part.casefold()
        if name in found or name in left_out:
            continue
        found.add(name)
        targets = [
            resolved_target(part, entry.target)
            for entry in relationships_of(archive, part)
            if not entry.external
        ]
        waiting += [target for target in targets if has_part(archive, target)]
    return found
