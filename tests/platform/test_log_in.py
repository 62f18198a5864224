"""Garbage costs the log-in provider nothing: its keys are fetched for what can be its token, and not all the time."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from services.access.provider import (
    ID_TOKEN_SECONDS,
    INTERVAL,
    KEYS_AGE,
    KEYS_WITHOUT_PROVIDER,
    MOST_HEADER,
    MOST_SUBJECT,
    MOST_TOKEN,
    Provider,
)
from services.access.settings import Settings
from shared.errors import NotAuthenticated, PartDown
from shared.oidc import WELL_KNOWN, Discovery

ISSUER = "https://log-in.example.nl"
NONCE = "of-this-log-in"
WORKING_DAY = 8 * 3600


class Given:
    moment = datetime(2027, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@dataclass
class LogIn:
    """A log-in provider: its keys, and how often it was asked for them."""

    keys: list[Any] = field(default_factory=list)
    asked: int = 0
    down: bool = False
    settings: Any = None
    """What access is told of it."""

    def new_key(self) -> RSAKey:
        key = RSAKey.generate_key(2048, {"kid": f"key-{len(self.keys)}"})
        self.keys.append(key)
        return key

    async def answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        if self.down:
            raise web.HTTPServiceUnavailable
        return web.json_response({"keys": [key.as_dict(private=False) for key in self.keys]})


@pytest.fixture
def clock() -> Given:
    return Given()


@pytest.fixture
def log_in() -> LogIn:
    found = LogIn()
    found.new_key()
    return found


@pytest.fixture
async def provider(log_in: LogIn, clock: Given, tmp_path: Path) -> AsyncIterator[Provider]:
    app = web.Application()
    app.router.add_get("/keys", log_in.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    client = tmp_path / "client-id"
    client.write_text("portal")
    settings = Settings.model_construct(
        oidc_issuer=ISSUER,
        oidc_jwks_uri=f"http://127.0.0.1:{runner.addresses[0][1]}/keys",
        oidc_client_id=client,
        log_in_seconds=WORKING_DAY,
    )
    log_in.settings = settings
    yield Provider(settings, clock)
    await runner.cleanup()


def a_token(key: Any, clock: Given, **more: Any) -> str:
    now = int(clock.now().timestamp())
    claims = {"iss": ISSUER, "aud": "portal", "sub": "anna", "nonce": NONCE, "iat": now, "exp": now + 300} | more
    algorithm = "RS256" if isinstance(key, RSAKey) else "ES256"
    return jwt.encode({"alg": algorithm, "kid": key.kid}, claims, key)


def part(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


GARBAGE = {
    "nothing": "",
    "no token": "hello",
    "too many parts": "a.b.c.d",
    "no JSON": f"{part('{')}.e30.AAAA",
    "no object": f"{part([])}.e30.AAAA",
    "no algorithm": f"{part({'kid': 'x'})}.e30.AAAA",
    "unsigned": f"{part({'alg': 'none'})}.e30.",
    "another algorithm": f"{part({'alg': 'HS256', 'kid': 'x'})}.e30.AAAA",
    "a key that is no text": f"{part({'alg': 'RS256', 'kid': ['x']})}.e30.AAAA",
    "a deep header": f"{part('[' * 700)}.e30.AAAA",
    "a long header": f"{part({'alg': 'RS256', 'kid': 'x' * MOST_HEADER})}.e30.AAAA",
    "a long token": f"{part({'alg': 'RS256', 'kid': 'x'})}.{'A' * MOST_TOKEN}.AAAA",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
async def test_garbage_is_refused_without_asking_the_provider(provider: Provider, log_in: LogIn, garbage: str) -> None:
    with pytest.raises(NotAuthenticated):
        await provider.log_in(garbage, NONCE)
    assert log_in.asked == 0


async def test_a_deep_payload_is_refused(provider: Provider) -> None:
    with pytest.raises(NotAuthenticated):
        await provider.log_in(f"{part({'alg': 'RS256', 'kid': 'key-0'})}.{part('[' * 5000)}.AAAA", NONCE)


async def test_unknown_keys_are_asked_for_once_per_interval(provider: Provider, log_in: LogIn, clock: Given) -> None:
    assert (await provider.log_in(a_token(log_in.keys[0], clock), NONCE)).subject == "anna"
    stranger = RSAKey.generate_key(2048, {"kid": "stranger"})
    for _ in range(20):
        with pytest.raises(NotAuthenticated):
            await provider.log_in(a_token(stranger, clock), NONCE)
    assert log_in.asked == 1
    clock.moment += INTERVAL
    for _ in range(20):
        with pytest.raises(NotAuthenticated):
            await provider.log_in(a_token(stranger, clock), NONCE)
    assert log_in.asked == 2
    # A forger who names a known key makes nobody ask.
    forger = RSAKey.generate_key(2048, {"kid": "key-0"})
    clock.moment += INTERVAL
    with pytest.raises(NotAuthenticated):
        await provider.log_in(a_token(forger, clock), NONCE)
    assert log_in.asked == 2


async def test_a_new_key_of_the_provider_is_learnt(provider: Provider, log_in: LogIn, clock: Given) -> None:
    assert (await provider.log_in(a_token(log_in.keys[0], clock), NONCE)).subject == "anna"
    clock.moment += INTERVAL
    assert (await provider.log_in(a_token(log_in.new_key(), clock), NONCE)).subject == "anna"
    assert log_in.asked == 2


async def test_a_provider_that_is_down_is_not_asked_by_everybody(
    provider: Provider, log_in: LogIn, clock: Given
) -> None:
    log_in.down = True
    for _ in range(5):
        with pytest.raises(PartDown):
            await provider.log_in(a_token(log_in.keys[0], clock), NONCE)
    assert log_in.asked == 1
    log_in.down = False
    clock.moment += INTERVAL
    assert (await provider.log_in(a_token(log_in.keys[0], clock), NONCE)).subject == "anna"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://another.example.nl"},
        {"aud": "another"},
        {"aud": ["portal", "another"]},
        {"aud": ["portal", "another"], "azp": "another"},
        {"azp": "another"},
        {"sub": ""},
        {"sub": ["anna"]},
        {"sub": "an\0na"},
        {"nonce": None},
        {"nonce": "of-another-log-in"},
        {"iat": int((Given.moment - timedelta(seconds=ID_TOKEN_SECONDS)).timestamp()), "exp": 2**60},
        {"exp": 1},
        {"iat": "yesterday"},
        {"exp": None},
        {"iat": int((Given.moment + timedelta(hours=1)).timestamp())},
    ],
    ids=str,
)
async def test_a_token_for_another_or_of_another_time_is_refused(
    provider: Provider, log_in: LogIn, clock: Given, wrong: dict[str, Any]
) -> None:
    with pytest.raises(NotAuthenticated):
        await provider.log_in(a_token(log_in.keys[0], clock, **wrong), NONCE)


async def test_a_token_for_several_is_taken_when_the_portal_got_it(
    provider: Provider, log_in: LogIn, clock: Given
) -> None:
    for more in ({"aud": ["portal", "another"], "azp": "portal"}, {"aud": ["portal"]}):
        assert (await provider.log_in(a_token(log_in.keys[0], clock, **more), NONCE)).subject == "anna"


async def test_without_a_nonce_no_log_in_is_taken(provider: Provider, log_in: LogIn, clock: Given) -> None:
    with pytest.raises(NotAuthenticated):
        await provider.log_in(a_token(log_in.keys[0], clock, nonce=""), "")


@pytest.mark.allowed("R-8.2")
async def test_a_log_in_lasts_a_working_day_however_short_its_token_is(
    provider: Provider, log_in: LogIn, clock: Given
) -> None:
    """Of whom the provider knew already from when he showed who he is."""
    now = int(clock.now().timestamp())
    for ends, proved, seconds in (
        (now + 60, now, WORKING_DAY),
        (2**60, now, WORKING_DAY),
        (now + 60, now - 3600, WORKING_DAY - 3600),
        (now + 60, None, WORKING_DAY),
        (now + 60, True, WORKING_DAY),
        (now + 60, 2**70, WORKING_DAY),
    ):
        found = await provider.log_in(a_token(log_in.keys[0], clock, exp=ends, auth_time=proved), NONCE)
        assert found.until - clock.now() == timedelta(seconds=seconds)
        assert bool(found.proved_at) is (type(proved) is int and proved < 2**60)


@pytest.mark.refused("R-8.2")
async def test_who_showed_the_provider_who_he_is_too_long_ago_does_it_again(
    provider: Provider, log_in: LogIn, clock: Given
) -> None:
    proved = int(clock.now().timestamp()) - WORKING_DAY
    with pytest.raises(NotAuthenticated):
        await provider.log_in(a_token(log_in.keys[0], clock, auth_time=proved), NONCE)


async def test_a_key_that_the_provider_took_away_counts_no_longer(
    provider: Provider, log_in: LogIn, clock: Given
) -> None:
    old = log_in.keys[0]
    await provider.log_in(a_token(old, clock), NONCE)
    log_in.new_key()
    del log_in.keys[0]
    clock.moment += KEYS_AGE - timedelta(seconds=1)
    await provider.log_in(a_token(old, clock), NONCE)
    clock.moment += timedelta(seconds=1)
    with pytest.raises(NotAuthenticated):
        await provider.log_in(a_token(old, clock), NONCE)
    assert log_in.asked == 2


async def test_its_keys_count_an_hour_without_it_and_no_longer(provider: Provider, log_in: LogIn, clock: Given) -> None:
    key = log_in.keys[0]
    await provider.log_in(a_token(key, clock), NONCE)
    log_in.down = True
    clock.moment += KEYS_WITHOUT_PROVIDER - timedelta(seconds=1)
    assert (await provider.log_in(a_token(key, clock), NONCE)).subject == "anna"
    with pytest.raises(PartDown):
        await provider.log_in(a_token(RSAKey.generate_key(2048, {"kid": "new"}), clock), NONCE)
    clock.moment += timedelta(seconds=1)
    with pytest.raises(PartDown):
        await provider.log_in(a_token(key, clock), NONCE)


async def test_an_elliptic_key_will_do_and_no_algorithm_is_taken_with_the_key_of_another(
    provider: Provider, log_in: LogIn, clock: Given
) -> None:
    key = ECKey.generate_key("P-256", {"kid": "curve"})
    log_in.keys.append(key)
    assert (await provider.log_in(a_token(key, clock), NONCE)).subject == "anna"
    forged = ECKey.generate_key("P-256", {"kid": "key-0"})
    with pytest.raises(NotAuthenticated):
        await provider.log_in(a_token(forged, clock), NONCE)


@pytest.mark.allowed("R-8.2")
@pytest.mark.refused("R-8.2")
async def test_where_a_second_factor_is_asked_a_log_in_without_it_is_none(
    provider: Provider, log_in: LogIn, clock: Given
) -> None:
    log_in.settings.oidc_acr_values = "urn:provider:two urn:provider:three"
    for acr in (None, "", "urn:provider:one", ["urn:provider:two"], "urn:provider:two urn:provider:three"):
        with pytest.raises(NotAuthenticated):
            await provider.log_in(a_token(log_in.keys[0], clock, acr=acr), NONCE)
    await provider.log_in(a_token(log_in.keys[0], clock, acr="urn:provider:three"), NONCE)


@pytest.mark.allowed("R-8.2")
@pytest.mark.refused("R-8.2")
async def test_who_somebody_is_stands_where_the_municipality_says(
    provider: Provider, log_in: LogIn, clock: Given
) -> None:
    log_in.settings.oidc_subject_claim = "employee.number"
    for wrong in ({}, {"employee": "e-17"}, {"employee": {"number": 17}}, {"employee": {"number": "x" * 201}}):
        with pytest.raises(NotAuthenticated):
            await provider.log_in(a_token(log_in.keys[0], clock, **wrong), NONCE)
    assert MOST_SUBJECT == 200
    found = await provider.log_in(a_token(log_in.keys[0], clock, employee={"number": "e-17"}), NONCE)
    assert found.subject == "e-17"
    log_in.settings.oidc_subject_claim = "https://example.nl/employee"
    named = {"https://example.nl/employee": "e-18"}
    assert (await provider.log_in(a_token(log_in.keys[0], clock, **named), NONCE)).subject == "e-18"


SAID = {"issuer": "{it}", "jwks_uri": "{it}/keys"}


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        (SAID, True),
        (SAID | {"issuer": "https://another.example.nl"}, False),
        ({"issuer": "{it}"}, False),
        (SAID | {"jwks_uri": ["{it}/keys"]}, False),
        (SAID | {"jwks_uri": "file:///etc/passwd"}, False),
        ([], False),
    ],
    ids=str,
)
async def test_what_a_provider_says_of_itself_is_believed_of_itself_only(said: Any, believed: bool) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=json.dumps(said).replace("{it}", f"http://{request.host}"))

    app = web.Application()
    app.router.add_get(WELL_KNOWN, answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    it = f"http://127.0.0.1:{runner.addresses[0][1]}"
    discovery = Discovery(it)
    if believed:
        assert await discovery.endpoint("jwks_uri") == f"{it}/keys"
        await runner.cleanup()
        assert await discovery.endpoint("jwks_uri") == f"{it}/keys", "what it said before is used"
    else:
        with pytest.raises(PartDown):
            await discovery.endpoint("jwks_uri")
        await runner.cleanup()
