"""What the server is told: read from the environment, refused where the door would be open."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from xlpbr.commands.hosts import serve
from xlpbr.errors import FileProblem
from xlpbr.udfs.server.settings import DEFAULT_LIMITS, Limits, Settings, SignIn, from_environment

TENANT = "0F8FAD5B-d9cb-469f-a165-70867728950e"
CLIENT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
SIGN_IN = {"TENANT": TENANT, "CLIENT": CLIENT}
ADDRESS = {"ADDRESS": "https://pbr.council.gov.uk/"}


def read(given: dict[str, str] | None = None, **options: Any) -> Settings:
    variables = {f"XLPBR_SERVER_{name}": value for name, value in (given or {}).items()}
    return from_environment(variables | {"PATH": "/bin", "XLWINGS_X": "1"}, **options)


def test_on_this_computer_nothing_needs_to_be_said():
    for host, address in (
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("localhost", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
    ):
        settings = read(bound_to=host, port=8000)
        assert settings == Settings(address)
        assert settings.limits == DEFAULT_LIMITS == Limits(16, 250_000, 20.0, 4, 2_000)
        assert settings.only_this_computer
        assert settings.sign_in is None


def test_a_council_says_where_it_stands_and_who_may_call():
    settings = read(
        ADDRESS | SIGN_IN | {"ROLE": "pbr.user", "SECONDS": "7.5", "CELLS": "1000"},
        bound_to="0.0.0.0",
        port=8000,
    )
    assert settings.address == "https://pbr.council.gov.uk"
    assert settings.host == "pbr.council.gov.uk"
    assert not settings.only_this_computer
    assert settings.sign_in == SignIn(TENANT.lower(), CLIENT, "pbr.user")
    assert settings.sign_in.issuer == (
        "https://login.microsoftonline.com/0f8fad5b-d9cb-469f-a165-70867728950e/v2.0"
    )
    assert settings.sign_in.keys_url == (
        "https://login.microsoftonline.com/0f8fad5b-d9cb-469f-a165-70867728950e/discovery/v2.0/keys"
    )
    assert settings.limits.seconds == 7.5
    assert settings.limits.cells == 1000


@pytest.mark.parametrize(
    ("given", "options"),
    [
        (ADDRESS, {"bound_to": "0.0.0.0", "port": 80}),
        (ADDRESS, {"bound_to": "127.0.0.1", "port": 80}),  # behind a proxy
        (ADDRESS, {}),
        ({"ADDRESS": "http://127.0.0.1:80"}, {"bound_to": "192.168.1.5", "port": 80}),
        ({"ADDRESS": "http://localhost"}, {"bound_to": "::", "port": 80}),
        (ADDRESS | {"SIGN_IN": "on"}, {}),
    ],
)
def test_an_address_that_others_reach_is_not_served_without_sign_in(given, options):
    with pytest.raises(FileProblem, match="open to everyone who can reach it"):
        read(given, **options)
    assert read(given | SIGN_IN, **options).sign_in is not None
    on_purpose = read(given | {"SIGN_IN": "off"}, **options)
    assert on_purpose.sign_in is None
    assert on_purpose.open_on_purpose


@pytest.mark.parametrize(
    ("given", "options", "says"),
    [
        ({}, {}, "Set XLPBR_SERVER_ADDRESS to the address"),
        (SIGN_IN, {"bound_to": "0.0.0.0", "port": 1}, "Set XLPBR_SERVER_ADDRESS to the address"),
        ({"ADDRES": "x"}, {}, "XLPBR_SERVER_ADDRES is not a setting. The settings are: XLPBR"),
        ({"ADDRESS": "pbr.council.gov.uk"}, {}, "expected an address such as https://pbr"),
        ({"ADDRESS": "ftp://pbr.council.gov.uk"}, {}, "expected an address such as https://pbr"),
        ({"ADDRESS": "https://a b"}, {}, "a host of its own, without a path"),
        ({"ADDRESS": "https://<x>"}, {}, "expected an address such as https://pbr"),
        ({"ADDRESS": "https://pbr.gov.uk/app"}, {}, "a host of its own, without a path"),
        ({"ADDRESS": "https://me:pw@pbr.gov.uk"}, {}, "a host of its own, without a path"),
        ({"ADDRESS": "http://pbr.gov.uk"}, {}, "expected https, as Excel loads nothing else"),
        (ADDRESS | {"TENANT": TENANT}, {}, "XLPBR_SERVER_CLIENT: nothing found; expected an id"),
        (ADDRESS | {"CLIENT": CLIENT}, {}, "XLPBR_SERVER_TENANT: nothing found; expected an id"),
        (ADDRESS | SIGN_IN | {"TENANT": "common"}, {}, "TENANT: found common; expected an id"),
        (ADDRESS | {"ROLE": "r", "SIGN_IN": "off"}, {}, "XLPBR_SERVER_ROLE says nothing without"),
        (ADDRESS | SIGN_IN | {"SIGN_IN": "off"}, {}, "SIGN_IN=off contradicts"),
        (ADDRESS | SIGN_IN | {"SIGN_IN": "no"}, {}, "SIGN_IN: found no; expected on or off"),
        (ADDRESS | SIGN_IN | {"AUTHORITY": "http://sts.evil"}, {}, "AUTHORITY: found http://sts"),
        (ADDRESS | SIGN_IN | {"CELLS": "many"}, {}, "CELLS: found many; expected a whole number"),
        (ADDRESS | SIGN_IN | {"CELLS": "0"}, {}, "a whole number from 1 to 20,000,000"),
        (ADDRESS | SIGN_IN | {"AT_ONCE": "1.5"}, {}, "AT_ONCE: found 1.5; expected a whole"),
        (ADDRESS | SIGN_IN | {"SECONDS": "nan"}, {}, "SECONDS: found nan; expected a number"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_with_what_to_do(given, options, says):
    with pytest.raises(FileProblem) as refused:
        read(given, **options)
    assert says in str(refused.value)


def test_without_xlwings_server_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setattr("xlpbr.udfs.server.find_spec", lambda _: None)
    done = CliRunner().invoke(serve, [])
    assert isinstance(done.exception, FileProblem)
    assert "pip install 'xlpbr[server]'" in str(done.exception)
