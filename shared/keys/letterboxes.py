"""The life of letterbox keys: one is made for a period, learnt by the senders, outlived, and destroyed.

A key is destroyed when every sender has moved to a newer one and no letter sealed with it is outstanding.
From then on copies of those letters in outboxes, streams and backups are dark.

No key is believed for where it was found. What its owner signed is verified each time that one is adopted, from a
message, a row or the file, and again at every beacon; what does not hold is dropped and shown.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.inbox import Handled, Incoming
from shared.bus.post import Post
from shared.clock import Clock
from shared.contracts.common import KeyRef, KeysReleased, LetterboxFinished, LetterboxKeyMade, Message, Released
from shared.contracts.retention import ReleaseLetterbox, RotateLetterbox
from shared.database.engine import Database
from shared.database.tables import LetterboxKey, Outgoing, SealingKey
from shared.errors import CannotSucceed
from shared.hands import may_release
from shared.keys.announced import PublicKey, announced, announced_as_known, revocation, revoked
from shared.keys.letters import split_kid
from shared.keys.own_letterbox import OwnLetterbox
from shared.keys.refused import NOT_SIGNED, NOT_WRITTEN_TO, REVOKED, refuse, refused_keys
from shared.keys.sealing import Sealer
from shared.keys.signing import NotSigned, Signer, Verifier
from shared.keys.transit import Transit
from shared.openbao import OpenBao
from shared.periodic import Periodic
from shared.privileges import ADDRESSEES, BY_NAME
from shared.stuck import Stuck
from shared.wake import Wake

SOON_SECONDS = 2.0
"""After how long a beacon is tried again that a part kept from being sent."""
FINISHING_SECONDS = 5.0
"""How often is looked whether an older key can be finished, while there is one."""

NOBODY_SEALS = text("SELECT pg_advisory_xact_lock(4715, hashtext(:kid))")  # nobody writes a letter to it meanwhile

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
        signer: Signer,
        verifier: Verifier,
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
        self._signer = signer
        self._verifier = verifier
        self._clock = clock
        self._beacon = beacon
        self._margin = timedelta(seconds=margin)
        self._learnt = Wake()
        self._outstanding = outstanding
        self._own = OwnLetterbox(service, database, bao, signer, verifier, clock, days)
        self._revoked: set[str] = set()
        self._since: dict[str, datetime] = {}
        self._made: dict[tuple[str, str], datetime] = {}
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

    # --- running ---------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Adopt and finish each time; make and announce when the beacon is due. Raises what a part raises."""
        self._older = await self.look()
        if self._older:
            await self._finish()
        due = self._beacon_at
        if due <= time.monotonic():
            if self._service.name in ADDRESSEES:
                await self._announce(await self._own.revoked())
            # Unless `again` was called meanwhile.
            if self._beacon_at == due:
                self._beacon_at = time.monotonic() + self._beacon

    def _until_next(self) -> float:
        """Seconds to the next beacon; less while an older key is to be finished."""
        left = max(0.0, self._beacon_at - time.monotonic())
        return min(FINISHING_SECONDS, self._margin.total_seconds() / 2, left) if self._older else left

    def again(self) -> None:
        """Make and announce now what is to be: the key that this service signs with is another."""
        self._beacon_at = min(self._beacon_at - 1, 0.0)
        self._learnt()

    async def _announce(self, refused: Sequence[str], *, other_than: str | None = None) -> None:
        """Tell everybody which key of this service is to be sealed with, and which are not to be."""
        key = await self._own.current(refused, other_than=other_than)
        if self._service.name in self._service.letters_to:
            await self._learn_own(key, refused)
        message = LetterboxKeyMade(
            statement=key.statement, revoked=tuple(revocation(self._signer, kid) for kid in refused)
        )
        await self._tell_everyone(message)

    # --- what is sealed with ---------------------------------------------------------------------

    async def look(self) -> bool:
        """Drop what is sealed with and does not hold any more, and adopt the newest that does; rows that do not are
        marked. Another replica, or this one before it was killed, may have learnt one.

        Returns whether there is an older one that is not finished. Raises PartDown.
        """
        for addressee, key in self._sealer.all().items():
            try:
                await announced(self._verifier, addressee, key.statement)
            except NotSigned:
                self._sealer.drop(addressee, key.kid)
        async with self._database.reading() as session:
            rows = (await session.scalars(select(SealingKey).where(col(SealingKey.finished_at).is_(None)))).all()
        for row in rows:
            if row.refused_because is not None:
                continue
            if why := await self._what_is_wrong(row):
                async with self._database.transaction() as session:
                    await refuse(session, SealingKey, row.kid, why, self._clock.now())
        newest = {one.kid for one in self._sealer.all().values()}
        return any(row.kid not in newest for row in rows)

    async def _what_is_wrong(self, row: SealingKey) -> str | None:
        """Why nothing is sealed with the key of `row`; None when it was adopted, or a newer one was."""
        if row.addressee not in self._service.letters_to:
            return NOT_WRITTEN_TO
        if row.kid in self._revoked:
            return REVOKED
        try:
            key = await announced(self._verifier, row.addressee, row.statement)
        except NotSigned:
            return NOT_SIGNED
        if key.kid != row.kid:
            return NOT_SIGNED
        self._made.setdefault((row.addressee, key.kid), key.made_at)
        self._sealer.adopt(row.addressee, key)
        return None

    async def on_announced(self, incoming: Incoming, message: LetterboxKeyMade) -> Handled:
        """A letterbox key of an addressee, and which are not to be used; believed only from their owner."""
        owner = incoming.producer
        key = await announced(self._verifier, owner, message.statement)
        refused = [await revoked(self._verifier, owner, one) for one in message.revoked]

        async def effect(session: AsyncSession) -> None:
            if owner in self._service.letters_to:
                await self._learn(session, owner, key, refused)

        def after() -> None:
            if owner in self._service.letters_to:
                self._use(owner, key, refused)

        return Handled(effect, after=after)

    async def _learn_own(self, key: PublicKey, refused: Sequence[str]) -> None:
        """Who writes letters to itself learns its own key as others do."""
        owner = self._service.name
        async with self._database.transaction() as session:
            await self._learn(session, owner, key, refused)
        self._use(owner, key, refused)

    async def _learn(self, session: AsyncSession, owner: str, key: PublicKey, refused: Sequence[str]) -> None:
        for kid in refused:
            await refuse(session, SealingKey, kid, REVOKED, self._clock.now())
        known = self._sealer.newest(owner)
        if key.kid in refused or (known is not None and known.made_at > key.made_at):
            return
        values: dict[str, Any] = {"addressee": owner, "statement": key.statement}
        values |= dict.fromkeys(("finished_at", "refused_at", "refused_because"))
        adding = upsert(SealingKey).values(kid=key.kid, adopted_at=self._clock.now(), **values)
        # What its owner says puts right what somebody made of the row; what the owner has revoked stays so.
        altered = and_(
            col(SealingKey.refused_because).is_distinct_from(REVOKED),
            or_(*(col(getattr(SealingKey, name)).is_distinct_from(value) for name, value in values.items())),
        )
        await session.execute(adding.on_conflict_do_update(index_elements=["kid"], set_=values, where=altered))

    def _use(self, owner: str, key: PublicKey, refused: Sequence[str]) -> None:
        """Seal with `key` from now on, which the database knows, unless a newer one is known; with none of `refused`."""
        self._revoked.update(refused)
        self._made.setdefault((owner, key.kid), key.made_at)
        dropped = [kid for kid in refused if self._sealer.drop(owner, kid)]
        if (key.kid not in self._revoked and self._sealer.adopt(owner, key)) or dropped:
            self._learnt()

    # --- until it is destroyed -------------------------------------------------------------------

    async def _finish(self) -> None:
        """Tell retention about keys that this service will never use again."""
        now = self._clock.now()
        async with self._database.transaction() as session:
            rows = (await session.scalars(select(SealingKey).where(col(SealingKey.finished_at).is_(None)))).all()
            adopted = {row.kid: row.adopted_at for row in rows}
            for row in rows:
                newest = self._sealer.newest(row.addressee)
                if newest is None or not self._is_outlived(row, newest):
                    continue
                # The margin lets a request that is sealing at this moment reach its commit, here or in a replica.
                since = max(self._since.setdefault(newest.kid, now), adopted.get(newest.kid, now))
                if since > now - self._margin:
                    continue
                # Letters to it that others are writing are there by then, and later ones refused by the database.
                await session.execute(NOBODY_SEALS, {"kid": row.kid})
                await session.refresh(row, with_for_update=True)
                if row.finished_at is not None or await self._is_outstanding(session, row.kid):
                    continue
                row.finished_at = now
                self._post.tell(session, "retention", LetterboxFinished(kid=row.kid))

    def _is_outlived(self, row: SealingKey, newest: PublicKey) -> bool:
        """Whether the key of `row` is older than the newest of its owner, and so is never sealed with again.

        That has to be true whoever wrote the row. Where no signature says when a key was made, one did that was believed then
        (and was revoked since); else its name says the day.
        """
        if row.kid in {key.kid for key in self._sealer.all().values()}:
            return False
        with contextlib.suppress(NotSigned):
            key = announced_as_known(self._verifier, row.addressee, row.statement)
            if key.kid == row.kid:
                return key.made_at < newest.made_at
        if made := self._made.get((row.addressee, row.kid)):
            return made < newest.made_at
        with contextlib.suppress(CannotSucceed):
            (owner, box), (_, day) = split_kid(row.kid), split_kid(newest.kid)
            return owner == row.addressee and box[:8] < day[:8]
        return False

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
        await self._announce(await self._own.revoked(), other_than=kid)

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

    async def stuck(self) -> Stuck:
        """The keys that are refused, its own and those of its addressees; raises PartDown."""
        async with self._database.reading() as session:
            return await refused_keys(session)
