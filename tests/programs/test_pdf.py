"""The report as pages, made by LibreOffice."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.golden import FOLDER
from tests.support.needed import need_libreoffice
from xlpbr.workbook.libreoffice import pdf

REPORT = FOLDER / "report.xlsx"


def test_the_report_becomes_pages_of_a4_with_its_title(tmp_path: Path) -> None:
    need_libreoffice()
    target = tmp_path / "report.pdf"
    before = REPORT.read_bytes()
    pdf.to_pdf(REPORT, target)
    content = target.read_bytes()
    assert content.startswith(b"%PDF-")
    boxes = {
        tuple(round(float(found)) for found in match)
        for match in re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", content)
    }
    # The Summary and the charts stand, the rest lies on its side.
    assert boxes == {(595, 842), (842, 595)}
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 10
    assert b"/MarkInfo<</Marked true>>" in content
    assert REPORT.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["report.pdf"]
