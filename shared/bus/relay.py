"""Carrying what is in the post to NATS: lock the key that a hand-over leaves, then publish.

JetStream can lose what it acknowledged, so publishing ends nothing: a message stays until its receipt. To claim it
is to note that it is sent (`shared.queue`): its lease ends when it is to be sent again, the same bytes. Whether it
is then sent again depends on what was heard since (`Heard`): what is merely queued over there is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, func, update
from sqlmodel import col

from shared.bus.proof import signed_lock
from shared.clock import Clock
from shared.database.engine import Database
from shared.database.tables import Outgoing
from shared.keys.signing import Verifier
from shared.keys.transit import Transit
from shared.metrics.deeds import Carried, uncounted
from shared.openbao import OpenBao
from shared.queue import Queue
from shared.telemetry import Tracing

SLOWEST = 6
"""A message without a receipt is sent again after once, twice … this many times the patience."""
ASKING = 40
"""So many messages are sent again to an addressee that is silent, each time that patience with it ends."""
REMEMBERED = 100_000
"""Of so many messages is known when they were sent; receipts that another replica was given leave some behind."""
SLACK = timedelta(seconds=1)
"""An addressee handles what is sent in one moment in any order."""


class Publisher(Protocol):
    """The bus, as far as somebody sends by it."""

    async def connected(self) -> None:
        """Wait for the connection; raises PartDown when it takes too long."""

    async def publish(self, message: Outgoing) -> int:
        """Publish and wait until the stream has it: its number there; raises PartDown."""


@dataclass
class _Ear:
    """What was heard of one addressee: when last, how far it is in what was sent to it, and how often it was asked."""

    at: datetime
    up_to: datetime
    asked: int = 0


class Heard:
    """Tells what got lost from what merely waits at its addressee, who takes messages in the order of sending.

    The stream counts anew: NATS has lost what it had. Something that was sent later has its receipt: lost on its way.
    The addressee gives receipts, and not yet for what was sent then: it will come to it. It is silent: a few messages
    ask whether it is there, the rest waits. All in memory: after a restart everything counts as sent at that moment.
    """

    def __init__(self, clock: Clock, resend: float) -> None:
        self._clock = clock
        self._resend = timedelta(seconds=resend)
        self._began = clock.now()
        self._ears: dict[str, _Ear] = {}
        self._sent: dict[UUID, datetime] = {}
        self._lost = self._began
        """What was sent until this moment, and has no receipt, NATS has lost; but for what was before our time."""
        self.seq = 0
        """The highest number that the stream has given."""

    def lease(self) -> ColumnElement[timedelta]:
        """How long a receipt is waited for, of a row that is being claimed: longer with each time."""
        seconds = self._resend.total_seconds() * func.least(col(Outgoing.attempts) + 1, SLOWEST)
        return func.make_interval(0, 0, 0, 0, 0, 0, seconds)

    def sent(self, row: Outgoing, seq: int, after: int) -> None:
        """The stream has `row` as its number `seq`; before it was sent, number `after` was there already."""
        now = self._clock.now()
        if seq <= after:
            self._lost, self.seq = now, seq
        self.seq = max(self.seq, seq)
        if self._sent.get(row.id, self._began) <= self._lost:
            # The first time counts: a receipt does not say which of several it is for.
            self._sent[row.id] = now
        while len(self._sent) > REMEMBERED:
            del self._sent[next(iter(self._sent))]

    def receipt(self, addressee: str, message: UUID) -> None:
        """`addressee` gave the receipt of `message`."""
        ear = self._ear(addressee)
        ear.at, ear.asked = self._clock.now(), 0
        ear.up_to = max(ear.up_to, self._sent.pop(message, self._began))

    def should_repeat(self, row: Outgoing) -> bool:
        """Whether a message that was sent, and whose receipt is late, is to be sent again."""
        ear, now, sent = self._ear(row.addressee), self._clock.now(), self._sent.get(row.id, self._began)
        if self._began < sent <= self._lost or sent + SLACK < ear.up_to:
            return True
        if now - ear.at < self._resend:
            return False
        if ear.asked >= ASKING:
            # Nobody answered; ask once more, from the next round on.
            ear.at, ear.asked = now, 0
            return False
        ear.asked += 1
        return True

    def _ear(self, addressee: str) -> _Ear:
        never = datetime.min.replace(tzinfo=UTC)
        return self._ears.setdefault(addressee, _Ear(at=never, up_to=never))


class Relay:
    """One per service. `resend`: seconds after which a message without a receipt is sent again."""

    def __init__(
        self,
        service: str,
        database: Database,
        bao: OpenBao,
        publisher: Publisher,
        verifier: Verifier,
        clock: Clock,
        tracing: Tracing,
        resend: float,
        carried: Carried = uncounted,
    ) -> None:
        self._service = service
        self._carried = carried
        self._database = database
        self._bao = bao
        self._publisher = publisher
        self._verifier = verifier
        self._clock = clock
        self._tracing = tracing
        self.heard = Heard(clock, resend)
        self.queue = Queue(
            database,
            Outgoing,
            clock,
            name="outgoing",
            of=col(Outgoing.receipted_at).is_(None),
            lease=self.heard.lease(),
            began="created_at",
            shows=("addressee", "event"),
            silent="sent again and again, and the addressee gives no receipt",
            remedy="look at the status of the addressee: it is down, behind, or has parked it; nothing is lost meanwhile",
            ready=publisher.connected,
        )

    async def carry(self, row: Outgoing) -> None:
        """Send a message that was claimed, unless it has been sent and its addressee will come to it.

        Raises PartDown; CannotSucceed for a hand-over that this service did not sign.
        """
        sent_before = row.attempts > 1 and row.since is None
        if sent_before and not self.heard.should_repeat(row):
            return
        with self._tracing.span(f"publish {row.event}", parent=row.headers.get("traceparent"), message=str(row.id)):
            if row.lock_key and row.locked_at is None:
                await self._lock(row)
            after = self.heard.seq
            self.heard.sent(row, await self._publisher.publish(row), after)
        self._carried(row.event, "sent")

    async def _lock(self, row: Outgoing) -> None:
        lock = await signed_lock(self._verifier, self._service, row)
        await Transit(self._bao, lock.mount).lock(lock.key)
        locked = update(Outgoing).where(col(Outgoing.id) == row.id).values(locked_at=self._clock.now())
        await self._database.alone(locked)
