"""What somebody typed while his log-in had ended: kept for minutes, for him alone, until he has logged in again.

At access, as sessions are, and sealed under a key that only his browser has (in a cookie that no script reads) together with the
portal: who has the one has half of it. It is given to the same person only, on the page he was on.
"""

from __future__ import annotations

import secrets
from typing import Any

from starlette.datastructures import FormData

from services.portal.keeper import Keeper
from services.portal.repeated import typed
from services.portal.sealing import PortalSeal
from services.portal.sessions import SESSION, Session

KEPT_COOKIE = "__Host-bewaard"
KEPT_SECONDS = 900
"""As access keeps it: long enough to log in again, and to be called away at it."""
KEPT_WORDS = "words"


class Kept:
    """Each raises PartDown while nothing can be found."""

    def __init__(self, keeper: Keeper, sealing: PortalSeal) -> None:
        self._keeper, self._sealing = keeper, sealing

    async def put(self, session: Session, page: str, filled: FormData) -> str | None:
        """Keeps what was filled in on `page` (a path of the portal) by whose `session` is or was. Returns what opens it, for his
        browser; None for what is longer than any service would take."""
        secret = secrets.token_urlsafe(32)
        said = {"page": page, "words": [[name, value] for name, value in typed(filled)]}
        sealed = self._sealing.seal(said, secret, KEPT_WORDS, session.user_id)
        of = self._sealing.name(session.number, SESSION)
        return secret if await self._keeper.keep_words(of, self._sealing.name(secret, KEPT_WORDS), sealed) else None

    async def page_of(self, secret: str | None, user_id: str) -> str | None:
        """On which page this person was; None for anybody else, and when it is over."""
        found = await self._find(secret, user_id)
        return str(found["page"]) if found else None

    async def words(self, secret: str | None, user_id: str, page: str) -> FormData | None:
        """What he filled in on `page`, if that is where he was."""
        found = await self._find(secret, user_id)
        if found is None or found["page"] != page:
            return None
        return FormData([(str(name), str(value)) for name, value in found["words"]])

    async def drop(self, secret: str | None) -> None:
        """He has sent it. A log-out drops all of a person's, at access."""
        if secret:
            await self._keeper.drop_words(self._sealing.name(secret, KEPT_WORDS))

    async def _find(self, secret: str | None, user_id: str) -> dict[str, Any] | None:
        entry = await self._keeper.words(self._sealing.name(secret, KEPT_WORDS)) if secret else None
        if secret is None or entry is None or entry.user_id != user_id:
            return None
        found = self._sealing.open(entry.sealed, secret, KEPT_WORDS, user_id)
        return found if isinstance(found, dict) else None
