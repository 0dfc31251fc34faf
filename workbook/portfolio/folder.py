"""The workbooks of a folder read and settled in chunks, each workbook on its own.

A file that cannot be settled says why and stops no other.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import pyarrow as pa

from xlpbr import cells
from xlpbr.contract.evidence import COLUMNS, Evidence
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import NUM, CellError, FileProblem, Problem, all_of, some
from xlpbr.executors import run_in_order
from xlpbr.money import Pence, in_words, to_pence
from xlpbr.periods import day_in_words
from xlpbr.portfolio import settle as portfolio
from xlpbr.portfolio.rows import PortfolioProblem
from xlpbr.workbook.ooxml.zip.archive import close_archive
from xlpbr.workbook.portfolio.files import BookFile
from xlpbr.workbook.portfolio.months import (
    MONEY,
    MonthRows,
    kept_on_disk,
    month_rows,
    no_month_rows,
)
from xlpbr.workbook.read.contract_tables import (
    ContractTables,
    read_records,
    read_tables,
    where_and_heading,
)
from xlpbr.workbook.read.own_sheets import as_at_of

FILES_A_CHUNK = 8
_BYTES_A_CHUNK = 4 << 20
_AHEAD = 16
"""Chunks under way at a time: enough for the workers of a council's machines."""

MOST_OF_A_CONTRACT: Pence = 10**13
"""No figure of a contract may pass this, so that the sums over all are right to the penny."""

ILLUSTRATION = (
    "It has rows that are marked as illustrations; they are in the sums. Take them out before the "
    "figures are used."
)
"""What is noted of a file with rows that are not of real children."""

_MOST_NAMED = 5

_OPTIONAL = frozenset(
    column.heading for columns in COLUMNS.values() for column in columns if column.if_missing
)
"""Columns that a table may lack, which decides something."""


@dataclass(frozen=True, slots=True)
class ContractFacts:
    """What the terms of a settled contract say that the sums name."""

    contract: str
    commissioner: str
    provider: str
    starts_on: date
    ends_on: date
    last_day: date
    maximum: Pence | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a file was not settled: the cell, if it is one, and what to do about it."""

    place: str
    sentence: str


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a file.

    Attributes:
        number: its place in the list of files.
        name: its path within the folder.
        facts: its contract; None where it could not be read.
        findings: why it was not settled; empty for one that was.
        notes: what to know of one that was settled.
    """

    number: int
    name: str
    facts: ContractFacts | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether its figures are in the sums."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class SettledFolder:
    """A folder settled: what became of each file, and the month rows of all contracts."""

    folder: Path
    as_at: date | None
    files: tuple[BookFile, ...]
    outcomes: tuple[FileOutcome, ...]
    months: MonthRows

    @property
    def settled(self) -> dict[int, ContractFacts]:
        """The contracts that are in the sums, by the number of their file."""
        return {
            outcome.number: outcome.facts
            for outcome in self.outcomes
            if outcome.is_settled and outcome.facts is not None
        }

    @property
    def not_settled(self) -> list[FileOutcome]:
        """The files that are not in the sums."""
        return [outcome for outcome in self.outcomes if not outcome.is_settled]


@contextmanager
def settled_folder(
    folder: Path,
    files: Sequence[BookFile],
    as_at: date | None,
    *,
    places: Mapping[str, str | None],
    executor: Executor | None = None,
    send: bool = False,
    files_a_chunk: int = FILES_A_CHUNK,
    on_files: Callable[[int], None] = lambda _: None,
) -> Iterator[SettledFolder]:
    """Settle the workbooks of a folder; the result is the same wherever it is worked out.

    Args:
        folder: the folder.
        files: its workbooks.
        as_at: the last day that is known; None for the As at of each workbook, or the whole
            programme where it has none.
        places: where the tables stand in every workbook, as for ``read_tables``.
        executor: what settles the chunks; None for this process.
        send: whether the workers may not see the folder, so that the files are sent to them.
        files_a_chunk: how many files are settled together.
        on_files: called with the number of files of each chunk that is done.

    Raises:
        FileProblem: the executor was lost.
    """
    outcomes: list[FileOutcome] = []

    def batches() -> Iterator[pa.RecordBatch]:
        work = partial(settle_chunk, as_at=as_at, places=dict(places))
        chunks = _chunks(files, files_a_chunk, send=send)
        for done, rows in run_in_order(executor, work, chunks, ahead=_AHEAD):
            outcomes.extend(done)
            yield rows
            on_files(len(done))

    with kept_on_disk(batches()) as months:
        yield SettledFolder(folder, as_at, tuple(files), tuple(_without_doubles(outcomes)), months)


def _chunks(
    files: Iterable[BookFile], files_a_chunk: int, *, send: bool
) -> Iterator[list[BookFile]]:
    chunk: list[BookFile] = []
    size = 0
    for file in files:
        length = _size(file.path)
        if chunk and (len(chunk) >= files_a_chunk or size + length > _BYTES_A_CHUNK):
            yield [_with_content(one) if send else one for one in chunk]
            chunk, size = [], 0
        chunk.append(file)
        size += length
    if chunk:
        yield [_with_content(one) if send else one for one in chunk]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # reading it says what is wrong


def _with_content(file: BookFile) -> BookFile:
    try:
        return replace(file, content=file.path.read_bytes())
    except OSError:
        return file  # a worker that cannot read it either says so


def settle_chunk(
    files: Sequence[BookFile], as_at: date | None, places: Mapping[str, str | None]
) -> tuple[list[FileOutcome], pa.RecordBatch]:
    """Read and settle some files; what is wrong with one stands in its outcome.

    Args:
        files: the files.
        as_at: the last day that is known.
        places: where the tables stand in every workbook.

    Returns:
        What became of each file, and the month rows of those that were settled.
    """
    outcomes: list[FileOutcome] = []
    contracts: dict[int, tuple[ContractTerms, Evidence]] = {}
    for file in files:
        try:
            with _readable(file) as path:
                outcome, contract = _read(file, path, as_at, places)
        except Exception as error:
            outcome, contract = _fault(file, error), None
        outcomes.append(outcome)
        if contract is not None:
            contracts[file.number] = contract
    days = {one.number: one.facts.last_day for one in outcomes if one.facts is not None}
    rows, refused = _settle(contracts, days)
    return _with_findings(outcomes, refused), rows


def _with_findings(
    outcomes: Iterable[FileOutcome], findings: Mapping[int, Finding]
) -> list[FileOutcome]:
    """The outcomes, some of them not settled after all: the findings by the number of the file."""
    return [
        replace(one, findings=(found,)) if (found := findings.get(one.number)) else one
        for one in outcomes
    ]


@contextmanager
def _readable(file: BookFile) -> Iterator[Path]:
    """The file's path; where only its bytes are here, that of a temporary copy of its own name."""
    if file.content is None:
        yield file.path
        return
    with tempfile.TemporaryDirectory(prefix="xlpbr-") as folder:
        path = Path(folder) / file.path.name
        path.write_bytes(file.content)
        yield path


def _read(
    file: BookFile, path: Path, as_at: date | None, places: Mapping[str, str | None]
) -> tuple[FileOutcome, tuple[ContractTerms, Evidence] | None]:
    try:
        found = read_tables(path, places, with_assumptions=False)
        try:
            records = read_records(found)
            own = as_at_of(found.book)
            findings = tuple(
                Finding(where_and_heading(found, problem), problem.sentence)
                for problem in records.blocking
            )
        finally:
            close_archive(found.book.archive)
    except FileProblem as problem:
        sentence = str(problem).replace(str(path), file.name)
        return FileOutcome(file.number, file.name, findings=(Finding("", sentence),)), None
    if findings:
        return FileOutcome(file.number, file.name, findings=findings), None
    terms, evidence = records.terms.record, records.evidence.record
    facts = _facts(terms, as_at or (own and own[0]), file)
    notes = tuple(_notes(found, terms, evidence, facts, records.problems, own))
    return FileOutcome(file.number, file.name, facts, notes=notes), (terms, evidence)


def _facts(terms: ContractTerms, as_at: date | None, file: BookFile) -> ContractFacts:
    return ContractFacts(
        contract=cells.tidy(terms.contract) or file.name,
        commissioner=cells.tidy(terms.commissioner),
        provider=cells.tidy(terms.provider),
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        last_day=terms.ends_on if as_at is None else min(as_at, terms.ends_on),
        maximum=None if terms.contract_maximum is None else to_pence(terms.contract_maximum),
    )


def _notes(
    found: ContractTables,
    terms: ContractTerms,
    evidence: Evidence,
    facts: ContractFacts,
    problems: Sequence[Problem],
    own: tuple[date, str] | None,
) -> Iterator[str]:
    if not cells.tidy(terms.contract):
        yield "The terms name no contract, so the file's name stands for it; give Contract a value."
    if not evidence.placements:
        yield "It has no placements, so nothing is saved. Nothing to do if none has begun."
    if own is not None and own[0] < terms.ends_on:
        day, cell = own
        yield (
            f"Its figures go to {day_in_words(day)}, the As at in {cell}."
            if facts.last_day == day
            else f"Its As at, {day_in_words(day)} in {cell}, is not used: --as-at was given."
        )
    if facts.last_day < terms.starts_on:
        yield f"Its programme starts on {day_in_words(terms.starts_on)}: there is no month yet."
    if _has_illustrations(found):
        yield ILLUSTRATION
    for problem in problems:
        if problem.row is None and problem.code is None and problem.column in _OPTIONAL:
            yield f"{problem.table}, {problem.column}: {problem.sentence}"
    if problems:
        yield (
            "1 thing to look at, which stops no figure: xlpbr check names it."
            if len(problems) == 1
            else f"{len(problems)} things to look at, which stop no figure: xlpbr check lists them."
        )


def _has_illustrations(found: ContractTables) -> bool:
    return any(
        isinstance(cell, str) and cells.key(cell).startswith("illustration")
        for table in COLUMNS
        for row in (found.rows[table] or [])[1:]
        for cell in row
    )


def _settle(
    contracts: Mapping[int, tuple[ContractTerms, Evidence]], days: Mapping[int, date]
) -> tuple[pa.RecordBatch, dict[int, Finding]]:
    """The month rows of contracts, and those that could not be settled."""
    refused: dict[int, Finding] = {}
    good = dict(contracts)
    try:
        rows = _settled_months(good, days)
    except Exception:
        # One of them stops the rest: find it.
        for number in contracts:
            try:
                _settled_months({number: contracts[number]}, days)
            except Exception as error:
                refused[number] = Finding("", _in_words(error))
                del good[number]
        rows = _settled_months(good, days)
    return rows, refused


def _settled_months(
    contracts: Mapping[int, tuple[ContractTerms, Evidence]], days: Mapping[int, date]
) -> pa.RecordBatch:
    """Month rows under the files' numbers: names may be the same in several files."""
    if not contracts:
        return no_month_rows()
    settled = portfolio.settle_contracts(
        [(replace(terms, contract=str(n)), evidence) for n, (terms, evidence) in contracts.items()],
        {str(number): days[number] for number in contracts},
    )
    if len(settled) and settled[list(MONEY)].abs().max().max() > MOST_OF_A_CONTRACT:
        raise CellError(
            NUM,
            f"Its figures pass {in_words(MOST_OF_A_CONTRACT)}, the most that a contract of a "
            "portfolio may have. Look for a price or a fee with too many digits.",
        )
    return month_rows(settled["contract"].astype("int64").tolist(), settled)


def _in_words(error: Exception) -> str:
    if isinstance(error, CellError):
        return error.message
    if isinstance(error, PortfolioProblem):
        return " ".join(one.problem.as_error().message for one in error.problems)
    if isinstance(error, FileProblem):
        return str(error)
    return (
        f"It could not be worked out ({type(error).__name__}: {error}). This is a fault in xlpbr; "
        "please report it with the file's layout."
    )


def _fault(file: BookFile, error: Exception) -> FileOutcome:
    return FileOutcome(file.number, file.name, findings=(Finding("", _in_words(error)),))


def _without_doubles(outcomes: Sequence[FileOutcome]) -> list[FileOutcome]:
    """Take out every contract that stands in several files: which of them counts is not known."""
    by_contract: dict[str, list[FileOutcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.is_settled and outcome.facts is not None:
            by_contract[cells.key(outcome.facts.contract)].append(outcome)
    doubled = {
        outcome.number: Finding("Terms, Contract", _doubled(same))
        for same in by_contract.values()
        if len(same) > 1
        for outcome in same
    }
    return _with_findings(outcomes, doubled)


def _doubled(same: Sequence[FileOutcome]) -> str:
    facts = same[0].facts
    assert facts is not None, "only settled files are compared"
    names = [outcome.name for outcome in same]
    named = all_of(names) if len(names) <= _MOST_NAMED else some(names, _MOST_NAMED)
    return (
        f"The contract {facts.contract!r} stands in {named}: none of them is settled. Keep one in "
        "the folder, or give each contract a name of its own in its terms."
    )
