"""Shapes, form controls, embedded objects and notes with threads, in parts written by hand."""

from __future__ import annotations

from tests.support.corpus.entry import made_of_parts
from tests.support.corpus.parts import (
    BUDGET,
    EXCEL_KIND,
    HEAD,
    LISTS,
    MAIN,
    MICROSOFT,
    OFFICE,
    SHEET_KIND,
    Parts,
    add_part,
    default_type,
    put_in_sheet,
    relate,
    replace_once,
)

_DRAW = "http://schemas.openxmlformats.org/drawingml/2006"
_MARKUP = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_X14 = f"{MICROSOFT}/spreadsheetml/2009/9/main"
_DRAWING_KIND = "application/vnd.openxmlformats-officedocument.drawing+xml"
_PLACE = (
    "<xdr:from><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>{0}</xdr:row>"
    "<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>9</xdr:col><xdr:colOff>0</xdr:colOff>"
    "<xdr:row>{1}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
)


def _shape(number: int, name: str, geometry: str, text: str) -> str:
    return (
        f'<xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="{number}" name="{name}"/>'
        '<xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr><a:xfrm><a:off x="0" y="0"/>'
        f'<a:ext cx="900000" cy="400000"/></a:xfrm><a:prstGeom prst="{geometry}"><a:avLst/>'
        '</a:prstGeom><a:solidFill><a:srgbClr val="FFF2CC"/></a:solidFill></xdr:spPr>'
        f"<xdr:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:rPr/><a:t>{text}</a:t></a:r></a:p>"
        "</xdr:txBody></xdr:sp>"
    )


def _anchor(top: int, inner: str) -> str:
    place = _PLACE.format(top, top + 3)
    return f"<xdr:twoCellAnchor>{place}{inner}<xdr:clientData/></xdr:twoCellAnchor>"


def _shapes(parts: Parts) -> None:
    line = (
        '<xdr:cxnSp macro=""><xdr:nvCxnSpPr><xdr:cNvPr id="4" name="Line"/><xdr:cNvCxnSpPr/>'
        '</xdr:nvCxnSpPr><xdr:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="900000" cy="1"/>'
        '</a:xfrm><a:prstGeom prst="line"><a:avLst/></a:prstGeom></xdr:spPr></xdr:cxnSp>'
    )
    group = (
        '<xdr:grpSp><xdr:nvGrpSpPr><xdr:cNvPr id="5" name="Group"/><xdr:cNvGrpSpPr/>'
        '</xdr:nvGrpSpPr><xdr:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="9" cy="9"/>'
        '<a:chOff x="0" y="0"/><a:chExt cx="9" cy="9"/></a:xfrm></xdr:grpSpPr>'
        + _shape(6, "In group", "ellipse", "One of a group")
        + "</xdr:grpSp>"
    )
    inner = _anchor(1, _shape(2, "Note", "rect", "Provisional"))
    inner += _anchor(5, _shape(3, "Arrow", "rightArrow", "See the lists"))
    inner += _anchor(9, line) + _anchor(13, group)
    content = (
        f'{HEAD}<xdr:wsDr xmlns:xdr="{_DRAW}/spreadsheetDrawing" xmlns:a="{_DRAW}/main">'
        f"{inner}</xdr:wsDr>"
    )
    part = "xl/drawings/drawing1.xml"
    rid = add_part(parts, part, content, _DRAWING_KIND, source=BUDGET, kind="drawing")
    put_in_sheet(parts, BUDGET, f'<drawing r:id="{rid}"/>')


def _vml(shape: str) -> str:
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
        '<o:idmap v:ext="edit" data="1"/></o:shapelayout>'
        '<v:shapetype id="_x0000_t201" coordsize="21600,21600" o:spt="201" '
        'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/></v:shapetype>'
        f"{shape}</xml>"
    )


def _vml_part(parts: Parts, shape: str) -> None:
    default_type(parts, "vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
    parts["xl/drawings/vmlDrawing1.vml"] = _vml(shape).encode()
    rid = relate(parts, BUDGET, "vmlDrawing", "../drawings/vmlDrawing1.vml")
    put_in_sheet(parts, BUDGET, f'<legacyDrawing r:id="{rid}"/>')


def _use_newer_names(parts: Parts, sheet: str) -> None:
    root = f'<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"'
    more = f'{root} xmlns:mc="{_MARKUP}" xmlns:x14="{_X14}" xmlns:xdr="{_DRAW}/spreadsheetDrawing"'
    replace_once(parts, sheet, root, more)


def _controls(parts: Parts) -> None:
    """A check box and a drop-down of the forms toolbar."""
    _use_newer_names(parts, BUDGET)
    shape = (
        '<v:shape id="Check_x0020_Box_x0020_1" o:spid="_x0000_s1025" type="#_x0000_t201" '
        'style="position:absolute;margin-left:400pt;margin-top:20pt;width:90pt;height:18pt">'
        '<x:ClientData ObjectType="Checkbox"><x:Anchor>6, 0, 1, 0, 8, 0, 2, 0</x:Anchor>'
        "<x:Checked>1</x:Checked><x:FmlaLink>$A$15</x:FmlaLink></x:ClientData></v:shape>"
    )
    _vml_part(parts, shape)
    content = f'{HEAD}<formControlPr xmlns="{_X14}" objectType="CheckBox" checked="Checked" '
    content += 'fmlaLink="$A$15" lockText="1" noThreeD="1"/>'
    kind = f"{EXCEL_KIND}.controlproperties+xml"
    rid = add_part(
        parts, "xl/ctrlProps/ctrlProp1.xml", content, kind, source=BUDGET, kind="ctrlProp"
    )
    place = _PLACE.format(1, 2).replace("xdr:from", "from").replace("xdr:to", "to")
    control = (
        f'<mc:AlternateContent xmlns:mc="{_MARKUP}"><mc:Choice Requires="x14"><controls>'
        '<mc:AlternateContent><mc:Choice Requires="x14">'
        f'<control shapeId="1025" r:id="{rid}" name="Check Box 1"><controlPr defaultSize="0" '
        f'autoFill="0" autoLine="0" autoPict="0"><anchor moveWithCells="1">{place}</anchor>'
        "</controlPr></control></mc:Choice></mc:AlternateContent></controls></mc:Choice>"
        "</mc:AlternateContent>"
    )
    text = parts[BUDGET].decode()
    parts[BUDGET] = text.replace("</worksheet>", f"{control}</worksheet>").encode()


def _embedded_object(parts: Parts) -> None:
    _use_newer_names(parts, BUDGET)
    shape = (
        '<v:shape id="_x0000_s1025" type="#_x0000_t201" style="position:absolute;'
        'margin-left:400pt;margin-top:20pt;width:90pt;height:60pt"><x:ClientData '
        'ObjectType="Pict"><x:Anchor>6, 0, 1, 0, 8, 0, 4, 0</x:Anchor></x:ClientData></v:shape>'
    )
    _vml_part(parts, shape)
    content = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504) + bytes(range(256)) * 4
    rid = add_part(
        parts,
        "xl/embeddings/oleObject1.bin",
        content,
        "application/vnd.openxmlformats-officedocument.oleObject",
        source=BUDGET,
        kind="oleObject",
    )
    put_in_sheet(
        parts,
        BUDGET,
        f'<oleObjects><oleObject progId="Package" shapeId="1025" r:id="{rid}"/></oleObjects>',
    )
    inner = b"PK\5\6" + bytes(18)  # an empty workbook of a kind, never opened
    add_part(
        parts,
        "xl/embeddings/Microsoft_Excel_Sheet1.xlsx",
        inner,
        f"{SHEET_KIND}.sheet",
        source=LISTS,
        kind="package",
    )


def _threads(parts: Parts) -> None:
    """A comment with an answer, its persons, and the note that older Excel shows."""
    person = "{8D8E6E35-7C56-4C3B-9E5A-2C7C1B1F0A11}"
    first, second = (
        "{11111111-2222-4333-8444-555555555555}",
        "{21111111-2222-4333-8444-555555555555}",
    )
    threads = f"{MICROSOFT}/spreadsheetml/2018/threadedcomments"
    kinds = f"{MICROSOFT.replace('office', '')}office/2017/10/relationships"
    content = (
        f'{HEAD}<ThreadedComments xmlns="{threads}"><threadedComment ref="D4" '
        f'dT="2026-03-01T09:00:00.00" personId="{person}" id="{first}"><text>Is this net?</text>'
        f'</threadedComment><threadedComment ref="D4" dT="2026-03-01T10:00:00.00" '
        f'personId="{person}" id="{second}" parentId="{first}"><text>Yes</text>'
        "</threadedComment></ThreadedComments>"
    )
    add_part(
        parts,
        "xl/threadedComments/threadedComment1.xml",
        content,
        f"{EXCEL_KIND}.threadedcomments+xml",
        source=BUDGET,
        kind=f"{kinds}/threadedComment",
    )
    persons = f'{HEAD}<personList xmlns="{threads}"><person displayName="A. Officer" '
    persons += f'id="{person}" userId="a.officer@example.org" providerId="None"/></personList>'
    add_part(
        parts,
        "xl/persons/person.xml",
        persons,
        f"{EXCEL_KIND}.person+xml",
        source="xl/workbook.xml",
        kind=f"{kinds}/person",
    )
    note = (
        f'{HEAD}<comments xmlns="{MAIN}"><authors><author>tc={first}</author></authors>'
        '<commentList><comment ref="D4" authorId="0" shapeId="0"><text><t>[Threaded comment] '
        "Is this net? Reply: Yes</t></text></comment></commentList></comments>"
    )
    add_part(
        parts,
        "xl/comments1.xml",
        note,
        f"{SHEET_KIND}.comments+xml",
        source=BUDGET,
        kind="comments",
    )
    shape = (
        '<v:shape id="_x0000_s1025" type="#_x0000_t202" style="position:absolute;'
        'visibility:hidden"><x:ClientData ObjectType="Note"><x:Row>3</x:Row>'
        "<x:Column>3</x:Column></x:ClientData>"
        "</v:shape>"
    )
    _vml_part(parts, shape)


def _web_extension(parts: Parts) -> None:
    """A task pane of an add-in that opens with the workbook."""
    web = f"{MICROSOFT}/webextensions"
    pane = (
        f'{HEAD}<wetp:taskpanes xmlns:wetp="{web}/taskpanes/2010/11"><wetp:taskpane dockstate='
        f'"right" visibility="0" width="350" row="1"><wetp:webextensionref xmlns:r="{OFFICE}" '
        'r:id="rId1"/></wetp:taskpane></wetp:taskpanes>'
    )
    relation = f"{MICROSOFT}/2011/relationships"
    add_part(
        parts,
        "xl/webextensions/taskpanes.xml",
        pane,
        "application/vnd.ms-office.webextensiontaskpanes+xml",
        source="",
        kind=f"{relation}/webextensiontaskpanes",
    )
    content = (
        f'{HEAD}<we:webextension xmlns:we="{web}/webextension/2010/11" '
        'id="{0BB4A8D2-6E9F-4A61-8E3B-5E6A6E3B8C11}"><we:reference id="wa1" version="1.0.0.0" '
        'store="en-GB" storeType="OMEX"/><we:alternateReferences/><we:properties/><we:bindings/>'
        f'<we:snapshot xmlns:r="{OFFICE}"/></we:webextension>'
    )
    add_part(
        parts,
        "xl/webextensions/webextension1.xml",
        content,
        "application/vnd.ms-office.webextension+xml",
        source="xl/webextensions/taskpanes.xml",
        kind=f"{relation}/webextension",
    )


ENTRIES = [
    made_of_parts("shapes.xlsx", _shapes, "shapes, lines, groups and text boxes"),
    made_of_parts("form-controls.xlsx", _controls, "form controls (VML and ctrlProps)"),
    made_of_parts("embedded-objects.xlsx", _embedded_object, "OLE object", "embedded workbook"),
    made_of_parts("threaded-comments.xlsx", _threads, "threaded comments and persons"),
    made_of_parts("web-extension.xlsx", _web_extension, "web extension"),
]
