"""Putting a message in the post: a row in `outgoing`, an entry in the outbox, in the caller's transaction.

The use case makes and signs the message; the relay only carries it. Whoever can insert a row or publish
on a subject therefore still cannot make one that is believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import Clock
from shared.contracts.common import KeyRef, Message
from shared.database.tables import Outgoing
from shared.keys.sealing import SealedLetter
from shared.keys.signing import Signer
from shared.privileges import BY_NAME, said_to
from shared.telemetry import traceparent

STATEMENT = "meldpunt-message"
KEPT_HEADERS = ("ce-id", "ce-type", "ce-to", "traceparent", "meldpunt-signature", "meldpunt-lock")
"""What is stored of a received message beside its body."""


def type_of(kind: type[Message]) -> str:
    """The `ce-type` of a message."""
    return f"nl.meldpunt.{kind.event}"


def claims_of(headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    """What the signature of a message covers."""
    return {
        "id": headers["ce-id"],
        "type": headers["ce-type"],
        "to": headers["ce-to"],
        "lock": headers.get("meldpunt-lock", ""),
        "trace": headers.get("traceparent", ""),
        "hash": hashlib.sha256(body).hexdigest(),
    }


class NobodyListens(ValueError):
    """A message that the privilege table gives no addressee for: a mistake in our own code."""


class Post:
    """Makes envelopes in the name of one service."""

    def __init__(self, service: str, signer: Signer, clock: Clock, oin: str) -> None:
        self._service = BY_NAME[service]
        self._signer = signer
        self._clock = clock
        self._source = f"urn:nld:oin:{oin}:systeem:meldpunt-{service}"

    def envelope(
        self,
        to: str,
        message: Message,
        *,
        number: str | None = None,
        letter: SealedLetter | None = None,
        lock: KeyRef | None = None,
        message_id: UUID | None = None,
    ) -> Outgoing:
        """A signed message, CloudEvents 1.0 in binary mode, as the row that is kept until its receipt.

        `lock` is locked before the first publication. `ce-time` is when the fact was recorded.
        Raises NotSigned when the service has no certificate and the event must be signed, NobodyListens for what
        the privilege table does not know: NATS would refuse it for ever.
        """
        if to not in said_to(self._service.name, message.event):
            raise NobodyListens(f"{self._service.name} sends no {message.event} to {to}")
        now = self._clock.now()
        identifier = message_id or uuid4()
        headers = {
            "ce-specversion": "1.0",
            "ce-id": str(identifier),
            "ce-source": self._source,
            "ce-type": type_of(type(message)),
            "ce-time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "ce-datacontenttype": "application/json",
            "ce-to": to,
        }
        parent = traceparent()
        if parent:
            headers["traceparent"] = parent
        if lock:
            # Signed with the rest: a row in the database alone locks and releases nothing.
            headers["meldpunt-lock"] = f"{lock.mount}/{lock.key}"
        body = message.model_dump_json().encode()
        if self._signer.certified or not message.may_be_unsigned:
            headers["meldpunt-signature"] = self._signer.sign(STATEMENT, claims_of(headers, body))
        return Outgoing(
            id=identifier,
            addressee=to,
            event=message.event,
            number=number,
            kid=letter.kid if letter else None,
            word_hash=letter.word_hash if letter else None,
            headers=headers,
            body=body,
            lock_mount=lock.mount if lock else None,
            lock_key=lock.key if lock else None,
            created_at=now,
            next_at=now,
        )

    @staticmethod
    def send(session: AsyncSession, *envelopes: Outgoing) -> None:
        """Store the envelopes; they leave after the caller's commit."""
        session.add_all(envelopes)

    def tell(self, session: AsyncSession, to: str, message: Message) -> None:
        """Make an envelope of a message that is no letter, and send it."""
        self.send(session, self.envelope(to, message))
