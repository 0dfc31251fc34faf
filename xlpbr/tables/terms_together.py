"""Terms that need others, or do not go with them."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import date
from functools import partial

from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import NUM, VALUE, Problem


def terms_that_need_others(terms: ContractTerms, broken: Set[str]) -> Iterator[Problem]:
    """What stops the figures because of two or more terms together.

    Args:
        terms: the terms.
        broken: the labels of terms that are wrong by themselves.
    """
    if not {"Starts on", "Ends on"} & broken:
        yield from _days_outside(terms)
    yield from _phase_that_is_missing(terms, broken)
    if (
        terms.break_down_reimbursement != "none"
        and any(
            terms.in_force("break_down_amount", day) is None
            for day in (
                terms.starts_on,
                *(one.starts_on for one in terms.varied("break_down_amount")),
            )
            if day <= terms.last_day
        )
        and not terms.cohort_size
        and not {"Cohort size", "Break-down amount"} & broken
    ):
        yield Problem(
            table="Terms",
            column="Break-down amount",
            found="nothing",
            expected=f"an amount, or a Cohort size to share the fee by: Break-down reimbursement is"
            f" {terms.break_down_reimbursement}",
            remedy="Enter Break-down amount or Cohort size.",
            code=VALUE,
        )


def _days_outside(terms: ContractTerms) -> Iterator[Problem]:
    for label, day in (
        ("Bonus measured on", terms.bonus_measured_on),
        ("Phase starts on", terms.phase_starts_on),
        ("Terminated on", terms.terminated_on),
    ):
        if day is not None and not terms.starts_on <= day <= terms.ends_on:
            yield _wrong_day(
                label,
                day,
                f"a day of the programme, {terms.starts_on:%d/%m/%Y} to {terms.ends_on:%d/%m/%Y}",
            )
    phase = terms.phase_starts_on
    if phase is not None and terms.bonus_savings == "phase" and phase > terms.bonus_day:
        yield _wrong_day(
            "Phase starts on",
            phase,
            f"a day on or before the day that the bonus is measured on, {terms.bonus_day:%d/%m/%Y},"
            " because Bonus savings is phase",
        )


def _wrong_day(label: str, day: date, expected: str) -> Problem:
    return Problem(
        table="Terms", column=label, found=f"{day:%d/%m/%Y}", expected=expected,
        remedy="Correct one of the dates.", code=NUM,
    )  # fmt: skip


def _phase_that_is_missing(terms: ContractTerms, broken: Set[str]) -> Iterator[Problem]:
    if terms.phase_starts_on is not None or "Phase starts on" in broken:
        return
    missing = partial(
        Problem, table="Terms", column="Phase starts on", found="nothing",
        remedy="Enter Phase starts on: the first day of the phase.", code=VALUE,
    )  # fmt: skip
    if terms.break_down_window == "phase":
        yield missing(expected="a date, because Break-down window is phase")
    elif terms.bonus_savings == "phase":
        yield missing(expected="a date, because Bonus savings is phase")
