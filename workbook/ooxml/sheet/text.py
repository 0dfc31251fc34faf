"""The text of a sheet's part in UTF-8, piece by piece, and the way back to how it is stored.

A sheet of a million rows is hundreds of megabytes of XML, so it is never held as a whole.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from xlpbr.errors import FileProblem
from xlpbr.workbook.ooxml.xml.splice import DECLARED, encoding_of
from xlpbr.workbook.ooxml.zip.archive import Archive, damaged_part, part_chunks

_ENOUGH = 1024
"""Bytes in which a declaration ends."""


def text_chunks(archive: Archive, part: str) -> Iterator[bytes]:
    """The XML of a part in UTF-8, piece by piece, read ahead of what is asked for.

    What is stored in UTF-16 comes without its mark and with a declaration that says UTF-8;
    what is stored in UTF-8 comes as it is. ``stored_chunks`` is the way back.

    Raises:
        FileProblem: the part is missing, damaged, or in another encoding than UTF-8 or UTF-16.
    """
    first, chunks = _parted(archive, part)
    encoding = _encoding(archive, part, first)
    pieces: Iterator[bytes] = chain([first], chunks)
    if encoding:
        pieces = _narrowed(archive, part, pieces, encoding)
    return _ahead(pieces)


def stored_chunks(archive: Archive, part: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """An edited text of a part, as ``text_chunks`` gives it, in the encoding of the part."""
    first, _ = _parted(archive, part)
    encoding = _encoding(archive, part, first)
    if not encoding:
        yield from chunks
        return
    said = DECLARED.match(first[2 : 2 + 2 * _ENOUGH].decode(encoding, "ignore"))
    decoder = codecs.getincrementaldecoder("utf-8")()
    mark = first[:2]
    for number, chunk in enumerate(chunks):
        text = decoder.decode(chunk)
        if number == 0 and said:
            text = DECLARED.sub(rf"\g<1>{said[2]}\g<3>", text)
        yield mark + text.encode(encoding)
        mark = b""


def _parted(archive: Archive, part: str) -> tuple[bytes, Iterator[bytes]]:
    """The beginning of a part with its declaration, and the rest of it."""
    chunks = part_chunks(archive, part)
    first = b""
    for chunk in chunks:
        first += chunk
        if len(first) >= 2 * _ENOUGH:
            break
    return first, chunks


def _encoding(archive: Archive, part: str, first: bytes) -> str:
    """The kind of UTF-16 that a part is stored in; nothing for UTF-8."""
    try:
        return encoding_of(first)
    except ValueError as error:
        raise FileProblem(
            f"{archive.path} stores {part} in another encoding than UTF-8 or UTF-16; "
            "open it in Excel and save it as a new workbook."
        ) from error


def _narrowed(
    archive: Archive, part: str, pieces: Iterable[bytes], encoding: str
) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    head = True
    try:
        for piece in pieces:
            text = decoder.decode(piece[2:] if head else piece)
            if head:
                # A parser believes what the declaration says, and it would now be wrong.
                text = DECLARED.sub(r"\g<1>UTF-8\g<3>", text)
                head = False
            yield text.encode()
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise damaged_part(archive, part, "it is not well encoded") from error


def _ahead(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks; while one is worked on, the next is unpacked on another processor."""
    pool = ThreadPoolExecutor(1)
    try:
        coming = pool.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = pool.submit(next, chunks, None)
            yield chunk
    finally:
        # Nobody waits for the other thread: what is left half read may be ended by Python's search
        # for garbage, in a thread that holds what the other one needs to end.
        pool.shutdown(wait=False)
