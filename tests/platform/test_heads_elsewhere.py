"""The same superuser at what only one service has: moments and questions of duties, grants, what is told beforehand."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from services.casework.use_cases import Consulting
from services.rights import store
from services.rights.use_cases import Concerned
from shared.clock import calendar_date
from shared.contracts.assessment import Begun, InformingAsked, MeetingTold, SubjectsContent, SubjectsLetter
from shared.contracts.consult import Consult
from shared.contracts.dossier import CodedDecision, InformingDue
from shared.contracts.intake import Subject
from shared.contracts.rights import NoticeTold
from shared.contracts.sources import CaseContent, CaseLetter
from shared.database.tables import Audit
from shared.engine.arrive import arrived
from shared.engine.copies import Copies
from shared.engine.given import GivenAnswer
from shared.engine.tables import DecisionRow, Dossier, TaskRow
from shared.errors import Forbidden, Invalid, NotBelieved, NotFound, PartDown
from shared.identity import Person
from shared.numbers import random_seed, signal_number
from shared.pages import Window
from shared.protocol.model import State
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, VERSION, Desk
from tests.platform.real import Postgres
from tests.platform.test_head import ends, frozen, nothing_is_done, settled
from tests.platform.test_tasks import DIRK, adopted, shown

OFFICER = Person("petra", frozenset({"privacy-officer"}))


# --- duties to inform ------------------------------------------------------------------------------------


def purpose(desk: Desk) -> CodedDecision:
    """That the purpose of a signal was set, as assessment tells it."""
    return CodedDecision(
        decision=str(uuid4()),
        version=2,
        key="purpose",
        outcome="set",
        article="art. 1",
        status="taken",
        state=State.WEGING_1,
        deciders=("wim",),
        recorder="wim",
        role="oov",
        taken_at=desk.clock.now(),
        protocol=VERSION,
    )


async def duties(
    desk: Desk, persons: int = 1, *, has_begun: bool = True, address: str | None = None
) -> tuple[str, list[str]]:
    """A signal about so many persons, and the duties to inform them, S1 first. `has_begun`: its purpose was set."""
    begun = purpose(desk)
    number, today = signal_number(random_seed()), calendar_date(desk.clock.now())
    subjects = {f"S{n}": Subject(name=f"Jan Wilgenroos {n}", address=address) for n in range(1, persons + 1)}
    content = SubjectsContent(
        number=number, protocol=VERSION, received_on=today, subjects=subjects, begun=begun if has_begun else None
    )
    concerned = Concerned(desk.engine)
    await desk.hears(concerned.known, await desk.letter(SubjectsLetter, number, content), "assessment")
    rows = await desk.rows(Dossier, signal=number)
    return number, [one.number for one in sorted(rows, key=lambda one: one.subject)]


async def test_the_list_can_be_of_the_duties_of_one_signal(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, mine = await duties(desk, 2)
    await duties(desk)
    found = await desk.engine.showing.work_list(ANNA, Window(), number)
    assert {one.number for one in found.rows} == set(mine)
    with pytest.raises(Forbidden):
        await desk.engine.showing.work_list(OFFICER, Window(), number)


@pytest.mark.allowed("R-1.1", "R-T.8")
@pytest.mark.refused("R-1.1", "R-T.8")
async def test_nothing_is_decided_on_a_duty_before_the_purpose_of_its_signal_was_set(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, (first, second) = await duties(desk, 2, has_begun=False)
    with pytest.raises(Invalid, match="voor welk doel"):
        await desk.decide(first, "duty", "not-due", fields={"ground": "already-informed"})
    shown = {one.rule.key: one for one in (await desk.engine.showing.open_decisions(first, ANNA)).decisions}
    assert "voor welk doel" in shown["duty"].missing[0]
    assert not shown["contact"].can_be_taken
    told = Begun(number=number, subjects=3, decision=purpose(desk))
    with pytest.raises(PartDown, match="not known here yet"):
        await desk.hears(Concerned(desk.engine).begun, told, "assessment")
    await desk.hears(Concerned(desk.engine).begun, told.model_copy(update={"subjects": 2}), "assessment")
    await not_due(desk, first)
    await not_due(desk, second)


async def asked(desk: Desk, number: str, persons: int) -> None:
    today = calendar_date(desk.clock.now())
    message = InformingAsked(
        number=number, subjects=persons, asked_at=desk.clock.now(), protocol=VERSION, received_on=today
    )
    await desk.hears(Concerned(desk.engine).asked, message, "assessment")


async def not_due(desk: Desk, duty: str) -> None:
    """Decided with the privacy officer, and settled."""
    desk.clock.pass_by(1)
    await desk.decide(duty, "duty", "not-due", fields={"ground": "already-informed"})
    (task,) = (await desk.engine.tasks.list(OFFICER, Window())).rows
    await desk.engine.tasks.answer(task.id, OFFICER, GivenAnswer("agree", "Akkoord."))
    await settled(desk)


async def nearer(desk: Desk, number: str, days: int) -> None:
    on = calendar_date(desk.clock.now()) + timedelta(days=days)
    due = InformingDue(number=number, about=("S1",), why="intervention", on=on)
    await desk.hears(Concerned(desk.engine).due, due, "casework")


MOMENTS = {
    "a moment that is later": 'UPDATE moment SET "on" = "on" + 100',
    "a moment of nobody": 'INSERT INTO moment SELECT number, gen_random_uuid(), why, "on" - 1, noted_at FROM moment',
    "a moment that is gone": "DELETE FROM moment",
    "when it is due": "UPDATE dossier SET due_on = due_on + 100",
    "whom it concerns": "UPDATE dossier SET subject = 'S2'",
}


@pytest.mark.parametrize("statement", MOMENTS.values(), ids=MOMENTS)
async def test_by_when_somebody_has_to_know(desk_of: DeskOf, postgres: Postgres, statement: str) -> None:
    desk = await desk_of("rights")
    number, (duty,) = await duties(desk)
    await nearer(desk, number, 3)
    row = await desk.row(Dossier, duty)
    assert row.due_on == calendar_date(desk.clock.now()) + timedelta(days=3)
    await desk.engine.showing.view(duty, ANNA, "informeren")
    await postgres.superuser("rights")(statement)
    await nothing_is_done(desk, duty)
    assert [one.about["number"] for one in (await frozen(desk)).examples] == [duty]
    # Nobody is S1 any more when he was made S2: what is told of him waits, and shows.
    with pytest.raises(PartDown if "subject" in statement else NotBelieved):
        await nearer(desk, number, 2)


async def test_a_contact_that_is_withdrawn_takes_its_moment_with_it(desk_of: DeskOf) -> None:
    """The head follows what a decision does to the clock, and what taking it back does."""
    desk = await desk_of("rights")
    _, (duty,) = await duties(desk)
    before = (await desk.row(Dossier, duty)).due_on
    fields = {"contactOn": (calendar_date(desk.clock.now()) + timedelta(days=2)).isoformat(), "why": "Een gesprek."}
    found = await desk.decide(duty, "contact", "on", fields=fields)
    assert (await desk.row(Dossier, duty)).due_on < before
    assert len(await desk.rows(store.DutyMoment, number=duty)) == 1
    await desk.decide(duty, "withdrawal", confirms=(await desk.decision(found)).id)
    assert (await desk.row(Dossier, duty)).due_on == before
    assert await desk.rows(store.DutyMoment, number=duty) == []
    await desk.engine.showing.view(duty, ANNA, "informeren")


async def test_phase_3_is_answered_when_everybody_is_decided_on(desk_of: DeskOf) -> None:
    desk = await desk_of("rights")
    number, both = await duties(desk, 2)
    await asked(desk, number, 2)
    for duty in both:
        assert await desk.post(None, "informing-decided.v1") == []  # type: ignore[arg-type]
        await not_due(desk, duty)
    assert len(await desk.post(None, "informing-decided.v1")) == 1  # type: ignore[arg-type]


PHASE_3 = {
    "a duty that is gone": "DELETE FROM dossier WHERE subject = 'S2'",
    "a duty that is done": "UPDATE dossier SET state = 'duty-done' WHERE subject = 'S2'",
    "a decision of nobody": "INSERT INTO decision SELECT (jsonb_populate_record(d, jsonb_build_object('id',"
    " gen_random_uuid(), 'number', x.number))).* FROM decision d, dossier x WHERE x.subject = 'S2'",
    "when it was asked": "UPDATE asked SET asked_at = asked_at - interval '1 year'",
    "about how many it was asked": "UPDATE asked SET subjects = 1",
}


@pytest.mark.parametrize("statement", PHASE_3.values(), ids=PHASE_3)
async def test_phase_3_is_not_opened_by_rows(desk_of: DeskOf, postgres: Postgres, statement: str) -> None:
    desk = await desk_of("rights")
    number, (first, _) = await duties(desk, 2)
    await asked(desk, number, 2)
    desk.clock.pass_by(1)
    await desk.decide(first, "duty", "not-due", fields={"ground": "already-informed"})
    (task,) = (await desk.engine.tasks.list(OFFICER, Window())).rows
    await desk.engine.tasks.answer(task.id, OFFICER, GivenAnswer("agree", "Akkoord."))
    await postgres.superuser("rights")(statement)
    await settled(desk)
    assert await desk.post(None, "informing-decided.v1") == []  # type: ignore[arg-type]


async def test_a_duty_that_goes_with_its_signal_says_so(desk_of: DeskOf) -> None:
    """So that one which goes without is missed."""
    desk = await desk_of("rights")
    number, (duty,) = await duties(desk)
    async with desk.platform.database.transaction() as session:
        await store.erase_duties(desk.clock)(session, [number])
    assert await desk.rows(Dossier) == []
    entries = [one.entry for one in await desk.rows(Audit)]
    assert [(one["result"], one["turn"]) for one in entries if one["record"] == duty] == [("done", 1), ("gone", 2)]


# --- cases -----------------------------------------------------------------------------------------------


async def test_what_is_told_before_a_case_comes_is_in_its_head(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("casework")
    number, today = signal_number(random_seed()), calendar_date(desk.clock.now())
    copies = Copies(desk.engine)
    await desk.hears(copies.notice, NoticeTold(number=number, subject="S1", version=1, state="open"), "rights")
    content = CaseContent(
        number=number, version=9, protocol=VERSION, received_on=today, text="Een schuur vol.", people=1
    )
    arrives = arrived(desk.platform, CaseContent, State.CHECK_2A)
    await desk.hears(arrives, await desk.letter(CaseLetter, number, content), "sources")
    await desk.hears(copies.notice, NoticeTold(number=number, subject="S1", version=2, state="deferred"), "rights")
    loaded = await desk.engine.parts.loader.load(number)
    assert [(one.version, one.state) for one in loaded.notices] == [(2, "deferred")]
    superuser = postgres.superuser("casework")
    await superuser("UPDATE notice SET state = 'sent'")
    await nothing_is_done(desk, number)


async def test_a_notice_of_yesterday_is_not_believed_by_itself(desk_of: DeskOf, postgres: Postgres) -> None:
    """It agrees with its own MAC, and with no head."""
    desk = await desk_of("casework")
    number, copies = await desk.arrives(State.CHECK_2A), Copies(desk.engine)
    superuser = postgres.superuser("casework")
    await desk.hears(copies.notice, NoticeTold(number=number, subject="S1", version=1, state="deferred"), "rights")
    yesterday = await superuser.kept("notice")
    await desk.hears(copies.notice, NoticeTold(number=number, subject="S1", version=2, state="to-send"), "rights")
    await superuser.put_back(yesterday)
    await nothing_is_done(desk, number)


async def test_a_notice_that_was_inserted_before_a_case_comes(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("casework")
    number = signal_number(random_seed())
    await postgres.superuser("casework")(
        "INSERT INTO notice (number, subject, version, state, mac) VALUES ($1, 'S1', 1, 'sent', 'v1:x')", number
    )
    content = CaseContent(
        number=number,
        version=9,
        protocol=VERSION,
        received_on=calendar_date(desk.clock.now()),
        text="Een schuur vol.",
        people=1,
    )
    arrives, letter = (
        arrived(desk.platform, CaseContent, State.CHECK_2A),
        await desk.letter(CaseLetter, number, content),
    )
    with pytest.raises(NotBelieved):
        await desk.hears(arrives, letter, "sources")


async def test_an_intervention_that_a_row_gives_out(desk_of: DeskOf, postgres: Postgres) -> None:
    """To a department, before check 2B is done."""
    desk = await desk_of("casework")
    number, (intervention,) = await adopted(desk)
    superuser = postgres.superuser("casework")
    await superuser("UPDATE task SET opened_at = '2020-01-01'")
    await superuser("UPDATE dossier SET state = 'execution'")
    assert await shown(desk) == [intervention]
    (task,) = await desk.rows(TaskRow, number=number)
    with pytest.raises(NotBelieved):
        await desk.engine.tasks.one(task.id, DIRK, "uitvoering")


async def test_a_copy_of_a_meeting(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("casework")
    number = await desk.arrives(State.CHECK_2A)
    message = MeetingTold(
        meeting="M-00000-00001",
        version=1,
        kind="casusoverleg",
        held_on=calendar_date(desk.clock.now()),
        chair="anna",
        members=({"userId": "farid"},),
        present=(),
        agenda=(number,),
    )
    await desk.hears(Copies(desk.engine).meeting, message, "assessment")
    loaded = await desk.engine.parts.loader.load(number, meeting=message.meeting)
    assert [one.id for one in loaded.meetings] == [message.meeting]
    await postgres.superuser("casework")("UPDATE meeting SET present = '[\"farid\"]'")
    with pytest.raises(NotBelieved):
        await desk.engine.parts.loader.load(number, meeting=message.meeting)
    assert [one.about["number"] for one in (await frozen(desk)).examples] == [message.meeting]


async def test_a_look_into_a_closed_case_that_nobody_asked(desk_of: DeskOf, postgres: Postgres) -> None:
    desk = await desk_of("casework")
    number, new = await desk.arrives(State.CLOSED), signal_number(random_seed())
    consulting = Consulting(desk.engine)
    with pytest.raises(NotFound):
        await consulting.consult(number, new, ANNA)
    until = desk.clock.now() + timedelta(hours=1)
    await desk.hears(
        consulting.asked, Consult(number=number, new_signal=new, phase=1, person="bram", until=until), "assessment"
    )
    superuser = postgres.superuser("casework")
    await superuser("UPDATE consultation SET person = 'anna', phase = 4")
    with pytest.raises(NotBelieved):
        await consulting.consult(number, new, ANNA)
    (grant,) = await superuser("SELECT id FROM consultation")
    assert [one.about["number"] for one in (await frozen(desk)).examples] == [str(grant["id"])]
    await superuser("UPDATE consultation SET person = 'bram', phase = 1")
    bram = Person("bram", frozenset({"oov"}))
    assert (await consulting.consult(number, new, bram))["forPhase"] == 1


async def test_a_receipt_forgets_what_was_signed_and_nothing_else(desk_of: DeskOf, postgres: Postgres) -> None:
    """The number beside a hand-over is anybody's to write; the one in it is not."""
    desk = await desk_of("assessment")
    gone, other = await desk.arrives(State.WEGING_2A), await desk.arrives(State.WEGING_2A)
    await ends(desk, gone)
    await settled(desk)
    (row,) = await desk.post(gone, "sealed.v1")
    await postgres.superuser("assessment")("UPDATE outgoing SET number = $1 WHERE id = $2", other, row.id)
    async with desk.platform.database.transaction() as session:
        row = await session.get_one(type(row), row.id)
        await desk.engine.settlement.handed_over(session, row)
    assert (await desk.row(Dossier, other)).left is False
    assert (await desk.row(Dossier, gone)).left is True
    await desk.engine.showing.view(other, ANNA, "weging")
    assert await desk.rows(DecisionRow, number=gone) == []
