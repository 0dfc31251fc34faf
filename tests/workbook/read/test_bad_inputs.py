"""Each kind of bad input in the cells of a workbook: its one message, and the right figures."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.support.bad_books import (
    APRIL,
    INPUTS,
    MARCH,
    PLACEMENTS,
    ROOT,
    TERMS,
    child,
    children,
    edit_part,
    make,
    message,
    read,
    refusal,
    saved,
    settled,
)
from tests.support.work import counted
from tests.support.written import write_rows
from xlpbr import cells, functions
from xlpbr.errors import NUM, CellError
from xlpbr.money import to_pence

NBSP = "\u00a0"
A_DAY = 80000
"""What ``child()`` saves a day, in pence."""

FROM_MARCH, FROM_APRIL = 184 * A_DAY, 153 * A_DAY
"""To the end of August 2026."""


def blocked(path, number, **places):
    """The data is read to the end, the message is said, and no figure comes out."""
    records, lines = read(path, **places)
    assert message(number) in lines, lines
    assert records.blocking
    return records


def noted(path, number, **places):
    """The message is said, and the figures stand."""
    records, lines = read(path, **places)
    assert message(number) in lines, lines
    return records


def test_every_kind_is_listed_once_with_a_test_that_is_there():
    assert [entry["number"] for entry in INPUTS] == list(range(1, 79))
    for entry in INPUTS:
        assert entry["input"]
        assert entry["expected"]
        assert entry["answer"]
        path, _, name = entry["test"].partition("::")
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^def {re.escape(name)}\(", source, re.MULTILINE), entry["test"]


def test_messages_name_sheet_cell_and_heading():
    for entry in INPUTS[:36]:
        said = entry["message"]
        if not said or said.startswith("#"):
            continue
        assert re.match(r"(book\.xlsx: .*)?(Terms|Placements)(!|, )", said), said
        assert said.endswith((".", "OUT.xlsx", '".')), said


def test_01_text_among_numbers(tmp_path):
    path = make(tmp_path, [PLACEMENTS, child(), child("C02", before="tbc")])
    records = blocked(path, 1)
    assert children(records) == ["C01"]


def test_02_amounts_as_text(tmp_path):
    rows = [child(before="£7,000", after="£1,400.00"), child("C02", before=" 7000 ")]
    records, lines = read(make(tmp_path, [PLACEMENTS, *rows]))
    assert (saved(records), lines) == (2 * FROM_MARCH, [])
    blocked(make(tmp_path, [PLACEMENTS, child(before="£7k")]), 2)


def test_03_leading_zeros(tmp_path):
    rows = [child("00123"), child("123"), child(7.0)]
    records, lines = read(make(tmp_path, [PLACEMENTS, *rows]))
    assert (children(records), lines) == (["00123", "123", "7"], [])


def test_04_a_blank_among_identifiers(tmp_path):
    path = make(tmp_path, [PLACEMENTS, child(1001), child(None), child(1002.0)])
    assert children(blocked(path, 4)) == ["1001", "1002"]


@pytest.mark.parametrize("name", ["NA", "N/A", "None", "null", "nan", "TRUE", "-"])
def test_05_names_that_programs_take_for_nothing(tmp_path, name):
    path = make(
        tmp_path,
        [PLACEMENTS, child(name)],
        terms=[["Provider", name], ["Carer fee", 5000]],
        others={"Carers": [["Household", "Approved on", "Child"], [name, MARCH, name]]},
    )
    records, lines = read(path, Carers="Carers!A:C")
    # No pseudonym without a digit: it is used, and asked about.
    assert children(records) == [name]
    assert all(line.endswith("replace it with a pseudonym.") for line in lines)
    assert records.terms.record.provider == name
    assert settled(records).months[-1].carer_fees == 0
    assert sum(month.carer_fees for month in settled(records).months) == 500000
    assert saved(records) == FROM_MARCH


def test_06_nearly_the_same_child(tmp_path):
    rows = [
        child("AB1", date(2026, 2, 1), date(2026, 2, 8)),
        child("AB1 ", date(2026, 3, 1), date(2026, 3, 8)),
        child(f"AB1{NBSP}", date(2026, 4, 1), date(2026, 4, 8)),
        child("ab1", date(2026, 5, 1), date(2026, 5, 8)),
        child("ab1", date(2026, 6, 1), date(2026, 6, 8)),
        child("ABl", date(2026, 7, 1), date(2026, 7, 8)),
    ]
    path = make(tmp_path, [PLACEMENTS, *rows], terms=[["Cohort size", 2]])
    records = noted(path, 6)
    same = "They are treated as the same. Correct the one that is misspelt."
    said = [line for line in read(path)[1] if "pseudonym" not in line]
    assert said == [
        message(6),
        'Placements!A4 (Child): found "AB1" with a non-breaking space; expected "AB1" as in'
        f" Placements!A2. {same}",
        f'Placements!A5 (Child): found "ab1"; expected "AB1" as in Placements!A2. {same}',
        'Placements!A7 (Child): found "ABl"; expected a name that does not look like "AB1" in'
        " Placements!A2. They are treated as two: O and 0, or l, I and 1, differ. Correct one if"
        " they are the same.",
    ]
    assert saved(records) == 6 * 7 * A_DAY
    # Taken for one child, whose placements may not overlap.
    overlapping = make(tmp_path, [PLACEMENTS, child("AB1"), child(f"ab1{NBSP}", APRIL)])
    assert read(overlapping)[0].blocking[0].column == "Moved on"


def test_06_nearly_the_same_household(tmp_path):
    rows = [["Household", "Approved on", "Child"], ["F1", MARCH, "C01"], [" f1", APRIL, "C01"]]
    path = make(
        tmp_path, [PLACEMENTS, child()], terms=[["Carer fee", 5000]], others={"Carers": rows}
    )
    records, lines = read(path, Carers="Carers!A:C")
    assert lines[0].startswith('Carers!A3 (Household): found "f1" with spaces that do not show;')
    assert sum(month.carer_fees for month in settled(records).months) == 500000


def test_07_a_heading_twice(tmp_path):
    rows = [[*PLACEMENTS, "Moved on"], [*child(), APRIL]]
    blocked(make(tmp_path, rows), 7, Placements="Placements!A1:H2")


def titled(folder, **more):
    rows = [["Placements 2025/26"], ["Finance team", "", "as at March"], [], PLACEMENTS, child()]
    return make(folder, rows, **more)


@pytest.mark.parametrize(
    "place", ["Placements!A1:G5", "Placements!A:G", "Rows", "Placements!A2:G9"]
)
def test_08_titles_above_the_headings(tmp_path, place):
    path = titled(
        tmp_path, adjust=lambda book, _: book.define_name("Rows", "=Placements!$A$1:$G$5")
    )
    records, lines = read(path, Placements=place)
    (line,) = lines
    assert "found the headings in row 4 of the sheet" in line
    if place == "Placements!A1:G5":
        assert line == message(8)
    assert (saved(records), records.blocking) == (FROM_MARCH, ())
    (count,) = (count for count in records.row_counts if count.table == "Placements")
    assert count.used == 1
    assert count.found - count.blank == 1


def test_08_two_rows_that_could_be_the_headings_are_asked_about(tmp_path):
    rows = [["A"], PLACEMENTS, child(), [], ["B"], PLACEMENTS, child("C02")]
    path = make(tmp_path, rows)
    assert refusal(lambda: read(path), path) == (
        "book.xlsx: the headings of Placements stand in the rows 2 and 6 of Placements; say which"
        ' table is meant: --placements "Placements!A2:G5".'
    )
    assert read(path, Placements="Placements!A2:G5")[1][0] == (
        'Placements!A5 (Child): found "B" and nothing else; expected a row of data. It is read as'
        " one that no figure comes from yet. If it is a note, move it out of the columns of the"
        " table."
    )


def test_08_headings_merged_over_two_rows(tmp_path):
    def two_rows(_book, sheets):
        sheet = sheets["Placements"]
        for column, heading in enumerate(PLACEMENTS):
            if column not in (2, 3):
                sheet.merge_range(1, column, 2, column, heading)
        sheet.merge_range("C2:D2", "Weekly cost")
        write_rows(sheet, [[None, None, *PLACEMENTS[2:4]], child()], (2, 0))

    path = make(tmp_path, [["Placements"]], adjust=two_rows)
    records, lines = read(path)
    assert "found the headings in row 3 of the sheet" in lines[0]
    assert saved(records) == FROM_MARCH


def test_08_one_row_of_headings_merged_over_two(tmp_path):
    def tall(_book, sheets):
        for column, heading in enumerate(PLACEMENTS):
            sheets["Placements"].merge_range(1, column, 2, column, heading)
        write_rows(sheets["Placements"], [child()], (3, 0))

    records, lines = read(make(tmp_path, [["Placements"]], adjust=tall))
    assert "found the headings in row 2 of the sheet" in lines[0]
    assert saved(records) == FROM_MARCH


@pytest.mark.parametrize("code", ["#N/A", "#DIV/0!", "#REF!", "#NAME?", "#VALUE!"])
def test_09_error_cells(tmp_path, code):
    rows = [child(), child("C02", before=CellError(code, ""))]
    path = make(tmp_path, [PLACEMENTS, *rows])
    if code == "#N/A":
        blocked(path, 9)
    records, (line,) = read(path)
    assert f"Placements!C3 (Residential weekly cost): found {code};" in line
    assert [problem.code for problem in records.blocking] == [code]


def test_10_formulas_never_calculated(tmp_path):
    path = make(tmp_path, [PLACEMENTS, child()])
    edit_part(
        path, "xl/worksheets/sheet2.xml", b'<c r="C2"><v>7000</v></c>',
        b'<c r="C2"><f>7000</f></c>',
    )  # fmt: skip
    assert refusal(lambda: read(path), path) == message(10)


def test_11_a_blank_cell_is_not_zero(tmp_path):
    path = make(tmp_path, [PLACEMENTS, child(), child("C02", before=None), [], child("C03")])
    records = blocked(path, 11)
    (count,) = (count for count in records.row_counts if count.table == "Placements")
    assert (count.found, count.blank) == (4, 1)


def test_12_truth_values_among_prices(tmp_path):
    blocked(make(tmp_path, [PLACEMENTS, child(before=True)]), 12)


def test_13_dates_as_text_in_british_order(tmp_path):
    rows = [child("C01", "01/04/2026"), child("C02", "13/04/2026"), child("C03", "1 Apr 2026")]
    records, lines = read(make(tmp_path, [PLACEMENTS, *rows]))
    moves = [placement.moved_on for placement in records.evidence.record.placements]
    assert (moves, lines) == ([APRIL, date(2026, 4, 13), APRIL], [])
    assert saved(records) == 2 * FROM_APRIL + 141 * A_DAY
    blocked(make(tmp_path, [PLACEMENTS, child("C01", "04/13/2026")]), 13)


def test_14_days_that_no_calendar_has(tmp_path):
    blocked(make(tmp_path, [PLACEMENTS, child("C01", "31/02/2026")]), 14)


def test_15_dates_that_count_from_1904(tmp_path):
    path = make(tmp_path, [PLACEMENTS, child()], options={"date_1904": True})
    records, lines = read(path)
    assert records.evidence.record.placements[0].moved_on == MARCH
    assert (saved(records), lines) == (FROM_MARCH, [])


def test_16_serial_60(tmp_path):
    records, _ = read(make(tmp_path, [PLACEMENTS, child(before=60, after=60)]))
    assert records.evidence.record.placements[0].residential_weekly == 60
    blocked(make(tmp_path, [PLACEMENTS, child("C01", 60)]), 16)


@pytest.mark.parametrize("written", [-5, "31/12/1899", 1, 7000, date(1949, 12, 31)])
def test_17_dates_before_any_contract(tmp_path, written):
    path = make(tmp_path, [PLACEMENTS, child("C01", written)])
    records, (line,) = read(path)
    if written == -5:
        assert line == message(17)
    assert line.startswith("Placements!E2 (Moved on): found ")
    assert [problem.code for problem in records.blocking] == [NUM]


def test_18_money_formatted_as_a_date(tmp_path):
    def as_dates(book, sheets):
        dated = book.add_format({"num_format": "dd/mm/yyyy"})
        sheets["Placements"].write_number("C2", 7000, dated)
        sheets["Placements"].write_number("C3", 2994.626, dated)

    path = make(tmp_path, [PLACEMENTS, child(), child("C02", None)], adjust=as_dates)
    records, lines = read(path)
    prices = [row.residential_weekly for row in records.evidence.record.placements]
    assert (prices, lines) == (
        [7000, cells.number("2994.626")],
        [
            "Placements!C3 (Residential weekly cost): found £2,994.626; expected a price in whole"
            " pence. It is used as it is. Check that it is the price that was agreed."
        ],
    )
    assert saved(records) == FROM_MARCH


@pytest.mark.parametrize("number_format", ["#,##0.0,,m", "0d", "0.00 y", "[Red]0;[Blue]-0h"])
def test_19_letters_in_a_number_format(tmp_path, number_format):
    def lettered(book, sheets):
        sheets["Placements"].write_number(
            "C2", 7000, book.add_format({"num_format": number_format})
        )

    records, lines = read(make(tmp_path, [PLACEMENTS, child()], adjust=lettered))
    assert (saved(records), lines) == (FROM_MARCH, [])


def test_20_times_among_prices_and_dates(tmp_path):
    def timed(book, sheets):
        hours = book.add_format({"num_format": "[h]:mm"})
        sheets["Placements"].write_number("C2", 1.5625, hours)
        sheets["Placements"].write_number("E3", 1.5625, hours)

    path = make(tmp_path, [PLACEMENTS, child(after=0), child("C02")], adjust=timed)
    _, lines = read(path)
    assert message(20) in lines
    assert lines[-1] == (
        "Placements!E3 (Moved on): found 1.5625, the date 01/01/1900; expected a date such as"
        " 01/09/2025. Correct Moved on."
    )


@pytest.mark.parametrize("written", [0.1, "10%", "0.1"])
def test_21_rates(tmp_path, written):
    terms = [["Bonus threshold", 0], ["Bonus rate", written]]
    records, lines = read(make(tmp_path, [PLACEMENTS, child()], terms=terms))
    assert (records.terms.record.bonus_rate, lines) == (cells.number("0.1"), [])
    # 10% of a year's saving of £292,000.00.
    assert settled(records).months[-1].bonus == 2920000
    for wrong in (10, "10"):
        terms[1][1] = wrong
        path = make(tmp_path, [PLACEMENTS, child()], terms=terms)
        records, lines = read(path)
        assert lines == [message(21).replace("found 10", f"found {cells.shown(wrong)}")]
        assert records.blocking


@pytest.mark.parametrize(
    ("amount", "pence"), [(0.005, 1), (-0.005, -1), (1.005, 101), (2.675, 268), (2.5e-3, 0)]
)
def test_22_halves_are_rounded_as_excel_rounds_them(tmp_path, amount, pence):
    assert to_pence(cells.number(amount)) == pence
    claims = {"Claims": [["Month", "Invoiced"], [MARCH, amount]]}
    records, _ = read(make(tmp_path, [PLACEMENTS, child()], others=claims), Claims="Claims!A:B")
    assert settled(records).months[-1].invoiced_to_date == pence


def test_23_a_result_too_large_for_a_cell_is_an_error():
    with pytest.raises(CellError) as caught:
        functions.pbr_outcome_fee(1e308, [[MARCH]] * 1000, MARCH, APRIL)
    assert str(caught.value) == message(23)
    for wrong in (float("nan"), float("inf")):
        with pytest.raises(CellError) as caught:
            cells.number(wrong)
        assert caught.value.code == NUM


def test_24_more_than_fifteen_digits(tmp_path):
    rows = [child(12345678901234567), child("12345678901234567"), child(123456789012345)]
    path = make(tmp_path, [PLACEMENTS, *rows])
    assert children(blocked(path, 24)) == ["12345678901234567", "123456789012345"]
    path = make(tmp_path, [PLACEMENTS, child()], terms=[["Contract maximum", 1e15]])
    assert read(path)[1] == [
        "Terms!B5 (Contract maximum): found 1000000000000000, a number of more than 15 digits;"
        " expected a number, 0 or more. Excel keeps only 15 digits of a number: type it again as"
        " text."
    ]


def test_26_a_dearer_placement_is_shown_as_negative(tmp_path):
    path = make(tmp_path, [PLACEMENTS, child(before=1400, after=7000)])
    records = noted(path, 26)
    assert saved(records) == -FROM_MARCH
    assert settled(records).months[-1].fee_to_date == 0


def test_27_ended_before_it_began(tmp_path):
    blocked(make(tmp_path, [PLACEMENTS, child("C01", MARCH, date(2026, 2, 28))]), 27)


def test_28_overlapping_placements(tmp_path):
    blocked(make(tmp_path, [PLACEMENTS, child(), child("C01", APRIL)]), 28)


def test_29_the_same_row_twice(tmp_path):
    blocked(make(tmp_path, [PLACEMENTS, child(), child()]), 29)


def merged(*areas):
    def adjust(_book, sheets):
        for first, value in areas:
            sheets["Placements"].merge_range(first, value)

    return adjust


def test_30_a_merged_label_covers_its_rows(tmp_path):
    rows = [
        PLACEMENTS,
        child("", ended=date(2026, 3, 8), type="foster"),
        child("", APRIL, date(2026, 4, 8)),
        [],
        child("C02", MARCH, date(2026, 3, 8)),
    ]
    path = make(tmp_path, rows, adjust=merged(("A2:A4", "C01"), ("G2:G3", "yes")))
    records, lines = read(path)
    assert (children(records), lines) == (["C01", "C01", "C02"], [])
    assert saved(records) == 3 * 7 * A_DAY
    assert records.row_counts[1].blank == 1


def test_30_a_merged_price_over_several_rows_is_asked_about(tmp_path):
    rows = [PLACEMENTS, child(), child("C02", before=None), child("C03")]
    path = make(tmp_path, rows, adjust=merged(("C2:C3", 7000)))
    records = blocked(path, 30)
    assert len(records.problems) == 1
    assert children(records) == ["C03"]


def test_30_a_merged_price_of_a_row_that_is_two_rows_high_is_that_rows(tmp_path):
    tall = [(f"{letter}2:{letter}3", value) for letter, value in zip("ACD", ["C01", 7000, 1400],
            strict=True)]  # fmt: skip
    path = make(
        tmp_path,
        [PLACEMENTS, [None, None, None, None, MARCH, None, "yes"], []],
        adjust=merged(*tall),
    )
    records, lines = read(path, Placements="Placements!A1:G3")
    assert (saved(records), lines) == (FROM_MARCH, [])
    assert records.row_counts[1].blank == 1


def test_30_a_heading_across_the_columns_is_no_child(tmp_path):
    rows = [PLACEMENTS, [], child(), [], child("C02")]
    path = make(tmp_path, rows, adjust=merged(("A2:G2", "Team A"), ("A4:G4", "Team B")))
    records, lines = read(path)
    assert children(records) == ["C01", "C02"]
    assert lines[0] == (
        'Placements!A2 (Child): found "Team A" once over the merged cells Placements!A2:G2;'
        " expected a row of data. It is treated as a heading between the rows and left out."
        " If it is one, there is nothing to do."
    )
    assert (saved(records), records.row_counts[1].refused) == (2 * FROM_MARCH, 2)


def test_30_merged_terms(tmp_path):
    def adjust(_book, sheets):
        sheets["Terms"].merge_range("A5:B5", "Fees")
        sheets["Terms"].merge_range("B6:B7", 5)

    terms = [[], ["Carer fee", None], ["Bonus threshold", None]]
    path = make(tmp_path, [PLACEMENTS, child()], terms=terms, adjust=adjust)
    records, lines = read(path)
    assert [line.partition(":")[0] for line in lines] == [
        "Terms!A5 (Term)", "Terms!B6 (Carer fee)", "Terms!B7 (Bonus threshold)",
    ]  # fmt: skip
    assert "found 5 once over the merged cells Terms!B6:B7" in lines[1]
    assert len(records.blocking) == 2
    assert (records.row_counts[0].used, records.row_counts[0].refused) == (3, 3)


def test_31_values_hidden_under_merged_cells_are_not_read(tmp_path):
    rows = [PLACEMENTS, child("", ended=APRIL), child("HIDDEN", APRIL)]
    path = make(tmp_path, rows)
    part = "xl/worksheets/sheet2.xml"
    edit_part(
        path, part, b"</sheetData>",
        b'</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>',
    )  # fmt: skip
    edit_part(
        path, part, b'<row r="2" spans="1:7">',
        b'<row r="2" spans="1:7"><c r="A2" t="inlineStr"><is><t>C01</t></is></c>',
    )  # fmt: skip
    records, lines = read(path)
    assert (children(records), lines) == (["C01", "C01"], [])
    assert saved(records) == FROM_MARCH


def test_32_hidden_rows_are_read_and_said(tmp_path):
    def hide(_book, sheets):
        for row in (2, 3, 5, 9):
            sheets["Placements"].set_row(row, None, None, {"hidden": True})

    rows = [child(f"C0{number}") for number in range(1, 7)]
    records = noted(make(tmp_path, [PLACEMENTS, *rows], adjust=hide), 32)
    assert (saved(records), len(records.problems)) == (6 * FROM_MARCH, 1)


@pytest.mark.parametrize("name", ["Total", "TOTALS:", "Grand total", "Sub-total", "Sum",
                                  "Total 2025/26"])  # fmt: skip
def test_33_rows_of_totals(tmp_path, name):
    rows = [PLACEMENTS, child(), child("C02"), [name, None, 14000, 2800]]
    path = make(tmp_path, rows)
    records, lines = read(path)
    if name == "Total":
        assert lines == [message(33)]
    assert children(records) == ["C01", "C02"]
    assert (saved(records), records.row_counts[1].refused) == (2 * FROM_MARCH, 1)


def test_33_totals_of_claims_and_of_an_excel_table(tmp_path):
    def table(_book, sheets):
        columns = [{"header": heading} for heading in PLACEMENTS]
        columns[0]["total_string"] = "Total"
        columns[2] |= {"total_function": "sum", "total_value": 7000}
        sheets["Placements"].add_table(
            "A1:G3", {"name": "PbrPlacements", "columns": columns, "total_row": True}
        )

    claims = [["No", "Month", "Invoiced"], [1, MARCH, 500], ["Total", None, 500]]
    path = make(tmp_path, [PLACEMENTS, child()], others={"Claims": claims}, adjust=table)
    records, lines = read(path, Placements="PbrPlacements", Claims="Claims!A:C")
    assert [line.partition(";")[0] for line in lines] == [
        'Claims!B3 (Month): found "Total", a row of totals'
    ]
    assert settled(records).months[-1].invoiced_to_date == 50000
    assert [count.found for count in records.row_counts] == [3, 1, 2]


def test_33_a_row_with_its_own_label_is_no_total(tmp_path):
    claims = [["Kind", "Month", "Invoiced"], ["Total", MARCH, 500]]
    path = make(tmp_path, [PLACEMENTS, child()], others={"Claims": claims})
    records, lines = read(path, Claims="Claims!A:C")
    assert (settled(records).months[-1].invoiced_to_date, lines) == (50000, [])


@pytest.mark.parametrize("place", ["Placements!A:G", "Placements!A1:G1048576",
                                   "Placements!A1:XFD1000000"])  # fmt: skip
def test_34_whole_columns_are_quick(tmp_path, place):
    def far_below(book, sheets):
        sheets["Placements"].write_blank(1048575, 2, None, book.add_format({"bold": True}))

    path = make(tmp_path, [PLACEMENTS, child()], adjust=far_below)
    (records, lines), calls = counted(lambda: read(path, Placements=place))
    assert calls < 100_000  # of a million rows that are looked at there would be more
    assert (saved(records), lines) == (FROM_MARCH, [])


def test_35_huge_merged_areas_are_quick(tmp_path):
    path = make(tmp_path, [PLACEMENTS, child()])
    edit_part(
        path, "xl/worksheets/sheet2.xml", b"</sheetData>",
        b'</sheetData><mergeCells><mergeCell ref="H1:XFD1048576"/>'
        b'<mergeCell ref="A3:G1048576"/></mergeCells>',
    )  # fmt: skip
    (records, lines), calls = counted(lambda: read(path, Placements="Placements!A:XFD"))
    assert calls < 100_000
    assert (saved(records), lines) == (FROM_MARCH, [])


def test_rows_are_accounted_for_in_every_table(tmp_path):
    """Whatever stands in the rows: found = used + refused + blank (asserted as they are read)."""
    junk = [child("C02", before="x"), [], ["Total"], child(""), [None] * 6 + ["no"]]
    carers = [["Household", "Approved on", "Child"], ["F1", "soon", "C01"], [], ["Sum", 3]]
    claims = [["Month", "Invoiced"], ["Total", 5], [], [MARCH, "x"], [MARCH, 1]]
    terms = [["Fees", 1], ["A note"], [], [None, 3], ["Fee", 2]]
    path = make(
        tmp_path,
        [PLACEMENTS, child(), *junk],
        terms=terms,
        others={"Carers": carers, "Claims": claims},
    )
    records, _ = read(path, Carers="Carers!A:C", Claims="Claims!A:B")
    assert [(c.table, c.found, c.used, c.refused, c.blank) for c in records.row_counts] == [
        ("Terms", len(TERMS) - 1 + 5, 3, 4, 1), ("Placements", 6, 1, 4, 1), ("Carers", 3, 0, 2, 1),
        ("Claims", 4, 1, 2, 1),
    ]  # fmt: skip


def test_58_agreed_left_blank(tmp_path):
    records, lines = read(make(tmp_path, [PLACEMENTS, child(agreed=""), child("C02")]))
    assert (lines, saved(records)) == ([message(58)], FROM_MARCH)
    records, lines = read(make(tmp_path, [PLACEMENTS, child(agreed="disputed"), child("C02")]))
    assert ('"disputed"' in lines[0], saved(records)) == (True, FROM_MARCH)


def test_59_a_heading_that_holds_a_known_one(tmp_path):
    headings = [*PLACEMENTS[:-1], "Agreed (yes/no)"]
    records, lines = read(
        make(tmp_path, [headings, child(agreed="no")]), Placements="Placements!A1:G2"
    )
    assert lines == [message(59)]
    assert records.blocking


def test_60_a_year_of_no_sense(tmp_path):
    _, lines = read(make(tmp_path, [PLACEMENTS, child(ended=202604)]))
    assert lines == [message(60)]
    records, lines = read(make(tmp_path, [PLACEMENTS, child(ended=date(2206, 3, 1))]))
    assert (len(lines), len(records.blocking)) == (1, 1)
    claims = [["Month", "Invoiced"], [202604, 100]]
    records, _ = read(make(tmp_path, [PLACEMENTS, child()], others={"Claims": claims}),
                      Claims="Claims!A:B")  # fmt: skip
    assert records.evidence.record.claims[0].month == date(2026, 4, 1)


def test_61_a_footnote_under_the_table(tmp_path):
    records, lines = read(
        make(tmp_path, [PLACEMENTS, child(), [], ["Source: case system, 1 April"]])
    )
    assert (lines[0], saved(records)) == (message(61), FROM_MARCH)


def test_62_a_second_heading_that_could_be_the_known_one(tmp_path):
    rows = [[*PLACEMENTS, "Agreed by both"], [*child(), "no"]]
    records, lines = read(make(tmp_path, rows), Placements="Placements!A1:H2")
    assert lines == [message(62)]
    assert records.blocking
    rows = [[*PLACEMENTS, "Agreed by and on", "Child's school"], [*child(), "both", "Hill"]]
    records, lines = read(make(tmp_path, rows), Placements="Placements!A1:I2")
    assert (lines, records.blocking) == ([], ())


def _as_a_table(area):
    def add(_book, sheets):
        columns = [{"header": heading} for heading in PLACEMENTS]
        sheets["Placements"].add_table(area, {"name": "PbrPlacements", "columns": columns})

    return add


def test_78_rows_right_under_an_excel_table(tmp_path):
    rows = [child(), child("C02"), child("C03"), [], child("C04")]
    path = make(tmp_path, [PLACEMENTS, *rows], adjust=_as_a_table("A1:G2"))
    records, lines = read(path, Placements="PbrPlacements")
    assert lines == [message(78)]
    assert (children(records), saved(records)) == (["C01"], FROM_MARCH)


@pytest.mark.parametrize("under", [["Source: case system"], [], ["Total", None, 7000, 1400]])
def test_78_what_is_no_row_of_the_table(tmp_path, under):
    path = make(tmp_path, [PLACEMENTS, child(), under], adjust=_as_a_table("A1:G2"))
    assert read(path, Placements="PbrPlacements")[1] == []


def test_78_sums_of_the_table(tmp_path):
    def add(book, sheets):
        _as_a_table("A1:G2")(book, sheets)
        sheets["Placements"].write(2, 0, "Together")
        sheets["Placements"].write_formula(2, 2, "=SUM(C2:C2)", None, 7000)

    path = make(tmp_path, [PLACEMENTS, child()], adjust=add)
    assert read(path, Placements="PbrPlacements")[1] == []
