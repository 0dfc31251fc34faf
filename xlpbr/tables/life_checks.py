"""What a person should look at in the optional tables; none of it stops a figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

from xlpbr import cells
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.life import FurtherCost, LifeRecord, PriceChange
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import Problem
from xlpbr.money import in_words
from xlpbr.periods import (
    complete_months,
    day_in_words,
    financial_year_end,
    month_in_words,
    month_of,
    months_to_reach,
)
from xlpbr.settlement.counted import CountedPlacement, counted_placements
from xlpbr.settlement.statement import MonthStatement, agreed_figures, settle
from xlpbr.settlement.years import year_in_words

_MOST_YEARS_AFTER = 10


def about_the_life(terms: ContractTerms, evidence: Evidence) -> Iterator[Problem]:
    """What to look at where terms and tables can be read and nothing stops the figures."""
    yield from _about_programme_months(terms)
    yield from _about_why_it_ended(evidence)
    yield from _about_the_cohort(evidence)
    yield from _about_far_days(terms, evidence)
    counted = counted_placements(terms, evidence)
    yield from _about_prices(evidence, counted)
    yield from _about_costs(evidence, counted)
    yield from _about_the_budget(terms, evidence)
    if evidence.signed:
        yield from _about_agreed_months(terms, evidence)


def other_spellings(
    table: str, records: Iterable[LifeRecord], evidence: Evidence
) -> Iterator[Problem]:
    """Children that are spelt otherwise than in Placements, and are taken for the same."""
    spelt: dict[str, dict[str, str]] = {}
    for placement in evidence.placements:
        spellings = spelt.setdefault(cells.key(placement.child), {})
        spellings.setdefault(placement.child.casefold(), placement.child)
    for record in records:
        child = getattr(record, "child", "")
        known = spelt.get(cells.key(child))
        if child and known is not None and child.casefold() not in known:
            yield Problem(
                table=table,
                row=record.row,
                column="Child",
                found=cells.spelling(child),
                expected=f"{cells.spelling(next(iter(known.values())))} as in Placements",
                remedy="They are treated as the same. Correct the one that is misspelt.",
            )


def _about_programme_months(terms: ContractTerms) -> Iterator[Problem]:
    months = terms.programme_months
    if months is None:
        return
    whole = complete_months(terms.starts_on, terms.ends_on)
    reached = months_to_reach(terms.starts_on, terms.ends_on)
    if months != whole or months != reached:
        length = f"{whole} whole months" if whole == reached else f"more than {whole} whole months"
        yield Problem(
            table="Terms",
            column="Programme months",
            found=str(months),
            expected=f"the months from Starts on, {terms.starts_on:%d/%m/%Y}, to Ends on,"
            f" {terms.ends_on:%d/%m/%Y}: {length}",
            remedy="Correct the months or one of the two days. No figure comes from the months.",
        )


def _about_why_it_ended(evidence: Evidence) -> Iterator[Problem]:
    for placement in evidence.placements:
        if placement.ended_on is None and placement.ended_because != "broke down":
            yield Problem(
                table="Placements",
                row=placement.row,
                column="Ended because",
                found=f'"{placement.ended_because}", though Ended on is blank',
                expected="the day on which it ended",
                remedy="It is not read until Ended on is given. Enter the day, or clear the cell.",
            )


def _about_the_cohort(evidence: Evidence) -> Iterator[Problem]:
    if not evidence.cohort:
        return
    cohort = evidence.leaving_days
    for placement in evidence.placements:
        if cells.key(placement.child) not in cohort:
            yield Problem(
                table="Placements",
                row=placement.row,
                column="Child",
                found=cells.shown(placement.child),
                expected="a child of the Cohort table",
                remedy="The row does not count. Add the child to Cohort, or correct its name.",
            )


def _about_far_days(terms: ContractTerms, evidence: Evidence) -> Iterator[Problem]:
    """Days so long after the programme that their year is more likely a slip."""
    days: list[tuple[str, int, str, date | None]] = [
        ("Cohort", child.row, "Leaves care on", child.leaves_on) for child in evidence.cohort
    ]
    days += [("Prices", change.row, "From", change.starts_on) for change in evidence.prices]
    days += [("Costs", cost.row, "From", cost.starts_on) for cost in evidence.costs]
    days += [("Costs", cost.row, "To", cost.last_day) for cost in evidence.costs]
    days += [("Rates", rate.row, "From", rate.starts_on) for rate in evidence.rates]
    days += [("Rates", rate.row, "To", rate.last_day) for rate in evidence.rates]
    for table, row, column, day in days:
        if day is not None and day.year - terms.ends_on.year > _MOST_YEARS_AFTER:
            yield Problem(
                table=table,
                row=row,
                column=column,
                found=f"{day:%d/%m/%Y}",
                expected=f"a day within {_MOST_YEARS_AFTER} years of Ends on,"
                f" {terms.ends_on:%d/%m/%Y}",
                remedy="Check the year.",
            )


def _about_prices(evidence: Evidence, counted: tuple[CountedPlacement, ...]) -> Iterator[Problem]:
    with_a_row = {cells.key(placement.child) for placement in evidence.placements}
    for change in evidence.prices:
        here = partial(Problem, table="Prices", row=change.row)
        if change.residential_weekly is None and change.family_weekly is None:
            yield here(
                column="Residential weekly cost",
                found="nothing, and no Family weekly cost",
                expected="a price that changes",
                remedy="The row changes nothing. Enter a price, or clear the row.",
            )
        elif cells.key(change.child) not in with_a_row:
            yield here(
                column="Child",
                found=cells.shown(change.child),
                expected="a child with a row in Placements",
                remedy="The row is passed over. Correct the child's name, or clear the row.",
            )
        else:
            yield from _price_without_a_day(here, change, counted)


def _price_without_a_day(
    here: partial[Problem], change: PriceChange, counted: tuple[CountedPlacement, ...]
) -> Iterator[Problem]:
    """A price that holds on no day of a placement: before the move, or between two placements."""
    own = [one for one in counted if cells.key(one.placement.child) == cells.key(change.child)]
    holds = any(
        one.moved_on < change.starts_on
        and (one.placement.ended_on is None or change.starts_on < one.placement.ended_on)
        for one in own
    )
    if not own or holds:
        return
    first = min(one.moved_on for one in own)
    if change.starts_on < first:
        expected = f"a day after Moved on, {first:%d/%m/%Y}"
    else:
        expected = "a day after Moved on on which the child's placement lasts"
    yield here(
        column="From",
        found=f"{change.starts_on:%d/%m/%Y}",
        expected=expected,
        remedy="The row counts for no day: a placement starts with the prices of its own row.",
    )


def _about_costs(evidence: Evidence, counted: tuple[CountedPlacement, ...]) -> Iterator[Problem]:
    for cost in evidence.costs:
        here = partial(Problem, table="Costs", row=cost.row)
        own = [one for one in counted if cells.key(one.placement.child) == cells.key(cost.child)]
        if not cost.weekly and not cost.once:
            yield here(
                column="Weekly",
                found="nothing, and nothing under Once",
                expected="an amount under Weekly or Once",
                remedy="The row costs nothing. Enter the amount, or clear the row.",
            )
        elif not own:
            yield here(
                column="Child",
                found=cells.shown(cost.child),
                expected="a child that has moved in an agreed row of Placements",
                remedy="The row is passed over until then. Check the child's name and its row.",
            )
        else:
            yield from _days_of_a_cost(here, cost, own)


def _days_of_a_cost(
    here: partial[Problem], cost: FurtherCost, own: list[CountedPlacement]
) -> Iterator[Problem]:
    first = min(one.moved_on for one in own)
    for column, day in (("From", cost.starts_on), ("To", cost.last_day)):
        if day is not None and day < first:
            yield here(
                column=column,
                found=f"{day:%d/%m/%Y}",
                expected=f"a day on or after Moved on, {first:%d/%m/%Y}",
                remedy="It is counted all the same. Check that the cost is one of the move.",
            )
            return
    ends = [one.placement.ended_on for one in own]
    is_open = cost.agreed and cost.weekly and cost.last_day is None
    if is_open and None not in ends:
        last = max(day for day in ends if day is not None)
        yield here(
            column="To",
            found="nothing",
            expected=f"a day: the child is in no placement since {last:%d/%m/%Y}",
            remedy="The weekly cost goes on, and lowers the run rate. Enter its last day.",
        )


def _about_the_budget(terms: ContractTerms, evidence: Evidence) -> Iterator[Problem]:
    for year in evidence.budget:
        last = financial_year_end(year.year)
        if last < terms.starts_on or year.year > terms.last_day:
            yield Problem(
                table="Budget",
                row=year.row,
                column="Year",
                found=year_in_words(year.year),
                expected=f"a year of the programme, {day_in_words(terms.starts_on)} to"
                f" {day_in_words(terms.last_day)}",
                remedy="The row is passed over. Correct the year, or clear the row.",
            )


def _about_agreed_months(terms: ContractTerms, evidence: Evidence) -> Iterator[Problem]:
    months = settle(terms, evidence).months
    by_month = {month.month: month for month in months}
    first, last = month_of(terms.starts_on), month_of(terms.last_day)
    signed = agreed_figures(evidence.signed)
    said: set[date] = set()
    for row in evidence.signed:
        here = partial(Problem, table="Agreed", row=row.row)
        month = by_month.get(row.month)
        if month is None:
            yield here(
                column="Month",
                found=month_in_words(row.month),
                expected=f"a month of the programme, {month_in_words(first)} to"
                f" {month_in_words(last)}",
                remedy="The row is passed over. Correct the month, or clear the row.",
            )
        elif row.month not in said and signed[row.month].payable != month.payable:
            said.add(row.month)
            rows = sum(one.month == row.month for one in evidence.signed)
            yield _no_longer_as_agreed(here, month, signed[row.month].payable, rows)
    if months:
        left = months[-1].payable + months[-1].adjustment - months[-1].to_invoice
        if left:
            yield Problem(
                table="Agreed",
                column="Payable",
                found=f"{in_words(left)} carried out of {month_in_words(months[-1].month)}",
                expected="nothing left to carry in the last month",
                remedy="It stands in no month of the statement. Settle it between the parties.",
            )


def _no_longer_as_agreed(
    here: partial[Problem], month: MonthStatement, agreed: int, rows: int
) -> Problem:
    difference = month.payable - agreed
    together = "" if rows == 1 else f", in {rows} rows together"
    return here(
        column="Payable",
        found=f"{in_words(agreed)} agreed for {month_in_words(month.month)}{together}",
        expected=f"{in_words(month.payable)}, what is payable for the month now",
        remedy=f"The difference of {in_words(difference)} comes into the next month that is not"
        " agreed. Tell the provider why.",
    )
