"""What export does: keep what was shared until its receiver has it, let him fetch and answer it, and end it in time.

It decides nothing about what is shared: who holds the file has chosen that, and the register has its line.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.export import store
from services.export.document import Handed
from services.export.restricting import KeepingBack
from services.export.rows import WRONG_SECRET, WRONG_SECRETS, Rows, place_of, standing
from services.export.settings import Settings
from services.export.store import DEPARTMENT, READ, REFUSED, UNREAD, Share
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date, end_of_day
from shared.contracts.common import KeyRef, KeysMade, KeysReleased, Released
from shared.contracts.export import ShareContent, ShareLetter
from shared.engine.documents import REPORT
from shared.engine.head import changed, vouch_for, vouched_for
from shared.errors import CannotSucceed, Conflict, NotBelieved, NotFound
from shared.identity import Person
from shared.keys.transit import key_name
from shared.laws import known_law
from shared.numbers import link_code, spoken_code
from shared.pages import Window
from shared.protocol.municipality import TABLE_OF_THE_RIEC
from shared.queue import Queue
from shared.service.platform import Platform

TakenUp = Literal["accepted", "accepted-with-local-part", "refused"]
WITH_LOCAL_PART: Literal["accepted-with-local-part"] = "accepted-with-local-part"
How = Literal["signed", "link", "inbox", "entered"]


@dataclass(frozen=True)
class Link:
    """What the receiver needs to fetch it: one by one road, the other by another. Shown once."""

    link: str
    secret: str
    until: datetime
    sealed: bool = False
    """What is fetched with it is sealed to the receiver's own key; False: he has none."""


class Sharing:
    def __init__(self, platform: Platform, settings: Settings) -> None:
        self.platform = platform
        self.rows = Rows(platform)
        self.keeping_back = KeepingBack(self.rows)
        self.rules = settings.laws.configured
        self.receivers = settings.receivers
        self._days = timedelta(days=settings.pickup_days)
        self.queue = Queue(
            platform.database,
            Share,
            platform.clock,
            name="shares",
            of=store.open_ones(),
            lease=timedelta(seconds=60),
            began="made_at",
            shows=("recipient_kind", "recipient"),
            remedy="its time is over and its key is not destroyed: see the status of OpenBao; a row that was altered is put"
            " right, or goes with its signal",
        )

    # --- it comes in, it ends --------------------------------------------------------------------

    async def comes(self, incoming: Incoming, message: ShareLetter) -> Handled:
        """What was shared, under a key of its own in this room."""
        content, word, kid = await self.platform.opener.content(message, ShareContent)
        if content.number != message.number or not (content.items or content.plan):
            raise CannotSucceed("this letter does not say what is shared of which signal")
        law = known_law(self.platform.settings.laws, content.protocol)
        if any(one.category != REPORT and law.category(one.category) is None for one in content.items):
            raise CannotSucceed("what is shared has to say from which source it is")
        room, now = self.platform.room(), self.platform.clock.now()
        key = key_name(incoming.id, room.mount)
        await room.make(key)
        place = place_of(room.mount, content.number, incoming.id)
        (ciphertext,) = await room.encrypt(key, [(place, content.model_dump_json().encode())])
        # Whoever reads on what day it ends can count on all of that day.
        until = end_of_day(calendar_date(now) + self._days)
        row = Share(
            id=incoming.id,
            next_at=until,
            number=content.number,
            recipient_kind=content.recipient_kind,
            recipient=content.recipient,
            state=UNREAD,
            room_key=key,
            ciphertext=ciphertext,
            issued=[],
            made_at=now,
            until=until,
        )

        async def effect(session: AsyncSession) -> None:
            # A copy: it may be done twice, the second time in a transaction of its own.
            share = changed(row, restricted=await self.keeping_back.comes(session, content) or None)
            session.add(await vouch_for(self.platform.mac, share))
            made = KeysMade(number=content.number, keys=(KeyRef(mount=room.mount, key=key),), carried_by=(kid,))
            self.platform.post.tell(session, "retention", made)
            session.add(self.rows.line("share waits for its receiver", row, content=content))

        return Handled(effect, word)

    async def end(self, row: Share) -> None:
        """Its time is over, or it was refused: the key is locked and goes. Raises PartDown, NotBelieved."""
        if not await vouched_for(self.platform.mac, row):
            raise NotBelieved
        now = self.platform.clock.now()
        if row.state != REFUSED and row.until > now:
            # Somebody made it due too early: the day stands under the MAC.
            async with self.platform.database.transaction() as session:
                later = update(Share).where(col(Share.id) == row.id).values(next_at=row.until, attempts=0)
                await session.execute(later)
            return
        ref = KeyRef(mount=store.SHARED_ROOM, key=row.room_key)
        await self.platform.releaser.release([ref])
        async with self.platform.database.transaction() as session:
            again = await session.get(Share, row.id, with_for_update=True)
            if again is None or again.ended_at is not None:
                # It went with its signal meanwhile, or somebody else ended it.
                return
            again = await self.rows.believed(again)
            await self.rows.become(session, again, ciphertext="", link=None, secret=None, ended_at=now)
            told = KeysReleased(released=(Released(number=row.number, keys=(ref,)),))
            self.platform.post.tell(session, "retention", told)
            session.add(self.rows.line("share ended", again, result=again.state))

    # --- who has the file ------------------------------------------------------------------------

    async def all(self, person: Person, number: str | None, window: Window) -> dict[str, Any]:
        """What was shared with whom, and how it stands; without content. `notBelieved`: how many rows are left out."""
        person.role_among((*self.rules.file_roles, "fg"))
        async with self.platform.database.reading() as session:
            page = await store.shares(session, number, window)
        return await self.rows.lists.shown("shares", page, standing)

    async def one(self, identifier: UUID, person: Person) -> dict[str, Any]:
        person.role_among((*self.rules.file_roles, "fg"))
        async with self.platform.database.reading() as session:
            return standing(await self.rows.believed(await session.get(Share, identifier)))

    async def make_link(self, identifier: UUID, person: Person) -> Link:
        """A link and a secret for who has no account here; those of before count no longer."""
        role = person.role_among(self.rules.file_roles)
        person.proved_just_now()
        async with self.platform.database.transaction() as session:
            row = await self.rows.open(await session.get(Share, identifier, with_for_update=True))
            if row.recipient_kind == DEPARTMENT:
                raise Conflict(
                    "Dit staat in het postvak van een onderdeel; een link is er voor wie geen toegang heeft."
                )
            if row.answered_at is not None:
                raise Conflict("Hierop is al geantwoord.")
            link, secret = link_code(), spoken_code()
            # What did not arrive can be fetched once more.
            fresh = {"state": UNREAD, "fetched_at": None, "tries": 0}
            hashed = await self.rows.hashed(row.id, secret)
            await self.rows.become(session, row, link=_hash(link), secret=hashed, **fresh)
            session.add(self.rows.line("link for a share made", row, person, role))
        return Link(link, secret, row.until, self.receivers.of(row.recipient).seals_to is not None)

    async def enter_answer(
        self, identifier: UUID, person: Person, outcome: TakenUp, reason: str | None
    ) -> dict[str, Any]:
        """What a receiver without an account answered in another way, entered by who has the file."""
        role = person.role_among(self.rules.file_roles)
        async with self.platform.database.transaction() as session:
            row = await self.rows.open(await session.get(Share, identifier, with_for_update=True))
            if row.recipient_kind == DEPARTMENT:
                raise Conflict("Een onderdeel antwoordt zelf.")
            if outcome == WITH_LOCAL_PART and row.recipient != TABLE_OF_THE_RIEC:
                raise Conflict("Alleen het RIEC neemt iets aan met een deel voor de gemeente.")
            return standing(await self.answered(session, row, outcome, reason, person, role, how="entered"))

    # --- who has no account ----------------------------------------------------------------------

    async def fetch(self, link: str, secret: str) -> bytes:
        """The document, or the package of the RIEC, once; sealed to the receiver's own key where it has one. Raises NotFound
        for what is not right, in the same words whatever it is."""
        row = await self._picked_up(link, secret)
        if row is None or row.fetched_at is not None:
            raise NotFound
        content = await self.rows.content(row)
        handed = await Handed.of(row.id, content, self.platform)
        receiver = self.receivers.of(row.recipient)
        sealed = receiver.seals_to is not None
        data = await asyncio.to_thread(receiver.sealed, handed.data)
        async with self.platform.database.transaction() as session:
            again = await self._as_before(session, row)
            await self.keeping_back.goes_out(session, again, content)
            kept = {"state": READ} if again.state == UNREAD else {}
            told = {"fetched_at": self.platform.clock.now(), "issued": [*again.issued, handed.digest], "sealed": sealed}
            await self.rows.become(session, again, **told, **kept)
            how = "sealed" if sealed else "not-sealed"
            session.add(self.rows.line("share fetched", again, content=content, reason=how))
        return data

    async def answer_from_outside(self, link: str, secret: str, outcome: TakenUp, reason: str | None) -> None:
        """Who has fetched it says whether he takes it up, with what he fetched it with."""
        row = await self._picked_up(link, secret)
        if row is None or row.fetched_at is None:
            raise NotFound
        async with self.platform.database.transaction() as session:
            await self.answered(session, await self._as_before(session, row), outcome, reason, how="link")

    async def _picked_up(self, link: str, secret: str) -> Share | None:
        """The share of a link, when the secret is right too. A wrong one counts."""
        async with self.platform.database.transaction() as session:
            row = await store.by_link(session, _hash(link))
            if row is None or row.tries >= WRONG_SECRETS:
                return None
            row = await self.rows.open(row)
            if hmac.compare_digest(row.secret or "", await self.rows.hashed(row.id, secret)):
                return row
            row.tries += 1
            session.add(self.rows.line("share fetched", row, result="refused", reason=WRONG_SECRET))
        return None

    async def _as_before(self, session: AsyncSession, before: Share) -> Share:
        """The row once more, locked; raises NotFound when it has another link by now, or was fetched since."""
        row = await self.rows.open(await session.get(Share, before.id, with_for_update=True))
        if row.link != before.link or row.fetched_at != before.fetched_at:
            raise NotFound
        return row

    # --- the answer ------------------------------------------------------------------------------

    async def answered(
        self,
        session: AsyncSession,
        row: Share,
        outcome: TakenUp,
        reason: str | None,
        person: Person | None = None,
        role: str | None = None,
        *,
        how: How,
    ) -> Share:
        """It was taken up or not. Raises Conflict when that is known already; only what its receiver signed stands in the
        place of what was said otherwise."""
        if row.answered_at is not None and (how != "signed" or row.answered_how == "signed"):
            raise Conflict("Hierop is al geantwoord.")
        now = self.platform.clock.now()
        # What is refused ends at once; what is accepted can be read until its day.
        due = {"next_at": now} if outcome == REFUSED else {}
        row = await self.rows.become(
            session, row, state=outcome, answered_at=now, answered_how=how, reason=reason, **due
        )
        session.add(self.rows.line("share answered", row, person, role, result=outcome, reason=reason or how))
        self.queue.wake()
        return row


def _hash(link: str) -> str:
    """256 random bits need no key."""
    return hashlib.sha256(link.encode()).hexdigest()
