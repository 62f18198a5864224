"""Bus: persons become known, phase 3 asks about them."""

from __future__ import annotations

from services.rights.never_informed import NeverInformed
from services.rights.use_cases import Concerned
from shared.bus.inbox import Handler
from shared.contracts.assessment import InformingAsked, SubjectsLetter
from shared.contracts.dossier import InformingDue
from shared.contracts.oversight import DutiesAsked, HeadsKnown, InformAfterAll
from shared.engine.engine import Engine


def handlers(engine: Engine, concerned: Concerned, never_informed: NeverInformed) -> dict[str, Handler]:
    return {
        SubjectsLetter.event: concerned.known,
        InformingDue.event: concerned.due,
        InformingAsked.event: concerned.asked,
        DutiesAsked.event: never_informed.asked,
        InformAfterAll.event: never_informed.ordered,
        HeadsKnown.event: engine.freezer.known,
    }
