"""What the Checks sheet counts: cells that show an error, and rows of the book left unread."""

from __future__ import annotations

from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.functions.changed_tables import CHANGES_HEADINGS
from xlpbr.functions.spills import INVOICE_HEADINGS, LINE_HEADINGS, YEAR_HEADINGS
from xlpbr.settlement.statement import FIGURES
from xlpbr.workbook.ooxml.addresses import quoted_sheet
from xlpbr.workbook.read.own_sheets import NOT_READ
from xlpbr.workbook.template.assumptions import HEADINGS as ASSUMPTION_HEADINGS
from xlpbr.workbook.template.explain import EXPLAIN_COLUMN, LAST_EXPLAIN_ROW
from xlpbr.workbook.template.forecast import WIDTH as FORECAST_WIDTH
from xlpbr.workbook.template.forecast import last_forecast_row
from xlpbr.workbook.template.outputs import RECONCILE_ROW
from xlpbr.workbook.template.page import NOT_ZERO, TemplatePage
from xlpbr.workbook.template.plan import (
    MONTH_AREA,
    SAY_NOT_READ,
    TABLE_HEADING_ROW,
    TERMS_HEADINGS,
    TemplatePlan,
    fixed,
    input_headings,
)
from xlpbr.workbook.template.readings import LAST_READING_ROW, OUTLOOK_COLUMN
from xlpbr.workbook.template.result_places import (
    CHANGES_ROW,
    CHILDREN_ROW,
    INVOICE_ROW,
    LINES_ROW,
    YEARS_ROW,
    changes_rows,
    children_rows,
    children_width,
    invoice_rows,
    lines_rows,
    year_rows,
)

ERRORS_ROW = 31
_NOT_READ_COLUMN = 4


def write_errors(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write how many cells of each sheet show an error."""
    styles = page.styles
    page.put(ERRORS_ROW - 2, 1, "Cells that show an error (Output)", styles.subtitle)
    page.put(ERRORS_ROW - 1, 1, "Sheet", styles.heading)
    page.put(ERRORS_ROW - 1, 2, "Cells", styles.heading_right)
    how = "Counted by plain Excel: cells that show #N/A, #VALUE! or another error."
    areas = areas_of_errors(plan)
    # The rows that are not read stand to the right, and leave room for the remark below only.
    place = (ERRORS_ROW + len(areas), 1) if plan.links else (ERRORS_ROW - 1, 3)
    page.put(*place, how, styles.muted if plan.links else styles.remark)
    for row, (sheet, area) in enumerate(areas.items(), start=ERRORS_ROW):
        page.put(row, 1, sheet, styles.cell("text"))
        cells = f"{quoted_sheet(sheet)}!{area}"
        # ISERROR over a range would say the same, but not every engine works that out.
        formula = f"=COUNTA({cells})-_xlfn.AGGREGATE(3,6,{cells})"
        page.put_formula(row, 2, formula, styles.cell("count", "output"))
    page.mark((ERRORS_ROW, 2), (ERRORS_ROW + len(areas) - 1, 2), NOT_ZERO, styles.wrong)


def areas_of_errors(plan: TemplatePlan) -> dict[str, str]:
    """The cells of each sheet, by its name in the workbook, in which an error is looked for."""
    inputs = {
        table: f"$A$1:{fixed(TABLE_HEADING_ROW + plan.prepared_rows(table), width)}"
        for table, width in [
            ("Terms", len(TERMS_HEADINGS)),
            *((table, len(input_headings(table))) for table in ALL_COLUMNS),
            ("Assumptions", len(ASSUMPTION_HEADINGS)),
        ]
    }
    reconciled = RECONCILE_ROW + plan.month_rows + plan.table_rows["Claims"] + 2
    # The first row of a sheet of results says how the workbook stands, which comes from here.
    areas = {
        **inputs,
        "Month": MONTH_AREA,
        "Statement": f"$A$2:{fixed(plan.last_month_row, len(FIGURES))}",
        "Invoice": f"$A$2:{fixed(INVOICE_ROW + invoice_rows(plan), len(INVOICE_HEADINGS))}",
        "Lines": f"$A$2:{fixed(LINES_ROW + lines_rows(plan), len(LINE_HEADINGS))}",
        "Children": f"$A$2:{fixed(CHILDREN_ROW + children_rows(plan), children_width(plan))}",
        "Years": f"$A$2:{fixed(YEARS_ROW + year_rows(plan), len(YEAR_HEADINGS))}",
        "Readings": f"$A$2:{fixed(LAST_READING_ROW, OUTLOOK_COLUMN + 4)}",
        "Reconcile": f"$A$2:{fixed(reconciled, 9)}",
        "Changes": f"$A$2:{fixed(CHANGES_ROW + changes_rows(plan), len(CHANGES_HEADINGS))}",
        "Explain": f"$A$2:{fixed(LAST_EXPLAIN_ROW, EXPLAIN_COLUMN + 3)}",
        "Forecast": f"$A$2:{fixed(last_forecast_row(plan), FORECAST_WIDTH)}",
    }
    return {plan.name_of(sheet): area for sheet, area in areas.items() if sheet in plan.sheets}


def cells_of_errors(plan: TemplatePlan) -> str:
    """The cells of Checks that count the errors."""
    return f"$B${ERRORS_ROW}:$B${ERRORS_ROW + len(areas_of_errors(plan)) - 1}"


def write_not_read(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write how many rows of the book the linked sheets do not read; each must be 0."""
    if not plan.links:
        return
    styles = page.styles
    column = _NOT_READ_COLUMN
    title = "Rows of the book that are not read (Output)"
    page.put(ERRORS_ROW - 2, column, title, styles.subtitle)
    page.put(ERRORS_ROW - 1, column, "Sheet", styles.heading)
    page.put(ERRORS_ROW - 1, column + 1, "Rows", styles.heading_right)
    page.put(ERRORS_ROW - 1, column + 2, "What to do", styles.column_heading(indent=1))
    say = styles.cell("wrapped", "output", align="left", valign="vcenter", indent=1)
    for row, table in enumerate(plan.links, start=ERRORS_ROW):
        number, sentence = (plan.on_sheet(table, *place) for place in (NOT_READ, SAY_NOT_READ))
        page.put(row, column, plan.name_of(table), styles.cell("text"))
        page.put_formula(row, column + 1, f"={number}", styles.cell("count", "output"))
        page.put_formula(row, column + 2, f"={sentence}", say)
    last = (ERRORS_ROW + len(plan.links) - 1, column + 1)
    page.mark((ERRORS_ROW, column + 1), last, NOT_ZERO, styles.wrong)


def cells_not_read(plan: TemplatePlan) -> str:
    """The cells of Checks that count the rows not read; empty where no sheet is linked."""
    if not plan.links:
        return ""
    column = _NOT_READ_COLUMN + 1
    return f"{fixed(ERRORS_ROW, column)}:{fixed(ERRORS_ROW + len(plan.links) - 1, column)}"
