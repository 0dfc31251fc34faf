"""A folder of contracts settled in chunks: the memory of the driver, and time against workers.

Run by itself or with the other measurements:

    python -m bench.cluster [--files 10] [--runs 5]

- Memory: the peak of the process that hands out the chunks, for 1, 10 and 100 times as many
  workbooks (each of 40 placements over 24 months), and as many scenarios. A chunk is held, and what
  is known of each file; the month rows go to disk. Each is measured in a process of its own.
- Time: the same folder with no worker, with one and with two processes, and with two workers of a
  Dask cluster on loopback, which are sent the files. The workers have been started, as those of a
  cluster are, and the Parquet files are asserted to be equal byte for byte.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import xlsxwriter
from distributed import LocalCluster

from bench.drawn import draw
from bench.rows import RUNS, Row, at_most, machine, medians_in_turn
from tests.support.samples import sample_table
from xlpbr.contract.library import assumptions_table, load_contract, terms_table
from xlpbr.executors import executor_of
from xlpbr.forecast.run import forecast
from xlpbr.tables.assumptions import read_assumptions
from xlpbr.tables.evidence import read_evidence
from xlpbr.tables.terms import read_terms
from xlpbr.workbook.portfolio.book import write_portfolio
from xlpbr.workbook.portfolio.files import find_books
from xlpbr.workbook.portfolio.folder import settled_folder
from xlpbr.workbook.portfolio.parquet import write_months

FILES, TIMES = 10, (1, 10, 100)
SCENARIOS = 1_000
TIMED = 20
"""Times as many workbooks for the time."""

MORE_MEGABYTES = 64
"""What a hundred times as many files may add to the driver's memory."""

WORK = "settling a folder, {:,} workbooks"


def write_books(folder: Path, books: int) -> None:
    """Workbooks of one drawn contract each, with nothing in them but the four tables."""
    for number in range(books):
        drawn = draw(number)
        tables = dict(zip(("Terms", "Placements", "Carers", "Claims"), drawn.tables, strict=True))
        with xlsxwriter.Workbook(folder / f"contract-{number:05d}.xlsx") as book:
            for table, rows in tables.items():
                sheet = book.add_worksheet(table)
                for down, row in enumerate(rows):
                    sheet.write_row(down, 0, row)
                last = f"{chr(ord('A') + len(rows[0]) - 1)}${len(rows)}"
                book.define_name(f"Pbr{table}", f"={table}!$A$1:${last}")


def settle_files(
    folder: Path, books: int, out: Path, executor: Executor | None, *, send: bool = False
) -> None:
    files = find_books(folder, out)[:books]
    with settled_folder(folder, files, None, places={}, executor=executor, send=send) as settled:
        assert len(settled.settled) == books, settled.not_settled[:1]
        if out.suffix == ".parquet":
            write_months(settled, out)
        else:
            write_portfolio(settled, out, prepared_on=date(2026, 10, 31))


def settle_scenarios(scenarios: int) -> None:
    contract = load_contract("plymouth-l04-2526")
    tables = [sample_table(contract, name) for name in ("Placements", "Carers", "Claims")]
    evidence, _ = read_evidence(*tables)
    found = forecast(
        read_terms(terms_table(contract)).record,
        evidence.record,
        read_assumptions(assumptions_table(contract)).record,
        scenarios=scenarios,
    )
    assert found.scenarios == scenarios


def megabytes(*words: str) -> float:
    """The peak memory of some work in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.cluster", "--peak", *words],
        check=True, capture_output=True, text=True, cwd=Path(__file__).resolve().parent.parent,
    )  # fmt: skip
    return float(done.stdout)


def peak(words: Sequence[str]) -> None:
    kind, count, *more = words
    if kind == "scenarios":
        settle_scenarios(int(count))
    else:
        folder, out, workers = more
        with executor_of(None, int(workers)) as executor:
            settle_files(Path(folder), int(count), Path(out), executor)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def measure_memory(folder: Path, out: Path, files: int) -> Iterator[Row]:
    for ending, workers in ((".parquet", "1"), (".parquet", "2"), (".xlsx", "1")):
        target = str(out.with_suffix(ending))
        found = [megabytes("files", str(files * t), str(folder), target, workers) for t in TIMES]
        who = "no worker" if workers == "1" else f"{workers} workers"
        for times, most in zip(TIMES, found, strict=True):
            work = WORK.format(files * times)
            yield Row(work, f"peak memory of the driver, {ending}, {who}", f"{most:,.0f} MB")
        work = f"{WORK.format(files * TIMES[-1])} against {files:,}"
        measured = f"more peak memory of the driver, {ending}, {who}"
        yield at_most(work, measured, found[-1] - found[0], MORE_MEGABYTES, "MB")
    for times in TIMES:
        scenarios = SCENARIOS * times
        work = f"forecast of {scenarios:,} scenarios"
        yield Row(work, "peak memory", f"{megabytes('scenarios', str(scenarios)):,.0f} MB")


@contextmanager
def workers() -> Iterator[dict[str, tuple[Executor | None, bool]]]:
    """Each way of settling: its executor, and whether the files are sent."""
    with ExitStack() as stack:
        one = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        two = stack.enter_context(executor_of(None, 2))
        cluster = stack.enter_context(
            LocalCluster(
                n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None,
                memory_limit=None,
            )
        )  # fmt: skip
        dask = stack.enter_context(executor_of(cluster.scheduler_address, None))
        yield {
            "no worker": (None, False),
            "1 worker": (one, False),
            "2 workers": (two, False),
            "2 workers of a cluster": (dask, True),
        }


def measure_time(folder: Path, out: Path, books: int, runs: int) -> Iterator[Row]:
    targets: list[Path] = []
    ways: list[Callable[[], None]] = []
    with workers() as all_of_them:
        for number, (executor, send) in enumerate(all_of_them.values()):
            targets.append(out.with_name(f"{number}.parquet"))
            way = partial(settle_files, folder, books, targets[-1], executor, send=send)
            way()  # each worker has then imported and compiled what it needs
            ways.append(way)
        took = medians_in_turn(ways, runs)
        names = list(all_of_them)
    assert len({target.read_bytes() for target in targets}) == 1
    for name, each in zip(names, took, strict=True):
        share = "" if name == "no worker" else f", {took[0] / each:.2f} x as fast as none"
        yield Row(WORK.format(books), f"wall time, {name}", f"{each:.2f} s{share}")


def measure(runs: int = RUNS, files: int = FILES) -> list[Row]:
    """The results; fewer runs and files are for trying it out."""
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "in", Path(place) / "out"
        folder.mkdir()
        out.mkdir()
        write_books(folder, files * TIMES[-1])
        return [
            *measure_memory(folder, out / "out", files),
            *measure_time(folder, out / "out", files * TIMED, runs),
        ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--peak", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peak:
        peak(given.peak)
        return
    for name, what in machine():
        print(f"{name}: {what}")
    for row in measure(given.runs, given.files):
        bound = f"  ({row.to_reach}: {'reached' if row.reached else 'NOT REACHED'})"
        print(f"{row.work}: {row.measured}: {row.figure}{bound if row.to_reach else ''}")


if __name__ == "__main__":
    main()
