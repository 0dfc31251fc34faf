"""What is worked out day by day fits together: parts add up, and no life is refused."""

from __future__ import annotations

import dataclasses

import pytest

from tests.support.life.amounts import total
from tests.support.life.invoice import invoice
from tests.support.life.lines import children, lines
from tests.support.life.random_lives import life_of_seed
from tests.support.life.statement import Month, statement
from tests.support.life.years import years


@pytest.mark.parametrize("seed", range(20))
def test_parts_add_up(seed: int) -> None:
    life = life_of_seed(seed)
    rows = statement(life)
    assert children(life)[""][1:] == [row.saving for row in rows]
    assert total([year.saving for year in years(life)]) == total([row.saving for row in rows])
    assert total([year.payable for year in years(life)]) == total([row.payable for row in rows])
    for row in rows[-2:]:
        assert invoice(life, row.month)[-1].net == row.to_invoice
        assert total([line.amount for line in lines(life, row.month)]) == row.saving


def test_lives_are_of_many_kinds() -> None:
    """Each column of the statement comes to bear in some of the lives."""
    columns = {one.name for one in dataclasses.fields(Month)}
    seen: set[str] = set()
    for seed in range(50):
        for row in statement(life_of_seed(seed)):
            seen |= {name for name, value in vars(row).items() if value}
    assert seen == columns


def test_equal_seeds_give_equal_lives() -> None:
    assert life_of_seed(7) == life_of_seed(7)
    assert life_of_seed(7) != life_of_seed(8)
