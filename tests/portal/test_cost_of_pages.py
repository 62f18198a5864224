"""What a page asks of services: the pages that people open most cost one request, and one more for what another service holds."""

from __future__ import annotations

from typing import Any, cast

import pytest

from services.portal.calls import Calls, Said
from services.portal.people import People
from services.portal.sessions import Session
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.work import ListAsked, MyWork
from shared.errors import NotFound
from tests.protocol.laws import MIDDEN_DELFLAND

NUMBER = "S-7K3MQ-9XD4T"


class Holder:
    """Calls of a house in which one service holds every signal; what was asked is kept."""

    def __init__(self, holder: str) -> None:
        self.holder = holder
        self.asked: list[str] = []

    async def get(self, session: Session, service: str, path: str, purpose: str | None = None) -> Said:
        self.asked.append(f"{service} {path.partition('?')[0]}")
        if service == "rights":
            return Said(200, {"duties": [], "next": None})
        if service != self.holder:
            return Said(404, {"code": "elsewhere"})
        return Said(200, {"dossier": {}, "openDecisions": {}, "decisions": []})

    async def post(self, session: Session, service: str, path: str, body: dict[str, Any]) -> Said:
        self.asked.append(f"{service} {path}")
        row = {"number": NUMBER, "service": self.holder, "due": None, "dueOn": None}
        return Said(201, {"tasks": [], "dossiers": [row], "next": None, "upTo": {}})


async def test_my_work_and_a_signal_from_it_ask_what_they_show_once() -> None:
    house, session = Holder("casework"), Session("resume", "u-1", ("oov",), purposes={NUMBER: "weging"})
    calls = cast(Calls, house)
    await MyWork(calls, MIDDEN_DELFLAND).mine(session, ListAsked())
    assert house.asked == ["worklist /v1/lists"]
    dossiers, house.asked = Dossiers(calls, People(None)), []
    await dossiers.open(session, NUMBER)
    await dossiers.duties(session, NUMBER)
    assert house.asked == [f"casework /v1/signals/{NUMBER}/overview", "rights /v1/duties"], (
        "its holder is known by then"
    )


async def test_nobody_is_asked_after_who_has_it() -> None:
    """An attempt at another service is a line in the audit trail."""
    house, session = Holder("sources"), Session("resume", "u-1", ("oov",), purposes={NUMBER: "weging"})
    dossiers = Dossiers(cast(Calls, house), People(None))
    for asked in (["assessment", "sources"], ["sources"]):
        house.asked = []
        await dossiers.open(session, NUMBER)
        assert [one.partition(" ")[0] for one in house.asked] == asked
    with pytest.raises(NotFound):
        await Dossiers(cast(Calls, Holder("nobody")), People(None)).open(session, NUMBER)
