"""How a workbook stands, in words: one sentence on Checks, which every sheet of results repeats.

It begins with what is to be done: ``All checks agree``; ``NOT CLEAR`` (amber) where the figures
agree and something that touches money is open; ``NOT ALL AGREE`` (red) where a figure is wrong or
missing.
"""

from __future__ import annotations

from dataclasses import dataclass

from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.workbook.look.state_words import CLEAR as _CLEAR
from xlpbr.workbook.look.state_words import OPEN as _OPEN
from xlpbr.workbook.look.state_words import WRONG as _WRONG
from xlpbr.workbook.ooxml.book import Position
from xlpbr.workbook.template.check_counts import areas_of_errors, cells_not_read, cells_of_errors
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TABLE_NAMES, TemplatePlan, fixed

AGREES = "Agrees"
DOES_NOT_APPLY = "Does not apply"
NOT_CHECKED_HERE = "Not checked here"
"""How the status begins of a figure that plain formulas do not work out."""
STATE = (6, 2)
"""Where the sentence stands on Checks."""
STATE_NAME = "State"
"""The defined name of that cell, in a workbook of its own."""

_OPEN_COLUMN, _COUNT_COLUMN = 3, 5
"""The columns of what is open and of how much, beside what agrees."""
_MOST_PROBLEMS = 1000


@dataclass(frozen=True, slots=True)
class Checked:
    """Where the checks stand that the sentence is about.

    Attributes:
        statuses: the cells with the status of each check.
        count: how many checks there are.
        months: the cells with the status of each month.
        problems: the place of the table of PBR_CHECK.
        claimed: the cells with the months of the claims.
        differs: the cells that hold 1 for an agreed month whose figure is another one now.
    """

    statuses: str
    count: int
    months: str
    problems: Position
    claimed: str
    differs: str


def write_state(page: TemplatePage, plan: TemplatePlan, checked: Checked) -> None:
    """Write the sentence, and under it what it comes from."""
    styles = page.styles
    errors, sheets = cells_of_errors(plan), len(areas_of_errors(plan))
    not_read = cells_not_read(plan)
    does_not_apply = f'COUNTIF({checked.statuses},"{DOES_NOT_APPLY}*")'
    agreed = f'(COUNTIF({checked.statuses},"{AGREES}")+{does_not_apply})'
    agreed_months = f'COUNTIF({checked.months},"{AGREES}")'
    unchecked, unchecked_months = (
        f'COUNTIF({cells},"{NOT_CHECKED_HERE}*")' for cells in (checked.statuses, checked.months)
    )
    wanted_months = f"COUNT({plan.all_statement_months})"
    corner, findings = fixed(*checked.problems), listed_problems(checked.problems)
    row = STATE[0]
    page.put(row - 1, 1, "Result (Output)", styles.subtitle)
    page.put(row, 1, "All checks", styles.strong)
    all_agree = (
        f"AND({agreed}>0,{agreed}+{unchecked}={checked.count},"
        f"{agreed_months}+{unchecked_months}={wanted_months},COUNT({errors})={sheets},"
        f"SUM({errors})=0" + (f",COUNTIF({not_read},0)={len(plan.links)})" if not_read else ")")
    )
    disputed, stale, above = (fixed(row + down, _COUNT_COLUMN) for down in (1, 2, 3))
    nothing_open = f"AND(NOT(ISERROR({corner})),{findings}=0,{disputed}=0,{stale}=0,{above}=0)"
    page.put_formula(
        *STATE,
        f'=IFERROR(IF({all_agree},IF({nothing_open},"{_CLEAR}"{_said_of_unchecked(unchecked)},'
        f"{_what_is_open(plan, findings, disputed, stale, above, unchecked)}),"
        f'"{_WRONG}: an error in the figures. Look on the sheet {plan.name_of("Checks")} at the'
        f' lines that do not say Agrees"),"{_WRONG}: a check shows an error. Look on the sheet'
        f' {plan.name_of("Checks")}")',
        styles.cell("text", "output", bold=True, font_size=12),
    )  # fmt: skip
    lines = [
        ("Figures that agree", f'={agreed}&" of {checked.count}"{_not_checked(unchecked)}'),
        (
            "Months whose fee agrees",
            f'={agreed_months}&" of "&{wanted_months}{_not_checked(unchecked_months)}',
        ),
        ("Cells that show an error", f'=SUM({errors})&" on {sheets} sheets"'),
        (
            "Problems in the data",
            f"=IF(ISERROR({corner}),{corner},{findings})"
            '&" listed at the foot of this sheet"',
        ),
    ]  # fmt: skip
    if not_read:
        linked = f"{len(plan.links)} linked sheet{'s' if len(plan.links) > 1 else ''}"
        lines.append(("Rows of the book not read", f'=SUM({not_read})&" for {linked}"'))
    for offset, (label, formula) in enumerate(lines, start=1):
        page.put(row + offset, 1, label, styles.plain)
        page.put_formula(row + offset, 2, formula, styles.plain)
    _write_what_is_open(page, plan, checked)
    mark_state(page, STATE, STATE[1] + 4)
    if not plan.book:
        page.workbook.define_name(STATE_NAME, f"={plan.on_sheet('Checks', *STATE)}")


def listed_problems(place: Position, sheet: str = "") -> str:
    """How many problems PBR_CHECK lists. Its one row for none counts as none."""
    tables = f"{sheet}{fixed(place[0] + 1, 1)}:{fixed(place[0] + _MOST_PROBLEMS, 1)}"
    # Not COUNTIF: LibreOffice Calc compares the texts of an add-in's table wrongly with it.
    return f'SUMPRODUCT(({tables}&""<>"")*({tables}&""<>"All tables"))'


def disputed_rows(plan: TemplatePlan) -> str:
    """How many rows of the input tables are marked as disputed."""
    return "+".join(
        f'COUNTIF({TABLE_NAMES[table]}[{column.heading}],"disputed")'
        for table, columns in ALL_COLUMNS.items()
        for column in columns
        if column.kind == "yes_no" and table in plan.sheets
    )


def _not_checked(number: str) -> str:
    return f'&IF({number}=0,"",", "&{number}&" not checked here")'


def _said_of_unchecked(number: str) -> str:
    """What follows on the sentence where plain formulas do not know every figure."""
    return f'&IF({number}=0,"",", but "&{_counted(number, "figure")}&" not checked in plain Excel")'


def _what_is_open(
    plan: TemplatePlan, findings: str, disputed: str, stale: str, above: str, unchecked: str
) -> str:
    """What keeps the workbook from being clear, as a formula that gives a sentence."""
    return (
        f'"{_OPEN}: the figures agree, but "&{_counted(findings, "finding")}'
        f'&IF({disputed}>0,", "&{disputed}&" disputed","")'
        f'&IF({stale}>0,", "&{_counted(stale, "agreed month")}&" with another figure now","")'
        f'&IF({above}>0,", invoiced "&TEXT({above},"£#,##0.00")&" above payable","")'
        f'&IF({unchecked}>0,", "&{unchecked}&" not checked in plain Excel","")'
        f'&": see the sheet {plan.name_of("Checks")}"'
    )  # fmt: skip


def _counted(number: str, what: str) -> str:
    return f'{number}&IF({number}=1," {what}"," {what}s")'


def _write_what_is_open(page: TemplatePage, plan: TemplatePlan, checked: Checked) -> None:
    """Write what is open beside what agrees: disputes, old signatures, too much invoiced."""
    styles = page.styles
    lines = (
        ("Rows that are disputed", disputed_rows(plan), "count"),
        ("Agreed months with another figure now", f"IFERROR(SUM({checked.differs}),0)", "count"),
        ("Invoiced above what is payable", _invoiced_above(plan, checked.claimed), "money"),
    )
    for offset, (label, formula, kind) in enumerate(lines, start=1):
        place = (STATE[0] + offset, _COUNT_COLUMN)
        page.put(place[0], _OPEN_COLUMN, label, styles.plain)
        page.put_formula(*place, f"={formula}", styles.bare(kind, align="left"))
        page.mark(place, place, {"type": "cell", "criteria": ">", "value": 0}, styles.warned)


def _invoiced_above(plan: TemplatePlan, claimed: str) -> str:
    """How much more is invoiced than is payable, at the last month that was claimed."""
    months, balance = (plan.statement_column(heading) for heading in ("Month", "Balance"))
    last = f"INDEX({balance},MATCH(EOMONTH(MAX({claimed}),-1)+1,{months},0))"
    shown = f"INDEX({balance},MAX(1,COUNT({months})))"
    return f"IFERROR(MAX(0,-IFERROR({last},{shown})),0)"


def mark_state(page: TemplatePage, place: Position, last_column: int) -> None:
    """Give the cells that the sentence runs over the colour of what it says in words."""
    cell, last = fixed(*place), (place[0], last_column)
    for says, look in (
        (_WRONG, page.styles.wrong), (_OPEN, page.styles.warned), (_CLEAR, page.styles.clear),
    ):  # fmt: skip
        page.mark(place, last, f'LEFT({cell},{len(says)})="{says}"', look, alone=True)
