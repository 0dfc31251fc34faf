"""What was found on a computer: a fact about a host, and what to do where something is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["there", "missing", "look"]
"""There; missing, so that the host does not work; or to be looked at, as it may not."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for.

    Attributes:
        host: the name of a host; ``xlpbr`` for what all of them need.
        what: what was looked for.
        state: whether it is there.
        found: what was found, in a sentence.
        to_do: what to do; empty where nothing is to be done.
    """

    host: str
    what: str
    state: State
    found: str
    to_do: str = ""


def there(host: str, what: str, found: str) -> Finding:
    """Something is there."""
    return Finding(host, what, "there", found)


def missing(host: str, what: str, found: str, to_do: str) -> Finding:
    """Something is missing without which the host does not work."""
    return Finding(host, what, "missing", found, to_do)


def look(host: str, what: str, found: str, to_do: str) -> Finding:
    """Something that may stop the host, or that cannot be seen from here."""
    return Finding(host, what, "look", found, to_do)
