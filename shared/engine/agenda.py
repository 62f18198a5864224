"""What stands on the agenda of a meeting, as far as it is here: the papers that somebody may read now, what was decided,
and what he said himself.

A meeting belongs to several dossiers, and these are with several services: each answers for those that it holds. What is
closed to somebody is not there for him, and of what is not here nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from shared.engine.decide import Deciding
from shared.engine.given import Given, GivenAnswer, Shown
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.records import CLOSING, VOICE
from shared.engine.roads import PAPER
from shared.engine.show import Showing
from shared.engine.tables import DecisionRow, MeetingRow
from shared.engine.tasks import Tasks
from shared.engine.voices import is_invited, voices
from shared.engine.wording import Nameable
from shared.errors import CannotSucceed, Conflict, NotBelieved, NotFound
from shared.identity import Person
from shared.protocol.judge import Attempt
from shared.protocol.meetings import takes_part
from shared.protocol.model import State
from shared.protocol.standing_back import CLOSED_TO, STANDS_BACK


@dataclass(frozen=True)
class Decided:
    """What a meeting decided, with its words where these are here still: `reason`, and what who was against it said."""

    row: DecisionRow
    says: str
    reason: str | None = None
    dissent: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OnAgenda:
    """One signal on the agenda. `papers`: the tasks by which the caller reads them, of `prepared` that there are; `said`: what members said of it
    themselves, of others only for who has the file; `waits`: it can still be decided on here."""

    number: str
    working_name: str
    prepared: int
    papers: tuple[UUID, ...]
    decided: tuple[Decided, ...]
    said: Mapping[str, Shown]
    waits: bool


class Agenda:
    def __init__(self, parts: Parts, deciding: Deciding, tasks: Tasks, showing: Showing) -> None:
        self.parts = parts
        self.platform = parts.platform
        self._deciding = deciding
        self._tasks = tasks
        self._showing = showing

    async def of(self, identifier: str, person: Person, purpose: str) -> list[OnAgenda]:
        """What of it is here, in the order of the agenda; a line in the audit trail for each of which words are read.

        Raises Forbidden for who takes part in no meeting, NotFound for a meeting to which he was not invited, unless he
        has the file.
        """
        role, meeting = await self._meeting(identifier, person)
        found = []
        for number in meeting.agenda:
            # What is on its way, elsewhere, or frozen holds up nothing else.
            with suppress(NotFound, NotBelieved, CannotSucceed):
                loaded = await self.parts.loader.load(number, by=person, meeting=identifier, opened=False)
                found.append(await self._shown(loaded, meeting, person, role, purpose))
        return found

    async def say(self, identifier: str, number: str, person: Person, given: GivenAnswer) -> Shown:
        """What a member says himself: for, against, or that he stands back from this signal (art. 2:4 Awb).

        Raises NotFound for who was not invited and for what is not on that agenda, and what deciding raises.
        """
        role, meeting = await self._meeting(identifier, person)
        if not is_invited(meeting, person) or number not in meeting.agenda:
            raise NotFound
        loaded = await self.parts.loader.load(number, by=person, opened=False)
        grounds = given.special_grounds
        if given.outcome == STANDS_BACK:
            if meeting.closed:
                raise Conflict("Dit overleg is gesloten.")
            about = (person.user_id,)
            attempt = Attempt(CLOSING, CLOSED_TO, given.reason, {}, about=about, special_grounds=grounds)
        else:
            attempt = Attempt(VOICE, given.outcome, given.reason, {}, meeting=identifier, special_grounds=grounds)
        return await self._deciding.decide(number, person, Given(attempt, loaded.dossier.version), only=(role,))

    async def _meeting(self, identifier: str, person: Person) -> tuple[str, MeetingRow]:
        """The meeting, and as what somebody sees it."""
        law = self.parts.present
        role = person.role_among(takes_part(law))
        async with self.platform.database.reading() as session:
            row = await session.get(MeetingRow, identifier)
        if row is None:
            raise NotFound
        await self.parts.loader.believe(row, row.id)
        if not person.roles & set(law.file_roles) and not is_invited(row, person):
            raise NotFound
        return role, row

    async def _shown(self, loaded: Loaded, meeting: MeetingRow, person: Person, role: str, purpose: str) -> OnAgenda:
        has_file = bool(person.roles & set(loaded.law.file_roles))
        taken = [one for one in loaded.taken if one.meeting == meeting.id]
        said = voices(loaded, meeting.id)
        mine = {who: one for who, one in said.items() if has_file or who == person.user_id}
        if (taken or mine) and loaded.state != State.CLOSED:
            loaded = await self.parts.loader.opened(loaded)
            if loaded.content is not None:
                await self._showing.note(person, role, "minutes read", loaded.number, purpose, loaded.concerns)
        known = Nameable.of(loaded)
        papers = [one for one in loaded.tasks if one.kind == PAPER and one.meeting == meeting.id]
        return OnAgenda(
            loaded.number,
            loaded.dossier.working_name,
            len(papers),
            tuple(one.id for one in papers if self._tasks.waits_for(person, one, loaded)),
            tuple(self._decided(loaded, one, known, has_file=has_file) for one in taken),
            {who: Shown(one, loaded.words_of(one)) for who, one in mine.items()},
            waits=not taken and self.parts.policy.is_here(loaded.state, self.platform.name),
        )

    @staticmethod
    def _decided(loaded: Loaded, row: DecisionRow, known: Nameable, *, has_file: bool) -> Decided:
        """Members read it as supervision does of who has no file: without what shows the reporter."""
        words, says = loaded.words_of(row), loaded.law.answered(row.key, row.outcome)
        if words is None:
            return Decided(row, says)
        if has_file:
            return Decided(row, says, words.reason, words.dissent)
        return Decided(row, says, known.shared(words.reason), known.shared_in(words.dissent))
