"""The template as it is made: sheets, tables, rules of entry, locks, words, and what stops it."""

import re

import openpyxl
import pytest

import xlpbr
from tests.support.opened import opened as read_by_openpyxl
from tests.support.template_book import AUDIT_HEADINGS, INPUT_SHEETS, LIFE, plain, rows_in, rows_of
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import load_contract, terms_table
from xlpbr.contract.terms import TERMS, VARYING
from xlpbr.errors import FileProblem
from xlpbr.functions.catalogue import FUNCTIONS
from xlpbr.workbook.look.styles import FILLS
from xlpbr.workbook.read.own_sheets import SHEETS
from xlpbr.workbook.template.plan import template_plan_of
from xlpbr.workbook.template.write import new_workbook

TYPED_SHEETS = (*INPUT_SHEETS, "Assumptions")
FORMULA_SHEETS = tuple(sheet for sheet in SHEETS if sheet not in TYPED_SHEETS)
INPUT_CELLS = {
    "Month": {"B4"}, "Reconcile": {"B4"}, "Forecast": {"B4", "B5", "B6"},
}  # fmt: skip
SIGN_OFF = {"H18", "I18", "J18", "H19", "I19", "J19"}


def test_the_sheets_stand_in_their_order_and_about_is_open(opened):
    for book in opened.values():
        assert book.sheetnames == list(SHEETS)
        assert book.active.title == "About"
        for sheet in book:
            assert sheet.sheet_view.selection[-1].activeCell == "A1" or sheet.freeze_panes
            assert sheet["A1"].value
            # The one page of Month wraps workings over columns that its tables share, and the line
            # of the readings without effect wraps across the page; tables are never merged.
            merged = [str(area) for area in sheet.merged_cells.ranges]
            wraps = ["A7:F7"] if sheet.title == "Readings" else []
            assert merged == wraps or sheet.title == "Month", sheet.title


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
        hidden = {
            openpyxl.utils.get_column_letter(number)
            for look in sheet.column_dimensions.values()
            if look.hidden
            for number in range(look.min, look.max + 1)
        }
        assert hidden == letters
        said = calculated[key, True]["Statement"][22, 3]
        assert said.startswith("Hidden, as the contract has no such clause: Outcome fees (I)")
        headings = calculated[key, True]["Statement"]
        named = re.findall(r"(?:: |, | and )([A-Z][\w ]*?) \((\w)\)", said)
        assert named == [
            (headings[23, openpyxl.utils.column_index_from_string(letter)], letter)
            for letter in sorted(letters)
        ]
        assert said.endswith("select the columns beside them, right-click, Unhide.")


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
                    rules = sheet.data_validations.dataValidation
                    assert [rule for rule in rules if address in rule.cells], address
                    label = sheet.cell(sheet[address].row, 1).value
                    assert label.endswith("(Input)")


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


def test_the_properties_name_the_contract_and_no_person(opened):
    for (name, _), book in opened.items():
        contract, properties = load_contract(name), book.properties
        assert properties.title == contract.title
        assert contract.name in properties.subject
        assert properties.creator == "xlpbr"
        assert properties.lastModifiedBy in (None, "xlpbr")
        assert xlpbr.__version__ in properties.description


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


@pytest.mark.slow
def test_the_same_inputs_give_the_same_bytes(plymouth, tmp_path):
    again = tmp_path / "again.xlsx"
    new_workbook(load_contract("plymouth-l04-2526"), again, sample=True)
    assert again.read_bytes() == plymouth.read_bytes()


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
