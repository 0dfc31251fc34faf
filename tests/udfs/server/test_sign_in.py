"""Sign-in with Entra ID, against a sign-in service of our own on loopback.

The tokens are made here with keys made here; the server fetches the public keys as it would from
Microsoft, and nothing else is asked of the service.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import anyio
import httpx
import pytest
from joserfc import jwk, jwt

from tests.support.node.runs import request
from tests.support.server_process import CALL, CALLS, RunningServer, running_server
from xlpbr.udfs.server import sign_in as server_sign_in
from xlpbr.udfs.server.requests import Refused
from xlpbr.udfs.server.settings import SignIn

TENANT = "0f8fad5b-d9cb-469f-a165-70867728950e"
CLIENT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
PERSON = "16fd2706-8baf-433b-82eb-8c7fada847da"
ROLE = "pbr.user"

GOOD = request("PBR_FEE_CAP", [[45000]], [[349883.33]], [[310000]])
GOOD_ANSWER = {"result": [[39883.33]]}


class SignInService:
    """What Microsoft's sign-in service is to the server: an address with the tenant's keys."""

    def __init__(self) -> None:
        self.keys: list[Any] = []
        self.asked: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append(self.path)
                is_there = self.path == f"/{TENANT}/discovery/v2.0/keys" and service.keys
                public = [key.as_dict(private=False) for key in service.keys]
                body = json.dumps({"keys": public}).encode()
                self.send_response(200 if is_there else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


def new_key(name: str) -> Any:
    return jwk.RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


KEY, UNKNOWN_KEY = new_key("first"), new_key("first")


@pytest.fixture(scope="module")
def service() -> Iterator[SignInService]:
    found = SignInService()
    found.keys = [KEY]
    yield found
    found.stop()


@pytest.fixture(scope="module")
def server(service: SignInService, tmp_path_factory: Any) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("sign_in"), settings_of(service)) as found:
        yield found


def settings_of(service: SignInService) -> dict[str, str]:
    return {"TENANT": TENANT, "CLIENT": CLIENT, "ROLE": ROLE, "AUTHORITY": service.address}


def claims(service: SignInService, **changed: Any) -> dict[str, Any]:
    """The claims of a good token, as Entra ID gives them for an Office add-in."""
    now = int(time.time())
    good = {
        "aud": CLIENT,
        "iss": f"{service.address}/{TENANT}/v2.0",
        "tid": TENANT,
        "oid": PERSON,
        "name": "Florence Dougal",
        "preferred_username": "florence@council.example",
        "scp": "access_as_user",
        "roles": [ROLE, "other"],
        "ver": "2.0",
        "iat": now - 10,
        "nbf": now - 10,
        "exp": now + 3600,
    }
    return {name: value for name, value in (good | changed).items() if value is not None}


def signed(content: dict[str, Any], key: Any = KEY, **header: str) -> str:
    return "Bearer " + jwt.encode({"alg": "RS256", "kid": "first"} | header, content, key)


def answer_to(client: Any, authorization: str | None, path: str = CALL) -> tuple[int, Any]:
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = client.post(path, json=GOOD, headers=headers)
    return answer.status_code, answer.json()


def test_a_person_with_a_good_token_calculates(client, service):
    for _ in range(3):
        assert answer_to(client, signed(claims(service))) == (200, GOOD_ANSWER)
    # The keys were fetched once, and nothing else was asked for.
    assert set(service.asked) == {f"/{TENANT}/discovery/v2.0/keys"}


@pytest.mark.parametrize("path", [CALL, CALLS, "/xlpbr/check"])
def test_without_a_token_nothing_is_calculated(client, path):
    status, answer = answer_to(client, None, path)
    assert status == 401
    assert answer["detail"].startswith("You are not signed in. Sign in to Excel")


HOUR = 3600


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"aud": "another-app"}, 401, "not for this server (aud)"),
        ({"aud": f"api://host/{CLIENT}"}, 401, "not for this server (aud)"),
        ({"aud": None}, 401, "not for this server (aud)"),
        ({"iss": "https://login.microsoftonline.com/other/v2.0"}, 401, "not for this server (iss)"),
        ({"iss": None}, 401, "not for this server (iss)"),
        ({"tid": "11111111-1111-1111-1111-111111111111"}, 401, "not for this server (tid)"),
        ({"tid": None}, 401, "not for this server (tid)"),
        ({"oid": None}, 401, "not for this server (oid)"),
        ({"exp": int(time.time()) - HOUR}, 401, "has expired"),
        ({"exp": None}, 401, "not for this server (exp)"),
        ({"exp": "never"}, 401, "not for this server (exp)"),
        ({"nbf": int(time.time()) + HOUR}, 401, "sign-in is not"),
        ({"ver": "1.0"}, 401, "set requestedAccessTokenVersion to 2"),
        ({"scp": "User.Read"}, 403, "does not hold the permission access_as_user"),
        ({"scp": None}, 403, "does not hold the permission access_as_user"),
        ({"roles": ["other"]}, 403, f"do not have the role {ROLE}"),
        ({"roles": None}, 403, f"do not have the role {ROLE}"),
        ({"roles": f"not {ROLE}"}, 403, f"do not have the role {ROLE}"),
    ],
)  # fmt: skip
def test_a_token_that_is_not_good_is_refused(client, service, changed, status, says):
    found, answer = answer_to(client, signed(claims(service, **changed)))
    assert (found, says in answer["detail"]) == (status, True), answer


@pytest.mark.slow
def test_a_token_that_was_good_is_refused_once_it_has_expired(client, service, server):
    # Clocks may differ by a minute; a token is good until then and not a moment longer.
    for seconds_left in (3, 6, 12, 24):
        expires = int(time.time()) - 60 + seconds_left
        soon = signed(claims(service, exp=expires))
        answer = answer_to(client, soon)
        if time.time() < expires + 60:
            break  # it came in time: on a busy machine a token may expire before it is looked at
    assert answer == (200, GOOD_ANSWER)
    time.sleep(max(0.0, expires + 61.1 - time.time()))
    assert answer_to(client, soon)[0] == 401


def test_a_token_that_others_signed_is_refused(client, service):
    good = claims(service)
    assert answer_to(client, signed(good, UNKNOWN_KEY))[0] == 401
    assert answer_to(client, signed(good, UNKNOWN_KEY, kid="none"))[0] == 401
    token = signed(good)
    head, body, signature = token.removeprefix("Bearer ").split(".")
    other_body = signed(good | {"oid": "another"}).split(".")[1]
    assert answer_to(client, f"Bearer {head}.{other_body}.{signature}")[0] == 401
    assert answer_to(client, f"Bearer {head}.{body}.")[0] == 401


def test_the_public_key_does_not_pass_as_a_secret_and_no_signature_is_none(client, service):
    def part(content: Any) -> str:
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    body = part(claims(service))
    unsigned = f"{part({'alg': 'none', 'kid': 'first'})}.{body}."
    assert answer_to(client, f"Bearer {unsigned}")[0] == 401
    start = f"{part({'alg': 'HS256', 'kid': 'first'})}.{body}"
    mac = hmac.new(KEY.as_pem(private=False), start.encode(), hashlib.sha256).digest()
    assert answer_to(client, f"Bearer {start}.{part(mac)}")[0] == 401


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Basic YTpi", "Bearer a.b.c", "Bearer a b", "Bearer " + "x" * 30_000,
     "Bearer e30.e30.e30", "Bearer eyJhbGciOiJSUzI1NiJ9.e30.e30", "Bearer ....", "Bearer \xe9"],
)  # fmt: skip
def test_what_is_no_token_is_refused(client, authorization):
    headers = {b"Authorization": authorization.encode("latin-1")}
    answer = client.post(CALL, json=GOOD, headers=headers)
    assert answer.status_code == 401, answer.text
    assert "sign" in answer.json()["detail"]


def test_what_excel_says_of_a_failed_sign_in_is_said_to_the_person(client):
    status, answer = answer_to(client, "Error 13001: The user is not signed into Office.")
    assert status == 401
    assert answer["detail"].startswith("Excel could not sign you in (error 13001).")


def test_a_refusal_is_not_tried_again_by_the_client(client):
    page = client.get("/taskpane").text
    assert '"customFunctionsRetryCodes": [502, 503]' in page
    assert '"authProviders": ["entraid"]' in page


def test_what_excel_loads_by_itself_needs_no_sign_in(client):
    for path in (
        *("/", "/taskpane", "/manifest.xml", "/xlpbr/catalogue.json", "/xlpbr/contracts.json"),
        *("/xlwings/custom-functions-meta.json", "/xlwings/custom-functions-code.js"),
    ):
        assert client.get(path).status_code == 200, path


def test_the_manifest_names_the_app_registration(client, server):
    manifest = client.get("/manifest").text
    host = server.address.removeprefix("http://")
    assert f"<Id>{CLIENT}</Id>" in manifest
    assert f"<Resource>api://{host}/{CLIENT}</Resource>" in manifest


def test_the_log_names_the_person_by_id_and_never_a_token(client, service, server):
    token = signed(claims(service))
    answer_to(client, token)
    answer_to(client, signed(claims(service, aud="another-app")))
    answer_to(client, "Bearer abc.def.ghi")
    assert f"calculating 3 cells person {PERSON}" in server.log
    for secret in (*token.removeprefix("Bearer ").split("."), "abc.def", "Florence", "florence"):
        assert secret not in server.log
    assert "Traceback" not in server.log


def test_a_new_key_of_the_tenant_is_fetched_when_a_token_needs_it(monkeypatch):
    service = SignInService()
    first, second = new_key("first"), new_key("second")
    service.keys = [first]
    later = [0.0]
    monkeypatch.setattr(server_sign_in.time, "monotonic", lambda: 1000.0 + later[0])
    check = server_sign_in.sign_in_check(SignIn(TENANT, CLIENT, authority=service.address))

    def person(key: Any, name: str) -> str:
        try:
            return anyio.run(check, signed(claims(service), key, kid=name))
        except Refused as refused:
            return f"{refused.status} {refused.reason}"

    try:
        assert person(first, "first") == PERSON
        service.keys = [first, second]
        # A stranger's tokens must not make the server ask for keys all the time.
        for number in range(5):
            assert person(second, f"k{number}").startswith("401 The sign-in is not valid")
        assert len(service.asked) == 1
        later[0] = 61
        assert person(second, "second") == PERSON
        assert len(service.asked) == 2
        later[0] = 24 * HOUR
        assert person(first, "first") == PERSON
        assert len(service.asked) == 2
        # After a day the keys are fetched again; those that are known are kept if that fails.
        service.keys = []
        later[0] = 61 + 24 * HOUR + 1
        assert person(first, "first") == PERSON
        assert person(first, "first") == PERSON
        assert len(service.asked) == 3
    finally:
        service.stop()


@pytest.mark.slow
def test_a_sign_in_service_that_cannot_be_reached_is_said(tmp_path):
    service = SignInService()
    try:
        with (
            running_server(tmp_path, settings_of(service)) as server,
            httpx.Client(base_url=server.address) as client,
        ):
            status, answer = answer_to(client, signed(claims(service)))
            assert status == 503
            assert answer["detail"].startswith("The server cannot reach the sign-in service")
            assert "cannot be fetched: HTTPStatusError" in server.log
            service.keys = [KEY]
            time.sleep(2.1)
            assert answer_to(client, signed(claims(service))) == (200, GOOD_ANSWER)
    finally:
        service.stop()
