"""Every command that prints more than a line, run one after the other in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

OF_MONTH = ("--month", "May 2026")
COMMANDS = (
    ("statement", "BOOK"), ("statement", "BOOK", "--as-at", "28/2/2027"), ("readings", "BOOK"),
    ("readings", "BOOK", "--as-at", "28/2/2027"), ("explain", "BOOK", *OF_MONTH),
    ("invoice", "BOOK", *OF_MONTH), ("lines", "BOOK", *OF_MONTH), ("children", "BOOK"),
    ("years", "BOOK"), ("check", "BOOK"), ("check", "WRONG"), ("statement", "WRONG"),
    ("forecast", "BOOK", "--scenarios", "50"), ("changes", "OLD", "BOOK"), ("contracts",),
    ("terms", "plymouth-l04-2526"), ("terms", "birmingham-step-down-2014"), ("doctor",),
    ("statement", "BOOK", "--month"), ("statement", "none.xlsx"), ("--help",),
    ("statement", "--help"), ("agree", "--help"), ("attach", "--help"),
    ("agree", "BOOK", *OF_MONTH, "-o", "agreed.xlsx"),
    ("portfolio", "FOLDER", "-o", "folder.xlsx"),
)  # fmt: skip
"""The commands; words in capitals are what ``books_for`` makes."""

BRIEF = {
    "acceptance", "demo", "detach", "insert", "install", "new", "port", "recalc", "report", "serve",
}  # fmt: skip
"""The others: they write a file or start something, and say so in some sentences."""

RUN = """
import json, sys
from xlpbr import cli
for words in json.load(open(sys.argv[1], encoding="utf-8")):
    print(chr(0) + " ".join(words), file=sys.stderr, flush=True)
    sys.argv = ["xlpbr", *words]
    try:
        cli.main()
    except SystemExit:
        pass
    sys.stdout.flush()
"""
"""Runs the commands of the file that it is given; a null stands before what each says."""


def books_for(
    make_workbook: Callable[..., Path], life: dict[str, Any], sample: dict[str, Any], folder: Path
) -> list[list[str]]:
    """Make the workbooks in a folder, and give the commands with their names."""
    contracts = folder / "contracts"
    contracts.mkdir()
    old = make_workbook(life, "old.xlsx")
    life["Placements"][1][2] = 7100.55
    life["Placements"][2][0] = "AB\u20111 Zo\u00eb \u5bb6"
    life["Costs"][2][4] = 1777.5
    book = make_workbook(life, "book.xlsx")
    (contracts / "one.xlsx").write_bytes(book.read_bytes())
    sample["Placements"][1][2] = "seven thousand pounds and a half"
    sample["Placements"][2][4] = "31/02/2026"
    wrong = make_workbook(sample, "wrong.xlsx")
    names = {"BOOK": book.name, "OLD": old.name, "FOLDER": contracts.name, "WRONG": wrong.name}
    return [[names.get(word, word) for word in words] for words in COMMANDS]
