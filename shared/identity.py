"""Who is calling, and which designations hold at this moment.

A token names a person and the designations that `access` knew when it was made, for at most five minutes.
A service also needs a lease that is still running, and judges start and end against its own clock; when
access or the bus is silent for longer than a lease, nobody is designated any more.

A caller's leases are remembered for two seconds, so that a request costs no query for them. What is remembered is
what was *told*: dates are judged anew at each request, and an end that this process hears of counts at once. Another
replica of the same service goes on believing a designation that was ended early for at most those two seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.clock import Clock
from shared.contracts.access import Leases
from shared.database.engine import Database
from shared.database.tables import Lease
from shared.errors import CannotSucceed, Forbidden, NotAuthenticated
from shared.keys.signing import SKEW, NotSigned, Verifier
from shared.settings import LONGEST_LEASE_SECONDS

TOKEN = "at+jwt"  # noqa: S105
TOKEN_SECONDS = 300
REMEMBERED_SECONDS = 2.0
LONGEST_LEASE = timedelta(seconds=LONGEST_LEASE_SECONDS)


@dataclass(frozen=True)
class Person:
    """Somebody with a valid token. `roles` are the designations that hold now."""

    user_id: str
    roles: frozenset[str] = frozenset()

    def role_among(self, allowed: frozenset[str] | set[str] | tuple[str, ...]) -> str:
        """The designation under which this person may act; raises Forbidden when there is none."""
        for role in sorted(allowed):
            if role in self.roles:
                return role
        raise Forbidden


class Identity:
    """Turns a bearer token into a Person for one service."""

    def __init__(
        self,
        service: str,
        verifier: Verifier,
        clock: Clock,
        database: Database,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._verifier = verifier
        self._clock = clock
        self._database = database
        # The machine's own seconds: the clock of the house can be set ahead.
        self._ticks = ticks
        self._remembered: dict[str, tuple[float, list[Lease]]] = {}

    async def caller(self, authorization: str | None) -> Person:
        """The person behind a bearer token; raises NotAuthenticated, or PartDown."""
        return await self.person(await self.claims(authorization))

    def forget(self) -> None:
        """Leases were changed, and this is committed: what was remembered of them counts no longer."""
        # Anew, not emptied: a look that began before the change puts its answer into the old one.
        self._remembered = {}

    async def claims(self, authorization: str | None) -> dict[str, Any]:
        """The claims of a valid token for this service; raises NotAuthenticated."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotAuthenticated
        try:
            claims = await self._verifier.verify(token.strip(), kind=TOKEN, service="access")
        except NotSigned as problem:
            raise NotAuthenticated from problem
        now = self._clock.now().timestamp()
        if claims.get("aud") != self._service or not claims.get("sub"):
            raise NotAuthenticated
        if not claims["iat"] - 30 <= now < min(claims["exp"], claims["iat"] + TOKEN_SECONDS):
            raise NotAuthenticated
        return claims

    async def person(self, claims: dict[str, Any]) -> Person:
        """The person of `claims`, with the roles that token and lease agree on; raises PartDown."""
        now = self._clock.now()
        told = {
            str(one["role"])
            for one in claims.get("designations", [])
            if datetime.fromisoformat(one["startsAt"]) <= now < datetime.fromisoformat(one["endsAt"])
        }
        user_id = str(claims["sub"])
        held = {
            one.role
            for one in await self._leases(user_id)
            if one.starts_at <= now < min(one.ends_at, one.lease_until)
            and one.lease_until <= now + LONGEST_LEASE + SKEW
        }
        return Person(user_id, frozenset(told & held))

    async def _leases(self, user_id: str) -> list[Lease]:
        remembered = self._remembered
        known = remembered.get(user_id)
        if known and self._ticks() < known[0]:
            return known[1]
        until = self._ticks() + REMEMBERED_SECONDS
        async with self._database.reading() as session:
            found = list((await session.scalars(select(Lease).where(col(Lease.user_id) == user_id))).all())
        remembered[user_id] = (until, found)
        return found


def check_lease(beacon: Leases, now: datetime) -> None:
    """Raises CannotSucceed for a lease that is longer than anybody is believed, or of a moment that has not come yet."""
    if not beacon.issued_at < beacon.lease_until <= beacon.issued_at + LONGEST_LEASE or beacon.issued_at > now + SKEW:
        raise CannotSucceed("a lease for longer than a service believes one")


async def keep_leases(session: AsyncSession, beacon: Leases) -> None:
    """Believe `beacon` instead of what was known, unless something newer was heard."""
    # One beacon at a time: several can arrive together, and only the newest counts.
    await session.execute(text("SELECT pg_advisory_xact_lock(4712)"))
    known = (await session.scalars(select(Lease))).all()
    if any(lease.issued_at > beacon.issued_at for lease in known):
        return
    found = {(one.user_id, one.role): one for one in beacon.designations}
    for lease in known:
        if (lease.user_id, lease.role) not in found:
            await session.delete(lease)
    if not found:
        return
    rows = [
        one.model_dump() | {"lease_until": beacon.lease_until, "issued_at": beacon.issued_at} for one in found.values()
    ]
    # In one statement: it comes every minute, to every service, with everybody who is designated.
    inserted = upsert(Lease).values(rows)
    changed = {name: inserted.excluded[name] for name in ("starts_at", "ends_at", "lease_until", "issued_at")}
    await session.execute(inserted.on_conflict_do_update(index_elements=["user_id", "role"], set_=changed))
