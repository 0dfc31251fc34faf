"""How things stand, in one sentence at the top of the Summary: the words of the template's sheets.

A public version says only whether the figures agree: what is open between the parties is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xlpbr.money import Pence, in_words
from xlpbr.workbook.look.state_words import CLEAR, OPEN, WRONG
from xlpbr.workbook.report.checks import faults
from xlpbr.workbook.report.disputes import disputed_rows
from xlpbr.workbook.report.facts import Report

Level = Literal["clear", "open", "wrong", "untold"]


@dataclass(frozen=True, slots=True)
class State:
    """What is said, and how grave it is: the level gives the colour, never more than the words."""

    level: Level
    words: str


def state_of(report: Report) -> State:
    """How things stand on the day of the report."""
    if faults(report):
        return State(
            "wrong",
            f"{WRONG}: an error in the figures. Look on the sheet Checks at the lines that say no",
        )
    if report.is_public:
        return State(
            "untold",
            "The figures agree with their checks. What is open between the parties is not part of"
            " the public version.",
        )
    open_matters = _what_is_open(report)
    if not open_matters:
        return State("clear", CLEAR)
    return State(
        "open", f"{OPEN}: the figures agree, but {', '.join(open_matters)}: see the sheet Checks"
    )


def _what_is_open(report: Report) -> list[str]:
    findings = len(report.problems)
    disputed = sum(map(len, disputed_rows(report.source.rows).values()))
    differ = sum(
        month.agreed is not None and month.agreed != month.payable
        for month in report.statement.months
    )
    above = invoiced_above(report)
    if not (findings or disputed or differ or above):
        return []
    said = [_counted(findings, "finding")]
    if disputed:
        said.append(f"{disputed} disputed")
    if differ:
        said.append(f"{_counted(differ, 'agreed month')} with another figure now")
    if above:
        said.append(f"invoiced {in_words(above)} above payable")
    return said


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def invoiced_above(report: Report) -> Pence:
    """How much more is invoiced than is payable, at the last month that was claimed."""
    months = report.statement.months
    if not months:
        return 0
    claimed = {claim.month for claim in report.evidence.claims}
    last = next((month for month in reversed(months) if month.month in claimed), months[-1])
    return max(0, -last.balance)
