"""A service that answers that it cannot now is no dossier that does not exist: nothing typed is lost, and each gap is said."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, cast

import httpx
import pytest
from aiohttp import web
from fastapi import FastAPI
from starlette.datastructures import FormData

from services.portal import kept as keeping
from services.portal.app import create
from services.portal.calls import Calls, Said
from services.portal.pages import Pages
from services.portal.people import People
from services.portal.sessions import COOKIE, Session
from services.portal.settings import Settings
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.looks import EarlierSignals
from services.portal.use_cases.meetings import MyMeetings
from services.portal.use_cases.toezicht import Toezicht
from shared.clock import AMSTERDAM
from shared.errors import NotFound, PartDown
from tests.portal.conftest import ADDRESS, SAME
from tests.portal.keeping import InMemory, session_of
from tests.protocol.laws import MIDDEN_DELFLAND

NUMBER, MEETING = "S-7K3MQ-9XD4T", "M-7K3MQ-9XD4T"
ANY = "ef60f2c9-2103-4180-8bb8-31aa5ffa8167"
TODAY = datetime.now(AMSTERDAM).date().isoformat()
OOV, FG = Session("resume", "u-1", ("oov",), purposes={NUMBER: "weging"}), Session("resume", "u-2", ("fg",))


async def give(request: web.Request) -> web.Response:
    parts = ({"alg": "Ed25519"}, {"sub": "u-1", "designations": []})
    token = ".".join(
        [*(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts), "AA"]
    )
    return web.json_response({"access_token": token, "refresh_token": "resume"})


async def say(request: web.Request) -> web.Response:
    return web.json_response({"code": "part-down", "detail": "Een onderdeel is weg."}, status=503)


@pytest.fixture
async def app(told: dict[str, Any]) -> AsyncIterator[FastAPI]:
    """Services that have lost what they need; access has not."""
    away = web.Application()
    away.router.add_post("/v1/tokens", give)
    away.router.add_route("*", "/{rest:.*}", say)
    runner = web.AppRunner(away)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address, keeper = f"http://127.0.0.1:{runner.addresses[0][1]}", InMemory()
    services = dict.fromkeys((*told["services"], "export"), address)
    made = create(Settings(**told | {"services": services}), keeper)
    made.state.keeper = keeper
    async with made.router.lifespan_context(made):
        yield made
    await runner.cleanup()


@pytest.fixture
async def opened(app: FastAPI, somebody: httpx.AsyncClient) -> httpx.AsyncClient:
    """Who has opened the dossier before."""
    session = await session_of(app, somebody.cookies[COOKIE])
    session.purposes, session.holders = {NUMBER: "weging"}, {NUMBER: "assessment"}
    await app.state.sessions.save(session)
    return somebody


@pytest.mark.parametrize(
    "path",
    [
        f"/dossiers/{NUMBER}",
        f"/dossiers/{NUMBER}/eerder",
        f"/dossiers/{NUMBER}/cluster",
        f"/taken/assessment/{ANY}",
        "/verstrekkingen",
        f"/verstrekkingen/{ANY}",
        "/ontvangen",
        f"/ontvangen/{ANY}",
        f"/ontvangen/{ANY}/document",
        "/overleggen",
        f"/overleggen/{MEETING}",
        "/overleggen/bijeenroepen",
    ],
)
async def test_what_cannot_be_asked_now_is_not_said_to_be_nothing(opened: httpx.AsyncClient, path: str) -> None:
    answer = await opened.get(path)
    assert answer.status_code == 503
    assert "Nu niet beschikbaar" in answer.text
    assert "bestaat niet" not in answer.text


@pytest.mark.parametrize(
    ("page", "back"),
    [
        (f"/dossiers/{NUMBER}/besluiten/weging-1", f"/dossiers/{NUMBER}/besluiten/weging-1"),
        # It takes only what is sent: the page with its form is the one above.
        (f"/verstrekkingen/{ANY}/antwoord", f"/verstrekkingen/{ANY}"),
        ("/overleggen/bijeenroepen", "/overleggen/bijeenroepen"),
    ],
)
async def test_what_was_sent_meanwhile_is_kept_and_there_is_a_way_back(
    app: FastAPI, opened: httpx.AsyncClient, page: str, back: str
) -> None:
    sent = {"csrf": "the-token", "reason": "Wilgenroos woont er.", "kind": "LOT", "heldOn": TODAY, "members": "u-1"}
    sent["outcome"] = "accepted"
    if page.endswith("antwoord"):
        del sent["reason"]
    answer = await opened.post(page, data=sent, headers=SAME | {"Referer": f"{ADDRESS}{page}"})
    assert answer.status_code == 503
    assert f'<a href="{back}">Terug naar wat u invulde</a>' in answer.text
    kept = await app.state.kept.words(opened.cookies.get(keeping.KEPT_COOKIE), "u-1", back)
    assert dict(kept) == {name: value for name, value in sent.items() if name != "csrf"}


class House:
    """What each service answers by a part of its address; what is not named is silent."""

    def __init__(self, **answers: dict[str, Any] | int) -> None:
        self._answers = answers

    async def get(self, session: Session, service: str, path: str, purpose: str | None = None) -> Said:
        named = (one for name, one in self._answers.items() if name in f"{service}{path}".replace("-", "_"))
        match next(named, None):
            case None:
                raise PartDown
            case int(status):
                return Said(status, {})
            case answer:
                return Said(200, answer)


def drawn(template: str, session: Session, **shown: Any) -> str:
    usual: dict[str, Any] = {"session": session, "trouble": None, "filled": FormData(), "kept": None, "done": None}
    page = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template(template).render(**usual | shown)
    return " ".join(page.split())


async def test_a_dossier_is_found_also_while_another_service_is_away() -> None:
    """But nobody says that there is none while it may be there, and who had it last is not looked for elsewhere."""
    overview: dict[str, Any] = {"dossier": {}, "openDecisions": {}, "decisions": []}
    there = Dossiers(cast(Calls, House(casework=overview)), People(None))
    assert (await there.open(OOV, NUMBER)).holder == "casework"
    OOV.holders.clear()
    for answers, error in (
        ({"assessment": 404, "sources": 403, "casework": 404}, NotFound),
        ({"sources": 404}, PartDown),
    ):
        with pytest.raises(error):
            await Dossiers(cast(Calls, House(**answers)), People(None)).open(OOV, NUMBER)
    known = Session("resume", "u-1", ("oov",), purposes={NUMBER: "weging"}, holders={NUMBER: "sources"})
    with pytest.raises(PartDown):
        await there.open(known, NUMBER)


async def test_duties_that_cannot_be_had_are_no_duties_that_there_are_not() -> None:
    assert await Dossiers(cast(Calls, House()), People(None)).duties(OOV, NUMBER) is None
    assert await Dossiers(cast(Calls, House(rights=403)), People(None)).duties(OOV, NUMBER) == []


async def test_what_comes_of_an_earlier_signal_from_who_is_away_does_not_seem_on_its_way() -> None:
    look = {"case": "S-00000-00001", "state": "found", "at": ["sources"]}
    house = House(assessment={"consultations": [look]})
    dossier = cast(Any, type("Dossier", (), {"holder": "assessment", "number": NUMBER}))
    found = await EarlierSignals(cast(Calls, house)).read(OOV, dossier, "S-00000-00001")
    assert (found.silent, found.waits) == (("sources",), False)


Answer = dict[str, Any] | int
HEAD: dict[str, Any] = {
    "id": MEETING,
    "kind": "LOT",
    "heldOn": TODAY,
    "closed": False,
    "chair": "u-1",
    "members": ["u-1"],
    "present": [],
    "agenda": [NUMBER],
}
ITEM: dict[str, Any] = {
    "number": NUMBER,
    "workingName": "gele uil",
    "papers": ["t-1"],
    "said": {},
    "decided": [],
    "waits": True,
}


def meetings(**answers: Answer) -> MyMeetings:
    return MyMeetings(cast(Calls, House(**answers)), MIDDEN_DELFLAND, People(None))


async def test_a_signal_at_a_service_that_is_away_is_not_said_to_have_left_the_meeting() -> None:
    known: dict[str, Answer] = {"assessment/v1/meetings/M_7K3MQ_9XD4T/agenda": 404, "assessment": HEAD}
    pages = meetings(**known)
    found = await pages.one(OOV, MEETING)
    assert (found.silent, found.elsewhere) == (["casework"], [])
    waiting = await meetings().signals(OOV)
    assert waiting.silent == ("assessment", "casework")
    page = drawn("meeting/overleg.html", OOV, met=found, waiting={}, more_silent=waiting.silent)
    assert "Deze agenda is niet volledig" in page
    assert "Wat er op deze agenda staat, is nu niet bekend." in page
    assert "Welke signalen wachten bij het onderdeel voor fase 1 en 2 en het onderdeel voor fase 4 en 5" in page
    for false in ("Niet meer bij dit overleg", "Er staat nog geen signaal", "Er wacht geen ander signaal"):
        assert false not in page
    assert "is nu niet bekend" in drawn("meeting/stukken.html", OOV, met=found, papers=[])
    assert "staat voor u niets" not in drawn("meeting/verslag.html", OOV, met=found)


async def test_a_paper_that_cannot_be_read_now_has_its_place_also_in_print() -> None:
    agenda: dict[str, Answer] = {
        "assessment/v1/meetings/M_7K3MQ_9XD4T/agenda": {"items": [ITEM]},
        "casework": 404,
        "assessment/v1/meet": HEAD,
    }
    pages = meetings(**agenda)
    found = await pages.one(OOV, MEETING)
    read = await pages.papers(OOV, found)
    assert [(one["called"], one["parts"][0][1]) for one in read] == [
        ("Gele uil", "Dit stuk is nu niet te laden. Probeer het later opnieuw.")
    ]
    assert "Dit stuk is nu niet te laden" in drawn("meeting/stukken.html", OOV, met=found, papers=read)
    assert await meetings(**agenda, tasks=404).papers(OOV, found) == [], "it closed meanwhile"


async def test_decisions_that_cannot_be_had_are_not_said_to_be_none() -> None:
    where = {"state": "weging-1", "holder": "assessment", "since": "2026-11-20T10:00:00+00:00"}
    empty: dict[str, Any] = {"disclosures": [], "lines": [], "next": None, "notBelieved": 0}
    known = {"disclosures": empty, "audit_lines": empty, "declarations": {"declarations": []}}
    house = House(**known, decisions=404, **{"oversight/v1/signals": where})
    found = await Toezicht(cast(Calls, house)).signal(FG, NUMBER)
    assert "Er is nog niets besloten of gedeeld." in drawn("toezicht/signaal.html", FG, found=found)

    class Half(House):
        async def get(self, session: Session, service: str, path: str, purpose: str | None = None) -> Said:
            if "/decisions" in path:
                raise PartDown
            return await super().get(session, service, path, purpose)

    half = Half(**known, **{"oversight/v1/signals": where})
    page = drawn("toezicht/signaal.html", FG, found=await Toezicht(cast(Calls, half)).signal(FG, NUMBER))
    assert "Deze pagina is niet volledig" in page
    assert "Dit is nu niet bekend." in page
    assert "Er is nog niets besloten" not in page
    for answers, error in (({}, PartDown), (known | {"oversight": 404}, NotFound)):
        with pytest.raises(error):
            await Toezicht(cast(Calls, House(**answers))).signal(FG, NUMBER)
