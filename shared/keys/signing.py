"""Who said this: statements signed with a key in memory that the service's transit key certified.

Asking OpenBao for every signature would stop the door when OpenBao is sealed, and cost a call for each
message. So a service makes an Ed25519 key for every certificate, its transit key signs that, and statements
carry it. The private half never leaves the process.

A statement is a compact JWS (`alg` Ed25519, `typ` says what kind) whose claims hold the certificate. Dates are
those of the machine: the clock of a house can be set ahead.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.clock import Clock, SystemClock
from shared.errors import MeldpuntError, PartDown
from shared.openbao import OpenBao
from shared.privileges import SIGN

log = structlog.get_logger()

SIGNING_ALGORITHMS = ["Ed25519"]
LONGEST_STATEMENT = 16_000_000
"""Characters. The longest approves a list of destruction, with each signal as it was approved: two hundred and fifty, each with
all of its keys. Nobody outside can send one that is anywhere near: what comes is bounded where it comes in."""
CERTIFICATE_DAYS = 30  # a report signed at the door may wait as long as the bus is down
CERTIFICATE_TYPE = "meldpunt-cert"
IN_THE_POST = timedelta(days=CERTIFICATE_DAYS)
"""For how long after it was signed a message is believed: less than a service remembers what it has handled."""
SKEW = timedelta(minutes=1)
"""How far the clocks of two machines may be apart."""
LONGEST_SPAN = timedelta(days=CERTIFICATE_DAYS) + 5 * SKEW
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)
"""Nobody signed anything before there was anything to sign with."""
ASK_SECONDS = 2.0
"""How often OpenBao is asked at most whether a service has another key, whatever strangers show."""


class NotSigned(MeldpuntError):
    """The signature is missing, wrong, or not of the service that should have made it."""


class _OfAnySize(jws.JWSRegistry):
    max_payload_length = LONGEST_STATEMENT


REGISTRY = _OfAnySize(algorithms=SIGNING_ALGORITHMS)


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read_claims(token: str) -> dict[str, Any]:
    """What a token claims, believed or not; raises NotSigned for what is no token."""
    try:
        body = token.split(".")[1]
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, RecursionError) as problem:
        raise NotSigned from problem
    if not isinstance(found, dict):
        raise NotSigned
    return found


def certificate_of(statement: str) -> str:
    """The certificate that a statement carries; raises NotSigned for what is no statement."""
    return str(read_claims(statement).get("cert", ""))


def _public(x: str) -> OKPKey:
    try:
        return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x})
    except (JoseError, ValueError, TypeError) as problem:
        raise NotSigned from problem


async def public_keys(bao: OpenBao, service: str) -> list[str]:
    """The transit keys whose certificates count for `service`, base64, the newest first; raises PartDown.

    OpenBao gives every version that its operator has not revoked.
    """
    answer = await bao.call("GET", f"{SIGN}/export/public-key/{service}")
    return [str(key) for _, key in sorted(answer["data"]["keys"].items(), key=lambda one: -int(one[0]))]


async def certify_bytes(bao: OpenBao, service: str, data: bytes) -> bytes:
    """The Ed25519 signature of the service's own transit key; raises PartDown.

    Certificates and what goes to a witness (text of several lines) are signed so, and nothing else.
    """
    answer = await bao.call("POST", f"{SIGN}/sign/{service}", {"input": base64.b64encode(data).decode()})
    return base64.b64decode(answer["data"]["signature"].split(":")[2])


@dataclass(frozen=True)
class _Own:
    """A key in memory with its certificate."""

    key: OKPKey
    certificate: str
    expires: datetime


class Signer:
    """Signs statements in the name of one service."""

    def __init__(self, service: str, bao: OpenBao, clock: Clock) -> None:
        self.service = service
        self._bao = bao
        self._clock = clock
        self._own: _Own | None = None

    @property
    def certified(self) -> bool:
        """Whether what is signed now can be verified: there is a certificate and it has not expired."""
        return self._own is not None and self._own.expires > self._clock.now()

    @property
    def expires(self) -> datetime | None:
        """When its certificate ends; None before there is one."""
        return self._own.expires if self._own else None

    @property
    def certificate(self) -> str:
        """What its statements carry; raises NotSigned before there is one."""
        return self._certified_key().certificate

    def _certified_key(self) -> _Own:
        if self._own is None:
            raise NotSigned("this service has no certificate yet")
        return self._own

    async def certify(self) -> None:
        """Have the transit key certify a new key in memory; raises PartDown while OpenBao is away."""
        now = self._clock.now()
        expires = now + timedelta(days=CERTIFICATE_DAYS)
        key = OKPKey.generate_key("Ed25519")
        claims = {
            "service": self.service,
            "key": key.as_dict(private=False)["x"],
            "nbf": int((now - SKEW).timestamp()),
            "exp": int(expires.timestamp()),
        }
        header = {"alg": "Ed25519", "typ": CERTIFICATE_TYPE, "kid": self.service}
        signed = f"{_part(json.dumps(header).encode())}.{_part(json.dumps(claims).encode())}"
        signature = await certify_bytes(self._bao, self.service, signed.encode())
        self._own = _Own(key, f"{signed}.{_part(signature)}", expires)

    def sign(self, kind: str, claims: dict[str, Any]) -> str:
        """A statement of `kind`; raises NotSigned when no certificate could be had yet, and for what nobody could check
        afterwards because it is too long."""
        own = self._certified_key()
        body = claims | {"cert": own.certificate, "iat": int(self._clock.now().timestamp())}
        header = {"alg": "Ed25519", "typ": kind, "kid": self.service}
        made = jws.serialize_compact(header, json.dumps(body).encode(), own.key, registry=REGISTRY)
        if len(made) > LONGEST_STATEMENT:
            raise NotSigned("a statement that is longer than anybody checks")
        return made


@dataclass(frozen=True)
class _Certified:
    """What a certificate says, once it was checked: whose key, from when until when, and which transit key signed it."""

    service: str
    key: OKPKey
    begins: int
    ends: int
    by: str


class Verifier:
    """Checks statements of any service against the public transit keys that count.

    `known`: by service its keys, base64, the newest first. They are what the set-up gave, until OpenBao was asked.
    """

    def __init__(
        self,
        bao: OpenBao,
        known: Mapping[str, Sequence[str]] | None = None,
        clock: Clock | None = None,
        *,
        known_since: float = 0.0,
    ):
        """`known_since`: of which moment (seconds since 1970) `known` is."""
        self._bao = bao
        self._clock = clock or SystemClock()
        self._public_keys: dict[str, Sequence[str]] = dict(known or {})
        self._known_since = dict.fromkeys(self._public_keys, known_since)
        self._certificates: dict[str, _Certified] = {}
        self._asked: dict[str, float] = {}
        self._one_at_a_time = asyncio.Lock()

    async def verify(self, token: str, *, kind: str, service: str, within: timedelta | None = None) -> dict[str, Any]:
        """The claims of a statement; raises NotSigned, or PartDown when no public key of `service` can be had.

        `within`: for how long after it was signed it counts. None is for what is kept beside a row, which counts until
        the key that certified it is revoked.
        """
        before = self._public_keys.get(service)
        try:
            return self.check(token, kind=kind, service=service, within=within)
        except NotSigned:
            # The transit key may have been rotated since it was asked for.
            if not await self._are_others(service, before):
                raise
        return self.check(token, kind=kind, service=service, within=within)

    def check(self, token: str, *, kind: str, service: str, within: timedelta | None = None) -> dict[str, Any]:
        """As `verify`, by the keys that are known now, without asking anybody."""
        claims = read_claims(token)
        certified = self._certified(certificate_of(token), service)
        said, now = claims.get("iat"), self._clock.now().timestamp()
        if not isinstance(said, int) or not certified.begins <= said <= certified.ends:
            raise NotSigned
        if said > now + SKEW.total_seconds():
            raise NotSigned("the signature is of a moment that has not come yet")
        if within is not None and said < now - within.total_seconds():
            raise NotSigned("the signature is older than it may be for this")
        _check(token, certified.key, kind)
        return claims

    def by_newest_key(self, certificate: str, service: str) -> bool:
        """Whether `certificate` will still count when all older keys of `service` are revoked."""
        try:
            return self._certified(certificate, service).by == self._public_keys[service][0]
        except NotSigned:
            return False

    async def learn(self, service: str) -> bool:
        """Ask OpenBao which keys of `service` count, and forget the others; whether that changed. Raises PartDown."""
        asked_at = self._clock.now().timestamp()
        return self._use(service, await public_keys(self._bao, service), asked_at)

    def believe(self, service: str, keys: Sequence[str], asked_at: datetime) -> bool:
        """OpenBao said this of `service` to another process at that moment, of which the caller is sure; whether that
        changed anything. What this process knows of a later moment stays."""
        since = asked_at.timestamp()
        if since <= self._known_since.get(service, 0.0) or since > self._clock.now().timestamp() + SKEW.total_seconds():
            return False
        return self._use(service, list(keys), since)

    def known_of(self, services: Iterable[str]) -> tuple[dict[str, list[str]], datetime] | None:
        """Which keys count, by service, and of which moment that is; None while nothing is known of one of them."""
        found = {name: list(self._public_keys[name]) for name in services if name in self._public_keys}
        since = [self._known_since.get(name, 0.0) for name in services]
        return (found, datetime.fromtimestamp(min(since), UTC)) if len(found) == len(since) > 0 else None

    def _use(self, service: str, found: list[str], since: float) -> bool:
        self._known_since[service] = since
        if found == self._public_keys.get(service):
            return False
        if service in self._public_keys:
            log.warning("other signing keys than before", of=service, keys=len(found))
        self._public_keys[service] = found
        self._certificates.clear()
        return True

    async def _are_others(self, service: str, before: Sequence[str] | None) -> bool:
        """Whether other keys than `before` count; a part that is away takes nothing from what is known."""
        async with self._one_at_a_time:
            if self._public_keys.get(service) is not before:
                return True
            if before is None:
                return await self.learn(service)
            asked, self._asked[service] = self._asked.get(service), time.monotonic()
            if asked is not None and time.monotonic() - asked < ASK_SECONDS:
                return False
            with contextlib.suppress(PartDown):
                await self.learn(service)
            # What somebody else learnt while this one asked is news to this one too.
            return self._public_keys.get(service) is not before

    def _certified(self, token: str, service: str) -> _Certified:
        known = self._certificates.get(token)
        if known is None:
            known = self._check_certificate(token, service)
            if len(self._certificates) > 500:
                self._certificates.clear()
            self._certificates[token] = known
        if known.service != service:
            raise NotSigned
        return known

    def _check_certificate(self, token: str, service: str) -> _Certified:
        claims = read_claims(token)
        begins, ends = claims.get("nbf"), claims.get("exp")
        if claims.get("service") != service or not isinstance(begins, int) or not isinstance(ends, int):
            raise NotSigned
        if begins < FIRST_DAY.timestamp() or not begins < ends <= begins + LONGEST_SPAN.total_seconds():
            raise NotSigned("a certificate that nobody may have for so long")
        for by in self._public_keys.get(service, ()):
            with contextlib.suppress(NotSigned):
                _check(token, _public(_part(base64.b64decode(by))), CERTIFICATE_TYPE)
                return _Certified(service, _public(str(claims.get("key"))), begins, ends, by)
        raise NotSigned


def _check(token: str, key: OKPKey, kind: str) -> None:
    try:
        found = jws.deserialize_compact(token, key, registry=REGISTRY)
    except (JoseError, ValueError, RecursionError) as problem:
        raise NotSigned from problem
    if found.headers().get("typ") != kind:
        raise NotSigned
