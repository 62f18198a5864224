"""What a request can be, who can make it, how it is known who that is: the lists of article 10. Codes, with their names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

AS_REGISTERED, FOUND_ITEM, REQUEST_LETTER = "request", "request-found", "request-letter"
LOOKED_ITEM = "request-looked"
"""What stands in a request beside who asks: what is asked, what was found, the letters that were made, and how was looked."""
IDENTITY, EXTEND, EXTENSION_SENT, HOLDER = (
    "request-identity",
    "request-extend",
    "request-extension-sent",
    "request-holder",
)
ON_ITEM, WITHHOLD, ANSWER_SENT, ADJOURN = "request-item", "request-withhold", "request-answer-sent", "request-adjourn"
INFORMED = "request-information"
LIFT, LIFT_TOLD = "request-lift", "request-lift-told"
WITHHOLD_LAPSED, NEUTRAL_LAPSED = "request-withhold-lapsed", "request-neutral-lapsed"
ACCESS, BEZWAAR = "access", "bezwaar"
REQUEST_KINDS: Mapping[str, str] = MappingProxyType(
    {
        ACCESS: "inzage (art. 15 AVG)",
        "rectification": "verbetering of aanvulling (art. 16 AVG)",
        "erasure": "verwijdering (art. 17 AVG)",
        "restriction": "afscherming (art. 18 AVG)",
        "objection": "verzet in verband met bijzondere persoonlijke omstandigheden (art. 21 AVG)",
        BEZWAAR: "bezwaar tegen een besluit op een verzoek (art. 6:4 Awb)",
    }
)
RESTRICTED_WHILE_EXAMINED = ("rectification", "objection")
"""While these are examined, what they are about is only kept (art. 18 lid 1 onder a en d AVG)."""
KEPT_APART = (*RESTRICTED_WHILE_EXAMINED, "erasure", "restriction")
"""What is granted of these is only kept until it was carried out, or the restriction is lifted."""
CARRIED_OUT_THERE = ("rectification", "erasure")
"""What is granted of these is done in the file, by who has it; of the others it is done by keeping it apart."""
SELF, DECEASED = "self", "deceased"
CAPACITIES: Mapping[str, str] = MappingProxyType(
    {
        SELF: "voor zichzelf",
        "parent": "als ouder of voogd van een kind jonger dan 16 jaar",
        "curator": "als curator of mentor",
        "representative": "als gemachtigde",
        "lawyer": "als advocaat",
        DECEASED: "over iemand die is overleden",
    }
)
HOLDERS_OF_DATA: Mapping[str, str] = MappingProxyType(
    {
        "intake": "intake (contactgegevens van melders)",
        "assessment": "beoordeling (fase 1 en 2)",
        "sources": "bronnenonderzoek (fase 3)",
        "casework": "casusbehandeling (fase 4 en 5)",
        "rights": "rechten van betrokkenen (kennisgevingen en eerdere verzoeken)",
        "export": "verstrekkingen die op hun ontvanger wachten",
        "retention": "de niet-actieve omgeving",
        "oversight": "verantwoording (besluiten en verstrekkingen)",
    }
)
"""Every service that can hold something about a person (art. 10 lid 1): a test holds it against the privilege table."""


RECORD_FOUND, SEARCH_DONE, NOT_HANDLED, REQUEST_WITHDRAWN = (
    "request-record",
    "request-search-done",
    "request-not-handled",
    "request-withdrawn",
)
REQUEST_CHANNELS = {
    "paper": "op papier",
    "form": "met het formulier",
    "desk": "aan de balie",
}
"""How a request reaches the municipality."""
IDENTITY_METHODS = MappingProxyType(
    {
        "document-at-desk": "een geldig identiteitsbewijs is aan de balie getoond",
        "digid": "ingelogd met DigiD",
        "known-address": "een code die naar het adres uit de basisregistratie is gestuurd, is teruggegeven",
        "video-call": "een geldig identiteitsbewijs is in een beeldgesprek getoond",
        "visit": "een geldig identiteitsbewijs is bij een huisbezoek getoond",
    }
)
"""How it was established who asks. A copy of a document is never kept: there is nowhere to put one (R-10.7)."""
MANDATES = MappingProxyType(
    {
        "parental-authority": "het gezag staat in het gezagsregister of de basisregistratie",
        "court-order": "een beschikking van de rechter is getoond",
        "written": "een ondertekende machtiging is getoond",
        "lawyer": "hij staat als advocaat ingeschreven",
    }
)
LOOKED_IN = {
    "active": "wat in behandeling is",
    "closed": "gesloten casussen",
    "sealed": "de niet-actieve omgeving",
    "register": "registers en verstrekkingen",
}
LOOKED_HOW = {
    "lookup": "met de versleutelde zoeksleutels",
    "free-text": "de vrije tekst is doorgezien",
    "found-numbers": "met de nummers van de signalen die zijn gevonden",
    "by-number": "met een nummer of kenmerk dat de verzoeker gaf",
    "nothing-readable": "er is hier geen tekst die kan worden doorgezien",
}
WEIGHED, NEUTRAL, ON_BEZWAAR = "request-weighed", "request-neutral", "request-bezwaar"
GROUNDS_10_7 = MappingProxyType(
    {
        "a": "de veiligheid van de staat (a)",
        "b": "de voorkoming, opsporing en vervolging van strafbare feiten (b)",
        "c": "gewichtige economische en financiële belangen van de staat en andere openbare lichamen (c)",
        "d": "het toezicht op de naleving van voorschriften die zijn gesteld voor de belangen onder b en c (d)",
        "e": "de bescherming van de betrokkene of van de rechten en vrijheden van anderen (e)",
    }
)
"""The five interests of article 10 lid 7, for which a right is set aside as far as that is necessary (A-19)."""
OTHERS = MappingProxyType(
    {
        "nothing": "ja, er staat niets van hen in",
        "left-out": "ja, dat is weggelaten toen het werd opgeschreven",
    }
)
"""What somebody gets has nothing of another person in it, nor of who reported (art. 15 lid 4 AVG; R-10.1)."""
REFUSED_ON = MappingProxyType(
    {
        "accurate": "de gegevens zijn juist en volledig (art. 16 AVG)",
        "relevant": "de gegevens zijn ter zake dienend en nog nodig (art. 17 lid 1 AVG)",
        "legal-task": "zij zijn nodig voor een taak van algemeen belang of een wettelijke plicht (art. 17 lid 3 AVG)",
        "claim": "zij zijn nodig voor een rechtsvordering (art. 17 lid 3 onder e AVG)",
        "no-restriction": "geen van de gevallen van art. 18 lid 1 AVG doet zich voor",
        "overriding": "dwingende gronden wegen zwaarder dan de omstandigheden van de betrokkene (art. 21 lid 1 AVG)",
    }
)
"""On which article correction, erasure, restriction or an objection is refused."""
