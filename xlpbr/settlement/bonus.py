"""The bonus: what is measured, and what is paid on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import assert_never

from xlpbr.contract.terms import ContractTerms
from xlpbr.money import Pence, to_pounds
from xlpbr.periods import ONE_DAY
from xlpbr.settlement import rules
from xlpbr.settlement.counted import CountedCost, CountedPlacement, name_key


@dataclass(frozen=True, slots=True)
class BonusMeasures:
    """The two savings that a bonus may be measured by, in pence."""

    run_rate: Pence
    accumulated: Pence


def bonus_measures(
    terms: ContractTerms, counted: Sequence[CountedPlacement], costs: Sequence[CountedCost]
) -> BonusMeasures:
    """The run rate on the day that the bonus is measured, and the saving to the end of that day."""
    match terms.bonus_counts:
        case "family":
            pass
        case "foster":
            counted = [one for one in counted if one.placement.type == "foster"]
            fostered = {name_key(one.placement.child) for one in counted}
            costs = [one for one in costs if name_key(one.cost.child) in fostered]
        case other:
            assert_never(other)
    day = terms.bonus_day
    match terms.bonus_savings:
        case "programme":
            before = None
        case "phase":
            phase = terms.phase_starts_on or terms.starts_on
            before = phase - ONE_DAY if phase > terms.starts_on else None
        case other_savings:
            assert_never(other_savings)
    saved = saved_by(counted, costs, day)
    if before is not None:
        saved -= saved_by(counted, costs, before)
    return BonusMeasures(run_rate_on(terms, counted, costs, day), saved)


def saved_by(counted: Iterable[CountedPlacement], costs: Iterable[CountedCost], day: date) -> Pence:
    """All savings up to the end of a day, less the costs up to then."""
    return sum(one.saving_to_date(day) for one in counted) - sum(
        one.cost_to_date(day) for one in costs
    )


def run_rate_on(
    terms: ContractTerms,
    counted: Iterable[CountedPlacement],
    costs: Iterable[CountedCost],
    day: date,
) -> Pence:
    """The yearly saving at the prices of a day, less the weekly costs that are open."""
    weekly = [one.weekly_saving_on(day) for one in counted if one.in_place(day)]
    weekly += [-one.open_weekly_on(day) for one in costs]
    return rules.run_rate(weekly, terms.run_rate_year)


def measured(terms: ContractTerms, measures: BonusMeasures) -> Pence:
    """The saving that is held against the threshold."""
    match terms.bonus_measure:
        case "run_rate":
            return measures.run_rate
        case "accumulated":
            return measures.accumulated
        case "lower":
            return min(measures.run_rate, measures.accumulated)
        case other:
            assert_never(other)


def has_bonus(terms: ContractTerms) -> bool:
    """Whether the terms in force on the day of the measure have a bonus."""
    threshold, rate = threshold_and_rate(terms)
    return threshold is not None and rate is not None


def threshold_and_rate(terms: ContractTerms) -> tuple[Fraction | None, Fraction | None]:
    """The threshold and the rate in force on the day that the bonus is measured."""
    day = terms.bonus_day
    return terms.in_force("bonus_threshold", day), terms.in_force("bonus_rate", day)


def passes_threshold(terms: ContractTerms, savings: Pence) -> bool:
    """Whether a measured saving is one that a bonus is paid on, where the rate is above 0."""
    threshold, rate = threshold_and_rate(terms)
    if threshold is None or rate is None:
        return False
    match terms.bonus_shape:
        case "excess":
            return to_pounds(savings) > threshold
        case "whole":
            return to_pounds(savings) >= threshold
        case other:
            assert_never(other)


def bonus_on_measures(terms: ContractTerms, measures: BonusMeasures) -> Pence:
    """The bonus on the measured saving."""
    threshold, rate = threshold_and_rate(terms)
    if threshold is None or rate is None:
        return 0
    return rules.threshold_bonus(
        to_pounds(measured(terms, measures)), [(threshold, rate)], shape=terms.bonus_shape
    )
