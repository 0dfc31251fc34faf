"""The report: a workbook of values that can be sent, in full or as a public version.

The sheets are in ``sheets``, what may be published is in ``disclosure``.
"""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from functools import partial
from pathlib import Path

import xlpbr
from xlpbr.workbook.agreed.since import Since
from xlpbr.workbook.files.safe_writing import write_safely
from xlpbr.workbook.libreoffice.pdf import to_pdf
from xlpbr.workbook.look.named_styles import NamedLooks
from xlpbr.workbook.ooxml.addresses import area_address
from xlpbr.workbook.ooxml.zip.archive import copy_archive, open_archive, read_part
from xlpbr.workbook.read.contract_tables import ContractRecords, ContractTables, where_and_heading
from xlpbr.workbook.report.facts import Report, ReportSource, gather
from xlpbr.workbook.report.page import clean_text
from xlpbr.workbook.report.sheets import PUBLIC_WORDS, write_sheets

MADE_WITH = f"xlpbr {xlpbr.__version__}, Python {platform.python_version()}"
"""The versions that make a report."""

_LANGUAGE = "en-GB"
_CORE = "docProps/core.xml"
_CHARTS = "xl/charts/"
_PLOTTED = b'<c:plotVisOnly val="1"/>'


def write_report(
    records: ContractRecords,
    source: ReportSource,
    target: Path,
    *,
    as_at: date | None,
    prepared_by: str,
    prepared_on: date,
    public: bool = False,
    cut_off: int = 5,
    made_with: str = MADE_WITH,
    since: Since | None = None,
    inputs: Sequence[Path] = (),
) -> None:
    """Write the report of a contract; the same inputs give the same bytes.

    Args:
        records: what the contract's tables say.
        source: the tables, and the file that they are from.
        target: the workbook to write.
        as_at: the last day that is known; None for the whole programme.
        prepared_by: who made the report, as the Annex names them.
        prepared_on: the day on which it was made.
        public: whether to leave out what belongs to single children.
        cut_off: counts from 1 to this are suppressed in the public version; 2 or more.
        made_with: the versions that the Annex names.
        since: what changed since an earlier state of the tables; never in the public version.
        inputs: files that must not be written over, such as the source.

    Raises:
        CellError: the first problem in the data that stops the figures; nothing is written.
        FileProblem: the cut-off is below 2, or the target is an input or cannot be written.
    """
    report = gather(
        records,
        source,
        as_at=as_at,
        prepared_by=prepared_by,
        prepared_on=prepared_on,
        made_with=made_with,
        public=public,
        cut_off=cut_off,
    )
    report = replace(report, since=since)
    write_safely(target, lambda place: _write(report, place), inputs=inputs)


def _write(report: Report, place: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="xlpbr-") as folder:
        made = Path(folder) / "report.xlsx"
        # In memory, so that the parts carry the same time on every machine.
        with NamedLooks(made, {"in_memory": True}) as workbook:
            workbook.set_properties(_properties(report))
            write_sheets(workbook, report)
            workbook.worksheets()[0].activate()
        _finish(made, place)


def _properties(report: Report) -> dict[str, object]:
    version = f" - {PUBLIC_WORDS}" if report.is_public else ""
    return {
        "title": clean_text(f"{report.title}: report{version}"),
        "subject": "Payment-by-results contract: statement of savings and payments",
        "author": clean_text(report.text(report.prepared_by)),
        "comments": "Values only. Made with xlpbr.",
        "created": datetime.combine(report.prepared_on, time()),
    }


def _finish(made: Path, place: Path) -> None:
    """Copy the workbook with what XlsxWriter leaves out.

    Its language, which a screen reader needs to speak it rightly; the names of its cell styles; and
    that a chart's line is broken over an empty cell, which a reader else may take for 0.
    """
    archive = open_archive(made)
    replaced = {}
    for part in archive.members:
        content = _finished(part, read_part(archive, part)) if _is_finished(part) else None
        if content is not None:
            replaced[part] = content
    copy_archive(archive, replaced, place)


def _is_finished(part: str) -> bool:
    return part.casefold() == _CORE.casefold() or part.startswith(_CHARTS)


def _finished(part: str, content: bytes | None) -> bytes | None:
    if content is None:
        return None
    if part.startswith(_CHARTS) and b"dispBlanksAs" not in content:
        content = content.replace(_PLOTTED, _PLOTTED + b'<c:dispBlanksAs val="gap"/>')
    return content.replace(
        b"</cp:coreProperties>",
        f"<dc:language>{_LANGUAGE}</dc:language></cp:coreProperties>".encode(),
    ).replace(b'"en-US"', f'"{_LANGUAGE}"'.encode())


def write_reports(
    found: ContractTables,
    records: ContractRecords,
    target: Path,
    *,
    as_at: date | None,
    prepared_by: str,
    public_cut_off: int | None,
    pdf: bool,
    since: Since | None = None,
) -> list[Path]:
    """Write the report of a workbook's tables, and the same as PDF pages where asked.

    Args:
        found: the tables.
        records: what they say.
        target: the workbook to write; the PDF stands beside it under the same name.
        as_at: the last day that is known; None for the whole programme.
        prepared_by: who made the report.
        public_cut_off: counts from 1 to this are suppressed; None for the full report.
        pdf: whether to write the PDF as well.
        since: what changed since an earlier state of the tables; never in the public version.

    Returns:
        The files that were written.

    Raises:
        CellError: the first problem in the data that stops the figures.
        FileProblem: the target is the workbook itself or cannot be written, or LibreOffice is
            not there.
    """
    with found.dates():
        write_report(
            records,
            _source(found),
            target,
            as_at=as_at,
            prepared_by=prepared_by,
            prepared_on=date.today(),
            public=public_cut_off is not None,
            cut_off=public_cut_off or 0,
            since=since,
            inputs=[found.book.path, *([since.source] if since and since.source else [])],
        )
    written = [target]
    if pdf:
        pages = target.with_suffix(".pdf")
        to_pdf(target, pages)
        written.append(pages)
    return written


def _source(found: ContractTables) -> ReportSource:
    places = {
        table: area_address(
            place.sheet,
            (place.first_row, place.first_column, place.last_row, place.last_column),
        )
        for table, place in found.places.items()
        if place is not None
    }
    return ReportSource(
        rows=found.rows,
        file_name=found.book.path.name,
        sha256=found.book.sha256,
        places=places,
        where=partial(where_and_heading, found),
    )
