"""The examples: what is published of contracts that others made, and nothing that is not."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pytest

from xlpbr import functions
from xlpbr.contract.library import (
    CONTRACT_NAMES,
    EXAMPLE_NAMES,
    load_contract,
    rates_table,
    terms_table,
    titles,
)
from xlpbr.contract.terms import TERMS

FOLDER = Path(str(files("xlpbr.contract") / "examples"))
CONTENT = {
    name: tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    for name in EXAMPLE_NAMES
}
EVERY = pytest.mark.parametrize("name", EXAMPLE_NAMES)
SECOND_EDITION = {
    "Fee share", "Unused fee", "Carer fee counts", "Carer fee due", "Outcome clock",
    "Break-down reimbursement",
}  # fmt: skip
"""Terms of the second edition that the files use."""


def test_the_examples_stand_apart_from_the_built_in_contracts():
    assert EXAMPLE_NAMES == (
        "all-about-me-2013", "birmingham-step-down-2014", "care-leaver-apprenticeships",
        "essex-edge-of-care-2012", "norrkoping-2016", "tri-borough-families-2012",
    )  # fmt: skip
    assert not set(EXAMPLE_NAMES) & set(CONTRACT_NAMES)
    assert list(titles()) == [*CONTRACT_NAMES, *EXAMPLE_NAMES]


@EVERY
def test_every_value_has_its_source_and_every_choice_its_reason(name):
    content = CONTENT[name]
    assert content["name"] == name == content["terms"]["Contract"]["value"]
    assert content["title"]
    assert any(note.startswith("Not expressed: ") for note in content["notes"])
    for entry in (*content["terms"].values(), *content.get("variations", ())):
        assert entry["value"] != ""
    quoted = (
        *content["terms"].values(), *content.get("variations", ()), *content.get("rates", ()),
        *content["stated"],
    )  # fmt: skip
    named = set(re.findall(r"\b([A-Z]): ", content["source"]))
    for entry in quoted:
        assert entry["clause"] == "not stated" or set(re.findall(r"\b[A-Z]\b", entry["clause"]))
        assert set(re.findall(r"\b[A-Z]\b", entry["clause"])) <= named
        assert entry.get("reading", ".").endswith(".")
    readings = {term.label for term in TERMS if term.options} | SECOND_EDITION
    for label, entry in content["terms"].items():
        if label in (*readings, "Starts on", "Ends on") or entry["clause"] == "not stated":
            assert len(entry.get("reading", "")) > 10, label


@EVERY
def test_the_terms_are_known(name):
    assert set(CONTENT[name]["terms"]) <= {term.label for term in TERMS} | SECOND_EDITION


def read(name, tmp_path):
    """An example, without the terms that this edition does not know yet."""
    known = {term.label for term in TERMS}
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    sections = re.split(r"(?m)^(?=\[)", text)
    kept = [
        section
        for section in sections
        if (found := re.match(r'\[terms\."?([^"\]]+)"?\]', section)) is None or found[1] in known
    ]
    path = tmp_path / f"{name}.toml"
    path.write_text("".join(kept), encoding="utf-8")
    return load_contract(str(path))


@EVERY
def test_each_file_is_read(name, tmp_path):
    contract = read(name, tmp_path)
    assert contract.name == name
    assert [entry.term for entry in contract.terms] == list(TERMS)
    assert len(contract.rates) == len(CONTENT[name].get("rates", ()))
    assert len(contract.variations) == len(CONTENT[name].get("variations", ()))
    if set(CONTENT[name]["terms"]) <= {term.label for term in TERMS}:
        assert load_contract(name.upper()) == contract
        assert functions.pbr_terms(name)[1][:4] == [
            "Contract",
            name,
            "text",
            contract.terms[0].clause,
        ]


@pytest.mark.parametrize(
    ("name", "figures", "rates"),
    [
        ("all-about-me-2013", {"Carer fee": 23000, "Carer fee due": "moved", "Cohort size": 650},
         [(52, 6800), (104, 15800)]),
        ("birmingham-step-down-2014", {"Outcome clock": "placement"}, [(52, None)]),
        ("care-leaver-apprenticeships", {"Outcome clock": "child"},
         [(13, 500), (52, 500), (13, 500), (52, 500)]),
        ("essex-edge-of-care-2012", {"Contract maximum": 7100000, "Cohort size": 380}, []),
        ("norrkoping-2016", {"Fee": 6000000, "Fee share": 0.6, "Fee reading": "up_to_cap"}, []),
        ("tri-borough-families-2012",
         {"Carer fee": 3200, "Contract maximum": 1441 * 4000, "Cohort size": 1441},
         [(26, 800), (26, 1600), (26, 2400)]),
    ],
)  # fmt: skip
def test_the_published_amounts(name, figures, rates):
    content = CONTENT[name]
    assert {label: content["terms"][label]["value"] for label in figures} == figures
    assert [(rate["weeks"], rate.get("price")) for rate in content.get("rates", ())] == rates
    for label in ("Fee", "Fee share", "Carer fee", "Bonus threshold", "Contract maximum"):
        assert label in figures or label not in content["terms"]


def test_the_fee_of_a_family_and_its_result_make_4000_in_each_year(tmp_path):
    contract = read("tri-borough-families-2012", tmp_path)
    starts = [date(2012, 4, 1), *(change.from_day for change in contract.variations)]
    fees = [3200, *(change.value for change in contract.variations)]
    assert [(rate.from_day, 4000 - rate.price) for rate in contract.rates] == list(
        zip(starts, fees, strict=True)
    )
    table = [row for row in terms_table(contract) if row[0] in ("Term", "Carer fee")]
    assert [(row[0], row[1], row[5]) for row in table] == [
        ("Term", "Value", "From"), ("Carer fee", 3200.0, None),
        ("Carer fee", 2400.0, date(2013, 4, 1)), ("Carer fee", 1600.0, date(2014, 4, 1)),
    ]  # fmt: skip
    assert rates_table(contract)[1][:5] == [
        "An adult in continuous work for six months", 26.0, 800.0,
        date(2012, 4, 1), date(2013, 3, 31),
    ]  # fmt: skip


@EVERY
def test_the_rates_of_an_outcome_have_the_same_weeks_and_do_not_overlap(name):
    for one, other in combinations(CONTENT[name].get("rates", ()), 2):
        if one["outcome"] == other["outcome"]:
            assert one["weeks"] == other["weeks"]
            assert one["to"] < other["from"]
