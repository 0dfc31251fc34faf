"""The guides, followed to the letter: typed into Calc as a person types, and held to the penny."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.guide import pictures, typed_book
from tests.support.guide.follow import Followed, cells_of_picture, follow, open_book_of
from tests.support.guide.pages import (
    GUIDES,
    Picture,
    Run,
    Section,
    before_the_sections,
    sections_of,
)
from tests.support.needed import CALC_REMEDY, need
from xlpbr.errors import FileProblem
from xlpbr.workbook.libreoffice import engine as calc_engine

FIRST_MONTH = (GUIDES / "first-month.md").read_text(encoding="utf-8")
MONTH = (GUIDES / "month.md").read_text(encoding="utf-8")
BOOK = "contract.xlsx"

Runs = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def typing() -> Iterator[calc_engine.Calc]:
    """One Calc that can be typed into, for all sections."""
    try:
        with typed_book.running() as started:
            need("LibreOffice 25.2", present=started.line >= (25, 2), remedy=CALC_REMEDY)
            yield started
    except FileProblem as problem:
        if str(problem) != calc_engine.NOT_INSTALLED:
            raise
        need("LibreOffice 25.2 with python3-uno", present=False, remedy=CALC_REMEDY)


@pytest.fixture(scope="module")
def sample_book(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Where the workbook of the page Month is kept, once a test has made it as the page says."""
    return {"at": tmp_path_factory.mktemp("guide") / BOOK}


@pytest.fixture
def start(
    typing: calc_engine.Calc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, xlpbr: Runs
) -> Iterator[Followed]:
    """A guide of which nothing has been followed, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    so_far = Followed(typing, tmp_path, xlpbr)
    yield so_far
    if so_far.book is not None:
        typed_book.close(so_far.book)


@pytest.fixture
def may(start: Followed, sample_book: dict[str, Path]) -> Followed:
    """The workbook from which every section of the page Month starts."""
    kept = sample_book["at"]
    if not kept.exists():
        (making,) = (step for step in before_the_sections(MONTH).steps if isinstance(step, Run))
        status, *_ = start.run(*making.command.split()[1:])
        assert status == 0
        shutil.copy(start.folder / BOOK, kept)
    shutil.copy(kept, start.folder / BOOK)
    open_book_of(start, BOOK)
    return start


def _is_up_to_date(so_far: Followed, picture: Picture) -> None:
    """Hold a picture of the page to what stands there now."""
    _, cells = cells_of_picture(so_far, picture)
    marked = pictures.mark_of(pictures.FOLDER / picture.name)
    assert marked == pictures.digest(cells), f"{picture.name} is stale: run make picture"


def test_the_first_month_from_nothing_to_the_signature(start: Followed):
    for section in sections_of(FIRST_MONTH):
        follow(section, start, _is_up_to_date)
    assert {path.name for path in start.folder.iterdir()} == {BOOK, "contract-april.xlsx"}


def test_what_every_month_starts_from(may: Followed):
    begun = before_the_sections(MONTH)
    steps = [step for step in begun.steps if not isinstance(step, Run)]
    follow(Section(begun.title, steps, begun.amounts), may, _is_up_to_date)


@pytest.mark.parametrize("section", sections_of(MONTH), ids=lambda section: section.title)
def test_what_can_come_in_a_month(may: Followed, section: Section):
    follow(section, may, _is_up_to_date)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"\| £14,635.98 \|", "| £14,635.97 |"),
        (r"\| £13,937.15 \|", "| £13,937.16 |"),
        (r"\| £698.83 \|$", "| £698.84 |"),
        (r"invoice £698.83 more", "invoice £689.83 more"),
        (r"\| 10 \| C05", "| 11 | C05"),
        (r"\| 1 May 2026 \|", "| soon |"),
    ],
)
def test_a_page_that_says_something_else_is_found(may: Followed, right: str, wrong: str):
    planted, count = re.subn(right, wrong, MONTH, count=1, flags=re.MULTILINE)
    assert count == 1
    changed = [
        section
        for section, before in zip(sections_of(planted), sections_of(MONTH), strict=True)
        if section != before
    ]
    with pytest.raises(AssertionError):
        follow(*changed, may, _is_up_to_date)
