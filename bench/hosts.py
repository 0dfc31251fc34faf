"""What a call of a function costs in each host, against the function called directly; the least of
seven turns is said for one call, of two turns for 10,000.

Run with the Python of an environment with xlpbr[server] and the requirements of its tests:

    python bench/hosts.py [--rows 10000] [HOST ...]

Each host runs in a process of its own in which pandas and numpy cannot be imported. It is given the
same columns in one call, and row by row in as many calls; between its turns the functions are
called directly, in the same process, so that what else the machine does falls on both alike. All
results are asserted to be equal. Said are the least seconds of some turns, because what else a
machine does only adds to them, and how many times as long as the direct call each host takes.

- core: the function itself, as a test calls it;
- embedded: in cells of the engine that ``xlpbr recalc`` uses;
- classic: xlwings' real server of functions, with the values as COM hands them over;
- lite: xlwings' ``custom_functions_call``, as Lite and Server run it; "lite stock" is the same with
  the look-up that ``udfs/office_js.py`` spares;
- server: a server on loopback, the calls of a recalculation together as the page sends them;
  "server singly" is the same with one request a call;
- calc: formulas in cells of a private LibreOffice, where it is installed.

The bounds are for a column of savings in one call, for a call a row through the server, for single
calls of classic against a function that is declared with nothing but ``xlwings.func``, and for the
first call after the start.
"""
# Each host is imported only in its own process.
# ruff: noqa: PLC0415

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HIDDEN = ("pandas", "numpy")
HOSTS = ("core", "embedded", "classic", "lite", "lite stock", "server", "server singly", "calc")
BOUND_COLUMN = {"classic": 2.0, "lite": 2.0}
BOUND_ROWS = {"server": 15.0}
BOUND_FIRST = 0.5
BOUND_SINGLE = 1.5
BARE = "bare_functions"
SHOWN = {
    "saving": "savings, one call",
    "fees": "fees, one call",
    "savings": "savings, a call a row",
}
TURNS = {"saving": 7, "fees": 7, "savings": 2}

Column = list[list[Any]]
FROM, TO = 46023.0, 46387.0


@dataclass(frozen=True, slots=True)
class Work:
    """The same figures for every host: savings of placements, and a schedule of fees."""

    before: Column
    after: Column
    moved: Column

    @property
    def saving(self) -> tuple[Any, ...]:
        """The arguments of PBR_SAVING for all rows at once."""
        return (self.before, self.after, self.moved, None, FROM, TO)

    @property
    def savings(self) -> Iterator[tuple[Any, ...]]:
        """The arguments of PBR_SAVING row by row."""
        for (before,), (after,), (moved,) in zip(self.before, self.after, self.moved, strict=True):
            yield before, after, moved, None, FROM, TO

    @property
    def fees(self) -> tuple[Any, ...]:
        """The arguments of PBR_FEE_CAP for all rows at once; a row depends on those before."""
        return (self.after, self.before, 12.5)


def work(rows: int) -> Work:
    """Prices with pennies and days as a sheet holds them."""
    return Work(
        [[round(3000 + row * 37 % 4000 + 0.49, 2)] for row in range(rows)],
        [[row * 11 % 1500 + 0.5] for row in range(rows)],
        [[46000.0 + row % 365] for row in range(rows)],
    )


@dataclass(frozen=True, slots=True)
class Host:
    """How a host is called: all rows of savings, all rows of fees, and the rows one by one.

    Each gives what the core gives: rows of one cell, and for the rows one by one a list of cells.
    """

    saving: Callable[[], Any]
    fees: Callable[[], Any]
    savings: Callable[[], Any]


# -- the hosts --------------------------------------------------------------------------------


@contextmanager
def core(given: Work) -> Iterator[Host]:
    from xlpbr.functions import FUNCTIONS

    saving, fee = FUNCTIONS["PBR_SAVING"].call, FUNCTIONS["PBR_FEE_CAP"].call
    yield Host(
        lambda: saving(*given.saving),
        lambda: fee(*given.fees),
        lambda: [saving(*row) for row in given.savings],
    )


@contextmanager
def embedded(given: Work) -> Iterator[Host]:
    import formualizer

    from xlpbr.udfs.embedded import register

    rows = len(given.before)

    def shown(formulas: list[str]) -> Column:
        """What formulas in the first rows of column E show; only the calculation is timed."""
        book = formualizer.Workbook()
        book.add_sheet("Sheet")
        register(book)
        sheet = book.sheet("Sheet")
        columns = zip(given.before, given.after, given.moved, strict=True)
        sheet.set_values_batch(1, 1, rows, 3, [[a[0], b[0], c[0]] for a, b, c in columns])
        for row, formula in enumerate(formulas, start=1):
            book.set_formula("Sheet", row, 5, formula)
        started = time.perf_counter()
        book.evaluate_all()
        stopped.append(time.perf_counter() - started)
        return [[book.get_value("Sheet", row, 5)] for row in range(1, rows + 1)]

    saving, fees, one_by_one = formulas_in_cells(rows)
    yield Host(
        lambda: shown([saving]),
        lambda: shown([fees]),
        lambda: [cell for (cell,) in shown(one_by_one)],
    )


@contextmanager
def classic(given: Work) -> Iterator[Host]:
    from tests.support import fake_com

    fake_com.start_xlwings()
    server = sys.modules["xlwings.com_server"].XLPython()

    def called(name: str, *arguments: Any) -> Any:
        return server.CallUDF(fake_com.MODULE, name, [*map(as_com, arguments), False])

    def as_com(value: Any) -> Any:
        return tuple(map(tuple, value)) if isinstance(value, list) else value

    saving, fees = tuple(map(as_com, given.saving)), tuple(map(as_com, given.fees))
    yield Host(
        lambda: called("PBR_SAVING", *saving),
        lambda: called("PBR_FEE_CAP", *fees),
        lambda: [only(called("PBR_SAVING", *row)) for row in given.savings],
    )


@contextmanager
def lite(given: Work, *, spared: bool = True) -> Iterator[Host]:
    os.environ.update({"XLWINGS_LICENSE_KEY": "noncommercial", "XLWINGS_ON_SERVER": "true"})
    import xlwings.utils
    from xlwings import server
    from xlwings.pro import udfs_officejs

    stock = xlwings.utils.is_jsnull, udfs_officejs.js_to_none
    from xlpbr.udfs import lite as module

    assert (xlwings.utils.is_jsnull, udfs_officejs.js_to_none) != stock
    if not spared:
        xlwings.utils.is_jsnull, udfs_officejs.js_to_none = stock
    loop = asyncio.new_event_loop()

    def called(name: str, *arguments: Any) -> Any:
        return loop.run_until_complete(
            server.custom_functions_call(request(name, *arguments), module)
        )

    async def one_by_one() -> list[Any]:
        asked = (request("PBR_SAVING", *row) for row in given.savings)
        return [only(await server.custom_functions_call(one, module)) for one in asked]

    yield Host(
        lambda: called("PBR_SAVING", *given.saving),
        lambda: called("PBR_FEE_CAP", *given.fees),
        lambda: loop.run_until_complete(one_by_one()),
    )
    loop.close()


@contextmanager
def served(given: Work, *, together: bool = True) -> Iterator[Host]:
    import httpx

    from tests.support.server_process import CALL, CALLS, running_server

    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder)) as server,
        httpx.Client(base_url=server.address, timeout=60) as client,
    ):

        def called(name: str, *arguments: Any) -> Any:
            answer = client.post(CALL, json=request(name, *arguments))
            assert answer.status_code == 200, answer.text
            return answer.json()["result"]

        def recalculated() -> list[Any]:
            found = []
            for body in as_the_page_sends(request("PBR_SAVING", *row) for row in given.savings):
                headers = {"Content-Type": "application/json"}
                answer = client.post(CALLS, content=body, headers=headers)
                assert answer.status_code == 200, answer.text
                for status, one in answer.json()["answers"]:
                    assert status == 200, one
                    found.append(only(one["result"]))
            return found

        yield Host(
            lambda: called("PBR_SAVING", *given.saving),
            lambda: called("PBR_FEE_CAP", *given.fees),
            recalculated
            if together
            else lambda: [only(called("PBR_SAVING", *row)) for row in given.savings],
        )


@contextmanager
def calc(given: Work) -> Iterator[Host]:
    import xlsxwriter

    from xlpbr.workbook.libreoffice import engine as calc_engine
    from xlpbr.workbook.libreoffice.copy import copy_for_calc
    from xlpbr.workbook.ooxml.book import open_book

    rows = len(given.before)
    saving, fees, one_by_one = formulas_in_cells(rows)

    def written(folder: Path, name: str, formulas: list[str]) -> Path:
        book = xlsxwriter.Workbook(folder / name)
        sheet = book.add_worksheet("Sheet")
        for column, values in enumerate((given.before, given.after, given.moved)):
            sheet.write_column(0, column, [cell for (cell,) in values])
        if len(formulas) == 1:
            sheet.write_dynamic_array_formula(0, 4, rows - 1, 4, formulas[0])
        for row, formula in enumerate(formulas if len(formulas) > 1 else ()):
            sheet.write_formula(row, 4, formula)
        book.close()
        copy_for_calc(open_book(folder / name), folder / f"calc-{name}")
        return folder / f"calc-{name}"

    with calc_engine.running() as office, tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        books = {
            name: calc_engine.open_in(office, written(folder, f"{name}.xlsx", formulas))
            for name, formulas in (
                ("saving", [saving]),
                ("fees", [fees]),
                ("savings", one_by_one),
            )
        }

        def shown(name: str) -> Column:
            started = time.perf_counter()
            calc_engine.calculate_cells(office, books[name])
            stopped.append(time.perf_counter() - started)
            found: Column = calc_engine.read(office, books[name], [("Sheet", f"E1:E{rows}")])[0]
            return found

        yield Host(
            lambda: shown("saving"),
            lambda: shown("fees"),
            lambda: [cell for (cell,) in shown("savings")],
        )


STARTED = {
    "core": core,
    "embedded": embedded,
    "classic": classic,
    "lite": lite,
    "lite stock": lambda given: lite(given, spared=False),
    "server": served,
    "server singly": lambda given: served(given, together=False),
    "calc": calc,
}
"""By host, how it is started."""

stopped: list[float] = []
"""Where a host that does more than a call puts how long the call itself took."""


def formulas_in_cells(rows: int) -> tuple[str, str, list[str]]:
    """The formulas over columns A to C: savings at once, fees at once, savings row by row."""
    period = f"{FROM:.0f},{TO:.0f}"
    saving = f"=PBR_SAVING(A1:A{rows},B1:B{rows},C1:C{rows},D1,{period})"
    fees = f"=PBR_FEE_CAP(B1:B{rows},A1:A{rows},12.5)"
    numbers = range(1, rows + 1)
    return saving, fees, [f"=PBR_SAVING(A{n},B{n},C{n},D{n},{period})" for n in numbers]


def request(name: str, *arguments: Any) -> dict[str, Any]:
    """What Excel's JavaScript sends: each argument as rows, a blank cell as null."""
    from tests.support.node.runs import request as sent

    rows = [value if isinstance(value, list) else [[value]] for value in arguments]
    return sent(name, *rows)


def as_the_page_sends(calls: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """The bodies of the requests in which pages/together.js sends calls."""
    from xlpbr.udfs.server.requests import MOST_CALLS
    from xlpbr.udfs.server.slots import SHORT_BYTES

    read = ("func_name", "args", "runtime", "date_format", "culture_info_name")
    encode = json.JSONEncoder(separators=(",", ":")).encode
    held: list[bytes] = []
    size = 0
    for call in calls:
        sent = encode({name: call[name] for name in read if name in call}).encode()
        if held and (size + len(sent) + 100 > SHORT_BYTES or len(held) == MOST_CALLS):
            yield b'{"calls":[' + b",".join(held) + b"]}"
            held, size = [], 0
        held.append(sent)
        size += len(sent) + 1
    yield b'{"calls":[' + b",".join(held) + b"]}"


def only(rows: Any) -> Any:
    """The one cell of a result."""
    return rows[0][0] if isinstance(rows, list) else rows


# -- measuring --------------------------------------------------------------------------------


def seconds(call: Callable[[], Any]) -> tuple[float, Any]:
    stopped.clear()
    started = time.perf_counter()
    result = call()
    took = time.perf_counter() - started
    return (stopped[0] if stopped else took), result


def in_turns(name: str, rows: int) -> dict[str, Any]:
    """The least seconds of a host and of the core, taking turns; every result is compared."""
    given = work(rows)
    found: dict[str, list[float]] = {}
    with core(given) as direct, STARTED[name](given) as host:
        for what, turns in TURNS.items():
            for _ in range(turns):
                raw, expected = seconds(getattr(direct, what))
                took, result = seconds(getattr(host, what))
                assert len(expected) == rows
                assert as_lists(result) == expected, f"{name} gives another {what}"
                found.setdefault(what, []).append(took)
                found.setdefault(f"raw {what}", []).append(raw)
    refuse_pandas()
    return {what: min(times) for what, times in found.items()}


def single_calls(name: str, calls: int) -> dict[str, Any]:
    """The least seconds of single calls, by a classic workbook and by xlwings' bare call.

    The bare call is a function that hands its arguments to the same core, declared with nothing
    but ``xlwings.func``, as xlwings converts them by itself. They take turns; every result is
    compared.
    """
    from types import ModuleType

    from xlpbr.functions import FUNCTIONS

    given = work(calls)
    saving = FUNCTIONS["PBR_SAVING"].call
    took: dict[str, list[float]] = {}
    with STARTED[name](given) as host:

        def PBR_SAVING(  # noqa: N802 - as a cell names it
            before: Any, after: Any, moved: Any, ended: Any, first: Any, last: Any
        ) -> Any:
            return saving(before, after, moved, ended, first, last)

        module = sys.modules[BARE] = ModuleType(BARE)
        module.__file__ = __file__
        vars(module)["PBR_SAVING"] = sys.modules["xlwings.udfs"].xlfunc(PBR_SAVING)
        server = sys.modules["xlwings.com_server"].XLPython()

        def bare() -> list[Any]:
            return [only(server.CallUDF(BARE, "PBR_SAVING", [*row])) for row in given.savings]

        for _ in range(TURNS["saving"]):
            plain, expected = seconds(bare)
            ours, result = seconds(host.savings)
            assert len(expected) == calls
            assert result == expected
            took.setdefault("bare", []).append(plain)
            took.setdefault("ours", []).append(ours)
    refuse_pandas()
    return {what: min(times) for what, times in took.items()}


def first_call(name: str, _: int) -> dict[str, Any]:
    """Seconds until a host has started, and of the first call after that."""
    given = work(1)
    started = time.perf_counter()
    with STARTED[name](given) as host:
        ready = time.perf_counter() - started
        took, result = seconds(host.savings)
        assert len(result) == 1
        refuse_pandas()
        return {"start": ready, "first": took}


def as_lists(result: Any) -> Any:
    if isinstance(result, list | tuple):
        return [as_lists(cell) for cell in result]
    return result


def refuse_pandas() -> None:
    assert all(sys.modules.get(package) is None for package in HIDDEN)


def run_child(task: str, name: str, rows: str) -> None:
    # None in place of a module makes its import fail.
    sys.modules.update(dict.fromkeys(HIDDEN))
    sys.path.insert(0, str(ROOT))
    tasks = {"measure": in_turns, "first": first_call, "single": single_calls}
    done = tasks[task](name, int(rows))
    print("RESULT " + json.dumps(done))


def in_child(task: str, name: str, rows: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--task", task, name, str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if done.returncode or not lines:
        raise SystemExit(f"{name} failed:\n{done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(lines[-1].removeprefix("RESULT "))
    return found


def measure() -> list[Any]:
    """The lines for ``python -m bench``; the whole table is printed on the way."""
    from bench.rows import Row, at_most

    names = [name for name in HOSTS if name != "core"]
    times, firsts = main(list(HOSTS), 10_000)
    work = "10,000 savings in one call, against the direct call"
    lines: list[Any] = [
        at_most(work, name, times[name]["saving"], BOUND_COLUMN[name], "x")
        if name in BOUND_COLUMN
        else Row(work, name, f"{times[name]['saving']:.2f} x")
        for name in names
    ]
    work = "10,000 savings, a call a row, against 10,000 direct calls"
    lines += [
        at_most(work, name, times[name]["savings"], BOUND_ROWS[name], "x")
        if name in BOUND_ROWS
        else Row(work, name, f"{times[name]['savings']:.1f} x")
        for name in names
    ]
    single = in_child("single", "classic", 1_000)
    work = "1,000 single calls, against a bare function of xlwings"
    lines.append(at_most(work, "classic", single["ours"] / single["bare"], BOUND_SINGLE, "x"))
    kept, anew = settings_looked_up(100)
    lines.append(
        Row(
            "settings looked up in 100 calls",
            "classic",
            f"{kept} (a new connection each: {anew:,})",
        )
    )
    work = "first call after the start"
    return lines + [at_most(work, name, firsts[name], BOUND_FIRST, "s") for name in names]


def settings_looked_up(calls: int) -> tuple[int, int]:
    """How often the macros of a classic workbook look a setting up during some calls.

    Returns:
        With the connection that they keep, and with a new one for every call.
    """
    from tests.support.vba_run import NO_KEPT_CONNECTION, macros_of, small_book

    found = []
    with tempfile.TemporaryDirectory() as folder:
        book = small_book(Path(folder) / "classic.xlsm")
        for changed in ({}, NO_KEPT_CONNECTION):
            macros = macros_of(book, changed=changed)
            for _ in range(calls):
                macros.run("PBR_VERSION")
            assert macros.count("called") == calls
            found.append(macros.count("looked_up"))
    return found[0], found[1]


def main(names: list[str], rows: int) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Print the table; how many times as long as direct each host takes, and its first seconds."""
    print(f"{f'{rows:,} rows':14}" + "".join(f"{what:>25}" for what in SHOWN.values()))
    times = {}
    for name in names:
        found = in_child("measure", name, rows)
        times[name] = {what: found[what] / found[f"raw {what}"] for what in SHOWN}
        line = "".join(
            f" {found[what] * 1000:12.0f} ms {found[what] / found[f'raw {what}']:5.2f} x"
            for what in SHOWN
        )
        print(f"{name:14}{line}", flush=True)
    print(f"\n{'a fresh process':14} {'started':>12} {'first call':>14}")
    firsts = {}
    for name in names:
        found = in_child("first", name, rows)
        firsts[name] = found["first"]
        print(f"{name:14} {found['start']:10.2f} s {found['first'] * 1000:11.1f} ms", flush=True)
    print()
    for name in names:
        if name in BOUND_COLUMN:
            found, bound = times[name]["saving"], BOUND_COLUMN[name]
            print(f"{name}: {found:.2f} times the direct call (to reach: {bound} or less)")
        if name in BOUND_ROWS:
            found, bound = times[name]["savings"], BOUND_ROWS[name]
            print(f"{name}: {found:.1f} times the direct calls (to reach: {bound:g} or less)")
    slowest = max(firsts, key=lambda name: firsts[name])
    print(f"first call: {slowest} is slowest, {firsts[slowest]:.3f} s (to reach: {BOUND_FIRST} s)")
    return times, firsts


if __name__ == "__main__":
    if sys.argv[1:2] == ["--task"]:
        run_child(*sys.argv[2:])
    else:
        parser = argparse.ArgumentParser()
        parser.add_argument("hosts", nargs="*", metavar="HOST", help=", ".join(HOSTS))
        parser.add_argument("--rows", type=int, default=10_000)
        options = parser.parse_args()
        main(options.hosts or list(HOSTS), options.rows)
