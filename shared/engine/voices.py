"""What a member says himself of an item on the agenda, before his meeting decides: for, or against with words (art. 15).

A record beside the decisions, as standing back is: with who, when, and his words in the room. Who takes the decision cannot
leave it out: his words become part of it, as if they had been written down by who records it
(docs/decisions/0040-a-member-speaks-for-himself.md).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from shared import audit
from shared.engine.beside import keeping_proposals
from shared.engine.common import record_of
from shared.engine.documents import Words
from shared.engine.given import Given, Shown
from shared.engine.head import changed
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.records import VOICE
from shared.engine.tables import DecisionRow, MeetingRow
from shared.engine.wording import Nameable, faults_in_words
from shared.engine.write import Change, Writer
from shared.errors import Conflict, Invalid, NotFound
from shared.identity import Person
from shared.protocol.meetings import AGAINST, HOW_HELD, not_held, over_fault, speaking_faults, speaking_late, who_agree


def is_invited(meeting: MeetingRow, person: Person) -> bool:
    return {"userId": person.user_id} in meeting.members


def voices(loaded: Loaded, meeting: str) -> dict[str, DecisionRow]:
    """What each member last said in `meeting`, by who he is."""
    said = (one for one in loaded.decisions if one.key == VOICE and one.meeting == meeting)
    return {one.recorder: one for one in said}


def with_voices(loaded: Loaded, given: Given) -> Given:
    """The decision with what members of its meeting said against it themselves, of those who were there; without what shows
    the reporter, as nobody at the table was told what does."""
    meeting = next((one for one in loaded.meetings if one.id == given.attempt.meeting), None)
    if meeting is None or loaded.content is None:
        return given
    there = who_agree(meeting.present, loaded.dossier.closed_to)
    against = {who: one for who, one in voices(loaded, meeting.id).items() if one.outcome == AGAINST and who in there}
    if not against:
        return given
    known, dissent, grounds = Nameable.of(loaded), dict(given.attempt.dissent), dict(given.attempt.special_grounds)
    for who, one in against.items():
        words = loaded.words_of(one)
        dissent[who] = known.shared(words.reason) if words else ""
        grounds = {**(words.special_grounds if words else {}), **grounds}
    return replace(given, attempt=replace(given.attempt, dissent=dissent, special_grounds=grounds))


class Speaking:
    """Keeps what members say themselves."""

    def __init__(self, parts: Parts, writer: Writer) -> None:
        self.parts = parts
        self.platform = parts.platform
        self._writer = writer

    async def speak(self, loaded: Loaded, person: Person, given: Given, roles: Collection[str]) -> Shown:
        """Keep it. Raises NotFound for who is not invited, or of what is not on that agenda; Conflict when it is too early or
        too late; Invalid."""
        attempt = given.attempt
        meeting = next((one for one in loaded.meetings if one.id == attempt.meeting), None)
        if meeting is None or not is_invited(meeting, person) or loaded.number not in meeting.agenda:
            raise NotFound
        decided = any(one.meeting == meeting.id for one in loaded.taken)
        late = (
            over_fault(closed=meeting.closed)
            or not_held(meeting.held_on, loaded.today)
            or speaking_late(meeting.held_on, loaded.today, decided=decided)
        )
        if late:
            raise Conflict(late.sentence)
        faults = speaking_faults(attempt.outcome, attempt.reason)
        faults = faults or faults_in_words(loaded, {"reason": attempt.reason}, attempt.special_grounds, ())
        if faults:
            raise Invalid(faults)
        record = record_of(
            loaded,
            self.platform.clock.now(),
            key=VOICE,
            outcome=attempt.outcome,
            article=HOW_HELD,
            recorder=person.user_id,
            role=min(roles),
            # Supervision hears of it with the decision that it becomes part of.
            tells=False,
        )
        record = changed(record, meeting=meeting.id)
        words = Words(reason=attempt.reason.strip(), special_grounds=dict(attempt.special_grounds))
        line = audit.line(
            record.taken_at,
            "member spoke in a meeting",
            actor=record.recorder,
            role=record.role,
            record=loaded.number,
            result=record.outcome,
            turn=loaded.next_turn,
            concerns=loaded.concerns,
            answered=words.special_grounds,
        )
        kept, at_once = keeping_proposals(loaded, record)
        await self._writer.write(
            Change(
                loaded,
                state=loaded.dossier.state,
                decision=record,
                documents={f"decision-{record.id}": words},
                rows=[line],
                closes_proposals=False,
                replaces=kept,
                at_once=at_once,
            )
        )
        return Shown(record, words)
