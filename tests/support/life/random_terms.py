"""Random terms of contracts, with every option and with variations, valid by construction."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from tests.support.life.days import DAY, edate
from tests.support.life.draws import days, mostly, near, one_in, pounds
from tests.support.life.tables import Terms, Variation
from tests.support.life.terms import OPTIONS

LONGEST = 730
"""Days of the longest programme."""
FOCUSES = ("fee", "carers", "bonus", "break-downs", "outcomes", "ledger")
"""What a life may be about: its rows and terms are drawn so that it comes to bear."""


@st.composite
def programmes(draw: st.DrawFn) -> tuple[date, date]:
    """Starts on and Ends on: any days, often with whole months or with the last day of a month."""
    first = draw(days(date(2023, 12, 1), date(2027, 12, 31)))
    if draw(st.booleans()):
        wanted = draw(st.sampled_from([1, 1, 28, 29, 30, 31]))
        first = first.replace(day=1)
        while first.day < wanted and (first + DAY).month == first.month:
            first += DAY
    if draw(st.booleans()):
        length = draw(one_in(4, st.integers(0, 150), st.integers(150, LONGEST)))
        return first, first + timedelta(days=length)
    months = draw(one_in(4, st.integers(1, 9), st.integers(9, 23)))
    return first, max(first, edate(first, months) - draw(st.integers(-1, 2)) * DAY)


VARIED = {
    "Fee": pounds(0, 900_000),
    "Carer fee": st.sampled_from([0.0, 5_000.0, 9_999.99, 12_000.0]),
    "Bonus threshold": pounds(0, 100_000),
    "Bonus rate": st.sampled_from([0.05, 0.125, 0.2, 0.0]),
    "Contract maximum": pounds(0, 900_000),
    "Break-down amount": pounds(0, 40_000),
}
MORE_OFTEN = {
    "fee": ["Fee"],
    "carers": ["Carer fee"],
    "bonus": ["Bonus threshold", "Bonus rate"],
    "break-downs": ["Break-down amount"],
}


@st.composite
def variations(draw: st.DrawFn, focus: str, first: date, last: date) -> tuple[Variation, ...]:
    """Up to three changes of some terms that may vary, with a blank now and then."""
    marks = [first, last, edate(first.replace(day=1), 4)]
    around = near(marks, first - timedelta(days=20), last + timedelta(days=20))
    often = st.sampled_from(MORE_OFTEN.get(focus, sorted(VARIED)))
    rows = []
    for term in draw(st.lists(often | st.sampled_from(sorted(VARIED)), unique=True, max_size=4)):
        for start in draw(st.lists(around, unique=True, min_size=1, max_size=3)):
            blank = draw(mostly(False, False, True))
            rows.append(Variation(term, start, None if blank else draw(VARIED[term])))
    return tuple(draw(st.permutations(rows)))


@st.composite
def amounts(draw: st.DrawFn, focus: str) -> dict[str, object]:
    """The terms that are numbers; None is left out."""
    fee = pounds(0, 60_000) | pounds(60_000, 900_000)
    maximum = pounds(0, 100_000) | pounds(50_000, 1_000_000)
    carer_fees = [10_000.0, 9_999.99] if focus == "carers" else [None, 10_000.0, 9_999.99]
    chosen: dict[str, object] = {
        "Fee": draw(one_in(12, st.none(), fee)),
        "Fee months": draw(one_in(2, st.none(), st.integers(1, 30))),
        "Fee share": draw(mostly(None, 0.25, 0.5, 0.333, 1)),
        "Carer fee": draw(st.sampled_from(carer_fees)),
        "Contract maximum": draw(one_in(2, st.none(), maximum)),
        "VAT rate": draw(st.sampled_from([None, 0.2, 0.05, 0.175, 0])),
        "Cohort size": draw(st.integers(1, 21)),
        "Break-down months": draw(st.none() | st.integers(1, 18)),
        "Break-down amount": draw(mostly(None, 28_561.9, 0.0, 1_234.56)),
    }
    if focus == "bonus" or draw(st.booleans()):
        chosen["Bonus threshold"] = draw(st.just(0.0) | pounds(0, 100_000) | pounds(0, 900_000))
        chosen["Bonus rate"] = draw(st.sampled_from([0.1, 0.125, 0.333, 1.0, 0.0]))
    return chosen


@st.composite
def terms(draw: st.DrawFn, focus: str) -> Terms:
    """The terms of a contract about the focus; what is at its default is often left out."""
    first, last = draw(programmes())
    chosen: dict[str, object] = {"Starts on": first, "Ends on": last}
    for term, options in OPTIONS.items():
        chosen[term] = draw(st.sampled_from([*options, *options, None]))
    if focus == "break-downs":
        chosen["Break-down reimbursement"] = draw(st.sampled_from(["straight_line", "whole"]))
    if focus == "fee":
        chosen["Unused fee"] = draw(st.sampled_from(["lapses", "lapses", "carries"]))
    chosen |= draw(amounts(focus))
    middle = first + (last - first) / 2
    if draw(st.booleans()):
        chosen["Bonus measured on"] = draw(near([first, last, middle], first, last))
    if draw(one_in(5 if focus != "break-downs" else 2, st.just(True), st.just(False))):
        chosen["Terminated on"] = draw(near([first, last], middle, last))
    by_phase = "phase" in (chosen["Break-down window"], chosen["Bonus savings"])
    if by_phase or draw(st.booleans()):
        measured = chosen.get("Bonus measured on", last)
        assert isinstance(measured, date)
        chosen["Phase starts on"] = draw(near([first, measured], first, measured))
    varied = draw(st.just(()) | variations(focus, first, last))
    return Terms({term: value for term, value in chosen.items() if value is not None}, varied)
