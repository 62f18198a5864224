"""Bus: cases arrive, meetings, notices and what the RIEC says are kept, retention orders moving."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.casework.store import forget_said
from services.casework.use_cases import Consulting, Hearing, Moving
from shared.bus.inbox import Handler
from shared.bus.receipts import OnReceipt
from shared.contracts.acts import Restricted
from shared.contracts.assessment import MeetingTold
from shared.contracts.common import Letter
from shared.contracts.consult import Consult, LookAnswered, LookGiven
from shared.contracts.dossier import SealedDossierLetter
from shared.contracts.export import OutsideTold
from shared.contracts.oversight import HeadsKnown
from shared.contracts.retention import MoveCase
from shared.contracts.rights import NoticeTold, PersonAskedLetter
from shared.contracts.sealed import RequestOver, SealedForRequest
from shared.contracts.sources import CaseContent, CaseLetter
from shared.contracts.worklist import WorkAsked
from shared.database.tables import Outgoing
from shared.engine.arrive import arrived
from shared.engine.copies import Copies
from shared.engine.engine import Engine
from shared.engine.settle import Settlement
from shared.protocol.model import State


def handlers(engine: Engine, consulting: Consulting, moving: Moving, hearing: Hearing) -> dict[str, Handler]:
    copies = Copies(engine)
    return {
        CaseLetter.event: arrived(engine.platform, CaseContent, State.CHECK_2A),
        MeetingTold.event: copies.meeting,
        NoticeTold.event: copies.notice,
        Consult.event: consulting.asked,
        MoveCase.event: moving.ordered,
        OutsideTold.event: hearing.told,
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
    async def handed_over(session: AsyncSession, row: Outgoing) -> None:
        await settlement.handed_over(session, row)
        await forget_said(session, [Letter.model_validate_json(row.body or b"{}").number])

    return {SealedDossierLetter.event: handed_over}
