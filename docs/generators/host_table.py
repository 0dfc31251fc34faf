"""The table of ``docs/reference/hosts.md``, derived from the cases that the hosts' tests run."""

from __future__ import annotations

from collections import Counter

from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.hosts import HOSTS
from xlpbr.workbook.acceptance.differences import DIFFERENCES
from xlpbr.workbook.acceptance.host_cases import KINDS, cases


def host_table() -> str:
    """The calls of each function by kind of input, and what differs from the core by host."""
    counted = Counter((case.function, case.kind) for case in cases())
    lines = [
        _line(["Function", *KINDS, "in all"]),
        _line(["---"] + ["--:"] * (len(KINDS) + 1)),
    ]
    for name in FUNCTIONS:
        counts = [counted[name, kind] for kind in KINDS]
        lines.append(_line([name, *map(str, counts), str(sum(counts))]))
    totals = [sum(counted[name, kind] for name in FUNCTIONS) for kind in KINDS]
    lines.append(_line(["in all", *map(str, totals), str(sum(totals))]))
    lines += ["", _line(["Host", *KINDS]), _line(["---"] * (len(KINDS) + 1))]
    notes: list[str] = []
    for host in HOSTS.values():
        shown = []
        for kind in KINDS:
            numbers = []
            for one in DIFFERENCES[host.name]:
                if not any(one.applies(case) for case in cases() if case.kind == kind):
                    continue
                note = f"{one.cases[0].upper()}{one.cases[1:]}. {one.reason}"
                if note not in notes:
                    notes.append(note)
                numbers.append(notes.index(note) + 1)
            told = ", ".join(map(str, sorted(numbers)))
            shown.append(f"but {told}" if numbers else "equal")
        lines.append(_line([host.title, *shown]))
    lines.append("")
    lines += [f"{number}. {note}" for number, note in enumerate(notes, start=1)]
    return "\n".join(lines)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
