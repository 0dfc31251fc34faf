"""A workbook rewritten for another host, and back to the same file.

Comes in: a workbook for one host. Goes out: the same workbook with the names, marks or plain values
that another host knows.
"""
