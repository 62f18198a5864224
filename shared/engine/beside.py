"""What is recorded beside the decisions overtakes no proposal: somebody else can co-sign it as if nothing had happened."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession

from shared.engine import store
from shared.engine.head import changed
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.protocol.co_signing import QUESTIONED, WAITING


def keeping_proposals(
    loaded: Loaded, record: DecisionRow
) -> tuple[DecisionRow | None, Callable[[AsyncSession], Awaitable[None]]]:
    """The proposal that waits, if any, as it is when `record` has been written, and what writes it (`Change`)."""
    live = next(
        (
            one
            for one in loaded.decisions
            if one.status in (WAITING, QUESTIONED) and one.version == loaded.dossier.version
        ),
        None,
    )
    kept = changed(live, version=record.version) if live else None

    async def at_once(session: AsyncSession) -> None:
        if live and kept:
            await store.change_decision(session, live, kept)

    return kept, at_once
