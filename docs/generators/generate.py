"""Write the pages that are derived from the code, or check that they are up to date.

python docs/generators/generate.py            write them
python docs/generators/generate.py --check    say which are stale, and fail
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from host_table import host_table
from house_order import folders

from xlpbr.contract.assumptions import ASSUMPTIONS, NEEDED, Assumptions
from xlpbr.contract.columns import EvidenceColumn
from xlpbr.contract.evidence import ALL_COLUMNS
from xlpbr.contract.library import (
    CONTRACT_NAMES,
    EXAMPLE_NAMES,
    Contract,
    load_contract,
    titles,
)
from xlpbr.contract.terms import DEFAULTS, TERMS, VARYING, Term
from xlpbr.errors import all_of
from xlpbr.functions import FUNCTIONS
from xlpbr.functions.catalogue import WorksheetFunction
from xlpbr.periods import day_in_words
from xlpbr.settlement.statement import FIGURES
from xlpbr.tables.declared import OPTIONAL

ROOT = Path(__file__).resolve().parents[2]
GENERATED = "<!-- Made by docs/generators/generate.py from the code; change it there. -->"
MADE_FROM = "<!-- Made by docs/generators/generate.py from {}. -->\n\n"


def pages() -> dict[Path, str]:
    """Every derived page with its text."""
    reference = ROOT / "docs" / "reference"
    matrix = MADE_FROM.format("workbook/acceptance")
    order = MADE_FROM.format("ORDER in tests/test_house.py")
    parts = {
        reference / "hosts.md": ("hosts", f"{matrix}{host_table()}\n"),
        ROOT / "docs" / "house" / "architecture.md": ("folders", f"{order}{folders()}\n"),
        ROOT / "README.md": ("functions", function_list()),
    }
    return {
        reference / "functions.md": function_reference(),
        reference / "tables.md": table_reference(),
        reference / "contracts.md": contract_reference(),
        reference / "contracts-examples.md": example_reference(),
        reference / "bad-input.md": bad_input_reference(),
        **{path: with_part(path, *part) for path, part in parts.items()},
    }


def with_part(path: Path, name: str, made: str) -> str:
    """A page with the part between its markers made anew."""
    start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
    before, _, rest = path.read_text(encoding="utf-8").partition(start)
    return f"{before}{start}\n{made}\n{end}{rest.partition(end)[2]}"


def function_reference() -> str:
    parts = [
        "# The functions",
        GENERATED,
        "Money is in pounds and rounded once, to the penny, half away from zero. Dates are whole"
        " days; a period includes its first and its last day. A blank optional argument means the"
        " default. A wrong input gives a true error in the cell: `#VALUE!` for a text where a"
        " number or date is wanted, something missing or an unknown option; `#NUM!` for a number"
        " or date outside what it may be; `#N/A` for an unknown contract or month; an error in an"
        " input gives that same error. `PBR_CHECK` lists the reasons.",
        *(function_page(function) for function in FUNCTIONS.values()),
    ]
    return "\n\n".join(parts) + "\n"


def function_page(function: WorksheetFunction) -> str:
    lines = [f"## {function.name}", f"`{function.signature}`", function.help]
    if function.notes:
        lines.append(function.notes)
    if function.arguments:
        lines.append(
            table(
                ("Argument", "What to give", "Unit", "Shape", "If blank"),
                (
                    (
                        f"`{argument.name}`",
                        argument.declared.help,
                        argument.declared.unit,
                        argument.declared.shape,
                        argument.declared.default or "not allowed",
                    )
                    for argument in function.arguments
                ),
            )
        )
    lines.append(f"Returns: {function.returns}")
    if function.elementwise:
        lines.append(
            "Ranges are taken where one cell is expected and broadcast as in Excel; sizes that do"
            " not fit are `#VALUE!`, and only the cells concerned show an error."
        )
    lines.append(f"Source: {function.clause}.")
    lines.extend(
        f"Example: `{example.formula}` gives {example.shows}." for example in function.examples
    )
    return "\n\n".join(lines)


def table_reference() -> str:
    parts = [
        "# The tables",
        GENERATED,
        "Tables are ranges with a heading row. Columns are found by their heading, in any order;"
        " other columns are ignored, and so are blank rows. The order of rows changes nothing.",
        "",
        "An optional column that is missing is said by the checks, with what it means: without"
        " `Agreed` every row counts, without `Type` every child counts as foster. A heading that"
        " holds one that is missing or is like it, such as `Agreed (yes/no)`, is asked about and"
        " stops the figures; so is a second heading that could be a known one too, such as"
        " `Agreed by both` beside `Agreed`, and one of another name over cells with nothing but the"
        " options of a missing one, such as `Kind` over foster and reunified. Names, headings and"
        " options are the same whatever spaces, characters that do not show, kinds of hyphen or"
        " Unicode forms they are written in. A number counts by its 15 significant digits, as Excel"
        " shows it. A day after 2100 is refused; `202604` where a month is wanted is April 2026.",
        "## Terms",
        "Two columns, `Term` and `Value`. A column `Clause` is quoted in workings. A column `From`"
        " may hold the day from which a row's value holds; blank: from the start. A term may then"
        " stand in several rows. Only these may:"
        f" {all_of(term.label for term in VARYING.values())}.",
        table(
            ("Term", "What it is", "Unit", "If blank"),
            ((term.label, meaning(term), term.unit, blank(term)) for term in TERMS),
        ),
    ]
    for name, columns in ALL_COLUMNS.items():
        if name == OPTIONAL[0]:
            parts += [
                "The six tables that follow are optional: one that is blank or not there changes"
                " nothing."
            ]
        parts += [
            f"## {name}",
            table(
                ("Heading", "What belongs in it", "Unit", "If blank"),
                (
                    (
                        column.heading,
                        column.meaning,
                        " or ".join(column.options) or column.unit,
                        "not allowed" if column.required else if_blank(column),
                    )
                    for column in columns
                ),
            ),
        ]
    parts += [
        "## Assumptions",
        "What a forecast assumes of what is still to come. Two columns, `Assumption` and `Value`."
        " A table without a value makes nothing uncertain.",
        table(
            ("Assumption", "What it is", "Unit", "If blank"),
            ((one.label, one.meaning, one.unit, blank_assumption(one)) for one in ASSUMPTIONS),
        ),
        "## The statement",
        table(
            ("Heading", "What it says"),
            ((figure.heading, figure.meaning) for figure in FIGURES),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def meaning(term: Term) -> str:
    options = "; ".join(f"`{option}`: {words}" for option, words in term.options.items())
    return f"{term.meaning} {options}".strip()


def if_blank(column: EvidenceColumn) -> str:
    if column.kind == "yes_no":
        return "not agreed yet: the row does not count"
    return column.options[0] if column.options else "see the meaning"


def blank(term: Term) -> str:
    if term.required:
        return "not allowed"
    default = DEFAULTS[term.label]
    if default in (None, ""):
        return "none"
    return default if isinstance(default, str) else f"{float(default):g}"


def blank_assumption(assumption: Term) -> str:
    if assumption.label in NEEDED:
        return "not allowed where children are still to move"
    default = getattr(Assumptions(), assumption.field_name)
    return "the likely cost" if default is None else f"{float(default):g}"


def contract_reference() -> str:
    parts = [
        "# The contracts",
        GENERATED,
        "Each contract is one TOML file under `xlpbr/contract/built_in/`, from a published"
        " decision. A clause is quoted by its number. Where the wording is open, the reading used"
        " is named with the reason. See `CONTRIBUTING.md` for how one is added.",
    ]
    for name in CONTRACT_NAMES:
        parts += contract_page(load_contract(name))
    return "\n\n".join(parts) + "\n"


def contract_page(contract: Contract) -> Iterable[str]:
    yield f"## {contract.name}"
    yield f"{contract.title}. Source: {contract.source}."
    yield table(
        ("Term", "Value", "Clause", "Reading and why"),
        (
            (entry.term.label, in_words(entry.value, entry.term), entry.clause, entry.reading)
            for entry in contract.terms
        ),
    )
    if contract.stated:
        yield table(
            ("Stated in the decision, used in no calculation", "Amount", "Clause"),
            ((figure.what, figure.amount, figure.clause) for figure in contract.stated),
        )
    yield "\n".join(f"- {note}" for note in contract.notes)


def example_reference() -> str:
    """The examples as their files have them: only what a file says, nothing by default."""
    folder = Path(files("xlpbr.contract") / "examples")
    parts = [
        "# Contracts of others, as examples",
        GENERATED,
        "Each is a real contract for children and young people, or a price list that councils pay"
        " by, as far as its terms are published: one TOML file under `xlpbr/contract/examples/`."
        " `xlpbr contracts` lists them beside the two [built-in ones](contracts.md), `xlpbr terms"
        ' all-about-me-2013` or `=PBR_TERMS("all-about-me-2013")` shows one. No amount is'
        " invented: what is not published is left out, and stays blank in the Terms table or has"
        " its default. Each entry ends with what the terms cannot express.",
        "Unlike the built-in ones they have no sample rows, and nobody has agreed a reading with"
        " the parties. They are there to start from; the contract itself decides.",
        "Amounts are in pounds, where nothing else is said.",
        table(
            ("Contract", "What is paid for"),
            ((f"[{name}](#{name})", titles()[name]) for name in EXAMPLE_NAMES),
        ),
    ]
    for name in EXAMPLE_NAMES:
        parts += example_page(tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8")))
    return "\n\n".join(parts) + "\n"


def example_page(content: Mapping[str, Any]) -> Iterable[str]:
    yield f"## {content['name']}"
    yield f"{content['title']}.\n\nSources: {content['source']}"
    rows = [(label, entry, "") for label, entry in content["terms"].items()]
    rows += [
        (entry["term"], entry, day_in_words(entry["from"]))
        for entry in content.get("variations", [])
    ]
    changes = bool(content.get("variations"))
    yield table(
        ("Term", "Value", *["From"] * changes, "Clause", "Reading and why"),
        (
            (label, plainly(entry["value"]), *[day] * changes, entry["clause"],
             entry.get("reading", ""))
            for label, entry, day in rows
        ),
    )  # fmt: skip
    if content.get("rates"):
        yield table(
            ("Rate", "Weeks", "Price", "From", "To", "Clause", "Reading and why"),
            (
                (rate["outcome"], str(rate["weeks"]), plainly(rate.get("price", "not published")),
                 plainly(rate.get("from", "")), plainly(rate.get("to", "")), rate["clause"],
                 rate.get("reading", ""))
                for rate in content["rates"]
            ),
        )  # fmt: skip
    yield table(
        ("Stated, used in no calculation", "Amount", "Clause"),
        ((figure["what"], figure["amount"], figure["clause"]) for figure in content["stated"]),
    )
    yield "\n".join(f"- {note}" for note in content["notes"])


def plainly(value: Any) -> str:
    """A value without its unit, which is not always the pound."""
    if isinstance(value, date):
        return day_in_words(value)
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def in_words(value: Any, term: Term) -> str:
    if isinstance(value, date):
        return day_in_words(value)
    if term.kind == "money" and value != "":
        return f"£{value:,.0f}"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def bad_input_reference() -> str:
    """Every kind of bad input with what is said of it, from the list that its tests use."""
    listed = tomllib.loads(
        (ROOT / "tests" / "data" / "bad_inputs.toml").read_text(encoding="utf-8")
    )
    parts = [
        "# Bad input, and what is said of it",
        GENERATED,
        "Real workbooks have texts among the prices, titles above the headings and rows of totals."
        " Each kind of bad input has one fixed message, which names the sheet, the cell and the"
        " heading, or the file. Each is tested: the test makes the workbook of the example, here"
        " always called book.xlsx, and expects the message to the letter.",
        "No figure comes out while a problem that could change it stands. What only needs a look"
        " is said beside the figures. Every report, and every output with `--json`, accounts for"
        " the rows: found = used + refused + blank.",
        table(
            ("No.", "What comes in", "What a person expects", "What happens", "Message", "Test"),
            (
                (
                    str(entry["number"]),
                    entry["input"],
                    entry["expected"],
                    entry["answer"],
                    f"`{entry['message']}`" if entry["message"] else "none needed",
                    f"`{entry['test'].partition('::')[2]}`",
                )
                for entry in listed["input"]
            ),
        ),
        "The tests stand in `tests/workbook/read`: `test_bad_inputs.py`, `test_bad_files.py`.",
    ]
    return "\n\n".join(parts) + "\n"


def function_list() -> str:
    """The functions as the README lists them."""
    return table(
        ("Function", "What it gives"),
        ((f"`{function.name}`", function.help) for function in FUNCTIONS.values()),
    )


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    def line(cells: Iterable[str]) -> str:
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"

    names = list(headings)
    return "\n".join([line(names), line("---" for _ in names), *map(line, rows)])


def main() -> int:
    """Write the pages, or with ``--check`` say which are stale."""
    checking = "--check" in sys.argv[1:]
    stale = [
        path
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        name = path.relative_to(ROOT)
        if checking:
            print(f"{name} is stale: run make docs")
        else:
            path.write_text(pages()[path], encoding="utf-8", newline="\n")
            print(f"wrote {name}")
    if checking and not stale:
        print(f"{len(pages())} derived pages are up to date")
    return 1 if checking and stale else 0


if __name__ == "__main__":
    sys.exit(main())
