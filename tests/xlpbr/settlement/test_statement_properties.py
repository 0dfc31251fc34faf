"""What must hold of every statement, whatever the contract and the evidence."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.brute_force import Contract, Evidence, PlacementRow
from tests.support.properties import FEW, MANY, Case, column_of, column_pence, month_ends, pence
from tests.support.strategies import OPTIONS, cases, days, field_name, tables
from xlpbr import functions
from xlpbr.tables.checks import problems_of
from xlpbr.tables.evidence import read_evidence
from xlpbr.tables.terms import read_terms


@pytest.mark.slow
@MANY
@given(cases())
def test_the_fee_is_never_above_savings_or_entitlement(case: Case) -> None:
    contract, evidence, as_at = case
    table = functions.pbr_statement(*tables(contract, evidence), as_at)
    fees = column_pence(table, "Fee")
    savings = column_pence(table, "Saving")
    entitlements = column_pence(table, "Fee entitlement to date")
    saved = earned_before = charged = most_saved = 0
    for fee, saving, earned in zip(fees, savings, entitlements, strict=True):
        charged += fee
        saved += saving
        most_saved = max(most_saved, saved)
        assert fee >= 0
        assert charged <= earned
        if contract.savings_reading == "month":
            assert fee <= max(saving, 0)
        else:
            assert charged <= most_saved
        if contract.fee_reading == "no_catch_up":
            assert fee <= earned - earned_before
        assert earned >= earned_before
        earned_before = earned
    assert column_pence(table, "Fee to date")[-1:] in ([], [charged])


@pytest.mark.slow
@MANY
@given(cases(), st.integers(0, 20), st.integers(1, 50_000))
def test_raising_a_saving_never_lowers_the_fee(case: Case, which: int, steps: int) -> None:
    """A weekly price raised by 7 pence is a whole penny a day more, so no rounding interferes."""
    contract, evidence, as_at = case
    movable = [n for n, row in enumerate(evidence.placements) if row.moved_on is not None]
    assume(movable)
    n = movable[which % len(movable)]
    row = evidence.placements[n]
    dearer = float(Decimal(repr(row.before_weekly)) + Decimal("0.07") * steps)
    raised = [
        dataclasses.replace(row, before_weekly=dearer) if k == n else other
        for k, other in enumerate(evidence.placements)
    ]
    lower = functions.pbr_statement(*tables(contract, evidence), as_at)
    higher = functions.pbr_statement(
        *tables(contract, dataclasses.replace(evidence, placements=raised)), as_at
    )
    for heading in ("Saving", "Fee to date"):
        pairs = zip(column_pence(lower, heading), column_pence(higher, heading), strict=True)
        assert all(less <= more for less, more in pairs), heading


@pytest.mark.slow
@MANY
@given(cases(), st.data())
def test_a_statement_to_a_day_is_a_cut_of_the_whole(case: Case, data: st.DataObject) -> None:
    """Every month that is over by as_at, except the last of the programme, is as in the whole."""
    contract, evidence, _ = case
    given_tables = tables(contract, evidence)
    whole = functions.pbr_statement(*given_tables)
    as_at = data.draw(days(contract.starts_on, contract.ends_on + timedelta(days=31)))
    cut = functions.pbr_statement(*given_tables, as_at)
    tomorrow = as_at + timedelta(days=1)
    over = sum(1 for row in cut[1:] if row[0] < tomorrow.replace(day=1))
    assert cut[: over + 1] == whole[: over + 1] or as_at < contract.ends_on
    complete = over if as_at >= contract.ends_on else min(over, len(whole) - 2)
    assert cut[: complete + 1] == whole[: complete + 1]
    assert column_of(cut, "Month") == column_of(whole, "Month")[: len(cut) - 1]


@pytest.mark.slow
@MANY
@given(cases())
def test_the_columns_of_the_statement_hang_together(case: Case) -> None:
    contract, evidence, as_at = case
    table = functions.pbr_statement(*tables(contract, evidence), as_at)
    p = {heading: column_pence(table, heading) for heading in table[0][1:]}
    for n in range(len(table) - 1):
        for heading in ("Saving", "Fee", "Payable"):
            assert p[f"{heading} to date"][n] == sum(p[heading][: n + 1])
        due = p["Fee"][n] + p["Carer fees"][n] + p["Bonus"][n]
        assert p["Payable"][n] + p["Held back"][n] == due
        assert p["Balance"][n] == p["Payable to date"][n] - p["Invoiced to date"][n]
        assert p["Net saving to date"][n] == p["Saving to date"][n] - p["Payable to date"][n]
        if contract.contract_maximum is not None and contract.maximum_reading == "hard_stop":
            assert p["Payable to date"][n] <= pence(contract.contract_maximum)
        if contract.maximum_reading == "warn":
            assert p["Held back"][n] == 0
    assert all(cell == 0 for cell in p["Bonus"][:-1])


@pytest.mark.slow
@FEW
@given(cases())
def test_a_statement_is_its_clauses(case: Case) -> None:
    """Saving and entitlement of each month by PBR_SAVING and PBR_PRO_RATA themselves."""
    contract, evidence, _ = case
    contract = dataclasses.replace(
        contract,
        fee_period="programme",
        vat_reading="net",
        fee_months=contract.fee_months or 12,
        fee_reading="catch_up",
    )
    rows = [
        dataclasses.replace(row, moved_on=row.moved_on and max(row.moved_on, contract.starts_on))
        for row in evidence.placements
        if row.agreed and (row.ended_on is None or row.ended_on > contract.starts_on)
    ]
    table = functions.pbr_statement(*tables(contract, evidence))
    starts = contract.starts_on
    ends = month_ends(contract.starts_on, contract.ends_on)
    assert len(ends) == len(table) - 1
    for end, saving, earned in zip(
        ends, column_of(table, "Saving"), column_of(table, "Fee entitlement to date"), strict=True
    ):
        parts = [
            functions.pbr_saving(
                row.before_weekly, row.after_weekly, row.moved_on, row.ended_on, starts, end
            )
            for row in rows
        ]
        assert sum(pence(part) for part in parts) == pence(saving)
        assert earned == functions.pbr_pro_rata(
            contract.fee, contract.starts_on, contract.fee_months, end, contract.pro_rata_basis
        )
        starts = end + timedelta(days=1)


@pytest.mark.slow
@FEW
@given(cases(most_children=3))
def test_the_reading_in_use_makes_no_difference(case: Case) -> None:
    contract, evidence, as_at = case
    terms, rows, carers, claims = tables(contract, evidence)
    table = functions.pbr_readings(terms, rows, carers, as_at)
    statement = functions.pbr_statement(terms, rows, carers, claims, as_at)
    place = statement[0].index("Payable to date")
    total = statement[-1][place] if len(statement) > 1 else 0.0
    in_use = [row for row in table[1:] if row[2] == "yes"]
    assert all(
        row[1] == getattr(contract, field_name(row[0])) for row in in_use if row[0] in OPTIONS
    )
    assert all(row[3] == total and row[4] == 0.0 for row in in_use)
    assert all(pence(row[3]) - pence(total) == pence(row[4]) for row in table[1:])
    assert {row[2] for row in table[1:]} == {"yes", "no"}


@pytest.mark.slow
@FEW
@given(cases(most_children=3), st.data())
def test_the_amounts_of_an_explanation_are_those_of_the_statement(
    case: Case, data: st.DataObject
) -> None:
    contract, evidence, as_at = case
    terms, rows, carers, claims = tables(contract, evidence)
    statement = functions.pbr_statement(terms, rows, carers, claims, as_at)
    assume(len(statement) > 1)
    row = data.draw(st.sampled_from(statement[1:]))
    figures = dict(zip(statement[0], row, strict=True))
    explained = functions.pbr_explain(terms, rows, row[0], carers, claims, as_at)
    by_heading = {line[1]: line[3] for line in explained[1:] if line[1] in figures}
    assert by_heading == {heading: figures[heading] for heading in by_heading}
    assert set(statement[0]) - {"Month"} <= set(by_heading)
    assert all(line[2] for line in explained[1:] if line[1] in figures)


@pytest.mark.slow
@FEW
@given(cases(most_children=3))
def test_sound_data_have_no_problem_that_stops_a_figure(case: Case) -> None:
    contract, evidence, as_at = case
    given_tables = tables(contract, evidence)
    functions.pbr_statement(*given_tables, as_at)
    terms, *rows = given_tables
    found = problems_of(read_terms(terms), read_evidence(*rows)[0])
    assert [problem for problem in found if problem.code is not None] == []
    checked = functions.pbr_check(*given_tables)
    assert checked[0] == ["Table", "Row", "Column", "Found", "Expected", "What to do"]
    places = [[problem.table, problem.row or "", problem.column] for problem in found]
    assert [row[:3] for row in checked[1:]] == (places or [["All tables", "", ""]])


@pytest.mark.parametrize(
    ("contract", "fee"), [("plymouth-l04-2526", 599_800.0), ("cheshire-east-2026", 970_000.0)]
)
def test_the_built_in_terms_make_a_statement(contract: str, fee: float) -> None:
    """With its dates filled in, a built-in contract is a Terms table as it stands."""
    terms = functions.pbr_terms(contract)
    starts_on, ends_on = date(2025, 9, 1), date(2027, 2, 28)
    filled = [
        [row[0], {"Starts on": starts_on, "Ends on": ends_on}.get(row[0], row[1]), *row[2:]]
        for row in terms
    ]
    rows = [
        PlacementRow(f"C{n}", 7057.534246575343, 1421.0958904109589, date(2025, 9, 1))
        for n in range(21)
    ]
    table = functions.pbr_statement(filled, tables(Contract(starts_on, ends_on), Evidence(rows))[1])
    assert len(table) == 19
    assert table[-1][table[0].index("Fee to date")] == fee
