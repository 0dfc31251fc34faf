"""A workbook for another host: the stored names of the PBR_ functions and the marks of cells.

Nothing else in the package is touched, and porting there and back gives the same file.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xlpbr.errors import FileProblem
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.calc.functions import CELLS_FUNCTION
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS, PORT_TARGETS, VALUES, Host, refuse_unknown
from xlpbr.workbook.calculate.keeping import formulas_of
from xlpbr.workbook.ooxml.book import Book, open_book
from xlpbr.workbook.ooxml.edit.draft import Draft, finish, present, put, start_draft
from xlpbr.workbook.ooxml.edit.package import Changes, edit, refuse_locks, save_draft
from xlpbr.workbook.ooxml.sheet.edit import edited_chunks
from xlpbr.workbook.ooxml.xml.splice import Splice, as_utf8, spliced
from xlpbr.workbook.ours import XLPBR
from xlpbr.workbook.port.check import check_ported
from xlpbr.workbook.port.host_names import calls
from xlpbr.workbook.port.marks import (
    MOST_NAMED,
    PortSurvey,
    calls_of_calc_only,
    fill_record,
    find_calls,
    put_marks,
    take_marks,
)
from xlpbr.workbook.port.sheets import without_covered
from xlpbr.workbook.port.values import calls_elsewhere, values_for_calls
from xlpbr.workbook.read.ranges import listed

_WITHOUT_DATES = frozenset(
    name
    for name, function in FUNCTIONS.items()
    if not function.returns.startswith("A table")
    and not any(
        argument.declared.shape == "table" or argument.declared.unit in ("date", "dates")
        for argument in function.arguments
    )
)
"""The functions that are handed no date and give none."""


@dataclass(frozen=True, slots=True)
class Ported:
    """What a port did.

    Attributes:
        host: what the workbook was ported to.
        calls: how many calls of PBR_ functions were found, in cells and elsewhere; for
            ``values`` how many formulas became values.
        renamed: how many calls are stored under another name now.
        marked: how many cells got the mark of spilling formulas.
        unmarked: how many lost the mark that a port had put on them.
        sheets: the sheets of which something was changed.
        notes: what the person should know, a sentence each.
        copy: the dated copy of the workbook before, where it was ported in place.
    """

    host: str
    calls: int
    renamed: int
    marked: int
    unmarked: int
    sheets: tuple[str, ...]
    notes: tuple[str, ...]
    copy: Path | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was done, and the notes, for the person who asked."""
        return (*_done(self), *self.notes)


def _done(ported: Ported) -> Iterator[str]:
    where = f" on {_so_many(len(ported.sheets), 'sheet')}" if ported.sheets else ""
    if ported.host == VALUES:
        yield f"{_so_many(ported.calls, 'formula')} became the values that they showed{where}."
        return
    already = ported.calls - ported.renamed
    yield f"{_so_many(ported.renamed, 'call')} rewritten for {ported.host}{where}."
    if already:
        yield f"{_so_many(already, 'call')} stored in that form already."
    if ported.marked:
        yield f"{_so_many(ported.marked, 'cell')} marked as those of an Office add-in."
    if ported.unmarked:
        yield f"{_so_many(ported.unmarked, 'cell')} no longer marked as those of an Office add-in."


def _so_many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def port(
    source: Path,
    host: str,
    target: Path,
    *,
    allow: Collection[str] = (),
    in_place: bool = False,
) -> Ported:
    """Write a copy of a workbook for another host, or port it in place.

    Args:
        source: the workbook.
        host: the host whose form the formulas get; ``values`` turns every formula that calls a
            PBR_ function into the value that it shows.
        target: the file to write, of the same kind (.xlsx or .xlsm).
        allow: what the edit may pass over, as ``ALLOWANCES`` lists it.
        in_place: whether the target is the workbook itself; a dated copy of it is kept.

    Raises:
        FileProblem: the host is none, the workbook cannot be read, a formula has no value (code
            never-calculated), its days count from 1904 and the host's do not (code
            date-system), or an edit that is refused; nothing is written then.
    """
    refuse_unknown(host, PORT_TARGETS)
    book = open_book(source)
    if host == VALUES:
        return _to_values(book, target, allow=allow, in_place=in_place)
    there = HOSTS[host]
    prefix = there.prefix
    draft = start_draft(book, XLPBR)
    refuse_locks(draft, allow, sheets=False)
    found = find_calls(book, prefix)
    total = sum(one.calls for one in found.rewritten.values())
    if total and _may_handle_dates(book, total):
        refuse_early_dates(book, prefix)
    notes: list[str] = []
    splices, count = (put_marks if prefix else take_marks)(draft, found, notes)
    changed = _put_splices(draft, found, splices)
    finish(draft)
    fill_record(draft, found)

    def check(after: Book) -> None:
        for part in changed:
            marks = (found.mark, found.usual) if part in found.sheets else None
            check_ported(book.archive, after.archive, part, prefix, marks)

    done = save_draft(draft, target, check, in_place=in_place, read_elsewhere=changed)
    only_in_calc = [] if host == "calc" else calls_of_calc_only(found)
    if only_in_calc:
        notes.append(
            f"Only Calc has the function {CELLS_FUNCTION}, which shows #NAME? elsewhere; take it"
            f" out in: {listed(only_in_calc, MOST_NAMED)}. Its argument is what to put in its"
            " place."
        )
    if not total:
        notes.append(f"{source.name} calls no PBR_ function; there was nothing to port.")
    notes.extend(needed_by(book, there))
    return Ported(
        host,
        total,
        renamed=sum(len(one.splices) for one in found.rewritten.values()),
        marked=count if prefix else 0,
        unmarked=0 if prefix else count,
        sheets=tuple(info.name for part, info in found.sheets.items() if part in changed),
        notes=tuple(notes),
        copy=done.kept,
    )


def needed_by(book: Book, host: Host) -> Iterator[str]:
    """What a workbook does not hold and a host needs, a sentence each."""
    if host.part and not any(name.startswith(host.part) for name in book.archive.members):
        yield host.needs


def _may_handle_dates(book: Book, total: int) -> bool:
    """Whether a call of the workbook is handed a date or gives one.

    Args:
        book: the workbook.
        total: how many calls it has; one that is not in a cell may do anything.
    """
    called = [name for formula in formulas_of(book).values() for name in calls(formula)]
    return len(called) < total or not _WITHOUT_DATES.issuperset(called)


def refuse_early_dates(book: Book, prefix: str) -> None:
    """Refuse a workbook whose dates a host would take for others, four years earlier.

    Args:
        book: the workbook.
        prefix: what the host stores before a function's name.

    Raises:
        FileProblem: the host is an Office add-in and the days count from 1904 (code date-system).
    """
    if not book.date_1904 or not prefix:
        return
    told = [name for name in OF_WORKBOOKS if not HOSTS[name].prefix]
    hosts = [name for name in OF_WORKBOOKS if HOSTS[name].prefix == prefix]
    raise FileProblem(
        f"{book.path} counts its days from 1904, and Excel does not tell the functions of an"
        f" Office add-in so; with {' or '.join(hosts)} every date would be taken four years too"
        " early. In Excel, under File, Options, Advanced, untick Use 1904 date system and correct"
        f" the dates, or use {' or '.join(told)}.",
        "date-system",
    )


def _to_values(book: Book, target: Path, *, allow: Collection[str], in_place: bool) -> Ported:
    changes, formulas = values_for_calls(book)
    names = [name.name for name in book.names if calls(name.text)]
    elsewhere = calls_elsewhere(book)
    done = edit(book, Changes(cells=changes), target, program=XLPBR, allow=allow, in_place=in_place)
    notes = []
    if not formulas:
        notes.append(f"{book.path.name} has no formula that calls a PBR_ function.")
    if names:
        notes.append(
            "Defined names have no value of their own and still call a PBR_ function: "
            f"{listed(names, MOST_NAMED)}. What uses them is calculated only where the functions"
            " run."
        )
    if elsewhere:
        notes.append(
            "Drop-downs, rules, columns of tables or charts still call a PBR_ function in: "
            f"{listed(elsewhere, MOST_NAMED)}. Take these out in Excel if the workbook goes to"
            " someone without the functions."
        )
    return Ported(VALUES, formulas, 0, 0, 0, tuple(changes), tuple(notes), done.kept)


def _put_splices(
    draft: Draft, found: PortSurvey, marks: Mapping[str, list[Splice]]
) -> tuple[str, ...]:
    """Put names and marks into the draft; the parts that change."""
    archive = draft.book.archive
    changed = []
    for part in dict.fromkeys([*found.rewritten, *marks]):
        names = found.rewritten[part].splices if part in found.rewritten else ()
        splices = without_covered(names, marks.get(part, ()))
        if not splices:
            continue
        changed.append(part)
        if part == draft.book.part.casefold():
            text, back = as_utf8(present(draft, draft.book.part) or b"")
            put(draft, draft.book.part, back(spliced(text, splices)))
        else:
            draft.replaced[part] = partial(edited_chunks, archive, part, splices)
    return tuple(changed)
