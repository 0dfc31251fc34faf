"""The two forms of the file format, transitional and strict, and from the first to the second.

XlsxWriter writes the transitional form. A book in the strict form gets its parts in that form:
other names of the namespaces and relationships, and shares of a hundred with a percent sign.
"""

from __future__ import annotations

import re

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONSHIPS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_NAMES = {
    MAIN: STRICT_MAIN,
    RELATIONSHIPS: STRICT_RELATIONSHIPS,
    "http://schemas.openxmlformats.org/drawingml/2006/main":
        "http://purl.oclc.org/ooxml/drawingml/main",
    "http://schemas.openxmlformats.org/drawingml/2006/chart":
        "http://purl.oclc.org/ooxml/drawingml/chart",
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing":
        "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing",
}  # fmt: skip

_DECLARED = re.compile(
    rb'(xmlns(?::\w+)?="|uri="|Type=")(%b)(?=["/])'
    % b"|".join(re.escape(name.encode()) for name in _NAMES)
)
_PERCENT = re.compile(
    rb"<(c:(?:gapWidth|gapDepth|overlap|lblOffset|holeSize|bubbleScale|depthPercent|hPercent"
    rb'|secondPieSize)) val="(-?\d+)"/>'
)
_USUAL_OFFSET = b'<c:lblOffset val="100"/>'
"""What a chart means without it, so it is left out rather than translated."""

_THOUSANDTHS = re.compile(
    rb"<(a:(?:alpha|alphaMod|alphaOff|lum|lumMod|lumOff|sat|satMod|satOff|shade|tint))"
    rb' val="(-?\d+)"'
)


def strict_form(xml: bytes) -> bytes:
    """A part that XlsxWriter wrote, or a list of relationships, in the strict form."""
    renamed = _DECLARED.sub(lambda m: m[1] + _NAMES[m[2].decode()].encode(), xml)
    renamed = _PERCENT.sub(rb'<\1 val="\2%"/>', renamed.replace(_USUAL_OFFSET, b""))
    return _THOUSANDTHS.sub(lambda m: b'<%b val="%g%%"' % (m[1], int(m[2]) / 1000), renamed)
