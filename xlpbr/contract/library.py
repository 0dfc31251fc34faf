"""The built-in contracts and the examples, one TOML file each: values, clauses, readings and why.

A contract is added by writing one more file. The built-in ones are read in full: each term has a
value, and sample rows show it at work. An example holds what is published of a contract that
others made; the rest stays blank.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from xlpbr import cells
from xlpbr.cells import Rows
from xlpbr.contract import cell_readers as readers
from xlpbr.contract.assumptions import ASSUMPTION_HEADINGS, ASSUMPTIONS
from xlpbr.contract.changing import StatedRate, StatedVariation, read_rates, read_variations
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.terms import DEFAULTS, MOST_YEARS, TERMS, Term
from xlpbr.errors import CellError, FileProblem

TERM_HEADINGS = ("Term", "Value", "Unit", "Clause", "Reading")
"""The columns of a Terms table; the first two are read, the fourth is quoted."""

_LONGEST = 1_000_000
"""Characters in a contract's file; the built-in ones have some ten thousand."""

RATE_HEADINGS = ("Outcome", "Weeks", "Price", "From", "To", "Clause", "Reading")
"""The columns of a table Rates; the first five are read."""

FROM_HEADING = "From"
"""The last column of a Terms table where a value changes: the day from which the row holds."""

SAMPLE_NOTE_HEADING = "Note"


@dataclass(frozen=True, slots=True)
class ContractTerm:
    """A term's value in one contract, its clause and, where the wording is open, why it is so."""

    term: Term
    value: Any
    clause: str
    reading: str


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """A figure that the decision states and that no term holds, such as the saving it expects."""

    what: str
    amount: str
    clause: str


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as its TOML file has it."""

    name: str
    title: str
    source: str
    terms: tuple[ContractTerm, ...]
    stated: tuple[StatedFigure, ...]
    notes: tuple[str, ...]
    sample: Mapping[str, tuple[Mapping[str, Any], ...]]
    variations: tuple[StatedVariation, ...] = ()
    rates: tuple[StatedRate, ...] = ()


def _files_in(folder: str) -> dict[str, Any]:
    return {
        file.name.removesuffix(".toml"): file
        for file in (resources.files("xlpbr.contract") / folder).iterdir()
        if file.name.endswith(".toml")
    }


CONTRACT_NAMES: tuple[str, ...] = tuple(sorted(_files_in("built_in"), reverse=True))
"""The short names of the built-in contracts."""

EXAMPLE_NAMES: tuple[str, ...] = tuple(sorted(_files_in("examples")))
"""The short names of the examples: other real contracts, as far as their terms are published."""


def load_contract(name: str) -> Contract:
    """A built-in contract or an example by its short name, or a TOML file's by its path.

    Raises:
        FileProblem: no such contract, or the file does not say what a contract needs.
    """
    if cells.key(name) in (*CONTRACT_NAMES, *EXAMPLE_NAMES):
        return _contract_in_the_package(cells.key(name))
    if not name.lower().endswith(".toml"):
        raise FileProblem(
            f'There is no built-in contract "{name}". Choose one of: '
            f"{', '.join(CONTRACT_NAMES)}; an example: {', '.join(EXAMPLE_NAMES)};"
            " or give the path of a contract's TOML file."
        )
    file = Path(name)
    if not file.is_file():
        raise FileProblem(f"{name}: no such file. Give the path of a contract's TOML file.")
    return _read(file)


@cache
def _contract_in_the_package(name: str) -> Contract:
    return _read(_files_in("built_in" if name in CONTRACT_NAMES else "examples")[name])


def titles() -> dict[str, str]:
    """The title of each built-in contract and each example, by its short name."""
    files = _files_in("built_in") | _files_in("examples")
    return {name: str(_content(files[name])["title"]) for name in (*CONTRACT_NAMES, *EXAMPLE_NAMES)}


def _read(file: Any) -> Contract:
    return _contract(_content(file), file.name)


def _content(file: Any) -> Mapping[str, Any]:
    try:
        # Some programs on Windows put a mark before the text.
        text = file.read_text(encoding="utf-8-sig")
        if len(text) > _LONGEST:
            raise FileProblem(
                f"{file.name}: has more than {_LONGEST:,} characters, as no contract has; give"
                " another file."
            )
        return tomllib.loads(text)
    except OSError as error:
        raise FileProblem(f"{file.name}: cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FileProblem(f"{file.name}: not a TOML file that can be read: {error}.") from None
    except RecursionError:
        raise FileProblem(
            f"{file.name}: lists or tables stand too deep in each other; a contract needs three"
            " levels."
        ) from None
    except ValueError:
        raise FileProblem(f"{file.name}: a number in it has thousands of digits.") from None


def _contract(content: Mapping[str, Any], where: str) -> Contract:
    _refuse_wrong_shapes(content, where)
    name = content.get("name", where.removesuffix(".toml"))
    sample = content.get("sample", {})
    _refuse_unknown_headings(sample, where)
    _refuse_unreadable_samples(sample, where)
    terms = tuple(_contract_terms(content.get("terms", {}), name, where))
    _refuse_dates_that_do_not_fit(terms, where)
    return Contract(
        name=name,
        title=content.get("title", ""),
        source=content.get("source", ""),
        terms=terms,
        variations=tuple(read_variations(content.get("variations", []), _terms_by_key(), where)),
        rates=tuple(read_rates(content.get("rates", []), where)),
        stated=tuple(
            StatedFigure(entry["what"], entry["amount"], entry["clause"])
            for entry in content.get("stated", [])
        ),
        notes=tuple(content.get("notes", [])),
        sample=MappingProxyType(
            {
                table: tuple(_with_answers(table, row) for row in rows)
                for table, rows in sample.items()
            }
        ),
    )


def _contract_terms(given: Mapping[str, Any], name: str, where: str) -> Iterator[ContractTerm]:
    """Every term in its order, with the value that the file gives or the default."""
    by_key = _terms_by_key()
    stated: dict[str, Mapping[str, Any]] = {}
    for label, entry in given.items():
        term = by_key.get(cells.key(label))
        if term is None:
            raise FileProblem(
                f'{where}: "{label}" is not a term. The terms are: '
                f"{', '.join(known.label for known in TERMS)}."
            )
        if term.label in stated:
            raise FileProblem(
                f"{where}: a term stands there twice; terms differ by more than capitals."
            )
        stated[term.label] = _term_entry(term, entry, where)
    for term in TERMS:
        entry = stated.get(term.label, {})
        default = name if term.label == "Contract" else _default_cell(term)
        yield ContractTerm(
            term, entry.get("value", default), entry.get("clause", ""), entry.get("reading", "")
        )


def _terms_by_key() -> dict[str, Term]:
    return {cells.key(term.label): term for term in TERMS}


def _refuse_dates_that_do_not_fit(terms: Iterable[ContractTerm], where: str) -> None:
    """Refuse a programme that ends before it starts, or centuries later."""
    dates = {
        one.term.label: readers.read_term(one.term, one.value)
        for one in terms
        if one.term.label in ("Starts on", "Ends on") and not cells.is_blank(one.value)
    }
    if len(dates) < 2:
        return
    starts_on, ends_on = dates["Starts on"], dates["Ends on"]
    if (
        not starts_on
        <= ends_on
        <= starts_on.replace(day=1, year=min(starts_on.year + MOST_YEARS, 9999))
    ):
        raise FileProblem(
            f"{where}: Ends on is {ends_on:%d/%m/%Y} and Starts on {starts_on:%d/%m/%Y}; a"
            f" programme ends after it starts, within {MOST_YEARS} years. Correct one of the two."
        )


def _term_entry(term: Term, entry: Any, where: str) -> Mapping[str, Any]:
    """The entry of a term, when it is one that can be read."""
    if not isinstance(entry, Mapping):
        raise FileProblem(f"{where}: write the term {term.label} as a table with value and clause.")
    for key, value in entry.items():
        if key not in ("value", "clause", "reading"):
            raise FileProblem(
                f'{where}: "{key}" under {term.label} is not known; give value, clause and reading.'
            )
        if key != "value" and not isinstance(value, str):
            raise FileProblem(f"{where}: write the {key} of {term.label} in quotation marks.")
    if not cells.is_blank(entry.get("value")):
        _refuse_unreadable(readers.read_term, term, entry["value"], f"{where}: {term.label}")
    return entry


def _refuse_unreadable(read: Callable[[Any, Any], Any], of: Any, value: Any, place: str) -> None:
    try:
        read(of, value)
    except CellError as error:
        raise FileProblem(f"{place}: {error.message}.") from None


def _refuse_wrong_shapes(content: Mapping[str, Any], where: str) -> None:
    """Refuse a file with something that is not known, or is of another shape."""
    known = ("name", "title", "source", "notes", "terms", "variations", "rates", "stated", "sample")
    for section in content:
        if section not in known:
            raise FileProblem(f'{where}: "{section}" is not known; give {", ".join(known)}.')
    for section in ("name", "title", "source"):
        if not isinstance(content.get(section, ""), str):
            raise FileProblem(f"{where}: write {section} in quotation marks.")
    for section in ("terms", "sample"):
        if not isinstance(content.get(section, {}), Mapping):
            raise FileProblem(f"{where}: write [{section}] as a table, not as a single value.")
    if not _all_texts(content.get("notes", [])):
        raise FileProblem(f"{where}: write notes as a list of texts, in square brackets.")
    figures = content.get("stated", [])
    keys = ("what", "amount", "clause")
    if not isinstance(figures, list) or not all(
        isinstance(entry, Mapping) and _all_texts([entry.get(key) for key in keys])
        for entry in figures
    ):
        raise FileProblem(
            f"{where}: give each [[stated]] figure with what, amount and clause, as texts."
        )
    for table, rows in content.get("sample", {}).items():
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise FileProblem(f"{where}: write the sample rows of {table} as a list of tables.")


def _all_texts(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, str) for value in values)


def _refuse_unreadable_samples(sample: Mapping[str, Any], where: str) -> None:
    by_label = {assumption.label: assumption for assumption in ASSUMPTIONS}
    for number, row in enumerate(sample.get("Assumptions", ()), start=1):
        assumption = by_label.get(row.get("Assumption", ""))
        if assumption is None:
            raise FileProblem(
                f"{where}: sample Assumptions, row {number}: found"
                f" {cells.shown(row.get('Assumption'))}; the assumptions are:"
                f" {', '.join(by_label)}."
            )
        place = f"{where}: sample Assumptions, row {number}, {assumption.label}"
        _refuse_unreadable(readers.read_term, assumption, row.get("Value"), place)
    for table, columns in ALL_COLUMNS.items():
        for number, row in enumerate(sample.get(table, ()), start=1):
            for column in columns:
                place = f"{where}: sample {table}, row {number}, {column.heading}"
                _refuse_unreadable(readers.read_cell, column, row.get(column.heading), place)


def _refuse_unknown_headings(sample: Mapping[str, Any], where: str) -> None:
    known = {
        table: [column.heading for column in columns] for table, columns in ALL_COLUMNS.items()
    }
    known["Assumptions"] = list(ASSUMPTION_HEADINGS[:2])
    for table, rows in sample.items():
        if table not in known:
            raise FileProblem(
                f'{where}: "{table}" is not a table. The tables are: {", ".join(known)}.'
            )
        headings = known[table]
        for row in rows:
            for heading in row:
                if heading not in headings:
                    raise FileProblem(
                        f'{where}: "{heading}" is not a column of {table}. The columns are: '
                        f"{', '.join(headings)}."
                    )


def _with_answers(table: str, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A sample row in which a column that it lacks says what a table without it means."""
    answers = {
        column.heading: column.options[0]
        for column in ALL_COLUMNS.get(table, ())
        if column.kind == "yes_no" and column.heading not in row
    }
    return {**row, **answers}


def _default_cell(term: Term) -> Any:
    default = DEFAULTS.get(term.label)
    if default is None:
        return ""
    return default if isinstance(default, str) else cells.plain_number(default)


def terms_table(contract: Contract) -> Rows:
    """The terms of a contract as a Terms table with all its columns, heading row first.

    Where a value changes, there is a column ``From``, and a row for each change behind the term's.
    """
    rows: Rows = [[*TERM_HEADINGS, FROM_HEADING]]
    for entry in contract.terms:
        rows.append(_row_of_a_term(entry, None))
        rows += [
            _row_of_a_term(change, change.from_day)
            for change in contract.variations
            if change.term == entry.term
        ]
    return rows if contract.variations else [row[:-1] for row in rows]


def rates_table(contract: Contract) -> Rows:
    """The prices for outcomes of a contract as a table Rates, heading row first."""
    return [
        list(RATE_HEADINGS),
        *(
            [
                rate.outcome, float(rate.weeks), _cell(rate.price), rate.from_day, rate.to_day,
                rate.clause, rate.reading,
            ]
            for rate in contract.rates
        ),
    ]  # fmt: skip


def _row_of_a_term(entry: ContractTerm | StatedVariation, from_day: date | None) -> list[Any]:
    value, term = _cell(entry.value), entry.term
    return [term.label, value, term.unit, entry.clause, entry.reading, from_day]


def _cell(value: Any) -> Any:
    """A value of a file as a cell holds it: each number is a float."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def assumptions_table(contract: Contract) -> Rows:
    """Every assumption with its illustrative value, unit and meaning, blank cells as None."""
    values = {row["Assumption"]: row["Value"] for row in contract.sample.get("Assumptions", ())}
    return [
        list(ASSUMPTION_HEADINGS),
        *([one.label, values.get(one.label), one.unit, one.meaning] for one in ASSUMPTIONS),
    ]
