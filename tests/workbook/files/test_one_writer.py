"""One writer at a time: the lock beside a file, stale ones, and what earlier writers left."""

import multiprocessing
import os
import subprocess
import sys
import threading
import time

import pytest

from tests.support.saved_budget import NEW, OLD, names_in, problem_of, write_new
from tests.support.systems import on_posix
from xlpbr.errors import FileProblem
from xlpbr.workbook.files import locks as file_locks
from xlpbr.workbook.files.locks import only_writer, sweep, temporary_beside
from xlpbr.workbook.files.safe_writing import write_safely


def gone_process():
    """The number of a process that has ended."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_the_second_of_two_writers_is_refused(budget):
    def write(temporary):
        problem = problem_of(budget, write_new)
        assert problem.code == "busy"
        assert str(problem) == (
            f"{budget} is being saved by another xlpbr; wait until it is done and try again "
            "(if no other is running, delete .~xlpbr-budget.xlsx.lock beside it)."
        )
        # Another file of the folder can be written meanwhile.
        write_safely(budget.with_name("other.xlsx"), write_new)
        assert temporary.exists()
        write_new(temporary)

    write_safely(budget, write)
    assert budget.read_bytes() == NEW
    assert names_in(budget.parent) == ["budget.xlsx", "other.xlsx"]


def test_of_many_writers_at_once_one_writes_at_a_time(budget):
    inside, most, done, busy = 0, 0, 0, 0
    counting = threading.Lock()

    def write(temporary):
        nonlocal inside, most
        with counting:
            inside += 1
            most = max(most, inside)
        time.sleep(0.005)
        write_new(temporary)
        with counting:
            inside -= 1

    def writer():
        nonlocal done, busy
        for _ in range(5):
            try:
                write_safely(budget, write)
            except FileProblem as problem:
                busy += problem.code == "busy"
            else:
                done += 1

    threads = [threading.Thread(target=writer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert done + busy == 40
    assert done >= 1
    assert names_in(budget.parent) == ["budget.xlsx"]


def take_lock(path, outcomes, start):
    """Take a stale lock over as soon as all are ready, and hold it until all have tried."""
    start.wait()
    try:
        with only_writer(path, path) as check:
            start.wait()
            try:
                check()
            except FileProblem:
                outcomes.put("lost")
            else:
                outcomes.put("held")
            start.wait()
    except FileProblem as problem:
        outcomes.put(problem.code)
        start.wait()
        start.wait()


@pytest.mark.slow
@on_posix
def test_a_stale_lock_is_taken_over_by_one(tmp_path):
    context = multiprocessing.get_context("fork")
    gone = gone_process()
    for number in range(20):
        path = tmp_path / f"{number}.xlsx"
        lock_of(path, gone)
        outcomes, start = context.Queue(), context.Barrier(4)
        writers = [
            context.Process(target=take_lock, args=(path, outcomes, start)) for _ in range(4)
        ]
        for writer in writers:
            writer.start()
        found = [outcomes.get(timeout=60) for _ in writers]
        for writer in writers:
            writer.join()
        assert found.count("held") == 1
    assert names_in(tmp_path) == []


def lock_of(path, process, machine=None):
    lock = path.with_name(f".~xlpbr-{path.name}.lock")
    lock.write_text(
        f"{machine or file_locks._machine()}\n{process}\n0123456789abcdef\n", encoding="utf-8"
    )
    return lock


@pytest.mark.parametrize(
    ("machine", "process", "hours", "stale"),
    [
        (None, "gone", 0, True),
        (None, "own", 0, False),
        (None, "parent", 0.5, False),
        (None, "own", 9, True),
        (None, "parent", 9, True),
        ("elsewhere win32", "own", 0.5, False),
        ("elsewhere win32", "own", 1.5, True),
        (None, "99999999999999999999", 0, True),
        ("", "", 0, False),
        ("", "", 1, True),
    ],
)
def test_whose_lock_is_stale(budget, machine, process, hours, stale):
    numbers = {"gone": gone_process(), "own": os.getpid(), "parent": os.getppid()}
    lock = lock_of(budget, numbers.get(process, process), machine)
    if machine == "":
        lock.write_bytes(b"")  # created and not yet filled
    os.utime(lock, (time.time() - hours * 3600,) * 2)
    if stale:
        write_safely(budget, write_new)
        assert budget.read_bytes() == NEW
        assert names_in(budget.parent) == ["budget.xlsx"]
    else:
        assert problem_of(budget, write_new).code == "busy"
        assert budget.read_bytes() == OLD
        assert names_in(budget.parent) == [lock.name, "budget.xlsx"]


def test_a_process_of_another_user_is_alive(monkeypatch):
    def refuse(process, signal):
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    assert file_locks._is_alive(1)


def test_a_lock_that_was_lost_stops_the_move(budget):
    lock = budget.with_name(".~xlpbr-budget.xlsx.lock")

    def write(temporary):
        write_new(temporary)
        lock.write_bytes(b"another's")

    assert problem_of(budget, write).code == "busy"
    assert budget.read_bytes() == OLD
    assert lock.read_bytes() == b"another's"
    lock.unlink()

    def write_and_lose(temporary):
        write_new(temporary)
        lock.unlink()

    assert problem_of(budget, write_and_lose).code == "busy"
    assert budget.read_bytes() == OLD
    assert names_in(budget.parent) == ["budget.xlsx"]


def test_a_lock_renewed_while_it_is_taken_over_is_given_back(budget, monkeypatch):
    """Another writer saw the same stale lock, and was first."""
    lock = lock_of(budget, gone_process())
    real = file_locks._is_stale

    def slow(path, found):
        stale = real(path, found)
        lock_of(budget, os.getpid())
        return stale

    monkeypatch.setattr(file_locks, "_is_stale", slow)
    assert problem_of(budget, write_new).code == "busy"
    assert lock.read_text(encoding="utf-8").split("\n")[1] == str(os.getpid())
    assert names_in(budget.parent) == [lock.name, "budget.xlsx"]


def test_a_lock_taken_right_after_the_stale_one_went_is_anothers(budget, monkeypatch):
    lock_of(budget, gone_process())
    real = file_locks._put_aside

    def slow(lock, found, target):
        real(lock, found, target)
        lock_of(budget, os.getpid())

    monkeypatch.setattr(file_locks, "_put_aside", slow)
    assert problem_of(budget, write_new).code == "busy"
    assert budget.read_bytes() == OLD


def test_a_lock_released_while_it_is_looked_at_is_free(budget, monkeypatch):
    lock_of(budget, os.getpid())

    def released(path):
        path.unlink()
        raise FileNotFoundError

    with monkeypatch.context() as patched:
        real = file_locks._content
        calls = []

        def content(path):
            calls.append(path)
            return released(path) if len(calls) == 1 else real(path)

        patched.setattr(file_locks, "_content", content)
        write_safely(budget, write_new)
    assert budget.read_bytes() == NEW


def test_what_dead_writers_left_is_swept_and_no_more(tmp_path):
    mark, here, gone = file_locks._machine_mark(), os.getppid(), gone_process()
    stay = {
        f".~xlpbr-{mark}-{here}-00000001.tmp.xlsx": 9,
        f".~xlpbr-{mark}-{os.getpid()}-00000002.tmp": 9,
        ".~xlpbr-fedcba98-77-00000003.tmp.xlsm": 0.9,
        ".~xlpbr-00000004.tmp.xlsx": 0.9,
        ".~xlpbr-notes.tmp.xlsx": 99,
        ".~xlpbr-budget.xlsx.lock": 99,
        "~$budget.xlsx": 99,
        "budget.tmp.xlsx": 99,
    }
    go = {
        f".~xlpbr-{mark}-{gone}-00000005.tmp.xlsx": 0,
        f".~xlpbr-{mark}-{gone}-00000006.tmp": 9,
        ".~xlpbr-fedcba98-77-00000007.tmp.xlsm": 1.1,
        ".~xlpbr-00000008.tmp.xlsx": 1.1,
    }
    for name, hours in {**stay, **go}.items():
        path = tmp_path / name
        path.write_bytes(b"something")
        os.utime(path, (time.time() - hours * 3600,) * 2)
    write_safely(tmp_path / "report.xlsx", write_new)
    assert names_in(tmp_path) == sorted([*stay, "report.xlsx"])
    sweep(tmp_path / "no such folder")


def test_a_temporary_name_tells_its_writer(tmp_path):
    names = {temporary_beside(tmp_path / "budget.xlsm").name for _ in range(9)}
    assert len(names) == 9
    for name in names:
        matched = file_locks._TEMPORARY.fullmatch(name)
        assert matched[1] == file_locks._machine_mark()
        assert matched[2] == str(os.getpid())
        assert name.endswith(".tmp.xlsm")
