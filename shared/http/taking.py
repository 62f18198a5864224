"""What is sent to decide and to record: bodies of HTTP, which become values for the engine."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.engine.given import Given, GivenRecord
from shared.engine.records import WITHDRAWAL
from shared.errors import Invalid
from shared.http.bodies import FieldsGiven, Ref, SpecialGrounds, Strict
from shared.protocol.correcting import Correction
from shared.protocol.faults import Fault
from shared.protocol.judge import MOST_REASON, Attempt, AttemptPart
from shared.protocol.passing_on import Forwarding
from shared.protocol.records import Record

GoesAlong = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,60}(\.[A-Za-z]{1,40})?$")]
"""Who or what goes along: S1 or O1, or one field of a person: S1.name."""


class ForwardingIn(Strict):
    """To whom the signal goes on, with which items; or nobody, with a reason."""

    recipient_kind: Literal["department", "partner", "municipality"] | None = None
    recipient: Ref | None = None
    items: Annotated[tuple[Ref, ...], Field(max_length=50)] = ()
    none_because: Annotated[str, StringConstraints(max_length=2000)] | None = None
    task: Annotated[Ref | None, Field(description="For which task of the receiver, from `entitled`")] = None
    basis: Annotated[Ref | None, Field(description="On which basis, from `entitled`")] = None
    urgent_because: Annotated[
        str | None,
        Field(
            max_length=2000,
            description="The fact that shows a danger to somebody's life or safety: it goes at once, for good, on a basis of"
            " `entitled.urgent`, where the outcome names the receiver under `urgent`",
        ),
    ] = None
    concerning: Annotated[
        tuple[GoesAlong, ...] | None,
        Field(
            max_length=50,
            description="Whom and what of these items goes along, of a person also single fields (`personFields` of"
            " open-decisions); left out: all that they concern",
            examples=[["S1", "S2.name", "O1"]],
        ),
    ] = None


class PartIn(Strict):
    """Some of what is decided together: each of the first of `about` with each of the second, so a row, a column or a
    cell of a matrix. What is left out is as it is for the whole."""

    about: Annotated[
        tuple[Annotated[tuple[Ref, ...], Field(min_length=1, max_length=100)], ...], Field(min_length=1, max_length=2)
    ]
    outcome: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    reason: Annotated[str, StringConstraints(max_length=MOST_REASON)] = ""
    fields: FieldsGiven


class CorrectionIn(Strict):
    """What stands in the place of a fact that was wrong; `about` only where it is about another person or object."""

    finding: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] | None = None
    matches: dict[Literal["name", "address"], bool] | None = None
    about: Ref | None = None


class DecisionStep(Strict):
    """A decision; or with `confirms` and the same key an answer to one that somebody else proposed: `outcome` is then
    `agree`, `disagree` or `question`, and for who proposed it `answer`, each with a reason.
    """

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
    outcome: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    reason: Annotated[str, StringConstraints(max_length=MOST_REASON)] = ""
    fields: FieldsGiven
    about: Annotated[tuple[Ref, ...], Field(max_length=20)] = ()
    forwarding: ForwardingIn | None = None
    meeting: Ref | None = None
    confirms: UUID | None = None
    correction: CorrectionIn | None = None
    parts: Annotated[
        tuple[PartIn, ...],
        Field(
            max_length=500,
            description="Several at once: check 1 for sources, 2A and 2B as a matrix, instead of `about`",
            examples=[[{"about": [["report", "item-3"], ["politie"]], "outcome": "may", "reason": "Voor opsporing."}]],
        ),
    ] = ()
    special_grounds: SpecialGrounds
    dissent: Annotated[
        dict[Ref, Annotated[str, Field(max_length=2000)]],
        Field(
            max_length=40,
            default_factory=dict,
            description="Who of the meeting is against it, by user id or organisation, each with his words",
            examples=[{"farid": "Er ligt te weinig."}],
        ),
    ]


class DecisionIn(DecisionStep):
    """As a request of its own, on the version that was seen."""

    expected_version: int


class WithdrawalIn(Strict):
    """Which decision is taken back and why, by who recorded it (`withdraw` in `actions` of open-decisions)."""

    decision: UUID
    expected_version: int
    reason: Annotated[str, StringConstraints(max_length=MOST_REASON)] = ""
    special_grounds: SpecialGrounds


class ItemStep(Strict):
    """A fact with a category of Bijlage 1. BRP gives only `matches`, per field that the signal has."""

    category: Ref
    about: Ref
    finding: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] | None = None
    matches: dict[Literal["name", "address"], bool] | None = None
    fields: FieldsGiven
    special_grounds: SpecialGrounds


class ItemIn(ItemStep):
    """As a request of its own, on the version that was seen."""

    expected_version: int


RECORDED: dict[str, Any] = {
    "question": {
        "summary": "A question to who keeps a source",
        "value": {
            "category": "question",
            "expectedVersion": 9,
            "about": "O1",
            "finding": "Is er voor O1 een vergunning verleend?",
            "fields": {"source": "horeca-permits", "answerBy": "2199-12-31"},
        },
    },
    "person": {
        "summary": "A fact that brings somebody to light who was not known yet",
        "value": {
            "category": "indication",
            "expectedVersion": 9,
            "about": "report",
            "finding": "Er is een tweede huurder.",
            "fields": {"persons": [{"name": "Voornaam Achternaam", "address": "Voorbeeldstraat 1"}]},
        },
    },
    "child": {
        "summary": "That somebody is a child, and who represents it",
        "value": {
            "category": "child",
            "expectedVersion": 9,
            "about": "S1",
            "finding": "Zit nog op school.",
            "fields": {"representative": [{"name": "Voornaam Achternaam"}]},
        },
    },
    "reporter-clue": {
        "summary": "Words of the report that point at the reporter: they are left out of all that is shared",
        "value": {
            "category": "reporter-clue",
            "expectedVersion": 9,
            "about": "report",
            "finding": "ik ben de buurvrouw op nummer 12",
        },
    },
    "paper": {
        "summary": "A paper for a meeting, composed of items; of whom and what these concern, O1 goes along",
        "value": {
            "category": "paper",
            "expectedVersion": 9,
            "about": "report",
            "finding": "Ter voorbereiding van de weging.",
            "fields": {"meeting": "M-7K3MQ-9XD4T", "items": ["report", "item-3"], "concerning": ["O1"]},
        },
    },
    "intervention": {
        "summary": "An intervention of the plan",
        "value": {
            "category": "intervention",
            "expectedVersion": 9,
            "about": "O1",
            "finding": "Controle van O1 met het bevoegd gezag.",
            "fields": {
                "instrument": "sluiting-drugspand",
                "department": "wonen",
                "plannedOn": "2026-12-01",
                "subjects": ["S1"],
            },
        },
    },
}
"""How each is recorded, in the description of the interface."""


DECIDED: dict[str, Any] = {
    "check-2a": {
        "summary": "That a receiver may have an item, for a task of his and on a basis (`entitled` of open-decisions)",
        "value": {
            "key": "check-2a",
            "outcome": "may",
            "expectedVersion": 9,
            "reason": "Nodig voor het toezicht op het pand.",
            "about": ["report", "wonen"],
            "fields": {"task": "toezicht-huisvesting", "basis": "publieke-taak"},
        },
    },
    "approach": {
        "summary": "An approach with partners, each on a basis of his own",
        "value": {
            "key": "approach",
            "outcome": "integral",
            "expectedVersion": 9,
            "reason": "Samen kan meer.",
            "meeting": "M-7K3MQ-9XD4T",
            "fields": {
                "considered": "Eén onderdeel mist de arbeidskant.",
                "partners": ["wonen", "arbeidsinspectie"],
                "basis": {"wonen": "publieke-taak", "arbeidsinspectie": "toezicht-partner"},
            },
        },
    },
    "urgent": {
        "summary": "Passing a signal on to the police at once, for a danger to somebody's life or safety",
        "value": {
            "key": "weging-2a",
            "outcome": "no-task",
            "expectedVersion": 9,
            "reason": "Dit is aan de politie.",
            "fields": {"considered": "Openbare orde en toezicht."},
            "forwarding": {
                "recipientKind": "partner",
                "recipient": "politie",
                "items": ["report"],
                "task": "taak-politie",
                "basis": "vitaal-belang",
                "urgentBecause": "Er is een aanslag aangekondigd voor vanavond.",
            },
        },
    },
}
"""How what is shared is decided, in the description of the interface."""


def given(body: DecisionStep, version: int) -> Given:
    """What a body wants of the engine. Raises Invalid for a withdrawal, which is an action of its own."""
    if body.key == WITHDRAWAL:
        raise Invalid([Fault("key", "een besluit wordt ingetrokken bij withdrawals", "art. 2", "no-decision")])
    to = body.forwarding
    forwarding = Forwarding(**{name: getattr(to, name) for name in type(to).model_fields}) if to else None
    right = body.correction
    matches = {str(key): value for key, value in right.matches.items()} if right and right.matches else None
    attempt = Attempt(
        body.key,
        body.outcome,
        body.reason,
        body.fields,
        forwarding,
        body.about,
        body.meeting,
        body.special_grounds,
        Correction(right.finding, matches, right.about) if right else None,
        tuple(AttemptPart(one.about, one.outcome, one.reason, one.fields) for one in body.parts),
        body.dissent,
    )
    return Given(attempt, version, body.confirms)


def given_record(body: ItemStep, version: int) -> GivenRecord:
    """What a body wants to be recorded."""
    matches = {str(key): value for key, value in body.matches.items()} if body.matches else None
    wanted = Record(body.category, body.about, body.finding, matches, body.fields, body.special_grounds)
    return GivenRecord(wanted, version)
