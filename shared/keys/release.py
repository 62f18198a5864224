"""The owner's hand in destroying: lock a key, allow its deletion, delete the rows, say so.

Two occasions. A hand-over's old key, once its receipt is older than the grace period; and retention's
order to destroy everything about a signal.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.inbox import Handled, Incoming
from shared.bus.post import Post
from shared.bus.proof import check_receipt, signed_lock
from shared.clock import Clock
from shared.contracts.common import KeyRef, KeysReleased
from shared.contracts.retention import Destroy, Destroyed
from shared.database.engine import Database
from shared.database.tables import Outgoing, Parked, Tombstone
from shared.errors import CannotSucceed, PartDown
from shared.keys.letters import kid_of, split_kid
from shared.keys.signing import NotSigned, Verifier
from shared.keys.transit import Transit
from shared.openbao import BaoError, OpenBao
from shared.privileges import may_release

log = structlog.get_logger()

KeysOf = Callable[[AsyncSession, str], Awaitable[list[KeyRef]]]
KidsOf = Callable[[AsyncSession, str], Awaitable[set[str]]]
DeleteRows = Callable[[AsyncSession, str], Awaitable[None]]


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
        self._grace = timedelta(seconds=grace)
        self._every = min(30.0, max(0.5, grace / 4))

    async def release(self, keys: list[KeyRef]) -> None:
        """Lock each key and allow its deletion; raises CannotSucceed for a key of somebody else's."""
        for ref in keys:
            if not may_release(self._service, ref.mount):
                raise CannotSucceed("a key that is not this service's to release")
            transit = Transit(self._bao, ref.mount)
            await transit.lock(ref.key)
            await transit.allow_deletion(ref.key)

    async def run(self) -> None:
        """Release the keys of hand-overs that were received long enough ago."""
        while True:
            with contextlib.suppress(PartDown, NotSigned, BaoError):
                await self.after_grace()
            await asyncio.sleep(self._every)

    async def after_grace(self) -> None:
        before = self._clock.now() - self._grace
        async with self._database.transaction() as session:
            due = (
                select(Outgoing)
                .where(col(Outgoing.lock_key).is_not(None), col(Outgoing.receipted_at) < before)
                .limit(100)
            )
            rows = (await session.scalars(due)).all()
        for row in rows:
            try:
                ref = await signed_lock(self._verifier, self._service, row)
                await check_receipt(self._verifier, row)
                await self.release([ref])
            except (CannotSucceed, BaoError) as problem:
                # One bad row holds up no other; it stays, and is looked at again.
                log.error("a key is not released", message=str(row.id), exc_info=problem)
                continue
            message = KeysReleased(number=row.number, keys=(ref,))
            async with self._database.transaction() as session:
                await session.execute(delete(Outgoing).where(col(Outgoing.id) == row.id))
                await self._post.send(session, self._post.envelope("retention", message))

    def on_destroy(
        self, keys_of: KeysOf, delete_rows: DeleteRows, kids_of: KidsOf | None = None
    ) -> Callable[[Incoming, Destroy], Awaitable[Handled]]:
        """A handler for retention's order. Also keys still in their grace period go, and letters that were
        never delivered or never opened: retention is told which letterbox keys would open those."""

        async def handle(incoming: Incoming, message: Destroy) -> Handled:
            if incoming.producer != "retention":
                raise CannotSucceed("only retention orders destruction")
            async with self._database.transaction() as session:
                keys = await keys_of(session, message.number)
                kids = await kids_of(session, message.number) if kids_of else set()
                kids |= await self._unopened(session, message.number)
                locked = select(Outgoing).where(
                    col(Outgoing.number) == message.number, col(Outgoing.lock_key).is_not(None)
                )
                for row in (await session.scalars(locked)).all():
                    keys.append(await signed_lock(self._verifier, self._service, row))
            keys = list(dict.fromkeys(keys))
            await self.release(keys)

            async def effect(session: AsyncSession) -> None:
                await delete_rows(session, message.number)
                await session.execute(delete(Outgoing).where(col(Outgoing.number) == message.number))
                await session.execute(delete(Parked).where(col(Parked.number) == message.number))
                gone = KeysReleased(
                    number=message.number, keys=tuple(keys), carried_by=tuple(sorted(kids)), rows_gone=True
                )
                await self._post.send(session, self._post.envelope("retention", gone))

            return Handled(effect)

        return handle

    @staticmethod
    async def _unopened(session: AsyncSession, number: str) -> set[str]:
        """The letterbox keys of letters about `number` that wait in the outbox or are parked."""
        waiting = select(col(Outgoing.kid)).where(col(Outgoing.number) == number, col(Outgoing.kid).is_not(None))
        kids = {kid for kid in (await session.scalars(waiting)).all() if kid}
        for body in (await session.scalars(select(col(Parked.body)).where(col(Parked.number) == number))).all():
            with contextlib.suppress(CannotSucceed, ValueError):
                found = [kid_of(letter) for letter in json.loads(body).get("letters", ())]
                kids |= {kid for kid in found if split_kid(kid)}
        return kids

    def on_destroyed(self, delete_rows: DeleteRows) -> Callable[[Incoming, Destroyed], Awaitable[Handled]]:
        """A handler that remembers a destruction, so that nothing late or replayed brings it back."""

        async def handle(incoming: Incoming, message: Destroyed) -> Handled:
            if incoming.producer != "retention":
                raise CannotSucceed("only retention declares destruction")

            async def effect(session: AsyncSession) -> None:
                await delete_rows(session, message.number)
                stone = {"number": message.number, "destroyed_at": message.destroyed_at}
                await session.execute(upsert(Tombstone).values(**stone).on_conflict_do_nothing())

            return Handled(effect)

        return handle
