"""Ways to spoil a workbook: its bytes, its members, its XML."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable

Members = list[tuple[str, bytes]]

_NUMBERS = (b"0", b"-1", b"4294967296", b"99999999999999999999", b"1e999", b"NaN", b"", b"abc")
_PLACES = (b"A0", b"XFE1", b"A1048577", b"ZZZZ9", b"A1:XFD1048576", b"1", b"", b"B2:A1", b"$")
_TEXTS = (
    b"&#x0;",
    b"&amp;",
    b"&nope;",
    b"<",
    b"]]>",
    b"\xff\xfe",
    b"\x00",
    b"&#55296;",
    b"\xed\xa0\x80",
)
_DEEP = 20_000


def flip_bytes(content: bytes, chance: random.Random) -> bytes:
    """Some bytes anywhere in the file turned."""
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 40))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flip_directory(content: bytes, chance: random.Random) -> bytes:
    """Bytes of the directory of the zip file turned."""
    start = content.rfind(b"PK\1\2", 0, max(1, len(content) - 200))
    changed = bytearray(content)
    for _ in range(chance.choice((1, 2, 4))):
        place = chance.randrange(max(0, start - 400), len(changed))
        changed[place] = chance.choice((0, 255, changed[place] ^ 1, chance.randrange(256)))
    return bytes(changed)


def cut(content: bytes, chance: random.Random) -> bytes:
    """A piece taken out, or the end."""
    start = chance.randrange(len(content))
    end = len(content) if chance.random() < 0.5 else min(len(content), start + 50)
    return content[:start] + content[end:]


def insert(content: bytes, chance: random.Random) -> bytes:
    """Bytes put in, at the front, in the middle or at the end."""
    place = chance.choice((0, len(content), chance.randrange(len(content))))
    return content[:place] + chance.randbytes(chance.choice((1, 7, 300))) + content[place:]


def _packed(members: Members, *, stored: bool = False) -> bytes:
    stream = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", method) as package:
        warnings.simplefilter("ignore")  # of names that stand there twice
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            package.writestr(info, content)
    return stream.getvalue()


def _members(content: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [(info.orig_filename, package.read(info)) for info in package.infolist()]


def _with_members(change: Callable[[Members, random.Random], None]):
    def mutate(content: bytes, chance: random.Random) -> bytes:
        members = _members(content)
        change(members, chance)
        return _packed(members)

    return mutate


def _delete_part(members: Members, chance: random.Random) -> None:
    del members[chance.randrange(len(members))]


def _double_part(members: Members, chance: random.Random) -> None:
    name, content = chance.choice(members)
    members.append(
        (chance.choice((name, name.upper(), f"/{name}", name.replace("/", "\\"))), content)
    )


def _swap_parts(members: Members, chance: random.Random) -> None:
    one, other = chance.randrange(len(members)), chance.randrange(len(members))
    (name, content), (other_name, other_content) = members[one], members[other]
    members[one], members[other] = (name, other_content), (other_name, content)


def _rename_part(members: Members, chance: random.Random) -> None:
    place = chance.randrange(len(members))
    name, content = members[place]
    new = chance.choice((name.upper(), f"../{name}", name + " ", "x" * 300, name[1:], f"C:{name}"))
    members[place] = (new, content)


def _empty_part(members: Members, chance: random.Random) -> None:
    place = chance.randrange(len(members))
    members[place] = (members[place][0], chance.choice((b"", b" ", b"<a/>", b"\xff\xfe", b"null")))


def _with_xml(change: Callable[[bytes, random.Random], bytes]):
    def mutate(members: Members, chance: random.Random) -> None:
        places = [
            n for n, (name, _) in enumerate(members) if name.lower().endswith((".xml", ".rels"))
        ]
        # The parts that are edited are spoilt more often than those that are only copied.
        main = [
            n for n in places if re.search(r"sheet\d|workbook\.xml|Types|styles", members[n][0])
        ]
        place = chance.choice(main if main and chance.random() < 0.7 else places)
        name, content = members[place]
        if content:
            members[place] = (name, change(content, chance))

    return _with_members(mutate)


def _attribute(content: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb'\s[\w:]+="([^"]*)"', content))
    if not found:
        return content
    match = chance.choice(found)
    value = chance.choice((*_NUMBERS, *_PLACES, *_TEXTS, b"x" * 70_000, match[1] * 2))
    return content[: match.start(1)] + value + content[match.end(1) :]


def _drop_attribute(content: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb'\s[\w:]+="[^"]*"', content))
    if not found:
        return content
    match = chance.choice(found)
    again = match[0] * 2 if chance.random() < 0.2 else b""
    return content[: match.start()] + again + content[match.end() :]


def _value(content: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb">([^<>]+)<", content))
    if not found:
        return content
    match = chance.choice(found)
    value = chance.choice((*_NUMBERS, *_TEXTS, b"9" * 100_000, b"[" * 5_000, b"(" * 9_000))
    return content[: match.start(1)] + value + content[match.end(1) :]


def _tag(content: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"</?[\w:]+[^<>]*>", content))
    if not found:
        return content
    match = chance.choice(found)
    new = chance.choice((b"", match[0] * 2, b"<x>", b"</x>", b"<!-- -->", match[0].upper(),
                         b"<![CDATA[ ]]>", b"<?x ?>", match[0][:-1]))  # fmt: skip
    return content[: match.start()] + new + content[match.end() :]


def _nest(content: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb"<[\w:]+[^<>]*[^/]>", content))
    if not found:
        return content
    place = chance.choice(found).end()
    deep = chance.choice((50, 1_000, _DEEP))
    return content[:place] + b"<row>" * deep + b"</row>" * deep + content[place:]


def _doctype(content: bytes, chance: random.Random) -> bytes:
    place = content.find(b"?>") + 2 if content.startswith(b"<?xml") else 0
    declared = chance.choice(
        (
            b'<!DOCTYPE a [<!ENTITY b "c">]>',
            b'<!DOCTYPE a SYSTEM "file:///etc/passwd">',
            b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://127.0.0.1/">%b;]>',
        )
    )
    return content[:place] + declared + content[place:]


def _encode(content: bytes, chance: random.Random) -> bytes:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return content[::-1]
    encoding = chance.choice(("utf-16", "utf-16-le", "utf-32", "utf-7", "cp037", "latin-1"))
    told = chance.choice(("UTF-8", "UTF-16", "ISO-8859-1", "EBCDIC-CP-US", "no-such", encoding))
    return text.replace('encoding="UTF-8"', f'encoding="{told}"', 1).encode(encoding, "replace")


def _namespace(content: bytes, chance: random.Random) -> bytes:
    found = list(re.finditer(rb'xmlns(?::\w+)?="([^"]*)"', content))
    if not found:
        return content
    match = chance.choice(found)
    value = chance.choice((b"urn:none", b"", match[1] + b"x", match[1].upper()))
    return content[: match.start(1)] + value + content[match.end(1) :]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    """An element such as a row or a cell many times over."""
    found = list(re.finditer(rb"<(c|row|sheet|xf|Override|Relationship|definedName)\b[^<>]*/>",
                             content))  # fmt: skip
    if not found:
        return content
    match = chance.choice(found)
    return (
        content[: match.end()] + match[0] * chance.choice((1, 3, 20_000)) + content[match.end() :]
    )


MUTATIONS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "bytes turned": flip_bytes,
    "directory turned": flip_directory,
    "cut": cut,
    "bytes put in": insert,
    "part deleted": _with_members(_delete_part),
    "part twice": _with_members(_double_part),
    "parts exchanged": _with_members(_swap_parts),
    "part renamed": _with_members(_rename_part),
    "part emptied": _with_members(_empty_part),
    "attribute changed": _with_xml(_attribute),
    "attribute dropped or twice": _with_xml(_drop_attribute),
    "text changed": _with_xml(_value),
    "tag changed": _with_xml(_tag),
    "nested deeply": _with_xml(_nest),
    "document type": _with_xml(_doctype),
    "other encoding": _with_xml(_encode),
    "namespace changed": _with_xml(_namespace),
    "element repeated": _with_xml(_repeat),
}


def mutated(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """A workbook spoilt in one way, seldom in two; and the names of the ways."""
    names = []
    for _ in range(1 if chance.random() < 0.8 else 2):
        name = chance.choice(list(MUTATIONS))
        try:
            content = MUTATIONS[name](content, chance) or b"\0"
        except (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError, OSError):
            content = flip_bytes(content, chance)
            name = "bytes turned"
        except zipfile.LargeZipFile:
            continue
        names.append(name)
    return " and ".join(names), content
