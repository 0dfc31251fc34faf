"""The folders in ``docs/house/architecture.md``: their order, and what each says of itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def folders() -> str:
    """A table of the folders in their order, each with what its docstring says."""
    # The order belongs to the tests; this page is made in a checkout, where they are.
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from tests.test_house import MODULES, ORDER  # noqa: PLC0415

    lines = ["| | Folder or module | What it is for |", "| --: | --- | --- |"]
    for number, together in enumerate(ORDER, start=1):
        for name in sorted(together):
            for module in [name, *_folders_inside(name, MODULES)]:
                path = MODULES[module]
                shown = path.parent if path.name == "__init__.py" else path
                lines.append(
                    f"| {number} | `{shown.relative_to(ROOT).as_posix()}` | {_what_for(path)} |"
                )
    return "\n".join(lines)


def _folders_inside(name: str, modules: dict[str, Path]) -> Iterator[str]:
    for module, path in modules.items():
        if module.startswith(f"{name}.") and path.name == "__init__.py":
            yield module


def _what_for(path: Path) -> str:
    """The docstring of a folder, or the first paragraph of that of a module, on one line."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    if path.name != "__init__.py":
        said = said.partition("\n\n")[0]
    return " ".join(said.split()).replace("``", "`").replace("|", "\\|")
