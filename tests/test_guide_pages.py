"""How the guides are written: each section says what to type, what it is worth and whom to tell.

That it is so when it is typed is for ``tests/programs/test_guides.py``.
"""

from __future__ import annotations

import pytest

from tests.support.guide import pictures
from tests.support.guide.pages import GUIDES, Picture, Section, Shown, Typed, sections_of

MONTH = (GUIDES / "month.md").read_text(encoding="utf-8")
OCCASIONS = [
    "A price changes", "The old home is paid for its notice", "A child moves back", "A birthday",
    "An earlier month was wrong", "A dispute", "The contract is varied", "Year-end",
    "A new invoice comes", "Handing over to a colleague",
]  # fmt: skip
TABLE = "| Row | Child |\n| --- | --- |\n| 6 | C01 |\n"


def steps_of(kind: type, section: Section) -> list[object]:
    return [step for step in section.steps if isinstance(step, kind)]


def test_the_months_after_have_a_section_for_each_thing_that_can_come():
    sections = sections_of(MONTH)
    assert [section.title for section in sections] == OCCASIONS
    assert MONTH.lower().count("**tell the provider**") == len(OCCASIONS)
    for section in sections:
        assert steps_of(Typed, section), section.title
        assert steps_of(Shown, section) or section.title == OCCASIONS[-1]


def test_a_section_is_read_in_its_order():
    shows = "**The sheet Month shows:**\n\n| Of | Now |\n| --- | --: |\n| Fee, Net | £7.00 |\n"
    (section,) = sections_of(
        "# Page\n\n## Title\n\nIt is £5 more.\n\n**Type on the sheet Cohort:**\n\n"
        f"{TABLE}\n{shows}\n<!-- picture of Month -->\n![Month](../pictures/month.png)\n"
    )
    typed, shown, picture = section.steps
    assert typed == Typed(7, "Cohort", [{"Row": "6", "Child": "C01"}])
    assert shown == Shown(13, "Month", [{"Of": "Fee, Net", "Now": "£7.00"}])
    assert picture == Picture(20, "month.png", "Month", "")
    # What a step holds itself is not asked for again.
    assert section.amounts == [(5, "£5")]


def test_every_picture_of_a_guide_carries_what_it_shows():
    found = {
        step.name: pictures.mark_of(pictures.FOLDER / step.name)
        for page in ("first-month.md", "month.md")
        for section in sections_of((GUIDES / page).read_text(encoding="utf-8"))
        for step in section.steps
        if isinstance(step, Picture)
    }
    drawn = {path.name for path in pictures.FOLDER.glob("guide-*.png")}
    assert found.keys() == drawn
    assert len(set(found.values())) == len(drawn)
    assert all(len(mark) == len(pictures.digest([])) for mark in found.values())
    assert pictures.mark_of(pictures.FOLDER / "taskpane.png") == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("**Write on the sheet Cohort:**\n\n" + TABLE, "is no step that is known"),
        ("**Type on the sheet Cohort:**\n\nNothing.", "nothing follows"),
        ("![Month](../pictures/month.png)", "does not say what month.png is of"),
    ],
)
def test_a_page_that_cannot_be_followed_is_refused(text: str, said: str):
    with pytest.raises(ValueError, match=said):
        sections_of(f"## Title\n\n{text}\n")
