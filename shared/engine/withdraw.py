"""Withdrawing: who recorded the last decision takes it back, while nothing has been sent or sealed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import audit
from shared.engine import store
from shared.engine.common import following, record_of, told_to_supervision
from shared.engine.documents import Words
from shared.engine.given import Given, Shown
from shared.engine.head import changed
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.records import WITHDRAWAL
from shared.engine.tables import DecisionRow
from shared.engine.wording import faults_in_words
from shared.engine.write import Change, Writer
from shared.errors import Conflict, Forbidden, Invalid
from shared.identity import Person
from shared.protocol.faults import Fault

TOO_LATE = "De tijd om in te trekken is voorbij; alleen een nieuw besluit verandert nog iets."


class Withdrawing:
    """Takes a decision back while nothing of it has been sent."""

    def __init__(self, parts: Parts, writer: Writer) -> None:
        self.parts = parts
        self.platform = parts.platform
        self._writer = writer

    async def withdraw(self, loaded: Loaded, person: Person, given: Given) -> Shown:
        """Take back the decision that `given` names. Raises Conflict when it is not the last or too late, Forbidden
        for somebody else than who recorded it, Invalid without a reason."""
        now = self.platform.clock.now()
        reason = given.attempt.reason
        if not reason.strip():
            raise Invalid([Fault("reason", "ontbreekt: ieder besluit heeft een reden", "art. 12")])
        faults = faults_in_words(loaded, {"reason": reason}, given.attempt.special_grounds, person.roles)
        if faults:
            raise Invalid(faults)
        last = self._named(loaded, given.confirms)
        if last.recorder != person.user_id:
            raise Forbidden("Alleen wie een besluit heeft vastgelegd, trekt het in.")
        if last.settled_at is not None or last.effective_at is None or last.effective_at <= now:
            raise Conflict(TOO_LATE)
        record = record_of(
            loaded,
            now,
            key=WITHDRAWAL,
            outcome=f"{last.key}:{last.outcome}",
            article=last.article,
            recorder=last.recorder,
            role=last.role,
            state_after=last.state_before,
            tells=last.tells,
        )
        words = Words(reason=reason, special_grounds=dict(given.attempt.special_grounds))
        told = [told_to_supervision(loaded, record, words, None, None)] if record.tells else []
        envelopes = self.parts.performer.posted(loaded, record, told)
        effects = following(self.parts.policy, loaded, last)
        line = audit.line(
            now,
            f"decision withdrawn: {last.key}",
            actor=person.user_id,
            role=last.role,
            record=loaded.number,
            result=last.outcome,
            turn=loaded.next_turn,
            concerns=loaded.concerns,
            answered=words.special_grounds,
        )

        async def at_once(session: AsyncSession) -> None:
            if last.effective_at is None or last.effective_at <= self.platform.clock.now():
                # Once more: what was encrypted since may have taken its time.
                raise Conflict(TOO_LATE)
            mine = col(DecisionRow.id) == last.id, col(DecisionRow.settled_at).is_(None)
            taken = update(DecisionRow).where(*mine, col(DecisionRow.status) == "taken").values(status="withdrawn")
            if (await session.execute(taken.returning(col(DecisionRow.id)))).first() is None:
                raise Conflict(TOO_LATE)
            await store.unsend(session, last.sends)
            await self.parts.performer.undo(session, loaded, last, effects)

        await self._writer.write(
            Change(
                loaded,
                state=last.state_before,
                decision=record,
                documents={f"decision-{record.id}": words},
                rows=[line, *envelopes],
                becomes=lambda head: self.parts.performer.reverts(head, last, effects),
                replaces=changed(last, status="withdrawn"),
                at_once=at_once,
            )
        )
        return Shown(changed(last, status="withdrawn"))

    def _named(self, loaded: Loaded, identifier: UUID | None) -> DecisionRow:
        """The decision that is to be withdrawn. Raises Conflict when it is not the last, where that is asked."""
        if self.parts.policy.side_by_side:
            found = next((one for one in loaded.taken if one.id == identifier), None)
            if found is None:
                raise Conflict("Noem welk besluit wordt ingetrokken.")
            return found
        if not loaded.taken:
            raise Conflict("Er is hier geen besluit dat kan worden ingetrokken.")
        last = loaded.taken[-1]
        called = loaded.law.answered(last.key, last.outcome)
        if last.id != identifier:
            raise Conflict(f"Alleen het laatste besluit kan worden ingetrokken: {called}.")
        if last.version != loaded.dossier.version:
            # It may belong to the phase that the decision opened.
            raise Conflict(
                f"Sinds het laatste besluit ({called}) is er iets vastgelegd: het wordt niet meer ingetrokken."
            )
        return last
