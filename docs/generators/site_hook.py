"""What the site has beside the pages of docs: pages from the top of the repository, and workbooks.

A link between them is written for the repository, where it works too; here it is turned into the
link of the site, and where it shows the name of a page's file it shows the page's title.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
READY = ROOT / "workbook" / "ready"
BESIDE = {
    ROOT / "CHANGELOG.md": "changes.md",
    ROOT / "CONTRIBUTING.md": "house/contributing.md",
    ROOT / "SECURITY.md": "house/security.md",
    READY / "README.md": "ready/index.md",
    **{path: f"ready/{path.name}" for path in sorted(READY.glob("*.xls*"))},
}
"""Files outside docs, with their place in the site."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files from beside docs."""
    for path, place in BESIDE.items():
        files.append(File.generated(config, place, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Turn the links that cross the border of docs."""
    here = page.file.src_uri
    stands = {place: path for path, place in BESIDE.items()}.get(here, ROOT / "docs" / here)

    def turned(found: re.Match[str]) -> str:
        shown, link = found.groups()
        place, mark, anchor = link.partition("#")
        target = (stands.parent / place).resolve()
        if target.is_relative_to(ROOT / "docs"):
            uri = target.relative_to(ROOT / "docs").as_posix()
        elif target in BESIDE:
            uri = BESIDE[target]
        else:
            return found[0]
        if shown.rpartition("/")[2] == target.name and target.suffix == ".md" and target.exists():
            shown = target.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        return f"[{shown}]({posixpath.relpath(uri, posixpath.dirname(here) or '.')}{mark}{anchor})"

    return re.sub(r"\[([^\]\[]*)\]\((?![a-z]+:|#)([^)\s]+)\)", turned, markdown)
