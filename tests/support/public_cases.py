"""Contracts whose public version is tried, and the months in which it suppresses a figure."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from tests.support.samples import sample_table
from tests.support.strategies import options_known_to
from xlpbr.contract.evidence import Claim, Evidence, Household, Placement
from xlpbr.contract.library import load_contract, terms_table
from xlpbr.contract.terms import ContractTerms
from xlpbr.settlement.statement import Statement, settle
from xlpbr.tables.evidence import read_contract
from xlpbr.workbook.disclosure.rules import KNOWN, Shown

OPTIONS = options_known_to(KNOWN)


@st.composite
def busy_cases(draw: st.DrawFn) -> tuple[ContractTerms, Evidence, date | None]:
    """A programme with up to 24 children who move in waves, some of whom come back."""
    starts_on = date(2025, 4, draw(st.sampled_from([1, 1, 10, 30])))
    ends_on = starts_on + timedelta(days=draw(st.integers(150, 560)))
    terms = ContractTerms(
        starts_on=starts_on,
        ends_on=ends_on,
        cohort_size=draw(st.none() | st.integers(10, 26)),
        fee=Fraction(draw(st.sampled_from([0, 150_000, 599_800, 3_000_000]))),
        fee_months=draw(st.sampled_from([None, 6, 12])),
        fee_reading=draw(st.sampled_from(OPTIONS["Fee reading"])),
        savings_reading=draw(st.sampled_from(OPTIONS["Savings reading"])),
        carer_fee=Fraction(draw(st.sampled_from([0, 10_000]))),
        bonus_threshold=Fraction(draw(st.sampled_from([0, 1_000_000, 3_000_000]))),
        bonus_rate=Fraction(1, 10),
        bonus_measure=draw(st.sampled_from(OPTIONS["Bonus measure"])),
        bonus_counts=draw(st.sampled_from(OPTIONS["Bonus counts"])),
        contract_maximum=draw(st.sampled_from([None, Fraction(400_000), Fraction(1_000_000)])),
        maximum_reading=draw(st.sampled_from(OPTIONS["Maximum reading"])),
    )
    waves = draw(st.lists(st.integers(-20, 560), min_size=1, max_size=5))
    placements, homes = [], []
    for number in range(draw(st.integers(0, 24))):
        moved_on = starts_on + timedelta(draw(st.sampled_from(waves)) + draw(st.integers(0, 40)))
        stays = draw(st.sampled_from([None, None, None, 20, 90]))
        cost = Fraction(draw(st.integers(500_000, 800_000)), 100)
        family = draw(st.sampled_from([Fraction(1_425), Fraction(310), cost, Fraction(9_000)]))
        placements.append(
            Placement(
                f"C{number}",
                draw(st.sampled_from(["foster", "foster", "reunified"])),
                cost,
                family,
                moved_on,
                None if stays is None else moved_on + timedelta(stays),
                draw(st.sampled_from([True, True, True, False])),
                number + 1,
            )
        )
        if draw(st.booleans()):
            homes.append(Household(f"H{number}", moved_on - timedelta(20), f"C{number}", number))
    evidence = Evidence(tuple(placements), tuple(homes))
    months = settle(terms, evidence).months
    claimed = draw(st.integers(0, len(months)))
    claims = [
        Claim(month.month, Fraction(month.payable, 100), row)
        for row, month in enumerate(months[:claimed])
    ]
    evidence = dataclasses.replace(evidence, claims=tuple(claims))
    as_at = draw(st.none() | st.integers(0, 560).map(lambda n: starts_on + timedelta(n)))
    return terms, evidence, as_at


def built_in(name: str, as_at: date | None = None) -> Statement:
    contract = load_contract(name)
    evidence = [sample_table(contract, table) for table in ("Placements", "Carers", "Claims")]
    return settle(*read_contract(terms_table(contract), *evidence), as_at)


def suppressed(shown: Shown, name: str) -> list[str]:
    return [
        f"{month.month:%b %y}"
        for month, figures in zip(shown.statement.months, shown.figures, strict=True)
        if figures[name] is None
    ]


def few_children(count: int, **more: object) -> Statement:
    """So many foster children who all move on the second day of a year without a carer fee."""
    terms = ContractTerms(
        starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), fee=Fraction(600_000), **more
    )
    placements = tuple(
        Placement(
            f"C{n}", "foster", Fraction(7_000), Fraction(1_400), date(2026, 1, 2), None, True, n
        )
        for n in range(count)
    )
    return settle(terms, Evidence(placements))
