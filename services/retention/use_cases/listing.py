"""The calendar: what has reached its end is put on a list, and a list that waits too long is escalated."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.retention import store
from services.retention.settings import Settings
from services.retention.tables import DestructionList, SealedSignal
from services.retention.told import going_keys
from services.retention.use_cases.procedures import waiting_for
from services.retention.wording import kind_of
from shared import audit
from shared.clock import calendar_date
from shared.contracts.retention import Listed, ListedSignal, MoveCase, Overdue
from shared.doubts import Doubt, Doubts
from shared.engine.head import vouch_for, vouched_for
from shared.laws import law_in_force
from shared.metrics.catalogue import OVERDUE_TERMS
from shared.metrics.metrics import Shows
from shared.periodic import Periodic, all_of
from shared.protocol.model import State
from shared.protocol.terms import is_due
from shared.service.platform import Platform

BATCH_SIZE = 250
DESTROYED_WITHIN = timedelta(days=1)
"""What takes longer than this, from its approval to its declaration, is shown as late."""
NOT_LISTED = Doubt("its row is not what retention wrote: it is not listed", "not-ours")


class Listing:
    def __init__(self, platform: Platform, settings: Settings) -> None:
        self.platform = platform
        self._laws = settings.laws
        self.calendar = Periodic(
            "calendar",
            self.run,
            platform.clock,
            every=settings.run_every_seconds,
            remedy="what is due is not listed, moved or escalated: put right what it names; nothing goes meanwhile",
        )
        self.doubts = Doubts(
            "sealed-signals",
            platform.clock,
            "somebody changed rows past the service: tell the FG and who watches over security; a row that is put right"
            " is listed",
        )

    async def run(self) -> None:
        """Look at the calendar as it stands."""
        await self.run_for(calendar_date(self.platform.clock.now()))

    async def run_for(self, today: date) -> list[UUID]:
        """List everything due on `today` (R-9.4), escalate what waits too long (R-9.14); the new lists.

        None of its acts waits for another: all are tried, and what the first raised that failed is raised then.
        """
        acts = (self._end_holds, self._move_cases, self._escalate, self._list)
        made = await all_of(act(today) for act in acts)
        return [one for some in made for one in some or ()]

    async def _list(self, today: date) -> list[UUID]:
        made: list[UUID] = []
        doubted: dict[str, Doubt] = {}
        while found := await self._list_some(today, doubted):
            made.append(found)
        async with self.platform.database.transaction() as session:
            session.add_all(self.doubts.new(doubted))
        self.doubts.note(doubted)
        return made

    async def _due(self, session: AsyncSession, today: date, doubted: dict[str, Doubt]) -> list[SealedSignal]:
        """What is due and believed; what is not comes into `doubted`."""
        believed: list[SealedSignal] = []
        for one in await store.due(session, today, BATCH_SIZE):
            if await vouched_for(self.platform.mac, one):
                believed.append(one)
            else:
                doubted[one.number] = NOT_LISTED
        waits, doubts = await waiting_for(session, self.platform.mac, [one.number for one in believed])
        doubted |= doubts
        return [one for one in believed if is_due(one.ends_on, today) and one.number not in {*waits, *doubts}]

    async def _end_holds(self, today: date) -> None:
        """A hold ends on its date, whatever became of the procedure."""
        async with self.platform.database.transaction() as session:
            for one in await store.end_holds(session, today):
                now = self.platform.clock.now()
                session.add(audit.line(now, "hold ended by its date", actor=None, record=one.number))

    async def _move_cases(self, today: date) -> None:
        """After five years the holder of a case is ordered to move it (R-25.4)."""
        async with self.platform.database.transaction() as session:
            for row in await store.cases_to_move(session, today):
                row.ordered_on = today
                self.platform.post.tell(session, "casework", MoveCase(number=row.number, ordered_on=today))
                now = self.platform.clock.now()
                session.add(audit.line(now, "move of a case ordered", actor=None, record=row.number))

    async def _list_some(self, today: date, doubted: dict[str, Doubt]) -> UUID | None:
        list_id = uuid4()
        async with self.platform.database.transaction() as session:
            rows = await self._due(session, today, doubted)
            if not rows:
                return None
            terms = law_in_force(self._laws, today).terms
            approve_before = today + timedelta(days=terms.approval_days)
            ultimate_on = today + timedelta(days=terms.ultimate_days)
            session.add(
                DestructionList(id=list_id, listed_on=today, approve_before=approve_before, ultimate_on=ultimate_on)
            )
            now = self.platform.clock.now()
            held = await store.items_held(session, [row.number for row in rows], today)
            for row in rows:
                row.state, row.list_id, row.version = State.LISTED, list_id, row.version + 1
                row.staying = sorted(held.get(row.number, ()))
                await vouch_for(self.platform.mac, row)
            message = Listed(
                list_id=list_id,
                listed_on=today,
                approve_before=approve_before,
                ultimate_on=ultimate_on,
                signals=tuple(_line(row) for row in rows),
            )
            self.platform.post.tell(session, "oversight", message)
            session.add(audit.line(now, "destruction list made", actor=None, record=str(list_id)))
        return list_id

    async def late(self) -> list[Shows]:
        """Lists past the day before which they have to be approved, and approved signals of which something is left."""
        now = self.platform.clock.now()
        async with self.platform.database.reading() as session:
            lists = len(await store.late_lists(session, calendar_date(now)))
            open_still = await store.not_gone(session, now - DESTROYED_WITHIN)
        return [
            Shows(OVERDUE_TERMS, count, {"term": term})
            for term, count in (("list", lists), ("destruction", open_still))
        ]

    async def _escalate(self, today: date) -> None:
        async with self.platform.database.transaction() as session:
            for row in await store.late_lists(session, today):
                # Once a day until it is answered: oversight judges the ultimate date by its own calendar.
                if row.asked_on is not None and row.asked_on >= today:
                    continue
                row.asked_on = today
                message = Overdue(list_id=row.id, ultimate_on=row.ultimate_on)
                self.platform.post.tell(session, "oversight", message)


def _line(row: SealedSignal) -> ListedSignal:
    return ListedSignal(
        number=row.number,
        version=row.version,
        category=kind_of(row.phase),
        ending=row.ending,
        article=row.article,
        decided_on=row.decided_on,
        ends_on=row.ends_on,
        archive_keys=tuple(sorted(going_keys(row), key=lambda ref: ref.mount)),
        staying=tuple(row.staying),
    )
