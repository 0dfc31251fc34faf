"""LibreOffice at work: the second calculator, pages as PDF, and the functions set up in it.

Comes in: a workbook. Goes out: values, pages, or an extension. It runs with a profile of its own; a
person's settings are touched only where they ask for the functions to be installed.
"""
