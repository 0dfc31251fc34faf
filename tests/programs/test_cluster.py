"""Chunks on other processes and on a Dask cluster: the same results, also when a worker is lost."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import dask
import openpyxl
import pytest
from distributed import Client, LocalCluster

import xlpbr as package
from tests.support.forecast_cases import KNOWN, assumed, contract
from tests.support.portfolio_folder_books import folder_of
from xlpbr import executors
from xlpbr.errors import FileProblem
from xlpbr.executors import executor_of, run_in_order
from xlpbr.forecast.run import forecast
from xlpbr.workbook.portfolio.book import write_portfolio
from xlpbr.workbook.portfolio.files import SHEETS, find_books
from xlpbr.workbook.portfolio.folder import settled_folder
from xlpbr.workbook.portfolio.parquet import write_months

FILES = 24
AS_AT = date(2026, 10, 31)


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes on loopback."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1",
        dashboard_address=None, memory_limit=None,
    ) as started:  # fmt: skip
        yield started


@pytest.fixture(scope="module")
def client(cluster):
    with Client(cluster, set_as_default=False) as connected:
        yield connected


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Contracts, and a file that none of the workers can read."""
    place = folder_of(tmp_path_factory.mktemp("cluster") / "budgets", FILES)
    (place / "bad.xlsx").write_text("no workbook", encoding="utf-8")
    return place


def outputs(folder, target, executor, *, send=False, files_a_chunk=8, on_files=lambda _: None):
    """The bytes of the Parquet file, the cells of the workbook, and what is said of each file."""
    files = find_books(folder, target)
    with settled_folder(
        folder, files, AS_AT, places={}, executor=executor, send=send,
        files_a_chunk=files_a_chunk, on_files=on_files,
    ) as settled:  # fmt: skip
        write_months(settled, target / "out.parquet")
        write_portfolio(settled, target / "out.xlsx", prepared_on=AS_AT)
        outcomes = settled.outcomes
    return (target / "out.parquet").read_bytes(), cells_of(target / "out.xlsx"), outcomes


def cells_of(path):
    book = openpyxl.load_workbook(path)
    return {name: [list(row) for row in book[name].values] for name in SHEETS}


@pytest.fixture(scope="module")
def expected(folder, tmp_path_factory):
    """What comes out without an executor."""
    found = outputs(folder, tmp_path_factory.mktemp("expected"), None)
    assert sum(outcome.is_settled for outcome in found[2]) == FILES
    return found


# The same results.


@pytest.mark.parametrize("workers", [1, 2])
def test_processes_of_this_computer_give_the_same(folder, expected, tmp_path, workers):
    if workers == 1:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
            assert outputs(folder, tmp_path, executor) == expected
    else:
        with executor_of(None, 2) as executor:
            assert isinstance(executor, ProcessPoolExecutor)
            assert outputs(folder, tmp_path, executor) == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_the_workers_of_a_cluster_give_the_same(folder, expected, tmp_path, client, workers):
    used = list(client.scheduler_info()["workers"])[:workers]
    assert len(used) == workers
    executor = client.get_executor(pure=False, workers=used)
    assert outputs(folder, tmp_path, executor, send=True) == expected


def test_the_size_of_the_chunks_changes_no_figure(folder, expected, tmp_path):
    assert outputs(folder, tmp_path, None, files_a_chunk=3) == expected


def test_a_worker_that_is_killed_in_the_middle_changes_nothing(folder, expected, tmp_path, client):
    pids = client.run(os.getpid)
    assert len(pids) == 2
    killed: list[str] = []
    done: list[int] = []

    def kill_one(files):
        done.append(files)
        busy = {worker: tasks for worker, tasks in client.processing().items() if tasks}
        if busy and not killed:
            killed.append(max(busy, key=lambda worker: len(busy[worker])))
            os.kill(pids[killed[0]], signal.SIGKILL)
            assert len(done) < FILES / 2, "most chunks are still to come"

    executor = client.get_executor(pure=False)
    found = outputs(folder, tmp_path, executor, send=True, files_a_chunk=1, on_files=kill_one)
    assert len(killed) == 1, "a worker that had chunks was killed"
    assert len(done) == FILES + 1
    client.wait_for_workers(2, timeout=30)
    assert pids[killed[0]] not in client.run(os.getpid).values()
    assert found == expected


# The command.


def test_the_command_runs_on_a_scheduler(xlpbr, cluster, folder, expected, tmp_path):
    address = cluster.scheduler_address
    assert address.startswith("tcp://127.0.0.1:")
    said = {}
    for name, options in (("here", []), ("cluster", ["--scheduler", address])):
        for ending in ("parquet", "xlsx"):
            out = tmp_path / name / f"out.{ending}"
            out.parent.mkdir(exist_ok=True)
            status, printed, words = xlpbr(
                "portfolio", folder, "-o", out, "--as-at", "31/10/2026", *options
            )
            assert (status, printed) == (1, "")
            said[name, ending] = words.replace(str(out), "OUT")
    assert said["cluster", "xlsx"] == said["here", "xlsx"]
    assert "bad.xlsx is " in said["cluster", "xlsx"]
    assert f"Wrote OUT: {FILES} of {FILES + 1} files settled." in said["cluster", "parquet"]
    assert (tmp_path / "cluster" / "out.parquet").read_bytes() == expected[0]
    here, there = (cells_of(tmp_path / name / "out.xlsx") for name in ("here", "cluster"))
    assert there == here == expected[1]


def test_workers_are_sent_the_files_they_cannot_see(folder, tmp_path, client):
    """A worker on another machine has no such path: what it reads is a temporary copy."""
    files = find_books(folder, tmp_path)
    with settled_folder(
        folder, files, AS_AT, places={}, executor=_Elsewhere(client.get_executor(pure=False)),
        send=True,
    ) as settled:  # fmt: skip
        assert len(settled.settled) == FILES
        assert not any("elsewhere" in one.sentence for o in settled.outcomes for one in o.findings)


class _Elsewhere:
    """An executor whose workers have no file under the path that they are given."""

    def __init__(self, executor):
        self.executor = executor

    def submit(self, function, chunk):
        moved = [replace(file, path=Path("/elsewhere") / file.path.name) for file in chunk]
        return self.executor.submit(function, moved)


# A forecast.


@pytest.fixture(scope="module")
def expected_forecast():
    return forecast_by(map)


def forecast_by(run):
    return forecast(contract(), KNOWN, assumed(), scenarios=4_000, seed=5, run=run, at_once=100)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_forecast_is_the_same_on_a_cluster(client, expected_forecast, workers):
    used = list(client.scheduler_info()["workers"])[:workers]
    executor = client.get_executor(pure=False, workers=used)
    assert forecast_by(partial(run_in_order, executor, ahead=8)) == expected_forecast


def test_a_forecast_is_the_same_when_a_worker_is_killed(client, expected_forecast):
    client.wait_for_workers(2, timeout=30)
    pids = client.run(os.getpid)
    killed: list[int] = []

    def run(function, chunks):
        executor = client.get_executor(pure=False)
        for number, part in enumerate(run_in_order(executor, function, chunks, ahead=16)):
            if number == 5:
                busy = [worker for worker, tasks in client.processing().items() if tasks]
                killed.append(pids[busy[0] if busy else next(iter(pids))])
                os.kill(killed[0], signal.SIGKILL)
            yield part

    assert forecast_by(run) == expected_forecast
    client.wait_for_workers(2, timeout=30)
    assert killed[0] not in client.run(os.getpid).values()


# What goes wrong.


def test_an_address_where_nothing_answers(monkeypatch):
    monkeypatch.setattr(executors, "_SECONDS_TO_ANSWER", 1)
    for address in ("tcp://127.0.0.1:1", "127.0.0.1:1"):
        refused = pytest.raises(FileProblem, match=f"No Dask scheduler answers at {address}")
        with refused, executor_of(address, None):
            pass


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "tcp://", "http://127.0.0.1:8786", "ucx://127.0.0.1:1", "inproc://x"],
)
def test_what_is_no_address_is_refused_before_dask_tries_it(address):
    refused = pytest.raises(FileProblem, match="no address of a Dask scheduler; write it as tcp://")
    with refused, executor_of(address, None):
        pass


def test_a_scheduler_that_is_lost_is_not_waited_for(monkeypatch):
    """Dask leaves the futures as they are, for ever, where its client gave up."""
    monkeypatch.setattr(executors, "_SECONDS_BETWEEN_LOOKS", 0.01)

    class Lost(ThreadPoolExecutor):
        _client = SimpleNamespace(status="closed")

        def submit(self, *_):
            return Future()

    with Lost(1) as executor, pytest.raises(CancelledError):
        list(run_in_order(executor, str, [1, 2], ahead=2))


def test_a_chunk_may_take_longer_than_a_look_and_raise_what_it_will(monkeypatch):
    monkeypatch.setattr(executors, "_SECONDS_BETWEEN_LOOKS", 0.01)

    def slow(number):
        time.sleep(0.05)
        if number == 2:
            raise TimeoutError("its own")
        return number

    with ThreadPoolExecutor(1) as executor:
        results = run_in_order(executor, slow, [1, 2], ahead=1)
        assert next(results) == 1
        with pytest.raises(TimeoutError, match="its own"):
            next(results)


def test_an_interrupt_is_left_to_the_command():
    """Ctrl-C reaches the workers as well; they would each print where they were."""
    with executor_of(None, 2) as executor:
        assert list(run_in_order(executor, signal.raise_signal, [signal.SIGINT] * 2, ahead=2)) == [
            None,
            None,
        ]


def test_an_address_that_does_not_go_with_the_certificates(tmp_path):
    tls, files = "distributed.comm.tls", ("ca-file", "client.cert", "client.key")
    missing = str(tmp_path / "no.pem")
    for address, found, what in (
        ("tls://127.0.0.1:1", {}, "has none for the client"),
        ("tcp://127.0.0.1:1", {"distributed.comm.require-encryption": True}, "tls://"),
        ("tls://127.0.0.1:1", {f"{tls}.{one}": missing for one in files}, "cannot be used"),
    ):
        refused = pytest.raises(FileProblem, match=what)
        configured = dask.config.set(found)
        with configured, refused, executor_of(address, None):
            pass


def test_a_cluster_without_workers(monkeypatch):
    monkeypatch.setattr(executors, "_SECONDS_TO_ANSWER", 1)
    refused = pytest.raises(FileProblem, match="has no worker; start one with  dask worker tcp")
    with (
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address=":0") as empty,
        refused,
        executor_of(empty.scheduler_address, None),
    ):
        pass


def test_workers_with_another_version_are_refused(cluster, monkeypatch):
    there = package.__version__
    monkeypatch.setattr(package, "__version__", "99.0")
    with (
        pytest.raises(FileProblem, match=f"has xlpbr {there}, and this is 99.0"),
        executor_of(cluster.scheduler_address, None),
    ):
        pass


def test_a_chunk_that_ends_every_worker_is_given_up(cluster, monkeypatch):
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    with (
        pytest.raises(FileProblem, match="several workers were lost over it"),
        executor_of(cluster.scheduler_address, None) as executor,
    ):
        list(run_in_order(executor, os._exit, [1], ahead=1))


def test_a_process_that_ends_is_said_in_a_sentence():
    with pytest.raises(FileProblem, match="fewer --workers"), executor_of(None, 2) as executor:
        list(run_in_order(executor, os._exit, [1, 1], ahead=2))


# What is held at a time.


@pytest.mark.parametrize("ahead", [1, 3])
def test_no_more_chunks_are_taken_than_are_asked_for(ahead):
    taken: list[int] = []
    most = 0

    def chunks():
        for number in range(20):
            taken.append(number)
            yield number

    with ThreadPoolExecutor(4) as executor:
        results = []
        for result in run_in_order(executor, partial(pow, 2), chunks(), ahead=ahead):
            most = max(most, len(taken) - len(results))
            results.append(result)
    assert results == [2**number for number in range(20)]
    assert most == ahead


def test_without_an_executor_each_chunk_is_done_when_it_is_wanted():
    results = run_in_order(None, str, iter(range(10**9)), ahead=1)
    assert [next(results) for _ in range(3)] == ["0", "1", "2"]
    with executor_of(None, 1) as executor:
        assert executor is None
    with executor_of(None, None) as executor:
        assert executor is None
