"""The tables of a contract: what each is called, the headings it is found by, and which must be.

Everything that goes over the tables, such as the options of commands, is derived from this list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.life import LIFE_COLUMNS
from xlpbr.tables.assumptions import ASSUMPTIONS_TABLE
from xlpbr.tables.headings import Heading
from xlpbr.tables.terms import TERMS_TABLE


@dataclass(frozen=True, slots=True)
class DeclaredTable:
    """A table of a contract.

    Attributes:
        columns: the headings that it is found by.
        is_required: whether nothing can be worked out without it.
        names: in a table of names and values, the heading of the names.
    """

    columns: Sequence[Heading]
    is_required: bool = False
    names: str | None = None


ASSUMPTIONS = ASSUMPTIONS_TABLE.name
"""The table of a forecast; what is wrong in it stops nothing else."""

DECLARED: Mapping[str, DeclaredTable] = {
    TERMS_TABLE.name: DeclaredTable(TERMS_TABLE.read_columns, True, TERMS_TABLE.heading),
    **{
        table: DeclaredTable(columns, is_required=table == "Placements")
        for table, columns in ALL_COLUMNS.items()
    },
    ASSUMPTIONS: DeclaredTable(ASSUMPTIONS_TABLE.columns, names=ASSUMPTIONS_TABLE.heading),
}
"""Every table by its name, in their order."""

TABLES = tuple(table for table in DECLARED if table != ASSUMPTIONS)
"""The tables that a statement is made from."""

REQUIRED = frozenset(table for table in TABLES if DECLARED[table].is_required)
"""Those without which nothing can be worked out; the others may be absent."""

OPTIONAL = tuple(LIFE_COLUMNS)
"""Those that a contract without a later life does not have; blank ones change nothing."""
