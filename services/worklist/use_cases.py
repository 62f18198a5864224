"""ListKeeping the list as holders tell it, beginning it anew, and showing everybody his own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.worklist import store
from services.worklist.store import BY_DUE, LISTED_TASKS, NO_DAY, Edition, HeardUpTo, ListedWork, WorkTask
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.worklist import AHEAD, WorkAsked, WorkTold, WorkUpTo
from shared.database.tables import Outgoing
from shared.errors import CannotSucceed, Forbidden
from shared.identity import Person
from shared.pages import Page, Window
from shared.periodic import Periodic
from shared.privileges import BY_NAME
from shared.service.platform import Platform

TELLERS = tuple(one for one, events in BY_NAME["worklist"].consumes.items() if WorkTold.event in events)
ASK_AGAIN_SECONDS = 20.0
MOST_TASKS = 200


class ListKeeping:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.asking = Periodic(
            "editions",
            self.ask_again,
            platform.clock,
            every=ASK_AGAIN_SECONDS,
            remedy="a holder does not tell what is in hand, and people see an old list: see the log of this service",
        )

    async def told(self, incoming: Incoming, message: WorkTold) -> Handled:
        """Keep it, when it is told for this list."""

        async def effect(session: AsyncSession) -> None:
            # Not while the list is thrown away.
            current = await store.edition(session, lock=True)
            if current is not None and current.begun_at == message.edition:
                await store.keep(session, incoming.producer, message.dossiers, self.platform.clock.now())

        return Handled(effect)

    async def up_to(self, incoming: Incoming, message: WorkUpTo) -> Handled:
        """Note up to when a holder has told everything. Raises CannotSucceed for an edition that was never begun: after the
        last moment that there is no list could begin any more."""
        if message.edition is not None and message.edition > self.platform.clock.now() + AHEAD:
            raise CannotSucceed("an edition of the list that lies in the future")

        async def effect(session: AsyncSession) -> None:
            row = HeardUpTo(service=incoming.producer, edition=message.edition, as_of=message.as_of)
            await store.hear(session, row)

        return Handled(effect)

    async def rebuild(self) -> datetime:
        """Throw the list away and have every holder tell it anew; returns the edition that begins. All of it or nothing."""
        async with self.platform.database.transaction() as session:
            await store.edition(session, lock=True)
            return await self._begin(session)

    async def ask_again(self) -> None:
        """Begin the first list; a newer one than some holder knows; and ask whoever tells for an older one."""
        async with self.platform.database.transaction() as session:
            current = await store.edition(session, lock=True)
            heard = {one.service: one.edition for one in (await session.scalars(select(HeardUpTo))).all()}
            known = [one for one in heard.values() if one is not None]
            if current is None or any(one > current.begun_at for one in known):
                # A list that was put back to an earlier day knows less than those who told it.
                await self._begin(session, after=max(known, default=None))
                return
            waits = select(col(Outgoing.addressee)).where(
                col(Outgoing.event) == WorkAsked.event, col(Outgoing.receipted_at).is_(None)
            )
            asked = set((await session.scalars(waits)).all())
            for service, edition in heard.items():
                if service not in asked and (edition is None or edition < current.begun_at):
                    self.platform.post.tell(session, service, WorkAsked(edition=current.begun_at))

    async def _begin(self, session: AsyncSession, *, after: datetime | None = None) -> datetime:
        """`after`: the newest edition that somebody knows; the one that begins has to be newer for him."""
        begun = self.platform.clock.now()
        if after is not None:
            begun = max(begun, after + timedelta(microseconds=1))
        await store.throw_away(session, begun)
        for service in TELLERS:
            self.platform.post.tell(session, service, WorkAsked(edition=begun))
        return begun


class Lists:
    """What somebody sees is decided as in the service that holds it: by his designations, and what is closed to him."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._file_roles = platform.settings.laws.configured.file_roles

    async def of(
        self, person: Person, window: Window, phase: int | None, due: str | None, words: str | None
    ) -> dict[str, Any]:
        """His tasks, for who has the file what is in hand, and up to when all that is so. Raises Forbidden without any
        designation, Invalid for a cursor of something else."""
        if not person.roles:
            raise Forbidden
        now = self.platform.clock.now()
        has_file = bool(person.roles & set(self._file_roles))
        async with self.platform.database.reading() as session:
            tasks = await LISTED_TASKS.page(
                session, store.asked(person, now, calendar_date(now)), Window(limit=MOST_TASKS)
            )
            rows: Page[ListedWork] = Page((), None)
            if has_file:
                rows = await BY_DUE.page(session, store.in_hand(person, phase, due, words), window)
            current = await store.edition(session)
            heard = (await session.scalars(select(HeardUpTo))).all()
        return {
            "tasks": [_task(one) for one in tasks.rows],
            **rows.of("dossiers", _dossier),
            "upTo": _up_to(current, {one.service: one for one in heard}),
        }

    async def up_to(self) -> dict[str, str | None]:
        """By holder up to when the list is complete; None while it is told anew."""
        async with self.platform.database.reading() as session:
            current, heard = await store.edition(session), (await session.scalars(select(HeardUpTo))).all()
        return _up_to(current, {one.service: one for one in heard})


def _up_to(current: Edition | None, heard: dict[str, HeardUpTo]) -> dict[str, str | None]:
    """By holder up to when the list is complete; None while it is told anew."""
    found: dict[str, str | None] = {}
    for service in TELLERS:
        row = heard.get(service)
        told = row is not None and current is not None and row.edition == current.begun_at
        found[service] = row.as_of.isoformat() if row is not None and told and row.as_of else None
    return found


def _day(day: date) -> str | None:
    return None if day == NO_DAY else day.isoformat()


def _dossier(row: ListedWork) -> dict[str, Any]:
    return {
        "number": row.number,
        "service": row.service,
        "workingName": row.working_name,
        "state": row.state,
        "phase": row.phase,
        "receivedOn": _day(row.received_on),
        "due": row.due,
        "dueOn": _day(row.due_on),
    }


def _task(row: WorkTask) -> dict[str, Any]:
    """Nothing of which signal it is about: who is asked has no file."""
    return {
        "id": str(row.id),
        "service": row.service,
        "kind": row.kind,
        "since": row.opened_at.isoformat(),
        "dueOn": _day(row.due_on),
    }
