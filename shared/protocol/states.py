"""Where a signal can stand, what that is called, in which phase it is, and which service then holds it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """A state has a code, and a name for people in `dutch`."""

    dutch: str

    def __new__(cls, code: str, dutch: str = "") -> State:
        made = str.__new__(cls, code)
        made._value_ = code
        made.dutch = dutch
        return made

    RECEIVED = "received", "ontvangen"
    WEGING_1 = "weging-1", "weging 1"
    WEGING_2A = "weging-2a", "weging 2A"
    WEGING_2B = "weging-2b", "weging 2B"
    PHASE_2 = "phase-2", "wacht op het LOT (weging 3)"
    INFORMING = "informing", "wacht op het besluit over informeren"
    SOURCE_LIST = "source-list", "bronnen kiezen"
    CHECK_1 = "check-1", "privacycheck 1"
    HIT_CHECK = "hit-check", "hit of geen hit"
    WEGING_4 = "weging-4", "relevantie (privacycheck 1b) en weging 4"
    CHECK_2A = "check-2a", "privacycheck 2A"
    APPROACH = "approach", "aanpak kiezen (LOT)"
    RIEC_INTAKE = "riec-intake", "intake voor de Ondermijningstafel"
    RIEC_ANSWER = "riec-answer", "wacht op de Ondermijningstafel"
    RIEC_MONITORING = "riec-monitoring", "elders in uitvoering, monitoring hier"
    REWEIGHING = "reweighing", "herweging door het LOT"
    PLAN = "plan", "Plan van Aanpak"
    CHECK_2B = "check-2b", "privacycheck 2B"
    EXECUTION = "execution", "uitvoering en monitoring"
    CLOSED = "closed", "gesloten casus in de actieve jaren"
    ENDED = "ended", "beëindigd, naar de niet-actieve omgeving"
    SEALED = "sealed", "niet-actief"
    LISTED = "listed", "op een vernietigingslijst"
    APPROVED = "approved", "vernietiging goedgekeurd"
    DESTROYED = "destroyed", "vernietigd"
    # Of a duty to inform, which is not a signal and outlives it (art. 26).
    DUTY_OPEN = "duty-open", "informeren: nog te beslissen"
    DUTY_TO_SEND = "duty-to-send", "informeren: kennisgeving te versturen"
    DUTY_DEFERRED = "duty-deferred", "informeren: uitgesteld"
    DUTY_DONE = "duty-done", "informeren: afgerond"
    # Of a request of the person concerned, or a bezwaar, which stands outside every file (art. 10).
    REQUEST_RECEIVED = "request-received", "verzoek: nog vast te stellen wie vraagt"
    REQUEST_SEARCH = "request-search", "verzoek: wordt gezocht"
    REQUEST_WEIGHING = "request-weighing", "verzoek: te beslissen"
    REQUEST_BEZWAAR = "request-bezwaar", "bezwaar: te heroverwegen"
    REQUEST_ANSWER = "request-answer", "verzoek: antwoord te versturen"
    REQUEST_AGAIN = "request-again", "verzoek: beantwoord, later opnieuw te bekijken"
    REQUEST_DONE = "request-done", "verzoek: beantwoord"
    # Of an entry in the breach register, which is about no signal (art. 33 AVG).
    INCIDENT_PROPOSED = "incident-proposed", "datalek: voorgelegd aan de FG"
    INCIDENT_OPEN = "incident-open", "datalekregister: open"
    INCIDENT_NONE = "incident-none", "datalek: geen incident"
    INCIDENT_CLOSED = "incident-closed", "datalekregister: afgesloten"


@dataclass(frozen=True)
class Phase:
    """A phase: its title, what its data are processed for, the service that holds a signal in it, and its states."""

    title: str
    purpose: str
    holder: str
    states: tuple[State, ...]


PHASES: dict[int, Phase] = {
    1: Phase(
        "Fase 1 – intake: is het ondermijning, is het onze taak, is het hier?",
        "bepalen of het ondermijning is, of de gemeente er een taak heeft en of het hier is (art. 11)",
        "assessment",
        (State.RECEIVED, State.WEGING_1, State.WEGING_2A, State.WEGING_2B),
    ),
    2: Phase(
        "Fase 2 – zwaarte: is het zwaar genoeg?",
        "nadere analyse door het wegen van de zwaarte (art. 14)",
        "assessment",
        (State.PHASE_2, State.INFORMING),
    ),
    3: Phase(
        "Fase 3 – bronnenonderzoek: hit of geen hit",
        "vaststellen, hit of geen hit, of gemeentelijke bronnen dit signaal bevestigen, alleen voor dit signaal (art. 17)",
        "sources",
        (State.SOURCE_LIST, State.CHECK_1, State.HIT_CHECK, State.WEGING_4),
    ),
    4: Phase(
        "Fase 4 – aanpak en Plan van Aanpak",
        "een aanpak kiezen, plannen en uitvoeren (art. 19)",
        "casework",
        (
            State.CHECK_2A,
            State.APPROACH,
            State.RIEC_INTAKE,
            State.RIEC_ANSWER,
            State.RIEC_MONITORING,
            State.REWEIGHING,
            State.PLAN,
            State.CHECK_2B,
            State.EXECUTION,
        ),
    ),
    5: Phase(
        "Fase 5 – sluiten en bewaren",
        "een gesloten casus bewaren voor haar termijn (art. 25)",
        "casework",
        (State.CLOSED,),
    ),
}
PHASE_OF: dict[State, int] = {state: number for number, phase in PHASES.items() for state in phase.states}
"""The phase that a state belongs to; states after the ending belong to none."""
PURPOSE_OF_PHASE = {number: phase.purpose for number, phase in PHASES.items()}

HOLDER_OF: dict[State, str] = {state: PHASES[number].holder for state, number in PHASE_OF.items()}
HOLDER_OF |= dict.fromkeys((State.SEALED, State.LISTED, State.APPROVED), "retention")
REQUEST_STATES = tuple(one for one in State if one.startswith("request-"))
HOLDER_OF |= dict.fromkeys((State.DUTY_OPEN, State.DUTY_TO_SEND, State.DUTY_DEFERRED, State.DUTY_DONE), "rights")
HOLDER_OF |= dict.fromkeys(REQUEST_STATES, "rights")
"""Which service holds what is in this state; the room of every other service is closed to it."""
HOLDERS = {
    "assessment": "beoordeling",
    "sources": "bronnenonderzoek",
    "casework": "casusbehandeling",
    "retention": "bewaring",
    "rights": "rechten van betrokkenen",
}
"""What people call the services that hold something."""
