"""How a printed table fits its terminal: which columns stay, and how wide each of them is.

A figure is never cut. Where there is no room for all, whole groups of columns go, so that the
figures of a row that is left still add up; texts wrap within their column.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

_BETWEEN = 3
"""What a column takes beside its text: a space on each side and a line."""

_LONGEST_WORD = 20
"""A word of a text has this much room before it is broken."""

_ROWS_LOOKED_AT = 100
"""More rows of a table than this do not change how wide its columns are."""

_STEPS = (1, 2, 4, 8, 16)
"""By how much a column may become wider at once, where that makes the table shorter."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a printed table.

    Attributes:
        heading: its heading.
        cells: its cells in words.
        kind: money, price, count, month, date or text.
    """

    heading: str
    cells: tuple[str, ...]
    kind: str

    @property
    def is_text(self) -> bool:
        """Whether it may wrap; a figure may not."""
        return self.kind == "text"

    @property
    def is_left(self) -> bool:
        """Whether it stands at the left, as texts and days do; amounts stand at the right."""
        return self.kind not in ("money", "price", "count")

    @property
    def least(self) -> int:
        """The width under which a figure, or a word of a text, would be broken."""
        words = max(map(len, self.heading.split()), default=1)
        if not self.is_text:
            return max(words, self._longest, 1)
        of_text = (len(word) for cell in self.cells for word in cell.split())
        return max(1, words, min(max(of_text, default=1), _LONGEST_WORD))

    @property
    def most(self) -> int:
        """The width at which nothing wraps."""
        return max(self.least, self._longest, len(self.heading) if self.is_text else 1)

    @property
    def _longest(self) -> int:
        return max(map(len, self.cells), default=0)


def needed(columns: Iterable[Column]) -> int:
    """The width that a table with these columns needs at least."""
    return 1 + sum(column.least + _BETWEEN for column in columns)


def that_fit(
    columns: Sequence[Column], groups: Sequence[Collection[str]], width: int
) -> list[Column]:
    """The columns that have room, in their order.

    Args:
        columns: all columns.
        groups: the headings that stay or go together, the most wanted first; the first group
            always stays, and a heading may stand in several. Without groups every column stays.
        width: the width of the terminal.
    """
    if not groups or needed(columns) <= width:
        return list(columns)
    kept: set[str] = set(groups[0])
    for group in groups[1:]:
        tried = kept | set(group)
        if needed(column for column in columns if column.heading in tried) <= width:
            kept = tried
    return [column for column in columns if column.heading in kept]


def widths_of(columns: Sequence[Column], width: int) -> list[int]:
    """How wide each column is: figures as they need, texts so that the table is short.

    Args:
        columns: the columns that are shown.
        width: the width of the terminal; a table that needs more takes it.
    """
    widths = [column.least for column in columns]
    room = width - needed(columns)
    texts = [place for place, column in enumerate(columns) if column.is_text]
    wanted = sum(columns[place].most - widths[place] for place in texts)
    if wanted <= room:
        for place in texts:
            widths[place] = columns[place].most
        return widths
    lengths = {
        place: [len(cell) for cell in (columns[place].heading, *columns[place].cells)]
        for place in texts
    }
    while room > 0:
        best = _best_step(columns, widths, lengths, room)
        if best is None:
            break
        place, step = best
        widths[place] += step
        room -= step
    return widths


def _best_step(
    columns: Sequence[Column], widths: Sequence[int], lengths: dict[int, list[int]], room: int
) -> tuple[int, int] | None:
    """The column that is to be wider, and by how much, so that most lines are saved for it."""
    now = _lines(widths, lengths)
    best: tuple[float, int, int] | None = None
    for place in lengths:
        for step in _STEPS:
            if step > room or widths[place] + step > columns[place].most:
                break
            tried = [*widths]
            tried[place] += step
            saved = (now - _lines(tried, lengths)) / step
            if best is None or saved > best[0]:
                best = (saved, place, step)
    if best is None:
        return None
    saved, place, step = best
    if saved > 0:
        return place, step
    # Nothing is saved by one column alone: the longest text has the room.
    longest = max(lengths, key=lambda one: columns[one].most - widths[one])
    return (longest, 1) if columns[longest].most > widths[longest] else None


def _lines(widths: Sequence[int], lengths: dict[int, list[int]]) -> int:
    """How many lines the rows take, about."""
    rows = zip(*(lengths[place][:_ROWS_LOOKED_AT] for place in lengths), strict=True)
    room = [widths[place] for place in lengths]
    return sum(
        max(-(-length // each) for length, each in zip(row, room, strict=True)) for row in rows
    )
