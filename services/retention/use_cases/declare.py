"""The declaration of destruction (Archiefbesluit 1995 art. 8): what, on which ground, how. It names nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.retention import store
from services.retention.archive import archive_facts
from services.retention.domain import PARTS, last_copies, staying_mounts
from services.retention.settings import Settings
from services.retention.tables import Carrier, Declaration, SealedSignal, SignalKey
from services.retention.told import here
from services.retention.wording import DestroyedSignal, document
from shared import audit, tombstones
from shared.clock import calendar_date
from shared.contracts.retention import Destroyed
from shared.documents import compiled
from shared.engine.head import vouch_for, vouched_for
from shared.errors import NotBelieved, NotFound
from shared.identity import Person
from shared.laws import known_law
from shared.pages import Window
from shared.protocol.model import State
from shared.service.platform import Platform

DECLARATION_KIND = "meldpunt-declaration"
TEMPLATE = Path(__file__).parent.parent / "declaration.typ"
READERS = frozenset({"beheerder", "fg"})


class Declarations:
    def __init__(self, platform: Platform, settings: Settings) -> None:
        self.platform = platform
        self._compaction_days = settings.compaction_days
        self._kept_days = settings.snapshot_days

    async def make(self, session: AsyncSession, rows: Sequence[SealedSignal]) -> tombstones.Stones:
        """Declare, put up the tombstones, tell everybody, delete the rows; the last step of a destruction. Raises
        CannotSucceed for one whose protocol is not known here any more."""
        if not rows:
            return {}
        now = self.platform.clock.now()
        numbers = [row.number for row in rows]
        await self._declare(session, rows, "signal destroyed", now)
        await store.delete_rows(session, numbers)
        await self.platform.processing.forget(session, numbers)
        await tombstones.put_up(session, numbers, now)
        message = Destroyed(numbers=tuple(numbers), destroyed_at=now)
        for part in PARTS:
            self.platform.post.tell(session, part, message)
        return dict.fromkeys(numbers, now)

    async def make_in_part(self, session: AsyncSession, rows: Sequence[SealedSignal]) -> None:
        """Declare what went of signals of which a hold keeps items; those wait for the end of the hold (R-9.15). Raises
        CannotSucceed as `make` does."""
        now = self.platform.clock.now()
        await self._declare(session, rows, "signal destroyed but for what is held", now)
        for row in rows:
            row.state, row.reduced, row.version = State.SEALED, True, row.version + 1
            row.list_id = row.approver = row.approved_at = None
            await vouch_for(self.platform.mac, row)
            self.platform.post.tell(session, "oversight", here(row, now))

    async def _declare(self, session: AsyncSession, rows: Sequence[SealedSignal], action: str, now: datetime) -> None:
        if not all([await vouched_for(self.platform.mac, row) for row in rows]):
            raise NotBelieved
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
                signature=self.platform.signer.sign(DECLARATION_KIND, {"declaration": content}),
            )
            session.add(declaration)
            session.add(audit.line(now, action, actor=None, record=row.number, reason=row.ending))

    def _content(self, row: SealedSignal, today: date, keys: int, letterboxes: int) -> dict[str, Any]:
        law = known_law(self.platform.settings.laws, row.protocol)
        # While a key stays nobody can name the day.
        counted = last_copies(today, compaction_days=self._compaction_days, kept_days=self._kept_days)
        copies = None if row.staying else counted
        archives = {one["item"]: one["archive"] for one in row.dossier or []}
        what = DestroyedSignal(
            number=row.number,
            phase=row.phase,
            ending=row.ending,
            article=row.article,
            received_on=row.received_on,
            decided_on=row.decided_on,
            kept_until=row.ends_on,
            held=[archives[one] for one in row.staying],
            keys_staying=sorted(staying_mounts(row)),
            keys=keys,
            letterbox_keys=letterboxes,
            destroyed_on=today,
            copies=copies,
            never_informed=row.never_informed,
            approved_on=calendar_date(row.approved_at) if row.approver and row.approved_at else None,
        )
        return {
            "declarationId": str(uuid4()),
            "number": row.number,
            "ending": row.ending,
            "protocol": row.protocol,
            # Names of items are codes. What is held is destroyed, and declared, when the hold has ended.
            "itemsHeld": list(row.staying),
            "keysStaying": list(what.keys_staying),
            "keysDestroyed": keys,
            "letterboxKeysDestroyed": letterboxes,
            "destroyedOn": today.isoformat(),
            "storageCompactedBy": copies.compacted_by.isoformat() if copies else None,
            "storageCopiesKeptDays": copies.kept_days if copies else None,
            "unrecoverableFrom": copies.unrecoverable_from.isoformat() if copies else None,
            "executor": "Gemeentelijk Meldpunt Ondermijning",
            # By ground; nobody is named.
            "neverInformed": row.never_informed,
            "archive": archive_facts(law, what),
            "approver": row.approver,
            "approvedAt": row.approved_at.isoformat() if row.approved_at else None,
            "trial": not self.platform.settings.live,
            "document": document(law, what, live=self.platform.settings.live),
        }

    async def all(self, person: Person, number: str | None, window: Window) -> dict[str, Any]:
        person.role_among(READERS)
        async with self.platform.database.reading() as session:
            page = await store.declarations(session, number, window)
        return page.of(
            "declarations",
            lambda row: {"id": str(row.id), "number": row.number, "declaredOn": row.declared_on.isoformat()},
        )

    async def one(self, identifier: UUID, person: Person) -> dict[str, Any]:
        """The declaration and retention's signature over it (a compact JWS)."""
        person.role_among(READERS)
        async with self.platform.database.reading() as session:
            row = await session.get(Declaration, identifier)
        if row is None:
            raise NotFound
        return row.content | {"signature": row.signature}


def as_pdf(declaration: dict[str, Any]) -> bytes:
    """The declaration as PDF/A-3 and PDF/UA, for the archive and for who has it read out: its words, and the signed
    declaration attached."""
    on = date.fromisoformat(declaration["destroyedOn"])
    return compiled(TEMPLATE, {"declaration": declaration}, "a-3a", "ua-1", on=on)
