"""The engine with one service, PostgreSQL and OpenBao: what one decision writes, tells, costs, and takes back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from services.assessment.use_cases import Meetings
from shared.clock import calendar_date
from shared.engine.given import Given
from shared.engine.tables import Dossier, MeetingRow, TaskRow
from shared.errors import CannotSucceed, Conflict, Forbidden, NotFound
from shared.identity import Person
from shared.pages import Window
from shared.protocol.judge import Attempt
from shared.protocol.model import State
from shared.protocol.passing_on import Forwarding
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, LATEST, WINDOW

TASK = {"powers": ["sluiting-drugspand"]}


async def test_what_a_decision_tells_waits_in_the_post_until_it_cannot_be_withdrawn(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    found = await desk.decide(number, "weging-2a", "task", fields=TASK)
    row = await desk.decision(found)
    (letter,) = await desk.post(number, "decided.v1")
    assert letter.next_at == row.effective_at == desk.clock.now() + timedelta(seconds=WINDOW)
    assert not row.settles, "nothing is left to do then"
    assert (await desk.row(Dossier, number)).state == State.WEGING_2B


async def test_what_is_withdrawn_was_never_sent(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    found = await desk.decide(number, "weging-2a", "task", fields=TASK)
    (letter,) = await desk.post(number, "decided.v1")
    desk.clock.pass_by(WINDOW - 1)
    await desk.decide(number, "withdrawal", reason="Verkeerd aangeklikt.", confirms=(await desk.decision(found)).id)
    (told,) = await desk.post(number, "decided.v1")
    assert told.id != letter.id, "supervision hears of the withdrawal, and of nothing else"
    assert told.next_at <= desk.clock.now()
    assert (await desk.row(Dossier, number)).state == State.WEGING_2A
    assert (await desk.decision(found)).status == "withdrawn"


async def test_too_late_to_withdraw(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    found = await desk.decide(number, "weging-2a", "task", fields=TASK)
    identifier = (await desk.decision(found)).id
    with pytest.raises(Forbidden):
        await desk.decide(number, "withdrawal", "", Person("bram", frozenset({"oov"})), confirms=identifier)
    desk.clock.pass_by(WINDOW)
    with pytest.raises(Conflict):
        await desk.decide(number, "withdrawal", confirms=identifier)


async def test_a_following_decision_lets_the_earlier_words_go(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    first = await desk.decide(number, "weging-2a", "task", fields=TASK)
    desk.clock.pass_by(10)
    await desk.decide(number, "weging-2b", "inside", fields={"area": "O1"})
    letters = await desk.post(number, "decided.v1")
    assert sorted(one.next_at for one in letters)[0] == desk.clock.now()
    assert (await desk.decision(first)).effective_at == desk.clock.now()


async def test_what_one_decision_costs(desk_of: DeskOf) -> None:
    """Of the service that decides, without the caller's own look-up; the aim for the whole house is in the README."""
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    version = await desk.version(number)
    costs = desk.counted()
    given = Given(Attempt("weging-2a", "task", "Zo is het.", TASK), version)
    await desk.engine.deciding.decide(number, ANNA, given)
    assert len(costs.calls) == 2, "one decryption, one encryption"
    assert costs.transactions == 1
    assert len(costs.statements) <= 3, costs.statements


async def test_a_decision_that_cannot_settle_is_parked_and_shown_and_holds_up_no_other(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    bad, good = await desk.arrives(State.WEGING_2A), await desk.arrives(State.WEGING_2A)
    for number in (bad, good):
        await desk.decide(
            number,
            "weging-2a",
            "no-task",
            fields={"considered": "De Opiumwet."},
            forwarding=_nobody(),
        )
    async with desk.platform.database.transaction() as session:
        row = await session.get_one(Dossier, bad)
        row.room_key = "0" * 40
    await desk.believe(bad)
    desk.clock.pass_by(WINDOW)
    queue = desk.engine.settlement.queue
    for _ in range(2):
        for decision in await queue.claim():
            await queue._try(decision, desk.engine.settlement.settle)
        desk.clock.pass_by(5)
    stuck = await queue.stuck()
    assert [one.about["number"] for one in stuck.examples] == [bad]
    assert stuck.examples[0].parked
    assert (await desk.row(Dossier, good)).handed_to == "retention"
    assert not (await desk.row(Dossier, bad)).handed_to


async def test_a_version_that_is_not_known_is_never_replaced(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    with pytest.raises(CannotSucceed):
        await desk.arrives(State.WEGING_2A, protocol="elders-2031")
    number = await desk.arrives(State.WEGING_2A)
    async with desk.platform.database.transaction() as session:
        (await session.get_one(Dossier, number)).protocol = "elders-2031"
    await desk.believe(number)
    with pytest.raises(CannotSucceed):
        await desk.decide(number, "weging-2a", "task", fields=TASK)


async def test_everybody_finds_his_own_tasks_behind_those_of_others(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.PHASE_2)
    desk.clock.pass_by(60)
    now = desk.clock.now()
    meetings = [
        MeetingRow(
            id=f"M-{user}",
            version=1,
            kind="LOT",
            held_on=calendar_date(now) + timedelta(days=1),
            chair="anna",
            members=[{"userId": user}],
            present=[],
            agenda=[number],
        )
        for user in ("els", "farid")
    ]
    others = [
        TaskRow(
            id=uuid4(),
            number=number,
            item="item-2",
            kind="paper",
            role="lot-member",
            meeting="M-els",
            opened_at=now - timedelta(seconds=600 - place),
        )
        for place in range(600)
    ]
    mine = TaskRow(
        id=uuid4(), number=number, item="item-2", kind="paper", role="lot-member", meeting="M-farid", opened_at=now
    )
    await desk.add(*meetings, *others, mine)
    farid = Person("farid", frozenset({"lot-member"}))
    assert [one.id for one in (await desk.engine.tasks.list(farid, Window())).rows] == [mine.id]
    els, found, cursor = Person("els", frozenset({"lot-member"})), [], None
    while True:
        page = await desk.engine.tasks.list(els, Window(cursor, 250))
        found += [one.id for one in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert found == [one.id for one in others], "all of them, in their order, each once"
    with pytest.raises(NotFound):
        await desk.engine.tasks.one(others[0].id, farid, "weging")


async def test_the_work_list_comes_in_pages_and_what_has_ended_is_on_none(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    numbers = []
    for _ in range(7):
        numbers.append(await desk.arrives(State.WEGING_2A))
        desk.clock.pass_by(1)
    await desk.decide(numbers[3], "weging-2a", "no-task", fields={"considered": "Alle."}, forwarding=_nobody())
    found, cursor = [], None
    while True:
        page = await desk.engine.showing.work_list(ANNA, Window(cursor, 3))
        found += [one.number for one in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert found == [one for one in numbers if one != numbers[3]]


async def test_meetings_come_in_pages_and_a_member_sees_his_own(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    first = calendar_date(desk.clock.now())
    await desk.add(
        *(
            MeetingRow(
                id=f"M-{place:03}",
                version=1,
                kind="LOT",
                held_on=first + timedelta(days=place),
                chair="anna",
                members=[{"userId": "farid" if place % 10 == 0 else "els"}],
                present=[],
                agenda=["S-00000-00000"],
            )
            for place in range(120)
        )
    )
    meetings = Meetings(desk.engine)
    page = await meetings.all(ANNA, Window())
    rest = await meetings.all(ANNA, Window(page.next))
    dates = [one.held_on for one in (*page.meetings, *rest.meetings)]
    assert dates == [first + timedelta(days=place) for place in reversed(range(120))]
    mine = await meetings.all(Person("farid", frozenset({"lot-member"})), Window())
    assert (len(mine.meetings), mine.next) == (12, None)
    assert not any(one.agenda for one in mine.meetings)


async def test_a_withdrawn_answer_is_asked_again(desk_of: DeskOf) -> None:
    desk = await desk_of("sources")
    number = await desk.arrives(State.SOURCE_LIST)
    await desk.decide(number, "source-list", "listed", fields={"sources": ["horeca-permits"]})
    four = dict.fromkeys(("compatibility", "necessity", "proportionality", "subsidiarity"), "ja")
    await desk.decide(number, "check-1", "approved", about=("horeca-permits",), fields=four)
    await desk.decide(number, "check-1-done", "some", fields={"conclusion": "eén bron"})
    asked = await desk.record(
        number, "question", "S1", "Is er een vergunning?", source="horeca-permits", answerBy=LATEST
    )
    (line,) = await desk.post(number, "disclosed.v1")
    assert line.next_at <= desk.clock.now()
    today = calendar_date(desk.clock.now()).isoformat()
    said = {"consultedOn": today, "answeredBy": "Dirk", "answeredOn": today}
    found = await desk.decide(number, "answer", "no-hit", about=(asked.item,), fields=said)
    assert await desk.open_tasks(number) == []
    await desk.decide(number, "withdrawal", confirms=(await desk.decision(found)).id)
    assert [one.item for one in await desk.open_tasks(number)] == [asked.item]


async def test_why_a_closed_case_is_consulted_is_sealed_for_supervision(desk_of: DeskOf) -> None:
    desk = await desk_of("assessment")
    number = await desk.arrives(State.PHASE_2)
    look = await desk.engine.consultations.ask(number, ANNA, "S-00000-00000", "Hetzelfde pand als toen.")
    assert look.phase == 2
    (letter,) = await desk.post(number, "decided.v1")
    assert letter.body is not None
    assert b'"consultation"' in letter.body
    assert b"Hetzelfde pand" not in letter.body
    assert letter.kid, "sealed for oversight"


def _nobody() -> Forwarding:
    return Forwarding(none_because="Geen onderdeel kan hier iets mee.")
