"""``xlpbr serve``: start the server and say where it is."""

from __future__ import annotations

import logging.config
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from xlpbr.errors import FileProblem
from xlpbr.udfs.server.settings import PREFIX, Settings, from_environment

APPLICATION = "xlpbr.udfs.server.app:from_the_environment"

_MOST_BYTES_OF_HEADERS = 32_768
"""A sign-in with many roles has some ten thousand."""

_SECONDS_FOR_HEADERS = 20.0

LOGGING: Mapping[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(process)d %(levelname)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {"xlpbr.server": {"level": "INFO"}, "uvicorn.error": {"level": "INFO"}},
}
"""One line for each request, and what goes wrong. No other logger may say more than a warning."""


class PatientProtocol(H11Protocol):
    """HTTP whose headers are waited for only so long, also where no proxy stands before it.

    A client that sends a byte now and then would otherwise hold its socket for ever; its body is
    waited for within the limits of a request.
    """

    _too_late: Any = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait for the rest of the headers, or no longer once they are there."""
        super().data_received(data)
        if self.cycle is None or self.cycle.response_complete:
            self._wait()
        else:
            self._no_longer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._no_longer()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._too_late is None:
            self._too_late = self.loop.call_later(_SECONDS_FOR_HEADERS, self.transport.close)

    def _no_longer(self) -> None:
        if self._too_late is not None:
            self._too_late.cancel()
            self._too_late = None


def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    workers: int = 1,
    certificate: Path | None = None,
    key: Path | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve until the person stops it.

    Args:
        host: the address to listen on; others than this computer's own need sign-in.
        port: the port; 0 for one that the system chooses.
        workers: processes that answer.
        certificate: a TLS certificate in a PEM file, where no proxy does TLS.
        key: its key.
        say: takes each sentence for the person.

    Raises:
        FileProblem: the server cannot be started.
    """
    if (certificate is None) != (key is None):
        raise FileProblem("Give both the certificate and its key, or neither.")
    for file in (certificate, key):
        if file is not None and not file.is_file():
            raise FileProblem(f"{file}: no such file.")
    if workers > 1 and port == 0:
        raise FileProblem("Several workers need a port that is known. Give one with --port.")
    settings = from_environment(os.environ, bound_to=host, port=port)

    logging.config.dictConfig(dict(LOGGING))
    options: dict[str, Any] = {
        "factory": True,
        "host": host,
        "port": port,
        "workers": workers,
        "ssl_certfile": certificate,
        "ssl_keyfile": key,
        "log_config": dict(LOGGING),
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "lifespan": "off",
        "ws": "none",
        "http": PatientProtocol,
        "h11_max_incomplete_event_size": _MOST_BYTES_OF_HEADERS,
        "timeout_graceful_shutdown": 10,
    }
    try:
        if workers > 1:
            _announce(settings, host, port, say, tls=key is not None)
            uvicorn.run(APPLICATION, **options)
            return
        config = uvicorn.Config(APPLICATION, **options)
        listening = config.bind_socket()
    except SystemExit:
        raise FileProblem(
            f"The port {port} of {host} cannot be used: another program has it, or this computer "
            "does not have that address. Choose another with --port."
        ) from None
    _announce(settings, host, listening.getsockname()[1], say, tls=key is not None)
    # Ctrl+C ends it, and is raised again only where the server was still busy.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
    say("The server has stopped.")


def _announce(
    settings: Settings, host: str, port: int, say: Callable[[str], None], *, tls: bool
) -> None:
    """Say what holds, and leave the address that is in use to the workers in the environment."""
    if not os.environ.get(f"{PREFIX}ADDRESS", "").strip():
        shown = "[::1]" if host == "::1" else host
        address = f"http{'s' if tls else ''}://{shown}:{port}"
        settings = replace(settings, address=address)
        os.environ[f"{PREFIX}ADDRESS"] = address
    for sentence in _sentences(settings):
        say(sentence)


def _sentences(settings: Settings) -> Iterator[str]:
    yield f"The server answers at {settings.address}. Stop it with Ctrl+C."
    yield f"Excel's manifest: {settings.address}/manifest.xml; the task pane: /taskpane."
    if settings.sign_in is not None:
        yield f"People of the Entra ID tenant {settings.sign_in.tenant} may use it."
    elif settings.only_this_computer:
        yield "Nobody has to sign in, because only this computer reaches it."
    else:
        yield "Nobody has to sign in, as XLPBR_SERVER_SIGN_IN=off says."
    if os.environ.get("XLWINGS_LICENSE_KEY", "noncommercial") == "noncommercial":
        yield (
            "xlwings Server is used under the PolyForm Noncommercial licence. For other use, set "
            "XLWINGS_LICENSE_KEY to a key that was bought."
        )
