"""Telling the work list what is in hand here: without content, in batches, and everything anew when it asks.

What changed is known from the audit trail, which every change of a head writes anyway (`turn`), so that deciding costs
nothing more. What is told is read from the rows as they are then, and is for showing only. While everything is told anew,
how far that is stands in a row: who is stopped half-way goes on from there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.worklist import AHEAD, ListedDossier, ListedTask, WorkAsked, WorkTold, WorkUpTo
from shared.database.tables import Audit, AuditHead, Outgoing
from shared.engine.asking import OF_PROPOSALS
from shared.engine.granted import BEARS_ON_REQUESTS, waits_since
from shared.engine.policy import Policy
from shared.engine.tables import ON_THE_LIST, WAITS, DecisionRow, Dossier, MeetingRow, TaskRow, TellingRow
from shared.errors import CannotSucceed
from shared.numbers import is_request
from shared.periodic import Periodic
from shared.protocol.model import PHASE_OF, State
from shared.service.platform import Platform

WORK_LIST = "worklist"
DOSSIERS_AT_A_TIME = 250
"""Dossiers in one message: far below what the bus carries."""
TELL_SECONDS = 15.0
TOGETHER_SECONDS = 0.1
"""What comes together is told together."""
DUE_INFORMING, DUE_PLANNED, DUE_MEETING, DUE_ANSWER, DUE_REQUEST, DUE_GRANTED = (
    *("informing", "planned", "meeting", "answer", "request", "granted"),
)
"""What waits of a dossier: its duty, what its plan says, a meeting, answers of others, the answer to a request, what was granted on
one (since a day: it is done without delay, art. 16 and 17 AVG)."""


class Telling:
    """Of one service that holds dossiers. `asked` hears the work list; `periodic` tells it."""

    def __init__(self, platform: Platform, policy: Policy) -> None:
        self.platform = platform
        self._kinds: dict[str, tuple[State, ...] | None] = {**policy.asks, **dict.fromkeys(OF_PROPOSALS)}
        self._over = frozenset(policy.over)
        self._said_at: datetime | None = None
        self.periodic = Periodic(
            "work-list",
            self.tell,
            platform.clock,
            every=TELL_SECONDS,
            # Lines that got their numbers go to oversight: a message that is put in the post.
            wake=platform.database.inserted(Outgoing),
            remedy="the list of people's work does not follow what they do; their dossiers open by number all the same",
        )

    async def asked(self, incoming: Incoming, message: WorkAsked) -> Handled:
        """Everything that is in hand is told anew, from the first on; what changes meanwhile is told besides."""
        if incoming.producer != WORK_LIST:
            raise CannotSucceed("only the work list asks what is in hand")
        # The list begins one that is newer than each that it hears of.
        if message.edition > self.platform.clock.now() + 2 * AHEAD:
            raise CannotSucceed("an edition of the list that lies in the future")

        async def effect(session: AsyncSession) -> None:
            row = await _row(session)
            if row.edition is not None and row.edition >= message.edition:
                return
            head = await session.get(AuditHead, 1)
            row.edition, row.walked, row.seq = message.edition, "", head.seq if head else 0

        return Handled(effect, after=self._at_once)

    def _at_once(self) -> None:
        self._said_at = None
        self.periodic.wake()

    async def tell(self) -> None:
        """Tell what changed and what is to be told anew, and now and then up to when that is so. Raises PartDown, NotSigned."""
        await asyncio.sleep(TOGETHER_SECONDS)
        began = self.platform.clock.now()
        while await self.tell_some():
            pass
        if self._said_at is None or began - self._said_at >= timedelta(seconds=TELL_SECONDS):
            await self.say_up_to(began)

    async def tell_some(self) -> bool:
        """One message at most; returns whether there may be more. Nothing is told before the list has asked."""
        if not await self._is_behind():
            return False
        async with self.platform.database.transaction() as session:
            row = await _row(session)
            if row.edition is None:
                return False
            turns = await self._changed(session, row)
            numbers = set(turns)
            if row.walked is not None and not numbers:
                on_list = select(col(Dossier.number)).where(text(ON_THE_LIST), col(Dossier.number) > row.walked)
                found = (await session.scalars(on_list.order_by(col(Dossier.number)).limit(DOSSIERS_AT_A_TIME))).all()
                numbers, row.walked = set(found), found[-1] if len(found) == DOSSIERS_AT_A_TIME else None
            dossiers: tuple[ListedDossier, ...] = ()
            if numbers:
                dossiers = await self._listed(session, numbers, turns)
            if dossiers:
                # All of them may have gone on to another holder, who tells of them.
                self.platform.post.tell(session, WORK_LIST, WorkTold(edition=row.edition, dossiers=dossiers))
            return True

    async def _is_behind(self) -> bool:
        """Whether there is anything to tell; one look, since it is asked at every message that leaves."""
        query = select(col(TellingRow.id)).where(
            col(TellingRow.edition).is_not(None),
            or_(
                col(TellingRow.walked).is_not(None),
                select(col(AuditHead.id)).where(col(AuditHead.seq) > col(TellingRow.seq)).exists(),
            ),
        )
        async with self.platform.database.reading() as session:
            return (await session.scalars(query)).first() is not None

    async def say_up_to(self, began: datetime) -> None:
        """Up to when the list knows everything; what it has not received yet is older than that."""
        waits = select(func.min(col(Outgoing.created_at))).where(
            col(Outgoing.event) == WorkTold.event, col(Outgoing.receipted_at).is_(None)
        )
        async with self.platform.database.reading() as session:
            row, oldest = await session.get(TellingRow, 1), (await session.scalars(waits)).one()
        edition = row.edition if row else None
        complete = row is not None and edition is not None and row.walked is None
        as_of = min(began, oldest or began) if complete else None
        message = WorkUpTo(edition=edition, as_of=as_of)
        await self.platform.bus.publish(self.platform.post.envelope(WORK_LIST, message))
        self._said_at = began

    async def _changed(self, session: AsyncSession, row: TellingRow) -> dict[str, int]:
        """Which dossiers changed since, with their newest turn; of a meeting, those whose papers its members read."""
        head = await session.get(AuditHead, 1)
        query = select(col(Audit.seq), col(Audit.entry)).where(col(Audit.seq) > row.seq)
        lines = (await session.execute(query.order_by(col(Audit.seq)).limit(DOSSIERS_AT_A_TIME))).all()
        if not lines and (head is None or head.seq <= row.seq):
            return {}
        if not lines or lines[0].seq > row.seq + 1:
            # Lines have had their age before they were followed.
            row.walked = ""
        row.seq = lines[-1].seq if lines else head.seq if head else row.seq
        turns: dict[str, int] = {}
        for _, entry in lines:
            if "turn" in entry and entry["record"]:
                turns[entry["record"]] = max(entry["turn"], turns.get(entry["record"], 0))
        meetings = {one["record"] for _, one in lines if str(one["record"]).startswith("M-")}
        if meetings:
            theirs = select(col(TaskRow.number)).where(col(TaskRow.meeting).in_(meetings)).distinct()
            named = set((await session.scalars(theirs)).all())
            agendas = select(col(MeetingRow.agenda)).where(col(MeetingRow.id).in_(meetings))
            named |= {one for agenda in (await session.scalars(agendas)).all() for one in agenda}
            turns = dict.fromkeys(named, 0) | turns
        return turns

    async def _listed(
        self, session: AsyncSession, numbers: Collection[str], turns: Mapping[str, int]
    ) -> tuple[ListedDossier, ...]:
        """How these stand now; of what is not here any more, that it is gone."""
        query = select(Dossier).where(col(Dossier.number).in_(numbers), col(Dossier.left).is_(False))
        dossiers = (await session.scalars(query)).all()
        waiting = select(TaskRow).where(text(WAITS), col(TaskRow.number).in_(numbers))
        tasks = (await session.scalars(waiting)).all()
        today = calendar_date(self.platform.clock.now())
        held = select(MeetingRow).where(col(MeetingRow.id).in_({one.meeting for one in tasks if one.meeting}))
        members = {one.id: _members(one) for one in (await session.scalars(held)).all()}
        coming = select(MeetingRow).where(col(MeetingRow.held_on) >= today)
        agendas = (await session.scalars(coming.order_by(col(MeetingRow.held_on)))).all()
        on_requests = col(DecisionRow.number).in_(numbers), col(DecisionRow.key).in_(BEARS_ON_REQUESTS)
        said = (await session.scalars(select(DecisionRow).where(*on_requests))).all()
        found = [
            self._one(
                one,
                [task for task in tasks if task.number == one.number],
                members,
                [meeting for meeting in agendas if one.number in meeting.agenda],
                waits_since(one, [each for each in said if each.number == one.number]),
            )
            for one in dossiers
        ]
        there = {one.number for one in dossiers}
        # Which left goes on elsewhere, where its version is higher: nothing is to be said of it here.
        left = select(col(Dossier.number)).where(col(Dossier.number).in_(set(numbers) - there))
        gone = set(turns) - there - set((await session.scalars(left)).all())
        return (*found, *(ListedDossier(number=one, version=0, turn=turns[one], here=False) for one in sorted(gone)))

    def _one(
        self,
        row: Dossier,
        tasks: Sequence[TaskRow],
        members: Mapping[str, tuple[str, ...]],
        meetings: Sequence[MeetingRow],
        granted: date | None,
    ) -> ListedDossier:
        if row.state in self._over:
            return ListedDossier(number=row.number, version=row.version, turn=row.turn, here=False)
        state = State(row.state)
        asked = [one for one in tasks if self._is_asked(one, state)] if row.handing_over_since is None else []
        dues = [(row.due_on, _why(row))] if row.due_on else []
        dues += [(one.held_on, DUE_MEETING) for one in meetings[:1]]
        dues += [(one.due_on, DUE_ANSWER) for one in asked if one.due_on]
        dues += [(granted, DUE_GRANTED)] if granted and row.handing_over_since is None else []
        on, due = min(dues, default=(None, DUE_ANSWER if asked else None))
        return ListedDossier(
            number=row.number,
            version=row.version,
            turn=row.turn,
            here=True,
            state=row.state,
            phase=PHASE_OF.get(state),
            working_name=row.working_name,
            received_on=row.received_on,
            due=due,
            due_on=on,
            closed_to=tuple(row.closed_to),
            tasks=tuple(
                ListedTask(
                    id=one.id,
                    kind=one.kind,
                    role=one.role,
                    person=one.person,
                    # Of a meeting that is not known here nobody is a member.
                    members=members.get(one.meeting, ()) if one.meeting else None,
                    opened_at=one.opened_at,
                    until=one.until,
                    # What is asked about a duty to inform waits no longer than the duty.
                    due_on=one.due_on or (row.due_on if row.subject or is_request(row.number) else None),
                )
                for one in asked
                if one.opened_at is not None
            ),
        )

    def _is_asked(self, task: TaskRow, state: State) -> bool:
        """Whether a task of this kind is shown in this state, as the list of the service itself has it."""
        states = self._kinds.get(task.kind)
        return task.kind in self._kinds and (states is None or state in states)


def _why(row: Dossier) -> str:
    """For what a dossier has a day."""
    if is_request(row.number):
        return DUE_REQUEST
    return DUE_INFORMING if row.subject else DUE_PLANNED


def _members(meeting: MeetingRow) -> tuple[str, ...]:
    return tuple(one["userId"] for one in meeting.members if "userId" in one)


async def _row(session: AsyncSession) -> TellingRow:
    """The one row, locked: there is one who tells, also with several replicas."""
    query = select(TellingRow).where(col(TellingRow.id) == 1).with_for_update()
    row = (await session.scalars(query)).first()
    if row is None:
        await session.execute(upsert(TellingRow).values(id=1, seq=0).on_conflict_do_nothing())
        row = (await session.scalars(query)).one()
    return row
