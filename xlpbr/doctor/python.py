"""Python and the packages that xlpbr stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import xlpbr
from xlpbr.doctor.computer import Computer
from xlpbr.doctor.findings import Finding, look, missing, there

OWN = "xlpbr"
OLDEST = (3, 11)
"""The oldest Python on which xlpbr runs."""

_REQUIREMENT = re.compile(r"\s*([\w.-]+)\s*(?:\[[^]]*\])?\s*\(?([^;)]*)\)?\s*(?:;(.*))?")
_PART = re.compile(r"\s*(>=|<=|==|<|>)\s*([\d.]+)\s*")

_FOR_MORE = {
    "numba": ("large forecasts and portfolios in a tenth of the time", "fast"),
    "pyarrow": ("portfolio: a folder of workbooks at once", "portfolio"),
}


def python_findings(computer: Computer) -> Iterator[Finding]:
    """Whether Python is new enough, and whether each package is there in a version that fits."""
    version = ".".join(map(str, computer.version))
    if computer.version[:2] < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        yield missing(
            OWN, "Python", f"Python {version} is too old: {computer.python}.",
            f"Install Python {oldest} or later from python.org or by IT, and xlpbr with it.",
        )  # fmt: skip
    else:
        yield there(OWN, "Python", f"Python {version}: {computer.python}")
    yield there(OWN, "xlpbr", f"xlpbr {xlpbr.__version__}")
    yield from _packages(computer)
    for package, (purpose, extra) in _FOR_MORE.items():
        found = computer.installed(package)
        if found is None:
            yield look(
                OWN, package, f"{package} is not installed. It is for {purpose} only.",
                install_extra(computer, extra),
            )  # fmt: skip
        else:
            yield there(OWN, package, f"{package} {found}")


def install_extra(computer: Computer, extra: str) -> str:
    """What to type for a part of xlpbr that is not installed."""
    return (
        f'If you want that: in the folder of xlpbr\'s files run "{computer.python}" -m pip install'
        f' ".[{extra}]"'
    )


def _packages(computer: Computer) -> Iterator[Finding]:
    fitting = []
    for line in computer.required:
        parts = _REQUIREMENT.fullmatch(line)
        if parts is None or "extra" in (parts[3] or ""):
            continue
        package, wanted = parts[1], parts[2].strip()
        found = computer.installed(package)
        again = f'Run: "{computer.python}" -m pip install "{package}{wanted}"'
        if found is None:
            yield missing(OWN, package, f"The package {package} is not installed.", again)
        elif not fits(found, wanted):
            yield missing(OWN, package, f"{package} is {found}; xlpbr needs {wanted}.", again)
        else:
            fitting.append(f"{package} {found}")
    if fitting:
        yield there(OWN, "packages", f"Packages: {', '.join(sorted(fitting, key=str.casefold))}")


def fits(version: str, wanted: str) -> bool:
    """Whether a version fits what is wanted, such as ``>=0.37.8,<0.38``.

    What is written in another way than xlpbr's own files do is taken to fit.
    """
    have = _numbers(version)
    for part in filter(None, wanted.split(",")):
        found = _PART.fullmatch(part)
        if found is None:
            continue
        limit = _numbers(found[2])
        size = max(len(have), len(limit))
        one, other = (numbers + (0,) * (size - len(numbers)) for numbers in (have, limit))
        if not {
            ">=": one >= other, "<=": one <= other, "==": one == other,
            "<": one < other, ">": one > other,
        }[found[1]]:  # fmt: skip
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    leading = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, leading[0].split("."))) if leading else ()
