"""What waits for somebody: his list, as the work list has it for him."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.portal.calls import Calls
from services.portal.sessions import Session, know
from services.portal.use_cases.answered import PageParts, overview
from services.portal.use_cases.breaches import WAITING_BREACHES
from shared.clock import calendar_date
from shared.errors import PartDown
from shared.protocol.breaches import WHO_BEGINS
from shared.protocol.model import Law

LIST_SERVICE = "worklist"
ROWS_ON_A_PAGE = 50
LAGS = timedelta(minutes=2)
"""After so long without a word of a holder it is said how old the list is."""
PHASES_LISTED = ("1", "2", "3", "4", "5")
DUES = {
    "informing": "Betrokkene informeren",
    "request": "Verzoek beantwoorden",
    "meeting": "Overleg",
    "answer": "Antwoord van een ander",
    "planned": "Stap uit het plan",
    "granted": "Uitvoeren wat op een verzoek is toegewezen",
}
"""What waits, by the code of the list."""
WITHOUT_DELAY = {"term": "zo snel mogelijk, sinds", "now": True, "late": False}
"""What was granted has no last day: the law says without delay (art. 16 and 17 AVG)."""
HAS_BEEN = {"term": "is geweest", "now": True, "late": False}
"""A meeting has a day and no term: nobody is late with what it did not decide."""


@dataclass(frozen=True)
class ListAsked:
    """Which part of the list somebody wants. `words`: what he typed to find something; it goes in no address."""

    phase: str = ""
    due: str = ""
    after: str = ""
    words: str = ""

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = {"limit": ROWS_ON_A_PAGE}
        if self.phase in PHASES_LISTED:
            found["phase"] = int(self.phase)
        if self.due in DUES:
            found["due"] = self.due
        if words := self.words.strip()[:60].replace("\0", ""):
            found["words"] = words
        return found | ({"cursor": self.after} if self.after else {})

    @property
    def is_narrowed(self) -> bool:
        return len(self.body()) > 1 + bool(self.after)


@dataclass
class Mine:
    """The work list of somebody. `urgent`: due today or before. `silent`: there is no list now. `untold`: holders that are
    telling theirs anew; `lagging`: holders of which it has heard nothing for a while, and the moment up to which it has."""

    asked: ListAsked
    has_file: bool
    tasks: list[dict[str, Any]] = field(default_factory=list)
    urgent: list[dict[str, Any]] = field(default_factory=list)
    rest: list[dict[str, Any]] = field(default_factory=list)
    next: str | None = None
    silent: bool = False
    untold: list[str] = field(default_factory=list)
    breaches: PageParts | None = None
    """What has to be done with the breach register; None for who has nothing to do with it."""
    lagging: dict[str, str] = field(default_factory=dict)


class MyWork:
    """`law`: says which roles have the file."""

    def __init__(self, calls: Calls, law: Law, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._calls = calls
        self._law = law
        self._now = now

    async def mine(self, session: Session, asked: ListAsked) -> Mine:
        """What waits for somebody, the most urgent first. Where the list does not answer, that is said; a dossier opens by
        its number all the same."""
        found = Mine(asked, has_file=bool(set(session.roles) & set(self._law.file_roles)))
        if not session.roles:
            return found
        if set(session.roles) & set(WHO_BEGINS):
            found.breaches = await overview(self._calls, session, {"breaches": ("oversight", WAITING_BREACHES)})
        try:
            said = await self._calls.post(session, LIST_SERVICE, "/v1/lists", asked.body())
            if said.status == 400 and asked.after:
                # A page of another list, or of before: from the first one on.
                said = await self._calls.post(session, LIST_SERVICE, "/v1/lists", asked.body() | {"cursor": None})
        except PartDown:
            found.silent = True
            return found
        if not said.is_done:
            found.silent = said.status != 403
            return found
        now = self._now()
        today = calendar_date(now)
        found.tasks = [one | _term(one["dueOn"], today) for one in said.body["tasks"]]
        for one in said.body["dossiers"]:
            term = WITHOUT_DELAY if one["due"] == "granted" else _term(one["dueOn"], today)
            if one["due"] == "meeting" and term["late"]:
                term = HAS_BEEN
            row = one | term | {"what": DUES.get(one["due"] or "")}
            (found.urgent if row["now"] else found.rest).append(row)
        found.next = said.body["next"]
        know(session.holders, {one["number"]: one["service"] for one in said.body["dossiers"]})
        _say_how_old(found, said.body["upTo"], now)
        return found


def _say_how_old(found: Mine, up_to: Mapping[str, str | None], now: datetime) -> None:
    for service, moment in sorted(up_to.items()):
        if moment is None:
            found.untold.append(service)
        elif now - datetime.fromisoformat(moment) > LAGS:
            found.lagging[service] = moment


def _term(day: str | None, today: date) -> dict[str, Any]:
    """How long there is, in words. `now`: today or before; `late`: it is over."""
    if day is None:
        return {"term": None, "now": False, "late": False}
    days = (date.fromisoformat(day) - today).days
    return {"term": in_words(days), "now": days <= 0, "late": days < 0}


def in_words(days: int) -> str:
    """Days from today, as people say them."""
    if days < -1:
        return f"{-days} dagen te laat"
    return {-1: "1 dag te laat", 0: "vandaag", 1: "morgen"}.get(days, f"over {days} dagen")
