"""Who has a workbook open: the small files that Excel and LibreOffice keep beside it."""

from __future__ import annotations

from pathlib import Path

from xlpbr.errors import FileProblem

_ANSI_PLACES = 55
_LONGEST_NAME = 54


def refuse_open(path: Path) -> None:
    """Refuse a workbook that someone has open, whose changes and ours would undo each other.

    Args:
        path: the workbook; a link is followed, because the owner's file is beside the file itself.

    Raises:
        FileProblem: it is open in Excel or LibreOffice (the sentence says by whom, if it is
            known), or its folder cannot be looked at.
    """
    try:
        _refuse_owned(path, path.resolve())
    except OSError as error:
        raise FileProblem(
            f"The folder of {path} cannot be looked at: {error.strerror or error}; try again.",
            "no-access",
        ) from error


def _refuse_owned(path: Path, place: Path) -> None:
    for program, owner, name_in in (
        ("Excel", place.with_name(f"~${place.name}"), _excel_user),
        ("LibreOffice", place.with_name(f".~lock.{place.name}#"), _libreoffice_user),
    ):
        if not owner.exists():
            continue
        try:
            name = name_in(owner.read_bytes()[:4096])
        except OSError:
            name = ""
        by_whom = f" (by {name})" if name else ""
        raise FileProblem(
            f"{path} is open in {program}{by_whom}; close it there and try again "
            f"(if nobody has it open, delete {owner.name} beside it).",
            "open-in-excel",
        )


def _excel_user(content: bytes) -> str:
    """The user's name: once in the system's old code page, once in UTF-16, each after its length.

    The first fills 55 bytes with its length in one byte, padded with spaces; the second has its
    length in two bytes.
    """
    length = int.from_bytes(content[_ANSI_PLACES : _ANSI_PLACES + 2], "little")
    start = _ANSI_PLACES + 2
    if 0 < length <= _LONGEST_NAME and len(content) >= start + 2 * length:
        return _printable(content[start : start + 2 * length].decode("utf-16-le", "replace"))
    if not content:
        return ""
    return _printable(content[1 : 1 + min(content[0], _LONGEST_NAME)].decode("cp1252", "replace"))


def _libreoffice_user(content: bytes) -> str:
    """The user's name: what is set in LibreOffice or else in the system, with commas escaped."""
    fields = [""]
    escaped = False
    for character in content.decode("utf-8", "replace"):
        if escaped or character not in ",;\\":
            fields[-1] += character
            escaped = False
        elif character == "\\":
            escaped = True
        else:
            fields.append("")
    return next((name for name in map(_printable, fields[:2]) if name), "")


def _printable(name: str) -> str:
    return "".join(character for character in name if character.isprintable()).strip()
