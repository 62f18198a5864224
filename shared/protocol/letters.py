"""The notice to a person as a letter: what AVG 14 asks that it says, chosen from lists (art. 26 lid 2).

Nothing is typed into it: what is said of the data are categories, of their source whether it is public, and of recipients
their names, as many as the register of disclosures has. So neither a reporter, nor another person, nor a reason of the file can stand in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from shared.protocol.conditions.orders import FOUND
from shared.protocol.faults import Fault
from shared.protocol.informing import CHANNELS
from shared.protocol.kinds import Choice, Choices
from shared.protocol.live import NOTICE
from shared.protocol.model import Field, Law
from shared.protocol.municipality import MEMBER, TABLE_OF_THE_RIEC, Municipality

LETTER = "letter"
DATA_CATEGORIES = {
    "identity": "uw naam en adres",
    "observations": "wat er is waargenomen op een adres of bij een object waarmee u in verband is gebracht",
    "enterprise": "gegevens over een onderneming of een inschrijving in het handelsregister",
    "property": "gegevens over eigendom, gebruik of bewoning van een pand",
    "permits": "gegevens over vergunningen, subsidies, uitkeringen en andere besluiten",
    "measures": "gegevens over maatregelen die de gemeente heeft genomen of voorbereidt",
}
"""Categories of personal data, as the person reads them (art. 14 lid 1 onder d AVG)."""
ALIKE = {
    "bronhouder": "wie binnen of buiten de gemeente een bron beheert waarin naar u is gevraagd",
    "meeting": "de deelnemers aan het overleg van de gemeente dat het signaal besprak",
}
"""Recipients that are named as a kind: who they are differs from day to day, or would say which source was asked."""
_ARTICLE = "art. 14 lid 1 onder e AVG"
_RECIPIENTS = (
    "De ontvangers in een brief zijn precies wie volgens het verstrekkingenregister iets over deze persoon kreeg: niemand"
    f" ontbreekt, en niemand anders staat erin ({_ARTICLE})."
)
_ADDRESS = (
    "Na een kennisgeving die terugkwam, krijgt een brief die wordt verstuurd het adres waar de persoon is gevonden; anders"
    " gaat zij naar het adres dat bekend is (art. 26 lid 5)."
)
RULES = {
    **dict.fromkeys(("recipient-left-out", "recipient-not-there"), _RECIPIENTS),
    **dict.fromkeys(("address-not-asked", "address-missing"), _ADDRESS),
}
"""What the printed protocol says of each fault, by its code."""
REPORTED, WITHHELD, NOBODY_ELSE = "report", "withheld", "none"
ADDRESSED = "per post of digitaal gaat een kennisgeving alleen naar een adres dat bekend is"


def sources_said(chosen: Municipality) -> dict[str, str]:
    """What can be said of where data come from (art. 14 lid 2 onder f AVG); never who reported it."""
    registers = {
        one.key: f"{one.name} ({'geen openbare bron' if one.closed else 'openbare bron'})" for one in chosen.sources
    }
    return {
        REPORTED: "een melding bij de gemeente (geen openbare bron)",
        **registers,
        FOUND: "een bevinding van een onderdeel van de gemeente (geen openbare bron)",
        WITHHELD: "een bron die niet kan worden genoemd zonder de rechten van anderen te schaden (geen openbare bron)",
    }


def letter_fields(chosen: Municipality) -> tuple[Field, ...]:
    """What is chosen for a letter."""
    recipients = {
        NOBODY_ELSE: "niemand buiten wie het signaal behandelt",
        **{key: name for named in chosen.organisations.values() for key, name in named.items()},
        TABLE_OF_THE_RIEC: "het RIEC",
        **ALIKE,
    }
    return (
        Field("channel", "Langs welke weg?", "art. 26 lid 2", Choice(CHANNELS)),
        Field("categories", "Welke categorieën van gegevens?", "art. 14 lid 1 AVG", Choices(DATA_CATEGORIES)),
        Field("sources", "Waar komen zij vandaan?", "art. 14 lid 2 AVG", Choices(sources_said(chosen))),
        Field("recipients", "Wie ontving ze?", "art. 14 lid 1 AVG", Choices(recipients)),
    )


def called_in_letters(kind: str, recipient: str) -> str:
    """The code by which a letter names a receiver."""
    return kind if kind in ALIKE else recipient


def kinds_of_receivers(law: Law, receivers: Collection[str]) -> list[str]:
    """What kinds of receivers these are, by their codes, as a letter says it; who they are, he can ask (art. 19 AVG)."""
    sources = {one.key for one in law.choices.sources}
    found: dict[str, None] = {}
    for one in receivers:
        if one in sources:
            found[ALIKE["bronhouder"]] = None
        elif one == MEMBER:
            found[ALIKE["meeting"]] = None
        else:
            is_own = one in law.organisations["department"]
            found["onderdelen van de gemeente" if is_own else "partners buiten de gemeente"] = None
    return list(found)


def recipient_faults(named: Collection[str], register: Collection[str]) -> list[Fault]:
    """What the recipients `named` in a letter lack of those who by the register got something of this person, or have too
    many."""
    due, chosen, faults = set(register) or {NOBODY_ELSE}, set(named), []
    if due - chosen:
        words = f"{', '.join(sorted(due - chosen))}: ontbreekt, en staat in het register van verstrekkingen"
        faults.append(Fault("fields.recipients", words, _ARTICLE, "recipient-left-out"))
    if chosen - due:
        words = f"{', '.join(sorted(chosen - due))}: staat niet in het register van verstrekkingen"
        faults.append(Fault("fields.recipients", words, _ARTICLE, "recipient-not-there"))
    return faults


def address_faults(address: str | None, channel: str | None, came_back: str | None) -> list[Fault]:
    """What is wrong with the address that a letter is given. `came_back`: what was decided about an earlier one that was
    not delivered; None when none was."""
    sent = channel != "in-person"
    if address is not None and (came_back is None or not sent):
        words = (
            "hoort alleen bij een brief na een kennisgeving die terugkwam; anders gaat zij naar het adres dat bekend is"
        )
        return [Fault("fields.address", words, "art. 26 lid 5", "address-not-asked")]
    if came_back is not None and sent and not (address or "").strip():
        words = (
            "een eerdere kennisgeving kwam terug: geef het adres waar deze persoon is gevonden, of overhandig de brief"
        )
        return [Fault("fields.address", words, "art. 26 lid 5", "address-missing")]
    return []


def paragraphs(law: Law, fields: Mapping[str, Any]) -> list[tuple[str, Sequence[str]]]:
    """What the letter says, by heading: one sentence, or several points. The texts are the municipality's own."""
    chosen, notice = law.choices, law.choices.notice
    kinds = {one.name: one.kind.choices for one in letter_fields(chosen) if isinstance(one.kind, (Choice, Choices))}

    def called(name: str) -> list[str]:
        return [kinds[name][one] for one in fields[name]]

    said = {
        "Wie verwerkt uw gegevens": [notice["verwerkingsverantwoordelijke"]],
        "Waarvoor": [notice["doel"]],
        "Op welke grond": [notice["grondslag"]],
        "Welke gegevens": called("categories"),
        "Waar de gegevens vandaan komen": called("sources"),
        "Wie de gegevens ontvangt": called("recipients"),
        "Hoe lang": [notice["bewaren"]],
        "Uw rechten": [notice["rechten"], notice["klacht"]],
        "Contact met de gemeente": [notice["contact"]],
        "Contact met de functionaris gegevensbescherming": [notice["functionaris"]],
    }
    # What a trial has not filled in is said to be so: a letter that leaves it out would not be one (art. 14 AVG).
    return [(heading, [one or "nog niet ingevuld" for one in points]) for heading, points in said.items()]


def missing_texts(law: Law) -> list[str]:
    """The texts without which nothing can be sent to anybody but in a trial."""
    return [key for key in NOTICE if not law.choices.notice[key]]
