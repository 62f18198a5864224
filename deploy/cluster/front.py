"""One address for several of the same: what in production is a Service of Kubernetes, or the municipality's balancer.

`python -m deploy.cluster.front FILE`. It carries bytes and looks into none of them, TLS included. New connections go in
turn to whoever says that he is ready; where nobody does, to whoever takes one. FILE (JSON): by the port that it listens
at, `path` of the look at who is ready, `backends` (ports), `looks` (the ports that say so, where they are others), and
`tls` (three files) where that look is over TLS.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import sys
from pathlib import Path
from typing import Any

from shared.tls import Tls

HERE = "127.0.0.1"
LOOK_SECONDS = 0.5
"""Between two looks at who is ready."""
ANSWER_SECONDS = 3
CHUNK = 1 << 16


class Front:
    def __init__(
        self, path: str, backends: list[int], tls: list[str] | None = None, looks: list[int] | None = None
    ) -> None:
        self._path = path
        self._backends = backends
        self._looks = dict(zip(backends, looks or backends, strict=True))
        self._tls = Tls(Path(tls[0]), Path(tls[1]), Path(tls[2])) if tls else None
        self._ready: list[int] = []
        self._turns = itertools.count()

    async def serve(self, port: int) -> None:
        server = await asyncio.start_server(self._carry, HERE, port, backlog=512)
        async with server:
            await asyncio.gather(server.serve_forever(), *(self._look(one) for one in self._backends))

    async def _look(self, backend: int) -> None:
        """Again and again: who does not answer in time is not ready."""
        while True:
            is_ready = False
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    is_ready = await self._says_ready(backend)
            if is_ready and backend not in self._ready:
                self._ready.append(backend)
            elif not is_ready and backend in self._ready:
                self._ready.remove(backend)
            await asyncio.sleep(LOOK_SECONDS)

    async def _says_ready(self, backend: int) -> bool:
        shown = self._tls.context if self._tls else None
        reader, writer = await asyncio.open_connection(HERE, self._looks[backend], ssl=shown)
        try:
            writer.write(f"GET {self._path} HTTP/1.1\r\nHost: {HERE}:{backend}\r\nConnection: close\r\n\r\n".encode())
            return b" 200 " in await reader.readuntil(b"\r\n")
        finally:
            writer.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = None
        try:
            there = await self._connect()
            if there is not None:
                await asyncio.gather(_pour(reader, there[1]), _pour(there[0], writer))
        finally:
            writer.close()
            if there is not None:
                there[1].close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """To the next in turn that takes a connection."""
        turn = next(self._turns)
        ready = self._ready or self._backends
        others = [one for one in self._backends if one not in ready]
        for one in (*(ready[(turn + more) % len(ready)] for more in range(len(ready))), *others):
            with contextlib.suppress(OSError):
                return await asyncio.open_connection(HERE, one)
            if one in self._ready:
                self._ready.remove(one)
        return None


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(CHUNK):
            target.write(data)
            await target.drain()
    with contextlib.suppress(OSError, RuntimeError):
        target.close()


async def _all(fronts: dict[str, dict[str, Any]]) -> None:
    await asyncio.gather(*(Front(**one).serve(int(port)) for port, one in fronts.items()))


if __name__ == "__main__":
    asyncio.run(_all(json.loads(Path(sys.argv[1]).read_text())))
