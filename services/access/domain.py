"""Who may designate whom (art. 7; R-7.2 to R-7.5, R-D.11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.protocol.model import Protocol

CONTROLLER = "controller"
EXCLUDES = {"privacy-officer": "fg", "fg": "privacy-officer"}


def refuse_reason(
    protocol: Protocol, *, role: str, user_id: str, by: str, starts_at: datetime, ends_at: datetime, held: Sequence[str]
) -> tuple[str, str, str] | None:
    """Why this designation is not possible: field, reason, article. None when it is.

    `held` are the roles that the person has at present.
    """
    giver = protocol.designations.get(role)
    if giver is None:
        return "role", "is not a designation of this protocol", "art. 7"
    if user_id == by:
        return "userId", "nobody designates himself", "art. 7 lid 2"
    if giver != "beheerder":
        return "role", f"is given by the {giver}, in the set-up file", "art. 7 lid 1"
    if ends_at <= starts_at:
        return "endsAt", "must lie after the start", "art. 7 lid 2"
    if EXCLUDES.get(role) in held:
        return "role", f"cannot be held together with {EXCLUDES[role]}", "art. 1 sub k"
    return None
