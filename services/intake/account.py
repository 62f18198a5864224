"""What intake accounts for of a signal: when it came in, and whether there are contact data of its reporter (R-2.4)."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from services.intake.store import AcceptedReport, MelderLetter, MelderVault
from shared.accountability import AccountEntry, ToldChapter, moment_said
from shared.identity import Person
from shared.service.platform import Platform


class IntakeAccount:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def chapter(self, number: str, person: Person) -> ToldChapter | None:
        """None where no report came in under this number, or where that was destroyed."""
        async with self.platform.database.reading() as session:
            query = select(AcceptedReport).where(col(AcceptedReport.number) == number)
            accepted = (await session.scalars(query)).all()
            vault = await session.get(MelderVault, number)
            waiting = (await session.scalars(select(MelderLetter).where(col(MelderLetter.number) == number))).first()
        if not accepted and vault is None and waiting is None:
            return None
        kept = vault or waiting
        contact = "none" if kept is None else "kept" if kept.active else "closed"
        entries = [
            AccountEntry(kind="record", what="report accepted", at=moment_said(one.accepted_at)) for one in accepted
        ]
        return ToldChapter(entries, {"contactData": contact})
