"""The templates, and a book by hand with every form of a call."""

from __future__ import annotations

import pytest

from tests.support.corpus.parts import write_zip
from tests.support.port_books import hand_parts
from tests.support.templates import template
from xlpbr.contract.library import CONTRACT_NAMES


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    return [template(tmp_path_factory, name) for name in CONTRACT_NAMES]


@pytest.fixture
def hand(tmp_path):
    return write_zip(tmp_path / "hand.xlsx", hand_parts())
