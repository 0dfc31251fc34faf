"""How a message lists names."""

from __future__ import annotations

import pytest

from xlpbr.errors import all_of, some


@pytest.mark.parametrize(
    ("names", "sentence"), [("A", "A"), ("AB", "A and B"), ("ABCD", "A, B, C and D")]
)
def test_all_names_are_listed_as_in_a_sentence(names, sentence):
    assert all_of(iter(names)) == sentence


@pytest.mark.parametrize(
    ("names", "most", "shown"),
    [
        ("", 5, ""),
        ("AB", 2, "A, B"),
        ("ABC", 2, "A, B and 1 more"),
        ("A" * 1_236, 2, "A, A and 1,234 more"),
    ],
)
def test_of_many_names_the_first_are_shown_and_the_rest_counted(names, most, shown):
    assert some(list(names), most) == shown
