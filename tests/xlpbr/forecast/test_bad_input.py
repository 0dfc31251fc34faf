"""Numbers that a program may hand to a forecast and that it cannot be made with."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.forecast_cases import KNOWN, assumed, contract
from xlpbr.errors import NUM, CellError
from xlpbr.forecast.run import forecast, scenario_evidence, within
from xlpbr.tables.assumptions import read_assumptions


@pytest.mark.parametrize("number", [-1, 1_000_000, 1.5, "1", True, np.int64(3)])
def test_there_is_no_such_scenario(number):
    with pytest.raises(CellError) as caught:
        scenario_evidence(contract(), KNOWN, assumed(), number)
    assert caught.value.code == NUM
    assert "number: found " in caught.value.message
    assert "expected a whole number from 0 to 999,999" in caught.value.message


@pytest.mark.parametrize("seed", [-1, 2**53, 1.5])
def test_a_single_scenario_has_a_seed_of_the_same_kind(seed):
    with pytest.raises(CellError, match="seed: found"):
        scenario_evidence(contract(), KNOWN, assumed(), 0, seed=seed)


@pytest.mark.parametrize("given", [{"scenarios": 1.5}, {"scenarios": True}, {"seed": 1.5}])
def test_a_number_that_is_not_whole(given):
    with pytest.raises(CellError, match="expected a whole number from"):
        forecast(contract(), KNOWN, assumed(), **given)


def test_a_long_number_does_not_hide_the_rest():
    with pytest.raises(CellError) as caught:
        within("seed", 10**300, 0, 5)
    assert len(caught.value.message) < 100
    assert caught.value.message.endswith("expected a whole number from 0 to 5")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_at_all_is_named_by_its_row(value):
    found = read_assumptions([["Assumption", "Value"], ["Share reunified", value]])
    (problem,) = [one for one in found.problems if one.column == "Share reunified"]
    assert (problem.row, problem.code) == (1, NUM)
    assert problem.remedy == "Correct the value."
