"""The built-in contracts, and a third from a file."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.support.samples import sample_table
from xlpbr import functions
from xlpbr.contract.evidence import COLUMNS
from xlpbr.contract.library import CONTRACT_NAMES, load_contract, terms_table
from xlpbr.contract.life import LIFE_COLUMNS
from xlpbr.contract.terms import TERMS
from xlpbr.errors import FileProblem
from xlpbr.tables import checks
from xlpbr.tables import evidence as tables
from xlpbr.tables import terms as term_rows

EVERY = pytest.mark.parametrize("name", CONTRACT_NAMES)


def test_the_built_in_contracts():
    assert CONTRACT_NAMES == ("plymouth-l04-2526", "cheshire-east-2026")


@EVERY
def test_every_term_has_its_clause_and_every_reading_its_reason(name):
    contract = load_contract(name)
    assert contract.name == name
    assert contract.source
    assert contract.title
    assert [entry.term for entry in contract.terms] == list(TERMS)
    for entry in contract.terms:
        if entry.value != "" and not (entry.term.kind == "option" and entry.reading == ""):
            assert entry.clause, entry.term.label
        if entry.term.kind == "option" and entry.clause != "none stated":
            assert len(entry.reading) > 15, entry.term.label
            assert entry.reading.endswith("."), entry.term.label
        if entry.clause == "not stated":
            assert entry.reading, entry.term.label


SAID_OF_THE_SAMPLE = {
    "plymouth-l04-2526": [
        ("Placements", 13, "Agreed"),
        ("Claims", 4, "Invoiced"),
        ("Costs", 4, "Agreed"),
        ("Agreed", 4, "Payable"),
    ],
    "cheshire-east-2026": [],
}


@EVERY
def test_the_terms_and_the_sample_have_no_problem(name):
    contract = load_contract(name)
    terms = term_rows.read_terms(terms_table(contract))
    evidence, counts = tables.read_evidence(
        *(sample_table(contract, table) for table in COLUMNS),
        **{
            table.lower(): sample_table(contract, table)
            for table in LIFE_COLUMNS
            if table in contract.sample
        },
    )
    found = checks.problems_of(terms, evidence)
    # The sample of Plymouth shows what is disputed and what is found out late; nothing else.
    assert [(one.table, one.row, one.column) for one in found] == SAID_OF_THE_SAMPLE[name]
    assert [count.used for count in counts] == [count.found for count in counts]
    assert min(count.found for count in counts) >= 2
    assert terms.record.contract == name


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("plymouth-l04-2526", {"Cohort size": 21.0, "Fee": 599800.0, "Fee months": 12.0,
         "Carer fee": 10000.0, "Bonus threshold": 3000000.0, "Bonus rate": 0.1,
         "Contract maximum": 1000000.0, "Fee reading": "catch_up", "Savings reading": "month",
         "Bonus measure": "run_rate", "Starts on": date(2025, 9, 1),
         "Ends on": date(2027, 2, 28)}),
        ("cheshire-east-2026", {"Cohort size": 40.0, "Fee": 970000.0, "Fee months": 17.0,
         "Carer fee": 10000.0, "Bonus threshold": "", "Bonus rate": "", "Contract maximum": "",
         "Fee reading": "up_to_cap", "Savings reading": "cumulative",
         "Starts on": date(2026, 4, 1), "Ends on": date(2027, 8, 31)}),
    ],
)  # fmt: skip
def test_the_figures_of_the_decisions(name, figures):
    table = {row[0]: row[1] for row in terms_table(load_contract(name))}
    assert {label: table[label] for label in figures} == figures
    spilled = functions.pbr_terms(name)
    assert spilled[0] == ["Term", "Value", "Unit", "Clause"]
    assert {row[0]: row[1] for row in spilled} == table
    assert len(spilled) == len(TERMS) + 1


@EVERY
def test_sample_rows_name_nobody(name):
    contract = load_contract(name)
    for table, heading in (("Placements", "Child"), ("Carers", "Household"), ("Carers", "Child")):
        for row in contract.sample[table]:
            assert re.fullmatch(r"[A-Z]\d{2}", row[heading])


def test_a_name_is_found_without_regard_to_case():
    assert load_contract(" Plymouth-L04-2526 ").name == "plymouth-l04-2526"


THIRD = """
title = "A third contract"
source = "Committee, 1 May 2026"
[terms."starts ON"]
value = 2026-05-01
clause = "1"
[terms."Ends on"]
value = 2027-04-30
clause = "1"
[terms.Fee]
value = 1200
clause = "2"
[[stated]]
what = "Saving"
amount = "£1"
clause = "3"
[[sample.Placements]]
Child = "D01"
"Residential weekly cost" = 7000
"Family weekly cost" = 1400
"Moved on" = 2026-05-04
"""


def test_a_third_contract_from_a_file(tmp_path):
    path = tmp_path / "third.toml"
    path.write_text(THIRD, encoding="utf-8")
    contract = load_contract(str(path))
    assert (contract.name, contract.title) == ("third", "A third contract")
    assert contract.stated[0].amount == "£1"
    statement = functions.pbr_statement(
        terms_table(contract), sample_table(contract, "Placements"), None, None, "31/05/2026"
    )
    # 28 days at £800 a day, of which a twelfth of £1,200 may be invoiced.
    assert statement[1][:6] == [date(2026, 5, 1), 1.0, 22400.0, 22400.0, 100.0, 100.0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x = ", "not a TOML file that can be read"),
        ("[terms.Fees]\nvalue = 1", '"Fees" is not a term. The terms are: Contract, '),
        ("[terms]\nFee = 1", "write the term Fee as a table with value and clause"),
        ("terms = 5", "write [terms] as a table"),
        ("sample = 5", "write [sample] as a table"),
        ("[terms.Fee]\nvalue = 1\n[terms.fee]\nvalue = 2", "a term stands there twice"),
        ("[[stated]]\nwhat = 'x'", "give each [[stated]] figure with what, amount and clause"),
        ("stated = 1", "give each [[stated]] figure with what, amount and clause"),
        ("[sample]\nChildren = []", '"Children" is not a table. The tables are: Placements, '),
        ("[sample]\nClaims = 1", "write the sample rows of Claims as a list of tables"),
        ("[sample]\nClaims = [1]", "write the sample rows of Claims as a list of tables"),
        ("[sample]\nClaims = [{Amount = 1}]", '"Amount" is not a column of Claims'),
        (b"\xff\xfe", "not a TOML file that can be read"),
        (f"a = {'[' * 5000}{']' * 5000}", "lists or tables stand too deep in each other"),
        (f"a = {'9' * 5000}", "a number in it has thousands of digits"),
        (f"# {'x' * 1_000_000}", "has more than 1,000,000 characters"),
        (
            '[terms."Starts on"]\nvalue = 2100-12-31\n[terms."Ends on"]\nvalue = 2027-02-28',
            "Ends on is 28/02/2027 and Starts on 31/12/2100; a programme ends after it starts,",
        ),
        (
            '[terms."Starts on"]\nvalue = 9999-12-31\n[terms."Ends on"]\nvalue = 2027-02-28',
            "Starts on: found the date 31/12/9999; expected a date from 01/01/1990 to 31/12/2100",
        ),
        (
            '[terms."Starts on"]\nvalue = 2026-01-31\n[terms."Ends on"]\nvalue = 2100-12-31',
            "Ends on is 31/12/2100 and Starts on 31/01/2026; a programme ends after it starts,",
        ),
    ],
)
def test_a_file_that_does_not_say_what_a_contract_needs(tmp_path, text, sentence):
    path = tmp_path / "third.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FileProblem) as caught:
        load_contract(str(path))
    assert str(caught.value).startswith("third.toml: ")
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_contract_that_is_not_there(tmp_path):
    with pytest.raises(FileProblem, match=r'no built-in contract "plymouth".*cheshire-east-2026'):
        load_contract("plymouth")
    with pytest.raises(FileProblem, match="no such file"):
        load_contract(str(tmp_path / "none.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(FileProblem, match="no such file"):
        load_contract(str(tmp_path / "folder.toml"))


WRONG_FILES = {
    "title = 3": "write title in quotation marks",
    'notes = "abc"': "write notes as a list of texts",
    "cohort = 5": '"cohort" is not known; give name, title',
    '[terms.Fee]\nvalue = "lots"': 'Fee: found "lots"; expected a number',
    "[terms.Fee]\nvalue = -5": "Fee: found -5; expected a number 0 or more",
    "[terms.Fee]\nvalue = 5\nclause = 3.2": "write the clause of Fee in quotation marks",
    "[terms.Fee]\nworth = 5": '"worth" under Fee is not known',
    '[terms."Fee reading"]\nvalue = "sometimes"': "expected one of: catch_up",
    '[sample]\nPlacements = [{Child = "C1", "Moved on" = "soon"}]': 'row 1, Moved on: found "soon"',
}


@pytest.mark.parametrize(("text", "part"), WRONG_FILES.items())
def test_a_file_with_something_that_cannot_be_read_is_refused_by_name(tmp_path, text, part):
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileProblem) as refusal:
        load_contract(str(path))
    assert str(refusal.value).startswith("ours.toml: ")
    assert part in str(refusal.value)


def test_a_contract_is_called_by_its_file_where_it_names_nothing(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text("", encoding="utf-8")
    contract = load_contract(str(path))
    assert contract.name == "ours"
    assert contract.terms[0].term.label == "Contract"
    assert contract.terms[0].value == "ours"
