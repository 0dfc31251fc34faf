"""The workbook of each host: what it must carry so that the functions run there.

Comes in: a contract and a host. Goes out: the template with its macros, its code or neither.
"""
