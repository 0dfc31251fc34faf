"""What the person who publishes a report is told: how much it shows, and what it cannot hide."""

from __future__ import annotations

from xlpbr.periods import month_in_words
from xlpbr.workbook.disclosure.rules import Shown

SPEND_LISTS = (
    "Before you publish: lists of spending that the council publishes (invoices over £500) hold the"
    " invoices of this contract, each with its day and amount. Laid beside this report they may"
    " tell what it leaves out. Have them left out there or put together for the same months."
)


def before_publishing(shown: Shown) -> list[str]:
    """What to say of a public version once it is written, a line each."""
    return [f"Public version: {months_shown(shown)}", SPEND_LISTS]


def months_shown(shown: Shown) -> str:
    """For how many months figures are shown."""
    months = shown.statement.months
    if not months:
        return "no month is over yet."
    ends = [
        index for index, month in enumerate(shown.figures) if month["saving_to_date"] is not None
    ]
    since = sum(1 for index in ends if any(m.saving for m in months[: index + 1]))
    if not ends:
        savings = f"the saving to date is shown for none of {_months(len(months))}"
    else:
        which = f"{since} of them since" if since else "all of them before"
        savings = (
            f"the saving to date is shown for {len(ends)} of {_months(len(months))},"
            f" {which} the first saving"
        )
    payable = sum(month["payable_to_date"] is not None for month in shown.figures)
    last = f" The last is {month_in_words(months[ends[-1]].month)}." if ends else ""
    return f"{savings}; what is payable to date is shown for {payable}.{last}"


def _months(count: int) -> str:
    return f"{count} month{'' if count == 1 else 's'}"
