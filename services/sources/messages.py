"""Bus: signals of phase 3 arrive, hand-overs are received."""

from __future__ import annotations

from shared.bus.inbox import Handler
from shared.bus.receipts import OnReceipt
from shared.contracts.acts import Restricted
from shared.contracts.assessment import ResearchContent, ResearchLetter
from shared.contracts.consult import LookAnswered, LookGiven
from shared.contracts.dossier import SealedDossierLetter
from shared.contracts.oversight import HeadsKnown
from shared.contracts.rights import PersonAskedLetter
from shared.contracts.sealed import RequestOver, SealedForRequest
from shared.contracts.sources import CaseLetter
from shared.contracts.worklist import WorkAsked
from shared.engine.arrive import arrived
from shared.engine.engine import Engine
from shared.engine.settle import Settlement
from shared.protocol.model import State


def handlers(engine: Engine) -> dict[str, Handler]:
    return {
        ResearchLetter.event: arrived(engine.platform, ResearchContent, State.SOURCE_LIST),
        PersonAskedLetter.event: engine.answering.asked,
        SealedForRequest.event: engine.sealed.given,
        RequestOver.event: engine.sealed.over,
        Restricted.event: engine.restricting.heard,
        HeadsKnown.event: engine.freezer.known,
        WorkAsked.event: engine.telling.asked,
        LookAnswered.event: engine.consultations.answered,
        LookGiven.event: engine.looks.given,
    }


def on_receipt(settlement: Settlement) -> dict[str, OnReceipt]:
    return dict.fromkeys((SealedDossierLetter.event, CaseLetter.event), settlement.handed_over)
