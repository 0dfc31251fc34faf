"""Names of persons in the tables, where a pseudonym is wanted."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xlpbr import cells
from xlpbr.contract.evidence import ALL_COLUMNS, EvidenceRecord
from xlpbr.contract.life import LifeRecord
from xlpbr.errors import Problem

_MOST_WORDS_OF_A_NAME = 4
_A_DATE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
_MARKS_IN_A_NAME = str.maketrans("", "", "'’-.,")


def names_of_persons(
    table: str, records: Iterable[EvidenceRecord | LifeRecord]
) -> Iterable[Problem]:
    """Names of persons where a pseudonym is wanted."""
    named = [column for column in ALL_COLUMNS[table] if column.unit == "pseudonym"]
    for record in records:
        for column in named:
            found = getattr(record, column.field_name)
            if _looks_like_a_name(found) or (column.heading == "Child" and _may_be_a_name(found)):
                yield Problem(
                    table=table,
                    row=record.row,
                    column=column.heading,
                    found=cells.shown(found),
                    expected="a pseudonym such as C01",
                    remedy="This looks like a person: replace it with a pseudonym.",
                )


def _looks_like_a_name(text: str) -> bool:
    """Two to four capitalised words: Jane Smith or Zoë O'Brien, not Child 7 or AB1."""
    words = [word.translate(_MARKS_IN_A_NAME) for word in text.split()]
    return 2 <= len(words) <= _MOST_WORDS_OF_A_NAME and all(
        len(word) > 1 and word.isalpha() and word[0].isupper() and not word.isupper()
        for word in words
    )


def _may_be_a_name(child: str) -> bool:
    """A text without a digit, with two words of letters, or with a date: no pseudonym has those."""
    if not child:
        return False
    words = [word for word in child.split() if word.translate(_MARKS_IN_A_NAME).isalpha()]
    no_digit = not any(letter.isdigit() for letter in child)
    return no_digit or len(words) > 1 or _A_DATE.search(child) is not None
