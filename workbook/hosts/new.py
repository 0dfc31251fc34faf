"""A contract's new workbook for the host in which its functions run."""

from __future__ import annotations

import tempfile
from pathlib import Path

from xlpbr.contract.library import Contract
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS, refuse_unknown
from xlpbr.workbook.template.write import new_workbook


def new_book(
    contract: Contract,
    path: Path,
    host: str | None = None,
    *,
    sample: bool = False,
    lite_embed: bool = True,
) -> None:
    """Make the template workbook of a contract.

    Args:
        contract: the contract.
        path: the file to write; ``.xlsm`` for the host classic, else ``.xlsx``.
        host: the name of a host of workbooks; without one the names of the functions are stored
            plainly, as classic and calc have them.
        sample: whether rows that are marked as illustrations are filled in.
        lite_embed: for the host lite, whether the workbook carries the functions itself.

    Raises:
        FileProblem: the host is none, or the file cannot be written.
    """
    if host is not None:
        refuse_unknown(host, OF_WORKBOOKS)
    if host == "classic":
        from xlpbr.workbook.hosts.classic_book import new_classic_workbook  # noqa: PLC0415

        new_classic_workbook(contract, path, sample=sample)
    elif host == "lite":
        from xlpbr.workbook.hosts.lite_book import new_lite_workbook  # noqa: PLC0415

        new_lite_workbook(contract, path, sample=sample, embed=lite_embed)
    elif host is not None and HOSTS[host].prefix:
        from xlpbr.workbook.port.rewrite import port  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="xlpbr-") as folder:
            plain = Path(folder) / path.name
            new_workbook(contract, plain, sample=sample)
            port(plain, host, path)
    else:
        new_workbook(contract, path, sample=sample)
