"""Who said this: statements signed with a key in memory that the service's transit key certified.

Asking OpenBao for every signature would stop the door when OpenBao is sealed, and cost a call for each
message. So a service makes an Ed25519 key when it starts, its transit key signs a certificate for it,
and statements carry that certificate. The private half never leaves the process.

A statement is a compact JWS (`alg` Ed25519, `typ` says what kind) whose claims hold the certificate.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.clock import Clock
from shared.errors import MeldpuntError
from shared.openbao import OpenBao
from shared.privileges import SIGN

SIGNING_ALGORITHMS = ["Ed25519"]
CERTIFICATE_DAYS = 30  # a report signed at the door may wait as long as the bus is down
CERTIFICATE_TYPE = "meldpunt-cert"


class NotSigned(MeldpuntError):
    """The signature is missing, wrong, or not of the service that should have made it."""


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _claims(token: str) -> dict[str, Any]:
    try:
        body = token.split(".")[1]
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError, RecursionError) as problem:
        raise NotSigned from problem
    if not isinstance(found, dict):
        raise NotSigned
    return found


@dataclass(frozen=True)
class Certificate:
    token: str
    expires: datetime


class Signer:
    """Signs statements in the name of one service."""

    def __init__(self, service: str, bao: OpenBao, clock: Clock) -> None:
        self.service = service
        self._bao = bao
        self._clock = clock
        self._key = OKPKey.generate_key("Ed25519")
        self._certificate: Certificate | None = None

    @property
    def certified(self) -> bool:
        """Whether what is signed now can be verified: there is a certificate and it has not expired."""
        return self._certificate is not None and self._certificate.expires > self._clock.now()

    async def certify(self) -> None:
        """Have the transit key certify the key in memory; raises PartDown while OpenBao is away."""
        now = self._clock.now()
        expires = now + timedelta(days=CERTIFICATE_DAYS)
        claims = {
            "service": self.service,
            "key": self._key.as_dict(private=False)["x"],
            "nbf": int(now.timestamp()) - 60,
            "exp": int(expires.timestamp()),
        }
        header = {"alg": "Ed25519", "typ": CERTIFICATE_TYPE, "kid": self.service}
        signed = f"{_part(json.dumps(header).encode())}.{_part(json.dumps(claims).encode())}"
        answer = await self._bao.call(
            "POST", f"{SIGN}/sign/{self.service}", {"input": base64.b64encode(signed.encode()).decode()}
        )
        signature = base64.b64decode(answer["data"]["signature"].split(":")[2])
        self._certificate = Certificate(f"{signed}.{_part(signature)}", expires)

    def sign(self, kind: str, claims: dict[str, Any]) -> str:
        """A statement of `kind`; raises NotSigned when no certificate could be had yet."""
        if self._certificate is None:
            raise NotSigned("this service has no certificate yet")
        body = claims | {"cert": self._certificate.token, "iat": int(self._clock.now().timestamp())}
        header = {"alg": "Ed25519", "typ": kind, "kid": self.service}
        return jws.serialize_compact(header, json.dumps(body).encode(), self._key, algorithms=SIGNING_ALGORITHMS)


class Verifier:
    """Checks statements of any service against the public transit keys, which it remembers."""

    def __init__(self, bao: OpenBao, known: dict[str, str] | None = None) -> None:
        self._bao = bao
        self.public_keys: dict[str, str] = dict(known or {})
        self._certificates: dict[str, dict[str, Any]] = {}

    async def verify(self, token: str, *, kind: str, service: str) -> dict[str, Any]:
        """The claims of a statement; raises NotSigned, or PartDown when a public key cannot be had."""
        claims = _claims(token)
        certificate = await self._certificate(str(claims.get("cert", "")), service)
        said = claims.get("iat")
        if not isinstance(said, int) or not certificate["nbf"] <= said <= certificate["exp"]:
            raise NotSigned
        key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": certificate["key"]})
        self._check(token, key, kind)
        return claims

    async def _certificate(self, token: str, service: str) -> dict[str, Any]:
        known = self._certificates.get(token)
        if known is None:
            claims = _claims(token)
            if claims.get("service") != service:
                raise NotSigned
            try:
                self._check(token, await self._public(service), CERTIFICATE_TYPE)
            except NotSigned:
                # The transit key may have been rotated since it was remembered.
                self.public_keys.pop(service, None)
                self._check(token, await self._public(service), CERTIFICATE_TYPE)
            if len(self._certificates) > 500:
                self._certificates.clear()
            known = self._certificates[token] = claims
        if known.get("service") != service:
            raise NotSigned
        return known

    async def _public(self, service: str) -> OKPKey:
        if service not in self.public_keys:
            answer = await self._bao.call("GET", f"{SIGN}/export/public-key/{service}/latest")
            self.public_keys[service] = next(iter(answer["data"]["keys"].values()))
        text = self.public_keys[service]
        if text.startswith("-----"):
            return OKPKey.import_key(text)
        return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": _part(base64.b64decode(text))})

    @staticmethod
    def _check(token: str, key: OKPKey, kind: str) -> None:
        try:
            found = jws.deserialize_compact(token, key, algorithms=SIGNING_ALGORITHMS)
        except (JoseError, ValueError, RecursionError) as problem:
            raise NotSigned from problem
        if found.headers().get("typ") != kind:
            raise NotSigned
