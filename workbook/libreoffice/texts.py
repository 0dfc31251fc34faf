"""Formulas that work on the texts of a table within themselves, which Calc does not do rightly.

Calc takes two different texts of a table that an add-in gives for the same one, and finds none of
them again (seen in LibreOffice 7.4 and 25.2). Where the table stands in cells, its values can be
put in its place; within one formula they cannot.
"""

from __future__ import annotations

import typing

import formualizer

from xlpbr.functions import FUNCTIONS
from xlpbr.workbook.port.host_names import plain

_TABLE_FUNCTIONS = frozenset(
    name
    for name, function in FUNCTIONS.items()
    if typing.get_origin(typing.get_type_hints(function.call)["return"]) is list
)
_HAND_ON = frozenset(
    {
        "CHOOSECOLS", "CHOOSEROWS", "DROP", "HSTACK", "IFERROR", "IFNA", "INDEX", "TAKE",
        "TRANSPOSE", "VSTACK",
    }
)  # fmt: skip
_COUNT = frozenset(
    {
        "COLUMNS", "COUNT", "COUNTA", "ERROR.TYPE", "EXACT", "ISBLANK", "ISERR", "ISERROR", "ISNA",
        "ISNUMBER", "ISTEXT", "LEN", "MAX", "MIN", "ROWS", "SUM",
    }
)  # fmt: skip


def compares_texts_of_a_table(formula: str) -> bool:
    """Whether a formula hands the table of a PBR_ function to what may compare its texts.

    Args:
        formula: its text without the equals sign.
    """
    try:
        tree = formualizer.parse(f"={plain(formula)}")
    except formualizer.ParserError:
        return False
    return _open_to_comparison(tree)


def _open_to_comparison(node: formualizer.ASTNode) -> bool:
    """Whether beneath a node something works on texts of a table that reach it."""
    if any(map(_open_to_comparison, node.children())):
        return True
    name = _name(node)
    if name in _HAND_ON | _COUNT or name.startswith("PBR_"):
        return False
    return bool(name or node.node_type() in ("BinaryOp", "UnaryOp")) and any(
        map(_gives_a_table, node.children())
    )


def _gives_a_table(node: formualizer.ASTNode) -> bool:
    name = _name(node)
    if name in _TABLE_FUNCTIONS:
        return True
    if name == "INDEX" and len(node.children()) == 3 and all(map(_counts, node.children()[1:])):
        # A single cell is a text of its own again.
        return False
    return name in _HAND_ON and any(map(_gives_a_table, node.children()))


def _counts(node: formualizer.ASTNode) -> bool:
    """Whether a node is a number that is written out and not 0."""
    value = node.get_literal_value() if node.node_type() == "Literal" else None
    return isinstance(value, int | float) and value > 0


def _name(node: formualizer.ASTNode) -> str:
    return (node.get_function_name() or "").upper().removeprefix("_XLFN.")
