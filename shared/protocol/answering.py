"""What is wrong with what a holder answers to a request of a person (art. 10 lid 1; art. 15 lid 4 AVG)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shared.protocol.faults import Fault

ACCESS = "art. 10 lid 1"
OTHERS = "art. 15 lid 4 AVG"
CONCERNS, NOT_CONCERNED = "concerns", "not-concerned"
OUTCOMES = {
    CONCERNS: "ja, dit dossier gaat over deze persoon",
    NOT_CONCERNED: "nee, niemand in dit dossier is deze persoon",
}
"""What a holder can answer, as people read it."""
WORDS_MOST, SUMMARY_MOST = 1000, 4000

RULES = {
    "answer-outcome": "er wordt gekozen of het dossier over deze persoon gaat",
    "answer-looked": "er staat bij hoe in de vrije tekst is gekeken: een naam staat ook waar hij niet is ingevuld",
    "answer-who": "wie hij in het dossier is, wordt gekozen: S1, S2 …",
    "answer-nothing": "er wordt gekozen wat van het dossier over hem gaat; van wie erin staat, is altijd iets",
    "answer-unknown": "dit gegeven staat niet (meer) in het dossier",
    "answer-empty": "wie er niet in staat, van hem wordt ook niets gegeven",
    "answer-others": "hierin is een ander te herkennen, of wie het meldde: vat samen wat over deze persoon zelf gaat",
    "answer-summary": "deze samenvatting hoort bij geen gegeven dat is gekozen",
}
"""As the document prints them, by the code of the fault."""


def answer_faults(
    outcome: str,
    looked: str,
    subject: str | None,
    items: Collection[str],
    objects: Collection[str],
    summaries: Mapping[str, str],
    *,
    subjects: Collection[str],
    known: Collection[str],
    places: Collection[str],
) -> list[Fault]:
    """Everything that is wrong with an answer, but for its words. `subjects`, `known`, `places`: the persons, items and objects
    that the dossier has."""
    found: list[Fault] = []

    def fault(field: str, code: str, article: str = ACCESS) -> None:
        found.append(Fault(field, RULES[code], article, code))

    if outcome not in OUTCOMES:
        fault("outcome", "answer-outcome")
    if not looked.strip():
        fault("looked", "answer-looked")
    if outcome == NOT_CONCERNED and (subject or items or objects or summaries):
        fault("outcome", "answer-empty")
    if outcome == CONCERNS:
        if subject not in subjects:
            fault("subject", "answer-who")
        if not items:
            fault("items", "answer-nothing")
        for place, one in enumerate(items):
            if one not in known:
                fault(f"items.{place}", "answer-unknown")
        for place, one in enumerate(objects):
            if one not in places:
                fault(f"objects.{place}", "answer-unknown")
        for one in summaries:
            if one not in items:
                fault(f"summaries.{one}", "answer-summary")
    return found


def recognisable(fields: Collection[str]) -> list[Fault]:
    """`fields`: the items, or summaries of these, in whose words another person can still be recognised."""
    return [Fault(one, RULES["answer-others"], OTHERS, "answer-others") for one in sorted(fields)]
