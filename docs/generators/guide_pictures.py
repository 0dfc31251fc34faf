"""Make the pictures of the guides anew, by following the guides.

    python -m docs.generators.guide_pictures

Needs LibreOffice and pdftoppm. What a guide says to type is typed into Calc, as the test of the
guides does, and where the guide has a picture it is drawn of what stands there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.guide import pictures, typed_book
from tests.support.guide.follow import Followed, Runs, cells_of_picture, follow, open_book_of
from tests.support.guide.pages import (
    GUIDES,
    Picture,
    Run,
    before_the_sections,
    sections_of,
)
from xlpbr.workbook.libreoffice.engine import Calc

BOOK = "contract.xlsx"


def main() -> None:
    with tempfile.TemporaryDirectory() as name, typed_book.running() as calc:
        _follow_on(calc, Path(name), "first-month.md")
        _follow_each(calc, Path(name), "month.md")


def _follow_on(calc: Calc, folder: Path, page: str) -> None:
    """Follow a page whose sections go on from each other."""
    so_far = Followed(calc, folder, _run_in(folder))
    for section in sections_of((GUIDES / page).read_text(encoding="utf-8")):
        follow(section, so_far, _draw)


def _follow_each(calc: Calc, folder: Path, page: str) -> None:
    """Follow the sections with pictures of a page whose sections start from the same workbook."""
    text = (GUIDES / page).read_text(encoding="utf-8")
    for number, section in enumerate(sections_of(text)):
        if not any(isinstance(step, Picture) for step in section.steps):
            continue
        own = folder / str(number)
        own.mkdir()
        so_far = Followed(calc, own, _run_in(own))
        for step in before_the_sections(text).steps:
            if isinstance(step, Run):
                so_far.run(*step.command.split()[1:])
        open_book_of(so_far, BOOK)
        follow(section, so_far, _draw)


def _run_in(folder: Path) -> Runs:
    def run(*words: object) -> tuple[int, str, str]:
        command = [Path(sys.executable).with_name("xlpbr"), *map(str, words)]
        done = subprocess.run(
            command, cwd=folder, env={**os.environ, "COLUMNS": "200"}, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    return run


def _draw(so_far: Followed, picture: Picture) -> None:
    area, cells = cells_of_picture(so_far, picture)
    if so_far.book is None:
        raise AssertionError("unreachable")
    pdf = so_far.folder / "page.pdf"
    typed_book.draw(so_far.book, picture.sheet, area, pdf)
    pictures.from_pdf(pdf, pictures.FOLDER / picture.name, cells)
    print(f"wrote {picture.name}")


if __name__ == "__main__":
    main()
