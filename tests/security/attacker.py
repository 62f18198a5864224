"""An attacker with a service's real NATS password, or the database, and no certified signing key."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.jwk import OKPKey

from deploy.openbao import apply as bao_config
from shared.bus.post import Post
from shared.clock import SystemClock
from shared.contracts.common import Message
from shared.contracts.intake import ReportContent, ReportLetter
from shared.keys.sealing import Sealer
from shared.keys.signing import Verifier
from shared.openbao import OpenBao
from shared.privileges import BY_NAME
from tests.house import TestHouse, until
from tests.parts import run_async


class NoSigner:
    """What an attacker has instead of a certified key: a key of his own."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.certified = True
        self._key = OKPKey.generate_key("Ed25519")

    def sign(self, kind: str, claims: dict[str, Any]) -> str:
        now = int(datetime.now(UTC).timestamp())
        own = {"service": self.service, "key": self._key.as_dict(private=False)["x"], "nbf": now - 60, "exp": now + 999}
        certificate = self._jws("meldpunt-cert", own)
        return self._jws(kind, claims | {"cert": certificate, "iat": now})

    def _jws(self, kind: str, claims: dict[str, Any]) -> str:
        header = {"alg": "Ed25519", "typ": kind, "kid": self.service}
        return jws.serialize_compact(header, json.dumps(claims).encode(), self._key, algorithms=["Ed25519"])


def forged(service: str, to: str, message: Message, **more: Any) -> dict[str, Any]:
    """An outgoing row that looks right in everything but its signature."""
    return Post(service, NoSigner(service), SystemClock(), "0" * 20).envelope(to, message, **more).model_dump()  # type: ignore[arg-type]


def publish(
    house: TestHouse, service: str, row: dict[str, Any], event: str | None = None, to: str | None = None
) -> None:
    """On a subject that the service may publish, with the service's own NATS password."""
    admin = bao_config.client(
        house.client.addresses["openbao"], house.home.secret("provisioner"), house.home.tls("setup")
    )
    password = bao_config.nats_passwords(admin)[service]

    async def send() -> None:
        connection = await house.nats_as(service, password)
        subject = BY_NAME[service].subject(event or row["event"], to or row["headers"]["ce-to"])
        await connection.publish(subject, row["body"], headers=row["headers"])
        await connection.flush()
        await connection.close()

    run_async(send())


def parked(house: TestHouse, at: str, identifier: UUID) -> str:
    """Why `at` parked a message."""
    kept = "SELECT waits_because FROM unhandled WHERE id = $1 AND parked_at IS NOT NULL"
    rows = until(lambda: house.sql(at, kept, identifier))
    assert house.sql(at, "SELECT count(*) AS n FROM inbox WHERE id = $1", identifier)[0]["n"] == 0
    return str(rows[0]["waits_because"])


def sealer_of(house: TestHouse, service: str) -> Sealer:
    """Seals with the real public keys that `service` has on disk."""
    known = json.loads(house.home.secret("signing-keys.json"))
    nobody = OpenBao(
        house.client.addresses["openbao"], house.home.secret_file(f"approle-{service}"), house.home.tls(service)
    )
    return Sealer(house.home.service_folder(service), Verifier(nobody, known))


def sealed_report(
    house: TestHouse, channel: str = "colleague", number: str = "S-ZZZZZ-ZZZZZ"
) -> tuple[ReportLetter, Any]:
    now = datetime.now(UTC)
    content = ReportContent(number=number, channel=channel, received_at=now, registered_at=now, text="vals")
    letter = sealer_of(house, "intake").seal("assessment", content)
    return ReportLetter(number=number, letters=(letter.text,)), letter
