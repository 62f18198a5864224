"""Who is designated at this moment: what access said last, kept as it came and believed as far as its signature goes.

The message itself is the row. Whoever can write rows can therefore take designations away, and give none: what access
did not sign is nobody's, and what was put back from yesterday has run out. A message that is older than one that this
process has heard is not believed either, also while its lease still runs.

What was read is remembered for two seconds, so that a request costs no query for it. What is remembered is what was
*told*: dates are judged anew at each request, and an end that this process hears of counts at once. Another replica of
the same service goes on believing a designation that was ended early for at most those two seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.bus.post import KEPT_HEADERS
from shared.bus.proof import said
from shared.clock import Clock
from shared.contracts.access import Designation, Leases
from shared.database.engine import Database
from shared.database.tables import Lease
from shared.doubts import Doubt, Doubts
from shared.errors import CannotSucceed
from shared.keys.signing import SKEW, NotSigned, Verifier
from shared.privileges import EVERYONE
from shared.settings import LONGEST_LEASE_SECONDS

REMEMBERED_SECONDS = 2.0
UNSIGNED_LEASE = Doubt("access did not sign this, or not as it stands here", "not-signed")
OLDER = Doubt("it is older than what this process has heard", "older-than-heard")
TOO_LONG = Doubt("it is for longer than a lease is believed", "too-long")
RECORD = "lease"
LONGEST_LEASE = timedelta(seconds=LONGEST_LEASE_SECONDS)
LOCK = text("SELECT pg_advisory_xact_lock(4712)")


class Designations:
    """What this service knows of who is designated."""

    def __init__(
        self, verifier: Verifier, clock: Clock, database: Database, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._verifier = verifier
        self._clock = clock
        self._database = database
        # The machine's own seconds: the clock of the house can be set ahead.
        self._ticks = ticks
        self._remembered: dict[str, tuple[float, Leases | None]] = {}
        self._newest: Leases | None = None
        self._as_read: tuple[Mapping[str, str], bytes] | None = None
        """The row that says `_newest`: what is read again as it was is not verified again."""
        self.doubts = Doubts(
            "lease",
            clock,
            "somebody changed the row past the service: tell who watches over security; access says anew within a minute"
            " who is designated, and until then nobody is who was not before",
        )

    # --- asking ----------------------------------------------------------------------------------

    async def of(self, user_id: str) -> list[Designation]:
        """What `user_id` is designated for now; raises PartDown."""
        return [one for one in await self._in_force() if one.user_id == user_id]

    async def with_role(self, roles: Collection[str]) -> set[str]:
        """Who is designated now as one of `roles`; raises PartDown."""
        return {one.user_id for one in await self._in_force() if one.role in roles}

    async def held_since(self, user_id: str, role: str, moment: datetime) -> bool:
        """Whether one designation as `role` has held from `moment` until now; raises PartDown."""
        return any(one.role == role and one.starts_at <= moment for one in await self.of(user_id))

    async def told_at(self) -> datetime | None:
        """When access said what is believed here; None before anything was heard. Raises PartDown."""
        told = await self._told()
        return told.issued_at if told else None

    async def _in_force(self) -> list[Designation]:
        told, now = await self._told(), self._clock.now()
        if told is None or told.lease_until <= now:
            return []
        return [one for one in told.designations if one.starts_at <= now < one.ends_at]

    async def _told(self) -> Leases | None:
        remembered = self._remembered
        known = remembered.get(RECORD)
        if known and self._ticks() < known[0]:
            return known[1]
        until = self._ticks() + REMEMBERED_SECONDS
        async with self._database.reading() as session:
            row = await session.get(Lease, 1)
        found, doubt = await self._believed(row)
        await self._say({RECORD: doubt} if doubt else {})
        remembered[RECORD] = (until, found)
        return found

    def heard(self, message: Leases) -> None:
        """`message` was kept, and this is committed: this process believes nothing older any more."""
        if self._newest is None or not _is_older(message, self._newest):
            self._newest, self._as_read = message, None
        self.forget()

    def forget(self) -> None:
        """What was remembered counts no longer."""
        # Anew, not emptied: a look that began before the change puts its answer into the old one.
        self._remembered = {}

    # --- believing -------------------------------------------------------------------------------

    async def _believed(self, row: Lease | None) -> tuple[Leases | None, Doubt | None]:
        """What holds when `row` is what is read, and what is wrong with it."""
        if row is None:
            return self._newest, None
        if self._as_read == (row.headers, row.body):
            return self._newest, None
        if not _can_be_a_message(row):
            return self._newest, UNSIGNED_LEASE
        try:
            await said(self._verifier, "access", Leases, EVERYONE, row.headers, row.body)
            found = Leases.model_validate_json(row.body)
        except (NotSigned, ValidationError):
            return self._newest, UNSIGNED_LEASE
        if self._newest and _is_older(found, self._newest):
            return self._newest, OLDER
        if not self._is_for_minutes(found):
            return self._newest, TOO_LONG
        self._newest, self._as_read = found, (row.headers, row.body)
        return found, None

    def _is_for_minutes(self, told: Leases) -> bool:
        """Whether it lasts no longer than anybody is believed, access either, and is of no moment that is still to come."""
        lasts = told.lease_until - told.issued_at
        return timedelta() < lasts <= LONGEST_LEASE and told.issued_at <= self._clock.now() + SKEW

    async def _say(self, found: Mapping[str, Doubt]) -> None:
        lines = self.doubts.new(found)
        if lines:
            async with self._database.transaction() as session:
                session.add_all(lines)
        self.doubts.note(found)

    # --- hearing ---------------------------------------------------------------------------------

    async def on_told(self, incoming: Incoming, message: Leases) -> Handled:
        """Access says who is designated."""
        if incoming.producer != "access":
            raise CannotSucceed("only access designates")
        if not self._is_for_minutes(message):
            raise CannotSucceed("a lease for longer than a service believes one")
        return Handled(
            lambda session: self.keep(session, incoming.headers, incoming.body, message),
            after=lambda: self.heard(message),
        )

    async def keep(self, session: AsyncSession, headers: Mapping[str, str], body: bytes, message: Leases) -> None:
        """Believe `message`, which was verified, instead of what was known, unless something newer was heard.

        Raises CannotSucceed for one by which access knows less than it did.
        """
        # One at a time: several can arrive together, and only the newest counts.
        await session.execute(LOCK)
        row = await session.get(Lease, 1)
        known, doubt = await self._believed(row)
        if doubt:
            # It is about to be written over: told, if nobody has read it before.
            session.add_all(self.doubts.new({RECORD: doubt}))
        if known and _is_older(message, known):
            if message.issued_at > known.issued_at:
                raise CannotSucceed("access knows fewer statements on designations than it did: its rows were put back")
            return
        kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
        await session.merge(Lease(id=1, headers=kept, body=body))


def _can_be_a_message(row: Lease) -> bool:
    """Whether it has the types that a message has: the columns are no promise of somebody who can change the table."""
    headers: object = row.headers
    return (
        isinstance(headers, dict)
        and all(isinstance(one, str) for one in headers.values())
        and isinstance(row.body, bytes)
    )


def _is_older(one: Leases, other: Leases) -> bool:
    return one.seq < other.seq or one.issued_at < other.issued_at
