"""A folder of contracts settled: what is summed, what is left out, and what is said of it."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from datetime import date

import openpyxl
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from tests.support.portfolio_folder_books import MAXIMUM, contract, folder_of, write
from xlpbr import executors
from xlpbr.commands import terminal
from xlpbr.errors import FileProblem
from xlpbr.settlement.statement import FIGURES, settle
from xlpbr.workbook.portfolio import book as portfolio_book
from xlpbr.workbook.portfolio import folder as portfolio_folder
from xlpbr.workbook.portfolio import page as portfolio_page
from xlpbr.workbook.portfolio import sums as portfolio_sums
from xlpbr.workbook.portfolio.files import SHEETS
from xlpbr.workbook.read.contract_tables import read_records, read_tables

MONEY = [figure.field_name for figure in FIGURES if figure.kind == "money"]
FLOWS = {
    "Saving": "saving", "Fee": "fee", "Carer fees": "carer_fees", "Bonus": "bonus",
    "Held back": "held_back", "Payable": "payable",
}  # fmt: skip
AS_AT = date(2026, 10, 31)


def table(path, sheet):
    """The rows of a sheet under its headings, as it is written: a dict a row."""
    cells = openpyxl.load_workbook(path)[sheet]
    rows = [list(row) for row in cells.iter_rows(values_only=True)]
    first = next(index for index, row in enumerate(rows) if None not in row)
    headings = rows[first]
    return [dict(zip(headings, row, strict=True)) for row in rows[first + 1 :]]


def pence(pounds):
    """The pence of a cell, which must be a whole number of them."""
    found = round(pounds * 100)
    assert found / 100 == pounds
    return found


def settled(path, as_at=None):
    records = read_records(read_tables(path, {}))
    return settle(records.terms.record, records.evidence.record, as_at)


def settled_all(folder, as_at=None):
    return {
        path.relative_to(folder).as_posix(): settled(path, as_at)
        for path in sorted(folder.rglob("*.xlsx"))
    }


@pytest.fixture
def folder(tmp_path):
    return folder_of(tmp_path / "budgets", 5)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.xlsx"


# The workbook.


def test_every_month_of_every_contract_is_the_statements(xlpbr, folder, out):
    status, printed, said = xlpbr("portfolio", folder, "-o", out, "--as-at", "31/10/2026")
    assert (status, printed) == (0, "")
    assert said.endswith(f"Wrote {out}: 5 of 5 files settled.\n")
    expected = [
        [
            statement.terms.contract,
            *(getattr(month, figure.field_name) for figure in FIGURES),
        ]
        for statement in settled_all(folder, AS_AT).values()
        for month in statement.months
    ]
    assert len(expected) == 5 * 12
    assert [
        [
            row["Contract"],
            row["Month"].date(),
            row["Children in family placements"],
            *(pence(row[figure.heading]) for figure in FIGURES if figure.kind == "money"),
        ]
        for row in table(out, "Months")
    ] == expected


def sums_of(rows, *by):
    """The pence of each amount by some columns."""
    found = defaultdict(Counter)
    for row in rows:
        for heading in FLOWS:
            found[tuple(row[one] for one in by)][heading] += pence(row[heading])
    return dict(found)


def amounts(row):
    return Counter({heading: pence(row[heading]) for heading in FLOWS})


def financial_year(month):
    last = month.year + (month.month > 3)
    return f"{last - 1}/{last % 100:02d}"


@pytest.mark.slow
@pytest.mark.parametrize("as_at", [None, "31/10/2026", "15/03/2026"])
def test_each_sum_is_the_sum_of_the_months(xlpbr, folder, out, as_at):
    day = ["--as-at", as_at] if as_at else []
    assert xlpbr("portfolio", folder, "-o", out, *day)[0] == 0
    months = table(out, "Months")
    for row in months:
        row["Year"] = financial_year(row["Month"])
    everything = sums_of(months)[()]
    assert everything["Payable"] > 0
    assert everything["Held back"] > 0 or as_at == "15/03/2026"

    *contracts, total = table(out, "Contracts")
    assert {(row["Contract"],): amounts(row) for row in contracts} == sums_of(months, "Contract")
    assert (total["Contract"], amounts(total)) == ("All contracts", everything)

    *years, total = table(out, "Financial years")
    assert {(row["Financial year"],): amounts(row) for row in years} == sums_of(months, "Year")
    assert (total["Financial year"], amounts(total)) == ("All years", everything)

    parts = table(out, "Years by contract")
    assert {(row["Financial year"], row["Contract"]): amounts(row) for row in parts} == sums_of(
        months, "Year", "Contract"
    )

    *providers, total = table(out, "Providers")
    assert [row["Provider"] for row in providers] == ["Anchor Foster Care", "Bridge & Sons"]
    for row in months:
        row["Provider"] = " ".join(row["Provider"].split()).capitalize()
    assert [amounts(row) for row in providers] == [
        sums_of(months, "Provider")[(name,)] for name in ("Anchor foster care", "Bridge & sons")
    ]
    assert amounts(total) == everything

    summary = {row["Measure"]: row for row in table(out, "Summary")}
    assert Counter({one: pence(summary[one]["Amount"]) for one in FLOWS}) == everything
    assert summary["Months less figures to date"]["Amount"] == 0
    assert summary["Files settled"]["Number"] == 5


def test_what_is_to_date_is_that_of_the_last_month(xlpbr, folder, out):
    assert xlpbr("portfolio", folder, "-o", out, "--as-at", "31/10/2026")[0] == 0
    contracts = {row["Contract"]: row for row in table(out, "Contracts")}
    left = []
    for name, statement in settled_all(folder, AS_AT).items():
        row, last = contracts[statement.terms.contract], statement.months[-1]
        assert pence(row["Invoiced"]) == last.invoiced_to_date == 323456 + 100 * int(name[-7:-5])
        assert pence(row["Balance"]) == last.balance
        assert pence(row["Net saving"]) == last.net_saving_to_date
        assert row["Children in place"] == last.children
        assert row["File"] == name
        assert row["Figures to"].date() == AS_AT
        if statement.terms.contract_maximum is None:
            assert row["Contract maximum"] is None
            assert row["Left of maximum"] is None
        else:
            assert pence(row["Contract maximum"]) == 100 * MAXIMUM
            left.append(100 * MAXIMUM - last.payable_to_date)
            assert pence(row["Left of maximum"]) == left[-1]
    summary = {row["Measure"]: row for row in table(out, "Summary")}
    assert pence(summary["Left of the maximums"]["Amount"]) == sum(left)
    assert pence(summary["Least left of a maximum"]["Amount"]) == min(left)
    assert summary["Contracts at their maximum"]["Number"] == sum(not one for one in left)
    assert pence(summary["Contract maximums"]["Amount"]) == 200 * MAXIMUM
    balances = [one.months[-1].balance for one in settled_all(folder, AS_AT).values()]
    assert pence(summary["Still to invoice"]["Amount"]) == sum(b for b in balances if b > 0)
    assert pence(summary["Due back"]["Amount"]) == sum(b for b in balances if b < 0)
    # What is invoiced and entitled in the years adds up to what is so to date.
    *years, total = table(out, "Financial years")
    statements = settled_all(folder, AS_AT).values()
    for heading, to_date in (
        ("Invoiced", "invoiced_to_date"),
        ("Fee entitlement", "entitlement_to_date"),
        ("Net saving", "net_saving_to_date"),
    ):
        expected = sum(getattr(one.months[-1], to_date) for one in statements)
        assert pence(total[heading]) == sum(pence(row[heading]) for row in years) == expected


def test_the_workbook_holds_values_and_is_ready_to_print(xlpbr, folder, out):
    assert xlpbr("portfolio", folder, "-o", out)[0] == 0
    book = openpyxl.load_workbook(out)
    assert tuple(book.sheetnames) == SHEETS
    assert book.active.title == "Summary"
    for sheet in book:
        assert not any(
            isinstance(cell.value, str) and cell.value.startswith("=")
            for row in sheet.iter_rows()
            for cell in row
        )
        assert sheet.freeze_panes is not None
        assert sheet.auto_filter.ref is not None
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows is not None
        assert sheet["A1"].font.bold
    formats = {
        cell.number_format
        for row in book["Months"].iter_rows()
        for cell in row
        if isinstance(cell.value, float)
    }
    assert formats == {'"£"#,##0.00;-"£"#,##0.00;"£"0.00'}
    assert set(book.defined_names) == {
        f"Portfolio{name.title().replace(' ', '')}" for name in SHEETS
    }


def words_above(path, sheet):
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(max_row=10, max_col=1, values_only=True)
    return " ".join(str(text) for (text,) in rows if text)


def test_what_is_due_back_is_not_taken_off_what_is_still_to_invoice(xlpbr, folder, out):
    over = contract(5)
    over["Claims"].append([date(2026, 6, 1), 900_000])
    write(folder / "over.xlsx", over)
    assert xlpbr("portfolio", folder, "-o", out)[0] == 0
    balances = [one.months[-1].balance for one in settled_all(folder).values()]
    due_back = sum(balance for balance in balances if balance < 0)
    assert due_back < 0
    summary = {row["Measure"]: row for row in table(out, "Summary")}
    assert pence(summary["Due back"]["Amount"]) == due_back
    assert pence(summary["Still to invoice"]["Amount"]) == sum(balances) - due_back


@pytest.mark.slow
def test_a_year_in_which_the_figures_stop_is_said_to_be_incomplete(xlpbr, folder, out):
    sheets = ("Financial years", "Years by contract")
    said = "The year 2026/27 is not complete: its figures stop at 31 Oct 2026."
    assert xlpbr("portfolio", folder, "-o", out, "--as-at", "31/10/2026")[0] == 0
    assert all(said in words_above(out, sheet) for sheet in sheets)
    for day in (("--as-at", "31/03/2026"), ("--as-at", "30/04/2027"), ()):
        assert xlpbr("portfolio", folder, "-o", out, "--replace", *day)[0] == 0
        assert not any("not complete" in words_above(out, sheet) for sheet in sheets)
    assert "Months still to come count as the rows stand" in words_above(out, "Summary")


@pytest.mark.slow
def test_rows_that_are_illustrations_are_named_on_every_sheet(xlpbr, folder, out):
    drawn = contract(6)
    for row, note in zip(drawn["Placements"], ("Note", "Illustration", ""), strict=True):
        row.append(note)
    write(folder / "drawn.xlsx", drawn)
    status, _, said = xlpbr("portfolio", folder, "-o", out)
    assert status == 0
    assert "drawn.xlsx: It has rows that are marked as illustrations; they are in the sums." in said
    for sheet in SHEETS[:-1]:
        assert "ILLUSTRATION: 1 contract has rows" in words_above(out, sheet), sheet


def test_a_text_of_a_workbook_never_becomes_a_formula(xlpbr, tmp_path, out):
    tables = contract(1)
    tables["Terms"][1][1] = '\'=HYPERLINK("http://x","y")'
    tables["Terms"][3][1] = "Smith & Sons &D"
    write(tmp_path / "in" / "A&B.xlsx", tables)
    assert xlpbr("portfolio", tmp_path / "in", "-o", out)[0] == 0
    row = table(out, "Contracts")[0]
    assert row["Contract"].startswith("'=HYPER")
    assert row["Provider"] == "Smith & Sons &D"


# The Parquet file.


def test_the_parquet_file_holds_whole_pence(xlpbr, folder, tmp_path):
    out = tmp_path / "out.parquet"
    assert xlpbr("portfolio", folder, "-o", out, "--as-at", "31/10/2026")[0] == 0
    found = pq.read_table(out)
    about = {key.decode(): value.decode() for key, value in found.schema.metadata.items()}
    assert about["as_at"] == "2026-10-31"
    assert about["files_settled"] == "5"
    assert about["files_not_settled"] == "[]"
    assert "pence" in about["money"]
    for name in (*MONEY, "entitlement", "invoiced", "net_saving"):
        field = found.schema.field(name)
        assert str(field.type) == "int64"
        assert field.metadata == {b"unit": b"pence"}
    expected = [
        (name, statement.terms.contract, *(getattr(month, f.field_name) for f in FIGURES))
        for name, statement in settled_all(folder, AS_AT).items()
        for month in statement.months
    ]
    assert [
        (row["file"], row["contract"], *(row[figure.field_name] for figure in FIGURES))
        for row in found.to_pylist()
    ] == expected


# What cannot be settled.


def test_bad_files_are_listed_and_stop_no_other(xlpbr, folder, out):
    wrong = contract(7)
    wrong["Placements"][1][1], wrong["Placements"][2][3] = "7.000,5x", "32 May 2026"
    write(folder / "wrong.xlsx", wrong)
    (folder / "bad.xlsx").write_text("Child,Moved on\n", encoding="utf-8")
    (folder / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (folder / "~$Budget 00.xlsx").write_bytes(b"x")
    (folder / "._Budget 00.xlsx").write_bytes(b"x")
    (folder / "notes.txt").write_text("no workbook", encoding="utf-8")
    tables = contract(8)
    del tables["Terms"]
    write(folder / "no terms.xlsx", tables)
    status, printed, said = xlpbr("portfolio", folder, "-o", out)
    assert (status, printed) == (1, "")
    assert "wrong.xlsx, Placements!B2 (Residential weekly cost): found" in said
    assert "wrong.xlsx, Placements!D3 (Moved on): found" in said
    assert "\nno terms.xlsx has no table or name called PbrTerms" in said
    assert f"Wrote {out}: 5 of 9 files settled.\n" in said
    assert "~$" not in said
    assert "._" not in said
    files = table(out, "Files")
    assert [
        (row["File"], row["Where"]) for row in files if row["What became of it"] == "not settled"
    ] == [
        ("bad.xlsx", None),
        ("no terms.xlsx", None),
        ("old.xls", None),
        ("wrong.xlsx", "Placements!B2 (Residential weekly cost)"),
        ("wrong.xlsx", "Placements!D3 (Moved on)"),
    ]
    old = next(row for row in files if row["File"] == "old.xls")
    assert "give the workbook (.xlsx)" in old["What is wrong, and what to do"]
    assert [row["File"] for row in files[5:]] == [
        "Budget 00.xlsx", "Budget 01.xlsx", "Budget 03.xlsx", "Budget 04.xlsx",
        "South West/Budget 02.xlsx",
    ]  # fmt: skip
    assert {row["What became of it"] for row in files[5:]} == {"settled"}
    # Every sheet says that something is missing, for each may be sent alone.
    book = openpyxl.load_workbook(out)
    for sheet in SHEETS[:-1]:
        texts = [cell.value for row in book[sheet].iter_rows(max_row=8) for cell in row]
        assert any("4 files of 9 could not be settled" in str(text) for text in texts), sheet


def test_a_contract_in_two_files_is_settled_in_neither(xlpbr, folder, out):
    again = contract(3)
    again["Terms"][1][1] = " l03 "
    write(folder / "copy of 3.xlsx", again)
    status, _, said = xlpbr("portfolio", folder, "-o", out)
    assert status == 1
    sentence = "The contract 'L03' stands in Budget 03.xlsx and copy of 3.xlsx: none of them"
    assert said.count(sentence) == 2
    assert [row["Contract"] for row in table(out, "Contracts")] == [
        "L00", "L01", "L04", "L02", "All contracts",
    ]  # fmt: skip
    assert {row["Contract"] for row in table(out, "Months")} == {"L00", "L01", "L04", "L02"}


def test_a_contract_without_placements_or_months_counts_nothing(xlpbr, tmp_path, out):
    empty, later, nameless = contract(1), contract(2), contract(3)
    empty["Placements"] = empty["Placements"][:1]
    empty["Carers"] = empty["Carers"][:1]
    later["Terms"][4][1] = date(2026, 11, 1)
    nameless["Terms"][1][1] = None
    for name, tables in (("empty", empty), ("later", later), ("nameless", nameless)):
        write(tmp_path / "in" / f"{name}.xlsx", tables)
    status, _, said = xlpbr("portfolio", tmp_path / "in", "-o", out, "--as-at", "31/10/2026")
    assert status == 0
    assert "empty.xlsx: It has no placements, so nothing is saved" in said
    assert "later.xlsx: Its programme starts on 1 Nov 2026: there is no month yet." in said
    assert "nameless.xlsx: The terms name no contract" in said
    *rows, total = table(out, "Contracts")
    assert [row["Contract"] for row in rows] == ["L01", "L02", "nameless.xlsx"]
    assert [pence(row["Payable"]) for row in rows[:2]] == [0, 0]
    assert rows[1]["Figures to"] == "no month yet"
    assert pence(total["Payable"]) == pence(rows[2]["Payable"]) > 0


def test_nothing_is_written_where_no_file_was_settled(xlpbr, tmp_path, out):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.xlsx").write_text("Child\n", encoding="utf-8")
    status, _, said = xlpbr("portfolio", tmp_path / "in", "-o", out)
    assert status == 1
    assert said.endswith("None of 1 file was settled; nothing was written.\n")
    assert not out.exists()


def test_figures_too_large_for_the_sums_are_those_of_one_file(xlpbr, folder, out):
    tables = contract(9)
    tables["Placements"][1][1] = 9e11
    write(folder / "huge.xlsx", tables)
    status, _, said = xlpbr("portfolio", folder, "-o", out)
    assert status == 1
    assert "huge.xlsx: Its figures pass £100,000,000,000.00" in said
    assert f"Wrote {out}: 5 of 6 files settled.\n" in said


def test_sums_that_a_cell_cannot_show_are_refused(xlpbr, folder, out, monkeypatch):
    monkeypatch.setattr(portfolio_sums, "MOST_IN_ALL", 10_000_000)
    status, _, said = xlpbr("portfolio", folder, "-o", out)
    assert status == 2
    assert "together pass £100,000.00" in said
    assert not out.exists()


def test_more_months_than_a_sheet_holds_are_refused(xlpbr, folder, out, monkeypatch):
    monkeypatch.setattr(portfolio_book, "LAST_ROW", 99)
    status, _, said = xlpbr("portfolio", folder, "-o", out)
    assert (status, said) == (
        2,
        "90 months are more than a sheet holds (99 rows). Write a .parquet file, or settle fewer "
        "contracts at a time.\n",
    )
    assert portfolio_page.LAST_ROW == 1_048_576


def test_a_fault_in_one_file_stops_no_other(xlpbr, folder, out, monkeypatch):
    read = portfolio_folder.read_tables

    def faulty(path, places, **options):
        if path.name == "Budget 01.xlsx":
            raise ZeroDivisionError("of a test")
        return read(path, places, **options)

    monkeypatch.setattr(portfolio_folder, "read_tables", faulty)
    status, _, said = xlpbr("portfolio", folder, "-o", out)
    assert status == 1
    assert "Budget 01.xlsx: It could not be worked out (ZeroDivisionError: of a test)" in said
    assert f"Wrote {out}: 4 of 5 files settled.\n" in said


# Inputs and outputs.


def test_no_workbook_of_the_folder_is_written_over(xlpbr, folder):
    target = folder / "Budget 03.xlsx"
    before = target.read_bytes()
    status, _, said = xlpbr("portfolio", folder, "-o", target, "--replace")
    assert status == 2
    assert "is one of the workbooks of the folder" in said
    assert target.read_bytes() == before
    assert xlpbr("portfolio", folder, "-o", target)[0] == 2


@pytest.mark.slow
def test_an_earlier_output_in_the_folder_is_no_input(xlpbr, folder):
    out = folder / "all.xlsx"
    assert xlpbr("portfolio", folder, "-o", out)[0] == 0
    first = {sheet: table(out, sheet) for sheet in SHEETS}
    status, _, said = xlpbr("portfolio", folder, "-o", out)
    assert status == 2
    assert "add --replace" in said
    assert xlpbr("portfolio", folder, "-o", out, "--replace")[0] == 0
    assert {sheet: table(out, sheet) for sheet in SHEETS} == first


def test_wrong_calls(xlpbr, folder, tmp_path, out):
    for words, part in (
        (["portfolio", tmp_path / "none", "-o", out], "does not exist"),
        (["portfolio", folder / "Budget 00.xlsx", "-o", out], "is a file; give the folder"),
        (["portfolio", folder, "-o", tmp_path / "out.csv"], "must end in .xlsx or .parquet"),
        (["portfolio", folder, "-o", out, "--workers", "0"], "--workers"),
        (
            ["portfolio", folder, "-o", out, "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"],
            "Give --workers for this computer, or --scheduler",
        ),
    ):
        status, printed, said = xlpbr(*words)
        assert (status, printed) == (2, "")
        assert part in said
        assert said.count("\n") == 1
    (tmp_path / "empty").mkdir()
    status, _, said = xlpbr("portfolio", tmp_path / "empty", "-o", out)
    assert status == 2
    assert "holds no workbook" in said
    assert not out.exists()


def test_the_tables_may_stand_elsewhere_in_every_workbook(xlpbr, tmp_path, out):
    for number in range(2):
        tables = contract(number)
        renamed = {f"My {name}": rows for name, rows in tables.items()}
        path = tmp_path / "in" / f"{number}.xlsx"
        path.parent.mkdir(exist_ok=True)
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in renamed.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        book.save(path)
    options = [
        word
        for name in ("terms", "placements", "carers", "claims")
        for word in (f"--{name}", f"My {name.capitalize()}!A1:E11")
    ]
    assert xlpbr("portfolio", tmp_path / "in", "-o", out)[0] == 1
    status, _, said = xlpbr("portfolio", tmp_path / "in", "-o", out, *options)
    assert (status, said.endswith(f"Wrote {out}: 2 of 2 files settled.\n")) == (0, True)
    # What a table lacks and the figures therefore rest on is said.
    for number in range(2):
        assert f"{number}.xlsx: Placements, Type: found no such column" in said
    assert "Without it every row counts as agreed." in said


@pytest.mark.parametrize("name", ["numpy", "pandas", "pyarrow"])
def test_a_missing_package_is_said_with_its_extra(xlpbr, folder, out, monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, None)
    status, _, said = xlpbr("portfolio", folder, "-o", out)
    assert status == 2
    assert said == (
        f"A portfolio needs {name}, which is not installed. Run: python -m pip install"
        ' "xlpbr[portfolio]"\n'
    )


def test_dask_that_is_missing_is_said_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(FileProblem, match=r"xlpbr\[cluster\]"),
        executors.executor_of("tcp://127.0.0.1:1", None),
    ):
        pass


def test_the_bar_goes_forward_with_the_files(xlpbr, folder, out, monkeypatch):
    screens = []

    def screen(*, errors=False):
        made = Console(record=True, force_terminal=True, width=100, file=sys.stderr)
        screens.append(made)
        return made

    monkeypatch.setattr(terminal, "console", screen)
    assert xlpbr("portfolio", folder, "-o", out)[0] == 0
    shown = "".join(made.export_text() for made in screens)
    assert "Settling budgets" in shown
    assert "5/5 files" in shown
