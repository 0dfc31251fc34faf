"""Values as the JSON that the server answers."""

from __future__ import annotations

import json
from datetime import date
from typing import Any


def as_json(value: Any) -> bytes:
    """A value as JSON in bytes; a date as ISO writes it."""
    return _ENCODER.encode(value).encode("utf-8", errors="replace")


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_iso
)
