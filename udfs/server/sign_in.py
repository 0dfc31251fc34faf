"""Sign-in with Entra ID: whether the token that Excel sends is one for this add-in.

The only module that calls out of the server: it fetches the tenant's public keys.

xlwings Server's own check is not used: it keeps a token that was good for an hour, also when the
token has expired meanwhile, and new keys of the tenant for a day. Here every call is checked.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from xlpbr.udfs.server.requests import Refused
from xlpbr.udfs.server.settings import SignIn

NOT_SIGNED_IN = 401
NOT_ALLOWED = 403
NOT_AVAILABLE = 503

SCOPE = "access_as_user"
"""The permission that Excel's sign-in asks for on behalf of the person."""

_LONGEST_TOKEN = 20_000
_KEYS_KEPT_SECONDS = 24 * 3600.0
_ASKED_AGAIN_SECONDS = 60.0
_ASKED_AGAIN_WITHOUT_KEYS_SECONDS = 2.0
_FETCH_SECONDS = 10.0
_CLOCKS_DIFFER_SECONDS = 60

_log = logging.getLogger("xlpbr.server")

Check = Callable[[str], Awaitable[str]]
"""From the Authorization header to the id of the person."""


def sign_in_check(sign_in: SignIn) -> Check:
    """The check of a tenant's tokens.

    Returns:
        A function from the Authorization header to the person's object id in Entra ID. It raises
        ``Refused``: 401 without a good token, 403 without the role, 503 where the keys of the
        tenant cannot be fetched.
    """
    keys = _Keys(sign_in.keys_url)

    async def check(authorization: str) -> str:
        token = _token(authorization)
        try:
            claims = await _claims(token, keys)
            _registry(sign_in).validate(claims)
        except JoseError as error:
            raise Refused(NOT_SIGNED_IN, _reason(error)) from None
        return _person(claims, sign_in)

    return check


def _token(authorization: str) -> str:
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.casefold() == "error":
        # What xlwings' JavaScript sends when Excel could not get a token, such as "Error 13001: …".
        code = "".join(letter for letter in token[:6] if letter.isdigit())
        raise Refused(
            NOT_SIGNED_IN,
            f"Excel could not sign you in (error {code or 'unknown'}). Sign in to Excel with your "
            "work account, then calculate again. If that does not help, show this to your IT "
            "department.",
        )
    if scheme.casefold() != "bearer" or not token or " " in token or len(token) > _LONGEST_TOKEN:
        raise Refused(
            NOT_SIGNED_IN,
            "You are not signed in. Sign in to Excel with your work account, then calculate again.",
        )
    return token


async def _claims(token: str, keys: _Keys) -> dict[str, Any]:
    key_set = await keys.get(renew=False)
    try:
        return jwt.decode(token, key_set, algorithms=["RS256"]).claims
    except InvalidKeyIdError:
        key_set = await keys.get(renew=True)
        return jwt.decode(token, key_set, algorithms=["RS256"]).claims
    except (ValueError, TypeError):
        raise Refused(
            NOT_SIGNED_IN, "The sign-in cannot be read. Close Excel and open it again."
        ) from None


def _registry(sign_in: SignIn) -> JWTClaimsRegistry:
    return JWTClaimsRegistry(
        leeway=_CLOCKS_DIFFER_SECONDS,
        aud={"essential": True, "value": sign_in.client},
        iss={"essential": True, "value": sign_in.issuer},
        tid={"essential": True, "value": sign_in.tenant},
        ver={"essential": True, "value": "2.0"},
        oid={"essential": True},
        exp={"essential": True},
    )


def _reason(error: JoseError) -> str:
    """What is wrong with a token, for the person and for who set the server up."""
    if error.error == "expired_token":
        return (
            "Your sign-in has expired. Calculate again. If that does not help, close Excel and"
            " open it again."
        )
    claim = getattr(error, "claim", None)
    if claim == "ver":
        return (
            "The sign-in is of version 1. In the app registration's manifest, set "
            "requestedAccessTokenVersion to 2."
        )
    if claim is not None:
        return f"The sign-in is not for this server ({claim}). Show this to your IT department."
    return "The sign-in is not valid. Close Excel and open it again."


def _person(claims: dict[str, Any], sign_in: SignIn) -> str:
    if SCOPE not in str(claims.get("scp", "")).split():
        raise Refused(
            NOT_ALLOWED,
            f"The sign-in does not hold the permission {SCOPE}. Show this to your IT department.",
        )
    roles = claims.get("roles", [])
    if sign_in.role and not (isinstance(roles, list) and sign_in.role in roles):
        raise Refused(
            NOT_ALLOWED,
            f"You do not have the role {sign_in.role} for this add-in. Ask your IT department.",
        )
    return str(claims["oid"])


class _Keys:
    """The public keys of a tenant, fetched when they are first wanted and kept for a day."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: KeySet | None = None
        self._fetched = -math.inf
        self._asked = -math.inf
        self._lock = anyio.Lock()

    async def get(self, *, renew: bool) -> KeySet:
        """The keys; with ``renew`` fetched anew, at most once a minute.

        Raises:
            Refused: 503 where there are none and they cannot be fetched.
        """
        now = time.monotonic()
        pause = _ASKED_AGAIN_SECONDS if self._keys else _ASKED_AGAIN_WITHOUT_KEYS_SECONDS
        wanted = renew or now - self._fetched > _KEYS_KEPT_SECONDS
        if wanted and now - self._asked > pause:
            # Nobody else asks meanwhile, and who has a key that is known does not wait for this.
            self._asked = now
            async with self._lock:
                await self._fetch()
        elif self._keys is None or renew:
            # One fetch that is under way may bring what is missing.
            async with self._lock:
                pass
        if self._keys is None:
            raise Refused(
                NOT_AVAILABLE, "The server cannot reach the sign-in service. Try again later."
            )
        return self._keys

    async def _fetch(self) -> None:
        try:
            async with httpx.AsyncClient(timeout=_FETCH_SECONDS) as client:
                answer = await client.get(self._url)
                answer.raise_for_status()
                self._keys = KeySet.import_key_set(answer.json())
                self._fetched = time.monotonic()
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            _log.warning("The keys at %s cannot be fetched: %s", self._url, type(error).__name__)
