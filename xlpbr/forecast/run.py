"""A forecast: many scenarios of what may come, each settled by the contract's own rules.

Scenarios are drawn and settled as plain numbers (``scenarios``) or, where numpy is installed and
there is enough to do, as columns (``columns``): the figures are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any, Literal

from xlpbr.contract.assumptions import ASSUMPTIONS, Assumptions
from xlpbr.contract.evidence import Evidence
from xlpbr.contract.terms import ContractTerms, Kind
from xlpbr.errors import NUM, CellError
from xlpbr.forecast import scenarios as plain
from xlpbr.forecast.plan import ScenarioPlan, scenario_plan_of, varied
from xlpbr.forecast.scenarios import BLOCK, Spread, Summary
from xlpbr.money import Pence, round_half_away
from xlpbr.periods import ONE_DAY, day_in_words, month_end, month_in_words
from xlpbr.tables.assumptions import outside_the_programme

Way = Literal["plain", "columns", "compiled"]
"""How scenarios are worked out: plain Python, numpy, or numpy with numba where it is there."""

Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]
"""Gives the result of a function for each chunk, in the order of the chunks."""

MOST_SCENARIOS = 1_000_000
MOST_SEED = 2**53 - 1
"""The largest whole number that every cell holds exactly."""

SENSITIVITY_SCENARIOS = 200
_TRIALS = 20
"""About as many forecasts are made for what moves the result."""

_COLUMNS_FROM = 20_000
"""So many placements in all scenarios are worth loading numpy."""

_COMPILED_FROM = 20_000_000
"""So many are worth the time that compiling takes."""

_LONG = 10**18

_MOST_HELD = 100_000_000
"""So many scenarios x months are held in memory, of 16 bytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastMonth:
    """The spread of each figure of a month."""

    month: date
    saving: Spread
    payable: Spread
    net_saving: Spread
    saving_to_date: Spread
    payable_to_date: Spread
    net_saving_to_date: Spread


MONTH_FIGURES = tuple(field.name for field in fields(ForecastMonth) if field.name != "month")
"""The figures of a month, in the order in which a summary has them."""


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What one assumption moves, all others as they are.

    Attributes:
        label: the assumption.
        kind: what its values are.
        low: the low value that was tried.
        high: the high value.
        net_at_low: the mean total net saving at the low value, in pence.
        net_at_high: the same at the high value.
    """

    label: str
    kind: Kind
    low: Fraction
    high: Fraction
    net_at_low: Pence
    net_at_high: Pence

    @property
    def difference(self) -> Pence:
        """What the step from low to high adds to the net saving."""
        return self.net_at_high - self.net_at_low


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What may come of a contract.

    Attributes:
        terms: the contract's terms.
        assumptions: what is assumed.
        as_at: the last day that is known.
        scenarios: how many were asked for.
        seed: what the random numbers start from.
        months: every month of the programme.
        fee_earned: the chance that the fee is fully earned; None without a fee.
        threshold_passed: the chance that the bonus threshold is passed; None without a bonus.
        maximum_binds: the chance that the contract maximum binds; None without one.
        certain: whether nothing is drawn: the figures are the statement's.
        sensitivities: what moves the net saving, the most first.
    """

    terms: ContractTerms
    assumptions: Assumptions
    as_at: date
    scenarios: int
    seed: int
    months: tuple[ForecastMonth, ...]
    fee_earned: Fraction | None
    threshold_passed: Fraction | None
    maximum_binds: Fraction | None
    certain: bool
    sensitivities: tuple[Sensitivity, ...]


def forecast(
    terms: ContractTerms,
    evidence: Evidence,
    assumptions: Assumptions,
    *,
    as_at: date | None = None,
    scenarios: int = 1_000,
    seed: int = 1,
    run: Run = map,
    at_once: int | None = None,
    way: Way | None = None,
) -> Forecast:
    """The forecast of a whole programme; the same seed gives the same figures, however it runs.

    Args:
        terms: the contract's terms.
        evidence: what is known; the claims matter for nothing here.
        assumptions: what is assumed.
        as_at: the last day that is known; None as ``last_known_day`` has it.
        scenarios: how many, 1 to 1,000,000.
        seed: what the random numbers start from, 0 to 2^53 - 1.
        run: what gives the result of a function for each chunk of scenarios, in their order:
            the built-in ``map``, or one that hands the chunks to an executor.
        at_once: scenarios in a chunk.
        way: how they are worked out; None for what suits the work and is installed. Terms with
            what only ``settle`` knows are worked out plainly whatever is asked.

    Raises:
        CellError: ``#NUM!`` for assumptions that do not fit the programme or ``as_at``, and for
            a number of scenarios or a seed that cannot be used.
    """
    within("scenarios", scenarios, 1, MOST_SCENARIOS)
    within("seed", seed, 0, MOST_SEED)
    plan = checked_plan(terms, evidence, assumptions, as_at)
    count = 1 if plan.is_certain else scenarios
    if count * len(plan.periods) > _MOST_HELD:
        raise CellError(
            NUM,
            f"scenarios: found {count:,} over {len(plan.periods):,} months; expected at most"
            f" {_MOST_HELD // len(plan.periods):,} scenarios",
        )
    chosen = "plain" if plan.by_settle else way or _way_for(plan, count)
    found = _summary(plan, seed, count, chosen, run, at_once)
    few: Way = "plain" if chosen == "plain" else "columns"
    tried = () if plan.is_certain else tuple(_sensitivities(plan, seed, count, few))
    return Forecast(
        terms=terms,
        assumptions=assumptions,
        as_at=plan.as_at,
        scenarios=scenarios,
        seed=seed,
        months=tuple(
            ForecastMonth(
                month=period.first.replace(day=1),
                **dict(zip(MONTH_FIGURES, spreads, strict=True)),
            )
            for period, spreads in zip(plan.periods, found.months, strict=True)
        ),
        fee_earned=Fraction(found.fee_earned, count) if plan.has_fee else None,
        threshold_passed=None
        if plan.bonus.least_passing is None
        else Fraction(found.threshold_passed, count),
        maximum_binds=Fraction(found.maximum_binds, count) if plan.payments.has_maximum else None,
        certain=plan.is_certain,
        sensitivities=tried,
    )


def within(name: str, found: int, least: int, most: int) -> None:
    """Refuse a whole number outside its limits.

    Raises:
        CellError: ``#NUM!``, naming it.
    """
    if type(found) is int and least <= found <= most:
        return
    # A number of hundreds of digits would hide the rest.
    shown = f"{found:,}" if type(found) is int and abs(found) < _LONG else f"{found!s:.25}"
    raise CellError(
        NUM, f"{name}: found {shown}; expected a whole number from {least:,} to {most:,}"
    )


def last_known_day(terms: ContractTerms, evidence: Evidence, assumptions: Assumptions) -> date:
    """The last day that is known, where none is given.

    The day before the first month of moves; without one the latest day in the evidence; without
    one the day before the programme.
    """
    if assumptions.first_month is not None:
        return assumptions.first_month - ONE_DAY
    days = [day for row in evidence.placements for day in (row.moved_on, row.ended_on)]
    days += [row.approved_on for row in evidence.households]
    return max((day for day in days if day is not None), default=terms.starts_on - ONE_DAY)


def scenario_evidence(
    terms: ContractTerms,
    evidence: Evidence,
    assumptions: Assumptions,
    number: int,
    *,
    as_at: date | None = None,
    seed: int = 1,
) -> Evidence:
    """One scenario as evidence: ``settle`` gives the figures that the forecast has for it.

    Args:
        terms: the contract's terms.
        evidence: what is known.
        assumptions: what is assumed.
        number: which scenario, counted from 0; at most 999,999.
        as_at: the last day that is known, as for ``forecast``.
        seed: what the random numbers start from.

    Raises:
        CellError: ``#NUM!`` as for ``forecast``, and for a number of no scenario.
    """
    within("number", number, 0, MOST_SCENARIOS - 1)
    within("seed", seed, 0, MOST_SEED)
    plan = checked_plan(terms, evidence, assumptions, as_at)
    return plain.evidence_of(plan, plain.draw_one(plan, seed, number))


def checked_plan(
    terms: ContractTerms, evidence: Evidence, assumptions: Assumptions, as_at: date | None
) -> ScenarioPlan:
    """The plan of a forecast whose assumptions fit the programme and ``as_at``.

    Raises:
        CellError: ``#NUM!`` where they do not.
    """
    for problem in outside_the_programme(assumptions, terms):
        raise problem.as_error()
    day = last_known_day(terms, evidence, assumptions) if as_at is None else as_at
    first = assumptions.first_month
    if assumptions.children and first is not None and month_end(first) <= day:
        raise CellError(
            NUM,
            f"Assumptions, First month of moves: found {month_in_words(first)}; expected a month"
            f" that ends after As at, {day_in_words(day)}. Correct one of the two.",
        )
    return scenario_plan_of(
        terms, evidence, assumptions, day, most_children=_nearby(assumptions.children)[1]
    )


def _nearby(children: int) -> tuple[int, int]:
    """A quarter fewer and a quarter more children, to whole ones."""
    return round_half_away(children * 3, 4), round_half_away(children * 5, 4)


# -- which way, and in which chunks -----------------------------------------------------------


def _way_for(plan: ScenarioPlan, count: int) -> Way:
    work = (count + _TRIALS * min(count, SENSITIVITY_SCENARIOS)) * (
        len(plan.known) + plan.assumptions.children + 1
    )
    if work < _COLUMNS_FROM or not plan.fits_columns or _columns() is None:
        return "plain"
    # Chunks look for numba themselves: a worker may have none, and gives the same figures.
    return "compiled" if work >= _COMPILED_FROM else "columns"


@cache
def _columns() -> ModuleType | None:
    try:
        from xlpbr.forecast import columns as scenario_columns  # noqa: PLC0415 - numpy is an extra
    except ImportError:
        return None
    return scenario_columns


def load_ahead() -> None:
    """Load what many scenarios are settled with, before a forecast asks for it."""
    _columns()


def _needed_columns() -> ModuleType:
    found = _columns()
    if found is None:
        raise ImportError("scenarios in columns need numpy: pip install numpy")
    return found


@dataclass(frozen=True, slots=True)
class _Chunk:
    plan: ScenarioPlan
    seed: int
    first: int
    last: int
    way: Way


def _summary(
    plan: ScenarioPlan,
    seed: int,
    count: int,
    way: Way,
    run: Run = map,
    at_once: int | None = None,
) -> Summary:
    size = at_once or (BLOCK if way == "plain" else 10 * BLOCK)
    edges = [*range(0, count, size), count]
    chunks = (_Chunk(plan, seed, first, last, way) for first, last in pairwise(edges))
    parts = run(_settled, chunks)
    if way == "plain":
        return plain.summary_of([outcome for part in parts for outcome in part])
    found: Summary = _needed_columns().summary_of_columns(parts, count, len(plan.periods))
    return found


def _mean_net(plan: ScenarioPlan, seed: int, count: int, way: Way) -> Pence:
    """What the programme saves in all less what is payable, on average."""
    settled = _settled(_Chunk(plan, seed, 0, count, way))
    if way == "plain":
        net = sum(one.saving_to_date[-1] - one.payable_to_date[-1] for one in settled)
    else:
        net = _needed_columns().net_in_all(settled)
    return round_half_away(net, count)


def _settled(chunk: _Chunk) -> Any:
    """The scenarios of a chunk, settled: a list of outcomes, or columns of them."""
    if chunk.way == "plain":
        return plain.settle_range(chunk.plan, chunk.seed, chunk.first, chunk.last)
    return _needed_columns().settle_range_on_columns(
        chunk.plan,
        chunk.seed,
        chunk.first,
        chunk.last,
        compiled=None if chunk.way == "compiled" else False,
    )


# -- what moves the result --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Trial:
    label: str
    kind: Kind
    low: Fraction
    high: Fraction
    at_low: Assumptions
    at_high: Assumptions


def _sensitivities(plan: ScenarioPlan, seed: int, count: int, way: Way) -> Sequence[Sensitivity]:
    """Each assumption at its low and its high value, on the same draws; the strongest first."""
    tried = min(count, SENSITIVITY_SCENARIOS)

    def net(assumptions: Assumptions) -> Pence:
        return _mean_net(varied(plan, assumptions), seed, tried, way)

    usual = net(plan.assumptions)
    found = []
    for trial in _trials(plan.assumptions):
        at_low, at_high = net(trial.at_low), net(trial.at_high)
        if (at_low, at_high) != (usual, usual):
            found.append(
                Sensitivity(trial.label, trial.kind, trial.low, trial.high, at_low, at_high)
            )
    return sorted(found, key=lambda one: -abs(one.difference))


def _trials(assumptions: Assumptions) -> Iterator[_Trial]:
    """What is tried: a price certain at its low and its high, all else a quarter less and more."""
    for assumption in ASSUMPTIONS:
        name, value = assumption.field_name, getattr(assumptions, assumption.field_name)
        if assumption.kind == "money":
            cost = name.removesuffix("_likely")
            if cost == name or not assumptions.children:
                continue
            low, _, high = getattr(assumptions, cost)
            label = assumption.label.removesuffix(", likely")
            at_low, at_high = (_certain_cost(assumptions, cost, at) for at in (low, high))
        elif assumption.kind == "month" or value is None:
            continue
        else:
            label = assumption.label
            low, high = Fraction(value) * 3 / 4, Fraction(value) * 5 / 4
            if assumption.kind == "count":
                low, high = map(Fraction, _nearby(value))
            elif assumption.kind == "share":
                high = min(high, Fraction(1))
            number: Any = int if assumption.kind == "count" else Fraction
            at_low, at_high = (replace(assumptions, **{name: number(at)}) for at in (low, high))
        if low != high:
            yield _Trial(label, assumption.kind, low, high, at_low, at_high)


def _certain_cost(assumptions: Assumptions, cost: str, price: Fraction) -> Assumptions:
    changed: dict[str, Any] = {f"{cost}_{which}": price for which in ("low", "likely", "high")}
    return replace(assumptions, **changed)
