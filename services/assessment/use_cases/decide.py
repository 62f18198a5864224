"""Decisions: taken by a person, proposed and co-signed, withdrawn within a short time."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.assessment import store
from services.assessment.domain import names_somebody
from services.assessment.use_cases.records import WITHDRAWAL, forwarding_facts, shown, withdrawal
from services.assessment.use_cases.settle import Settlement
from services.assessment.use_cases.view import MOST_CONTENT, Views, bump
from shared import audit
from shared.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from shared.http.decisions import DecisionIn, DecisionOut, OpenDecisions, describe
from shared.identity import Person
from shared.keys.transit import Place
from shared.protocol.judge import Allowed, Attempt, Forwarding, Refused, judge
from shared.protocol.model import State
from shared.service.platform import Platform
from shared.telemetry import traceparent


class Decisions:
    """Implements the decision interface for assessment."""

    def __init__(self, platform: Platform, views: Views, settlement: Settlement) -> None:
        self.platform = platform
        self.views = views
        self.rules = views.rules
        self._settlement = settlement

    # --- reading ---------------------------------------------------------------------------------

    async def view(self, number: str, person: Person, purpose: str) -> dict[str, Any]:
        return await self.views.view(number, person, purpose)

    async def add_item(self, number: str, person: Person, item: Any) -> Any:
        return await self.views.add_item(number, person, item)

    async def open_decisions(self, number: str, person: Person) -> OpenDecisions:
        """What can be decided now; nothing while the signal is handed over."""
        person.role_among(self.rules.file_roles)
        row = await self.views.signal(number)
        open_now = () if row.handing_over_since else self.rules.open_in(State(row.state))
        return OpenDecisions(version=row.version, state=row.state, decisions=[describe(one) for one in open_now])

    async def decisions(self, number: str, person: Person, purpose: str) -> list[DecisionOut]:
        role = person.role_among((*self.rules.file_roles, "fg"))
        row = await self.views.signal(number)
        content = {} if row.handing_over_since or role == "fg" else await self.views.content(row)
        now = self.platform.clock.now()
        async with self.platform.database.transaction() as session:
            found = await store.decisions_of(session, number)
            session.add(
                audit.line(now, "decisions read", actor=person.user_id, role=role, record=number, reason=purpose)
            )
        return [shown(one, content.get(f"decision-{one.id}")) for one in found]

    # --- deciding --------------------------------------------------------------------------------

    async def decide(self, number: str, person: Person, attempt: DecisionIn) -> DecisionOut:
        """Take, propose, co-sign or withdraw.

        Raises Forbidden (not this person), Conflict (not now), Invalid (what is missing, each with its
        article), NotFound or Elsewhere.
        """
        person.role_among(self.rules.file_roles)
        row = await self.views.signal(number, for_change=True)
        if row.version != attempt.expected_version:
            raise Conflict("the signal was changed meanwhile: look again", version=row.version)
        if attempt.key == WITHDRAWAL:
            return await self._withdraw(row, person, attempt)
        if attempt.confirms:
            return await self._co_sign(row, person, attempt)
        content = await self.views.content(row)
        allowed = self._judge(row, person, attempt, content)
        return await self._record(row, person, attempt, allowed, content)

    def _judge(self, row: store.Signal, person: Person, attempt: DecisionIn, content: dict[str, Any]) -> Allowed:
        forwarding = attempt.forwarding
        items = [name for name in content if not name.startswith("decision-")]
        subjects = range(1, len(content["report"]["subjects"]) + 1)
        objects = range(1, len(content["report"]["objects"]) + 1)
        judged = judge(
            self.rules,
            State(row.state),
            Attempt(
                key=attempt.key,
                outcome=attempt.outcome,
                reason=attempt.reason,
                fields=attempt.fields,
                forwarding=Forwarding(**forwarding.model_dump()) if forwarding else None,
                about=attempt.about,
                meeting=attempt.meeting,
            ),
            person.roles,
            items,
            [*items, *(f"S{n}" for n in subjects), *(f"O{n}" for n in objects)],
        )
        if isinstance(judged, Refused):
            faults = [Fault(one.field, one.reason, one.article) for one in judged.faults]
            if judged.kind == "role":
                raise Forbidden(f"{faults[0].reason} ({faults[0].article})")
            if judged.kind == "state":
                raise Conflict(f"{faults[0].reason} ({faults[0].article})", state=row.state)
            raise Invalid(faults)
        self._check_names(attempt, content)
        return judged

    @staticmethod
    def _check_names(attempt: DecisionIn, content: dict[str, Any]) -> None:
        """The words of a decision go to supervision, who see S1 and O1 and no names."""
        names = [one["name"] for one in content["report"]["subjects"] if one.get("name")]
        texts = [("reason", attempt.reason)]
        texts += [(f"fields.{name}", value) for name, value in attempt.fields.items() if isinstance(value, str)]
        if attempt.forwarding and attempt.forwarding.none_because:
            texts.append(("forwarding.noneBecause", attempt.forwarding.none_because))
        faults = [
            Fault(field, "names a person of this signal: write S1, S2 … instead", "art. 5")
            for field, text in texts
            if names_somebody(text, names)
        ]
        if faults:
            raise Invalid(faults)

    async def _record(
        self, row: store.Signal, person: Person, attempt: DecisionIn, allowed: Allowed, content: dict[str, Any]
    ) -> DecisionOut:
        now = self.platform.clock.now()
        proposed = bool(allowed.needs_co_signer)
        decision = store.DecisionRow(
            id=uuid4(),
            number=row.number,
            version=row.version + 1,
            key=attempt.key,
            outcome=attempt.outcome,
            article=allowed.outcome.article,
            status="proposed" if proposed else "taken",
            state_before=row.state,
            state_after=row.state if proposed else allowed.outcome.leads_to,
            ends=allowed.outcome.ends,
            deciders=[person.user_id],
            co_signers=[],
            recorder=person.user_id,
            role=allowed.role,
            about=list(attempt.about),
            forwarding=forwarding_facts(attempt.forwarding),
            taken_at=now,
            effective_at=None if proposed else self._withdrawable_until(now),
            protocol=self.rules.version,
            traceparent=traceparent(),
        )
        words = {"reason": attempt.reason, "fields": attempt.fields, "seen": sorted(content)}
        if attempt.forwarding:
            words["forwarding"] = attempt.forwarding.model_dump(by_alias=True, mode="json")
        item = await self._words_item(row, decision.id, words)
        async with self.platform.database.transaction() as session:
            if not proposed:
                await store.settle_earlier(session, row.number, now)
            await bump(session, row.number, row.version, decision.state_after)
            stored = sum(len(one.ciphertext) for one in await store.items_of(session, row.number))
            if stored > MOST_CONTENT and not decision.ends:
                raise Conflict("this signal is full: it can only be ended")
            session.add(item)
            session.add(decision)
            await session.flush()
            action = f"decision {'proposed' if proposed else 'taken'}: {attempt.key}"
            line = audit.line(
                now, action, actor=person.user_id, role=allowed.role, record=row.number, result=attempt.outcome
            )
            session.add(line)
        self._settlement.wake()
        return shown(decision, words)

    def _withdrawable_until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.platform.settings.withdrawal_seconds)

    async def _words_item(self, row: store.Signal, decision: UUID | str, words: dict[str, Any]) -> store.Item:
        assert row.room_key is not None
        room = self.platform.room()
        name = f"decision-{decision}"
        place = Place(room.mount, row.number, name, 1)
        ciphertext = (await room.encrypt(row.room_key, [(place, json.dumps(words).encode())]))[0]
        return store.Item(number=row.number, item=name, category="decision", version=1, ciphertext=ciphertext)

    async def _co_sign(self, row: store.Signal, person: Person, attempt: DecisionIn) -> DecisionOut:
        """The second person confirms what the first proposed; only now it has effect."""
        now = self.platform.clock.now()
        self._check_names(attempt, await self.views.content(row))
        item = (
            await self._words_item(row, f"{attempt.confirms}-co-signer", {"reason": attempt.reason})
            if attempt.reason.strip()
            else None
        )
        async with self.platform.database.transaction() as session:
            found = await session.get(store.DecisionRow, attempt.confirms, with_for_update=True)
            if found is None or found.number != row.number or found.key != attempt.key:
                raise NotFound("there is no such proposed decision on this signal")
            decision = self.rules.decision(found.key)
            assert decision is not None
            if found.status != "proposed":
                raise Conflict("this decision is not waiting for a co-signature")
            if person.user_id in found.deciders:
                raise Forbidden("somebody else co-signs than who proposed it")
            role = person.role_among(decision.who.co_signers)
            if found.state_before != row.state or found.version != row.version:
                raise Conflict("the signal has moved on since this was proposed")
            outcome = decision.outcome(found.outcome)
            assert outcome is not None
            await store.settle_earlier(session, row.number, now)
            found.status, found.co_signers, found.state_after = "taken", [person.user_id], outcome.leads_to
            found.version, found.taken_at, found.effective_at = row.version + 1, now, self._withdrawable_until(now)
            found.traceparent = traceparent()
            if item is not None:
                session.add(item)
            await session.flush()
            await bump(session, row.number, row.version, outcome.leads_to)
            line = audit.line(
                now,
                f"decision co-signed: {found.key}",
                actor=person.user_id,
                role=role,
                record=row.number,
                result=found.outcome,
            )
            session.add(line)
        self._settlement.wake()
        return shown(found, None)

    async def _withdraw(self, row: store.Signal, person: Person, attempt: DecisionIn) -> DecisionOut:
        """Who recorded the last decision takes it back, while nothing has been sent or sealed."""
        now = self.platform.clock.now()
        if not attempt.reason.strip():
            raise Invalid([Fault("reason", "every decision has a reason", "art. 12")])
        self._check_names(attempt, await self.views.content(row))
        identifier = uuid4()
        item = await self._words_item(row, identifier, {"reason": attempt.reason, "fields": {}})
        async with self.platform.database.transaction() as session:
            last = await store.last_taken(session, row.number)
            if last is None or last.id != attempt.confirms or last.version != row.version:
                # Also when a fact was recorded since: it may belong to the phase that the decision opened.
                raise Conflict("only the last decision can be withdrawn; name it in `confirms`")
            if last.recorder != person.user_id:
                raise Forbidden("only who recorded a decision withdraws it")
            if last.settled_at is not None or last.effective_at is None or last.effective_at <= now:
                raise Conflict("the time to withdraw is over; only a new decision changes anything")
            last.status = "withdrawn"
            session.add(item)
            session.add(withdrawal(identifier, last, row, now))
            await session.flush()
            await bump(session, row.number, row.version, last.state_before)
            line = audit.line(
                now,
                f"decision withdrawn: {last.key}",
                actor=person.user_id,
                role=last.role,
                record=row.number,
                result=last.outcome,
            )
            session.add(line)
        self._settlement.wake()
        return shown(last, None)
