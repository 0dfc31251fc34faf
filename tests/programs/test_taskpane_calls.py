"""The functions as Excel calls them: the server's own client JavaScript in Chromium, over HTTP."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.browser import Pane, new_pane
from tests.support.host_matrix import KINDS, LEFT_OUT, Case, cases, differs, expected
from tests.support.node.runs import request_of, shown
from tests.support.server_process import CALLS, RunningServer
from xlpbr import __version__
from xlpbr.errors import NA, NUM, VALUE, CellError
from xlpbr.functions import FUNCTIONS
from xlpbr.udfs.server.slots import SHORT_BYTES

AT_ONCE = 24
SAVINGS = 2_000
"""Formulas of one row each; xlwings' client has at most 1,000 calls under way."""

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
def excel(browser: Any, server: RunningServer) -> Iterator[Pane]:
    """The page as Excel keeps it: loaded, and not looked at."""
    with new_pane(browser, watched=False, before=COUNT_REQUESTS) as found:
        open_page(found, server)
        yield found


def open_page(pane: Pane, server: RunningServer) -> None:
    pane.open(f"{server.address}/taskpane.html")
    pane.page.wait_for_function("fakeExcel.functions.size > 0")


def requests_since(excel: Pane) -> list[Any]:
    """The bodies of the requests that were sent since this was last asked."""
    found: list[str] = excel.page.evaluate("globalThis.requests.splice(0)")
    return list(map(json.loads, found))


def calls_since(excel: Pane) -> int:
    """How many calls have gone to the server since it was last asked, by themselves or together."""
    return sum(len(body.get("calls", [body])) for body in requests_since(excel))


def arguments_of(case: Case, blank: Any = "") -> list[Any]:
    """What Excel calls the JavaScript with: every argument, null for one that is left out."""
    given = request_of(case, blank)["args"]
    return given + [None] * (len(FUNCTIONS[case.function].arguments) - len(given))


def call_all(
    excel: Pane, calls: list[tuple[str, list[Any]]], at_once: int = AT_ONCE
) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = excel.page.evaluate(CALL_ALL, [calls, at_once])
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
    assert calls_since(excel) == len(chosen) > 250, "a call was asked for more than once"
    return list(zip(chosen, found, strict=True))


def seen(answer: dict[str, Any]) -> list[list[Any]]:
    """What the cells show for an answer, the code of a thrown error included."""
    return [[answer["code"]]] if "error" in answer else shown(answer)


def test_every_function_is_known_to_excel(excel):
    assert sorted(excel.excel("return [...excel.functions.keys()]")) == sorted(FUNCTIONS)


def test_every_kind_of_input_to_every_function_gives_what_the_core_gives(answers):
    for case, answer in answers:
        if differs("server", case) is None:
            assert seen(answer) == expected(case), case.name


def test_an_error_is_thrown_with_its_code_and_message_and_not_asked_for_again(answers):
    thrown = Counter()
    for case, answer in answers:
        if "error" not in answer:
            # Others come as values: they have no message of the functions.
            assert seen(answer) not in ([[VALUE]], [[NUM]], [[NA]]), case.name
            continue
        thrown[answer["code"]] += 1
        handed = [argument for argument in case.arguments if argument is not LEFT_OUT]
        if any(isinstance(argument, CellError) for argument in handed):
            continue  # the message is that of the cell
        assert len(answer["error"]) > 10, case.name
        assert not answer["error"].startswith("#"), case.name
        assert answer["error"] != "Unknown server error"
    assert thrown.keys() == {VALUE, NUM, NA}
    assert thrown.total() > 30


WITH_MESSAGES = {
    "PBR_FEE_CAP": ([[["tbc"]], [[5]], None], VALUE),
    "PBR_SAVING": ([[[7000]], [[1400]], [["31/02/2026"]], [[""]], [[46082]], [[46112]]], VALUE),
    "PBR_CONTRACT_CAP": ([[[1]], [[-5]], None], NUM),
    "PBR_TERMS": ([[["nowhere"]]], NA),
}
"""A wrong call of a function, and the error that it gives."""


def message_of(name: str) -> str:
    """The core's own message for a wrong call."""
    given, code = WITH_MESSAGES[name]
    with pytest.raises(CellError) as error:
        FUNCTIONS[name].call(*(one and one[0][0] for one in given))
    assert error.value.code == code
    return error.value.message


def wrong_answers(excel: Pane) -> dict[str, tuple[str, str]]:
    """The code and the message that Excel is given for each wrong call."""
    calls = [(name, given) for name, (given, _) in WITH_MESSAGES.items()]
    requests_since(excel)
    found = call_all(excel, calls)
    assert calls_since(excel) == len(calls), "a call was asked for more than once"
    assert [answer.get("kind") for answer in found] == ["XlwingsError"] * len(calls)
    return {
        name: (answer["code"], answer["error"])
        for (name, _), answer in zip(calls, found, strict=True)
    }


def test_an_error_has_its_own_code_and_the_functions_own_message(excel):
    assert wrong_answers(excel) == {
        name: (code, message_of(name)) for name, (_, code) in WITH_MESSAGES.items()
    }


def marked() -> dict[str, tuple[str, str]]:
    """Where Excel is told of #VALUE! only, whose message then names the error that it is."""
    return {
        name: (VALUE, message_of(name) if code == VALUE else f"{code} {message_of(name)}")
        for name, (_, code) in WITH_MESSAGES.items()
    }


def test_an_excel_that_knows_no_other_error_is_told_of_it_in_the_message(browser, server):
    old = 'globalThis.fakeNewest = { CustomFunctionsRuntime: "1.2" };'
    with new_pane(browser, before=COUNT_REQUESTS + old) as excel:
        open_page(excel, server)
        assert wrong_answers(excel) == marked()


def test_an_older_excel_that_takes_no_error_in_a_range_gets_the_error_of_the_first(browser, server):
    old = 'globalThis.fakeNewest = { CustomFunctionsRuntime: "1.3" };'
    prices = [[7000], [-1], ["tbc"]]
    rest = [[[1400]], [[46082]], [[""]], [[46082]], [[46112]]]
    with new_pane(browser, before=old) as excel:
        open_page(excel, server)
        answer = call_all(excel, [("PBR_SAVING", [prices, *rest])])[0]
    column = FUNCTIONS["PBR_SAVING"].call(prices, *(one[0][0] for one in rest))
    first = column[1][0]
    assert first.code == NUM
    assert (answer["code"], answer["error"]) == (first.code, first.message)


def test_without_the_script_for_it_an_error_still_is_one_and_is_named(browser, server):
    with new_pane(browser, before=COUNT_REQUESTS) as excel:
        excel.page.context.route("**/pages/errors.js", lambda route: route.abort())
        open_page(excel, server)
        assert wrong_answers(excel) == marked()


def savings() -> tuple[list[tuple[str, list[Any]]], list[dict[str, Any]]]:
    """A sheet of formulas of one row each, some of them wrong, and what each must give."""
    calls: list[tuple[str, list[Any]]] = []
    expected: list[dict[str, Any]] = []
    for row in range(SAVINGS):
        price = "tbc" if row % 50 == 7 else 3000 + row * 37 % 4000 + 0.49
        given = [price, 1400.5, 46000 + row % 365, "", 46023, 46387]
        calls.append(("PBR_SAVING", [[[value]] for value in given]))
        try:
            expected.append({"result": [[FUNCTIONS["PBR_SAVING"].call(*given)]]})
        except CellError as error:
            thrown = {"error": error.message, "code": error.code, "kind": "XlwingsError"}
            expected.append(thrown)
    assert len({str(answer) for answer in expected}) > SAVINGS / 4
    return calls, expected


def test_the_calls_of_one_recalculation_travel_together_and_each_has_its_own_answer(excel):
    calls, expected = savings()
    requests_since(excel)
    assert call_all(excel, calls, SAVINGS) == expected
    sent = requests_since(excel)
    assert all(set(body) == {"calls"} for body in sent)
    assert sum(len(body["calls"]) for body in sent) == SAVINGS
    assert len(sent) <= SAVINGS / 100
    assert max(len(json.dumps(body, separators=(",", ":"))) for body in sent) <= SHORT_BYTES


def test_without_the_script_for_it_each_call_goes_by_itself(browser, server):
    calls, expected = savings()
    with new_pane(browser, watched=False, before=COUNT_REQUESTS) as excel:
        excel.page.context.route("**/pages/together.js", lambda route: route.abort())
        open_page(excel, server)
        assert call_all(excel, calls[:60], 60) == expected[:60]
        assert [body["func_name"] for body in requests_since(excel)] == ["PBR_SAVING"] * 60


def test_what_is_large_or_plays_scenarios_goes_by_itself(excel):
    large = ("PBR_CONTRACT_CAP", [[[1000.25]] * 3_000, [[1]], None])
    forecast = ("PBR_FORECAST", [[["Term"]], [["Child"]], [["Assumption"]], *[None] * 3])
    small = ("PBR_VERSION", [])
    requests_since(excel)
    answers = call_all(excel, [small, large, forecast, small])
    assert [answer.get("code") for answer in answers] == [None, None, VALUE, None]
    sent = requests_since(excel)
    alone = sorted(body["func_name"] for body in sent if "func_name" in body)
    assert alone == ["PBR_CONTRACT_CAP", "PBR_FORECAST"]
    assert [len(body["calls"]) for body in sent if "calls" in body] == [2]


def test_an_answer_that_the_server_is_busy_is_asked_for_again(excel):
    statuses = []

    def busy_twice(route: Any) -> None:
        statuses.append(503 if len(statuses) < 2 else 200)
        if statuses[-1] == 503:
            route.fulfill(status=503, json={"detail": "The server is busy."})
        else:
            route.continue_()

    excel.page.route(f"**{CALLS}", busy_twice)
    assert call_all(excel, [("PBR_VERSION", [])] * 3) == [{"result": [[__version__]]}] * 3
    assert statuses == [503, 503, 200]
    excel.page.unroute(f"**{CALLS}")


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 500, "json": {"detail": "The server made a mistake."}},
        {"json": {"answers": [[500, {"detail": "The server made a mistake."}]] * 3}},
    ],
)
def test_a_fault_of_the_server_is_not_asked_for_again(excel, answer):
    asked = []

    def fault(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(**answer)

    excel.page.route(f"**{CALLS}", fault)
    for found in call_all(excel, [("PBR_VERSION", [])] * 3):
        assert (found["error"], found["code"]) == ("The server made a mistake.", VALUE)
    assert len(asked) == 1
    excel.page.unroute(f"**{CALLS}")


def test_a_server_that_is_not_there_is_asked_three_times_and_said(excel):
    asked = []

    def nothing(route: Any) -> None:
        asked.append(route.request.url)
        route.abort()

    excel.page.route(f"**{CALLS}", nothing)
    for found in call_all(excel, [("PBR_VERSION", [])] * 3):
        assert (found["error"], found["code"]) == ("Error: Network error", VALUE)
    assert len(asked) == 3
    excel.page.unroute(f"**{CALLS}")


def test_the_functions_calculate_before_the_pane_has_anything_to_show(browser, server):
    before = "globalThis.fetch = () => new Promise(() => {});"
    with new_pane(browser, before=before) as excel:
        open_page(excel, server)
        assert call_all(excel, [("PBR_VERSION", [])]) == [{"result": [[__version__]]}]
        assert excel.page.locator("button.card").count() == 0
        assert excel.left == []


def test_what_goes_to_the_server_is_the_call_and_no_name_of_a_person_or_a_workbook(excel):
    requests_since(excel)
    call_all(excel, [("PBR_VERSION", [])])
    (body,) = requests_since(excel)
    assert body == {
        "calls": [
            {
                "func_name": "PBR_VERSION",
                "args": [],
                "runtime": "1.4",
                "date_format": "dd/mm/yyyy",
                "culture_info_name": "en-GB",
            }
        ]
    }
