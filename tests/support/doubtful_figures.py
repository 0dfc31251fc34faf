"""Formulas that depend on a PBR_ figure, as an engine meets them before and after it changes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

BEYOND = "it compares figures that differ only beyond the 15 digits that Excel goes by"
STEP = "it uses {}, and the figure stands at a step where Excel may round the other way"
LONG = "it makes a text of a number with more than the 15 digits that Excel writes"
READ_TEXT = "it works with a date or an amount that is a text, which Excel reads as a number"
CRITERION = "its criterion is a date that is a text, which Excel reads in the British order"
FORMAT = "it uses TEXT with a format that Excel may show otherwise for this figure"
POWER = "it raises 0 to the power of 0, which Excel refuses"
TINY = "its figure is so small beside those it is the difference of that Excel may show 0"

AT_A_POINT = [
    ('IF(B1+0.2=0.3,"OK","CHECK")', 0.5, "CHECK", 0.1, BEYOND),
    ('IF(B1*3<=3.3,"OK","OVER")', 2, "OVER", 1.1, BEYOND),
    ('IF(SUM(B1,0.2)<>0.3,"CHECK","OK")', 5, "CHECK", 0.1, BEYOND),
    ("SUMPRODUCT((H1:H3+0.2=0.3)*G1:G3)", 5, 0.0, 0.1, BEYOND),
    ('SWITCH(B1+0.2,0.3,"agreed","open")', 5, "open", 0.1, BEYOND),
    ('_xlfn.LET(_xlpm.x,B1+0.2,IF(_xlpm.x=0.3,"OK","CHECK"))', 0.5, "CHECK", 0.1, BEYOND),
    (
        "_xlfn.LET(_xlpm.a,B1,_xlpm.b,_xlpm.a*100,INT(_xlpm.b))",
        4.36,
        436.0,
        4.35,
        STEP.format("INT"),
    ),
    ("INT(B1*100)", 4.36, 436.0, 4.35, STEP.format("INT")),
    ("FLOOR(B1,0.1)", 0.5, 0.5, 0.3, STEP.format("FLOOR")),
    ("CEILING(B1*3,0.1)", 1, 3.0, 0.1, STEP.format("CEILING")),
    ("CEILING(-2.5,B1)", 1, -2.0, -2, STEP.format("CEILING")),
    ('"£"&B1*1.1', 5, "£5.5", 100000, LONG),
    ("LEN(B1/3)", 6, 1.0, 1, LONG),
    ('TEXT(B1,"0.00;-0.00;nil")', 5, "5.00", 0, FORMAT),
    ('TEXT(B1,"#,##0.00;(#,##0.00);nil")', 5, "5.00", -1234.5, FORMAT),
    ('TEXT(B1,"[>3]0;0.0")', 5, "5", 2, FORMAT),
    ('IF(B1=0,"",TEXT(B1,"[$£-809]#,##0.00"))', 0, "", 5, FORMAT),
    ('IF(B1=0,"",TEXT(B1,"_-£0_-"))', 0, "", 5, FORMAT),
    ('TEXT(B1/10,"0.0")', -5, "-0.5", -0.01, FORMAT),
    ("B1^0", 5, 1.0, 0, POWER),
    ("POWER(B1,H1*0)", 5, 1.0, 0, POWER),
    ("B1*1.1-110000", 5, -109994.5, 100000, TINY),
]
"""Each formula, the figure in B1 before, what it showed, the figure now, why it is kept."""

WITH_TEXTS = [
    ('IF(B1>0,F1+28,"")', "", READ_TEXT),
    ('IF(B1>0,TEXT(F1,"mmm"),"")', "", READ_TEXT),
    ('IF(B1>0,VALUE("01/04/"&2026),0)', 0.0, READ_TEXT),
    ("IF(B1=0,0,IFERROR(F2*2,0))", 0.0, READ_TEXT),
    ("SUMPRODUCT((E1:E3>=F1+0)*H1:H3)", 0.0, READ_TEXT),
    ('SUMIFS(H1:H3,E1:E3,">=01/05/2026")', 0.0, CRITERION),
    ('SUMIF(E1:E3,">="&F1,H1:H3)', 0.0, CRITERION),
    ('IF(B1>0,COUNTIFS(E1:E3,"<=1 May 2026"),0)', 0.0, CRITERION),
]
"""Each formula over days and amounts that are texts, what it showed at 0, why it is kept at 100."""

TAKEN = [
    ('IF(B1=0.3,"OK","CHECK")', 0.5, "CHECK", 0.3, "OK"),
    ('IF(B1>0,"due","nothing due")', 5, "due", 0, "nothing due"),
    ("INT(B1*100)", 4.36, 436.0, 5, 500.0),
    ("FLOOR(B1,10)", 55.5, 50.0, 69.99, 60.0),
    ('"£"&B1', 5, "£5", 39883.33, "£39883.33"),
    ('TEXT(B1,"£#,##0.00")', 5, "£5.00", 39883.33, "£39,883.33"),
    ('TEXT(B1,"#,##0.00;(#,##0.00)")', 5, "5.00", -1234.5, "(1,234.50)"),
    ('TEXT(B1,"#,##0.00;(#,##0.00);nil")', 5, "5.00", 1234.5, "1,234.50"),
    ('TEXT(B1,"0.0%")', 5, "500.0%", 0.1, "10.0%"),
    ('TEXT(46113+B1,"d mmmm yyyy")', 0, "1 April 2026", 30, "1 May 2026"),
    ('SUMIFS(G1:G3,E1:E3,">="&DATE(2026,5,1))*B1', 0, 0.0, 2, 10.0),
    ('COUNTIF(F1:F3,"x")*B1', 5, 5.0, 7, 7.0),
    ("B1-0.29", 5, 4.71, 0.3, 0.01),
    ("B1-0.3", 5, 4.7, 0.3, 0.0),
]
"""Each formula, the figure in B1 before, what it showed, the figure now, what it shows now."""


def written(path: Path, cases: Iterable[tuple[str, object, object, object]]) -> Path:
    """A book with a sheet for each formula, in C1, with what reads it, in D1.

    Args:
        path: the file to write.
        cases: each formula, the figure in B1 before, what it showed, and the figure now.
    """
    book = xlsxwriter.Workbook(path)
    for number, (formula, before, shown, now) in enumerate(cases):
        sheet = book.add_worksheet(f"Case{number}")
        sheet.write("A1", now)
        sheet.write_formula("B1", '=PBR_CONTRACT_CAP(A1,"")', None, before)
        sheet.write_formula("C1", f"={formula}", None, shown)
        sheet.write_formula("D1", "=C1", None, shown)
        for row, (day, text) in enumerate([(46113, "01/04/2026"), (46143, "£1,000"), (46173, "x")]):
            sheet.write(row, 4, day)
            sheet.write(row, 5, text)
            sheet.write(row, 6, row + 1)
            sheet.write_formula(row, 7, "=$B$1", None, before)
    book.close()
    return path
