"""A log-in becomes tokens: for the portal alone, which shows its key; for the log-in that it began; and once."""

from __future__ import annotations

import base64
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from deploy.embedded import portal
from deploy.embedded.home import Home
from deploy.openbao import log_in as provider
from deploy.openbao import people
from services.access.api import router
from services.access.leases import Leasing
from services.access.portal import ASSERTION_SECONDS
from services.access.portal_api import router as portal_router
from services.access.portal_sessions import PortalSessions
from services.access.register import Registering
from services.access.settings import Settings
from services.access.statements import Statements
from services.access.use_cases import LOG_IN, Access
from services.portal.exchange import ASSERTION
from shared.http.problems import install
from shared.identity import TOKEN, TOKEN_SECONDS
from shared.service.platform import Platform
from tests.platform.conftest import PlatformOf
from tests.platform.desk import MovedClock
from tests.platform.real import Bao
from tests.platform.served import http_to

USERS = {"carla": secrets.token_urlsafe(9), "daan": secrets.token_urlsafe(9)}


@dataclass
class Exchange:
    """access, and the portal with its key, at a provider where carla and daan have a password."""

    platform: Platform
    clock: MovedClock
    bao: Bao
    home: Home
    http: httpx.AsyncClient
    subjects: dict[str, str]
    app: FastAPI

    def log_in(self, user: str = "carla") -> tuple[str, str]:
        client = people.portal_client(self.bao.administrator)
        return provider.log_in(self.bao.address, user, USERS[user], client, self.bao.tls("setup"))

    def form(self, *log_in: str, audience: str = "assessment", **more: str) -> dict[str, str]:
        return portal.exchange_form(self.home, audience, *log_in) | more

    async def ask(self, form: dict[str, str]) -> httpx.Response:
        return await self.http.post("/v1/tokens", data=form)

    async def exchanged(self, *log_in: str, **more: str) -> dict[str, Any]:
        answer = await self.ask(self.form(*log_in, **more))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def late(self) -> str:
        """An assertion as the portal signs it when it is as late as it is for access."""
        now = int(self.clock.now().timestamp())
        return portal.assertion(self.home, iat=now, exp=now + 60)

    async def asked_late(self, resume: str) -> dict[str, Any]:
        """What is given for a log-in, as late as it is; nothing when it is over."""
        answer = await self.ask(self.form(resume, client_assertion=self.late()))
        assert answer.status_code in (200, 401), answer.text
        found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
        return found

    async def log_out(self, resume: str, **more: str) -> httpx.Response:
        form = {"client_assertion_type": ASSERTION, "client_assertion": self.late(), "token": resume} | more
        return await self.http.post("/v1/log-outs", data=form)

    async def claims(self, token: str, kind: str = TOKEN) -> dict[str, Any]:
        return await self.platform.verifier.verify(token, kind=kind, service="access")


@pytest.fixture
async def access(platform_of: PlatformOf, openbao: Bao, tmp_path: Path) -> AsyncIterator[Exchange]:
    async with exchange_of(platform_of, openbao, tmp_path, MovedClock()) as found:
        yield found


@contextlib.asynccontextmanager
async def exchange_of(
    platform_of: PlatformOf, openbao: Bao, tmp_path: Path, clock: MovedClock
) -> AsyncIterator[Exchange]:
    subjects = people.apply(openbao.administrator, openbao.address, USERS)
    home = Home(tmp_path / "portal")
    home.make()
    home.write_secret("portal-client-id", people.portal_client(openbao.administrator)[0])
    home.write_secret("portal-keys.json", portal.public_keys(home))
    issuer = f"{openbao.address}/v1/identity/oidc/provider/{provider.PROVIDER}"
    platform = await platform_of("access", clock)
    settings = Settings(
        **platform.settings.model_dump(),
        oidc_issuer=issuer,
        oidc_authorities=platform.settings.tls_authorities,
        oidc_client_id=home.secret_file("portal-client-id"),
        portal_keys=home.secret_file("portal-keys.json"),
        first_designations=tmp_path / "none",
    )
    app = FastAPI()
    install(app)
    use_cases = access_of(platform, settings)
    app.include_router(router(platform, use_cases))
    app.include_router(portal_router(PortalSessions(platform, settings, use_cases)))
    async with http_to(app) as http:
        yield Exchange(platform, clock, openbao, home, http, subjects, app)


def access_of(platform: Platform, settings: Settings) -> Access:
    statements = Statements(platform)
    leasing = Leasing(platform, settings, statements)
    return Access(platform, settings, statements, Registering(platform, settings, statements, leasing), leasing)


async def test_one_log_in_gives_tokens_of_several_services(access: Exchange) -> None:
    first = await access.exchanged(*access.log_in())
    again = await access.exchanged(first["refresh_token"], audience="rights")
    for given, service in ((first, "assessment"), (again, "rights")):
        claims = await access.claims(given["access_token"])
        assert (claims["sub"], claims["aud"]) == (access.subjects["carla"], service)
        assert claims["exp"] == int(access.clock.now().timestamp()) + TOKEN_SECONDS


async def test_who_is_not_the_portal_gets_nothing_for_a_stolen_log_in(access: Exchange, tmp_path: Path) -> None:
    """With the log-in and its nonce, the client's id and secret at the provider, and everything but the portal's key."""
    log_in = access.log_in()
    thief = Home(tmp_path / "thief")
    thief.make()
    thief.write_secret("portal-client-id", access.home.secret("portal-client-id"))
    known = json.loads(portal.public_keys(access.home))["keys"][0]["kid"]
    thief.write_secret("portal-key", json.dumps(OKPKey.generate_key("Ed25519", {"kid": known}).as_dict(private=True)))
    now = int(access.clock.now().timestamp())
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    for shown in (
        portal.assertion(thief),
        " ",
        "a.b.c",
        f"{unsigned}.e30.",
        f"{base64.urlsafe_b64encode(b'[' * 2000).decode()}.e30.AAAA",
        f"e30.{base64.urlsafe_b64encode(b'[' * 2000).decode()}.AAAA",
        log_in[0],
        access.platform.signer.sign(LOG_IN, {"iss": "x", "sub": "x", "aud": "access", "exp": now + 60}),
    ):
        assert (await access.ask(access.form(*log_in, client_assertion=shown))).status_code == 401
    without = access.form(*log_in)
    del without["client_assertion"]
    assert (await access.ask(without)).status_code == 400
    # Nothing of this has used the log-in up.
    resume = (await access.exchanged(*log_in))["refresh_token"]
    form = access.form(resume, client_assertion=portal.assertion(thief))
    assert (await access.ask(form)).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "assessment"},
        {"aud": ["access"]},
        {"iss": "another"},
        {"sub": "another"},
        {"iat": None},
        {"exp": "soon"},
        {"iat": 2**40},
    ],
    ids=str,
)
async def test_an_assertion_is_the_portals_for_access_and_of_now(access: Exchange, wrong: dict[str, Any]) -> None:
    form = access.form(*access.log_in(), client_assertion=portal.assertion(access.home, **wrong))
    assert (await access.ask(form)).status_code == 401


async def test_an_assertion_lives_a_minute_whatever_it_says(access: Exchange) -> None:
    now = int(access.clock.now().timestamp())
    old = portal.assertion(access.home, iat=now - ASSERTION_SECONDS, exp=now + 3600)
    assert (await access.ask(access.form(*access.log_in(), client_assertion=old))).status_code == 401


async def test_an_assertion_is_used_once(access: Exchange) -> None:
    form = access.form(*access.log_in())
    assert (await access.ask(form)).status_code == 200
    again = access.form(*access.log_in("daan"), client_assertion=form["client_assertion"])
    assert (await access.ask(again)).status_code == 401


async def test_a_log_in_that_the_portal_did_not_begin_is_none(access: Exchange) -> None:
    """Somebody has the portal's browser bring a log-in of his own, or of somebody else."""
    (of_carla, nonce), (_, other) = access.log_in(), access.log_in("daan")
    for wrong in (other, f"{nonce}x", "x"):
        assert (await access.ask(access.form(of_carla, wrong))).status_code == 401
    assert (await access.ask(access.form(of_carla, nonce) | {"nonce": ""})).status_code == 401
    assert (await access.exchanged(of_carla, nonce))["access_token"]


def _rewritten(token: str) -> str:
    """The same bytes of the signature in other letters, which a lenient reader takes for the same."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + letters[letters.index(token[-1]) + 1]


@pytest.mark.parametrize(
    "written", [lambda token: token, _rewritten, lambda token: f"{token}="], ids=("same", "rewritten", "padded")
)
async def test_an_id_token_is_used_once(access: Exchange, written: Callable[[str], str]) -> None:
    token, nonce = access.log_in()
    await access.exchanged(token, nonce)
    for audience in ("assessment", "rights"):
        assert (await access.ask(access.form(written(token), nonce, audience=audience))).status_code == 401


async def test_it_is_remembered_until_it_has_run_out_and_no_longer(access: Exchange) -> None:
    token, nonce = access.log_in()
    await access.exchanged(token, nonce)
    access.clock.pass_by(290)
    # What says that it is now is for the clock of access.
    now = int(access.clock.now().timestamp())
    late = portal.assertion(access.home, iat=now, exp=now + 60)
    assert (await access.ask(access.form(token, nonce, client_assertion=late))).status_code == 401
    access.clock.pass_by(3600)
    now = int(access.clock.now().timestamp())
    late = portal.assertion(access.home, iat=now, exp=now + 60)
    assert (await access.ask(access.form(token, nonce, client_assertion=late))).status_code == 401, "it has run out"


@pytest.mark.allowed("R-8.2")
async def test_a_log_in_lasts_while_it_is_used_and_no_longer_than_a_working_day(access: Exchange) -> None:
    """The provider's token is for minutes; what access gives for it goes on from one exchange to the next."""
    token, nonce = access.log_in()
    begun = access.clock.now()
    resume = (await access.exchanged(token, nonce))["refresh_token"]
    until = (await access.claims(resume, LOG_IN))["until"]
    assert timedelta(hours=7, minutes=55) < datetime.fromtimestamp(until, UTC) - begun < timedelta(hours=8, minutes=5)
    while access.clock.now() + timedelta(minutes=30) < datetime.fromtimestamp(until, UTC):
        access.clock.pass_by(1800)
        given = await access.asked_late(resume)
        resume = given["refresh_token"]
    assert (await access.claims(resume, LOG_IN))["exp"] == until, "using it does not make the day longer"
    access.clock.at = datetime.fromtimestamp(until, UTC)
    assert await access.asked_late(resume) == {}


@pytest.mark.refused("R-8.2")
async def test_who_does_nothing_for_a_while_is_out(access: Exchange) -> None:
    resume = (await access.exchanged(*access.log_in()))["refresh_token"]
    access.clock.pass_by(2100)
    assert await access.asked_late(resume) == {}


@pytest.mark.refused("R-8.2")
async def test_who_logs_out_is_out_everywhere_and_nobody_else(access: Exchange) -> None:
    """What was given before is worth nothing, of each of his log-ins; he can log in again."""
    here, there = [(await access.exchanged(*access.log_in()))["refresh_token"] for _ in range(2)]
    other = (await access.exchanged(*access.log_in("daan")))["refresh_token"]
    access.clock.at = datetime.now(UTC)
    thief = {"client_assertion": "a.b.c"}
    assert (await access.log_out(here, **thief)).status_code == 401
    assert (await access.log_out(here)).status_code == 204
    for token in (here, there):
        assert await access.asked_late(token) == {}
        assert (await access.log_out(token)).status_code == 204, "one that is over needs no end"
    assert await access.asked_late(other)
    again = access.log_in()
    access.clock.at = datetime.now(UTC)
    assert (await access.ask(access.form(*again))).status_code == 200
    assert (await access.log_out("no token")).status_code == 204


@pytest.mark.refused("R-8.2")
async def test_whom_the_provider_still_knows_shows_anew_who_he_is_after_he_logged_out(access: Exchange) -> None:
    """Else who sits down at his screen is him, without a password."""
    resume = (await access.exchanged(*access.log_in()))["refresh_token"]
    # Of before, as a provider says it of a browser that it knows.
    known, other = access.log_in(), access.log_in("daan")
    access.clock.at = datetime.now(UTC)
    access.clock.pass_by(5)
    assert (await access.log_out(resume)).status_code == 204
    access.clock.pass_by(5)
    assert (await access.ask(access.form(*known, client_assertion=access.late()))).status_code == 401
    assert (await access.ask(access.form(*other, client_assertion=access.late()))).status_code == 200


async def test_a_token_says_when_somebody_showed_who_he_is(access: Exchange) -> None:
    """And the next ones the same: it does not become younger by going on with it."""
    first = await access.exchanged(*access.log_in())
    said = (await access.claims(first["access_token"]))["auth_time"]
    assert abs(said - access.clock.now().timestamp()) < 30
    access.clock.pass_by(1000)
    again = await access.asked_late(first["refresh_token"])
    assert (await access.claims(again["access_token"]))["auth_time"] == said


async def test_no_token_stands_in_for_another(access: Exchange) -> None:
    first = await access.exchanged(*access.log_in())
    token, nonce = access.log_in()
    assert (await access.ask(access.form(first["access_token"]))).status_code == 401
    assert (await access.ask(access.form(token))).status_code == 401, "an ID token without its nonce"
    assert (await access.ask(access.form(first["refresh_token"], nonce))).status_code == 401
    answer = await access.http.get("/v1/designations", headers={"Authorization": f"Bearer {first['refresh_token']}"})
    assert answer.status_code == 401


async def test_the_portals_keys_are_read_anew(access: Exchange) -> None:
    """Its new key counts without a restart of access, and the old one no longer."""
    old = portal.assertion(access.home)
    access.home.secret_file("portal-key").unlink()
    access.home.write_secret("portal-keys.json", portal.public_keys(access.home))
    assert (await access.ask(access.form(*access.log_in(), client_assertion=old))).status_code == 401
    assert (await access.exchanged(*access.log_in()))["access_token"]


async def test_a_signature_of_another_kind_of_key_is_none(access: Exchange) -> None:
    """The public key is no secret, and not to be taken for one."""
    public = json.loads(portal.public_keys(access.home))["keys"][0]
    key = OctKey.import_key(base64.urlsafe_b64decode(public["x"] + "=="))
    now = int(access.clock.now().timestamp())
    client = access.home.secret("portal-client-id")
    claims = {"iss": client, "sub": client, "aud": "access", "iat": now, "exp": now + 60}
    forged = jwt.encode({"alg": "HS256", "kid": public["kid"]}, claims, key, algorithms=["HS256"])
    assert (await access.ask(access.form(*access.log_in(), client_assertion=forged))).status_code == 401
