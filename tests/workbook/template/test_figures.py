"""The figures of the template: those of the functions for the same tables, right to the penny."""

from datetime import date

import pytest

from tests.support.opened import opened as read_by_openpyxl
from tests.support.template_book import (
    INPUT_SHEETS,
    LIFE,
    MAIN,
    RESULT,
    SPILLS,
    explained,
    figures,
    forecast_of,
    life,
    plain,
    problems_corner,
    problems_of,
    sample_tables,
    set_cell,
    spilled,
    statement_of,
    tables_of,
    values_of,
    with_sample,
    xml_of,
)
from xlpbr import cells, functions
from xlpbr.contract.assumptions import ASSUMPTIONS
from xlpbr.contract.library import load_contract
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.calculate.verification import verify
from xlpbr.workbook.ooxml.book import cells_of as package_cells
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.read.own_sheets import SHEETS
from xlpbr.workbook.template.write import write_template

RESULT_SHEETS = (
    "Statement", "Invoice", "Lines", "Children", "Years", "Readings", "Reconcile", "Changes",
    "Explain", "Forecast",
)  # fmt: skip
ILLUSTRATED = "ILLUSTRATION: figures from sample rows, not from real children."
ENTERED = "Figures from the rows entered in the input sheets."


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
    assert {table for table, _ in notes} | {"Assumptions"} == set(contract.sample)
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
