"""One workbook of the corpus: how it is made and what is expected of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from tests.support.corpus.parts import Parts, base_parts, write_zip


@dataclass(frozen=True, slots=True)
class Entry:
    """One workbook of the corpus.

    Attributes:
        name: the name of its file.
        make: writes it to a path.
        features: what it has, in a few words each.
        refused_code: the code of the problem with which it is refused unread; None where it
            is accepted.
        allow: the codes of edits that must be allowed by the person: ``signed``,
            ``locked-structure``, ``protected-sheet``.
        needs_libreoffice: whether LibreOffice makes it.
        not_valid: why the Open XML validator finds fault with it as it is; empty where it
            finds none.
        not_in_libreoffice: why LibreOffice cannot open it; empty where it can.
        slow: whether it is large, so that the tests of every day leave it out.
    """

    name: str
    make: Callable[[Path], object]
    features: tuple[str, ...]
    refused_code: str | None = None
    allow: frozenset[str] = frozenset()
    needs_libreoffice: bool = False
    not_valid: str = ""
    not_in_libreoffice: str = ""
    slow: bool = False


def made_of_parts(
    name: str,
    change: Callable[[Parts], object],
    *features: str,
    allow: Collection[str] = (),
    not_valid: str = "",
    not_in_libreoffice: str = "",
    **form: bool | bytes,
) -> Entry:
    """A workbook made from the small budget by changing its parts; ``form`` is its zip's."""

    def make(path: Path) -> None:
        parts = base_parts()
        change(parts)
        write_zip(path, parts, **form)  # type: ignore[arg-type]

    return Entry(
        name,
        make,
        features,
        allow=frozenset(allow),
        not_valid=not_valid,
        not_in_libreoffice=not_in_libreoffice,
    )
