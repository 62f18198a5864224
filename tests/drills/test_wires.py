"""A wire of a drill carries bytes, and does not while it is cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.cluster import wires
from deploy.cluster.wires import HERE, Wire, serve
from tests.parts import stop
from tests.ports import own_port

EDGE = "intake.nats"
ENOUGH = 30
"""Seconds for what has to come."""


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data)
    writer.close()


@pytest.fixture
async def wire(tmp_path: Path) -> AsyncIterator[tuple[int, Path]]:
    server = await asyncio.start_server(echo, HERE, 0)
    target = server.sockets[0].getsockname()[1]
    listen = own_port()
    told = {str(listen): {"target": target, "edge": EDGE}}
    serving = asyncio.create_task(serve(told, tmp_path))
    for _ in range(100):
        await asyncio.sleep(0.01)
        if await answers(listen):
            break
    yield listen, tmp_path / EDGE
    await stop(serving)
    server.close()
    await asyncio.sleep(0.05)


async def answers(port: int) -> bool:
    try:
        reader, writer = await asyncio.open_connection(HERE, port)
    except OSError:
        return False
    try:
        return await says(reader, writer)
    finally:
        writer.transport.abort()


async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience: float = 0.3) -> bool:
    """`patience`: seconds for an answer; for one that has to come there are enough, also on a machine that is busy."""
    try:
        writer.write(b"there?")
        async with asyncio.timeout(patience):
            return await reader.read(100) == b"there?"
    except (OSError, TimeoutError):
        return False


async def comes(port: int) -> None:
    async with asyncio.timeout(ENOUGH):
        while not await answers(port):
            await asyncio.sleep(0.02)


async def is_refused(port: int) -> None:
    """A connection is; one that was only slow is not."""
    async with asyncio.timeout(ENOUGH):
        while True:
            try:
                _, writer = await asyncio.open_connection(HERE, port)
            except ConnectionRefusedError:
                return
            writer.transport.abort()
            await asyncio.sleep(0.02)


async def test_what_is_refused_takes_nobody_and_comes_back(wire: tuple[int, Path]) -> None:
    port, file = wire
    reader, writer = await asyncio.open_connection(HERE, port)
    assert await says(reader, writer, ENOUGH)
    file.write_text("refused")
    await is_refused(port)
    assert not await says(reader, writer), "what was open is reset"
    writer.transport.abort()
    file.unlink()
    await comes(port)


async def test_what_is_swallowed_is_taken_and_answered_by_nobody(wire: tuple[int, Path]) -> None:
    port, file = wire
    before = await asyncio.open_connection(HERE, port)
    assert await says(*before, ENOUGH)
    file.write_text("swallowed")
    async with asyncio.timeout(ENOUGH):
        while await answers(port):
            await asyncio.sleep(0.02)
    during = await asyncio.open_connection(HERE, port)
    assert not await says(*during)
    assert not await says(*before)
    file.unlink()
    await comes(port)
    for one in (before, during):
        assert not await says(*one), "what was open then never carries anything again"
        one[1].transport.abort()


async def test_what_is_delayed_comes_later_and_whole_and_in_its_order(
    wire: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wires, "DELAY_SECONDS", 1.0)
    port, file = wire
    reader, writer = await asyncio.open_connection(HERE, port)
    assert await says(reader, writer, ENOUGH)
    tries = [await seconds(reader, writer) for _ in range(5)]
    assert min(tries) < 1, "the control: a wire that nobody delays"
    file.write_text("delayed")
    await asyncio.sleep(0.1)
    for one in ((reader, writer), await asyncio.open_connection(HERE, port)):
        assert await seconds(*one) >= 2, "there and back"
    many = b"".join(number.to_bytes(4, "big") for number in range(100_000))
    writer.write(many[:200_000])
    file.unlink()
    await asyncio.sleep(0.1)
    # What comes after the delay does not overtake what was under way.
    writer.write(many[200_000:])
    async with asyncio.timeout(ENOUGH):
        assert await reader.readexactly(len(many)) == many
    one[1].transport.abort()
    writer.transport.abort()


async def test_what_is_delayed_ends_when_one_end_does(wire: tuple[int, Path]) -> None:
    port, file = wire
    file.write_text("delayed")
    await asyncio.sleep(0.1)
    reader, writer = await asyncio.open_connection(HERE, port)
    writer.write(b"last words")
    writer.write_eof()
    async with asyncio.timeout(ENOUGH):
        while await reader.read(100):
            pass
    writer.close()


async def seconds(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> float:
    """From a word until it is back."""
    began = asyncio.get_running_loop().time()
    writer.write(b"there?")
    async with asyncio.timeout(ENOUGH):
        assert await reader.readexactly(6) == b"there?"
    return asyncio.get_running_loop().time() - began


def test_the_cuts_have_a_name_each() -> None:
    assert set(wires.CUTS) == {"refused", "swallowed"}
    assert Wire(EDGE, 1, 2).edge == wires.edge_of("intake", "nats")
