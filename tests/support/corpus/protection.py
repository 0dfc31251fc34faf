"""Protected sheets and ranges, locked structure and signatures, in parts written by hand."""

from __future__ import annotations

import base64

from tests.support.corpus.entry import made_of_parts
from tests.support.corpus.parts import (
    BUDGET,
    HEAD,
    LISTS,
    Parts,
    add_part,
    default_type,
    put_in_sheet,
    put_in_workbook,
    relate,
)

_HASH = base64.b64encode(bytes(range(64))).decode()
_SALTED = (
    f'algorithmName="SHA-512" hashValue="{_HASH}" saltValue="MTIzNDU2Nzg5MDEyMzQ1Ng==" '
    'spinCount="100000"'
)


def _sheet(parts: Parts) -> None:
    put_in_sheet(parts, BUDGET, f'<sheetProtection {_SALTED} sheet="1" objects="1" scenarios="1"/>')


def _ranges(parts: Parts) -> None:
    _sheet(parts)
    put_in_sheet(
        parts,
        BUDGET,
        f'<protectedRanges><protectedRange {_SALTED} sqref="D4:D11" name="Costs"/>'
        '<protectedRange sqref="A4:A11 B4:B11" name="Open"/></protectedRanges>',
    )


def _old_sheet(parts: Parts) -> None:
    put_in_sheet(parts, LISTS, '<sheetProtection password="CC1A" sheet="1" selectLockedCells="1"/>')


def _structure(parts: Parts) -> None:
    put_in_workbook(parts, f'<workbookProtection {_workbook_salt()} lockStructure="1"/>')


def _workbook_salt() -> str:
    names = {
        "algorithmName": "workbookAlgorithmName",
        "hashValue": "workbookHashValue",
        "saltValue": "workbookSaltValue",
        "spinCount": "workbookSpinCount",
    }
    text = _SALTED
    for old, new in names.items():
        text = text.replace(f"{old}=", f"{new}=")
    return text


def _windows(parts: Parts) -> None:
    put_in_workbook(parts, '<workbookProtection workbookPassword="CC1A" lockWindows="1"/>')


def _read_only(parts: Parts) -> None:
    put_in_workbook(parts, '<fileSharing readOnlyRecommended="1" userName="Finance"/>')


def _council_return(parts: Parts) -> None:
    _structure(parts)
    _ranges(parts)
    _old_sheet(parts)


def _signed(parts: Parts) -> None:
    """Signature parts in their places; the signature itself is not a right one."""
    package = "http://schemas.openxmlformats.org/package/2006"
    default_type(parts, "sigs", "application/vnd.openxmlformats-package.digital-signature-origin")
    parts["_xmlsignatures/origin.sigs"] = b""
    relate(
        parts,
        "",
        f"{package}/relationships/digital-signature/origin",
        "_xmlsignatures/origin.sigs",
    )
    signature = (
        f'{HEAD}<Signature xmlns="http://www.w3.org/2000/09/xmldsig#" Id="idPackageSignature">'
        '<SignedInfo><CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/'
        'REC-xml-c14n-20010315"/><SignatureMethod Algorithm="http://www.w3.org/2001/04/'
        'xmldsig-more#rsa-sha256"/><Reference URI="#idPackageObject"><DigestMethod '
        'Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>AAAA</DigestValue>'
        "</Reference></SignedInfo><SignatureValue>AAAA</SignatureValue></Signature>"
    )
    add_part(
        parts,
        "_xmlsignatures/sig1.xml",
        signature,
        "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml",
        source="_xmlsignatures/origin.sigs",
        kind=f"{package}/relationships/digital-signature/signature",
    )


ENTRIES = [
    made_of_parts("protected-sheet.xlsx", _sheet, "protected sheet", allow=["protected-sheet"]),
    made_of_parts("protected-ranges.xlsx", _ranges, "protected ranges", allow=["protected-sheet"]),
    made_of_parts(
        "protected-old.xlsx",
        _old_sheet,
        "protected sheet, password of old Excel",
        allow=["protected-sheet"],
    ),
    made_of_parts("locked.xlsx", _structure, "locked structure", allow=["locked-structure"]),
    made_of_parts("locked-windows.xlsx", _windows, "locked windows only"),
    made_of_parts("read-only.xlsx", _read_only, "read-only recommended"),
    made_of_parts(
        "council-return.xlsx",
        _council_return,
        "locked structure",
        "protected sheets and ranges",
        allow=["locked-structure", "protected-sheet"],
    ),
    made_of_parts("signed.xlsx", _signed, "digital signature", allow=["signed"]),
]
