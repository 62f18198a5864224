"""What is wrong with what a holder answers to a request of a person (art. 10 lid 1; art. 15 lid 4 AVG)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shared.protocol.faults import Fault

OVERVIEW, RIGHTS_OF_OTHERS = "art. 10 lid 1", "art. 15 lid 4 AVG"
IS_ABOUT, IS_NOT_ABOUT = "about", "not-about"
WHETHER_ABOUT = {
    IS_ABOUT: "ja, dit dossier gaat over deze persoon",
    IS_NOT_ABOUT: "nee, niemand in dit dossier is deze persoon",
}
"""What a holder can answer, as people read it."""
LOOKED_MOST, SUMMARY_MOST = 1000, 4000

RULES = {
    "answer-outcome": "wie een verzoek over een dossier beantwoordt, kiest of het over deze persoon gaat",
    "answer-looked": "bij het antwoord staat hoe in de vrije tekst is gekeken: een naam kan overal in staan",
    "answer-subject": "bij het antwoord staat wie hij in het dossier is: S1, S2 …",
    "answer-nothing": "gekozen wordt wat van het dossier over hem gaat; van wie erin staat, is er altijd iets",
    "answer-unknown": "wat over hem wordt gegeven, staat in het dossier",
    "answer-empty": "van wie niet in het dossier staat, wordt niets gegeven",
    "answer-summary": "een samenvatting hoort bij een gegeven dat is gekozen",
    "answer-silent": "een dienst heeft pas geantwoord als elk signaal waarnaar is gevraagd, is beantwoord",
    "answer-nowhere": "wat geen dienst zegt te hebben, is nog eens gevraagd: een dossier kan even niet te lezen zijn geweest",
    "answer-unsearchable": "gezocht wordt met een naam met voornaam of voorletter, of een adres met huisnummer",
    "answer-others": "in wat hij leest is geen ander te herkennen, en ook niet wie het meldde: wat anders niet kan, wordt samengevat",
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
    if outcome not in WHETHER_ABOUT:
        found.append(Fault("outcome", RULES["answer-outcome"], OVERVIEW, "answer-outcome"))
    if not looked.strip():
        found.append(Fault("looked", RULES["answer-looked"], OVERVIEW, "answer-looked"))
    if outcome == IS_NOT_ABOUT and (subject or items or objects or summaries):
        found.append(Fault("outcome", RULES["answer-empty"], OVERVIEW, "answer-empty"))
    if outcome != IS_ABOUT:
        return found
    if subject not in subjects:
        found.append(Fault("subject", RULES["answer-subject"], OVERVIEW, "answer-subject"))
    if not items:
        found.append(Fault("items", RULES["answer-nothing"], OVERVIEW, "answer-nothing"))
    unknown = [f"items.{place}" for place, one in enumerate(items) if one not in known]
    unknown += [f"objects.{place}" for place, one in enumerate(objects) if one not in places]
    found += [Fault(one, RULES["answer-unknown"], OVERVIEW, "answer-unknown") for one in unknown]
    apart = [one for one in summaries if one not in items]
    found += [Fault(f"summaries.{one}", RULES["answer-summary"], OVERVIEW, "answer-summary") for one in apart]
    return found


def recognisable(fields: Collection[str]) -> list[Fault]:
    """`fields`: the items, or summaries of these, in whose words another person can still be recognised."""
    return [Fault(one, RULES["answer-others"], RIGHTS_OF_OTHERS, "answer-others") for one in sorted(fields)]


def silent_faults(signals: Collection[str]) -> list[Fault]:
    """`signals`: those about which a holder was asked and has not answered (R-10.1: a silent one blocks the answer)."""
    words = f"{RULES['answer-silent']}; nog niet: {', '.join(signals)}"
    return [Fault("about", words, OVERVIEW, "answer-silent")] if signals else []


def nowhere_faults(signals: Collection[str]) -> list[Fault]:
    """`signals`: those that who was asked last says he has not, nor knows where it is, and about which nobody was asked since."""
    words = f"{RULES['answer-nowhere']}; vraag opnieuw naar: {', '.join(signals)}"
    return [Fault("about", words, OVERVIEW, "answer-nowhere")] if signals else []


def nothing_searched() -> Fault:
    """Nothing of who asks can be looked for by keyed hashes: what remains is looking by hand."""
    return Fault("person", RULES["answer-unsearchable"], OVERVIEW, "answer-unsearchable")
