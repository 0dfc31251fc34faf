"""Excel on this computer, and what its settings and policies let it do, as far as they are seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

from xlpbr.doctor.computer import Computer
from xlpbr.doctor.findings import Finding, look, missing, there

_OFFICE = r"Microsoft\Office\16.0"
_OWN = rf"HKCU\Software\{_OFFICE}\Excel\Security"
_POLICIES = (rf"HKCU\Software\Policies\{_OFFICE}", rf"HKLM\Software\Policies\{_OFFICE}")
_CLICK_TO_RUN = r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
_PATH = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
_RULES = (
    r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
)

_IT = "Show IT the page docs/guide/it-department.md, or take another host."
_STOPPING = {
    "d4f940ab-401b-4efc-aadc-ad5f3c50688a": "Office programs start no other program",
    "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b": "macros of Office call no Win32 functions",
}
"""The rules of Microsoft Defender that stop classic xlwings by what it is."""

_BLOCKS = 1
_WARNINGS = {
    3: "only macros that are signed by a trusted publisher run",
    4: "no macros run, and Excel does not ask",
}
"""What the setting VBAWarnings says, where it stops a workbook of ours."""


def excel_findings(computer: Computer, host: str) -> Iterator[Finding]:
    """Whether Excel is there."""
    what = "Excel"
    if computer.is_windows:
        version = computer.registry.value(_CLICK_TO_RUN, "VersionToReport")
        place = computer.registry.value(_PATH, "")
        if version:
            yield there(host, what, f"Excel {version}")
        elif place:
            yield there(host, what, f"Excel: {place}")
        else:
            yield look(
                host, what, "Excel was not found in the registry.",
                "If Excel starts from the Start menu all the same, take no notice. Otherwise ask IT"
                " for Microsoft 365 or Office 2021 or later.",
            )  # fmt: skip
    elif computer.platform == "darwin":
        folders = (Path("/Applications"), computer.home / "Applications")
        if any((folder / "Microsoft Excel.app").exists() for folder in folders):
            yield there(host, what, "Microsoft Excel is among the applications.")
        else:
            yield look(
                host, what, "Microsoft Excel was not found.",
                "Use Excel on the web, or ask IT for Microsoft 365.",
            )  # fmt: skip
    else:
        yield look(
            host, what, f"Excel does not run on {computer.system}.",
            "Use Excel on the web, or LibreOffice: xlpbr install calc.",
        )  # fmt: skip


def macro_findings(computer: Computer, host: str) -> Iterator[Finding]:
    """What the settings and policies of Windows say of macros."""
    policy = _of_policies(computer, r"Excel\Security", "VBAWarnings")
    setting = computer.registry.value(_OWN, "VBAWarnings") if policy is None else policy
    if isinstance(setting, int) and setting in _WARNINGS:
        by = "A policy says" if policy is not None else "Excel's own setting says"
        yield missing(
            host, "macros", f"{by}: {_WARNINGS[setting]}.",
            _IT if policy is not None else "In Excel: File, Options, Trust Center, Trust Center"
            " Settings, Macro Settings: Disable VBA macros with notification.",
        )  # fmt: skip
    else:
        yield there(host, "macros", "Macros: no setting stops them; Excel asks for each workbook.")
    blocked = _of_policies(computer, r"Excel\Security", "blockcontentexecutionfrominternet")
    if blocked == _BLOCKS:
        yield look(
            host, "macros from the internet",
            "A policy stops macros of files that came by e-mail or from the internet.",
            "Make the workbook on this computer with xlpbr new --host classic, or unblock the file"
            " in its properties.",
        )  # fmt: skip
    yield from _rules(computer, host)
    yield from _trusted(computer, host)


def _rules(computer: Computer, host: str) -> Iterator[Finding]:
    for number, words in _STOPPING.items():
        state = computer.registry.value(_RULES, number)
        if str(state) == str(_BLOCKS):
            yield missing(
                host, "rule of Microsoft Defender",
                f"Microsoft Defender has the rule: {words} ({number}).", _IT,
            )  # fmt: skip


def _trusted(computer: Computer, host: str) -> Iterator[Finding]:
    """The trusted locations, which are no need: in them Excel does not ask."""
    keys = (_OWN, *(rf"{policy}\Excel\Security" for policy in _POLICIES))
    places = [
        str(place)
        for key in keys
        for name in computer.registry.keys(rf"{key}\Trusted Locations")
        if (place := computer.registry.value(rf"{key}\Trusted Locations\{name}", "Path"))
    ]
    own = [place for place in places if not _is_of_office(place)]
    if own:
        yield there(host, "trusted locations", f"Trusted locations: {', '.join(own)}")
    else:
        yield there(
            host, "trusted locations",
            "Trusted locations: none of your own. None is needed; Excel asks for each workbook.",
        )  # fmt: skip


def _is_of_office(place: str) -> bool:
    """Whether Office itself trusts a folder, for its templates and for what starts with it."""
    names = {part.casefold() for part in PureWindowsPath(place).parts}
    return bool(names & {"templates", "xlstart", "startup", "library"})


def add_in_findings(computer: Computer, host: str) -> Iterator[Finding]:
    """What policies of Windows say of add-ins from the store and from the admin centre."""
    catalogues = r"WEF\TrustedCatalogs"
    if _of_policies(computer, catalogues, "DisableAllCatalogs") == _BLOCKS:
        yield missing(host, "add-ins", "A policy stops all Office add-ins.", _IT)
    elif host == "lite" and _of_policies(computer, catalogues, "DisableOfficeStore") == _BLOCKS:
        yield look(
            host, "store", "A policy closes Microsoft's store of add-ins.",
            "Ask IT to add xlwings Lite for you in the admin centre (docs/guide/it-department.md).",
        )  # fmt: skip
    elif computer.is_windows:
        yield there(host, "add-ins", "Add-ins: no policy that can be seen here stops them.")


def _of_policies(computer: Computer, key: str, name: str) -> int | str | None:
    for policy in _POLICIES:
        found = computer.registry.value(rf"{policy}\{key}", name)
        if found is not None:
            return found
    return None
