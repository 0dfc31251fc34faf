"""Many people recalculating a full sheet at once: what the server does with it.

Run with the Python of an environment in which xlpbr[server] is installed:

    python -m bench.server_load [--workers 2] [--people 4] [--rows 500] [--seconds 60]

Starts a server of its own on loopback and lets each person recalculate the same sheet, as the page
in Excel does: the calls together in requests of at most 64 KB, several requests at a time. A sheet
has ``rows`` one-cell savings, the same savings as one column, a fee schedule, a statement, its
readings and its check. Each person starts again until the time is over. Every result is compared
with the function called directly. Bounded: at most ``people`` times ``at-once`` requests at a time,
and ``seconds`` in all.

Says how many requests, calls and cells a second there were, how long the requests took, what was
refused, and the memory of the workers; then how long PBR_VERSION takes on one worker while four of
the largest forecasts and four of the largest bodies are worked on, with its memory; then what the
per-cell look-up in xlwings would cost if it were not spared, side by side in one process. Figures
of different machines are not comparable; ratios are.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice
from operator import ne
from pathlib import Path
from typing import Any

import httpx

from bench.hosts import as_the_page_sends
from tests.support.samples import sample_table
from tests.support.server_process import CALL, CALLS
from xlpbr.cells import serial_of
from xlpbr.contract.library import assumptions_table, load_contract, terms_table
from xlpbr.errors import CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.server.settings import Limits

SERVE = """
import sys
from xlpbr.udfs.server.serve import serve
serve("127.0.0.1", int(sys.argv[1]), workers=int(sys.argv[2]))
"""

LOOK_UP = """
import importlib, json, time
from xlpbr.udfs.server import xlwings_server
from xlpbr.udfs.office_js import from_office_js, spare_the_lookup
import xlwings.utils
from xlwings import conversion
rows = [[7000.25, "FOST-01", "", 46082.0, "yes"]] * 1000
def xlwings_reads():
    conversion.read(None, rows, {"ndim": 2, "err_to_str": True}, engine_name="officejs")
def seconds(work):
    best = 9.9
    for _ in range(5):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best
found = {"ours": seconds(lambda: from_office_js(rows)), "spared": seconds(xlwings_reads)}
importlib.reload(xlwings.utils)
found["stock"] = seconds(xlwings_reads)
print(json.dumps(found))
"""


LARGEST = Limits().cells - 10
"""Rows of the largest body: a few cells are for the other arguments."""


@dataclass
class Tally:
    """What the people saw, put together as it comes."""

    took: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    cells: int = 0
    sheets: int = 0
    wrong: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seconds: float, statuses: list[str], cells: int, *, wrong: int) -> None:
        with self.lock:
            self.took.append(seconds)
            self.statuses.update(statuses)
            self.calls += len(statuses)
            self.cells += cells
            self.wrong += wrong


def as_sent(value: Any) -> Any:
    """Cells as Excel sends them: a date its serial, a blank an empty text, one cell a range."""
    if not isinstance(value, list):
        return [[plain(value)]]
    return [[plain(cell) for cell in row] for row in value]


def plain(cell: Any) -> Any:
    if isinstance(cell, date):
        return float(serial_of(cell))
    return "" if cell is None else cell


def as_answered(result: Any) -> list[list[Any]]:
    """A result as the server gives it to an Excel that takes dates as numbers."""
    rows = result if isinstance(result, list) else [[result]]
    return [[plain(cell) for cell in row] for row in rows]


def sheet(rows: int) -> list[tuple[dict[str, Any], Any, int]]:
    """The calls of a sheet: what is sent, what must come back, and how many cells it takes."""
    contract = load_contract("plymouth-l04-2526")
    tables = [terms_table(contract)]
    tables += [sample_table(contract, name) for name in ("Placements", "Carers", "Claims")]
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    weekly = [[6000 + row * 7 % 3000 + 0.25] for row in range(rows)]
    saving = [[cost, 1400.5, first, None, first, last] for (cost,) in weekly]
    calls: list[tuple[str, list[Any]]] = [("PBR_SAVING", arguments) for arguments in saving]
    calls += [
        ("PBR_SAVING", [weekly, 1400.5, first, None, first, last]),
        ("PBR_FEE_CAP", [weekly, [[100.0 * row] for row in range(rows)]]),
        ("PBR_STATEMENT", tables),
        ("PBR_READINGS", tables[:3]),
        ("PBR_CHECK", tables),
        ("PBR_PRO_RATA", ["tbc", first, 12.0, last]),
    ]
    return [prepared(name, arguments) for name, arguments in calls]


def request_body(name: str, arguments: list[Any]) -> dict[str, Any]:
    """What Excel sends for a call."""
    return {
        "client": "Office.js",
        "version": "0",
        "func_name": name,
        "args": [as_sent(argument) for argument in arguments],
        "runtime": "1.4",
        "date_format": None,
    }


def prepared(name: str, arguments: list[Any]) -> tuple[dict[str, Any], Any, int]:
    body = request_body(name, arguments)
    sent = body["args"]
    try:
        answer: Any = [200, {"result": as_answered(FUNCTIONS[name].call(*arguments))}]
    except CellError as error:
        answer = [400, {"detail": error.message}]
    return body, answer, sum(len(row) for argument in sent for row in argument)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request: its body, what must come back, and how many cells it takes."""

    body: bytes
    answers: list[Any]
    cells: int


def in_requests(calls: list[tuple[dict[str, Any], Any, int]]) -> list[Sent]:
    """The calls of a sheet in the requests in which the page sends them."""
    found = []
    left = iter(calls)
    for body in as_the_page_sends(call for call, _, _ in calls):
        count = len(json.loads(body)["calls"])
        taken = list(islice(left, count))
        found.append(Sent(body, [answer for _, answer, _ in taken], sum(one[2] for one in taken)))
    return found


def recalculate(
    address: str, requests: list[Sent], until: float, at_once: int, tally: Tally
) -> None:
    """One person's Excel: the whole sheet, several requests at a time, again until the end."""
    limits = httpx.Limits(max_connections=at_once)
    with (
        httpx.Client(base_url=address, timeout=60, limits=limits) as client,
        ThreadPoolExecutor(at_once) as pool,
    ):

        def one(sent: Sent) -> None:
            if time.monotonic() > until:
                return
            headers = {"Content-Type": "application/json"}
            count = len(sent.answers)
            started = time.perf_counter()
            try:
                got = client.post(CALLS, content=sent.body, headers=headers)
            except httpx.HTTPError as error:
                tally.add(0.0, [type(error).__name__] * count, sent.cells, wrong=count)
                return
            took = time.perf_counter() - started
            answers = got.json().get("answers", [[got.status_code, got.json()]] * count)
            tally.add(
                took,
                [str(status) for status, _ in answers],
                sent.cells,
                wrong=sum(map(ne, answers, sent.answers)),
            )

        while time.monotonic() < until:
            list(pool.map(one, requests))
            if time.monotonic() < until:
                with tally.lock:
                    tally.sheets += 1


def with_server(workers: int, use: Callable[[str, int], None]) -> None:
    """Start a server, wait for it, use it and stop it."""
    import socket  # noqa: PLC0415

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port), str(workers)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={k: v for k, v in os.environ.items() if not k.startswith("XLPBR_SERVER_")},
    )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, "the server did not start"
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.1)
        use(address, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def peak_memory(parent: int) -> list[int]:
    """The most memory that each process of the server has had, in MB; where /proc tells."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(
                line.split(":\t", 1)
                for line in status.read_text(encoding="utf-8").splitlines()
                if ":\t" in line
            )
        except OSError:
            continue
        if str(parent) in (lines.get("PPid"), lines.get("Pid")) and "VmHWM" in lines:
            found.append(int(lines["VmHWM"].split()[0]) // 1024)
    return sorted(found, reverse=True)


def say(tally: Tally, seconds: float, memory: list[int]) -> None:
    took = sorted(tally.took)
    at = lambda share: took[min(len(took) - 1, int(len(took) * share))] * 1000  # noqa: E731
    print(f"requests     {len(took)} in {seconds:.1f} s: {len(took) / seconds:.0f} a second")
    print(f"calls        {tally.calls / seconds:,.0f} a second")
    print(f"cells        {tally.cells / seconds:,.0f} a second; whole sheets {tally.sheets}")
    print(
        f"a request    median {statistics.median(took) * 1000:.1f} ms, 95% {at(0.95):.1f} ms, "
        f"99% {at(0.99):.1f} ms, longest {took[-1] * 1000:.0f} ms"
    )
    print(f"statuses     {dict(tally.statuses)}; wrong answers {tally.wrong}")
    print(f"memory       {', '.join(map(str, memory)) or 'unknown'} MB at most, by process")


def short_calls_beside_long_ones(address: str, parent: int, seconds: float) -> None:
    """Ask for the version again and again while the heaviest work goes on."""
    contract = load_contract("plymouth-l04-2526")
    tables = [terms_table(contract), sample_table(contract, "Placements")]
    assumed = assumptions_table(contract)
    forecast = request_body("PBR_FORECAST", [*tables, assumed, None, 100_000.0])
    largest = request_body("PBR_SAVING", [[[7000.25]] * LARGEST, 1400.5, "01/03/2026", None,
                                          "01/03/2026", "31/03/2026"])  # fmt: skip
    version = request_body("PBR_VERSION", [])
    until = time.monotonic() + seconds
    statuses: Counter[str] = Counter()

    def again(body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        with httpx.Client(base_url=address, timeout=120) as client:
            while time.monotonic() < until:
                answer = client.post(
                    CALL, content=content, headers={"Content-Type": "application/json"}
                )
                statuses[str(answer.status_code)] += 1

    heavy = [threading.Thread(target=again, args=(body,)) for body in [forecast, largest] * 4]
    for one in heavy:
        one.start()
    time.sleep(1)
    took = []
    with httpx.Client(base_url=address, timeout=60) as client:
        while time.monotonic() < until:
            started = time.perf_counter()
            assert client.post(CALL, json=version).status_code == 200
            took.append(time.perf_counter() - started)
            time.sleep(0.02)
    for one in heavy:
        one.join()
    took.sort()
    print(
        f"short calls  {len(took)} beside four forecasts and four bodies of {LARGEST:,} rows:"
        f" median {statistics.median(took) * 1000:.0f} ms,"
        f" 99% {took[int(len(took) * 0.99)] * 1000:.0f} ms, longest {took[-1] * 1000:.0f} ms;"
        f" statuses of the others {dict(statuses)}"
    )
    print(f"memory       {', '.join(map(str, peak_memory(parent)))} MB at most, by process")


def main() -> None:
    parser = argparse.ArgumentParser(description="Load on the server, bounded in count and time.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--at-once", type=int, default=6, help="requests of one person")
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    calls = sheet(given.rows)
    requests = in_requests(calls)
    tally = Tally()

    def use(address: str, parent: int) -> None:
        started = time.monotonic()
        until = started + given.seconds
        people = [
            threading.Thread(
                target=recalculate, args=(address, requests, until, given.at_once, tally)
            )
            for _ in range(given.people)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
        say(tally, time.monotonic() - started, peak_memory(parent))

    print(f"{given.people} people, {len(calls)} cells with functions each, {given.workers} workers")
    with_server(given.workers, use)
    with_server(1, partial(short_calls_beside_long_ones, seconds=given.seconds))
    look_up = json.loads(
        subprocess.run(
            [sys.executable, "-c", LOOK_UP], capture_output=True, text=True, check=True
        ).stdout.splitlines()[-1]
    )
    print(
        "look-up      reading 1000 x 5 cells takes xlwings "
        f"{look_up['stock'] / look_up['spared']:.0f} times as long with its look-up as without, "
        f"and {look_up['stock'] / look_up['ours']:.0f} times as long as it takes the server"
    )
    wanted = {"200", "400"}
    if tally.wrong or not set(tally.statuses) <= wanted or not tally.took:
        sys.exit("Some answers were wrong or refused.")


if __name__ == "__main__":
    main()
