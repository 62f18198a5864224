"""A row of what was shared: believed for its MAC, opened with its key, changed under a new MAC, told of in the trail."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.export.store import REFUSED, Share
from shared import audit
from shared.contracts.export import ShareContent
from shared.database.tables import Audit
from shared.engine.head import vouch_for, vouched_for
from shared.errors import Conflict, NotBelieved, NotFound
from shared.identity import Person
from shared.keys.transit import Place
from shared.listed import BelievedLists
from shared.processing import Concerns
from shared.service.platform import Platform

ITEM = "share"
KEPT_BACK = "Dit is nu niet beschikbaar. Het kan later weer worden gelezen; wie het verstrekte, kan zeggen wanneer."
"""Not why: of what is about one person that would tell that he asked for something (art. 10)."""
WRONG_SECRET = "secret"  # noqa: S105  (a code of the audit trail)
"""Why something was not fetched: nothing is processed then."""
WRONG_SECRETS = 5
"""How often a secret may be wrong before its link is worth nothing."""


class Rows:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.lists = BelievedLists(platform, "shares-listed")

    async def content(self, row: Share) -> ShareContent:
        """For its receiver, who gets it when `KeepingBack.goes_out` lets it go. Raises CannotSucceed when its key is gone, Conflict
        while its row says that something of it is restricted."""
        self.goes_out(row)
        return await self.opened(row)

    @staticmethod
    def goes_out(row: Share) -> None:
        """Raises Conflict while its row says that something of it is restricted."""
        if row.restricted:
            raise Conflict(KEPT_BACK, code="restricted")

    async def opened(self, row: Share) -> ShareContent:
        """Raises CannotSucceed when its key is gone."""
        room = self.platform.room()
        place = place_of(room.mount, row.number, row.id)
        (plain,) = await room.decrypt(row.room_key, [(place, row.ciphertext)])
        return ShareContent.model_validate_json(plain)

    def line(
        self,
        action: str,
        row: Share,
        person: Person | None = None,
        role: str | None = None,
        *,
        content: ShareContent | None = None,
        result: str = "done",
        reason: str | None = None,
    ) -> Audit:
        """A line of the audit trail that says which share of the signal it is: its id, and its receiver by a code. Whom it
        concerns is known where `content` is in hand."""
        persons = tuple(content.subjects) if content else ()
        return audit.line(
            self.platform.clock.now(),
            action,
            actor=person.user_id if person else None,
            role=role,
            record=row.number,
            part=f"{row.recipient_kind}:{row.recipient}:{row.id}",
            result=result,
            reason=reason,
            concerns=() if reason == WRONG_SECRET else (Concerns(row.number, persons),),
        )

    async def become(self, session: AsyncSession, row: Share, **values: Any) -> Share:
        for name, value in values.items():
            setattr(row, name, value)
        await vouch_for(self.platform.mac, row)
        session.add(row)
        return row

    async def open(self, row: Share | None) -> Share:
        found = await self.believed(row)
        if found.ended_at is not None or found.state == REFUSED or found.until <= self.platform.clock.now():
            raise NotFound("Dit is niet meer te lezen: de tijd is voorbij, of het is geweigerd.")
        return found

    async def believed(self, row: Share | None) -> Share:
        if row is None:
            raise NotFound
        if not await vouched_for(self.platform.mac, row):
            raise NotBelieved
        return row

    async def hashed(self, identifier: UUID, secret: str) -> str:
        """With the service's own key: who reads the row cannot try 50 bits. Said by telephone, so o is 0 and l is 1."""
        heard = secret.upper().replace("-", "").translate(str.maketrans("OIL", "011"))
        return await self.platform.mac.of("share-secret", {"share": str(identifier), "secret": heard})


def place_of(mount: str, number: str, identifier: UUID) -> Place:
    """Where the ciphertext of a share belongs."""
    return Place(mount, number, f"{ITEM}-{identifier}", 1)


def standing(row: Share) -> dict[str, Any]:
    """How a share stands, for who has the file."""
    return in_short(row) | {
        "number": row.number,
        "recipientKind": row.recipient_kind,
        "recipient": row.recipient,
        "hasLink": row.link is not None and row.tries < WRONG_SECRETS,
        "answeredHow": row.answered_how,
        "receivedAt": row.received_at.isoformat() if row.received_at else None,
        "sealed": row.sealed,
        "digest": row.digest,
        "issued": row.issued,
        "saidOf": row.said_of,
    }


def in_short(row: Share) -> dict[str, Any]:
    """As its receiver sees how it stands: without the number of the signal."""
    moments = {"since": row.made_at, "until": row.until, "fetchedAt": row.fetched_at, "answeredAt": row.answered_at}
    told = {name: moment.isoformat() if moment else None for name, moment in moments.items()}
    return {"id": str(row.id), "state": row.state, "reason": row.reason, "ended": row.ended_at is not None} | {
        "restricted": bool(row.restricted),
        **told,
    }
