"""Sheets attached in the form of a host; for xlwings Lite with the code of the functions."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from xlpbr.contract.library import load_contract
from xlpbr.errors import FileProblem
from xlpbr.workbook.attach.attach import Attached, attach, detach
from xlpbr.workbook.lite.code import main_with_code
from xlpbr.workbook.lite.parts import code_in, extension_part
from xlpbr.workbook.ooxml.book import cells_of, open_book

CONTRACT = "plymouth-l04-2526"
PANES = "xl/webextensions/taskpanes.xml"
EXTENSION = "xl/webextensions/webextension1.xml"


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def with_members(source: Path, target: Path, changed: dict[str, bytes]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (members(source) | changed).items():
            package.writestr(name, content)


def budget(path: Path, *, date_1904: bool = False) -> Path:
    book = xlsxwriter.Workbook(path, {"date_1904": date_1904})
    book.add_worksheet("Budget").write("A1", "Children's services")
    book.close()
    return path


def attached(source: Path, target: Path, host: str | None) -> Attached:
    return attach(
        source,
        target,
        contract=load_contract(CONTRACT),
        sheets=["Placements", "Checks"],
        places={},
        headings={},
        host=host,
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Path:
    return budget(tmp_path_factory.mktemp("plain") / "budget.xlsx")


@pytest.fixture(scope="module")
def with_code(plain, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("lite") / "attached.xlsx"
    assert attached(plain, path, "lite").notices == ()
    return path


def formulas(path: Path) -> list[str]:
    book = open_book(path)
    found = [cell.formula for one in book.sheets for cell in cells_of(book, one.name).values()]
    return [formula for formula in found if formula and "PBR_" in formula]


def test_the_book_gets_the_code_and_formulas_that_lite_knows(with_code):
    found = code_in(open_book(with_code))
    assert found is not None
    assert found.is_ours
    assert found.main == main_with_code()
    assert set(found.parts) == {EXTENSION, PANES, "xl/webextensions/_rels/taskpanes.xml.rels"}
    stored = formulas(with_code)
    assert len(stored) == 3
    assert not [one for one in stored if re.search(r"(?<!_xldudf_)\bPBR_[A-Z]", one)]


def test_every_cell_of_lite_is_marked_as_one_that_fills_others(with_code):
    with zipfile.ZipFile(with_code) as package:
        sheets = [package.read(name).decode() for name in package.namelist() if "/sheet" in name]
        assert "xl/metadata.xml" in package.namelist()
    cells = re.findall(r"<c ([^>]*)><f[^>]*>[^<]*_xldudf_", "".join(sheets))
    assert cells
    assert all("cm=" in attributes for attributes in cells)


def test_taken_out_again_it_is_the_same_file(plain, with_code, tmp_path):
    done = detach(open_book(with_code), tmp_path / "out.xlsx")
    assert done.exact
    assert (tmp_path / "out.xlsx").read_bytes() == plain.read_bytes()


def test_a_change_elsewhere_leaves_no_code_behind(with_code, tmp_path):
    """As after a save in Excel: the list of content types is another, so nothing is put back."""
    saved = tmp_path / "saved.xlsx"
    types = members(with_code)["[Content_Types].xml"]
    more = types.replace(b"</Types>", b'<Default Extension="png" ContentType="image/png"/></Types>')
    with_members(with_code, saved, {"[Content_Types].xml": more})
    done = detach(open_book(saved), tmp_path / "out.xlsx")
    assert not done.exact
    after = members(tmp_path / "out.xlsx")
    assert not [name for name in after if "webextension" in name]
    assert b"webextension" not in after["_rels/.rels"] + after["[Content_Types].xml"]


def test_code_that_somebody_changed_since_stays(with_code, tmp_path):
    saved = tmp_path / "saved.xlsx"
    own = extension_part({"main.py": main_with_code() + "\nprint('ours')\n"})
    with_members(with_code, saved, {EXTENSION: own})
    detach(open_book(saved), tmp_path / "out.xlsx")
    found = code_in(open_book(tmp_path / "out.xlsx"))
    assert found is not None
    assert found.main is not None
    assert found.main.endswith("print('ours')\n")


@pytest.mark.slow
def test_code_of_the_book_itself_is_not_touched(with_code, tmp_path):
    own = tmp_path / "own.xlsx"
    bare = detach(open_book(with_code), tmp_path / "bare.xlsx")
    assert bare.exact
    coded = members(with_code)
    kept = {name: coded[name] for name in coded if "webextension" in name}
    kept["_rels/.rels"] = coded["_rels/.rels"]
    types = members(tmp_path / "bare.xlsx")["[Content_Types].xml"]
    listed = b"".join(
        re.findall(rb"<Override [^>]*webextension[^>]*/>", coded["[Content_Types].xml"])
    )
    kept["[Content_Types].xml"] = types.replace(b"</Types>", listed + b"</Types>")
    with_members(tmp_path / "bare.xlsx", own, kept)

    again = tmp_path / "again.xlsx"
    assert attached(own, again, "lite").notices == ()
    done = detach(open_book(again), tmp_path / "out.xlsx")
    assert done.exact
    assert (tmp_path / "out.xlsx").read_bytes() == own.read_bytes()

    kept[EXTENSION] = extension_part({"main.py": "print('mine')"})
    with_members(tmp_path / "bare.xlsx", own, kept)
    with pytest.raises(FileProblem, match="holds other code for the same place") as refused:
        attached(own, again, "lite")
    assert refused.value.code == "has-code"
    kept[EXTENSION] = extension_part({})
    with_members(tmp_path / "bare.xlsx", own, kept)
    with pytest.raises(FileProblem, match="holds another add-in that shows a pane"):
        attached(own, again, "lite")


@pytest.mark.slow
def test_for_a_server_only_the_names_differ(plain, tmp_path):
    path = tmp_path / "served.xlsx"
    attached(plain, path, "server")
    assert code_in(open_book(path)) is None
    assert all("_xldudf_PBR_" in formula for formula in formulas(path))
    assert detach(open_book(path), tmp_path / "out.xlsx").exact


@pytest.mark.slow
def test_for_classic_and_without_a_host_they_are_plain(plain, tmp_path):
    done = attached(plain, tmp_path / "classic.xlsx", "classic")
    assert "xlwings add-in" in done.notices[-1]
    assert not [one for one in formulas(tmp_path / "classic.xlsx") if "_xldudf_" in one]
    attached(plain, tmp_path / "none.xlsx", None)
    assert formulas(tmp_path / "none.xlsx") == formulas(tmp_path / "classic.xlsx")


def test_a_book_from_1904_is_refused_for_an_add_in(tmp_path):
    book = budget(tmp_path / "old.xlsx", date_1904=True)
    with pytest.raises(FileProblem, match="counts its days from 1904") as refused:
        attached(book, tmp_path / "out.xlsx", "lite")
    assert refused.value.code == "date-system"
    assert not (tmp_path / "out.xlsx").exists()


@pytest.mark.slow
def test_the_command_takes_the_host(plain, tmp_path, xlpbr):
    target = tmp_path / "out.xlsx"
    words = ("--contract", CONTRACT, "--sheets", "Placements", "--host", "lite", "-o", target)
    status, _, said = xlpbr("attach", plain, *words)
    assert status == 0, said
    assert code_in(open_book(target)) is not None
    status, _, said = xlpbr("detach", target, "-o", tmp_path / "back.xlsx")
    assert status == 0
    assert "byte for byte" in said
