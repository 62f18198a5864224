"""Article 16 lid 2: phase 3 waits until rights has decided, for everybody concerned, about informing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.contracts.rights import InformingDecided
from shared.engine.engine import Engine
from shared.errors import CannotSucceed, NotFound
from shared.protocol.informing import is_told
from shared.protocol.model import State
from shared.protocol.phase_2 import outcome_of_informing

KEY = "informing"


class Informing:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform

    async def decided(self, incoming: Incoming, message: InformingDecided) -> Handled:
        """The decisions of persons in rights, kept here as the one that opens phase 3."""
        try:
            loaded = await self.engine.parts.loader.load(message.number, opened=False)
        except NotFound as problem:
            raise CannotSucceed("this signal is not here") from problem
        if loaded.state != State.INFORMING or not message.decisions:
            raise CannotSucceed("this signal does not wait for a decision on informing")
        told = (is_told(State(one.state), one.outcome) for one in message.decisions)
        rule = loaded.law.decision(KEY)
        outcome = rule.outcome(outcome_of_informing(told)) if rule else None
        if outcome is None:
            raise CannotSucceed("the law of this signal knows no decision on informing")
        last = max(message.decisions, key=lambda one: one.taken_at)

        async def effect(session: AsyncSession) -> None:
            await self.engine.noting.note(
                session,
                loaded,
                UUID(last.decision),
                KEY,
                outcome,
                action="informing decided",
                recorder=last.recorder,
                role=last.role,
                taken_at=last.taken_at,
                deciders=sorted({user for one in message.decisions for user in one.deciders}),
                co_signers=sorted({user for one in message.decisions for user in one.co_signers}),
                about=sorted({subject for one in message.decisions for subject in one.about}),
            )

        return Handled(effect)
