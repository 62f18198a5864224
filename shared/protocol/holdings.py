"""What a service that nobody looks in by hand answers to a request of a person: that it has something of a number, in codes (art. 10
lid 1; art. 15 AVG)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from shared.protocol.answering import OVERVIEW
from shared.protocol.faults import Fault

ANSWERS_ITSELF = ("intake", "export", "retention", "oversight")
"""Of what these hold nobody can read who asks: each answers by a message of its own."""
HELD_IN_DOUBT, NOT_ALL = "doubted", "not-all"
RECEIPT_KEPT, UNDELIVERED = "receipt-kept", "report-undelivered"
SHARE = "share"
KEPT_SEALED, CLOSED_CASE, HASHES = "sealed", "closed-case", "hashes"
HAS_LINES, HAS_DECISIONS, HAS_DISCLOSURES = "trail", "decisions", "disclosures"
HOLDINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "intake": {
            RECEIPT_KEPT: "een ontvangstbewijs van de melding, zonder inhoud",
            UNDELIVERED: "een melding waarvan de bezorging bij de beoordeling nog niet is bevestigd, versleuteld",
        },
        "export": {SHARE: "een verstrekking"},
        "retention": {
            KEPT_SEALED: "een beëindigd signaal, versleuteld",
            CLOSED_CASE: "een gesloten casus: hoe lang die actief blijft",
            HASHES: "zoeksleutels",
        },
        "oversight": {
            HAS_LINES: "regels in het auditspoor: wie wat wanneer deed, zonder inhoud",
            HAS_DECISIONS: "besluiten, met hun motivering versleuteld",
            HAS_DISCLOSURES: "regels in het verstrekkingenregister",
        },
    }
)
"""What each can say that it has of a number, as people read it; nothing of what is in it."""
IN_DOUBT = "een regel waarvan niet vaststaat dat deze dienst hem schreef: dat wordt uitgezocht"
MORE_THAN_FITS = "meer dan in één antwoord past: wat hier staat, is niet alles wat deze dienst heeft"
OF_EACH = MappingProxyType({HELD_IN_DOUBT: IN_DOUBT, NOT_ALL: MORE_THAN_FITS})
"""What each of them can say besides."""
RULES = {
    "service-silent": (
        "intake, export, de niet-actieve omgeving en de verantwoording antwoorden zelf, met een bericht, wat zij van de gevonden"
        " nummers bewaren; zonder dat antwoord wordt er niet besloten"
    ),
}
"""As the document prints them, by the code of the fault."""


def called(service: str, what: str) -> str:
    return OF_EACH[what] if what in OF_EACH else HOLDINGS[service][what]


def may_tell(service: str, what: str) -> bool:
    """Whether a service says that it has what it can have."""
    return what in OF_EACH or what in HOLDINGS.get(service, {})


def is_silent(answered: Collection[tuple[str, str]], service: str, numbers: Collection[str]) -> bool:
    """Whether `service` has not answered by itself, or not about each of `numbers`. `answered`: services, each with a number about
    which it answered, or with nothing: that it answers."""
    return any((service, one) not in answered for one in ("", *numbers))


def silent_services(
    answered: Collection[tuple[str, str]], numbers: Collection[str], names: Mapping[str, str]
) -> list[Fault]:
    """`numbers`: of the signals that were found; `names`: of the services, as people know them."""
    left = [names[one] for one in ANSWERS_ITSELF if is_silent(answered, one, numbers)]
    words = f"{RULES['service-silent']}; nog niet: {', '.join(left)}"
    return [Fault("about", words, OVERVIEW, "service-silent")] if left else []
