"""Bus: persons become known, phase 3 asks about them."""

from __future__ import annotations

from services.rights.asking import AskingHolders
from services.rights.carrying_out import CarryingOut
from services.rights.going_after import GoingAfter
from services.rights.holdings import AskingServices
from services.rights.never_informed import NeverInformed
from services.rights.put_right import PutRight
from services.rights.sealed import AskingReaders
from services.rights.use_cases import Concerned
from shared.bus.inbox import Handler
from shared.contracts.acts import CarriedOut, RestrictionKept
from shared.contracts.answering import PersonAnsweredLetter, PersonElsewhere
from shared.contracts.assessment import Begun, ChildLetter, InformingAsked, PersonPutRight, SubjectsLetter
from shared.contracts.dossier import ClosedTo, InformingDue
from shared.contracts.holdings import HoldingsTold
from shared.contracts.oversight import DutiesAsked, HeadsKnown, InformAfterAll
from shared.contracts.sealed import SealedPut
from shared.contracts.worklist import WorkAsked
from shared.engine.engine import Engine


def handlers(engine: Engine, concerned: Concerned, never_informed: NeverInformed) -> dict[str, Handler]:
    put_right, asking, after = PutRight(engine), AskingHolders(engine), GoingAfter(engine)
    return {
        SubjectsLetter.event: concerned.known,
        InformingDue.event: concerned.due,
        Begun.event: concerned.begun,
        InformingAsked.event: concerned.asked,
        ChildLetter.event: put_right.child,
        PersonPutRight.event: put_right.person,
        ClosedTo.event: engine.deciding.closing.heard,
        DutiesAsked.event: never_informed.asked,
        InformAfterAll.event: never_informed.ordered,
        PersonAnsweredLetter.event: asking.answered,
        PersonElsewhere.event: after.elsewhere,
        SealedPut.event: AskingReaders(engine).put,
        HoldingsTold.event: AskingServices(engine).told,
        RestrictionKept.event: after.kept,
        CarriedOut.event: CarryingOut(engine).said,
        HeadsKnown.event: engine.freezer.known,
        WorkAsked.event: engine.telling.asked,
    }
