"""How messages are asked for: one at a time, again after a while, with a pause where nobody leads the consumer; and how long who asks waits."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import nats.errors
import nats.js.errors
from faststream.nats import NatsMessage

from shared.patience import within

FETCHED = 1
"""With more, once a request has run out, the client leaves one behind at the server and then waits for a whole batch: the
last message of a burst was held until that request ran out too, or NATS gave it again (20 s)."""
PULL_SECONDS = 30
"""How long a request for messages stands before it is repeated. It is lost with the connection, which is noticed."""
PULL_AMONG_SEVERAL_SECONDS = 4
"""Of several servers it is lost with the one that led the consumer too, which nobody notices who is connected to another."""
PULLED_AGAIN_SECONDS = 0.1
"""Where nobody leads a consumer that is said at once, and FastStream would ask again at once."""
ANSWERED_SECONDS = 3
"""In which a server says what it knows of a consumer."""
PINGED_SECONDS = 2
"""In which a server says that it is there at all."""
ELECTED_SECONDS = 1.0
"""Of whom nothing is known while servers elect it is asked again as soon as that."""
ELECTING_SECONDS = 15
"""How long a new connection waits while its servers elect: each consumer for itself, in two to eight seconds as far as was seen."""
UNANSWERED = (nats.errors.TimeoutError, nats.errors.NoRespondersError, nats.js.errors.ServiceUnavailableError)
"""What comes of a question that nobody who leads has heard."""


class Fetching:
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


def cut_off(subscriber: Any) -> None:
    """What is left of a subscriber that was not stopped in its time."""
    for task in subscriber.tasks:
        task.cancel()
    for stream in (subscriber.send_stream, subscriber.receive_stream):
        stream.close()


async def hang_up(connection: Any) -> None:
    """Whatever state it is in, and at most for a moment."""
    if connection is not None:
        with contextlib.suppress(Exception):
            await within(2, connection.close())
        # Where nothing is answered TLS would wait half a minute for the other's good-bye, and keep the socket for as long.
        bare = getattr(getattr(connection, "_transport", None), "_bare_io_writer", None)
        if bare is not None:
            bare.transport.abort()


async def undecoded(message: NatsMessage) -> NatsMessage:
    """For FastStream, which would parse it."""
    return message
