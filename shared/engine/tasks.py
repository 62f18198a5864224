"""Tasks: what people without the file are asked. Each sees his task and nothing else (R-7.10, R-18.6, R-24.1).

A task that is not theirs answers like one that does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select, text
from sqlmodel import col

from shared.clock import calendar_date
from shared.engine.answers import asked_by
from shared.engine.asking import OF_PROPOSALS
from shared.engine.decide import Deciding
from shared.engine.given import Given, GivenAnswer, GivenRecord, GivenReport, Recorded, Shown
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.proposal import about_proposal
from shared.engine.record import Recording
from shared.engine.records import CLOSING
from shared.engine.restricting import waits
from shared.engine.show import Showing
from shared.engine.store import open_to
from shared.engine.tables import WAITS, Dossier, MeetingRow, TaskRow
from shared.errors import Conflict, Forbidden, NotFound
from shared.identity import Person
from shared.pages import Keyset, Page, Window
from shared.protocol.judge import Attempt, AttemptPart
from shared.protocol.model import State
from shared.protocol.records import Record
from shared.protocol.standing_back import CLOSED_TO, STANDS_BACK

BY_AGE = Keyset("tasks", col(TaskRow.opened_at), col(TaskRow.id))


class Tasks:
    """What people without the file are asked, and their answers."""

    def __init__(self, parts: Parts, deciding: Deciding, showing: Showing, recording: Recording) -> None:
        self.parts = parts
        self.platform = parts.platform
        self.policy = parts.policy
        self._deciding = deciding
        self._showing = showing
        self._recording = recording
        self._kinds: dict[str, tuple[State, ...] | None] = {**parts.policy.asks, **dict.fromkeys(OF_PROPOSALS)}

    def _mine(self, person: Person) -> Any:
        """The tasks that wait for this person: asked of him, of a dossier that is here, in a state in which it is
        asked; a paper only of a meeting to which he was invited."""
        today = calendar_date(self.platform.clock.now())
        invited = col(MeetingRow.members).contains([{"userId": person.user_id}])
        now = [
            and_(col(TaskRow.kind) == kind, col(Dossier.state).in_(states)) if states else col(TaskRow.kind) == kind
            for kind, states in self._kinds.items()
        ]
        return (
            select(TaskRow)
            .join(Dossier, col(Dossier.number) == col(TaskRow.number))
            .outerjoin(MeetingRow, col(MeetingRow.id) == col(TaskRow.meeting))
            .where(text(f"task.{WAITS.replace('opened_at', 'task.opened_at')}"), or_(*now))
            .where(col(TaskRow.role).in_(person.roles), col(TaskRow.until) >= today)
            .where(or_(col(TaskRow.person).is_(None), col(TaskRow.person) == person.user_id))
            .where(col(TaskRow.opened_at) <= self.platform.clock.now())
            .where(col(Dossier.left).is_(False), col(Dossier.handing_over_since).is_(None))
            .where(col(Dossier.state).not_in(self.policy.over))
            .where(
                or_(col(TaskRow.meeting).is_(None), and_(invited, col(MeetingRow.closed).is_(False))), open_to(person)
            )
        )

    async def list(self, person: Person, window: Window) -> Page[TaskRow]:
        """Which tasks wait for this person, the oldest first. Raises Forbidden without any designation (R-7.3), Invalid
        for a cursor of something else."""
        _designated(person)
        async with self.platform.database.reading() as session:
            return await BY_AGE.page(session, self._mine(person), window)

    async def one(self, identifier: UUID, person: Person, purpose: str) -> tuple[TaskRow, dict[str, Any]]:
        """One task with what is needed for it, and what it takes (`asked_by`); the audit line is on disk before it leaves."""
        task, loaded = await self.of(identifier, person, opened=True)
        of_proposal = task.kind in OF_PROPOSALS
        if not of_proposal:
            waits(loaded, task)
        shown = about_proposal(task, loaded) if of_proposal else self.policy.show_task(task, loaded)
        await self._showing.note(person, task.role, f"task opened: {task.kind}", task.number, purpose, loaded.concerns)
        return task, shown | asked_by(self.policy, task, loaded)

    async def answer(self, identifier: UUID, person: Person, given: GivenAnswer) -> Shown:
        """Do what the task asks: answer a question, report an intervention, answer a proposal; or stand back from the
        signal, whatever is asked.

        Raises NotFound for a task of somebody else, Conflict for one that is only read, and what deciding raises.
        """
        task, loaded = await self.of(identifier, person)
        version = loaded.dossier.version
        if given.outcome == STANDS_BACK:
            grounds = given.special_grounds
            back = Attempt(CLOSING, CLOSED_TO, given.reason, {}, about=(person.user_id,), special_grounds=grounds)
            return await self._deciding.decide(task.number, person, Given(back, version), only=(task.role,))
        if task.kind in OF_PROPOSALS:
            found = loaded.decision(UUID(task.item))
            key = found.key if found else ""
            attempt = Attempt(key, given.outcome, given.reason, {}, special_grounds=given.special_grounds)
            wanted = Given(attempt, version, UUID(task.item))
            return await self._deciding.decide(task.number, person, wanted, only=(task.role,))
        asked = self.policy.answers(task)
        if asked is None:
            raise Conflict("Deze taak is alleen om te lezen; er wordt niets op besloten.")
        key, about = asked
        if given.key and given.key != key:
            if given.key not in self.policy.besides(task):
                raise Conflict("Dit wordt bij deze taak niet besloten.")
            key = given.key
        fields = dict(given.fields or {})
        attempt = Attempt(key, given.outcome, given.reason, fields, about=about, special_grounds=given.special_grounds)
        return await self._deciding.decide(task.number, person, Given(attempt, version), only=(task.role,))

    async def report(self, identifier: UUID, person: Person, given: GivenReport) -> Recorded:
        """Record what somebody asks or found while he does his task; it does not end the task.

        Raises NotFound for a task of somebody else or one that is over, Conflict where nothing is recorded or not this,
        and what recording raises.
        """
        task, loaded = await self.of(identifier, person, opened=True)
        categories, about, filled = self.policy.recordable(task, loaded)
        if given.category not in categories:
            raise Conflict("Dit wordt bij deze taak niet vastgelegd.")
        record = Record(
            given.category,
            about,
            given.finding,
            fields={**given.fields, **filled},
            special_grounds=given.special_grounds,
        )
        wanted = GivenRecord(record, loaded.dossier.version)
        return await self._recording.record_by_task(task.number, person, task.role, wanted)

    async def answer_together(self, person: Person, given: Mapping[UUID, GivenAnswer]) -> Shown:
        """Answer several questions about one dossier in one decision, each with its own outcome and reason.

        Raises as `answer`; Conflict for tasks of several dossiers, or of a kind that is not answered together.
        """
        found = [await self.of(one, person) for one in given]
        tasks = [task for task, _ in found]
        asked = [self.policy.answers(one) for one in tasks]
        keys = {(one.number, one.role, about[0]) if about else None for one, about in zip(tasks, asked, strict=True)}
        if len(keys) != 1 or None in keys:
            raise Conflict("Dit zijn geen vragen over één dossier die samen worden beantwoord.")
        ((number, role, key),) = [one for one in keys if one]
        parts: list[AttemptPart] = []
        grounds: dict[str, str] = {}
        for about, one in zip(asked, given.values(), strict=True):
            things = tuple((thing,) for thing in about[1]) if about else ()
            parts.append(AttemptPart(things, one.outcome, one.reason, dict(one.fields or {})))
            grounds |= one.special_grounds
        attempt = Attempt(key, "", "", {}, special_grounds=grounds, parts=tuple(parts))
        version = found[0][1].dossier.version
        return await self._deciding.decide(number, person, Given(attempt, version), only=(role,))

    async def of(self, identifier: UUID, person: Person, *, opened: bool = False) -> tuple[TaskRow, Loaded]:
        """His task as it stands in its dossier, whose head is checked: a row alone asks nobody anything.

        Raises NotFound, and NotBelieved for what was changed past the service.
        """
        _designated(person)
        async with self.platform.database.reading() as session:
            found = await session.scalars(self._mine(person).where(col(TaskRow.id) == identifier))
            row: TaskRow | None = found.first()
        if row is None:
            raise NotFound
        loaded = await self.parts.loader.load(row.number, by=person, meeting=row.meeting, opened=opened)
        task = loaded.task(identifier)
        if task is None or not self.waits_for(person, task, loaded):
            raise NotFound
        return task, loaded

    def waits_for(self, person: Person, task: TaskRow, loaded: Loaded) -> bool:
        """Whether it waits for this person: as `_mine`, of what was checked, with the meeting that it is for."""
        now, dossier = self.platform.clock.now(), loaded.dossier
        states = self._kinds.get(task.kind)
        meeting = next((one for one in loaded.meetings if one.id == task.meeting), None)
        return (
            task.kind in self._kinds
            and task.person in (None, person.user_id)
            and (states is None or loaded.state in states)
            and task.role in person.roles
            and task.until >= calendar_date(now)
            and task.closed_at is None
            and task.opened_at is not None
            and task.opened_at <= now
            and dossier.handing_over_since is None
            and loaded.state not in self.policy.over
            and (
                task.meeting is None
                or bool(meeting and not meeting.closed and {"userId": person.user_id} in meeting.members)
            )
        )


def _designated(person: Person) -> None:
    if not person.roles:
        raise Forbidden
