"""The code of the functions inside a workbook, where xlwings Lite looks for it.

Comes in: a workbook. Goes out: the parts that hold the code, or what it holds of them already.
"""
