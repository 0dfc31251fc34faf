"""A formula as a person types it, and as a workbook stores it.

A workbook stores ``_xlfn.`` before functions that came after 2007, ``_xlpm.`` before the parameters
of LET and LAMBDA, ``@`` as ``_xlfn.SINGLE(...)`` and ``A1#`` as ``_xlfn.ANCHORARRAY(A1)``. Excel
shows ``#NAME?`` for a formula that is stored otherwise. Works on the text of one formula without
the equals sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from xlpbr.workbook.ooxml.sheet.function_names import WORDS

_NEWER = frozenset(
    {
        "ACOT", "ACOTH", "AGGREGATE", "ARABIC", "ARRAYTOTEXT", "BASE", "BETA.DIST",
        "BETA.INV", "BINOM.DIST", "BINOM.DIST.RANGE", "BINOM.INV", "BITAND", "BITLSHIFT",
        "BITOR", "BITRSHIFT", "BITXOR", "BYCOL", "BYROW", "CEILING.MATH", "CEILING.PRECISE",
        "CHISQ.DIST", "CHISQ.DIST.RT", "CHISQ.INV", "CHISQ.INV.RT", "CHISQ.TEST",
        "CHOOSECOLS", "CHOOSEROWS", "COMBINA", "CONCAT", "CONFIDENCE.NORM", "CONFIDENCE.T",
        "COT", "COTH", "COVARIANCE.P", "COVARIANCE.S", "CSC", "CSCH", "DAYS", "DECIMAL",
        "DETECTLANGUAGE", "DROP", "ERF.PRECISE", "ERFC.PRECISE", "EXPAND", "EXPON.DIST",
        "F.DIST", "F.DIST.RT", "F.INV", "F.INV.RT", "F.TEST", "FIELDVALUE", "FILTER",
        "FILTERXML", "FLOOR.MATH", "FLOOR.PRECISE", "FORECAST.ETS", "FORECAST.ETS.CONFINT",
        "FORECAST.ETS.SEASONALITY", "FORECAST.ETS.STAT", "FORECAST.LINEAR", "FORMULATEXT",
        "GAMMA", "GAMMA.DIST", "GAMMA.INV", "GAMMALN.PRECISE", "GAUSS", "GROUPBY", "HSTACK",
        "HYPGEOM.DIST", "IFNA", "IFS", "IMAGE", "IMCOSH", "IMCOT", "IMCSC", "IMCSCH",
        "IMSEC", "IMSECH", "IMSINH", "IMTAN", "ISFORMULA", "ISOMITTED", "ISOWEEKNUM",
        "LAMBDA", "LET", "LOGNORM.DIST", "LOGNORM.INV", "MAKEARRAY", "MAP", "MAXIFS",
        "MINIFS", "MODE.MULT", "MODE.SNGL", "MUNIT", "NEGBINOM.DIST", "NORM.DIST",
        "NORM.INV", "NORM.S.DIST", "NORM.S.INV", "NUMBERVALUE", "PDURATION",
        "PERCENTILE.EXC", "PERCENTILE.INC", "PERCENTOF", "PERCENTRANK.EXC",
        "PERCENTRANK.INC", "PERMUTATIONA", "PHI", "PIVOTBY", "POISSON.DIST", "QUARTILE.EXC",
        "QUARTILE.INC", "QUERYSTRING", "RANDARRAY", "RANK.AVG", "RANK.EQ", "REDUCE",
        "REGEXEXTRACT", "REGEXREPLACE", "REGEXTEST", "RRI", "SCAN", "SEC", "SECH",
        "SEQUENCE", "SHEET", "SHEETS", "SKEW.P", "SORT", "SORTBY", "STDEV.P", "STDEV.S",
        "STOCKHISTORY", "SWITCH", "T.DIST", "T.DIST.2T", "T.DIST.RT", "T.INV", "T.INV.2T",
        "T.TEST", "TAKE", "TEXTAFTER", "TEXTBEFORE", "TEXTJOIN", "TEXTSPLIT", "TOCOL",
        "TOROW", "TRANSLATE", "TRIMRANGE", "UNICHAR", "UNICODE", "UNIQUE", "VALUETOTEXT",
        "VAR.P", "VAR.S", "VSTACK", "WEBSERVICE", "WEIBULL.DIST", "WRAPCOLS", "WRAPROWS",
        "XLOOKUP", "XMATCH", "XOR", "Z.TEST",
    }
)  # fmt: skip
"""The functions that are stored with a prefix."""

_OF_WORKSHEETS = frozenset({"FILTER", "SORT"})
"""Those of them that are stored with a second one."""

_FUNCTION = re.compile(r"_xlfn\.(?:_xlws\.)?", re.IGNORECASE)
_PARAMETER = re.compile(r"_xlpm\.", re.IGNORECASE)
_SINGLE, _ANCHOR = "_xlfn.SINGLE", "_xlfn.ANCHORARRAY"
_PIECE = re.compile(rf"\s+|(?:[$!]*(?:{WORDS.pattern}))+|.", re.VERBOSE | re.DOTALL)
_CLOSING = {"(": ")", "{": "}"}


def stored_formula(typed: str) -> str:
    """A formula as a workbook stores it; one that is stored so already stays as it is.

    Args:
        typed: as Excel shows it, or partly as it is stored.

    Raises:
        ValueError: Excel stores it in a form that is not written here; the message says what.
    """
    pieces = _split(typed_formula(typed))
    _put_names(pieces, 0, len(pieces), frozenset())
    # From the end, so that what stands within is whole by then.
    for place in reversed(range(len(pieces))):
        if pieces[place] == "#":
            if not place or not _is_word(pieces[place - 1]):
                raise ValueError("# stands behind something that is no cell")
            pieces[place - 1] = f"{_ANCHOR}({pieces[place - 1]}"
            pieces[place] = ")"
        elif pieces[place] == "@":
            end = _end_of_operand(pieces, place + 1)
            if end is None:
                raise ValueError("@ stands before something that is no range and no function")
            pieces[place] = f"{_SINGLE}("
            pieces[end - 1] += ")"
    return "".join(pieces)


def typed_formula(stored: str) -> str:
    """A formula as Excel shows it and a person types it.

    Args:
        stored: as a workbook stores it.
    """
    if "_xl" not in stored.casefold():
        return stored
    pieces = _split(stored)
    for place in range(len(pieces)):
        if not _is_word(pieces[place]):
            continue
        called = place + 1 < len(pieces) and pieces[place + 1] == "("
        end = _closing(pieces, place + 1) if called else None
        if end is not None and pieces[place].upper() == _ANCHOR.upper():
            pieces[place] = pieces[place + 1] = ""
            pieces[end - 1] = "#"
        elif end is not None and pieces[place].upper() == _SINGLE.upper():
            pieces[place] = "@"
            # Filled in from the left, what stands within is still as it is stored.
            if _end_of_operand(pieces, place + 2) == end - 1:
                pieces[place + 1] = pieces[end - 1] = ""
        else:
            pieces[place] = _PARAMETER.sub("", _FUNCTION.sub("", pieces[place]))
    return "".join(pieces)


def _split(formula: str) -> list[str]:
    """The pieces of a formula: words and addresses, texts, spaces, and single signs."""
    return [match[0] for match in _PIECE.finditer(formula)]


def _is_word(piece: str) -> bool:
    return bool(piece) and (piece[0].isalnum() or piece[0] in "_\\$'[")


def _closing(pieces: list[str], opening: int) -> int | None:
    """The place after the bracket that closes one; None where none does."""
    depth = 0
    for place in range(opening, len(pieces)):
        if pieces[place] in _CLOSING:
            depth += 1
        elif pieces[place] in _CLOSING.values():
            depth -= 1
            if depth == 0:
                return place + 1
    return None


def _end_of_operand(pieces: list[str], start: int) -> int | None:
    """The place after what an @ stands before: a range, a call, or something in brackets."""
    place = start
    while place < len(pieces) and (not pieces[place] or pieces[place].isspace()):
        place += 1
    if place == len(pieces):
        return None
    called = place + 1 < len(pieces) and pieces[place + 1] == "("
    if _is_word(pieces[place]):
        end = _closing(pieces, place + 1) if called else place + 1
    elif pieces[place] in _CLOSING:
        end = _closing(pieces, place)
    else:
        return None
    if end is None or end == len(pieces):
        return end
    # The sign of a spill, written out or not yet.
    if pieces[end] == "#" or pieces[end - 1].startswith(f"{_ANCHOR}("):
        end += 1
    if end < len(pieces) and pieces[end] == ":":
        return _end_of_operand(pieces, end + 1)
    return end


def _put_names(pieces: list[str], start: int, end: int, known: frozenset[str]) -> None:
    """Put the prefixes of functions and parameters into the pieces from a start to an end.

    Args:
        pieces: the pieces of a formula, changed where they are.
        start: the first piece.
        end: the one behind the last.
        known: the parameters that are known there, in small letters.
    """
    place = start
    while place < end:
        piece = pieces[place]
        called = place + 1 < end and pieces[place + 1] == "("
        if piece.casefold() in known:
            pieces[place] = f"_xlpm.{piece}"
        elif called and piece.upper() in _NEWER:
            pieces[place] = f"{_prefix(piece.upper())}{piece.upper()}"
        if called and piece.upper() in ("LET", "LAMBDA"):
            closing = _closing(pieces, place + 1) or end
            _put_parameters(
                pieces, piece.upper(), list(_arguments(pieces, place + 1, closing)), known
            )
            place = closing
        else:
            place += 1


def _prefix(function: str) -> str:
    return "_xlfn._xlws." if function in _OF_WORKSHEETS else "_xlfn."


def _put_parameters(
    pieces: list[str], function: str, inner: list[tuple[int, int]], known: frozenset[str]
) -> None:
    """Put the prefixes into the arguments of a LET or a LAMBDA, which name their parameters."""
    named: frozenset[str] = frozenset()
    for number, (start, end) in enumerate(inner[:-1]):
        if function == "LET" and number % 2:
            _put_names(pieces, start, end, known)
            # What LET names is not known within its own value.
            known |= named
            continue
        name = "".join(pieces[start:end]).strip()
        if name.startswith("["):
            raise ValueError(f"{name} is a parameter of LAMBDA that may be left out")
        named = frozenset({name.casefold()})
        _put_names(pieces, start, end, named)
        known |= named if function == "LAMBDA" else frozenset()
    if inner:
        _put_names(pieces, *inner[-1], known)


def _arguments(pieces: list[str], opening: int, closing: int) -> Iterator[tuple[int, int]]:
    """The arguments of a call by their first piece and the one behind their last."""
    depth = 0
    commas = [opening]
    for place in range(opening, closing):
        if pieces[place] in _CLOSING:
            depth += 1
        elif pieces[place] in _CLOSING.values():
            depth -= 1
        elif pieces[place] == "," and depth == 1:
            commas.append(place)
    for before, after in pairwise([*commas, closing - 1]):
        yield before + 1, after
