"""The breach register as who watches sees it, an entry with what is decided on it, and who saw which record in a month."""

from __future__ import annotations

from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled, read
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import body_of, part_of
from services.portal.use_cases.dossiers import Dossiers, at
from services.portal.use_cases.filled import trouble
from shared.pages import MOST

_PURPOSE = "toezicht"
_HOLDER = "oversight"
WAITING_BREACHES = f"/v1/breaches?waiting=true&limit={MOST}"
"""What has to be done with the register, where oversight has it."""
DISCOVERED = Control(
    "moment",
    "discoveredAt",
    "Wanneer is het ontdekt?",
    "Dag en tijd. Vanaf dan lopen de 72 uur.",
    required=True,
)


class BreachPages:
    def __init__(self, calls: Calls, dossiers: Dossiers) -> None:
        self._calls, self._dossiers = calls, dossiers

    async def all(self, session: Session, cursor: str = "") -> dict[str, Any]:
        """Raises NotFound for who may not see it; PartDown."""
        return body_of(await self._calls.get(session, _HOLDER, part_of("/v1/breaches", cursor)))

    async def begin(self, session: Session, filled: Filled) -> tuple[str, Trouble | None]:
        """The number of the new entry, or what was wrong."""
        body = read((DISCOVERED,), filled, "")
        said = await self._calls.post(session, _HOLDER, "/v1/breaches", body)
        wrong = trouble(said)
        return ("", wrong) if wrong else (str(said.body["number"]), None)

    async def open(self, session: Session, number: str) -> Opened:
        """Raises NotFound, alike for what there is not and for who is the subject of it; Conflict; PartDown."""
        found = body_of(await self._calls.get(session, _HOLDER, f"{at(number)}/overview", _PURPOSE))
        return Opened(_HOLDER, number, found["dossier"], found["openDecisions"], found["decisions"])

    def asked(self, entry: Opened, decision: dict[str, Any], outcome: dict[str, Any]) -> tuple[Control, ...]:
        return self._dossiers.asked(entry, decision, outcome)

    async def decide(
        self, session: Session, entry: Opened, decision: dict[str, Any], outcome: dict[str, Any], filled: Filled
    ) -> Trouble | None:
        return await self._dossiers.decide(session, entry, decision, outcome, filled)

    async def withdraw(self, session: Session, entry: Opened, filled: Filled) -> Trouble | None:
        return await self._dossiers.withdraw(session, entry, filled)

    async def access(self, session: Session, month: str, who: str) -> dict[str, Any]:
        """Who saw what in a month; of `who` by record. Raises NotFound; PartDown."""
        more = {"actor": who} if who else {}
        return body_of(await self._calls.get(session, _HOLDER, part_of("/v1/access-review", "", month=month, **more)))
