"""Bus: a signal has ended."""

from __future__ import annotations

from services.intake.use_cases import Intake
from shared.bus.inbox import Handled, Handler, Incoming
from shared.contracts.dossier import SignalEnded


def handlers(intake: Intake) -> dict[str, Handler]:
    async def ended(incoming: Incoming, message: SignalEnded) -> Handled:
        return Handled(lambda session: intake.close_vault(session, message.number))

    return {SignalEnded.event: ended}
