"""What charts over months have in common: how the title, the two axes and the frame look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsxwriter.chart import Chart

from xlpbr.workbook.look.styles import FONT, RULE, WHOLE_POUNDS

_LABELS = 9
"""How many months are named under a chart, about."""


def dress_months_chart(
    chart: Chart,
    title: str,
    months: int,
    font: Mapping[str, Any],
    *,
    title_ink: str | None = None,
    unit: str = "Pounds",
    unit_format: str = WHOLE_POUNDS,
) -> None:
    """Give a chart over so many months its title, its axes and its frame."""
    chart.set_title(
        {
            "name": title, "overlay": False,
            "name_font": {"name": FONT, "size": 13, "bold": True, "color": title_ink},
        }
    )  # fmt: skip
    chart.set_x_axis(
        {
            "name": "Month", "name_font": font, "num_font": font, "date_axis": True,
            "num_format": "mmm yy", "major_unit": max(1, round(months / _LABELS)),
            "major_unit_type": "months", "line": {"color": RULE}, "label_position": "low",
        }
    )  # fmt: skip
    chart.set_y_axis(
        {
            "name": unit, "name_font": font, "num_font": font, "num_format": unit_format,
            "major_gridlines": {"visible": True, "line": {"color": RULE, "width": 0.5}},
            "line": {"none": True},
        }
    )  # fmt: skip
    chart.show_blanks_as("gap")
    chart.set_chartarea({"border": {"color": RULE}})
