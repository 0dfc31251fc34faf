"""The lines behind a month's figures: their amounts are the statement's, their sums come out."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from xlpbr import functions, money
from xlpbr.contract.terms import READINGS
from xlpbr.settlement.statement import FIGURES

AMOUNT = r"-?£[\d,]+\.\d{2,}"
CASES = [("as given", {})] + [
    (f"{term.label}={option}", {term.label: option})
    for term in READINGS
    for option in list(term.options)[1:]
]
CASES += [
    ("annual and up to cap", {"Fee period": "annual", "Fee reading": "up_to_cap"}),
    ("cumulative, no catch-up", {"Savings reading": "cumulative", "Fee reading": "no_catch_up"}),
    ("no maximum, no bonus", {"Contract maximum": "", "Bonus threshold": "", "Bonus rate": ""}),
    ("low maximum", {"Contract maximum": 150000}),
    ("low threshold", {"Bonus threshold": 100000}),
    ("low threshold, lower", {"Bonus threshold": 100000, "Bonus measure": "lower"}),
    ("low threshold, whole", {"Bonus threshold": 100000, "Bonus shape": "whole"}),
    ("no fee months", {"Fee months": ""}),
    ("no fee months, days", {"Fee months": "", "Pro rata basis": "days"}),
    ("a start within a month", {"Starts on": date(2025, 9, 11)}),
]


def with_terms(terms, changes):
    rows = [list(row) for row in terms]
    for row in rows:
        row[1] = changes.get(row[0], row[1])
    return rows


def pounds(text):
    return Fraction(Decimal(text.replace("£", "").replace(",", "")))


def to_the_penny(exact):
    return money.to_pence(Fraction(exact))


@pytest.fixture(params=[case for _, case in CASES], ids=[name for name, _ in CASES])
def explained(request, sample):
    """Every month of a contract's statement with its lines, by figure."""
    terms = with_terms(sample["Terms"], request.param)
    tables = [sample[name] for name in ("Placements", "Carers", "Claims")]
    headings, *months = functions.pbr_statement(terms, *tables)
    lines = []
    for month in months:
        rows = functions.pbr_explain(terms, tables[0], month[0], *tables[1:])
        assert rows[0] == ["Clause", "Figure", "Working", "Amount"]
        lines.append({row[1]: row for row in rows[1:]})
    return headings, months, lines


def test_the_amounts_are_those_of_the_statement(explained):
    headings, months, lines = explained
    assert len(months) == 18
    for month, by_figure in zip(months, lines, strict=True):
        assert list(by_figure) == headings[1:] == [figure.heading for figure in FIGURES[1:]]
        assert [row[3] for row in by_figure.values()] == month[1:]
        for clause, figure, working, _ in by_figure.values():
            assert clause, figure
            assert working, figure


def test_the_sums_in_the_workings_come_out(explained):
    _, _, lines = explained
    performed = dict.fromkeys(SUMS, 0)
    for by_figure in lines:
        for figure, perform in SUMS.items():
            row = by_figure[figure]
            found = perform(row[2])
            if found is not None:
                assert found == money.to_pence(Fraction(Decimal(repr(row[3])))), row
                performed[figure] += 1
    assert performed["Saving to date"] == performed["Net saving to date"] == len(lines)
    assert performed["Payable"] == performed["Fee"] == performed["Balance"] == len(lines)


def saving_to_date(working):
    before, now, after = re.fullmatch(
        rf"({AMOUNT}) before \+ ({AMOUNT}) this month = ({AMOUNT})", working
    ).groups()
    assert pounds(before) + pounds(now) == pounds(after)
    return to_the_penny(pounds(after))


def difference(working):
    left, right, result = re.fullmatch(
        rf"({AMOUNT}) - ({AMOUNT}) = ({AMOUNT})(?:: .+)?", working
    ).groups()
    assert pounds(left) - pounds(right) == pounds(result)
    return to_the_penny(pounds(result))


def balance(working):
    pence = difference(working)
    expected = "agreed" if not pence else "still to invoice" if pence > 0 else "to be reimbursed"
    assert working.endswith(f": {expected}")
    return pence


def entitlement(working):
    share = re.search(rf"({AMOUNT})(?: \(.+\))? x (\d+) of (\d+) [a-z ]+ = ({AMOUNT})$", working)
    yearly = re.search(
        rf"({AMOUNT})(?: \(.+\))? a year x (\d+) months .* / 12 = ({AMOUNT})$", working
    )
    if share:
        whole, part, of, result = share.groups()
        found = to_the_penny(pounds(whole) * int(part) / int(of))
    elif yearly:
        whole, months, result = yearly.groups()
        found = to_the_penny(pounds(whole) * int(months) / 12)
    else:
        return None
    assert found == to_the_penny(pounds(result))
    return found


def fee(working):
    saving, limit = re.fullmatch(
        rf"the lower of (saving .+) and (entitlement to date .+?): (?:below £0\.00, so )?{AMOUNT}",
        working,
    ).groups()
    sums = re.search(rf"({AMOUNT}) less fee before ({AMOUNT}) = ({AMOUNT})", saving)
    if sums:
        assert pounds(sums[1]) - pounds(sums[2]) == pounds(sums[3])
    earned, less, lost, ceiling = re.fullmatch(
        rf"entitlement to date ({AMOUNT}) less \w+ before ({AMOUNT})"
        rf"(?: less ({AMOUNT}) that lapsed on 31 March)? = ({AMOUNT})",
        limit,
    ).groups()
    assert pounds(earned) - pounds(less) - pounds(lost or "0") == pounds(ceiling)
    lower = min(pounds(re.findall(AMOUNT, saving)[-1]), pounds(ceiling))
    assert ("below £0.00, so £0.00" in working) == (lower < 0)
    fee = to_the_penny(max(lower, Fraction(0)))
    assert fee == to_the_penny(pounds(re.findall(AMOUNT, working)[-1]))
    return fee


def carer_fees(working):
    match = re.fullmatch(rf"H\d\d on .+: (\d+) households? x ({AMOUNT}) = ({AMOUNT})", working)
    if match is None:
        assert working == "no household falls due in the month"
        return 0
    assert int(match[1]) * pounds(match[2]) == pounds(match[3])
    return to_the_penny(pounds(match[3]))


def bonus(working):
    excess = re.fullmatch(
        rf"([\d.]+)% x \((.+?)(?: of foster placements)? less threshold ({AMOUNT})\) = ({AMOUNT})",
        working,
    )
    whole = re.fullmatch(
        rf"([\d.]+)% x (.+?)(?: of foster placements)?, which reaches {AMOUNT} = ({AMOUNT})",
        working,
    )
    if excess:
        rate, savings, threshold, result = excess.groups()
    elif whole:
        rate, savings, result = whole.groups()
        threshold = "£0.00"
    else:
        return 0
    measure = min(pounds(amount) for amount in re.findall(AMOUNT, savings))
    found = to_the_penny(Fraction(Decimal(rate)) / 100 * (measure - pounds(threshold)))
    assert found == to_the_penny(pounds(result))
    return found


def owed(working):
    parts, back, total = re.match(
        rf"(fee {AMOUNT} \+ carer fees {AMOUNT} \+ bonus {AMOUNT})(?: - reimbursed ({AMOUNT}))?"
        rf" = ({AMOUNT})",
        working,
    ).groups()
    assert sum(map(pounds, re.findall(AMOUNT, parts))) - pounds(back or "0") == pounds(total)
    return pounds(total)


def held_back(working):
    if not working.startswith("fee "):
        return 0
    maximum, before, headroom = re.search(
        rf"headroom ({AMOUNT}) less payable before ({AMOUNT}) = ({AMOUNT})", working
    ).groups()
    assert pounds(maximum) - pounds(before) == pounds(headroom)
    held = to_the_penny(max(Fraction(0), owed(working) - pounds(headroom)))
    assert held == to_the_penny(pounds(re.search(rf"; above it ({AMOUNT})$", working)[1]))
    return held


def payable(working):
    held = re.search(rf"; less held back ({AMOUNT})$", working)[1]
    return to_the_penny(owed(working) - pounds(held))


SUMS = {
    "Saving to date": saving_to_date,
    "Fee entitlement to date": entitlement,
    "Fee": fee,
    "Fee to date": saving_to_date,
    "Carer fees": carer_fees,
    "Bonus": bonus,
    "Held back": held_back,
    "Payable": payable,
    "Payable to date": saving_to_date,
    "Balance": balance,
    "Net saving to date": difference,
}


PART = re.compile(
    rf"(C\d\d): ({AMOUNT}) / 7 x (\d+) days?"
    rf"(?: so far = ({AMOUNT}), less ({AMOUNT}) for the (\d+) before)? = ({AMOUNT})"
)


def test_the_parts_of_a_saving_come_out(sample):
    """A seventh of the weekly saving for each day, as the difference of two running totals."""
    headings, *months = functions.pbr_statement(*sample.values())
    so_far: dict[tuple[str, str], int] = {}
    parts = by_running_totals = 0
    for month in months:
        lines = functions.pbr_explain(sample["Terms"], sample["Placements"], month[0])
        working = next(row[2] for row in lines if row[1] == "Saving")
        total = 0
        for child, weekly, days, running, less, earlier, result in PART.findall(working):
            expected = to_the_penny(pounds(weekly) * int(days) / 7)
            placement = (child, weekly)
            before = so_far.get(placement, 0)
            so_far[placement] = int(days) if running else before + int(days)
            if running:
                # The penny comes from the running totals: both are shown, and come out by hand.
                assert int(earlier) == before
                assert expected == to_the_penny(pounds(running))
                assert to_the_penny(pounds(weekly) * before / 7) == to_the_penny(pounds(less))
                expected -= to_the_penny(pounds(less))
                by_running_totals += 1
            assert expected == to_the_penny(pounds(result)), (month[0], child)
            total += expected
            parts += 1
        assert total / 100 == month[headings.index("Saving")]
    assert parts > 100
    assert by_running_totals > 10
    moved = [row for row in sample["Placements"][1:] if row[4] and row[6] == "yes"]
    assert {child for child, _ in so_far} == {row[0] for row in moved}


@pytest.mark.parametrize(
    ("before", "after", "working"),
    [
        (7000, 1400, "C01: £5,600.00 / 7 x 7 days = £5,600.00"),
        (100.004, 0, "C01: £100.004 / 7 x 7 days = £100.00"),
        (0, 1.23456, "C01: -£1.23456 / 7 x 7 days = -£1.23"),
        ("£1,000.00", "£0.10", "C01: £999.90 / 7 x 7 days = £999.90"),
    ],
)
def test_a_price_is_shown_with_the_parts_of_a_penny_that_it_carries(before, after, working):
    march = date(2026, 3, 1)
    terms = [["Term", "Value"], ["Starts on", march], ["Ends on", date(2026, 3, 31)]]
    placements = [
        ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
        ["C01", before, after, march, march + timedelta(days=7)],
    ]
    lines = {row[1]: row[2] for row in functions.pbr_explain(terms, placements, march)}
    assert lines["Saving"] == working
    assert lines["Children in family placements"] == (
        "no agreed placement in place at the end of 31 Mar 2026"
    )
    assert lines["Fee"].startswith("the lower of saving of the month ")
    assert lines["Bonus"] == "the contract has no bonus"
    assert lines["Held back"] == "the contract has no maximum"
    assert lines["Invoiced to date"] == "0 claims: all of them, because the programme ends"


def test_the_clauses_are_those_of_the_terms(sample):
    lines = functions.pbr_explain(sample["Terms"], sample["Placements"], "Mar 2026")
    clauses = {row[1]: row[0] for row in lines[1:]}
    assert clauses["Fee"] == "7 para 3"
    assert clauses["Carer fees"] == "7 para 6"
    assert clauses["Bonus"] == "7 para 5"
    assert clauses["Payable"] == "4.1, 7 para 8"
    assert clauses["Invoiced to date"] == "Claims table"
    bare = [row[:2] for row in sample["Terms"]]
    without = functions.pbr_explain(bare, sample["Placements"], "Mar 2026")
    assert {row[1]: row[0] for row in without}["Fee"] == "Terms: Fee reading"
