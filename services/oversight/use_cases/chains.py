"""Whether the audit trail is complete and unchanged, however long it is.

The lines of each producer are followed in pages, hashed in a thread. How far a chain was found whole is kept in a
checkpoint with oversight's signature, and the next check begins there. A checkpoint says nothing about an old line
that is changed afterwards: once a day, and whenever a person asks for it, a chain is followed from its first line and
has to come past its checkpoint with the same value. So who can write rows cannot replace lines and their chain
together. What remains: an older checkpoint, once really signed, can be put back with the lines of its day.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from sqlalchemy.dialects.postgresql import insert as upsert

from services.oversight import store
from services.oversight.store import AuditBatch, AuditCheckpoint
from shared.audit import GENESIS, chain
from shared.database.tables import table_of
from shared.identity import Person
from shared.keys.signing import NotSigned
from shared.periodic import Periodic, all_of
from shared.privileges import SERVICES
from shared.service.platform import Platform

log = structlog.get_logger()

CHECKPOINT_KIND = "meldpunt-audit-checkpoint"
PAGE = 2000
"""Lines at a time; far more than come in one message."""
WALK = timedelta(days=1)
LOOK_SECONDS = 600
Begin = Literal["checkpoint", "start"]


@dataclass(frozen=True)
class Reached:
    """How far a chain was followed: to line `seq`, where its value is `head`."""

    seq: int = 0
    head: str = GENESIS


Lines = Sequence[tuple[int, dict[str, Any]]]
Follow = Callable[[Reached, Reached, Sequence[AuditBatch], Lines], tuple[Reached, str | None]]


def follow(at: Reached, signed: Reached, batches: Sequence[AuditBatch], lines: Lines) -> tuple[Reached, str | None]:
    """Follow a chain from `at` over `batches`; how far it is whole, and what is wrong behind that.

    Where it passes line `signed.seq` it must have the value that was signed for it.
    """
    left = iter(lines)
    for batch in batches:
        if batch.first != at.seq + 1 or batch.previous != at.head or batch.last < batch.first:
            return at, f"regels vanaf {at.seq + 1} ontbreken of zijn vervangen"
        head = at.head
        for expected in range(batch.first, batch.last + 1):
            seq, entry = next(left, (None, {}))
            if seq != expected:
                return at, f"regel {expected} ontbreekt"
            head = chain(head, entry)
        if head != batch.head:
            return at, f"een regel tussen {batch.first} en {batch.last} is gewijzigd"
        if at.seq < signed.seq <= batch.last and Reached(batch.last, head) != signed:
            return at, f"regels tot en met {signed.seq} zijn vervangen sinds zij zijn gecontroleerd"
        at = Reached(batch.last, head)
    return at, None


class Chains:
    """`follow` is given so that a test can see where and with how much it is called."""

    def __init__(self, platform: Platform, follow: Follow = follow, page: int = PAGE) -> None:
        self.platform = platform
        self._follow = follow
        self._page = page
        self._one_at_a_time = asyncio.Lock()
        self.walking = Periodic(
            "audit-chains",
            self.walk_what_is_due,
            platform.clock,
            every=LOOK_SECONDS,
            at_most=WALK,
            remedy="nobody checks whether the audit trail is whole: look at the database and the log of oversight",
        )

    async def show(self, person: Person, begin: Begin) -> list[dict[str, Any]]:
        """Per producer how many lines there are and what is wrong with them, checked now (FG, beheerder)."""
        person.role_among({"fg", "beheerder"})
        async with self._one_at_a_time:
            return [await self.check(service.name, begin) for service in SERVICES]

    async def walk_what_is_due(self) -> int:
        """Follow from its first line each chain whose last walk was a day ago; returns how many.

        Raises, when all were tried, what the first raised that failed.
        """
        return sum(await all_of(self._walk_if_due(service.name) for service in SERVICES))

    async def _walk_if_due(self, producer: str) -> bool:
        row = await self._row(producer)
        if row and row.walked_at and self.platform.clock.now() - row.walked_at < WALK:
            return False
        async with self._one_at_a_time:
            await self.check(producer, "start")
        return True

    async def check(self, producer: str, begin: Begin) -> dict[str, Any]:
        """Check one chain, and sign how far it is whole. Raises PartDown."""
        row = await self._row(producer)
        signed = await self._believed(row)
        began = at = Reached() if begin == "start" else signed
        problem = None if at == Reached() or await self._stands(producer, at) else self._vanished(at)
        while problem is None:
            async with self.platform.database.reading() as session:
                batches, lines = await store.page_of_chain(session, producer, at.seq, self._page)
            if not batches:
                problem = await self._at_the_end(producer, at, signed)
                break
            at, problem = await asyncio.to_thread(self._follow, at, signed, batches, lines)
        if problem:
            log.error("the audit trail is not whole", producer=producer, after=at.seq)
        walked = self.platform.clock.now() if begin == "start" or row is None else row.walked_at
        await self._sign(producer, at if problem is None else signed, walked)
        return {
            "producer": producer,
            "lines": at.seq,
            "checkedFrom": began.seq + 1,
            "wholeCheckAt": walked.isoformat() if walked else None,
            "problem": problem,
        }

    async def _at_the_end(self, producer: str, at: Reached, signed: Reached) -> str | None:
        if at.seq < signed.seq:
            return self._vanished(at)
        async with self.platform.database.reading() as session:
            stray = await store.line_without_batch(session, producer, at.seq)
        return f"regel {stray} kwam met geen bericht" if stray else None

    @staticmethod
    def _vanished(at: Reached) -> str:
        return f"regels bij {at.seq} die eerder zijn gecontroleerd, ontbreken of zijn vervangen"

    async def _row(self, producer: str) -> AuditCheckpoint | None:
        async with self.platform.database.reading() as session:
            return await session.get(AuditCheckpoint, producer)

    async def _stands(self, producer: str, at: Reached) -> bool:
        """Whether the lines still end, at the checkpoint, with the value that was signed."""
        async with self.platform.database.reading() as session:
            return await store.batch_ending(session, producer, at.seq) == at.head

    async def _believed(self, row: AuditCheckpoint | None) -> Reached:
        """What oversight signed; a row that says something else is not believed, and all is checked anew."""
        if row is None:
            return Reached()
        try:
            claims = await self.platform.verifier.verify(row.statement, kind=CHECKPOINT_KIND, service="oversight")
        except NotSigned:
            claims = {}
        if claims.get("producer") != row.producer or not isinstance(claims.get("seq"), int):
            log.error("a checkpoint of the audit trail that oversight did not sign", producer=row.producer)
            return Reached()
        return Reached(claims["seq"], str(claims["head"]))

    async def _sign(self, producer: str, at: Reached, walked: datetime | None) -> None:
        claims = {"producer": producer, "seq": at.seq, "head": at.head}
        values = {"statement": self.platform.signer.sign(CHECKPOINT_KIND, claims), "walked_at": walked}
        statement = upsert(table_of(AuditCheckpoint)).values(producer=producer, **values)
        async with self.platform.database.transaction() as session:
            await session.execute(statement.on_conflict_do_update(index_elements=["producer"], set_=values))
