"""Each host of the functions: what it needs on this computer, and whether that is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from xlpbr.doctor.computer import Computer
from xlpbr.doctor.excel import add_in_findings, excel_findings, macro_findings
from xlpbr.doctor.findings import Finding, look, missing, there
from xlpbr.doctor.libreoffice import calc_findings
from xlpbr.doctor.python import OWN, install_extra, python_findings
from xlpbr.errors import FileProblem
from xlpbr.udfs.classic.setup import Computer as ClassicComputer
from xlpbr.udfs.classic.setup import libraries_missing, named_python, xlwings_version
from xlpbr.udfs.hosts import HOSTS, OF_WORKBOOKS

_SETTINGS_OF_SERVER = "XLPBR_SERVER_"
_INSTALL = "Close Excel and run: xlpbr install classic"


def _classic(computer: Computer) -> Iterator[Finding]:
    host = "classic"
    if not computer.is_windows:
        yield missing(
            host, "Windows", f"This is {computer.system}, and macros reach Python on Windows only.",
            "Choose another host: xlwings Lite needs nothing on the computer.",
        )  # fmt: skip
        return
    yield from excel_findings(computer, host)
    if computer.has_module("win32com"):
        yield there(host, "pywin32", "pywin32 is there, by which Python reaches Excel.")
    else:
        yield missing(
            host, "pywin32", "The package pywin32 is not installed.",
            f'Run: "{computer.python}" -m pip install pywin32',
        )  # fmt: skip
    here = ClassicComputer(
        platform=computer.platform,
        python=computer.python,
        folder=computer.folder,
        settings=computer.home / ".xlwings" / "xlwings.conf",
        has_pywin32=computer.has_module("win32com"),
    )
    yield from _xlwings(computer, here, host)
    if computer.installed("pyOpenVBA") is None:
        yield look(
            host, "pyOpenVBA", "pyOpenVBA is not installed. It makes workbooks with macros.",
            install_extra(computer, "classic"),
        )  # fmt: skip
    else:
        yield there(host, "pyOpenVBA", f"pyOpenVBA {computer.installed('pyOpenVBA')}")
    yield from macro_findings(computer, host)


def _xlwings(computer: Computer, here: ClassicComputer, host: str) -> Iterator[Finding]:
    """The libraries of xlwings, its add-in, and its settings file."""
    if lost := libraries_missing(here):
        version = xlwings_version()
        yield missing(
            host, "xlwings", f"{' and '.join(lost)} of xlwings: not in {here.folder}.",
            "Install xlpbr in an environment of its own (py -m venv), or ask IT to allow the file,"
            f' and run: "{here.python}" -m pip install --force-reinstall xlwings=={version}',
        )  # fmt: skip
    else:
        yield there(host, "xlwings", f"xlwings {xlwings_version()} with its libraries")
    add_in = computer.app_data / "Microsoft" / "Excel" / "XLSTART" / "xlwings.xlam"
    if add_in.is_file():
        yield there(host, "add-in", f"The add-in of xlwings: {add_in}")
    else:
        yield look(
            host, "add-in", f"The add-in of xlwings is not in {add_in.parent}.",
            f"{_INSTALL}. Workbooks that xlpbr makes run without it.",
        )  # fmt: skip
    try:
        named, is_this = named_python(here)
    except FileProblem as problem:
        yield look(host, "settings of xlwings", str(problem), "Ask IT to let you read the file.")
        return
    if is_this:
        yield there(host, "settings of xlwings", f"{here.settings} names this Python.")
    elif named:
        yield look(
            host, "settings of xlwings", f"{here.settings} names another Python: {named}.",
            "Workbooks that xlpbr makes here name their own Python, so it may stay. For others,"
            f" correct the line INTERPRETER_WIN in that file to {here.python}.",
        )  # fmt: skip
    else:
        yield missing(host, "settings of xlwings", f"{here.settings} names no Python.", _INSTALL)


def _lite(computer: Computer) -> Iterator[Finding]:
    host = "lite"
    yield from excel_findings(computer, host)
    yield from add_in_findings(computer, host)
    yield look(
        host, "xlwings Lite", "Whether the add-in is in your Excel cannot be seen from here.",
        "In Excel look for the button xlwings Lite on the tab Home. If it is not there: Home,"
        " Add-ins, search for xlwings Lite, Add.",
    )  # fmt: skip


def _server(computer: Computer) -> Iterator[Finding]:
    host = "server"
    yield from excel_findings(computer, host)
    yield from add_in_findings(computer, host)
    given = {
        name: value
        for name, value in computer.environment.items()
        if name.startswith(_SETTINGS_OF_SERVER)
    }
    package = computer.installed("xlwings-server")
    if package is None:
        yield look(
            host, "xlwings Server",
            "xlwings Server is not installed. Only the computer that serves needs it.",
            install_extra(computer, "server"),
        )  # fmt: skip
    else:
        yield there(host, "xlwings Server", f"xlwings Server {package}")
    if not given:
        yield look(
            host, "settings of the server",
            f"No variable {_SETTINGS_OF_SERVER}... is set: xlpbr serve answers this computer only.",
            "On the computer that serves others, set them as docs/guide/server.md says.",
        )  # fmt: skip
    elif package is None:
        yield look(
            host, "settings of the server",
            f"Set: {', '.join(sorted(given))}. They are read once xlwings Server is installed.", "",
        )  # fmt: skip
    else:
        yield _settings_of_server(computer.environment, host)


def _settings_of_server(environment: Mapping[str, str], host: str) -> Finding:
    # What reads the settings needs the packages of the server.
    from xlpbr.udfs.server.settings import from_environment  # noqa: PLC0415

    what = "settings of the server"
    try:
        settings = from_environment(environment, bound_to="127.0.0.1", port=8000)
    except FileProblem as problem:
        return missing(host, what, str(problem), "Correct the variable; see docs/guide/server.md.")
    who = "people who sign in" if settings.sign_in else "everyone who reaches it"
    return there(host, what, f"The server answers {who} at {settings.address}.")


_LOOKS: Mapping[str, Callable[[Computer], Iterator[Finding]]] = {
    OWN: python_findings,
    "classic": _classic,
    "lite": _lite,
    "server": _server,
    "calc": calc_findings,
}


def findings(computer: Computer) -> dict[str, list[Finding]]:
    """What was found, by host; first what all of them need."""
    assert set(_LOOKS) == {OWN, *OF_WORKBOOKS}
    return {name: list(look_at(computer)) for name, look_at in _LOOKS.items()}


def title_of(name: str) -> str:
    """What a host is called in prose, with where it runs."""
    return "xlpbr itself" if name == OWN else f"{HOSTS[name].title} ({HOSTS[name].place})"
