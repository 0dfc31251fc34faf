"""The PBR sheets for a book that a council already keeps: planned, then made ready to be added.

The sheets are written as a workbook of their own, in which the formulas that read the book refer to
sheets that only the book has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from xlpbr import cells
from xlpbr.contract.library import CONTRACT_NAMES, Contract, ContractTerm
from xlpbr.contract.terms import TERMS
from xlpbr.errors import FileProblem, all_of
from xlpbr.tables import terms as term_rows
from xlpbr.tables.declared import OPTIONAL, TABLES
from xlpbr.workbook.attach.find_tables import (
    MeantHeadings,
    link_table,
    refuse_unknown_headings,
    refuse_unused_headings,
)
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.ooxml.book import Book
from xlpbr.workbook.read.own_sheets import SHEETS
from xlpbr.workbook.read.ranges import did_you_mean
from xlpbr.workbook.template.links import Link
from xlpbr.workbook.template.plan import (
    CONTRACT_TABLES,
    TABLE_NAMES,
    TemplatePlan,
    template_plan_of,
)
from xlpbr.workbook.template.write import write_plan

PREFIX = "PBR "
"""What stands before the name of every sheet that is added to a book."""

INPUTS = TABLES
"""The tables that a book may have itself."""

NEEDS: Mapping[str, tuple[str, ...]] = {
    "Statement": CONTRACT_TABLES,
    "Invoice": (*CONTRACT_TABLES, "Statement"),
    "Lines": (*CONTRACT_TABLES, "Statement"),
    "Children": (*CONTRACT_TABLES, "Statement"),
    "Years": (*CONTRACT_TABLES, "Statement"),
    "Readings": (*CONTRACT_TABLES, "Statement"),
    "Reconcile": ("Placements", "Carers", "Claims", "Statement"),
    "Explain": (*CONTRACT_TABLES, "Statement"),
    "Forecast": (*CONTRACT_TABLES, "Assumptions"),
    "Checks": (*CONTRACT_TABLES, "Statement"),
}
"""The sheets that the formulas of a sheet read; what those need in turn comes along too.

The optional tables are read where they come along, and none is needed.
"""

OFFERED = tuple(sheet for sheet in SHEETS if sheet not in ("Month", "Changes", "As agreed"))
"""The sheets that can be added. Month is the front of a workbook of its own: a book has a front;
and what changed since a month was agreed is shown there.
"""

ALWAYS = ("About",)
"""What every attachment has: it says what was added and how it is taken out."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """The sheets that are to be added to a book.

    Attributes:
        plan: what they hold.
        sheets: their names in the book, in their order.
        added: those of them that were not asked for and are needed.
        names: the Excel tables and defined names that come with them.
        notices: what the person should know before the sheets are used, a sentence each.
    """

    plan: TemplatePlan
    sheets: tuple[str, ...]
    added: tuple[str, ...]
    names: tuple[str, ...]
    notices: tuple[str, ...]


def plan_attachment(
    book: Book,
    *,
    contract: Contract | None,
    sheets: Sequence[str] | None,
    places: Mapping[str, str | None],
    headings: MeantHeadings,
) -> Attachment:
    """Plan the sheets that are added to a book.

    Args:
        book: the book; it is not changed.
        contract: the contract; None where the book's own terms are read.
        sheets: the sheets that are wanted, by their names with or without ``PBR``; None for all
            but the optional tables. What they need comes along.
        places: by table where the book has its own, as ``find_range`` takes it. A table without a
            place becomes an input sheet; an optional one only where it is wanted.
        headings: by heading of the book the heading of ours that is meant; an empty text for a
            column that is none of ours; several where it stands in several tables.

    Raises:
        FileProblem: a sheet is not known, a name is taken (code ``name-taken``), a table is not
            there, or its headings do not fit (code ``headings``).
    """
    with cells.dates_from_1904(on=book.date_1904):
        wished = _wished(sheets)
        linked = {table: place for table, place in places.items() if place is not None}
        chosen = _with_needs((*wished, *linked))
        refuse_unknown_headings(linked, headings)
        found = {
            table: link_table(book, table, linked[table], headings)
            for table in INPUTS
            if table in linked
        }
        refuse_unused_headings(found.values(), headings)
        links = {table: linked_table.link for table, linked_table in found.items()}
        if "Terms" in links:
            contract = _contract_of(book, links["Terms"], contract)
        if contract is None:
            raise FileProblem(
                "Say whose terms apply: --contract with one of"
                f" {', '.join(CONTRACT_NAMES)} or the path of a contract's TOML file, or --terms"
                " with the place of the terms in the book."
            )
        plan = _plan(book, contract, chosen, links)
        notices = [notice for table in found.values() for notice in table.notices]
        notices += _problems_of_terms(plan)
    attachment = Attachment(
        plan=plan,
        sheets=tuple(plan.name_of(sheet) for sheet in chosen),
        added=tuple(
            plan.name_of(sheet) for sheet in chosen if sheet not in {*wished, *linked, *ALWAYS}
        ),
        names=_names(plan),
        notices=tuple(notices),
    )
    _refuse_taken_names(book, attachment)
    return attachment


def write_attachment(attachment: Attachment, path: Path) -> tuple[str, ...]:
    """Write the workbook of the sheets, with the last values that they will show in the book.

    Args:
        attachment: what is written.
        path: the .xlsx file, written in place.

    Returns:
        The names of its sheets, in their order.
    """
    plan = attachment.plan
    with cells.dates_from_1904(on=plan.date_1904), TemporaryDirectory() as folder:
        # The cells of the book stand in it as values, so that it can be calculated alone.
        alone = Path(folder) / "alone.xlsx"
        write_plan(plan, alone)
        write_plan(plan, path, calculate(alone))
    return attachment.sheets


def _wished(sheets: Sequence[str] | None) -> tuple[str, ...]:
    if sheets is None:
        return tuple(sheet for sheet in OFFERED if sheet not in OPTIONAL)
    by_key = {cells.key(sheet): sheet for sheet in OFFERED}
    wished = []
    for name in sheets:
        found = by_key.get(cells.key(name).removeprefix(cells.key(PREFIX)).strip())
        if found is None:
            raise FileProblem(
                f'"{name}" is not a sheet of the template{did_you_mean(name, OFFERED)}. The sheets'
                f" are: {', '.join(OFFERED)}."
            )
        wished.append(found)
    return tuple(wished)


def _with_needs(wished: Sequence[str]) -> tuple[str, ...]:
    """The sheets with all that they need, in the order of the template."""
    chosen = set(ALWAYS)
    waiting = list(wished)
    while waiting:
        sheet = waiting.pop()
        if sheet not in chosen:
            chosen.add(sheet)
            waiting.extend(NEEDS.get(sheet, ()))
    return tuple(sheet for sheet in SHEETS if sheet in chosen)


def _contract_of(book: Book, link: Link, contract: Contract | None) -> Contract:
    """A contract with the terms that the book has."""
    by_key = {
        cells.key(label): row
        for row in reversed(link.rows)
        # A row with a day says what holds later.
        if isinstance(label := row.get("Term"), str) and cells.is_blank(row.get("From"))
    }
    entries = []
    for term in TERMS:
        row = by_key.get(cells.key(term.label), {})
        clause = row.get("Clause")
        entries.append(
            ContractTerm(term, row.get("Value"), clause if isinstance(clause, str) else "", "")
        )
    if contract is not None:
        return replace(contract, terms=tuple(entries))
    name = entries[0].value
    if not isinstance(name, str) or cells.is_blank(name):
        name = book.path.stem
    source = f"{book.path.name}, {link.place}"
    return Contract(cells.tidy(name), "", source, tuple(entries), (), (), {})


def _plan(
    book: Book, contract: Contract, chosen: tuple[str, ...], links: dict[str, Link]
) -> TemplatePlan:
    plan = template_plan_of(contract, sample=False)
    rows = {table: link.prepared_rows for table, link in links.items()}
    return replace(
        plan,
        sheets=chosen,
        prefix=PREFIX,
        book=book.path.name,
        links=links,
        date_1904=book.date_1904,
        table_rows={**plan.table_rows, **rows},
    )


def _names(plan: TemplatePlan) -> tuple[str, ...]:
    tables = (name for table, name in TABLE_NAMES.items() if table in plan.sheets)
    return (*tables, plan.as_at_name) if "Statement" in plan.sheets else tuple(tables)


def _problems_of_terms(plan: TemplatePlan) -> list[str]:
    """The first thing in the book's own terms that stops the figures."""
    link = plan.links.get("Terms")
    if link is None:
        return []
    headings = [heading for heading in ("Term", "Value", "From") if heading in link.columns]
    table = [headings, *([row[heading] for heading in headings] for row in link.rows)]
    blocking = term_rows.read_terms(table).blocking
    if not blocking:
        return []
    problem = blocking[0]
    row = "" if problem.row is None else f", row {link.heading_row + problem.row}"
    return [
        f"{problem.column} in {link.place}{row}: {problem.sentence} Until it is corrected,"
        " the results show an error, and the charts cannot know their months."
    ]


def _refuse_taken_names(book: Book, attachment: Attachment) -> None:
    sheets = {sheet.name.casefold() for sheet in book.sheets}
    names = {*book.tables, *(name.name.casefold() for name in book.names)}
    taken = [f"the sheet {name}" for name in attachment.sheets if name.casefold() in sheets]
    taken += [f"the name {name}" for name in attachment.names if name.casefold() in names]
    if not taken:
        return
    suffix = book.path.suffix
    raise FileProblem(
        f"{book.path} already has {all_of(taken)}: it looks as if the PBR sheets were attached"
        " before, or as if the workbook was made by xlpbr new. To take attached sheets out"
        f" first: xlpbr detach {book.path.name} -o OUT{suffix}",
        code="name-taken",
    )
