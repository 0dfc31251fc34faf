"""The workbook that ``xlpbr new`` makes, sheet by sheet, with its own checks in plain formulas.

Comes in: a contract, perhaps rows to fill in. Goes out: a workbook whose figures are calculated.
"""
