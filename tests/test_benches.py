"""``make bench`` starts its processes and makes its table; what it finds is never tested."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.benches import FIRST, ROOT, benches


@pytest.mark.slow
def test_a_bench_runs_in_a_process_of_its_own_and_its_page_is_written(tmp_path: Path):
    page = tmp_path / "performance.md"
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--only", "start", "--date", "1 May 2026", "--page", page],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "against python -c pass" in done.stdout
    written = page.read_text(encoding="utf-8")
    assert "## Start" in written
    assert "Measured on 1 May 2026." in written


def test_every_bench_is_known_by_its_place_on_the_page():
    assert sorted(benches()) == sorted(FIRST)
