"""The template workbook of a contract: input tables, formulas on them, and checks."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

from xlsxwriter import Workbook

import xlpbr
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import Contract
from xlpbr.workbook.calculate.engine import load_own, values_of
from xlpbr.workbook.files.safe_writing import write_safely
from xlpbr.workbook.look.named_styles import NamedLooks
from xlpbr.workbook.look.styles import Styles
from xlpbr.workbook.ooxml.book import CellValue, Position
from xlpbr.workbook.read.own_sheets import MADE_BY
from xlpbr.workbook.template.about import write_about
from xlpbr.workbook.template.as_written import book_as_written
from xlpbr.workbook.template.assumptions import write_assumptions
from xlpbr.workbook.template.changes import write_as_agreed, write_changes
from xlpbr.workbook.template.checks import write_checks
from xlpbr.workbook.template.explain import write_explain
from xlpbr.workbook.template.forecast import write_forecast
from xlpbr.workbook.template.functions import write_functions
from xlpbr.workbook.template.inputs import write_evidence, write_terms
from xlpbr.workbook.template.invoices import write_invoice, write_lines
from xlpbr.workbook.template.linked import write_linked
from xlpbr.workbook.template.month import write_month
from xlpbr.workbook.template.outputs import write_reconcile
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TABLE_NAMES, TemplatePlan, template_plan_of
from xlpbr.workbook.template.quick_sheet import QuickSheet
from xlpbr.workbook.template.readings import write_readings
from xlpbr.workbook.template.statement import write_statement
from xlpbr.workbook.template.top_line import write_top_line
from xlpbr.workbook.template.years import write_children, write_years

MADE = datetime(2026, 1, 1)
"""The same inputs give the same file, byte for byte, so no clock is read."""

_CALCULATED_BY = 191029
"""Excel 2019 and later take last values with this mark as they are. Without it Excel would
calculate every formula on opening, and show #NAME? to a reader who has no PBR_ functions."""


def new_workbook(
    contract: Contract,
    target: Path,
    *,
    sample: bool,
    finish: Callable[[Workbook], None] | None = None,
) -> None:
    """Write the template workbook of a contract, calculated.

    Args:
        contract: the contract.
        target: the file to write; an older one is replaced when the new one is whole.
        sample: whether illustrative rows are written, each marked as such.
        finish: adds to the workbook what a host needs beside the sheets of the template.

    Raises:
        FileProblem: the target cannot be written.
    """
    plan = template_plan_of(contract, sample=sample)
    data = _written(plan, None, finish, calculated_for=target)
    write_safely(target, lambda path: path.write_bytes(data))


def write_template(
    contract: Contract,
    target: Path,
    *,
    sample: bool,
    values: Mapping[str, Mapping[Position, CellValue]] | None = None,
) -> None:
    """Write the template workbook with the last values that are given.

    Args:
        contract: the contract.
        target: the file, written in place.
        sample: whether illustrative rows are written.
        values: for each sheet the value of every formula cell and of every cell that a formula
            fills; None for a workbook whose formulas have no value yet.
    """
    write_plan(template_plan_of(contract, sample=sample), target, values)


def write_plan(
    plan: TemplatePlan,
    target: Path,
    values: Mapping[str, Mapping[Position, CellValue]] | None = None,
) -> None:
    """Write the sheets of a plan with the last values that are given, as ``write_template`` does.

    The serial numbers of a plan for a book that counts days from 1904 are for the caller to set
    within ``cells.dates_from_1904``.
    """
    target.write_bytes(_written(plan, values))


def _written(
    plan: TemplatePlan,
    values: Mapping[str, Mapping[Position, CellValue]] | None,
    finish: Callable[[Workbook], None] | None = None,
    calculated_for: Path | None = None,
) -> bytes:
    """The workbook of a plan, with the last values that are given or calculated.

    Args:
        plan: what stands in it.
        values: as ``write_template`` takes them.
        finish: as in ``new_workbook``.
        calculated_for: the file for which its formulas are calculated; None where they are not.
    """
    contract = plan.contract
    written = io.BytesIO()
    workbook = NamedLooks(written, {"date_1904": plan.date_1904, "in_memory": True})
    workbook.calc_on_load = False
    workbook.set_calc_mode("auto", _CALCULATED_BY)
    workbook.set_properties(
        {
            "title": plan.title,
            "subject": f"Payment by results: {contract.name}",
            "author": "xlpbr",
            "company": "",
            "comments": f"{MADE_BY} {xlpbr.__version__} from: {contract.source}",
            "created": MADE,
        }
    )
    pages = write_sheets(workbook, plan, values)
    if calculated_for is not None:
        calculation = load_own(book_as_written(workbook, calculated_for))
        found = values_of(calculation, calculation.formulas)
        for page in pages:
            page.show(found.get(page.sheet.name, {}))
    if finish is not None:
        finish(workbook)
    workbook.close()
    return written.getvalue()


def write_sheets(
    workbook: Workbook,
    plan: TemplatePlan,
    values: Mapping[str, Mapping[Position, CellValue]] | None,
) -> list[TemplatePage]:
    """Add the sheets of a plan to a workbook that is being written."""
    styles = Styles(workbook)
    pages = {
        sheet: TemplatePage(
            workbook.add_worksheet(name, QuickSheet), styles,
            None if values is None else values.get(name, {}),
            plan.evidence_tables,
        )
        for sheet, name in ((sheet, plan.name_of(sheet)) for sheet in plan.sheets)
    }  # fmt: skip
    writers: Mapping[str, Callable[[TemplatePage, TemplatePlan], None]] = {
        "About": write_about,
        "Month": write_month,
        "Terms": write_terms,
        **{table: partial(write_evidence, table=table) for table in ALL_COLUMNS},
        "Assumptions": write_assumptions,
        "Statement": write_statement,
        "Invoice": write_invoice,
        "Lines": write_lines,
        "Children": write_children,
        "Years": write_years,
        "Readings": write_readings,
        "Reconcile": write_reconcile,
        "Changes": write_changes,
        "Explain": write_explain,
        "Forecast": write_forecast,
        "Checks": write_checks,
        "As agreed": write_as_agreed,
        "Functions": write_functions,
    }
    for sheet, page in pages.items():
        if sheet in plan.links:
            write_linked(page, plan, plan.links[sheet])
        else:
            writers[sheet](page, plan)
            if sheet not in TABLE_NAMES:
                page.protect()
        write_top_line(page, plan, sheet)
    for sheet in plan.hidden_sheets:
        pages[sheet].sheet.hide()
    pages[plan.sheets[0]].sheet.activate()
    return list(pages.values())
