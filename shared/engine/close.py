"""Standing back: a dossier is closed to a person whom it concerns himself, or opened to him again (art. 2:4 Awb).

The record goes on with the dossier to every next holder, as all decisions do; the head says to whom it is closed, and
`load.py` finds nothing for him.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.dossier import ClosedTo
from shared.engine import store
from shared.engine.beside import keeping_proposals
from shared.engine.common import record_of, told_to_supervision
from shared.engine.documents import Words
from shared.engine.effects import Effect, Tell
from shared.engine.findable import is_to_be_told
from shared.engine.given import Given, Shown
from shared.engine.head import Head, changed, is_right, vouched
from shared.engine.hear import heard, one_at_a_time
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.records import CLOSING
from shared.engine.tables import DecisionRow
from shared.engine.wording import faults_in_words
from shared.engine.write import Change, Writer
from shared.errors import Conflict, Invalid, NotBelieved
from shared.identity import Person
from shared.protocol.standing_back import AWB, CLOSED_TO, closing_faults


class Closing:
    """Closes a dossier to persons, and hears where another service did."""

    def __init__(self, parts: Parts, writer: Writer) -> None:
        self.parts = parts
        self.platform = parts.platform
        self._writer = writer

    async def close(
        self, loaded: Loaded, person: Person, given: Given, roles: Collection[str], *, has_file: bool
    ) -> Shown:
        """Close it to whom `given` names (`about`), or open it again. Raises Conflict where nothing is closed to anybody,
        Invalid; also where nobody is named: nobody is shut out by what was left empty, himself neither."""
        tells = self.parts.policy.tells_closing
        if tells is None:
            raise Conflict("Dit wordt niet voor iemand gesloten.")
        outcome, reason, grounds = given.attempt.outcome, given.attempt.reason, given.attempt.special_grounds
        about = tuple(given.attempt.about)
        designated = [one for one in about if await self.platform.designations.of(one)]
        faults = closing_faults(
            outcome,
            about,
            person.user_id,
            reason,
            has_file=has_file,
            closed_to=loaded.dossier.closed_to,
            designated=designated,
        )
        faults = faults or faults_in_words(loaded, {"reason": reason}, grounds, roles if has_file else ())
        if faults:
            raise Invalid(faults)
        record = record_of(
            loaded,
            self.platform.clock.now(),
            key=CLOSING,
            outcome=outcome,
            article=AWB,
            recorder=person.user_id,
            role=min(roles),
            about=about,
            tells=self.parts.policy.tells_of(loaded),
        )
        words = Words(reason=reason.strip(), special_grounds=dict(grounds))
        await self._write(loaded, record, words, tells)
        return Shown(record, words)

    async def _write(self, loaded: Loaded, record: DecisionRow, words: Words, tells: Iterable[str]) -> None:
        (whom,), is_closed = record.about, record.outcome == CLOSED_TO
        told = ClosedTo(number=loaded.dossier.signal, person=whom, closed=is_closed)
        effects: list[Effect] = [told_to_supervision(loaded, record, words, None, None)] if record.tells else []
        effects += [Tell(one, told) for one in tells]
        kept, at_once = keeping_proposals(loaded, record)
        line = audit.line(
            record.taken_at,
            f"signal {record.outcome} to a person",
            actor=record.recorder,
            role=record.role,
            record=loaded.number,
            reason=whom,
            turn=loaded.next_turn,
            concerns=loaded.concerns,
            answered=words.special_grounds,
        )

        await self._writer.write(
            Change(
                loaded,
                state=loaded.dossier.state,
                decision=record,
                documents={f"decision-{record.id}": words},
                rows=[line, *self.parts.performer.posted(loaded, record, effects)],
                becomes=lambda head: _closed(head, whom, is_closed=is_closed),
                closes_proposals=False,
                replaces=kept,
                at_once=at_once,
            )
        )

    async def heard(self, incoming: Incoming, message: ClosedTo) -> Handled:
        """What is here of the signal is closed too: its duties, or that it was here."""

        def becomes(head: Head) -> Head:
            return _closed(head, message.person, is_closed=message.closed)

        async def effect(session: AsyncSession) -> None:
            await one_at_a_time(session, message.number)
            for row in await store.of_signal(session, message.number):
                if not row.left:
                    await heard(self.parts.loader, session, row.number, becomes, "closed to a person elsewhere")
                    await is_to_be_told(self.platform, session, row.number)
                    continue
                if not await is_right(self.platform.mac, Head(row)):
                    raise NotBelieved
                await session.merge(await vouched(self.platform.mac, becomes(Head(row))))

        return Handled(effect)


def _closed(head: Head, whom: str, *, is_closed: bool) -> Head:
    others = [one for one in head.dossier.closed_to if one != whom]
    return replace(head, dossier=changed(head.dossier, closed_to=[*others, whom] if is_closed else others))
