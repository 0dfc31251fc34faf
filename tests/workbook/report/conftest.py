"""Reports that many tests look at, each made once for the run; never to be changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.golden import sample_assumptions, sample_source
from tests.support.report_book import report_of


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report_of(tmp_path_factory.mktemp("full") / "report.xlsx")


@pytest.fixture(scope="session")
def ahead(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = sample_source(assumptions=sample_assumptions())
    return report_of(tmp_path_factory.mktemp("ahead") / "forecast.xlsx", source)


@pytest.fixture(scope="session", params=["full", "forecast", "public"])
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = None if request.param == "full" else sample_source(assumptions=sample_assumptions())
    target = tmp_path_factory.mktemp("any") / f"{request.param}.xlsx"
    return report_of(target, source, public=request.param == "public")


@pytest.fixture(scope="session")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report_of(
        tmp_path_factory.mktemp("alive") / "report.xlsx", sample_source(with_life=True)
    )
