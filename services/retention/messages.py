"""Bus: sealed signals, keys that were made and released, approvals."""

from __future__ import annotations

from services.retention.use_cases import (
    AnsweringExistence,
    Destruction,
    GivingLooks,
    GivingToRequests,
    HeldNumbers,
    Holds,
    Keeping,
    Procedures,
)
from shared.bus.inbox import Handler
from shared.contracts.acts import ProcedureTold
from shared.contracts.casework import Closed
from shared.contracts.common import KeysMade, KeysReleased, LetterboxFinished
from shared.contracts.consult import Consult
from shared.contracts.dossier import Findable, SealedDossierLetter
from shared.contracts.holdings import HoldingsAsked
from shared.contracts.oversight import Approved, TakenOff
from shared.contracts.sealed import SealedAsked
from shared.holding import AnsweringHoldings


def handlers(
    keeping: Keeping,
    holds: Holds,
    destruction: Destruction,
    existence: AnsweringExistence,
    looks: GivingLooks,
    procedures: Procedures,
) -> dict[str, Handler]:
    held = AnsweringHoldings(keeping.platform, HeldNumbers(keeping.platform.mac).of)
    return {
        SealedDossierLetter.event: keeping.sealed,
        Findable.event: existence.told,
        Closed.event: keeping.closed,
        KeysMade.event: keeping.keys_made,
        KeysReleased.event: destruction.released,
        LetterboxFinished.event: destruction.finished,
        Approved.event: destruction.approved,
        TakenOff.event: holds.taken_off,
        ProcedureTold.event: procedures.told,
        Consult.event: looks.asked,
        HoldingsAsked.event: held.asked,
        SealedAsked.event: GivingToRequests(keeping.platform).asked,
    }
