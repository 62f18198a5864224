"""What every decision sets going, whichever service takes it: supervision hears of it, an ending is sealed, what is
shared stands in the register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.contracts.dossier import DecidedLetter, DecisionWords
from shared.engine.documents import Words, names_somebody, words_in
from shared.engine.effects import CopyByLetter, Effect, HandOver, Moment, Seal
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.roads import forwarded, shared_by_outcome
from shared.engine.tables import DecisionRow
from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt

ASKED = "-asked"
"""Where there is no room, supervision is told of a proposal too, under a name of its own."""


def following(policy: Policy, loaded: Loaded, decision: DecisionRow) -> tuple[Effect, ...]:
    """Everything that `decision` sets going. `loaded` knows the decision."""
    found: list[Effect] = []
    outcome = loaded.outcome_of(decision)
    if loaded.content is not None:
        found += forwarded(loaded, decision)
        found += shared_by_outcome(loaded, decision, outcome) if outcome else ()
    if decision.ends:
        found.append(Seal())
    return (*found, *policy.follows(loaded, decision))


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


def told_to_supervision(
    loaded: Loaded, decision: DecisionRow, words: Words, co_signer: str | None, goes_to: str | None
) -> CopyByLetter:
    """The coded facts in clear, the words sealed (R-2.2). A duty to inform says nothing of where its signal is."""
    dossier = loaded.dossier
    fields: dict[str, Any] = dict(words.fields)
    if co_signer:
        fields["coSignerReason"] = co_signer
    if words.none_because:
        fields["forwardingNoneBecause"] = words.none_because
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
        recorder=decision.recorder,
        role=decision.role,
        taken_at=decision.taken_at,
        protocol=decision.protocol,
        state=state if dossier.signal == dossier.number else "",
        about=tuple(decision.about) or ((dossier.subject,) if dossier.subject else ()),
        meeting=decision.meeting,
    )
    said = DecisionWords(decision=str(decision.id), reason=words.reason, fields=fields)
    return CopyByLetter("oversight", message, said, hurry=proposed)


def names_in(texts: dict[str, Any], loaded: Loaded) -> list[Fault]:
    """The texts that name a person of the dossier; those are read by people without it (R-2.3)."""
    names = loaded.content.names if loaded.content else []
    return [
        Fault(field, "noemt een persoon uit dit signaal: schrijf S1, S2 …", "art. 5")
        for field, text in texts.items()
        if names_somebody(words_in(text), names)
    ]


def texts_of(attempt: Attempt) -> dict[str, Any]:
    """What was written in a decision; it goes to supervision, who see S1 and O1 and no names."""
    texts: dict[str, Any] = {"reason": attempt.reason}
    texts |= {f"fields.{name}": value for name, value in attempt.fields.items()}
    if attempt.forwarding:
        texts["forwarding.noneBecause"] = attempt.forwarding.none_because
    return texts
