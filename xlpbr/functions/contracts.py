"""The functions of a whole contract: its tables in, a table that spills out.

A statement is settled once from the tables; what of it is shown, and in which rows, is in
``spills``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import xlpbr
from xlpbr import cells
from xlpbr.cells import Cell, Rows
from xlpbr.contract.library import CONTRACT_NAMES, EXAMPLE_NAMES, load_contract, terms_table
from xlpbr.errors import NA, VALUE, CellError
from xlpbr.forecast.run import MOST_SEED, forecast, within
from xlpbr.functions import arguments, changed_tables, spills
from xlpbr.functions.catalogue import Arg, Example, worksheet_function
from xlpbr.functions.table_arguments import (
    Agreed,
    AsAgreed,
    AsAt,
    Budget,
    Carers,
    Claims,
    Cohort,
    Costs,
    Month,
    Placements,
    Prices,
    Rates,
    Terms,
    kept_in,
    settled,
)
from xlpbr.settlement import reconcile
from xlpbr.settlement.changes import changes_between
from xlpbr.tables import assumptions as assumption_rows
from xlpbr.tables import checks
from xlpbr.tables import evidence as tables
from xlpbr.tables import headings as ranges
from xlpbr.tables import terms as term_rows

_SCENARIOS, _MOST_SCENARIOS = 1_000, 100_000
_MOST_CHILDREN_DRAWN = 4_000_000
"""Scenarios times placements in one cell: more would keep the sheet waiting."""


@worksheet_function(
    returns="A table: a heading row, then a row for each month.", clause="the whole contract"
)
def pbr_statement(
    terms: Terms,
    placements: Placements,
    carers: Carers = None,
    claims: Claims = None,
    as_at: AsAt = None,
    cohort: Cohort = None,
    prices: Prices = None,
    costs: Costs = None,
    rates: Rates = None,
    agreed: Agreed = None,
) -> Rows:
    """The monthly statement of a contract: saving, fees, bonus, payable, to invoice and invoiced.

    One row for each calendar month from Starts on to Ends on, Terminated on or as_at, whichever
    comes first. as_at cuts days, not knowledge: later rows of the tables are known. A month in the
    Agreed table stays as agreed, and what is found out later is carried to the next month that is
    not. A wrong input anywhere in the tables gives an error, never a figure that leaves it out.
    PBR_CHECK lists every problem.
    """
    statement = settled(
        terms, placements, carers, claims, as_at,
        cohort=cohort, prices=prices, costs=costs, rates=rates, agreed=agreed,
    )  # fmt: skip
    return spills.statement_table(statement)


@worksheet_function(
    returns="A table: a heading row, then a row for each option.",
    clause="the terms whose wording is open",
)
def pbr_readings(
    terms: Terms,
    placements: Placements,
    carers: Carers = None,
    as_at: AsAt = None,
    cohort: Cohort = None,
    prices: Prices = None,
    costs: Costs = None,
    rates: Rates = None,
) -> Rows:
    """What each open reading of the contract is worth: the total payable if that option applied.

    Each option is tried alone, with all other terms as given. Difference is against the total
    under the terms as given. Readings that the contract cannot reach are left out, such as those
    of the bonus where it has none; so is an option that needs a term that is not given.
    """
    statement = settled(
        terms, placements, carers, as_at=as_at,
        cohort=cohort, prices=prices, costs=costs, rates=rates,
    )  # fmt: skip
    return spills.readings_table(statement)


@worksheet_function(
    returns="A table: a heading row, a row for each key and a row Total.",
    clause="Plymouth L04 25/26, 7 para 7",
)
def pbr_reconcile(
    ours: Annotated[Cell, Arg("Our table of two columns: key, amount", "table", "table")],
    theirs: Annotated[Cell, Arg("Their table of two columns: key, amount", "table", "table")],
    tolerance: Annotated[
        Cell, Arg("Differences up to this amount count as agreed", "£", default="0.00")
    ] = None,
) -> Rows:
    """Our figures beside theirs, key by key: agreed, over-claimed, under-claimed or missing.

    Keys are months or texts, with or without a heading row. Amounts with the same key are added
    up. Difference is theirs less ours. Where one side has no row for a key, its amount is 0.00
    and the status says so.
    """
    allowed = arguments.not_negative("tolerance", tolerance, Fraction(0))
    found = reconcile.reconcile(*reconcile.read_amounts(ours, theirs), allowed)
    return spills.reconciliation_table(found)


@worksheet_function(
    returns="A table: a heading row, then a row for each figure.", clause="the whole contract"
)
def pbr_explain(
    terms: Terms,
    placements: Placements,
    month: Month,
    carers: Carers = None,
    claims: Claims = None,
    as_at: AsAt = None,
    cohort: Cohort = None,
    prices: Prices = None,
    costs: Costs = None,
    rates: Rates = None,
    agreed: Agreed = None,
) -> Rows:
    """How each figure of a month was worked out: clause, figure, working with its numbers, amount.

    The amounts are those of PBR_STATEMENT. A month outside the statement gives #N/A.
    """
    wanted = arguments.named("month", cells.single(month), cells.month)
    statement = settled(
        terms, placements, carers, claims, as_at,
        cohort=cohort, prices=prices, costs=costs, rates=rates, agreed=agreed,
    )  # fmt: skip
    return spills.explain_month(statement, wanted)


@worksheet_function(
    returns="A table: months, total, chances, and what moves the net saving most.",
    clause="the whole contract; docs/guide/forecast.md",
)
def pbr_forecast(
    terms: Terms,
    placements: Placements,
    assumptions: Annotated[
        Cell, Arg("The Assumptions table with its heading row: Assumption, Value", "table", "table")
    ],
    as_at: Annotated[
        Cell,
        Arg(
            "The last date that is known; what comes after it is forecast",
            "date",
            default="the day before the first moves",
        ),
    ] = None,
    scenarios: Annotated[
        Cell, Arg("How many scenarios to draw, 1 to 100,000", "whole number", default="1,000")
    ] = None,
    seed: Annotated[
        Cell, Arg("Where the random numbers start, 0 or more", "whole number", default="1")
    ] = None,
    carers: Carers = None,
    cohort: Cohort = None,
    prices: Prices = None,
    costs: Costs = None,
    rates: Rates = None,
) -> Rows:
    """What a contract may save and pay, month by month: percentiles, means and key chances.

    Placements that have ended stay as they are. Those in place may break down after as_at, and
    the moves to come are drawn as the Assumptions table says. Each scenario is settled by the
    contract's own rules. The same seed gives the same figures. Where nothing is uncertain, they
    are those of PBR_STATEMENT.

    The table has a row for each month of the programme and a row Total. Below it are the chances
    that the fee is fully earned, that the bonus threshold is passed and that the maximum binds.
    The assumptions come last, those that move the result most first: each is tried at a low and
    a high value while all others stay.
    """
    contract, evidence = tables.read_contract(
        terms, placements, carers, cohort=cohort, prices=prices, costs=costs, rates=rates
    )
    found = assumption_rows.read_assumptions(assumptions)
    for problem in found.blocking:
        raise problem.as_error()
    count = arguments.optional("scenarios", scenarios, cells.whole_number, _SCENARIOS)
    within("scenarios", count, 1, _MOST_SCENARIOS)
    start = arguments.optional("seed", seed, cells.whole_number, 1)
    within("seed", start, 0, MOST_SEED)
    most = _MOST_CHILDREN_DRAWN // max(1, len(evidence.agreed) + found.record.children)
    within("scenarios", count, 1, max(most, 1))
    day = arguments.optional("as_at", as_at, cells.day)
    return spills.forecast_table(
        forecast(contract, evidence, found.record, as_at=day, scenarios=count, seed=start)
    )


@worksheet_function(
    returns="A table: a heading row, then a row for each problem.", clause="all data"
)
def pbr_check(
    terms: Terms,
    placements: Placements,
    carers: Carers = None,
    claims: Claims = None,
    cohort: Cohort = None,
    prices: Prices = None,
    costs: Costs = None,
    rates: Rates = None,
    agreed: Agreed = None,
    budget: Budget = None,
) -> Rows:
    """Every problem in the tables: where it is, what was found, what was expected and what to do.

    Row 1 is the first row under the headings. Where there are no problems, one row says so.
    """
    evidence, _ = tables.read_evidence(
        placements, carers, claims, cohort=cohort, prices=prices, costs=costs, rates=rates,
        agreed=agreed, budget=budget,
    )  # fmt: skip
    found = checks.problems_of(term_rows.read_terms(terms), evidence)
    return spills.problems_table(found)


@worksheet_function(
    returns="A table: a heading row, a row for each line and a row Total.",
    clause="the whole contract",
)
def pbr_invoice(
    terms: Terms,
    placements: Placements,
    month: Month,
    carers: Carers = None,
    claims: Claims = None,
    as_at: AsAt = None,
    cohort: Cohort = None,
    prices: Prices = None,
    costs: Costs = None,
    rates: Rates = None,
    agreed: Agreed = None,
) -> Rows:
    """What is to be invoiced for a month, line by line, with VAT: fee, carers, outcomes, bonus.

    Reimbursements, what the maximum holds back and adjustments of agreed months are lines of their
    own. Net of Total is To invoice of PBR_STATEMENT. VAT of Total is rounded once, and the lines
    add up to it. Lines of 0.00 are left out. A month outside the statement gives #N/A.
    """
    wanted = arguments.named("month", cells.single(month), cells.month)
    statement = settled(
        terms, placements, carers, claims, as_at,
        cohort=cohort, prices=prices, costs=costs, rates=rates, agreed=agreed,
    )  # fmt: skip
    return spills.invoice_of_month(statement, wanted)


@worksheet_function(
    returns="A table: a heading row, a row for each line and a row Total.",
    clause="Plymouth L04 25/26, 7 para 7",
)
def pbr_lines(
    terms: Terms,
    placements: Placements,
    month: Month,
    as_at: AsAt = None,
    cohort: Cohort = None,
    prices: Prices = None,
    costs: Costs = None,
) -> Rows:
    """The saving of a month line by line: each placement and price, and each further cost.

    From and To are cut to the month, and Days are those that count. Amounts are differences of
    rounded running totals, so that they add up to the month's Saving, which Total shows. A cost
    takes off: its Weekly and Amount are below 0. A month outside the statement gives #N/A.
    """
    wanted = arguments.named("month", cells.single(month), cells.month)
    statement = settled(terms, placements, as_at=as_at, cohort=cohort, prices=prices, costs=costs)
    return spills.lines_of_month(statement, wanted)


@worksheet_function(
    returns="A table: a heading row, a row for each child and a row Total.",
    clause="Plymouth L04 25/26, 7 para 7",
)
def pbr_children(
    terms: Terms,
    placements: Placements,
    as_at: AsAt = None,
    cohort: Cohort = None,
    prices: Prices = None,
    costs: Costs = None,
) -> Rows:
    """The saving of each child in each month: children down, months across, with totals.

    A child has a row if a row of its placements counts, in the order of Placements. The row Total
    is the column Saving of PBR_STATEMENT.
    """
    statement = settled(terms, placements, as_at=as_at, cohort=cohort, prices=prices, costs=costs)
    return spills.children_table(statement)


@worksheet_function(
    returns="A table: a heading row, then a row for each financial year.",
    clause="the whole contract",
)
def pbr_years(
    terms: Terms,
    placements: Placements,
    carers: Carers = None,
    claims: Claims = None,
    as_at: AsAt = None,
    cohort: Cohort = None,
    prices: Prices = None,
    costs: Costs = None,
    rates: Rates = None,
    agreed: Agreed = None,
    budget: Budget = None,
) -> Rows:
    """The statement by financial years, 1 April to 31 March: saving, payable, accrual and budget.

    Accrual is payable to date less invoiced to date at the year's last day shown: what is owed
    and not invoiced. Full-year effect is the run rate of all family placements on that day. The
    columns of the budget are blank for a year without a row in Budget.
    """
    statement = settled(
        terms, placements, carers, claims, as_at,
        cohort=cohort, prices=prices, costs=costs, rates=rates, agreed=agreed, budget=budget,
    )  # fmt: skip
    return spills.years_table(statement)


@worksheet_function(
    returns="A table: a heading row, a row for each cell that changed and a row Total.",
    clause="the whole contract",
)
def pbr_changes(
    terms: Terms,
    placements: Placements,
    as_agreed: AsAgreed,
    carers: Carers = None,
    claims: Claims = None,
    as_at: AsAt = None,
    cohort: Cohort = None,
    prices: Prices = None,
    costs: Costs = None,
    rates: Rates = None,
    agreed: Agreed = None,
    budget: Budget = None,
) -> Rows:
    """What changed in the tables since a month was agreed, cell by cell, with pounds by cause.

    as_agreed is what xlpbr agree kept of the tables, on the sheet As agreed: its first line is the
    SHA-256 of the others, so that a line that was changed is an error. The contract is settled
    after each change, in the order of the tables. The pounds of a change and the change in words
    stand beside its first cell, and Total is their sum. Where nothing changed there is Total alone,
    of 0.00; where nothing is kept a row says so.
    """
    kept = kept_in(as_agreed)
    if kept is None:
        return changed_tables.nothing_kept()
    now = tables.read_contract(
        terms, placements, carers, claims,
        cohort=cohort, prices=prices, costs=costs, rates=rates, agreed=agreed, budget=budget,
    )  # fmt: skip
    day = arguments.optional("as_at", as_at, cells.day)
    snapshot, before = kept
    return changed_tables.changes_table(changes_between(before, now, day), snapshot, day)


@worksheet_function(
    returns="A table: a heading row, then a row for each term.",
    clause="the published decisions",
    examples=(Example('=INDEX(PBR_TERMS("plymouth-l04-2526"),10,2)', "12"),),
)
def pbr_terms(contract: Annotated[Cell, Arg("The short name of the contract", "text")]) -> Rows:
    """The terms of a built-in contract, with units and clauses, ready to use as a Terms table."""
    name = arguments.named("contract", cells.single(contract), cells.text)
    if not name:
        raise CellError(VALUE, "contract: nothing found; expected the contract's short name")
    every = (*CONTRACT_NAMES, *EXAMPLE_NAMES)
    for known in every:
        if cells.key(known) == cells.key(name):
            # Without the reading, and with the day from which a value holds where one changes.
            return [[*row[:4], *row[5:]] for row in terms_table(load_contract(known))]
    near = ranges.nearest(name, every)
    hint = f" Did you mean {near}?" if near else ""
    raise CellError(
        NA,
        f"contract: found {cells.shown(name)}; expected one of: {', '.join(CONTRACT_NAMES)}; or an"
        f" example: {', '.join(EXAMPLE_NAMES)}.{hint}",
    )


@worksheet_function(returns="Text.", clause="xlpbr", examples=())
def pbr_version() -> str:
    """The version of xlpbr that is installed."""
    return xlpbr.__version__
