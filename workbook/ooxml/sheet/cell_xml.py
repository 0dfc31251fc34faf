"""The XML of one cell: its value, its formula and its opening tag."""

from __future__ import annotations

import re
from collections.abc import Mapping

from xlpbr.errors import CellError
from xlpbr.workbook.ooxml.sheet.read import StoredValue
from xlpbr.workbook.ooxml.xml.escaping import escape, quoteattr

_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_FORMULAS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST_FORMULA = 8_192
"""The most characters that a formula of Excel has."""


def value_xml(prefix: bytes, value: StoredValue, *, inline: bool) -> tuple[str | None, bytes]:
    """The type attribute of a cell with a value, and the element of the value.

    Args:
        prefix: the prefix of the sheet's tags.
        value: as a cell holds it; None for nothing.
        inline: whether a text was typed in. Other texts are stored as the result of a
            formula, also in cells that a formula fills from another: so Excel stores them.
    """
    if value is None:
        return None, b""
    kind = None
    if isinstance(value, bool):
        kind, text = "b", str(int(value))
    elif isinstance(value, CellError):
        kind, text = "e", value.code
    elif isinstance(value, str):
        text = _UNSTORABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", value)
        if inline:
            return "inlineStr", _inline(prefix, text)
        kind = "str"
    elif isinstance(value, float):
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    else:
        raise TypeError(value)
    tag = prefix + b"v"
    return kind, b"<%b>%b</%b>" % (tag, escape(text).encode(), tag)


def formula_xml(prefix: bytes, formula: str, attributes: Mapping[str, str]) -> bytes:
    """The element of a formula.

    Raises:
        ValueError: no cell can hold the formula; the message says why.
    """
    if len(formula) > LONGEST_FORMULA:
        raise ValueError(f"it has {len(formula):,} characters; Excel takes {LONGEST_FORMULA:,}")
    if not formula or _NOT_IN_FORMULAS.search(formula):
        raise ValueError("it is empty or holds a sign that no formula can hold")
    text = escape(formula, {"\r": "&#13;"}).encode()
    tag = prefix + b"f"
    return b"<%b%b>%b</%b>" % (tag, attributes_xml(attributes), text, tag)


def attributes_xml(attributes: Mapping[str, str]) -> bytes:
    """Attributes as they stand in a tag, each with a space before."""
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items()).encode()


def _inline(prefix: bytes, text: str) -> bytes:
    # Without the mark, Excel takes spaces at the ends and line breaks away.
    keeps = text != text.strip() or "\n" in text or "  " in text
    mark = b' xml:space="preserve"' if keeps else b""
    return b"<%bis><%bt%b>%b</%bt></%bis>" % (
        prefix, prefix, mark, escape(text).encode(), prefix, prefix,
    )  # fmt: skip
