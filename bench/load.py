"""A minimal HTTP client: one kept-alive connection per worker, so that the client costs little of the machine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Result:
    """What a load saw: seconds per request, how long it took, and answers other than expected."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    wrong: int = 0

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0


async def post(address: str, path: str, body: Callable[[], bytes], *, connections: int, seconds: float) -> Result:
    """POST `body()` again and again over `connections` connections for `seconds`; expects 201."""
    host, _, port = address.removeprefix("http://").partition(":")
    result = Result()
    end = time.perf_counter() + seconds

    async def worker() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.perf_counter() < end:
            text = body()
            head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
            began = time.perf_counter()
            writer.write(head.encode() + text)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            result.latencies.append(time.perf_counter() - began)
            result.wrong += not answer.startswith(b"HTTP/1.1 201")
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(connections)))
    result.seconds = time.perf_counter() - began
    return result


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else float("nan")
