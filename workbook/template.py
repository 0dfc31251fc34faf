"""The template workbook of a contract: input tables, formulas on them, and checks.

Imports the sheets of the template, the embedded engine's recalculation and XlsxWriter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from xlsxwriter import Workbook

import xlpbr
from xlpbr.contracts import Contract
from xlpbr.evidence import COLUMNS
from xlpbr.workbook.book import CellValue, Position
from xlpbr.workbook.files import write_safely
from xlpbr.workbook.recalculate import calculate
from xlpbr.workbook.styles import Styles
from xlpbr.workbook.template_about import write_about, write_functions
from xlpbr.workbook.template_checks import write_checks
from xlpbr.workbook.template_inputs import write_evidence, write_terms
from xlpbr.workbook.template_outputs import write_explain, write_readings, write_reconcile
from xlpbr.workbook.template_page import Page
from xlpbr.workbook.template_plan import SHEETS, plan_of
from xlpbr.workbook.template_statement import write_statement

_MADE = datetime(2026, 1, 1)
"""The same inputs give the same file, byte for byte, so no clock is read."""

_CALCULATED_BY = 191029
"""Excel 2019 and later take last values with this mark as they are. Without it Excel would
calculate every formula on opening, and show #NAME? to a reader who has no PBR_ functions."""


def new_workbook(contract: Contract, target: Path, *, sample: bool) -> None:
    """Write the template workbook of a contract, calculated.

    Args:
        contract: the contract.
        target: the .xlsx file to write; an older one is replaced when the new one is whole.
        sample: whether illustrative rows are written, each marked as such.

    Raises:
        FileProblem: the target cannot be written.
    """
    with TemporaryDirectory() as folder:
        uncalculated = Path(folder) / "template.xlsx"
        write_template(contract, uncalculated, sample=sample)
        values = calculate(uncalculated)
    write_safely(target, lambda path: write_template(contract, path, sample=sample, values=values))


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
    plan = plan_of(contract, sample=sample)
    workbook = Workbook(str(target))
    workbook.calc_on_load = False
    workbook.set_calc_mode("auto", _CALCULATED_BY)
    workbook.set_properties(
        {
            "title": plan.title,
            "subject": f"Payment by results: {contract.name}",
            "author": "xlpbr",
            "company": "",
            "comments": f"Made by xlpbr {xlpbr.__version__} from: {contract.source}",
            "created": _MADE,
        }
    )
    styles = Styles(workbook)
    pages = {
        name: Page(
            name, workbook.add_worksheet(name), styles,
            None if values is None else values.get(name, {}),
        )
        for name in SHEETS
    }  # fmt: skip
    write_about(pages["About"], plan)
    write_terms(pages["Terms"], plan)
    for table in COLUMNS:
        write_evidence(pages[table], plan, table)
    write_statement(pages["Statement"], plan, workbook)
    write_readings(pages["Readings"], plan)
    write_reconcile(pages["Reconcile"], plan)
    write_explain(pages["Explain"], plan)
    write_checks(pages["Checks"], plan)
    write_functions(pages["Functions"], plan)
    pages["About"].sheet.activate()
    workbook.close()
