"""What ``xlpbr doctor`` says of computers that are made up: Windows, a Mac, Linux."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import xlwings

from xlpbr import __version__
from xlpbr.commands.doctor import said_line_by_line
from xlpbr.doctor.computer import Computer, WindowsRegistry
from xlpbr.doctor.findings import Finding
from xlpbr.doctor.hosts import findings
from xlpbr.doctor.libreoffice import calc_findings, extension_versions, profile_of
from xlpbr.doctor.python import fits
from xlpbr.udfs.hosts import OF_WORKBOOKS

PYTHON = Path(r"C:\Program Files\Python\python.exe")
POLICY = r"HKCU\Software\Policies\Microsoft\Office\16.0"
OWN = r"HKCU\Software\Microsoft\Office\16.0\Excel\Security"
RULES = (
    r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
)
CHILDREN = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"


@dataclass
class MadeRegistry:
    """A registry that is made up: values by their key and name."""

    values: dict[tuple[str, str], str | int] = field(default_factory=dict)

    def value(self, key: str, name: str) -> str | int | None:
        return self.values.get((key, name))

    def keys(self, key: str) -> list[str]:
        under = [one for one, _ in self.values if one.startswith(f"{key}\\")]
        return list(dict.fromkeys(one[len(key) + 1 :].partition("\\")[0] for one in under))


PACKAGES = {
    "click": "8.1.7", "xlwings": xlwings.__version__, "pyOpenVBA": "6.5.0",
    "xlwings-server": "1.20.0", "numba": "0.60", "pyarrow": "15.0",
}  # fmt: skip


@pytest.fixture
def windows(tmp_path: Path) -> Any:
    """A computer with Windows on which all is there, but for what is changed."""
    home, folder = tmp_path / "Priya", tmp_path / "python"
    program = tmp_path / "LibreOffice" / "program"
    start = home / "AppData" / "Roaming" / "Microsoft" / "Excel" / "XLSTART"
    for one in (home / ".xlwings", folder, program, start):
        one.mkdir(parents=True)
    (home / ".xlwings" / "xlwings.conf").write_text(
        f'"INTERPRETER_WIN","{PYTHON}"\n', encoding="utf-8"
    )
    (start / "xlwings.xlam").touch()
    for bits in (64, 32):
        (folder / f"xlwings{bits}-{xlwings.__version__}.dll").touch()
    (program / "soffice").touch()
    (program / "pythonloader.uno.ini").touch()
    (program / "version.ini").write_text(
        "[Version]\nUpdateID=LibreOffice_25_en-GB\n", encoding="utf-8"
    )
    with_extension(home / "AppData" / "Roaming" / "LibreOffice" / "4", __version__)
    registry = MadeRegistry(
        {
            (
                r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration",
                "VersionToReport",
            ): "16.0.18526.20144"
        }
    )

    def make(packages: dict[str, str | None] | None = None, **changed: Any) -> Computer:
        known = {**PACKAGES, **(packages or {})}
        computer = Computer(
            platform="win32",
            version=(3, 12, 4),
            python=PYTHON,
            folder=folder,
            home=home,
            environment={"XLPBR_LIBREOFFICE": str(program)},
            registry=registry,
            installed=known.get,
            has_module=lambda name: name == "win32com",
            required=("click>=8.1; sys_platform != 'emscripten'", "xlwings<0.38,>=0.37.8",
                      'pyOpenVBA<7,>=6.5; extra == "classic"'),
        )  # fmt: skip
        return replace(computer, **changed)

    return make


def with_extension(profile: Path, version: str) -> None:
    place = profile / "user" / "uno_packages" / "cache" / "uno_packages" / "lu1.tmp_" / "xlpbr.oxt"
    place.mkdir(parents=True)
    (place / "description.xml").write_text(
        f'<identifier value="x"/><version value="{version}"/>', encoding="utf-8"
    )


def found(computer: Computer, host: str, what: str) -> Finding:
    (one,) = [one for one in findings(computer)[host] if one.what == what]
    return one


def states(computer: Computer, host: str) -> set[str]:
    return {one.state for one in findings(computer)[host]}


# -- what is there ---------------------------------------------------------------------------


def test_a_computer_with_all_of_it_lacks_nothing(windows):
    computer = windows()
    by_host = findings(computer)
    assert list(by_host) == ["xlpbr", *OF_WORKBOOKS]
    lost = [one for of_host in by_host.values() for one in of_host if one.state == "missing"]
    assert lost == []
    assert states(computer, "xlpbr") == states(computer, "classic") == states(computer, "calc")
    assert states(computer, "calc") == {"there"}
    assert found(computer, "classic", "Excel").found == "Excel 16.0.18526.20144"
    assert found(computer, "classic", "settings of xlwings").found.endswith("names this Python.")


def test_whatever_is_missing_is_told_with_what_to_do(windows):
    for computer in (windows(), replace(windows(), platform="linux"), windows({"click": None})):
        for of_host in findings(computer).values():
            for one in of_host:
                assert one.state == "there" or one.to_do, one
                assert one.found


# -- Python and its packages -----------------------------------------------------------------


def test_an_old_python_and_packages_that_do_not_fit_are_named(windows):
    computer = windows({"click": None, "xlwings": "0.38.1"}, version=(3, 10, 2))
    assert "3.10.2 is too old" in found(computer, "xlpbr", "Python").found
    assert "3.11 or later" in found(computer, "xlpbr", "Python").to_do
    assert found(computer, "xlpbr", "click").to_do == (
        f'Run: "{PYTHON}" -m pip install "click>=8.1"'
    )
    assert "0.38.1; xlpbr needs <0.38,>=0.37.8" in found(computer, "xlpbr", "xlwings").found
    # What only a part of xlpbr needs is no fault.
    assert found(windows({"numba": None}), "xlpbr", "numba").state == "look"
    assert found(windows({"pyOpenVBA": None}), "classic", "pyOpenVBA").state == "look"


@pytest.mark.parametrize(
    ("version", "wanted", "fit"),
    [
        ("0.37.8", ">=0.37.8,<0.38", True),
        ("0.37.10", ">=0.37.8,<0.38", True),
        ("0.38", ">=0.37.8,<0.38", False),
        ("0.37.7", ">=0.37.8,<0.38", False),
        ("8", ">=8.0", True),
        ("8.1rc1", ">=8.1", True),
        ("6.5.0", "==6.5", True),
        ("6.6", "==6.5", False),
        ("1.0", "", True),
    ],
)
def test_versions_are_compared_as_numbers(version, wanted, fit):
    assert fits(version, wanted) is fit


# -- classic ---------------------------------------------------------------------------------


def test_classic_is_for_windows(windows):
    for platform, words in (("linux", "This is Linux"), ("darwin", "This is a Mac")):
        (one,) = findings(windows(platform=platform))["classic"]
        assert one.state == "missing"
        assert one.found.startswith(words)


def test_what_xlwings_lacks_is_named(windows):
    computer = windows(has_module=lambda _: False)
    (computer.folder / f"xlwings64-{xlwings.__version__}.dll").unlink()
    settings = computer.home / ".xlwings" / "xlwings.conf"
    (computer.app_data / "Microsoft" / "Excel" / "XLSTART" / "xlwings.xlam").unlink()
    assert "pip install pywin32" in found(computer, "classic", "pywin32").to_do
    assert f"xlwings64-{xlwings.__version__}.dll" in found(computer, "classic", "xlwings").found
    assert "xlpbr install classic" in found(computer, "classic", "add-in").to_do
    settings.write_text('"INTERPRETER_WIN","C:\\Other\\python.exe"\n', encoding="utf-8")
    other = found(computer, "classic", "settings of xlwings")
    assert (other.state, r"C:\Other\python.exe" in other.found) == ("look", True)
    settings.unlink()
    none = found(computer, "classic", "settings of xlwings")
    assert (none.state, none.to_do) == ("missing", "Close Excel and run: xlpbr install classic")
    assert not settings.exists()


@pytest.mark.parametrize(
    ("values", "what", "state", "words"),
    [
        ({(rf"{POLICY}\Excel\Security", "VBAWarnings"): 4}, "macros", "missing", "A policy says"),
        ({(rf"{POLICY}\Excel\Security", "VBAWarnings"): 3}, "macros", "missing", "signed"),
        ({(OWN, "VBAWarnings"): 4}, "macros", "missing", "Excel's own setting says"),
        ({(OWN, "VBAWarnings"): 2}, "macros", "there", "asks for each workbook"),
        # The policy counts, whatever the person has set.
        ({(OWN, "VBAWarnings"): 4, (rf"{POLICY}\Excel\Security", "VBAWarnings"): 2}, "macros",
         "there", "asks"),
        ({(rf"{POLICY}\Excel\Security", "blockcontentexecutionfrominternet"): 1},
         "macros from the internet", "look", "e-mail"),
        ({(RULES, CHILDREN): "1"}, "rule of Microsoft Defender", "missing", CHILDREN),
        ({(rf"{OWN}\Trusted Locations\Location7", "Path"): r"C:\PbR\\"}, "trusted locations",
         "there", r"C:\PbR"),
        ({(rf"{OWN}\Trusted Locations\Location0", "Path"): r"C:\Users\P\AppData\Roaming\Microsoft"
          r"\Excel\XLSTART"}, "trusted locations", "there", "none of your own"),
    ],
)  # fmt: skip
def test_settings_and_policies_of_macros_are_read(windows, values, what, state, words):
    one = found(windows(registry=MadeRegistry(values)), "classic", what)
    assert one.state == state
    assert words in one.found


def test_no_excel_in_the_registry_is_told_carefully(windows):
    one = found(windows(registry=MadeRegistry()), "classic", "Excel")
    assert one.state == "look"
    assert "take no notice" in one.to_do


# -- add-ins, the server, LibreOffice --------------------------------------------------------


def test_policies_of_add_ins_are_read(windows):
    catalogues = rf"{POLICY}\WEF\TrustedCatalogs"
    every = windows(registry=MadeRegistry({(catalogues, "DisableAllCatalogs"): 1}))
    assert found(every, "lite", "add-ins").state == "missing"
    assert found(every, "server", "add-ins").state == "missing"
    store = windows(registry=MadeRegistry({(catalogues, "DisableOfficeStore"): 1}))
    assert found(store, "lite", "store").state == "look"
    assert found(store, "server", "add-ins").state == "there"
    assert "cannot be seen" in found(windows(), "lite", "xlwings Lite").found


def test_the_settings_of_the_server_are_read_and_no_id_is_shown(windows):
    what, number = "settings of the server", "12345678-1234-1234-1234-123456789abc"
    environment = {"XLPBR_SERVER_ADDRESS": "https://pbr.council.gov.uk",
                   "XLPBR_SERVER_TENANT": number, "XLPBR_SERVER_CLIENT": number}  # fmt: skip
    one = found(windows(environment=environment), "server", what)
    assert one.found == "The server answers people who sign in at https://pbr.council.gov.uk."
    environment["XLPBR_SERVER_ADDRESS"] = "http://pbr.council.gov.uk"
    one = found(windows(environment=environment), "server", what)
    assert (one.state, "https" in one.found) == ("missing", True)
    one = found(windows({"xlwings-server": None}, environment=environment), "server", what)
    assert (one.state, number in one.found) == ("look", False)
    assert found(windows(), "server", what).state == "look"


@pytest.mark.parametrize(("version", "state"), [("25.2", None), ("26.8", None), ("24.8", "look")])
def test_the_version_of_libreoffice_is_said_with_both_its_numbers(windows, version, state):
    computer = windows()
    program = Path(computer.environment["XLPBR_LIBREOFFICE"])
    (program / "bootstrap.ini").write_text(
        f"[Bootstrap]\nProductKey=LibreOffice {version}\n", encoding="utf-8"
    )
    assert found(computer, "calc", "LibreOffice").found == f"LibreOffice {version}: {program}"
    of_version = [one.state for one in calc_findings(computer) if one.what == "version"]
    assert of_version == ([] if state is None else [state])


def test_libreoffice_its_python_and_its_extension_are_looked_for(windows, tmp_path):
    computer = windows()
    program = Path(computer.environment["XLPBR_LIBREOFFICE"])
    assert found(computer, "calc", "LibreOffice").found == f"LibreOffice 25: {program}"
    (program / "version.ini").write_text("UpdateID=LibreOffice_7_en-GB\n", encoding="utf-8")
    (program / "pythonloader.uno.ini").unlink()
    assert "25.2 or later" in found(computer, "calc", "version").to_do
    assert found(computer, "calc", "Python in it").state == "missing"
    elsewhere = replace(computer, home=tmp_path / "nobody")
    assert found(elsewhere, "calc", "extension").to_do.endswith("xlpbr install calc")
    with_extension(profile_of(elsewhere), "0.0.1")
    assert "The extension is xlpbr 0.0.1" in found(elsewhere, "calc", "extension").found
    none = found(replace(computer, environment={"PATH": str(tmp_path)}), "calc", "LibreOffice")
    assert (none.state, "XLPBR_LIBREOFFICE" in none.to_do) == ("missing", True)


def test_the_profile_of_libreoffice_is_where_each_system_has_it(tmp_path):
    places = {
        "win32": ("AppData", "Roaming", "LibreOffice", "4"),
        "darwin": ("Library", "Application Support", "LibreOffice", "4"),
        "linux": (".config", "libreoffice", "4"),
    }
    for platform, parts in places.items():
        computer = Computer(platform=platform, home=tmp_path, environment={})
        assert profile_of(computer) == tmp_path.joinpath(*parts)
    given = Computer(platform="linux", home=tmp_path, environment={"XDG_CONFIG_HOME": "/x"})
    assert profile_of(given) == Path("/x/libreoffice/4")
    assert extension_versions(tmp_path / "nothing") == []


# -- what is printed -------------------------------------------------------------------------


def test_every_line_fits_eighty_columns_and_long_paths_are_wrapped(windows):
    long = Path("C:\\Users\\" + "A.Very.Long.Name" * 8 + "\\python.exe")
    for computer in (windows(), windows(python=long), windows(platform="darwin")):
        said = list(said_line_by_line(computer, findings(computer)))
        assert max(map(len, said)) < 80
        assert said[0].endswith("Nothing was changed.")
        assert any(line.startswith("  there    Python 3.12.4") for line in said)


def test_the_command_prints_for_a_person_and_as_json_and_changes_nothing(
    xlpbr, windows, monkeypatch
):
    computer = windows()
    before = sorted(computer.home.rglob("*"))
    monkeypatch.setattr("xlpbr.doctor.computer.Computer", lambda: computer)
    status, out, _ = xlpbr("doctor")
    assert status == 0
    assert max(map(len, out.splitlines())) < 80
    assert "LibreOffice Calc (LibreOffice): all is there" in out
    status, out, _ = xlpbr("doctor", "--json")
    told = json.loads(out)
    assert (status, told["xlpbr"], told["system"]) == (0, __version__, "Windows")
    assert {row["Host"] for row in told["rows"]} == {"xlpbr", *OF_WORKBOOKS}
    assert {row["State"] for row in told["rows"]} <= {"there", "missing", "look"}
    assert sorted(computer.home.rglob("*")) == before


def test_this_very_computer_can_be_looked_at(xlpbr):
    status, out, _ = xlpbr("doctor")
    assert status == 0
    assert out.startswith(f"xlpbr {__version__} on ")
    assert WindowsRegistry().keys(r"HKCU\Software\xlpbr does not exist") == []
    assert WindowsRegistry().value(r"HKCU\Software\xlpbr does not exist", "") is None
