"""What a contract's life adds to the public version: outcomes, money paid back, agreed months."""

from __future__ import annotations

import dataclasses
from datetime import date
from fractions import Fraction

import pytest

from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.life import AgreedMonth, OutcomeRate
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import FileProblem
from xlpbr.settlement.statement import settle
from xlpbr.workbook.disclosure.rules import keeps_order, show_publicly


def seven_and_more(
    number: int = 7, ended: int = 0, rates: tuple[OutcomeRate, ...] = (), **terms: object
) -> tuple[ContractTerms, Evidence]:
    """So many children who came on 1 June 2026, some of whom broke down on 1 September."""
    placements = tuple(
        Placement(
            f"C{n}", "foster", Fraction(7_000 + n), Fraction(1_400), date(2026, 6, 1),
            date(2026, 9, 1) if n < ended else None, True, n + 1,
        )
        for n in range(number)
    )  # fmt: skip
    given = {
        "starts_on": date(2026, 4, 1), "ends_on": date(2027, 3, 31), "fee": Fraction(600_000),
        **terms,
    }  # fmt: skip
    return ContractTerms(**given), Evidence(placements, rates=rates)


def shown_figures(terms: ContractTerms, evidence: Evidence, field_name: str) -> list[int | None]:
    shown = show_publicly(settle(terms, evidence), 5)
    return [figures[field_name] for figures in shown.figures]


def test_outcome_fees_are_shown_where_enough_children_reached_each_outcome() -> None:
    """One of seven left early; with six more of its kind, and one outcome that only one reached."""
    rates = (OutcomeRate("13 weeks", 13, Fraction(6_000)),)
    terms, evidence = seven_and_more(7, rates=rates)
    # 13 weeks from 1 June are complete on 30 August.
    assert shown_figures(terms, evidence, "outcome_fees")[4] == 7 * 600_000
    few = dataclasses.replace(evidence, placements=evidence.placements[:5])
    assert shown_figures(terms, few, "outcome_fees")[4] is None
    early = dataclasses.replace(
        evidence.placements[0], child="C99", moved_on=date(2026, 4, 20), row=99
    )
    one_before = dataclasses.replace(evidence, placements=(*evidence.placements, early))
    assert None in shown_figures(terms, one_before, "outcome_fees")


@pytest.mark.parametrize(("ended", "is_shown"), [(0, True), (3, False), (7, True)])
def test_what_is_paid_back_is_shown_where_enough_children_broke_down(
    ended: int, is_shown: bool
) -> None:
    terms, evidence = seven_and_more(
        20, ended, break_down_reimbursement="straight_line", break_down_amount=Fraction(10_000),
        fee=Fraction(6_000_000),
    )  # fmt: skip
    reimbursed = shown_figures(terms, evidence, "reimbursed")
    assert (reimbursed[5] is not None) == is_shown
    if ended == 7:
        assert reimbursed[5] == sum(
            b.reimbursed for b in settle(terms, evidence).months[5].break_downs
        )


def test_what_agreed_months_carry_is_hidden_once_it_is_not_nought() -> None:
    terms, evidence = seven_and_more()
    months = settle(terms, evidence).months
    as_payable = tuple(
        AgreedMonth(month.month, Fraction(month.payable, 100)) for month in months[:4]
    )
    same = dataclasses.replace(evidence, signed=as_payable)
    assert shown_figures(terms, same, "adjustment") == [0] * 12
    assert shown_figures(terms, same, "to_invoice") == [month.payable for month in months]
    less = dataclasses.replace(as_payable[3], payable=as_payable[3].payable - 700)
    other = dataclasses.replace(evidence, signed=(*as_payable[:3], less))
    assert shown_figures(terms, other, "adjustment") == [0] * 3 + [None] * 9
    assert shown_figures(terms, other, "to_invoice")[3:] == [None] * 9


def test_no_public_version_is_made_where_an_unused_fee_lapses() -> None:
    terms, evidence = seven_and_more(unused_fee="lapses")
    with pytest.raises(
        FileProblem, match='No public version can be made under Unused fee "lapses"'
    ):
        show_publicly(settle(terms, evidence), 5)


def test_what_depends_on_the_order_in_a_run_is_not_shown() -> None:
    """No more is paid back than the fee to date: in the midst of a run that would tell the fee."""
    terms, evidence = seven_and_more(
        8, 7, break_down_reimbursement="whole", break_down_amount=Fraction(1_000_000)
    )
    statement = settle(terms, evidence)
    cut = next(index for index, month in enumerate(statement.months) if month.break_downs)
    assert statement.months[cut].reimbursed < 7 * 100_000_000
    assert keeps_order(statement, range(cut, cut + 1))
    assert not keeps_order(statement, range(cut - 1, cut + 1))
    assert keeps_order(statement, range(cut + 1, cut + 3))
