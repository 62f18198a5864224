"""A signal is closed to whom it concerns himself: he sees nothing of it and counts for nothing, here and after (R-T.4)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete
from sqlmodel import col

from services.assessment.bodies import MeetingIn, MemberIn
from services.assessment.use_cases import Meetings
from services.retention.tables import SealedSignal
from shared.bus.inbox import Incoming
from shared.clock import calendar_date
from shared.contracts.assessment import ResearchContent
from shared.contracts.dossier import ClosedTo, CodedDecision
from shared.database.tables import Audit
from shared.engine.arrive import Arrival, documents_of, keep
from shared.engine.given import GivenAnswer
from shared.engine.goes_on import going_on
from shared.engine.records import closed_to
from shared.engine.tables import DecisionRow, Dossier, ItemRow, MeetingRow, TaskRow
from shared.errors import Conflict, Forbidden, Invalid, NotBelieved, NotFound
from shared.identity import Person
from shared.pages import Window
from shared.protocol.model import State
from shared.protocol.phase_2 import CRITERIA
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, Desk
from tests.platform.test_co_signing import deferred, task_of
from tests.platform.test_engine_elsewhere import sealed
from tests.platform.test_standing_back import BRAM, PETRA

FARID = Person("farid", frozenset({"lot-member"}))
GIJS = Person("gijs", frozenset({"lot-member"}))
WHY = "Dit gaat over mijn eigen pand."
LOT = "M-lot"
CHANGES: dict[str, Any] = {"fields": {"criteria": dict.fromkeys(CRITERIA, "Ja.")}, "meeting": LOT}


async def on_an_agenda(desk: Desk, *present: str) -> tuple[str, TaskRow]:
    """A signal on the agenda of a LOT of today, with a paper that its members are asked to read."""
    number = await desk.arrives(State.PHASE_2)
    await desk.designates(BRAM, FARID)
    there = ["anna", "bram", "farid", "gijs"]
    await desk.add(
        MeetingRow(
            id=LOT,
            version=1,
            kind="LOT",
            held_on=calendar_date(desk.clock.now()),
            chair="anna",
            members=[{"userId": one} for one in there],
            present=list(present or there),
            agenda=[number],
        )
    )
    await desk.record(number, "paper", "report", "Een schuur met drie auto's.", meeting=LOT, items=["report"])
    (task,) = await desk.open_tasks(number)
    return number, task


async def nothing_is_left_of_it(desk: Desk, number: str, person: Person) -> None:
    """Every way to it answers as of what does not exist, whoever he is."""
    version = (await desk.row(Dossier, number)).version
    for see in (desk.engine.showing.view, desk.engine.showing.decisions, desk.engine.showing.overview):
        with pytest.raises(NotFound):
            await see(number, person, "weging")
    with pytest.raises(NotFound):
        await desk.engine.showing.open_decisions(number, person)
    with pytest.raises(NotFound):
        await desk.engine.parts.loader.for_change(number, version, by=person)
    assert number not in [one.number for one in (await desk.engine.showing.work_list(person, Window())).rows]


# --- standing back, and being shut out --------------------------------------------------------------


@pytest.mark.allowed("R-T.4")
async def test_a_member_stands_back_from_what_he_is_asked(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, task = await on_an_agenda(desk)
    with pytest.raises(Invalid, match="heeft een reden"):
        await desk.engine.tasks.answer(task.id, FARID, GivenAnswer("stand-back", " "))
    await desk.engine.tasks.answer(task.id, FARID, GivenAnswer("stand-back", WHY))
    assert (await desk.engine.tasks.list(FARID, Window())).rows == []
    with pytest.raises(NotFound):
        await desk.engine.tasks.one(task.id, FARID, "weging")
    with pytest.raises(NotFound):
        await desk.engine.tasks.answer(task.id, FARID, GivenAnswer("stand-back", WHY))
    assert [one.id for one in (await desk.engine.tasks.list(GIJS, Window())).rows] == [task.id], "the others read it"
    record = (await desk.rows(DecisionRow, number=number))[-1]
    assert (record.key, record.outcome, record.about, record.recorder) == ("closing", "closed", ["farid"], "farid")
    (told,) = await desk.post(number, "decided.v1")
    assert WHY.encode() not in (told.body or b"")


@pytest.mark.refused("R-T.4")
async def test_who_sees_the_file_stands_back_too_and_sees_nothing_more(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.RECEIVED)
    await desk.decide(number, "closing", "closed", ANNA, reason=WHY, about=("anna",))
    await nothing_is_left_of_it(desk, number, ANNA)
    await desk.engine.showing.view(number, BRAM, "weging")
    assert number in [one.number for one in (await desk.engine.showing.work_list(BRAM, Window())).rows]


@pytest.mark.allowed("R-T.4")
@pytest.mark.refused("R-T.4")
async def test_who_holds_the_file_shuts_out_and_lets_in_again(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, _ = await on_an_agenda(desk)
    with pytest.raises(Forbidden):
        await desk.decide(number, "closing", "closed", GIJS, reason=WHY, about=("farid",))
    await desk.decide(number, "closing", "closed", ANNA, reason=WHY, about=("farid",))
    await desk.decide(number, "closing", "closed", ANNA, reason=WHY, about=("bram",))
    await nothing_is_left_of_it(desk, number, BRAM)
    assert (await desk.engine.tasks.list(FARID, Window())).rows == []
    with pytest.raises(NotFound):
        await desk.decide(number, "closing", "opened", BRAM, reason="Toch niet.", about=("bram",))
    await desk.decide(number, "closing", "opened", ANNA, reason="Een ander pand.", about=("bram",))
    await desk.engine.showing.view(number, BRAM, "weging")
    assert (await desk.row(Dossier, number)).closed_to == ["farid"]
    assert closed_to((await desk.engine.parts.loader.load(number)).coded()) == ["farid"]


@pytest.mark.refused("R-T.4")
@pytest.mark.parametrize("about", [(), ("Jansen",), ("gijs",), ("anna", "bram")])
async def test_nobody_is_shut_out_but_one_who_is_named_and_designated(desk_of: DeskOf, about: tuple[str, ...]) -> None:
    """What was left empty shut out whoever left it so, and what was typed for a number stayed in the trail for good."""
    desk = await desk_of("assessment")
    number, _ = await on_an_agenda(desk)
    lines = len(await desk.rows(Audit))
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "closing", "closed", ANNA, reason=WHY, about=about)
    assert [one.field for one in refused.value.faults] == ["about"]
    assert not any(one in repr(refused.value.faults) for one in about)
    assert (await desk.row(Dossier, number)).closed_to == []
    assert len(await desk.rows(Audit)) == lines
    assert await desk.post(number, "closed-to.v1") == []
    await desk.engine.showing.view(number, ANNA, "weging")


@pytest.mark.refused("R-T.4")
async def test_it_is_on_no_agenda_that_he_sees(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, _ = await on_an_agenda(desk)
    meetings = Meetings(desk.engine)
    await desk.decide(number, "closing", "closed", ANNA, reason=WHY, about=("bram",))
    assert [one.agenda for one in (await meetings.all(BRAM, Window())).meetings] == [()]
    assert [one.agenda for one in (await meetings.all(ANNA, Window())).meetings] == [(number,)]
    given = MeetingIn(kind="LOT", held_on=calendar_date(desk.clock.now()), members=(MemberIn(user_id="anna"),))
    called = await meetings.call(ANNA, given)
    with pytest.raises(Invalid, match="niet bekend"):
        await meetings.add(BRAM, called.id, number)


# --- quorum and deciders ------------------------------------------------------------------------------


@pytest.mark.refused("R-T.4")
async def test_he_counts_for_no_quorum_and_is_no_decider(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, _ = await on_an_agenda(desk)
    await desk.decide(number, "closing", "closed", ANNA, reason=WHY, about=("farid",))
    found = await desk.decide(number, "weging-3", "heavy-enough", **CHANGES)
    assert (await desk.decision(found)).deciders == ["anna", "bram", "gijs"]


@pytest.mark.refused("R-T.4")
async def test_without_him_there_may_be_no_quorum(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, _ = await on_an_agenda(desk, "anna", "bram", "farid")
    await desk.decide(number, "closing", "closed", ANNA, reason=WHY, about=("farid",))
    with pytest.raises(Invalid, match="er waren 2 leden aanwezig"):
        await desk.decide(number, "weging-3", "heavy-enough", **CHANGES)


# --- dissent ------------------------------------------------------------------------------------------


@pytest.mark.allowed("R-T.3")
@pytest.mark.refused("R-T.3")
async def test_who_dissents_is_on_the_record_with_his_words_and_did_not_decide(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, _ = await on_an_agenda(desk, "anna", "bram", "farid")
    against = {"farid": "Er ligt te weinig."}
    for wrong in ({"gijs": "Ik was er niet."}, {"farid": " "}):
        with pytest.raises(Invalid):
            await desk.decide(number, "weging-3", "heavy-enough", dissent=wrong, **CHANGES)
    found = await desk.decide(number, "weging-3", "heavy-enough", dissent=against, **CHANGES)
    row = await desk.decision(found)
    assert (row.deciders, row.dissenters) == (["anna", "bram"], ["farid"])
    loaded = await desk.engine.parts.loader.load(number)
    words = loaded.words_of(row)
    assert words is not None
    assert words.dissent == against
    assert loaded.coded()[-1].dissenters == ("farid",)
    assert loaded.acted_as("farid"), "he took part"
    (told,) = await desk.post(number, "decided.v1")
    assert b'"dissenters":["farid"]' in (told.body or b"")
    assert b"te weinig" not in (told.body or b"")


@pytest.mark.refused("R-T.3")
async def test_dissent_names_nobody_of_the_signal(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, _ = await on_an_agenda(desk)
    against = {"farid": "Jan Wilgenroos doet niets."}
    with pytest.raises(Invalid) as refused:
        await desk.decide(number, "weging-3", "heavy-enough", dissent=against, **CHANGES)
    assert [one.field for one in refused.value.faults] == ["dissent"]


# --- who records attendance ---------------------------------------------------------------------------


@pytest.mark.allowed("R-T.4")
@pytest.mark.refused("R-T.4")
async def test_a_replacement_records_attendance_and_a_member_that_of_nobody_else(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    _, _ = await on_an_agenda(desk, "anna")
    meetings = Meetings(desk.engine)
    another = Person("ivo", frozenset({"vervanger"}))
    assert "gijs" in (await meetings.attend(another, LOT, "gijs")).present
    with pytest.raises(Forbidden):
        await meetings.attend(GIJS, LOT, "farid")
    with pytest.raises(NotFound):
        await meetings.attend(Person("stan", frozenset({"lot-member"})), LOT, "farid")


# --- it crosses ---------------------------------------------------------------------------------------


@pytest.mark.allowed("R-T.4")
@pytest.mark.parametrize("service", ["sources", "casework"])
async def test_the_next_service_knows_it(desk_of: DeskOf, service: str) -> None:
    before, desk = await desk_of("assessment"), await desk_of(service)
    number = await before.arrives(State.PHASE_2)
    await before.designates(BRAM)
    await before.decide(number, "closing", "closed", ANNA, reason=WHY, about=("bram",))
    loaded = await before.engine.parts.loader.load(number)
    content = going_on(ResearchContent, loaded, {})
    state = State.SOURCE_LIST if service == "sources" else State.CHECK_2A
    arrival = Arrival(
        number,
        content.version + 1,
        state,
        content.protocol,
        content.received_on,
        documents_of(content),
        "box/test",
        "word",
        earlier=content.decisions,
    )
    kept = await keep(desk.platform, Incoming(uuid4(), "assessment", signed=True), arrival)
    await desk.platform.database.together(kept.effect)
    await nothing_is_left_of_it(desk, number, BRAM)
    await desk.engine.showing.view(number, ANNA, "weging")


@pytest.mark.refused("R-T.4")
async def test_it_stays_closed_when_it_is_sealed(desk_of: DeskOf) -> None:
    desk = await desk_of("retention")
    number = await sealed(desk)
    record = CodedDecision(
        decision=str(uuid4()),
        version=2,
        key="closing",
        outcome="closed",
        article="art. 2:4 Awb",
        status="taken",
        state="received",
        deciders=("bram",),
        recorder="bram",
        role="vervanger",
        about=("bram",),
        taken_at=desk.clock.now(),
        protocol="midden-delfland-2025",
    )
    async with desk.platform.database.transaction() as session:
        (await session.get_one(SealedSignal, number)).decisions = [record.model_dump(mode="json")]
    with pytest.raises(NotFound):
        await desk.engine.showing.view(number, BRAM, "bewaren")
    await desk.engine.showing.view(number, ANNA, "bewaren")
    with pytest.raises(Conflict):
        await desk.decide(number, "closing", "closed", ANNA, reason=WHY, about=("anna",))


@pytest.mark.allowed("R-T.4")
async def test_rights_hears_it_and_another_co_signs(desk_of: DeskOf) -> None:
    desk, number, proposal = await deferred(desk_of)
    signal = (await desk.row(Dossier, number)).signal
    told = ClosedTo(number=signal, person="anna", closed=True)
    await desk.hears(desk.engine.deciding.closing.heard, told, "assessment")
    await nothing_is_left_of_it(desk, number, ANNA)
    task = await task_of(desk, PETRA)
    await desk.engine.tasks.answer(task.id, PETRA, GivenAnswer("stand-back", WHY))
    assert (await desk.engine.tasks.list(PETRA, Window())).rows == []
    another = Person("olga", frozenset({"privacy-officer"}))
    task = await task_of(desk, another)
    await desk.engine.tasks.answer(task.id, another, GivenAnswer("agree", "Akkoord."))
    assert (await desk.row(DecisionRow, proposal)).status == "taken", "standing back is no answer to it"


@pytest.mark.refused("R-T.4")
async def test_assessment_hears_it_of_what_went_on(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number, _ = await on_an_agenda(desk)
    async with desk.platform.database.transaction() as session:
        row = await session.get_one(Dossier, number)
        row.left, row.handed_to = True, "sources"
        for kind in (TaskRow, ItemRow):
            await session.execute(delete(kind).where(col(kind.number) == number))
    await desk.believe(number)
    told = ClosedTo(number=number, person="bram", closed=True)
    await desk.hears(desk.engine.deciding.closing.heard, told, "casework")
    meetings = Meetings(desk.engine)
    assert [one.agenda for one in (await meetings.all(BRAM, Window())).meetings] == [()]
    assert [one.agenda for one in (await meetings.all(ANNA, Window())).meetings] == [(number,)]
    with pytest.raises(NotFound) as refused:
        await desk.engine.showing.view(number, BRAM, "weging")
    assert "holder" not in refused.value.extra, "he does not learn where it is"


@pytest.mark.refused("R-T.4")
async def test_a_row_that_opens_it_again_is_not_believed(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.RECEIVED)
    await desk.designates(BRAM)
    await desk.decide(number, "closing", "closed", ANNA, reason=WHY, about=("bram",))
    async with desk.platform.database.transaction() as session:
        (await session.get_one(Dossier, number)).closed_to = []
    with pytest.raises(NotBelieved):
        await desk.engine.showing.view(number, BRAM, "weging")


def test_the_last_word_about_a_person_counts() -> None:
    def said(outcome: str, whom: str) -> CodedDecision:
        facts: dict[str, Any] = {"key": "closing", "outcome": outcome, "about": (whom,)}
        return CodedDecision.model_construct(**facts)

    records = [said("closed", "a"), said("closed", "b"), said("opened", "a"), said("closed", "c"), said("closed", "b")]
    assert closed_to(records) == ["c", "b"]
