"""Two processes of the portal before access, on a real PostgreSQL: somebody who logs in at one works at the other, and out is out."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import secrets
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.datastructures import FormData

from deploy.embedded import portal as embedded
from services.access.portal_store import MOST_OF_ONE, MOST_WORDS_OF_ONE
from services.access.use_cases import LOG_IN
from services.portal import kept as keeping
from services.portal.app import create
from services.portal.sessions import COOKIE, Session
from services.portal.settings import Settings
from shared.errors import NotAuthenticated
from tests.platform.conftest import PlatformOf
from tests.platform.desk import MovedClock
from tests.platform.real import Bao, Postgres
from tests.platform.test_exchange import Exchange, exchange_of
from tests.platform.test_second_provider import listening

ADDRESS = "https://portal.example.nl"
SAME = {"Sec-Fetch-Site": "same-origin"}
PAGE = "/dossiers/S-7K3MQ-9XD4T/besluiten/weging-1?antwoord=suspicion"
DOSSIER = "/dossiers/S-7K3MQ-9XD4T"
WORDS = "Wilgenroos woont er."
REPLACEMENT = "vervanger"
FOR_SESSIONS = "access-sessions"
LOOKS = 200


class NowClock(MovedClock):
    """Of the machine: what the portal signs is of now."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Portals:
    """Two processes of the portal, A and B, and access."""

    access: Exchange
    postgres: Postgres
    address: str
    a: FastAPI
    b: FastAPI

    def another(self) -> FastAPI:
        """A process that has just begun."""
        return portal_at(self.access, self.address)

    async def log_in(self, user: str = "carla") -> str:
        """Somebody logs in at A; what his browser has."""
        given = await self.access.exchanged(*self.access.log_in(user), audience="access")
        session = Session(given["refresh_token"], self.access.subjects[user], ("oov", REPLACEMENT), csrf="the-token")
        number: str = await self.a.state.sessions.begin(session)
        return number

    async def get(self, app: FastAPI, number: str, path: str = "/") -> httpx.Response:
        async with browser(app, number) as one:
            return await one.get(path)

    async def is_in(self, app: FastAPI, number: str) -> bool:
        return (await self.get(app, number)).status_code == 200

    async def posted(self, app: FastAPI, number: str, path: str, **typed: str) -> httpx.Response:
        async with browser(app, number) as one:
            return await one.post(path, data={"csrf": "the-token", **typed}, headers=SAME | {"Referer": ADDRESS + PAGE})

    async def sql(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """As the superuser of PostgreSQL."""
        connection = await self.postgres.connect("access")
        try:
            return [dict(row) for row in await connection.fetch(query, *values)]
        finally:
            await connection.close()


def portal_at(access: Exchange, address: str) -> FastAPI:
    nobody = "http://127.0.0.1:9"
    told = dict.fromkeys(("assessment", "sources", "casework", "rights", "worklist"), nobody) | {"access": address}
    files = {one: access.home.secret_file(f"portal-{one}") for one in ("key", "client-id")}
    return create(
        Settings(
            portal_address=ADDRESS,
            portal_key=files["key"],
            services=told,
            oidc_issuer="https://log-in.example.nl",
            oidc_client_id=files["client-id"],
            oidc_client_secret=files["client-id"],
        )
    )


def browser(app: FastAPI, number: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS, cookies={COOKIE: number})


@pytest.fixture
async def portals(
    platform_of: PlatformOf, openbao: Bao, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Portals]:
    # All of it is in one process here, on a machine that may be busy with other things.
    monkeypatch.setattr("services.portal.keeper.KEEPER_SECONDS", 30.0)
    async with contextlib.AsyncExitStack() as stack:
        access = await stack.enter_async_context(exchange_of(platform_of, openbao, tmp_path, NowClock()))
        address = await stack.enter_async_context(listening(access.app))
        both = [portal_at(access, address) for _ in range(2)]
        for one in both:
            await stack.enter_async_context(one.router.lifespan_context(one))
        yield Portals(access, postgres, address, *both)


@pytest.mark.allowed("R-8.2")
async def test_who_logs_in_at_one_works_at_the_other_and_after_a_new_start(portals: Portals) -> None:
    number = await portals.log_in()
    answer = await portals.posted(portals.a, number, "/dossiers/S-7K3MQ-9XD4T/openen", purpose="weging")
    assert answer.status_code == 303
    fresh = portals.another()
    async with fresh.router.lifespan_context(fresh):
        for one in (portals.b, fresh):
            assert await portals.is_in(one, number)
            found = await one.state.sessions.find(number)
            assert found.purposes == {"S-7K3MQ-9XD4T": "weging"}, "he is not asked again for what he opens it"


@pytest.mark.refused("R-8.2")
async def test_who_logs_out_at_one_is_out_at_the_other_in_every_browser(portals: Portals) -> None:
    here, there, other = await portals.log_in(), await portals.log_in(), await portals.log_in("daan")
    for number in (here, there, other):
        assert await portals.is_in(portals.b, number)
    slow = await portals.b.state.sessions.find(there)
    answer = await portals.posted(portals.a, here, "/uitloggen")
    assert answer.headers["Location"] == "/uitgelogd"
    # A request that was under way ends after it.
    slow.purposes["S-7K3MQ-9XD4T"] = "weging"
    await portals.b.state.sessions.save(slow)
    for app in (portals.a, portals.b):
        for number in (here, there):
            assert (await portals.get(app, number)).headers["Location"] == "/inloggen"
        assert await portals.is_in(app, other)
    assert len(await portals.sql("SELECT name FROM portal_session")) == 1


@pytest.mark.refused("R-8.2")
async def test_a_row_that_is_put_back_after_a_log_out_opens_nothing(portals: Portals) -> None:
    """Who can write in the database of access, with the browser's cookie: also when he takes the row of the log-out away."""
    number = await portals.log_in()
    await portals.posted(portals.b, number, f"{DOSSIER}/openen", purpose="weging")
    await portals.sql("CREATE TABLE stolen AS SELECT * FROM portal_session")
    await portals.posted(portals.a, number, "/uitloggen")
    await portals.sql("INSERT INTO portal_session SELECT * FROM stolen")
    for app in (portals.a, portals.b):
        assert (await portals.get(app, number)).headers["Location"] == "/inloggen"
    # Said to be of later than the log-out: found, and of no use, since access judges what it gave for the log-in.
    await portals.sql("UPDATE portal_session SET is_over = false, ends_by_leaving_at = now() + interval '1 hour'")
    found = await portals.b.state.sessions.find(number)
    assert found is not None
    with pytest.raises(NotAuthenticated):
        await portals.b.state.calls.get(found, "assessment", "/v1/signals")
    assert (await portals.get(portals.a, number, DOSSIER)).headers["Location"] == "/uitgelogd?waarom=tijd"


@pytest.mark.refused("R-8.2")
async def test_a_row_that_is_forged_or_another_is_no_session(portals: Portals) -> None:
    mine, his = await portals.log_in(), await portals.log_in("daan")
    of_me, of_him = (portals.a.state.sessions._sealing.name(one, "session") for one in (mine, his))
    (row,) = await portals.sql("SELECT sealed, user_id FROM portal_session WHERE name = $1", of_him)
    change = "UPDATE portal_session SET sealed = $2, user_id = $3 WHERE name = $1"
    forged = base64.urlsafe_b64encode(secrets.token_bytes(400)).decode()
    for sealed, user_id in ((row["sealed"], row["user_id"]), (forged, row["user_id"])):
        await portals.sql(change, of_me, sealed, user_id)
        assert (await portals.get(portals.b, mine)).headers["Location"] == "/inloggen"
    # His own row under another's name: whose it is, is sealed as well.
    await portals.sql("UPDATE portal_session SET user_id = 'u-another' WHERE name = $1", of_him)
    assert not await portals.is_in(portals.b, his)
    chosen = secrets.token_urlsafe(32)
    assert (await portals.get(portals.a, chosen)).headers["Location"] == "/inloggen"


@pytest.mark.allowed("R-8.2")
async def test_both_get_a_token_at_once_and_nobody_is_logged_out(portals: Portals) -> None:
    number = await portals.log_in()
    await portals.posted(portals.a, number, f"{DOSSIER}/openen", purpose="weging")
    session = await portals.a.state.sessions.find(number)
    claims = await portals.access.claims(session.resume, LOG_IN)
    # Of a minute ago: two that are given within one second are the same.
    first = session.resume = portals.access.platform.signer.sign(LOG_IN, claims | {"exp": claims["exp"] - 60})
    await portals.a.state.sessions.save(session)
    for _ in range(2):
        for app in (portals.a, portals.b):
            for tokens in app.state.sessions._tokens.values():
                tokens.clear()
        answers = await asyncio.gather(*(portals.get(app, number, DOSSIER) for app in [portals.a, portals.b] * 3))
        # The service that would have it is away; who he is was not asked.
        assert [one.status_code for one in answers] == [503] * 6
    session = await portals.b.state.sessions.find(number)
    assert session.tokens
    assert session.resume != first
    assert (await portals.access.claims(session.resume, LOG_IN))["sub"] == portals.access.subjects["carla"]
    assert session.purposes == {"S-7K3MQ-9XD4T": "weging"}


@pytest.mark.refused("R-8.2")
async def test_it_ends_when_nothing_happens_and_when_the_log_in_is_over(portals: Portals) -> None:
    number, other = await portals.log_in(), await portals.log_in("daan")
    await portals.posted(portals.a, number, f"{DOSSIER}/openen", purpose="weging")
    # Work at either counts for both, once in a quarter of a minute.
    await portals.sql("UPDATE portal_session SET seen = seen - interval '20 minutes'")
    assert await portals.is_in(portals.b, number)
    await portals.sql("UPDATE portal_session SET seen = seen - interval '20 minutes'")
    assert await portals.is_in(portals.a, number)
    assert (await portals.get(portals.b, other)).headers["Location"] == "/uitgelogd?waarom=tijd"
    assert (await portals.get(portals.a, other)).headers["Location"] == "/uitgelogd?waarom=tijd", "it stays over"
    # Whoever keeps the row young makes the log-in no longer: that is signed, and its day ends.
    session = await portals.a.state.sessions.find(number)
    claims = await portals.access.claims(session.resume, LOG_IN)
    past = int(datetime.now(UTC).timestamp()) - 1
    session.resume = portals.access.platform.signer.sign(LOG_IN, claims | {"exp": past})
    await portals.a.state.sessions.save(session)
    assert (await portals.get(portals.b, number, DOSSIER)).headers["Location"] == "/uitgelogd?waarom=tijd"
    assert not await portals.is_in(portals.a, number)


async def test_what_was_typed_too_late_at_one_is_found_at_the_other_by_whom_it_is_of(portals: Portals) -> None:
    number = await portals.log_in()
    await portals.sql("UPDATE portal_session SET seen = seen - interval '40 minutes'")
    async with browser(portals.a, number) as one:
        sent = {"csrf": "the-token", "reason": WORDS}
        answer = await one.post("/dossiers/S-7K3MQ-9XD4T/iets", data=sent, headers=SAME | {"Referer": ADDRESS + PAGE})
        # No such page: what is asked first is who he is.
        assert answer.status_code == 404
        answer = await one.post(PAGE, data=sent, headers=SAME | {"Referer": ADDRESS + PAGE})
        assert answer.headers["Location"] == "/uitgelogd?waarom=tijd"
        secret = one.cookies[keeping.KEPT_COOKIE]
    carla, kept = portals.access.subjects["carla"], portals.b.state.kept
    assert await kept.page_of(secret, carla) == PAGE
    assert dict(await kept.words(secret, carla, PAGE)) == {"reason": WORDS}
    assert await kept.page_of(secret, portals.access.subjects["daan"]) is None
    # Of one person the last few; nobody else's go.
    left = await portals.a.state.sessions.left(number)
    daan = await portals.b.state.sessions.find(await portals.log_in("daan"))
    of_daan = await kept.put(daan, PAGE, FormData(sent))
    mine = [await kept.put(left, PAGE, FormData(sent)) for _ in range(MOST_WORDS_OF_ONE + 2)]
    there = [await kept.page_of(one, carla) is not None for one in mine]
    assert there == [False, False] + [True] * MOST_WORDS_OF_ONE
    assert await kept.page_of(of_daan, daan.user_id) == PAGE
    # Logging out leaves nothing of it; nor does a quarter of an hour.
    again = await portals.log_in()
    await portals.posted(portals.a, again, "/uitloggen")
    assert await kept.page_of(mine[-1], carla) is None
    await portals.sql("UPDATE portal_words SET until = until - interval '20 minutes'")
    assert await kept.page_of(of_daan, daan.user_id) is None


async def test_nothing_of_it_is_readable_where_it_is_kept(portals: Portals) -> None:
    number = await portals.log_in()
    await portals.posted(portals.a, number, "/dossiers/S-7K3MQ-9XD4T/openen", purpose="contact-melder")
    session = await portals.b.state.sessions.find(number)
    secret = await portals.b.state.kept.put(session, PAGE, FormData({"reason": WORDS}))
    rows = await portals.sql("SELECT * FROM portal_session") + await portals.sql("SELECT * FROM portal_words")
    assert len(rows) == 2
    said = json.dumps(rows, default=str)
    opened = [base64.urlsafe_b64decode(one["sealed"]).decode("latin-1") for one in rows]
    # What is sealed is base64, in which a word of three letters is there by chance sooner or later: each of these is long.
    typed = ("S-7K3MQ-9XD4T", "contact-melder", REPLACEMENT, WORDS, PAGE)
    for canary in (number, secret, session.resume, session.csrf, *typed):
        assert canary not in said
        assert not any(canary in one for one in opened)
    assert portals.access.subjects["carla"] in said, "whose it is access knows, and ends it by"


@pytest.mark.refused("R-8.2")
async def test_nobody_but_the_portal_keeps_or_finds_anything(portals: Portals) -> None:
    access, number = portals.access, await portals.log_in()
    name = portals.a.state.sessions._sealing.name(number, "session")
    mine = embedded.assertion(access.home, aud=FOR_SESSIONS)
    given = await access.exchanged(*access.log_in(), audience="access")
    body = {"name": "a" * 64, "token": given["refresh_token"], "idleSeconds": 1800, "sealed": "AAAA"}
    asked: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", f"/v1/sessions/{name}", None),
        ("PUT", f"/v1/sessions/{name}", {"version": 1, "sealed": "AAAA"}),
        ("POST", "/v1/sessions", body),
        ("POST", "/v1/words", {"name": "b" * 64, "session": name, "sealed": "AAAA"}),
        ("GET", f"/v1/words/{name}", None),
        ("DELETE", f"/v1/words/{name}", None),
        ("DELETE", f"/v1/sessions/{name}", None),
    ]
    for shown in ("", "a.b.c", embedded.assertion(access.home), given["access_token"], given["refresh_token"]):
        for method, path, sent in asked:
            answer = await access.http.request(method, path, json=sent, headers={"Client-Assertion": shown})
            assert answer.status_code == 401, (method, path)
    assert (await access.ask(access.form(*access.log_in(), client_assertion=mine))).status_code == 401, (
        "it makes no token"
    )
    # Whose a session is comes from what access gave, and from nobody's word.
    for token in ("x", given["access_token"]):
        answer = await access.http.post(
            "/v1/sessions", json=body | {"token": token}, headers={"Client-Assertion": mine}
        )
        assert answer.status_code == 401
    for method, path, sent in asked:
        answer = await access.http.request(method, path, json=sent, headers={"Client-Assertion": mine})
        assert answer.status_code in (200, 204), (method, path, answer.text)


async def test_one_person_takes_nobody_elses_place(portals: Portals) -> None:
    other, mine = await portals.log_in("daan"), [await portals.log_in()]
    session = await portals.a.state.sessions.find(mine[0])
    mine += [await portals.a.state.sessions.begin(session) for _ in range(MOST_OF_ONE + 2)]
    found = [await portals.b.state.sessions.find(one) is not None for one in mine]
    assert found == [False] * 3 + [True] * MOST_OF_ONE
    assert await portals.is_in(portals.b, other)
    await portals.sql("UPDATE portal_session SET seen = seen - interval '13 hours'")
    await portals.log_in()
    assert len(await portals.sql("SELECT name FROM portal_session")) == 1, "of what ended long ago nothing is left"


async def test_a_page_asks_for_its_session_once_and_writes_only_what_it_changed(portals: Portals) -> None:
    number = await portals.log_in()
    asked: list[str] = []
    keeper = portals.a.state.sessions._keeper
    send = keeper._send

    async def counted(method: str, *asks: Any, **more: Any) -> Any:
        asked.append(method)
        return await send(method, *asks, **more)

    keeper._send = counted
    for _ in range(2):
        await portals.get(portals.a, number, "/opnieuw-inloggen")
    assert asked == ["GET", "GET"]
    await portals.posted(portals.a, number, f"{DOSSIER}/openen", purpose="weging")
    assert asked[2:] == ["GET", "PUT"]
    await portals.posted(portals.a, number, f"{DOSSIER}/openen", purpose="weging")
    assert asked[4:] == ["GET"], "it is as it was"


@pytest.mark.drill
async def test_how_long_a_page_takes_with_a_session_that_is_kept_elsewhere(portals: Portals) -> None:
    """Prints it: a page about which no service is asked, so that nearly all of it is the session. One process does everything."""
    number = await portals.log_in()
    taken: list[float] = []
    async with browser(portals.a, number) as one:
        for _ in range(LOOKS):
            began = time.perf_counter()
            assert (await one.get("/opnieuw-inloggen")).status_code == 200
            taken.append(time.perf_counter() - began)
    half, most = statistics.median(taken), sorted(taken)[int(LOOKS * 0.95)]
    print(f"a page with its session: p50 {half * 1000:.1f} ms, p95 {most * 1000:.1f} ms of {LOOKS}")
    assert half < 0.1
