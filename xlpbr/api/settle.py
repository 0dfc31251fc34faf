"""A contract settled month by month: ``xlpbr.settle``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from xlpbr import cells
from xlpbr.api.frames import figures_frame, money, pounds, table_frame
from xlpbr.api.inputs import Table, contract_of, day_of
from xlpbr.api.records import PlacedProblem, problems_frame, settled_records
from xlpbr.api.settled_frames import children_frame, invoice_frame, lines_frame, years_frame
from xlpbr.errors import NUM, CellError
from xlpbr.functions import arguments, spills
from xlpbr.money import in_words
from xlpbr.periods import day_in_words
from xlpbr.settlement import statement as rules


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SettledContract:
    """The monthly statement of a contract, as ``PBR_STATEMENT`` gives it.

    Attributes:
        statement: the records, for those who want whole pence and workings.

    Example:
        >>> import xlpbr
        >>> placements = [
        ...     ["Child", "Residential weekly cost", "Family weekly cost", "Moved on", "Ended on"],
        ...     ["C01", 7000, 1400, "01/11/2025", None],
        ... ]
        >>> settled = xlpbr.settle(xlpbr.terms("plymouth-l04-2526"), placements, as_at="31/12/2025")
        >>> settled
        <SettledContract plymouth-l04-2526: 4 months to 31 Dec 2025, payable £48,800.00>
        >>> settled.payable, settled.payable_on("30/11/2025")
        (Decimal('48800.00'), Decimal('24000.00'))
        >>> settled.to_frame()["Saving"].tolist()[2:]
        [Decimal('24000.00'), Decimal('24800.00')]
        >>> settled.to_frame(pence=True)["Saving"].tolist()[2:]
        [2400000, 2480000]
        >>> settled.explain("Dec 2025").loc[1, "Working"]
        'C01: £5,600.00 / 7 x 31 days = £24,800.00'
        >>> settled.invoice("Dec 2025")[["Line", "Net", "Gross"]].values.tolist()[-1]
        ['Total', Decimal('24800.00'), Decimal('29760.00')]
        >>> settled.lines("Dec 2025")[["Child", "Days", "Amount"]].values.tolist()
        [['C01', 31, Decimal('24800.00')]]
        >>> settled.children().loc["C01", "2025-12-01"]
        Decimal('24800.00')
        >>> settled.years().loc[0, ["Financial year", "Saving", "Accrual"]].tolist()
        ['2025/26', Decimal('48800.00'), Decimal('48800.00')]
    """

    statement: rules.Statement
    _problems: tuple[PlacedProblem, ...] = field(default=())

    def __repr__(self) -> str:
        count = len(self.statement.months)
        return (
            f"<SettledContract {self.contract or 'without a name'}: {count}"
            f" {'month' if count == 1 else 'months'} to {day_in_words(self.as_at)}, payable"
            f" {in_words(self.statement.payable)}>"
        )

    @property
    def contract(self) -> str:
        """The contract's short name, as its terms have it."""
        return self.statement.terms.contract

    @property
    def as_at(self) -> date:
        """The last day that is settled."""
        return self.statement.as_at

    @property
    def payable(self) -> Decimal:
        """What is payable in all, in exact pounds; 0 before the programme starts."""
        return pounds(self.statement.payable)

    @property
    def problems(self) -> pd.DataFrame:
        """What to look at in the tables; nothing in it stops the figures. See ``xlpbr.check``."""
        return problems_frame(self._problems)

    def payable_on(self, day: Any) -> Decimal:
        """What was payable in all at the end of a day, in exact pounds.

        Raises:
            CellError: ``#NUM!`` for a day after ``as_at``, ``#VALUE!`` for what is no day.
        """
        wanted = day_of("day", day)
        if wanted is None or wanted > self.as_at:
            found = "no day" if wanted is None else day_in_words(wanted)
            raise CellError(
                NUM, f"day: found {found}; expected a day up to As at, {day_in_words(self.as_at)}"
            )
        earlier = rules.settle(self.statement.terms, self.statement.evidence, wanted)
        return pounds(earlier.payable)

    def to_frame(self, *, pence: bool = False) -> pd.DataFrame:
        """The statement: a row for each month, under the headings of ``PBR_STATEMENT``.

        Args:
            pence: False for money as exact pounds (Decimal in an object column, as 48800.00), True
                for whole pence (int64, as 4880000), which adds up and groups fast. Either way
                there is no float.
        """
        months = self.statement.months
        return figures_frame(lambda name: [getattr(month, name) for month in months], pence)

    def explain(self, month: Any, *, pence: bool = False) -> pd.DataFrame:
        """How the figures of a month came about: Clause, Figure, Working and Amount.

        Args:
            month: any day in it, or a text such as "Mar 2026".
            pence: False for amounts in exact pounds, True for whole pence.

        Raises:
            CellError: ``#N/A`` for a month outside the statement.
        """
        wanted = arguments.named("month", month, cells.month)
        frame = table_frame(spills.explain_month(self.statement, wanted, money(pence)))
        # A number of children is a float in a cell.
        amounts = [int(one) if isinstance(one, float) else one for one in frame["Amount"]]
        frame["Amount"] = pd.Series(amounts, dtype=object)
        return frame

    def invoice(self, month: Any, *, pence: bool = False) -> pd.DataFrame:
        """What is to be invoiced for a month: Line, For month, Working, Net, VAT and Gross.

        The last line is the total, whose Net is To invoice of the statement.

        Args:
            month: any day in it, or a text such as "Mar 2026".
            pence: False for money in exact Decimal pounds, True for whole int64 pence.

        Raises:
            CellError: ``#N/A`` for a month outside the statement.
        """
        return invoice_frame(self.statement, arguments.named("month", month, cells.month), pence)

    def lines(self, month: Any, *, pence: bool = False) -> pd.DataFrame:
        """The saving of a month line by line: placements by price, and further costs.

        The column Amount adds up to Saving of the statement. Prices are exact Decimal pounds a
        week; a cost has none.

        Args:
            month: any day in it, or a text such as "Mar 2026".
            pence: False for Amount in exact Decimal pounds, True for whole int64 pence.

        Raises:
            CellError: ``#N/A`` for a month outside the statement.
        """
        return lines_frame(self.statement, arguments.named("month", month, cells.month), pence)

    def children(self, *, pence: bool = False) -> pd.DataFrame:
        """The saving of each child in each month: the index is Child, the columns are the months.

        The sum of a column is Saving of the statement.

        Args:
            pence: False for money in exact Decimal pounds, True for whole int64 pence.
        """
        return children_frame(self.statement, pence)

    def years(self, *, pence: bool = False) -> pd.DataFrame:
        """The statement by financial years, beside the budget: as ``PBR_YEARS`` gives it.

        Args:
            pence: False for money in exact Decimal pounds, True for whole int64 pence; of a year
                without a budget what needs it is missing.
        """
        return years_frame(self.statement, pence)


def settle(
    terms: Any,
    placements: Table = None,
    *,
    carers: Table = None,
    claims: Table = None,
    as_at: Any = None,
    cohort: Table = None,
    prices: Table = None,
    costs: Table = None,
    rates: Table = None,
    agreed: Table = None,
    budget: Table = None,
) -> SettledContract:
    """Settle a contract: savings, fee, carer fees, bonus, payable and invoiced by month.

    The figures are those of ``PBR_STATEMENT``, penny for penny. Money in a float column is read as
    the decimal number that it prints as; Decimal, whole numbers and texts are read as they are.

    Args:
        terms: the Terms table, such as ``xlpbr.terms`` gives, or a dict from term to value; or by
            itself a whole workbook: a path, what ``xlpbr.read`` gives, or an open workbook.
        placements: the Placements table: a data frame, rows with the headings first, or a list of
            dicts. docs/reference/tables.md has the headings.
        carers: the Carers table; None for no carers.
        claims: the Claims table; None for no claims.
        as_at: the last day that is known: a date, a Timestamp or a text such as "31/03/2026"; None
            for the whole programme.
        cohort: the Cohort table: the children of the cohort; None where all count.
        prices: the Prices table: changes of price; None for none.
        costs: the Costs table: further costs of a move; None for none.
        rates: the Rates table: the prices of outcomes; None for none.
        agreed: the Agreed table: the months that both parties signed; None for none.
        budget: the Budget table: the budget of financial years; None for none.

    Raises:
        CellError: the first wrong input, with its table, row and column or its cell.
        FileProblem: a workbook that cannot be read.

    Example:
        >>> import pandas as pd
        >>> import xlpbr
        >>> placements = pd.DataFrame({
        ...     "Child": ["C01", "C02"],
        ...     "Residential weekly cost": [7000.00, 6412.35],
        ...     "Family weekly cost": [1400.00, 1399.90],
        ...     "Moved on": pd.to_datetime(["2025-11-01", "2026-01-12"]),
        ...     "Ended on": [None, None],
        ... })
        >>> settled = xlpbr.settle(xlpbr.terms("plymouth-l04-2526"), placements, as_at="31/03/2026")
        >>> settled.payable
        Decimal('177369.08')
        >>> placements.loc[1, "Moved on"] = pd.Timestamp("1926-01-12")
        >>> xlpbr.settle(xlpbr.terms("plymouth-l04-2526"), placements)
        Traceback (most recent call last):
        ...
        xlpbr.errors.CellError: #NUM! Placements, row 2 (index 1), Moved on: found the date ...
    """
    given = contract_of(
        terms, placements, carers, claims, cohort=cohort, prices=prices, costs=costs, rates=rates,
        agreed=agreed, budget=budget,
    )  # fmt: skip
    day = day_of("as_at", as_at)
    record, evidence = settled_records(given)
    return SettledContract(rules.settle(record, evidence, day), given.problems)
