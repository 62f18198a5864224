"""Bus: cases arrive, meetings and notices are kept, retention orders moving."""

from __future__ import annotations

from services.casework.use_cases import Consulting, Moving
from shared.bus.inbox import Handler
from shared.bus.receipts import OnReceipt
from shared.contracts.assessment import MeetingTold
from shared.contracts.consult import Consult
from shared.contracts.dossier import SealedDossierLetter
from shared.contracts.oversight import HeadsKnown
from shared.contracts.retention import MoveCase
from shared.contracts.rights import NoticeTold
from shared.contracts.sources import CaseContent, CaseLetter
from shared.engine.arrive import arrived
from shared.engine.copies import Copies
from shared.engine.engine import Engine
from shared.engine.settle import Settlement
from shared.protocol.model import State


def handlers(engine: Engine, consulting: Consulting, moving: Moving) -> dict[str, Handler]:
    copies = Copies(engine)
    return {
        CaseLetter.event: arrived(engine.platform, CaseContent, State.CHECK_2A),
        MeetingTold.event: copies.meeting,
        NoticeTold.event: copies.notice,
        Consult.event: consulting.asked,
        MoveCase.event: moving.ordered,
        HeadsKnown.event: engine.freezer.known,
    }


def on_receipt(settlement: Settlement) -> dict[str, OnReceipt]:
    return {SealedDossierLetter.event: settlement.handed_over}
