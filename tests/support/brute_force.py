"""A statement of the first edition worked out the slow way, to hold against PBR_STATEMENT.

It knows no table, column or term of the second edition: without them the figures are those of
before. The second edition is worked out in ``tests/support/life``. Written from the specification
of the functions and nothing else: every calendar day of the
programme is walked through, every placement is asked on every day whether it counts, and the
sums are exact fractions. It shares no code with the project and imports nothing of it, so a
mistake would have to be made twice, in two different ways, to go unseen.
"""

from __future__ import annotations

import calendar
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

HEADINGS = [
    "Month",
    "Children in family placements",
    "Saving",
    "Saving to date",
    "Fee entitlement to date",
    "Fee",
    "Fee to date",
    "Carer fees",
    "Bonus",
    "Held back",
    "Payable",
    "Payable to date",
    "Invoiced to date",
    "Balance",
    "Net saving to date",
]


WRITTEN_FOR = {
    "pro_rata_basis": ("months", "days", "whole_months"),
    "fee_reading": ("catch_up", "no_catch_up", "up_to_cap"),
    "savings_reading": ("month", "cumulative"),
    "fee_period": ("programme", "annual"),
    "bonus_measure": ("run_rate", "accumulated", "lower"),
    "bonus_shape": ("excess", "whole"),
    "bonus_counts": ("family", "foster"),
    "maximum_reading": ("hard_stop", "warn"),
    "vat_reading": ("net", "inclusive", "exempt"),
}
"""The options of the first edition, which the statement below knows; any other is refused."""


@dataclass(frozen=True)
class Contract:
    """The terms that bear on a figure, with the defaults of the specification."""

    starts_on: date
    ends_on: date
    fee: float = 0.0
    fee_months: int | None = None
    pro_rata_basis: str = "months"
    fee_reading: str = "catch_up"
    savings_reading: str = "month"
    fee_period: str = "programme"
    carer_fee: float = 0.0
    bonus_threshold: float | None = None
    bonus_rate: float | None = None
    bonus_measure: str = "run_rate"
    bonus_shape: str = "excess"
    bonus_counts: str = "family"
    contract_maximum: float | None = None
    maximum_reading: str = "hard_stop"
    vat_reading: str = "net"
    vat_rate: float = 0.2

    def __post_init__(self) -> None:
        for name, options in WRITTEN_FOR.items():
            assert getattr(self, name) in options, f"{name}: write {getattr(self, name)} anew here"


@dataclass(frozen=True)
class PlacementRow:
    child: str
    before_weekly: float | None
    after_weekly: float | None
    moved_on: date | None
    ended_on: date | None = None
    agreed: bool = True
    type: str = "foster"


@dataclass(frozen=True)
class CarerRow:
    household: str
    approved_on: date
    child: str


@dataclass(frozen=True)
class ClaimRow:
    month: date
    invoiced: float


@dataclass(frozen=True)
class Evidence:
    placements: list[PlacementRow] = field(default_factory=list)
    carers: list[CarerRow] = field(default_factory=list)
    claims: list[ClaimRow] = field(default_factory=list)


def exact(number: float | int | Decimal) -> Fraction:
    """A cell's number as the decimal of 15 digits that Excel shows."""
    return Fraction(Decimal(f"{number:.15g}")) if isinstance(number, float) else Fraction(number)


def penny(pounds: Fraction) -> Fraction:
    """Pounds rounded to the penny, half away from zero."""
    pence = (abs(pounds) * 200 + 1) // 2  # floor(x + 1/2) of the pence
    return Fraction(pence if pounds >= 0 else -pence, 100)


def days_of_month(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]


def edate(day: date, months: int) -> date:
    """The same day so many months on, or the month's last day where there is no such day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def each_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def same(name: str) -> str:
    """What is left of a name when its look alone counts: no ghosts, one hyphen, plain letters."""
    seen = []
    for letter in unicodedata.normalize("NFKC", name):
        kind = unicodedata.category(letter)
        if kind != "Cf":
            seen.append("-" if kind == "Pd" or letter == "\u2212" else letter)
    return " ".join("".join(seen).split()).casefold()


def complete_months(starts_on: date, as_at: date) -> int:
    """How many k there are whose last day, the day before EDATE(starts_on, k), is past."""
    k = 0
    while edate(starts_on, k + 1) - timedelta(days=1) <= as_at:
        k += 1
    return k


def earned_share(contract: Contract, as_at: date) -> Fraction:
    """Which part of the fee is earned by the end of as_at, by the pro rata basis."""
    starts_on, ends_on = contract.starts_on, contract.ends_on
    if contract.fee_months is None:
        last_day = ends_on
        number_of_months = 1
        while edate(starts_on, number_of_months) - timedelta(days=1) < ends_on:
            number_of_months += 1
    else:
        number_of_months = contract.fee_months
        last_day = edate(starts_on, number_of_months) - timedelta(days=1)
    if as_at >= last_day:
        return Fraction(1)
    if contract.pro_rata_basis == "whole_months":
        return Fraction(complete_months(starts_on, as_at), number_of_months)
    term = each_day(starts_on, last_day)
    so_far = [day for day in term if day <= as_at]
    if contract.pro_rata_basis == "days":
        return Fraction(len(so_far), len(term))
    return months_in(so_far) / months_in(term)


def months_in(days: list[date]) -> Fraction:
    """Each calendar month counts as its days among these over the days that it has."""
    counted: Counter[tuple[int, int, int]] = Counter()
    for day in days:
        counted[day.year, day.month, days_of_month(day)] += 1
    return sum((Fraction(n, length) for (_, _, length), n in counted.items()), Fraction(0))


def years_elapsed(contract: Contract, as_at: date) -> Fraction:
    """Whole years since the start, and the part of the year that has begun, by its months."""
    years = 0
    while edate(contract.starts_on, 12 * (years + 1)) - timedelta(days=1) <= as_at:
        years += 1
    begun = edate(contract.starts_on, 12 * years)
    year = each_day(begun, edate(begun, 12) - timedelta(days=1))
    return years + months_in([day for day in year if day <= as_at]) / months_in(year)


def entitlement(contract: Contract, fee: Fraction, period_end: date) -> Fraction:
    """Fee entitlement to date at the end of a month's period."""
    if contract.fee_period == "annual":
        until = period_end
        if contract.fee_reading == "up_to_cap":
            year = period_end.year + (1 if period_end.month >= 4 else 0)
            until = min(contract.ends_on, date(year, 3, 31))
        return penny(fee * years_elapsed(contract, until))
    if contract.fee_reading == "up_to_cap":
        return penny(fee)
    return penny(fee * earned_share(contract, period_end))


def in_place(row: PlacementRow, day: date) -> bool:
    return (
        row.moved_on is not None
        and row.moved_on <= day
        and (row.ended_on is None or day < row.ended_on)
    )


def saving_a_week(row: PlacementRow) -> Fraction:
    return exact(row.before_weekly) - exact(row.after_weekly)


def threshold_bonus(measure: Fraction, contract: Contract) -> Fraction:
    if contract.bonus_threshold is None or contract.bonus_rate is None:
        return Fraction(0)
    threshold, rate = exact(contract.bonus_threshold), exact(contract.bonus_rate)
    if contract.bonus_shape == "whole":
        bonus = rate * measure if measure >= threshold and measure > 0 else Fraction(0)
    else:
        bonus = rate * (measure - threshold)
    return penny(max(bonus, Fraction(0)))


def bonus_measure(contract: Contract, rows: list[PlacementRow], saved: list[Fraction]) -> Fraction:
    """What the bonus is measured by at Ends on; saved is each row's saving to date."""
    counted = [
        (row, saving)
        for row, saving in zip(rows, saved, strict=True)
        if contract.bonus_counts == "family" or row.type == "foster"
    ]
    accumulated = sum((saving for _, saving in counted), Fraction(0))
    run_rate = Fraction(0)
    for row, _ in counted:
        if in_place(row, contract.ends_on):
            run_rate += saving_a_week(row) * 365 / 7
    run_rate = penny(run_rate)
    if contract.bonus_measure == "lower":
        return min(run_rate, accumulated)
    return run_rate if contract.bonus_measure == "run_rate" else accumulated


def approvals(placements: list[PlacementRow], carers: list[CarerRow]) -> list[date]:
    """The first approval of each household whose child has a row in Placements, agreed or not."""
    cohort = {same(row.child) for row in placements}
    first: dict[str, date] = {}
    for carer in carers:
        if same(carer.child) in cohort:
            known = first.get(same(carer.household), carer.approved_on)
            first[same(carer.household)] = min(known, carer.approved_on)
    return list(first.values())


def let_through(amounts: list[Fraction], contract: Contract, paid_before: Fraction) -> Fraction:
    """What of the amounts, in their order, the contract maximum lets through."""
    if contract.contract_maximum is None or contract.maximum_reading == "warn":
        return sum(amounts, Fraction(0))
    passed = Fraction(0)
    for amount in amounts:
        headroom = exact(contract.contract_maximum) - paid_before - passed
        passed += min(amount, max(headroom, Fraction(0)))
    return passed


def statement(contract: Contract, evidence: Evidence, as_at: date | None = None) -> list[list]:
    """The rows under the headings: the month, then exact counts and pounds."""
    last_day = contract.ends_on if as_at is None else min(contract.ends_on, as_at)
    if last_day < contract.starts_on:
        return []
    whole_fee = exact(contract.fee)
    if contract.vat_reading == "inclusive":
        whole_fee = penny(whole_fee / (1 + exact(contract.vat_rate)))
    agreed = [row for row in evidence.placements if row.agreed]
    approved = approvals(evidence.placements, evidence.carers)

    # each placement's exact saving since the later of its move and the start of the programme
    running = [Fraction(0) for _ in agreed]
    saving_to_date = fee_to_date = payable_to_date = earned_before = Fraction(0)
    households = 0
    rows: list[list] = []
    for day in each_day(contract.starts_on, last_day):
        for n, row in enumerate(agreed):
            if in_place(row, day):
                running[n] += saving_a_week(row) / 7
        households += approved.count(day)
        if (day + timedelta(days=1)).month == day.month and day != last_day:
            continue

        # the month is over, or the statement is
        month = day.replace(day=1)
        saved = [penny(total) for total in running]
        saving = sum(saved, Fraction(0)) - saving_to_date
        saving_to_date += saving

        earned = entitlement(contract, whole_fee, day)
        ceiling = earned - fee_to_date
        if contract.fee_reading == "no_catch_up":
            ceiling = earned - earned_before
        earned_before = earned
        available = saving
        if contract.savings_reading == "cumulative":
            available = saving_to_date - fee_to_date
        fee = max(Fraction(0), min(available, ceiling))
        fee_to_date += fee

        carer_fees = penny(exact(contract.carer_fee) * households)
        households = 0
        bonus = Fraction(0)
        if day == contract.ends_on:
            bonus = threshold_bonus(bonus_measure(contract, agreed, saved), contract)

        payable = let_through([fee, carer_fees, bonus], contract, payable_to_date)
        payable_to_date += payable
        invoiced_to_date = sum(
            (
                exact(c.invoiced)
                for c in evidence.claims
                if c.month.replace(day=1) <= month or day == contract.ends_on
            ),
            Fraction(0),
        )
        rows.append(
            [
                month,
                Fraction(sum(1 for row in agreed if in_place(row, day))),
                saving,
                saving_to_date,
                earned,
                fee,
                fee_to_date,
                carer_fees,
                bonus,
                fee + carer_fees + bonus - payable,
                payable,
                payable_to_date,
                invoiced_to_date,
                payable_to_date - invoiced_to_date,
                saving_to_date - payable_to_date,
            ]
        )
    return rows


def first_edition(table: list[list]) -> list[list]:
    """A statement without the columns of the second edition, which hold nothing new."""
    places = {heading: place for place, heading in enumerate(table[0])}
    for row in table[1:]:
        assert row[places["To invoice"]] == row[places["Payable"]]
        for heading in ("Outcome fees", "Reimbursed", "Adjustment"):
            assert row[places[heading]] == 0
    return [[row[places[heading]] for heading in HEADINGS] for row in table]


def as_cells(rows: list[list]) -> list[list]:
    """The statement as cells: headings, then dates and floats of whole pence."""
    table: list[list] = [list(HEADINGS)]
    for row in rows:
        cells = [row[0], float(row[1])]
        for pounds in row[2:]:
            pence = pounds * 100
            assert pence.denominator == 1, "a figure of the statement is not a whole penny"
            cells.append(int(pence) / 100)
        table.append(cells)
    return table
