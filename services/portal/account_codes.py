"""What a verantwoordingsdossier calls what its chapters name by a code, as far as the law has no word for it."""

from __future__ import annotations

ACCOUNT_GROUPS = {
    "decision": "Besluiten",
    "check": "Privacytoetsen",
    "source": "Bronnen",
    "record": "Vastgelegd",
    "task": "Gevraagd aan wie het dossier niet heeft",
    "meeting": "Overleggen",
    "informing": "Informeren van betrokkenen",
    "request": "Verzoeken van betrokkenen",
    "disclosure": "Verstrekt",
    "look": "Eerdere dossiers geraadpleegd",
    "opening": "Wie wat opende",
    "retention": "Bewaren en vernietigen",
    "trail": "Andere regels van het auditspoor",
}
"""The parts of a chapter, in their order."""
ACCOUNT_STANDINGS = {
    "here": "Dit onderdeel heeft gegevens van dit signaal.",
    "elsewhere": "Dit onderdeel had dit signaal, en heeft het overgedragen",
    "destroyed": "Wat dit onderdeel van dit signaal had, is vernietigd",
    "nothing": "Dit onderdeel heeft niets van dit signaal.",
    "not-believed": "De gegevens van dit onderdeel zijn buiten het systeem om veranderd. Er staat daarom niets van in dit dossier.",
}
WHY_MISSING = {
    "silent": "Dit hoofdstuk ontbreekt: het onderdeel gaf geen antwoord.",
    "refused": "Dit hoofdstuk ontbreekt: het onderdeel geeft het niet aan wie dit dossier heeft opgemaakt.",
}
ACCOUNT_FACTS = {
    "state": "Staat op",
    "phase": "Fase",
    "protocol": "Versie van het protocol",
    "receivedOn": "Ontvangen op",
    "arrivedAt": "Hier sinds",
    "lastActOn": "Laatste handeling",
    "dueOn": "Uiterlijk",
    "cluster": "Cluster",
    "closedTo": "Gesloten voor zoveel personen",
    "handedTo": "Wordt overgedragen aan",
    "handingOverSince": "Overdracht sinds",
    "holder": "Ligt bij",
    "since": "Sinds",
    "endsOn": "Bewaard tot en met",
    "findableBy": "Aantal zoeksleutels",
    "contactData": "Contactgegevens van de melder",
    "duties": "Plichten tot informeren",
}
ACCOUNT_CONTACT = {
    "kept": "aanwezig, apart bewaard",
    "closed": "gesloten: niemand neemt nog contact op",
    "none": "geen",
}
ACCOUNT_STEPS = {
    "signal sealed": "Naar de niet-actieve omgeving",
    "destruction list made": "Op een vernietigingslijst geplaatst",
    "destruction approved": "Vernietiging goedgekeurd",
    "destruction declared": "Vernietiging verklaard",
    "rows destroyed": "Gegevens gewist bij",
    "keys destroyed": "Sleutel vernietigd van",
    "hold": "Vernietigingsstop gevraagd",
    "informing asked": "Gewacht op een besluit over informeren",
    "informing is due": "Een dag waarop deze persoon het moet weten",
    "consultation asked": "Raadpleging gevraagd",
    "consultation given": "Raadpleging gegeven",
    "person asked": "Een verzoek van een betrokkene voorgelegd aan wie het dossier heeft",
}
ACCOUNT_UNTIL = {
    "case closed": "alleen te lezen tot en met",
    "signal sealed": "bewaard tot en met",
    "hold": "tot en met",
    "destruction list made": "uiterste dag",
    "destruction declared": "onherstelbaar vanaf",
    "share waits for its receiver": "te lezen tot en met",
    "consultation asked": "te lezen tot",
    "consultation given": "te lezen tot",
}
"""What the day is that stands with it; of the others by when it is to be done."""
ACCOUNT_STATUSES = {
    "proposed": "voorgesteld",
    "questioned": "met een vraag terug",
    "refused": "niet akkoord",
    "withdrawn": "ingetrokken",
    "urgent": "met spoed",
    "signed": "ondertekend door de ontvanger",
    "link": "met de koppeling",
    "inbox": "in het postvak",
    "entered": "ingevoerd door wie het dossier heeft",
}
ACCOUNT_OUTCOMES = {
    "answered": "beantwoord",
    "waiting": "wacht op antwoord",
    "open": "niet gesloten",
    "closed": "gesloten",
    "sealed": "niet-actief",
    "nowhere": "nergens gevonden",
    "accepted": "aangenomen",
    "refused": "geweigerd",
}
ACCOUNT_REASONS = {
    "contact": "contact met de betrokkene",
    "disclosure": "een verstrekking",
    "same-person": "een andere naam van dezelfde persoon",
    "not-concerned": "de persoon bleek niet betrokken",
    "intervention": "een interventie",
    "review": "de dag waarop uitstel opnieuw wordt bekeken",
    "notice-undeliverable": "een kennisgeving die terugkwam",
    "at-once": "het besluit om te informeren",
    "received": "een verstrekking binnen de gemeente",
}
"""Why there is a day by which somebody has to know (shared/protocol/moments.py)."""
