"""What changed between two states of the tables, and that its pounds add up."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from tests.support.life.as_ranges import for_statement
from tests.support.life.random_lives import life_of_seed
from tests.support.samples import sample_table
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.library import load_contract, terms_table
from xlpbr.contract.life import CohortChild, FurtherCost
from xlpbr.contract.table_rows import in_words, records_of_rows, rows_of
from xlpbr.contract.terms import ContractTerms, Variation
from xlpbr.settlement import changes
from xlpbr.settlement.changes import Amounts, ChangedTables, cells_changed, changes_between
from xlpbr.settlement.statement import Statement, settle
from xlpbr.tables.evidence import read_contract

State = tuple[ContractTerms, Evidence]


def state_of_seed(seed: int) -> tuple[State, date | None]:
    terms, placements, carers, claims, as_at, *life = for_statement(life_of_seed(seed))
    names = ("cohort", "prices", "costs", "rates", "agreed")
    read = read_contract(terms, placements, carers, claims, **dict(zip(names, life, strict=True)))
    return read, as_at


def plymouth() -> State:
    contract = load_contract("plymouth-l04-2526")
    return read_contract(
        terms_table(contract), *(sample_table(contract, t) for t in ("Placements", "Carers"))
    )


def come_to(state: State, as_at: date | None = None, month: date | None = None) -> Amounts:
    months = [one for one in settle(*state, as_at).months if month is None or one.month <= month]
    return Amounts(
        sum(one.saving for one in months),
        sum(one.payable for one in months),
        sum(one.to_invoice for one in months),
    )


def added_up(found: ChangedTables) -> Amounts:
    amounts = [cause.amounts for cause in found.causes]
    return Amounts(
        sum(one.saving for one in amounts),
        sum(one.payable for one in amounts),
        sum(one.to_invoice for one in amounts),
    )


def told(found: ChangedTables) -> list[tuple[str, str, str, str, str, str]]:
    return [
        (
            change.row.table,
            change.row.name,
            change.what,
            cell.heading,
            "" if cell.before is None else in_words(cell.before, cell.heading),
            "" if cell.after is None else in_words(cell.after, cell.heading),
        )
        for change, cell in cells_changed(found)
    ]


def test_a_state_is_its_rows() -> None:
    state = plymouth()
    terms, evidence = records_of_rows(rows_of(*state))
    named = {label: clause for label, clause in state[0].clauses.items() if clause}
    assert terms == dataclasses.replace(state[0], clauses=named)
    assert [one.child for one in evidence.placements] == [one.child for one in state[1].placements]


def test_nothing_changed() -> None:
    found = changes_between(plymouth(), plymouth())
    assert found.causes == ()
    assert found.before == found.after == come_to(plymouth())


def test_a_break_down_that_is_found_out_later() -> None:
    terms, evidence = plymouth()
    placements = list(evidence.placements)
    placements[0] = dataclasses.replace(placements[0], ended_on=date(2026, 6, 1))
    new = terms, dataclasses.replace(evidence, placements=tuple(placements))
    found = changes_between((terms, evidence), new)
    child = placements[0].child
    moved = placements[0].moved_on
    assert moved is not None
    assert told(found) == [
        ("Placements", f"{child}, moved {moved.day} {moved:%b %Y}", "changed", "Ended on", "",
         "1 Jun 2026"),
        ("Placements", f"{child}, moved {moved.day} {moved:%b %Y}", "changed", "Ended because", "",
         "broke down"),
    ]  # fmt: skip
    assert found.difference == added_up(found) == come_to(new) - come_to((terms, evidence))
    assert found.difference.saving < 0


def test_a_corrected_move_is_one_row_and_a_second_placement_is_another() -> None:
    terms, evidence = plymouth()
    first = evidence.placements[0]
    assert first.moved_on is not None
    corrected = dataclasses.replace(first, moved_on=first.moved_on + timedelta(days=7))
    new = terms, dataclasses.replace(evidence, placements=(corrected, *evidence.placements[1:]))
    assert [row[2:4] for row in told(changes_between((terms, evidence), new))] == [
        ("changed", "Moved on")
    ]
    ended = dataclasses.replace(first, ended_on=date(2026, 5, 1))
    second = dataclasses.replace(first, moved_on=date(2026, 5, 1), row=99)
    rest = evidence.placements[1:]
    new = terms, dataclasses.replace(evidence, placements=(ended, *rest, second))
    found = changes_between((terms, evidence), new)
    assert [cause.changes[0].what for cause in found.causes] == ["changed", "added"]
    # The days are counted by the other row.
    assert found.difference == Amounts()


def test_the_order_of_rows_is_no_change() -> None:
    terms, evidence = plymouth()
    turned = dataclasses.replace(evidence, placements=evidence.placements[::-1])
    assert changes_between((terms, evidence), (terms, turned)).causes == ()


def test_equal_rows_that_are_there_more_often_were_added() -> None:
    terms, evidence = plymouth()
    child = evidence.placements[0].child
    cost = FurtherCost(child, date(2026, 3, 1), once=Fraction(100))
    old = terms, dataclasses.replace(evidence, costs=(cost,))
    new = terms, dataclasses.replace(evidence, costs=(cost, cost))
    found = changes_between(old, new)
    assert [cause.changes[0].what for cause in found.causes] == ["added"]
    assert found.difference.saving == -10_000


def test_a_new_cohort_is_one_cause() -> None:
    terms, evidence = plymouth()
    names = {one.child for one in evidence.placements}
    cohort = tuple(CohortChild(name) for name in sorted(names))
    new = terms, dataclasses.replace(evidence, cohort=cohort)
    found = changes_between((terms, evidence), new)
    assert [len(cause.changes) for cause in found.causes] == [len(names)]
    assert found.difference == Amounts()
    back = changes_between(new, (terms, evidence))
    assert [len(cause.changes) for cause in back.causes] == [len(names)]
    fewer = terms, dataclasses.replace(evidence, cohort=cohort[1:])
    assert [cause.changes[0].what for cause in changes_between(new, fewer).causes] == ["removed"]


def test_dates_of_the_programme_that_only_fit_together_are_one_cause() -> None:
    terms, evidence = plymouth()
    years = timedelta(days=3 * 365)
    later = dataclasses.replace(
        terms, starts_on=terms.starts_on + years, ends_on=terms.ends_on + years
    )
    found = changes_between((terms, evidence), (later, evidence))
    assert [[one.row.name for one in cause.changes] for cause in found.causes] == [
        ["Starts on", "Ends on"]
    ]


def test_a_term_that_changes_from_a_day_on_is_an_added_row() -> None:
    terms, evidence = plymouth()
    varied = dataclasses.replace(
        terms, variations=(Variation("fee", date(2026, 6, 1), Fraction(700_000)),)
    )
    found = changes_between((terms, evidence), (varied, evidence))
    assert told(found) == [
        ("Terms", "Fee from 1 Jun 2026", "added", "Term", "", "Fee"),
        ("Terms", "Fee from 1 Jun 2026", "added", "From", "", "1 Jun 2026"),
        ("Terms", "Fee from 1 Jun 2026", "added", "Value", "", "£700,000.00"),
    ]


def test_up_to_a_month() -> None:
    terms, evidence = plymouth()
    fewer = dataclasses.replace(evidence, placements=evidence.placements[1:])
    month = date(2026, 3, 1)
    found = changes_between((terms, evidence), (terms, fewer), month=month)
    assert found.before == come_to((terms, evidence), month=month)
    assert found.after == come_to((terms, fewer), month=month)
    assert added_up(found) == found.difference


def mixed(old: State, new: State, seed: int) -> State:
    """A state in which some tables are of one life and some of another, and some rows are gone."""
    draw = Random(seed)
    fields = {
        one.name: tuple(
            row for row in getattr(draw.choice((old, new))[1], one.name) if draw.random() < 0.9
        )
        for one in dataclasses.fields(Evidence)
    }
    return draw.choice((old, new))[0], Evidence(**fields)


def hold_that_the_pounds_add_up(seed: int) -> None:
    old, as_at = state_of_seed(seed)
    other, _ = state_of_seed(seed + 1000)
    month = date(2026, 1, 1) if seed % 3 == 0 else None
    for new in (other, mixed(old, other, seed), mixed(old, old, seed)):
        found = changes_between(old, new, as_at, month)
        assert found.before == come_to(old, as_at, month)
        assert found.after == come_to(new, as_at, month)
        assert added_up(found) == found.difference


@pytest.mark.parametrize("seed", range(12))
def test_the_pounds_add_up_whatever_changed(seed: int) -> None:
    hold_that_the_pounds_add_up(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12, 120))
def test_the_pounds_add_up_whatever_changed_in_many_lives(seed: int) -> None:
    hold_that_the_pounds_add_up(seed)


def test_each_of_sixty_placements_is_settled_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    terms, _ = plymouth()
    rows = tuple(
        Placement(
            child=f"C{number:02d}", type="foster", residential_weekly=Fraction(6000 + number),
            family_weekly=Fraction(1200), moved_on=date(2025, 10, 1) + timedelta(days=5 * number),
            ended_on=None, agreed=True,
        )
        for number in range(60)
    )  # fmt: skip
    dearer = tuple(dataclasses.replace(one, family_weekly=Fraction(1300)) for one in rows)
    calls = []

    def counting(*given: Any) -> Statement:
        calls.append(given)
        return settle(*given)

    monkeypatch.setattr(changes, "settle", counting)
    found = changes_between((terms, Evidence(rows)), (terms, Evidence(dearer)))
    assert len(found.causes) == 60
    assert len(calls) == 61
