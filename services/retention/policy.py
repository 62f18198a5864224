"""Retention's policy: on a sealed signal it is only decided whether something of it must wait (R-9.15)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.retention.effects import AsksHold, EndsHold, KeepsHold
from services.retention.holds import HELD, PROPOSED
from services.retention.shelf import SealedWithHolds
from shared.contracts.retention import Withheld
from shared.engine.effects import Effect, Tell
from shared.engine.given import Given
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.tables import DecisionRow
from shared.protocol.faults import Fault
from shared.protocol.model import Law, State

HOLD, END = "hold", "end-hold"
HOLD_ARTICLE = "art. 9 lid 1"


class RetentionPolicy(Policy):
    opening = "sealed signal looked up"
    # What must wait waits at once, and its list is left at once: it is ended by a decision, not taken back.
    withdrawable = False
    # A list is decided on with supervision.
    decides = (HOLD, END)
    # Several procedures can run beside each other, and each asks for its own.
    proposals_lapse = False

    def roles(self, law: Law) -> frozenset[str]:
        rules = [one for one in law.decisions if one.key in (HOLD, END)]
        return frozenset(role for one in rules for role in (*one.who.roles, *one.who.co_signers)) | set(law.file_roles)

    def readers(self, law: Law) -> frozenset[str]:
        return frozenset(law.file_roles)

    def watchers(self, law: Law) -> frozenset[str]:
        """Who agrees to a hold sees what is asked, in codes; the words are with supervision (R-7.2, R-T.2)."""
        return super().watchers(law) | self.roles(law)

    def show(self, loaded: Loaded) -> dict[str, Any]:
        """That it is kept and until when; its content does not exist for anybody here (R-9.2)."""
        sealed = loaded.mine(SealedWithHolds)
        row = sealed.row
        return {
            "ending": row.ending,
            "article": row.article,
            "decidedOn": row.decided_on.isoformat(),
            "endsOn": row.ends_on.isoformat(),
            "reduced": row.reduced,
            "holds": [
                {"id": str(one.id), "state": one.state, "ground": one.ground, "endsOn": one.ends_on.isoformat()}
                for one in sealed.holds
            ],
        }

    def faults(self, loaded: Loaded, given: Given) -> Sequence[Fault]:
        """Items are held, and holds are ended; one at a time."""
        sealed, about = loaded.mine(SealedWithHolds), given.attempt.about
        if given.attempt.key == HOLD and not set(about) <= sealed.items:
            return (Fault("about", "noemt iets dat dit signaal niet heeft", HOLD_ARTICLE, code="unknown"),)
        if given.attempt.key == END:
            holds = [sealed.hold(one) for one in about]
            if len(holds) != 1 or holds[0] is None or holds[0].state != HELD:
                return (
                    Fault("about", "noemt niet de ene vernietigingsstop die eindigt", HOLD_ARTICLE, code="unknown"),
                )
        return ()

    def has_lapsed(self, loaded: Loaded, proposal: DecisionRow) -> bool:
        """Its items may have gone, or its own end date may have come."""
        hold = loaded.mine(SealedWithHolds).hold(str(proposal.id))
        return hold is None or hold.state != PROPOSED

    def proposed(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        fields = loaded.fields_of(decision)
        return (AsksHold(fields["ground"], tuple(decision.about), date.fromisoformat(fields["endsOn"])),)

    def follows(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        if decision.key == END:
            return (EndsHold(UUID(decision.about[0])),)
        row = loaded.mine(SealedWithHolds).row
        if decision.key == HOLD and row.state == State.LISTED and row.list_id:
            # It leaves the list, unless its keys were released by then; supervision knows which came first.
            return KeepsHold(), Tell("oversight", Withheld(list_id=row.list_id, number=row.number), hurry=True)
        return (KeepsHold(),) if decision.key == HOLD else ()
