"""A child that leaves care before its move is named by its own row of Cohort."""

from __future__ import annotations

from datetime import date

from xlpbr.tables.evidence import read_evidence

PLACEMENTS = [
    ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
    ["C1", 7000, 1400, date(2026, 1, 5), None],
    ["C2", 7000, 1400, date(2026, 3, 2), None],
]
LEAVES = date(2026, 2, 1)


def test_two_children_who_leave_on_one_day_are_told_apart():
    cohort = [["Child", "Leaves care on"], ["C1", LEAVES], ["c2 ", LEAVES]]
    (problem,) = read_evidence(PLACEMENTS, cohort=cohort)[0].blocking
    assert (problem.table, problem.row, problem.column) == ("Cohort", 2, "Leaves care on")
    assert problem.expected == "a day on or after Moved on in Placements, 02/03/2026"
