"""A log-in at another provider than OpenBao's: npm oidc-provider, with tokens of five minutes and a session of its own. It signs
with ES256, and of its addresses only its own is known: the rest is what it says of itself."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlmodel import col

from deploy.embedded import portal as embedded
from deploy.embedded.home import Home
from services.access.api import router
from services.access.portal_api import router as portal_router
from services.access.portal_sessions import PortalSessions
from services.access.portal_store import PortalSession
from services.access.settings import Settings as AccessSettings
from services.access.store import UsedOnce
from services.access.use_cases import LOG_IN
from services.portal.app import create
from services.portal.sessions import COOKIE, Session
from services.portal.settings import Settings
from shared.http.problems import install
from shared.service.platform import Platform
from tests.platform.conftest import PlatformOf
from tests.platform.real import HERE
from tests.platform.test_exchange import access_of
from tests.second_provider import Visitor, second_provider

PORTAL = "http://127.0.0.1:4711"
CLIENT = ("the-portal", "a-secret-of-the-portal")
SAME = {"Sec-Fetch-Site": "same-origin"}
PAGE = "/dossiers/S-7K3MQ-9XD4T"


class Log:
    """The portal and access, with the second provider, and browsers before them."""

    def __init__(self, app: FastAPI, platform: Platform) -> None:
        self.app = app
        self.platform = platform
        self.visitors: list[Visitor] = []

    def visitor(self) -> Visitor:
        found = Visitor(httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=PORTAL))
        self.visitors.append(found)
        return found

    async def session(self, visitor: Visitor) -> Session:
        """His, that goes on."""
        found = await self.app.state.sessions.find(visitor.cookies["127.0.0.1:4711"][COOKIE])
        assert found is not None
        session: Session = found
        return session

    async def resumed(self, visitor: Visitor) -> dict[str, float]:
        """What access says of his log-in."""
        return await self.platform.verifier.verify((await self.session(visitor)).resume, kind=LOG_IN, service="access")


@pytest.fixture
async def log(platform_of: PlatformOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Log]:
    # All of it but the provider is in one process here, on a machine that may be busy with other things.
    monkeypatch.setattr("services.portal.keeper.KEEPER_SECONDS", 30.0)
    home = Home(tmp_path / "portal")
    home.make()
    home.write_secret("portal-client-id", CLIENT[0])
    home.write_secret("portal-client-secret", CLIENT[1])
    home.write_secret("portal-keys.json", embedded.public_keys(home))
    with second_provider(CLIENT, f"{PORTAL}/callback") as issuer:
        platform = await platform_of("access")
        settings = AccessSettings(
            **platform.settings.model_dump(),
            oidc_issuer=issuer,
            oidc_client_id=home.secret_file("portal-client-id"),
            portal_keys=home.secret_file("portal-keys.json"),
            first_designations=tmp_path / "none",
        )
        service = FastAPI()
        install(service)
        use_cases = access_of(platform, settings)
        service.include_router(router(platform, use_cases))
        service.include_router(portal_router(PortalSessions(platform, settings, use_cases)))
        async with listening(service) as access:
            nobody = "http://127.0.0.1:9"
            told = dict.fromkeys(("assessment", "sources", "casework", "rights"), nobody) | {"access": access}
            app = create(
                Settings(
                    portal_address=PORTAL,
                    portal_key=home.secret_file("portal-key"),
                    services=told,
                    oidc_issuer=issuer,
                    oidc_client_id=home.secret_file("portal-client-id"),
                    oidc_client_secret=home.secret_file("portal-client-secret"),
                )
            )
            log = Log(app, platform)
            async with app.router.lifespan_context(app):
                yield log
            for one in log.visitors:
                await one.close()


@contextlib.asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[str]:
    """`app` on a port of loopback; its address."""
    # Said to be TCP: else small answers wait for the acknowledgement of what went before.
    with socket.socket(proto=socket.IPPROTO_TCP) as bound:
        bound.bind((HERE, 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[bound]))
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://{HERE}:{bound.getsockname()[1]}"
        server.should_exit = True
        await task


async def out_of_time(log: Log, visitor: Visitor) -> None:
    """He did nothing for half an hour."""
    await log.session(visitor)
    async with log.platform.database.transaction() as session:
        await session.execute(update(PortalSession).values(seen=col(PortalSession.seen) - timedelta(seconds=1801)))


@pytest.mark.allowed("R-8.2")
async def test_somebody_works_a_day_on_a_token_of_five_minutes(log: Log) -> None:
    visitor = log.visitor()
    answer = await visitor.log_in(f"{PORTAL}/", "carla")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    page = await visitor.send("GET", f"{PORTAL}/")
    assert "U bent nog niet aangewezen" in page.text
    async with log.platform.database.reading() as session:
        used = [row.until for row in await session.scalars(select(UsedOnce))]
    assert max(used) - datetime.now(UTC) <= timedelta(minutes=5)
    said = await log.resumed(visitor)
    assert 8 * 3600 - 60 < said["until"] - time.time() <= 8 * 3600
    assert abs(said["auth_time"] - time.time()) < 60
    # He is not asked again while the provider knows him, and what he had does not become younger by it.
    await out_of_time(log, visitor)
    await visitor.log_in(f"{PORTAL}/inloggen")
    assert (await log.resumed(visitor))["auth_time"] == said["auth_time"]


async def test_what_he_typed_when_his_session_had_ended_is_there_again(log: Log) -> None:
    visitor = log.visitor()
    await visitor.log_in(f"{PORTAL}/", "carla")
    csrf = (await log.session(visitor)).csrf
    await out_of_time(log, visitor)
    form = {"csrf": csrf, "purpose": "weging", "note": "Wilgenroos woont er."}
    more = SAME | {"Referer": f"{PORTAL}{PAGE}"}
    answer = await visitor.send("POST", f"{PORTAL}{PAGE}/openen", form, **more)
    assert answer.headers["Location"] == "/uitgelogd?waarom=tijd"
    back = await visitor.log_in(f"{PORTAL}/inloggen")
    assert back.headers["Location"] == PAGE
    page = await visitor.send("GET", f"{PORTAL}{PAGE}")
    assert "Wat u had ingevuld, staat er nog." in page.text
    assert csrf in page.text, "a page that stood open elsewhere can still be sent"
    # What was sent is not shown again.
    answer = await visitor.send("POST", f"{PORTAL}{PAGE}/openen", form, **more)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)


async def test_it_is_not_for_who_logs_in_there_after_him(log: Log) -> None:
    visitor = log.visitor()
    await visitor.log_in(f"{PORTAL}/", "carla")
    csrf = (await log.session(visitor)).csrf
    await out_of_time(log, visitor)
    form = {"csrf": csrf, "note": "Wilgenroos woont er."}
    await visitor.send("POST", f"{PORTAL}{PAGE}/openen", form, **SAME, Referer=f"{PORTAL}{PAGE}")
    visitor.forgets_the_provider()
    back = await visitor.log_in(f"{PORTAL}/inloggen", "daan")
    page = await visitor.send("GET", f"{PORTAL}{urlsplit(back.headers['Location']).path}")
    assert "Wat u had ingevuld" not in page.text
    assert "Wilgenroos" not in page.text
    assert (await log.session(visitor)).user_id == "daan"
    assert (await log.session(visitor)).csrf != csrf


@pytest.mark.refused("R-8.2")
async def test_who_has_to_show_again_who_he_is_is_asked_by_a_provider_that_knows_him(log: Log) -> None:
    visitor = log.visitor()
    await visitor.log_in(f"{PORTAL}/", "carla")
    with pytest.raises(AssertionError, match="asks who he is"):
        await visitor.log_in(f"{PORTAL}/inloggen?opnieuw=ja")
    answer = await visitor.log_in(f"{PORTAL}/inloggen?opnieuw=ja", "carla")
    assert answer.status_code == 303


@pytest.mark.refused("R-8.2")
async def test_who_logs_out_is_out_in_every_browser(log: Log) -> None:
    here, there = log.visitor(), log.visitor()
    for one in (here, there):
        await one.log_in(f"{PORTAL}/", "carla")
    csrf = (await log.session(here)).csrf
    answer = await here.send("POST", f"{PORTAL}/uitloggen", {"csrf": csrf}, **SAME)
    assert answer.headers["Location"] == "/uitgelogd"
    for one in (here, there):
        gone = await one.send("GET", f"{PORTAL}/")
        assert gone.headers["Location"] == "/inloggen"


async def test_words_that_are_kept_stay_while_he_does_something_else(log: Log) -> None:
    visitor = log.visitor()
    await visitor.log_in(f"{PORTAL}/", "carla")
    csrf = (await log.session(visitor)).csrf
    await out_of_time(log, visitor)
    form = {"csrf": csrf, "note": "Wilgenroos woont er."}
    await visitor.send("POST", f"{PORTAL}{PAGE}/openen", form, **SAME, Referer=f"{PORTAL}{PAGE}")
    await visitor.log_in(f"{PORTAL}/inloggen")
    other = "/dossiers/S-7K3MQ-9XD4V"
    sent = {"csrf": csrf, "purpose": "weging"}
    await visitor.send("POST", f"{PORTAL}{other}/openen", sent, **SAME, Referer=f"{PORTAL}{other}")
    page = await visitor.send("GET", f"{PORTAL}{PAGE}")
    assert "Wat u had ingevuld, staat er nog." in page.text


async def test_what_the_provider_does_not_confirm_is_said_and_not_asked_for_ever(log: Log) -> None:
    visitor = log.visitor()
    begun = await visitor.send("GET", f"{PORTAL}/inloggen")
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    answer = await visitor.send("GET", f"{PORTAL}/callback?code=none-of-its-own&state={state}")
    assert answer.status_code == 400
    assert "Inloggen is niet gelukt" in answer.text


async def test_a_log_in_that_somebody_else_began_is_not_finished_here(log: Log) -> None:
    """Whoever has a victim's browser open the answer to his own log-in logs him in as nobody."""
    thief, victim = log.visitor(), log.visitor()
    begun = await thief.send("GET", f"{PORTAL}/inloggen")
    state = parse_qs(urlsplit(begun.headers["Location"]).query)["state"][0]
    for _ in range(2):
        answer = await victim.send("GET", f"{PORTAL}/callback?code=of-the-thief&state={state}")
        assert answer.status_code == 400
        assert COOKIE not in victim.cookies["127.0.0.1:4711"]
        # Also when he has begun one himself.
        await victim.send("GET", f"{PORTAL}/inloggen")
