"""Holds: what a running procedure needs is not destroyed (R-9.15). Asked by one, approved by the beheerder, and ended.

Only the items that it names are kept: at the end of its term the rest of the signal goes.

Retention keeps codes and dates only; why is sealed for supervision like the words of every decision.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.retention import store
from services.retention.domain import items_of
from services.retention.tables import Hold, SealedSignal
from services.retention.told import here
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.dossier import Decided, DecisionWords
from shared.contracts.oversight import TakenOff
from shared.contracts.retention import Withheld
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.http.decisions import DecisionIn, DecisionOut
from shared.identity import Person
from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.judge import Allowed, Attempt, Refused, judge
from shared.protocol.model import State
from shared.service.platform import Platform

HOLD, END, ASKED = "hold", "end-hold", "hold-asked"


class Holds:
    keys = frozenset({HOLD, END})

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.rules = platform.settings.laws.configured
        found = [self.rules.decision(key) for key in (HOLD, END)]
        self.decisions = [one for one in found if one is not None]
        roles = {role for one in self.decisions for role in (*one.who.roles, *one.who.co_signers)}
        self.roles = frozenset(roles | set(self.rules.file_roles))

    async def waiting(self, person: Person) -> list[dict[str, Any]]:
        """Holds that are asked or in force, for who approves and who watches: codes and dates only."""
        person.role_among(self.roles | {"fg"})
        async with self.platform.database.reading() as session:
            rows = await store.open_holds(session)
        return [
            {
                "id": str(one.id),
                "number": one.number,
                "state": one.state,
                "ground": one.ground,
                "items": one.items,
                "endsOn": one.ends_on.isoformat(),
            }
            for one in rows
        ]

    async def all(self, number: str) -> list[dict[str, Any]]:
        async with self.platform.database.reading() as session:
            rows = await store.holds_of(session, number)
        return [
            {"id": str(one.id), "state": one.state, "ground": one.ground, "endsOn": one.ends_on.isoformat()}
            for one in rows
        ]

    async def decide(self, row: SealedSignal, person: Person, attempt: DecisionIn) -> DecisionOut:
        """Ask for a hold, approve one (`confirms`), or end one. Raises like every decision."""
        if row.version != attempt.expected_version:
            raise Conflict("the signal was changed meanwhile: look again", version=row.version)
        if attempt.confirms and attempt.key == HOLD:
            return await self._approve(row, person, attempt)
        allowed = self._judge(row, person, attempt)
        if attempt.key == END:
            return await self._end(row, person, attempt, allowed)
        return await self._ask(row, person, attempt, allowed)

    def _judge(self, row: SealedSignal, person: Person, attempt: DecisionIn) -> Allowed:
        facts = Facts(calendar_date(self.platform.clock.now()), row.number, others=tuple(items_of(row)))
        asked = Attempt(attempt.key, attempt.outcome, attempt.reason, attempt.fields, None, attempt.about)
        judged = judge(self.rules, State(row.state), asked, person.roles, facts)
        if isinstance(judged, Refused):
            faults = list(judged.faults)
            if judged.kind == "role":
                raise Forbidden(f"{faults[0].reason} ({faults[0].article})")
            if judged.kind == "state":
                raise Conflict(f"{faults[0].reason} ({faults[0].article})", state=row.state)
            raise Invalid(faults)
        return judged

    async def _ask(self, row: SealedSignal, person: Person, attempt: DecisionIn, allowed: Allowed) -> DecisionOut:
        hold = Hold(
            id=uuid4(),
            number=row.number,
            state="proposed",
            ground=attempt.fields["ground"],
            items=list(attempt.about),
            ends_on=date.fromisoformat(attempt.fields["endsOn"]),
            asked_by=person.user_id,
            asked_at=self.platform.clock.now(),
        )
        return await self._keep(row, hold, person, attempt, allowed.role, "proposed")

    async def _approve(self, row: SealedSignal, person: Person, attempt: DecisionIn) -> DecisionOut:
        decision = self.rules.decision(HOLD)
        assert decision is not None
        role = person.role_among(decision.who.co_signers)
        hold = await self._one(row, attempt.confirms, "proposed")
        if person.user_id == hold.asked_by:
            raise Forbidden("somebody else approves a hold than who asked for it")
        if not attempt.reason.strip():
            raise Invalid([Fault("reason", "every decision has a reason", "art. 9 lid 1")])
        if row.state not in decision.states:
            raise Conflict("it is being destroyed", state=row.state)
        if hold.ends_on <= calendar_date(self.platform.clock.now()):
            raise Conflict("the end date of this hold has passed meanwhile")
        attempt = attempt.model_copy(update={"fields": {}, "outcome": "held"})
        hold.state, hold.approved_by = "held", person.user_id
        return await self._keep(row, hold, person, attempt, role, "taken")

    async def _end(self, row: SealedSignal, person: Person, attempt: DecisionIn, allowed: Allowed) -> DecisionOut:
        hold = await self._one(row, attempt.confirms, "held")
        hold.state = "ended"
        return await self._keep(row, hold, person, attempt, allowed.role, "taken")

    async def _one(self, row: SealedSignal, identifier: UUID | None, state: str) -> Hold:
        async with self.platform.database.reading() as session:
            found = await session.get(Hold, identifier) if identifier else None
        if found is None or found.number != row.number or found.state != state:
            raise NotFound(f"`confirms` names no hold of this signal that is {state}")
        return found

    async def _keep(
        self,
        row: SealedSignal,
        hold: Hold,
        person: Person,
        attempt: DecisionIn,
        role: str,
        status: str,
    ) -> DecisionOut:
        now = self.platform.clock.now()
        made = DecisionOut(
            id=hold.id,
            key=attempt.key,
            outcome=attempt.outcome,
            article="art. 9 lid 1",
            status="proposed" if status == "proposed" else "taken",
            version=row.version + 1,
            state=row.state,
            deciders=(hold.asked_by if attempt.key == HOLD else person.user_id,),
            co_signers=(hold.approved_by,) if hold.approved_by and attempt.key == HOLD else (),
            recorder=person.user_id,
            role=role,
            taken_at=now,
            protocol=self.rules.version,
            about=tuple(hold.items),
        )
        words = DecisionWords(decision=str(hold.id), reason=attempt.reason, fields=attempt.fields)
        letter = self.platform.sealer.seal("oversight", words)
        facts = made.model_dump(include=set(Decided.model_fields) & set(DecisionOut.model_fields))
        if status == "proposed":
            # Supervision knows a request from an approval.
            facts["key"] = ASKED
        told = Decided(number=row.number, letters=(letter.text,), **facts)
        envelope = self.platform.post.envelope("oversight", told, number=row.number, letter=letter)
        async with self.platform.database.transaction() as session:
            await self._bump(session, row)
            await session.merge(hold)
            self.platform.post.send(session, envelope)
            if hold.state == "held" and row.state == State.LISTED and row.list_id:
                # It leaves the list, unless its keys were released by then; supervision knows which came first.
                self.platform.post.tell(session, "oversight", Withheld(list_id=row.list_id, number=row.number))
            action = f"decision {made.status}: {attempt.key}"
            line = audit.line(
                now, action, actor=person.user_id, role=role, record=row.number, result=made.outcome, reason=hold.ground
            )
            session.add(line)
        return made

    async def taken_off(self, incoming: Incoming, message: TakenOff) -> Handled:
        """A hold came in time: off the list, and on the next one for everything that is not held."""

        async def effect(session: AsyncSession) -> None:
            row = await session.get(SealedSignal, message.number, with_for_update=True)
            if row is None or row.state != State.LISTED or row.list_id != message.list_id:
                return
            row.state, row.list_id, row.version = State.SEALED, None, row.version + 1
            now = self.platform.clock.now()
            self.platform.post.tell(session, "oversight", here(row, now))
            session.add(audit.line(now, "signal taken off a destruction list", actor=None, record=row.number))

        return Handled(effect)

    @staticmethod
    async def _bump(session: AsyncSession, row: SealedSignal) -> None:
        found = await session.get(SealedSignal, row.number, with_for_update=True)
        if found is None or found.version != row.version or found.state != row.state:
            raise Conflict("the signal was changed meanwhile: look again")
        found.version += 1
