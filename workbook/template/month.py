"""The sheet Month: everything that two parties need to agree one month, on one page.

Its one input is the month, which the other sheets follow. Every figure comes from the sheets whose
PBR_ formulas work it out; what has no room on the page is counted, with the sheet that shows it.

Texts that a PBR_ formula gives are compared as ``A2&""``: see ``outputs``.
"""

from __future__ import annotations

from xlpbr.functions.spills import INVOICE_HEADINGS, YEAR_HEADINGS
from xlpbr.workbook.look.styles import DATE, MONEY
from xlpbr.workbook.look.text_width import LINE_HEIGHT
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.template import plan as places
from xlpbr.workbook.template.month_changes import write_disputes_and_changes
from xlpbr.workbook.template.month_workings import (
    OPEN_LINES,
    Found,
    first_with,
    write_workings_of_month,
)
from xlpbr.workbook.template.outlook import last_day_shown
from xlpbr.workbook.template.outputs import months_to_choose
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import (
    MONTH_COLUMNS,
    SPARE_PLACEMENTS,
    TABLE_HEADING_ROW,
    TemplatePlan,
)
from xlpbr.workbook.template.result_places import INVOICE_ROW, YEARS_ROW, invoice_rows

_WIDTH = 13.2
_SMALL, _TWO_LINES, _THREE_LINES = 9, 25, 37
_ROOM_TO_SIGN = 42
_GAP = 7

_INVOICE_LINES = 6
_CHILDREN_ACROSS, _FEWEST_CHILD_ROWS, _MOST_CHILD_ROWS = MONTH_COLUMNS // 2, 3, 13
_YEARS = 3
"""How much of each kind has room on the page."""

_RIGHT = MONTH_COLUMNS // 2 + 1
"""The first column of what stands on the right."""
_LEFT_END = _RIGHT - 1

_MONTH_NAME = "MonthChosen"


def write_month(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Month sheet."""
    page.introduce_results("Month")
    page.put(3, 1, plan.title, page.styles.strong)
    page.set_widths([_WIDTH] * MONTH_COLUMNS)
    page.sheet.set_row(0, 2 * LINE_HEIGHT + 4)
    found = write_workings_of_month(page, plan)
    page.put_input(
        places.MONTH, "Month", "month", plan.shown_month, months_to_choose(f"={found.months}"),
        hint="The other sheets follow: Invoice, Lines, Explain and Checks show this month, and"
        " figures to date go to its end.", align="left",
    )  # fmt: skip
    row = _write_invoice_lines(page, plan, found, places.MONTH[0] + 2)
    row = _write_children(page, plan, found, row)
    row = _write_open_questions(page, plan, found, row)
    row = _write_years(page, plan, found, row)
    row = _write_signatures(page, plan, found, row)
    invoiced = ("ToInvoiceNet", "ToInvoiceVAT", "ToInvoiceGross")
    name_figures(page, plan, {
        _MONTH_NAME: plan.on_sheet("Month", *places.MONTH),
        **{
            name: f"{plan.on_sheet('Month', 1, 1).rpartition('!')[0]}!{cell}"
            for name, cell in zip(invoiced, found.totals, strict=True)
        },
    })  # fmt: skip
    page.print_on_a4(
        plan.title, heading_row=None, last_column=MONTH_COLUMNS, last_row=row, pages_tall=1,
        upright=True,
    )  # fmt: skip


def name_figures(page: TemplatePage, plan: TemplatePlan, named: dict[str, str]) -> None:
    """Give cells a name for formulas; in a book that the sheets are added to, none is taken."""
    if not plan.book:
        for name, cell in named.items():
            page.workbook.define_name(name, f"={cell}")


def _begin(page: TemplatePage, row: int, title: str) -> int:
    """Write the title of a block after a gap, and give the row under it."""
    page.sheet.set_row(row - 1, _GAP)
    page.put(row + 1, 1, title, page.styles.subtitle)
    return row + 2


def _write_invoice_lines(page: TemplatePage, plan: TemplatePlan, found: Found, row: int) -> int:
    """Write the lines of PBR_INVOICE, what has no room counted, and the total."""
    styles = page.styles
    row = _begin(page, row - 1, "To be invoiced for the month, by PBR_INVOICE (sheet Invoice)")
    page.join(row, 1, 2, styles.heading)
    page.put(row, 1, "Line", styles.heading)
    page.put(row, 3, "For month", styles.heading)
    page.join(row, 4, 7, styles.heading)
    page.put(row, 4, "Working", styles.heading)
    page.put_row(row, 8, INVOICE_HEADINGS[3:], styles.heading_right)
    text = styles.bare("wrapped", valign="vcenter")
    small = styles.bare("wrapped", valign="vcenter", font_size=_SMALL)
    first, corner = row + 1, plan.on_sheet("Invoice", INVOICE_ROW, 1)
    last_line = INVOICE_ROW + invoice_rows(plan) - 1
    line, month, working, *amounts = (
        plan.column_of("Invoice", column, INVOICE_ROW + 1, last_line)
        for column in range(1, len(INVOICE_HEADINGS) + 1)
    )
    all_shown = f"{found.lines}<={_INVOICE_LINES}"
    for number in range(1, _INVOICE_LINES + 1):
        row += 1
        page.sheet.set_row(row - 1, _TWO_LINES)
        for left, right, style in ((1, 2, text), (4, 7, small)):
            page.join(row, left, right, style)
        for column, cells, style, more in (
            (1, line, text, '&""'), (3, month, styles.bare("month"), ""),
            (4, working, small, '&""'),
            *((8 + at, cells, styles.bare("money"), "") for at, cells in enumerate(amounts)),
        ):  # fmt: skip
            # The total follows the last line; with more lines than rows it stands under them.
            there = f"AND({number}<={found.lines},OR({number}<{found.lines},{all_shown}))"
            shown = f'=IF({there},INDEX({cells},{number}){more},"")'
            page.put_formula(row, column, shown, style)
    for condition, look in (
        (f'$A{first}="Total"', styles.total_row), (f'$A{first}<>""', styles.filled_row),
    ):  # fmt: skip
        page.mark((first, 1), (row, MONTH_COLUMNS), condition, look, alone=True)
    row += 1
    more_lines = f"{found.lines}-1-{_INVOICE_LINES}"
    page.put_formula(row, 1, _and_more(more_lines, "Invoice", "line"), styles.muted)
    row += 1
    stands_above = f"AND(NOT(ISERROR({corner})),{all_shown})"
    for column, cells in ((1, '"Total"'), *enumerate(found.totals, start=8)):
        style = styles.bare("text" if column == 1 else "money")
        page.put_formula(row, column, f'=IF({stands_above},"",{cells})', style)
    page.mark((row, 1), (row, MONTH_COLUMNS), f'$A{row}<>""', styles.total_row)
    return row + 1


def _and_more(number: str, sheet: str, what: str) -> str:
    """How many have no room on the page, and where they are; nothing where all have."""
    counted = f'"and "&{number}&" more {what}"&IF({number}=1,"","s")&" on the sheet {sheet}"'
    return f'=IF({number}>0,{counted},"")'


def _child_rows(plan: TemplatePlan) -> int:
    """Rows for the children of the contract, as far as they are known when it is made."""
    known = max(plan.terms.cohort_size or 0, plan.table_rows["Placements"] - SPARE_PLACEMENTS)
    return min(max(-(-known // _CHILDREN_ACROSS), _FEWEST_CHILD_ROWS), _MOST_CHILD_ROWS)


def _write_children(page: TemplatePage, plan: TemplatePlan, found: Found, row: int) -> int:
    """Write what each child saved in the month, side by side."""
    styles = page.styles
    row = _begin(page, row, "Saving of the month by child, by PBR_CHILDREN (sheet Children)")
    together = ";".join(f'"together "{part}' for part in MONEY.split(";"))
    in_all = styles.bare("money", bold=True, num_format=together)
    page.join(row - 1, MONTH_COLUMNS - 1, MONTH_COLUMNS, in_all)
    page.put_formula(row - 1, MONTH_COLUMNS - 1, f"={found.of_month('Saving')}", in_all)
    for pair in range(_CHILDREN_ACROSS):
        page.put(row, 2 * pair + 1, "Child", styles.column_heading(indent=1))
        page.put(row, 2 * pair + 2, "Saving", styles.heading_right)
    first, rows = row + 1, _child_rows(plan)
    shown = rows * _CHILDREN_ACROSS
    for number in range(shown):
        down, pair = divmod(number, _CHILDREN_ACROSS)
        at = first_with(found.child_counts, number + 1)
        for offset, cells, style in (
            (1, found.child_names, styles.bare("text", indent=1)),
            (2, found.child_savings, styles.bare("money")),
        ):
            page.put_formula(
                first + down, 2 * pair + offset,
                f'=IF({number + 1}>{found.children},"",INDEX({cells},{at}))', style,
            )  # fmt: skip
    row += rows
    page.mark((first, 1), (row, MONTH_COLUMNS), f'A{first}<>""', styles.filled_row)
    row += 1
    more = f"{found.children}-{shown}"
    none = f'IF({found.children}=0,"No child saved anything in this month.","")'
    text = _and_more(more, "Lines", "child").removeprefix("=").replace('"s")', '"ren")')
    page.put_formula(row, 1, f"=IF({more}>0,{text},{none})", styles.muted)
    return row + 1


def _write_open_questions(page: TemplatePage, plan: TemplatePlan, found: Found, row: int) -> int:
    """Write side by side what changed and what is disputed, and what else PBR_CHECK says."""
    styles = page.styles
    row = _begin(page, row, "What is disputed, and what changed since it was agreed")
    page.put(row - 1, _RIGHT, "What PBR_CHECK says (sheet Checks)", styles.subtitle)
    for down in range(OPEN_LINES + 1):
        page.sheet.set_row(row + down - 1, _THREE_LINES)
    write_disputes_and_changes(
        page, plan, found, row, lines=OPEN_LINES, last_column=_LEFT_END, font_size=_SMALL
    )
    _write_findings(page, plan, found, row)
    return row + OPEN_LINES + 1


def _write_findings(page: TemplatePage, plan: TemplatePlan, found: Found, row: int) -> None:
    """Write how many problems the checks list, in words, and the first few."""
    styles = page.styles
    strong = styles.bare("wrapped", valign="vcenter", bold=True, font_size=_SMALL + 1)
    page.join(row, _RIGHT, MONTH_COLUMNS, strong)
    none = '"Nothing was found, and nothing is disputed."'
    said = f"=IF({found.nothing_open},{none},{found.said_of_findings})"
    page.put_formula(row, _RIGHT, said, strong)
    page.mark((row, _RIGHT), (row, MONTH_COLUMNS), f"NOT({found.nothing_open})", styles.warned)
    small = styles.bare("wrapped", valign="vcenter", font_size=_SMALL, indent=1, align="left")
    first = row + 1
    for number in range(1, OPEN_LINES + 1):
        row += 1
        page.join(row, _RIGHT, MONTH_COLUMNS, small)
        table, line, heading, what, expected, to_do = (
            plan.on_sheet("Checks", found.problems[0] + number, column) for column in range(1, 7)
        )
        # PBR_CHECK counts from the first row under the headings; a person reads the sheet's number.
        of_sheet = f'", row "&{line}&" (sheet row "&({line}+{TABLE_HEADING_ROW})&")"'
        where = f'{table}&IF({line}&""="","",{of_sheet})&IF({heading}&""="","",", "&{heading})'
        says = f'{where}&": found "&{what}&"; expected "&{expected}&". "&{to_do}'
        if number == OPEN_LINES:
            more = f"{found.findings}-{number - 1}"
            counted = f'"and "&{more}&" more findings on the sheet {plan.name_of("Checks")}"'
            says = f"IF({found.findings}>{number},{counted},{says})"
        page.put_formula(row, _RIGHT, f'=IF({number}<={found.findings},{says},"")', small)
    corner = column_letter(_RIGHT)
    area = ((first, _RIGHT), (row, MONTH_COLUMNS))
    page.mark(*area, f'${corner}{first}<>""', styles.warned_row)


def _write_years(page: TemplatePage, plan: TemplatePlan, found: Found, row: int) -> int:
    """Write the accrual and the financial years beside the budget, the last ones first shown."""
    styles = page.styles
    row = _begin(page, row, "Accrual, and the financial year against the budget, by PBR_YEARS")
    day = styles.bare("date", bold=True, num_format=f'"to "{DATE}', align="right")
    page.join(row - 1, MONTH_COLUMNS - 1, MONTH_COLUMNS, day)
    page.put_formula(row - 1, MONTH_COLUMNS - 1, f"={last_day_shown(plan)}", day)
    page.put(row, 1, YEAR_HEADINGS[0], styles.heading)
    page.put_row(row, 2, YEAR_HEADINGS[1:], styles.heading_right)
    page.sheet.set_row(row - 1, 2 * LINE_HEIGHT + 2)
    first = row + 1
    corner = plan.on_sheet("Years", YEARS_ROW, 1)
    for number in range(1, _YEARS + 1):
        row += 1
        for column in range(1, len(YEAR_HEADINGS) + 1):
            cells = found.years_column(column)
            at = f"INDEX({cells},{number}+MAX(0,{found.years}-{_YEARS}))"
            shown = f'IF({number}>{found.years},"",IF({at}&""="","",{at}))'
            if number == 1 and column == 2:
                shown = f"IF(ISERROR({corner}),{corner},{shown})"
            style = styles.bare("text", bold=True) if column == 1 else styles.bare("money")
            page.put_formula(row, column, f"={shown}", style)
    page.mark((first, 1), (row, MONTH_COLUMNS), f'$A{first}<>""', styles.filled_row)
    return row + 1


def _write_signatures(page: TemplatePage, plan: TemplatePlan, found: Found, row: int) -> int:
    """Write what goes into Agreed, and where both sign; once agreed, who agreed it and when."""
    styles = page.styles
    agreed = f"{found.agreed_row}>0"
    row = _begin(page, row, "Agreed for the month")
    to_do = "To agree it: both sign here, and this goes into the next row of the sheet Agreed:"
    done = "This month stands on the sheet Agreed. By the figures of now it would be:"
    page.put_formula(row, 1, f'=IF({agreed},"{done}","{to_do}")', styles.plain)
    row += 1
    box = styles.cell("money", "output", bold=True)
    month_box = styles.cell("month", "output", bold=True, align="right")
    for column, label, cell, style in (
        (1, "Month", found.first_day, month_box),
        (4, "Payable", found.of_month("Payable"), box),
        (7, "Adjustment", found.of_month("Adjustment"), box),
    ):
        page.put(row, column, label, styles.strong)
        page.put_formula(row, column + 1, f"={cell}", style)
    row += 1
    headings = ((1, 2, ""), (3, 5, "Name"), (6, 7, "Signature"), (8, 8, "Date"),
                (9, 10, "Reference"))  # fmt: skip
    for left, right, text in headings:
        if left != right:
            page.join(row, left, right, styles.heading)
        page.put(row, left, text, styles.heading)
    for party, heading in (("For the council", "Council"), ("For the provider", "Provider")):
        row += 1
        page.sheet.set_row(row - 1, _ROOM_TO_SIGN)
        for left, right, kind, signed in (
            (1, 2, "text", ""), (3, 5, "wrapped", heading), (6, 7, "text", ""),
            (8, 8, "date", "Agreed on"), (9, 10, "wrapped", "Reference"),
        ):  # fmt: skip
            more = {"valign": "vcenter"} if kind == "wrapped" else {}
            style = styles.cell(kind, "plain", **more)
            if left != right:
                page.join(row, left, right, style)
            if signed:
                cells = plan.evidence_column("Agreed", signed)
                at = f"INDEX({cells},{found.agreed_row})"
                shown = f'=IF({agreed},IF({at}="","",{at}),"")'
                page.put_formula(row, left, shown, style)
        page.put(row, 1, party, styles.cell("text", bold=True))
    return row
