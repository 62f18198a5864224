"""A verantwoordingsdossier as people read it: the words for every code, and the PDF/A with the sealed chapters attached."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from services.portal.account_codes import (
    ACCOUNT_CONTACT,
    ACCOUNT_FACTS,
    ACCOUNT_GROUPS,
    ACCOUNT_OUTCOMES,
    ACCOUNT_REASONS,
    ACCOUNT_STANDINGS,
    ACCOUNT_STATUSES,
    ACCOUNT_STEPS,
    ACCOUNT_UNTIL,
    WHY_MISSING,
)
from services.portal.pages import day, moment, state
from services.portal.watch_words import (
    ACTIONS,
    ARCHIVE_WORDS,
    DUTY_STATES,
    HOLD_STATES,
    LISTED_STATES,
    ROADS,
    action,
    concern_called,
    item_called,
    result,
)
from services.portal.words import RECORDED_BESIDE, TASKS, capitalized
from shared.accountability import ACCOUNTING
from shared.documents import compiled
from shared.engine.roads import BRONHOUDER
from shared.protocol.afterwards import BECAUSE, JUDGED_AS
from shared.protocol.live import TRIAL
from shared.protocol.model import Law
from shared.protocol.opening import PURPOSES_OF_OPENING
from shared.protocol.phase_5 import HOLD_GROUNDS
from shared.protocol.request_kinds import HOLDERS_OF_DATA, REQUEST_KINDS

ACCOUNT_TEMPLATE = Path(__file__).with_name("accountability.typ")
_Said = Mapping[str, Any]


def account_pdf(law: Law, found: _Said, on: date) -> bytes:
    """As PDF/A-3a and PDF/UA-1, with the file itself as JSON attached. Takes the processor some time: call it in a thread."""
    attached = json.dumps(found, ensure_ascii=False)
    return compiled(ACCOUNT_TEMPLATE, {"words": account_words(law, found), "account": attached}, "a-3a", "ua-1", on=on)


def account_words(law: Law, found: _Said) -> dict[str, Any]:
    """Everything that stands in the PDF, in its order: what is missing stands in its own place."""
    given = {one["chapter"]["service"]: one for one in found["chapters"]}
    missing = {one["service"]: one["why"] for one in found.get("missing", ())}
    hashes = {
        one["service"]: one["sha256"] for one in (found.get("binding") or {}).get("bound", {}).get("chapters", ())
    }
    return {
        "title": found["title"],
        "sender": found["municipality"],
        "trial": TRIAL if found["trial"] else None,
        "made": f"Opgemaakt op {moment(found['madeAt'])}, voor de functionaris gegevensbescherming.",
        "complete": _complete(found),
        "chapters": [
            _chapter(law, given[one]["chapter"], hashes.get(one, ""))
            if one in given
            else _missing(one, missing.get(one, "silent"))
            for one in ACCOUNTING
        ],
    }


def _complete(found: _Said) -> list[str]:
    """First whether it is, then what is not."""
    called = HOLDERS_OF_DATA
    said = (
        ["Dit dossier is volledig: elk onderdeel heeft geantwoord."]
        if found["complete"]
        else ["Dit dossier is niet volledig."]
    )
    for one in found.get("missing", ()):
        said.append(
            f"{capitalized(called[one['service']])}: {WHY_MISSING[one['why']][0].lower()}{WHY_MISSING[one['why']][1:]}"
        )
    for one in found.get("doubtful", ()):
        said.append(
            f"{capitalized(called[one])}: hier staan gegevens die buiten het systeem om zijn veranderd. Zij tellen niet mee."
        )
    for one in found.get("unaccounted", ()):
        said.append(
            f"Besluit {one[:8]} is bij het toezicht bekend, en het onderdeel dat het nam noemt het niet. Maak het dossier opnieuw op; blijft het staan, laat dat dan uitzoeken."
        )
    if not found.get("binding"):
        said.append(
            "Het onderdeel voor toezicht heeft dit dossier niet ondertekend. Elk hoofdstuk draagt wel het waarmerk van zijn eigen onderdeel."
        )
    return said


def _missing(service: str, why: str) -> dict[str, Any]:
    return {
        "called": capitalized(HOLDERS_OF_DATA[service]),
        "standing": WHY_MISSING[why],
        "facts": [],
        "groups": [],
        "hash": "",
    }


def _chapter(law: Law, chapter: _Said, hashed: str) -> dict[str, Any]:
    says = _Words(law)
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for one in chapter.get("entries", ()):
        groups.setdefault(one["kind"], []).append((says.when(one), says.what(one), says.who(one)))
    return {
        "called": capitalized(HOLDERS_OF_DATA[chapter["service"]]),
        "standing": _standing(chapter),
        "facts": [
            (ACCOUNT_FACTS.get(name, name), says.fact(name, value)) for name, value in chapter.get("facts", {}).items()
        ],
        "groups": [(ACCOUNT_GROUPS[kind], groups[kind]) for kind in ACCOUNT_GROUPS if kind in groups],
        "hash": hashed,
    }


def _standing(chapter: _Said) -> str:
    said = ACCOUNT_STANDINGS[chapter["standing"]]
    if chapter["standing"] == "elsewhere":
        said += f" aan {HOLDERS_OF_DATA.get(chapter.get('holder', ''), 'een ander onderdeel')}."
    if chapter["standing"] == "destroyed":
        said += f", op {day(chapter.get('since'))}." if chapter.get("since") else "."
    strange = chapter.get("notBelieved", 0)
    if strange:
        many = "Eén gegeven is" if strange == 1 else f"{strange} gegevens zijn"
        said += f" {many} buiten het systeem om veranderd, en niet opgenomen."
    return said


class _Words:
    """The words for one entry, by the municipality's law."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self._by_kind: Mapping[str, Callable[[_Said], str]] = {
            "task": self._task,
            "informing": lambda one: self._step(one) or DUTY_STATES.get(one["what"], state(one["what"])),
            "request": lambda one: self._step(one) or f"Gevraagd: {REQUEST_KINDS.get(one['what'], one['what'])}",
            "disclosure": lambda one: (ROADS | ACTIONS).get(one["what"], str(one["what"])),
            "record": lambda one: ACTIONS.get(one["what"]) or law.called(one["what"]),
            "meeting": lambda one: str(one["what"]),
            "look": self._step,
            "retention": lambda one: self._step(one) or ACTIONS.get(one["what"], str(one["what"])),
            "opening": self._line,
            "trail": self._line,
        }

    def fact(self, name: str, value: str) -> str:
        if name == "state":
            return state(value)
        if name == "contactData":
            return ACCOUNT_CONTACT.get(value, value)
        if name in ("holder", "handedTo"):
            return HOLDERS_OF_DATA.get(value, value)
        return self._day(value) if name.endswith(("On", "At", "ince")) else value

    def when(self, one: _Said) -> str:
        return self._day(one.get("at", "")) or "–"

    def who(self, one: _Said) -> str:
        said = [self._role(one["role"])] if one.get("role") and not one.get("meeting") else []
        said += [self._person(who) for who in one.get("by", ())]
        if one.get("coSigners"):
            said.append(f"medeondertekend door {', '.join(map(self._person, one['coSigners']))}")
        if one.get("dissenters"):
            said.append(f"{len(one['dissenters'])} tegen")
        if one.get("recorder") and one["recorder"] not in one.get("by", ()):
            role = f"{self._role(one['role'])} " if one.get("role") and one.get("meeting") else ""
            said.append(f"vastgelegd door {role}{self._person(one['recorder'])}")
        return ", ".join(said) or "het systeem"

    def what(self, one: _Said) -> str:
        """What happened, and whatever else is known of it."""
        decided = one["kind"] in ("decision", "check") or (one["kind"] == "source" and bool(one.get("article")))
        said = [self._decision(one) if decided else capitalized(self._by_kind.get(one["kind"], self._called)(one))]
        if one.get("to"):
            said.append(f"aan {self._law.called(one['to'].partition(':')[2] or one['to'])}")
        said += self._about(one)
        said += [f"taak: {self._law.called(each)}" for each in one.get("tasks", ())]
        said += [f"grondslag: {self._law.called(each)}" for each in one.get("bases", ())]
        said += self._how(one, decided=decided)
        if one.get("dossier"):
            said.append(one["dossier"])
        if one.get("until"):
            said.append(f"{ACCOUNT_UNTIL.get(one['what'], 'uiterlijk')} {self._day(one['until'])}")
        if one.get("ended"):
            said.append(f"afgedaan {self._day(one['ended'])}")
        if one.get("article"):
            said.append(one["article"])
        return "; ".join(said)

    def _how(self, one: _Said, *, decided: bool) -> list[str]:
        found = [ACCOUNT_STATUSES[one["status"]]] if one.get("status") in ACCOUNT_STATUSES else []
        if one.get("outcome") and not decided:
            found.append(self._outcome(one))
        if one.get("reason"):
            found.append(self._reason(one))
        return [each for each in found if each]

    def _outcome(self, one: _Said) -> str:
        code = str(one["outcome"])
        if one["what"] in ("signal sealed", "destruction declared"):
            return f"geëindigd door {self._law.answered(*_pair(code))}"
        known = {"retention": LISTED_STATES | HOLD_STATES, "disclosure": JUDGED_AS | ACCOUNT_OUTCOMES}.get(
            one["kind"], ACCOUNT_OUTCOMES
        )
        if one["kind"] in ("opening", "trail"):
            key = str(one["what"]).partition(": ")[2]
            return self._law.said_of(key, code) if self._law.decision(key) else self._law.called(result(code))
        return known.get(code, code)

    def _reason(self, one: _Said) -> str:
        code, kind = str(one["reason"]), one["kind"]
        if kind == "retention":
            return HOLD_GROUNDS.get(code, code)
        if kind == "informing":
            return f"vanwege {ACCOUNT_REASONS.get(code, code)}"
        because = {code: words for some in BECAUSE.values() for code, words in some.items()}
        return (
            PURPOSES_OF_OPENING.get(code)
            or because.get(code)
            or ("versleuteld voor de ontvanger" if code == "sealed" else self._law.called(code))
        )

    def _about(self, one: _Said) -> list[str]:
        if one["kind"] == "retention" and one.get("about"):
            named = ARCHIVE_WORDS | {name: called for name, called in HOLDERS_OF_DATA.items()}
            return [", ".join(named.get(each, each) for each in one["about"])]
        if one.get("parts"):
            return [self._part(one["what"], each) for each in one["parts"]]
        return [f"over {', '.join(self._thing(each) for each in one['about'])}"] if one.get("about") else []

    def _part(self, key: str, part: _Said) -> str:
        about = " × ".join(", ".join(self._thing(each) for each in some) for some in part["about"])
        return f"{about}: {self._law.said_of(key, part['outcome'])}"

    def _thing(self, code: str) -> str:
        """What it is called; what goes by a long number, by its beginning."""
        known = self._law.called(item_called(concern_called(code)))
        return f"nummer {code[:8]}" if known == code and len(code) == len(str(UUID(int=0))) else known

    def _decision(self, one: _Said) -> str:
        key, outcome = one["what"], one.get("outcome", "")
        beside = RECORDED_BESIDE.get(f"{key}:{outcome}") or RECORDED_BESIDE.get(key)
        return beside or self._law.answered(key, outcome)

    def _role(self, role: str) -> str:
        kind, _, source = role.partition("-")
        return f"wie {self._law.called(source)} beheert" if kind == BRONHOUDER and source else self._law.called(role)

    def _line(self, one: _Said) -> str:
        """Of the trail; what it was about by its question, where it is a decision, or by the kind of the task."""
        what, _, key = str(one["what"]).partition(": ")
        asked = self._law.decision(key)
        about = asked.question if asked else TASKS.get(key, "").lower()
        return f"{action(what)}: {about}" if about else action(one["what"])

    def _task(self, one: _Said) -> str:
        return TASKS.get(one["what"], "Taak")

    def _step(self, one: _Said) -> str:
        return ACCOUNT_STEPS.get(one["what"], "")

    def _called(self, one: _Said) -> str:
        return self._law.called(one["what"])

    @staticmethod
    def _person(who: str) -> str:
        return who[:8]

    @staticmethod
    def _day(given: str) -> str:
        return moment(given) if "T" in given else day(given)


def _pair(ending: str) -> tuple[str, str]:
    key, _, outcome = ending.partition(":")
    return key, outcome
