"""Between each process and what it speaks to: a connection that can be cut, for drills only (`meldpunt cluster up --wires`).

`python -m deploy.cluster.wires FILE FOLDER`. It carries bytes and looks into none of them: TLS is between the two ends. FILE (JSON) has
by port that it listens at `target` (a port) and `edge` (`WHO.WHOM`, of services, parts and pages). A file in FOLDER named as an
edge says what becomes of it, for as long as it lies there:

    refused    nobody listens, and what was open is reset: a machine that is there, and a process that is not
    swallowed  everything is taken and nothing is carried or answered, on connections that are open and on new ones: a
               network that lost the way. What was open then never carries anything again, as behind a firewall that forgot it
    delayed    each piece comes `DELAY_SECONDS` later, both ways, on connections that are open and on new ones: a long way
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

HERE = "127.0.0.1"
LOOK_SECONDS = 0.05
DELAY_SECONDS = 0.3
CHUNK = 1 << 16
UNDER_WAY = 64
"""How many pieces are on a wire at most; who sends more waits."""
Cut = Literal["refused", "swallowed"]
Spell = Literal["refused", "swallowed", "delayed"]
"""What a file says: a cut, or a delay."""
CUTS: tuple[Cut, ...] = ("swallowed", "refused")
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Piece = tuple[float, bytes]
"""When it is due, by the clock of the loop, and what it is; nothing at the end."""


@dataclass(frozen=True)
class Wire:
    """From the port at which a process is told that the other is, to where it is."""

    edge: str
    listen: int
    target: int


def edge_of(who: str, whom: str) -> str:
    return f"{who}.{whom}"


class Carried:
    """One connection, as it stands between its two ends."""

    def __init__(self, near: Streams) -> None:
        self._near = near
        self._far: Streams | None = None
        self.is_dead = False
        """Nothing is carried on it any more."""
        self.delay = 0.0

    async def carry(self, target: int) -> None:
        try:
            if not self.is_dead:
                self._far = await asyncio.open_connection(HERE, target)
                await asyncio.gather(self._pour(self._near[0], self._far[1]), self._pour(self._far[0], self._near[1]))
            else:
                await self._swallow()
        except OSError:
            pass
        finally:
            self.reset()

    async def _pour(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        way: asyncio.Queue[Piece] = asyncio.Queue(UNDER_WAY)
        await asyncio.gather(self._take(source, way), self._give(way, target))

    async def _take(self, source: asyncio.StreamReader, way: asyncio.Queue[Piece]) -> None:
        due = asyncio.get_running_loop().time
        with contextlib.suppress(OSError, RuntimeError):
            while data := await source.read(CHUNK):
                if not self.is_dead:
                    await way.put((due() + self.delay, data))
        await way.put((due() + self.delay, b""))

    async def _give(self, way: asyncio.Queue[Piece], target: asyncio.StreamWriter) -> None:
        """In the order in which it was taken, also where it was taken after the delay was over."""
        loop, is_open = asyncio.get_running_loop(), True
        while True:
            due, data = await way.get()
            if (left := due - loop.time()) > 0:
                await asyncio.sleep(left)
            if not data:
                break
            if self.is_dead or not is_open:
                continue
            try:
                target.write(data)
                await target.drain()
            except (OSError, RuntimeError):
                is_open = False
        with contextlib.suppress(OSError, RuntimeError):
            target.close()

    async def _swallow(self) -> None:
        with contextlib.suppress(OSError):
            while await self._near[0].read(CHUNK):
                pass

    def reset(self) -> None:
        for _, writer in (one for one in (self._near, self._far) if one):
            writer.transport.abort()


class Cuttable:
    """What listens at one port."""

    def __init__(self, wire: Wire, folder: Path) -> None:
        self._wire = wire
        self._file = folder / wire.edge
        self._cut: str | None = None
        self._carried: set[Carried] = set()
        self._server: asyncio.Server | None = None

    async def serve(self) -> None:
        await self._listen()
        try:
            while True:
                await asyncio.sleep(LOOK_SECONDS)
                cut = self._asked()
                if cut != self._cut:
                    await self._become(cut)
        finally:
            self._refuse()

    def _asked(self) -> str | None:
        try:
            return self._file.read_text().strip() or None
        except FileNotFoundError:
            return None

    async def _become(self, cut: str | None) -> None:
        before, self._cut = self._cut, cut
        if cut == "refused":
            self._refuse()
        elif cut == "swallowed":
            for one in self._carried:
                one.is_dead = True
        for one in self._carried:
            one.delay = DELAY_SECONDS if cut == "delayed" else 0.0
        if before == "refused" and self._server is None:
            await self._listen()

    def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for one in set(self._carried):
            one.reset()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._taken, HERE, self._wire.listen, backlog=512)

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut == "refused":
            # Accepted in the moment in which nobody was to listen any more.
            writer.transport.abort()
            return
        one = Carried((reader, writer))
        one.is_dead = self._cut == "swallowed"
        one.delay = DELAY_SECONDS if self._cut == "delayed" else 0.0
        self._carried.add(one)
        try:
            await one.carry(self._wire.target)
        finally:
            self._carried.discard(one)


def written(wires: Iterable[Wire]) -> str:
    """FILE."""
    return json.dumps({one.listen: {"target": one.target, "edge": one.edge} for one in wires})


async def serve(told: Mapping[str, Mapping[str, str | int]], folder: Path) -> None:
    wires = [Wire(str(one["edge"]), int(port), int(one["target"])) for port, one in told.items()]
    await asyncio.gather(*(Cuttable(one, folder).serve() for one in wires))


if __name__ == "__main__":
    asyncio.run(serve(json.loads(Path(sys.argv[1]).read_text()), Path(sys.argv[2])))
