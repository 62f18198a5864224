"""What is chosen from when a data breach is described, by code (art. 4, 33 and 34 AVG)."""

from __future__ import annotations

BROKEN = {
    "confidentiality": "vertrouwelijkheid: iemand zag of kreeg wat niet voor hem was",
    "integrity": "juistheid: gegevens zijn gewijzigd door wie dat niet mocht",
    "availability": "beschikbaarheid: gegevens zijn weg of onbereikbaar",
}
NO_INCIDENT = {
    "allowed": "het hoorde bij iemands werk",
    "no-data": "er zijn geen persoonsgegevens geraakt",
    "fault": "een storing of een herstel, zonder dat iemand iets zag of kreeg",
    "test": "een oefening of een beproeving",
    "known": "het hoort bij een inbreuk die al in het register staat",
}
RISKS = {
    "unlikely": "waarschijnlijk geen risico voor de rechten en vrijheden van personen",
    "risk": "een risico",
    "high": "waarschijnlijk een hoog risico",
}
DATA = {
    "identity": "naam, adres, geboortedatum",
    "identifier": "nummer dat iemand aanwijst, zoals een KvK-nummer",
    "contact": "telefoonnummer of e-mailadres",
    "report": "inhoud van een melding of dossier",
    "reporter": "gegevens van een melder",
    "criminal": "gegevens van strafrechtelijke aard (art. 10 AVG)",
    "special": "bijzondere gegevens (art. 9 AVG)",
    "account": "gegevens van het account van een medewerker",
    "handling": "wie wat wanneer deed, zonder inhoud",
}
CLASSES = {
    "concerned": "betrokkenen over wie is gemeld",
    "reporters": "melders",
    "staff": "medewerkers",
    "others": "anderen",
}
NOT_TOLD = {
    "no-high-risk": "waarschijnlijk geen hoog risico (art. 34 lid 1 AVG)",
    "unreadable": "de gegevens waren onleesbaar voor wie ze niet mocht zien (art. 34 lid 3 onder a AVG)",
    "risk-gone": "door wat er is gedaan, is het hoge risico weg (art. 34 lid 3 onder b AVG)",
    "publicly": "onevenredig veel moeite; er is een openbare mededeling gedaan (art. 34 lid 3 onder c AVG)",
    "withheld": "het belang van toezicht, opsporing of een ander gaat voor (art. 41 lid 1 UAVG)",
}
