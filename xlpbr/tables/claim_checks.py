"""What a person should look at in the table Claims, and in what is payable beside it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import partial

from xlpbr import cells
from xlpbr.contract.evidence import Claim, Evidence
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import Problem
from xlpbr.money import in_words, to_pence, to_pounds
from xlpbr.periods import month_in_words, month_of
from xlpbr.settlement.statement import settle
from xlpbr.tables.headings import ReadRecord


def about_claims(terms: ReadRecord[ContractTerms], evidence: Evidence) -> Iterable[Problem]:
    """Claims outside the programme, and those for a month that has one: a copy, or a second."""
    first_of: dict[date, Claim] = {}
    numbered: dict[str, Claim] = {}
    starts, ends = month_of(terms.record.starts_on), month_of(terms.record.ends_on)
    for claim in evidence.claims:
        here = partial(Problem, table="Claims", row=claim.row, column="Month")
        other = first_of.setdefault(claim.month, claim)
        of_number = numbered.setdefault(cells.key(claim.number), claim) if claim.number else claim
        if of_number is not claim:
            yield here(
                column="Invoice number",
                found=f"{cells.shown(claim.number)} a second time",
                expected=f"each invoice once; row {of_number.row} has that number",
                remedy="Both are added up. Delete the row that was entered twice, or correct the"
                " number.",
                other_row=of_number.row,
            )
        elif other is not claim and _may_be_a_copy(claim, other):
            same = "the same amount" if other.invoiced == claim.invoiced else "another amount"
            yield here(
                found=f"{month_in_words(claim.month)} a second time, with {same}",
                expected=f"one claim for the month; row {other.row} has it",
                remedy="Both are added up. Check that neither is a copy of the other.",
                other_row=other.row,
            )
        if not terms.blocking and not starts <= claim.month <= ends:
            yield here(
                found=month_in_words(claim.month),
                expected=f"a month of the programme, {month_in_words(starts)} to"
                f" {month_in_words(ends)}",
                remedy="Check the month. A claim before the programme counts from its first month;"
                " a claim after it counts in its last.",
            )


def _may_be_a_copy(claim: Claim, other: Claim) -> bool:
    """Whether nothing tells a claim from another one of its month: a credit has its own number."""
    if claim.number and other.number:
        return False
    return claim.invoiced == other.invoiced or not (claim.number or other.number)


def about_the_maximum(terms: ContractTerms, evidence: Evidence) -> Iterable[Problem]:
    """What is payable above a maximum that holds nothing back."""
    maximum = terms.in_force("contract_maximum", terms.last_day)
    if maximum is None or terms.maximum_reading == "hard_stop":
        return
    over = settle(terms, evidence).payable - to_pence(maximum)
    if over > 0:
        yield Problem(
            table="Terms",
            column="Contract maximum",
            found=f"{in_words(over)} more payable",
            expected=f"at most {in_words(to_pence(maximum))}",
            remedy="Agree with the provider what happens above the maximum.",
        )


def about_what_is_invoiced(terms: ContractTerms, evidence: Evidence) -> Iterable[Problem]:
    """More than is payable, and a claim that looks as if VAT were in it."""
    if not evidence.claims:
        return
    months = settle(terms, evidence).months
    by_month = {month.month: month for month in months}
    in_order = sorted(evidence.claims, key=lambda claim: (claim.month, claim.row))
    if terms.vat_reading != "exempt":
        before = Fraction(0)
        for claim in in_order:
            found = by_month.get(claim.month)
            if found is not None:
                open_to_it = to_pounds(found.payable_to_date) - before
                net = (open_to_it, to_pounds(found.payable), to_pounds(found.to_invoice))
                yield from _looks_gross(terms, claim, net)
            before += claim.invoiced
    last = in_order[-1].month
    reached = [month for month in months if month.month <= last] or list(months[:1])
    if reached and reached[-1].balance < 0:
        yield Problem(
            table="Claims",
            row=in_order[-1].row,
            column="Invoiced",
            found=f"{in_words(reached[-1].invoiced_to_date)} invoiced to the end of"
            f" {month_in_words(reached[-1].month)}",
            expected=f"at most {in_words(reached[-1].payable_to_date)}, what is payable to then",
            remedy=f"{in_words(-reached[-1].balance)} more is invoiced than is payable. Check the"
            " claims, or ask the provider for a credit.",
        )


def _looks_gross(terms: ContractTerms, claim: Claim, net: Iterable[Fraction]) -> Iterable[Problem]:
    """A claim that is what was to be invoiced plus VAT, to the penny."""
    for amount in net:
        gross = to_pence(amount * (1 + terms.vat_rate))
        if amount > 0 and gross != to_pence(amount) and to_pence(claim.invoiced) == gross:
            yield Problem(
                table="Claims",
                row=claim.row,
                column="Invoiced",
                found=f"{in_words(gross)}, which is {in_words(to_pence(amount))} plus VAT",
                expected="the amount without VAT",
                remedy="This looks like a gross amount: enter what the invoice says without VAT.",
            )
            return
