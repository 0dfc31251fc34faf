"""Many contracts at once, penny for penny as each of them alone."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import strategies
from tests.support.brute_force import Contract, PlacementRow
from tests.support.brute_force import Evidence as Happened
from tests.support.samples import sample_table
from xlpbr.contract.cell_readers import read_cell
from xlpbr.contract.columns import EvidenceColumn
from xlpbr.contract.evidence import Claim, Evidence, Placement
from xlpbr.contract.library import CONTRACT_NAMES, load_contract, terms_table
from xlpbr.contract.terms import ContractTerms
from xlpbr.functions import pbr_statement
from xlpbr.portfolio import rows as settlement
from xlpbr.portfolio.settle import PortfolioProblem, settle_contracts, settle_many
from xlpbr.portfolio.settlement import saving_columns, settle_columns
from xlpbr.settlement.statement import FIGURES, settle
from xlpbr.tables.evidence import read_contract, read_evidence

FIELDS = [figure.field_name for figure in FIGURES]
PRICES = ("Residential weekly cost", "Family weekly cost")
DATES = ("Moved on", "Ended on", "Approved on", "Month")
FORMS = ("as given", "typed", "texts", "categories")


def frame_of(tables: dict[str, list[list]]) -> pd.DataFrame:
    """One table of many contracts: the rows of each under a heading row, with its name."""
    headings = next(iter(tables.values()))[0]
    rows = [[name, *row] for name, table in tables.items() for row in table[1:]]
    return pd.DataFrame(rows, columns=["Contract", *headings], dtype=object)


def in_form(frame: pd.DataFrame, form: str) -> pd.DataFrame:
    """The same table as another program hands it over."""
    frame = frame.copy()
    for heading in frame.columns:
        column = frame[heading]
        if form == "typed" and heading in (*PRICES, "Invoiced"):
            frame[heading] = pd.to_numeric(column)
        elif form == "typed" and heading in DATES:
            frame[heading] = pd.to_datetime(column)
        elif form == "typed":
            frame[heading] = column.astype("str")
        elif form == "texts" and heading in (*PRICES, "Invoiced"):
            frame[heading] = [None if pd.isna(x) else f"£{Decimal(repr(x)):,f}" for x in column]
        elif form == "texts" and heading in DATES:
            frame[heading] = [None if pd.isna(day) else f"{day:%d/%m/%Y}" for day in column]
        elif form == "categories":
            frame[heading] = column.astype("category")
    return frame


def expected_rows(
    terms: dict[str, ContractTerms], evidence: dict[str, Evidence], as_at: Any
) -> list[list]:
    """What the core gives, a contract after the other."""
    days = as_at if isinstance(as_at, dict) else dict.fromkeys(terms, as_at)
    return [
        [name, *(getattr(month, field) for field in FIELDS)]
        for name, one in terms.items()
        for month in settle(one, evidence[name], days.get(name)).months
    ]


def rows_of(settled: pd.DataFrame) -> list[list]:
    assert list(settled.columns) == ["contract", *FIELDS]
    assert settled["month"].dtype.kind == "M"
    assert {settled[field].dtype for field in FIELDS[1:]} == {np.dtype(np.int64)}
    plain = settled.assign(month=[stamp.date() for stamp in settled["month"]])
    return [list(row) for row in plain.itertuples(index=False, name=None)]


@contextmanager
def without_compiled_loops() -> Iterator[None]:
    """The sums as numpy alone works them out, where the compiled loops are installed as well."""
    with (
        mock.patch.object(settlement, "saving_columns", partial(saving_columns, compiled=False)),
        mock.patch.object(settlement, "settle_columns", partial(settle_columns, compiled=False)),
    ):
        yield


def to_the_penny(happened: Happened) -> Happened:
    def rounded(price: float | None) -> float | None:
        return None if price is None else round(price, 2)

    placements = [
        dataclasses.replace(
            row, before_weekly=rounded(row.before_weekly), after_weekly=rounded(row.after_weekly)
        )
        for row in happened.placements
    ]
    return Happened(placements, happened.carers, happened.claims)


@st.composite
def portfolios(draw: st.DrawFn) -> tuple[dict[str, Contract], dict[str, Happened], Any, str, int]:
    contracts, evidence, days = {}, {}, {}
    finer = draw(st.sampled_from([False, False, True]))
    for number in range(draw(st.integers(1, 6))):
        name = f"Contract {number}"
        contract = draw(strategies.contracts())
        if draw(st.integers(0, 5)) == 0 and contract.contract_maximum:
            maximum = contract.contract_maximum + 0.005
            contract = dataclasses.replace(contract, contract_maximum=round(maximum, 3))
        happened = draw(strategies.evidence_of(contract, most_children=3))
        if not finer or draw(st.booleans()):
            happened = to_the_penny(happened)
        if not happened.placements:
            happened.placements.append(PlacementRow("C9", None, None, None))
        contracts[name], evidence[name] = contract, happened
        days[name] = draw(
            strategies.days(contract.starts_on, contract.ends_on) | st.just(date(2023, 12, 1))
        )
    as_at = draw(
        st.none()
        | st.sampled_from(sorted(days.values()))
        | st.just(days)
        | st.just({name: day for name, day in days.items() if name != "Contract 0"})
    )
    return contracts, evidence, as_at, draw(st.sampled_from(FORMS)), draw(st.integers(0, 999))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(portfolios())
def test_every_figure_is_that_of_settle(case: Any) -> None:
    contracts, happened, as_at, form, seed = case
    cells = {name: strategies.tables(contracts[name], happened[name]) for name in contracts}
    core = {name: read_contract(*tables) for name, tables in cells.items()}
    terms = {name: record for name, (record, _) in core.items()}
    expected = expected_rows(terms, {name: seen for name, (_, seen) in core.items()}, as_at)
    order = random.Random(seed)
    frames = []
    for table in (1, 2, 3):
        whole = in_form(frame_of({name: tables[table] for name, tables in cells.items()}), form)
        frames.append(whole.iloc[order.sample(range(len(whole)), len(whole))])
    with without_compiled_loops() if seed % 2 else nullcontext():
        assert rows_of(settle_many(terms, *frames, as_at=as_at)) == expected
    records = [
        (dataclasses.replace(record, contract=name), seen) for name, (record, seen) in core.items()
    ]
    assert rows_of(settle_contracts(records, as_at)) == expected


# Which way is taken ---------------------------------------------------------------------------

TERMS = ContractTerms(
    contract="Plymouth",
    starts_on=date(2025, 9, 1),
    ends_on=date(2026, 8, 31),
    fee=Fraction(599_800),
    carer_fee=Fraction(10_000),
    bonus_threshold=Fraction(300_000),
    bonus_rate=Fraction(1, 10),
)
HEADINGS = ["Contract", "Child", *PRICES, "Moved on", "Ended on"]


def placements_of(*rows: tuple, headings: list[str] = HEADINGS) -> pd.DataFrame:
    return pd.DataFrame([list(row) for row in rows], columns=headings, dtype=object)


def good_row(contract: str = "Plymouth", child: str = "C1") -> tuple:
    return (contract, child, 7000.0, 1400.0, date(2025, 10, 1), None)


def totals(settled: pd.DataFrame) -> dict[str, tuple[int, int]]:
    last = settled.groupby("contract").last()
    return {
        name: (int(row.saving_to_date), int(row.payable_to_date)) for name, row in last.iterrows()
    }


def placement_at(price: int) -> Placement:
    """``good_row`` as a record, at another price."""
    moved_on = date(2025, 10, 1)
    return Placement("C1", "foster", Fraction(price), Fraction(1400), moved_on, None, True)


def statements_settled_alone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []

    def counted(terms: ContractTerms, *rest: Any) -> Any:
        seen.append(terms.contract)
        return settle(terms, *rest)

    monkeypatch.setattr("xlpbr.portfolio.rows.settle", counted)
    return seen


def several(count: int) -> dict[str, ContractTerms]:
    return {
        name: dataclasses.replace(TERMS, contract=name, fee=TERMS.fee + number)
        for number, name in enumerate(f"Contract {n}" for n in range(count))
    }


def test_only_a_contract_finer_than_a_penny_is_settled_alone(monkeypatch):
    alone = statements_settled_alone(monkeypatch)
    terms = several(5)
    frame = placements_of(*(good_row(name) for name in terms))
    frame.loc[2, PRICES[1]] = 1400.005
    carers = pd.DataFrame({"Contract": [], "Household": [], "Approved on": [], "Child": []})
    claims = pd.DataFrame(
        {
            "Contract": ["Contract 3", "Contract 4"],
            "Month": pd.to_datetime(["2025-10-17", "2025-10-17"]),
            "Invoiced": [1000.25, 1000.255],
        }
    )
    for form in ("as given", "typed", "texts"):
        alone.clear()
        settled = settle_many(terms, in_form(frame, form), carers, claims)
        assert alone == ["Contract 2", "Contract 4"]
        october = settled[settled["month"] == "2025-10-01"].set_index("contract")
        assert october["invoiced_to_date"].tolist() == [0, 0, 0, 100_025, 100_026]
        # 31 days of £5,600 a week, and of half a penny less.
        assert october["saving"].tolist() == [2_480_000] * 2 + [2_479_998] + [2_480_000] * 2


def test_numbers_and_dates_are_not_read_one_by_one(monkeypatch):
    count = 5_000
    numbers = np.random.default_rng(1)
    terms = several(20)
    frame = pd.DataFrame(
        {
            "Contract": np.array(list(terms), dtype=object)[numbers.integers(0, 20, count)],
            "Child": [f"C{n}" for n in range(count)],
            PRICES[0]: numbers.integers(0, 900_000, count) / 100,
            PRICES[1]: numbers.integers(0, 900_000, count) / 100,
            "Moved on": pd.Timestamp("2025-08-01") + pd.to_timedelta(np.arange(count) % 300, "D"),
            "Ended on": pd.NaT,
        }
    )
    reads: list[Any] = []

    def counted(column: EvidenceColumn, cell: Any) -> Any:
        reads.append(cell)
        return read_cell(column, cell)

    monkeypatch.setattr("xlpbr.portfolio.columns.readers.read_cell", counted)
    settled = settle_many(terms, frame)
    assert len(reads) < 40
    pence = np.rint(frame[PRICES[0]] * 100) - np.rint(frame[PRICES[1]] * 100)
    days = (pd.Timestamp("2026-09-01") - frame["Moved on"].clip(lower="2025-09-01")).dt.days
    saved = ((pence.astype(np.int64) * days + 3) // 7).groupby(frame["Contract"]).sum()
    last = settled.groupby("contract")["saving_to_date"].last()
    assert last.to_dict() == saved.to_dict()


def test_a_contract_that_is_large_beyond_reason_is_settled_alone(monkeypatch):
    alone = statements_settled_alone(monkeypatch)
    terms = several(6)
    changed = {
        "Contract 1": {"fee": Fraction(10**15)},
        "Contract 2": {"carer_fee": Fraction(10**9)},
        "Contract 3": {"contract_maximum": Fraction(-1)},
    }
    terms |= {name: dataclasses.replace(terms[name], **more) for name, more in changed.items()}
    frame = placements_of(*(good_row(name) for name in terms))
    frame.loc[4, PRICES[0]] = 10**12
    claims = pd.DataFrame(
        {"Contract": ["Contract 5"], "Month": ["Sep 2025"], "Invoiced": [-(10**14)]}
    )
    settled = settle_many(terms, frame, claims=claims)
    assert alone == list(terms)[1:]
    evidence = {name: Evidence((placement_at(7000),)) for name in terms}
    evidence["Contract 4"] = Evidence((placement_at(10**12),))
    claim = Claim(date(2025, 9, 1), Fraction(-(10**14)))
    evidence["Contract 5"] = dataclasses.replace(evidence["Contract 5"], claims=(claim,))
    assert rows_of(settled) == expected_rows(terms, evidence, None)


def test_figures_that_whole_numbers_do_not_hold_are_refused_with_the_limit():
    terms = several(2)
    terms["Contract 1"] = dataclasses.replace(terms["Contract 1"], ends_on=date(2075, 8, 31))
    frame = placements_of(good_row("Contract 0"), good_row("Contract 1"))
    frame.loc[1, PRICES[0]] = 9e14
    with pytest.raises(PortfolioProblem) as raised:
        settle_many(terms, frame)
    (found,) = raised.value.problems
    assert found.contract == "Contract 1"
    assert "less than £46,116,860,184,273,879.04" in found.sentence
    assert found.problem.code == "#NUM!"
    record = placement_at(9 * 10**14)
    with pytest.raises(PortfolioProblem, match="Contract 1: Placements: found figures up to £"):
        settle_contracts([(terms["Contract 1"], Evidence((record,)))])


def test_the_built_in_sample_is_the_statement_of_the_workbook(sample):
    name = "plymouth-l04-2526"
    expected = pbr_statement(*sample.values())[1:]
    frames = [frame_of({name: sample[table]}) for table in ("Placements", "Carers", "Claims")]
    for terms in ({name: sample["Terms"]}, [sample["Terms"]], [pd.DataFrame(
        sample["Terms"][1:], columns=sample["Terms"][0])]):  # fmt: skip
        settled = settle_many(terms, *frames)
        assert set(settled["contract"]) == {name}
        rows = [
            [row[1], float(row[2]), *(pence / 100 for pence in row[3:])] for row in rows_of(settled)
        ]
        assert rows == expected
    assert len(expected) == 18


def test_all_the_built_in_contracts_at_once():
    contracts = {name: load_contract(name) for name in CONTRACT_NAMES}
    tables = {
        name: [
            terms_table(one),
            *(sample_table(one, t) for t in ("Placements", "Carers", "Claims")),
        ]
        for name, one in contracts.items()
    }
    settled = settle_many(
        {name: table[0] for name, table in tables.items()},
        *(frame_of({name: table[n] for name, table in tables.items()}) for n in (1, 2, 3)),
        as_at=date(2026, 12, 31),
    )
    core = {name: read_contract(*table) for name, table in tables.items()}
    assert rows_of(settled) == expected_rows(
        {name: record for name, (record, _) in core.items()},
        {name: seen for name, (_, seen) in core.items()},
        date(2026, 12, 31),
    )
    assert len(contracts) >= 2


def test_contracts_with_equal_dates_and_other_fees():
    """The share of the fee that is earned is worked out once for several contracts, exactly."""
    terms = {}
    for number, (basis, reading, period, months) in enumerate(
        product(
            strategies.OPTIONS["Pro rata basis"],
            strategies.OPTIONS["Fee reading"],
            strategies.OPTIONS["Fee period"],
            (None, 7, 30),
        )
    ):
        for fee in (Fraction(599_800), Fraction(1, 3), Fraction(99_999_999_99, 100)):
            name = f"Contract {number} {fee}"
            terms[name] = dataclasses.replace(
                TERMS,
                starts_on=date(2024, 1, 31),
                ends_on=date(2026, 2, 13),
                contract=name,
                fee=fee,
                fee_months=months,
                pro_rata_basis=basis,
                fee_reading=reading,
                fee_period=period,
            )
    frame = placements_of(*(good_row(name) for name in terms))
    evidence = dict.fromkeys(terms, Evidence((placement_at(7000),)))
    for as_at in (None, date(2025, 12, 30)):
        expected = expected_rows(terms, evidence, as_at)
        assert rows_of(settle_many(terms, frame, as_at=as_at)) == expected


def test_a_household_counts_from_the_day_of_its_approval():
    frame = placements_of(good_row(), ("Plymouth", "C2", 1.0, 1.0, None, None))
    carers = pd.DataFrame(
        {
            "Contract": "Plymouth",
            "Household": ["H1", "H2", "H1", "H3", "H4"],
            "Approved on": ["2025-11-20", "2025-11-21", "2025-11-10", None, "2025-08-31"],
            "Child": ["c1", "C2", "C1", "C1", "C1"],
        }
    )

    def carer_fees(day: int) -> list[int]:
        settled = settle_many([TERMS], frame, carers, as_at=date(2025, 11, day))
        return [int(fee) for fee in settled["carer_fees"]]

    assert carer_fees(9) == [0, 0, 0]
    assert carer_fees(10) == carer_fees(20) == [0, 0, 1_000_000]
    assert carer_fees(21) == [0, 0, 2_000_000]


def test_no_month_no_row():
    frame = placements_of(good_row())
    settled = settle_many([TERMS], frame, as_at=TERMS.starts_on - pd.Timedelta(days=1))
    assert rows_of(settled) == []
    assert rows_of(settle_contracts([])) == []
    two = several(2)
    frame = placements_of(good_row("contract 0 "), good_row("CONTRACT  1"))
    for way in (nullcontext, without_compiled_loops):
        with way():
            settled = settle_many(two, frame, as_at={"contract 1": date(2025, 8, 31)})
        assert set(settled["contract"]) == {"Contract 0"}
    assert rows_of(settle_contracts([(TERMS, Evidence())]))[-1][7] == 0


# What columns hold ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prices", "pence"),
    [
        (pd.Series([7057.53, 0.0]), [705_753, 0]),
        (pd.Series([7057, 12]), [705_700, 1_200]),
        (pd.Series([7057, 12], dtype="uint16"), [705_700, 1_200]),
        (pd.Series([7057.5, 12.25], dtype="float32"), [705_750, 1_225]),
        (pd.Series([7057, 12], dtype="Int64"), [705_700, 1_200]),
        (pd.Series([7057.53, 12.1], dtype="Float64"), [705_753, 1_210]),
        (pd.Series([7057.53, 12.1], dtype="float64[pyarrow]"), [705_753, 1_210]),
        (pd.Series([Decimal("7057.53"), 12]), [705_753, 1_200]),
        (pd.Series(["£7,057.53", " 12.10 "]), [705_753, 1_210]),
        (pd.Series(["£7,057.53", 12.1], dtype="category"), [705_753, 1_210]),
        (pd.Series([Fraction(705_753, 100), np.float64(12.1)]), [705_753, 1_210]),
    ],
    ids=str,
)
def test_prices_of_every_kind_of_column(prices, pence):
    frame = placements_of(good_row(child="C1"), good_row(child="C2"))
    frame[PRICES[0]], frame[PRICES[1]] = prices, 0.0
    frame["Moved on"], frame["Ended on"] = date(2025, 9, 1), date(2025, 9, 8)
    settled = settle_many([TERMS], frame)
    assert settled["saving"][0] == sum(pence)


@pytest.mark.parametrize(
    "days",
    [
        pd.to_datetime(pd.Series(["2025-10-31 23:59:59", "2025-10-01 00:00:00"])),
        pd.to_datetime(pd.Series(["2025-10-31", "2025-10-01"])).astype("datetime64[s]"),
        pd.to_datetime(pd.Series(["2025-10-31 23:30", "2025-10-01 00:30"])).dt.tz_localize(
            "Europe/London"
        ),
        pd.to_datetime(pd.Series(["2025-10-31", "2025-10-01"])).astype("timestamp[us][pyarrow]"),
        pd.to_datetime(pd.Series(["2025-10-31", "2025-10-01"])).astype("date32[pyarrow]"),
        pd.Series([date(2025, 10, 31), datetime(2025, 10, 1, 12)]),
        pd.Series([45961, 45931]),
        pd.Series([45961.75, 45931.0]),
        pd.Series(["31/10/2025", "1 Oct 2025"]),
        pd.Series(["2025-10-31", "01-10-2025"], dtype="category"),
    ],
    ids=lambda days: str(days.dtype),
)
def test_dates_of_every_kind_of_column(days):
    frame = placements_of(good_row(child="C1"), good_row(child="C2"))
    frame["Moved on"] = days
    settled = settle_many([TERMS], frame, as_at=datetime(2025, 10, 31, 9))
    assert settled["saving"].tolist() == [0, 80_000 * (1 + 31)]
    assert settled["children"].tolist() == [0, 2]


def test_a_truth_value_is_not_taken_for_a_number_beside_it():
    frame = placements_of(good_row(child="C1"), good_row(child="C2"), good_row(child="C3"))
    frame[PRICES[1]] = pd.Series([1, True, 1.0], dtype=object)
    with pytest.raises(PortfolioProblem) as raised:
        settle_many([TERMS], frame)
    assert [one.sentence for one in raised.value.problems] == [
        "Plymouth: Placements, row 2, Family weekly cost: found TRUE; expected a price in pounds a"
        " week, 0 or more. Correct Family weekly cost."
    ]


def test_rows_of_totals_and_blank_rows_are_left_out():
    frame = placements_of(
        good_row(child="Sum-1"),
        (None, "Total", 14_000.0, 2_800.0, None, None),
        good_row(child="C2"),
        ("Plymouth", "Totals:", 14_000.0, 2_800.0, None, None),
        ("Grand total", None, 28_000.0, 5_600.0, None, None),
        (None, " ", None, None, None, None),
        ("Nobody", None, None, None, None, None),
    )
    assert totals(settle_many([TERMS], frame))["Plymouth"][0] == 2 * 335 * 80_000
    claims = pd.DataFrame(
        {
            "Contract": ["Plymouth", "Plymouth"],
            "Month": ["September 2025", "Total"],
            "Invoiced": [10.5, 10.5],
        }
    )
    settled = settle_many([TERMS], frame, claims=claims)
    assert settled["invoiced_to_date"].tolist() == [1_050] * 12


# What is refused ------------------------------------------------------------------------------


def problems_found(*given: Any, **more: Any) -> list[str]:
    with pytest.raises(PortfolioProblem) as raised:
        settle_many(*given, **more)
    return [one.sentence for one in raised.value.problems]


def test_everything_that_is_wrong_is_said_at_once():
    terms = {
        "Plymouth": TERMS,
        "Cheshire East": [["Term", "Value"], ["Starts on", "01/09/2025"], ["Fee", -5]],
        "plymouth ": TERMS,
        "Torbay": TERMS,
    }
    frame = placements_of(
        good_row(),
        ("Plymuoth", "C2", 7000.0, 1400.0, date(2025, 10, 1), None),
        ("Plymuoth", "C3", 7000.0, 1400.0, date(2025, 10, 1), None),
        ("Plymouth", "C4", -1.0, "€1,400", date(2025, 10, 1), date(2025, 9, 1)),
        ("Plymouth", "C5", 7000.0, 1400.0, date(2025, 10, 1), date(2025, 9, 1)),
        ("Plymouth", "c1", 7000.0, 1400.0, date(2026, 1, 1), None),
        ("Cheshire East", "C1", 7000.0, None, date(2025, 10, 1), None),
        (None, "C6", 7000.0, 1400.0, date(2025, 10, 1), None),
        ("Plymouth", None, 7000.0, 1400.0, date(1949, 12, 31), None),
        ("#N/A", "C7", float("inf"), 1400.0, date(2025, 10, 1), None),
    )
    carers = pd.DataFrame(
        {
            "Contract": ["Plymouth", "Elsewhere"],
            "Household": ["H1", "H2"],
            "Approved on": ["31/02/2026", None],
            "Child": ["C1", "C1"],
        }
    )
    claims = pd.DataFrame({"Contract": ["Plymouth"], "Mouth": ["Sep 2025"], "Invoiced": [1.0]})
    place = "Plymouth: Placements, row"
    price = "expected a price in pounds a week, 0 or more."
    assert problems_found(terms, frame, carers, claims) == [
        "Cheshire East: Terms, Ends on: found nothing; expected a date. Enter Ends on: Last day of"
        " the programme; the bonus is measured here.",
        'plymouth: Terms, Contract: found "plymouth" twice; expected each contract once. Leave one'
        " of them out, or give it another name.",
        "Cheshire East: Terms, row 2, Fee: found -5; expected a number, 0 or more. Correct the"
        " value.",
        "Torbay: Placements, Contract: found no row of the contract; expected a row or more of each"
        " contract. Add its placements, or leave its terms out.",
        'Plymuoth: Placements, row 2, Contract: found "Plymuoth" in 2 rows; expected a contract'
        " whose terms are given. Correct the spelling to Plymouth, or add the terms of the"
        " contract.",
        f"{place} 4, Residential weekly cost: found -1; {price} Correct Residential weekly cost.",
        f'{place} 4, Family weekly cost: found "€1,400"; {price} Correct Family weekly cost.',
        f"{place} 5, Ended on: found 01/09/2025; expected a day on or after Moved on, 01/10/2025."
        ' Correct one of the two dates of "C5".',
        f"{place} 6, Moved on: found 01/01/2026; expected a day after the child's placement in row"
        " 1 (still in place). The two rows overlap: correct the dates, or mark one as not agreed.",
        f"Cheshire East: Placements, row 7, Family weekly cost: found nothing; {price} The child"
        " has moved: enter the price.",
        "Placements, row 8, Contract: found nothing; expected a contract whose terms are given."
        " Enter it, or clear the row.",
        f"{place} 9, Child: found nothing; expected a pseudonym. Enter it, or clear the row. A"
        " pseudonym for the child, never a name.",
        f"{place} 9, Moved on: found the date 31/12/1949; expected a date such as 01/09/2025."
        " Correct Moved on.",
        f"#N/A: Placements, row 10, Residential weekly cost: found inf; {price} Correct Residential"
        " weekly cost.",
        "#N/A: Placements, row 10, Contract: found #N/A; expected a contract whose terms are given."
        " Correct the formula in the cell.",
        'Plymouth: Carers, row 1, Approved on: found "31/02/2026"; expected a date such as'
        " 01/09/2025. Correct Approved on.",
        'Elsewhere: Carers, row 2, Contract: found "Elsewhere"; expected a contract whose terms are'
        " given. Add the terms of the contract, or leave its rows out.",
        'Claims, Month: found the heading "Mouth"; expected "Month". Rename the heading "Mouth" to'
        ' "Month".',
    ]


def test_two_currencies_in_a_column():
    frame = placements_of(good_row(), good_row(child="C2"), good_row(child="C3"))
    frame[PRICES[0]] = ["£7,000.00", "€7.000,00", "€7,000"]
    expected = "expected a price in pounds a week, 0 or more. Correct Residential weekly cost."
    assert problems_found([TERMS], frame) == [
        f'Plymouth: Placements, row 2, Residential weekly cost: found "€7.000,00"; {expected}',
        f'Plymouth: Placements, row 3, Residential weekly cost: found "€7,000"; {expected}',
    ]


def test_the_same_pseudonym_in_two_contracts_is_two_children():
    terms = several(2)
    frame = placements_of(
        good_row("Contract 0"),
        good_row("Contract 1"),
        good_row("Contract 1"),
        good_row("Contract 0", "C2"),
    )
    assert problems_found(terms, frame) == [
        "Contract 1: Placements, row 3, Child: found the same as in row 2; expected each placement"
        " once. Delete the row that was entered twice, or mark one as not agreed."
    ]
    assert totals(settle_many(terms, frame.drop(index=2)))["Contract 0"][0] == 2 * 335 * 80_000


def test_terms_without_a_name_and_days_of_nobody():
    frame = placements_of(good_row())
    nameless = dataclasses.replace(TERMS, contract="")
    assert problems_found([TERMS, nameless], frame) == [
        "Contract 2 of the terms: Terms, Contract: found nothing; expected a short name. Give the"
        " term Contract, by which the rows of the other tables are found.",
    ]
    assert problems_found([TERMS], frame, as_at={"Torbay": date(2026, 3, 31)}) == [
        'Torbay: Terms, Contract: found a day for "Torbay"; expected a contract whose terms are'
        " given. Correct the name, or leave it out."
    ]
    assert problems_found([TERMS], frame, as_at="soon") == [
        'Terms, as_at: found "soon"; expected a date such as 01/09/2025. Correct it, or leave it'
        " out for the whole programme."
    ]


def test_an_empty_table_and_headings_twice():
    missing = problems_found([TERMS], pd.DataFrame())
    assert [sentence.partition(":")[0] for sentence in missing] == [
        "Placements, Contract", "Placements, Child", "Placements, Residential weekly cost",
        "Placements, Family weekly cost", "Placements, Moved on", "Placements, Ended on",
    ]  # fmt: skip
    twice = placements_of((*good_row(), "C1"), headings=[*HEADINGS, "child"])
    assert problems_found([TERMS], twice) == [
        "Placements, Child: found the heading twice; expected each heading once. Rename the column"
        " that is not meant."
    ]


def test_the_text_of_the_problem_is_short_and_its_list_is_whole():
    frame = placements_of(*(good_row(child=f"C{n}") for n in range(50)))
    frame[PRICES[0]] = -1
    with pytest.raises(PortfolioProblem) as raised:
        settle_many([TERMS], frame)
    assert len(raised.value.problems) == 50
    lines = str(raised.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 30 more problems."


BAD = st.sampled_from(
    [None, "", " ", "x", "Total", "Sum", -1, 1.005, 7000.0, 1e15, 9e13, True, "€5", "5%", "#REF!",
     "yes", "no", "maybe", "foster", "reunified", "C1", "c1 ", date(1949, 1, 1), date(2025, 10, 1),
     date(2026, 1, 1), "01/02/2026", "30/02/2026", 45000, 3, float("inf")]
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.sampled_from(["C1", "C1", "C2", "C3", "c2"]), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), BAD), max_size=4),
)
def test_what_is_wrong_with_a_row_is_what_the_core_says(children, changes):
    headings = ["Child", "Type", *PRICES, "Moved on", "Ended on", "Agreed"]
    rows: list[list] = [
        [child, "foster", 7000.0, 1400.0, date(2025, 10, 1 + 2 * n), date(2025, 10, 5 + n), "yes"]
        for n, child in enumerate(children)
    ]
    for row, column, cell in changes:
        rows[row % len(rows)][column] = cell
    found, (count, *_) = read_evidence([headings, *rows])
    frame = frame_of({"Plymouth": [headings, *rows]})
    expected = sorted(
        (problem.row or 0, problem.column, f"Plymouth: {problem.as_error().message}")
        for problem in found.blocking
    )
    if expected:
        with pytest.raises(PortfolioProblem) as raised:
            settle_many([TERMS], frame)
        assert expected == sorted(
            (one.problem.row or 0, one.problem.column, one.sentence)
            for one in raised.value.problems
        )
    elif count.used:
        settled = settle_many([TERMS], frame)
        assert rows_of(settled) == expected_rows(
            {"Plymouth": TERMS}, {"Plymouth": found.record}, None
        )
    else:
        assert ["no row of the contract" in one for one in problems_found([TERMS], frame)] == [True]


# The documentation ----------------------------------------------------------------------------

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "guide" / "portfolio.md"


def test_the_example_of_the_documentation_prints_what_it_says(capsys):
    text = GUIDE.read_text(encoding="utf-8")
    code, printed = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL).groups()
    exec(compile(code, GUIDE.name, "exec"), {})
    assert capsys.readouterr().out == printed


def test_the_documentation_names_each_column():
    text = GUIDE.read_text(encoding="utf-8")
    for figure in FIGURES:
        assert f"| `{figure.field_name}` | {figure.heading} | {figure.meaning} |" in text
