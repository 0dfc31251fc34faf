"""The workbook of a portfolio: sums over contracts, years and providers, and every row beneath.

Values only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from pathlib import Path

from xlsxwriter import Workbook

import xlpbr
from xlpbr.errors import FileProblem
from xlpbr.periods import day_in_words, month_in_words
from xlpbr.settlement.statement import FIGURES
from xlpbr.workbook.files.safe_writing import write_safely
from xlpbr.workbook.look.styles import Styles
from xlpbr.workbook.portfolio.files import SHEETS
from xlpbr.workbook.portfolio.folder import SettledFolder
from xlpbr.workbook.portfolio.page import LAST_ROW, Cell, write_rows
from xlpbr.workbook.portfolio.summary import (
    Portfolio,
    as_at,
    caution_lines,
    count,
    each,
    part_year_lines,
    summary_lines,
    summary_rows,
    total_of,
)
from xlpbr.workbook.portfolio.sums import FLOWS, add_up, headroom, year_in_words
from xlpbr.workbook.report.page import PageFrame, ReportColumn, clean_text, new_page

_ROWS_ABOVE = 16
_NOT_NAMED = "not named"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet: its title, its columns, the lines above the table, and the rows of the table."""

    title: str
    columns: Sequence[ReportColumn]
    lines: Callable[[Portfolio], list[str]]
    rows: Callable[[Portfolio], Iterator[list[Cell]]]
    totals: Callable[[Portfolio], list[Cell]] | None = None
    frozen: int = 1


def write_portfolio(folder: SettledFolder, target: Path, *, prepared_on: date) -> None:
    """Write the workbook of a settled folder.

    Args:
        folder: the folder.
        target: the workbook to write.
        prepared_on: the day on which it is made.

    Raises:
        FileProblem: there are more month rows than a sheet has, or the target is an input or
            cannot be written.
    """
    settled = folder.settled
    portfolio = Portfolio(folder, settled, add_up(folder.months, settled))
    rows = int(portfolio.sums.contracts["months"].sum())
    if rows > LAST_ROW - _ROWS_ABOVE:
        raise FileProblem(
            f"{rows:,} months are more than a sheet holds ({LAST_ROW:,} rows). Write a .parquet "
            "file, or settle fewer contracts at a time."
        )
    write_safely(
        target,
        partial(_write, portfolio, prepared_on),
        inputs=[file.path for file in folder.files],
    )


def _write(portfolio: Portfolio, prepared_on: date, place: Path) -> None:
    with Workbook(str(place), {"constant_memory": True}) as workbook:
        workbook.set_properties(
            {
                "title": clean_text(f"Portfolio of {portfolio.folder.folder.resolve().name}"),
                "subject": "Payment-by-results contracts: savings and payments",
                "author": "xlpbr",
                "comments": f"Values only. Made with xlpbr {xlpbr.__version__}.",
                "created": datetime.combine(prepared_on, time()),
            }
        )
        styles = Styles(workbook)
        frame = PageFrame(
            header=f"Payment-by-results contracts: {portfolio.folder.folder.resolve().name}",
            footer=f"{as_at(portfolio, short=True)}. Prepared {day_in_words(prepared_on)}.",
        )
        for name in SHEETS:
            sheet = _SHEETS[name]
            page = new_page(workbook, styles, name, sheet.title, sheet.columns, frame)
            row = page.write_lines(1, sheet.lines(portfolio))
            write_rows(
                page,
                row,
                f"Portfolio{name.title().replace(' ', '')}",
                sheet.rows(portfolio),
                totals=sheet.totals(portfolio) if sheet.totals else None,
                frozen=sheet.frozen,
            )
            if name == "Summary":
                page.sheet.fit_to_pages(1, 1)
                page.sheet.activate()


def _lines_above(*lines: str, years: bool = False) -> Callable[[Portfolio], list[str]]:
    return lambda portfolio: [
        f"{as_at(portfolio)}.",
        *lines,
        *(part_year_lines(portfolio) if years else ()),
        *caution_lines(portfolio),
    ]


# Contracts, years, providers

_BY_CONTRACT = ("saving", "fee", "carer_fees", "bonus", "held_back", "payable", "invoiced")


def _contract_rows(portfolio: Portfolio) -> Iterator[list[Cell]]:
    names = {outcome.number: outcome.name for outcome in portfolio.folder.outcomes}
    for sums in each(portfolio.sums.contracts):
        facts = portfolio.settled[sums.Index]
        yield [
            facts.contract,
            facts.commissioner or _NOT_NAMED,
            facts.provider or _NOT_NAMED,
            facts.starts_on,
            facts.ends_on,
            facts.last_day if sums.months else "no month yet",
            sums.children,
            *(getattr(sums, flow) for flow in _BY_CONTRACT),
            sums.balance,
            sums.net_saving,
            facts.maximum,
            headroom(facts, sums.payable),
            names[sums.Index],
        ]


def _year_rows(portfolio: Portfolio) -> Iterator[list[Cell]]:
    for sums in each(portfolio.sums.years):
        yield [
            year_in_words(sums.Index), sums.contracts, sums.children,
            *(getattr(sums, flow) for flow in FLOWS),
        ]  # fmt: skip


def _year_and_contract_rows(portfolio: Portfolio) -> Iterator[list[Cell]]:
    for sums in each(portfolio.sums.years_by_contract):
        facts = portfolio.settled[sums.number]
        yield [
            year_in_words(sums.year), facts.contract, facts.provider or _NOT_NAMED,
            sums.children, *(getattr(sums, flow) for flow in FLOWS),
        ]  # fmt: skip


def _provider_rows(portfolio: Portfolio) -> Iterator[list[Cell]]:
    for sums in each(portfolio.sums.providers):
        yield [
            sums.Index or _NOT_NAMED, sums.contracts, sums.children,
            *(getattr(sums, flow) for flow in FLOWS), sums.balance,
        ]  # fmt: skip


# Months and files


def _rows_of_the_months_sheet(portfolio: Portfolio) -> Iterator[list[Cell]]:
    for rows in portfolio.folder.months.blocks(portfolio.settled):
        figures = zip(*(rows[figure.field_name].tolist() for figure in FIGURES), strict=True)
        for number, values in zip(rows["number"].tolist(), figures, strict=True):
            facts = portfolio.settled[number]
            yield [facts.contract, facts.provider or _NOT_NAMED, *values]


def _file_rows(portfolio: Portfolio) -> Iterator[list[Cell]]:
    for outcome in sorted(portfolio.folder.outcomes, key=lambda outcome: outcome.is_settled):
        contract = outcome.facts.contract if outcome.facts else ""
        if outcome.is_settled:
            yield [
                outcome.name, contract, "settled", "",
                " ".join(outcome.notes) or "Nothing to do.",
            ]  # fmt: skip
        for finding in outcome.findings:
            sentence = finding.sentence
            if finding.place:
                sentence = f"{sentence[:1].upper()}{sentence[1:]}"
            yield [outcome.name, contract, "not settled", finding.place, sentence]


def _file_lines(portfolio: Portfolio) -> list[str]:
    return [
        f"{count(len(portfolio.folder.files), 'file')}: "
        f"{len(portfolio.settled):,} settled, "
        f"{len(portfolio.folder.not_settled):,} not settled. A file that was not settled has a row "
        "for each thing to correct; these come first.",
        "Correct the cells, or take a file without a contract out of the folder, and run the "
        "command again with --replace. xlpbr check FILE lists the same for one file.",
    ]


def _period(portfolio: Portfolio) -> list[str]:
    years = portfolio.sums.years_by_contract
    if not len(years):
        return ["There is no month yet."]
    first = min(facts.starts_on for facts in portfolio.settled.values())
    last = max(facts.last_day for facts in portfolio.settled.values())
    return [f"Months from {month_in_words(first)} to {month_in_words(last)}."]


def _totals(label: str, of: str, *columns: str | None) -> Callable[[Portfolio], list[Cell]]:
    """The last row of a sheet: sums of some columns of one of the frames of ``Sums``."""

    def totals(portfolio: Portfolio) -> list[Cell]:
        total = total_of(getattr(portfolio.sums, of))
        return [label, *(total[column] if column else None for column in columns)]

    return totals


def _flow_columns(width: float = 16) -> list[ReportColumn]:
    return [ReportColumn(heading, width, "money") for heading, _ in FLOWS.values()]


_SHEETS = {
    "Summary": _Sheet(
        "Summary: where the contracts stand",
        (
            ReportColumn("Measure", 32),
            ReportColumn("Number", 10, "count"),
            ReportColumn("Amount", 20, "money"),
            ReportColumn("What it is", 62),
        ),
        summary_lines,
        summary_rows,
    ),
    "Contracts": _Sheet(
        "Contracts: one row each",
        (
            ReportColumn("Contract", 28),
            ReportColumn("Commissioner", 29),
            ReportColumn("Provider", 29),
            ReportColumn("Starts on", 12.5, "date"),
            ReportColumn("Ends on", 12.5, "date"),
            ReportColumn("Figures to", 12.5, "date"),
            ReportColumn("Children in place", 9.5, "count"),
            *(ReportColumn(FLOWS[flow].heading, 15, "money") for flow in _BY_CONTRACT),
            ReportColumn("Balance", 15, "money"),
            ReportColumn("Net saving", 15, "money"),
            ReportColumn("Contract maximum", 15, "money"),
            ReportColumn("Left of maximum", 15, "money"),
            ReportColumn("File", 30),
        ),
        _lines_above(
            "Amounts are those to date. Balance is payable less invoiced; net saving is saving "
            "less payable. A blank maximum: the terms have none."
        ),
        _contract_rows,
        _totals(
            "All contracts",
            "contracts",
            *[None] * 5,
            "children",
            *_BY_CONTRACT,
            "balance",
            "net_saving",
            *[None] * 3,
        ),
    ),
    "Financial years": _Sheet(
        "Financial years: 1 April to 31 March",
        (
            ReportColumn("Financial year", 14),
            ReportColumn("Contracts", 10.5, "count"),
            ReportColumn("Children at the end", 13, "count"),
            *_flow_columns(17),
        ),
        _lines_above(
            "A month counts for the year in which it lies. Children at the end: in place in the "
            "last month of the year that is settled.",
            years=True,
        ),
        _year_rows,
        _totals("All years", "years", None, None, *FLOWS),
    ),
    "Years by contract": _Sheet(
        "Years by contract: each financial year of each contract",
        (
            ReportColumn("Financial year", 12),
            ReportColumn("Contract", 28),
            ReportColumn("Provider", 29),
            ReportColumn("Children at the end", 13, "count"),
            *_flow_columns(15),
        ),
        _lines_above(
            "The same figures as on the sheet Financial years, a row for each contract.", years=True
        ),
        _year_and_contract_rows,
        frozen=2,
    ),
    "Providers": _Sheet(
        "Providers: the contracts of each",
        (
            ReportColumn("Provider", 34),
            ReportColumn("Contracts", 10.5, "count"),
            ReportColumn("Children in place", 10.5, "count"),
            *_flow_columns(),
            ReportColumn("Balance", 16, "money"),
        ),
        _lines_above("Providers are told apart by the name in the terms, whatever its capitals."),
        _provider_rows,
        _totals("All providers", "providers", "contracts", "children", *FLOWS, "balance"),
    ),
    "Months": _Sheet(
        "Months: every month of every contract",
        (
            ReportColumn("Contract", 28),
            ReportColumn("Provider", 29),
            *(
                ReportColumn(
                    figure.heading,
                    {"month": 10.5, "count": 10.5}.get(figure.kind, 15),
                    figure.kind,
                )
                for figure in FIGURES
            ),
        ),
        lambda portfolio: [
            f"{as_at(portfolio)}.",
            "Figures to date include all months of the contract up to that row.",
            *_period(portfolio),
            *caution_lines(portfolio),
        ],
        _rows_of_the_months_sheet,
        frozen=3,
    ),
    "Files": _Sheet(
        "Files: what became of each",
        (
            ReportColumn("File", 34),
            ReportColumn("Contract", 24),
            ReportColumn("What became of it", 14),
            ReportColumn("Where", 28),
            ReportColumn("What is wrong, and what to do", 80),
        ),
        _file_lines,
        _file_rows,
    ),
}
