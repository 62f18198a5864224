"""Rows of letterbox keys that are not believed: marked, written to the audit trail, and shown until somebody acts."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import audit
from shared.database.tables import Announced, LetterboxKey, SealingKey
from shared.errors import CannotSucceed
from shared.keys.letters import split_kid
from shared.stuck import Stuck, StuckRow

log = structlog.get_logger()

NOT_SIGNED = "its owner did not sign it, or with a key that was revoked"
REVOKED = "its owner revoked it"
NOT_IN_OPENBAO = "OpenBao has no such key under this name"
NOT_WRITTEN_TO = "this service seals nothing for that addressee"
_CODES = {
    NOT_SIGNED: "not-signed",
    REVOKED: "revoked",
    NOT_IN_OPENBAO: "not-in-openbao",
    NOT_WRITTEN_TO: "not-written-to",
}
REMEDY = (
    "nothing is sealed with it, and a good one is asked for by itself; a row that nobody of the house wrote: tell who"
    " watches over security, and delete it"
)


async def refuse(session: AsyncSession, table: type[Announced], kid: str, why: str, now: datetime) -> None:
    """Mark the row of `kid`, if there is one that is not marked so yet; `why` is one of the reasons above."""
    row = await session.get(table, kid, with_for_update=True)
    if row is None or row.refused_because == why:
        return
    row.refused_at, row.refused_because = now, why
    name = _name(kid)
    log.error("a letterbox key is refused", kid=name, why=why)
    session.add(audit.line(now, "letterbox key refused", actor=None, record=name, result="refused", reason=_CODES[why]))


async def refused_keys(session: AsyncSession, most: int = 20) -> Stuck:
    """What is refused and not over yet, as `meldpunt status` shows it."""
    rows: list[Announced] = []
    for table, over in ((LetterboxKey, LetterboxKey.released_at), (SealingKey, SealingKey.finished_at)):
        query = select(table).where(col(table.refused_because).is_not(None), col(over).is_(None))
        rows += (await session.scalars(query.order_by(col(table.refused_at)))).all()
    shown = [_shown(row) for row in rows]
    oldest = min((one.since for one in shown), default=None)
    return Stuck("letterbox-keys", len(rows), len(rows), oldest, shown[:most], REMEDY)


def _shown(row: Announced) -> StuckRow:
    about = {"kid": _name(row.kid) or "none that a letterbox can have"}
    since = row.refused_at or datetime.min.replace(tzinfo=UTC)
    return StuckRow(None, about, since, 0, row.refused_because or "", parked=True)


def _name(kid: str) -> str | None:
    """A kid that can be one; what else somebody wrote into a row goes into no log and no trail."""
    try:
        split_kid(kid)
    except CannotSucceed:
        return None
    return kid
