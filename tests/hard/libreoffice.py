"""LibreOffice as a judge: which workbooks it opens, and the values that it shows.

Many workbooks are converted in one run, as values to flat OpenDocument files. Each run has a
profile of its own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from xlpbr.workbook.libreoffice.pdf import find_libreoffice

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_VALUES = ("value", "date-value", "time-value", "boolean-value", "string-value")
BATCH = 20
SECONDS_A_BATCH = 90
SECONDS_ALONE = 30

Sheets = dict[str, dict[tuple[int, int], str]]
"""By sheet and (row, column), what LibreOffice shows, with the kind of the value."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What LibreOffice made of a workbook: None where it could not open it."""

    sheets: Sheets | None


def open_all(workbooks: Sequence[Path]) -> list[Opened]:
    """Open workbooks one after the other and read what is shown in their cells.

    Raises:
        RuntimeError: LibreOffice is not installed.
    """
    with _converted(workbooks) as made:
        return [Opened(None if path is None else _read(path)) for path in made]


def opens(workbooks: Sequence[Path]) -> list[bool]:
    """Which of the workbooks LibreOffice opens."""
    with _converted(workbooks) as made:
        return [path is not None for path in made]


def differences(before: Sheets, after: Sheets, sheets: Sequence[str] | None = None) -> list[str]:
    """The cells that show something else afterwards, of some sheets or of all before."""
    found = []
    for sheet in before if sheets is None else sheets:
        if sheet not in after:
            found.append(f"{sheet} is missing")
            continue
        old, new = before.get(sheet, {}), after[sheet]
        found += [
            f"{sheet} {position}: {old.get(position)} became {new.get(position)}"
            for position in sorted(old.keys() | new.keys())
            if old.get(position) != new.get(position)
        ]
    return found


@contextmanager
def _converted(workbooks: Sequence[Path]) -> Iterator[list[Path | None]]:
    office = find_libreoffice()
    if office is None:
        raise RuntimeError("LibreOffice is not installed")
    with tempfile.TemporaryDirectory(prefix="xlpbr-hard-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        copies = _copies(workbooks, folder)
        done: dict[Path, Path] = {}
        for start in range(0, len(copies), BATCH):
            batch = copies[start : start + BATCH]
            made, whole_run = _run(office, batch, folder, SECONDS_A_BATCH)
            done |= made
            # One workbook can end the whole run; then those that are missing are tried alone.
            for copy in batch if not whole_run else ():
                if copy not in done:
                    done |= _run(office, [copy], folder, SECONDS_ALONE)[0]
        yield [done.get(copy) for copy in copies]


def _copies(workbooks: Sequence[Path], folder: Path) -> list[Path]:
    copies = []
    for number, workbook in enumerate(workbooks):
        copy = folder / f"book{number:05}{workbook.suffix}"
        try:
            os.link(workbook, copy)
        except OSError:
            shutil.copyfile(workbook, copy)
        copies.append(copy)
    return copies


def _run(
    office: Path, copies: Sequence[Path], folder: Path, limit: float
) -> tuple[dict[Path, Path], bool]:
    """Convert some workbooks: what came of them, and whether the run went on to its end."""
    output = folder / "out"
    command = [
        str(office),
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--norestore",
        "--convert-to",
        "fods",
        "--outdir",
        str(output),
        *map(str, copies),
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        ended = process.wait(limit) in {0, 1}
    except subprocess.TimeoutExpired:
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        ended = False
    made = {copy: output / f"{copy.stem}.fods" for copy in copies}
    whole = {copy: path for copy, path in made.items() if path.is_file() and _whole(path)}
    # A new profile can take the first run for itself and leave without doing anything.
    return whole, ended and bool(whole)


def _whole(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 64))
        return b"</office:document>" in stream.read()


def _read(path: Path) -> Sheets:
    sheets: Sheets = {}
    cells: dict[tuple[int, int], str] = {}
    in_row: dict[int, str] = {}
    row = column = depth = 0
    for event, element in ET.iterparse(path, ["start", "end"]):
        tag = element.tag
        if tag == f"{_TABLE}table":
            depth += 1 if event == "start" else -1
        if depth > 1:
            continue  # the figures of a chart, which stand inside their sheet
        if event == "start":
            if tag == f"{_TABLE}table":
                cells = sheets[element.get(f"{_TABLE}name", "")] = {}
                row = 0
            elif tag == f"{_TABLE}table-row":
                row, column, in_row = row + 1, 0, {}
        elif tag in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            repeated = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
            shown = _shown(element)
            if shown is not None:
                in_row |= {column + 1 + n: shown for n in range(repeated)}
            column += repeated
        elif tag == f"{_TABLE}table-row":
            repeated = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
            for n in range(repeated if in_row else 0):
                cells |= {(row + n, across): shown for across, shown in in_row.items()}
            row += repeated - 1
            element.clear()
    # The store of an external link is a sheet of LibreOffice's own.
    return {name: found for name, found in sheets.items() if not name.startswith("'file:")}


def _shown(cell: ET.Element) -> str | None:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind is None:
        return None
    values = (cell.get(f"{_OFFICE}{name}") for name in _VALUES)
    value = next((found for found in values if found is not None), None)
    if value is None or cell.get(f"{_CALC}value-type") == "error":
        paragraphs = cell.findall(f"{_TEXT}p")
        value = "\n".join("".join(part.itertext()) for part in paragraphs)
    return f"{kind} {value}"
