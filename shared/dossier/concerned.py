"""Who is concerned: told to rights when somebody becomes known, and when the moment of informing comes nearer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.assessment import Subjects, SubjectsContent
from shared.contracts.dossier import InformingDue
from shared.contracts.intake import Subject
from shared.database.tables import Outgoing
from shared.service.platform import Platform

DISCLOSURE, INTERVENTION = "disclosure", "intervention"


def became_known(
    platform: Platform, number: str, protocol: str, since: date, subjects: Mapping[str, Subject]
) -> Outgoing:
    """The letter with which the month of AVG 14 begins for `subjects`, by S1, S2 …; to be sent with what made them known."""
    concerned = SubjectsContent(number=number, protocol=protocol, received_on=since, subjects=dict(subjects))
    letter = platform.sealer.seal("rights", concerned)
    message = Subjects(number=number, letters=(letter.text,))
    return platform.post.envelope("rights", message, number=number, letter=letter)


def numbered(persons: Sequence[Mapping[str, Any]], known: int) -> list[dict[str, Any]]:
    """Persons whom a finding brought to light, each with the next S; a number is never given twice in a signal."""
    return [{"subject": f"S{place}", **one} for place, one in enumerate(persons, known + 1)]


def comes_nearer(
    platform: Platform, session: AsyncSession, number: str, subjects: Sequence[str], why: str, on: date
) -> None:
    """They have to know by `on`, or a ground says why not (AVG 14 lid 3; art. 26 lid 1)."""
    if subjects:
        platform.post.tell(session, "rights", InformingDue(number=number, about=tuple(subjects), why=why, on=on))
