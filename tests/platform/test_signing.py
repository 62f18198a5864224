"""What a signature is worth, to whoever has taken over a service and has its identity in OpenBao; on a real OpenBao."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from deploy.openbao import revoke
from shared.clock import SystemClock
from shared.keys import signing
from shared.keys.signing import CERTIFICATE_DAYS, IN_THE_POST, NotSigned, Signer, Verifier, certificate_of, public_keys
from shared.openbao import BaoError, BaoRefused, OpenBao
from shared.service.platform import Platform
from tests.platform.conftest import BaoOf, PlatformOf
from tests.platform.desk import MovedClock
from tests.platform.real import Bao, Handed

KIND = "meldpunt-test"
DAY = 24 * 3600
Forge = Callable[..., Awaitable[str]]


@pytest.fixture
def now() -> int:
    return int(SystemClock().now().timestamp())


@pytest.fixture
def forge(bao_of: BaoOf, now: int) -> Forge:
    """`await forge(nbf=…, exp=…, iat=…)`: a statement of rights with a certificate that its transit key really signed."""
    bao, key = bao_of("rights"), OKPKey.generate_key("Ed25519")

    async def make(**dates: Any) -> str:
        said = {"service": "rights", "key": key.as_dict(private=False)["x"], "nbf": now - 60, "exp": now + DAY}
        said |= {name: value for name, value in dates.items() if name != "iat"}
        head = {"alg": "Ed25519", "typ": "meldpunt-cert", "kid": "rights"}
        signed = ".".join(_part(json.dumps(one).encode()) for one in (head, said))
        data = base64.b64encode(signed.encode()).decode()
        answer = await bao.call("POST", "sign/sign/rights", {"input": data})
        signature = base64.b64decode(answer["data"]["signature"].split(":")[2])
        body = {"iat": dates.get("iat", now), "cert": f"{signed}.{_part(signature)}"}
        header = {"alg": "Ed25519", "typ": KIND}
        return jws.serialize_compact(header, json.dumps(body).encode(), key, algorithms=["Ed25519"])

    return make


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture
def verifier(bao_of: BaoOf) -> Verifier:
    return Verifier(bao_of("assessment"))


# --- certificates and dates ---------------------------------------------------------------------------------------------


async def test_the_approval_of_a_whole_list_is_believed_and_what_is_longer_is_not_signed(
    bao_of: BaoOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that takes a statement of 128,000 characters at most made approvals that released nothing, for ever."""
    signer = Signer("oversight", bao_of("oversight"), SystemClock())
    await signer.certify()
    # Two hundred and fifty of a case that had sixty keys.
    keys = [{"key": f"{n:040x}", "mount": "archive-signal"} for n in range(60)]
    claims = {"signals": {f"S-{n:05}-00000": {"facts": {"ending": "closed"}, "keys": keys} for n in range(250)}}
    statement = signer.sign(KIND, claims)
    assert len(statement) > 1_000_000
    verifier = Verifier(bao_of("oversight"))
    assert (await verifier.verify(statement, kind=KIND, service="oversight"))["signals"] == claims["signals"]
    with pytest.raises(NotSigned):
        await verifier.verify(statement[:-8] + "AAAAAAAA", kind=KIND, service="oversight")
    monkeypatch.setattr(signing, "LONGEST_STATEMENT", 1_000_000)
    with pytest.raises(NotSigned, match="longer than anybody checks"):
        signer.sign(KIND, claims)


async def test_a_certificate_of_thirty_days_counts(verifier: Verifier, forge: Forge, now: int) -> None:
    token = await forge(exp=now + CERTIFICATE_DAYS * DAY)
    assert (await verifier.verify(token, kind=KIND, service="rights", within=IN_THE_POST))["iat"] == now


WRONG: dict[str, Callable[[int], dict[str, Any]]] = {
    "a million years": lambda now: {"exp": now + 1_000_000 * 365 * DAY},
    "a month and a day": lambda now: {"exp": now + (CERTIFICATE_DAYS + 1) * DAY},
    "since 1970": lambda now: {"nbf": 0},
    "of 1970": lambda now: {"nbf": 0, "exp": 20 * DAY, "iat": DAY},
    "of before 1970": lambda now: {"nbf": -9 * DAY, "exp": DAY, "iat": 0},
    "of next week": lambda now: {"nbf": now + 7 * DAY, "exp": now + 8 * DAY, "iat": now + 7 * DAY},
    "over before it begins": lambda now: {"nbf": now, "exp": now - 60},
    "words for dates": lambda now: {"nbf": "0", "exp": "9"},
    "no dates": lambda now: {"nbf": None, "exp": None},
    "without end": lambda now: {"exp": float("inf")},
    "broken seconds": lambda now: {"exp": now + 0.5},
    "no key": lambda now: {"key": None},
    "a key that is none": lambda now: {"key": "x"},
    "another service": lambda now: {"service": "assessment"},
    "a statement of next week": lambda now: {"exp": now + 20 * DAY, "iat": now + 7 * DAY},
    "a statement of before its certificate": lambda now: {"iat": now - DAY},
    "a statement of 1970": lambda now: {"iat": 0},
    "a statement without a date": lambda now: {"iat": None},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_it_counts_no_longer_and_at_no_other_time(verifier: Verifier, forge: Forge, now: int, wrong: str) -> None:
    """Not even beside a row: `within` is not given."""
    token = await forge(**WRONG[wrong](now))
    with pytest.raises(NotSigned):
        await verifier.verify(token, kind=KIND, service="rights")


async def test_a_statement_of_the_past_counts_beside_a_row_and_not_in_the_post(
    verifier: Verifier, forge: Forge, now: int
) -> None:
    then = now - 40 * DAY
    token = await forge(nbf=then - DAY, exp=then + DAY, iat=then)
    await verifier.verify(token, kind=KIND, service="rights")
    with pytest.raises(NotSigned):
        await verifier.verify(token, kind=KIND, service="rights", within=IN_THE_POST)


async def test_it_may_wait_in_the_post_for_as_long_as_the_bus_may_be_down(bao_of: BaoOf) -> None:
    """Also when its certificate ended meanwhile: the door signs with the one it has."""
    clock, bao = MovedClock(), bao_of("rights")
    signer, verifier = Signer("rights", bao, clock), Verifier(bao, None, clock)
    await signer.certify()
    clock.at += timedelta(days=CERTIFICATE_DAYS - 1)
    token = signer.sign(KIND, {})
    clock.at += IN_THE_POST - timedelta(hours=1)
    await verifier.verify(token, kind=KIND, service="rights", within=IN_THE_POST)
    clock.at += timedelta(hours=2)
    with pytest.raises(NotSigned):
        await verifier.verify(token, kind=KIND, service="rights", within=IN_THE_POST)


# --- revoked ------------------------------------------------------------------------------------------------------------


async def test_a_rotated_key_leaves_what_was_signed_and_a_revoked_one_does_not(
    platform_of: PlatformOf, openbao: Bao
) -> None:
    thief, reader = await platform_of("rights"), await platform_of("assessment")
    stolen = thief.signer.sign(KIND, {})
    await reader.verifier.verify(stolen, kind=KIND, service="rights")
    revoke.rotate(openbao.administrator, "rights")
    await reader.learn_keys()
    await reader.verifier.verify(stolen, kind=KIND, service="rights")
    revoke.end_older(openbao.administrator, "rights")
    await reader.learn_keys()
    for token in (stolen, thief.signer.sign(KIND, {})):
        for within in (None, IN_THE_POST):
            with pytest.raises(NotSigned):
                await reader.verifier.verify(token, kind=KIND, service="rights", within=within)
    await thief.signer.certify()
    await reader.verifier.verify(thief.signer.sign(KIND, {}), kind=KIND, service="rights")


async def test_a_service_hears_by_itself_what_was_revoked_and_signs_anew(platform_of: PlatformOf, openbao: Bao) -> None:
    service = await platform_of("rights")
    await service.certify()
    before = service.signer.sign(KIND, {})
    await service.renew_keys()
    assert service.signer.certificate == certificate_of(before), "not more often than is needed"
    revoke.rotate(openbao.administrator, "rights")
    revoke.end_older(openbao.administrator, "rights")
    assert counts(service, before)
    await service.renew_keys()
    assert not counts(service, before)
    assert counts(service, service.signer.sign(KIND, {}))


def counts(service: Platform, token: str) -> bool:
    try:
        service.verifier.check(token, kind=KIND, service="rights")
    except NotSigned:
        return False
    return True


class Slow(OpenBao):
    """Answers when it is told to."""

    def __init__(self, *of: Any) -> None:
        super().__init__(*of)
        self.go = asyncio.Event()
        self.waiting = 0

    async def call(self, method: str, path: str, *more: Any, **others: Any) -> dict[str, Any]:
        self.waiting += 1
        await self.go.wait()
        return await super().call(method, path, *more, **others)


async def test_what_is_learnt_while_a_message_is_looked_at_counts_for_it(openbao: Bao, bao_of: BaoOf) -> None:
    """All keys were rotated: the service asks for them by itself, just as the first message that bears one comes in."""
    bao = bao_of("rights")
    before = {"rights": await public_keys(bao, "rights")}
    revoke.rotate(openbao.administrator, "rights")
    signer = Signer("rights", bao, SystemClock())
    await signer.certify()
    slow = Slow(openbao.address, openbao.credentials("assessment"), openbao.tls("assessment"))
    verifier = Verifier(slow, before)
    both = [
        asyncio.create_task(verifier.learn("rights")),
        asyncio.create_task(verifier.verify(signer.sign(KIND, {}), kind=KIND, service="rights")),
    ]
    while slow.waiting < 2:
        await asyncio.sleep(0)
    slow.go.set()
    await asyncio.gather(*both)
    await slow.close()


async def test_a_stolen_identity_ends_with_its_tokens_and_secret_ids(
    openbao: Bao, bao_of: BaoOf, tmp_path: Path
) -> None:
    stolen = tmp_path / "stolen"
    stolen.write_text(openbao.credentials("rights").read_text())
    thief = OpenBao(openbao.address, stolen, openbao.tls("assessment"))
    await thief.call("POST", "sign/sign/rights", {"input": "eA=="})
    revoke.end_access(openbao.administrator, "rights")
    try:
        with pytest.raises((BaoError, BaoRefused)):
            await thief.call("POST", "sign/sign/rights", {"input": "eA=="})
        await bao_of("assessment").call("POST", "sign/sign/assessment", {"input": "eA=="})
    finally:
        await thief.close()
        openbao.give_credentials("rights")


# --- where OpenBao is away ----------------------------------------------------------------------------------------------


class Counted(OpenBao):
    """Counts what it is asked."""

    asked = 0

    async def call(self, method: str, path: str, *more: Any, **others: Any) -> dict[str, Any]:
        self.asked += 1
        return await super().call(method, path, *more, **others)


async def test_strangers_cost_openbao_nothing_and_take_nothing_away(openbao: Bao, bao_of: BaoOf) -> None:
    signer = Signer("rights", bao_of("rights"), SystemClock())
    await signer.certify()
    own = OKPKey.generate_key("Ed25519")
    bad = {"service": "rights", "key": "x", "nbf": 1_800_000_000, "exp": 1_800_000_001}
    cert = jws.serialize_compact({"alg": "Ed25519", "typ": "meldpunt-cert"}, json.dumps(bad).encode(), own, ["Ed25519"])
    forged = jws.serialize_compact(
        {"alg": "Ed25519", "typ": KIND}, json.dumps({"iat": 1_800_000_000, "cert": cert}).encode(), own, ["Ed25519"]
    )
    bao = Counted(openbao.address, openbao.credentials("assessment"), openbao.tls("assessment"))
    there = Verifier(bao)
    await there.verify(signer.sign(KIND, {}), kind=KIND, service="rights")
    known = {"rights": await public_keys(bao, "rights")}
    before = bao.asked
    away = Verifier(Handed({}), known)
    for verifier in (there, away):
        for _ in range(20):
            with pytest.raises(NotSigned):
                await verifier.verify(forged, kind=KIND, service="rights")
        await verifier.verify(signer.sign(KIND, {}), kind=KIND, service="rights")
    assert bao.asked - before <= 1
    await bao.close()


async def test_credentials_live_for_days_and_are_renewed_by_the_service(openbao: Bao, tmp_path: Path) -> None:
    file = tmp_path / "approle"
    file.write_text(openbao.credentials("rights").read_text())
    first = json.loads(file.read_text())
    bao = OpenBao(openbao.address, file, openbao.tls("assessment"))
    await bao.renew_credentials("rights")
    await bao.close()
    second = json.loads(file.read_text())
    assert second["secret_id"] != first["secret_id"]
    assert second["role_id"] == first["role_id"]
    assert file.stat().st_mode & 0o777 == 0o600
    role = "auth/approle/role/rights"
    for one in (first, second):
        found = openbao.administrator.write(f"{role}/secret-id/lookup", secret_id=one["secret_id"])["data"]
        assert found["secret_id_ttl"] == 7 * DAY
    again = OpenBao(openbao.address, file, openbao.tls("assessment"))
    await again.log_in()
    await again.close()
