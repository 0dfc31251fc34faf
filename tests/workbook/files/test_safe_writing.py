"""Safe writing: whatever fails, and whenever, the file is the old one or the new one."""

import errno
import io
import multiprocessing
import os
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import pytest

from xlpbr.errors import FileProblem
from xlpbr.workbook.files import locks as file_locks
from xlpbr.workbook.files import safe_writing as files
from xlpbr.workbook.files.locks import only_writer, sweep, temporary_beside
from xlpbr.workbook.files.safe_writing import refuse_open, write_safely

OLD, NEW = b"old " * 7_000, b"new " * 7_000
COPY = re.compile(
    r"budget \(before xlpbr [0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}\.[0-9]{2}\)( [0-9]+)?\.xlsx"
)
posix = pytest.mark.skipif(os.name != "posix", reason="needs fork or links")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(files, "_CHUNK", 10_000)


@pytest.fixture
def budget(tmp_path):
    path = tmp_path / "budget.xlsx"
    path.write_bytes(OLD)
    return path


def write_new(path):
    with path.open("wb") as stream:
        for start in range(0, len(NEW), 10_000):
            stream.write(NEW[start : start + 10_000])


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def problem_of(*arguments, **options):
    with pytest.raises(FileProblem) as caught:
        write_safely(*arguments, **options)
    return caught.value


def gone_process():
    """The number of a process that has ended."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


# ---- a failure at every call -------------------------------------------------------------


class Counted:
    """A file whose writes, flushes and closing are counted, each of which may fail."""

    def __init__(self, stream, step):
        self._stream, self._step = stream, step

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def write(self, data):
        # Half of it is on the disk when it fails.
        self._stream.write(data[: len(data) // 2])
        self._stream.flush()
        self._step("write")
        return self._stream.write(data[len(data) // 2 :])

    def flush(self):
        self._step("flush")
        self._stream.flush()

    def close(self):
        self._stream.close()
        self._step("close")


OF_THE_SYSTEM = (
    "replace", "rename", "unlink", "link", "fsync", "open", "close", "chmod", "utime", "stat",
    "listdir", "kill",
)  # fmt: skip


@contextmanager
def failing_at(monkeypatch, number, fail):
    """Let the call of a given number fail, counting every call that touches the disk."""
    calls = []

    def step(name):
        calls.append(name)
        if len(calls) == number:
            fail()

    def counted(name, real):
        def call(*arguments, **options):
            step(name)
            return real(*arguments, **options)

        return call

    real_open = io.open

    def counted_open(*arguments, **options):
        step("open file")
        return Counted(real_open(*arguments, **options), step)

    with monkeypatch.context() as patched:
        for name in OF_THE_SYSTEM:
            patched.setattr(os, name, counted(name, getattr(os, name)))
        patched.setattr(io, "open", counted_open)
        yield calls


def save(path):
    return write_safely(path, write_new, inputs=[path], in_place=True, keep_copy=True)


def outcome_of(path):
    """What a save says when it fails; nothing when it does not."""
    try:
        save(path)
    except FileProblem as problem:
        return str(problem)
    except KeyboardInterrupt:
        return f"{path} cannot be written: stopped"
    return ""


def check_folder(folder, *, old=OLD):
    """The file is old or new, and every copy of it is whole."""
    assert (folder / "budget.xlsx").read_bytes() in (old, NEW)
    for name in names_in(folder):
        if COPY.fullmatch(name):
            assert (folder / name).read_bytes() == OLD


ERRORS = {
    "full": OSError(errno.ENOSPC, "No space left on device"),
    "broken": OSError(errno.EIO, "Input/output error"),
    "locked": PermissionError(errno.EACCES, "Permission denied"),
    "stopped": KeyboardInterrupt(),
}


@posix
@pytest.mark.parametrize("kind", ERRORS)
def test_a_failure_at_every_call_leaves_the_old_or_the_new_file(tmp_path, monkeypatch, kind):
    def fail():
        raise ERRORS[kind]

    refused, number, seen = 0, 0, []
    while number <= len(seen):
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "budget.xlsx"
        path.write_bytes(OLD)
        before = time.time()
        # An old temporary file, so that sweeping is among the calls.
        (folder / ".~xlpbr-00000000.tmp.xlsx").write_bytes(b"left")
        os.utime(folder / ".~xlpbr-00000000.tmp.xlsx", (before - 9999, before - 9999))
        with failing_at(monkeypatch, number, fail) as seen:
            outcome = outcome_of(path)
        check_folder(folder)
        said = (f"{path} cannot be written: ", f"The folder of {path} cannot be looked at: ")
        assert outcome == "" or outcome.startswith(said)
        refused += outcome != ""
        failed = seen[number - 1] if number <= len(seen) else ""
        left = [name for name in names_in(folder) if name.startswith(".~xlpbr-")]
        copies = [name for name in names_in(folder) if COPY.fullmatch(name)]
        if failed in ("unlink", "close", "open file", "listdir"):
            # What could not be removed stays; the next writer in another process removes it.
            assert len(left) <= 2
        else:
            assert left in ([], [".~xlpbr-00000000.tmp.xlsx"])
        if kind != "stopped" and path.read_bytes() == OLD and failed not in ("unlink", "stat"):
            assert copies == []
        if path.read_bytes() == NEW:
            assert len(copies) == 1
    assert number > 40
    assert refused > 20
    assert {"write", "flush", "fsync", "replace", "link", "open file"} <= set(seen)


@pytest.mark.slow
@posix
def test_a_process_killed_at_every_call_leaves_the_old_or_the_new_file(tmp_path, monkeypatch):
    killed, number = 0, 0
    while number == killed:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "budget.xlsx"
        path.write_bytes(OLD)
        child = os.fork()
        if child == 0:
            with suppress(BaseException), failing_at(monkeypatch, number, lambda: os._exit(9)):
                save(path)
            os._exit(0)
        killed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        check_folder(folder)
        # The next writer takes over at once and sweeps what was left.
        path.write_bytes(OLD)
        kept = save(path)
        assert path.read_bytes() == NEW
        assert kept.read_bytes() == OLD
        assert all(name == path.name or COPY.fullmatch(name) for name in names_in(folder))
    assert killed > 40


# ---- two writers -------------------------------------------------------------------------


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
@posix
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


# ---- what earlier writers left -----------------------------------------------------------


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


# ---- in place, with a dated copy ---------------------------------------------------------


class Noon(datetime):
    @classmethod
    def now(cls):
        return cls(2026, 11, 22, 14, 5, 59)


def test_an_input_is_replaced_only_when_that_is_said(budget):
    problem = problem_of(budget, write_new, inputs=[budget], keep_copy=True)
    assert problem.code == "target-is-input"
    assert names_in(budget.parent) == ["budget.xlsx"]
    assert write_safely(budget, write_new, inputs=[budget], in_place=True) is None
    assert budget.read_bytes() == NEW
    assert names_in(budget.parent) == ["budget.xlsx"]


def test_dated_copies_never_take_a_name(budget, monkeypatch):
    monkeypatch.setattr(files, "datetime", Noon)
    os.utime(budget, (1_000_000_000, 1_000_000_000))
    kept = [
        write_safely(
            budget,
            lambda path, n=number: path.write_bytes(b"%d" % n),
            in_place=True,
            keep_copy=True,
        )
        for number in range(3)
    ]
    assert [path.name for path in kept] == [
        "budget (before xlpbr 2026-11-22 14.05).xlsx",
        "budget (before xlpbr 2026-11-22 14.05) 2.xlsx",
        "budget (before xlpbr 2026-11-22 14.05) 3.xlsx",
    ]
    assert [path.read_bytes() for path in kept] == [OLD, b"0", b"1"]
    assert budget.read_bytes() == b"2"
    assert kept[0].stat().st_mtime == 1_000_000_000
    assert len(names_in(budget.parent)) == 4


@posix
def test_dated_copies_may_be_read_by_those_who_might_before(budget, monkeypatch):
    monkeypatch.setattr(files, "datetime", Noon)
    budget.chmod(0o640)
    kept = [save(budget), save(budget)]
    assert {path.stat().st_mode & 0o777 for path in [budget, *kept]} == {0o640}


@posix
def test_dated_copies_on_a_disk_without_second_names(budget, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(files, "datetime", Noon)
    monkeypatch.setattr(os, "link", refuse)
    kept = [save(budget), save(budget)]
    assert [path.read_bytes() for path in kept] == [OLD, NEW]
    assert kept[1].name == "budget (before xlpbr 2026-11-22 14.05) 2.xlsx"


def test_dated_copies_where_a_rename_refuses_by_itself(budget, monkeypatch):
    real = os.rename

    def careful(old, new):
        if Path(new).exists():
            raise FileExistsError
        real(old, new)

    monkeypatch.setattr(files, "datetime", Noon)
    monkeypatch.setattr(files, "_LINKS", False)
    monkeypatch.setattr(os, "rename", careful)
    assert [save(budget).name, save(budget).name] == [
        "budget (before xlpbr 2026-11-22 14.05).xlsx",
        "budget (before xlpbr 2026-11-22 14.05) 2.xlsx",
    ]


def test_no_copy_of_what_was_not_there(tmp_path):
    assert write_safely(tmp_path / "new.xlsx", write_new, keep_copy=True) is None
    assert names_in(tmp_path) == ["new.xlsx"]


@posix
def test_links_and_other_names(budget):
    link, hard = budget.with_name("link.xlsx"), budget.with_name("hard.xlsx")
    link.symlink_to(budget)
    hard.hardlink_to(budget)
    kept = write_safely(link, write_new, inputs=[link], in_place=True, keep_copy=True)
    assert link.is_symlink()
    assert budget.read_bytes() == NEW
    assert hard.read_bytes() == OLD
    assert kept.name.startswith("budget (before xlpbr ")
    budget.unlink()
    link.unlink()
    link.symlink_to(link)
    assert str(problem_of(link, write_new)).startswith(f"{link} cannot be written: ")


# ---- just before the move ----------------------------------------------------------------


def test_the_last_word_before_the_move(budget, monkeypatch):
    seen = []
    real = os.fsync

    def watched(handle):
        seen.append("flush")
        real(handle)

    def last_word():
        assert budget.read_bytes() == OLD
        (temporary,) = budget.parent.glob(".~xlpbr-*.tmp.xlsx")
        assert temporary.read_bytes() == NEW
        seen.append("last word")

    monkeypatch.setattr(os, "fsync", watched)
    write_safely(budget, write_new, before_move=last_word)
    assert seen == ["flush", "last word"] + ["flush"] * (os.name == "posix")

    def refuse():
        raise FileProblem("changed", "changed-since-read")

    budget.write_bytes(OLD)
    options = {"inputs": [budget], "in_place": True, "keep_copy": True, "before_move": refuse}
    assert problem_of(budget, write_new, **options).code == "changed-since-read"
    assert budget.read_bytes() == OLD
    assert names_in(budget.parent) == ["budget.xlsx"]


def test_a_copy_stays_when_the_old_file_is_gone(budget):
    def lose():
        budget.unlink()
        raise FileProblem("gone", "changed-since-read")

    problem_of(budget, write_new, in_place=True, keep_copy=True, before_move=lose)
    (kept,) = budget.parent.iterdir()
    assert COPY.fullmatch(kept.name)
    assert kept.read_bytes() == OLD


# ---- open in another program -------------------------------------------------------------


def excel_owner(name, *, ansi=None):
    """The file that Excel writes beside a workbook: 165 bytes."""
    short = (ansi or name).encode("cp1252", "replace")[:54]
    wide = name[:54]
    content = bytes([len(short)]) + short.ljust(54) + len(wide).to_bytes(2, "little")
    return content + wide.encode("utf-16-le").ljust(108, b" \0"[:1])


EXCEL, OFFICE = ("Excel", "~$budget.xlsx"), ("LibreOffice", ".~lock.budget.xlsx#")


@pytest.mark.parametrize(
    ("opened", "content", "by_whom"),
    [
        (EXCEL, excel_owner("Alice Smith"), " (by Alice Smith)"),
        (
            EXCEL,
            excel_owner("Zoë Müller-Łuczak", ansi="Zo? M?ller-?uczak"),
            " (by Zoë Müller-Łuczak)",
        ),
        (EXCEL, excel_owner("Alice Smith")[:55], " (by Alice Smith)"),
        (EXCEL, b"\5alice", " (by alice)"),
        (EXCEL, b"\xff" + b"A" * 200, f" (by {'A' * 54})"),
        (EXCEL, b"\3a\nb", " (by ab)"),
        (EXCEL, b"", ""),
        (EXCEL, b"\0" * 165, ""),
        (OFFICE, b",alice,alice-pc,22.11.2026 14:05,file:///home/alice/.config;", " (by alice)"),
        (
            OFFICE,
            "Smith\\, Zoë \\; \\\\,zoe,pc,22.11.2026 14:05,file:///x;".encode(),
            " (by Smith, Zoë ; \\)",
        ),
        (OFFICE, b"", ""),
    ],
)
def test_a_workbook_open_in_another_program(budget, opened, content, by_whom):
    program, owner = opened
    budget.with_name(owner).write_bytes(content)
    problem = problem_of(budget, write_new)
    assert problem.code == "open-in-excel"
    assert str(problem) == (
        f"{budget} is open in {program}{by_whom}; close it there and try again "
        f"(if nobody has it open, delete {owner} beside it)."
    )
    assert budget.read_bytes() == OLD
    with pytest.raises(FileProblem, match=f"is open in {program}"):
        refuse_open(budget)


def test_excel_writes_165_bytes():
    assert len(excel_owner("Alice Smith")) == 165


def test_a_workbook_opened_while_we_write(budget):
    def write(temporary):
        write_new(temporary)
        budget.with_name("~$budget.xlsx").write_bytes(excel_owner("Alice Smith"))

    assert "is open in Excel (by Alice Smith)" in str(problem_of(budget, write))
    assert budget.read_bytes() == OLD


def test_an_owner_file_that_cannot_be_read_is_one(budget):
    budget.with_name("~$budget.xlsx").mkdir()
    assert str(problem_of(budget, write_new)).startswith(f"{budget} is open in Excel; close it")


@posix
def test_the_owner_file_is_beside_the_file_itself(budget):
    folder = budget.with_name("shortcuts")
    folder.mkdir()
    link = folder / "link.xlsx"
    link.symlink_to(budget)
    refuse_open(link)
    budget.with_name("~$budget.xlsx").write_bytes(excel_owner("Alice Smith"))
    assert str(problem_of(link, write_new)).startswith(f"{link} is open in Excel (by Alice Smith)")


def test_every_refusal_of_a_target_has_its_code(tmp_path, monkeypatch):
    def code(target):
        return problem_of(target, write_new).code

    assert code(tmp_path) == "target-exists"
    assert code(tmp_path / "none" / "r.xlsx") == "missing"
    (tmp_path / "r.xlsx").write_bytes(OLD)
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda *_: False)
        assert code(tmp_path / "r.xlsx") == "no-access"
    for error, expected in (
        (ERRORS["full"], "disk-full"),
        (ERRORS["locked"], "no-access"),
        (ERRORS["broken"], "no-access"),
    ):

        def fail(_, error=error):
            raise error

        assert problem_of(tmp_path / "r.xlsx", fail).code == expected


# ---- who may read it ---------------------------------------------------------------------


@posix
@pytest.mark.parametrize(
    ("of_input", "umask", "expected"),
    [(None, 0o022, 0o644), (0o600, 0o022, 0o600), (0o664, 0o027, 0o640), (0o444, 0o022, 0o644)],
)
def test_a_new_file_is_no_more_open_than_its_input(tmp_path, of_input, umask, expected):
    source, seen = tmp_path / "source.xlsx", []
    inputs = []
    if of_input is not None:
        source.write_bytes(OLD)
        source.chmod(of_input)
        inputs = [source]

    def write(temporary):
        seen.append(temporary.stat().st_mode & 0o777)
        write_new(temporary)

    before = os.umask(umask)
    try:
        write_safely(tmp_path / "new.xlsx", write, inputs=inputs)
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert seen == [0o600]
    assert (tmp_path / "new.xlsx").stat().st_mode & 0o777 == expected


@posix
def test_a_dated_copy_is_private_while_it_is_written(budget, monkeypatch):
    seen = []
    real = os.fsync

    def watched(handle):
        seen.append(os.fstat(handle).st_mode & 0o777)
        real(handle)

    budget.chmod(0o640)
    monkeypatch.setattr(os, "fsync", watched)
    kept = save(budget)
    assert 0o600 in seen
    assert kept.stat().st_mode & 0o777 == 0o640
