"""The report: a workbook of values and charts that can be sent or published.

Comes in: a contract's records and statement. Goes out: an .xlsx file, its sheets as pages.
"""
