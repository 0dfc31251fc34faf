"""The declared functions against the specification and the limits of Excel and VBA."""

from __future__ import annotations

import re

import formualizer
import pytest

from xlpbr.functions import FUNCTIONS
from xlpbr.functions.catalogue import MAX_HELP
from xlpbr.udfs.embedded import from_engine, register

SIGNATURES = [
    "PBR_SAVING(before_weekly, after_weekly, moved_on, ended_on, from_date, to_date)",
    "PBR_PRO_RATA(amount, starts_on, months, as_at, [basis])",
    "PBR_FEE_CAP(savings, fee_to_date, [invoiced_before])",
    "PBR_THRESHOLD_BONUS(savings, threshold, rate, [maximum], [shape])",
    "PBR_CLAWBACK(invoiced, savings, fee_to_date)",
    "PBR_RUN_RATE(before_weekly, after_weekly, moved_on, ended_on, as_at)",
    "PBR_OUTCOME_FEE(price, achieved_on, from_date, to_date, [limit])",
    "PBR_CONTRACT_CAP(amounts, maximum, [paid_before])",
    "PBR_REIMBURSEMENT(amount, from_date, to_date, ended_on, [shape])",
    "PBR_MILESTONE_FEE(price, weeks, moved_on, ended_on, from_date, to_date)",
    "PBR_STATEMENT(terms, placements, [carers], [claims], [as_at], [cohort], [prices], [costs],"
    " [rates], [agreed])",
    "PBR_READINGS(terms, placements, [carers], [as_at], [cohort], [prices], [costs], [rates])",
    "PBR_RECONCILE(ours, theirs, [tolerance])",
    "PBR_EXPLAIN(terms, placements, month, [carers], [claims], [as_at], [cohort], [prices],"
    " [costs], [rates], [agreed])",
    "PBR_FORECAST(terms, placements, assumptions, [as_at], [scenarios], [seed], [carers],"
    " [cohort], [prices], [costs], [rates])",
    "PBR_CHECK(terms, placements, [carers], [claims], [cohort], [prices], [costs], [rates],"
    " [agreed], [budget])",
    "PBR_INVOICE(terms, placements, month, [carers], [claims], [as_at], [cohort], [prices],"
    " [costs], [rates], [agreed])",
    "PBR_LINES(terms, placements, month, [as_at], [cohort], [prices], [costs])",
    "PBR_CHILDREN(terms, placements, [as_at], [cohort], [prices], [costs])",
    "PBR_YEARS(terms, placements, [carers], [claims], [as_at], [cohort], [prices], [costs],"
    " [rates], [agreed], [budget])",
    "PBR_CHANGES(terms, placements, as_agreed, [carers], [claims], [as_at], [cohort], [prices],"
    " [costs], [rates], [agreed], [budget])",
    "PBR_TERMS(contract)",
    "PBR_VERSION()",
]
ELEMENTWISE = {"PBR_SAVING", "PBR_PRO_RATA", "PBR_REIMBURSEMENT", "PBR_MILESTONE_FEE"}

# The words that VBA keeps for itself, and those that read as something else in a module.
# fmt: off
RESERVED_IN_VBA = {
    "addressof", "alias", "and", "any", "append", "appactivate", "array", "as", "attribute",
    "base", "beep", "binary", "boolean", "byref", "byte", "byval", "call", "case", "cbool",
    "cbyte", "ccur", "cdate", "cdbl", "cdec", "chdir", "chdrive", "cint", "circle", "clng",
    "close", "cls", "compare", "const", "csng", "cstr", "currency", "cvar", "cverr", "date",
    "day", "debug", "decimal", "declare", "defbool", "defbyte", "defcur", "defdate", "defdbl",
    "defdec", "defint", "deflng", "defobj", "defsng", "defstr", "defvar", "dim", "dir", "do",
    "doevents", "double", "each", "else", "elseif", "empty", "end", "enum", "environ", "eqv",
    "erase", "err", "error", "event", "exit", "explicit", "false", "filecopy", "for",
    "format", "friend", "function", "get", "global", "gosub", "goto", "if", "imp",
    "implements", "in", "input", "instr", "int", "integer", "is", "kill", "lbound", "left",
    "len", "let", "lib", "like", "line", "load", "loc", "local", "lock", "long", "loop",
    "lset", "me", "mid", "mkdir", "mod", "month", "module", "name", "new", "next", "not",
    "nothing", "null", "object", "on", "open", "option", "optional", "or", "output",
    "paramarray", "preserve", "print", "private", "property", "pset", "public", "put",
    "raiseevent", "random", "randomize", "range", "read", "redim", "rem", "reset", "resume",
    "return", "right", "rmdir", "rset", "savepicture", "savesetting", "scale", "second",
    "seek", "select", "sendkeys", "set", "setattr", "sgn", "shared", "single", "space", "spc",
    "static", "step", "stop", "str", "string", "sub", "tab", "text", "then", "time", "timer",
    "to", "trim", "true", "type", "typeof", "ubound", "unload", "unlock", "until", "variant",
    "wend", "while", "width", "with", "withevents", "write", "xor", "year",
}
# fmt: on

EVERY = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
ARGUMENTS = [(f.name, argument) for f in FUNCTIONS.values() for argument in f.arguments]
EVERY_ARGUMENT = pytest.mark.parametrize(
    ("function", "argument"), ARGUMENTS, ids=[f"{name}-{a.name}" for name, a in ARGUMENTS]
)


def test_the_signatures_are_those_of_the_specification():
    assert [function.signature for function in FUNCTIONS.values()] == SIGNATURES
    assert {f.name for f in FUNCTIONS.values() if f.elementwise} == ELEMENTWISE


@EVERY
def test_a_name_is_no_address_of_a_cell(function):
    assert re.fullmatch(r"PBR_[A-Z][A-Z_]*", function.name)
    assert len(function.name) <= 31
    assert not re.fullmatch(r"[A-Z]{1,3}[0-9]+", function.name)
    assert not re.fullmatch(r"R[0-9]*C[0-9]*|R[0-9]*|C[0-9]*", function.name)
    assert function.call.__name__ == function.name.lower()


@EVERY
def test_the_help_fits_the_wizard(function):
    assert 20 <= len(function.help) <= MAX_HELP == 255
    assert function.help.endswith(".")
    assert "\n" not in function.help
    assert function.returns
    assert function.clause


@EVERY
def test_optional_arguments_come_last_and_there_are_not_too_many(function):
    required = [argument.required for argument in function.arguments]
    assert required == sorted(required, reverse=True)
    assert len(required) <= 60
    names = [argument.name for argument in function.arguments]
    assert len({name.lower() for name in names}) == len(names)
    # Excel's wizard holds the names of all arguments in 255 characters.
    assert len(",".join(names)) <= 255


@EVERY_ARGUMENT
def test_an_argument_can_be_declared_in_vba(function, argument):
    assert re.fullmatch(r"[a-z][a-z_]*", argument.name)
    assert len(argument.name) <= 31
    # "month" is fixed by the specification; VBA takes it as a name, hiding its own function.
    assert argument.name == "month" or argument.name not in RESERVED_IN_VBA
    assert not re.fullmatch(r"[a-z]{1,3}[0-9]+|r[0-9]*c[0-9]*|[rc]", argument.name)


@EVERY_ARGUMENT
def test_an_argument_says_what_to_give_and_what_a_blank_means(function, argument):
    assert 5 <= len(argument.help) <= MAX_HELP
    assert argument.declared.unit
    assert argument.declared.unit in argument.help
    if not argument.required:
        assert argument.declared.default
        assert f"blank: {argument.declared.default}." in argument.help


EXAMPLES = [(f.name, example) for f in FUNCTIONS.values() for example in f.examples]


@pytest.mark.parametrize(
    ("function", "example"), EXAMPLES, ids=[f"{name}-{e.shows}" for name, e in EXAMPLES]
)
def test_a_declared_example_shows_what_it_says(function, example):
    engine = formualizer.Workbook()
    engine.add_sheet("Sheet")
    register(engine)
    engine.set_formula("Sheet", 1, 1, example.formula)
    engine.evaluate_all()
    found = from_engine(engine.evaluate_cell("Sheet", 1, 1))
    assert f"{function}(" in example.formula
    assert isinstance(found, float), found
    assert float(example.shows) == found


def test_the_functions_that_take_plain_figures_have_examples():
    """A formula that fits one line: no tables to name, and something to give."""
    plain = {
        name
        for name, function in FUNCTIONS.items()
        if function.arguments and all(one.declared.shape != "table" for one in function.arguments)
    }
    assert {name for name, _ in EXAMPLES} == plain
