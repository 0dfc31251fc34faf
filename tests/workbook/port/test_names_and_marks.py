"""The pieces of a port: names in any text, formulas with their places, and the mark of a port."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.corpus.parts import BUDGET
from tests.support.port_books import OWN_MARK, formulas_in, part
from xlpbr.workbook.ooxml.sheet.formula_cells import formula_cells
from xlpbr.workbook.ooxml.xml.splice import spliced
from xlpbr.workbook.port.array_marks import ported_mark, with_ported_mark, without_ported_mark
from xlpbr.workbook.port.host_names import READ_PREFIXES, calls, in_host_form, rewritten


def test_every_prefix_is_read_and_letters_are_kept():
    for prefix, other in itertools.product(READ_PREFIXES, ("", "_xldudf_")):
        assert in_host_form(f"{prefix}PBR_Fee_cap(A1)*2", other) == f"{other}PBR_Fee_cap(A1)*2"
        assert calls(f"1+{prefix}pbr_FEE_CAP(A1)") == ["PBR_FEE_CAP"]
    for formula in (
        "PBR_FEE_CAP",
        '"PBR_FEE_CAP("',
        "XPBR_FEE_CAP(1)",
        "[1]!PBR_FEE_CAP(1)",
        "_xldudf_OTHER_PBR_FEE_CAP(1)",
        "Table[PBR_FEE_CAP(]",
        "PBR_NEW(1)",
    ):
        assert not calls(formula)
        assert in_host_form(formula, "_xldudf_") == formula


CALLED = {
    "PBR_FEE_CAP(": "PBR_FEE_CAP(", "_xldudf_PBR_FEE_CAP(": "PBR_FEE_CAP(",
    "pbr_Saving(": "pbr_Saving(", "[0]!PBR_TERMS(": "PBR_TERMS(",
}  # fmt: skip
"""Calls as a part may write them, with the name alone."""
UNCLOSED = "Table1["
"""What it takes in after it is held there and back alone."""
FORMULA = st.lists(
    st.sampled_from(
        [*CALLED, UNCLOSED, ")", "A1", ",", '"PBR_SAVING("', "'PBR_SAVING('!A1", "&amp;", "&lt;",
         "£", "_xll.PBR_X("]
    ),
    max_size=8,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(FORMULA, max_size=4), st.integers(1, 50))
def test_names_go_there_and_back_in_any_text(formulas, size):
    def part_of(texts: Iterable[str]) -> bytes:
        return f"<a>{''.join(f'<f>{text}</f><v>PBR_SAVING(</v>' for text in texts)}</a>".encode()

    def rewrite(text: bytes, prefix: str) -> bytes:
        pieces = [text[place : place + size] for place in range(0, len(text), size)]
        return spliced(text, rewritten(pieces, prefix).splices)

    def expected(words: Iterable[str], prefix: str) -> str:
        return "+".join(prefix + CALLED[word] if word in CALLED else word for word in words)

    data = part_of("+".join(words) for words in formulas)
    office = rewrite(data, "_xldudf_")
    back = rewrite(office, "")
    assert rewrite(back, "_xldudf_") == office
    assert rewrite(rewrite(data, ""), "_xldudf_") == office
    assert rewrite(back, "") == back
    for text, prefix in ((office, "_xldudf_"), (back, "")):
        found = re.findall("<f>(.*?)</f>", text.decode())
        assert part_of(found) == text
        for words, formula in zip(formulas, found, strict=True):
            if UNCLOSED not in words:
                assert formula == expected(words, prefix)


@pytest.mark.parametrize("size", [1, 13, 64, 100_000])
def test_formula_cells_are_found_with_their_places_in_pieces_of_any_size(hand, size):
    data = part(hand, BUDGET).encode()
    merged = []
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    found = list(formula_cells(pieces, merged))
    assert merged == [(27, 1, 27, 2)]
    for cell in found:
        assert data[cell.start :].startswith(cell.tag)
        assert data[cell.formula_start : cell.formula_end] == cell.raw
        assert cell.raw.startswith(cell.formula_tag)
        assert f'r="{cell.address}"'.encode() in cell.tag
    assert [cell.address for cell in found if cell.row == 20] == ["A20", "B20", "C20"]
    everything = formulas_in(hand)
    budget = {place for sheet, place in everything if sheet == "Budget"}
    assert {(cell.row, cell.column) for cell in found} == budget


def test_the_mark_of_a_port_is_told_from_the_books_own():
    fresh, number = with_ported_mark(None)
    assert number == ported_mark(fresh) == 2
    assert ported_mark(OWN_MARK) == 0
    assert without_ported_mark(fresh) == OWN_MARK
    assert with_ported_mark(fresh) == (fresh, 2)
    for counted in (b"<cellMetadata count='1'>", b"<cellMetadata>", b'<cellMetadata count = "1" >'):
        own = OWN_MARK.replace(b'<cellMetadata count="1">', counted)
        assert own != OWN_MARK or counted == b'<cellMetadata count="1">'
        marked, number = with_ported_mark(own)
        assert (number, ported_mark(marked)) == (2, 2)
        assert without_ported_mark(marked) == own
    assert len(re.findall(rb"<rc ", fresh)) == 2
