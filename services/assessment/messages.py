"""Bus: reports arrive, informing was decided, hand-overs are received, destruction is ordered."""

from __future__ import annotations

from services.assessment.use_cases import Arrivals, Informing
from shared.contracts.assessment import Research
from shared.contracts.dossier import Sealed
from shared.contracts.intake import Report
from shared.contracts.retention import Destroy
from shared.contracts.rights import InformingDecided, Notice
from shared.dossier import store
from shared.dossier.holder import Holder, keys_in
from shared.service.platform import Platform


def listen(platform: Platform, holder: Holder, arrivals: Arrivals, informing: Informing) -> None:
    platform.inbox.handlers |= {
        Report.event: arrivals.report,
        Notice.event: informing.notice,
        InformingDecided.event: informing.decided,
        Destroy.event: platform.releaser.on_destroy(keys_in(platform.room().mount), store.delete_rows),
    }
    platform.inbox.ended.hooks |= dict.fromkeys((Sealed.event, Research.event), holder.settlement.handed_over)
