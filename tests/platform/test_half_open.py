"""A network that loses the way: what was sent is taken and never answered. Nobody may wait for that for ever."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog.testing
from sqlalchemy import text

from deploy.cluster import wires
from deploy.cluster.wires import serve
from shared.bus.nats import Bus
from shared.database import engine
from shared.database.engine import Database
from shared.errors import PartDown
from shared.turns import Turns
from tests.parts import stop
from tests.platform.carried import message, well
from tests.platform.real import HERE, Handed, Nats, Postgres
from tests.platform.test_failover import on
from tests.ports import own_port

EDGE = "who.whom"


@contextlib.asynccontextmanager
async def wired(target: int, folder: Path) -> AsyncIterator[tuple[int, Path]]:
    """The port of a wire to `target`, and the file that cuts it."""
    listen = own_port()
    serving = asyncio.create_task(serve({str(listen): {"target": target, "edge": EDGE}}, folder))
    await asyncio.sleep(0.05)
    yield listen, folder / EDGE
    await stop(serving)
    await asyncio.sleep(0.05)


async def test_a_statement_that_is_never_answered_is_an_outage(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for a commit; and what was open goes with it, so that the next finds a connection that answers."""
    monkeypatch.setattr(engine, "STATEMENT_SECONDS", 3.0)
    monkeypatch.setattr(engine, "REACHED_SECONDS", 1.0)
    await postgres.fresh("assessment")
    async with wired(postgres.port, tmp_path) as (port, file):
        await a_cut_is_an_outage(await on(postgres, (HERE, port)), file)


async def test_what_answers_another_meanwhile_is_there_however_slow_it_is(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "REACHED_SECONDS", 3.0)
    monkeypatch.setattr(wires, "DELAY_SECONDS", 0.6)
    await postgres.fresh("assessment")
    async with wired(postgres.port, tmp_path) as (port, file):
        database = await on(postgres, (HERE, port))
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))
            file.write_text("delayed")
            await asyncio.sleep(0.2)

            async def works() -> None:
                while True:
                    await session.execute(text("SELECT 1"))

            # The only connection that there is: who asks whether anybody is there has to make another, which takes longer.
            working = asyncio.create_task(works())
            assert await database.reachable()
            file.write_text("swallowed")
            await asyncio.sleep(0.2)
            assert not await database.reachable(), "the control: nothing answers anybody"
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError, PartDown):
                await working
            await session.invalidate()
        await database.engine.dispose()


async def a_cut_is_an_outage(database: Database, file: Path) -> None:
    async with database.transaction() as session:
        await session.execute(text("SELECT 1"))

    async def begun_before() -> None:
        async with database.transaction() as session:
            await session.execute(text("UPDATE inbox SET producer = producer"))
            file.write_text("swallowed")
            await asyncio.sleep(0.2)

    async def begun_meanwhile() -> None:
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))

    for work in (begun_before, begun_meanwhile):
        with pytest.raises(PartDown):
            async with asyncio.timeout(30):
                await work()
    # Who waits for a connection, or for its statement, is told later than this.
    async with asyncio.timeout(2.9):
        assert not await database.reachable(), "who operates it is told at once"
    file.unlink()
    await asyncio.sleep(0.2)
    async with asyncio.timeout(30), database.reading() as session:
        assert (await session.execute(text("SELECT 1"))).scalar_one() == 1
    await database.engine.dispose()


async def test_a_message_that_is_never_taken_has_the_bus_look_whether_anybody_is_there(
    nats: Nats, tmp_path: Path
) -> None:
    """At once, and not when it would have looked anyway; it connects anew as soon as it can."""
    handed = Handed({"kv/data/nats/casework": {"data": {"data": {"password": nats.passwords["casework"]}}}})
    target = int(nats.address.rpartition(":")[2])

    async def receive(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        """Nothing is looked at."""

    async with wired(target, tmp_path) as (port, file):
        bus = Bus("casework", [f"tls://{HERE}:{port}"], handed, Turns(), nats.tls("casework"))
        running = asyncio.create_task(bus.run(receive))
        await well(bus)
        file.write_text("swallowed")
        await asyncio.sleep(0.2)
        with pytest.raises(PartDown):
            await bus.publish(message(addressee="retention", event="sealed.v1", body=b"{}"))
        async with asyncio.timeout(13):
            while bus.problem is None:
                await asyncio.sleep(0.05)
        file.unlink()
        async with asyncio.timeout(30):
            # What is still sent on the old one is not taken, as before.
            while not await taken(bus):
                await asyncio.sleep(0.1)
        await stop(running)


async def taken(bus: Bus) -> bool:
    with contextlib.suppress(PartDown):
        return bool(await bus.publish(message(addressee="retention", event="sealed.v1", body=b"{}")))
    return False


async def test_who_is_connected_waits_for_an_answer_and_does_not_begin_anew(
    nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While servers elect nothing is known of a consumer; on the connection that there is the answer comes first, and the wait shows."""
    monkeypatch.setattr(wires, "DELAY_SECONDS", 0.6)
    monkeypatch.setattr("shared.bus.nats.PINGED_SECONDS", 10)
    handed = Handed({"kv/data/nats/casework": {"data": {"data": {"password": nats.passwords["casework"]}}}})
    target = int(nats.address.rpartition(":")[2])
    shown: list[str | None] = []
    logged = structlog.testing.LogCapture()
    # Its own: the logger of the module keeps what the first who logged in this process had set up.
    monkeypatch.setattr("shared.bus.nats.log", structlog.wrap_logger(None, processors=[logged]))

    async def receive(producer: str, headers: dict[str, str], body: bytes, delivered: int) -> None:
        """Nothing is sent."""

    async with wired(target, tmp_path) as (port, file):
        bus = Bus("casework", [f"tls://{HERE}:{port}"], handed, Turns(), nats.tls("casework"))
        leads = bus._is_led

        async def slowly(producer: str, seconds: float) -> bool:
            if not shown:
                file.write_text("delayed")
                await asyncio.sleep(0.2)
            found = await leads(producer, seconds)
            shown.append(None if found else bus.problem)
            file.unlink(missing_ok=True)
            return found

        monkeypatch.setattr(bus, "_is_led", slowly)
        running = asyncio.create_task(bus.run(receive))
        await well(bus)
        await stop(running)
    assert not [one for one in logged.entries if one["event"] == "bus restarts"]
    assert any(one and one.startswith("NATS has nobody yet") for one in shown)
