"""What the letters about a request say (art. 10 lid 4 to 7; art. 12 AVG; art. 3:45 and 6:5 Awb). Pure.

An answer that sets the right of access aside as a whole, and one that a human being chose to neither confirm nor deny anything,
are made by one function of the grounds alone: who reads one cannot tell which of both it is (R-10.13). What was written for
the file (a reason, a necessity) stands in no letter; what somebody wrote for who asks, does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.protocol.facts import Item, Taken
from shared.protocol.letters import kinds_of_receivers
from shared.protocol.model import Law
from shared.protocol.request_kinds import (
    ACCESS,
    BEZWAAR,
    EXTEND,
    GROUNDS_10_7,
    KEPT_APART,
    LIFT,
    NEUTRAL,
    NOT_HANDLED,
    ON_BEZWAAR,
    REFUSED_ON,
    REQUEST_KINDS,
    RESTRICTED_WHILE_EXAMINED,
    WEIGHED,
    WITHHOLD,
)
from shared.protocol.request_proof import LookedAt, proof
from shared.protocol.request_supplement import looked_again
from shared.protocol.request_terms import ADJOURNING_WEEKS, DECIDING_WEEKS, WITH_COMMITTEE_WEEKS, Clocks
from shared.protocol.rights_sheet import WHEN_ANSWERED, sheet
from shared.protocol.show import day

RECEIPT, EXTENSION, THE_ANSWER, LIFTING = "receipt", "extension", "answer", "lifting"
SUPPLEMENT = "supplement"
TELLING_ANSWERS = (THE_ANSWER, SUPPLEMENT)
"""The letters that tell what was decided on the request; the second once an answer has gone."""
LETTERS = {
    RECEIPT: "ontvangstbevestiging met informatie over rechten",
    EXTENSION: "verlenging van de termijn",
    THE_ANSWER: "antwoord",
    SUPPLEMENT: "aanvullend antwoord",
    LIFTING: "opheffen van de afscherming",
}
"""The kinds of letters, by their codes."""
DECIDING = (NOT_HANDLED, WEIGHED, NEUTRAL, ON_BEZWAAR)
"""The decisions that an answer tells."""
Paragraphs = list[tuple[str, Sequence[str]]]
_TITLES = {
    RECEIPT: "Wij hebben uw verzoek ontvangen",
    EXTENSION: "Uw antwoord komt later",
    THE_ANSWER: "Besluit op uw verzoek",
    SUPPLEMENT: "Aanvullend antwoord op uw verzoek",
    LIFTING: "Uw gegevens worden niet langer afgeschermd",
}
_OUTCOME = {
    "deceased": (
        "Wij geven deze gegevens niet. De Algemene verordening gegevensbescherming geldt alleen voor mensen die leven"
        " (overweging 27). Zij geeft nabestaanden geen recht op inzage in gegevens over een overledene."
    ),
    "unfounded": "Wij nemen uw verzoek niet in behandeling, omdat het kennelijk ongegrond is (artikel 12 lid 5 van de AVG).",
    "repeated": "Wij nemen uw verzoek niet in behandeling, omdat het buitensporig is (artikel 12 lid 5 van de AVG).",
    "not-identified": (
        "Wij nemen uw verzoek niet in behandeling, omdat wij niet konden vaststellen wie u bent (artikel 12 lid 2 en 6 van de AVG)."
    ),
    "granted": "Wij wijzen uw verzoek toe.",
    "partly": "Wij wijzen uw verzoek voor een deel toe.",
    "refused": "Wij wijzen uw verzoek af.",
    "nothing": "Wij hebben in alle bestanden van dit protocol gezocht en niets over u gevonden.",
    "founded": "Uw bezwaar is gegrond.",
    "unfounded-bezwaar": "Uw bezwaar is ongegrond.",
    "late": (
        "Uw bezwaar is niet-ontvankelijk: het is na de termijn van zes weken ingediend (artikel 6:7 van de Algemene wet"
        " bestuursrecht)."
    ),
    "inadmissible": "Uw bezwaar is niet-ontvankelijk.",
}


@dataclass(frozen=True)
class LetterTells:
    """All that a letter can be made of. `decided`: per item what was decided on it last; `decision`: what the letter tells."""

    law: Law
    number: str
    request: Mapping[str, Any]
    clocks: Clocks
    decision: Taken | None = None
    items: tuple[tuple[Item, Taken], ...] = ()
    looked: tuple[LookedAt, ...] = ()
    """Of an answer: where was looked."""
    answered_on: date | None = None
    """Of a supplementary answer: when the last one went."""
    told_of_it: tuple[str, ...] = ()
    """Of the lifting of a restriction: who had what was put right, and was told, by their codes."""


def title(kind: str) -> str:
    return _TITLES[kind]


def given_items(told: LetterTells) -> list[dict[str, str]]:
    """What he gets, as it was recorded for him; nothing where the answer says nothing of what there is."""
    if says_nothing(told):
        return []
    names = ("what", "source", "use", "recipients", "keptFor")
    return [{name: str(one.fields[name]) for name in names} for one, taken in told.items if taken.outcome == "given"]


def proof_told(told: LetterTells) -> tuple[LookedAt, ...]:
    """Where was looked, in an answer that says what there is; in one that neither confirms nor denies anything it would differ."""
    said = told.decision is not None and told.decision.key == WEIGHED and not says_nothing(told)
    return told.looked if said else ()


def says_nothing(told: LetterTells) -> bool:
    """Whether the answer neither confirms nor denies that there is something."""
    taken = told.decision
    if taken is None:
        return False
    whole = taken.key == WEIGHED and taken.outcome == "refused" and told.request.get("kind") == ACCESS
    return taken.key == NEUTRAL or whole


def paragraphs(kind: str, told: LetterTells) -> Paragraphs:
    """What the letter says, by heading; raises ValueError for a kind that nothing was decided for."""
    if kind == RECEIPT:
        return _receipt(told)
    if told.decision is None:
        raise ValueError("nothing was decided that this letter tells")
    if kind == EXTENSION:
        return _extension(told, told.decision)
    if kind == LIFTING:
        return _lifting(told, told.decision)
    said = _neither(_grounds(told)) if says_nothing(told) else _answer(told, told.decision)
    return [*(looked_again(told.answered_on) if kind == SUPPLEMENT else []), *said, *_remedies(told)]


def _receipt(told: LetterTells) -> Paragraphs:
    kind = REQUEST_KINDS[told.request["kind"]]
    own = [
        f"Wij kregen het op {day(date.fromisoformat(str(told.request['firstReceivedOn'])))}. Het gaat om: {kind}. Het nummer is"
        f" {told.number}.",
        _when_answered(told),
    ]
    rights = sheet(told.law)
    if told.request["kind"] == BEZWAAR:
        weeks = WITH_COMMITTEE_WEEKS if told.request.get("committee") else DECIDING_WEEKS
        if told.clocks.extended:
            how = f"{weeks + ADJOURNING_WEEKS} weken na de laatste dag waarop u bezwaar kon maken, met onze verdaging erbij"
        else:
            how = (
                f"{weeks} weken na de laatste dag waarop u bezwaar kon maken. Wij kunnen dat één keer met ten hoogste"
                f" {ADJOURNING_WEEKS} weken verdagen; dat leest u dan vóór die dag in een brief"
            )
        own.append(f"Dat is {how} (artikel 7:10 van de Algemene wet bestuursrecht).")
        # What it says of time holds for a request, by the AVG.
        rights = [one for one in rights if one[0] != WHEN_ANSWERED]
    return [("Uw verzoek", own), *rights]


def _when_answered(told: LetterTells) -> str:
    if told.clocks.stands_still:
        return "U krijgt ons antwoord nadat u hebt laten zien wie u bent. Tot die dag telt de tijd niet mee."
    return f"U krijgt uiterlijk op {day(told.clocks.due_on)} ons antwoord."


def _extension(told: LetterTells, taken: Taken) -> Paragraphs:
    months = {"1": "één maand", "2": "twee maanden"}[str(taken.fields["months"])]
    because = {"complex": "uw verzoek is ingewikkeld", "many": "wij hebben veel verzoeken tegelijk"}
    return [
        (
            "Wij hebben meer tijd nodig",
            [
                f"Wij verlengen de termijn één keer, met {months}, omdat {because[taken.fields['because']]} (artikel 12 lid 3 van"
                f" de AVG). {_when_answered(told)}",
                str(taken.fields["toAsker"]),
            ],
        ),
        ("Als u het er niet mee eens bent", [_complaint(told.law)]),
    ]


def _lifting(told: LetterTells, taken: Taken) -> Paragraphs:
    said = (
        "Wij hebben gegevens over u afgeschermd: wij bewaarden ze alleen, en gebruikten ze niet. Die afscherming heffen wij op na het"
        " versturen van deze brief (artikel 18 lid 3 van de AVG)."
    )
    knows: Paragraphs = []
    if kinds := kinds_of_receivers(told.law, told.told_of_it):
        words = f"Wie het eerder van ons kreeg, hebben wij verteld wat er is veranderd. Dat zijn: {'; '.join(kinds)}."
        knows = [("Wie dit ook weet", [words, "U kunt ons vragen wie dat zijn (artikel 19 van de AVG)."])]
    return [("De afscherming eindigt", [said, str(taken.fields["toAsker"])]), *knows, *_remedies(told)]


def _neither(grounds: Sequence[str]) -> Paragraphs:
    """In the same words whether there is something or not."""
    said = " en ".join(GROUNDS_10_7[one] for one in grounds)
    return [
        (
            "Ons besluit",
            [
                "Wij geven u geen overzicht van gegevens. Wij kunnen niet bevestigen en niet ontkennen dat er gegevens over u zijn.",
                f"Dat is noodzakelijk en evenredig in het belang van: {said} (artikel 10 lid 7 van het protocol en artikel 41 van de"
                " Uitvoeringswet AVG). Wie in zo'n geval alleen zou horen dat er niets is, zou uit ieder ander antwoord kunnen"
                " opmaken dat er wél iets is.",
                "Wij kijken later opnieuw of dit nog nodig is.",
            ],
        )
    ]


def _grounds(told: LetterTells) -> list[str]:
    """The interests for which something is set aside, each once, in the order of the article."""
    taken = told.decision
    found = set(taken.fields.get("grounds", ())) if taken and taken.key == NEUTRAL else set()
    for _, one in told.items:
        found |= set(one.fields.get("grounds", ())) if one.key == WITHHOLD else set()
    return sorted(found)


def _answer(told: LetterTells, taken: Taken) -> Paragraphs:
    outcome = taken.outcome
    if taken.key == ON_BEZWAAR and outcome == "unfounded":
        outcome = "unfounded-bezwaar"
    found: Paragraphs = [("Ons besluit", [_OUTCOME[outcome], str(taken.fields["toAsker"])])]
    for place, one in enumerate(given_items(told), 1):
        found.append((f"Gegeven {place}", [one["what"], *_about(one)]))
    done = [
        f"{item.fields['what']} – {one.fields['done']}" for item, one in told.items if one.outcome in ("done", "partly")
    ]
    if done:
        found.append(("Wat wij doen", done))
    if outcome != "nothing" and (apart := _kept_apart(str(told.request["kind"]), granted=bool(done))):
        found.append(("Afscherming", apart))
    refused = [
        f"{item.fields['what']} – {REFUSED_ON[one.fields['refusedOn']]}. {one.fields['toAsker']}"
        for item, one in told.items
        if one.outcome in ("partly", "refused")
    ]
    if refused:
        found.append(("Wat wij niet doen", refused))
    if grounds := _grounds(told):
        said = " en ".join(GROUNDS_10_7[one] for one in grounds)
        found.append(
            (
                "Wat wij niet geven",
                [
                    f"Een deel geven wij niet, omdat dat noodzakelijk en evenredig is in het belang van: {said} (artikel 10 lid 7"
                    " van het protocol en artikel 41 van de Uitvoeringswet AVG).",
                    "Wij kijken later opnieuw of dit nog nodig is.",
                ],
            )
        )
    return [*found, *proof(proof_told(told))]


def _kept_apart(kind: str, *, granted: bool) -> list[str]:
    """What is restricted from now on, and what is no more: he hears it before it ends (art. 18 lid 3 AVG)."""
    said = []
    if kind in RESTRICTED_WHILE_EXAMINED:
        said.append(
            "Zolang wij uw verzoek onderzochten, hebben wij wat over u gaat alleen bewaard. Na deze brief eindigt dat voor wat wij"
            " niet doen (artikel 18 lid 3 van de AVG)."
        )
    if granted and kind in KEPT_APART:
        said.append(
            "Waarover wij hierboven schrijven dat wij het doen, bewaren wij alleen; wij gebruiken het niet. Voordat dat eindigt,"
            " krijgt u daarover een brief (artikel 18 lid 3 van de AVG)."
        )
    return said


def _about(one: Mapping[str, str]) -> list[str]:
    return [
        f"Waar het vandaan komt: {one['source']}",
        f"Waarvoor het is gebruikt: {one['use']}",
        f"Wie het kreeg: {one['recipients']}",
        f"Hoe lang het wordt bewaard: {one['keptFor']}",
    ]


def _remedies(told: LetterTells) -> Paragraphs:
    who = told.law.choices.notice["verwerkingsverantwoordelijke"] or told.law.municipality
    if told.request["kind"] == BEZWAAR:
        way = (
            "U kunt binnen zes weken na de dag waarop deze beslissing is bekendgemaakt beroep instellen bij de rechtbank (artikel"
            " 6:7 en 8:1 van de Algemene wet bestuursrecht)."
        )
    else:
        way = (
            f"U kunt binnen zes weken na de dag waarop dit besluit is bekendgemaakt bezwaar maken bij {who}. Zet in uw"
            " bezwaarschrift uw naam en adres, de datum, om welk besluit het gaat en waarom u het er niet mee eens bent, en"
            f" onderteken het (artikel 6:5 en 6:7 van de Algemene wet bestuursrecht). Het nummer is {told.number}."
        )
    return [("Als u het er niet mee eens bent", [way, _complaint(told.law)])]


def _complaint(law: Law) -> str:
    return law.choices.notice["klacht"] or "U kunt een klacht indienen bij de Autoriteit Persoonsgegevens."


def told_decision(kind: str, decisions: Sequence[Taken]) -> Taken | None:
    """Which decision a letter of this kind tells: the last."""
    keys = {EXTENSION: (EXTEND,), LIFTING: (LIFT,)}.get(kind, DECIDING)
    return next((one for one in reversed(decisions) if one.key in keys), None)
