"""The declaration of destruction (Archiefbesluit 1995 art. 8): what, on which ground, how. It names nobody."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import typst
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.retention import store
from services.retention.domain import PARTS, staying_mounts
from services.retention.settings import Settings
from services.retention.tables import Carrier, Declaration, SealedSignal, SignalKey
from services.retention.told import here
from shared import audit, tombstones
from shared.clock import calendar_date
from shared.contracts.retention import Destroyed
from shared.database.tables import Tombstone
from shared.errors import NotFound
from shared.identity import Person
from shared.protocol.model import State
from shared.service.platform import Platform

KIND = "meldpunt-declaration"
METHOD = (
    "All encryption keys of the signal were destroyed in the key store by two services together, including the "
    "letterbox keys that ever carried a letter about it; then the rows. What remains in copies cannot be decrypted."
)
METHOD_IN_PART = (
    "A hold keeps the items named, and supervision the words of the decisions. Of the rest all encryption keys were "
    "destroyed in the key store by two services together, including the letterbox keys that ever carried a letter about "
    "the signal; then the rows. Keys stay in the mounts named: what lay under the key of a held item was deleted, and can "
    "be decrypted from a copy until the hold has ended and that key is destroyed too."
)
TEMPLATE = Path(__file__).parent.parent / "declaration.typ"
Stones = dict[str, datetime]
"""Number to the moment of its destruction."""
READERS = frozenset({"beheerder", "fg"})


class Declarations:
    def __init__(self, platform: Platform, settings: Settings) -> None:
        self.platform = platform
        self._snapshot_days = settings.snapshot_days

    async def make(self, session: AsyncSession, rows: Sequence[SealedSignal]) -> Stones:
        """Declare, put up the tombstones, tell everybody, delete the rows; the last step of a destruction."""
        now = self.platform.clock.now()
        numbers = [row.number for row in rows]
        await self._declare(session, rows, "signal destroyed", now)
        await store.delete_rows(session, numbers)
        await tombstones.put_up(session, numbers, now)
        message = Destroyed(numbers=tuple(numbers), destroyed_at=now)
        for part in PARTS:
            self.platform.post.tell(session, part, message)
        return dict.fromkeys(numbers, now)

    async def make_in_part(self, session: AsyncSession, rows: Sequence[SealedSignal]) -> None:
        """Declare what went of signals of which a hold keeps items; those wait for the end of the hold (R-9.15)."""
        now = self.platform.clock.now()
        await self._declare(session, rows, "signal destroyed but for what is held", now)
        for row in rows:
            row.state, row.reduced, row.version = State.SEALED, True, row.version + 1
            row.list_id = row.approver = row.approved_at = None
            self.platform.post.tell(session, "oversight", here(row, now))

    async def _declare(self, session: AsyncSession, rows: Sequence[SealedSignal], action: str, now: datetime) -> None:
        numbers = [row.number for row in rows]
        keys = await store.counts(session, SignalKey, numbers)
        boxes = await store.counts(session, Carrier, numbers)
        for row in rows:
            content = self._content(row, calendar_date(now), keys.get(row.number, 0), boxes.get(row.number, 0))
            declaration = Declaration(
                id=UUID(content["declarationId"]),
                number=row.number,
                declared_on=calendar_date(now),
                content=content,
                signature=self.platform.signer.sign(KIND, {"declaration": content}),
            )
            session.add(declaration)
            session.add(audit.line(now, action, actor=None, record=row.number, reason=row.ending))

    def _content(self, row: SealedSignal, today: date, keys: int, letterboxes: int) -> dict[str, Any]:
        rules = self.platform.settings.laws.of(row.protocol)
        return {
            "declarationId": str(uuid4()),
            "specification": {
                "number": row.number,
                "category": row.category,
                "ending": row.ending,
                "receivedOn": row.received_on.isoformat(),
                "decidedOn": row.decided_on.isoformat(),
                "keptUntil": row.ends_on.isoformat(),
                # Names of items are codes. What is held is destroyed, and declared, when the hold has ended.
                "itemsHeld": list(row.staying),
            },
            "ground": {
                "protocol": rules.title,
                "article": row.article,
                "term": "art. 9 lid 1 onder b" if row.category == "case" else "art. 9 lid 1 onder a",
                "selectionList": rules.selection_list,
                "declaredUnder": "Archiefbesluit 1995, art. 8",
            },
            "method": METHOD_IN_PART if row.staying else METHOD,
            "keysStaying": sorted(staying_mounts(row)),
            "keysDestroyed": keys,
            "letterboxKeysDestroyed": letterboxes,
            "destroyedOn": today.isoformat(),
            # While a key stays nobody can name the day.
            "unrecoverableFrom": None if row.staying else (today + timedelta(days=self._snapshot_days)).isoformat(),
            "executor": "Gemeentelijk Meldpunt Ondermijning, retention service",
            "approver": {"role": "beheerder", "id": row.approver}
            if row.approver
            else {"role": "ultimate date (art. 9)"},
            "approvedAt": row.approved_at.isoformat() if row.approved_at else None,
        }

    async def write_all_tombstones(self) -> None:
        """What was declared just before a crash may not stand in the file outside the database yet."""
        written = tombstones.read(self.platform.settings.tombstones)
        async with self.platform.database.reading() as session:
            stones = (await session.scalars(select(Tombstone))).all()
        await self.write_tombstones({one.number: one.destroyed_at for one in stones if one.number not in written})

    async def write_tombstones(self, stones: Stones) -> None:
        if stones:
            tombstones.append(self.platform.settings.tombstones, stones)

    async def all(self, person: Person) -> list[dict[str, Any]]:
        person.role_among(READERS)
        async with self.platform.database.reading() as session:
            rows = await store.declarations(session)
        return [{"id": str(row.id), "number": row.number, "declaredOn": row.declared_on.isoformat()} for row in rows]

    async def one(self, identifier: UUID, person: Person) -> dict[str, Any]:
        """The declaration and retention's signature over it (a compact JWS)."""
        person.role_among(READERS)
        async with self.platform.database.reading() as session:
            row = await session.get(Declaration, identifier)
        if row is None:
            raise NotFound
        return row.content | {"signature": row.signature}


def as_pdf(declaration: dict[str, Any]) -> bytes:
    """The declaration as PDF/A-2b, for the archive."""
    inputs = {"declaration": json.dumps(declaration, ensure_ascii=False)}
    made = typst.compile(str(TEMPLATE), format="pdf", sys_inputs=inputs, pdf_standards=["a-2b"])
    return bytes(made)
