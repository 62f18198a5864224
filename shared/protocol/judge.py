"""May this decision be taken? Pure: everything that it depends on is an argument, the answer is a value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.protocol.conditions import approach, orders, plan, rectifying, research
from shared.protocol.conditions.case import Case, unmet
from shared.protocol.correcting import Correction, correction_faults
from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.fields import field_faults
from shared.protocol.meetings import MEMBER, deciding_faults
from shared.protocol.model import ABOUT, HOLDER_OF, Decision, Law, Outcome, State
from shared.protocol.municipality import POLICE, TABLE_OF_THE_RIEC
from shared.protocol.passing_on import Forwarding, forwarding_faults
from shared.protocol.request_kinds import FOUND_ITEM, HOLDERS_OF_DATA
from shared.protocol.restricting import restricted_faults, restricted_named
from shared.protocol.states import HOLDERS

MOST_REASON = 4000
_EXISTS = "Er zijn geen andere besluiten en antwoorden dan die hier staan, elk voor wie erbij staat (art. 2)."
_NOW = "Een besluit wordt alleen genomen in een toestand die erbij staat; wat eerst komt, gaat voor (art. 2)."
_REASON = f"Een besluit heeft een reden in woorden, van ten hoogste {MOST_REASON} tekens."
_ABOUT = "Waar een besluit over iets van het signaal gaat, noemt het precies dat, en niets wat er niet bij hoort."
RULES = {
    **dict.fromkeys(("no-decision", "no-outcome", "not-you"), _EXISTS),
    "not-in-force": "Vóór de dag waarop het protocol in werking treedt, wordt niets besloten (art. 27).",
    "not-now": _NOW,
    "not-here": "Wat per persoon wordt besloten, wordt niet ook bij het signaal zelf besloten (art. 16 lid 2).",
    **dict.fromkeys(("no-reason", "too-long"), _REASON),
    "no-words": (
        "Wie over een bron antwoordt, kiest wat van toepassing is; hij schrijft niets, ook geen reden (art. 18 lid 2)."
    ),
    **dict.fromkeys(("about-missing", "about-unknown"), _ABOUT),
}
"""What the printed protocol says of each fault, by its code."""


@dataclass(frozen=True)
class AttemptPart:
    """Some of what is decided together: each of the first of `about` with each of the second. What is empty is as it is
    for the whole (together.py)."""

    about: tuple[tuple[str, ...], ...]
    outcome: str = ""
    reason: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Attempt:
    """What somebody wants to decide."""

    key: str
    outcome: str
    reason: str
    fields: Mapping[str, Any]
    forwarding: Forwarding | None = None
    about: tuple[str, ...] = ()
    meeting: str | None = None
    special_grounds: Mapping[str, str] = field(default_factory=dict)
    """On which ground special data are in its words, by their kind (wording.py)."""
    correction: Correction | None = None
    """What stands in the place of what it is about."""
    parts: tuple[AttemptPart, ...] = ()
    dissent: Mapping[str, str] = field(default_factory=dict)
    """Who of the meeting is against it, each with his words."""


@dataclass(frozen=True)
class Refused:
    """Nothing happens. `kind`: `state` (not now), `role` (not you) or `content` (something is missing)."""

    kind: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Allowed:
    """It may be taken, under this role; `needs_co_signer` when it does not count until confirmed."""

    decision: Decision
    outcome: Outcome
    role: str
    needs_co_signer: tuple[str, ...]
    urgent: bool = False
    """It counts at once and is not withdrawn."""


def judge(law: Law, state: State, attempt: Attempt, roles: frozenset[str], facts: Facts) -> Allowed | Refused:
    """Judge `attempt` by somebody with `roles` on a signal in `state`, of which `facts` are known.

    Role goes before state, so that who may not decide learns nothing about where a signal stands.
    """
    decision = law.decision(attempt.key)
    if decision is None:
        return Refused("content", (Fault("key", "dit besluit bestaat niet in het protocol", "art. 2", "no-decision"),))
    role = next((role for role in decision.who.roles if role in roles), None)
    if role is None:
        by = f"dit besluit is aan: {law.people(decision.who.roles)}"
        return Refused("role", (Fault("key", by, decision.article, "not-you"),))
    not_now = _not_now(law, decision, attempt, state, facts)
    if not_now:
        return Refused("state", (not_now,))
    outcome = decision.outcome(attempt.outcome, state)
    faults = (
        _reason(decision, attempt, role)
        + deciding_faults(decision, attempt.meeting, facts, attempt.dissent)
        + _about(law, decision, attempt, facts)
    )
    if outcome is None:
        known = " of ".join(f"‘{one.answer}’" for one in decision.outcomes_in(state))
        faults.append(Fault("outcome", f"kies één antwoord: {known}", decision.article, "no-outcome"))
        return Refused("content", tuple(faults))
    faults += field_faults(decision.article, decision.asked(outcome), attempt.fields, role, facts.subjects)
    faults += forwarding_faults(law, state, outcome, attempt.forwarding, attempt.fields, facts)
    faults += correction_faults(law, outcome, attempt.correction, attempt.about, role, facts)
    if not faults:
        # Only what is complete is held against the facts: a missing date is not also a wrong one.
        faults = missing(law, decision, outcome, facts, attempt.about, attempt.fields)
    # What goes at once waits for nobody: it is judged afterwards (passing_on.py). Nor for who is still to hear what was put right.
    urgent = attempt.forwarding is not None and attempt.forwarding.urgent_because is not None
    if urgent:
        faults = [one for one in faults if one.code != rectifying.everybody_set_right.key]
    if faults:
        return Refused("content", tuple(faults))
    return Allowed(decision, outcome, role, () if urgent else decision.who.co_signers, urgent)


def missing(
    law: Law, decision: Decision, outcome: Outcome, facts: Facts, about: Iterable[str], fields: Mapping[str, Any]
) -> list[Fault]:
    """Which conditions of this answer do not hold; judged again when somebody co-signs what was proposed."""
    about = tuple(about)
    return restricted_faults(law, decision, outcome, facts, about, fields) + unmet(
        (*decision.needs, *outcome.needs), Case(facts, about, fields, law.names), "key"
    )


_POSSIBLE: dict[str, Callable[[Law, Facts], tuple[str, ...]]] = {
    "source": lambda _, facts: research.listed_sources(facts),
    "question": lambda _, facts: tuple(one.name for one in facts.of_category("question")),
    "item": lambda _, facts: approach.shareable(facts),
    "recipient": lambda law, _: tuple(
        dict.fromkeys((*law.organisations["department"], POLICE, TABLE_OF_THE_RIEC, MEMBER))
    ),
    "intervention": lambda _, facts: tuple(approach.interventions(facts)),
    "partner": lambda _, facts: plan.asked(facts),
    "fact": lambda _, facts: rectifying.rectifiable(facts),
    "person": lambda _, facts: facts.subjects,
    "rectified": lambda _, facts: rectifying.put_right(facts),
    "receiver": lambda _, facts: rectifying.told_of_it(facts),
    "granted": lambda _, facts: tuple(facts.granted),
    "asked": lambda _, facts: orders.unanswered(facts),
    "finding": lambda _, facts: tuple(one.name for one in facts.quarantined),
    "holder": lambda _, __: tuple(HOLDERS_OF_DATA),
    "found": lambda _, facts: tuple(one.name for one in facts.of_category(FOUND_ITEM)),
}


def possible(law: Law, facts: Facts, kinds: Iterable[str] = ABOUT) -> dict[str, tuple[str, ...]]:
    """What a decision can be about, by its kind (of `ABOUT`)."""
    return {kind: _POSSIBLE[kind](law, facts) for kind in kinds}


def _not_now(law: Law, decision: Decision, attempt: Attempt, state: State, facts: Facts) -> Fault | None:
    """Why this cannot be decided at this moment, whatever is filled in."""
    if facts.today < law.in_force_from:
        return Fault("key", f"dit protocol geldt pas vanaf {law.in_force_from}", "art. 27", "not-in-force")
    elsewhere = decision.outcome(attempt.outcome) is not None and decision.outcome(attempt.outcome, state) is None
    if state not in decision.states or elsewhere:
        before = [one for one in law.open_in(state) if one.key != "no-signal"]
        if before:
            # What this state is for, not what can still be added to an earlier one.
            first = next((one for one in before if one.states[0] == state), before[0])
            return Fault("key", f"eerst komt: {first.question}", first.article, "not-now")
        return Fault("key", "dit kan nu niet worden besloten", decision.article, "not-now")
    if decision.taken_in and decision.taken_in != HOLDER_OF.get(state):
        words = f"dit wordt per persoon besloten bij {HOLDERS[decision.taken_in]}; het signaal wacht daarop"
        return Fault("key", words, decision.article, "not-here")
    return None


def _reason(decision: Decision, attempt: Attempt, role: str) -> list[Fault]:
    if role in decision.in_codes:
        words = "hier wordt alleen gekozen: laat eigen woorden weg"
        return [Fault("reason", words, decision.article, "no-words")] if attempt.reason.strip() else []
    if not attempt.reason.strip():
        return [Fault("reason", "elk besluit heeft een reden", decision.article, "no-reason")]
    if len(attempt.reason) > MOST_REASON:
        return [Fault("reason", f"is langer dan {MOST_REASON} tekens", decision.article, "too-long")]
    return []


def _about(law: Law, decision: Decision, attempt: Attempt, facts: Facts) -> list[Fault]:
    if not decision.about:
        if set(attempt.about) <= facts.things:
            return []
        return [Fault("about", "noemt iets wat hier niet bij hoort", decision.article, "about-unknown")]
    kinds = decision.about * len(attempt.about) if decision.about_many else decision.about
    if len(kinds) != len(attempt.about):
        wanted = ", dan ".join(ABOUT[kind] for kind in decision.about)
        return [Fault("about", f"noem waarover het gaat: {wanted}", decision.article, "about-missing")]
    # Those that are asked for only: of a matrix this is judged cell by cell.
    known = possible(law, facts, decision.about)
    unknown = [(kind, one) for kind, one in zip(kinds, attempt.about, strict=True) if one not in known[kind]]
    return [
        *restricted_named(facts, "about", [one for _, one in unknown]),
        *(_unknown(law, decision, kind, one) for kind, one in unknown if one not in facts.restricted),
    ]


def _unknown(law: Law, decision: Decision, kind: str, one: str) -> Fault:
    words = f"{law.called(one)} is {ABOUT[kind].replace('een ', 'geen ', 1)} van dit signaal"
    return Fault("about", words, decision.article, "about-unknown")
