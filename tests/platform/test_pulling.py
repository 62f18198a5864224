"""How a service asks NATS for messages: one request at a time, and none left behind."""

from __future__ import annotations

import asyncio
import contextlib

from deploy.nats.config import MOST_BYTES
from deploy.tls.identities import SETUP_USER
from shared.bus.nats import Bus
from shared.turns import Turns
from tests.platform.carried import message
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
    await bus.connected()
    setup = await nats.connect(SETUP_USER)
    stream = setup.jetstream()
    waiting = set()
    for _ in range(LOOKS):
        info = await stream.consumer_info("ASSESSMENT", "retention")
        waiting.add(info.num_waiting or 0)
        await asyncio.sleep(RUNS_OUT / 10)
    await setup.close()
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert 1 in waiting, "it asks"
    assert max(waiting) == 1


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
