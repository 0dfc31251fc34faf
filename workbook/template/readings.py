"""The sheet Readings: what each open reading is worth, in words, the dearest first.

PBR_READINGS gives its rows in the order of the terms. They stand to the right as they come, to date
and in the outlook; plain formulas put them in the order of what they are worth to date, then in the
outlook, and name those without effect in one line.
Texts of a PBR_ formula are compared as ``A2&""``: see ``outputs``.
"""

from __future__ import annotations

from xlpbr.contract.terms import READINGS, Term
from xlpbr.workbook.look.text_width import LINE_HEIGHT
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.template.outlook import last_day_shown, last_day_to_come
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan, fixed
from xlpbr.workbook.template.statement import under_heading

READINGS_ROW = 8
READINGS_COLUMN = 8
"""Where PBR_READINGS stands, to date; to the end it stands to the right of that."""
LAST_READING_ROW = READINGS_ROW + sum(len(term.options) for term in READINGS)
LAST_WORTH_ROW = READINGS_ROW + sum(len(term.options) - 1 for term in READINGS)

_WIDTHS = (25, 52, 52, 17, 18, 20)
_HEADINGS = ("Reading", "As it is read now", "If it is read instead")
_NO_EFFECT_ROW = READINGS_ROW - 1

_KEY_COLUMN = READINGS_COLUMN + 5
OUTLOOK_COLUMN = _KEY_COLUMN + 2
_WORKING_COLUMN = OUTLOOK_COLUMN + 6
_WORKINGS = {
    "Option": 34, "Reading": 24, "In words": 68, "Row": 7, "In use": 7, "Payable": 15,
    "Difference": 15, "Worth": 15, "In outlook": 15, "Worth in outlook": 17, "Place": 7,
    "Which is in use": 28,
}  # fmt: skip
_TEXT_COLUMN = _WORKING_COLUMN + len(_WORKINGS) + 1


def write_readings(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Readings sheet."""
    page.introduce_results(
        "Readings",
        "Result (calculated, do not type here): what the contract would pay if one term were read"
        " another way, each way tried alone: to date, and in the outlook to the end of the"
        " contract.",
        "Difference is against the terms as they stand (sheet"
        f" {plan.name_of('Terms')}): above 0 the council would pay more, below 0 less. In brackets:"
        " what is written into the sheet for that reading.",
    )
    spill = (24, 16, 8, 16, 15)
    page.set_widths((*_WIDTHS, 4, *spill, 34, 4, *spill, 4, *_WORKINGS.values(), 4, 24, 60))
    _write_least_and_most(page, plan)
    _write_worth(page)
    _write_as_they_come(page, plan)
    _write_workings(page)
    _write_without_effect(page)
    page.sheet.freeze_panes(READINGS_ROW, 0)
    page.print_on_a4(
        plan.title, heading_row=READINGS_ROW, last_column=len(_WIDTHS), last_row=LAST_WORTH_ROW
    )


def _of_spill(column: int, first_column: int = READINGS_COLUMN) -> str:
    """A column of what PBR_READINGS gives, without its heading."""
    found = first_column + column - 1
    return f"{fixed(READINGS_ROW + 1, found)}:{fixed(LAST_READING_ROW, found)}"


def _working_column(heading: str) -> int:
    return _WORKING_COLUMN + list(_WORKINGS).index(heading)


def _working(heading: str) -> str:
    """A column of the workings, a row for each option."""
    column = _working_column(heading)
    return f"{fixed(READINGS_ROW + 1, column)}:{fixed(LAST_READING_ROW, column)}"


def _write_least_and_most(page: TemplatePage, plan: TemplatePlan) -> None:
    styles, corner = page.styles, fixed(READINGS_ROW, READINGS_COLUMN)
    totals = _of_spill(4)
    # Readings that the contract cannot reach are left out, so that there may be fewer rows.
    listed = f'SUMPRODUCT(({_of_spill(1)}&""<>"")*1)'
    for row, label, function in ((5, "Least payable", "MIN"), (6, "Most payable", "MAX")):
        page.put(row, 1, label, styles.strong)
        formula = (
            f"=IF(ISERROR({corner}),{corner},"
            f"IF(COUNT({totals})={listed},{function}({totals}),NA()))"
        )
        look = styles.cell("money", "output", bold=True, align="left")
        page.put_formula(row, 2, formula, look)
        page.put(row, 3, "to date, of all the readings, each tried alone", styles.remark)
    look = styles.cell("date", "output", bold=True, align="right")
    for row, label, day in (
        (5, "To date is to", last_day_shown(plan)), (6, "Outlook to", last_day_to_come(plan)),
    ):  # fmt: skip
        page.put(row, 5, label, styles.heading_right)
        page.put_formula(row, 6, f"={day}", look)


def _write_worth(page: TemplatePage) -> None:
    """Write the readings that change what is paid, the one that is worth most first."""
    styles = page.styles
    page.put_row(READINGS_ROW, 1, _HEADINGS, styles.column_heading(indent=1))
    headings = ("Payable to date", "Difference to date", "Difference in outlook")
    page.put_row(READINGS_ROW, 4, headings, styles.heading_right)
    first, places = READINGS_ROW + 1, _working("Place")
    bold = styles.bare("wrapped", valign="vcenter", indent=1, bold=True)
    text = styles.bare("wrapped", valign="vcenter", indent=1)
    money = styles.bare("money")
    in_words, in_use = _working("In words"), _working("Which is in use")
    for number, row in enumerate(range(first, LAST_WORTH_ROW + 1), start=1):
        at = f"MATCH({number},{places},0)"
        reading = f"INDEX({_working('Reading')},{at})"
        now = f'INDEX({in_words},MATCH({reading}&": yes",{in_use},0))'
        for column, formula, style in (
            (1, reading, bold), (2, now, text), (3, f"INDEX({in_words},{at})", text),
            (4, f"INDEX({_working('Payable')},{at})", money),
            (5, f"INDEX({_working('Difference')},{at})", money),
            (6, f"INDEX({_working('In outlook')},{at})", money),
        ):  # fmt: skip
            page.put_formula(row, column, f'=IF({number}>MAX({places}),"",{formula})', style)
    page.mark((first, 1), (LAST_WORTH_ROW, len(_WIDTHS)), f'$A{first}<>""', styles.filled_row)


def _write_as_they_come(page: TemplatePage, plan: TemplatePlan) -> None:
    styles = page.styles
    money = under_heading(styles.heading_right, styles.bare("money"))
    text = under_heading(styles.heading, styles.bare("text"))
    for column, day, title in (
        (READINGS_COLUMN, plan.as_at_cell, "every option to date, as PBR_READINGS gives it"),
        (OUTLOOK_COLUMN, "", "the outlook, the same without an As at"),
    ):
        page.put(READINGS_ROW - 1, column, f"Working: {title}", styles.subtitle)
        page.spill(
            READINGS_ROW, column,
            plan.call(
                "PBR_READINGS", "Terms", "Placements", "Carers", day, "Cohort", "Prices", "Costs",
                "Rates",
            ),
            LAST_READING_ROW - READINGS_ROW + 1, [text, text, text, money, money],
        )  # fmt: skip
        area = ((READINGS_ROW + 1, column), (LAST_READING_ROW, column + 4))
        holds = f'${column_letter(column)}{READINGS_ROW + 1}&""<>""'
        page.mark(*area, holds, styles.filled_row)
    page.put(READINGS_ROW, _KEY_COLUMN, "Key", styles.heading)
    first = READINGS_ROW + 1
    for row in range(first, LAST_READING_ROW + 1):
        term, option = (fixed(row, READINGS_COLUMN + offset) for offset in (0, 1))
        key = f'=IF({term}&""="","",{term}&": "&{option})'
        page.put_formula(row, _KEY_COLUMN, key, styles.cell("text", "working"))


def _write_workings(page: TemplatePage) -> None:
    """Write each declared option in words, what it is worth and where it comes to stand."""
    styles = page.styles
    page.put(READINGS_ROW - 1, _WORKING_COLUMN, "Working: what each is worth", styles.subtitle)
    page.put_row(READINGS_ROW, _WORKING_COLUMN, list(_WORKINGS), styles.heading)
    kinds = {"Row": "count", "In use": "count", "Place": "count", "Payable": "money",
             "Difference": "money", "Worth": "money", "In outlook": "money",
             "Worth in outlook": "money"}  # fmt: skip
    keys = f"{fixed(READINGS_ROW + 1, _KEY_COLUMN)}:{fixed(LAST_READING_ROW, _KEY_COLUMN)}"
    worths, outlooks = _working("Worth"), _working("Worth in outlook")
    in_outlook = _of_spill(5, OUTLOOK_COLUMN)
    options = [(term, option) for term in READINGS for option in term.options]
    for row, (term, option) in enumerate(options, start=READINGS_ROW + 1):
        here = {heading: fixed(row, _working_column(heading)) for heading in _WORKINGS}
        texts = {"Option": f"{term.label}: {option}", "Reading": term.label,
                 "In words": in_words(term, option)}  # fmt: skip
        for heading, said in texts.items():
            page.put(row, _working_column(heading), said, styles.cell("text", "working"))
        found, worth, later = here["Row"], here["Worth"], here["Worth in outlook"]
        worth_so_far, later_so_far = (
            f"{fixed(READINGS_ROW + 1, _working_column(heading))}:{here[heading]}"
            for heading in ("Worth", "Worth in outlook")
        )
        formulas = {
            "Row": f"IFERROR(MATCH({here['Option']},{keys},0),0)",
            "In use": f'IF({found}=0,0,(INDEX({_of_spill(3)},MAX(1,{found}))&""="yes")*1)',
            "Payable": f"IF({found}=0,0,INDEX({_of_spill(4)},MAX(1,{found})))",
            "Difference": f"IF({found}=0,0,INDEX({_of_spill(5)},MAX(1,{found})))",
            "Worth": f"ABS({here['Difference']})",
            "In outlook": f"IF({found}=0,0,INDEX({in_outlook},MAX(1,{found})))",
            "Worth in outlook": f"ABS({here['In outlook']})",
            "Place": f"IF({worth}+{later}=0,0,SUMPRODUCT(({worths}>{worth})*1)"
            f"+SUMPRODUCT(({worths}={worth})*({outlooks}>{later}))"
            f"+SUMPRODUCT(({worth_so_far}={worth})*({later_so_far}={later})))",
            "Which is in use": f'{here["Reading"]}&IF({here["In use"]}=1,": yes",": no")',
        }  # fmt: skip
        for heading, formula in formulas.items():
            look = styles.cell(kinds.get(heading, "text"), "working")
            page.put_formula(row, _working_column(heading), f"={formula}", look)


def in_words(term: Term, option: str) -> str:
    """An option as a person says it, and in brackets as it is written into the sheet."""
    said = term.options[option]
    # A sign such as the x of "x 52" stays as it is.
    begins = said[:1] if said[1:2] == " " else said[:1].upper()
    return f"{begins}{said[1:]} ({option})"


def _write_without_effect(page: TemplatePage) -> None:
    """Write in one line which readings change nothing of what is paid."""
    styles = page.styles
    page.put_row(READINGS_ROW, _TEXT_COLUMN, ("Reading", "Without effect"), styles.heading)
    row, column = READINGS_ROW, _TEXT_COLUMN + 1
    below = READINGS_ROW + 1
    for term in READINGS:
        row += 1
        last = below + len(term.options) - 1
        found, worth, later = (
            f"{fixed(below, _working_column(heading))}:{fixed(last, _working_column(heading))}"
            for heading in ("Row", "Worth", "Worth in outlook")
        )
        none = f"AND(SUM({found})>0,SUM({worth})+SUM({later})=0)"
        below = last + 1
        before = fixed(row - 1, column) if row > READINGS_ROW + 1 else '""'
        name = f'IF({before}="","",", ")&"{term.label}"'
        page.put(row, _TEXT_COLUMN, term.label, styles.cell("text", "working"))
        page.put_formula(
            row, column, f'={before}&IF({none},{name},"")',
            styles.cell("text", "working"),
        )  # fmt: skip
    named = fixed(row, column)
    text = (
        f'IF({named}="","Each reading below changes what is paid.",'
        f'"Without effect, to date and to the end: "&{named})'
    )
    look = styles.bare("wrapped", valign="vcenter")
    page.join(_NO_EFFECT_ROW, 1, len(_WIDTHS), look)
    page.sheet.set_row(_NO_EFFECT_ROW - 1, 2 * LINE_HEIGHT + 2)
    page.put_formula(_NO_EFFECT_ROW, 1, f"={text}", look)
