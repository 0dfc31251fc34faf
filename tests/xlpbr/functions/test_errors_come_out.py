"""An error in what a function is given comes out as it is, and a message quotes what was found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.support.brute_force import Contract, Evidence, PlacementRow
from tests.support.strategies import tables, terms_table
from xlpbr import functions
from xlpbr.errors import CellError

DAY = date(2026, 3, 1)
LAST = date(2026, 3, 31)
TERMS = terms_table(Contract(DAY, LAST, fee=9_000.0))
ROWS = tables(Contract(DAY, LAST), Evidence([PlacementRow("C1", 700.0, 70.0, DAY)]))[1]

CALLS: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "PBR_SAVING": (functions.pbr_saving, [700, 70, DAY, LAST, DAY, LAST]),
    "PBR_PRO_RATA": (functions.pbr_pro_rata, [900, DAY, 12, LAST, "days"]),
    "PBR_FEE_CAP": (functions.pbr_fee_cap, [900, 800, 100]),
    "PBR_THRESHOLD_BONUS": (functions.pbr_threshold_bonus, [900, 800, 0.1, 50, "whole"]),
    "PBR_CLAWBACK": (functions.pbr_clawback, [900, 800, 850]),
    "PBR_RUN_RATE": (functions.pbr_run_rate, [700, 70, DAY, LAST, DAY]),
    "PBR_OUTCOME_FEE": (functions.pbr_outcome_fee, [10_000, DAY, DAY, LAST, 2]),
    "PBR_CONTRACT_CAP": (functions.pbr_contract_cap, [900, 1_000, 200]),
    "PBR_STATEMENT": (functions.pbr_statement, [TERMS, ROWS, None, None, LAST]),
    "PBR_READINGS": (functions.pbr_readings, [TERMS, ROWS, None, LAST]),
    "PBR_RECONCILE": (functions.pbr_reconcile, [[["A", 1]], [["A", 2]], 0.5]),
    "PBR_EXPLAIN": (functions.pbr_explain, [TERMS, ROWS, DAY, None, None, LAST]),
    "PBR_TERMS": (functions.pbr_terms, ["cheshire-east-2026"]),
}

PLACES = [(name, n) for name, (_, args) in CALLS.items() for n in range(len(args))]


@pytest.mark.parametrize(
    "code", ["#N/A", "#DIV/0!", "#REF!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!"]
)
@pytest.mark.parametrize(("name", "place"), PLACES, ids=str)
def test_an_error_in_any_argument_comes_out_as_it_is(name: str, place: int, code: str) -> None:
    function, args = CALLS[name]
    assert not isinstance(function(*args), CellError)  # it works without the error
    for error in (CellError(code, "as it was"), code):
        spoilt = list(args)
        spoilt[place] = error
        with pytest.raises(CellError) as raised:
            function(*spoilt)
        assert raised.value.code == code
        assert raised.value.message


@pytest.mark.parametrize("code", ["#N/A", "#DIV/0!", "#REF!"])
@pytest.mark.parametrize("table", ["terms", "placements", "carers", "claims"])
def test_an_error_in_any_cell_of_a_table_comes_out_as_it_is(table: str, code: str) -> None:
    sound: dict[str, list[list]] = {
        "terms": TERMS,
        "placements": ROWS,
        "carers": [["Household", "Approved on", "Child"], ["H1", DAY, "C1"]],
        "claims": [["Month", "Invoiced"], [DAY, 10.0]],
    }
    functions.pbr_statement(*sound.values())
    rows = sound[table]
    last = len(rows) - 1
    spoilt_cells = (
        [(r, 1) for r in range(1, len(rows))]
        if table == "terms"
        else [(last, c) for c in range(len(rows[0]))]
    )
    for r, c in spoilt_cells:
        other = [list(row) for row in rows]
        other[r][c] = CellError(code, "as it was")
        with pytest.raises(CellError) as raised:
            functions.pbr_statement(*{**sound, table: other}.values())
        assert raised.value.code == code, (r, c)


@pytest.mark.parametrize(
    ("name", "place", "code"),
    [
        ("PBR_SAVING", 0, "#VALUE!"),
        ("PBR_SAVING", 2, "#VALUE!"),
        ("PBR_PRO_RATA", 2, "#VALUE!"),
        ("PBR_PRO_RATA", 4, "#VALUE!"),
        ("PBR_FEE_CAP", 1, "#VALUE!"),
        ("PBR_THRESHOLD_BONUS", 2, "#VALUE!"),
        ("PBR_THRESHOLD_BONUS", 4, "#VALUE!"),
        ("PBR_CLAWBACK", 2, "#VALUE!"),
        ("PBR_RUN_RATE", 4, "#VALUE!"),
        ("PBR_OUTCOME_FEE", 1, "#VALUE!"),
        ("PBR_CONTRACT_CAP", 1, "#VALUE!"),
        ("PBR_STATEMENT", 4, "#VALUE!"),
        ("PBR_READINGS", 3, "#VALUE!"),
        ("PBR_RECONCILE", 2, "#VALUE!"),
        ("PBR_EXPLAIN", 2, "#VALUE!"),
        ("PBR_TERMS", 0, "#N/A"),
    ],
)
def test_an_error_quotes_what_was_found(name: str, place: int, code: str) -> None:
    function, args = CALLS[name]
    spoilt = list(args)
    spoilt[place] = "about twelve"
    with pytest.raises(CellError) as raised:
        function(*spoilt)
    assert raised.value.code == code
    assert "about twelve" in raised.value.message


def test_an_error_in_an_extra_column_changes_nothing() -> None:
    notes = [[*row, CellError("#N/A", "a note's own trouble")] for row in ROWS]
    notes[0][-1] = "Notes"
    assert functions.pbr_statement(TERMS, notes) == functions.pbr_statement(TERMS, ROWS)
