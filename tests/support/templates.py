"""The template of each contract, made once for all tests; to be read and copied, never changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xlpbr.contract.library import load_contract
from xlpbr.workbook.template.write import new_workbook


def template(factory: pytest.TempPathFactory, contract: str, *, sample: bool = True) -> Path:
    """The workbook that ``xlpbr new`` makes of a contract, the same for all workers of a run."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    path = shared / f"template-{contract}-{sample}.xlsx"
    if not path.exists():
        # Moved when it is whole: another worker may look for it meanwhile.
        temporary = own / f"temporary-{path.name}"
        new_workbook(load_contract(contract), temporary, sample=sample)
        temporary.replace(path)
    return path
