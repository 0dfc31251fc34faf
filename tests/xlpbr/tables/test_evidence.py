"""Ranges to records: headings, rows, terms, and every problem with its place."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pandas
import pytest

from xlpbr import cells, functions
from xlpbr.contract.evidence import COLUMNS
from xlpbr.errors import CellError
from xlpbr.tables import evidence as tables
from xlpbr.tables import headings as ranges
from xlpbr.tables import terms as term_rows

NBSP = "\u00a0"
HEADINGS = [
    "Child", "Type", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on",
    "Agreed",
]  # fmt: skip
START, END = date(2025, 9, 1), date(2027, 2, 28)
TERMS = [["Term", "Value"], ["Starts on", START], ["Ends on", END]]
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def placements(*rows):
    return [HEADINGS, *rows]


def child(name="C01", moved=MARCH, ended=None, *, before=7000, after=1400, type="", agreed="yes"):
    return [name, type, before, after, moved, ended, agreed]


def read(rows, carers=None, claims=None):
    return tables.read_evidence(rows, carers, claims)


def problem_of(found):
    (problem,) = found.problems
    return problem


def terms_with(*rows):
    return term_rows.read_terms([*TERMS, *map(list, rows)])


# Headings.


def test_headings_in_any_order_case_and_spacing_and_extra_columns_change_nothing():
    usual, _ = read(placements(child("C01", MARCH, APRIL, type="reunified", agreed="no")))
    order = [6, 3, 0, 5, 2, 1, 4]
    row = child("C01", MARCH, APRIL, type="reunified", agreed="no")
    headings = [f" {NBSP}{HEADINGS[i].upper().replace(' ', NBSP)} " for i in order]
    other, _ = read([["Note", *headings], ["seen", *(row[i] for i in order)]])
    assert usual.problems == other.problems == ()
    assert usual.record == other.record
    assert usual.record.placements[0].weekly_saving == Fraction(5600)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Chld", "Child"), ("Moved  in on", "Moved on"), ("Residental weekly cost",
     "Residential weekly cost"), ("Agred", "Agreed"), ("Ended", "Ended on")],
)  # fmt: skip
def test_a_misspelt_heading_blocks_and_names_the_nearest(written, meant):
    headings = [written if heading == meant else heading for heading in HEADINGS]
    found, (count,) = read([headings, child()])
    problem = problem_of(found)
    assert (problem.row, problem.column, problem.code) == (None, meant, "#VALUE!")
    assert problem.remedy == f'Rename the heading "{" ".join(written.split())}" to "{meant}".'
    assert count.used + count.refused == 1


@pytest.mark.parametrize("written", ["Family weekly cost incl VAT", "Family weekly cost (gross)"])
def test_a_heading_that_speaks_of_vat_asks_for_the_amounts_without_it(written):
    headings = [written if one == "Family weekly cost" else one for one in HEADINGS]
    found, _ = read([headings, child()])
    assert problem_of(found).remedy == (
        f'"Family weekly cost" is read without VAT. If the amounts under "{written}" are, rename it'
        ' to "Family weekly cost"; if VAT is in them, take it out first.'
    )


def test_a_missing_heading_is_said_with_those_that_are_there():
    found, (count,) = read([["Child", "Weekly price"], ["C01", 7000], [None, None]])
    assert [problem.column for problem in found.blocking] == [
        "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on",
    ]  # fmt: skip
    assert found.problems[0].found == 'other headings: "Weekly price"'
    assert (count.found, count.used, count.refused, count.blank) == (2, 0, 1, 1)


def test_a_heading_twice_is_asked_about():
    found, _ = read([[*HEADINGS, " moved ON"], [*child(), MARCH]])
    problem = problem_of(found)
    assert (problem.column, problem.found, problem.code) == (
        "Moved on", "the heading twice", "#VALUE!",
    )  # fmt: skip


@pytest.mark.parametrize("nothing", [None, "", [], [[None]], [[None, None], [None, None]]])
def test_an_empty_range_lacks_its_headings_unless_it_may_be_left_out(nothing):
    assert {p.code for p in term_rows.read_terms(nothing).problems} == {"#VALUE!"}
    assert len(term_rows.read_terms(nothing).problems) == 2
    found, counts = read(placements(child()), nothing, nothing)
    assert found.problems == ()
    assert [count.table for count in counts] == ["Placements"]


def test_an_error_among_the_headings_comes_out_as_itself():
    found, _ = read([["Child", "#REF!", *HEADINGS[1:]], ["C01", None, *child()[1:]]])
    assert [problem.code for problem in found.problems] == ["#REF!"]


def test_a_heading_near_clause_does_not_stop_the_figures():
    found = term_rows.read_terms([[*TERMS[0], "Clauses"], *([*row, "7.1"] for row in TERMS[1:])])
    assert found.problems == ()
    assert found.record.clause_of("Starts on") == "Terms: Starts on"


# Rows.


def test_every_row_is_used_refused_or_blank():
    found, counts = read(
        placements(
            child(), child("C02", before="tbc"), [None] * 7, child("", MARCH), ["", *[" "] * 6]
        ),
        [["Household", "Approved on", "Child"], ["F1", "31/02/2026", "C01"], ["F2", MARCH, "C01"]],
        [["Month", "Invoiced"], ["Mar 2026", "£5"], [None, None], ["Apr 2026", None]],
    )
    assert [(c.table, c.found, c.used, c.refused, c.blank) for c in counts] == [
        ("Placements", 5, 1, 2, 2), ("Carers", 2, 1, 1, 0), ("Claims", 3, 1, 1, 1),
    ]  # fmt: skip
    assert all(c.found == c.used + c.refused + c.blank for c in counts)
    assert [(p.table, p.row, p.column, p.code) for p in found.problems] == [
        ("Placements", 2, "Residential weekly cost", "#VALUE!"),
        ("Placements", 4, "Child", "#VALUE!"),
        ("Carers", 1, "Approved on", "#VALUE!"),
        ("Claims", 3, "Invoiced", "#VALUE!"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "column", "code", "found"),
    [
        ({"before": "£7k"}, "Residential weekly cost", "#VALUE!", '"£7k"'),
        ({"before": None}, "Residential weekly cost", "#VALUE!", "nothing"),
        ({"after": ""}, "Family weekly cost", "#VALUE!", "nothing"),
        ({"after": -1}, "Family weekly cost", "#NUM!", "-1"),
        ({"after": True}, "Family weekly cost", "#VALUE!", "TRUE"),
        ({"after": "#DIV/0!"}, "Family weekly cost", "#DIV/0!", "#DIV/0!"),
        ({"moved": CellError("#REF!", "gone")}, "Moved on", "#REF!", "#REF!"),
        ({"moved": "March"}, "Moved on", "#VALUE!", '"March"'),
        ({"moved": -4}, "Moved on", "#NUM!", "-4"),
        ({"ended": date(2026, 2, 28)}, "Ended on", "#NUM!", "28/02/2026"),
        ({"type": "cousin"}, "Type", "#VALUE!", '"cousin"'),
        ({"agreed": "perhaps"}, "Agreed", "#VALUE!", '"perhaps"'),
        ({"name": None}, "Child", "#VALUE!", "nothing"),
    ],
)
def test_a_wrong_cell_is_named_and_stops_the_figures(changed, column, code, found):
    rows = placements(child("C00"), child(**changed))
    problem = problem_of(read(rows)[0])
    assert (problem.table, problem.row, problem.column) == ("Placements", 2, column)
    assert (problem.code, problem.found) == (code, found)
    assert problem.expected
    assert problem.remedy.endswith(".")
    with pytest.raises(CellError) as caught:
        functions.pbr_statement(TERMS, rows)
    assert caught.value.code == code
    assert f"Placements, row 2, {column}: found" in caught.value.message.replace(
        "nothing found", "found"
    )


def test_a_planned_move_needs_no_price_and_no_dates():
    found, _ = read(placements(child("C01", None, None, before=None, after=None)))
    assert found.problems == ()


@pytest.mark.parametrize(
    ("first", "second", "overlapping_row"),
    [
        ((MARCH, APRIL), (APRIL, None), None),
        ((MARCH, None), (APRIL, None), 2),
        ((MARCH, APRIL), (date(2026, 3, 31), None), 2),
        ((APRIL, None), (MARCH, date(2026, 4, 2)), 1),
        ((MARCH, MARCH), (MARCH, None), None),
        ((MARCH, None), (MARCH, MARCH), None),
        ((MARCH, None), (MARCH, None), 2),
    ],
)
def test_overlaps_of_one_child(first, second, overlapping_row):
    found, _ = read(placements(child("C01", *first), child(" c01 ", *second)))
    if overlapping_row is None:
        assert found.blocking == ()
    else:
        (problem,) = found.blocking
        assert (problem.row, problem.column, problem.code) == (overlapping_row, "Moved on", "#NUM!")
        assert f"row {3 - overlapping_row}" in problem.expected
    apart, _ = read(placements(child("C01", *first), child("C02", *second)))
    not_agreed, _ = read(placements(child("C01", *first), child("C01", *second, agreed="no")))
    assert apart.problems == not_agreed.problems == ()


def test_a_short_stay_within_a_long_one_does_not_hide_the_next_overlap():
    rows = [
        child("C01", MARCH, date(2026, 12, 1)),
        child("C01", APRIL, date(2026, 4, 8)),
        child("C01", date(2026, 5, 1), None),
    ]
    found, _ = read(placements(*rows))
    assert [(p.row, "row 1 " in p.expected) for p in found.problems] == [(2, True), (3, True)]


@pytest.mark.parametrize("written", ["Yes", "y", True, "TRUE", "\u200byes "])
def test_agreed_rows(written):
    found, _ = read(placements(child(agreed=written)))
    assert (found.problems, len(found.record.agreed)) == ((), 1)


@pytest.mark.parametrize("written", [None, "", NBSP, "disputed", "Disputed "])
def test_a_row_that_nobody_has_agreed_yet_does_not_count_and_is_named(written):
    found, _ = read(placements(child(agreed=written)))
    problem = problem_of(found)
    assert (problem.row, problem.column, problem.code) == (1, "Agreed", None)
    assert problem.remedy == "The row does not count until then."
    assert (found.record.agreed, len(found.record.placements)) == ((), 1)


def test_without_the_column_every_row_counts_and_that_is_said():
    found, _ = read([HEADINGS[:-1], child()[:-1]])
    problem = problem_of(found)
    assert (problem.row, problem.column, problem.code) == (None, "Agreed", None)
    assert problem.remedy == (
        "Without it every row counts as agreed. Add the column if that is not right."
    )
    assert len(found.record.agreed) == 1


@pytest.mark.parametrize(
    "heading",
    ["Agreed (yes/no)", "Agreed by both", "Both agreed", "Both parties agree", "AGREED?",
     "Row\u00a0agreed", "Ag\u00adreed yes", "Agreement"],
)  # fmt: skip
def test_a_heading_that_may_mean_a_known_one_is_asked_about_and_stops_the_figures(heading):
    found, _ = read([[*HEADINGS[:-1], heading], child(agreed="no")])
    (problem,) = found.blocking
    assert (problem.column, cells.tidy(heading) in problem.found) == ("Agreed", True)


@pytest.mark.parametrize(
    ("second", "known"),
    [("Agreed by both", "Agreed"), ("Agreed (yes/no)", "Agreed"), ("Not agreed", "Agreed"),
     ("Agred", "Agreed"), ("Type of placement", "Type"), ("Moved on (actual)", "Moved on"),
     ("New family weekly cost", "Family weekly cost"), ("Child reference", "Child"),
     ("Family weekly costs", "Family weekly cost"), ("Ag\u00adreed\u00a0by both", "Agreed")],
)  # fmt: skip
def test_a_second_heading_that_could_be_a_known_one_is_asked_about(second, known):
    found, _ = read([[*HEADINGS, second], [*child(), "no"]])
    (problem,) = found.blocking
    assert (problem.column, problem.code) == (known, "#VALUE!")
    assert problem.found == f'the heading "{cells.tidy(second)}" beside it'
    assert problem.remedy.startswith(f'Only "{known}" would be read. If that is right, rename')


@pytest.mark.parametrize(
    "other",
    ["Child's school", "Child\u2019s social worker", "Children's home", "Residential home",
     "Moved from", "Home weekly cost", "Agreement", "Prototype", "Weekly saving",
     "Social worker"],
)  # fmt: skip
def test_a_heading_that_is_plainly_something_else_is_no_question(other):
    found, _ = read([[*HEADINGS, other], [*child(), "x"]])
    assert found.problems == ()


def test_a_claim_may_have_its_dates_and_references():
    more = ["Invoice date", "Invoice number", "Invoice ref", "Paid on", "VAT"]
    found, _ = read(placements(child()), claims=[["Month", "Invoiced", *more]])
    assert found.problems == ()


def test_a_column_with_the_options_of_a_missing_one_is_asked_about_whatever_its_heading():
    headings = ["Kind" if heading == "Type" else heading for heading in HEADINGS]
    rows = [headings, child(type="foster"), child("C02", type="Reunified"), child("C03")]
    problem = problem_of(read(rows)[0])
    assert (problem.column, problem.code) == ("Type", "#VALUE!")
    assert problem.found == 'the heading "Kind" over cells with foster and reunified'
    assert problem.remedy.endswith('if it is not, add a column "Type".')


def test_a_disputed_row_is_never_paid_for_want_of_the_heading():
    rows = [[*HEADINGS[:-1], "Status"], child(agreed="yes"), child("C02", agreed="disputed")]
    problem = problem_of(read(rows)[0])
    assert (problem.column, problem.code) == ("Agreed", "#VALUE!")
    assert problem.found == 'the heading "Status" over cells with yes and disputed'


def test_a_column_of_yes_and_no_is_named_where_it_may_be_the_missing_one():
    rows = [[*HEADINGS[:-1], "Signed off"], child(agreed="yes"), child("C02", agreed="No")]
    problem = problem_of(read(rows)[0])
    assert (problem.column, problem.code) == ("Agreed", None)
    assert problem.found == 'no such column, but "Signed off" holds yes and no'


@pytest.mark.parametrize("values", [("yes", "maybe"), ("", ""), (1.0, "yes"), (None, None)])
def test_any_other_column_is_passed_over(values):
    rows = [[*HEADINGS[:-1], "Siblings"], *(child(agreed=value) for value in values[:1])]
    rows.append(child("C02", agreed=values[1]))
    assert problem_of(read(rows)[0]).found == "no such column"


def test_the_columns_of_an_auditor_are_no_question():
    noted = ["Agreed by and on", "Evidence", "Note"]
    found, _ = read([[*HEADINGS, *noted], [*child(), "both", "file", "seen"]])
    assert found.problems == ()


@pytest.mark.parametrize("written", ["No", "n", False, "false"])
def test_rows_that_are_not_agreed_do_not_count(written):
    found, _ = read(placements(child(agreed=written)))
    assert (found.problems, found.record.agreed, len(found.record.placements)) == ((), (), 1)


# Terms.


@pytest.mark.parametrize(
    ("label", "value", "field", "expected"),
    [
        ("Contract", " L04  25/26 ", "contract", "L04 25/26"),
        ("Contract", 2526.0, "contract", "2526"),
        ("Cohort size", "21", "cohort_size", 21),
        ("Fee", "£599,800.005", "fee", Fraction(599800005, 1000)),
        ("Fee months", 12.0, "fee_months", 12),
        ("PRO RATA BASIS", "Whole months", "pro_rata_basis", "whole_months"),
        ("Bonus counts", "FOSTER", "bonus_counts", "foster"),
        ("VAT rate", "17.5%", "vat_rate", Fraction(7, 40)),
        ("VAT rate", 1, "vat_rate", Fraction(1)),
        ("Contract maximum", 0, "contract_maximum", Fraction(0)),
        ("Contract maximum", "", "contract_maximum", None),
    ],
)
def test_terms_of_every_kind(label, value, field, expected):
    found = terms_with((label, value))
    assert found.problems == ()
    assert getattr(found.record, field) == expected


@pytest.mark.parametrize(
    ("label", "value", "code", "expected", "remedy"),
    [
        ("Fee", "a lot", "#VALUE!", "a number, 0 or more", "Correct the value."),
        ("Fee", -1, "#NUM!", "a number, 0 or more", "Correct the value."),
        ("Fee", "#N/A", "#N/A", "a value, not an error", "Correct the formula in the cell."),
        ("Fee months", 0, "#NUM!", "a whole number, 1 or more", "Correct the value."),
        ("Fee months", 1.5, "#NUM!", "a whole number, 1 or more", "Correct the value."),
        ("Cohort size", -1, "#NUM!", "a whole number, 0 or more", "Correct the value."),
        ("Bonus rate", 10, "#NUM!", "a fraction or a percentage from 0 to 1",
         "Write it as a fraction or a percentage: 10%."),
        ("VAT rate", 17.5, "#NUM!", "a fraction or a percentage from 0 to 1",
         "Write it as a fraction or a percentage: 17.5%."),
        ("VAT rate", 200, "#NUM!", "a fraction or a percentage from 0 to 1", "Correct the value."),
        ("Fee reading", "catch-all", "#VALUE!", "one of: catch_up, no_catch_up, up_to_cap",
         "Correct the value."),
        ("Starts on", "soon", "#VALUE!", "a date", "Correct the value."),
    ],
)  # fmt: skip
def test_a_wrong_term_is_named(label, value, code, expected, remedy):
    rows = [row for row in TERMS if row[0] != label]
    found = term_rows.read_terms([*rows, [label, value]])
    problem = problem_of(found)
    assert (problem.row, problem.column, problem.code) == (len(rows), label, code)
    assert (problem.expected, problem.remedy) == (expected, remedy)


@pytest.mark.parametrize("label", ["Starts on", "Ends on"])
@pytest.mark.parametrize(
    "day", [date(1989, 12, 31), date(2101, 1, 1), date(2206, 3, 31), "01/04/1926", 202604, 365]
)
def test_a_programme_of_another_time_is_refused(label, day):
    rows = [row for row in TERMS if row[0] != label]
    found = term_rows.read_terms([*rows, [label, day]])
    (problem,) = found.blocking
    assert (problem.row, problem.column, problem.code) == (len(rows), label, "#NUM!")
    assert (problem.found, problem.remedy) == (cells.shown(day), "Correct the value.")
    assert problem.expected == "a date from 01/01/1990 to 31/12/2100"


def test_the_first_and_the_last_day_of_a_programme_that_there_may_be():
    for first, last in (
        (date(1990, 1, 1), date(1990, 12, 31)),
        (date(2100, 1, 1), date(2100, 12, 31)),
    ):
        rows = [["Term", "Value"], ["Starts on", first], ["Ends on", last]]
        assert term_rows.read_terms(rows).problems == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [("Contract maximun", "Contract maximum"), ("Starts one", "Starts on"), ("Fees", "Fee"),
     ("Bonus treshold", "Bonus threshold")],
)  # fmt: skip
def test_a_misspelt_term_blocks_and_names_the_near_one(written, meant):
    problem = problem_of(terms_with((written, 1)))
    assert (problem.row, problem.code) == (3, "#VALUE!")
    assert problem.remedy == f"Correct the spelling to {meant}."


def test_a_note_among_the_terms_stops_nothing():
    problem = problem_of(terms_with(("Contact at the provider", "by telephone")))
    assert (problem.row, problem.code) == (3, None)


@pytest.mark.parametrize(
    ("rows", "row", "column", "code"),
    [
        ([("Fee", 1), ("fee ", 1)], 4, "Fee", "#VALUE!"),
        ([("", 5)], 3, "Term", "#VALUE!"),
        ([("#REF!", 5)], 3, "Term", "#REF!"),
        ([("Bonus threshold", 3000000)], None, "Bonus rate", "#VALUE!"),
        ([("Bonus rate", 0.1)], None, "Bonus threshold", "#VALUE!"),
        ([("Fee months", 100000)], None, "Fee months", "#NUM!"),
    ],
)
def test_terms_that_do_not_fit_together(rows, row, column, code):
    problem = problem_of(terms_with(*rows))
    assert (problem.row, problem.column, problem.code) == (row, column, code)
    with pytest.raises(CellError) as caught:
        functions.pbr_statement([*TERMS, *map(list, rows)], placements())
    assert caught.value.code == code


def test_required_terms_that_are_missing_and_dates_the_wrong_way():
    missing = term_rows.read_terms([["Term", "Value"], ["Starts on", ""], [None, None]])
    assert [(p.column, p.code) for p in missing.problems] == [
        ("Starts on", "#VALUE!"), ("Ends on", "#VALUE!"),
    ]  # fmt: skip
    wrong = term_rows.read_terms([["Term", "Value"], ["Starts on", END], ["Ends on", START]])
    assert (problem_of(wrong).column, problem_of(wrong).code) == ("Ends on", "#NUM!")


def test_every_problem_is_listed_not_just_the_first():
    found = terms_with(("Fee", "x"), ("VAT rate", 10), ("Fee readin", "catch_up"))
    assert [p.row for p in found.problems] == [3, 4, 5]


# Data frames.


def test_data_frames_as_tables(sample):
    def frame(table):
        headings, *rows = sample[table]
        return pandas.DataFrame(rows, columns=headings)

    terms = frame("Terms")
    frames = [frame(table) for table in ("Placements", "Carers", "Claims")]
    frames[0]["Moved on"] = pandas.to_datetime(frames[0]["Moved on"])
    frames[0]["Ended on"] = pandas.to_datetime(frames[0]["Ended on"])
    assert frames[0]["Ended on"].isna().any()
    expected = functions.pbr_statement(*sample.values())
    assert functions.pbr_statement(terms, *frames) == expected
    assert expected[-1][expected[0].index("Saving to date")] > 0


def test_a_missing_number_in_a_data_frame_is_a_blank_cell():
    frame = pandas.DataFrame([child(), child("C02", before=float("nan"))], columns=HEADINGS)
    problem = problem_of(read(frame)[0])
    assert (problem.row, problem.column, problem.found) == (2, "Residential weekly cost", "nothing")


def test_a_programme_of_centuries_is_a_slip_of_the_year():
    rows = [["Term", "Value"], ["Starts on", date(2025, 1, 1)], ["Ends on", date(2097, 1, 1)]]
    (problem,) = term_rows.read_terms(rows).problems
    assert (problem.column, problem.code) == ("Ends on", "#NUM!")
    assert problem.expected == "a day within 50 years of Starts on, 01/01/2025"


def test_a_missing_start_is_one_problem():
    (problem,) = term_rows.read_terms([["Term", "Value"], ["Ends on", date(2027, 2, 28)]]).problems
    assert (problem.column, problem.found, problem.code) == ("Starts on", "nothing", "#VALUE!")


def test_a_row_that_is_not_agreed_does_not_stop_the_figures_for_want_of_a_price():
    row = ["C01", "foster", 7000, None, date(2026, 3, 2), None]
    for agreed, code in (("no", None), ("yes", "#VALUE!")):
        found, _ = tables.read_evidence([HEADINGS, [*row, agreed]])
        assert [problem.code for problem in found.problems] == [code]
        assert found.problems[0].column == "Family weekly cost"


# Titles, totals, names and rows accounted for.


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([HEADINGS, child()], [0]),
        ([["Placements 2025/26"], [], HEADINGS, child()], [2]),
        # An optional heading may be missing; one that is misspelt counts as nearly there.
        ([["Title"], [*HEADINGS[:1], *HEADINGS[2:6]], child()], [1]),
        ([["Title"], ["Child", "Residental weekly cost", "Moved on"], child()], [1]),
        ([["Title"], ["Child"], child()], [0]),
        ([["Child", "Moved on"], ["x"], ["Child", "Ended on"]], [0]),
        ([["Title"], HEADINGS, child(), HEADINGS, child()], [1, 3]),
        ([["Title"]] * 30 + [HEADINGS], [0]),
    ],
)
def test_the_heading_row_is_the_first_complete_one_or_clearly_the_best(rows, expected):
    width = max(map(len, rows))
    rows = [[*row, *[None] * (width - len(row))] for row in rows]
    assert ranges.heading_rows(rows, COLUMNS["Placements"]) == expected


def test_rows_of_terms_are_accounted_for():
    def count(table):
        found = term_rows.count_terms(table, term_rows.read_terms(table))
        assert found.found == found.used + found.refused + found.blank
        return found.used, found.refused, found.blank

    assert count(TERMS) == (2, 0, 0)
    assert count([*TERMS, [None, " "], ["Fee", "x"], ["Fee", 1], ["A note", 1]]) == (2, 3, 1)
    # Without its headings no row can be read.
    assert count([["Term", "Amount"], ["Fee", 1], [None, 2]]) == (0, 1, 1)


def test_a_row_of_totals_never_stops_and_never_counts():
    found, (count,) = read(placements(child(), ["Total:", "", "x", "#REF!", "soon", None, "?"]))
    assert (count.used, count.refused, found.blocking) == (1, 1, ())
    # A total of something that has a date of its own is a row like any other.
    dated, _ = read(placements(child("Total care 1"), child("Totally")))
    assert [row.child for row in dated.record.placements] == ["Total care 1", "Totally"]
    assert dated.problems == ()


def test_a_proposal_is_made_for_a_rate_only_where_it_can_be_one():
    remedies = {
        written: problem_of(terms_with(("VAT rate", written))).remedy
        for written in (20, "20", "110%", 101, -0.1)
    }
    assert remedies == {
        20: "Write it as a fraction or a percentage: 20%.",
        "20": "Write it as a fraction or a percentage: 20%.",
        "110%": "Correct the value.",
        101: "Correct the value.",
        -0.1: "Correct the value.",
    }
