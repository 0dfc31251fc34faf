"""The hosts in which the functions run: the one list that all others are derived from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xlpbr.errors import FileProblem

OFFICE_JS = "_xldudf_"
"""What a workbook stores before the name of a function of an Office add-in."""


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the functions.

    Attributes:
        name: the word by which an option names it.
        title: what it is called in prose.
        place: where its functions run, for the person who chooses.
        prefix: what a workbook stores before a function's name.
        suffix: how a workbook that is made for it is named; empty where none is made for it.
        is_installed: whether a person sets it up once with ``xlpbr install``.
        part: how the name of a part starts, in small letters, by which a workbook itself brings
            what the host needs; empty where it need bring nothing.
        needs: what to do where the workbook does not bring it.
    """

    name: str
    title: str
    place: str
    prefix: str = ""
    suffix: str = ".xlsx"
    is_installed: bool = False
    part: str = ""
    needs: str = ""


_LIST = (
    Host("embedded", "Embedded engine", "within xlpbr itself", suffix=""),
    Host(
        "classic",
        "Classic xlwings",
        "Excel on Windows",
        suffix=".xlsm",
        is_installed=True,
        part="xl/vbaproject.bin",
        needs="For classic xlwings the functions come from the xlwings add-in (xlpbr install"
        " classic), or from a workbook made with xlpbr new --host classic.",
    ),
    Host(
        "lite",
        "xlwings Lite",
        "Excel on Windows, on a Mac or on the web",
        OFFICE_JS,
        part="xl/webextensions/",
        needs="For xlwings Lite the workbook needs the functions' code as well: xlpbr new --host"
        " lite makes a workbook that has it, and xlpbr attach --host lite puts it into one.",
    ),
    Host("server", "xlwings Server", "Excel anywhere, calculated on your own server", OFFICE_JS),
    Host("calc", "LibreOffice Calc", "LibreOffice", is_installed=True),
)

HOSTS: Mapping[str, Host] = MappingProxyType({host.name: host for host in _LIST})
"""Every host by its name."""

OF_WORKBOOKS: tuple[str, ...] = tuple(host.name for host in _LIST if host.suffix)
"""The names of the hosts that a workbook is made for."""

VALUES = "values"
"""The word for none: plain values stand in the place of the formulas."""

PORT_TARGETS: tuple[str, ...] = (*OF_WORKBOOKS, VALUES)
"""What a workbook can be ported to."""

STORED_PREFIXES: tuple[str, ...] = tuple(dict.fromkeys(host.prefix for host in _LIST))
"""How a workbook may store the names of functions: plainly, or as an Office add-in does."""


def refuse_unknown(name: str, known: Iterable[str]) -> None:
    """Refuse what is no host.

    Raises:
        FileProblem: the name is not among those that are known.
    """
    names = list(known)
    if name not in names:
        raise FileProblem(f"{name} is not a host of the functions. Choose {', '.join(names)}.")


def in_words(names: Iterable[str]) -> str:
    """Some hosts of workbooks, each with where its functions run."""
    hosts = [HOSTS[name] for name in names]
    return ", ".join(
        f"{host.name} ({host.place}{'; an .xlsm' if host.suffix == '.xlsm' else ''})"
        for host in hosts
    )
