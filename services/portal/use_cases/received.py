"""What was shared with a department: it reads it, has it as a document, and takes it up or says why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from services.portal.calls import Calls
from services.portal.forms import Filled
from services.portal.read import Read
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.filled import trouble
from services.portal.use_cases.shares import ROWS_OF_SHARES, SERVICE, answered
from shared.errors import NotFound


@dataclass(frozen=True)
class ReceivedShare:
    """`share`: how it stands, as its receiver sees it; `read`: what was shared."""

    share: dict[str, Any]
    read: Read

    @property
    def is_answered(self) -> bool:
        return self.share["answeredAt"] is not None


class ReceivedShares:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def listed(self, session: Session, cursor: str | None) -> dict[str, Any]:
        """What can still be read, what ends first before the rest. Raises NotFound for who is of no department."""
        asked = urlencode({"limit": ROWS_OF_SHARES} | ({"cursor": cursor} if cursor else {}))
        said = await self._calls.get(session, SERVICE, f"/v1/inbox?{asked}")
        if not said.is_done:
            raise NotFound
        return said.body

    async def one(self, session: Session, identifier: UUID) -> ReceivedShare:
        """Raises NotFound: of another department, over, refused, and never there are one answer."""
        said = await self._calls.get(session, SERVICE, f"/v1/inbox/{identifier}")
        if not said.is_done:
            raise NotFound
        return ReceivedShare(said.body, Read.of_share(said.body["content"]))

    async def document(self, session: Session, identifier: UUID) -> bytes:
        """The same as a PDF. Raises NotFound."""
        found = await self._calls.document(session, SERVICE, f"/v1/inbox/{identifier}/document")
        if found is None:
            raise NotFound
        return found

    async def answer(self, session: Session, received: ReceivedShare, filled: Filled) -> Trouble | None:
        path = f"/v1/inbox/{received.share['id']}/answers"
        return trouble(await self._calls.post(session, SERVICE, path, answered(filled)))
