"""What an answer sets going, in words, before it is given: where the signal goes, until when it is kept, who has to do what.

Said where somebody chooses, so that nobody ends a case by not knowing what "nee" does. Pure; what comes of it is done
elsewhere, and this only tells. Articles 9, 25 and 26.
"""

from __future__ import annotations

from datetime import date, timedelta

from shared.protocol.model import Decision, Law, Outcome
from shared.protocol.show import day
from shared.protocol.states import PHASE_OF, PHASES, State
from shared.protocol.terms import CASE, active_until, kept_until

INFORMED_FROM = 3
"""From this phase on somebody has to be informed, unless that was deferred (art. 15 lid 4 and 26)."""


def sets_going(
    law: Law, decision: Decision, outcome: Outcome, state: State, today: date, withdrawal: timedelta
) -> tuple[str, ...]:
    """Sentences for who is about to answer `outcome` in `state`; `withdrawal`: how long it can be taken back."""
    return (
        *_signed_first(law, decision),
        *_goes(law, outcome, state, today),
        *_taken_back(outcome, withdrawal),
    )


def _signed_first(law: Law, decision: Decision) -> tuple[str, ...]:
    if not decision.who.co_signers:
        return ()
    return (f"Het telt pas als {law.people(decision.who.co_signers)} medeondertekent.",)


def _goes(law: Law, outcome: Outcome, state: State, today: date) -> tuple[str, ...]:
    if outcome.ends:
        return _ends(law, PHASE_OF.get(state, 1), today)
    if outcome.leads_to is State.CLOSED:
        return _closes(law, today)
    if outcome.leads_to is None or outcome.leads_to == state:
        return ()
    before, after = PHASE_OF.get(state), PHASE_OF.get(outcome.leads_to)
    if before is None or after is None or before == after:
        return (f"Hierna: {outcome.leads_to.dutch}.",)
    words = [f"Het signaal gaat naar {_called(after)}. Hierna: {outcome.leads_to.dutch}."]
    if PHASES[before].holder != PHASES[after].holder:
        words.append("Het dossier gaat mee naar die fase; in deze fase is het dan niet meer te zien.")
    return tuple(words)


def _ends(law: Law, phase: int, today: date) -> tuple[str, ...]:
    until = kept_until(law.terms, phase, today)
    words = [
        "De behandeling eindigt. Het signaal wordt verzegeld; bij een nieuw signaal kan het opnieuw worden bekeken.",
        f"Het wordt {_years(today, until)} bewaard, tot en met {day(until)}, en daarna vernietigd (art. 9).",
        "Niemand neemt nog contact op met de melder.",
    ]
    if phase >= INFORMED_FROM:
        words.append("Wie nog geïnformeerd moet worden, houdt daar recht op: die taak blijft open (art. 26).")
    return tuple(words)


def _closes(law: Law, today: date) -> tuple[str, ...]:
    active, until = active_until(law.terms, today), kept_until(law.terms, CASE, today)
    return (
        f"De casus sluit. Hij blijft tot en met {day(active)} beschikbaar voor een nieuw signaal (art. 9 lid 2).",
        f"Daarna wordt hij verzegeld; op zijn vroegst na {day(until)} wordt hij vernietigd (art. 9 lid 1).",
        "Niemand neemt nog contact op met de melder.",
    )


def _taken_back(outcome: Outcome, withdrawal: timedelta) -> tuple[str, ...]:
    minutes = round(withdrawal.total_seconds() / 60)
    if not minutes:
        return ()
    how_long = "een minuut" if minutes == 1 else f"{minutes} minuten"
    said = f"U kunt het {how_long} lang ongedaan maken."
    return (f"{said} Wat meteen wordt verstuurd, is niet terug te halen.",) if outcome.urgent_to else (said,)


def _called(phase: int) -> str:
    return f"fase {phase} ({PHASES[phase].title.partition('– ')[2].partition(':')[0]})"


def _years(since: date, until: date) -> str:
    years = until.year - since.year
    return "een jaar" if years == 1 else f"{years} jaar"
