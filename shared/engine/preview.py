"""Reading beforehand, word for word, what a decision would share; nothing is taken and nothing leaves."""

from __future__ import annotations

from typing import Any

from shared import audit
from shared.contracts.export import ShareContent
from shared.engine.attempted import words_given
from shared.engine.common import following
from shared.engine.decide import Deciding
from shared.engine.effects import CopyByLetter, Disclose
from shared.engine.given import Given, GivenRecord
from shared.engine.head import changed
from shared.engine.papers import composed
from shared.engine.record import Recording
from shared.engine.roads import INTERVENTION, PAPER, QUESTION
from shared.engine.shares import share_of
from shared.engine.voices import with_voices
from shared.errors import Invalid
from shared.identity import Person
from shared.protocol.faults import Fault
from shared.protocol.model import State


class Previewing:
    def __init__(self, deciding: Deciding, recording: Recording) -> None:
        self._deciding = deciding
        self._recording = recording
        self._parts = deciding.parts

    async def shares(self, number: str, person: Person, given: Given, purpose: str) -> list[ShareContent]:
        """What each receiver would read. It is judged as the decision is, and raises what that raises; what a co-signer
        still has to agree to is shown as if he had. Raises Invalid for who confirms or withdraws: that is no such decision."""
        if given.confirms:
            raise Invalid([Fault("confirms", "hoort niet bij een besluit dat nog wordt voorbereid", None, "not-asked")])
        deciding, platform = self._deciding, self._parts.platform
        loaded = await self._parts.loader.for_change(
            number, given.expected_version, by=person, meeting=given.attempt.meeting
        )
        given = with_voices(loaded, given)
        role = self._parts.role_of(person)
        roles = person.roles & frozenset(self._parts.policy.roles(loaded.law))
        allowed = deciding.allowed(loaded, person, roles, given)
        now = platform.clock.now()
        items = deciding.items(loaded, person, given, now)
        decision = changed(deciding.made(loaded, person, given, allowed, now, items), status="taken")
        after = loaded.after(decision, {str(decision.id): words_given(loaded, given.attempt)}, items)
        effects = following(self._parts.policy, after, decision)
        line = audit.line(
            now,
            "share read beforehand",
            actor=person.user_id,
            role=role,
            record=number,
            reason=purpose,
            concerns=loaded.concerns,
        )
        async with platform.database.transaction() as session:
            session.add(line)
        found = [
            one.content for one in effects if isinstance(one, CopyByLetter) and isinstance(one.content, ShareContent)
        ]
        # An order is read in the file itself, by a task, from its line in the register on.
        orders = (one for one in effects if isinstance(one, Disclose) and one.road == INTERVENTION)
        if decision.state_after == State.EXECUTION:
            found += [share_of(after, decision, one) for one in orders]
        return found

    async def record(self, number: str, person: Person, given: GivenRecord, purpose: str) -> dict[str, Any]:
        """Of a `paper` what the members of its meeting would read, of a `question` what who keeps the source would, each as its
        task shows it; it is judged as the record is, and raises what that raises. Raises Invalid for another record: nobody
        without the file reads that."""
        category = given.record.category
        if category not in (PAPER, QUESTION):
            words = "alleen een stuk en een vraag aan een bron worden vooraf gelezen"
            raise Invalid([Fault("category", words, None, "not-asked")])
        platform, role = self._parts.platform, self._parts.role_of(person)
        loaded, _, finding, _ = await self._recording.judged(number, person, role, given)
        now = platform.clock.now()
        action = f"{category} read beforehand"
        line = audit.line(
            now,
            action,
            actor=person.user_id,
            role=role,
            record=number,
            reason=purpose,
            concerns=loaded.concerns,
        )
        async with platform.database.transaction() as session:
            session.add(line)
        return {category: composed(loaded, finding) if category == PAPER else self._parts.policy.asked(loaded, finding)}
