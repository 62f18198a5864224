"""Bus: cases arrive, meetings and notices are kept, retention orders moving and destruction."""

from __future__ import annotations

from services.casework.use_cases import Consulting, Moving
from shared.contracts.assessment import Meeting
from shared.contracts.consult import Consult
from shared.contracts.dossier import Sealed
from shared.contracts.retention import Destroy, MoveCase
from shared.contracts.rights import Notice
from shared.contracts.sources import Case, CaseContent
from shared.dossier import store
from shared.dossier.arrive import arrived
from shared.dossier.holder import Holder, keys_in
from shared.dossier.meetings import on_meeting
from shared.dossier.notices import on_notice
from shared.protocol.model import State
from shared.service.platform import Platform


def listen(platform: Platform, holder: Holder, consulting: Consulting, moving: Moving) -> None:
    platform.inbox.handlers |= {
        Case.event: arrived(platform, CaseContent, State.CHECK_2A),
        Meeting.event: on_meeting,
        Notice.event: on_notice,
        Consult.event: consulting.asked,
        MoveCase.event: moving.ordered,
        Destroy.event: platform.releaser.on_destroy(keys_in(platform.room().mount), store.delete_rows),
    }
    platform.inbox.ended.hooks[Sealed.event] = holder.settlement.handed_over
