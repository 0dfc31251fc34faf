# ruff: noqa
"""Moves every file of the house into its new folder, and rewrites what names it.

    python move_house.py

Run once, in a clean checkout, with ruff on the path. Files are moved with git; imports, dotted
names in texts, paths and links are rewritten; each new folder gets the page that says what it is
for. What no rule can tell, such as where a test finds its data, is in ``move_house.patch``. The
script then takes itself out; nothing else changes.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HERE = Path(__file__).name

MODULES: dict[str, str] = json.loads((ROOT / "move_house.json").read_text(encoding="utf-8"))
"""Module of before: file of after, from the root of the repository."""

TESTS = {
    "architecture": "test_house.py",
    "derived": "test_derived.py",
    "benches": "test_benches.py",
    "hard_small": "hard/test_small.py",
    "cells": "xlpbr/test_cells.py",
    "contracts": "xlpbr/contract/test_library.py",
    "assumptions": "xlpbr/tables/test_assumptions.py",
    "tables": "xlpbr/tables/test_evidence.py",
    "checks": "xlpbr/tables/test_checks.py",
    "every_branch": "xlpbr/settlement/test_every_branch.py",
    "properties": "xlpbr/settlement/test_properties.py",
    "statement_brute_force": "xlpbr/settlement/test_statement_brute_force.py",
    "published_payments": "xlpbr/settlement/test_published_payments.py",
    "workings": "xlpbr/settlement/test_workings.py",
    "reconcile": "xlpbr/settlement/test_reconcile.py",
    "fast_settlement": "xlpbr/portfolio/test_settlement.py",
    "portfolio": "xlpbr/portfolio/test_settle.py",
    "portfolio_bad_input": "xlpbr/portfolio/test_bad_input.py",
    "forecast": "xlpbr/forecast/test_forecast.py",
    "forecast_bad_input": "xlpbr/forecast/test_bad_input.py",
    "scenarios": "xlpbr/forecast/test_scenarios.py",
    "catalogue": "xlpbr/functions/test_catalogue.py",
    "examples": "xlpbr/functions/test_examples.py",
    "commands": "xlpbr/commands/test_main.py",
    "edit_commands": "xlpbr/commands/test_edit.py",
    "forecast_command": "xlpbr/commands/test_forecast.py",
    "demonstration": "xlpbr/commands/test_demo.py",
    "classic": "udfs/classic/test_functions.py",
    "classic_setup": "udfs/classic/test_setup.py",
    "classic_vba": "udfs/classic/test_vba.py",
    "calc_binding": "udfs/calc/test_binding.py",
    "host_matrix": "udfs/test_host_matrix.py",
    "office_js": "udfs/test_office_js.py",
    "server": "udfs/server/test_app.py",
    "server_limits": "udfs/server/test_limits.py",
    "server_manifest": "udfs/server/test_manifest.py",
    "server_settings": "udfs/server/test_settings.py",
    "server_sign_in": "udfs/server/test_sign_in.py",
    "server_time": "udfs/server/test_time_limit.py",
    "archive": "workbook/ooxml/zip/test_archive.py",
    "xml_edit": "workbook/ooxml/xml/test_splice.py",
    "container": "workbook/ooxml/parts/test_container.py",
    "workbook_edit": "workbook/ooxml/parts/test_workbook_edit.py",
    "sheet_edit": "workbook/ooxml/sheet/test_edit.py",
    "plain_sheet": "workbook/ooxml/sheet/test_read_plain.py",
    "function_names": "workbook/ooxml/sheet/test_function_names.py",
    "style_merge": "workbook/ooxml/styles/test_merge.py",
    "package": "workbook/ooxml/edit/test_package.py",
    "package_edit": "workbook/ooxml/edit/test_edits.py",
    "transplant": "workbook/ooxml/edit/test_transplant.py",
    "files": "workbook/files/test_safe_writing.py",
    "bad_files": "workbook/read/test_bad_files.py",
    "bad_inputs": "workbook/read/test_bad_inputs.py",
    "reader": "workbook/read/test_ranges.py",
    "recalculate": "workbook/calculate/test_recalculate.py",
    "refresh": "workbook/calculate/test_refresh.py",
    "own_sheets": "workbook/calculate/test_own_sheets.py",
    "template": "workbook/template/test_template.py",
    "report": "workbook/report/test_report.py",
    "disclosure": "workbook/disclosure/test_disclosure.py",
    "attachment": "workbook/attach/test_attach.py",
    "insertion": "workbook/attach/test_insert.py",
    "port": "workbook/port/test_port.py",
    "portfolio_folder": "workbook/portfolio/test_folder.py",
    "classic_book": "workbook/hosts/test_classic_book.py",
    "calc_copy": "workbook/libreoffice/test_copy.py",
    "pdf": "programs/test_pdf.py",
    "calc": "programs/test_calc.py",
    "calc_recalculate": "programs/test_calc_recalculate.py",
    "calc_setup": "programs/test_calc_setup.py",
    "calc_template": "programs/test_calc_template.py",
    "cluster": "programs/test_cluster.py",
    "lite": "programs/test_lite.py",
    "taskpane": "programs/test_taskpane.py",
    "taskpane_calls": "programs/test_taskpane_calls.py",
    "taskpane_page": "programs/test_taskpane_page.py",
}
"""The tests, without ``tests/test_`` before and ``.py`` behind: their place under ``tests``."""

PAGES = {
    "guide": "budget-books calc cluster commands excel forecast lite portfolio server",
    "reference": "bad-input contracts functions hosts tables",
    "house": "architecture dependencies performance reliability",
}
GENERATORS = "generate host_table icons picture taskpane_picture"

DATA = {
    "tests/bad_inputs.toml": "tests/data/bad_inputs.toml",
    "tests/browser_excel.js": "tests/support/browser_excel.js",
    "docs/statement.png": "docs/pictures/statement.png",
    "docs/taskpane.png": "docs/pictures/taskpane.png",
    "xlpbr/contracts/cheshire-east-2026.toml": "xlpbr/contract/built_in/cheshire-east-2026.toml",
    "xlpbr/contracts/plymouth-l04-2526.toml": "xlpbr/contract/built_in/plymouth-l04-2526.toml",
    "udfs/icons": "udfs/server/icons",
    "tests/corpus": "tests/support/corpus",
    "tests/node": "tests/support/node",
    **{
        f"docs/{page}.md": f"docs/{folder}/{page}.md"
        for folder, pages in PAGES.items()
        for page in pages.split()
    },
    **{f"docs/{name}.py": f"docs/generators/{name}.py" for name in GENERATORS.split()},
}
"""Files that are no modules of the product or tests, and folders that move whole."""

FACES = {"xlpbr.functions": "xlpbr.functions"}
"""Names that the house itself keeps using through the folder's own face."""

FOLDERS = json.loads((ROOT / "move_house_folders.json").read_text(encoding="utf-8"))
"""What the page of each new folder says."""

SUPPORT_STAYS = {"__init__", "conftest"}


def git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout


def tracked() -> list[str]:
    return [name for name in git("ls-files").splitlines() if not name.startswith(("move_house", HERE))]


def file_of(module: str) -> str:
    """The file of a module of before."""
    for name, folder in (("xlpbr.workbook", "workbook"), ("xlpbr.udfs", "udfs"), ("xlpbr", "xlpbr")):
        if module == name or module.startswith(f"{name}."):
            inner = module.removeprefix(name).replace(".", "/")
            for file in (f"{folder}{inner}.py", f"{folder}{inner}/__init__.py"):
                if (ROOT / file).exists():
                    return file
    raise SystemExit(f"no file of {module}")


def module_of(file: str) -> str:
    """The module of a file of after."""
    name = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return name if name.split(".")[0] in ("xlpbr", "tests", "docs") else f"xlpbr.{name}"


def plan() -> tuple[dict[str, str], dict[str, str]]:
    """Files to move, and modules that change their name."""
    files = {file_of(module): file for module, file in MODULES.items()}
    modules = {module: module_of(file) for module, file in MODULES.items()}
    for name in tracked():
        path = Path(name)
        if path.parent == Path("tests") and path.suffix == ".py":
            stem = path.stem
            if stem.startswith("test_"):
                target = f"tests/{TESTS[stem.removeprefix('test_')]}"
            elif stem in SUPPORT_STAYS:
                continue
            else:
                target = f"tests/support/{stem}.py"
            files[name] = target
            modules[f"tests.{stem}"] = module_of(target)
    for name in tracked():
        for old, new in DATA.items():
            if name == old or name.startswith(f"{old}/"):
                files[name] = new + name.removeprefix(old)
                if name.endswith(".py"):
                    before, after = module_of(name), module_of(files[name])
                    modules[before] = after
    modules |= FACES
    return (
        {old: new for old, new in files.items() if old != new},
        {old: new for old, new in modules.items()},
    )


def rewritten_imports(text: str, modules: dict[str, str]) -> str:
    """The text of a module with its imports from the new places."""
    lines = text.splitlines(keepends=True)
    nodes = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    for node in sorted(nodes, key=lambda node: node.lineno, reverse=True):
        new = _import_lines(node, modules)
        if new is None:
            continue
        assert node.end_lineno is not None
        first, last = lines[node.lineno - 1], lines[node.end_lineno - 1]
        # A statement on a line of its own; a remark behind it stays with the first new line.
        if first[: node.col_offset].strip():
            before, after = first[: node.col_offset], last[node.end_col_offset :]
            assert node.lineno == node.end_lineno, text
            lines[node.lineno - 1] = before + "; ".join(new) + after
            continue
        space = first[: node.col_offset]
        remark = last[node.end_col_offset :].rstrip("\n")
        made = [f"{space}{line}{remark if '#' in remark else ''}\n" for line in new]
        lines[node.lineno - 1 : node.end_lineno] = made
    return "".join(lines)


def _import_lines(node: ast.Import | ast.ImportFrom, modules: dict[str, str]) -> list[str] | None:
    if isinstance(node, ast.Import):
        changed = [alias for alias in node.names if modules.get(alias.name, alias.name) != alias.name]
        if not changed:
            return None
        raise SystemExit(f"plain import of a module that moves: {ast.unparse(node)}")
    assert node.module is not None
    made: dict[str, list[str]] = {}
    for alias in node.names:
        inner = f"{node.module}.{alias.name}"
        kept = f" as {alias.asname}" if alias.asname else ""
        if inner in modules:
            package, _, last = modules[inner].rpartition(".")
            wanted = alias.asname or alias.name
            kept = "" if last == wanted else f" as {wanted}"
            made.setdefault(package, []).append(f"{last}{kept}")
        else:
            made.setdefault(modules.get(node.module, node.module), []).append(f"{alias.name}{kept}")
    if set(made) == {node.module} and all(
        f"{node.module}.{alias.name}" not in modules for alias in node.names
    ):
        return None
    return [f"from {module} import {', '.join(names)}" for module, names in sorted(made.items())]


STAY_IN_TEXTS = {
    "xlpbr", "xlpbr.udfs", "xlpbr.workbook", "xlpbr.functions", "xlpbr.udfs.classic",
    "xlpbr.udfs.lite", "xlpbr.portfolio", "xlpbr.contracts", "xlpbr.executors", "xlpbr.cli",
    "xlpbr.errors", "xlpbr.forecast", "tests",
}  # fmt: skip


def rewritten_texts(text: str, modules: dict[str, str], files: dict[str, str], *, code: bool) -> str:
    """Dotted names and paths in texts, remarks and pages; the imports of code are done already."""
    names = {old: new for old, new in modules.items() if old not in STAY_IN_TEXTS and old != new}
    folders = {f"{old}/": f"{new}/" for old, new in DATA.items() if "." not in Path(old).name}
    known = names | files | folders
    pattern = re.compile(
        "|".join(
            [
                rf"(?<![\w./@-])(?:{_any(names)})(?![\w/])(?!\.(?:py|md|toml)\b)",
                rf"(?<![\w./-])(?:{_any(files)})(?![\w-])",
                rf"(?<![\w./-])(?:{_any(folders)})",
            ]
        )
    )
    return "".join(
        line
        if code and re.match(r"\s*(from|import) ", line)
        else pattern.sub(lambda found: known[found[0]], line)
        for line in text.splitlines(keepends=True)
    )


def _any(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


LINK = re.compile(r"(\]\()([^)#\s:]+)((?:#[^)\s]*)?\))")


def rewritten_links(text: str, old: str, new: str, files: dict[str, str]) -> str:
    """The links of a page, for its new place."""

    def moved(found: re.Match[str]) -> str:
        target = os.path.normpath(os.path.join(os.path.dirname(old), found[2]))
        after = files.get(target, target)
        return found[1] + os.path.relpath(after, os.path.dirname(new) or ".") + found[3]

    return LINK.sub(moved, text)


def main() -> None:
    files, modules = plan()
    moved_modules = {module: name for module, name in modules.items()}
    for old, new in files.items():
        (ROOT / new).parent.mkdir(parents=True, exist_ok=True)
        git("mv", old, new)
    back = {new: old for old, new in files.items()}
    for name in tracked():
        path = ROOT / name
        if path.suffix not in (".py", ".md", ".toml", ".js", ".mjs", "") or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        new = text
        if path.suffix == ".py":
            new = rewritten_imports(new, moved_modules)
        if path.suffix == ".md":
            new = rewritten_links(new, back.get(name, name), name, files)
        new = rewritten_texts(new, moved_modules, files, code=path.suffix == '.py')
        if new != text:
            path.write_text(new, encoding="utf-8")
    for folder, says in FOLDERS.items():
        page = ROOT / folder / "__init__.py"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(says, encoding="utf-8")
    for folder in sorted({Path(new).parent for new in files.values() if new.startswith("tests/")}):
        page = ROOT / folder / "__init__.py"
        while folder != Path("tests"):
            page = ROOT / folder / "__init__.py"
            if not page.exists() and folder.name not in ("data", "examples"):
                page.write_text("", encoding="utf-8")
            folder = folder.parent
    for words in (["check", "--select", "I", "--fix", "--quiet", "."], ["format", "--quiet", "."]):
        subprocess.run(["ruff", *words], cwd=ROOT, check=True)
    patch = ROOT / "move_house.patch"
    if patch.exists():
        git("apply", str(patch))
    for own in ROOT.glob("move_house*"):
        own.unlink()
    git("add", "--all")


if __name__ == "__main__":
    main()
