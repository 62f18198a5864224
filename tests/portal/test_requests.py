"""The rights desk: the register with both clocks, a form, a request as it stands, its letters; and the public page (R-10.11)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from starlette.datastructures import FormData

from services.portal.calls import Calls, Said
from services.portal.kept import KEPT_COOKIE
from services.portal.pages import Pages
from services.portal.public import create as create_public
from services.portal.seen import Opened
from services.portal.sessions import COOKIE, Session
from services.portal.settings import PublicSettings
from services.portal.use_cases.dossiers import Dossiers, at
from services.portal.use_cases.holds import HoldPages
from services.portal.use_cases.requests import RequestPages
from shared.errors import NotFound
from shared.protocol.request_kinds import HOLDERS_OF_DATA
from shared.protocol.rights_sheet import RIGHTS
from tests.portal.conftest import SAME
from tests.portal.keeping import begins
from tests.protocol.laws import MIDDEN_DELFLAND

NUMBER, LETTER = "V-7K3MQ-9XD4T", "letter-" + "0a" * 16
NAME = "Wilhelmina Zonneveld"
SILENT = {"holder": "retention", "called": HOLDERS_OF_DATA["retention"], "answer": "silent"}
VIEW: dict[str, Any] = {
    "number": NUMBER,
    "workingName": "blauwe uil",
    "protocol": "midden-delfland-2025",
    "receivedOn": "2026-11-02",
    "dueOn": "2026-11-30",
    "request": {
        "kind": "objection",
        "kindCalled": "verzet",
        "capacityCalled": "voor zichzelf",
        "asks": "Ik werk daar.",
        "firstReceivedOn": "2026-11-02",
        "department": "burgerzaken",
    },
    "person": {"name": NAME, "address": "Zandhoek 17", "bornOn": "1961-03-04"},
    "asker": None,
    "clocks": {
        "legalOn": "2026-12-02",
        "extended": False,
        "answeredOn": None,
        "objectUntil": None,
        "reviewOn": None,
        "keptUntil": None,
        "reminder": 14,
    },
    "restricted": True,
    "holders": [
        {
            "holder": "casework",
            "called": HOLDERS_OF_DATA["casework"],
            "answer": "found",
            "by": "A. de Boer",
            "on": "2026-11-20",
            "where": ["gesloten casussen"],
            "how": ["de vrije tekst is doorgezien"],
            "looked": [{"signal": "S-7K3MQ-9XD4T", "found": False, "words": "Elke bladzijde is gelezen."}],
        },
        {
            "holder": "export",
            "called": HOLDERS_OF_DATA["export"],
            "answer": "found",
            "by": "de dienst zelf, met een bericht",
            "on": "2026-11-20",
            "where": ["registers en verstrekkingen"],
            "how": ["met de nummers van de signalen die zijn gevonden"],
            "held": [
                {"signal": "S-7K3MQ-9XD4T", "what": "share", "called": "een verstrekking", "recipient": "politie"}
            ],
            "looked": [],
        },
        SILENT,
    ],
    "found": [
        {
            "item": "item-5",
            "holder": "casework",
            "holderCalled": HOLDERS_OF_DATA["casework"],
            "what": "U bent genoemd.",
            "source": "een melding",
            "use": "wegen",
            "recipients": "niemand",
            "keptFor": "één jaar",
            "decided": None,
        }
    ],
    "signals": [],
    "letters": [
        {"letter": LETTER, "kind": "receipt", "called": "ontvangstbevestiging", "madeAt": "2026-11-20T10:00:00+00:00"}
    ],
}
INFORMING = {"key": "request-information", "article": "art. 10 lid 6", "outcomes": [{"key": "sent"}]}


def opened(state: str = "request-search", taken: tuple[str, ...] = (), *decisions: dict[str, Any]) -> Opened:
    done = [{"key": one, "status": "taken"} for one in taken]
    return Opened("rights", NUMBER, VIEW, {"state": state, "version": 7, "decisions": list(decisions)}, done)


def drawn(template: str, **shown: Any) -> str:
    usual = {"session": Session("resume", "u-1", ("oov",)), "trouble": None, "done": None, "filled": FormData()}
    found = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template(template)
    return found.render(**(usual | shown))


class Answering:
    """Rights, as far as these pages ask it."""

    def __init__(self, said: Said) -> None:
        self.said, self.asked = said, list[tuple[str, str, Any]]()

    async def get(self, _: Session, service: str, path: str, purpose: str | None = None) -> Said:
        self.asked.append((service, path, purpose))
        return self.said

    async def post(self, _: Session, service: str, path: str, body: dict[str, Any]) -> Said:
        self.asked.append((service, path, body))
        return self.said

    async def document(self, _: Session, service: str, path: str, purpose: str | None = None) -> bytes:
        self.asked.append((service, path, purpose))
        return b"%PDF-"


def pages(said: Said) -> tuple[RequestPages, Answering]:
    rights = Answering(said)
    return RequestPages(cast(Calls, rights), MIDDEN_DELFLAND), rights


ANNA = Session("resume", "u-1", ("oov",))


# --- the register and its form ----------------------------------------------------------------------------


def row(**more: Any) -> dict[str, Any]:
    clocks = {one: None for one in ("answeredOn", "objectUntil", "reviewOn", "keptUntil")}
    return {
        "number": NUMBER,
        "kindCalled": "inzage",
        "receivedOn": "2026-11-02",
        "dueOn": "2026-11-30",
        "legalOn": "2026-12-02",
        "extended": False,
        "state": "request-search",
        "reminder": 21,
        "late": False,
        **clocks,
        **more,
    }


@pytest.mark.allowed("R-10.5", "R-10.6")
def test_the_register_has_both_clocks_and_nobody() -> None:
    shown = {"answered_ones": False, "opens": True, "may": True}
    page = drawn("requests/verzoeken.html", found={"requests": [row(), row(late=True)], "next": "abc"}, **shown)
    for one in ("30 november 2026", "2 december 2026", "herinnering: dag 21", "te laat", "cursor=abc"):
        assert one in page
    assert f'href="/dossiers/{NUMBER}"' in page
    assert NAME not in page
    watched = drawn(
        "requests/verzoeken.html",
        found={"requests": [row(answeredOn="2026-11-20", objectUntil="2027-01-04")], "next": None},
        **(shown | {"opens": False, "may": False, "answered_ones": True}),
    )
    assert "/dossiers/" not in watched
    assert "/verzoeken/nieuw" not in watched
    assert "4 januari 2027" in watched


@pytest.mark.allowed("R-10.12")
def test_what_was_withheld_waits_with_its_day_and_shows_where_it_is_late() -> None:
    shown = {"answered_ones": False, "opens": True, "may": True}
    again = row(state="request-again", dueOn="2027-01-19", reviewOn="2027-01-19", answeredOn="2026-11-20", late=True)
    more = again | {"state": "request-weighing", "reviewOn": None}
    page = drawn("requests/verzoeken.html", found={"requests": [again, more], "next": None}, **shown)
    for one in ("Opnieuw bekijken: 19 januari 2027", "Aanvullend antwoord: 19 januari 2027", "te laat"):
        assert one in page
    assert "2 december 2026" not in page, "the month of the law is over with the answer"
    environment = Pages(MIDDEN_DELFLAND, live=False)._templates.env
    late = environment.from_string(
        '{% from "parts/watch.html" import late_requests with context %}{{ late_requests(rows) }}'
    )
    watched = late.render(rows=[again, more, row()])
    for one in ("opnieuw bekijken: 19 januari", "aanvullend antwoord: 19 januari", "volgens de wet 2 december"):
        assert one in watched


def test_that_a_letter_was_sent_is_recorded_with_the_answer_that_can_be_given() -> None:
    sent = {
        "key": "request-answer-sent",
        "outcomes": [{"key": "sent", "missing": ["er is een datum"]}, {"key": "sent-again-later", "missing": []}],
    }
    request = replace(
        opened("request-answer", (), sent), view={**VIEW, "letters": [{**VIEW["letters"][0], "kind": "answer"}]}
    )
    page = drawn("requests/brieven.html", dossier=request, offered=RequestPages.offered(request))
    assert "/besluiten/request-answer-sent?antwoord=sent-again-later&amp;fields.letter=" in page


@pytest.mark.allowed("R-3.1")
async def test_a_request_is_registered_with_what_the_law_asks() -> None:
    found, rights = pages(Said(201, {"number": NUMBER}))
    names = [one.name for one in found.asked]
    assert names[:3] == ["fields.kind", "fields.firstReceivedOn", "fields.channel"]
    assert not [one for one in names if "bsn" in one.lower() or "cop" in one.lower()]
    filled = FormData(
        [("key", "a-key-of-this-form"), ("fields.kind", "access"), ("fields.name", NAME), ("fields.bornOn", "")]
    )
    assert await found.register(ANNA, filled) == (NUMBER, None)
    ((service, path, body),) = rights.asked
    assert (service, path, body) == (
        "rights",
        "/v1/requests",
        {"fields": {"kind": "access", "name": NAME}, "key": "a-key-of-this-form"},
    )


@pytest.mark.refused("R-3.1")
async def test_what_is_wrong_is_said_at_its_field() -> None:
    wrong = {"name": "fields.bornOn", "reason": "ligt na de ontvangst", "code": "born-ahead"}
    found, _ = pages(Said(400, {"detail": "Niet zo.", "invalidParams": [wrong]}))
    number, trouble = await found.register(ANNA, FormData())
    assert (number, trouble and trouble.faults) == ("", (("fields.bornOn", "ligt na de ontvangst"),))


@pytest.mark.allowed("R-3.1")
async def test_what_may_have_been_registered_is_sent_again_under_the_key_that_it_had(
    somebody: httpx.AsyncClient,
) -> None:
    """The answer did not come in time: under another key it would be a second request of the same person."""

    async def key() -> str:
        page = (await somebody.get("/verzoeken/nieuw")).text
        found = re.search('name="key" value="([^"]+)"', page)
        assert found
        return found[1]

    first = await key()
    sent = {"csrf": "the-token", "key": first, "fields.name": NAME}
    answer = await somebody.post("/verzoeken/nieuw", data=sent, headers=SAME)
    assert answer.status_code == 503, "no service answers here"
    assert await key() == first
    assert NAME in (await somebody.get("/verzoeken/nieuw")).text
    somebody.cookies.delete(KEPT_COOKIE)
    assert await key() != first


@pytest.mark.refused("R-10.8")
@pytest.mark.parametrize(("role", "status"), [("privacy-officer", 404), ("lot-member", 404), ("department-wonen", 404)])
async def test_to_who_has_nothing_to_do_with_it_there_is_no_register(
    portal: httpx.AsyncClient, role: str, status: int
) -> None:
    transport = cast(httpx.ASGITransport, portal._transport)
    app = cast(FastAPI, transport.app)
    portal.cookies.set(COOKIE, await begins(app, Session("resume", "u-2", (role,), csrf="the-token")))
    assert (await portal.get("/verzoeken")).status_code == status
    sent = await portal.post("/verzoeken/nieuw", data={"csrf": "the-token", "fields.name": NAME}, headers=SAME)
    assert sent.status_code == status


@pytest.mark.refused("R-10.8")
async def test_the_fg_reads_the_register_and_has_no_form(portal: httpx.AsyncClient) -> None:
    transport = cast(httpx.ASGITransport, portal._transport)
    app = cast(FastAPI, transport.app)
    portal.cookies.set(COOKIE, await begins(app, Session("resume", "u-2", ("fg",), csrf="the-token")))
    # No service answers here.
    assert (await portal.get("/verzoeken")).status_code == 503
    assert (await portal.get("/verzoeken/nieuw")).status_code == 404


# --- one request --------------------------------------------------------------------------------------------


@pytest.mark.allowed("R-10.2", "R-10.4")
def test_a_request_shows_who_is_silent_and_that_it_is_only_kept() -> None:
    environment = Pages(MIDDEN_DELFLAND, live=False)._templates.env
    page = environment.from_string(
        '{% from "requests/request.html" import request with context %}{{ request(dossier) }}'
    )
    shown = page.render(dossier=opened(), session=Session("resume", "u-1", ("oov",)))
    for one in (
        NAME,
        "Ik werk daar.",
        "nog niet geantwoord",
        "A. de Boer",
        "alleen bewaard",
        "nog niet besloten",
        "Zandhoek 17",
        "S-7K3MQ-9XD4T: Elke bladzijde is gelezen.",
        "een verstrekking aan",
        "Opnieuw vragen aan wie zelf antwoordt",
    ):
        assert one in shown
    assert "2 december 2026" in shown


@pytest.mark.allowed("R-10.3")
def test_a_request_shows_where_it_is_only_kept() -> None:
    environment = Pages(MIDDEN_DELFLAND, live=False)._templates.env
    page = environment.from_string(
        '{% from "requests/request.html" import request with context %}{{ request(dossier) }}'
    )
    at_once = {"askedAt": "2026-11-20T10:00:00+00:00", "answeredAt": "2026-11-21T10:00:00+00:00", "found": True}
    signal = {"holder": "sources", "holderCalled": "bronnen", "state": "answered", "subject": "S2", **at_once}
    rows = [{**signal, "signal": f"S-00000-0000{n}", "restricted": one} for n, one in enumerate((True, None, False))]
    request = replace(opened(), view={**VIEW, "signals": rows})
    shown = page.render(dossier=request, session=ANNA)
    for one in ("ja, als S2", "nog niet bevestigd", "niet meer"):
        assert one in shown


def test_what_runs_shows_at_the_holds() -> None:
    one = {"number": "S-7K3MQ-9XD4T", "request": NUMBER, "since": "2026-11-20T10:00:00+00:00"}
    rows = [one | {"endsOn": None}, one | {"endsOn": "2026-11-02"}]
    shown: dict[str, Any] = {"found": {"holds": [], "next": None}, "which": (), "cursor": "a b", "later": False}
    running = {"procedures": rows, "next": "c+d", "notBelieved": 1}
    page = drawn("vernietiging/stops.html", running=running, **shown)
    for words in ("Waarvoor een verzoek loopt", NUMBER, "nog niet beëindigd", "2 november 2026, en daarna zolang"):
        assert words in page
    assert "stops?lopend=c%2Bd&amp;cursor=a%20b" in page, (
        "the rest is a page further, and the stops stay where they are"
    )
    assert "Eén regel staat hier niet" in page
    nothing: dict[str, Any] = {"procedures": [], "next": None, "notBelieved": 0}
    assert "Waarvoor een verzoek loopt" not in drawn("vernietiging/stops.html", running=nothing, **shown)


async def test_the_requests_that_run_come_in_pages() -> None:
    asked: list[str] = []

    class Retention:
        async def get(self, session: Session, service: str, path: str) -> Said:
            asked.append(f"{service} {path}")
            return Said(200, {"procedures": [], "next": None})

    holds, session = HoldPages(cast(Calls, Retention())), Session("resume", "u-1", ("oov",))
    await holds.running(session)
    await holds.running(session, "c+d")
    assert asked == ["retention /v1/procedures", "retention /v1/procedures?cursor=c%2Bd"]


def test_it_is_asked_of_rights_and_of_nobody_else() -> None:
    assert at(NUMBER) == f"/v1/requests/{NUMBER}"
    assert Dossiers._may_hold(ANNA, NUMBER) == ("rights",)
    assert opened().names["item-5"] == "item-5 – U bent genoemd."


@pytest.mark.allowed("R-10.11")
@pytest.mark.parametrize(
    ("state", "taken", "kinds"),
    [
        ("request-received", (), ["receipt"]),
        ("request-search", ("request-information",), []),
        ("request-search", ("request-information", "request-extend"), ["extension"]),
        ("request-answer", ("request-information",), ["answer"]),
        ("request-answer", ("request-extend", "request-extension-sent"), ["receipt", "answer"]),
        ("request-answer", ("request-information", "request-answer-sent"), ["supplement"]),
        ("request-again", ("request-information", "request-answer-sent"), []),
        ("request-again", ("request-answer-sent", "request-lift"), ["lifting"]),
        ("request-done", (), []),
        ("request-done", ("request-lift",), ["lifting"]),
        ("request-done", ("request-lift", "request-lift-told"), []),
    ],
)
def test_a_letter_is_offered_when_it_can_be_made(state: str, taken: tuple[str, ...], kinds: list[str]) -> None:
    assert [one.kind for one in RequestPages.offered(opened(state, taken))] == kinds


@pytest.mark.refused("R-10.11")
async def test_no_other_letter_is_made_or_read() -> None:
    found, rights = pages(Said(201, {}))
    session = Session("resume", "u-1", ("oov",))
    session.purposes[NUMBER] = "verzoek"
    with pytest.raises(NotFound):
        await found.make(session, opened(), "answer", FormData())
    with pytest.raises(NotFound):
        await found.pdf(session, opened(), "letter-" + "00" * 16)
    assert rights.asked == []
    assert await found.make(session, opened(), "receipt", FormData([("version", "7")])) is None
    assert await found.copy(session, opened(), LETTER) == b"%PDF-"
    assert rights.asked == [
        ("rights", f"/v1/requests/{NUMBER}/letters", {"kind": "receipt", "expectedVersion": 7}),
        ("rights", f"/v1/requests/{NUMBER}/letters/{LETTER}/copy", "verzoek"),
    ]


def test_a_letter_leads_to_recording_that_it_was_sent() -> None:
    request = opened("request-search", (), INFORMING)
    page = drawn("requests/brieven.html", dossier=request, offered=RequestPages.offered(request))
    assert f"/besluiten/request-information?antwoord=sent&amp;fields.letter={LETTER}" in page
    assert f'href="/dossiers/{NUMBER}/brieven/{LETTER}/kopie"' in page


# --- what everybody can read --------------------------------------------------------------------------------


@pytest.mark.allowed("R-10.11")
async def test_everybody_reads_which_rights_there_are_and_how_to_use_them() -> None:
    app = create_public(PublicSettings(public_address="https://melden.example.nl", intake_address="http://127.0.0.1:9"))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="https://melden.example.nl") as visitor,
    ):
        page = (await visitor.get("/uw-rechten")).text
    assert all(one in page for one in RIGHTS)
    for one in ("28 dagen", "zes weken", "Autoriteit Persoonsgegevens", "identiteitsbewijs", "overleden"):
        assert one in page
