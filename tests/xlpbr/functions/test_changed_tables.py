"""What PBR_CHANGES gives is what the command gives, and it adds up, whatever was changed."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from tests.support.samples import sample_table
from xlpbr import functions
from xlpbr.cells import number
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import CONTRACT_NAMES, load_contract, terms_table
from xlpbr.contract.snapshot import Snapshot, take_snapshot
from xlpbr.errors import CellError
from xlpbr.functions.changed_tables import cells_and_pounds, changed_cells
from xlpbr.money import to_pence
from xlpbr.settlement.changes import changes_between
from xlpbr.tables.evidence import read_contract

Table = list[list[Any]]
MAY = date(2026, 5, 1)
OPTIONAL = ("cohort", "prices", "costs", "rates", "agreed", "budget")


def tables_of(name: str) -> dict[str, Table]:
    contract = load_contract(name)
    return {
        "terms": [list(row) for row in terms_table(contract)],
        **{
            table.lower(): [list(row) for row in sample_table(contract, table)]
            for table in ALL_COLUMNS
        },
    }


def read(tables: dict[str, Table]):
    life = {name: tables[name] for name in OPTIONAL}
    return read_contract(
        tables["terms"], tables["placements"], tables["carers"], tables["claims"], **life
    )


def kept(tables: dict[str, Table]) -> Snapshot:
    return take_snapshot(*read(tables), MAY, date(2026, 6, 12))


def called(
    tables: dict[str, Table], lines: list[str] | None, as_at: date | None = None
) -> list[list[Any]]:
    return functions.pbr_changes(
        tables["terms"], tables["placements"], lines and [[line or None] for line in lines],
        tables["carers"], tables["claims"], as_at, *(tables[name] for name in OPTIONAL),
    )  # fmt: skip


def with_changes(tables: dict[str, Table], draw: Random) -> dict[str, Table]:
    """The tables with some figures and days moved, rows taken out, and the fee another one."""
    changed = {}
    for name, (headings, *rows) in tables.items():
        if name == "terms":
            fee = next(row for row in rows if row[0] == "Fee")
            fee[1] += draw.choice((0, 1000, -0.37))
            changed[name] = [headings, *rows]
            continue
        left = [list(row) for row in rows if draw.random() < 0.9]
        for row in left:
            for place, cell in enumerate(row):
                if draw.random() < 0.8 or isinstance(cell, bool):
                    continue
                is_month = str(headings[place]) in ("Month", "Year")
                if isinstance(cell, int | float):
                    row[place] = cell + draw.choice((1, 12.34))
                elif isinstance(cell, date) and not is_month and headings[place] != "Ended on":
                    row[place] = cell + timedelta(days=draw.randrange(3))
        changed[name] = [headings, *left]
    return changed


def pence(cell: Any) -> int:
    return to_pence(number(cell))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_it_is_what_the_command_gives_and_adds_up(name: str, seed: int) -> None:
    draw = Random(f"{name} {seed}")
    before, after = tables_of(name), with_changes(tables_of(name), draw)
    as_at = draw.choice((None, date(2026, 5, 31), date(2026, 9, 30)))
    snapshot = kept(before)
    heading, *rows, total = called(after, snapshot.lines, as_at)
    expected = changes_between(read(before), read(after), as_at)
    of_command, in_words = cells_and_pounds(expected), changed_cells(expected)
    assert rows
    assert [row[:6] for row in (heading, *rows)] == in_words
    assert [row[:4] + row[6:9] for row in (heading, *rows)] == [
        [cell if cell is not None else "" for cell in row[:4] + row[6:]] for row in of_command[:-1]
    ]
    assert total[6:9] == of_command[-1][6:]
    statements = [
        functions.pbr_statement(
            tables["terms"], tables["placements"], tables["carers"], tables["claims"], as_at,
            *(tables[table] for table in OPTIONAL[:-1]),
        )
        for tables in (before, after)
    ]  # fmt: skip
    for column, figure in enumerate(("Saving", "Payable", "To invoice"), start=6):
        assert sum(pence(row[column]) for row in rows if row[column] != "") == pence(total[column])
        old, new = (sum(pence(row[of[0].index(figure)]) for row in of[1:]) for of in statements)
        assert pence(total[column]) == new - old
    told = [row for row in rows if row[9]]
    assert len(told) == len(expected.causes)
    assert all(row[9].startswith(f"{row[0]}: ") for row in told)
    assert total[9].startswith(f"{len(told)} change{'s' * (len(told) != 1)} since May 2026 was")


@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_nothing_changed_is_total_alone(name: str) -> None:
    tables = tables_of(name)
    assert called(tables, kept(tables).lines)[1:] == [
        ["Total", *[""] * 5, 0.0, 0.0, 0.0,
         "Nothing changed since May 2026 was agreed on 12 Jun 2026."]
    ]  # fmt: skip


def test_nothing_is_read_where_nothing_is_kept() -> None:
    for blank in (None, "", [[None]] * 3, [[" "], [""]]):
        ((*_, said),) = functions.pbr_changes("no table", 12, blank)[1:]
        assert said.startswith("No month was agreed with xlpbr agree in this workbook")


def test_every_line_that_is_changed_or_missing_is_an_error() -> None:
    tables = tables_of(CONTRACT_NAMES[0])
    lines = kept(tables).lines
    for number_of_line, line in enumerate(lines):
        if not line:
            continue
        changed = [*lines[:number_of_line], f"{line[:-1]}!", *lines[number_of_line + 1 :]]
        for wrong in (changed, [*lines[:number_of_line], *lines[number_of_line + 1 :]]):
            with pytest.raises(CellError, match="Take the workbook as it was saved") as refused:
                called(tables, wrong)
            assert refused.value.code == "#VALUE!"
            assert "xlpbr changes reads the copy that the file keeps" in refused.value.message


def test_a_line_of_a_newer_version_says_so() -> None:
    tables = tables_of(CONTRACT_NAMES[0])
    snapshot = kept(tables)
    newer = Snapshot(MAY, MAY, snapshot.text.replace('["VAT rate"', '["Rate of VAT"'))
    with pytest.raises(CellError, match="A newer version may have written it") as refused:
        called(tables, newer.lines)
    assert "Rate of VAT" in refused.value.message


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("placements", "Ended on", date(2026, 6, 1)),
         "Placements: C01, moved 16 Feb 2026 (Ended on: blank, now 1 Jun 2026; Ended because:"
         " blank, now broke down)"),
        (("placements", "Family weekly cost", 1500),
         "Placements: C01, moved 16 Feb 2026 (Family weekly cost: £1,425.00, now £1,500.00)"),
        (("carers", "Household", "H9"), "Carers: H01 removed"),
    ],
)  # fmt: skip
def test_a_cause_is_told_with_what_its_cells_say(change: tuple[str, str, Any], told: str) -> None:
    before, after = tables_of("plymouth-l04-2526"), tables_of("plymouth-l04-2526")
    table, heading, value = change
    after[table][1][after[table][0].index(heading)] = value
    rows = called(after, kept(before).lines)
    assert rows[1][9] == told


def test_a_term_and_many_cells_of_a_row() -> None:
    before, after = tables_of("plymouth-l04-2526"), tables_of("plymouth-l04-2526")
    next(row for row in after["terms"] if row[0] == "Fee")[1] = 600_000
    first = after["placements"][1]
    for heading, value in (
        ("Type", "reunified"), ("Family weekly cost", 1), ("Residential weekly cost", 2),
    ):  # fmt: skip
        first[after["placements"][0].index(heading)] = value
    told = [row[9] for row in called(after, kept(before).lines) if row[9]]
    assert told[1:3] == [
        "Terms: Fee: £599,800.00, now £600,000.00",
        "Placements: C01, moved 16 Feb 2026 (Type: foster, now reunified; Residential weekly cost:"
        " £7,076.92, now £2.00; 1 more)",
    ]


def test_a_row_of_agreed_is_told_with_what_is_to_be_invoiced() -> None:
    """Nothing of what is payable moves, and that alone stands beside the words on Month."""
    before, after = tables_of("plymouth-l04-2526"), tables_of("plymouth-l04-2526")
    column = after["agreed"][0].index("Payable")
    row = after["agreed"][-1]
    row[column] += 100
    (_, changed, total) = called(after, kept(before).lines, date(2026, 4, 30))
    assert changed[6:9] == [0.0, 0.0, 100.0]
    assert changed[9].endswith(", now £131,287.17); to invoice £100.00")
    assert total[6:9] == [0.0, 0.0, 100.0]
