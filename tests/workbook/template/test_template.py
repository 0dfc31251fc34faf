"""The template workbook: its structure, its figures, its own checks and its guards."""

import dataclasses
import itertools
import random
import re
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from openpyxl.formula import Tokenizer
from openpyxl.worksheet.formula import ArrayFormula
from xlsxwriter.worksheet import Worksheet

import xlpbr
from tests.support.opened import opened as read_by_openpyxl
from tests.support.samples import sample_table
from tests.support.second_program import calculated_by_libreoffice
from tests.support.templates import template
from xlpbr import cells, functions
from xlpbr.contract.assumptions import ASSUMPTIONS
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import CONTRACT_NAMES, TERM_HEADINGS, load_contract, terms_table
from xlpbr.contract.terms import READINGS, TERMS, VARYING
from xlpbr.errors import CellError, FileProblem
from xlpbr.functions.catalogue import FUNCTIONS
from xlpbr.tables import evidence as tables
from xlpbr.tables import headings as ranges
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.calculate.verification import verify
from xlpbr.workbook.look.styles import FILLS
from xlpbr.workbook.look.text_width import lines_needed
from xlpbr.workbook.ooxml.book import cells_of as package_cells
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.read.own_sheets import SHEETS
from xlpbr.workbook.template.checks import AGREES
from xlpbr.workbook.template.plan import AUDIT_COLUMNS, input_headings, template_plan_of
from xlpbr.workbook.template.workings import KNOWN
from xlpbr.workbook.template.write import new_workbook, write_template

INPUT_SHEETS = ("Terms", *ALL_COLUMNS)
LIFE = ("Cohort", "Prices", "Costs", "Rates", "Agreed", "Budget")
TYPED_SHEETS = (*INPUT_SHEETS, "Assumptions")
FORMULA_SHEETS = tuple(sheet for sheet in SHEETS if sheet not in TYPED_SHEETS)
INPUT_CELLS = {
    "Month": {"B4"}, "Reconcile": {"B4"}, "Forecast": {"B4", "B5", "B6"},
}  # fmt: skip
SIGN_OFF = {"H18", "I18", "J18", "H19", "I19", "J19"}
AUDIT_HEADINGS = {
    "Placements": ["Agreed by and on", "Evidence"],
    "Carers": ["Panel reference"],
    "Claims": ["Date of invoice", "Paid on"],
    **{table: [] for table in LIFE},
}
RESULT_SHEETS = (
    "Statement", "Invoice", "Lines", "Children", "Years", "Readings", "Reconcile", "Changes",
    "Explain", "Forecast",
)  # fmt: skip
ILLUSTRATED = "ILLUSTRATION: figures from sample rows, not from real children."
ENTERED = "Figures from the rows entered in the input sheets."
SPILLS = {
    "Statement": "A23", "Readings": "H8", "Reconcile": "A7", "Explain": "F6", "Forecast": "A46",
    "Invoice": "A6", "Lines": "A6", "Children": "A5", "Years": "A5",
    "Changes": "A7",
}  # fmt: skip
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHECK_ROWS = range(16, 28)
ERROR_ROWS = range(31, 53)
FIRST_MONTH_CHECK = 57
RESULT = (6, 2)


EXCEL_2013 = {
    "ABS", "AGGREGATE", "AND", "COUNT", "COUNTA", "COUNTBLANK", "COUNTIF", "COUNTIFS", "DATE",
    "DATEVALUE", "DAY", "EDATE", "EOMONTH", "FIND", "IF", "IFERROR", "INDEX", "INT", "ISERROR",
    "ISNUMBER", "ISTEXT", "LARGE", "LEFT", "LEN", "LOG10", "LOWER", "MATCH", "MAX", "MID", "MIN",
    "MOD", "MONTH", "N", "NA", "NOT", "OR", "REPT", "RIGHT", "ROUND", "ROWS", "SIGN", "SMALL",
    "SUBSTITUTE", "SUM", "SUMIFS", "SUMPRODUCT", "TEXT", "TRIM", "UNICHAR", "VALUE", "YEAR",
}  # fmt: skip


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Both contracts, with and without sample rows, made as the command makes them."""
    return {
        (name, sample): template(tmp_path_factory, name, sample=sample)
        for name, sample in itertools.product(CONTRACT_NAMES, (True, False))
    }


@pytest.fixture(scope="module")
def calculated(books):
    return {key: calculate(path) for key, path in books.items()}


@pytest.fixture(scope="module")
def plymouth(books):
    return books["plymouth-l04-2526", True]


@pytest.fixture(scope="module")
def opened(books):
    return {key: read_by_openpyxl(path) for key, path in books.items()}


def with_terms(contract, **values):
    """A contract with other values, by label with spaces written as underscores."""
    by_label = {label.replace("_", " "): value for label, value in values.items()}
    terms = tuple(
        dataclasses.replace(term, value=by_label.pop(term.term.label, term.value))
        for term in contract.terms
    )
    assert not by_label
    return dataclasses.replace(contract, terms=terms)


def with_sample(contract, **tables):
    return dataclasses.replace(
        contract,
        sample=MappingProxyType({**contract.sample, **{k: tuple(v) for k, v in tables.items()}}),
    )


def figures(contract, path: Path, *edits):
    """The values of a contract's workbook after cells were changed: (sheet, address, value)."""
    write_template(contract, path, sample=True)
    for sheet, address, value in edits:
        set_cell(path, sheet, address, value)
    return calculate(path)


def set_cell(path: Path, sheet: str, address: str, value):
    part = f"xl/worksheets/sheet{SHEETS.index(sheet) + 1}.xml"
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if isinstance(value, float | int):
        cell = f'<c r="{address}"><v>{value}</v></c>'
    elif value.startswith("#"):
        cell = f'<c r="{address}" t="e"><v>{value}</v></c>'
    else:
        cell = f'<c r="{address}" t="inlineStr"><is><t>{value}</t></is></c>'
    pattern = rf'<c r="{address}"[^>]*?(/>|>.*?</c>)'
    text, found = re.subn(pattern, cell, members[part].decode(), count=1)
    assert found == 1
    members[part] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def plain(value):
    """A value as a cell stores it, so that a date and its serial are the same."""
    if isinstance(value, date):
        return float(cells.serial_of(value.date() if isinstance(value, datetime) else value))
    if isinstance(value, CellError):
        return value.code
    return None if value == "" else value


def xml_of(path, part):
    with zipfile.ZipFile(path) as archive:
        return ET.fromstring(archive.read(part))


def rows_of(path, table):
    """A table of a workbook as the functions are given it: heading row first."""
    sheet = read_by_openpyxl(path, values=True)[table]
    area = sheet.tables[f"Pbr{table}"].ref
    return [[cell.value for cell in row] for row in sheet[area]]


def tables_of(path):
    return {table: rows_of(path, table) for table in INPUT_SHEETS}


def sample_tables(contract):
    return {
        "Terms": terms_table(contract),
        **{table: sample_table(contract, table) for table in ALL_COLUMNS},
    }


def life(tables, *names):
    return {name.lower(): tables[name] for name in names}


def statement_of(tables, as_at=None):
    return functions.pbr_statement(
        *(tables[table] for table in INPUT_SHEETS[:4]), as_at, **life(tables, *LIFE[:5])
    )


def problems_of(tables):
    return functions.pbr_check(*(tables[table] for table in INPUT_SHEETS))


def explained(tables, month, as_at=None):
    terms, placements, carers, claims = (tables[table] for table in INPUT_SHEETS[:4])
    return functions.pbr_explain(
        terms, placements, month, carers, claims, as_at, **life(tables, *LIFE[:5])
    )


def spilled(values, sheet, corner, rows, columns):
    row, column = cells_at(corner)
    return [
        [plain(values[sheet].get((row + down, column + across))) for across in range(columns)]
        for down in range(rows)
    ]


def cells_at(address):
    found = openpyxl.utils.cell.coordinate_from_string(address)
    return found[1], openpyxl.utils.cell.column_index_from_string(found[0])


def problems_corner(contract, *, sample):
    return f"A{FIRST_MONTH_CHECK - 1 + template_plan_of(contract, sample=sample).month_rows + 3}"


# Structure.


def test_the_sheets_stand_in_their_order_and_about_is_open(opened):
    for book in opened.values():
        assert book.sheetnames == list(SHEETS)
        assert book.active.title == "About"
        for sheet in book:
            assert sheet.sheet_view.selection[-1].activeCell == "A1" or sheet.freeze_panes
            assert sheet["A1"].value
            # The one page of Month wraps workings over columns that its tables share.
            merged = [str(area) for area in sheet.merged_cells.ranges]
        # The line of the readings without effect wraps across the page; tables are never merged.
        assert merged == (["A7:F7"] if sheet.title == "Readings" else []) or sheet.title == "Month"


def test_the_inputs_are_excel_tables_with_the_declared_headings(opened):
    for (name, _), book in opened.items():
        cohort = template_plan_of(load_contract(name), sample=False).terms.cohort_size
        for table in INPUT_SHEETS:
            found = book[table].tables[f"Pbr{table}"]
            headings = [column.name for column in found.tableColumns]
            if table == "Terms":
                assert headings == ["Term", "Value", "From", "Unit", "Clause", "Reading"]
                assert found.ref == f"A5:F{5 + len(TERMS) + 6}"
            else:
                read = [column.heading for column in ALL_COLUMNS[table]]
                assert headings == [*read, *AUDIT_HEADINGS[table], "Note"]
            for row in book[table][found.ref]:
                assert not any(
                    isinstance(cell.value, str) and cell.data_type == "f" for cell in row
                )
        assert len(rows_in(book["Placements"])) >= max(cohort + 10, 40)
        assert len(rows_in(book["Carers"])) >= cohort
        assert len(rows_in(book["Claims"])) >= 24


def rows_in(sheet):
    return sheet[sheet.tables[f"Pbr{sheet.title}"].ref][1:]


def test_the_terms_are_those_of_the_contract(books):
    for (name, _), path in books.items():
        expected = [[plain(value) for value in row] for row in terms_table(load_contract(name))]
        found = [[plain(value) for value in row] for row in rows_of(path, "Terms")]
        assert [[*row[:2], *row[3:]] for row in found[: len(expected)]] == expected
        assert [row[2] for row in found[: len(expected)]] == ["From"] + [None] * len(TERMS)
        assert found[len(expected) :] == [[None] * 6] * 6


@pytest.mark.slow
def test_every_sample_row_says_that_it_is_an_illustration(books):
    for (name, sample), path in books.items():
        for table in ALL_COLUMNS:
            found = [row for row in rows_of(path, table)[1:] if any(v is not None for v in row)]
            assert len(found) == (len(load_contract(name).sample.get(table, ())) if sample else 0)
            assert all(row[-1].startswith("Illustration, not a real") for row in found)


def test_values_can_be_chosen_and_wrong_ones_are_refused(opened):
    book = opened["plymouth-l04-2526", True]
    rules = {
        address: rule
        for rule in book["Terms"].data_validations.dataValidation
        for address in str(rule.sqref).split()
    }
    for row, term in enumerate(TERMS, start=6):
        rule = rules[f"B{row}"]
        assert rule.showInputMessage
        assert rule.prompt.startswith(term.meaning)
        if term.kind == "option":
            assert rule.type == "list"
            assert rule.formula1 == f'"{",".join(term.options)}"'
        elif term.kind != "text":
            expected = {"date": "date", "count": "whole"}.get(term.kind, "decimal")
            assert rule.type == expected
            assert rule.showErrorMessage
    prompts = {}
    for table, columns in ALL_COLUMNS.items():
        found = book[table].data_validations.dataValidation
        by_column = {str(rule.sqref)[0]: rule for rule in found}
        for letter, column in zip("ABCDEFGHI", columns, strict=False):
            prompts[table, column.heading] = by_column[letter].promptTitle
            rule = by_column[letter]
            assert max(area.max_row for area in rule.sqref.ranges) >= 5 + len(rows_in(book[table]))
            assert column.meaning in rule.prompt
            if column.kind == "price":
                assert (rule.type, rule.operator) == ("decimal", None)
                assert (rule.formula1, rule.formula2, rule.errorStyle) == ("0", "20000", "warning")
                assert rule.error.startswith("Is this a yearly price?")
                assert "pounds a WEEK" in rule.prompt
                assert rule.promptTitle == column.heading
            if column.kind in ("date", "month"):
                assert rule.type == "date"
            if column.kind in ("option", "yes_no"):
                assert rule.formula1 == f'"{",".join(column.options)}"'
            if column.kind in ("fee", "amount", "weeks"):
                assert rule.type == ("whole" if column.kind == "weeks" else "decimal")
    assert prompts["Claims", "Month"] == "Month"
    assert prompts["Claims", "Invoiced"] == "Invoiced (£)"
    assert prompts["Placements", "Ended because"] == "Ended because"


def test_a_term_that_changes_is_chosen_from_those_that_may(opened):
    sheet = opened["plymouth-l04-2526", True]["Terms"]
    first, last = 6 + len(TERMS), 11 + len(TERMS)
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    chosen = rules[f"A{first}:A{last}"]
    varying = ",".join(term.label for term in VARYING.values())
    assert (chosen.type, chosen.formula1) == ("list", f'"{varying}"')
    starts = rules[f"C6:C{last}"]
    assert starts.type == "date"
    assert "Bonus rate" in starts.prompt


def test_tables_that_the_contract_does_not_use_are_hidden_and_about_says_so(opened):
    for (name, _), book in opened.items():
        used = load_contract(name).sample
        hidden = [sheet.title for sheet in book if sheet.sheet_state == "hidden"]
        assert hidden == [table for table in LIFE if table not in used]
        texts = [cell.value for cell in book["About"]["B"] if isinstance(cell.value, str)]
        (said,) = [text for text in texts if "Unhide" in text]
        assert all(table in said for table in hidden)


def test_columns_of_clauses_that_the_contract_does_not_have_are_hidden(opened, calculated):
    for key, letters in (
        ("plymouth-l04-2526", {"I", "K"}), ("cheshire-east-2026", {"I", "J", "K", "L", "O"}),
    ):  # fmt: skip
        sheet = opened[key, True]["Statement"]
        assert {letter for letter, look in sheet.column_dimensions.items() if look.hidden} == {
            letter for letter in letters if sheet.column_dimensions[letter].hidden
        }
        hidden = {
            openpyxl.utils.get_column_letter(number)
            for look in sheet.column_dimensions.values()
            if look.hidden
            for number in range(look.min, look.max + 1)
        }
        assert hidden == letters
        said = calculated[key, True]["Statement"][22, 3]
        assert said.startswith("Hidden, as the contract has no such clause: Outcome fees (I)")
        assert said.endswith("select the columns beside them, right-click, Unhide.")


def test_excels_limits_are_kept(opened, books):
    for key, book in opened.items():
        for sheet in book:
            assert len(sheet.title) <= 31
            for rule in sheet.data_validations.dataValidation:
                assert len(rule.promptTitle or "") <= 32
                assert len(rule.errorTitle or "") <= 32
                assert len(rule.prompt or "") <= 255
                assert len(rule.error or "") <= 255
                assert len(rule.formula1 or "") <= 255
            for formula in formulas_of(sheet).values():
                assert len(formula) <= 8192
        for part in ("oddHeader", "oddFooter"):
            texts = xml_of(books[key], "xl/worksheets/sheet6.xml").iter(f"{MAIN}{part}")
            assert all(len(text.text) <= 255 for text in texts)


def formulas_of(sheet):
    found = {}
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, ArrayFormula):
                found[cell.coordinate] = cell.value.text
            elif cell.data_type == "f":
                found[cell.coordinate] = cell.value
    return found


@pytest.mark.slow
def test_native_formulas_need_no_newer_excel_than_2013(opened):
    used = set()
    for book in opened.values():
        for sheet in book:
            # A formula that is filled down differs in its rows alone, and is taken apart once.
            alike = {re.sub(r"\d+", "1", text): text for text in formulas_of(sheet).values()}
            for formula in alike.values():
                # Excel stores its own AGGREGATE (2010) and UNICHAR (2013) with the mark of a newer
                # function.
                known = formula.replace("_xlfn.AGGREGATE", "").replace("_xlfn.UNICHAR", "")
                assert "_xlfn" not in known
                used |= {
                    token.value.rstrip("(").removeprefix("_xlfn.")
                    for token in Tokenizer(formula).items
                    if token.type == "FUNC" and token.subtype == "OPEN"
                }
    called = {name for name in used if name.startswith("PBR_")}
    assert called == {
        "PBR_STATEMENT", "PBR_READINGS", "PBR_RECONCILE", "PBR_EXPLAIN", "PBR_FORECAST",
        "PBR_CHECK", "PBR_VERSION", "PBR_INVOICE", "PBR_LINES", "PBR_CHILDREN", "PBR_YEARS",
        "PBR_CHANGES",
    }  # fmt: skip
    assert called <= set(FUNCTIONS)
    assert used - called <= EXCEL_2013


def test_each_function_is_called_once_as_a_dynamic_array(plymouth):
    for sheet, corner in {**SPILLS, "Checks": problems_corner(
        load_contract("plymouth-l04-2526"), sample=True
    )}.items():  # fmt: skip
        root = xml_of(plymouth, f"xl/worksheets/sheet{SHEETS.index(sheet) + 1}.xml")
        arrays = [cell for cell in root.iter(f"{MAIN}c") if cell.find(f"{MAIN}f[@t='array']")
                  is not None]  # fmt: skip
        # The statement and the readings stand there to date, and to the end as the outlook.
        outlook = {"Statement": ["AA23"], "Readings": ["O8"]}.get(sheet, [])
        assert [cell.get("r") for cell in arrays] == [corner, *outlook]
        assert arrays[0].get("cm") == "1"


def test_formula_sheets_are_protected_without_a_password_and_their_inputs_are_open(opened):
    for book in opened.values():
        for sheet in book:
            assert sheet.protection.sheet == (sheet.title in FORMULA_SHEETS)
            assert sheet.protection.password is None
            if sheet.title in FORMULA_SHEETS:
                assert not sheet.protection.selectLockedCells
                assert not sheet.protection.formatColumns
                unlocked = {
                    cell.coordinate
                    for row in sheet.iter_rows()
                    for cell in row
                    if not cell.protection.locked
                }
                signed = SIGN_OFF if sheet.title == "Reconcile" else set()
                assert unlocked - signed == INPUT_CELLS.get(sheet.title, set())
                assert unlocked >= signed
                for address in unlocked - signed:
                    assert sheet.data_validations.dataValidation
                    label = sheet.cell(sheet[address].row, 1).value
                    assert label.endswith("(Input)")


def test_every_sheet_prints_on_a4_one_page_wide(opened):
    for (name, _), book in opened.items():
        for sheet in book:
            upright = sheet.title in ("About", "Month", "Terms")
            assert sheet.page_setup.orientation == ("portrait" if upright else "landscape")
            assert int(sheet.page_setup.paperSize) == 9
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            one_page = sheet.title in ("About", "Month", "Terms", "Assumptions") or (
                sheet.title in ALL_COLUMNS and len(rows_in(sheet)) <= 45
            )
            assert sheet.page_setup.fitToHeight == (None if one_page else 0)
            assert sheet.oddHeader.left.text == load_contract(name).title
            assert sheet.oddHeader.right.text == "&A"
            assert sheet.oddFooter.left.text == "xlpbr"
            assert sheet.oddFooter.right.text == "Page &P of &N"
            # A page of these may begin in the middle of a table with other headings.
            of_one_table = sheet.title not in ("About", "Month", "Checks", "Functions")
            assert bool(sheet.print_title_rows) == of_one_table
            if of_one_table:
                repeated = int(sheet.print_title_rows.strip("$").split(":")[0])
                assert sheet.cell(repeated, 1).value
        assert book["Terms"].print_title_rows == "$5:$5"
        assert book["Statement"].print_title_rows == "$23:$23"


def test_a_page_of_a4_is_read_without_a_glass(opened):
    # A4 landscape between its margins has 784 points; a column of w digits takes 7w + 5 pixels.
    for book in opened.values():
        months = len(template_plan_of(contract_of(book), sample=False).months)
        printed = {
            "Reconcile": 10, "Explain": 4, "Forecast": 13, "Checks": 6, "Readings": 6,
            "Children": 2 + months, "Changes": 9, "As agreed": 1,
        }  # fmt: skip
        whole = ("Placements", "Claims", *LIFE, "Assumptions", "Functions", "Invoice", "Lines")
        for name in (*whole, "Years", *printed):
            sheet = book[name]
            last = printed.get(name, sheet.max_column)
            pixels = sum(int(7 * width_of(sheet, column)) for column in range(1, last + 1))
            assert 784 / (pixels * 0.75) * 11 >= 8


def contract_of(book):
    return load_contract(book["Terms"]["B6"].value)


def width_of(sheet, column):
    return next(
        found.width
        for found in sheet.column_dimensions.values()
        if found.min <= column <= found.max
    )


def room_of(sheet, row, column):
    """How many lines a cell has room for."""
    return int((sheet.row_dimensions[row].height or 15) / 15)


def test_the_rows_of_explain_have_room_for_what_they_show(opened):
    shown = 0
    for name in CONTRACT_NAMES:
        contract = load_contract(name)
        sheet = opened[name, True]["Explain"]
        tables = sample_tables(contract)
        for month, *_ in statement_of(tables)[1:]:
            lines = explained(tables, month)[1:]
            for row, (clause, _, working, _) in enumerate(lines, start=7):
                room = room_of(sheet, row, 3)
                assert lines_needed(clause, 20.5) <= room
                most = int(re.search(r"<=(\d+)", sheet.cell(row, 3).value)[1])
                if len(working) <= most:
                    assert lines_needed(working, 105.5) <= room, (name, month, row)
                    shown += 1
    # All are shown as they are, but for the saving of several children.
    assert (18 + 17) * 17 <= shown < (18 + 17) * 18


@pytest.mark.slow
def test_explain_has_a_line_for_each_figure_and_cuts_none_unseen(calculated, tmp_path):
    sheet = calculated["plymouth-l04-2526", True]["Explain"]
    contract = load_contract("plymouth-l04-2526")
    lines = explained(sample_tables(contract), date(2026, 5, 1), date(2026, 5, 31))[1:]
    for row, (clause, figure, working, amount) in enumerate(lines, start=7):
        said = (
            working if figure != "Saving" else "9 lines, on the sheet Lines, together £173,112.84"
        )
        assert [sheet[row, column] for column in range(1, 5)] == [figure, clause, said, amount]
    # Very many children are counted, not cut off.
    placements = tuple(
        {"Child": f"C{number}", "Residential weekly cost": 5000, "Family weekly cost": 900,
         "Moved on": date(2025, 10, 6), "Agreed": "yes"}
        for number in range(1, 200)
    )  # fmt: skip
    contract = with_sample(contract, Placements=placements, Cohort=(), Agreed=())
    path = tmp_path / "book.xlsx"
    write_template(contract, path, sample=True)
    shown = calculate(path)["Explain"]
    assert shown[7, 3] == "199 placements: see the sheet Children"
    assert shown[8, 3].startswith("199 lines, on the sheet Lines, together £")


def test_the_rows_of_checks_are_as_high_as_what_they_hold(opened):
    statuses: set[str] = set()
    for book in opened.values():
        sheet = book["Checks"]
        for row in CHECK_ROWS:
            room = room_of(sheet, row, 6)
            assert room == lines_needed(sheet.cell(row, 6).value, width_of(sheet, 6) - 2.2)
            statuses.update(re.findall(r'"([A-Z][^"]+)"', sheet.cell(row, 5).value))
    # Every status takes one line, whichever comes to stand there.
    assert AGREES in statuses
    assert len(statuses) == 8
    for status in statuses:
        assert lines_needed(status, 36.5, bold=True) == 1


@pytest.mark.slow
def test_a_contract_of_ones_own_keeps_its_title_or_is_called_by_its_name(tmp_path):
    file = tmp_path / "ours.toml"
    for title, shown in (('title = "Homes to families & more"\n', "Homes to families & more"),
                         ("", "our-contract"), ('title = " "\n', "our-contract")):  # fmt: skip
        file.write_text(f'name = "our-contract"\n{title}', encoding="utf-8")
        path = tmp_path / "book.xlsx"
        new_workbook(load_contract(str(file)), path, sample=False)
        book = read_by_openpyxl(path)
        assert book.properties.title == shown
        assert book["Statement"]["G2"].value == shown
        assert shown in [cell.value for cell in book["About"]["B"]]
        assert {sheet.oddHeader.left.text for sheet in book} == {shown.replace("&", "&&")}


def test_words_are_plain_and_are_those_of_the_key(opened):
    for (name, sample), book in opened.items():
        texts = {
            cell.coordinate + sheet.title: cell.value
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, str) and cell.data_type == "s"
        }
        for text in texts.values():
            assert not re.search(r"AGGREGATE|[Nn]ative|re-perform|^Output:|will do", text)
        tags = {tag for text in texts.values() for tag in re.findall(r"\((\w+)\)$", text)}
        tags &= {"Input", "Output", "Result", "Working"}
        assert tags == {"Input", "Output"}, (name, sample)
        key = {
            row[0].value: row[0].fill.fgColor.rgb[-6:]
            for row in book["About"].iter_rows()
            if row[0].value in ("Input", "Working", "Output")
        }
        assert key == {
            role.capitalize(): colour.removeprefix("#") for role, colour in FILLS.items()
        }
        for sheet, address, word in (
            ("Month", "B4", "Input"), ("Statement", "D4", "Working"), ("Statement", "D7", "Output"),
            ("Checks", "B16", "Working"), ("Checks", "C16", "Output"),
            ("Reconcile", "H8", "Output"), ("Reconcile", "H18", "Input"),
            ("Placements", "H6", "Input"),
        ):  # fmt: skip
            assert book[sheet][address].fill.fgColor.rgb[-6:] == key[word]


def test_the_statement_says_what_is_assumed_of_months_to_come(opened):
    for book in opened.values():
        assert book["Statement"]["E5"].value == "Outlook to"
        assert book["Statement"]["F5"].value == (
            "Outlook: as if every placement in place stays as it is and nothing else happens."
        )
        for sheet in book:
            for formula in formulas_of(sheet).values():
                assert not re.search(r"\b(TODAY|NOW|OFFSET|INDIRECT|RAND)\(", formula)


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


def test_the_properties_name_the_contract_and_no_person(opened):
    for (name, _), book in opened.items():
        contract, properties = load_contract(name), book.properties
        assert properties.title == contract.title
        assert contract.name in properties.subject
        assert properties.creator == "xlpbr"
        assert properties.lastModifiedBy in (None, "xlpbr")
        assert xlpbr.__version__ in properties.description


def test_the_charts_have_words_lines_that_differ_and_axis_titles(books):
    for (name, _), path in books.items():
        has_levels = name == "plymouth-l04-2526"
        with zipfile.ZipFile(path) as archive:
            drawing = archive.read("xl/drawings/drawing1.xml").decode()
            charts = [
                ET.fromstring(archive.read(part))
                for part in sorted(archive.namelist())
                if part.startswith("xl/charts/chart")
            ]
        assert len(charts) == 4
        descriptions = re.findall(r'<xdr:cNvPr [^>]*descr="([^"]+)"', drawing)
        assert len(descriptions) == 2
        assert all("month by month" in text for text in descriptions)
        c = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
        a = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
        for chart, (lines, level) in zip(
            charts[:2],
            (
                (["Saving to date", "Fee to date"], ["Measured for the bonus", "Bonus threshold"]),
                (["Payable to date", "Invoiced to date"], ["Contract maximum"]),
            ),
            strict=True,
        ):
            series = list(chart.iter(f"{c}ser"))
            names = [found.find(f"{c}tx/{c}v").text for found in series]
            assert names == ([*lines, *level] if has_levels else lines)
            looks = {
                (
                    found.find(f"{c}marker/{c}symbol").get("val"),
                    found.find(f"{c}spPr/{a}ln/{a}prstDash").get("val"),
                )
                for found in series
            }
            assert len(looks) == len(series)
            titles = ["".join(found.itertext()) for found in chart.iter(f"{c}title")]
            assert any("Month" in title for title in titles)
            assert any("£" in title for title in titles)
            assert len(titles) == 3


def test_no_number_format_is_a_currency_format(plymouth):
    styles = xml_of(plymouth, "xl/styles.xml")
    written = [found.get("formatCode") for found in styles.iter(f"{MAIN}numFmt")]
    assert any('"£"' in code for code in written)
    assert not [code for code in written if "[$" in code or "_-" in code]
    used = {int(found.get("numFmtId")) for found in styles.iter(f"{MAIN}xf")}
    assert not used & {5, 6, 7, 8, 37, 38, 39, 40, 41, 42, 43, 44}


def test_about_shows_the_stated_savings_and_that_none_is_used(opened):
    texts = [cell.value for row in opened["plymouth-l04-2526", True]["About"].iter_rows()
             for cell in row]  # fmt: skip
    for figure in load_contract("plymouth-l04-2526").stated:
        assert figure.amount in texts
        assert figure.what in texts
    assert any(text and "None of them is used in a calculation" in text for text in texts)
    assert "=PBR_VERSION()" in texts
    assert any(text and text.startswith("Pseudonyms only") for text in texts)
    for note in load_contract("plymouth-l04-2526").notes:
        assert note in texts


def test_the_functions_sheet_says_what_the_catalogue_says(opened):
    sheet = opened["cheshire-east-2026", False]["Functions"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5) if row[0].value]
    second = next(number for number, row in enumerate(rows) if row[0] == "Argument")
    assert len(rows[: second - 1]) == len(FUNCTIONS)
    for row, function in zip(rows, FUNCTIONS.values(), strict=False):
        assert row[0] == function.signature
        assert row[1].startswith(function.help)
        assert row[1].endswith(f"Gives: {function.returns}")
        assert all(example.formula in row[2] for example in function.examples)
        assert row[3] == function.clause
    arguments = {(row[0], row[1]) for row in rows[second + 1 :]}
    assert arguments == {
        (argument.name, argument.help)
        for function in FUNCTIONS.values()
        for argument in function.arguments
    }


# Figures.


@pytest.mark.slow
def test_every_formula_carries_the_value_that_the_engine_gives(books, calculated):
    for key, path in books.items():
        shown = read_by_openpyxl(path, values=True)
        count = 0
        for sheet, values in calculated[key].items():
            for (row, column), value in values.items():
                found = plain(shown[sheet].cell(row, column).value)
                assert found == plain(value), (key, sheet, row, column)
                count += 1
        assert count > 2000
        for number, sheet in enumerate(SHEETS, start=1):
            root = xml_of(path, f"xl/worksheets/sheet{number}.xml")
            for cell in root.iter(f"{MAIN}c"):
                if cell.find(f"{MAIN}f") is not None:
                    assert cell.find(f"{MAIN}v") is not None, (sheet, cell.get("r"))


@pytest.mark.slow
def test_the_sheets_show_what_the_functions_return_for_the_same_tables(books, calculated):
    for (name, sample), path in books.items():
        values = calculated[name, sample]
        tables = tables_of(path)
        terms, placements, carers, claims = (tables[table] for table in INPUT_SHEETS[:4])
        month = values_of(path)["Month"]["B4"].value
        day = values_of(path)["Statement"]["D4"].value
        statement = statement_of(tables, day)
        of_children = life(tables, "Cohort", "Prices", "Costs")
        last = max((row[0].date() for row in claims[1:] if row[0]), default=date.min)
        claimed = [row[0] for row in statement[1:] if row[0] <= last]
        expected = {
            "Statement": statement,
            "Readings": functions.pbr_readings(
                terms, placements, carers, day, **life(tables, *LIFE[:4])
            ),
            "Explain": explained(tables, month, day),
            "Invoice": functions.pbr_invoice(
                terms, placements, month, carers, claims, day, **life(tables, *LIFE[:5])
            ),
            "Lines": functions.pbr_lines(terms, placements, month, day, **of_children),
            "Children": functions.pbr_children(terms, placements, day, **of_children),
            "Years": functions.pbr_years(
                terms, placements, carers, claims, day, **life(tables, *LIFE)
            ),
            "Changes": functions.pbr_changes(
                terms, placements, None, carers, claims, day, **life(tables, *LIFE)
            ),
            # Compared up to the last claimed month.
            "Reconcile": functions.pbr_reconcile(
                [[row[0], row[15]] for row in statement if row[0] in ("Month", *claimed)],
                [row[:2] for row in claims],
            ),
            "Forecast": forecast_of(path),
        }
        for sheet, rows in expected.items():
            found = spilled(values, sheet, SPILLS[sheet], len(rows), len(rows[0]))
            assert found == [[plain(value) for value in row] for row in rows]
        problems = problems_of(tables)
        corner = problems_corner(load_contract(name), sample=sample)
        found = spilled(values, "Checks", corner, len(problems), 6)
        assert found == [[plain(value) for value in row] for row in problems]
        assert verify(open_book(path), values).different == ()


def values_of(path):
    return read_by_openpyxl(path, values=True)


@pytest.mark.slow
def test_sample_figures_are_called_illustrations_until_the_sample_is_cleared(
    books, calculated, tmp_path
):
    for (_, sample), values in calculated.items():
        for sheet in RESULT_SHEETS:
            assert values[sheet][2, 1] == (ILLUSTRATED if sample else ENTERED)
    contract = load_contract("plymouth-l04-2526")
    path = tmp_path / "book.xlsx"
    write_template(contract, path, sample=True)
    notes = [
        (table, f"{letter}{row}")
        for table, letter in (
            ("Placements", "K"),
            ("Carers", "E"),
            ("Claims", "G"),
            ("Cohort", "C"),
            ("Prices", "E"),
            ("Costs", "H"),
            ("Agreed", "H"),
            ("Budget", "D"),
        )
        for row in range(6, 6 + len(contract.sample[table]))
    ]
    for table, address in notes[:-1]:
        set_cell(path, table, address, "")
    assert {calculate(path)[sheet][2, 1] for sheet in RESULT_SHEETS} == {ILLUSTRATED}
    set_cell(path, *notes[-1], "an Illustration no longer")
    values = calculate(path)
    # What is assumed changes no other sheet, so the forecast alone goes on saying so.
    assert {values[sheet][2, 1] for sheet in RESULT_SHEETS[:-1]} == {ENTERED}
    assert values["Forecast"][2, 1] == ILLUSTRATED
    for row in range(6, 6 + len(ASSUMPTIONS)):
        set_cell(path, "Assumptions", f"E{row}", "")
    assert calculate(path)["Forecast"][2, 1] == ENTERED
    # Both are stored as texts, not as formulas that were never calculated.
    for book in books.values():
        for sheet in RESULT_SHEETS:
            assert package_cells(open_book(book), sheet)[2, 1].kind == "text"


@pytest.mark.slow
def test_months_with_nothing_due_are_counted_apart(calculated, tmp_path):
    def statuses(values):
        return {values_at: values["Reconcile"][row, 8] for row, values_at in enumerate(
            ("over", "under", "not claimed", "nothing due", "not expected", "agreed", "later"),
            start=8,
        )}  # fmt: skip

    found = calculated["plymouth-l04-2526", True]
    assert statuses(found) == {
        "over": 1, "under": 2, "not claimed": 0, "nothing due": 4, "not expected": 0, "agreed": 1,
        "later": 1,
    }  # fmt: skip
    # May is after the last claimed month, so it is counted and not compared.
    assert [found["Reconcile"][row, 9] for row in (10, 11, 14)] == [0.0, 0.0, -166269.98]
    nothing_claimed = statuses(calculated["cheshire-east-2026", False])
    assert nothing_claimed.pop("later") == 1
    assert set(nothing_claimed.values()) == {0}
    # An earlier month does not call the later claims unexpected.
    march = figures(
        load_contract("plymouth-l04-2526"), tmp_path / "march.xlsx",
        ("Month", "B4", cells.serial_of(date(2026, 3, 1))),
    )  # fmt: skip
    assert statuses(march) == {
        "over": 1, "under": 1, "not claimed": 0, "nothing due": 4, "not expected": 0, "agreed": 1,
        "later": 0,
    }  # fmt: skip
    # A claim of nothing is a claim: September is agreed, and no longer without one.
    contract = load_contract("plymouth-l04-2526")
    september = cells.serial_of(date(2025, 9, 1))
    edits = (("Claims", "A10", september), ("Claims", "B10", 0))
    changed = statuses(figures(contract, tmp_path / "book.xlsx", *edits))
    assert (changed["nothing due"], changed["agreed"]) == (3, 2)


def test_plymouths_statement_is_right_to_the_penny(calculated):
    values = calculated["plymouth-l04-2526", True]["Statement"]
    # To the end of May 2026, the month after the last one claimed and agreed; and the outlook.
    assert [values[row, 4] for row in range(7, 20)] == [
        8.0, 367223.82, 367223.82, 60000.0, 0.0, 2514730.59, 0.0, 427223.82, 427223.82, 247495.67,
        179728.15, -60000.0, 572776.18,
    ]  # fmt: skip
    assert [values.get((row, 5)) for row in range(7, 20)] == [
        11.0, 2872710.66, 599800.0, 70000.0, 34010.3, None, 0.0, 703810.3, None, None,
        None, 2168900.36, 296189.7,
    ]  # fmt: skip


def test_the_books_own_checks_agree(calculated):
    for key, values in calculated.items():
        checks = values["Checks"]
        # Two rows of Plymouth's sample are disputed, and a claim is above what is payable.
        assert checks[RESULT].startswith(
            "NOT CLEAR: the figures agree"
            if key == ("plymouth-l04-2526", True)
            else "All checks agree"
        )
        for row in CHECK_ROWS:
            assert checks[row, 4] == 0.0
            assert checks[row, 5] == "Agrees" or checks[row, 5].startswith("Does not apply")
        assert [checks[row, 2] for row in ERROR_ROWS] == [0.0] * len(ERROR_ROWS)
    cheshire = calculated["cheshire-east-2026", True]["Checks"]
    assert cheshire[21, 5] == "Does not apply: none in the terms"


@pytest.mark.slow
def test_a_hidden_column_that_holds_figures_is_named(tmp_path):
    path = tmp_path / "book.xlsx"
    write_template(load_contract("cheshire-east-2026"), path, sample=True)
    for address, value in (("A6", "Settled"), ("B6", 4), ("C6", 6000)):
        set_cell(path, "Rates", address, value)
    set_cell(path, "Month", "B4", cells.serial_of(date(2026, 10, 1)))
    said = calculate(path)["Statement"][22, 3]
    assert said.startswith("Hidden columns hold figures now: Outcome fees (I)")


@pytest.mark.slow
def test_what_plain_formulas_do_not_know_is_said_and_is_no_alarm(tmp_path):
    contract = load_contract("cheshire-east-2026")
    path = tmp_path / "book.xlsx"
    rates = ({"Outcome": "Settled", "Weeks": 4, "Price": 6000},)
    write_template(with_sample(contract, Rates=rates), path, sample=True)
    set_cell(path, "Month", "B4", cells.serial_of(date(2026, 10, 1)))
    values = calculate(path)
    checks, statement = values["Checks"], values["Statement"]
    paid = sum(statement[row, 9] for row in range(24, 31))
    assert paid > 0
    # All but the outcome fees are worked out again, with these taken over.
    assert checks[RESULT].startswith("All checks agree, but 1 figure not checked in plain Excel")
    statuses = [checks[row, 5] for row in CHECK_ROWS]
    assert statuses.pop() == "Not checked here: the table Rates"
    assert all(one == "Agrees" or one.startswith("Does not apply") for one in statuses)
    payable = round(sum(statement[row, 13] for row in range(24, 31)), 2)
    assert checks[22, 2] == checks[22, 3] == payable
    assert checks[27, 3] == paid
    # A term that changes: what comes from the evidence alone is still worked out twice.
    first = 6 + len(TERMS)
    set_cell(path, "Terms", f"A{first}", "Carer fee")
    set_cell(path, "Terms", f"B{first}", 11000)
    set_cell(path, "Terms", f"C{first}", cells.serial_of(date(2026, 7, 1)))
    checks = calculate(path)["Checks"]
    assert checks[RESULT].startswith("All checks agree, but 7 figures not checked in plain Excel")
    by_status = Counter(checks[row, 5] for row in CHECK_ROWS)
    assert by_status == {
        "Agrees": 5, "Not checked here: terms from a day on": 6,
        "Not checked here: the table Rates": 1,
    }  # fmt: skip
    # A figure that is wrong is an alarm all the same.
    set_cell(path, "Placements", "C6", "a lot")
    assert calculate(path)["Checks"][RESULT].startswith("NOT ALL AGREE")


OPTIONS = [
    (
        term.label.replace(" ", "_"),
        [one for one in term.options if one in KNOWN.allowed[term.field_name]],
    )
    for term in READINGS
]
OF_THE_FEE = {"Fee_reading", "Savings_reading", "Fee_period"}
"""The readings whose options are all taken together, in both contracts."""
COMBINATIONS = list(
    itertools.product(CONTRACT_NAMES, *(own for label, own in OPTIONS if label in OF_THE_FEE))
)


def combination(number: int) -> tuple[str, dict[str, str]]:
    """A contract, and an option of every reading."""
    name, *of_the_fee = COMBINATIONS[number]
    drawn, fee = random.Random(number), iter(of_the_fee)
    return name, {
        label: next(fee) if label in OF_THE_FEE else drawn.choice(list(own))
        for label, own in OPTIONS
    }


def of_child(number: int, **row):
    return {"Child": f"{'CK'[number]}0{row.pop('child')}", "Agreed": "yes", **row}


def a_life(contract: int):
    """Rows for every optional table of the samples' children but Rates."""

    def prices(child, day, *both):
        return {
            **of_child(contract, child=child), "From": day,
            **dict(zip(("Residential weekly cost", "Family weekly cost"), both, strict=True)),
        }  # fmt: skip

    def without_agreed(rows):
        return [{key: value for key, value in row.items() if key != "Agreed"} for row in rows]

    return {
        "Prices": without_agreed([
            prices(1, date(2026, 2, 1), 9999, 1), prices(1, date(2026, 7, 1), 7289.2345, None),
            prices(1, date(2026, 4, 1), None, 1467.75), prices(1, date(2027, 1, 1), 7300, 1500),
            prices(4, date(2026, 7, 21), 7289.23, 1401.5), prices(4, date(2026, 10, 1), 7011, None),
            prices(3, date(2026, 10, 17), None, 333.333),
        ]),
        "Costs": [
            of_child(contract, child=1, From=date(2026, 6, 1), To=date(2026, 6, 28), Weekly=6550),
            of_child(contract, child=2, From=date(2026, 8, 1), Weekly=123.45, Once=1500.5),
            of_child(contract, child=3, From=date(2025, 9, 1), Weekly=-70.01, Once=300),
            of_child(contract, child=3, From=date(2026, 9, 1), Weekly=999, Agreed="disputed"),
            of_child(contract, child=9 if contract else 0, From=date(2026, 9, 1), Weekly=5000),
        ],
        "Cohort": without_agreed([
            *(of_child(contract, child=child) for child in (1, 2, 4, 5, 6, 7, 8, 9)),
            {**of_child(contract, child=3), "Leaves care on": date(2026, 12, 24)},
        ]),
        "Agreed": [
            {"Month": date(2026, 5, 1), "Payable": 140_000},
            {"Month": date(2026, 6, 9), "Payable": 90_000.01, "Adjustment": -5_000},
            {"Month": date(2026, 6, 1), "Payable": 9_000},
            {"Month": date(2026, 8, 1), "Payable": 0},
        ],
    }  # fmt: skip


def varied(number: int):
    """A contract under a combination of readings, most of them with a life."""
    name, options = combination(number)
    contract = with_terms(
        load_contract(name), **options,
        Starts_on=date(2025, 10, 17), Ends_on=date(2027, 2, 11),
        Fee_months=(12, 17, "")[number % 3], Fee=(599800, 123456.78)[number % 2],
        Bonus_threshold=1_000_000, Bonus_rate=0.075, Contract_maximum=640_000.5,
        Phase_starts_on=date(2026, 3, 1), Fee_share=(1, 0.85)[number % 2],
        **{"Break-down months": (12, 7)[number % 2]}, Cohort_size=21,
        **{"Break-down amount": ("", 31_234.56, "")[number % 3]},
        Bonus_measured_on=("", date(2026, 12, 15))[number // 3 % 2],
        Terminated_on=("", "", "", date(2027, 1, 20))[number % 4],
    )  # fmt: skip
    return with_sample(contract, **a_life(CONTRACT_NAMES.index(name))) if number % 5 else contract


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(COMBINATIONS)))
def test_the_native_formulas_agree_under_every_reading(number, tmp_path):
    contract = varied(number)
    last = statement_of(sample_tables(contract))[-1][0]
    edits = ("Month", "B4", cells.serial_of(last))
    values = figures(contract, tmp_path / "book.xlsx", edits)
    checks = values["Checks"]
    assert {checks[row, 4] for row in CHECK_ROWS} == {0.0}
    tables = sample_tables(contract)
    statement = statement_of(tables)
    months = len(statement) - 1
    assert months == (16 if number % 4 == 3 else 17)
    fees = [checks[FIRST_MONTH_CHECK + month, 4] for month in range(months)]
    assert fees == [0.0] * months
    assert checks[19, 3] > 0
    assert checks[22, 3] == statement[-1][13]
    clear = problems_of(tables)[1][0] == "All tables"
    assert checks[RESULT].startswith(
        "All checks agree" if clear else "NOT CLEAR: the figures agree"
    )


def test_the_combinations_take_every_option_of_every_reading():
    taken = [combination(number)[1].items() for number in range(len(COMBINATIONS))]
    assert set().union(*taken) == {(label, one) for label, own in OPTIONS for one in own}


@pytest.mark.slow
def test_the_chosen_month_is_performed_again_for_every_month(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    path = tmp_path / "book.xlsx"
    write_template(contract, path, sample=True)
    for month, saving in ((date(2026, 3, 17), 79270.25), (date(2026, 11, 1), 305914.62)):
        set_cell(path, "Month", "B4", cells.serial_of(month))
        checks = calculate(path)["Checks"]
        assert [checks[17, column] for column in (2, 3, 4, 5)] == [saving, saving, 0.0, "Agrees"]


@pytest.mark.slow
def test_as_at_shortens_the_statement_and_the_checks_follow(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    day = date(2026, 4, 20)
    edits = (("Month", "B4", cells.serial_of(day)), ("Statement", "D4", cells.serial_of(day)))
    values = figures(contract, tmp_path / "book.xlsx", *edits)
    statement = statement_of(sample_tables(contract), day)
    assert len(statement) == 9
    found = spilled(values, "Statement", "A23", len(statement) + 1, 19)
    assert found == [*([plain(value) for value in row] for row in statement), [None] * 19]
    assert values["Statement"][14, 4] == statement[-1][13]
    assert values["Checks"][RESULT].startswith("NOT CLEAR: the figures agree")
    # The readings are worth what they are worth to that day, and beside it to the end.
    assert (values["Readings"][9, 11], values["Readings"][9, 18]) == (statement[-1][13], 703810.3)


@pytest.mark.program
@pytest.mark.parametrize("number", [None, 1, 8, 16])
def test_a_second_spreadsheet_program_works_the_native_formulas_out_the_same(
    number, tmp_path, monkeypatch
):
    contract = load_contract("plymouth-l04-2526") if number is None else varied(number)
    path = tmp_path / "native.xlsx"
    write_template(contract, path, sample=True)
    expected = calculate(path)

    def as_constants(sheet, row, column, last_row, last_column, formula, style, value):
        sheet.write(row, column, value, style)

    # The PBR_ formulas stand as their last values; all others are calculated from scratch.
    monkeypatch.setattr(Worksheet, "write_dynamic_array_formula", as_constants)
    write_template(contract, path, sample=True, values=expected)
    found = values_of(calculated_by_libreoffice(path, tmp_path))
    compared = 0
    for sheet in read_by_openpyxl(path):
        for address in formulas_of(sheet):
            if sheet[address].value == "=PBR_VERSION()":
                continue
            row, column = cells_at(address)
            value = plain(expected[sheet.title][row, column])
            other = plain(found[sheet.title][address].value)
            if isinstance(value, float):
                value = float(f"{value:.15g}")  # LibreOffice stores fifteen digits.
            assert other == value, (sheet.title, address)
            compared += 1
    assert compared > 6_000


# The forecast.

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
FORECAST_ROW = 46


def forecast_of(path, as_at=None, scenarios=1000, seed=1):
    tables = tables_of(path)
    assumed = rows_of(path, "Assumptions")
    return functions.pbr_forecast(
        tables["Terms"], tables["Placements"], assumed, as_at, scenarios, seed, tables["Carers"],
        **life(tables, *LIFE[:4]),
    )  # fmt: skip


def test_the_assumptions_are_a_table_of_their_own_with_values_by_kind(opened):
    for (name, sample), book in opened.items():
        sheet = book["Assumptions"]
        table = sheet.tables["PbrAssumptions"]
        headings, *rows = ([cell.value for cell in row] for row in sheet[table.ref])
        assert headings == ["Assumption", "Value", "Unit", "What it means", "Note"]
        assert [row[0] for row in rows] == [assumption.label for assumption in ASSUMPTIONS]
        values = {
            row["Assumption"]: row["Value"] for row in load_contract(name).sample["Assumptions"]
        }
        assert [plain(row[1]) for row in rows] == [
            plain(values.get(row[0])) if sample else None for row in rows
        ]
        assert {row[4] for row in rows} == ({"Illustration, not a forecast"} if sample else {None})
        rules = {
            str(rule.sqref): rule for rule in sheet.data_validations.dataValidation
        }  # fmt: skip
        assert len(rules) == len(ASSUMPTIONS)
        kinds = {"count": "whole", "month": "date"}
        for row, assumption in enumerate(ASSUMPTIONS, start=6):
            rule = rules[f"B{row}"]
            assert rule.type == kinds.get(assumption.kind, "decimal")
            assert rule.prompt.startswith(assumption.meaning)
            assert rule.showErrorMessage
            assert not sheet[f"B{row}"].protection.locked
        shares = [rules[f"B{row}"] for row, one in enumerate(ASSUMPTIONS, 6) if one.kind == "share"]
        assert {(rule.formula1, rule.formula2) for rule in shares} == {("0", "1")}


@pytest.mark.slow
def test_the_key_figures_of_the_forecast_are_those_of_its_total(books, calculated):
    for key, path in books.items():
        values = calculated[key]["Forecast"]
        rows = {row[0]: row for row in forecast_of(path)}
        for number, column in enumerate((1, 5, 9), start=10):
            found = [values[number, across] for across in (2, 3, 4, 5)]
            assert found == rows["Total"][column : column + 4]
        chances = [row[1] for label, row in rows.items() if str(label).startswith("Chance that")]
        assert [values[row, 2] for row in (15, 16, 17)] == chances
        assert len(chances) == 3
        uncertain = key[1]
        assert values[7, 1].startswith("Nothing is uncertain") != uncertain
        assert ("Nothing is uncertain" in rows) != uncertain
    assert calculated["cheshire-east-2026", True]["Forecast"][16, 2] == "no bonus in the terms"


@pytest.mark.slow
def test_without_assumptions_the_forecast_is_the_statement(books, calculated):
    for name in CONTRACT_NAMES:
        path, values = books[name, False], calculated[name, False]["Forecast"]
        _, *months = statement_of(tables_of(path))
        for row, month in enumerate(months, start=FORECAST_ROW + 1):
            assert plain(values[row, 1]) == plain(month[0])
            # Saving, Payable and Saving to date, each as three percentiles and a mean.
            for column, figure in ((2, 2), (6, 12), (14, 3)):
                assert [values[row, column + n] for n in range(4)] == [month[figure]] * 4


@pytest.mark.slow
def test_the_inputs_of_the_forecast_reach_it(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    path, day = tmp_path / "book.xlsx", date(2026, 8, 31)
    edits = (
        ("Forecast", "B4", cells.serial_of(day)), ("Forecast", "B5", 50), ("Forecast", "B6", 7),
    )  # fmt: skip
    found = figures(contract, path, *edits)["Forecast"]
    expected = forecast_of(path, day, 50, 7)
    assert expected != forecast_of(path, None, 50, 7)
    assert expected != forecast_of(path, day, 50, 8)
    got = spilled({"Forecast": found}, "Forecast", "A46", len(expected), 25)
    assert got == [[plain(value) for value in row] for row in expected]


@pytest.mark.slow
def test_the_fan_charts_are_drawn_from_cells_with_the_percentiles(books, calculated):
    for (name, sample), path in books.items():
        values = calculated[name, sample]["Forecast"]
        months = [row for row in forecast_of(path)[1:] if isinstance(row[0], date)]
        maximum = load_contract(name).terms[[t.label for t in TERMS].index("Contract maximum")]
        for part, column, level in (("chart3", 13, None), ("chart4", 17, maximum.value or None)):
            chart = xml_of(path, f"xl/charts/{part}.xml")
            drawn = [[points(values, found, which) for which in ("cat", "val")]
                     for found in chart.iter(f"{CHART}ser")]  # fmt: skip
            assert [shown for shown, _ in drawn] == [[plain(row[0]) for row in months]] * len(drawn)
            low, middle, high = ([row[column + n] for row in months] for n in range(3))
            spread = [round(top - bottom, 2) for top, bottom in zip(high, low, strict=True)]
            lines = [low, spread, middle, *([[level] * len(months)] if level else [])]
            assert [line for _, line in drawn] == lines
            names = [found.find(f"{CHART}tx/{CHART}v").text for found in chart.iter(f"{CHART}ser")]
            band = ["10th to 90th percentile", "50th percentile"]
            assert names[1:] == [*band, *(["Contract maximum"] if level else [])]
            # What carries the band is neither seen nor named.
            (hidden,) = chart.iter(f"{CHART}legendEntry")
            assert hidden.find(f"{CHART}idx").get("val") == "0"
        if sample:
            assert any(spread)


def points(values, series, which):
    """The values of the cells that a series of a chart refers to."""
    sheet, _, area = series.find(f"{CHART}{which}//{CHART}f").text.rpartition("!")
    assert sheet == "Forecast"
    first, last = (cells_at(address) for address in area.replace("$", "").split(":"))
    assert first[1] == last[1]
    return [plain(values[row, first[1]]) for row in range(first[0], last[0] + 1)]


def test_a_wrong_assumption_stops_the_forecast_and_no_other_sheet(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    row = 6 + [assumption.label for assumption in ASSUMPTIONS].index("Share reunified")
    values = figures(contract, tmp_path / "book.xlsx", ("Assumptions", f"B{row}", 5))
    forecast = values["Forecast"]
    for place in ((FORECAST_ROW, 1), (10, 2), (12, 5), (15, 2), (17, 2)):
        assert plain(forecast[place]) == "#NUM!"
    assert values["Statement"][14, 5] == 703810.3
    assert values["Checks"][RESULT].startswith("NOT ALL AGREE")


@pytest.mark.slow
def test_a_forecast_longer_than_the_prepared_rows_is_still_read_to_its_end(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    path = tmp_path / "book.xlsx"
    values = figures(contract, path, ("Terms", "B12", cells.serial_of(date(2029, 2, 28))))
    total = next(row for row in forecast_of(path) if row[0] == "Total")
    assert [values["Forecast"][12, column] for column in (2, 3, 4, 5)] == total[9:13]


# Guards.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "address", "value", "code"),
    [
        ("Placements", "C7", "#N/A", "#N/A"),
        ("Placements", "D9", "about a thousand", "#VALUE!"),
        ("Placements", "C6", -1, "#NUM!"),
        ("Carers", "B6", "#REF!", "#REF!"),
        ("Claims", "B7", "twelve", "#VALUE!"),
        ("Terms", "B13", "much", "#VALUE!"),
    ],
)
def test_an_error_in_an_input_is_never_summed_away(tmp_path, table, address, value, code):
    values = figures(
        load_contract("plymouth-l04-2526"), tmp_path / "book.xlsx", (table, address, value)
    )
    for row in range(7, 19):
        assert plain(values["Statement"][row, 4]) == code
    if table != "Claims":
        assert plain(values["Readings"][5, 2]) == code
    assert plain(values["Reconcile"][7, 1]) == code
    assert all(plain(values["Reconcile"][row, 9]) == code for row in range(8, 15))
    assert plain(values["Explain"][7, 1]) == code
    checks = values["Checks"]
    assert checks[RESULT].startswith("NOT ALL AGREE")
    assert checks[18, 5] == "No figure: the function gives an error"
    assert sum(checks[row, 2] for row in ERROR_ROWS) > 0
    problems = [
        found for (_, column), found in sorted(checks.items()) if column == 1 and found == table
    ]
    assert table in problems


@pytest.mark.slow
def test_a_price_typed_as_text_is_read_by_the_functions_and_by_the_checks(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    values = figures(contract, tmp_path / "book.xlsx", ("Placements", "C6", "£7,076.92"))
    assert values["Statement"][8, 5] == 2872710.66
    assert values["Checks"][18, 5] == "Agrees"
    assert values["Checks"][RESULT].startswith("NOT CLEAR: the figures agree")


@pytest.mark.slow
def test_a_programme_longer_than_the_prepared_rows_shows_no_wrong_total(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    last = cells.serial_of(date(2029, 2, 28))
    edits = (("Terms", "B12", last), ("Month", "B4", last))
    values = figures(contract, tmp_path / "book.xlsx", *edits)
    assert plain(values["Statement"][14, 4]) == "#N/A"
    assert plain(values["Statement"][14, 5]) == "#N/A"
    assert values["Checks"][RESULT].startswith("NOT ALL AGREE")
    assert values["Statement"][22, 3] == "The charts show 18 months; the programme is longer now."


@pytest.mark.slow
def test_a_contract_without_dates_makes_a_book_that_says_what_is_missing(tmp_path):
    contract = with_terms(load_contract("cheshire-east-2026"), Starts_on="", Ends_on="")
    path = tmp_path / "book.xlsx"
    new_workbook(contract, path, sample=False)
    values = calculate(path)
    assert plain(values["Statement"][23, 1]) == "#VALUE!"
    assert plain(values["Statement"][7, 4]) == "#VALUE!"
    assert "Enter Starts on" in str(values["Checks"].values())


def test_texts_of_the_contract_are_never_formulas(tmp_path):
    bad = '=HYPERLINK("http://example.org","x")'
    contract = with_sample(
        with_terms(load_contract("plymouth-l04-2526"), Provider=bad, Commissioner="+1"),
        Placements=[{"Child": "@c", "Moved on": date(2026, 1, 1)}],
    )
    contract = dataclasses.replace(contract, title="=1+1 & more", notes=("-2",), source=bad)
    path = tmp_path / "book.xlsx"
    write_template(contract, path, sample=True)
    book = read_by_openpyxl(path)
    assert book["Terms"]["B8"].value == bad
    assert book["Terms"]["B8"].data_type == "s"
    assert book["Placements"]["A6"].data_type == "s"
    assert book["Statement"]["G2"].data_type == "s"
    assert "HYPERLINK" not in str([formulas_of(sheet) for sheet in book])
    assert book["Statement"].oddHeader.left.text == "=1+1 && more"


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes(plymouth, tmp_path):
    again = tmp_path / "again.xlsx"
    new_workbook(load_contract("plymouth-l04-2526"), again, sample=True)
    assert again.read_bytes() == plymouth.read_bytes()


def test_excel_takes_the_last_values_as_they_are(plymouth):
    calculation = xml_of(plymouth, "xl/workbook.xml").find(f"{MAIN}calcPr")
    assert calculation.get("fullCalcOnLoad") is None
    assert calculation.get("calcMode") in (None, "auto")


@pytest.mark.slow
def test_a_book_that_cannot_be_written_leaves_what_was_there(tmp_path):
    folder = tmp_path / "folder.xlsx"
    folder.mkdir()
    with pytest.raises(FileProblem, match="is a folder"):
        new_workbook(load_contract("cheshire-east-2026"), folder, sample=False)
    assert list(tmp_path.iterdir()) == [folder]


def test_what_has_no_place_in_the_sheets_is_refused_and_not_lost(tmp_path):
    (tmp_path / "ours.toml").write_text(
        '[[rates]]\noutcome = "A year"\nweeks = 52\nprice = 6800\n', encoding="utf-8"
    )
    contract = load_contract(str(tmp_path / "ours.toml"))
    with pytest.raises(FileProblem, match=r"ours: its values that change or its rates have no"):
        new_workbook(contract, tmp_path / "ours.xlsx", sample=False)
    assert not (tmp_path / "ours.xlsx").exists()
