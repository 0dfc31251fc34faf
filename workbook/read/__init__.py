"""A contract's tables in a workbook of any layout: found, read, and told where each cell stands.

Comes in: a workbook. Goes out: rows with their places, and the records that ``xlpbr.tables`` makes
of them.
"""
