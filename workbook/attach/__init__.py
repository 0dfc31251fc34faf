"""The functions inside a budget book that a council keeps: sheets attached, formulas inserted.

Comes in: somebody's workbook. Goes out: a copy with more in it, which ``detach`` gives back as the
same bytes.
"""
