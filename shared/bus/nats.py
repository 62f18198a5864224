"""NATS through FastStream, set up in one place with what least privilege and a restart of NATS need."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import nats.errors
import nats.js.errors
import structlog
from faststream import AckPolicy
from faststream.exceptions import IncorrectState
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.nats.security import NatsUserPassword

from shared.bus.pulling import (
    ANSWERED_SECONDS,
    ELECTED_SECONDS,
    ELECTING_SECONDS,
    FETCHED,
    PINGED_SECONDS,
    PULL_AMONG_SEVERAL_SECONDS,
    PULL_SECONDS,
    PULLED_AGAIN_SECONDS,
    UNANSWERED,
    Fetching,
    cut_off,
    hang_up,
    undecoded,
)
from shared.database.tables import Outgoing
from shared.errors import Overtaken, PartDown
from shared.openbao import OpenBao
from shared.patience import within
from shared.privileges import BY_NAME
from shared.tls import Tls
from shared.turns import Turns
from shared.wake import end

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
ELECTING = "NATS has nobody yet who leads the consumer of {}"
REFUSES = "NATS refuses a subject that this service needs: run the set-up of NATS again"
AWAY = "NATS is out of reach"
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
        self._elects_since: float | None = None
        self.problem: str | None = "not connected yet"
        self.has_been_there = False
        """Whether it ever got all that it asks for: what a new process is refused is not an outage."""

    async def connected(self) -> None:
        """Wait for the connection; raises PartDown when it takes too long."""
        try:
            async with asyncio.timeout(20):
                await self._connected.wait()
        except TimeoutError as problem:
            raise PartDown(AWAY) from problem

    async def publish(self, message: Outgoing) -> int:
        """Publish to the service's own stream and wait until it is there: its number in it; raises PartDown."""
        if self._broker is None:
            raise PartDown(AWAY)
        subject = self._service.subject(message.event, message.addressee)
        try:
            there = await self._broker.publish(
                message.body, subject, headers=message.headers, stream=self._service.stream, timeout=5
            )
        except (nats.errors.Error, IncorrectState, OSError, TimeoutError) as problem:
            self._doubted.set()
            raise PartDown(AWAY) from problem
        return int(there.seq)

    async def run(self, receive: Receive) -> None:
        """Connect, consume, watch, and begin again when something is wrong; until cancelled."""
        while True:
            has_begun = False
            try:
                await self._start(receive)
                self.problem, has_begun, self.has_been_there = None, True, True
                while True:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(ELECTED_SECONDS if self._elects_since else CHECK_SECONDS):
                            await self._doubted.wait()
                    self._doubted.clear()
                    await self._check()
            except (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError, PartDown) as problem:
                if self.problem != REFUSES:
                    lost = f"{AWAY} ({type(problem).__name__})"
                    self.problem = problem.detail if isinstance(problem, PartDown) else lost
                log.warning("bus restarts", problem=self.problem, of=type(problem).__name__)
            finally:
                self._connected.clear()
                await self._stop()
            if not has_begun:
                await asyncio.sleep(1)

    async def _start(self, receive: Receive) -> None:
        self._lost.clear()
        self._doubted.clear()
        self._elects_since = None
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
            decoder=undecoded,
        )
        self._broker = broker
        consumed = {producer: self._consume(broker, producer, receive) for producer in self._service.consumes}
        await within(15, broker.connect())
        # Who publishes needs no consumer.
        self._connected.set()
        beginning = [asyncio.create_task(self._begin(*one)) for one in consumed.items()]
        try:
            ended, _ = await asyncio.wait(beginning, return_when=asyncio.FIRST_EXCEPTION)
            for one in ended:
                one.result()
        finally:
            await end(beginning)

    async def _begin(self, producer: str, subscriber: Any) -> None:
        """Ask for what `producer` tells as soon as somebody leads the consumer, whoever else is still elected."""
        async with asyncio.timeout(ELECTING_SECONDS):
            while True:
                if await self._is_led(producer, ELECTED_SECONDS) and await self._begun(subscriber):
                    break
                # Who has no leader may say so at once.
                await asyncio.sleep(PULLED_AGAIN_SECONDS)
        subscriber.subscription = Fetching(subscriber.subscription)

    async def _begun(self, subscriber: Any) -> bool:
        """It asks for the consumer itself once more: whether that was answered too."""
        try:
            await subscriber.start()
        except UNANSWERED:
            await subscriber.stop()
            return False
        return True

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
        """A missing consumer looks healthy to a ping; ask for each. One that is being elected shows, and is asked for again; where that
        lasts, this server may have lost the others, and another one has not. Raises PartDown, errors of NATS."""
        for producer in self._service.consumes:
            if not await self._is_led(producer, ANSWERED_SECONDS):
                self._elects_since = self._elects_since or time.monotonic()
                if time.monotonic() - self._elects_since > ELECTING_SECONDS:
                    raise PartDown(ELECTING.format(producer.upper()))
                return
        self._elects_since = self.problem = None

    async def _is_led(self, producer: str, seconds: float) -> bool:
        """Whether somebody answers for that consumer. Raises PartDown where it is missing, where the connection was lost, and
        errors of NATS where nothing at all is answered on it."""
        self._check_connection()
        assert self._broker is not None
        connection = self._broker.connection
        try:
            await connection.jetstream(timeout=seconds).consumer_info(producer.upper(), self._service.name)
        except nats.js.errors.NotFoundError as problem:
            missing = f"the consumer {self._service.name} on {producer.upper()} is missing"
            raise PartDown(f"{missing}: run the set-up of NATS again") from problem
        except UNANSWERED:
            await connection.flush(PINGED_SECONDS)
            if self.problem != REFUSES:
                self.problem = ELECTING.format(producer.upper())
            return False
        return True

    def _check_connection(self) -> None:
        connection = self._broker.connection if self._broker else None
        # Connected again is not enough: what was asked for before is forgotten, also by the server.
        if connection is None or not connection.is_connected or self._lost.is_set():
            raise PartDown(AWAY)

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
            await hang_up(connection)
        # Draining waits for a server that may be gone; what was not acknowledged is delivered again.
        with contextlib.suppress(Exception):
            await within(3, broker.stop())
        for subscriber in broker.subscribers:
            cut_off(subscriber)
        await hang_up(connection)

    async def _on_lost(self) -> None:
        self._lost.set()
        self._doubted.set()

    async def _on_error(self, problem: Exception) -> None:
        log.warning("nats", problem=type(problem).__name__)
        if "permissions violation" in str(problem).lower():
            self.problem = REFUSES
