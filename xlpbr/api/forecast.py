"""What a contract may cost and save: ``xlpbr.make_forecast``."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd

from xlpbr.api.frames import columns_frame, day_column, exact, exact_pounds, money, money_column
from xlpbr.api.inputs import Table, contract_of, day_of, is_workbook
from xlpbr.api.records import PlacedProblem, assumptions_of, problems_frame, settled_records
from xlpbr.contract.terms import Kind
from xlpbr.errors import VALUE, CellError
from xlpbr.forecast import run as rules
from xlpbr.functions import spills
from xlpbr.periods import day_in_words


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MadeForecast:
    """A forecast of a whole programme, as ``PBR_FORECAST`` gives it.

    Attributes:
        forecast: the records, with whole pence.

    Example:
        >>> import xlpbr
        >>> placements = [
        ...     ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
        ...     ["C01", 7000, 1400, "01/11/2025", None],
        ... ]
        >>> assumed = {
        ...     "Children still to move": 4,
        ...     "First month of moves": "Jan 2026",
        ...     "Moves a month": 1,
        ...     "Residential weekly cost, likely": 7000,
        ...     "Family weekly cost, likely": 1400,
        ... }
        >>> made = xlpbr.make_forecast(
        ...     xlpbr.terms("plymouth-l04-2526"), placements, assumed, scenarios=200
        ... )
        >>> made
        <MadeForecast plymouth-l04-2526: 200 scenarios from seed 1, known to 31 Dec 2025>
        >>> list(made.to_frame().columns[:3])
        ['Month', 'Saving, 10th percentile', 'Saving, 50th percentile']
        >>> made.to_frame().loc[2, "Saving, mean"]
        Decimal('24000.00')
        >>> made.sensitivities.columns[0]
        'What moves the net saving most'
    """

    forecast: rules.Forecast
    _problems: tuple[PlacedProblem, ...] = field(default=())

    def __repr__(self) -> str:
        made = self.forecast
        return (
            f"<MadeForecast {made.terms.contract or 'without a name'}: {made.scenarios:,} scenarios"
            f" from seed {made.seed}, known to {day_in_words(made.as_at)}>"
        )

    @property
    def problems(self) -> pd.DataFrame:
        """What to look at in the tables; nothing in it stops the figures. See ``xlpbr.check``."""
        return problems_frame(self._problems)

    @property
    def chances(self) -> pd.Series[Any]:
        """The chances, exact shares from 0 to 1 as Decimal; None where the terms have none."""
        found: dict[str, Decimal | None] = {}
        for label, name, _ in spills.FORECAST_CHANCES:
            chance: Fraction | None = getattr(self.forecast, name)
            found[label] = None if chance is None else exact(chance)
        return pd.Series(found, dtype=object, name="Chance")

    @property
    def sensitivities(self) -> pd.DataFrame:
        """What moves the mean net saving, the most first, each from its low to its high value.

        Money is in exact pounds. No row where nothing is uncertain or nothing moves it.
        """
        found = self.forecast.sensitivities
        return columns_frame(
            spills.SENSITIVITY_HEADINGS,
            [
                [one.label for one in found],
                [_tried(one.kind, one.low) for one in found],
                [_tried(one.kind, one.high) for one in found],
                money_column((one.net_at_low for one in found), False),
                money_column((one.net_at_high for one in found), False),
                money_column((one.difference for one in found), False),
            ],
        )

    def to_frame(self, *, pence: bool = False) -> pd.DataFrame:
        """A row for each month: percentiles and mean of each figure, as ``PBR_FORECAST`` has them.

        Each column has its own order, so percentiles do not add up; means do. What the whole
        programme comes to stands in the columns to date of the last month.

        Args:
            pence: False for money as exact Decimal pounds, True for whole int64 pence.
        """
        headings, *months, _ = spills.forecast_months(self.forecast, money(in_pence=True))
        amounts = zip(*(row[1:] for row in months), strict=True)
        columns = [money_column(column, pence) for column in amounts]
        return columns_frame(headings, [day_column(row[0] for row in months), *columns])


def _tried(kind: Kind, value: Fraction) -> Decimal:
    return exact_pounds(value) if kind == "money" else exact(value)


def make_forecast(
    terms: Any,
    placements: Table = None,
    assumptions: Table = None,
    *,
    carers: Table = None,
    as_at: Any = None,
    scenarios: int = 1_000,
    seed: int = 1,
    cohort: Table = None,
    prices: Table = None,
    costs: Table = None,
    rates: Table = None,
) -> MadeForecast:
    """Forecast what a contract may save and pay, from what is known and what is assumed.

    Every scenario is settled by the contract's own rules. The same seed gives the same figures.

    Args:
        terms: as for ``xlpbr.settle``: the Terms table, or by itself a whole workbook.
        placements: the Placements table: what is known.
        assumptions: the Assumptions table, or a dict from assumption to value.
            docs/guide/forecast.md says what each means.
        carers: the Carers table; None for no carers.
        as_at: the last day that is known; None for the day before the first month of moves.
        scenarios: how many are drawn, 1 to 1,000,000.
        seed: what the random numbers start from, 0 to 2^53 - 1.
        cohort: the Cohort table: the children of the cohort; None where all count.
        prices: the Prices table: changes of price; None for none.
        costs: the Costs table: further costs of a move; None for none.
        rates: the Rates table: the prices of outcomes; None for none.

    Raises:
        CellError: the first wrong input, or assumptions that do not fit the programme.
        FileProblem: a workbook that cannot be read or has no Assumptions.

    Example:
        See ``MadeForecast``, which is what comes back.
    """
    if assumptions is None and not is_workbook(terms):
        raise CellError(
            VALUE, "assumptions: nothing found; expected the Assumptions table, or a dict"
        )
    given = contract_of(
        terms, placements, carers, None, assumptions, cohort=cohort, prices=prices, costs=costs,
        rates=rates,
    )  # fmt: skip
    assumed = assumptions_of(given)
    made = rules.forecast(
        *settled_records(given),
        assumed,
        as_at=day_of("as_at", as_at),
        scenarios=scenarios,
        seed=seed,
    )
    return MadeForecast(made, (*given.problems, *given.assumption_problems))
