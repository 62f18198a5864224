"""Decisions that are taken elsewhere, or by the calendar, and are kept here as those that move a dossier on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.engine.parts import Parts
from shared.engine.tables import DecisionRow, Dossier
from shared.protocol.model import Outcome, State


class Noting:
    """Writes such a decision among those of a dossier, and moves it on."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.platform = parts.platform

    async def note(
        self,
        session: AsyncSession,
        row: Dossier,
        identifier: UUID,
        key: str,
        outcome: Outcome,
        *,
        recorder: str,
        role: str,
        taken_at: datetime,
        deciders: Sequence[str] = (),
        co_signers: Sequence[str] = (),
        about: Sequence[str] = (),
    ) -> None:
        """Move `row` to where `outcome` leads, in the transaction of the message that said so; settled at once.

        Supervision knows it from who decided. Raises Conflict when the dossier was changed meanwhile.
        """
        now = self.platform.clock.now()
        state = outcome.leads_to or State(row.state)
        await self.parts.loader.shelf.move(session, row, state, row.last_act_on)
        session.add(
            DecisionRow(
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
        )
