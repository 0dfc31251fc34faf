"""From a workbook's tables to the report's files."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from xlpbr.errors import Problem
from xlpbr.workbook.libreoffice.pdf import to_pdf
from xlpbr.workbook.ooxml.addresses import area_address
from xlpbr.workbook.read.contract_tables import ContractRecords, ContractTables, where
from xlpbr.workbook.report.facts import ReportSource
from xlpbr.workbook.report.write import write_report


def write_reports(
    found: ContractTables,
    records: ContractRecords,
    target: Path,
    *,
    as_at: date | None,
    prepared_by: str,
    public_cut_off: int | None,
    pdf: bool,
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
            inputs=[found.book.path],
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
        where=partial(_cell_and_heading, found),
    )


def _cell_and_heading(found: ContractTables, problem: Problem) -> str:
    """Where a problem is: the cell in the workbook, and the heading over it."""
    place = where(found, problem)
    return f"{place} ({problem.column})" if problem.column else place
