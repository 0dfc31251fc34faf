"""How a workbook stores the name of a PBR_ function for each host, and calls rewritten for one.

Works on the bytes of a part and on the text of a formula.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.calc.functions import full_name
from xlpbr.udfs.hosts import STORED_PREFIXES
from xlpbr.workbook.ooxml.sheet.formula_texts import formulas, splices_in
from xlpbr.workbook.ooxml.sheet.function_names import new_names, renamed_functions, renamings
from xlpbr.workbook.ooxml.xml.splice import Splice

READ_PREFIXES = (*STORED_PREFIXES, "[0]!", "_xll.", full_name(""))
"""Everything that is read before a function's name: what the hosts store, and that of the
workbook's own macros, of an XLL, and of a LibreOffice that knows no shorter name."""

_PLAIN = {prefix + name: name for name in FUNCTIONS for prefix in READ_PREFIXES}
_PLAIN_NAMES = new_names(_PLAIN)
_MARK = b"pbr_"


def plain(formula: str) -> str:
    """A formula with every PBR_ function called by its plain name in capitals."""
    return renamed_functions(formula, _PLAIN_NAMES)


def calls(formula: str) -> list[str]:
    """The plain names of the PBR_ functions that a formula calls, in their order."""
    return [name for _, _, name in renamings(formula, _PLAIN_NAMES)]


def in_host_form(formula: str, prefix: str) -> str:
    """A formula with every PBR_ function called as a host stores it, its letters kept."""
    pieces = []
    place = 0
    for start, end, name in renamings(formula, _PLAIN_NAMES):
        pieces += [formula[place:start], prefix, formula[end - len(name) : end]]
        place = end
    return "".join([*pieces, formula[place:]])


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The calls of PBR_ functions in a part.

    Attributes:
        calls: how many there are.
        splices: those that are stored otherwise than for the host, as pieces to put in.
    """

    calls: int
    splices: tuple[Splice, ...]


def rewritten(chunks: Iterable[bytes], prefix: str) -> Rewritten:
    """The calls of a part, written as a host stores them.

    The letters of a name stay as they are written, capital or small, so that going there and
    back gives the same bytes.

    Args:
        chunks: the part in UTF-8, in pieces; it must be well-formed.
        prefix: what the host stores before a function's name.

    Raises:
        ValueError: a formula or a comment is longer than 16 MiB.
    """
    names = new_names({read + name: prefix + name for name in FUNCTIONS for read in READ_PREFIXES})
    calls = 0
    splices = []
    for place, raw in formulas(chunks):
        if _MARK not in raw.lower():
            continue
        for start, end, found in splices_in(place, raw, names):
            calls += 1
            old = raw[start - place : end - place]
            letters = old[len(prefix) - len(found) :]
            same = letters.lower() == found[len(prefix) :].lower()
            new = prefix.encode() + letters if same else found
            if new != old:
                splices.append((start, end, new))
    return Rewritten(calls, tuple(splices))
