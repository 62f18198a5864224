"""How a service asks NATS for messages: one request at a time, and none left behind."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine
from typing import Any

import pytest

from deploy.nats.config import ACK_WAIT_SECONDS, MOST_BYTES
from deploy.tls.identities import SETUP_USER
from shared.bus.nats import PROGRESS_SECONDS, Bus
from shared.patience import within
from shared.turns import Turns
from tests.parts import stop
from tests.platform.carried import message, well
from tests.platform.conftest import BusOf
from tests.platform.real import Handed, Nats

RUNS_OUT = 0.3
LOOKS = 60


async def test_a_request_that_ran_out_leaves_none_behind(nats: Nats) -> None:
    """Two at once, and the client holds a message until the older one runs out: half a minute as configured."""
    password = nats.passwords["retention"]
    handed = Handed({"kv/data/nats/retention": {"data": {"data": {"password": password}}}})
    bus = Bus("retention", [nats.address], handed, Turns(), nats.tls("retention"), pull_seconds=RUNS_OUT)

    async def receive(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        """Nothing is sent."""

    running = asyncio.create_task(bus.run(receive))
    await well(bus)
    setup = await nats.connect(SETUP_USER)
    stream = setup.jetstream()
    waiting = []
    for _ in range(LOOKS):
        info = await stream.consumer_info("ASSESSMENT", "retention")
        waiting.append(info.num_waiting or 0)
        await asyncio.sleep(RUNS_OUT / 10)
    await setup.close()
    await stop(running)
    assert 1 in waiting, "it asks"
    # In the moment in which one runs out the next may be there already; what is left behind stays.
    assert max(min(waiting[n : n + 5]) for n in range(LOOKS - 4)) == 1


async def test_a_whole_dossier_goes_in_one_message(bus_of: BusOf) -> None:
    """One that is larger than the server takes would be sent for ever, and read as a server that is out of reach."""
    came: asyncio.Queue[int] = asyncio.Queue()

    async def receive(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        await came.put(len(body))

    await bus_of("retention", receive)
    sender = await bus_of("casework", receive)
    dossier = bytes(MOST_BYTES - 2**16)
    await sender.publish(message(addressee="retention", event="sealed.v1", body=dossier))
    assert await asyncio.wait_for(came.get(), 30) == len(dossier)


async def test_who_is_stopped_in_a_hurry_asks_no_more(nats: Nats, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that was busy for seconds nothing of stopping was done in its time. Then the connection was closed, and each
    subscriber asked it again without ever waiting: a service that took no request and no signal any more, until it was killed."""
    handed = Handed({"kv/data/nats/retention": {"data": {"data": {"password": nats.passwords["retention"]}}}})
    bus = Bus("retention", [nats.address], handed, Turns(), nats.tls("retention"), pull_seconds=RUNS_OUT)
    real = within
    cut_off: list[asyncio.Future[Any]] = []

    async def in_a_hurry(seconds: float, work: Coroutine[Any, Any, Any]) -> Any:
        if cut_off:
            return await real(seconds, work)
        cut_off.append(asyncio.ensure_future(work))
        cut_off[0].cancel()
        raise TimeoutError

    async def receive(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        """Nothing is sent."""

    running = asyncio.create_task(bus.run(receive))
    await well(bus)
    assert bus._broker is not None
    subscribers = bus._broker.subscribers
    assert all(getattr(each, "tasks", ()) for each in subscribers)
    monkeypatch.setattr("shared.bus.nats.within", in_a_hurry)
    await stop(running)
    assert cut_off
    async with asyncio.timeout(30):
        while [one for each in subscribers for one in getattr(each, "tasks", ()) if not one.done()]:
            await asyncio.sleep(RUNS_OUT)


async def test_what_is_led_is_asked_for_while_others_are_still_elected(
    nats: Nats, bus_of: BusOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each consumer elects for itself, for seconds: the last of nine would hold up all."""
    handed = Handed({"kv/data/nats/retention": {"data": {"data": {"password": nats.passwords["retention"]}}}})
    bus = Bus("retention", [nats.address], handed, Turns(), nats.tls("retention"))
    came: asyncio.Queue[str] = asyncio.Queue()
    elected, leads = asyncio.Event(), bus._is_led

    async def is_led(producer: str, seconds: float) -> bool:
        if producer == "assessment" and not elected.is_set():
            bus.problem = "elects"
            return False
        return await leads(producer, seconds)

    async def receive(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        await came.put(producer)

    monkeypatch.setattr(bus, "_is_led", is_led)
    running = asyncio.create_task(bus.run(receive))
    senders = {name: await bus_of(name, receive) for name in ("casework", "assessment")}
    for sender in senders.values():
        await sender.publish(message(addressee="retention", event="sealed.v1", body=b"x"))
    async with asyncio.timeout(30):
        assert await came.get() == "casework"
        assert bus.problem == "elects", "and it shows"
        elected.set()
        assert await came.get() == "assessment"
        while bus.problem is not None:
            await asyncio.sleep(0.05)
    await stop(running)


async def test_where_nobody_leads_a_consumer_it_is_not_asked_without_a_pause(
    nats: Nats, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That nobody does is said at once, and FastStream asks again at once: all that a busy machine has."""
    pause = 0.3
    monkeypatch.setattr("shared.bus.pulling.PULLED_AGAIN_SECONDS", pause)
    handed = Handed({"kv/data/nats/retention": {"data": {"data": {"password": nats.passwords["retention"]}}}})
    bus = Bus("retention", [nats.address], handed, Turns(), nats.tls("retention"), pull_seconds=RUNS_OUT)

    async def receive(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        """Nothing is sent."""

    running = asyncio.create_task(bus.run(receive))
    await well(bus)
    assert bus._broker is not None
    asked: list[float] = []
    one = next(one for one in bus._broker.subscribers if "casework" in str(one.subject.template))  # type: ignore[attr-defined]
    fetch = one.subscription._subscription.fetch  # type: ignore[attr-defined]

    async def counted(**how: Any) -> Any:
        asked.append(asyncio.get_running_loop().time())
        return await fetch(**how)

    one.subscription._subscription.fetch = counted  # type: ignore[attr-defined]
    setup = await nats.connect(SETUP_USER)
    stream = setup.jetstream()
    known = (await stream.consumer_info("CASEWORK", "retention")).config
    await stream.delete_consumer("CASEWORK", "retention")
    async with asyncio.timeout(30):
        while len(asked) < 6:
            await asyncio.sleep(0.05)
    await stream.add_consumer("CASEWORK", known)
    await setup.close()
    await stop(running)
    # The first may have been asked while there was one still.
    assert min(later - earlier for earlier, later in itertools.pairwise(asked[2:])) >= pause * 0.9


async def test_what_is_in_work_is_given_to_no_other_process(nats: Nats, bus_of: BusOf) -> None:
    """It takes three times as long as NATS waits without a word; without one it would come again, here or elsewhere."""
    handed = Handed({"kv/data/nats/retention": {"data": {"data": {"password": nats.passwords["retention"]}}}})
    setup = await nats.connect(SETUP_USER)
    stream = setup.jetstream()
    known = (await stream.consumer_info("CASEWORK", "retention")).config
    known.ack_wait = 3
    await stream.add_consumer("CASEWORK", known)
    came: list[int] = []

    async def works(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        came.append(delivered)
        await asyncio.sleep(9)

    running = []
    for _ in range(2):
        bus = Bus("retention", [nats.address], handed, Turns(), nats.tls("retention"), progress_seconds=0.3)
        running.append(asyncio.create_task(bus.run(works)))
        await bus.connected()
    sender = await bus_of("casework", works)
    await sender.publish(message(addressee="retention", event="sealed.v1", body=b"x"))
    async with asyncio.timeout(60):
        left = await stream.consumer_info("CASEWORK", "retention")
        while not came or left.num_ack_pending or left.num_pending:
            await asyncio.sleep(0.2)
            left = await stream.consumer_info("CASEWORK", "retention")
    await setup.close()
    await stop(*running)
    assert came == [1]


async def test_whom_nobody_leads_for_long_goes_to_another_server(nats: Nats, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that lost the others answers a ping for ever, and knows of no leader; the next connection may be to another."""
    monkeypatch.setattr("shared.bus.nats.ELECTED_SECONDS", 0.05)
    monkeypatch.setattr("shared.bus.nats.ELECTING_SECONDS", 1)
    handed = Handed({"kv/data/nats/retention": {"data": {"data": {"password": nats.passwords["retention"]}}}})
    bus = Bus("retention", [nats.address], handed, Turns(), nats.tls("retention"))

    async def receive(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        """Nothing is sent."""

    running = asyncio.create_task(bus.run(receive))
    await well(bus)
    first, leads = bus._broker, bus._is_led

    async def is_led(producer: str, seconds: float) -> bool:
        return bus._broker is not first and await leads(producer, seconds)

    monkeypatch.setattr(bus, "_is_led", is_led)
    bus._doubted.set()
    async with asyncio.timeout(30):
        while bus._broker is first:
            await asyncio.sleep(0.05)
    await well(bus)
    await stop(running)


def test_nats_waits_for_several_words() -> None:
    """So that one that is late costs nothing, and a process that died holds a message for less than a minute."""
    assert 3 * PROGRESS_SECONDS < ACK_WAIT_SECONDS < 60
