"""The pages that are derived from the code are as the code has them."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ("functions", "tables", "contracts", "contracts-examples", "bad-input", "hosts")
HOUSE = "docs/house/architecture.md"
PAGES = [*(f"docs/reference/{name}.md" for name in REFERENCE), HOUSE, "README.md"]
GENERATORS = ROOT / "docs" / "generators"


@pytest.mark.slow
def test_every_derived_page_is_up_to_date():
    done = subprocess.run(
        [sys.executable, "docs/generators/generate.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "8 derived pages are up to date\n")


@pytest.fixture
def generate(tmp_path, monkeypatch):
    """The generator, working on a copy of the pages."""
    monkeypatch.syspath_prepend(GENERATORS)  # as it is where the script is run
    spec = importlib.util.spec_from_file_location("generate", GENERATORS / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for page in PAGES:
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / page, tmp_path / page)
    (tmp_path / "tests" / "data").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "data" / "bad_inputs.toml", tmp_path / "tests" / "data")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["generate.py", "--check"])
    return module


@pytest.mark.parametrize("page", PAGES)
def test_a_stale_page_is_found_and_mended(generate, tmp_path, page, capsys, monkeypatch):
    path = tmp_path / page
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("PBR_PRO_RATA", "PBR_PRORATA").replace("£599,800", "£599,801")
                    .replace("at 52 weeks", "at 53 weeks")
                    .replace("Residential weekly cost", "Cost")
                    .replace("| `xlpbr/contract` |", "| `xlpbr/contracts` |"),
                    encoding="utf-8")  # fmt: skip
    assert path.read_text(encoding="utf-8") != right
    assert generate.main() == 1
    assert capsys.readouterr().out == f"{Path(page)} is stale: run make docs\n"
    monkeypatch.setattr(sys, "argv", ["generate.py"])
    assert generate.main() == 0
    assert path.read_text(encoding="utf-8") == right


def test_a_missing_page_is_found(generate, tmp_path, capsys):
    (tmp_path / "docs" / "reference" / "tables.md").unlink()
    assert generate.main() == 1
    assert "docs/reference/tables.md is stale" in capsys.readouterr().out.replace("\\", "/")
