"""The columns for the audit: no figure reads them, and no heading is taken for another."""

import pytest

from tests.support.template_book import (
    AUDIT_HEADINGS,
    INPUT_SHEETS,
    RESULT,
    problems_of,
    set_cell,
    statement_of,
    tables_of,
)
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import TERM_HEADINGS, load_contract
from xlpbr.tables import evidence as tables
from xlpbr.tables import headings as ranges
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.template.plan import AUDIT_COLUMNS, input_headings
from xlpbr.workbook.template.write import write_template


@pytest.mark.slow
def test_the_audit_columns_change_no_figure_and_stop_nothing(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    path = tmp_path / "book.xlsx"
    write_template(contract, path, sample=True)
    plain_rows = tables_of(path)
    edits = (
        ("Placements", "I6", "A. Officer and B. Manager, 3 March 2026"),
        ("Placements", "J6", "file 17"),
        ("Carers", "D6", "panel 2026/4"), ("Claims", "C6", "INV-1"),
        ("Claims", "E6", 46054), ("Claims", "F6", 46084),
    )  # fmt: skip
    for sheet, address, value in edits:
        set_cell(path, sheet, address, value)
    filled_rows = tables_of(path)
    assert filled_rows != plain_rows
    assert problems_of(filled_rows) == problems_of(plain_rows)
    assert statement_of(filled_rows) == statement_of(plain_rows)
    found, _ = tables.read_evidence(*(filled_rows[table] for table in INPUT_SHEETS[1:4]))
    assert [problem.column for problem in found.problems] == ["Agreed"]
    assert calculate(path)["Checks"][RESULT].startswith("NOT CLEAR: the figures agree")


def test_no_audit_heading_is_taken_for_a_misspelt_one():
    for table, columns in AUDIT_COLUMNS.items():
        headings = [column.heading for column in columns]
        assert headings == AUDIT_HEADINGS[table]
        for column in ALL_COLUMNS[table]:
            assert ranges.nearest(column.heading, headings, 0.75) is None


def test_no_heading_of_our_sheets_could_be_another():
    """But for those that are known and not read, such as Agreed by and on."""
    for table, columns in ALL_COLUMNS.items():
        read = {column.heading for column in columns}
        for heading in {*input_headings(table), "Note"} - read - set(AUDIT_HEADINGS[table]):
            assert ranges.could_be_too(heading, read) is None
    for heading in {*TERM_HEADINGS} - {"Term", "Value"}:
        assert ranges.could_be_too(heading, ["Term", "Value"]) is None
