"""Bus: reports arrive, endings are received, destruction is ordered."""

from __future__ import annotations

from services.assessment import store
from services.assessment.use_cases import Arrivals, Settlement
from shared.contracts.assessment import Sealed
from shared.contracts.intake import Report
from shared.contracts.retention import Destroy
from shared.service.platform import Platform


def listen(platform: Platform, arrivals: Arrivals, settlement: Settlement) -> None:
    platform.inbox.handlers |= {
        Report.event: arrivals.report,
        Destroy.event: platform.releaser.on_destroy(store.keys_of, store.delete_rows),
    }
    platform.inbox.ended.hooks[Sealed.event] = settlement.handed_over
