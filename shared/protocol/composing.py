"""Composing: which items and whom of them somebody outside the file gets, and what a meeting's paper may carry (art. 6, 20)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from shared.protocol.conditions import approach
from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.kinds_of_signal import PersonsAndObjects
from shared.protocol.meetings import AFTER_THE_LOT, HOW_HELD, MEMBER
from shared.protocol.model import PHASE_OF, Field, Law, State

ITEMS, CONCERNING = "items", "concerning"
OF = "."
"""Between a person and a field of his: S1.name."""
ALONG = "Wie en wat van de gedeelde gegevens gaat mee? Zonder keuze: ieder over wie zij gaan."
CHOSEN_ONE_BY_ONE, IN_2A = "art. 6 lid 1", "art. 20"
_IN_PART = (
    "Van een persoon kunnen ook enkele gegevens meegaan (S1.name): niet meer dan de ontvanger nodig heeft. Gaat zijn naam niet"
    " mee, dan heet hij in de tekst S1, S2 …; een adres of beroep dat niet meegaat, is daar weggelaten"
    f" ({CHOSEN_ONE_BY_ONE}, art. 18)."
)
RULES = {
    "no-meeting-to-come": (
        f"Een stuk is voor een overleg dat nog komt en het signaal op de agenda heeft; de leden lezen het tot en met die dag ({HOW_HELD})."
    ),
    "item-unknown": f"Een stuk bestaat uit gegevens van het dossier, elk afzonderlijk gekozen ({CHOSEN_ONE_BY_ONE}).",
    "not-allowed-in-2a": (
        "Een stuk voor een overleg van fase 4, of voor een LOT+, draagt alleen wat privacycheck 2A de leden van het LOT"
        f" toestaat; over wat nieuw is, wordt eerst in die toets besloten ({IN_2A})."
    ),
    "persons-before-2a": (
        f"Vóór privacycheck 2A staan personen in een stuk alleen als S1, S2 …, en zonder adres of beroep ({IN_2A})."
    ),
    "not-of-these-items": (
        "Wie deelt, kan kiezen welke personen en objecten van de gekozen gegevens meegaan, en geen andere; wie niet meegaat,"
        f" heet in de tekst S1, S2 … ({CHOSEN_ONE_BY_ONE})."
    ),
    **dict.fromkeys(("field-unknown", "whole-and-in-part"), _IN_PART),
    "names-left-out": (
        "Een gegeven dat iemand die niet meegaat nog herkenbaar bij naam noemt, gaat niet mee: kies die persoon erbij, of"
        f" laat het gegeven weg ({CHOSEN_ONE_BY_ONE})."
    ),
}
"""What the printed protocol says of each fault, by its code."""


def along(question: str, *outcomes: str) -> Field:
    """The field in which somebody chooses whom and what of the items goes along."""
    return Field(CONCERNING, question, CHOSEN_ONE_BY_ONE, PersonsAndObjects(), outcomes, required=False)


def chosen(value: Any) -> tuple[str, ...]:
    """The codes that were filled in; nothing of what does not fit, about which another fault says so."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, (list, tuple)) else ()


def needs_2a(state: State, kind: str) -> bool:
    """Whether a paper for a meeting of `kind`, in `state`, carries only what check 2A allows its members (R-T.16)."""
    return PHASE_OF.get(state) == 4 or kind == AFTER_THE_LOT


def may_read(state: State, kind: str, facts: Facts) -> frozenset[str]:
    """The items that members of a meeting of `kind` may read; nothing that was put right since."""
    found = frozenset(approach.shareable(facts))
    if not needs_2a(state, kind):
        return found
    return found & {item for item, to in approach.cells(facts, "check-2a", "may") if to == MEMBER}


def paper_faults(law: Law, state: State, fields: Mapping[str, Any], facts: Facts) -> list[Fault]:
    """Everything that is wrong with a paper: its meeting, and the items of which it is made."""
    meeting = facts.meetings.get(str(fields.get("meeting")))
    if meeting is None or meeting.closed or meeting.on < facts.today or facts.number not in meeting.agenda:
        reason = "is geen komende vergadering met dit signaal op de agenda"
        return [Fault("fields.meeting", reason, HOW_HELD, "no-meeting-to-come")]
    items = chosen(fields.get(ITEMS))
    unknown = [one for one in items if one not in approach.shareable(facts)]
    if unknown:
        words = f"dit signaal heeft geen gegeven {', '.join(map(law.called, unknown))} dat in een stuk kan staan"
        return [Fault(f"fields.{ITEMS}", words, CHOSEN_ONE_BY_ONE, "item-unknown")]
    closed = [one for one in items if one not in may_read(state, meeting.kind, facts)]
    if closed:
        words = f"privacycheck 2A staat {', '.join(map(law.called, closed))} niet toe voor: {law.called(MEMBER)}"
        return [Fault(f"fields.{ITEMS}", words, IN_2A, "not-allowed-in-2a")]
    persons = [one for one in fields_going(chosen(fields.get(CONCERNING)), ()) if one in facts.subjects]
    if persons and not needs_2a(state, meeting.kind):
        words = (
            f"vóór privacycheck 2A gaat in een stuk niemand mee, ook niet {', '.join(persons)}: noem personen S1, S2 …"
        )
        return [Fault(f"fields.{CONCERNING}", words, IN_2A, "persons-before-2a")]
    return []


def fields_going(concerning: Iterable[str], known: Collection[str]) -> dict[str, frozenset[str]]:
    """Whom and what goes along, by S1, O1 …, with the fields that do: of S1 all that are `known`, of S1.name that one."""
    found: dict[str, frozenset[str]] = {}
    for one in concerning:
        code, _, name = one.partition(OF)
        found[code] = found.get(code, frozenset()) | ({name} if name else frozenset(known))
    return found


def joined(*chosen: Iterable[str]) -> tuple[str, ...]:
    """What goes along of several choices for one receiver, each once; who goes along in one of them does so wholly."""
    found = dict.fromkeys(one for each in chosen for one in each)
    return tuple(one for one in found if OF not in one or one.partition(OF)[0] not in found)


def along_faults(
    named: Collection[str] | None, concerned: Collection[str], field: str, known: Collection[str] = ()
) -> list[Fault]:
    """What is wrong with who and what was chosen to go along; `concerned`: whom and what the chosen items concern, `known`:
    the fields of a person."""
    going = fields_going(named or (), known)
    others = sorted(set(going) - set(concerned))
    if others:
        words = f"de gekozen gegevens gaan niet over {', '.join(others)}; wel over: {', '.join(sorted(concerned)) or 'niemand'}"
        return [Fault(field, words, CHOSEN_ONE_BY_ONE, "not-of-these-items")]
    unknown = sorted({name for names in going.values() for name in names} - set(known))
    if unknown:
        words = f"een persoon heeft geen {', '.join(unknown)} dat apart kan meegaan; wel: {', '.join(known)}"
        return [Fault(field, words, CHOSEN_ONE_BY_ONE, "field-unknown")]
    doubled = sorted(set(named or ()) - set(joined(named or ())))
    if doubled:
        words = f"{', '.join(doubled)} gaat al mee met de hele persoon: kies de persoon, of gegevens van hem"
        return [Fault(field, words, CHOSEN_ONE_BY_ONE, "whole-and-in-part")]
    return []


def still_named(items: Collection[str], called: Mapping[str, str], field: str) -> list[Fault]:
    """What is wrong with items that name who is left out, in a way that is not written as a name."""
    if not items:
        return []
    words = (
        f"{', '.join(called.get(one, one) for one in sorted(items))} noemt nog iemand die niet meegaat: kies die persoon"
        " erbij, of laat het gegeven weg"
    )
    return [Fault(field, words, CHOSEN_ONE_BY_ONE, "names-left-out")]
