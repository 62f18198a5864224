"""A paper is composed of items: its members read exactly what was chosen and is allowed them, and nobody besides (R-T.16)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.clock import calendar_date
from shared.contracts.assessment import MeetingTold
from shared.contracts.intake import ReporterMarks, Subject
from shared.engine.copies import MEETING_FACTS, Copies
from shared.engine.given import Given, GivenRecord
from shared.engine.tables import MeetingRow
from shared.errors import Invalid, NotFound
from shared.identity import Person
from shared.protocol.judge import Attempt
from shared.protocol.meetings import MEMBER
from shared.protocol.model import State
from shared.protocol.passing_on import Forwarding
from shared.protocol.records import Record
from shared.words.names import marks_of
from shared.words.sealed import filled, new_key
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk

FARID = Person("farid", frozenset({MEMBER}))
ROOS = (Subject(name="Roos Wilgenburg", address="Dorpsstraat 1"),)
TEXT = "Roos Wilgenburg huurt de schuur; Wilgenburgs bus staat er."
KEY = new_key()
GREET = ReporterMarks(key=KEY, hashes=filled(KEY, marks_of("Greet Zonnebloem")))


async def invited(desk: Desk, number: str, kind: str) -> str:
    meeting = f"M-{number}"
    await desk.add(
        MeetingRow(
            id=meeting,
            version=1,
            kind=kind,
            held_on=calendar_date(desk.clock.now()) + timedelta(days=1),
            chair="anna",
            members=[{"userId": "farid"}],
            present=[],
            agenda=[number],
        )
    )
    return meeting


async def why_not(desk: Desk, number: str, **fields: Any) -> list[str]:
    with pytest.raises(Invalid) as refused:
        await desk.record(number, "paper", "report", "Ter voorbereiding.", **fields)
    return [one.code for one in refused.value.faults]


@pytest.mark.allowed("R-T.16", "R-T.14")
@pytest.mark.refused("R-T.16")
async def test_of_a_lot_plus_the_members_read_what_2a_allows_them_and_the_register_has_it(desk_of: DeskOf) -> None:
    desk = await desk_of("casework")
    number = await desk.arrives(State.APPROACH, subjects=ROOS, text=TEXT)
    meeting = await invited(desk, number, "LOT+")
    assert await why_not(desk, number, meeting=meeting, items=["report"]) == ["not-allowed-in-2a"]
    task = {"task": "openbare-orde"}
    await desk.decide(number, "check-2a", "may", about=("report", MEMBER), fields=task)
    others = await why_not(desk, number, meeting=meeting, items=["report"], concerning=["S9"])
    assert others == ["not-of-these-items"]
    chosen = {"meeting": meeting, "items": ["report"], "concerning": ["O1"]}
    record = Record("paper", "report", "Ter voorbereiding.", None, chosen)
    given = GivenRecord(record, await desk.version(number))
    beforehand = (await desk.engine.previewing.record(number, ANNA, given, "samenstellen"))["paper"]
    made = await desk.engine.recording.record(number, ANNA, given)
    (waiting,) = await desk.open_tasks(number)
    _, read = await desk.engine.tasks.one(waiting.id, FARID, "lezen")
    assert {
        one: said for one, said in read.items() if one not in ("asks", "besides", "records", "standBack", "history")
    } == beforehand, "what he reads was read beforehand"
    assert read["items"] == [
        {"item": "report", "category": "report", "about": "report", "text": "S1 huurt de schuur; S1 bus staat er."}
    ]
    assert (list(read["subjects"]), list(read["objects"]), read["leftOut"]) == ([], ["O1"], 1)
    (line,) = [json.loads(one.body or b"") for one in await desk.post(number, "disclosed.v1")]
    assert (line["road"], line["recipient"], line["items"]) == ("paper", meeting, [made.item, "report"])
    assert line["concerning"] == ["O1"]
    await desk.decide(number, "check-2a", "may-not", about=("report", MEMBER), fields=task)
    _, later = await desk.engine.tasks.one(waiting.id, FARID, "lezen")
    assert (later["items"], later["objects"]) == ([], {}), "what is allowed no longer is read no longer"

    (on_it,) = await desk.engine.agenda.of(meeting, FARID, "lezen")
    assert (on_it.number, on_it.papers) == (number, (waiting.id,))
    row = await desk.row(MeetingRow, meeting)
    facts = {name: getattr(row, name) for name in MEETING_FACTS} | {"version": 2, "closed": True}
    await desk.hears(Copies(desk.engine).meeting, MeetingTold(meeting=meeting, **facts), "assessment")
    (on_it,) = await desk.engine.agenda.of(meeting, FARID, "lezen")
    assert on_it.papers == (), "closed by assessment, it is closed here"
    with pytest.raises(NotFound):
        await desk.engine.tasks.one(waiting.id, FARID, "lezen")


@pytest.mark.allowed("R-T.16")
@pytest.mark.refused("R-T.13", "R-T.16")
async def test_who_shares_chooses_whom_and_the_reporter_shows_in_none_of_it(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A, subjects=ROOS, text=TEXT)
    opened = await desk.engine.showing.open_decisions(number, ANNA)
    assert opened.concerns["report"] == ("S1", "O1")
    on = Forwarding("partner", "douane", ("report",), concerning=("O1",))

    async def read(forwarding: Forwarding) -> Any:
        attempt = Attempt("weging-2a", "no-task", "Zo is het.", {"considered": "Alle."}, forwarding)
        (share,) = await desk.engine.previewing.shares(
            number, ANNA, Given(attempt, await desk.version(number)), "weging"
        )
        return share

    everybody, some = await read(replace(on, concerning=None)), await read(on)
    assert (everybody.items[0].text, list(everybody.subjects), everybody.left_out_concerned) == (TEXT, ["S1"], 0)
    assert "Wilgenburg" not in some.model_dump_json()
    assert (list(some.subjects), list(some.objects), some.left_out_concerned) == ([], ["O1"], 1)
    part = await read(replace(on, concerning=("S1.address", "O1")))
    assert (part.subjects, part.concerned_in_part) == ({"S1": Subject(address="Dorpsstraat 1")}, 1)
    assert "Wilgenburg" not in part.model_dump_json()
    with pytest.raises(Invalid, match="wel: name, address, occupation"):
        await read(replace(on, concerning=("S1.birthDate",)))
    with pytest.raises(Invalid, match="gaan niet over S2"):
        await read(replace(on, concerning=("S2",)))
    odd = await desk.arrives(State.PHASE_2, subjects=ROOS, text="De bus van W1lgenburg staat er.")
    assert await why_not(desk, odd, meeting=await invited(desk, odd, "LOT"), items=["report"]) == ["names-left-out"]
    told = await desk.arrives(State.PHASE_2, reporter=GREET, text="Ik, Z o n n e b l o e m, zag een schuur.")
    meeting = await invited(desk, told, "LOT")
    assert await why_not(desk, told, meeting=meeting, items=["report"]) == ["shows-reporter"]
