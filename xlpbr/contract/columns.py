"""How a column of a table of records is declared: once, with the field that it fills."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

ColumnKind = Literal[
    "text", "date", "month", "year", "price", "fee", "amount", "weeks", "option", "yes_no"
]


@dataclass(frozen=True, slots=True)
class EvidenceColumn:
    """One column of an evidence table.

    Attributes:
        heading: the heading that it is found by.
        kind: how its cells are read.
        unit: the unit as a person writes it.
        meaning: what belongs in it, in a sentence.
        required: whether a row must have it.
        heading_required: whether the table must have it.
        if_missing: what it means that a table lacks the column, where that is always worth saying.
        options: the texts allowed, the default first.
        is_remark: whether no figure comes from it: the checks read it, and nothing else.
    """

    heading: str
    kind: ColumnKind
    unit: str
    meaning: str
    required: bool = False
    heading_required: bool = True
    if_missing: str = ""
    options: tuple[str, ...] = ()
    is_remark: bool = False
    field_name: str = ""


def column(
    heading: str, kind: ColumnKind, unit: str, meaning: str, default: Any = ..., **more: Any
) -> Any:
    """A field of a record that a column fills.

    Args:
        heading: the heading that it is found by.
        kind: how its cells are read.
        unit: the unit as a person writes it.
        meaning: what belongs in it, in a sentence.
        default: what the field is in a record that is made without it; left out where it must
            be given.
        more: further attributes of ``EvidenceColumn``.
    """
    declared = {"declared": EvidenceColumn(heading, kind, unit, meaning, **more)}
    return field(metadata=declared) if default is ... else field(default=default, metadata=declared)
