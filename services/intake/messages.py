"""Bus: a signal has ended; rights asks what is held of a number."""

from __future__ import annotations

from services.intake.holdings import held_of
from services.intake.use_cases import Intake
from shared.bus.inbox import Handled, Handler, Incoming
from shared.contracts.dossier import SignalEnded
from shared.contracts.holdings import HoldingsAsked
from shared.holding import AnsweringHoldings


def handlers(intake: Intake) -> dict[str, Handler]:
    async def ended(incoming: Incoming, message: SignalEnded) -> Handled:
        return Handled(lambda session: intake.close_vault(session, message.number))

    return {SignalEnded.event: ended, HoldingsAsked.event: AnsweringHoldings(intake.platform, held_of).asked}
