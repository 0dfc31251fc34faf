"""``python -m tests.hard``: the long proof, part by part, and the report of it."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.hard import report, results
from tests.hard.books import accepted, workbooks
from tests.hard.corpus_part import run_corpus
from tests.hard.dirty_part import run_dirty
from tests.hard.edits_part import run_edits
from tests.hard.faults_part import run_faults
from tests.hard.fuzz_part import run_fuzz
from tests.hard.kill_part import run_kills
from tests.hard.results import Run
from tests.hard.writers_part import run_writers

PARTS = ("corpus", "edits", "kill", "faults", "fuzz", "dirty")
EDITS, KILLS, DIRTY, FUZZ_SECONDS = 30_000, 3_000, 10_000, 600


def _corpus(run: Run, chosen: argparse.Namespace) -> None:
    found = workbooks(results.FOLDER / "corpus", only=chosen.only)
    run_corpus(run, found, results.FOLDER / "outputs", judged=not chosen.unjudged)


def _edits(run: Run, chosen: argparse.Namespace) -> None:
    found = accepted(workbooks(results.FOLDER / "corpus", only=chosen.only))
    run_edits(run, found, results.FOLDER / "edits", chosen.number or EDITS, chosen.seed)


def _kill(run: Run, chosen: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="xlpbr-kill-") as folder:
        run_kills(run, Path(folder), chosen.number or KILLS, chosen.seed)


def _faults(run: Run, _: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(prefix="xlpbr-faults-") as folder:
        run_faults(run, Path(folder) / "faults")
        run_writers(run, Path(folder) / "writers")


def _fuzz(run: Run, chosen: argparse.Namespace) -> None:
    found = accepted(workbooks(results.FOLDER / "corpus", slow=False, only=chosen.only))
    seconds = float(chosen.number or os.environ.get("FUZZ_SECONDS") or FUZZ_SECONDS)
    run_fuzz(run, found, results.FOLDER / "fuzz", seconds, chosen.seed)


def _dirty(run: Run, chosen: argparse.Namespace) -> None:
    run_dirty(run, results.FOLDER / "dirty", chosen.number or DIRTY, chosen.seed)


_RUNS: dict[str, Callable[[Run, argparse.Namespace], None]] = {
    "corpus": _corpus,
    "edits": _edits,
    "kill": _kill,
    "faults": _faults,
    "fuzz": _fuzz,
    "dirty": _dirty,
}


def main() -> int:
    """Run the parts that are named; without a name, all of them and the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.hard", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*PARTS, "report", []], default=[])
    parser.add_argument("--number", type=int, help="how many edits, kills, tables or seconds")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--only", default="", help="only workbooks with this in their name")
    parser.add_argument("--unjudged", action="store_true", help="without the two programs")
    chosen = parser.parse_args()
    failed = False
    for part in chosen.part or [*PARTS, "report"]:
        if part == "report":
            report.write()
            continue
        command = " ".join(["python -m tests.hard", part, *_said(chosen)])
        # A run of a part of it does not take the place of the whole.
        whole = not (chosen.only or chosen.number)
        with results.recorded(part if whole else f"{part}-some", command) as run:
            _RUNS[part](run, chosen)
        lines = [f"{part}: {run.figures}"]
        lines += [f"  FAILED {failure}" for failure in run.failures[:40]]
        lines.append(f"  {len(run.failures)} failures")
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        failed = failed or bool(run.failures)
    return 1 if failed else 0


def _said(chosen: argparse.Namespace) -> list[str]:
    said = [f"--number {chosen.number}"] if chosen.number else []
    if chosen.seed != 2026:
        said.append(f"--seed {chosen.seed}")
    said += ["--unjudged"] if chosen.unjudged else []
    return said + ([f"--only {chosen.only}"] if chosen.only else [])


if __name__ == "__main__":
    sys.exit(main())
