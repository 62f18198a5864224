"""What people call what the pages of who watches show by a code. What the law calls something is asked of the law."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.portal.words import WORDS
from shared.protocol.afterwards import BECAUSE, JUDGED_AS
from shared.protocol.breach_lists import CLASSES
from shared.protocol.informing import GROUNDS, NOT_DUE
from shared.protocol.never_informed import ABOUT_EACH, UNDECIDED
from shared.protocol.opening import PURPOSES_OF_OPENING
from shared.protocol.phase_5 import HOLD_GROUNDS

DUTY_STATES = {
    "open": "nog niet besloten over informeren",
    "to-send": "besloten te informeren; nog niet verstuurd",
    "deferred": "informeren is uitgesteld",
    "sent": "geïnformeerd",
    "not-due": "informeren hoeft niet",
}
LISTED_STATES = {
    "listed": "wacht op besluit",
    "approved": "goedgekeurd",
    "releasing": "wordt vernietigd",
    "released": "vernietigd",
    "withheld": "aangehouden",
}
HOLD_STATES = {"proposed": "gevraagd, wacht op de beheerder", "held": "van kracht", "ended": "beëindigd"}
ARCHIVE_WORDS = {
    "archive-signal": "de melding en open bevindingen",
    "archive-closed": "bevindingen uit gesloten bronnen",
    "archive-case": "gegevens van de behandeling",
}
MISSING_PARTS = {"compaction": "het herschrijven van de sleutelkluis"}
SERVICE_WORDS = {
    "intake": "ontvangst van meldingen",
    "assessment": "fase 1 en 2",
    "sources": "fase 3",
    "casework": "fase 4 en 5",
    "rights": "informeren van betrokkenen",
    "export": "verzending",
    "retention": "bewaren en vernietigen",
    "access": "toegang",
    "oversight": "toezicht",
    "worklist": "werklijst",
}
ROADS = {
    "forwarding": "doorgezet",
    "paper": "stuk voor een overleg",
    "question": "vraag aan een bronhouder",
    "intervention": "opdracht",
    "riec-package": "pakket voor het RIEC",
    "plan": "voorstel voor een plan",
}
ACTIONS = {
    "signal received": "signaal ontvangen",
    "report accepted": "melding aangenomen",
    "signal opened": "dossier geopend",
    "task opened": "taak geopend",
    "decision taken": "besluit genomen",
    "decision proposed": "besluit voorgesteld",
    "decision co-signed": "besluit medeondertekend",
    "decision refused": "medeondertekening geweigerd",
    "decision questioned": "vraag gesteld bij een voorstel",
    "decision withdrawn": "besluit ingetrokken",
    "fact recorded": "gegeven vastgelegd",
    "attendance recorded": "aanwezigheid vastgelegd",
    "meeting called": "overleg belegd",
    "request registered": "verzoek geregistreerd",
    "register of requests read": "register van verzoeken gelezen",
    "overdue requests read": "verzoeken die te laat zijn gelezen",
    "request destroyed": "verzoek vernietigd na zijn tijd in het register",
    "decisions read": "besluiten gelezen",
    "reasons read": "redenen van besluiten gelezen",
    "chapter of accountability read": "hoofdstuk van een verantwoordingsdossier gelezen",
    "accountability file bound": "verantwoordingsdossier opgemaakt",
    "audit trail read": "auditspoor gelezen",
    "disclosure register read": "register van verstrekkingen gelezen",
    "urgent shares read": "spoedverstrekkingen gelezen",
    "urgent share read": "spoedverstrekking gelezen",
    "urgent share judged": "spoedverstrekking beoordeeld",
    "overdue duties read": "te late plichten gelezen",
    "deferrals read": "uitstel van informeren gelezen",
    "figures read": "cijfers gelezen",
    "statistics read": "kwartaalcijfers gelezen",
    "counts of a quarter kept": "aantallen van een kwartaal bewaard",
    "kept counts removed": "bewaarde aantallen verwijderd",
    "audit lines forgotten": "begin van een auditspoor vernietigd na de termijn",
    "accepted reports forgotten": "kenmerken van meldingen vernietigd na hun termijn",
    "register entries forgotten": "regels van registers vernietigd na hun termijn",
    "copies of designations forgotten": "kopieën van geëindigde aanwijzingen vernietigd na hun termijn",
    "designations forgotten": "geëindigde aanwijzingen vernietigd na hun termijn",
    "designations forgotten again": "aanwijzingen die na hun termijn waren teruggezet, opnieuw vernietigd",
    "destruction list read": "vernietigingslijst gelezen",
    "destruction list made": "vernietigingslijst gemaakt",
    "approvals read": "goedkeuringen gelezen",
    "duties of a list told": "plichten van een lijst gemeld",
    "duties to inform began": "plichten tot informeren begonnen",
    "duty began": "plicht tot informeren begonnen",
    "duty destroyed": "plicht tot informeren vernietigd",
    "informing is due": "informeren komt dichterbij",
    "informing decided": "over informeren besloten",
    "notice heard of": "van een kennisgeving gehoord",
    "its signal has begun": "behandeling van het signaal begonnen",
    "its signal is to be destroyed": "het signaal wordt vernietigd",
    "signal handed over": "signaal overgedragen",
    "signal ended": "signaal beëindigd",
    "signal sealed": "signaal naar de niet-actieve omgeving",
    "sealed signal looked up": "niet-actief signaal opgezocht",
    "signal destroyed": "signaal vernietigd",
    "signal withheld for a hold": "signaal aangehouden",
    "signal taken off a destruction list": "signaal van een vernietigingslijst gehaald",
    "case closed": "casus gesloten",
    "case moved to the non-active environment": "casus naar de niet-actieve omgeving",
    "move of a case ordered": "verplaatsing van een casus opgedragen",
    "share waits for its receiver": "verstrekking staat klaar",
    "share fetched": "verstrekking opgehaald",
    "share received": "verstrekking ontvangen",
    "share answered": "verstrekking beantwoord",
    "share asked about": "naar een verstrekking gevraagd",
    "share ended": "verstrekking beëindigd",
    "share ends with its task": "verstrekking eindigt met de taak",
    "share read beforehand": "verstrekking vooraf gelezen",
    "paper read beforehand": "stuk vooraf gelezen",
    "link for a share made": "koppeling voor een verstrekking gemaakt",
    "letter made": "brief gemaakt",
    "letter read": "brief gelezen",
    "request letter made": "brief over een verzoek gemaakt",
    "request letter read": "brief over een verzoek gelezen",
    "contact data opened": "contactgegevens van de melder geopend",
    "reporter withdrew": "melder trok contact in",
    "consultation asked": "raadpleging gevraagd",
    "existence asked": "gevraagd of er al iets is",
    "existence answered": "beantwoord of er al iets is",
    "findable not believed": "zoeksleutels niet geloofd",
    "sealed signal given to look into": "beëindigd signaal te raadplegen gegeven",
    "nothing given to look into": "niets te raadplegen gegeven",
    "closed case consulted": "gesloten casus geraadpleegd",
    "sealed signal consulted": "beëindigd signaal geraadpleegd",
    "items forgotten": "gegevens gewist",
    "hold ended by its date": "stop geëindigd op zijn einddatum",
    "holds looked at": "stops bekeken",
    "designated": "aangewezen",
    "frozen": "bevroren: de gegevens zijn niet zoals dit onderdeel ze schreef",
    "frozen no longer": "niet langer bevroren",
    "a turn came twice": "er is twee keer besloten, één keer op teruggezette gegevens",
    "audit lines refused": "regels geweigerd die dit onderdeel niet schreef",
    "breach proposed": "mogelijk datalek voorgelegd aan de FG",
    "breach entry begun": "datalek in het register gezet",
    "breach entry opened": "datalek geopend",
    "breach entry destroyed": "datalek vernietigd na zijn tijd in het register",
    "breach register read": "datalekregister bekeken",
    "access list read": "lijst van wie wat zag bekeken",
    "agenda changed": "agenda van een overleg gewijzigd",
    "meeting closed": "overleg afgesloten",
    "member spoke in a meeting": "lid sprak zich uit in een overleg",
    "minutes read": "verslag gelezen",
    "audit line gone": "een regel die dit onderdeel schreef, is weg",
    "storage of keys not compacted in time": "opslag van sleutels niet op tijd opgeschoond",
    "letterbox key refused": "sleutel van een brievenbus geweigerd",
    "logged in": "ingelogd",
    "logged out": "uitgelogd",
    "case opened": "casus geopend",
    "child marked": "minderjarige aangemerkt",
    "signal closed to a person": "signaal gesloten voor iemand die niet meedoet",
    "signal opened to a person": "signaal weer geopend voor iemand",
    "closed to a person elsewhere": "elders gesloten voor iemand die niet meedoet",
    "cluster joined": "samengenomen met andere signalen",
    "cluster split": "weer apart van andere signalen",
    "draft kept": "concept bewaard",
    "draft thrown away": "concept weggegooid",
    "duty opened": "plicht tot informeren geopend",
    "duty goes on under another name": "plicht tot informeren gaat verder bij dezelfde persoon",
    "duty of the same person added": "plicht van dezelfde persoon erbij genomen",
    "one of two duties was done already": "een van twee plichten was al vervuld",
    "informing before destruction": "informeren vóór de vernietiging gevraagd",
    "destruction list escalated": "vernietigingslijst niet op tijd goedgekeurd",
    "destruction at the ultimate date": "vernietiging in gang gezet na de uiterste dag",
    "signal destroyed but for what is held": "signaal vernietigd, behalve wat een stop bewaart",
    "question read beforehand": "vraag aan een bronhouder vooraf gelezen",
    "share read": "verstrekking gelezen",
    "share kept back": "verstrekking tegengehouden: iets erin is afgeschermd",
    "share kept back no more": "verstrekking niet langer tegengehouden",
    "outside said": "bericht van een ontvanger buiten de gemeente",
    "receiver of what was destroyed is not known": "ontvanger van wat is vernietigd, is niet bekend",
    "person asks": "verzoek van een betrokkene ontvangen",
    "opened for a request": "geopend voor een verzoek van een betrokkene",
    "request answered": "verzoek van een betrokkene beantwoord",
    "person restricted": "iemand afgeschermd",
    "restriction lifted": "afscherming opgeheven",
    "words erased": "woorden gewist op verzoek van wie het betreft",
    "holder asked": "verzoek voorgelegd aan wie het signaal heeft",
    "holder answered": "antwoord op een verzoek ontvangen",
    "answer came too late": "antwoord op een verzoek kwam te laat: een ander heeft het signaal, of er is opnieuw gevraagd",
    "services asked": "onderdelen gevraagd wat zij bewaren",
    "holdings told": "gezegd wat dit onderdeel bewaart",
    "sealed signal given for a request": "beëindigd signaal gegeven voor een verzoek",
    "nothing given for a request": "niets gegeven voor een verzoek",
    "sealed signal opened for a request": "beëindigd signaal geopend voor een verzoek",
    "procedure runs": "verzet of bezwaar loopt: niets wordt vernietigd",
    "procedure over": "verzet of bezwaar is afgelopen",
    "processing log read": "verwerkingenlogboek gelezen",
    "designation ended": "aanwijzing beëindigd",
    "designations restored": "aanwijzingen hersteld",
    "destructions-unread not believed": "aantekening van een vernietiging die niet te lezen is",
    "designations not believed": "aanwijzingen niet geloofd",
    "token given": "toegangsbewijs gegeven",
    "receiver is told of destruction": "ontvanger hoort van vernietiging",
    "receiver heard of destruction": "ontvanger weet van vernietiging",
}
PATTERNS = {
    "by-hand": "gemerkt door iemand",
    "chain": "een auditspoor is niet volledig of is veranderd",
    "tampered": "gegevens zijn veranderd buiten het systeem om",
    "outside-hours": "buiten kantooruren geopend",
    "burst": "veel in korte tijd geopend",
    "no-work": "geopend zonder dat er werk aan was",
}
"""What an entry of the breach register came of."""
PATTERN_FACTS = {
    "producer": "onderdeel",
    "line": "regel van het auditspoor",
    "action": "wat er staat",
    "at": "wanneer",
    "record": "over",
    "reason": "waarom",
    "actor": "wie",
    "day": "dag",
    "looks": "keren geopend",
    "records": "verschillende nummers",
    "from": "van",
    "until": "tot",
    "which": "welke nummers",
}
"""On what a proposal rests, by its name in the facts."""
OPENING = frozenset(
    {
        "signal opened",
        "task opened",
        "contact data opened",
        "reasons read",
        "sealed signal looked up",
        "closed case consulted",
        "sealed signal consulted",
    }
)
"""Of the audit trail: somebody saw something of a signal."""
_RESULTS = {"done": "", "refused": "geweigerd", "not-now": "kon toen niet", "not-found": "niet gevonden"}


def action(code: str) -> str:
    """A line of the audit trail in words; a request that was refused is named by what was asked."""
    what, _, key = code.partition(": ")
    if what.partition(" ")[0] in ("GET", "POST", "PUT", "DELETE"):
        return "verzoek aan het systeem"
    return ACTIONS.get(what, what) + (f": {key}" if key else "")


def result(code: str) -> str:
    return _RESULTS.get(code, code)


def item_called(item: str) -> str:
    """Something of a signal, by its code: what it says is not known here."""
    kind, _, rest = item.partition("-")
    if kind == "decision":
        return f"de woorden van besluit {rest[:8]}"
    return "de melding" if item == "report" else item


def concern_called(code: str) -> str:
    """A person or object, or one field of a person: `S1.name`."""
    who, _, part = code.partition(".")
    return f"{who} ({WORDS.get(part, part)})" if part else who


def _named(words: Mapping[str, str]) -> Callable[[str], str]:
    return lambda code: words.get(code, code)


FILTERS: dict[str, Callable[[str], str]] = {
    "duty_state": _named(DUTY_STATES),
    "listed_state": _named(LISTED_STATES),
    "hold_state": _named(HOLD_STATES),
    "hold_ground": _named(HOLD_GROUNDS),
    "archive": _named(ARCHIVE_WORDS),
    "missing_part": _named(SERVICE_WORDS | ARCHIVE_WORDS | MISSING_PARTS),
    "ground": _named(GROUNDS | NOT_DUE | {UNDECIDED: "over deze persoon is niet besloten"}),
    "about_each": _named(ABOUT_EACH),
    "part_called": _named(SERVICE_WORDS),
    "road": _named(ROADS),
    "judged_as": _named(JUDGED_AS),
    "because": _named({code: words for some in BECAUSE.values() for code, words in some.items()}),
    "opened_for": _named(PURPOSES_OF_OPENING),
    "pattern_called": _named(PATTERNS),
    "fact_called": _named(PATTERN_FACTS),
    "class_called": _named(CLASSES),
    "item_called": item_called,
    "concern_called": concern_called,
    "action": action,
    "result": result,
}
