"""What receivers outside say by a signed channel, and what they are told when a package of theirs was destroyed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.export.store import EndingRow, OutsideRow, Share, delete_rows
from services.export.use_cases import Sharing
from shared import audit
from shared.clock import calendar_date
from shared.contracts.export import OutsideSaid, OutsideTold
from shared.engine.head import vouch_for, vouched_for
from shared.errors import Conflict, NotFound
from shared.keys.signing import NotSigned
from shared.outside import ENDED_KIND, ENDINGS_KIND, may_be_of, said_by
from shared.protocol.municipality import TABLE_OF_THE_RIEC

MOST_SAID = 100
"""How much a receiver says about one share."""
ASKED_WITHIN = timedelta(minutes=5)
KEPT_DAYS = 400
"""So long a receiver can hear that a package of his was destroyed."""


class Outside:
    def __init__(self, sharing: Sharing) -> None:
        self.sharing = sharing
        self.platform = sharing.platform
        self.rows = sharing.rows
        self.receivers = sharing.receivers

    async def hears(self, share: UUID, statement: str) -> None:
        """A receiver has it, answers, or asks, of whichever copy was issued to him; said once more it changes nothing. What the
        RIEC says goes to who holds the file. Raises NotFound for what is not his, in the same words whatever it is; Conflict for an answer that cannot be."""
        async with self.platform.database.reading() as session:
            row = await self.rows.believed(await session.get(Share, share))
        try:
            said = said_by(self.receivers.of(row.recipient), row.recipient, statement)
        except NotSigned:
            raise NotFound from None
        async with self.platform.database.transaction() as session:
            row = await self.rows.believed(await session.get(Share, share, with_for_update=True))
            if said.share != row.id or said.digest not in row.issued:
                raise NotFound
            if await session.get(OutsideRow, said.id) is not None:
                return
            now = self.platform.clock.now()
            await self._not_too_much(session, share)
            kept = OutsideRow(id=said.id, number=row.number, share=row.id, statement=statement, said_at=now)
            session.add(await vouch_for(self.platform.mac, kept))
            await self._effect(session, await self.rows.become(session, row, said_of=said.digest), said)
            if row.recipient == TABLE_OF_THE_RIEC:
                self.platform.post.tell(session, "casework", OutsideTold(number=row.number, statement=statement))

    async def _effect(self, session: AsyncSession, row: Share, said: OutsideSaid) -> None:
        now = self.platform.clock.now()
        if said.outcome is not None:
            if not may_be_of(said, calendar_date(row.made_at), calendar_date(now)):
                raise Conflict("De dag van dit antwoord ligt voor de verstrekking, of is nog niet gekomen.")
            await self.sharing.answered(session, row, said.outcome, None, how="signed")
        elif said.kind == "received":
            await self.rows.become(session, row, received_at=row.received_at or now)
            session.add(self.rows.line("share received", row, reason="signed"))
        else:
            session.add(self.rows.line("share asked about", row, reason="signed"))

    @staticmethod
    async def _not_too_much(session: AsyncSession, share: UUID) -> None:
        query = select(func.count()).select_from(OutsideRow).where(col(OutsideRow.share) == share)
        if (await session.execute(query)).scalar_one() >= MOST_SAID:
            raise Conflict(f"Over deze verstrekking zijn al {MOST_SAID} berichten ontvangen; er kan niets meer bij.")

    # --- what was destroyed ----------------------------------------------------------------------

    async def erase(self, session: AsyncSession, numbers: Collection[str]) -> None:
        """Everything about these signals goes; of what a receiver outside has, its number and the day stay, to be told."""
        now = self.platform.clock.now()
        for row in (await session.scalars(select(Share).where(col(Share.number).in_(numbers)))).all():
            if not await vouched_for(self.platform.mac, row):
                # Whoever has it is not told by a row that export did not write.
                session.add(self.rows.line("receiver of what was destroyed is not known", row))
                continue
            if row.digest is None:
                continue
            ending = EndingRow(id=row.id, recipient=row.recipient, destroyed_on=calendar_date(now))
            session.add(await vouch_for(self.platform.mac, ending))
            session.add(self.rows.line("receiver is told of destruction", row))
        long_ago = calendar_date(now) - timedelta(days=KEPT_DAYS)
        await session.execute(delete(EndingRow).where(col(EndingRow.destroyed_on) < long_ago))
        await session.execute(delete(OutsideRow).where(col(OutsideRow.number).in_(numbers)))
        await delete_rows(session, numbers)

    async def endings(self, receiver: str, statement: str) -> list[str]:
        """What was destroyed of what `receiver` has, each signed by export: number and day. He signs that he asks, now.

        Raises NotFound for who did not sign that.
        """
        now = self.platform.clock.now()
        try:
            claims = self.receivers.of(receiver).said(statement, ENDINGS_KIND)
        except NotSigned:
            raise NotFound from None
        asked_at = claims["iat"]
        if claims.get("by") != receiver or asked_at < (self.platform.machine.now() - ASKED_WITHIN).timestamp():
            raise NotFound
        async with self.platform.database.transaction() as session:
            mine = col(EndingRow.recipient) == receiver
            query = select(EndingRow).where(mine).order_by(col(EndingRow.destroyed_on), col(EndingRow.id))
            found = [one for one in await session.scalars(query) if await vouched_for(self.platform.mac, one)]
            for one in found:
                if one.told_at is None:
                    one.told_at = now
                    about = f"partner:{one.recipient}:{one.id}"
                    session.add(audit.line(now, "receiver heard of destruction", actor=None, part=about))
        return [self._signed(one) for one in found]

    def _signed(self, one: EndingRow) -> str:
        told = {"package": str(one.id), "receiver": one.recipient, "destroyedOn": one.destroyed_on.isoformat()}
        return self.platform.signer.sign(ENDED_KIND, told)
