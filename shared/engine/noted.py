"""Decisions that are taken elsewhere, or by the calendar, and are kept here as those that move a dossier on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.engine.head import changed
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.tables import DecisionRow
from shared.protocol.model import Outcome, State


class Noting:
    """Writes such a decision among those of a dossier, and moves it on."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.platform = parts.platform

    async def note(
        self,
        session: AsyncSession,
        loaded: Loaded,
        identifier: UUID,
        key: str,
        outcome: Outcome,
        *,
        action: str,
        recorder: str,
        role: str,
        taken_at: datetime,
        deciders: Sequence[str] = (),
        co_signers: Sequence[str] = (),
        about: Sequence[str] = (),
    ) -> None:
        """Move what was loaded to where `outcome` leads, in the transaction of the message that said so; settled at once.

        `action`: what the audit trail says of it.

        Supervision knows it from who decided. Raises Conflict when the dossier was changed meanwhile.
        """
        now, row = self.platform.clock.now(), loaded.dossier
        state = outcome.leads_to or State(row.state)
        decision = DecisionRow(
            id=identifier,
            number=row.number,
            version=row.version + 1,
            key=key,
            outcome=outcome.key,
            article=outcome.article,
            status="taken",
            state_before=row.state,
            state_after=state,
            ends=outcome.ends,
            deciders=list(deciders),
            dissenters=[],
            co_signers=list(co_signers),
            recorder=recorder,
            role=role,
            about=list(about),
            taken_at=taken_at,
            effective_at=now,
            protocol=row.protocol,
            tells=False,
            sends=[],
            settles=True,
            next_at=now,
        )
        moved, shelf = changed(row, version=row.version + 1, state=state), self.parts.loader.shelf
        head = replace(loaded.head, dossier=moved, decisions=(*loaded.decisions, decision))
        after = await shelf.vouched_after(self.platform.mac, head)
        await shelf.move(session, row, after)
        session.add(decision)
        line = audit.line(
            now,
            action,
            actor=None,
            record=row.number,
            result=outcome.key,
            turn=after.turn,
            concerns=loaded.concerns,
        )
        session.add(line)
