"""A dossier: open it, decide, record, take back.

Every page about it is made of what the decision interface says; no decision is named here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.portal.calls import Calls
from services.portal.forms import Control, Filled, controls, read, without_hint
from services.portal.people import People
from services.portal.seen import Opened
from services.portal.sessions import Session, know
from services.portal.trouble import Trouble
from services.portal.use_cases import passing_on
from services.portal.use_cases.correcting import corrected, corrections
from services.portal.use_cases.drafts import DraftPlace
from services.portal.use_cases.filled import special, text, trouble, version
from services.portal.words import ABOUT_CALLED, HIT_FIELD, QUESTION_CATEGORY
from shared.errors import CaseClosed, Conflict, Elsewhere, NotFound, PartDown
from shared.protocol.meetings import MEMBER

SIGNAL_SERVICES = ("assessment", "sources", "casework")
DUTY_SERVICE = "rights"
MOST_DUTIES = 100


class Dossiers:
    def __init__(self, calls: Calls, people: People) -> None:
        self._calls = calls
        self._people = people

    async def open(self, session: Session, number: str) -> Opened:
        """Raises NotFound for one that this person may not know of and for one that there is not, alike; Conflict while it
        goes from one service to the next; PartDown, also when it may be at one that does not answer."""
        silent: PartDown | None = None
        for holder in self._may_hold(session, number):
            try:
                said = await self._calls.get(session, holder, f"{at(number)}/overview", session.purposes[number])
            except PartDown as problem:
                if session.holders.get(number) == holder:
                    raise
                silent = problem
                continue
            if said.is_done:
                break
            if said.body.get("code") == CaseClosed.code:
                return await self._closed(session, holder, number)
            if said.body.get("code") == Elsewhere.code:
                session.holders.pop(number, None)
            elif said.status == 409:
                raise Conflict(said.body["detail"])
        else:
            raise silent or NotFound
        know(session.holders, {number: holder})
        dossier, offered, decided = (said.body[one] for one in ("dossier", "openDecisions", "decisions"))
        return Opened(holder, number, dossier, offered, decided, frozenset(session.roles))

    async def _closed(self, session: Session, holder: str, number: str) -> Opened:
        """A closed case is opened for nobody: only what can still be taken back is known of it. Raises NotFound."""
        offered = await self._calls.get(session, holder, f"{at(number)}/open-decisions")
        if not offered.is_done:
            raise NotFound
        know(session.holders, {number: holder})
        return Opened(holder, number, {}, offered.body, [])

    async def duties(self, session: Session, number: str) -> list[dict[str, Any]] | None:
        """The duties to inform that are open and about this signal, by the person; None while rights is silent."""
        if not number.startswith("S-"):
            return []
        try:
            said = await self._calls.get(session, DUTY_SERVICE, f"/v1/duties?signal={number}&limit={MOST_DUTIES}")
        except PartDown:
            return None
        return sorted(said.body["duties"], key=lambda one: str(one["subject"])) if said.is_done else []

    @staticmethod
    def _may_hold(session: Session, number: str) -> tuple[str, ...]:
        """Who is asked for it, first who held it last: an attempt at another is a refusal in the audit trail."""
        if number.startswith(("D-", "V-")):
            return (DUTY_SERVICE,)
        last = session.holders.get(number)
        # The list says it of a row, and a row is not believed: nobody else is asked for it, and who has it always is.
        return tuple(dict.fromkeys((last, *SIGNAL_SERVICES))) if last in SIGNAL_SERVICES else SIGNAL_SERVICES

    def asked(
        self, dossier: Opened, decision: dict[str, Any], outcome: dict[str, Any], to: str | None = None
    ) -> tuple[Control, ...]:
        """The controls of a decision with this answer, in the order of the page; `to`: to whom it passes the signal on, where
        that was chosen before."""
        known = dossier.known
        theirs = passing_on.may_have(dossier, outcome["onlyTo"]) if outcome["onlyTo"] else None
        if theirs is not None:
            known = replace(known, along=dossier.along(theirs))
        if decision["aboutMany"]:
            # Of items, only those that the one who receives them may have.
            may = theirs if theirs is not None and decision["about"] == ["item"] else decision["choices"][0]
            choices = {one: called for one, called in decision["choices"][0].items() if one in may}
            options = self._called(dossier, choices)
            about: tuple[Control, ...] = (Control("choices", "about", "Waarover?", required=True, options=options),)
        else:
            about = tuple(
                Control(
                    "list", f"about.{place}", self._about(kind), required=True, options=self._called(dossier, choices)
                )
                for place, (kind, choices) in enumerate(zip(decision["about"], decision["choices"], strict=False))
            )
        meeting = self._meeting(dossier, decision["meeting"]) if decision["meeting"] else ()
        reason = (Control("area", "reason", "Waarom?", "De reden komt in het dossier.", required=True, most=4000),)
        return (
            about
            + meeting
            + without_hint(controls(outcome["fields"], known), outcome["article"] or decision["article"])
            + (corrections(dossier) if outcome["corrects"] else ())
            + passing_on.asked(dossier, outcome, to)
            + reason
        )

    def _meeting(self, dossier: Opened, kind: str) -> tuple[Control, ...]:
        """In which meeting it is decided, of those that it is on; and who was against it there and did not say so himself."""
        found = dossier.decides(kind)
        hint = (
            ""
            if found
            else f"Dit signaal staat op geen {kind} dat er nog over kan besluiten: zet het eerst op een agenda."
        )
        there = dict.fromkeys(who for one in dossier.meetings if one["id"] in found for who in one["present"])
        against = tuple(Control("sign", f"dissent.{one}", self._people.called(one)) for one in there)
        chosen = Control("list", "meeting", "In welk overleg?", hint, required=True, options=tuple(found.items()))
        words = "Wie dat zelf in het overleg zei, staat er al bij."
        return (
            (chosen, Control("signs", "dissent", "Wie was er tegen?", words, parts=against)) if against else (chosen,)
        )

    @staticmethod
    def _about(kind: str) -> str:
        return ABOUT_CALLED.get(kind, "Waarover?")

    @staticmethod
    def _called(dossier: Opened, choices: dict[str, str]) -> tuple[tuple[str, str], ...]:
        """A person, object or item by what stands in the file of it, besides its number."""
        known = dossier.known
        every = {**known.subjects, **known.objects, **dossier.names}
        return tuple((code, every.get(code, called)) for code, called in choices.items())

    async def decide(
        self, session: Session, dossier: Opened, decision: dict[str, Any], outcome: dict[str, Any], filled: Filled
    ) -> Trouble | None:
        """None when it was taken or proposed; else what was wrong. Nothing is kept of what was typed but in the answer."""
        body = self.body(dossier, decision, outcome, filled)
        wrong = trouble(await self._calls.post(session, dossier.holder, f"{at(dossier.number)}/decisions", body))
        return wrong.at_the_fields(one.name for one in self.asked(dossier, decision, outcome)) if wrong else None

    def body(
        self, dossier: Opened, decision: dict[str, Any], outcome: dict[str, Any], filled: Filled
    ) -> dict[str, Any]:
        """What was filled in, as the decision interface takes it."""
        return self.decision_body(decision, outcome, self.asked(dossier, decision, outcome), filled)

    @staticmethod
    def decision_body(
        decision: dict[str, Any], outcome: dict[str, Any], asked: tuple[Control, ...], filled: Filled
    ) -> dict[str, Any]:
        """What was filled in with the controls `asked`, as the decision interface takes it."""
        given = {one.name: one for one in asked}
        about = [text(filled, name) for name in given if name.startswith("about.")]
        body: dict[str, Any] = {
            "key": decision["key"],
            "outcome": outcome["key"],
            "reason": text(filled, "reason"),
            "fields": read((one for one in asked if one.name.startswith("fields.")), filled),
            "about": about or [str(one) for one in filled.getlist("about")],
            "expectedVersion": version(filled),
            "specialGrounds": special(filled),
        }
        if "meeting" in given:
            body["meeting"] = text(filled, "meeting") or None
            against = read((one for one in asked if one.name == "dissent"), filled, "")
            body["dissent"] = against.get("dissent", {})
        if outcome["corrects"]:
            body["correction"] = corrected(asked, filled)
        if outcome["forwarding"]:
            body["forwarding"] = passing_on.given(filled)
        return body

    def recorded(self, dossier: Opened, record: dict[str, Any]) -> tuple[Control, ...]:
        """The controls of something that is recorded."""
        known = dossier.known
        if record["composed"]:
            # The members of a meeting read it: in phase 4 what check 2A allows them.
            mine = passing_on.may_have(dossier, MEMBER)
            known = replace(known, items={one: known.items[one] for one in mine}, along=dossier.along(mine))
        every = {"report": "de melding", **known.subjects, **known.objects}
        options = tuple((one, every.get(one, one)) for one in record["about"])
        about = Control("choice", "about", "Waarover gaat het?", required=True, options=options)
        found = "Wat moeten de lezers vooraf weten?" if record["composed"] else "Wat is er gevonden?"
        note = Control("area", "finding", found, required=not record["composed"], most=2000)
        matches = tuple(
            Control("flag", f"matches.{one}", f"Klopt {called} met de melding?")
            for one, called in (("name", "de naam"), ("address", "het adres"))
        )
        asked = controls(record["fields"], known)
        questions = tuple(dossier.of_category(QUESTION_CATEGORY).items())
        asked = tuple(replace(one, kind="list", options=questions) if one.name == HIT_FIELD else one for one in asked)
        return (about, *((note,) if record["finding"] else matches), *asked)

    async def keep(self, session: Session, dossier: Opened, record: dict[str, Any], filled: Filled) -> Trouble | None:
        body = self.record_body(record, self.recorded(dossier, record), filled)
        return trouble(await self._calls.post(session, dossier.holder, f"{at(dossier.number)}/items", body))

    @staticmethod
    def record_body(record: dict[str, Any], asked: tuple[Control, ...], filled: Filled) -> dict[str, Any]:
        """What was filled in, as the interface takes what is recorded."""
        body: dict[str, Any] = {
            "category": record["category"],
            "about": text(filled, "about"),
            "fields": read((one for one in asked if one.name.startswith("fields.")), filled),
            "expectedVersion": version(filled),
            "specialGrounds": special(filled),
        }
        matches = read((one for one in asked if one.name.startswith("matches.")), filled, "matches")
        if matches:
            body["matches"] = matches
        if finding := text(filled, "finding"):
            body["finding"] = finding
        return body

    async def withdraw(self, session: Session, dossier: Opened, filled: Filled) -> Trouble | None:
        body = {
            "decision": text(filled, "decision"),
            "expectedVersion": version(filled),
            "reason": text(filled, "reason"),
        }
        return trouble(await self._calls.post(session, dossier.holder, f"{at(dossier.number)}/withdrawals", body))


def draft_of(dossier: Opened, form: str) -> DraftPlace:
    """Where a draft of one of its forms is kept: of a decision with its outcome, or of a record."""
    return DraftPlace(dossier.holder, f"{at(dossier.number)}/drafts/{form}")


def at(number: str) -> str:
    """Of a signal, a duty to inform, a request, an entry of the breach register, or a destruction list."""
    kinds = {"S-": "signals", "D-": "duties", "V-": "requests", "I-": "breaches"}
    kind = kinds.get(number[:2], "destruction-lists")
    return f"/v1/{kind}/{number}"
