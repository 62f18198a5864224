"""DestructionPages lists as the beheerder, the privacy officer and the FG see them, what they decide on them, and what was declared."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.portal.calls import Calls
from services.portal.forms import Control, Filled, InSignal, read
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import PageParts, body_of, overview, part_of
from services.portal.use_cases.dossiers import Dossiers, at
from services.portal.use_cases.filled import special, text, trouble, version
from shared.errors import NotFound
from shared.pages import MOST

_PURPOSE = "vernietiging"
APPROVING = "approve-destruction"
"""Of a list it can be about some signals, which are picked."""
_WAITS = "listed"
WAITING_LISTS = f"/v1/destruction-lists?waiting=true&limit={MOST}"
"""What waits for an approval, where oversight has it."""


@dataclass
class ListOpened(Opened):
    """A destruction list. `signals`: those in which somebody was never informed first; `more`: there are others."""

    signals: list[dict[str, Any]] = field(default_factory=list)
    approvals: list[dict[str, Any]] = field(default_factory=list)
    more: bool = False

    @property
    def known(self) -> InSignal:
        """Whom the privacy officer decides on, by the number of the duty to inform; nobody's name."""
        asked = {
            one["duty"]: f"persoon {one['subject'] or 'zonder nummer'} in {signal['number']} ({one['duty']})"
            for signal in self.signals
            for one in signal["neverInformed"] or ()
            if one["toDecide"]
        }
        return InSignal(subjects=asked)

    @property
    def never_informed(self) -> list[tuple[str, dict[str, Any]]]:
        """Each person who was never informed, with the number of his signal."""
        return [(signal["number"], one) for signal in self.signals for one in signal["neverInformed"] or ()]

    @property
    def untold(self) -> bool:
        return any(one["neverInformed"] is None for one in self.signals)


class DestructionPages:
    def __init__(self, calls: Calls, dossiers: Dossiers) -> None:
        self._calls, self._dossiers = calls, dossiers

    async def all(self, session: Session, cursor: str = "") -> PageParts:
        """Raises NotFound for who may see no list."""
        found = await overview(
            self._calls,
            session,
            {
                "lists": ("oversight", part_of("/v1/destruction-lists", cursor)),
                "open": ("retention", "/v1/open-destructions"),
                "declarations": ("retention", "/v1/declarations?limit=10"),
            },
        )
        if "lists" not in found.parts and "oversight" not in found.silent:
            raise NotFound
        return found

    async def open(self, session: Session, list_id: UUID) -> ListOpened:
        number, path = str(list_id), at(str(list_id))
        asked = (path, f"{path}/signals?limit={MOST}", f"{path}/approvals?limit={MOST}", f"{path}/open-decisions")
        head, signals, approvals, offered = map(
            body_of, await asyncio.gather(*(self._calls.get(session, "oversight", one) for one in asked))
        )
        decided = body_of(await self._calls.get(session, "oversight", f"{path}/decisions", _PURPOSE))
        found = ListOpened("oversight", number, head, offered, decided["decisions"], signals["signals"])
        found.approvals, found.more = approvals["approvals"], signals["next"] is not None
        return found

    def asked(self, found: ListOpened, decision: dict[str, Any], outcome: dict[str, Any]) -> tuple[Control, ...]:
        waiting = tuple((one["number"], one["number"]) for one in found.signals if one["state"] == _WAITS)
        picked = Control(
            "choices", "about", "Welke signalen?", "Wat u niet aankruist, blijft op de lijst staan.", True, waiting
        )
        return (*((picked,) if decision["key"] == APPROVING else ()), *self._dossiers.asked(found, decision, outcome))

    async def decide(
        self, session: Session, found: ListOpened, decision: dict[str, Any], outcome: dict[str, Any], filled: Filled
    ) -> Trouble | None:
        asked = self.asked(found, decision, outcome)
        about = [str(one) for one in filled.getlist("about")]
        if decision["key"] == APPROVING and not about:
            # To the service no number means all of them: that has to be said by who decides.
            return Trouble("Er is nog niets gekozen.", (("about", "Kies ten minste één signaal."),))
        body = {
            "key": decision["key"],
            "outcome": outcome["key"],
            "reason": text(filled, "reason"),
            "fields": read((one for one in asked if one.name.startswith("fields.")), filled),
            "about": about,
            "expectedVersion": version(filled),
            "specialGrounds": special(filled),
        }
        return trouble(await self._calls.post(session, "oversight", f"{at(found.number)}/decisions", body))

    async def withdraw(self, session: Session, found: ListOpened, filled: Filled) -> Trouble | None:
        return await self._dossiers.withdraw(session, found, filled)

    # --- declarations ----------------------------------------------------------------------------

    async def declarations(self, session: Session, cursor: str = "") -> dict[str, Any]:
        return body_of(await self._calls.get(session, "retention", part_of("/v1/declarations", cursor)))

    async def declaration(self, session: Session, identifier: UUID) -> dict[str, Any]:
        return body_of(await self._calls.get(session, "retention", f"/v1/declarations/{identifier}"))

    async def document(self, session: Session, identifier: UUID, form: str = "document") -> bytes:
        """`form`: the PDF, or the `archive-package`. Raises NotFound."""
        found = await self._calls.document(session, "retention", f"/v1/declarations/{identifier}/{form}")
        if found is None:
            raise NotFound
        return found
