"""Every workbook: sheets added, replaced, removed, a cell set, a contract attached and detached."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.hard import cell_reader, judges, packages
from tests.hard.books import Workbook
from tests.hard.made_sheets import NAMES, make_sheets
from tests.hard.results import Run
from tests.support.edits import detach, edit
from xlpbr.contract.library import load_contract
from xlpbr.errors import FileProblem
from xlpbr.workbook.attach.attach import attach
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.edit.program import ALLOWANCES
from xlpbr.workbook.ooxml.edit.sheets import SheetsToAdd
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange

CONTRACT = "plymouth-l04-2526"
OPERATIONS = ("add", "replace", "remove", "set", "attach", "detach")
LISTS = ("workbook.xml", "workbook.xml.rels", "[Content_Types].xml")
"""The parts that list all others; what adds a sheet must change them."""
BESIDES = ("styles.xml", "metadata.xml", "calcChain.xml", "sharedStrings.xml")
"""The parts of the whole book that a new sheet may add to."""


@dataclass(slots=True)
class Trial:
    """What became of one workbook.

    Attributes:
        book: the workbook.
        refused: the code with which it was refused unread; None where it was read.
        outputs: by operation, the file that came of it.
        refusals: by operation, the code of its refusal.
        set_cell: the sheet and the address of the cell that was set.
    """

    book: Workbook
    refused: str | None = None
    outputs: dict[str, Path] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    set_cell: tuple[str, str] = ("", "")


def run_corpus(run: Run, found: list[Workbook], folder: Path, *, judged: bool = True) -> None:
    """Try every operation on every workbook and judge what comes of it.

    Args:
        run: where the figures go.
        found: the workbooks.
        folder: for the outputs.
        judged: whether LibreOffice and the Open XML validator judge too.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = [make_sheets(folder / f"made{n}.xlsx", n) for n in (1, 2)]
    trials = []
    for number, book in enumerate(found):
        trial = Trial(book)
        trials.append(trial)
        place = folder / f"{number:04}"
        place.mkdir()
        before = packages.sha256(book.path)
        try:
            _try_all(run, trial, place, made)
        except Exception as error:  # any other error than a FileProblem is what is looked for
            run.fail(f"{book.name}: {type(error).__name__}: {error}")
        if packages.sha256(book.path) != before:
            run.fail(f"{book.name}: the original was changed")
        _judge_refusal(run, trial)
    run.figures["workbooks"] = len(found)
    if judged:
        judges.judge(run, trials)


def _try_all(run: Run, trial: Trial, place: Path, made: list[Path]) -> None:
    path = trial.book.path
    try:
        book = open_book(path)
        for sheet in book.sheets:
            cells_of(book, sheet.name)
    except FileProblem as problem:
        trial.refused = problem.code or "without a code"
        return
    suffix = path.suffix
    allow = trial.book.entry.allow if trial.book.entry else frozenset(ALLOWANCES)
    if trial.book.entry is not None and allow:
        _must_ask(run, trial, place / f"asked{suffix}", made[0])
    first, names = made[0], NAMES

    def out(operation: str) -> Path:
        return place / f"{operation}{suffix}"

    def add() -> None:
        edit(
            open_book(path), Changes(add_sheets=SheetsToAdd(first, names)), out("add"), allow=allow
        )
        _check_lists(run, trial, path, out("add"))

    def replace() -> None:
        changes = Changes(remove_sheets=names, add_sheets=SheetsToAdd(made[1], names))
        edit(open_book(out("add")), changes, out("replace"), allow=allow)
        _check_lists(run, trial, path, out("replace"))

    def remove() -> None:
        edit(open_book(out("add")), Changes(remove_sheets=names), out("remove"), allow=allow)
        _check_lists(run, trial, path, out("remove"), sheets=False)

    def set_cell() -> None:
        sheet = open_book(path).sheets[0].name
        taken = max((row for row, _ in cells_of(open_book(path), sheet)), default=0)
        row = min(taken + 3, 1_048_576)
        trial.set_cell = (sheet, f"B{row}")
        changes = Changes(cells={sheet: {(row, 2): CellChange(1234.5, "1234+0.5")}})
        edit(open_book(path), changes, out("set"), allow=allow)
        _check_set(run, trial, path, out("set"))

    def attached() -> None:
        contract = load_contract(CONTRACT)
        attach(path, out("attach"), contract=contract, places={}, headings={}, allow=allow)
        _check_lists(run, trial, path, out("attach"))

    def detached() -> None:
        detach(open_book(out("attach")), out("detach"), allow=allow)
        if packages.sha256(out("detach")) != packages.sha256(path):
            run.fail(f"{trial.book.name}: detach gave back other bytes")
        else:
            run.count("detached to the same bytes")

    _try(run, trial, "add", out, add)
    if "add" in trial.outputs:
        _try(run, trial, "replace", out, replace)
        _try(run, trial, "remove", out, remove)
    _try(run, trial, "set", out, set_cell)
    _try(run, trial, "attach", out, attached)
    if "attach" in trial.outputs:
        _try(run, trial, "detach", out, detached)


def _try(
    run: Run, trial: Trial, operation: str, out: Callable[[str], Path], act: Callable[[], None]
) -> None:
    try:
        act()
    except FileProblem as problem:
        trial.refusals[operation] = problem.code or "without a code"
        run.count_in(f"{operation} refused", trial.refusals[operation])
        if out(operation).exists():
            run.fail(f"{trial.book.name}: {operation} was refused and yet wrote a file")
        if not problem.code:
            run.fail(f"{trial.book.name}: {operation} refused without a code: {problem}")
    except Exception as error:  # any other error than a FileProblem is what is looked for
        run.fail(f"{trial.book.name}, {operation}: {type(error).__name__}: {error}")
    else:
        trial.outputs[operation] = out(operation)
        run.count_in("done", operation)


def _must_ask(run: Run, trial: Trial, target: Path, made: Path) -> None:
    """Without being told, an edit that would void or pass over a lock is refused."""
    entry = trial.book.entry
    assert entry is not None
    book = open_book(trial.book.path)
    locked = {
        sheet.name: dict.fromkeys([next(iter(cells_of(book, sheet.name)))], CellChange(1.0, None))
        for sheet in book.sheets
        if cells_of(book, sheet.name)
    }
    asked = set()
    attempts = [Changes(add_sheets=SheetsToAdd(made, NAMES))]
    attempts += [Changes(cells={sheet: change}) for sheet, change in locked.items()]
    for changes in attempts:
        try:
            edit(open_book(trial.book.path), changes, target)
        except FileProblem as problem:
            asked.add(problem.code)
        target.unlink(missing_ok=True)
    if "protected-cell" in asked:
        asked.add("protected-sheet")
    missing = entry.allow - asked
    if missing:
        run.fail(f"{entry.name}: was edited without asking for {', '.join(sorted(missing))}")


def _check_lists(run: Run, trial: Trial, before: Path, after: Path, *, sheets: bool = True) -> None:
    """Beside new parts, only the parts that list all others may have changed."""
    found = packages.compare(before, after)
    name = f"{trial.book.name}, {after.stem}"
    for what, parts in (
        ("changed", found.changed - _lists(found.changed)),
        ("removed", found.removed),
        ("rewrote", found.rewritten - _lists(found.rewritten)),
        ("added", frozenset() if sheets else _sheet_parts(found.added)),
    ):
        if parts:
            run.fail(f"{name}: {what} {', '.join(sorted(parts))}")
    if found.moved:
        run.fail(f"{name}: put the parts into another order")
    run.count_in("parts changed", f"{after.stem}: {len(found.changed)}")


def _lists(parts: frozenset[str]) -> frozenset[str]:
    return frozenset(part for part in parts if part.rpartition("/")[2] in (*LISTS, *BESIDES))


def _sheet_parts(parts: frozenset[str]) -> frozenset[str]:
    return frozenset(part for part in parts if "/worksheets/" in part or "/tables/" in part)


def _check_set(run: Run, trial: Trial, before: Path, after: Path) -> None:
    found = packages.compare(before, after)
    sheet, address = trial.set_cell
    wanted = {cell_reader.sheet_parts(before)[sheet]}
    lists = {"calcChain.xml", "[Content_Types].xml", "workbook.xml.rels"}
    chain = {part for part in found.changed if part.rpartition("/")[2] in lists}
    # Where a formula goes, the order of calculation goes with it; Excel makes it anew.
    removed = {part for part in found.removed if not part.endswith("/calcChain.xml")}
    if found.changed - chain != wanted or found.added or removed or found.rewritten:
        run.fail(f"{trial.book.name}, set: changed other parts: {found}")
    old, new = cell_reader.read_cells(before), cell_reader.read_cells(after)
    differing = {
        f"{name}!{place}"
        for name in old.keys() | new.keys()
        for place in old.get(name, {}).keys() | new.get(name, {}).keys()
        if old.get(name, {}).get(place) != new.get(name, {}).get(place)
    }
    if differing != {f"{sheet}!{address}"}:
        run.fail(f"{trial.book.name}, set: changed the cells {', '.join(sorted(differing)[:5])}")


def _judge_refusal(run: Run, trial: Trial) -> None:
    if trial.refused is not None:
        run.count_in("refused unread", trial.refused)
    else:
        run.count("accepted")
    if trial.book.entry is None:
        return
    wanted = trial.book.entry.refused_code
    if trial.refused != wanted:
        run.fail(f"{trial.book.name}: expected {wanted or 'no refusal'}, found {trial.refused}")
