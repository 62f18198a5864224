"""Article 16 lid 2: when every duty of a signal has been decided on since it was asked, phase 3 is told."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.rights import store
from shared.contracts.rights import InformingDecided
from shared.engine.loaded import coded
from shared.engine.store import of_signal
from shared.engine.tables import DecisionRow, Dossier
from shared.protocol.model import State
from shared.service.platform import Platform

GATES = ("assessment", "casework")
"""Who has a gate that depends on informing."""
SETTLED_STATES = (State.DUTY_TO_SEND, State.DUTY_DONE)


async def answer_if_complete(platform: Platform, session: AsyncSession, signal: str) -> None:
    """Tell assessment, once, when nobody's duty is undecided; a deferral must be younger than the question."""
    await store.one_at_a_time(session, signal)
    asked = await session.get(store.Asked, signal, with_for_update=True)
    if asked is None or asked.answered_at is not None:
        return
    found: list[tuple[Dossier, DecisionRow]] = []
    for duty in await of_signal(session, signal):
        last = await store.last_agreed(session, duty.number)
        if last is None or last.settled_at is None or duty.state == State.DUTY_OPEN:
            return
        if duty.state not in SETTLED_STATES and last.taken_at < asked.asked_at:
            return
        found.append((duty, last))
    if not found:
        return
    asked.answered_at = platform.clock.now()
    decisions = tuple(
        # The duty's present state: who was deferred and whose ground lapsed since is informed now.
        coded(last).model_copy(update={"about": (duty.subject,) if duty.subject else (), "state": duty.state})
        for duty, last in found
    )
    platform.post.tell(session, "assessment", InformingDecided(number=signal, decisions=decisions))
