"""The wheel that people install holds every module and every data file of the three folders."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.test_house import HOUSE, ROOT


@pytest.mark.slow
def test_the_wheel_holds_every_file(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for folder in HOUSE.values():
        shutil.copytree(
            folder, source / folder.name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
            *("--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(source)),
        ],
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        held = {name for name in packed.namelist() if ".dist-info/" not in name}
    assert held == {
        f"{package.replace('.', '/')}/{file.relative_to(folder).as_posix()}"
        for package, folder in HOUSE.items()
        for file in folder.rglob("*")
        # The ready-made workbooks lie in the repository to be downloaded, not in the package.
        if file.is_file() and file.parent.name not in ("__pycache__", "ready")
    }
