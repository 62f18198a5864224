"""Receipts: what was handled is said to its sender, what we sent is ended by its receipt.

A receipt is not kept: one that is lost is given again when the sender repeats his message. Nobody waits for one
either, so those for one sender of the same moment leave as one signed message.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, delete, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningDelete
from sqlmodel import col

from shared.bus.post import KEPT_HEADERS, Post
from shared.bus.relay import Publisher
from shared.clock import Clock
from shared.contracts.common import Receipts, Received
from shared.database.engine import Database
from shared.database.tables import Outgoing
from shared.errors import CannotSucceed, PartDown
from shared.keys.sealing import hash_of
from shared.keys.signing import NotSigned

OnReceipt = Callable[[AsyncSession, Outgoing], Awaitable[None]]
BATCH_SIZE = 100
GATHER_SECONDS = 0.5
"""For how long receipts are gathered: longer than an audit line of a decision follows after its words."""


class ReceiptSender:
    """Gives receipts in the name of one service."""

    def __init__(self, post: Post, publisher: Publisher) -> None:
        self._post = post
        self._publisher = publisher
        self._waiting: dict[str, list[Received]] = {}
        self._wake = asyncio.Event()

    def give(self, producer: str, received: Received) -> None:
        """To be called after the commit of what was received."""
        self._waiting.setdefault(producer, []).append(received)
        self._wake.set()

    async def run(self) -> None:
        """The worker that sends them, gathered per sender; what is not sent is asked for again."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_SECONDS)
            try:
                await self._publisher.connected()
            except PartDown:
                continue
            self._wake.clear()
            waiting, self._waiting = self._waiting, {}
            for producer, received in waiting.items():
                # What fails here is asked for again; it keeps no other sender waiting.
                with contextlib.suppress(PartDown, NotSigned):
                    for start in range(0, len(received), BATCH_SIZE):
                        message = Receipts(received=tuple(received[start : start + BATCH_SIZE]))
                        await self._publisher.publish(self._post.envelope(producer, message))


class Receipted:
    """What others received of ours: believed when the right service shows the right word.

    `hooks`: what else follows from the receipt of an event, in the transaction that ends it. `heard` is told of each
    message that was ended, `locked` that a key waits from now on for the end of `grace`.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        hooks: Mapping[str, OnReceipt],
        heard: Callable[[str, UUID], None],
        grace: timedelta,
        locked: Callable[[], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._hooks = hooks
        self._heard = heard
        self._grace = grace
        self._locked = locked

    async def end(self, producer: str, message: Receipts, headers: dict[str, str], body: bytes) -> None:
        """End what `message` rightly names; raises CannotSucceed afterwards when it named something else too."""
        given = {one.message: one for one in message.received}
        # Kept as proof: before an old key is released, who received is checked once more.
        proof = {"headers": {name: headers.get(name, "") for name in KEPT_HEADERS}, "body": body.decode()}
        wrong: list[str] = []
        ended: set[UUID] = set()
        locks: set[UUID] = set()

        async def unit(session: AsyncSession) -> None:
            wrong.clear()
            ended.clear()
            locks.clear()
            ended.update(one.id for one in await session.execute(self._plain(producer, message)))
            left = set(given) - ended
            if not left:
                return
            query = select(Outgoing).where(col(Outgoing.id).in_(left), col(Outgoing.receipted_at).is_(None))
            done: list[UUID] = []
            for row in (await session.scalars(query.with_for_update())).all():
                problem = _problem(row, producer, given[row.id])
                if problem:
                    wrong.append(problem)
                    continue
                hook = self._hooks.get(row.event)
                if hook:
                    await hook(session, row)
                ended.add(row.id)
                if row.lock_key is None:
                    done.append(row.id)
                else:
                    locks.add(row.id)
                    self._keep_the_lock(row, proof)
            if done:
                await session.execute(delete(Outgoing).where(col(Outgoing.id).in_(done)))

        await self._database.together(unit)
        for identifier in ended:
            self._heard(producer, identifier)
        if locks:
            self._locked()
        if wrong:
            raise CannotSucceed(wrong[0])

    def _plain(self, producer: str, message: Receipts) -> ReturningDelete[tuple[UUID]]:
        """Deletes what is rightly named and ends with that: most of it, in one statement."""
        ids = literal([one.message for one in message.received], ARRAY(Uuid))
        events = literal([one.of for one in message.received], ARRAY(Text))
        hashes = literal([hash_of(one.word) if one.word else None for one in message.received], ARRAY(Text))
        named = func.unnest(ids, events, hashes).table_valued("id", "of", "hash", name="named").render_derived()
        return (
            delete(Outgoing)
            .where(
                col(Outgoing.id) == named.c.id,
                col(Outgoing.addressee) == producer,
                col(Outgoing.event) == named.c.of,
                or_(col(Outgoing.word_hash).is_(None), col(Outgoing.word_hash) == named.c.hash),
                col(Outgoing.lock_key).is_(None),
                col(Outgoing.receipted_at).is_(None),
                col(Outgoing.event).not_in(self._hooks),
            )
            .returning(col(Outgoing.id))
        )

    def _keep_the_lock(self, row: Outgoing, proof: dict[str, Any]) -> None:
        """From now on the row waits to release the key that it locked."""
        now = self._clock.now()
        row.receipted_at, row.receipt, row.body = now, proof, None
        row.next_at, row.attempts = now + self._grace, 0
        row.since = row.waits_because = row.parked_at = None


def _problem(row: Outgoing, producer: str, given: Received) -> str | None:
    if row.addressee != producer or row.event != given.of:
        return "a receipt from who was not asked"
    if row.word_hash is not None and (given.word is None or hash_of(given.word) != row.word_hash):
        return "a receipt that does not show the word inside the letter"
    return None
