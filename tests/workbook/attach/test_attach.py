"""The PBR sheets of a book that a council keeps: chosen, linked to its tables, and right."""

import dataclasses
import itertools
import re
import zipfile
from datetime import date

import openpyxl
import pytest
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from tests.support.edits import detach
from tests.support.second_program import calculated_by_libreoffice
from tests.support.written import write_rows
from xlpbr import cells, functions
from xlpbr.contract.library import load_contract, terms_table
from xlpbr.errors import CellError, FileProblem
from xlpbr.tables.declared import OPTIONAL
from xlpbr.workbook.attach import attach as attaching
from xlpbr.workbook.attach.insert import insert
from xlpbr.workbook.attach.plan import NEEDS, OFFERED, PREFIX, plan_attachment, write_attachment
from xlpbr.workbook.calculate.keeping import formulas_of
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.calculate.verification import verify
from xlpbr.workbook.look.styles import FILLS
from xlpbr.workbook.ooxml.book import cells_of as package_cells
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.port.book_host import host_form
from xlpbr.workbook.port.rewrite import port
from xlpbr.workbook.read.own_sheets import SHEETS
from xlpbr.workbook.template.plan import CONTRACT_TABLES, TABLE_NAMES
from xlpbr.workbook.template.write import write_sheets

CONTRACT = load_contract("plymouth-l04-2526")
SHEET = "Placements 25-26"
HEADINGS = (
    "Social worker",
    "Start, of placement",
    "Ref",
    "Weekly rate",
    "Family [£]",
    "End",
    "Kind",
    "Agreed",
)
MAP = {
    "Ref": "Child", "kind ": "Type", "Weekly rate": "Residential weekly cost",
    "Family [£]": "Family weekly cost", "Start, of placement": "Moved on", "End": "Ended on",
}  # fmt: skip
NO_VALUE = CellError("#N/A", "")
ROWS = (
    (NO_VALUE, date(2025, 9, 1), "00123", 5651.92, 1250.5, None, "foster", "yes"),
    ("CD", date(2025, 10, 15), "00124", 4800, 900.25, date(2026, 6, 1), None, "yes"),
    (None,) * 8,
    ("EF", date(2026, 1, 5), "C7", 5000 + 0.1 + 0.2, 1000, None, "reunified", "yes"),
    ("GH", None, "C8", 6000, None, None, None, "no"),
    ("IJ", "02/02/2026", "  C9 & <co>", 5500, 1100, None, "Foster", None),
)
MORE = (
    ("KL", date(2026, 3, 1), "C10", 5100, 1000, None, "foster", "yes"),
    ("MN", date(2026, 4, 1), "C11", 5200, 1000, None, "foster", "yes"),
)
ADDRESS = f"'{SHEET}'!A4:H10"
INPUTS = CONTRACT_TABLES
CORNERS = {
    "Statement": (23, 1), "Readings": (8, 8), "Reconcile": (7, 1), "Explain": (6, 6),
    "Forecast": (46, 1),
}  # fmt: skip


NOT_READ_ROW = 31
"""Where the sheet Checks says how many rows of the first linked table are not read."""


def write_budget(workbook, *, rows=ROWS, table=None, terms=(), total=False, merged=None):
    """A council's book: a summary, placements under titles, the provider's bills, perhaps terms."""
    day = workbook.add_format({"num_format": "dd/mm/yyyy"})
    workbook.add_worksheet("Summary").write("A1", "Budget")
    sheet = workbook.add_worksheet(SHEET)
    sheet.write("A1", "Looked after children: placements")
    write_rows(sheet, [HEADINGS, *rows], (3, 0), day)
    if total:
        sheet.write(6 + len(rows), 2, "Total")
    if merged:
        sheet.merge_range(merged, "both")
    if table:
        sheet.add_table(
            3, 0, 3 + len(rows), len(HEADINGS) - 1,
            {"name": table, "columns": [{"header": heading} for heading in HEADINGS]},
        )  # fmt: skip
    bills = workbook.add_worksheet("Provider's bills")
    headings = ("Invoice number", "Month", "Invoiced")
    invoices = (("INV-1", date(2025, 9, 9), 12345.67), ("INV-2", date(2025, 10, 1), 20000))
    write_rows(bills, [headings, *invoices], (0, 0), day)
    if terms:
        sheet = workbook.add_worksheet("Deal")
        write_rows(sheet, [("Clause", "Term", "Value"), *terms], (1, 0), day)
    workbook.define_name("Bills", "='Provider''s bills'!$A$1:$C$3")


def made(path, *, date_1904=False, **content):
    workbook = Workbook(str(path), {"date_1904": date_1904})
    write_budget(workbook, **content)
    workbook.close()
    return open_book(path)


def attach(book, *, contract=CONTRACT, sheets=None, headings=MAP, **places):
    places = {table.capitalize(): place for table, place in places.items()}
    return plan_attachment(book, contract=contract, sheets=sheets, places=places, headings=headings)


def together(attachment, path, *, values=None, **content):
    """The book with the attached sheets in it, as a host sees it."""
    plan = attachment.plan
    workbook = Workbook(str(path), {"date_1904": plan.date_1904})
    write_budget(workbook, **content)
    with cells.dates_from_1904(on=plan.date_1904):
        # A plan writes its formulas only with last values.
        write_sheets(workbook, plan, {} if values is None else values)
    workbook.close()
    return path


def plain(value):
    if isinstance(value, date):
        return float(cells.serial_of(value))
    if isinstance(value, CellError):
        return value.code
    return None if value == "" else value


def mapped(rows):
    """The book's table as the functions are given it."""
    order = (2, 6, 3, 4, 1, 5, 7)
    headings = ("Child", "Type", "Residential weekly cost", "Family weekly cost", "Moved on",
                "Ended on", "Agreed")  # fmt: skip
    return [list(headings), *([row[index] for index in order] for row in rows)]


CLAIMS = [
    ["Invoice number", "Month", "Invoiced"],
    ["INV-1", date(2025, 9, 9), 12345.67],
    ["INV-2", date(2025, 10, 1), 20000.0],
]


def shown(values, sheet, table):
    """What a formula filled, as many cells as the function gives."""
    row, column = CORNERS[sheet]
    return [
        [
            plain(values[PREFIX + sheet].get((row + down, column + across)))
            for across in range(len(line))
        ]
        for down, line in enumerate(table)
    ]


def assert_results(values, terms, placements, claims, *, date_1904=False):
    with cells.dates_from_1904(on=date_1904):
        statement = functions.pbr_statement(terms, placements, None, claims)
        month, payable = date(2025, 9, 1), statement[0].index("Payable")
        theirs = [row[-2:] for row in claims]
        # Checks reads the claims, so that the comparison ends with the last claimed month.
        last = max((row[0] for row in theirs[1:]), default=date.min)
        compared = [row for row in statement[1:] if row[0] <= last]
        expected = {
            "Statement": statement,
            "Readings": functions.pbr_readings(terms, placements),
            "Explain": functions.pbr_explain(terms, placements, month, None, claims),
            "Reconcile": functions.pbr_reconcile(
                [[row[0], row[payable]] for row in (statement[0], *compared)], theirs
            ),
            # The sheet Assumptions is not the book's own, and blank.
            "Forecast": functions.pbr_forecast(terms, placements, [["Assumption", "Value"]]),
        }
        for sheet, table in expected.items():
            assert shown(values, sheet, table) == [[plain(cell) for cell in row] for row in table]


def assert_stored(book, values):
    """Every formula of a book shows the value that it has; how many there are."""
    formulas = formulas_of(book)
    for sheet, position in formulas:
        cell = package_cells(book, sheet)[position]
        assert not cell.never_calculated
        with cells.dates_from_1904(on=book.date_1904):
            assert plain(values[sheet][position]) == plain(cell.value), (sheet, position)
    return len(formulas)


# Which sheets.


def mentioned(path):
    """By sheet, every sheet and Excel table that its part of the package refers to."""
    found = {}
    names = {area.name: area.sheet for area in open_book(path).tables.values()}
    with zipfile.ZipFile(path) as archive:
        for info in open_book(path).sheets:
            number = re.search(r"(\d+)\.xml", info.part)[1]
            texts = [archive.read(info.part).decode()]
            relations = f"xl/worksheets/_rels/sheet{number}.xml.rels"
            if relations in archive.namelist() and "drawing" in archive.read(relations).decode():
                texts += [
                    archive.read(name).decode()
                    for name in archive.namelist()
                    if name.startswith("xl/charts/chart")
                ]
            formulas = re.findall(
                r"<(?:f|formula|formula1|formula2|c:f)(?: [^>]*)?>([^<]*)<", " ".join(texts)
            )
            joined = " ".join(formulas).replace("&apos;", "'")
            sheets = set(re.findall(r"'([^']+)'!", joined)) | set(re.findall(r"(\w+)!\$", joined))
            tables = {sheet for name, sheet in names.items() if f"{name}[" in joined}
            found[info.name] = (sheets | tables) - {info.name}
        workbook = archive.read("xl/workbook.xml").decode()
    found["names"] = set(re.findall(r"<definedName[^>]*>'([^']+)'!", workbook))
    return found


@pytest.mark.parametrize("wish", OFFERED)
def test_what_a_sheet_needs_comes_along_and_nothing_else(wish, tmp_path):
    book = made(tmp_path / "budget.xlsx")
    attachment = attach(book, sheets=[f"pbr {wish.lower()}"], headings={})
    needed = {"About", wish, *NEEDS.get(wish, ())}
    needed |= set(INPUTS) if "Statement" in needed else set()
    names = tuple(PREFIX + sheet for sheet in SHEETS if sheet in needed)
    assert attachment.sheets == names
    assert set(attachment.added) == {PREFIX + sheet for sheet in needed - {"About", wish}}
    path = tmp_path / "made.xlsx"
    assert write_attachment(attachment, path) == names
    assert tuple(sheet.name for sheet in open_book(path).sheets) == names
    found = mentioned(path)
    assert set().union(*found.values()) <= set(names)
    # Every need that is declared is one.
    assert {PREFIX + sheet for sheet in NEEDS.get(wish, ())} == found[PREFIX + wish]
    assert attachment.names == (
        *(name for table, name in TABLE_NAMES.items() if table in needed),
        *(["PbrAsAt"] if "Statement" in needed else []),
    )


@pytest.mark.slow
def test_all_sheets_without_a_link_are_those_of_the_template(tmp_path):
    attachment = attach(made(tmp_path / "budget.xlsx"), headings={})
    wanted = tuple(PREFIX + sheet for sheet in OFFERED if sheet not in OPTIONAL)
    assert attachment.sheets == wanted
    assert attachment.added == attachment.notices == ()
    path = tmp_path / "made.xlsx"
    write_attachment(attachment, path)
    values = calculate(path)
    assert values["PBR Checks"][6, 2] == "All checks agree"
    found = verify(open_book(path), values)
    assert (found.formulas, found.different) == (12, ())
    terms = terms_table(CONTRACT)
    statement = functions.pbr_statement(terms, [list(mapped(())[0])])
    assert shown(values, "Statement", statement) == [[plain(c) for c in row] for row in statement]


def test_a_sheet_that_is_not_one_of_ours_is_refused(tmp_path):
    book = made(tmp_path / "budget.xlsx")
    with pytest.raises(
        FileProblem, match=r'"Statment" is not a sheet .* \(did you mean Statement\?\)'
    ):
        attach(book, sheets=["Statment"])


@pytest.mark.slow
def test_names_that_are_taken_are_refused(tmp_path):
    attachment = attach(made(tmp_path / "budget.xlsx"), headings={})
    again = open_book(together(attachment, tmp_path / "again.xlsx", values={}))
    with pytest.raises(
        FileProblem, match=r"attached before.*xlpbr detach again\.xlsx -o OUT\.xlsx"
    ) as caught:
        attach(again, headings={})
    assert caught.value.code == "name-taken"
    workbook = Workbook(str(tmp_path / "name.xlsx"))
    write_budget(workbook)
    workbook.define_name("pbrplacements", "=Summary!$A$1")
    workbook.close()
    with pytest.raises(FileProblem, match="already has the name PbrPlacements"):
        attach(open_book(tmp_path / "name.xlsx"), headings={})


def test_whose_terms_apply_must_be_said(tmp_path):
    with pytest.raises(FileProblem, match=r"--contract with one of .*plymouth.* or --terms"):
        attach(made(tmp_path / "budget.xlsx"), contract=None, headings={})


# Linked tables.

PLACES = {
    "address": (ADDRESS, None),
    "table": ("Budget", "Budget"),
    "columns": (f"{SHEET}!A:H", None),
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "date_1904"), [*itertools.product(PLACES, (False,)), ("address", True)]
)
def test_linked_tables_give_what_the_functions_give_for_the_books_own(how, date_1904, tmp_path):
    place, table = PLACES[how]
    content = {"table": table}
    book = made(tmp_path / "budget.xlsx", date_1904=date_1904, **content)
    attachment = attach(book, placements=place, claims="bills")
    assert len(attachment.notices) == 2
    assert attachment.notices[0].startswith("Placements: 5 rows read from ")
    assert attachment.notices[0].endswith(
        ", 1 blank row skipped; Ref as Child, Kind as Type, Weekly rate as Residential weekly"
        " cost, Family [£] as Family weekly cost, Start, of placement as Moved on, End as Ended on."
    )
    assert attachment.notices[1] == (
        "Claims: 2 rows read from 'Provider''s bills'!A1:C3 (the name Bills)."
    )
    path = tmp_path / "made.xlsx"
    write_attachment(attachment, path)
    stored = open_book(path)
    # In the book itself, the engine gives every formula the value that was written beside it.
    values = calculate(together(attachment, tmp_path / "both.xlsx", **content))
    assert assert_stored(stored, values) > 2500
    linked = [
        [plain(values["PBR Placements"].get((row, column))) for column in range(1, 8)]
        for row in range(6, 12)
    ]
    with cells.dates_from_1904(on=date_1904):
        assert linked == [[plain(value) for value in row] for row in mapped(ROWS)[1:]]
    assert values["PBR Placements"][9, 3] == 5000 + 0.1 + 0.2
    assert_results(values, terms_table(CONTRACT), mapped(ROWS), CLAIMS, date_1904=date_1904)
    checks = values["PBR Checks"]
    # The date typed as text is read by the functions and by the checks alike.
    assert checks[18, 5] == "Agrees"
    assert [checks[row, 5] for row in (NOT_READ_ROW, NOT_READ_ROW + 1)] == [0.0, 0.0]
    assert checks[26, 5] == "Agrees"


@pytest.mark.slow
def test_checks_agree_on_linked_tables_of_numbers_and_dates(tmp_path):
    rows = (*ROWS[:-1], *MORE)
    book = made(tmp_path / "budget.xlsx", rows=rows)
    attachment = attach(book, placements=f"{SHEET}!A:H", claims="'Provider''s bills'!A1:C3")
    path = tmp_path / "made.xlsx"
    write_attachment(attachment, path)
    checks = package_cells(open_book(path), "PBR Checks")
    assert checks[6, 2].value == "All checks agree"
    assert checks[11, 2].value == "0 for 2 linked sheets"
    assert checks[18, 2].value > 900_000


@pytest.mark.slow
@pytest.mark.parametrize("how", PLACES)
def test_rows_added_to_the_books_table_are_counted_or_missed_aloud(how, tmp_path):
    place, table = PLACES[how]
    rows = ROWS[:-1]
    if how == "address":
        place = f"'{SHEET}'!A4:H9"
    attachment = attach(made(tmp_path / "budget.xlsx", rows=rows, table=table), placements=place)
    content = {"rows": (*rows, *MORE), "table": table}
    values = calculate(together(attachment, tmp_path / "grown.xlsx", **content))
    checks = values["PBR Checks"]
    if how == "address":
        assert values["PBR Placements"][3, 4] == checks[NOT_READ_ROW, 5] == 2.0
        assert checks[NOT_READ_ROW, 6] == (
            "Rows of the book are not read: run xlpbr detach, then attach again with a larger"
            " range."
        )
        assert checks[6, 2].startswith("NOT ALL AGREE")
        assert_results(values, terms_table(CONTRACT), mapped(rows), CLAIMS[:1])
    else:
        assert values["PBR Placements"][3, 4] == checks[NOT_READ_ROW, 5] == 0.0
        assert checks[6, 2] == "All checks agree"
        assert_results(values, terms_table(CONTRACT), mapped((*rows, *MORE)), CLAIMS[:1])


@pytest.mark.slow
@pytest.mark.parametrize("how", ["table", "columns"])
def test_more_rows_than_are_prepared_are_missed_aloud(how, tmp_path):
    place, table = PLACES[how]
    attachment = attach(made(tmp_path / "budget.xlsx", table=table), placements=place)
    assert attachment.plan.table_rows["Placements"] == len(ROWS) + 50
    rows = (
        *ROWS,
        *(("X", None, f"N{number}", None, None, None, None, None) for number in range(53)),
    )
    values = calculate(together(attachment, tmp_path / "grown.xlsx", rows=rows, table=table))
    assert values["PBR Placements"][3, 4] == 3.0
    assert values["PBR Checks"][6, 2].startswith("NOT ALL AGREE")


def linked_otherwise(attachment, **changed):
    """An attachment whose link to the placements is another."""
    links = {"Placements": dataclasses.replace(attachment.plan.links["Placements"], **changed)}
    return dataclasses.replace(attachment, plan=dataclasses.replace(attachment.plan, links=links))


@pytest.mark.slow
def test_rows_inserted_within_the_range_come_along(tmp_path):
    attachment = attach(made(tmp_path / "budget.xlsx"), placements=ADDRESS)
    # What Excel makes of the formulas when two rows are inserted under the heading.
    attachment = linked_otherwise(attachment, last_row=12)
    rows = (*MORE, *ROWS)
    values = calculate(together(attachment, tmp_path / "grown.xlsx", rows=rows))
    assert values["PBR Placements"][3, 4] == 0.0
    assert_results(values, terms_table(CONTRACT), mapped(rows), CLAIMS[:1])


@pytest.mark.slow
def test_what_stands_under_the_range_is_said_and_not_counted_as_missed(tmp_path):
    content = {"total": True}
    attachment = attach(made(tmp_path / "budget.xlsx", **content), placements=ADDRESS)
    assert attachment.notices[1:] == (
        f"Placements: under {ADDRESS}, 1 cell holds something in the same column. They are not"
        " read; give a larger range if they should be.",
    )
    values = calculate(together(attachment, tmp_path / "both.xlsx", **content))
    assert values["PBR Placements"][3, 4] == 0.0
    assert (
        "1 cell held something"
        in package_cells(open_book(tmp_path / "both.xlsx"), "PBR Placements")[2, 1].value
    )


@pytest.mark.slow
def test_a_column_that_was_moved_gives_no_figures(tmp_path):
    attachment = attach(made(tmp_path / "budget.xlsx"), placements=ADDRESS)
    columns = attachment.plan.links["Placements"].columns
    one, other = "Residential weekly cost", "Family weekly cost"
    moved = dataclasses.replace(columns[one], column=columns[other].column)
    attachment = linked_otherwise(attachment, columns={**columns, one: moved})
    values = calculate(together(attachment, tmp_path / "moved.xlsx"))
    assert plain(values["PBR Placements"][6, 3]) == "#N/A"
    assert plain(values["PBR Statement"][8, 4]) == "#N/A"
    assert values["PBR Placements"][3, 5].startswith("A heading of the book is not where it was")
    assert values["PBR Checks"][6, 2].startswith("NOT ALL AGREE")


@pytest.mark.slow
def test_an_error_in_the_books_table_stays_that_error(tmp_path):
    rows = (("AB", date(2025, 9, 1), "C1", NO_VALUE, 1000, None, "foster", "yes"),)
    book = made(tmp_path / "budget.xlsx", rows=rows)
    attachment = attach(book, placements=f"'{SHEET}'!A4:H5")
    path = tmp_path / "made.xlsx"
    write_attachment(attachment, path)
    stored = open_book(path)
    assert plain(package_cells(stored, "PBR Placements")[6, 3].value) == "#N/A"
    assert plain(package_cells(stored, "PBR Statement")[23, 1].value) == "#N/A"
    assert package_cells(stored, "PBR Checks")[6, 2].value.startswith("NOT ALL AGREE")


TERMS = (
    ("cl. 1", "Contract", "Homes to families"),
    ("cl. 2", "Starts on", date(2025, 9, 1)),
    ("cl. 2", "Ends on", date(2026, 8, 31)),
    ("cl. 3", "Fee", 300_000),
    (None, None, None),
    ("cl. 4", "Savings reading", "Cumulative"),
    ("cl. 5", "Contract maximum", 400_000.5),
)


@pytest.mark.slow
@pytest.mark.parametrize("date_1904", [False, True])
def test_the_books_own_terms_are_read_from_it(date_1904, tmp_path):
    content = {"terms": TERMS, "rows": ROWS[:-1]}
    book = made(tmp_path / "budget.xlsx", date_1904=date_1904, **content)
    attachment = attach(
        book, contract=None, terms="Deal!A2:C9", placements=f"'{SHEET}'!A4:H9", claims="Bills"
    )
    assert attachment.plan.title == "Homes to families"
    assert len(attachment.plan.months) == 12
    assert len(attachment.notices) == 3
    assert attachment.notices[0] == "Terms: 6 rows read from Deal!A2:C9, 1 blank row skipped."
    path = tmp_path / "made.xlsx"
    write_attachment(attachment, path)
    terms = [
        ["Term", "Value", "Clause"],
        *([label, value, clause] for clause, label, value in TERMS),
    ]
    values = calculate(together(attachment, tmp_path / "both.xlsx", **content))
    assert_results(values, terms, mapped(ROWS[:-1]), CLAIMS, date_1904=date_1904)
    assert values["PBR Checks"][6, 2] == "All checks agree"
    assert values["PBR Checks"][19, 2] == 300_000.0
    stored = open_book(path)
    assert stored.date_1904 == date_1904
    assert_stored(stored, values)


@pytest.mark.slow
def test_terms_that_cannot_be_read_are_said_when_they_are_attached(tmp_path):
    book = made(tmp_path / "budget.xlsx", terms=(*TERMS[:1], *TERMS[2:]))
    attachment = attach(book, contract=None, headings={}, terms="Deal!A2:C8")
    assert len(attachment.notices) == 2
    assert attachment.notices[1].startswith("Starts on in Deal!A2:C8: found nothing")
    write_attachment(attachment, tmp_path / "made.xlsx")
    stored = package_cells(open_book(tmp_path / "made.xlsx"), "PBR Statement")
    assert plain(stored[23, 1].value) == "#VALUE!"


def test_about_says_what_was_attached_what_is_read_and_how_it_is_taken_out(tmp_path):
    attachment = attach(made(tmp_path / "budget.xlsx"), placements=ADDRESS, sheets=["Statement"])
    assert attachment.added == ("PBR Terms", "PBR Carers", "PBR Claims")
    write_attachment(attachment, tmp_path / "made.xlsx")
    about = package_cells(open_book(tmp_path / "made.xlsx"), "PBR About")
    texts = {
        cell.value: about[row, 2].value
        for (row, column), cell in about.items()
        if column == 1 and (row, 2) in about
    }
    assert texts["Attached to"].startswith("budget.xlsx, by xlpbr ")
    assert all(name in texts["Attached to"] for name in attachment.sheets)
    assert texts["To take them out"].startswith("Run xlpbr detach with the name of this workbook")
    stated = [str(cell.value) for cell in about.values() if "savings come from" in str(cell.value)]
    assert len(stated) == 1
    assert stated[0].endswith("savings come from the sheet PBR Placements.")
    assert texts["Linked: PBR Placements"] == (
        f"Reads {ADDRESS}, row by row, in plain Excel formulas: Agreed; Ref as Child, Kind as Type,"
        " Weekly rate as Residential weekly cost, Family [£] as Family weekly cost, Start, of"
        " placement as Moved on, End as Ended on."
    )
    assert [texts[f"Step {number}"].partition(":")[0] for number in (1, 2, 3)] == [
        "Read from the book", "Filled in here", "PBR Statement",
    ]  # fmt: skip
    assert "Step 4" not in texts
    # No sentence sends the reader to a sheet that was not attached.
    for sheet in open_book(tmp_path / "made.xlsx").sheets:
        for cell in package_cells(open_book(tmp_path / "made.xlsx"), sheet.name).values():
            named = set(re.findall(r"PBR [A-Z][a-z]+", str(cell.value)))
            assert named <= {*attachment.sheets}, cell.value


@pytest.mark.slow
def test_linked_cells_are_locked_and_do_not_look_like_inputs(tmp_path):
    attachment = attach(made(tmp_path / "budget.xlsx"), placements=ADDRESS)
    write_attachment(attachment, tmp_path / "made.xlsx")
    book = openpyxl.load_workbook(tmp_path / "made.xlsx")
    linked, typed = book["PBR Placements"], book["PBR Carers"]
    assert linked.protection.sheet
    assert linked.tables["PbrPlacements"].ref == f"A5:K{5 + len(ROWS) + 50}"
    for row in linked["A6:J20"]:
        for cell in row:
            assert cell.protection.locked
            assert cell.fill.fill_type is None
    assert not typed.protection.sheet
    assert not typed["A6"].protection.locked
    assert typed["A6"].fill.fgColor.rgb[-6:] == FILLS["input"].removeprefix("#")
    assert not linked.data_validations.dataValidation
    assert [linked.cell(5, column).value for column in range(1, 8)] == mapped(())[0]


# Headings.


def refused(book, headings, **places):
    with pytest.raises(FileProblem) as caught:
        attach(book, headings=headings, **places)
    assert caught.value.code == "headings"
    return str(caught.value)


def test_headings_that_do_not_fit_are_named_with_what_to_do(tmp_path):
    book = made(tmp_path / "budget.xlsx")
    without = {theirs: ours for theirs, ours in MAP.items() if ours != "Moved on"}
    sentence = refused(book, without, placements=ADDRESS)
    assert sentence.endswith(
        f"{ADDRESS} has no heading 'Moved on'. Its other headings are: Social worker, Start, of"
        " placement. Give the range with its heading row, or add what is meant: --map"
        ' "Start, of placement=Moved on"'
    )
    sentence = refused(book, {}, placements=ADDRESS)
    assert sentence.count("Social worker") == 1
    assert sentence.endswith(
        ' --map "Ref=Child" --map "BOOK HEADING=Residential weekly cost"'
        ' --map "Family [£]=Family weekly cost" --map "Start, of placement=Moved on"'
        ' --map "End=Ended on"'
    )
    assert (
        "--map 'Social worker=Agreeed': our tables have no heading Agreeed (did you mean Agreed?)."
    ) in refused(book, {"Social worker": "Agreeed"}, placements=ADDRESS)
    assert "'Weekly rat=" in refused(book, {"Weekly rat": "Type", **MAP}, placements=ADDRESS)
    sentence = refused(book, {**MAP, "Social worker": "Moved"}, placements=ADDRESS)
    assert "looks like 'Moved on'" not in sentence
    assert "our tables have no heading Moved (did you mean Moved on?)" in sentence
    sentence = refused(book, {**MAP, "Social worker": "Child"}, placements=ADDRESS)
    assert f"Two columns are 'Child': '{SHEET}'!A4 and '{SHEET}'!C4." in sentence
    assert "no table is linked" in refused(book, MAP)


def test_a_near_heading_is_proposed_and_can_be_declined(tmp_path):
    path = tmp_path / "budget.xlsx"
    headings = (
        "Child",
        "Typ",
        "Residental weekly cost",
        "Family weekly cost",
        "Moved on",
        "Ended on",
    )
    workbook = Workbook(str(path))
    write_rows(workbook.add_worksheet("P"), [headings])
    workbook.close()
    book = open_book(path)
    sentence = refused(book, {}, placements="P!A1:F3")
    assert (
        "The heading 'Residental weekly cost' in P!C1 looks like 'Residential weekly cost';"
        ' add --map "Residental weekly cost=Residential weekly cost" if it is meant.'
    ) in sentence
    assert 'add --map "Typ=Type" if it is meant, or --map "Typ=" if it is not.' in sentence
    answers = {"Typ": "", "Residental weekly cost": "Residential weekly cost"}
    attachment = attach(book, headings=answers, placements="P!A1:F3")
    assert attachment.notices == (
        "Placements: 0 rows read from P!A1:F3, 2 blank rows skipped; Residental weekly cost as"
        " Residential weekly cost. No column Type: every child counts as foster. No column Agreed:"
        " every row counts as agreed.",
    )
    link = attachment.plan.links["Placements"]
    assert "Type" not in link.columns
    assert link.columns["Residential weekly cost"].column == 3


def test_a_second_heading_that_could_be_a_known_one_is_asked_about_and_can_be_declined(tmp_path):
    path = tmp_path / "budget.xlsx"
    headings = ("Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on",
                "Agreed", "Agreed by both", "Child's school")  # fmt: skip
    workbook = Workbook(str(path))
    write_rows(workbook.add_worksheet("P"), [headings])
    workbook.close()
    book = open_book(path)
    assert refused(book, {}, placements="P!A1:H3").endswith(
        "The heading 'Agreed by both' in P!G1 could be 'Agreed' too; add"
        ' --map "Agreed by both=" if it is not.'
    )
    link = attach(book, headings={"Agreed by both": ""}, placements="P!A1:H3").plan.links[
        "Placements"
    ]
    assert link.columns["Agreed"].column == 6


def test_titles_within_the_range_are_passed_over_and_merged_cells_are_refused(tmp_path):
    book = made(tmp_path / "budget.xlsx")
    link = attach(book, placements=f"'{SHEET}'!A1:H10").plan.links["Placements"]
    assert (link.heading_row, link.last_row, link.place) == (4, 10, ADDRESS)
    merged = made(tmp_path / "merged.xlsx", merged="C6:C7")
    with pytest.raises(FileProblem, match="C6:C7 is merged") as caught:
        attach(merged, placements=ADDRESS)
    assert caught.value.code == "merged-cell"
    # A column that is not read may be merged.
    attach(made(tmp_path / "beside.xlsx", merged="A6:A7"), placements=ADDRESS)


# In another program.


@pytest.mark.program
@pytest.mark.parametrize(("how", "date_1904"), [("table", False), ("address", True)])
def test_a_second_spreadsheet_program_links_the_same(how, date_1904, tmp_path, monkeypatch):
    place, table = PLACES[how]
    content = {"table": table, "terms": TERMS, "rows": ROWS[:-1]}
    place = f"'{SHEET}'!A4:H9" if how == "address" else place
    book = made(tmp_path / "budget.xlsx", date_1904=date_1904, **content)
    attachment = attach(book, contract=None, terms="Deal!A2:C9", placements=place, claims="Bills")
    expected = calculate(together(attachment, tmp_path / "both.xlsx", **content))

    def as_constants(sheet, row, column, last_row, last_column, formula, style, value):
        sheet.write(row, column, value, style)

    monkeypatch.setattr(Worksheet, "write_dynamic_array_formula", as_constants)
    path = together(attachment, tmp_path / "native.xlsx", values=expected, **content)
    found = open_book(calculated_by_libreoffice(path, tmp_path))
    given = open_book(path)
    compared = 0
    for (sheet, position), formula in formulas_of(given).items():
        if "PBR_" in formula:
            continue
        with cells.dates_from_1904(on=date_1904):
            value = plain(expected[sheet][position])
        if isinstance(value, float):
            value = float(f"{value:.15g}")  # LibreOffice stores fifteen digits.
        other = package_cells(found, sheet).get(position)
        assert plain(None if other is None else other.value) == value, (sheet, position)
        compared += 1
    assert compared > 2500


def test_the_sheets_have_the_form_of_the_book_s_host(tmp_path):
    """A book for an Office add-in gets formulas for one, all marked, and comes back as it was."""
    plain, lite, out, back = (tmp_path / f"{name}.xlsx" for name in ("plain", "lite", "out", "b"))
    book = Workbook(plain)
    book.add_worksheet("Costs").write_formula("A1", "=PBR_FEE_CAP(1,2)", None, 1)
    book.close()
    port(plain, "lite", lite)
    attaching.attach(lite, out, contract=CONTRACT, sheets=["Statement"], places={}, headings={})
    formulas = [
        cell
        for sheet in open_book(out).sheets
        for cell in package_cells(open_book(out), sheet.name).values()
        if cell.formula is not None and "PBR_" in cell.formula
    ]
    assert len(formulas) > 1
    assert all("_xldudf_PBR_" in cell.formula for cell in formulas)
    assert all(cell.dynamic for cell in formulas)
    assert not host_form(open_book(out)).mixed
    assert detach(open_book(out), back).exact
    assert back.read_bytes() == lite.read_bytes()


def test_a_book_from_1904_for_an_office_add_in_is_refused(tmp_path):
    path, out = tmp_path / "book.xlsx", tmp_path / "out.xlsx"
    book = Workbook(path, {"date_1904": True})
    sheet = book.add_worksheet("Costs")
    sheet.write_dynamic_array_formula("A1:A1", "=_xldudf_PBR_FEE_CAP(1,2)", None, 1)
    book.close()
    with pytest.raises(FileProblem, match=r"book\.xlsx counts its days from 1904") as caught:
        attaching.attach(path, out, contract=CONTRACT, sheets=["Statement"], places={}, headings={})
    assert caught.value.code == "date-system"
    with pytest.raises(FileProblem, match=r"book\.xlsx counts its days from 1904"):
        insert(path, [("Costs!B1", "=PBR_FEE_CAP(1,2)")], out)
