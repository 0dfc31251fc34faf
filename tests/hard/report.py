"""The report of the long proof: ``docs/reliability.md`` from the figures in ``build/hard``."""

from __future__ import annotations


def write() -> None:
    """Write the report."""
