"""What a page of a meeting knows: when it is over, who may speak, in which meeting something can be decided, and names."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.datastructures import FormData, UploadFile

from services.portal.calls import Calls, Said
from services.portal.menu import menu, start
from services.portal.people import People
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.meetings import Met, MyMeetings
from services.portal.words import RECORDED_BESIDE
from shared.clock import AMSTERDAM
from shared.engine.records import HANDLING
from shared.errors import NotFound
from shared.protocol.meetings import MEMBER
from tests.protocol.laws import MIDDEN_DELFLAND


def met(days: int = 0, *, closed: bool = False, me: str = "farid") -> Met:
    held_on = (datetime.now(AMSTERDAM).date() + timedelta(days=days)).isoformat()
    meeting = {"id": "M-1", "heldOn": held_on, "closed": closed, "members": ["farid", "gijs"], "present": ["gijs"]}
    item = {"number": "S-1", "papers": ["t-1", "t-2"], "service": "assessment"}
    return Met(meeting, prepares=False, me=me, items=[item])


@pytest.mark.parametrize(
    ("asked", "when", "papers", "speaks"),
    [
        ({}, "today", 2, True),
        ({"days": 1}, "to-come", 2, False),
        ({"days": -1}, "past", 0, False),
        ({"closed": True}, "today", 0, False),
        ({"me": "hanna"}, "today", 2, False),
    ],
    ids=["today", "tomorrow", "yesterday", "closed", "not invited"],
)
def test_papers_are_read_until_it_is_over_and_who_is_invited_speaks_on_its_day(
    asked: dict[str, Any], when: str, papers: int, *, speaks: bool
) -> None:
    one = met(**asked)
    assert (one.when, len(one.papers), one.speaks, one.absent) == (when, papers, speaks, ["farid"])


def test_what_is_not_on_the_agenda_of_who_looks_is_not_there() -> None:
    assert met().item("S-1")["service"] == "assessment"
    with pytest.raises(NotFound):
        met().item("S-2")


def test_a_decision_names_a_meeting_of_its_kind_that_has_not_decided() -> None:
    def on(identifier: str, **more: Any) -> dict[str, Any]:
        return {"id": identifier, "kind": "LOT", "heldOn": "2026-12-01", "closed": False, "decided": False} | more

    found = [on("M-1"), on("M-2", decided=True), on("M-3", kind="LOT+"), on("M-4", closed=True)]
    opened = Opened("assessment", "S-1", {}, {"meetings": found, "shareable": []}, [])
    assert opened.decides("LOT") == {"M-1": "LOT van 1 december 2026", "M-4": "LOT van 1 december 2026"}
    assert list(opened.known.meetings) == ["M-1", "M-2", "M-3"], "a paper is for one that is not over"


def test_a_member_begins_at_his_meetings_and_who_has_the_file_at_his_work() -> None:
    assert (start((MEMBER,)), start(("oov", MEMBER)), start(())) == ("/overleggen", "/", "/")
    assert (start(("fg",)), start(("beheerder",)), start(("beheerder", "oov"))) == ("/toezicht", "/beheer", "/")
    assert [one.called for one in menu(("oov",))][:2] == ["Mijn werk", "Mijn overleggen"]
    assert "Mijn overleggen" not in [one.called for one in menu(("privacy-officer",))]


def test_names_come_from_the_directory_and_an_unknown_person_can_still_be_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "people.json"
    people = People(file, {"politie": "de politie"})
    assert people.called("0123456789-abcdef") == "medewerker abcdef"
    file.write_text(json.dumps({"u-1": "Anna de Vries"}))
    assert (people.called("u-1"), people.called("politie")) == ("Anna de Vries", "de politie")
    file.write_text(json.dumps({"u-1": "Anna Jansen"}))
    os.utime(file, ns=(1, 1))
    assert people.called("u-1") == "Anna Jansen", "without a restart"
    file.write_text("{")
    assert people.called("u-1") == "Anna Jansen", "what cannot be read changes nothing"
    assert People(None).called("u-1") == "medewerker u-1"


def test_what_is_recorded_beside_the_decisions_has_words() -> None:
    assert [one for one in HANDLING if not any(key.partition(":")[0] == one for key in RECORDED_BESIDE)] == []


class Calling:
    """Takes the call of a meeting, and remembers what was sent."""

    sent: dict[str, Any]

    async def post(self, session: Session, service: str, path: str, body: dict[str, Any]) -> Said:
        self.sent = body
        return Said(201, {"id": "M-7K3MQ-9XD4T"})


@pytest.mark.parametrize(("now", "present"), [([], []), ([("now", "present")], ["farid", "gijs", "politie"])])
async def test_a_meeting_that_begins_now_is_called_with_who_is_there(
    now: list[tuple[str, str]], present: list[str]
) -> None:
    calling = Calling()
    invited = [("members", "farid"), ("members", "gijs"), ("outside", "politie")]
    filled = FormData([("kind", "LOT"), ("heldOn", "2026-11-29"), *invited, *now])
    meetings = MyMeetings(cast(Calls, calling), MIDDEN_DELFLAND, People(None))
    found, wrong = await meetings.call(Session("resume", "u-1", ("oov",)), filled)
    assert (found, wrong) == ("M-7K3MQ-9XD4T", None)
    assert calling.sent["present"] == present


async def test_what_is_wrong_with_a_call_is_taken_for_what_it_is() -> None:
    """Special data were taken for something that had come in between."""

    class Refusing(Calling):
        async def post(self, session: Session, service: str, path: str, body: dict[str, Any]) -> Said:
            wrong = {"name": "members.1", "reason": "is geen lid", "code": "special-unanswered"}
            return Said(400, {"detail": "Er is niets vastgelegd.", "invalidParams": [wrong, wrong]})

    filled = FormData([("kind", "LOT"), ("heldOn", "2026-11-29"), ("members", "farid"), ("outside", "politie")])
    meetings = MyMeetings(cast(Calls, Refusing()), MIDDEN_DELFLAND, People(None))
    _, wrong = await meetings.call(Session("resume", "u-1", ("oov",)), filled)
    assert wrong == Trouble("Er is niets vastgelegd.", (("outside", "is geen lid"),), special=True)


async def test_who_is_there_is_said_of_as_many_as_were_recorded() -> None:
    """One after the other: what was recorded before somebody was refused stays, and is told."""

    class Table:
        refused = "gijs"

        async def post(self, session: Session, service: str, path: str, body: dict[str, Any]) -> Said:
            wrong = body.get("member") == self.refused
            return Said(403, {"detail": "Dat mag u niet zeggen."}) if wrong else Said(201, {})

    meetings = MyMeetings(cast(Calls, Table()), MIDDEN_DELFLAND, People(None))
    session = Session("resume", "anna", ("oov",))
    chosen: list[tuple[str, str | UploadFile]] = [("member", one) for one in ("farid", "gijs", "hanna")]
    wrong = await meetings.attend(session, met(me="anna"), FormData(chosen))
    assert wrong is not None
    assert wrong.words.startswith("Van 1 van de 3 is vastgelegd wie er is, van de rest niet.")
    first = await meetings.attend(session, met(me="anna"), FormData(chosen[1:]))
    assert first is not None
    assert "vastgelegd" not in first.words
