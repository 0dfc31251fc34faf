"""A new option and a new term, planted in a copy of the house.

They stand in the declaration and in the statement alone, as if somebody had read no further.
"""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

PLANTS = {
    "contract/terms.py": [
        ('"no_catch_up", "up_to_cap"]\n', '"no_catch_up", "up_to_cap", "half"]\n'),
        (
            '        up_to_cap="the whole fee, from the first month",\n',
            '        up_to_cap="the whole fee, from the first month",\n'
            '        half="half of what is earned to date and not invoiced yet",\n',
        ),
        (
            "    clauses: Mapping[str, str] = field(default_factory=dict)\n",
            "    retention: Fraction = term_field(\n"
            '        Fraction(0), "Retention", "rate", "fraction",\n'
            '        "What is kept of each payment.", least=0, most=1,\n'
            "    )\n"
            "    clauses: Mapping[str, str] = field(default_factory=dict)\n",
        ),
    ],
    "settlement/fee.py": [
        (
            "            return entitled - entitled_before\n",
            "            return entitled - entitled_before\n"
            '        case "half":\n'
            "            return (entitled - fees) // 2\n",
        ),
        (
            '        case "catch_up" | "no_catch_up":\n            return share',
            '        case "catch_up" | "no_catch_up" | "half":\n            return share',
        ),
    ],
    "settlement/statement.py": [
        (
            "        held = sum(owed) - let_through\n",
            "        let_through -= int(let_through * terms.retention)\n"
            "        held = sum(owed) - let_through\n",
        ),
    ],
}
"""By module, what is replaced once by what."""


def planted_house(folder: Path) -> Path:
    """A copy of the house with the new rule; what numba has compiled comes with it."""
    home = folder / "xlpbr"
    shutil.copytree(ROOT / "xlpbr", home)
    for inside in ("udfs", "workbook"):
        shutil.copytree(ROOT / inside, home / inside)
    for module, changes in PLANTS.items():
        text = (home / module).read_text(encoding="utf-8")
        for old, new in changes:
            assert text.count(old) == 1, f"{module} has changed: plant the new rule anew"
            text = text.replace(old, new)
        (home / module).write_text(text, encoding="utf-8")
    return folder
