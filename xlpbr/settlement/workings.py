"""How a month's figures came about: each a line with its clause and its working.

The amounts are those of the statement; the workings are the actual numbers, as a person would write
them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xlpbr.contract.known_rules import LIFE_OPTIONS, LIFE_TERMS, known_rules
from xlpbr.contract.terms import ContractTerms
from xlpbr.settlement.month_explained import MonthExplained, difference_in_words, total_in_words
from xlpbr.settlement.statement import FIGURES, Figure, Statement
from xlpbr.settlement.workings_of_fees import entitlement_in_words, fee_in_words
from xlpbr.settlement.workings_of_invoices import (
    adjustment_in_words,
    balance_in_words,
    invoiced_in_words,
    to_invoice_in_words,
)
from xlpbr.settlement.workings_of_payments import (
    bonus_in_words,
    carer_fees_in_words,
    held_back_in_words,
    outcome_fees_in_words,
    payable_in_words,
    reimbursed_in_words,
)
from xlpbr.settlement.workings_of_savings import children_in_words, saving_in_words

KNOWN = known_rules(*LIFE_TERMS, **LIFE_OPTIONS)
"""What the lines below can put into words."""


@dataclass(frozen=True, slots=True)
class WorkingLine:
    """One figure of a month: the clause behind it, its heading, the working and the amount."""

    clause: str
    figure: Figure
    working: str
    amount: int


def explain(statement: Statement, index: int) -> list[WorkingLine]:
    """The lines of one month, in the order of the statement's columns.

    Where the terms hold what these lines do not know, each says so instead of how it came about.

    Args:
        statement: a settled contract.
        index: which of its months, counted from 0.
    """
    month = MonthExplained(
        statement, statement.months[index], statement.months[index - 1] if index else None
    )
    unknown = ", ".join(KNOWN.unknown_in(statement.terms, statement.evidence))
    return [
        WorkingLine(
            clause_of(statement.terms, figure),
            figure,
            f"not explained here: {unknown}" if unknown else _WORKINGS[figure.field_name](month),
            getattr(month.now, figure.field_name),
        )
        for figure in FIGURES
        if figure.kind != "month"
    ]


def clause_of(terms: ContractTerms, figure: Figure) -> str:
    """The clause behind a figure, or the table that it comes from."""
    term = _CLAUSE_TERMS.get(figure.field_name)
    return terms.clause_of(term) if term else _CLAUSE_TABLES[figure.field_name]


_CLAUSE_TERMS: Mapping[str, str] = {
    "children": "Cohort size",
    "saving": "Savings reading",
    "saving_to_date": "Savings reading",
    "entitlement_to_date": "Fee",
    "fee": "Fee reading",
    "fee_to_date": "Fee reading",
    "carer_fees": "Carer fee",
    "bonus": "Bonus threshold",
    "reimbursed": "Break-down reimbursement",
    "held_back": "Contract maximum",
    "payable": "Contract maximum",
    "payable_to_date": "Contract maximum",
    "net_saving_to_date": "Savings reading",
}
"""The term whose clause stands behind each figure; the others come from a table."""

_CLAUSE_TABLES: Mapping[str, str] = {
    "outcome_fees": "Rates table",
    "adjustment": "Agreed table",
    "to_invoice": "Agreed table",
    "invoiced_to_date": "Claims table",
    "balance": "Claims table",
}


_WORKINGS: Mapping[str, Callable[[MonthExplained], str]] = {
    "children": children_in_words,
    "saving": saving_in_words,
    "saving_to_date": total_in_words("saving", "saving_to_date"),
    "entitlement_to_date": entitlement_in_words,
    "fee": fee_in_words,
    "fee_to_date": total_in_words("fee", "fee_to_date"),
    "carer_fees": carer_fees_in_words,
    "outcome_fees": outcome_fees_in_words,
    "bonus": bonus_in_words,
    "reimbursed": reimbursed_in_words,
    "held_back": held_back_in_words,
    "payable": payable_in_words,
    "payable_to_date": total_in_words("payable", "payable_to_date"),
    "adjustment": adjustment_in_words,
    "to_invoice": to_invoice_in_words,
    "invoiced_to_date": invoiced_in_words,
    "balance": balance_in_words,
    "net_saving_to_date": difference_in_words("saving_to_date", "payable_to_date"),
}
