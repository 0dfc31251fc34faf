"""Make the ready-made workbooks of workbook/ready anew.

    make ready

Every built-in contract, for Excel with xlwings Lite and for Excel on Windows with macros, blank and
with sample rows. A test makes them again and compares.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.workbook.hosts.new import new_book

FOLDER = Path(__file__).resolve().parents[2] / "workbook" / "ready"
NAMES = {"lite": "excel-lite_{rows}.xlsx", "classic": "excel-windows-macros_{rows}.xlsm"}
"""How the file for a host ends, in the words of the person who opens it."""


class ReadyWorkbook(NamedTuple):
    """One of the ready-made workbooks."""

    contract: str
    host: str
    sample: bool

    @property
    def name(self) -> str:
        """The name of the file."""
        rows = "sample-rows" if self.sample else "blank"
        return f"{self.contract}_{NAMES[self.host].format(rows=rows)}"


def ready_workbooks() -> Iterator[ReadyWorkbook]:
    """Every workbook that lies in the folder."""
    return (ReadyWorkbook(*one) for one in product(CONTRACT_NAMES, NAMES, (False, True)))


def make(one: ReadyWorkbook, target: Path) -> None:
    """Write one of them, as ``xlpbr new`` does."""
    new_book(load_contract(one.contract), target, one.host, sample=one.sample)


def main() -> int:
    """Write them all; others that lie in the folder are named."""
    if sys.platform == "win32":
        print("Run this on Linux or a Mac: on Windows a workbook names the Python that made it.")
        return 1
    names = set()
    for one in ready_workbooks():
        make(one, FOLDER / one.name)
        names.add(one.name)
        print(f"wrote {one.name}")
    for stale in sorted({path.name for path in FOLDER.glob("*.xls*")} - names):
        print(f"{stale} belongs to no contract: delete it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
