"""Attempts to work the suppressed figures of a public report back, for the tests of disclosure.

The attacker knows the contract and every identity of the statement, and guesses right in which
months the fee equals the saving and in which it is limited. The attempt is an exact elimination:
every sum over months that the published cells determine must belong to enough children or
households.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction

from xlpbr.contract.evidence import Placement
from xlpbr.settlement.statement import FIGURES, Statement, settle
from xlpbr.workbook.disclosure.rules import Shown, show_publicly

MONEY = [figure.field_name for figure in FIGURES if figure.kind == "money"]

Unknown = tuple[str, int]
Equation = tuple[dict[Unknown, Fraction], Fraction]


def identities(statement: Statement) -> list[Equation]:
    """What always holds between the figures, as sums of unknowns that equal a number."""
    found: list[Equation] = []

    def equal(right: int | Fraction = 0, **terms: tuple[int, int]) -> None:
        row = {(name, index): Fraction(factor) for name, (index, factor) in terms.items()}
        found.append((row, Fraction(right)))

    def to_date(part: str, total: str, index: int) -> None:
        row = {(total, index): Fraction(1), (part, index): Fraction(-1)}
        if index:
            row[total, index - 1] = Fraction(-1)
        found.append((row, Fraction(0)))

    price = statement.terms.carer_fee * 100
    for m in range(len(statement.months)):
        to_date("saving", "saving_to_date", m)
        to_date("fee", "fee_to_date", m)
        to_date("payable", "payable_to_date", m)
        to_date("invoice", "invoiced_to_date", m)
        equal(
            payable=(m, 1), fee=(m, -1), carer_fees=(m, -1), outcome_fees=(m, -1), bonus=(m, -1),
            reimbursed=(m, 1), held_back=(m, 1),
        )  # fmt: skip
        equal(to_invoice=(m, 1), payable=(m, -1), adjustment=(m, -1))
        equal(balance=(m, 1), payable_to_date=(m, -1), invoiced_to_date=(m, 1))
        equal(net_saving_to_date=(m, 1), saving_to_date=(m, -1), payable_to_date=(m, 1))
        if price.denominator == 1 and price:
            row = {("carer_fees", m): Fraction(1), ("households", m): Fraction(-price)}
            found.append((row, Fraction(0)))
    return found


def guesses(statement: Statement) -> list[Equation]:
    """In which months the fee is the saving, and in which it is limited; all guessed right."""
    found: list[Equation] = []
    cumulative = statement.terms.savings_reading == "cumulative"
    one = Fraction(1)
    for m, month in enumerate(statement.months):
        drawn = month.saving
        if cumulative:
            drawn = month.saving_to_date - (month.fee_to_date - month.fee)
        if month.fee == drawn < month.ceiling:
            if cumulative:
                found.append(({("fee_to_date", m): one, ("saving_to_date", m): -one}, Fraction(0)))
            else:
                found.append(({("fee", m): one, ("saving", m): -one}, Fraction(0)))
        elif month.fee == month.ceiling and statement.terms.fee_reading == "no_catch_up":
            found.append(({("fee", m): one}, Fraction(month.fee)))
        elif month.fee == month.ceiling:
            found.append(({("fee_to_date", m): one}, Fraction(month.entitlement_to_date)))
        else:
            found.append(({("fee", m): one}, Fraction(month.fee)))
    return found


def published(shown: Shown) -> dict[Unknown, Fraction]:
    return {
        (name, index): Fraction(value)
        for index, month in enumerate(shown.figures)
        for name, value in month.items()
        if value is not None
    }


def eliminate(
    equations: Iterable[Equation], known: Mapping[Unknown, Fraction], last: str
) -> dict[Unknown, dict[Unknown, Fraction]]:
    """The equations solved for as many unknowns as can be; those of ``last`` come last."""

    def order(unknown: Unknown) -> tuple[bool, str, int]:
        return unknown[0] == last, *unknown

    pivots: dict[Unknown, dict[Unknown, Fraction]] = {}
    for terms, _ in equations:
        row = {unknown: factor for unknown, factor in terms.items() if unknown not in known}
        while row:
            pivot = min(row, key=order)
            if pivot not in pivots:
                pivots[pivot] = {u: factor / row[pivot] for u, factor in row.items()}
                break
            _subtract(row, pivots[pivot], row[pivot])
    for pivot in sorted(pivots, key=order, reverse=True):
        for other in [u for u in pivots[pivot] if u != pivot and u in pivots]:
            _subtract(pivots[pivot], pivots[other], pivots[pivot][other])
    return pivots


def sums_that_follow(
    equations: Iterable[Equation], known: Mapping[Unknown, Fraction], wanted: str
) -> list[frozenset[int]]:
    """The sums of a figure over months that the equations determine, as sets of months."""
    pivots = eliminate(equations, known, wanted)
    found = [
        frozenset(index for _, index in row) for pivot, row in pivots.items() if pivot[0] == wanted
    ]
    return found + [frozenset([index]) for name, index in known if name == wanted]


def _subtract(
    row: dict[Unknown, Fraction], other: Mapping[Unknown, Fraction], times: Fraction
) -> None:
    for unknown, factor in other.items():
        left = row.get(unknown, Fraction(0)) - times * factor
        if left:
            row[unknown] = left
        else:
            row.pop(unknown, None)


# Who stands behind a sum, counted day by day and not as the project counts it.
def days_of(statement: Statement, months: Iterable[int]) -> list[date]:
    found = []
    for index in months:
        period = statement.months[index].period
        found += [period.first + timedelta(n) for n in range(period.days)]
    return found


def on_day(placement: Placement, day: date) -> bool:
    if not placement.agreed or placement.moved_on is None or day < placement.moved_on:
        return False
    return placement.ended_on is None or day < placement.ended_on


def savers(statement: Statement, months: Iterable[int]) -> set[str]:
    days = days_of(statement, months)
    return {
        placement.child.casefold()
        for placement in statement.evidence.placements
        if placement.weekly_saving and any(on_day(placement, day) for day in days)
    }


def movers(statement: Statement, months: range) -> tuple[set[str], set[str]]:
    """Whose saving a day changed, and who came or went, from the day before to the last day."""
    days = days_of(statement, months)
    first = days[0] != statement.terms.starts_on
    days = [days[0] - timedelta(1), *days] if first else days
    saving, place = set(), set()
    for child in {p.child.casefold() for p in statement.evidence.placements}:
        own = [p for p in statement.evidence.placements if p.child.casefold() == child]
        by_day = [[p for p in own if on_day(p, day)] for day in days]
        start = [] if first else [(0, Fraction(0))]
        states = start + [(len(here), sum(p.weekly_saving for p in here)) for here in by_day]
        if len({money for _, money in states}) > 1:
            saving.add(child)
        if len({count for count, _ in states}) > 1:
            place.add(child)
    return saving, place


def households(statement: Statement, months: Iterable[int]) -> int:
    days = set(days_of(statement, months))
    cohort = {p.child.casefold() for p in statement.evidence.placements}
    first: dict[str, date] = {}
    for row in statement.evidence.households:
        if row.approved_on is not None and row.child.casefold() in cohort:
            name = row.household.casefold()
            first[name] = min(first.get(name, date.max), row.approved_on)
    return sum(day in days for day in first.values())


def assert_nothing_worked_back(shown: Shown) -> None:
    statement, cut_off = shown.statement, shown.cut_off
    assert cut_off is not None
    known = published(shown)
    equations = identities(statement) + guesses(statement)

    def enough(count: int) -> bool:
        return count == 0 or count > cut_off

    for months in sums_that_follow(equations, known, "saving"):
        assert enough(len(savers(statement, months))), f"saving of months {sorted(months)}"
    priced = bool(statement.terms.carer_fee)
    for months in sums_that_follow(equations, known, "carer_fees") if priced else []:
        assert enough(households(statement, months)), f"carer fees of months {sorted(months)}"
    for index, month in enumerate(statement.months):
        outside = (statement.terms.cohort_size or 0) - month.children
        if ("children", index) in known:
            assert enough(month.children), f"children of month {index}"
            assert outside < 0 or enough(outside), f"children outside in month {index}"
    ends = [index for index in range(len(statement.months)) if ("saving_to_date", index) in known]
    for before, end in zip([-1, *ends], ends, strict=False):
        saving, place = movers(statement, range(before + 1, end + 1))
        assert enough(len(saving)), f"whose saving changed up to month {end}"
        assert enough(len(place)), f"who came or went up to month {end}"
    assert_no_price_follows(shown, [shown])
    assert_no_suppressed_cell_follows(shown)


def assert_no_price_follows(last: Shown, reports: Iterable[Shown]) -> None:
    """Who knows every date, and holds all reports together, solves no price of a few children.

    The unknowns are the weekly savings of the placements; each sum of months that follows from
    the last report, and each report's run rate, is an equation. Placements with the same days
    in every equation are one unknown: their sum is what follows.
    """
    statement, terms = last.statement, last.statement.terms
    cut_off = last.cut_off
    assert cut_off is not None
    found = [p for p in statement.evidence.placements if p.agreed and p.weekly_saving]
    one = Fraction(1)
    sums: list[dict[int, Fraction]] = []
    pivots = eliminate(identities(statement) + guesses(statement), published(last), "saving")
    months = [
        {index: factor for (_, index), factor in row.items()}
        for pivot, row in pivots.items()
        if pivot[0] == "saving"
    ]
    months += [{index: one} for name, index in published(last) if name == "saving"]
    for row in months:
        days = {index: days_of(statement, [index]) for index in row}
        sums.append(
            {
                n: sum(
                    factor * sum(on_day(placement, day) for day in days[index])
                    for index, factor in row.items()
                )
                for n, placement in enumerate(found)
            }
        )
    for shown in reports:
        if shown.run_rate is not None and terms.bonus_threshold is not None:
            counted = ("foster",) if terms.bonus_counts == "foster" else ("foster", "reunified")
            day = shown.statement.as_at
            sums.append(
                {n: one for n, p in enumerate(found) if p.type in counted and on_day(p, day)}
            )
    columns = [tuple(row.get(n, 0) for row in sums) for n in range(len(found))]
    of_class: dict[Unknown, set[str]] = {}
    for n, placement in enumerate(found):
        name = (repr(columns[n]), 0)
        of_class.setdefault(name, set()).add(placement.child.casefold())
    equations = []
    for row in sums:
        by_class = {(repr(columns[n]), 0): Fraction(w) for n, w in row.items() if w}
        equations.append((by_class, Fraction(0)))
    for row in eliminate(equations, {}, "").values():
        if len(row) == 1:
            (name,) = row
            assert len(of_class[name]) > cut_off, f"the price of {of_class[name]} follows"


def every_month_end(statement: Statement) -> list[date]:
    """The days of all monthly reports up to a statement's day."""
    return [month.period.last for month in statement.months]


def assert_reports_belong_together(statement: Statement, cut_off: int) -> None:
    """All monthly reports together show no more than the last, and nothing can be worked back."""
    terms, evidence = statement.terms, statement.evidence
    reports = [
        show_publicly(settle(terms, evidence, day), cut_off) for day in every_month_end(statement)
    ]
    union: dict[Unknown, Fraction] = {}
    for number, earlier in enumerate(reports):
        figures = published(earlier)
        for later in reports[number + 1 :]:
            assert figures.items() <= published(later).items(), "an earlier report shows more"
        assert figures.items() <= published(reports[-1]).items()
        union.update(figures)
    if not reports:
        return
    assert union == published(reports[-1])
    assert_nothing_worked_back(reports[-1])
    assert_no_price_follows(reports[-1], reports)
    assert_run_rates_differ_by_enough(reports)


def assert_run_rates_differ_by_enough(reports: list[Shown]) -> None:
    """No two run rates, from whichever reports, differ by the placements of a few children."""
    found = []
    for shown in reports:
        terms, day = shown.statement.terms, shown.statement.as_at
        counted = ("foster",) if terms.bonus_counts == "foster" else ("foster", "reunified")
        if shown.run_rate is not None and terms.bonus_threshold is not None:
            found.append(
                {
                    (p.child.casefold(), p.row)
                    for p in shown.statement.evidence.placements
                    if p.type in counted and p.weekly_saving and on_day(p, day)
                }
            )
    for number, one in enumerate(found):
        for other in found[:number]:
            children = {child for child, _ in one ^ other}
            assert not 1 <= len(children) <= (reports[0].cut_off or 0), f"{children} differ"


def assert_no_suppressed_cell_follows(shown: Shown) -> None:
    """No single suppressed cell follows, by the identities alone or with a right guess of a fee.

    Who guesses that the fee was the saving in each month so far says thereby that the fee to date
    is the saving to date: that is the guess in other words, and what it makes of the savings is
    held by ``sums_that_follow``. So such a fee, and what is paid with it, may follow from the guess
    where the saving to date is shown; from the published cells alone it may not.
    """
    statement = shown.statement
    known = published(shown)
    equal_fees = [
        ({("fee", m): Fraction(1), ("saving", m): Fraction(-1)}, Fraction(0))
        for m, month in enumerate(statement.months)
        if month.fee == month.saving < month.ceiling
    ]
    alone = cells_that_follow(identities(statement), known)
    guessed = {m for equation, _ in equal_fees for name, m in equation if name == "fee"}
    by_guess = cells_that_follow(identities(statement) + equal_fees, known)
    for name, index in sorted(alone | by_guess):
        if (name, index) not in alone and says_the_guess(shown, name, index, guessed):
            continue
        if name in MONEY:
            # That an amount is £0, or the same as in a month that is shown, tells nothing:
            # what came between belongs to no one.
            same = {known.get((name, m)) for m in range(len(statement.months))}
            value = getattr(statement.months[index], name)
            assert value in {0, *same}, f"{name} of month {index}"
        elif name == "households":
            count = len(statement.months[index].households)
            assert not 1 <= count <= (shown.cut_off or 0), f"households of month {index}"


def cells_that_follow(
    equations: Iterable[Equation], known: Mapping[Unknown, Fraction]
) -> set[Unknown]:
    """The single cells that equations determine from what is known."""
    return {unknown for unknown, row in eliminate(equations, known, "").items() if len(row) == 1}


def says_the_guess(shown: Shown, name: str, index: int, guessed: set[int]) -> bool:
    """Whether a cell is of a fee that is the shown saving, month for month, by the guess alone."""
    if (
        name not in ("fee_to_date", "payable_to_date")
        or shown.figures[index]["saving_to_date"] is None
    ):
        return False
    starts = [-1, *(m for m in range(index) if shown.figures[m]["fee_to_date"] is not None)]
    return set(range(starts[-1] + 1, index + 1)) <= guessed
