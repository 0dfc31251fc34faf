"""Records to tables of cells: what a function spills and what a command prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction

from xlpbr import cells
from xlpbr.cells import Cell, Rows
from xlpbr.errors import NA, CellError, Problem
from xlpbr.forecast.run import MONTH_FIGURES, Forecast, Sensitivity
from xlpbr.forecast.scenarios import PERCENTILES, Spread
from xlpbr.money import Pence
from xlpbr.periods import month_in_words
from xlpbr.settlement import invoice, lines, readings, reconcile, workings, years
from xlpbr.settlement.statement import FIGURES, Figure, MonthStatement, Statement


def statement_table(statement: Statement) -> Rows:
    """The statement under its headings, a row for each month."""
    return [
        [figure.heading for figure in FIGURES],
        *([_figure_cell(figure, month) for figure in FIGURES] for month in statement.months),
    ]


def _figure_cell(figure: Figure, month: MonthStatement) -> Cell:
    value = getattr(month, figure.field_name)
    if figure.kind == "money":
        return cells.pounds(value)
    return float(value) if figure.kind == "count" else value


def readings_table(statement: Statement) -> Rows:
    """What each open reading is worth at the statement's day."""
    rows: Rows = [["Term", "Option", "In use", "Total payable", "Difference"]]
    for value in readings.value_readings(statement.terms, statement.evidence, statement.as_at):
        in_use = "yes" if value.in_use else "no"
        amounts = map(cells.pounds, (value.payable, value.difference))
        rows.append([value.term.label, value.option, in_use, *amounts])
    return rows


def reconciliation_table(found: Iterable[reconcile.Difference]) -> Rows:
    """The rows of a reconciliation under their headings."""
    rows: Rows = [["Key", "Ours", "Theirs", "Difference", "Status"]]
    for row in found:
        amounts = map(cells.pounds, (row.ours, row.theirs, row.difference))
        rows.append([row.key, *amounts, row.status])
    return rows


INVOICE_HEADINGS = ("Line", "For month", "Working", "Net", "VAT", "Gross")
LINE_HEADINGS = (
    "Child", "What", "From", "To", "Days", "Residential weekly cost", "Family weekly cost",
    "Weekly", "Amount",
)  # fmt: skip
YEAR_HEADINGS = (
    "Financial year", "Saving", "Payable", "Invoiced", "Accrual", "Full-year effect",
    "Budget saving", "Budget cost", "Saving against budget", "Cost against budget",
)  # fmt: skip


def invoice_of_month(
    statement: Statement, month: date, money: Callable[[Pence], Cell] = cells.pounds
) -> Rows:
    """The lines of a month's invoice under their headings, the total last.

    Raises:
        CellError: ``#N/A`` for a month outside the statement.
    """
    found = invoice.invoice_lines(statement, index_of_month(statement, month))
    return [
        list(INVOICE_HEADINGS),
        *(
            [line.line, line.month, line.working, *map(money, (line.net, line.vat, line.gross))]
            for line in found
        ),
    ]


def lines_of_month(
    statement: Statement, month: date, money: Callable[[Pence], Cell] = cells.pounds
) -> Rows:
    """The lines of a month's saving under their headings, the total last.

    Raises:
        CellError: ``#N/A`` for a month outside the statement.
    """
    found = statement.months[index_of_month(statement, month)]
    rows: Rows = [list(LINE_HEADINGS)]
    for line in lines.saving_lines(statement, found):
        prices: list[Cell] = ["", ""]
        if line.prices is not None:
            both = (line.prices.residential_weekly, line.prices.family_weekly)
            prices = [cells.plain_number(price) for price in both]
        rows.append(
            [
                line.child, line.what, line.days.first, line.days.last, float(line.day_count),
                *prices, cells.plain_number(line.weekly), money(line.amount),
            ]
        )  # fmt: skip
    return [*rows, ["Total", "", "", "", "", "", "", "", money(found.saving)]]


def children_table(statement: Statement, money: Callable[[Pence], Cell] = cells.pounds) -> Rows:
    """The saving of each child and month, children down, with their totals."""
    children = lines.savings_by_child(statement)
    months = [month.saving for month in statement.months]
    return [
        ["Child", "Total", *(month.month for month in statement.months)],
        *([one.child, *map(money, (sum(one.months), *one.months))] for one in children),
        ["Total", *map(money, (sum(months), *months))],
    ]


def years_table(statement: Statement, money: Callable[[Pence], Cell] = cells.pounds) -> Rows:
    """The financial years of a statement beside their budget."""
    rows: Rows = [list(YEAR_HEADINGS)]
    for year in years.financial_years(statement):
        figures = (year.saving, year.payable, year.invoiced, year.accrual, year.full_year_effect)
        budget = (
            year.budget_saving,
            year.budget_cost,
            None if year.budget_saving is None else year.saving - year.budget_saving,
            None if year.budget_cost is None else year.payable - year.budget_cost,
        )
        rows.append(
            [
                years.year_in_words(year.first_day),
                *map(money, figures),
                *("" if amount is None else money(amount) for amount in budget),
            ]
        )
    return rows


def index_of_month(statement: Statement, month: date) -> int:
    """Which month of a statement a day's month is, counted from 0.

    Raises:
        CellError: ``#N/A`` for a month outside the statement.
    """
    for index, found in enumerate(statement.months):
        if found.month == month:
            return index
    expected = f"a month of the statement{_span(statement)}"
    raise CellError(NA, f"month: found {month_in_words(month)}; expected {expected}")


def explain_month(
    statement: Statement, month: date, money: Callable[[Pence], Cell] = cells.pounds
) -> Rows:
    """The lines of one month of a statement under their headings.

    Args:
        statement: a settled contract.
        month: the first day of the month.
        money: how an amount stands in a cell.

    Raises:
        CellError: ``#N/A`` for a month outside the statement.
    """
    return explanation_table(statement, index_of_month(statement, month), money)


def _span(statement: Statement) -> str:
    if not statement.months:
        return ", which has no month yet"
    first, last = statement.months[0].month, statement.months[-1].month
    return f", {month_in_words(first)} to {month_in_words(last)}"


def explanation_table(
    statement: Statement, index: int, money: Callable[[Pence], Cell] = cells.pounds
) -> Rows:
    """The lines of one month of a statement under their headings."""
    rows: Rows = [["Clause", "Figure", "Working", "Amount"]]
    for line in workings.explain(statement, index):
        is_count = line.figure.kind == "count"
        amount = float(line.amount) if is_count else money(line.amount)
        rows.append([line.clause, line.figure.heading, line.working, amount])
    return rows


FORECAST_FIGURES = tuple((field.replace("_", " ").capitalize(), field) for field in MONTH_FIGURES)
"""The figures of a forecast in the order of its columns: heading and field."""

FORECAST_CHANCES = (
    ("Chance that the fee is fully earned", "fee_earned", "no fee in the terms"),
    ("Chance that the bonus threshold is passed", "threshold_passed", "no bonus in the terms"),
    ("Chance that the maximum binds", "maximum_binds", "no maximum in the terms"),
)
"""Each chance: its label, its field and what stands there where the terms have none."""

SENSITIVITY_HEADINGS = (
    "What moves the net saving most", "Low", "High", "Net saving at low", "Net saving at high",
    "Difference",
)  # fmt: skip

NOTHING_UNCERTAIN = "Nothing is uncertain"
NOTHING_MOVES_IT = "No assumption moves it by itself"

FORECAST_HEADINGS = (
    "Month",
    *(
        f"{heading}, {what}"
        for heading, _ in FORECAST_FIGURES
        for what in (*(f"{percent}th percentile" for percent in PERCENTILES), "mean")
    ),
)


def forecast_table(forecast: Forecast) -> Rows:
    """The months of a forecast and their total, the chances, and what moves the result most."""
    rows = [*forecast_months(forecast), *forecast_chances(forecast)]
    rows += forecast_sensitivities(forecast)
    return [row + [""] * (len(FORECAST_HEADINGS) - len(row)) for row in rows]


def forecast_months(forecast: Forecast, money: Callable[[Pence], Cell] = cells.pounds) -> Rows:
    """The months of a forecast under their headings, and their total."""
    last = forecast.months[-1]
    to_date = [getattr(last, field) for _, field in FORECAST_FIGURES[3:]]
    return [
        list(FORECAST_HEADINGS),
        *(
            [month.month, *_spreads((getattr(month, field) for field in MONTH_FIGURES), money)]
            for month in forecast.months
        ),
        ["Total", *_spreads([*to_date, *to_date], money)],
    ]


def forecast_chances(forecast: Forecast) -> Rows:
    """Each chance with its label; a text where the terms have nothing of the kind."""
    rows: Rows = []
    for label, field, none in FORECAST_CHANCES:
        chance: Fraction | None = getattr(forecast, field)
        rows.append([label, none if chance is None else cells.plain_number(chance)])
    return rows


def forecast_sensitivities(forecast: Forecast) -> Rows:
    """What moves the net saving under its headings, the most first."""
    rows: Rows = [_sensitivity(one) for one in forecast.sensitivities]
    if not rows:
        rows = [[NOTHING_UNCERTAIN if forecast.certain else NOTHING_MOVES_IT]]
    return [list(SENSITIVITY_HEADINGS), *rows]


def _spreads(spreads: Iterable[Spread], money: Callable[[Pence], Cell]) -> list[Cell]:
    return [
        money(pence)
        for spread in spreads
        for pence in (spread.p10, spread.p50, spread.p90, spread.mean)
    ]


def _sensitivity(one: Sensitivity) -> list[Cell]:
    tried = map(cells.plain_number, (one.low, one.high))
    amounts = map(cells.pounds, (one.net_at_low, one.net_at_high, one.difference))
    return [one.label, *tried, *amounts]


def problems_table(found: Iterable[Problem]) -> Rows:
    """The problems under their headings; one row says so where there are none."""
    rows: Rows = [["Table", "Row", "Column", "Found", "Expected", "What to do"]]
    for one in found:
        row = "" if one.row is None else float(one.row)
        rows.append([one.table, row, one.column, one.found, one.expected, one.remedy])
    if len(rows) == 1:
        rows.append(["All tables", "", "", "no problems", "no problems", "Nothing to do."])
    return rows
