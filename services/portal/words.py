"""What people call what the interface names by a code, as far as the law has no word for it."""

from __future__ import annotations

TASKS = {
    "co-signature": "Medeondertekenen",
    "co-signature-question": "Vraag van wie medeondertekent",
    "question": "Vraag over een bron",
    "intervention": "Opdracht",
    "paper": "Stuk voor een overleg",
    "plan": "Plan van Aanpak vaststellen",
    "department-question": "Vraag van een onderdeel",
    "department-report": "Bevinding van een onderdeel",
    "department-answer": "Antwoord op uw vraag",
    "outside-said": "Bericht van het RIEC",
}
TASKS_ANSWERED_AS = {"intervention": "De opdracht afronden"}
"""What the answer that ends a task is called on the way to it."""
DEEDS = {
    "progress": "Voortgang doorgeven",
    "department-question": "Een vraag stellen",
    "department-report": "Melden wat u aantrof",
}
"""What can be done while a task runs, by the key of its decision or record."""
SERVICES_CALLED = {
    "assessment": "het onderdeel voor fase 1 en 2",
    "sources": "het onderdeel voor fase 3",
    "casework": "het onderdeel voor fase 4 en 5",
    "rights": "het onderdeel voor het informeren",
}
WORDS = {
    "address": "adres",
    "occupation": "beroep",
    "description": "omschrijving",
    "kind": "soort",
    "role": "rol",
    "building": "gebouw",
    "business": "bedrijf",
    "parcel": "perceel",
    "other": "anders",
    "subject": "persoon",
    "source": "bron",
    "identity": "over wie of wat",
    "question": "vraag",
    "answer": "antwoord",
    "article": "artikel",
    "name": "naam",
    "about": "over",
    "proposedAs": "voorgesteld door",
    "proposedAt": "voorgesteld op",
    "reason": "reden",
    "said": "ingevuld",
    "concerns": "betrokkenen",
    "asked": "gevraagd en geantwoord",
    "dueOn": "uiterlijk",
    "answerBy": "antwoord uiterlijk op",
    "late": "te laat",
    "reminder": "herinnering verstuurd",
    "intervention": "wat",
    "instrument": "met welke bevoegdheid",
    "legalBasis": "grondslag",
    "plannedOn": "gepland op",
    "subjects": "personen",
    "objects": "adressen en andere objecten",
    "items": "gegevens",
    "finding": "gevonden",
    "progress": "voortgang",
    "paper": "stuk",
    "meeting": "overleg",
    "contact": "contact",
    "owner": "eigenaar",
}
