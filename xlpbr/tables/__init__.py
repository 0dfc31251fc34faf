"""Ranges of cells to records: headings found, rows read, every problem told with its place.

Comes in: rows of cell values with a heading row. Goes out: terms, evidence and assumptions as
records of ``contract``, and a ``Problem`` for each thing that could not be used.
"""
