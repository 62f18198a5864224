"""Something is told that changes what a dossier rests on, without a decision: the head is made anew of what was checked.

It is no new version, since nobody decided anything: who decides at that moment is not refused, but judged once more
(`at_most_thrice`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import audit
from shared.engine.head import Head
from shared.engine.load import Loader
from shared.engine.tables import Dossier
from shared.errors import Overtaken
from shared.identity import Person

_Done = TypeVar("_Done")


async def one_at_a_time(session: AsyncSession, number: str) -> None:
    """A dossier that arrives and what is told of it wait for each other, so that neither overlooks the other."""
    await session.execute(text("SELECT pg_advisory_xact_lock(4714, hashtext(:number))"), {"number": number})
    await session.flush()


async def heard(
    loader: Loader,
    session: AsyncSession,
    number: str,
    becomes: Callable[[Head], Head],
    action: str,
    *,
    person: Person | None = None,
    role: str | None = None,
    reason: str | None = None,
) -> None:
    """Change the head of `number` in the transaction of what was told; `action` is what the audit trail says, of `person` where
    somebody did it, as `role`.

    Raises NotFound, Elsewhere, and NotBelieved for what was changed past the service.
    """
    await session.flush()
    # Nobody else changes it meanwhile.
    await session.execute(select(col(Dossier.number)).where(col(Dossier.number) == number).with_for_update())
    loaded = await loader.within(session, number)
    after = await loader.shelf.vouched_after(loader.platform.mac, becomes(loaded.head))
    await loader.shelf.move(session, loaded.dossier, after)
    now, actor = loader.platform.clock.now(), person.user_id if person else None
    line = audit.line(now, action, actor=actor, role=role, record=number, reason=reason, turn=after.turn)
    session.add(line)


async def at_most_thrice(act: Callable[[], Awaitable[_Done]]) -> _Done:
    """`act`, once more when something was told meanwhile. Raises Overtaken when that goes on and on."""
    for _ in range(2):
        try:
            return await act()
        except Overtaken:
            continue
    return await act()
