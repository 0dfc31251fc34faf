"""A report of sample rows says on every sheet that it is an illustration; others never do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.golden import sample_assumptions, sample_source
from tests.support.opened import opened
from tests.support.report_book import lines_of, parts_of, report_of
from xlpbr.workbook.report.facts import ReportSource


def illustrated(table: str, note: str, heading: str = "Note") -> ReportSource:
    """The sample with a column of its own in one table, filled in its last row."""
    source = sample_source()
    rows = [list(row) for row in source.rows[table.capitalize()]]
    rows = [[*rows[0], heading], *([*row, None] for row in rows[1:])]
    rows[-1][-1] = note
    return sample_source(**{table: rows})


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("table", ["placements", "carers", "claims"])
def test_a_report_of_sample_rows_says_so(tmp_path: Path, table: str, public: bool) -> None:
    source = illustrated(table, " ILLUSTRATION, not a real child")
    target = report_of(tmp_path / "r.xlsx", source, public=public)
    words = "ILLUSTRATION: made from sample rows, not from real children"
    assert words in lines_of(target, "Summary")[2:5]
    for sheet in opened(target):
        assert (sheet.oddHeader.left.text or "").startswith(words), sheet.title


def test_a_report_of_real_rows_does_not_call_them_an_illustration(tmp_path: Path) -> None:
    blank = sample_source()
    blank.rows["Placements"][0] = [*blank.rows["Placements"][0], "Note"]
    blank.rows["Placements"][1:] = [[*row, None] for row in blank.rows["Placements"][1:]]
    blank.rows["Placements"].append([*[None] * 8, "Illustration"])
    for source in (sample_source(), illustrated("claims", "No illustration"), blank):
        target = report_of(tmp_path / "r.xlsx", source)
        assert b"ILLUSTRATION" not in b"".join(parts_of(target).values())


def test_illustrative_assumptions_make_the_report_an_illustration(tmp_path: Path) -> None:
    heading, *rows = sample_assumptions()
    marked = [[*heading, "Note"], *([*row, "Illustration, not a forecast"] for row in rows)]
    report_of(tmp_path / "r.xlsx", sample_source(assumptions=marked))
    words = "ILLUSTRATION: made from sample rows, not from real children"
    assert lines_of(tmp_path / "r.xlsx", "Summary")[2] == words
    blank = [[row[0], None, *row[2:]] for row in marked[1:]]
    report_of(tmp_path / "r.xlsx", sample_source(assumptions=[marked[0], *blank]))
    assert words not in lines_of(tmp_path / "r.xlsx", "Summary")
