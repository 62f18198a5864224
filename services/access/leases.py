"""Telling everybody, again and again, who is designated: from statements that are believed, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.access import store
from services.access.settings import Settings
from services.access.statements import Register, Statements
from shared.contracts.access import Designation, Leases
from shared.database.tables import Outgoing
from shared.errors import PartDown
from shared.periodic import Periodic
from shared.privileges import EVERYONE
from shared.service.platform import Platform

SOON = timedelta(seconds=2)
"""After how long at most the leases are told again that a part kept from being told."""


@dataclass(frozen=True)
class Issued:
    """Who is designated, as it was signed and kept; by these statements."""

    envelope: Outgoing
    message: Leases
    register: Register


class Leasing:
    def __init__(self, platform: Platform, settings: Settings, statements: Statements) -> None:
        self.platform = platform
        self._lease = timedelta(seconds=settings.lease_seconds)
        self._statements = statements
        self.renewal = Periodic(
            "leases",
            self.renew,
            platform.clock,
            every=settings.beacon_seconds,
            soon=SOON,
            remedy="nobody hears who is designated, and when the leases run out nobody is: put right what it names",
        )

    async def issue(self, session: AsyncSession, register: Register) -> Issued:
        """Who is designated now, signed, and kept here as every service keeps it. Raises NotSigned, and CannotSucceed
        when less is known here than was told before."""
        now = self.platform.clock.now()
        message = Leases(
            seq=register.seq,
            issued_at=now,
            lease_until=now + self._lease,
            designations=tuple(
                Designation(user_id=one.user_id, role=one.role, starts_at=one.starts_at, ends_at=one.ends_at)
                for _, one in register.open(now)
                if one.starts_at <= now
            ),
        )
        envelope = self.platform.post.envelope(EVERYONE, message)
        await self.platform.designations.keep(session, envelope.headers, envelope.body or b"", message)
        return Issued(envelope, message, register)

    async def tell(self, issued: Issued) -> None:
        """What was committed counts here at once, and elsewhere; where the bus is away, as soon as it is back."""
        self._statements.know(issued.register)
        self.platform.designations.heard(issued.message)
        try:
            await self.platform.bus.publish(issued.envelope)
        except PartDown:
            self.renewal.wake()

    async def renew(self) -> None:
        """Tell everybody again who is designated; what is believed runs out otherwise. Raises PartDown, NotSigned, and
        CannotSucceed while statements are missing that were known."""
        async with self.platform.database.transaction() as session:
            # What was read before a designation and signed after it would be an older number at a later moment.
            await store.one_at_a_time(session)
            register, _ = await self._statements.read(session)
            issued = await self.issue(session, register)
        self.platform.designations.heard(issued.message)
        await self.platform.bus.publish(issued.envelope)
