"""Around every request: whom it was meant for, its security headers, its line in the log.

An ASGI layer of its own, so that it also holds where anything inside fails.

The log has one line for each request, but for the files of the page: what was asked, the status,
the time it took, how many cells there were and the object id of the person. It never has a cell's
content, a message that may quote one, an address of a cell, a workbook's name, a person's name or
a token.
"""

from __future__ import annotations

import logging
import re
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xlpbr.udfs.server.settings import LOOPBACK_HOSTS, Settings

WRONG_HOST = 421
FAULT = 500
FAULT_REASON = "The server has a fault. Show this to whoever runs it."

_NOTES = "xlpbr.notes"
_PICTURES = (".png", ".svg")
_FILES = ("/static", "/pages", "/xlpbr/icons")
_FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host")

_HOST = re.compile(r"([a-zA-Z0-9.-]+|\[[0-9a-fA-F:.]+\])(?::\d+)?")

_log = logging.getLogger("xlpbr.server")


def note(scope: Scope, **facts: Any) -> None:
    """Note something for the request's line in the log; never anything of a cell."""
    scope.setdefault(_NOTES, {}).update(facts)


def add_to_note(scope: Scope, **amounts: float) -> None:
    """Add to what the request's line in the log says of amounts, from 0 on."""
    noted = scope.setdefault(_NOTES, {})
    noted.update({name: noted.get(name, 0) + amount for name, amount in amounts.items()})


def log_fault(error: Exception) -> None:
    """Log an exception that nothing expected, without its message, which may quote a cell."""
    _log.error("A fault: %s at %s", type(error).__name__, _places(error))


def guarded(app: ASGIApp, settings: Settings, headers: Mapping[str, str]) -> ASGIApp:
    """The application with all that holds for every request.

    Args:
        app: what answers.
        settings: the address that requests must be meant for.
        headers: the headers of every answer; pictures may be kept, as Excel on Windows does not
            show the icons otherwise.
    """
    encoded = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    hosts = {settings.host, *LOOPBACK_HOSTS}

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = time.perf_counter()
        scope.setdefault(_NOTES, {})
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_headers(message.get("headers", ()), encoded, scope)
            await send(message)

        try:
            refusal = _not_for_us(scope, settings, hosts)
            if refusal:
                answer = JSONResponse({"detail": refusal}, WRONG_HOST)
                await answer(scope, receive, send_with_headers)
            else:
                await app(scope, receive, send_with_headers)
        except Exception as error:
            log_fault(error)
            if not status:
                answer = JSONResponse({"detail": FAULT_REASON}, FAULT)
                await answer(scope, receive, send_with_headers)
        finally:
            _write_line(scope, status, time.perf_counter() - started)

    return guard


def _not_for_us(scope: Scope, settings: Settings, hosts: set[str]) -> str:
    """Why a request is not answered; empty where it is.

    A page in a browser can have its own name point to this computer, and a proxy on this computer
    can hand requests on from anywhere. Neither may reach a server that asks nobody to sign in
    because only this computer should reach it.
    """
    if _host(scope) not in hosts:
        return f"This server is {settings.address}, and the request was for another."
    if settings.sign_in is not None or settings.open_on_purpose:
        return ""
    client = scope.get("client") or ("", 0)
    is_forwarded = any(name in _FORWARDED for name, _ in scope["headers"])
    if is_forwarded or not (client[0] == "::1" or client[0].startswith("127.")):
        return (
            "This server asks nobody to sign in and answers this computer only, but the request "
            "came from another or through a proxy. Set up sign-in."
        )
    return ""


def _host(scope: Scope) -> str | None:
    """The host that a request names, without its port; None where it names none."""
    given = [value for name, value in scope["headers"] if name == b"host"]
    match = _HOST.fullmatch(given[0].decode("latin-1")) if len(given) == 1 else None
    return match[1].strip("[]").lower() if match else None


def _with_headers(
    given: Any, headers: list[tuple[bytes, bytes]], scope: Scope
) -> list[tuple[bytes, bytes]]:
    is_picture = scope["path"].endswith(_PICTURES)
    ours = [pair for pair in headers if not (is_picture and pair[0] == b"cache-control")]
    names = {name for name, _ in headers}
    return [*((name, value) for name, value in given if name.lower() not in names), *ours]


def _write_line(scope: Scope, status: int, seconds: float) -> None:
    facts = scope[_NOTES]
    route = getattr(scope.get("route"), "path", "")
    if route.startswith(_FILES) and status < 400:
        return
    asked = facts.get("function") or route or "(no such address)"
    parts = [scope["method"], asked, str(status or "no answer"), f"{seconds * 1000:.0f} ms"]
    if "calculated" in facts:
        parts.append(f"{facts['calculated'] * 1000:.0f} ms calculating")
    for counted in ("calls", "refused"):
        if counted in facts:
            parts.append(f"{facts[counted]} {counted}")
    if "cells" in facts:
        parts.append(f"{facts['cells']} cells")
    if "person" in facts:
        parts.append(f"person {facts['person']}")
    _log.info(" ".join(parts))


def _places(error: BaseException) -> str:
    """Where an exception came from, without its message, which may quote a cell."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
