"""Receiving a message: check who sent it, have the use case prepare, commit effect and receipt as one.

Nothing acts twice: the inbox row is unique on the message's id and lies in the same transaction as the
effect. Infrastructure trouble is raised as PartDown and delivered again; what can never succeed is parked.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind
from pydantic import BaseModel, ValidationError
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.post import EVERYONE, STATEMENT, Post, claims_of
from shared.clock import Clock
from shared.contracts.common import Letter, Message, Receipt
from shared.contracts.registry import MESSAGES
from shared.database.engine import Database
from shared.database.tables import Inbox as InboxRow
from shared.database.tables import Outgoing, Parked, Tombstone
from shared.errors import CannotSucceed, PartDown
from shared.keys.letters import kid_of, open_letter
from shared.keys.sealing import hash_of
from shared.keys.signing import NotSigned, Verifier
from shared.openbao import BaoError, BaoRefused, OpenBao
from shared.privileges import BY_NAME
from shared.telemetry import Tracing

log = structlog.get_logger()

UNFORESEEN = 5
KEPT_HEADERS = ("ce-id", "ce-type", "ce-to", "traceparent", "meldpunt-signature", "meldpunt-lock")
Effect = Callable[[AsyncSession], Awaitable[None]]
Content = TypeVar("Content", bound=BaseModel)


@dataclass(frozen=True)
class Incoming:
    """Where a message came from. `signed` is False only for reports that the door could not sign."""

    id: UUID
    producer: str
    signed: bool


@dataclass(frozen=True)
class Handled:
    """What a handler prepared: the effect for the transaction, what follows its commit, and a letter's word."""

    effect: Effect
    word: str | None = None
    after: Callable[[], None] = lambda: None


Handler = Callable[[Incoming, Any], Awaitable[Handled]]
OnReceipt = Callable[[AsyncSession, Outgoing], Awaitable[None]]


class Inbox:
    """Dispatches what the bus delivers to one service."""

    def __init__(
        self,
        service: str,
        database: Database,
        bao: OpenBao,
        verifier: Verifier,
        post: Post,
        clock: Clock,
        tracing: Tracing,
    ) -> None:
        self.service = service
        self._database = database
        self._bao = bao
        self._verifier = verifier
        self._post = post
        self._clock = clock
        self._tracing = tracing
        self.handlers: dict[str, Handler] = {}
        self.on_receipt: dict[str, OnReceipt] = {}

    async def open(self, incoming: Incoming, letter: Letter, content: type[Content]) -> tuple[Content, str, str]:
        """Open a one-part letter: content, its word, and the letterbox key that carried it."""
        if len(letter.letters) != 1:
            raise CannotSucceed("a letter of this kind has one part")
        text = letter.letters[0]
        try:
            opened = json.loads(await open_letter(self._bao, self.service, text))
            return content.model_validate(opened["content"]), str(opened["word"]), kid_of(text)
        except (ValidationError, KeyError, TypeError, ValueError) as problem:
            raise CannotSucceed("the content of a letter is not what its kind says") from problem

    async def receive(self, producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        """Handle one delivery; returns when it may be acknowledged.

        Raises PartDown to have it again. An error that nobody foresaw is raised too, a few times; then the
        message is parked, so that it cannot hold up the ones behind it.
        """
        if headers.get("ce-to") not in (self.service, EVERYONE):
            return
        event = headers.get("ce-type", "").removeprefix("nl.meldpunt.")
        # What is logged and stored below comes from our own list of names, not from the header.
        event = event if event in MESSAGES else "unknown"
        with self._tracing.span(f"receive {event}", parent=headers.get("traceparent"), kind=SpanKind.CONSUMER):
            try:
                identifier = UUID(headers.get("ce-id", ""))
            except ValueError:
                log.warning("a message without an id is dropped: it is none of ours", producer=producer)
                return
            try:
                await self._handle(identifier, producer, event, headers, body)
            except (CannotSucceed, NotSigned, BaoError, BaoRefused) as problem:
                await self._park(identifier, producer, event, headers, body, problem)
            except PartDown:
                raise
            except Exception as problem:
                if delivered < UNFORESEEN:
                    raise
                log.error("a message fails in a way that nobody foresaw", of=event, exc_info=problem)
                await self._park(identifier, producer, event, headers, body, CannotSucceed(type(problem).__name__))

    async def _handle(self, identifier: UUID, producer: str, event: str, headers: dict[str, str], body: bytes) -> None:
        kind = MESSAGES.get(event)
        if kind is None or event not in BY_NAME[self.service].consumes.get(producer, ()):
            # The subject is not part of what is signed: the event itself has to be the producer's to send.
            raise CannotSucceed("an event that this producer does not send here")
        signed = await self._check_signature(kind, producer, headers, body)
        try:
            message = kind.model_validate_json(body)
        except ValidationError as problem:
            raise CannotSucceed("the body is not what its event says") from problem
        if isinstance(message, Receipt):
            await self._received(producer, message, headers, body)
            return
        known = await self._known(identifier)
        if known is not None:
            if kind.kept:
                await self._repeat_receipt(producer, known)
            return
        handler = self.handlers.get(event)
        if handler is None:
            raise CannotSucceed("this service does not handle this event")
        if isinstance(message, Letter) and await self._is_destroyed(message.number):
            raise CannotSucceed("this signal was destroyed; nothing about it is accepted again")
        handled = await handler(Incoming(identifier, producer, signed), message)
        await self._commit(identifier, producer, kind, handled)

    async def _check_signature(self, kind: type[Message], producer: str, headers: dict[str, str], body: bytes) -> bool:
        token = headers.get("meldpunt-signature")
        if token is None:
            if kind.may_be_unsigned:
                return False
            raise NotSigned
        claims = await self._verifier.verify(token, kind=STATEMENT, service=producer)
        for name, value in claims_of(headers, body).items():
            if claims.get(name) != value:
                raise NotSigned
        return True

    async def _commit(self, identifier: UUID, producer: str, kind: type[Message], handled: Handled) -> None:
        receipt = Receipt(message=identifier, of=kind.event, word=handled.word)
        row = {
            "id": identifier,
            "producer": producer,
            "event": kind.event,
            "word": handled.word,
            "handled_at": self._clock.now(),
        }
        try:
            async with self._database.transaction() as session:
                if kind.kept:
                    await session.execute(upsert(InboxRow).values(**row))
                await handled.effect(session)
                # It may have been parked at an earlier delivery, for a reason that has passed.
                await session.execute(delete(Parked).where(col(Parked.id) == identifier))
                if kind.kept:
                    await self._post.send(session, self._post.envelope(producer, receipt))
            handled.after()
        except IntegrityError as problem:
            # Handled meanwhile by another delivery or another replica: its receipt is on its way. Anything
            # else that collides shows again at the next delivery, and is parked there.
            if await self._known(identifier) is None:
                raise CannotSucceed("it collides with what is stored") from problem

    async def _known(self, identifier: UUID) -> InboxRow | None:
        async with self._database.transaction() as session:
            return await session.get(InboxRow, identifier)

    async def _is_destroyed(self, number: str) -> bool:
        async with self._database.transaction() as session:
            return await session.get(Tombstone, number) is not None

    async def _repeat_receipt(self, producer: str, known: InboxRow) -> None:
        receipt = Receipt(message=known.id, of=known.event, word=known.word)
        async with self._database.transaction() as session:
            await self._post.send(session, self._post.envelope(producer, receipt))

    async def _received(self, producer: str, receipt: Receipt, headers: dict[str, str], body: bytes) -> None:
        """A receipt for something of ours: believed when the right service shows the right word."""
        async with self._database.transaction() as session:
            row = await session.get(Outgoing, receipt.message, with_for_update=True)
            if row is None or row.receipted_at is not None:
                return
            if row.addressee != producer or row.event != receipt.of:
                raise CannotSucceed("a receipt from who was not asked")
            if row.word_hash is not None and (receipt.word is None or hash_of(receipt.word) != row.word_hash):
                raise CannotSucceed("a receipt that does not show the word inside the letter")
            row.receipted_at = self._clock.now()
            # Kept as proof: before the old key is released, who received is checked once more.
            row.receipt = {"headers": {name: headers.get(name, "") for name in KEPT_HEADERS}, "body": body.decode()}
            row.body = None
            hook = self.on_receipt.get(row.event)
            if hook:
                await hook(session, row)
            if row.lock_key is None:
                await session.delete(row)

    async def _park(
        self, identifier: UUID, producer: str, event: str, headers: dict[str, str], body: bytes, problem: Exception
    ) -> None:
        reason = str(problem) or type(problem).__name__
        log.warning("parked", producer=producer, of=event, reason=reason, message=str(identifier))
        kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
        async with self._database.transaction() as session:
            values = {
                "id": identifier,
                "producer": producer,
                "event": event,
                "reason": reason,
                "number": _number_in(body),
                "headers": kept,
                "body": body,
                "parked_at": self._clock.now(),
            }
            await session.execute(upsert(Parked).values(**values).on_conflict_do_nothing())

    async def replay(self, most: int = 100) -> int:
        """Try the parked messages once more; returns how many have left the list."""
        async with self._database.transaction() as session:
            rows = (await session.scalars(select(Parked).order_by(col(Parked.parked_at)).limit(most))).all()
        left = 0
        for row in rows:
            try:
                await self._handle(row.id, row.producer, row.event, row.headers, row.body)
            except (CannotSucceed, NotSigned, BaoError, BaoRefused):
                continue
            left += 1
        return left


def _number_in(body: bytes) -> str | None:
    """The signal that a parked message is about, so that it goes when the signal is destroyed."""
    try:
        found = json.loads(body)["number"]
    except (ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) and len(found) == len("S-00000-00000") else None


__all__ = ["Effect", "Handled", "Handler", "Inbox", "Incoming"]
