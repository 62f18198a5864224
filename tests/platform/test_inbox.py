"""What was received and could not be handled: kept, shown, tried again, and one of it holds up no other."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from shared.bus.inbox import PATIENT, UNFORESEEN, Handled, Inbox, Incoming
from shared.bus.receipts import Receipted, ReceiptSender
from shared.contracts.common import Received
from shared.contracts.intake import ReportLetter
from shared.contracts.registry import MESSAGES
from shared.database.engine import Database
from shared.database.tables import Tombstone, Unhandled
from shared.errors import CannotSucceed, Overtaken, PartDown
from shared.keys.signing import Verifier
from shared.queue import LONGEST, PARKED_FOR, PATIENCE
from shared.telemetry import Tracing
from tests.parts import stop
from tests.platform.conftest import DatabaseOf
from tests.platform.real import Handed


class Ahead:
    """A clock that a test moves on."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Desk:
    """An inbox of assessment that is delivered reports, which may be unsigned. `handle` is what a test makes of it."""

    def __init__(self, database: Database, traces: Path | None = None) -> None:
        self.database = database
        self.clock = Ahead()
        self.tries: Counter[str] = Counter()
        self.given: list[UUID] = []
        self.wrong: dict[str, Exception] = {}
        nowhere = Receipted(database, self.clock, {}, lambda *_: None, timedelta(), lambda: None)
        verifier = Verifier(Handed({}))
        self.tracing = tracing = Tracing("assessment", str(traces) if traces else None)
        answers, handlers = cast(ReceiptSender, self), {ReportLetter.event: self.handle}
        self.inbox = Inbox("assessment", database, verifier, answers, self.clock, tracing, handlers, nowhere)

    def give(self, producer: str, received: Received) -> None:
        """A receipt."""
        self.given.append(received.message)

    async def handle(self, incoming: Incoming, message: Any) -> Handled:
        self.tries[message.number] += 1
        if message.number in self.wrong:
            raise self.wrong[message.number]

        async def effect(session: Any) -> None:
            session.add(Tombstone(number=f"handled {message.number}", destroyed_at=self.clock.now()))

        return Handled(effect)

    async def deliver(self, number: str, times: int, identifier: UUID | None = None, **more: str) -> UUID:
        identifier = identifier or uuid4()
        body = ReportLetter(number=number, letters=("x",)).model_dump_json().encode()
        headers = {"ce-id": str(identifier), "ce-type": f"nl.meldpunt.{ReportLetter.event}", "ce-to": "assessment"}
        await self.inbox.receive("intake", headers | more, body, times)
        return identifier

    async def handled(self) -> set[str]:
        async with self.database.reading() as session:
            found = (await session.scalars(select(col(Tombstone.number)))).all()
        return {one.removeprefix("handled ") for one in found}

    async def kept(self) -> dict[UUID, Unhandled]:
        async with self.database.reading() as session:
            return {row.id: row for row in await session.scalars(select(Unhandled))}

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.inbox.queue.run(self.inbox.again))
        yield
        await stop(task)


NUMBERS = [f"S-0000{n}-00000" for n in range(8)]


async def test_a_kept_message_that_raises_holds_up_no_other(database_of: DatabaseOf) -> None:
    """Before, the first one whose replay raised ended the round, so that none behind it was ever tried."""
    desk = Desk(await database_of("assessment"))
    bad, *good = NUMBERS
    desk.wrong = {bad: KeyError("nobody foresaw this")} | dict.fromkeys(good, CannotSucceed("not yet"))
    first = await desk.deliver(bad, UNFORESEEN)
    for number in good:
        await desk.deliver(number, 1)
    assert len(await desk.kept()) == len(NUMBERS)
    assert desk.given == []
    desk.wrong = {bad: KeyError("still")}
    desk.clock.ahead += PARKED_FOR[0]
    async with desk.open(), asyncio.timeout(30):
        while await desk.handled() != set(good) or desk.tries[bad] < 2:
            await asyncio.sleep(0.02)
    (left,) = (await desk.kept()).values()
    assert (left.id, left.waits_because) == (first, "KeyError")
    assert left.parked_at is not None
    assert len(desk.given) == len(good), "each has its receipt"


async def test_a_message_of_a_newer_version_waits_for_who_knows_it(
    database_of: DatabaseOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two versions side by side the older takes from the same queue what only the newer can handle."""
    desk = Desk(await database_of("assessment"))
    with monkeypatch.context() as older:
        older.delitem(MESSAGES, ReportLetter.event)
        message = await desk.deliver(NUMBERS[0], 1)
    (kept,) = (await desk.kept()).values()
    assert (kept.id, kept.event, desk.given) == (message, "unknown", [])
    desk.clock.ahead += PARKED_FOR[0]
    async with desk.open(), asyncio.timeout(30):
        while await desk.kept():
            await asyncio.sleep(0.02)
    assert await desk.handled() == {NUMBERS[0]}
    assert desk.given == [message]


async def test_what_waits_for_a_part_goes_back_to_nats_and_after_a_while_is_kept_and_shown(
    database_of: DatabaseOf,
) -> None:
    desk = Desk(await database_of("assessment"))
    number = NUMBERS[0]
    desk.wrong = {number: PartDown("the list has not arrived yet")}
    for times in range(1, PATIENT):
        with contextlib.suppress(PartDown):
            await desk.deliver(number, times)
            raise AssertionError("it is to be delivered again")
    assert await desk.kept() == {}
    one = await desk.deliver(number, PATIENT)
    assert (await desk.kept())[one].parked_at is None
    desk.clock.ahead += PATIENCE
    (example,) = (await desk.inbox.queue.stuck()).examples
    assert (example.id, example.why) == (one, "the list has not arrived yet")
    assert example.about == {"producer": "intake", "event": ReportLetter.event}
    desk.wrong = {}
    desk.clock.ahead += LONGEST
    async with desk.open(), asyncio.timeout(30):
        while await desk.kept():
            await asyncio.sleep(0.02)
    assert await desk.handled() == {number}


async def test_what_is_overtaken_while_it_is_handled_comes_again_and_is_no_mistake(database_of: DatabaseOf) -> None:
    """As often as what waits for a part: it is not put aside as what nobody foresaw."""
    desk = Desk(await database_of("assessment"))
    number = NUMBERS[0]
    desk.wrong = {number: Overtaken()}
    for times in range(1, PATIENT):
        with pytest.raises(Overtaken):
            await desk.deliver(number, times)
    one = await desk.deliver(number, PATIENT)
    assert (await desk.kept())[one].parked_at is None


async def test_a_kept_message_that_is_delivered_again_has_one_effect(database_of: DatabaseOf) -> None:
    desk = Desk(await database_of("assessment"))
    number = NUMBERS[0]
    desk.wrong = {number: CannotSucceed("not yet")}
    one = await desk.deliver(number, 1)
    await desk.deliver(number, 2, one)
    assert list(await desk.kept()) == [one]
    desk.wrong = {}
    await desk.deliver(number, 3, one)
    assert await desk.kept() == {}
    await desk.deliver(number, 4, one)
    assert await desk.handled() == {number}
    assert desk.given == [one, one], "a repeated one gets its receipt again"


async def test_what_nobody_signed_names_no_trace(database_of: DatabaseOf, tmp_path: Path) -> None:
    """Whoever can publish as intake chooses what stands in the header of an unsigned report."""
    desk = Desk(await database_of("assessment"), tmp_path / "traces")
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    await desk.deliver(NUMBERS[0], 1, traceparent=f"00-{trace}-00f067aa0ba902b7-01")
    assert await desk.handled() == {NUMBERS[0]}
    desk.tracing.close()
    written = (tmp_path / "traces").read_text()
    assert "receive report.v1" in written
    assert trace not in written
