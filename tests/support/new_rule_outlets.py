"""What comes out of each place that figures come out of, in a house with a new rule in it.

A program: run it with the planted copy on ``PYTHONPATH``, and it prints what it finds as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import tempfile
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl

import xlpbr
from tests.support.samples import sample_table
from xlpbr.contract.assumptions import Assumptions
from xlpbr.contract.evidence import COLUMNS
from xlpbr.contract.known_rules import KnownRules
from xlpbr.contract.library import load_contract, terms_table
from xlpbr.contract.life import LIFE_COLUMNS
from xlpbr.errors import FileProblem
from xlpbr.forecast import plan
from xlpbr.forecast.run import forecast, scenario_evidence
from xlpbr.functions import pbr_explain, pbr_readings, pbr_statement
from xlpbr.money import round_half_away
from xlpbr.portfolio import rows, settlement
from xlpbr.portfolio.settle import settle_contracts
from xlpbr.settlement.statement import settle
from xlpbr.tables.declared import ASSUMPTIONS, TABLES
from xlpbr.tables.evidence import read_contract
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.read.contract_tables import records_of
from xlpbr.workbook.report.facts import ReportSource
from xlpbr.workbook.report.write import write_report
from xlpbr.workbook.template.write import write_template

ROOT = Path(__file__).resolve().parent.parent.parent

NEW: dict[str, dict[str, Any]] = {
    "usual": {},
    "half": {"Fee reading": "half"},
    "kept": {"Retention": 0.05},
}
"""The contracts that are settled: nothing new, the new option, the new term."""


def contract_of(name: str) -> Any:
    """The sample contract with what is new in it."""
    contract = load_contract("plymouth-l04-2526")
    terms = [
        dataclasses.replace(term, value=NEW[name].get(term.term.label, term.value))
        for term in contract.terms
    ]
    # Without assumptions: a forecast by ``settle`` alone takes seconds, and is looked at by itself.
    sample = {table: rows for table, rows in contract.sample.items() if table != "Assumptions"}
    return dataclasses.replace(contract, terms=tuple(terms), sample=sample)


def tables_of(name: str) -> list[Any]:

    contract = contract_of(name)
    return [terms_table(contract), *(sample_table(contract, table) for table in COLUMNS)]


def functions(name: str) -> dict[str, Any]:
    """What the worksheet functions give."""
    terms, placements, carers, claims = tables_of(name)
    statement = pbr_statement(terms, placements, carers, claims)
    explained = pbr_explain(terms, placements, date(2026, 8, 1), carers, claims)
    readings = pbr_readings(terms, placements, carers)
    return {
        "payable": statement[-1][statement[0].index("Payable to date")],
        "fees": [row[5] for row in statement[1:]],
        "explained": [row[2] for row in explained[1:]],
        "readings": {f"{row[0]} {row[1]}": row[3] for row in readings[1:]},
    }


def pretended(known: KnownRules) -> KnownRules:
    """What a place knows, and the new option and the new term as if it had learnt them."""
    allowed = dict(known.allowed) | {"fee_reading": known.allowed["fee_reading"] | {"half"}}
    del allowed["retention"]
    return dataclasses.replace(known, allowed=allowed)


def portfolio(pretend: bool) -> dict[str, Any]:
    """The payable of each contract by both kinds of loops; ``pretend``: as if all were known."""
    contracts = []
    for name in NEW:
        terms, evidence = read_contract(*tables_of(name))
        contracts.append((dataclasses.replace(terms, contract=name), evidence))
    known = rows.KNOWN
    if pretend:
        rows.KNOWN = pretended(known)
    found = {}
    for way, compiled in (("numpy", False), ("numba", True)):
        rows.saving_columns = partial(settlement.saving_columns, compiled=compiled)
        rows.settle_columns = partial(settlement.settle_columns, compiled=compiled)
        rows.add_chains = partial(settlement.add_chains, compiled=compiled)
        settled = settle_contracts(contracts)
        found[way] = settled.groupby("contract")["payable"].sum().to_dict()
    rows.KNOWN = known
    return found


def forecasts(name: str, pretend: bool) -> dict[str, Any]:
    """The mean payable of some scenarios, by each way and by ``settle``."""
    terms, evidence = read_contract(*tables_of(name))
    price = dict.fromkeys(("residential_low", "residential_likely"), Fraction(6000))
    assumptions = Assumptions(
        children=3, first_month=date(2026, 9, 1), moves_a_month=Fraction(2),
        residential_high=Fraction(8000), family_low=Fraction(1000), family_likely=Fraction(1400),
        family_high=Fraction(1500), break_down_early=Fraction(1, 10),
        break_down_middle=Fraction(1, 10), break_down_late=Fraction(1, 10), **price,
    )  # fmt: skip
    known = plan.KNOWN
    if pretend:
        plan.KNOWN = pretended(known)
    found: dict[str, Any] = {}
    for way in ("plain", "columns", "compiled", None):
        made = forecast(terms, evidence, assumptions, scenarios=4, way=way)
        found[str(way)] = made.months[-1].payable_to_date.mean
    plan.KNOWN = known
    scenarios = [scenario_evidence(terms, evidence, assumptions, n) for n in range(4)]
    total = sum(settle(terms, scenario).payable for scenario in scenarios)
    return {"settle": round_half_away(total, 4), "ways": found}


def payable_to_the_end(cells: dict[tuple[int, int], Any]) -> Any:
    """What the outlook on the sheet Statement, to the programme's end, says in its last month."""
    (top, column) = max(place for place, cell in cells.items() if cell == "Payable to date")
    return cells[max(row for row, at in cells if at == column and row > top), column]


def template(name: str, folder: Path) -> dict[str, Any]:
    """The workbook of the template, calculated: its Statement, its checks and its drop-downs."""

    path = folder / f"{name}.xlsx"
    contract = contract_of(name)
    # As the other outlets have it: without the optional tables.
    sample = {table: rows for table, rows in contract.sample.items() if table not in LIFE_COLUMNS}
    write_template(dataclasses.replace(contract, sample=sample), path, sample=True)
    values = calculate(path)
    checks = values["Checks"]
    end = next(row for row in range(16, 200) if checks.get((row, 4)) == "Found")
    listed = [row for row in range(16, end) if checks.get((row, 5))]
    sheet = openpyxl.load_workbook(path)["Terms"]
    return {
        "payable": payable_to_the_end(values["Statement"]),
        "result": checks[6, 2],
        "checks": [[checks[row, column] for column in (2, 4, 5)] for row in listed],
        "drop_downs": [str(rule.formula1) for rule in sheet.data_validations.dataValidation],
    }


def report(name: str, folder: Path) -> dict[str, Any]:
    """The report: its checks, and whether there is a public version of it."""
    # The optional tables stand after those that are given.
    given_tables = dict(zip(TABLES, tables_of(name), strict=False))
    cells_of = dict.fromkeys((*TABLES, ASSUMPTIONS)) | given_tables
    records = records_of(cells_of)
    source = ReportSource(cells_of, file_name="budget.xlsx", sha256="0" * 64)
    given = {"as_at": None, "prepared_by": "A. N. Other", "prepared_on": date(2026, 12, 1)}
    path = folder / f"report-{name}.xlsx"
    write_report(records, source, path, **given)
    sheet = openpyxl.load_workbook(path)["Checks"]
    found = [[str(cell.value) for cell in row[:5]] for row in sheet.iter_rows()]
    public = "made"
    try:
        write_report(records, source, folder / f"public-{name}.xlsx", **given, public=True)
    except FileProblem as problem:
        public = str(problem)
    wanted = ("Worked out another way", "Limits kept")
    return {"checks": [row for row in found if row[0] in wanted], "public": public}


def outlets() -> dict[str, Any]:
    """What comes out of every place, by contract."""
    sys.path.append(str(ROOT / "docs" / "generators"))
    import generate  # noqa: PLC0415 - a script, found now

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        return {
            "home": str(xlpbr.__file__),
            "new": NEW,
            "functions": {name: functions(name) for name in NEW},
            "portfolio": portfolio(pretend=False),
            "portfolio, as if all were known": portfolio(pretend=True),
            "forecast": {name: forecasts(name, pretend=False) for name in NEW},
            "forecast, as if all were known": {n: forecasts(n, pretend=True) for n in NEW},
            "template": {name: template(name, folder) for name in NEW},
            "report": {name: report(name, folder) for name in ("half", "kept")},
            "page of tables": generate.table_reference(),
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(outlets(), default=str))
