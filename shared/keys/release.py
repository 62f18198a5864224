"""The owner's hand in destroying: lock a key, allow its deletion, delete the rows, say so.

Two occasions. A hand-over's old key, once its receipt is older than the grace period; and retention's
order to destroy everything about a signal.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.inbox import Handled, Incoming
from shared.bus.post import Post
from shared.bus.proof import check_receipt, signed_lock
from shared.clock import Clock
from shared.contracts.common import KeyRef, KeysReleased, Released
from shared.contracts.retention import Destroy, Destroyed
from shared.database.engine import Database
from shared.database.tables import Outgoing, Unhandled
from shared.errors import CannotSucceed
from shared.hands import may_release
from shared.keys.letters import kid_of, split_kid
from shared.keys.signing import Verifier
from shared.keys.transit import Transit
from shared.openbao import OpenBao
from shared.queue import Queue
from shared.tombstones import put_up
from shared.wake import Wake

log = structlog.get_logger()

Numbers = Collection[str]
KeysOf = Callable[[AsyncSession, Numbers], Awaitable[list[tuple[str, KeyRef]]]]
"""The keys of signals here: (number, key)."""
KidsOf = Callable[[AsyncSession, Numbers], Awaitable[list[tuple[str, str]]]]
"""The letterbox keys of letters about signals that were not opened: (number, kid)."""
DeleteRows = Callable[[AsyncSession, Numbers], Awaitable[None]]
OnDeclared = Callable[[AsyncSession, Numbers, datetime], Awaitable[None]]


async def _none(session: AsyncSession, numbers: Numbers) -> Any:
    """Nothing of this kind is kept here."""
    return []


async def _nothing_more(session: AsyncSession, numbers: Numbers, moment: datetime) -> None:
    """Nothing else changes when a destruction is declared."""


@dataclass(frozen=True)
class Erase:
    """What a service keeps about signals, declared once: everything of it goes when a signal is destroyed.

    `rows` deletes its own rows; `keys` are its room keys and `kids` the letterbox keys of letters that it has not
    opened; `declared` is what else changes when the destruction has been declared.
    """

    rows: DeleteRows = _none
    keys: KeysOf = _none
    kids: KidsOf = _none
    declared: OnDeclared = _nothing_more

    def and_also(self, more: DeleteRows) -> Erase:
        """The same, with rows that every service has."""

        async def rows(session: AsyncSession, numbers: Numbers) -> None:
            await self.rows(session, numbers)
            await more(session, numbers)

        return replace(self, rows=rows)

    async def everything(self, session: AsyncSession, numbers: Numbers) -> None:
        """Its own rows, and the messages about the signals: to be sent, or not handled."""
        await self.rows(session, numbers)
        for table in (Outgoing, Unhandled):
            await session.execute(delete(table).where(col(table.number).in_(numbers)))


class Releaser:
    """Releases keys of the rooms (and archives) that a service is the first hand of."""

    def __init__(
        self,
        service: str,
        database: Database,
        bao: OpenBao,
        post: Post,
        verifier: Verifier,
        clock: Clock,
        grace: float,
    ) -> None:
        self._service = service
        self._database = database
        self._bao = bao
        self._post = post
        self._verifier = verifier
        self._clock = clock
        self.grace = timedelta(seconds=grace)
        self.queue = Queue(
            database,
            Outgoing,
            clock,
            name="grace",
            of=and_(col(Outgoing.receipted_at).is_not(None), col(Outgoing.lock_key).is_not(None)),
            lease=timedelta(seconds=60),
            began="receipted_at",
            shows=("addressee", "event"),
            remedy="the key of a hand-over stays locked and is not destroyed: a row that was altered is put right, or"
            " the signal is destroyed with the rest",
            wake=Wake(),
        )

    async def release(self, keys: list[KeyRef]) -> None:
        """Lock each key and allow its deletion; raises CannotSucceed for a key of somebody else's."""
        for ref in keys:
            if not may_release(self._service, ref.mount):
                raise CannotSucceed("a key that is not this service's to release")
        await asyncio.gather(*(self._release_one(ref) for ref in keys))

    async def _release_one(self, ref: KeyRef) -> None:
        transit = Transit(self._bao, ref.mount)
        await transit.lock(ref.key)
        await transit.allow_deletion(ref.key)

    async def after_grace(self, row: Outgoing) -> None:
        """Release the key of a hand-over that was received long enough ago, and tell retention.

        Raises CannotSucceed for a lock that this service did not sign, or a receipt that its addressee did not.
        """
        ref = await signed_lock(self._verifier, self._service, row)
        await check_receipt(self._verifier, row)
        await self.release([ref])
        told = self._post.envelope("retention", KeysReleased(released=(Released(number=row.number, keys=(ref,)),)))

        async def unit(session: AsyncSession) -> None:
            gone = delete(Outgoing).where(col(Outgoing.id) == row.id).returning(col(Outgoing.id))
            if (await session.execute(gone)).first():
                self._post.send(session, told)

        await self._database.together(unit)

    def on_destroy(self, erase: Erase) -> Callable[[Incoming, Destroy], Awaitable[Handled]]:
        """A handler for retention's order. Also keys still in their grace period go, and letters that were
        never delivered or never opened: retention is told which letterbox keys would open those."""

        async def handle(incoming: Incoming, message: Destroy) -> Handled:
            if incoming.producer != "retention":
                raise CannotSucceed("only retention orders destruction")
            keys: dict[str, set[KeyRef]] = {number: set() for number in message.numbers}
            kids: dict[str, set[str]] = {number: set() for number in message.numbers}
            async with self._database.reading() as session:
                for number, key in await erase.keys(session, message.numbers):
                    keys[number].add(key)
                unopened = await erase.kids(session, message.numbers)
                for number, kid in [*unopened, *await self._unopened(session, message.numbers)]:
                    kids[number].add(kid)
                locked = select(Outgoing).where(
                    col(Outgoing.number).in_(message.numbers), col(Outgoing.lock_key).is_not(None)
                )
                for row in (await session.scalars(locked)).all():
                    try:
                        keys[str(row.number)].add(await signed_lock(self._verifier, self._service, row))
                    except CannotSucceed as problem:
                        # The row goes with the rest; retention waits for the keys that it was told of.
                        log.error("a key is not released", message=str(row.id), exc_info=problem)
            await self.release([key for found in keys.values() for key in found])
            released = tuple(
                Released(
                    number=number, keys=tuple(keys[number]), carried_by=tuple(sorted(kids[number])), rows_gone=True
                )
                for number in message.numbers
            )

            async def effect(session: AsyncSession) -> None:
                await erase.everything(session, message.numbers)
                self._post.tell(session, "retention", KeysReleased(released=released))

            return Handled(effect)

        return handle

    @staticmethod
    async def _unopened(session: AsyncSession, numbers: Numbers) -> list[tuple[str, str]]:
        """The letterbox keys of letters that wait in the post or could not be handled."""
        waiting = select(col(Outgoing.number), col(Outgoing.kid)).where(
            col(Outgoing.number).in_(numbers), col(Outgoing.kid).is_not(None)
        )
        found = [(str(row.number), str(row.kid)) for row in await session.execute(waiting)]
        received = select(col(Unhandled.number), col(Unhandled.body)).where(col(Unhandled.number).in_(numbers))
        for row in await session.execute(received):
            with contextlib.suppress(CannotSucceed, ValueError):
                kids = [kid_of(letter) for letter in json.loads(row.body).get("letters", ())]
                found += [(str(row.number), kid) for kid in kids if split_kid(kid)]
        return found

    def on_destroyed(self, erase: Erase) -> Callable[[Incoming, Destroyed], Awaitable[Handled]]:
        """A handler that remembers a destruction, so that nothing late or replayed brings it back."""

        async def handle(incoming: Incoming, message: Destroyed) -> Handled:
            if incoming.producer != "retention":
                raise CannotSucceed("only retention declares destruction")

            async def effect(session: AsyncSession) -> None:
                await erase.everything(session, message.numbers)
                await put_up(session, message.numbers, message.destroyed_at)
                await erase.declared(session, message.numbers, message.destroyed_at)

            return Handled(effect)

        return handle
