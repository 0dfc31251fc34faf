"""Which figures of a statement may be published, so that none of a few children can be worked back.

The rules, for a cut-off of 5; "enough" means 0 or more than 5:

1. Savings are shown for runs of months. A run closes at the first month-end at which its saving
   either follows from what is shown already, or leaves prices open (``other_prices``): in no
   combination of the sums that are shown is there a group of 5 children, with one more whose
   price a reader knows, that is nearly all of it. And enough children saved in it, and for enough
   the saving a day changed or the placement began or ended.
2. The fee is shown for runs of those, in which it would be the same under other prices that give
   the same savings, or is the saving itself: a fee that is limited in one month and equal to the
   saving in another would give a single month's saving away.
3. What is payable is shown for runs of those, in which enough carer households fell due, enough
   children reached each outcome and enough broke down: what is paid for each is known, so the
   amounts of a run tell how many there were. And what is payable must depend on sums of the run
   alone, not on the order in which they fell due (``keeps_order``).
4. What was invoiced is shown where the claims so far cover whole runs or none of them.
5. Figures to date stand at the ends of runs, figures of a month in runs of one month. A month
   that is not over yet is left out.
6. A run rate is shown where it follows from the savings that are shown; in the
   month of its measure the bonus and what it is measured by where they leave prices open as well;
   the other readings only where nothing is suppressed, and where the households and children in
   which they differ are enough.
7. A financial year is shown where it follows from figures to date that are shown (``years``).
8. Adjustments and what is to be invoiced are shown until the first month that was agreed at another
   figure than what is payable: the difference may be one child's.

Each run closes on what happened up to its end, whatever comes after. So a report for a later day
shows all that an earlier one shows, and the two together tell no more than the later one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from xlpbr.contract.known_rules import known_rules
from xlpbr.contract.terms import READINGS, ContractTerms
from xlpbr.errors import FileProblem
from xlpbr.money import Pence
from xlpbr.periods import ONE_DAY, month_end, month_of
from xlpbr.settlement.bonus import bonus_measures, has_bonus
from xlpbr.settlement.carers import pays_carer_fees
from xlpbr.settlement.counted import counted_costs, counted_placements, name_key
from xlpbr.settlement.readings import options_to_try
from xlpbr.settlement.statement import (
    FIGURES,
    MonthStatement,
    Statement,
    maximum_that_holds_back,
    settle,
)
from xlpbr.workbook.disclosure.fees import fee_keeps_savings
from xlpbr.workbook.disclosure.people import ALL_TYPES, Counted, counted_types
from xlpbr.workbook.disclosure.savings import runs_forward, saving_runs

LEAST_CUT_OFF = 2
"""With a cut-off of 1 every suppressed count would be known to be 1."""

# Written out, and not LIFE_TERMS: what may be published is thought through term by term.
KNOWN = known_rules(
    "fee_share",
    "bonus_measured_on",
    "break_down_months",
    "break_down_amount",
    "phase_starts_on",
    "terminated_on",
    "variations",
    "cohort",
    "prices",
    "costs",
    "rates",
    "signed",
    carer_fee_counts=("linked", "any"),
    carer_fee_due=("approved", "moved"),
    bonus_savings=("programme", "phase"),
    run_rate_year=("days_365", "weeks_52"),
    break_down_reimbursement=("none", "straight_line", "whole"),
    break_down_window=("move", "phase"),
    outcome_clock=("placement", "child"),
)
"""The rules of money for which it was thought through what a figure gives away.

Not ``lapses`` of Unused fee: what lapsed on 31 March tells what was drawn until then, inside a run
of months that are shown together.
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a statement is shown.

    Attributes:
        statement: the statement itself; of a public version without a month that is not over.
        cut_off: counts from 1 to this are suppressed; None where everything is shown.
        figures: for each month the figures by field name, in pence or children; None where
            suppressed.
        blocks: the runs of months for which the amounts payable are shown, as indexes.
        run_rate: the yearly saving of the counted placements in place at the statement's day, in
            pence; None where suppressed.
        other_readings: whether the totals under other readings are shown.
        yearly: the months at whose end the yearly saving of all placements may be shown.
    """

    statement: Statement
    cut_off: int | None
    figures: tuple[Mapping[str, int | None], ...]
    blocks: tuple[range, ...]
    run_rate: Pence | None
    other_readings: bool
    yearly: frozenset[int]

    @property
    def is_public(self) -> bool:
        """Whether anything may be suppressed."""
        return self.cut_off is not None

    @property
    def last_month(self) -> int | None:
        """The last month whose amounts payable are shown, or else its saving to date."""
        for name in ("payable_to_date", "saving_to_date"):
            ends = [index for index, month in enumerate(self.figures) if month[name] is not None]
            if ends:
                return ends[-1]
        return None

    def latest(self, field_name: str) -> int | None:
        """A figure of the last month; 0 before the first; None where it is suppressed."""
        return self.figures[-1][field_name] if self.figures else 0

    def total(self, field_name: str) -> Pence | None:
        """The sum of a monthly figure over all months; None where it is suppressed."""
        reached = self.blocks[-1].stop if self.blocks else 0
        each_is_shown = all(month[field_name] is not None for month in self.figures)
        if reached < len(self.figures) and not each_is_shown:
            return None
        total: Pence = sum(getattr(month, field_name) for month in self.statement.months)
        return total

    def is_complete(self, index: int) -> bool:
        """Whether the figures of a month and those that they start from are shown."""
        return any(block == range(index, index + 1) for block in self.blocks)


def whole_months(statement: Statement) -> Statement:
    """A statement without its last month where that is not over yet."""
    day = statement.as_at
    if not statement.months or day in (month_end(day), statement.terms.last_day):
        return statement
    return settle(statement.terms, statement.evidence, month_of(day) - ONE_DAY)


def show_last_month(shown: Shown) -> Shown:
    """The same as at the end of the last month for which it is shown; itself where there is none.

    What is shown of the months until then is the same, as later months decide nothing.
    """
    last, cut_off, statement = shown.last_month, shown.cut_off, shown.statement
    if last is None or cut_off is None or last == len(statement.months) - 1:
        return shown
    day = statement.months[last].period.last
    return show_publicly(settle(statement.terms, statement.evidence, day), cut_off)


def show_everything(statement: Statement) -> Shown:
    """All figures, for those who may see the data of single children."""
    months = statement.months
    return Shown(
        statement=statement,
        cut_off=None,
        figures=tuple(
            {figure.field_name: getattr(month, figure.field_name) for figure in FIGURES[1:]}
            for month in months
        ),
        blocks=tuple(range(index, index + 1) for index in range(len(months))),
        run_rate=_run_rate(statement),
        other_readings=True,
        yearly=frozenset(range(len(months))),
    )


def show_publicly(statement: Statement, cut_off: int) -> Shown:
    """The figures that may be published.

    Args:
        statement: a settled contract.
        cut_off: counts from 1 to this are suppressed, and what would give them away.

    Raises:
        FileProblem: the terms hold a rule for which that is not known.
    """
    if cut_off < LEAST_CUT_OFF:
        raise ValueError(f"cut_off is {cut_off}; it must be {LEAST_CUT_OFF} or more")
    if unknown := KNOWN.unknown_in(statement.terms, statement.evidence):
        raise FileProblem(
            f"No public version can be made under {', '.join(unknown)}: it is not worked out what"
            " the figures would give away. Make the full report, or choose another option."
        )
    statement = whole_months(statement)
    months, terms, evidence = statement.months, statement.terms, statement.evidence
    counted = Counted.of(statement)

    def enough(count: int) -> bool:
        return count == 0 or count > cut_off

    savings_of = saving_runs(statement, counted, cut_off, enough)
    saving_blocks = savings_of.runs
    fee_blocks = runs_forward(
        saving_blocks, lambda block: fee_keeps_savings(statement, counted, block)
    )

    def payable_may_close(block: range) -> bool:
        run = [months[index] for index in block]
        measured = any(month.bonus_measures is not None for month in run)
        return (
            all(map(enough, _events(terms, run)))
            and keeps_order(statement, block)
            and (not measured or savings_of.bonus)
        )

    payable_blocks = runs_forward(fee_blocks, payable_may_close)
    invoiced_ends = _invoiced_ends(statement, payable_blocks)
    savings, fees, payables = map(_Places.of, (saving_blocks, fee_blocks, payable_blocks))
    freely_paid = _freely_paid(statement, payables)
    as_signed = _signed_as_payable(statement)

    def may_show(index: int) -> dict[str, bool]:
        month = months[index]
        outside = max(0, (terms.cohort_size or 0) - month.children)
        alone = index in payables.singles
        parts = {
            "fee": index in fees.singles,
            "carer_fees": alone or not pays_carer_fees(terms),
            "outcome_fees": alone or not evidence.rates,
            # £0 tells too: that the savings do not reach the threshold.
            "bonus": month.bonus_measures is None or savings_of.bonus,
            "reimbursed": alone or terms.break_down_reimbursement == "none",
            "held_back": alone or index < freely_paid,
        }
        payable = alone or all(parts.values())
        allowed = {
            **parts,
            "children": index in savings.ends and enough(month.children) and enough(outside),
            "saving": index in savings.singles,
            "saving_to_date": index in savings.ends,
            "entitlement_to_date": True,
            "fee_to_date": index in fees.ends,
            "payable": payable,
            "payable_to_date": index in payables.ends,
            "adjustment": index < as_signed,
            "to_invoice": payable and index < as_signed,
            "invoiced_to_date": index in invoiced_ends,
            "balance": index in invoiced_ends,
            "net_saving_to_date": index in payables.ends,
        }
        return {figure.field_name: allowed[figure.field_name] for figure in FIGURES[1:]}

    figures = tuple(
        {
            name: getattr(month, name) if allowed else None
            for name, allowed in may_show(index).items()
        }
        for index, month in enumerate(months)
    )
    nothing_suppressed = all(value is not None for month in figures for value in month.values())
    return Shown(
        statement=statement,
        cut_off=cut_off,
        figures=figures,
        blocks=tuple(payable_blocks),
        run_rate=_run_rate(statement) if len(months) - 1 in savings_of.rates else None,
        # What a total under an option tells, of which that is not known, is not known either.
        other_readings=not any(_tried_and_unknown(statement))
        and nothing_suppressed
        and (not has_bonus(terms) or savings_of.bonus_readings)
        and _readings_count_enough(statement, enough),
        # Of some types of placement it was not thought through beside that of all.
        yearly=savings_of.rates if counted_types(terms) == ALL_TYPES else frozenset(),
    )


def _events(terms: ContractTerms, run: Sequence[MonthStatement]) -> Iterator[int]:
    """How many households, children of each outcome and children who broke down a run counts.

    What is paid for each is known, so that the amounts tell the numbers. Where nothing is ever
    paid for a household, no amount tells of one.
    """
    if pays_carer_fees(terms):
        yield sum(len(month.households) for month in run)
    children: dict[str, set[str]] = {}
    for month in run:
        for one in month.outcomes:
            children.setdefault(name_key(one.outcome), set()).add(name_key(one.child))
    yield from (len(found) for found in children.values())
    yield len({name_key(one.child) for month in run for one in month.break_downs})


def keeps_order(statement: Statement, block: range) -> bool:
    """Whether what is payable for a run of months depends on their sums alone.

    It does not where what is paid back is limited by the fee to date in the midst of the run, and
    where something is held back while the maximum varies or money is paid back: then the end of the
    run tells what was due on the way.
    """
    if len(block) == 1:
        return True
    run = [statement.months[index] for index in block]
    if any(sum(one.reimbursed for one in month.break_downs) > month.reimbursed for month in run):
        return False
    terms = statement.terms
    turns = terms.break_down_reimbursement != "none" or bool(terms.varied("contract_maximum"))
    return not turns or not any(month.held_back for month in run)


def _signed_as_payable(statement: Statement) -> int:
    """For how many months all that was signed is what is payable, so that nothing is carried.

    A difference may be one child's, found out after a month was agreed.
    """
    for index, month in enumerate(statement.months):
        if month.adjustment or month.to_invoice != month.payable:
            return index
    return len(statement.months)


def _tried_and_unknown(statement: Statement) -> Iterator[str]:
    """The options that would be tried and of which it is not known what their totals tell."""
    terms, evidence = statement.terms, statement.evidence
    unknown = {term.field_name: options for term, options in KNOWN.unknown}
    for term in READINGS:
        for option in options_to_try(term, terms, evidence):
            # What would have lapsed follows from the savings of each month, which are all shown.
            if option in unknown.get(term.field_name, ()) and option != "lapses":
                yield option


_OF_EVENTS = frozenset(
    {
        "carer_fee_counts", "carer_fee_due", "outcome_clock", "break_down_reimbursement",
        "break_down_window",
    }
)  # fmt: skip
"""The readings that decide for whom, or when, something is paid."""


def _readings_count_enough(statement: Statement, enough: Callable[[int], bool]) -> bool:
    """Whether the totals under other readings tell of enough households and children."""
    terms, evidence = statement.terms, statement.evidence
    in_use = list(_events(terms, statement.months))
    for term in READINGS:
        if term.field_name not in _OF_EVENTS:
            continue
        for option in options_to_try(term, terms, evidence):
            change: dict[str, Any] = {term.field_name: option}
            tried = settle(replace(terms, **change), evidence, statement.as_at)
            counts = list(_events(tried.terms, tried.months))
            differences = [abs(one - other) for one, other in zip(counts, in_use, strict=False)]
            if len(counts) != len(in_use) or not all(map(enough, (*counts, *differences))):
                return False
    return True


@dataclass(frozen=True, slots=True)
class _Places:
    """The last months of blocks and the blocks of one month."""

    ends: frozenset[int]
    singles: frozenset[int]

    @classmethod
    def of(cls, blocks: Iterable[range]) -> _Places:
        """The places of some blocks."""
        found = list(blocks)
        return cls(
            frozenset(block[-1] for block in found),
            frozenset(block[0] for block in found if len(block) == 1),
        )


def _invoiced_ends(statement: Statement, blocks: Iterable[range]) -> frozenset[int]:
    """The ends of blocks up to which each block is invoiced as a whole or not at all."""
    months = statement.months
    first = months[0].month if months else date.min
    claimed = {
        max(first, month_of(claim.month)) for claim in statement.evidence.claims if claim.invoiced
    }
    ends = []
    for block in blocks:
        owed = {months[index].month for index in block if months[index].payable}
        invoiced = claimed & {months[index].month for index in block}
        if invoiced and not owed <= invoiced:
            break
        ends.append(block[-1])
    return frozenset(ends)


def _freely_paid(statement: Statement, payables: _Places) -> int:
    """For how many months it is known that the contract maximum held nothing back."""
    terms, months = statement.terms, statement.months
    maxima = [maximum_that_holds_back(terms, month.period.last) for month in months]
    if all(maximum is None for maximum in maxima):
        return len(months)
    if terms.break_down_reimbursement != "none":
        # What is paid back may have made room again.
        return 0
    below = [
        end
        for end in payables.ends
        if all(
            maximum is None or months[end].payable_to_date < maximum
            for maximum in maxima[: end + 1]
        )
    ]
    return max(below, default=-1) + 1


def _run_rate(statement: Statement) -> Pence:
    """The yearly saving of the placements that count for the bonus, on the statement's day."""
    terms, evidence = statement.terms, statement.evidence
    measures = bonus_measures(
        replace(terms, bonus_measured_on=statement.as_at),
        counted_placements(terms, evidence),
        counted_costs(terms, evidence),
    )
    return measures.run_rate
