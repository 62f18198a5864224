"""Bus: a signal has ended, or is to be destroyed."""

from __future__ import annotations

from services.intake import store
from services.intake.use_cases import Intake
from shared.bus.inbox import Handled, Incoming
from shared.contracts.dossier import Ended
from shared.contracts.retention import Destroy
from shared.service.platform import Platform


def listen(platform: Platform, intake: Intake) -> None:
    async def ended(incoming: Incoming, message: Ended) -> Handled:
        return Handled(lambda session: intake.close_vault(session, message.number))

    platform.inbox.handlers |= {
        Ended.event: ended,
        Destroy.event: platform.releaser.on_destroy(store.keys_of, store.delete_rows, store.kids_of),
    }
