"""Where in a formula one value is asked for and many are given.

Excel works such a formula out value by value where it is an array formula, and else takes one
value of the many. The embedded engine works out value by value what ``LIFTED_BY_ENGINE`` names.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import formualizer

from xlpbr.functions import FUNCTIONS
from xlpbr.workbook.calculate.formula_reads import (
    MOST_NAMES_IN_NAMES,
    Place,
    meaning_of,
    written_area,
)
from xlpbr.workbook.calculate.table_references import table_cells
from xlpbr.workbook.ooxml.addresses import Area, split_sheet
from xlpbr.workbook.ooxml.book import Book

Shape = Literal["one", "constant", "cells", "array", "lifted"]
"""What a part of a formula gives: one value; the values written in braces; many cells; many values
that a function gives; many that were worked out one by one from such."""

OPERATORS = "operators"
"""The word for +, -, & and their like among the functions."""

OF_ARGUMENT = frozenset({"IF", "IFERROR", "IFNA"})
LIFTED_BY_ENGINE = OF_ARGUMENT | {OPERATORS}
"""What the embedded engine works out value by value, as Excel does; of all else it takes one."""

_ALL = range(255)
_WHOLE: dict[str, Iterable[int]] = {
    **dict.fromkeys(
        (
            "AND", "AREAS", "ARRAYTOTEXT", "AVEDEV", "AVERAGE", "AVERAGEA", "CHISQ.TEST", "CHITEST",
            "COLUMNS", "CONCAT", "CORREL", "COUNT", "COUNTA", "COUNTBLANK", "COVAR",
            "COVARIANCE.P", "COVARIANCE.S", "DAVERAGE", "DCOUNT", "DCOUNTA", "DEVSQ", "DGET",
            "DMAX", "DMIN", "DPRODUCT", "DSTDEV", "DSTDEVP", "DSUM", "DVAR", "DVARP", "F.TEST",
            "FREQUENCY", "FTEST", "GCD", "GEOMEAN", "GROWTH", "HARMEAN", "HSTACK", "INTERCEPT",
            "IRR", "ISREF", "KURT", "LCM", "LINEST", "LOGEST", "MAX", "MAXA", "MDETERM", "MEDIAN",
            "MIN", "MINA", "MINVERSE", "MIRR", "MMULT", "MODE", "MODE.MULT", "MODE.SNGL",
            "MULTINOMIAL", "N", "NPV", "OR", "PEARSON", "PROB", "PRODUCT", "ROWS", "RSQ",
            "SHEET", "SHEETS", "SKEW", "SKEW.P", "SLOPE", "STDEV", "STDEV.P", "STDEV.S", "STDEVA",
            "STDEVP", "STDEVPA", "STEYX", "SUM", "SUMPRODUCT", "SUMSQ", "SUMX2MY2", "SUMX2PY2",
            "SUMXMY2", "T", "TRANSPOSE", "TREND", "TYPE", "VAR", "VAR.P", "VAR.S", "VARA", "VARP",
            "VARPA", "VSTACK", "XIRR", "XNPV", "XOR",
        ),
        _ALL,
    ),
    "COUNTIFS": range(0, 255, 2),
    **dict.fromkeys(("AVERAGEIFS", "MAXIFS", "MINIFS", "SUMIFS"), (0, *range(1, 255, 2))),
    **dict.fromkeys(("AVERAGEIF", "SUMIF"), (0, 2)),
    **dict.fromkeys(
        (
            "COUNTIF", "INDEX", "LARGE", "OFFSET", "PERCENTILE", "PERCENTILE.EXC", "PERCENTILE.INC",
            "PERCENTRANK", "PERCENTRANK.EXC", "PERCENTRANK.INC", "QUARTILE", "QUARTILE.EXC",
            "QUARTILE.INC", "SMALL", "TRIMMEAN", "WRAPCOLS", "WRAPROWS", "Z.TEST", "ZTEST",
        ),
        (0,),
    ),
    **dict.fromkeys(("CHOOSECOLS", "CHOOSEROWS", "DROP", "EXPAND", "FILTER", "SORT", "SORTBY",
                     "TAKE", "TEXTSPLIT", "TOCOL", "TOROW", "TRIMRANGE", "UNIQUE"), _ALL),
    **dict.fromkeys(
        ("FVSCHEDULE", "HLOOKUP", "MATCH", "RANK", "RANK.AVG", "RANK.EQ", "VLOOKUP", "XMATCH"),
        (1,),
    ),
    **dict.fromkeys(
        ("FORECAST", "FORECAST.LINEAR", "GETPIVOTDATA", "LOOKUP", "XLOOKUP"), (1, 2)
    ),
    **dict.fromkeys(("T.TEST", "TTEST"), (0, 1)),
    "CELL": (1,),
    "SUBTOTAL": range(1, 255),
    "AGGREGATE": range(2, 255),
    "SERIESSUM": (3,),
    **dict.fromkeys(("NETWORKDAYS", "WORKDAY"), (2,)),
    **dict.fromkeys(("NETWORKDAYS.INTL", "WORKDAY.INTL"), (3,)),
    "TEXTJOIN": _ALL,
}  # fmt: skip
"""The arguments that a function takes as all the cells that they are, by number from 0."""

_BY_THEMSELVES: dict[str, Iterable[int]] = {
    **dict.fromkeys(
        (
            "CORREL", "COVAR", "INTERCEPT", "LOOKUP", "MDETERM", "MINVERSE", "MMULT", "PEARSON",
            "RSQ", "SLOPE", "STEYX", "SUMPRODUCT", "SUMX2MY2", "SUMX2PY2", "SUMXMY2",
        ),
        _ALL,
    ),
    "INDEX": (0,),
    "AGGREGATE": range(2, 255),
}  # fmt: skip
"""The arguments in which Excel works value by value, also where the formula is no array formula."""

_GIVE_ARRAYS = frozenset(
    {
        "CHOOSECOLS", "CHOOSEROWS", "DROP", "EXPAND", "FILTER", "FREQUENCY", "GROWTH", "HSTACK",
        "LINEST", "LOGEST", "MINVERSE", "MMULT", "MODE.MULT", "MUNIT", "RANDARRAY", "SEQUENCE",
        "SORT", "SORTBY", "TAKE", "TEXTSPLIT", "TOCOL", "TOROW", "TRANSPOSE", "TREND", "TRIMRANGE",
        "UNIQUE", "VSTACK", "WRAPCOLS", "WRAPROWS",
    }
)  # fmt: skip
_NUMBERS_OF_CELLS = frozenset({"ROW", "COLUMN"})
_CHOOSING = {"IF": 1, "CHOOSE": 1, "IFS": 0, "SWITCH": 1}
"""Functions that hand on one of their arguments as it is, and where these start."""
_TABLES = frozenset(
    name
    for name, function in FUNCTIONS.items()
    if typing.get_origin(typing.get_type_hints(function.call)["return"]) is list
)
_PREFIXES = ("_XLFN.", "_XLWS.", "_XLDUDF_")
_OF_ONE_ROW = ("#this row", "@", "#totals", "#headers")


@dataclass(slots=True)
class Arrays:
    """The arrays that arise in a formula.

    Attributes:
        lifted: the functions that take one value and are given many; ``OPERATORS`` for signs.
        may_arise: whether many values arise anywhere in the formula, or it gives many.
        one_of_many: whether Excel would take one of many values in it, were it no array formula.
    """

    lifted: set[str] = field(default_factory=set)
    may_arise: bool = False
    one_of_many: bool = False


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known around a part of a formula.

    Attributes:
        book: the workbook.
        place: where the formula stands.
        names: what the parameters of LET and LAMBDA give, in capitals.
        by_itself: whether Excel works value by value there without an array formula.
        depth: how many names stand for one another by now.
    """

    book: Book | None
    place: Place
    names: Mapping[str, Shape] = field(default_factory=dict)
    by_itself: bool = False
    depth: int = 0


def arrays_in(book: Book | None, place: Place, formula: str) -> Arrays:
    """The arrays that arise in a formula; none in one that cannot be read.

    Args:
        book: the workbook; None where it is not known yet, so that names may stand for anything.
        place: where the formula stands.
        formula: its text as stored, without the equals sign.
    """
    found = Arrays()
    try:
        tree = formualizer.parse(f"={formula}")
    except Exception:
        return found
    shape = _shape(tree, _Around(book, place), found)
    found.may_arise |= shape != "one"
    # Of a spill of its own a plain formula takes the first value; of cells that in its row.
    found.one_of_many |= shape == "cells"
    return found


def _shape(node: formualizer.ASTNode, around: _Around, found: Arrays) -> Shape:
    children = node.children()
    kind, sign = node.node_type(), node.get_operator()
    if kind == "Array":
        return _arises("constant", found) if len(children) > 1 else "one"
    if kind == "Reference":
        return _of_reference(node, around, found)
    if kind == "Function":
        return _of_function(_name(node), children, around, found)
    if kind == "Call":
        # What a LAMBDA gives is not looked into.
        found.lifted.add("LAMBDA")
        for child in children:
            _shape(child, around, found)
        return _arises("array", found)
    if sign == "@":
        _shape(children[0], around, found)
        return "one"
    if sign == "#" or (kind == "BinaryOp" and sign in (":", ",", " ")):
        return _arises("cells", found)
    if kind in ("BinaryOp", "UnaryOp"):
        return _lifted(
            OPERATORS, [_shape(child, around, found) for child in children], around, found
        )
    return "one"


def _arises(shape: Shape, found: Arrays) -> Shape:
    found.may_arise |= shape not in ("one", "cells")
    return shape


def _lifted(name: str, given: list[Shape], around: _Around, found: Arrays) -> Shape:
    """What comes of one value being asked for, where so much is given."""
    several = {shape for shape in given if shape != "one"}
    if not several:
        return "one"
    found.may_arise = True
    found.lifted.add(name)
    if several == {"constant"}:
        return "constant"
    if around.by_itself:
        return "array"
    if "cells" in several:
        found.one_of_many = True
    return "lifted"


def _of_function(
    name: str, children: list[formualizer.ASTNode], around: _Around, found: Arrays
) -> Shape:
    if name == "SINGLE":
        for child in children:
            _shape(child, around, found)
        return "one"
    if name == "ANCHORARRAY":
        return _arises("cells", found)
    if name in ("LET", "LAMBDA"):
        return _of_parameters(name, children, around, found)
    if name in _CHOOSING or name in OF_ARGUMENT:
        return _of_choice(name, children, around, found)
    whole = _ALL if name in FUNCTIONS else _WHOLE.get(name, ())
    by_itself = _BY_THEMSELVES.get(name, ())
    given: list[Shape] = []
    one_by_one: list[Shape] = []
    for number, child in enumerate(children):
        here = _with(around, by_itself=around.by_itself or number in by_itself)
        shape = _shape(child, here, found)
        given.append(shape)
        if number not in whole and not (name in _NUMBERS_OF_CELLS and shape == "cells"):
            one_by_one.append(shape)
        elif shape == "lifted":
            # As no array formula it would have been handed the first of the values.
            found.one_of_many = True
    of_lifting = _lifted(name, one_by_one, around, found)
    if name in FUNCTIONS:
        return _arises("array", found) if _gives_many(name, given) else "one"
    if name in _GIVE_ARRAYS:
        return _arises("array", found)
    if name in _NUMBERS_OF_CELLS and "cells" in given:
        found.lifted.add(name)
        return _arises("array", found)
    if of_lifting == "one" and _gives_cells(name, children, given):
        return "cells"
    return of_lifting


def _of_choice(
    name: str, children: list[formualizer.ASTNode], around: _Around, found: Arrays
) -> Shape:
    """What IF and its like give: what they choose from, once for each condition."""
    inner = _with(around, by_itself=False)
    shapes = [_shape(child, inner, found) for child in children]
    if name not in _CHOOSING:
        return _lifted(name, shapes, inner, found)
    first = _CHOOSING[name]
    # IFS takes conditions and values by turns, SWITCH what is compared and values.
    step = 2 if name in ("IFS", "SWITCH") else 1
    asked = shapes[:first] + (shapes[first::2] if step == 2 else [])
    lifted = _lifted(name, asked, inner, found)
    chosen = [shape for shape in shapes[first:] if shape != "one"]
    if lifted != "one":
        return _lifted(name, [lifted, *chosen], inner, found)
    return chosen[0] if chosen else "one"


def _of_parameters(
    name: str, children: list[formualizer.ASTNode], around: _Around, found: Arrays
) -> Shape:
    names = dict(around.names)
    if name == "LAMBDA":
        found.lifted.add(name)
        names |= {_parameter(child): "array" for child in children[:-1]}
    else:
        for parameter, value in zip(children[:-1:2], children[1:-1:2], strict=False):
            names[_parameter(parameter)] = _shape(value, _with(around, names=names), found)
    shape = _shape(children[-1], _with(around, names=names), found) if children else "one"
    return _arises("array", found) if name == "LAMBDA" else shape


def _parameter(node: formualizer.ASTNode) -> str:
    return (node.get_reference_string() or "").upper().removeprefix("_XLPM.")


def _of_reference(node: formualizer.ASTNode, around: _Around, found: Arrays) -> Shape:
    reference = node.get_reference()
    written = node.get_reference_string() or ""
    if isinstance(reference, formualizer.NamedRangeRef):
        known = around.names.get(written.upper().removeprefix("_XLPM."))
        return known or _of_name(written, around, found)
    if isinstance(reference, formualizer.CellRef):
        return "one"
    if isinstance(reference, formualizer.TableRef):
        return "one" if _is_one_cell_of_a_table(written, around) else "cells"
    sheet, address = split_sheet(written)
    area = written_area(address)
    several_sheets = ":" in (sheet or "")
    return "one" if area is not None and area[:2] == area[2:] and not several_sheets else "cells"


def _of_name(written: str, around: _Around, found: Arrays) -> Shape:
    if around.book is None:
        return "cells"
    meaning = meaning_of(around.book, around.place[0], written)
    if not meaning or around.depth >= MOST_NAMES_IN_NAMES:
        return "one"
    try:
        tree = formualizer.parse(f"={meaning.removeprefix('=')}")
    except Exception:
        return "one"
    # Excel works the formula of a name out as an array formula.
    inside = Arrays()
    shape = _shape(tree, _Around(around.book, around.place, depth=around.depth + 1), inside)
    found.lifted |= inside.lifted
    found.may_arise |= inside.may_arise
    return "array" if shape == "lifted" else shape


def _is_one_cell_of_a_table(written: str, around: _Around) -> bool:
    if not any(word in written.casefold() for word in _OF_ONE_ROW):
        return False
    if around.book is None:
        return False
    cells = table_cells(around.book, around.place, written)
    return cells is not None and cells[1][:2] == cells[1][2:]


def _gives_many(name: str, given: list[Shape]) -> bool:
    """Whether one of xlpbr's functions gives several values for what it is given."""
    if name in _TABLES:
        return True
    if typing.get_type_hints(FUNCTIONS[name].call)["return"] is not typing.Any:
        return False
    shapes = [argument.declared.shape for argument in FUNCTIONS[name].arguments]
    spread = "cells" if "cells" in shapes else "column"
    return any(
        shape != "one" and of_argument == spread
        for shape, of_argument in zip(given, shapes, strict=False)
    )


def _gives_cells(name: str, children: list[formualizer.ASTNode], given: list[Shape]) -> bool:
    """Whether a function that gives cells gives several, as far as can be told."""
    if name == "INDEX" and children:
        area = _area(children[0])
        chosen = [_is_chosen(child) for child in children[1:3]]
        flat = area is not None and (area[0] == area[2] or area[1] == area[3])
        return not all(chosen) or (len(chosen) == 1 and area is not None and not flat)
    if name == "OFFSET" and children:
        sizes = [child for child in children[3:5] if child.node_type() != "Omitted"]
        return given[0] != "one" if not sizes else not all(map(_is_1, sizes))
    if name == "INDIRECT":
        text = children[0].get_literal_value() if children else None
        return not isinstance(text, str) or ":" in text
    if name == "XLOOKUP" and len(children) > 2:
        area = _area(children[2])
        return area is not None and area[0] != area[2] and area[1] != area[3]
    return False


def _area(node: formualizer.ASTNode) -> Area | None:
    return written_area(split_sheet(node.get_reference_string() or "")[1])


def _is_chosen(node: formualizer.ASTNode) -> bool:
    """Whether a row or a column is named: none and 0 stand for all."""
    if node.node_type() == "Omitted":
        return False
    return node.node_type() != "Literal" or node.get_literal_value() != 0


def _is_1(node: formualizer.ASTNode) -> bool:
    return node.node_type() == "Literal" and node.get_literal_value() == 1


def _with(
    around: _Around, *, names: Mapping[str, Shape] | None = None, by_itself: bool | None = None
) -> _Around:
    return _Around(
        around.book,
        around.place,
        around.names if names is None else names,
        around.by_itself if by_itself is None else by_itself,
        around.depth,
    )


def _name(node: formualizer.ASTNode) -> str:
    name = (node.get_function_name() or "").upper()
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name
