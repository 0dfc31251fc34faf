"""The sheet About: what the book is, how it is used, and which sheets it has."""

from __future__ import annotations

import xlpbr
from xlpbr import cells
from xlpbr.errors import all_of
from xlpbr.workbook.look.styles import FILLS
from xlpbr.workbook.template.links import Link
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TABLE_NAMES, TemplatePlan
from xlpbr.workbook.template.sheet_list import write_sheet_list, write_tab_colours

_ABOUT_WIDTHS = (24, 104, 18)

_STEPS = (
    "Terms: check every value against the contract, and each open reading with the provider.",
    "Fill in the yellow tabs by pseudonym: a row for each child's move, each household approved"
    " and each invoice; changes of price, further costs and leaving days as they come.",
    "Month: choose the month that is to be agreed. One page says what is to be invoiced, what"
    " changed, what is open, and where both sign; the green tabs go to the end of that month.",
    "Checks: see that every check agrees before anything is paid or reported. Agreed: enter each"
    " month that both parties have signed.",
)

_STEPS_OF_SHEETS = {
    "Statement": "what was saved, what is payable and what is still to invoice; set As at for a"
    " statement up to a day.",
    "Invoice": "what is to be invoiced for a month, line by line, with VAT.",
    "Lines": "the days and prices that the saving of a month comes from.",
    "Children": "what each child's placement saved in each month.",
    "Years": "the financial years with their accrual and their budget.",
    "Readings": "what each open reading of the contract is worth.",
    "Reconcile": "the provider's invoices month by month against what is payable.",
    "Explain": "how each figure of one month was worked out.",
    "Forecast": "how far savings and payments may range, by what is assumed to come.",
    "Checks": "that every check agrees, before anything is paid or reported.",
}

_UNHIDE = (
    "To use one: right-click the tab of any sheet, choose Unhide and the sheet. As long as it is"
    " empty, it changes no figure."
)

_KEY = (
    ("Input", "input", "Yellow. Type here. Also every row of the sheets from Terms to"
     " Budget, and the values of Assumptions."),
    ("Working", "working", "Grey. A step on the way, in plain Excel formulas. Do not type here."),
    ("Output", "output", "Green. A result (calculated, do not type here)."),
)  # fmt: skip


def write_about(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the About sheet."""
    styles, contract = page.styles, plan.contract
    page.set_widths(_ABOUT_WIDTHS)
    page.introduce("A payment-by-results contract, month by month")
    is_a = f"Sheets in {plan.book} that work" if plan.book else "A workbook that works"
    facts = [
        ("What this is", f"{is_a} out what a council saved, what its provider may"
         " invoice and what comes back, to the penny, each figure traceable to its clause."),
        *_facts_of_attachment(plan),
        ("Contract", plan.title), ("Source", contract.source),
        ("Children and families", "Pseudonyms only. Never write a child's or a family's name in"
         " this workbook; keep the key to the pseudonyms elsewhere."),
    ]  # fmt: skip
    if plan.sample:
        facts.append(
            (
                "Illustrations",
                f"The rows in {all_of(_sheets_with_samples(plan))} and the values of Assumptions"
                " are illustrations, as the Note of each row says. They show no real child,"
                " household or invoice. Clear them before use.",
            )
        )
    row = _write_facts(page, 3, facts)
    row = _write_section(page, row, "How to use it")
    row = _write_facts(
        page, row, [(f"Step {number}", step) for number, step in enumerate(_steps(plan), start=1)]
    )
    if plan.hidden_sheets:
        row = _write_facts(page, row, [("Hidden sheets", _said_of_hidden_sheets(plan))])
    row = write_sheet_list(page, plan, _write_section(page, row, "The sheets"))
    row = write_tab_colours(page, _write_section(page, row, "Words and colours"))
    for word, role, meaning in _key(plan):
        page.put(row, 1, word, styles.bare("text", bold=True, bg_color=FILLS[role], indent=1))
        page.put(row, 2, meaning, styles.plain)
        row += 1
    if contract.stated or not plan.book:
        row = _write_stated(page, row + 1, plan)
    if contract.notes:
        row = _write_section(page, row, "Notes on the contract")
        row = _write_facts(
            page, row, [(f"Note {number}", note) for number, note in enumerate(contract.notes, 1)]
        )
    row = _write_section(page, row, "The functions")
    page.put(row, 1, "Version of xlpbr", styles.strong)
    page.put_formula(row, 2, "=PBR_VERSION()", styles.bare("text", align="left"))
    _write_facts(
        page, row + 1,
        [
            ("If cells show #NAME?", "The PBR_ functions are not at work here. As long as nothing"
             " is changed, the figures seen are the last ones calculated. With xlwings Lite, open"
             " it (Home, xlwings Lite) and trust the workbook; otherwise install xlpbr. Then press"
             " Ctrl+Alt+F9 to calculate again."),
            ("If cells show #VALUE!", _if_values_are_wrong(plan)),
        ],
    )  # fmt: skip
    page.print_on_a4(plan.title, heading_row=None, pages_tall=1, upright=True)


def _said_of_hidden_sheets(plan: TemplatePlan) -> str:
    """Which sheets are hidden and how one of them is used."""
    hidden = plan.hidden_sheets
    are = f"The sheet {hidden[0]} is hidden: the contract does not use it."
    if len(hidden) > 1:
        are = f"The sheets {all_of(hidden)} are hidden: the contract does not use them."
    return f"{are} {_UNHIDE}"


def _sheets_with_samples(plan: TemplatePlan) -> list[str]:
    return [table for table in plan.evidence_tables if plan.contract.sample.get(table)]


def _facts_of_attachment(plan: TemplatePlan) -> list[tuple[str, str]]:
    """What was added to a book, what it reads there, and how it is taken out."""
    if not plan.book:
        return []
    names = ", ".join(map(plan.name_of, plan.sheets))
    return [
        ("Attached to", f"{plan.book}, by xlpbr {xlpbr.__version__}. Sheets that were added:"
         f" {names}. No other cell of the workbook was changed."),
        ("To take them out", "Run xlpbr detach with the name of this workbook, and -o with the"
         " file to write. It takes out these sheets and what came with them, and nothing else."),
        *(
            (f"Linked: {plan.name_of(table)}", f"Reads {link.place}, row by row, in plain Excel"
             f" formulas: {_headings_of(link)}.")
            for table, link in plan.links.items()
        ),
    ]  # fmt: skip


def _headings_of(link: Link) -> str:
    """Which headings of the book are read as which of ours."""
    same, renamed = [], []
    for heading, column in link.columns.items():
        theirs = cells.text(column.heading)
        if cells.key(theirs) == cells.key(heading):
            same.append(heading)
        else:
            renamed.append(f"{theirs} as {heading}")
    return "; ".join(filter(None, (", ".join(same), ", ".join(renamed))))


def _steps(plan: TemplatePlan) -> list[str]:
    """How the workbook is used, step by step."""
    if not plan.book:
        return list(_STEPS)
    tables = [table for table in TABLE_NAMES if table in plan.sheets]
    linked = ", ".join(plan.name_of(table) for table in tables if table in plan.links)
    typed = ", ".join(plan.name_of(table) for table in tables if table not in plan.links)
    steps = [
        f"{plan.name_of(sheet)}: {what}"
        for sheet, what in _STEPS_OF_SHEETS.items()
        if sheet in plan.sheets
    ]
    if typed:
        check = "" if "Terms" in plan.links else " Check every term against the contract."
        steps.insert(0, f"Filled in here: {typed}.{check} Write pseudonyms, never names.")
    if linked:
        steps.insert(0, f"Read from the book: {linked}. Change the figures where they stand.")
    return steps


def _key(plan: TemplatePlan) -> list[tuple[str, str, str]]:
    """The words and colours, each with its meaning."""
    if not plan.book:
        return list(_KEY)
    meanings = {
        "input": "Yellow. Type here.",
        "working": "Grey. Read from the book, or a step on the way, in plain Excel formulas. Do not"
        " type here.",
    }
    return [(word, role, meanings.get(role, meaning)) for word, role, meaning in _KEY]


def _if_values_are_wrong(plan: TemplatePlan) -> str:
    what = "Something in the input sheets cannot be read."
    if "Checks" not in plan.sheets:
        return f"{what} PBR_CHECK says where, what was found and what to do."
    return (
        f"{what} The list at the foot of the sheet {plan.name_of('Checks')} says where, what was"
        " found and what to do."
    )


def _write_section(page: TemplatePage, row: int, title: str) -> int:
    page.put(row + 1, 1, title, page.styles.subtitle)
    return row + 2


def _write_facts(page: TemplatePage, row: int, facts: list[tuple[str, str]]) -> int:
    """Write labels with their texts, and give the next row."""
    label = page.styles.make(bold=True, valign="top")
    for name, text in facts:
        page.put(row, 1, name, label)
        page.put(row, 2, text, page.styles.prose)
        page.fit_row(row, (text, _ABOUT_WIDTHS[1]))
        row += 1
    return row


def _write_stated(page: TemplatePage, row: int, plan: TemplatePlan) -> int:
    """Write the savings that the decision states, side by side."""
    styles = page.styles
    page.put(row, 1, "Savings that the decision states", styles.subtitle)
    stated = plan.contract.stated
    if not stated:
        page.put(row + 1, 1, "The decision states no saving.", styles.plain)
        return row + 2
    count = {2: "two", 3: "three"}.get(len(stated), str(len(stated)))
    disagree = len({figure.amount for figure in stated}) > 1
    sentence = (
        "None of them is used in a calculation: savings come from the sheet"
        f" {plan.name_of('Placements')}."
    )
    if disagree:
        sentence = f"The {count} figures disagree, so all are shown. {sentence}"
    page.put(row + 1, 1, sentence, styles.plain)
    page.put_row(row + 2, 1, ("Amount", "What it is", "Clause"), styles.heading)
    for number, figure in enumerate(stated, start=row + 3):
        for column, text in enumerate((figure.amount, figure.what, figure.clause), start=1):
            page.put(number, column, text, styles.cell("text", bold=column == 1))
    return row + 3 + len(stated)
