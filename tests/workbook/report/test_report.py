"""The report as a file: values only, the same bytes for the same rows, and what stops it."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.support.golden import FOLDER, VERSIONS, sample_source, write_golden
from tests.support.report_book import MAIN, lines_of, parts_of, report_of, table_of
from xlpbr.errors import CellError, FileProblem


def test_a_blocking_problem_stops_the_report(tmp_path: Path) -> None:
    source = sample_source()
    source.rows["Placements"][2][3] = "n/a"
    with pytest.raises(CellError, match="Placements, row 2, Family weekly cost"):
        report_of(tmp_path / "r.xlsx", source)
    assert list(tmp_path.iterdir()) == []


def test_a_cut_off_below_two_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match="The cut-off is 1; give 2 or more"):
        report_of(tmp_path / "r.xlsx", public=True, cut_off=1)
    assert list(tmp_path.iterdir()) == []


def test_the_source_is_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "budget.xlsx"
    source.write_bytes(b"the council's own")
    with pytest.raises(FileProblem, match="is the file that is being read"):
        report_of(source, inputs=[source])
    assert source.read_bytes() == b"the council's own"


def test_a_report_that_stands_there_is_replaced_only_when_the_new_one_is_whole(
    tmp_path: Path,
) -> None:
    target = report_of(tmp_path / "r.xlsx")
    before = target.read_bytes()
    source = sample_source()
    source.rows["Placements"][1][5] = "31/02/2026"
    with pytest.raises(CellError):
        report_of(target, source)
    assert target.read_bytes() == before


def test_text_from_the_source_is_never_a_formula_or_a_link(tmp_path: Path) -> None:
    source = sample_source(
        file_name="=cmd|' /C calc'!A0.xlsx", places={"Placements": "@SUM(1+1)*cmd|x"}
    )
    hostile = ["=1+1", "+1+1", "-1+1", "@A1", "https://example.org/x", "<b>&amp;</b>", "{=A1}"]
    labels = ["Commissioner", "Provider", "Decision reference"]
    for row in source.rows["Terms"]:
        if row[0] in labels:
            row[1] = hostile[labels.index(row[0])]
        if row[0] == "Fee":
            row[3], row[4] = hostile[3:5]
        if row[0] == "Carer fee":
            row[3], row[4] = hostile[5:7]
    source.rows["Placements"][1][0] = '=HYPERLINK("http://x")'
    target = report_of(tmp_path / "r.xlsx", source, prepared_by="=A1")
    assert_values_only(target)
    rows = {row[0]: row for row in table_of(target, "Terms")}
    assert [rows[label][1] for label in labels] == hostile[:3]
    assert [rows["Fee"][3], rows["Fee"][5]] == hostile[3:5]
    assert [rows["Carer fee"][3], rows["Carer fee"][5]] == hostile[5:7]
    assert "Prepared by: =A1" in lines_of(target, "Annex")
    assert any(row[2] == '=HYPERLINK("http://x")' for row in table_of(target, "Workings"))


def test_control_characters_and_very_long_texts(tmp_path: Path) -> None:
    source = sample_source()
    for row in source.rows["Terms"]:
        if row[0] == "Provider":
            row[1] = "Recon\x00nect\x07\ud800 & Co"
        if row[0] == "Fee":
            row[4] = "long " * 8_000
        if row[0] == "Carer fee":
            row[4] = "\N{GRINNING FACE}" * 20_000
    target = report_of(tmp_path / "r.xlsx", source)
    rows = {row[0]: row for row in table_of(target, "Terms")}
    assert rows["Provider"][1] == "Recon\ufffdnect\ufffd\ufffd & Co"
    for label in ("Fee", "Carer fee"):
        assert rows[label][5].endswith("[the rest is cut: a cell holds no more]")
        assert 32_760 <= len(rows[label][5].encode("utf-16-le")) // 2 <= 32_767
    for content in parts_of(target).values():
        ET.fromstring(content)


def assert_values_only(path: Path) -> None:
    parts = parts_of(path)
    assert not [part for part in parts if "vba" in part.lower() or "external" in part.lower()]
    for part, content in parts.items():
        if part.startswith("xl/worksheets/sheet"):
            assert not ET.fromstring(content).findall(f".//{MAIN}f"), part
        if part.endswith(".rels"):
            assert b"TargetMode" not in content, part
        if part.startswith("xl/tables/"):
            assert b"calculatedColumnFormula" not in content
            assert b"totalsRowFunction" not in content


def test_it_holds_values_only(either: Path) -> None:
    assert_values_only(either)


def test_the_document_has_a_title_and_a_language(either: Path) -> None:
    parts = parts_of(either)
    core = parts["docProps/core.xml"].decode()
    assert "<dc:language>en-GB</dc:language>" in core
    assert "<dc:title>Step-down from residential homes to families" in core
    assert "2026-11-21T00:00:00Z" in core
    assert not [part for part, content in parts.items() if b"en-US" in content]


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    one = report_of(tmp_path / "one.xlsx").read_bytes()
    assert report_of(tmp_path / "other.xlsx").read_bytes() == one


@pytest.mark.parametrize(("name", "public"), VERSIONS.items())
def test_the_report_is_the_golden_one_part_by_part(tmp_path: Path, name: str, public: bool) -> None:
    """Every part byte for byte; there are no exclusions."""
    write_golden(tmp_path / name, public=public)
    got, expected = parts_of(tmp_path / name), parts_of(FOLDER / name)
    assert list(got) == list(expected)
    different = [part for part in expected if got[part] != expected[part]]
    assert not different, f"{different} differ; if that is meant: python -m tests.support.golden"
