"""The PBR_ functions: cell values in, cell values out, a few lines each.

Every rule is in ``rules`` and ``statement``; here cells become records and records become cells.
Each function is declared once, by its signature, its docstring and ``@worksheet_function``; the
docstring's first paragraph is the help in Excel's function wizard.

Imports everything below the hosts, and no third-party package.

Every function raises ``CellError`` for an input it cannot use: ``#VALUE!`` for a text where a
number or date is wanted, something missing, an unknown option or ranges that do not fit;
``#NUM!`` for a number or date outside what it may be; an error value gives that same error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, cast

import xlpbr
from xlpbr import cells, checks, readings, reconcile, rules, tables, workings

# The hosts take the catalogue from here, where it is filled.
from xlpbr.catalogue import FUNCTIONS as FUNCTIONS  # noqa: PLC0414
from xlpbr.catalogue import Arg, Example, worksheet_function
from xlpbr.cells import Cell, Rows
from xlpbr.contracts import CONTRACT_NAMES, load_contract, terms_table
from xlpbr.errors import NUM, VALUE, CellError, Problem
from xlpbr.evidence import Evidence
from xlpbr.periods import Period, month_in_words
from xlpbr.statement import FIGURES, Figure, MonthStatement, Statement, settle
from xlpbr.terms import ContractTerms

_TERMS = Arg("The Terms table with its heading row: Term, Value", "table", "table")
_PLACEMENTS = Arg("The Placements table with its heading row", "table", "table")
_CARERS = Arg("The Carers table with its heading row", "table", "table", "no carers")
_CLAIMS = Arg("The Claims table with its heading row", "table", "table", "no claims")
_AS_AT = Arg("The last day that is known", "date", default="the end of the programme")


@worksheet_function(
    returns="Pounds, to the penny; ranges give a range.",
    clause="Plymouth L04 25/26, 7 para 7",
    elementwise=True,
    examples=(
        Example(
            '=PBR_SAVING(7000,1400,"1 Mar 2026","8 Mar 2026","1 Mar 2026","31 Mar 2026")', "5600"
        ),
    ),
)
def pbr_saving(
    before_weekly: Annotated[Cell, Arg("What the residential home cost", "£ a week", "cells")],
    after_weekly: Annotated[Cell, Arg("What the family placement costs", "£ a week", "cells")],
    moved_on: Annotated[Cell, Arg("Day of the move", "date", "cells", "has not moved")],
    ended_on: Annotated[Cell, Arg("Day it ended", "date", "cells", "still in place")],
    from_date: Annotated[Cell, Arg("First day of the period", "date", "cells")],
    to_date: Annotated[Cell, Arg("Last day of the period", "date", "cells")],
) -> Any:
    """Pounds saved by one placement from from_date to to_date, both included.

    Each day saves a seventh of the weekly difference. The day of the move counts, the day on
    which the placement ended does not. The result is the difference of two rounded running
    totals, so months add up to the whole. A child who has not moved saves 0; a dearer placement
    saves a negative amount.
    """

    def one(before: Cell, after: Cell, moved: Cell, ended: Cell, start: Cell, end: Cell) -> float:
        _refuse_errors(before, after, moved, ended, start, end)
        period = _period(start, end)
        placement = _placement(before, after, moved, ended)
        if placement is None:
            return 0.0
        return cells.pounds(rules.saving(*placement, period))

    return _broadcast(one, before_weekly, after_weekly, moved_on, ended_on, from_date, to_date)


@worksheet_function(
    returns="Pounds, to the penny; ranges give a range.",
    clause="Plymouth L04 25/26, 7 para 3",
    elementwise=True,
    examples=(
        Example('=PBR_PRO_RATA(599800,"1 Sep 2025",12,"31 Mar 2026")', "349883.33"),
        Example('=PBR_PRO_RATA(599800,"1 Sep 2025",12,"31 Mar 2026","days")', "348376.99"),
    ),
)
def pbr_pro_rata(
    amount: Annotated[Cell, Arg("The amount that is earned evenly", "£", "cells")],
    starts_on: Annotated[Cell, Arg("First day of the term", "date", "cells")],
    months: Annotated[Cell, Arg("Length of the term", "whole months", "cells")],
    as_at: Annotated[Cell, Arg("The day at whose end it is counted", "date", "cells")],
    basis: Annotated[Cell, Arg("months, days or whole_months", "option", "cells", "months")] = None,
) -> Any:
    """The part of an amount earned by the end of as_at, evenly over so many months.

    With "months" each calendar month counts by the share of its days; with "days" every day
    counts the same; with "whole_months" only complete months count. Before the term it is 0,
    after it the whole amount.
    """

    def one(whole: Cell, start: Cell, length: Cell, day: Cell, counted: Cell) -> float:
        _refuse_errors(whole, start, length, day, counted)
        months_of_term = _named("months", length, cells.whole_number)
        if months_of_term < 1:
            raise CellError(NUM, f"months: found {months_of_term}; expected 1 or more")
        try:
            earned = rules.pro_rata(
                _named("amount", whole, cells.number),
                _named("starts_on", start, cells.day),
                months_of_term,
                _named("as_at", day, cells.day),
                _named("basis", counted, _basis),
            )
        except OverflowError:
            raise CellError(
                NUM, f"months: found {months_of_term}; expected a term that ends by the year 9999"
            ) from None
        return cells.pounds(earned)

    return _broadcast(one, amount, starts_on, months, as_at, basis)


@worksheet_function(
    returns="Pounds, to the penny; a column for columns.",
    clause="Plymouth L04 25/26, 7 para 3",
    examples=(Example("=PBR_FEE_CAP(45000,349883.33,310000)", "39883.33"),),
)
def pbr_fee_cap(
    savings: Annotated[Cell, Arg("Savings of the period, or of each period", "£", "column", "0")],
    fee_to_date: Annotated[
        Cell, Arg("Fee earned by the end of the period, or of each period", "£", "column")
    ],
    invoiced_before: Annotated[
        Cell, Arg("Invoiced before the first period", "£", default="0")
    ] = None,
) -> Any:
    """The fee that may be invoiced: at most the savings, and at most what is earned and not paid.

    With columns in the order of time, each row's fee counts as invoiced before the next. A blank
    saving counts as 0. The fee is never below 0.
    """
    saved = _numbers("savings", savings, blank=Fraction(0))
    entitled = _numbers("fee_to_date", fee_to_date)
    _same_size("savings", savings, "fee_to_date", fee_to_date)
    before = _optional_number("invoiced_before", invoiced_before, Fraction(0))
    fees = rules.fee_cap_schedule(saved, entitled, before)
    like = savings if cells.is_range(savings) else fee_to_date
    return cells.reshape([cells.pounds(fee) for fee in fees], like)


@worksheet_function(
    returns="Pounds, to the penny; the shape of savings.",
    clause="Plymouth L04 25/26, 7 para 5",
    examples=(Example("=PBR_THRESHOLD_BONUS(4000000,3000000,0.1)", "100000"),),
)
def pbr_threshold_bonus(
    savings: Annotated[Cell, Arg("The savings that are measured", "£", "cells")],
    threshold: Annotated[Cell, Arg("The threshold, or a range of rising ones", "£", "column")],
    rate: Annotated[Cell, Arg("The rate, or one for each threshold, 0 to 1", "fraction", "column")],
    maximum: Annotated[Cell, Arg("The most that is paid", "£", default="no limit")] = None,
    shape: Annotated[Cell, Arg("excess or whole", "option", default="excess")] = None,
) -> Any:
    """The bonus on savings above a threshold; ranges of thresholds and rates make bands.

    With "excess" each rate applies to the savings between its threshold and the next. With
    "whole" the rate of the highest threshold reached applies to all the savings. The bonus is
    never below 0 and never above the maximum.
    """
    bands = _bands(threshold, rate)
    most = _not_negative("maximum", maximum, None)
    chosen = _named("shape", cells.single(shape), _shape)

    def one(value: Cell) -> float:
        saved = _named("savings", value, cells.number)
        return cells.pounds(rules.threshold_bonus(saved, bands, most, chosen))

    return _broadcast(one, savings)


@worksheet_function(
    returns="Pounds owed to the council, to the penny.",
    clause="Plymouth L04 25/26, 7 para 7",
    examples=(Example("=PBR_CLAWBACK(45000,30000,349883.33)", "15000"),),
)
def pbr_clawback(
    invoiced: Annotated[Cell, Arg("What was invoiced in each period", "£", "column")],
    savings: Annotated[Cell, Arg("The restated savings of each period", "£", "column")],
    fee_to_date: Annotated[Cell, Arg("Fee earned by the end of each period", "£", "column")],
) -> float:
    """What is to be reimbursed when placements broke down after they were invoiced.

    It is what was invoiced in all less what PBR_FEE_CAP gives in all on the restated savings,
    and never below 0. A blank invoice or saving counts as 0.
    """
    claimed = _numbers("invoiced", invoiced, blank=Fraction(0))
    saved = _numbers("savings", savings, blank=Fraction(0))
    entitled = _numbers("fee_to_date", fee_to_date)
    _same_size("invoiced", invoiced, "savings", savings)
    _same_size("savings", savings, "fee_to_date", fee_to_date)
    return cells.pounds(rules.clawback(claimed, saved, entitled))


@worksheet_function(
    returns="Pounds a year, to the penny.",
    clause="Plymouth L04 25/26, 7 para 5",
    examples=(Example('=PBR_RUN_RATE(7000,1400,"1 Mar 2026","","28 Feb 2027")', "292000"),),
)
def pbr_run_rate(
    before_weekly: Annotated[Cell, Arg("What each residential home cost", "£ a week", "column")],
    after_weekly: Annotated[Cell, Arg("What each family placement costs", "£ a week", "column")],
    moved_on: Annotated[Cell, Arg("Day of each move", "date", "column", "has not moved")],
    ended_on: Annotated[Cell, Arg("Day each ended", "date", "column", "still in place")],
    as_at: Annotated[Cell, Arg("The day at whose end it is counted", "date")],
) -> float:
    """The yearly saving of the placements that are in place at the end of as_at.

    Each placement counts its weekly difference x 365 / 7; the sum is rounded once.
    """
    columns = {
        "before_weekly": before_weekly,
        "after_weekly": after_weekly,
        "moved_on": moved_on,
        "ended_on": ended_on,
    }
    for name, column in list(columns.items())[1:]:
        _same_size("before_weekly", before_weekly, name, column)
    day = _named("as_at", cells.single(as_at), cells.day)
    in_place = []
    for row, values in enumerate(zip(*map(cells.flat, columns.values()), strict=True), start=1):
        try:
            _refuse_errors(*values)
            placement = _placement(*values)
        except CellError as error:
            raise CellError(error.code, f"row {row}: {error.message}") from None
        if placement is not None:
            weekly, moved_day, ended_day = placement
            if rules.in_place(moved_day, ended_day, day):
                in_place.append(weekly)
    return cells.pounds(rules.run_rate(in_place))


@worksheet_function(
    returns="Pounds, to the penny.",
    clause="Plymouth L04 25/26, 7 para 6; Cheshire East, 16 February 2026",
    examples=(Example('=PBR_OUTCOME_FEE(10000,"5 Jan 2026","1 Jan 2026","31 Jan 2026")', "10000"),),
)
def pbr_outcome_fee(
    price: Annotated[Cell, Arg("The price of one outcome", "£")],
    achieved_on: Annotated[Cell, Arg("The day of each outcome", "dates", "column")],
    from_date: Annotated[Cell, Arg("First day of the period", "date")],
    to_date: Annotated[Cell, Arg("Last day of the period", "date")],
    limit: Annotated[
        Cell, Arg("The most outcomes that are paid", "count", default="no limit")
    ] = None,
) -> float:
    """So much for each outcome in a period, such as each foster carer household approved.

    Dates outside the period and blank cells do not count.
    """
    _refuse_errors(cells.single(price), cells.single(from_date), cells.single(to_date))
    each = _given("price", _maybe_price("price", cells.single(price)))
    period = _period(cells.single(from_date), cells.single(to_date))
    days = [
        _named("achieved_on", value, cells.day)
        for value in cells.flat(achieved_on)
        if not cells.is_blank(value)
    ]
    most = _named("limit", limit, lambda value: cells.optional(value, cells.whole_number, None))
    if most is not None and most < 0:
        raise CellError(NUM, f"limit: found {most}; expected 0 or more")
    return cells.pounds(rules.outcome_fee(each, days, period, most))


@worksheet_function(
    returns="Pounds, to the penny; the shape of amounts.",
    clause="Plymouth L04 25/26, 4.1 and 7 para 8",
    examples=(Example("=PBR_CONTRACT_CAP(126990,1000000,900000)", "100000"),),
)
def pbr_contract_cap(
    amounts: Annotated[Cell, Arg("The amounts, in the order they are paid", "£", "cells")],
    maximum: Annotated[Cell, Arg("The contract maximum", "£", default="no limit")],
    paid_before: Annotated[Cell, Arg("Paid before the first amount", "£", default="0")] = None,
) -> Any:
    """What of each amount may still be paid before the total reaches the contract maximum.

    Amounts are taken in their order, row by row. A negative amount is a credit and frees
    headroom for those after it. A blank amount counts as 0.
    """
    owed = _numbers("amounts", amounts, blank=Fraction(0))
    most = _not_negative("maximum", maximum, None)
    before = _optional_number("paid_before", paid_before, Fraction(0))
    passed = rules.contract_cap(owed, most, before)
    return cells.reshape([cells.pounds(amount) for amount in passed], amounts)


@worksheet_function(
    returns="A table: a heading row, then a row for each month.",
    clause="the whole contract",
)
def pbr_statement(
    terms: Annotated[Cell, _TERMS],
    placements: Annotated[Cell, _PLACEMENTS],
    carers: Annotated[Cell, _CARERS] = None,
    claims: Annotated[Cell, _CLAIMS] = None,
    as_at: Annotated[Cell, _AS_AT] = None,
) -> Rows:
    """The monthly statement of a contract: savings, fee, carer fees, bonus, payable and invoiced.

    One row for each calendar month from the start to the earlier of Ends on and as_at. A wrong
    input anywhere in the tables gives an error, never a figure without it; PBR_CHECK lists all.
    """
    statement = _settle(terms, placements, carers, claims, as_at)
    return statement_table(statement)


@worksheet_function(
    returns="A table: a heading row, then a row for each option.",
    clause="the terms whose wording is open",
)
def pbr_readings(
    terms: Annotated[Cell, _TERMS],
    placements: Annotated[Cell, _PLACEMENTS],
    carers: Annotated[Cell, _CARERS] = None,
    as_at: Annotated[Cell, _AS_AT] = None,
) -> Rows:
    """What each open reading is worth: the total payable under each option, tried alone.

    Difference is against the terms as given.
    """
    statement = _settle(terms, placements, carers, None, as_at)
    return readings_table(statement)


@worksheet_function(
    returns="A table: a heading row, a row for each key and a row Total.",
    clause="Plymouth L04 25/26, 7 para 7",
)
def pbr_reconcile(
    ours: Annotated[Cell, Arg("Our keys and amounts, two columns", "table", "table")],
    theirs: Annotated[Cell, Arg("Their keys and amounts, two columns", "table", "table")],
    tolerance: Annotated[
        Cell, Arg("A difference up to this counts as agreed", "£", default="0.00")
    ] = None,
) -> Rows:
    """Our figures against theirs, key by key: agreed, over-claimed, under-claimed or missing.

    Keys are months or texts, with or without a heading row; equal keys are added up. Difference
    is theirs less ours. Where a side has no row its amount is 0.00 and the status says so.
    """
    allowed = _not_negative("tolerance", tolerance, Fraction(0))
    found = reconcile.reconcile(
        reconcile.read_amounts(ours, "ours"), reconcile.read_amounts(theirs, "theirs"), allowed
    )
    return reconciliation_table(found)


@worksheet_function(
    returns="A table: a heading row, then a row for each figure.",
    clause="the whole contract",
)
def pbr_explain(
    terms: Annotated[Cell, _TERMS],
    placements: Annotated[Cell, _PLACEMENTS],
    month: Annotated[Cell, Arg("The month: any day in it", "date")],
    carers: Annotated[Cell, _CARERS] = None,
    claims: Annotated[Cell, _CLAIMS] = None,
    as_at: Annotated[Cell, _AS_AT] = None,
) -> Rows:
    """How a month's figures came about: clause, figure, working with its numbers, and amount.

    The amounts are those of PBR_STATEMENT. A month outside the statement gives #N/A.
    """
    return explain_month(_settle(terms, placements, carers, claims, as_at), month)


@worksheet_function(
    returns="A table: a heading row, then a row for each problem.",
    clause="all data",
)
def pbr_check(
    terms: Annotated[Cell, _TERMS],
    placements: Annotated[Cell, _PLACEMENTS],
    carers: Annotated[Cell, _CARERS] = None,
    claims: Annotated[Cell, _CLAIMS] = None,
) -> Rows:
    """Every problem in the data: where it is, what was found, what was expected and what to do.

    Rows are counted from the first row under the heading row. One row says so where there are
    none.
    """
    found = checks.problems_of(
        tables.read_terms(terms), tables.read_evidence(placements, carers, claims)[0]
    )
    return problems_table(found)


@worksheet_function(
    returns="A table: a heading row, then a row for each term.",
    clause="the published decisions",
    examples=(Example('=INDEX(PBR_TERMS("plymouth-l04-2526"),10,2)', "12"),),
)
def pbr_terms(
    contract: Annotated[Cell, Arg("The contract's short name", "text")],
) -> Rows:
    """The built-in terms of a contract with units and clauses, ready to use as a Terms table."""
    name = _named("contract", cells.single(contract), cells.text)
    if not name:
        raise CellError(VALUE, "contract: nothing found; expected the contract's short name")
    for known in CONTRACT_NAMES:
        if cells.key(known) == cells.key(name):
            return [row[:4] for row in terms_table(load_contract(known))]
    near = tables.nearest(name, CONTRACT_NAMES)
    hint = f" Did you mean {near}?" if near else ""
    raise cells.unknown(
        f"contract: found {cells.shown(name)}; expected one of: {', '.join(CONTRACT_NAMES)}.{hint}"
    )


@worksheet_function(returns="Text.", clause="xlpbr", examples=())
def pbr_version() -> str:
    """The installed version of xlpbr."""
    return xlpbr.__version__


# Records to tables: what a function spills and what the report and the commands print.


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
    values = readings.value_readings(statement.terms, statement.evidence, statement.as_at)
    return [
        ["Term", "Option", "In use", "Total payable", "Difference"],
        *(
            [
                value.term.label,
                value.option,
                "yes" if value.in_use else "no",
                cells.pounds(value.payable),
                cells.pounds(value.difference),
            ]
            for value in values
        ),
    ]


def reconciliation_table(found: Iterable[reconcile.Difference]) -> Rows:
    """The rows of a reconciliation under their headings."""
    return [
        ["Key", "Ours", "Theirs", "Difference", "Status"],
        *(
            [
                row.key,
                cells.pounds(row.ours),
                cells.pounds(row.theirs),
                cells.pounds(row.difference),
                row.status,
            ]
            for row in found
        ),
    ]


def explain_month(statement: Statement, month: Cell) -> Rows:
    """The lines of the month that a cell names.

    Raises:
        CellError: ``#N/A`` for a month outside the statement; as ``cells.month``.
    """
    wanted = _named("month", cells.single(month), cells.month)
    for index, found in enumerate(statement.months):
        if found.month == wanted:
            return explanation_table(statement, index)
    raise cells.unknown(
        f"month: found {month_in_words(wanted)}; expected a month of the statement"
        f"{_span(statement)}"
    )


def explanation_table(statement: Statement, index: int) -> Rows:
    """The lines of one month of a statement under their headings."""
    return [
        ["Clause", "Figure", "Working", "Amount"],
        *(
            [
                line.clause,
                line.figure.heading,
                line.working,
                float(line.amount) if line.figure.kind == "count" else cells.pounds(line.amount),
            ]
            for line in workings.explain(statement, index)
        ),
    ]


def problems_table(found: Iterable[Problem]) -> Rows:
    """The problems under their headings; one row says so where there are none."""
    rows: Rows = [
        [
            problem.table,
            "" if problem.row is None else float(problem.row),
            problem.column,
            problem.found,
            problem.expected,
            problem.remedy,
        ]
        for problem in found
    ]
    if not rows:
        rows = [["All tables", "", "", "no problems", "no problems", "Nothing to do."]]
    return [["Table", "Row", "Column", "Found", "Expected", "What to do"], *rows]


# Arguments to exact values.


def _settle(terms: Cell, placements: Cell, carers: Cell, claims: Cell, as_at: Cell) -> Statement:
    read = read_contract(terms, placements, carers, claims)
    day = _named("as_at", as_at, lambda value: cells.optional(value, cells.day, None))
    return settle(*read, day)


def read_contract(
    terms: Cell, placements: Cell, carers: Cell = None, claims: Cell = None
) -> tuple[ContractTerms, Evidence]:
    """The records of a contract's tables.

    Raises:
        CellError: the first problem that stops the figures.
    """
    found_terms = tables.read_terms(terms)
    found_evidence, _ = tables.read_evidence(placements, carers, claims)
    for problem in (*found_terms.blocking, *found_evidence.blocking):
        raise problem.as_error()
    return found_terms.record, found_evidence.record


def _span(statement: Statement) -> str:
    if not statement.months:
        return ", which has no month yet"
    first, last = statement.months[0].month, statement.months[-1].month
    return f", {month_in_words(first)} to {month_in_words(last)}"


def _broadcast(one: Callable[..., float], *arguments: Cell) -> Any:
    """One result for each combination of cells, as Excel broadcasts; errors stay in their cells."""
    if not any(map(cells.is_range, arguments)):
        return one(*arguments)
    ranges = [cells.rows(argument) for argument in arguments]
    height = max(len(found) for found in ranges)
    width = max(len(found[0]) for found in ranges)
    for found in ranges:
        if len(found) not in (1, height) or len(found[0]) not in (1, width):
            raise CellError(
                VALUE,
                f"found ranges of {len(found)} x {len(found[0])} and {height} x {width} cells;"
                " expected ranges of the same size",
            )

    def at(row: int, column: int) -> float | CellError:
        values = (
            found[row if len(found) > 1 else 0][column if len(found[0]) > 1 else 0]
            for found in ranges
        )
        try:
            return one(*values)
        except CellError as error:
            return error

    return [[at(row, column) for column in range(width)] for row in range(height)]


def _refuse_errors(*values: Cell) -> None:
    for value in values:
        error = cells.error_in(value)
        if error is not None:
            raise error


def _named(name: str, value: Cell, read: Callable[[Cell], Any]) -> Any:
    """What ``read`` makes of a cell; its error names the argument."""
    try:
        return read(value)
    except CellError as error:
        if cells.error_in(value) is not None:
            raise
        raise CellError(error.code, f"{name}: {error.message}") from None


def _basis(value: Cell) -> Any:
    return cells.optional(
        value, lambda found: cells.option(found, ("months", "days", "whole_months")), "months"
    )


def _shape(value: Cell) -> Any:
    return cells.optional(value, lambda found: cells.option(found, ("excess", "whole")), "excess")


def _placement(
    before: Cell, after: Cell, moved: Cell, ended: Cell
) -> tuple[Fraction, date, date | None] | None:
    """The weekly saving and the days of a placement; None for a child who has not moved."""
    moved_day = _maybe_day("moved_on", moved)
    ended_day = _maybe_day("ended_on", ended)
    before_price = _maybe_price("before_weekly", before)
    after_price = _maybe_price("after_weekly", after)
    if moved_day is None:
        return None
    if ended_day is not None and ended_day < moved_day:
        raise CellError(
            NUM,
            f"ended_on: found {ended_day:%d/%m/%Y}; expected a day on or after moved_on,"
            f" {moved_day:%d/%m/%Y}",
        )
    weekly = _given("before_weekly", before_price) - _given("after_weekly", after_price)
    return weekly, moved_day, ended_day


def _maybe_day(name: str, value: Cell) -> date | None:
    return None if cells.is_blank(value) else cast(date, _named(name, value, cells.day))


def _maybe_price(name: str, value: Cell) -> Fraction | None:
    if cells.is_blank(value):
        return None
    price: Fraction = _named(name, value, cells.number)
    if price < 0:
        raise CellError(NUM, f"{name}: found {cells.shown(value)}; expected a price, 0 or more")
    return price


def _given(name: str, price: Fraction | None) -> Fraction:
    if price is None:
        raise CellError(VALUE, f"{name}: nothing found; expected a price")
    return price


def _period(start: Cell, end: Cell) -> Period:
    period = Period(_named("from_date", start, cells.day), _named("to_date", end, cells.day))
    if period.last < period.first:
        raise CellError(
            NUM,
            f"to_date: found {period.last:%d/%m/%Y}; expected a day on or after from_date,"
            f" {period.first:%d/%m/%Y}",
        )
    return period


def _optional_number(name: str, value: Cell, default: Any) -> Any:
    return _named(name, value, lambda found: cells.optional(found, cells.number, default))


def _not_negative(name: str, value: Cell, default: Any) -> Any:
    found = _optional_number(name, value, default)
    if found is not None and found < 0:
        quoted = cells.shown(cells.single(value))
        raise CellError(NUM, f"{name}: found {quoted}; expected 0 or more")
    return found


def _numbers(name: str, value: Cell, blank: Fraction | None = None) -> list[Fraction]:
    found = []
    for row, cell in enumerate(cells.flat(value), start=1):
        if blank is not None and cells.is_blank(cell):
            found.append(blank)
            continue
        where = f"{name}, row {row}" if cells.is_range(value) else name
        found.append(_named(where, cell, cells.number))
    return found


def _same_size(name: str, value: Cell, other_name: str, other: Cell) -> None:
    def size(found: Cell) -> tuple[int, int]:
        in_rows = cells.rows(found)
        return len(in_rows), len(in_rows[0])

    mine, theirs = size(value), size(other)
    if mine != theirs:
        raise CellError(
            VALUE,
            f"{other_name}: found {theirs[0]} x {theirs[1]} cells; expected {mine[0]} x {mine[1]},"
            f" as in {name}",
        )
    if min(mine) > 1:
        raise CellError(
            VALUE, f"{name}: found {mine[0]} x {mine[1]} cells; expected one row or one column"
        )


def _bands(threshold: Cell, rate: Cell) -> list[tuple[Fraction, Fraction]]:
    thresholds, rates = cells.flat(threshold), cells.flat(rate)
    if len(thresholds) != len(rates):
        raise CellError(
            VALUE,
            f"rate: found {len(rates)} cells; expected {len(thresholds)}, one for each threshold",
        )
    bands = []
    for low, share in zip(thresholds, rates, strict=True):
        if len(thresholds) > 1 and cells.is_blank(low) and cells.is_blank(share):
            continue
        exact_rate = _named("rate", share, cells.number)
        if not 0 <= exact_rate <= 1:
            raise CellError(NUM, f"rate: found {cells.shown(share)}; expected 0 to 1")
        bands.append((_named("threshold", low, cells.number), exact_rate))
    if not bands:
        raise CellError(VALUE, "threshold: nothing found; expected a number")
    if not rules.thresholds_rise(low for low, _ in bands):
        raise CellError(NUM, "threshold: found thresholds that do not rise; expected rising ones")
    return bands
