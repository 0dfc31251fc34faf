"""What a host gives otherwise than the functions themselves, and why: declared once, here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from xlpbr.workbook.acceptance.host_cases import (
    BLANK_CELL,
    DATE_FOR_A_NUMBER,
    ERROR_IN_A_RANGE,
    TRUTH_VALUE,
    Case,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a host gives otherwise than the core, with the reason, for the person at the sheet.

    Attributes:
        cases: which cases, in words.
        reason: why, and what is seen instead.
        applies: whether a case is one of them.
        as_serials: whether the host then gives exactly what comes of the days' numbers.
    """

    cases: str
    reason: str
    applies: Callable[[Case], bool]
    as_serials: bool = False


def marked(mark: str) -> Callable[[Case], bool]:
    """Whether a case holds what the mark says."""
    return lambda case: mark in case.marks


def _has_mixed_keys(case: Case) -> bool:
    """Whether the keys of two tables are dates and texts."""
    keys = [row[0] for table in case.arguments[:2] if isinstance(table, list) for row in table]
    return any(isinstance(key, dt.date) for key in keys) and any(
        isinstance(key, str) and key.startswith("INV-") for key in keys
    )


SERIALS = Difference(
    DATE_FOR_A_NUMBER,
    "The host hands a date over as its number of days, so it counts as that number and is not"
    " refused. PBR_CHECK finds a date among the weekly prices, because it is too high for one.",
    marked(DATE_FOR_A_NUMBER),
    as_serials=True,
)

KEYS = Difference(
    "a date among keys of PBR_RECONCILE that are texts",
    "The host hands a date over as its number of days, so among texts the key is that number.",
    lambda case: case.function == "PBR_RECONCILE" and _has_mixed_keys(case),
    as_serials=True,
)

DIFFERENCES: dict[str, tuple[Difference, ...]] = {
    "embedded": (SERIALS, KEYS),
    "classic": (),
    "lite": (SERIALS, KEYS),
    "server": (SERIALS, KEYS),
    "calc": (
        SERIALS,
        Difference(
            ERROR_IN_A_RANGE,
            "Calc refuses a range that holds an error before the function is asked; the cell"
            " shows Err:504, an error that IFERROR and ISERROR catch.",
            marked(ERROR_IN_A_RANGE),
        ),
        Difference(
            TRUTH_VALUE,
            "Calc hands over TRUE as 1 and FALSE as 0, so they count as those numbers.",
            marked(TRUTH_VALUE),
        ),
        # After the two in which a key's number alone does not tell what comes.
        KEYS,
        Difference(
            BLANK_CELL,
            "Calc hands over 0 for a blank cell alone; where a blank means something else, the"
            " function refuses it with an error. A range of that cell (B5:B5) is read as blank.",
            marked(BLANK_CELL),
        ),
        Difference(
            "0 alone in a cell",
            "Calc's 0 cannot be told from a blank cell; where a blank means something else, the"
            " function refuses it with an error. A range of that cell (B5:B5) is read as 0.",
            lambda case: case.name.endswith(": 0"),
        ),
        Difference(
            "an error value given to PBR_CHECK in place of a table",
            "Calc shows that error without asking the function.",
            lambda case: case.function == "PBR_CHECK" and case.name.endswith("an error alone"),
        ),
    ),
}
"""By host, what it gives otherwise than the core; of two for one case the first counts."""


def differs(host: str, case: Case) -> Difference | None:
    """The difference of a host that a case falls under, if any."""
    return next((one for one in DIFFERENCES[host] if one.applies(case)), None)
