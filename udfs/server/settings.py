"""What the server is told: where it stands, who may call it, and how much one request may ask.

Everything is read from the environment, so that each worker process finds the same. Holds no rule.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from xlpbr.errors import FileProblem

PREFIX = "XLPBR_SERVER_"

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")

MICROSOFT = "https://login.microsoftonline.com"

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[::1\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?",
    re.IGNORECASE,
)


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

    megabytes: int = 16
    cells: int = 250_000
    seconds: float = 20.0
    at_once: int = 4
    waiting: int = 2_000

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

    tenant: str
    client: str
    role: str = ""
    authority: str = MICROSOFT

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
    known = {
        *("ADDRESS", "TENANT", "CLIENT", "ROLE", "AUTHORITY", "SIGN_IN"),
        *("MEGABYTES", "CELLS", "SECONDS", "AT_ONCE", "WAITING"),
    }
    for name in given:
        if name not in known:
            names = ", ".join(PREFIX + one for one in sorted(known))
            raise FileProblem(f"{PREFIX}{name} is not a setting. The settings are: {names}.")
    settings = Settings(
        address=_address(given, bound_to, port),
        sign_in=_sign_in_settings(given),
        open_on_purpose=_open_on_purpose(given),
        limits=Limits(
            megabytes=int(_number(given, "MEGABYTES", DEFAULT_LIMITS.megabytes, 1, 500)),
            cells=int(_number(given, "CELLS", DEFAULT_LIMITS.cells, 1, 20_000_000)),
            seconds=_number(given, "SECONDS", DEFAULT_LIMITS.seconds, 0.1, 600),
            at_once=int(_number(given, "AT_ONCE", DEFAULT_LIMITS.at_once, 1, 64)),
            waiting=int(_number(given, "WAITING", DEFAULT_LIMITS.waiting, 1, 100_000)),
        ),
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
    tenant, client = given.get("TENANT", ""), given.get("CLIENT", "")
    if not (tenant or client):
        for name in ("ROLE", "AUTHORITY"):
            if name in given:
                raise FileProblem(f"{PREFIX}{name} says nothing without {PREFIX}TENANT.")
        return None
    for name, value in (("TENANT", tenant), ("CLIENT", client)):
        if not _GUID.fullmatch(value):
            found = f"found {value}" if value else "nothing found"
            raise FileProblem(
                f"{PREFIX}{name}: {found}; expected an id such as "
                "12345678-1234-1234-1234-123456789abc, from the app registration in Entra ID."
            )
    authority = given.get("AUTHORITY", MICROSOFT).rstrip("/")
    scheme, host = _scheme_and_host(authority)
    if not _ADDRESS.fullmatch(authority) or (scheme == "http" and host not in LOOPBACK_HOSTS):
        raise FileProblem(
            f"{PREFIX}AUTHORITY: found {authority}; expected an address such as {MICROSOFT}."
        )
    return SignIn(tenant.lower(), client.lower(), given.get("ROLE", ""), authority)


def _open_on_purpose(given: Mapping[str, str]) -> bool:
    said = given.get("SIGN_IN", "on").casefold()
    if said not in ("on", "off"):
        raise FileProblem(f"{PREFIX}SIGN_IN: found {said}; expected on or off.")
    return said == "off"


def _number(
    given: Mapping[str, str], name: str, default: float, least: float, most: float
) -> float:
    if name not in given:
        return default
    try:
        found = float(given[name])
    except ValueError:
        found = math.nan
    whole_wanted = name != "SECONDS"
    if not least <= found <= most or (whole_wanted and not found.is_integer()):
        what = "a whole number" if whole_wanted else "a number"
        raise FileProblem(
            f"{PREFIX}{name}: found {given[name]}; expected {what} from {least:g} to {most:,.10g}."
        )
    return found
