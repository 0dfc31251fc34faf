"""The words of a formula: which functions it calls and which references it writes.

They are found once for each text and kept, as several parts of a recalculation ask for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import formualizer

_KEPT = 65_536

_SIGNS = frozenset({"_XLFN.SINGLE", "_XLFN.ANCHORARRAY"})
"""What stands for a sign, ``@`` or ``#``, is no function."""


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in a formula, from left to right.

    Attributes:
        functions: the names of the functions that it calls, as they are written.
        references: addresses, names and references to tables, as they are written.
    """

    functions: tuple[str, ...]
    references: tuple[str, ...]


@lru_cache(maxsize=_KEPT)
def words_of(formula: str) -> Words | None:
    """The words of a formula without its equals sign; None where it cannot be read."""
    try:
        formualizer.parse(f"={formula}")
        tokens = formualizer.tokenize(f"={formula}")
    except Exception:
        return None
    functions = []
    references = []
    for token in filter(None, tokens):
        subtype = token.subtype
        if subtype == formualizer.TokenSubType.Range:
            references.append(token.value)
        elif (
            subtype == formualizer.TokenSubType.Open
            and token.token_type == formualizer.TokenType.Func
        ):
            functions.append(token.value.removesuffix("("))
    return Words(tuple(functions), tuple(references))


def functions_in(formula: str) -> tuple[str, ...]:
    """The names of the functions that a formula calls; none where it cannot be read."""
    words = words_of(formula)
    if words is None:
        return ()
    return tuple(name for name in words.functions if name.upper() not in _SIGNS)


@lru_cache(maxsize=_KEPT)
def kind_of(reference: str) -> type | None:
    """What a reference is to the engine's reader, such as ``NamedRangeRef``; None for none."""
    found = formualizer.parse(f"={reference}").get_reference()
    return None if found is None else type(found)
