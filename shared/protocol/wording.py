"""What may stand in words: nobody's name for who has no file, no citizen service number, and nothing special unanswered.

What a text says was read before (shared/words); here is judged what follows from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt
from shared.protocol.special import CITIZEN_NUMBER, SpecialCategory, grounds_for, special_in, unknown_grounds

NAMED, REPORTER, NUMBER_OF_CITIZEN = "art. 5", "art. 5 lid 1", "art. 46 UAVG"
OF_ANSWERS = "art. 22 tot en met 33 en 46 UAVG"
RULES = {
    "names-somebody": (
        "Wat mensen zonder het dossier lezen – redenen, antwoorden, stukken, vragen, interventies, waarom iets niet wordt"
        " doorgezet – noemt niemand uit het signaal bij naam, maar als S1, S2 …, en de melder in het geheel niet. Gelezen"
        " wordt zoals een mens leest: zonder accenten en onzichtbare tekens, en met wat op een letter lijkt als die letter."
        " Een voornaam, een achternaam, beide in elke volgorde en voorletters met een achternaam tellen. Een naam die ook"
        " een gewoon woord is, of maar twee letters heeft, telt met een hoofdletter of naast een ander deel van de naam"
        f" ({NAMED}). Wie het dossier heeft, laat ook de woorden weg die zijn gemarkeerd omdat zij naar de melder verwijzen."
    ),
    "shows-reporter": (
        "Een gegeven waarin de melder staat, of hoe die te bereiken is, wordt niet vastgelegd: wat ervan nodig is, wordt in"
        " eigen woorden vastgelegd. Wat al in het dossier staat, wordt gedeeld zonder de naam van de melder, zonder hoe die"
        " te bereiken is en zonder de woorden die zijn gemarkeerd omdat zij naar de melder verwijzen; op hun plaats staat"
        " dat er iets is weggelaten. Is de melder daarna nog te lezen, zoals in een andere spelling, dan wordt het niet"
        " gedeeld, ook niet in wat meegaat over personen en objecten; waar niemand daarover beslist, wordt de hele tekst"
        " weggelaten. Heet een persoon uit het signaal net zo, dan telt die naam alleen naast een andere naam van de melder"
        f" ({REPORTER})."
    ),
    "words-not-found": (
        "Wie woorden markeert omdat zij naar de melder verwijzen, neemt ze letterlijk over uit de melding of uit een gegeven:"
        " op hoofdletters en op de witruimte ertussen komt het niet aan. De markering geldt voor elke plaats waar die"
        " woorden staan, gaat met het dossier mee, en vervalt door een besluit dat zij niet klopt, zodra dat niet meer kan"
        " worden ingetrokken. Andere woorden voor hetzelfde worden niet herkend: die worden zelf gemarkeerd"
        f" ({REPORTER})."
    ),
    "bsn": (
        "Een burgerservicenummer wordt nergens aangenomen: Bijlage 1 noemt het niet. Negen cijfers die aan de elfproef"
        " voldoen, gelden als zo’n nummer, hoe zij ook zijn geschreven, tot wie ze schrijft zegt dat het een ander getal"
        f" is. Uit een melding van een bezoeker worden zij weggelaten ({NUMBER_OF_CITIZEN})."
    ),
    "special-unanswered": (
        "Woorden die op een bijzonder persoonsgegeven wijzen (art. 9 AVG), of op een strafrechtelijk verleden (art. 10"
        " AVG), zijn een waarschuwing die wordt beantwoord: zij worden weggelaten, of er wordt gezegd op welke grond zij"
        " noodzakelijk zijn. De melding van een bezoeker wordt er niet om geweigerd: wie haar behandelt, ziet de"
        " waarschuwing, en beantwoordt haar als de melding wordt gedeeld."
    ),
    "special-ground-unknown": f"Het antwoord is er een dat hieronder bij die gegevens staat ({OF_ANSWERS}).",
}
"""What the printed protocol says of each fault, by its code."""
_SHARING = {"check-2a": 0, "check-2b": 1}
"""Decisions whose `may` lets somebody else have an item, and where it stands among what they are about."""


@dataclass(frozen=True)
class Written:
    """One text, as it was read. `words`: without accents, in small letters.

    `names`: it names somebody whom its readers do not know; `reporter`: it shows the reporter in what is kept or shared.
    """

    field: str
    words: frozenset[str] = frozenset()
    names: bool = False
    reporter: bool = False
    bsn: bool = False
    points: bool = False
    """It has words that were marked because they point at the reporter, and who wrote it has the file."""
    to_share: bool = False
    """It stands in the file, and is about to be shared."""


def word_faults(written: Sequence[Written], grounds: Mapping[str, str]) -> list[Fault]:
    """Everything that is wrong with what was written. `grounds`: what was answered, by the kind of data."""
    faults = []
    for one in written:
        if one.names:
            words = "noemt iemand die hier niet bij naam staat: schrijf S1, S2 …, en laat de melder weg"
            faults.append(Fault(one.field, words, NAMED, "names-somebody"))
        if one.points:
            words = "bevat woorden die naar de melder verwijzen: laat ze weg"
            faults.append(Fault(one.field, words, REPORTER, "names-somebody"))
        if one.reporter:
            words = "laat zien wie meldde: leg wat nodig is vast in andere woorden"
            words += ", of markeer de woorden zoals zij er staan" if one.to_share else ""
            faults.append(Fault(one.field, words, REPORTER, "shows-reporter"))
        if one.bsn and CITIZEN_NUMBER not in grounds:
            words = (
                "bevat een getal dat een burgerservicenummer kan zijn (elfproef): laat het weg, of zeg bij specialGrounds"
                f" dat het dat niet is, als {CITIZEN_NUMBER}: {_answers(CITIZEN_NUMBER)}"
            )
            faults.append(Fault(one.field, words, NUMBER_OF_CITIZEN, "bsn"))
        faults += [_unanswered(one.field, kind) for kind in special_in(one.words) if kind.key not in grounds]
    if unknown_grounds(grounds.items()):
        words = "geeft een antwoord dat er voor deze gegevens niet is"
        faults.append(Fault("specialGrounds", words, OF_ANSWERS, "special-ground-unknown"))
    return faults


def pointing_faults(stands: bool, grounds: Mapping[str, str]) -> list[Fault]:
    """Everything that is wrong with marking words that point at the reporter; `stands`: the file has them. They are in the
    file already: nothing else is asked of them."""
    if stands:
        return word_faults((), grounds)
    words = "staat zo niet in de melding of in een gegeven: neem de woorden letterlijk over"
    return [Fault("finding", words, REPORTER, "words-not-found")]


def _unanswered(field: str, kind: SpecialCategory) -> Fault:
    words = (
        f"lijkt iets te zeggen over {kind.name}: laat het weg, of zeg bij specialGrounds op welke grond het noodzakelijk"
        f" is, als {kind.key}: {_answers(kind.key)}"
    )
    return Fault(field, words, kind.article, "special-unanswered")


def _answers(category: str) -> str:
    return "; ".join(f"{one.says} ({one.key})" for one in grounds_for(category))


def shared_by(attempt: Attempt) -> dict[str, str]:
    """The items that somebody without the file may have by this decision, each with where the decision names it."""
    found = dict.fromkeys(attempt.forwarding.items, "forwarding.items") if attempt.forwarding else {}
    place = _SHARING.get(attempt.key)
    if place is not None and attempt.outcome == "may" and len(attempt.about) > place:
        found[attempt.about[place]] = "about"
    return found
