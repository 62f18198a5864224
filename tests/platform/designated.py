"""Access as other services hear it: what it says of who is designated, signed with its own key."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from datetime import datetime, timedelta

from shared.bus.inbox import Incoming
from shared.bus.post import Post
from shared.clock import Clock, SystemClock
from shared.contracts.access import Designation, Leases
from shared.database.tables import Outgoing
from shared.keys.signing import Signer
from shared.leases import Designations
from shared.openbao import OpenBao
from shared.privileges import EVERYONE
from shared.service.platform import Platform

LEASE = timedelta(seconds=300)


def designation(
    user_id: str, role: str, since: datetime, *, lasts: timedelta = timedelta(days=1), until: datetime | None = None
) -> Designation:
    return Designation(user_id=user_id, role=role, starts_at=since, ends_at=until or since + lasts)


class AccessSays:
    """`bao`: OpenBao as access reaches it; the clock is that of who listens."""

    def __init__(self, bao: OpenBao, clock: Clock) -> None:
        self._clock = clock
        self._signer = Signer("access", bao, SystemClock())
        self._post = Post("access", self._signer, clock, "0" * 20)
        self._seqs = itertools.count(1)
        self._certified = False

    async def leases(
        self, *given: Designation, seq: int | None = None, lease: timedelta = LEASE, issued_at: datetime | None = None
    ) -> tuple[Outgoing, Leases]:
        """A message as access sends it, with the next number unless one is given."""
        if not self._certified:
            await self._signer.certify()
            self._certified = True
        now = issued_at or self._clock.now()
        message = Leases(
            seq=next(self._seqs) if seq is None else seq,
            issued_at=now,
            lease_until=now + lease,
            designations=given,
        )
        return self._post.envelope(EVERYONE, message), message

    async def to(self, platform: Platform, *given: Designation, **more: object) -> Outgoing:
        """`platform` hears it, as its inbox would."""
        envelope, message = await self.leases(*given, **more)  # type: ignore[arg-type]
        await hear(platform, envelope, message)
        return envelope


async def hear(platform: Platform, envelope: Outgoing, message: Leases) -> None:
    """The handler of every service, with a message that was verified."""
    designations: Designations = platform.designations
    incoming = Incoming(envelope.id, "access", True, envelope.headers, envelope.body or b"")
    handled = await designations.on_told(incoming, message)
    await platform.database.together(handled.effect)
    handled.after()


def known(given: Collection[tuple[str, str]], since: datetime) -> list[Designation]:
    return [designation(user, role, since, lasts=timedelta(days=3650)) for user, role in given]
