"""What changed between two states of a contract's tables, and what each change is worth.

The changes are made one row after the other, in the order of the tables, and the contract is
settled after each: so their pounds add up to the whole difference, whatever the rules are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from xlpbr.contract.evidence import Evidence
from xlpbr.contract.table_rows import Key, TableRow, records_of_rows, rows_of
from xlpbr.contract.terms import READINGS, ContractTerms
from xlpbr.money import Pence
from xlpbr.settlement.readings import missing_for
from xlpbr.settlement.statement import settle

_COHORT = "Cohort"
"""With the first row of this table only its children count, so that it comes and goes as one."""


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """One cell that says something else; a heading and what it said before and says after."""

    heading: str
    before: TableRow | None
    after: TableRow | None


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that is there now and was not, that is there no more, or that says something else."""

    before: TableRow | None
    after: TableRow | None

    @property
    def what(self) -> Literal["added", "removed", "changed"]:
        """What became of the row."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def row(self) -> TableRow:
        """The row as it is, or as it was where it is there no more."""
        one = self.before if self.after is None else self.after
        assert one is not None, "a change has a row before or after"
        return one

    @property
    def cells(self) -> list[ChangedCell]:
        """The cells that differ; of a row that came or went those that say something."""
        return [
            ChangedCell(heading, self.before, self.after)
            for heading in self.row.values
            if _said(self.before, heading) != _said(self.after, heading)
        ]


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a state of the tables comes to, or how far two differ, in pence."""

    saving: Pence = 0
    payable: Pence = 0
    to_invoice: Pence = 0

    @property
    def carried(self) -> Pence:
        """What is payable and not to be invoiced yet, because agreed months stay as they are."""
        return self.payable - self.to_invoice

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.saving - other.saving,
            self.payable - other.payable,
            self.to_invoice - other.to_invoice,
        )


@dataclass(frozen=True, slots=True)
class Cause:
    """A row that changed, and what that is worth.

    Several rows are one cause where none of them can stand without the others: dates of the
    programme that only fit together, or a Cohort table that is new.
    """

    changes: tuple[RowChange, ...]
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class ChangedTables:
    """Two states of a contract's tables, and what leads from one to the other.

    Attributes:
        before: what the old state comes to.
        after: what the new state comes to.
        causes: what changed, in the order of the tables; the amounts add up to the difference.
    """

    before: Amounts
    after: Amounts
    causes: tuple[Cause, ...]

    @property
    def difference(self) -> Amounts:
        """What all changes together are worth."""
        return self.after - self.before


def changes_between(
    old: tuple[ContractTerms, Evidence],
    new: tuple[ContractTerms, Evidence],
    as_at: date | None = None,
    month: date | None = None,
) -> ChangedTables:
    """What changed between two states of a contract's tables, with the pounds cause by cause.

    Args:
        old: the terms and the evidence before.
        new: the terms and the evidence after.
        as_at: the last day of both statements; None for the whole programme.
        month: the first day of the last month whose amounts count; None for all months.
    """
    rows = rows_of(*old)
    so_far = before = _amounts(*old, as_at, month)
    causes: list[Cause] = []
    waiting: list[RowChange] = []
    reached_rows = rows_of(*new)
    whole = not (rows[_COHORT] and reached_rows[_COHORT])
    changes = _changed_rows(rows, reached_rows)
    for number, change in enumerate(changes):
        _make(rows[change.row.table], change)
        waiting.append(change)
        follows = changes[number + 1] if number + 1 < len(changes) else None
        is_inside = follows is not None and change.row.table == follows.row.table == _COHORT
        if is_inside and (whole or not rows[_COHORT]):
            continue
        terms, evidence = records_of_rows(rows)
        if follows is not None and not _hang_together(terms):
            continue
        reached = _amounts(terms, evidence, as_at, month)
        causes.append(Cause(tuple(waiting), reached - so_far))
        so_far, waiting = reached, []
    return ChangedTables(before, so_far, tuple(causes))


def _amounts(
    terms: ContractTerms, evidence: Evidence, as_at: date | None, month: date | None
) -> Amounts:
    settled = settle(terms, evidence, as_at)
    months = [one for one in settled.months if month is None or one.month <= month]
    return Amounts(
        sum(one.saving for one in months),
        sum(one.payable for one in months),
        sum(one.to_invoice for one in months),
    )


def _changed_rows(
    old: dict[str, list[TableRow]], new: dict[str, list[TableRow]]
) -> list[RowChange]:
    """The rows that differ, table by table: first those that went, then the others as they are."""
    found: list[RowChange] = []
    for table, before in old.items():
        place = {id(row): number for number, row in enumerate([*before, *new[table]])}
        changes = [RowChange(*pair) for pair in _paired(before, new[table])]
        changes.sort(key=lambda change: (change.after is not None, place[id(change.row)]))
        found += [change for change in changes if change.cells]
    return found


def _paired(
    old: Sequence[TableRow], new: Sequence[TableRow]
) -> list[tuple[TableRow | None, TableRow | None]]:
    """Each row with what it was: equal rows first, then by their key, then by the near key."""
    pairs: list[tuple[TableRow | None, TableRow | None]] = []
    left, right = list(old), list(new)
    for known_by in (_all_values, _key, _near):
        matched, left, right = _matched(left, right, known_by)
        pairs += matched
    pairs += [(row, None) for row in left]
    pairs += [(None, row) for row in right]
    return pairs


def _matched(
    old: Iterable[TableRow], new: Iterable[TableRow], known_by: Callable[[TableRow], Key]
) -> tuple[list[tuple[TableRow | None, TableRow | None]], list[TableRow], list[TableRow]]:
    """The rows that are known by the same, in their order, and the rows that are left."""
    waiting: dict[Key, list[TableRow]] = defaultdict(list)
    for row in old:
        waiting[known_by(row)].append(row)
    pairs: list[tuple[TableRow | None, TableRow | None]] = []
    right = []
    for row in new:
        known = waiting[known_by(row)]
        if known:
            pairs.append((known.pop(0), row))
        else:
            right.append(row)
    return pairs, [row for rows in waiting.values() for row in rows], right


def _all_values(row: TableRow) -> Key:
    return tuple(row.values.values())


def _key(row: TableRow) -> Key:
    return row.key


def _near(row: TableRow) -> Key:
    return row.near


def _make(rows: list[TableRow], change: RowChange) -> None:
    """Make a change in the rows of its table."""
    place = next((number for number, row in enumerate(rows) if row is change.before), len(rows))
    rows[place : place + 1] = [] if change.after is None else [change.after]


def _hang_together(terms: ContractTerms) -> bool:
    """Whether terms are those of a contract: their days fit, and no reading lacks a term."""
    days = [terms.bonus_measured_on, terms.phase_starts_on, terms.terminated_on]
    return (
        terms.starts_on <= terms.ends_on
        and all(terms.starts_on <= day <= terms.ends_on for day in days if day is not None)
        and not any(
            missing_for(term.field_name, getattr(terms, term.field_name), terms)
            for term in READINGS
        )
    )


def _said(row: TableRow | None, heading: str) -> object:
    """What a row says under a heading; None where it says nothing."""
    value = None if row is None else row.values[heading]
    return None if value == "" else value


def cells_changed(changes: ChangedTables) -> Iterator[tuple[RowChange, ChangedCell]]:
    """Every cell that changed, in the order of the causes."""
    for cause in changes.causes:
        for change in cause.changes:
            for cell in change.cells:
                yield change, cell
