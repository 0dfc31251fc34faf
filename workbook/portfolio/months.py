"""The month rows of many contracts, kept on disk while a folder is settled.

However many contracts there are, memory holds one chunk of them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from xlpbr.settlement.statement import FIGURES

MONEY = tuple(figure.field_name for figure in FIGURES if figure.kind == "money")
"""The amounts of a month's statement, in pence."""

OF_THE_MONTH = {"entitlement": "entitlement_to_date", "invoiced": "invoiced_to_date"}
"""Amounts of a month that the statement gives to date only."""

COLUMNS = (*(figure.field_name for figure in FIGURES), *OF_THE_MONTH, "net_saving")
"""The figures of a month row: those of the statement, and then the month's own part of the
entitlement, the invoices and the net saving, so that months add up."""

_MONEY_COLUMNS = frozenset({*MONEY, *OF_THE_MONTH, "net_saving"})


def month_field(column: str) -> pa.Field:
    """How a column of ``COLUMNS`` is stored; its metadata says where it is money."""
    if column == "month":
        return pa.field(column, pa.date32())
    unit = {"unit": "pence"} if column in _MONEY_COLUMNS else None
    return pa.field(column, pa.int64(), nullable=False, metadata=unit)


_KEPT = pa.schema([pa.field("number", pa.int32()), *map(month_field, COLUMNS)])


def month_rows(numbers: Sequence[int], settled: pd.DataFrame) -> pa.RecordBatch:
    """The month rows of some files.

    Args:
        numbers: the file of each row.
        settled: the rows as ``xlpbr.portfolio`` gives them, those of a contract together and in
            the order of the months.
    """
    rows = settled.drop(columns="contract").assign(number=list(numbers))
    by_file = rows.groupby("number", sort=False)
    for column, to_date in OF_THE_MONTH.items():
        rows[column] = rows[to_date] - by_file[to_date].shift(fill_value=0)
    rows["net_saving"] = rows["saving"] - rows["payable"]
    rows["month"] = rows["month"].dt.date
    return pa.RecordBatch.from_pandas(rows[_KEPT.names], schema=_KEPT, preserve_index=False)


def no_month_rows() -> pa.RecordBatch:
    """The month rows of files that were not settled."""
    return pa.RecordBatch.from_pylist([], schema=_KEPT)


@dataclass(frozen=True, slots=True)
class MonthRows:
    """Month rows on disk; ``blocks`` gives them again, chunk by chunk."""

    reader: pa.RecordBatchFileReader

    def blocks(self, files: Collection[int]) -> Iterator[pd.DataFrame]:
        """The month rows of some files: the file's number and ``COLUMNS``, money in pence.

        The rows of a file stand in one block, in the order of the months.

        Args:
            files: the numbers of the files.
        """
        for index in range(self.reader.num_record_batches):
            rows = self.reader.get_batch(index).to_pandas()
            rows = rows[[number in files for number in rows["number"].tolist()]]
            if len(rows):
                yield rows.reset_index(drop=True)


@contextmanager
def kept_on_disk(batches: Iterator[pa.RecordBatch]) -> Iterator[MonthRows]:
    """Take month rows to a file of their own, which is gone when they are no longer needed."""
    with tempfile.TemporaryFile(prefix="xlpbr-") as stream:
        with pa.ipc.new_file(stream, _KEPT) as writer:
            for batch in batches:
                writer.write_batch(batch)
        stream.seek(0)
        yield MonthRows(pa.ipc.open_file(stream))
