"""Whoever can write rows makes nobody believe anything: PostgreSQL's superuser on the rows of one service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.clock import calendar_date
from shared.database.tables import Audit
from shared.engine.documents import DECISION, Finding
from shared.engine.freeze import NOT_OURS
from shared.engine.tables import Dossier, FrozenRow, MeetingRow, NoticeRow, TaskRow
from shared.errors import NotBelieved
from shared.identity import Person
from shared.pages import Window
from shared.protocol.model import State
from shared.protocol.passing_on import Forwarding
from shared.stuck import Stuck
from tests.platform.conftest import DeskOf
from tests.platform.desk import ANNA, WINDOW, Desk
from tests.platform.real import Postgres, Superuser
from tests.platform.test_engine import TASK

FARID = Person("farid", frozenset({"lot-member"}))
BRAM = Person("bram", frozenset({"replacement"}))
FOUND = Finding(
    category="open-source", about="S1", finding="Iets.", recorded_by="anna", recorded_at="2026-11-25T12:00:00+00:00"
)


@pytest.fixture
def superuser(postgres: Postgres) -> Superuser:
    return postgres.superuser("assessment")


async def weighed(desk: Desk) -> str:
    """A signal with items, a notice, a meeting on whose agenda it is, a paper for it, and a decision to withdraw."""
    number = await desk.arrives(State.WEGING_2A, findings={"item-2": FOUND, "item-3": FOUND})
    today, now = calendar_date(desk.clock.now()), desk.clock.now()
    meeting = MeetingRow(
        id=f"M-{number}",
        version=2,
        kind="LOT",
        held_on=today,
        chair="anna",
        members=[{"userId": "farid"}],
        present=["farid"],
        agenda=[number],
    )
    paper = TaskRow(
        id=uuid4(),
        number=number,
        item="item-2",
        kind="paper",
        role="lot-member",
        meeting=meeting.id,
        until=today,
        opened_at=now,
        closed_at=now,
    )
    await desk.add(meeting, paper, NoticeRow(number=number, subject="S1", version=2, state="open"))
    await desk.decide(number, "weging-2a", "task", fields=TASK)
    return number


async def frozen(desk: Desk) -> Stuck:
    return await desk.engine.freezer.queue.stuck()


async def told(desk: Desk, number: str, action: str) -> list[dict[str, Any]]:
    return [
        one.entry for one in await desk.rows(Audit) if one.entry["record"] == number and one.entry["action"] == action
    ]


async def ends(desk: Desk, number: str) -> None:
    """A decision that seals it when it can no longer be withdrawn."""
    nobody = Forwarding(none_because="Geen onderdeel kan hier iets mee.")
    await desk.decide(number, "weging-2a", "no-task", fields={"considered": "De Opiumwet."}, forwarding=nobody)


def an_hour_ago(desk: Desk) -> datetime:
    """By the clock of the desk, which stands at noon: what PostgreSQL calls now is hours before or after that."""
    return desk.clock.now() - timedelta(hours=1)


async def settled(desk: Desk, seconds: float = WINDOW) -> None:
    """What waits for a settlement after so many seconds is tried once."""
    desk.clock.pass_by(seconds)
    settlement = desk.engine.settlement
    for one in await settlement.queue.claim():
        await settlement.queue._try(one, settlement.settle)


async def nothing_is_done(desk: Desk, number: str) -> None:
    """Neither shown, nor judged, nor recorded, nor settled; each is refused for the same reason."""
    version = (await desk.row(Dossier, number)).version
    acts: list[Callable[[], Awaitable[object]]] = [
        lambda: desk.engine.showing.view(number, ANNA, "weging"),
        lambda: desk.engine.showing.decisions(number, ANNA, "weging"),
        lambda: desk.engine.showing.open_decisions(number, ANNA),
        lambda: desk.engine.parts.loader.for_change(number, version, by=ANNA),
    ]
    for act in acts:
        with pytest.raises(NotBelieved):
            await act()


ROWS = {
    "a state that was led to": "UPDATE decision SET state_after = 'informing'",
    "a decider": "UPDATE decision SET deciders = '[\"bram\"]'",
    "a recorder": "UPDATE decision SET recorder = 'bram'",
    "until when it can be withdrawn": "UPDATE decision SET effective_at = effective_at - interval '1 hour'",
    "that it has an end": "UPDATE decision SET ends = true, settles = true",
    "a withdrawn decision": "UPDATE decision SET status = 'withdrawn'",
    "a decision of nobody": "INSERT INTO decision SELECT (jsonb_populate_record(d, jsonb_build_object('id',"
    " gen_random_uuid(), 'key', 'weging-1', 'version', 1))).* FROM decision d",
    "a decision that is gone": "DELETE FROM decision",
    "a co-signature that nobody asked": "INSERT INTO task (id, number, item, kind, role, until, opened_at)"
    " SELECT gen_random_uuid(), d.number, d.id::text, 'co-signature', 'lot-member', 'infinity', '2020-01-01' FROM decision d",
    "a task that is asked again": "UPDATE task SET closed_at = NULL",
    "a task of somebody else": "UPDATE task SET role = 'oov'",
    "a task that is gone": "DELETE FROM task",
    "an item that is gone": "DELETE FROM item WHERE item = 'item-3'",
    "an item of another category": "UPDATE item SET category = 'kvk-open' WHERE item = 'item-3'",
    "an item that was copied": "INSERT INTO item SELECT number, 'item-9', category, version, ciphertext FROM item"
    " WHERE item = 'item-3'",
    "two items that were swapped": "UPDATE item x SET ciphertext = y.ciphertext FROM item y WHERE x.number = y.number AND"
    " (x.item, y.item) IN (('item-2', 'item-3'), ('item-3', 'item-2'))",
    "an item of another version": "UPDATE item SET version = 2 WHERE item = 'item-3'",
    "the state": "UPDATE dossier SET state = 'informing'",
    "the version": "UPDATE dossier SET version = version + 1",
    "the law": "UPDATE dossier SET protocol = 'elders-2031'",
    "the decisions before": 'UPDATE dossier SET earlier = \'[{"key": "weging-1"}]\'',
    "who is known": "UPDATE dossier SET people = 0",
    "that it has gone": "UPDATE dossier SET \"left\" = true, handed_to = 'retention'",
    "that it is on its way": "UPDATE dossier SET handing_over_since = now(), handed_to = 'sources'",
    "what is no dossier at all": "UPDATE dossier SET earlier = '7'",
    "a notice": "UPDATE notice SET state = 'sent'",
    "a notice of nobody": "INSERT INTO notice (number, subject, version, state, mac)"
    " SELECT number, 'S2', 1, 'sent', mac FROM notice",
    "a notice that is gone": "DELETE FROM notice",
    "no MAC": "UPDATE dossier SET mac = ''",
    "a MAC that is none": "UPDATE dossier SET mac = 'v7:AAAA'",
}


@pytest.mark.parametrize("statement", ROWS.values(), ids=ROWS)
async def test_a_changed_row_freezes_its_dossier_and_no_other(
    desk_of: DeskOf, superuser: Superuser, statement: str
) -> None:
    desk = await desk_of("assessment")
    number = await weighed(desk)
    await superuser(statement)
    other = await weighed(desk)
    await nothing_is_done(desk, number)
    stuck = await frozen(desk)
    assert [(one.about, one.why, one.parked) for one in stuck.examples] == [({"number": number}, NOT_OURS, True)]
    (line,) = await told(desk, number, "frozen")
    assert (line["result"], line["reason"]) == ("not-believed", "not-ours")
    await desk.decide(other, "weging-2b", "inside", fields={"area": "O1"})


async def test_what_is_put_right_is_believed_again(desk_of: DeskOf, superuser: Superuser) -> None:
    desk = await desk_of("assessment")
    number = await weighed(desk)
    await superuser("UPDATE decision SET recorder = 'bram'")
    await nothing_is_done(desk, number)
    (row,) = await desk.rows(FrozenRow)
    queue, look = desk.engine.freezer.queue, desk.engine.freezer.look
    await queue._try(row, look)
    assert (await frozen(desk)).count == 1
    await superuser("UPDATE decision SET recorder = 'anna'")
    (row,) = await desk.rows(FrozenRow)
    await queue._try(row, look)
    assert (await frozen(desk)).waiting == 0
    assert len(await told(desk, number, "frozen no longer")) == 1
    await desk.engine.showing.view(number, ANNA, "weging")


async def test_what_nobody_opens_is_looked_at_too(desk_of: DeskOf, superuser: Superuser) -> None:
    desk = await desk_of("assessment")
    numbers = [await weighed(desk) for _ in range(2)]
    await superuser("UPDATE decision SET recorder = 'bram' WHERE number = $1", numbers[1])
    await superuser("UPDATE meeting SET present = '[]' WHERE id = $1", f"M-{numbers[0]}")
    await desk.engine.freezer.walk()
    assert {one.about["number"] for one in (await frozen(desk)).examples} == {numbers[1], f"M-{numbers[0]}"}


async def test_a_meeting_that_was_changed_decides_nothing(desk_of: DeskOf, superuser: Superuser) -> None:
    """Who was there, by which a LOT decides."""
    desk = await desk_of("assessment")
    number = await weighed(desk)
    await superuser('UPDATE meeting SET present = \'["farid", "anna", "bram"]\'')
    version = await desk.version(number)
    with pytest.raises(NotBelieved):
        await desk.engine.parts.loader.for_change(number, version, by=ANNA, meeting=f"M-{number}")
    assert [one.about["number"] for one in (await frozen(desk)).examples] == [f"M-{number}"]
    await desk.engine.showing.view(number, ANNA, "weging")


async def test_a_task_that_was_inserted_shows_nothing(desk_of: DeskOf, superuser: Superuser) -> None:
    """To a member of a LOT, of a decision that he has nothing to do with."""
    desk = await desk_of("assessment")
    await weighed(desk)
    await superuser(ROWS["a co-signature that nobody asked"])
    (listed,) = (await desk.engine.tasks.list(FARID, Window())).rows
    with pytest.raises(NotBelieved):
        await desk.engine.tasks.one(listed.id, FARID, "weging")


async def test_what_waits_to_be_handed_over_is_not(desk_of: DeskOf, superuser: Superuser) -> None:
    """Into phase 3 without a LOT: a decision that only told something is made one that leads there."""
    desk = await desk_of("assessment")
    number = await weighed(desk)
    await superuser("UPDATE decision SET state_after = 'source-list', settles = true, next_at = $1", an_hour_ago(desk))
    await superuser("UPDATE dossier SET state = 'source-list'")
    await settled(desk)
    assert await desk.post(number, "research.v1") == []
    assert (await desk.engine.settlement.queue.stuck()).examples[0].parked
    assert [one.about["number"] for one in (await frozen(desk)).examples] == [number]


async def test_what_can_still_be_withdrawn_is_not_settled_before_its_time(
    desk_of: DeskOf, superuser: Superuser
) -> None:
    """When a row is due is nobody's decision: it is claimed at once, and waits."""
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    await ends(desk, number)
    await superuser("UPDATE decision SET next_at = $1", an_hour_ago(desk))
    await settled(desk, 0)
    assert await desk.post(number, "sealed.v1") == []
    await settled(desk)
    assert len(await desk.post(number, "sealed.v1")) == 1


async def test_what_is_inserted_while_a_decision_is_written_is_not_covered_by_it(
    desk_of: DeskOf, superuser: Superuser
) -> None:
    """A trigger adds a task in the very transaction of the decision."""
    desk = await desk_of("assessment")
    number = await desk.arrives(State.WEGING_2A)
    await superuser(
        "CREATE FUNCTION adds() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO task"
        " (id, number, item, kind, role, until, opened_at) VALUES"
        " (gen_random_uuid(), NEW.number, NEW.id::text, 'co-signature', 'lot-member', 'infinity', now());"
        " RETURN NEW; END $$"
    )
    await superuser("CREATE TRIGGER adds BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION adds()")
    await desk.decide(number, "weging-2a", "task", fields=TASK)
    await nothing_is_done(desk, number)


async def test_the_words_of_a_decision_are_not_taken_for_another_category(desk_of: DeskOf) -> None:
    """Without the head: the category is bound to the ciphertext itself."""
    desk = await desk_of("assessment")
    number = await weighed(desk)
    loaded = await desk.engine.parts.loader.load(number, opened=False)
    (words,) = (one for one in loaded.items if one.category == DECISION)
    words.category = "kvk-open"
    with pytest.raises(Exception, match="cannot be decrypted"):
        await desk.engine.parts.loader._open(loaded)
