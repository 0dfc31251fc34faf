"""The matrix of the hosts: every function with every kind of input, and what must come of it.

Each host's tests run ``cases()`` through that host, handing the cells over as the host really
does (a date cell as its serial, a blank cell as the host's blank), and compare
``sheet_form(what came back)`` with ``expected(case)``: equal, cell for cell, to the penny.

The cases are those of ``xlpbr acceptance``: workbook/acceptance says what a good call is
(``good_calls``), what is made of it (``host_cases``) and what a host gives otherwise
(``differences``). A test proves that each difference is so.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from xlpbr.workbook.acceptance.differences import DIFFERENCES, KEYS, SERIALS, Difference, differs
from xlpbr.workbook.acceptance.good_calls import (
    ASSUMPTIONS,
    BESIDE,
    CALLS,
    CARERS,
    CLAIMS,
    COLUMNS,
    PLACEMENTS,
    TERMS,
)
from xlpbr.workbook.acceptance.host_cases import (
    BLANK_CELL,
    DATE_FOR_A_NUMBER,
    EMPTY_TEXT,
    ERROR_IN_A_RANGE,
    KINDS,
    LEFT_OUT,
    LEFT_OUT_BETWEEN,
    MARKS,
    NUMBER_TEXT_OF_DATE,
    TRUTH_VALUE,
    Case,
    cases,
    expected,
    sheet_form,
)

__all__ = [
    "ASSUMPTIONS",
    "BESIDE",
    "BLANK_CELL",
    "CALLS",
    "CARERS",
    "CLAIMS",
    "COLUMNS",
    "DATE_FOR_A_NUMBER",
    "DIFFERENCES",
    "EMPTY_TEXT",
    "ERROR_IN_A_RANGE",
    "KEYS",
    "KINDS",
    "LEFT_OUT",
    "LEFT_OUT_BETWEEN",
    "MARKS",
    "NUMBER_TEXT_OF_DATE",
    "PLACEMENTS",
    "SERIALS",
    "TERMS",
    "TRUTH_VALUE",
    "Case",
    "Difference",
    "cases",
    "differs",
    "duplicates",
    "expected",
    "problems",
    "sheet_form",
]


def problems(host: str, run: Callable[[Case], Any]) -> list[str]:
    """What is wrong with a host: cases that differ from the core and are not said to.

    A difference that no case shows any more is wrong too: what is said of a host must be true.

    Args:
        host: the name of the host.
        run: what the host gives for a case, as ``sheet_form`` takes it; an error is returned.
    """
    wrong = []
    shown: set[str] = set()
    for case in cases():
        got, wanted = sheet_form(run(case)), expected(case)
        if got == wanted:
            continue
        known = differs(host, case)
        if known is None:
            wrong.append(f"{case.name} ({case.kind}): got {got!r}, expected {wanted!r}")
        else:
            shown.add(known.cases)
    for known in DIFFERENCES[host]:
        if known.cases not in shown:
            wrong.append(f"{host} differs no more in: {known.cases}")
    return wrong


def duplicates() -> list[str]:
    """The names that stand for more than one case: none."""
    names = sorted(case.name for case in cases())
    return [one for one, other in pairwise(names) if one == other]
