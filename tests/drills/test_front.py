"""What stands in front of several in a drill: it goes to who is ready, and past who is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from deploy.cluster import front
from tests.parts import stop
from tests.ports import own_port

HERE = front.HERE


class Backend:
    """Answers each connection with its name, and a look with whether it is `ready`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready = True
        self.port = 0
        self._server: asyncio.Server | None = None

    async def begin(self) -> None:
        self._server = await asyncio.start_server(self._answer, HERE, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def end(self) -> None:
        """Looks go on meanwhile: what is accepted in the moment of closing would keep its socket open for good (asyncio,
        Python 3.11), so it stops accepting first and lets what was accepted get its stream."""
        assert self._server
        loop = asyncio.get_running_loop()
        for one in self._server.sockets:
            loop.remove_reader(one.fileno())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self._server.close()
        await self._server.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readline()
        if b"/readyz" in asked:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n" if self.ready else b"HTTP/1.1 503 No\r\n\r\n")
        else:
            writer.write(self.name.encode())
        await writer.drain()
        writer.close()


@pytest.fixture
async def several(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[int, Backend, Backend]]:
    monkeypatch.setattr(front, "LOOK_SECONDS", 0.02)
    one, other = Backend("one"), Backend("other")
    await one.begin()
    await other.begin()
    port = own_port()
    serving = asyncio.create_task(front.Front("/readyz", [one.port, other.port]).serve(port))
    yield port, one, other
    await stop(serving)
    await one.end()
    await other.end()


async def asked(port: int) -> str:
    for _ in range(100):
        try:
            reader, writer = await asyncio.open_connection(HERE, port)
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.write(b"who\r\n")
        found = (await reader.read()).decode()
        writer.close()
        return found
    raise AssertionError("nobody listens")


async def until_only(port: int, name: str) -> None:
    for _ in range(100):
        if {await asked(port) for _ in range(6)} == {name}:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"not only {name} is asked")


async def test_it_goes_to_each_in_turn(several: tuple[int, Backend, Backend]) -> None:
    port, _, _ = several
    assert {await asked(port) for _ in range(8)} == {"one", "other"}


async def test_who_says_that_he_is_not_ready_gets_nothing(several: tuple[int, Backend, Backend]) -> None:
    port, one, _ = several
    one.ready = False
    await until_only(port, "other")
    one.ready = True
    for _ in range(100):
        if {await asked(port) for _ in range(6)} == {"one", "other"}:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("who is ready again gets nothing")


async def test_who_is_gone_is_passed_over_at_once(several: tuple[int, Backend, Backend]) -> None:
    port, one, _ = several
    await asked(port)
    await one.end()
    assert {await asked(port) for _ in range(6)} == {"other"}
    await one.begin()
