"""What a holder of a signal answers to a request of a person: what of the file is about him, as he may read it (AVG 15)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.contracts.common import Frozen, Letter, Message
from shared.contracts.intake import ReportedObject, Subject


class PersonalItem(Frozen):
    """One fact, without third persons and without who reported it. `closed`: it came from a source that is not open to everybody;
    `summed_up`: somebody summed it up, because another person could be recognised in its own words."""

    item: str
    category: str
    text: str | None = None
    matches: dict[str, bool] | None = None
    recorded_on: date | None = None
    closed: bool = False
    summed_up: bool = False


class PersonalUse(Frozen):
    """A decision for which the file was used, by its code; without words and without who took it."""

    key: str
    outcome: str
    article: str
    on: date


class PersonAnswered(Frozen):
    """`found`: the file is about this person. `looked`: how was looked in free text, in the words of who looked."""

    number: str
    request: str
    found: bool
    looked: str
    state: str
    received_on: date
    answered_by: str
    subject: str | None = None
    """Who he is in the file: S1, S2 …"""
    person: Subject | None = None
    objects: tuple[ReportedObject, ...] = ()
    items: tuple[PersonalItem, ...] = ()
    uses: tuple[PersonalUse, ...] = ()


class PersonAnsweredLetter(Letter):
    """The holder's answer to a request, for rights alone."""

    event: ClassVar[str] = "person-answered.v1"


class PersonElsewhere(Message):
    """A request cannot be answered here, because the signal is not here (any more). `holder`: who has it; None: it never was."""

    event: ClassVar[str] = "person-elsewhere.v1"
    number: str
    request: str
    holder: str | None = None
