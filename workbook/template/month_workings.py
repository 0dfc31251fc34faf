"""What the sheet Month finds on the other sheets, in plain formulas to the right of its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlpbr.functions.changed_tables import AMOUNT_HEADINGS, CHANGES_HEADINGS
from xlpbr.workbook.ooxml.book import Position
from xlpbr.workbook.template import plan as places
from xlpbr.workbook.template.checks import problems_place
from xlpbr.workbook.template.outlook import (
    last_day_to_come,
    outlook_column,
    outlook_figure,
    term_on_checks,
)
from xlpbr.workbook.template.page import TemplatePage
from xlpbr.workbook.template.plan import (
    MONTH_COLUMNS,
    STATEMENT_COLUMNS,
    TABLE_NAMES,
    TemplatePlan,
    fixed,
)
from xlpbr.workbook.template.result_places import (
    CHANGES_ROW,
    CHILDREN_ROW,
    INVOICE_ROW,
    MOST_CHANGED_CELLS,
    YEARS_ROW,
    children_rows,
    children_width,
    invoice_rows,
    year_rows,
)
from xlpbr.workbook.template.state import STATE, listed_problems
from xlpbr.workbook.template.working_places import places_of_workings

_FIRST = MONTH_COLUMNS + 2
_FACT_ROW = 4
_LIST_ROW = 7
_MONTHS, _CHILDREN, _CHANGES, _CAUSES = _FIRST + 3, _FIRST + 5, _FIRST + 9, _FIRST + 11
"""The first column of each block: facts, months, children, adjustments, causes of changes."""

OPEN_LINES = 7
"""How many lines the page has for what changed and is disputed, and for findings beside it."""
_WITHOUT_POUNDS, _NO_CAUSE = 1000, 1_000_000
"""What is added to a row that comes after those with pounds, and to one that is none."""


@dataclass(frozen=True, slots=True)
class AtStake:
    """What saving and payable would change by if disputed rows counted, as cells."""

    to_date: tuple[str, str]
    to_the_end: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """Where the workings stand, as formulas of the sheet Month take them.

    Attributes:
        plan: the sizes.
        months: the months of the programme, from the first to the last one filled.
        first_day: the first day of the month that is chosen.
        lines: how many lines the invoice has, its total included.
        children: how many children saved something in the month.
        child_names: the children, a row each, as on the sheet Children.
        child_savings: what each saved in the month.
        child_counts: how many of those down to each row saved something.
        causes: how many causes PBR_CHANGES tells.
        cause_rows: which rows of Changes those are that are shown, those with pounds first.
        all_changes: which row of Changes tells all together; 0 where no tables are kept.
        changes: how many lines of the invoice tell of what was agreed before.
        change_counts: how many of those there are down to each line.
        findings: how many problems are listed.
        problems: the place of the table of PBR_CHECK.
        years: how many financial years are shown.
        totals: what is to be invoiced: net, VAT and gross.
        agreed_row: which row of Agreed the month has; 0 without one.
        statement_row: which row of the statement the month has.
        at_stake: what would change if disputed rows counted.
    """

    plan: TemplatePlan
    months: str
    first_day: str
    lines: str
    children: str
    child_names: str
    child_savings: str
    child_counts: str
    causes: str
    cause_rows: str
    all_changes: str
    changes: str
    change_counts: str
    findings: str
    problems: Position
    years: str
    totals: tuple[str, str, str]
    agreed_row: str
    statement_row: str
    at_stake: AtStake

    def of_month(self, heading: str) -> str:
        """A figure of the month, from the statement."""
        return f"INDEX({self.plan.statement_column(heading)},{self.statement_row})"

    def years_column(self, column: int) -> str:
        """A column of the financial years, without its heading."""
        return _years_column(self.plan, column)

    @property
    def cause_tables(self) -> str:
        """The tables of what changed, a row for each cell, on the sheet Changes."""
        return _changes_column(self.plan, "Table")

    @property
    def cause_words(self) -> str:
        """What changed in words, beside the first cell of each cause."""
        return _changes_column(self.plan, "In words")

    @property
    def cause_pounds(self) -> str:
        """What is payable by it."""
        return _changes_column(self.plan, "Payable")

    @property
    def _open(self) -> tuple[str, str, str]:
        disputed, differs, above = (
            self.plan.on_sheet("Checks", STATE[0] + down, STATE[1] + 3) for down in (1, 2, 3)
        )
        return disputed, differs, above

    @property
    def disputed_rows(self) -> str:
        """How many rows of the input tables are disputed."""
        return self._open[0]

    @property
    def nothing_open(self) -> str:
        """The condition under which nothing was found and nothing is disputed."""
        return f"AND({self.findings}=0,{','.join(f'{one}=0' for one in self._open)})"

    @property
    def said_of_findings(self) -> str:
        """The counts in words, as a formula gives them."""
        disputed, differs, above = self._open
        return (
            f'{self.findings}&IF({self.findings}=1," finding"," findings")&" by PBR_CHECK; "'
            f'&{disputed}&IF({disputed}=1," row is"," rows are")&" disputed; "'
            f'&{differs}&IF({differs}=1," agreed month has"," agreed months have")'
            f'&" another figure now; "&IF({above}>0,"invoiced "&TEXT({above},"£#,##0.00")'
            '&" above payable.","nothing is invoiced above payable.")'
        )


def _years_column(plan: TemplatePlan, column: int) -> str:
    return plan.column_of("Years", column, YEARS_ROW + 1, YEARS_ROW + year_rows(plan) - 1)


def _changes_column(plan: TemplatePlan, heading: str) -> str:
    column = CHANGES_HEADINGS.index(heading) + 1
    return plan.column_of("Changes", column, CHANGES_ROW + 1, CHANGES_ROW + MOST_CHANGED_CELLS)


def write_workings_of_month(page: TemplatePage, plan: TemplatePlan) -> Found:
    """Write the workings of the sheet Month, and say where they stand."""
    page.set_widths((4, 28, 12, 4, 12, 4, 14, 14, 8, 4, 14, 4, 10, 8), _FIRST - 1)
    page.put(2, _FIRST, "Working: what the page shows of the other sheets", page.styles.subtitle)
    rows = children_rows(plan) - 2
    lines = invoice_rows(plan) - 1
    facts = {
        name: fixed(row, _FIRST + 1)
        for row, name in enumerate(_facts(plan, rows, lines, ""), start=_FACT_ROW)
    }
    first_day = facts["First day of the month"]
    for row, (name, formula) in enumerate(
        _facts(plan, rows, lines, first_day).items(), start=_FACT_ROW
    ):
        kind = "date" if name == "First day of the month" else "count"
        kind = "money" if name.startswith("Total") else kind
        page.put(row, _FIRST, name, page.styles.cell("text", "working"))
        page.put_formula(row, _FIRST + 1, f"={formula}", page.styles.cell(kind, "working"))
    at_stake = _write_at_stake(
        page, plan, _FACT_ROW + len(facts) + 2, facts["Row of the statement"]
    )
    _write_found(page, _MONTHS, {"Months": "month"}, _months(plan))
    _write_found(
        page, _CHILDREN, {"Child": "text", "Saving": "money", "Count": "count"},
        _children(plan, rows, first_day),
    )  # fmt: skip
    _write_found(page, _CHANGES, {"Adjustments": "count"}, _changes(plan, lines))
    _write_causes(page, plan, facts["Causes of changes"])
    months = f"{fixed(_LIST_ROW, _MONTHS)}:{fixed(_LIST_ROW + plan.month_rows - 1, _MONTHS)}"
    return Found(
        plan=plan,
        months=f"{fixed(_LIST_ROW, _MONTHS)}:INDEX({months},MAX(1,COUNT({months})))",
        first_day=first_day,
        lines=facts["Lines of the invoice"],
        children=facts["Children who saved"],
        child_names=_listed(_CHILDREN, rows),
        child_savings=_listed(_CHILDREN + 1, rows),
        child_counts=_listed(_CHILDREN + 2, rows),
        causes=facts["Causes of changes"],
        cause_rows=_listed(_CAUSES, OPEN_LINES),
        all_changes=facts["Row of all changes"],
        changes=facts["Adjustments"],
        change_counts=_listed(_CHANGES, lines),
        findings=facts["Findings of PBR_CHECK"],
        problems=problems_place(plan),
        years=facts["Financial years"],
        totals=(facts["Total, net"], facts["Total, VAT"], facts["Total, gross"]),
        agreed_row=facts["Row of Agreed"],
        statement_row=facts["Row of the statement"],
        at_stake=at_stake,
    )


def _facts(plan: TemplatePlan, children: int, lines: int, first_day: str) -> dict[str, str]:
    chosen = fixed(*places.MONTH)
    invoiced = plan.column_of("Invoice", 1, INVOICE_ROW + 1, INVOICE_ROW + lines)
    signed = places_of_workings(plan).rows["Agreed"]["Month"]
    on_checks = plan.on_sheet("Checks", 1, 1).rpartition("!")[0]
    changed = _changes_column(plan, "Table")
    return {
        "First day of the month": f"EOMONTH({chosen},-1)+1",
        "Row of the statement": f"MATCH({first_day},{plan.statement_column('Month')},0)",
        "Lines of the invoice": f'SUMPRODUCT(({invoiced}&""<>"")*1)',
        **{
            f"Total, {what}": _total(plan, column, lines)
            for column, what in ((4, "net"), (5, "VAT"), (6, "gross"))
        },
        "Children who saved": f"MAX({_listed(_CHILDREN + 2, children)})",
        "Adjustments": f"MAX({_listed(_CHANGES, lines)})",
        "Row of all changes": f'SUMPRODUCT(({changed}&""="Total")*{_numbered()})',
        "Causes of changes": f"MAX(0,COUNT({_changes_column(plan, 'Saving')})-1)",
        "Findings of PBR_CHECK": listed_problems(problems_place(plan), f"{on_checks}!"),
        "Financial years": f"COUNT({_years_column(plan, 2)})",
        "Row of Agreed": f"IFERROR(MATCH({first_day},{on_checks}!{signed},0),0)",
    }


def _write_at_stake(page: TemplatePage, plan: TemplatePlan, row: int, at: str) -> AtStake:
    """Write what would change if disputed rows counted: the statement once more, with them."""
    styles, disputed = page.styles, plan.on_sheet("Checks", STATE[0] + 1, STATE[1] + 3)
    page.put(row - 1, _FIRST, "Working: if disputed rows counted", styles.subtitle)
    look = styles.cell("money", "working")
    found: list[list[str]] = []
    for when, day in (("to date", plan.as_at_cell), ("to the end", "")):
        found.append([])
        for figure in ("Saving to date", "Payable to date"):
            if day:
                now, line = f"INDEX({plan.statement_column(figure)},{at})", f"{at}+1"
            else:
                now = outlook_figure(plan, figure, added_up=False)
                line = f"COUNT({outlook_column(plan, figure)})+1"
            then = f"INDEX({_with_disputed(plan, day)},{line},{STATEMENT_COLUMNS[figure]})"
            page.put(row, _FIRST, f"{figure.split()[0]} {when}", styles.cell("text", "working"))
            formula = f'=IF({disputed}=0,0,IFERROR(ROUND({then}-{now},2),"not known"))'
            page.spill(row, _FIRST + 1, formula, 1, [lambda _: look])
            found[-1].append(fixed(row, _FIRST + 1))
            # What stands under a formula that fills cells would be taken for filled by it.
            row += 2
    to_date, to_the_end = found
    return AtStake((to_date[0], to_date[1]), (to_the_end[0], to_the_end[1]))


def _with_disputed(plan: TemplatePlan, day: str) -> str:
    """The statement as it would be if every disputed row were agreed."""
    settled = plan.call(
        "PBR_STATEMENT", "Terms", "Placements", "Carers", "Claims", day, "Cohort", "Prices",
        "Costs", "Rates", "Agreed",
    ).removeprefix("=")  # fmt: skip
    for table in ("Placements", "Costs"):
        whole = f"{TABLE_NAMES[table]}[#All]"
        # An empty cell would come out of IF as 0, which is not the same.
        counted = f'IF({whole}="disputed","yes",IF({whole}="","",{whole}))'
        settled = settled.replace(whole, counted)
    return settled


def first_with(counts: str, number: int | str) -> str:
    """Down which row a running count first reaches a number, counted from 1.

    Not MATCH: the engine that calculates a new workbook keeps what it found in a long range.
    """
    return f"SUMPRODUCT(({counts}<{number})*1)+1"


def _total(plan: TemplatePlan, column: int, lines: int) -> str:
    """An amount of the last line of the invoice; the error where the invoice is one."""
    corner = plan.on_sheet("Invoice", INVOICE_ROW, 1)
    names, amounts = (
        plan.column_of("Invoice", found, INVOICE_ROW + 1, INVOICE_ROW + lines)
        for found in (1, column)
    )
    last = f'MAX(1,SUMPRODUCT(({names}&""<>"")*1))'
    return f"IF(ISERROR({corner}),{corner},INDEX({amounts},{last}))"


def _listed(column: int, rows: int) -> str:
    return f"{fixed(_LIST_ROW, column)}:{fixed(_LIST_ROW + rows - 1, column)}"


def _write_found(
    page: TemplatePage, column: int, kinds: dict[str, str], rows: Iterator[tuple[str, ...]]
) -> None:
    styles = page.styles
    for offset, (heading, kind) in enumerate(kinds.items()):
        look = styles.heading_right if kind in ("money", "count") else styles.heading
        page.put(_LIST_ROW - 1, column + offset, heading, look)
    looks = [styles.cell(kind, "working") for kind in kinds.values()]
    for row, formulas in enumerate(rows, start=_LIST_ROW):
        for offset, (formula, look) in enumerate(zip(formulas, looks, strict=True)):
            page.put_formula(row, column + offset, f"={formula}", look)


def _numbered() -> str:
    """The numbers of the rows of Changes, as cells: not every engine numbers rows by itself."""
    return _listed(_CAUSES + 1, MOST_CHANGED_CELLS)


def _write_causes(page: TemplatePage, plan: TemplatePlan, causes: str) -> None:
    """Write which rows of Changes tell the causes that are shown, those with pounds first."""
    styles = page.styles
    page.put_row(_LIST_ROW - 1, _CAUSES, ("Causes", "Row"), styles.heading_right)
    look = styles.cell("count", "working")
    tables, *pounds = (_changes_column(plan, heading) for heading in ("Table", *AMOUNT_HEADINGS))
    # The first cell of a cause has pounds beside it, and Total is none.
    is_none = f'(({pounds[0]}&""="")+({tables}&""="Total"))*{_NO_CAUSE}'
    is_nothing = "*".join(f'({one}&""="0")' for one in pounds)
    order = f"{_numbered()}+{is_none}+{is_nothing}*{_WITHOUT_POUNDS}"
    for number in range(1, OPEN_LINES + 1):
        place = f"MOD(SUMPRODUCT(SMALL({order},{number})),{_WITHOUT_POUNDS})"
        page.put_formula(
            _LIST_ROW + number - 1, _CAUSES, f"=IF({number}>{causes},0,{place})", look
        )  # fmt: skip
    for number in range(1, MOST_CHANGED_CELLS + 1):
        page.put(_LIST_ROW + number - 1, _CAUSES + 1, number, look)


def _months(plan: TemplatePlan) -> Iterator[tuple[str, ...]]:
    """The months of the programme, one under the other."""
    start, end = term_on_checks(plan, "Starts on"), last_day_to_come(plan)
    yield (f"EOMONTH({start},-1)+1",)
    for number in range(1, plan.month_rows):
        before = fixed(_LIST_ROW + number - 1, _MONTHS)
        following = f"EDATE({before},1)"
        yield (f'IF({before}="","",IF({following}>{end},"",{following}))',)


def _children(plan: TemplatePlan, rows: int, first_day: str) -> Iterator[tuple[str, ...]]:
    """Each child, what it saved in the month, and how many down to it saved something."""
    width = children_width(plan)
    headings = f"{plan.on_sheet('Children', CHILDREN_ROW, 3)}:{fixed(CHILDREN_ROW, width)}"
    for number in range(rows):
        row, source = _LIST_ROW + number, CHILDREN_ROW + 1 + number
        name = plan.on_sheet("Children", source, 1)
        months = f"{plan.on_sheet('Children', source, 3)}:{fixed(source, width)}"
        saved = fixed(row, _CHILDREN + 1)
        total = f'{name}&""="Total"'
        yield (
            f'IF({total},"",{name}&"")',
            f'IF(OR({name}&""="",{total}),0,INDEX({months},MATCH({first_day},{headings},0)))',
            f"N({fixed(row - 1, _CHILDREN + 2)})+({saved}<>0)",
        )


def _changes(plan: TemplatePlan, lines: int) -> Iterator[tuple[str, ...]]:
    """How many lines down to each tell of what was agreed before."""
    for number in range(lines):
        line = f'{plan.on_sheet("Invoice", INVOICE_ROW + 1 + number, 1)}&""'
        tells = f'((LEFT({line},10)="Adjustment")+(LEFT({line},7)="Carried")>0)'
        yield (f"N({fixed(_LIST_ROW + number - 1, _CHANGES)})+{tells}",)
