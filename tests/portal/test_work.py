"""The work list's page: what is asked of the list, how terms read, and nothing that was typed in an address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest

from services.portal.calls import Calls, Said
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.work import DUES, ListAsked, MyWork, in_words
from shared.errors import PartDown
from tests.portal.conftest import SAME
from tests.protocol.laws import MIDDEN_DELFLAND

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Answers:
    """Calls that answer one thing; what was asked is kept."""

    def __init__(self, *said: Said | PartDown) -> None:
        self.said = list(said)
        self.asked: list[dict[str, Any]] = []

    async def post(self, session: Session, service: str, path: str, body: dict[str, Any]) -> Said:
        self.asked.append(body)
        found = self.said.pop(0)
        if isinstance(found, PartDown):
            raise found
        return found


def row(number: str, due_on: str | None) -> dict[str, Any]:
    return {"number": number, "service": "assessment", "due": "answer", "dueOn": due_on}


def listed(*rows: dict[str, Any], up_to: dict[str, str | None] | None = None) -> Said:
    return Said(201, {"tasks": [], "dossiers": list(rows), "next": None, "upTo": up_to or {}})


async def mine(*said: Said | PartDown, asked: ListAsked = ListAsked()) -> tuple[Any, Answers, Session]:
    calls, session = Answers(*said), Session("resume", "u-1", ("oov",))
    work = MyWork(cast(Calls, calls), MIDDEN_DELFLAND, lambda: NOW)
    return await work.mine(session, asked), calls, session


@pytest.mark.parametrize(
    ("days", "words"),
    [(-9, "9 dagen te laat"), (-1, "1 dag te laat"), (0, "vandaag"), (1, "morgen"), (2, "over 2 dagen")],
)
def test_a_term_reads_as_people_say_it(days: int, words: str) -> None:
    assert in_words(days) == words


async def test_what_is_due_today_or_before_comes_apart_and_late_is_said_in_words() -> None:
    found, _, session = await mine(
        listed(row("a", "2026-11-26"), row("b", "2026-11-28"), row("c", "2026-12-28"), row("d", None))
    )
    assert [one["number"] for one in found.urgent] == ["a", "b"]
    assert [one["number"] for one in found.rest] == ["c", "d"]
    assert [(one["term"], one["late"]) for one in found.urgent] == [("2 dagen te laat", True), ("vandaag", False)]
    assert session.holders == dict.fromkeys("abcd", "assessment")


async def test_a_meeting_that_has_been_is_not_late() -> None:
    """It has a day and no term; what it did not decide, nobody is late with."""
    days = ("2026-11-26", "2026-11-28", "2026-12-28")
    found, _, _ = await mine(listed(*(row(one, one) | {"due": "meeting"} for one in days)))
    assert [(one["number"], one["term"], one["late"]) for one in found.urgent] == [
        (days[0], "is geweest", False),
        (days[1], "vandaag", False),
    ]
    assert [one["term"] for one in found.rest] == ["over 30 dagen"]


GRANTED_ROW = {
    "due": "granted",
    "workingName": "rode merel",
    "state": "weging-1",
    "phase": 1,
    "receivedOn": "2026-11-02",
}


async def test_what_was_granted_is_said_without_a_last_day() -> None:
    """The law has none: without delay, and so before what has its day."""
    found, calls, session = await mine(listed(row("a", "2026-11-20") | GRANTED_ROW), asked=ListAsked(due="granted"))
    assert calls.asked == [{"limit": 50, "due": "granted"}]
    template = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template("work/mijn-werk.html")
    page = template.render(session=session, trouble=None, done=None, dues=DUES, mine=found)
    assert "Uitvoeren wat op een verzoek is toegewezen</td>" in page
    assert "zo snel mogelijk, sinds <span" in page
    assert ("20 november 2026" in page, "te laat</strong>" in page) == (True, False)


@pytest.mark.parametrize(
    "asked",
    [
        ListAsked(phase="9"),
        ListAsked(phase="²"),
        ListAsked(phase="001" + "9" * 5000),
        ListAsked(due="iets"),
        ListAsked(words=" \0 "),
    ],
    ids=lambda one: repr(one)[:60],
)
async def test_what_is_no_filter_narrows_nothing(asked: ListAsked) -> None:
    _, calls, _ = await mine(listed(), asked=asked)
    assert calls.asked == [{"limit": 50}]
    assert not asked.is_narrowed


async def test_a_page_that_is_no_longer_there_begins_the_list() -> None:
    _, calls, _ = await mine(Said(400, {}), listed(), asked=ListAsked(phase="2", after="x"))
    assert [one["cursor"] for one in calls.asked] == ["x", None]


async def test_a_list_that_does_not_answer_says_so() -> None:
    found, _, _ = await mine(PartDown("the list is out of reach"))
    assert found.silent


async def test_how_old_the_list_is_is_said_when_it_lags() -> None:
    old, new = (NOW - timedelta(minutes=9)).isoformat(), (NOW - timedelta(seconds=20)).isoformat()
    found, _, _ = await mine(listed(up_to={"assessment": old, "sources": new, "rights": None}))
    assert found.lagging == {"assessment": old}
    assert found.untold == ["rights"]


async def test_while_the_list_is_silent_a_dossier_opens_by_its_number(somebody: httpx.AsyncClient) -> None:
    """The services of this portal answer nothing, the list neither."""
    page = (await somebody.get("/")).text
    assert "Nummer van het dossier" in page
    form = {"csrf": "the-token", "woorden": " s-7k3mq-9xd4t "}
    answer = await somebody.post("/zoeken", data=form, headers=SAME)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/dossiers/S-7K3MQ-9XD4T")
    for words in ("//elsewhere.example.nl", "Wilgenroos", "S-7K3MQ"):
        answer = await somebody.post("/zoeken", data=form | {"woorden": words}, headers=SAME)
        assert (answer.status_code, "Dit is geen nummer van een dossier." in answer.text) == (200, True)


class Watching(Answers):
    """The same, with a breach register."""

    def __init__(self, breaches: Said | PartDown, *said: Said | PartDown) -> None:
        super().__init__(*said)
        self.breaches, self.looked = breaches, list[tuple[str, str]]()

    async def get(self, session: Session, service: str, path: str, purpose: str | None = None) -> Said:
        self.looked.append((service, path))
        if isinstance(self.breaches, PartDown):
            raise self.breaches
        return self.breaches


def entry(number: str, clock: str | None, state: str = "incident-open") -> dict[str, Any]:
    deadline = "2026-11-28T20:00:00+00:00" if clock else None
    return {"number": number, "clock": clock, "state": state, "deadline": deadline, "notBelieved": False}


async def page_of(role: str, breaches: Said | PartDown) -> tuple[str, Watching]:
    calls, session = Watching(breaches, listed()), Session("resume", "u-1", (role,), csrf="the-token")
    found = await MyWork(cast(Calls, calls), MIDDEN_DELFLAND, lambda: NOW).mine(session, ListAsked())
    template = Pages(MIDDEN_DELFLAND, live=False)._templates.env.get_template("work/mijn-werk.html")
    return template.render(session=session, trouble=None, done=None, dues={}, mine=found), calls


@pytest.mark.allowed("R-8.8")
@pytest.mark.parametrize("role", ["fg", "privacy-officer", "beheerder"])
async def test_who_begins_his_day_reads_that_a_breach_cannot_wait(role: str) -> None:
    rows = [
        entry("I-00000-00001", "overdue"),
        entry("I-00000-00002", "nearly"),
        entry("I-00000-00003", "running"),
        entry("I-00000-00004", "answered"),
        entry("I-00000-00005", None, "incident-proposed"),
        {"number": "I-00000-00006", "notBelieved": True},
    ]
    page, calls = await page_of(role, Said(200, {"breaches": rows, "next": None}))
    assert calls.looked == [("oversight", "/v1/breaches?waiting=true&limit=500")]
    for one in ("1 te laat.", "1 binnen een dag.", "I-00000-00001", "28 november 2026, 21.00 uur", "1 voorgelegd"):
        assert one in page
    assert not any(f"I-00000-0000{one}" in page for one in (3, 4, 5, 6))
    quiet, _ = await page_of(role, Said(200, {"breaches": rows[2:4], "next": None}))
    assert "Datalekken" not in quiet
    silent, _ = await page_of(role, PartDown("oversight is out of reach"))
    assert "Of er een datalek moet worden gemeld, is nu niet bekend." in silent


@pytest.mark.refused("R-8.8")
async def test_nobody_else_reads_of_a_breach_where_he_begins() -> None:
    page, calls = await page_of("oov", Said(200, {"breaches": [entry("I-00000-00001", "overdue")], "next": None}))
    assert calls.looked == []
    assert "I-00000" not in page
