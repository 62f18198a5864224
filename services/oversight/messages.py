"""Bus: what others did is kept; destruction lists come in."""

from __future__ import annotations

from services.oversight.held import held_of
from services.oversight.use_cases import DesignationKeeping, DutyKeeping, RegisterKeeping, Releasing
from shared.bus.inbox import Handler
from shared.contracts.access import DesignationsAsked, DesignationStated
from shared.contracts.common import Audited, Whereabouts
from shared.contracts.dossier import DecidedLetter, Disclosed
from shared.contracts.holdings import HoldingsAsked
from shared.contracts.retention import Listed, Overdue, Withheld
from shared.contracts.rights import DutiesTold
from shared.holding import AnsweringHoldings


def handlers(
    keeping: RegisterKeeping, designations: DesignationKeeping, releasing: Releasing, duties: DutyKeeping
) -> dict[str, Handler]:
    return {
        Audited.event: keeping.audited,
        DecidedLetter.event: keeping.decided,
        Disclosed.event: keeping.disclosed,
        Whereabouts.event: keeping.whereabouts,
        DesignationStated.event: designations.stated,
        DesignationsAsked.event: designations.asked,
        Listed.event: releasing.listed,
        Overdue.event: releasing.overdue,
        Withheld.event: releasing.withheld,
        DutiesTold.event: duties.told,
        HoldingsAsked.event: AnsweringHoldings(keeping.platform, held_of).asked,
    }
