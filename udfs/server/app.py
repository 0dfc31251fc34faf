"""The server: Excel's calls, the task pane and the manifest, with sign-in and limits.

A small layer of Starlette around what xlwings Server serves. Each call is signed in, read within
the limits, calculated in a thread with a time limit, and logged with nothing of any cell in it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from html import escape
from pathlib import Path

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from xlpbr import __version__
from xlpbr.udfs.server import answers as server_answers
from xlpbr.udfs.server import xlwings_server as server_project
from xlpbr.udfs.server.guard import FAULT, FAULT_REASON, add_to_note, guarded, note
from xlpbr.udfs.server.manifest import manifest
from xlpbr.udfs.server.requests import (
    BAD_REQUEST,
    MOST_CALLS,
    PLAYS_SCENARIOS,
    TOO_LARGE,
    Refused,
    function_call,
    tables,
)
from xlpbr.udfs.server.settings import Settings, from_environment
from xlpbr.udfs.server.sign_in import sign_in_check
from xlpbr.udfs.server.slots import SHORT_BYTES, Slots
from xlpbr.udfs.server.time_limit import Result, TookTooLong, within
from xlpbr.udfs.server.together import CallsTogether

PAGES = Path(__file__).parent.parent / "pages"

WRONG_CONTENT = 415
BUSY = 503
TOOK_TOO_LONG = 504

CALL = "/xlwings/custom-functions-call"
CALLS = "/xlpbr/calls"
"""Where the page sends the calls of one recalculation, a few requests in place of one a cell."""

TOGETHER = {
    "call": CALL,
    "calls": CALLS,
    "most": MOST_CALLS,
    "bytes": SHORT_BYTES,
    "alone": sorted(PLAYS_SCENARIOS),
}
"""What the page is told of calls that travel together: no more at a time than a short call has."""

_MOST_BYTES_HELD = 256_000_000
"""Bodies that one worker holds while they wait; more, and it says that it is busy."""

_Answer = Callable[[Request], Awaitable[Response]]


def from_the_environment() -> ASGIApp:
    """The server as a worker process starts it, told by the environment.

    Raises:
        FileProblem: a setting that cannot be used.
    """
    return application(from_environment(os.environ))


def application(settings: Settings) -> ASGIApp:
    """The server as an ASGI application.

    Args:
        settings: where it stands, who may call it, and how much one request may ask.
    """
    posts = _Posts(settings)
    client = server_project.app
    routes = [
        Route("/", _health),
        Route("/taskpane", partial(_page, settings)),
        Route("/taskpane.html", partial(_page, settings)),
        Route("/manifest", partial(_manifest, settings)),
        Route("/manifest.xml", partial(_manifest, settings)),
        Route("/xlpbr/catalogue.json", _json_of(server_answers.catalogue)),
        Route("/xlpbr/contracts.json", _json_of(server_answers.contracts)),
        Route("/xlpbr/check", posts.check, methods=["POST"]),
        Route(CALL, posts.call, methods=["POST"]),
        Route(CALLS, posts.calls, methods=["POST"]),
        # xlwings Server has more routes; what is not needed is not there.
        Route("/xlwings/custom-functions-meta.json", client),
        Route("/xlwings/custom-functions-code.js", client),
        Route("/static/{path:path}", client),
        Mount("/pages", StaticFiles(directory=PAGES)),
        Mount("/xlpbr/icons", StaticFiles(directory=server_project.ICONS)),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={Refused: _refused, HTTPException: _not_there, Exception: _fault},
    )
    return guarded(app, settings, _headers())


class _Posts:
    """The requests that carry cells: one at a time through sign-in, limits and time."""

    def __init__(self, settings: Settings) -> None:
        self._limits = settings.limits
        self._who = None if settings.sign_in is None else sign_in_check(settings.sign_in)
        self._slots = Slots(settings.limits.at_once)
        self._threads = anyio.CapacityLimiter(settings.limits.at_once + 1)
        self._held = 0
        self._held_bytes = 0

    async def call(self, request: Request) -> Response:
        """Calculate a function."""
        async with self._received(request) as (person, body):

            def work() -> bytes:
                call = function_call(body, self._limits)
                note(request.scope, function=call.function, cells=call.cells)
                return server_answers.result_of(call)

            async with self._slots.taken(person, short=self._is_short(body)):
                return _json(await self._calculated(request, work))

    async def calls(self, request: Request) -> Response:
        """Calculate functions, each as ``call`` would; what others ask is done in between."""
        async with self._received(request) as (person, body):
            calls = CallsTogether(body, self._limits, server_answers.result_of)
            while not calls.is_done:
                async with self._slots.taken(person, short=calls.is_short):
                    try:
                        await self._calculated(request, calls.go_on)
                    except Refused as refusal:
                        if refusal.status != TOOK_TOO_LONG:
                            raise
                        calls.stop_the_next(refusal)
                if not calls.is_done and await request.is_disconnected():
                    raise _broke_off()
            note(request.scope, calls=calls.count, refused=calls.refused, cells=calls.cells)
            return _json(calls.answer())

    async def check(self, request: Request) -> Response:
        """List the problems of the tables."""
        async with self._received(request) as (person, body):

            def work() -> bytes:
                given, cells = tables(body, self._limits)
                note(request.scope, cells=cells)
                return server_answers.problems_in(given)

            async with self._slots.taken(person, short=False):
                return _json(await self._calculated(request, work))

    def _is_short(self, body: bytes) -> bool:
        """Whether a call takes next to no time: few cells, and nothing that plays scenarios."""
        if len(body) > SHORT_BYTES:
            return False
        try:
            return not function_call(body, self._limits).plays_scenarios
        except Refused:
            # It is refused again where it is logged, and that takes next to no time.
            return True

    @asynccontextmanager
    async def _received(self, request: Request) -> AsyncIterator[tuple[str, bytes]]:
        """Who asks, and what; it counts as held until it is answered."""
        person = ""
        if self._who is not None:
            person = await self._who(request.headers.get("authorization", ""))
            note(request.scope, person=person)
        if self._held >= self._limits.waiting or self._held_bytes >= _MOST_BYTES_HELD:
            raise _busy()
        self._held += 1
        body = bytearray()
        try:
            await self._receive(request, body)
            yield person, bytes(body)
        finally:
            self._held_bytes -= len(body)
            self._held -= 1

    async def _calculated(self, request: Request, work: Callable[[], Result]) -> Result:
        started = time.perf_counter()
        try:
            return await within(self._limits.seconds, self._threads, work)
        except TookTooLong:
            raise Refused(
                TOOK_TOO_LONG,
                f"The calculation was stopped after {self._limits.seconds:g} seconds. Give fewer "
                "rows, or ask whoever runs the server to allow more time.",
            ) from None
        finally:
            add_to_note(request.scope, calculated=time.perf_counter() - started)

    async def _receive(self, request: Request, body: bytearray) -> None:
        """Fill in the body; what has arrived counts as held, also of one that is never whole."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
        if kind != "application/json":
            raise Refused(WRONG_CONTENT, "Send the request as application/json.")
        most = self._limits.body_bytes
        too_large = Refused(
            TOO_LARGE,
            f"The call is larger than {self._limits.megabytes} MB. Choose the rows in use "
            "instead of whole columns.",
        )
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) > most:
            raise too_large
        try:
            with anyio.fail_after(self._limits.seconds):
                async for chunk in request.stream():
                    body += chunk
                    self._held_bytes += len(chunk)
                    if len(body) > most:
                        raise too_large
                    if self._held_bytes > _MOST_BYTES_HELD:
                        raise _busy()
        except TimeoutError:
            raise Refused(
                BAD_REQUEST, "The request did not arrive in time. Calculate again."
            ) from None
        except ClientDisconnect:
            raise _broke_off() from None


def _broke_off() -> Refused:
    return Refused(BAD_REQUEST, "The request broke off.")


def _json(answer: bytes) -> Response:
    return Response(answer, media_type="application/json")


def _busy() -> Refused:
    return Refused(BUSY, "The server is busy. Calculate again in a moment.")


async def _health(request: Request) -> Response:  # noqa: ARG001
    return JSONResponse({"status": "ok", "version": __version__})


async def _page(settings: Settings, request: Request) -> Response:  # noqa: ARG001
    # xlwings' scripts read the first, pages/together.js the second.
    config = json.dumps(
        {
            **server_project.client_settings(with_sign_in=settings.sign_in is not None),
            "together": TOGETHER,
        }
    ).replace("<", "\\u003c")
    page = (PAGES / "taskpane.html").read_text(encoding="utf-8")
    # The comment at the head of the page explains the places; only those below it are filled.
    start = page.index("<html")
    head, body = page[:start], page[start:]
    for name, value in {
        "office_js": server_project.office_js_path(),
        "static": "/static",
        "pages": "/pages",
        "app": "",
    }.items():
        body = body.replace(f"{{{{ {name} }}}}", escape(value, quote=True))
    return HTMLResponse(head + body.replace("{{ config }}", config))


async def _manifest(settings: Settings, request: Request) -> Response:  # noqa: ARG001
    return Response(
        manifest(settings),
        media_type="application/xml",
        headers={"Content-Disposition": "attachment; filename=xlpbr-manifest.xml"},
    )


def _json_of(answer: Callable[[], bytes]) -> _Answer:
    async def respond(request: Request) -> Response:  # noqa: ARG001
        return _json(answer())

    return respond


async def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, Refused)
    return _detail(error.status, error.reason)


async def _not_there(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, HTTPException)
    reasons = {
        404: "There is nothing at this address.",
        405: "This address does not take that kind of request.",
    }
    return _detail(
        error.status_code, reasons.get(error.status_code, "The server cannot answer this.")
    )


async def _fault(request: Request, error: Exception) -> Response:  # noqa: ARG001
    # The exception goes on to the guard, which logs its kind and place.
    return _detail(FAULT, FAULT_REASON)


def _detail(status: int, reason: str) -> Response:
    return JSONResponse({"detail": reason}, status)


def _headers() -> dict[str, str]:
    """The headers of every answer. Excel on the web shows the pane in a frame of its own."""
    return {
        **server_project.security_headers(),
        "Content-Security-Policy": (
            "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; "
            "img-src 'self' data:; style-src 'self' 'unsafe-inline'"
        ),
    }
