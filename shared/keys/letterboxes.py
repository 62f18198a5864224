"""The life of letterbox keys: one is made for a period, learnt by the senders, outlived, and destroyed.

A key is destroyed when every sender has moved to a newer one and no letter sealed with it is outstanding.
From then on copies of those letters in outboxes, streams and backups are dark.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.inbox import Handled, Incoming
from shared.bus.post import Post
from shared.clock import Clock, calendar_date
from shared.contracts.common import KeyRef, KeysReleased, LetterboxFinished, LetterboxKeyMade, Message, Released
from shared.contracts.retention import ReleaseLetterbox, RotateLetterbox
from shared.database.engine import Database
from shared.database.tables import LetterboxKey, Outgoing, SealingKey
from shared.errors import CannotSucceed
from shared.keys.letters import new_kid, split_kid
from shared.keys.sealing import PublicKey, Sealer
from shared.keys.transit import Transit
from shared.openbao import OpenBao
from shared.periodic import Periodic
from shared.privileges import ADDRESSEES, BY_NAME, may_release
from shared.wake import Wake

log = structlog.get_logger()

RSA_SECONDS = 60
"""How long OpenBao may take to make a letterbox key: a search for primes, beside other work."""
SOON_SECONDS = 2.0
"""After how long a beacon is tried again that a part kept from being sent."""
FINISHING_SECONDS = 5.0
"""How often is looked whether an older key can be finished, while there is one."""

Outstanding = Callable[[AsyncSession, str], Awaitable[bool]]
Announce = Callable[[Message], Awaitable[None]]


class Letterboxes:
    """A service's own letterbox keys, and its knowledge of those of its addressees."""

    def __init__(
        self,
        service: str,
        database: Database,
        bao: OpenBao,
        post: Post,
        announce: Announce,
        sealer: Sealer,
        clock: Clock,
        *,
        days: int,
        beacon: float,
        margin: float,
        outstanding: Outstanding,
    ) -> None:
        self._service = BY_NAME[service]
        self._database = database
        self._bao = bao
        self._post = post
        self._tell_everyone = announce
        self._sealer = sealer
        self._clock = clock
        self._days = days
        self._beacon = beacon
        self._margin = margin
        self._learnt = Wake()
        self._outstanding = outstanding
        self._making: str | None = None
        self._one_at_a_time = asyncio.Lock()
        self._beacon_at = 0.0
        self._older = False
        self.keeping = Periodic(
            "letterboxes",
            self._keep,
            clock,
            every=self._until_next,
            soon=timedelta(seconds=SOON_SECONDS),
            wake=self._learnt,
            remedy="older letterbox keys stay, and who missed the newest does not hear of it: look at OpenBao and NATS",
        )

    async def _keep(self) -> None:
        """Adopt and finish each time; make and announce when the beacon is due. Raises what a part raises."""
        known = await self._known()
        self._adopt(known)
        self._older = len(known) > len({row.addressee for row in known})
        if self._beacon_at <= time.monotonic():
            if self._service.name in ADDRESSEES:
                await self._ensure()
                await self._announce()
            self._beacon_at = time.monotonic() + self._beacon
        if self._older:
            await self._finish()

    def _until_next(self) -> float:
        """Seconds to the next beacon; less while an older key is to be finished."""
        left = max(0.0, self._beacon_at - time.monotonic())
        return min(FINISHING_SECONDS, self._margin / 2, left) if self._older else left

    async def _newest(self) -> LetterboxKey | None:
        async with self._database.reading() as session:
            query = select(LetterboxKey).order_by(col(LetterboxKey.made_at).desc()).limit(1)
            return (await session.scalars(query)).first()

    async def _ensure(self) -> None:
        newest = await self._newest()
        today = calendar_date(self._clock.now())
        if newest is None or calendar_date(newest.made_at) + timedelta(days=self._days) <= today:
            await self._make()

    async def _make(self) -> None:
        async with self._one_at_a_time:
            await self._make_one()

    async def _make_one(self) -> None:
        # Tried again under the same name: on a busy machine OpenBao may have made the key after nobody waited for it
        # any more, and would otherwise make one more each time.
        kid = self._making = self._making or new_kid(self._service.name, calendar_date(self._clock.now()))
        box = split_kid(kid)[1]
        transit = Transit(self._bao, self._service.letterbox)
        await transit.make(box, "rsa-3072", seconds=RSA_SECONDS)
        answer = await self._bao.call("GET", f"{self._service.letterbox}/export/public-key/{box}/latest")
        key = PublicKey(kid, next(iter(answer["data"]["keys"].values())), self._clock.now())
        async with self._database.transaction() as session:
            session.add(LetterboxKey(kid=key.kid, public_pem=key.public_pem, made_at=key.made_at))
            if self._service.name in self._service.letters_to:
                await self._learn(session, self._service.name, key)
        if self._service.name in self._service.letters_to:
            self._use(self._service.name, key)
        self._making = None
        log.info("a new letterbox key", kid=kid)

    async def _announce(self) -> None:
        newest = await self._newest()
        if newest is None:
            return
        message = LetterboxKeyMade(kid=newest.kid, public_pem=newest.public_pem, made_at=newest.made_at)
        await self._tell_everyone(message)

    async def _learn(self, session: AsyncSession, addressee: str, key: PublicKey) -> None:
        values = {
            "kid": key.kid,
            "addressee": addressee,
            "public_pem": key.public_pem,
            "made_at": key.made_at,
            "adopted_at": self._clock.now(),
        }
        await session.execute(upsert(SealingKey).values(**values).on_conflict_do_nothing())

    def _use(self, addressee: str, key: PublicKey) -> None:
        """Seal with `key` from now on, which the database knows."""
        if self._sealer.adopt(addressee, key):
            self._learnt()

    async def _known(self) -> Sequence[SealingKey]:
        async with self._database.reading() as session:
            return (await session.scalars(select(SealingKey).where(col(SealingKey.finished_at).is_(None)))).all()

    def _adopt(self, known: Sequence[SealingKey]) -> None:
        """Seal with the newest key that the database knows: another replica, or this one before it was
        killed, may have learnt it."""
        for row in known:
            self._sealer.adopt(row.addressee, PublicKey(row.kid, row.public_pem, row.made_at))

    async def on_announced(self, incoming: Incoming, message: LetterboxKeyMade) -> Handled:
        """A letterbox key of an addressee; believed only from its owner."""
        owner, _ = split_kid(message.kid)
        if owner != incoming.producer:
            raise CannotSucceed("a service announces a letterbox key that is not its own")
        key = PublicKey(message.kid, message.public_pem, message.made_at)
        known = self._sealer.newest(owner)

        async def effect(session: AsyncSession) -> None:
            if owner in self._service.letters_to and (known is None or known.made_at <= key.made_at):
                await self._learn(session, owner, key)

        def after() -> None:
            if owner in self._service.letters_to:
                self._use(owner, key)

        return Handled(effect, after=after)

    async def _finish(self) -> None:
        """Tell retention about keys that this service will never use again."""
        margin = self._clock.now() - timedelta(seconds=self._margin)
        async with self._database.transaction() as session:
            rows = (await session.scalars(select(SealingKey).where(col(SealingKey.finished_at).is_(None)))).all()
            newest = {row.addressee: row for row in sorted(rows, key=lambda row: row.made_at)}
            for row in rows:
                current = newest[row.addressee]
                # The margin lets a request that is sealing at this moment reach its commit.
                if current is row or current.adopted_at > margin or await self._is_outstanding(session, row.kid):
                    continue
                row.finished_at = self._clock.now()
                self._post.tell(session, "retention", LetterboxFinished(kid=row.kid))

    async def _is_outstanding(self, session: AsyncSession, kid: str) -> bool:
        query = select(col(Outgoing.id)).where(col(Outgoing.kid) == kid, col(Outgoing.receipted_at).is_(None)).limit(1)
        return (await session.scalars(query)).first() is not None or await self._outstanding(session, kid)

    async def on_rotate(self, incoming: Incoming, message: RotateLetterbox) -> Handled:
        """Retention asks for a new key: `kid` carried a letter of a signal that is being destroyed."""
        await self.rotate(message.kid)

        async def effect(session: AsyncSession) -> None:
            """The new key was made and announced; there is nothing else to store."""

        return Handled(effect)

    async def rotate(self, kid: str) -> None:
        """Begin a new key when `kid` is still the newest, and announce it at once."""
        newest = await self._newest()
        if newest is not None and newest.kid == kid:
            await self._make()
        await self._announce()

    async def on_release(self, incoming: Incoming, message: ReleaseLetterbox) -> Handled:
        """Lock `kid` and allow its deletion; retention's hand does the rest."""
        owner, box = split_kid(message.kid)
        mount = BY_NAME[owner].letterbox
        if incoming.producer != "retention" or not may_release(self._service.name, mount):
            raise CannotSucceed("a letterbox that is not this service's to release")
        transit = Transit(self._bao, mount)
        await transit.lock(box)
        await transit.allow_deletion(box)

        async def effect(session: AsyncSession) -> None:
            row = await session.get(LetterboxKey, message.kid)
            if row is not None:
                row.released_at = self._clock.now()
            released = KeysReleased(released=(Released(keys=(KeyRef(mount=mount, key=box),)),))
            self._post.tell(session, "retention", released)

        return Handled(effect)
