"""The duty to inform a person about whom data are kept (article 26; AVG 14; UAVG 41). One duty per person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.protocol.conditions import dates as c
from shared.protocol.model import Decision, Field, Law, Outcome, State
from shared.protocol.municipality import Municipality

GROUNDS = {
    "a": "national security",
    "b": "defence",
    "c": "public security",
    "d": "preventing, investigating, detecting and prosecuting criminal offences, and executing penalties",
    "e": "other important objectives of general public interest",
    "f": "independence of the judiciary and judicial proceedings",
    "g": "breaches of ethics for regulated professions",
    "h": "monitoring, inspection or regulation connected to the exercise of official authority",
    "i": "the protection of the data subject or of the rights and freedoms of others",
    "j": "the enforcement of civil law claims",
}
"""The ten interests of article 26 lid 3 (UAVG 41 lid 1), a to j."""

NOT_DUE = ("passed-on-to-recipient", "already-informed", "impossible-or-disproportionate", "no-data-kept")
"""When no notice is due at all: art. 13 and AVG 14 lid 5."""


def _deferral(outcome: str, months: int) -> tuple[Field, ...]:
    def asked(name: str, question: str, kind: str = "text", choices: tuple[str, ...] = ()) -> Field:
        article = "art. 26 lid 5" if name == "reviewOn" else "art. 26 lid 3"
        return Field(name, question, article, kind=kind, choices=choices, outcomes=(outcome,))

    return (
        asked("grounds", "Which of the interests a to j?", "choices", tuple(GROUNDS)),
        asked("necessity", "Why is it necessary?"),
        asked("proportionality", "Why is it in proportion?"),
        asked("factors", "What follows from the factors of UAVG article 41 lid 2?"),
        asked("reviewOn", f"When is it looked at again (at most {months} months ahead)?", "date"),
    )


def duty(chosen: Municipality) -> Decision:
    """Article 16 lid 2 and 26: inform this person now, later, or not at all?"""
    return Decision(
        key="duty",
        article="art. 26 lid 1",
        question="Is this person informed now?",
        states=(State.DUTY_OPEN,),
        who=chosen.who["duty"].together_with("privacy-officer"),
        outcomes=(
            Outcome("inform", "yes", State.DUTY_TO_SEND, "art. 26 lid 1", needs=(c.HAS_SOMEBODY,)),
            Outcome(
                "defer",
                "not yet, on a ground",
                State.DUTY_DEFERRED,
                "art. 26 lid 3",
                needs=(c.HAS_SOMEBODY, c.review_within(chosen.terms.review_months)),
            ),
            Outcome("not-due", "no notice is due", State.DUTY_DONE, "art. 26 lid 1", needs=(c.HAS_SOMEBODY,)),
            Outcome("nobody", "nobody is known", State.DUTY_DONE, "art. 16 lid 2", needs=(c.HAS_NOBODY,)),
        ),
        fields=(
            Field("how", "How and when is the person informed?", "art. 26 lid 1", outcomes=("inform",)),
            *_deferral("defer", chosen.terms.review_months),
            Field(
                "ground", "Why is none due?", "AVG art. 14 lid 5", kind="choice", choices=NOT_DUE, outcomes=("not-due",)
            ),
            Field("looked", "Where was it looked for persons?", "art. 16 lid 2", outcomes=("nobody",)),
        ),
    )


def review(chosen: Municipality) -> Decision:
    """Article 26 lid 5: does the ground for deferring still hold?"""
    return Decision(
        key="review",
        article="art. 26 lid 5",
        question="Does the ground for deferring still hold?",
        states=(State.DUTY_DEFERRED,),
        who=chosen.who["review"].together_with("privacy-officer"),
        outcomes=(
            Outcome("continue", "yes", None, "art. 26 lid 5", needs=(c.review_within(chosen.terms.review_months),)),
            Outcome("inform", "the person is informed anyway", State.DUTY_TO_SEND, "art. 26 lid 5"),
        ),
        fields=(
            *_deferral("continue", chosen.terms.review_months),
            Field("how", "How and when is the person informed?", "art. 26 lid 1", outcomes=("inform",)),
        ),
    )


def ground_lapsed(chosen: Municipality) -> Decision:
    """Article 26 lid 5: the ground is gone, so the person is told at once. Nobody has to agree to that first."""
    return Decision(
        key="ground-lapsed",
        article="art. 26 lid 5",
        question="Has the ground for deferring lapsed?",
        states=(State.DUTY_DEFERRED,),
        who=chosen.who["ground-lapsed"],
        outcomes=(Outcome("lapsed", "yes", State.DUTY_TO_SEND, "art. 26 lid 5"),),
        fields=(Field("what", "What has changed?", "art. 26 lid 5"),),
    )


def contact(chosen: Municipality) -> Decision:
    """AVG article 14 lid 3 (b): whoever is contacted is informed by then."""
    return Decision(
        key="contact",
        article="AVG art. 14 lid 3",
        question="When is this person contacted for the first time?",
        states=(State.DUTY_OPEN, State.DUTY_DEFERRED),
        who=chosen.who["contact"],
        outcomes=(Outcome("on", "on this date", None, "AVG art. 14 lid 3", needs=(c.HAS_SOMEBODY,)),),
        fields=(
            Field("contactOn", "On which date?", "AVG art. 14 lid 3", kind="date"),
            Field("why", "What for?", "AVG art. 14 lid 3"),
        ),
    )


def leaves_the_municipality(
    law: Law, outcome: Outcome, fields: Mapping[str, Any], forwarding: Mapping[str, Any] | None
) -> bool:
    """Whether data go to somebody outside the municipality with this answer (AVG article 14 lid 3 (c))."""
    if forwarding and forwarding["recipientKind"] not in (None, "department"):
        return True
    others = fields.get("partners") or fields.get("participants")
    departments = law.organisations["department"]
    return outcome.discloses and (others is None or not set(others) <= set(departments))


def notice_sent(chosen: Municipality) -> Decision:
    """Article 26 lid 2: the notice has gone to the person."""
    return Decision(
        key="notice-sent",
        article="art. 26 lid 2",
        question="Has the notice been sent?",
        states=(State.DUTY_TO_SEND,),
        who=chosen.who["notice-sent"],
        outcomes=(
            Outcome(
                "sent", "yes", State.DUTY_DONE, "art. 26 lid 2", needs=(c.not_in_the_future("sentOn", "art. 26 lid 2"),)
            ),
        ),
        fields=(
            Field(
                "channel",
                "By which channel?",
                "art. 26 lid 2",
                kind="choice",
                choices=("letter", "in-person", "digital"),
            ),
            Field("sentOn", "On which date?", "art. 26 lid 2", kind="date"),
        ),
    )
