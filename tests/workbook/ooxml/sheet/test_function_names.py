"""Functions called by other names, in one formula and in whole parts, and the sheets it reads."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.workbook.ooxml.parts.test_container import ENCODINGS, stored
from xlpbr.workbook.ooxml.sheet.formula_texts import FORMULA_ELEMENTS, formulas, splices_in
from xlpbr.workbook.ooxml.sheet.function_names import (
    new_names,
    renamed_functions,
    renamings,
    sheet_references,
)
from xlpbr.workbook.ooxml.xml.splice import as_utf8, spliced

PLAIN = {"PBR_COST": "PBR_SAVING", "PBR_COST.NET": "PBR_NET"}
STORED = {
    "_xldudf_PBR_COST": "PBR_COST",
    "[0]!PBR_COST": "PBR_COST",
    "_xll.PBR_COST": "PBR_COST",
    "'My macros.xlsm'!PBR_COST": "PBR_COST",
}


def renaming_splices(chunks, mapping):
    names = new_names(mapping)
    for place, raw in formulas(chunks):
        yield from splices_in(place, raw, names)


def with_renamed_functions(data, mapping):
    text, back = as_utf8(data)
    return back(spliced(text, renaming_splices([text], mapping)))


@pytest.mark.parametrize(
    ("formula", "renamed"),
    [
        ("PBR_COST(A1)", "PBR_SAVING(A1)"),
        ("-@pbr_Cost(PBR_COST(1),{1,2})", "-@PBR_SAVING(PBR_SAVING(1),{1,2})"),
        ("pbr_cost.net(1)+PBR_COST(1)", "PBR_NET(1)+PBR_SAVING(1)"),
        ('IF(A1="PBR_COST(",PBR_COST(1),"""PBR_COST(")',
         'IF(A1="PBR_COST(",PBR_SAVING(1),"""PBR_COST(")'),
        ("'PBR_COST('!A1+PBR_COST('it''s PBR_COST('!A1)",
         "'PBR_COST('!A1+PBR_SAVING('it''s PBR_COST('!A1)"),
        ("T[PBR_COST(]+T[[#All],[PBR_COST(']PBR_COST(]]+PBR_COST(1)",
         "T[PBR_COST(]+T[[#All],[PBR_COST(']PBR_COST(]]+PBR_SAVING(1)"),
        ("A1#+PBR_COST(#REF!)+#REF!PBR_COST(1)", "A1#+PBR_SAVING(#REF!)+#REF!PBR_SAVING(1)"),
        ("Jan:Mar!A1+PBR_COST(1)", "Jan:Mar!A1+PBR_SAVING(1)"),
    ],
)  # fmt: skip
def test_whole_names_of_functions_are_renamed(formula, renamed):
    assert renamed_functions(formula, new_names(PLAIN)) == renamed


@pytest.mark.parametrize(
    "formula",
    [
        "PBR_COST+1",
        "PBR_COST (1)",
        "MY_PBR_COST(1)",
        "PBR_COSTS(1)",
        "_xldudf_PBR_COST(1)",
        "_xll.PBR_COST(1)",
        "[0]!PBR_COST(1)",
        "[1]!PBR_COST(1)",
        "[1]Sheet1!PBR_COST(1)",
        "Sheet1!PBR_COST(1)",
        "'a b.xlsm'!PBR_COST(1)",
        '"PBR_COST(1)"',
        "",
    ],
)
def test_other_names_stay(formula):
    assert renamed_functions(formula, new_names(PLAIN)) == formula
    assert not renamings(formula, new_names(PLAIN))


def test_a_stored_prefix_belongs_to_the_name():
    for old in STORED:
        assert renamed_functions(f"1+{old.lower()}(1)+PBR_COST(2)", new_names(STORED)) == (
            "1+PBR_COST(1)+PBR_COST(2)"
        )
    assert renamed_functions("[1]!PBR_COST(1)", new_names(STORED)) == "[1]!PBR_COST(1)"
    assert renamed_functions("PBR_COST(1)", new_names({})) == "PBR_COST(1)"
    assert renamings("A+pbr_cost(1)", new_names(PLAIN)) == [(2, 10, "PBR_SAVING")]


WORDS = st.sampled_from(
    ["PBR_COST", "pbr_cost", "SUM", "A1", "$B$2:C9", "Rate", "1.5", "#REF!", "A1#", "PBR_COSTS",
     '"PBR_COST(1)"', '"a""b"', "T[x]", "T[[#All],[PBR_COST(]]", "'PBR_COST('!A1", "Data!B1",
     "'it''s'!PBR_COST", "[0]!PBR_COST", "[2]A!B1", "£", "{1,2}"]
)  # fmt: skip
PIECES = st.one_of(WORDS, st.sampled_from(["(", ")", ",", "+", "&", "<", ">", " ", "\n", "-", ":"]))
FORMULAS = st.lists(PIECES, max_size=12).map("".join)


def called(formula: str) -> list[str]:
    """The calls in a formula, found letter by letter."""
    found, place, word = [], 0, ""
    closing = {'"': '"', "'": "'"}
    while place < len(formula):
        letter = formula[place]
        if letter in closing:
            end = place + 1
            while end < len(formula):
                if formula[end] != letter:
                    end += 1
                elif formula[end + 1 : end + 2] == letter:
                    end += 2
                else:
                    break
            word = word + formula[place : end + 1] if letter == "'" else ""
            place = end + 1
        elif letter == "[":
            depth, end = 1, place + 1
            while depth:
                depth += {"[": 1, "]": -1}.get(formula[end], 0)
                end += 1
            word += formula[place:end]
            place = end
        else:
            if letter == "(":
                found.append(word)
            word = word + letter if re.fullmatch(r"[\w.!#]", letter) else ""
            place += 1
    return found


@given(FORMULAS)
@example("T[x]PBR_COST(")
def test_exactly_the_calls_are_renamed(formula):
    mapping = {"PBR_COST": "OTHER_NAME"}
    calls = [name for name in called(formula) if name.casefold() == "pbr_cost"]
    new = renamed_functions(formula, new_names(mapping))
    if "#" not in formula:
        assert new.count("OTHER_NAME(") == len(calls)
    assert new.replace("OTHER_NAME", "PBR_COST").casefold() == formula.casefold()
    assert renamed_functions(new, new_names(mapping)) == new
    upper = renamed_functions(formula, new_names({"PBR_COST": "PBR_COST"}))
    assert renamed_functions(new, new_names({"other_name": "PBR_COST"})) == upper


@given(st.text(alphabet="\"'[]#!:A.(){}\\ \n", max_size=40))
def test_any_text_is_taken(formula):
    assert renamed_functions(formula, new_names({"A": "B"})).count("B") <= formula.count("A")
    assert all(name for name in sheet_references(formula))


def test_hostile_text_takes_no_time():
    for piece in ('"', "'", "[", "[a", "'[", "!", "A:", "[['", "[[", "#A"):
        formula = piece * (30_000 // len(piece)) + "("
        changed = renamed_functions(formula + "A(", new_names({"A": "A"}))
        assert changed.casefold() == (formula + "A(").casefold()
        sheet_references(formula)


@pytest.mark.parametrize(
    ("formula", "sheets"),
    [
        ("A1+SUM(B1:B9)", set()),
        ("Data!A1*Data!$B$2", {"Data"}),
        ("Data!A1:Other!B2", {"Data", "Other"}),
        ("Data!$A:$B+Last!$1:$2", {"Data", "Last"}),
        ("'It''s here'!A1:'Second one'!B2", {"It's here", "Second one"}),
        ("SUM(Jan:Mar!A1)+SUM('Q 1:Q 2'!A1)", {"Jan", "Mar", "Q 1", "Q 2"}),
        ('IF("Data!A1"="",\'PBR\'!Rate,Año!A1)', {"PBR", "Año"}),
        ("[1]Data!A1+'[2]My sheet'!A1+'C:\\x\\[b.xlsx]S'!A1+[3]!Name", set()),
        ("[0]Data!A1+'[0]My sheet'!A1+[0]!Name+[0]Jan:Mar!A1", {"Data", "My sheet", "Jan", "Mar"}),
        ("Table1[Data!A1]+#REF!A1+Table1[[#All],[a'!b]]", set()),
        ("Data!PBR_X(Last!A1#)", {"Data", "Last"}),
        ("'25-26'!A1,('a'", {"25-26"}),
        ("_x.1!A1", {"_x.1"}),
        ("'alone'", set()),
    ],
)
def test_the_sheets_that_a_formula_reads(formula, sheets):
    assert sheet_references(formula) == sheets


SHEET = """<{x}worksheet xmlns{c}="m" xmlns:xm="n"><!-- <f>PBR_COST(1)</f> --><{x}sheetData><{x}row r="1">
<{x}c r="A1" t="str"><{x}f>PBR_COST(1)&amp;&quot;PBR_COST(&quot;&#38;pbr_cost(&#xA3;)</{x}f><{x}v>PBR_COST(1)</{x}v></{x}c>
<{x}c r="A2"><{x}f t='shared' ref="A2:A3" si='0' >IF(A1&gt;1,PBR_COST(1),'£'!A1)+PBR_COST(2)\r\n+PBR_COST(3)</{x}f></{x}c>
<{x}c r="A3"><{x}f t="shared" si="0"/></{x}c><{x}c r="A4"><{x}f><![CDATA[PBR_COST(1)&"<"]]></{x}f></{x}c>
<{x}c r="A5"><{x}f>SUM(1)<!-- PBR_COST(1) --></{x}f></{x}c><{x}c t="inlineStr"><{x}is><{x}t>PBR_COST(1)</{x}t></{x}is></{x}c>
</{x}row></{x}sheetData><{x}conditionalFormatting><{x}cfRule><{x}formula>PBR_COST(1)</{x}formula></{x}cfRule></{x}conditionalFormatting>
<{x}dataValidations><{x}dataValidation prompt="PBR_COST(1)"><{x}formula1>PBR_COST(1)</{x}formula1><{x}formula2>PBR_COST(2)</{x}formula2></{x}dataValidation></{x}dataValidations>
<extLst><xm:f>PBR_COST(1)</xm:f></extLst></{x}worksheet>"""  # noqa: E501
RENAMED = (
    SHEET.replace("PBR_COST(1)&amp;&quot;", "PBR_SAVING(1)&amp;&quot;")
    .replace("pbr_cost(", "PBR_SAVING(")
    .replace("PBR_COST(1),'£'!A1)+PBR_COST(2)", "PBR_SAVING(1),'£'!A1)+PBR_SAVING(2)")
    .replace("PBR_COST(3)", "PBR_SAVING(3)")
    .replace('<![CDATA[PBR_COST(1)&"<"]]>', 'PBR_SAVING(1)&amp;"&lt;"')
    .replace("formula>PBR_COST", "formula>PBR_SAVING")
    .replace("formula1>PBR_COST", "formula1>PBR_SAVING")
    .replace("formula2>PBR_COST", "formula2>PBR_SAVING")
    .replace("<xm:f>PBR_COST", "<xm:f>PBR_SAVING")
)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("prefix", ["", "x"])
def test_every_formula_of_a_sheet_is_renamed_and_nothing_else(encoding, prefix):
    colon = ":" if prefix else ""
    before, after = (
        stored(text.format(x=prefix + colon, c=colon + prefix), encoding)
        for text in (SHEET, RENAMED)
    )
    assert before != after
    assert with_renamed_functions(before, PLAIN) == after
    assert with_renamed_functions(before, {"PBR_OTHER": "X"}) == before


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_pieces_of_any_size_give_the_same_splices(size):
    data = SHEET.format(x="", c="").encode()
    whole = list(renaming_splices([data], PLAIN))
    assert len(whole) == 10
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    assert list(renaming_splices(pieces, PLAIN)) == whole
    assert spliced(data, whole) == RENAMED.format(x="", c="").encode()


def test_names_in_the_workbook_and_columns_of_tables_are_renamed():
    for tag in sorted(FORMULA_ELEMENTS):
        data = f"<a><{tag} name='PBR_COST(1)'>PBR_COST(1)</{tag}><b>PBR_COST(1)</b></a>".encode()
        expected = data.replace(b">PBR_COST(1)</" + tag.encode(), f">PBR_SAVING(1)</{tag}".encode())
        assert with_renamed_functions(data, PLAIN) == expected


def test_a_new_name_is_escaped():
    data = b"<a><f>A(1)</f><f><![CDATA[A(1)]]>&#13;</f></a>"
    assert with_renamed_functions(data, {"A": "[0]!<&>"}) == (
        b"<a><f>[0]!&lt;&amp;&gt;(1)</f><f>[0]!&lt;&amp;&gt;(1)&#13;</f></a>"
    )


def test_what_is_no_formula_is_passed_over():
    data = (
        b"<a><?f <f>A(1)</f>?><![CDATA[<f>A(1)</f>]]><f><b>A(1)</b></f><f x='/>'/><f>A(2)</f ><f/>"
        b"<ff>A(1)</ff><p:f.x>A(1)</p:f.x><f a='>'\n>A(3)</f></a>"
    )
    changed = data.replace(b"A(2)", b"B(2)").replace(b"A(3)", b"B(3)")
    for size in range(1, len(data)):
        pieces = [data[place : place + size] for place in range(0, len(data), size)]
        assert spliced(data, renaming_splices([*pieces, b""], {"A": "B"})) == changed


@pytest.mark.slow
def test_a_piece_without_an_end_is_not_held_for_ever():
    pieces = [b"<a><!--", *[b" -" * (1 << 21)] * 5]
    with pytest.raises(ValueError, match="16 MiB"):
        list(renaming_splices(pieces, PLAIN))
    assert not list(renaming_splices([b" " * 100, *pieces[1:]], PLAIN))


@given(st.lists(FORMULAS, max_size=5), st.integers(1, 40), st.booleans())
def test_renaming_in_a_part_and_in_a_formula_agree(written, size, quoted):
    entities = {'"': "&quot;", "£": "&#xa3;"} if quoted else {}
    mapping = {"PBR_COST": "PBR_OTHER"}

    def part(texts):
        return "".join(f"<f>{escape(text, entities)}</f><v>PBR_COST(</v>" for text in texts)

    data = f"<a>{part(written)}</a>".encode()
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    renamed = spliced(data, renaming_splices(pieces, mapping))
    expected = part([renamed_functions(formula, new_names(mapping)) for formula in written])
    assert renamed == f"<a>{expected}</a>".encode()
