"""The files that some modules need: what a workbook for Lite and a private Calc carry.

Found by walking the imports, so that nothing is forgotten and nothing else goes along.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path


def needed_files(*entries: str) -> dict[str, str]:
    """The text of every file that some modules need, themselves included.

    These are the modules of xlpbr that they import, directly or through others, the packages in
    which those are, and the TOML files in a folder of such a package, where it is a folder of data.
    What a module tries to import and can do without is only there for speed and left out.

    Args:
        entries: the modules by their full names.

    Returns:
        By its path from the folder that Python imports from, in the order of the paths.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        file, place = _file(name), name.replace(".", "/")
        if file.name == "__init__.py":
            for data in file.parent.glob("*/*.toml"):
                if not (data.parent / "__init__.py").exists():
                    found[f"{place}/{data.parent.name}/{data.name}"] = _text(data)
            place += "/__init__"
        source = found[f"{place}.py"] = _text(file)
        waiting += _imported(name, source)
    return dict(sorted(found.items()))


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _file(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    return Path(spec.origin)


def _imported(name: str, source: str) -> Iterator[str]:
    """The modules of xlpbr that a module needs: its package, and what it imports when it runs."""
    if "." in name:
        yield name.rpartition(".")[0]
    for module, taken, for_types in _imports(ast.parse(source), for_types=False):
        if not for_types:
            yield module
            yield from _place_of(module, taken)


def _place_of(package: str, taken: str) -> Iterator[str]:
    """The module that is taken from a package, or the one that holds what is taken from it."""
    file = _file(package)
    if not taken or file.name != "__init__.py":
        return
    if find_spec(f"{package}.{taken}") is not None:
        yield f"{package}.{taken}"
        return
    # A package that loads what it offers when it is asked for tells type checkers where that is.
    for module, offered, for_types in _imports(ast.parse(_text(file)), for_types=False):
        if for_types and offered == taken:
            yield module


def _imports(node: ast.AST, *, for_types: bool) -> Iterator[tuple[str, str, bool]]:
    """Each import of xlpbr: the module, what is taken from it, and whether only types need it."""
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Import):
        found = [(alias.name, "") for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        found = [(str(node.module), alias.name) for alias in node.names]
    else:
        found = []
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name):
        for_types = for_types or node.test.id == "TYPE_CHECKING"
    if isinstance(node, ast.Try) and any(map(_may_be_missing, node.handlers)):
        children = [child for child in children if child not in node.body]
    for module, taken in found:
        if module.partition(".")[0] == "xlpbr":
            yield module, taken, for_types
    for child in children:
        yield from _imports(child, for_types=for_types)


def _may_be_missing(handler: ast.ExceptHandler) -> bool:
    return isinstance(handler.type, ast.Name) and handler.type.id == "ImportError"
