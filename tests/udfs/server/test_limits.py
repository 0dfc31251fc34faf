"""What the server refuses, what it never logs, and what stands around every answer."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.support.node.runs import request
from tests.support.server_process import CALL, RunningServer, running_server
from tests.support.systems import on_posix
from xlpbr.udfs.server import serve as serve_module
from xlpbr.udfs.server.requests import Refused, function_call
from xlpbr.udfs.server.serve import PatientProtocol
from xlpbr.udfs.server.settings import Limits

SECRET = "Zebedee of 12 Harbour Row"
CELLS, MEGABYTES, SECONDS = 2_000, 1, 0.5


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    limits = {"CELLS": CELLS, "MEGABYTES": MEGABYTES, "SECONDS": SECONDS}
    with running_server(tmp_path_factory.mktemp("limits"), limits) as found:
        yield found


def refusal(client: Any, body: Any, path: str = CALL, **headers: str) -> tuple[int, str]:
    """The status and the reason that a person reads."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = client.post(
        path, content=content, headers={"Content-Type": "application/json", **headers}
    )
    found = answer.json()
    assert set(found) == {"detail"}, answer.text
    return answer.status_code, found["detail"]


GOOD = request("PBR_FEE_CAP", [[45000]], [[349883.33]], [[310000]])
FULL = [[1.0] * 10] * (CELLS // 10)


def good_answers(client: Any) -> bool:
    answer: dict[str, Any] = client.post(CALL, json=GOOD).json()
    return answer == {"result": [[39883.33]]}


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b'{"func_name": NaN}', 400, "not JSON"),
        (b'{"func_name": Infinity}', 400, "not JSON"),
        (b'{"func_name": "\xff\xfe"}', 400, "not JSON"),
        (b"[" * 100_000, 400, "not JSON"),
        (b'{"x": ' + b"9" * 5000 + b"}", 400, "not JSON"),
        ([], 422, "expected a JSON object"),
        ("PBR_FEE_CAP", 422, "expected a JSON object"),
        ({}, 422, "func_name: expected the name"),
        (GOOD | {"func_name": 1}, 422, "func_name: expected the name"),
        (GOOD | {"func_name": "PBR_NOTHING"}, 422, "func_name: expected the name"),
        (GOOD | {"func_name": "__class__"}, 422, "func_name: expected the name"),
        (GOOD | {"func_name": ["PBR_FEE_CAP"]}, 422, "func_name: expected the name"),
        (GOOD | {"args": None}, 422, "args: found nothing"),
        (GOOD | {"args": {"0": 1}}, 422, "args: found an object"),
        (GOOD | {"args": [[[1]]]}, 422, "PBR_FEE_CAP(savings, fee_to_date, [invoiced_before])"),
        (GOOD | {"args": [[[1]]] * 4}, 422, "args: found 4"),
        (GOOD | {"args": [[], [[1]]]}, 422, "savings: found no rows"),
        (GOOD | {"args": [[[]], [[1]]]}, 422, "savings, row 1: found a list"),
        (GOOD | {"args": [[1, 2], [[1]]]}, 422, "savings, row 1: found a number"),
        (GOOD | {"args": [[[1], 2], [[1]]]}, 422, "savings, row 2: found a number"),
        (GOOD | {"args": [[[1], [1, 2]], [[1]]]}, 422, "row 2: found 2 cells; expected 1 as in"),
        (GOOD | {"args": [[[[1]]], [[1]]]}, 422, "savings, row 1: found a list"),
        (GOOD | {"args": [[[{}]], [[1]]]}, 422, "a cell's value with its type"),
        (GOOD | {"args": [[[{"type": "Error", "basicValue": []}]], [[1]]]}, 422, "with its type"),
        (GOOD | {"args": [[["x" * 32_768]], [[1]]]}, 422, "a text longer than Excel can hold"),
        (b'{"func_name":"PBR_FEE_CAP","args":[[[1e999]],[[1]]]}', 422, "Excel cannot hold"),
        (b'{"func_name":"PBR_TERMS","args":[[[1' + b"0" * 400 + b"]]]}", 422, "cannot hold"),
        (GOOD | {"runtime": 1.4}, 422, "runtime: found a number"),
        (GOOD | {"runtime": "new"}, 422, "runtime: expected a version"),
        (GOOD | {"date_format": ["d"]}, 422, "date_format: found a list"),
        (GOOD | {"culture_info_name": "e" * 101}, 422, "culture_info_name: found a text"),
    ],
)  # fmt: skip
def test_a_request_that_is_no_call_is_refused_with_the_reason(client, body, status, says):
    found, reason = refusal(client, body)
    assert (found, says in reason) == (status, True), reason
    assert good_answers(client)


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 422, "tables: found nothing"),
        ({"tables": []}, 422, "tables: found a list"),
        ({"tables": {"Terms": [["Term", "Value"]]}}, 422, "Placements: nothing found"),
        ({"tables": {"Terms": "x", "Placements": [[1]]}}, 422, "Terms: found a text"),
        ({"tables": {"Terms": [[1]], "Placements": [1]}}, 422, "Placements, row 1: found a number"),
        ({"tables": {"Terms": [[1]], "Placements": [[1]], "P": []}}, 422, "expected only Terms"),
        ({"tables": {"Terms": FULL, "Placements": [[1]]}}, 413, "more than 2,000 cells"),
    ],
)  # fmt: skip
def test_tables_that_are_none_are_refused_with_the_reason(client, body, status, says):
    found, reason = refusal(client, body, "/xlpbr/check")
    assert (found, says in reason) == (status, True), reason


def test_more_cells_than_allowed_are_refused_and_as_many_are_not(client):
    as_many = request("PBR_CONTRACT_CAP", FULL, None)
    assert refusal(client, as_many)[0] == 413  # the blank maximum is a cell as well
    one_row_less = client.post(CALL, json=request("PBR_CONTRACT_CAP", FULL[:-1], None))
    assert one_row_less.json() == {"result": FULL[:-1]}
    status, reason = refusal(client, request("PBR_CONTRACT_CAP", FULL, [[1]]))
    assert (status, reason) == (
        413,
        "The call holds more than 2,000 cells. Choose the rows in use instead of whole columns.",
    )


def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(client, server):
    too_large = b" " * (MEGABYTES * 1_000_000 + 1)
    assert refusal(client, too_large)[0] == 413

    def in_pieces() -> Iterator[bytes]:
        for _ in range(12):
            yield b" " * 100_000

    answer = client.post(CALL, content=in_pieces(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert "larger than 1 MB" in answer.json()["detail"]
    assert good_answers(client)


def test_another_kind_of_content_is_refused(client):
    # A form on another page can send these without asking; it cannot send JSON.
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        status, reason = refusal(client, GOOD, **{"Content-Type": kind})
        assert (status, reason) == (415, "Send the request as application/json.")


@pytest.mark.slow
def test_a_calculation_that_takes_too_long_is_stopped_and_the_next_is_not(tmp_path):
    long = request(
        "PBR_SAVING", [[7000]] * 100_000, [[1400]], [[46001]], [[""]], [[46000]], [[46030]]
    )
    with (
        running_server(tmp_path, {"SECONDS": 0.2, "AT_ONCE": 1}) as server,
        httpx.Client(base_url=server.address, timeout=60) as client,
    ):
        status, reason = refusal(client, long)
        assert status == 504
        assert reason.startswith("The calculation was stopped after 0.2 seconds. Give fewer rows")
        # It has really ended: the worker is idle, and the next call has the time to itself.
        for _ in range(20):
            assert good_answers(client)
        idle = cpu_seconds(server.process.pid)
        time.sleep(0.5)
        assert cpu_seconds(server.process.pid) - idle < 0.25


def cpu_seconds(pid: int) -> float:
    stat = Path(f"/proc/{pid}/stat")
    if not stat.is_file():
        pytest.skip("this system has no /proc to see whether the work has ended")
    fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.slow
def test_a_server_that_holds_as_many_requests_as_it_may_says_that_it_is_busy(tmp_path):
    long = request("PBR_SAVING", [[7000]] * 20_000, [[1]], [[46001]], [[""]], [[46000]], [[46030]])
    settings = {"AT_ONCE": 1, "WAITING": 2}
    with running_server(tmp_path, settings) as server, ThreadPoolExecutor(8) as pool:

        def post(_: int) -> Any:
            return httpx.post(f"{server.address}{CALL}", json=long, timeout=60)

        answers = list(pool.map(post, range(8)))
    statuses = {answer.status_code for answer in answers}
    assert statuses == {200, 503}
    busy = next(answer for answer in answers if answer.status_code == 503)
    assert busy.json() == {"detail": "The server is busy. Calculate again in a moment."}


def test_a_request_for_another_host_is_refused(client, server):
    # As a page does whose own name was made to point to this computer.
    for host in ("evil.example", "127.0.0.1.evil.example", "", "[evil"):
        answer = client.get("/xlpbr/catalogue.json", headers={"Host": host})
        assert answer.status_code in (400, 421), host
        assert "functions" not in answer.text
    port = server.address.rpartition(":")[2]
    for host in (f"localhost:{port}", "127.0.0.1", f"[::1]:{port}"):
        assert client.get("/", headers={"Host": host}).status_code == 200, host


def test_a_server_without_sign_in_takes_nothing_from_a_proxy(client):
    for name in ("X-Forwarded-For", "Forwarded", "X-Forwarded-Host"):
        status, reason = refusal(client, GOOD, **{name: "10.0.0.1"})
        assert status == 421
        assert "came from another or through a proxy. Set up sign-in." in reason


def test_every_answer_has_the_security_headers(client):
    answers = [
        *(client.get(path) for path in ("/", "/taskpane", "/manifest", "/nothing")),
        client.get("/pages/mark.svg"),
        *(client.get(f"/static/js/{name}") for name in ("config.js", "none.js")),
        client.get("/xlwings/custom-functions-meta.json"),
        client.post(CALL, json=GOOD),
        client.post(CALL, content=b"{"),
        client.get("/", headers={"Host": "evil.example"}),
    ]  # fmt: skip
    for answer in answers:
        headers = answer.headers
        assert headers["x-content-type-options"] == "nosniff", answer.url
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["strict-transport-security"].startswith("max-age=31536000")
        assert headers["cross-origin-embedder-policy"] == "require-corp"
        # Excel on the web has the pane in a frame on its own pages.
        assert "x-frame-options" not in headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert "script-src" not in policy
        assert "http" not in policy
        assert "server" not in headers
        assert "access-control-allow-origin" not in headers
        assert len(headers.get_list("content-security-policy")) == 1
        is_picture = answer.url.path.endswith(".svg")
        assert ("no-store" in headers.get("cache-control", "")) != is_picture


def test_the_icons_may_be_kept_by_excel(client):
    for size in (16, 32, 64, 80):
        answer = client.get(f"/xlpbr/icons/xlpbr-{size}.png")
        assert answer.headers["content-type"] == "image/png"
        assert "cache-control" not in answer.headers


def test_a_browser_is_given_no_leave_to_call_from_another_page(client):
    preflight = client.options(
        CALL,
        headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
    )
    assert preflight.status_code == 405
    assert "access-control-allow-origin" not in preflight.headers


def lines_from(server: RunningServer, before: int, count: int) -> list[str]:
    """So many lines of the log after a place: they arrive after the answers."""
    deadline = time.monotonic() + 30
    while server.log.count("\n", before) < count and time.monotonic() < deadline:
        time.sleep(0.05)
    return server.log[before:].splitlines()


def after_all_lines(server: RunningServer, client: httpx.Client) -> int:
    """Where the log ends once all that was asked before stands in it, in the order of asking."""
    before = len(server.log)
    client.get("/", headers={"Host": "the.last.example"})
    deadline = time.monotonic() + 30
    while " 421 " not in server.log[before:] and time.monotonic() < deadline:
        time.sleep(0.05)
    return len(server.log)


def test_the_log_says_what_was_asked_and_never_what_stood_in_a_cell(client, server):
    before = after_all_lines(server, client)
    tables = {"Terms": [["Term", "Value"], ["Fee", SECRET]], "Placements": [[SECRET]]}
    address = f"[{SECRET}.xlsx]{SECRET}!B2"
    calls: list[dict[str, Any]] = [
        request("PBR_FEE_CAP", [[SECRET]], [[98765.43]]) | {"caller_address": address},
        request("PBR_TERMS", [[SECRET]]),
        request("PBR_EXPLAIN", [[SECRET]], [[SECRET]], [[SECRET]]),
        request(SECRET, [[1]]),
        {SECRET: SECRET},
        request("PBR_FEE_CAP", [[SECRET]] * 3000, [[1]]),
    ]
    for body in calls:
        client.post(CALL, json=body, headers={"Authorization": f"Bearer {SECRET}"})
    client.post(CALL, content=f'{{"{SECRET}'.encode(), headers={"Content-Type": "application/json"})
    client.post("/xlpbr/check", json={"tables": tables})
    client.get(f"/{SECRET}?q={SECRET}")
    client.get("/", headers={"Host": "zebedee.example"})
    said = [line.partition(" INFO ")[2] for line in lines_from(server, before, 10)]
    kept = [re.sub(r"\d+ ms", "N ms", line) for line in said]
    assert kept == [
        "POST PBR_FEE_CAP 400 N ms N ms calculating 2 cells",
        "POST PBR_TERMS 400 N ms N ms calculating 1 cells",
        "POST PBR_EXPLAIN 400 N ms N ms calculating 3 cells",
        f"POST {CALL} 422 N ms N ms calculating",
        f"POST {CALL} 422 N ms N ms calculating",
        f"POST {CALL} 413 N ms N ms calculating",
        f"POST {CALL} 400 N ms N ms calculating",
        "POST /xlpbr/check 200 N ms N ms calculating 5 cells",
        "GET (no such address) 404 N ms",
        "GET (no such address) 421 N ms",
    ]
    assert "ebedee" not in server.log
    assert "98765" not in server.log


@pytest.mark.slow
@on_posix
def test_two_workers_answer_and_stop_with_their_parent(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        running_server(tmp_path, workers=2, port=port) as server,
        ThreadPoolExecutor(8) as pool,
    ):
        assert server.address == f"http://127.0.0.1:{port}"
        long = request(
            "PBR_SAVING", [[7000]] * 3000, [[1]], [[46001]], [[""]], [[46000]], [[46030]]
        )

        def post(_: int) -> Any:
            return httpx.post(f"{server.address}{CALL}", json=long, timeout=60)

        deadline = time.monotonic() + 30
        workers: set[str] = set()
        while len(workers) < 2 and time.monotonic() < deadline:
            for answer in pool.map(post, range(16)):
                assert answer.status_code == 200
                assert len(answer.json()["result"]) == 3000
            workers = set(re.findall(r"(\d+) INFO POST PBR_SAVING 200", server.log))
        assert len(workers) == 2
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(int(worker), 0)


@pytest.mark.slow
@on_posix
def test_the_server_starts_only_where_it_can_and_stops_with_a_sentence(tmp_path):
    with running_server(tmp_path) as server:
        port = int(server.address.rpartition(":")[2])
        (tmp_path / "other").mkdir()
        another = running_server(tmp_path / "other", port=port)
        with pytest.raises(AssertionError, match="cannot be used: another program has it"):
            another.__enter__()
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(timeout=15) == 0
        deadline = time.monotonic() + 30
        while len(server.said) < 5 and time.monotonic() < deadline:
            time.sleep(0.05)
    assert [sentence.split(" ")[0] for sentence in server.said] == [
        *("The", "Excel's", "Nobody", "xlwings", "The")
    ]
    assert server.said[-1] == "The server has stopped.\n"
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    "body",
    [
        b'{"func_name": "PBR_VERSION", "args": [' + b"[],[" * 200_000,
        b'{"args": [' + b"{}," * 200_000 + b"{}]}",
        b'{"args": [' + b"1," * 240_000 + b"1]}",
    ],
)
def test_what_cannot_be_cells_is_refused_before_it_is_read(body, monkeypatch):
    monkeypatch.setattr("json.loads", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(Refused) as caught:
        function_call(body, Limits(cells=CELLS))
    assert caught.value.status == 413
    assert caught.value.reason.startswith("The call holds more than 2,000 cells.")


def test_headers_that_never_end_are_refused_and_sockets_that_wait_are_closed(monkeypatch):
    assert serve_module._MOST_BYTES_OF_HEADERS == 32_768
    closed = []

    class Loop:
        """Notes what is to be called later."""

        def __init__(self):
            self.later = []

        def call_later(self, seconds, call):
            handle = SimpleNamespace(seconds=seconds, call=call, cancelled=False)
            handle.cancel = lambda: setattr(handle, "cancelled", True)
            self.later.append(handle)
            return handle

    protocol = PatientProtocol.__new__(PatientProtocol)
    protocol.loop, protocol.cycle = Loop(), None
    protocol.transport = SimpleNamespace(close=lambda: closed.append(True))
    monkeypatch.setattr(H11Protocol, "connection_made", lambda *_: None)
    monkeypatch.setattr(H11Protocol, "data_received", lambda *_: None)
    monkeypatch.setattr(H11Protocol, "connection_lost", lambda *_: None)
    protocol.connection_made(protocol.transport)
    protocol.data_received(b"GET / HT")
    (first,) = protocol.loop.later
    assert (first.seconds, first.cancelled) == (20.0, False)
    # Headers that are whole are waited for no longer; the next request's are, from anew.
    protocol.cycle = SimpleNamespace(response_complete=False)
    protocol.data_received(b"TP/1.1\r\n\r\n")
    assert first.cancelled
    protocol.cycle.response_complete = True
    protocol.data_received(b"G")
    protocol.loop.later[-1].call()
    assert closed == [True]
    protocol.connection_lost(None)
    assert protocol.loop.later[-1].cancelled
