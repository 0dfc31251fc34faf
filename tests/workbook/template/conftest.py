"""The templates of both contracts, made and calculated once for the run; never to be changed."""

import itertools

import pytest

from tests.support.opened import opened as read_by_openpyxl
from tests.support.templates import template
from xlpbr.contract.library import CONTRACT_NAMES
from xlpbr.workbook.calculate.recalculate import calculate


@pytest.fixture(scope="session")
def books(tmp_path_factory):
    """Both contracts, with and without sample rows, made as the command makes them."""
    return {
        (name, sample): template(tmp_path_factory, name, sample=sample)
        for name, sample in itertools.product(CONTRACT_NAMES, (True, False))
    }


@pytest.fixture(scope="session")
def calculated(books):
    return {key: calculate(path) for key, path in books.items()}


@pytest.fixture(scope="session")
def plymouth(books):
    return books["plymouth-l04-2526", True]


@pytest.fixture(scope="session")
def opened(books):
    return {key: read_by_openpyxl(path) for key, path in books.items()}
