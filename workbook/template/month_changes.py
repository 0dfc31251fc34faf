"""What the sheet Month says of disputes, and of what changed since a month was agreed.

Where ``xlpbr agree`` kept the tables, the causes are told as PBR_CHANGES gives them, those with
pounds first. Without it they are the adjustments of the invoice, with their workings.

Texts that a PBR_ formula gives are taken as ``A2&""``: see ``outputs``.
"""

from __future__ import annotations

from xlpbr.functions.changed_tables import NOTHING_KEPT
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.template.month_workings import Found, first_with
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan
from xlpbr.workbook.template.result_places import CHANGES_ROW, INVOICE_ROW, invoice_rows

_DISPUTES = 2
"""Lines about disputed rows, where there are any; what changed has the room under them."""
_DISPUTED, _MORE = "Disputed", "More"
"""What stands before a line that is about no table and no month."""
_LONGEST = 300
"""More characters than a line has room for."""


def write_disputes_and_changes(
    page: TemplatePage,
    plan: TemplatePlan,
    found: Found,
    row: int,
    *,
    lines: int,
    last_column: int,
    font_size: int,
) -> None:
    """Write what disputed rows would change, and under it what changed of what was agreed.

    Args:
        page: the sheet.
        plan: the sizes.
        found: the workings of the sheet.
        row: the row that says both in a sentence; the lines stand under it.
        lines: how many lines have room.
        last_column: the column of the pounds.
        font_size: that of the lines.
    """
    styles, disputed = page.styles, f"{found.disputed_rows}>0"
    strong = styles.bare("wrapped", valign="vcenter", bold=True, font_size=font_size + 1)
    page.join(row, 1, last_column, strong)
    none_disputed = f'IF({disputed},"","No row is disputed. ")'
    page.put_formula(row, 1, f"={none_disputed}&{_said_of_all(plan, found)}", strong)
    small = styles.bare("wrapped", valign="vcenter", font_size=font_size)
    looks = {1: styles.bare("month"), 2: small, last_column: styles.bare("money")}
    first, disputes = row + 1, _said_of_disputes(found)
    pounds = column_letter(last_column)
    for number in range(1, lines + 1):
        row += 1
        page.join(row, 2, last_column - 1, small)
        change = f"({number}-IF({disputed},{_DISPUTES},0))"
        causes, adjustments = _cause(found, change), _adjustment(plan, found, change)
        if number == lines:
            above = f"SUM({pounds}{first}:{pounds}{row - 1})"
            at_stake = "+".join(f"N({pounds}{first + down})" for down in range(_DISPUTES))
            shown = f"{above}-IF({disputed},{at_stake},0)"
            causes = [
                f"IF({found.causes}>{change},{more},{one})"
                for more, one in zip(_more(plan, found, change, shown), causes, strict=True)
            ]
        told = [
            f'IF({change}<=0,"",IF({found.all_changes}>0,'
            f'IF({change}>{found.causes},"",{cause}),'
            f'IF({change}>{found.changes},"",{adjustment})))'
            for cause, adjustment in zip(causes, adjustments, strict=True)
        ]
        if number <= _DISPUTES:
            told = [
                f"IF({disputed},{instead},{one})"
                for instead, one in zip(disputes[number - 1], told, strict=True)
            ]
        for (column, style), formula in zip(looks.items(), told, strict=True):
            page.put_formula(row, column, f"={formula}", style)
    for condition, look in (
        (f'$A{first}="{_DISPUTED}"', styles.warned_row), (f'$A{first}<>""', styles.filled_row),
    ):  # fmt: skip
        page.mark((first, 1), (row, last_column), condition, look, alone=True)


def _said_of_all(plan: TemplatePlan, found: Found) -> str:
    """What changed in a sentence: as PBR_CHANGES says it, or how many adjustments there are."""
    counted = (
        f'{found.changes}&IF({found.changes}=1," adjustment"," adjustments")&" on the sheet'
        f' {plan.name_of("Invoice")}. The cause, cell by cell: xlpbr changes."'
    )
    none = '"No month that was agreed has another figure now."'
    adjustments = f"IF({found.changes}=0,{none},{counted})"
    corner, first = (plan.on_sheet("Changes", CHANGES_ROW + down, 1) for down in (0, 1))
    all_told = f'INDEX({found.cause_words},{found.all_changes})&""'
    too_many = f'"More changed than has room here: see the sheet {plan.name_of("Changes")}."'
    unknown = f'IF({first}&""="{NOTHING_KEPT}",{adjustments},{too_many})'
    return f"IF(ISERROR({corner}),{corner},IF({found.all_changes}>0,{all_told},{unknown}))"


def _cause(found: Found, change: str) -> list[str]:
    """What is told of a change: its table, itself and its pounds, in the order of the columns."""
    at = f"INDEX({found.cause_rows},{change})"
    table = f'INDEX({found.cause_tables},{at})&""'
    # In words it begins with its table, which stands beside.
    words = f"MID(INDEX({found.cause_words},{at}),LEN({table})+3,{_LONGEST})"
    return [table, words, f"INDEX({found.cause_pounds},{at})"]


def _more(plan: TemplatePlan, found: Found, change: str, shown: str) -> tuple[str, str, str]:
    """The line for the changes that have none: how many, where they are and what they come to."""
    left = f"({found.causes}-{change}+1)"
    counted = f'"and "&{left}&" more on the sheet {plan.name_of("Changes")}"'
    pounds = f"ROUND(INDEX({found.cause_pounds},{found.all_changes})-({shown}),2)"
    return f'"{_MORE}"', counted, pounds


def _adjustment(plan: TemplatePlan, found: Found, change: str) -> list[str]:
    """What is told of an adjustment of the invoice, in the order of the columns."""
    last_line = INVOICE_ROW + invoice_rows(plan) - 1
    line, month, working, net = (
        plan.column_of("Invoice", column, INVOICE_ROW + 1, last_line) for column in (1, 2, 3, 4)
    )
    at = first_with(found.change_counts, change)
    text = f'INDEX({line},{at})&": "&INDEX({working},{at})'
    return [f"INDEX({month},{at})", text, f"INDEX({net},{at})"]


def _said_of_disputes(found: Found) -> list[tuple[str, str, str]]:
    """What is disputed, and what it would change: to date, and in the outlook to the end."""
    rows = found.disputed_rows
    are = f'{rows}&IF({rows}=1," row is"," rows are")&" disputed and not counted. "'
    lines = []
    for begins, (saving, payable) in (
        (f'{are}&"If counted, to date the saving', found.at_stake.to_date),
        ('"If counted, in the outlook to the end the saving', found.at_stake.to_the_end),
    ):
        says = (
            f'{begins} would change by "&{_signed(saving)}&" and what is payable by"'
            f'&IF(ISNUMBER({payable}),":"," an amount that is not known.")'
        )
        lines.append((f'"{_DISPUTED}"', says, payable))
    return lines


def _signed(amount: str) -> str:
    """An amount in words, as a formula gives it."""
    return f'IF(ISNUMBER({amount}),TEXT({amount},"£#,##0.00;-£#,##0.00"),{amount})'
