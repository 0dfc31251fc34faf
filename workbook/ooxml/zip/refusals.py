"""Files that are no workbook's package, or one that must not be opened, each with its sentence."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from xlpbr.errors import FileProblem, too_long_for_windows

MEBIBYTE = 1 << 20
LARGEST_PART = 600 * MEBIBYTE
LARGEST_TOTAL = 1024 * MEBIBYTE
MOST_MEMBERS = 20_000
HIGHEST_RATIO = 400
RATIO_COUNTS_ABOVE = 10 * MEBIBYTE
GET_AGAIN = "get it again from where it came, or open it in Excel and let Excel repair it"

_SAVE_AS_XLSX = "open it in Excel and save it as an Excel workbook (.xlsx)"
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_OLE_ENTRY = 128
_LABEL_STREAMS = ("DRMEncryptedTransform", "DRMEncryptedDataSpace")
"""What stands in a file that rights management has encrypted, as a sensitivity label does."""
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")
_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


def damaged(path: Path) -> FileProblem:
    """The problem of a file whose zip form is broken."""
    return FileProblem(f"{path} is damaged or was not copied completely; {GET_AGAIN}.", "damaged")


def too_large(path: Path) -> FileProblem:
    """The problem of a file past the size that is read."""
    return FileProblem(
        f"{path} is larger than 1 GB; save the sheets needed on their own.", "too-large"
    )


def changed_since_read(path: Path) -> FileProblem:
    """The problem of a file that no longer holds what was read from it."""
    return FileProblem(
        f"{path} was changed by someone since it was read; run the command again.",
        "changed-since-read",
    )


def refuse_by_name(path: Path) -> None:
    """Refuse a path that needs no reading to be known as no workbook."""
    if path.name.startswith("~$"):
        raise FileProblem(
            f"{path} is the small file that Excel keeps beside an open workbook; "
            f"give {path.name.removeprefix('~$')} instead.",
            "owner-file",
        )
    try:
        is_folder = path.is_dir()
    except OSError as error:
        raise cannot_open(path, error) from error
    if is_folder:
        raise FileProblem(
            f"{path} is a folder; give the name of a workbook in it.", "not-a-workbook"
        )
    # A pipe would be waited for, and a device may never end.
    if path.exists() and not path.is_file():
        raise FileProblem(
            f"{path} is a pipe or a device, not a file; give the name of a workbook.",
            "not-a-workbook",
        )


def cannot_open(path: Path, error: OSError) -> FileProblem:
    """What the system says of a file that it does not give, in plain words."""
    too_long = too_long_for_windows(str(path.absolute()))
    if too_long and isinstance(error, FileNotFoundError):
        return FileProblem(f"{path} cannot be found: {too_long}.", "missing")
    if isinstance(error, FileNotFoundError):
        return FileProblem(f"{path} does not exist; check the name and the folder.", "missing")
    if isinstance(error, PermissionError):
        return FileProblem(
            f"{path} may not be read: it is locked by another program or you have no right to it; "
            "close it there, or ask for access.",
            "no-access",
        )
    return FileProblem(f"{path} cannot be read: {error.strerror or error}; try again.", "no-access")


def not_a_package(path: Path, head: bytes, chunks: Callable[[], Iterable[bytes]]) -> FileProblem:
    """The problem of a file that is no zip package: what it is, and what to do.

    Args:
        path: the file.
        head: its first bytes, 4,096 where there are so many.
        chunks: gives all its bytes, in pieces whose sizes are multiples of 128.
    """
    what, code = _what_ole(chunks()) if head.startswith(_OLE) else _what_it_is(head)
    return FileProblem(f"{path} {what}.", code)


def _what_it_is(head: bytes) -> tuple[str, str]:
    """What a file is that is no zip package, after the file's name, and the code for it."""
    if not head:
        return "is empty (0 bytes); get it again from where it came", "damaged"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        return f"is an XML spreadsheet of Excel 2003; {_SAVE_AS_XLSX}", "other-format"
    if re.match(rb"<(!doctype html|html|table|head|body)", start) or b"<html" in start:
        return f"is a web page (HTML), not a workbook; {_SAVE_AS_XLSX}", "other-format"
    if start.startswith(b"%pdf"):
        what = "is a PDF file, not a workbook; give the workbook that it was made from"
        return what, "not-a-workbook"
    if head.startswith(_PICTURES):
        return "is a picture, not a workbook; give the workbook (.xlsx)", "not-a-workbook"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in head:
        return f"is a text or CSV file, not a workbook; {_SAVE_AS_XLSX}", "other-format"
    return f"is not a workbook, or it is damaged; {GET_AGAIN}", "not-a-workbook"


def _what_ole(chunks: Iterable[bytes]) -> tuple[str, str]:
    streams = {
        name: name.encode("utf-16-le") + b"\0\0"
        for name in (*_LABEL_STREAMS, "EncryptedPackage", "Workbook", "Book")
    }
    found = {name for chunk in chunks for name, stored in streams.items() if _has(chunk, stored)}
    if found.intersection(_LABEL_STREAMS):
        return (
            "is encrypted by a sensitivity label; open it in Excel as somebody whom the label lets,"
            " choose a label without encryption (Home, Sensitivity) and save a copy, or ask the"
            " owner of the file or your IT department to lift it"
        ), "sensitivity-label"
    if "EncryptedPackage" in found:
        return (
            "is protected with a password; open it in Excel, take the password off "
            "(File, Info, Protect Workbook) and save a copy"
        ), "password"
    if found:
        return f"is an old Excel workbook (.xls); {_SAVE_AS_XLSX}", "old-xls"
    what = "is a document of another Office program, not a workbook; give the workbook (.xlsx)"
    return what, "not-a-workbook"


def _has(chunk: bytes, name: bytes) -> bool:
    # Names of streams stand in the directory, each at the start of an entry of 128 bytes.
    place = chunk.find(name)
    while place >= 0 and place % _OLE_ENTRY:
        place = chunk.find(name, place + 1)
    return place >= 0


def members_by_name(path: Path, infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The members by name in small letters, in their order.

    Raises:
        FileProblem: one has a name that no workbook uses or that another has, a password, a
            compression that Excel does not write, or more in it than any real workbook.
    """
    if len(infos) > MOST_MEMBERS:
        raise _bomb(path, f"holds {len(infos):,} parts")
    if sum(info.file_size for info in infos) > LARGEST_TOTAL:
        raise _bomb(path, "unpacks to more than 1 GB")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        # XlsxWriter (3.3.1) gives one part of a picture in a cell its name from the root.
        name = info.orig_filename.replace("\\", "/")
        if name.startswith("/xl/"):
            name = name[1:]
        if name.startswith("/") or ".." in name.split("/") or ":" in name or "\0" in name:
            raise FileProblem(
                f"{path} holds a part with an unsafe name ({name!r}); it was not made by Excel, "
                "so ask its sender for a clean copy.",
                "unsafe-name",
            )
        if name.casefold() in members:
            raise FileProblem(
                f"{path} holds the part {name} twice, so that two programs can read different "
                "figures; open it in Excel, check the figures and save it as a new workbook.",
                "duplicate-part",
            )
        _refuse_contents(path, name, info)
        members[name.casefold()] = info
    return members


def _refuse_contents(path: Path, name: str, info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise FileProblem(
            f"{path} is a zip file with a password; unpack it and give the workbook.", "password"
        )
    if info.compress_type not in _METHODS:
        raise FileProblem(
            f"{path} is packed in a way that Excel does not use ({name}); {_SAVE_AS_XLSX}.",
            "other-format",
        )
    if info.file_size > LARGEST_PART:
        raise _bomb(path, f"has a part of more than 600 MB ({name})")
    ratio = info.file_size / max(info.compress_size, 1)
    if info.file_size > RATIO_COUNTS_ABOVE and ratio > HIGHEST_RATIO:
        raise _bomb(path, f"has a part that unpacks to {ratio:,.0f} times its size ({name})")


def refuse_other_kinds(path: Path, members: Mapping[str, zipfile.ZipInfo]) -> None:
    """Refuse a zip file that is no .xlsx or .xlsm workbook."""
    if "xl/workbook.bin" in members:
        raise FileProblem(f"{path} is a binary workbook (.xlsb); {_SAVE_AS_XLSX}.", "xlsb")
    if "mimetype" in members and "content.xml" in members:
        raise FileProblem(
            f"{path} is an OpenDocument file (.ods); open it and save it as an Excel workbook "
            "(.xlsx).",
            "other-format",
        )
    if "index/document.iwa" in members or "index.zip" in members:
        raise FileProblem(
            f"{path} is an Apple Numbers file; export it as Excel (.xlsx).", "other-format"
        )
    if "[content_types].xml" not in members:
        inside = [
            info.filename for name, info in members.items() if name.endswith((".xlsx", ".xlsm"))
        ]
        remedy = f"unpack it and give {inside[0]}" if inside else "give the workbook (.xlsx)"
        raise FileProblem(f"{path} is a zip file, not a workbook; {remedy}.", "not-a-workbook")
    if not any(name.startswith("xl/") or name.endswith("/workbook.xml") for name in members):
        raise FileProblem(
            f"{path} is a document of another Office program, not a workbook; "
            "give the workbook (.xlsx).",
            "not-a-workbook",
        )


def _bomb(path: Path, what: str) -> FileProblem:
    return FileProblem(
        f"{path} {what}, more than any real workbook, and is not opened; "
        "copy the sheets needed into a new workbook and give that.",
        "too-large",
    )
