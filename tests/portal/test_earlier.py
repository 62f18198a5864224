"""Consulting an earlier signal: who asks reads that it is fetched, what came and from whom, or that there is nothing."""

from __future__ import annotations

from typing import Any, cast

import pytest
from starlette.datastructures import FormData

from services.portal.calls import Calls, Said
from services.portal.pages import Pages
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.use_cases.looks import EarlierRead, EarlierSignals
from shared.errors import NotFound, PartDown
from tests.protocol.laws import MIDDEN_DELFLAND

NEW, OLD = "S-7K3MQ-9XD4T", "S-00000-00001"
LOOK: dict[str, Any] = {
    "case": OLD,
    "newSignal": NEW,
    "phase": 3,
    "until": "2026-11-20T18:00:00+00:00",
    "askedAt": "2026-11-20T10:00:00+00:00",
    "state": "found",
    "at": ["assessment", "sources"],
}
BEGUN: dict[str, Any] = {
    "number": OLD,
    "receivedOn": "2025-03-01",
    "report": {"text": "Een schuur vol."},
    "subjects": {"S1": {"name": "Jan Wilgenroos"}},
    "objects": {"O1": {"kind": "schuur"}},
    "items": {"item-1": {"category": "bag", "about": "O1", "finding": "Een woning.", "matches": None, "fields": {}}},
}
CLOSED_SOURCES = BEGUN | {
    "report": None,
    "subjects": {},
    "objects": {},
    "items": {
        "item-2": {
            "category": "benefits",
            "about": "S1",
            "finding": "Een uitkering tot april.",
            "matches": None,
            "fields": {},
        }
    },
}


def signal() -> Opened:
    offered = {"decisions": [], "records": [], "actions": [], "state": "hit-check", "version": 3, "shareable": []}
    return Opened("sources", NEW, {"workingName": "gele uil"}, offered, [])


def session() -> Session:
    return Session("resume", "u-1", ("oov",), purposes={NEW: "weging"})


class Readers:
    """Services that answer as they are told; one that is not told of is silent."""

    def __init__(self, looks: list[dict[str, Any]], **answers: Said) -> None:
        self._looks, self._answers = looks, answers
        self.asked: list[tuple[str, str, str | None]] = []
        self.sent: dict[str, Any] = {}

    async def get(self, _session: Session, service: str, path: str, purpose: str | None = None) -> Said:
        if path == f"/v1/signals/{NEW}/consultations":
            return Said(200, {"consultations": self._looks})
        self.asked.append((service, path, purpose))
        if service not in self._answers:
            raise PartDown(f"{service} is out of reach")
        return self._answers[service]

    async def post(self, _session: Session, service: str, path: str, body: dict[str, Any]) -> Said:
        self.sent = body
        fault = {"name": "case", "reason": "is geen nummer", "code": "wrong"}
        return Said(201, {}) if body["reason"] else Said(400, {"detail": "Niet goed.", "invalidParams": [fault]})


async def read(looks: list[dict[str, Any]], **answers: Said) -> EarlierRead:
    return await EarlierSignals(cast(Calls, Readers(looks, **answers))).read(session(), signal(), OLD)


def page(name: str, **shown: Any) -> str:
    usual: dict[str, Any] = {"session": session(), "trouble": None, "filled": FormData(), "done": None}
    template = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template(f"dossier/{name}.html")
    return template.render(dossier=signal(), **usual | shown)


@pytest.mark.allowed("R-9.11")
async def test_what_two_services_read_of_it_is_one_page() -> None:
    calls = Readers([LOOK], assessment=Said(200, BEGUN), sources=Said(200, CLOSED_SOURCES))
    found = await EarlierSignals(cast(Calls, calls)).read(session(), signal(), OLD)
    assert not found.waits
    assert [one[2] for one in calls.asked] == ["weging", "weging"]
    shown = page("eerder-lezen", earlier=found)
    for words in ("Een schuur vol.", "Jan Wilgenroos", "Een woning.", "Een uitkering tot april.", "1 maart 2025"):
        assert words in shown
    assert "wordt opgehaald" not in shown


@pytest.mark.allowed("R-9.10")
async def test_while_it_is_fetched_the_page_says_so_and_shows_what_has_come() -> None:
    nothing_yet = await read([LOOK | {"state": "asked", "at": []}])
    assert "Dit wordt opgehaald" in page("eerder-lezen", earlier=nothing_yet)
    in_part = await read([LOOK], assessment=Said(200, BEGUN), sources=Said(404, {"code": "not-found"}))
    shown = page("eerder-lezen", earlier=in_part)
    assert in_part.coming == ("sources",)
    assert "Dit wordt opgehaald" in shown
    assert "Een schuur vol." in shown


async def test_a_silent_service_shows_as_a_gap() -> None:
    found = await read([LOOK], assessment=Said(200, BEGUN))
    assert found.silent == ("sources",)
    shown = page("eerder-lezen", earlier=found)
    assert "Het onderdeel voor fase 3 antwoordt nu niet" in shown
    assert "Een schuur vol." in shown


@pytest.mark.refused("R-9.10", "R-9.9")
async def test_that_there_is_nothing_is_said_and_not_why() -> None:
    found = await read([LOOK | {"state": "nothing", "at": []}])
    shown = page("eerder-lezen", earlier=found)
    assert "Er is niets dat u onder dit nummer" in shown
    assert "wordt opgehaald" not in shown
    with pytest.raises(NotFound):
        await read([])
    duty = Opened("rights", "D-7K3MQ-9XD4T", {}, {}, [])
    with pytest.raises(NotFound):
        await EarlierSignals(cast(Calls, Readers([LOOK]))).looks(session(), duty)


async def test_it_is_asked_with_a_number_and_a_reason() -> None:
    calls = Readers([LOOK, LOOK | {"phase": 1}])
    earlier = EarlierSignals(cast(Calls, calls))
    assert [one["phase"] for one in await earlier.looks(session(), signal())] == [3], "the last one counts"
    assert await earlier.ask(session(), signal(), FormData({"case": OLD.lower(), "reason": "Hetzelfde adres."})) is None
    assert calls.sent == {"case": OLD, "reason": "Hetzelfde adres.", "specialGrounds": {}}
    wrong = await earlier.ask(session(), signal(), FormData({"case": "x"}))
    assert wrong is not None
    assert wrong.of("case") == ["is geen nummer"]


def test_the_page_of_a_signal_leads_there() -> None:
    ways = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template("dossier/ways.html")
    assert f'href="/dossiers/{NEW}/eerder"' in ways.render(dossier=signal(), session=session(), duties=[])
    duty = Opened("rights", "D-7K3MQ-9XD4T", {}, {"actions": []}, [])
    assert "eerder" not in ways.render(dossier=duty, session=session(), duties=[])
    looks = [LOOK, LOOK | {"case": "S-00000-00002", "state": "asked"}, LOOK | {"state": "nothing"}]
    shown = page("eerder", looks=looks, asked=())
    for words in ("te lezen tot", "wordt opgehaald", "er is niets dat u kunt raadplegen"):
        assert words in shown
    assert "nog niets geraadpleegd" in page("eerder", looks=[], asked=())
