"""The month rows of a portfolio as a Parquet file, for programs that work on with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import xlpbr
from xlpbr.workbook.files.safe_writing import write_safely
from xlpbr.workbook.portfolio.folder import SettledFolder
from xlpbr.workbook.portfolio.months import COLUMNS, month_field

LABELS = ("contract", "commissioner", "provider", "file")
"""What a row says of its contract, before the figures."""

_ROWS_A_GROUP = 16_384


def write_months(folder: SettledFolder, target: Path) -> None:
    """Write the month rows of a settled folder; the same rows give the same bytes.

    The columns are ``LABELS`` and ``portfolio_months.COLUMNS``; money is in whole pence, as the
    metadata of the file and of each such column say.

    Args:
        folder: the folder.
        target: the file to write.

    Raises:
        FileProblem: the target cannot be written.
    """
    schema = _schema(folder)
    names = {outcome.number: outcome.name for outcome in folder.outcomes}
    labels = {
        number: (facts.contract, facts.commissioner, facts.provider, names[number])
        for number, facts in folder.settled.items()
    }

    def write(place: Path) -> None:
        with pq.ParquetWriter(place, schema) as writer:
            for group in _groups(folder.months.blocks(labels)):
                texts = {
                    label: [labels[number][index] for number in group["number"]]
                    for index, label in enumerate(LABELS)
                }
                rows = group.assign(**texts)[schema.names]
                writer.write_table(pa.Table.from_pandas(rows, schema, preserve_index=False))

    write_safely(target, write, inputs=[file.path for file in folder.files])


def _schema(folder: SettledFolder) -> pa.Schema:
    texts = [pa.field(label, pa.string(), nullable=False) for label in LABELS]
    about = {
        "xlpbr": xlpbr.__version__,
        "money": "whole pence (int64) in every column whose unit is pence",
        "month": "first day of the calendar month",
        "as_at": "" if folder.as_at is None else folder.as_at.isoformat(),
        "files_settled": str(len(folder.settled)),
        "files_not_settled": json.dumps(
            [outcome.name for outcome in folder.not_settled], ensure_ascii=False
        ),
    }
    return pa.schema([*texts, *map(month_field, COLUMNS)]).with_metadata(about)


def _groups(blocks: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Blocks put together, so that the row groups are not many and small."""
    waiting: list[pd.DataFrame] = []
    for block in blocks:
        waiting.append(block)
        if sum(map(len, waiting)) >= _ROWS_A_GROUP:
            yield pd.concat(waiting)
            waiting = []
    if waiting:
        yield pd.concat(waiting)
