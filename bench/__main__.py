"""Run the benches and say what was found, as a table and as a page.

    python -m bench                        all of them; writes docs/house/performance.md
    python -m bench --only statement,reading

Run it in the project's folder, with the Python of an environment with xlpbr[bench].
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from bench.benches import ROOT, benches, measured
from bench.rows import Row, machine

PAGE = ROOT / "docs" / "house" / "performance.md"
HEAD = """# Performance

Every figure below was measured by `make bench` on the machine named at the end. Each ratio compares
two ways in one run on the same machine. The results of the two ways are checked to be equal before
the times are believed. A time is the median of at least five runs, unless the part says otherwise.

Ratios carry over to other machines fairly well. Times do not.

"""

HOW = """
## How to run it

`make bench` runs everything and writes this page. It takes about half an hour.
`python -m bench --only statement,reading` runs some of it and only prints.
Close other programs first: what else the machine does makes the times longer and the ratios uneven.
The comparison with LibreOffice is left out where LibreOffice is not installed.
"""


def results(names: Iterable[str]) -> dict[str, tuple[str, list[Row]]]:
    """For each bench its first sentence and its lines, printed as they come."""
    found = {}
    for name in names:
        print(f"\n{name} ...", flush=True)
        # Each in a process of its own: what one leaves in memory would slow the next.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            found[name] = process.submit(measured, name).result()
        print(table(found[name][1]), flush=True)
    return found


def cells(row: Row) -> tuple[str, ...]:
    reached = {True: "yes", False: "no", None: ""}[row.reached]
    return row.work, row.measured, row.figure, row.to_reach, reached


HEADINGS = ("Work", "Measured", "Found", "To reach", "Reached")


def table(rows: list[Row]) -> str:
    """The lines as a table that also reads well as plain text."""
    lines = [HEADINGS, *map(cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    texts = [
        "| "
        + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([texts[0], rule, *texts[1:]])


def page(found: dict[str, tuple[str, list[Row]]], day: str) -> str:
    """The page of the results."""
    parts = [HEAD]
    for name, (sentence, rows) in found.items():
        title = name.replace("_", " ").capitalize()
        parts.append(f"## {title}\n\n{' '.join(sentence.split())}\n\n{table(rows)}\n\n")
    parts.append("## The machine\n\n")
    parts.append(f"Measured on {day}.\n\n| What | Found |\n|---|---|\n")
    parts.extend(f"| {what} | {text} |\n" for what, text in machine())
    parts.append(HOW)
    return "".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the benches.")
    parser.add_argument("--only", help="names, separated by commas: " + ", ".join(benches()))
    parser.add_argument(
        "--date", default=f"{date.today():%d %B %Y}".lstrip("0"), help="the day, for the page"
    )
    parser.add_argument("--page", type=Path, help="where the page goes; with --only, too")
    given = parser.parse_args()
    names = given.only.split(",") if given.only else benches()
    unknown = sorted(set(names) - set(benches()))
    if unknown:
        parser.error(f"no bench is called {', '.join(unknown)}; there are {', '.join(benches())}")
    found = results(names)
    target = given.page or (None if given.only else PAGE)
    if target is not None:
        target.write_text(page(found, given.date), encoding="utf-8")
        print(f"\nWrote {target}")
    missed = [row for _, rows in found.values() for row in rows if row.reached is False]
    if missed:
        print("\nNot reached:", file=sys.stderr)
        for row in missed:
            print(f"- {row.work}, {row.measured}: {row.figure}", file=sys.stderr)


if __name__ == "__main__":
    main()
