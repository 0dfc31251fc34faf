"""The public Python API: what ``xlpbr.read``, ``xlpbr.settle`` and their like are.

Comes in: a contract's tables as data frames, as rows, or as a workbook (a file, or one that is
open in openpyxl or Excel). Goes out: frozen records with data frames, money as exact pounds or
whole pence. The rules are those of the folders beneath; here inputs become what those read, and
their records become data frames. Each function is a module of its name and is loaded when it is
asked for, from ``xlpbr`` itself.
"""
