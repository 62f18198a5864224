"""Whoever comes back to a form finds it, with what he typed: also where it stood in the answer to what he sent before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.routing import BaseRoute

from services.portal import kept as keeping
from services.portal.calls import Said
from services.portal.pages import Pages
from services.portal.seen import Opened
from services.portal.sessions import COOKIE, Session
from services.portal.use_cases.holds import ENDED_ON, REASON
from services.portal.use_cases.meetings import Met
from shared.clock import AMSTERDAM
from shared.errors import LogInAnew
from tests.portal.conftest import ADDRESS, SAME
from tests.portal.keeping import begins
from tests.protocol.laws import MIDDEN_DELFLAND

ROLES = ("oov", "beheerder", "fg", "privacy-officer", "lot-member")
UUID = "ef60f2c9-2103-4180-8bb8-31aa5ffa8167"
SIGNAL, REQUEST, BREACH, MEETING = (f"{one}-7K3MQ-9XD4T" for one in "SVIM")
OTHERWISE = {"/toezicht/datalekken": BREACH, "/dossiers/{number}/brieven": REQUEST, "/beheer": "7"}
"""Which number stands in addresses that begin so; elsewhere it is that of a signal."""
PERSON = "/beheer/aanwijzingen/persoon"
VIEW: dict[str, Any] = {"number": SIGNAL, "state": "weging-1", "subjects": {}, "objects": {}, "clock": None}
OPEN: dict[str, Any] = {"state": "weging-1", "version": 1, "actions": [], "decisions": []}
OF_BREACH = {
    "kind": "by-hand",
    "begunBy": "u-1",
    "discoveredAt": "2026-11-27T10:00:00Z",
    "deadline": None,
    "keptUntil": None,
}
TYPED = {"userId": "een-gebruiker", "role": "oov", "startsAt": "2026-12-01", "basis": "BESLUIT-2026-17"}


def every(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    for one in routes:
        if isinstance(one, APIRoute):
            yield one
        elif inner := getattr(one, "original_router", None):
            yield from every(inner.routes)


def filled_in(path: str) -> str:
    """An address of the route, as people have it."""
    number = next((one for begins_so, one in OTHERWISE.items() if path.startswith(begins_so)), SIGNAL)
    identifier = MEETING if path.startswith("/overleggen") else UUID
    given = {"number": number, "identifier": identifier, "asked": REQUEST, "signal": SIGNAL, "says": "tegen"}
    given |= {"case": SIGNAL, "share": UUID, "hold": UUID, "list_id": UUID, "what": "akkoord", "holder": "assessment"}
    return path.format(**given, service="assessment", key="weging-1", category="note", name="join", kind="answer")


async def logs_in(app: FastAPI, browser: httpx.AsyncClient) -> None:
    purposes = {one: "weging" for one in (SIGNAL, REQUEST)}
    session = Session("resume", "u-1", ROLES, csrf="the-token", purposes=purposes)
    browser.cookies.set(COOKIE, await begins(app, session))


async def test_after_whatever_is_sent_one_comes_back_to_a_page(app: FastAPI, somebody: httpx.AsyncClient) -> None:
    sent = [one.path for one in every(app.routes) if "POST" in (one.methods or ())]
    assert len(sent) > 40
    for path in sent:
        address = filled_in(path)
        await logs_in(app, somebody)
        app.state.keeper.now += 1801
        query = "?antwoord=yes" if "cluster" in path else ""
        answer = await somebody.post(
            address + query, data={"reason": "Wilgenroos"}, headers=SAME | {"Referer": f"{ADDRESS}{address}{query}"}
        )
        assert answer.headers["Location"] == "/uitgelogd?waarom=tijd", path
        page = await app.state.kept.page_of(somebody.cookies.get(keeping.KEPT_COOKIE), "u-1")
        await logs_in(app, somebody)
        # The services are silent here, and a page may say no more than that.
        shown = await somebody.get(page)
        assert shown.status_code in (200, 303, 503), (path, page)
        assert "log" not in shown.headers.get("Location", ""), (path, page)


@pytest.mark.parametrize(
    ("stood", "page"),
    [
        (f"/dossiers/{SIGNAL}/intrekken", f"/dossiers/{SIGNAL}"),
        (f"/dossiers/{SIGNAL}/openen", f"/dossiers/{SIGNAL}"),
        (f"/dossiers/{REQUEST}/brieven/answer", f"/dossiers/{REQUEST}/brieven"),
        (f"/overleggen/{MEETING}/agenda", f"/overleggen/{MEETING}"),
        (f"/verstrekkingen/{UUID}/antwoord", f"/verstrekkingen/{UUID}"),
        ("/vernietiging/stops/zoeken", "/vernietiging/stops"),
        (f"/vernietiging/stops/{SIGNAL}", f"/vernietiging/stops/{SIGNAL}"),
        (f"/vernietiging/stops/{SIGNAL}/{UUID}/akkoord", f"/vernietiging/stops/{SIGNAL}"),
        ("/toezicht/zoeken", "/toezicht"),
        ("/zoeken", "/zoeken"),
        ("/beheer/aanwijzingen/7/beeindigen", "/beheer/aanwijzingen"),
        (f"{PERSON}/aanwijzen", PERSON),
        (f"/dossiers/{SIGNAL}/delen/weging-1?antwoord=on&aan=partner:politie",) * 2,
        (f"/dossiers/{SIGNAL}",) * 2,
        ("/uitloggen", "/"),
    ],
)
def test_it_is_the_nearest_page_that_has_the_form(app: FastAPI, stood: str, page: str) -> None:
    assert app.state.places.page_of(stood) == page


async def test_a_page_of_which_the_form_is_gone_gives_the_words_to_copy(
    app: FastAPI, somebody: httpx.AsyncClient
) -> None:
    """And one that has it has them filled in: here for what the dossier is opened, and where that leads."""
    app.state.keeper.now += 1801
    sent = {"csrf": "the-token", "purpose": "contact-melder", "then": f"/dossiers/{SIGNAL}/plan", "naam": "Wilgenroos"}
    stood = f"{ADDRESS}/dossiers/{SIGNAL}/openen"
    await somebody.post(f"/dossiers/{SIGNAL}/openen", data=sent, headers=SAME | {"Referer": stood})
    somebody.cookies.set(COOKIE, await begins(app, Session("resume", "u-1", ("oov",))))
    page = (await somebody.get(f"/dossiers/{SIGNAL}")).text
    assert 'value="contact-melder" checked' in page
    assert f'name="then" value="/dossiers/{SIGNAL}/plan"' in page
    assert "<summary>Dit had u ingevuld</summary>" in page
    assert "Wilgenroos" in page


# --- designating ---------------------------------------------------------------------------------


class Access:
    """Access, to which he logged in too long ago."""

    async def get(self, *_: object) -> Said:
        return Said(200, {"designations": [], "next": None})

    async def post(self, *_: object) -> Said:
        raise LogInAnew


@pytest.fixture
def access(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in ("get", "post"):
        monkeypatch.setattr(app.state.calls, one, getattr(Access(), one))


@pytest.mark.usefixtures("access")
@pytest.mark.allowed("R-8.2")
@pytest.mark.parametrize("stood", [PERSON, f"{PERSON}/aanwijzen"])
async def test_who_designates_and_has_to_log_in_anew_finds_his_form_as_it_was(
    app: FastAPI, somebody: httpx.AsyncClient, stood: str
) -> None:
    await logs_in(app, somebody)
    sent = {"csrf": "the-token", "endsAt": "2027-12-01"} | TYPED
    headers = SAME | {"Referer": f"{ADDRESS}{stood}"}
    answer = await somebody.post(f"{PERSON}/aanwijzen", data=sent, headers=headers)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/opnieuw-inloggen")
    await logs_in(app, somebody)
    assert await app.state.kept.page_of(somebody.cookies.get(keeping.KEPT_COOKIE), "u-1") == PERSON
    page = await somebody.get(PERSON)
    assert page.status_code == 200
    assert 'value="oov" checked' in page.text
    for name in ("userId", "startsAt", "basis"):
        assert f'name="{name}" value="{TYPED[name]}"' in page.text
    assert f'action="{PERSON}/aanwijzen"' in page.text


async def test_without_anything_typed_one_begins_with_whom(app: FastAPI, somebody: httpx.AsyncClient) -> None:
    await logs_in(app, somebody)
    answer = await somebody.get(PERSON)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/beheer/aanwijzingen")


# --- forms that a page has beside others ---------------------------------------------------------


def drawn(template: str, filled: dict[str, str], **shown: Any) -> str:
    usual = {"session": Session("resume", "u-1", ROLES, csrf="the-token"), "trouble": None, "kept": None, "done": None}
    found = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template(template)
    return found.render(filled=FormData(filled), **usual | shown)


@pytest.mark.parametrize(
    ("template", "called"),
    [("dossier/gesloten.html", "dossier"), ("datalekken/datalek.html", "entry")],
)
def test_why_something_is_withdrawn_stands_at_what_it_was_about(template: str, called: str) -> None:
    until = {"until": "2026-12-01T10:00:00+00:00", "name": "withdraw", "by": "u-1"}
    actions = [until | {"decision": one, "says": f"Besluit {one}"} for one in ("d-1", "d-2")]
    held = Opened("assessment", SIGNAL, VIEW | OF_BREACH, OPEN | {"actions": actions}, [])
    page = drawn(template, {"decision": "d-2", "reason": "Vergissing"}, **{called: held})
    first, second = page.split('value="d-2"')
    assert 'name="decision" value="d-1"' in first
    assert "Vergissing" not in first
    assert second.count('value="Vergissing"') == 1


def test_an_answer_about_a_stop_stands_at_that_stop_and_not_in_a_new_one() -> None:
    hold = {"ground": "objection", "endsOn": "2027-01-01", "state": "held", "items": []}
    found = {"number": SIGNAL, "state": "ended", "endsOn": "2027-01-01", "holds": [hold | {"id": UUID}]}
    filled = {"hold": UUID, "reason": "Uitspraak", ENDED_ON.name: "2026-12-01"}
    shown: dict[str, Any] = {"found": found, "asked": (REASON,), "ended_on": ENDED_ON, "reason": REASON, "may": True}
    page = drawn("vernietiging/stop.html", filled, about=UUID, **shown)
    assert page.count("Uitspraak") == 1
    assert f'name="hold" value="{UUID}"' in page
    assert 'value="2026-12-01"' in page
    anew = drawn("vernietiging/stop.html", {"reason": "Uitspraak"}, about=None, **shown)
    assert "Uitspraak" in anew.partition("Een stop vragen")[2]


def test_what_was_chosen_at_a_meeting_is_chosen_still() -> None:
    meeting = {"id": MEETING, "kind": "LOT", "chair": "u-3", "closed": False, "members": ["u-2"], "present": []}
    today = datetime.now(AMSTERDAM).date().isoformat()
    table = Met(meeting | {"heldOn": today, "agenda": []}, prepares=True, me="u-1", items=[])
    page = drawn("meeting/overleg.html", {"number": SIGNAL}, met=table, waiting={SIGNAL: "Schuur"}, more_silent=[])
    assert f'value="{SIGNAL}" selected' in page
