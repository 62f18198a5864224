"""Approving destruction: the beheerder's decision (R-9.14), and taking it back while nothing is released."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from services.oversight import store
from services.oversight.use_cases.release import Releasing, statement_of
from shared import audit
from shared.clock import calendar_date
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.http.decisions import DecisionIn, OpenDecisions, describe
from shared.identity import Person
from shared.keys.transit import Place, key_name
from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt, Refused, judge
from shared.protocol.model import State
from shared.service.platform import Platform

WITHDRAWAL = "withdrawal"


class Approvals:
    def __init__(self, platform: Platform, releasing: Releasing) -> None:
        self.platform = platform
        self.rules = platform.settings.laws.configured
        self._releasing = releasing

    async def all(self, person: Person) -> list[dict[str, Any]]:
        person.role_among({"beheerder", "fg"})
        async with self.platform.database.reading() as session:
            return [self._list(row) for row in await store.lists(session)]

    async def one(self, list_id: UUID, person: Person) -> dict[str, Any]:
        """A list with its signals: number, category and periods, nobody's name."""
        role = person.role_among({"beheerder", "fg"})
        async with self.platform.database.transaction() as session:
            row = await session.get(store.OfferedList, list_id)
            if row is None:
                raise NotFound
            signals = await store.signals_on(session, list_id)
            approvals = await store.approvals(session, list_id)
            line = audit.line(
                self.platform.clock.now(), "destruction list read", actor=person.user_id, role=role, record=str(list_id)
            )
            session.add(line)
        shown = [{"number": one.number, "state": one.state} | one.facts for one in signals]
        taken = [await self._shown(one) for one in approvals]
        return self._list(row) | {"signals": shown, "approvals": taken}

    async def _shown(self, row: store.Approval) -> dict[str, Any]:
        """An approval with its words."""
        words: dict[str, Any] = {}
        if row.words and row.words_key:
            room = self.platform.room()
            place = Place(room.mount, str(row.list_id), str(row.id), 1)
            words = json.loads((await room.decrypt(row.words_key, [(place, row.words)]))[0])
        return {
            "id": str(row.id),
            "approver": row.approver,
            "approvedAt": row.approved_at.isoformat(),
            "withdrawn": row.withdrawn,
        } | words

    async def open_decisions(self, list_id: UUID, person: Person) -> OpenDecisions:
        person.role_among({"beheerder", "fg"})
        async with self.platform.database.reading() as session:
            row = await session.get(store.OfferedList, list_id)
        if row is None:
            raise NotFound
        return OpenDecisions(
            version=row.version,
            state=row.state,
            decisions=[describe(one, State(row.state)) for one in self.rules.open_in(State(row.state))],
        )

    async def decide(self, list_id: UUID, person: Person, attempt: DecisionIn) -> dict[str, Any]:
        """The beheerder approves the whole list, or the signals named in `about`; the rest stays listed."""
        person.role_among({"beheerder"})
        async with self.platform.database.reading() as session:
            row = await session.get(store.OfferedList, list_id)
            waiting = [one.number for one in await store.signals_on(session, list_id, State.LISTED)]
        if row is None:
            raise NotFound
        if row.version != attempt.expected_version:
            raise Conflict("the list was changed meanwhile: look again", version=row.version)
        if attempt.key == WITHDRAWAL:
            return await self._withdraw(row, person, attempt)
        self._judge(row, person, attempt, waiting)
        numbers = list(attempt.about) or waiting
        now = self.platform.clock.now()
        approval = store.Approval(
            id=uuid4(),
            list_id=list_id,
            approver=person.user_id,
            approved_at=now,
            effective_at=now + timedelta(seconds=self.platform.settings.withdrawal_seconds),
            statement="",
        )
        approval.statement = statement_of(self.platform, approval, numbers)
        room = self.platform.room()
        # Not a key of a signal: why something was destroyed outlives what was destroyed.
        approval.words_key = key_name(approval.id, room.mount)
        await room.make(approval.words_key)
        words = json.dumps({"reason": attempt.reason, "fields": attempt.fields}).encode()
        place = Place(room.mount, str(list_id), str(approval.id), 1)
        approval.words = (await room.encrypt(approval.words_key, [(place, words)]))[0]
        async with self.platform.database.transaction() as session:
            found = await session.get(store.OfferedList, list_id, with_for_update=True)
            if found is None or found.version != row.version:
                raise Conflict("the list was changed meanwhile: look again")
            found.version += 1
            session.add(approval)
            await store.set_state(session, list_id, numbers, state=State.APPROVED, approval=approval.id)
            if set(numbers) == set(waiting):
                found.state = State.APPROVED
            line = audit.line(
                now,
                "destruction approved",
                actor=person.user_id,
                role="beheerder",
                record=str(list_id),
                result="approved",
            )
            session.add(line)
        self._releasing.wake()
        return {
            "id": str(approval.id),
            "listId": str(list_id),
            "key": attempt.key,
            "outcome": attempt.outcome,
            "article": "art. 9 lid 1",
            "deciders": [person.user_id],
            "numbers": numbers,
            "takenAt": now.isoformat(),
            "version": found.version,
            "state": found.state,
        }

    async def _withdraw(self, row: store.OfferedList, person: Person, attempt: DecisionIn) -> dict[str, Any]:
        """The beheerder who approved takes it back, while no key has been released."""
        if not attempt.reason.strip():
            raise Invalid([Fault("reason", "every decision has a reason", "art. 9 lid 1")])
        now = self.platform.clock.now()
        async with self.platform.database.transaction() as session:
            found = await session.get(store.OfferedList, row.id, with_for_update=True)
            approval = (
                await session.get(store.Approval, attempt.confirms, with_for_update=True) if attempt.confirms else None
            )
            if found is None or approval is None or approval.list_id != row.id or approval.withdrawn:
                raise Conflict("name the approval to withdraw in `confirms`")
            if approval.approver != person.user_id:
                raise Forbidden("only who approved withdraws it")
            if approval.effective_at <= now:
                raise Conflict("the time to withdraw is over")
            approval.withdrawn = True
            numbers = [one.number for one in await store.approved_by(session, approval.id, 10_000)]
            await store.set_state(session, row.id, numbers, state=State.LISTED, approval=None)
            found.version += 1
            found.state = State.LISTED if numbers else found.state
            line = audit.line(
                now, "destruction approval withdrawn", actor=person.user_id, role="beheerder", record=str(row.id)
            )
            session.add(line)
        return {
            "id": str(approval.id),
            "listId": str(row.id),
            "key": WITHDRAWAL,
            "version": found.version,
            "state": found.state,
        }

    def _judge(self, row: store.OfferedList, person: Person, attempt: DecisionIn, waiting: list[str]) -> None:
        facts = Facts(calendar_date(self.platform.clock.now()), str(row.id), others=tuple(waiting))
        made = Attempt(attempt.key, attempt.outcome, attempt.reason, attempt.fields, about=attempt.about)
        judged = judge(self.rules, State(row.state), made, person.roles, facts)
        faults: list[Fault] = []
        if isinstance(judged, Refused):
            faults = list(judged.faults)
            if judged.kind == "role":
                raise Forbidden(faults[0].reason)
            if judged.kind == "state":
                raise Conflict(faults[0].reason, state=row.state)
        if faults:
            raise Invalid(faults)

    def _list(self, row: store.OfferedList) -> dict[str, Any]:
        return {
            "listId": str(row.id),
            "version": row.version,
            "state": row.state,
            "listedOn": row.listed_on.isoformat(),
            "approveBefore": row.approve_before.isoformat(),
            "ultimateOn": row.ultimate_on.isoformat(),
            "escalated": row.escalated,
        }
