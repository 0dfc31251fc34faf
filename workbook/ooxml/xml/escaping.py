"""Texts as they stand in XML, and back, as the standard library's ``xml.sax.saxutils`` has them.

That one loads the modules of the network with it, which takes a tenth of a command's start.
"""

from __future__ import annotations

from collections.abc import Mapping

_IN_AN_ATTRIBUTE = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def escape(text: str, more: Mapping[str, str] | None = None) -> str:
    """A text as it stands between tags.

    Args:
        text: the text.
        more: further characters, each with what stands for it.
    """
    text = text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")
    for character, written in (more or {}).items():
        text = text.replace(character, written)
    return text


def unescape(text: str, more: Mapping[str, str] | None = None) -> str:
    """The text that stands between tags.

    Args:
        text: what stands there.
        more: what else stands for a character, each with the character.
    """
    text = text.replace("&lt;", "<").replace("&gt;", ">")
    for written, character in (more or {}).items():
        text = text.replace(written, character)
    return text.replace("&amp;", "&")


def quoteattr(text: str) -> str:
    """A text as the value of an attribute, in whichever quotes it can stand in."""
    written = escape(text, _IN_AN_ATTRIBUTE)
    if '"' not in written:
        return f'"{written}"'
    if "'" not in written:
        return f"'{written}'"
    return '"' + written.replace('"', "&quot;") + '"'
