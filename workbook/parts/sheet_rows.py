"""The merged areas and the hidden rows of a sheet, as its part stores them.

Reads only these, in one passing over the part. Imports ``addresses``, ``archive`` and
``sheet_xml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.parsers import expat

from xlpbr.workbook.addresses import split_area
from xlpbr.workbook.parts.archive import Archive, damaged_part, run_parser
from xlpbr.workbook.parts.sheet_xml import check_namespace

Area = tuple[int, int, int, int]
"""First row, first column, last row and last column, counted from 1."""

_TRUE = {"1", "true", "on"}


@dataclass(frozen=True, slots=True)
class SheetRows:
    """What a person sees of the rows of a sheet.

    Attributes:
        merged: the areas of merged cells.
        hidden: the rows that do not show, hidden by hand, by a filter or by a group.
    """

    merged: tuple[Area, ...]
    hidden: frozenset[int]


def read_sheet_rows(archive: Archive, part: str) -> SheetRows:
    """The merged areas and hidden rows of a sheet.

    Args:
        archive: the package.
        part: the sheet's part.

    Raises:
        FileProblem: the part is damaged.
    """
    merged: list[Area] = []
    hidden: set[int] = set()
    row = 0
    row_tag = merge_tag = ""
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row
        if tag == row_tag:
            try:
                row = int(attributes["r"]) if "r" in attributes else row + 1
            except ValueError as error:
                raise damaged_part(archive, part, f"{attributes['r']!r} is no row") from error
            if attributes.get("hidden") in _TRUE:
                hidden.add(row)
        elif tag == merge_tag:
            reference = attributes.get("ref", "")
            try:
                merged.append(split_area(reference))
            except ValueError as error:
                raise damaged_part(archive, part, f"{reference!r} is no area") from error

    def start_root(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal row_tag, merge_tag
        namespace = tag.rpartition(" ")[0]
        check_namespace(archive, namespace)
        row_tag, merge_tag = f"{namespace} row", f"{namespace} mergeCell"
        parser.StartElementHandler = start

    parser.StartElementHandler = start_root
    run_parser(archive, part, parser)
    return SheetRows(tuple(merged), frozenset(hidden))
