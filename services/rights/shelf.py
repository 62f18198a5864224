"""Where duties stand: dossiers, with the moments that bring each nearer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.rights import store
from shared.engine.shelf import Shelf


@dataclass(frozen=True)
class Moments:
    """By when the person has to know, and why, in the order in which it became known."""

    known: tuple[store.DutyMoment, ...]


class DutyShelf(Shelf):
    async def beside(self, session: AsyncSession, head: dict[str, Any]) -> tuple[object, tuple[str, ...]]:
        return Moments(tuple(await store.moments_of(session, head["number"]))), ()
