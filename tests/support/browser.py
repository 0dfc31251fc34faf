"""Chromium for the tests of the task pane: started once for a module, kept to this computer.

Every request is looked at: one that would leave loopback is remembered, and finds nobody. The page
gets the real Office.js, with a strict stand-in for Excel behind it (``browser_excel.js``).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.support.needed import need

EXCEL = Path(__file__).parent / "browser_excel.js"
WIDTH = 350
HEIGHT = 760
LOOPBACK = ("127.0.0.1", "localhost")
PATIENCE_MS = 10_000

TELEMETRY = "telemetryservice.firstpartyapps.oaspapps.com"
"""Microsoft's Office.js asks for this outside Excel; the server's headers forbid it."""

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--mute-audio",
    # Whatever a page asks for, no other computer is found.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def chromium_path() -> str | None:
    """A Chromium or Chrome on this computer; ``XLPBR_CHROMIUM`` names another."""
    return os.environ.get("XLPBR_CHROMIUM") or shutil.which("chromium") or shutil.which("chrome")


@contextmanager
def started_chromium() -> Iterator[Any]:
    """A headless Chromium with a profile of its own; skips the test where there is none."""
    found = chromium_path()
    need(
        "Chromium",
        present=found is not None,
        remedy="Install it (on Debian: apt-get install chromium); .ci/run shows how.",
    )
    need(
        "the Python package playwright",
        present=importlib.util.find_spec("playwright") is not None,
        remedy="Install it with: pip install playwright.",
    )
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - asked for above

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, headless=True, args=list(_FLAGS)
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Pane:
    """A page with what happened on it.

    Attributes:
        page: Playwright's page.
        complaints: errors and warnings of its console, and exceptions that nothing caught.
        left: addresses outside this computer that it asked for.
        asked: every request, as method and path.
    """

    page: Any
    complaints: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def excel(self, script: str, argument: Any = None) -> Any:
        """Run a script with the stand-in for Excel as ``excel``."""
        return self.page.evaluate(
            f"async (given) => {{ const excel = globalThis.fakeExcel; {script} }}", argument
        )

    def open(
        self, address: str, *, in_excel: bool = True, dark: bool = False, width: int = WIDTH
    ) -> None:
        """Open an address as if for the first time.

        Args:
            address: where the page is.
            in_excel: whether the stand-in for Excel is put behind Office.js.
            dark: whether the system prefers dark colours.
            width: the pane's width in pixels.
        """
        self.page.unroute_all()
        if in_excel:
            self.page.route("**/dist/office.js", _put_excel_behind)
        self.page.set_viewport_size({"width": width, "height": HEIGHT})
        self.page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        # Leaving the page before may fail requests of its own.
        self.page.goto("about:blank")
        self.complaints.clear()
        self.left.clear()
        self.asked.clear()
        self.page.goto(address, wait_until="load")


def _put_excel_behind(route: Any) -> None:
    answer = route.fetch()
    script = answer.text() + "\n" + EXCEL.read_text(encoding="utf-8")
    route.fulfill(response=answer, body=script)


@contextmanager
def new_pane(browser: Any, *, watched: bool = True, before: str = "") -> Iterator[Pane]:
    """A page of its own; opening one address after another in it is quicker than new pages.

    Args:
        browser: a started Chromium.
        watched: whether requests are remembered, which takes time where there are thousands.
        before: a script that runs before any of a page's own.
    """
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    pane = Pane(page)
    page.on("console", lambda said: _listen(pane, said))
    page.on("pageerror", lambda error: pane.complaints.append(f"exception: {error}"))
    if watched:
        page.on("request", lambda request: _look(pane, request))
    if before:
        page.add_init_script(before)
    try:
        yield pane
    finally:
        context.close()


def _look(pane: Pane, request: Any) -> None:
    parts = urlsplit(request.url)
    if parts.scheme.startswith("http") and parts.hostname not in LOOPBACK:
        pane.left.append(request.url)
    pane.asked.append(f"{request.method} {parts.path}")


def _listen(pane: Pane, said: Any) -> None:
    if said.type in ("error", "warning") and TELEMETRY not in said.text:
        pane.complaints.append(f"{said.type}: {said.text}")
