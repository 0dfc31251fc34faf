"""The golden reports: what ``write_report`` made of the sample when a person last looked at it.

After a change that is meant, run ``python -m tests.support.golden``, open the files in
``tests/data/golden`` and look at every sheet before they are committed.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tests.support.samples import sample_table
from xlpbr.contract.library import assumptions_table, load_contract, terms_table
from xlpbr.contract.life import LIFE_COLUMNS
from xlpbr.workbook.read.contract_tables import records_of
from xlpbr.workbook.report.facts import ReportSource
from xlpbr.workbook.report.write import write_report

FOLDER = Path(__file__).resolve().parents[1] / "data" / "golden"

AS_AT = date(2026, 10, 31)
VERSIONS = {"report.xlsx": False, "report-public.xlsx": True}


def sample_source(
    name: str = "plymouth-l04-2526", *, with_life: bool = False, **changes: Any
) -> ReportSource:
    """The built-in contract with its illustrative rows, as a file would hold them.

    Args:
        name: the contract.
        with_life: whether the optional tables stand there with their sample rows.
        changes: by table, in lower case, its rows; or other parts of the source.
    """
    contract = load_contract(name)
    placements, carers, claims = (
        sample_table(contract, table) for table in ("Placements", "Carers", "Claims")
    )
    rows = {
        "Terms": terms_table(contract), "Placements": placements, "Carers": carers,
        "Claims": claims, "Assumptions": None,
    }  # fmt: skip
    rows |= {table: sample_table(contract, table) if with_life else None for table in LIFE_COLUMNS}
    rows |= {table: changes.pop(table.lower()) for table in rows if table.lower() in changes}
    named = {
        "file_name": "plymouth-sample.xlsx", "sha256": "5d41402abc4b2a76b9719d911017c592" * 2,
    }  # fmt: skip
    return ReportSource(rows, **{**named, **changes})


def sample_assumptions(name: str = "plymouth-l04-2526", **changes: object) -> list[list[Any]]:
    """The illustrative assumptions, from the month after the day of the reports.

    Changes are by label, with spaces written as underscores.
    """
    given = {"First_month_of_moves": date(2026, 11, 1), **changes}
    rows = assumptions_table(load_contract(name))
    return [[row[0], given.get(row[0].replace(" ", "_"), row[1]), *row[2:]] for row in rows]


def write_golden(target: Path, *, public: bool) -> None:
    """One of the golden reports, with versions that do not change."""
    source = sample_source(with_life=True, assumptions=sample_assumptions())
    write_report(
        records_of(source.rows),
        source,
        target,
        as_at=AS_AT,
        prepared_by="A. Accountant",
        prepared_on=date(2026, 11, 21),
        public=public,
        made_with="xlpbr 0.0.0, Python 3.0.0",
    )


def main() -> None:
    """Write both golden reports again."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, public in VERSIONS.items():
        write_golden(FOLDER / name, public=public)


if __name__ == "__main__":
    main()
