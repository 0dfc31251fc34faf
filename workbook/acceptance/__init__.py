"""The acceptance workbook: the cases of the hosts as live formulas beside what must come.

Comes in: a host. Goes out: a workbook that says on its first sheet how many cases are equal where
it is opened, and a line for a report. The cases are those that the tests run through every host.
"""
