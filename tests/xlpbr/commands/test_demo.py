from __future__ import annotations

import shutil

import pytest

from xlpbr.commands import demo as demonstration
from xlpbr.commands import terminal
from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.errors import FileProblem
from xlpbr.workbook.calculate.verification import Verification
from xlpbr.workbook.libreoffice import pdf


@pytest.fixture(autouse=True)
def without_pages(monkeypatch):
    """The pages have tests of their own, and take LibreOffice some seconds."""
    monkeypatch.setattr(demonstration, "find_libreoffice", lambda: None)
    assert callable(pdf.find_libreoffice)


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTRACT_NAMES)
def test_the_demonstration_of_a_contract(tmp_path, capsys, name):
    demonstration.demonstrate(load_contract(name), tmp_path / "demo")
    out, err = capsys.readouterr()
    assert {path.name for path in (tmp_path / "demo").iterdir()} == {
        f"{name}.xlsx", f"{name}-calculated.xlsx", f"{name}-report.xlsx",
        "budget.xlsx",
    }  # fmt: skip
    assert "illustrations, no real children" in out
    assert "Value of the open readings" in out
    assert max(map(len, out.splitlines())) <= 100
    assert "every one equals the function called directly" in err
    *_, first, month, statement, report, budget = err.rstrip().splitlines()
    assert first == f"Open first: {tmp_path / 'demo' / name}-calculated.xlsx"
    assert [line.split()[0] for line in (month, statement)] == ["Month", "Statement"]
    assert f"{name}-report.xlsx" in report
    assert "budget.xlsx" in budget
    # A path alone may be longer.
    assert max(len(line.replace(str(tmp_path), "")) for line in err.splitlines()) <= 100
    if name.startswith("plymouth"):
        # The statement and the readings go to the day that the workbook and its report show.
        # Where its title wraps depends on the width.
        assert "monthly statement to 31 May 2026 (illustrations" in " ".join(out.split())
        assert "Value of the open readings to 31 May 2026" in out
        assert "Payable as it is read now: £427,223.82." in err + out
        assert "│ May 2026 │" in out
        assert "│ Jun 2026 │" not in out
        assert "The sheet Month: to be invoiced for May 2026" in out
        assert "£166,269.98" in out


@pytest.mark.slow
def test_a_workbook_that_was_changed_is_kept(tmp_path, capsys, monkeypatch):
    # What is calculated is shown above; a new workbook shows its figures without it.
    monkeypatch.setattr(demonstration, "recalculate", shutil.copyfile)
    monkeypatch.setattr(demonstration, "calculate", lambda _: {})
    monkeypatch.setattr(demonstration, "verify", lambda *_: Verification(7, 1348, ()))
    monkeypatch.setattr(demonstration, "write_reports", lambda *_, **__: [])
    contract = load_contract(CONTRACT_NAMES[0])
    made = tmp_path / f"{contract.name}.xlsx"
    demonstration.demonstrate(contract, tmp_path)
    first = made.read_bytes()
    demonstration.demonstrate(contract, tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    made.write_bytes(b"changed by hand")
    demonstration.demonstrate(contract, tmp_path)
    assert made.read_bytes() == first
    (kept,) = tmp_path.glob("*before xlpbr*")
    assert kept.read_bytes() == b"changed by hand"
    assert kept.name in capsys.readouterr().err


@pytest.mark.slow
def test_a_formula_that_differs_is_told_and_nothing_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(demonstration, "recalculate", shutil.copyfile)
    monkeypatch.setattr(demonstration, "calculate", lambda _: {})
    monkeypatch.setattr(demonstration, "verify", lambda *_: Verification(6, 573, ("Statement!B9",)))
    with pytest.raises(FileProblem, match=r"1 of 573 cells differ.*Statement!B9"):
        demonstration.demonstrate(load_contract(CONTRACT_NAMES[0]), tmp_path)
    assert not list(tmp_path.glob("*report*"))


def test_progress_is_silent_where_nobody_watches(capsys):
    with terminal.progress("Working"):
        pass
    assert capsys.readouterr() == ("", "")
