"""Tests that only some systems can run: skipped by name on the others."""

from __future__ import annotations

import os

import pytest

on_posix = pytest.mark.skipif(
    os.name != "posix", reason="needs links, permissions or a shell as POSIX systems have them"
)

on_windows = pytest.mark.skipif(os.name != "nt", reason="needs Windows")
