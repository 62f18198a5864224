"""Whether the audit trail is complete and unchanged, however long it is.

The lines of each producer are followed in pages, hashed in a thread. How far a chain was found whole is kept in a
checkpoint with oversight's signature, and the next check begins there. A checkpoint says nothing about an old line
that is changed afterwards: once a day, and whenever a person asks for it, a chain is followed from its first line and
has to come past its checkpoint with the same value. So who can write rows cannot replace lines and their chain
together. Who puts back an older checkpoint, once really signed, with the lines of its day is found out by a witness
(shared/witness.py), which is told of the trail after each such walk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import structlog
from sqlalchemy.dialects.postgresql import insert as upsert

from services.oversight import trail
from services.oversight.cut import claims_of_cut, reached_by, tree_behind
from services.oversight.follow import Reached, Walk, vanished
from services.oversight.trail import AuditBatch, AuditCheckpoint, AuditCut
from shared.database.tables import table_of
from shared.engine.head import vouched_for
from shared.errors import PartDown
from shared.identity import Person
from shared.keys.signing import NotSigned, public_keys
from shared.metrics.catalogue import CHAIN_BROKEN
from shared.metrics.metrics import Shows
from shared.periodic import Periodic, all_of
from shared.privileges import SERVICES
from shared.service.platform import Platform
from shared.transparency import Checkpoint, Tree
from shared.witness import CUT_KIND, Noted, origin_of, read, signed_note, write

log = structlog.get_logger()

CHECKPOINT_KIND = "meldpunt-audit-checkpoint"
PAGE = 2000
"""Lines at a time; far more than come in one message."""
WALK = timedelta(days=1)
LOOK_SECONDS = 600
NO_WITNESS = "the folder of the witness of the audit trail cannot be read or written"
Begin = Literal["checkpoint", "start"]


@dataclass(frozen=True)
class TrailStanding:
    """What oversight signs of a chain: how far it was whole, when it was last followed from its first line, and of how many
    lines a witness was told."""

    reached: Reached = field(default_factory=Reached)
    walked: datetime | None = None
    noted: int = 0

    def claims(self) -> dict[str, Any]:
        walked = self.walked.isoformat() if self.walked else None
        return {"seq": self.reached.seq, "head": self.reached.head, "walkedAt": walked, "noted": self.noted}

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> TrailStanding:
        walked = claims.get("walkedAt")
        reached = Reached(claims["seq"], str(claims["head"]))
        return cls(reached, datetime.fromisoformat(walked) if walked else None, int(claims.get("noted") or 0))


class Chains:
    """`witness`: the folder of one; None when nobody witnesses. `walk` is given so that a test can see how it goes."""

    def __init__(
        self, platform: Platform, witness: Path | None = None, walk: type[Walk] = Walk, page: int = PAGE
    ) -> None:
        self.platform = platform
        self._witness = witness
        self._walk = walk
        self._page = page
        self._one_at_a_time = asyncio.Lock()
        self.wrong: dict[str, str] = {}
        """By producer what its last check found wrong."""
        self.walking = Periodic(
            "audit-chains",
            self.walk_what_is_due,
            platform.clock,
            every=LOOK_SECONDS,
            at_most=WALK,
            remedy="nobody checks whether the audit trail is whole, or the folder of its witness cannot be written: look at"
            " the database, that folder and the log of oversight",
        )

    async def broken(self) -> list[Shows]:
        """Per producer whether the last check found something wrong."""
        return [Shows(CHAIN_BROKEN, float(one.name in self.wrong), {"producer": one.name}) for one in SERVICES]

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
        walked = (await self._believed(await self._row(producer))).walked
        if walked and self.platform.clock.now() - walked < WALK:
            return False
        async with self._one_at_a_time:
            await self.check(producer, "start")
        return True

    async def check(self, producer: str, begin: Begin) -> dict[str, Any]:
        """Check one chain, and sign how far it is whole. Raises PartDown, also for a witness that is not there."""
        row, cut = await self._row(producer), await self.cut(producer)
        before, noted = await self._believed(row), await self._noted(producer)
        signed, most = before.reached, max(noted.roots, default=0)
        first = reached_by(cut)
        began, tree = (signed, None) if begin == "checkpoint" and signed.seq > first.seq else (first, None)
        if begin == "start":
            tree = tree_behind(cut, noted)
        walk = self._walk(began, signed, most, tree)
        problem = None if began == first or await self._stands(producer, began) else vanished(began)
        if tree is not None and not tree.holds:
            problem = (
                f"regels tot en met {first.seq} die zijn vernietigd, waren niet die welke een getuige heeft genoteerd"
            )
        if self._witness is not None and most < before.noted:
            problem = f"de getuige heeft de verklaring over {before.noted} regels niet meer"
        while problem is None:
            async with self.platform.database.reading() as session:
                batches, lines = await trail.page_of_chain(session, producer, walk.at.seq, self._page)
            if not batches:
                problem = walk.missing() or await self._stray(producer, walk.at, first)
                break
            problem = await self._not_ours(batches) or await asyncio.to_thread(walk.follow, batches, lines)
        if problem and reached_by(await self.cut(producer)) != first:
            # Its first lines had their term meanwhile, and another process let them go.
            return await self.check(producer, begin)
        self.wrong.pop(producer, None)
        if problem:
            self.wrong[producer] = problem
            log.error("the audit trail is not whole", producer=producer, after=walk.at.seq)
        walked = self.platform.clock.now() if begin == "start" else before.walked
        told, size = row.note if row else None, before.noted
        if walk.tree is not None and walk.tree.size and problem is None:
            told, size = await self._tell(producer, walk.tree), walk.tree.size
        await self._sign(producer, TrailStanding(walk.at if problem is None else signed, walked, size), told)
        return {
            "producer": producer,
            "lines": walk.at.seq,
            "destroyedUpTo": first.seq,
            "checkedFrom": began.seq + 1,
            "wholeCheckAt": walked.isoformat() if walked else None,
            "problem": problem,
            "note": told,
            "witnessed": len(noted.roots),
            "unreadable": noted.unreadable,
        }

    async def cut(self, producer: str) -> AuditCut | None:
        """Up to where its lines had their term and are gone; None for nowhere, and for what oversight did not write: then the first
        line is missing, which the walk says."""
        async with self.platform.database.reading() as session:
            row = await session.get(AuditCut, producer)
        return row if row is not None and await vouched_for(self.platform.mac, row) else None

    async def cuts(self, person: Person) -> list[dict[str, Any]]:
        """By producer a statement on what is gone, for who checks an export; none where nothing is (FG, beheerder)."""
        person.role_among({"fg", "beheerder"})
        found = [one for one in [await self.cut(service.name) for service in SERVICES] if one is not None]
        return [
            {"producer": one.producer, "cut": self.platform.signer.sign(CUT_KIND, claims_of_cut(one))} for one in found
        ]

    async def noted(self, producer: str) -> dict[int, bytes] | None:
        """What a witness noted of a chain; None where nobody witnesses. Raises PartDown."""
        return None if self._witness is None else (await self._noted(producer)).roots

    async def checked(self, producer: str) -> Reached:
        """How far a chain was whole, as oversight signed."""
        return (await self._believed(await self._row(producer))).reached

    async def _noted(self, producer: str) -> Noted:
        if self._witness is None:
            return Noted()
        keys = await public_keys(self.platform.bao, "oversight")
        try:
            return await asyncio.to_thread(read, self._witness, producer, keys)
        except OSError as problem:
            raise PartDown(NO_WITNESS) from problem

    async def _tell(self, producer: str, tree: Tree) -> str:
        """A note on the whole trail, for the witness where there is one."""
        text = await signed_note(self.platform.bao, Checkpoint(origin_of(producer), tree.size, tree.root))
        try:
            if self._witness is not None:
                await asyncio.to_thread(write, self._witness, producer, tree.size, text)
        except OSError as problem:
            raise PartDown(NO_WITNESS) from problem
        return text

    async def _not_ours(self, batches: Sequence[AuditBatch]) -> str | None:
        """The first of `batches` that oversight did not write so, after it had checked who signed it."""
        for batch in batches:
            if not await vouched_for(self.platform.mac, batch):
                return f"het bericht met regels vanaf {batch.first} is niet zoals het binnenkwam"
        return None

    async def _stray(self, producer: str, at: Reached, first: Reached) -> str | None:
        async with self.platform.database.reading() as session:
            stray = await trail.line_without_batch(session, producer, at.seq)
            back = await trail.put_back(session, producer, first.seq) if first.seq else None
            others = await trail.unknown_producer(session) if producer == self.platform.name else None
        if others:
            return f"er zijn regels van een dienst die niet bestaat: {others}"
        if back is not None:
            return f"regel {back} is vernietigd na haar termijn en staat er weer"
        return None if stray is None else f"regel {stray} kwam met geen bericht"

    async def _row(self, producer: str) -> AuditCheckpoint | None:
        async with self.platform.database.reading() as session:
            return await session.get(AuditCheckpoint, producer)

    async def _stands(self, producer: str, at: Reached) -> bool:
        """Whether the lines still end, at the checkpoint, with the value that was signed."""
        async with self.platform.database.reading() as session:
            return await trail.batch_ending(session, producer, at.seq) == at.head

    async def _believed(self, row: AuditCheckpoint | None) -> TrailStanding:
        """What oversight signed; a row that says something else is not believed, and all is checked anew."""
        if row is None:
            return TrailStanding()
        try:
            claims = await self.platform.verifier.verify(row.statement, kind=CHECKPOINT_KIND, service="oversight")
        except NotSigned:
            claims = {}
        if claims.get("producer") != row.producer or not isinstance(claims.get("seq"), int):
            log.error("a checkpoint of the audit trail that oversight did not sign", producer=row.producer)
            return TrailStanding()
        return TrailStanding.of(claims)

    async def _sign(self, producer: str, standing: TrailStanding, told: str | None) -> None:
        claims = {"producer": producer} | standing.claims()
        values = {"statement": self.platform.signer.sign(CHECKPOINT_KIND, claims), "note": told}
        statement = upsert(table_of(AuditCheckpoint)).values(producer=producer, **values)
        async with self.platform.database.transaction() as session:
            await session.execute(statement.on_conflict_do_update(index_elements=["producer"], set_=values))
