"""What the server is told: where it stands, who may call it, and how much one request may ask.

Everything is read from the environment, so that each worker process finds the same. Holds no rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError

from xlpbr.errors import FileProblem

PREFIX = "XLPBR_SERVER_"

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")

MICROSOFT = "https://login.microsoftonline.com"

Record = TypeVar("Record")

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[::1\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?",
    re.IGNORECASE,
)


def _authority(given: str) -> str:
    authority = given.rstrip("/")
    scheme, host = _scheme_and_host(authority)
    if not _ADDRESS.fullmatch(authority) or (scheme == "http" and host not in LOOPBACK_HOSTS):
        raise ValueError(given)
    return authority


_Id = Annotated[
    str,
    StringConstraints(pattern="(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", to_lower=True),
    Field(
        description="an id such as 12345678-1234-1234-1234-123456789abc, from the app registration"
        " in Entra ID"
    ),
]
_Authority = Annotated[
    str, AfterValidator(_authority), Field(description=f"an address such as {MICROSOFT}")
]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may ask.

    Attributes:
        megabytes: the size of a request's body.
        cells: the cells of all arguments of a call together.
        seconds: how long reading a request may take, and how long a call may calculate.
        at_once: calls that one worker calculates at the same time.
        waiting: requests that one worker holds before it says that it is busy.
    """

    megabytes: Annotated[int, Field(ge=1, le=500)] = 16
    cells: Annotated[int, Field(ge=1, le=20_000_000)] = 250_000
    seconds: Annotated[float, Field(ge=0.1, le=600)] = 20.0
    at_once: Annotated[int, Field(ge=1, le=64)] = 4
    waiting: Annotated[int, Field(ge=1, le=100_000)] = 2_000

    @property
    def body_bytes(self) -> int:
        """The size of a request's body in bytes."""
        return self.megabytes * 1_000_000


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who may call: people of one Entra ID tenant with a token for this add-in.

    Attributes:
        tenant: the directory (tenant) id.
        client: the application (client) id of the add-in's app registration.
        role: the app role that a person must have; empty for every person who gets a token.
        authority: the sign-in service.
    """

    tenant: _Id
    client: _Id
    role: str = ""
    authority: _Authority = MICROSOFT

    @property
    def issuer(self) -> str:
        """What a token of the tenant names as its issuer."""
        return f"{self.authority}/{self.tenant}/v2.0"

    @property
    def keys_url(self) -> str:
        """Where the tenant's public keys are."""
        return f"{self.authority}/{self.tenant}/discovery/v2.0/keys"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the server is told.

    Attributes:
        address: where people's Excel reaches it, such as ``https://pbr.council.gov.uk``.
        sign_in: who may call; None where anyone who reaches the address may.
        open_on_purpose: whether an address that others reach was left without sign-in on purpose.
        limits: how much one request may ask.
    """

    address: str
    sign_in: SignIn | None = None
    open_on_purpose: bool = False
    limits: Limits = DEFAULT_LIMITS

    @property
    def host(self) -> str:
        """The host of the address, without its port."""
        return _scheme_and_host(self.address)[1]

    @property
    def only_this_computer(self) -> bool:
        """Whether the address is one that only this computer reaches."""
        return self.host in LOOPBACK_HOSTS


def from_environment(
    environment: Mapping[str, str], *, bound_to: str | None = None, port: int | None = None
) -> Settings:
    """The settings, from variables that start with ``XLPBR_SERVER_``.

    Args:
        environment: the variables.
        bound_to: the address that the server listens on; None where another program listens for it.
        port: the port that it listens on.

    Raises:
        FileProblem: a variable that cannot be read, or an address that others reach without
            sign-in.
    """
    given = {
        name.removeprefix(PREFIX): value.strip()
        for name, value in environment.items()
        if name.startswith(PREFIX) and value.strip()
    }
    known = {"ADDRESS", "SIGN_IN", *_variables(SignIn), *_variables(Limits)}
    for name in given:
        if name not in known:
            names = ", ".join(PREFIX + one for one in sorted(known))
            raise FileProblem(f"{PREFIX}{name} is not a setting. The settings are: {names}.")
    said = given.get("SIGN_IN", "on").casefold()
    if said not in ("on", "off"):
        raise FileProblem(f"{PREFIX}SIGN_IN: found {said}; expected on or off.")
    settings = Settings(
        address=_address(given, bound_to, port),
        sign_in=_sign_in_settings(given),
        open_on_purpose=said == "off",
        limits=_read(Limits, given),
    )
    _refuse_open_door(settings, bound_to)
    return settings


def _refuse_open_door(settings: Settings, bound_to: str | None) -> None:
    reached_by_others = not settings.only_this_computer or (
        bound_to is not None and bound_to not in LOOPBACK_HOSTS
    )
    if reached_by_others and settings.sign_in is None and not settings.open_on_purpose:
        raise FileProblem(
            "The server would be open to everyone who can reach it, because sign-in is not set "
            f"up. Set {PREFIX}TENANT and {PREFIX}CLIENT to the ids of your Entra ID tenant and "
            f"app registration; or set {PREFIX}SIGN_IN=off if anyone there may use it."
        )
    if settings.sign_in is not None and settings.open_on_purpose:
        raise FileProblem(
            f"{PREFIX}SIGN_IN=off contradicts {PREFIX}TENANT and {PREFIX}CLIENT. Keep one of them."
        )


def _address(given: Mapping[str, str], bound_to: str | None, port: int | None) -> str:
    address = given.get("ADDRESS", "").rstrip("/")
    if not address:
        if bound_to is None or bound_to not in LOOPBACK_HOSTS:
            raise FileProblem(
                f"Set {PREFIX}ADDRESS to the address at which people's Excel reaches the server, "
                "such as https://pbr.council.gov.uk."
            )
        host = "[::1]" if bound_to == "::1" else bound_to
        return f"http://{host}:{port}"
    scheme, host = _scheme_and_host(address)
    if not host:
        raise FileProblem(
            f"{PREFIX}ADDRESS: found {address}; expected an address such as "
            "https://pbr.council.gov.uk."
        )
    if not _ADDRESS.fullmatch(address):
        raise FileProblem(
            f"{PREFIX}ADDRESS: found {address}; expected a host of its own, without a path."
        )
    if scheme == "http" and host not in LOOPBACK_HOSTS:
        raise FileProblem(
            f"{PREFIX}ADDRESS: found {address}; expected https, as Excel loads nothing else."
        )
    return address


def _scheme_and_host(address: str) -> tuple[str, str]:
    """How an address starts; nothing where it is none."""
    match = _ADDRESS.match(address)
    return (match["scheme"].lower(), match["host"].lower().strip("[]")) if match else ("", "")


def _sign_in_settings(given: Mapping[str, str]) -> SignIn | None:
    if "TENANT" in given or "CLIENT" in given:
        return _read(SignIn, given)
    for name in ("ROLE", "AUTHORITY"):
        if name in given:
            raise FileProblem(f"{PREFIX}{name} says nothing without {PREFIX}TENANT.")
    return None


def _variables(kind: type[Any]) -> dict[str, str]:
    """The fields of a record by the variable that gives each."""
    return {field.name.upper(): field.name for field in fields(kind)}


def _read(kind: type[Record], given: Mapping[str, str]) -> Record:
    """A record from its variables, each as its field is declared."""
    declared = TypeAdapter(kind)
    try:
        return declared.validate_python(
            {field: given[name] for name, field in _variables(kind).items() if name in given}
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        found = "nothing found" if first["type"] == "missing" else f"found {first['input']}"
        expected = _in_words(declared.json_schema()["properties"][name])
        raise FileProblem(f"{PREFIX}{name.upper()}: {found}; expected {expected}.") from None


def _in_words(schema: Mapping[str, Any]) -> str:
    if "description" in schema:
        return str(schema["description"])
    number = "a whole number" if schema["type"] == "integer" else "a number"
    return f"{number} from {schema['minimum']:g} to {schema['maximum']:,.10g}"
