"""The task pane as a page: faults of the server, the keyboard, how it looks, and outside Excel."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.browser import TELEMETRY, Pane, new_pane
from tests.support.needed import need_node_package
from tests.support.server_process import RunningServer
from tests.support.taskpane_book import CONTRACT, fill_book, tables
from xlpbr.functions import FUNCTIONS

DARK_PAPER = "rgb(23, 28, 33)"
LIGHT_PAPER = "rgb(246, 248, 250)"


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Pane]:
    with new_pane(browser) as found:
        yield found


@pytest.fixture
def address(server: RunningServer) -> str:
    return f"{server.address}/taskpane.html"


@pytest.fixture
def pane(page: Pane, address: str) -> Iterator[Pane]:
    page.open(address)
    page.page.wait_for_selector("button.card")
    fill_book(page, tables())
    yield page
    assert page.left == []


def answer(pane: Pane, path: str, **response: Any) -> None:
    """Let the server answer a path in a way that the page must cope with."""
    pane.page.route(f"**{path}", lambda route: route.fulfill(**response))


# -- faults ----------------------------------------------------------------------------------


def checked(pane: Pane) -> str:
    pane.page.click("#tab-check")
    pane.page.wait_for_function("document.getElementById('table-Terms').value")
    with pane.page.expect_response("**/xlpbr/check"):
        pane.page.get_by_role("button", name="Check the tables").click()
    notice = pane.page.locator("#check .notice")
    notice.wait_for()
    found: str = notice.inner_text()
    return found


FAULTS = (
    (
        {"status": 401, "json": {"detail": "You are not signed in. Sign in to Excel."}},
        "You are not signed in. Sign in to Excel.",
    ),
    ({"status": 401, "body": ""}, "The server does not know who you are."),
    ({"status": 403, "body": "<html>No entry</html>"}, "Your account may not use this server."),
    ({"status": 413, "body": ""}, "That is more than the server takes at once."),
    ({"status": 422, "json": {"detail": "Terms: nothing found."}}, "Terms: nothing found."),
    ({"status": 503, "json": {"detail": "The server is busy."}}, "The server is busy."),
    ({"status": 500, "body": "Traceback"}, "has had a fault of its own (500)."),
    ({"status": 502, "body": "<html>Bad gateway</html>"}, "has had a fault of its own (502)."),
    ({"status": 200, "body": "<html>Welcome to the Wi-Fi</html>"}, "this page cannot read."),
)
"""What the server or something before it may answer, and what the person reads of it."""


def test_a_fault_of_the_server_is_said_in_plain_words(pane):
    for response, said in FAULTS:
        pane.page.unroute("**/xlpbr/check")
        answer(pane, "/xlpbr/check", **response)
        words = checked(pane)
        assert said in words
        assert "Traceback" not in words
        assert "<" not in words


def test_a_server_out_of_reach_is_said_and_asked_again(pane):
    pane.page.route("**/xlpbr/check", lambda route: route.abort())
    pane.page.click("#tab-check")
    pane.page.wait_for_function("document.getElementById('table-Terms').value")
    pane.page.get_by_role("button", name="Check the tables").click()
    pane.page.get_by_text(
        "cannot be reached. Check the network or the VPN, then try again."
    ).wait_for()
    pane.page.unroute("**/xlpbr/check")
    pane.page.get_by_role("button", name="Check the tables").click()
    pane.page.wait_for_selector("#check .summary")


def test_the_pane_starts_once_the_server_answers(browser, address):
    before = """
    const real = globalThis.fetch;
    globalThis.fetch = (...asked) => {
      if (globalThis.reachable) return real(...asked);
      return Promise.reject(new TypeError("Failed to fetch"));
    };
    """
    with new_pane(browser, before=before) as pane:
        pane.open(address)
        notice = pane.page.locator("#fault [role=alert]")
        notice.wait_for()
        assert "cannot be reached" in notice.inner_text()
        pane.page.evaluate("globalThis.reachable = true")
        notice.get_by_role("button", name="Try again").click()
        pane.page.wait_for_selector("button.card")
        assert pane.page.locator("#fault").is_hidden()
        assert pane.page.locator("#functions .card").count() == len(FUNCTIONS)


def test_the_sign_in_goes_with_what_the_pane_asks(pane):
    pane.page.evaluate(
        "globalThis.getAuth = async () => ({ token: 'Bearer abc', provider: 'entraid' })"
    )
    with pane.page.expect_request("**/xlpbr/check") as asked:
        checked(pane)
    assert asked.value.headers["authorization"] == "Bearer abc"
    assert asked.value.headers["auth-provider"] == "entraid"


# -- keyboard --------------------------------------------------------------------------------


def focused(pane: Pane) -> str:
    """What has the focus, as its label, name or text."""
    found: str = pane.page.evaluate(
        "(at => at.getAttribute('aria-label') || at.id || at.textContent.trim())"
        "(document.activeElement)"
    )
    return found


def press(pane: Pane, *keys: str) -> str:
    for key in keys:
        pane.page.keyboard.press(key)
    return focused(pane)


def test_everything_can_be_done_with_the_keyboard_alone(pane):
    assert press(pane, "Tab") == "Skip to the content"
    assert press(pane, "Tab") == "tab-functions"
    assert press(pane, "ArrowLeft") == "tab-about"
    assert pane.page.locator("#about").is_visible()
    assert press(pane, "ArrowRight") == "tab-functions"
    assert press(pane, "End", "Home") == "tab-functions"
    assert press(pane, "Tab") == "search"
    pane.page.keyboard.type("cap")
    assert press(pane, "ArrowDown").startswith("PBR_FEE_CAP")
    assert press(pane, "ArrowDown").startswith("PBR_CONTRACT_CAP")
    assert press(pane, "ArrowUp", "ArrowUp") == "search"
    assert press(pane, "Enter") == "PBR_FEE_CAP"  # the heading, so that it is read out
    assert press(pane, "Tab") == "More about this function"
    assert press(pane, "Tab") == "argument-savings"
    pane.page.keyboard.type("45000")
    assert press(pane, "Tab") == "Use selection for savings"
    assert press(pane, "Tab") == "argument-fee_to_date"
    pane.excel("excel.fill('Statement!C7', [[349883.33]]); excel.select('Statement!C7')")
    press(pane, "Tab", "Enter")
    pane.page.wait_for_function("document.getElementById('argument-fee_to_date').value")
    pane.excel("excel.select('Statement!E5')")
    press(pane, "Tab")
    pane.page.keyboard.type("310000")
    assert press(pane, "Tab", "Tab") == "Insert into the selected cell"
    press(pane, "Enter")
    pane.page.wait_for_selector("#functions .notice.good")
    assert pane.excel("return excel.cell('Statement!E5')") == {
        "format": None,
        "formula": "=PBR_FEE_CAP(45000,C7,310000)",
        "value": 39883.33,
    }
    assert press(pane, "Escape").startswith("PBR_FEE_CAP")  # back at its place in the list
    assert pane.page.locator("#search").is_visible()


def test_the_check_and_its_addresses_can_be_reached_with_the_keyboard(pane):
    pane.excel("excel.fill(\"'Inputs 2026'!J4\", [['about £900']])")
    press(pane, "Tab", "Tab", "ArrowRight", "ArrowRight")
    pane.page.wait_for_function("document.getElementById('table-Claims').value")
    for _ in range(10):  # the further tables are folded
        press(pane, "Tab")
    assert focused(pane) == "Check the tables"
    press(pane, "Enter")
    pane.page.wait_for_selector("#check .problem")
    assert press(pane, "Tab") == "Go to 'Inputs 2026'!J4"
    press(pane, "Enter")
    pane.page.wait_for_function("fakeExcel.selection() === \"'Inputs 2026'!J4\"")


# -- how it looks ----------------------------------------------------------------------------


def every_state(pane: Pane) -> Iterator[str]:
    """Bring the pane into each of its states, one after the other."""
    page = pane.page
    yield "functions"
    page.fill("#search", "bonus")
    yield "search"
    page.click('button.card[data-name="PBR_THRESHOLD_BONUS"]')
    page.click("summary")
    yield "form"
    insert = page.get_by_role("button", name="Insert into the selected cell")
    insert.click()
    yield "faults"
    for name, text in {"savings": "4000000", "threshold": "3000000", "rate": "0.1"}.items():
        page.fill(f"#argument-{name}", text)
    page.click(".offers button")
    insert.click()
    page.wait_for_selector("#functions .notice.good")
    yield "inserted"
    insert.click()
    page.wait_for_selector("[role=alertdialog][aria-label*=Replace]")
    yield "question"
    page.click("#tab-contracts")
    yield "contracts"
    page.click(f'#contracts button.card[data-name="{CONTRACT}"]')
    page.click("#contracts summary")
    yield "terms"
    page.get_by_role("button", name="Put the terms").click()
    page.wait_for_selector("#contracts .notice.warn")
    yield "no room"
    page.click("#tab-check")
    page.wait_for_function("document.getElementById('table-Claims').value")
    yield "check"
    page.get_by_role("button", name="Check the tables").click()
    page.wait_for_selector("#check .summary")
    yield "checked"
    pane.excel("excel.fill(\"'Inputs 2026'!J4\", [['about £900']])")
    page.get_by_role("button", name="Check the tables").click()
    page.wait_for_selector("#check .problem")
    yield "problems"
    page.click("#tab-about")
    yield "about"


TOO_SMALL_TO_HIT = """
() => [...document.querySelectorAll("button, input")]
  .filter((one) => one.offsetParent && !one.matches(".link, [type=radio]"))
  .filter((one) => one.getBoundingClientRect().height < 24)
  .map((one) => one.outerHTML)
"""


@pytest.mark.parametrize(
    ("dark", "width"), [(False, 320), (True, 450)], ids=["light and narrow", "dark and wide"]
)
def test_every_state_is_accessible_and_fits(page, address, dark, width):
    axe = (need_node_package("axe-core") / "axe.min.js").read_text(encoding="utf-8")
    states = 0
    page.open(address, dark=dark, width=width)
    page.page.wait_for_selector("button.card")
    fill_book(page, tables())
    page.page.evaluate(axe)
    for state in every_state(page):
        states += 1
        found = page.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        wrong = [
            f"{one['id']}: {node['html'][:150]}: {node['failureSummary'][:200]}"
            for one in found["violations"]
            for node in one["nodes"]
        ]
        assert wrong == [], state
        wide = page.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, state
        small = page.page.evaluate(TOO_SMALL_TO_HIT)
        assert small == [], state
    assert states == 13


THEMES = (
    (False, None, LIGHT_PAPER),
    (True, None, DARK_PAPER),
    (False, {"isDarkTheme": True}, DARK_PAPER),
    (True, {"isDarkTheme": False}, LIGHT_PAPER),
    (False, {"bodyBackgroundColor": "#262626"}, DARK_PAPER),
    (True, {"bodyBackgroundColor": "#E6E6E6"}, LIGHT_PAPER),
)
"""Whether the system is dark, what Excel says of itself, and the colour behind the page."""


def test_it_is_as_dark_as_excel_or_else_as_the_system(browser, address):
    before = """
    globalThis.fakeOfficeTheme = JSON.parse(decodeURIComponent(location.hash.slice(1)) || null);
    """
    with new_pane(browser, before=before) as pane:
        for system_dark, theme, colour in THEMES:
            pane.open(f"{address}#{quote(json.dumps(theme))}", dark=system_dark)
            pane.page.wait_for_function(
                "wanted => getComputedStyle(document.documentElement).backgroundColor === wanted",
                arg=colour,
            )


def test_nothing_moves_for_who_does_not_want_it(pane):
    moving = pane.page.evaluate(
        """() => {
          const made = document.createElement("p");
          made.className = "waiting";
          document.body.append(made);
          return getComputedStyle(made, "::before").animationName;
        }"""
    )
    assert moving == "none"


# -- the page itself -------------------------------------------------------------------------


def test_the_page_asks_this_server_only_and_is_not_refused_by_its_own_headers(browser, address):
    before = """
    globalThis.refused = [];
    addEventListener("securitypolicyviolation", (event) => refused.push(event.blockedURI));
    """
    with new_pane(browser, before=before) as pane:
        pane.open(address)
        pane.page.wait_for_selector("button.card")
        fill_book(pane, tables())
        for _ in every_state(pane):
            pass
        refused = [one for one in pane.page.evaluate("refused") if TELEMETRY not in one]
        assert refused == []
        assert pane.left == []
        assert pane.complaints == []
        posted = {path for path in pane.asked if path.startswith("POST")}
        assert posted == {"POST /xlpbr/check", "POST /xlpbr/calls"}


def test_outside_excel_it_can_be_read_and_says_what_is_missing(page, address):
    page.open(address, in_excel=False)
    notice = page.page.locator("#xlwings-office-ready-error")
    notice.wait_for()
    assert "Excel does not answer this pane." in notice.inner_text()
    notice.get_by_role("button", name="Close").click()
    assert notice.is_hidden()
    page.page.click('button.card[data-name="PBR_VERSION"]')
    page.page.get_by_role("button", name="Insert into the selected cell").click()
    said = page.page.locator("#functions .notice")
    said.wait_for()
    assert said.inner_text() == "This works inside Excel only. Open this pane in Excel."
    assert page.left == []


def test_the_page_has_what_xlwings_client_takes_from_it(pane):
    code = pane.page.evaluate("fetch('/xlwings/custom-functions-code.js').then(a => a.text())")
    taken = set(re.findall(r"\bxlwings\.(\w+)\(", code)) - {"runPython"}
    assert taken == {"getCultureInfoName", "getDateFormat"}
    assert "xlwings.getAccessToken" in pane.page.evaluate(
        "fetch('/static/js/auth.js').then(a => a.text())"
    )
    for name in (*taken, "getAccessToken"):
        assert pane.page.evaluate(f"typeof globalThis.xlwings.{name}") == "function"
    for name in set(re.findall(r"\bglobalThis\.(\w+)", code)):
        if name.startswith(("wasm", "xlwings")) or name in ("crypto", "socket"):
            continue
        assert pane.page.evaluate(f"globalThis.{name} !== undefined"), name
    assert pane.page.evaluate("config.customFunctionsMaxRetries") >= 1
