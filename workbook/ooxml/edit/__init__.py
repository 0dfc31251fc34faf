"""Edits of a whole workbook: worked out as a draft, written as a copy, read again, moved.

Comes in: a workbook and the ``Changes`` asked for. Goes out: a new file, or a refusal with a code.
"""
