"""Formulas calculated without Excel, by the engine inside our own process.

Comes in: a workbook. Goes out: a copy in which only values differ, and why a formula kept its own.
"""
