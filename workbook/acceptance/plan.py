"""Where each case stands in the acceptance workbook: its cells, its call, what must come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from xlpbr.errors import CellError
from xlpbr.workbook.acceptance.differences import differs
from xlpbr.workbook.acceptance.host_cases import (
    LEFT_OUT,
    Case,
    cases,
    draws_many,
    result,
    with_serials,
)
from xlpbr.workbook.ooxml.addresses import Area, area_name, cell_name

INPUTS = "Inputs"
RESULTS = "Results"

FIRST_ROW = 5
"""The first row of cells on both sheets."""

GOT_COLUMN = 3
"""Where what comes stands on Results; what must come stands to its right."""


@dataclass(frozen=True, slots=True)
class Given:
    """An argument on Inputs: several cases share it.

    Attributes:
        rows: its cells.
        area: where they stand.
    """

    rows: list[list[Any]]
    area: Area


@dataclass(frozen=True, slots=True)
class Block:
    """A case on Results.

    Attributes:
        case: the case.
        call: its formula without the equals sign.
        must: what must come: rows of float, text, truth value or error.
        row: its first row.
        difference: what is declared of the host for this case; empty where it must be equal.
        is_known: whether what must come is what the host gives; if not, it is what the function
            gives of itself, and the host may give something else.
    """

    case: Case
    call: str
    must: list[list[Any]]
    row: int
    difference: str
    is_known: bool

    @property
    def height(self) -> int:
        """How many rows it takes."""
        return len(self.must)

    @property
    def width(self) -> int:
        """How many columns what comes takes, and what must come as well."""
        return len(self.must[0])

    @property
    def got(self) -> Area:
        """Where what comes stands."""
        return (self.row, GOT_COLUMN, self.row + self.height - 1, GOT_COLUMN + self.width - 1)

    @property
    def beside(self) -> Area:
        """Where what must come stands, a blank column to the right."""
        top, _, bottom, right = self.got
        return (top, right + 2, bottom, right + 1 + self.width)

    @property
    def around(self) -> tuple[Area, Area]:
        """The blank cells under and beside what comes: what fills them is more than must come."""
        top, left, bottom, right = self.got
        return (bottom + 1, left, bottom + 1, right), (top, right + 1, bottom, right + 1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What stands in the acceptance workbook of a host.

    Attributes:
        host: the name of the host.
        given: the arguments on Inputs.
        blocks: the cases on Results.
        left_out: the cases that take too long for a workbook.
    """

    host: str
    given: tuple[Given, ...]
    blocks: tuple[Block, ...]
    left_out: tuple[Case, ...]


def plan_for(host: str, chosen: Iterable[Case] | None = None) -> Plan:
    """The places of all cases for a host, or of some that are chosen."""
    given: dict[str, Given] = {}
    blocks: list[Block] = []
    left_out: list[Case] = []
    down = at = FIRST_ROW
    for case in cases() if chosen is None else chosen:
        if draws_many(case):
            left_out.append(case)
            continue
        for argument in case.arguments:
            name = _key(argument)
            if argument is not LEFT_OUT and name not in given:
                rows = _rows(argument)
                given[name] = Given(rows, (down, 2, down + len(rows) - 1, 1 + len(rows[0])))
                down += len(rows) + 1
        known = differs(host, case)
        must = result(with_serials(case) if known and known.as_serials else case)
        call = f"{case.function}({','.join(_references(case, given))})"
        differing = known is not None and must != result(case)
        declared = known.cases if known and (differing or not known.as_serials) else ""
        is_known = known is None or known.as_serials
        blocks.append(Block(case, call, must, at, declared, is_known))
        at += len(must) + 1
    return Plan(host, tuple(given.values()), tuple(blocks), tuple(left_out))


def _references(case: Case, given: dict[str, Given]) -> Iterator[str]:
    """The arguments of a call as it writes them; those that are left out at its end are not there.

    A cell alone is a reference to it, and a range of one cell is written as a range.
    """
    arguments = list(case.arguments)
    while arguments and arguments[-1] is LEFT_OUT:
        arguments.pop()
    for argument in arguments:
        if argument is LEFT_OUT:
            yield ""
            continue
        area = given[_key(argument)].area
        first = cell_name(area[:2])
        alone = not isinstance(argument, list)
        yield f"{INPUTS}!{first if alone else f'{first}:{cell_name(area[2:])}'}"


def _rows(argument: Any) -> list[list[Any]]:
    return argument if isinstance(argument, list) else [[argument]]


def _key(argument: Any) -> str:
    """What tells an argument from every other: 1 is not TRUE, and a date is not its text."""
    return repr(
        [
            [
                (type(cell).__name__, cell.code if isinstance(cell, CellError) else cell)
                for cell in row
            ]
            for row in _rows(argument)
        ]
    )


def comparison(block: Block) -> str:
    """The formula that counts the cells of a case that are not equal.

    Numbers are compared as numbers and texts letter by letter. Each program takes an array apart in
    its own way where it holds errors, so those are compared one by one. What fills the cells
    around counts as well.
    """
    areas = [area_name(area) for area in (block.got, block.beside)]
    cells = [cell for row in block.must for cell in row]
    if any(isinstance(cell, CellError) for cell in cells):
        counted = "+".join(_one_by_one(block))
    else:
        got, must = (f"{RESULTS}!{area}" for area in areas)
        counted = f"IFERROR(SUMPRODUCT(1-EXACT({got},{must})*(ISNUMBER({got})=ISNUMBER({must}))),1)"
    outside = ",".join(f"{RESULTS}!{area_name(area)}" for area in block.around)
    return f"{counted}+COUNTA({outside})"


def _one_by_one(block: Block) -> Iterator[str]:
    for down, row in enumerate(block.must):
        for across, cell in enumerate(row):
            got = f"{RESULTS}!{cell_name((block.got[0] + down, block.got[1] + across))}"
            must = f"{RESULTS}!{cell_name((block.beside[0] + down, block.beside[1] + across))}"
            if isinstance(cell, CellError):
                yield f"IFERROR(IF(ERROR.TYPE({got})=ERROR.TYPE({must}),0,1),1)"
            else:
                yield f"IFERROR(1-EXACT({got},{must})*(ISNUMBER({got})=ISNUMBER({must})),1)"


def equal(got: list[list[Any]], must: list[list[Any]]) -> bool:
    """Whether what came is what must come, as ``comparison`` counts it."""
    return len(got) == len(must) and all(
        len(one) == len(other) and all(map(_same, one, other))
        for one, other in zip(got, must, strict=True)
    )


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, CellError) or isinstance(other, CellError):
        both = isinstance(one, CellError) and isinstance(other, CellError)
        return both and one.code == other.code
    return isinstance(one, str) == isinstance(other, str) and bool(one == other)
