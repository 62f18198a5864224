"""What nothing is left of is declared, each signal on its own and all together; what cannot be shows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.retention.domain import PARTS, parts_to_go
from services.retention.settings import Settings
from services.retention.tables import (
    Carrier,
    Declaration,
    DestructionPart,
    Letterbox,
    SealedSignal,
    SignalKey,
    ToDeclare,
)
from services.retention.use_cases.compaction import Compactions
from services.retention.use_cases.declare import Declarations
from services.retention.use_cases.destroy import Destruction
from services.retention.use_cases.finish import Finishing
from shared import tombstones
from shared.bus.inbox import Incoming
from shared.contracts.common import KeysReleased, Released
from shared.contracts.retention import Destroyed, RotateLetterbox
from shared.database.tables import Outgoing
from shared.engine.head import vouch_for
from shared.errors import CannotSucceed
from shared.keys.letters import new_kid
from shared.protocol.model import State
from shared.queue import PARKED_FOR
from shared.service.platform import Platform
from tests.platform.conftest import PlatformOf
from tests.platform.desk import VERSION, MovedClock
from tests.platform.real import Postgres
from tests.platform.test_declaration import WHOLE


@dataclass
class Ending:
    """Retention with approved signals of which every part is gone: number to the version of the protocol."""

    platform: Platform
    finishing: Finishing
    clock: MovedClock

    @classmethod
    async def of(cls, platform: Platform, numbers: dict[str, str], **more: Any) -> Ending:
        platform.clock = clock = MovedClock()
        platform.settings.tombstones.mkdir(parents=True, exist_ok=True)
        settings = Settings(**platform.settings.model_dump())
        now = clock.now()
        async with platform.database.transaction() as session:
            for number, protocol in numbers.items():
                known = ("phase", "ending", "article", "received_on", "decided_on")
                values: dict[str, Any] = {
                    "staying": [],
                    "approver": "7c0f0c9e",
                    "approved_at": now,
                    **{name: getattr(WHOLE, name) for name in known},
                    **more,
                }
                signal = SealedSignal(
                    number=number,
                    protocol=protocol,
                    version=5,
                    state=State.APPROVED,
                    ends_on=WHOLE.kept_until,
                    decisions=[],
                    sealed_at=now,
                    **values,
                )
                session.add(await vouch_for(platform.mac, signal))
                for part in parts_to_go(for_a_hold=False):
                    done = DestructionPart(number=number, part=part, done_at=now)
                    session.add(await vouch_for(platform.mac, done))
        finishing = Finishing(platform, Declarations(platform, settings), Compactions(platform, settings))
        return cls(platform, finishing, clock)

    async def goes_on(self) -> None:
        """What is gone is found, and declared as a service does."""
        await self.finishing.look()
        await self.declare()

    async def declare(self) -> None:
        rows = await self.finishing.queue.claim()
        await asyncio.gather(*(self.finishing.queue._try(row, self.finishing.declare) for row in rows))

    async def all(self, column: Any) -> set[Any]:
        async with self.platform.database.reading() as session:
            return set((await session.scalars(select(column))).all())

    async def declared(self) -> set[Any]:
        return await self.all(col(Declaration.number))


ONE, TWO, THREE = (f"S-00000-0000{n}" for n in (1, 2, 3))


async def test_what_cannot_be_declared_holds_up_no_other_and_shows(platform_of: PlatformOf) -> None:
    """A signal whose protocol is not known here any more stays an open destruction until its file is back."""
    numbers = {ONE: VERSION, TWO: "nergens-1999", THREE: VERSION}
    ending = await Ending.of(await platform_of("retention"), numbers)
    await ending.goes_on()
    assert await ending.declared() == {ONE, THREE}
    assert await ending.all(col(SealedSignal.number)) == {TWO}
    stuck = await ending.finishing.queue.stuck()
    (row,) = stuck.examples
    assert (row.about, row.parked, row.why) == (
        {"number": TWO},
        True,
        "protocol version nergens-1999 is not known here",
    )
    assert "protocol" in stuck.remedy
    async with ending.platform.database.transaction() as session:
        signal = await session.get_one(SealedSignal, TWO)
        signal.protocol = VERSION
        await vouch_for(ending.platform.mac, signal)
    await ending.goes_on()
    assert await ending.declared() == {ONE, THREE}, "it is tried slowly"
    ending.clock.pass_by(PARKED_FOR[0].total_seconds() + 1)
    await ending.goes_on()
    assert await ending.declared() == {ONE, TWO, THREE}
    assert await ending.all(col(ToDeclare.number)) == set()


async def test_what_is_declared_together_costs_what_one_costs(platform_of: PlatformOf) -> None:
    numbers = {f"S-00000-{n:05}": VERSION for n in range(60)}
    ending = await Ending.of(await platform_of("retention"), numbers)
    await ending.goes_on()
    assert await ending.declared() == set(numbers)
    told = await ending.all(col(Outgoing.event))
    assert told == {Destroyed.event}
    assert len(await ending.all(col(Outgoing.id))) == len(PARTS), "one message to each, for all of them"


async def test_what_is_left_of_a_signal_keeps_it_from_being_declared(platform_of: PlatformOf) -> None:
    ending = await Ending.of(await platform_of("retention"), {ONE: VERSION, TWO: VERSION, THREE: VERSION})
    kid = new_kid("intake", date(2026, 11, 25))
    async with ending.platform.database.transaction() as session:
        session.add(SignalKey(mount="room-signal", key="k", number=ONE))
        for box in ("altered", kid):
            session.add_all([Letterbox(kid=box, finished_by=[]), Carrier(number=TWO, kid=box)])
    with pytest.raises(CannotSucceed, match="no letterbox has"):
        await ending.goes_on()
    await ending.declare()
    assert await ending.declared() == {THREE}
    assert (await ending.finishing.queue.stuck()).waiting == 0, "they are open, and wait for others"
    async with ending.platform.database.reading() as session:
        (told,) = (await session.scalars(select(Outgoing).where(col(Outgoing.event) == RotateLetterbox.event))).all()
    assert told.addressee == "intake"
    async with ending.platform.database.transaction() as session:
        (await session.get_one(SignalKey, ("room-signal", "k"))).destroyed_at = ending.clock.now()
        for box in ("altered", kid):
            (await session.get_one(Letterbox, box)).destroyed_at = ending.clock.now()
    await ending.goes_on()
    assert await ending.declared() == {ONE, TWO, THREE}


async def test_what_a_hold_keeps_is_declared_in_part_and_waits_no_longer(platform_of: PlatformOf) -> None:
    item = {"archive": "archive-signal", "key": "k", "item": "report", "version": 1, "ciphertext": "vault:v1:x"}
    ending = await Ending.of(await platform_of("retention"), {ONE: VERSION}, staying=["report"], dossier=[item])
    for _ in range(2):
        await ending.goes_on()
    assert await ending.declared() == {ONE}
    assert await ending.all(col(ToDeclare.number)) == set()
    async with ending.platform.database.reading() as session:
        row = await session.get_one(SealedSignal, ONE)
    assert (row.state, row.reduced) == ("sealed", True)


@pytest.mark.refused("R-9.15")
async def test_a_part_that_did_not_say_so_itself_has_not_deleted_anything(
    platform_of: PlatformOf, postgres: Postgres
) -> None:
    """Who writes rows has nothing declared that stands in a room still; what the part says afterwards counts."""
    platform = await platform_of("retention")
    ending = await Ending.of(platform, {ONE: VERSION, TWO: VERSION})
    superuser = postgres.superuser("retention")
    await superuser("DELETE FROM destruction_part WHERE number = $1 AND part = 'casework'", ONE)
    await superuser(
        "INSERT INTO destruction_part SELECT $1, part, done_at, mac FROM destruction_part"
        " WHERE number = $2 AND part = 'casework'",
        ONE,
        TWO,
    )
    await ending.goes_on()
    assert await ending.declared() == {TWO}
    (stuck,) = (await ending.finishing.queue.stuck()).examples
    assert (stuck.about, stuck.parked) == ({"number": ONE}, True)
    destruction = Destruction(platform, Compactions(platform, Settings(**platform.settings.model_dump())))
    said = KeysReleased(released=(Released(number=ONE, keys=(), rows_gone=True),))
    handled = await destruction.released(Incoming(uuid4(), "casework", signed=True), said)
    await platform.database.together(handled.effect)
    ending.clock.pass_by(PARKED_FOR[0].total_seconds() + 1)
    await ending.goes_on()
    assert await ending.declared() == {ONE, TWO}


async def test_a_tombstone_that_cannot_be_written_is_kept_and_shows(platform_of: PlatformOf) -> None:
    """The database has it and the file has not: a restore would bring the signal back."""
    ending = await Ending.of(await platform_of("retention"), {ONE: VERSION})
    folder, finishing = ending.platform.settings.tombstones, ending.finishing
    folder.rename(away := folder.with_name("away"))
    await ending.goes_on()
    assert await ending.declared() == {ONE}
    await finishing.tombstones.once()
    ending.clock.pass_by(60)
    assert [row.why for row in finishing.tombstones.stuck().examples] == ["FileNotFoundError"]
    away.rename(folder)
    await finishing.tombstones.once()
    assert set(tombstones.read(folder)) == {ONE}
    assert finishing.tombstones.stuck().count == 0


async def test_what_a_crash_left_unwritten_is_written_by_the_next_process(platform_of: PlatformOf) -> None:
    ending = await Ending.of(await platform_of("retention"), {ONE: VERSION})
    await ending.goes_on()
    folder = ending.platform.settings.tombstones
    assert tombstones.read(folder) == {}
    await tombstones.Unwritten(ending.platform.database, ending.platform.bao, folder, "retention-2").write()
    assert set(tombstones.read(folder)) == {ONE}
