"""Bus: persons become known, phase 3 asks about them."""

from __future__ import annotations

from services.rights.use_cases import Concerned
from shared.bus.inbox import Handler
from shared.contracts.assessment import InformingAsked, SubjectsLetter
from shared.contracts.dossier import ClosedTo, InformingDue
from shared.contracts.oversight import HeadsKnown
from shared.engine.engine import Engine


def handlers(engine: Engine, concerned: Concerned) -> dict[str, Handler]:
    return {
        SubjectsLetter.event: concerned.known,
        InformingDue.event: concerned.due,
        InformingAsked.event: concerned.asked,
        ClosedTo.event: engine.deciding.closing.heard,
        HeadsKnown.event: engine.freezer.known,
    }
