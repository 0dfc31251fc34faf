"""Lists under the root of a part, such as the fonts of the styles: entries put at their end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from xlpbr.workbook.ooxml.xml.splice import Element, Splice, appended, elements, spliced, tag_at

_NAME = re.compile(rb"<(/?)(?=[A-Za-z])(?![\w.-]+:)")


def with_entries(
    data: bytes, root: str, order: Sequence[str], added: Mapping[str, Sequence[bytes]]
) -> bytes:
    """A part with entries put at the end of lists that stand under its root.

    A list that is missing is made at its place. A ``count`` is set right where there is one,
    and given to a list that is made.

    Args:
        data: the part in UTF-8.
        root: the root's local name.
        order: the local names of what can stand under the root, in their order.
        added: by the list's local name, its new entries without a prefix.
    """
    every, inside = f"{root}/*", f"{root}/*/*"
    found = elements(data, root, every, inside)
    (top,) = found[root]
    lists = found[every]
    made: dict[int, bytes] = {}
    splices: list[Splice] = []
    for name in order:
        entries = with_prefix(b"".join(added.get(name, ())), top.prefix)
        if not entries:
            continue
        number = next((n for n, one in enumerate(lists) if one.name == name), None)
        if number is None:
            place = _place(name, order, lists, top)
            tag = top.prefix + name.encode()
            made[place] = made.get(place, b"") + b'<%b count="%d">%b</%b>' % (
                tag, len(added[name]), entries, tag,
            )  # fmt: skip
            continue
        count = sum(entry.parent == number for entry in found[inside]) + len(added[name])
        splices += with_more(data, lists[number], entries, count)
    if top.empty:
        return spliced(data, appended(data, top, b"".join(made.values()), {}))
    splices += [(place, place, new) for place, new in made.items()]
    return spliced(data, splices)


def with_child(data: bytes, root: str, order: Sequence[str], child: bytes) -> bytes:
    """A part with one more element under its root, after those of its kind.

    Args:
        data: the part in UTF-8.
        root: the root's local name.
        order: the local names of what can stand under the root, in their order.
        child: the element, without a prefix.
    """
    found = elements(data, root, f"{root}/*")
    (top,) = found[root]
    written = with_prefix(child, top.prefix)
    if top.empty:
        return spliced(data, appended(data, top, written, {}))
    after = order[order.index(tag_at(child, 0)[1].decode()) + 1]
    place = _place(after, order, found[f"{root}/*"], top)
    return spliced(data, [(place, place, written)])


def with_more(data: bytes, element: Element, inner: bytes, count: int) -> list[Splice]:
    """The splices that put entries at the end of a list; its ``count`` is set if it has one."""
    new: dict[str, str | None] = {"count": str(count)} if "count" in element.attributes else {}
    if element.empty or new:
        return appended(data, element, inner, new)
    return [(element.close, element.close, inner)]


def with_prefix(xml: bytes, prefix: bytes) -> bytes:
    """Elements without a prefix, written with one; those that have one keep theirs."""
    return _NAME.sub(rb"<\g<1>" + prefix, xml) if prefix else xml


def _place(name: str, order: Sequence[str], lists: Sequence[Element], top: Element) -> int:
    """Where a list that is missing belongs: after the last that comes before it."""
    before = set(order[: order.index(name)])
    return max((one.end for one in lists if one.name in before), default=top.inside)
