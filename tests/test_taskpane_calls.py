"""The functions as Excel calls them: the server's own client JavaScript in Chromium, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import Pane, new_pane, started_chromium
from tests.host_matrix import KINDS, LEFT_OUT, Case, cases, differs, expected
from tests.node.runs import request_of, shown
from tests.server_process import CALL, RunningServer, running_server
from xlpbr import __version__
from xlpbr.errors import VALUE, CellError
from xlpbr.functions import FUNCTIONS

AT_ONCE = 24

COUNT_REQUESTS = """
globalThis.requests = [];
const send = XMLHttpRequest.prototype.send;
XMLHttpRequest.prototype.send = function (body) {
  globalThis.requests.push(body);
  return send.call(this, body);
};
"""

CALL_ALL = """
async ([calls, atOnce]) => {
  const answers = new Array(calls.length);
  let next = 0;
  const work = async () => {
    while (next < calls.length) {
      const at = next++;
      const [name, given] = calls[at];
      try {
        const invocation = { address: "Sheet1!B2" };
        answers[at] = { result: await fakeExcel.functions.get(name)(...given, invocation) };
      } catch (error) {
        // The word is that of the other runs of Office.js functions.
        const kind = error instanceof CustomFunctions.Error ? "XlwingsError" : String(error);
        answers[at] = { error: error.message, code: error.code ?? null, kind };
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return answers;
}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with started_chromium() as found:
        yield found


@pytest.fixture(scope="module")
def excel(browser: Any, server: RunningServer) -> Iterator[Pane]:
    """The page as Excel keeps it: loaded, and not looked at."""
    with new_pane(browser, watched=False, before=COUNT_REQUESTS) as found:
        open_page(found, server)
        yield found


def open_page(pane: Pane, server: RunningServer) -> None:
    pane.open(f"{server.address}/taskpane.html")
    pane.page.wait_for_function("fakeExcel.functions.size > 0")


def requests_since(excel: Pane) -> int:
    """How many requests xlwings' client has made since this was last asked."""
    found: int = excel.page.evaluate("globalThis.requests.splice(0).length")
    return found


def arguments_of(case: Case, blank: Any = "") -> list[Any]:
    """What Excel calls the JavaScript with: every argument, null for one that is left out."""
    given = request_of(case, blank)["args"]
    return given + [None] * (len(FUNCTIONS[case.function].arguments) - len(given))


def call_all(excel: Pane, calls: list[tuple[str, list[Any]]]) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = excel.page.evaluate(CALL_ALL, [calls, AT_ONCE])
    return answers


def chosen_cases() -> tuple[Case, ...]:
    """A case of each kind of input for each argument; the server's own tests run them all."""
    first: dict[tuple[str, str, str], Case] = {}
    for case in cases():
        first.setdefault((case.function, case.argument, case.kind), case)
    return tuple(first.values())


@pytest.fixture(scope="module")
def answers(excel: Pane) -> list[tuple[Case, dict[str, Any]]]:
    """What each chosen case gives."""
    chosen = chosen_cases()
    assert {case.function for case in chosen} == set(FUNCTIONS)
    assert {case.kind for case in chosen} == set(KINDS)
    requests_since(excel)
    found = call_all(excel, [(case.function, arguments_of(case)) for case in chosen])
    assert requests_since(excel) == len(chosen) > 250, "a call was asked for more than once"
    return list(zip(chosen, found, strict=True))


def test_every_function_is_known_to_excel(excel):
    assert sorted(excel.excel("return [...excel.functions.keys()]")) == sorted(FUNCTIONS)


def test_every_kind_of_input_to_every_function_gives_what_the_core_gives(answers):
    for case, answer in answers:
        if differs("server", case) is None:
            assert shown(answer) == expected(case), case.name


def test_an_error_is_thrown_with_its_code_and_message_and_not_asked_for_again(answers):
    thrown = 0
    for case, answer in answers:
        if "error" not in answer:
            continue
        thrown += 1
        assert answer["code"] == VALUE
        handed = [argument for argument in case.arguments if argument is not LEFT_OUT]
        if any(isinstance(argument, CellError) for argument in handed):
            continue  # the message is that of the cell
        assert len(answer["error"]) > 10, case.name
        assert answer["error"] != "Unknown server error"
    assert thrown > 30


def test_the_message_of_an_error_is_the_functions_own(excel):
    calls = [
        ("PBR_FEE_CAP", [[["tbc"]], [[5]], None]),
        ("PBR_SAVING", [[[7000]], [[1400]], [["31/02/2026"]], [[""]], [[46082]], [[46112]]]),
    ]
    requests_since(excel)
    for (name, given), answer in zip(calls, call_all(excel, calls), strict=True):
        with pytest.raises(CellError) as error:
            FUNCTIONS[name].call(*(one and one[0][0] for one in given))
        assert answer["error"] == error.value.message
        assert answer["code"] == error.value.code == VALUE
    assert requests_since(excel) == len(calls)


def test_an_answer_that_the_server_is_busy_is_asked_for_again(excel):
    statuses = []

    def busy_twice(route: Any) -> None:
        statuses.append(503 if len(statuses) < 2 else 200)
        if statuses[-1] == 503:
            route.fulfill(status=503, json={"detail": "The server is busy."})
        else:
            route.continue_()

    excel.page.route(f"**{CALL}", busy_twice)
    assert call_all(excel, [("PBR_VERSION", [])]) == [{"result": [[__version__]]}]
    assert statuses == [503, 503, 200]
    excel.page.unroute(f"**{CALL}")


def test_a_fault_of_the_server_is_not_asked_for_again(excel):
    asked = []

    def fault(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(status=500, json={"detail": "The server made a mistake."})

    excel.page.route(f"**{CALL}", fault)
    answer = call_all(excel, [("PBR_VERSION", [])])[0]
    assert (answer["error"], answer["code"]) == ("The server made a mistake.", VALUE)
    assert len(asked) == 1
    excel.page.unroute(f"**{CALL}")


def test_the_functions_calculate_before_the_pane_has_anything_to_show(browser, server):
    before = "globalThis.fetch = () => new Promise(() => {});"
    with new_pane(browser, before=before) as excel:
        open_page(excel, server)
        assert call_all(excel, [("PBR_VERSION", [])]) == [{"result": [[__version__]]}]
        assert excel.page.locator("button.card").count() == 0
        assert excel.left == []


def test_what_goes_to_the_server_is_the_call_and_no_name_of_a_person(excel):
    requests_since(excel)
    call_all(excel, [("PBR_VERSION", [])])
    body = json.loads(excel.page.evaluate("globalThis.requests[0]"))
    assert set(body) == {
        "client", "func_name", "args", "caller_address", "session_id", "culture_info_name",
        "date_format", "version", "runtime",
    }  # fmt: skip
    assert body["caller_address"] == "[test.xlsx]Sheet1!B2"
    assert (body["culture_info_name"], body["date_format"]) == ("en-GB", "dd/mm/yyyy")
