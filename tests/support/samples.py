"""The sample rows of a built-in contract as the tables that a person would type."""

from __future__ import annotations

from xlpbr.cells import Rows
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import Contract


def sample_table(contract: Contract, table: str) -> Rows:
    """The illustrative rows of a table of records under its headings, blank cells as None."""
    headings = [column.heading for column in ALL_COLUMNS[table]]
    return [
        headings,
        *([row.get(heading) for heading in headings] for row in contract.sample.get(table, ())),
    ]
