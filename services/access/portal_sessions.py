"""Sessions of the portal, kept for all its processes. Access can open none, and could be anybody without: it gives the tokens."""

from __future__ import annotations

from typing import cast

from services.access import portal_store, store
from services.access.portal import FOR_SESSIONS, Portal
from services.access.portal_store import KeptThere, PortalSession, PortalWords
from services.access.settings import Settings
from services.access.use_cases import Access
from shared.errors import NotAuthenticated
from shared.metrics.catalogue import LOGGED_IN
from shared.metrics.metrics import Shows
from shared.service.platform import Platform

SEEN_SECONDS = 15
"""That somebody did something is written as often as this: a session ends so much too early at most."""


class PortalSessions:
    """`shown`: the portal's assertion, for sessions. Each raises NotAuthenticated for who is not the portal."""

    def __init__(self, platform: Platform, settings: Settings, access: Access) -> None:
        self.platform = platform
        self.clock = platform.clock
        self._portal = Portal(settings, platform.clock)
        self._access = access

    async def begin(self, shown: str, name: str, token: str, idle_seconds: int, sealed: str) -> None:
        """Keep a session of the log-in that `token` was given for. Raises NotAuthenticated when that is over."""
        self._portal.authenticate(shown, FOR_SESSIONS)
        log_in = await self._access.resumed(token)
        row = PortalSession(
            name=name,
            user_id=log_in.subject,
            ends_by_leaving_at=log_in.ends_by_leaving_at,
            seen=self.clock.now(),
            idle_seconds=idle_seconds,
            sealed=sealed,
        )
        async with self.platform.database.transaction() as session:
            if await store.left_since(session, log_in.subject, log_in.ends_by_leaving_at):
                raise NotAuthenticated
            if await session.get(PortalSession, name):
                raise NotAuthenticated
            await portal_store.begin(session, row)

    async def find(self, shown: str, name: str, *, at_work: bool) -> KeptThere | None:
        """None where there is none, or he logged out. `at_work`: he does something now."""
        self._portal.authenticate(shown, FOR_SESSIONS)
        async with self.platform.database.reading() as session:
            row = cast(PortalSession | None, (await session.execute(portal_store.found(name))).scalar())
        if row is None:
            return None
        now = self.clock.now()
        is_over = row.ended(now)
        if at_work and not is_over and (now - row.seen).total_seconds() > SEEN_SECONDS:
            await self.platform.database.alone(portal_store.seen(name, now))
        return KeptThere(row.user_id, row.sealed, row.version, is_over)

    async def change(self, shown: str, name: str, version: int, sealed: str) -> bool:
        """False when it is not of this version any more: somebody changed or ended it."""
        self._portal.authenticate(shown, FOR_SESSIONS)
        changed = await self.platform.database.alone(portal_store.changed(name, version, sealed))
        return changed.scalar() is not None

    async def end(self, shown: str, name: str) -> None:
        """As when it ends by itself."""
        self._portal.authenticate(shown, FOR_SESSIONS)
        await self.platform.database.alone(portal_store.ended(name))

    async def keep_words(self, shown: str, of: str, name: str, sealed: str) -> bool:
        """What was typed in the session `of`, also when that is over. False when there is none."""
        self._portal.authenticate(shown, FOR_SESSIONS)
        async with self.platform.database.transaction() as session:
            return await portal_store.keep_words(session, of, name, sealed, self.clock.now())

    async def words(self, shown: str, name: str) -> KeptThere | None:
        self._portal.authenticate(shown, FOR_SESSIONS)
        async with self.platform.database.reading() as session:
            row = cast(PortalWords | None, (await session.execute(portal_store.words(name, self.clock.now()))).scalar())
        return KeptThere(row.user_id, row.sealed) if row else None

    async def drop_words(self, shown: str, name: str) -> None:
        """They were sent."""
        self._portal.authenticate(shown, FOR_SESSIONS)
        await self.platform.database.alone(portal_store.dropped(name))

    async def logged_in(self) -> list[Shows]:
        """For a scrape."""
        async with self.platform.database.reading() as session:
            return [Shows(LOGGED_IN, await portal_store.count(session, self.clock.now()))]
