"""Spoilt workbooks, read and edited in a child with little memory and little time.

It runs where there is ``os.fork``; a child that needs more than 1 GB or 10 s is a failure.
"""

from __future__ import annotations

import faulthandler
import json
import os
import random
import select
import shutil
import signal
import time
import traceback
from contextlib import suppress
from pathlib import Path

from tests.hard import libreoffice
from tests.hard.books import Workbook
from tests.hard.made_sheets import NAMES, make_sheets
from tests.hard.mutations import mutated
from tests.hard.results import Run
from tests.support.edits import edit
from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.edit.program import ALLOWANCES
from xlpbr.workbook.ooxml.edit.sheets import SheetsToAdd
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange

with suppress(ImportError):  # Windows has none, and no fork either
    import resource

MEMORY = 1 << 30
SECONDS = 10
HANGS_AFTER = 60
"""Seconds on the wall after which a child is ended that uses no processor."""
JUDGED = int(os.environ.get("FUZZ_JUDGED", "600"))
"""How many of the accepted files LibreOffice opens, drawn evenly; the run says how many."""


def run_fuzz(
    run: Run,
    found: list[Workbook],
    folder: Path,
    seconds: float,
    seed: int,
    *,
    judged: bool = True,
) -> None:
    """Spoil workbooks for so long, and let LibreOffice judge what was accepted."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = make_sheets(folder / "made.xlsx")
    contents = [(book.path.suffix, book.path.read_bytes(), book.name) for book in found]
    contents = [known for known in contents if len(known[1]) < 200_000]
    run.figures |= {"seed": seed, "slowest": 0.0, "asked seconds": seconds}
    kept: list[tuple[Path, Path, str]] = []
    accepted = number = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        number += 1
        chance = random.Random(f"{seed}/{number}")
        suffix, content, name = chance.choice(contents)
        how, spoilt = mutated(content, chance)
        place = folder / f"{number % 2}{suffix}"
        target = folder / f"out{number % 2}{suffix}"
        place.write_bytes(spoilt)
        target.unlink(missing_ok=True)
        answer, took = _in_child(place, target, made, add=number % 2 == 0)
        run.figures["slowest"] = max(run.figures["slowest"], round(took, 2))
        where = f"case {number} of seed {seed}: {name}, {how}"
        run.count("cases")
        run.count_in("ways", how if " and " not in how else "two ways at once")
        if answer["what"] == "accepted":
            run.count("accepted")
            accepted += 1
            slot = len(kept) if len(kept) < JUDGED else chance.randrange(accepted)
            if slot < JUDGED:
                pair = (folder / f"kept{slot}{suffix}", folder / f"kept{slot}-out{suffix}", where)
                if slot < len(kept):
                    for old in kept[slot][:2]:
                        old.unlink()
                    kept[slot] = pair
                else:
                    kept.append(pair)
                shutil.copyfile(place, pair[0])
                shutil.copyfile(target, pair[1])
        elif answer["what"] == "refused":
            run.count_in("refused", answer["code"] or "without a code")
            if target.exists():
                run.fail(f"{where}: refused and yet wrote a file")
        else:
            run.fail(f"{where}: {answer['what']} {answer.get('detail', '')}")
            shutil.copyfile(place, folder / f"failed{number}{suffix}")
    if judged:
        _judge(run, kept)


def _judge(run: Run, kept: list[tuple[Path, Path, str]]) -> None:
    """No file may come out that LibreOffice cannot open where it could open what went in."""
    try:
        after = libreoffice.opens([out for _, out, _ in kept])
        doubtful = [known for known, good in zip(kept, after, strict=True) if not good]
        before = libreoffice.opens([place for place, _, _ in doubtful])
    except RuntimeError as error:
        run.figures["LibreOffice"] = f"not run: {error}"
        return
    run.figures["outputs judged by LibreOffice"] = len(kept)
    run.figures["opened by LibreOffice"] = sum(after)
    run.figures["opened neither before nor after"] = len(doubtful) - sum(before)
    for (place, out, where), good in zip(doubtful, before, strict=True):
        if good:
            run.fail(f"{where}: LibreOffice opens {place.name} and not {out.name}")


def _in_child(place: Path, target: Path, made: Path, *, add: bool) -> tuple[dict[str, str], float]:
    """Read and edit in a child; what became of it, and its seconds of the processor.

    The clock on the wall would count what other programs do at the same time.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        answer = _limited(place, target, made, add=add)
        os.write(writing, json.dumps(answer).encode()[:60_000])
        os._exit(0)
    os.close(writing)
    try:
        ready, _, _ = select.select([reading], [], [], HANGS_AFTER)
        if not ready:
            os.kill(child, signal.SIGKILL)
        content = b""
        while piece := os.read(reading, 65_536):
            content += piece
    finally:
        os.close(reading)
        _, status, used = os.wait4(child, 0)
    took = used.ru_utime + used.ru_stime
    if not ready or took > SECONDS:
        return {"what": f"took longer than {SECONDS} s"}, took
    if not content:
        return {"what": f"ended by signal {os.WTERMSIG(status)}"}, took
    answer: dict[str, str] = json.loads(content)
    return answer, took


def _limited(place: Path, target: Path, made: Path, *, add: bool) -> dict[str, str]:
    faulthandler.disable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS + 1, SECONDS + 2))
    try:
        book = open_book(place)
        for sheet in book.sheets:
            cells_of(book, sheet.name)
        first = book.sheets[0].name
        changes = Changes(
            cells={first: {(4, 4): CellChange(1.5, "1+0.5"), (500, 2): CellChange("new", None)}},
            add_sheets=SheetsToAdd(made, NAMES) if add else None,
        )
        edit(book, changes, target, allow=ALLOWANCES)
    except FileProblem as problem:
        return {"what": "refused", "code": problem.code}
    except MemoryError:
        return {"what": "needed more than 1 GB"}
    except BaseException as error:  # anything else is what is looked for
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        lines = "; ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
        return {
            "what": "crashed",
            "detail": f"{type(error).__name__}: {str(error)[:200]} at {lines}",
        }
    return {"what": "accepted"}
