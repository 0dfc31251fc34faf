"""The first sheet of a portfolio's workbook: where the contracts stand together."""

from __future__ import annotations

from collections.abc import Iterator

from xlpbr.money import in_words
from xlpbr.settlement.statement import FIGURE_BY_HEADING
from xlpbr.workbook.portfolio.page import Cell
from xlpbr.workbook.portfolio.sums import headroom
from xlpbr.workbook.portfolio.words import (
    FLOW_HEADINGS,
    Portfolio,
    as_at,
    caution_lines,
    count,
    total_of,
)


def summary_lines(portfolio: Portfolio) -> list[str]:
    """The position in sentences."""
    total = total_of(portfolio.sums.contracts)
    contracts = len(portfolio.sums.contracts)
    lines = [
        f"{count(contracts, 'contract')} of {count(len(portfolio.folder.files), 'file')} "
        f"{'was' if contracts == 1 else 'were'} settled. {as_at(portfolio)}.",
        *caution_lines(portfolio),
        f"The contracts save {in_words(total['saving'])}; "
        f"{in_words(total['payable'])} is payable for it, and the councils keep "
        f"{in_words(total['net_saving'])}.",
    ]
    if any(portfolio.sums.check.values()):
        lines.append("The months do not add up to the figures to date: do not use this workbook.")
    return lines


def summary_rows(portfolio: Portfolio) -> Iterator[list[Cell]]:
    """Measure, number, amount and what it is."""
    folder, sums = portfolio.folder, portfolio.sums
    total = total_of(sums.contracts)
    files = len(folder.files)
    yield ["Files found", files, None, "Workbooks in the folder and in the folders in it."]
    yield ["Files settled", files - len(folder.not_settled), None, "Each is one contract."]
    yield ["Files not settled", len(folder.not_settled), None, "In no figure; see Files."]
    yield [
        "Children in family placements", total["children"], None,
        "In place at the end of each contract's last month.",
    ]  # fmt: skip
    for flow, heading in FLOW_HEADINGS.items():
        yield [heading, None, total[flow], _MEANING[flow]]
    yield ["Balance", None, total["balance"], FIGURE_BY_HEADING["Balance"].meaning]
    balance = sums.contracts["balance"]
    yield ["Still to invoice", None, int(balance.clip(lower=0).sum()), _STILL_TO_INVOICE]
    yield ["Due back", None, int(balance.clip(upper=0).sum()), _DUE_BACK]
    yield from _headroom_rows(portfolio)
    if len(sums.contracts):
        for heading, column, what in _LARGEST:
            amount = int(sums.contracts[column].max())
            number = int(sums.contracts.index[int(sums.contracts[column].argmax())])
            if amount > 0:
                yield [heading, None, amount, f"{portfolio.settled[number].contract}: {what}"]
    difference = sum(sums.check.values())
    yield [
        "Months less figures to date", None, difference,
        "A check: the months of each contract add up to its statement's figures to date. It must "
        "be £0.00.",
    ]  # fmt: skip


_MEANING = {
    "saving": "What the agreed placements saved.",
    "entitlement": "What of the fees is earned.",
    "fee": "What may be invoiced of the fees.",
    "carer_fees": "For carer households that were approved.",
    "bonus": "Threshold bonuses of programmes that have ended.",
    "held_back": "What the contracts' maximums do not let through.",
    "payable": "Fees, carer fees and bonuses less what is held back.",
    "invoiced": "What the providers have invoiced.",
    "net_saving": "Saving less payable: what the councils keep.",
}

_STILL_TO_INVOICE = "The balances above 0. Those of other contracts are not taken off."
_DUE_BACK = "The balances below 0: invoiced beyond what is payable."

_LARGEST = (
    ("Largest payable", "payable", "the most that is payable under one contract."),
    ("Largest net saving", "net_saving", "the most that a council keeps of one contract."),
    ("Largest balance", "balance", "the most still to invoice under one contract."),
)


def _headroom_rows(portfolio: Portfolio) -> Iterator[list[Cell]]:
    payable = portfolio.sums.contracts["payable"].to_dict()
    left = {
        number: room
        for number, facts in portfolio.settled.items()
        if (room := headroom(facts, payable[number])) is not None
    }
    if not left:
        yield ["Contract maximums", None, None, "No contract has a maximum."]
        return
    maximums = sum(portfolio.settled[number].maximum or 0 for number in left)
    yield [
        "Contract maximums", None, maximums, f"Of {count(len(left), 'contract')} with a maximum."
    ]  # fmt: skip
    yield ["Left of the maximums", None, sum(left.values()), "Maximums less what is payable."]
    reached = sum(room <= 0 for room in left.values())
    yield ["Contracts at their maximum", reached, None, "Nothing is left, or it is passed."]
    least = min(left, key=lambda number: (left[number], number))
    yield [
        "Least left of a maximum", None, left[least],
        f"{portfolio.settled[least].contract}: the contract nearest to its maximum.",
    ]  # fmt: skip
