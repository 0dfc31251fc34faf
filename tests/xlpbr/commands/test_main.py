"""The commands as they are typed: what they print, their exit status, their one-line refusals."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import date

import openpyxl
import pytest

from tests.support.samples import sample_table
from tests.support.systems import on_posix
from xlpbr import __version__, functions
from xlpbr.contract import cell_readers
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import CONTRACT_NAMES, EXAMPLE_NAMES, load_contract
from xlpbr.workbook.agreed import agree
from xlpbr.workbook.template.write import new_workbook

TABLE_NAMES = ("Terms", "Placements", "Carers", "Claims")


@pytest.fixture
def budget(make_workbook, sample):
    return make_workbook(sample)


def refused(result, *parts):
    """A wrong call: exit status 2, nothing printed, and one line that says what is wrong."""
    status, out, err = result
    assert (status, out) == (2, "")
    assert err.count("\n") == 1, err
    for part in parts:
        assert str(part) in err
    return err


def test_version(xlpbr):
    assert xlpbr("--version") == (0, f"xlpbr {__version__}\n", "")


def test_help_lists_the_commands_and_no_command_is_a_wrong_call(xlpbr):
    status, out, _ = xlpbr("--help")
    assert status == 0
    for command in (
        "new",
        "statement",
        "readings",
        "explain",
        "check",
        "terms",
        "contracts",
        "recalc",
        "report",
    ):
        assert f"\n  {command} " in out
    assert xlpbr()[0] == 2


def test_the_console_script_answers(budget):
    done = subprocess.run(
        [sys.executable, "-m", "xlpbr.cli", "check", str(budget), "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["rows"][0]["Found"] == "no problems"


# What each command prints.


def plain(value):
    return value.isoformat() if isinstance(value, date) else value


def expected_rows(table):
    headings, *rows = table
    return [dict(zip(headings, map(plain, row), strict=True)) for row in rows]


def test_statement_for_machines(xlpbr, budget, sample):
    table = functions.pbr_statement(*sample.values(), "30/06/2026")
    status, out, err = xlpbr("statement", budget, "--json", "--as-at", "30 Jun 2026")
    found = json.loads(out)
    assert (status, err) == (0, "")
    assert found["rows"] == expected_rows(table)
    assert found["headings"] == table[0]
    assert (found["as_at"], found["contract"], found["xlpbr"], found["problems"]) == (
        "2026-06-30", "plymouth-l04-2526", __version__, 0,
    )  # fmt: skip
    assert len(found["sha256"]) == 64
    assert found["rows_read"] == [
        {"table": name, "found": len(sample[name]) - 1, "used": len(sample[name]) - 1,
         "refused": 0, "blank": 0}
        for name in TABLE_NAMES
    ]  # fmt: skip
    assert found["notes"] == []
    status, out, _ = xlpbr("statement", budget, "--csv", "--as-at", "2026-06-30")
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == table[0]
    assert [[float(cell) for cell in row[1:]] for row in rows[1:]] == [row[1:] for row in table[1:]]
    assert [row[0] for row in rows[1:]] == [plain(row[0]) for row in table[1:]]


END = ("--as-at", "28/02/2027")
"""The whole programme, which a command shows only where it is asked for."""
TO_APRIL = (
    "As at 30 Apr 2026, the end of the last month that was claimed or agreed; --as-at takes"
    " another day.\n"
)


def test_statement_for_a_person(xlpbr, budget):
    status, out, err = xlpbr("statement", budget)
    assert (status, err) == (0, TO_APRIL)
    assert "Statement plymouth-l04-2526 to 30 Apr 2026" in out
    assert "May 2026" not in out
    status, out, err = xlpbr("statement", budget, *END)
    assert (status, err) == (0, "")
    assert "Statement plymouth-l04-2526 to 28 Feb 2027" in out
    assert out.count(" 2026 ") >= 12
    assert "£599,800.00" in out


def test_readings(xlpbr, budget, sample):
    tables = [sample[name] for name in TABLE_NAMES[:3]]
    for given, day in ((END, None), ((), date(2026, 4, 30))):
        _, out, _ = xlpbr("readings", budget, "--json", *given)
        assert json.loads(out)["rows"] == expected_rows(functions.pbr_readings(*tables, day))
    status, out, _ = xlpbr("readings", budget)
    assert status == 0
    assert "no_catch_up" in out


@pytest.mark.parametrize("month", ["Mar 2026", "17/03/2026", "2026-03-31", "2026-03", "202603"])
def test_explain(xlpbr, budget, sample, month):
    _, out, _ = xlpbr("explain", budget, "--month", month, "--json")
    table = functions.pbr_explain(sample["Terms"], sample["Placements"], "Mar 2026",
                                  sample["Carers"], sample["Claims"])  # fmt: skip
    assert json.loads(out)["rows"] == expected_rows(table)
    status, out, _ = xlpbr("explain", budget, "--month", month)
    assert status == 0
    assert "/ 7 x" in out


def test_check_lists_every_problem_with_its_cell(xlpbr, make_workbook, sample):
    sample["Placements"][2][2] = "tbc"
    sample["Placements"][12][0] = "Jane Smith"
    sample["Carers"] = sample["Carers"][:2]
    sample["Terms"][8][1] = -1.0
    sample["Claims"][1][1] = "=1+1"
    path = make_workbook(sample)
    status, out, err = xlpbr("check", path, "--json")
    found = json.loads(out)
    assert (status, err) == (1, "")
    assert [row["Where"] for row in found["rows"]] == [
        "Terms!B9", "Placements!C3", "Placements!A13", "Claims!B2",
    ]  # fmt: skip
    assert found["rows_read"][:2] == [
        {"table": "Terms", "found": 38, "used": 37, "refused": 1, "blank": 0},
        {"table": "Placements", "found": 15, "used": 14, "refused": 1, "blank": 0},
    ]
    status, out, err = xlpbr("check", path)
    assert status == 1
    assert "Placements!C3" in out
    assert "Placements: 15 rows = 14 used + 1 refused + 0 blank." in err
    status, out, _ = xlpbr("check", path, "--csv")
    assert status == 1
    assert len(list(csv.reader(io.StringIO(out)))) == 5


def test_problems_stop_the_figures_and_are_all_listed(xlpbr, make_workbook, sample):
    sample["Placements"][2][2] = "tbc"
    sample["Placements"][5][4] = "31/02/2026"
    sample["Claims"][1][1] = "#N/A"
    path = make_workbook(sample)
    for command in (["statement"], ["readings"], ["explain", "--month", "Mar 2026"]):
        status, out, err = xlpbr(*command, path)
        assert (status, out) == (1, "")
        assert [line.partition(":")[0] for line in err.splitlines()[:3]] == [
            "Placements!C3 (Residential weekly cost)", "Placements!E6 (Moved on)",
            "Claims!B2 (Invoiced)",
        ]  # fmt: skip
        assert err.splitlines()[3].startswith("3 problems stop the figures.")


def test_notices_are_mentioned_beside_the_figures(xlpbr, make_workbook, sample):
    sample["Placements"][1][0] = "Jane Smith"
    status, out, err = xlpbr("statement", make_workbook(sample), "--csv")
    assert status == 0
    assert out.startswith("Month,")
    _, first, *_, last = err.splitlines()
    assert first.startswith('Placements!A2 (Child): found "Jane Smith"; expected a pseudonym')
    assert last.endswith("to look at, listed above; the figures stand.")


def test_the_report_names_the_cell_of_a_notice(xlpbr, make_workbook, sample, tmp_path):
    sample["Placements"][1][0] = "Jane Smith"
    target = tmp_path / "report.xlsx"
    assert xlpbr("report", make_workbook(sample), "-o", target)[0] == 0
    rows = openpyxl.load_workbook(target)["Checks"].iter_rows(values_only=True)
    assert [row[1] for row in rows if row[0] == "Problem in the data"] == [
        "Placements!A2 (Child)",
        "Carers!C2 (Child)",
    ]


@pytest.mark.parametrize("text", ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)"])
def test_no_text_of_the_source_becomes_a_formula_in_csv(xlpbr, make_workbook, sample, text):
    sample["Placements"][1][1] = "foster"
    sample["Terms"][1].append("")
    sample["Terms"] = [
        [*row[:3], text if i else "Clause", ""] for i, row in enumerate(sample["Terms"])
    ]
    sample["Terms"][0] = ["Term", "Value", "Unit", "Clause", "Reading"]
    path = make_workbook(sample)
    _, out, _ = xlpbr("explain", path, "--month", "Mar 2026", "--csv")
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[1][0] == f"'{text}"
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("name", ["[/b] north", "[red]x", ":boy: C[1]", "back\\"])
def test_brackets_and_colons_in_names_are_shown_as_they_are(xlpbr, make_workbook, sample, name):
    sample["Terms"][1][1] = name
    sample["Placements"][1][0] = f"{name} 1"
    sample["Placements"][2][2] = name
    sample["Carers"][1][2] = f"{name} 1"
    path = make_workbook(sample, "[red]x.xlsx")
    status, out, _ = xlpbr("check", path)
    assert status == 1
    assert f'"{name}"' in out
    assert "Problems in [red]x.xlsx" in out
    sample["Placements"][2][2] = 7000
    status, out, _ = xlpbr("statement", make_workbook(sample, "right.xlsx"))
    assert (status, f"Statement {name} to 30 Apr 2026" in out) == (0, True)
    status, out, _ = xlpbr("explain", path.with_name("right.xlsx"), "--month", "Mar 2026")
    assert status == 0
    assert f"{name} 1: £" in " ".join(out.replace("│", " ").split())


def test_terms(xlpbr, tmp_path):
    status, out, _ = xlpbr("terms", "plymouth-l04-2526", "--json")
    found = json.loads(out)
    assert status == 0
    assert {row["Term"]: row["Value"] for row in found["rows"]}["Fee"] == 599800.0
    assert found["notes"]
    status, out, err = xlpbr("terms", "cheshire-east-2026")
    assert (status, "970,000.00" in out, "Source: Cheshire East" in err) == (0, True, True)
    refused(xlpbr("terms", "plymuth"), "plymouth-l04-2526")
    refused(xlpbr("terms", tmp_path / "none.toml"), "no such file")


def test_the_contracts_are_listed_the_examples_apart(xlpbr):
    status, out, _ = xlpbr("contracts", "--json")
    rows = json.loads(out)["rows"]
    assert status == 0
    assert [row["Contract"] for row in rows] == [*CONTRACT_NAMES, *EXAMPLE_NAMES]
    assert {row["Kind"] for row in rows[2:]} == {"example"}
    assert all(row["Title"] for row in rows)
    status, out, err = xlpbr("contracts")
    assert (status, "essex-edge-of-care-2012" in out) == (0, True)
    assert "the rest stays blank" in err


def test_the_terms_of_a_contract_that_changes_and_has_rates(xlpbr, tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(
        '[terms.Fee]\nvalue = 1000\nclause = "1"\n'
        '[[variations]]\nterm = "Fee"\nfrom = 2026-06-01\nvalue = 2000\nclause = "2"\n'
        '[[rates]]\noutcome = "A year"\nweeks = 52\nprice = 6800.50\nto = 2027-03-31\n'
        '[[rates]]\noutcome = "Two years"\nweeks = 104\n',
        encoding="utf-8",
    )
    status, out, _ = xlpbr("terms", path)
    assert (status, "2,000.00" in out, "1 Jun 2026" in out) == (0, True, True)
    assert ("6,800.50" in out, "31 Mar 2027" in out) == (True, True)
    found = json.loads(xlpbr("terms", path, "--json")[1])
    assert [(row["Value"], row["From"]) for row in found["rows"] if row["Term"] == "Fee"] == [
        (1000.0, None), (2000.0, "2026-06-01"),
    ]  # fmt: skip
    assert [(row["Outcome"], row["Price"]) for row in found["rates"]] == [
        ("A year", 6800.5), ("Two years", ""),
    ]  # fmt: skip


# Where the tables are.


def test_tables_anywhere_by_address_and_by_defined_name(xlpbr, make_workbook, sample, tmp_path):
    _, usual, _ = xlpbr("statement", make_workbook(sample), "--csv")
    sheets = {
        "Vertrag": "Terms",
        "Kids & moves": "Placements",
        "Panel's": "Carers",
        "Inv": "Claims",
    }
    path = make_workbook({sheet: sample[name] for sheet, name in sheets.items()}, "other.xlsx",
                         tables_named=False, first_row=3, first_column=1)  # fmt: skip
    refused(xlpbr("statement", path), path, "no table or name called PbrTerms", "--terms")
    book = openpyxl.load_workbook(path)
    for sheet, name in sheets.items():
        width = chr(ord("B") + len(sample[name][0]) - 1)
        quoted = sheet.replace("'", "''")
        address = f"'{quoted}'!$B$4:${width}${3 + len(sample[name])}"
        book.defined_names[f"Pbr{name}"] = openpyxl.workbook.defined_name.DefinedName(
            f"Pbr{name}", attr_text=address
        )
    book.save(tmp_path / "named.xlsx")
    given = []
    for sheet, name in sheets.items():
        width = chr(ord("B") + len(sample[name][0]) - 1)
        quoted = f"'{sheet.replace(chr(39), chr(39) * 2)}'" if "'" in sheet else sheet
        given += [f"--{name.lower()}", f"{quoted}!B4:{width}{3 + len(sample[name])}"]
    assert xlpbr("statement", path, "--csv", *given) == (0, usual, TO_APRIL)
    assert xlpbr("statement", tmp_path / "named.xlsx", "--csv") == (0, usual, TO_APRIL)


def test_a_workbook_of_1904_gives_the_same_figures(xlpbr, make_workbook, sample):
    path = make_workbook(sample, "mac.xlsx", date_1904=True)
    usual = make_workbook(sample)
    for command in (["statement", "--csv"], ["check", "--csv"],
                    ["explain", "--csv", "--month", "Mar 2026"]):  # fmt: skip
        assert xlpbr(*command, path) == xlpbr(*command, usual)


def test_a_workbook_without_carers_and_claims(xlpbr, make_workbook, sample):
    path = make_workbook({name: sample[name] for name in TABLE_NAMES[:2]})
    table = functions.pbr_statement(sample["Terms"], sample["Placements"])
    status, out, _ = xlpbr("statement", path, "--json", *END)
    assert (status, json.loads(out)["rows"]) == (0, expected_rows(table))


# What is refused.


def ole(*streams):
    directory = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in streams)
    return bytes.fromhex("D0CF11E0A1B11AE1").ljust(512, b"\0") + directory


@pytest.mark.parametrize("command", [["statement"], ["readings"], ["check"],
                                     ["explain", "--month", "Mar 2026"]])  # fmt: skip
@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("none.xlsx", None, "does not exist"),
        ("list.xlsx", b"Child,Moved on\nC01,1\n", "not a workbook"),
        ("secret.xlsx", ole("Root Entry", "EncryptionInfo", "EncryptedPackage"), "password"),
        ("old.xls", ole("Root Entry", "Workbook"), ".xls"),
        ("cut.xlsx", b"PK\3\4 and no more", "damaged"),
        ("empty.xlsx", b"", "empty"),
    ],
)
def test_files_that_are_no_workbook(xlpbr, tmp_path, command, name, content, part):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    refused(xlpbr(*command, path), path, part)


def test_a_binary_workbook(xlpbr, tmp_path, budget):
    path = tmp_path / "budget.xlsb"
    with_part = io.BytesIO()

    with zipfile.ZipFile(budget) as usual, zipfile.ZipFile(with_part, "w") as packed:
        for name in usual.namelist():
            content = usual.read(name)
            if name in ("_rels/.rels", "[Content_Types].xml"):
                content = content.replace(b"workbook.xml", b"workbook.bin")
            packed.writestr(name.replace("workbook.xml", "workbook.bin"), content)
    path.write_bytes(with_part.getvalue())
    refused(xlpbr("statement", path), path, ".xlsb")


def test_a_misspelt_heading_names_the_nearest(xlpbr, make_workbook, sample):
    sample["Placements"][0][4] = "Moved onn"
    status, out, err = xlpbr("statement", make_workbook(sample))
    assert (status, out) == (1, "")
    assert err.splitlines()[0].startswith("Placements, table PbrPlacements (Moved on): ")
    assert 'Rename the heading "Moved onn" to "Moved on".' in err


def test_formulas_never_calculated(xlpbr, make_workbook, sample):
    path = make_workbook(sample)
    book = openpyxl.load_workbook(path)
    book["Placements"]["C2"] = "=7000+1"
    book.save(path)
    refused(xlpbr("statement", path), "Placements!C2", "never been calculated", "xlpbr recalc")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--as-at", "soon"], '"soon"'),
        (["--as-at", "31/02/2026"], '"31/02/2026"'),
        (["--as-at", "-5"], "-5"),
        (["--jsn"], "--jsn"),
        (["--placements"], "--placements"),
    ],
)
def test_a_call_that_is_wrong(xlpbr, budget, words, part):
    status, out, err = xlpbr("statement", budget, *words)
    assert (status, out) == (2, "")
    assert part in err


@pytest.mark.parametrize("month", ["soon", "2026-13", "Mar 2031", "Aug 2025"])
def test_a_month_that_is_not_there_is_a_wrong_call(xlpbr, budget, month):
    message = refused(xlpbr("explain", budget, "--month", month), "found ")
    assert "month" in message


@pytest.mark.parametrize(
    ("place", "part"),
    [("Placemnts!A1:H9", "did you mean Placements"), ("PbrPlacement", "did you mean PbrPlacements"),
     ("Placements!A4", "single cell"), ("Placements", "is a sheet"), ("A1:H9", "which sheet"),
     ("Placements!1:2:3", "no range")],
)  # fmt: skip
def test_a_place_that_is_not_there(xlpbr, budget, place, part):
    refused(xlpbr("statement", budget, "--placements", place), budget, part)


# Writing.


def test_recalc_writes_beside_and_never_over(xlpbr, make_workbook, sample, tmp_path):
    formula = "=PBR_STATEMENT(PbrTerms[#All],PbrPlacements[#All])"
    # Two of the four cells that it filled show what they showed before: Month, and 0.
    path = make_workbook(sample, formulas={"Statement!A1:B2": (formula, "Month")})
    before = path.read_bytes()
    status, out, err = xlpbr("recalc", path, "-o", tmp_path / "out.xlsx")
    assert (status, out) == (0, "")
    assert err.startswith("Calculated 1 PBR_ formula; 359 cells of ")
    for target, part in (
        (path, "is the file that is being read"),
        (tmp_path / "none" / "out.xlsx", "does not exist"),
        (tmp_path / "out.xls", "must end in .xlsx; name it out.xlsx, for example."),
    ):
        refused(xlpbr("recalc", path, "-o", target), part)
    assert path.read_bytes() == before
    assert sorted(found.name for found in tmp_path.iterdir()) == ["budget.xlsx", "out.xlsx"]


@on_posix
def test_recalc_never_writes_over_its_input_by_another_name(xlpbr, budget, tmp_path):
    before, link = budget.read_bytes(), tmp_path / "link.xlsx"
    link.symlink_to(budget)
    refused(xlpbr("recalc", budget, "-o", link), "is the file that is being read")
    assert budget.read_bytes() == before
    assert link.is_symlink()


def test_recalc_of_a_workbook_without_a_formula(xlpbr, budget, tmp_path):
    status, _, err = xlpbr("recalc", budget, "-o", tmp_path / "out.xlsx")
    assert status == 0
    assert "has nothing to calculate" in err
    assert xlpbr("statement", tmp_path / "out.xlsx", "--csv") == xlpbr("statement", budget, "--csv")


@pytest.mark.slow
def test_new_makes_a_workbook_that_the_other_commands_read(xlpbr, tmp_path):
    path = tmp_path / "made.xlsx"
    status, _, err = xlpbr("new", "cheshire-east-2026", "--sample", "-o", path)
    assert (status, err) == (0, f"Made {path}.\n")
    status, out, _ = xlpbr("statement", path, "--json")
    assert (status, json.loads(out)["contract"]) == (0, "cheshire-east-2026")
    refused(xlpbr("new", "cheshire", "-o", tmp_path / "x.xlsx"), "cheshire-east-2026")
    refused(xlpbr("new", "cheshire-east-2026", "-o", tmp_path / "no" / "x.xlsx"), "does not exist")
    shutil.rmtree(tmp_path)


def test_recalc_gives_the_values_that_a_refusal_asks_for(xlpbr, make_workbook, sample, tmp_path):
    path = make_workbook(sample)
    book = openpyxl.load_workbook(path)
    book["Placements"]["C2"] = "=7000+76.92"
    book.save(path)
    status, _, err = xlpbr("statement", path)
    assert (status, "xlpbr recalc" in err) == (2, True)
    assert xlpbr("recalc", path, "-o", tmp_path / "calculated.xlsx")[0] == 0
    status, out, _ = xlpbr("statement", tmp_path / "calculated.xlsx", "--csv")
    assert status == 0
    assert out.splitlines()[6].startswith("2026-02-01,1,10496.42,")


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["new", "plymouth-l04-2526"],
        ["report", "{source}"],
        ["recalc", "{source}"],
    ],
)
def test_a_file_that_is_there_is_replaced_only_when_told(xlpbr, budget, tmp_path, command):
    target = tmp_path / "precious.xlsx"
    target.write_bytes(b"somebody's work")
    words = [word.format(source=budget) for word in command]
    refused(xlpbr(*words, "-o", target), "precious.xlsx is there already", "--replace")
    assert target.read_bytes() == b"somebody's work"
    assert xlpbr(*words, "-o", target, "--replace")[0] == 0
    assert target.read_bytes().startswith(b"PK")


def test_a_cut_off_without_the_public_version_is_a_wrong_call(xlpbr, budget, tmp_path):
    target = tmp_path / "report.xlsx"
    refused(
        xlpbr("report", budget, "-o", target, "--cut-off", "3"),
        "--cut-off works only with --public",
    )
    assert not target.exists()


def test_a_public_report_says_how_much_it_shows_and_what_it_cannot_hide(xlpbr, budget, tmp_path):
    target = tmp_path / "report.xlsx"
    status, _, err = xlpbr("report", budget, "-o", target, "--public", "--as-at", "2026-10-31")
    assert status == 0
    said = " ".join(err.split())
    assert (
        "Public version: the saving to date is shown for 6 of 14 months, 1 of them since the first"
        " saving; what is payable to date is shown for 5. The last is July 2026."
    ) in said
    assert "invoices over £500" in said
    status, _, err = xlpbr("report", budget, "-o", tmp_path / "full.xlsx")
    assert (status, "£500" in err) == (0, False)


def test_a_report_in_a_file_of_another_kind_is_refused(xlpbr, budget, tmp_path):
    refused(xlpbr("report", budget, "-o", tmp_path / "report.txt"), "must end in .xlsx")


# What each command reads.


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("statement",), ("readings",), ("explain", "--month", "Mar 2026"), ("check",),
        ("report", "-o", "report.xlsx"), ("report", "-o", "report.xlsx", "--public"),
        ("forecast", "--scenarios", "2"),
    ],
)  # fmt: skip
def test_every_cell_of_the_tables_is_read_once(xlpbr, tmp_path, monkeypatch, command):
    contract = load_contract("plymouth-l04-2526")
    budget = tmp_path / "budget.xlsx"
    new_workbook(contract, budget, sample=True)
    rows = {
        id(column): len(sample_table(contract, table)) - 1
        for table, columns in ALL_COLUMNS.items()
        if table in contract.sample
        for column in columns
    }
    read: Counter[int] = Counter()
    for reader in ("read_cell", "read_term"):
        monkeypatch.setattr(cell_readers, reader, counted(getattr(cell_readers, reader), read))
    monkeypatch.chdir(tmp_path)
    status, _, err = xlpbr(command[0], budget, *command[1:])
    # The sample shows what is disputed, and what is found out late.
    assert status == (command == ("check",)), err
    assert {column: read[column] for column in rows} == rows
    terms = [name for name in read if name not in rows]
    assert len(terms) > 20
    assert {read[name] for name in terms} == {1}


def counted(reader, read):
    def count(declared, value):
        read[id(declared)] += 1
        return reader(declared, value)

    return count


@pytest.mark.parametrize("file", [None, "/somewhere/temporary"])
def test_what_the_computer_refuses_is_a_sentence(
    xlpbr, make_workbook, life, tmp_path, monkeypatch, file
):
    def refuses(**_):
        raise OSError(28, "No space left on device", file)

    life["Agreed"].append([None] * len(life["Agreed"][0]))
    book = make_workbook(life)
    monkeypatch.setattr(agree, "TemporaryDirectory", refuses)
    words = ("agree", book, "--month", "May 2026", "-o", tmp_path / "agreed.xlsx")
    at = f" ({file})" if file else ""
    refused(xlpbr(*words), f"The computer says: No space left on device{at}. Look whether the disk")
    assert not (tmp_path / "agreed.xlsx").exists()
