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
3. What is payable is shown for runs of those, in which enough carer households were approved:
   their price is known, so the fees of a run tell how many there were.
4. What was invoiced is shown where the claims so far cover whole runs or none of them.
5. Figures to date stand at the ends of runs, figures of a month in runs of one month. A month
   that is not over yet is left out.
6. A run rate is shown where it follows from the savings that are shown; at the end of the
   programme the bonus and what it is measured by where they leave prices open as well; the other
   readings only where nothing is suppressed.

Each run closes on what happened up to its end, whatever comes after. So a report for a later day
shows all that an earlier one shows, and the two together tell no more than the later one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from xlpbr.contract.known_rules import known_rules
from xlpbr.errors import FileProblem
from xlpbr.money import Pence, to_pence
from xlpbr.periods import ONE_DAY, month_end, month_of
from xlpbr.settlement import rules
from xlpbr.settlement.statement import FIGURES, Statement, settle
from xlpbr.workbook.disclosure.fees import fee_keeps_savings
from xlpbr.workbook.disclosure.savings import runs_forward, saving_runs

LEAST_CUT_OFF = 2
"""With a cut-off of 1 every suppressed count would be known to be 1."""

KNOWN = known_rules(
    "break_down_amount",
    "break_down_months",
    "phase_starts_on",
    carer_fee_counts=("linked", "any"),
    carer_fee_due=("approved", "moved"),
    break_down_window=("move", "phase"),
)
"""The rules of money for which it was thought through what a figure gives away."""


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
    """

    statement: Statement
    cut_off: int | None
    figures: tuple[Mapping[str, int | None], ...]
    blocks: tuple[range, ...]
    run_rate: Pence | None
    other_readings: bool

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
    if not statement.months or day in (month_end(day), statement.terms.ends_on):
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
    months, terms = statement.months, statement.terms

    def enough(count: int) -> bool:
        return count == 0 or count > cut_off

    savings_of = saving_runs(statement, cut_off, enough)
    saving_blocks = savings_of.runs
    fee_blocks = runs_forward(saving_blocks, lambda block: fee_keeps_savings(statement, block))

    def payable_may_close(block: range) -> bool:
        households = sum(len(months[index].households) for index in block)
        measured = months[block[-1]].bonus_measures is not None
        return (not terms.carer_fee or enough(households)) and (not measured or savings_of.bonus)

    payable_blocks = runs_forward(fee_blocks, payable_may_close)
    invoiced_ends = _invoiced_ends(statement, payable_blocks)
    savings, fees, payables = map(_Places.of, (saving_blocks, fee_blocks, payable_blocks))
    freely_paid = _freely_paid(statement, payables)

    def may_show(index: int) -> dict[str, bool]:
        month = months[index]
        outside = max(0, (terms.cohort_size or 0) - month.children)
        alone = index in payables.singles
        parts = {
            "fee": index in fees.singles,
            "carer_fees": alone or not terms.carer_fee,
            "outcome_fees": True,
            "reimbursed": True,
            # £0 tells too: that the savings do not reach the threshold.
            "bonus": month.bonus_measures is None or savings_of.bonus,
            "held_back": alone or index < freely_paid,
        }
        allowed = {
            **parts,
            "children": index in savings.ends and enough(month.children) and enough(outside),
            "saving": index in savings.singles,
            "saving_to_date": index in savings.ends,
            "entitlement_to_date": True,
            "fee_to_date": index in fees.ends,
            "payable": alone or all(parts.values()),
            "payable_to_date": index in payables.ends,
            "adjustment": True,
            "to_invoice": alone or all(parts.values()),
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
        other_readings=not KNOWN.unknown
        and nothing_suppressed
        and (terms.bonus_rate is None or savings_of.bonus_readings),
    )


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
    if terms.contract_maximum is None or terms.maximum_reading == "warn":
        return len(months)
    maximum = to_pence(terms.contract_maximum)
    below = [end for end in payables.ends if months[end].payable_to_date < maximum]
    return max(below, default=-1) + 1


def _run_rate(statement: Statement) -> Pence:
    """The yearly saving of the placements that count for the bonus, on the statement's day."""
    terms, day = statement.terms, statement.as_at
    return rules.run_rate(
        placement.weekly_saving
        for placement in statement.evidence.agreed
        if (terms.bonus_counts == "family" or placement.type == "foster")
        and rules.in_place(placement.moved_on, placement.ended_on, day)
    )
