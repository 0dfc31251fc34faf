"""Random cells of random sheets: set as asked, and openpyxl sees no other difference."""

import re
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.sheet_book import PART, STRICT, USUAL, both_ways, edit, write_book
from xlpbr.errors import CellError
from xlpbr.workbook.ooxml.addresses import column_letter
from xlpbr.workbook.ooxml.book import cells_of, open_book
from xlpbr.workbook.ooxml.sheet.cell_change import KEEP, CellChange

FORMULAS = ["A1*2", 'IF(A1>0,"<up>","down & out")', "SUM($A$1:A1)", "Data!$B$2&A1"]
TEXTS = st.one_of(
    st.sampled_from(
        ["north", " lead", "trail ", "two\nlines", "a & b < c > d", "_x000D_", "£é😀", ""]
    ),
    st.text(max_size=12),
)
VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
    st.booleans(),
    st.just(CellError("#N/A", "the cell Data!A1 shows #N/A")),
    st.none(),
)


@st.composite
def generated_cell(draw, prefix, place, reference, shared):
    p, q = prefix, draw(st.sampled_from("\"'"))
    r = f" r={q}{reference}{q}" if reference else ""
    s = draw(st.sampled_from(["", f" s={q}1{q}", ' s="2"']))
    kind = draw(st.sampled_from("nnnsibe-/ftLa" if shared is None else "S"))
    gap = draw(st.sampled_from(["", "", "", " ", "\n"]))
    if kind == "S":
        return (
            f'<{p}c{r}{s}><{p}f t="shared"{shared[1]} si="{shared[0]}"'
            + (f">{shared[2]}</{p}f>" if shared[2] else "/>")
            + f"{gap}<{p}v>{draw(st.integers(0, 9))}</{p}v></{p}c>"
        )
    number = draw(st.integers(-5, 10**6)) / 4
    formula = draw(st.sampled_from(FORMULAS)).replace("&", "&amp;").replace("<", "&lt;")
    return {
        "n": f"<{p}c{r}{s}>{gap}<{p}v>{number}</{p}v>{gap}</{p}c>",
        "s": f'<{p}c{r}{s} t="s"><{p}v>1</{p}v></{p}c>',
        "i": f'<{p}c{r} t="inlineStr"{s}><{p}is><{p}t> in &amp; &lt;</{p}t></{p}is></{p}c>',
        "b": f'<{p}c{r}{s} t="b"><{p}v>1</{p}v></{p}c>',
        "e": f'<{p}c{r}{s} t="e" vm="1"><{p}v>#N/A</{p}v></{p}c>',
        "-": f"<{p}c{r}{s}></{p}c>",
        "/": f"<{p}c{r}{s} />",
        "f": f"<{p}c{r}{s}><{p}f>{formula}</{p}f>{gap}<{p}v>{number}</{p}v></{p}c>",
        "t": f'<{p}c{r}{s} t="str"><{p}f ca="1">{formula}</{p}f><{p}v>x&#10;y</{p}v></{p}c>',
        "L": f"<{p}c{r}{s}><{p}f>{formula}</{p}f></{p}c>",
        "a": f'<{p}c{r}{s} cm="1"><{p}f t="array" ref="{place}">{formula}</{p}f>'
        f"<{p}v>3</{p}v></{p}c>",
    }[kind]


@st.composite
def generated_sheets(draw):
    """The XML of a sheet as bytes, its namespace, and whether search must be sure of it."""
    prefix = draw(st.sampled_from(["", "", "x:"]))
    odd = draw(st.booleans())
    noise = st.sampled_from(["", "", "<!-- <row r='9'> -->", "<?note?>"]) if odd else st.just("")
    blank = st.sampled_from(["", "", "\n", "  "])
    namespace = draw(st.sampled_from([USUAL, USUAL, STRICT]))
    numbers = sorted(draw(st.sets(st.integers(1, 14), max_size=7)))
    column_of_shared = draw(st.sampled_from([None, None, 2, 3]))
    follows = False
    before, rows = 0, []
    for number in numbers:
        implied = odd and number == before + 1 and draw(st.booleans())
        attributes = "" if implied else f' r="{number}"'
        attributes += draw(
            st.sampled_from(
                ["", ' spans="1:6"', ' spans="2:3"', ' s="2" customFormat="1"', " ht='9'"]
            )
        )
        inside, last = [], 0
        for column in sorted(draw(st.sets(st.integers(1, 6), max_size=5))):
            no_reference = odd and column == last + 1 and draw(st.booleans())
            # openpyxl reads no shared formula without it
            no_reference &= namespace == STRICT or column != column_of_shared
            place = f"{column_letter(column)}{number}"
            last = column
            shared = None
            if column == column_of_shared:
                letter = column_letter(column)
                covered = f' ref="{letter}{number}:{letter}14"'
                shared = ("0", "", "") if follows else ("0", covered, f"$A$1+A{number}&lt;9")
                follows = True
            inside += [
                draw(generated_cell(prefix, place, "" if no_reference else place, shared)),
                draw(noise),
                draw(blank),
            ]
        before = number
        whole = f"<{prefix}row{attributes}>{''.join(inside)}</{prefix}row>"
        if not inside and draw(st.booleans()):
            whole = f"<{prefix}row{attributes}/>"
        rows += [whole, draw(blank), draw(noise)]
    data = f"<{prefix}sheetData>{''.join(rows)}</{prefix}sheetData>"
    if not rows and draw(st.booleans()):
        data = f"<{prefix}sheetData/>"
    top = draw(
        st.sampled_from(
            ["", f'<{prefix}dimension ref="A1"/>', f'<{prefix}dimension ref="B2:C9" />']
        )
    )
    top += draw(
        st.sampled_from(
            ["", f'<{prefix}cols><{prefix}col min="2" max="3" style="1"/></{prefix}cols>']
        )
    )
    name = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    text = (
        f'<{prefix}worksheet {name}="{namespace}">{draw(noise)}{top}{data}'
        f'<{prefix}pageMargins left="1"/></{prefix}worksheet>'
    )
    encoding = draw(st.sampled_from(["", "utf-8", "mark", "utf-16-le", "utf-16-be"]))
    if encoding == "mark":
        return b"\xef\xbb\xbf" + text.encode(), namespace, not odd
    if encoding:
        said = encoding.partition("-")[2][:2] and encoding.upper()[:6].rstrip("-")
        text = f'<?xml version="1.0" encoding="{said}" standalone="yes"?>\r\n' + text
    if encoding.startswith("utf-16"):
        mark = b"\xff\xfe" if encoding.endswith("le") else b"\xfe\xff"
        return mark + text.encode(encoding), namespace, not odd
    return text.encode(), namespace, not odd


@st.composite
def generated_changes(draw):
    positions = draw(
        st.sets(st.tuples(st.integers(1, 16), st.integers(1, 8)), min_size=1, max_size=5)
    )
    changes = {}
    for position in sorted(positions):
        formula = draw(st.sampled_from([KEEP, None, *FORMULAS]))
        value = draw(VALUES)
        if isinstance(formula, str) and draw(st.booleans()):
            value = KEEP
        changes[position] = CellChange(value, formula)
    return changes


def expected_cells(before, changes):
    """What the cells hold after some changes: value with its type, formula, filled range."""
    result = {
        position: (type(cell.value), cell.value, cell.formula, cell.array_range)
        for position, cell in before.items()
    }
    for position, change in changes.items():
        kind, value, formula, filled = result.get(position, (type(None), None, None, None))
        if change.value is not KEEP:
            kind, value = type(change.value), change.value
        if change.formula is not KEEP:
            formula, filled = change.formula, None
        if value is None and formula is None:
            result.pop(position, None)
        else:
            result[position] = (kind, value, formula, filled)
    return {
        position: (kind, value.code if isinstance(value, CellError) else value, formula, filled)
        for position, (kind, value, formula, filled) in result.items()
    }


@pytest.mark.slow
@settings(
    max_examples=150,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sheet=generated_sheets(), changes=generated_changes())
def test_random_cells_of_random_sheets(tmp_path, sheet, changes):
    data, namespace, usual = sheet
    path = write_book(tmp_path / "before.xlsx", data, namespace)
    assert both_ways(path, changes) or not usual
    target = tmp_path / "after.xlsx"
    before = dict(cells_of(open_book(path), "Data"))
    edit(path, changes, target)
    after = cells_of(open_book(target), "Data")
    assert expected_cells(after, {}) == expected_cells(before, changes)
    with zipfile.ZipFile(target) as packed:
        new = packed.read(PART)
    assert new[:2] == data[:2]
    if namespace == USUAL:
        compare_with_openpyxl(path, target, changes)


def compare_with_openpyxl(path, target, changes):
    for data_only in (False, True):
        old = openpyxl.load_workbook(path, data_only=data_only)["Data"]
        new = openpyxl.load_workbook(target, data_only=data_only)["Data"]
        for row in range(1, 17):
            for column in range(1, 9):
                was, now = old.cell(row, column), new.cell(row, column)
                change = changes.get((row, column))
                if change is None:
                    assert shown(was) == shown(now), now.coordinate
                    continue
                if isinstance(change.formula, str) and not data_only:
                    assert now.value == f"={change.formula}"
                elif change.value is not KEEP and (data_only or change.formula is None):
                    assert openpyxl_text(now.value) == plain(change.value)


def plain(value):
    value = value.code if isinstance(value, CellError) else value
    return None if value == "" else value


def openpyxl_text(value):
    """Openpyxl leaves the escapes of texts as they are stored, and reads no empty text."""
    if isinstance(value, str):
        return re.sub(r"_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), value) or None
    return value


def shown(cell):
    value = cell.value
    return getattr(value, "text", value), getattr(value, "ref", None), cell.number_format
