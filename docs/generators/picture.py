"""Make the picture of the Statement sheet in the README anew.

    python docs/generators/picture.py

Needs LibreOffice and pdftoppm. LibreOffice does not know the functions and would show #NAME? for
formulas that spill, so the picture is taken of a temporary copy that holds values only.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.workbook.libreoffice.pdf import to_pdf
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.ooxml.zip.archive import copy_archive, read_part
from xlpbr.workbook.template.write import new_workbook

PICTURE = Path(__file__).resolve().parents[1] / "pictures" / "statement.png"
PIXELS_AN_INCH = 110
FORMULA = re.compile(rb"<f[ >][^<]*</f>|<f[^>]*/>")


def values_only(source: Path, target: Path) -> None:
    """A copy of a workbook in which every formula is replaced by its last value."""
    book = open_book(source)
    parts = {
        sheet.part: FORMULA.sub(b"", read_part(book.archive, sheet.part)) for sheet in book.sheets
    }
    copy_archive(book.archive, parts, target)


def page_of(pdf: Path, words: str) -> int:
    """The number of the first page that has these words."""
    pages = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True, text=True
    ).stdout.split("\f")
    return next(number for number, page in enumerate(pages, start=1) if words in page)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made, flat, pdf = folder / "made.xlsx", folder / "flat.xlsx", folder / "flat.pdf"
        new_workbook(load_contract(CONTRACT_NAMES[0]), made, sample=True)
        values_only(made, flat)
        to_pdf(flat, pdf)
        page = str(page_of(pdf, "Month by month"))
        subprocess.run(
            ["pdftoppm", "-png", "-singlefile", "-r", str(PIXELS_AN_INCH), "-f", page, "-l", page,
             str(pdf), str(PICTURE.with_suffix(""))],
            check=True,
        )  # fmt: skip
    print(f"wrote {PICTURE.name}")


if __name__ == "__main__":
    main()
