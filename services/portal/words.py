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
ABOUT_CALLED = {
    "source": "Over welke bron?",
    "question": "Over welke vraag?",
    "item": "Over welk gegeven?",
    "recipient": "Over welke ontvanger?",
    "intervention": "Over welke interventie?",
    "partner": "Over welke partner?",
    "fact": "Welk gegeven klopt niet?",
    "person": "Over welke persoon?",
    "rectified": "Wat klopte er niet?",
    "receiver": "Welke ontvanger?",
    "asked": "Welke vraag?",
    "finding": "Welke bevinding?",
    "holder": "Over welke dienst?",
    "found": "Over welk gegeven?",
}
"""How the page asks for what a decision is about, by the kinds of the law."""
ACTIONS_CALLED = {
    "co-sign": "Voorstel bekijken en ondertekenen",
    "answer-question": "Vraag over uw voorstel beantwoorden",
    "take-back": "Uw voorstel intrekken",
    "close": "Dit signaal voor iemand sluiten",
    "open": "Dit signaal weer openen voor iemand",
    "join": "Samenvoegen met een ander signaal",
    "split": "Uit het cluster halen",
}
RIGHTED_ABOUT = frozenset({"fact", "person", "rectified"})
"""Decisions about these put something right."""
PUT_RIGHT_RECORDS = ("child", "reporter-clue")
OF_THE_PLAN = frozenset({"intervention", "partner", "asked", "finding"})
"""Decisions about these change a plan, or say how it stands."""
PLAN_RECORDS = ("intervention", "monitoring")
APPROACHES = ("approach", "reweighing")
PLAN_DECISIONS = ("propose-plan", "adopt-plan")
INTAKE_DECISION = "riec-intake"
NOTICE_SENT = "notice-sent"
NAMES_A_LETTER = {
    NOTICE_SENT: "brief",
    "request-information": "brieven",
    "request-extension-sent": "brieven",
    "request-answer-sent": "brieven",
    "request-lift-told": "brieven",
}
"""Decisions that say of a letter that it was sent, and the page on which it is made."""
HIT_FIELD, QUESTION_CATEGORY = "fields.hit", "question"
"""A finding of a source names the question that it answers."""
RIEC_DECISIONS = ("riec-answer", "riec-supplement", "riec-review")
"""Decisions and records that have a place on a page of their own; their forms are those of every other."""
INTERVENTION_STANDS = {
    "proposed": "voorgesteld",
    "adopted": "vastgesteld",
    "being-done": "in uitvoering",
    "executed": "uitgevoerd",
    "dropped": "vervallen",
}
VERSION_STANDS = {"proposed": "voorgelegd", "adopted": "vastgesteld", "replaced": "vervangen door een latere versie"}
RIEC_SAID = {
    "received": "Het pakket is ontvangen",
    "answered": "De Ondermijningstafel heeft geantwoord",
    "asked": "Het RIEC heeft een vraag",
    "accepted": "aangenomen",
    "accepted-with-local-part": "aangenomen, met een deel voor de gemeente",
    "refused": "niet aangenomen",
}
SERVICES_CALLED = {
    "assessment": "het onderdeel voor fase 1 en 2",
    "sources": "het onderdeel voor fase 3",
    "casework": "het onderdeel voor fase 4 en 5",
    "rights": "het onderdeel voor het informeren",
    "worklist": "de werklijst",
    "retention": "het onderdeel voor bewaren en vernietigen",
    "access": "het onderdeel voor toegang",
    "oversight": "het onderdeel voor toezicht",
}
RECORDED_BESIDE = {
    "voice:for": "Een lid van het overleg is het eens",
    "voice:against": "Een lid van het overleg is tegen",
    "closing:closed": "Gesloten voor iemand die niet meedoet",
    "closing:opened": "Weer geopend voor iemand",
    "withdrawal": "Een besluit is ingetrokken",
    "proposal-refused": "Niet akkoord met een voorstel",
    "proposal-questioned": "Vraag over een voorstel",
    "question-answered": "Antwoord op een vraag over een voorstel",
    "restricting:restricted": "Iemand is afgeschermd: wat over die persoon gaat, wordt alleen bewaard",
    "restricting:restricted-in-part": "Gegevens zijn afgeschermd: zij worden alleen bewaard",
    "restricting:granted-rectification": "Op een verzoek is verbetering toegewezen: dat wacht op uitvoering, en is afgeschermd",
    "restricting:granted-erasure": "Op een verzoek is verwijdering toegewezen: dat wacht op uitvoering, en is afgeschermd",
    "restricting:lifted": "Een afscherming is opgeheven",
    "clustering": "Samengenomen met andere signalen, of weer apart",
}
"""What is recorded beside the decisions of the law, by key and outcome, or by key."""
WORDS = {
    "urgent-judged": "Was het terecht dat dit met spoed is gedeeld?",
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
COUNTED = ("", "", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf")
"""A number in words; of one there are other words."""


def capitalized(words: str) -> str:
    """As at the start of a sentence, where *één* loses its first accent."""
    words = f"e{words[1:]}" if words.startswith("één") else words
    return words[:1].upper() + words[1:]
