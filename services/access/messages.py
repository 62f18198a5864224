"""Bus: what oversight keeps of the statements on designations."""

from __future__ import annotations

from services.access.register import Registering
from shared.bus.inbox import Handler
from shared.contracts.oversight import DesignationsKept


def handlers(registering: Registering) -> dict[str, Handler]:
    return {DesignationsKept.event: registering.kept}
