"""A workbook for another host: its calls are rewritten and marked, and all else stays."""

from __future__ import annotations

import itertools
import re

import pytest
import xlsxwriter

from tests.support.corpus.parts import BUDGET, base_parts, write_zip
from tests.support.port_books import OFFICE, differing, formulas_in, part
from xlpbr.errors import FileProblem
from xlpbr.udfs.hosts import OF_WORKBOOKS, PORT_TARGETS
from xlpbr.workbook.calculate.recalculate import calculate
from xlpbr.workbook.port.host_names import calls, plain
from xlpbr.workbook.port.rewrite import port


def test_every_form_of_a_call_is_rewritten_and_marked(hand, tmp_path):
    target = tmp_path / "lite.xlsx"
    done = port(hand, "lite", target)
    assert differing(hand, target) == {
        "xl/worksheets/sheet1.xml",
        "xl/workbook.xml",
        "xl/tables/table1.xml",
        "xl/metadata.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
        "customXml/item1.xml",
        "customXml/itemProps1.xml",
        "customXml/_rels/item1.xml.rels",
    }
    text = part(target, "xl/worksheets/sheet1.xml")
    cell = {match[1]: match[0] for match in re.finditer(r'<c r="([A-Z]+\d+)".*?(?=</c>|/>)', text)}
    office = "_xldudf_PBR_"
    assert cell["A20"] == (
        f'<c r="A20" cm="2"><f t="array" ref="A20">{office}FEE_CAP(D4,D5,100)</f><v>4775.25</v>'
    )
    assert cell["B20"] == (
        '<c r="B20" s="1" t="str" cm="2" ><f ca="1" t="array" ref="B20" >'
        f'{office}VERSION()&amp;"PBR_FEE_CAP("</f><v>0.1.0</v>'
    )
    assert cell["C20"].startswith(
        '<c r="C20" cm="2"><f t="array" ref="C20">_xldudf_pbr_fee_cap(D4,D5)</f>'
    )
    for row in range(21, 25):
        formula = f"_xldudf_pbr_fee_cap(D{row - 17},$D$5,100)*2"
        assert f'<f t="array" ref="A{row}">{formula}</f>' in cell[f"A{row}"]
        assert 'cm="2"' in cell[f"A{row}"]
    # What spilled, and what was an array formula of the old kind, keeps its form.
    own = f'<c r="C21" cm="1"><f t="array" ref="C21:C23">{office}CONTRACT_CAP('
    assert cell["C21"].startswith(own)
    assert cell["C24"].startswith(f'<c r="C24"><f t="array" ref="C24">SUM({office}CONTRACT_CAP')
    # One value of several stays one value, and a merged cell cannot spill.
    assert cell["A25"].startswith(f'<c r="A25"><f>{office}CONTRACT_CAP(D4:D6,9000)</f>')
    assert cell["A26"].startswith(f'<c r="A26" cm="2"><f t="array" ref="A26">SUM({office}')
    assert cell["A27"].startswith(f'<c r="A27"><f>{office}FEE_CAP(1,2)</f>')
    assert text.count("<formula>_xldudf_PBR_FEE_CAP(D4,9000)&gt;1</formula>") == 1
    assert text.count("<formula1>_xldudf_PBR_FEE_CAP(D5,9000)&gt;0</formula1>") == 1
    assert 'Fee">_xldudf_PBR_FEE_CAP(Budget!$D$4' in part(target, "xl/workbook.xml")
    assert "Formula>_xldudf_PBR_FEE_CAP(Fees[" in part(target, "xl/tables/table1.xml")
    assert (done.calls, done.renamed, done.marked, done.unmarked) == (13, 13, 8, 0)
    assert done.sheets == ("Budget",)
    assert [note for note in done.notes if "Budget!A25" in note]
    assert [note for note in done.notes if "Budget!A27" in note]
    assert not [note for note in done.notes if "Budget!A26" in note]


@pytest.mark.slow
def test_a_template_changes_in_names_and_marks_only(templates, tmp_path):
    for path in templates:
        target = tmp_path / path.name
        done = port(path, "lite", target)
        assert done.calls == done.renamed == 18
        assert done.marked == 1  # the others spill, and have the mark
        changed = differing(path, target)
        assert "xl/metadata.xml" in changed
        assert all(name.startswith("xl/worksheets/") for name in changed - {"xl/metadata.xml"})
        before, after = formulas_in(path), formulas_in(target)
        assert before.keys() == after.keys()
        for place, formula in after.items():
            assert plain(formula) == before[place]
            assert ("_xldudf_" in formula) == bool(calls(formula))
        for host, form in itertools.product(("calc", "server"), (path, target)):
            copy = tmp_path / f"{host}-{path.name}"
            copy.unlink(missing_ok=True)
            port(form, host, copy)
            assert copy.read_bytes() == (target if host in OFFICE else path).read_bytes()


@pytest.mark.slow
def test_the_engine_gives_the_same_values_after_porting(templates, hand, tmp_path):
    for number, path in enumerate((templates[0], hand)):
        lite, back = (tmp_path / f"{name}{number}.xlsx" for name in ("lite", "back"))
        port(path, "lite", lite)
        port(lite, "calc", back)
        before, after = calculate(back), calculate(lite)
        assert before == after
        assert sum(map(len, before.values())) > 10


@pytest.mark.parametrize(
    ("formula", "refused"),
    [
        ("=PBR_FEE_CAP(45000,349883.33)", False),
        ("=PBR_THRESHOLD_BONUS(4000000,3000000,0.1)+PBR_CONTRACT_CAP(1,2)", False),
        ("=PBR_FEE_CAP(1,2)+PBR_SAVING(7,0,A2,,A2,A2)", True),
        ("=SUM(PBR_STATEMENT(A1:B2,A1:B2))", True),
    ],
)
def test_days_from_1904_matter_only_where_there_are_days(tmp_path, formula, refused):
    source, target = tmp_path / "old.xlsx", tmp_path / "lite.xlsx"
    with xlsxwriter.Workbook(source, {"date_1904": True}) as book:
        book.add_worksheet("S").write_formula("A1", formula, None, 1)
    if refused:
        with pytest.raises(FileProblem, match="counts its days from 1904"):
            port(source, "lite", target)
    else:
        port(source, "lite", target)
        assert next(iter(formulas_in(target).values())).startswith("_xldudf_PBR_")


def test_in_place_keeps_a_dated_copy(hand):
    before = hand.read_bytes()
    done = port(hand, "lite", hand, in_place=True)
    assert done.copy is not None
    assert done.copy.read_bytes() == before
    assert "_xldudf_" in part(hand, BUDGET)
    assert any("marked" in sentence for sentence in done.sentences)


def test_a_workbook_without_calls_is_copied_and_said_so(tmp_path):
    source = write_zip(tmp_path / "plain.xlsx", base_parts())
    for host in PORT_TARGETS:
        target = tmp_path / f"{host}.xlsx"
        done = port(source, host, target)
        assert target.read_bytes() == source.read_bytes()
        assert done.calls == 0
        assert any("no" in note and "PBR_ function" in note for note in done.notes)


def test_what_only_calc_has_is_named(tmp_path):
    source = tmp_path / "cells.xlsx"
    book = xlsxwriter.Workbook(source)
    book.add_worksheet("One").write_formula("B2", "=PBR_FEE_CAP(PBR_CELLS(A1),A2)", None, 5)
    book.close()
    for host in OF_WORKBOOKS:
        done = port(source, host, tmp_path / f"{host}.xlsx")
        assert any("PBR_CELLS" in note and "One!B2" in note for note in done.notes) == (
            host != "calc"
        )
