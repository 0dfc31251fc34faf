"""Pictures of the guides: drawn of what Calc shows, and marked with what that was.

A picture carries, as a text of its PNG, the digest of the texts in its cells. So a test can say
that a picture shows what stands there now, without drawing it again.
"""

from __future__ import annotations

import hashlib
import json
import struct
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "pictures"

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEY = b"xlpbr cells\0"
_PIXELS_AN_INCH = 100


def digest(cells: list[list[str]]) -> str:
    """What stands in for the texts of some cells."""
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def from_pdf(pdf: Path, target: Path, cells: list[list[str]]) -> None:
    """Make a picture of a page, marked with the texts that it shows."""
    made = pdf.with_suffix("")
    subprocess.run(
        ["pdftoppm", "-png", "-singlefile", "-r", str(_PIXELS_AN_INCH), str(pdf), str(made)],
        check=True,
    )
    content = made.with_suffix(".png").read_bytes()
    head, rest = content[:33], content[33:]  # the signature and the part IHDR
    target.write_bytes(head + _part(b"tEXt", _KEY + digest(cells).encode()) + rest)


def mark_of(picture: Path) -> str:
    """The digest that a picture carries; nothing where it carries none."""
    found = (body for kind, body in _parts(picture.read_bytes()) if kind == b"tEXt")
    return next((body[len(_KEY) :].decode() for body in found if body.startswith(_KEY)), "")


def _part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(_SIGNATURE)
    while place < len(content):
        (length,) = struct.unpack_from(">I", content, place)
        yield content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        place += length + 12
