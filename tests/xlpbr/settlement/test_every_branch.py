"""Cases at the edges of the calculations that no worked example reaches."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from xlpbr import cells, functions, periods
from xlpbr.contract.evidence import Evidence, Placement
from xlpbr.contract.library import load_contract
from xlpbr.contract.terms import ContractTerms
from xlpbr.errors import CellError, FileProblem
from xlpbr.functions import arguments, spills
from xlpbr.periods import Period
from xlpbr.settlement import bonus, counted, rules
from xlpbr.settlement.statement import Statement


def said(call, *given):
    with pytest.raises(CellError) as caught:
        call(*given)
    return caught.value.code, caught.value.message


def test_arrays_that_do_not_fit_each_other():
    grid = [[1, 2], [3, 4]]
    assert said(functions.pbr_fee_cap, [[1], [2]], [[1], [2]], [[1], [2], [3]])[0] == "#VALUE!"
    code, message = said(functions.pbr_run_rate, grid, grid, grid, grid, "1 Mar 2026")
    assert (code, message.endswith("found 2 x 2 cells; expected one row or one column")) == (
        "#VALUE!", True,
    )  # fmt: skip


def test_bands_of_a_bonus():
    assert said(arguments.bands, [[1], [2]], [[0.1]]) == (
        "#VALUE!",
        "rate: found 1 cells; expected 2, one for each threshold",
    )
    assert said(arguments.bands, [[None], [""]], [[""], [None]])[1].startswith("threshold: nothing")
    assert said(arguments.bands, [[2], [1]], [[0.1], [0.1]])[0] == "#NUM!"
    assert said(arguments.bands, [[1]], [[2]]) == ("#NUM!", "rate: found 2; expected 0 to 1")


def test_what_is_quoted_to_the_person():
    assert cells.shown(None) == "a blank cell"
    assert cells.shown(CellError("#N/A", "")) == "#N/A"
    assert cells.text(date(2026, 3, 1)) == "01/03/2026"
    assert cells.text(Fraction(1, 2)) == "1/2"


class Strange:
    """A value that refuses to be compared, as an array in a data frame does."""

    def __ne__(self, other):
        raise ValueError("ambiguous")

    def __hash__(self):
        return 0


def test_a_value_that_cannot_be_compared_is_missing():
    class Frame:
        columns = ("Child",)

        def itertuples(self, **_):
            return iter([(Strange(),), (float("nan"),), ("C01",)])

    rows = cells.rows(Frame())
    assert [row[0] for row in rows] == ["Child", None, None, "C01"]


def test_the_first_and_the_last_day_of_the_calendar():
    last = Period(date(9999, 12, 30), date.max)
    assert list(periods.months_of(last)) == [last]
    assert periods.months_counted(Period(date(2026, 3, 2), date(2026, 3, 1))) == 0
    assert periods.complete_months(date(9999, 1, 1), date.max) == 11
    whole = Period(date.min, date(1, 1, 7))
    assert rules.saving(Fraction(700), date(1, 1, 1), None, whole) == 70_000


def test_a_statement_without_a_month_names_no_span():
    empty = Statement(ContractTerms(), Evidence((), (), ()), date(2026, 3, 1), ())
    assert said(spills.explain_month, empty, date(2026, 3, 1)) == (
        "#N/A",
        "month: found March 2026; expected a month of the statement, which has no month yet",
    )


def test_a_child_that_has_not_moved_counts_from_no_day():
    planned = Placement("C01", "", None, None, None, None, agreed=True, row=1)
    with pytest.raises(ValueError, match="the child has not moved"):
        counted.counted_from(ContractTerms(), planned)


def test_a_contract_without_a_bonus_gives_none():
    measures = bonus.BonusMeasures(run_rate=10**9, accumulated=10**9)
    assert bonus.bonus_on_measures(ContractTerms(), measures) == 0


def test_a_contract_file_that_cannot_be_read(tmp_path, monkeypatch):
    file = tmp_path / "contract.toml"
    file.touch()

    def fails(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", fails)
    with pytest.raises(FileProblem, match=r"contract\.toml: cannot be read: Permission denied"):
        load_contract(str(file))


def test_the_first_row_of_numbers_is_no_heading():
    ours = [["Mar 2026", 100.0]]
    theirs = [["Mar 2026", "100.00"]]
    assert functions.pbr_reconcile(ours, theirs)[1][4] == "agreed"


def test_a_carer_called_by_name_is_named():
    terms = functions.pbr_terms("plymouth-l04-2526")
    headings = ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"]
    placements = [headings, ["Zoë O'Brien", 7000, 1400, "1 Oct 2025", None]]
    carers = [
        ["Household", "Approved on", "Child"],
        ["Jane Smith", "1 Oct 2025", "Zoë O'Brien"],
    ]
    found = [row[:3] for row in functions.pbr_check(terms, placements, carers, None)]
    assert ["Carers", 1, "Household"] in found
    assert ["Carers", 1, "Child"] in found


def test_an_amount_that_nobody_pays_is_refused_as_a_text_too():
    claims = [["Month", "Invoiced"], ["1 Mar 2026", "12345678901234567"]]
    terms = functions.pbr_terms("plymouth-l04-2526")
    headings = ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"]
    placements = [headings, ["C01", 7000, 1400, "1 Oct 2025", None]]
    found = [row[:3] for row in functions.pbr_check(terms, placements, None, claims)]
    assert ["Claims", 1, "Invoiced"] in found
