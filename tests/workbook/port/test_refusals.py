"""What is not ported, and a copy that is not as meant and is not kept."""

from __future__ import annotations

import shutil
import zipfile

import pytest

from tests.support.corpus.parts import BUDGET, put_in_sheet, write_zip
from tests.support.port_books import hand_parts, part
from xlpbr.contract.library import CONTRACT_NAMES, load_contract
from xlpbr.errors import FileProblem
from xlpbr.udfs.hosts import PORT_TARGETS
from xlpbr.workbook.hosts.new import new_book
from xlpbr.workbook.port import rewrite as port_module
from xlpbr.workbook.port.rewrite import port


def test_what_is_no_host_is_refused_with_those_that_there_are(hand, tmp_path):
    for host in ("excel", "embedded", ""):
        with pytest.raises(
            FileProblem, match=r"is not a host.*Choose classic, lite, server, calc, values\."
        ):
            port(hand, host, tmp_path / "target.xlsx")
    with pytest.raises(FileProblem, match="excel is not a host of the functions"):
        new_book(load_contract(CONTRACT_NAMES[0]), tmp_path / "target.xlsx", "excel")
    assert not (tmp_path / "target.xlsx").exists()


@pytest.mark.parametrize("host", PORT_TARGETS)
def test_a_signed_workbook_is_refused_unless_allowed(hand, tmp_path, host):
    signed, target = tmp_path / "signed.xlsx", tmp_path / "target.xlsx"
    shutil.copy(hand, signed)
    with zipfile.ZipFile(signed, "a") as package:
        package.writestr("_xmlsignatures/origin.sigs", b"")
    with pytest.raises(FileProblem) as found:
        port(signed, host, target)
    assert found.value.code == "signed"
    assert not target.exists()
    port(signed, host, target, allow={"signed"})
    assert target.exists()


def test_a_protected_sheet_keeps_its_locked_cells_from_becoming_values(tmp_path):
    """Its formulas are the same formulas in another host; a value is another content."""
    parts = hand_parts()
    put_in_sheet(parts, BUDGET, '<sheetProtection sheet="1" objects="1" scenarios="1"/>')
    source, target = write_zip(tmp_path / "locked.xlsx", parts), tmp_path / "target.xlsx"
    with pytest.raises(FileProblem, match="protect"):
        port(source, "values", target)
    assert not target.exists()
    port(source, "values", target, allow={"protected-sheet"})
    port(source, "lite", tmp_path / "lite.xlsx")


def test_the_input_and_another_ending_are_refused(hand, tmp_path):
    for target in (hand, tmp_path / "macros.xlsm"):
        before = hand.read_bytes()
        with pytest.raises(FileProblem):
            port(hand, "lite", target)
        assert hand.read_bytes() == before


def wrong_function(data: bytes, splices: list) -> list:
    place, end, new = splices[-1]
    return [*splices[:-1], (place, end, new.replace(b"FEE_CAP", b"CLAWBACK"))]


def lost_mark(data: bytes, splices: list) -> list:
    place = data.index(b' cm="1"')
    return sorted([*splices, (place, place + 7, b"")])


def lost_value(data: bytes, splices: list) -> list:
    place = data.index(b"<v>4775.25</v>")
    return sorted([*splices, (place, place + 14, b"")])


def forgotten_name(data: bytes, splices: list) -> list:
    return [splice for splice in splices if splice[2] != b"_xldudf_PBR_VERSION"]


@pytest.mark.parametrize("spoil", [wrong_function, lost_mark, lost_value, forgotten_name])
def test_a_copy_that_is_not_as_meant_is_not_kept(hand, tmp_path, monkeypatch, spoil):
    original = port_module.without_covered
    data = part(hand, BUDGET).encode()

    def spoiling(names, marks):
        splices = original(names, marks)
        return spoil(data, splices) if marks else splices

    monkeypatch.setattr(port_module, "without_covered", spoiling)
    target = tmp_path / "lite.xlsx"
    with pytest.raises(FileProblem) as found:
        port(hand, "lite", target)
    assert found.value.code == "check-failed"
    assert not target.exists()
