"""The roads on which somebody outside the file comes to know something. Every one gives a `Disclose` (R-6.4).

tests/engine/test_roads.py walks the law for outcomes and records that share something, and finds each of them here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from shared.engine.effects import Disclose
from shared.engine.entitled import allowed_in_2a
from shared.engine.loaded import Loaded
from shared.engine.plans import planned, version_of
from shared.engine.shares import along_wrong
from shared.engine.tables import DecisionRow
from shared.protocol.composing import CONCERNING
from shared.protocol.conditions import approach
from shared.protocol.conditions.plan import ADOPT_PLAN, PROPOSE_PLAN, Version, versions
from shared.protocol.faults import Fault
from shared.protocol.informing import leaves_the_municipality
from shared.protocol.judge import Attempt
from shared.protocol.model import Decision, Outcome, State
from shared.protocol.municipality import TABLE_OF_THE_RIEC
from shared.protocol.together import each

FORWARDING, PARTNERS, RIEC = "forwarding", "partners", "riec"
PAPER, QUESTION, INTERVENTION = "paper", "question", "intervention"
BRONHOUDER = "bronhouder"
"""How the register calls who is asked about a source."""
RIEC_SUPPLEMENT, CHECK_2B = "riec-supplement", "check-2b"


def shares(rule: Decision, outcome: Outcome) -> bool:
    """Whether somebody without the file can come to know something by it, so that it is read beforehand (preview.py); with
    the first day of execution the orders are read that check 2B allows."""
    return bool(
        outcome.forward_to or outcome.discloses or rule.key == ADOPT_PLAN or outcome.leads_to == State.EXECUTION
    )


def only_to(rule: Decision, outcome: Outcome) -> str | None:
    """The one receiver that an answer means, by its code; None where there is a choice, or none at all."""
    named = any(one.name == "partners" for one in rule.asked(outcome))
    return TABLE_OF_THE_RIEC if outcome.discloses and not named else outcome.forward_only_to


def forwarded(loaded: Loaded, decision: DecisionRow) -> list[Disclose]:
    """A signal goes on to a department, a partner or a municipality, with the items that were chosen (art. 12, 13)."""
    given = decision.forwarding
    if not given or given["recipientKind"] is None:
        return []
    kind, recipient = given["recipientKind"], given["recipient"]
    outside = kind != "department"
    return [
        Disclose(
            FORWARDING,
            kind,
            recipient,
            tuple(one for one in given["items"] if given.get("urgent") or one not in loaded.restricted),
            tuple(given[CONCERNING]) if CONCERNING in given else None,
            outside=outside,
            subjects=tuple(loaded.concerned) if outside else (),
            passes_duty=True,
            task=given.get("task", ""),
            basis=given.get("basis", ""),
            urgent=given.get("urgent", False),
        )
    ]


def shared_by_outcome(loaded: Loaded, decision: DecisionRow, outcome: Outcome) -> list[Disclose]:
    """An approach with partners, a plan that is proposed to them, or an intake for the RIEC: to each what check 2A allows him
    (art. 20 to 22)."""
    if not outcome.discloses:
        return []
    fields = loaded.fields_of(decision)
    named = fields.get("partners")
    plan = planned(loaded, version_of(loaded, decision)) if decision.key == PROPOSE_PLAN else ()
    road = PARTNERS if named else RIEC
    concerning = tuple(fields[CONCERNING]) if fields.get(CONCERNING) is not None else None
    subjects = tuple(loaded.concerned)
    departments = set(loaded.law.organisations["department"])
    if decision.key == RIEC_SUPPLEMENT:
        # On a question the RIEC gets what was chosen for it, and not the package once more.
        items = tuple(decision.about)
        return [Disclose(RIEC, "partner", TABLE_OF_THE_RIEC, items, concerning, outside=True, subjects=subjects)]
    allowed = allowed_in_2a(loaded)
    found = []
    for recipient in named or (TABLE_OF_THE_RIEC,):
        inside = recipient in departments
        kind = "department" if inside else "partner"
        informed = () if inside else subjects
        items = (*plan, *allowed.get(recipient, ()))
        found.append(Disclose(road, kind, recipient, items, concerning, outside=not inside, subjects=informed))
    assert any(one.outside for one in found) == leaves_the_municipality(loaded.law, outcome, fields, None)
    return found


def plan_adopted(loaded: Loaded, decision: DecisionRow) -> list[Disclose]:
    """The plan as it was adopted, to each of its participants: nothing of a person besides what he had, and its texts with
    what was chosen for the proposal (art. 22)."""
    departments = set(loaded.law.organisations["department"])
    version = version_of(loaded, decision)
    plan, concerning = planned(loaded, version), _chosen_for(version)
    found = []
    for recipient in loaded.fields_of(decision).get("participants") or ():
        inside = recipient in departments
        subjects = () if inside else tuple(loaded.concerned)
        kind = "department" if inside else "partner"
        found.append(Disclose(PARTNERS, kind, recipient, plan, concerning, outside=not inside, subjects=subjects))
    return found


def _chosen_for(version: Version) -> tuple[str, ...] | None:
    """Whom and what the proposal of a version let go along; None: all, or nobody was asked."""
    fields = version.proposed.fields if version.proposed else {}
    return tuple(fields[CONCERNING]) if fields.get(CONCERNING) is not None else None


def along_faults_in(loaded: Loaded, attempt: Attempt) -> list[Fault]:
    """What is wrong with whom and what was chosen to go along with what `attempt` shares, by whatever road."""
    given = attempt.forwarding
    if given and given.recipient_kind:
        return along_wrong(loaded, given.concerning, f"forwarding.{CONCERNING}", given.items)
    found: dict[Fault, None] = {}
    for place, one in each(attempt):
        concerning = one.fields.get(CONCERNING)
        if concerning is not None:
            field = f"fields.{CONCERNING}" if place < 0 else f"parts.{place}.fields.{CONCERNING}"
            found |= dict.fromkeys(along_wrong(loaded, concerning, field, *_receive(loaded, attempt, one, place)))
    return list(found)


def _would_be_planned(loaded: Loaded, proposal: Attempt) -> list[str]:
    """The interventions that a proposal would put before its partners: its own, and what was adopted before."""
    facts = loaded.facts()
    adopted = {name for one in versions(facts.decisions) if one.adopted for name in one.interventions}
    return [name for name in approach.usable(facts) if name in adopted or name in proposal.about]


def _receive(loaded: Loaded, attempt: Attempt, one: Attempt, place: int) -> Iterable[Collection[str]]:
    """The items that each of its receivers gets by `one` of `attempt`."""
    if one.key == RIEC_SUPPLEMENT:
        return (one.about,)
    if one.key == CHECK_2B:
        # What is chosen for a row or column is chosen of all its items together.
        return (attempt.parts[place].about[1] if place >= 0 else one.about[1:],)
    allowed = allowed_in_2a(loaded)
    plan = _would_be_planned(loaded, one) if one.key == PROPOSE_PLAN else ()
    return ((*plan, *allowed.get(to, ())) for to in one.fields.get("partners") or (TABLE_OF_THE_RIEC,))
