"""Meetings: calling one, who is there, what members say, papers, and what was decided.

A meeting is assessment's; what stands on its agenda is asked of each service that may hold it, with the caller's own token.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from services.portal.calls import Calls, Said
from services.portal.forms import Control, Filled
from services.portal.papers import papers_of, papers_pdf, printed
from services.portal.people import People
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.filled import special, text, trouble
from services.portal.use_cases.tasks import OF_TASKS
from shared.clock import AMSTERDAM
from shared.errors import NotFound, PartDown
from shared.protocol.model import Law

MEETING_SERVICE = "assessment"
AGENDA_SERVICES = (MEETING_SERVICE, "casework")
"""Who holds what a meeting can decide on."""
MOST_ROWS = 200
"""The most that a service gives at once."""


@dataclass
class Met:
    """One meeting. `items`: what of its agenda can be seen, each with the service that holds it; `elsewhere`: numbers on the
    agenda that no service showed; `records`: of whom who looks can record that they are there; `silent`: services that did not answer."""

    meeting: dict[str, Any]
    prepares: bool
    me: str
    records: list[str] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    @property
    def when(self) -> str:
        today = datetime.now(AMSTERDAM).date().isoformat()
        held = str(self.meeting["heldOn"])
        return "today" if held == today else "past" if held < today else "to-come"

    @property
    def is_over(self) -> bool:
        """Nobody opens its papers any more."""
        return bool(self.meeting["closed"]) or self.when == "past"

    @property
    def is_invited(self) -> bool:
        return self.me in self.meeting["members"]

    @property
    def speaks(self) -> bool:
        """Whether who looks can say something at the table now."""
        return self.is_invited and not self.meeting["closed"] and self.when == "today"

    @property
    def papers(self) -> list[tuple[dict[str, Any], str]]:
        return [] if self.is_over else [(item, task) for item in self.items for task in item["papers"]]

    @property
    def absent(self) -> list[str]:
        return [one for one in self.meeting["members"] if one not in self.meeting["present"]]

    def item(self, number: str) -> dict[str, Any]:
        """Raises NotFound: it is not on this agenda, or not for who looks."""
        for one in self.items:
            if one["number"] == number:
                return one
        raise NotFound


@dataclass(frozen=True)
class WaitingSignals:
    """What waits for a meeting, by number with what it is called. `silent`: services that did not say what waits there."""

    called: dict[str, str]
    silent: tuple[str, ...] = ()


class MyMeetings:
    """`law`: says which roles have the file, and in which states a meeting decides; `live`: what is printed is no trial."""

    def __init__(self, calls: Calls, law: Law, people: People, *, live: bool = False) -> None:
        self._live = live
        self._calls = calls
        self._law = law
        self._people = people
        self._decided_there = {
            str(state) for rule in law.decisions if rule.who.meeting is not None for state in rule.states
        }

    def prepares(self, session: Session) -> bool:
        return bool(set(session.roles) & set(self._law.file_roles))

    async def all(self, session: Session) -> list[Met]:
        """The last first. Raises NotFound for who takes part in none."""
        said = await self._calls.get(session, MEETING_SERVICE, f"/v1/meetings?limit={MOST_ROWS}")
        if not said.is_done:
            raise NotFound
        return [self._met(session, one) for one in said.body["meetings"]]

    def _met(self, session: Session, meeting: dict[str, Any]) -> Met:
        by_name = {one: sorted(meeting[one], key=self._people.called) for one in ("members", "present")}
        found = Met(meeting | by_name, self.prepares(session), session.user_id)
        by_chair, outside = self._law.attendance_by == "chair", self._law.meetings.get(meeting["kind"], ())
        if found.prepares:
            found.records = [one for one in found.absent if by_chair or one in outside or one == found.me]
        return found

    async def one(self, session: Session, identifier: str) -> Met:
        """Raises NotFound for one that this person may not know of, as for one that there is not. A service that is silent
        leaves a gap that is named."""
        agenda = f"/v1/meetings/{identifier}/agenda"
        said, agendas = await asyncio.gather(
            self._calls.get(session, MEETING_SERVICE, f"/v1/meetings/{identifier}"),
            asyncio.gather(*(self._heard(session, service, agenda, OF_TASKS) for service in AGENDA_SERVICES)),
        )
        if not said.is_done:
            raise NotFound
        found = self._met(session, said.body)
        for service, answer in zip(AGENDA_SERVICES, agendas, strict=True):
            if answer is None:
                found.silent.append(service)
            elif answer.is_done:
                # Who has not heard of the meeting yet holds nothing of it.
                found.items += [one | {"service": service} for one in answer.body["items"]]
        places = {number: place for place, number in enumerate(said.body["agenda"])}
        found.items.sort(key=lambda one: places.get(one["number"], 0))
        shown = {one["number"] for one in found.items}
        found.elsewhere = [] if found.silent else [one for one in said.body["agenda"] if one not in shown]
        return found

    async def _heard(self, session: Session, service: str, path: str, purpose: str | None = None) -> Said | None:
        """None while the service is silent: that is a gap, and the rest is shown."""
        try:
            return await self._calls.get(session, service, path, purpose)
        except PartDown:
            return None

    async def papers(self, session: Session, met: Met) -> list[dict[str, Any]]:
        """Each paper in words; one that closed meanwhile is left out, one of a service that is silent is named."""
        asked = (self._heard(session, item["service"], f"/v1/tasks/{task}", OF_TASKS) for item, task in met.papers)
        found = [
            (item, answer.body if answer else None)
            for (item, _), answer in zip(met.papers, await asyncio.gather(*asked), strict=True)
            if answer is None or answer.is_done
        ]
        return papers_of(self._law, found)

    def pdf(self, met: Met, papers: list[dict[str, Any]]) -> bytes:
        """Of what `papers` gave; takes some tenths of a second of the processor."""
        words = printed(self._law, met.meeting, papers, live=self._live, whole=not met.silent)
        return papers_pdf(words, date.fromisoformat(met.meeting["heldOn"]))

    # --- calling one -----------------------------------------------------------------------------

    async def calling(self, session: Session) -> tuple[Control, ...]:
        """The controls of a meeting to be called. Raises NotFound for who calls none."""
        said = await self._calls.get(session, MEETING_SERVICE, "/v1/meeting-kinds")
        if not said.is_done:
            raise NotFound
        kinds, persons = said.body["kinds"], said.body["persons"]
        called = sorted((self._named(one, roles), one) for one, roles in persons.items())
        outside: dict[str, list[str]] = {}
        for kind in kinds:
            for code in kind["outside"]:
                outside.setdefault(code, []).append(kind["kind"])
        guests = [
            (code, f"{self._law.called(code)} (alleen bij {' en '.join(of)})") for code, of in sorted(outside.items())
        ]
        waiting = await self.signals(session)
        there = "Alleen signalen die op een overleg wachten. U kunt er later nog signalen bij zetten."
        if waiting.silent:
            there = f"Niet alles staat erbij: een onderdeel antwoordt nu niet. {there}"
        return (
            Control("choice", "kind", "Welk overleg?", required=True, options=_pairs(one["kind"] for one in kinds)),
            Control("date", "heldOn", "Op welke datum?", required=True),
            Control(
                "choices",
                "members",
                "Wie nodigt u uit?",
                "Wie is aangewezen als lid van het LOT, of wie het dossier ziet.",
                required=True,
                options=tuple((one, name) for name, one in called),
            ),
            Control("choices", "outside", "Wie komt er van buiten?", options=tuple(guests)),
            Control(
                "choices",
                "now",
                "Is iedereen er al?",
                "Alleen voor een overleg van vandaag. Anders legt u tijdens het overleg vast wie er zijn.",
                options=(("present", "Ja, het overleg begint nu en wie ik uitnodig, is er"),),
            ),
            Control(
                "choices",
                "agenda",
                "Welke signalen staan op de agenda?",
                there,
                options=tuple(waiting.called.items()),
            ),
        )

    def _named(self, user_id: str, roles: list[str]) -> str:
        return f"{self._people.called(user_id)} ({', '.join(map(self._law.called, roles))})"

    async def signals(self, session: Session) -> WaitingSignals:
        asked = (self._heard(session, service, f"/v1/signals?limit={MOST_ROWS}") for service in AGENDA_SERVICES)
        answers = dict(zip(AGENDA_SERVICES, await asyncio.gather(*asked), strict=True))
        rows = [row for said in answers.values() if said and said.is_done for row in said.body["signals"]]
        called = {
            row["number"]: f"{str(row['workingName'] or row['number']).capitalize()} ({row['number']})"
            for row in rows
            if row["state"] in self._decided_there
        }
        return WaitingSignals(called, tuple(service for service, said in answers.items() if said is None))

    async def call(self, session: Session, filled: Filled) -> tuple[str, Trouble | None]:
        """The number of the meeting, or what was wrong."""
        members = [{"userId": str(one)} for one in filled.getlist("members")]
        members += [{"organisation": str(one)} for one in filled.getlist("outside")]
        missing = [
            (name, said)
            for name, given, said in (
                ("kind", text(filled, "kind"), "Kies welk overleg het is."),
                ("heldOn", text(filled, "heldOn"), "Vul in op welke datum het is."),
                ("members", members, "Kies wie u uitnodigt."),
            )
            if not given
        ]
        if missing:
            return "", Trouble("Het overleg is nog niet bijeengeroepen.", tuple(missing))
        body = {
            "kind": text(filled, "kind"),
            "heldOn": text(filled, "heldOn"),
            "members": members,
            "agenda": [str(one) for one in filled.getlist("agenda")],
            "present": [one for each in members for one in each.values()] if filled.get("now", "") else [],
        }
        said = await self._calls.post(session, MEETING_SERVICE, "/v1/meetings", body)
        own = len(filled.getlist("members"))
        return str(said.body.get("id", "")), _at_the_field(trouble(said), own)

    # --- at the table ----------------------------------------------------------------------------

    async def add(self, session: Session, met: Met, filled: Filled) -> Trouble | None:
        number = text(filled, "number")
        if not number:
            return Trouble("Kies een signaal.", (("number", "Kies een signaal."),))
        path = f"/v1/meetings/{met.meeting['id']}/agenda-items"
        return trouble(await self._calls.post(session, MEETING_SERVICE, path, {"number": number}))

    async def attend(self, session: Session, met: Met, filled: Filled) -> Trouble | None:
        """Who is there: those who were chosen, or nobody but who says so himself."""
        path = f"/v1/meetings/{met.meeting['id']}/attendances"
        chosen = [str(one) for one in filled.getlist("member")]
        if not chosen:
            return Trouble("Kies wie er is.", (("member", "Kies wie er is."),))
        for done, one in enumerate(chosen):
            body = {} if one == session.user_id else {"member": one}
            wrong = trouble(await self._calls.post(session, MEETING_SERVICE, path, body))
            if wrong:
                said = f"Van {done} van de {len(chosen)} is vastgelegd wie er is, van de rest niet. " if done else ""
                return replace(wrong, words=f"{said}{wrong.words}")
        return None

    async def close(self, session: Session, met: Met) -> Trouble | None:
        return trouble(
            await self._calls.post(session, MEETING_SERVICE, f"/v1/meetings/{met.meeting['id']}/closings", {})
        )

    async def say(
        self, session: Session, met: Met, item: dict[str, Any], outcome: str, filled: Filled
    ) -> Trouble | None:
        path = f"/v1/meetings/{met.meeting['id']}/agenda-items/{item['number']}/voices"
        body = {"outcome": outcome, "reason": text(filled, "reason"), "specialGrounds": special(filled)}
        return trouble(await self._calls.post(session, item["service"], path, body))


def _pairs(codes: Any) -> tuple[tuple[str, str], ...]:
    return tuple((one, one) for one in codes)


def _at_the_field(wrong: Trouble | None, own: int) -> Trouble | None:
    """What is wrong with a member stands at the list in which he was chosen, of which the first `own` are the municipality's."""
    if wrong is None:
        return None
    faults = []
    for name, reason in wrong.faults:
        start, _, place = name.partition(".")
        of_outside = start == "members" and place.isdigit() and int(place) >= own
        faults.append(("outside" if of_outside else start, reason))
    return replace(wrong, faults=tuple(dict.fromkeys(faults)))
