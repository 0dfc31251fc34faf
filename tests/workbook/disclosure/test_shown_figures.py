"""Which figures the public version shows: of the sample, and in the cases that decide."""

from __future__ import annotations

import dataclasses
from datetime import date
from fractions import Fraction

import pytest

from tests.support.public_cases import built_in, few_children, suppressed
from tests.support.working_back import assert_nothing_worked_back
from xlpbr.contract.evidence import Claim, Evidence, Household, Placement
from xlpbr.contract.known_rules import KnownRules
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import FileProblem
from xlpbr.settlement.statement import settle
from xlpbr.workbook.disclosure import rules as disclosure_rules
from xlpbr.workbook.disclosure.rules import KNOWN, Shown, show_last_month, show_publicly


def test_a_month_that_is_not_over_is_never_published() -> None:
    inside, before = (
        show_publicly(built_in("plymouth-l04-2526", day), 5)
        for day in (date(2026, 8, 30), date(2026, 7, 31))
    )
    assert inside == before
    for day in (date(2025, 9, 1), date(2025, 9, 29)):
        assert show_publicly(built_in("plymouth-l04-2526", day), 5).figures == ()
    last = few_children(6)
    ends_inside = dataclasses.replace(last.terms, ends_on=date(2026, 12, 10))
    assert len(show_publicly(settle(ends_inside, last.evidence), 5).figures) == 12


def test_the_position_of_the_last_month_that_is_shown_is_that_of_its_own_report() -> None:
    shown = show_publicly(built_in("plymouth-l04-2526"), 5)
    assert shown.latest("saving_to_date") is None
    position = show_last_month(shown)
    assert position.statement.as_at == date(2026, 7, 31)
    assert position == show_publicly(built_in("plymouth-l04-2526", date(2026, 7, 31)), 5)
    months = len(position.figures)
    assert position.figures == shown.figures[:months]
    assert show_last_month(position) is position


def test_what_comes_on_one_day_but_for_a_few_does_not_give_the_few_away() -> None:
    """Eight come on the first and one on the fifteenth; a level month would leave the one."""
    terms = ContractTerms(
        starts_on=date(2026, 3, 1), ends_on=date(2026, 8, 31), fee=Fraction(600_000)
    )
    placements = tuple(
        Placement(
            f"C{n}", "foster", Fraction(7_000 + n), Fraction(1_400),
            date(2026, 3, 15 if n == 8 else 1), None, True, n,
        )
        for n in range(9)
    )  # fmt: skip
    shown = show_publicly(settle(terms, Evidence(placements)), 5)
    assert suppressed(shown, "saving_to_date") == ["Apr 26", "May 26", "Jun 26", "Jul 26", "Aug 26"]


def test_the_sample_shows_months_in_which_enough_children_moved() -> None:
    shown = show_publicly(built_in("plymouth-l04-2526"), 5)
    before_july = ["Feb 26", "Mar 26", "Apr 26", "May 26", "Jun 26"]
    after = ["Aug 26", "Sep 26", "Oct 26", "Nov 26", "Dec 26", "Jan 27", "Feb 27"]
    for name in ("saving_to_date", "children", "fee_to_date"):
        assert suppressed(shown, name) == [*before_july, *after]
    assert suppressed(shown, "saving") == [*before_july, "Jul 26", *after]
    assert suppressed(shown, "payable_to_date") == ["Jan 26", *before_july, *after]
    assert suppressed(shown, "payable") == ["Jan 26", *before_july, "Jul 26", *after]
    assert suppressed(shown, "entitlement_to_date") == []
    assert suppressed(shown, "bonus") == ["Feb 27"]
    assert shown.run_rate is None
    # Nothing that happened after July is published: four children moved since.
    july = show_last_month(shown)
    assert july.latest("children") == 10
    assert july.latest("saving_to_date") == 84_708_727
    assert july.latest("payable_to_date") == 61_981_667
    assert july.total("carer_fees") == 7_000_000
    assert july.latest("bonus") == 0
    assert july.run_rate is None
    # Of the months of that run not all are invoiced.
    assert july.latest("invoiced_to_date") is None
    assert july.latest("balance") is None
    assert not july.other_readings


def test_what_was_invoiced_is_shown_where_the_claims_cover_whole_runs() -> None:
    statement = built_in("plymouth-l04-2526", date(2026, 10, 31))
    claims = tuple(
        Claim(month.month, Fraction(month.payable, 100), 1) for month in statement.months
    )
    evidence = dataclasses.replace(statement.evidence, claims=claims)
    shown = show_publicly(settle(statement.terms, evidence, date(2026, 7, 31)), 5)
    assert shown.latest("invoiced_to_date") == 61_981_667
    assert shown.latest("balance") == 0
    assert_nothing_worked_back(shown)


def test_no_other_reading_is_valued_where_one_was_not_thought_through(monkeypatch) -> None:
    statement = few_children(7)
    assert show_publicly(statement, 5).other_readings
    fewer = {**KNOWN.allowed, "fee_reading": frozenset({"catch_up"})}
    monkeypatch.setattr(disclosure_rules, "KNOWN", KnownRules(fewer))
    assert not show_publicly(statement, 5).other_readings
    with pytest.raises(FileProblem, match='No public version can be made under Fee reading "up_'):
        show_publicly(few_children(7, fee_reading="up_to_cap"), 5)


@pytest.mark.parametrize(
    ("count", "hidden"), [(0, False), (1, True), (5, True), (6, True), (7, False)]
)
def test_savings_are_shown_where_more_than_the_cut_off_are_left_when_one_is_known(
    count: int, hidden: bool
) -> None:
    shown = show_publicly(few_children(count), 5)
    for name in ("children", "saving", "saving_to_date", "fee_to_date", "payable_to_date"):
        assert bool(suppressed(shown, name)) == hidden, name


def test_the_children_who_are_still_in_homes_are_a_count_too() -> None:
    assert show_publicly(few_children(7, cohort_size=13), 5).latest("children") == 7
    assert show_publicly(few_children(7, cohort_size=7), 5).latest("children") == 7
    assert show_publicly(few_children(7, cohort_size=12), 5).latest("children") is None


def test_what_is_payable_is_shown_where_no_fee_is_paid_for_the_few_households() -> None:
    """It would follow from the fee to date, and tells of no household."""
    terms = {"bonus_threshold": Fraction(0)}
    without = few_children(7, **terms)
    homes = Household("H0", date(2026, 1, 2), "C0", 1), Household("H1", date(2026, 1, 3), "C1", 2)
    evidence = dataclasses.replace(without.evidence, households=homes)
    shown = show_publicly(settle(without.terms, evidence), 5)
    assert suppressed(shown, "payable_to_date") == []
    assert_nothing_worked_back(shown)
    paid = dataclasses.replace(without.terms, carer_fee=Fraction(10_000))
    assert suppressed(show_publicly(settle(paid, evidence), 5), "payable_to_date")


def test_the_bonus_is_hidden_where_few_children_are_counted_or_left_out() -> None:
    def with_bonus(counts: str, reunified: int) -> Shown:
        statement = few_children(
            8, bonus_threshold=Fraction(100_000), bonus_rate=Fraction(1, 10), bonus_counts=counts
        )
        placements = tuple(
            dataclasses.replace(placement, type="reunified") if n < reunified else placement
            for n, placement in enumerate(statement.evidence.placements)
        )
        return show_publicly(settle(statement.terms, Evidence(placements)), 5)

    assert with_bonus("family", 2).latest("bonus") is not None
    assert with_bonus("foster", 0).latest("bonus") is not None
    for left_out in (2, 5, 6):
        shown = with_bonus("foster", left_out)
        assert shown.latest("bonus") is None
        assert shown.run_rate is None
        assert shown.latest("payable_to_date") is None


def test_a_bonus_of_zero_is_hidden_too_where_few_are_counted() -> None:
    """It would tell that the savings of the few do not reach the threshold."""
    terms: dict[str, object] = {
        "bonus_threshold": Fraction(100_000_000), "bonus_rate": Fraction(1, 10),
        "bonus_counts": "foster",
    }  # fmt: skip
    statement = few_children(8, **terms)
    placements = tuple(
        dataclasses.replace(placement, type="reunified" if n < 2 else "foster")
        for n, placement in enumerate(statement.evidence.placements)
    )
    shown = show_publicly(settle(statement.terms, Evidence(placements)), 5)
    assert shown.latest("saving_to_date") is not None
    assert shown.latest("bonus") is None
    assert shown.latest("payable_to_date") is None
    assert suppressed(shown, "bonus") == ["Dec 26"]


def test_a_cut_off_below_two_protects_no_one() -> None:
    with pytest.raises(ValueError, match="cut_off is 1"):
        show_publicly(few_children(3), 1)
