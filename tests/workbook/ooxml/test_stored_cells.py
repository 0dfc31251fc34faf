"""Cells as they are stored: every form of a value, damaged ones, days as numbers."""

import datetime

import openpyxl
import pytest
import xlsxwriter

from tests.support.raw_package import raw_book, values_of
from xlpbr.errors import CellError, FileProblem
from xlpbr.workbook.ooxml.book import StoredCell, cells_of, open_book
from xlpbr.workbook.ooxml.sheet.read import serial_number


def test_cells_agree_with_openpyxl(varied):
    ours = cells_of(open_book(varied), "data")
    formulas = openpyxl.load_workbook(varied)["Data"]
    shown = openpyxl.load_workbook(varied, data_only=True)["Data"]
    seen = 0
    for row in formulas.iter_rows():
        for other in row:
            cell = ours.get((other.row, other.column))
            if other.value is None:
                assert cell is None
                continue
            seen += 1
            assert cell is not None
            assert not cell.never_calculated
            last = shown.cell(other.row, other.column)
            if cell.kind == "error":
                assert cell.value == CellError(
                    last.value, f"the cell Data!{other.coordinate} shows {last.value}"
                )
            elif other.column == 3:
                # openpyxl leaves the escape as it is stored, _x005F_x0041_
                assert cell.value == f"child {other.row - 1} <&> é £ _x0041_"
            elif isinstance(last.value, datetime.datetime):
                assert cell.kind == "number"
                assert cell.value == serial_number(last.value, date_1904=False)
            else:
                assert cell.value == last.value
                assert type(cell.value) in {float, str, bool}
            if other.data_type == "f":
                text = getattr(other.value, "text", other.value)
                assert cell.formula == text.removeprefix("=")
                assert cell.array_range == getattr(other.value, "ref", None)
            else:
                assert cell.formula is None
    assert seen == len(ours) == 30 * 7 + 1 + 6 + 3 + 2 + 1
    assert ours[1, 10].value == "bold and plain"


def test_money_formatted_as_a_date_stays_money(tmp_path):
    path = tmp_path / "b.xlsx"
    book = xlsxwriter.Workbook(path)
    date = book.add_format({"num_format": "dd/mm/yyyy"})
    book.add_worksheet("Data").write_row(0, 0, [2994626, -5, 60], date)
    book.close()
    assert values_of(path) == {(1, 1): 2994626.0, (1, 2): -5.0, (1, 3): 60.0}


def test_every_stored_form_of_a_value(tmp_path):
    path = raw_book(
        tmp_path / "b.xlsx",
        '<row r="2"><c r="A2"><v>12345678901234567</v></c><c r="B2"><v>1E-3</v></c>'
        '<c r="C2" t="s"><v>0</v></c><c r="D2" t="s"><v>1</v></c><c r="E2" t="s"><v>2</v></c>'
        '<c r="F2" t="inlineStr"><is><r><t>in </t></r><rPh sb="0" eb="1"><t>no</t></rPh>'
        '<r><t xml:space="preserve"> line</t></r></is></c>'
        '<c r="G2" t="str"><f>""</f><v></v></c><c r="H2"><f>A2*2</f></c>'
        '<c r="I2"><f>A2*3</f><v/></c><c r="J2" t="b"><v>1</v></c><c r="K2" s="1"/>'
        '<c r="L2" t="s"/><c r="M2"><f t="dataTable" ref="M2:M3" r1="A1" r2="B1"/><v>4</v></c>'
        "</row>"
        "<row><c><v>1</v></c><c><v>2</v></c></row>",
        strings="<si><t>a_x000D_\nb</t></si><si><r><t>rich </t></r><r><t>text</t></r>"
        "<rPh><t>guide</t></rPh></si><si><t>_xD83D__xDE00_</t></si>",
    )
    stored = cells_of(open_book(path), "Data")
    assert {position: cell.value for position, cell in stored.items()} == {
        (2, 1): 12345678901234567.0,
        (2, 2): 0.001,
        (2, 3): "a\r\nb",
        (2, 4): "rich text",
        (2, 5): "😀",
        (2, 6): "in  line",
        (2, 7): "",
        (2, 8): None,
        (2, 9): None,
        (2, 10): True,
        (2, 13): 4.0,
        (3, 1): 1.0,
        (3, 2): 2.0,
    }
    assert stored[2, 7] == StoredCell("", '""', None, "text", never_calculated=False)
    assert stored[2, 8] == StoredCell(None, "A2*2", None, "blank", never_calculated=True)
    assert stored[2, 9].never_calculated
    assert stored[2, 13].formula == "TABLE(A1,B1)"


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ('<c r="B2"><v>1,5</v></c>', "Data!B2 holds '1,5', which is no value"),
        ('<c r="B2"><v>NaN</v></c>', "Data!B2 holds 'NaN', which is no value"),
        ('<c r="B2" t="s"><v>9</v></c>', "Data!B2 holds '9', which is no value"),
        ('<c r="B2" t="b"><v>2</v></c>', "Data!B2 holds '2', which is no value"),
        ('<c r="2B"><v>1</v></c>', "'2B' is no cell"),
        ('<c r="B2000000"><v>1</v></c>', "'2000000' is no row"),
        ('<c r="B2"><v>1</v></c><c r="B2"><v>2</v></c>', "Data!B2 stands in it twice"),
        ('<c r="B2"><f t="shared" si="4"/><v>1</v></c>', "the formula of Data!B2 is missing"),
        ('<c r="B2"><v>1</c>', "mismatched tag: line 1"),
    ],
)
def test_damaged_cells_are_named(tmp_path, cell, what):
    path = raw_book(tmp_path / "b.xlsx", f'<row r="2">{cell}</row>')
    with pytest.raises(FileProblem) as caught:
        cells_of(open_book(path), "Data")
    assert str(caught.value).startswith(
        f"{path} is damaged in its part xl/worksheets/sheet1.xml: {what}"
    )


def test_a_format_at_the_last_row_costs_nothing(tmp_path):
    path = raw_book(
        tmp_path / "b.xlsx",
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>',
    )
    assert values_of(path) == {(1, 1): 1.0}


def test_serial_numbers():
    day = datetime.date
    assert serial_number(day(1900, 1, 1), date_1904=False) == 1
    assert serial_number(day(1900, 2, 28), date_1904=False) == 59
    assert serial_number(day(1900, 3, 1), date_1904=False) == 61
    assert serial_number(day(2024, 4, 1), date_1904=False) == 45383
    assert serial_number(day(2024, 4, 1), date_1904=True) == 45383 - 1462
    with pytest.raises(ValueError, match="31 December 1899 is before the first date"):
        serial_number(day(1899, 12, 31), date_1904=False)
