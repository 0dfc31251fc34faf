"""Books with all that can call a function, ported there and back, and what differs between them."""

from __future__ import annotations

from pathlib import Path

from tests.support.corpus.parts import (
    BUDGET,
    add_part,
    base_parts,
    put_in_sheet,
    read_parts,
    set_rows,
)
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS
from xlpbr.workbook.calculate.keeping import formulas_of
from xlpbr.workbook.ooxml.book import open_book
from xlpbr.workbook.port.array_marks import with_ported_mark, without_ported_mark
from xlpbr.workbook.port.rewrite import port

PLAIN = tuple(name for name in OF_WORKBOOKS if not HOSTS[name].prefix)
OFFICE = tuple(name for name in OF_WORKBOOKS if HOSTS[name].prefix)
FEE = "PBR_FEE_CAP(45000,349883.33,310000)"
EVERY = frozenset({"signed", "locked-structure", "protected-sheet"})


def part(path: Path, name: str) -> str:
    return read_parts(path)[name].decode()


def differing(one: Path, other: Path) -> set[str]:
    before, after = read_parts(one), read_parts(other)
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def formulas_in(path: Path) -> dict[tuple[str, tuple[int, int]], str]:
    return formulas_of(open_book(path))


def there_and_back(source: Path, folder: Path, there: str, back: str, **options: object) -> Path:
    """The file that comes back, after the one between was compared with the source."""
    between = folder / f"{source.stem}-{there}{source.suffix}"
    returned = folder / f"{source.stem}-{there}-{back}{source.suffix}"
    for path in (between, returned):
        path.unlink(missing_ok=True)
    port(source, there, between, **options)
    port(between, back, returned, **options)
    return returned


HAND_ROWS = """<row r="20"><c r="A20"><f>PBR_FEE_CAP(D4,D5,100)</f><v>4775.25</v></c>\
<c r="B20" s="1" t="str" ><f ca="1" >_xll.PBR_VERSION()&amp;"PBR_FEE_CAP("</f><v>0.1.0</v></c>\
<c r="C20"><f>[0]!pbr_fee_cap(D4,D5)</f><v>4875.25</v></c></row>\
<row r="21"><c r="A21"><f t="shared" ref="A21:A24" si="7">pbr_fee_cap(D4,$D$5,100)*2</f>\
<v>1</v></c>\
<c r="C21" cm="1"><f t="array" ref="C21:C23">PBR_CONTRACT_CAP(D4:D6,9000)</f><v>5250</v></c></row>\
<row r="22"><c r="A22"><f t="shared" si="7" /><v>2</v></c><c r="C22"><v>3750</v></c></row>\
<row r="23"><c r="A23"><f t="shared" si="7"></f><v>3</v></c><c r="C23"><v>0</v></c></row>\
<row r="24"><c r="A24" s="2"><f t="shared" si="7"/><v>4</v></c>\
<c r="C24"><f t="array" ref="C24">SUM(PBR_CONTRACT_CAP(D4:D6,9000)*2)</f><v>18000</v></c></row>\
<row r="25"><c r="A25"><f>PBR_CONTRACT_CAP(D4:D6,9000)</f><v>5250</v></c></row>\
<row r="26"><c r="A26"><f>SUM(PBR_CONTRACT_CAP(D4:D6,9000))</f><v>9000</v></c></row>\
<row r="27"><c r="A27"><f>PBR_FEE_CAP(1,2)</f><v>1</v></c><c r="B27"/></row>"""


AFTER_ROWS = (
    '<mergeCells count="1"><mergeCell ref="A27:B27"/></mergeCells>',
    '<conditionalFormatting sqref="D4"><cfRule type="expression" priority="9">'
    "<formula>PBR_FEE_CAP(D4,9000)&gt;1</formula></cfRule></conditionalFormatting>",
    '<dataValidations count="1"><dataValidation type="custom" sqref="D5">'
    "<formula1>PBR_FEE_CAP(D5,9000)&gt;0</formula1></dataValidation></dataValidations>",
)
NAMES = '<definedName name="Fee">PBR_FEE_CAP(Budget!$D$4,Budget!$D$5)</definedName>'
SHEET_METADATA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
OWN_MARK = without_ported_mark(with_ported_mark(None)[0])
RICH = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<metadata xmlns="http://schemas.openxmlformats.org/'
    b'spreadsheetml/2006/main"><metadataTypes count="1"><metadataType name="XLRICHVALUE" '
    b'minSupportedVersion="120000" copy="1" pasteAll="1" pasteValues="1" merge="1" splitFirst="1" '
    b'rowColShift="1" clearFormats="1" clearComments="1" assign="1" coerce="1"/></metadataTypes>'
    b'<futureMetadata name="XLRICHVALUE" count="1"><bk><extLst/></bk></futureMetadata>'
    b"<valueMetadata count='1'><bk><rc t='1' v='0'/></bk></valueMetadata></metadata>"
)
TABLE = """<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1" \
name="Fees" displayName="Fees" ref="H3:I5"><tableColumns count="2"><tableColumn id="1" name="One"/>\
<tableColumn id="2" name="Two"><calculatedColumnFormula>PBR_FEE_CAP(Fees[[#This Row],[One]],9)\
</calculatedColumnFormula></tableColumn></tableColumns></table>"""


def hand_parts(metadata: bytes | None = OWN_MARK) -> dict[str, bytes]:
    """Every form of a stored call: plain, of macros, of an XLL; own, shared, array, merged."""
    parts = base_parts()
    rows = HAND_ROWS if metadata == OWN_MARK else HAND_ROWS.replace(' cm="1"', "")
    set_rows(parts, BUDGET, rows)
    for fragment in AFTER_ROWS:
        put_in_sheet(parts, BUDGET, fragment)
    put_in_workbook_names(parts)
    add_part(
        parts,
        "xl/tables/table1.xml",
        TABLE,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml",
        source=BUDGET,
        kind="table",
    )
    put_in_sheet(parts, BUDGET, '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>')
    if metadata is not None:
        add_part(
            parts,
            "xl/metadata.xml",
            metadata,
            SHEET_METADATA,
            source="xl/workbook.xml",
            kind="sheetMetadata",
        )
    return parts


def put_in_workbook_names(parts: dict[str, bytes]) -> None:
    text = parts["xl/workbook.xml"].decode()
    parts["xl/workbook.xml"] = text.replace("<definedNames>", f"<definedNames>{NAMES}").encode()
