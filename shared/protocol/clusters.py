"""Clusters: several reports about one activity are decided on together (art. 1 under m). What may be joined, what a decision
for all of them is, and what leaves. A cluster is a number that its members bear; each stays a signal of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt
from shared.protocol.kinds_of_signal import Items, Persons, PersonsAndObjects, Subjects
from shared.protocol.model import PHASE_OF, Law, State
from shared.protocol.open_now import Offered

JOINED, SPLIT = "joined", "split"
"""What a record on a member says: from then on it bears the number of a cluster, or no longer."""
MOST_MEMBERS = 20
THE_REPORT = "report"
_OF_EVERY_SIGNAL = frozenset({"source", "recipient", "partner"})
"""What a decision can be about that is the same in every signal: a source and a receiver are the municipality's."""
CLUSTERED = "art. 1 onder m"
_JOINING = (
    "Meldingen over dezelfde activiteit kunnen met een reden tot een cluster worden samengevoegd, zolang zij in dezelfde"
    " toestand in behandeling zijn en geen ervan gesloten, geëindigd, onderweg naar een volgende fase of afgeschermd is voor wie"
    f" samenvoegt, of op een vernietigingslijst staat; hoogstens {MOST_MEMBERS}. Elke melding houdt haar eigen datum, melder, personen, termijnen en einde"
    f" ({CLUSTERED})."
)
_DECIDING = (
    "Een besluit voor een cluster wordt voor elk signaal ervan beoordeeld en vastgelegd als zijn eigen besluit: voor alle, of voor"
    " geen. Voor een signaal kan het anders uitvallen, met een eigen reden. Wat per signaal is genummerd, zoals S1 en een gegeven,"
    " wordt alleen per signaal besloten. Wie een besluit voor het cluster neemt, noemt alle"
    f" signalen ervan ({CLUSTERED})."
)
_SPLITTING = (
    "Een signaal gaat uit het cluster door een besluit met een reden, en vanzelf wanneer het door een eigen besluit in een"
    f" andere toestand komt dan de andere ({CLUSTERED})."
)
RULES = {
    **dict.fromkeys(
        (
            "too-few",
            "named-twice",
            "too-many",
            "not-here",
            "not-in-hand",
            "not-one-state",
            "proposal-waits",
            "other-cluster",
        ),
        _JOINING,
    ),
    **dict.fromkeys(("not-all", "not-a-member", "no-own-reason", "all-differ", "of-one-signal"), _DECIDING),
    "no-reason": _SPLITTING,
}
"""What the printed protocol says of each fault, by its code."""


@dataclass(frozen=True)
class Member:
    """A signal that somebody names for a cluster. `state` None: it is not here, or not for him.

    `waits`: something that was proposed on it waits for an answer.
    """

    number: str
    state: State | None = None
    cluster: str | None = None
    waits: bool = False


def can_bear(state: State) -> bool:
    """Whether a signal in this state can be in a cluster: in hand, in phases 1 to 4."""
    return state in PHASE_OF and state != State.CLOSED


def borne_after(cluster: str | None, before: State, after: State, decided_for: str | None) -> str | None:
    """The cluster of a member that goes from `before` to `after` by a decision for the cluster `decided_for`, or by one
    of its own (None)."""
    stays = before == after or decided_for == cluster
    return cluster if stays and can_bear(after) else None


def joining_faults(named: Sequence[Member], of_cluster: Collection[str], reason: str) -> list[Fault]:
    """Everything that keeps `named` from being one cluster. `of_cluster`: all that bear the cluster that some are in."""
    faults = [*_reason(reason), *_here(named)]
    if len({one.number for one in named}) < 2:
        faults.append(Fault("members", "noem minstens twee signalen", CLUSTERED, "too-few"))
    if len(named) > MOST_MEMBERS:
        faults.append(Fault("members", f"noem hoogstens {MOST_MEMBERS} signalen", CLUSTERED, "too-many"))
    known = next((one.cluster for one in named if one.cluster), None)
    for place, one in enumerate(named):
        if one.state and not can_bear(one.state):
            faults.append(Fault(f"members.{place}", "is niet in behandeling", CLUSTERED, "not-in-hand"))
        if one.cluster and one.cluster != known:
            faults.append(Fault(f"members.{place}", "is al in een ander cluster", CLUSTERED, "other-cluster"))
    return [*faults, *_one_state(named), *_all(named, of_cluster)]


def splitting_faults(named: Sequence[Member], cluster: str, reason: str) -> list[Fault]:
    """Everything that keeps `named` from leaving `cluster`. One may stay behind: who may not see that one is not told."""
    return [*_reason(reason), *_here(named), *_members(named, cluster)]


def deciding_faults(
    named: Sequence[Member], cluster: str, of_cluster: Collection[str], own_reasons: Sequence[str | None]
) -> list[Fault]:
    """What keeps a decision from being one for `cluster`, before it is judged for each member.

    `own_reasons`: in the order of `named`, why it is different for that one; None where it is not.
    """
    faults = [*_here(named), *_members(named, cluster), *_one_state(named), *_all(named, of_cluster)]
    for place, why in enumerate(own_reasons):
        if why is not None and not why.strip():
            field = f"members.{place}.own.reason"
            faults.append(Fault(field, "ontbreekt: wat afwijkt, heeft een eigen reden", CLUSTERED, "no-own-reason"))
    if own_reasons and None not in own_reasons:
        words = "wijkt het voor alle af, dan is er geen besluit voor het cluster"
        faults.append(Fault("members", words, CLUSTERED, "all-differ"))
    return faults


def shared_faults(law: Law, attempt: Attempt) -> list[Fault]:
    """What is numbered in each signal for itself, such as S1 and item-4, is another thing in another signal, and is not decided
    on for all: only for the one of which it is said."""
    rule = law.decision(attempt.key)
    kinds = rule.about if rule else ()
    named = {
        code
        for place, code in enumerate(attempt.about)
        if not (place < len(kinds) or (rule and rule.about_many)) or kinds[place % len(kinds)] not in _OF_EVERY_SIGNAL
    }
    for part in attempt.parts:
        for kind, codes in zip(kinds, part.about, strict=False):
            named |= set(codes) if kind not in _OF_EVERY_SIGNAL else set()
    numbered = {"about": bool(named - {THE_REPORT})}
    numbered["correction"] = attempt.correction is not None
    if attempt.forwarding:
        numbered["forwarding.items"] = bool({*attempt.forwarding.items} - {THE_REPORT})
        numbered["forwarding.concerning"] = bool(attempt.forwarding.concerning)
    for one in rule.fields if rule else ():
        if isinstance(one.kind, (Subjects, Items, PersonsAndObjects, Persons)) and attempt.fields.get(one.name):
            numbered[f"fields.{one.name}"] = True
    words = "hoort bij één signaal: in een ander is het iets anders. Besluit hierover voor dat signaal"
    return [Fault(field, words, CLUSTERED, "of-one-signal") for field, wrong in numbered.items() if wrong]


def _reason(reason: str) -> list[Fault]:
    words = "ontbreekt: samenvoegen en splitsen heeft een reden"
    return [] if reason.strip() else [Fault("reason", words, CLUSTERED, "no-reason")]


def _here(named: Sequence[Member]) -> list[Fault]:
    faults = []
    for place, one in enumerate(named):
        if one.number in [other.number for other in named[:place]]:
            faults.append(Fault(f"members.{place}", "is al genoemd", CLUSTERED, "named-twice"))
        if one.state is None:
            faults.append(Fault(f"members.{place}", "is hier niet, of niet voor u", CLUSTERED, "not-here"))
        if one.waits:
            words = "wacht op het antwoord op een voorstel"
            faults.append(Fault(f"members.{place}", words, CLUSTERED, "proposal-waits"))
    return faults


def _members(named: Sequence[Member], cluster: str) -> list[Fault]:
    return [
        Fault(f"members.{place}", "is niet in dit cluster", CLUSTERED, "not-a-member")
        for place, one in enumerate(named)
        if one.state and one.cluster != cluster
    ]


def _one_state(named: Sequence[Member]) -> list[Fault]:
    first = next((one.state for one in named if one.state), None)
    return [
        Fault(f"members.{place}", "staat in een andere toestand dan het eerste", CLUSTERED, "not-one-state")
        for place, one in enumerate(named)
        if one.state and one.state != first
    ]


def _all(named: Sequence[Member], of_cluster: Collection[str]) -> list[Fault]:
    words = "noem alle signalen van het cluster: er is er een die niet is genoemd, bevroren is of niet voor u is"
    left_out = {*of_cluster} - {one.number for one in named}
    return [Fault("members", words, CLUSTERED, "not-all")] if left_out else []


# --- what is open for all of them ------------------------------------------------------------------------


def open_for_all(offered: Mapping[str, Sequence[Offered]]) -> tuple[Offered, ...]:
    """Of what is open for each member (by number) what is open for every one; what one of them lacks is named with it."""
    each = list(offered.values())
    found = []
    for one in each[0] if each else ():
        others = [next((other for other in more if other.rule.key == one.rule.key), None) for more in each]
        same = [other for other in others if other is not None]
        if len(same) == len(each):
            found.append(_together(dict(zip(offered, same, strict=True))))
    return tuple(found)


def _together(same: Mapping[str, Offered]) -> Offered:
    first = next(iter(same.values()))
    return Offered(
        first.rule,
        _named({number: one.missing for number, one in same.items()}),
        {
            # Another version of the protocol may not know an answer.
            key: _named({number: one.by_outcome.get(key, ("kent dit antwoord niet",)) for number, one in same.items()})
            for key in first.by_outcome
        },
        # What is numbered in each for itself is not offered for all.
        tuple(
            tuple(
                code
                for code in codes
                if (kind in _OF_EVERY_SIGNAL or code == THE_REPORT)
                and all(code in one.about[place] for one in same.values())
            )
            for place, (kind, codes) in enumerate(zip(first.rule.about, first.about, strict=True))
        ),
    )


def _named(missing: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(f"{number}: {words}" for number, found in missing.items() for words in found)
