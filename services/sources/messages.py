"""Bus: signals of phase 3 arrive, hand-overs are received, destruction is ordered."""

from __future__ import annotations

from shared.contracts.assessment import Research, ResearchContent
from shared.contracts.dossier import Sealed
from shared.contracts.retention import Destroy
from shared.contracts.sources import Case
from shared.dossier import store
from shared.dossier.arrive import arrived
from shared.dossier.holder import Holder, keys_in
from shared.protocol.model import State
from shared.service.platform import Platform


def listen(platform: Platform, holder: Holder) -> None:
    platform.inbox.handlers |= {
        Research.event: arrived(platform, ResearchContent, State.SOURCE_LIST),
        Destroy.event: platform.releaser.on_destroy(keys_in(platform.room().mount), store.delete_rows),
    }
    platform.inbox.ended.hooks |= dict.fromkeys((Sealed.event, Case.event), holder.settlement.handed_over)
