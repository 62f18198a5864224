"""Pages of who watches, as far as no service is needed for them: words, the protocol, a trace, and who sees none of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from services.portal.calls import SECONDS, Calls, Said
from services.portal.pages import Pages, day, last_day
from services.portal.people import People
from services.portal.sessions import COOKIE, Session
from services.portal.use_cases.answered import PageParts
from services.portal.use_cases.beheer import Beheer
from services.portal.use_cases.designations import DesignationPages, is_open
from services.portal.use_cases.operations import Operations, in_order
from services.portal.use_cases.protocol import printed
from services.portal.use_cases.toezicht import Toezicht, Watched
from services.portal.watch_words import ACTIONS, OPENING, action, result
from shared.errors import PartDown
from shared.pages import MOST
from shared.protocol.laws import Laws
from shared.protocol.municipality import SecurityPolicy
from tests.portal.conftest import SAME
from tests.portal.keeping import begins

LAW = Laws.read("midden-delfland-2025").configured


@pytest.mark.allowed("R-9.20")
@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-12-01", "1 december 2026"),
        ("2026-11-30T23:00:00+00:00", "1 december 2026"),
        ("2026-11-30T22:59:59Z", "30 november 2026"),
        ("2027-06-30T22:00:00+00:00", "1 juli 2027"),
        ("", ""),
        (None, ""),
    ],
)
def test_the_day_of_a_moment_is_that_of_amsterdam(given: str | None, shown: str) -> None:
    """What begins at midnight began, in UTC, the day before."""
    assert day(given) == shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2026-12-01T22:59:59+00:00", "1 december 2026"),
        ("2027-07-01T21:59:59Z", "1 juli 2027"),
        ("2026-12-01T08:00:00+00:00", "1 december 2026, 9.00 uur"),
    ],
)
def test_what_ends_within_a_day_says_at_what_moment(given: str, shown: str) -> None:
    """Somebody who was no longer designated in the afternoon had no access then."""
    assert last_day(given) == shown


@pytest.mark.parametrize(
    "path",
    [
        "/beheer",
        "/beheer/aanwijzingen",
        "/vernietiging",
        "/vernietiging/lijsten/ef60f2c9-2103-4180-8bb8-31aa5ffa8167",
        "/vernietiging/verklaringen",
        "/toezicht",
        "/toezicht/signalen/S-7K3MQ-9XD4T",
        "/toezicht/register/2025/archief",
        "/toezicht/auditspoor",
        "/toezicht/spoed",
        "/toezicht/datalekken",
        "/toezicht/datalekken/I-7K3MQ-9XD4T",
        "/toezicht/datalekken/I-7K3MQ-9XD4T/besluiten/breach-proposal",
        "/toezicht/toegang",
        "/cijfers",
        "/cijfers/kwartalen",
        "/cijfers/kwartalen/aantallen",
        "/cijfers/kwartalen/aantallen/csv",
        "/cijfers/kwartalen/aantallen/beschrijving",
        "/status",
    ],
)
async def test_to_who_has_not_the_role_the_page_does_not_exist(somebody: httpx.AsyncClient, path: str) -> None:
    """An OOV'er: no service is asked, and the page is the one of what is not there."""
    answer, absent = await somebody.get(path), await somebody.get("/nothing")
    assert answer.status_code == absent.status_code == 404
    assert answer.text.partition("<main")[2] == absent.text.partition("<main")[2] != ""


@pytest.mark.parametrize(
    "path",
    [
        "/toezicht/zoeken",
        "/toezicht/signalen/S-7K3MQ-9XD4T/verantwoording",
        "/toezicht/datalekken",
        "/toezicht/datalekken/I-7K3MQ-9XD4T/besluiten/breach-proposal",
        "/toezicht/datalekken/I-7K3MQ-9XD4T/intrekken",
        "/toezicht/spoed/ef60f2c9-2103-4180-8bb8-31aa5ffa8167",
        "/beheer/aanwijzingen/persoon",
        "/beheer/aanwijzingen/persoon/aanwijzen",
        "/status/verwerking",
    ],
)
async def test_nor_does_what_it_would_send(somebody: httpx.AsyncClient, path: str) -> None:
    answer = await somebody.post(path, data={"csrf": "the-token"}, headers=SAME)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("role", "path", "says"),
    [
        ("beheerder", "/beheer", "Deze pagina is niet volledig"),
        ("beheerder", "/vernietiging", "Deze pagina is niet volledig"),
        ("beheerder", "/status", "antwoordt niet"),
        ("fg", "/toezicht", "Deze pagina is niet volledig"),
        ("fg", "/toezicht/spoed", "Deze pagina is niet volledig"),
        ("fg", "/cijfers/kwartalen", "Deze pagina is niet volledig"),
        ("beheerder", "/cijfers/kwartalen", "Dit is nu niet bekend"),
        ("privacy-officer", "/toezicht", "Deze pagina is niet volledig"),
    ],
)
async def test_what_is_silent_is_a_gap_that_says_so(
    portal: httpx.AsyncClient,
    role: str,
    path: str,
    says: str,
) -> None:
    transport = portal._transport
    assert isinstance(transport, httpx.ASGITransport)
    app = cast(FastAPI, transport.app)
    portal.cookies.set(COOKIE, await begins(app, Session("resume", "u-2", (role,))))
    answer = await portal.get(path)
    assert (answer.status_code, says in answer.text) == (200, True)


class Asked:
    """Calls that have nothing; which paths were asked is kept."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    async def get(self, session: Session, service: str, path: str, purpose: str | None = None) -> Said:
        self.paths.append(path)
        return Said(404, {})


@pytest.mark.parametrize("begins_with", [Beheer, Toezicht])
async def test_of_the_lists_only_what_waits_is_asked(begins_with: type[Beheer] | type[Toezicht]) -> None:
    calls = Asked()
    await begins_with(cast(Calls, calls)).start(Session("resume", "u-1", ("beheerder",)))
    assert [one for one in calls.paths if "destruction-lists" in one] == [
        f"/v1/destruction-lists?waiting=true&limit={MOST}"
    ]


@pytest.mark.allowed("R-9.14")
@pytest.mark.parametrize(("page", "role"), [("beheer/beheer", "beheerder"), ("toezicht/toezicht", "fg")])
def test_the_list_that_waits_longest_is_never_left_out(page: str, role: str) -> None:
    """The service gives the oldest first; where there are more than the page shows, it says so."""
    days = {"listedOn": "2026-11-01", "approveBefore": "2026-12-01", "ultimateOn": "2026-12-31"}
    late = {"listId": "ef60f2c9-2103-4180-8bb8-31aa5ffa8167", "state": "listed", "escalated": True} | days
    found = PageParts({"lists": {"lists": [late], "next": "more"}})
    shown: dict[str, Any] = {"found": found, "standing": "in-order", "policy": None, "watches": True, "which": ()}
    shown |= {"trouble": None, "filled": {}, "register_of": 2025}
    template = Pages(LAW, live=False)._templates.env.get_template(f"{page}.html")
    if page.startswith("beheer"):
        shown["policy"] = SecurityPolicy("Beleid", "", date(2026, 1, 2), date(2027, 1, 2), 30)
    text = template.render(session=Session("resume", "u-1", (role,)), **shown)
    for words in ("1 november 2026", "te laat", "Er zijn er meer dan hier staan."):
        assert words in text


@pytest.mark.parametrize(("role", "above"), [("oov", "/verzoeken"), ("beheerder", "/vernietiging")])
def test_who_asks_for_a_stop_comes_back_to_a_page_that_he_has(role: str, above: str) -> None:
    template = Pages(LAW, live=False)._templates.env.get_template("vernietiging/stops.html")
    nothing: dict[str, Any] = {"holds": [], "next": None}
    running = {"procedures": [], "notBelieved": 0}
    shown: dict[str, Any] = {"found": nothing, "running": running, "cursor": "", "which": (), "later": False}
    page = template.render(session=Session("resume", "u-1", (role,)), trouble=None, filled={}, **shown)
    assert f'aria-label="Kruimelpad"><a href="{above}">' in page


@pytest.mark.parametrize(("after", "further"), [("", False), ("2026-05", True)])
def test_who_saw_what_is_of_a_month_by_its_name_with_a_way_to_the_next(after: str, *, further: bool) -> None:
    template = Pages(LAW, live=False)._templates.env.get_template("datalekken/toegang.html")
    found = {"month": "2026-04", "notWhole": [], "people": []}
    page = template.render(
        session=Session("resume", "u-1", ("fg",)), found=found, who="", before="2026-03", after=after, trouble=None
    )
    assert "Wie wat zag in april 2026" in page
    assert ("maand=2026-03" in page, "maand=2026-05" in page) == (True, further)


async def test_the_protocol_reads_as_a_page_with_a_way_to_each_chapter(somebody: httpx.AsyncClient) -> None:
    found = printed(LAW)
    assert len({one.id for one in found.chapters}) == len(found.chapters) > 15
    for one in found.chapters:
        assert f'id="{one.id}"' in found.html
    assert "```" not in found.html
    assert "<script" not in found.html
    answer = await somebody.get("/protocol")
    assert (answer.status_code, LAW.title in answer.text) == (200, True)


def test_what_excludes_what_is_said_beforehand_and_where_it_applies() -> None:
    designations = DesignationPages(Any, LAW, People(None))  # type: ignore[arg-type]
    nobody = {one.role: one for one in designations.offered()}
    assert "functionaris gegevensbescherming" in nobody["lot-member"].excludes
    assert set(nobody["privacy-officer"].excludes) >= {"OOV'er", "beheerder"}
    assert not any(one.excluded_by for one in nobody.values())
    held = designations.offered([{"role": "privacy-officer"}])
    assert {one.role: one.excluded_by for one in held if one.excluded_by} == dict.fromkeys(
        LAW.file_roles, ("privacy officer",)
    )
    choices = designations.asked(held)[0].options
    assert not {role for role, _ in choices} & set(LAW.file_roles)
    assert {"beheerder", "fg"}.isdisjoint(nobody), "the controller gives these"


def test_a_designation_is_open_until_its_end() -> None:
    now = datetime.now(UTC)
    ends = [{"endsAt": (now + timedelta(seconds=one)).isoformat()} for one in (-1, 1)]
    assert [is_open(one, now) for one in ends] == [False, True]


def test_a_line_of_the_trail_is_said_in_words() -> None:
    assert action("decision taken: weging-1") == "besluit genomen: weging-1"
    assert action("GET /v1/signals/{number}") == "verzoek aan het systeem"
    assert (result("done"), result("refused")) == ("", "geweigerd")
    assert set(ACTIONS) >= OPENING


def span(name: str, span_id: str, parent: str | None, at: str) -> dict[str, Any]:
    return {
        "name": name,
        "context": {"trace_id": "0x" + "a" * 32, "span_id": span_id},
        "parent_id": parent,
        "start_time": f"2026-11-28T10:00:{at}Z",
        "end_time": f"2026-11-28T10:00:{at}5Z",
        "status": {"status_code": "ERROR" if name == "last" else "UNSET"},
        "resource": {"attributes": {"service.name": "oversight"}},
    }


async def test_a_trace_is_found_by_its_id_in_order_and_by_nothing_else(tmp_path: Path) -> None:
    rows = [span("last", "0x3", "0x2", "02.1"), span("first", "0x1", None, "01.1"), span("then", "0x2", "0x1", "01.2")]
    (tmp_path / "traces-oversight.jsonl").write_text(
        "\n".join([*map(json.dumps, rows), '{"half": "0x' + "a" * 32 + '"'])
    )
    operations = Operations(Any, (), tmp_path)  # type: ignore[arg-type]
    found = await operations.trace("a" * 32)
    assert found is not None
    assert [(one.name, one.depth, one.failed) for one in found] == [
        ("first", 0, False),
        ("then", 1, False),
        ("last", 2, True),
    ]
    assert found[0].milliseconds == 50
    assert await operations.trace("b" * 32) == []
    for wrong in ("../../etc/passwd", "a" * 31, "", "a" * 33):
        assert await operations.trace(wrong) is None
    assert await Operations(Any, (), None).trace("a" * 32) is None  # type: ignore[arg-type]
    assert in_order([]) == []


def test_what_is_left_out_of_a_list_is_said() -> None:
    nothing: dict[str, Any] = {"shares": [], "next": None}
    usual: dict[str, Any] = {"session": Session("resume", "u-1", ("fg",)), "later": False, "number": ""}
    usual |= {"trouble": None, "done": None, "filled": {}}
    for template in ("received/ontvangen.html", "shares/verstrekkingen.html"):
        page = Pages(LAW, live=False)._templates.env.get_template(template)
        assert "Eén verstrekking staat hier niet" in page.render(found=nothing | {"notBelieved": 1}, **usual)
        assert "2 verstrekkingen staan hier niet" in page.render(found=nothing | {"notBelieved": 2}, **usual)
        assert "hier niet:" not in page.render(found=nothing | {"notBelieved": 0}, **usual)
    page = Pages(LAW, live=False)._templates.env.get_template("toezicht/signaal.html")
    where = {"state": "weging-1", "holder": "assessment", "since": "2026-11-20T10:00:00+00:00"}
    shown = page.render(found=Watched("S-7K3MQ-9XD4T", where, doubtful=1), **usual)
    assert "Eén regel staat hier niet" in shown


async def test_who_has_the_whole_trail_followed_waits_longer_and_reads_when_it_is_not_known_yet() -> None:
    """It was given as long as any other call, so that a long trail was always 'out of reach'."""
    given: list[tuple[str, float]] = []

    class Oversight:
        async def get(self, _: Session, service: str, path: str, seconds: float = SECONDS) -> Said:
            given.append((path, seconds))
            if seconds == SECONDS:
                raise PartDown
            return Said(200, {"chains": []})

    fg, toezicht = Session("resume", "u-1", ("fg",)), Toezicht(cast(Calls, Oversight()))
    assert await toezicht.chains(fg, whole=True) == []
    assert await toezicht.chains(fg) is None
    (whole, longer), (usual, _) = given
    assert (whole, usual) == ("/v1/audit-chains?from=start", "/v1/audit-chains")
    # Who asks by a browser hears of it before that gives up.
    assert 10 * SECONDS < longer < 300
    page = Pages(LAW, live=False)._templates.env.get_template("toezicht/auditspoor.html")
    shown: dict[str, Any] = {"session": fg, "found": {"lines": [], "next": None}, "producer": "", "whole": True}
    shown |= {"trouble": None, "done": None, "filled": {}}
    unknown = page.render(chains=None, **shown)
    assert "Of het spoor klopt, is nu niet bekend" in unknown
    assert "volledig en onveranderd" not in unknown
    assert "enkele minuten duren. Laat deze pagina zolang open." in page.render(chains=[], **shown)
