"""Signals for tests of the protocol, spelled out by hand: what is known, and attempts that are complete."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from shared.protocol.correcting import Correction
from shared.protocol.facts import Facts, Grant, Item, Meeting, Notice, Taken
from shared.protocol.judge import Attempt
from shared.protocol.kinds import Answers, Choice, Choices, Date, Explained, Flag, Kind, WebAddress
from shared.protocol.kinds_of_signal import OtherSignal, Subjects
from shared.protocol.kinds_of_time import Instant
from shared.protocol.model import Decision, Law, Outcome, State
from shared.protocol.passing_on import Forwarding
from tests.protocol import of_requests

TODAY = date(2026, 1, 10)
REVIEW = "2026-03-01"
MEMBERS = ("m1", "m2", "m3", "m4")

SOURCE_LIST = Taken("source-list", "listed", (), {"sources": ["benefits"]})
APPROVED = Taken("check-1", "approved", ("benefits",))
ANSWERED = Taken("answer", "hit", ("q1",))
RELEVANT = Taken("check-1b", "relevant", ("q1",))
MATRIX = tuple(Taken("check-2a", "may", (item, to)) for item in ("report", "item-2") for to in ("wonen", "politie"))
APPROACH = Taken("approach", "integral")
ADOPTED = Taken("adopt-plan", "adopted", ("i1",))
ALONE = Taken("approach", "mono-municipality")
PROPOSED = Taken("propose-plan", "proposed", ("i1",), {"partners": ["wonen", "politie", "vergunningen"]})
CHECKED_2B = Taken("check-2b", "may", ("i1", "report"))
CHECKED_ITEM_2 = Taken("check-2b", "may", ("i1", "item-2"))
GIVEN_OUT = Taken("check-2b-done", "complete")
WRONG = Taken("rectify", "withdrawn", ("item-2",))
EXECUTED = Taken("execution", "executed", ("i1",))
RIEC = Taken("approach", "riec-intake")
RIEC_MAY = Taken("check-2a", "may", ("report", "riec"))
HANDED_IN = Taken("riec-intake", "handed-in")
ELSEWHERE = Taken("riec-answer", "accepted-elsewhere", (), {"reviewOn": REVIEW})
BASE = (SOURCE_LIST, APPROVED, ANSWERED, RELEVANT, *MATRIX, APPROACH, ADOPTED, CHECKED_2B)

KNOWN = Facts(
    today=TODAY,
    number="S-1",
    decisions=BASE,
    items=(
        Item("report", "report"),
        Item("item-2", "bag", "O1"),
        Item("q1", "question", "S1", {"source": "benefits"}),
        Item("i1", "intervention", "O1", {"department": "wonen", "subjects": ["S1"]}),
    ),
    subjects=("S1",),
    objects=("O1",),
    meetings={"M-1": Meeting("LOT", date(2026, 1, 9), MEMBERS, ("S-1",))},
    notices={"S1": Notice("sent")},
    before=frozenset({"purpose"}),
)


ASKED = Item("asked-1", "department-question", "O1", {"order": "i1"})
IN_QUARANTINE = Item("found-1", "department-report", "O1", {"order": "i1"})
REQUEST = "V-7K3MQ-9XD4T"
GRANTED = Grant(REQUEST, "rectification", "S1", ("item-2",))
PUT_RIGHT = (*BASE, CHECKED_ITEM_2, GIVEN_OUT, WRONG, Taken("set-right", "told", ("item-2", "wonen")))
KNOWN_LESS = (KNOWN.items[0], *KNOWN.items[2:])


def without(*taken: Taken) -> tuple[Taken, ...]:
    return tuple(one for one in BASE if one not in taken)


# What has to be otherwise for an outcome to be possible.
OTHERWISE: dict[tuple[str, str], dict[str, Any]] = {
    ("weging-1", "*"): {"items": KNOWN.items[:1]},
    ("check-1-done", "all-refused"): {"decisions": (SOURCE_LIST, Taken("check-1", "refused", ("benefits",)))},
    ("answer", "*"): {"decisions": (SOURCE_LIST, APPROVED)},
    ("hit-check-done", "no-hit"): {"decisions": (SOURCE_LIST, APPROVED, Taken("answer", "no-hit", ("q1",)))},
    ("riec-intake", "*"): {"decisions": (*MATRIX, RIEC_MAY, RIEC)},
    ("riec-answer", "accepted-elsewhere"): {"decisions": (*MATRIX, RIEC, HANDED_IN), "items": KNOWN.items[:3]},
    ("riec-answer", "*"): {"decisions": (*MATRIX, RIEC, HANDED_IN)},
    ("riec-review", "*"): {"decisions": (*MATRIX, RIEC, HANDED_IN, ELSEWHERE), "items": KNOWN.items[:3]},
    ("riec-supplement", "*"): {"decisions": (*MATRIX, RIEC_MAY, RIEC, HANDED_IN)},
    ("approach", "mono-police"): {"decisions": without(ADOPTED)},
    ("approach", "nobody"): {"decisions": without(ADOPTED)},
    ("reweighing", "mono-police"): {"decisions": without(ADOPTED)},
    ("reweighing", "nobody"): {"decisions": without(ADOPTED)},
    ("propose-plan", "*"): {"decisions": without(ADOPTED)},
    ("answer-plan", "*"): {"decisions": (*without(ADOPTED), PROPOSED)},
    ("adopt-plan", "*"): {"decisions": (*without(ADOPTED), ALONE)},
    ("answer-department", "*"): {"items": (*KNOWN.items, ASKED)},
    ("judge-finding", "*"): {"quarantined": (IN_QUARANTINE,)},
    ("close", "*"): {"decisions": (*BASE, EXECUTED)},
    ("duty", "nobody"): {"subjects": ()},
    ("same-person", "*"): {"subjects": ("S1", "S2")},
    ("set-right", "confirmed"): {"decisions": PUT_RIGHT, "items": KNOWN_LESS, "superseded": (KNOWN.items[1],)},
    ("set-right", "*"): {
        "decisions": (*BASE, CHECKED_ITEM_2, GIVEN_OUT, WRONG),
        "items": KNOWN_LESS,
        "superseded": (KNOWN.items[1],),
    },
    ("carried-out", "*"): {"granted": {REQUEST: GRANTED}, "decisions": PUT_RIGHT, "superseded": (KNOWN.items[1],)}
    | {"items": KNOWN_LESS},
    ("notice-undeliverable", "*"): {
        "decisions": (*BASE, Taken("notice-sent", "sent", fields={"channel": "letter", "sentOn": TODAY.isoformat()}))
    },
    ("notice-sent", "*"): {"items": (Item("letter-1", "letter", "S1", {"channel": "letter"}),)},
}
OTHERWISE |= of_requests.OTHERWISE
ABOUT: dict[str, tuple[str, ...]] = {
    **of_requests.ABOUT,
    "check-1": ("benefits",),
    "answer": ("q1",),
    "check-1b": ("q1",),
    "check-2a": ("item-2", "wonen"),
    "propose-plan": ("i1",),
    "answer-plan": ("politie",),
    "adopt-plan": ("i1",),
    "check-2b": ("i1", "item-2"),
    "execution": ("i1",),
    "progress": ("i1",),
    "answer-department": ("asked-1",),
    "judge-finding": ("found-1",),
    "hold": ("item-2",),
    "rectify": ("item-2",),
    "same-person": ("S2", "S1"),
    "not-concerned": ("S1",),
    "set-right": ("item-2", "wonen"),
    "carried-out": (REQUEST,),
}
OUTCOME_ABOUT = {("riec-supplement", "given"): ("report",)}
"""What an outcome is about, where others of its decision are about nothing."""


def facts_for(decision: Decision, outcome: Outcome) -> Facts:
    """Facts under which this outcome is possible."""
    change = OTHERWISE.get((decision.key, outcome.key)) or OTHERWISE.get((decision.key, "*")) or {}
    return replace(KNOWN, **change)


BY_NAME: dict[str, Any] = {
    "lookedHow": ["free-text"],
    "partners": ["wonen", "vergunningen"],
    "department": "wonen",
    "reviewOn": REVIEW,
    "endsOn": "2026-02-01",
    "confirmList": "S-1",
    "letter": "letter-1",
    "concerns": "O1",
    "neverInformed": {"D-00000-00001": "inform"},
    "task": "toezicht-huisvesting",
    "basis": {"wonen": "publieke-taak", "vergunningen": "publieke-taak"},
}


def value_for(kind: Kind, name: str) -> Any:
    """Something that fits `kind`, and what a condition asks of `name`."""
    if name in BY_NAME:
        return BY_NAME[name]
    match kind:
        case Choices(choices, at_least):
            return list(choices)[:at_least]
        case Choice(choices):
            return next(iter(choices))
        case Answers(questions):
            return dict.fromkeys(questions, "in woorden")
        case Instant():
            return f"{TODAY.isoformat()}T12:00:00+00:00"
        case Date():
            return TODAY.isoformat()
        case Flag():
            return False
        case Subjects():
            return ["S1"]
        case Explained(choices):
            return {next(iter(choices)): "in woorden"}
        case WebAddress():
            return "https://voorbeeld.nl/"
        case OtherSignal():
            return "S-7K3MQ-9XD4T"
    return "ingevuld"


def fields_for(decision: Decision, outcome: Outcome, role: str = "") -> dict[str, Any]:
    return {
        one.name: value_for(one.kind, one.name)
        for one in decision.fields
        if one.required and (not one.outcomes or outcome.key in one.outcomes) and (not one.roles or role in one.roles)
    }


def complete(law: Law, decision: Decision, outcome: Outcome, role: str = "") -> Attempt:
    """An attempt with everything that this outcome asks of somebody acting as `role`."""
    forwarding = Forwarding(none_because="geen ontvanger") if outcome.forward_to else None
    if outcome.forward_only_to:
        forwarding = Forwarding(outcome.forward_to[0], outcome.forward_only_to, ("report",))
    return Attempt(
        decision.key,
        outcome.key,
        "" if role in decision.in_codes else "een reden",
        fields_for(decision, outcome, role),
        forwarding,
        OUTCOME_ABOUT.get((decision.key, outcome.key)) or ABOUT.get(decision.key, ()),
        "M-1" if decision.who.meeting else None,
        correction=Correction("zo is het") if outcome.corrects else None,
    )


def state_of(decision: Decision, outcome: Outcome) -> State:
    """A state in which this outcome exists."""
    return (outcome.only_in or decision.states)[0]
