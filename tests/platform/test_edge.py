"""The edge of every service: what strangers are told, what they can cost, and what of their words is kept."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message, Scope

from deploy.embedded.home import SERVICE_NAMES
from shared.http.arriving import MOST_BYTES
from shared.http.problems import HEADERS
from shared.http.strangers import SINGLE_LINES
from shared.identity import TOKEN
from shared.settings import ServiceSettings
from tests.parts import told_of
from tests.platform.conftest import PlatformOf
from tests.platform.real import Bao, Postgres, RealParts
from tests.platform.served import AS_OPERATOR, app_of, http_to, served

REPORT = {"channel": "web", "text": "Een sterke henneplucht."}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


# --- every answer ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICE_NAMES)
async def test_every_error_has_the_same_form_and_headers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of(name, tmp_path, monkeypatch)

    @app.get("/v1/broken")
    async def broken() -> None:
        raise RuntimeError("nobody foresaw this")

    @app.post("/v1/numbers")
    async def numbers(number: int, body: dict[str, int]) -> None: ...

    large = {"content": b"x" * (MOST_BYTES + 1), "headers": {"Content-Type": "application/json"}}
    requests: list[tuple[int, str, str, dict[str, Any]]] = [
        (404, "GET", "/", {}),
        (404, "GET", "/v1/nothing-here", {}),
        (404, "GET", "/v1/signals/../../etc/passwd", {}),
        (405, "DELETE", "/v1/broken", {}),
        (405, "OPTIONS", "/livez", {}),
        (400, "POST", "/v1/numbers?number=x", {"json": {"a": "b"}}),
        (400, "POST", "/v1/numbers?number=1", {"content": b"{"}),
        (413, "POST", "/v1/numbers?number=1", large),
        (401, "GET", "/statusz", {}),
        (503, "GET", "/readyz", {}),
        (500, "GET", "/v1/broken", {}),
    ]
    async with http_to(app) as http:
        for status, method, path, more in requests:
            answer = await http.request(method, path, **more)
            assert (answer.status_code, answer.headers["api-version"]) == (status, "1.0.0"), (method, path)
            for header, value in HEADERS.items():
                assert answer.headers.get_list(header) == [value], (status, path)
            if path != "/readyz":
                assert answer.headers["content-type"] == "application/problem+json", (method, path)
                assert answer.json()["status"] == status
            assert "nobody foresaw" not in answer.text
        assert (await http.delete("/v1/broken")).headers["allow"] == "GET"
        assert (await http.get("/statusz")).headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("name", SERVICE_NAMES)
async def test_a_stranger_hears_ready_or_not_and_no_more(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with http_to(app_of(name, tmp_path, monkeypatch)) as http:
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"ready": False})
        assert (await http.get("/livez")).json() == {"status": "alive"}
        for one in (b"", b"Bearer guess", b"Bearer ", b"Bearer \xe9", b"Basic eDp5"):
            shown = {b"Authorization": one}
            assert (await http.get("/statusz", headers=shown)).status_code == 401
            assert (await http.get("/readyz", headers=shown)).json() == {"ready": False}
        found = (await http.get("/statusz", headers=AS_OPERATOR)).json()
        assert found["problems"]["openbao"] == "OpenBao is sealed or out of reach"
        assert {"ready", "service", "version", "trial", "missingForLive", "queues", "pruned"} < set(found)


async def test_without_a_secret_for_operators_nobody_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for told in ({"operations_secret": tmp_path / "absent"}, {"operations_secret": tmp_path / "empty"}):
        (tmp_path / "empty").write_text("\n")
        async with http_to(app_of("intake", tmp_path, monkeypatch, **told)) as http:
            for shown in ({}, {"Authorization": "Bearer "}, AS_OPERATOR):
                assert (await http.get("/statusz", headers=shown)).status_code == 401


# --- bodies ----------------------------------------------------------------------------------------------

PART = b'--x\r\nContent-Disposition: form-data; name="audience"\r\n\r\n'
WITH_A_BODY = [
    ("intake", "/v1/signals", "application/json", b"{"),
    ("intake", "/v1/reporter-contacts", "application/json", b"{"),
    ("assessment", "/v1/signals/S-7K3MQ-9XD4T/decisions", "application/json", b"{"),
    ("access", "/v1/tokens", "application/x-www-form-urlencoded", b"audience="),
    ("access", "/v1/tokens", "multipart/form-data; boundary=x", PART),
]
"""Service, path, content type, and how such a body begins."""


async def arriving(
    app: FastAPI,
    path: str,
    kind: str,
    chunks: list[bytes],
    *,
    ends: bool,
    headers: tuple[tuple[bytes, bytes], ...] = (),
) -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of the answer to a POST whose body comes in chunks, and then ends or does not."""
    left = list(chunks)
    started: Message = {}

    async def receive() -> Message:
        if left:
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or not ends}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.update(message)

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"content-type", kind.encode()), *headers],
        "client": ("192.0.2.1", 1),
        "server": ("service", 80),
    }
    await app(scope, receive, send)
    return started["status"], dict(started["headers"])


@pytest.mark.parametrize(("name", "path", "kind", "begins"), WITH_A_BODY)
@pytest.mark.parametrize("chunks", [0, 1, 3])
async def test_a_body_that_does_not_come_is_cut_off(
    name: str, path: str, kind: str, begins: bytes, chunks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of(name, tmp_path, monkeypatch, body_seconds=0.05)
    status, headers = await arriving(app, path, kind, [begins, b"1", b"2"][:chunks], ends=False)
    assert (status, headers[b"connection"]) == (408, b"close")


@pytest.mark.parametrize(("name", "path", "kind", "begins"), WITH_A_BODY)
async def test_a_body_has_a_size_whatever_is_said_of_it(
    name: str, path: str, kind: str, begins: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_of(name, tmp_path, monkeypatch)
    endless = [begins] + [b"x" * 50_000] * (MOST_BYTES // 50_000 + 1)
    for said in ((), ((b"content-length", b"10"),)):
        assert (await arriving(app, path, kind, endless, ends=False, headers=said))[0] == 413
    announced = ((b"content-length", str(MOST_BYTES + 1).encode()),)
    assert (await arriving(app, path, kind, [], ends=False, headers=announced))[0] == 413
    for odd in (b"-1", b"x", b"1e9", "²".encode("latin-1"), b"9" * 5000):
        status, _ = await arriving(app, path, kind, [begins], ends=True, headers=((b"content-length", odd),))
        assert status in (400, 401), odd


# --- rates -----------------------------------------------------------------------------------------------


async def reported(app: FastAPI, at: str, times: int, forwarded: str | None = None) -> Counter[int]:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    async with http_to(app, (at, 4711)) as http:
        return Counter(
            [(await http.post("/v1/signals", json=REPORT, headers=headers)).status_code for _ in range(times)]
        )


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_minute: None) -> FastAPI:
    """Forty reports a minute, ten for one visitor; there is no database, so that 503 is to be let in."""
    told = {"web_reports_per_minute": 40, "trusted_proxies": "192.0.2.1, 198.51.100.0/24"}
    return app_of("intake", tmp_path, monkeypatch, **told)


async def test_who_is_refused_takes_nothing_from_others(door: FastAPI) -> None:
    assert await reported(door, "203.0.113.1", 100) == {503: 10, 429: 90}
    assert await reported(door, "203.0.113.2", 10) == {503: 10}


async def test_nobody_is_another_because_he_says_so(door: FastAPI) -> None:
    for n in range(10):
        await reported(door, "203.0.113.1", 1, f"10.0.0.{n}")
    assert await reported(door, "203.0.113.1", 1, "10.9.9.9") == {429: 1}


async def test_behind_a_proxy_that_is_trusted_everybody_has_a_share(door: FastAPI) -> None:
    """It adds from where a request came; what stands before that the visitor wrote himself."""
    for n in range(10):
        await reported(door, "192.0.2.1", 1, f"10.0.0.{n}, 203.0.113.1")
    assert await reported(door, "192.0.2.1", 1, "10.0.0.77, 203.0.113.1, 198.51.100.7") == {429: 1}
    assert await reported(door, "203.0.113.1", 1) == {429: 1}, "he is the same without it"
    assert await reported(door, "192.0.2.1", 1, "203.0.113.2") == {503: 1}
    for odd in ("", ",", "unknown", "x" * 5000, "[::1", "\x00", "203.0.113.3:x"):
        assert await reported(door, "192.0.2.1", 1, odd) == {503: 1}


async def test_a_visitor_has_all_the_addresses_of_his_network(door: FastAPI) -> None:
    for n in range(10):
        await reported(door, f"2001:db8:1:2::{n:x}", 1)
    assert await reported(door, "2001:db8:1:2:ffff::1", 1) == {429: 1}
    assert await reported(door, "2001:db8:1:3::1", 1) == {503: 1}


@pytest.mark.parametrize("wrong", ["*", "everybody", "10.0.0.1/8", "10.0.0.0/8 10.1.0.0/16"])
def test_who_is_trusted_is_an_address(wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app_of("intake", tmp_path, monkeypatch)
    with pytest.raises(ValueError, match="trusted_proxies"):
        ServiceSettings(trusted_proxies=wrong)


# --- what is kept ----------------------------------------------------------------------------------------


async def test_whose_trace_goes_on(
    openbao: Bao, platform_of: PlatformOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a valid token for this service makes it believed, whatever else stands in `Authorization`."""
    access = await platform_of("access")
    told = {
        "traces": tmp_path / "traces",
        "openbao_address": openbao.address,
        "openbao_credentials": openbao.credentials("assessment"),
        **told_of(openbao.tls("assessment")),
    }
    app = app_of("assessment", tmp_path, monkeypatch, **told)
    now = int(access.clock.now().timestamp())

    def token(**claims: Any) -> str:
        told = {"iss": "access", "aud": "assessment", "sub": "anna", "exp": now + 300, "designations": []}
        return f"Bearer {access.signer.sign(TOKEN, told | claims)}"

    strangers = [None, "Bearer x", "Bearer a.b.c", "Basic eDp5", token(aud="rights"), token(exp=now - 1)]
    async with http_to(app) as http:
        for n, shown in enumerate([*strangers, token()]):
            headers = {"traceparent": f"00-{TRACE[:-1]}{n:x}-00f067aa0ba902b7-01"}
            await http.get("/v1/signals", headers=headers | ({"Authorization": shown} if shown else {}))
    app.state.platform.tracing.close()
    spans = [json.loads(line) for line in (tmp_path / "traces").read_text().splitlines()]
    requests = [one["context"]["trace_id"] for one in spans if one["name"] == "GET /v1/signals"]
    assert len(requests) == len(strangers) + 1
    assert [one for one in requests if one.startswith(f"0x{TRACE[:-1]}")] == [f"0x{TRACE[:-1]}{len(strangers):x}"]


async def lines(postgres: Postgres, service: str) -> list[dict[str, Any]]:
    connection = await postgres.connect(service)
    rows = await connection.fetch("SELECT entry FROM audit ORDER BY written_at, id")
    await connection.close()
    return [json.loads(row["entry"]) for row in rows]


async def test_a_stranger_cannot_fill_the_audit_trail(
    parts: RealParts, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few lines, and then sums: nothing is left out, and a thousand refusals are as many lines as fifty."""
    number = "S-7K3MQ-9XD4T"

    async def ready(http: httpx.AsyncClient) -> None:
        while "database" in (await http.get("/statusz", headers=AS_OPERATOR)).json()["problems"]:
            await asyncio.sleep(0.1)

    async with served("sources", parts, postgres, tmp_path, monkeypatch) as (_, http), asyncio.timeout(60):
        await ready(http)
        for _ in range(SINGLE_LINES):
            assert (await http.get(f"/v1/signals/{number}", headers={"X-Purpose": "x"})).status_code == 401
        assert len(await lines(postgres, "sources")) == SINGLE_LINES
        for _ in range(200):
            assert (await http.get(f"/v1/signals/{number}")).status_code == 401
            assert (await http.get("/v1/tasks", headers={"Authorization": "Bearer a.b.c"})).status_code == 401
            assert (await http.delete("/v1/tasks")).status_code == 405
        assert len(await lines(postgres, "sources")) == SINGLE_LINES
    found = await lines(postgres, "sources")
    assert {one["record"] for one in found[:SINGLE_LINES]} == {number}
    sums = {(one["action"], one["reason"]): one["times"] for one in found[SINGLE_LINES:]}
    assert sums == {
        ("GET /v1/signals/{number}", "401"): 200,
        ("GET /v1/tasks", "401"): 200,
    }
    assert {(one["actor"], one["result"]) for one in found} == {(None, "refused")}
