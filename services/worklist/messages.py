"""Bus: who holds dossiers tells what is in hand, and up to when that is so."""

from __future__ import annotations

from services.worklist.use_cases import ListKeeping
from shared.bus.inbox import Handler
from shared.contracts.worklist import WorkTold, WorkUpTo


def handlers(keeping: ListKeeping) -> dict[str, Handler]:
    return {WorkTold.event: keeping.told, WorkUpTo.event: keeping.up_to}
