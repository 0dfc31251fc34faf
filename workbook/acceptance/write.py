"""The acceptance workbook of a host, written with the values that xlpbr's own engine gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook

import xlpbr
from xlpbr.errors import FileProblem
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS, refuse_unknown
from xlpbr.workbook.acceptance.differences import differs
from xlpbr.workbook.acceptance.first_sheet import FIRST_SHEET, write_first_sheet
from xlpbr.workbook.acceptance.host_cases import Case
from xlpbr.workbook.acceptance.plan import GOT_COLUMN, INPUTS, RESULTS, Plan, plan_for
from xlpbr.workbook.acceptance.sheets import CASES, Got, write_cases, write_inputs, write_results
from xlpbr.workbook.calculate.engine import filled_by, load, values_of
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.files.safe_writing import write_safely
from xlpbr.workbook.look.styles import Styles
from xlpbr.workbook.ooxml.book import CellValue, Position, open_book
from xlpbr.workbook.port.rewrite import port
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.write import MADE


def new_acceptance_workbook(host: str, target: Path, chosen: Iterable[Case] | None = None) -> int:
    """Write the acceptance workbook of a host, calculated by xlpbr's own engine.

    It is calculated anew when it is opened, so that nothing of these values is taken for the
    host's own.

    Args:
        host: the name of a host of workbooks.
        target: the file to write; ``.xlsm`` for the host classic, else ``.xlsx``.
        chosen: some cases only; by default all but those that take too long for a workbook.

    Returns:
        How many cases it holds.

    Raises:
        FileProblem: the host is none, the file is named otherwise than the host needs, or it
            cannot be written.
    """
    refuse_unknown(host, OF_WORKBOOKS)
    if target.suffix.casefold() != HOSTS[host].suffix:
        raise FileProblem(f"{target} must end in {HOSTS[host].suffix}.")
    plan = plan_for(host, chosen)
    with TemporaryDirectory(prefix="xlpbr-") as name:
        folder = Path(name)
        got = _calculated(plan, folder / "calls.xlsx")
        held = folder / "held.xlsx"
        _write_book(held, plan, got, None)
        write = partial(_write_book, plan=plan, got=got, values=calculate(held))
        if host == "classic":
            from xlpbr.workbook.hosts.classic_book import add_macros  # noqa: PLC0415

            write_safely(target, partial(write, finish=add_macros))
        elif HOSTS[host].prefix:
            plain, stored = folder / "plain.xlsx", folder / "stored.xlsx"
            write(plain)
            port(plain, host, stored)
            _bring(host, stored, target)
        else:
            write_safely(target, write)
    return len(plan.blocks)


def _bring(host: str, stored: Path, target: Path) -> None:
    """Move a ported workbook to its place, with the functions in it where the host needs that."""
    if host == "lite":
        from xlpbr.workbook.hosts.lite_book import put_code_in  # noqa: PLC0415

        put_code_in(stored, target)
    else:
        write_safely(target, lambda path: path.write_bytes(stored.read_bytes()))


def _calculated(plan: Plan, path: Path) -> Got:
    """What xlpbr's own engine gives for each case.

    It is handed a date as a number, as an Office add-in is. Where a host is declared to be equal
    in such a case, the value stands there that the function gives of itself.
    """
    with Workbook(str(path)) as book:
        styles = Styles(book)
        write_inputs(TemplatePage(book.add_worksheet(INPUTS), styles, None), plan)
        write_results(TemplatePage(book.add_worksheet(RESULTS), styles, None), plan, None)
    calculation = load(open_book(path))
    places = {block.case: (RESULTS, block.got[:2]) for block in plan.blocks}
    values = values_of(calculation, places.values())[RESULTS]
    got = {}
    for block in plan.blocks:
        case = block.case
        if differs("embedded", case) and not differs(plan.host, case):
            got[case] = block.must
            continue
        filled = filled_by(calculation, places[case])
        width = max(column for _, column in filled) - GOT_COLUMN + 1
        cells = ["" if values[place] is None else values[place] for place in filled]
        got[case] = [cells[start : start + width] for start in range(0, len(cells), width)]
    return got


def _write_book(
    path: Path,
    plan: Plan,
    got: Got,
    values: Mapping[str, Mapping[Position, CellValue]] | None,
    finish: Callable[[Workbook], None] | None = None,
) -> None:
    """Write the workbook.

    Args:
        path: the file, written in place.
        plan: what stands where.
        got: what came of each case.
        values: the last values of the formulas beside the calls; None for a workbook in which the
            calls and their comparisons are held as values, so that these can be calculated.
        finish: adds what a host needs beside the sheets.
    """
    with Workbook(str(path)) as book:
        book.set_properties(
            {
                "title": f"Acceptance of the functions: {HOSTS[plan.host].title}",
                "author": "xlpbr",
                "comments": f"Made by xlpbr {xlpbr.__version__}",
                "created": MADE,
            }
        )
        styles = Styles(book)
        pages = {
            name: TemplatePage(
                book.add_worksheet(name), styles, None if values is None else values.get(name, {})
            )
            for name in (FIRST_SHEET, CASES, RESULTS, INPUTS)
        }
        write_first_sheet(pages[FIRST_SHEET], plan)
        write_cases(pages[CASES], plan, got)
        write_results(pages[RESULTS], plan, got, live=values is not None)
        write_inputs(pages[INPUTS], plan)
        if finish is not None:
            finish(book)
