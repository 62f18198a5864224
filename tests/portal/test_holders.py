"""Which services are asked for a dossier: those that hold dossiers, whatever the list of work says."""

from __future__ import annotations

from typing import cast

import pytest

from services.portal.calls import Calls, Said
from services.portal.people import People
from services.portal.sessions import Session
from services.portal.use_cases.dossiers import SIGNAL_SERVICES, Dossiers
from shared.errors import NotFound

NUMBER = "S-7K3MQ-9XD4T"


class Nothing:
    """Calls to services that know of no dossier."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def get(self, session: Session, service: str, path: str, purpose: str | None = None) -> Said:
        self.asked.append(service)
        return Said(404, {})


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        ("casework", ("casework", "assessment", "sources")),
        ("oversight", SIGNAL_SERVICES),
        ("nothing-of-the-kind", SIGNAL_SERVICES),
    ],
)
async def test_by_a_row_of_the_list_nobody_else_is_asked(listed: str, asked: tuple[str, ...]) -> None:
    """Whoever can write in the database of the list neither sends a look elsewhere nor keeps a dossier shut."""
    calls, session = Nothing(), Session("resume", "u-1", ("oov",))
    session.purposes[NUMBER], session.holders[NUMBER] = "weging", listed
    with pytest.raises(NotFound):
        await Dossiers(cast(Calls, calls), People(None)).open(session, NUMBER)
    assert tuple(calls.asked) == asked
