"""How messages are asked for: one at a time, again after a while, and with a pause where nobody leads the consumer."""

from __future__ import annotations

import asyncio
from typing import Any

import nats.js.errors

FETCHED = 1
"""With more, once a request has run out, the client leaves one behind at the server and then waits for a whole batch: the
last message of a burst was held until that request ran out too, or NATS gave it again (20 s)."""
PULL_SECONDS = 30
"""How long a request for messages stands before it is repeated. It is lost with the connection, which is noticed."""
PULL_AMONG_SEVERAL_SECONDS = 4
"""Of several servers it is lost with the one that led the consumer too, which nobody notices who is connected to another."""
PULLED_AGAIN_SECONDS = 0.1
"""Where nobody leads a consumer that is said at once, and FastStream would ask again at once."""


class Asking:
    """A subscription of which nobody may lead the consumer for seconds."""

    def __init__(self, subscription: Any) -> None:
        self._subscription = subscription

    async def fetch(self, **how: Any) -> Any:
        try:
            return await self._subscription.fetch(**how)
        except nats.js.errors.ServiceUnavailableError:
            await asyncio.sleep(PULLED_AGAIN_SECONDS)
            raise

    async def unsubscribe(self) -> None:
        await self._subscription.unsubscribe()


def end(subscriber: Any) -> None:
    """What is left of a subscriber that was not stopped in its time."""
    for task in subscriber.tasks:
        task.cancel()
    for stream in (subscriber.send_stream, subscriber.receive_stream):
        stream.close()
