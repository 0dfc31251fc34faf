"""The fee, where a guess that it was the saving or the limit would give a saving away."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

import pytest

from tests.support.public_cases import suppressed
from tests.support.working_back import assert_no_suppressed_cell_follows, assert_nothing_worked_back
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.terms import ContractTerms
from xlpbr.settlement.statement import settle
from xlpbr.workbook.disclosure.rules import Shown, show_publicly


def moved(name: str, day: date, ended_on: date | None = None) -> Placement:
    return Placement(
        name, "foster", Fraction(7_000), Fraction(1_400), day, ended_on, True, 1, "other"
    )


def shown_after_one(reading: str, fee: int = 600_000) -> Shown:
    """Ten children, nine of whom come a month later, to the end of that month."""
    later = [moved(f"C{n}", date(2026, 2, 2 + n)) for n in range(9)]
    return shown_in_february(reading, fee, [moved("C9", date(2026, 1, 2)), *later])


def shown_in_february(reading: str, fee: int, placements: Iterable[Placement]) -> Shown:
    """What is shown of a programme of 2026 to the end of its second month."""
    terms = ContractTerms(
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), fee=Fraction(fee),
        fee_reading=reading,
    )  # fmt: skip
    return show_publicly(settle(terms, Evidence(tuple(placements)), date(2026, 2, 28)), 5)


def test_the_fee_is_hidden_where_it_would_leave_one_child_s_saving() -> None:
    """With no catching up the rest is known."""
    shown = {reading: shown_after_one(reading) for reading in ("catch_up", "no_catch_up")}
    assert suppressed(shown["catch_up"], "fee_to_date") == ["Jan 26"]
    assert shown["no_catch_up"].latest("saving_to_date") is not None
    assert suppressed(shown["no_catch_up"], "fee_to_date") == ["Jan 26", "Feb 26"]
    assert suppressed(shown["no_catch_up"], "payable_to_date") == ["Jan 26", "Feb 26"]


def test_a_guess_that_the_fee_was_the_saving_tells_no_more_than_itself() -> None:
    """The guess is right here, and says that the fee to date is the saving to date."""
    shown = shown_after_one("no_catch_up", 2_760_000)
    assert all(month.fee == month.saving < month.ceiling for month in shown.statement.months)
    assert shown.latest("saving_to_date") is not None
    assert suppressed(shown, "fee_to_date") == ["Jan 26", "Feb 26"]
    assert_nothing_worked_back(shown)


def test_a_fee_that_follows_from_more_than_such_a_guess_is_worked_back() -> None:
    """The attempt would see it: a fee to date in what is payable, and one of a limited month."""
    shown = shown_after_one("no_catch_up", 2_760_000)
    payable = with_figures(shown, "payable_to_date", [1])
    with pytest.raises(AssertionError, match="fee_to_date of month 1"):
        assert_no_suppressed_cell_follows(payable)
    nine = [moved(f"C{n}", date(2026, 1, 2), date(2026, 2, 1)) for n in range(9)]
    limited = shown_in_february("no_catch_up", 600_000, [*nine, moved("C9", date(2026, 2, 2))])
    first, last = limited.statement.months
    assert first.fee == first.ceiling < first.saving
    assert last.fee == last.saving < last.ceiling
    hidden = dataclasses.replace(limited, figures=({}, {}))
    given_away = with_figures(hidden, "saving_to_date", [0, 1])
    with pytest.raises(AssertionError, match="fee of month 0"):
        assert_no_suppressed_cell_follows(with_figures(given_away, "fee_to_date", [1]))


def with_figures(shown: Shown, name: str, months: Iterable[int]) -> Shown:
    """The same with a figure of some months shown."""
    figures = [dict(month) for month in shown.figures]
    for index in months:
        figures[index][name] = getattr(shown.statement.months[index], name)
    return dataclasses.replace(shown, figures=tuple(figures))
