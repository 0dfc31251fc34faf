"""The sheet Functions: every function that a cell can call, and what each argument is."""

from __future__ import annotations

from xlpbr import functions
from xlpbr.functions.catalogue import FUNCTIONS, WorksheetFunction
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import TemplatePlan

_WIDTHS = (44, 98, 40, 18)
_FIRST_HEADING_ROW = 4


def write_functions(page: TemplatePage, plan: TemplatePlan) -> None:
    """Write the Functions sheet from the catalogue."""
    page.introduce(
        "Functions",
        "Every function that a cell of this or of another workbook can call. In brackets: may be"
        " left out. An error in a cell says that an input cannot be used; PBR_CHECK says which.",
    )
    page.set_widths(_WIDTHS)
    row = _write_functions_table(
        page, _FIRST_HEADING_ROW, ("Function", "What it does", "Example", "Clause"),
        [
            (function.signature, _what_it_does(function), _examples(function), function.clause)
            for function in FUNCTIONS.values()
        ],
    )  # fmt: skip
    page.put(row + 1, 1, "What to give", page.styles.subtitle)
    _write_functions_table(
        page, row + 2, ("Argument", "What to give", "In which functions"),
        [(name, what, _where(names)) for (name, what), names in _arguments().items()],
    )  # fmt: skip
    page.sheet.freeze_panes(_FIRST_HEADING_ROW, 1)
    page.print_on_a4(plan.title, heading_row=None)


def _write_functions_table(
    page: TemplatePage, row: int, headings: tuple[str, ...], rows: list[tuple[str, ...]]
) -> int:
    """Write a table, and give the row under it."""
    styles = page.styles
    page.put_row(row, 1, headings, styles.column_heading(indent=1))
    wrapped = styles.cell("wrapped", indent=1, align="left")
    strong = styles.cell("wrapped", indent=1, align="left", bold=True)
    for texts in rows:
        row += 1
        for column, text in enumerate(texts, start=1):
            page.put(row, column, text, strong if column == 1 else wrapped)
        page.fit_row(row, *zip(texts, _WIDTHS, strict=False))
    return row + 1


def _what_it_does(function: WorksheetFunction) -> str:
    notes = " ".join(function.notes.split())
    return "\n".join(filter(None, (function.help, notes, f"Gives: {function.returns}")))


def _examples(function: WorksheetFunction) -> str:
    return "\n".join(f"{example.formula} gives {example.shows}" for example in function.examples)


def _arguments() -> dict[tuple[str, str], list[str]]:
    """Each argument with its meaning, and the functions that take it: most take the same."""
    found: dict[tuple[str, str], list[str]] = {}
    for function in FUNCTIONS.values():
        for argument in function.arguments:
            found.setdefault((argument.name, argument.help), []).append(function.name)
    return found


def _where(names: list[str]) -> str:
    if len(names) <= 2:
        return ", ".join(names)
    return f"{len(names)} functions: see above"


assert functions  # the functions are declared when their module is imported
