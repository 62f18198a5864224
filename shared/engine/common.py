"""What every decision sets going, whichever service takes it: supervision hears of it, an ending is sealed, what is
shared stands in the register."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from shared.contracts.dossier import DecidedLetter, DecisionWords
from shared.engine.carrying_out import carried_out, confirmed
from shared.engine.documents import Words
from shared.engine.effects import CopyByLetter, Effect, HandOver, Moment, Seal
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.rectified import put_right
from shared.engine.roads import forwarded, shared_by_outcome
from shared.engine.shares import sent
from shared.engine.tables import DecisionRow
from shared.engine.wording import Nameable
from shared.numbers import is_request
from shared.protocol.model import PHASE_OF, State
from shared.protocol.terms import CASE
from shared.telemetry import traceparent

ASKED = "-asked"
"""Where there is no room, supervision is told of a proposal too, under a name of its own."""


def following(policy: Policy, loaded: Loaded, decision: DecisionRow) -> tuple[Effect, ...]:
    """Everything that `decision` sets going. `loaded` knows the decision."""
    found: list[Effect] = []
    outcome = loaded.outcome_of(decision)
    if loaded.content is not None:
        for one in forwarded(loaded, decision):
            found += (one, sent(loaded, decision, one))
        for one in shared_by_outcome(loaded, decision, outcome) if outcome else ():
            # To be asked and to be told nothing is no share: what 2A allows nobody goes to nobody.
            found += (one, sent(loaded, decision, one)) if one.items else (one,)
        if dossier_of_signal(loaded):
            found += (*put_right(loaded, decision), *carried_out(loaded, decision), *confirmed(loaded, decision))
    if decision.ends:
        found.append(Seal())
    return (*found, *policy.follows(loaded, decision))


def dossier_of_signal(loaded: Loaded) -> bool:
    """Whether it is a signal itself, and not a duty that is about one, or a request."""
    return loaded.dossier.signal == loaded.dossier.number and not is_request(loaded.number)


def goes_on(effects: Sequence[Effect]) -> str | None:
    """Who holds it afterwards, when that is somebody else."""
    for one in effects:
        if isinstance(one, Seal):
            return "retention"
        if isinstance(one, HandOver):
            return one.to
    return None


def settles(effects: Sequence[Effect]) -> bool:
    """Whether any of them waits until the decision can no longer be withdrawn."""
    return any(one.moment is Moment.SETTLED for one in effects)


def record_of(
    loaded: Loaded,
    now: datetime,
    *,
    key: str,
    outcome: str,
    article: str,
    recorder: str,
    role: str,
    about: Sequence[str] = (),
    state_after: str | None = None,
    tells: bool = True,
) -> DecisionRow:
    """What somebody does beside the decisions of the law (`loaded.HANDLING`), as a record among them; it counts at once."""
    dossier = loaded.dossier
    return DecisionRow(
        id=uuid4(),
        number=loaded.number,
        version=dossier.version + 1,
        key=key,
        outcome=outcome,
        article=article,
        status="taken",
        state_before=dossier.state,
        state_after=state_after or dossier.state,
        ends=False,
        deciders=[recorder],
        dissenters=[],
        co_signers=[],
        recorder=recorder,
        role=role,
        about=list(about),
        forwarding=None,
        taken_at=now,
        effective_at=now,
        protocol=dossier.protocol,
        traceparent=traceparent(),
        tells=tells,
        sends=[],
        next_at=now,
    )


def told_to_supervision(
    loaded: Loaded, decision: DecisionRow, words: Words, co_signer: str | None, goes_to: str | None
) -> CopyByLetter:
    """The coded facts in clear, the words sealed (R-2.2). A duty to inform says nothing of where its signal is.

    Who has not the file may have written words that were marked there: he was not told, and they are left out here.
    """
    dossier, known = loaded.dossier, Nameable.of(loaded)
    fields: dict[str, Any] = dict(words.fields)
    reason = words.reason
    if decision.role not in loaded.law.file_roles:
        rule, outcome = loaded.law.decision(decision.key), loaded.outcome_of(decision)
        fields = known.shared_fields(fields, rule.asked(outcome) if rule and outcome else ())
        reason = known.shared(reason)
    if co_signer:
        fields["coSignerReason"] = known.shared(co_signer)
    if words.parts:
        pairs = zip(decision.parts or (), words.parts, strict=True)
        fields["parts"] = [part | one.model_dump() for part, one in pairs]
    if words.dissent:
        fields["dissent"] = words.dissent
    if words.none_because:
        fields["forwardingNoneBecause"] = words.none_because
    if words.urgent_because:
        fields["forwardingUrgentBecause"] = words.urgent_because
    if words.special_grounds:
        fields["specialGrounds"] = words.special_grounds
    state = "handing-over" if goes_to else decision.state_after
    proposed = decision.status == "proposed"
    message = DecidedLetter(
        number=dossier.signal,
        letters=(),
        version=decision.version,
        key=decision.key + ASKED if proposed else decision.key,
        outcome=decision.outcome,
        article=decision.article,
        deciders=tuple(decision.deciders),
        co_signers=tuple(decision.co_signers),
        dissenters=tuple(decision.dissenters),
        recorder=decision.recorder,
        role=decision.role,
        taken_at=decision.taken_at,
        protocol=decision.protocol,
        state=state if dossier_of_signal(loaded) else "",
        about=tuple(decision.about) or ((dossier.subject,) if dossier.subject else ()),
        meeting=decision.meeting,
        ended_in=None if proposed else _ended_in(decision),
    )
    said = DecisionWords(decision=str(decision.id), reason=reason, fields=fields)
    return CopyByLetter("oversight", message, said, hurry=proposed)


def _ended_in(decision: DecisionRow) -> int | None:
    """The phase in which a decision ended the signal; 5 for who closed a case, which is moved years later by nobody."""
    if decision.ends:
        return PHASE_OF[State(decision.state_before)]
    return CASE if decision.state_after == State.CLOSED else None
