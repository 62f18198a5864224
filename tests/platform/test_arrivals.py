"""What arrives has its effect once, or waits in the open; on real parts, without a service around it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.inbox import UNFORESEEN, Handled, Handler, Inbox, Incoming
from shared.bus.nats import Bus
from shared.bus.post import STATEMENT, claims_of
from shared.bus.receipts import Receipted, ReceiptSender
from shared.bus.relay import Relay
from shared.contracts.common import Received
from shared.contracts.rights import NoticeTold
from shared.database.tables import Outgoing, Unhandled
from shared.errors import PartDown
from shared.keys.signing import CERTIFICATE_DAYS, Signer
from shared.service.platform import Platform
from tests.parts import stop
from tests.platform.conftest import BusOf, PlatformOf
from tests.platform.desk import MovedClock

NUMBER = "S-00000-00000"


class Given(ReceiptSender):
    """Receipts that would be sent."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform.post, platform.bus)
        self.given: list[Received] = []

    def give(self, producer: str, received: Received) -> None:
        self.given.append(received)


@dataclass
class Receiving:
    """Assessment's inbox, with a handler of the test's own; what rights sends it."""

    platform: Platform
    sender: Platform
    inbox: Inbox
    answers: Given
    handle: list[Handler] = field(default_factory=list)

    def message(self, subject: str = "S1") -> Outgoing:
        return self.sender.post.envelope(
            "assessment", NoticeTold(number=NUMBER, subject=subject, version=1, state="met")
        )

    async def deliver(self, message: Outgoing, delivered: int = 1, producer: str = "rights") -> None:
        assert message.body is not None
        await self.inbox.receive(producer, message.headers, message.body, delivered)

    async def effects(self, *messages: Outgoing) -> int:
        ids = [str(one.id) for one in messages]
        async with self.platform.database.reading() as session:
            query = text("SELECT count(*) FROM tombstone WHERE split_part(number, ' ', 1) = ANY(:ids)")
            return int((await session.execute(query, {"ids": ids})).scalar_one())

    async def kept(self, message: Outgoing) -> Unhandled | None:
        async with self.platform.database.reading() as session:
            return (await session.scalars(select(Unhandled).where(col(Unhandled.id) == message.id))).first()


async def note(session: AsyncSession, identifier: UUID) -> None:
    """An effect that cannot be had twice unnoticed: it has no key of its own but the turn."""
    statement = "INSERT INTO tombstone VALUES (:turn, now())"
    await session.execute(text(statement), {"turn": f"{identifier} {uuid4().hex}"})


async def noted(incoming: Incoming, message: Any) -> Handled:
    return Handled(lambda session: note(session, incoming.id), word="the word inside")


def inbox_of(
    platform: Platform, answers: ReceiptSender, handlers: dict[str, Handler], relay: Relay | None = None
) -> Inbox:
    receipted = Receipted(
        platform.database,
        platform.clock,
        {},
        relay.heard.receipt if relay else lambda _to, _id: None,
        timedelta(0),
        lambda: None,
    )
    return Inbox(
        platform.name,
        platform.database,
        platform.verifier,
        answers,
        platform.clock,
        platform.tracing,
        handlers,
        receipted,
    )


@pytest.fixture
async def receiving(platform_of: PlatformOf) -> Receiving:
    platform, sender = await platform_of("assessment"), await platform_of("rights")
    answers = Given(platform)
    handle: list[Handler] = [noted]

    async def notice(incoming: Incoming, message: Any) -> Handled:
        return await handle[-1](incoming, message)

    return Receiving(platform, sender, inbox_of(platform, answers, {NoticeTold.event: notice}), answers, handle)


async def test_a_message_has_its_effect_once_and_its_receipt_each_time(receiving: Receiving) -> None:
    message = receiving.message()
    await asyncio.gather(*(receiving.deliver(message) for _ in range(8)))
    await receiving.deliver(message)
    assert await receiving.effects(message) == 1
    assert [one.word for one in receiving.answers.given] == ["the word inside"] * 9


async def test_two_replicas_have_one_effect(receiving: Receiving, platform_of: PlatformOf) -> None:
    twin = await platform_of("assessment")
    other = inbox_of(twin, receiving.answers, {NoticeTold.event: noted})
    messages = [receiving.message() for _ in range(10)]
    await asyncio.gather(
        *(receiving.deliver(one) for one in messages),
        *(other.receive("rights", one.headers, one.body or b"", 1) for one in messages),
    )
    assert await receiving.effects(*messages) == len(messages)
    assert await receiving.kept(messages[0]) is None


async def test_what_fails_fails_alone(receiving: Receiving) -> None:
    """Messages that come together are committed together; one that nobody foresaw takes none with it."""
    bad, *good = (receiving.message() for _ in range(12))

    async def one_raises(incoming: Incoming, message: Any) -> Handled:
        async def effect(session: AsyncSession) -> None:
            await note(session, incoming.id)
            if incoming.id == bad.id:
                raise KeyError("content that no log may have")

        return Handled(effect)

    receiving.handle.append(one_raises)
    found = await asyncio.gather(*(receiving.deliver(one) for one in (bad, *good)), return_exceptions=True)
    assert [type(one) for one in found] == [KeyError, *[type(None)] * len(good)]
    assert await receiving.effects(*good) == len(good)
    assert await receiving.effects(bad) == 0
    # The last time it is kept, so that it holds up nothing behind it.
    await receiving.deliver(bad, UNFORESEEN)
    kept = await receiving.kept(bad)
    assert kept is not None
    assert (kept.waits_because, kept.parked_at is None) == ("KeyError", False)


@pytest.mark.parametrize("wrong", ["body", "id", "to", "nobody", "another", "unsigned", "producer", "deep", "trace"])
async def test_what_its_producer_did_not_sign_has_no_effect_and_is_kept(
    receiving: Receiving, platform_of: PlatformOf, wrong: str
) -> None:
    message = receiving.message()
    producer = "rights"
    if wrong == "body":
        message.body = receiving.message(subject="S2").body
    if wrong == "id":
        message.id = uuid4()
        message.headers["ce-id"] = str(message.id)
    if wrong == "to":
        message.headers["ce-to"] = "casework"
    if wrong == "nobody":
        message.headers["meldpunt-signature"] = "a.b.c"
    if wrong == "unsigned":
        del message.headers["meldpunt-signature"]
    if wrong == "another":
        retention = await platform_of("retention")
        claims = claims_of(message.headers, message.body or b"")
        message.headers["meldpunt-signature"] = retention.signer.sign(STATEMENT, claims)
    if wrong == "trace":
        message.headers["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    if wrong == "producer":
        producer = "intake"
    if wrong == "deep":
        message.body = b'{"number":' + b"[" * 100_000
    await receiving.deliver(message, producer=producer)
    assert await receiving.effects(message) == 0
    assert receiving.answers.given == []
    kept = await receiving.kept(message)
    assert kept is not None
    assert kept.parked_at is not None


@pytest.mark.parametrize("days", [CERTIFICATE_DAYS + 1, 365])
async def test_what_was_signed_long_ago_has_no_effect_and_is_kept(receiving: Receiving, days: int) -> None:
    """By then it is forgotten that it was handled: what somebody recorded from the bus could be said again."""
    then = MovedClock()
    then.at -= timedelta(days=days)
    signer = Signer("rights", receiving.sender.bao, then)
    await signer.certify()
    message = receiving.message()
    claims = claims_of(message.headers, message.body or b"")
    message.headers["meldpunt-signature"] = signer.sign(STATEMENT, claims)
    await receiving.deliver(message)
    assert await receiving.effects(message) == 0
    assert receiving.answers.given == []
    (shown,) = (await receiving.inbox.queue.stuck()).examples
    assert (shown.id, shown.parked) == (message.id, True)
    assert "older" in shown.why


async def test_a_database_that_goes_away_half_way_leaves_nothing(receiving: Receiving) -> None:
    async def cut(incoming: Incoming, message: Any) -> Handled:
        async def effect(session: AsyncSession) -> None:
            await note(session, incoming.id)
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        return Handled(effect)

    message = receiving.message()
    receiving.handle.append(cut)
    with pytest.raises(PartDown):
        await receiving.deliver(message)
    assert receiving.answers.given == []
    receiving.handle.pop()
    await receiving.deliver(message)
    assert await receiving.effects(message) == 1


async def test_nothing_about_a_destroyed_signal_is_accepted(receiving: Receiving) -> None:
    async with receiving.platform.database.transaction() as session:
        await session.execute(text("INSERT INTO tombstone VALUES (:number, now())"), {"number": NUMBER})
    message = receiving.message()
    await receiving.deliver(message)
    assert await receiving.effects(message) == 0
    kept = await receiving.kept(message)
    assert kept is not None
    assert "destroyed" in (kept.waits_because or "")


# --- the whole road -------------------------------------------------------------------------------------------------


async def test_from_the_outbox_over_the_bus_to_the_receipt(bus_of: BusOf, platform_of: PlatformOf) -> None:
    """Kept until the receipt, and with it gone: the sender's rows are the only thing that says what is under way."""
    sender, receiver = await platform_of("rights"), await platform_of("assessment")
    inboxes: dict[str, Inbox] = {}

    async def bus(service: str) -> Bus:
        async def receive(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
            await inboxes[service].receive(producer, headers, body, delivered)

        return await bus_of(service, receive)

    there, back = await bus("rights"), await bus("assessment")
    relay = Relay("rights", sender.database, sender.bao, there, sender.verifier, sender.clock, sender.tracing, 20.0)
    answers = ReceiptSender(receiver.post, back)
    inboxes["rights"] = inbox_of(sender, Given(sender), {}, relay)
    inboxes["assessment"] = inbox_of(receiver, answers, {NoticeTold.event: noted})
    messages = [
        sender.post.envelope("assessment", NoticeTold(number=NUMBER, subject=f"S{n}", version=1, state="met"))
        for n in range(50)
    ]
    async with sender.database.transaction() as session:
        sender.post.send(session, *messages)

    async def count(platform: Platform, table: str) -> int:
        async with platform.database.reading() as session:
            return int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())

    assert await count(sender, "outgoing") == len(messages)
    tasks = [asyncio.create_task(relay.queue.run(relay.carry)), asyncio.create_task(answers.run())]
    async with asyncio.timeout(120):
        while await count(sender, "outgoing"):
            await asyncio.sleep(0.05)
    await stop(*tasks)
    assert await count(receiver, "tombstone") == len(messages)
    assert await count(receiver, "inbox") == len(messages)
