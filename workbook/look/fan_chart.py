"""A fan chart: a band from the 10th to the 90th percentile, and the 50th as a line in it.

The template and the report draw the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart

from xlpbr.workbook.look.months_chart import dress_months_chart
from xlpbr.workbook.look.styles import FONT, INK, MAXIMUM_COLOUR, PAYABLE_COLOUR, SAVING_COLOUR

BAND = "10th to 90th percentile"
MIDDLE = "50th percentile"
MAXIMUM = "Contract maximum"

COLOURS = {"Saving to date": SAVING_COLOUR, "Payable to date": PAYABLE_COLOUR}
"""The colour of each figure that is drawn."""

_PERCENT_CLEAR = 65


@dataclass(frozen=True, slots=True)
class Fan:
    """What a fan chart is drawn from; every range as a formula refers to it, without ``=``.

    Attributes:
        figure: the figure, such as "Saving to date".
        months: the months.
        lowest: the 10th percentile of each month.
        spread: what the 90th percentile is above the 10th.
        middle: the 50th percentile.
        maximum: a level line at the contract maximum; empty for none.
        count: how many months there are.
    """

    figure: str
    months: str
    lowest: str
    spread: str
    middle: str
    maximum: str
    count: int


def fan_chart(workbook: Workbook, fan: Fan, *, font_size: int) -> Chart:
    """The chart, ready to be inserted.

    The band is an area on top of one that is not seen: no chart of Excel has bands.
    """
    colour = COLOURS[fan.figure]
    months = {"categories": f"={fan.months}"}
    chart = workbook.add_chart({"type": "area", "subtype": "stacked"})
    unseen: dict[str, Any] = {"fill": {"none": True}, "border": {"none": True}}
    chart.add_series({"name": "Up to the 10th percentile", "values": f"={fan.lowest}",
                      **months, **unseen})  # fmt: skip
    chart.add_series(
        {
            "name": BAND, "values": f"={fan.spread}", **months,
            "fill": {"color": colour, "transparency": _PERCENT_CLEAR}, "border": {"none": True},
        }
    )  # fmt: skip
    lines = workbook.add_chart({"type": "line"})
    lines.add_series(
        {
            "name": MIDDLE, "values": f"={fan.middle}", **months,
            "line": {"color": colour, "width": 2.25},
            "marker": {
                "type": "circle", "size": 5, "fill": {"color": colour},
                "border": {"color": colour},
            },
        }
    )  # fmt: skip
    if fan.maximum:
        lines.add_series(
            {
                "name": MAXIMUM, "values": f"={fan.maximum}", **months,
                "line": {"color": MAXIMUM_COLOUR, "width": 1.75, "dash_type": "long_dash"},
                "marker": {"type": "none"},
            }
        )  # fmt: skip
    chart.combine(lines)
    font = {"name": FONT, "size": font_size, "color": INK, "bold": False}
    title = f"{fan.figure}: the middle and the range of the scenarios"
    dress_months_chart(chart, title, fan.count, font, title_ink=INK)
    # The area that is not seen has no place in the legend.
    chart.set_legend({"position": "bottom", "font": font, "delete_series": [0]})
    return chart
