"""What a formula reads, and which formulas read a cell: by rows as by looking at every range."""

from __future__ import annotations

import random

import formualizer
import pytest

from xlpbr.workbook.calculate.formula_reads import Reads, read_by, readers_of
from xlpbr.workbook.calculate.formula_words import functions_in, kind_of, words_of

FORMULAS = (
    "LET(x,1,y,x+A1,y)", "LAMBDA(a,b,a+b)(A1,B1)", "SUM(S:T!A1:B2)", "SUM('It''s'!A1:B2)",
    "A:A+1:3+$A1+A$1", "Tbl[@Col]+Tbl[[#Totals],[x]]+Tbl[[a]:[b]]+Tbl[#All]", "#REF!+1",
    "Sheet!#REF!+A1", "A1:B2 B1:C3", "SUM((A1:B2,C3))", "TRUE+FALSE+TRUE()", "[2]!Name+[1]S!A1",
    "A1#+SUM(A1#)", "@A1:A3+@Name", "{1,2;3,4}+A1", "IF( A1 > 2 , B1 , C1 )", "-A1%",
    "A1:INDEX(B:B,2)", "OFFSET(A1,1,1):B9", 'INDIRECT("A1")&"SUM(B2)"', "TABLE(A1,)",
    "_xlfn.XLOOKUP(A1,B:B,C:C)", "_xlfn.SINGLE(A1:A3)", "R1C1+RC[-1]", "Jan2026+Q1", "A1:Name",
    "PBR_STATEMENT(Terms[#All],Other)", "sum(tbl[col])+a1:b2", "\n A1\n+ B2",
)  # fmt: skip


def by_the_tree(formula: str) -> tuple[list[str], list[tuple[type, str]]]:
    """The functions and references of a formula, as the tree of it has them from right to left."""
    functions, references = [], []
    waiting = [formualizer.parse(f"={formula}")]
    while waiting:
        node = waiting.pop()
        waiting += node.children()
        if node.get_function_name():
            functions.append(node.get_function_name())
        if node.get_reference() is not None:
            references.append((type(node.get_reference()), node.get_reference_string() or ""))
    return functions, references


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_words_of_a_formula_are_those_of_its_tree(formula):
    words = words_of(formula)
    assert words is not None
    kinds = [(kind_of(written), written) for written in reversed(words.references)]
    functions, references = by_the_tree(formula)
    assert list(reversed(words.functions)) == functions
    assert [one for one in kinds if one[0] is not None] == references


def test_a_formula_that_cannot_be_read_has_no_words():
    assert words_of("SUM(A1") is None
    assert functions_in("SUM(A1") == ()
    assert functions_in("_xlfn.SINGLE(SUM(A1:A2))+Max(1)") == ("SUM", "Max")


def test_the_readers_of_cells_are_found_by_rows_as_by_looking_at_every_range():
    draw = random.Random(1)

    def area():
        top, left = draw.randint(1, 60), draw.randint(1, 9)
        height = draw.choice((1, 1, 2, 5, 31, 32, 33, 200, 1_048_576 - top))
        return top, left, top + height - 1, left + draw.randint(0, 3)

    all_reads = {
        ("S", (row, 20)): Reads(tuple(("s", area()) for _ in range(draw.randint(0, 4))), "")
        for row in range(1, 300)
    }
    known = read_by(all_reads)
    for _ in range(300):
        row, column = draw.randint(1, 250), draw.randint(1, 12)
        down, across = draw.choice((1, 1, 3, 40)), draw.choice((1, 1, 2))
        cells = [(row + r, column + c) for r in range(down) for c in range(across)]
        expected = {
            place
            for place, found in all_reads.items()
            if any(a <= r <= c and b <= k <= d for _, (a, b, c, d) in found.areas for r, k in cells)
        }
        assert readers_of(known, "S", cells) == expected
    assert readers_of(known, "S", []) == set()
    assert readers_of(known, "Other", [(1, 1)]) == set()
