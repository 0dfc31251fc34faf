"""Pivot tables, slicers, connections, maps, links and drop-downs, in parts written by hand."""

from __future__ import annotations

from tests.support.corpus.entry import made_of_parts
from tests.support.corpus.parts import (
    BUDGET,
    EXCEL_KIND,
    HEAD,
    LISTS,
    MAIN,
    MICROSOFT,
    NOTES,
    OFFICE,
    SHEET_KIND,
    Parts,
    add_part,
    default_type,
    put_in_sheet,
    put_in_workbook,
    relate,
    set_rows,
)

_X14 = f"{MICROSOFT}/spreadsheetml/2009/9/main"
_X15 = f"{MICROSOFT}/spreadsheetml/2010/11/main"
_XM = f"{MICROSOFT}/excel/2006/main"
_MS_RELATION = f"{MICROSOFT}/2007/relationships"
_WORKBOOK = "xl/workbook.xml"


def _list_in_another_sheet(parts: Parts) -> None:
    """A drop-down with its list in another sheet, as Excel 2010 and later store it."""
    put_in_sheet(
        parts,
        BUDGET,
        '<dataValidations count="1"><dataValidation type="whole" allowBlank="1" sqref="F4">'
        "<formula1>1</formula1><formula2>9</formula2></dataValidation></dataValidations>",
    )
    put_in_sheet(
        parts,
        BUDGET,
        f'<extLst><ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" xmlns:x14="{_X14}">'
        f'<x14:dataValidations count="1" xmlns:xm="{_XM}"><x14:dataValidation type="list" '
        'allowBlank="1" showErrorMessage="1"><x14:formula1><xm:f>Lists!$A$2:$A$5</xm:f>'
        "</x14:formula1><xm:sqref>B4:B11</xm:sqref></x14:dataValidation></x14:dataValidations>"
        "</ext></extLst>",
    )


def _format_by_another_sheet(parts: Parts) -> None:
    """A conditional format of 2010 with icons that look into another sheet."""
    put_in_sheet(
        parts,
        BUDGET,
        f'<extLst><ext uri="{{78C0D931-6437-407d-A8EE-F0AAD7539E65}}" xmlns:x14="{_X14}">'
        f'<x14:conditionalFormattings><x14:conditionalFormatting xmlns:xm="{_XM}">'
        '<x14:cfRule type="iconSet" priority="1" id="{6F1F6E2C-1B3C-4A4B-9E0D-0C7B5B2A1D11}">'
        '<x14:iconSet iconSet="3Triangles"><x14:cfvo type="percent"><xm:f>0</xm:f></x14:cfvo>'
        '<x14:cfvo type="num"><xm:f>4500</xm:f></x14:cfvo><x14:cfvo type="num">'
        "<xm:f>Lists!$A$1</xm:f></x14:cfvo></x14:iconSet></x14:cfRule>"
        "<xm:sqref>D4:D11</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings>"
        "</ext></extLst>",
    )


def _pivot(parts: Parts) -> None:
    rows = ("North", 5250, "Harbour", 4875.25)
    set_rows(
        parts,
        LISTS,
        '<row r="20"><c r="A20" t="str"><v>Row Labels</v></c><c r="B20" t="str">'
        "<v>Sum of Cost</v></c></row>"
        f'<row r="21"><c r="A21" t="str"><v>{rows[2]}</v></c><c r="B21"><v>{rows[3]}</v></c></row>'
        f'<row r="22"><c r="A22" t="str"><v>{rows[0]}</v></c><c r="B22"><v>{rows[1]}</v></c></row>'
        '<row r="23"><c r="A23" t="str"><v>Grand Total</v></c><c r="B23"><v>10125.25</v></c></row>',
    )
    set_rows(
        parts,
        NOTES,
        '<row r="20"><c r="A20" t="str"><v>Area</v></c><c r="B20" t="str"><v>Cost</v></c></row>'
        f'<row r="21"><c r="A21" t="str"><v>{rows[0]}</v></c><c r="B21"><v>{rows[1]}</v></c></row>'
        f'<row r="22"><c r="A22" t="str"><v>{rows[2]}</v></c><c r="B22"><v>{rows[3]}</v></c></row>',
    )
    cache = (
        f'{HEAD}<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{OFFICE}" r:id="rId1" '
        'refreshedBy="Finance" refreshedDate="46000" createdVersion="6" refreshedVersion="6" '
        'minRefreshableVersion="3" recordCount="2"><cacheSource type="worksheet">'
        '<worksheetSource ref="A20:B22" sheet="Notes &amp; checks"/></cacheSource>'
        '<cacheFields count="2"><cacheField name="Area" numFmtId="0"><sharedItems count="2">'
        '<s v="North"/><s v="Harbour"/></sharedItems></cacheField><cacheField name="Cost" '
        'numFmtId="0"><sharedItems containsSemiMixedTypes="0" containsString="0" '
        'containsNumber="1" minValue="4875.25" maxValue="5250"/></cacheField></cacheFields>'
        "</pivotCacheDefinition>"
    )
    definition = "xl/pivotCache/pivotCacheDefinition1.xml"
    rid = add_part(
        parts,
        definition,
        cache,
        f"{SHEET_KIND}.pivotCacheDefinition+xml",
        source=_WORKBOOK,
        kind="pivotCacheDefinition",
    )
    put_in_workbook(parts, f'<pivotCaches><pivotCache cacheId="7" r:id="{rid}"/></pivotCaches>')
    records = f'{HEAD}<pivotCacheRecords xmlns="{MAIN}" count="2"><r><x v="0"/><n v="5250"/></r>'
    records += '<r><x v="1"/><n v="4875.25"/></r></pivotCacheRecords>'
    add_part(
        parts,
        "xl/pivotCache/pivotCacheRecords1.xml",
        records,
        f"{SHEET_KIND}.pivotCacheRecords+xml",
        source=definition,
        kind="pivotCacheRecords",
    )
    table = (
        f'{HEAD}<pivotTableDefinition xmlns="{MAIN}" name="PivotTable1" cacheId="7" '
        'dataCaption="Values" updatedVersion="6" createdVersion="6" indent="0" outline="1" '
        'outlineData="1"><location ref="A20:B23" firstHeaderRow="1" firstDataRow="1" '
        'firstDataCol="1"/><pivotFields count="2"><pivotField axis="axisRow" showAll="0">'
        '<items count="3"><item x="1"/><item x="0"/><item t="default"/></items></pivotField>'
        '<pivotField dataField="1" showAll="0"/></pivotFields><rowFields count="1">'
        '<field x="0"/></rowFields><rowItems count="3"><i><x/></i><i><x v="1"/></i>'
        '<i t="grand"><x/></i></rowItems><colItems count="1"><i/></colItems>'
        '<dataFields count="1"><dataField name="Sum of Cost" fld="1" baseField="0" '
        'baseItem="0"/></dataFields><pivotTableStyleInfo name="PivotStyleLight16" '
        'showRowHeaders="1" showColHeaders="1"/></pivotTableDefinition>'
    )
    part = "xl/pivotTables/pivotTable1.xml"
    add_part(parts, part, table, f"{SHEET_KIND}.pivotTable+xml", source=LISTS, kind="pivotTable")
    relate(parts, part, "pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")


def add_table(parts: Parts, *, number: int = 1) -> str:
    """The table Areas over C1:C4 of the lists; the name of its part."""
    part = f"xl/tables/table{number}.xml"
    content = (
        f'{HEAD}<table xmlns="{MAIN}" id="{number}" name="Areas" displayName="Areas" ref="C1:C4" '
        f'totalsRowShown="0"><autoFilter ref="C1:C4"/><tableColumns count="1"><tableColumn '
        'id="1" name="Area"/></tableColumns><tableStyleInfo name="TableStyleLight9" '
        'showRowStripes="1"/></table>'
    )
    rid = add_part(parts, part, content, f"{SHEET_KIND}.table+xml", source=LISTS, kind="table")
    put_in_sheet(parts, LISTS, f'<tableParts count="1"><tablePart r:id="{rid}"/></tableParts>')
    return part


def _slicer(parts: Parts) -> None:
    """A slicer on a table: its cache, itself, and its place in the drawing left out."""
    add_table(parts)
    cache = (
        f'{HEAD}<slicerCacheDefinition xmlns="{_X14}" name="Slicer_Area" sourceName="Area">'
        f'<extLst><x:ext xmlns:x="{MAIN}" uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}" '
        f'xmlns:x15="{_X15}"><x15:tableSlicerCache tableId="1" column="1"/></x:ext></extLst>'
        "</slicerCacheDefinition>"
    )
    cache_id = add_part(
        parts,
        "xl/slicerCaches/slicerCache1.xml",
        cache,
        f"{EXCEL_KIND}.slicerCache+xml",
        source=_WORKBOOK,
        kind=f"{_MS_RELATION}/slicerCache",
    )
    put_in_workbook(
        parts,
        f'<extLst><ext uri="{{46BE6895-7355-4a93-B00E-2C351335B9C9}}" xmlns:x15="{_X15}">'
        f'<x15:slicerCaches xmlns:x14="{_X14}"><x14:slicerCache r:id="{cache_id}"/>'
        "</x15:slicerCaches></ext></extLst>",
    )
    slicer = f'{HEAD}<slicers xmlns="{_X14}"><slicer name="Area" cache="Slicer_Area" '
    slicer += 'caption="Area" rowHeight="241300"/></slicers>'
    rid = add_part(
        parts,
        "xl/slicers/slicer1.xml",
        slicer,
        f"{EXCEL_KIND}.slicer+xml",
        source=LISTS,
        kind=f"{_MS_RELATION}/slicer",
    )
    put_in_sheet(
        parts,
        LISTS,
        f'<extLst><ext uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}" xmlns:x15="{_X15}">'
        f'<x14:slicerList xmlns:x14="{_X14}"><x14:slicer r:id="{rid}"/></x14:slicerList>'
        "</ext></extLst>",
    )


def _connection(parts: Parts) -> str:
    content = (
        f'{HEAD}<connections xmlns="{MAIN}"><connection id="1" name="Ledger" type="5" '
        'refreshedVersion="6" saveData="1"><dbPr connection="Provider=None;Data Source=ledger" '
        'command="SELECT 1"/></connection></connections>'
    )
    return add_part(
        parts,
        "xl/connections.xml",
        content,
        f"{SHEET_KIND}.connections+xml",
        source=_WORKBOOK,
        kind="connections",
    )


def _query(parts: Parts) -> None:
    _connection(parts)
    table = add_table(parts)
    text = parts[table].decode().replace(' totalsRowShown="0"',
        ' tableType="queryTable" totalsRowShown="0"')  # fmt: skip
    text = text.replace(
        'id="1" name="Area"/>', 'id="1" uniqueName="1" name="Area" queryTableFieldId="1"/>'
    )
    parts[table] = text.encode()
    content = (
        f'{HEAD}<queryTable xmlns="{MAIN}" name="Ledger" connectionId="1" '
        'autoFormatId="16"><queryTableRefresh nextId="2"><queryTableFields count="1">'
        '<queryTableField id="1" name="Area" tableColumnId="1"/></queryTableFields>'
        "</queryTableRefresh></queryTable>"
    )
    kind = f"{SHEET_KIND}.queryTable+xml"
    add_part(
        parts, "xl/queryTables/queryTable1.xml", content, kind, source=table, kind="queryTable"
    )


def _data_model(parts: Parts) -> None:
    """A stub of Power Pivot's store: bytes that only Excel would read."""
    _connection(parts)
    content = b"This backup was created using XPress9 compression." + bytes(range(256)) * 8
    default_type(parts, "data", "application/vnd.openxmlformats-officedocument.model+data")
    parts["xl/model/item.data"] = content
    relate(parts, _WORKBOOK, "powerPivotData", "model/item.data")


def _map(parts: Parts) -> None:
    """A map of cells to an XML schema, with one cell mapped."""
    schema = (
        '<Schema ID="Schema1"><xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        '<xsd:element name="budget" type="xsd:string"/></xsd:schema></Schema>'
    )
    content = (
        f'{HEAD}<MapInfo xmlns="{MAIN}" SelectionNamespaces="">{schema}<Map ID="1" '
        'Name="budget_Map" RootElement="budget" SchemaID="Schema1" ShowImportExportValidationErrors'
        '="false" AutoFit="true" Append="false" PreserveSortAFLayout="true" PreserveFormat="true"/>'
        "</MapInfo>"
    )
    default_type(parts, "xml", "application/xml")
    parts["xl/xmlMaps.xml"] = content.encode()
    relate(parts, _WORKBOOK, "xmlMaps", "xmlMaps.xml")
    single = (
        f'{HEAD}<singleXmlCells xmlns="{MAIN}"><singleXmlCell id="1" r="G1" connectionId="0">'
        '<xmlCellPr id="1" uniqueName="budget"><xmlPr mapId="1" xpath="/budget" '
        'xmlDataType="string"/></xmlCellPr>'
        "</singleXmlCell></singleXmlCells>"
    )
    kind = f"{SHEET_KIND}.tableSingleCells+xml"
    add_part(
        parts, "xl/tables/tableSingleCells1.xml", single, kind, source=BUDGET,
        kind="tableSingleCells",
    )  # fmt: skip


def _external_link(parts: Parts) -> None:
    content = (
        f'{HEAD}<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}" r:id="rId1">'
        '<sheetNames><sheetName val="Rates 25-26"/></sheetNames><sheetDataSet><sheetData '
        'sheetId="0"><row r="2"><cell r="B2"><v>1.034</v></cell></row></sheetData>'
        "</sheetDataSet></externalBook></externalLink>"
    )
    part = "xl/externalLinks/externalLink1.xml"
    rid = add_part(
        parts,
        part,
        content,
        f"{SHEET_KIND}.externalLink+xml",
        source=_WORKBOOK,
        kind="externalLink",
    )
    relate(parts, part, "externalLinkPath", "file:///S:/Finance/rates%202025.xlsx", external=True)
    put_in_workbook(
        parts,
        f'<externalReferences><externalReference r:id="{rid}"/></externalReferences>',
    )
    set_rows(
        parts,
        BUDGET,
        '<row r="20"><c r="A20"><f>D4*\'[1]Rates 25-26\'!$B$2</f><v>5428.5</v></c></row>',
    )


def _custom_xml(parts: Parts) -> None:
    """A store of XML such as document-management systems put in."""
    default_type(parts, "xml", "application/xml")
    parts["customXml/item1.xml"] = (
        b'<?xml version="1.0"?><p:properties xmlns:p="http://schemas.microsoft.com/office/2006/'
        b'metadata/properties"><documentManagement><Status>Final</Status></documentManagement>'
        b"</p:properties>"
    )
    relate(parts, _WORKBOOK, "customXml", "../customXml/item1.xml")
    content = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?><ds:datastoreItem '
        'ds:itemID="{5D3A8F2B-0F2E-4A4F-9C43-1E7D1F5A9B22}" xmlns:ds="http://schemas.'
        'openxmlformats.org/officeDocument/2006/customXml"><ds:schemaRefs/></ds:datastoreItem>'
    )
    add_part(
        parts,
        "customXml/itemProps1.xml",
        content,
        "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
        source="customXml/item1.xml",
        kind="customXmlProps",
    )


ENTRIES = [
    made_of_parts("x14-validation.xlsx", _list_in_another_sheet, "x14 drop-down, other sheet"),
    made_of_parts("x14-format.xlsx", _format_by_another_sheet, "x14 conditional format, icons"),
    made_of_parts("pivot.xlsx", _pivot, "pivot table and cache"),
    made_of_parts("table-at-side.xlsx", add_table, "table by hand"),
    made_of_parts("slicer.xlsx", _slicer, "slicer on a table"),
    made_of_parts("connection.xlsx", _connection, "connections"),
    made_of_parts("query.xlsx", _query, "query table", "connections"),
    made_of_parts("data-model.xlsx", _data_model, "data model (stub)", "connections"),
    made_of_parts("xml-map.xlsx", _map, "xml map", "mapped cell"),
    made_of_parts("external-link.xlsx", _external_link, "external link"),
    made_of_parts("custom-xml.xlsx", _custom_xml, "custom XML"),
]
