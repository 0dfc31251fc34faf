"""Many calls in one request: each is answered as it would be by itself."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.host_matrix import cases
from tests.support.node.runs import request, request_of
from tests.support.samples import sample_table
from tests.support.server_process import CALL, CALLS, RunningServer, running_server
from xlpbr.cells import serial_of
from xlpbr.contract.library import assumptions_table, load_contract, terms_table
from xlpbr.udfs.server import together
from xlpbr.udfs.server.guard import FAULT_REASON
from xlpbr.udfs.server.requests import MOST_CALLS, FunctionCall, Refused
from xlpbr.udfs.server.settings import Limits
from xlpbr.udfs.server.together import CallsTogether

CELLS = 2_000
GOOD = request("PBR_FEE_CAP", [[45000]], [[349883.33]], [[310000]])
GOOD_ANSWER = [200, {"result": [[39883.33]]}]
TOO_LONG = Refused(504, "too long")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    limits = {"CELLS": CELLS, "MEGABYTES": 1}
    with running_server(tmp_path_factory.mktemp("together"), limits) as found:
        yield found


def answers_to(client: Any, calls: list[Any]) -> list[list[Any]]:
    """The status and the answer of each call."""
    answer = client.post(CALLS, json={"calls": calls})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"answers"}
    found: list[list[Any]] = answer.json()["answers"]
    return found


def test_each_call_is_answered_as_it_would_be_by_itself(client):
    first: dict[Any, Any] = {}
    for case in cases():
        first.setdefault((case.function, case.kind), request_of(case))
    calls = list(first.values())
    assert len(calls) > 100
    alone = [client.post(CALL, json=call) for call in calls]
    assert answers_to(client, calls) == [[one.status_code, one.json()] for one in alone]
    assert {one.status_code for one in alone} >= {200, 400}


def test_a_call_that_is_none_is_refused_and_the_others_are_not(client):
    full = request("PBR_CONTRACT_CAP", [[1.0] * 10] * (CELLS // 10), [[1]])
    wrong = [
        None, 7, [], {}, GOOD | {"func_name": "PBR_NOTHING"}, GOOD | {"args": None},
        GOOD | {"runtime": "new"}, GOOD | {"args": [[["x" * 32_768]], [[1]]]}, full,
    ]  # fmt: skip
    calls = [call for one in wrong for call in (GOOD, one)]
    found = answers_to(client, calls)
    assert found[::2] == [GOOD_ANSWER] * len(wrong)
    assert [status for status, _ in found[1::2]] == [422] * 8 + [413]
    assert all(list(answer) == ["detail"] for _, answer in found[1::2])


def test_no_calls_are_no_answers(client):
    assert answers_to(client, []) == []


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"{", 400, "not JSON"),
        ([], 422, "expected a JSON object"),
        ({}, 422, "calls: found nothing; expected a list of calls."),
        ({"calls": {"0": GOOD}}, 422, "calls: found an object; expected a list of calls."),
        ({"calls": [1] * (MOST_CALLS + 1)}, 413, "calls: found 1,001; expected at most 1,000."),
        (b'{"calls": [' + b"[]," * 150_000 + b"[]]}", 413, "more than 2,000 cells"),
        (b" " * 1_000_001, 413, "larger than 1 MB"),
    ],
)
def test_a_request_that_brings_no_calls_is_refused_as_a_whole(client, body, status, says):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(CALLS, content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert says in answer.json()["detail"]
    assert answers_to(client, [GOOD]) == [GOOD_ANSWER]


def test_the_log_has_a_line_for_all_of_them_and_nothing_of_a_cell(client, server):
    secret = "Zebedee of 12 Harbour Row"
    answers_to(client, [GOOD, request("PBR_TERMS", [[secret]]), {secret: secret}, GOOD])
    wanted = r"INFO POST /xlpbr/calls 200 \d+ ms \d+ ms calculating 4 calls 2 refused 7 cells\n"
    deadline = time.monotonic() + 10
    while not re.search(wanted, server.log) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(re.findall(wanted, server.log)) == 1
    assert "ebedee" not in server.log


def body_of(*calls: Any) -> bytes:
    return json.dumps({"calls": calls}).encode()


def right(call: FunctionCall) -> bytes:
    """What the good call gives; the rest of the server is another process here."""
    if call.function != "PBR_FEE_CAP":
        raise Refused(400, "no such call here")
    return json.dumps(GOOD_ANSWER[1]).encode()


def test_a_fault_of_one_call_is_its_own_and_is_logged_without_a_cell(caplog):
    def faulty(call):
        if call.function == "PBR_TERMS":
            raise RuntimeError("Zebedee")
        return right(call)

    calls = CallsTogether(body_of(request("PBR_TERMS", [["x"]]), GOOD), Limits(), faulty)
    calls.go_on()
    assert calls.is_done
    assert json.loads(calls.answer())["answers"] == [[500, {"detail": FAULT_REASON}], GOOD_ANSWER]
    assert "A fault: RuntimeError at" in caplog.text
    assert "Zebedee" not in caplog.text


def test_after_a_moment_others_have_their_turn(monkeypatch):
    monkeypatch.setattr(together, "_SECONDS_AT_A_TIME", -1.0)
    calls = CallsTogether(body_of(*[GOOD] * 3), Limits(), right)
    turns = 0
    while not calls.is_done:
        assert calls.is_short
        calls.go_on()
        turns += 1
    assert turns == 3
    assert json.loads(calls.answer())["answers"] == [GOOD_ANSWER] * 3


def test_what_plays_scenarios_comes_last_and_not_in_the_place_for_short_calls():
    forecast = request("PBR_FORECAST", [["Term", "Value"]], [[""]], [[""]])
    calls = CallsTogether(body_of(forecast, GOOD, forecast, GOOD), Limits(), right)
    seen = []
    while not calls.is_done:
        seen.append(calls.is_short)
        calls.go_on()
    assert seen == [True, False]
    answers = json.loads(calls.answer())["answers"]
    assert answers[1::2] == [GOOD_ANSWER] * 2
    assert [status for status, _ in answers[::2]] == [400, 400]
    assert not CallsTogether(b" " * 70_000, Limits(), right).is_short


def test_a_call_whose_time_is_over_is_refused_once_it_had_a_turn_to_itself():
    class Stopped(BaseException):
        """Raised in a call, as the time limit does."""

    def slow(call):
        if call.function == "PBR_TERMS":
            raise Stopped
        return right(call)

    calls = CallsTogether(body_of(GOOD, request("PBR_TERMS", [["x"]]), GOOD), Limits(), slow)
    for is_refused in (False, True):
        with pytest.raises(Stopped):
            calls.go_on()
        calls.stop_the_next(TOO_LONG)
        assert not calls.is_short, "what took its time once is not short"
        assert bool(calls.refused) == is_refused
    calls.go_on()
    assert calls.is_done
    assert json.loads(calls.answer())["answers"] == [
        GOOD_ANSWER,
        [504, {"detail": "too long"}],
        GOOD_ANSWER,
    ]


def test_a_body_that_cannot_be_read_in_time_is_refused_as_a_whole():
    calls = CallsTogether(body_of(GOOD), Limits(), right)
    with pytest.raises(Refused) as caught:
        calls.stop_the_next(TOO_LONG)
    assert caught.value is TOO_LONG


@pytest.mark.slow
def test_a_slow_call_is_stopped_by_itself_and_holds_up_nobody_else(tmp_path):
    contract = load_contract("plymouth-l04-2526")
    tables = [terms_table(contract), sample_table(contract, "Placements")]
    tables.append(assumptions_table(contract))
    for row in tables[1][1:]:
        row[2] = 9e12  # so large that scenarios are settled one by one, which takes its time
    sent = [
        [[serial_of(cell) if hasattr(cell, "year") else cell for cell in row] for row in table]
        for table in tables
    ]
    forecast = request("PBR_FORECAST", *sent, None, [[100_000]])
    with (
        running_server(tmp_path, {"SECONDS": 1, "AT_ONCE": 1}) as server,
        httpx.Client(base_url=server.address, timeout=60) as client,
        ThreadPoolExecutor(1) as pool,
    ):
        slow = pool.submit(answers_to, client, [GOOD, forecast, GOOD, forecast])
        answered = 0
        with httpx.Client(base_url=server.address, timeout=60) as other:
            while not slow.done():
                assert answers_to(other, [GOOD]) == [GOOD_ANSWER]
                answered += not slow.done()
        assert answered > 5
        found = slow.result()
    assert found[::2] == [GOOD_ANSWER] * 2
    assert [status for status, _ in found[1::2]] == [504, 504]
