"""Yesterday's rows, put back all together, agree with their MAC; oversight knows a newer turn, and says so."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.oversight import store
from services.oversight.use_cases import Anchoring, RegisterKeeping
from services.oversight.use_cases.anchor import TELL_ALL
from shared.bus.inbox import Incoming
from shared.contracts.common import Audited, Whereabouts
from shared.contracts.oversight import HeadsKnown, KnownHead
from shared.contracts.rights import NoticeTold
from shared.database.tables import Audit, Outgoing, Tombstone
from shared.engine.copies import Copies
from shared.engine.freeze import FORKED, GONE, OLD
from shared.engine.tables import Dossier, FrozenRow
from shared.errors import NotBelieved
from shared.numbering import AuditNumberer
from shared.protocol.model import State
from shared.service.platform import Platform
from tests.platform.conftest import DeskOf, PlatformOf
from tests.platform.desk import ANNA, Desk, MovedClock
from tests.platform.real import Postgres
from tests.platform.test_engine import TASK
from tests.platform.test_head import FOUND, frozen, told

ROWS = ("dossier", "item", "decision", "task", "notice")


class Watched:
    """Assessment and oversight, with the messages between them carried by hand."""

    def __init__(self, desk: Desk, oversight: Platform) -> None:
        self.desk, self.oversight = desk, oversight
        self.keeping = RegisterKeeping(oversight)
        self.anchoring = Anchoring(oversight)

    async def arrived(self) -> str:
        number = await self.desk.arrives(State.WEGING_2A, findings={"item-2": FOUND})
        row: Dossier = await self.desk.row(Dossier, number)
        here = Whereabouts(number=number, version=1, holder="assessment", state=row.state, since=self.desk.clock.now())
        handled = await self.keeping.whereabouts(Incoming(uuid4(), "assessment", signed=True), here)
        await self.oversight.database.together(handled.effect)
        return number

    async def trail(self) -> None:
        """What assessment wrote in its audit trail comes to oversight."""
        desk = self.desk.platform
        await AuditNumberer(desk.database, desk.post, desk.clock, desk.proofs).number_once()
        for row in await self.desk.rows(Outgoing, event=Audited.event):
            message = Audited.model_validate_json(row.body or b"")
            handled = await self.keeping.audited(Incoming(row.id, "assessment", signed=True), message)
            await self.oversight.database.together(handled.effect)
            async with desk.database.transaction() as session:
                await session.delete(row)

    async def tells(self) -> list[KnownHead]:
        """What oversight tells assessment now, which hears it."""
        await self.anchoring.tell()
        query = select(Outgoing).where(col(Outgoing.event) == HeadsKnown.event, col(Outgoing.addressee) == "assessment")
        async with self.oversight.database.transaction() as session:
            rows = list((await session.scalars(query)).all())
            for row in rows:
                await session.delete(row)
        messages = [HeadsKnown.model_validate_json(row.body or b"") for row in rows]
        for one in messages:
            await self.desk.hears(self.desk.engine.freezer.known, one, "oversight")
        return [head for one in messages for head in one.heads]


@pytest.fixture
async def watched(desk_of: DeskOf, platform_of: PlatformOf) -> Watched:
    desk = await desk_of("assessment")
    desk.clock.pass_by(1)
    return Watched(desk, await platform_of("oversight", clock=MovedClock(desk.clock.now())))


async def decided(watched: Watched, number: str) -> None:
    watched.desk.clock.pass_by(1)
    await watched.desk.decide(number, "weging-2a", "task", fields=TASK)
    await watched.trail()


async def test_what_is_new_is_believed(watched: Watched) -> None:
    number = await watched.arrived()
    await decided(watched, number)
    assert await watched.tells() == [KnownHead(number=number, turn=2)]
    await watched.desk.engine.showing.view(number, ANNA, "weging")
    assert (await frozen(watched.desk)).waiting == 0
    assert await watched.tells() == [], "again in some hours"


async def test_rows_of_yesterday_are_frozen_when_oversight_says_how_far_it_knows(
    watched: Watched, postgres: Postgres
) -> None:
    number = await watched.arrived()
    superuser = postgres.superuser("assessment")
    yesterday = await superuser.kept(*ROWS)
    await decided(watched, number)
    await superuser.put_back(yesterday)
    await watched.desk.engine.showing.view(number, ANNA, "weging")
    assert await watched.tells() == [KnownHead(number=number, turn=2)]
    with pytest.raises(NotBelieved):
        await watched.desk.engine.showing.view(number, ANNA, "weging")
    assert [(one.about["number"], one.why) for one in (await frozen(watched.desk)).examples] == [(number, OLD)]
    assert len(await told(watched.desk, number, "frozen")) == 1


async def test_who_decides_on_rows_of_yesterday_is_found_out_at_once(watched: Watched, postgres: Postgres) -> None:
    number = await watched.arrived()
    await watched.trail()
    await watched.tells()
    superuser = postgres.superuser("assessment")
    yesterday = await superuser.kept(*ROWS)
    await decided(watched, number)
    await superuser.put_back(yesterday)
    await decided(watched, number)
    assert await watched.tells() == [KnownHead(number=number, turn=2, forked=True)]
    with pytest.raises(NotBelieved):
        await watched.desk.engine.showing.view(number, ANNA, "weging")
    assert [one.why for one in (await frozen(watched.desk)).examples] == [FORKED]
    async with watched.oversight.database.reading() as session:
        lines = [one.entry for one in (await session.scalars(select(Audit))).all()]
    assert [(one["action"], one["record"]) for one in lines] == [("a turn came twice", number)], "the FG reads it there"


async def test_a_line_that_comes_late_is_nothing(watched: Watched) -> None:
    """Another replica has another clock, and batches overtake each other."""
    number = await watched.arrived()
    await decided(watched, number)
    async with watched.oversight.database.transaction() as session:
        await session.merge(
            store.Anchor(
                producer="assessment", record=number, turn=2, at=watched.desk.clock.now(), doubtful=True, forked=False
            )
        )
    assert await watched.tells() == [KnownHead(number=number, turn=2)]
    assert (await frozen(watched.desk)).waiting == 0


async def test_a_signal_that_is_gone_is_missed(watched: Watched, postgres: Postgres) -> None:
    number, other = await watched.arrived(), await watched.arrived()
    await watched.trail()
    superuser = postgres.superuser("assessment")
    for table in ROWS:
        await superuser(f"DELETE FROM {table} WHERE number = ANY($1)", [number, other])
    await watched.desk.add(Tombstone(number=other, destroyed_at=watched.desk.clock.now()))
    await watched.tells()
    assert (await frozen(watched.desk)).waiting == 0, "it may be destroyed at this moment"
    watched.oversight.clock.at += TELL_ALL  # type: ignore[attr-defined]
    await watched.tells()
    assert [(one.about["number"], one.why) for one in (await frozen(watched.desk)).examples] == [(number, GONE)]


async def test_what_is_put_back_as_it_was_is_believed_again(watched: Watched, postgres: Postgres) -> None:
    number = await watched.arrived()
    superuser = postgres.superuser("assessment")
    yesterday = await superuser.kept(*ROWS)
    await decided(watched, number)
    today = await superuser.kept(*ROWS)
    await superuser.put_back(yesterday)
    await watched.tells()
    await superuser.put_back(today)
    await watched.desk.engine.showing.view(number, ANNA, "weging")
    await looked_at(watched.desk)
    assert (await frozen(watched.desk)).waiting == 0


async def looked_at(desk: Desk) -> None:
    """What is frozen is looked at again."""
    for row in await desk.rows(FrozenRow):
        await desk.engine.freezer.queue._try(row, desk.engine.freezer.look)


async def refused(desk: Desk, number: str) -> None:
    with pytest.raises(NotBelieved):
        await desk.engine.showing.view(number, ANNA, "weging")


async def test_rows_of_yesterday_that_are_put_back_once_more_stay_frozen(watched: Watched, postgres: Postgres) -> None:
    """Also when the row that says so is deleted with them, and at another replica, which only has that row."""
    number, desk = await watched.arrived(), watched.desk
    superuser = postgres.superuser("assessment")
    yesterday = await superuser.kept(*ROWS)
    await decided(watched, number)
    await superuser.put_back(yesterday)
    await watched.tells()
    await superuser.put_back(yesterday)
    await looked_at(desk)
    assert (await frozen(desk)).count == 1
    await superuser("DELETE FROM frozen")
    await refused(desk, number)
    watched.oversight.clock.at += TELL_ALL  # type: ignore[attr-defined]
    await watched.tells()
    desk.engine.parts.loader.least.clear()
    await refused(desk, number)
    assert [one.why for one in (await frozen(desk)).examples] == [OLD]


async def test_what_was_told_before_is_refused_at_once_when_it_is_put_back(
    watched: Watched, postgres: Postgres
) -> None:
    number = await watched.arrived()
    superuser = postgres.superuser("assessment")
    yesterday = await superuser.kept(*ROWS)
    await decided(watched, number)
    await watched.tells()
    await superuser.put_back(yesterday)
    await refused(watched.desk, number)
    assert len(await told(watched.desk, number, "frozen")) == 1


@pytest.mark.parametrize("wrong", [KnownHead(number="", turn=2_000_000_000), KnownHead(number="", turn=2, forked=True)])
async def test_an_oversight_that_says_too_much_destroys_nothing(watched: Watched, wrong: KnownHead) -> None:
    """It freezes what it names until it says what is true again; the rows stay as they were."""
    number, desk = await watched.arrived(), watched.desk
    await decided(watched, number)
    before = await desk.row(Dossier, number)
    lie = HeadsKnown(heads=(wrong.model_copy(update={"number": number}),))
    await desk.hears(desk.engine.freezer.known, lie, "oversight")
    await refused(desk, number)
    assert (await desk.row(Dossier, number)) == before
    await watched.tells()
    await desk.engine.showing.view(number, ANNA, "weging")
    await looked_at(desk)
    assert (await frozen(desk)).waiting == 0


async def test_a_decision_and_a_notice_at_the_same_moment(watched: Watched) -> None:
    """What is told makes a new head, and no new version: the decision is judged up to twice more, and both stand."""
    desk, number = watched.desk, await watched.arrived()
    copies = Copies(desk.engine)
    notices = [NoticeTold(number=number, subject="S1", version=version, state="open") for version in (1, 2)]

    async def all_told() -> None:
        for one in notices:
            await desk.hears(copies.notice, one, "rights")

    await asyncio.gather(all_told(), desk.decide(number, "weging-2a", "task", fields=TASK))
    loaded = await desk.engine.parts.loader.load(number)
    assert (loaded.notices[0].version, loaded.dossier.version, loaded.dossier.turn) == (2, 2, 4)
