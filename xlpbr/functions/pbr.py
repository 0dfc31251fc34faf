"""The PBR_ functions: cell values in, cell values out, a few lines each.

Every rule is in ``rules`` and ``statement``; here cells become records and records become cells.
Each function is declared once, by its signature, its docstring and ``@worksheet_function``; the
docstring's first paragraph is the help in Excel's function wizard.

Every function raises ``CellError`` for an input it cannot use: ``#VALUE!`` for a text where a
number or date is wanted, something missing, an unknown option or ranges that do not fit;
``#NUM!`` for a number or date outside what it may be; an error value gives that same error.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

import xlpbr
from xlpbr import cells
from xlpbr.cells import Cell, Rows
from xlpbr.contract.library import CONTRACT_NAMES, load_contract, terms_table
from xlpbr.errors import NUM, VALUE, CellError
from xlpbr.forecast.run import MOST_SEED, forecast, within
from xlpbr.functions import arguments, spills

# The hosts take the catalogue from here, where it is filled.
from xlpbr.functions.catalogue import FUNCTIONS as FUNCTIONS  # noqa: PLC0414
from xlpbr.functions.catalogue import Arg, Example, worksheet_function
from xlpbr.settlement import reconcile, rules
from xlpbr.settlement.statement import Statement, settle
from xlpbr.tables import assumptions as assumption_rows
from xlpbr.tables import checks
from xlpbr.tables import evidence as tables
from xlpbr.tables import headings as ranges
from xlpbr.tables import terms as term_rows

_TERMS = Arg("The Terms table with its heading row: Term, Value", "table", "table")
_PLACEMENTS = Arg("The Placements table with its heading row", "table", "table")
_CARERS = Arg("The Carers table with its heading row", "table", "table", "no carers")
_CLAIMS = Arg("The Claims table with its heading row", "table", "table", "no claims")
_AS_AT = Arg("The last day that is known", "date", default="the end of the programme")

_SCENARIOS, _MOST_SCENARIOS = 1_000, 100_000
_MOST_CHILDREN_DRAWN = 4_000_000
"""Scenarios times placements in one cell: more would keep the sheet waiting."""


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
        arguments.refuse_errors(before, after, moved, ended, start, end)
        period = arguments.period(start, end)
        placement = arguments.placement(before, after, moved, ended)
        if placement is None:
            return 0.0
        return cells.pounds(rules.saving(*placement, period))

    return arguments.broadcast(
        one, before_weekly, after_weekly, moved_on, ended_on, from_date, to_date
    )


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
        arguments.refuse_errors(whole, start, length, day, counted)
        months_of_term = arguments.named("months", length, cells.whole_number)
        if months_of_term < 1:
            raise CellError(NUM, f"months: found {months_of_term}; expected 1 or more")
        try:
            earned = rules.pro_rata(
                arguments.named("amount", whole, cells.number),
                arguments.named("starts_on", start, cells.day),
                months_of_term,
                arguments.named("as_at", day, cells.day),
                arguments.named("basis", counted, arguments.basis),
            )
        except OverflowError:
            raise CellError(
                NUM, f"months: found {months_of_term}; expected a term that ends by the year 9999"
            ) from None
        return cells.pounds(earned)

    return arguments.broadcast(one, amount, starts_on, months, as_at, basis)


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
    saved = arguments.numbers("savings", savings, blank=Fraction(0))
    entitled = arguments.numbers("fee_to_date", fee_to_date)
    arguments.same_size("savings", savings, "fee_to_date", fee_to_date)
    before = arguments.optional_number("invoiced_before", invoiced_before, Fraction(0))
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
    bands = arguments.bands(threshold, rate)
    most = arguments.not_negative("maximum", maximum, None)
    chosen = arguments.named("shape", cells.single(shape), arguments.shape)

    def one(value: Cell) -> float:
        saved = arguments.named("savings", value, cells.number)
        return cells.pounds(rules.threshold_bonus(saved, bands, most, chosen))

    return arguments.broadcast(one, savings)


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
    claimed = arguments.numbers("invoiced", invoiced, blank=Fraction(0))
    saved = arguments.numbers("savings", savings, blank=Fraction(0))
    entitled = arguments.numbers("fee_to_date", fee_to_date)
    arguments.same_size("invoiced", invoiced, "savings", savings)
    arguments.same_size("savings", savings, "fee_to_date", fee_to_date)
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
        arguments.same_size("before_weekly", before_weekly, name, column)
    day = arguments.named("as_at", cells.single(as_at), cells.day)
    in_place = []
    for row, values in enumerate(zip(*map(cells.flat, columns.values()), strict=True), start=1):
        try:
            arguments.refuse_errors(*values)
            placement = arguments.placement(*values)
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
    arguments.refuse_errors(cells.single(price), cells.single(from_date), cells.single(to_date))
    each = arguments.given("price", arguments.maybe_price("price", cells.single(price)))
    period = arguments.period(cells.single(from_date), cells.single(to_date))
    days = [
        arguments.named("achieved_on", value, cells.day)
        for value in cells.flat(achieved_on)
        if not cells.is_blank(value)
    ]
    most = arguments.named(
        "limit", limit, lambda value: cells.optional(value, cells.whole_number, None)
    )
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
    owed = arguments.numbers("amounts", amounts, blank=Fraction(0))
    most = arguments.not_negative("maximum", maximum, None)
    before = arguments.optional_number("paid_before", paid_before, Fraction(0))
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
    return spills.statement_table(statement)


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
    return spills.readings_table(statement)


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
    allowed = arguments.not_negative("tolerance", tolerance, Fraction(0))
    found = reconcile.reconcile(
        reconcile.read_amounts(ours, "ours"), reconcile.read_amounts(theirs, "theirs"), allowed
    )
    return spills.reconciliation_table(found)


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
    wanted = arguments.named("month", cells.single(month), cells.month)
    return spills.explain_month(_settle(terms, placements, carers, claims, as_at), wanted)


@worksheet_function(
    returns="A table: months, total, chances, and what moves the net saving most.",
    clause="the whole contract; docs/guide/forecast.md",
)
def pbr_forecast(
    terms: Annotated[Cell, _TERMS],
    placements: Annotated[Cell, _PLACEMENTS],
    assumptions: Annotated[
        Cell, Arg("The Assumptions table with its heading row: Assumption, Value", "table", "table")
    ],
    as_at: Annotated[
        Cell, Arg("The last day that is known", "date", default="the day before the first moves")
    ] = None,
    scenarios: Annotated[
        Cell, Arg("How many scenarios are drawn, 1 to 100,000", "count", default="1,000")
    ] = None,
    seed: Annotated[
        Cell, Arg("Where the random numbers start, 0 or more", "count", default="1")
    ] = None,
    carers: Annotated[Cell, _CARERS] = None,
) -> Rows:
    """What a contract may save and pay: percentiles and means by month, and chances.

    Known placements are as they are, those in place may break down after as_at, and the moves to
    come are drawn as the Assumptions table has them. Every scenario is settled by the contract's
    own rules. The same seed gives the same figures. Where nothing is uncertain they are those of
    PBR_STATEMENT.

    A row for each month of the programme, a row Total, the chances that the fee is fully earned,
    that the bonus threshold is passed and that the maximum binds, and the assumptions in the
    order of what they move, each from its low to its high value while all others stay.
    """
    contract, evidence = tables.read_contract(terms, placements, carers)
    found = assumption_rows.read_assumptions(assumptions)
    for problem in found.blocking:
        raise problem.as_error()
    count = arguments.whole_number("scenarios", scenarios, _SCENARIOS)
    within("scenarios", count, 1, _MOST_SCENARIOS)
    start = arguments.whole_number("seed", seed, 1)
    within("seed", start, 0, MOST_SEED)
    most = _MOST_CHILDREN_DRAWN // max(1, len(evidence.agreed) + found.record.children)
    within("scenarios", count, 1, max(most, 1))
    day = arguments.named("as_at", as_at, lambda value: cells.optional(value, cells.day, None))
    return spills.forecast_table(
        forecast(contract, evidence, found.record, as_at=day, scenarios=count, seed=start)
    )


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
        term_rows.read_terms(terms), tables.read_evidence(placements, carers, claims)[0]
    )
    return spills.problems_table(found)


@worksheet_function(
    returns="A table: a heading row, then a row for each term.",
    clause="the published decisions",
    examples=(Example('=INDEX(PBR_TERMS("plymouth-l04-2526"),10,2)', "12"),),
)
def pbr_terms(
    contract: Annotated[Cell, Arg("The contract's short name", "text")],
) -> Rows:
    """The built-in terms of a contract with units and clauses, ready to use as a Terms table."""
    name = arguments.named("contract", cells.single(contract), cells.text)
    if not name:
        raise CellError(VALUE, "contract: nothing found; expected the contract's short name")
    for known in CONTRACT_NAMES:
        if cells.key(known) == cells.key(name):
            return [row[:4] for row in terms_table(load_contract(known))]
    near = ranges.nearest(name, CONTRACT_NAMES)
    hint = f" Did you mean {near}?" if near else ""
    raise cells.unknown(
        f"contract: found {cells.shown(name)}; expected one of: {', '.join(CONTRACT_NAMES)}.{hint}"
    )


@worksheet_function(returns="Text.", clause="xlpbr", examples=())
def pbr_version() -> str:
    """The installed version of xlpbr."""
    return xlpbr.__version__


def _settle(terms: Cell, placements: Cell, carers: Cell, claims: Cell, as_at: Cell) -> Statement:
    read = tables.read_contract(terms, placements, carers, claims)
    day = arguments.named("as_at", as_at, lambda value: cells.optional(value, cells.day, None))
    return settle(*read, day)
