"""Values that change and prices for outcomes, as a contract's file has them."""

from __future__ import annotations

from datetime import date

import pytest

from xlpbr.contract.library import load_contract, rates_table, terms_table
from xlpbr.errors import FileProblem

RIGHT = """
[[variations]]
term = "fee"
from = 2026-06-01
value = 700000
clause = "Deed of variation 1"
reading = "Signed late."

[[variations]]
term = "Contract maximum"
from = 2027-01-01

[[rates]]
outcome = "13 weeks"
weeks = 13
price = 6000.50
from = 2026-04-01
to = 2027-03-31
clause = "4.2"

[[rates]]
outcome = "52 weeks"
weeks = 52
"""


def load(tmp_path, text):
    path = tmp_path / "ours.toml"
    path.write_text(text, encoding="utf-8")
    return load_contract(str(path))


def test_they_are_plain_records_in_the_order_of_the_file(tmp_path):
    contract = load(tmp_path, RIGHT)
    first, second = contract.variations
    assert (first.term.label, first.from_day, first.value) == ("Fee", date(2026, 6, 1), 700000)
    assert (first.clause, first.reading) == ("Deed of variation 1", "Signed late.")
    assert (second.term.label, second.value, second.clause) == ("Contract maximum", "", "")
    paid, unpublished = contract.rates
    assert (paid.outcome, paid.weeks, paid.price) == ("13 weeks", 13, 6000.5)
    assert (paid.from_day, paid.to_day) == (date(2026, 4, 1), date(2027, 3, 31))
    assert (paid.clause, paid.reading) == ("4.2", "")
    assert (unpublished.price, unpublished.from_day, unpublished.to_day) == ("", None, None)


def test_they_are_rows_of_the_tables(tmp_path):
    contract = load(tmp_path, RIGHT)
    headings, *rows = terms_table(contract)
    assert headings == ["Term", "Value", "Unit", "Clause", "Reading", "From"]
    assert [row for row in rows if row[0] == "Fee"] == [
        ["Fee", 0.0, "£", "", "", None],
        ["Fee", 700000.0, "£", "Deed of variation 1", "Signed late.", date(2026, 6, 1)],
    ]
    assert rates_table(contract) == [
        ["Outcome", "Weeks", "Price", "From", "To", "Clause", "Reading"],
        ["13 weeks", 13.0, 6000.5, date(2026, 4, 1), date(2027, 3, 31), "4.2", ""],
        ["52 weeks", 52.0, "", None, None, "", ""],
    ]


def test_a_contract_in_which_nothing_changes_has_the_columns_of_before(tmp_path):
    contract = load(tmp_path, "")
    assert (contract.variations, contract.rates) == ((), ())
    assert terms_table(contract)[0] == ["Term", "Value", "Unit", "Clause", "Reading"]
    assert len(rates_table(contract)) == 1


VARIATION = 'term = "Fee"\nfrom = 2026-06-01\nvalue = 1\n'
RATE = 'outcome = "A"\nweeks = 13\nprice = 7\n'
WRONG = [
    ("variations = 5", "give each of [[variations]] as a table with term, from and value"),
    ("rates = [1]", "give each of [[rates]] as a table with outcome, weeks and price"),
    ("[[variations]]\n", 'variations, entry 1: term: found nothing; expected a term'),
    ('[[variations]]\nterm = "Fees"', 'entry 1: term: found "Fees"; expected a term'),
    ("[[variations]]\nterm = 3", "entry 1: write term in quotation marks"),
    ('[[variations]]\nterm = "Fee"\nvalue = 1', "entry 1: from is missing"),
    ('[[variations]]\nterm = "Fee"\nfrom = "1 June"', 'from: found "1 June"; expected a day such'),
    ('[[variations]]\nterm = "Fee"\nfrom = 2026-06-01T00:00:00', "expected a day such as 2026"),
    (f"[[variations]]\n{VARIATION}to = 2027-01-01", 'entry 1: "to" is not known; give term, from'),
    (f"[[variations]]\n{VARIATION}clause = 2", "entry 1: write clause in quotation marks"),
    (f"[[variations]]\n{VARIATION}[[variations]]\n{VARIATION.replace('= 1', '= -1')}",
     "variations, entry 2: Fee: found -1; expected a number 0 or more"),
    ("[[rates]]\nweeks = 13", "rates, entry 1: outcome is missing"),
    ('[[rates]]\noutcome = "A"', "entry 1: weeks: found nothing; expected whole weeks, 1 or more"),
    (f"[[rates]]\n{RATE.replace('13', '0')}", "weeks: found 0; expected whole weeks"),
    (f"[[rates]]\n{RATE.replace('13', 'true')}", "weeks: found TRUE; expected whole weeks"),
    (f"[[rates]]\n{RATE.replace('13', '6.5')}", "weeks: found 6.5; expected whole weeks"),
    (f"[[rates]]\n{RATE.replace('7', '-1')}", "price: found -1; expected pounds, 0 or mo"),
    ("[[rates]]\n" + RATE.replace("7", '"much"'), 'price: found "much"; expected pounds'),
    (f"[[rates]]\n{RATE}from = 2026-06-01\nto = 2026-05-31",
     "to is 31/05/2026 and from 01/06/2026; correct one of the two"),
    (f"[[rates]]\n{RATE}cap = 5", 'entry 1: "cap" is not known; give outcome, weeks, price'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), WRONG)
def test_what_cannot_be_read_is_refused_by_its_number(tmp_path, text, sentence):
    with pytest.raises(FileProblem) as refusal:
        load(tmp_path, text)
    assert str(refusal.value).startswith("ours.toml: ")
    assert sentence in str(refusal.value)
