"""A rule of money stands once: what a new option and a new term reach, and what says so."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from typing import Any, get_args, get_type_hints

import pytest

from tests.support import strategies
from tests.support.new_rule import ROOT, planted_house
from xlpbr.contract import terms as declarations
from xlpbr.contract.known_rules import known_rules
from xlpbr.contract.terms import DEFAULTS, READINGS, TERMS, ContractTerms
from xlpbr.functions import FUNCTIONS
from xlpbr.settlement import workings

pytestmark = pytest.mark.slow

PLANTED = ("half", "kept")
CONTRACTS = ("usual", *PLANTED)
WORDS = {"half": 'Fee reading "half"', "kept": "Retention 0.05"}
LABELS = {"half": "Fee reading", "kept": "Retention"}


@pytest.fixture(scope="module")
def outlets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What comes out of a house in which nothing but the declaration and the statement is told."""
    house = planted_house(tmp_path_factory.mktemp("planted"))
    done = subprocess.run(
        [sys.executable, "-P", str(ROOT / "tests" / "support" / "new_rule_outlets.py")],
        capture_output=True, text=True, check=False, cwd=house,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(house), str(ROOT)])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["home"].startswith(str(house))
    return found


def payable(outlets: dict[str, Any], name: str) -> int:
    """What the statement of a contract says, in pence."""
    return round(outlets["functions"][name]["payable"] * 100)


def test_the_new_rules_change_what_the_statement_says(outlets):
    assert len({payable(outlets, name) for name in CONTRACTS}) == len(CONTRACTS)
    assert outlets["functions"]["usual"]["fees"] != outlets["functions"]["half"]["fees"]


def test_the_readings_value_the_new_option(outlets):
    for name in CONTRACTS:
        found = outlets["functions"][name]
        used = outlets["new"][name].get("Fee reading", "catch_up")
        assert found["readings"][f"Fee reading {used}"] == found["payable"]
    readings = outlets["functions"]["usual"]["readings"]
    assert round(readings["Fee reading half"] * 100) == payable(outlets, "half")


def test_an_explanation_says_that_it_does_not_know_the_rule(outlets):
    assert not any("not explained" in line for line in outlets["functions"]["usual"]["explained"])
    for name in PLANTED:
        lines = set(outlets["functions"][name]["explained"])
        assert lines == {f"not explained here: {WORDS[name]}"}


@pytest.mark.parametrize("way", ["numpy", "numba"])
def test_the_portfolio_leaves_the_new_rules_to_settle(outlets, way):
    expected = {name: payable(outlets, name) for name in CONTRACTS}
    assert outlets["portfolio"][way] == expected
    # Were it taken for known, the columns would give what they have always given.
    fallen = outlets["portfolio, as if all were known"][way]
    assert fallen == dict.fromkeys(CONTRACTS, expected["usual"])


@pytest.mark.parametrize("way", ["plain", "columns", "compiled", "None"])
def test_a_forecast_settles_the_new_rules_with_settle(outlets, way):
    means = {name: outlets["forecast"][name]["settle"] for name in CONTRACTS}
    assert len(set(means.values())) == len(CONTRACTS)
    for name in CONTRACTS:
        assert outlets["forecast"][name]["ways"][way] == means[name]
        fallen = outlets["forecast, as if all were known"][name]["ways"][way]
        # The plain way asks the statement for the limits of the fee, and nothing about payments.
        asks = name == "half" and way not in ("columns", "compiled")
        assert fallen == means[name if asks else "usual"]


def test_the_checks_of_the_workbook_say_what_they_do_not_know(outlets):
    usual = outlets["template"]["usual"]
    assert usual["result"].startswith("NOT CLEAR: the figures agree, but ")
    assert {(difference, status) for _, difference, status in usual["checks"]} == {
        (0.0, "Agrees"),
        (0.0, "Does not apply: none in the terms"),
    }
    for name in PLANTED:
        found = outlets["template"][name]
        assert round(found["payable"] * 100) == payable(outlets, name)
        assert found["result"].startswith("NOT ALL AGREE")
        assert len(found["checks"]) == len(usual["checks"]) == 12 + 9
        for native, difference, status in found["checks"]:
            assert native.startswith("#N/A")
            assert difference.startswith("#N/A")
            assert status == f"Not checked here: {LABELS[name]}"


def test_the_drop_downs_and_the_pages_offer_the_new_option(outlets):
    for found in outlets["template"].values():
        assert '"catch_up,no_catch_up,up_to_cap,half"' in found["drop_downs"]
    page = outlets["page of tables"]
    assert "half of what is earned to date and not invoiced yet" in page
    assert "Retention" in page


def test_the_report_says_that_it_is_not_checked_another_way(outlets):
    for name in PLANTED:
        (row,) = outlets["report"][name]["checks"]
        assert row[:3] == ["Worked out another way", "Statement", "not checked"]
        assert row[4] == f"This check does not know {WORDS[name]}: check the figures by hand."


def test_no_public_version_is_made_under_a_rule_that_was_not_thought_through(outlets):
    for name in PLANTED:
        refused = outlets["report"][name]["public"]
        assert refused.startswith(f"No public version can be made under {WORDS[name]}: ")


# -- what a place knows -----------------------------------------------------------------------


def test_the_options_of_a_reading_are_those_of_its_type():
    hints = get_type_hints(ContractTerms)
    for term in READINGS:
        assert get_args(hints[term.field_name]) == tuple(term.options), term.label


def test_the_options_of_an_argument_are_said_in_its_help():
    options = {
        "PBR_PRO_RATA basis": declarations.Basis,
        "PBR_THRESHOLD_BONUS shape": declarations.Shape,
        "PBR_REIMBURSEMENT shape": declarations.ReimbursementShape,
    }
    said = {
        f"{function.name} {argument.name}": tuple(
            re.split(r", | or ", argument.declared.help.partition(":")[0])
        )
        for function in FUNCTIONS.values()
        for argument in function.arguments
        if argument.declared.unit == "option"
    }
    assert said == {name: get_args(kind) for name, kind in options.items()}


def test_what_is_known_is_declared():
    options = {term.field_name: set(term.options) for term in READINGS}
    defaults = {term.field_name: DEFAULTS.get(term.label) for term in TERMS}
    for name, known in known_rules().allowed.items():
        # Of a later term a place knows the default alone until it is told more.
        assert known <= options[name] if name in options else known == {defaults[name]}
    assert set(known_rules().allowed) >= set(options)


def test_everything_that_is_declared_is_explained():
    assert workings.KNOWN.unknown == []
    assert strategies.options_known_to(workings.KNOWN) == strategies.OPTIONS
    assert known_rules().unknown_in(ContractTerms()) == []


# -- the recipe -------------------------------------------------------------------------------

MONEY = [term for term in TERMS if term.kind not in ("text", "date")]
NAMES = {term.field_name for term in MONEY} - {"fee"}  # a statement has fees too
LABELS_OF_TERMS = {term.label for term in MONEY} - {"Fee"}
HINTS = get_type_hints(ContractTerms)
OPTION_TYPES = {
    name
    for name, kind in vars(declarations).items()
    if any(kind is HINTS[term.field_name] for term in READINGS)
}
TELLING = re.compile("|".join(("no_catch_up", "up_to_cap", "whole_months", "hard_stop")))


def reads_terms(tree: ast.AST) -> bool:
    """Whether a module reads what a contract says of money: a field, a label or an option."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in NAMES:
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
            if text in NAMES | LABELS_OF_TERMS or TELLING.search(text):
                return True
        if isinstance(node, ast.alias) and node.name in OPTION_TYPES:
            return True
    return False


def test_the_recipe_names_every_module_that_a_new_term_may_have_to_reach():
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipe = contributing.partition("## Add a term")[2].partition("\n## ")[0]
    named = set(re.findall(r"`((?:xlpbr|workbook|udfs)/[\w/]+\.py)`", recipe))
    reading = {
        path.relative_to(ROOT).as_posix()
        for folder in ("xlpbr", "workbook", "udfs")
        for path in (ROOT / folder).rglob("*.py")
        if reads_terms(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert named == reading


def test_the_paths_that_contributors_are_sent_to_are_there():
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = re.findall(r"`((?:xlpbr|workbook|udfs|tests|docs|bench)/[\w/.]*)`", contributing)
    assert len(paths) > 30
    assert [
        path for path in paths if not (ROOT / path.replace("NAME", "plymouth-l04-2526")).exists()
    ] == []


def test_every_place_that_says_a_rule_again_declares_what_it_knows():
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    again = contributing.partition("**said again**")[2].partition("\n\n**")[0]
    first_named = set(re.findall(r"^\| `([\w/]+\.py)`", again, re.MULTILINE))
    declaring = {
        path.relative_to(ROOT).as_posix()
        for folder in ("xlpbr", "workbook")
        for path in (ROOT / folder).rglob("*.py")
        if "\nKNOWN = known_rules(" in path.read_text(encoding="utf-8")
    }
    assert first_named == declaring
