"""The declaration of destruction (Archiefbesluit 1995 art. 8): what, on which ground, how. It names nobody."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import typst
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.retention import store
from services.retention.settings import Settings
from shared import tombstones
from shared.clock import calendar_date
from shared.contracts.retention import Destroyed
from shared.database.tables import Tombstone
from shared.errors import NotFound
from shared.identity import Person
from shared.protocol.profiles import PROTOCOLS
from shared.service.platform import Platform

KIND = "meldpunt-declaration"
METHOD = (
    "All encryption keys of the signal were destroyed in the key store by two services together, including the "
    "letterbox keys that ever carried a letter about it; then the rows. What remains in copies cannot be decrypted."
)
TEMPLATE = Path(__file__).parent.parent / "declaration.typ"
READERS = frozenset({"beheerder", "fg"})


class Declarations:
    def __init__(self, platform: Platform, settings: Settings) -> None:
        self.platform = platform
        self._snapshot_days = settings.snapshot_days
        self._written: set[str] | None = None

    async def make(self, session: AsyncSession, row: store.SealedSignal, *, keys: int, letterboxes: int) -> None:
        """Declare, put up the tombstone, tell everybody, delete the row; the last step of a destruction."""
        now = self.platform.clock.now()
        today = calendar_date(now)
        rules = PROTOCOLS.get(row.protocol) or PROTOCOLS[self.platform.settings.protocol]
        declaration = uuid4()
        content = {
            "declarationId": str(declaration),
            "specification": {
                "number": row.number,
                "category": row.category,
                "ending": row.ending,
                "receivedOn": row.received_on.isoformat(),
                "decidedOn": row.decided_on.isoformat(),
                "keptUntil": row.ends_on.isoformat(),
            },
            "ground": {
                "protocol": rules.title,
                "article": row.article,
                "term": "art. 9 lid 1a",
                "selectionList": rules.selection_list,
                "declaredUnder": "Archiefbesluit 1995, art. 8",
            },
            "method": METHOD,
            "keysDestroyed": keys,
            "letterboxKeysDestroyed": letterboxes,
            "destroyedOn": today.isoformat(),
            "unrecoverableFrom": (today + timedelta(days=self._snapshot_days)).isoformat(),
            "executor": "Gemeentelijk Meldpunt Ondermijning, retention service",
            "approver": {"role": "beheerder", "id": row.approver}
            if row.approver
            else {"role": "ultimate date (art. 9)"},
            "approvedAt": row.approved_at.isoformat() if row.approved_at else None,
        }
        signature = self.platform.signer.sign(KIND, {"declaration": content})
        await store.delete_rows(session, row.number)
        values = {
            "id": declaration,
            "number": row.number,
            "declared_on": today,
            "content": content,
            "signature": signature,
        }
        await session.execute(
            upsert(store.Declaration).values(**values).on_conflict_do_nothing(index_elements=["number"])
        )
        stone = {"number": row.number, "destroyed_at": now}
        await session.execute(upsert(Tombstone).values(**stone).on_conflict_do_nothing())
        message = Destroyed(number=row.number, destroyed_at=now)
        post = self.platform.post
        await post.send(session, *(post.envelope(part, message) for part in ("intake", "assessment", "oversight")))

    async def write_tombstones(self) -> None:
        """Bring the file outside the database up to date with what was declared; safe to repeat."""
        folder = self.platform.settings.tombstones
        if self._written is None:
            self._written = set(tombstones.read(folder))
        async with self.platform.database.transaction() as session:
            stones = (await session.scalars(select(Tombstone))).all()
        for stone in stones:
            if stone.number not in self._written:
                tombstones.append(folder, stone.number, stone.destroyed_at)
                self._written.add(stone.number)

    async def all(self, person: Person) -> list[dict[str, Any]]:
        person.role_among(READERS)
        async with self.platform.database.transaction() as session:
            rows = await store.declarations(session)
        return [{"id": str(row.id), "number": row.number, "declaredOn": row.declared_on.isoformat()} for row in rows]

    async def one(self, identifier: UUID, person: Person) -> dict[str, Any]:
        """The declaration and retention's signature over it (a compact JWS)."""
        person.role_among(READERS)
        async with self.platform.database.transaction() as session:
            row = await session.get(store.Declaration, identifier)
        if row is None:
            raise NotFound
        return row.content | {"signature": row.signature}


def as_pdf(declaration: dict[str, Any]) -> bytes:
    """The declaration as PDF/A-2b, for the archive."""
    inputs = {"declaration": json.dumps(declaration, ensure_ascii=False)}
    made = typst.compile(str(TEMPLATE), format="pdf", sys_inputs=inputs, pdf_standards=["a-2b"])
    return bytes(made)
