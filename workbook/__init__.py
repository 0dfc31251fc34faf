"""Workbooks: what a person opens. Installed as ``xlpbr.workbook``."""
