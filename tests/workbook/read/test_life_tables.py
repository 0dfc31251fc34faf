"""The optional tables of a contract in workbooks of any layout, and terms that vary from a day."""

from datetime import date

import pytest
import xlsxwriter

from tests.support.bad_books import APRIL, MARCH, PLACEMENTS, child, make, read, saved, settled
from tests.support.written import write_rows
from xlpbr.errors import FileProblem
from xlpbr.tables.declared import OPTIONAL, TABLES
from xlpbr.workbook.read.contract_tables import read_records, read_tables

ROWS = {
    "Cohort": [["Child", "Leaves care on"], ["C01", None], ["C02", date(2026, 5, 1)]],
    "Prices": [
        ["Child", "From", "Family weekly cost"],
        ["C01", APRIL, 2100],
    ],
    "Costs": [
        ["Child", "From", "To", "Weekly", "Once", "What"],
        ["C01", MARCH, date(2026, 3, 14), 700, 250, "notice"],
    ],
    "Rates": [["Outcome", "Weeks", "Price"], ["Settled", 4, 1000]],
    "Agreed": [["Month", "Payable"], [MARCH, 20000]],
    "Budget": [["Year", "Saving", "Cost"], ["2025/26", 30000, 25000]],
}
CHILDREN = [child("C01"), child("C02", moved=APRIL), child("C03")]


def life(folder, *, named=False, wrong=None):
    """A workbook with all tables; the optional ones stand on sheets of their names."""
    rows = ROWS | (wrong or {})

    def name_them(book, sheets):
        for table in OPTIONAL if named else ():
            last = f"$G${len(rows[table])}"
            book.define_name(f"Pbr{table}", f"={sheets[table].get_name()}!$A$1:{last}")

    return make(folder, [PLACEMENTS, *CHILDREN], others=rows, adjust=name_them)


@pytest.mark.parametrize("named", [False, True])
def test_tables_by_name_and_by_place(tmp_path, named):
    places = {} if named else {table: f"{table}!A:G" for table in OPTIONAL}
    records, _ = read(life(tmp_path, named=named), **places)
    evidence = records.evidence.record
    assert [
        len(rows)
        for rows in (
            evidence.cohort, evidence.prices, evidence.costs, evidence.rates, evidence.signed,
            evidence.budget,
        )
    ] == [2, 1, 1, 1, 1, 1]  # fmt: skip
    statement = settled(records)
    march = statement.months[6]
    # C01 saves £800.00 a day for 31 days, less a seventh of £700.00 for 14 days and £250.00.
    assert march.saving == 2480000 - 140000 - 25000
    assert march.to_invoice == 2000000
    # Four weeks: C01 on 28 March, C02 on 28 April.
    assert [month.outcome_fees for month in statement.months[6:9]] == [100000, 100000, 0]
    assert [count.table for count in records.row_counts] == [
        "Terms", "Placements", *OPTIONAL,
    ]  # fmt: skip


def test_sheets_of_an_officers_own_are_left_alone(tmp_path):
    """A book of before may have sheets called Budget, Costs and Prices: nothing looks there."""
    before = make(tmp_path, [PLACEMENTS, *CHILDREN])
    records, lines = read(before)
    own = [["Costs of 2025/26"], ["Child", "From", "Weekly"], ["A", "?", "n/a"]]
    after = make(tmp_path, [PLACEMENTS, *CHILDREN], others=dict.fromkeys(OPTIONAL, own))
    again, lines_again = read(after)
    assert lines_again == lines
    assert again.evidence.record == records.evidence.record
    assert saved(again) == saved(records)


@pytest.mark.parametrize(
    ("table", "rows", "line"),
    [
        (
            "Prices",
            [["Child", "From", "Family weekly cost"], ["C01", "soon", 2100]],
            'Prices!B2 (From): found "soon"; expected a date such as 01/09/2025. Correct From.',
        ),
        (
            "Costs",
            [["Child", "Start", "Weekly"], ["C01", APRIL, 1]],
            'Costs, Costs!A1:G2 (From): found other headings: "Start"; expected the heading "From"'
            " in the first row. Add the column, or choose the range with its heading row.",
        ),
        (
            "Budget",
            [["Year", "Saving", "Cost"], ["next", 1, 2]],
            'Budget!A2 (Year): found "next"; expected',
        ),
        (
            "Rates",
            [["Outcome", "Weeks", "Price"], ["A", 4, 1], ["A", 13, 2]],
            "Rates!B3 (Weeks): found 13; expected 4, as in Rates!B2 of the same outcome.",
        ),
    ],
)
def test_a_wrong_cell_is_named_by_its_place(tmp_path, table, rows, line):
    records, lines = read(life(tmp_path, wrong={table: rows}), **{table: f"{table}!A:G"})
    assert records.blocking
    assert any(said.startswith(line) for said in lines), lines


def test_a_varied_term_and_a_wrong_day_of_one(tmp_path):
    rows = [
        ["Term", "Value", "From"],
        ["Starts on", date(2025, 9, 1), None],
        ["Ends on", date(2026, 8, 31), None],
        ["Fee", 100000, None],
        ["Fee", 200000, "June"],
        ["Fee months", 12, APRIL],
    ]
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        write_rows(book.add_worksheet("Terms"), rows)
        write_rows(book.add_worksheet("Placements"), [PLACEMENTS, child()])
    _, lines = read(path, Terms="Terms!A:C")
    assert [line.partition(":")[0] for line in lines if line.startswith("Terms")] == [
        "Terms!C5 (From)", "Terms!C6 (From)",
    ]  # fmt: skip


def test_an_optional_table_by_a_wrong_name_is_refused(tmp_path):
    path = life(tmp_path)
    given = {"Terms": "Terms!A:B", "Placements": "Placements!A:G", "Costs": "Costs"}
    with pytest.raises(FileProblem, match=r"--costs 'Costs!"):
        read_tables(path, given)


def test_headings_alone_are_a_blank_table(tmp_path):
    rows = {table: rows[:1] for table, rows in ROWS.items()}
    places = {table: f"{table}!A:G" for table in OPTIONAL}
    records, _ = read(life(tmp_path, wrong=rows), **places)
    plain, _ = read(make(tmp_path, [PLACEMENTS, *CHILDREN]))
    assert settled(records).months == settled(plain).months


def test_every_table_has_a_place_or_none(tmp_path):
    found = read_tables(
        make(tmp_path, [PLACEMENTS, child()]),
        {"Terms": "Terms!A:B", "Placements": "Placements!A:G"},
    )
    assert set(TABLES) < set(found.rows)
    assert all(found.rows[table] is None for table in OPTIONAL)
    assert read_records(found).blocking == ()
