"""The figures worked out day by day as the tables that the functions spill."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.support.life.amounts import same, total
from tests.support.life.invoice import KINDS, invoice, vat_of_lines
from tests.support.life.lines import Span, children, lines
from tests.support.life.statement import statement
from tests.support.life.tables import Life
from tests.support.life.years import years

Rows = list[list[object]]

YEAR_HEADINGS = [
    "Financial year",
    "Saving",
    "Payable",
    "Invoiced",
    "Accrual",
    "Full-year effect",
    "Budget saving",
    "Budget cost",
    "Saving against budget",
    "Cost against budget",
]
INVOICE_HEADINGS = ["Line", "For month", "Working", "Net", "VAT", "Gross"]
LINE_HEADINGS = [
    "Child",
    "What",
    "From",
    "To",
    "Days",
    "Residential weekly cost",
    "Family weekly cost",
    "Weekly",
    "Amount",
]


def cell(value: object) -> object:
    """A cell as it is compared: a blank is None, an exact amount the float nearest to it."""
    if isinstance(value, Fraction):
        return float(value)
    return None if value == "" else value


def by_heading(table: Rows) -> list[dict[str, object]]:
    """The rows of a spilt table, each by its headings."""
    headings, *rows = table
    return [
        {str(heading): cell(value) for heading, value in zip(headings, row, strict=True)}
        for row in rows
    ]


def children_table(life: Life) -> Rows:
    """PBR_CHILDREN with the children as they are compared, in the order of Placements."""
    months: list[object] = [row.month for row in statement(life)]
    table: Rows = [["Child", "Total", *months]]
    table += [[child or "total", *map(float, row)] for child, row in children(life).items()]
    return table


def years_table(life: Life) -> Rows:
    rows = [[cell(value) for value in vars(year).values()] for year in years(life)]
    return [list(YEAR_HEADINGS), *rows]


def invoice_rows(life: Life, month: date) -> list[dict[str, object]]:
    """PBR_INVOICE without Working, each row by its headings."""
    *lines_, last = invoice(life, month)
    vats = vat_of_lines(life, [line.net for line in lines_])
    return [
        {
            "Line": line.kind,
            "For month": line.for_month,
            "Net": float(line.net),
            "VAT": float(vat),
            "Gross": float(line.net + vat),
        }
        for line, vat in zip([*lines_, last], [*vats, total(vats)], strict=True)
    ]


def kind_of_line(text: object) -> str:
    """Which kind of line it is by the words with which it begins, the longest that fit."""
    fitting = [kind for kind in KINDS if same(str(text)).startswith(same(kind))]
    assert fitting, f"{text} is no line of an invoice"
    return max(fitting, key=len)


def joined(spans: list[Span]) -> list[Span]:
    """Spans of one child that follow each other at equal prices as one."""
    made: list[Span] = []
    for span in sorted(spans, key=lambda span: (same(span.child), span.first, span.last)):
        last = made[-1] if made else None
        if (
            last is not None
            and same(last.child) == same(span.child)
            and (last.last.toordinal() + 1 == span.first.toordinal())
            and (last.residential, last.family) == (span.residential, span.family)
        ):
            made[-1] = Span(
                last.child,
                last.first,
                span.last,
                last.days + span.days,
                last.residential,
                last.family,
                last.weekly,
                total([last.amount, span.amount]),
            )
        else:
            made.append(span)
    return made


def line_cells(life: Life, month: date) -> list[tuple[object, ...]]:
    """The lines with a weekly figure, without What and Total, sorted to be compared."""
    spans = lines(life, month)
    placed = [span for span in spans if span.residential is not None]
    costs = [span for span in spans if span.residential is None and span.weekly]
    return sorted(
        (
            (
                same(span.child),
                span.first,
                span.last,
                float(span.days),
                cell(span.residential),
                cell(span.family),
                float(span.weekly) or None,
                float(span.amount),
            )
            for span in [*joined(placed), *costs]
        ),
        key=str,
    )


def once_cells(life: Life, month: date) -> list[tuple[str, date, float]]:
    """The lines of costs that count once alone: child, day and amount."""
    return sorted(
        (same(span.child), span.first, float(span.amount))
        for span in lines(life, month)
        if span.residential is None and not span.weekly
    )
