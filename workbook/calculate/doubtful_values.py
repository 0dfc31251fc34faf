"""Figures of which the embedded engine makes another value than Excel, though not of others.

That a formula gives the value that the workbook shows proves it for the figures of then. With those
of now it may come to what the two work out otherwise: the sixteenth digit, a date written as a
text, a section of a number format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import formualizer

from xlpbr.workbook.ooxml.book import CellValue

_COMPARISONS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_ARITHMETIC = frozenset({"+", "-", "*", "/", "^"})
_STEPS = frozenset({"CEILING", "CEILING.MATH", "FLOOR", "FLOOR.MATH", "INT", "MOD"})
_GIVE_TEXT = frozenset(
    {
        "CONCAT", "CONCATENATE", "LEFT", "LOWER", "MID", "PROPER", "REPLACE", "RIGHT", "SUBSTITUTE",
        "TEXT", "TEXTJOIN", "TRIM", "UPPER",
    }
)  # fmt: skip
_TAKE_TEXT = frozenset(
    {
        "CONCAT", "CONCATENATE", "EXACT", "FIND", "LEFT", "LEN", "LOWER", "MID", "PROPER",
        "REPLACE", "REPT", "RIGHT", "SEARCH", "SUBSTITUTE", "TEXTJOIN", "TRIM", "UPPER", "VALUE",
    }
)  # fmt: skip
_CRITERIA = {
    **dict.fromkeys(("AVERAGEIF", "COUNTIF", "SUMIF"), range(1, 2)),
    "COUNTIFS": range(1, 255, 2),
    **dict.fromkeys(("AVERAGEIFS", "MAXIFS", "MINIFS", "SUMIFS"), range(2, 255, 2)),
}
"""The arguments of functions that hold a criterion, by number from 0."""

_DIGITS = 1e-14
"""Two numbers that differ by less than this, as a share, may be one to Excel's 15 digits."""
_DATE = re.compile(
    r"\s*(?:[<>=]{1,2})?\s*\d{1,2}\s*(?:[/.-]\s*\d{1,2}\s*[/.-]|[ -]?[a-z]{3,9}[ -])\s*\d{2,4}\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"\s*[(-]?\s*£?\s*\d[\d,]*(?:\.\d+)?\s*[)-]?\s*%?\s*")
_PLAIN_NUMBER = re.compile(r"\s*[+-]?\d+(?:\.\d+)?%?\s*")
_MARKS = ("*/*/*", "*£*", "*,*", "(*)", "*-")
"""What texts have in them that Excel reads as numbers; the engine takes them otherwise or not."""

_LITERAL = re.compile(r'"[^"]*"|\\.')
_COLOUR = re.compile(r"\[(?:black|blue|cyan|green|magenta|red|white|yellow)\]", re.IGNORECASE)
_PLAIN_FORMAT = re.compile(r"[£$€+( -]*[#0,]*[#0](\.[#0]+)?,*\s*(%?)[) -]*")
_DATE_FORMAT = re.compile(
    r"(?:\[\$-(?:809|en-GB)\])?(?:[dmyhs/:., -]|\[(?:h+|m+|s+)\]|AM/PM)*[dmyhs]"
    r"(?:[dmyhs/:., -]|AM/PM)*",
    re.IGNORECASE,
)

_BEYOND = "it compares figures that differ only beyond the 15 digits that Excel goes by"
_AT_A_STEP = "it uses {}, and the figure stands at a step where Excel may round the other way"
_LONG = "it makes a text of a number with more than the 15 digits that Excel writes"
_READ_TEXT = "it works with a date or an amount that is a text, which Excel reads as a number"
_TEXT_DATE = "its criterion is a date that is a text, which Excel reads in the British order"
_FORMAT = "it uses TEXT with a format that Excel may show otherwise for this figure"
_POWER = "it raises 0 to the power of 0, which Excel refuses"
_TINY = "its figure is so small beside those it is the difference of that Excel may show 0"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in a formula that Excel may work out otherwise, for some figures.

    Attributes:
        probes: formulas without the equals sign; what they give tells whether it does.
        applies: whether it does, from the values of the probes.
        reason: what is then said of the formula.
    """

    probes: tuple[str, ...]
    applies: Callable[[Sequence[CellValue]], bool]
    reason: str


def is_a_date(value: CellValue) -> bool:
    """Whether a value is a date that is a text, such as 01/04/2026 or 1 Apr 2026."""
    return isinstance(value, str) and _DATE.match(value) is not None


def read_by_excel(value: CellValue) -> bool:
    """Whether Excel reads a text as a number, which the engine takes otherwise or refuses."""
    if not isinstance(value, str) or _PLAIN_NUMBER.fullmatch(value):
        return False
    return is_a_date(value) or _AMOUNT.fullmatch(value) is not None


def doubts(formula: str, shown: CellValue, *, texts: bool) -> list[Doubt]:
    """What in a formula depends on figures in a way that the engine and Excel do not share.

    Args:
        formula: the formula as the engine takes it.
        shown: what it shows now.
        texts: whether any cell that it may read holds a text that Excel reads as a number.
    """
    try:
        tree = formualizer.parse(f"={formula}")
    except formualizer.ParserError:
        return []
    return [*_of_a_difference(tree, shown), *_within(tree, texts)]


def _within(node: formualizer.ASTNode, texts: bool) -> Iterator[Doubt]:
    inner = node.children()
    sign = node.get_operator() if node.node_type() == "BinaryOp" else None
    if sign in _COMPARISONS:
        yield from _of_a_comparison(*inner)
    elif sign == "&":
        yield from _of_long_numbers(inner)
    elif sign in _ARITHMETIC:
        yield from _of_read_texts(inner, texts)
        if sign == "^":
            yield from _of_a_power(*inner)
    elif node.node_type() == "Function":
        yield from _of_a_call(_called(node), inner, texts)
    for number, one in enumerate(inner):
        found = _within(one, texts)
        yield from _with_names(inner[:number], found) if _called(node) == "LET" else found


def _with_names(before: list[formualizer.ASTNode], found: Iterator[Doubt]) -> Iterator[Doubt]:
    """What is asked about a part of a LET, with the names that stand before that part."""
    named = before[: len(before) // 2 * 2]
    for doubt in found:
        probes = doubt.probes
        if named:
            names = ",".join(map(_text, named))
            probes = tuple(f"LET({names},{probe})" for probe in probes)
        yield replace(doubt, probes=probes)


def _of_a_call(name: str, inner: list[formualizer.ASTNode], texts: bool) -> Iterator[Doubt]:
    if name == "SWITCH":
        for case in inner[1::2]:
            yield from _of_a_comparison(inner[0], case)
    elif name in _STEPS and inner:
        yield Doubt(
            tuple(map(_text, inner[:2])), _stands_at_a_step, _AT_A_STEP.format(name)
        )  # fmt: skip
    elif name == "POWER" and len(inner) == 2:
        yield from _of_a_power(*inner)
    elif name == "TEXT" and len(inner) == 2:
        yield from _of_read_texts(inner[:1], texts)
        yield Doubt(tuple(map(_text, inner)), _is_shown_otherwise, _FORMAT)
    elif name in _TAKE_TEXT:
        yield from _of_long_numbers(inner)
        if name == "VALUE":
            yield from _of_read_texts(inner, texts)
    for number in _CRITERIA.get(name, ()):
        if number >= len(inner):
            break
        yield from _of_a_criterion(inner[number])


def _of_a_criterion(node: formualizer.ASTNode) -> Iterator[Doubt]:
    if node.node_type() != "Literal" or is_a_date(node.get_literal_value()):
        yield Doubt((_text(node),), lambda found: is_a_date(found[0]), _TEXT_DATE)


def _of_a_comparison(one: formualizer.ASTNode, other: formualizer.ASTNode) -> Iterator[Doubt]:
    for node in (one, other):
        value = node.get_literal_value() if node.node_type() == "Literal" else None
        # A number beside 0 is not taken for 0, however small it is.
        if isinstance(value, str | bool) or value == 0:
            return
    left, right = f"({_text(one)})", f"({_text(other)})"
    far, near = f"({left}-{right})^2", f"({left}*1E-14)^2"
    # Signs and IF alone are worked out value by value where one side is many cells.
    yield Doubt(
        (f"SUM(IF(IFERROR(({far}>0)*({far}<={near}),0)>0,1,0))",),
        lambda found: _number(found[0]) > 0,
        _BEYOND,
    )


def _of_a_difference(node: formualizer.ASTNode, shown: CellValue) -> Iterator[Doubt]:
    if node.node_type() != "BinaryOp" or node.get_operator() not in ("+", "-"):
        return
    # Figures of money differ by a penny or by nothing.
    if not isinstance(shown, float) or not 0 < abs(shown) < 0.001:
        return
    yield Doubt(
        (_text(node.children()[0]),),
        lambda found: abs(shown) <= abs(_number(found[0])) * _DIGITS,
        _TINY,
    )


def _of_long_numbers(nodes: list[formualizer.ASTNode]) -> Iterator[Doubt]:
    for node in nodes:
        if node.node_type() != "Literal" and not _makes_a_text(node):
            yield Doubt((_text(node),), lambda found: _is_long(found[0]), _LONG)


def _of_read_texts(nodes: list[formualizer.ASTNode], texts: bool) -> Iterator[Doubt]:
    for node in nodes:
        text = _text(node)
        if _makes_a_text(node) or (texts and node.node_type() == "Function"):
            yield Doubt((text,), lambda found: read_by_excel(found[0]), _READ_TEXT)
        elif texts and node.node_type() == "Reference":
            # Many cells, perhaps; numbers have no marks and are passed over.
            probes = tuple(f'COUNTIF({text},"{marks}")' for marks in _MARKS)
            yield Doubt(probes, lambda found: any(map(_number, found)), _READ_TEXT)


def _makes_a_text(node: formualizer.ASTNode) -> bool:
    if node.node_type() == "Literal":
        return isinstance(node.get_literal_value(), str)
    if node.node_type() == "BinaryOp":
        return bool(node.get_operator() == "&")
    return _called(node) in _GIVE_TEXT


def _of_a_power(base: formualizer.ASTNode, exponent: formualizer.ASTNode) -> Iterator[Doubt]:
    if not any(
        node.node_type() == "Literal" and node.get_literal_value() for node in (base, exponent)
    ):
        yield Doubt(
            (_text(base), _text(exponent)), lambda found: list(found) == [0, 0], _POWER
        )  # fmt: skip


def _stands_at_a_step(found: Sequence[CellValue]) -> bool:
    """Whether a number lies at a whole number of steps but for its last digits.

    Args:
        found: the number and, where it is not 1, the step.
    """
    number, step = _number(found[0]), _number(found[1]) if len(found) > 1 else 1
    if step <= 0:
        return step < 0
    steps = number / step
    return steps != round(steps) and abs(steps - round(steps)) <= abs(steps) * _DIGITS


def _is_long(value: CellValue) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or value == 0:
        return False
    return (
        not 1e-4 <= abs(value) < 1e15 or float(format(value, ".15g")) != value
    )  # fmt: skip


def _is_shown_otherwise(found: Sequence[CellValue]) -> bool:
    """Whether a number format may show a value otherwise in Excel.

    Args:
        found: the value and the format.
    """
    value, number_format = found
    if value is None or not isinstance(number_format, str):
        return False
    if isinstance(value, bool):
        return True
    bare = _COLOUR.sub("", _LITERAL.sub("", number_format))
    sections = bare.split(";")
    if isinstance(value, str):
        return len(sections) > 3 or "@" in bare
    number = _number(value)
    if bare.casefold() == "general":
        return _is_long(number) or len(format(number, ".15g")) > 11
    if _DATE_FORMAT.fullmatch(bare):
        return False
    plain = [_PLAIN_FORMAT.fullmatch(section) for section in sections[:2] if section]
    if not all(plain) or not bare:
        return True
    shown = [abs(number) * 10 ** (len(one[1] or ".") - 1 + len(one[2]) * 2) for one in plain if one]
    # The engine knows no third section, nor the minus that Excel shows of what is rounded to 0.
    return (number < 0 and min(shown) < 0.5) or (number <= 0 and len(sections) > 2)


def _number(value: CellValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _called(node: formualizer.ASTNode) -> str:
    return (node.get_function_name() or "").upper().removeprefix("_XLFN.")


def _text(node: formualizer.ASTNode) -> str:
    return str(node.to_formula()).removeprefix("=")
