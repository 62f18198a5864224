"""A log-in that has ended: what was typed is kept, where somebody was is remembered, and nothing leads elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from starlette.datastructures import FormData

from services.portal import kept as keeping
from services.portal.api.visits import Visits
from services.portal.leaving import BACK
from services.portal.sessions import COOKIE, Session
from shared.errors import Conflict, Forbidden, LogInAnew, MeldpuntError, NotFound, PartDown
from tests.portal.conftest import ADDRESS, SAME
from tests.portal.keeping import begins

FORM = "/dossiers/S-7K3MQ-9XD4T/besluiten/weging-1?antwoord=suspicion"
SENT = {"csrf": "the-token", "version": "1", "reason": "Wilgenroos woont er."}


def ended(app: FastAPI) -> None:
    app.state.keeper.now += 1801


@pytest.mark.refused("R-8.2")
async def test_who_did_nothing_for_a_while_is_told_so_and_comes_back_where_he_was(
    app: FastAPI, somebody: httpx.AsyncClient
) -> None:
    ended(app)
    answer = await somebody.get(FORM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/uitgelogd?waarom=tijd")
    assert somebody.cookies.get(BACK) == f'"{FORM}"'
    shown = await somebody.get("/uitgelogd?waarom=tijd")
    assert "U deed hier een tijd niets" in shown.text
    assert 'href="/inloggen"' in shown.text


async def test_what_was_sent_too_late_is_kept_for_who_sent_it(app: FastAPI, somebody: httpx.AsyncClient) -> None:
    ended(app)
    answer = await somebody.post(FORM, data=SENT, headers=SAME | {"Referer": f"{ADDRESS}{FORM}"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/uitgelogd?waarom=tijd")
    secret = somebody.cookies.get(keeping.KEPT_COOKIE)
    assert await app.state.kept.page_of(secret, "u-1") == FORM
    assert dict(await app.state.kept.words(secret, "u-1", FORM)) == {"reason": SENT["reason"]}
    for one in (answer.text, str(answer.headers), repr(vars(app.state.keeper)), repr(vars(app.state.sessions))):
        assert "Wilgenroos" not in one
    for line in answer.headers.get_list("Set-Cookie"):
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {one.strip() for one in line.split(";")}


async def test_what_nobody_is_known_to_have_sent_is_shown_once_and_not_kept(
    app: FastAPI, portal: httpx.AsyncClient
) -> None:
    """As after a new start of the portal: it comes back to the browser that sent it, in the answer."""
    portal.cookies.set(COOKIE, "of-a-portal-that-is-no-more")
    answer = await portal.post(FORM, data=SENT, headers=SAME)
    assert answer.status_code == 401
    assert SENT["reason"] in answer.text
    assert "the-token" not in answer.text
    assert keeping.KEPT_COOKIE not in portal.cookies
    assert await portal.post(FORM, data=SENT, headers={"Sec-Fetch-Site": "cross-site"}) != answer


@pytest.mark.parametrize("page", ["/", "/dossiers/S-7K3MQ-9XD4T"])
async def test_a_page_that_nobody_looks_at_goes_but_not_one_in_which_somebody_types(
    somebody: httpx.AsyncClient, page: str
) -> None:
    answer = await somebody.get(page)
    if "<input class" in answer.text:
        assert "Refresh" not in answer.headers
        return
    assert answer.headers["Refresh"] == f"1680; url=/bijna-uitgelogd?terug={page}"


async def test_he_is_warned_and_looking_at_the_warning_is_no_work(app: FastAPI, somebody: httpx.AsyncClient) -> None:
    (row,) = app.state.keeper.rows.values()
    seen = row.seen = row.seen - 1700
    answer = await somebody.get("/bijna-uitgelogd?terug=/dossiers/S-7K3MQ-9XD4T")
    assert answer.headers["Refresh"] == "120; url=/uitgelogd?waarom=tijd"
    assert 'href="/dossiers/S-7K3MQ-9XD4T"' in answer.text
    assert row.seen == seen
    assert "U bent nog wel ingelogd" in (await somebody.get("/uitgelogd?waarom=tijd")).text
    ended(app)
    assert (await somebody.get("/bijna-uitgelogd")).headers["Location"] == "/uitgelogd?waarom=tijd"


@pytest.mark.parametrize("there", ["//elsewhere.example.nl", "https://elsewhere.example.nl", "/\\elsewhere.example.nl"])
async def test_nothing_leads_elsewhere(app: FastAPI, somebody: httpx.AsyncClient, there: str) -> None:
    answer = await somebody.get("/bijna-uitgelogd", params={"terug": there})
    assert "elsewhere" not in answer.text
    assert "elsewhere" not in str(answer.headers)
    somebody.cookies.set(BACK, there)
    assert "elsewhere" not in (await somebody.get("/uitgelogd")).text
    ended(app)
    sent = await somebody.post(
        "/uitloggen", data=SENT, headers=SAME | {"Referer": f"https://elsewhere.example.nl/{there}"}
    )
    assert "elsewhere" not in str(sent.headers)


async def test_a_form_that_is_too_large_is_refused_before_it_is_read(somebody: httpx.AsyncClient) -> None:
    answer = await somebody.post(FORM, data=SENT | {"reason": "x" * 1_000_001}, headers=SAME)
    assert answer.status_code == 413
    assert "te groot" in answer.text

    async def pieces() -> AsyncIterator[bytes]:
        yield b"csrf=the-token&reason="
        for _ in range(11):
            yield b"x" * 100_000

    headers = SAME | {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await somebody.post(FORM, content=pieces(), headers=headers)
    assert answer.status_code == 413
    assert "te groot" in answer.text


async def test_a_session_is_not_one_that_somebody_chose(app: FastAPI, portal: httpx.AsyncClient) -> None:
    """No number of a browser becomes a session, and logging in gives another than there was."""
    portal.cookies.set(COOKIE, "chosen-by-somebody-else")
    assert (await portal.get("/")).headers["Location"] == "/inloggen"
    numbers = {await begins(app, Session("resume", "u-1", ("oov",))) for _ in range(3)}
    assert len(numbers) == 3
    assert "chosen-by-somebody-else" not in numbers


def answers(app: FastAPI, problem: MeldpuntError) -> None:
    """A form of which the service says this."""
    visits = Visits(app.state.sessions, app.state.kept, app.state.places)

    @app.post("/dossiers/{number}/iets")
    async def iets(filled: FormData = visits.form, session: Session = visits.visitor) -> None:
        raise problem


@pytest.mark.allowed("R-8.2")
@pytest.mark.refused("R-8.2")
async def test_who_has_to_show_again_who_he_is_is_sent_there_and_his_words_wait(
    app: FastAPI, somebody: httpx.AsyncClient
) -> None:
    answers(app, LogInAnew())
    where = "/dossiers/S-7K3MQ-9XD4T/iets"
    answer = await somebody.post(where, data=SENT, headers=SAME | {"Referer": f"{ADDRESS}{FORM}"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/opnieuw-inloggen")
    assert await app.state.kept.page_of(somebody.cookies.get(keeping.KEPT_COOKIE), "u-1") == FORM
    page = await somebody.get("/opnieuw-inloggen")
    assert 'href="/inloggen?opnieuw=ja"' in page.text
    asked = parse_qs(urlsplit((await somebody.get("/inloggen?opnieuw=ja")).headers["Location"]).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["60"])
    usual = parse_qs(urlsplit((await somebody.get("/inloggen")).headers["Location"]).query)
    assert (usual.get("prompt"), usual["max_age"]) == (None, ["28800"])


async def test_a_service_that_is_away_costs_nobody_his_words(app: FastAPI, somebody: httpx.AsyncClient) -> None:
    answers(app, PartDown())
    answer = await somebody.post("/dossiers/S-7K3MQ-9XD4T/iets", data=SENT, headers=SAME | {"Referer": ADDRESS + FORM})
    assert answer.status_code == 503
    assert f'href="{FORM}"' in answer.text
    assert await app.state.kept.page_of(somebody.cookies.get(keeping.KEPT_COOKIE), "u-1") == FORM


async def test_a_form_of_before_is_refused_and_there_is_one_to_go_back_to(
    app: FastAPI, somebody: httpx.AsyncClient
) -> None:
    """As after logging in again in another window."""
    answers(app, Conflict())
    sent = SENT | {"csrf": "of-another-session"}
    answer = await somebody.post("/dossiers/S-7K3MQ-9XD4T/iets", data=sent, headers=SAME | {"Referer": ADDRESS + FORM})
    assert answer.status_code == 403
    assert f'href="{FORM}"' in answer.text
    assert SENT["reason"] in answer.text
    assert keeping.KEPT_COOKIE not in somebody.cookies, "who typed it may be another than who is logged in now"


@pytest.mark.parametrize("problem", [Conflict(), NotFound(), Forbidden()], ids=lambda one: type(one).__name__)
async def test_what_is_refused_for_good_gives_them_back(
    app: FastAPI, somebody: httpx.AsyncClient, problem: MeldpuntError
) -> None:
    answers(app, problem)
    sent = SENT | {"fields.reviewOn": "2026-12-01", "fields.persons.0.name": "Jan"}
    answer = await somebody.post("/dossiers/S-7K3MQ-9XD4T/iets", data=sent, headers=SAME)
    for one in (SENT["reason"], "1 december 2026", "Jan"):
        assert one in answer.text
    assert "the-token" not in answer.text.partition("Dit had u ingevuld")[2]
    assert keeping.KEPT_COOKIE not in somebody.cookies
