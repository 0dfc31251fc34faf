"""The tables of a contract as text that a person can read, and back to the same records.

A table is its name, a line with its headings and a line a row, each line a JSON list of texts.
Amounts are exact: a decimal number, or a fraction where no decimal number ends. Only what a figure
or a check is read from is kept; other columns of a person's tables are not.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import xlpbr
from xlpbr.contract.columns import EvidenceColumn
from xlpbr.contract.evidence import ALL_COLUMNS, Evidence
from xlpbr.contract.table_rows import (
    TERMS_TABLE,
    TableRow,
    TermRow,
    evidence_of,
    headings_of,
    record_of,
    rows_of,
    term_row,
    terms_of,
)
from xlpbr.contract.terms import TERMS, ContractTerms, Term
from xlpbr.errors import FileProblem

_MONTH, _AGREED_ON, _WRITTEN_BY = "Month: ", "Agreed on: ", "Written by: "
FIRST_WORDS = "SHA-256: "
"""What the text begins with where a sheet keeps it."""
AS_SAVED = "Take the workbook as it was saved when the month was agreed."
"""What to do where the text is not what was written."""

_DATES = frozenset({"date", "month", "year"})
_WHOLE = frozenset({"count", "weeks"})

_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff\x7f-\x9f\u2028\u2029]")
"""What JSON leaves as it is, and what an XML part cannot hold or what ends a line."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The tables as they were when a month was agreed.

    Attributes:
        month: the first day of the month.
        agreed_on: the day on which it was agreed.
        text: the tables as text, under what it says of itself.
    """

    month: date
    agreed_on: date
    text: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of the text as hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def lines(self) -> list[str]:
        """The text with its SHA-256 before it, line by line, as a sheet keeps it."""
        return [f"{FIRST_WORDS}{self.sha256}", *self.text.split("\n")]

    def tables(self) -> tuple[ContractTerms, Evidence]:
        """The terms and the evidence.

        Raises:
            FileProblem: a line is none that this version knows.
        """
        return tables_from_text(self.text.partition("\n\n")[2])


def take_snapshot(
    terms: ContractTerms, evidence: Evidence, month: date, agreed_on: date
) -> Snapshot:
    """The tables as they are now, for a month that is agreed."""
    head = [
        f"{_MONTH}{month:%Y-%m}",
        f"{_AGREED_ON}{agreed_on.isoformat()}",
        f"{_WRITTEN_BY}xlpbr {xlpbr.__version__}",
    ]
    return Snapshot(month, agreed_on, "\n".join(head) + f"\n\n{tables_as_text(terms, evidence)}")


def read_snapshot(text: str, sha256: str) -> Snapshot:
    """The snapshot that a text is.

    Args:
        text: what ``Snapshot.text`` was.
        sha256: the hexadecimal digits that were kept with it.

    Raises:
        FileProblem: the text is not what was written (code ``snapshot``).
    """
    lines = text.splitlines()[:2]
    try:
        month = date.fromisoformat(f"{lines[0].removeprefix(_MONTH)}-01")
        agreed_on = date.fromisoformat(lines[1].removeprefix(_AGREED_ON))
    except (IndexError, ValueError):
        raise _changed() from None
    found = Snapshot(month, agreed_on, text)
    if found.sha256 != sha256:
        raise _changed()
    return found


def snapshot_of_lines(lines: Iterable[str]) -> Snapshot:
    """The snapshot that ``Snapshot.lines`` is of; blank lines at the end are passed over.

    Raises:
        FileProblem: a line is missing, or is not what was written (code ``snapshot``).
    """
    first, *rest = lines
    return read_snapshot("\n".join(rest).rstrip(), first.removeprefix(FIRST_WORDS))


def _changed() -> FileProblem:
    return FileProblem(
        "the snapshot of its tables was changed since it was written: its SHA-256 is another."
        f" {AS_SAVED}",
        "snapshot",
    )


def tables_as_text(terms: ContractTerms, evidence: Evidence) -> str:
    """The tables as text; the same records give the same text."""
    lines: list[str] = []
    for table, rows in rows_of(terms, evidence).items():
        headings = headings_of(table)
        lines += [table, _line(headings), *(_line(_spelt(row, headings)) for row in rows), ""]
    return "\n".join(lines).rstrip()


def tables_from_text(text: str) -> tuple[ContractTerms, Evidence]:
    """The terms and the evidence that ``tables_as_text`` wrote.

    Raises:
        FileProblem: a line is none that this version writes; the sentence quotes it.
    """
    terms: list[TermRow] = []
    records: dict[str, list[Any]] = {}
    for table, values in _rows_in(text):
        try:
            if table == TERMS_TABLE:
                terms.append(_term_read(values))
            else:
                fields = {one.heading: one for one in ALL_COLUMNS[table]}
                read = {name: _value_read(fields[name], cell) for name, cell in values.items()}
                records.setdefault(table, []).append(record_of(table, read))
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            raise _not_understood(f"{table}: {_line(values.values())}") from None
    return terms_of(terms), evidence_of(records)


def _rows_in(text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each row of each table, its cells by heading."""
    table, headings = "", None
    for line in text.replace("\r\n", "\n").split("\n"):
        if not line.startswith("["):
            table, headings = line.strip(), None
            continue
        try:
            found = json.loads(line)
            if headings is None:
                headings = found
                continue
            yield table, dict(zip(headings, found, strict=True))
        except ValueError:
            raise _not_understood(line) from None


def _not_understood(line: str) -> FileProblem:
    return FileProblem(
        f"The snapshot of the tables has a line that this version of xlpbr does not know: "
        f"{line[:80]}. A newer version may have written it: install that one.",
        "snapshot",
    )


def _line(texts: Iterable[str]) -> str:
    line = json.dumps(list(texts), ensure_ascii=False)
    return _NOT_IN_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def _spelt(row: TableRow, headings: Iterable[str]) -> list[str]:
    return [_spelling(row.values[heading]) for heading in headings]


def _spelling(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return _exactly(value)
    return str(value)


def _exactly(value: Fraction) -> str:
    """A decimal number where one is exact, as with all that cells hold; else a fraction."""
    for places in range(2, 20):
        shifted = value * 10**places
        if shifted.denominator == 1:
            sign, digits = "-" if value < 0 else "", f"{abs(shifted.numerator):0{places + 1}d}"
            return f"{sign}{digits[:-places]}.{digits[-places:]}"
    return str(value)


def _term_read(values: Mapping[str, str]) -> TermRow:
    label, starts = values["Term"], values["From"]
    starts_on = date.fromisoformat(starts) if starts else None
    term, text = _TERM[label], values["Value"]
    if term.kind == "option" and not text:
        raise ValueError(label)
    return term_row(label, starts_on, _value_read(term, text), values["Clause"])


_TERM = {term.label: term for term in TERMS}


def _value_read(declared: Term | EvidenceColumn, text: str) -> Any:
    """The value that a text stands for under a term or a heading."""
    kind = declared.kind
    if kind == "text":
        return text
    if text == "":
        return None
    if kind == "option" and text not in declared.options:
        raise ValueError(text)
    if kind == "option":
        return text
    if kind == "yes_no":
        return {"yes": True, "no": False}[text]
    if kind in _DATES:
        return date.fromisoformat(text)
    return int(text) if kind in _WHOLE else Fraction(text)
