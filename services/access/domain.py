"""Who may designate whom (art. 7; R-7.2 to R-7.5, R-D.11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.protocol.faults import Fault
from shared.protocol.model import Law

CONTROLLER = "controller"
EXCLUDES = {"privacy-officer": "fg", "fg": "privacy-officer"}


def refusal(
    law: Law, *, role: str, user_id: str, by: str, starts_at: datetime, ends_at: datetime, held: Sequence[str]
) -> Fault | None:
    """Why this designation is not possible; None when it is. `held` are the roles that the person has at present."""
    giver = law.designations.get(role)
    if giver is None:
        return Fault("role", "is geen aanwijzing die dit protocol kent", "art. 7", "unknown-role")
    if user_id == by:
        return Fault("userId", "niemand wijst zichzelf aan", "art. 7 lid 2", "oneself")
    if giver != "beheerder":
        reason = "wordt door de verwerkingsverantwoordelijke zelf aangewezen, niet door de beheerder"
        return Fault("role", reason, "art. 7 lid 1", "not-by-beheerder")
    if ends_at <= starts_at:
        return Fault("endsAt", "moet na het begin liggen", "art. 7 lid 2", "before-start")
    if EXCLUDES.get(role) in held:
        reason = "één persoon is niet zowel privacy officer als functionaris gegevensbescherming"
        return Fault("role", reason, "art. 1 onder k", "excluded-by-other-role")
    return None
