"""The rules of Excel's file format: each finds a planted violation, and none in a right file."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from tests.support import file_rules, made_files
from tests.support.file_rules import RULES, broken_rules
from xlpbr.workbook.files.safe_writing import write_safely

SHEET = "xl/worksheets/sheet1.xml"
BOOK = "xl/workbook.xml"
CHAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
CHAIN = (
    b'<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<c r="H2" i="1"/><c r="J2" i="1" a="1"/></calcChain>'
)


@pytest.fixture(scope="module")
def right(tmp_path_factory) -> Path:
    """A workbook that has something for every rule, and breaks none."""
    path = tmp_path_factory.mktemp("rules") / "right.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Costs")
    for name, first in (("One", 0), ("Two", 3)):
        headings = [{"header": f"{name} {letter}"} for letter in "ab"]
        sheet.add_table(0, first, 3, first + 1, {"name": name, "columns": headings})
    sheet.write_formula("H2", '=A2&"x"', None, "x")
    sheet.write_dynamic_array_formula("J2:J4", "=A2:A4*2", None, 0)
    sheet.write_array_formula("L2:L4", "{=A2:A4*3}", None, 0)
    sheet.merge_range("N2:N4", "merged")
    sheet.merge_range("P2:P4", "merged too", book.add_format({"bold": True}))
    sheet.data_validation("A2:A4", {"validate": "list", "source": ["yes", "no"]})
    sheet.data_validation(
        "B2:B4", {"validate": "integer", "criteria": ">", "value": 0, "input_title": "How many"}
    )
    sheet.print_area("A1:P4")
    sheet.insert_textbox("R2", "one")
    sheet.insert_textbox("R9", "two")
    book.add_worksheet("Other")
    book.define_name("Rate", "=Costs!$A$2")
    book.define_name("Other!Rate", "=Other!$A$2")
    book.close()
    parts = members(path)
    parts["xl/calcChain.xml"] = CHAIN
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>",
        f'<Override PartName="/xl/calcChain.xml" ContentType="{CHAIN_TYPE}"/></Types>'.encode(),
    )
    listing = "xl/_rels/workbook.xml.rels"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    parts[listing] = parts[listing].replace(
        b"</Relationships>",
        f'<Relationship Id="rId99" Type="{kind}" Target="calcChain.xml"/></Relationships>'.encode(),
    )
    pack(path, parts)
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def pack(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def put(part: str, old: str, new: str) -> Callable[[dict[str, bytes]], None]:
    """A change of one part, in which the pattern must be found."""

    def change(parts: dict[str, bytes]) -> None:
        text, count = re.subn(old, new, parts[part].decode(), count=1, flags=re.DOTALL)
        assert count == 1, f"{old} is not in {part}: {parts[part][:3000].decode()}"
        parts[part] = text.encode()

    return change


def without(part: str) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.__delitem__(part)


def _long(length: int) -> str:
    return "x" * length


PLANTED = [
    ("headings_of_tables", put("xl/tables/table1.xml", 'name="One a"', 'name="One c"')),
    ("headings_of_tables", put(SHEET, '<c r="A1" t="s"><v>[0-9]+<', '<c r="A1"><v>1<')),
    ("unique_ids", put("xl/tables/table2.xml", '<table ([^>]*)id="2"', r'<table \1id="1"')),
    ("unique_ids", put("xl/tables/table2.xml", 'displayName="Two"', 'displayName="ONE"')),
    ("unique_ids", put(BOOK, 'sheetId="2"', 'sheetId="1"')),
    ("unique_ids", put(BOOK, 'name="Other"', 'name="COSTS"')),
    ("unique_ids", put("xl/_rels/workbook.xml.rels", 'Id="rId99"', 'Id="rId1"')),
    ("unique_ids", put("xl/drawings/drawing1.xml", '<xdr:cNvPr id="3"', '<xdr:cNvPr id="2"')),
    ("arrays_keep_clear", put(SHEET, 'ref="N2:N4"', 'ref="J4:N4"')),
    ("arrays_keep_clear", put(SHEET, 'ref="L2:L4"', 'ref="L2:N4"')),
    ("arrays_keep_clear", put(SHEET, 'ref="J2:J4"', 'ref="J2:L4"')),
    ("arrays_keep_clear", put("xl/tables/table2.xml", 'ref="D1:E4"', 'ref="J1:K4"')),
    ("arrays_hold_their_cell", put(SHEET, 'ref="L2:L4"', 'ref="L3:L4"')),
    ("marks_are_declared", put(SHEET, 'cm="1"', 'cm="2"')),
    ("marks_are_declared", put("xl/_rels/workbook.xml.rels", "/sheetMetadata", "/other")),
    ("lengths", put(SHEET, 't="str"><f>[^<]*</f><v>x<', f't="str"><f>1</f><v>{_long(32_768)}<')),
    ("lengths", put(SHEET, r"<f>A2&amp;[^<]*<", f"<f>{_long(8_193)}<")),
    ("lengths", put("xl/sharedStrings.xml", "<t>merged</t>", f"<t>{_long(32_768)}</t>")),
    ("lengths", put(BOOK, '<definedName name="Rate">', f'<definedName name="{_long(256)}">')),
    ("texts_of_validations", put(SHEET, '"yes,no"', f'"{_long(256)}"')),
    ("texts_of_validations", put(SHEET, 'promptTitle="How many"', f'promptTitle="{_long(33)}"')),
    ("texts_of_validations", put(SHEET, 'promptTitle="How many"', f'error="{_long(256)}"')),
    ("validations_keep_clear", put(SHEET, 'sqref="B2:B4"', 'sqref="A4:B4"')),
    ("defined_names", put(BOOK, '<definedName name="Rate">', '<definedName name="9 Rate">')),
    ("defined_names", put(BOOK, "Costs!\\$A\\$2<", "Gone!$A$2<")),
    ("defined_names", put(BOOK, 'name="Rate" localSheetId="1"', 'name="rate"')),
    ("defined_names", put(BOOK, 'name="Rate" localSheetId="1"', 'name="Rate" localSheetId="7"')),
    ("names_of_sheets", put(BOOK, 'name="Other"', 'name="O/ther"')),
    ("names_of_sheets", put(BOOK, 'name="Other"', f'name="{_long(32)}"')),
    ("shared_texts_are_there", put(SHEET, '(<c r="N2"[^>]*><v>)[0-9]+<', r"\g<1>99<")),
    ("formats_are_there", put(SHEET, '<c r="P2" s="1"', '<c r="P2" s="9"')),
    ("chain_of_calculation", put("xl/calcChain.xml", 'r="H2"', 'r="H3"')),
    ("chain_of_calculation", put("xl/calcChain.xml", ' a="1"', "")),
    ("content_types", put("[Content_Types].xml", '<Default Extension="rels"[^>]*/>', "")),
    ("content_types", put("[Content_Types].xml", "/xl/styles.xml", "/xl/gone.xml")),
    ("relationships_lead_somewhere", without("xl/theme/theme1.xml")),
    ("texts_of_formulas", put(SHEET, '(<c r="H2") t="str"', r"\1")),
    ("texts_of_formulas", put(SHEET, '(<c r="H2") t="str">(<f>[^<]*</f>)<v>x<', r"\1>\2<v><")),
    ("texts_of_formulas",
     put(SHEET, '(<c r="H2") t="str">(<f>[^<]*</f>)<v>x<', r'\1 t="e">\2<v>#WRONG!<')),
    ("merged_cells_keep_clear", put(SHEET, 'ref="N2:N4"', 'ref="N2:P4"')),
    ("merged_cells_keep_clear", put(SHEET, 'ref="N2:N4"', 'ref="E4:F5"')),
    ("print_areas", put(BOOK, r"Costs!\$A\$1:\$P\$4", "Other!$A$1:$P$4")),
]  # fmt: skip


def test_a_right_file_breaks_no_rule(right):
    assert broken_rules(right) == []


@pytest.mark.parametrize(("rule", "plant"), PLANTED)
def test_a_planted_violation_is_found(right, tmp_path, rule, plant):
    parts = members(right)
    plant(parts)
    pack(tmp_path / "wrong.xlsx", parts)
    found = broken_rules(tmp_path / "wrong.xlsx")
    assert [one for one in found if one.startswith(f"{rule}: ")], found


def test_every_rule_has_a_planted_violation_and_a_sentence():
    assert {rule for rule, _ in PLANTED} == {rule.__name__ for rule in RULES}
    assert all((rule.__doc__ or "").strip().endswith(".") for rule in RULES)
    listed = {name for name, one in vars(file_rules).items() if getattr(one, "__doc__", None)
              and getattr(one, "__annotations__", {}) == RULES[0].__annotations__}  # fmt: skip
    assert listed == {rule.__name__ for rule in RULES}


def test_a_workbook_that_breaks_a_rule_fails_the_test_that_makes_it(right, tmp_path):
    parts = members(right)
    put(SHEET, 'sqref="B2:B4"', 'sqref="A4:B4"')(parts)
    target = tmp_path / "made.xlsx"
    with pytest.raises(AssertionError, match="validations_keep_clear"):
        write_safely(target, lambda temporary: pack(temporary, parts))
    assert not target.exists()


def test_what_was_broken_before_an_edit_is_not_held_against_it(right, tmp_path):
    parts = members(right)
    put(SHEET, 'sqref="B2:B4"', 'sqref="A4:B4"')(parts)
    source, target = tmp_path / "foreign.xlsx", tmp_path / "edited.xlsx"
    pack(source, parts)
    write_safely(target, lambda temporary: pack(temporary, parts), inputs=(source,))
    assert target.exists()
    put(SHEET, 'ref="L2:L4"', 'ref="L3:L4"')(parts)
    with pytest.raises(AssertionError, match="arrays_hold_their_cell"):
        write_safely(tmp_path / "more.xlsx", lambda t: pack(t, parts), inputs=(source,))
    assert made_files._MOST_BYTES > 1_000_000
