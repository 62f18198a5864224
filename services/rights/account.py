"""What rights accounts for of a signal: each duty to inform with its decisions and days, who waited for whom, and requests (R-2.4)."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from services.rights.shelf import Moments
from services.rights.store import Asked, AskedSignal
from shared.accountability import AccountEntry, ToldChapter, moment_said
from shared.engine.account import asked_of_people, decided
from shared.engine.engine import Engine
from shared.engine.loaded import Loaded
from shared.engine.tables import Dossier
from shared.errors import NotBelieved
from shared.identity import Person


class RightsAccount:
    def __init__(self, engine: Engine) -> None:
        self.parts = engine.parts
        self.platform = engine.platform
        self._accounting = engine.accounting

    async def chapter(self, number: str, person: Person) -> ToldChapter | None:
        """None where nothing is known of it. Raises NotFound where a duty is closed to this person."""
        async with self.platform.database.reading() as session:
            duties = (await session.scalars(select(col(Dossier.number)).where(col(Dossier.signal) == number))).all()
            waited, strange = await self._accounting.believed(session, Asked, col(Asked.number) == number)
            put = col(AskedSignal.signal) == number
            requests, more = await self._accounting.believed(session, AskedSignal, put)
        entries, doubtful = [], strange + more
        for duty in sorted(duties):
            try:
                entries += _duty(await self.parts.loader.load(duty, by=person, opened=False))
            except NotBelieved:
                doubtful += 1
        entries += [_waited(one) for one in waited] + [_request(one) for one in requests]
        if not entries and not doubtful:
            return None
        return ToldChapter(entries, {"duties": str(len(duties))}, not_believed=doubtful)


def _duty(loaded: Loaded) -> list[AccountEntry]:
    row = loaded.dossier
    about = (row.subject,) if row.subject else ()
    stands = AccountEntry(
        kind="informing",
        what=row.state,
        at=moment_said(row.arrived_at),
        about=about,
        until=moment_said(row.due_on),
        dossier=row.number,
        protocol=row.protocol,
    )
    moments = [
        AccountEntry(
            kind="informing",
            what="informing is due",
            at=moment_said(one.noted_at),
            reason=one.why,
            about=about,
            until=moment_said(one.on),
            dossier=row.number,
        )
        for one in loaded.mine(Moments).known
    ]
    return [stands, *moments, *decided(loaded, row.number), *asked_of_people(loaded.tasks, row.number)]


def _waited(one: Asked) -> AccountEntry:
    return AccountEntry(
        kind="informing",
        what="informing asked",
        at=moment_said(one.asked_at),
        outcome="answered" if one.answered_at else "waiting",
        ended=moment_said(one.answered_at),
    )


def _request(one: AskedSignal) -> AccountEntry:
    """That a request was put before the holder of the signal; not whose, nor by which number."""
    return AccountEntry(
        kind="request",
        what="person asked",
        at=moment_said(one.asked_at),
        by=(one.asked_by,),
        outcome=one.state,
        to=one.holder,
        ended=moment_said(one.answered_at),
    )
