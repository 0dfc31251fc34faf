"""``xlpbr.settle`` and what is like it: the figures of the functions, whatever form goes in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings

import xlpbr
from tests.support import strategies
from xlpbr.errors import CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.settlement.statement import FIGURES

HEADINGS = [
    "Child", "Type", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on",
    "Agreed",
]  # fmt: skip
PLACEMENTS = [
    HEADINGS,
    ["C01", "foster", 7000, 1400.1, date(2025, 11, 1), None, "yes"],
    ["C02", "reunified", 6412.35, 1399.9, date(2026, 1, 12), date(2026, 6, 30), "no"],
    ["C03", "foster", 5999.99, 1250, date(2026, 2, 2), date(2026, 6, 30), "yes"],
]
CARERS = [["Household", "Approved on", "Child"], ["H01", date(2026, 1, 5), "C01"]]
CLAIMS = [["Month", "Invoiced"], [date(2025, 11, 1), 24000.5], [date(2026, 2, 1), 20000]]


@pytest.fixture
def terms():
    return xlpbr.terms("plymouth-l04-2526")


def frame(rows):
    return pd.DataFrame(rows[1:], columns=rows[0])


def as_cells(settled):
    """A settled contract as PBR_STATEMENT has it."""
    rows = settled.to_frame(pence=True)
    kinds = {figure.heading: figure.kind for figure in FIGURES}
    cell = {
        "month": lambda value: value.date(),
        "count": float,
        "money": lambda pence: pence / 100,
    }
    return [
        list(rows.columns),
        *(
            [cell[kinds[heading]](value) for heading, value in zip(rows.columns, row, strict=True)]
            for row in rows.itertuples(index=False)
        ),
    ]


def outcome(call):
    try:
        return call()
    except CellError as error:
        return error.code


@pytest.mark.slow
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(strategies.cases())
def test_frames_give_the_pennies_of_the_function(case):
    contract, evidence, as_at = case
    tables = strategies.tables(contract, evidence)
    expected = outcome(lambda: FUNCTIONS["PBR_STATEMENT"].call(*tables, as_at))
    terms, placements, carers, claims = map(frame, tables)
    # Dates as pandas has them, and money as columns of floats.
    for column in ("Moved on", "Ended on"):
        placements[column] = pd.to_datetime(placements[column])
    for column in ("Residential weekly cost", "Family weekly cost"):
        placements[column] = placements[column].astype(float)

    def settled():
        return xlpbr.settle(terms, placements, carers=carers, claims=claims, as_at=as_at)

    assert outcome(lambda: as_cells(settled())) == expected


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=15)
@given(strategies.cases(most_children=2))
def test_readings_and_problems_are_those_of_the_functions(case):
    contract, evidence, as_at = case
    tables = strategies.tables(contract, evidence)
    terms, placements, carers, claims = map(frame, tables)
    problems = xlpbr.check(terms, placements, carers=carers, claims=claims)
    expected = FUNCTIONS["PBR_CHECK"].call(*tables)[1:]
    expected = [] if expected[0][3] == "no problems" else expected
    assert problems[["Table", "Column", "Found", "Expected", "What to do"]].values.tolist() == [
        [row[0], *row[2:]] for row in expected
    ]
    if not problems["Stops the figures"].any():
        found = xlpbr.readings(terms, placements, carers=carers, as_at=as_at)
        rows = FUNCTIONS["PBR_READINGS"].call(*tables[:3], as_at)[1:]
        assert found["In use"].map({True: "yes", False: "no"}).tolist() == [row[2] for row in rows]
        for heading, place in (("Total payable", 3), ("Difference", 4)):
            assert [float(one) for one in found[heading]] == [row[place] for row in rows]


def forms(rows):
    headings, *body = rows
    yield rows
    yield tuple(map(tuple, rows))
    yield [dict(zip(headings, row, strict=True)) for row in body]
    yield frame(rows)
    yield frame(rows).astype(object)
    yield frame(rows).convert_dtypes()
    yield frame([headings, *([Decimal(str(v)) if isinstance(v, float) else v for v in row]
                             for row in body)])  # fmt: skip


def test_each_form_of_input_gives_the_same(terms, tmp_path):
    wanted = xlpbr.settle(
        terms, PLACEMENTS, carers=CARERS, claims=CLAIMS, as_at=date(2026, 10, 31)
    ).to_frame()
    term_forms = [
        terms,
        [list(terms.columns), *terms.values.tolist()],
        dict(zip(terms["Term"], terms["Value"], strict=True)),
        terms.to_dict("records"),
    ]
    day_forms = ["31/10/2026", "31 Oct 2026", pd.Timestamp("2026-10-31 15:00")]
    for placements, carers, claims in zip(*map(forms, (PLACEMENTS, CARERS, CLAIMS)), strict=True):
        for term_form, day in zip(term_forms, [*day_forms, date(2026, 10, 31)], strict=True):
            found = xlpbr.settle(term_form, placements, carers=carers, claims=claims, as_at=day)
            pd.testing.assert_frame_equal(found.to_frame(), wanted)
    with pd.ExcelWriter(tmp_path / "book.xlsx", engine="xlsxwriter") as writer:
        for name, table in (("Terms", terms), ("Placements", PLACEMENTS), ("Carers", CARERS),
                            ("Claims", CLAIMS)):  # fmt: skip
            written = xlpbr.write(writer, table, name)
            writer.book.define_name(f"Pbr{name}", f"={written.address}")
    for book in (tmp_path / "book.xlsx", str(tmp_path / "book.xlsx")):
        for whole in (book, xlpbr.read(book)):
            found = xlpbr.settle(whole, as_at=date(2026, 10, 31))
            pd.testing.assert_frame_equal(found.to_frame(), wanted)


@pytest.mark.parametrize("dtype", ["float32", "Float32", "Float64", "float[pyarrow]", "category"])
def test_columns_of_other_kinds_are_read_as_they_print(terms, dtype):
    kinds = dict.fromkeys(("Residential weekly cost", "Family weekly cost"), dtype)
    placements = frame(PLACEMENTS).astype(kinds)
    wanted = xlpbr.settle(terms, PLACEMENTS)
    found = xlpbr.settle(terms, placements)
    assert found.to_frame().equals(wanted.to_frame())
    many = xlpbr.settle_many({"One": terms}, placements.assign(Contract="One"))
    assert many.payable["One"] == wanted.payable


def test_pounds_are_decimals_and_pence_whole_numbers(terms):
    settled = xlpbr.settle(terms, PLACEMENTS, carers=CARERS, claims=CLAIMS, as_at="31/10/2026")
    pounds, pence = settled.to_frame(), settled.to_frame(pence=True)
    assert list(pounds.columns) == [figure.heading for figure in FIGURES]
    for figure in FIGURES:
        if figure.kind == "money":
            assert pence[figure.heading].dtype == "int64"
            assert all(type(value) is Decimal for value in pounds[figure.heading])
            assert [value * 100 for value in pounds[figure.heading]] == pence[
                figure.heading
            ].tolist()
    assert pounds["Month"].dt.day.eq(1).all()
    assert settled.payable == pounds["Payable to date"].iloc[-1]
    assert pounds["Invoiced to date"].iloc[-1] == Decimal("44000.50")
    assert settled.contract == "plymouth-l04-2526"
    assert (settled.as_at, settled.payable_on("31/12/2025")) == (
        date(2026, 10, 31),
        pounds["Payable to date"].iloc[3],
    )


def test_what_was_payable_on_a_day_after_what_is_known_is_refused(terms):
    settled = xlpbr.settle(terms, PLACEMENTS, as_at="31/10/2026")
    with pytest.raises(CellError, match=r"#NUM! day: found 1 Nov 2026; expected a day up to As at"):
        settled.payable_on("01/11/2026")
    assert settled.payable_on("31/08/2025") == Decimal("0.00")


def test_an_amount_too_large_for_pence_is_said(terms):
    large = [
        ["Child", *HEADINGS[2:6]],
        ["C01", "999999999999999", 0, "01/09/2025", None],
    ]
    terms = dict(zip(terms["Term"], terms["Value"], strict=True)) | {"Ends on": "31/12/2065"}
    settled = xlpbr.settle(terms, large)
    assert isinstance(settled.to_frame()["Saving to date"].iloc[-1], Decimal)
    with pytest.raises(CellError, match="larger than int64"):
        settled.to_frame(pence=True)


def test_the_workings_are_those_of_explain(terms):
    settled = xlpbr.settle(terms, PLACEMENTS, carers=CARERS, claims=CLAIMS, as_at="31/10/2026")
    rows = [list(terms.columns), *terms.values.tolist()]
    expected = FUNCTIONS["PBR_EXPLAIN"].call(
        rows, PLACEMENTS, "Mar 2026", CARERS, CLAIMS, "31/10/2026"
    )
    found = settled.explain(pd.Timestamp("2026-03-15"))
    assert [list(found.columns), *found.values.tolist()] == [
        expected[0],
        *([*row[:3], int(row[3]) if number == 0 else Decimal(f"{row[3]:.2f}")]
          for number, row in enumerate(expected[1:])),
    ]  # fmt: skip
    assert all(type(one) is int for one in settled.explain("Mar 2026", pence=True)["Amount"])
    with pytest.raises(CellError, match="found January 2031; expected a month of the"):
        settled.explain("Jan 2031")


def broken(row, heading, value):
    rows = [list(one) for one in PLACEMENTS]
    rows[row][HEADINGS.index(heading)] = value
    return rows


def without(heading):
    place = HEADINGS.index(heading)
    return [[cell for at, cell in enumerate(row) if at != place] for row in PLACEMENTS]


@pytest.mark.parametrize(
    ("placements", "sentence"),
    [
        (frame(broken(2, "Moved on", "soon")),
         'Placements, row 2 (index 1), Moved on: found "soon"; expected a date such as 01/09/2025.'
         " Correct Moved on."),
        (broken(2, "Moved on", "soon"), 'Placements, row 2, Moved on: found "soon"; expected'),
        (frame(broken(1, "Residential weekly cost", -1)).set_axis(["a", "b", "c"]),
         "Placements, row 1 (index a), Residential weekly cost: found -1; expected a price"),
        (frame(without("Moved on")),
         'Placements, Moved on: no such heading'),
        (frame(PLACEMENTS).rename(columns={"Moved on": "Moved"}),
         'Placements, Moved on: found the heading "Moved"; expected "Moved on". Rename'),
        ("placements.csv",
         'placements: found "placements.csv"; expected a data frame, a list of rows'),
        (7, "placements: found a int; expected a data frame"),
        (None, "placements: nothing found; expected a data frame"),
        (frame(broken(1, "Family weekly cost", float("inf"))),
         "Placements, row 1 (index 0), Family weekly cost: found inf"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(terms, placements, sentence):
    with pytest.raises(CellError) as refused:
        xlpbr.settle(terms, placements)
    if "no such heading" in sentence:
        sentence = "Placements, Moved on: found"
    assert refused.value.message.startswith(sentence)


def test_several_problems_are_counted(terms):
    rows = broken(1, "Moved on", "soon")
    rows[3][2] = "dear"
    with pytest.raises(CellError, match=r"\(1 more: xlpbr.check lists it\.\)$"):
        xlpbr.settle(terms, rows)


@pytest.mark.parametrize("day", ["soon", pd.NaT, float("nan"), True])
def test_a_day_that_is_none_is_refused(terms, day):
    with pytest.raises(CellError, match="as_at: found"):
        xlpbr.settle(terms, PLACEMENTS, as_at=day)


def test_tables_beside_a_workbook_are_refused(tmp_path):
    with pytest.raises(CellError, match="carers: found a table beside a workbook"):
        xlpbr.settle(tmp_path / "book.xlsx", carers=CARERS)


def test_what_does_not_stop_the_figures_comes_with_them(terms):
    rows = broken(1, "Child", "Jane Smith")
    problems = xlpbr.settle(terms, frame(rows)).problems
    assert problems["Where"].tolist() == ["Placements, row 1 (index 0)"]
    assert not problems["Stops the figures"].any()
    assert xlpbr.settle(terms, PLACEMENTS).problems.empty


def test_a_reconciliation_is_that_of_the_function(terms):
    settled = xlpbr.settle(terms, PLACEMENTS, claims=CLAIMS, as_at="28/02/2026")
    rows = settled.to_frame()[["Month", "Payable"]]
    expected = FUNCTIONS["PBR_RECONCILE"].call(rows, CLAIMS, 0.5)[1:]
    for ours in (settled, rows):
        found = xlpbr.reconcile(ours, frame(CLAIMS), tolerance=Decimal("0.5"))
        assert [
            [row.Key, float(row.Ours), float(row.Theirs), float(row.Difference), row.Status]
            for row in found.itertuples()
        ] == expected
    with pytest.raises(CellError, match="ours: found 3 columns; expected two"):
        xlpbr.reconcile(CARERS, CLAIMS)
    with pytest.raises(CellError, match="theirs: nothing found"):
        xlpbr.reconcile(CLAIMS, None)


def test_a_missing_row_of_a_side_is_reconciled(terms):
    found = xlpbr.reconcile([("Nov 2025", 1)], [], pence=True)
    assert found.values.tolist()[0][1:] == [100, 0, -100, "not claimed"]
