"""What people do in the portal: see their work, open a dossier, decide, record, take back.

Every page about a dossier is made of what the decision interface says of it; no decision is named here.
"""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from services.portal.calls import Calls, Said
from services.portal.forms import Control, Filled, InSignal, controls, read
from services.portal.seen import Mine, Opened, Trouble
from services.portal.sessions import Session
from shared.errors import Conflict, Elsewhere, NotFound, PartDown
from shared.protocol.model import Law

SIGNAL_SERVICES = ("assessment", "sources", "casework")
DUTY_SERVICE = "rights"
TASK_SERVICES = (*SIGNAL_SERVICES, DUTY_SERVICE)
"""Who has tasks for people without the file."""
MOST_ROWS = 200
OF_TASKS = "besluit-voorbereiden"
"""Why somebody opens what he is asked: there is one purpose, so it is not asked again."""
SPECIAL = ("special-unanswered", "bsn", "special-ground-unknown")
"""Codes of faults that are answered with a ground."""


class Working:
    """`law`: whose names of roles, sources and organisations are shown."""

    def __init__(self, calls: Calls, law: Law) -> None:
        self._calls = calls
        self.law = law

    # --- the work list ---------------------------------------------------------------------------

    async def mine(self, session: Session) -> Mine:
        """What waits for somebody. A service that is silent leaves a gap that is named; the rest is shown."""
        found = Mine()
        has_file = bool(set(session.roles) & set(self.law.file_roles))
        asked = [(one, f"/v1/tasks?limit={MOST_ROWS}", "tasks") for one in TASK_SERVICES if session.roles]
        if has_file:
            asked += [(one, f"/v1/signals?limit={MOST_ROWS}", "signals") for one in SIGNAL_SERVICES]
            asked += [(DUTY_SERVICE, f"/v1/duties?limit={MOST_ROWS}", "duties")]
        answers = await asyncio.gather(*(self._listed(session, service, path) for service, path, _ in asked))
        for (service, _, noun), answer in zip(asked, answers, strict=True):
            if answer is None:
                found.silent = sorted({*found.silent, service})
            elif answer.is_done:
                rows = [one | {"service": service} for one in answer.body[noun]]
                {"tasks": found.tasks, "signals": found.signals, "duties": found.duties}[noun].extend(rows)
                if noun != "tasks":
                    session.holders.update({one["number"]: service for one in rows})
        found.tasks.sort(key=lambda one: (one["dueOn"] or "9999", one["since"]))
        found.duties.sort(key=lambda one: (one.get("dueOn") or "9999", one["number"]))
        found.signals.sort(key=lambda one: (one["receivedOn"], one["number"]))
        return found

    async def _listed(self, session: Session, service: str, path: str) -> Said | None:
        try:
            return await self._calls.get(session, service, path)
        except PartDown:
            return None

    # --- a dossier -------------------------------------------------------------------------------

    async def open(self, session: Session, number: str) -> Opened:
        """Raises NotFound for one that this person may not know of and for one that there is not, alike; Conflict while it
        goes from one service to the next; PartDown."""
        purpose = session.purposes[number]
        for holder in self._may_hold(session, number):
            view = await self._calls.get(session, holder, _at(number), purpose)
            if view.is_done:
                break
            if view.body.get("code") == Elsewhere.code:
                session.holders.pop(number, None)
            elif view.status == 409:
                raise Conflict(view.body["detail"])
        else:
            raise NotFound
        session.holders[number] = holder
        offered, decided = await asyncio.gather(
            self._calls.get(session, holder, f"{_at(number)}/open-decisions"),
            self._calls.get(session, holder, f"{_at(number)}/decisions", purpose),
        )
        if not offered.is_done:
            raise Conflict(offered.body.get("detail", "")) if offered.status == 409 else NotFound
        decisions = decided.body["decisions"] if decided.is_done else []
        return Opened(holder, number, view.body, offered.body, decisions)

    @staticmethod
    def _may_hold(session: Session, number: str) -> tuple[str, ...]:
        """Who is asked for it, first who held it last: an attempt at another is a refusal in the audit trail."""
        if number.startswith("D-"):
            return (DUTY_SERVICE,)
        last = session.holders.get(number)
        return tuple(dict.fromkeys((last, *SIGNAL_SERVICES))) if last else SIGNAL_SERVICES

    # --- a task ----------------------------------------------------------------------------------

    async def task(self, session: Session, service: str, identifier: UUID) -> dict[str, Any]:
        """What somebody without the file is asked. Raises NotFound, also for a task of somebody else."""
        if service not in TASK_SERVICES:
            raise NotFound
        said = await self._calls.get(session, service, f"/v1/tasks/{identifier}", OF_TASKS)
        if not said.is_done:
            raise Conflict(said.body.get("detail", "")) if said.status == 409 else NotFound
        return said.body

    @staticmethod
    def answering(task: dict[str, Any], outcome: dict[str, Any]) -> tuple[Control, ...]:
        """The controls of an answer to a task. What it names, it names by its own list: there is no file to choose from."""
        reason = Control("area", "reason", "Waarom?", "De reden komt in het dossier.", required=True)
        return (*controls(outcome["fields"], InSignal()), *((reason,) if task["asks"]["reason"] else ()))

    async def answer(
        self, session: Session, service: str, task: dict[str, Any], outcome: dict[str, Any], filled: Filled
    ) -> Trouble | None:
        asked = self.answering(task, outcome)
        body = {
            "outcome": outcome["key"],
            "reason": _text(filled, "reason"),
            "fields": read((one for one in asked if one.name.startswith("fields.")), filled),
            "specialGrounds": _special(filled),
        }
        return _trouble(await self._calls.post(session, service, f"/v1/tasks/{task['id']}/decisions", body))

    # --- deciding, recording, taking back --------------------------------------------------------

    def asked(self, dossier: Opened, decision: dict[str, Any], outcome: dict[str, Any]) -> tuple[Control, ...]:
        """The controls of a decision with this answer, in the order of the page."""
        about = tuple(
            Control("list", f"about.{place}", self._about(kind), required=True, options=tuple(choices.items()))
            for place, (kind, choices) in enumerate(zip(decision["about"], decision["choices"], strict=False))
        )
        meeting = (Control("text", "meeting", "In welk overleg?", "Nummer van het overleg", required=True, most=60),)
        reason = (Control("area", "reason", "Waarom?", "De reden komt in het dossier.", required=True, most=4000),)
        return (
            about
            + (meeting if decision["meeting"] else ())
            + controls(outcome["fields"], dossier.known)
            + self._forwarding(dossier, outcome)
            + reason
        )

    @staticmethod
    def _about(kind: str) -> str:
        return {"source": "Over welke bron?", "item": "Over welk gegeven?", "subject": "Over welke persoon?"}.get(
            kind, "Waarover?"
        )

    def _forwarding(self, dossier: Opened, outcome: dict[str, Any]) -> tuple[Control, ...]:
        """To whom it goes on, where this answer lets it; or nobody, with a reason."""
        if not outcome["forwarding"]:
            return ()
        to = [
            (f"{kind}:{code}", name)
            for kind in outcome["forwarding"]
            for code, name in dossier.open["recipients"].get(kind, {}).items()
        ]
        entitled = [dossier.open["entitled"].get(one.partition(":")[2], {}) for one, _ in to]
        tasks = {code: name for one in entitled for code, name in one.get("tasks", {}).items()}
        bases = {code: name for one in entitled for code, name in one.get("bases", {}).items()}
        items = tuple(dossier.known.items.items())
        return (
            Control("list", "forwarding.recipient", "Aan wie gaat het signaal door?", options=tuple(to)),
            Control("choices", "forwarding.items", "Welke gegevens gaan mee?", options=items),
            Control("list", "forwarding.task", "Voor welke taak van de ontvanger?", options=tuple(tasks.items())),
            Control("list", "forwarding.basis", "Op welke grondslag?", options=tuple(bases.items())),
            Control("area", "forwarding.noneBecause", "Gaat het aan niemand door? Waarom niet?", most=2000),
        )

    async def decide(
        self, session: Session, dossier: Opened, decision: dict[str, Any], outcome: dict[str, Any], filled: Filled
    ) -> Trouble | None:
        """None when it was taken or proposed; else what was wrong. Nothing is kept of what was typed but in the answer."""
        asked = self.asked(dossier, decision, outcome)
        given = {one.name: one for one in asked}
        body: dict[str, Any] = {
            "key": decision["key"],
            "outcome": outcome["key"],
            "reason": _text(filled, "reason"),
            "fields": read((one for one in asked if one.name.startswith("fields.")), filled),
            "about": [_text(filled, name) for name in given if name.startswith("about.")],
            "expectedVersion": _version(filled),
            "specialGrounds": _special(filled),
        }
        if "meeting" in given:
            body["meeting"] = _text(filled, "meeting") or None
        if outcome["forwarding"]:
            body["forwarding"] = _forwarded(filled)
        said = await self._calls.post(session, dossier.holder, f"{_at(dossier.number)}/decisions", body)
        return _trouble(said)

    def recorded(self, dossier: Opened, record: dict[str, Any]) -> tuple[Control, ...]:
        """The controls of something that is recorded."""
        known = dossier.known
        every = {"report": "de melding", **known.subjects, **known.objects}
        options = tuple((one, every.get(one, one)) for one in record["about"])
        about = Control("choice", "about", "Waarover gaat het?", required=True, options=options)
        note = Control("area", "finding", "Wat is er gevonden?", required=not record["composed"], most=2000)
        matches = tuple(
            Control("flag", f"matches.{one}", f"Klopt {called} met de melding?")
            for one, called in (("name", "de naam"), ("address", "het adres"))
        )
        return (about, *((note,) if record["finding"] else matches), *controls(record["fields"], known))

    async def keep(self, session: Session, dossier: Opened, record: dict[str, Any], filled: Filled) -> Trouble | None:
        asked = self.recorded(dossier, record)
        body: dict[str, Any] = {
            "category": record["category"],
            "about": _text(filled, "about"),
            "fields": read((one for one in asked if one.name.startswith("fields.")), filled),
            "expectedVersion": _version(filled),
            "specialGrounds": _special(filled),
        }
        matches = read((one for one in asked if one.name.startswith("matches.")), filled, "matches")
        if matches:
            body["matches"] = matches
        if finding := _text(filled, "finding"):
            body["finding"] = finding
        return _trouble(await self._calls.post(session, dossier.holder, f"{_at(dossier.number)}/items", body))

    async def withdraw(self, session: Session, dossier: Opened, filled: Filled) -> Trouble | None:
        body = {
            "decision": _text(filled, "decision"),
            "expectedVersion": _version(filled),
            "reason": _text(filled, "reason"),
        }
        return _trouble(await self._calls.post(session, dossier.holder, f"{_at(dossier.number)}/withdrawals", body))


def _at(number: str) -> str:
    return f"/v1/duties/{number}" if number.startswith("D-") else f"/v1/signals/{number}"


def _text(filled: Filled, name: str) -> str:
    return str(filled.get(name, "")).replace("\r\n", "\n").strip()


def _version(filled: Filled) -> int:
    """What was seen; what is no number was seen by nobody."""
    said = str(filled.get("version", ""))
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def _special(filled: Filled) -> dict[str, str]:
    kind, _, ground = _text(filled, "specialGrounds").partition(":")
    return {kind: ground} if ground else {}


def _forwarded(filled: Filled) -> dict[str, Any]:
    kind, _, recipient = _text(filled, "forwarding.recipient").partition(":")
    if not recipient:
        return {"noneBecause": _text(filled, "forwarding.noneBecause") or None}
    found: dict[str, Any] = {"recipientKind": kind, "recipient": recipient}
    found["items"] = [str(one) for one in filled.getlist("forwarding.items")]
    return found | {
        name: said for name in ("task", "basis", "noneBecause") if (said := _text(filled, f"forwarding.{name}"))
    }


def _trouble(said: Said) -> Trouble | None:
    if said.is_done:
        return None
    wrong = said.body.get("invalidParams", ())
    # How a machine answers a warning is of no use to people: for them there is a list to choose from.
    faults = tuple((one["name"], str(one["reason"]).partition(", of zeg bij")[0]) for one in wrong)
    return Trouble(said.body.get("detail", ""), faults, any(one["code"] in SPECIAL for one in wrong))
