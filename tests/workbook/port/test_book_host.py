"""The form in which a workbook calls the functions, and the order of calculation after a port."""

from __future__ import annotations

import zipfile

import pytest
import xlsxwriter

from tests.workbook.ooxml.edit.test_edits import with_parts
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.port.book_host import HostForm, host_form
from xlpbr.workbook.port.rewrite import port

OFFICE = "_xldudf_"


def book_with(path, *formulas):
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet("S")
    for row, formula in enumerate(formulas):
        sheet.write_formula(row, 1, f"={formula}", None, 1)
    made.close()
    return path


@pytest.mark.parametrize(
    ("formulas", "form"),
    [
        ((), HostForm("", mixed=False)),
        (("SUM(A1:A2)", '"_xldudf_PBR_FEE_CAP(1,2)"'), HostForm("", mixed=False)),
        (("PBR_FEE_CAP(1,2)",), HostForm("", mixed=False)),
        (("_xldudf_PBR_FEE_CAP(1,2)",), HostForm(OFFICE, mixed=False)),
        (("_xldudf_PBR_FEE_CAP(1,2)", "PBR_FEE_CAP(1,2)"), HostForm("", mixed=True)),
        (("_xldudf_PBR_FEE_CAP(1,_xldudf_PBR_FEE_CAP(1,PBR_FEE_CAP(1,2)))",),
         HostForm(OFFICE, mixed=True)),
    ],
)  # fmt: skip
def test_the_form_is_that_of_the_formulas(tmp_path, formulas, form):
    book = open_book(book_with(tmp_path / "book.xlsx", *formulas))
    assert host_form(book) == form
    assert ("--to" in form.notice(book)) == form.mixed


@pytest.mark.parametrize(("code", "prefix"), [("import xlpbr", OFFICE), ("import pandas", "")])
def test_a_workbook_with_the_code_for_lite_has_its_form(tmp_path, code, prefix):
    path = book_with(tmp_path / "book.xlsx")
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/webextensions/webextension1.xml", f"<x>{code}</x>")
    assert host_form(open_book(path)) == HostForm(prefix, mixed=False)


def test_the_order_of_calculation_says_which_formulas_a_port_made_array_formulas(tmp_path):
    names = "plain", "chain", "lite", "back"
    plain, chain, lite, back = (tmp_path / f"{name}.xlsx" for name in names)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    leads = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    book_with(plain, "PBR_FEE_CAP(1,2)", "B1*2")
    with_parts(
        plain,
        chain,
        {
            "xl/calcChain.xml": f'<calcChain xmlns="{main}"><c r="B2" i="1" l="1"/><c r="B1"/>'
            "</calcChain>",
            "[Content_Types].xml": lambda text: text.replace(
                "</Types>", f'<Override PartName="/xl/calcChain.xml" ContentType="{kind}"/></Types>'
            ),
            "xl/_rels/workbook.xml.rels": lambda text: text.replace(
                "</Relationships>",
                f'<Relationship Id="rId99" Type="{leads}" Target="calcChain.xml"/></Relationships>',
            ),
        },
    )
    port(chain, "lite", lite)
    part = zipfile.ZipFile(lite).read("xl/calcChain.xml").decode()
    assert '<c r="B2" i="1" l="1"/><c r="B1" a="1"/>' in part
    port(lite, "classic", back)
    before, after = zipfile.ZipFile(chain), zipfile.ZipFile(back)
    assert {name: after.read(name) for name in after.namelist()} == {
        name: before.read(name) for name in before.namelist()
    }
