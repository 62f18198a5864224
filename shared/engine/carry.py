"""What was decided is written with all that it sets going, in one transaction; who acted otherwise before stands back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlmodel import SQLModel

from shared import audit
from shared.engine.common import goes_on, settles, told_to_supervision
from shared.engine.documents import Finding, Words
from shared.engine.effects import Effect
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.tables import DecisionRow
from shared.engine.write import Change, Writer
from shared.errors import Forbidden
from shared.identity import Person
from shared.protocol.designations import acting_fault


class Carrying:
    """Writes a decision that was judged: taken, proposed or co-signed."""

    def __init__(self, parts: Parts, writer: Writer) -> None:
        self.parts = parts
        self.platform = parts.platform
        self.policy = parts.policy
        self._writer = writer

    def until(self, now: datetime) -> datetime:
        """Until when what counts from `now` can be withdrawn."""
        seconds = self.platform.settings.withdrawal_seconds if self.policy.withdrawable else 0
        return now + timedelta(seconds=seconds)

    def stands_back(self, loaded: Loaded, person: Person, role: str) -> None:
        """Raises Forbidden for who acted on this before under a designation that does not go with `role`."""
        elsewhere = (frozenset((one,)) for one in self.policy.acted_before(loaded, person.user_id))
        fault = acting_fault(loaded.law, role, (*loaded.acted_as(person.user_id), *elsewhere))
        if fault:
            raise Forbidden(f"Dit kan niet: {fault.reason} ({fault.article}).")

    async def write(self, *changes: Change) -> None:
        """All of `changes` in one transaction, or none."""
        await self._writer.write(*changes)

    def change(
        self,
        before: Loaded,
        after: Loaded,
        decision: DecisionRow,
        effects: Sequence[Effect],
        words: Words,
        kept: Mapping[str, Words],
        person: Person,
        *,
        role: str | None = None,
        co_signer: str | None = None,
        made: Mapping[str, Finding] | None = None,
    ) -> Change:
        """Everything that one decision writes. `made`: the items that it makes."""
        proposed, lapse = decision.status == "proposed", self.policy.proposals_lapse
        told = decision.tells and not (proposed and before.dossier.room_key)
        letter = [told_to_supervision(after, decision, words, co_signer, goes_on(effects))] if told else []
        envelopes = self.parts.performer.posted(after, decision, (*letter, *effects))
        decision.sends = [str(one.id) for one in envelopes]
        decision.settles = settles(effects)
        decision.next_at = decision.effective_at or decision.taken_at
        verb = "proposed" if proposed else "co-signed" if role else "taken"
        line = audit.line(
            decision.taken_at,
            f"decision {verb}: {decision.key}",
            actor=person.user_id,
            role=role or decision.role,
            record=before.number,
            result=decision.outcome,
            # Where there is no room the ground is a code, and stands here too.
            reason=(decision.coded or {}).get("ground"),
            turn=before.next_turn,
            concerns=before.concerns,
            answered=next((one.special_grounds for one in kept.values()), {}),
        )
        asked = self.parts.performer.asked(before, effects, decision.taken_at, decision.id)
        rows: list[SQLModel] = [line, *envelopes]
        return Change(
            before,
            state=decision.state_after,
            decision=decision,
            new=role is None,
            documents={**kept, **(made or {})},
            people=sum(len(one.persons) for one in (made or {}).values()),
            rows=rows,
            asks=asked,
            becomes=lambda head: self.parts.performer.becomes(head, decision, effects),
            ends_earlier=not proposed and not self.policy.side_by_side,
            closes_proposals=lapse,
            confirms=decision.id if role else None,
            at_once=lambda session: self.parts.performer.at_once(session, before, decision, effects),
        )
