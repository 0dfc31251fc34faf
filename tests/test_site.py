"""The pages as a site: every link leads somewhere, every page is in the order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_and_every_ready_workbook_is_on_the_site(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    made = {path.relative_to(site).with_suffix(".md") for path in site.rglob("*.html")}
    assert made - {Path("404.md")} == pages | {
        Path("changes.md"), Path("house/contributing.md"), Path("house/security.md"),
        Path("ready/index.md"),
    }  # fmt: skip
    ready = {path.name for path in (ROOT / "workbook" / "ready").glob("*.xls*")}
    assert {path.name for path in (site / "ready").glob("*.xls*")} == ready


def test_the_site_fetches_nothing_from_other_computers(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"?https?:", text)


def test_every_page_is_in_the_menu(site: Path) -> None:
    start = (site / "index.html").read_text(encoding="utf-8")
    linked = {link.partition("#")[0] for link in re.findall(r'href="([^"]+\.html[^"]*)"', start)}
    made = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert made - {"404.html", "index.html"} <= linked
