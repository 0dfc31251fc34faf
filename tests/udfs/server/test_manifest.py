"""The manifest, against what Office asks of one as far as its documentation says it.

What only Excel can tell, such as that it takes the manifest, is in the list of
docs/guide/server.md.
"""

from __future__ import annotations

import re
import struct
import uuid
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from docs.generators import icons
from xlpbr import __version__
from xlpbr.udfs.server.manifest import manifest, version
from xlpbr.udfs.server.settings import Settings, SignIn

ADD_IN_ID = "6643e796-4d00-4b69-af13-33009d8db02f"
ADDRESS = "https://pbr.council.gov.uk"
CLIENT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
TENANT = "0f8fad5b-d9cb-469f-a165-70867728950e"
ICONS = Path(__file__).resolve().parents[3] / "udfs" / "server" / "icons"

APP = "{http://schemas.microsoft.com/office/appforoffice/1.1}"
SPACES = {
    "": APP.strip("{}"),
    "o": "http://schemas.microsoft.com/office/taskpaneappversionoverrides",
    "bt": "http://schemas.microsoft.com/office/officeappbasictypes/1.0",
}
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def root_of(sign_in: SignIn | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(manifest(Settings(ADDRESS, sign_in)))


@pytest.fixture(params=["with sign-in", "without"])
def root(request: pytest.FixtureRequest) -> ElementTree.Element:
    return root_of(SignIn(TENANT, CLIENT) if request.param == "with sign-in" else None)


def names(element: ElementTree.Element) -> list[str]:
    return [child.tag.rpartition("}")[2] for child in element]


def at(root: ElementTree.Element, path: str) -> ElementTree.Element:
    """The first element at a path, which must be there."""
    found = root.find(path, SPACES)
    assert found is not None, path
    return found


def all_at(root: ElementTree.Element, path: str) -> list[ElementTree.Element]:
    return root.findall(path, SPACES)


def test_the_elements_stand_in_the_order_of_the_schema(root):
    assert root.tag == f"{APP}OfficeApp"
    assert root.get(TYPE) == "TaskPaneApp"
    assert names(root) == [
        *("Id", "Version", "ProviderName", "DefaultLocale", "DisplayName", "Description"),
        *("IconUrl", "HighResolutionIconUrl", "SupportUrl", "AppDomains", "Hosts"),
        *("Requirements", "DefaultSettings", "Permissions", "VersionOverrides"),
    ]
    inner = at(root, "o:VersionOverrides")
    assert inner.get(TYPE) == "VersionOverridesV1_0"
    with_sign_in = ["WebApplicationInfo"] if "WebApplicationInfo" in names(inner) else []
    assert names(inner) == ["Hosts", "Resources", *with_sign_in]
    host = at(inner, "o:Hosts/o:Host")
    assert host.get(TYPE) == "Workbook"
    assert names(host) == ["Runtimes", "AllFormFactors", "DesktopFormFactor"]
    desktop = at(host, "o:DesktopFormFactor")
    assert names(desktop) == ["GetStarted", "FunctionFile", "ExtensionPoint"]
    resources = at(inner, "o:Resources")
    assert names(resources) == ["Images", "Urls", "ShortStrings", "LongStrings"]


def test_the_add_in_has_an_id_a_version_and_a_name_of_its_own(root):
    assert at(root, "Id").text == ADD_IN_ID
    assert uuid.UUID(ADD_IN_ID).version == 4
    assert at(root, "Version").text == version() == f"1.{__version__}"
    assert re.fullmatch(r"\d{1,5}(\.\d{1,5}){3}", version())
    assert at(root, "DisplayName").get("DefaultValue") == "xlpbr"
    assert len(at(root, "Description").get("DefaultValue") or "") <= 250
    # xlwings' own add-ins have other ids; two add-ins with one id push each other out.
    assert ADD_IN_ID != "4f342d85-3a49-41cb-90a5-37b1f2219040"


def test_the_functions_have_no_namespace(root):
    points = all_at(root, ".//o:ExtensionPoint")
    functions = next(point for point in points if point.get(TYPE) == "CustomFunctions")
    assert names(functions) == ["Script", "Page", "Metadata"]
    assert "Namespace" not in ElementTree.tostring(root, encoding="unicode")


def test_every_resource_is_there_once_is_used_and_is_short_enough(root):
    resources = at(root, "o:VersionOverrides/o:Resources")
    longest = {"Images": 2048, "Urls": 2048, "ShortStrings": 125, "LongStrings": 250}
    ids = []
    for kind in resources:
        for entry in kind:
            ids.append(entry.get("id") or "")
            assert 0 < len(entry.get("DefaultValue") or "") <= longest[kind.tag.rpartition("}")[2]]
    assert len(set(ids)) == len(ids)
    assert all(0 < len(name) <= 32 for name in ids)
    used = {found.get("resid") for found in root.iter() if found.get("resid")}
    assert used == set(ids)
    own = [found.get("id") for tag in ("Control", "Group") for found in all_at(root, f".//o:{tag}")]
    assert len(set(own)) == len(own) == 2


def test_every_address_is_the_servers_own_and_secure(root):
    found = [element.get("DefaultValue") or "" for element in root.iter()]
    addresses = [value for value in found if "//" in value]
    assert len(addresses) == 10
    for address in addresses:
        assert address.startswith(f"{ADDRESS}/")
        assert urlsplit(address).scheme == "https"
    assert at(root, "AppDomains/AppDomain").text == ADDRESS


def test_one_runtime_is_shared_by_the_functions_and_the_pane(root):
    runtime = at(root, ".//o:Runtime")
    assert (runtime.get("resid"), runtime.get("lifetime")) == ("Taskpane.Url", "long")
    for place in ("Page", "Action"):
        assert at(root, f".//o:{place}/o:SourceLocation").get("resid") == "Taskpane.Url"
    needed = at(root, "Requirements/Sets/Set")
    assert (needed.get("Name"), needed.get("MinVersion")) == ("SharedRuntime", "1.1")


def test_sign_in_is_named_where_it_is_on():
    info = at(root_of(SignIn(TENANT, CLIENT)), "o:VersionOverrides/o:WebApplicationInfo")
    assert names(info) == ["Id", "Resource", "Scopes"]
    assert at(info, "o:Id").text == CLIENT
    assert at(info, "o:Resource").text == f"api://pbr.council.gov.uk/{CLIENT}"
    assert [scope.text for scope in all_at(info, "o:Scopes/o:Scope")] == ["openid", "profile"]
    assert not all_at(root_of(), ".//o:WebApplicationInfo")


def test_every_size_of_icon_that_the_manifest_names_is_there(root):
    named = {
        int(found[1])
        for element in root.iter()
        if (found := re.fullmatch(r".*/xlpbr-(\d+)\.png", element.get("DefaultValue") or ""))
    }
    assert named == set(icons.SIZES)
    sizes = {image.get("size") for image in all_at(root, ".//bt:Image") if image.get("size")}
    assert sizes == {"16", "32", "80"}


@pytest.mark.parametrize("size", icons.SIZES)
def test_an_icon_is_what_its_script_draws(size):
    drawn = (ICONS / f"xlpbr-{size}.png").read_bytes()
    assert struct.unpack(">II", drawn[16:24]) == (size, size)
    # The corners are round, so that the icon stands on a ribbon of any colour.
    assert icons.pixel(size, 0, 0)[3] < 128
    assert icons.pixel(size, size // 2, 1)[:3] == bytes(icons.BACKGROUND)
    assert drawn == icons.png(size)
