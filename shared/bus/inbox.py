"""Receiving a message: check who sent it, have the use case prepare, commit effect and receipt as one.

Nothing acts twice: the inbox row is unique on the message's id and lies in the same transaction as the
effect. Messages that are delivered together are looked up and committed together.
Infrastructure trouble is raised as PartDown and delivered again; what goes on for long, or can never succeed, is
kept in `unhandled`, where it waits in the open (`shared.queue`) and is tried again.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind
from pydantic import ValidationError
from sqlalchemy import CompoundSelect, Text, cast, delete, literal, null, select, true, union_all
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.batch import Batcher
from shared.bus.post import KEPT_HEADERS, STATEMENT, claims_of
from shared.bus.receipts import Receipted, ReceiptSender
from shared.clock import Clock
from shared.contracts.common import KeysMade, Message, Receipts, Received, Whereabouts
from shared.contracts.consult import Consult
from shared.contracts.registry import MESSAGES
from shared.database.engine import Database
from shared.database.tables import InboxRow, Tombstone, Unhandled
from shared.database.together import UnitOfWork
from shared.errors import CannotSucceed, MeldpuntError, Overtaken, PartDown
from shared.keys.signing import IN_THE_POST, NotSigned, Verifier
from shared.metrics.deeds import Carried, uncounted
from shared.openbao import BaoError, BaoRefused
from shared.privileges import BY_NAME, EVERYONE
from shared.queue import PARKED_FOR, SHORTEST, Queue
from shared.telemetry import Tracing

log = structlog.get_logger()

UNFORESEEN = 5
PATIENT = 6
"""After so many deliveries, in half a minute, a message that waits for a part is kept here."""


@dataclass(frozen=True)
class Incoming:
    """Where a message came from. `signed` is False only for reports that the door could not sign.

    `headers` and `body`: as it came, for who keeps it beside what it says (`shared.bus.proof`).
    """

    id: UUID
    producer: str
    signed: bool
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Handled:
    """What a handler prepared: the effect for the transaction, what follows its commit, and a letter's word."""

    effect: UnitOfWork
    word: str | None = None
    after: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Known:
    """What is known of a message before it is handled."""

    handled: bool
    word: str | None
    kept: bool
    destroyed: bool


Handler = Callable[[Incoming, Any], Awaitable[Handled]]


class Inbox:
    """Dispatches what the bus delivers to one service."""

    def __init__(
        self,
        service: str,
        database: Database,
        verifier: Verifier,
        answers: ReceiptSender,
        clock: Clock,
        tracing: Tracing,
        handlers: Mapping[str, Handler],
        receipted: Receipted,
        carried: Carried = uncounted,
    ) -> None:
        self.service = service
        self._carried = carried
        self._database = database
        self._verifier = verifier
        self._answers = answers
        self._clock = clock
        self._tracing = tracing
        self._handlers = handlers
        self._receipted = receipted
        self.queue = Queue(
            database,
            Unhandled,
            clock,
            name="received",
            of=true(),
            lease=timedelta(seconds=60),
            began="received_at",
            shows=("producer", "event"),
            remedy="mend what it names and it is handled by itself; what its producer did not sign is nobody's message:"
            " tell who watches over security",
        )
        self._look_up: Batcher[tuple[UUID, str | None], Known] = Batcher(self._look_up_all)

    async def receive(self, producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        """Handle one delivery; returns when it may be acknowledged.

        Raises PartDown or Overtaken to have it again. An error that nobody foresaw is raised too, a few times. What goes on
        failing is kept in this service's own database, where it shows.
        """
        event = _event_of(headers)
        try:
            identifier = UUID(headers.get("ce-id", ""))
        except ValueError:
            log.warning("a message without an id is dropped: it is none of ours", producer=producer)
            return
        try:
            await self._handle(identifier, producer, event, headers, body)
        except (CannotSucceed, NotSigned, BaoError, BaoRefused) as problem:
            await self._keep(identifier, producer, event, headers, body, problem, parked=True)
        except (PartDown, Overtaken) as problem:
            # Overtaken: what it is about was changed while it was handled, as when two of them come at once.
            if delivered < PATIENT:
                raise
            await self._keep(identifier, producer, event, headers, body, problem, parked=False)
        except Exception as problem:
            if delivered < UNFORESEEN:
                raise
            log.error("a message fails in a way that nobody foresaw", of=event, exc_info=problem)
            await self._keep(identifier, producer, event, headers, body, problem, parked=True)

    async def _handle(self, identifier: UUID, producer: str, event: str, headers: dict[str, str], body: bytes) -> None:
        if headers.get("ce-to") not in (self.service, EVERYONE):
            # NATS delivers by the subject, which is no part of what is signed.
            raise CannotSucceed("a message for somebody else")
        kind = MESSAGES.get(event)
        if kind is None or event not in BY_NAME[self.service].consumes.get(producer, ()):
            # The subject is not part of what is signed: the event itself has to be the producer's to send.
            raise CannotSucceed("an event that this producer does not send here")
        signed = await self._check_signature(kind, producer, headers, body)
        # Whose trace goes on is believed of who signed it.
        parent = headers.get("traceparent") if signed else None
        with self._tracing.span(f"receive {event}", parent=parent, kind=SpanKind.CONSUMER):
            await self._act(identifier, producer, kind, headers, body, signed=signed)

    async def _act(
        self,
        identifier: UUID,
        producer: str,
        kind: type[Message],
        headers: dict[str, str],
        body: bytes,
        *,
        signed: bool,
    ) -> None:
        try:
            message = kind.model_validate_json(body)
        except ValidationError as problem:
            raise CannotSucceed("the body is not what its event says") from problem
        if isinstance(message, Receipts):
            await self._receipted.end(producer, message, headers, body)
            return
        known = await self._look_up((identifier, _signal_of(message)))
        if known.handled:
            if kind.kept:
                self._answers.give(producer, Received(message=identifier, of=kind.event, word=known.word))
            return
        handler = self._handlers.get(kind.event)
        if handler is None:
            raise CannotSucceed("this service does not handle this event")
        if known.destroyed:
            raise CannotSucceed("this signal was destroyed; nothing about it is accepted again")
        handled = await handler(Incoming(identifier, producer, signed, headers, body), message)
        await self._commit(identifier, producer, kind, handled, kept=known.kept)

    async def _check_signature(self, kind: type[Message], producer: str, headers: dict[str, str], body: bytes) -> bool:
        token = headers.get("meldpunt-signature")
        if token is None:
            if kind.may_be_unsigned:
                return False
            raise NotSigned
        claims = await self._verifier.verify(token, kind=STATEMENT, service=producer, within=IN_THE_POST)
        for name, value in claims_of(headers, body).items():
            if claims.get(name) != value:
                raise NotSigned
        return True

    async def _commit(
        self, identifier: UUID, producer: str, kind: type[Message], handled: Handled, *, kept: bool
    ) -> None:
        now = self._clock.now()

        async def unit(session: AsyncSession) -> None:
            if kind.kept:
                session.add(
                    InboxRow(id=identifier, producer=producer, event=kind.event, word=handled.word, handled_at=now)
                )
            await handled.effect(session)
            if kept:
                # At an earlier delivery, for a reason that has passed.
                await session.execute(delete(Unhandled).where(col(Unhandled.id) == identifier))

        try:
            await self._database.together(unit)
        except IntegrityError as problem:
            # Handled meanwhile by another delivery or another replica? Anything else that collides is parked.
            if not (await self._look_up((identifier, None))).handled:
                raise CannotSucceed("it collides with what is stored") from problem
        handled.after()
        self._carried(kind.event, "handled")
        if kind.kept:
            self._answers.give(producer, Received(message=identifier, of=kind.event, word=handled.word))

    async def _look_up_all(self, wanted: Sequence[tuple[UUID, str | None]]) -> list[Known]:
        """What is known already of several messages and of the signals that their letters are about."""
        ids, numbers = {one for one, _ in wanted}, {one for _, one in wanted if one}
        # One statement for the three: a decision that is told costs each of its receivers one look, not three.
        rows: CompoundSelect[Any] = union_all(
            select(literal("handled"), cast(col(InboxRow.id), Text), col(InboxRow.word)).where(
                col(InboxRow.id).in_(ids)
            ),
            select(literal("kept"), cast(col(Unhandled.id), Text), null()).where(col(Unhandled.id).in_(ids)),
            select(literal("destroyed"), col(Tombstone.number), null()).where(col(Tombstone.number).in_(numbers)),
        )
        async with self._database.reading() as session:
            found = (await session.execute(rows)).all()
        handled = {UUID(one): word for what, one, word in found if what == "handled"}
        kept = {UUID(one) for what, one, _ in found if what == "kept"}
        destroyed = {one for what, one, _ in found if what == "destroyed"}
        return [Known(one in handled, handled.get(one), one in kept, number in destroyed) for one, number in wanted]

    async def _keep(
        self,
        identifier: UUID,
        producer: str,
        event: str,
        headers: dict[str, str],
        body: bytes,
        problem: Exception,
        *,
        parked: bool,
    ) -> None:
        """Keep what was not handled; a message that is kept already stays as it is."""
        why = problem.detail if isinstance(problem, MeldpuntError) else type(problem).__name__
        self._carried(event, "parked" if parked else "kept")
        log.warning("kept", producer=producer, of=event, why=why, message=str(identifier), parked=parked)
        now = self._clock.now()
        values = {
            "id": identifier,
            "next_at": now + (PARKED_FOR[0] if parked else SHORTEST),
            "attempts": 1,
            "since": now,
            "waits_because": why,
            "parked_at": now if parked else None,
            "producer": producer,
            "event": event,
            "number": _number_in(body),
            "headers": {name: headers[name] for name in KEPT_HEADERS if name in headers},
            "body": body,
            "received_at": now,
        }
        await self._database.alone(upsert(Unhandled).values(**values).on_conflict_do_nothing())
        self.queue.wake()

    async def again(self, row: Unhandled) -> None:
        """Try a message that was kept; raises what keeps it from being handled."""
        # Its type as it came: a version of this service that did not know it kept it for one that does.
        await self._handle(row.id, row.producer, _event_of(row.headers), row.headers, row.body)
        # It is gone already, but where it had been handled before, or is of a kind that is not remembered.
        await self._database.alone(delete(Unhandled).where(col(Unhandled.id) == row.id))


def _event_of(headers: Mapping[str, str]) -> str:
    """Which message it says to be. What is logged and stored comes from our own list of names, not from the header."""
    event = headers.get("ce-type", "").removeprefix("nl.meldpunt.")
    return event if event in MESSAGES else "unknown"


def _signal_of(message: Message) -> str | None:
    """The signal that a message would write about; keys that were made for a destroyed one must still be heard of, and who
    asks for one is answered as if it had never been."""
    return None if isinstance(message, KeysMade | Whereabouts | Consult) else getattr(message, "number", None)


def _number_in(body: bytes) -> str | None:
    """The signal that a kept message is about, so that it goes when the signal is destroyed."""
    try:
        found = json.loads(body)["number"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return found if isinstance(found, str) and len(found) == len("S-00000-00000") else None


__all__ = ["Handled", "Handler", "Inbox", "Incoming"]
