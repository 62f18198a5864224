"""What export accounts for of a signal: what waited for whom, and what became of it (R-2.4)."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from services.export.store import OutsideRow, Share
from shared.accountability import AccountEntry, ToldChapter, moment_said
from shared.contracts.export import OutsideSaid
from shared.engine.head import vouched_for
from shared.identity import Person
from shared.keys.signing import read_claims
from shared.service.platform import Platform

SAID_OF_SHARE = {"received": "share received", "answered": "share answered", "asked": "share asked about"}


class ExportAccount:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def chapter(self, number: str, person: Person) -> ToldChapter | None:
        """None where nothing was shared of it, or where that was destroyed."""
        async with self.platform.database.reading() as session:
            rows = (await session.scalars(select(Share).where(col(Share.number) == number))).all()
            said = (await session.scalars(select(OutsideRow).where(col(OutsideRow.number) == number))).all()
        if not rows:
            return None
        found = [one for one in rows if await vouched_for(self.platform.mac, one)]
        heard = [one for one in said if await vouched_for(self.platform.mac, one)]
        entries = [*(entry for one in found for entry in _share(one)), *map(_said, heard)]
        return ToldChapter(entries, not_believed=len(rows) + len(said) - len(found) - len(heard))


def _share(one: Share) -> list[AccountEntry]:
    """Each of its moments; `about`: its id, by which the trail knows it too."""
    to, about = f"{one.recipient_kind}:{one.recipient}", (str(one.id),)

    def entry(what: str, at: str, **more: str) -> AccountEntry:
        return AccountEntry(kind="disclosure", what=what, at=at, to=to, about=about, **more)

    found = [entry("share waits for its receiver", moment_said(one.made_at), until=moment_said(one.until))]
    if one.fetched_at:
        found.append(entry("share fetched", moment_said(one.fetched_at), reason="sealed" if one.sealed else ""))
    if one.received_at:
        found.append(entry("share received", moment_said(one.received_at)))
    if one.answered_at:
        how = {"outcome": one.state, "status": one.answered_how or "", "reason": one.reason or ""}
        found.append(entry("share answered", moment_said(one.answered_at), **how))
    if one.ended_at:
        found.append(entry("share ended", moment_said(one.ended_at)))
    return found


def _said(one: OutsideRow) -> AccountEntry:
    """What its receiver signed of a share; his signature was checked when it came."""
    said = OutsideSaid.model_validate(read_claims(one.statement))
    return AccountEntry(
        kind="disclosure",
        what=SAID_OF_SHARE[said.kind],
        outcome=said.outcome or "",
        at=moment_said(one.said_at),
        status="signed",
        about=(str(one.share),),
    )
