"""Meetings: kept, told and shown; who may take part and what is on the agenda is judged by the law (art. 15)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import not_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.assessment.bodies import MeetingIn, MeetingKind, MeetingKinds, MeetingList, MeetingOut
from shared import audit
from shared.clock import calendar_date
from shared.contracts.assessment import MeetingTold
from shared.engine.copies import MEETING_FACTS
from shared.engine.engine import Engine
from shared.engine.head import vouch_for
from shared.engine.store import open_to
from shared.engine.tables import Dossier, MeetingRow
from shared.engine.voices import is_invited
from shared.errors import Conflict, Elsewhere, Forbidden, Invalid, NotBelieved, NotFound
from shared.identity import Person
from shared.numbers import meeting_number
from shared.pages import Keyset, Window
from shared.protocol.faults import Fault
from shared.protocol.meetings import (
    MEMBER,
    agenda_closed,
    agenda_fault,
    calling_faults,
    invited_fault,
    not_held,
    over_fault,
    saying_fault,
    takes_part,
)

BY_DATE = Keyset("meetings", col(MeetingRow.held_on), col(MeetingRow.id), newest_first=True)


class Meetings:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform
        self.rules = engine.parts.present

    async def all(self, person: Person, window: Window) -> MeetingList:
        """For who prepares them all of them with the agenda, the last first; for a member his own, without.

        Raises Forbidden for everybody else, Invalid for a cursor of something else.
        """
        prepares = bool(person.roles & set(self.rules.file_roles))
        if not prepares and MEMBER not in person.roles:
            raise Forbidden
        query = select(MeetingRow)
        if not prepares:
            query = query.where(col(MeetingRow.members).contains([{"userId": person.user_id}]))
        async with self.platform.database.reading() as session:
            page = await BY_DATE.page(session, query, window)
            hidden = await self._closed_to(session, person, [number for one in page.rows for number in one.agenda])
        # What is not believed is left out, and says so itself: it holds up no other.
        rows = [one for one in page.rows if await self._is_right(one)]
        found = [shown(one, hidden if prepares else None) for one in rows]
        return MeetingList(meetings=found, next=page.next)

    async def kinds(self, person: Person) -> MeetingKinds:
        """What a meeting can be called of. Raises Forbidden for who calls none."""
        person.role_among(self.rules.file_roles)
        roles = takes_part(self.rules)
        by_role = {role: await self.platform.designations.with_role((role,)) for role in roles}
        persons = {
            one: tuple(role for role in roles if one in by_role[role])
            for one in sorted({one for found in by_role.values() for one in found})
        }
        kinds = [
            MeetingKind(kind=kind, outside={one: self.rules.called(one) for one in outside})
            for kind, outside in self.rules.meetings.items()
        ]
        return MeetingKinds(kinds=kinds, persons=persons, attendance_by=self.rules.attendance_by)

    async def one(self, person: Person, identifier: str) -> MeetingOut:
        """For who prepares it, with the agenda; for a member without, who reads that where its signals are held.

        Raises Forbidden for who takes part in no meeting, NotFound for who was not invited to this one.
        """
        person.role_among(takes_part(self.rules))
        prepares = bool(person.roles & set(self.rules.file_roles))
        async with self.platform.database.reading() as session:
            row = await session.get(MeetingRow, identifier)
            if row is None or not (prepares or is_invited(row, person)):
                raise NotFound
            await self.engine.parts.loader.believe(row, row.id)
            hidden = await self._closed_to(session, person, row.agenda) if prepares else None
        return shown(row, hidden)

    async def close(self, person: Person, identifier: str) -> MeetingOut:
        """End a meeting: its papers are closed to everybody. Raises Conflict before its day; once more it changes nothing."""
        role = person.role_among(self.rules.file_roles)
        async with self.platform.database.transaction() as session:
            row = await self._row(session, identifier)
            early = not_held(row.held_on, self._today())
            if early:
                raise Conflict(early.sentence)
            if not row.closed:
                row.closed = True
                row.version += 1
                await self._told(session, row, person, role, "meeting closed")
            hidden = await self._closed_to(session, person, row.agenda)
        return shown(row, hidden)

    async def call(self, person: Person, given: MeetingIn) -> MeetingOut:
        """Call a meeting. Raises Invalid for whoever may not take part in one of this kind."""
        role = person.role_among(self.rules.file_roles)
        async with self.platform.database.transaction() as session:
            members = [(one.user_id, one.organisation) for one in given.members]
            designated = await self.platform.designations.with_role(takes_part(self.rules))
            faults = calling_faults(self.rules, given.kind, given.held_on, members, designated, self._today())
            for number in given.agenda:
                faults += await self._agenda_faults(session, person, given.kind, number)
            if faults:
                raise Invalid(faults)
            self._present_may_be_said(person, given)
            row = MeetingRow(
                id=meeting_number(),
                version=1,
                kind=given.kind,
                held_on=given.held_on,
                chair=person.user_id,
                members=[
                    {"userId": one.user_id} if one.user_id else {"organisation": str(one.organisation)}
                    for one in given.members
                ],
                present=list(dict.fromkeys(given.present)),
                agenda=list(given.agenda),
            )
            session.add(row)
            await self._told(session, row, person, role, "meeting called")
        return shown(row)

    def _present_may_be_said(self, person: Person, given: MeetingIn) -> None:
        """Raises as `attend` does, for everybody who is said to be there when the meeting is called."""
        invited = {str(one.user_id or one.organisation) for one in given.members}
        outside = [str(one.organisation) for one in given.members if not one.user_id]
        for who in given.present:
            uninvited = invited_fault(who, invited)
            if uninvited:
                raise Invalid([uninvited])
            not_theirs = saying_fault(self.rules, who, person.user_id, chairs=True, outside=outside)
            if not_theirs:
                raise Forbidden(not_theirs.sentence)
            early = not_held(given.held_on, self._today())
            if early:
                raise Conflict(early.sentence)

    async def _agenda_faults(self, session: AsyncSession, person: Person, kind: str, number: str) -> list[Fault]:
        known = weighed = True
        try:
            loaded = await self.engine.parts.loader.within(session, number, by=person)
            weighed = any(one.key == "weging-3" and one.outcome != "held-over" for one in loaded.taken)
        except Elsewhere as there:
            # What went on to phase 3 was weighed by a LOT.
            weighed = there.extra["holder"] == "sources"
        except NotFound:
            known = weighed = False
        fault = agenda_fault(kind, known=known, weighed=weighed)
        return [fault] if fault else []

    def _today(self) -> date:
        return calendar_date(self.platform.clock.now())

    async def add(self, person: Person, identifier: str, number: str) -> MeetingOut:
        role = person.role_among(self.rules.file_roles)
        async with self.platform.database.transaction() as session:
            row = await self._row(session, identifier)
            closed = agenda_closed(row.held_on, self._today()) or over_fault(closed=row.closed)
            if closed:
                raise Conflict(closed.sentence)
            faults = await self._agenda_faults(session, person, row.kind, number)
            if faults:
                raise Invalid(faults)
            if number not in row.agenda:
                row.agenda = [*row.agenda, number]
                row.version += 1
            await self._told(session, row, person, role, "agenda changed")
            hidden = await self._closed_to(session, person, row.agenda)
        return shown(row, hidden)

    async def attend(self, person: Person, identifier: str, member: str | None) -> MeetingOut:
        """A member says that he was there; or the chair, or who replaces him, says who was, where the municipality wants it
        so."""
        who = member or person.user_id
        role = person.role_among((MEMBER, *self.rules.file_roles))
        async with self.platform.database.transaction() as session:
            row = await self._row(session, identifier)
            # Whoever is neither member nor may chair learns nothing, not even that there is such a meeting.
            chairs = bool(person.roles & set(self.rules.file_roles))
            if person.user_id not in names_of(row) and not chairs:
                raise NotFound
            uninvited = invited_fault(who, names_of(row))
            if uninvited:
                raise Invalid([uninvited])
            outside = [one["organisation"] for one in row.members if "organisation" in one]
            not_theirs = saying_fault(self.rules, who, person.user_id, chairs=chairs, outside=outside)
            if not_theirs:
                raise Forbidden(not_theirs.sentence)
            early = not_held(row.held_on, self._today())
            if early:
                raise Conflict(early.sentence)
            if who not in row.present:
                row.present = [*row.present, who]
                row.version += 1
            await self._told(session, row, person, role, "attendance recorded")
            hidden = None if role == MEMBER else await self._closed_to(session, person, row.agenda)
        return shown(row, hidden)

    @staticmethod
    async def _closed_to(session: AsyncSession, person: Person, numbers: Collection[str]) -> set[str]:
        """Which of these signals do not exist for `person`: of those that went on, as their holder said."""
        closed = select(col(Dossier.number)).where(col(Dossier.number).in_(numbers), not_(open_to(person)))
        return set((await session.scalars(closed)).all())

    async def _row(self, session: AsyncSession, identifier: str) -> MeetingRow:
        row = await session.get(MeetingRow, identifier, with_for_update=True)
        if row is None:
            raise NotFound
        await self.engine.parts.loader.believe(row, row.id)
        return row

    async def _is_right(self, row: MeetingRow) -> bool:
        """Whether a meeting is as it was kept here; one that is not is frozen."""
        try:
            await self.engine.parts.loader.believe(row, row.id)
        except NotBelieved:
            return False
        return True

    async def _told(self, session: AsyncSession, row: MeetingRow, person: Person, role: str, action: str) -> None:
        """Casework decides on its own agenda items, by a copy. From here on this is what is believed of it."""
        await vouch_for(self.platform.mac, row)
        facts = {name: getattr(row, name) for name in MEETING_FACTS}
        self.platform.post.tell(session, "casework", MeetingTold(meeting=row.id, **facts))
        now = self.platform.clock.now()
        session.add(audit.line(now, action, actor=person.user_id, role=role, record=row.id))


def names_of(row: MeetingRow) -> set[str]:
    return {name for one in row.members for name in one.values()}


def shown(row: MeetingRow, hidden: Collection[str] | None = ()) -> MeetingOut:
    """A meeting without what is `hidden` of its agenda; None: for who is shown nothing of it."""
    return MeetingOut(
        id=row.id,
        version=row.version,
        kind=row.kind,
        held_on=row.held_on,
        chair=row.chair,
        members=tuple(sorted(names_of(row))),
        present=tuple(row.present),
        closed=row.closed,
        agenda=() if hidden is None else tuple(one for one in row.agenda if one not in hidden),
    )
