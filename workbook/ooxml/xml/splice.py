"""Places in an XML part, found with a parser, and pieces spliced in at them.

A part is changed by replacing bytes between two places, so that the rest stays as its writer left
it. Places count bytes of the part in UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET
from xml.parsers import expat

from xlpbr.workbook.ooxml.xml.escaping import quoteattr

TRUE = frozenset({"1", "true", "on"})
FALSE = frozenset({"0", "false", "off"})
"""How an attribute says yes and no."""

Splice = tuple[int, int, bytes]
"""A piece of a part by its start and end, and the bytes that take its place."""

_TAG = re.compile(rb"""<([^\s/>]+)((?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")
DECLARED = re.compile(r"""^(<\?xml[^>]*?\sencoding\s*=\s*["'])([\w.-]+)(["'])""")
_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# Spaces that no other program writes so; any program that saves the part takes them out.
_IS_NEW = b"\t\n>"
_WAS_EMPTY = b"\n\t>"
_NARROW = {"utf-8", "utf8", "us-ascii", "ascii"}
_ENOUGH = 1024
"""Bytes in which a declaration ends."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element by its places in a part.

    Attributes:
        tag: its name as written, with its prefix, such as ``x:sheet``.
        attributes: its attributes by name as written; values decoded.
        start: where its opening tag starts.
        inside: where its opening tag ends; for ``<a/>`` the same as ``end``.
        close: where its closing tag starts; for ``<a/>`` the same as ``end``.
        end: where the element ends.
        parent: the place of its parent in the list of elements that were found; -1 for the
            root or a parent that was not asked for.
    """

    tag: bytes
    attributes: Mapping[str, str]
    start: int
    inside: int
    close: int
    end: int
    parent: int

    @property
    def empty(self) -> bool:
        """Whether it is written as one tag, ``<a/>``."""
        return self.inside == self.end

    @property
    def prefix(self) -> bytes:
        """Its prefix with the colon, or nothing."""
        before, colon, _ = self.tag.rpartition(b":")
        return before + colon

    @property
    def name(self) -> str:
        """Its name without the prefix."""
        return self.tag.rpartition(b":")[2].decode()


def as_utf8(data: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """A part in UTF-8, and the way back to the encoding that it is stored in.

    Raises:
        ValueError: the part is stored in another encoding than UTF-8 or UTF-16, or is not
            well encoded.
    """
    encoding = encoding_of(data)
    if not encoding:
        return data, bytes
    text = data[2:].decode(encoding)
    said = DECLARED.match(text)

    def back(edited: bytes) -> bytes:
        written = edited.decode()
        if said:
            written = DECLARED.sub(rf"\g<1>{said[2]}\g<3>", written)
        return data[:2] + written.encode(encoding)

    # The parser believes what the declaration says, and it would now be wrong.
    return DECLARED.sub(r"\g<1>UTF-8\g<3>", text).encode(), back


def encoding_of(start: bytes) -> str:
    """The kind of UTF-16 that a part is stored in, by how it starts; nothing for UTF-8.

    Raises:
        ValueError: the part is stored in another encoding.
    """
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    text = start[:_ENOUGH].removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    declared = DECLARED.match(text)
    if (declared and declared[2].lower() not in _NARROW) or "\0" in text[:4]:
        raise ValueError("another encoding than UTF-8 or UTF-16")
    return ""


def elements(data: bytes, *paths: str) -> dict[str, list[Element]]:
    """The elements at some paths of local names, such as ``workbook/sheets/sheet``.

    Args:
        data: the part in UTF-8.
        paths: from the root's name on; ``*`` stands for any name.

    Returns:
        By path as given, the elements in their order. ``parent`` counts in the list of the
        path one step shorter where that was asked for too.

    Raises:
        expat.ExpatError: the part is not well-formed, or declares a document type.
    """
    found: dict[str, list[Element]] = {path: [] for path in paths}
    exact = {f"/{path}": path for path in paths}
    patterns = [
        (re.compile("/" + path.replace("*", "[^/]+")), path) for path in paths if "*" in path
    ]
    deepest = max(path.count("/") + 1 for path in paths)
    # By path, in which lists its elements are: a part has few paths and many elements.
    lists_of: dict[str, list[str]] = {"": []}
    # Of each element that is open its path, and its place in the lists in which it is.
    nowhere: dict[str, int] = {}
    opened: list[tuple[str, dict[str, int]]] = [("", nowhere)]
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        above, around = opened[-1]
        # Without a path: those of elements within each other by the thousand fill the memory.
        here = f"{above}/{tag.rpartition(':')[2]}" if len(opened) <= deepest else ""
        wanted = lists_of.get(here)
        if wanted is None:
            wanted = [exact[here]] if here in exact else []
            wanted += [path for pattern, path in patterns if pattern.fullmatch(here)]
            lists_of[here] = wanted
        if not wanted:
            opened.append((here, nowhere))
            return
        places: dict[str, int] = {}
        opened.append((here, places))
        place = parser.CurrentByteIndex
        raw = tag_at(data, place)
        end = raw.end() if raw[3] else -1
        for path in wanted:
            parent = around.get(path.rpartition("/")[0], -1)
            places[path] = len(found[path])
            found[path].append(Element(raw[1], attributes, place, raw.end(), end, end, parent))

    def end(_: str) -> None:
        for path, index in opened.pop()[1].items():
            element = found[path][index]
            if element.end < 0:
                close = parser.CurrentByteIndex
                end = data.index(b">", close) + 1
                found[path][index] = replace(element, close=close, end=end)

    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(data, True)
    return found


class DoctypeError(expat.ExpatError):
    """A part declares a document type."""


def refuse_doctype(*_: object) -> None:
    """Stop a parser that meets a document type; it is set as the handler of one."""
    raise DoctypeError("it declares a document type")


def tag_at(data: bytes | bytearray, place: int) -> re.Match[bytes]:
    """The opening tag at a place: its name, its attributes with the space before, a slash.

    Raises:
        ValueError: no opening tag stands there.
    """
    tag = _TAG.match(data, place)
    if tag is None:
        raise ValueError(bytes(data[place : place + 80]))
    return tag


def raw_attributes(tag: re.Match[bytes], *, leave_out: Collection[bytes]) -> bytes:
    """The attributes of a tag as they are written, some of them left out."""
    return b"".join(match[0] for match in _ATTRIBUTE.finditer(tag[2]) if match[1] not in leave_out)


def with_attributes(data: bytes, element: Element, new: Mapping[str, str | None]) -> Splice:
    """The splice that gives attributes of an element other values; None takes one away.

    Attributes that stay keep their place and spaces; a new one comes last.
    """
    tag = tag_at(data, element.start)
    left = dict(new)
    pieces = []
    for match in _ATTRIBUTE.finditer(tag[2]):
        name = match[1].decode()
        if name not in new:
            pieces.append(match[0])
            continue
        value = left.pop(name, None)
        if value is not None:
            before = tag[2][match.start() : match.start(2)]
            pieces.append(before + quoteattr(value).encode())
    pieces += [
        b" %b=%b" % (name.encode(), quoteattr(value).encode())
        for name, value in left.items()
        if value is not None
    ]
    inner = b"".join(pieces)
    return (tag.start(), tag.end(), b"<%b%b%b" % (tag[1], inner, data[tag.end(2) : tag.end()]))


def appended(
    data: bytes, element: Element, inner: bytes, new: Mapping[str, str | None]
) -> list[Splice]:
    """The splices that put XML at the end of an element and change attributes of it."""
    opening = with_attributes(data, element, new)
    if not element.empty:
        return [opening, (element.close, element.close, inner)]
    text = opening[2].removesuffix(b"/>").rstrip() + b">"
    return [(element.start, element.end, b"%b%b</%b>" % (text, inner, element.tag))]


def container(tag: bytes, attributes: bytes, inner: bytes) -> bytes:
    """A new element for others, which ``refilled`` takes away again once it is empty."""
    return b"<%b%b%b%b</%b>" % (tag, attributes, _IS_NEW, inner, tag)


def is_new_container(data: bytes, element: Element) -> bool:
    """Whether an element was made by ``container`` and has been saved by nobody else since."""
    return data.endswith(_IS_NEW, element.start, element.inside)


def refilled(
    data: bytes, element: Element, inner: bytes, removed: Sequence[Element] = ()
) -> list[Splice]:
    """The splices that put XML at the end of an element and take out children of it.

    Taking out what was put in gives back the very bytes, because the spaces at the end of the
    opening tag remember what it was: an element that was written ``<a/>`` is so again, and one
    that ``container`` made goes when its last child goes.
    """
    if inner and element.empty:
        return [(element.inside - 2, element.end, b"%b%b</%b>" % (_WAS_EMPTY, inner, element.tag))]
    if inner:
        return [*map(taken_out, removed), (element.close, element.close, inner)]
    length = sum(child.end - child.start for child in removed)
    if removed and length == element.close - element.inside:
        if is_new_container(data, element):
            return [taken_out(element)]
        if data.endswith(_WAS_EMPTY, element.start, element.inside):
            return [(element.inside - len(_WAS_EMPTY), element.end, b"/>")]
    return [taken_out(child) for child in removed]


def taken_out(element: Element) -> Splice:
    """The splice that takes an element away."""
    return (element.start, element.end, b"")


def text_in(data: bytes, element: Element) -> str:
    """The text of an element that holds only text."""
    raw = data[element.inside : element.close]
    if b"&" in raw or b"<" in raw or b"\r" in raw:
        return "".join(ET.fromstring(b"<a>%b</a>" % raw).itertext())
    return raw.decode()


def local_name(element: ET.Element) -> str:
    """The name of an element of a tree, without its namespace."""
    return element.tag.rpartition("}")[2]


def namespaces(*around: Element) -> dict[str, str]:
    """The namespaces by prefix that some elements declare, the outermost given first."""
    return {
        name.removeprefix("xmlns").removeprefix(":"): value
        for element in around
        for name, value in element.attributes.items()
        if name == "xmlns" or name.startswith("xmlns:")
    }


def spliced(data: bytes, splices: Iterable[Splice]) -> bytes:
    """A part with pieces put in. An insertion comes before what is replaced at its place.

    Raises:
        ValueError: two pieces overlap, or one is outside the part.
    """
    return b"".join(spliced_chunks([data], splices))


def spliced_chunks(chunks: Iterable[bytes], splices: Iterable[Splice]) -> Iterator[bytes]:
    """A part given in pieces, with pieces put in: see ``spliced``."""
    place = 0
    skip_to = 0
    waiting = iter(sorted(splices, key=lambda splice: splice[:2]))
    splice = next(waiting, None)
    for chunk in chunks:
        limit = place + len(chunk)
        start = min(max(skip_to, place), limit)
        while splice is not None and splice[0] < limit:
            if splice[0] < skip_to:
                raise ValueError(f"two edits overlap at byte {splice[0]}")
            yield chunk[start - place : splice[0] - place]
            yield splice[2]
            skip_to = splice[1]
            start = min(skip_to, limit)
            splice = next(waiting, None)
        yield chunk[start - place :]
        place = limit
    while splice is not None and splice[0] == splice[1] == place >= skip_to:
        yield splice[2]
        splice = next(waiting, None)
    if splice is not None or skip_to > place:
        raise ValueError("an edit is outside the part")
