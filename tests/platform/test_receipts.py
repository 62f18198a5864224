"""Receipts of one moment leave as one message per sender, none is lost to another's trouble; what they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.post import Post
from shared.bus.receipts import BATCH_SIZE, Receipted, ReceiptSender
from shared.clock import SystemClock
from shared.contracts.common import Receipts, Received
from shared.database.tables import Outgoing
from shared.errors import CannotSucceed, PartDown
from shared.keys.sealing import hash_of
from tests.parts import stop
from tests.platform.conftest import DatabaseOf
from tests.platform.heard import Heard
from tests.platform.real import RealParts
from tests.security.attacker import NoSigner


class Stream:
    """What a service published; `away` and `refuses` as the bus and one subject would be."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, set[UUID]]] = []
        self.away = asyncio.Event()
        self.asked = asyncio.Event()
        self.refuses: str | None = None

    async def connected(self) -> None:
        self.asked.set()
        if self.away.is_set():
            raise PartDown("away")

    async def publish(self, message: Outgoing) -> int:
        if message.addressee == self.refuses:
            raise PartDown("refused")
        assert message.body is not None
        received = Receipts.model_validate_json(message.body).received
        self.sent.append((message.addressee, {one.message for one in received}))
        return len(self.sent)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.sent) < count:
                await asyncio.sleep(0.01)


@pytest.fixture
async def stream() -> Stream:
    return Stream()


@pytest.fixture
async def answers(stream: Stream) -> AsyncIterator[ReceiptSender]:
    post = Post("oversight", NoSigner("oversight"), SystemClock(), "0" * 20)  # type: ignore[arg-type]
    found = ReceiptSender(post, stream)
    running = asyncio.create_task(found.run())
    yield found
    await stop(running)


def give(answers: ReceiptSender, producer: str, count: int) -> set[UUID]:
    ids = {uuid4() for _ in range(count)}
    for one in ids:
        answers.give(producer, Received(message=one, of="audited.v1"))
    return ids


async def test_those_of_one_moment_leave_together(answers: ReceiptSender, stream: Stream) -> None:
    wanted = give(answers, "assessment", 3)
    others = give(answers, "sources", 1)
    await asyncio.sleep(0)
    wanted |= give(answers, "assessment", 2)
    await stream.until(2)
    assert dict(stream.sent) == {"assessment": wanted, "sources": others}
    assert len(stream.sent) == 2


async def test_many_leave_in_several_messages(answers: ReceiptSender, stream: Stream) -> None:
    wanted = give(answers, "assessment", BATCH_SIZE + 1)
    await stream.until(2)
    assert sorted(len(ids) for _, ids in stream.sent) == [1, BATCH_SIZE]
    assert set().union(*(ids for _, ids in stream.sent)) == wanted


async def test_a_bus_that_is_away_is_waited_for(answers: ReceiptSender, stream: Stream) -> None:
    stream.away.set()
    wanted = give(answers, "assessment", 2)
    async with asyncio.timeout(60):
        await stream.asked.wait()
    assert stream.sent == []
    wanted |= give(answers, "assessment", 1)
    stream.away.clear()
    await stream.until(1)
    assert stream.sent == [("assessment", wanted)]


async def test_one_that_cannot_be_sent_holds_up_no_other(answers: ReceiptSender, stream: Stream) -> None:
    stream.refuses = "assessment"
    give(answers, "assessment", 1)
    wanted = give(answers, "sources", 1)
    await stream.until(1)
    assert stream.sent == [("sources", wanted)]


def row(**more: Any) -> Outgoing:
    now = datetime.now(UTC)
    facts: dict[str, Any] = {
        "id": uuid4(),
        "addressee": "oversight",
        "event": "audited.v1",
        "headers": {},
        "body": b"{}",
    }
    return Outgoing(**facts | {"created_at": now, "next_at": now} | more)


def receipts(*given: tuple[Outgoing, str | None]) -> Receipts:
    return Receipts(received=tuple(Received(message=one.id, of=one.event, word=word) for one, word in given))


async def test_what_is_rightly_named_ends_in_one_statement(database_of: DatabaseOf, parts: RealParts) -> None:
    database = await database_of("retention")
    heard = await Heard.of(parts, database)
    receipted = Receipted(database, SystemClock(), {}, lambda *_: None, timedelta(), lambda: None)
    plain, letter, other = row(), row(event="decided.v1", word_hash=hash_of("woord")), row()
    async with database.transaction() as session:
        session.add_all([plain, letter, other])
    message = receipts((plain, None), (letter, "woord"))
    # Once before: a new connection asks for the types that it does not know.
    await receipted.end("oversight", receipts((row(), None)), {}, b"")
    found = await heard.during(lambda: receipted.end("oversight", message, {}, b""))
    assert [one[:6].rstrip(";") for one in found] == ["BEGIN", "DELETE", "COMMIT"]
    async with database.reading() as session:
        assert (await session.scalars(select(col(Outgoing.id)))).all() == [other.id]
    await receipted.end("oversight", message, {}, b"")


async def test_what_is_wrongly_named_stays_and_the_rest_ends(database_of: DatabaseOf) -> None:
    database = await database_of("retention")
    seen: list[UUID] = []

    async def hook(session: AsyncSession, one: Outgoing) -> None:
        seen.append(one.id)

    receipted = Receipted(database, SystemClock(), {"approved.v1": hook}, lambda *_: None, timedelta(), lambda: None)
    wrong_word, elsewhere = row(word_hash=hash_of("woord")), row(addressee="sources")
    locked, hooked, plain = row(lock_mount="room-signal", lock_key="k"), row(event="approved.v1"), row()
    async with database.transaction() as session:
        session.add_all([wrong_word, elsewhere, locked, hooked, plain])
    message = receipts((wrong_word, "geraden"), (elsewhere, None), (locked, None), (hooked, None), (plain, None))
    with pytest.raises(CannotSucceed):
        await receipted.end("oversight", message, {"ce-id": "x"}, b"proof")
    async with database.reading() as session:
        left = {one.id: one for one in await session.scalars(select(Outgoing))}
    assert set(left) == {wrong_word.id, elsewhere.id, locked.id}
    assert seen == [hooked.id]
    assert left[locked.id].receipted_at is not None
    assert (left[locked.id].receipt or {})["body"] == "proof"
    assert left[wrong_word.id].receipted_at is None
