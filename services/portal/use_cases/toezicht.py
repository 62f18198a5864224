"""Supervision: what was decided and shared on a signal and who opened it, what is overdue, whether the trail is whole."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.portal.calls import Calls
from services.portal.forms import Control, Filled
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import PageParts, body_of, overview, part_of
from services.portal.use_cases.breaches import WAITING_BREACHES
from services.portal.use_cases.destruction import WAITING_LISTS
from services.portal.use_cases.filled import special, text, trouble
from services.portal.watch_words import OPENING
from shared.errors import NotFound, PartDown
from shared.pages import MOST
from shared.protocol.afterwards import BECAUSE, JUDGED_AS, MOST_WORDS

_PURPOSE = "toezicht"
FOLLOW_SECONDS = 280
"""For following the trail from its first line. Browsers wait five minutes for a page; a walk that takes longer goes on."""


@dataclass(frozen=True)
class Event:
    """Something on a signal's line of time. `kind`: `decision` or `share`."""

    at: str
    kind: str
    what: dict[str, Any]


@dataclass
class Watched:
    """A signal as the FG sees it: no file, nobody's name. `opened`: who saw what of it; `silent`: services that did not
    answer; `more`: lists of which there is more than is shown; `doubtful`: how many rows are left out, because no service wrote
    them."""

    number: str
    where: dict[str, Any] | None
    events: list[Event] = field(default_factory=list)
    opened: list[dict[str, Any]] = field(default_factory=list)
    trail: list[dict[str, Any]] = field(default_factory=list)
    declarations: list[dict[str, Any]] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    more: bool = False
    doubtful: int = 0


class Toezicht:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def start(self, session: Session) -> PageParts:
        """What is overdue and what waits; each role sees its own part of it."""
        return await overview(
            self._calls,
            session,
            {
                "overdue": ("rights", f"/v1/overdue-duties?limit={MOST}"),
                "requests": ("rights", f"/v1/overdue-requests?limit={MOST}"),
                "deferrals": ("rights", f"/v1/deferrals?limit={MOST}"),
                "urgent": ("oversight", f"/v1/urgent-shares?limit={MOST}"),
                "lists": ("oversight", WAITING_LISTS),
                "open": ("retention", f"/v1/open-destructions?limit={MOST}"),
                "breaches": ("oversight", WAITING_BREACHES),
            },
        )

    async def signal(self, session: Session, number: str) -> Watched:
        """Decisions and shares in order of time, and who opened what. Raises NotFound; PartDown while nobody can say whether
        there is such a signal."""
        paths = {
            "where": ("oversight", f"/v1/signals/{number}"),
            "shares": ("oversight", f"/v1/disclosures?number={number}&limit={MOST}"),
            "trail": ("oversight", f"/v1/audit-lines?number={number}&limit={MOST}"),
            "declarations": ("retention", f"/v1/declarations?number={number}"),
        }
        decided, found = await asyncio.gather(
            overview(
                self._calls,
                session,
                {"decisions": ("oversight", f"/v1/signals/{number}/decisions?limit={MOST}")},
                _PURPOSE,
            ),
            overview(self._calls, session, paths),
        )
        if "where" not in found.parts:
            raise PartDown if "oversight" in found.silent else NotFound
        # Of what is destroyed the decisions are gone; that it was shared, and by whom, stays.
        decisions = decided.parts.get("decisions", {})
        parts = {name: found.parts.get(name, {}) for name in paths}
        events = [Event(one["takenAt"], "decision", one) for one in decisions.get("decisions", ())]
        events += [Event(one["decidedAt"], "share", one) for one in parts["shares"].get("disclosures", ())]
        lines = sorted(parts["trail"].get("lines", ()), key=lambda one: one["at"])
        lists = (decisions, parts["shares"], parts["trail"])
        return Watched(
            number,
            parts["where"],
            sorted(events, key=lambda one: one.at),
            [one for one in lines if one["action"] in OPENING],
            lines,
            parts["declarations"].get("declarations", []),
            sorted({*decided.silent, *found.silent}),
            any(one.get("next") for one in lists),
            sum(one.get("notBelieved", 0) for one in lists),
        )

    async def register(self, session: Session, year: int) -> bytes:
        """What went to whom in a year that is over, for the archive. Raises NotFound."""
        path = f"/v1/disclosure-registers/{year}/archive-package"
        found = await self._calls.document(session, "oversight", path)
        if found is None:
            raise NotFound
        return found

    async def trail(self, session: Session, producer: str, cursor: str) -> dict[str, Any]:
        more = {"producer": producer} if producer else {}
        return body_of(await self._calls.get(session, "oversight", part_of("/v1/audit-lines", cursor, **more)))

    async def chains(self, session: Session, *, whole: bool = False) -> list[dict[str, Any]] | None:
        """Of each service whether its trail is complete and unchanged. `whole`: from its first line. None while nobody can say,
        as long as it is followed from there: one who looks waits for the other."""
        try:
            if whole:
                path = "/v1/audit-chains?from=start"
                said = await self._calls.get(session, "oversight", path, seconds=FOLLOW_SECONDS)
            else:
                said = await self._calls.get(session, "oversight", "/v1/audit-chains")
        except PartDown:
            return None
        found: list[dict[str, Any]] = body_of(said)["chains"]
        return found

    # --- what went at once -----------------------------------------------------------------------

    async def urgent(self, session: Session) -> PageParts:
        """What waits for judgement, and the register of what went at once with how it was judged."""
        return await overview(
            self._calls,
            session,
            {
                "waiting": ("oversight", f"/v1/urgent-shares?limit={MOST}"),
                "register": ("oversight", f"/v1/disclosures?urgent=true&limit={MOST}"),
            },
        )

    async def share(self, session: Session, identifier: UUID) -> dict[str, Any]:
        return body_of(await self._calls.get(session, "oversight", f"/v1/urgent-shares/{identifier}"))

    @staticmethod
    def judging() -> tuple[Control, ...]:
        """One choice says both whether it was right and why."""
        options = tuple(
            (f"{outcome}:{code}", f"{JUDGED_AS[outcome]}: {words}")
            for outcome, reasons in BECAUSE.items()
            for code, words in reasons.items()
        )
        hint = "Uw woorden blijven bij de besluiten over dit signaal staan. Noem niemand bij naam."
        return (
            Control("choice", "judgement", "Hoe beoordeelt u dit?", required=True, options=options),
            Control("area", "reason", "Waarom?", hint, required=True, most=MOST_WORDS),
        )

    async def judge(self, session: Session, identifier: UUID, filled: Filled) -> Trouble | None:
        outcome, _, because = text(filled, "judgement").partition(":")
        if not because:
            return Trouble("Er is nog niets gekozen.", (("judgement", "Kies één oordeel."),))
        body = {
            "outcome": outcome,
            "because": because,
            "reason": text(filled, "reason"),
            "specialGrounds": special(filled),
        }
        said = await self._calls.post(session, "oversight", f"/v1/urgent-shares/{identifier}/judgement", body)
        if said.status == 404:
            raise NotFound
        return trouble(said)
