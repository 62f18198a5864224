"""Where sealed signals stand: rows without content, with what is held of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.retention import store
from services.retention.domain import items_of
from services.retention.holds import HELD, PROPOSED
from services.retention.tables import Hold, SealedSignal
from shared.contracts.dossier import CodedDecision
from shared.engine.records import closed_to
from shared.engine.shelf import CHANGED, Shelf
from shared.engine.tables import Dossier
from shared.engine.working_name import working_name
from shared.errors import Conflict


@dataclass(frozen=True)
class SealedWithHolds:
    """What retention knows of a sealed signal: codes, dates and ciphertext."""

    row: SealedSignal
    holds: tuple[Hold, ...]

    @property
    def items(self) -> frozenset[str]:
        return frozenset(items_of(self.row))

    def hold(self, identifier: str) -> Hold | None:
        return next((one for one in self.holds if str(one.id) == identifier), None)


class SealedSignalShelf(Shelf):
    head = "sealed_signal"
    signal = "head.number"
    beside_it = ("decisions",)
    # There is no room here, and what stands here is believed by statements.
    vouched = False

    def dossier(self, head: dict[str, Any]) -> Dossier:
        names = ("number", "version", "state", "protocol", "received_on", "traceparent")
        return Dossier.model_validate(
            {name: head[name] for name in names}
            | {
                "signal": head["number"],
                "working_name": working_name(head["number"]),
                "arrived_at": head["sealed_at"],
                "last_act_on": head["decided_on"],
                "earlier": head["decisions"],
                "closed_to": closed_to(map(CodedDecision.model_validate, head["decisions"])),
            }
        )

    async def beside(self, session: AsyncSession, head: dict[str, Any]) -> tuple[object, tuple[str, ...]]:
        """A decision can be about its items, and about what is held of it."""
        row = SealedSignal.model_validate(head)
        rows = await store.holds_of(session, row.number)
        # One that its signal does not name is not there; who decides on the others has their MAC checked.
        sealed = SealedWithHolds(
            row, tuple(one for one in rows if one.state not in (PROPOSED, HELD) or str(one.id) in row.holds)
        )
        held = sorted(str(one.id) for one in sealed.holds if one.state == HELD)
        return sealed, (*sorted(sealed.items), *held)

    async def move(self, session: AsyncSession, before: Dossier, after: Dossier) -> None:
        mine = col(SealedSignal.number) == before.number, col(SealedSignal.state) == before.state
        statement = update(SealedSignal).where(*mine, col(SealedSignal.version) == before.version)
        changed = statement.values(version=after.version, state=after.state).returning(col(SealedSignal.number))
        if (await session.execute(changed)).first() is None:
            raise Conflict(CHANGED)
