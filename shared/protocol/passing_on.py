"""Passing a signal on with a negative outcome: offered, not forced ("indien mogelijk"), to whom its article names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.protocol.conditions import approach
from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.model import PHASE_OF, RECIPIENTS, Law, Outcome, State
from shared.protocol.restricting import restricted_named

_CHOSEN = (
    "Waar doorzetten naar keuze is, wordt één ontvanger van de genoemde soort gekozen, of niemand, met een reden; elders"
    " wordt een signaal niet doorgezet."
)
_ITEMS = "Elk gegeven wordt afzonderlijk gekozen; een heel dossier gaat nergens heen (art. 6 lid 1)."
_ENTITLED = (
    "Een taak en een grondslag bij het doorzetten komen uit de lijst van de gemeente en passen bij de ontvanger (art. 6"
    " lid 1)."
)
_URGENT = (
    "Is iemands leven of veiligheid in gevaar, dan kan doorzetten met spoed waar dat bij het antwoord staat: met het feit"
    " waaruit het blijkt, en op een grondslag die ook bij spoed geldt. Het gaat dan meteen, zonder bedenktijd en zonder op een"
    " medeondertekening te wachten of op wie nog moet horen wat niet klopte (art. 19 AVG), wordt niet ingetrokken, en wordt achteraf beoordeeld door de privacy officer; de"
    " functionaris gegevensbescherming ziet dat oordeel."
)
RULES = {
    **dict.fromkeys(("not-offered", "forwarding-missing", "wrong-kind", "kind-missing"), _CHOSEN),
    **dict.fromkeys(("not-both", "no-reason"), _CHOSEN),
    "recipient-unknown": "De ontvanger is een van de organisaties die hierna staan, of de ene die bij het antwoord staat.",
    "not-concerned": "Buiten het grondgebied kan alleen naar de gemeente die in dat besluit is genoemd (art. 12 lid 6).",
    **dict.fromkeys(("items-missing", "item-unknown"), _ITEMS),
    **dict.fromkeys(("not-theirs", "basis-unfit"), _ENTITLED),
    **dict.fromkeys(("not-urgent", "no-fact"), _URGENT),
    "not-allowed-in-2a": "In fase 4 gaat alleen mee wat privacycheck 2A voor deze ontvanger toestaat (art. 20).",
}
"""What the printed protocol says of each fault, by its code."""


@dataclass(frozen=True)
class Forwarding:
    """To whom a signal goes on with which items, or nobody with a reason (R-12.2, R-12.4, R-12.6)."""

    recipient_kind: str | None = None
    recipient: str | None = None
    items: tuple[str, ...] = ()
    none_because: str | None = None
    task: str | None = None
    """For which task of the receiver, and below on which basis, from the municipality's list."""
    basis: str | None = None
    urgent_because: str | None = None
    """The fact that makes it a danger to somebody's life or safety, so that it goes at once; None: it can wait."""
    concerning: tuple[str, ...] | None = None
    """Whom and what of the items goes along, by S1, O1 …; None: all that these concern."""


def forwarding_faults(
    law: Law, state: State, outcome: Outcome, given: Forwarding | None, fields: Mapping[str, Any], facts: Facts
) -> list[Fault]:
    """Everything that is wrong with what was chosen about passing the signal on with `outcome`."""
    if not outcome.forward_to:
        words = "bij dit antwoord wordt een signaal niet doorgezet"
        return [Fault("forwarding", words, outcome.article, "not-offered")] if given else []
    kinds = " of ".join(RECIPIENTS[kind] for kind in outcome.forward_to)
    if given is None:
        words = f"kies of het signaal wordt doorgezet: naar {kinds}, of naar niemand met een reden"
        return [Fault("forwarding", words, outcome.article, "forwarding-missing")]
    if given.recipient_kind is None:
        return _to_nobody(law, outcome, given)
    faults = []
    if given.none_because:
        words = "hoort bij doorzetten naar niemand"
        faults.append(Fault("forwarding.noneBecause", words, outcome.article, "not-both"))
    if given.recipient_kind not in outcome.forward_to:
        words = f"kan alleen naar {kinds}"
        faults.append(Fault("forwarding.recipientKind", words, outcome.article, "wrong-kind"))
    faults += _recipient(law, outcome, given, fields) or _entitled(law, outcome, given)
    return faults + _items(law, state, given, facts)


def _to_nobody(law: Law, outcome: Outcome, given: Forwarding) -> list[Fault]:
    if outcome.forward_only_to:
        words = f"dit antwoord betekent doorzetten naar: {law.people([outcome.forward_only_to])}"
        return [Fault("forwarding", words, outcome.article, "forwarding-missing")]
    faults = []
    if not (given.none_because or "").strip():
        faults.append(Fault("forwarding", "niet doorzetten heeft een reden", outcome.article, "no-reason"))
    if any((given.recipient, given.items, given.task, given.basis, given.concerning, given.urgent_because is not None)):
        words = "hoort erbij als er een ontvanger of een gegeven is genoemd"
        faults.append(Fault("forwarding.recipientKind", words, outcome.article, "kind-missing"))
    return faults


def _recipient(law: Law, outcome: Outcome, given: Forwarding, fields: Mapping[str, Any]) -> list[Fault]:
    known = law.organisations.get(given.recipient_kind or "", ())
    if outcome.forward_only_to:
        known = (outcome.forward_only_to,)
    if given.recipient not in known:
        words = f"kan alleen naar: {', '.join(map(law.called, known)) or 'niemand'}"
        return [Fault("forwarding.recipient", words, outcome.article, "recipient-unknown")]
    if "municipality" in outcome.forward_to and given.recipient != fields.get("municipality"):
        words = "kan alleen naar de gemeente die het aangaat"
        return [Fault("forwarding.recipient", words, outcome.article, "not-concerned")]
    return []


def _entitled(law: Law, outcome: Outcome, given: Forwarding) -> list[Fault]:
    """A task and a basis are of this receiver; at once it goes on a basis for that, for a fact, on a road that has it."""
    chosen, to, urgent = law.choices, given.recipient or "", given.urgent_because is not None
    faults = []
    if given.task is not None and given.task not in chosen.tasks_of(to):
        words = f"is geen taak van {law.called(to)}; kan wel zijn: {_listed(chosen.tasks_of(to))}"
        faults.append(Fault("forwarding.task", words, "art. 6 lid 1", "not-theirs"))
    if urgent and to not in outcome.urgent_to:
        known = law.people(outcome.urgent_to) or "niemand"
        words = f"met spoed gaat dit naar: {known}; anders wacht het zijn bedenktijd af"
        return [*faults, Fault("forwarding.urgentBecause", words, outcome.article, "not-urgent")]
    if urgent and not (given.urgent_because or "").strip():
        words = "zeg uit welk feit blijkt dat iemands leven of veiligheid in gevaar is"
        faults.append(Fault("forwarding.urgentBecause", words, outcome.article, "no-fact"))
    bases = chosen.bases_for(to, urgent=urgent)
    if (urgent or given.basis is not None) and given.basis not in bases:
        words = (
            f"kies een grondslag voor {law.called(to)}{' die ook bij spoed geldt' if urgent else ''}: {_listed(bases)}"
        )
        faults.append(Fault("forwarding.basis", words, "art. 6 lid 1", "basis-unfit"))
    return faults


def _listed(known: Mapping[str, str]) -> str:
    return "; ".join(f"{words} ({code})" for code, words in known.items()) or "niets"


def _items(law: Law, state: State, given: Forwarding, facts: Facts) -> list[Fault]:
    """Chosen one by one; in phase 4 only what privacycheck 2A allows this recipient (R-6.3, R-20.1)."""
    if not given.items:
        words = "kies elk gegeven afzonderlijk; een heel dossier gaat nergens heen"
        return [Fault("forwarding.items", words, "art. 6 lid 1", "items-missing")]
    if given.urgent_because is None:
        # For a danger to somebody's life or safety also what is restricted may be used (art. 18 lid 2 AVG).
        chosen = restricted_named(facts, "forwarding.items", given.items)
        chosen += restricted_named(facts, "forwarding.concerning", given.concerning or ())
        if chosen:
            return chosen
    else:
        facts = replace(facts, restricted={})
    unknown = [one for one in given.items if one not in approach.shareable(facts)]
    if unknown:
        words = f"dit signaal heeft geen gegeven {', '.join(map(law.called, unknown))} dat kan worden gedeeld"
        return [Fault("forwarding.items", words, "art. 6 lid 1", "item-unknown")]
    if PHASE_OF.get(state) == 4:
        allowed = approach.cells(facts, "check-2a", "may")
        closed = [one for one in given.items if (one, given.recipient) not in allowed]
        if closed:
            to = law.called(given.recipient or "")
            words = f"privacycheck 2A staat {', '.join(map(law.called, closed))} niet toe voor {to}"
            return [Fault("forwarding.items", words, "art. 20", "not-allowed-in-2a")]
    return []
