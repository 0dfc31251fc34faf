"""Formulas as a person types them and as a workbook stores them, both ways."""

from __future__ import annotations

import pytest

from xlpbr.workbook.ooxml.sheet.typed_formulas import stored_formula, typed_formula

BOTH_WAYS = [
    ("SUM(A1:A5)+1", "SUM(A1:A5)+1"),
    ("XLOOKUP(1,A1:A2,B1:B2)", "_xlfn.XLOOKUP(1,A1:A2,B1:B2)"),
    ("SUM(FILTER(A1:A5,B1:B5))", "SUM(_xlfn._xlws.FILTER(A1:A5,B1:B5))"),
    ("SORT(UNIQUE(A1:A5))", "_xlfn._xlws.SORT(_xlfn.UNIQUE(A1:A5))"),
    ("T.DIST(1,2,TRUE)", "_xlfn.T.DIST(1,2,TRUE)"),
    ('"FILTER("&CONCAT(A1,"_x")', '"FILTER("&_xlfn.CONCAT(A1,"_x")'),
    ("LET(x,1,x+XX1+xx)", "_xlfn.LET(_xlpm.x,1,_xlpm.x+XX1+xx)"),
    ("LET(x,x,x)+x", "_xlfn.LET(_xlpm.x,x,_xlpm.x)+x"),
    ('LET(x,1,y,x*2,"x"&y&Sheet!x)', '_xlfn.LET(_xlpm.x,1,_xlpm.y,_xlpm.x*2,"x"&_xlpm.y&Sheet!x)'),
    (
        "LET(a,SUM(A1,2),b,LET(c,a,c+a),b)",
        "_xlfn.LET(_xlpm.a,SUM(A1,2),_xlpm.b,_xlfn.LET(_xlpm.c,_xlpm.a,_xlpm.c+_xlpm.a),_xlpm.b)",
    ),
    (
        "LET(f,LAMBDA(n,n*2),f(3))",
        "_xlfn.LET(_xlpm.f,_xlfn.LAMBDA(_xlpm.n,_xlpm.n*2),_xlpm.f(3))",
    ),
    ("LET( x , 1 ,{1,2}*x )", "_xlfn.LET( _xlpm.x , 1 ,{1,2}*_xlpm.x )"),
    ("LET(Fee,1,Fees[Fee]*Fee)", "_xlfn.LET(_xlpm.Fee,1,Fees[Fee]*_xlpm.Fee)"),
    ("@PBR_X(A1,(2))+1", "_xlfn.SINGLE(PBR_X(A1,(2)))+1"),
    ("SUM(@A1:A5,2)", "SUM(_xlfn.SINGLE(A1:A5),2)"),
    ("-@'My sheet'!$A$1:$A$5", "-_xlfn.SINGLE('My sheet'!$A$1:$A$5)"),
    ("@Sheet!$A:$A*2", "_xlfn.SINGLE(Sheet!$A:$A)*2"),
    ("@Fees[Fee]*@names", "_xlfn.SINGLE(Fees[Fee])*_xlfn.SINGLE(names)"),
    ("@(A1:A5*2)", "_xlfn.SINGLE((A1:A5*2))"),
    ("@INDEX(A1:B5,0,1)", "_xlfn.SINGLE(INDEX(A1:B5,0,1))"),
    ("@A1:INDEX(A1:A5,2)&1", "_xlfn.SINGLE(A1:INDEX(A1:A5,2))&1"),
    ("@XLOOKUP(@A1:A5,B1:B5,C1:C5)",
     "_xlfn.SINGLE(_xlfn.XLOOKUP(_xlfn.SINGLE(A1:A5),B1:B5,C1:C5))"),
    ("A1#", "_xlfn.ANCHORARRAY(A1)"),
    ("SUM($G$1#)*'My sheet'!A1#", "SUM(_xlfn.ANCHORARRAY($G$1))*_xlfn.ANCHORARRAY('My sheet'!A1)"),
    ("@A1#", "_xlfn.SINGLE(_xlfn.ANCHORARRAY(A1))"),
    ("IF(A1=#N/A,Fees[#All],#REF!)", "IF(A1=#N/A,Fees[#All],#REF!)"),
    ("Fees[[#This Row],[It's @ #1]]*2", "Fees[[#This Row],[It's @ #1]]*2"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "stored"), BOTH_WAYS)
def test_what_a_person_types_is_what_the_file_holds_and_back(typed, stored):
    assert stored_formula(typed) == stored
    assert typed_formula(stored) == typed
    assert stored_formula(stored) == stored
    assert typed_formula(typed) == typed


def test_small_letters_of_a_newer_function_become_capitals():
    assert (
        stored_formula("filter(a1:a5,ifna(b1:b5,0))")
        == "_xlfn._xlws.FILTER(a1:a5,_xlfn.IFNA(b1:b5,0))"
    )


def test_an_at_that_is_stored_before_more_keeps_its_brackets():
    assert typed_formula("_xlfn.SINGLE(A1:A5*2)") == "@(A1:A5*2)"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("SUM(A1:A5)#", "# stands behind something"),
        ("#", "# stands behind something"),
        ("@", "@ stands before something"),
        ("@-A1", "@ stands before something"),
        ("LAMBDA(x,[y],x)(1)", r"\[y\] is a parameter of LAMBDA"),
    ],
)
def test_what_is_not_written_here(typed, said):
    with pytest.raises(ValueError, match=said):
        stored_formula(typed)
