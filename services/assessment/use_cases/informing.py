"""Article 16 lid 2: phase 3 waits until rights has decided, for everybody concerned, about informing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.contracts.rights import InformingDecided, Notice
from shared.dossier import store
from shared.dossier.holder import Holder
from shared.dossier.notices import on_notice
from shared.dossier.tables import DecisionRow, Dossier
from shared.errors import CannotSucceed
from shared.protocol.informing import is_told
from shared.protocol.model import State
from shared.protocol.phase_2 import outcome_of_informing
from shared.service.platform import Platform

KEY = "informing"


class Informing:
    def __init__(self, platform: Platform, holder: Holder) -> None:
        self.platform = platform
        self._settlement = holder.settlement
        self._views = holder.views

    async def notice(self, incoming: Incoming, message: Notice) -> Handled:
        return await on_notice(incoming, message)

    async def decided(self, incoming: Incoming, message: InformingDecided) -> Handled:
        """The decisions of persons in rights, kept here as the one that opens phase 3."""
        async with self.platform.database.reading() as session:
            row = await session.get(Dossier, message.number)
        if row is None or row.state != State.INFORMING or not message.decisions:
            raise CannotSucceed("this signal does not wait for a decision on informing")
        decision = self._views.rules.decision(KEY)
        assert decision is not None
        told = (is_told(State(one.state), one.outcome) for one in message.decisions)
        outcome = decision.outcome(outcome_of_informing(told))
        assert outcome is not None
        assert outcome.leads_to is not None
        now = self.platform.clock.now()
        last = max(message.decisions, key=lambda one: one.taken_at)
        kept = DecisionRow(
            id=UUID(last.decision),
            number=row.number,
            version=row.version + 1,
            key=KEY,
            outcome=outcome.key,
            article=outcome.article,
            status="taken",
            state_before=row.state,
            state_after=outcome.leads_to,
            ends=False,
            deciders=sorted({user for one in message.decisions for user in one.deciders}),
            co_signers=sorted({user for one in message.decisions for user in one.co_signers}),
            recorder=last.recorder,
            role=last.role,
            about=sorted({subject for one in message.decisions for subject in one.about}),
            forwarding=None,
            taken_at=last.taken_at,
            effective_at=now,
            protocol=row.protocol,
            # Supervision has these decisions, with their words, from rights.
            tells=False,
        )

        async def effect(session: AsyncSession) -> None:
            await store.bump(session, row.number, row.version, kept.state_after, self._views.today())
            session.add(DecisionRow(**kept.model_dump()))

        return Handled(effect, after=self._settlement.wake)
