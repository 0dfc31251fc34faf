"""The first sheet: how many cases are equal, in which program, and what only a program can show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlpbr
from xlpbr.cells import serial_of
from xlpbr.udfs.classic.functions import CATEGORY
from xlpbr.udfs.hosts import HOSTS, Host
from xlpbr.workbook.acceptance.differences import DIFFERENCES
from xlpbr.workbook.acceptance.plan import Plan
from xlpbr.workbook.acceptance.sheets import (
    DECLARED,
    EQUAL,
    NOT_EQUAL,
    named_not_equal,
    results_in,
)
from xlpbr.workbook.template.page import TemplatePage

FIRST_SHEET = "Acceptance"

HEADLINE, LINE = (4, 2), (5, 2)
"""The cell that says it all, and the line for a report."""
_HEADLINE_ENDS = 5
"""The last column over which its words may run."""

_EQUAL_ROW, _DECLARED_ROW, _NOT_EQUAL_ROW, _NOT_YET_ROW = 6, 7, 8, 9
_HOST_ROW, _VERSION_ROW, _RELEASE_ROW, _SYSTEM_ROW = 10, 11, 12, 13
_TODAY_ROW, _AT_WORK_ROW = 14, 15
_NAMED_ROW = 18
MOST_NAMED = 10
_CHECKS_ROW = _NAMED_ROW + MOST_NAMED + 3

_NOT_OPENED = "none: xlpbr's own engine, not opened in a spreadsheet yet"
_MADE_ON = date(2026, 1, 1)
"""The day in a new workbook: the same call gives the same file, so no clock is read."""

RIGHT, WRONG = "yes", "NO"
_CALL, _SPILL = "{call}", "G"
_WIDTHS = (34, 58, 34, 10, 14, 16, 22)


@dataclass(frozen=True, slots=True)
class _Check:
    """What a program must show by itself.

    Attributes:
        what: what it is about, for the person.
        call: the call that it looks at; empty where there is none.
        shown: the formula of what is seen, which names the cell of the call ``_CALL``.
        must: what it must show.
    """

    what: str
    call: str
    shown: str
    must: str | float


def write_first_sheet(page: TemplatePage, plan: Plan) -> None:
    """Write the first sheet."""
    styles, host = page.styles, HOSTS[plan.host]
    page.introduce(
        f"Do the functions work here? {host.title}",
        "Open this workbook where the functions run, press Ctrl+Alt+F9 (in LibreOffice"
        " Ctrl+Shift+F9) and wait until it has calculated.",
    )
    page.set_widths(_WIDTHS)
    checks = _checks(host)
    last_check = _CHECKS_ROW + len(checks) - 1
    _write_summary(page, plan, host, (_CHECKS_ROW, last_check))
    page.put(_NAMED_ROW - 1, 1, f"Not equal, the first {MOST_NAMED}", styles.subtitle)
    page.put(_NAMED_ROW - 1, 2, "All of them: sheet Cases, filter of Result.", styles.muted)
    for number in range(1, MOST_NAMED + 1):
        so_many = (
            f'=IF({_at(_NOT_EQUAL_ROW, 2)}>={number},{number},"{"" if number > 1 else "none"}")'
        )
        page.put_formula(_NAMED_ROW + number - 1, 1, so_many, styles.bare("text", align="left"))
        page.put_formula(_NAMED_ROW + number - 1, 2, named_not_equal(plan, number), styles.plain)
    _write_checks(page, host, checks)
    row = _write_told(page, last_check + 2)
    row = _write_list(page, row, "Look at these yourself", _to_look_at(host))
    known = [
        f"{one.cases[0].upper()}{one.cases[1:]}: {one.reason}" for one in DIFFERENCES[plan.host]
    ]
    row = _write_list(
        page, row, "Declared differences of this host", known or ["None: every case must be equal."]
    )
    if plan.left_out:
        _write_list(page, row, "Left out", [
            f"{len(plan.left_out)} cases of {plan.left_out[0].function} that draw a thousand"
            " scenarios each, so that this workbook calculates in seconds."
        ])  # fmt: skip
    faults = (
        f'{_at(_AT_WORK_ROW, 2)}<>"{RIGHT}"',
        f"{_at(_NOT_EQUAL_ROW, 2)}+{_at(_NOT_YET_ROW, 2)}>0",
        f"{_right((_CHECKS_ROW, last_check))}<{len(checks)}",
    )
    # The words run over the cells beside theirs, and the colour with them.
    end = (HEADLINE[0], _HEADLINE_ENDS)
    page.mark(HEADLINE, end, f"OR({','.join(faults)})", styles.wrong, alone=True)
    not_opened = f'{_at(_RELEASE_ROW, 2)}="{_NOT_OPENED}"'
    page.mark(HEADLINE, end, not_opened, styles.warned, alone=True)
    page.mark(HEADLINE, end, "TRUE", styles.clear)
    page.sheet.protect("")
    page.print_on_a4("Acceptance of the functions", heading_row=None)


def _write_summary(page: TemplatePage, plan: Plan, host: Host, checks: tuple[int, int]) -> None:
    styles = page.styles
    text = styles.bare("text", align="left")
    count = styles.bare("count", align="left")
    labels = {
        HEADLINE[0]: "Result",
        LINE[0]: "Copy this line into a report",
        _EQUAL_ROW: "Cases that are equal",
        _DECLARED_ROW: "Cases that differ as declared",
        _NOT_EQUAL_ROW: "Cases that are not equal",
        _NOT_YET_ROW: "Cases not calculated here yet",
        _HOST_ROW: "Host",
        _VERSION_ROW: "Version of xlpbr at work",
        _RELEASE_ROW: "Release of the program",
        _SYSTEM_ROW: "System",
        _TODAY_ROW: "Today, as a number of days",
        _AT_WORK_ROW: "The functions were asked today",
    }
    for row, label in labels.items():
        page.put(row, 1, label, styles.strong)
    for row, word in ((_EQUAL_ROW, EQUAL), (_DECLARED_ROW, DECLARED), (_NOT_EQUAL_ROW, NOT_EQUAL)):
        page.put_formula(row, 2, f'=COUNTIF({results_in(plan)},"{word}")', count)
    page.put(_HOST_ROW, 2, f"{host.title} ({host.name})", text)
    page.put_formula(_VERSION_ROW, 2, '=IFERROR(PBR_VERSION(),"none")', text)
    page.read_from_book(_RELEASE_ROW, 2, '=IFERROR(INFO("release"),"not told")', _NOT_OPENED, text)
    page.read_from_book(_SYSTEM_ROW, 2, '=IFERROR(INFO("system"),"not told")', "none", text)
    today = _at(_TODAY_ROW, 2)
    # A number and no date: the functions would refuse a date for an amount.
    page.read_from_book(_TODAY_ROW, 2, "=TODAY()+0", float(serial_of(_MADE_ON)), count)
    # Near is enough: whether the function is right is for the cases to say.
    asked = f"IFERROR(ABS(PBR_FEE_CAP({today}+0.25,1000000)-{today})<1,FALSE)"
    page.put_formula(_AT_WORK_ROW, 2, f'=IF({asked},"{RIGHT}","{WRONG}")', text)
    equal, declared = _at(_EQUAL_ROW, 2), _at(_DECLARED_ROW, 2)
    bad, not_yet = _at(_NOT_EQUAL_ROW, 2), _at(_NOT_YET_ROW, 2)
    page.put_formula(_NOT_YET_ROW, 2, f"={len(plan.blocks)}-{equal}-{declared}-{bad}", count)
    known = f'IF({declared}=0,""," but for "&{declared}&" that differ as declared for this host")'
    number = checks[1] - checks[0] + 1
    so_many = f'{_right(checks)}&" of {number}'
    page.put_formula(
        *HEADLINE,
        f'=IF({_at(_AT_WORK_ROW, 2)}<>"{RIGHT}","The functions are not at work here, or were not'
        ' asked yet: set up the host, then press Ctrl+Alt+F9.",'
        f'IF({not_yet}>0,{not_yet}&" cases were not calculated here yet: press Ctrl+Alt+F9 (in'
        ' LibreOffice Ctrl+Shift+F9).",'
        f'IF({bad}=0,"All {len(plan.blocks):,} cases are equal"&{known}&".",'
        f'{bad}&" of {len(plan.blocks):,} cases are NOT EQUAL: they are named below.")'
        f'&" "&{so_many} checks of the program are right"&IF({_right(checks)}<{number},'
        f'": the others are marked below","")&". Release "&{_at(_RELEASE_ROW, 2)}&"."))',
        styles.make(bold=True, font_size=12),
    )  # fmt: skip
    page.put_formula(
        *LINE,
        f'="xlpbr "&{_at(_VERSION_ROW, 2)}&"; workbook of {xlpbr.__version__}; host {host.name};'
        f' release "&{_at(_RELEASE_ROW, 2)}&"; system "&{_at(_SYSTEM_ROW, 2)}&"; at work "'
        f'&{_at(_AT_WORK_ROW, 2)}&"; equal "&{equal}&"; declared "&{declared}&";'
        f' not equal "&{bad}&"; checks "&{so_many}"',
        text,
    )  # fmt: skip


def _right(rows: tuple[int, int]) -> str:
    return f'COUNTIF($D${rows[0]}:$D${rows[1]},"{RIGHT}")'


def _checks(host: Host) -> list[_Check]:
    refused, unknown = 'PBR_FEE_CAP("about 7,000",1)', 'PBR_TERMS("none")'
    outside = "PBR_PRO_RATA(100,46000,-12,46100)"
    dated = 'PBR_SAVING(14,7,"01/02/2026","15/02/2026",46023,46112)'
    filled = _fills(host)
    spilled = f"COUNT({_SPILL}{_CHECKS_ROW}:{_SPILL}{_CHECKS_ROW + 2})"
    fills = "the cells that the file says" if filled == 1 else "as many cells as it gives"
    call = _CALL
    return [
        _Check("The version is the workbook's", "PBR_VERSION()", call, xlpbr.__version__),
        _Check(f"A formula fills {fills}: {_SPILL} shows {filled:.0f} of 3", "", spilled, filled),
        _Check("An unknown contract is #N/A", unknown, f"ERROR.TYPE({call})", 7.0),
        _Check("A text for an amount is #VALUE!", refused, f"ERROR.TYPE({call})", 3.0),
        _Check("A number outside what it may be is #NUM!", outside, f"ERROR.TYPE({call})", 6.0),
        _Check("IFERROR catches a refused call", f'IFERROR({refused},"caught")', call, "caught"),
        _Check("SUM does not pass over one", refused, f'IF(ISERROR(SUM({call})),"no","yes")', "no"),
        _Check("The functions take 01/02/2026 for 1 February", dated, call, 14.0),
        _Check("Days count from 1900", "", 'IF(DATE(2000,1,1)=36526,"1900","1904")', "1900"),
    ]


def _write_checks(page: TemplatePage, host: Host, checks: list[_Check]) -> None:
    styles, sheet = page.styles, page.sheet
    page.put(_CHECKS_ROW - 2, 1, "What only the program can show", styles.subtitle)
    headings = (
        "It shows",
        "What it is about",
        "It must show",
        "Right",
        "The call",
        "Three amounts",
    )
    page.put_row(_CHECKS_ROW - 1, 1, (*headings, "as they are let through"), styles.heading)
    left = styles.bare("text", align="left")
    for row, check in enumerate(checks, start=_CHECKS_ROW):
        page.put_formula(row, 1, f"={check.shown.replace(_CALL, f'E{row}')}", left)
        page.put(row, 2, check.what, styles.plain)
        page.put(row, 3, check.must, left)
        page.put_formula(
            row, 4, f'=IF(IFERROR({_at(row, 1)}={_at(row, 3)},FALSE),"{RIGHT}","{WRONG}")', left
        )
        if check.call:
            page.put_formula(row, 5, f"={check.call}", left)
    for number in range(3):
        page.put(_CHECKS_ROW + number, 6, 100.0 * (number + 1), left)
    page.mark(
        (_CHECKS_ROW, 4), (_CHECKS_ROW + len(checks) - 1, 4), f'$D{_CHECKS_ROW}="{WRONG}"',
        styles.wrong,
    )  # fmt: skip
    # The file says one cell; what more it fills is the program's own doing, and Calc does not.
    put = sheet.write_array_formula if _fills(host) == 1 else sheet.write_dynamic_array_formula
    first = (_CHECKS_ROW - 1, 6)
    call = f"PBR_CONTRACT_CAP(F{_CHECKS_ROW}:F{_CHECKS_ROW + 2},1000)"
    put(*first, *first, f"={call}", left, 100)


def _fills(host: Host) -> float:
    """How many cells a formula fills that gives three, where the file says one."""
    return 1.0 if host.name == "calc" else 3.0


def _write_told(page: TemplatePage, row: int) -> int:
    """What is no fault whatever it shows, and tells how the program is set up."""
    styles = page.styles
    left = styles.bare("text", align="left")
    page.put(row, 1, "How the program is set up (for the report; none is wrong)", styles.subtitle)
    told: tuple[tuple[str, str, Any], ...] = (
        ('=1.5&""', "One and a half as a text: a point or a comma", "1.5"),
        (
            '=IFERROR(IF(DATEVALUE("01/02/2026")=DATE(2026,2,1),"1 February","2 January"),"none")',
            "What the program itself takes 01/02/2026 for",
            "not known yet",
        ),
        (
            '=IFERROR(CELL("protect",$A$1),"not told")',
            "1: this sheet's cells are locked",
            1.0,
        ),
    )
    for at, (formula, what, value) in enumerate(told, start=row + 1):
        page.read_from_book(at, 1, formula, value, left)
        page.put(at, 2, what, styles.plain)
    at = row + len(told) + 1
    page.put(at, 1, date(2026, 3, 31), styles.make(num_format=14, align="left"))
    page.put(at, 2, "31 March 2026 in the short form of your system", styles.plain)
    return at + 2


def _write_list(page: TemplatePage, row: int, title: str, texts: Iterable[str]) -> int:
    page.put(row, 1, title, page.styles.subtitle)
    number = row
    for number, text in enumerate(texts, start=row + 1):
        page.sheet.merge_range(number - 1, 0, number - 1, 2, text, page.styles.prose)
        page.fit_row(number, (text, sum(_WIDTHS[:3])))
    return number + 2


_WIZARD = {
    "classic": f"the category {CATEGORY} lists the PBR_ functions",
    "lite": "a category of the add-in lists the PBR_ functions; tell which name it has",
    "server": "a category of the add-in lists the PBR_ functions; tell which name it has",
    "calc": "the category Financial lists the PBR_ functions",
}


def _to_look_at(host: Host) -> list[str]:
    typed = "type =PBR_SAVING( in an empty workbook and press fx (in LibreOffice Ctrl+F2)"
    looks = [
        f"Wizard: {typed}: {_WIZARD[host.name]}, and each argument has its help.",
        "Protection: type into a cell of this sheet. It is refused. On the sheet Cases the filter"
        " of Result works all the same.",
        "Opening: the program said nothing of a repair or of a part that it could not read.",
    ]
    if host.prefix or host.name == "classic":
        looks.append(
            "Formulas: click a green table on the sheet Results. It has a blue frame, and the"
            " formula bar shows =PBR_ without @ and without a longer name."
        )
        looks.append(
            "Reasons: point at the mark of a cell that shows #VALUE! (classic: select it and read"
            " the status bar). Tell whether a reason in words is shown."
        )
    return looks


def _at(row: int, column: int) -> str:
    return f"${'ABCDEF'[column - 1]}${row}"
