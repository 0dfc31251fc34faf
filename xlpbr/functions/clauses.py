"""The functions of single clauses: numbers and dates in, a number or a range of numbers out.

Every rule is in ``rules``; here cells become exact values and pence become cells.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

from xlpbr import cells
from xlpbr.cells import Cell
from xlpbr.errors import NUM, CellError
from xlpbr.functions import arguments
from xlpbr.functions.catalogue import Arg, Example, worksheet_function
from xlpbr.money import to_pence
from xlpbr.settlement import rules


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
    moved_on: Annotated[Cell, Arg("The date of the move", "date", "cells", "not moved yet")],
    ended_on: Annotated[Cell, Arg("The date it ended", "date", "cells", "still in place")],
    from_date: Annotated[Cell, Arg("The first date of the period", "date", "cells")],
    to_date: Annotated[Cell, Arg("The last date of the period", "date", "cells")],
) -> Any:
    """What one family placement saves from from_date to to_date, both days included.

    Each day in the family saves a seventh of the weekly difference. The day of the move counts;
    the day on which the placement ended does not. Running totals are rounded to the penny, and
    the result is the difference of two of them, so that months add up to the whole. A child who
    has not moved saves 0. A placement that costs more than the home gives a negative amount.
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
    amount: Annotated[Cell, Arg("The whole amount", "£", "cells")],
    starts_on: Annotated[Cell, Arg("The first date of the term", "date", "cells")],
    months: Annotated[Cell, Arg("How long the term is", "whole months", "cells")],
    as_at: Annotated[Cell, Arg("The last date that counts", "date", "cells")],
    basis: Annotated[
        Cell,
        Arg("months, days or whole_months: how the term is counted", "option", "cells", "months"),
    ] = None,
) -> Any:
    """How much of an amount is earned by the end of as_at, if it is earned evenly over a term.

    With "months", a part of a calendar month counts by its share of the month's days. With
    "days", every day counts the same. With "whole_months", only complete months count. Before
    the term the result is 0, after it the whole amount.
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
    returns="Pounds, to the penny; columns give a column.",
    clause="Plymouth L04 25/26, 7 para 3",
    examples=(Example("=PBR_FEE_CAP(45000,349883.33,310000)", "39883.33"),),
)
def pbr_fee_cap(
    savings: Annotated[
        Cell, Arg("The savings of the period, or of each period", "£", "column", "0")
    ],
    fee_to_date: Annotated[
        Cell, Arg("The fee earned by the end of the period, or of each", "£", "column")
    ],
    invoiced_before: Annotated[
        Cell, Arg("The fee invoiced before the first period", "£", default="0")
    ] = None,
) -> Any:
    """The fee that may be invoiced: at most the savings, and at most the fee earned and not paid.

    For several periods give columns, in the order of time: the fee of each row counts as
    invoiced before the next row. A blank saving counts as 0. The fee is never below 0.
    """
    saved = arguments.numbers("savings", savings, blank=Fraction(0))
    entitled = arguments.numbers("fee_to_date", fee_to_date)
    arguments.same_size("savings", savings, "fee_to_date", fee_to_date)
    before = arguments.optional("invoiced_before", invoiced_before, cells.number, Fraction(0))
    fees = rules.fee_cap_schedule(saved, entitled, before)
    like = savings if cells.is_range(savings) else fee_to_date
    return cells.reshape([cells.pounds(fee) for fee in fees], like)


@worksheet_function(
    returns="Pounds, to the penny; a range of savings gives a range.",
    clause="Plymouth L04 25/26, 7 para 5",
    examples=(Example("=PBR_THRESHOLD_BONUS(4000000,3000000,0.1)", "100000"),),
)
def pbr_threshold_bonus(
    savings: Annotated[Cell, Arg("The savings to measure", "£", "cells")],
    threshold: Annotated[Cell, Arg("The threshold, or rising thresholds for bands", "£", "column")],
    rate: Annotated[
        Cell, Arg("The rate, or one for each threshold: a fraction, 0 to 1", "fraction", "column")
    ],
    maximum: Annotated[Cell, Arg("The most that can be paid", "£", default="no limit")] = None,
    shape: Annotated[
        Cell, Arg("excess or whole: which savings earn the rate", "option", default="excess")
    ] = None,
) -> Any:
    """The bonus on savings above a threshold. Several thresholds with their rates make bands.

    With "excess", each rate applies to the savings between its threshold and the next. With
    "whole", the rate of the highest threshold reached applies to all the savings. The bonus is
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
    invoiced: Annotated[Cell, Arg("The amount invoiced in each period", "£", "column")],
    savings: Annotated[Cell, Arg("The restated savings of each period", "£", "column")],
    fee_to_date: Annotated[Cell, Arg("The fee earned by the end of each period", "£", "column")],
) -> float:
    """How much the provider must pay back when placements break down after they were invoiced.

    It is the total invoiced less the total fee that PBR_FEE_CAP gives for the restated savings,
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
    moved_on: Annotated[Cell, Arg("The date of each move", "date", "column", "not moved yet")],
    ended_on: Annotated[Cell, Arg("The date each ended", "date", "column", "still in place")],
    as_at: Annotated[Cell, Arg("The date: what is in place at its end counts", "date")],
) -> float:
    """How much the placements that are in place at the end of as_at save in a year.

    Each placement counts with its weekly difference x 365 / 7. The sum is rounded once.
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
    achieved_on: Annotated[Cell, Arg("The dates of the outcomes", "dates", "column")],
    from_date: Annotated[Cell, Arg("The first date of the period", "date")],
    to_date: Annotated[Cell, Arg("The last date of the period", "date")],
    limit: Annotated[
        Cell, Arg("The most outcomes that can be paid for", "whole number", default="no limit")
    ] = None,
) -> float:
    """The fee for a period's outcomes at a fixed price, such as foster carer households approved.

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
    most = arguments.optional("limit", limit, cells.whole_number)
    if most is not None and most < 0:
        raise CellError(NUM, f"limit: found {most}; expected 0 or more")
    return cells.pounds(rules.outcome_fee(each, days, period, most))


@worksheet_function(
    returns="Pounds, to the penny; a range of amounts gives a range.",
    clause="Plymouth L04 25/26, 4.1 and 7 para 8",
    examples=(Example("=PBR_CONTRACT_CAP(126990,1000000,900000)", "100000"),),
)
def pbr_contract_cap(
    amounts: Annotated[Cell, Arg("The amounts, in the order they are paid", "£", "cells")],
    maximum: Annotated[Cell, Arg("The contract maximum", "£", default="no limit")],
    paid_before: Annotated[
        Cell, Arg("The total paid before the first amount", "£", default="0")
    ] = None,
) -> Any:
    """How much of each amount can be paid before the total reaches the contract maximum.

    Amounts are taken in order, row by row. A negative amount is a credit: it makes room under
    the maximum for the amounts after it. A blank amount counts as 0.
    """
    owed = arguments.numbers("amounts", amounts, blank=Fraction(0))
    most = arguments.not_negative("maximum", maximum, None)
    before = arguments.optional("paid_before", paid_before, cells.number, Fraction(0))
    passed = rules.contract_cap(owed, most, before)
    return cells.reshape([cells.pounds(amount) for amount in passed], amounts)


@worksheet_function(
    returns="Pounds owed to the council, to the penny; ranges give a range.",
    clause="Plymouth L04 25/26, 7 para 7",
    elementwise=True,
    examples=(
        Example(
            '=PBR_REIMBURSEMENT(28561.9,"23 Mar 2026","22 Mar 2027","15 Jun 2026")', "21988.75"
        ),
    ),
)
def pbr_reimbursement(
    amount: Annotated[Cell, Arg("What a break-down is worth", "£", "cells")],
    from_date: Annotated[Cell, Arg("The first date of the window", "date", "cells")],
    to_date: Annotated[Cell, Arg("The last date of the window", "date", "cells")],
    ended_on: Annotated[Cell, Arg("The date of the break-down", "date", "cells", "none")],
    shape: Annotated[
        Cell,
        Arg("straight_line or whole: what is paid back", "option", "cells", "straight_line"),
    ] = None,
) -> Any:
    """What of an amount is paid back when a placement broke down inside a window.

    With "straight_line" it is the part for the days that are left: from ended_on to to_date, both
    included, of the days of the window. With "whole" it is all of it. Outside the window, and
    without a break-down, it is 0.
    """

    def one(whole: Cell, start: Cell, end: Cell, ended: Cell, how: Cell) -> float:
        arguments.refuse_errors(whole, start, end, ended, how)
        exact = arguments.named("amount", whole, cells.number)
        if exact < 0:
            raise CellError(NUM, f"amount: found {cells.shown(whole)}; expected 0 or more")
        window = arguments.period(start, end)
        day = arguments.optional("ended_on", ended, cells.day)
        chosen = arguments.named("shape", how, arguments.reimbursement_shape)
        return cells.pounds(rules.reimbursement(exact, window, day, chosen))

    return arguments.broadcast(one, amount, from_date, to_date, ended_on, shape)


@worksheet_function(
    returns="Pounds, to the penny; ranges give a range.",
    clause="outcome rate cards",
    elementwise=True,
    examples=(
        Example('=PBR_MILESTONE_FEE(6000,13,"2 Mar 2026","","1 May 2026","31 May 2026")', "6000"),
    ),
)
def pbr_milestone_fee(
    price: Annotated[Cell, Arg("The price of the outcome", "£", "cells")],
    weeks: Annotated[Cell, Arg("How long the placement must last", "whole weeks", "cells")],
    moved_on: Annotated[Cell, Arg("The date of the move", "date", "cells", "not moved yet")],
    ended_on: Annotated[Cell, Arg("The date it ended", "date", "cells", "still in place")],
    from_date: Annotated[Cell, Arg("The first date of the period", "date", "cells")],
    to_date: Annotated[Cell, Arg("The last date of the period", "date", "cells")],
) -> Any:
    """The fee for a placement that completes so many weeks within a period; 0 if it does not.

    The weeks are complete at the end of day moved_on + 7 x weeks - 1, if that day is before
    ended_on. The day on which the placement ended is not counted.
    """

    def one(cost: Cell, length: Cell, moved: Cell, ended: Cell, start: Cell, end: Cell) -> float:
        arguments.refuse_errors(cost, length, moved, ended, start, end)
        whole = arguments.given("price", arguments.maybe_price("price", cost))
        count = arguments.named("weeks", length, cells.whole_number)
        if count < 1:
            raise CellError(NUM, f"weeks: found {count}; expected 1 or more")
        period = arguments.period(start, end)
        days = arguments.days_of_placement(moved, ended)
        if days is None:
            return 0.0
        reached = rules.milestone_day(days[0], count, days[1])
        return cells.pounds(to_pence(whole) if reached is not None and reached in period else 0)

    return arguments.broadcast(one, price, weeks, moved_on, ended_on, from_date, to_date)
