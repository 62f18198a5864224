"""Opening a record, and consulting what is kept of another one for a new signal (art. 7 lid 2 and 9 lid 2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from shared.protocol.faults import Fault
from shared.protocol.kinds import Choice
from shared.protocol.model import PHASE_OF, Category, State

FOR_A_REQUEST = "verzoek"
PURPOSES_OF_OPENING = {
    "weging": "wegen",
    "besluit-voorbereiden": "een besluit voorbereiden",
    "contact-melder": "contact met de melder",
    FOR_A_REQUEST: "een verzoek van een betrokkene",
    "toezicht": "toezicht",
    "vernietiging": "vernietiging",
}
"""Why somebody opens a record (R-7.8). Chosen, not typed: typed words would put content in the audit trail."""
CONSULTING = "art. 9 lid 2"
MOST_ASKED = 5
"""After so many persons and objects is asked at once: one question is about one signal."""
LOOK = timedelta(hours=8)
"""How long who asked for what is kept sees it: the hours of a working day."""
REQUEST_LOOK = timedelta(days=7)
"""How long a sealed signal lies with its reader for a request of a person (art. 10 lid 1): a quarter of the term for an answer."""
RULES = {
    "no-purpose": f"Wie een dossier opent, kiest één doel: {'; '.join(PURPOSES_OF_OPENING.values())} (art. 7 lid 2).",
    "not-in-hand": (
        "Een gesloten casus in haar actieve jaren, en een beëindigd signaal dat tot en met zijn einddatum wordt bewaard, worden"
        " alleen geraadpleegd voor een nieuw signaal dat in behandeling is, door wie dat behandelt. Te zien is alleen wat"
        " in de fase van dat signaal mag, en"
        f" {LOOK.seconds // 3600} uur lang; de termijnen van wat wordt geraadpleegd veranderen er niet door ({CONSULTING})."
    ),
    "no-reason": (
        "Raadplegen vraagt een reden in woorden: waarom het eerdere dossier nodig is voor het nieuwe signaal"
        f" ({CONSULTING})."
    ),
    "check-not-in-hand": (
        "Of er al iets is over een persoon, adres of bedrijf, wordt alleen gevraagd voor een signaal dat in weging is, door wie dat"
        " behandelt. Het antwoord noemt alleen nummers, en of die in behandeling, gesloten of niet-actief zijn; wie vraagt, gaat zelf na"
        f" of het dezelfde is. Er wordt niets vanzelf vergeleken, en niets van de vraag blijft bewaard ({CONSULTING})."
    ),
    "check-no-reason": f"Vragen of er al iets is, vraagt een reden in woorden ({CONSULTING}).",
    "check-nothing": (
        f"Gevraagd wordt naar hoogstens {MOST_ASKED} personen of objecten van het signaal, of iets dat is ingetypt; niet naar een naam"
        f" zonder voornaam of voorletter, of een adres zonder huisnummer ({CONSULTING})."
    ),
}
"""What the printed protocol says of each fault, by its code."""


def purpose_fault(given: str | None) -> Fault | None:
    """What is wrong with the purpose for which somebody opens a record; None: nothing."""
    asked = Choice(PURPOSES_OF_OPENING)
    if asked.fits(given, ()):
        return None
    return Fault("X-Purpose", f"waarvoor het dossier wordt geopend {asked.wanted()}", "art. 7 lid 2", "no-purpose")


def not_for(state: State) -> Fault | None:
    """Why nothing that is kept is consulted for a signal in `state`; None: it may be."""
    if state in PHASE_OF and state != State.CLOSED:
        return None
    return Fault("number", "dit kan alleen voor een signaal dat in behandeling is", CONSULTING, "not-in-hand")


def reason_fault(reason: str) -> Fault | None:
    """What is wrong with why the earlier dossier is needed; None: nothing."""
    if reason.strip():
        return None
    return Fault("reason", "ontbreekt: waarom is het eerdere dossier nodig voor dit signaal?", CONSULTING, "no-reason")


def seen_from(category: Category | None) -> int:
    """From which phase of a new signal something that is kept of another is seen: the phase from which such data may be
    had at all (R-9.11); 0: never."""
    return 0 if category is None or category.process else category.from_phase


def check_faults(
    state: State, reason: str, asked: Collection[str], known: Collection[str], searched: bool
) -> list[Fault]:
    """What is wrong with asking whether there is something already about `asked` of a signal in `state`, that has `known`.
    `searched`: whether anything of it can be looked for."""
    found = []
    if not_for(state):
        reason_now = "of er al iets is, wordt alleen gevraagd voor een signaal dat in behandeling is"
        found.append(Fault("number", reason_now, CONSULTING, "check-not-in-hand"))
    if not reason.strip():
        found.append(Fault("reason", "ontbreekt: waarom wordt dit gevraagd?", CONSULTING, "check-no-reason"))
    for one in sorted(set(asked) - set(known)):
        found.append(Fault("about", f"noemt {one}, dat dit signaal niet heeft", CONSULTING, "check-nothing"))
    if len(asked) > MOST_ASKED:
        found.append(Fault("about", f"noemt er te veel: hoogstens {MOST_ASKED}", CONSULTING, "check-nothing"))
    if not found and not searched:
        nothing = "heeft niets waarnaar te zoeken is: geen naam met voornaam of voorletter, adres met huisnummer of KvK-nummer"
        found.append(Fault("about", nothing, CONSULTING, "check-nothing"))
    return found


def is_seen(category: Category | None, phase: int) -> bool:
    """Whether something that is kept is seen for a new signal in `phase`."""
    return 0 < seen_from(category) <= phase


def may_still(ends_on: date, today: date) -> bool:
    """Whether what ended is still kept to be consulted: after its end date it waits only to be destroyed (art. 9 lid 1)."""
    return today <= ends_on
