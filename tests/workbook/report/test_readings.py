"""The sheets of the readings: what each open reading would change."""

from __future__ import annotations

from pathlib import Path

from tests.support.golden import AS_AT, sample_source
from tests.support.report_book import (
    AFTERWARDS,
    given_tables,
    lines_of,
    report_of,
    table_of,
    with_terms,
)
from xlpbr import functions


def test_a_total_that_the_maximum_stops_is_given_without_it_too(tmp_path: Path) -> None:
    rows = {tuple(row[:2]): row[2:] for row in table_of(
        report_of(tmp_path / "r.xlsx", None, None), "Readings in full"
    )}  # fmt: skip
    assert rows["Fee period", "annual"] == [
        "each year; stopped at the contract maximum, without it £1,039,037.92",
        "no", 1_000_000, 260_862.08, "7 para 3, 8",
    ]  # fmt: skip
    assert rows["Fee period", "programme"][0] == "the whole programme"
    hard = sample_source(terms=with_terms(Contract_maximum=650_000))
    rows = {tuple(row[:2]): row[2:] for row in table_of(
        report_of(tmp_path / "r.xlsx", hard, None), "Readings in full"
    )}  # fmt: skip
    assert rows["Maximum reading", "hard_stop"][0].endswith("without it £739,137.92")
    assert rows["Maximum reading", "warn"] == [
        "nothing is held back; the checks say by how much it is passed",
        "no", 739_137.92, 89_137.92, "4.1, 7 para 8",
    ]  # fmt: skip


def test_the_readings_that_matter_stand_dearest_first(full: Path) -> None:
    heading, *rows = table_of(full, "Readings")
    assert heading == [
        "Reading", "As it is read now", "If it is read instead", "Code", "Change to 31 Oct 2026",
        "Change in outlook to 28 Feb 2027", "Clause",
    ]  # fmt: skip
    terms, placements, carers, _ = given_tables()
    worth: dict[tuple[str, str], list[float]] = {}
    for day in (AS_AT, None):
        for row in functions.pbr_readings(terms, placements, carers, day)[1:]:
            worth.setdefault((row[0], row[1]), []).append(row[4])
    changing = {key: both for key, both in worth.items() if any(both)}
    assert {(row[0], row[3]): row[4:6] for row in rows} == changing
    most = [max(map(abs, row[4:6])) for row in rows]
    assert most == sorted(most, reverse=True)
    assert rows[0][:4] == [
        "Fee reading", "What is earned to date and not invoiced yet",
        "What is earned in the month itself", "no_catch_up",
    ]  # fmt: skip
    without = {key[0] for key in worth} - {key[0] for key in changing}
    (line,) = [line for line in lines_of(full, "Readings") if line.startswith("Without effect")]
    assert set(line.removeprefix("Without effect: ").rstrip(".").split(", ")) == without
    words = " ".join(lines_of(full, "Readings"))
    assert "To 31 Oct 2026: £669,800.00 as read now, at least £380,396.42 and at most" in words
    assert "In outlook to 28 Feb 2027, if every placement in place stays as it is" in words


def test_at_the_end_of_the_programme_there_is_no_outlook(tmp_path: Path) -> None:
    target = report_of(tmp_path / "r.xlsx", None, None, prepared_on=AFTERWARDS)
    assert table_of(target, "Readings")[0][4:] == ["Change to 28 Feb 2027", "Clause"]
    assert "utlook" not in " ".join(row[0] for row in table_of(target, "Summary"))
