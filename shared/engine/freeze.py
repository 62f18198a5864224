"""What is not believed is frozen: nothing of it is shown, decided or handed over until its rows are right again.

It freezes by itself, since every read checks the head (head.py). What is done here is to say so: a row in `frozen` that
`meldpunt status` shows, and a line in the audit trail, which the FG reads. Both come once. Every row is looked at again
ever more slowly, and goes when somebody has put right what it names.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import Update, delete, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.oversight import HeadsKnown
from shared.database.tables import Tombstone
from shared.engine.tables import Dossier, FrozenRow, MeetingRow
from shared.errors import CannotSucceed, Elsewhere, NotBelieved, NotFound
from shared.periodic import Periodic
from shared.queue import PARKED_FOR, Queue
from shared.service.platform import Platform

log = structlog.get_logger()

NOT_OURS = "its rows are not what this service wrote"
OLD = "its rows are older than what oversight knows of it"
FORKED = "it was decided on twice, once on rows that were put back"
GONE = "oversight knows it here, and its rows are gone"
REASONS = {NOT_OURS: "not-ours", OLD: "older-than-known", FORKED: "forked", GONE: "gone"}
"""What is wrong, for who runs the system, and its code in the audit trail."""
FROZEN, THAWED = "frozen", "frozen no longer"
WALK_SECONDS = 6 * 3600.0
"""How often everything is looked at, also what nobody opens; a MAC costs no call."""
PAGE_OF_HEADS = 200


async def freeze(platform: Platform, number: str, why: str = NOT_OURS, least: int = 0) -> None:
    """Say that `number` is frozen, the first time; until turn `least`, when oversight says so. Raises PartDown."""
    now = platform.clock.now()
    row = {
        "id": uuid4(),
        "number": number,
        "found_at": now,
        "least": least,
        "next_at": now + PARKED_FOR[0],
        "attempts": 1,
        "since": now,
        "waits_because": why,
        "parked_at": now,
    }
    added = upsert(FrozenRow).values(**row).on_conflict_do_nothing(index_elements=["number"])
    async with platform.database.transaction() as session:
        if (await session.execute(added.returning(col(FrozenRow.id)))).first() is None:
            if least:
                await session.execute(_least_of([number], least))
            return
        session.add(audit.line(now, FROZEN, actor=None, record=number, result="not-believed", reason=REASONS[why]))
    log.error("frozen", record=number, why=why)
    platform.database.woke(FrozenRow)


def _least_of(numbers: Collection[str], least: int) -> Update:
    return update(FrozenRow).where(col(FrozenRow.number).in_(numbers)).values(least=least)


async def _nothing_more(session: AsyncSession) -> None:
    """It was done when it was heard of, and doing it again does nothing."""


class Freezer:
    """Keeps and shows what is frozen. `check` reads one thing and raises NotBelieved when it is not right, or older than
    `least` says of it."""

    def __init__(self, platform: Platform, check: Callable[[str], Awaitable[object]], least: dict[str, int]) -> None:
        self.platform = platform
        self._check = check
        self._least = least
        self._missed: dict[str, UUID] = {}
        """What oversight knows here and is not: by which message it was told so first."""
        self.queue = Queue(
            platform.database,
            FrozenRow,
            platform.clock,
            name="frozen",
            of=true(),
            lease=timedelta(seconds=60),
            began="found_at",
            shows=("number",),
            remedy="somebody changed rows past the service: tell the FG and who watches over security, and put back the"
            " rows as they were from a copy; it is looked at again by itself",
        )
        self.walking = Periodic(
            "heads",
            self.walk,
            platform.clock,
            every=WALK_SECONDS,
            remedy="not all dossiers could be looked at: what nobody opens may have been changed",
        )

    async def look(self, row: FrozenRow) -> None:
        """Look again at what is frozen; raises CannotSucceed while it is as wrong as it was."""
        try:
            await self._check(row.number)
        except NotBelieved as problem:
            raise CannotSucceed(row.waits_because or NOT_OURS) from problem
        except NotFound as problem:
            if row.waits_because == GONE and not isinstance(problem, Elsewhere):
                raise CannotSucceed(GONE) from problem
        now = self.platform.clock.now()
        async with self.platform.database.transaction() as session:
            await session.execute(delete(FrozenRow).where(col(FrozenRow.id) == row.id))
            session.add(audit.line(now, THAWED, actor=None, record=row.number))

    async def known(self, incoming: Incoming, message: HeadsKnown) -> Handled:
        """How far oversight knows what is here: what is older, or gone, was put back or deleted past the service.

        Nothing of a dossier is changed by it: an oversight that says too much is believed until it says something else.
        """
        told = {one.number: one for one in message.heads}
        query = select(col(Dossier.number), col(Dossier.turn), col(Dossier.left)).where(col(Dossier.number).in_(told))
        stones = select(col(Tombstone.number)).where(col(Tombstone.number).in_(told))
        async with self.platform.database.reading() as session:
            here = {row.number: row for row in await session.execute(query)}
            destroyed = set((await session.scalars(stones)).all())
        # What is put right is believed again as soon as it is looked at.
        believed = [number for number, one in told.items() if not one.forked]
        await self.platform.database.alone(_least_of(believed, 0))
        for number, one in told.items():
            row = here.get(number)
            if row is None:
                # Told twice: what is destroyed at this moment is not missed.
                if number not in destroyed and self._missed.setdefault(number, incoming.id) != incoming.id:
                    await freeze(self.platform, number, GONE)
            elif not row.left:
                least = self._least[number] = one.turn + one.forked
                if row.turn < least:
                    await freeze(self.platform, number, FORKED if one.forked else OLD, least)
        return Handled(_nothing_more)

    async def walk(self) -> None:
        """Look at everything that stands here, also what nobody opens. Raises PartDown."""
        for key in (col(Dossier.number), col(MeetingRow.id)):
            numbers = [""]
            while numbers:
                async with self.platform.database.reading() as session:
                    query = select(key).where(key > numbers[-1]).order_by(key).limit(PAGE_OF_HEADS)
                    numbers = list((await session.scalars(query)).all())
                for number in numbers:
                    await self._walked(number)

    async def _walked(self, number: str) -> None:
        try:
            await self._check(number)
        except (CannotSucceed, NotFound):
            # It says so itself; or it has gone meanwhile.
            return
