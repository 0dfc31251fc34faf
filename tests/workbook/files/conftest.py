"""A budget file, written in pieces so small that every call of the system comes more than once."""

import pytest

from tests.support.saved_budget import OLD
from xlpbr.workbook.files import safe_writing as files


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(files, "_CHUNK", 10_000)


@pytest.fixture
def budget(tmp_path):
    path = tmp_path / "budget.xlsx"
    path.write_bytes(OLD)
    return path
