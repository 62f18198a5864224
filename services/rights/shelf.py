"""Where duties stand: dossiers, with the moments that bring each nearer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.rights import store
from shared.engine.shelf import Shelf


@dataclass(frozen=True)
class Moments:
    """By when the person has to know, and why, in the order in which it became known; and who decided on the signal, under
    which designations, before it was asked about him."""

    known: tuple[store.DutyMoment, ...]
    acted: Mapping[str, Sequence[str]]


class DutyShelf(Shelf):
    async def beside(self, session: AsyncSession, head: dict[str, Any]) -> tuple[object, tuple[str, ...]]:
        asked = await session.get(store.Asked, head["signal"])
        return Moments(tuple(await store.moments_of(session, head["number"])), asked.acted if asked else {}), ()
