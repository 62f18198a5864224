"""The agenda of a meeting: who reads its papers and until when, what a member says himself, and what was decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.assessment.use_cases import Meetings
from shared.clock import calendar_date
from shared.contracts.intake import ReporterMarks
from shared.engine.agenda import OnAgenda
from shared.engine.given import GivenAnswer
from shared.engine.tables import DecisionRow, MeetingRow
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.identity import Person
from shared.pages import Window
from shared.protocol.model import State
from shared.protocol.phase_2 import CRITERIA
from shared.words.names import marks_of
from shared.words.sealed import filled, new_key
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.test_closed_to import FARID, GIJS, LOT, on_an_agenda

STRANGER = Person("hanna", frozenset({"lot-member"}))
DEPARTMENT = Person("hugo", frozenset({"department-wonen"}))
WORDS = "Er ligt te weinig; het kan ook een kas zijn."
WEIGHED: dict[str, Any] = {"fields": {"criteria": dict.fromkeys(CRITERIA, "Ja.")}, "meeting": LOT}


async def seen(desk: Desk, person: Person) -> list[OnAgenda]:
    return await desk.engine.agenda.of(LOT, person, "besluit-voorbereiden")


async def says(desk: Desk, number: str, outcome: str, reason: str = "", person: Person = FARID) -> None:
    await desk.engine.agenda.say(LOT, number, person, GivenAnswer(outcome, reason))


@pytest.mark.allowed("R-7.10")
@pytest.mark.refused("R-7.10", "R-T.4")
async def test_who_is_invited_reads_the_papers_until_the_meeting_is_closed(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, task = await on_an_agenda(desk)
    meetings = Meetings(desk.engine)
    (item,) = await seen(desk, FARID)
    assert (item.number, item.papers, item.prepared, item.waits) == (number, (task.id,), 1, True)
    assert (item.decided, item.said) == ((), {})
    assert (await meetings.one(FARID, LOT)).agenda == (), "what is on it he hears where it is held"
    assert (await meetings.one(ANNA, LOT)).agenda == (number,)
    (prepared,) = await seen(desk, ANNA)
    assert (prepared.papers, prepared.prepared) == ((), 1), "who has the file reads it there"
    for see in (seen(desk, STRANGER), meetings.one(STRANGER, LOT)):
        with pytest.raises(NotFound):
            await see
    for refused in (seen(desk, DEPARTMENT), meetings.one(DEPARTMENT, LOT), meetings.close(FARID, LOT)):
        with pytest.raises(Forbidden):
            await refused

    # Closed to him, it is not there, not even its number; also for who shut himself out without a paper to answer.
    await says(desk, number, "stand-back", "Dit gaat over mijn eigen pand.")
    assert await seen(desk, FARID) == []
    assert await desk.engine.tasks.list(FARID, Window()) == await desk.engine.tasks.list(STRANGER, Window())
    with pytest.raises(NotFound):
        await says(desk, number, "against", WORDS)
    assert [one.papers for one in await seen(desk, GIJS)] == [(task.id,)]

    assert (await meetings.close(ANNA, LOT)).closed
    (after,) = await seen(desk, GIJS)
    assert (after.papers, after.number) == ((), number)
    assert (await desk.engine.tasks.list(GIJS, Window())).rows == []
    with pytest.raises(NotFound):
        await desk.engine.tasks.one(task.id, GIJS, "weging")
    with pytest.raises(Invalid, match="geen komende vergadering"):
        await desk.record(number, "paper", "report", "Nog iets.", meeting=LOT, items=["report"])
    with pytest.raises(Conflict, match="gesloten"):
        await meetings.add(ANNA, LOT, number)
    with pytest.raises(Conflict, match="gesloten"):
        await says(desk, number, "against", WORDS, GIJS)


@pytest.mark.allowed("R-15.1")
@pytest.mark.refused("R-15.1")
async def test_what_a_member_says_himself_is_part_of_the_decision(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, _ = await on_an_agenda(desk, "anna", "farid", "gijs")
    with pytest.raises(Invalid, match="zegt waarom"):
        await says(desk, number, "against", " ")
    for person in (STRANGER, Person("petra", frozenset({"oov"}))):
        with pytest.raises(NotFound):
            await says(desk, number, "against", WORDS, person)
    with pytest.raises(Invalid, match="S1"):
        await says(desk, number, "against", "Wilgenroos is onschuldig.")
    await says(desk, number, "against", WORDS)
    await says(desk, number, "against", "Ik twijfel.", GIJS)
    await says(desk, number, "for", "", GIJS)
    await says(desk, number, "against", "Ik was er niet bij.", Person("bram", frozenset({"vervanger"})))
    assert {who: one.decision.outcome for who, one in (await seen(desk, ANNA))[0].said.items()} == {
        "farid": "against",
        "gijs": "for",
        "bram": "against",
    }
    assert list((await seen(desk, GIJS))[0].said) == ["gijs"], "of others he hears when it is decided"
    (offered,) = (await desk.engine.showing.open_decisions(number, ANNA)).meetings
    assert offered.id == LOT

    # Who takes the decision names nobody, and cannot leave him out; who was not there does not count.
    found = await desk.decide(number, "weging-3", "heavy-enough", **WEIGHED)
    row = await desk.decision(found)
    assert (row.dissenters, row.deciders) == (["farid"], ["anna", "gijs"])
    assert found.words is not None
    assert found.words.dissent == {"farid": WORDS}
    opened = await desk.engine.showing.open_decisions(number, ANNA)
    assert opened.used == {LOT}
    with pytest.raises(Conflict, match="al over dit signaal besloten"):
        await says(desk, number, "for", "")

    for person in (FARID, GIJS, ANNA):
        (item,) = await seen(desk, person)
        (decided,) = item.decided
        assert (decided.reason, dict(decided.dissent), item.waits) == ("Zo is het gewogen.", {"farid": WORDS}, False)
        assert decided.says.startswith("‘Is het signaal")


@pytest.mark.refused("R-T.13")
async def test_what_shows_the_reporter_is_left_out_of_what_members_read(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    key = new_key()
    greet = ReporterMarks(key=key, hashes=filled(key, marks_of("Greet Zonnebloem")))
    text = "Een schuur vol, zegt de buurvrouw op nummer 12."
    number = await desk.arrives(State.PHASE_2, reporter=greet, text=text)
    row = MeetingRow(
        id=LOT,
        version=1,
        kind="LOT",
        held_on=desk.clock.now().date(),
        chair="anna",
        members=[{"userId": one} for one in ("anna", "farid", "gijs")],
        present=["anna", "farid", "gijs"],
        agenda=[number],
    )
    await desk.add(row)
    await desk.record(number, "reporter-clue", "report", "de buurvrouw op nummer 12")
    # He is not told that these words were marked, and who records the decision is not stopped by them.
    await says(desk, number, "against", "Dat zegt alleen de buurvrouw op nummer 12.")
    await desk.decide(number, "weging-3", "heavy-enough", **WEIGHED)
    for person in (GIJS, ANNA):
        ((decided,),) = [one.decided for one in await seen(desk, person)]
        assert "nummer 12" not in str(decided.dissent)
        assert decided.dissent["farid"]


@pytest.mark.refused("R-7.10")
async def test_what_was_changed_past_the_service_is_no_voice(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, _ = await on_an_agenda(desk)
    await says(desk, number, "against", WORDS)
    (row,) = [one for one in await desk.rows(DecisionRow, number=number) if one.key == "voice"]
    async with desk.platform.database.transaction() as session:
        (await session.get_one(DecisionRow, row.id)).outcome = "for"
    assert await seen(desk, GIJS) == [], "it is frozen, and holds up nothing else"


async def test_after_the_day_nobody_speaks_also_where_nobody_closed_it(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.PHASE_2)
    await desk.add(
        MeetingRow(
            id=LOT,
            version=1,
            kind="LOT",
            held_on=calendar_date(desk.clock.now()),
            chair="anna",
            members=[{"userId": "farid"}],
            present=[],
            agenda=[number],
        )
    )
    await says(desk, number, "against", WORDS)
    desk.clock.pass_by(24 * 3600)
    await desk.hears_access()
    with pytest.raises(Conflict, match="is geweest"):
        await says(desk, number, "for", "")


async def test_before_the_day_nobody_speaks_and_nobody_closes(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.PHASE_2)
    row = MeetingRow(
        id=LOT,
        version=1,
        kind="LOT",
        held_on=desk.clock.now().date() + timedelta(days=2),
        chair="anna",
        members=[{"userId": "farid"}],
        present=[],
        agenda=[number],
    )
    await desk.add(row)
    with pytest.raises(Conflict, match="nog niet gehouden"):
        await says(desk, number, "against", WORDS)
    with pytest.raises(Conflict, match="nog niet gehouden"):
        await Meetings(desk.engine).close(ANNA, LOT)
    found = await Meetings(desk.engine).kinds(ANNA)
    assert found.persons["anna"] == ("oov",)
    assert {one.kind for one in found.kinds} >= {"LOT", "LOT+"}
    with pytest.raises(Forbidden):
        await Meetings(desk.engine).kinds(FARID)
