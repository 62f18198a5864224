"""Bus: reports arrive, informing was decided, hand-overs are received."""

from __future__ import annotations

from services.assessment.use_cases import Arrivals, Informing
from shared.bus.inbox import Handler
from shared.bus.receipts import OnReceipt
from shared.contracts.acts import Restricted
from shared.contracts.assessment import ResearchLetter
from shared.contracts.consult import LookAnswered, LookGiven
from shared.contracts.dossier import ClosedTo, SealedDossierLetter
from shared.contracts.intake import ReportLetter
from shared.contracts.oversight import HeadsKnown
from shared.contracts.rights import InformingDecided, NoticeTold, PersonAskedLetter
from shared.contracts.sealed import RequestOver, SealedForRequest
from shared.contracts.worklist import WorkAsked
from shared.engine.copies import Copies
from shared.engine.engine import Engine
from shared.engine.settle import Settlement


def handlers(engine: Engine, arrivals: Arrivals, informing: Informing) -> dict[str, Handler]:
    return {
        ReportLetter.event: arrivals.report,
        NoticeTold.event: Copies(engine).notice,
        ClosedTo.event: engine.deciding.closing.heard,
        PersonAskedLetter.event: engine.answering.asked,
        SealedForRequest.event: engine.sealed.given,
        RequestOver.event: engine.sealed.over,
        Restricted.event: engine.restricting.heard,
        HeadsKnown.event: engine.freezer.known,
        WorkAsked.event: engine.telling.asked,
        LookAnswered.event: engine.consultations.answered,
        LookGiven.event: engine.looks.given,
        InformingDecided.event: informing.decided,
    }


def on_receipt(settlement: Settlement) -> dict[str, OnReceipt]:
    return dict.fromkeys((SealedDossierLetter.event, ResearchLetter.event), settlement.handed_over)
