"""Approving destruction: the beheerder's decision, and the hand of the two that releases archive keys.

The approval comes to oversight with the beheerder's own token, not through retention: whoever holds the
ciphertext and deletes the keys must not be able to claim that it was approved.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any
from uuid import UUID

import structlog
from pydantic.alias_generators import to_camel
from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import store
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.common import KeyRef
from shared.contracts.oversight import Approved
from shared.contracts.retention import Listed, Overdue
from shared.errors import CannotSucceed, Conflict, Fault, Forbidden, Invalid, NotFound, PartDown
from shared.http.decisions import DecisionIn, OpenDecisions, describe
from shared.identity import Person
from shared.keys.signing import NotSigned
from shared.keys.transit import Place, Transit, key_name
from shared.openbao import BaoError
from shared.protocol.judge import Attempt, Refused, judge
from shared.protocol.model import State
from shared.protocol.profiles import PROTOCOLS
from shared.service.platform import Platform

log = structlog.get_logger()
AT_ONCE = 50
FACTS = ("category", "ending", "article", "decided_on", "ends_on")


class Approvals:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.rules = PROTOCOLS[platform.settings.protocol]
        self._wake = asyncio.Event()

    # --- from retention --------------------------------------------------------------------------

    async def listed(self, incoming: Incoming, message: Listed) -> Handled:
        async def effect(session: AsyncSession) -> None:
            session.add(
                store.OfferedList(
                    id=message.list_id,
                    version=1,
                    state=State.LISTED,
                    listed_on=message.listed_on,
                    approve_before=message.approve_before,
                    ultimate_on=message.ultimate_on,
                )
            )
            for one in message.signals:
                facts = {to_camel(name): value for name, value in one.model_dump(mode="json").items() if name in FACTS}
                keys = [key.model_dump() for key in one.archive_keys]
                session.add(
                    store.ListedRow(
                        list_id=message.list_id, number=one.number, state=State.LISTED, facts=facts, archive_keys=keys
                    )
                )
            await session.flush()

        return Handled(effect)

    async def overdue(self, incoming: Incoming, message: Overdue) -> Handled:
        """Not approved in time (R-9.14): lock the content; from the ultimate date on, release it.

        The ultimate date is judged by oversight's own calendar and its own copy of the list, so that
        retention cannot bring it forward.
        """
        today = calendar_date(self.platform.clock.now())
        async with self.platform.database.transaction() as session:
            row = await session.get(store.OfferedList, message.list_id)
            waiting = await store.signals_on(session, message.list_id, State.LISTED)
        if row is None:
            raise CannotSucceed("a list that was never offered")
        ultimate = today >= row.ultimate_on
        for one in waiting:
            for key in one.archive_keys:
                await Transit(self.platform.bao, key["mount"]).lock(key["key"])

        async def effect(session: AsyncSession) -> None:
            found = await session.get(store.OfferedList, message.list_id, with_for_update=True)
            if found is None or not waiting:
                return
            found.escalated = True
            found.version += 1
            now = self.platform.clock.now()
            action = "destruction at the ultimate date" if ultimate else "destruction list escalated"
            await session.execute(audit.line(now, action, actor=None, record=str(message.list_id)))
            if ultimate:
                await store.set_state(session, message.list_id, [one.number for one in waiting], State.APPROVED)
                found.state = State.APPROVED

        self._wake.set()
        return Handled(effect)

    # --- the beheerder ---------------------------------------------------------------------------

    async def all(self, person: Person) -> list[dict[str, Any]]:
        person.role_among({"beheerder", "fg"})
        async with self.platform.database.transaction() as session:
            return [self._list(row) for row in await store.lists(session)]

    async def one(self, list_id: UUID, person: Person) -> dict[str, Any]:
        """A list with its signals: number, category and periods, nobody's name."""
        role = person.role_among({"beheerder", "fg"})
        async with self.platform.database.transaction() as session:
            row = await session.get(store.OfferedList, list_id)
            if row is None:
                raise NotFound
            signals = await store.signals_on(session, list_id)
            line = audit.line(
                self.platform.clock.now(), "destruction list read", actor=person.user_id, role=role, record=str(list_id)
            )
            await session.execute(line)
        shown = [{"number": one.number, "state": one.state} | one.facts for one in signals]
        return self._list(row) | {"signals": shown}

    async def open_decisions(self, list_id: UUID, person: Person) -> OpenDecisions:
        person.role_among({"beheerder", "fg"})
        async with self.platform.database.transaction() as session:
            row = await session.get(store.OfferedList, list_id)
        if row is None:
            raise NotFound
        return OpenDecisions(
            version=row.version,
            state=row.state,
            decisions=[describe(one) for one in self.rules.open_in(State(row.state))],
        )

    async def decide(self, list_id: UUID, person: Person, attempt: DecisionIn) -> dict[str, Any]:
        """The beheerder approves the whole list, or the signals named in `about`; the rest stays listed."""
        person.role_among({"beheerder"})
        async with self.platform.database.transaction() as session:
            row = await session.get(store.OfferedList, list_id)
            waiting = [one.number for one in await store.signals_on(session, list_id, State.LISTED)]
        if row is None:
            raise NotFound
        if row.version != attempt.expected_version:
            raise Conflict("the list was changed meanwhile: look again", version=row.version)
        self._judge(row, person, attempt, waiting)
        numbers = list(attempt.about) or waiting
        room = self.platform.room()
        key = key_name(list_id, room.mount)
        await room.make(key)
        words = json.dumps({"reason": attempt.reason, "fields": attempt.fields}).encode()
        ciphertext = (await room.encrypt(key, [(Place(room.mount, str(list_id), "approval", row.version), words)]))[0]
        now = self.platform.clock.now()
        async with self.platform.database.transaction() as session:
            found = await session.get(store.OfferedList, list_id, with_for_update=True)
            if found is None or found.version != row.version:
                raise Conflict("the list was changed meanwhile: look again")
            found.version += 1
            found.approver, found.approved_at, found.words_key, found.words = person.user_id, now, key, ciphertext
            await store.set_state(session, list_id, numbers, State.APPROVED)
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
            await session.execute(line)
        self._wake.set()
        return {
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

    def _judge(self, row: store.OfferedList, person: Person, attempt: DecisionIn, waiting: list[str]) -> None:
        made = Attempt(key=attempt.key, outcome=attempt.outcome, reason=attempt.reason, fields=attempt.fields)
        judged = judge(self.rules, State(row.state), made, person.roles)
        faults: list[Fault] = []
        if isinstance(judged, Refused):
            faults = [Fault(one.field, one.reason, one.article) for one in judged.faults]
            if judged.kind == "role":
                raise Forbidden(faults[0].reason)
            if judged.kind == "state":
                raise Conflict(faults[0].reason, state=row.state)
        confirmed = attempt.fields.get("confirmList")
        if confirmed and confirmed != str(row.id):
            faults.append(Fault("fields.confirmList", "is not the number of this list", "art. 9 lid 1"))
        if not set(attempt.about) <= set(waiting):
            faults.append(Fault("about", "names a signal that does not wait on this list", "art. 9 lid 1"))
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
            "approver": row.approver,
        }

    # --- the hand that releases ------------------------------------------------------------------

    async def run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), 1)
            self._wake.clear()
            with contextlib.suppress(PartDown, NotSigned, BaoError):
                async with self.platform.database.transaction() as session:
                    waiting = [row.id for row in await store.lists(session)]
                for list_id in waiting:
                    while await self.release_some(list_id):
                        pass

    async def release_some(self, list_id: UUID) -> bool:
        """Release the archive keys of some approved signals and tell retention; returns whether there were any."""
        async with self.platform.database.transaction() as session:
            row = await session.get(store.OfferedList, list_id)
            signals = await store.signals_on(session, list_id, State.APPROVED, AT_ONCE)
        if row is None or not signals:
            return False
        keys = [KeyRef(**key) for one in signals for key in one.archive_keys]
        await self.platform.releaser.release(keys)
        numbers = [one.number for one in signals]
        now = self.platform.clock.now()
        message = Approved(
            list_id=list_id, numbers=tuple(numbers), approver=row.approver, approved_at=row.approved_at or now
        )
        async with self.platform.database.transaction() as session:
            await store.set_state(session, list_id, numbers, "released")
            await self.platform.post.send(session, self.platform.post.envelope("retention", message))
        return True
