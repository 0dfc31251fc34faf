"""Random terms of contracts, with every option and with variations, valid by construction."""

from __future__ import annotations

from datetime import date, timedelta

from tests.support.life.days import DAY, edate
from tests.support.life.draws import Draws
from tests.support.life.tables import Terms, Variation
from tests.support.life.terms import OPTIONS

LONGEST = 730
"""Days of the longest programme."""
FOCUSES = ("fee", "carers", "bonus", "break-downs", "outcomes", "ledger")
"""What a life may be about: its rows and terms are drawn so that it comes to bear."""
VARY = ("Fee", "Carer fee", "Bonus", "Contract maximum", "Break-down amount")
MORE_OFTEN = {
    "fee": ["Fee"],
    "carers": ["Carer fee"],
    "bonus": ["Bonus"],
    "break-downs": ["Break-down amount", "Fee"],
}


def programme(draw: Draws) -> tuple[date, date]:
    """Starts on and Ends on: any days, often with whole months or with the last day of a month."""
    first = draw.day(date(2023, 12, 1), date(2027, 12, 31))
    if draw.one_in(2):
        wanted = draw.of(1, 1, 28, 29, 30, 31)
        first = first.replace(day=1)
        while first.day < wanted and (first + DAY).month == first.month:
            first += DAY
    short = draw.one_in(4)
    if draw.one_in(2):
        length = draw.number(0, 150) if short else draw.number(150, LONGEST)
        return first, first + timedelta(days=length)
    months = draw.number(1, 9) if short else draw.number(9, 23)
    return first, max(first, edate(first, months) - draw.number(-1, 2) * DAY)


def varied_value(draw: Draws, term: str) -> float:
    match term:
        case "Fee":
            return draw.pounds_up_to(60_000, 900_000)
        case "Carer fee":
            return draw.of(0.0, 5_000.0, 9_999.99, 12_000.0)
        case "Bonus threshold":
            return draw.pounds_up_to(1_000, 100_000)
        case "Bonus rate":
            return draw.of(0.05, 0.125, 0.2, 0.0)
        case "Contract maximum":
            return draw.pounds_up_to(100_000, 900_000)
    return draw.pounds_up_to(2_000, 40_000)


def bonus_variations(draw: Draws, days: list[date], has_bonus: bool) -> list[Variation]:
    """Changes of threshold and rate; on no day is there one without the other."""
    pair = ("Bonus threshold", "Bonus rate")
    rows = []
    for start in sorted(days):
        if has_bonus and draw.one_in(2):
            term = draw.of(*pair)
            rows.append(Variation(term, start, varied_value(draw, term)))
            continue
        has_bonus = not draw.one_in(4)
        for term in pair:
            rows.append(Variation(term, start, varied_value(draw, term) if has_bonus else None))
    return rows


def variations(
    draw: Draws, focus: str, first: date, last: date, has_bonus: bool
) -> tuple[Variation, ...]:
    """Up to three changes of some terms that may vary, with a blank now and then."""
    marks = [first, last, edate(first.replace(day=1), 4)]
    around = (first - timedelta(days=20), last + timedelta(days=20))
    rows = []
    for term in sorted({*MORE_OFTEN.get(focus, []), *draw.some(VARY, 1, 3)}):
        days = draw.days_apart(marks, *around, 3)
        if term == "Bonus":
            rows += bonus_variations(draw, days, has_bonus)
            continue
        for start in days:
            value = None if draw.one_in(6) else varied_value(draw, term)
            rows.append(Variation(term, start, value))
    return draw.shuffled(rows)


def amounts(draw: Draws, focus: str) -> dict[str, object]:
    """The terms that are numbers; None is left out."""
    chosen: dict[str, object] = {
        "Fee": None if draw.one_in(12) else draw.pounds_up_to(60_000, 900_000),
        "Fee months": None if draw.one_in(2) else draw.number(1, 30),
        "Fee share": draw.mostly(None, 0.25, 0.5, 0.333, 1),
        "Carer fee": draw.of(10_000.0, 9_999.99, None),
        "Contract maximum": None if draw.one_in(2) else draw.pounds_up_to(100_000, 1_000_000),
        "VAT rate": draw.of(None, 0.2, 0.05, 0.175, 0),
        "Cohort size": draw.number(1, 21),
        "Break-down months": draw.of(None, draw.number(1, 18)),
        "Break-down amount": draw.mostly(None, 28_561.9, 0.0, 1_234.56),
    }
    if focus == "bonus" or draw.one_in(2):
        chosen["Bonus threshold"] = draw.of(0.0, draw.pounds_up_to(20_000, 100_000, 900_000))
        chosen["Bonus rate"] = draw.of(0.1, 0.125, 0.333, 1.0, 0.0)
    return chosen


def random_terms(draw: Draws, focus: str) -> Terms:
    """The terms of a contract about the focus; what is at its default is often left out."""
    first, last = programme(draw)
    chosen: dict[str, object] = {"Starts on": first, "Ends on": last}
    for term, options in OPTIONS.items():
        chosen[term] = draw.of(*options, *options, None)
    if focus == "break-downs":
        chosen["Break-down reimbursement"] = draw.of("straight_line", "straight_line", "whole")
    if focus == "fee":
        chosen["Unused fee"] = draw.of("lapses", "lapses", "carries")
    chosen |= amounts(draw, focus)
    middle = first + (last - first) / 2
    measured = last
    if draw.one_in(2):
        measured = draw.near([first, last, middle], first, last)
        chosen["Bonus measured on"] = measured
    if draw.one_in(2 if focus == "break-downs" else 5):
        chosen["Terminated on"] = draw.near([first, last], middle, last)
    by_phase = "phase" in (chosen["Break-down window"], chosen["Bonus savings"])
    if by_phase or draw.one_in(2):
        chosen["Phase starts on"] = draw.near([first, measured], first, measured)
    has_bonus = "Bonus rate" in chosen
    varied = variations(draw, focus, first, last, has_bonus) if draw.one_in(2) else ()
    return Terms({term: value for term, value in chosen.items() if value is not None}, varied)
