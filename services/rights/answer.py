"""Article 16 lid 2: when every duty of a signal has been decided on since it was asked, phase 3 is told."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.rights import store
from services.rights.shelf import DutyShelf
from shared.contracts.rights import InformingDecided
from shared.engine.head import vouch_for, vouched_for
from shared.engine.load import Loader
from shared.engine.loaded import Loaded
from shared.engine.records import coded
from shared.engine.store import of_signal
from shared.engine.tables import DecisionRow, Dossier
from shared.errors import NotBelieved
from shared.protocol.model import State
from shared.protocol.moments import SAME_PERSON
from shared.service.platform import Platform

GATES = ("assessment", "casework")
"""Who has a gate that depends on informing."""
SETTLED_STATES = (State.DUTY_TO_SEND, State.DUTY_DONE)


async def answer_if_complete(platform: Platform, session: AsyncSession, signal: str) -> None:
    """Tell assessment, once, when nobody's duty is undecided; a deferral must be younger than the question.

    Raises NotBelieved when what was asked, or one of the duties, is not as this service wrote it.
    """
    await store.one_at_a_time(session, signal)
    asked = await session.get(store.Asked, signal, with_for_update=True)
    if asked is None or asked.answered_at is not None:
        return
    if not await vouched_for(platform.mac, asked):
        raise NotBelieved
    await session.flush()
    loader, now = Loader(platform, DutyShelf()), platform.clock.now()
    found: list[tuple[Dossier, DecisionRow]] = []
    named_twice = 0
    for number in [one.number for one in await of_signal(session, signal)]:
        loaded = await loader.within(session, number)
        duty, last = loaded.dossier, _last_agreed(loaded)
        if any(one.key == SAME_PERSON for one in loaded.taken):
            # His duty goes on under his other name.
            named_twice += 1
            continue
        if last is None or duty.state == State.DUTY_OPEN:
            return
        if last.effective_at is None or last.effective_at > now:
            # It can still be withdrawn.
            return
        if duty.state not in SETTLED_STATES and last.taken_at < asked.asked_at:
            return
        found.append((duty, last))
    if not found or len(found) + named_twice < max(1, asked.subjects):
        raise NotBelieved("duties to inform of this signal are gone")
    asked.answered_at = now
    await vouch_for(platform.mac, asked)
    decisions = tuple(
        # The duty's present state: who was deferred and whose ground lapsed since is informed now.
        coded(last).model_copy(update={"about": (duty.subject,) if duty.subject else (), "state": duty.state})
        for duty, last in found
    )
    platform.post.tell(session, "assessment", InformingDecided(number=signal, decisions=decisions))


def _last_agreed(loaded: Loaded) -> DecisionRow | None:
    """The last decision on informing that was taken together with the privacy officer (art. 16 lid 2)."""
    return next((one for one in reversed(loaded.taken) if one.key in ("duty", "review")), None)
