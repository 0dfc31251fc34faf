"""The manifest, ``manifest.xml`` beside this module: the small file that tells Excel of us.

It names no namespace, so that a function is ``PBR_SAVING`` and not ``SOMETHING.PBR_SAVING``. Its id
stays the same for ever: Excel knows the add-in by it.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from xml.sax.saxutils import escape

import xlpbr
from xlpbr.udfs.server.settings import Settings

_SIGN_IN = re.compile(r"\n *<WebApplicationInfo>.*</WebApplicationInfo>", re.DOTALL)


def manifest(settings: Settings) -> str:
    """The manifest of an add-in at an address; who signs in is named where sign-in is on."""
    text = (Path(__file__).parent / "manifest.xml").read_text(encoding="utf-8")
    if settings.sign_in is None:
        text = _SIGN_IN.sub("", text)
    return Template(text).substitute(
        version=version(),
        address=escape(settings.address),
        host=escape(settings.address.partition("//")[2]),
        client=settings.sign_in.client if settings.sign_in else "",
    )


def version() -> str:
    """The manifest's version: 1 and the version of xlpbr, as Excel wants 1.0 or later."""
    numbers = [part for part in xlpbr.__version__.split(".")[:3] if part.isdigit()]
    return ".".join(["1", *numbers, *["0"] * (3 - len(numbers))])
