"""A month agreed by both parties: written into the Agreed table of a copy of the workbook."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlpbr import cells
from xlpbr.contract.evidence import ALL_COLUMNS, Evidence
from xlpbr.contract.life import AgreedMonth
from xlpbr.contract.snapshot import Snapshot, take_snapshot
from xlpbr.errors import FileProblem, Problem, all_of
from xlpbr.money import Pence, in_words, to_pence, to_pounds
from xlpbr.periods import day_in_words, month_end, month_in_words
from xlpbr.settlement.statement import MonthStatement, Statement, settle
from xlpbr.workbook.agreed.as_agreed import KeptLines, lines_to_keep
from xlpbr.workbook.agreed.snapshots import as_item
from xlpbr.workbook.calculate.keeping import Kept, Refreshed, count_of_other_values
from xlpbr.workbook.calculate.recalculate import refreshed_after
from xlpbr.workbook.ooxml.addresses import Position, cell_address
from xlpbr.workbook.ooxml.book import Book, cells_of, known_sheet, open_book
from xlpbr.workbook.ooxml.edit.draft import leads_to
from xlpbr.workbook.ooxml.edit.package import Changes, edit
from xlpbr.workbook.ooxml.edit.program import PROTECTED_SHEET
from xlpbr.workbook.ooxml.parts.sheet_mark import marked_sheets
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ooxml.sheet.scan import scan_sheet, style_of
from xlpbr.workbook.ooxml.styles.date_formats import date_formats
from xlpbr.workbook.ooxml.zip.archive import close_archive, read_xml, understood
from xlpbr.workbook.ours import XLPBR
from xlpbr.workbook.read.contract_tables import ContractRecords, ContractTables, where
from xlpbr.workbook.read.linked_tables import cell_read
from xlpbr.workbook.read.own_sheets import as_at_of
from xlpbr.workbook.read.ranges import FoundRange, sheet_row

_TABLE = "Agreed"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A month as it was written into a workbook.

    Attributes:
        month: its first day.
        payable: what is payable for it, in pence.
        adjustment: what is carried to it from earlier months, in pence.
        cells: where it stands, its first cell and its last.
        sha256: of the snapshot that the workbook keeps.
        refreshed: how many cells with a formula show a new value.
        notices: what the person should know, a sentence each.
        kept: the formulas that keep their last value, each with the reason.
        unproved: the formulas with a new value that nothing in the workbook proves.
    """

    month: date
    payable: Pence
    adjustment: Pence
    cells: tuple[str, str]
    sha256: str
    refreshed: int
    notices: tuple[str, ...]
    kept: tuple[Kept, ...]
    unproved: tuple[str, ...]


def agree(
    found: ContractTables,
    records: ContractRecords,
    month: date,
    target: Path,
    *,
    agreed_on: date,
    council: str = "",
    provider: str = "",
    reference: str = "",
    allow: Collection[str] = (),
) -> Agreement:
    """Write a month as both parties agree it into a copy of the workbook.

    The row goes under the last one of the table Agreed. The copy keeps a snapshot of the tables,
    with the new row; formulas that depend on it show their new values, and all else stays as it is.

    Args:
        found: the workbook's tables.
        records: what they say; nothing in them may stop the figures.
        month: the first day of the month.
        target: the file to write, never the workbook itself.
        agreed_on: the day of the agreement.
        council: who signs for the council.
        provider: who signs for the provider.
        reference: where the signature is kept.
        allow: what the edit may pass over.

    Raises:
        CellError: the first problem that stops the figures.
        FileProblem: the month is not in the statement (code ``month``) or agreed already
            (``agreed``), the workbook has no Agreed table or no room in it (``agreed-table``), or
            the edit is refused.
    """
    for problem in records.blocking:
        raise problem.as_error()
    terms, evidence = records.terms.record, records.evidence.record
    settled = settle(terms, evidence)
    of_month = _month_of(settled, month)
    _refuse_agreed(found, evidence, month)
    place = _place_of_table(found)
    signed = AgreedMonth(
        month=month,
        payable=to_pounds(of_month.payable),
        adjustment=to_pounds(of_month.adjustment),
        agreed_on=agreed_on,
        council=cells.tidy(council),
        provider=cells.tidy(provider),
        reference=cells.tidy(reference),
    )
    row, columns = _row_to_fill(found, place), _columns(found)
    typed = _typed(found, place, row, columns, signed)
    now = replace(evidence, signed=(*evidence.signed, _as_it_is_read(signed, columns)))
    snapshot = take_snapshot(terms, now, month, agreed_on)
    kept = lines_to_keep(found.book, snapshot)
    new = _written(found.book, place.sheet, typed, kept, snapshot, target, allow)
    return Agreement(
        month=month,
        payable=of_month.payable,
        adjustment=of_month.adjustment,
        cells=(
            cell_address(place.sheet, *min(typed)),
            cell_address(place.sheet, *max(typed)),
        ),
        sha256=snapshot.sha256,
        refreshed=count_of_other_values(found.book, new.values),
        notices=(
            *_notices(found, settled, of_month, columns, agreed_on),
            *([kept.notice] if kept.notice else []),
        ),
        kept=new.kept,
        unproved=new.unproved,
    )


def _month_of(settled: Statement, month: date) -> MonthStatement:
    for one in settled.months:
        if one.month == month:
            return one
    if not settled.months:
        raise FileProblem("The statement has no month, so none can be agreed.", "month")
    first, last = settled.months[0].month, settled.months[-1].month
    raise FileProblem(
        f"{month_in_words(month)} is not in the statement, which runs from {month_in_words(first)}"
        f" to {month_in_words(last)}; give a month of these.",
        "month",
    )


def _refuse_agreed(found: ContractTables, evidence: Evidence, month: date) -> None:
    for row in evidence.signed:
        if row.month != month:
            continue
        cell = where(
            found,
            Problem(table=_TABLE, row=row.row, column="Month", found="", expected="", remedy=""),
        )
        said = [f"on {day_in_words(row.agreed_on)}"] if row.agreed_on else []
        said += [f"by {row.council} for the council"] if row.council else []
        said += [f"by {row.provider} for the provider"] if row.provider else []
        said += [f"reference {row.reference}"] if row.reference else []
        raise FileProblem(
            f"{month_in_words(month)} is agreed already, at {_in_words(row)} ({cell})"
            f"{': ' + ', '.join(said) if said else ''}. What is found out later comes into the next"
            " month that is not agreed; to agree the month anew, take that row out first.",
            "agreed",
        )


def _in_words(row: AgreedMonth) -> str:
    return in_words(to_pence(row.payable + (row.adjustment or 0)))


def _place_of_table(found: ContractTables) -> FoundRange:
    place = found.places[_TABLE]
    if place is not None:
        return place
    path = found.book.path
    headings = all_of(column.heading for column in ALL_COLUMNS[_TABLE])
    out = f"-o OUT{path.suffix}"
    if marked_sheets(found.book.workbook, XLPBR.sheet_mark):
        # The sheets that are attached would have to read the new table too.
        add = (
            f"Its PBR sheets were attached without that table: copy what was typed into them, take"
            f" them out with xlpbr detach {path.name} {out}, and attach them again with --sheets"
            " that name Agreed too, such as --sheets Statement,Checks,Agreed."
        )
    else:
        add = (
            f"Add its sheet: xlpbr attach {path.name} --contract CONTRACT --sheets Agreed {out};"
            f" or make a table PbrAgreed in Excel with the headings {headings}, or say with"
            " --agreed where it is. A workbook that xlpbr new makes has it."
        )
    raise FileProblem(
        f"{path} has no table Agreed for the month to stand in. {add}", "agreed-table"
    )


def _columns(found: ContractTables) -> dict[str, int]:
    """Where each of our headings stands in the table; the first column is 0."""
    rows = found.rows[_TABLE] or [[]]
    known = {cells.key(column.heading): column.heading for column in ALL_COLUMNS[_TABLE]}
    columns: dict[str, int] = {}
    for index, heading in enumerate(rows[0]):
        name = known.get(cells.key(heading)) if isinstance(heading, str) else None
        if name is not None:
            columns.setdefault(name, index)
    return columns


def _row_to_fill(found: ContractTables, place: FoundRange) -> int:
    """The row of the sheet under the last that holds something."""
    rows = found.rows[_TABLE] or [[]]
    used = max(
        (number for number, row in enumerate(rows) if not all(map(cells.is_blank, row))), default=0
    )
    if used + 1 >= len(rows) and not place.cut_blank_rows:
        raise FileProblem(
            f"{found.book.path}: the table Agreed ({place.how} on {place.sheet}) has no blank row"
            " left; add rows at its end in Excel and save it.",
            "agreed-table",
        )
    return sheet_row(place, used + 1)


def _typed(
    found: ContractTables,
    place: FoundRange,
    row: int,
    columns: Mapping[str, int],
    signed: AgreedMonth,
) -> dict[Position, CellChange]:
    """What is typed into the row, cell by cell."""
    values = {column.heading: getattr(signed, column.field_name) for column in ALL_COLUMNS[_TABLE]}
    if "Adjustment" not in columns and signed.adjustment:
        raise FileProblem(
            f"{found.book.path}: {in_words(to_pence(signed.adjustment))} is carried to"
            f" {month_in_words(signed.month)} from earlier months, and the table Agreed"
            f" ({place.how}) has no column Adjustment to say so; add it in Excel.",
            "agreed-table",
        )
    positions = {
        heading: (row, place.first_column + column)
        for heading, column in columns.items()
        if values[heading] not in (None, "")
    }
    dates = _cells_that_show_dates(found.book, place.sheet, positions.values())
    typed = {}
    for heading, position in positions.items():
        _refuse_formula(found.book, place.sheet, position)
        value = values[heading]
        if isinstance(value, date) and position not in dates:
            # A number without the format of a date would be read as a sum of money.
            value = f"{value:%b %Y}" if heading == "Month" else day_in_words(value)
        elif not isinstance(value, date | str):
            value = cells.pounds(to_pence(value))
        typed[position] = CellChange(value, None)
    return typed


def _refuse_formula(book: Book, sheet: str, position: Position) -> None:
    stored = cells_of(book, sheet).get(position)
    if stored is None or stored.formula is None:
        return
    read = cell_read(book, sheet, position)
    reads = "" if read is None else f" that reads {read}"
    raise FileProblem(
        f"{book.path}: {cell_address(sheet, *position)} holds a formula{reads}. Say with --agreed"
        " where the table stands in which such rows are typed, such as --agreed 'Sheet!A4:G40'.",
        "agreed-table",
    )


def _cells_that_show_dates(
    book: Book, sheet: str, positions: Collection[Position]
) -> set[Position]:
    styles = leads_to(book, "styles")
    if styles is None:
        return set()
    with understood(book.archive, styles):
        dates = date_formats(read_xml(book.archive, styles, "styleSheet"))
    wanted = set(positions)
    scan = scan_sheet(book.archive, known_sheet(book, sheet).part, wanted)
    return {position for position in wanted if int(style_of(scan, position)) in dates}


def _as_it_is_read(signed: AgreedMonth, columns: Mapping[str, int]) -> AgreedMonth:
    """The row as the table gives it back: a column that the table lacks says nothing."""
    lacking: dict[str, Any] = {
        column.field_name: None if column.kind in ("date", "amount") else ""
        for column in ALL_COLUMNS[_TABLE]
        if column.heading not in columns
    }
    return replace(signed, **lacking)


def _written(
    book: Book,
    sheet: str,
    typed: Mapping[Position, CellChange],
    kept: KeptLines,
    snapshot: Snapshot,
    target: Path,
    allow: Collection[str],
) -> Refreshed:
    """Write the copy, once what depends on the row is calculated; nothing is written before."""
    changes: dict[str, dict[Position, CellChange]] = {sheet: dict(typed), **kept.cells}
    with TemporaryDirectory(prefix="xlpbr-") as folder:
        path = Path(folder) / f"agreed{book.path.suffix}"
        edit(book, Changes(cells={sheet: typed}), path, program=XLPBR, allow=allow)
        if kept.cells:
            # What may not be typed was refused just now. The cells that keep the tables are locked
            # for people, not for what is written by the command that they are there for.
            allow = {*allow, PROTECTED_SHEET}
            edit(book, Changes(cells=changes), path, program=XLPBR, allow=allow)
        after = open_book(path)
        try:
            new = refreshed_after(after, {name: tuple(one) for name, one in changes.items()})
        finally:
            close_archive(after.archive)
    for name, values in new.values.items():
        ranges = new.ranges.get(name, {})
        of_sheet = changes.setdefault(name, {})
        for position, value in values.items():
            of_sheet[position] = CellChange(value, array_range=ranges.get(position))
    items = (as_item(snapshot),)
    edit(book, Changes(cells=changes, items=items), target, program=XLPBR, allow=allow)
    return new


def _notices(
    found: ContractTables,
    settled: Statement,
    of_month: MonthStatement,
    columns: Mapping[str, int],
    today: date,
) -> list[str]:
    """What does not stop the month from being agreed, and should be known."""
    notices = []
    month = of_month.month
    if month_end(month) >= today:
        notices.append(
            f"{month_in_words(month)} is not over on {day_in_words(today)}: what happens until its"
            " end will come into the next month that is not agreed."
        )
    as_at = as_at_of(found.book)
    if as_at is not None and as_at[0] < of_month.period.last:
        notices.append(
            f"{as_at[1]} says As at {day_in_words(as_at[0])}, so that the sheet does not show all"
            f" of the month; agreed is the whole month, to {day_in_words(of_month.period.last)}."
        )
    open_before = _not_agreed_before(settled, month)
    if open_before:
        listed = all_of(
            f"{month_in_words(one.month)} ({in_words(one.to_invoice)})" for one in open_before
        )
        are = "is" if len(open_before) == 1 else "are"
        notices.append(
            f"{listed} {are} not agreed yet: agree earlier months first, so that what is found out"
            " about them is shown as an adjustment."
        )
    lacking = [column.heading for column in ALL_COLUMNS[_TABLE] if column.heading not in columns]
    if lacking:
        notices.append(
            f"The table Agreed has no column {all_of(lacking)}; nothing is written of that."
        )
    return notices


def _not_agreed_before(settled: Statement, month: date) -> Sequence[MonthStatement]:
    """The earlier months with money that are not agreed."""
    return [
        one
        for one in settled.months
        if one.month < month and one.agreed is None and (one.payable or one.to_invoice)
    ]
