"""What a declaration of destruction says (Archiefbesluit 1995 art. 8): clean Dutch, made when it is declared.

It is kept for ever, so it holds its own words: whoever reads it later needs no code, no law file and no service.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.retention.domain import LastCopies
from shared.protocol.live import TRIAL
from shared.protocol.model import Law
from shared.protocol.never_informed import said
from shared.protocol.show import day
from shared.protocol.terms import CASE

TITLE = "Verklaring van vernietiging"
ARCHIVE_NAMES = {
    "archive-signal": "de melding en open bevindingen",
    "archive-closed": "bevindingen uit gesloten bronnen",
    "archive-case": "gegevens van de behandeling",
    "room-accountability": "de bewoordingen van besluiten, bij het toezicht",
}
"""Where something of a signal can be kept, as people say it."""


@dataclass(frozen=True)
class DestroyedSignal:
    """What was destroyed, and how. `phase`: in which the signal ended; `ending`: by which decision and answer."""

    number: str
    phase: int
    ending: str
    article: str
    received_on: date
    decided_on: date
    kept_until: date
    held: Sequence[str]
    """For every item that a hold keeps, the archive that it is in."""
    keys_staying: Sequence[str]
    keys: int
    letterbox_keys: int
    destroyed_on: date
    copies: LastCopies | None
    """From when nobody can recover it. None while a hold keeps a key: then nobody can name the day."""
    never_informed: Mapping[str, int] | None
    """How many persons were never informed, by ground. None: that was not known when the ultimate date came."""
    approved_on: date | None
    """None: the ultimate date of the list had passed."""


def kind_of(phase: int) -> str:
    return "gesloten casus" if phase == CASE else f"signaal, geëindigd in fase {phase}"


def term_of(phase: int) -> str:
    return "art. 9 lid 1 onder b" if phase == CASE else "art. 9 lid 1 onder a"


def document(law: Law, what: DestroyedSignal, *, live: bool) -> dict[str, Any]:
    """Title, the warning of a trial or None, an opening, lines of label and text, and paragraphs with a heading."""
    lines = [
        ("Signaal", what.number),
        ("Soort", kind_of(what.phase)),
        ("Beëindigd door", _ending(law, what)),
        ("Ontvangen op", day(what.received_on)),
        ("Laatste verwerking op" if what.phase == CASE else "Besluit op", day(what.decided_on)),
        ("Bewaard tot en met", day(what.kept_until)),
        ("Grondslag", _ground(law, what)),
        ("Selectielijst", law.selection_list or ""),
        ("Niet vernietigd", _held(what)),
        ("Nooit geïnformeerde betrokkenen", _never_informed(what)),
        ("Vernietigd op", day(what.destroyed_on)),
        ("Ook uit reservekopieën onherstelbaar vanaf", _unrecoverable(what)),
        ("Aantal vernietigde sleutels", f"{what.keys}, en {what.letterbox_keys} van brievenbussen"),
        ("Uitgevoerd door", "het Gemeentelijk Meldpunt Ondermijning"),
        ("In opdracht van", law.choices.notice["verwerkingsverantwoordelijke"]),
        ("Goedgekeurd door", _approved(what)),
    ]
    paragraphs = [
        ("Wijze van vernietiging", _method(what)),
        ("Vanaf wanneer onherstelbaar", _counted(what)),
        ("Waarmerk", SEALED),
    ]
    return {
        "title": TITLE,
        "trial": None if live else TRIAL,
        "opening": "Opgemaakt op grond van artikel 8 van het Archiefbesluit 1995. Deze verklaring wordt blijvend bewaard en noemt geen personen.",
        "lines": [list(one) for one in lines if one[1]],
        "paragraphs": [list(one) for one in paragraphs if one[1]],
    }


SEALED = (
    "De dienst die de vernietiging uitvoerde, heeft deze verklaring elektronisch ondertekend. De ondertekende gegevens "
    "zijn als bijlage in dit bestand opgenomen; daarmee kan worden nagegaan dat er niets aan is veranderd."
)


def _ground(law: Law, what: DestroyedSignal) -> str:
    """Why it was kept and destroyed; what ends by article 9 itself names it once."""
    return f"{law.title}, {' en '.join(dict.fromkeys((what.article, term_of(what.phase))))}"


def _ending(law: Law, what: DestroyedSignal) -> str:
    key, _, answer = what.ending.partition(":")
    decision = law.decision(key)
    outcome = decision.outcome(answer) if decision else None
    if decision is None or outcome is None:
        return f"het verstrijken van de actieve jaren ({what.article})"
    return f"het besluit op de vraag ‘{decision.question}’, met het antwoord ‘{outcome.answer}’ ({what.article})"


def _held(what: DestroyedSignal) -> str:
    found = Counter(ARCHIVE_NAMES[one] for one in what.held)
    named = [f"{count} {'onderdeel' if count == 1 else 'onderdelen'} van {name}" for name, count in found.items()]
    return f"{' en '.join(named)}, voor een lopende procedure" if named else ""


def _unrecoverable(what: DestroyedSignal) -> str:
    if what.copies is None:
        return "een dag die pas te noemen is als de aanhouding is geëindigd"
    return day(what.copies.unrecoverable_from)


def _counted(what: DestroyedSignal) -> str:
    """What that day is counted from, so that who reads it can judge it."""
    if what.copies is None:
        return ""
    copies = "1 dag" if what.copies.kept_days == 1 else f"{what.copies.kept_days} dagen"
    return (
        "De sleutels zijn op de dag van de vernietiging uit de sleutelkluis verwijderd. In de bestanden van de sleutelkluis "
        f"kunnen zij nog staan tot de opslag is herschreven, uiterlijk op {day(what.copies.compacted_by)}. Een kopie van de "
        f"opslag die voordien is gemaakt, blijft ten hoogste {copies} te openen. Daarna is er geen sleutel meer."
    )


def _never_informed(what: DestroyedSignal) -> str:
    """How many, and on which ground each was not (art. 26)."""
    if what.never_informed is None:
        return "niet bekend op de uiterste dag van de vernietigingslijst"
    if not what.never_informed:
        return "geen"
    total = sum(what.never_informed.values())
    of_them = (
        f"voor {'deze persoon' if total == 1 else f'{count} van hen'} {said(ground)}"
        for ground, count in what.never_informed.items()
    )
    return "; ".join((str(total), *of_them))


def _approved(what: DestroyedSignal) -> str:
    if what.approved_on is None:
        return "niemand; de uiterste dag van de vernietigingslijst was verstreken (art. 9 lid 1)"
    return f"de beheerder, op {day(what.approved_on)}"


def _method(what: DestroyedSignal) -> str:
    keys = (
        "de versleutelingssleutels in de sleutelkluis vernietigd, door twee diensten samen, ook de sleutels van "
        "brievenbussen waarmee ooit een brief over dit signaal is verzegeld; daarna zijn de gegevens zelf gewist."
    )
    if not what.held:
        return f"Van het hele signaal zijn {keys} Wat nog in kopieën staat, kan niet meer worden ontsleuteld."
    staying = " en ".join(ARCHIVE_NAMES[one] for one in what.keys_staying)
    return (
        "Wat een lopende procedure nodig heeft, is aangehouden, en het toezicht houdt zolang de bewoordingen van de "
        f"besluiten. Van al het andere zijn {keys} Sleutels blijven voor {staying}: wat onder de sleutel van een "
        "aangehouden onderdeel lag, is gewist, en is uit een kopie nog te ontsleutelen tot de aanhouding eindigt en ook "
        "die sleutel wordt vernietigd."
    )
