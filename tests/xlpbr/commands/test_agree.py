"""agree and changes as they are typed: what they write, say and refuse."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import random
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.support.bad_books import edit_part
from tests.support.edits import edit
from tests.xlpbr.commands.test_main import refused
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import load_contract
from xlpbr.contract.terms import TERMS
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS
from xlpbr.workbook.ooxml.addresses import split_cell
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.edit.package import Changes
from xlpbr.workbook.ooxml.sheet.cell_change import CellChange
from xlpbr.workbook.read.contract_tables import read_records, read_tables
from xlpbr.workbook.read.ranges import sheet_row
from xlpbr.workbook.sample_budget import write_sample_budget

SIGNERS = ("--council", "A  Officer", "--provider", "B. Manager", "--reference", "email M5")
AMOUNTS = ("Saving", "Payable", "To invoice")


@pytest.fixture
def roomy(life):
    """The sample's tables with blank rows in Agreed, and nothing that is unused in it."""
    life["Agreed"] += [[None] * len(life["Agreed"][0]) for _ in range(4)]
    return life


@pytest.fixture
def agreed(xlpbr, make_workbook, roomy, tmp_path):
    """The sample with May 2026 agreed."""
    book, target = make_workbook(roomy), tmp_path / "agreed.xlsx"
    status, _, err = xlpbr("agree", book, "--month", "May 2026", *SIGNERS, "-o", target)
    assert status == 0, err
    return target


def changed(book, target, **typed):
    """A copy of a workbook in which cells such as ``Placements_F7`` hold something else."""
    changes = {}
    for place, value in typed.items():
        sheet, _, cell = place.partition("_")
        changes.setdefault(sheet, {})[split_cell(cell)] = CellChange(value, None)
    edit(open_book(book), Changes(cells=changes), target)
    return target


def members(path):
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def told(changes):
    headings, *rows = csv.reader(io.StringIO(changes))
    return [dict(zip(headings, row, strict=True)) for row in rows]


def added_up(rows, heading):
    return sum(Decimal(row[heading]) for row in rows if row[heading])


def test_a_month_is_written_under_the_last_row(xlpbr, make_workbook, roomy, tmp_path):
    book, target = make_workbook(roomy), tmp_path / "agreed.xlsx"
    status, out, err = xlpbr("agree", book, "--month", "15/05/2026", *SIGNERS, "-o", target)
    assert (status, out) == (0, "")
    may = ("--as-at", "31/05/2026")
    shown = json.loads(xlpbr("statement", target, "--json")[1])["rows"]
    before = json.loads(xlpbr("statement", book, "--json", *may)[1])["rows"]
    may = next(row for row in before if row["Month"] == "2026-05-01")
    assert shown == before
    assert may["Adjustment"] == -16842.86
    last = len(roomy["Agreed"]) - 3
    row = [cells_of(open_book(target), "Agreed").get((last, column)) for column in range(1, 8)]
    values = [None if cell is None else cell.value for cell in row]
    # The cells have no format of a date, so that the month is written in words.
    assert values[:3] == ["May 2026", may["Payable"], -16842.86]
    assert values[3] == f"{date.today().day} {date.today():%b %Y}"
    assert values[4:] == ["A Officer", "B. Manager", "email M5"]
    assert err.splitlines()[0] == (
        "May 2026 is agreed at £178,269.98: payable £195,112.84, adjustment -£16,842.86. It stands"
        f" in Agreed!A{last} to G{last}."
    )
    assert f"Wrote {target}, with a snapshot of its tables. SHA-256 of the snapshot: " in err


def test_all_else_stays_as_it_is(xlpbr, make_workbook, roomy, agreed, tmp_path):
    before, after = members(tmp_path / "budget.xlsx"), members(agreed)
    new = {"customXml/item1.xml", "customXml/itemProps1.xml", "customXml/_rels/item1.xml.rels"}
    assert after.keys() - before.keys() == new
    sheet = next(one.part for one in open_book(agreed).sheets if one.name == "Agreed")
    lists = {"[Content_Types].xml", "xl/_rels/workbook.xml.rels"}
    assert {name for name in before if before[name] != after[name]} == {sheet, *lists}


def test_a_date_stands_where_the_cell_shows_dates(xlpbr, make_workbook, roomy, tmp_path):
    for row in roomy["Agreed"][-4:]:
        row[0] = row[3] = date(1999, 1, 1)
    for number, from_1904 in enumerate((False, True)):
        book = make_workbook(roomy, f"{number}.xlsx", date_1904=from_1904)
        typed = {f"Agreed_{letter}{row}": None for letter in "AD" for row in (6, 7, 8, 9)}
        blank = changed(book, tmp_path / f"blank{number}.xlsx", **typed)
        target = tmp_path / f"agreed{number}.xlsx"
        assert xlpbr("agree", blank, "--month", "May 2026", "-o", target)[0] == 0
        stored = cells_of(open_book(target), "Agreed")[6, 1].value
        assert stored == 46143.0 - (1462 if from_1904 else 0)
        (shown,) = (
            row
            for row in told(xlpbr("statement", target, "--csv")[1])
            if row["Month"] == "2026-05-01"
        )
        assert shown["To invoice"] == "178269.98"


def test_formulas_that_read_the_row_show_it(xlpbr, make_workbook, roomy, tmp_path):
    formulas = {"Sums!A1": ("SUM(Agreed!B2:B9)", 261137.09), "Sums!A2": ("1+1", 3)}
    book = make_workbook(roomy, formulas=formulas)
    target = tmp_path / "agreed.xlsx"
    _, _, err = xlpbr("agree", book, "--month", "May 2026", "-o", target)
    sums = cells_of(open_book(target), "Sums")
    assert round(sums[1, 1].value * 100) == 45606668
    assert "with a formula shows its new value." in err
    assert sums[2, 1].value == 3.0


def test_what_is_refused(xlpbr, make_workbook, roomy, agreed, tmp_path):
    book, target = tmp_path / "budget.xlsx", tmp_path / "out.xlsx"
    refused(
        xlpbr("agree", book, "--month", "Aug 2025", "-o", target),
        "August 2025 is not in the statement, which runs from September 2025 to February 2027",
        "[month]",
    )
    refused(
        xlpbr("agree", agreed, "--month", "May 2026", "-o", target),
        "May 2026 is agreed already, at £178,269.98 (Agreed!A6): on ",
        "by A Officer for the council, by B. Manager for the provider, reference email M5.",
        "[agreed]",
    )
    refused(
        xlpbr("agree", book, "--month", "May 2026", "-o", book, "--replace"), "[target-is-input]"
    )
    refused(xlpbr("agree", book, "--month", "May 2026", "-o", agreed), "--replace")
    refused(xlpbr("agree", book, "--month", "soon", "-o", target), "soon")
    assert not target.exists()


def test_a_book_without_room_for_it_is_told_what_to_do(xlpbr, make_workbook, roomy, tmp_path):
    target = tmp_path / "out.xlsx"
    full = {**roomy, "Agreed": roomy["Agreed"][:-4]}
    refused(
        xlpbr("agree", make_workbook(full, "full.xlsx"), "--month", "May 2026", "-o", target),
        "the table Agreed (table PbrAgreed on Agreed) has no blank row left; add rows at its end",
    )
    without = {name: rows for name, rows in roomy.items() if name != "Agreed"}
    refused(
        xlpbr("agree", make_workbook(without, "no.xlsx"), "--month", "May 2026", "-o", target),
        "xlpbr attach no.xlsx --contract CONTRACT --sheets Agreed -o OUT.xlsx",
        "Month, Payable, Adjustment, Agreed on, Council, Provider and Reference",
    )
    short = {**roomy, "Agreed": [row[:2] for row in roomy["Agreed"]]}
    book = make_workbook(short, "short.xlsx")
    refused(
        xlpbr("agree", book, "--month", "May 2026", "-o", target),
        "-£16,842.86 is carried to May 2026 from earlier months",
        "no column Adjustment",
    )
    status, _, err = xlpbr("agree", book, "--month", "Jun 2026", "-o", target)
    assert status == 0
    assert (
        "The table Agreed has no column Adjustment, Agreed on, Council, Provider and Reference;"
        " nothing is written of that." in err
    )
    assert "Nothing changed" in xlpbr("changes", target)[2]


def test_a_linked_sheet_is_never_written_into(xlpbr, make_workbook, roomy, tmp_path):
    roomy["Signed"] = roomy.pop("Agreed")
    book = make_workbook(roomy)
    attached, target = tmp_path / "attached.xlsx", tmp_path / "out.xlsx"
    place = f"Signed!A1:G{len(roomy['Signed'])}"
    status, _, err = xlpbr(
        "attach", book, "--contract", "plymouth-l04-2526", "--sheets", "Agreed", "--agreed", place,
        "-o", attached,
    )  # fmt: skip
    assert status == 0, err
    refused(
        xlpbr("agree", attached, "--month", "May 2026", "-o", target),
        "'PBR Agreed'!A",
        "holds a formula that reads Signed!A6. Say with --agreed where the table stands",
    )
    status, _, err = xlpbr(
        "agree", attached, "--month", "May 2026", "--agreed", place, "-o", target
    )
    assert status == 0, err
    assert "It stands in Signed!A6 to D6." in err
    # The sheet that reads the book's own table shows the row as well.
    again = xlpbr("agree", target, "--month", "May 2026", "-o", tmp_path / "again.xlsx")
    assert "May 2026 is agreed already, at £178,269.98 ('PBR Agreed'!A" in again[2]


def test_problems_that_stop_the_figures_stop_it(xlpbr, make_workbook, roomy, tmp_path):
    roomy["Placements"][1][2] = "lots"
    target = tmp_path / "out.xlsx"
    status, _, err = xlpbr("agree", make_workbook(roomy), "--month", "May 2026", "-o", target)
    assert status == 1
    assert "1 problem stops the figures" in err
    assert not target.exists()


def test_earlier_months_with_money_are_named(xlpbr, make_workbook, roomy, tmp_path):
    book, target = make_workbook(roomy), tmp_path / "out.xlsx"
    june = told(xlpbr("statement", book, "--csv", "--as-at", "30/06/2026")[1])[9]
    assert june["Month"] == "2026-06-01"
    _, _, err = xlpbr("agree", book, "--month", "Jul 2026", "-o", target)
    due = f"{Decimal(june['To invoice']):,.2f}"
    assert f"May 2026 (£178,269.98) and June 2026 (£{due}) are not agreed yet" in err
    _, _, err = xlpbr("agree", target, "--month", "Jun 2026", "-o", tmp_path / "two.xlsx")
    assert "May 2026 (£178,269.98) is not agreed yet" in err


def test_nothing_of_other_columns_is_in_the_snapshot(xlpbr, make_workbook, roomy, tmp_path):
    for number, row in enumerate(roomy["Placements"]):
        row.append("Social worker" if number == 0 else "Eve Example")
    target = tmp_path / "out.xlsx"
    assert xlpbr("agree", make_workbook(roomy), "--month", "May 2026", "-o", target)[0] == 0
    item = members(target)["customXml/item1.xml"].decode()
    assert "Eve" not in item
    assert '["C01", "foster", "7076.92", "1425.00", "2026-02-16", "", "yes", ""]\n' in item


def test_what_changed_since_a_month_was_agreed(xlpbr, agreed, tmp_path):
    assert "Nothing changed since May 2026 was agreed on " in xlpbr("changes", agreed)[2]
    now = changed(
        agreed, tmp_path / "now.xlsx",
        Placements_F9="2026-06-01", Terms_B9=610000, Placements_D4=320,
    )  # fmt: skip
    status, out, _ = xlpbr("changes", now, "--csv")
    rows = told(out)
    assert status == 0
    assert [list(row.values())[:6] for row in rows] == [
        ["Terms", "Fee", "changed", "Value", "599800", "610000"],
        ["Placements", "C03, moved 9 Mar 2026", "changed", "Family weekly cost", "310", "320"],
        ["Placements", "C07, moved 11 May 2026", "changed", "Ended on", "", "2026-06-01"],
        ["Placements", "C07, moved 11 May 2026", "changed", "Ended because", "", "broke down"],
        ["Total", "", "", "", "", ""],
    ]
    # Two files say the same as the snapshot of one.
    assert xlpbr("changes", agreed, now, "--csv")[1] == out
    before, after = (told(xlpbr("statement", book, "--csv")[1]) for book in (agreed, now))
    for heading in AMOUNTS:
        difference = added_up(after, heading) - added_up(before, heading)
        assert added_up(rows[:-1], heading) == Decimal(rows[-1][heading]) == difference


@pytest.mark.parametrize("width", [80, 100])
def test_the_rows_of_a_person_add_up(xlpbr, agreed, tmp_path, narrow, width):
    narrow(width)
    now = changed(
        agreed, tmp_path / "now.xlsx",
        Placements_F9="2026-06-01", Terms_B9=610000, Placements_D4=320, Costs_D3=99999,
    )  # fmt: skip
    _, out, err = xlpbr("changes", now)
    lines = [line for line in out.splitlines() if line[:1] in "│┃┏└"]
    assert max(map(len, lines)) <= width
    worth = out.partition("What each change is worth")[2]
    pence = [
        [round(Decimal(re.sub("[£,]", "", cell)) * 100) for cell in found]
        for line in worth.splitlines()
        if (found := re.findall(r"-?£[\d,]+\.\d\d", line))
    ]
    *summed, after = pence
    assert [sum(column) for column in zip(*summed, strict=True)] == after
    assert "All changes together: saving " in err


def test_what_agreed_months_do_not_take_is_said_to_come_later(xlpbr, agreed, tmp_path):
    now = changed(agreed, tmp_path / "now.xlsx", Placements_D4=320, Placements_C2=7000)
    day = ("--as-at", "31/5/2026")
    found = json.loads(xlpbr("changes", now, "--json", *day)[1])
    assert found["difference"]["To invoice"] == 0
    assert found["carried"] == found["difference"]["Payable"] != 0
    carried = Decimal(str(found["carried"]))
    _, _, err = xlpbr("changes", now, *day)
    sign = "-" if carried < 0 else ""
    assert (
        f"Agreed months stay as they were agreed, so that {sign}£{abs(carried):,.2f} comes into the"
        " next month that is not agreed." in err
    )
    # The report says it in the same words, to the same day.
    target = tmp_path / "report.xlsx"
    assert xlpbr("report", now, "-o", target, "--since", now, *day)[0] == 0
    shown = [str(cell.value) for cell in cells_of(open_book(target), "Changes").values()]
    (said,) = re.findall(r"All changes together.*? is not agreed\.", " ".join(err.split()))
    assert said in " ".join(shown)
    # It is in the Adjustment of that month, beside what had been carried before.
    to_june = ("--as-at", "30/06/2026", "--csv")
    june = [told(xlpbr("statement", book, *to_june)[1])[9] for book in (agreed, now)]
    assert [row["Month"] for row in june] == ["2026-06-01"] * 2
    assert Decimal(june[1]["Adjustment"]) - Decimal(june[0]["Adjustment"]) == carried
    # To the end of the programme nothing is left to come.
    end = ("--as-at", "28/2/2027")
    to_the_end = json.loads(xlpbr("changes", now, "--json", *end)[1])
    assert to_the_end["carried"] == 0
    assert "Agreed months stay" not in xlpbr("changes", now, *end)[2]


def test_changes_up_to_a_month(xlpbr, agreed, tmp_path):
    now = changed(agreed, tmp_path / "now.xlsx", Terms_B9=610000, Placements_D4=320)
    found = json.loads(xlpbr("changes", agreed, now, "--json", "--month", "Jun 2026")[1])
    assert found["month"] == "2026-06"
    assert (found["since"], found["file"]) == ("agreed.xlsx", "now.xlsx")
    shown = told(xlpbr("statement", now, "--csv", "--as-at", "30/06/2026")[1])
    for heading in AMOUNTS:
        assert Decimal(str(found["after"][heading])) == added_up(shown, heading)
    in_pence = {
        when: {name: round(amount * 100) for name, amount in found[when].items()}
        for when in ("before", "after", "difference")
    }
    assert in_pence["difference"] == {
        name: in_pence["after"][name] - in_pence["before"][name] for name in AMOUNTS
    }
    refused(
        xlpbr("changes", agreed, now, "--month", "Jun 2030"), "June 2030 is not in the statement"
    )


def test_each_month_keeps_its_snapshot(xlpbr, agreed, tmp_path):
    later = changed(agreed, tmp_path / "later.xlsx", Placements_D4=320)
    both = tmp_path / "both.xlsx"
    assert xlpbr("agree", later, "--month", "Jun 2026", "-o", both)[0] == 0
    assert "Nothing changed since June 2026 was agreed" in xlpbr("changes", both)[2]
    rows = told(xlpbr("changes", both, "--snapshot", "May 2026", "--csv")[1])
    tables = [row["Table"] for row in rows]
    assert tables[0] == "Placements"
    assert set(tables[1:]) == {"Agreed", "Total"}
    refused(
        xlpbr("changes", both, "--snapshot", "Apr 2026"),
        "keeps no snapshot of April 2026; it keeps those of May 2026, June 2026.",
    )


def test_changes_without_a_snapshot_or_with_a_changed_one(xlpbr, agreed, tmp_path):
    refused(
        xlpbr("changes", tmp_path / "budget.xlsx"), "keeps no snapshot of its tables",
        "[no-snapshot]",
    )  # fmt: skip
    refused(
        xlpbr("changes", agreed, tmp_path / "budget.xlsx", "--snapshot", "May 2026"), "--snapshot"
    )
    edit_part(agreed, "customXml/item1.xml", b'["C01", "foster"', b'["C01", "kinship"')
    refused(xlpbr("changes", agreed), "was changed since it was written", "[snapshot]")


def test_problems_of_the_older_workbook_are_said_to_be_its(xlpbr, agreed, tmp_path):
    wrong = changed(agreed, tmp_path / "wrong.xlsx", Placements_C3="lots")
    status, out, err = xlpbr("changes", wrong, agreed)
    assert (status, out) == (1, "")
    assert err.splitlines()[0] == "In wrong.xlsx:"
    assert 'Placements!C3 (Residential weekly cost): found "lots"' in err


def test_the_report_shows_what_changed(xlpbr, agreed, tmp_path):
    now = changed(agreed, tmp_path / "now.xlsx", Terms_B9=610000, Placements_D4=320)
    target = tmp_path / "report.xlsx"
    for since in (agreed, now):
        status, _, err = xlpbr("report", now, "-o", target, "--since", since, "--replace")
        assert status == 0, err
        book = open_book(target)
        shown = {place: cell.value for place, cell in cells_of(book, "Changes").items()}
        first = next(row for (row, column), value in shown.items() if value == "Before")
        heading = first - 1 if shown.get((first - 1, 1)) == "Table" else first
        rows = []
        row = heading + 1
        while (row, 1) in shown:
            rows.append([shown.get((row, column)) for column in range(1, 10)])
            row += 1
        assert [row[0] for row in rows] == ["Before", "Terms", "Placements", "After"]
        for column in (6, 7, 8):
            pence = [round(one[column] * 100) for one in rows if one[column] != "[z]"]
            assert sum(pence[:-1]) == pence[-1]
    to_may = ("--as-at", "31/05/2026", "--replace")
    refused(xlpbr("report", now, "-o", agreed, "--since", agreed, *to_may), "agreed.xlsx")
    refused(xlpbr("report", now, "-o", target, "--since", agreed, *to_may, "--public"), "--public")


def test_an_attached_sheet_takes_it_and_detach_says_so(xlpbr, make_workbook, roomy, tmp_path):
    without = {name: rows for name, rows in roomy.items() if name != "Agreed"}
    book = make_workbook(without)
    attached, target, back = (tmp_path / f"{name}.xlsx" for name in ("with", "agreed", "back"))
    status, _, err = xlpbr(
        "attach", book, "--contract", "plymouth-l04-2526", "--sheets", "Agreed", "-o", attached
    )
    assert status == 0, err
    status, _, err = xlpbr("agree", attached, "--month", "Feb 2026", "-o", target)
    assert status == 0, err
    assert "February 2026 is agreed at £" in err
    status, _, err = xlpbr("detach", target, "-o", back)
    assert status == 0
    assert "What was typed into PBR Agreed went with it" in err
    # What is about single children, and stays, is said.
    assert "It keeps 1 snapshot of the tables as they were when a month was agreed." in err
    assert "Inspect Document" in err
    assert xlpbr("detach", attached, "-o", back, "--replace")[2].count("snapshot") == 0


@pytest.mark.slow
def test_sheets_that_were_attached_without_agreed_are_told_the_way(xlpbr, tmp_path):
    book, attached = tmp_path / "budget.xlsx", tmp_path / "with.xlsx"
    write_sample_budget(load_contract("plymouth-l04-2526"), book)
    rate = "Weekly rate=Residential weekly cost"
    place = ("--placements", "'Placements 26-27'!A4:H60", "--map", rate)
    words = ("attach", book, "--contract", "plymouth-l04-2526", *place, "--sheets")
    status, _, err = xlpbr(*words, "Statement", "-o", attached)
    assert status == 0, err
    target = tmp_path / "agreed.xlsx"
    refused(
        xlpbr("agree", attached, "--month", "Feb 2026", "-o", target),
        "Its PBR sheets were attached without that table",
        "xlpbr detach with.xlsx -o OUT.xlsx",
        "--sheets Statement,Checks,Agreed",
        "[agreed-table]",
    )
    # As it says: out, in again with Agreed, and then the month.
    back, again = tmp_path / "back.xlsx", tmp_path / "again.xlsx"
    assert xlpbr("detach", attached, "-o", back)[0] == 0
    assert xlpbr("attach", back, *words[2:], "Statement,Checks,Agreed", "-o", again)[0] == 0
    assert xlpbr("agree", again, "--month", "Feb 2026", "-o", target)[0] == 0


def test_the_hash_of_the_snapshot_is_shown_beside_the_one_of_the_minute(
    xlpbr, make_workbook, roomy, tmp_path
):
    book, target = make_workbook(roomy), tmp_path / "agreed.xlsx"
    _, _, err = xlpbr("agree", book, "--month", "May 2026", "-o", target)
    (of_the_minute,) = re.findall(r"SHA-256 of the snapshot: ([0-9a-f]{64})", err)
    assert f"SHA-256 of the snapshot: {of_the_minute}\n" in xlpbr("changes", target)[2]
    assert json.loads(xlpbr("changes", target, "--json")[1])["snapshot_sha256"] == of_the_minute
    assert json.loads(xlpbr("changes", book, target, "--json")[1])["snapshot_sha256"] is None
    # Who changes the snapshot and writes another hash into it is found out by the minute.
    item = members(target)["customXml/item1.xml"]
    text = item.partition(b">\n<snapshot")[2].partition(b">\n")[2].removesuffix(b"\n</snapshot>")
    other = text.replace(b'"7076.92"', b'"7076.93"', 1)
    assert other != text
    digits = hashlib.sha256(html.unescape(other.decode()).strip().encode()).hexdigest()
    edit_part(target, "customXml/item1.xml", text, other)
    edit_part(target, "customXml/item1.xml", of_the_minute.encode(), digits.encode())
    status, _, err = xlpbr("changes", target)
    assert status == 0
    assert of_the_minute not in err
    assert digits in err


ALTERED = {
    "date": lambda r: date(2025, 9, 1) + timedelta(r.randrange(540)),
    "month": lambda r: date(2026, r.randrange(1, 13), 1),
    "year": lambda r: r.choice(["2025/26", "2026/27"]),
    "money": lambda r: r.choice([0, 1, 10.005, 99999, round(r.uniform(0, 9000), 2)]),
    "rate": lambda r: round(r.random(), 3),
    "count": lambda r: r.randrange(1, 30),
    "yes_no": lambda r: r.choice(["yes", "no"]),
}
ALTERED["amount"], ALTERED["price"] = ALTERED["money"], ALTERED["money"]
ALTERED["weeks"] = ALTERED["count"]


def altered(found, r):
    """A cell of some table of a workbook, and something else that may stand in it."""
    table = r.choice([name for name, place in found.places.items() if place is not None])
    rows, place = found.rows[table], found.places[table]
    if table == "Assumptions":
        return None
    if table == "Terms":
        term = r.choice([term for term in TERMS if term.kind in (*ALTERED, "option")])
        number = next(at for at, row in enumerate(rows) if row[0] == term.label)
        declared, column = term, rows[0].index("Value")
    else:
        columns = [one for one in ALL_COLUMNS[table] if one.heading in rows[0]]
        declared = r.choice([one for one in columns if one.kind in (*ALTERED, "option")])
        used = [at for at, row in enumerate(rows) if at and any(cell is not None for cell in row)]
        if not used:
            return None
        number, column = r.choice(used), rows[0].index(declared.heading)
    if r.random() < 0.15:
        value = None
    elif declared.kind == "option":
        value = r.choice(list(declared.options))
    else:
        value = ALTERED[declared.kind](r)
    return place.sheet, (sheet_row(place, number), place.first_column + column), value


@pytest.mark.slow
@pytest.mark.parametrize(("contract", "month"), [
    ("plymouth-l04-2526", "May 2026"), ("cheshire-east-2026", "Aug 2026"),
])  # fmt: skip
def test_whatever_is_changed_the_pounds_by_cause_add_up_and_agreed_months_stay(
    xlpbr, tmp_path, contract, month
):
    book, agreed, now = (tmp_path / f"{name}.xlsx" for name in ("new", "agreed", "now"))
    assert xlpbr("new", contract, "--sample", "-o", book)[0] == 0
    assert xlpbr("agree", book, "--month", month, "-o", agreed)[0] == 0
    day = ("--as-at", "31/12/2026")
    before = told(xlpbr("statement", agreed, "--csv", *day)[1])
    found = read_tables(agreed, {})
    settled_months = {row.month.isoformat() for row in read_records(found).evidence.record.signed}
    compared = 0
    for seed in range(60):
        r = random.Random(seed)
        cells = {}
        touched = [one for one in (altered(found, r) for _ in range(r.randrange(1, 5))) if one]
        for sheet, place, value in touched:
            cells.setdefault(sheet, {})[place] = CellChange(value, None)
        if not cells:
            continue
        now.unlink(missing_ok=True)
        edit(open_book(agreed), Changes(cells=cells), now)
        status, out, err = xlpbr("changes", now, "--csv", *day)
        if status == 1:  # the change cannot be settled, which is said
            assert "stop the figures" in err or "stops the figures" in err
            continue
        assert status == 0, (touched, err)
        compared += 1
        rows, after = told(out), told(xlpbr("statement", now, "--csv", *day)[1])
        for heading in AMOUNTS:
            difference = added_up(after, heading) - added_up(before, heading)
            assert added_up(rows[:-1], heading) == difference, (touched, heading)
            assert Decimal(rows[-1][heading]) == difference, (touched, heading)
        if "Agreed" not in cells:
            shown = {row["Month"]: row["To invoice"] for row in after}
            for row in before:
                if row["Month"] in settled_months and row["Month"] in shown:
                    assert shown[row["Month"]] == row["To invoice"], touched
    assert compared >= 20


@pytest.mark.slow
@pytest.mark.parametrize("host", OF_WORKBOOKS)
def test_a_month_is_agreed_in_the_workbook_of_each_host(xlpbr, tmp_path, host):
    suffix = HOSTS[host].suffix
    book, target = tmp_path / f"new{suffix}", tmp_path / f"agreed{suffix}"
    words = ("new", "plymouth-l04-2526", "--host", host, "--sample", "-o", book)
    assert xlpbr(*words)[0] == 0
    status, _, err = xlpbr("agree", book, "--month", "May 2026", *SIGNERS, "-o", target)
    assert status == 0, err
    before, after = members(book), members(target)
    new = {name for name in after if name not in before}
    assert len(new) == 3
    assert all(name.startswith("customXml/") for name in new)
    assert before.keys() <= after.keys()
    # Of the rest only sheets with formulas, the Agreed sheet and the lists of parts differ.
    differ = {name for name in before if before[name] != after[name]}
    assert {name for name in differ if not name.startswith("xl/worksheets/sheet")} <= {
        "[Content_Types].xml", "xl/_rels/workbook.xml.rels",
    }  # fmt: skip
    assert "Nothing changed" in xlpbr("changes", target)[2]
    shown = cells_of(open_book(target), "Month")
    assert any(cell.value == 166269.98 for cell in shown.values())
