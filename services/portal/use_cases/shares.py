"""What was shared with whom, for who has the file: how it stands, a link for who has no account, an answer that came otherwise."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from services.portal.calls import Calls
from services.portal.forms import Control, Filled
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.filled import text, trouble
from shared.errors import Conflict, Forbidden, NotFound
from shared.protocol.municipality import TABLE_OF_THE_RIEC

SERVICE = "export"
ROWS_OF_SHARES = 50
TAKEN_UP = {"accepted": "ja, de ontvanger pakt het op", "refused": "nee, de ontvanger pakt het niet op"}
WE_TAKE_UP = {"accepted": "ja, wij pakken dit op", "refused": "nee, wij pakken dit niet op"}
LOCAL_PART_TOO = {"accepted-with-local-part": "ja, met een deel voor de gemeente"}
WHY_NOT_TAKEN_UP = {
    "not-our-task": "het is geen taak van dit onderdeel of deze partner",
    "already-known": "het was al bekend",
    "not-enough": "het is te weinig om iets mee te doen",
    "no-capacity": "er is geen capaciteit",
}
"""Why something that was shared is not taken up: chosen of a list, as nothing is typed about what was shared."""


class Shares:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def listed(self, session: Session, number: str | None, cursor: str | None) -> dict[str, Any]:
        """The newest first, of one signal or of all. Raises Forbidden, PartDown."""
        asked = (
            {"limit": ROWS_OF_SHARES} | ({"number": number} if number else {}) | ({"cursor": cursor} if cursor else {})
        )
        said = await self._calls.get(session, SERVICE, f"/v1/shares?{urlencode(asked)}")
        if not said.is_done:
            raise Forbidden if said.status == 403 else NotFound
        return said.body

    async def share(self, session: Session, identifier: UUID) -> dict[str, Any]:
        """How one stands. Raises NotFound, also for who may not know."""
        said = await self._calls.get(session, SERVICE, f"/v1/shares/{identifier}")
        if not said.is_done:
            raise NotFound
        return said.body

    async def link(self, session: Session, identifier: UUID) -> dict[str, Any]:
        """A link and a secret, shown once. Raises Conflict with the reason why there is none."""
        said = await self._calls.post(session, SERVICE, f"/v1/shares/{identifier}/links", {})
        if not said.is_done:
            raise Conflict(said.body.get("detail", "")) if said.status == 409 else NotFound
        return said.body

    async def enter(self, session: Session, share: dict[str, Any], filled: Filled) -> Trouble | None:
        """What a receiver answered in another way."""
        said = await self._calls.post(session, SERVICE, f"/v1/shares/{share['id']}/answers", answered(filled))
        return trouble(said)


def _answering(question: str, outcomes: dict[str, str]) -> tuple[Control, ...]:
    return (
        Control("choice", "outcome", question, required=True, options=tuple(outcomes.items())),
        Control("choice", "reason", "Zo niet, waarom niet?", options=tuple(WHY_NOT_TAKEN_UP.items())),
    )


def answering_for(share: dict[str, Any]) -> tuple[Control, ...]:
    """The controls of an answer, for who enters what a receiver said: what it can be depends on him."""
    further = LOCAL_PART_TOO if share["recipient"] == TABLE_OF_THE_RIEC else {}
    return _answering("Pakt de ontvanger dit op?", TAKEN_UP | further)


def answering() -> tuple[Control, ...]:
    """The same for who answers himself."""
    return _answering("Uw antwoord", WE_TAKE_UP)


def answered(filled: Filled) -> dict[str, str]:
    """What was filled in; what is left empty is absent."""
    return {name: said for name in ("outcome", "reason") if (said := text(filled, name))}


def missing_in(filled: Filled) -> Trouble | None:
    """What the form lacks, at its field: the service says of a body only that it does not fit."""
    outcome, reason = text(filled, "outcome"), text(filled, "reason")
    faults = []
    if not outcome:
        faults.append(("outcome", "kies of het wordt opgepakt"))
    if outcome == "refused" and not reason:
        faults.append(("reason", "kies waarom het niet wordt opgepakt"))
    if reason and outcome and outcome != "refused":
        faults.append(("reason", "een reden hoort alleen bij ‘nee’: haal de keuze weg of kies ‘nee’"))
    return Trouble("Uw antwoord is nog niet compleet.", tuple(faults)) if faults else None
