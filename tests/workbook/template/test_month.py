"""The sheet Month, and how the workbook says that it stands: one month to agree, on one page."""

from __future__ import annotations

import dataclasses
import re
import zipfile
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import openpyxl
import pytest

from tests.support.opened import opened as read_by_openpyxl
from tests.support.samples import sample_table
from tests.support.template_book import figures, plain, set_cell
from tests.support.templates import template
from xlpbr import cells, functions
from xlpbr.contract.library import Contract, load_contract, terms_table
from xlpbr.contract.terms import READINGS
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.look import styles as look
from xlpbr.workbook.ooxml.addresses import quoted_sheet
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.read.own_sheets import SHEETS
from xlpbr.workbook.template.plan import template_plan_of
from xlpbr.workbook.template.readings import in_words
from xlpbr.workbook.template.write import write_template

pytestmark = pytest.mark.filterwarnings(
    "ignore:Print area cannot be set", "ignore:Unable to read chart"
)

RESULTS = (
    "Month", "Statement", "Invoice", "Lines", "Children", "Years", "Readings", "Reconcile",
    "Changes", "Explain", "Forecast",
)  # fmt: skip
OPEN = (
    "NOT CLEAR: the figures agree, but 4 findings, 2 disputed, 1 agreed month with another figure"
    " now, invoiced £3,384.69 above payable: see the sheet Checks"
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return template(tmp_path_factory, "plymouth-l04-2526")


@pytest.fixture(scope="module")
def values(sample):
    return calculate(sample)


def texts_of(of_sheet: Any) -> list[str]:
    return [value for value in of_sheet.values() if isinstance(value, str) and value]


def many_children(number: int) -> Contract:
    """Plymouth's contract with so many placements, and nothing agreed."""
    contract = load_contract("plymouth-l04-2526")
    placements = [
        {"Child": f"C{child:02}", "Residential weekly cost": 5000 + child,
         "Family weekly cost": 900, "Moved on": date(2025, 10, 6) + timedelta(days=child),
         "Agreed": "yes"}
        for child in range(1, number + 1)
    ]  # fmt: skip
    rows = {**contract.sample, "Placements": tuple(placements), "Cohort": (), "Agreed": ()}
    return dataclasses.replace(contract, sample=MappingProxyType(rows))


def test_the_month_that_is_shown_first_is_the_one_to_agree_next():
    contract = load_contract("plymouth-l04-2526")
    # The last claim and the last signature are for April 2026.
    assert template_plan_of(contract, sample=True).shown_month == date(2026, 5, 1)
    assert template_plan_of(contract, sample=False).shown_month == date(2025, 9, 1)
    nothing = {**contract.sample, "Claims": (), "Agreed": ()}
    begun = dataclasses.replace(contract, sample=MappingProxyType(nothing))
    assert template_plan_of(begun, sample=True).shown_month == date(2026, 1, 1)
    last = ({"Month": date(2027, 2, 1), "Invoiced": 1},)
    ended = dataclasses.replace(contract, sample=MappingProxyType({**nothing, "Claims": last}))
    assert template_plan_of(ended, sample=True).shown_month == date(2027, 2, 1)


@pytest.mark.slow
def test_one_month_drives_every_sheet(values, tmp_path):
    def months(found):
        return [plain(found[sheet][place]) for sheet, place in (
            ("Explain", (4, 2)), ("Invoice", (4, 2)), ("Lines", (4, 2)), ("Checks", (12, 2)),
        )]  # fmt: skip

    def serial(*day):
        return float(cells.serial_of(date(*day)))

    assert months(values) == [serial(2026, 5, 1)] * 4
    assert plain(values["Statement"][4, 4]) == serial(2026, 5, 31)
    contract, march = load_contract("plymouth-l04-2526"), serial(2026, 3, 1)
    changed = figures(contract, tmp_path / "book.xlsx", ("Month", "B4", march))
    assert months(changed) == [march] * 4
    assert plain(changed["Statement"][4, 4]) == serial(2026, 3, 31)
    # The month is agreed: the page says so, and who signed it.
    said = texts_of(changed["Month"])
    assert "This month stands on the sheet Agreed. By the figures of now it would be:" in said
    assert {"Lead accountant", "Contract manager", "M3"} <= set(said)


@pytest.mark.slow
def test_the_page_shows_what_the_functions_return(values):
    contract = load_contract("plymouth-l04-2526")
    tables = {"Terms": terms_table(contract), **{
        table: sample_table(contract, table)
        for table in ("Placements", "Carers", "Claims", "Cohort", "Prices", "Costs", "Agreed")
    }}  # fmt: skip
    month, day = date(2026, 5, 1), date(2026, 5, 31)
    life = {name.lower(): tables[name] for name in ("Cohort", "Prices", "Costs")}
    invoice = functions.pbr_invoice(
        tables["Terms"], tables["Placements"], month, tables["Carers"], tables["Claims"], day,
        **life, agreed=tables["Agreed"],
    )  # fmt: skip
    page = values["Month"]
    shown = [
        [page[row, column] for column in (1, 4, 8, 9, 10)]
        for row in range(8, 14) if page.get((row, 1))
    ]  # fmt: skip
    assert shown == [[line[0], line[2], *line[3:]] for line in invoice[1:]]
    children = functions.pbr_children(tables["Terms"], tables["Placements"], day, **life)
    saved = {child[0]: child[-1] for child in children[1:-1] if child[-1]}
    row = next(place[0] for place, value in page.items() if place[1] == 1 and value == "C01")
    first_two = (row, row + 1)
    pairs = {
        page[down, 2 * pair + 1]: page[down, 2 * pair + 2]
        for down in first_two
        for pair in range(5)
    }
    pairs.pop("", None)
    pairs.pop(None, None)
    assert pairs == saved
    said = texts_of(page)
    assert "Adjustment: April 2026: payable is now £114,344.31; £131,187.17 was agreed" in said
    assert (
        "4 findings by PBR_CHECK; 2 rows are disputed; 1 agreed month has another figure now;"
        " invoiced £3,384.69 above payable."
    ) in said
    assert -16842.86 in page.values()
    # What is disputed, in pounds: the statement as if the rows were agreed, less the one of now.
    as_agreed = {
        table: [["yes" if cell == "disputed" else cell for cell in row] for row in tables[table]]
        for table in ("Placements", "Costs")
    }
    prices = {"cohort": tables["Cohort"], "prices": tables["Prices"], "agreed": tables["Agreed"]}

    def to_the_end(of_tables):
        last = functions.pbr_statement(
            tables["Terms"], of_tables["Placements"], tables["Carers"], tables["Claims"],
            costs=of_tables["Costs"], **prices,
        )[-1]  # fmt: skip
        return last[3], last[13]

    saving, payable = (
        round(then - now, 2)
        for then, now in zip(to_the_end(as_agreed), to_the_end(tables), strict=True)
    )
    assert (saving, payable) == (149825.0, 27505.36)
    assert (
        f"If counted, in the outlook to the end the saving would change by £{saving:,.2f} and what"
        " is payable by:"
    ) in said
    assert payable in page.values()


def test_a_finding_names_the_row_as_the_person_at_the_sheet_counts_it(sample, values):
    typed = cells_of(open_book(sample), "Placements")
    (child,) = (place for place, cell in typed.items() if cell.value == "disputed")
    (said,) = (text for text in texts_of(values["Month"]) if text.startswith("Placements, row"))
    assert child == (18, 7)
    assert said.startswith('Placements, row 13 (sheet row 18), Agreed: found "disputed"')


@pytest.mark.slow
def test_what_has_no_room_on_the_page_is_counted(tmp_path):
    path = tmp_path / "book.xlsx"
    write_template(many_children(80), path, sample=True)
    assert "and 15 more children on the sheet Lines" in texts_of(calculate(path)["Month"])
    write_template(many_children(63), path, sample=True)
    page = calculate(path)["Month"]
    # All 63 have room: the page is laid out for the children that are known when it is made.
    assert {"C01", "C40", "C63"} <= set(page.values())
    assert not any(isinstance(value, str) and value.startswith("#") for value in page.values())
    assert not any(getattr(value, "code", "") for value in page.values())


@pytest.mark.slow
def test_every_sheet_of_results_says_how_the_workbook_stands(sample, values, tmp_path):
    def states(found):
        return {
            next(value for (row, _), value in found[sheet].items() if row == 1)
            for sheet in RESULTS
        }  # fmt: skip

    assert states(values) == {OPEN} == {values["Checks"][6, 2]}
    book = openpyxl.load_workbook(sample)
    assert book.defined_names["State"].attr_text == "Checks!$B$6"
    # Without the rows that are disputed, the signature that is out of date and the claims.
    contract = load_contract("plymouth-l04-2526")
    agreed_rows = {
        table: tuple(row for row in contract.sample[table] if row.get("Agreed", "yes") == "yes")
        for table in ("Placements", "Costs")
    }
    rows = {**contract.sample, **agreed_rows, "Agreed": (), "Claims": ()}
    clear = dataclasses.replace(contract, sample=MappingProxyType(rows))
    path = tmp_path / "book.xlsx"
    write_template(clear, path, sample=True)
    assert states(calculate(path)) == {"All checks agree"}
    set_cell(path, "Placements", "C6", "a lot")
    (state,) = states(calculate(path))
    assert state.startswith("NOT ALL AGREE: an error in the figures")


@pytest.mark.slow
def test_readings_stand_in_the_order_of_their_worth_and_in_words(values):
    sheet = values["Readings"]
    rows = [
        [sheet[row, column] for column in range(1, 7)]
        for row in range(9, 40) if sheet.get((row, 1))
    ]  # fmt: skip
    worth = [(abs(row[4]), abs(row[5])) for row in rows]
    assert worth == sorted(worth, reverse=True)
    assert all(any(both) for both in worth)
    assert any(to_date for to_date, _ in worth)
    assert any(in_outlook and not to_date for to_date, in_outlook in worth)
    by_label = {term.label: term for term in READINGS}
    for label, now, instead, payable, difference, _ in rows:
        words = {in_words(by_label[label], option) for option in by_label[label].options}
        assert {now, instead} <= words
        assert now != instead
        assert round(payable - difference, 2) == 427223.82
    effect = {row[0] for row in rows}
    said, _, listed = sheet[7, 1].partition(": ")
    assert said == "Without effect, to date and to the end"
    without = listed.split(", ")
    assert set(without) <= by_label.keys()
    assert len(without) == len(set(without)) > 3
    assert not effect.intersection(without)


def test_what_colour_says_is_read_in_black_and_white_too():
    def light(colour):
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def contrast(one, other):
        lighter, darker = sorted((light(one), light(other)), reverse=True)
        return (lighter + 0.05) / (darker + 0.05)

    for ink, fill in (
        (look.WRONG_INK, look.WRONG_FILL), (look.WARNED_INK, look.WARNED_FILL),
        (look.INK, look.OUTPUT_FILL), (look.INK, look.INPUT_FILL), (look.INK, look.WORKING_FILL),
        (look.HEADING_INK, look.HEADING_FILL), (look.MUTED, "#FFFFFF"), (look.LINK_INK, "#FFFFFF"),
    ):  # fmt: skip
        assert contrast(ink, fill) >= 4.5
    # Excel's own red on the green of results is 3.48:1.
    assert not any("[" in found for found in look.NUMBER_FORMATS.values())


def test_every_sheet_leads_back_to_about_and_its_tab_says_its_kind(sample):
    book = read_by_openpyxl(sample)
    about = {cell.hyperlink.location for row in book["About"].iter_rows() for cell in row
             if cell.hyperlink}  # fmt: skip
    assert about == {f"{quoted_sheet(sheet)}!A1" for sheet in SHEETS if sheet != "About"}
    for sheet in SHEETS:
        colour = book[sheet].sheet_properties.tabColor.rgb[-6:]
        kind = (
            "output" if sheet in (*RESULTS, "As agreed") else "check" if sheet == "Checks"
            else "guide" if sheet in ("About", "Functions") else "input"
        )  # fmt: skip
        assert colour == look.TABS[kind].removeprefix("#"), sheet
        if sheet != "About":
            links = [cell for cell in book[sheet][1] if cell.hyperlink]
            assert [cell.value for cell in links] == ["About"]
        if sheet not in ("About", "Month"):
            assert book[sheet].freeze_panes, sheet


def test_cell_styles_and_figures_have_names(sample):
    with zipfile.ZipFile(sample) as archive:
        styles = archive.read("xl/styles.xml").decode()
    named = set(re.findall(r'<cellStyle name="(PBR \w+)"', styles))
    assert named == {
        "PBR Input", "PBR Working", "PBR Output", "PBR Heading", "PBR Title", "PBR Section",
        "PBR Link",
    }  # fmt: skip
    names = openpyxl.load_workbook(sample).defined_names
    assert {
        "AsAt", "MonthChosen", "State", "ToInvoiceNet", "ToInvoiceVAT", "ToInvoiceGross",
        "SavingToDate", "FeeToDate", "PayableToDate", "InvoicedToDate", "BalanceToDate",
        "NetSavingToDate", "RunRate",
    } <= set(names)  # fmt: skip
