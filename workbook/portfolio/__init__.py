"""A folder of contracts settled: months on the disk, sums, and a workbook or a Parquet file.

Comes in: a folder of workbooks. Goes out: one file with every contract's months, and what could not
be used.
"""
