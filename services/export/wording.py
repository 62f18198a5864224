"""What the document of a share says: clean Dutch, for who has never seen this system."""

from __future__ import annotations

from typing import Any

from services.export.plan_words import plan_duties, plan_opening, plan_parts, plan_title
from shared.contracts.export import ShareContent, SharedItem, Unanswered
from shared.contracts.intake import ReportedObject, Subject
from shared.engine.documents import REPORT
from shared.protocol.live import TRIAL
from shared.protocol.model import Law
from shared.protocol.phase_4_approach import RIEC_CRITERIA
from shared.protocol.show import day

MATCHES = {"name": "De naam", "address": "Het adres"}
OBJECTS = {"address": "adres", "building": "pand", "business": "bedrijf", "parcel": "perceel", "other": "ander object"}
AT_ONCE_WORDS = "ja: verstrekt zonder te wachten, omdat iemands leven of veiligheid in gevaar kan zijn"
HEADING = "Verstrekking van gegevens over een signaal van ondermijning"


def document(law: Law, content: ShareContent, *, live: bool) -> dict[str, Any]:
    """Its words: title, opening, lines (name and value), parts (heading and paragraphs), paragraphs."""
    receiver, plan = law.called(content.recipient), content.plan
    return {
        "title": plan_title(plan) if plan else HEADING,
        "sender": law.municipality,
        "number": content.number,
        "trial": None if live else TRIAL,
        "opening": plan_opening(plan, receiver)
        if plan
        else (
            f"De gemeente verstrekt de gegevens hieronder aan: {receiver}. Elk gegeven is afzonderlijk gekozen; wat hier niet"
            " staat, is niet verstrekt."
        ),
        "lines": [
            ["Kenmerk", content.number],
            ["Ontvanger", receiver],
            ["Besluit", f"{law.answered(content.decision, content.outcome)} ({content.article})"],
            ["Datum van het besluit", day(content.decided_on)],
            *([["Spoed", AT_ONCE_WORDS]] if content.urgent else []),
            *(["Voor uw taak", one] for one in content.tasks),
            *(["Grondslag", one] for one in content.bases),
            ["Privacyprotocol", f"art. 6 lid 1 en {content.article}"],
            ["Niet verstrekt", _left_out(content)],
        ],
        "parts": [
            part
            for part in (
                *(plan_parts(law, plan) if plan else ()),
                *_answers(content),
                _persons(content),
                _objects(content),
                *_items(law, content),
            )
            if part
        ],
        "paragraphs": [*(plan_duties(plan) if plan else ()), *_duties(content)],
    }


def _left_out(content: ShareContent) -> str:
    found, items, concerned, in_part = [], content.left_out, content.left_out_concerned, content.concerned_in_part
    if items:
        found.append("één gegeven uit hetzelfde dossier" if items == 1 else f"{items} gegevens uit hetzelfde dossier")
    if concerned:
        who = "één persoon of object" if concerned == 1 else f"{concerned} personen of objecten"
        found.append(f"naam en adres van {who} in de gegevens hieronder")
    if in_part:
        found.append(
            f"een deel van wat bekend is van {'één persoon' if in_part == 1 else f'{in_part} personen'} hieronder"
        )
    return ", en ".join(found) or "niets"


def _answers(content: ShareContent) -> list[list[Any]]:
    """In the order of article 2.16 of the BGS; what was not answered says so."""
    return [
        [question, [_answered(content.answers[key])]]
        for key, question in RIEC_CRITERIA.items()
        if key in content.answers
    ]


def _answered(answer: str | Unanswered) -> str:
    return f"Niet beantwoord, omdat: {answer.because}" if isinstance(answer, Unanswered) else answer


def _persons(content: ShareContent) -> list[Any]:
    return (
        ["Personen", [f"{key}: {_person(one)}." for key, one in content.subjects.items()]] if content.subjects else []
    )


def _person(one: Subject) -> str:
    return ", ".join(value.rstrip(".") for value in (one.name, one.address, one.occupation) if value)


def _objects(content: ShareContent) -> list[Any]:
    found = [f"{key}: {_object(one)}." for key, one in content.objects.items()]
    return ["Panden, bedrijven en andere objecten", found] if found else []


def _object(one: ReportedObject) -> str:
    return ", ".join(value.rstrip(".") for value in (OBJECTS.get(one.kind), one.address, one.description) if value)


def _items(law: Law, content: ShareContent) -> list[list[Any]]:
    return [[f"Gegeven {place}: {_called(law, one)}", _lines(one)] for place, one in enumerate(content.items, 1)]


def _called(law: Law, one: SharedItem) -> str:
    """Its source, and whether that is open or closed (art. 6 lid 1)."""
    if one.category == REPORT:
        return "de melding"
    kind = "gesloten bron" if one.category in law.closed_sources() else "open bron"
    return f"{law.called(one.category)} ({kind})"


def _lines(one: SharedItem) -> list[str]:
    found = [] if one.about == REPORT else [f"Over {one.about}."]
    found += [one.text] if one.text else []
    for name, right in (one.matches or {}).items():
        found.append(f"{MATCHES.get(name, name)}: {'klopt' if right else 'klopt niet'} volgens de bron.")
    return found


def _duties(content: ShareContent) -> list[list[str]]:
    taken_up = "" if content.plan else " Laat weten of u het oppakt; zo niet, met de reden."
    found = [
        [
            "Wat u ermee doet",
            f"U gebruikt deze gegevens alleen voor uw eigen wettelijke taak.{taken_up} Blijkt iets onjuist, dan hoort de"
            " gemeente dat graag meteen.",
        ]
    ]
    if content.passes_duty:
        found.append(
            [
                "Wie de betrokkene informeert",
                "Pakt u dit op, dan informeert u de betrokkene volgens het recht dat voor u geldt. De gemeente doet"
                " dat voor uw deel niet.",
            ]
        )
    return found
