"""The edge of the portal: headers on every answer, nothing without a session, no form that is not its own."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import httpx
import pytest
from fastapi import FastAPI

import services.portal
from services.portal.api import log_in
from services.portal.guard import PAGE_HEADERS
from services.portal.sessions import COOKIE
from services.portal.static import STATIC_VERSION
from tests.portal.conftest import ADDRESS, SAME
from tests.portal.keeping import session_of

TEMPLATES = Path(services.portal.__file__).parent / "templates"


@pytest.mark.parametrize("path", ["/", "/dossiers/S-7K3MQ-9XD4T", "/uitgelogd", "/nothing", "/livez", "/hulp"])
async def test_every_answer_has_the_headers(portal: httpx.AsyncClient, path: str) -> None:
    answer = await portal.get(path)
    wanted = dict(PAGE_HEADERS)
    assert {name: answer.headers[name] for name in wanted} == wanted
    assert "no-store" in answer.headers["Cache-Control"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]


async def test_what_nobody_foresaw_has_the_headers_too(app: FastAPI, somebody: httpx.AsyncClient) -> None:
    """And it has nothing of what went wrong."""

    @app.get("/anders")
    async def anders() -> None:
        raise ValueError("Wilgenroos")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=somebody.cookies) as browser:
        answer = await browser.get("/anders")
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in PAGE_HEADERS} == PAGE_HEADERS
    assert "Wilgenroos" not in answer.text
    assert "niets vastgelegd" not in answer.text, "nobody knows how far it got"


@pytest.mark.parametrize(
    "path", ["/verstrekkingen/wilgenroos", "/taken/assessment/wilgenroos", "/toezicht/spoed/wilgenroos"]
)
async def test_what_is_no_address_is_a_page_that_does_not_repeat_it(somebody: httpx.AsyncClient, path: str) -> None:
    """And the same page as of what does not exist."""
    answer = await somebody.get(path)
    assert answer.status_code == 404
    assert "wilgenroos" not in answer.text
    assert answer.content == (await somebody.get("/dossiers/geen-nummer")).content


async def test_only_what_has_nothing_of_anybody_is_kept_and_compressed(somebody: httpx.AsyncClient) -> None:
    """Beside a token, what somebody typed would show in how well the page compresses."""
    style = await somebody.get("/static/portal.css", headers={"Accept-Encoding": "gzip"})
    assert style.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert style.headers["Content-Encoding"] == "gzip"
    assert style.headers["Content-Security-Policy"] == PAGE_HEADERS["Content-Security-Policy"]
    page = await somebody.get("/hulp", headers={"Accept-Encoding": "gzip"})
    assert f"/static/portal.css?v={STATIC_VERSION}" in page.text
    assert "Content-Encoding" not in page.headers
    assert (await somebody.get("/static/../app.py")).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["/", "/dossiers/S-7K3MQ-9XD4T", "/dossiers/S-7K3MQ-9XD4T/besluiten/weging-1", "/overleggen/M-7K3MQ-9XD4T/stukken"],
)
async def test_nothing_is_shown_without_a_session(portal: httpx.AsyncClient, path: str) -> None:
    answer = await portal.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inloggen")


async def test_a_log_in_begins_with_pkce_state_and_nonce(portal: httpx.AsyncClient) -> None:
    answer = await portal.get("/inloggen")
    asked = {name: one for name, (one,) in parse_qs(urlparse(answer.headers["Location"]).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{ADDRESS}/callback"
    assert min(len(asked[one]) for one in ("state", "nonce", "code_challenge")) >= 43
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{log_in.LOG_IN_COOKIE}=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {one.strip() for one in cookie.split(";")}


async def test_an_answer_to_no_log_in_is_refused(portal: httpx.AsyncClient) -> None:
    begun = await portal.get("/inloggen")
    answer = await portal.get("/callback?code=x&state=y")
    assert answer.status_code == 400
    assert begun.headers["Set-Cookie"].startswith(log_in.LOG_IN_COOKIE)
    assert log_in.LOG_IN_COOKIE not in portal.cookies, "who tries a wrong one has to begin anew"
    assert COOKIE not in answer.headers.get("Set-Cookie", "")
    assert 'href="/inloggen?opnieuw=ja"' in answer.text


@pytest.mark.parametrize(
    "sent", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}]
)
async def test_what_another_site_sends_is_refused(somebody: httpx.AsyncClient, sent: dict[str, str]) -> None:
    answer = await somebody.post("/uitloggen", data={"csrf": "the-token"}, headers=sent)
    assert answer.status_code == 403
    assert (await somebody.get("/dossiers/S-7K3MQ-9XD4T")).status_code == 200


@pytest.mark.parametrize("token", ["", "another", "é"])
async def test_a_form_without_the_token_of_the_session_is_refused(somebody: httpx.AsyncClient, token: str) -> None:
    answer = await somebody.post(
        "/dossiers/S-7K3MQ-9XD4T/openen", data={"csrf": token, "purpose": "weging"}, headers=SAME
    )
    assert answer.status_code == 403


async def test_a_dossier_is_opened_for_one_purpose_of_the_list(somebody: httpx.AsyncClient) -> None:
    sent = {"csrf": "the-token", "purpose": "nieuwsgierig"}
    answer = await somebody.post("/dossiers/S-7K3MQ-9XD4T/openen", data=sent, headers=SAME)
    assert answer.status_code == 400
    assert "nieuwsgierig" not in answer.text


async def test_logging_out_ends_the_session_also_while_access_cannot_end_the_others(
    somebody: httpx.AsyncClient,
) -> None:
    answer = await somebody.post("/uitloggen", data={"csrf": "the-token"}, headers=SAME)
    assert answer.status_code == 503
    assert "alleen in deze browser uitgelogd" in answer.text
    assert any(one.startswith(f'{COOKIE}="";') for one in answer.headers.get_list("Set-Cookie"))
    page = await somebody.get("/uitgelogd")
    assert 'href="/inloggen?opnieuw=ja"' in page.text, "the provider may know this browser still"
    somebody.cookies.set(COOKIE, str(somebody.cookies.get("visitor")))
    assert (await somebody.get("/")).headers["Location"] == "/uitgelogd?waarom=tijd"


async def test_silent_services_are_a_gap_that_says_so(somebody: httpx.AsyncClient) -> None:
    answer = await somebody.get("/")
    assert answer.status_code == 200
    assert "Deze lijst is nu niet te laden" in answer.text


@pytest.mark.parametrize("page", ["", "/delen", "/plan", "/rechtzetten", "/besluiten/weging-1"])
async def test_every_page_of_a_dossier_asks_first_for_what_it_is_opened(somebody: httpx.AsyncClient, page: str) -> None:
    """And leads there afterwards; never to another site."""
    address = f"/dossiers/S-7K3MQ-9XD4T{page}"
    answer = await somebody.get(address)
    assert "Waarvoor opent u S-7K3MQ-9XD4T?" in answer.text
    assert f'name="then" value="{address}"' in answer.text
    form = {"csrf": "the-token", "purpose": "weging"}
    for then, leads in ((address, address), ("https://elsewhere.example.nl/", "/"), ("//elsewhere.example.nl", "/")):
        opened = "/dossiers/S-7K3MQ-9XD4T/openen"
        answer = await somebody.post(opened, data=form | {"then": then}, headers=SAME)
        assert (answer.status_code, answer.headers["Location"]) == (303, leads)


async def test_the_memory_of_a_session_has_an_end(
    app: FastAPI, somebody: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.portal.sessions.MOST_KNOWN", 3)
    for one in "ABCDE":
        form = {"csrf": "the-token", "purpose": "weging"}
        await somebody.post(f"/dossiers/S-7K3MQ-9XD4{one}/openen", data=form, headers=SAME)
    session = await session_of(app, somebody.cookies[COOKIE])
    assert [one[-1] for one in session.purposes] == ["C", "D", "E"]


TITLE = re.compile(r"{% block title %}(.*?){% endblock %}", re.S)
OF_NO_CONTENT = {
    *("decision.question", "question", "record.name | capitalize_first", "action_called(action.name)"),
    *("task_called(task.kind)", "called_meeting(met.meeting)", "called(share.recipient)", "guide.title"),
    *("dossier.number", "found.number", "share.number", "title", "says[0]", "one.document.title"),
    '"Delen met " ~ receiver if receiver else question',
}
"""What a title is made of besides its own words: questions of the law, kinds, and numbers."""


def test_a_title_says_where_one_is_and_nothing_of_what_is_in_it() -> None:
    """It stands in the history of a browser, and on its tabs."""
    titles = {one.name: TITLE.findall(one.read_text()) for one in TEMPLATES.rglob("*.html")}
    found = {said for one in titles.values() for title in one for said in re.findall(r"{{ (.*?) }}", title)}
    assert found <= OF_NO_CONTENT
    pages = [one for one in TEMPLATES.rglob("*.html") if "{% block content %}" in one.read_text()]
    without = {one.name for one in pages if not titles[one.name] or not titles[one.name][0].strip()}
    assert without <= {"base.html"}


async def test_a_page_is_in_dutch_and_its_headings_leave_nothing_out(somebody: httpx.AsyncClient) -> None:
    for path in ("/", "/hulp", "/protocol", "/toegankelijkheid", "/nothing", "/uitgelogd"):
        page = (await somebody.get(path)).text
        assert '<html lang="nl">' in page
        levels = [int(one) for one in re.findall(r"<h([1-6])", page)]
        assert levels[:1] == [1], path
        assert levels.count(1) == 1, path
        assert all(after - before <= 1 for before, after in pairwise(levels)), (path, levels)


async def test_a_request_is_opened_for_itself(somebody: httpx.AsyncClient) -> None:
    answer = await somebody.get("/dossiers/V-7K3MQ-9XD4T")
    assert "Waarvoor opent u" not in answer.text
