"""May this decision be taken? Pure: everything that it depends on is an argument, the answer is a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.protocol.model import PHASE_OF, Decision, Field, Outcome, Protocol, State

MOST_REASON = 4000


@dataclass(frozen=True)
class Fault:
    """One thing that is missing or wrong, and the article that asks for it."""

    field: str
    reason: str
    article: str


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
    members: tuple[str, ...] = ()


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
    protocol: Protocol,
    state: State,
    attempt: Attempt,
    roles: frozenset[str],
    items: Sequence[str] = (),
    things: Sequence[str] = (),
) -> Allowed | Refused:
    """Judge `attempt` by somebody with `roles` on a signal in `state` that has `items`;
    `things` is what a decision can be about: subjects, objects, items, or the signals of a list.

    Role goes before state, so that who may not decide learns nothing about where a signal stands.
    """
    decision = protocol.decision(attempt.key)
    if decision is None:
        return Refused("content", (Fault("key", "there is no such decision in the protocol", "art. 2"),))
    role = next((role for role in decision.who.roles if role in roles), None)
    if role is None:
        return Refused(
            "role", (Fault("key", f"this is decided by {' or '.join(decision.who.roles)}", decision.article),)
        )
    if state not in decision.states:
        return Refused("state", (_not_now(protocol, decision, state),))
    outcome = decision.outcome(attempt.outcome)
    faults = list(_reason(decision, attempt))
    faults += _meeting(decision, attempt)
    if not set(attempt.about) <= set(things):
        faults.append(Fault("about", "names something that is not part of this", decision.article))
    if outcome is None:
        known = ", ".join(one.key for one in decision.outcomes)
        faults.append(Fault("outcome", f"is required: one of {known}", decision.article))
        return Refused("content", tuple(faults))
    faults += _fields(decision, outcome, attempt.fields)
    faults += _forwarding(protocol, outcome, attempt, items)
    if faults:
        return Refused("content", tuple(faults))
    return Allowed(decision, outcome, role, decision.who.co_signers)


def _not_now(protocol: Protocol, decision: Decision, state: State) -> Fault:
    before = [one for one in protocol.open_in(state) if one.key != "no-signal"]
    if before:
        return Fault("key", f"first comes {before[0].key}: {before[0].question}", before[0].article)
    return Fault("key", "cannot be taken in the present state", decision.article)


def _reason(decision: Decision, attempt: Attempt) -> list[Fault]:
    if not attempt.reason.strip():
        return [Fault("reason", "every decision has a reason", decision.article)]
    if len(attempt.reason) > MOST_REASON:
        return [Fault("reason", f"is longer than {MOST_REASON} characters", decision.article)]
    return []


def _meeting(decision: Decision, attempt: Attempt) -> list[Fault]:
    if decision.who.meeting is None:
        return [Fault("meeting", "this is decided by a person", decision.article)] if attempt.meeting else []
    if attempt.meeting is None:
        return [Fault("meeting", f"this is decided in the {decision.who.meeting}", decision.article)]
    if len(set(attempt.members)) < decision.who.quorum:
        return [Fault("meeting", f"needs at least {decision.who.quorum} members present", decision.article)]
    return []


def _fields(decision: Decision, outcome: Outcome, given: Mapping[str, Any]) -> list[Fault]:
    faults = []
    asked = {one.name: one for one in decision.fields if not one.outcomes or outcome.key in one.outcomes}
    for name in given:
        if name not in asked:
            faults.append(Fault("fields", f"has something that {decision.key} does not ask", decision.article))
    for name, field in asked.items():
        if field.required and given.get(name) in (None, "", [], ()):
            faults.append(Fault(f"fields.{name}", f"is required: {field.question}", field.article))
        elif given.get(name) is not None and not _fits(field, given[name]):
            faults.append(Fault(f"fields.{name}", _wanted(field), field.article))
    return faults


def _fits(field: Field, value: Any) -> bool:
    if field.kind == "flag":
        return isinstance(value, bool)
    if field.kind == "choice":
        return value in field.choices
    if field.kind == "choices":
        if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
            return False
        return len(set(value)) == len(value) and set(value) <= set(field.choices)
    if field.kind == "date":
        try:
            date.fromisoformat(str(value))
        except ValueError:
            return False
        return True
    return isinstance(value, str) and bool(value.strip()) and len(value) <= field.most


def _wanted(field: Field) -> str:
    wanted = {"flag": "must be true or false", "date": "must be a date (YYYY-MM-DD)"}
    if field.choices:
        return f"must be {'one' if field.kind == 'choice' else 'some'} of {', '.join(field.choices)}"
    return wanted.get(field.kind, f"must be text of at most {field.most} characters")


def _forwarding(protocol: Protocol, outcome: Outcome, attempt: Attempt, items: Sequence[str]) -> list[Fault]:
    """A negative outcome carries a choice about forwarding: offered, not forced ("indien mogelijk")."""
    given = attempt.forwarding
    if not outcome.forward_to:
        return [Fault("forwarding", "is not offered with this outcome", outcome.article)] if given else []
    kinds = " or ".join(outcome.forward_to)
    if given is None:
        return [Fault("forwarding", f"is required: to a {kinds}, or to nobody with a reason", outcome.article)]
    if given.recipient_kind is None:
        faults = []
        if not (given.none_because or "").strip():
            faults.append(Fault("forwarding", "to nobody needs a reason", outcome.article))
        if given.recipient or given.items:
            faults.append(Fault("forwarding.recipientKind", "is required with a recipient or items", outcome.article))
        return faults
    faults = []
    if given.none_because:
        faults.append(Fault("forwarding.noneBecause", "is for a forwarding to nobody", outcome.article))
    if given.recipient_kind not in outcome.forward_to:
        faults.append(Fault("forwarding.recipientKind", f"may only be {kinds}", outcome.article))
    known = protocol.organisations.get(given.recipient_kind, ())
    if given.recipient not in known:
        faults.append(Fault("forwarding.recipient", f"must be one of {', '.join(known)}", outcome.article))
    elif "municipality" in outcome.forward_to and given.recipient != attempt.fields.get("municipality"):
        faults.append(Fault("forwarding.recipient", "may only be the municipality concerned", outcome.article))
    if not given.items:
        faults.append(Fault("forwarding.items", "are chosen one by one; there is no whole file", "art. 6"))
    elif not set(given.items) <= set(items):
        faults.append(Fault("forwarding.items", "names an item that this signal does not have", "art. 6"))
    return faults


def judge_item(protocol: Protocol, state: State, category: str) -> Fault | None:
    """May a fact of `category` be recorded now (Bijlage 1)? None means yes."""
    found = protocol.category(category)
    phase = PHASE_OF.get(state)
    if found is None or category == "report":
        return Fault("category", "is not a category of Bijlage 1 that can be recorded", "Bijlage 1")
    if phase is None:
        return Fault("category", "nothing can be recorded: the signal is not in a phase", "art. 9")
    if found.from_phase > phase:
        return Fault("category", f"opens in phase {found.from_phase}; this signal is in phase {phase}", "Bijlage 1")
    return None


def next_state(decision: Decision, outcome: Outcome) -> State:
    """Where the protocol leads; no other arrow exists."""
    return outcome.leads_to
