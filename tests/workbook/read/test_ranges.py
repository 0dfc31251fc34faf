"""Finding the contract's tables in workbooks of any layout, and reading their cells."""

import datetime

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.formula import ArrayFormula

from tests.support.bad_books import edit_part
from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.ooxml.addresses import cell_address, column_letter
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.read.ranges import find_range, read_range, sheet_row

SHEET = "xl/worksheets/sheet1.xml"
HEADINGS = ["Child", "Weekly saving", "Moved on"]
ROWS = [["C01", 1250.5, 45383], ["C02", 990, 45400], ["C03", -12.25, None]]


@pytest.fixture
def budget(tmp_path):
    """A budget workbook: tables on three sheets, names of every sort."""
    path = tmp_path / "budget.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Children's budget")
    sheet.write("A1", "Budget 2024/25")
    columns = [{"header": heading} for heading in HEADINGS]
    columns[1]["total_function"] = "sum"
    columns[1]["total_value"] = 2228.25
    sheet.add_table(
        "B4:D8", {"name": "PbrPlacements", "columns": columns, "data": ROWS, "total_row": True}
    )
    terms = book.add_worksheet("Terms")
    book.add_worksheet("Empty")
    for row, line in enumerate([["Term", "Value"], ["Threshold", 0.1], ["Cap", 4000000]]):
        terms.write_row(row + 2, 0, line)
    book.define_name("PBRTERMS", "=Terms!$A$3:$B$5")
    book.define_name("WholeColumns", "=Terms!$A:$B")
    book.define_name("AsTable", "=PbrPlacements[#All]")
    book.define_name("Moving", "=OFFSET(Terms!$A$3,0,0,3,2)")
    book.define_name("Gone", "=Terms!#REF!")
    book.define_name("Elsewhere", "=[1]Terms!$A$3:$B$5")
    book.define_name("Terms!Local", "=Terms!$A$3:$B$5")
    book.define_name("Terms!Twice", "=Terms!$A$3:$B$5")
    book.define_name("Empty!Twice", "=Terms!$A$3:$B$4")
    book.define_name("Filled", "=_xlfn.ANCHORARRAY(Terms!$D$3)")
    terms.write_dynamic_array_formula("D3:E4", "=SORT(A4:B5)", None, "Cap")
    terms.write("E3", 4000000)
    terms.write("D4", "Threshold")
    terms.write("E4", 0.1)
    book.close()
    return open_book(path)


def problem(book, table, given):
    with pytest.raises(FileProblem) as caught:
        find_range(book, table, given)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(book.path), "FILE")


def area(found):
    return (found.sheet, *found.area, found.how)


def test_a_table_is_found_by_itself_without_its_totals(budget):
    found = find_range(budget, "Placements", None)
    assert area(found) == ("Children's budget", 4, 2, 7, 4, "table PbrPlacements")
    assert read_range(budget, found) == [HEADINGS, *ROWS]
    assert sheet_row(found, 1) == 5
    assert [type(value) for value in read_range(budget, found)[1]] == [str, float, float]


def test_a_name_is_found_by_itself_whatever_its_letters(budget):
    found = find_range(budget, "Terms", None)
    assert area(found) == ("Terms", 3, 1, 5, 2, "name PBRTERMS")
    assert read_range(budget, found) == [["Term", "Value"], ["Threshold", 0.1], ["Cap", 4e6]]


def test_optional_tables_may_be_absent(budget):
    assert find_range(budget, "Carers", None) is None
    assert find_range(budget, "Claims", None) is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("pbrplacements", ("Children's budget", 4, 2, 7, 4, "table PbrPlacements")),
        ("AsTable", ("Children's budget", 4, 2, 7, 4, "table PbrPlacements")),
        ("'Children''s budget'!B4:D7", ("Children's budget", 4, 2, 7, 4)),
        ("'Children''s budget'!$B$4:$D$7", ("Children's budget", 4, 2, 7, 4)),
        ("terms!b5:a3", ("Terms", 3, 1, 5, 2, "Terms!A3:B5")),
        ("=Terms!A3:B5", ("Terms", 3, 1, 5, 2, "Terms!A3:B5")),
        ("'Terms!A3:B5'", ("Terms", 3, 1, 5, 2, "Terms!A3:B5")),
        ("Terms!A:B", ("Terms", 3, 1, 5, 2, "Terms!A3:B5")),
        ("Terms!$B:$A", ("Terms", 3, 1, 5, 2, "Terms!A3:B5")),
        ("Terms!A2:B1048576", ("Terms", 2, 1, 5, 2, "Terms!A2:B5")),
        ("WholeColumns", ("Terms", 3, 1, 5, 2, "name WholeColumns")),
        ("Local", ("Terms", 3, 1, 5, 2, "name Local")),
        ("Filled", ("Terms", 3, 4, 4, 5, "name Filled")),
        ("Terms!D3#", ("Terms", 3, 4, 4, 5, "Terms!D3:E4")),
    ],
)
def test_places_that_a_person_can_give(budget, given, expected):
    found = area(find_range(budget, "Terms", given))
    assert found[: len(expected)] == expected


def test_a_spill_is_read_as_its_stored_values(budget):
    found = find_range(budget, "Terms", "Terms!D3#")
    assert read_range(budget, found) == [["Cap", 4e6], ["Threshold", 0.1]]


CONTENTS = (
    "It has the tables: PbrPlacements (on Children's budget); names: AsTable, Elsewhere, Filled, "
    "Gone, Local, Moving, PBRTERMS, Twice, WholeColumns; sheets: Children's budget, Terms, Empty."
)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            "PbrPlacments",
            "FILE has no table, name or range called 'PbrPlacments' (did you mean "
            f"PbrPlacements?). {CONTENTS} Or give the cells: --placements 'Sheet!A4:H40'.",
        ),
        (
            "Trems!A3:B5",
            "FILE has no sheet 'Trems' (did you mean Terms?); its sheets are "
            "Children's budget, Terms, Empty.",
        ),
        (
            "Terms",
            "FILE: Terms is a sheet; say which of its cells are meant: "
            "--placements 'Terms!A4:H40'.",
        ),
        (
            "Children's budget",
            "FILE: Children's budget is a sheet; say which of its cells are meant: "
            "--placements \"'Children''s budget'!A4:H40\".",
        ),
        (
            "A3:B5",
            "FILE: A3:B5 does not say on which sheet; write it as "
            "--placements \"'Children''s budget'!A3:B5\".",
        ),
        (
            "Terms!A3",
            "FILE: Terms!A3 is a single cell; give the whole table with its heading row: "
            "--placements 'Terms!A4:H40'.",
        ),
        (
            "Terms!A3-B5",
            "FILE: 'A3-B5' is no range of cells; write --placements 'Terms!A4:H40'.",
        ),
        (
            "Empty!A:H",
            "FILE: the columns A:H of Empty are empty; say where the table is: "
            "--placements 'Sheet!A4:H40'.",
        ),
        (
            "Terms!A3#",
            "FILE: Terms!A3 has no formula that fills other cells, as Terms!A3# says; "
            "give the cells instead, such as Terms!A4:H40.",
        ),
        (
            "Moving",
            "FILE: the name Moving stands for OFFSET(Terms!$A$3,0,0,3,2), not for cells of one "
            "sheet; say which cells are meant: --placements 'Sheet!A4:H40'.",
        ),
        (
            "Gone",
            "FILE: the name Gone points to cells that were deleted (#REF!); say which cells are "
            "meant: --placements 'Sheet!A4:H40'.",
        ),
        (
            "Elsewhere",
            "FILE: the name Elsewhere points into another workbook ([1]Terms!$A$3:$B$5); "
            "say which cells are meant: --placements 'Sheet!A4:H40'.",
        ),
        (
            "Twice",
            "FILE has the name Twice on several sheets (Empty, Terms); say which "
            "cells are meant: --placements 'Sheet!A4:H40'.",
        ),
    ],
)
def test_places_that_are_not_there(budget, given, sentence):
    assert problem(budget, "Placements", given) == sentence


def test_required_tables_must_be_there(tmp_path):
    path = tmp_path / "plain.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Schedule").write_row("A4", ["Child", "Start"])
    book.worksheets()[0].add_table("D4:E6", {"name": "PbrTerm"})
    book.close()
    assert problem(open_book(path), "Terms", None) == (
        "FILE has no table or name called PbrTerms (did you mean PbrTerm?). It has the tables: "
        "PbrTerm (on Schedule); names: none; sheets: Schedule. Say where the terms are: "
        "--terms 'Sheet!A4:H40'."
    )
    only = find_range(open_book(path), "Placements", "A4:B9")
    assert area(only) == ("Schedule", 4, 1, 9, 2, "Schedule!A4:B9")
    assert read_range(open_book(path), only)[1:] == [[None, None]] * 5


def test_a_table_without_headings_is_refused(tmp_path):
    path = tmp_path / "bare.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Data").add_table("A1:B3", {"name": "PbrTerms", "header_row": False})
    book.close()
    assert problem(open_book(path), "Terms", None) == (
        "FILE: the table PbrTerms on Data has no heading row; switch it on in Excel "
        "(Table Design, Header Row)."
    )


def test_whole_columns_end_with_the_last_row_that_holds_anything(tmp_path):
    path = tmp_path / "b.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Data")
    sheet.write_row("B3", HEADINGS)
    sheet.write_row("B4", ROWS[0])
    sheet.write_row("B6", ROWS[1])
    sheet.write_formula("B7", '=""', None, "")
    sheet.write("H900", "far below, in another column")
    book.close()
    shown = b'<f>""</f><v></v></c>'
    edit_part(path, SHEET, b'<c r="B7">' + shown, b'<c r="B7" t="str">' + shown)
    opened = open_book(path)
    found = find_range(opened, "Placements", "Data!B:D")
    assert area(found) == ("Data", 3, 2, 6, 4, "Data!B3:D6")
    assert read_range(opened, found) == [HEADINGS, ROWS[0], [None] * 3, ROWS[1]]


def test_formulas_that_were_never_calculated(tmp_path):
    path = tmp_path / "new.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Place ments"
    sheet.append(HEADINGS)
    sheet.append(["C01", "=1+1", "=TODAY()"])
    sheet["F9"] = "=2"
    sheet["H1"] = ArrayFormula("H1:H2", "=A1:A2")
    book.save(path)
    opened = open_book(path)
    remedy = "Open and save the workbook in Excel, or run: xlpbr recalc new.xlsx -o OUT.xlsx"
    for given, what in [
        (
            "A1:C2",
            "2 formulas have never been calculated, the first in 'Place ments'!B2 (Weekly saving)",
        ),
        ("A1:B2", "the formula in 'Place ments'!B2 (Weekly saving) has never been calculated"),
        ("H1#", "the formula in 'Place ments'!H1 has never been calculated"),
    ]:
        with pytest.raises(FileProblem) as caught:
            read_range(opened, find_range(opened, "Placements", given))
        assert str(caught.value) == f"{path}: {what}. {remedy}"
    heading = find_range(opened, "Placements", "A1:C1")
    assert read_range(opened, heading) == [HEADINGS]


def test_errors_booleans_and_dates_come_as_they_are(tmp_path):
    path = tmp_path / "b.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Q1 data")
    sheet.write_row("A1", ["Child", "Saving"])
    sheet.write_formula("A2", "=NA()", None, "#N/A")
    sheet.write_boolean("B2", True)
    sheet.write_string("A3", "00123")
    sheet.write_string("B3", "£1,000 ")
    book.close()
    dated = b'<row r="4"><c r="B4" t="d"><v>2024-04-01</v></c></row></sheetData>'
    edit_part(path, SHEET, b"</sheetData>", dated)
    opened = open_book(path)
    assert read_range(opened, find_range(opened, "Claims", "Q1 data!A1:B4")) == [
        ["Child", "Saving"],
        [CellError("#N/A", "the cell 'Q1 data'!A2 shows #N/A"), True],
        ["00123", "£1,000 "],
        [None, datetime.date(2024, 4, 1)],
    ]


@pytest.mark.parametrize(
    ("sheet", "address"),
    [
        ("Placements", "Placements!B5"),
        ("My sheet", "'My sheet'!B5"),
        ("It's", "'It''s'!B5"),
        ("2024", "'2024'!B5"),
        ("FY24", "'FY24'!B5"),
        ("R1C1", "'R1C1'!B5"),
        ("Data_1.x", "Data_1.x!B5"),
        ("a-b", "'a-b'!B5"),
        ("Dépenses", "Dépenses!B5"),
    ],
)
def test_addresses_quote_the_sheet_where_excel_does(sheet, address):
    assert cell_address(sheet, 5, 2) == address
    assert column_letter(27) == "AA"
