"""What it costs to set a cell in a large sheet, against plain work on the same bytes.

    python -m bench --only edit

Each task runs in a process of its own, which gives its seconds and its peak memory; said are
the medians of five:

- a cell set in a sheet of 1,048,576 rows and 5 columns, checked and read back (bounds: 10 s
  and 300 MB), against the same part unpacked and packed again as ``zipfile`` does it;
- the ten sheets of a report added to the same workbook (bounds: 2 s and 100 MB);
- a cell set in a sheet of 50,000 rows, against load and save with openpyxl.

All results are asserted to be equal to what was asked for.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from bench.rows import RUNS, Row, at_most
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.ooxml.edit.package import Changes, edit
from xlpbr.workbook.ooxml.edit.sheets import SheetsToAdd
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.ours import XLPBR

# What makes the workbooks, and openpyxl, is loaded where it is used, or it would count as memory.
# ruff: noqa: PLC0415

ROOT = Path(__file__).resolve().parent.parent
PART = "xl/worksheets/sheet1.xml"
ROWS, FEWER_ROWS = 1_048_576, 50_000
VALUE = 123.45
SECONDS, MEGABYTES = 10, 300
REPORT_SECONDS, REPORT_MEGABYTES = 2, 100


def make(path: Path, rows: int) -> None:
    """Placements in five columns, one of them a formula, written as Excel writes them."""
    import xlsxwriter

    numbers = random.Random(1)
    with xlsxwriter.Workbook(path.with_suffix(".small.xlsx")) as book:
        book.add_worksheet("Data").write("A1", "Plymouth")
    with (
        zipfile.ZipFile(path.with_suffix(".small.xlsx")) as small,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as large,
    ):
        for info in small.infolist():
            data = small.read(info)
            if info.filename != PART:
                large.writestr(info, data)
                continue
            head, _, tail = data.partition(b"<sheetData>")
            with large.open(PART, "w", force_zip64=True) as stream:
                head = head.replace(b'ref="A1"', b'ref="A1:E%d"' % rows)
                stream.write(head + b"<sheetData>")
                for row in range(1, rows + 1):
                    price = numbers.randrange(10**7) / 100
                    stream.write(
                        b'<row r="%d" spans="1:5"><c r="A%d" s="0" t="s"><v>0</v></c>'
                        b'<c r="B%d" s="0"><v>%d</v></c><c r="C%d" s="0"><v>%s</v></c>'
                        b'<c r="D%d"><v>%d</v></c><c r="E%d"><f>C%d*D%d</f><v>%s</v></c></row>'
                        % (
                            *(row, row, row, 45383 + row % 700, row, str(price).encode()),
                            *(row, row % 53, row, row, row, f"{price * (row % 53):.10g}".encode()),
                        )
                    )
                stream.write(b"</sheetData>" + tail.partition(b"</sheetData>")[2])


def set_cell(source: Path, target: Path, row: int) -> None:
    """The whole edit: read, refuse, write, check the copy and move it into place."""
    changes = Changes(cells={"Data": {(row, 3): CellChange(VALUE, None)}})
    edit(open_book(source), changes, target, program=XLPBR)


def add_report(source: Path, target: Path, made: Path) -> None:
    """The sheets of a report added to the book, checked; the report itself is there already."""
    names = tuple(sheet.name for sheet in open_book(made).sheets)
    changes = Changes(add_sheets=SheetsToAdd(made, names))
    edit(open_book(source), changes, target, program=XLPBR)
    assert [sheet.name for sheet in open_book(target).sheets] == ["Data", *names]


def pack_again(source: Path, target: Path) -> None:
    """The sheet unpacked and packed again, in pieces, and nothing else done."""
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
        old.open(PART) as reading,
        new.open(PART, "w", force_zip64=True) as writing,
    ):
        while piece := reading.read(1 << 20):
            writing.write(piece)


def load_and_save(source: Path, target: Path, row: int) -> None:
    import openpyxl

    book = openpyxl.load_workbook(source)
    book["Data"].cell(row, 3, VALUE)
    book.save(target)


def timed(task: str, source: Path, target: Path, row: int | Path) -> tuple[float, float]:
    """Seconds and megabytes of a task, each the median of five processes of its own."""
    given = ["--task", task, str(source), str(target), str(row)]
    command = [sys.executable, "-m", "bench.edit", *given]
    found = []
    for _ in range(RUNS):
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        found.append(json.loads(done.stdout))
    seconds, megabytes = map(statistics.median, zip(*found, strict=True))
    return seconds, megabytes


def run_task(task: str, source: str, target: str, row: str) -> None:
    """One task; for the report, the last word is the report's file."""
    started = time.perf_counter()
    if task == "set":
        set_cell(Path(source), Path(target), int(row))
    elif task == "report":
        add_report(Path(source), Path(target), Path(row))
    elif task == "pack":
        pack_again(Path(source), Path(target))
    else:
        load_and_save(Path(source), Path(target), int(row))
    seconds = time.perf_counter() - started
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def cell_in(path: Path, row: int) -> bytes:
    """What the row with the cell reads, found in the bytes."""
    tail = b""
    with zipfile.ZipFile(path) as packed, packed.open(PART) as stream:
        while piece := stream.read(1 << 20):
            tail += piece
            start = tail.find(b'<row r="%d"' % row)
            end = tail.find(b"</row>", start)
            if 0 <= start < end:
                return tail[start:end]
            tail = tail[-4096:] if start < 0 else tail[start:]
    raise AssertionError(f"row {row} is missing")


def compare(folder: Path, rows: int, other: str, name: str) -> list[Row]:
    """A cell set in a sheet of so many rows, against another way; with a report for the largest."""
    source, ours, theirs = (folder / f"{kind}{rows}.xlsx" for kind in ("", "set", "other"))
    make(source, rows)
    row = rows // 2
    seconds, megabytes = timed("set", source, ours, row)
    other_seconds, other_megabytes = timed(other, source, theirs, row)
    changed = b"<v>%s</v>" % str(VALUE).encode()
    assert cell_in(ours, row).count(changed) == 1
    if other == "load":
        assert cell_in(theirs, row).count(changed) == 1
    else:
        assert cell_in(theirs, row + 1) == cell_in(ours, row + 1)
    work = f"a cell set, checked, in {rows:,} rows x 5 columns"
    large = rows == ROWS
    found = [
        at_most(work, "time", seconds, SECONDS, "s") if large else
        Row(work, "time", f"{seconds:.2f} s"),
        at_most(work, "peak memory", megabytes, MEGABYTES, "MB") if large else
        Row(work, "peak memory", f"{megabytes:.0f} MB"),
        Row(work, f"{name}: time and peak memory",
            f"{other_seconds:.2f} s, {other_megabytes:.0f} MB"),
    ]  # fmt: skip
    if large:
        added_seconds, added_megabytes = timed("report", source, theirs, report(folder))
        added = f"a report added to {rows:,} rows x 5 columns"
        found += [
            at_most(added, "time", added_seconds, REPORT_SECONDS, "s"),
            at_most(added, "peak memory", added_megabytes, REPORT_MEGABYTES, "MB"),
        ]
    for path in (source, ours, theirs):
        path.unlink()
    return found


def report(folder: Path) -> Path:
    """The report of the Plymouth contract with its sample rows, as a workbook of its own."""
    from xlpbr.contract.library import load_contract
    from xlpbr.workbook.read.contract_tables import read_records, read_tables
    from xlpbr.workbook.report.write import write_reports
    from xlpbr.workbook.template.write import new_workbook

    book, made = folder / "contract.xlsx", folder / "report.xlsx"
    new_workbook(load_contract("plymouth-l04-2526"), book, sample=True)
    found = read_tables(book, {})
    write_reports(
        found, read_records(found), made,
        as_at=None, prepared_by="bench", public_cut_off=None, pdf=False,
    )  # fmt: skip
    return made


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return [
            *compare(Path(folder), FEWER_ROWS, "load", "openpyxl load and save"),
            *compare(Path(folder), ROWS, "pack", "the sheet unpacked and packed again"),
        ]


if __name__ == "__main__" and sys.argv[1:2] == ["--task"]:
    run_task(*sys.argv[2:])
