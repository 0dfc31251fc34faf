"""The tables as text, and back to the same records."""

from __future__ import annotations

import dataclasses
from datetime import date
from fractions import Fraction

import pytest

from tests.support.life.as_ranges import for_years
from tests.support.life.random_lives import life_of_seed
from xlpbr.contract.evidence import Claim, Evidence, Household
from xlpbr.contract.snapshot import tables_as_text, tables_from_text
from xlpbr.contract.table_rows import records_of_rows, rows_of
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import FileProblem
from xlpbr.tables.evidence import read_contract

TERMS = ContractTerms(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))


@pytest.mark.parametrize("seed", range(25))
def test_a_life_comes_back_as_it_was(seed: int) -> None:
    terms, placements, carers, claims, _, *life = for_years(life_of_seed(seed))
    names = ("cohort", "prices", "costs", "rates", "agreed", "budget")
    read = read_contract(terms, placements, carers, claims, **dict(zip(names, life, strict=True)))
    text = tables_as_text(*read)
    assert tables_from_text(text) == records_of_rows(rows_of(*read))
    assert tables_as_text(*tables_from_text(text)) == text


def test_it_can_be_read() -> None:
    claim = Claim(date(2026, 3, 1), Fraction("78306.085"), number='45 "b"')
    lines = tables_as_text(TERMS, Evidence(claims=(claim,))).splitlines()
    assert lines[:2] == ["Terms", '["Term", "From", "Value", "Clause"]']
    assert '["Starts on", "", "2026-01-01", ""]' in lines
    assert '["VAT rate", "", "0.20", ""]' in lines
    place = lines.index("Claims")
    assert lines[place + 1 : place + 3] == [
        '["Month", "Invoiced", "Invoice number", "VAT"]',
        '["2026-03-01", "78306.085", "45 \\"b\\"", ""]',
    ]


@pytest.mark.parametrize("name", ["H\r\n1", "H\x0b\x7f", "é£", "\ud800", "[H]", "\u2028H", " H "])
def test_any_text_comes_back(name: str) -> None:
    evidence = Evidence(households=(Household(name, None, ""),))
    text = tables_as_text(TERMS, evidence)
    assert tables_from_text(text)[1] == evidence
    assert tables_from_text(text.replace("\n", "\r\n"))[1] == evidence


def test_a_third_is_exact() -> None:
    terms = dataclasses.replace(TERMS, fee=Fraction(1, 3), bonus_rate=Fraction(-1, 40))
    assert tables_from_text(tables_as_text(terms, Evidence()))[0] == terms


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"VAT rate"', '"Rate of VAT"'),
        ('"0.20"', '"a fifth"'),
        ('"0.20"', '"1/0"'),
        ('"catch_up"', '"by chance"'),
        ('"2026-01-01"', '"1 Jan"'),
        ('["Starts on", "", "2026-01-01", ""]', '["Starts on"]'),
        ('["Starts on", "", "2026-01-01", ""]', '["Starts on", "2026-03-01", "2026-01-01", ""]'),
        ('["Starts on"', "[Starts on"),
        ("Claims", "Complaints"),
    ],
)
def test_what_is_not_known_is_quoted(old: str, new: str) -> None:
    text = tables_as_text(TERMS, Evidence(claims=(Claim(date(2026, 3, 1), Fraction(1)),)))
    with pytest.raises(FileProblem, match="does not know"):
        tables_from_text(text.replace(old, new))
