"""May this decision be taken? Pure: everything that it depends on is an argument, the answer is a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.protocol.conditions import approach, research
from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.fields import field_faults
from shared.protocol.model import HOLDER_OF, PHASE_OF, Decision, Law, Outcome, State

MOST_REASON = 4000


@dataclass(frozen=True)
class Forwarding:
    """To whom a signal goes on with which items, or nobody with a reason (R-12.2, R-12.4, R-12.6)."""

    recipient_kind: str | None = None
    recipient: str | None = None
    items: tuple[str, ...] = ()
    none_because: str | None = None


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


def judge(
    law: Law, state: State, attempt: Attempt, roles: frozenset[str], facts: Facts | None = None
) -> Allowed | Refused:
    """Judge `attempt` by somebody with `roles` on a signal in `state`, of which `facts` are known.

    Role goes before state, so that who may not decide learns nothing about where a signal stands.
    """
    facts = facts or Facts()
    decision = law.decision(attempt.key)
    if decision is None:
        return Refused("content", (Fault("key", "there is no such decision in the protocol", "art. 2"),))
    role = next((role for role in decision.who.roles if role in roles), None)
    if role is None:
        return Refused(
            "role", (Fault("key", f"this is decided by {' or '.join(decision.who.roles)}", decision.article),)
        )
    if state not in decision.states or (attempt.outcome and _not_in_this_state(decision, attempt.outcome, state)):
        return Refused("state", (_not_now(law, decision, state),))
    if decision.taken_in and decision.taken_in != HOLDER_OF.get(state):
        elsewhere = f"is decided in {decision.taken_in}, for each person; this signal waits for it"
        return Refused("state", (Fault("key", elsewhere, decision.article),))
    outcome = decision.outcome(attempt.outcome, state)
    faults = _reason(decision, attempt) + _meeting(decision, attempt, facts) + _about(law, decision, attempt, facts)
    if outcome is None:
        known = ", ".join(one.key for one in decision.outcomes_in(state))
        faults.append(Fault("outcome", f"is required: one of {known}", decision.article))
        return Refused("content", tuple(faults))
    asked = [one for one in decision.fields if not one.outcomes or outcome.key in one.outcomes]
    faults += field_faults(decision.key, decision.article, asked, attempt.fields, role, facts)
    faults += _forwarding(law, state, outcome, attempt, facts)
    if not faults:
        # Only what is complete is held against the facts: a missing date is not also a wrong one.
        faults += [
            Fault("key", f"is only possible when {one.says}", one.article)
            for one in (*decision.needs, *outcome.needs)
            if not one.holds(facts, attempt.about, attempt.fields)
        ]
    if faults:
        return Refused("content", tuple(faults))
    return Allowed(decision, outcome, role, decision.who.co_signers)


def _not_in_this_state(decision: Decision, outcome: str, state: State) -> bool:
    """Whether `outcome` exists, but not in this state."""
    return decision.outcome(outcome) is not None and decision.outcome(outcome, state) is None


def _not_now(law: Law, decision: Decision, state: State) -> Fault:
    before = [one for one in law.open_in(state) if one.key != "no-signal"]
    if before:
        return Fault("key", f"first comes {before[0].key}: {before[0].question}", before[0].article)
    return Fault("key", "cannot be taken in the present state", decision.article)


def _reason(decision: Decision, attempt: Attempt) -> list[Fault]:
    if not attempt.reason.strip():
        return [Fault("reason", "every decision has a reason", decision.article)]
    if len(attempt.reason) > MOST_REASON:
        return [Fault("reason", f"is longer than {MOST_REASON} characters", decision.article)]
    return []


def _meeting(decision: Decision, attempt: Attempt, facts: Facts) -> list[Fault]:
    who = decision.who
    if who.meeting is None:
        return [Fault("meeting", "this is decided by a person", decision.article)] if attempt.meeting else []
    if attempt.meeting is None:
        return [Fault("meeting", f"this is decided in the {who.meeting}", decision.article)]
    meeting = facts.meetings.get(attempt.meeting)
    if meeting is None or meeting.kind != who.meeting:
        return [Fault("meeting", f"is not a {who.meeting} that is known here", decision.article)]
    faults = []
    if facts.number not in meeting.agenda:
        faults.append(Fault("meeting", "does not have this signal on its agenda", decision.article))
    if meeting.decided_before:
        faults.append(Fault("meeting", "has decided on this signal before: this takes another one", decision.article))
    if meeting.on > facts.today:
        faults.append(Fault("meeting", "has not been held yet", decision.article))
    if len(set(meeting.present)) < who.quorum:
        faults.append(Fault("meeting", f"needs at least {who.quorum} members present", decision.article))
    return faults


def _about(law: Law, decision: Decision, attempt: Attempt, facts: Facts) -> list[Fault]:
    if not decision.about:
        if set(attempt.about) <= facts.things:
            return []
        return [Fault("about", "names something that is not part of this", decision.article)]
    wanted = ", then ".join(f"the {kind}" for kind in decision.about)
    if decision.about != ("interventions",) and len(attempt.about) != len(decision.about):
        return [Fault("about", f"is required: {wanted}", decision.article)]
    kinds = decision.about if decision.about != ("interventions",) else ("intervention",) * len(attempt.about)
    known = {
        "source": set(research.listed_sources(facts)),
        "question": {one.name for one in facts.of_category("question")},
        "item": set(approach.shareable(facts)),
        "recipient": {*law.organisations["department"], approach.POLICE},
        "intervention": set(approach.interventions(facts)),
    }
    return [
        Fault("about", f"names no {kind} of this signal", decision.article)
        for kind, one in zip(kinds, attempt.about, strict=True)
        if one not in known[kind]
    ]


def _forwarding(law: Law, state: State, outcome: Outcome, attempt: Attempt, facts: Facts) -> list[Fault]:
    """A negative outcome carries a choice about forwarding: offered, not forced ("indien mogelijk")."""
    given = attempt.forwarding
    if not outcome.forward_to:
        return [Fault("forwarding", "is not offered with this outcome", outcome.article)] if given else []
    kinds = " or ".join(outcome.forward_to)
    if given is None:
        return [Fault("forwarding", f"is required: to a {kinds}, or to nobody with a reason", outcome.article)]
    if given.recipient_kind is None:
        return _to_nobody(outcome, given)
    faults = []
    if given.none_because:
        faults.append(Fault("forwarding.noneBecause", "is for a forwarding to nobody", outcome.article))
    if given.recipient_kind not in outcome.forward_to:
        faults.append(Fault("forwarding.recipientKind", f"may only be {kinds}", outcome.article))
    known = law.organisations.get(given.recipient_kind, ())
    if outcome.forward_only_to:
        known = (outcome.forward_only_to,)
    if given.recipient not in known:
        faults.append(Fault("forwarding.recipient", f"must be one of {', '.join(known)}", outcome.article))
    elif "municipality" in outcome.forward_to and given.recipient != attempt.fields.get("municipality"):
        faults.append(Fault("forwarding.recipient", "may only be the municipality concerned", outcome.article))
    shareable = set(approach.shareable(facts))
    if not given.items:
        faults.append(Fault("forwarding.items", "are chosen one by one; there is no whole file", "art. 6"))
    elif not set(given.items) <= shareable:
        faults.append(Fault("forwarding.items", "names an item that this signal does not have", "art. 6"))
    elif PHASE_OF.get(state) == 4:
        cells = approach.cells(facts, "check-2a")
        if any((item, given.recipient) not in cells for item in given.items):
            faults.append(Fault("forwarding.items", "names an item that check 2A does not allow there", "art. 20"))
    return faults


def _to_nobody(outcome: Outcome, given: Forwarding) -> list[Fault]:
    if outcome.forward_only_to:
        return [Fault("forwarding", f"is required: to {outcome.forward_only_to}", outcome.article)]
    faults = []
    if not (given.none_because or "").strip():
        faults.append(Fault("forwarding", "to nobody needs a reason", outcome.article))
    if given.recipient or given.items:
        faults.append(Fault("forwarding.recipientKind", "is required with a recipient or items", outcome.article))
    return faults
