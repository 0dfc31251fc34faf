"""The form in which a workbook calls the PBR_ functions by now: that of its host."""

from __future__ import annotations

from dataclasses import dataclass

from xlpbr.udfs.hosts import HOSTS, OFFICE_JS
from xlpbr.workbook.ooxml.book import Book, parts_with_formulas
from xlpbr.workbook.ooxml.sheet.text import text_chunks
from xlpbr.workbook.ooxml.zip.archive import read_part, understood
from xlpbr.workbook.port.host_names import rewritten

_OUR_CODE = b"xlpbr"


@dataclass(frozen=True, slots=True)
class HostForm:
    """How a workbook stores the names of the PBR_ functions.

    Attributes:
        prefix: what stands before each; that of most where they differ.
        mixed: whether they differ, so that no host knows them all.
    """

    prefix: str
    mixed: bool

    def notice(self, book: Book) -> str:
        """What to do where no host knows all names; empty where one does."""
        if not self.mixed:
            return ""
        hosts = ", ".join(name for name, host in HOSTS.items() if host.suffix)
        return (
            f"{book.path.name} stores some PBR_ functions for one host and some for another, so"
            f" that some show #NAME?; run xlpbr port {book.path.name} with --to and one of"
            f" {hosts}."
        )


def host_form(book: Book) -> HostForm:
    """The form that a workbook has; the plain one where it calls no PBR_ function.

    A workbook that carries the functions' code for xlwings Lite has the form of Office add-ins.

    Raises:
        FileProblem: a part is damaged.
    """
    calls = plain_or_other = 0
    for part in parts_with_formulas(book):
        with understood(book.archive, part):
            found = rewritten(text_chunks(book.archive, part), OFFICE_JS)
        calls += found.calls
        plain_or_other += len(found.splices)
    of_office = calls - plain_or_other
    carries_code = any(
        name.startswith(HOSTS["lite"].part) and _OUR_CODE in read_part(book.archive, name)
        for name in book.archive.members
    )
    prefix = OFFICE_JS if carries_code or of_office > plain_or_other else ""
    return HostForm(prefix, mixed=bool(of_office and plain_or_other))
