"""A declaration of destruction as an archive takes it: the file and its signed twin, with MDTO of both, of the declaration, and of
the signal that was destroyed. All of it comes from the declaration itself, which needs nothing else for ever."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.retention.wording import TITLE, DestroyedSignal, term_of
from shared.documents.mdto import (
    AGREED,
    CREATED,
    DESTROYED,
    FOR_A_TIME,
    FOR_GOOD,
    NOT_SETTLED,
    OF_THIS_HOUSE,
    OTHERWISE,
    PIECE,
    WHOLE_FILE_OF,
    Concept,
    Happening,
    KeptObject,
    KeptUntil,
    Reference,
    UseRestriction,
    archive_package,
)
from shared.protocol.model import Law

KINDS_OF_PIECES = "Documentsoorten van het Gemeentelijk Meldpunt Ondermijning"
PERIODS = "Perioden van het Gemeentelijk Meldpunt Ondermijning"
SELECTION_LIST = "Selectielijst gemeenten en intergemeentelijke organen"
ACTIVITY = "Behandelen van signalen van ondermijning"


def archive_facts(law: Law, what: DestroyedSignal) -> dict[str, Any]:
    """What an archive asks of a declaration beside its words: whose it is, and the periods of what was destroyed."""
    return {
        "creator": f"gemeente {law.municipality}",
        "oin": law.choices.taking_into_use.oin,
        "protocol": law.title,
        "selectionList": law.selection_list or "",
        "receivedOn": what.received_on.isoformat(),
        "decidedOn": what.decided_on.isoformat(),
        "keptUntil": what.kept_until.isoformat(),
        "term": term_of(what.phase),
    }


def declaration_package(declaration: Mapping[str, Any], pdf: bytes, at: datetime) -> bytes:
    """A zip: `verklaring.pdf` and `verklaring.json` with their MDTO, and that of the declaration and of the signal."""
    twin = json.dumps(declaration, ensure_ascii=False, indent=1).encode()
    files = {"verklaring.pdf": pdf, "verklaring.json": twin}
    signal = destroyed_object(declaration)
    return archive_package(declared_object(declaration, signal), "verklaring", files, at, signal)


def declared_object(declaration: Mapping[str, Any], signal: KeptObject) -> KeptObject:
    """The declaration itself: kept for good, and it names nobody."""
    told = declaration["archive"]
    made = date.fromisoformat(declaration["destroyedOn"])
    events = [Happening(CREATED, made, Reference(OF_THIS_HOUSE))]
    if declaration["approvedAt"]:
        agreed = datetime.fromisoformat(declaration["approvedAt"])
        events.insert(0, Happening(AGREED, agreed, Reference("de beheerder"), "De vernietiging is goedgekeurd"))
    return KeptObject(
        number=declaration["declarationId"],
        name=f"{TITLE} van {declaration['number']}",
        level=PIECE,
        classification=Concept(TITLE, KINDS_OF_PIECES),
        says=declaration["document"]["opening"],
        events=events,
        value=FOR_GOOD,
        files=("verklaring.pdf", "verklaring.json"),
        refers_to=signal.reference,
        creator=_creator(told),
        activity=ACTIVITY,
        restriction=UseRestriction(NOT_SETTLED, "Noemt geen personen. Of dit stuk openbaar is, bepaalt de gemeente."),
    )


def destroyed_object(declaration: Mapping[str, Any]) -> KeptObject:
    """The signal that was destroyed, as far as anything is left to say of it."""
    told = declaration["archive"]
    received, decided, until = (date.fromisoformat(told[one]) for one in ("receivedOn", "decidedOn", "keptUntil"))
    held = len(declaration["itemsHeld"])
    result = "Vernietigd" if not held else f"Vernietigd, op {held} onderdelen voor een lopende procedure na"
    return KeptObject(
        number=declaration["number"],
        name=f"Signaal {declaration['number']}",
        level=WHOLE_FILE_OF,
        says=f"Behandeld volgens {told['protocol']}. Noemt geen personen: de inhoud is vernietigd.",
        covers=(Concept("Looptijd", PERIODS), received, decided),
        events=[Happening(DESTROYED, date.fromisoformat(declaration["destroyedOn"]), Reference(OF_THIS_HOUSE), result)],
        value=FOR_A_TIME,
        term=KeptUntil(Concept(told["term"], told["protocol"]), decided, f"P{until.year - decided.year}Y", until),
        category=Concept(told["selectionList"], SELECTION_LIST) if told["selectionList"] else None,
        creator=_creator(told),
        activity=ACTIVITY,
        restriction=UseRestriction(OTHERWISE, "De inhoud is vernietigd; deze beschrijving noemt geen personen."),
    )


def _creator(told: Mapping[str, Any]) -> Reference:
    return Reference(told["creator"], told["oin"], "OIN-register van Logius")
