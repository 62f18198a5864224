"""Bus: reports arrive, informing was decided, hand-overs are received."""

from __future__ import annotations

from services.assessment.use_cases import Arrivals, Informing
from shared.bus.inbox import Handler
from shared.bus.receipts import OnReceipt
from shared.contracts.assessment import Research
from shared.contracts.dossier import Sealed
from shared.contracts.intake import Report
from shared.contracts.rights import InformingDecided, NoticeTold
from shared.engine.copies import on_notice
from shared.engine.settle import Settlement


def handlers(arrivals: Arrivals, informing: Informing) -> dict[str, Handler]:
    return {
        Report.event: arrivals.report,
        NoticeTold.event: on_notice,
        InformingDecided.event: informing.decided,
    }


def on_receipt(settlement: Settlement) -> dict[str, OnReceipt]:
    return dict.fromkeys((Sealed.event, Research.event), settlement.handed_over)
