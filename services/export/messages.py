"""Bus: what is shared comes in."""

from __future__ import annotations

from services.export.use_cases import Sharing
from shared.bus.inbox import Handler
from shared.contracts.export import ShareLetter


def handlers(sharing: Sharing) -> dict[str, Handler]:
    return {ShareLetter.event: sharing.comes}
