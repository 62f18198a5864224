"""NATS through FastStream, set up in one place with what least privilege and a restart of NATS need."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import nats.errors
import nats.js.errors
import structlog
from faststream import AckPolicy
from faststream.exceptions import IncorrectState
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.nats.security import NatsUserPassword

from shared.bus.pulling import FETCHED, PULL_AMONG_SEVERAL_SECONDS, PULL_SECONDS, PULLED_AGAIN_SECONDS, Asking, end
from shared.database.tables import Outgoing
from shared.errors import Overtaken, PartDown
from shared.openbao import OpenBao
from shared.patience import within
from shared.privileges import BY_NAME
from shared.tls import Tls
from shared.turns import Turns

log = structlog.get_logger()

CONCURRENCY = 16
"""Handled side by side: enough to do together what comes together, few enough for others to get a turn."""
PROGRESS_SECONDS = 5
"""How often NATS is told that a message is in work; it gives what it hears nothing of to another process after twenty."""
LONGEST_WORK_SECONDS = 600
"""What takes longer hangs: it is told of no more, and so given to another."""
CHECK_SECONDS = 15
"""How often each consumer is asked for: a missing one looks healthy otherwise, and so does a connection on which nothing is
answered any more. At once where a message was not taken in time."""
ANSWERED_SECONDS = 3
"""In which a server says what it knows of a consumer."""
PINGED_SECONDS = 2
"""In which a server says that it is there at all."""
ELECTED_SECONDS = 1.0
"""Of whom nothing is known while servers elect it is asked again as soon as that."""
ELECTING_SECONDS = 15
"""How long a new connection waits while its servers elect: each consumer for itself, between four and nine seconds."""
ELECTING = "NATS has nobody yet who leads the consumer of {}"
UNANSWERED = (nats.errors.TimeoutError, nats.errors.NoRespondersError, nats.js.errors.ServiceUnavailableError)
Receive = Callable[[str, dict[str, str], bytes, int], Awaitable[None]]


class Bus:
    """The connection of one service: publishes its own subjects, is delivered what its row permits."""

    def __init__(
        self,
        service: str,
        addresses: Sequence[str],
        bao: OpenBao,
        turns: Turns,
        tls: Tls,
        *,
        pull_seconds: float | None = None,
        progress_seconds: float = PROGRESS_SECONDS,
    ) -> None:
        self._service = BY_NAME[service]
        self._addresses = list(addresses)
        self._tls = tls
        self._bao = bao
        self._turns = turns
        self._pull_seconds = pull_seconds or (PULL_SECONDS if len(addresses) == 1 else PULL_AMONG_SEVERAL_SECONDS)
        self._progress_seconds = progress_seconds
        self._broker: NatsBroker | None = None
        self._connected = asyncio.Event()
        self._lost = asyncio.Event()
        self._doubted = asyncio.Event()
        self.problem: str | None = "not connected yet"

    async def connected(self) -> None:
        """Wait for the connection; raises PartDown when it takes too long."""
        try:
            async with asyncio.timeout(20):
                await self._connected.wait()
        except TimeoutError as problem:
            raise PartDown("NATS is out of reach") from problem

    async def publish(self, message: Outgoing) -> int:
        """Publish to the service's own stream and wait until it is there: its number in it; raises PartDown."""
        if self._broker is None:
            raise PartDown("NATS is out of reach")
        subject = self._service.subject(message.event, message.addressee)
        try:
            there = await self._broker.publish(
                message.body, subject, headers=message.headers, stream=self._service.stream, timeout=5
            )
        except (nats.errors.Error, IncorrectState, OSError, TimeoutError) as problem:
            self._doubted.set()
            raise PartDown("NATS is out of reach") from problem
        return int(there.seq)

    async def run(self, receive: Receive) -> None:
        """Connect, consume, watch, and begin again when something is wrong; until cancelled."""
        while True:
            has_begun = False
            try:
                await self._start(receive)
                self.problem, has_begun = None, True
                while True:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(ELECTED_SECONDS if self.problem else CHECK_SECONDS):
                            await self._doubted.wait()
                    self._doubted.clear()
                    await self._check()
            except (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError, PartDown) as problem:
                self.problem = self.problem or f"NATS is out of reach ({type(problem).__name__})"
                log.warning("bus restarts", problem=self.problem, of=type(problem).__name__)
            finally:
                self._connected.clear()
                await self._stop()
            if not has_begun:
                await asyncio.sleep(1)

    async def _start(self, receive: Receive) -> None:
        self._lost.clear()
        self._doubted.clear()
        found = await self._bao.call("GET", f"kv/data/nats/{self._service.name}")
        broker = NatsBroker(
            self._addresses,
            # Read anew with every connection: the files may have been renewed meanwhile.
            security=NatsUserPassword(
                self._service.name,
                found["data"]["data"]["password"],
                ssl_context=self._tls.context,
                tls_handshake_first=True,
            ),
            inbox_prefix=self._service.inbox,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            connect_timeout=3,
            error_cb=self._on_error,
            disconnected_cb=self._on_lost,
            logger=None,
            graceful_timeout=5,
            # The inbox parses what it is given after it has checked who signed it.
            apply_types=False,
            decoder=_undecoded,
        )
        self._broker = broker
        consumed = {producer: self._consume(broker, producer, receive) for producer in self._service.consumes}
        await within(15, broker.connect())
        # Who publishes needs no consumer.
        self._connected.set()
        begun = (self._begin(producer, subscriber) for producer, subscriber in consumed.items())
        for problem in await asyncio.gather(*begun, return_exceptions=True):
            if problem is not None:
                raise problem

    async def _begin(self, producer: str, subscriber: Any) -> None:
        """Ask for what `producer` tells as soon as somebody leads the consumer, whoever else is still elected."""
        async with asyncio.timeout(ELECTING_SECONDS):
            while True:
                if await self._is_led(producer, ELECTED_SECONDS):
                    break
                # Who has no leader may say so at once.
                await asyncio.sleep(PULLED_AGAIN_SECONDS)
        await within(15, subscriber.start())
        subscriber.subscription = Asking(subscriber.subscription)

    def _consume(self, broker: NatsBroker, producer: str, receive: Receive) -> Any:
        """What asks for messages once it is started."""

        async def deliver(message: NatsMessage) -> None:
            raw = message.raw_message
            delivered = raw.metadata.num_delivered or 1
            progress = asyncio.create_task(self._in_work(message))
            try:
                async with self._turns.of_a_message():
                    await receive(producer, dict(raw.headers or {}), raw.data, delivered)
            except Exception as problem:
                # Trouble of a part, or a mistake of ours: either way the message is not lost.
                pause = min(30.0, 0.5 * 2 ** min(delivered, 6))
                if isinstance(problem, (PartDown, Overtaken)):
                    log.warning("given back", producer=producer, why=problem.detail, delivered=delivered, pause=pause)
                else:
                    log.error("a message could not be handled", producer=producer, exc_info=problem)
                await message.nack(delay=pause)
            else:
                await message.ack()
            finally:
                progress.cancel()

        subscriber = broker.subscriber(
            f"meldpunt.{producer}.>",
            durable=self._service.name,
            stream=JStream(producer.upper(), declare=False),
            pull_sub=PullSub(batch_size=FETCHED, timeout=self._pull_seconds),
            # The next ones are fetched while these are handled; what comes together is committed together.
            max_workers=CONCURRENCY,
            # A broker-level prefix is not applied to pull subscribers, which then hang without a word.
            inbox_prefix=f"{self._service.inbox}.".encode(),
            ack_policy=AckPolicy.MANUAL,
        )
        subscriber(deliver)
        return subscriber

    async def _in_work(self, message: NatsMessage) -> None:
        """Say so of a message, until cancelled: also while it waits for its turn, it is not for another process."""
        async with asyncio.timeout(LONGEST_WORK_SECONDS):
            while True:
                await asyncio.sleep(self._progress_seconds)
                # A connection that is lost has it given again anyway.
                with contextlib.suppress(nats.errors.Error, OSError):
                    await message.raw_message.in_progress()

    async def _check(self) -> None:
        """A missing consumer looks healthy to a ping; ask for each. One that is being elected shows, and is asked for again."""
        self._check_connection()
        for producer in self._service.consumes:
            if not await self._is_led(producer, ANSWERED_SECONDS):
                return
        self.problem = None

    async def _is_led(self, producer: str, seconds: float) -> bool:
        """Whether somebody answers for that consumer. Raises PartDown where it is missing, where the connection was lost, and where
        nothing at all is answered on it."""
        self._check_connection()
        assert self._broker is not None
        connection = self._broker.connection
        try:
            await connection.jetstream(timeout=seconds).consumer_info(producer.upper(), self._service.name)
        except nats.js.errors.NotFoundError as problem:
            self.problem = (
                f"the consumer {self._service.name} on {producer.upper()} is missing: run the set-up of NATS again"
            )
            raise PartDown(self.problem) from problem
        except UNANSWERED:
            self.problem = ELECTING.format(producer.upper())
            await connection.flush(PINGED_SECONDS)
            return False
        return True

    def _check_connection(self) -> None:
        connection = self._broker.connection if self._broker else None
        # Connected again is not enough: what was asked for before is forgotten, also by the server.
        if connection is None or not connection.is_connected or self._lost.is_set():
            self.problem = "NATS is out of reach"
            raise PartDown(self.problem)

    async def _stop(self) -> None:
        broker, self._broker = self._broker, None
        if broker is None:
            return
        for subscriber in broker.subscribers:
            # Each asks in a loop that waits for nothing once its connection is closed, and would hold the whole process for ever.
            # That it has ended is told it here: on a busy machine stopping is cut off before it got to all of them.
            subscriber.running = False
        # A broker that was stopped does not know its connection any more, also when that was not closed in time.
        connection = None
        with contextlib.suppress(IncorrectState):
            connection = broker.connection
        if self._lost.is_set():
            # Nothing more goes this way; to say so to a server that is gone would take all of the time below.
            await _closed(connection)
        # Draining waits for a server that may be gone; what was not acknowledged is delivered again.
        with contextlib.suppress(Exception):
            await within(3, broker.stop())
        for subscriber in broker.subscribers:
            end(subscriber)
        await _closed(connection)

    async def _on_lost(self) -> None:
        self._lost.set()
        self._doubted.set()

    async def _on_error(self, problem: Exception) -> None:
        log.warning("nats", problem=type(problem).__name__)
        if "permissions violation" in str(problem).lower():
            self.problem = "NATS refuses a subject that this service needs: run the set-up of NATS again"


async def _closed(connection: Any) -> None:
    if connection is not None:
        with contextlib.suppress(Exception):
            await within(2, connection.close())


async def _undecoded(message: NatsMessage) -> NatsMessage:
    return message
