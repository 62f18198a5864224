"""What the relay sends again: what is lost, and not what is merely queued at its addressee."""

from __future__ import annotations

import asyncio
from uuid import UUID

from tests.platform.carried import Counting, carrying, left, message, post, receipt, relay_on, soon
from tests.platform.conftest import DatabaseOf

BACKLOG = 5000


async def test_under_a_backlog_what_is_merely_queued_is_not_sent_again(database_of: DatabaseOf) -> None:
    """The addressee needs many times the patience of the sender; before, each message was sent 3.6 times."""
    database = await database_of("intake")
    stream: asyncio.Queue[UUID] = asyncio.Queue()
    publisher = Counting(lambda row: stream.put_nowait(row.id))
    wanted = set(await post(database, [message() for _ in range(BACKLOG)]))
    relay = relay_on(database, publisher, resend=2.0)
    async with carrying(relay) as receipted:
        while await left(database):
            # Some two hundred and fifty a second, in the order in which they came.
            some = [stream.get_nowait() for _ in range(min(50, stream.qsize()))]
            if some:
                await receipt(receipted, *some)
            await asyncio.sleep(0.2)
    assert set(publisher.sent) == wanted
    sends = sum(publisher.sent.values()) / BACKLOG
    print(f"sends per message with {BACKLOG} waiting: {sends:.3f}")
    assert sends <= 1.1


async def test_what_got_lost_is_sent_again_while_others_wait(database_of: DatabaseOf) -> None:
    """One in ten is lost on its way; the others are received one after the other."""
    database = await database_of("intake")
    stream: asyncio.Queue[UUID] = asyncio.Queue()
    rows = [message() for _ in range(100)]
    lost = {row.id for row in rows[::10]}
    publisher = Counting(
        lambda row: stream.put_nowait(row.id) if publisher.sent[row.id] > 1 or row.id not in lost else None
    )
    await post(database, rows)
    async with carrying(relay_on(database, publisher, resend=0.5)) as receipted:
        while await left(database):
            await receipt(receipted, await asyncio.wait_for(stream.get(), 30))
    assert {one for one in lost if publisher.sent[one] > 1} == lost


async def test_everything_comes_again_when_nats_has_lost_everything(database_of: DatabaseOf) -> None:
    """Its stream counts from the beginning: what it had is gone."""
    database = await database_of("intake")
    received: list[UUID] = []
    there = False
    publisher = Counting(lambda row: received.append(row.id) if there else None)
    wanted = set(await post(database, [message() for _ in range(500)]))
    async with carrying(relay_on(database, publisher, resend=2.0)) as receipted:
        await soon(lambda: set(publisher.sent) == wanted)
        there, publisher.seq = True, 0
        while await left(database):
            taken = received.copy()
            received.clear()
            await receipt(receipted, *taken)
            await asyncio.sleep(0.05)
    assert max(publisher.sent.values()) <= 4


async def test_an_addressee_that_is_away_is_asked_by_a_few(database_of: DatabaseOf) -> None:
    database = await database_of("intake")
    publisher = Counting()
    await post(database, [message() for _ in range(500)])
    relay = relay_on(database, publisher, resend=2.0)
    async with carrying(relay):
        await soon(lambda: len(publisher.sent) == 500)
        before = sum(publisher.sent.values())
        await soon(lambda: sum(publisher.sent.values()) > before)
        again = {one for one, times in publisher.sent.items() if times > 1}
    assert len(again) < 250, "the rest waits for the receipts of those that ask"
