"""The calendar: what has reached its end is put on a list, and a list that waits too long is escalated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.retention import store
from services.retention.domain import is_left_for_holds
from services.retention.holds import end_by_date, items_held, open_holds_of
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

NOT_MOVED = Doubt("its row is not what retention wrote: the case is not moved", "not-ours")


@dataclass
class _Seen:
    """How far the calendar is with what is due today, and what of it is not believed."""

    last: store.Due | None = None
    all: bool = False
    doubted: dict[str, Doubt] = field(default_factory=dict)


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
        self.case_doubts = Doubts(
            "active-cases",
            platform.clock,
            "somebody changed rows past the service: tell the FG and who watches over security; a case is not moved until its row"
            " is put right, and casework says when it was closed",
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
        seen = _Seen()
        while not seen.all:
            found = await self._list_some(today, seen)
            made += [found] if found else []
        async with self.platform.database.transaction() as session:
            session.add_all(self.doubts.new(seen.doubted))
        self.doubts.note(seen.doubted)
        return made

    async def _due(self, session: AsyncSession, today: date, seen: _Seen) -> list[SealedSignal]:
        """What is due, believed and waits for nothing: the next list of it. What waits keeps its place and holds up nothing
        behind it; a running request and a hold show under /v1/procedures and /v1/holds, what is not believed in `doubts`."""
        found: list[SealedSignal] = []
        while not seen.all and len(found) < BATCH_SIZE:
            rows = await store.due(session, today, seen.last, BATCH_SIZE - len(found))
            seen.all = not rows
            if rows:
                seen.last = (rows[-1].ends_on, rows[-1].number)
                found += await self._to_list(session, today, rows, seen.doubted)
        return found

    async def _to_list(
        self, session: AsyncSession, today: date, rows: Sequence[SealedSignal], doubted: dict[str, Doubt]
    ) -> list[SealedSignal]:
        believed: list[SealedSignal] = []
        for one in rows:
            if await vouched_for(self.platform.mac, one):
                believed.append(one)
            else:
                doubted[one.number] = NOT_LISTED
        numbers = [one.number for one in believed]
        waits, doubts = await waiting_for(session, self.platform.mac, numbers)
        doubted |= doubts
        held, strange = await open_holds_of(session, self.platform.mac, believed)
        doubted |= strange
        return [
            one
            for one in believed
            if is_due(one.ends_on, today)
            and one.number not in {*waits, *doubts, *strange}
            and not is_left_for_holds(one, items_held(held[one.number], today))
        ]

    async def _end_holds(self, today: date) -> None:
        """A hold ends on its date, whatever became of the procedure."""
        async with self.platform.database.transaction() as session:
            for one in await end_by_date(session, self.platform.mac, today):
                now = self.platform.clock.now()
                session.add(audit.line(now, "hold ended by its date", actor=None, record=one.number))

    async def _move_cases(self, today: date) -> None:
        """After five years the holder of a case is ordered to move it (R-25.4)."""
        doubted: dict[str, Doubt] = {}
        after: str | None = ""
        while after is not None:
            after = await self._move_some(today, after, doubted)
        async with self.platform.database.transaction() as session:
            session.add_all(self.case_doubts.new(doubted))
        self.case_doubts.note(doubted)

    async def _move_some(self, today: date, after: str, doubted: dict[str, Doubt]) -> str | None:
        """Those of the next cases whose years have passed; what was ordered and not carried out is ordered again the next day."""
        async with self.platform.database.transaction() as session:
            rows = await store.active_cases(session, after)
            for row in rows:
                if not await vouched_for(self.platform.mac, row):
                    doubted[row.number] = NOT_MOVED
                elif is_due(row.moves_on, today) and (row.ordered_on is None or row.ordered_on < today):
                    row.ordered_on = today
                    await vouch_for(self.platform.mac, row)
                    self.platform.post.tell(session, "casework", MoveCase(number=row.number, ordered_on=today))
                    now = self.platform.clock.now()
                    session.add(audit.line(now, "move of a case ordered", actor=None, record=row.number))
        return rows[-1].number if rows else None

    async def _list_some(self, today: date, seen: _Seen) -> UUID | None:
        list_id = uuid4()
        async with self.platform.database.transaction() as session:
            rows = await self._due(session, today, seen)
            if not rows:
                return None
            terms = law_in_force(self._laws, today).terms
            approve_before = today + timedelta(days=terms.approval_days)
            ultimate_on = today + timedelta(days=terms.ultimate_days)
            session.add(
                DestructionList(id=list_id, listed_on=today, approve_before=approve_before, ultimate_on=ultimate_on)
            )
            now = self.platform.clock.now()
            held, _ = await open_holds_of(session, self.platform.mac, rows)
            for row in rows:
                row.state, row.list_id, row.version = State.LISTED, list_id, row.version + 1
                row.staying = sorted(items_held(held[row.number], today))
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
            for row in await store.late_lists(session, today, for_change=True):
                # Once a day until it is answered, whichever process asks: oversight judges the ultimate date by its own calendar.
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
